"""Every dose that a course may have: its state, its dates and its level.

A dose that is still to come is assumed on the first day that suits it, and the dates after it follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from compounding.course.entries import Slot
from compounding.course.levels import label_level, reduced
from compounding.course.values import Course
from compounding.quantities import DoseLevel, Duration


class State(Enum):
    """How a dose stands."""

    GIVEN = "given"
    OMITTED = "omitted"
    """Left out, or on a day that a reduction dropped."""
    BLOCKED = "blocked"
    """Not to be given: the course has ended, or there was no response within the cycles that the label allows for
    one."""
    NO_WINDOW = "no-window"
    """It opens after it closes, so that no day is left for it."""
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A dose of the schedule, given or not."""

    slot: Slot
    state: State
    label: DoseLevel | None
    """The level of the dose table for the response, before any reduction. None while that is not known."""
    permitted: DoseLevel | None
    """What a reduction leaves of it."""
    level: DoseLevel | None
    """The level given, else the one permitted."""
    nominal: date | None = None
    opens: date | None = None
    closes: date | None = None
    """The last day of its window. A day 1 has none: it only moves the days after it."""
    on: date | None = None
    """When it was given."""
    before: date | None = None
    """The latest day on which a dose before it was given or is assumed."""
    raised: bool = False
    """Whether it opens later than its own window, for the interval after the dose before."""

    @property
    def taken(self) -> date | None:
        """When it was given or is assumed: on its nominal day, or when it opens if that is later."""
        if self.opens is None or self.nominal is None:
            return self.on
        return max(self.nominal, self.opens)


def doses(course: Course) -> Iterator[Scheduled]:
    """Every dose that the course may have, in order. Raises OverflowError past the year 9999."""
    first_day, before = course.start, None
    for slot in course.slots():
        if slot.day == 1 and slot.cycle > 1:
            first_day += timedelta(days=course.days_of(slot.cycle - 1))
        dose = _dose(course, slot, first_day + timedelta(days=slot.day - 1), before)
        yield dose
        # The latest, not the last: what was given out of order is as near to the next dose.
        before = max(filter(None, (before, dose.taken)), default=None)
        # Nominal days of cycle 1 count from the start, whenever its first dose is given.
        if slot.day == 1 and slot.cycle > 1:
            first_day = dose.taken or first_day


def span(length: Duration) -> timedelta:
    """A length that the drug file states in whole days."""
    return timedelta(days=length.whole("day"))


def _dose(course: Course, slot: Slot, nominal: date, before: date | None) -> Scheduled:
    label, permitted = _levels(course, slot)
    given = course.dose_at(slot)
    if given is not None:
        return Scheduled(slot, State.GIVEN, label, permitted, given.level, nominal, on=given.on, before=before)
    if course.leaves_out(slot):
        return Scheduled(slot, State.OMITTED, label, permitted, permitted, nominal, before=before)
    if course.ended is not None or course.without_response(slot.cycle):
        return Scheduled(slot, State.BLOCKED, label, permitted, permitted, before=before)
    own, closes = _window(course, slot, nominal)
    opens = own if before is None else max(own, before + span(course.regimen.interval.value))
    state = State.NO_WINDOW if closes is not None and opens > closes else State.PLANNED
    return Scheduled(slot, state, label, permitted, permitted, nominal, opens, closes, None, before, opens > own)


def _window(course: Course, slot: Slot, nominal: date) -> tuple[date, date | None]:
    """First and last day of a dose by its nominal day alone. A day 1 is never early, and closes never."""
    if slot.day == 1:
        return nominal, None
    either_way = span(course.regimen.window.value)
    return nominal - either_way, nominal + either_way


def _levels(course: Course, slot: Slot) -> tuple[DoseLevel | None, DoseLevel | None]:
    label = label_level(course.regimen, slot, course.response(slot.cycle))
    less = course.reduction(slot.cycle)
    return label, label if label is None or less is None else reduced(label, less.percent)
