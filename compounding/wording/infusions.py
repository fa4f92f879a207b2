"""The words of a dose that is recorded as given: the fields of its form, and why what was typed does not fit."""

from __future__ import annotations

from datetime import datetime, timedelta

from compounding.course import Slot
from compounding.policy import Market
from compounding.quantities import DrugMass
from compounding.stability import Clocks
from compounding.wording.checklist import REACTIONS
from compounding.wording.fields import CHOOSE_ONE, Field
from compounding.wording.numbers import amount, count, moment

ON: Field = {"label": "Given on", "missing": "Type the day on which it was given."}
STARTED: Field = {
    "label": "Infusion started",
    "missing": "Type when the infusion started.",
    "hint": "24-hour clock, as 10:05; as 01:30-04:00 where the hour comes twice",
}
ENDED: Field = {
    "label": "Infusion ended",
    "missing": "Type when the infusion ended.",
    "hint": "after midnight it is the next day",
}
OBSERVED: Field = {"label": "Observed until", "hint": "leave empty where it is not known"}
GIVEN: Field = {
    "label": "Given",
    "missing": "Type how much ran in.",
    "hint": "all that was prepared, or less",
    "unit": "mg",
}
REACTION: Field = {"label": "Reaction", "missing": "Choose how it was borne."}
REACTION_CHOICES = tuple((one.value, words) for one, words in REACTIONS.items())
IN_WORDS: Field = {"label": "In words", "hint": "of a reaction, or why less ran in"}
WHY_CORRECTED: Field = {"label": "Why the record is corrected", "missing": "Say what was wrong with it."}
WHETHER_GIVEN: Field = {"label": "The dose", "missing": CHOOSE_ONE}
WHETHER_CHOICES = (("given", "Was given, as above"), ("not", "Was not given at all"))


def gone(number: str, state: str) -> str:
    """Why nothing more is recorded of a bag that has left."""
    return f"{number} is {state}: nothing of it is given any more."


def part_given(number: str, state: str, dose: DrugMass) -> str:
    """Why how much was given of a bag that has left is not changed."""
    return f"{number} is {state}, but for the {dose} that were given: that much stays."


SECOND: Field = {"label": "Second person, user name", "hint": "only where it was not given at all"}
SECOND_SECRET: Field = {"label": "Password of the second person", "hint": "only where it was not given at all"}


def needs_second(number: str, state: str) -> str:
    """Why one person does not say of a bag that has left that nothing of it was given."""
    return f"{number} is {state}, and what ran in of it is missing there: a second person says that none did."


def recorded_meanwhile(slot: Slot, by: str) -> str:
    """Why nothing is recorded over a dose that the page did not show as given; `by` is "" where none stands."""
    who = f" by {by}" if by else ""
    return f"What was given of {slot} was recorded meanwhile{who}: look at it here. Nothing is recorded yet."


def before_what_it_follows(typed: str, since: str, most: timedelta) -> str:
    """Why a time is neither of the same day nor of the day after."""
    hours = count(most // timedelta(hours=1), "hour")
    return f"{typed} is before {since}, and over midnight it would be {hours} later or more: type it as it was."


def not_come(at: str, now: str) -> str:
    """Why something has not happened then."""
    return f"{at} has not come yet: it is {now}."


def late(start: datetime, end: datetime, times: Clocks, zone: str, market: Market) -> tuple[str, ...]:
    """What of an infusion was after the limits of its bag. The start must be before its limit, the end may be at it."""

    def at(when: datetime) -> str:
        return moment(when, zone, market)

    said = (
        (start >= times.start_before, f"It started at {at(start)}: start before was {at(times.start_before)}."),
        (end > times.complete_by, f"It ended at {at(end)}: complete by was {at(times.complete_by)}."),
    )
    return tuple(sentence for found, sentence in said if found)


def before_release(number: str, at: str) -> str:
    """Why a time is not when an infusion started."""
    return f"{number} was released at {at}, and no infusion starts before that: type when it started."


def prepared_in(prepared: DrugMass, number: str) -> str:
    return f"{amount(prepared)} in {number}"
