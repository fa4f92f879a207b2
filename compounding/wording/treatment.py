"""The treatment plan of a course, for the patient's file: what is planned, what was given, and by which rules.

It is a paper beside the patient, not the page of the drug: no rate of an adverse event stands on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from compounding.course import Course, DroppedDay, Response, Schedule, Scheduled, Slot, State
from compounding.findings import Finding
from compounding.policy import Market
from compounding.quantities import DrugMass
from compounding.wording.courses import course_unconfirmed, raised_because
from compounding.wording.drug_page import FactText, disagreement, doses_text, drug_title, sections_text
from compounding.wording.findings import sentence
from compounding.wording.numbers import DASH, amount, capital, count, day, moment

Lines = tuple[str, ...]
Fact = tuple[str, str]

NO_BREAK = "\u00a0"
COMMAND = "Made from a file by the command line: of no site, and for no named patient"
"""In place of the pharmacy."""
RESPONSES = {Response.CR: "CR", Response.CRI: "CRi", Response.NONE: "no CR or CRi"}
# What somebody who follows a course needs of the drug's page. Boxed warning and warnings hold rates, and stand on
# that page alone.
_RULES = ("regimen", "modifications")
"""Sections of the page, without the figures that their sentences hold already."""
_CHECKLIST = (
    *("administration.premedication", "before_dose.target", "regimen.blasts", "before_dose.blood_count"),
    *("before_dose.liver_tests", "before_dose.bilirubin", "before_dose.transaminases", "before_dose.ecg"),
    *("before_dose.electrolytes", "before_dose.pregnancy", "before_dose.contraindications"),
    *("before_dose.never_again", "administration.observation"),
)
_OF_NOTE = ("regimen", "licence", "administration")
"""What a disagreement must be about to matter to whoever follows a course."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was made for a dose that was given: the number of the preparation, the drug and its batches."""

    number: str
    dose: DrugMass
    lots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableText:
    """A table of the plan. Each string of a cell begins a line."""

    key: str
    heading: str
    captions: tuple[str, ...]
    rows: tuple[tuple[Lines, ...], ...]


@dataclass(frozen=True, slots=True)
class TreatmentText:
    """The plan as finished strings."""

    number: str
    facts: tuple[tuple[Fact, ...], ...]
    """Lines of names with their texts."""
    tables: tuple[TableText, ...]


def treatment_text(
    course: Course,
    made: Schedule,
    number: str,
    patient: tuple[tuple[Fact, ...], ...] = (),
    prepared: Mapping[Slot, Prepared] | None = None,
    more: Iterable[Finding] = (),
) -> TreatmentText:
    """The plan of a course.

    number    of the course
    patient   what stands over it of the patient, a line of names and texts each
    prepared  what was made for the doses given, where that is recorded
    more      findings beside those of the schedule, such as those of the next order
    """
    return TreatmentText(
        number,
        (*patient, *_facts(course)),
        tuple(table for table in _tables(course, made, prepared or {}, tuple(more)) if table.rows),
    )


def title(number: str) -> str:
    return f"Treatment plan {number}"


def made_by_command(at: datetime, market: Market) -> str:
    """The foot of a plan that nobody signed in made."""
    return f"Made {moment(at, 'UTC', market)} UTC. Nothing of it is stored."


def _facts(course: Course) -> Iterator[tuple[Fact, ...]]:
    market, drug = course.drug.market, course.drug
    yield ("Drug", drug_title(drug)), ("Market", market.value.upper())
    most = "not stated" if course.most_cycles is None else str(course.most_cycles)
    yield ("Start", day(course.start, market)), ("Transplant planned", _yes(course)), ("Cycles at most", most)
    yield (("Drug file", f"{drug.id}, edition {drug.edition}, checksum {drug.checksum[:16]}"),)


def _yes(course: Course) -> str:
    return "yes" if course.transplant.planned else "no"


def _tables(
    course: Course, made: Schedule, prepared: Mapping[Slot, Prepared], more: tuple[Finding, ...]
) -> Iterator[TableText]:
    market = course.drug.market
    yield TableText(
        "doses",
        "Doses",
        ("Dose", "Level", "Nominal day", "Not before", "Not after", "How it stands"),
        tuple(_dose(course, dose, prepared.get(dose.slot)) for dose in made.doses),
    )
    yield TableText("decided", "Decided so far", ("What", "How", "Why"), tuple(_decided(course)))
    found = (
        *(_found(one, market) for one in (*made.findings, *more)),
        *((("Not confirmed",), (told,), ()) for told in course_unconfirmed(course)),
    )
    nothing = (((DASH,), (_NOTHING,), ()),)
    yield TableText("findings", "Found on this course", ("Severity", "What", "Source"), found or nothing)
    days = (f"Day {on}" for on in course.drug.days)
    captions = ("Cycle", *days, "In all", "Length", "Source")
    yield TableText("levels", "Levels of the label", captions, tuple(_levels(course)))
    yield _rules("rules", "Rules that watch this course", _rules_of(course))
    yield _rules("checklist", "Before and after each dose", _checklist_of(course))
    yield TableText(
        "disagreements",
        "Where widely read pages disagree",
        ("Often read", "Used here, and why", "Source"),
        tuple(_disagreements(course)),
    )


# ------------------------------------------------------------------ the doses


def _dose(course: Course, dose: Scheduled, prepared: Prepared | None) -> tuple[Lines, ...]:
    market = course.drug.market
    dates = (DASH if when is None else day(when, market) for when in (dose.nominal, dose.opens, dose.closes))
    name = f"Cycle {dose.slot.cycle}, day {dose.slot.day}"
    level = DASH if dose.state in (State.OMITTED, State.BLOCKED) else amount(dose.level)
    return (name,), (level,), *((shown,) for shown in dates), tuple(_stands(course, dose, prepared))


def _stands(course: Course, dose: Scheduled, prepared: Prepared | None) -> Iterator[str]:
    market = course.drug.market
    if dose.on is not None:
        yield f"Given {day(dose.on, market)}"
        if prepared is not None:
            yield f"{amount(prepared.dose)}, {prepared.number}"
            yield f"Batch {', '.join(prepared.lots)}"
        return
    yield _STANDS[dose.state]
    if because := raised_because(course, dose):
        yield f"Opens {because}"


_NOTHING = "Nothing is found."
_STANDS = {
    State.PLANNED: "Planned",
    State.OMITTED: "Omitted",
    State.BLOCKED: "Blocked: no dose is given",
    State.NO_WINDOW: "No day is left for it",
}


# ------------------------------------------------------------------ what was decided


def _decided(course: Course) -> Iterator[tuple[Lines, ...]]:
    market = course.drug.market
    for found in course.assessments:
        yield ("Response",), (f"After cycle {found.after_cycle}: {RESPONSES[found.response]}",), ()
    if course.transplant.third_cycle_reason.strip():
        yield ("One more cycle before the transplant",), (course.transplant.third_cycle_reason,), ()
    for length in course.lengths:
        yield (f"Length of cycle {length.cycle}",), (count(length.days, "day"),), (length.reason,)
    for less in course.reductions:
        dropped = isinstance(less, DroppedDay)
        what = f"No dose on day {less.day}" if isinstance(less, DroppedDay) else f"{less.percent} % less"
        yield ("Day dropped" if dropped else "Reduced",), (f"{what}, from cycle {less.from_cycle} on",), ()
    for omitted in course.omitted:
        yield ("Omitted",), (f"Cycle {omitted.slot.cycle}, day {omitted.slot.day}",), (omitted.reason,)
    for held in course.interruptions:
        until = "until now" if held.to is None else f"to {day(held.to, market)}"
        yield ("Interrupted",), (f"{day(held.since, market)} {until}",), (held.reason,)
    if course.ended is not None:
        yield ("Ended",), (day(course.ended.on, market),), (course.ended.words,)


# ------------------------------------------------------------------ findings, rules, disagreements


def _found(finding: Finding, market: Market) -> tuple[Lines, ...]:
    return (capital(finding.severity.word),), (sentence(finding, market),), (finding.source.text,)


def _levels(course: Course) -> Iterator[tuple[Lines, ...]]:
    """The rows of the dose table, before any reduction."""
    for row in doses_text(course.drug.regimen):
        figures = (*row.levels, row.total, row.length)
        yield (row.name,), *((figure,) for figure in figures), _source(row.source, row.status)


def _rules_of(course: Course) -> Iterator[FactText]:
    for section in sections_text(course.drug):
        if section.key in _RULES:
            yield from (fact for fact in section.facts if not fact.place.startswith("before_dose."))


def _checklist_of(course: Course) -> Iterator[FactText]:
    known = {fact.place: fact for section in sections_text(course.drug) for fact in section.facts}
    return (known[place] for place in _CHECKLIST if place in known)


def _rules(key: str, heading: str, found: Iterable[FactText]) -> TableText:
    return TableText(key, heading, ("What", "As the drug file states it", "Source"), tuple(map(_rule, found)))


def _rule(fact: FactText) -> tuple[Lines, ...]:
    told = (fact.value, *filter(None, (f"{fact.note}." if fact.note else "", fact.confirm)))
    return (fact.name,), tuple(map(_kept, told)), _source(_kept(fact.source), fact.status)


def _kept(text: str) -> str:
    """A factor stays with what it multiplies: "1.5 × ULN"."""
    return text.replace(" × ", f"{NO_BREAK}×{NO_BREAK}")


def _source(source: str, status: str) -> Lines:
    """The source, with its status where that is less than the label's."""
    return (source,) if status == "label" else (source, status)


def _disagreements(course: Course) -> Iterator[tuple[Lines, ...]]:
    for found in course.drug.disagreements:
        if found.concerns in _OF_NOTE:
            text = disagreement(found)
            used = (f"{text.used}.", f"Not used: {text.rejected}. {text.reason}.")
            yield (text.claim,), used, _source(text.source, text.status)
