"""Rounding a dose down to whole vials, in words: what is offered, and what the prescriber agreed to."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from compounding.policy import Market
from compounding.quantities import DrugMass
from compounding.wording.numbers import amount, count, moment, percent

NEEDS = "It needs the prescriber’s agreement, and two signatures: of whoever enters it, and of a pharmacist."


def lowered(dose: DrugMass, down_to: DrugMass, by: Decimal, window: Decimal) -> str:
    """ "From 0.93 mg to 0.9 mg: 3.2 % of the ordered dose less, within 6 %."."""
    return (
        f"From {amount(dose)} to {amount(down_to)}: {percent(by, 1, (window,))} of the ordered dose less, "
        f"within {percent(window)}."
    )


def saving(saved: int, labelled: DrugMass, discarded: DrugMass, after: DrugMass) -> str:
    """What is saved: vials, and what would have been thrown away."""
    return (
        f"It saves {count(saved, 'vial')} of {amount(labelled)}: {amount(after)} is discarded in place of "
        f"{amount(discarded)}."
    )


def untimely(at: datetime, entered: datetime, now: datetime, zone: str, market: Market) -> str | None:
    """Why nobody can have agreed then to what is offered; None where they can."""
    said = moment(at, zone, market)
    if at > now:
        return f"{said} has not come yet."
    if at < entered:
        return f"{said} is before {moment(entered, zone, market)}, when this order was entered: agree to it anew."
    return None


def other_dose(down_to: DrugMass | None) -> str:
    """Why an order is not changed as rounded."""
    if down_to is None:
        return "No rounding is offered for this order: choose another reason."
    return f"The rounding is offered to {amount(down_to)}: agree to that, or choose another reason for another dose."


def agreed(when: str, words: str) -> str:
    """What the change of the order says in words; who agreed stands in the order itself."""
    return f"Agreed {when}: {words}"
