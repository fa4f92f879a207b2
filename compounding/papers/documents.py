"""A document as finished strings, and its PDF."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import labels
from compounding.papers.copies import as_preview, for_place, label_copy, labelled, stock_of
from compounding.papers.paper import PAPER
from compounding.papers.stored import read_back
from compounding.papers.work import Work
from compounding.papers.worksheets import worksheet
from compounding.policy import LabelSize, Market
from compounding.wording import worksheets as words
from compounding.workflow.labels import LABEL
from compounding.workflow.progress import Fate
from labels import BagLabelUK, BagLabelUS, Extract, Worksheet

DOCUMENTS = (LABEL, "worksheet")
_USUAL_DPI = 203  # of a label printer; the other is 300
_SHEET_DPI = 300  # an office printer places no whole dots: the finer grid gives the smaller symbol


def strings(document: str, work: Work, copy: int) -> dict[str, Any]:
    """The finished strings of a document, fit to be stored as JSON; a label's on the stock of the site, without saying
    how many there are. Raises Refused, naming the field, where the document cannot be drawn from them."""
    if document == LABEL:
        return label_strings(work, copy, (), work.site.label_stock)
    made = worksheet(work, stock=PAPER[work.market])
    stored = {"document": document, "market": work.market.value, "content": asdict(made)}
    return _fitting(with_copy(stored, work.number, copy))


def label_strings(work: Work, copy: int, places: Sequence[Fate], size: LabelSize) -> dict[str, Any]:
    """The finished strings of the labels that are first printed together, `copy` the first of them.

    `places` is what they are for, in their order; without it no copy says how many there are. Raises Refused, naming
    the field, where that stock cannot carry them, for whichever place."""
    stored = labelled(work, copy, places, size)
    for place in (Fate.APPLIED, Fate.LIGHT_COVER, Fate.SPECIMEN):
        _fitting(with_copy(for_place(stored, place, size), work.number, copy))
    return stored


def reprint_strings(first: Mapping[str, Any], number: str, copy: int, place: Fate, size: LabelSize) -> dict[str, Any]:
    """The strings of a first print as one more copy has them: for a place, and on a stock. Raises Refused, naming the
    field, where that stock cannot carry them."""
    return _fitting(with_copy(for_place(first, place, size), number, copy))


def preview_strings(work: Work, size: LabelSize) -> dict[str, Any]:
    """Those of a label that cannot be printed yet: it says so, as a specimen does. Raises Refused."""
    return _fitting(as_preview(labelled(work, 1, (), size), work.number))


def _fitting(stored: dict[str, Any]) -> dict[str, Any]:
    """The same strings. Raises Refused where they do not fit."""
    _require_fit(stored)
    return stored


def _require_fit(stored: Mapping[str, Any]) -> None:
    """Measures every run, as drawing would, and paints nothing. Raises Refused, naming the field."""
    made, stock = _made(stored)
    if isinstance(made, Worksheet):
        labels.compose_worksheet(made, stock)
    else:
        labels.compose_bag_label(made, stock, _USUAL_DPI)


def with_copy(stored: Mapping[str, Any], number: str, copy: int) -> dict[str, Any]:
    """The same strings for another copy: only the copy line differs, and on a label the symbol's text and what the
    copy is for."""
    if stored["document"] == LABEL:
        return label_copy(stored, number, copy)
    foot = stored["content"]["foot"]
    facts = (*foot["facts"][:-1], words.copy(copy))
    return {**stored, "content": {**stored["content"], "foot": {**foot, "facts": facts}}}


def draw(stored: Mapping[str, Any], dpi: int = _USUAL_DPI) -> bytes:
    """The PDF of a document from its stored strings; the same strings give the same bytes.

    `dpi` is that of the label printer, 203 or 300. Raises Refused, naming the field.
    """
    made, stock = _made(stored)
    if isinstance(made, Worksheet):
        return labels.draw_worksheet(made, stock)
    return labels.draw_bag_label(made, stock, dpi)


def draw_all(copies: Iterable[Mapping[str, Any]], dpi: int = _USUAL_DPI) -> bytes:
    """The PDF of several copies of a label on one stock, a page each. Raises Refused, naming the field."""
    made = [_made(stored) for stored in copies]
    return labels.draw_bag_labels([label for label, _ in made], made[0][1], dpi)


def draw_on_sheets(copies: Iterable[Mapping[str, Any]], sheet: str, first: int) -> bytes:
    """The PDF of several copies of a label on sheets of labels, from the first free position on. Raises Refused, naming
    the field."""
    made = [_made(stored) for stored in copies]
    composed = [labels.compose_bag_label(label, stock, _SHEET_DPI) for label, stock in made]
    return labels.on_sheets(composed, labels.label_sheet(sheet), first, made[0][0].symbol)


def draw_extract(extract: Extract, market: Market) -> bytes:
    """A part of the log as a PDF on the market's paper, each page numbered. Raises Refused, naming the field."""
    stock = PAPER[market]
    pages = labels.extract_pages(extract, stock)
    numbered = replace(extract, pages=tuple(words.page(page, pages) for page in range(1, pages + 1)))
    return labels.draw_extract(numbered, stock)


def _made(stored: Mapping[str, Any]) -> tuple[Any, labels.Stock]:
    """The document that strings were stored of, and the stock it is drawn on."""
    document, market = stored["document"], stored["market"]
    stock = stock_of(stored) if document == LABEL else PAPER[Market(market)]
    return read_back(_KINDS[(document, market)], stored["content"]), stock


_KINDS: Mapping[tuple[str, str], type[Any]] = {
    ("label", "us"): BagLabelUS,
    ("label", "uk"): BagLabelUK,
    ("worksheet", "us"): Worksheet,
    ("worksheet", "uk"): Worksheet,
}
