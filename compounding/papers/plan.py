"""The treatment plan on paper: its tables on the market's paper, as many pages as they need."""

from __future__ import annotations

from dataclasses import replace

import labels
from compounding.papers.paper import PAPER
from compounding.policy import Market
from compounding.wording.reports import page_of
from compounding.wording.treatment import TableText, TreatmentText, title
from labels import Pair, Record, RecordColumn, RecordRow, Section

_SHARES: dict[str, tuple[int, ...]] = {
    "doses": (26, 19, 22, 22, 22, 77),
    "decided": (48, 56, 82),
    "findings": (24, 126, 36),
    "rules": (46, 104, 36),
    "checklist": (46, 104, 36),
    "disagreements": (46, 104, 36),
}
"""The widths of the columns beside each other."""


def draw_treatment(
    text: TreatmentText,
    market: Market,
    pharmacy: str,
    foot: str,
    mark: tuple[str, str] | None = None,
    log_head: str | None = None,
) -> bytes:
    """The plan as a PDF, each page numbered; the same strings give the same bytes.

    foot      by whom and when it was made
    mark      what lies across each page, as that of training
    log_head  the newest entry of the log then, in words; None where there is no log

    Raises labels.Refused, naming the field.
    """
    plan = Record(
        title=title(text.number),
        pharmacy=pharmacy,
        facts=tuple(tuple(Pair(*fact) for fact in line) for line in text.facts),
        sections=tuple(map(_section, text.tables)),
        foot=foot,
        log_head=log_head,
        mark=mark,
    )
    stock = PAPER[market]
    pages = labels.record_pages(plan, stock)
    return labels.draw_record(replace(plan, pages=tuple(page_of(page, pages) for page in range(1, pages + 1))), stock)


def _section(table: TableText) -> Section:
    columns = zip(table.captions, _shares(table), strict=True)
    return Section(
        title=table.heading,
        columns=tuple(RecordColumn(caption, share, bold=i == 0) for i, (caption, share) in enumerate(columns)),
        rows=tuple(map(RecordRow, table.rows)),
    )


def _shares(table: TableText) -> tuple[int, ...]:
    """The levels have a column for each day of a cycle, however many the drug has."""
    if table.key == "levels":
        return (56, *(21 for _ in table.captions[1:-2]), 17, 29)
    return _SHARES[table.key]
