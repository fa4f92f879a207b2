"""The doses of a course as months that a person can look at: given, expected, open, too soon."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from compounding.course import Course, Schedule, Scheduled, State
from compounding.policy import Market
from compounding.wording.calendar import MARKS, Mark, dose_mark, month_name, weekdays, without_date
from compounding.wording.numbers import day as written_day

_ONE = timedelta(days=1)
_SUNDAY, _MONDAY = 6, 0  # as the standard library counts


@dataclass(frozen=True, slots=True)
class Marked:
    """A dose on a day: which, the mark's word and look."""

    dose: str
    word: str
    look: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a month."""

    number: str
    iso: str
    name: str
    """The whole date."""
    marks: tuple[Marked, ...]
    today: bool


@dataclass(frozen=True, slots=True)
class Month:
    name: str
    heads: tuple[tuple[str, str], ...]
    """Short and long names of the weekdays."""
    weeks: tuple[tuple[Cell | None, ...], ...]
    """A place before the first day of the month or after the last has none."""


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """The months of a course, for the template's `calendar`."""

    months: tuple[Month, ...]
    legend: tuple[tuple[str, str, str], ...]
    """Look, word and meaning of each mark that is used."""
    without_date: str
    """What of the course stands on no day; "" for nothing."""


def calendar_page(course: Course, made: Schedule, today: date) -> CalendarPage:
    """Every month from the first day that is marked to the last."""
    marked: dict[date, list[tuple[Mark, Scheduled]]] = {}
    for dose in made.doses:
        for on, mark in _marks(course, dose):
            marked.setdefault(on, []).append((mark, dose))
    used = {mark for marks in marked.values() for mark, _ in marks}
    blocked = [dose.slot for dose in made.doses if dose.state is State.BLOCKED]
    return CalendarPage(
        tuple(_months(marked, course.drug.market, today)),
        tuple((mark.value, *MARKS[mark]) for mark in Mark if mark in used),
        without_date(blocked) if blocked else "",
    )


# ------------------------------------------------------------------ what is marked


def _marks(course: Course, dose: Scheduled) -> Iterator[tuple[date, Mark]]:
    if dose.on is not None:
        yield dose.on, Mark.GIVEN
    elif dose.state is State.OMITTED and dose.nominal is not None:
        yield dose.nominal, Mark.OMITTED
    elif dose.opens is not None and dose.nominal is not None:
        yield from _to_come(course, dose, dose.nominal, dose.opens)


def _to_come(course: Course, dose: Scheduled, nominal: date, opens: date) -> Iterator[tuple[date, Mark]]:
    """A day 1 has no window: it may be given on any day from its opening on, and only that one is marked."""
    expected = max(nominal, opens)
    yield expected, Mark.LATE if dose.state is State.NO_WINDOW else Mark.EXPECTED
    first = nominal if dose.closes is None else nominal - timedelta(days=course.regimen.window.value.whole("day"))
    last = expected if dose.closes is None else dose.closes
    for on in _days(min(first, opens), last):
        if on == expected:
            continue
        if on < opens:
            yield on, Mark.NOMINAL if on == nominal else Mark.CLOSED
        elif dose.closes is not None:
            yield on, Mark.OPEN


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _ONE


# ------------------------------------------------------------------ months


def _months(marked: Mapping[date, list[tuple[Mark, Scheduled]]], market: Market, today: date) -> Iterator[Month]:
    if not marked:
        return
    weeks = Calendar(_SUNDAY if market is Market.US else _MONDAY)
    first, last = min(marked), max(marked)
    for year in range(first.year, last.year + 1):
        for month in range(1, 13):
            if (first.year, first.month) <= (year, month) <= (last.year, last.month):
                yield Month(
                    month_name(date(year, month, 1)),
                    weekdays(market),
                    tuple(
                        tuple(
                            _cell(on, marked.get(on, []), market, today) if on.month == month else None for on in week
                        )
                        for week in weeks.monthdatescalendar(year, month)
                    ),
                )


def _cell(on: date, marks: list[tuple[Mark, Scheduled]], market: Market, today: date) -> Cell:
    shown = tuple(Marked(dose_mark(dose.slot), MARKS[mark][0], mark.value) for mark, dose in marks)
    return Cell(str(on.day), on.isoformat(), written_day(on, market), shown, on == today)
