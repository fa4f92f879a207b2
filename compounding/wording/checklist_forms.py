"""The words of the form of a checklist: its headings and fields, and why what was typed does not fit."""

from __future__ import annotations

from datetime import date

from compounding.checklist import Exam, of_mm3
from compounding.course import Slot
from compounding.policy import Market
from compounding.quantities import BloodCount, Quantity, plain
from compounding.wording.checklist import PREGNANCIES
from compounding.wording.checklist_findings import MEASURED, SEEN, UNITS
from compounding.wording.fields import Field
from compounding.wording.numbers import amount, capital, day

THE_DOSE, RESULTS, LIVER = "The dose", "Results seen", "Liver, in times the upper limit of normal"
COUNTS, PREMEDICATION, THE_PATIENT = "Counts", "Premedication ordered", "The patient"
COUNTS_WRONG = "An entry error in the counts"

ON: Field = {"label": "Day of the dose", "missing": "Type the day of the dose."}
SEEN_BY: Field = {
    "label": "Results seen by",
    "missing": "Type who saw the results.",
    "hint": "prescriber or nurse",
}
LIVER_LABELS = (("bilirubin", "Bilirubin"), ("ast", "AST"), ("alt", "ALT"))
LIVER_UNIT = "× ULN"
COUNT_LABELS = (("neutrophils", "Neutrophils (ANC)"), ("platelets", "Platelets"))
COUNT_UNIT = "×10⁹/L"
BLASTS: Field = {"label": "Peripheral blasts", "unit": "per mm³"}
DISEASE: Field = {
    "label": "Named prescriber",
    "hint": "who puts low counts down to a disease that is stable or better; else leave empty",
}
MARROW: Field = {"label": "Latest marrow of", "hint": "with the prescriber above"}
LOW_SINCE: Field = {"label": "Counts low since", "hint": "only where the drug is suspected"}
LIVER_ENDS_HINT = "sign or suspicion of it"
PREGNANCY: Field = {"label": "Pregnancy"}
PREGNANCY_CHOICES = tuple((one.value, words) for one, words in PREGNANCIES.items())
WHAT_WAS_WRONG: Field = {
    "label": "What was wrong",
    "hint": "only where a count from before the dose is corrected",
}
SECOND: Field = {"label": "Second person, user name"}
SECOND_SECRET: Field = {"label": "Password of the second person"}

AFTER_THE_DOSE = "This is after the day of the dose."
TYPE_MARROW = "Type the day of the latest marrow."
NAME_WHO_SAYS = "Name the prescriber who says so, or leave the marrow empty."
SAY_WHAT_WAS_WRONG = "Say what was wrong with the counts."
TYPE_SECOND_SECRET = "The second person types their password."
WHO_DECIDED = "with the name of the prescriber who decided"
NEEDS_ANSWER, NEED_ANSWER = "needs an answer", "need an answer"


def exam(of: Exam) -> Field:
    return {"label": f"{capital(SEEN[of.value])} of", "hint": "leave empty where it was not seen"}


def contraindication(what: str) -> str:
    return f"Contraindication: {what}"


def implausible(name: str, value: Quantity) -> str:
    """Why a value is not taken: it is one of another unit."""
    said = f"{amount(value)} is not plausible for {MEASURED[name]}: is it"
    if isinstance(value, BloodCount):
        return f"{said} {UNITS[name]}? Then {plain(of_mm3(value).value)}."
    return f"{said} in {UNITS[name]}? Then divide it by the upper limit of its laboratory."


def marrow_old(began: date, market: Market) -> str:
    """Why a marrow says nothing of the disease as it is now."""
    return (
        f"The cycle of the last dose began on {day(began, market)}: the latest marrow is one from after that. Type its "
        "day, or leave it empty with its prescriber."
    )


def recorded_meanwhile(slot: Slot, by: str) -> str:
    """Why nothing is recorded over a checklist that the page did not show; `by` is "" where none stands."""
    who = f" by {by}" if by else ""
    return f"The checklist of {slot} was recorded meanwhile{who}: look at it below. Nothing is recorded yet."


def course_changed(number: str) -> str:
    """Why what was answered does not hold any more."""
    return f"Course {number} was changed meanwhile: look at what the checklist finds by now."


def recorded_by(at: str, name: str) -> str:
    return f"Recorded {at} by {name}."
