"""Rows of a patient's course for the tests: one of each kind, and what tests make of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from compounding.checklist import Checklist, Exam, Infusion, Reaction
from compounding.course import Assessment, Response, Slot
from compounding.quantities import DoseLevel, DrugMass
from compounding.records import (
    CourseRecord,
    Engine,
    Event,
    NewChecklist,
    NewCourse,
    NewFact,
    NewInfusion,
    NewPatient,
    OutFact,
    course_record,
    open_course,
    place,
    put_patient,
    record_checklist,
    record_fact,
    record_infusion,
    take_out_fact,
)

START = date(2026, 3, 5)
PATIENT = NewPatient("Kowalska", "Łucja", date(1961, 2, 3), mrn="MRN-00 12", allergies="penicillin: rash")
INFUSION = Infusion(
    slot=Slot(1, 1),
    on=START,
    level=DoseLevel(Decimal("0.375")),
    prepared=DrugMass(Decimal("0.68625")),
    dose=DrugMass(Decimal("0.68625")),
    start=datetime(2026, 3, 5, 14, 0, tzinfo=UTC),
    end=datetime(2026, 3, 5, 15, 0, tzinfo=UTC),
    observed_until=datetime(2026, 3, 5, 16, 0, tzinfo=UTC),
    reaction=Reaction.NONE,
    brand="Besponsa",
    batches=("AB-12 34",),
)
CHECKLIST = Checklist(Slot(1, 1), START, "A. Nguyen, MD", tests={Exam.ECG: date(2026, 3, 4)})
CR = NewFact(Assessment(1, Response.CR), "marrow of 20 March", "A. Nguyen, MD")


def fine(_: CourseRecord) -> None:
    """A judge who objects to nothing."""


def opened(engine: Engine, event: Event, patient: NewPatient = PATIENT, **changes: Any) -> CourseRecord:
    """A course of a patient who is entered with it."""
    entered = put_patient(engine, patient, event)
    new = NewCourse("course key", entered.id, "besponsa-us", "relapsed ALL", "A. Nguyen, MD", START, transplant=False)
    return open_course(engine, replace(new, **changes), event)


def in_course(number: str, cycle: int = 1, day: int = 1, judge: Callable[[CourseRecord], str | None] = fine) -> Any:
    """Where an order is placed."""
    return place(number, Slot(cycle, day), judge)


def checked(engine: Engine, course: str, new: NewChecklist, event: Event, also: Sequence[Event] = ()) -> CourseRecord:
    """A checklist, that nobody objects to."""
    return record_checklist(engine, course, new, lambda _: event, fine, also)


def added(
    engine: Engine, course: str, new: NewFact, event: Event, judge: Callable[[CourseRecord], str | None] = fine
) -> CourseRecord:
    """A fact of a course, by somebody who has just looked at it."""
    found = course_record(engine, course)
    return record_fact(engine, course, replace(new, was=0 if found is None else found.entry), event, judge)


def given(number: str, **changes: Any) -> NewInfusion:
    """That the first dose was given from a preparation."""
    return replace(NewInfusion(Slot(1, 1), number, INFUSION), **changes)


def one_of_each(engine: Engine, course: str, preparation: str, event: Event, other: str) -> None:
    """A row of every table of a course. `other` is the user of the second person."""
    found = added(engine, course, CR, event)
    take_out_fact(engine, course, OutFact(found.facts[0].id, "another patient's", other), event, fine)
    checked(engine, course, NewChecklist(CHECKLIST), event)
    record_infusion(engine, course, given(preparation), event, fine)
