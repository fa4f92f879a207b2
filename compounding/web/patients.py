"""Patients: found, entered, corrected, and the page of one with their courses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from compounding import records
from compounding.records import Account, CourseRecord, NewPatient, Patient, PatientSearch, RecordsFault
from compounding.web import pages
from compounding.web.course_forms import second_proved
from compounding.web.course_page import course_view, identity_of
from compounding.web.desk import Desk, desk
from compounding.web.forms import blame
from compounding.web.identity import event, me
from compounding.web.in_course import in_course
from compounding.web.patient_forms import (
    CorrectionForm,
    PatientForm,
    PatientSearchForm,
    correction_form,
    patient_form,
    read_patient,
    typed_patient,
)
from compounding.web.plan_page import kept
from compounding.web.signing import proved, signer_proved
from compounding.web.telling import differences
from compounding.web.viewing import seen, viewed
from compounding.wording import patients as words
from compounding.wording.numbers import day
from compounding.workflow import Deed

blueprint = Blueprint("patients", __name__, url_prefix="/patients")

LISTED, SEARCHED, VIEWED = "patients listed", "patients searched", "patient viewed"
ENTERED, CORRECTED = "patient entered", "patient corrected"


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
        heads=words.HEADS,
        rows=[_row(one, result, d) for one in result],
        empty=words.NOBODY_FITS if found else words.NOBODY,
        found=found,
        cut=words.first_shown(records.PATIENTS_MOST) if _is_cut(result) else "",
        may_enter=me().may(Deed.ENTER),
    )


def _is_cut(result: Sequence[Patient]) -> bool:
    return len(result) == records.PATIENTS_MOST


def _row(one: Patient, shown: Sequence[Patient], d: Desk) -> dict[str, Any]:
    patient = one.content
    name = words.patient_name(patient)
    namesakes = [other for other in shown if other.id != one.id and words.patient_name(other.content) == name]
    warning = words.NAMESAKE if namesakes else ""
    cells = (
        {
            "main": name,
            "big": True,
            "href": url_for("patients.shown", patient_id=one.id),
            "warning": warning,
        },
        day(patient.born, d.market),
        {"small": [kept(f"{name} {number}") for name, number in pages.numbers(identity_of(patient))]},
        patient.allergies or words.NOT_ENTERED,
    )
    return {"cells": cells}


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
    told = event(ENTERED, changes=differences((), words.patient_pairs(patient, d.market)))
    return _put(form, None, lambda: records.put_patient(d.engine, patient, told))


@blueprint.get("/<int:patient_id>/edit")
def edit(patient_id: int) -> Any:
    """The form of a stored patient."""
    one = patient_at(patient_id)
    return _form_page(_correction(one, MultiDict(typed_patient(one.content))), one)


@blueprint.post("/<int:patient_id>/edit")
@pages.shown_again
def correct(patient_id: int) -> Any:
    """Corrects a patient, with the reason and the signature; who somebody under treatment is, by two people."""
    d, one = desk(), patient_at(patient_id)
    form = _correction(one, request.form)
    if pages.lost():
        return _form_page(form, one, [pages.problem("family", pages.LOST)])
    patient = read_patient(form, d)
    if patient is None:
        return _form_page(form, one), 422
    return _put(form, one, lambda: _corrected(form, one, patient, d))


def _correction(one: Patient, sent: MultiDict[str, str]) -> CorrectionForm:
    return correction_form(desk(), records.under_treatment(desk().engine, one.id), sent)


def _corrected(form: CorrectionForm, one: Patient, new: NewPatient, d: Desk) -> Patient | None:
    """The patient as corrected; None where somebody is not proved, which then stands at the field. Raises
    RecordsFault."""
    seconds = _seconds(form, one.content, new, d)
    if seconds is None or not signer_proved(form, d):
        return None
    second = seconds[0] if seconds else None
    seen_by = {"seen by": words.seen_by(second.name, second.user)} if second else {}
    told, pairs = event(CORRECTED, seen_by, reason=form.reason.data), words.patient_pairs
    told = proved(told, {**seen_by, "patient": one.id, **dict(pairs(new, d.market)), "reason": form.reason.data})
    return records.put_patient(
        d.engine,
        new,
        lambda was: replace(told, changes=differences(pairs(was, d.market), pairs(new, d.market))),
        patient_id=one.id,
        was=_sent_entry(),
        witness=second.user if second else "",
    )


def _seconds(form: CorrectionForm, was: NewPatient, now: NewPatient, d: Desk) -> tuple[Account, ...] | None:
    """The second person, where one is needed or named; None where they are not proved."""
    if "second" not in form or not (records.told_apart(was, now) or form.second.data):
        return ()
    if not form.second.data:
        blame(form.second, words.TYPE_SECOND)
    if not form.second_secret.data:
        blame(form.second_secret, words.TYPE_SECOND_SECRET)
    if form.errors_in_order():
        return None
    found = second_proved(form.second, form.second_secret, d)
    return None if found is None else (found,)


def _sent_entry() -> int:
    """The entry that the page showed; 0 for what is none."""
    sent = request.form.get("was", "")
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 16 else 0


def _put(form: PatientForm, was: Patient | None, put: Callable[[], Patient | None]) -> Any:
    try:
        stored = put()
    except RecordsFault as fault:
        blame(form.family, str(fault))
        return _form_page(form, was, fault=fault), pages.status_of(fault)
    if stored is None:
        return _form_page(form, was), 422
    return redirect(url_for("patients.shown", patient_id=stored.id), 303)


def _form_page(
    form: PatientForm,
    was: Patient | None,
    problems: Sequence[dict[str, str]] = (),
    fault: RecordsFault | None = None,
) -> str:
    if was is not None:
        seen(VIEWED, records.patient_subject(was.id), "patient to be corrected", fault)
    errors = [*problems, *pages.problems(form)]
    return pages.page("patient_form.html", errors, pages.heading(errors), form=form, was=was, two_sign=words.TWO_SIGN)


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
        subject=records.patient_subject(one.id),
        name=identity.name,
        pairs=[pair for pair in _pairs(one.content, d) if pair[1]],
        banner={
            **pages.product_banner(None if view is None else view.drug, d.market),
            **facts,
            "more": [(words.ALLERGIES, one.content.allergies or words.NOT_ENTERED)],
            **({} if view is None else view.banner),
        },
        course=view,
        course_heads=words.COURSE_HEADS,
        others=[_course_row(other, d) for other in courses if chosen is None or other.number != chosen.number],
        may_enter=me().may(Deed.ENTER),
    )


def _pairs(patient: NewPatient, d: Desk) -> Iterator[tuple[str, str]]:
    yield words.BORN, kept(day(patient.born, d.market))
    yield words.SEX, patient.sex
    yield from pages.numbers(identity_of(patient))
    yield words.ALLERGIES, patient.allergies or words.NOT_ENTERED


def _course_row(record: CourseRecord, d: Desk) -> dict[str, Any]:
    content = record.content
    number = {"main": record.number, "href": url_for("courses.shown", number=record.number)}
    return {"cells": (number, content.drug_id, content.indication, day(content.start, d.market))}
