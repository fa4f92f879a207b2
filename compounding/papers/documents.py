"""A document as finished strings, and its PDF."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, is_dataclass, replace
from functools import partial
from typing import Any, get_args, get_origin, get_type_hints

import labels
from compounding.papers.bags import uk_label, us_label
from compounding.papers.work import Work
from compounding.papers.worksheets import worksheet
from compounding.policy import Market
from compounding.scanning import own_code
from labels import BagLabelUK, BagLabelUS, Extract, Worksheet

DOCUMENTS = ("label", "worksheet")
_STOCKS = {
    ("label", "us"): labels.US_4X3,
    ("label", "uk"): labels.UK_100X75,
    ("worksheet", "us"): labels.LETTER,
    ("worksheet", "uk"): labels.A4,
}
_USUAL_DPI = 203  # of a label printer; the other is 300


def strings(document: str, work: Work, copy: int, of: int | None = None) -> dict[str, Any]:
    """The finished strings of a document, fit to be stored as JSON.

    `of` is how many labels are printed with this one, itself the first; None where that is not said. Raises
    Refused, naming the field, where the document cannot be drawn from them.
    """
    made = _MAKERS[(document, work.market.value)](work)
    stored: dict[str, Any] = {"document": document, "market": work.market.value, "content": asdict(made)}
    if of is not None:
        stored["last"] = copy + of - 1
    of_copy = with_copy(stored, work.number, copy)
    _require_fit(of_copy)
    return of_copy


def _require_fit(stored: Mapping[str, Any]) -> None:
    """Measures every run, as drawing would, and paints nothing. Raises Refused, naming the field."""
    made, stock = _made(stored)
    if isinstance(made, Worksheet):
        labels.compose_worksheet(made, stock)
    else:
        labels.compose_bag_label(made, stock, _USUAL_DPI)


def with_copy(stored: Mapping[str, Any], number: str, copy: int) -> dict[str, Any]:
    """The same strings for another copy: only the copy line differs, and on a label the symbol's text."""
    content = dict(stored["content"])
    if stored["document"] == "label":
        content |= {"copy": _copy_line(copy, stored.get("last")), "symbol": own_code(number, str(copy))}
    else:
        foot = content["foot"]
        content |= {"foot": {**foot, "facts": (*foot["facts"][:-1], f"copy {copy}")}}
    return {**stored, "content": content}


def _copy_line(copy: int, last: int | None) -> str:
    if last is None:
        return f"Copy {copy}"
    return f"Copy {copy} of {last}" if copy <= last else f"Copy {copy}, reprint"


def draw(stored: Mapping[str, Any], dpi: int = _USUAL_DPI) -> bytes:
    """The PDF of a document from its stored strings; the same strings give the same bytes.

    `dpi` is that of the label printer, 203 or 300. Raises Refused, naming the field.
    """
    made, stock = _made(stored)
    if isinstance(made, Worksheet):
        return labels.draw_worksheet(made, stock)
    return labels.draw_bag_label(made, stock, dpi)


def draw_all(copies: Iterable[Mapping[str, Any]], dpi: int = _USUAL_DPI) -> bytes:
    """The PDF of several copies of a label, a page each. Raises Refused, naming the field."""
    made = [_made(stored) for stored in copies]
    return labels.draw_bag_labels([label for label, _ in made], made[0][1], dpi)


def draw_extract(extract: Extract, market: Market) -> bytes:
    """A part of the log as a PDF on the market's paper, each page numbered. Raises Refused, naming the field."""
    stock = _STOCKS[("worksheet", market.value)]
    pages = labels.extract_pages(extract, stock)
    numbered = replace(extract, pages=tuple(f"Page {page} of {pages}" for page in range(1, pages + 1)))
    return labels.draw_extract(numbered, stock)


def _made(stored: Mapping[str, Any]) -> tuple[Any, labels.Stock]:
    """The document that strings were stored of, and the stock it is drawn on."""
    key = (stored["document"], stored["market"])
    return _read(_KINDS[key], stored["content"]), _STOCKS[key]


_MAKERS: Mapping[tuple[str, str], Any] = {
    ("label", "us"): us_label,
    ("label", "uk"): uk_label,
    ("worksheet", "us"): partial(worksheet, stock=labels.LETTER),
    ("worksheet", "uk"): partial(worksheet, stock=labels.A4),
}
_KINDS: Mapping[tuple[str, str], type[Any]] = {
    ("label", "us"): BagLabelUS,
    ("label", "uk"): BagLabelUK,
    ("worksheet", "us"): Worksheet,
    ("worksheet", "uk"): Worksheet,
}


def _read(kind: Any, stored: Any) -> Any:
    """A stored value as the dataclass, tuple or text that it was. Raises TypeError for any other shape."""
    if isinstance(kind, types.UnionType):
        if stored is None:
            return None
        (kind,) = (option for option in get_args(kind) if option is not type(None))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{field.name: _read(hints[field.name], stored[field.name]) for field in fields(kind)})  # type: ignore[operator]
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        items = [inner[0]] * len(stored) if len(inner) == 2 and inner[1] is ... else inner
        return tuple(_read(item, value) for item, value in zip(items, stored, strict=True))
    if not isinstance(stored, kind):
        raise TypeError(f"{stored!r} is not {kind}")
    return stored
