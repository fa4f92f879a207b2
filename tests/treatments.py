"""Courses of treatment for the tests: begun(given=["1/1 2026-01-05 0.8"], responses={1: "cr"})."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from compounding.course import (
    Assessment,
    Course,
    DroppedDay,
    Given,
    Length,
    Omitted,
    Reduction,
    Response,
    Slot,
    Transplant,
)
from compounding.formulary import Presentation
from compounding.quantities import DoseLevel
from tests.orders import US

START = date(2026, 1, 5)
NO_TRANSPLANT = Transplant(planned=False)


def slot(text: str) -> Slot:
    """ "2/15": day 15 of cycle 2."""
    cycle, day = text.split("/")
    return Slot(int(cycle), int(day))


def dose(text: str) -> Given:
    """ "1/8 2026-01-12 0.5": the dose, its date, its level in mg/m²."""
    where, on, level = text.split()
    return Given(slot(where), date.fromisoformat(on), DoseLevel(Decimal(level)))


def begun(
    given: Iterable[str] = (),
    *,
    drug: Presentation = US,
    start: date = START,
    omitted: Iterable[str] = (),
    responses: Mapping[int, str] | None = None,
    lengths: Mapping[int, int] | None = None,
    reduced_from: int | None = None,
    dropped: Mapping[int, int] | None = None,
    transplant: Transplant = NO_TRANSPLANT,
) -> Course:
    """A course; `dropped` maps a cycle to the day that is dropped from it on."""
    return Course(
        drug,
        start,
        transplant,
        tuple(map(dose, given)),
        tuple(Omitted(slot(where), "toxicity") for where in omitted),
        tuple(Assessment(after, Response(found)) for after, found in (responses or {}).items()),
        tuple(Length(cycle, days, "recovery") for cycle, days in (lengths or {}).items()),
        (
            *((Reduction(reduced_from, 25),) if reduced_from else ()),
            *(DroppedDay(cycle, day) for cycle, day in (dropped or {}).items()),
        ),
    )
