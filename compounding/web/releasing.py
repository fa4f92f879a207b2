"""The final check of the finished bag, and its release.

Each is signed over the whole record as the page showed it: what was recorded since makes the page old.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for

from compounding import records
from compounding.quantities import Unreadable, quote
from compounding.records import Event, NewSignature, RecordsFault, RecordsRefused
from compounding.web import pages, record_page, stored_page
from compounding.web.desk import Desk, desk
from compounding.web.fields import Tick, Typed
from compounding.web.forms import blame
from compounding.web.identity import event, me
from compounding.web.path_forms import ReleaseForm, release_form
from compounding.web.plan_page import kept
from compounding.web.progressing import Way
from compounding.web.scanned_back import label_copy, scanned_back
from compounding.web.signing import SignForm, bound, box, fingerprint, same, sign, signer_proved
from compounding.web.stepping import at_step, done
from compounding.web.taking import Taking, entered_at, moved_on, opened_for, take
from compounding.web.true_times import timed_event, true_moment
from compounding.web.viewing import VIEWED, viewed
from compounding.wording import labels as label_words
from compounding.wording.barriers import barrier_sentence
from compounding.wording.deviations import NO_CHECKLIST
from compounding.workflow import Meaning, State, Step
from compounding.workflow.guards import barriers, minute, only_passed, without_checklist
from compounding.workflow.labels import labelled_by_hand
from compounding.workflow.progress import Barrier, Fate, Moment, What
from compounding.workflow.steps import FINAL_US, RELEASE
from compounding.workflow.times import entry_barriers, is_late

blueprint = Blueprint("releasing", __name__, url_prefix="/preparations")

SCAN_REFUSED = "label scan refused"
_SHOWN = "shown"
_BY_HAND = "written by hand"
_OLD = "The record changed since this page was opened. Read it again, and then sign."
_LOOK = "Look at it, and tick it; or reject the preparation."


class FinalForm(SignForm):
    """What is looked at on the finished bag, and the label that is on it.

    Source: USP <797> (2023), release inspections: what is in the bag, the container and its closure, the label.
    """

    ON_PAGE = ("container", "clarity", "volumes", "label", "cover", "scanned", "signing_secret")

    container = Tick("The bag is whole and dry, and its ports are closed.", missing=_LOOK)
    clarity = Tick("What is in it is clear, and holds no visible particle.", missing=_LOOK)
    volumes = Tick("Empty vials, syringes and lots are those of the record, and the volumes add up.", missing=_LOOK)
    label = Tick("The label says what the order says: patient, drug, dose, volume and times.", missing=_LOOK)
    cover = Tick("The light cover is on, with its own label.", missing=_LOOK)
    scanned = Typed("Label on the bag", hint="scan it where it is", missing="Scan the label that is on the bag.")

    def ticks(self) -> list[Tick]:
        return [field for field in self.in_order() if isinstance(field, Tick)]


def final_form(way: Way, d: Desk, sent: Any = None) -> FinalForm:
    form = FinalForm(d, sent)
    if not way.progress.planned.drug.administration.light_cover.value:
        del form.cover
    if labelled_by_hand(way.progress):
        del form.scanned
    return form


# ------------------------------------------------------------------ the final check


@blueprint.get("/<number>/final")
def final(number: str) -> Any:
    """What the finished bag is held against, and what is looked at."""
    way, step = at_step(number, FINAL_US.name, "Not to be checked by you now")
    viewed(VIEWED, number, page="final check")
    return _final_page(way, step, final_form(way, desk()))


@blueprint.post("/<number>/final")
@pages.shown_again
def sign_final(number: str) -> Any:
    """Signs that the bag and its label are what the record says."""
    d = desk()
    if (again := done(number, State.FINAL)) is not None:
        return again
    way, step = at_step(number, FINAL_US.name, "Not to be checked by you now")
    form = final_form(way, d, request.form)
    if pages.lost():
        return _final_page(way, step, form, pages.LOST)
    if (old := _old(way, step, d)) is not None:
        _keep_refused(way, step, old)
        return _final_page(way, step, form, old), 409
    form.validate()
    if left := [tick.label.text for tick in form.ticks() if tick.errors]:
        _keep_refused(way, step, _LOOK, {"not ticked": " ".join(left)})
    if "scanned" in form:
        _judge_label(form, way, d)
    if any(field.errors for field in form):
        return _final_page(way, step, form), 422
    try:
        if not signer_proved(form, d):
            return _final_page(way, step, form), 422
        looked = [tick.label.text for tick in form.ticks()]
        label = form.scanned.text.strip() if "scanned" in form else _BY_HAND
        signature = sign(Meaning.FINAL_CHECK, {**_record(way, d), "looked at": looked, "label": label}, me().person)
        take(way, Taking(step, ()), _told(step, signature, way, {"label": label}), d, signature)
    except RecordsFault as fault:
        return _final_page(way, step, form, _fault_said(fault, way, step)), pages.status_of(fault)
    return redirect(url_for("preparations.shown", number=number), 303)


def _judge_label(form: FinalForm, way: Way, d: Desk) -> None:
    """Puts beside the field why what was scanned is not the label of this bag; the scan is kept in the log."""
    if form.scanned.errors:
        return
    try:
        said = _label_fault(form.scanned.text, way, d)
    except Unreadable as unreadable:
        said = str(unreadable)
    if said:
        blame(form.scanned, said)
        told = {"scanned": form.scanned.text[:200]}  # more is no code of ours
        records.record(d.engine, event(SCAN_REFUSED, told, reason=said, subject=way.saved.number))


def _label_fault(text: str, way: Way, d: Desk) -> str:
    """ "" for the copy that is on the bag. Raises Unreadable."""
    back, here = scanned_back(text, d), way.saved.number
    if back.is_page or not back.part:
        return label_words.no_label(quote(text.strip()))
    if back.number != here:
        return label_words.another(back.number, back.part, here)
    copy = label_copy(back, way.standing)
    if copy is None:
        return label_words.label_sentence(Barrier("label-unknown"))
    if copy.version != way.saved.version:
        return label_words.label_sentence(Barrier("label-stale", {"copy": copy.copy, "version": copy.version}))
    if copy.fate is Fate.APPLIED:
        return ""
    where = label_words.OPEN if copy.fate is None else label_words.WHERE[copy.fate]
    return f"Copy {copy.copy} is recorded as: {where.lower()}. Scan the one that is on the bag."


def _final_page(way: Way, step: Step, form: FinalForm, problem: str = "") -> str:
    return _page("final.html", way, step, form, Meaning.FINAL_CHECK, problem, ticks=form.ticks())


# ------------------------------------------------------------------ the release


@blueprint.get("/<number>/release")
def release(number: str) -> Any:
    """The whole record, and what is in the way of a release."""
    way, step = at_step(number, RELEASE.name, "Not to be released by you now")
    viewed(VIEWED, number, page="release")
    return _release_page(way, step, release_form(way, desk()))


@blueprint.post("/<number>/release")
@pages.shown_again
def sign_release(number: str) -> Any:
    """Signs the release, by its true time: never at or after the time before which the infusion must start."""
    d = desk()
    if (again := done(number, State.RELEASED)) is not None:
        return again
    way, step = at_step(number, RELEASE.name, "Not to be released by you now")
    form = release_form(way, d, request.form)
    if pages.lost():
        return _release_page(way, step, form, pages.LOST)
    timed = _released(form, way, step)
    if timed is None and form.at.text:
        return _release_page(way, step, form), 422
    if (old := _old(way, step, d, _judged_at(timed, form, way))) is not None:
        _keep_refused(way, step, old)
        return _release_page(way, step, form, old), 409
    try:
        if timed is None or not signer_proved(form, d):
            return _release_page(way, step, form), 422
        _take_release(way, step, form, timed, d)
    except RecordsFault as fault:
        return _release_page(way, step, form, _fault_said(fault, way, step)), pages.status_of(fault)
    return redirect(url_for("preparations.shown", number=number), 303)


def _released(form: ReleaseForm, way: Way, step: Step) -> Moment | None:
    """When it was released; None where the form does not say, or cannot be taken, which then stands at its field."""
    told = event(step.name)
    at = entered_at(told)
    return true_moment(Moment(What.RELEASED, 0, at, at, person=told.person.id), form, told, way)


def _take_release(way: Way, step: Step, form: ReleaseForm, timed: Moment, d: Desk) -> None:
    """Signs and records it. The proof of the secret took its time: the clock that counts is that of the entry.
    Raises RecordsFault."""
    told = event(step.name, {"version": str(way.saved.version)}, subject=way.saved.number)
    entered = entered_at(told)
    made = replace(timed, at=entered if form.at.data is None else timed.at, entered_at=entered)
    lacking = {"checklist": NO_CHECKLIST} if without_checklist(way.progress) else {}
    signature = sign(Meaning.RELEASE, {**_record(way, d), **_late(made), **lacking}, me().person)
    told = timed_event(replace(told, details={**told.details, **lacking, "signed": fingerprint(signature)}), made, d)
    taking = Taking(step, [made], lambda progress: entry_barriers(made, progress), _judged_at(made, form, way))
    take(way, taking, told, d, signature)


def _late(timed: Moment) -> dict[str, str]:
    """What is signed of a release that is entered late, beside the record."""
    if not is_late(timed.at, timed.entered_at):
        return {}
    return {"true time": timed.at.isoformat(), "entered late because": timed.late_reason}


def _judged_at(timed: Moment | None, form: ReleaseForm, way: Way) -> datetime:
    """The true time, where one was typed and the clock was not set back; else the latest time that is known."""
    latest = _latest(way)
    typed = timed is not None and form.at.data is not None and minute(latest) <= minute(_now())
    return timed.at if timed is not None and typed else latest


def _latest(way: Way) -> datetime:
    """Now; where the clock was set back, the latest time at which anything of this preparation was entered: what is
    too late stays so."""
    entered = (one.event.at for one in records.timeline(desk().engine, way.saved.number))
    return max(_now(), *entered)


def _release_page(way: Way, step: Step, form: ReleaseForm, problem: str = "") -> str:
    barred = barriers(step, way.progress, _latest(way))
    too_late = only_passed(barred)
    signable = too_late or not barred
    lacking = NO_CHECKLIST if without_checklist(way.progress) else ""
    more = {"signable": signable, "too_late": too_late, "on_paper": way.progress.on_paper, "lacking": lacking}
    return _page("release.html", way, step, form, Meaning.RELEASE, problem, **more)


# ------------------------------------------------------------------ both


def _now() -> datetime:
    return desk().clock().astimezone(UTC)


def _in_the_way(way: Way, step: Step, at: datetime | None = None) -> list[str]:
    """What bars the step at a time, by default the latest that is known, a sentence each."""
    policy, found = way.progress.planned.policy, barriers(step, way.progress, at or _latest(way))
    return list(dict.fromkeys(barrier_sentence(one, policy, step) for one in found))


def _old(way: Way, step: Step, d: Desk, at: datetime | None = None) -> str | None:
    """Why nothing is signed from this page: it is out of date, or something is in the way."""
    if (said := moved_on(way.standing)) is not None:
        return said
    if in_the_way := _in_the_way(way, step, at):
        return " ".join(in_the_way)
    return None if same(request.form.get(_SHOWN, ""), _binding(way, step, d)) else _OLD


def _keep_refused(way: Way, step: Step, said: str, details: Mapping[str, str] | None = None) -> None:
    """Keeps in the log that somebody would have signed, and why they could not. Raises NotSaved."""
    told = event(f"{step.name} refused", details, reason=said, subject=way.saved.number)
    records.record(desk().engine, told)


def _fault_said(fault: RecordsFault, way: Way, step: Step) -> str:
    """What the records say; what they refuse is kept like any other refusal. Raises NotSaved."""
    if isinstance(fault, RecordsRefused):
        _keep_refused(way, step, str(fault))
    return str(fault)


def _binding(way: Way, step: Step, d: Desk) -> str:
    """Binds the page to this person, this step and all of the record that it showed, under the key of this desk."""
    said = [step.name, me().account.user, _record(way, d)]
    return bound(current_app.config["SECRET_KEY"], said)


def _record(way: Way, d: Desk) -> dict[str, Any]:
    """Every string of the record, as it is shown and signed."""
    saved, order = way.saved, stored_page.stored_order(way.saved, d)
    signed = [[one.meaning, one.person.id, one.digest] for one in way.standing.signatures if one.void_entry is None]
    return {
        "number": saved.number,
        "version": saved.version,
        "order": [list(pair) for pair in order.pairs],
        "empty": order.empty,
        "plan": json.loads(saved.content.shown_json),
        "answers": json.loads(saved.content.answers_json),
        "signatures": signed,
        **record_page.parts(way, d),
    }


def _told(step: Step, signature: NewSignature, way: Way, more: dict[str, str]) -> Event:
    told = {"version": str(way.saved.version), **more, "signed": fingerprint(signature)}
    return event(step.name, told, subject=way.saved.number)


def _page(template: str, way: Way, step: Step, form: SignForm, meaning: Meaning, problem: str, **more: Any) -> str:
    d = desk()
    in_the_way = _in_the_way(way, step)
    errors = [*_problem(problem, in_the_way), *pages.problems(form)]
    return pages.page(
        template,
        errors,
        pages.heading(errors, "signed"),
        **stored_page.parts(way.standing, d),
        record={**record_page.parts(way, d), **record_page.heads()},
        **more,
        in_the_way=[kept(said) for said in in_the_way],
        clocks=record_page.clock_items(way, _now(), d),
        unconfirmed=record_page.unconfirmed(way),
        form=form,
        box=box(meaning),
        carried=[*opened_for(way), (_SHOWN, _binding(way, step, d))],
    )


def _problem(problem: str, in_the_way: list[str]) -> Iterator[dict[str, str]]:
    """What is in the way stands on the page already, in its own block, which a link leads to."""
    if problem:
        yield pages.problem("in-the-way" if in_the_way else "signing_secret", problem)
