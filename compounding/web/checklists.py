"""The checklist before a dose: filled in, judged, answered where it asks, and signed for.

What it finds is shown before it is recorded. One that stops is recorded as it is: it holds the dose.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from compounding import records
from compounding.checklist import Asked, Checklist, Correction, Exam, checklist_as_json, is_latest
from compounding.course import Slot
from compounding.findings import Severity
from compounding.records import Change, CourseRecord, NewChecklist, RecordsFault, RecordsRefused, StoredChecklist
from compounding.web import pages, telling
from compounding.web.acts import Given, SaveForm, answered, remembered, save_form, seconds_proved
from compounding.web.checklist_forms import (
    ChecklistForm,
    boxes,
    checklist_form,
    measured,
    read_checklist_form,
    typed_checklist,
)
from compounding.web.course_forms import look, second_proved
from compounding.web.courses import found_at
from compounding.web.desk import desk
from compounding.web.forms import blame
from compounding.web.identity import event, me
from compounding.web.in_course import InCourse
from compounding.web.plan_page import asking, finding_view, kept
from compounding.web.signing import canonical, proved, signer_proved
from compounding.web.viewing import seen
from compounding.wording import checklist_forms as words
from compounding.wording.checklist import checklist_pairs, counts_late, counts_stand
from compounding.wording.course_page import dose_title
from compounding.wording.findings import FindingText, finding_text
from compounding.wording.numbers import day as written_day
from compounding.wording.numbers import moment
from compounding.wording.patients import patient_name
from compounding.workflow import Deed

blueprint = Blueprint("checklists", __name__, url_prefix="/courses")

VIEWED, RECORDED = "checklist viewed", "checklist recorded"
_JUDGED = "judged"
"""What binds the answers to the findings that the page showed."""
_WAS = "was"
"""The entry of the checklist that the page showed as recorded; 0 where there was none."""


@blueprint.get("/<number>/checklists/<int:cycle>/<int:day>")
def shown(number: str, cycle: int, day: int) -> Any:
    """The checklist of a dose, as it was recorded last, or empty."""
    found, slot = found_at(number), Slot(cycle, day)
    form, _ = _form(found, slot, _typed(found, slot))
    stored = found.record.checklists.get(slot)
    return _page(found, slot, form, _findings(found, stored.checklist) if stored else ())


@blueprint.post("/<number>/checklists/<int:cycle>/<int:day>")
@pages.shown_again
def record(number: str, cycle: int, day: int) -> Any:
    """Judges what was typed, and records it once what it finds was shown and answered."""
    d, found, slot = desk(), found_at(number), Slot(cycle, day)
    form, wanted = _form(found, slot, request.form)
    if pages.lost():
        return _page(found, slot, form, (), problems=[pages.problem(form.on.anchor, pages.LOST)])
    made = read_checklist_form(form, wanted, slot)
    if made is None or not (_marrow_fits(found, made, form) and _counts_kept(found, made, form)):
        return _page(found, slot, form, ()), 422
    if (moved := _moved(found, slot)) is not None:
        return _page(found, slot, form, (), problems=[pages.problem(form.on.anchor, moved)]), 409
    findings = _findings(found, made)
    asked = _asked(findings)
    if request.form.get(_JUDGED, _digest(())) != _digest(findings):
        return _page(found, slot, form, findings, _answers_form(asked, remembered(asked, request.form)))
    save = _answers_form(asked, request.form)
    try:
        seconds = seconds_proved(save, d) if answered(save, me().account.user) else None
        agreed = None if seconds is None else _corrected(found, made, form)
        if seconds is None or agreed is None or not signer_proved(save, d):
            return _page(found, slot, form, findings, save), 422
        _record(found, agreed, findings, save.given(seconds))
    except RecordsFault as fault:
        problem = pages.problem(form.on.anchor, str(fault))
        now = found_at(number) if isinstance(fault, RecordsRefused) else found
        return _page(now, slot, form, findings, save, [problem], fault), pages.status_of(fault)
    return redirect(url_for("courses.shown", number=number), 303)


def _entry(found: InCourse, slot: Slot) -> int:
    stored = found.record.checklists.get(slot)
    return 0 if stored is None else stored.told.entry


def _moved(found: InCourse, slot: Slot) -> str | None:
    """Why nothing is recorded over a checklist that the page did not show; None where it showed the one that stands.
    The page that says so shows it, beside what was typed."""
    if request.form.get(_WAS, "") == str(_entry(found, slot)):
        return None
    stored = found.record.checklists.get(slot)
    return words.recorded_meanwhile(slot, "" if stored is None else stored.told.person.name)


def _form(found: InCourse, slot: Slot, sent: MultiDict[str, str] | None) -> tuple[ChecklistForm, Asked]:
    if slot not in {dose.slot for dose in found.schedule.doses}:
        abort(404)
    return checklist_form(found.drug, slot, desk(), sent, stand=_stand(found, slot))


def _stand(found: InCourse, slot: Slot) -> bool:
    """Whether the counts of a dose are held against: those of a first day whose dose, or a later one, was given."""
    return slot.day == found.drug.days[0] and found.given_by(slot) is not None


def _typed(found: InCourse, slot: Slot) -> MultiDict[str, str]:
    stored = found.record.checklists.get(slot)
    if stored is not None:
        return MultiDict(typed_checklist(stored.checklist, checklist_form(found.drug, slot, desk())[1]))
    dose = next((dose for dose in found.schedule.doses if dose.slot == slot), None)
    on = None if dose is None else dose.taken
    return MultiDict({} if on is None else boxes("on", on))


def _findings(found: InCourse, made: Checklist) -> tuple[FindingText, ...]:
    return tuple(finding_text(finding, desk().market) for finding in found.findings_of(made))


def _counts_kept(found: InCourse, made: Checklist, form: ChecklistForm) -> bool:
    """Whether the counts that later doses are held against stay as they were before the dose, or a second person is
    named who agrees that they were an entry error. What was not known may be entered later, of a day before it."""
    slot = made.slot
    if not _stand(found, slot):
        return True
    known, taken = found.counts(slot), made.tests.get(Exam.BLOOD_COUNT)
    differing, named = tuple(_differing(found, made)), bool(form["second"].data)
    for name in differing:
        stands = getattr(known, name)
        if stands is not None and not named:
            blame(form[measured(name)], counts_stand(name, stands, slot))
    given = min(dose.on for dose in found.course.given if dose.slot >= slot)
    entered = [name for name in differing if getattr(made.counts, name) is not None]
    if entered and taken is not None and taken > given:
        blame(form["exam_blood_count"], counts_late(given, desk().market))
    return not any(field.errors for field in form)


def _differing(found: InCourse, made: Checklist) -> Iterator[str]:
    """The counts that are not as they stand."""
    known = found.counts(made.slot)
    return (name for name in ("neutrophils", "platelets") if getattr(made.counts, name) != getattr(known, name))


def _corrects(found: InCourse, made: Checklist) -> bool:
    """Whether it takes the place of counts that stand: what was not known is only filled in."""
    known = found.counts(made.slot)
    return _stand(found, made.slot) and any(getattr(known, name) is not None for name in _differing(found, made))


def _corrected(found: InCourse, made: Checklist, form: ChecklistForm) -> Checklist | None:
    """The checklist with who agreed that counts were an entry error, where it corrects any; None where they are not
    proved, or nobody says what was wrong, which then stands at the field. Raises RecordsFault."""
    if not _corrects(found, made):
        return made
    said = form["correction_words"]
    for field, missing in ((said, words.SAY_WHAT_WAS_WRONG), (form.second_secret, words.TYPE_SECOND_SECRET)):
        if not field.data:
            blame(field, missing)
    if any(field.errors for field in form):
        return None
    account = second_proved(form.second, form.second_secret, desk())
    return None if account is None else replace(made, correction=Correction(said.data, account.user))


def _marrow_fits(found: InCourse, made: Checklist, form: ChecklistForm) -> bool:
    """Whether the marrow that counts are put down to the disease by is the latest one."""
    began = found.began(made.slot)
    if made.disease is None or is_latest(made.disease.marrow_on, began):
        return True
    blame(form["disease_on"], words.marrow_old(began, desk().market))
    return False


def _asked(findings: tuple[FindingText, ...]) -> tuple[FindingText, ...]:
    """What is answered: nothing while something stops the dose in any case."""
    stopped = any(finding.severity == Severity.STOP.word for finding in findings)
    return () if stopped else findings


def _answers_form(asked: tuple[FindingText, ...], sent: MultiDict[str, str]) -> SaveForm:
    """The form of the answers; what is said in words stands on no worksheet here."""
    save = save_form(desk(), asked, sent)
    for one in save.asked:
        if one.words is not None:
            one.words.description = words.WHO_DECIDED
    return save


def _digest(findings: Sequence[FindingText]) -> str:
    return hashlib.sha256("\n".join(finding.message for finding in findings).encode()).hexdigest()


def _record(found: InCourse, made: Checklist, findings: tuple[FindingText, ...], given: Sequence[Given]) -> None:
    d, slot = desk(), made.slot
    judged = telling.judged_in_full(findings, given)
    why = made.correction.words if made.correction else ""
    told = event(RECORDED, {"dose": str(slot), **telling.details(given)}, findings=judged, reason=why)
    new = NewChecklist(made, canonical([_answer(one) for one in given]), _entry(found, slot))
    signed = {"course": found.record.number, "checklist": checklist_as_json(made), "answers": new.answers_json}

    def judge(now: CourseRecord) -> str | None:
        again = InCourse(now, found.drug)
        if (again.findings_of(made), again.given_by(slot)) == (found.findings_of(made), found.given_by(slot)):
            return None
        return words.course_changed(now.number)

    records.record_checklist(
        d.engine,
        found.record.number,
        new,
        lambda old: proved(replace(told, changes=_changes(old, made, found)), signed),
        judge,
        tuple(telling.answer_events(given, told)),
    )


def _changes(old: StoredChecklist | None, now: Checklist, found: InCourse) -> tuple[Change, ...]:
    """Each value as it stood and as it stands; of corrected counts those that doses were held against."""
    market, was = desk().market, None if old is None else old.checklist
    if was is not None and now.correction is not None:
        was = replace(was, counts=found.counts(now.slot))
    return telling.differences(() if was is None else checklist_pairs(was, market), checklist_pairs(now, market))


def _answer(given: Given) -> dict[str, str]:
    return {
        "code": given.finding.code,
        "message": given.finding.message,
        "reason_code": given.reason_code,
        "reason": given.reason,
        "words": given.words,
        "second": given.second.name if given.second else "",
    }


# ------------------------------------------------------------------ the page


def _page(
    found: InCourse,
    slot: Slot,
    form: ChecklistForm,
    findings: tuple[FindingText, ...],
    save: SaveForm | None = None,
    problems: Sequence[dict[str, str]] = (),
    fault: RecordsFault | None = None,
) -> str:
    seen(VIEWED, found.record.number, str(slot), fault)
    d, stored = desk(), found.record.checklists.get(slot)
    save = save or save_form(d, (), None)
    answers = {id(asked.finding): asked for asked in save.asked}
    errors = [*problems, *pages.problems(form, save)]
    patient = found.record.patient.content
    return pages.page(
        "checklist.html",
        errors,
        pages.heading(errors, "recorded"),
        form=form,
        groups=[(heading, [(field, look(field)) for field in fields]) for heading, fields in form.groups()],
        findings=[(finding_view(finding), answers.get(id(finding))) for finding in findings],
        findings_heading=asking(findings, words.NEEDS_ANSWER, words.NEED_ANSWER) if findings else "",
        save=save,
        judged=_digest(findings),
        was=_entry(found, slot),
        said=list(save.said()),
        stored=None if stored is None else _stored(stored),
        answers=[] if stored is None else _answers(stored),
        title=dose_title(slot),
        slot=slot,
        number=found.record.number,
        name=patient_name(patient),
        born=kept(written_day(patient.born, d.market)),
        may=me().may(Deed.ENTER),
    )


def _stored(stored: StoredChecklist) -> dict[str, Any]:
    d = desk()
    told = words.recorded_by(kept(moment(stored.told.at, d.zone, d.market)), stored.told.person.name)
    return {"told": told, "pairs": kept(tuple(checklist_pairs(stored.checklist, d.market)))}


def _answers(stored: StoredChecklist) -> list[tuple[str, str]]:
    """What was answered on it: the finding, and how."""
    return [
        (answer["message"], ". ".join(filter(None, (answer["reason"], answer["words"], answer["second"]))))
        for answer in json.loads(stored.answers_json)
    ]
