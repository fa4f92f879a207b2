"""The words of the forms of a course: it is opened, something is recorded of it, and an entry error is taken out."""

from __future__ import annotations

from datetime import date

from compounding.course import End
from compounding.policy import Market
from compounding.quantities import DoseLevel
from compounding.wording.course_findings import ENDS
from compounding.wording.fields import CHOOSE_ONE, Field
from compounding.wording.numbers import amount, capital, count, day, figure

# ------------------------------------------------------------------ opened

DRUG: Field = {"label": "Drug", "missing": "Choose the drug."}
INDICATION: Field = {
    "label": "Indication",
    "missing": "Type the indication.",
    "hint": "as the prescriber wrote it",
}
START: Field = {"label": "Day 1 of cycle 1", "missing": "Type the day on which the first dose is planned."}
TRANSPLANT: Field = {"label": "Transplant planned", "missing": CHOOSE_ONE}
PRESCRIBER: Field = {"label": "Prescriber", "missing": "Type the prescriber's name."}


def drug_choice(generic: str, brand: str) -> str:
    return f"{generic} ({brand})"


# ------------------------------------------------------------------ recorded

IN_WORDS, WHY_CHANGED = "In words", "Why it is changed"
WORDS_HINT = "may stay empty, but where it takes the place of what stands"
ORDERED_BY: Field = {"label": "Prescriber", "missing": "Name the prescriber who ordered it."}
ORDERED_BY_ANY: Field = {"label": "Prescriber", "hint": "may stay empty"}
"""Where a kind of fact needs no order."""

_CYCLE = "Type the cycle."
CYCLE: Field = {"label": "Cycle", "missing": _CYCLE}
AFTER_CYCLE: Field = {"label": "After cycle", "missing": _CYCLE}
FROM_CYCLE: Field = {"label": "From cycle", "missing": _CYCLE}
DAY: Field = {"label": "Day", "missing": "Choose the day of the cycle."}
REASON: Field = {"label": "Reason", "missing": "Type the reason."}
RESPONSE: Field = {"label": "Response", "missing": "Choose the response."}
LENGTH: Field = {"label": "Length", "missing": "Type the length in days.", "unit": "days"}
HELD_FROM: Field = {"label": "Held from", "missing": "Type the day from which treatment is held."}
RECOVERED_ON: Field = {
    "label": "Recovered on",
    "hint": "leave empty while not; record it again with the same first day then",
}
GIVEN_ON: Field = {"label": "Given on", "missing": "Type the day on which it was given."}
LEVEL: Field = {"label": "Level", "missing": "Type the level in mg/m².", "unit": "mg/m²"}
ENDED_ON: Field = {"label": "Ended on", "missing": "Type the day on which treatment ended."}
WHY_ENDED: Field = {"label": "Why", "prompt": "Choose why", "missing": "Choose why."}
WHY_CHOICES = tuple((end.value, capital(ENDS[end.value])) for end in End)
ENDED_IN_WORDS: Field = {"label": IN_WORDS, "missing": "Say in words why it ended."}


def third_cycle(reason: str | None) -> Field:
    """Of one cycle more before a transplant; `reason` is the label's, None where it allows none."""
    hint = f"only where {reason}" if reason else "the label allows none"
    return {"label": "Reason for one cycle more", "hint": hint}


def changed_meanwhile(number: str) -> str:
    """Why nothing is recorded of a course that the page did not show."""
    return (
        f"Course {number} was changed since this page was opened: what stands by now is shown here. Nothing is"
        " recorded yet; send it again only if it still holds."
    )


def recorded_by(at: str, name: str) -> str:
    return f"{at}, {name}"


def ahead(on: date, most: int, market: Market) -> str:
    """Why a planned start is refused."""
    return f"{day(on, market)} is more than {count(most, 'day')} ahead of today."


def before_birth(on: date, born: date, market: Market) -> str:
    return f"{day(on, market)} is before the day of birth, {day(born, market)}."


def many_cycles(cycle: int, most: int) -> str:
    """Why nothing is recorded of a cycle that is none."""
    return f"Cycle {figure(cycle)}: this course has at most {count(most, 'cycle')}."


def level_refused(level: DoseLevel, highest: DoseLevel) -> str:
    """Why a level is none that was given."""
    return f"{amount(level)} is more than twice the highest level of this drug, {amount(highest)}: type it again."


def level_asks(level: DoseLevel, highest: DoseLevel) -> str:
    """Why a level needs words."""
    return f"{amount(level)} is above the highest level of this drug, {amount(highest)}: say in words why it was given."


def early_asks(on: date, start: date, most: int, market: Market) -> str:
    """Why the day of a dose needs words; `most` is the longest cycle of the label, in days."""
    return (
        f"{day(on, market)} is more than {count(most, 'day')}, the longest cycle, before day 1 of cycle 1,"
        f" {day(start, market)}: say in words why it belongs to this course."
    )


# ------------------------------------------------------------------ taken out

WHY_ERROR: Field = {"label": "Why it is an error", "missing": "Say why it is an error."}
SECOND: Field = {"label": "Second person, user name", "missing": "The second person types their user name."}
SECOND_SECRET: Field = {
    "label": "Password of the second person",
    "missing": "The second person types their password.",
}
SECOND_WRONG = "The user name or the password of the second person is not right. Nothing is recorded."
SOMEBODY_ELSE = "The second person must be somebody else than you."
