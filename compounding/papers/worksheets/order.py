"""The order as it was entered, who verified it, and the calculation: C, D, E."""

from __future__ import annotations

from datetime import date

from compounding.papers.work import Checked, Recorded, Signed, Work
from compounding.patient import FORMULAS
from compounding.policy import Market, Policy
from compounding.wording import papers as words
from compounding.wording.numbers import DASH, day
from compounding.wording.plans import PlanText
from compounding.workflow import Meaning
from labels import Box, Calculation, Heading, Order, Signature, Verification, WorkingLine

CHECKER, CHECKER_NOTE = (
    "Checker’s own result",
    "worked from the order by a second person, before reading the lines above",
)
OWN = ("BSA, m²", "Dose, mg", "Volume, mL", "Vials", "Diluent, mL", "Agrees: initials, time")


def order(work: Work) -> Order:
    text, market = work.text, work.market
    return Order(
        Heading("C", "Order", f"ordered by {work.prescriber}; entered by {work.entered_by}, {work.entered_at}"),
        (
            Box(_measured("Height", work.height_measured, market), text.height),
            Box(_measured("Weight", work.weight_measured, market), text.weight),
            Box(f"BSA, {text.formula}", text.bsa),
            Box("Cycle and day", text.cycle_day),
            Box("Dose level", text.level),
            Box("Give on", text.give_on),
        ),
        (
            Box("Calculated dose", text.calculated),
            Box("Ordered dose", text.ordered),
            Box("Difference", text.difference),
        ),
        Box(f"Rounding: {text.rounding}", text.cap),
    )


def _measured(what: str, when: date | None, market: Market) -> str:
    return f"{what}, {day(when, market)}" if when else what


def verification(recorded: Recorded) -> Verification:
    return Verification(
        verification_heading(),
        signature("Order verified", recorded.signatures.get(Meaning.ORDER_VERIFICATION)),
    )


def verification_heading() -> Heading:
    return Heading("D", "Order verified", "against the order, not against this paper")


def formula_name(policy: Policy) -> str:
    return FORMULAS[policy.formula].name


def signature(caption: str, signed: Signed | None) -> Signature:
    """A row that is signed on screen names the entry of the log that holds the signature."""
    if signed is None:
        return Signature(caption)
    return Signature(caption, signed.name, signed.role, signed.entry, signed.at.date, signed.at.hour)


def calculation(text: PlanText, reading: Checked | None) -> Calculation:
    lines = tuple(WorkingLine(row.name, row.expression, row.result, row.source) for row in words.working_lines(text))
    first, second, third, fourth, fifth, sixth = map(Box, OWN, _own(reading))
    return Calculation(
        heading=Heading("E", "Calculation", "each line is rounded before the next line uses it"),
        lines=lines,
        checker=CHECKER,
        checker_note=CHECKER_NOTE,
        boxes=(first, second, third, fourth, fifth, sixth),
    )


def _own(reading: Checked | None) -> tuple[str | None, ...]:
    """What the checker worked out, once it agreed; a dash where the screen does not ask for it."""
    if reading is None:
        return (None,) * len(OWN)
    return DASH, reading.dose, reading.volume, reading.vials, DASH, reading.at
