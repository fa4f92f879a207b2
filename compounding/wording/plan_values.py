"""Every string of a plan as a frozen value, and how it is stored.

A saved plan is stored with its strings, so that a page or a paper shown years later says what was said then,
whatever the program has become.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any

from compounding.wording.findings import FindingText
from compounding.wording.working import Row


@dataclass(frozen=True, slots=True)
class DrawText:
    """What is done with one vial."""

    name: str
    draw: str
    aside: str
    left: str
    """What is left of the volume planned from the vial; empty for a spare."""
    total: str
    """The total to reach, where the draw is told by it; else empty."""
    spare: bool


@dataclass(frozen=True, slots=True)
class FormulaText:
    """What one formula would give by itself."""

    name: str
    unrounded: str
    bsa: str
    exact: str
    dose: str
    volume: str
    vials: str
    discarded: str
    against: str
    used: bool


@dataclass(frozen=True, slots=True)
class DepartureText:
    """Where the order departs from the label, with its reason and who is named for it."""

    what: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class ClockText:
    name: str
    time: str
    date: str
    rule: str


@dataclass(frozen=True, slots=True)
class BillText:
    code: str
    expression: str
    units: str


@dataclass(frozen=True, slots=True)
class PlanText:
    """Every figure of a plan with its unit, or a dash; nothing here says who the patient is."""

    market: str
    product: str
    generic: str
    brand: str
    vial: str
    """"0.9 mg vial, 0.25 mg/mL"."""
    strength: str
    maker: str
    code: str
    """The product code that stands on the pack: "NDC 0008-0100-01"."""
    reconstitute_with: str
    technique: str
    accept: str
    diluent: str
    container: str
    mixing: str
    route: str
    infuse: str
    """"Infuse over 60 minutes (50 mL per hour)"."""
    storage: str
    light: str
    handling: str
    light_cover: bool
    use: str
    hazard: str
    cap: str
    """Whether a cap on body surface or dose applies."""
    drug_file: str
    checksum: str
    program: str
    height: str
    weight: str
    cycle_day: str
    give_on: str
    formula: str
    bsa: str
    level: str
    calculated: str
    ordered: str
    difference: str
    dose: str
    """The dose that is prepared."""
    in_bag: str
    """"in 50 mL (0.0292 mg per mL)"."""
    per_mL: str
    volume: str
    vials: str
    vials_of: str
    """"2 vials of 0.9 mg"."""
    spare: str
    each: str
    nominal: bool
    """Whether what comes out of a vial is not known, so that the figures of the draws are nominal."""
    water_each: str
    water: str
    discarded_volume: str
    discarded_mass: str
    stays: str
    bag: str
    saline: str
    making: str
    """The letter of how the bag is made."""
    making_text: str
    removed: str
    instruction: str
    draws: tuple[DrawText, ...]
    expected_mass: str
    expected_range: str
    water_mass: str
    billing: tuple[BillText, ...]
    billing_note: str
    rounding: str
    rows: tuple[Row, ...]
    formulas: tuple[FormulaText, ...]
    formulas_title: str
    findings: tuple[FindingText, ...]
    departures: tuple[DepartureText, ...]
    clocks: tuple[ClockText, ...]
    """At a planned wetting; empty where none is planned."""
    clock_rules: tuple[str, ...]
    """What sets each of the five times, from the first vial wetted on."""
    clocks_note: str
    unconfirmed: tuple[str, ...]
    """Facts that the papers use and that nobody has confirmed against the current label."""
    confirmed: tuple[str, ...] = ()
    """Those among them that two pharmacists of the site have confirmed."""


_TUPLES: Mapping[str, type[Any]] = {
    "draws": DrawText,
    "billing": BillText,
    "rows": Row,
    "formulas": FormulaText,
    "findings": FindingText,
    "departures": DepartureText,
    "clocks": ClockText,
}


def to_json(text: PlanText) -> dict[str, Any]:
    return asdict(text)


def from_json(stored: Mapping[str, Any]) -> PlanText:
    """The strings of a plan as they were stored. Raises KeyError where one is missing, TypeError where one
    is unknown. A string that a later version adds has a default, which old plans then take."""
    named = [field.name for field in fields(PlanText) if field.name in stored or field.default is MISSING]
    read = {name: stored[name] for name in named}
    for name, kind in _TUPLES.items():
        read[name] = tuple(kind(**item) for item in read[name])
    for name in ("unconfirmed", "clock_rules", "confirmed"):
        read[name] = tuple(read.get(name, ()))
    return PlanText(**read)
