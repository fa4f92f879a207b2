"""A drug file in words: each fact by its name, with its value, source and status, for screen and master record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from compounding.findings import Source, Status
from compounding.formulary import Disagreement, Fact, LookAlike, Presentation, Range, facts
from compounding.policy import Market
from compounding.quantities import Duration, Quantity
from compounding.wording.numbers import amount, capital, figure

NOT_STATED, UNCONFIRMED = "not stated", Status.UNCONFIRMED.value
TITLE = "Master formulation record"
FACTS = ("Fact", "As the drug file states it", "Source", "Status")
STATUS_AND_SOURCE = "Status, and source"
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

STATUS_MEANS = (
    "label: read in a copy of the label, or on a page of a regulator or the manufacturer.",
    "secondary: read only in a hospital manual, a payer’s page or a drug-information site.",
    "derived: arithmetic on the two above, which is shown.",
    "unconfirmed: widely stated, its wording not read; it never acts as a certainty until two pharmacists of the site"
    " confirm it in the current label.",
)

GROUPS: Mapping[str, str] = {
    "names": "Names",
    "vials": "Vial and reconstitution",
    "licence": "Who it is for",
    "dilution": "Dilution",
    "times": "Times",
    "administration": "Administration",
    "regimen": "Regimen",
    "billing": "Billing",
    "about": "About the drug",
}
"""The groups of a drug file, in the order of the record."""

# What is not said well by its key alone.
_NAMES: Mapping[str, str] = {
    "names.holder": "Marketed by",
    "names.generic": "Generic name",
    "names.brand": "Brand",
    "vials.labelled": "Content of a vial",
    "vials.labelled_means": "The stated content is",
    "vials.reconstitution": "Volume put into a vial",
    "vials.concentration": "Concentration once reconstituted",
    "vials.withdrawable": "Volume that can be drawn from a vial",
    "vials.least_withdrawable": "Least that may come out of a vial",
    "vials.density": "Density once reconstituted",
    "vials.water_density": "Density of the water",
    "vials.accept": "Accept only if",
    "vials.ndc": "NDC",
    "vials.gtin": "GTIN",
    "vials.use": "Use of a vial",
    "vials.hazard": "Hazard, as the label of a bag says it",
    "licence.minimum_age": "Least age in years",
    "dilution.bag": "Volume of the bag",
    "dilution.concentration": "Concentration in the bag",
    "times.dilute_within": "Dilute within",
    "times.complete_within": "Complete the infusion within",
    "times.infusion": "Length of the infusion",
    "times.diluted_bag": "Limit of the diluted bag on its own",
    "times.diluted_bag_storages": "Ways to keep the diluted bag",
    "times.diluted_bag_gates": "No release without recorded limits of the bag",
    "administration.light_on_label": "Light, as the label of a bag says it",
    "administration.handling_on_label": "Handling, as the label of a bag says it",
    "administration.light_cover": "Bag covered against light",
    "regimen.first_cycle": "Cycle 1",
    "regimen.response": "Later cycles with CR or CRi",
    "regimen.no_response": "Later cycles without CR or CRi",
    "regimen.first_cycle_length": "Length of cycle 1",
    "regimen.first_cycle_extended": "Length of cycle 1, extended",
    "regimen.later_cycle_length": "Length of a later cycle",
    "regimen.window": "Window of a dose",
    "regimen.interval": "Least interval of two doses",
    "regimen.cycles": "Cycles at most",
    "regimen.no_response_stop_after": "Cycles without response, then stop",
    "regimen.transplant_cycles": "Cycles before a transplant",
    "regimen.transplant_third_cycle": "A third before a transplant only if",
    "regimen.surface_formula": "Formula for body surface",
    "regimen.dose_cap": "Cap of the dose",
    "regimen.blasts": "Peripheral blasts at most",
    "regimen.counts": "Blood counts",
    "regimen.reduction_percent": "Reduction in percent",
    "billing.unit": "One unit",
    "billing.units_per_vial": "Units of a vial",
    "billing.discarded_modifier": "Modifier where drug is discarded",
    "billing.none_discarded_modifier": "Modifier where none is",
    "about.what_it_is": "What it is",
}
_CONTENT = {"delivered": "what can be drawn", "total": "all that the vial holds"}
# A note that repeats what the name says.
_IN_NAME = frozenset({("licence.minimum_age", "years")})
_GATES = "gates: "
_DAY = 24 * 60  # min


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
    """Every fact of a drug file under the titles of its groups. `confirmed` is by the places of the facts that the
    site confirmed as they stand."""
    texts = [fact_text(place, fact, confirmed.get(place)) for place, fact in facts(drug)]
    for group, title in GROUPS.items():
        found = tuple(text for text in texts if text.place.startswith(f"{group}."))
        if found:
            yield title, found


def fact_text(place: str, fact: Fact[Any], confirmed: Confirmed | None) -> FactText:
    return FactText(
        place, fact_name(place), value_lines(place, fact.value), tuple(_notes(place, fact)), *_stands(fact, confirmed)
    )


def fact_name(place: str) -> str:
    return _NAMES.get(place) or capital(place.partition(".")[2].replace("_", " "))


def value_lines(place: str, value: Any) -> tuple[str, ...]:
    """The value of a fact; of a table by name or day a line each."""
    if isinstance(value, Mapping):
        return tuple(f"{_key(key)}: {said(item)}" for key, item in value.items())
    return (_CONTENT.get(value, value),) if place == "vials.labelled_means" else (said(value),)


def _key(key: int | str) -> str:
    return f"day {key}" if isinstance(key, int) else key


def said(value: Any) -> str:
    """One value as a person reads it. Raises TypeError for a kind that no fact has."""
    match value:
        case None:
            return NOT_STATED
        case bool():
            return "yes" if value else "no"
        case Range():
            return f"{amount(value.low)} to {amount(value.high)}"
        case Duration():
            return span(value)
        case Quantity():
            return amount(value)
        case int():
            return figure(value)
        case str():
            return value
    raise TypeError(f"{value!r} is no value of a fact")


def span(duration: Duration) -> str:
    """In the largest unit of which it is a whole number; a single day in hours: "21 days", "24 h", "90 min"."""
    if duration.value % _DAY == 0 and duration.value > _DAY:
        return f"{figure(Decimal(duration.in_unit('days')))} days"
    if duration.value % 60 == 0:
        return f"{figure(Decimal(duration.in_unit('h')))} h"
    return amount(duration)


def _notes(place: str, fact: Fact[Any]) -> Iterator[str]:
    if fact.note and (place, fact.note) not in _IN_NAME:
        yield capital(fact.note.removeprefix(_GATES))


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
    counted = [fact_text(place, fact, confirmed.get(place)).status.partition(":")[0] for place, fact in facts(drug)]
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
