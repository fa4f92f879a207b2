"""Orders and plans for the tests, in the words of an order: us(170, 70, cycle=1, day=1).

us() and uk() give the whole plan by the shipped drug files and the default policy. A site's own choices
follow by the names that Policy has for them: uk(170, 70, withdrawable=mL("3.6")).
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from compounding.dosing import OwnLevel, Response, Transplant, Treatment
from compounding.findings import Finding, Line
from compounding.formulary import Presentation, shipped
from compounding.patient import Patient
from compounding.policy import Making, Market, Policy
from compounding.preparation import Order, Plan, plan
from compounding.quantities import (
    BodyMass,
    BodySurface,
    CellCount,
    DoseLevel,
    DrugMass,
    Length,
    Quantity,
    Volume,
    plain,
)

Typed = str | int | Decimal
US, UK = (next(drug for drug in shipped() if drug.market is market) for market in (Market.US, Market.UK))
DRUGS = {Market.US: US, Market.UK: UK}
DAY = date(2026, 3, 12)
"""The day of every dose, unless the test says another."""


def cm(figure: Typed) -> Length:
    return Length(Decimal(figure))


def kg(figure: Typed) -> BodyMass:
    return BodyMass(Decimal(figure))


def mg(figure: Typed) -> DrugMass:
    return DrugMass(Decimal(figure))


def mL(figure: Typed) -> Volume:
    return Volume(Decimal(figure))


def m2(figure: Typed) -> BodySurface:
    return BodySurface(Decimal(figure))


def per_m2(figure: Typed) -> DoseLevel:
    return DoseLevel(Decimal(figure))


def patient(height: Typed = 170, weight: Typed = 70, *, on: date = DAY, **known: Any) -> Patient:
    """`days_old` stands for a weight and a height measured that many days before the dose."""
    if (days := known.pop("days_old", None)) is not None:
        known["height_measured"] = known["weight_measured"] = on - timedelta(days=days)
    return Patient(cm(height), kg(weight), on, **known)


def treatment(
    cycle: int = 1,
    day: int = 1,
    response: str | None = None,
    *,
    ordered: Typed | None = None,
    confirmed_by: str | None = None,
    level: Typed | None = None,
    prescriber: str = "Dr Rivera",
    blasts: Typed | None = None,
    transplant: Transplant | None = None,
) -> Treatment:
    return Treatment(
        cycle=cycle,
        day=day,
        response=None if response is None else Response(response),
        ordered_dose=None if ordered is None else mg(ordered),
        dose_confirmed_by=confirmed_by,
        own_level=None if level is None else OwnLevel(per_m2(level), "reduced for toxicity", prescriber),
        transplant=transplant,
        blasts=None if blasts is None else CellCount(Decimal(blasts)),
    )


_TREATMENT = {"ordered", "confirmed_by", "level", "prescriber", "blasts", "transplant"}
_PATIENT = {"born", "on", "height_measured", "weight_measured", "days_old"}


def _plan(drug: Presentation, height: Typed, weight: Typed, order: tuple[Any, ...], said: dict[str, Any]) -> Plan:
    making = said.pop("making", Making.EMPTY_CONTAINER)
    of_patient = {name: said.pop(name) for name in _PATIENT & set(said)}
    of_treatment = {name: said.pop(name) for name in _TREATMENT & set(said)}
    person = patient(height, weight, **of_patient)
    return plan(Order(person, treatment(*order, **of_treatment), making), drug, replace(Policy(drug.market), **said))


def us(
    height: Typed = 170,
    weight: Typed = 70,
    cycle: int = 1,
    day: int = 1,
    response: str | None = None,
    **said: Any,
) -> Plan:
    """The plan in the United States. What is said by name goes to the patient, the treatment or the site."""
    return _plan(US, height, weight, (cycle, day, response), said)


def uk(
    height: Typed = 170,
    weight: Typed = 70,
    cycle: int = 1,
    day: int = 1,
    response: str | None = None,
    **said: Any,
) -> Plan:
    """The plan in the United Kingdom."""
    return _plan(UK, height, weight, (cycle, day, response), said)


IN = {Market.US: us, Market.UK: uk}


def for_surface(bsa: Typed) -> dict[str, Decimal]:
    """A height and a weight whose Mosteller surface is exactly `bsa`: √(180 × 20·bsa² ÷ 3600) = bsa."""
    return {"height": Decimal(180), "weight": 20 * Decimal(bsa) ** 2}


def judged(findings: Plan | tuple[Finding, ...]) -> set[tuple[str, str]]:
    """What was found, as pairs of code and severity: {("weight", "stop")}."""
    every = findings.findings if isinstance(findings, Plan) else findings
    return {(finding.code, finding.severity.word) for finding in every}


def finding(made: Plan, code: str) -> Finding:
    """The one finding of a code."""
    (found,) = [finding for finding in made.findings if finding.code == code]
    return found


def line(made: Plan, step: str) -> Line:
    """The one line of working of a step."""
    (found,) = [line for line in made.lines if line.step == step]
    return found


def figure(amount: Quantity | Decimal | int | None) -> str | None:
    """An amount as bare text, so that a table can be read: "5.84". None where there is none."""
    if amount is None:
        return None
    return plain(amount.value if isinstance(amount, Quantity) else amount)
