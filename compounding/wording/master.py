"""A drug file in words: each fact by its name, with its value, source and status, for screen and master record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compounding.findings import Source, Status
from compounding.formulary import Disagreement, Fact, LookAlike, Presentation, facts
from compounding.policy import Market
from compounding.wording.drug_page import STATUSES, note_text, value_text
from compounding.wording.drug_sections import Row, sections_of
from compounding.wording.numbers import figure

UNCONFIRMED = Status.UNCONFIRMED.value
TITLE = "Master formulation record"
FACTS = ("Fact", "As the drug file states it", "Source", "Status")
CONFIRMATIONS = ("What the site decides on the label", "In force", "How it stands")
CHOICES = ("Setting", "In force", "How it stands")
DISAGREEMENTS = ("Widely read claim", "What the program uses", "Rejected, and why", "Source")
LOOK_ALIKES = ("Product", "Vial", "Codes", "Source")
CONFIRMED_TITLE, CHOICES_TITLE = "The site’s confirmations", "The site’s choices in force"
DISAGREE_TITLE, ALIKE_TITLE = "Where pages disagree, and what the program uses", "Easily taken for this drug"
APPROVED_TITLE, STATUS_TITLE = "Reviewed and approved", "How sure a fact is"
APPROVED = ("Reviewed", "Approved")
NO_DISAGREEMENT = "The drug file records none."
NOT_IN_FORCE = "nothing"

STATUS_MEANS = tuple(f"{word}: {means}." for status, (word, means) in STATUSES.items() if status is not Status.SITE)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Whose word a fact of a drug file is at this site, and since when."""

    by: str
    """ "K. Adeyemi and M. Lindqvist"."""
    at: str


@dataclass(frozen=True, slots=True)
class FactText:
    """A fact as a row: each string of `value` begins a line."""

    place: str
    name: str
    value: tuple[str, ...]
    notes: tuple[str, ...]
    source: str
    status: str


def fact_groups(drug: Presentation, confirmed: Mapping[str, Confirmed]) -> Iterator[tuple[str, tuple[FactText, ...]]]:
    """Every fact of a drug file under the headings of its page. `confirmed` is by the places of the facts that the
    site confirmed as they stand."""
    known = dict(facts(drug))
    for _, title, rows in sections_of(known, whole=True):
        yield title, tuple(fact_text(row, known[row.place], confirmed.get(row.place)) for row in rows)


def fact_text(row: Row, fact: Fact[Any], confirmed: Confirmed | None) -> FactText:
    notes = (note_text(row, fact.note),) if note_text(row, fact.note) else ()
    return FactText(row.place, row.name, value_lines(row, fact.value), notes, *_stands(fact, confirmed))


def value_lines(row: Row, value: Any) -> tuple[str, ...]:
    """The value of a fact; doses by day, and sentences by name, are a line each."""
    if isinstance(value, Mapping) and not all(isinstance(item, int) for item in value.values()):
        return tuple(f"{_key(key)}: {value_text(row, item)}" for key, item in value.items())
    return (value_text(row, value),)


def _key(key: int | str) -> str:
    return f"day {key}" if isinstance(key, int) else key


def _stands(fact: Fact[Any], confirmed: Confirmed | None) -> tuple[str, str]:
    """Its source, and its status: a fact that the site confirmed stays one that nobody read before."""
    if fact.source.status is not Status.UNCONFIRMED or confirmed is None:
        return fact.source.text, fact.source.status.value
    return fact.source.text, f"confirmed by the site: {confirmed.by}, {confirmed.at}"


def disagreement_cells(one: Disagreement) -> tuple[tuple[str, ...], ...]:
    return (one.claim,), (one.used,), (one.rejected, f"{one.reason}."), (_source(one.source),)


def look_alike_cells(one: LookAlike, market: Market) -> tuple[tuple[str, ...], ...]:
    name = f"{one.generic} ({one.brand})" if market is Market.US else f"{one.generic}, {one.brand}"
    return (name,), (one.vial,), one.codes, (_source(one.source),)


def _source(source: Source) -> str:
    return f"{source.text} ({source.status.value})"


def status_counts(drug: Presentation, confirmed: Mapping[str, Confirmed]) -> tuple[tuple[str, str], ...]:
    """How many facts have each status, as captions with figures."""
    counted = [_stands(fact, confirmed.get(place))[1].partition(":")[0] for place, fact in facts(drug)]
    return (("Facts", figure(len(counted))), *((name, figure(counted.count(word))) for word, name in _COUNTED))


_COUNTED = (
    (Status.LABEL.value, "Read in the label"),
    (Status.SECONDARY.value, "Secondary"),
    (Status.DERIVED.value, "Derived"),
    (Status.UNCONFIRMED.value, "Unconfirmed"),
    ("confirmed by the site", "Confirmed by the site"),
)


def file_facts(drug: Presentation) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Which drug file it is: lines of names with their texts."""
    return (
        (("Drug", drug_name(drug)), ("Market", drug.market.value.upper())),
        (("Drug file", drug.id), ("Edition of the file", drug.edition)),
        (("SHA-256", whole_checksum(drug.checksum)),),
    )


def drug_name(drug: Presentation) -> str:
    """Generic name and brand as the market writes them."""
    generic, brand = drug.names.generic.value, drug.names.brand.value
    return f"{generic} ({brand})" if drug.market is Market.US else f"{generic}, {brand}"


def whole_checksum(checksum: str) -> str:
    """All of a SHA-256 in eights, to be compared by eye."""
    return " ".join(checksum[start : start + 8] for start in range(0, len(checksum), 8))
