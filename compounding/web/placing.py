"""An order in its course: what the course finds on it, where it is stored, and the form that it begins with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from compounding import records
from compounding.course import (
    Ordered,
    Scheduled,
    Slot,
    Variance,
    besides,
    ended_finding,
    order_findings,
    variance,
)
from compounding.findings import Finding, Severity, Source, Status
from compounding.patient import Identity
from compounding.preparation import Plan
from compounding.quantities import plain
from compounding.records import CourseRecord, NewPatient, PatientSearch
from compounding.records.names import folded, folded_number
from compounding.records.preparations import PlaceRow
from compounding.web.desk import Desk
from compounding.web.forms import DAYS_AHEAD, DAYS_BACK, Entry, OrderForm, blame, further_cycle
from compounding.web.in_course import InCourse, in_course
from compounding.wording import courses as wording

_NUMBERS = ("mrn", "nhs_number", "hospital_number")
_CHECKLIST: Mapping[str, tuple[Severity, str]] = {
    "checklist-missing": (Severity.INFO, "missing"),
    "checklist-open": (Severity.INFO, "open"),
    "checklist-stops": (Severity.STOP, "stops"),
}
"""What a checklist that holds the dose is to its order: one that is not there yet stops no order, but the release."""


@dataclass(frozen=True)
class Placing:
    """An order beside its course."""

    found: InCourse
    slot: Slot
    findings: tuple[Finding, ...]
    variance: Variance | None

    def row(self) -> PlaceRow:
        """What stores it there. Refused where the course was changed since it was looked at."""
        seen = self.found.record

        def judge(now: CourseRecord) -> str | None:
            if now.entry == seen.entry:
                return None
            return f"Course {seen.number} was changed meanwhile: review the order once more."

        return records.place(seen.number, self.slot, judge)

    @property
    def scheduled(self) -> Scheduled | None:
        return next((dose for dose in self.found.schedule.doses if dose.slot == self.slot), None)

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """What the course says of the dose, as names and texts."""
        return (
            ("Course", self.found.record.number),
            ("Indication", self.found.record.content.indication),
            *wording.expected(self.found.course, self.scheduled),
            ("Against the last dose of its day", wording.variance_words(self.variance, self.found.drug.market)),
        )


# ------------------------------------------------------------------ an order as sent


def course_of_order(form: OrderForm, entry: Entry, d: Desk) -> InCourse | None:
    """The course that an order is placed in; None where it is placed in none. What does not fit is an error at its
    field. Raises NotRead."""
    if not entry.course:
        return None
    record = records.course_record(d.engine, entry.course)
    if record is None:
        blame(form.family, f"There is no course {entry.course}: begin the order on the page of its course.")
        return None
    if not same_patient(entry.identity, record.patient.content):
        named = _named(record.patient.content)
        said = f"Course {record.number} is of {named}. Correct the patient there, or order for another outside it."
        blame(form.family, said)
    if entry.drug.id != record.content.drug_id:
        blame(form.family, f"Course {record.number} is of {record.content.drug_id}, and the order of {entry.drug.id}.")
    return in_course(record, d)


def ended_elsewhere(entry: Entry, d: Desk) -> tuple[Finding, ...]:
    """That the patient's newest course of the drug has ended, by any of the patient's numbers: an order outside it
    is refused as one within it would be. Raises NotRead."""
    numbers = [getattr(entry.identity, name) for name in _NUMBERS]
    found = {
        patient.id
        for number in filter(None, numbers)
        for patient in records.find_patients(d.engine, PatientSearch(patient_number=number))
    }
    newest = (_newest(id_, entry.drug.id, d) for id_ in sorted(found))
    treatment = entry.order.treatment
    slot = Slot(treatment.cycle, treatment.day)
    return tuple(ended_finding(one.course, slot) for one in newest if one is not None and one.course.ended is not None)


def _newest(patient_id: int, drug_id: str, d: Desk) -> InCourse | None:
    of_drug = [one for one in records.courses_of(d.engine, patient_id) if one.content.drug_id == drug_id]
    return in_course(of_drug[0], d) if of_drug else None


def same_patient(identity: Identity, patient: NewPatient) -> bool:
    """Whether an order names the patient as they stand by now: name, day of birth and every number."""
    named = (folded(patient.family), folded(patient.given), patient.born)
    if (folded(identity.family), folded(identity.given), identity.born) != named:
        return False
    pairs = ((getattr(identity, name), getattr(patient, name) or "") for name in _NUMBERS)
    return all(folded_number(typed) == folded_number(stored) for typed, stored in pairs)


def _named(patient: NewPatient) -> str:
    return f"{patient.family.upper()}, {patient.given}"


def placing(found: InCourse, entry: Entry, made: Plan, own: str, d: Desk) -> Placing:
    """What the course finds on a planned order; `own` is the number of the order that it changes, "" for none."""
    slot = Slot(entry.order.treatment.cycle, entry.order.treatment.day)
    ordered = _ordered(found, slot, entry, made, own)
    judged = besides(order_findings(found.course, ordered, found.made, d.policy), made.findings)
    shown = None if made.dose is None else variance(slot, made.dose, found.made)
    return Placing(found, slot, (*judged, *_of_checklist(found, slot, d)), shown)


def _ordered(found: InCourse, slot: Slot, entry: Entry, made: Plan, own: str) -> Ordered:
    patient, treatment = entry.order.patient, entry.order.treatment
    return Ordered(
        slot=slot,
        on=patient.on,
        level=made.level,
        height=patient.height,
        weight=patient.weight,
        adult=patient.adult,
        response=treatment.response,
        transplant=treatment.transplant,
        already=tuple(order.number for order in found.orders(slot) if order.number != own),
    )


def _of_checklist(found: InCourse, slot: Slot, d: Desk) -> Iterator[Finding]:
    for barrier in found.held(slot, training=d.site.training):
        if barrier.code in _CHECKLIST:
            severity, case = _CHECKLIST[barrier.code]
            yield Finding("checklist", severity, case, barrier.values, Source("the course", Status.ORDER))


def told_of(form: OrderForm, d: Desk) -> tuple[tuple[str, str], ...]:
    """What the course of an order says of the dose that its form names, as names and texts; none outside a course.
    Raises NotRead."""
    record = records.course_record(d.engine, form.course.text.strip()) if form.course else None
    if record is None:
        return ()
    found, typed = in_course(record, d), (form.cycle.text.strip(), form.day.text.strip())
    doses = {(str(dose.slot.cycle), str(dose.slot.day)): dose for dose in found.schedule.doses}
    said = wording.expected(found.course, doses.get(typed))
    return (("Indication", record.content.indication), *said)


# ------------------------------------------------------------------ the form of its next dose


def next_order(found: InCourse, slot: Slot, today: date) -> dict[str, str]:
    """What the course knows of an order for one of its doses, as it would be typed."""
    patient, course = found.record.patient.content, found.course
    dose = next((dose for dose in found.schedule.doses if dose.slot == slot), None)
    typed = {
        "course": found.record.number,
        "family": patient.family,
        "given": patient.given,
        **_day("born", patient.born),
        **{name: getattr(patient, name) or "" for name in _NUMBERS},
        "drug": found.drug.id,
        "cycle": str(slot.cycle),
        "day": str(slot.day),
        "prescriber": found.record.content.prescriber,
        "transplant": "yes" if course.transplant.planned else "no",
    }
    if slot.cycle > 1 and (response := course.response(slot.cycle)) is not None:
        typed["response"] = response.value
    if slot.cycle == further_cycle(found.drug):
        typed["third_cycle_reason"] = course.transplant.third_cycle_reason
    if (stored := found.record.checklists.get(slot)) is not None and stored.checklist.blasts is not None:
        typed["blasts"] = plain(stored.checklist.blasts.value)
    return {**typed, **_dated(dose, today), **_reduced(found, dose)}


def _dated(dose: Scheduled | None, today: date) -> dict[str, str]:
    """The day on which it is expected, where an order may be written for that."""
    on = None if dose is None else dose.taken
    if on is None or not today - timedelta(days=DAYS_BACK) <= on <= today + timedelta(days=DAYS_AHEAD):
        return {}
    return _day("give_on", on)


def _reduced(found: InCourse, dose: Scheduled | None) -> dict[str, str]:
    """After a reduction the order states its own level: the label's dose table knows of none."""
    less = None if dose is None else found.course.reduction(dose.slot.cycle)
    if dose is None or less is None or dose.permitted is None:
        return {}
    reason = wording.reduction_words(less)
    return {"own_level": plain(dose.permitted.value), "own_reason": reason}


def _day(name: str, on: date) -> dict[str, str]:
    return {f"{name}_day": str(on.day), f"{name}_month": str(on.month), f"{name}_year": str(on.year)}
