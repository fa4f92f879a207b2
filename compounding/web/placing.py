"""An order in its course: what the course finds on it, where it is stored, and the form that it begins with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from compounding import records
from compounding.course import Ordered, Response, Scheduled, Slot, Transplant, Variance, besides, variance
from compounding.findings import Finding, Severity, Source, Status, Values
from compounding.patient import Identity, Patient
from compounding.preparation import Plan
from compounding.quantities import BodyMass, DoseLevel, Length, plain, read_number
from compounding.records import CourseRecord, NewPatient, PatientIdentity, PatientSearch, SavedPreparation
from compounding.records.names import folded, folded_number
from compounding.records.preparations import PlaceRow
from compounding.web.as_written import as_written
from compounding.web.changing import stored_typed
from compounding.web.desk import Desk
from compounding.web.forms import DAYS_AHEAD, DAYS_BACK, Entry, OrderForm, blame, further_cycle
from compounding.web.in_course import InCourse, in_course, treatment_of
from compounding.wording import course_orders as words
from compounding.wording.courses import reduction_words
from compounding.wording.patients import patient_name
from compounding.workflow.treatments import judged

_NUMBERS = ("mrn", "nhs_number", "hospital_number")
_CHECKLIST: Mapping[str, tuple[Severity, str]] = {
    "checklist-missing": (Severity.INFO, "missing"),
    "checklist-open": (Severity.INFO, "open"),
    "checklist-day": (Severity.INFO, "day"),
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
    own: str = ""
    """The number of the order that it changes; "" of a new one."""

    def row(self) -> PlaceRow:
        """What stores it there. Refused where what it was judged by was changed since it was looked at."""
        return records.place(self.found.record.number, self.slot, self._moved)

    def _moved(self, now: CourseRecord) -> str | None:
        """What was changed meanwhile: the course, its patient, or what is ordered in it; None where nothing was."""
        seen = self.found.record
        if now.entry != seen.entry:
            return words.course_changed(seen.number)
        if now.patient.entry != seen.patient.entry:
            return words.patient_corrected(seen.number)
        known = set(self.found.expected())
        for one in InCourse(now, self.found.drug).expected():
            if one.order != self.own and one not in known:
                return words.ordered_meanwhile(one.order, one.slot, seen.number)
        return None

    @property
    def scheduled(self) -> Scheduled | None:
        return next((dose for dose in self.found.schedule.doses if dose.slot == self.slot), None)

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """What the course says of the dose, as names and texts."""
        record = self.found.record
        indication = record.content.indication
        return tuple(words.dose_pairs(record.number, indication, self.found.course, self.scheduled, self.variance))


# ------------------------------------------------------------------ an order as sent


def course_of_order(form: OrderForm, entry: Entry, d: Desk) -> InCourse | None:
    """The course that an order is placed in; None where it is placed in none. What does not fit is an error at its
    field. Raises NotRead."""
    if not entry.course:
        return None
    record = records.course_record(d.engine, entry.course)
    if record is None:
        blame(form.family, words.no_course(entry.course))
        return None
    if not same_patient(entry.identity, record.patient.content):
        blame(form.family, words.another_patient(record.number, patient_name(record.patient.content)))
    if entry.drug.id != record.content.drug_id:
        blame(form.family, words.another_drug(record.number, record.content.drug_id, entry.drug.id))
    return in_course(record, d)


def courses_of_patient(entry: Entry, found: InCourse | None, d: Desk) -> tuple[InCourse, ...]:
    """Every course of the drug that the patient of an order has, the newest first: of an order outside of all, by any
    of the patient's numbers. Raises NotRead."""
    numbers = [getattr(entry.identity, name) for name in _NUMBERS]
    ids = {
        patient.id
        for number in filter(None, numbers if found is None else ())
        for patient in records.find_patients(d.engine, PatientSearch(patient_number=number))
    }
    patients = sorted(ids) if found is None else [found.record.patient.id]
    of_drug = (one for id_ in patients for one in records.courses_of(d.engine, id_))
    return tuple(in_course(one, d) for one in of_drug if one.content.drug_id == entry.drug.id)


def outside(courses: Sequence[InCourse], entry: Entry, made: Plan, own: str, d: Desk) -> tuple[Finding, ...]:
    """What the patient's courses find on an order that stands in none of them."""
    slot = Slot(entry.order.treatment.cycle, entry.order.treatment.day)
    ordered = _ordered(slot, entry, made)
    return judged(treatment_of(courses, besides=own), ordered, entry.drug.regimen, d.policy)


def stored_ordered(saved: SavedPreparation, slot: Slot | None) -> Ordered:
    """What a stored order asks for; without a place in a course, at that which it names itself."""
    typed, content = stored_typed(saved), saved.content
    with as_written(saved):
        level = DoseLevel(Decimal(json.loads(content.plan_json)["dose_level_mg_per_m2"]))
        height, weight = Length(read_number(typed["height"])), BodyMass(read_number(typed["weight"]))
        patient = Patient(height, weight, content.given_on, content.patient.born)
        return Ordered(
            slot=slot or Slot(int(typed["cycle"]), int(typed["day"])),
            on=patient.on,
            level=level,
            height=height,
            weight=weight,
            adult=patient.adult,
            response=Response(typed["response"]) if typed.get("response") else None,
            transplant=Transplant(typed.get("transplant") == "yes"),
        )


def same_patient(identity: Identity | PatientIdentity, patient: NewPatient) -> bool:
    """Whether an order names the patient as they stand by now: name, day of birth and every number."""
    named = (folded(patient.family), folded(patient.given), patient.born)
    if (folded(identity.family), folded(identity.given), identity.born) != named:
        return False
    pairs = ((getattr(identity, name) or "", getattr(patient, name) or "") for name in _NUMBERS)
    return all(folded_number(typed) == folded_number(stored) for typed, stored in pairs)


def identifying(patient: PatientIdentity | NewPatient) -> Values:
    """What of a patient tells them from another: name, day of birth and the numbers that they have."""
    return {name: found for name in ("family", "given", "born", *_NUMBERS) if (found := getattr(patient, name))}


def placing(found: InCourse, entry: Entry, made: Plan, own: str, d: Desk, courses: Sequence[InCourse] = ()) -> Placing:
    """What the course finds on a planned order, and the patient's other `courses` of the drug; `own` is the number of
    the order that it changes, "" for none."""
    slot = Slot(entry.order.treatment.cycle, entry.order.treatment.day)
    already = tuple(order.number for order in found.orders(slot) if order.number != own)
    ordered = _ordered(slot, entry, made, already)
    treatment = treatment_of(courses or (found,), found.record.number, own)
    of_order = besides(judged(treatment, ordered, found.drug.regimen, d.policy), made.findings)
    shown = None if made.dose is None else variance(slot, made.dose, found.made)
    recorded = (*found.unrecorded(), *found.missing(slot), *_of_checklist(found, ordered, d))
    return Placing(found, slot, (*of_order, *recorded), shown, own)


def _ordered(slot: Slot, entry: Entry, made: Plan, already: tuple[str, ...] = ()) -> Ordered:
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
        already=already,
    )


def _of_checklist(found: InCourse, ordered: Ordered, d: Desk) -> Iterator[Finding]:
    for barrier in found.held(ordered.slot, training=d.site.training, on=ordered.on):
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
    return tuple(words.form_pairs(record.content.indication, found.course, doses.get(typed)))


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
    reason = reduction_words(less)
    return {"own_level": plain(dose.permitted.value), "own_reason": reason}


def _day(name: str, on: date) -> dict[str, str]:
    return {f"{name}_day": str(on.day), f"{name}_month": str(on.month), f"{name}_year": str(on.year)}
