"""A whole plan as finished strings, for the pages and the papers.

These strings are stored with a saved plan, so that a page or a paper shown years later says what was
said then, whatever the program has become.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from compounding.findings import Finding, Status
from compounding.formulary import Fact, Presentation, Range
from compounding.patient import FORMULAS
from compounding.policy import Making, Market, Policy
from compounding.preparation import Alternative, Plan
from compounding.quantities import DrugMass, Duration, Quantity
from compounding.stability import Clocks, Rule, bag_limits, limits_confirmed, storages
from compounding.vials import DrawKind
from compounding.wording.draws import aside, instruction, short
from compounding.wording.export import program_version
from compounding.wording.findings import sentence
from compounding.wording.findings import short as short_of
from compounding.wording.numbers import (
    DASH,
    amount,
    capital,
    clock,
    count,
    day,
    figure,
    in_words,
    over_or_under,
    per_mL,
    value_only,
)
from compounding.wording.working import Row, rows

SURFACE_PLACES = 6  # as the formulas are compared in print


@dataclass(frozen=True, slots=True)
class FindingText:
    code: str
    severity: str
    message: str
    short: str
    source: str
    status: str


@dataclass(frozen=True, slots=True)
class DrawText:
    """What is done with one vial."""

    name: str
    draw: str
    aside: str
    left: str
    """What is left of the volume planned from the vial; empty for a spare."""
    total: str
    """The total to reach, where the draw is told by it; else empty."""
    spare: bool


@dataclass(frozen=True, slots=True)
class FormulaText:
    """What one formula would give by itself."""

    name: str
    unrounded: str
    bsa: str
    exact: str
    dose: str
    volume: str
    vials: str
    discarded: str
    against: str
    used: bool


@dataclass(frozen=True, slots=True)
class DepartureText:
    """Where the order departs from the label, with its reason and who is named for it."""

    what: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class ClockText:
    name: str
    time: str
    date: str
    rule: str


@dataclass(frozen=True, slots=True)
class BillText:
    code: str
    expression: str
    units: str


@dataclass(frozen=True, slots=True)
class PlanText:
    """Every figure of a plan with its unit, or a dash; nothing here says who the patient is."""

    market: str
    product: str
    generic: str
    brand: str
    vial: str
    """"0.9 mg vial, 0.25 mg/mL"."""
    strength: str
    maker: str
    code: str
    """The product code that stands on the pack: "NDC 0008-0100-01"."""
    reconstitute_with: str
    technique: str
    accept: str
    diluent: str
    container: str
    mixing: str
    route: str
    infuse: str
    """"Infuse over 60 minutes (50 mL per hour)"."""
    storage: str
    light: str
    handling: str
    light_cover: bool
    use: str
    hazard: str
    cap: str
    """Whether a cap on body surface or dose applies."""
    drug_file: str
    checksum: str
    program: str
    height: str
    weight: str
    cycle_day: str
    give_on: str
    formula: str
    bsa: str
    level: str
    calculated: str
    ordered: str
    difference: str
    dose: str
    """The dose that is prepared."""
    in_bag: str
    """"in 50 mL (0.0292 mg per mL)"."""
    per_mL: str
    volume: str
    vials: str
    vials_of: str
    """"2 vials of 0.9 mg"."""
    spare: str
    each: str
    nominal: bool
    """Whether what comes out of a vial is not known, so that the figures of the draws are nominal."""
    water_each: str
    water: str
    discarded_volume: str
    discarded_mass: str
    stays: str
    bag: str
    saline: str
    making: str
    """The letter of how the bag is made."""
    making_text: str
    removed: str
    instruction: str
    draws: tuple[DrawText, ...]
    expected_mass: str
    expected_range: str
    water_mass: str
    billing: tuple[BillText, ...]
    billing_note: str
    rounding: str
    rows: tuple[Row, ...]
    formulas: tuple[FormulaText, ...]
    formulas_title: str
    findings: tuple[FindingText, ...]
    departures: tuple[DepartureText, ...]
    clocks: tuple[ClockText, ...]
    """At a planned wetting; empty where none is planned."""
    clock_rules: tuple[str, ...]
    """What sets each of the five times, from the first vial wetted on."""
    clocks_note: str
    unconfirmed: tuple[str, ...]
    """Facts that the papers use and that nobody has confirmed against the current label."""
    confirmed: tuple[str, ...] = ()
    """Those among them that two pharmacists of the site have confirmed."""


_TUPLES: Mapping[str, type[Any]] = {
    "draws": DrawText,
    "billing": BillText,
    "rows": Row,
    "formulas": FormulaText,
    "findings": FindingText,
    "departures": DepartureText,
    "clocks": ClockText,
}


def to_json(text: PlanText) -> dict[str, Any]:
    return asdict(text)


def from_json(stored: Mapping[str, Any]) -> PlanText:
    """The strings of a plan as they were stored. Raises KeyError where one is missing, TypeError where one
    is unknown. A string that a later version adds has a default, which old plans then take."""
    named = [field.name for field in fields(PlanText) if field.name in stored or field.default is MISSING]
    read = {name: stored[name] for name in named}
    for name, kind in _TUPLES.items():
        read[name] = tuple(kind(**item) for item in read[name])
    for name in ("unconfirmed", "clock_rules", "confirmed"):
        read[name] = tuple(read.get(name, ()))
    return PlanText(**read)


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
        findings=tuple(_finding(finding, market) for finding in plan.findings),
        departures=tuple(_departures(plan)),
        clocks=tuple(_clocks(clocks, plan)) if clocks else (),
        clock_rules=clock_rules(drug, plan.policy, plan.order.storage),
        clocks_note="" if _limits_confirmed(plan) else "Diluted-bag limit not confirmed",
        unconfirmed=tuple(_unconfirmed(plan)),
        confirmed=tuple(f"{told}. {fact.source.text}." for told, fact in _facts(drug, Status.SITE)),
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


def _finding(finding: Finding, market: Market) -> FindingText:
    return FindingText(
        finding.code,
        finding.severity.word,
        sentence(finding, market),
        short_of(finding),
        finding.source.text,
        finding.source.status.value,
    )


def clock_rules(drug: Presentation, policy: Policy, storage: str | None = None) -> tuple[str, ...]:
    """What sets each of the five times, from the first vial wetted on."""
    times = drug.times
    whole, infusion, warm = (_hours(d.value) for d in (times.complete_within, times.infusion, times.warm_up))
    source = times.complete_within.source.text
    start = f"{whole} less {infusion} to infuse, {source}"
    if any(limit.hours is not None for limit in bag_limits(drug, policy, storage)):
        start = f"{whole} less {infusion}, {source}; or the bag's own limit"  # as long as its place on the worksheet
    return (
        "the clocks start",
        f"{_hours(times.dilute_within.value)}, {times.dilute_within.source.text}",
        f"{warm} to warm before the start, if refrigerated",
        start,
        f"{infusion} after the latest start",
    )


def _clocks(clocks: Clocks, plan: Plan) -> Iterator[ClockText]:
    market, zone = plan.policy.market, plan.policy.zone
    fridge = "Out of the refrigerator by" if market is Market.US else "Out of the fridge by"
    rules = list(clock_rules(plan.drug, plan.policy, plan.order.storage))
    rules[0] = "planned, not measured"
    if clocks.start_set_by is Rule.DILUTED_BAG:
        rules[3] = "the diluted bag's own limit, recorded by this site"
    told = (
        ("First vial wetted", clocks.wetted),
        ("Dilute by", clocks.dilute_by),
        (fridge, clocks.out_of_fridge_by),
        ("Start before", clocks.start_before),
        ("Complete by", clocks.complete_by),
    )
    for (name, when), rule in zip(told, rules, strict=True):
        local = when.astimezone(ZoneInfo(zone)).date()
        yield ClockText(name, clock(when, zone), day(local, market), rule)


def _hours(duration: Duration) -> str:
    return f"{figure(duration.in_unit('h'))} h"


def _limits_confirmed(plan: Plan) -> bool:
    return limits_confirmed(plan.drug, plan.policy, plan.order.storage)


def _unconfirmed(plan: Plan) -> Iterator[str]:
    """The unconfirmed facts that a plan or its papers use, each with the clause to confirm it against."""
    for told, fact in _facts(plan.drug, Status.UNCONFIRMED):
        if fact is plan.drug.times.diluted_bag and _limits_confirmed(plan):
            continue
        # With a storage chosen, its own words are printed; they are confirmed with its limit.
        if fact is not plan.drug.administration.storage or plan.order.storage is None:
            yield f"{told}. Confirm against the current label, {fact.source.text}."


def _facts(drug: Presentation, status: Status) -> Iterator[tuple[str, Fact[Any]]]:
    """The facts of a status that a plan or its papers use, each with its name and value."""
    for group in (drug.vials, drug.licence, drug.dilution, drug.times, drug.administration, drug.regimen):
        for field in fields(group):
            fact: Fact[Any] = getattr(group, field.name)
            # A switch says of another fact that it gates, and is confirmed with it, as are the names of
            # storages; the texts of the regimen are for the drug's page.
            unused = bool if group is not drug.regimen else (bool, str)
            course_only = field.name == "reduction_percent"  # a rule of interruption, which only a course follows
            used = not isinstance(fact.value, unused) and fact is not drug.times.diluted_bag_storages
            if fact.source.status is status and used and not course_only:
                yield f"{capital(field.name.replace('_', ' '))}: “{_stated(fact.value)}”", fact


def _stated(value: Any) -> str:
    if isinstance(value, Quantity):
        return amount(value)
    if isinstance(value, Range):
        return f"{amount(value.low)} to {amount(value.high)}"
    if isinstance(value, Mapping):
        return ", ".join(f"day {day}: {amount(level)}" for day, level in value.items())
    return str(value).rstrip(".")
