"""From an order to a saved preparation, or to a changed one: entry, review, signing. Nothing is stored before."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, current_app, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from compounding import records
from compounding.quantities import Unreadable
from compounding.records import Event, Judged, NotRead, NotSaved, RecordsFault, RecordsRefused
from compounding.web import pages, saving, telling
from compounding.web.acts import (
    SaveForm,
    answered,
    answers_stored,
    remembered,
    save_form,
    seconds_proved,
)
from compounding.web.as_typed import as_typed
from compounding.web.blind import blind, refuse, refuse_blind
from compounding.web.changing import (
    CHANGED,
    Changing,
    change_refusal,
    changing,
    compared,
    enterer,
    stored_answers,
    stored_typed,
)
from compounding.web.desk import Desk, desk
from compounding.web.forms import OrderForm, order_form, read_order
from compounding.web.identity import event, me
from compounding.web.known import Warned, warnings
from compounding.web.offers import offer, offered_text
from compounding.web.order_page import TOP, Unfit, order_page
from compounding.web.paperwork import NAMES, doubts
from compounding.web.plan_page import asking, finding_view, plan_page
from compounding.web.saving import Reviewed, reviewed
from compounding.web.signing import box, same, signer_proved
from compounding.web.viewing import VIEWED, viewed
from compounding.wording.export import plan_as_json
from compounding.wording.papers import WORDS
from compounding.workflow import Meaning

blueprint = Blueprint("orders", __name__, url_prefix="/orders")

REVIEWED, STOPPED, NOT_READ, TAKEN_BACK = "plan reviewed", "order stopped", "order not read", "review left"
# The digest binds what was shown; these two are beside the order in the page that saves.
_KEY, _DIGEST = "request_key", "shown"
_LAST = "signing_secret"
_NOT_WHOLE = "The plan is not whole: nothing can be saved."
_SAME = "Nothing is changed: every field says what is saved."
_ANOTHER = "This page is not the one that was shown before. Read it again, then save it."


# ------------------------------------------------------------------ entry


@blueprint.get("/new")
def new() -> Any:
    """An empty form."""
    return order_page(order_form(desk()))


@blueprint.get("/<number>/edit")
def edit(number: str) -> Any:
    """The form of a saved order, filled with what was typed."""
    d = desk()
    saved = records.preparation(d.engine, number)
    if saved is None:
        abort(404)
    if blind(saved, me()):
        refuse_blind(saved)
    if (refused := change_refusal(saved, me().person)) is not None:
        refuse("Not to be changed", refused, 409)
    viewed(VIEWED, number, page="order to be changed")
    form = order_form(d, MultiDict(stored_typed(saved)))
    return order_page(form, of=Changing(saved, saved.version), answers=answers_stored(stored_answers(saved)))


@blueprint.post("/new")
@pages.shown_again
def change() -> Any:
    """The form of a review again, as it was typed; nothing is judged."""
    d = desk()
    form, of = order_form(d, request.form), changing(request.form, d)
    if pages.lost():
        return order_page(form, _lost(), of=of)
    return _unlogged(event(TAKEN_BACK), form, of) or order_page(form, of=of)


@blueprint.post("/review")
@pages.shown_again
def review() -> Any:
    """The plan, or the form again with what keeps the order from being reviewed."""
    if pages.lost():
        d = desk()
        return order_page(order_form(d, request.form), _lost(), of=changing(request.form, d))
    return review_of(request.form)


def review_of(sent: MultiDict[str, str]) -> Any:
    """The review of what was sent, by a form of this desk or by one that changes something of a stored order."""
    d = desk()
    form, of = order_form(d, sent), changing(sent, d)
    shown = _reviewed(form, d, "", of)
    if (unlogged := _unlogged(_told(shown, form, d), form, of)) is not None:
        return unlogged
    if isinstance(shown, Unfit):
        return _unfit(form, shown, of)
    findings = shown.text.findings
    answers = save_form(d, findings, remembered(findings, sent), changing=of is not None)
    return _review_page(shown, answers, secrets.token_urlsafe(16), of)


def _lost() -> Unfit:
    return Unfit((pages.problem(TOP, pages.LOST),))


def _unlogged(told: Event, form: OrderForm, of: Changing | None) -> Any:
    """The form again where the log cannot be written, so that nothing typed is lost; None where it was."""
    try:
        records.record(desk().engine, replace(told, subject=of.saved.number if of else ""))
    except NotSaved as fault:
        return order_page(form, Unfit((pages.problem(TOP, str(fault)),)), of=of), 503
    return None


def _told(shown: Reviewed | Unfit, form: OrderForm, d: Desk) -> Event:
    """What the log says of a review: what was typed and found, and the figures where there are any."""
    if isinstance(shown, Reviewed):
        entered = telling.entered(telling.values(shown.entry.typed, shown.text, d))
        return event(
            REVIEWED, changes=entered, findings=telling.judged(shown.text.findings, ()), drug_file=shown.drug_file
        )
    typed = telling.entered(telling.typed_values(form.typed(), d))
    if shown.findings:
        found = tuple(Judged(finding.code, finding.severity.word, "") for finding in shown.findings)
        return event(STOPPED, changes=typed, findings=found)
    places = [field.label.text for field, _ in form.errors_in_order()]
    why = [problem["text"] for problem in shown.problems]
    return event(NOT_READ, {"fields": ", ".join(places)}, changes=typed, reason=" ".join(why))


def _unfit(form: OrderForm, why: Unfit, of: Changing | None) -> Any:
    """The form again. Where somebody else has changed the order, what is sent next changes theirs."""
    if why.compared and of is not None:
        of = Changing(of.saved, of.saved.version)
    return order_page(form, why, of=of), why.status


def _reviewed(form: OrderForm, d: Desk, key: str, of: Changing | None) -> Reviewed | Unfit:
    """What a form says, reviewed; or why it cannot be. `key` is that of a form that saves."""
    if of is not None and (unfit := _not_changed(form, d, key, of)) is not None:
        return unfit
    entry = read_order(form, d)
    if entry is None:
        return Unfit()
    try:
        shown = reviewed(entry, d)
    except Unreadable as nothing:
        field = form.height if form.ordered_dose.data is None else form.ordered_dose
        field.errors = [str(nothing)]
        return Unfit()
    if shown.plan.stopped:
        return Unfit(findings=shown.plan.findings)
    if not shown.whole:
        return Unfit((pages.problem("height", _NOT_WHOLE),))
    doubted = doubts(entry, lambda other: reviewed(other, d).text, form, d)
    if any(field.errors for field in form):
        return Unfit()
    try:
        warned = warnings(entry, d, key, of.saved.number if of else "")
    except NotRead as fault:
        return Unfit((pages.problem(TOP, str(fault)),), status=503)
    return replace(shown, doubts=doubted, warnings=warned)


def _not_changed(form: OrderForm, d: Desk, key: str, of: Changing) -> Unfit | None:
    """Why a stored order is not changed by this form; None where it is."""
    if of.stored_by(key):
        return None
    theirs, mine = telling.typed_values(of.typed(), d), telling.typed_values(form.typed(), d)
    if of.moved_on():
        by = enterer(of.saved, d).name
        said = (
            f"{of.saved.number} was changed meanwhile by {by}: version {of.saved.version} stands by now, and this"
            f" form began with version {of.was}. Compare the two; what you send next changes theirs."
        )
        return Unfit((pages.problem(TOP, said),), compared=compared(theirs, mine), status=409)
    if (refused := change_refusal(of.saved, me().person)) is not None:
        return Unfit((pages.problem(TOP, refused),), status=409)
    return None if compared(theirs, mine) else Unfit((pages.problem(TOP, _SAME),))


# ------------------------------------------------------------------ review


def _review_page(
    shown: Reviewed,
    save: SaveForm,
    key: str,
    of: Changing | None,
    problems: tuple[dict[str, str], ...] = (),
) -> str:
    d, text = desk(), shown.text
    entry = shown.entry
    errors = [*problems, *_answer_problems(save)]
    asked = {id(asked.finding): asked for asked in save.asked}
    hidden = [*save.said(), *(of.carried() if of else ()), (_KEY, key), (_DIGEST, _digest(shown, key, of))]
    return pages.page(
        "review.html",
        errors,
        pages.heading(errors),
        plan=plan_page(text, plan_as_json(shown.plan), saving.measured(entry, d.market)),
        warned=[*_doubted(shown), *shown.warnings],
        order=as_typed(entry.typed, d),
        findings=[(finding_view(finding), asked.get(id(finding))) for finding in text.findings],
        findings_heading=asking(text.findings, "needs an answer before saving", "need an answer before saving"),
        save=save,
        box=box(Meaning.ORDER_ENTRY),
        of=of,
        changed=telling.changed(of.values(d), telling.values(entry.typed, text, d)) if of else (),
        typed=[*entry.typed.items(), *hidden],
        banner=pages.banner(entry.identity, text, entry.order.patient.on, d.market, _number(of, d)),
        offer=d.policy.bag_overfill is not None,
        rounding=offered_text(offer(plan_as_json(shown.plan), shown.plan.drug)),
    )


def _number(of: Changing | None, d: Desk) -> str:
    return f"{WORDS[d.market].number} {of.saved.number}" if of else "Number given when saved"


def _digest(shown: Reviewed, key: str, of: Changing | None) -> str:
    return saving.digest(shown, key, current_app.config["SECRET_KEY"], of)


def _doubted(shown: Reviewed) -> Iterator[Warned]:
    """What is said of each paper that will be refused. Saving stays possible."""
    for document, name in NAMES.items():
        lines = [f"{doubt.what}: {doubt.why}" for doubt in shown.doubts if doubt.document == document]
        if lines:
            yield Warned(
                f"This {name.lower()} will be refused.",
                (*lines, "The order can be saved as it stands, and this paper of it cannot be printed."),
            )


def _answer_problems(save: SaveForm) -> Iterator[dict[str, str]]:
    for field, text in save.errors_in_order():
        finding = next((asked.finding for asked in save.asked if asked.holds(field)), None)
        if finding is None:
            yield pages.problem(field.anchor, f"{field.label.text}: {text}")
        else:
            yield pages.problem(field.anchor, f"{finding_view(finding).sentence} {text}", finding.severity)


# ------------------------------------------------------------------ saving


@blueprint.post("/save")
@pages.shown_again
def save() -> Any:
    """Saves what was reviewed, and nothing else: all is computed again, and must be what was shown."""
    d = desk()
    form, of = order_form(d, request.form), changing(request.form, d)
    key = request.form.get(_KEY, "")
    shown = _reviewed(form, d, key, of)
    if isinstance(shown, Unfit):
        return _unfit(form, shown, of)
    answers = save_form(d, shown.text.findings, request.form, changing=of is not None)
    if pages.lost():
        return _review_page(shown, answers, key, of, (pages.problem(_LAST, pages.LOST),))
    if not same(request.form.get(_DIGEST, ""), _digest(shown, key, of)):
        said = (pages.problem(_LAST, _ANOTHER),)
        return _review_page(shown, answers, secrets.token_urlsafe(16), of, said), 409
    if not answered(answers, me().account.user) or not saving.fit_for_paper(shown, answers, me().person, d):
        return _review_page(shown, answers, key, of), 422
    try:
        number = _signed_and_saved(shown, answers, d, key, of)
    except RecordsFault as fault:
        return _not_saved(fault, form, shown, answers, of)
    if number is None:
        return _review_page(shown, answers, key, of), 422
    return redirect(url_for("preparations.shown", number=number), 303)


def _signed_and_saved(shown: Reviewed, answers: SaveForm, d: Desk, key: str, of: Changing | None) -> str | None:
    """The number under which it is stored; None where a secret is wrong, which then stands at its field."""
    seconds = seconds_proved(answers, d)
    if seconds is None or not signer_proved(answers, d):
        return None
    if of is None:
        return saving.save(shown, answers, seconds, event(saving.ENTERED), d, key).number
    return saving.change(shown, answers, seconds, event(CHANGED), d, key, of).number


def _not_saved(fault: RecordsFault, form: OrderForm, shown: Reviewed, answers: SaveForm, of: Changing | None) -> Any:
    """The review again with the fault; or both versions, where somebody else was quicker."""
    key, d = request.form.get(_KEY, ""), desk()
    if of is not None and isinstance(fault, RecordsRefused):
        of = changing(request.form, d) or of
        if (unfit := _not_changed(form, d, key, of)) is not None:
            return _unfit(form, unfit, of)
    said = (pages.problem(_LAST, str(fault)),)
    return _review_page(shown, answers, key, of, said), 409 if isinstance(fault, RecordsRefused) else 503
