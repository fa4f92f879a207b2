"""Waste certificates, of one preparation and of a period: what went into the bin, and what is billed beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from compounding.papers.reports import Facts, Shown, boxes, report, signing
from compounding.wording import wastes as words
from compounding.wording.reports import REPORTS, WASTE
from labels import Record, RecordColumn, RecordRow, Section

Cells = tuple[tuple[str, ...], ...]
"""A row in words: each string of a cell begins a line."""


@dataclass(frozen=True, slots=True)
class WasteOfOne:
    """What was thrown away of one preparation, in words."""

    facts: Facts
    bin: Sequence[Cells]
    """As words.BIN_CAPTIONS."""
    total: tuple[str, str]
    """Mass and volume."""
    planned: str
    bills: Sequence[Cells]
    """As words.BILL_CAPTIONS; none where nothing is billed by units."""
    rule: Sequence[str]
    """What links the two, in sentences."""
    balance: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class WasteOfDrug:
    """What was thrown away of one drug in a period, in words."""

    name: str
    sums: Sequence[tuple[str, str]]
    summed: str
    """How many rows, of how many preparations."""
    bin: Sequence[Cells]
    """As words.PERIOD_CAPTIONS."""
    bills: Sequence[Cells]
    """As words.BILLS_CAPTIONS."""
    rule: Sequence[str]
    worked_by: str
    """By which drug files."""


def _columns(
    captions: Sequence[str], shares: Sequence[int], *, right: str = "", bold: str = ""
) -> tuple[RecordColumn, ...]:
    """`right` and `bold` hold the places of such columns as figures: "12"."""
    return tuple(
        RecordColumn(caption, share, bold=str(place) in bold, right=str(place) in right)
        for place, (caption, share) in enumerate(zip(captions, shares, strict=True))
    )


_BIN = _columns(words.BIN_CAPTIONS, (34, 16, 28, 40, 28, 23, 21), right="12", bold="012")
_BILL = _columns(words.BILL_CAPTIONS, (40, 20, 120), bold="01", right="1")
_PERIOD = _columns(words.PERIOD_CAPTIONS, (28, 23, 30, 17, 18, 42, 28), right="34", bold="34")
_BILLS = _columns(words.BILLS_CAPTIONS, (26, 26, 26, 26, 18, 60), right="234", bold="05")


def waste_of_one(of: WasteOfOne, shown: Shown) -> Record:
    return report(REPORTS[WASTE], of.facts, _of_one(of), shown)


def _of_one(of: WasteOfOne) -> Iterator[Section]:
    rows = tuple(RecordRow(cells) for cells in of.bin)
    if rows:
        total = RecordRow(((words.TOTAL,), (of.total[0],), (of.total[1],), (), (), (), ()))
        yield Section(title=words.BIN, columns=_BIN, rows=(*rows, total))
    else:
        yield Section(title=words.BIN, texts=(words.NOTHING_YET, of.planned))
    yield _billed(words.BILL, _BILL, of.bills, of.rule)
    yield Section(title=words.BALANCE, boxes=boxes(of.balance), texts=(words.BALANCE_RULE,))
    yield signing(words.SIGNED, words.MEANINGS)


def _billed(title: str, columns: tuple[RecordColumn, ...], bills: Sequence[Cells], rule: Sequence[str]) -> Section:
    if not bills:
        return Section(title=title, texts=tuple(rule))
    return Section(title=title, texts=tuple(rule), columns=columns, rows=tuple(map(RecordRow, bills)))


def waste_of_period(facts: Facts, drugs: Sequence[WasteOfDrug], shown: Shown) -> Record:
    """Masses of two drugs are never one sum: each has its own sections."""
    return report(REPORTS[WASTE], facts, _of_period(drugs), shown)


def _of_period(drugs: Sequence[WasteOfDrug]) -> Iterator[Section]:
    if not drugs:
        yield Section(title=words.BIN, texts=(words.NOTHING_THEN,))
    for drug in drugs:
        yield Section(title=drug.name, note=drug.summed, boxes=boxes(drug.sums))
        yield Section(
            title=f"{words.BIN}, {drug.name}",
            columns=_PERIOD,
            rows=tuple(map(RecordRow, drug.bin)),
            texts=(drug.worked_by,),
        )
        yield _billed(f"{words.BILLS}, {drug.name}", _BILLS, drug.bills, drug.rule)
    yield signing(words.SIGNED, words.MEANINGS)
