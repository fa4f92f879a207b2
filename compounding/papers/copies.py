"""The copies of a bag label: on which stock each is printed, what it is for, and its own line and code.

The strings of the first print are stored with their stock and the places of its copies; of a reprint they are the
same, with its own place and stock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import labels
from compounding.papers.bags import uk_label, us_label
from compounding.papers.work import Work
from compounding.policy import LabelSize, Market
from compounding.scanning import own_code
from compounding.wording.bags import copy_line
from compounding.wording.papers import KINDS, PREVIEW
from compounding.workflow.labels import LABEL
from compounding.workflow.progress import Fate
from labels import Stock

Stored = Mapping[str, Any]

_MAKERS: Mapping[Market, Any] = {Market.US: us_label, Market.UK: uk_label}
_STOCKS: Mapping[Market, Mapping[LabelSize, Stock]] = {
    Market.US: {
        LabelSize.SMALL: labels.US_4X3,
        LabelSize.TALL: labels.US_4X4,
        LabelSize.SECONDARY: labels.US_4X2,
    },
    Market.UK: {
        LabelSize.SMALL: labels.UK_100X75,
        LabelSize.TALL: labels.UK_100X100,
        LabelSize.SECONDARY: labels.UK_70X50,
    },
}


def stock_name(market: Market, size: LabelSize) -> str:
    """As a site orders it: "4 × 3 in"."""
    return _STOCKS[market][size].name


def stock_of(stored: Stored) -> Stock:
    """The stock that strings are drawn on; those of before a stock was stored with them, on the small one."""
    sizes = _STOCKS[Market(stored["market"])]
    return next((stock for stock in sizes.values() if stock.name == stored.get("stock")), sizes[LabelSize.SMALL])


def size_of(stored: Stored) -> LabelSize:
    """Which of its market's stocks that is."""
    stock = stock_of(stored)
    return next(size for size, one in _STOCKS[Market(stored["market"])].items() if one == stock)


def labelled(work: Work, copy: int, places: Sequence[Fate], size: LabelSize) -> dict[str, Any]:
    """The strings of the copies that are first printed, those of `copy`, the first of them."""
    stored: dict[str, Any] = {
        "document": LABEL,
        "market": work.market.value,
        "stock": stock_name(work.market, size),
        "content": asdict(_MAKERS[work.market](work)),
    }
    if places:
        stored |= {"last": copy + len(places) - 1, "places": [place.value for place in places]}
    return label_copy(stored, work.number, copy)


def for_place(first: Stored, place: Fate, size: LabelSize) -> dict[str, Any]:
    """The strings of a first print for one more copy, whatever its number will be."""
    return {**first, "stock": stock_name(Market(first["market"]), size), "place": place.value}


def as_preview(stored: Stored, number: str) -> dict[str, Any]:
    """The strings of a label that cannot be printed yet. Its code is of copy 0, which there never is."""
    own = {"symbol": own_code(number, "0"), **_told(PREVIEW)}
    return {**stored, "place": PREVIEW, "content": {**stored["content"], **own}}


def label_copy(stored: Stored, number: str, copy: int) -> dict[str, Any]:
    """The strings of another copy: only its line, its code, and what it is for differ."""
    own = {"copy": copy_line(copy, stored.get("last")), "symbol": own_code(number, str(copy))}
    return {**stored, "content": {**stored["content"], **own, **_told(_place(stored, copy))}}


def _place(stored: Stored, copy: int) -> str:
    """What a copy is for: that of a reprint, else by its number. One that does not say is as the bag's."""
    if "place" in stored:
        return str(stored["place"])
    places = stored.get("places", [])
    by_number = dict(enumerate(places, stored.get("last", 0) - len(places) + 1))
    return str(by_number.get(copy, Fate.APPLIED.value))


def _told(place: str) -> dict[str, Any]:
    kind, void = KINDS[place]
    return {"kind": kind, "void": void}
