"""The steps and the draws, and the times with the rule that set each: H, K."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compounding.papers.work import Checked, Hour, Recorded
from compounding.papers.worksheets.headings import heading
from compounding.policy import Market
from compounding.wording import papers as words
from compounding.wording import worksheets as sheet_words
from compounding.wording.plan_values import PlanText
from compounding.workflow import State
from labels import Clock, Draw, DrawCaptions, Draws, Step, Steps, Times


def steps(text: PlanText, recorded: Recorded) -> Steps:
    hours, told = iter(_hours(text, recorded)), list(words.steps(text))
    return Steps(
        heading("steps"),
        tuple(
            Step(
                number=str(number),
                text=tuple(filter(None, lines)),
                stop=stop,
                ticked=hour is not None
                if timed
                else _done(number == len(told), stop, recorded) or _made(lines, text, recorded),
                timed=timed,
                time=hour,
            )
            for number, (lines, stop, timed) in enumerate(told, 1)
            for hour in (next(hours) if timed else None,)
        ),
    )


def _done(last: bool, stop: bool, recorded: Recorded) -> bool:
    """Of a step without a time: the stop is done once the check agreed, the last one once the bag has its label.
    What nobody records is ticked by hand."""
    return (stop and recorded.reading is not None) or (last and State.LABELLED in recorded.entries)


def _made(lines: Sequence[str], text: PlanText, recorded: Recorded) -> bool:
    """Whether a step is the one that makes the bag's volume, and it was made that way."""
    return tuple(lines) == (words.making_step(text),) and recorded.making == text.making


def _hours(text: PlanText, recorded: Recorded) -> Iterator[str | None]:
    """The time of day of each timed step, in their order: the first vial, the others, the spare, the dilution."""
    planned, wetted = sum(not draw.spare for draw in text.draws), recorded.wetted
    yield wetted.get(1)
    if planned > 1:
        yield wetted.get(planned) if all(place in wetted for place in range(2, planned + 1)) else None
    if text.spare:
        yield wetted.get(planned + 1)
    yield recorded.diluted


def draws(text: PlanText, reading: Checked | None) -> Draws:
    """What was drawn of each vial stands there once the check read the volume that was planned; else it is for the
    hand."""
    note = sheet_words.BY_TOTAL if text.nominal else sheet_words.can_be_drawn(text.each)
    return Draws(
        heading("draws", note),
        draw_captions(),
        tuple(
            Draw(vial=vial, first=first, second=second, result=result, drawn=drawn)
            for (vial, first, second, result), drawn in zip(
                words.draw_lines(text), words.drawn(text, reading.read_volume if reading else None), strict=True
            )
        ),
    )


def draw_captions() -> DrawCaptions:
    return DrawCaptions(*sheet_words.DRAWS)


def times(text: PlanText, market: Market, recorded: Recorded) -> Times:
    rules = list(text.clock_rules)
    if recorded.start_rule is not None:
        rules[3] = recorded.start_rule
    first = recorded.clocks[0]
    return Times(
        heading("times", _when(text, first)),
        tuple(
            Clock(_named(name, first, at), rule, at.hour if at else None)
            for name, rule, at in zip(words.clock_names(market), rules, recorded.clocks, strict=True)
        ),
    )


def _when(text: PlanText, first: Hour | None) -> str:
    """The day that the hours below are of, once the first vial is wetted."""
    return ". ".join(filter(None, (text.clocks_note, first.date if first else "")))


def _named(name: str, first: Hour | None, at: Hour | None) -> str:
    """A time's name, with its day where that is another than the first vial's."""
    another = first is not None and at is not None and at.date != first.date
    return f"{name}, {at.date}" if another and at is not None else name
