"""A whole plan as finished strings, for the pages and the papers. What they are stored as: plan_values."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from compounding.formulary import Presentation
from compounding.patient import FORMULAS
from compounding.policy import Making, Market, Policy
from compounding.preparation import Alternative, Plan
from compounding.quantities import DrugMass
from compounding.stability import Clocks, storages
from compounding.vials import DrawKind
from compounding.wording.clocks import clock_rules, clock_texts
from compounding.wording.draws import aside, instruction, short
from compounding.wording.drug_facts import confirmed, diluted_bag_confirmed, unconfirmed
from compounding.wording.export import program_version
from compounding.wording.findings import finding_text
from compounding.wording.numbers import (
    DASH,
    amount,
    count,
    day,
    figure,
    in_words,
    over_or_under,
    per_mL,
    value_only,
)
from compounding.wording.plan_values import BillText, DepartureText, DrawText, FormulaText, PlanText
from compounding.wording.working import rows

SURFACE_PLACES = 6  # as the formulas are compared in print


def plan_text(plan: Plan, clocks: Clocks | None = None) -> PlanText:
    """The plan in words; `clocks` are those of a planned or measured wetting, where one is known."""
    drug, market = plan.drug, plan.policy.market
    return PlanText(
        **product_words(drug, plan.order.storage, market),
        **_order(plan, market),
        **_dose(plan),
        **_vials(plan),
        **_bag(plan),
        **_weighed(plan),
        **_billing(plan),
        rounding=rounding_words(plan.policy),
        rows=tuple(row for line in plan.lines for row in rows(line)),
        formulas=tuple(_formula(alternative, plan) for alternative in plan.alternatives),
        formulas_title=_formulas_title(plan),
        findings=tuple(finding_text(finding, market) for finding in plan.findings),
        departures=tuple(_departures(plan)),
        clocks=tuple(clock_texts(clocks, plan)) if clocks else (),
        clock_rules=clock_rules(drug, plan.policy, plan.order.storage),
        clocks_note="" if diluted_bag_confirmed(plan) else "Diluted-bag limit not confirmed",
        unconfirmed=tuple(unconfirmed(plan)),
        confirmed=tuple(confirmed(plan)),
    )


def product_words(drug: Presentation, storage: str | None, market: Market) -> dict[str, Any]:
    """What the papers say of a drug whatever the order, by the names of PlanText."""
    strength = amount(drug.vials.labelled.value)
    concentration = amount(drug.vials.concentration.value)
    given, minutes = drug.administration, drug.times.infusion.value.in_unit("minute")
    code = f"NDC {drug.vials.ndc.value}" if drug.vials.ndc.value else f"GTIN {drug.vials.gtin.value}"
    return {
        "market": market.value.upper(),
        "product": drug.id,
        "generic": drug.names.generic.value,
        "brand": drug.names.brand.value,
        "vial": f"{strength} vial, {concentration}",
        "strength": concentration,
        "maker": drug.names.maker.value,
        "code": code,
        "reconstitute_with": drug.vials.reconstitute_with.value,
        "technique": drug.vials.technique.value,
        "accept": drug.vials.accept.value,
        "diluent": drug.dilution.diluent.value,
        "container": drug.dilution.container.value,
        "mixing": drug.dilution.mixing.value,
        "route": given.route.value,
        "infuse": f"Infuse over {figure(minutes)} minutes ({amount(given.rate.value).replace('/h', ' per hour')})",
        "storage": given.storage.value if storage is None else storages(drug)[storage],
        "light": given.light_on_label.value,
        "handling": given.handling_on_label.value or "",
        "light_cover": given.light_cover.value,
        "use": drug.vials.use.value,
        "cap": f"Actual body weight; {drug.regimen.dose_cap.value or 'no cap on BSA or dose'}",
        "hazard": drug.vials.hazard.value,
        "drug_file": f"{drug.id} edition {drug.edition}",
        "checksum": drug.checksum,
        "program": program_version(),
    }


def _order(plan: Plan, market: Market) -> dict[str, Any]:
    patient, treatment = plan.order.patient, plan.order.treatment
    return {
        "height": amount(patient.height),
        "weight": amount(patient.weight),
        "cycle_day": f"Cycle {figure(treatment.cycle)} day {treatment.day}",
        "give_on": day(patient.on, market),
        "formula": FORMULAS[plan.policy.formula].name,
        "bsa": amount(plan.bsa),
        "level": amount(plan.level),
        "calculated": amount(plan.calculated),
        "ordered": amount(treatment.ordered_dose),
        "difference": DASH if plan.difference is None else over_or_under(plan.difference, _limits(plan)),
    }


def _limits(plan: Plan) -> tuple[Decimal, Decimal]:
    return plan.policy.difference_override_percent, plan.policy.difference_stop_percent


def _departures(plan: Plan) -> Iterator[DepartureText]:
    treatment = plan.order.treatment
    if treatment.dose_confirmed_by and treatment.ordered_dose is not None:
        what = f"Ordered dose {amount(treatment.ordered_dose)} confirmed"
        yield DepartureText(what, "by the prescriber", treatment.dose_confirmed_by)
    if own := treatment.own_level:
        yield DepartureText(f"Order's own {amount(own.level)}", own.reason, own.prescriber)
    if treatment.transplant and treatment.transplant.third_cycle_reason:
        what = f"Cycle {figure(treatment.cycle)} before a transplant"
        yield DepartureText(what, treatment.transplant.third_cycle_reason, "the order")


def _dose(plan: Plan) -> dict[str, Any]:
    return {
        "dose": amount(plan.prepared),
        "volume": amount(plan.volume),
    }


def _vials(plan: Plan) -> dict[str, Any]:
    vials, facts = plan.vials, plan.drug.vials
    common = {"water_each": amount(facts.reconstitution.value), "instruction": instruction(plan) or ""}
    if vials is None:
        empty = ("vials", "vials_of", "each", "water", "discarded_volume", "discarded_mass")
        return {**common, **dict.fromkeys(empty, DASH), "spare": "", "stays": "", "draws": (), "nominal": False}
    nominal = "" if vials.known else " nominal"
    stays = f"{amount(vials.stays)}, {amount(vials.stays_mass)}" if vials.stays.value else ""
    return {
        **common,
        "vials": figure(vials.count),
        "vials_of": f"{count(vials.count, 'vial')} of {amount(facts.labelled.value)}",
        "spare": count(vials.spare, "spare vial") if vials.spare else "",
        "each": f"{amount(vials.per_vial)}{nominal}",
        "nominal": not vials.known,
        "water": amount(vials.reconstitution),
        "discarded_volume": amount(vials.discarded),
        "discarded_mass": amount(vials.discarded_mass),
        "stays": stays,
        "draws": tuple(_draws(plan)),
    }


def _draws(plan: Plan) -> Iterator[DrawText]:
    vials = plan.vials
    if vials is None:
        return
    nominal = "" if vials.known else " nominal"
    for number, draw in enumerate(vials.draws, 1):
        left = f"{amount(vials.per_vial - draw.volume)}{nominal}"
        total = amount(plan.volume) if draw.kind is DrawKind.TO_TOTAL else ""
        yield DrawText(f"Vial {number}", short(draw, plan), aside(draw, plan), left, total, False)
    for number in range(vials.spare):
        yield DrawText(f"Vial {vials.count + number + 1}", "spare", "only where it does not suffice", "", "", True)


def _bag(plan: Plan) -> dict[str, Any]:
    bag, full = plan.bag, amount(plan.drug.dilution.bag.value)
    making = plan.order.making
    removed = amount(bag.removed) if bag and bag.removed is not None else ""
    if making is Making.READY_FILLED:
        text = f"Ready-filled {full} bag: remove {removed or DASH} first (the drug's volume and the bag's overfill)."
    else:
        text = f"Empty container, filled to exactly {full}."
    concentration = bag.concentration if bag else None
    return {
        "bag": full,
        "in_bag": f"in {full} ({per_mL(concentration)})" if bag else f"in {full}",
        "per_mL": per_mL(concentration),
        "saline": amount(bag.diluent if bag else None),
        "making": making.value,
        "making_text": text,
        "removed": removed,
    }


def _weighed(plan: Plan) -> dict[str, Any]:
    weighed = plan.weighed
    if weighed is None:
        return {"expected_mass": "", "expected_range": "", "water_mass": ""}
    return {
        "expected_mass": amount(weighed.drawn),
        "expected_range": f"{figure(weighed.low.value)} to {amount(weighed.high)}",
        "water_mass": amount(weighed.water_per_vial),
    }


def _billing(plan: Plan) -> dict[str, Any]:
    billed, vials, facts = plan.billed, plan.vials, plan.drug.billing
    if billed is None or vials is None or facts is None:
        return {"billing": (), "billing_note": ""}
    (line,) = [line for line in plan.lines if line.step == "billing"]
    given, left = (row.expression for row in rows(line))
    modified, units = f"{billed.code}-{billed.modifier}", f"× {billed.administered:,}"
    bills: tuple[BillText, ...] = (BillText(modified, given, units),)
    if billed.discarded:
        bills = (BillText(billed.code, given, units), BillText(modified, left, f"× {billed.discarded:,}"))
    note = f"One unit is {amount(facts.unit.value)}. Truly discarded: {amount(vials.discarded_mass)}."
    return {"billing": bills, "billing_note": note}


def rounding_words(policy: Policy) -> str:
    """To what each figure is rounded."""
    return (
        f"BSA {amount(policy.bsa_step)}, dose {amount(policy.dose_step)}, "
        f"volume {amount(policy.volume_step)}, half away from zero"
    )


def _formula(alternative: Alternative, plan: Plan) -> FormulaText:
    return FormulaText(
        name=FORMULAS[alternative.formula].name,
        unrounded=value_only(alternative.unrounded, SURFACE_PLACES),
        bsa=value_only(alternative.bsa),
        exact=value_only(alternative.calculated),
        dose=value_only(alternative.dose),
        volume=value_only(alternative.volume),
        vials=DASH if alternative.vials is None else figure(alternative.vials),
        discarded=value_only(alternative.discarded),
        against=_against(alternative, plan),
        used=alternative.formula is plan.policy.formula,
    )


def _against(other: Alternative, plan: Plan) -> str:
    """How a formula's own dose compares with the plan's, which may be the order's."""
    planned, vials = plan.dose, plan.vials
    if other.dose is None or planned is None or other.vials is None or vials is None:
        return DASH
    said = []
    if other.vials != vials.count:
        apart = abs(other.vials - vials.count)
        said.append(f"{count(apart, 'vial')} {'more' if other.vials > vials.count else 'less'}")
    if other.dose != planned:
        gap = DrugMass(abs(other.dose.value - planned.value))
        said.append(f"{amount(gap)} {'more' if other.dose > planned else 'less'}")
    if said:
        return ", ".join(said)
    return "this plan" if other.formula is plan.policy.formula else "same dose"


def _formulas_title(plan: Plan) -> str:
    """Says where the formulas part; with an ordered dose, that they are shown without it."""
    counts = sorted({a.vials for a in plan.alternatives if a.vials is not None})
    ordered = plan.order.treatment.ordered_dose is not None
    the = "Without the ordered dose, the" if ordered else "The"
    if not counts:
        return f"{the} five formulas"
    if len(counts) == 1:
        return f"{the} five formulas agree on {count(counts[0], 'vial')}"
    return f"{the} formulas differ: {in_words(counts[0])} or {in_words(counts[-1])} vials"
