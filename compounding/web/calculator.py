"""The calculator: a dose without a patient. Nothing is saved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, request

from compounding.formulary import Presentation
from compounding.policy import Formula
from compounding.preparation import Order, plan
from compounding.quantities import Unreadable
from compounding.web import pages
from compounding.web.desk import desk
from compounding.web.forms import CalculatorForm, calculator_form, read_calculation
from compounding.web.plan_page import PlanPage, asking, plan_page
from compounding.wording.export import plan_as_json
from compounding.wording.plans import plan_text

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
    if asked is None:
        return _page(form), 422
    try:
        return _page(form, plan=_planned(*asked))
    except Unreadable as nothing:
        field = form.height if form.ordered_dose.data is None else form.ordered_dose
        field.errors = [str(nothing)]
        return _page(form), 422


def _planned(drug: Presentation, order: Order, formula: Formula) -> PlanPage:
    d = desk()
    made = plan(order, drug, replace(d.policy, formula=formula))
    return plan_page(plan_text(made), plan_as_json(made))


def _page(form: CalculatorForm, problems: list[dict[str, str]] | None = None, plan: PlanPage | None = None) -> str:
    d = desk()
    found = [pages.problem(field.anchor, f"{field.label.text}: {text}") for field, text in form.errors_in_order()]
    errors = [*(problems or []), *found]
    return pages.page(
        "calculator.html",
        errors,
        pages.heading(errors, "computed"),
        form=form,
        plan=plan,
        findings_heading=asking(plan.text.findings) if plan else "",
        product=pages.product_banner(form.chosen_drug(d), d.market),
    )
