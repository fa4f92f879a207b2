"""From cycle, day and response to a dose: the level, the calculated dose, the dose that is prepared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from compounding.course import Response as Response
from compounding.course import Slot, levels
from compounding.course import Transplant as Transplant
from compounding.course import listed as listed
from compounding.findings import Finding, Line, Part, Severity, Source, Status, Values
from compounding.formulary import Fact, Levels, Presentation, Regimen
from compounding.patient import Patient
from compounding.policy import Policy
from compounding.quantities import (
    BodySurface,
    CellCount,
    DoseLevel,
    DrugMass,
    Ratio,
    Unreadable,
    round_number,
    round_to,
)


@dataclass(frozen=True, slots=True)
class OwnLevel:
    """A dose per body surface that the order itself states, instead of the label's."""

    level: DoseLevel
    reason: str
    prescriber: str

    def __post_init__(self) -> None:
        if self.level.value <= 0:
            raise Unreadable(f"The dose of {self.level} is not above zero.")
        if self.level.value != round_number(self.level.value, Decimal("0.001")):
            raise Unreadable(f"The dose of {self.level} has more than 3 decimals.")


@dataclass(frozen=True, slots=True)
class Treatment:
    """What is ordered. None stands for what the order does not say, and is then not judged."""

    cycle: int
    day: int
    response: Response | None = None
    ordered_dose: DrugMass | None = None
    dose_confirmed_by: str | None = None
    """The prescriber who confirmed a dose that differs from the calculated one by over 10 %."""
    own_level: OwnLevel | None = None
    transplant: Transplant | None = None
    blasts: CellCount | None = None

    def __post_init__(self) -> None:
        if self.cycle < 1:
            raise ValueError(f"cycle {self.cycle} is not 1 or more")
        if self.day < 1:
            raise ValueError(f"day {self.day} is not 1 or more")


@dataclass(frozen=True, slots=True)
class Dosing:
    """The dose with the steps before it; None where a step cannot be computed."""

    level: DoseLevel | None
    calculated: DrugMass | None
    dose: DrugMass | None
    difference: Ratio | None
    """The order's dose, as typed, against the calculated one, unrounded."""
    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]


def dosing(patient: Patient, bsa: BodySurface, treatment: Treatment, drug: Presentation, policy: Policy) -> Dosing:
    """The dose of a treatment.

    Raises Unreadable where the dose rounds to nothing, or on a day on which the drug is not given.
    """
    if treatment.day not in drug.days:
        raise Unreadable(f"Day {treatment.day} is not a day of dosing: they are {listed(drug.days)}.")
    lines: list[Line] = []
    level = _level(treatment, drug.regimen, lines)
    calculated = None if level is None else DrugMass.of(level * bsa)
    if level is not None and calculated is not None:
        part = Part("", {"level": level, "bsa": bsa}, calculated)
        lines.append(Line("calculated-dose", (part,), (Source("exact", Status.DERIVED),)))
    difference = _difference(treatment.ordered_dose, calculated)
    dose = _dose(treatment, calculated, difference, policy, lines)
    findings = (
        *_age(patient, treatment, drug),
        *_response(treatment, drug.regimen),
        *_cycle(treatment, drug.regimen),
        *_own_level(treatment, drug.regimen),
        *_blasts(treatment, drug.regimen),
        *_ordered(treatment, calculated, difference, policy),
        *_most(dose, policy),
    )
    return Dosing(level, calculated, dose, difference, tuple(lines), findings)


def label_levels(treatment: Treatment, regimen: Regimen) -> tuple[Fact[Levels], ...]:
    """The rows of the dose table that may apply: one, or two while the response is not known."""
    return levels.label_rows(regimen, treatment.cycle, treatment.response)


def label_level(treatment: Treatment, regimen: Regimen) -> DoseLevel | None:
    """The label's level, or None where it hangs on a response that is not known."""
    return levels.label_level(regimen, Slot(treatment.cycle, treatment.day), treatment.response)


def _level(treatment: Treatment, regimen: Regimen, lines: list[Line]) -> DoseLevel | None:
    operands: Values = {"cycle": treatment.cycle, "day": treatment.day}
    if own := treatment.own_level:
        part = Part("own", {**operands, "reason": own.reason, "prescriber": own.prescriber}, own.level)
        lines.append(Line("level", (part,), (Source(f"order, {own.prescriber}", Status.ORDER),)))
        return own.level
    level = label_level(treatment, regimen)
    if level is not None:
        case = "first" if treatment.cycle == 1 else "later"
        response = treatment.response.value if treatment.response else "not known"
        part = Part(case, {**operands, "response": response}, level)
        lines.append(Line("level", (part,), (label_levels(treatment, regimen)[0].source,)))
    return level


def _difference(ordered: DrugMass | None, calculated: DrugMass | None) -> Ratio | None:
    if ordered is None or calculated is None or calculated == DrugMass(Decimal(0)):
        return None
    return Ratio.of((ordered - calculated) / calculated)


def _dose(
    treatment: Treatment,
    calculated: DrugMass | None,
    difference: Ratio | None,
    policy: Policy,
    lines: list[Line],
) -> DrugMass | None:
    """The order's dose where one is given, else the calculated one, rounded as the site does."""
    ordered = treatment.ordered_dose
    exact = calculated if ordered is None else ordered
    if exact is None:
        return None
    dose = round_to(exact, policy.dose_step)
    if dose == DrugMass(Decimal(0)):
        raise Unreadable(f"{exact} rounds to {dose}, to the nearest {policy.dose_step}: there is no dose to prepare.")
    if ordered is None:
        part, source = Part("calculated", {"exact": exact}, dose), Source("site rounding", Status.SITE)
    elif difference is None or calculated is None:
        part, source = Part("ordered", {"exact": exact}, dose), Source("order, site rounding", Status.ORDER)
    else:
        operands: Values = {
            "exact": exact,
            "difference": difference,
            "calculated": calculated,
            "override_over_percent": policy.difference_override_percent,
            "stop_over_percent": policy.difference_stop_percent,
        }
        part, source = Part("compared", operands, dose), Source("order, site rounding", Status.ORDER)
    lines.append(Line("dose", (part,), (source,), policy.dose_step))
    return dose


def _age(patient: Patient, treatment: Treatment, drug: Presentation) -> Iterator[Finding]:
    licensed = drug.licence.minimum_age
    if patient.born is None or patient.age is None or patient.age >= licensed.value:
        return
    ordered_so = treatment.own_level is not None and treatment.own_level.prescriber
    severity = Severity.OVERRIDE if ordered_so else Severity.STOP
    values: Values = {"born": patient.born, "on": patient.on, "licensed_from_years": licensed.value}
    yield Finding("age", severity, "", {**values, "population": drug.licence.population.value}, licensed.source)


def _response(treatment: Treatment, regimen: Regimen) -> Iterator[Finding]:
    cycle, day, response = treatment.cycle, treatment.day, treatment.response
    last = regimen.no_response_stop_after
    late = last.value is not None and cycle > last.value
    values: Values = {"cycle": cycle, "day": day}
    stop_after: Values = {**values, "stop_after_cycles": last.value or 0}
    if response is Response.NONE and late:
        yield Finding("no-response", Severity.STOP, "", stop_after, last.source)
    if response is not None or cycle == 1:
        return
    if late:
        yield Finding("response", Severity.STOP, "late", stop_after, last.source)
    elif label_level(treatment, regimen) is None:
        yield Finding("response", Severity.STOP, "needed", values, regimen.response.source)
    else:
        yield Finding("response", Severity.INFO, "same", values, regimen.response.source)


def _cycle(treatment: Treatment, regimen: Regimen) -> Iterator[Finding]:
    cycle, most, transplant = treatment.cycle, regimen.cycles, treatment.transplant
    if most.value is not None and cycle > most.value:
        yield Finding("cycle", Severity.STOP, "", {"cycle": cycle, "most": most.value}, most.source)
    planned = regimen.transplant_cycles
    if transplant is None or not transplant.planned or planned.value is None:
        return
    reason = regimen.transplant_third_cycle.value or "not stated"
    values: Values = {"cycle": cycle, "cycles": planned.value, "reason": reason}
    if cycle > planned.value + 1:
        yield Finding("transplant", Severity.STOP, "over", values, planned.source)
    elif cycle == planned.value + 1 and not transplant.third_cycle_reason.strip():
        yield Finding("transplant", Severity.STOP, "third", values, planned.source)


def _own_level(treatment: Treatment, regimen: Regimen) -> Iterator[Finding]:
    """The order's own level is used as it stands, but a second person reads what the label says."""
    own, label = treatment.own_level, label_level(treatment, regimen)
    if own is None or label is None or own.level == label:
        return
    values: Values = {"level": own.level, "label": label, "cycle": treatment.cycle, "day": treatment.day}
    source = label_levels(treatment, regimen)[0].source
    yield Finding("level", Severity.OVERRIDE, "", {**values, "reason": own.reason}, source)


def _blasts(treatment: Treatment, regimen: Regimen) -> Iterator[Finding]:
    """Judged before the first dose only."""
    first = treatment.cycle == 1 and treatment.day == 1
    blasts, limit = treatment.blasts, regimen.blasts.value
    if first and blasts is not None and limit is not None and blasts > limit:
        yield Finding("blasts", Severity.OVERRIDE, "", {"blasts": blasts, "limit": limit}, regimen.blasts.source)


def _ordered(
    treatment: Treatment, calculated: DrugMass | None, difference: Ratio | None, policy: Policy
) -> Iterator[Finding]:
    if difference is None or calculated is None or treatment.ordered_dose is None:
        return
    apart = abs(difference.percent)
    # Compared as masses, so that exactly 5 % or 10 % is not decided by a rounded quotient.
    gap = DrugMass(abs(treatment.ordered_dose.value - calculated.value)) * 100
    over, too_far = (calculated * p for p in (policy.difference_override_percent, policy.difference_stop_percent))
    if not DrugMass.of(gap) > DrugMass.of(over):
        return
    confirmed = treatment.dose_confirmed_by
    stopped = DrugMass.of(gap) > DrugMass.of(too_far) and not confirmed
    case = "confirmed" if confirmed else "over" if difference.value > 0 else "under"
    values: Values = {
        "ordered": treatment.ordered_dose,
        "calculated": calculated,
        "difference_percent": apart if difference.value > 0 else -apart,
        "override_over_percent": policy.difference_override_percent,
        "stop_over_percent": policy.difference_stop_percent,
        **({"prescriber": confirmed} if confirmed else {}),
    }
    yield Finding("ordered-dose", Severity.STOP if stopped else Severity.OVERRIDE, case, values)


def _most(dose: DrugMass | None, policy: Policy) -> Iterator[Finding]:
    if dose is not None and policy.dose_most is not None and dose > policy.dose_most:
        yield Finding("dose", Severity.STOP, "", {"dose": dose, "most": policy.dose_most})
