"""The course of treatment: earlier doses in; permitted levels, dates and blocks out.

A Course is what is known of one patient's treatment, as a pharmacist would write it down. `schedule`
lists every dose that it may have, when each may be given and at what level, and what is found on the
way. All numbers come from the drug file; nothing here knows of today.

entries    what a course is put together from: doses given and omitted, responses, lengths, reductions
coherence  what a course may not say of itself
values     the course
reader     a course written down as a file
levels     the dose table: which row counts, and what a reduction leaves of it
dates      every dose that the course may have, with its dates and state
watch      the rules, judged dose by dose
schedule   the doses, the next one, and the findings
"""

from __future__ import annotations

from compounding.course.dates import Scheduled, State
from compounding.course.entries import (
    Assessment,
    DroppedDay,
    Given,
    Length,
    Omitted,
    Reduction,
    Response,
    Slot,
    Transplant,
    listed,
)
from compounding.course.reader import read
from compounding.course.schedule import Schedule, schedule
from compounding.course.values import Course, CourseFault

__all__ = [
    "Assessment",
    "Course",
    "CourseFault",
    "DroppedDay",
    "Given",
    "Length",
    "Omitted",
    "Reduction",
    "Response",
    "Schedule",
    "Scheduled",
    "Slot",
    "State",
    "Transplant",
    "listed",
    "read",
    "schedule",
]
