"""What a course is put together from, each a frozen value that is right in itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from compounding.quantities import DoseLevel, Unreadable, round_number

_THOUSANDTH = Decimal("0.001")


class Response(Enum):
    """The response that decides the dose from cycle 2. CRi counts as response."""

    CR = "cr"
    CRI = "cri"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Transplant:
    """Whether a transplant is planned, and why a third cycle is given all the same."""

    planned: bool
    third_cycle_reason: str = ""


class Slot(NamedTuple):
    """The place of a dose in its course. Slots compare in the order in which doses are given."""

    cycle: int
    day: int

    def __str__(self) -> str:
        return f"day {self.day} of cycle {self.cycle}"


@dataclass(frozen=True, slots=True)
class Given:
    """A dose that was given. Raises Unreadable for a level that is not one."""

    slot: Slot
    on: date
    level: DoseLevel

    def __post_init__(self) -> None:
        if self.level.value <= 0:
            raise Unreadable(f"{self.level} is not above zero.")
        # As it is stored: whole nanograms of a dose come from at most 3 decimals each of level and area.
        if self.level.value != round_number(self.level.value, _THOUSANDTH):
            raise Unreadable(f"{self.level} has more than 3 decimals.")


@dataclass(frozen=True, slots=True)
class Omitted:
    """A dose that was or will be left out. Raises Unreadable without a reason."""

    slot: Slot
    reason: str

    def __post_init__(self) -> None:
        _needed(self.reason)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The response as it was found after a cycle. It counts until the next one."""

    after_cycle: int
    response: Response


@dataclass(frozen=True, slots=True)
class Length:
    """A cycle of another length than the label's, in days. Raises Unreadable without a reason."""

    cycle: int
    days: int
    reason: str

    def __post_init__(self) -> None:
        _needed(self.reason)


@dataclass(frozen=True, slots=True)
class Reduction:
    """Every dose from a cycle on is so many percent less. It is never raised again."""

    from_cycle: int
    percent: int


@dataclass(frozen=True, slots=True)
class DroppedDay:
    """A day of the cycle on which no dose is given from a cycle on."""

    from_cycle: int
    day: int


@dataclass(frozen=True, slots=True)
class Interruption:
    """Treatment held for a toxicity that is not of the blood. Raises Unreadable without a reason."""

    since: date
    to: date | None
    """When the patient had recovered; None while not."""
    reason: str

    def __post_init__(self) -> None:
        _needed(self.reason)

    def days(self, on: date) -> int:
        """How long it lasted, or has lasted by a day, in days."""
        return ((on if self.to is None else self.to) - self.since).days


class End(Enum):
    """Why a course ends before it is through. The first two are the label's: never given again."""

    VOD = "vod"
    LIVER = "liver"
    TOXICITY = "toxicity"
    NO_RESPONSE = "no-response"
    TRANSPLANT = "transplant"
    PATIENT = "patient"
    ANOTHER = "another"


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a course. Raises Unreadable without words for it."""

    on: date
    why: End
    words: str

    def __post_init__(self) -> None:
        _needed(self.words)


def listed(days: tuple[int, ...]) -> str:
    """Days in a sentence: "1, 8 and 15"."""
    *most, last = map(str, days)
    return f"{', '.join(most)} and {last}" if most else last


def _needed(reason: str) -> None:
    if not reason.strip():
        raise Unreadable("The reason is empty.")
