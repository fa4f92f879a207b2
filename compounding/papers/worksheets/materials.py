"""The materials, with what was recorded of each, and the line clearance: F, G."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from compounding.papers.work import Lot, Recorded
from compounding.papers.worksheets.headings import heading
from compounding.papers.worksheets.order import signature
from compounding.policy import Market
from compounding.wording import papers as words
from compounding.wording import worksheets as sheet_words
from compounding.wording.numbers import capital
from compounding.wording.plan_values import PlanText
from compounding.workflow import State
from compounding.workflow.materials import Kind
from labels import Box, Clearance, Material, MaterialCaptions, Materials, Tick

Place = tuple[Kind, int]


def materials(text: PlanText, market: Market, recorded: Recorded) -> Materials:
    """Whoever recorded the last of them assembled them. That they were checked is signed by hand: no signature on
    screen says so."""
    rows, lots = [*vial_rows(text), *_fluid_rows(text)], recorded.lots
    return Materials(
        heading("materials"),
        captions(market),
        tuple(
            _numbered(number, row, lots.get(place) if place else None) for number, (place, row) in enumerate(rows, 1)
        ),
        (
            signature(sheet_words.ASSEMBLED, recorded.entries.get(State.MATERIALS)),
            signature(sheet_words.MATERIALS_CHECKED, None),
        ),
    )


def captions(market: Market) -> MaterialCaptions:
    return MaterialCaptions(*sheet_words.materials(words.WORDS[market].lot))


def vial_rows(text: PlanText) -> Iterator[tuple[Place, Material]]:
    for place, (product, quantity) in enumerate(words.vial_rows(text), 1):
        yield (Kind.DRUG, place), Material("", product, text.code, text.maker, quantity)


def _fluid_rows(text: PlanText) -> Iterator[tuple[Place | None, Material]]:
    water = sheet_words.each_vial(text.water_each, spare=bool(text.spare))
    yield (Kind.WATER, 0), Material("", text.reconstitute_with, water, quantity=text.water)
    if text.making == "B":  # a ready-filled bag is the diluent too
        yield (Kind.CONTAINER, 0), Material("", text.diluent, sheet_words.ready_filled(text.bag), quantity="1")
    else:
        yield (Kind.DILUENT, 0), Material("", text.diluent, quantity=text.saline)
        yield (Kind.CONTAINER, 0), Material("", sheet_words.empty_container(text.bag), text.container, quantity="1")
    if text.light_cover:
        yield None, Material("", sheet_words.LIGHT_COVER, quantity="1")


def _numbered(number: int, row: Material, lot: Lot | None) -> Material:
    """A row of the table, with what was recorded for it. A pack that was scanned names no maker: its GTIN does."""
    numbered = replace(row, number=str(number), product=capital(row.product))
    if lot is None:
        return numbered
    maker = lot.maker or row.maker or lot.gtin
    return replace(numbered, maker=maker, lot=lot.lot, expiry=lot.expiry, entry=lot.read_by)


def clearance(market: Market) -> Clearance:
    return Clearance(
        heading("clearance", words.BY_HAND),
        tuple(map(Tick, sheet_words.CLEARED)),
        Box(words.WORDS[market].cabinet),
        Box(sheet_words.INITIALS),
    )
