"""The facts of a drug file that nobody read in the label, and what becomes of them once a site has.

An unconfirmed fact never acts as a certainty. Two pharmacists of a site may confirm it against the
current label; it then counts as the site's own, for the value that they read and no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from compounding.findings import Source, Status
from compounding.formulary.facts import Fact, Presentation
from compounding.formulary.kinds import NOT_STATED, Range
from compounding.policy import ConfirmedFact

# What these say is confirmed by recording the limits themselves, storage by storage: to confirm a text
# would open the gate with no limit behind it.
LIMITS_OF_BAG = ("times.diluted_bag", "times.diluted_bag_storages", "times.diluted_bag_gates")
_GROUPS = ("names", "vials", "licence", "dilution", "times", "administration", "regimen", "before_dose", "billing")


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A fact that waits for two pharmacists."""

    fact: ConfirmedFact
    """What it would be once confirmed: presentation, place, and the value as it would be confirmed."""
    source: Source
    note: str | None


def unconfirmed_facts(drug: Presentation) -> tuple[Unconfirmed, ...]:
    """The facts that a site may confirm, in the file's order. The limits of the diluted bag are not among them."""
    return tuple(
        Unconfirmed(ConfirmedFact(drug.id, place, stated(fact.value)), fact.source, fact.note)
        for place, fact in facts(drug)
        if fact.source.status is Status.UNCONFIRMED and place not in LIMITS_OF_BAG
    )


def with_confirmed(drug: Presentation, confirmed: frozenset[ConfirmedFact]) -> Presentation:
    """The presentation whose unconfirmed facts, where the site confirmed them as they stand, are the site's own."""
    if not confirmed:  # as of every site at first, and a plan is made many times over
        return drug
    groups: dict[str, dict[str, Fact[Any]]] = {}
    for waiting in unconfirmed_facts(drug):
        if waiting.fact in confirmed:
            group, name = waiting.fact.place.split(".", 1)
            told = Source(f"{waiting.source.text}, confirmed by the site", Status.SITE)
            groups.setdefault(group, {})[name] = replace(_fact(drug, group, name), source=told)
    return replace(drug, **{group: _with(getattr(drug, group), known) for group, known in groups.items()})


def facts(drug: Presentation) -> Iterator[tuple[str, Fact[Any]]]:
    """Every fact with its place in the file: "times.warm_up"."""
    for group in _GROUPS:
        if (table := getattr(drug, group)) is not None:
            yield from ((f"{group}.{item.name}", getattr(table, item.name)) for item in fields(table))
    yield from ((f"about.{name}", fact) for name, fact in drug.about.items())


def stated(value: Any) -> str:
    """The value of a fact as one text, the same for the same value."""
    if value is None:
        return NOT_STATED
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Range):
        return f"{value.low} to {value.high}"
    if isinstance(value, tuple):
        return "; ".join(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {stated(item)}" for key, item in value.items())
    return str(value)


def _fact(drug: Presentation, group: str, name: str) -> Fact[Any]:
    table = getattr(drug, group)
    fact: Fact[Any] = table[name] if isinstance(table, Mapping) else getattr(table, name)
    return fact


def _with(table: Any, known: Mapping[str, Fact[Any]]) -> Any:
    return {**table, **known} if isinstance(table, Mapping) else replace(table, **known)
