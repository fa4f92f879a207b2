"""The preview of a label on its page: which copy on which stock, and why it cannot be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from compounding import papers
from compounding.policy import LabelSize
from compounding.web import label_prints
from compounding.web.desk import Desk
from compounding.web.printing import printers_here, usual_printer
from compounding.web.progressing import Way
from compounding.wording import labels as wording
from compounding.workflow.labels import due
from compounding.workflow.progress import Fate

PLACES: Mapping[str, Fate] = {"bag": Fate.APPLIED, "cover": Fate.LIGHT_COVER, "specimen": Fate.SPECIMEN}
"""As an address names them."""
FORMS: Mapping[str, str] = {"pdf": "application/pdf", "png": "image/png"}
USUAL, FINE = 203, 300  # dpi of label printers
_SLUGS = {place: slug for slug, place in PLACES.items()}


@dataclass(frozen=True, slots=True)
class Preview:
    """What the page shows of it. `places` and `stocks`: text, address, whether it is this one."""

    places: tuple[tuple[str, str, bool], ...]
    stocks: tuple[tuple[str, str, bool], ...]
    caption: str
    described: str
    """For whoever does not see the picture."""
    refused: str
    """Why it cannot be drawn; the addresses are then empty."""
    picture: str
    file: str


def asked(way: Way, place: str, size: str, d: Desk) -> tuple[Fate, LabelSize]:
    """The copy and the stock that an address asks for; what cannot be printed now is the usual one."""
    wanted = PLACES.get(place, Fate.APPLIED)
    if wanted not in due(label_prints.light_cover(way)):
        wanted = Fate.APPLIED
    usual = label_prints.usual_size(way, d)
    found = next((one for one in sizes(way, wanted) if one.value == size), usual)
    return wanted, found


def sizes(way: Way, place: Fate) -> tuple[LabelSize, ...]:
    """The stocks that a copy for this place may be printed on."""
    return tuple(one for one in label_prints.sizes(way) if one is not LabelSize.SECONDARY or place is Fate.LIGHT_COVER)


def preview(way: Way, place: Fate, size: LabelSize, d: Desk) -> Preview:
    number, refused = way.saved.number, ""
    stock = papers.stock_name(d.market, size)
    try:
        strings: Mapping[str, Any] = label_prints.shown(way, place, size, d)
    except papers.Refused as why:
        refused, strings = label_prints.refusal_on(size, why, way, d), {}
    names: dict[str, Any] = {"number": number, **_names(place, size), **_fine(d)}
    drawn = {form: url_for("labels.preview", **names, form=form) for form in FORMS}
    return Preview(
        places=tuple(_tab(number, wording.TABS[one], one, size, place is one) for one in _places(way)),
        stocks=tuple(
            _tab(number, papers.stock_name(d.market, one), place, one, size is one) for one in sizes(way, place)
        ),
        caption=wording.shown_as(stock, label_prints.only_preview(way, d)),
        described=wording.described(wording.TABS[place], stock, strings["content"]["copy"] if strings else ""),
        refused=refused,
        picture="" if refused else drawn["png"],
        file="" if refused else drawn["pdf"],
    )


def _fine(d: Desk) -> dict[str, str]:
    """What an address says of the resolution: only that it is the finer one, as of the printer that is used here."""
    usual = usual_printer(printers_here(d))
    return {"dpi": str(FINE)} if usual is not None and usual.dpi == FINE else {}


def _places(way: Way) -> tuple[Fate, ...]:
    return due(label_prints.light_cover(way))


def _tab(number: str, text: str, place: Fate, size: LabelSize, chosen: bool) -> tuple[str, str, bool]:
    names: dict[str, Any] = {"number": number, **_names(place, size), "_anchor": "preview"}
    return text, url_for("labels.shown", **names), chosen


def _names(place: Fate, size: LabelSize) -> dict[str, str]:
    return {"copy_of": _SLUGS[place], "stock": size.value}
