"""The words of what is printed ahead for when the screen is down, and of its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compounding.patient import BOYD, DUBOIS, FORMULAS, GEHAN_GEORGE, HAYCOCK, MOSTELLER_DIVISOR, Powers
from compounding.policy import Formula, Market, Policy
from compounding.quantities import plain
from compounding.reckoner import Prepared, Reckoner, Row
from compounding.wording.numbers import DASH, amount, count, figure, short_name, value_only
from compounding.wording.plans import product_words

Words = Mapping[str, Any]

PACK, TABLE = "Downtime pack", "Doses by body surface, for when the screen is down"
FOR_PREPARATION = "FOR PREPARATION"


# ------------------------------------------------------------------ the page


@dataclass(frozen=True, slots=True)
class Holds:
    """A word on whether a pack still holds, with its look."""

    word: str
    look: str


def holds(same_file: bool, same_settings: bool) -> Holds:
    if not same_file:
        return Holds("Drug file changed: destroy it", "stop")
    return Holds("Holds", "done") if same_settings else Holds("Settings changed: compare it", "override")


def left(open_numbers: int) -> str:
    return f"{figure(open_numbers)} open"


# ------------------------------------------------------------------ the table

COLUMNS = (("Dose", "mg"), ("Draw", "mL"), ("Vials", "number"), ("Discard", "mL"))
SPARES = ("Vials", "+ spare")


def columns(table: Reckoner) -> tuple[tuple[str, str], ...]:
    """What stands over the columns of a level: spare vials are named where any row has one."""
    spares = any(one.vials.spare for row in table.rows for one in row.prepared if one is not None)
    return tuple(SPARES if spares and column[0] == "Vials" else column for column in COLUMNS)


def surface(row: Row) -> str:
    return value_only(row.bsa)


def cells(row: Row) -> tuple[str, ...]:
    return tuple(text for one in row.prepared for text in _prepared(one))


def _prepared(one: Prepared | None) -> tuple[str, ...]:
    """A dash in each place where nothing is prepared without a pharmacist's override."""
    if one is None:
        return (DASH,) * len(COLUMNS)
    vials = figure(one.vials.count) + (f" + {figure(one.vials.spare)}" if one.vials.spare else "")
    return value_only(one.dose), value_only(one.volume), vials, value_only(one.vials.discarded)


def how_to_read(table: Reckoner) -> str:
    """What stands at the foot of every page of the table."""
    band = table.drug.dilution.concentration.value
    most = table.policy.dose_most
    over = "" if most is None else f" or the dose is over {amount(most)}"
    low, high = figure(band.low.value), amount(band.high)
    return (
        f"Adults only. {DASH}: the bag would not hold {low} to {high}{over}. A pharmacist decides, and works it out by"
        " hand."
    )


def where_from(table: Reckoner) -> str:
    """What the figures of the table rest on."""
    vials = table.drug.vials
    each = next((one.vials for row in table.rows for one in row.prepared if one is not None), None)
    known = each is not None and each.known
    drawn = amount(each.per_vial) if each is not None else DASH
    said = "can be drawn from each vial" if known else "nominal in each vial, drawn by the total"
    return f"{amount(vials.concentration.value)} in a wetted vial; {drawn} {said}"


def product(words: Words, table: Reckoner) -> str:
    """What the table is of, under its title."""
    return f"{words['generic']} ({words['brand']}), {words['vial']}: {where_from(table)}"


SURFACE = ("BSA", "m²")


# ------------------------------------------------------------------ the cover

HOW_TO_USE, ON_THE_LABEL, LABEL_COLUMNS = "How to use it", "What a label written by hand says", ("What", "Words")
NUMBERS, PRINTED, BY = "Numbers", "Printed", "by"
DRUG_FILE, CHECKSUM, PROGRAM, ROUNDING = "Drug file", "checksum", "program", "Rounding"


def foot(numbers: tuple[str, ...], printed: str, printed_by: str) -> str:
    return f"{PACK} {numbers_words(numbers)}, printed {printed} by {printed_by}."


def numbers_words(numbers: tuple[str, ...]) -> str:
    if len(numbers) == 1:
        return numbers[0]
    return f"{numbers[0]} to {numbers[-1]}"


def how_to_use(numbers: tuple[str, ...]) -> tuple[str, ...]:
    return (
        f"1. Use this pack only while the screen cannot be used. It holds {count(len(numbers), 'worksheet')}; each is"
        " for one preparation, and keeps its number for good. Never copy one.",
        "2. Write patient, height, weight and dose level from the prescriber’s order. Work the body surface out, and"
        " read dose, volume, vials and what is discarded from the table: always to the end of the row.",
        "3. A pharmacist who did not write the order verifies it. A second person works the dose out without the table,"
        " writes it in the checker’s frame, and checks vials, diluent and volume before any drug is added.",
        "4. Write lot and expiry of each vial, and every time as it happens: from the first vial wetted all limits run."
        " Work the limits out by the rules of section K, and let a second person check them.",
        "5. Write the label by hand with everything that is listed below, and a second one for the light cover.",
        "6. When the screen works again, enter each worksheet under its number, the order first (New order, Downtime"
        " number) and then each step with the time that is on paper. Nothing is entered as if it were done then.",
        "7. Keep every filled worksheet: it is the record. A blank one that is spoilt is written down as destroyed,"
        " with its reason, on the page Downtime.",
        "8. The pack holds for the drug file and the settings named above. Destroy what is left of it, and print"
        " another, when either changes.",
    )


def on_the_label(words: Words, market: Market, bag: str) -> Iterator[tuple[str, str]]:
    """Everything that a label written by hand must say: what it is, and its words."""
    number = "MRN" if market is Market.US else "NHS number, hospital number"
    hazard = str(words["hazard"])
    yield "Patient", f"FAMILY, Given; {number}; born, the month in letters; location"
    yield "Drug", f"{words['generic']} ({words['brand']})"
    yield "Dose and volume", f"dose in mg, with no trailing zero; in {bag} {words['diluent']}; mg per mL"
    yield "Route", f"{words['route']}. {words['infuse']}"
    yield "Times", "prepared; start before; infusion complete by: each with date and hour"
    yield "Keeping", " ".join(filter(None, (words["storage"], words["light"], words["handling"])))
    yield "Hazard", hazard
    yield "This bag", "bag 1 of 1, cycle and day, number of the worksheet, prepared by, checked by, pharmacy and phone"


# ------------------------------------------------------------------ a blank worksheet

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
_TO_WRITE = "________"


def dose(market: Market, bag: str, diluent: str) -> str:
    """The dose of a blank banner, with room to write it."""
    if market is Market.US:
        return f"DOSE {_TO_WRITE} mg, TOTAL VOLUME {bag}"
    return f"{_TO_WRITE} mg in {bag} {diluent}"


def brand(words: Words, market: Market) -> str:
    return f"({words['brand']})" if market is Market.US else str(words["brand"])


def surface_box(formula: Formula) -> str:
    return f"BSA, m², {FORMULAS[formula].name}"


def rounding_note(words: Words) -> str:
    return f"{words['cap']}; half away from zero"


def blank(printed: str) -> str:
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
    yield BlankStep(_making(table, words, bag), unit="mL")
    yield BlankStep(
        (f"Add the drug: exactly {bag} in all.", "This moment is the dilution: the first clock stops."), timed=True
    )
    yield BlankStep((f"{words['mixing']}{light}",))
    cover = " Fit the light cover, label the cover." if light else ""
    yield BlankStep((f"Label the bag by hand, as the cover page lists.{cover}",))


def _spare(table: Reckoner) -> bool:
    return any(one.vials.spare for row in table.rows for one in row.prepared if one is not None)


def _making(table: Reckoner, words: Words, bag: str) -> tuple[str, ...]:
    saline = short_name(str(words["diluent"]))
    if table.policy.bag_overfill is None:
        return (f"Put so much {saline} into the empty container; nothing else as diluent.",)
    return f"A: so much {saline} into the empty bag.", f"B: remove so much from the ready-filled {bag} bag."


def vial_product(words: Words, number: int) -> str:
    strength = str(words["vial"]).partition(",")[0]
    return f"{words['brand']} {strength} – {number}"


def blank_working(table: Reckoner) -> Iterator[tuple[str, str, str]]:
    """Lines to be worked by hand: name, expression, to what it is rounded."""
    drug, policy = table.drug, table.policy
    bag, strength = drug.dilution.bag.value, drug.vials.concentration.value
    each = next((one.vials.per_vial for row in table.rows for one in row.prepared if one is not None), drug.nominal)
    yield "BSA", f"{SURFACES[policy.formula]}", f"to {amount(policy.bsa_step)}"
    yield "Dose", f"dose level × BSA: {' or '.join(map(amount, table.levels))}", f"to {amount(policy.dose_step)}"
    yield "Volume to withdraw", f"dose ÷ {amount(strength)}", f"to {amount(policy.volume_step)}"
    yield "Vials", f"volume ÷ {amount(each)}", "up to whole vials"
    yield "Diluent", f"{amount(bag)} − volume{_overfill(policy)}", "exact"


def _overfill(policy: Policy) -> str:
    if policy.bag_overfill is None:
        return ""
    return f"; ready-filled: remove volume + {amount(policy.bag_overfill)}"


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


def words_of(table: Reckoner) -> Words:
    """What the papers say of the drug."""
    return product_words(table.drug, None, table.policy.market)
