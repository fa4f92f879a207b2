"""A stored course as the rules see it: its drug, its schedule, what its doses were made from, and what holds them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from compounding.checklist import Checklist, baselines
from compounding.checklist import judged as checklist_findings
from compounding.course import Course, CourseFault, Made, Schedule, Slot, schedule
from compounding.findings import Finding
from compounding.formulary import Presentation, with_confirmed
from compounding.quantities import BodyMass, Length, read_number
from compounding.records import CourseRecord, NotRead, PlacedOrder, StoredInfusion, course_of
from compounding.web.desk import Desk
from compounding.workflow import State
from compounding.workflow.courses import held_by
from compounding.workflow.progress import Barrier

OVER = frozenset({State.CANCELLED, State.REJECTED, State.RETURNED, State.WASTED})
"""The states in which a preparation reaches no patient."""


@dataclass(frozen=True)
class InCourse:
    """A course with its drug. Raises NotRead where what is stored contradicts itself, or its drug file is gone."""

    record: CourseRecord
    drug: Presentation

    @cached_property
    def course(self) -> Course:
        try:
            return course_of(self.record, self.drug)
        except CourseFault as fault:
            raise NotRead(f"Not read: course {self.record.number} contradicts itself. {fault}") from None

    @cached_property
    def schedule(self) -> Schedule:
        return schedule(self.course)

    @cached_property
    def made(self) -> tuple[Made, ...]:
        """What the doses given from this desk were made from, in order."""
        given = sorted(self.record.infusions.values(), key=lambda one: one.slot)
        return tuple(made for one in given if (made := self._made(one)) is not None)

    def _made(self, given: StoredInfusion) -> Made | None:
        order = next((order for order in self.record.orders if order.number == given.preparation), None)
        if order is None or given.infusion is None:
            return None
        typed: Mapping[str, str] = json.loads(order.order_json)["typed"]
        height, weight = Length(read_number(typed["height"])), BodyMass(read_number(typed["weight"]))
        return Made(given.slot, given.infusion.on, given.infusion.dose, height, weight)

    def checklists(self) -> dict[Slot, Checklist]:
        return {slot: one.checklist for slot, one in self.record.checklists.items()}

    def findings_of(self, checklist: Checklist) -> tuple[Finding, ...]:
        """What a checklist finds, held against those of the other doses."""
        return checklist_findings(self.drug, checklist, baselines(self.checklists(), checklist.slot))

    def checked(self, slot: Slot) -> tuple[Finding, ...] | None:
        """What the checklist of a dose finds by now; None where there is none."""
        stored = self.record.checklists.get(slot)
        return None if stored is None else self.findings_of(stored.checklist)

    def answered(self, slot: Slot) -> Collection[str]:
        """The codes of what was answered on the checklist of a dose."""
        stored = self.record.checklists.get(slot)
        return frozenset() if stored is None else {answer["code"] for answer in json.loads(stored.answers_json)}

    def held(self, slot: Slot, *, training: bool) -> tuple[Barrier, ...]:
        """What is in the way of giving a dose."""
        found, answered = self.checked(slot), self.answered(slot)
        return tuple(held_by(self.course, slot, found, answered, training=training))

    def orders(self, slot: Slot) -> Iterator[PlacedOrder]:
        """The preparations for a dose that may still reach the patient, the oldest first."""
        return (order for order in self.record.orders if order.slot == slot and State(order.state) not in OVER)


def in_course(record: CourseRecord, d: Desk) -> InCourse:
    """A stored course with the drug file of this desk. Raises NotRead where that is gone."""
    drug = next((drug for drug in d.drugs if drug.id == record.content.drug_id), None)
    if drug is None:
        raise NotRead(f"Not read: course {record.number} is of {record.content.drug_id}, whose drug file is gone.")
    return InCourse(record, with_confirmed(drug, d.policy.for_drug(drug.drug).confirmed))


def fault_of(record: CourseRecord, drug: Presentation) -> str | None:
    """Why a course cannot stand like this; None where it can."""
    try:
        schedule(course_of(record, drug))
    except CourseFault as fault:
        # The place is that of a list which nobody sees here.
        what = str(fault).removeprefix(f"{fault.place}: ")
        return f"{what[0].upper()}{what[1:]}"
    return None
