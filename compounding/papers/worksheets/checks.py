"""What is checked, inspected, counted, thrown away, departed from and signed: I, J, L, M, N, O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compounding.papers.work import Answer, Checked, Recorded, Signed, Work
from compounding.papers.worksheets.order import signature
from compounding.policy import Market
from compounding.wording import papers as words
from compounding.wording.numbers import DASH
from compounding.wording.plans import PlanText
from compounding.workflow import Meaning, State
from labels import (
    Box,
    Deviation,
    DeviationCaptions,
    Deviations,
    Discarded,
    Heading,
    InProcessCheck,
    Inspection,
    LabelCount,
    Signatures,
    Tick,
)

_COUNTED = ("Printed", "On bag", "On cover", "Specimen", "Destroyed", "Difference, 0")
# A row is signed with a meaning, or is what somebody recorded by a state that they put it in.
_ROWS: tuple[tuple[str, Meaning | State], ...] = (
    ("Calculation checked", Meaning.IN_PROCESS_CHECK),
    ("Prepared", State.DILUTED),
    ("In-process checked", Meaning.IN_PROCESS_CHECK),
    ("Labels counted", State.LABELLED),
    ("Final check", Meaning.FINAL_CHECK),
    ("Released", Meaning.RELEASE),
)


def check(weighed: bool, reading: Checked | None) -> InProcessCheck:
    """Never an expected figure: the checker works blind. What they read stands there once it agreed."""
    vials = volume = diluent = mass = None
    if reading is not None:
        vials, volume, diluent, mass = reading.vials, reading.read_volume, DASH, reading.read_mass
    return InProcessCheck(
        Heading("I", "In-process check by a second person", "before the drug is added to the bag"),
        (
            Box("Vials: product, lot, number", vials),
            Box("Diluent", diluent),
            Box("Volume drawn, mL", volume),
            Box("Mass drawn, g", mass) if weighed else Box("Mass: no density stated", "not weighed"),
        ),
        _verdict(reading is not None),
    )


def _verdict(accepted: bool) -> tuple[Tick, Tick]:
    return Tick("Accept", accepted), Tick("Reject")


def inspection(bag: str, light_cover: bool, *, looked: bool) -> Inspection:
    """Whoever signed the final check, `looked`, ticked each of these."""
    return Inspection(
        Heading("J", "Final inspection"),
        tuple(Tick(caption, looked) for caption in _inspected(bag, light_cover)),
        _verdict(looked),
    )


def _inspected(bag: str, light_cover: bool) -> tuple[str, ...]:
    cover = ("Light cover on",) if light_cover else ()
    return ("Clear, no particles", "No leak", f"Volume {bag}", *cover, "Label right and legible")


def label_count(counted: Sequence[str | None]) -> LabelCount:
    return LabelCount(
        Heading("L", "Labels", "printed = applied + specimen + destroyed; specimen on the back"),
        tuple(map(Box, _COUNTED, counted)),
    )


def discarded(text: PlanText, recorded: Recorded) -> Discarded:
    return Discarded(
        Heading("M", "Discarded", _discard_note(text)),
        (Box("Expected", words.discarded(text)), Box("Actual mL, initials", recorded.discarded)),
    )


def _discard_note(text: PlanText) -> str | None:
    if text.stays:
        return f"stays in the vials: {text.stays}"
    if len(text.billing) > 1:
        return f"{text.billing[1].code} {text.billing[1].units}"
    return "nominal" if text.nominal else None


def deviations(work: Work) -> Deviations:
    return Deviations(
        deviations_heading(),
        deviation_captions(work.market),
        (
            *(Deviation(departure.what, departure.reason, departure.by) for departure in work.text.departures),
            *map(_deviation, (*work.answers, *work.recorded.late)),
        ),
    )


def _deviation(answer: Answer) -> Deviation:
    return Deviation(answer.what, answer.reason, answer.by)


def deviations_heading() -> Heading:
    return Heading(
        "N",
        "Deviations and overrides",
        "name, signature, date and time of who allowed it. None: strike through and initial.",
    )


def deviation_captions(market: Market) -> DeviationCaptions:
    return DeviationCaptions("What", "Reason", words.WORDS[market].authorised_by)


def signatures(signed: Mapping[Meaning | State, Signed]) -> Signatures:
    return Signatures(
        Heading("O", "Signatures", "preparer is neither checker nor releaser"),
        tuple(signature(caption, signed.get(by)) for caption, by in _ROWS),
    )
