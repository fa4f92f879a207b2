"""The doses of a course on a calendar: what is said of each, and of each day that is marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from enum import Enum

from compounding.course import Course, Scheduled, Slot, State, listed
from compounding.policy import Market
from compounding.wording.courses import raised_because
from compounding.wording.numbers import amount, day

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
WEEKDAYS = tuple(
    (name[:3], name) for name in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
)


class Mark(Enum):
    """What a day of the calendar is to a dose."""

    GIVEN = "given"
    EXPECTED = "expected"
    OPEN = "open"
    NOMINAL = "nominal"
    CLOSED = "closed"
    LATE = "late"
    OMITTED = "omitted"


MARKS = {
    Mark.GIVEN: ("Given", "The dose was given."),
    Mark.EXPECTED: ("Expected", "The nominal day, or the first that the dose before leaves."),
    Mark.OPEN: ("Open", "Another day on which the dose may be given."),
    Mark.NOMINAL: ("Nominal, too soon", "The nominal day, which is too soon after the dose before."),
    Mark.CLOSED: ("Too soon", "In the window of the dose, but too soon after the dose before."),
    Mark.LATE: ("No day left", "The first day that the dose before leaves, after the window of the dose."),
    Mark.OMITTED: ("Omitted", "The dose was or will be left out."),
}
"""The word of each mark, and what it means."""


def month_name(first: date) -> str:
    return f"{MONTHS[first.month - 1]} {first.year:04d}"


def weekdays(market: Market) -> tuple[tuple[str, str], ...]:
    """Short and long names, from the day that a week begins with: Sunday in the US, Monday in the UK."""
    return (WEEKDAYS[-1], *WEEKDAYS[:-1]) if market is Market.US else WEEKDAYS


def dose_name(slot: Slot) -> str:
    return f"cycle {slot.cycle} day {slot.day}"


def dose_mark(slot: Slot) -> str:
    """A dose within a day of the calendar, which is narrow."""
    return f"C{slot.cycle} day {slot.day}"


def without_date(slots: Sequence[Slot]) -> str:
    """That doses are blocked, and so stand on no day: "Cycles 4, 5 and 6 are blocked: no dose of them is given."."""
    cycles = tuple(sorted({slot.cycle for slot in slots}))
    blocked = (
        "Cycle {} is blocked: no more dose of it" if len(cycles) == 1 else "Cycles {} are blocked: no dose of them"
    )
    return f"{blocked.format(listed(cycles))} is given."


def dose_lines(course: Course, dose: Scheduled) -> Iterator[str]:
    """All that is to be said of a dose on its day, a sentence each."""
    market = course.drug.market
    if dose.state is State.GIVEN and dose.on is not None:
        yield f"Given on {day(dose.on, market)}{_at(dose)}."
    elif dose.state is State.OMITTED:
        yield "No dose is given: it is omitted."
    elif dose.state is State.BLOCKED:
        yield f"No dose is given: {_blocked_for(course, dose.slot)}."
    else:
        yield from _to_come(course, dose, market)


def _blocked_for(course: Course, slot: Slot) -> str:
    if course.ended is not None:
        return "the course has ended"
    return "there was no response" if course.without_response(slot.cycle) else "what is found on the course stops it"


def _at(dose: Scheduled) -> str:
    return "" if dose.level is None else f" at {amount(dose.level)}"


def _to_come(course: Course, dose: Scheduled, market: Market) -> Iterator[str]:
    if dose.nominal is not None:
        yield f"Nominal day: {day(dose.nominal, market)}."
    if dose.opens is not None:
        because = raised_because(course, dose)
        yield f"Not before {day(dose.opens, market)}{f', {because}' if because else ''}."
    if dose.closes is not None:
        yield f"Not after {day(dose.closes, market)}."
    if dose.state is State.NO_WINDOW:
        yield "No day is left for it: it opens after it closes."
    if dose.level is None:
        yield "The level is not known until the response is."
    else:
        yield f"Expected level: {amount(dose.level)}."
