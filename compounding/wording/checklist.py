"""A checklist and an infusion in words: names and texts, as their pages and the log tell of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from compounding.checklist import Checklist, Infusion, Pregnancy, Reaction
from compounding.course import Slot
from compounding.policy import Market
from compounding.quantities import BloodCount
from compounding.wording.checklist_findings import MEASURED, SEEN
from compounding.wording.numbers import amount, capital, clock, day

PREGNANCIES: Mapping[Pregnancy, str] = {
    Pregnancy.NOT_PREGNANT: "Not pregnant",
    Pregnancy.DOES_NOT_APPLY: "Does not apply",
    Pregnancy.PREGNANT: "Pregnant",
}
REACTIONS: Mapping[Reaction, str] = {
    Reaction.NONE: "No reaction",
    Reaction.REACTED: "A reaction, and the infusion ran in",
    Reaction.STOPPED: "Stopped for a reaction",
}
_ANSWERS = {True: "yes", False: "no"}


def checklist_pairs(made: Checklist, market: Market) -> Iterator[tuple[str, str]]:
    """Everything of a checklist that was entered."""
    yield "Day of the dose", day(made.on, market)
    yield "Results seen by", made.seen_by
    for exam, on in made.tests.items():
        yield f"{capital(SEEN[exam.value])} of", day(on, market)
    amounts = {
        "Bilirubin": made.liver.bilirubin,
        "AST": made.liver.ast,
        "ALT": made.liver.alt,
        "Neutrophils": made.counts.neutrophils,
        "Platelets": made.counts.platelets,
        "Peripheral blasts": made.blasts,
    }
    yield from ((name, amount(value)) for name, value in amounts.items() if value is not None)
    if made.disease is not None:
        yield "Counts put down to the disease by", made.disease.prescriber
        yield "Latest marrow of", day(made.disease.marrow_on, market)
    if made.low_since is not None:
        yield "Counts low since", day(made.low_since, market)
    if made.ordered:
        yield "Premedication ordered", ", ".join(sorted(made.ordered))
    if made.liver_ends is not None:
        yield "VOD/SOS or other severe liver toxicity", _ANSWERS[made.liver_ends]
    yield from ((f"Contraindication: {what}", _ANSWERS[there]) for what, there in made.contraindicated.items())
    if made.target is not None:
        yield "Target of the drug found", _ANSWERS[made.target]
    if made.pregnancy is not None:
        yield "Pregnancy", PREGNANCIES[made.pregnancy].lower()
    if made.correction is not None:
        yield "What was wrong with the counts", made.correction.words
        yield "Counts corrected with", made.correction.second


def counts_stand(name: str, known: BloodCount, slot: Slot) -> str:
    """What it takes to change a count that later doses are held against."""
    return (
        f"{capital(MEASURED[name])} of {slot} were recorded as {amount(known)} before it was given, and later doses "
        "are held against that. An entry error is corrected by two people: the second signs below, with what was "
        "wrong."
    )


def counts_late(on: date, market: Market) -> str:
    """Why counts that are entered after the dose are none from before it."""
    return f"The dose was given on {day(on, market)}: counts of a later day are not those before it."


def infusion_pairs(made: Infusion, zone: str, market: Market) -> Iterator[tuple[str, str]]:
    """Everything of an infusion, its times in a zone."""

    def at(moment: datetime) -> str:
        return clock(moment, zone)

    yield "Given on", day(made.on, market)
    yield "Level", amount(made.level)
    yield "Prepared", amount(made.prepared)
    yield "Given", amount(made.dose)
    yield "Started", at(made.start)
    yield "Ended", at(made.end)
    yield "Observed until", "not entered" if made.observed_until is None else at(made.observed_until)
    yield "Reaction", REACTIONS[made.reaction]
    if made.words:
        yield "In words", made.words
    yield "Brand", made.brand
    yield "Batch", ", ".join(made.batches)
