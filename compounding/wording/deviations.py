"""What went otherwise than planned on the way of a preparation, as the rows of its worksheet say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from compounding.policy import Market
from compounding.wording.numbers import DASH, clock, figure, moment
from compounding.wording.papers import late
from compounding.wording.path import called
from compounding.workflow.materials import LOST, Material, Out
from compounding.workflow.progress import Moment, Progress, Reading, What
from compounding.workflow.times import is_late


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

_NAMED = LOST | {Out.REPLACED}
"""Reasons by which a material left otherwise than planned. One that went back to stock unopened was not needed."""


def deviations_of(progress: Progress, zone: str, market: Market) -> Iterator[DeviationText]:
    """Late entries, readings that disagreed, and what was broken, thrown away or replaced."""
    for happened in progress.moments:
        if is_late(happened.at, happened.entered_at):
            yield _late(happened, zone, market)
    for number, reading in enumerate(progress.readings, 1):
        if not reading.agrees:
            yield _apart(number, reading)
    yield from (_left(material) for material in progress.materials if material.out in _NAMED)


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
