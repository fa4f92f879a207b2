"""Order + presentation + policy in, plan out: no clock, no database, no page.

A plan carries every figure, the working that led to it and the findings on it. A plan with a stop is
still computed as far as it can be: what cannot be computed, or makes no sense, is None.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from compounding import vials as vial
from compounding.dosing import Dosing, Treatment, dosing
from compounding.findings import Finding, Line, Part, Severity, Source, Status, Values
from compounding.formulary import Presentation, with_confirmed
from compounding.patient import Patient, plausibility, rounded_surface, surface_area
from compounding.policy import Formula, Making, Policy
from compounding.quantities import (
    BodySurface,
    Concentration,
    DoseLevel,
    DrugMass,
    Ratio,
    Unreadable,
    Volume,
    round_to,
)
from compounding.stability import known_storage, limits_confirmed, storages
from compounding.vials import Billed, Vials, Weighed


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be prepared, for a patient of whom only measurements are known here."""

    patient: Patient
    treatment: Treatment
    making: Making = Making.EMPTY_CONTAINER
    storage: str | None = None
    """How the diluted bag is to be kept, by the drug file's name for it; None while nobody has said."""


@dataclass(frozen=True, slots=True)
class Bag:
    """How the bag's volume is made up."""

    volume: Volume
    diluent: Volume
    concentration: Concentration
    making: Making
    removed: Volume | None
    """What is removed from a ready-filled bag before the drug is added; None for an empty container."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """What another formula for body surface would give."""

    formula: Formula
    unrounded: BodySurface
    bsa: BodySurface
    calculated: DrugMass | None
    dose: DrugMass | None
    volume: Volume | None
    vials: int | None
    discarded: Volume | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole calculation. Amounts that could not be computed are None."""

    order: Order
    drug: Presentation
    policy: Policy
    bsa: BodySurface
    level: DoseLevel | None
    calculated: DrugMass | None
    difference: Ratio | None
    dose: DrugMass | None
    """Rounded as the site does."""
    prepared: DrugMass | None
    """What the volume holds, and what the label says: the dose, unless the site rounds the volume."""
    volume: Volume | None
    vials: Vials | None
    bag: Bag | None
    billed: Billed | None
    weighed: Weighed | None
    alternatives: tuple[Alternative, ...]
    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]

    @property
    def stopped(self) -> bool:
        return any(finding.severity is Severity.STOP for finding in self.findings)


def plan(order: Order, drug: Presentation, policy: Policy) -> Plan:
    """The plan for an order.

    Raises Unreadable where the dose rounds to nothing, and ValueError where the site's market is not
    the drug's, the order asks for a ready-filled bag whose overfill the site has not recorded, or it
    names a storage that the drug file does not.
    """
    _agree(order, drug, policy)
    policy = policy.for_drug(drug.drug)
    drug = with_confirmed(drug, policy.confirmed)
    steps = _figures(order, drug, policy)
    alternatives = tuple(_alternative(order, drug, policy, formula) for formula in Formula)
    return replace(steps, alternatives=alternatives)


def _agree(order: Order, drug: Presentation, policy: Policy) -> None:
    if drug.market is not policy.market:
        raise ValueError(f"{drug.id} is not of the market {policy.market.value}, which this site prepares for")
    if order.making is Making.READY_FILLED and policy.bag_overfill is None:
        raise ValueError("a ready-filled bag is offered only where the site has recorded its overfill")
    if order.storage is not None:
        known_storage(drug, order.storage)


def _figures(order: Order, drug: Presentation, policy: Policy) -> Plan:
    bsa, surface = rounded_surface(order.patient, policy)
    dosed = dosing(order.patient, bsa, order.treatment, drug, policy)
    lines = [surface, *dosed.lines]
    findings = [*plausibility(order.patient, bsa, policy), *dosed.findings]
    volume, prepared = _volume(dosed, drug, policy, lines)
    made = Plan(
        order=order,
        drug=drug,
        policy=policy,
        bsa=bsa,
        level=dosed.level,
        calculated=dosed.calculated,
        difference=dosed.difference,
        dose=dosed.dose,
        prepared=prepared,
        volume=volume,
        vials=None,
        bag=None,
        billed=None,
        weighed=None,
        alternatives=(),
        lines=(),
        findings=(),
    )
    if volume is not None and prepared is not None:
        findings += _concentration(order, prepared, drug, policy)
        if volume <= drug.dilution.bag.value:
            made = _prepared(made, volume, prepared, lines, findings)
    findings += _diluted_bag(order.storage, drug, policy)
    ranked = sorted(findings, key=lambda finding: finding.severity)
    return replace(made, lines=tuple(lines), findings=tuple(ranked))


def withdrawn(dose: DrugMass, drug: Presentation, policy: Policy) -> tuple[Volume, DrugMass]:
    """The volume to withdraw for a dose, rounded as the site does, and the dose that it holds. Raises Unreadable
    for a volume of nothing."""
    concentration = drug.vials.concentration.value
    exact = Volume.of(dose / concentration)
    volume = round_to(exact, policy.volume_step)
    if volume == Volume(Decimal(0)):
        raise Unreadable(f"{exact} rounds to {volume}, to {policy.volume_step}: nothing is drawn.")
    return volume, DrugMass.of(volume * concentration)


def _volume(
    dosed: Dosing, drug: Presentation, policy: Policy, lines: list[Line]
) -> tuple[Volume | None, DrugMass | None]:
    """The volume to withdraw, and the dose that it holds. Raises Unreadable for a volume of nothing."""
    if dosed.dose is None:
        return None, None
    volume, prepared = withdrawn(dosed.dose, drug, policy)
    concentration = drug.vials.concentration
    operands: Values = {"dose": dosed.dose, "concentration": concentration.value}
    parts = [Part("", operands, volume)]
    if prepared != dosed.dose:
        apart = Ratio.of((prepared - dosed.dose) / dosed.dose)
        parts.append(Part("prepared", {"volume": volume, "difference": apart, **operands}, prepared))
    lines.append(Line("volume", tuple(parts), (concentration.source,), policy.volume_step))
    return volume, prepared


def _prepared(made: Plan, volume: Volume, prepared: DrugMass, lines: list[Line], findings: list[Finding]) -> Plan:
    """The plan from the vials on. Its lines and findings are added to those given."""
    drug, policy, treatment = made.drug, made.policy, made.order.treatment
    picked = vial.pick(volume, prepared, drug, policy)
    lines += vial.working(volume, prepared, picked, drug)
    bag = _bag(volume, prepared, made.order.making, drug, policy, lines)
    billed, weighed = vial.bill(prepared, picked.count, drug), vial.weigh(volume, drug, policy)
    lines += [line for _, line in (pair for pair in (billed, weighed) if pair is not None)]
    findings += vial.spare_findings(volume, picked, drug)
    ordered = treatment.ordered_dose if treatment.ordered_dose is not None else made.dose
    if ordered is not None:
        findings += vial.near_miss(prepared, ordered, picked, drug, policy)
    return replace(
        made,
        vials=picked,
        bag=bag,
        billed=billed[0] if billed else None,
        weighed=weighed[0] if weighed else None,
    )


def _bag(
    volume: Volume, prepared: DrugMass, making: Making, drug: Presentation, policy: Policy, lines: list[Line]
) -> Bag:
    facts = drug.dilution
    full = facts.bag.value
    diluent = full - volume
    concentration = Concentration.of(prepared / full)
    overfill = policy.bag_overfill
    removed = volume + overfill if making is Making.READY_FILLED and overfill is not None else None
    parts = [
        Part("diluent", {"name": facts.diluent.value, "bag": full, "volume": volume}, diluent),
        Part("concentration", {"dose": prepared, "bag": full}, concentration),
    ]
    if removed is not None and overfill is not None:
        recorded = Source("overfill recorded by the site", Status.SITE)
        parts.insert(1, Part("removed", {"volume": volume, "overfill": overfill}, removed, recorded))
    lines.append(Line("bag", tuple(parts), (facts.bag.source,)))
    return Bag(full, diluent, concentration, making, removed)


def _concentration(order: Order, prepared: DrugMass, drug: Presentation, policy: Policy) -> Iterator[Finding]:
    """The bag's concentration against its range; below it an adult may go on by the site's decision."""
    facts = drug.dilution
    concentration = Concentration.of(prepared / facts.bag.value)
    low, high = facts.concentration.value.low, facts.concentration.value.high
    values: Values = {"concentration": concentration, "low": low, "high": high, "dose": prepared}
    source = facts.concentration.source
    if concentration > high:
        yield Finding("concentration", Severity.STOP, "over", values, source)
    elif concentration < low:
        least = policy.small_dose_override_from
        if least is not None and order.patient.adult and prepared >= least:
            yield Finding("concentration", Severity.OVERRIDE, "under", {**values, "override_from": least}, source)
        else:
            yield Finding("concentration", Severity.STOP, "under", values, source)


def _diluted_bag(storage: str | None, drug: Presentation, policy: Policy) -> Iterator[Finding]:
    times = drug.times
    if not limits_confirmed(drug, policy, storage):
        values: Values = {
            "label_text": times.diluted_bag.value or "not stated",
            "confirm_against": times.diluted_bag_gates.source.text,
        }
        if storage is not None:
            values = {**values, "storage": storages(drug)[storage]}
        yield Finding("diluted-bag", Severity.INFO, "", values, times.diluted_bag_gates.source)


def _alternative(order: Order, drug: Presentation, policy: Policy, formula: Formula) -> Alternative:
    """What a formula would give by itself, whatever dose the order states."""
    unrounded = surface_area(order.patient.height, order.patient.weight, formula)
    treatment = replace(order.treatment, ordered_dose=None)
    bsa = round_to(unrounded, policy.bsa_step)
    nothing = Alternative(formula, unrounded, bsa, None, None, None, None, None)
    try:
        dosed = dosing(order.patient, bsa, treatment, drug, policy)
        volume, prepared = _volume(dosed, drug, policy, [])
    except Unreadable:  # it rounds to nothing: a dash beside the formula, no fault of the order
        return nothing
    if volume is None or prepared is None:
        return nothing
    filled = replace(nothing, calculated=dosed.calculated, dose=dosed.dose, volume=volume)
    if volume > drug.dilution.bag.value:
        return filled
    picked = vial.pick(volume, prepared, drug, policy)
    return replace(filled, vials=picked.count, discarded=picked.discarded)
