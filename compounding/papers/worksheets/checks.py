"""What is checked, inspected, counted, thrown away, departed from and signed: I, J, L, M, N, O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compounding.papers.work import Answer, Checked, Recorded, Signed, Work
from compounding.papers.worksheets.headings import heading
from compounding.papers.worksheets.order import signature
from compounding.policy import Market
from compounding.wording import papers as words
from compounding.wording import worksheets as sheet_words
from compounding.wording.plan_values import PlanText
from compounding.wording.wastes import NOT_CLAIMED, not_given
from compounding.workflow import Meaning, State
from labels import (
    Box,
    Deviation,
    DeviationCaptions,
    Deviations,
    Discarded,
    InProcessCheck,
    Inspection,
    LabelCount,
    Signatures,
    Tick,
)

# A row is signed with a meaning, or is what somebody recorded by a state that they put it in.
_ROWS: tuple[tuple[str, Meaning | State], ...] = (
    (sheet_words.CALCULATED, Meaning.IN_PROCESS_CHECK),
    (sheet_words.PREPARED, State.DILUTED),
    (sheet_words.CHECKED, Meaning.IN_PROCESS_CHECK),
    (sheet_words.LABELS_COUNTED, State.LABELLED),
    (sheet_words.FINAL, Meaning.FINAL_CHECK),
    (sheet_words.RELEASED, Meaning.RELEASE),
)


def check(weighed: bool, reading: Checked | None) -> InProcessCheck:
    """Never an expected figure: the checker works blind. What they read stands there once it agreed; of the diluent
    the screen asks nothing, so that it is for the hand."""
    vials = volume = mass = None
    if reading is not None:
        vials, volume, mass = reading.vials, reading.read_volume, reading.read_mass
    return InProcessCheck(
        heading("check"),
        (
            Box(sheet_words.VIALS_CHECKED, vials),
            Box(sheet_words.DILUENT_CHECKED),
            Box(sheet_words.VOLUME_DRAWN, volume),
            Box(sheet_words.MASS_DRAWN, mass) if weighed else Box(sheet_words.NO_DENSITY, sheet_words.NOT_WEIGHED),
        ),
        _verdict(reading is not None),
    )


def _verdict(accepted: bool) -> tuple[Tick, Tick]:
    accept, reject = sheet_words.VERDICT
    return Tick(accept, accepted), Tick(reject)


def inspection(bag: str, light_cover: bool, *, looked: bool) -> Inspection:
    """Whoever signed the final check, `looked`, ticked each of these."""
    return Inspection(
        heading("inspection"),
        tuple(Tick(caption, looked) for caption in sheet_words.inspected(bag, light_cover)),
        _verdict(looked),
    )


def label_count(counted: Sequence[str | None]) -> LabelCount:
    return LabelCount(
        heading("labels"),
        tuple(map(Box, sheet_words.COUNTED, counted)),
    )


def discarded(text: PlanText, recorded: Recorded) -> Discarded:
    return Discarded(
        heading("discarded", _discard_note(text, recorded.reached)),
        (Box(sheet_words.EXPECTED, words.discarded(text)), Box(sheet_words.ACTUAL, recorded.discarded)),
    )


def _discard_note(text: PlanText, reached: State) -> str:
    """What stays, or what of it is billed: of a preparation that was not given nothing is."""
    if text.stays:
        return sheet_words.stays(text.stays)
    if text.billing and not_given(reached.value):
        return NOT_CLAIMED
    if len(text.billing) > 1:
        return f"{text.billing[1].code} {text.billing[1].units}"
    return sheet_words.NOMINAL if text.nominal else ""


def deviations(work: Work) -> Deviations:
    return Deviations(
        heading("deviations"),
        deviation_captions(work.market),
        (
            *(Deviation(departure.what, departure.reason, departure.by) for departure in work.text.departures),
            *map(_deviation, work.answers),
        ),
    )


def _deviation(answer: Answer) -> Deviation:
    return Deviation(answer.what, answer.reason, answer.by)


def deviation_captions(market: Market) -> DeviationCaptions:
    return DeviationCaptions(*sheet_words.DEVIATED, words.WORDS[market].authorised_by)


def signatures(signed: Mapping[Meaning, Signed], recorded: Mapping[State, Signed]) -> Signatures:
    return Signatures(
        heading("signatures"),
        tuple(
            signature(caption, signed.get(by) if isinstance(by, Meaning) else recorded.get(by)) for caption, by in _ROWS
        ),
    )
