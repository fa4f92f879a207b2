"""The words of a worksheet that is printed ahead and filled in by hand: boxes, steps and what is worked out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compounding.patient import BOYD, DUBOIS, FORMULAS, GEHAN_GEORGE, HAYCOCK, MOSTELLER_DIVISOR, Powers
from compounding.policy import Formula, Market
from compounding.quantities import plain
from compounding.reckoner import Reckoner
from compounding.wording.downtime import TO_WRITE, Words
from compounding.wording.numbers import amount, short_name

FROM_THE_ORDER, STRIKE_THROUGH = "from the prescriber’s order", "one row for each vial; strike through what is not used"
PLANNED_BESIDE, WITH_DATES, FROM_THE_TABLE = (
    "write what is planned beside it",
    "with their date where it is another",
    "from the table",
)
FAMILY, GIVEN, BORN = "Family name", "Given name", "Born, month in letters"
PLACES: Mapping[Market, str] = {Market.US: "Location", Market.UK: "Ward"}
MEASURED = ("Height, cm; measured", "Weight, kg; measured")
ASKED = ("Cycle and day", "Dose level, mg/m²", "Give on")
FIGURES = ("Calculated dose, mg", "Ordered dose, mg", "Difference, %")
WRITTEN_BY, EXPECTED, ONE_VIAL = "Ordered by; written here by, date and time", "Expected, mL", "1 vial"
WAYS = ("A", "B")
"""Of making the bag: in an empty container, or in one that is filled."""


def dose(market: Market, bag: str, diluent: str) -> str:
    """The dose of a blank banner, with room to write it."""
    if market is Market.US:
        return f"DOSE {TO_WRITE} mg, TOTAL VOLUME {bag}"
    return f"{TO_WRITE} mg in {bag} {diluent}"


def brand(words: Words, market: Market) -> str:
    return f"({words['brand']})" if market is Market.US else str(words["brand"])


def surface_box(formula: Formula) -> str:
    return f"BSA, m², {FORMULAS[formula].name}"


def rounding_note(words: Words) -> str:
    return f"{words['cap']}; half away from zero"


def state(printed: str) -> str:
    """The state that stands at the foot."""
    return f"blank, printed {printed}"


@dataclass(frozen=True, slots=True)
class BlankStep:
    """A step of a blank worksheet: lines, and which box it has."""

    lines: tuple[str, ...]
    stop: bool = False
    timed: bool = False
    unit: str | None = None


def blank_steps(table: Reckoner, words: Words) -> Iterator[BlankStep]:
    """The steps of a worksheet whose amounts are written by hand."""
    vials, bag = table.drug.vials, amount(table.drug.dilution.bag.value)
    water, spare = amount(vials.reconstitution.value), _spare(table)
    first, _, rest = str(words["technique"]).partition(". ")
    light = " Protect from light." if table.drug.administration.light_cover.value else ""
    yield BlankStep(
        (f"Wet vial 1 with {water} of {words['reconstitute_with']}.", "This moment is T: the clocks start."),
        timed=True,
    )
    yield BlankStep((f"Wet each other vial with {water}. {first.rstrip('.')}.", rest), timed=True)
    accept = str(words["accept"])
    yield BlankStep((f"Accept only if: {accept[0].lower()}{accept[1:]}",))
    yield BlankStep(("Draw from the vials to the total in the box.",), unit="mL")
    if spare:
        yield BlankStep((f"Where it does not suffice: wet the spare with {water}.", "The clocks run on."), timed=True)
    yield BlankStep(("STOP. In-process check, section I,", "before any drug is added."), stop=True)
    yield from (BlankStep(lines, unit="mL") for lines in _making(table, words, bag))
    yield BlankStep(
        (f"Add the drug: exactly {bag} in all.", "This moment is the dilution: the first clock stops."), timed=True
    )
    yield BlankStep((f"{words['mixing']}{light}",))
    cover = " Fit the light cover, label the cover." if light else ""
    yield BlankStep((f"Label the bag by hand, as the cover page lists.{cover}",))


def _spare(table: Reckoner) -> bool:
    return any(one.vials.spare for row in table.rows for one in row.prepared if one is not None)


def _making(table: Reckoner, words: Words, bag: str) -> Iterator[tuple[str, ...]]:
    """How the bag's volume is made: a step for each way, since the amounts of the two are not the same."""
    saline = short_name(str(words["diluent"]))
    if not two_ways(table):
        yield (f"Put so much {saline} into the empty container; nothing else as diluent.",)
        return
    yield f"A only: put so much {saline} into the", "empty container; nothing else as diluent."
    yield f"B only: remove so much from the ready-filled {bag}", "bag; nothing else as diluent."


def two_ways(table: Reckoner) -> bool:
    """Whether the site prepares in a ready-filled bag too, whose overfill it has recorded."""
    return table.policy.bag_overfill is not None


def of_way(way: str, what: str) -> str:
    """ "A: Empty container, 50 mL": a material that only one of the two ways takes."""
    return f"{way}: {what}"


def vial_product(words: Words, number: int) -> str:
    strength = str(words["vial"]).partition(",")[0]
    return f"{words['brand']} {strength} – {number}"


def blank_working(table: Reckoner) -> Iterator[tuple[str, str, str | None]]:
    """Lines to be worked by hand: name, expression, to what it is rounded; None for the last where each way of making
    the bag has a box of its own."""
    drug, policy = table.drug, table.policy
    bag, strength = drug.dilution.bag.value, drug.vials.concentration.value
    each = next((one.vials.per_vial for row in table.rows for one in row.prepared if one is not None), drug.nominal)
    yield "BSA", f"{SURFACES[policy.formula]}", f"to {amount(policy.bsa_step)}"
    yield "Dose", f"dose level × BSA: {' or '.join(map(amount, table.levels))}", f"to {amount(policy.dose_step)}"
    yield "Volume to withdraw", f"dose ÷ {amount(strength)}", f"to {amount(policy.volume_step)}"
    yield "Vials", f"volume ÷ {amount(each)}", "up to whole vials"
    if policy.bag_overfill is None:
        yield "Diluent", f"{amount(bag)} − volume", "exact"
    else:
        yield "A put in, B remove", f"A: {amount(bag)} − volume; B: volume + {amount(policy.bag_overfill)}", None


def _powers(formula: Powers) -> str:
    factor, tall, heavy = map(plain, (formula.factor, formula.tall, formula.heavy))
    return f"{factor} × cm^{tall} × kg^{heavy}"


SURFACES: Mapping[Formula, str] = {
    Formula.MOSTELLER: f"√(height in cm × weight in kg ÷ {plain(MOSTELLER_DIVISOR)})",
    Formula.DUBOIS: _powers(DUBOIS),
    Formula.HAYCOCK: _powers(HAYCOCK),
    Formula.GEHAN_GEORGE: _powers(GEHAN_GEORGE),
    Formula.BOYD: (f"{plain(BOYD.factor)}·cm^{plain(BOYD.tall)}·g^({plain(BOYD.heavy)}−{plain(BOYD.bend)}·lg g)"),
}
"""The formulas as they are worked by hand, height in cm and weight in kg (in Boyd's in g)."""
