"""The schedule of a course: every dose that it may have, the next one, what is found, and why none is left."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from compounding.course.dates import Scheduled, State, doses
from compounding.course.entries import End, Response
from compounding.course.values import Course, CourseFault
from compounding.course.watch import findings
from compounding.findings import Finding, Severity


@dataclass(frozen=True, slots=True)
class Schedule:
    """What follows from a course."""

    doses: tuple[Scheduled, ...]
    findings: tuple[Finding, ...]
    """In the order of the doses; each holds its `cycle` and `day` among its values."""

    @property
    def next(self) -> Scheduled | None:
        """The first dose still to come, or None where there is none."""
        return next((dose for dose in self.doses if dose.state in (State.PLANNED, State.NO_WINDOW)), None)

    @property
    def stopped(self) -> bool:
        return any(finding.severity is Severity.STOP for finding in self.findings)


def schedule(course: Course) -> Schedule:
    """The doses of a course, with dates, levels in mg/m², and findings.

    Raises CourseFault where its dates leave the calendar.
    """
    try:
        made = tuple(doses(course))
    except OverflowError:  # a date ends with the year 9999
        raise CourseFault("start", f"{course.start} with the lengths leads out of the calendar.") from None
    return Schedule(made, tuple(findings(course, made)))


class Spent(Enum):
    """Why a course that nobody ended has no dose left."""

    NO_RESPONSE = "no-response"
    CYCLES = "cycles"
    TRANSPLANT = "transplant"


def spent(course: Course) -> Spent | None:
    """Why a course has no dose left; None where one is to come, or where its end is recorded, which says it itself."""
    if course.ended is not None or schedule(course).next is not None:
        return None
    last = max(slot.cycle for slot in course.slots())
    if course.without_response(last + 1):
        return Spent.NO_RESPONSE
    planned = course.transplant.planned and course.regimen.transplant_cycles.value is not None
    return Spent.TRANSPLANT if planned else Spent.CYCLES


def unanswered(course: Course) -> bool:
    """Whether it was stopped for want of a response, or had the cycles that the label allows for one without: it
    then stands of a patient however the course ended."""
    if course.ended is not None and course.ended.why is End.NO_RESPONSE:
        return True
    stop_after = course.regimen.no_response_stop_after.value
    if stop_after is None or course.response(stop_after + 1) is not Response.NONE:
        return False
    had = (*(dose.slot.cycle for dose in course.given), *(found.after_cycle for found in course.assessments))
    return max(had, default=0) >= stop_after
