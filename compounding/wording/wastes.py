"""What was thrown away, in words: of one preparation beside what is billed for it, and of a period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from compounding.formulary import Presentation
from compounding.policy import Market
from compounding.quantities import DrugMass, Volume
from compounding.vials import Billed
from compounding.wording.numbers import DASH, amount, count, day, figure
from compounding.wording.papers import spaced_checksum
from compounding.wording.path import called as named
from compounding.workflow.materials import LOST, Kind, Material, Out
from compounding.workflow.progress import Waste, Wasted
from compounding.workflow.wastes import EMPTY, NONE, Balance

POWDER = "powder"
"""Stands for the volume of a vial that was lost before it was wetted."""
LEFT, WHOLE = "Left in vials", "Vials and bags"
"""The two parts of a total: what every preparation leaves, and what need not have been."""
CONCENTRATE, DILUTED = "Concentrate", "Diluted"
"""What is in a volume: millilitres of the one are never added to those of the other."""
NOT_BILLED = "Drugs are not billed by units in this market."

_WHAT = {
    Wasted.REMAINDER: "left over",
    Wasted.STAYS: "cannot be drawn",
    Wasted.VIAL: "whole",
}


@dataclass(frozen=True, slots=True)
class WasteText:
    """Something that went into the bin."""

    what: str
    mass: str
    volume: str
    reason: str


def waste_text(waste: Waste) -> WasteText:
    return WasteText(called(waste), amount(waste.mass), volume_text(waste.volume), waste.reason)


def called(waste: Waste) -> str:
    """ "Vial 2, left over", or "Bag"."""
    return "Bag" if waste.what is Wasted.BAG else f"Vial {waste.place}, {_WHAT[waste.what]}"


def volume_text(volume: Volume) -> str:
    return POWDER if volume == EMPTY else amount(volume)


def told(wastes: Sequence[Waste], left: Sequence[tuple[Material, Out]] = ()) -> Mapping[str, str]:
    """What an entry of the log says of what went into the bin, and of what left whole: nothing of what there is
    none of."""
    binned = [f"{called(waste)}, {amount(waste.mass)}, {volume_text(waste.volume)}" for waste in wastes]
    # Of a vial the bin has its drug, which stands there already.
    thrown = [_pack(one) for one, why in left if why in LOST and one.kind is not Kind.DRUG]
    back = [_pack(one) for one, why in left if why not in LOST]
    said = {"into the bin": [*binned, *thrown], "back to stock": back}
    return {name: "; ".join(parts) for name, parts in said.items() if parts}


def _pack(material: Material) -> str:
    """ "Vial 2, lot TR4471A, serial 2200802"."""
    serial = f", serial {material.serial}" if material.serial else ""
    return f"{named(material.kind, material.place)}, lot {material.lot}{serial}"


def apart_text(concentrate: Volume, diluted: Volume) -> str:
    """ "1.36 mL; bag 50 mL": as short as the worksheet's box; without the bag where there is none."""
    parts = [amount(concentrate)] if concentrate != EMPTY or diluted == EMPTY else []
    return "; ".join((*parts, *((f"bag {amount(diluted)}",) if diluted != EMPTY else ())))


def volumes_text(concentrate: Volume, diluted: Volume) -> str:
    """ "1.36 mL from vials, 50 mL in bags"; of what there is none of nothing."""
    of = ((concentrate, "from vials"), (diluted, "in bags"))
    return ", ".join(f"{amount(volume)} {where}" for volume, where in of if volume != EMPTY)


def binned_text(concentrate: Volume, diluted: Volume) -> str:
    """The same of something that was thrown away: it was powder where it had no volume."""
    return volumes_text(concentrate, diluted) or POWDER


def balance_pairs(balance: Balance) -> tuple[tuple[str, str], ...]:
    """Where the drug of the opened vials is, as names with amounts; the first is the sum of the others. What is not
    accounted for is named only where there is some."""
    return (
        ("Opened", amount(balance.opened)),
        ("Given", amount(balance.given)),
        ("Discarded", amount(balance.discarded)),
        ("Returned", amount(balance.returned)),
        ("In hand", amount(balance.in_hand)),
        *((("Not accounted for", amount(balance.not_accounted)),) if balance.not_accounted > NONE else ()),
    )


def billing_rule(billed: Billed, drug: Presentation, vials: int) -> tuple[str, ...]:
    """What links the units on the claim to the milligrams in the bin, in sentences. Source: the drug file's billing.

    Raises ValueError for a drug that is not billed by units.
    """
    facts = drug.billing
    if facts is None:
        raise ValueError(f"{drug.id} is not billed by units")
    unit, per_vial = amount(facts.unit.value), facts.units_per_vial.value
    opened = f"{per_vial} × {count(vials, 'vial')}"
    first = f"One unit is {unit}. The dose counts in whole units, rounded up: {count(billed.administered, 'unit')}."
    if billed.discarded:
        return (
            first,
            f"The rest is billed as discarded: {opened} − {billed.administered} = "
            f"{count(billed.discarded, 'unit')}, with {billed.modifier}.",
            "The bin holds exact milligrams of the labelled content, so the two may differ by less than a unit.",
        )
    return (
        first,
        f"Nothing of {opened} is left to bill, so the one line has {billed.modifier}, whatever is in the bin.",
    )


def not_given(state: str, part: DrugMass | None = None) -> str:
    """Why the planned lines are no claim; "" where the bag was given, or still may be. `part` is what of it ran in
    before the rest came back or was thrown away."""
    if state in ("rejected", "cancelled", "wasted", "returned"):
        if part is not None:
            return f"The preparation is {state}, and {amount(part)} of it were given: the planned lines claim more."
        return f"The preparation is {state}: nothing of it was given, so these planned lines are not claimed."
    return ""


def period(first: date, last: date, market: Market) -> str:
    """ "Mar 1, 2026 to Mar 12, 2026"; one day is named once."""
    return day(first, market) if first == last else f"{day(first, market)} to {day(last, market)}"


def plot_summary(parts: int, total: str, when: str) -> str:
    """What the plot shows, for whoever does not see it."""
    return f"{total} thrown away, {when}, in {count(parts, 'bar')}. The table beside it has every figure."


# ------------------------------------------------------------------ the certificate

BIN, BILL, BALANCE, BILLS, SIGNED = (
    "In the bin",
    "Billed, as planned",
    "Where the drug is",
    "Billed beside it",
    "Signed",
)
BIN_CAPTIONS = ("What", "Mass", "Volume", "Reason", "Entered", "By", "Witness")
BILL_CAPTIONS = ("Code", "Units", "How it is worked out")
PERIOD_CAPTIONS = ("Entered", "Preparation", "What", "Mass", "Volume", "Reason", "By, witness")
BILLS_CAPTIONS = ("Preparation", "State", "Mass in the bin", "Volume in the bin", "Vials used", "Billed, as planned")
MEANINGS = ("Discarded", "Witnessed", "Checked against the bill")
BALANCE_RULE = "Opened = given + discarded + returned + in hand, of the labelled content."
NOTHING_YET, NOTHING_THEN = "Nothing is thrown away yet.", "Nothing was entered as thrown away in this period."
TOTAL = "In all"
WITNESS = "witness"
NOT_READ, NOT_CLAIMED = "cannot be read", "not given, so not claimed"
VERSION, STATE, DRUG, DRUG_FILE, CHECKSUM, LOTS = "Version", "State", "Drug", "Drug file", "Checksum", "Vials"
THROWN_AWAY = "Thrown away"
NO_FILE = "The drug file is not at this desk any more, so that nothing is said of its billing."


def hidden(until: str) -> str:
    """In the place of figures that somebody may still work out blind: "hidden until checked"."""
    return f"hidden {until}"


def in_entry(entry: int) -> str:
    """The entry of the log that says so."""
    return f"entry {figure(entry)}"


def lots_of(waste: Waste, materials: Sequence[Material]) -> str:
    """The lots of the vials that something came from: of a vial's own, and of a bag's all; "" where none is known."""
    of = [one for one in materials if one.kind is Kind.DRUG and (waste.what is Wasted.BAG or one.place == waste.place)]
    lost = waste.volume == EMPTY  # it went into the bin as powder: another may stand in its place since
    return _lots(one for one in of if (one.out in LOST if lost else one.out is None))


def _lots(vials: Iterable[Material]) -> str:
    found = ", ".join(dict.fromkeys(one.lot for one in vials))
    return f"lot {found}" if found else ""


def vials_text(materials: Sequence[Material]) -> str:
    """Every vial that was recorded, with its lot, and what became of one that left: "1 lot A1 broken, 1 lot B2"."""
    vials = [one for one in materials if one.kind is Kind.DRUG]
    return ", ".join(" ".join((str(one.place), "lot", one.lot, *_became(one))) for one in vials) or DASH


def _became(one: Material) -> tuple[str, ...]:
    return () if one.out is None else (one.out.value,)


def drug_file_of(file: str, checksum: str) -> str:
    """ "besponsa-us edition 1, checksum 1b4b b6a8 0ed5 9a9e"."""
    return f"{file}, checksum {spaced_checksum(checksum)}"


def worked_by(files: Iterable[str]) -> str:
    """By which drug files the figures of a period were worked out."""
    return f"Worked out by {'; '.join(sorted(set(files)))}."


def planned_waste(mass: str, volume: str) -> str:
    return f"Planned to be discarded: {mass} in {volume}."


def summed(preparations: int, rows: int) -> str:
    return f"{count(rows, 'row')} of {count(preparations, 'preparation')}"


def period_rule(drug: Presentation) -> tuple[str, ...]:
    """What links the units billed in a period to the milligrams in the bin. Source: the drug file's billing."""
    facts = drug.billing
    if facts is None:
        return (NOT_BILLED,)
    return (
        f"One unit of {facts.code.value} is {amount(facts.unit.value)}, and a vial has {facts.units_per_vial.value}. A"
        " dose counts in whole units, rounded up; the rest of the vials used is billed as discarded, with"
        f" {facts.discarded_modifier.value}. Where no unit is left, the one line has"
        f" {facts.none_discarded_modifier.value}, whatever is in the bin.",
        "The bin holds exact milligrams of the labelled content, so that of each preparation the two may differ by"
        " less than a unit. What was not given is not claimed.",
    )
