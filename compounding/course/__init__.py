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
facts      what is recorded of a course one thing at a time, and the course that it makes
schedule   the doses, the next one, and the findings
ordered    the rules before a dose: an order held against its course
"""

from __future__ import annotations

from compounding.course.dates import Scheduled, State
from compounding.course.entries import (
    Assessment,
    DroppedDay,
    End,
    Ended,
    Given,
    Interruption,
    Length,
    Omitted,
    Reduction,
    Response,
    Slot,
    Transplant,
    listed,
)
from compounding.course.facts import CourseFact, Start, course_from, fact_as_json, kind_of, read_fact, same_place
from compounding.course.ordered import Made, Ordered, Variance, besides, ended_finding, unconfirmed_rule, variance
from compounding.course.ordered import judged as order_findings
from compounding.course.reader import read
from compounding.course.schedule import Schedule, Spent, schedule, spent, unanswered
from compounding.course.values import Course, CourseFault

__all__ = [
    "Assessment",
    "Course",
    "CourseFact",
    "CourseFault",
    "DroppedDay",
    "End",
    "Ended",
    "Given",
    "Interruption",
    "Length",
    "Made",
    "Omitted",
    "Ordered",
    "Reduction",
    "Response",
    "Schedule",
    "Scheduled",
    "Slot",
    "Spent",
    "Start",
    "State",
    "Transplant",
    "Variance",
    "besides",
    "course_from",
    "ended_finding",
    "fact_as_json",
    "kind_of",
    "listed",
    "order_findings",
    "read",
    "read_fact",
    "same_place",
    "schedule",
    "spent",
    "unanswered",
    "unconfirmed_rule",
    "variance",
]
