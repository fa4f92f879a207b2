"""The words of the bag labels, by market; the sentences of a plan stand in its own strings."""

from __future__ import annotations

from compounding.wording.numbers import short_name
from compounding.wording.plan_values import PlanText

BAG = "Bag 1 of 1"
CHILDREN = "Keep out of the sight and reach of children"


def us_dose(text: PlanText) -> str:
    return f"DOSE {text.dose}"


def us_diluent(text: PlanText) -> str:
    """What stands over the total volume."""
    return f"in {short_name(text.diluent)},"


def total_volume(text: PlanText) -> str:
    return f"TOTAL VOLUME {text.bag}"


def us_strength(text: PlanText) -> str:
    return f"{strength(text)}, contains {text.volume} of {text.strength}"


def us_route(text: PlanText) -> str:
    return f"FOR {text.route.upper()}"


def uk_diluent(text: PlanText) -> str:
    """What stands beside the dose: the total with it, so that neither is read as a rate."""
    return f"in {text.bag} {short_name(text.diluent)}"


def strength(text: PlanText) -> str:
    return f"({text.per_mL})"


def uk_route(text: PlanText) -> str:
    return f"For {text.route[0].lower()}{text.route[1:]}"


def prepared(date: str, hour: str) -> str:
    return f"Prepared {date} {hour}"


def prescriber(name: str) -> str:
    return f"Prescriber {name}"


def prepared_by(name: str) -> str:
    return f"Prepared by {name}"


def verified_by(name: str) -> str:
    return f"Verified by {name}"


def all_day(phone: str) -> str:
    """A telephone that is answered at every hour."""
    return f"24 h {phone}"


def copy_line(copy: int, last: int | None) -> str:
    """Which copy it is; of the first print how many there are, where that is known, and else that it is a reprint."""
    if last is None:
        return f"Copy {copy}"
    return f"Copy {copy} of {last}" if copy <= last else f"Copy {copy}, reprint"
