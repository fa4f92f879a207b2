"""Rows of a preparation's path, as a step writes them: one of each kind, and what tests make of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from compounding.policy import Making
from compounding.quantities import DrugMass, Volume, WeighedMass
from compounding.records import NewFate, NewPrint
from compounding.workflow.materials import Kind, Material, ReadBy
from compounding.workflow.progress import Fate, Moment, Reading, Waste, Wasted, What

SHA = "0123456789abcdef" * 4

VIAL = Material(
    kind=Kind.DRUG,
    place=1,
    product="besponsa-us",
    name="Besponsa",
    maker="Example Pharma",
    lot="AB-12 34",
    expiry=date(2027, 4, 30),
    serial="100000001",
    gtin="00300080100011",
    read_by=ReadBy.SCANNED,
    raw="]d20100300080100011172704301021AB-12 34\x1d21100000001",
    quantity="1 vial",
)
SALINE = replace(
    VIAL,
    kind=Kind.DILUENT,
    place=0,
    product="saline-50",
    name="0.9% sodium chloride",
    lot="S7",
    serial=None,
    gtin=None,
    read_by=ReadBy.TYPED,
    raw="S7 2027-04-30",
    quantity="50 mL",
)

# 1.46 mg at 0.25 mg/mL are 5.84 mL; by 1.02 g/mL they weigh 5.9568 g, and a balance shows 5.96 g.
READING = Reading(
    dose=DrugMass(Decimal("1.46")),
    volume=Volume(Decimal("5.84")),
    vials=2,
    read_volume=Volume(Decimal("5.8")),
    read_mass=WeighedMass(Decimal("5.96")),
    agrees=True,
)
# Two vials of 0.9 mg in 3.6 mL hold 1.8 mg in 7.2 mL: 0.34 mg in 1.36 mL are left.
REMAINDER = Waste(
    Wasted.REMAINDER, 2, DrugMass(Decimal("0.34")), Volume(Decimal("1.36")), "left over", witness="okafor"
)


def vial(place: int, **changes: Any) -> Material:
    """The vial of this place, with a serial number of its own."""
    return replace(VIAL, **({"place": place, "serial": f"10000000{place}"} | changes))


def moment(what: What, entered: datetime, place: int = 0, **changes: Any) -> Moment:
    """Something that happened in the minute in which it is entered."""
    minute = entered.astimezone(UTC).replace(second=0, microsecond=0)
    return replace(Moment(what, place, minute, minute), **changes)


def printed(copy: str = "1", strings: str | None = "[]", **changes: Any) -> NewPrint:
    return replace(NewPrint("label", copy, strings, SHA), **changes)


def one_of_each(entered: datetime, print_id: int) -> list[Any]:
    """A row of every table that a step adds to, but for what leaves again."""
    return [
        VIAL,
        moment(What.WETTED, entered, 1),
        moment(What.DILUTED, entered, making=Making.EMPTY_CONTAINER),
        READING,
        NewFate(print_id, Fate.DESTROYED, "smudged", witness="okafor"),
        REMAINDER,
    ]
