"""What is stored of a course of treatment, as frozen values, and the course that the rules see in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from compounding.checklist import Checklist, Infusion
from compounding.course import Course, CourseFact, DroppedDay, Given, Omitted, Slot, Transplant, course_from
from compounding.formulary import Presentation
from compounding.records.events import Person, require_text
from compounding.records.patients import Patient


@dataclass(frozen=True, slots=True)
class NewCourse:
    """A course as it is opened. Raises TypeError or ValueError for what cannot be stored."""

    request_key: str
    """The form's: sent twice, it is one course."""
    patient_id: int
    drug_id: str
    indication: str
    prescriber: str
    start: date
    """Day 1 of cycle 1, as planned."""
    transplant: bool

    def __post_init__(self) -> None:
        for what in ("request_key", "drug_id", "indication", "prescriber"):
            require_text(f"the {what.replace('_', ' ')} of a course", getattr(self, what))


@dataclass(frozen=True, slots=True)
class Told:
    """Who stored a row, when, and with which entry."""

    person: Person
    at: datetime
    entry: int


@dataclass(frozen=True, slots=True)
class StoredFact:
    """Something recorded of a course, and whether it was taken out again."""

    id: int
    fact: CourseFact
    words: str
    prescriber: str
    """Who ordered it; "" where nobody is named."""
    told: Told
    out: str = ""
    """Why it was taken out; "" while it stands."""
    witness: str = ""
    """Of the two who took it out, the second, by their user."""
    out_entry: int = 0
    """By which it was taken out; 0 while it stands."""


@dataclass(frozen=True, slots=True)
class StoredChecklist:
    """A checklist, with how its findings were answered."""

    checklist: Checklist
    answers_json: str
    told: Told


@dataclass(frozen=True, slots=True)
class StoredInfusion:
    """A dose that was given; without an infusion the record before it was an error."""

    slot: Slot
    infusion: Infusion | None
    preparation: str
    """Its number."""
    words: str
    """Why the record before it is corrected; "" of the first."""
    told: Told


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """A preparation in the course, by its newest version."""

    number: str
    slot: Slot
    state: str
    order_json: str
    plan_json: str
    prepared_ng: int
    """What the bag holds."""
    left: int = 0
    """The entry by which a released bag came back or was thrown away; 0 while none did."""


@dataclass(frozen=True, slots=True)
class CourseRecord:
    """All that is stored of one course; each part the oldest first."""

    id: int
    number: str
    patient: Patient
    """As they stand by now."""
    content: NewCourse
    told: Told
    facts: tuple[StoredFact, ...] = ()
    """Those too that were taken out."""
    orders: tuple[PlacedOrder, ...] = ()
    all_checklists: tuple[StoredChecklist, ...] = ()
    all_infusions: tuple[StoredInfusion, ...] = ()

    @property
    def entry(self) -> int:
        """The newest that changed what its doses are judged by."""
        told = [one.told.entry for rows in (self.facts, self.all_checklists, self.all_infusions) for one in rows]
        return max(self.told.entry, *told, *(one.out_entry for one in self.facts), 0)

    @property
    def recorded(self) -> int:
        """How often something was recorded of the course, or taken out of it: it never falls."""
        out = sum(bool(one.out) for one in self.facts)
        return out + sum(map(len, (self.facts, self.all_checklists, self.all_infusions)))

    @property
    def standing(self) -> tuple[StoredFact, ...]:
        return tuple(one for one in self.facts if not one.out)

    @property
    def checklists(self) -> Mapping[Slot, StoredChecklist]:
        """The newest of each dose."""
        return {one.checklist.slot: one for one in self.all_checklists}

    def ran_in(self, order: PlacedOrder) -> Infusion | None:
        """What was recorded as given of a bag when it came back or was thrown away: what is missing in it then."""
        of_bag = [one for one in self.all_infusions if one.preparation == order.number and one.told.entry < order.left]
        return of_bag[-1].infusion if of_bag else None

    @property
    def infusions(self) -> Mapping[Slot, StoredInfusion]:
        """The newest of each dose that was given."""
        newest = {one.slot: one for one in self.all_infusions}
        return {slot: one for slot, one in newest.items() if one.infusion is not None}


def course_of(record: CourseRecord, drug: Presentation) -> Course:
    """The course as the rules see it. A dose that ran in is a truth whatever else is recorded: an omission of it does
    not count, and what was passed over before it counts as left out until something is recorded of it. Raises
    CourseFault where what is stored contradicts itself all the same."""
    facts = [one.fact for one in record.standing]
    ran_in = record.infusions.keys()
    return course_from(
        drug,
        record.content.start,
        Transplant(record.content.transplant),
        (
            *(fact for fact in facts if not (isinstance(fact, Omitted) and fact.slot in ran_in)),
            *(Omitted(slot, "not recorded") for slot in passed_over(record, drug)),
        ),
        (one.infusion.given for one in record.infusions.values() if one.infusion is not None),
    )


def passed_over(record: CourseRecord, drug: Presentation) -> tuple[Slot, ...]:
    """The doses before one that ran in of which nothing is recorded, in order."""
    last = max(record.infusions, default=None)
    if last is None:
        return ()
    facts = [one.fact for one in record.standing]
    known = {*record.infusions, *(fact.slot for fact in facts if isinstance(fact, (Given, Omitted)))}
    dropped = [fact for fact in facts if isinstance(fact, DroppedDay)]
    return tuple(
        slot
        for slot in (Slot(cycle, day) for cycle in range(1, last.cycle + 1) for day in drug.regimen.days)
        if slot < last
        and slot not in known
        and not any(less.day == slot.day and less.from_cycle <= slot.cycle for less in dropped)
    )


def omitted_and_given(record: CourseRecord) -> tuple[Slot, ...]:
    """The doses that ran in and are recorded as omitted as well, in order."""
    omitted = {one.fact.slot for one in record.standing if isinstance(one.fact, Omitted)}
    return tuple(sorted(omitted.intersection(record.infusions)))
