"""A course: opened, shown, ordered from, and what is recorded of it. Nothing of it is changed: rows are added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from compounding import records
from compounding.course import Omitted, Slot
from compounding.formulary import Presentation
from compounding.quantities import Unreadable
from compounding.records import CourseRecord, NewCourse, NewFact, OutFact, RecordsFault, RecordsRefused
from compounding.web import course_changes, drafts, pages
from compounding.web.course_forms import (
    FactForm,
    OutForm,
    fact_form,
    look,
    read_fact_form,
    second_proved,
    too_far_ahead,
)
from compounding.web.course_page import standing
from compounding.web.course_plan import course_plan
from compounding.web.desk import Desk, desk
from compounding.web.forms import blame, order_form
from compounding.web.identity import event
from compounding.web.in_course import InCourse, fault_of, in_course, without_dose
from compounding.web.order_page import KEY, order_page
from compounding.web.patient_forms import CourseForm, course_form
from compounding.web.patients import patient_at, patient_page
from compounding.web.placing import next_order
from compounding.web.plan_page import kept
from compounding.web.signing import proved, signer_proved
from compounding.web.viewing import FORM_VIEWED, seen, viewed
from compounding.wording import course_forms as forms
from compounding.wording import course_page as words
from compounding.wording.ics import calendar_file
from compounding.wording.numbers import day as written_day
from compounding.wording.patients import patient_name
from compounding.workflow.treatments import Numbered, told_of_others

blueprint = Blueprint("courses", __name__)

VIEWED, OPENED, CHANGED, TAKEN_OUT = "course viewed", "course opened", "course changed", "course entry taken out"
_WAS = "was"
"""The entry of the course that the page of a form showed."""
PLAN_TAKEN, CALENDAR_TAKEN = "treatment plan viewed", "course calendar viewed"


def course_at(number: str) -> CourseRecord:
    """The course of an address. Ends the request where there is none; raises NotRead."""
    found = records.course_record(desk().engine, number)
    return abort(404) if found is None else found


def found_at(number: str) -> InCourse:
    return in_course(course_at(number), desk())


def back(number: str) -> Any:
    return redirect(url_for("courses.shown", number=number), 303)


# ------------------------------------------------------------------ opened


@blueprint.get("/patients/<int:patient_id>/courses/new")
def new(patient_id: int) -> Any:
    """An empty form."""
    return _open_page(patient_id, course_form(desk()), drafts.new_key())


@blueprint.post("/patients/<int:patient_id>/courses/new")
@pages.shown_again
def open_(patient_id: int) -> Any:
    """Opens a course."""
    d, form, key = desk(), course_form(desk(), request.form), drafts.sent_key(request.form)
    if pages.lost():
        return _open_page(patient_id, form, key, [pages.problem("indication", pages.LOST)])
    form.validate()
    if (start := form.start.data) is not None and (said := too_far_ahead(start, d)) is not None:
        blame(form.start, said)
    if form.errors_in_order():
        return _open_page(patient_id, form, key), 422
    course = NewCourse(
        key,
        patient_id,
        form.drug_id(d),
        form.indication.data,
        form.prescriber.data,
        form.start.data,
        form.transplant.data == "yes",
    )
    told = {
        "patient": records.patient_subject(patient_id),
        "indication": course.indication,
        "start": written_day(course.start, d.market),
        "transplant": form.transplant.chosen,
        "prescriber": course.prescriber,
    }
    try:
        if not signer_proved(form, d):
            return _open_page(patient_id, form, key), 422
        signed = proved(event(OPENED, told), {**told, "drug": course.drug_id, "request": course.request_key})
        opened = records.open_course(d.engine, course, signed, lambda others: _runs(others, course.drug_id, d))
        return back(opened.number)
    except RecordsFault as fault:
        blame(form.indication, str(fault))
        return _open_page(patient_id, form, key, fault=fault), pages.status_of(fault)


def _runs(others: Sequence[CourseRecord], drug_id: str, d: Desk) -> str | None:
    """Why no course of this drug is opened beside another; None where none of it runs."""
    of_drug = (Numbered(one.number, in_course(one, d).course) for one in others if one.content.drug_id == drug_id)
    running = next((one for one in of_drug if one.runs), None)
    return None if running is None else words.runs_words(running.number, running.course)


def _told_before(patient_id: int, d: Desk) -> list[str]:
    """What a new course must know of the patient's others."""
    found = [in_course(one, d) for one in records.courses_of(d.engine, patient_id)]
    numbered = [Numbered(one.record.number, one.course) for one in found]
    told = [words.before_words(number, case) for number, case in told_of_others(numbered)]
    return [*(words.runs_words(one.number, one.course) for one in numbered if one.runs), *told]


def _open_page(
    patient_id: int,
    form: CourseForm,
    key: str,
    problems: Sequence[dict[str, str]] = (),
    fault: RecordsFault | None = None,
) -> str:
    one, errors = patient_at(patient_id), [*problems, *pages.problems(form)]
    seen(FORM_VIEWED, records.patient_subject(patient_id), "new course", fault)
    carried = [(KEY, key)]
    name = patient_name(one.content)
    return pages.page(
        "course_new.html",
        errors,
        pages.heading(errors),
        form=form,
        patient=one,
        name=name,
        carried=carried,
        before=_told_before(patient_id, desk()),
    )


# ------------------------------------------------------------------ shown


@blueprint.get("/courses/<number>")
def shown(number: str) -> Any:
    """The page of its patient, with this course."""
    record = course_at(number)
    viewed(VIEWED, number)
    courses = records.courses_of(desk().engine, record.patient.id)
    return patient_page(record.patient, courses, record)


@blueprint.get("/courses/<number>/order/<int:cycle>/<int:day>")
def order(number: str, cycle: int, day: int) -> Any:
    """The form of an order for one of its doses, filled from the course; what was measured is typed."""
    found = found_at(number)
    if Slot(cycle, day) not in {dose.slot for dose in found.schedule.doses}:
        abort(404)
    viewed(FORM_VIEWED, number, page="order in a course")
    d = desk()
    form = order_form(d, MultiDict(next_order(found, Slot(cycle, day), d.today())))
    return order_page(form, drafts.new_key())


@blueprint.get("/courses/<number>/plan.pdf")
def plan_pdf(number: str) -> Any:
    """The treatment plan, for the patient's file."""
    d, found = desk(), found_at(number)
    made = course_plan(found, d)
    viewed(PLAN_TAKEN, number)
    headers = {"Content-Disposition": f'inline; filename="plan-{number}.pdf"'}
    return Response(made, mimetype="application/pdf", headers=headers)


@blueprint.get("/courses/<number>/calendar.ics")
def calendar(number: str) -> Any:
    """The doses as a calendar file: those of a course that stops are taken back where a calendar holds them."""
    found = found_at(number)
    made = calendar_file(found.course, found.schedule, number, desk().clock(), found.record.recorded)
    viewed(CALENDAR_TAKEN, number)
    headers = {"Content-Disposition": f'attachment; filename="{number}.ics"'}
    return Response(made, mimetype="text/calendar", headers=headers)


# ------------------------------------------------------------------ recorded


@blueprint.get("/courses/<number>/record/<kind>")
def change(number: str, kind: str) -> Any:
    """The form of a kind of entry."""
    found = found_at(number)
    return _fact_page(found, kind, _form(found, kind))


@blueprint.post("/courses/<number>/record/<kind>")
@pages.shown_again
def record(number: str, kind: str) -> Any:
    """Records it, where the course can stand with it."""
    d, found = desk(), found_at(number)
    form, moved = _form(found, kind, request.form), _moved(found)
    problems = [pages.problem(form.in_order()[0].anchor, moved)] if moved else []
    if pages.lost():
        return _fact_page(found, kind, form, [pages.problem(form.signing_secret.anchor, pages.LOST), *problems])
    if moved:
        return _fact_page(found, kind, form, problems), 409
    if not read_fact_form(form, kind, found, d):
        return _fact_page(found, kind, form), 422
    try:
        new_fact = NewFact(form.fact(found.drug), form.typed_words(), form.typed_prescriber(), found.record.entry)
        if not (_reasoned(form, found.record, new_fact, d) and signer_proved(form, d)):
            return _fact_page(found, kind, form), 422
        said = words.fact_words(new_fact.fact, d.market)
        told = event(CHANGED, {**_named(form), "recorded": said}, reason=new_fact.words)
        _record(found, new_fact, proved(told, course_changes.signed(number, new_fact)), d)
    except Unreadable as unreadable:
        blame(_first(form), str(unreadable))
        return _fact_page(found, kind, form), 422
    except RecordsFault as fault:
        blame(_first(form), str(fault))
        now = found_at(number) if isinstance(fault, RecordsRefused) else found
        return _fact_page(now, kind, form, fault=fault), pages.status_of(fault)
    return back(number)


def _moved(found: InCourse) -> str | None:
    """Why nothing is recorded of a course that the page did not show; None where it showed it as it stands. The page
    that says so shows it, beside what was typed."""
    record = found.record
    return None if request.form.get(_WAS, "") == str(record.entry) else forms.changed_meanwhile(record.number)


def _reasoned(form: FactForm, was: CourseRecord, new: NewFact, d: Desk) -> bool:
    """Whether it says why, where it takes the place of what stands; what is missing stands at its field."""
    lacking = course_changes.needs_words(was, new, d.market)
    if lacking is not None:
        blame(form["words"], lacking)
    return lacking is None


def _record(found: InCourse, new: NewFact, told: records.Event, d: Desk) -> None:
    """Raises RecordsFault; that too where it takes, by now, the place of something and does not say why."""

    def tell(was: CourseRecord) -> records.Event:
        if (lacking := course_changes.needs_words(was, new, d.market)) is not None:
            raise RecordsRefused(lacking)
        return replace(told, changes=course_changes.recorded(was, new, d.market))

    number = found.record.number
    records.record_fact(d.engine, number, new, tell, lambda now: _fault(new, now, found.drug))


def _fault(new: NewFact, now: CourseRecord, drug: Presentation) -> str | None:
    """Why the course cannot stand with this fact. A dose that ran in is not omitted afterwards; that it was recorded
    as omitted before is shown beside it."""
    if isinstance(new.fact, Omitted) and new.fact.slot in now.infusions:
        return words.given_as_well(new.fact.slot)
    return without_dose(new.fact, now) or fault_of(now, drug)


def _named(form: FactForm) -> Mapping[str, str]:
    return {"prescriber": form.typed_prescriber()} if form.typed_prescriber() else {}


def _first(form: FactForm) -> Any:
    """Where a fault of the whole entry stands."""
    return form.in_order()[0]


def _form(found: InCourse, kind: str, sent: MultiDict[str, str] | None = None) -> FactForm:
    try:
        return fact_form(kind, found.drug, desk(), sent)
    except KeyError:
        return abort(404)


def _fact_page(
    found: InCourse,
    kind: str,
    form: FactForm,
    problems: Sequence[dict[str, str]] = (),
    fault: RecordsFault | None = None,
) -> str:
    seen(VIEWED, found.record.number, f"entry: {words.KINDS[kind].lower()}", fault)
    errors = [*problems, *pages.problems(form)]
    return pages.page(
        "course_fact.html",
        errors,
        pages.heading(errors, "recorded"),
        form=form,
        fields=[(field, look(field)) for field in form.in_order() if field.name != "signing_secret"],
        kind=kind,
        title=words.KINDS[kind],
        was=found.record.entry,
        stands=standing(found, desk()),
        **_of(found),
    )


def _of(found: InCourse) -> dict[str, Any]:
    """What every form of a course shows of it."""
    patient = found.record.patient
    return {
        "number": found.record.number,
        "name": patient_name(patient.content),
        "patient": patient,
        "born": kept(written_day(patient.content.born, desk().market)),
    }


# ------------------------------------------------------------------ taken out


@blueprint.get("/courses/<number>/entries/<int:fact_id>/out")
def out(number: str, fact_id: int) -> Any:
    """The form that takes out an entry error."""
    return _out_page(found_at(number), fact_id, OutForm(desk()))


@blueprint.post("/courses/<number>/entries/<int:fact_id>/out")
@pages.shown_again
def take_out(number: str, fact_id: int) -> Any:
    """Takes it out, by two people."""
    d, found, form = desk(), found_at(number), OutForm(desk(), request.form)
    if pages.lost():
        return _out_page(found, fact_id, form, [pages.problem("out_words", pages.LOST)])
    if not form.validate():
        return _out_page(found, fact_id, form), 422
    try:
        second = second_proved(form.second, form.second_secret, d)
        if second is None or not signer_proved(form, d):
            return _out_page(found, fact_id, form), 422
        said = {"entry": _what(found, fact_id), "seen by": second.name}
        told = event(TAKEN_OUT, said, reason=form.out_words.data)
        told = proved(told, {**said, "course": number, "fact": fact_id, "words": form.out_words.data})
        taken = OutFact(fact_id, form.out_words.data, second.user)
        records.take_out_fact(
            d.engine,
            number,
            taken,
            lambda was: replace(told, changes=course_changes.taken_out(was, fact_id, d.market)),
            lambda now: fault_of(now, found.drug),
        )
    except RecordsFault as fault:
        blame(form.out_words, str(fault))
        return _out_page(found, fact_id, form, fault=fault), pages.status_of(fault)
    return back(number)


def _what(found: InCourse, fact_id: int) -> str:
    stored = next((one for one in found.record.standing if one.id == fact_id), None)
    return abort(404) if stored is None else words.fact_words(stored.fact, desk().market)


def _out_page(
    found: InCourse,
    fact_id: int,
    form: OutForm,
    problems: Sequence[dict[str, str]] = (),
    fault: RecordsFault | None = None,
) -> str:
    what = _what(found, fact_id)
    seen(VIEWED, found.record.number, "entry error", fault)
    errors = [*problems, *pages.problems(form)]
    return pages.page(
        "course_out.html",
        errors,
        pages.heading(errors, "recorded"),
        form=form,
        fact_id=fact_id,
        what=what,
        **_of(found),
    )
