"""A course's schedule, as JSON and as rows that a person reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from compounding.course import Course, Schedule, Scheduled
from compounding.findings import Status
from compounding.policy import Market
from compounding.quantities import plain
from compounding.wording.findings import sentence
from compounding.wording.numbers import DASH, amount, day

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
    days = course.regimen.interval.value.in_unit("day")
    return f"{plain(days)} days after {day(dose.before, course.drug.market)}"


def course_unconfirmed(course: Course) -> Iterator[str]:
    """The unconfirmed facts that the course rests on, each with the clause to confirm it against."""
    percent = course.regimen.reduction_percent
    if percent.source.status is Status.UNCONFIRMED and course.reductions:
        yield (
            "The rules of interruption and reduction are not confirmed. Confirm them against the current label, "
            f"{percent.source.text}."
        )
