"""The facts of a drug that a plan or its papers use, in words: those unconfirmed, and those a site confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from compounding.findings import Status
from compounding.formulary import Fact, Presentation, Range
from compounding.preparation import Plan
from compounding.quantities import Quantity
from compounding.stability import limits_confirmed
from compounding.wording.numbers import amount, capital


def diluted_bag_confirmed(plan: Plan) -> bool:
    """Whether the limits of the diluted bag are confirmed, for the storage that the order names."""
    return limits_confirmed(plan.drug, plan.policy, plan.order.storage)


def unconfirmed(plan: Plan) -> Iterator[str]:
    """The unconfirmed facts that a plan or its papers use, each with the clause to confirm it against."""
    for told, fact in _facts(plan.drug, Status.UNCONFIRMED):
        if fact is plan.drug.times.diluted_bag and diluted_bag_confirmed(plan):
            continue
        # With a storage chosen, its own words are printed; they are confirmed with its limit.
        if fact is not plan.drug.administration.storage or plan.order.storage is None:
            yield f"{told}. Confirm against the current label, {fact.source.text}."


def confirmed(plan: Plan) -> Iterator[str]:
    """Those that two pharmacists of the site have confirmed, each with its source."""
    for told, fact in _facts(plan.drug, Status.SITE):
        yield f"{told}. {fact.source.text}."


def _facts(drug: Presentation, status: Status) -> Iterator[tuple[str, Fact[Any]]]:
    """The facts of a status that a plan or its papers use, each with its name and value."""
    for group in (drug.vials, drug.licence, drug.dilution, drug.times, drug.administration, drug.regimen):
        for field in fields(group):
            fact: Fact[Any] = getattr(group, field.name)
            # A switch says of another fact that it gates, and is confirmed with it, as are the names of
            # storages; the texts of the regimen are for the drug's page.
            unused = bool if group is not drug.regimen else (bool, str)
            # Rules of interruption, which only a course follows.
            course_only = field.name in ("reduction_percent", "interruption_days")
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
