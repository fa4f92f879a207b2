"""The dose table: which of its rows counts, and what a reduction leaves of a level."""

from __future__ import annotations

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
    levels = {row.value[slot.day] for row in label_rows(regimen, slot.cycle, response)}
    return levels.pop() if len(levels) == 1 else None


def reduced(level: DoseLevel, percent: int) -> DoseLevel:
    """A level less so many percent, exact: 0.5 mg/m² less 25 % is 0.375 mg/m²."""
    return DoseLevel.of(level * (Decimal(100 - percent) / 100))
