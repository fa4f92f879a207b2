"""From an order to a saved preparation: entry, review, saving. Nothing is stored before it is saved."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for

from compounding.findings import Finding, Severity
from compounding.patient import FORMULAS, Identity
from compounding.policy import Market
from compounding.quantities import BodyMass, Length, Unreadable
from compounding.records import NotRead, NotSaved, RecordsRefused
from compounding.web import pages, saving
from compounding.web.acts import SaveForm, answered, answers_sent, remembered, save_form
from compounding.web.as_typed import as_typed
from compounding.web.desk import Desk, desk
from compounding.web.forms import OrderForm, all_days, order_form, read_order
from compounding.web.identity import me
from compounding.web.known import Warned, warnings
from compounding.web.paperwork import NAMES, doubts
from compounding.web.plan_page import asking, finding_view, kept, plan_page
from compounding.web.saving import Reviewed, reviewed
from compounding.wording.export import plan_as_json
from compounding.wording.findings import sentence
from compounding.wording.numbers import amount, count, feet, pounds

blueprint = Blueprint("orders", __name__, url_prefix="/orders")

# The digest binds what was shown; these two are beside the order in the page that saves.
_KEY, _DIGEST = "request_key", "shown"
_NOT_WHOLE = "The plan is not whole: nothing can be saved."

# Where the summary leads for a finding, by its code.
_FIELD_OF = {
    "height": "height",
    "weight": "weight",
    "bsa": "height",
    "bmi": "weight",
    "swapped": "height",
    "concentration": "weight",
    "dose": "weight",
    "ordered-dose": "ordered_dose",
    "age": "born",
    "response": "response",
    "no-response": "response",
    "cycle": "cycle",
    "transplant": "transplant",
    "level": "own_level",
    "blasts": "blasts",
}


# ------------------------------------------------------------------ entry


@blueprint.get("/new")
def new() -> Any:
    """An empty form."""
    return _order_page(order_form(desk()))


@blueprint.post("/new")
@pages.shown_again
def change() -> Any:
    """The form of a review again, as it was typed; nothing is judged."""
    return _order_page(order_form(desk(), request.form), _lost_problem())


@blueprint.post("/review")
@pages.shown_again
def review() -> Any:
    """The plan, or the form again with what keeps the order from being reviewed."""
    d = desk()
    form = order_form(d, request.form)
    if pages.lost():
        return _order_page(form, _lost_problem())
    shown = _reviewed(form, d, "")
    if not isinstance(shown, Reviewed):
        return shown
    findings = shown.text.findings
    return _review_page(shown, save_form(d, findings, remembered(findings, request.form)), secrets.token_urlsafe(16))


def _reviewed(form: OrderForm, d: Desk, key: str) -> Reviewed | tuple[str, int]:
    """What a form says, reviewed; or the page that says why it cannot be. `key` is that of a form that saves."""
    entry = read_order(form, d)
    if entry is None:
        return _order_page(form), 422
    try:
        shown = reviewed(entry, d)
    except Unreadable as nothing:
        field = form.height if form.ordered_dose.data is None else form.ordered_dose
        field.errors = [str(nothing)]
        return _order_page(form), 422
    if shown.plan.stopped:
        return _order_page(form, findings=shown.plan.findings), 422
    if not shown.whole:
        return _order_page(form, [pages.problem("height", _NOT_WHOLE)]), 422
    doubted = doubts(entry, lambda other: reviewed(other, d).text, form, d)
    if any(field.errors for field in form):
        return _order_page(form), 422
    try:
        return replace(shown, doubts=doubted, warnings=warnings(entry, d, key))
    except NotRead as fault:
        return _order_page(form, [pages.problem("family", str(fault))]), 503


def _lost_problem() -> list[dict[str, str]]:
    return [pages.problem("family", pages.LOST)] if pages.lost() else []


def _order_page(
    form: OrderForm,
    problems: list[dict[str, str]] | None = None,
    findings: tuple[Finding, ...] = (),
) -> str:
    d = desk()
    errors = [*(problems or []), *_field_problems(form), *_finding_problems(form, findings, d.market)]
    return pages.page(
        "order.html",
        errors,
        pages.heading(errors),
        form=form,
        answers=answers_sent(request.form),
        notices=_notices(form, findings, d.market),
        beside=_beside(form),
        fixed=_fixed(d),
        banner={
            **pages.product_banner(form.chosen_drug(d), d.market),
            **_typed_patient(form, d),
            "dose_notes": [f"not computed: {count(len(errors), 'problem')}" if errors else "not computed yet"],
        },
        us=d.market is Market.US,
    )


def _field_problems(form: OrderForm) -> Iterator[dict[str, str]]:
    for field, text in form.errors_in_order():
        yield pages.problem(field.anchor, f"{field.label.text}: {text}")


def _place(finding: Finding, form: OrderForm) -> Any:
    if finding.code == "measured":
        return form.height_measured if finding.case == "height" else form.weight_measured
    if finding.code in ("concentration", "dose") and form.ordered_dose.text:
        return form.ordered_dose
    return form[_FIELD_OF.get(finding.code, "height")]


def _finding_problems(form: OrderForm, findings: tuple[Finding, ...], market: Market) -> Iterator[dict[str, str]]:
    """What stands in the summary: all but what only informs, the worst first, then as on the page."""
    fields = form.in_order()
    told = [f for f in findings if f.severity is not Severity.INFO and f.code != "withdrawable-volume"]
    for finding in sorted(told, key=lambda f: (f.severity, fields.index(_place(f, form)))):
        place = _place(finding, form)
        yield pages.problem(place.anchor, kept(sentence(finding, market)), finding.severity.word)


def _notices(form: OrderForm, findings: tuple[Finding, ...], market: Market) -> dict[str, dict[str, str]]:
    """Beside each field, the worst finding about it."""
    notices: dict[str, dict[str, str]] = {}
    for finding in findings:
        if finding.severity is not Severity.INFO:
            told = {"severity": finding.severity.word, "text": kept(sentence(finding, market))}
            notices.setdefault(_place(finding, form).name, told)
    return notices


def _typed_patient(form: OrderForm, d: Desk) -> dict[str, Any]:
    """The patient as far as typed."""
    family, given, born = form.family.data, form.given.data, form.born.data
    if not (family and given and born and form.give_on.data and born <= form.give_on.data):
        return {"name": "No patient yet", "facts": [], "more": []}
    numbers = {name: form[name].data or "" for name in ("mrn", "nhs_number", "hospital_number") if name in form}
    location = form["location"].data or ""
    facts = pages.patient_facts(Identity(family, given, born, location, **numbers), form.give_on.data, d.market)
    facts["more"] = [pair for pair in facts["more"] if pair[1]]
    return facts


def _beside(form: OrderForm) -> dict[str, str]:
    """Feet and pounds beside what was typed: to compare, never to type."""
    height, weight = form.height.data, form.weight.data
    return {
        "height": kept(f"= {feet(height)}") if isinstance(height, Length) else "",
        "weight": kept(f"= {pounds(weight)}") if isinstance(weight, BodyMass) else "",
    }


def _fixed(d: Desk) -> list[tuple[str, str]]:
    policy = d.policy
    return [
        ("Formula", FORMULAS[policy.formula].name),
        ("Body surface", kept(f"to {amount(policy.bsa_step)}")),
        ("Dose", kept(f"to {amount(policy.dose_step)}")),
        ("Volume", kept(f"to {amount(policy.volume_step)}")),
        ("Days of a cycle", ", ".join(str(day) for day in all_days(d))),
        ("Clock", policy.zone),
    ]


# ------------------------------------------------------------------ review


def _review_page(
    shown: Reviewed,
    save: SaveForm,
    key: str,
    problems: list[dict[str, str]] | None = None,
) -> str:
    d, text = desk(), shown.text
    entry = shown.entry
    errors = [*(problems or []), *_answer_problems(save)]
    asked = {id(asked.finding): asked for asked in save.asked}
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
        typed=[*entry.typed.items(), *save.said(), (_KEY, key), (_DIGEST, _digest(shown, key))],
        banner=pages.banner(entry.identity, text, entry.order.patient.on, d.market, "Number given when saved"),
        offer=d.policy.bag_overfill is not None,
    )


def _digest(shown: Reviewed, key: str) -> str:
    return saving.digest(shown, key, current_app.config["SECRET_KEY"])


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
        finding = next((a.finding for a in save.asked if field in (a.reason, a.words, a.second)), None)
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
    form = order_form(d, request.form)
    key = request.form.get(_KEY, "")
    shown = _reviewed(form, d, key)
    if not isinstance(shown, Reviewed):
        return shown
    answers = save_form(d, shown.text.findings, request.form)
    if pages.lost():
        return _review_page(shown, answers, key, [pages.problem("save", pages.LOST)])
    if not hmac.compare_digest(request.form.get(_DIGEST, "").encode(), _digest(shown, key).encode()):
        changed = "This page is not the one that was shown before. Read it again, then save it."
        return _review_page(shown, answers, secrets.token_urlsafe(16), [pages.problem("save", changed)]), 409
    if not answered(answers, me().account.user):
        return _review_page(shown, answers, key), 422
    who = me().person
    if not saving.fit_for_paper(shown, answers, who, d):
        return _review_page(shown, answers, key), 422
    try:
        saved = saving.save(shown, answers, who, d, key)
    except (NotSaved, RecordsRefused) as fault:
        status = 503 if isinstance(fault, NotSaved) else 409
        return _review_page(shown, answers, key, [pages.problem("save", str(fault))]), status
    return redirect(url_for("preparations.shown", number=saved.number), 303)
