"""The schedule of a course: every dose that it may have, the next one, and what is found on the way."""

from __future__ import annotations

from dataclasses import dataclass

from compounding.course.dates import Scheduled, State, doses
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
