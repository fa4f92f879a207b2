"""The page of an order's form: what was typed, what is wrong with it, and what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from compounding.findings import Finding, Severity
from compounding.patient import FORMULAS, Identity
from compounding.policy import Market
from compounding.quantities import BodyMass, Length
from compounding.web import pages
from compounding.web.acts import answers_sent
from compounding.web.changing import Changing, Compared
from compounding.web.desk import Desk, desk
from compounding.web.forms import OrderForm, all_days
from compounding.web.paper_orders import paper_sent
from compounding.web.placing import told_of
from compounding.web.plan_page import kept
from compounding.wording.findings import sentence
from compounding.wording.numbers import amount, count, feet, pounds

KEY = "request_key"
"""What carries the key of a form from page to page, until it is saved under it."""
TOP = "family"
"""Where the summary leads for what no field is to blame for."""

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
    # of the course that it stands in
    "interval": "give_on",
    "window": "give_on",
    "early": "give_on",
    "interruption": "give_on",
    "checklist": "give_on",
    "ended": "cycle",
    "too-many": "cycle",
    "taken": "day",
    "not-recorded": "day",
    "re-escalation": "own_level",
    "unconfirmed-rules": "own_level",
    "weight-change": "weight",
    "height-change": "height",
}


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why an order goes no further: what is said of it beside the errors of its fields, and how it is answered."""

    problems: tuple[dict[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    compared: Compared = ()
    """What somebody else has made of it meanwhile, and what was typed here."""
    status: int = 422


def order_page(
    form: OrderForm,
    key: str,
    why: Unfit | None = None,
    *,
    of: Changing | None = None,
    answers: Sequence[tuple[str, str]] | None = None,
) -> str:
    """The form with its key; `of` says which order it changes, `answers` those of its findings that are carried
    along."""
    d, why = desk(), why or Unfit()
    carried = answers_sent(request.form) if answers is None else answers
    errors = [*why.problems, *pages.problems(form), *_finding_problems(form, why.findings, d.market)]
    return pages.page(
        "order.html",
        errors,
        pages.heading(errors),
        form=form,
        of=of,
        course=kept(told_of(form, d)),
        compared=why.compared,
        # How an order that is changed was written on paper is sent along, and not asked again.
        carried=[(KEY, key), *carried, *(of.carried() if of else ()), *(paper_sent(form) if of else ())],
        notices=_notices(form, why.findings, d.market),
        beside=_beside(form),
        fixed=_fixed(d),
        banner={
            **pages.product_banner(form.chosen_drug(d), d.market),
            **_typed_patient(form, d),
            "dose_notes": [f"not computed: {count(len(errors), 'problem')}" if errors else "not computed yet"],
        },
        us=d.market is Market.US,
    )


def _place(finding: Finding, form: OrderForm) -> Any:
    if finding.code == "measured":
        return form.height_measured if finding.case == "height" else form.weight_measured
    if finding.code == "course-differs":
        return form.response if finding.case == "response" else form.transplant
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
