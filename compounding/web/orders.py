"""From an order to a saved preparation, or to a changed one: entry, review, signing. Nothing is stored before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from compounding import records
from compounding.quantities import Unreadable
from compounding.records import Event, NotRead, NotSaved, RecordsFault, RecordsRefused
from compounding.records.drafts import draft
from compounding.web import drafts, pages, saving, telling
from compounding.web.acts import (
    SaveForm,
    answered,
    answers_stored,
    remembered,
    save_form,
    seconds_proved,
)
from compounding.web.as_typed import as_typed
from compounding.web.blind import refuse, seen_at
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
from compounding.web.forms import Entry, OrderForm, blame, order_form, read_order
from compounding.web.identity import event, me
from compounding.web.known import Warned, warnings
from compounding.web.offers import offer, offered_text
from compounding.web.order_page import KEY, TOP, Unfit, order_page
from compounding.web.paper_orders import number_fault, paper_typed
from compounding.web.paperwork import NAMES, doubts
from compounding.web.placing import course_of_order, courses_of_patient
from compounding.web.plan_page import asking, finding_view, kept, plan_page
from compounding.web.saving import Reviewed, reviewed
from compounding.web.signing import box, same, signer_proved
from compounding.web.telling import TAKEN_BACK
from compounding.web.viewing import FORM_VIEWED, PLAN_VIEWED, VIEWED, viewed
from compounding.wording.export import plan_as_json
from compounding.wording.papers import WORDS
from compounding.workflow import Meaning

blueprint = Blueprint("orders", __name__, url_prefix="/orders")

# Binds what was shown; it is beside the order in the page that saves.
_DIGEST = "shown"
_LAST = "signing_secret"
_COURSE = "course"
_NOT_WHOLE = "The plan is not whole: nothing can be saved."
_SAME = "Nothing is changed: every field says what is saved."
_OTHER_PAPER = "What stands here of a paper came with the order when it was entered, and is not changed."
_ANOTHER = "This page is not the one that was shown before. Read it again, then save it."


# ------------------------------------------------------------------ entry


@blueprint.get("/new")
def new() -> Any:
    """An empty form."""
    return order_page(order_form(desk()), drafts.new_key())


@blueprint.get("/<number>/edit")
def edit(number: str) -> Any:
    """The form of a saved order, filled with what was typed."""
    d = desk()
    saved = seen_at(number).preparation
    if (refused := change_refusal(saved, me().person)) is not None:
        refuse("Not to be changed", refused, 409)
    viewed(VIEWED, number, page="order to be changed")
    form = order_form(d, MultiDict(stored_typed(saved)))
    of, answers = Changing(saved, saved.version), answers_stored(stored_answers(saved))
    return order_page(form, drafts.new_key(), of=of, answers=answers)


@blueprint.post("/new")
@pages.shown_again
def change() -> Any:
    """The form of a review again, as it was typed; nothing is judged."""
    form, of, key = _sent(request.form)
    if pages.lost():
        return _lost(form, key, of)
    taken = event(TAKEN_BACK, subject=drafts.subject_of(of, key))
    return _unlogged(taken, form, key, of) or order_page(form, key, of=of)


@blueprint.post("/review")
@pages.shown_again
def review() -> Any:
    """The plan, or the form again with what keeps the order from being reviewed."""
    if pages.lost():
        form, of, key = _sent(request.form)
        return _lost(form, key, of)
    return review_of(request.form)


def review_of(sent: MultiDict[str, str]) -> Any:
    """The review of what was sent, by a form of this desk or by one that changes something of a stored order."""
    d = desk()
    form, of, key = _sent(sent)
    shown = _reviewed(form, d, "", of)
    if isinstance(shown, Unfit):
        return _unfit(form, shown, key, of)
    if (unlogged := _unlogged(_told(shown, form, key, of), form, key, of)) is not None:
        return unlogged
    findings = shown.text.findings
    answers = save_form(d, findings, remembered(findings, sent), changing=of is not None)
    return _review_page(shown, answers, key, of)


def _sent(sent: MultiDict[str, str]) -> tuple[OrderForm, Changing | None, str]:
    """The form that was sent, what it changes, and the key of its draft."""
    d, of = desk(), changing(sent)
    return _form(sent, of, d), of, drafts.unsaved_key(sent, d)


def _form(sent: MultiDict[str, str], of: Changing | None, d: Desk) -> OrderForm:
    """A stored order stays in its course, or outside of all, whatever the form sends of that: nobody types it."""
    if of is None:
        return order_form(d, sent)
    stands = MultiDict((name, text) for name, text in sent.items(multi=True) if name != _COURSE)
    stands[_COURSE] = of.typed().get(_COURSE, "")
    return order_form(d, stands)


def _lost(form: OrderForm, key: str, of: Changing | None) -> Any:
    lost, seen = Unfit((pages.problem(TOP, pages.LOST),)), event(FORM_VIEWED, subject=drafts.subject_of(of, key))
    return _unlogged(seen, form, key, of) or order_page(form, key, lost, of=of)


def _unlogged(told: Event, form: OrderForm, key: str, of: Changing | None) -> Any:
    """The form again where the log cannot be written, so that nothing typed is lost; None where it was."""
    try:
        records.record(desk().engine, told)
    except NotSaved as fault:
        return order_page(form, key, Unfit((pages.problem(TOP, str(fault)),)), of=of), 503
    return None


def _told(shown: Reviewed | Unfit, form: OrderForm, key: str, of: Changing | None) -> Event:
    return drafts.told(shown, form, desk(), drafts.subject_of(of, key))


def _unfit(form: OrderForm, why: Unfit, key: str, of: Changing | None) -> Any:
    """The form again, told to the log. Where somebody else has changed the order, what is sent next changes
    theirs."""
    if (unlogged := _unlogged(_told(why, form, key, of), form, key, of)) is not None:
        return unlogged
    if why.compared and of is not None:
        of = Changing(of.saved, of.saved.version)
    return order_page(form, key, why, of=of), why.status


def _reviewed(form: OrderForm, d: Desk, key: str, of: Changing | None) -> Reviewed | Unfit:
    """What a form says, reviewed; or why it cannot be. `key` is that of a form that saves."""
    if of is not None and (unfit := _not_changed(form, d, key, of)) is not None:
        return unfit
    entry = read_order(form, d)
    if entry is None:
        return Unfit()
    own = of.saved.number if of else ""
    try:
        found = course_of_order(form, entry, d)
        shown = reviewed(entry, d, found, own, courses_of_patient(entry, found, d))
    except NotRead as fault:
        return Unfit((pages.problem(TOP, str(fault)),), status=503)
    except Unreadable as nothing:
        field = form.height if form.ordered_dose.data is None else form.ordered_dose
        field.errors = [str(nothing)]
        return Unfit()
    if any(field.errors for field in form):
        return Unfit()
    if shown.plan.stopped:
        return Unfit(findings=shown.plan.findings)
    if not shown.whole:
        return Unfit((pages.problem("height", _NOT_WHOLE),))
    if (refused := _paper_fault(entry, key, of, d)) is not None:
        blame(form["downtime_number"], refused)
        return Unfit()
    doubted = doubts(entry, lambda other: reviewed(other, d, found, own).text, form, d)
    if any(field.errors for field in form):
        return Unfit()
    try:
        warned = warnings(entry, d, key, own)
    except NotRead as fault:
        return Unfit((pages.problem(TOP, str(fault)),), status=503)
    return replace(shown, doubts=doubted, warnings=warned)


def _paper_fault(entry: Entry, key: str, of: Changing | None, d: Desk) -> str | None:
    """Why an order cannot be entered as one from paper, or changed into one; None where it can. A form that is sent
    twice is saved once. Raises NotRead."""
    if of is not None:
        return None if paper_typed(entry.typed) == paper_typed(of.typed()) else _OTHER_PAPER
    if entry.paper is None or (key and records.saved_as(d.engine, draft(key)) == entry.paper.number):
        return None
    return number_fault(entry.paper, d)


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
    hidden = [*save.said(), *(of.carried() if of else ()), (KEY, key), (_DIGEST, _digest(shown, key, of))]
    return pages.page(
        "review.html",
        errors,
        pages.heading(errors),
        plan=plan_page(text, plan_as_json(shown.plan), saving.measured(entry, d.market)),
        warned=[*_doubted(shown), *shown.warnings],
        course=[] if shown.place is None else [kept(pair) for pair in shown.place.pairs()],
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
    of = changing(request.form)
    form = _form(request.form, of, d)
    key = drafts.sent_key(request.form)
    shown = _reviewed(form, d, key, of)
    if isinstance(shown, Unfit):
        return _lost(form, key, of) if pages.lost() else _unfit(form, shown, key, of)
    again = Again(form, shown, save_form(d, shown.text.findings, request.form, changing=of is not None), key, of)
    if pages.lost():
        return again.page(400, pages.LOST)
    if not same(request.form.get(_DIGEST, ""), _digest(shown, key, of)):
        return replace(again, key=drafts.unsaved_key(request.form, d)).page(409, _ANOTHER)
    if not _may_be_signed(again, d):
        return again.page(422)
    try:
        number = _signed_and_saved(shown, again.answers, d, key, of)
    except RecordsFault as fault:
        return _not_saved(fault, again)
    return again.page(422) if number is None else redirect(url_for("preparations.shown", number=number), 303)


@dataclass(frozen=True, slots=True)
class Again:
    """A review that is not saved as it was sent."""

    form: OrderForm
    shown: Reviewed
    answers: SaveForm
    key: str
    of: Changing | None

    def page(self, status: int, said: str = "") -> Any:
        """The review once more, told to the log as well."""
        about = drafts.subject_of(self.of, self.key)
        seen = event(PLAN_VIEWED, drafts.others_shown(self.shown), subject=about)
        return _unlogged(seen, self.form, self.key, self.of) or self.unlogged_page(status, said)

    def unlogged_page(self, status: int, said: str) -> Any:
        problems = (pages.problem(_LAST, said),) if said else ()
        return _review_page(self.shown, self.answers, self.key, self.of, problems), status


def _may_be_signed(again: Again, d: Desk) -> bool:
    who = me()
    if not answered(again.answers, who.account.user):
        return False
    return _as_offered(again, d) and saving.fit_for_paper(again.shown, again.answers, who.person, d)


def _as_offered(again: Again, d: Desk) -> bool:
    """A form that is sent again was judged when it was saved."""
    if again.of is None or again.of.stored_by(again.key):
        return True
    return saving.rounded_as_offered(again.shown, again.answers, again.of, d)


def _signed_and_saved(shown: Reviewed, answers: SaveForm, d: Desk, key: str, of: Changing | None) -> str | None:
    """The number under which it is stored; None where a secret is wrong, which then stands at its field."""
    seconds = seconds_proved(answers, d)
    if seconds is None or not signer_proved(answers, d):
        return None
    if of is None:
        return saving.save(shown, answers, seconds, event(saving.ENTERED), d, key).number
    return saving.change(shown, answers, seconds, event(CHANGED), d, key, of).number


def _not_saved(fault: RecordsFault, again: Again) -> Any:
    """The review again with the fault; or both versions, where somebody else was quicker."""
    if not isinstance(fault, RecordsRefused):
        # What cannot be saved cannot be logged either, and all on the page is what was typed and shown before.
        return again.unlogged_page(503, str(fault))
    if again.of is not None:
        of = changing(request.form) or again.of
        if (unfit := _not_changed(again.form, desk(), again.key, of)) is not None:
            return _unfit(again.form, unfit, again.key, of)
    return again.page(409, str(fault))
