"""The treatment plan on paper: its tables on the market's paper, as many pages as they need."""

from __future__ import annotations

from dataclasses import replace

import labels
from compounding.policy import Market
from compounding.wording.treatment import TITLE, TableText, TreatmentText
from labels import Pair, PlanTable, TreatmentPlan

_STOCKS = {Market.US: labels.LETTER, Market.UK: labels.A4}
# mm; the column without a width takes what the others leave.
_WIDTHS: dict[str, tuple[float | None, ...]] = {
    "doses": (27.0, 22.0, 24.0, 24.0, 24.0, None),
    "decided": (48.0, 56.0, None),
    "findings": (24.0, None, 34.0),
    "rules": (46.0, None, 34.0),
    "checklist": (46.0, None, 34.0),
    "disagreements": (46.0, None, 34.0),
}


def draw_treatment(
    text: TreatmentText, market: Market, pharmacy: str, foot: str, mark: tuple[str, str] | None = None
) -> bytes:
    """The plan as a PDF, each page numbered; the same strings give the same bytes.

    foot  by whom and when it was made
    mark  what lies across each page, as that of training

    Raises labels.Refused, naming the field.
    """
    plan = TreatmentPlan(
        title=TITLE,
        pharmacy=pharmacy,
        facts=tuple(tuple(Pair(*fact) for fact in line) for line in text.facts),
        tables=tuple(PlanTable(table.heading, table.captions, _widths(table), table.rows) for table in text.tables),
        foot=foot,
        number=text.number,
        mark=mark,
    )
    stock = _STOCKS[market]
    pages = labels.plan_pages(plan, stock)
    numbered = replace(plan, pages=tuple(f"Page {page} of {pages}" for page in range(1, pages + 1)))
    return labels.draw_plan(numbered, stock)


def _widths(table: TableText) -> tuple[float | None, ...]:
    """The levels have a column for each day of a cycle, however many the drug has."""
    if table.key == "levels":
        return (56.0, *(21.0 for _ in table.captions[1:-2]), 17.0, None)
    return _WIDTHS[table.key]
