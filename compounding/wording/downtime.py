"""The words of what is printed ahead for when the screen is down, and of its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compounding.policy import DilutedBagLimit, Market, Site
from compounding.quantities import Duration
from compounding.reckoner import Prepared, Reckoner, Row
from compounding.stability import limits_confirmed, storages
from compounding.wording.bags import CHILDREN
from compounding.wording.numbers import DASH, amount, capital, count, figure, short_name, value_only
from compounding.wording.papers import WORDS as PAPER_WORDS
from compounding.wording.plans import product_words

Words = Mapping[str, Any]

PACK, TABLE = "Downtime pack", "Doses by body surface, for when the screen is down"
FOR_PREPARATION = "FOR PREPARATION"
_NOT_TO_FILL = "NOT TO BE FILLED"
AGAIN, TRAINING_AGAIN = ("COPY –", _NOT_TO_FILL), ("TRAINING – COPY", _NOT_TO_FILL)
"""Across a pack that was opened before: each of its numbers is on a sheet already."""
TO_WRITE = "________"
"""Room for what is written by hand."""


def words_of(table: Reckoner) -> Words:
    """What the papers say of the drug."""
    return product_words(table.drug, None, table.policy.market)


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
        "5. Write the label by hand with everything that is listed below, in this order, and a second one for the light"
        " cover.",
        "6. When the screen works again, enter each worksheet under its number, the order first (New order, Downtime"
        " number) and then each step with the time that is on paper. Nothing is entered as if it were done then. Each"
        " person enters their own steps: whoever enters one counts as who did it, so that one person cannot enter both"
        " what was prepared and its check.",
        "7. Keep every filled worksheet: it is the record. A blank one that is spoilt is written down as destroyed,"
        " with its reason, on the page Downtime.",
        "8. The pack holds for the drug file and the settings named above. Destroy what is left of it, and print"
        " another, when either changes.",
    )


def on_the_label(table: Reckoner, words: Words, site: Site) -> Iterator[tuple[str, str]]:
    """Everything that a label written by hand must say, in the order in which a printed one says it: what it is, and
    its words."""
    yield from (_uk_label if site.policy.market is Market.UK else _us_label)(table, words, site)


_NAME, _BORN = "FAMILY, Given", "date, the month in letters"
_MOMENT = "date, the month in letters, and hour"
_DOSE = "in mg, with no trailing zero"
_FOR_BAG, _COPIES = "Bag 1 of 1", "copy 1 of 2 on the bag, copy 2 of 2 on the light cover"


def _us_label(table: Reckoner, words: Words, site: Site) -> Iterator[tuple[str, str]]:
    market = PAPER_WORDS[Market.US]
    yield "Patient", _NAME
    yield "MRN; born", f"number; {_BORN}"
    yield "Location", "where it is given"
    yield "Drug", f"{words['generic']} ({words['brand']})"
    yield "DOSE", _DOSE
    yield "Diluent", f"in {short_name(str(words['diluent']))}, TOTAL VOLUME {amount(table.drug.dilution.bag.value)}"
    yield "Strength", f"({TO_WRITE} mg per mL), contains {TO_WRITE} mL of {words['strength']}"
    yield "Route", f"FOR {str(words['route']).upper()}"
    yield "Rate", str(words["infuse"])
    yield "Give on; cycle", f"{_BORN}; cycle and day"
    yield "Prepared", _MOMENT
    yield market.start_before, _MOMENT
    yield market.complete_by, _MOMENT
    yield "Storage", _stored(table, words)
    yield "Light", " ".join(filter(None, (words["light"], words["handling"])))
    yield "Hazard, framed", str(words["hazard"])
    yield "This bag", f"{words['use']}, {_FOR_BAG}, {market.number} of the worksheet, {_COPIES}"
    yield "People", "prescriber; prepared by; verified by"
    yield "Pharmacy", f"{site.pharmacy}, 24 h {site.phone}"


def _uk_label(table: Reckoner, words: Words, site: Site) -> Iterator[tuple[str, str]]:
    market, route = PAPER_WORDS[Market.UK], str(words["route"])
    yield "Drug", f"{words['generic']}, {words['brand']}"
    yield "Dose", _DOSE
    yield "Diluent", f"in {amount(table.drug.dilution.bag.value)} {short_name(str(words['diluent']))}"
    yield "Concentration", f"({TO_WRITE} mg per mL)"
    yield "Route", f"For {route[0].lower()}{route[1:]}"
    yield "Rate", str(words["infuse"])
    yield "Patient", _NAME
    yield "NHS No., hospital no.", "NHS number in groups of 3, 3 and 4; hospital number"
    yield "Born", _BORN
    yield "Ward; cycle", f"where it is given; cycle and day; {_FOR_BAG}"
    yield market.number, f"number of the worksheet; {_COPIES}"
    yield "Prepared", _MOMENT
    yield market.start_before, _MOMENT
    yield market.complete_by, _MOMENT
    yield "Storage", " ".join(filter(None, (_stored(table, words), words["handling"])))
    yield "Light", str(words["light"])
    yield "Hazard, framed", str(words["hazard"])
    yield "Warning", CHILDREN
    yield "Pharmacy", f"{site.pharmacy}, {site.address}, {site.phone}"


def _stored(table: Reckoner, words: Words) -> str:
    """The words of storage; of the one that is ticked, where the bag may be kept in more than one way."""
    ways = storages(table.drug)
    if not ways:
        return str(words["storage"])
    return f"as ticked in K: {'; '.join(f'{name}: {told}' for name, told in ways.items())}"


# ------------------------------------------------------------------ the limits of the diluted bag

BAG_LIMITS, NOT_CONFIRMED = "The diluted bag’s own limit", "Diluted-bag limit not confirmed"
_KEPT, _FROM_DILUTION = "Kept:", "hours from the drug added to the start"


@dataclass(frozen=True, slots=True)
class BagClock:
    """What a time is called that hangs on how the bag is kept, the ways to tick, and its rule."""

    name: str
    ways: tuple[str, ...]
    rule: str


def bag_clock(table: Reckoner) -> BagClock | None:
    """The time that the bag's own limit sets; None where none is recorded."""
    ways = tuple(f"{name} {_to_start(limit, table)}" for name, limit in _limits(table))
    return BagClock(_KEPT, ways, _FROM_DILUTION) if ways else None


def bag_limit_words(table: Reckoner) -> Iterator[str]:
    """Each recorded limit, and how the time to start before follows from it; that they are not recorded, where they
    must be."""
    if not limits_confirmed(table.drug, table.policy):
        yield f"{NOT_CONFIRMED}: training only."
    for name, limit in _limits(table):
        told = storages(table.drug)[name].rstrip(".")
        if limit.hours is None:
            yield f"{capital(name)} ({told}): no limit of its own."
            continue
        part = "the infusion included" if limit.includes_infusion else "the infusion not included"
        yield (
            f"{capital(name)} ({told}): {_hours(limit.hours)} from the moment the drug is added, {part}: the infusion"
            f" starts within {_to_start(limit, table)}."
        )
    if _limits(table):
        yield (
            "Tick in section K how the bag is kept, and write that limit there."
            f" {PAPER_WORDS[table.policy.market].start_before_row} is {start_rule(table)}."
            " A bag that is kept in both ways has the earlier of the two."
        )


def start_rule(table: Reckoner) -> str:
    """How the time to start before is worked out where the bag has a limit of its own."""
    times = table.drug.times
    return f"the earlier of T + {_hours(times.complete_within.value - times.infusion.value)} and the bag’s own limit"


def _limits(table: Reckoner) -> tuple[tuple[str, DilutedBagLimit], ...]:
    recorded = table.policy.diluted_bag
    return tuple((name, recorded[name]) for name in storages(table.drug) if name in recorded)


def _to_start(limit: DilutedBagLimit, table: Reckoner) -> str:
    """From the dilution to the start: a limit that includes the infusion leaves so much less."""
    if limit.hours is None:
        return "no limit"
    return _hours(limit.hours - table.drug.times.infusion.value if limit.includes_infusion else limit.hours)


def _hours(duration: Duration) -> str:
    return f"{figure(duration.in_unit('h'))} h"
