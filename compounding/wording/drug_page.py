"""The page of a drug: every fact of its file under a heading, with its source and how sure it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compounding.course.levels import reduced, total
from compounding.findings import Source, Status
from compounding.formulary import Disagreement, Fact, LookAlike, Presentation, Range, Regimen
from compounding.formulary.unconfirmed import LIMITS_OF_BAG, facts
from compounding.quantities import DoseLevel, Duration, Quantity
from compounding.wording.drug_sections import BOXES, Row, sections_of
from compounding.wording.numbers import amount, capital, count, figure

NOT_STATED = "Not stated."

STATUSES: Mapping[Status, tuple[str, str]] = {
    Status.LABEL: ("label", "read in a copy of the label, or on a regulator's or the manufacturer's page"),
    Status.SECONDARY: ("secondary", "read only in a hospital manual, a payer's page or a drug-information site"),
    Status.DERIVED: ("derived", "arithmetic on the two above, which is shown"),
    Status.UNCONFIRMED: (
        "unconfirmed",
        "widely stated, but its wording was not read: nothing here rests on it as a certainty until two pharmacists "
        "of this site confirm it against the current label",
    ),
    Status.SITE: ("site", "confirmed by two pharmacists of this site against the current label"),
}
"""How sure a fact is: the word, and what it means."""


_MEANS = {"delivered": "The amount that can be drawn", "total": "All that the vial holds"}
_BY_LENGTH = {
    "omit": "from {} days on, omit the next dose",
    "reduce": "from {} days on, reduce the next cycle",
    "end": "over {} days, consider the end",
}


@dataclass(frozen=True, slots=True)
class FactText:
    """A fact as a person reads it."""

    place: str
    name: str
    value: str
    source: str
    status: str
    note: str
    confirm: str
    """Where to confirm it, while nobody did; else ""."""


@dataclass(frozen=True, slots=True)
class DoseRow:
    """A row of the table of doses: for whom, and the level of each day with its unit."""

    name: str
    levels: tuple[str, ...]
    total: str
    length: str
    source: str
    status: str


@dataclass(frozen=True, slots=True)
class SectionText:
    key: str
    title: str
    facts: tuple[FactText, ...]


@dataclass(frozen=True, slots=True)
class DisagreementText:
    """A claim of widely read pages, beside what is used here and why."""

    claim: str
    used: str
    rejected: str
    reason: str
    source: str
    status: str


@dataclass(frozen=True, slots=True)
class DrugText:
    """The page of a presentation."""

    title: str
    presentation: str
    boxes: tuple[FactText, ...]
    days: tuple[str, ...]
    """The headings of the table of doses, a day each."""
    doses: tuple[DoseRow, ...]
    reduced_doses: tuple[DoseRow, ...]
    """The same after a reduction; none where no reduction is stated."""
    sections: tuple[SectionText, ...]
    disagreements: tuple[DisagreementText, ...]
    look_alikes: tuple[tuple[str, str, str], ...]
    """Of each its name, its vial and codes, and the source."""
    sources: tuple[tuple[str, str], ...]
    """Short name and full name of each."""


def drug_text(drug: Presentation) -> DrugText:
    """The page of a presentation. What the site confirmed counts as its own where the presentation was made by
    `formulary.with_confirmed`."""
    known = dict(facts(drug))
    return DrugText(
        title=drug_title(drug),
        presentation=f"{drug.market.value.upper()}: vials of {amount(drug.vials.labelled.value)}",
        boxes=tuple(_fact(row, known[row.place]) for row in BOXES if row.place in known),
        days=tuple(f"Day {day}" for day in drug.days),
        doses=doses_text(drug.regimen),
        reduced_doses=tuple(_reduced_doses(drug.regimen)),
        sections=sections_text(drug),
        disagreements=tuple(map(disagreement, drug.disagreements)),
        look_alikes=tuple(map(_look_alike, drug.look_alikes)),
        sources=tuple(_source(source) for source in drug.sources),
    )


def disagreement(found: Disagreement) -> DisagreementText:
    source = found.source
    return DisagreementText(
        found.claim, found.used, found.rejected, found.reason, source.text, STATUSES[source.status][0]
    )


def drug_title(drug: Presentation) -> str:
    return f"{drug.names.generic.value} ({drug.names.brand.value})"


def sections_text(drug: Presentation) -> tuple[SectionText, ...]:
    """The facts under their headings."""
    return tuple(_sections(dict(facts(drug))))


# ------------------------------------------------------------------ the facts


def _sections(known: Mapping[str, Fact[Any]]) -> Iterator[SectionText]:
    for key, title, rows in sections_of(known):
        yield SectionText(key, title, tuple(_fact(row, known[row.place]) for row in rows))


def _fact(row: Row, fact: Fact[Any]) -> FactText:
    return FactText(
        row.place,
        row.name,
        value_text(row, fact.value),
        fact.source.text,
        STATUSES[fact.source.status][0],
        note_text(row, fact.note),
        _confirm(row.place, fact.source),
    )


def value_text(row: Row, value: Any) -> str:
    """The value of a fact as a person reads it; a name stands as the file writes it, since a capital would make it
    another form of the name. Raises TypeError for a kind that no fact has."""
    if row.place.startswith("names.") and isinstance(value, str):
        return value
    return _MEANS.get(value, "") if row.place == "vials.labelled_means" else _stated(value, row.noun)


def note_text(row: Row, note: str | None) -> str:
    """The file's note; nothing where it says no more than what a number counts."""
    if not note or note == f"{row.noun}s":
        return ""
    return capital(note.removeprefix("gates: "))


def _confirm(place: str, source: Source) -> str:
    if source.status is not Status.UNCONFIRMED:
        return ""
    if place in LIMITS_OF_BAG:
        return f"Two pharmacists record the limits of the current label, {source.text}."
    return f"Confirm against the current label, {source.text}."


def _stated(value: Any, noun: str) -> str:
    """A value of any kind that a drug file holds, in words."""
    if value is None:
        return NOT_STATED
    if isinstance(value, bool):
        return "Yes." if value else "No."
    if isinstance(value, int):
        return _counted(value, noun)
    if isinstance(value, Duration):
        return length(value)
    if isinstance(value, Quantity):
        return amount(value)
    if isinstance(value, Range):
        return f"{figure(value.low.value)} to {amount(value.high)}"
    if isinstance(value, tuple):
        return capital(", ".join(value))
    if isinstance(value, Mapping):
        return _mapped(value)
    if isinstance(value, str):
        return capital(value)
    raise TypeError(f"{value!r} is no value of a fact")


def _mapped(values: Mapping[str, Any]) -> str:
    """Sentences by name are sentences; numbers of days say what follows from them."""
    if all(isinstance(value, str) for value in values.values()):
        return " ".join(values.values())
    return capital("; ".join(_BY_LENGTH.get(name, f"{name} {{}}").format(value) for name, value in values.items()))


def _counted(number: int, noun: str) -> str:
    if noun == "%":
        return f"{figure(number)} %"
    return count(number, noun) if noun else figure(number)


def length(time: Duration) -> str:
    """A length in the largest unit that it is a whole number of: "21 days", "4 h", "90 min"."""
    for unit, noun in (("day", "day"), ("h", "")):
        number = time.in_unit(unit)
        if number == number.to_integral_value():
            return count(int(number), noun) if noun else f"{figure(number)} {unit}"
    return amount(time)


# ------------------------------------------------------------------ the table of doses


def _rows_of(regimen: Regimen) -> tuple[tuple[str, Fact[Any], Duration], ...]:
    first, later = regimen.first_cycle_length.value, regimen.later_cycle_length.value
    return (
        ("Cycle 1, every patient", regimen.first_cycle, first),
        ("Cycle 2 and later, with CR or CRi", regimen.response, later),
        ("Cycle 2 and later, without CR or CRi", regimen.no_response, later),
    )


def doses_text(regimen: Regimen) -> tuple[DoseRow, ...]:
    """The table of doses, before any reduction."""
    return tuple(
        _dose_row(name, tuple(fact.value[day] for day in regimen.days), length(time), fact.source)
        for name, fact, time in _rows_of(regimen)
    )


def _reduced_doses(regimen: Regimen) -> Iterator[DoseRow]:
    percent = regimen.reduction_percent
    if percent.value is None:
        return
    for name, fact, time in _rows_of(regimen):
        levels = tuple(reduced(fact.value[day], percent.value) for day in regimen.days)
        yield _dose_row(name, levels, length(time), percent.source)


def _dose_row(name: str, levels: tuple[DoseLevel, ...], time: str, source: Source) -> DoseRow:
    shown = tuple(map(amount, levels))
    return DoseRow(name, shown, amount(total(levels)), time, source.text, STATUSES[source.status][0])


# ------------------------------------------------------------------ other products, and the sources


def _look_alike(found: LookAlike) -> tuple[str, str, str]:
    codes = ", ".join(found.codes) or "no code known"
    return f"{found.generic} ({found.brand})", f"{found.vial}; {codes}", found.source.text


def _source(source: str) -> tuple[str, str]:
    name, _, full = source.partition(":")
    return name, full.strip()
