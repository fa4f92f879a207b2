"""The dose table: which of its rows counts, and what a reduction leaves of a level."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from compounding.course.entries import Response, Slot
from compounding.formulary import Fact, Levels, Regimen
from compounding.quantities import DoseLevel


def label_rows(regimen: Regimen, cycle: int, response: Response | None) -> tuple[Fact[Levels], ...]:
    """The rows of the dose table that may apply: one, or two while the response is not known."""
    if cycle == 1:
        return (regimen.first_cycle,)
    if response is None:
        return (regimen.response, regimen.no_response)
    return (regimen.no_response if response is Response.NONE else regimen.response,)


def label_level(regimen: Regimen, slot: Slot, response: Response | None) -> DoseLevel | None:
    """The label's level in mg/m², or None where it hangs on a response that is not known."""
    levels = label_levels(regimen, slot, response)
    return levels[0] if len(levels) == 1 else None


def label_levels(regimen: Regimen, slot: Slot, response: Response | None) -> tuple[DoseLevel, ...]:
    """The levels of the label that a dose may have, the lowest first: one, or two while the response is not known."""
    return tuple(sorted({row.value[slot.day] for row in label_rows(regimen, slot.cycle, response)}))


def reduced(level: DoseLevel, percent: int) -> DoseLevel:
    """A level less so many percent, exact: 0.5 mg/m² less 25 % is 0.375 mg/m²."""
    return DoseLevel.of(level * (Decimal(100 - percent) / 100))


def total(levels: Iterable[DoseLevel]) -> DoseLevel:
    """What the doses of a cycle come to: 0.8, 0.5 and 0.5 mg/m² are 1.8 mg/m²."""
    return DoseLevel(sum((level.value for level in levels), Decimal(0)))
