"""The check by a second person before the drug is added: their own figures, and what they read.

Nothing is compared vial by vial: where the withdrawable volume is not known there is nothing to compare
with, and where it is the total finds the same fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from compounding.quantities import DrugMass, Quantity, Volume, WeighedMass
from compounding.workflow.progress import Planned, Reading

VOLUME_TOLERANCE_PERCENT = Decimal(5)
"""Of the volume to withdraw, either way, the limit included: what the mass may differ by where it is weighed,
which a site may change, since a balance differs from one to the next and a syringe does not."""


@dataclass(frozen=True, slots=True)
class Own:
    """What the checker worked out from the order, counted, and read: as typed, before anything is shown."""

    dose: DrugMass
    volume: Volume
    vials: int
    read_volume: Volume
    read_mass: WeighedMass | None = None


def judged(own: Own, figures: Planned, wetted: int, person: str = "") -> Reading:
    """The check of a preparation of which so many vials are wetted.

    Raises ValueError where the market states a density and the mass is missing, or the other way round.
    """
    if (own.read_mass is None) is not (figures.mass is None):
        what = "is missing" if own.read_mass is None else f"of {own.read_mass} has nothing to be compared with"
        raise ValueError(f"the mass read {what}")
    faults = tuple(_faults(own, figures, wetted))
    return Reading(own.dose, own.volume, own.vials, own.read_volume, own.read_mass, not faults, faults, person)


def _faults(own: Own, figures: Planned, wetted: int) -> Iterator[str]:
    if own.dose != figures.dose:
        yield "dose"
    if own.volume != figures.volume:
        yield "volume"
    if own.vials != wetted:
        yield "vials"
    if not within(own.read_volume, figures.volume, VOLUME_TOLERANCE_PERCENT):
        yield "volume-read"
    if figures.mass is None or own.read_mass is None:
        return
    if not within(own.read_mass, figures.mass, figures.policy.mass_tolerance_percent):
        yield "mass-read"


def within(found: Quantity, expected: Quantity, percent: Decimal) -> bool:
    """Whether an amount is within so many percent of another, either way; exactly at the limit is within."""
    low, high = (expected * (100 + sign * percent) for sign in (-1, 1))
    return low <= found * 100 <= high


MOST_APART = 3
"""Readings that disagree, before nothing but to reject is left: whoever may go on until it agrees is led there by
what is said each time. Ours: two slips of the fingers, each of another value, cost no preparation."""


def read_out(readings: Iterable[Reading]) -> bool:
    """Whether so many readings disagreed, each perhaps in something else, that it is not read again."""
    return sum(not reading.agrees for reading in readings) >= MOST_APART


def stays_apart(readings: Iterable[Reading]) -> tuple[str, ...]:
    """The faults that were found again when it was read again: nothing but to reject it is left."""
    times = Counter(fault for reading in readings for fault in reading.faults)
    return tuple(fault for fault, count in times.items() if count > 1)
