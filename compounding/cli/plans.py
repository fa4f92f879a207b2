"""`compounding plan`: an order computed and shown; nothing is stored."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from compounding.cli.answers import (
    FINE,
    REFUSED,
    Answer,
    Refused,
    amount,
    as_json,
    choice,
    choice_if_given,
    day_if_given,
    needed,
    whole,
)
from compounding.cli.drugs import drug_of
from compounding.cli.parsers import Commands
from compounding.dosing import Response, Treatment, listed
from compounding.findings import Severity
from compounding.formulary import Presentation
from compounding.patient import OLDEST, Patient, years_between
from compounding.policy import Formula, Market, Policy
from compounding.preparation import Order, Plan, plan
from compounding.quantities import BodyMass, DrugMass, Length, Unreadable, quote
from compounding.wording.export import plan_as_json
from compounding.wording.plan_values import PlanText
from compounding.wording.plans import plan_text

_OPTIONS = (
    ("--market", "us|uk", "the market whose vials are used"),
    ("--height", "CM", "centimetres"),
    ("--weight", "KG", "kilograms"),
    ("--cycle", "N", "1 or more"),
    ("--day", "N", "day of the cycle: 1, 8 or 15"),
    ("--response", "cr|cri|none", "decides the dose from cycle 2"),
    ("--formula", "NAME", ", ".join(formula.value for formula in Formula) + "; default mosteller"),
    ("--ordered-dose", "MG", "the dose as the prescriber wrote it, milligrams"),
    ("--born", "YYYY-MM-DD", "without it the adult limits apply and the licensed age is not judged"),
    ("--on", "YYYY-MM-DD", "the day on which age is judged; default today, UTC"),
    ("--drug", "NAME", "needed only where there is more than one drug for the market"),
)


def add(commands: Commands) -> None:
    """Declares `plan`."""
    planned = commands.add_parser("plan", help="compute a plan; nothing is stored")
    for option, metavar, what in _OPTIONS:
        planned.once(option, metavar, what)
    planned.flag("--json", "one JSON object instead of a table")
    planned.set_defaults(run=_plan)


def _plan(given: argparse.Namespace) -> Answer:
    market = choice("--market", Market, needed("--market", given.market))
    policy = replace(Policy(market), formula=choice_if_given("--formula", Formula, given.formula) or Formula.MOSTELLER)
    on = day_if_given("--on", given.on) or datetime.now(UTC).date()
    drug = drug_of(market, given.drug)
    order = Order(_patient(given, on), _treatment(given, drug))
    try:
        made = plan(order, drug, policy)
    except Unreadable as nothing:
        named = "--ordered-dose" if given.ordered_dose is not None else "--height and --weight"
        raise Refused(f"{named}: {nothing}") from None
    if given.json:
        text = as_json(plan_as_json(made))
    else:
        text = "\n".join(_table(made, plan_text(made)))
    return Answer(REFUSED if made.stopped else FINE, text)


def _patient(given: argparse.Namespace, on: date) -> Patient:
    born = day_if_given("--born", given.born)
    if born is not None and born > on:
        raise Refused(f"--born: {born} is after {on}, the day of the dose.")
    if born is not None and years_between(born, on) > OLDEST:
        raise Refused(f"--born: {born} is more than {OLDEST} years before {on}.")
    height = amount("--height", Length, needed("--height", given.height))
    return Patient(height, amount("--weight", BodyMass, needed("--weight", given.weight)), on, born)


def _treatment(given: argparse.Namespace, drug: Presentation) -> Treatment:
    cycle = whole("--cycle", needed("--cycle", given.cycle))
    if cycle < 1:
        raise Refused(f"--cycle: {quote(given.cycle)} is not 1 or more.")
    day = whole("--day", needed("--day", given.day))
    if day not in drug.days:
        raise Refused(f"--day: {quote(given.day)} is not a day of dosing: they are {listed(drug.days)}.")
    ordered = None if given.ordered_dose is None else amount("--ordered-dose", DrugMass, given.ordered_dose)
    if ordered is not None:
        _storable("--ordered-dose", ordered)
    return Treatment(cycle, day, choice_if_given("--response", Response, given.response), ordered)


def _storable(option: str, mass: DrugMass) -> None:
    """A dose is stored as whole nanograms."""
    try:
        mass.whole("ng")
    except ValueError:
        raise Refused(f"{option}: {mass} has more than 6 figures after the point.") from None


def _table(made: Plan, text: PlanText) -> Iterator[str]:
    """The plan for a person at a terminal."""
    yield f"{text.generic} ({text.brand}), {text.market}, {text.vial}"
    yield f"{text.cycle_day}, {text.height}, {text.weight}, {text.formula}"
    yield ""
    steps = [(row.name, row.expression, row.result, f"{row.source} [{row.status}]") for row in text.rows]
    widths = [max((len(step[column]) for step in steps), default=0) for column in range(3)]
    for step, expression, result, source in steps:
        yield f"  {step:<{widths[0]}}  {expression:<{widths[1]}}  {result:>{widths[2]}}  {source}"
    yield ""
    yield f"  DOSE {text.dose} {text.in_bag}"
    if text.instruction:
        yield f"  {text.instruction}"
    if text.spare:
        yield f"  On the picking list: {text.spare}."
    for bill in text.billing:
        yield f"  {bill.code} {bill.units}"
    for finding in text.findings:
        yield f"  {finding.severity.upper()} ({finding.code}): {finding.message}"
    for unconfirmed in text.unconfirmed:
        yield f"  NOT CONFIRMED: {unconfirmed}"
    if made.stopped:
        stops = sum(finding.severity is Severity.STOP for finding in made.findings)
        yield f"  STOPPED: {stops} of the findings must be resolved. Not to be prepared."
