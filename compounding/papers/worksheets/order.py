"""The order as it was entered, who verified it, and the calculation: C, D, E."""

from __future__ import annotations

from datetime import date

from compounding.papers.work import Checked, Recorded, Signed, Work
from compounding.papers.worksheets.headings import heading
from compounding.policy import Market
from compounding.wording import papers as words
from compounding.wording import worksheets as sheet_words
from compounding.wording.numbers import DASH, day
from compounding.wording.plan_values import PlanText
from compounding.workflow import Meaning
from labels import Box, Calculation, Order, Signature, Verification, WorkingLine


def order(work: Work) -> Order:
    text, market = work.text, work.market
    calculated, ordered, difference = sheet_words.FIGURES
    return Order(
        heading("order", sheet_words.ordered(work.prescriber, work.entered_by, work.entered_at)),
        (
            Box(_measured(sheet_words.HEIGHT, work.height_measured, market), text.height),
            Box(_measured(sheet_words.WEIGHT, work.weight_measured, market), text.weight),
            Box(sheet_words.surface(text.formula), text.bsa),
            Box(sheet_words.CYCLE_AND_DAY, text.cycle_day),
            Box(sheet_words.DOSE_LEVEL, text.level),
            Box(sheet_words.GIVE_ON, text.give_on),
        ),
        (Box(calculated, text.calculated), Box(ordered, text.ordered), Box(difference, text.difference)),
        Box(sheet_words.rounded(text.rounding), text.cap),
    )


def _measured(what: str, when: date | None, market: Market) -> str:
    return sheet_words.measured(what, day(when, market) if when else "")


def verification(recorded: Recorded) -> Verification:
    return Verification(
        heading("verification"),
        signature(sheet_words.VERIFIED, recorded.signatures.get(Meaning.ORDER_VERIFICATION)),
    )


def signature(caption: str, signed: Signed | None) -> Signature:
    """A row that is signed on screen names the entry of the log that holds the signature."""
    if signed is None:
        return Signature(caption)
    return Signature(caption, signed.name, signed.role, signed.entry, signed.at.date, signed.at.hour)


def calculation(text: PlanText, reading: Checked | None) -> Calculation:
    lines = tuple(WorkingLine(row.name, row.expression, row.result, row.source) for row in words.working_lines(text))
    first, second, third, fourth, fifth, sixth = map(Box, sheet_words.OWN, _own(reading))
    return Calculation(
        heading=heading("calculation"),
        lines=lines,
        checker=sheet_words.CHECKER,
        checker_note=sheet_words.CHECKER_NOTE,
        boxes=(first, second, third, fourth, fifth, sixth),
    )


def _own(reading: Checked | None) -> tuple[str | None, ...]:
    """What the checker worked out, once it agreed; a dash where the screen does not ask for it."""
    if reading is None:
        return (None,) * len(sheet_words.OWN)
    return DASH, reading.dose, reading.volume, reading.vials, DASH, reading.at
