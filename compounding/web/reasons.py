"""The coded reasons of this desk: what may be chosen where a finding asks, why an order is changed, and why a
paper is printed again."""

from __future__ import annotations

from collections.abc import Mapping

Reasons = tuple[tuple[str, str], ...]

_CONFIRMED = ("confirmed", "Confirmed with the prescriber")
_DOCUMENTED = ("documented", "Clinical decision in the record")
_PROCEDURE = ("procedure", "Written procedure of this site")

OVERRIDE: Reasons = (_CONFIRMED, _DOCUMENTED, _PROCEDURE)

_PRESCRIBER = ("prescriber", "Decided by the prescriber named in words")
# Gilbert's syndrome and haemolysis raise the bilirubin and no other value.
_OVERRIDES: Mapping[str, Reasons] = {
    "bilirubin": (("gilbert", "Gilbert’s syndrome"), ("haemolysis", "Haemolysis"), _PRESCRIBER),
    "transaminases": (_PRESCRIBER,),
    "window": (
        ("toxicity", "Toxicity"),
        ("patient", "The patient could not come"),
        ("capacity", "No place or nobody free"),
    ),
}

_MEASURED: Reasons = (
    ("again", "Measured again: as typed"),
    ("record", "Checked against the record: as typed"),
    ("known", "Known and accepted for this patient"),
)
_DATE: Reasons = (
    ("record", "No later measurement in the record"),
    ("unchanged", "Asked on the ward: unchanged"),
    _CONFIRMED,
)
_SPARE: Reasons = (
    ("spare", "A spare vial is on the picking list"),
    ("weighed", "The volume drawn will be weighed"),
    _PROCEDURE,
)
_ANY: Reasons = (("record", "Checked against the record"), ("known", "Known and accepted"), _PROCEDURE)

_ACKNOWLEDGE: Mapping[str, Reasons] = {
    "height": _MEASURED,
    "weight": _MEASURED,
    "bsa": _MEASURED,
    "bmi": _MEASURED,
    "measured": _DATE,
    "withdrawable-volume": _SPARE,
}

CHANGE: Reasons = (
    ("misread", "Misread or mistyped"),
    ("measured", "Measured again"),
    ("prescriber", "Changed by the prescriber"),
    ("moved", "Day or time moved"),
    ("rounded", "Rounded to whole vials, as the prescriber agreed"),
)

REPRINT: Reasons = (
    ("smudged", "Smudged or unreadable"),
    ("torn", "Torn"),
    ("printer", "Printer fault"),
    ("lost", "Lost"),
)

DESTROY: Reasons = (
    ("smudged", "Smudged or unreadable"),
    ("torn", "Torn"),
    ("over", "One more than is needed"),
    ("stale", "Of an order that was changed"),
    ("lost", "Lost, and both searched for it"),
)

TAKE_OUT: Reasons = (
    ("replaced", "Replaced by another"),
    ("returned", "Not needed, back to stock"),
    ("broken", "Broken or leaking"),
    ("discarded", "Not fit to go back to stock"),
)
"""By the names of `Out`."""
PUT_AWAY: Reasons = TAKE_OUT[1:]

CANCEL: Reasons = (
    ("prescriber", "Cancelled by the prescriber"),
    ("patient", "Patient not fit for the dose"),
    ("twice", "Entered twice"),
    ("another", "Another reason"),
)

REJECT: Reasons = (
    ("late", "A time has passed"),
    ("disagrees", "The check does not agree"),
    ("quality", "Particles or colour"),
    ("leak", "The bag or a syringe leaks, or was spilt"),
    ("recalled", "A lot in it is recalled"),
    ("prescriber", "Cancelled by the prescriber"),
    ("another", "Another reason"),
)

RETURN: Reasons = (
    ("patient", "Patient not fit for the dose"),
    ("late", "Start-before has passed"),
    ("damaged", "Damaged or leaking"),
    ("another", "Another reason"),
)

WASTE: Reasons = (
    ("returned", "Came back from the ward"),
    ("late", "Start-before has passed"),
    ("damaged", "Damaged or leaking"),
    ("another", "Another reason"),
)


def reasons(code: str, severity: str) -> Reasons:
    """What may be chosen for a finding of this code."""
    return _OVERRIDES.get(code, OVERRIDE) if severity == "override" else _ACKNOWLEDGE.get(code, _ANY)
