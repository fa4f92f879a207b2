"""A stored course as the rules see it: its drug, its schedule, what its doses were made from, and what holds them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from compounding.checklist import Checklist, Counts, baselines, standing
from compounding.checklist import judged as checklist_findings
from compounding.course import Assessment, Course, CourseFact, CourseFault, Given, Made, Schedule, Slot, schedule
from compounding.findings import Finding, Severity, Source, Status, Values
from compounding.formulary import Presentation, with_confirmed
from compounding.policy import Market
from compounding.quantities import BodyMass, DoseLevel, Length, read_number
from compounding.records import CourseRecord, NotRead, PlacedOrder, StoredInfusion, course_of
from compounding.records.course_values import omitted_and_given, passed_over
from compounding.web.desk import Desk
from compounding.wording.findings import sentence
from compounding.workflow import State
from compounding.workflow.courses import held_by
from compounding.workflow.progress import Barrier
from compounding.workflow.treatments import Expected, Numbered, Treatment

OVER = frozenset({State.CANCELLED, State.REJECTED, State.RETURNED, State.WASTED})
"""The states in which a preparation reaches no patient."""
_COURSE = Source("the course", Status.ORDER)


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

    def given_by(self, slot: Slot) -> int | None:
        """The entry by which a dose, or a later one, was first recorded as given, of those that stand; None while none
        does. What is taken back and recorded again, of the same bag, was given all the while."""
        told = {one.fact.slot for one in self.record.standing if isinstance(one.fact, Given)}
        bags = {(given, one.preparation) for given, one in self.record.infusions.items()}
        entries = (
            *((one.slot, one.told.entry) for one in self.record.all_infusions if (one.slot, one.preparation) in bags),
            *(
                (one.fact.slot, one.told.entry)
                for one in self.record.facts
                if isinstance(one.fact, Given) and one.fact.slot in told
            ),
        )
        return min((entry for given, entry in entries if given >= slot), default=None)

    def counts(self, slot: Slot) -> Counts:
        """The counts of a dose that later ones are held against: those from before it was given."""
        all_, given = [one for one in self.record.all_checklists if one.checklist.slot == slot], self.given_by(slot)
        before = [one.checklist for one in all_ if given is None or one.told.entry < given]
        after = [one.checklist for one in all_ if given is not None and one.told.entry > given]
        return standing(before, after)

    def began(self, slot: Slot) -> date:
        """When the cycle of the last dose before this one began; while none was given, the planned start."""
        given = [dose for dose in self.course.given if dose.slot < slot]
        cycle = max((dose.slot.cycle for dose in given), default=0)
        return min((dose.on for dose in given if dose.slot.cycle == cycle), default=self.record.content.start)

    def findings_of(self, checklist: Checklist) -> tuple[Finding, ...]:
        """What a checklist finds, held against those of the other doses."""
        slot = checklist.slot
        counts = {other: self.counts(other) for other in self.record.checklists if other != slot}
        last = max((dose.on for dose in self.course.given if dose.slot < slot), default=None)
        return checklist_findings(self.drug, checklist, baselines(counts, slot), last, self.began(slot))

    def checked(self, slot: Slot) -> tuple[Finding, ...] | None:
        """What the checklist of a dose finds by now; None where there is none."""
        stored = self.record.checklists.get(slot)
        return None if stored is None else self.findings_of(stored.checklist)

    def answered(self, slot: Slot) -> Callable[[Finding], bool]:
        """Whether a finding was answered on the checklist of a dose."""
        stored = self.record.checklists.get(slot)
        return as_answered(() if stored is None else json.loads(stored.answers_json), self.drug.market)

    def held(self, slot: Slot, *, training: bool, on: date | None = None) -> tuple[Barrier, ...]:
        """What is in the way of giving a dose on a day: without one, on that of its newest order."""
        found, answered, stored = self.checked(slot), self.answered(slot), self.record.checklists.get(slot)
        on = on or self.ordered_for(slot)
        days = None if stored is None or on is None else (stored.checklist.on, on)
        return tuple(held_by(self.course, slot, found, answered, training=training, days=days))

    def ordered_for(self, slot: Slot) -> date | None:
        """The day for which a dose is ordered by its newest order; None while it is not."""
        orders = tuple(self.orders(slot))
        return day_of(orders[-1]) if orders else None

    def unrecorded(self) -> Iterator[Finding]:
        """What was recorded of a dose that ran in, and does not go with it."""
        for slot in passed_over(self.record, self.drug):
            later = min(given for given in self.record.infusions if given > slot)
            yield _beside("passed", slot, later)
        for slot in omitted_and_given(self.record):
            yield _beside("omitted", slot, slot)

    def missing(self, slot: Slot) -> Iterator[Finding]:
        """What was missing in the bags of a dose that left, and is recorded as given no more: the patient may have
        had it."""
        for order in self.record.orders:
            before, now = self.record.ran_in(order), self.record.infusions.get(slot)
            if order.slot != slot or before is None:
                continue
            if now is None or now.preparation != order.number:
                values: Values = {"cycle": slot.cycle, "day": slot.day, "order": order.number, "mass": before.dose}
                yield Finding("not-accounted", Severity.OVERRIDE, "", values, _COURSE)

    def expected(self) -> Iterator[Expected]:
        """What its orders under way ask for."""
        for order in self.record.orders:
            if State(order.state) not in OVER:
                level = DoseLevel(Decimal(json.loads(order.plan_json)["dose_level_mg_per_m2"]))
                yield Expected(self.record.number, order.number, order.slot, day_of(order), level)

    def orders(self, slot: Slot) -> Iterator[PlacedOrder]:
        """The preparations for a dose that may still reach the patient, the oldest first."""
        return (order for order in self.record.orders if order.slot == slot and State(order.state) not in OVER)


def as_answered(answers: Iterable[Mapping[str, str]], market: Market) -> Callable[[Finding], bool]:
    """Whether a finding is among those that were answered: by its sentence, which names every value that it judged. An
    answer to 1.6 × ULN is none to 2.4 × ULN."""
    said = {(answer["code"], answer["message"]) for answer in answers}
    return lambda finding: (finding.code, sentence(finding, market)) in said


def day_of(order: PlacedOrder) -> date:
    """The day for which an order is written."""
    typed: Mapping[str, str] = json.loads(order.order_json)["typed"]
    return date(*(int(typed[f"give_on_{part}"]) for part in ("year", "month", "day")))


def _beside(case: str, slot: Slot, given: Slot) -> Finding:
    earlier = {"earlier_cycle": slot.cycle, "earlier_day": slot.day}
    values = {"cycle": given.cycle, "day": given.day, **earlier}
    return Finding("not-recorded", Severity.ACKNOWLEDGE, case, values, _COURSE)


def treatment_of(courses: Sequence[InCourse], own: str = "", besides: str = "") -> Treatment:
    """All that a patient has of one drug, by their courses of it, the newest first. `own` is the number of the course
    that an order stands in, and `besides` that of the order itself."""
    return Treatment(
        tuple(Numbered(one.record.number, one.course) for one in courses),
        own,
        next((one.made for one in courses if one.record.number == own), ()),
        tuple(wanted for one in courses for wanted in one.expected() if wanted.order != besides),
    )


def in_course(record: CourseRecord, d: Desk) -> InCourse:
    """A stored course with the drug file of this desk. Raises NotRead where that is gone."""
    drug = next((drug for drug in d.drugs if drug.id == record.content.drug_id), None)
    if drug is None:
        raise NotRead(f"Not read: course {record.number} is of {record.content.drug_id}, whose drug file is gone.")
    return InCourse(record, with_confirmed(drug, d.policy.for_drug(drug.drug).confirmed))


def without_dose(fact: CourseFact, record: CourseRecord) -> str | None:
    """Why nothing is found after a cycle of which no dose was given; None of whatever else is recorded. Only what is
    recorded anew is asked: a dose may be taken out after it, and the response stands as it was found."""
    if not isinstance(fact, Assessment):
        return None
    given = {*record.infusions, *(one.fact.slot for one in record.standing if isinstance(one.fact, Given))}
    if fact.after_cycle in {slot.cycle for slot in given}:
        return None
    return f"No dose of cycle {fact.after_cycle} is recorded as given: a response is found after one."


def fault_of(record: CourseRecord, drug: Presentation) -> str | None:
    """Why a course cannot stand like this; None where it can."""
    try:
        schedule(course_of(record, drug))
    except CourseFault as fault:
        # The place is that of a list which nobody sees here.
        what = str(fault).removeprefix(f"{fault.place}: ")
        return f"{what[0].upper()}{what[1:]}"
    return None
