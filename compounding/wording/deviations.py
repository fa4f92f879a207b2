"""What went otherwise than planned on the way of a preparation, as the rows of its worksheet say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from compounding.policy import Market
from compounding.wording.numbers import DASH, amount, clock, figure, moment
from compounding.wording.papers import late, whole
from compounding.wording.path import called
from compounding.wording.wastes import called as thrown_called
from compounding.workflow import State
from compounding.workflow.guards import minute
from compounding.workflow.materials import LOST, Material, Out
from compounding.workflow.progress import Moment, Progress, Reading, Waste, Wasted, What
from compounding.workflow.times import is_late
from compounding.workflow.wastes import EMPTY


@dataclass(frozen=True, slots=True)
class DeviationText:
    """A row: what, why, and who did it, by their user name."""

    what: str
    reason: str
    did: str
    """What the person did of it: "entered"."""
    person: str


CONTINUED = "(continued)"
"""In a row that only goes on with the one above it."""

_HAPPENED: Mapping[What, str] = {
    What.CHECKED: "In-process check",
    What.DILUTED: "Drug added",
    What.LABELLED: "Label by hand",
    What.RELEASED: "Released",
    What.RETURNED: "Returned",
}
"""Short: with both times, each with its date, it has two lines."""
_READ: Mapping[str, str] = {
    "dose": "dose",
    "volume": "volume",
    "vials": "vials",
    "volume-read": "syringes",
    "mass-read": "balance",
}
"""What does not agree, by the code of the reading: short, since all of them share two lines."""

_ENDED: Mapping[State, str] = {
    State.REJECTED: "Rejected",
    State.CANCELLED: "Cancelled",
    State.WASTED: "Thrown away",
    State.RETURNED: "Returned",
}
"""The states in which nothing was given."""
_FROM_PAPER: Mapping[State, str] = {
    State.VERIFIED: "Order verified",
    State.MATERIALS: "Materials recorded",
    State.FINAL: "Final check",
}
"""What has no time but that of its entry."""
ORDER_ON_PAPER, WITNESS = "Order on paper", "witness"
NO_CHECKLIST = "Released on paper without its checklist"

_NAMED = LOST | {Out.REPLACED}
"""Reasons by which a material left otherwise than planned. One that went back to stock unopened was not needed."""


def deviations_of(progress: Progress, zone: str, market: Market) -> Iterator[DeviationText]:
    """Late entries, readings that disagreed, and what was broken, thrown away or replaced."""
    for happened in progress.moments:
        if is_late(happened.at, happened.entered_at):
            yield _late(happened, zone, market)
        if happened.what is What.RELEASED and progress.unchecked:
            yield DeviationText(NO_CHECKLIST, happened.late_reason, "entered late", happened.person)
    for number, reading in enumerate(progress.readings, 1):
        if not reading.agrees:
            yield _apart(number, reading)
    yield from (_left(material) for material in progress.materials if material.out in _NAMED)


def ended(state: State, at: str) -> str | None:
    """That a preparation came to an end by which nothing was given; None for every other state."""
    return f"{_ENDED[state]} {whole(at)}" if state in _ENDED else None


def did(state: State) -> str:
    """What whoever ended it did."""
    return _ENDED[state].lower()


def binned(progress: Progress, state: State) -> tuple[Waste, ...]:
    """What went into the bin when it ended: the bag, or every wetted vial where there was none."""
    if state not in (State.REJECTED, State.WASTED):
        return ()
    bag = tuple(one for one in progress.wastes if one.what is Wasted.BAG)
    return bag or tuple(one for one in progress.wastes if one.what is Wasted.VIAL and one.volume != EMPTY)


def into_the_bin(thrown: Sequence[Waste]) -> str:
    told = (f"{thrown_called(one)}, {amount(one.mass)} in {amount(one.volume)}" for one in thrown)
    return f"Into the bin: {'; '.join(told)}"


def seen_by(name: str) -> str:
    return f"{WITNESS}, {name}"


def from_paper(state: State, progress: Progress, at: datetime) -> bool:
    """Whether what nobody times was entered from paper: at a time after what can only follow it."""
    after = {State.VERIFIED: What.WETTED, State.MATERIALS: What.WETTED, State.FINAL: What.RELEASED}.get(state)
    followed = [] if after is None else [moment.at for moment in progress.all_of(after)]
    return bool(followed) and minute(at) > min(followed)


def entered_from_paper(state: State, at: str) -> str:
    return f"{_FROM_PAPER[state]}: entered from paper {whole(at)}"


def entered_by(name: str) -> str:
    return f"entered, {name}"


def _late(happened: Moment, zone: str, market: Market) -> DeviationText:
    at, entered = _of_day(happened.at, happened.entered_at, zone, market)
    return DeviationText(late(_named(happened), at, entered), happened.late_reason, "entered late", happened.person)


def _named(happened: Moment) -> str:
    return _HAPPENED.get(happened.what) or f"Vial {figure(happened.place)} wetted"


def _of_day(at: datetime, entered_at: datetime, zone: str, market: Market) -> tuple[str, str]:
    """Two times of day; with their dates where these differ."""
    there = ZoneInfo(zone)
    if at.astimezone(there).date() == entered_at.astimezone(there).date():
        return clock(at, zone), clock(entered_at, zone)
    return moment(at, zone, market), moment(entered_at, zone, market)


def _apart(number: int, reading: Reading) -> DeviationText:
    faults = ", ".join(_READ[fault] for fault in reading.faults)
    what = f"In-process check, reading {figure(number)}: did not agree"
    return DeviationText(what, f"apart: {faults}", "read", reading.person)


def _left(material: Material) -> DeviationText:
    why = material.out.value if material.out else ""
    what = f"{called(material.kind, material.place)}, lot {material.lot}: {why}"
    return DeviationText(what, material.out_words or DASH, "put out", material.out_by)
