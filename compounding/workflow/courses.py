"""What in its course holds a preparation back: a patient who is another by now, a course that has ended, a checklist,
rules that nobody confirmed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from compounding.course import Course, Slot, unconfirmed_rule
from compounding.findings import Finding, Severity, Values
from compounding.workflow.progress import Barrier

_ANSWERED = (Severity.OVERRIDE, Severity.ACKNOWLEDGE)


def held_by(
    course: Course,
    slot: Slot,
    found: Sequence[Finding] | None,
    answered: Callable[[Finding], bool],
    *,
    training: bool,
    days: tuple[date, date] | None = None,
) -> Iterator[Barrier]:
    """What is in the way of giving this dose. `found` is what its checklist finds by now, None where there is none;
    `answered` says whether a finding was answered on it, with the values that it has by now; `days` are that of the
    checklist and that of the order, where there are both."""
    where = {"cycle": slot.cycle, "day": slot.day}
    if course.ended is not None:
        end = course.ended
        yield Barrier("course-ended", {"on": end.on, "why": end.why.value, "words": end.words})
    if found is None:
        yield Barrier(NO_CHECKLIST, where)
    elif any(finding.severity is Severity.STOP for finding in found):
        yield Barrier("checklist-stops", where)
    elif any(finding.severity in _ANSWERED and not answered(finding) for finding in found):
        yield Barrier("checklist-open", where)
    if days is not None and days[0] != days[1]:
        yield Barrier("checklist-day", {**where, "checked": days[0], "ordered": days[1]})
    rule = unconfirmed_rule(course, slot.cycle)
    if rule is not None and not training:
        yield Barrier("unconfirmed-rules", {"confirm_against": rule.source.text})


ANOTHER_PATIENT = "patient-differs"
NO_CHECKLIST = "checklist-missing"


def another_patient(ordered: Values, now: Values) -> Barrier:
    """That the patient of a course was corrected after an order in it was stored: its label would name somebody else.
    Both are what identifies: `family`, `given`, `born`, and the numbers that there are."""
    return Barrier("patient-differs", {**_as("ordered", ordered), **_as("now", now)})


def _as(which: str, identity: Values) -> Values:
    return {f"{which}_{name}": value for name, value in identity.items()}
