"""The words that stand on every paper, by market, and the sentences of the worksheet's steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from compounding.policy import Market
from compounding.wording.numbers import DASH, short_name
from compounding.wording.plan_values import DrawText, PlanText
from compounding.wording.working import Row
from compounding.workflow import State
from compounding.workflow.progress import Fate

TRAINING_ON_LABEL = ("TRAINING –", "NOT FOR", "PATIENT USE")
TRAINING_ON_WORKSHEET = ("TRAINING –", "NOT FOR PATIENT USE")
VOID = "VOID"
TRAINING_AND_VOID = ("TRAINING – VOID", "NOT FOR PATIENT USE")
_PREPARING, _COMPLETE = "FOR PREPARATION", "COMPLETE"
# What a worksheet is for, by the state that it shows. A bag that came back or was thrown away was released: its
# record is complete.
MARKS: Mapping[State, str] = {
    **dict.fromkeys(State, _PREPARING),
    State.ENTERED: "NOT VERIFIED",
    **dict.fromkeys((State.RELEASED, State.RETURNED, State.WASTED), _COMPLETE),
    **dict.fromkeys((State.REJECTED, State.CANCELLED), VOID),
}
# Where a label's time will stand. An empty place could be read as no limit, and a time computed from a
# plan could be later than the truth.
NOT_TIMED = "not timed"

_SPECIMEN = ("SPECIMEN –", "NOT FOR", "USE")
_PREVIEW = ("PREVIEW –", "NOT", "PRINTED")
PREVIEW = "preview"
"""Of a label that cannot be printed yet."""
KINDS: Mapping[str, tuple[str | None, tuple[str, ...] | None]] = {
    Fate.APPLIED.value: (None, None),
    Fate.LIGHT_COVER.value: ("Light cover", None),
    Fate.SPECIMEN.value: ("SPECIMEN", _SPECIMEN),
    PREVIEW: ("PREVIEW", _PREVIEW),
}
"""What a copy of a label is for: the words beside its number, and across one that no bag may bear. The bag's own says
neither."""


@dataclass(frozen=True, slots=True)
class PaperWords:
    """What one market calls things on paper."""

    worksheet: str
    number: str
    lot: str
    cabinet: str
    authorised_by: str
    fridge: str
    start_before: str
    complete_by: str
    start_before_row: str
    complete_by_row: str


WORDS = {
    Market.US: PaperWords(
        worksheet="Compounding Record",
        number="Prep. no.",
        lot="Lot",
        cabinet="Cabinet no.",
        authorised_by="Authorized by",
        fridge="Out of refrigerator by",
        start_before="START BEFORE (BUD)",
        complete_by="INFUSION COMPLETE BY",
        start_before_row="START BEFORE",
        complete_by_row="COMPLETE BY",
    ),
    Market.UK: PaperWords(
        worksheet="Worksheet",
        number="Batch no.",
        lot="Batch (maker’s)",
        cabinet="Isolator no.",
        authorised_by="Authorised by",
        fridge="Out of the fridge by",
        start_before="EXPIRY – start before",
        complete_by="Infusion complete by",
        start_before_row="EXPIRY – start before",
        complete_by_row="Complete by",
    ),
}


BY_HAND = "by hand"
SCANNED, TYPED = "S", "T"
_SIGNED, _RECORDED = "signed", "recorded"


def signed_entry(entry: str) -> str:
    """How a row was signed: by the entry of the log that holds the signature."""
    return f"{_SIGNED}, entry {entry}"


def recorded_entry(entry: str) -> str:
    """The same of what nobody signs."""
    return f"{_RECORDED}, entry {entry}"


def on_day(date: str, hour: str, market: Market) -> str:
    """An hour with its day, as short as a box: "Mar 13 09:30", "13-Mar 09:30"; the year is that of the sheet."""
    short = date.partition(",")[0] if market is Market.US else date.rpartition("-")[0]
    return f"{short} {hour}"


DILUTED_BAG_RULE = "the diluted bag’s own limit, recorded by this site"


def unconfirmed_note(text: PlanText) -> str | None:
    """The facts on the papers that nobody has confirmed at this site, by their names; None where all are."""
    names = [told.partition(":")[0].lower() for told in text.unconfirmed]
    return f"Not confirmed at this site: {', '.join(names)}" if names else None


def late(what: str, happened: str, entered: str) -> str:
    """A late entry with both times: two short lines of the worksheet, broken within neither time."""
    return f"{what} {whole(happened)}, entered {whole(entered)}"


def whole(text: str) -> str:
    """A moment that does not part over two lines."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def on_paper(by: str, entered_by: str) -> str:
    return f"{by} on paper, entered by {entered_by}"


def clock_names(market: Market) -> tuple[str, ...]:
    """What the five times of a worksheet are called."""
    word = WORDS[market]
    return "First vial wetted (T)", "Dilute by", word.fridge, word.start_before_row, word.complete_by_row


def dose_line(text: PlanText, market: Market) -> str:
    """The dose with its total volume, as the banner of a worksheet says it."""
    if market is Market.US:
        return f"DOSE {text.dose}, TOTAL VOLUME {text.bag}"
    return f"{text.dose} in {text.bag} {text.diluent}"


def brand(text: PlanText, market: Market) -> str:
    return f"({text.brand})" if market is Market.US else text.brand


def hazard(text: PlanText) -> tuple[str, str]:
    """The words of the band, and the sentence after them where there is one."""
    band, _, rest = text.hazard.partition(". ")
    return band, rest


def spaced_nhs(number: str) -> str:
    """An NHS number 3-3-4: "999 012 3454"."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def spaced_checksum(checksum: str) -> str:
    """The first 16 characters in fours, enough to compare by eye."""
    return " ".join(checksum[start : start + 4] for start in range(0, 16, 4))


def working_lines(text: PlanText) -> Iterator[Row]:
    """One line a step for the worksheet: draws stand in their own table, pairs are joined."""
    steps: dict[str, list[Row]] = {}
    for row in text.rows:
        if row.step != "draws":
            steps.setdefault(_line_of(row), []).append(row)
    for rows in steps.values():
        if rows[0].step == "bsa":
            yield _surface(rows[0])
        elif rows[0].step == "mass":
            yield replace(rows[0], source=f"water {text.water_mass} a vial")
        elif rows[0].step == "billing":
            yield replace(_joined(rows, text), **_billed(text))
        else:
            yield _joined(rows, text)


def _joined(rows: list[Row], text: PlanText) -> Row:
    first = rows[0]
    return replace(
        first,
        name=first.name.partition(",")[0],
        expression="; ".join(_beside(row) for row in rows),
        result=_result(rows, text),
        source=_source(first),
    )


def _result(rows: list[Row], text: PlanText) -> str:
    if rows[0].step == "vials":
        return text.vials_of
    return ", ".join(row.result for row in rows)


def _billed(text: PlanText) -> dict[str, str]:
    """The units in the column of results, and beside them which code each is billed under."""
    units = " + ".join(bill.units.removeprefix("× ") for bill in text.billing)
    return {"result": f"{units} units", "source": ", ".join(f"{bill.code} {bill.units}" for bill in text.billing)}


def _source(row: Row) -> str:
    """The source, with its status where that is less than the label's, and what was rounded."""
    if row.step == "dose":
        return f"{row.source}; to {row.rounding}"
    return f"{row.source} ({row.status})" if row.status in _TOLD else row.source


def _beside(row: Row) -> str:
    """A prepared dose is told by its difference alone: its factors stand in the line already."""
    return row.expression.rpartition(", ")[2] if row.name == "Prepared dose" else row.expression


def _surface(row: Row) -> Row:
    """The unrounded area moves to the source, and Boyd's formula, the longest, is set close."""
    expression, _, unrounded = row.expression.partition(" = ")
    if "lg " in expression:
        expression = expression.replace(" × ", "·").replace(" − ", "−")
    formula = row.source.partition(",")[0]
    return replace(row, expression=expression, source=f"{formula}; {unrounded}, to {row.rounding}")


_TOLD = ("secondary", "unconfirmed")
# Rows that share a line of the worksheet, which has room for thirteen.
_JOINED = {
    "Discarded": "Discarded",
    "Stays in the vials": "Stays in the vials",
    "Billed": "Billed",
    "Prepared dose": "Volume to withdraw",
    "Water for each vial": "Expected mass",
}


def _line_of(row: Row) -> str:
    name = row.name.partition(",")[0]
    return _JOINED.get(name, row.name)


def vial_rows(text: PlanText) -> Iterator[tuple[str, str]]:
    """The product of each vial on the picking list, with its quantity."""
    strength = text.vial.partition(",")[0]
    for draw in text.draws:
        yield f"{text.brand} {strength} – {_place(draw)}", "1 vial"


def _place(draw: DrawText) -> str:
    """The vial's number on the list, or that it is the spare."""
    return "spare" if draw.spare else draw.name.removeprefix("Vial ")


def steps(text: PlanText) -> Iterator[tuple[tuple[str, ...], bool, bool]]:
    """The numbered steps: lines, whether it is a stop, whether its time of day is written down."""
    used = [draw for draw in text.draws if not draw.spare]
    swirl, rest = _two_sentences(text.technique)
    light = " Protect from light." if text.light_cover else ""
    yield (
        (f"Wet vial 1 with {text.water_each} of {text.reconstitute_with}.", "This moment is T: the clocks start."),
        False,
        True,
    )
    if len(used) == 1:
        yield ((swirl, rest), False, False)
    else:
        others = "vial 2" if len(used) == 2 else f"vials 2 to {len(used)}"
        each = "" if len(used) == 2 else " each"
        yield ((f"Wet {others} with {text.water_each}{each}. {swirl}", rest), False, True)
    yield ((f"Accept only if: {text.accept[0].lower()}{text.accept[1:]}",), False, False)
    yield ((_drawing(text), _wet_the_spare(text)), False, bool(text.spare))
    yield (("STOP. In-process check, section I,", "before any drug is added."), True, False)
    yield ((making_step(text),), False, False)
    yield (
        (
            f"Add {text.volume} of drug: exactly {text.bag} in all.",
            "This moment is the dilution: the first clock stops.",
        ),
        False,
        True,
    )
    yield ((f"{text.mixing}{light}",), False, False)
    cover = "Label the bag, fit the light cover, label the cover." if text.light_cover else "Label the bag."
    yield ((cover,), False, False)


def _wet_the_spare(text: PlanText) -> str:
    """Said only where a spare is on the list; the clocks still run from the first vial."""
    return f"Spare: wet with {text.water_each} first; the clocks run on." if text.spare else ""


def _drawing(text: PlanText) -> str:
    """By total where what comes out of a vial is not known."""
    if not text.instruction:
        return f"Draw from the vials as the table says: {text.volume} in all."
    if text.spare:
        return f"Draw to a total of {text.volume}, from the spare if needed."
    return f"{text.instruction.partition(':')[0].rstrip('.')}."


def making_step(text: PlanText) -> str:
    """How the bag's volume is made, so that what the patient gets does not hang on habit."""
    if text.making == "B":
        return f"Method B: remove {text.removed} from the ready-filled {text.bag} bag; nothing else as diluent."
    saline = short_name(text.diluent)
    return f"Method A: put {text.saline} of {saline} into the empty container; nothing else as diluent."


def _two_sentences(text: str) -> tuple[str, str]:
    first, _, rest = text.partition(". ")
    return (f"{first}.", rest) if rest else (text, "")


def draw_lines(text: PlanText) -> Iterator[tuple[str, str, str, bool]]:
    """Vial, first line, second line, and whether the second is the figure to reach."""
    for draw in text.draws:
        vial = _place(draw)
        if draw.spare:
            yield vial, "from the spare", "where it does not suffice", False
        elif draw.total:
            yield vial, "to a total of", draw.total, True
        else:
            yield vial, draw.draw, draw.aside or f"{draw.left} stays", False


def drawn(text: PlanText, read: str | None) -> Iterator[str | None]:
    """Of each draw the millilitres, where what was read is the whole that was planned and each vial's part of it is
    known; None where it is not."""
    as_planned = read is not None and read == _figure(text.volume) and not text.nominal
    for draw in text.draws:
        yield _figure(draw.draw) if as_planned and not (draw.spare or draw.total) else None


def _figure(volume: str) -> str:
    """An amount as a column has it whose caption says the unit."""
    return volume.removesuffix(" mL")


def discarded(text: PlanText) -> str:
    if DASH in (text.discarded_volume, text.discarded_mass):
        return DASH
    return f"{text.discarded_volume}, {text.discarded_mass}"
