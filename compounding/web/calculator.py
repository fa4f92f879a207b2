"""The calculator: a dose without a patient. Nothing is saved but an entry of the log."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, request

from compounding import records
from compounding.formulary import Presentation
from compounding.policy import Formula
from compounding.preparation import Order, plan
from compounding.quantities import Unreadable
from compounding.records import Event, RecordsFault
from compounding.web import pages, telling
from compounding.web.desk import desk
from compounding.web.forms import CalculatorForm, blame, calculator_form, read_calculation
from compounding.web.identity import event
from compounding.web.plan_page import NO_BREAK, PlanPage, asking, plan_page
from compounding.wording.export import plan_as_json
from compounding.wording.plans import plan_text

CALCULATED, NOT_READ = "dose calculated", "calculation not read"

blueprint = Blueprint("calculator", __name__, url_prefix="/calculator")


@blueprint.get("")
def calculator() -> Any:
    return _page(calculator_form(desk()))


@blueprint.post("")
@pages.shown_again
def calculate() -> Any:
    d = desk()
    form = calculator_form(d, request.form)
    if pages.lost():
        return _page(form, [pages.problem("height", pages.LOST)])
    asked = read_calculation(form, d)
    plan = _planned_or_said(form, *asked) if asked is not None else None
    try:
        records.record(d.engine, _told(form, plan))
    except RecordsFault as fault:
        return _page(form, [pages.problem("height", str(fault))]), pages.NOT_SAVED
    return _page(form, plan=plan) if plan is not None else (_page(form), 422)


def _planned_or_said(form: CalculatorForm, drug: Presentation, order: Order, formula: Formula) -> PlanPage | None:
    """The plan; None where there is nothing to plan, and why then stands at its field."""
    try:
        return _planned(drug, order, formula)
    except Unreadable as nothing:
        blame(form.height if form.ordered_dose.data is None else form.ordered_dose, str(nothing))
        return None


def _told(form: CalculatorForm, plan: PlanPage | None) -> Event:
    """What was typed, with the figures and the findings that follow from it."""
    typed = {field.label.text: field.told().replace(NO_BREAK, " ") for field in form.in_order() if field.told()}
    if plan is None:
        places = ", ".join(field.label.text for field, _ in form.errors_in_order())
        return event(NOT_READ, {"fields": places}, changes=telling.entered(typed))
    entered = telling.entered({**typed, **telling.figures(plan.text)})
    file = f"{plan.text.drug_file} {plan.text.checksum}"
    return event(CALCULATED, changes=entered, findings=telling.judged(plan.text.findings, ()), drug_file=file)


def _planned(drug: Presentation, order: Order, formula: Formula) -> PlanPage:
    d = desk()
    made = plan(order, drug, replace(d.policy, formula=formula))
    return plan_page(plan_text(made), plan_as_json(made))


def _page(form: CalculatorForm, problems: list[dict[str, str]] | None = None, plan: PlanPage | None = None) -> str:
    d = desk()
    errors = [*(problems or []), *pages.problems(form)]
    return pages.page(
        "calculator.html",
        errors,
        pages.heading(errors, "computed"),
        form=form,
        plan=plan,
        findings_heading=asking(plan.text.findings) if plan else "",
        product=pages.product_banner(form.chosen_drug(d), d.market),
    )
