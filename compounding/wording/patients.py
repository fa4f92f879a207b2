"""The words of the patients' pages: the list, the form, the page of one, and a correction that two people sign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Protocol

from compounding.patient import printed_name
from compounding.policy import Market
from compounding.wording.fields import Field
from compounding.wording.numbers import day

NOBODY_FITS, NOBODY = "Nobody fits the search.", "No patient is entered yet."
NAMESAKE = "Another patient of this name: read the day of birth and the number."
NOT_ENTERED = "not entered"
BORN, SEX, ALLERGIES, PATIENT = "Born", "Sex", "Allergies", "Patient"
HEADS = ((PATIENT, ""), (BORN, "keep"), ("Numbers", ""), (ALLERGIES, ""))
COURSE_HEADS = (("Course", "keep"), ("Drug", ""), ("Indication", ""), ("Day 1 of cycle 1", "keep"))
WHY_CHANGED: Field = {"label": "Why it is changed", "missing": "Say why it is changed."}
SECOND: Field = {
    "label": "Second person, user name",
    "hint": "where a name, the day of birth or a number changes",
}
SECOND_SECRET = "Password of the second person"
TYPE_SECOND = "The second person types their user name."
TYPE_SECOND_SECRET = "The second person types their password."
TWO_SIGN = (
    "This patient has an order or a dose: a name, the day of birth or a number is corrected by two people, who both"
    " sign."
)
_LABELS: Mapping[str, str] = {
    "family": "Family name",
    "given": "Given name",
    "born": BORN,
    "sex": SEX,
    "mrn": "MRN",
    "nhs_number": "NHS number",
    "hospital_number": "Hospital number",
    "allergies": ALLERGIES,
}
FAMILY_ASKED: Field = {"label": _LABELS["family"], "missing": "Type the family name."}
GIVEN_ASKED: Field = {"label": _LABELS["given"], "missing": "Type the given name."}
BORN_ASKED: Field = {"label": BORN, "missing": "Type the date of birth."}
SEX_ASKED: Field = {"label": SEX, "hint": "only where the record uses it"}
SEXES = (("female", "Female"), ("male", "Male"))
ALLERGIES_ASKED: Field = {
    "label": ALLERGIES,
    "hint": "as transcribed from the record; “none known” is an answer",
}
MRN_ASKED: Field = {
    "label": _LABELS["mrn"],
    "missing": "Type the medical record number.",
    "hint": "medical record number",
}
NHS_NUMBER_ASKED: Field = {"label": _LABELS["nhs_number"], "hint": "ten figures; leave empty where there is none"}
HOSPITAL_NUMBER_ASKED: Field = {"label": _LABELS["hospital_number"], "missing": "Type the hospital number."}
NAME_SOUGHT: Field = {"label": "Name", "hint": "or a part of it"}
NUMBER_SOUGHT: Field = {"label": "Patient number", "hint": "whole"}


class Named(Protocol):
    """A patient, as the records give them."""

    @property
    def family(self) -> str: ...
    @property
    def given(self) -> str: ...


def patient_name(patient: Named) -> str:
    return printed_name(patient.family, patient.given)


def first_shown(most: int) -> str:
    return f"The first {most} are shown: type more of the name."


def patient_pairs(patient: Named, market: Market) -> Iterator[tuple[str, str]]:
    """Everything of a patient, as the log tells it."""
    for name, label in _LABELS.items():
        value = getattr(patient, name)
        yield label, day(value, market) if name == "born" else value or ""


def too_old(born: date, most: int, market: Market) -> str:
    """Why a date of birth is refused."""
    return f"{day(born, market)} is more than {most} years ago."


def seen_by(name: str, user: str) -> str:
    """The second person who signed, in an entry."""
    return f"{name}, account {user}"
