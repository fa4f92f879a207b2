"""Patients: found, entered, corrected, and the page of one with their courses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from compounding import records
from compounding.records import Change, CourseRecord, NewPatient, Patient, PatientSearch, RecordsFault
from compounding.web import pages
from compounding.web.course_page import course_view, identity_of
from compounding.web.desk import Desk, desk
from compounding.web.forms import blame
from compounding.web.identity import event, me
from compounding.web.in_course import in_course
from compounding.web.patient_forms import PatientForm, PatientSearchForm, patient_form, read_patient, typed_patient
from compounding.web.plan_page import kept
from compounding.web.viewing import seen, viewed
from compounding.wording.numbers import day
from compounding.workflow import Deed

blueprint = Blueprint("patients", __name__, url_prefix="/patients")

LISTED, SEARCHED, VIEWED = "patients listed", "patients searched", "patient viewed"
ENTERED, CORRECTED = "patient entered", "patient corrected"
_HEADS = (("Patient", ""), ("Born", "keep"), ("Numbers", ""), ("Allergies", ""))
_COURSES = (("Course", "keep"), ("Drug", ""), ("Indication", ""), ("Day 1 of cycle 1", "keep"))
_LABELS = {
    "family": "Family name",
    "given": "Given name",
    "born": "Born",
    "sex": "Sex",
    "mrn": "MRN",
    "nhs_number": "NHS number",
    "hospital_number": "Hospital number",
    "allergies": "Allergies",
}


# ------------------------------------------------------------------ the list


@blueprint.get("")
def listed() -> Any:
    """The patients of this desk by name."""
    return _list_page(PatientSearchForm(desk()), PatientSearch())


@blueprint.post("/search")
@pages.shown_again
def search() -> Any:
    """What was looked for. By POST, so that no address holds a name."""
    form = PatientSearchForm(desk(), request.form)
    if pages.lost():
        return _list_page(form, PatientSearch(), [pages.problem("name", pages.LOST)])
    if not form.validate():
        return _list_page(form, PatientSearch()), 422
    return _list_page(form, form.search(), found=True)


def _list_page(
    form: PatientSearchForm, wanted: PatientSearch, problems: Sequence[dict[str, str]] = (), found: bool = False
) -> str:
    d = desk()
    errors = [*problems, *pages.problems(form)]
    result = records.find_patients(d.engine, wanted)
    looked_for = {field.label.text: field.told() for field in form.in_order() if field.told()}
    shown = ", ".join(f"patient:{one.id}" for one in result) or "none"
    viewed(SEARCHED if found else LISTED, shown=shown, **looked_for)
    return pages.page(
        "patients.html",
        errors,
        pages.heading(errors, "searched"),
        form=form,
        heads=_HEADS,
        rows=[_row(one, result, d) for one in result],
        empty="Nobody fits the search." if found else "No patient is entered yet.",
        found=found,
        cut=f"The first {records.PATIENTS_MOST} are shown: type more of the name." if _is_cut(result) else "",
        may_enter=me().may(Deed.ENTER),
    )


def _is_cut(result: Sequence[Patient]) -> bool:
    return len(result) == records.PATIENTS_MOST


def _row(one: Patient, shown: Sequence[Patient], d: Desk) -> dict[str, Any]:
    patient = one.content
    namesakes = [other for other in shown if other.id != one.id and _name(other.content) == _name(patient)]
    warning = "Another patient of this name: read the day of birth and the number." if namesakes else ""
    cells = (
        {
            "main": _name(patient),
            "big": True,
            "href": url_for("patients.shown", patient_id=one.id),
            "warning": warning,
        },
        day(patient.born, d.market),
        {"small": [kept(f"{name} {number}") for name, number in pages.numbers(identity_of(patient))]},
        patient.allergies or "not entered",
    )
    return {"cells": cells}


def _name(patient: NewPatient) -> str:
    return f"{patient.family.upper()}, {patient.given}"


# ------------------------------------------------------------------ entered and corrected


@blueprint.get("/new")
def new() -> Any:
    """An empty form."""
    return _form_page(patient_form(desk()), None)


@blueprint.post("/new")
@pages.shown_again
def enter() -> Any:
    """Enters a patient. One whose number is there already is opened instead, and never entered twice."""
    d, form = desk(), patient_form(desk(), request.form)
    if pages.lost():
        return _form_page(form, None, [pages.problem("family", pages.LOST)])
    patient = read_patient(form, d)
    if patient is None:
        return _form_page(form, None), 422
    return _put(form, None, patient, event(ENTERED, changes=_changes(None, patient, d)))


@blueprint.get("/<int:patient_id>/edit")
def edit(patient_id: int) -> Any:
    """The form of a stored patient."""
    one = patient_at(patient_id)
    return _form_page(patient_form(desk(), MultiDict(typed_patient(one.content)), changing=True), one)


@blueprint.post("/<int:patient_id>/edit")
@pages.shown_again
def correct(patient_id: int) -> Any:
    """Corrects a patient, with the reason."""
    d, one = desk(), patient_at(patient_id)
    form = patient_form(d, request.form, changing=True)
    if pages.lost():
        return _form_page(form, one, [pages.problem("family", pages.LOST)])
    patient = read_patient(form, d)
    if patient is None:
        return _form_page(form, one), 422
    told = event(CORRECTED, changes=_changes(one.content, patient, d), reason=form["reason"].data)
    return _put(form, one, patient, told)


def _put(form: PatientForm, was: Patient | None, patient: NewPatient, told: records.Event) -> Any:
    sent = request.form.get("was", "")
    entry = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 16 else 0
    try:
        put = records.put_patient(
            desk().engine, patient, told, patient_id=None if was is None else was.id, was=None if was is None else entry
        )
    except RecordsFault as fault:
        blame(form.family, str(fault))
        return _form_page(form, was, fault=fault), pages.status_of(fault)
    return redirect(url_for("patients.shown", patient_id=put.id), 303)


def _changes(was: NewPatient | None, now: NewPatient, d: Desk) -> tuple[Change, ...]:
    old = {} if was is None else dict(_texts(was, d))
    return tuple(
        Change(label, old.get(label), text or None)
        for label, text in _texts(now, d)
        if (old.get(label) or None) != (text or None)
    )


def _texts(patient: NewPatient, d: Desk) -> Iterator[tuple[str, str]]:
    for name, label in _LABELS.items():
        value = getattr(patient, name)
        yield label, day(value, d.market) if name == "born" else value or ""


def _form_page(
    form: PatientForm,
    was: Patient | None,
    problems: Sequence[dict[str, str]] = (),
    fault: RecordsFault | None = None,
) -> str:
    if was is not None:
        seen(VIEWED, records.patient_subject(was.id), "patient to be corrected", fault)
    errors = [*problems, *pages.problems(form)]
    return pages.page("patient_form.html", errors, pages.heading(errors), form=form, was=was)


# ------------------------------------------------------------------ one patient


def patient_at(patient_id: int) -> Patient:
    """The patient of an address. Ends the request where there is none; raises NotRead."""
    one = records.patient(desk().engine, patient_id)
    return abort(404) if one is None else one


@blueprint.get("/<int:patient_id>")
def shown(patient_id: int) -> Any:
    """A patient with their newest course."""
    one = patient_at(patient_id)
    viewed(VIEWED, records.patient_subject(patient_id))
    courses = records.courses_of(desk().engine, patient_id)
    return patient_page(one, courses, courses[0] if courses else None)


def patient_page(one: Patient, courses: Sequence[CourseRecord], chosen: CourseRecord | None) -> str:
    """The page of a patient, with one of their courses."""
    d, identity = desk(), identity_of(one.content)
    view = None if chosen is None else course_view(in_course(chosen, d), d)
    facts = pages.patient_facts(identity, d.today(), d.market)
    return pages.page(
        "patient.html",
        patient=one,
        name=identity.name,
        pairs=[pair for pair in _pairs(one.content, d) if pair[1]],
        banner={
            **pages.product_banner(None if view is None else view.drug, d.market),
            **facts,
            "more": [("Allergies", one.content.allergies or "not entered")],
            **({} if view is None else view.banner),
        },
        course=view,
        course_heads=_COURSES,
        others=[_course_row(other, d) for other in courses if chosen is None or other.number != chosen.number],
        may_enter=me().may(Deed.ENTER),
    )


def _pairs(patient: NewPatient, d: Desk) -> Iterator[tuple[str, str]]:
    yield "Born", kept(day(patient.born, d.market))
    yield "Sex", patient.sex
    yield from pages.numbers(identity_of(patient))
    yield "Allergies", patient.allergies or "not entered"


def _course_row(record: CourseRecord, d: Desk) -> dict[str, Any]:
    content = record.content
    number = {"main": record.number, "href": url_for("courses.shown", number=record.number)}
    return {"cells": (number, content.drug_id, content.indication, day(content.start, d.market))}
