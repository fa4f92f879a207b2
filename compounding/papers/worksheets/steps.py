"""The steps and the draws, and the times with the rule that set each: H, K."""

from __future__ import annotations

from collections.abc import Iterator

from compounding.papers.work import Hour, Recorded
from compounding.policy import Market
from compounding.wording import papers as words
from compounding.wording.plans import PlanText
from labels import Clock, Draw, DrawCaptions, Draws, Heading, Step, Steps, Times


def steps(text: PlanText, recorded: Recorded) -> Steps:
    hours = iter(_hours(text, recorded))
    return Steps(
        steps_heading(),
        tuple(
            _step(number, tuple(filter(None, lines)), stop, timed, next(hours) if timed else None)
            for number, (lines, stop, timed) in enumerate(words.steps(text), 1)
        ),
    )


def steps_heading() -> Heading:
    return Heading("H", "Steps", "tick when done; time of day in the boxes")


def _step(number: int, lines: tuple[str, ...], stop: bool, timed: bool, hour: str | None) -> Step:
    return Step(number=str(number), text=lines, stop=stop, ticked=hour is not None, timed=timed, time=hour)


def _hours(text: PlanText, recorded: Recorded) -> Iterator[str | None]:
    """The time of day of each timed step, in their order: the first vial, the others, the spare, the dilution."""
    planned, wetted = sum(not draw.spare for draw in text.draws), recorded.wetted
    yield wetted.get(1)
    if planned > 1:
        yield wetted.get(planned) if all(place in wetted for place in range(2, planned + 1)) else None
    if text.spare:
        yield wetted.get(planned + 1)
    yield recorded.diluted


def draws(text: PlanText) -> Draws:
    note = "nominal; by total" if text.nominal else f"{text.each} can be drawn"
    return Draws(
        Heading("H", "Vial draws", note),
        draw_captions(),
        tuple(
            Draw(vial=vial, first=first, second=second, result=result)
            for vial, first, second, result in words.draw_lines(text)
        ),
    )


def draw_captions() -> DrawCaptions:
    return DrawCaptions("Vial", "Draw", "Drawn, mL")


def times(text: PlanText, market: Market, recorded: Recorded) -> Times:
    rules = list(text.clock_rules)
    if recorded.start_rule is not None:
        rules[3] = recorded.start_rule
    first = recorded.clocks[0]
    return Times(
        Heading("K", "Times", _when(text, first)),
        tuple(
            Clock(name, _rule(rule, first, at), at.hour if at else None)
            for name, rule, at in zip(words.clock_names(market), rules, recorded.clocks, strict=True)
        ),
    )


def _when(text: PlanText, first: Hour | None) -> str:
    """The day that the hours below are of, once the first vial is wetted."""
    return ". ".join(filter(None, (text.clocks_note, first.date if first else "rule that set each")))


def _rule(rule: str, first: Hour | None, at: Hour | None) -> str:
    """What set a time, with its day where that is another than the first vial's."""
    another = first is not None and at is not None and at.date != first.date
    return f"{at.date}: {rule}" if another and at is not None else rule
