"""A course's schedule, as JSON and as rows that a person reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from compounding.course import Course, Reduction, Schedule, Scheduled, Variance
from compounding.findings import Status
from compounding.policy import Market
from compounding.quantities import plain
from compounding.wording.findings import sentence
from compounding.wording.numbers import DASH, amount, day, over_or_under

HEADINGS = ("Cycle", "Day", "Level", "Status", "Nominal", "Opens", "Closes", "Given")


def course_as_json(course: Course, made: Schedule) -> dict[str, Any]:
    """The schedule as the command line prints it: dates as 2026-01-12, levels in mg/m² as text."""
    return {
        "schedule": [_dose(dose) for dose in made.doses],
        "next": None if made.next is None else made.next.slot._asdict(),
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity.word,
                "cycle": finding.values["cycle"],
                "day": finding.values["day"],
                "message": sentence(finding, course.drug.market),
            }
            for finding in made.findings
        ],
    }


def _dose(dose: Scheduled) -> dict[str, Any]:
    return {
        **dose.slot._asdict(),
        "level_mg_per_m2": None if dose.level is None else plain(dose.level.value),
        "status": dose.state.value,
        "nominal": _iso(dose.nominal),
        "opens": _iso(dose.opens),
        "closes": _iso(dose.closes),
        "on": _iso(dose.on),
    }


def _iso(when: date | None) -> str | None:
    return None if when is None else when.isoformat()


def course_rows(course: Course, made: Schedule) -> Iterator[tuple[str, ...]]:
    """A row for each dose, under HEADINGS. What is not known or does not apply is a dash."""
    for dose in made.doses:
        dates = (_date(when, course.drug.market) for when in (dose.nominal, dose.opens, dose.closes, dose.on))
        yield (str(dose.slot.cycle), str(dose.slot.day), amount(dose.level), dose.state.value, *dates)


def _date(when: date | None, market: Market) -> str:
    return DASH if when is None else day(when, market)


def raised_because(course: Course, dose: Scheduled) -> str | None:
    """Why a dose opens later than its window alone would have it, or None where it does not."""
    if not dose.raised or dose.before is None:
        return None
    days, before = course.regimen.interval.value.in_unit("day"), day(dose.before, course.drug.market)
    given = any(other.on == dose.before for other in course.given)
    return f"{plain(days)} days after {before if given else f'the dose planned for {before}'}"


def expected(course: Course, dose: Scheduled | None) -> Iterator[tuple[str, str]]:
    """What the schedule says of a dose: its level, and the days on which it may be given."""
    if dose is None:
        return
    market = course.drug.market
    yield "Expected level", amount(dose.permitted)
    yield "Nominal day", _date(dose.nominal, market)
    yield "May be given", may_be_given(course, dose)


def may_be_given(course: Course, dose: Scheduled) -> str:
    """The window of a dose that is still to come: "Jan 20, 2026 (6 days after Jan 14, 2026) to Jan 21, 2026"."""
    if dose.opens is None:
        return DASH
    market, because = course.drug.market, raised_because(course, dose)
    opens = f"{day(dose.opens, market)} ({because})" if because else day(dose.opens, market)
    return f"from {opens}" if dose.closes is None else f"{opens} to {day(dose.closes, market)}"


def variance_words(found: Variance | None, market: Market) -> str:
    """A dose against the previous one of its day: "37.67 % under the 1.46 mg of cycle 1, Jan 5, 2026"."""
    if found is None:
        return "none given yet"
    before = found.before
    return (
        f"{over_or_under(found.difference)} the {amount(before.dose)} of cycle {before.slot.cycle}, "
        f"{day(before.on, market)}"
    )


def reduction_words(less: Reduction) -> str:
    """Why an order states its own level: "25 % less from cycle 2 on, for toxicity"."""
    return f"{less.percent} % less from cycle {less.from_cycle} on, for toxicity"


def course_unconfirmed(course: Course) -> Iterator[str]:
    """The unconfirmed facts that the course rests on, each with the clause to confirm it against."""
    percent = course.regimen.reduction_percent
    if percent.source.status is Status.UNCONFIRMED and course.reductions:
        yield (
            "The rules of interruption and reduction are not confirmed. Confirm them against the current label, "
            f"{percent.source.text}."
        )
