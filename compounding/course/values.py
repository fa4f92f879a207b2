"""A course of treatment as one frozen value. A Course that exists does not contradict itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product

from compounding.course.coherence import faults
from compounding.course.entries import (
    Assessment,
    DroppedDay,
    Ended,
    Given,
    Interruption,
    Length,
    Omitted,
    Reduction,
    Response,
    Slot,
    Transplant,
)
from compounding.formulary import Presentation, Regimen
from compounding.quantities import Unreadable


class CourseFault(Unreadable):
    """A course that cannot be read, or contradicts itself: the place, and a sentence that says what is wrong there."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(f"{place}: {what}")
        self.place = place


@dataclass(frozen=True, slots=True)
class Course:
    """One patient's course with one presentation. Raises CourseFault, naming the first that does not fit."""

    drug: Presentation
    start: date
    """Day 1 of cycle 1, planned or given."""
    transplant: Transplant = Transplant(planned=False)
    given: tuple[Given, ...] = ()
    omitted: tuple[Omitted, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    lengths: tuple[Length, ...] = ()
    reductions: tuple[Reduction | DroppedDay, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    ended: Ended | None = None
    """None while it goes on."""

    def __post_init__(self) -> None:
        for place, what in faults(self):
            raise CourseFault(place, what)

    @property
    def regimen(self) -> Regimen:
        return self.drug.regimen

    @property
    def most_cycles(self) -> int | None:
        """The cycles that the course may have; None where the label states no limit."""
        planned = self.regimen.transplant_cycles.value
        if self.transplant.planned and planned is not None:
            return planned + (1 if self.one_more else 0)
        return self.regimen.cycles.value

    @property
    def one_more(self) -> bool:
        """Whether the cycle after those before a transplant has the reason that it needs."""
        stated = self.regimen.transplant_third_cycle.value is not None
        return stated and bool(self.transplant.third_cycle_reason.strip())

    def slots(self) -> Iterator[Slot]:
        """Every dose that the course may have, in order. Where the label states no limit of cycles, up to
        the cycle after the last that is spoken of."""
        last = self.most_cycles
        if last is None:
            spoken_of = [*(dose.slot.cycle for dose in self.given), *(dose.slot.cycle for dose in self.omitted)]
            # A cycle takes at least one entry to get past, so that an omission far ahead opens no long list.
            last = min(max(spoken_of, default=0), len(spoken_of)) + 1
        yield from (Slot(*slot) for slot in product(range(1, last + 1), self.regimen.days))

    def dose_at(self, slot: Slot) -> Given | None:
        return next((dose for dose in self.given if dose.slot == slot), None)

    def leaves_out(self, slot: Slot) -> bool:
        """Whether no dose is due there: omitted, or on a day that a reduction dropped."""
        return self.drops(slot) or any(dose.slot == slot for dose in self.omitted)

    def drops(self, slot: Slot) -> bool:
        return any(
            isinstance(less, DroppedDay) and less.day == slot.day and less.from_cycle <= slot.cycle
            for less in self.reductions
        )

    def reduction(self, cycle: int) -> Reduction | None:
        """The reduction that holds in a cycle."""
        every = (less for less in self.reductions if isinstance(less, Reduction))
        return next((less for less in every if less.from_cycle <= cycle), None)

    def response(self, cycle: int) -> Response | None:
        """The latest response known before a cycle. None is not known, which is not Response.NONE."""
        before = [found for found in self.assessments if found.after_cycle < cycle]
        return max(before, key=lambda found: found.after_cycle).response if before else None

    def without_response(self, cycle: int) -> bool:
        """Whether treatment has stopped before a cycle, for want of a response."""
        stop_after = self.regimen.no_response_stop_after.value
        return stop_after is not None and cycle > stop_after and self.response(cycle) is Response.NONE

    def days_of(self, cycle: int) -> int:
        """The length of a cycle, in days."""
        own = next((length.days for length in self.lengths if length.cycle == cycle), None)
        return self.label_days_of(cycle) if own is None else own

    def label_days_of(self, cycle: int) -> int:
        first = cycle == 1
        return (self.regimen.first_cycle_length if first else self.regimen.later_cycle_length).value.whole("day")
