"""What is drawn of a label when nobody measures or checks: strings and rectangles at places that are already known.

The floors and the peers get these; ours gets the label's strings and must find every place itself."""

from __future__ import annotations

from ctypes import c_double
from dataclasses import replace
from typing import Any, NamedTuple

import pypdfium2
import zxingcpp
from PIL import ImageChops

from labels import US_4X3, BagLabelUS, Moment, Pair, Sheet, compose_bag_label
from labels.raster import dots
from labels.sheet import Area, symbol_area
from tests.paper_examples import US_LABEL

DPI = 203
STOCK = US_4X3
PLACE = 0.1
"""pt within which a letter stands at one place in two drawings: a quarter of a dot at 203 dpi."""
DIFFERING = 0.01
"""The share of dots in which two programs' edges of letters may differ."""
_FAMILIES = ("OKAFOR", "RIVERA", "LINDQVIST", "ÅSTRÖM", "NGUYỄN", "PAPADOPOULOS", "КОВАЛЬ")
_WARDS = ("Infusion Center 4W, chair", "6 East, bed", "Day Unit, chair")


class Text(NamedTuple):
    """x and the baseline y in points from the lower left."""

    text: str
    face: str
    size: float
    x: float
    y: float
    white: bool


class Box(NamedTuple):
    """Black; points from the lower left."""

    x: float
    y: float
    width: float
    height: float


class Sketch(NamedTuple):
    """One label: the lines that it says, with what is black under and beside them."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    texts: tuple[Text, ...]


class Job(NamedTuple):
    """Labels that go into one file, in both forms."""

    labels: tuple[BagLabelUS, ...]
    sketches: tuple[Sketch, ...]
    title: str


def job(turn: int, count: int = 1) -> Job:
    made = tuple(label(turn * count + place) for place in range(count))
    return Job(made, tuple(sketch(compose_bag_label(one, STOCK, DPI)) for one in made), made[0].symbol)


def label(number: int) -> BagLabelUS:
    """Another patient, dose, hour and number for each; what names the drug and the pharmacy is the same on all."""
    hundredths = 80 + number % 90
    hour, minute = 13 + number // 60 % 6, number % 60
    written = f"2026-{number % 1_000_000:06d}"
    return replace(
        US_LABEL,
        training=None,
        patient_name=f"{_FAMILIES[number % len(_FAMILIES)]}, Case {number}",
        mrn=Pair("MRN", f"{100_000 + number * 37 % 900_000:08d}"),
        born=Pair("Born", f"Aug {1 + number % 28}, {1930 + number % 75}"),
        location=f"{_WARDS[number % len(_WARDS)]} {1 + number % 40}",
        dose=f"DOSE {hundredths // 100}.{hundredths % 100 or 5:02d} mg",
        strength=f"(0.0{200 + number % 97} mg per mL), contains {3 + hundredths % 4}.{1 + number % 9} mL of 0.25 mg/mL",
        prepared=f"Prepared Mar 12, 2026 {hour - 6:02d}:{minute:02d}",
        start_before=Moment("START BEFORE (BUD)", "Mar 12, 2026", f"{hour}:{minute:02d}"),
        complete_by=Moment("INFUSION COMPLETE BY", "Mar 12, 2026", f"{hour + 1}:{minute:02d}"),
        number=Pair("Prep. no.", written),
        symbol=f"{written}-1-7K",
    )


def sketch(sheet: Sheet) -> Sketch:
    """A composed label, once its places are known."""
    black = [*(fill.area for fill in sheet.fills), *sheet.rules, *_modules(sheet)]
    texts = tuple(
        Text(run.text, run.face.name, run.size, sheet.x(run.x), sheet.y(run.y), run.white) for run in sheet.runs
    )
    # A ten-thousandth of a point less, as ours is: see labels.pdf.
    width, height = sheet.x(sheet.width) - 1e-4, sheet.y(0) - 1e-4
    return Sketch(width, height, tuple(_box(sheet, area) for area in black), texts)


def _modules(sheet: Sheet) -> list[Area]:
    found = []
    for symbol in sheet.symbols:
        left, top, _, _ = symbol_area(symbol)
        for row, column, length in symbol.dark:
            x, y = left + column * symbol.module, top + row * symbol.module
            found.append(Area(x, y, x + length * symbol.module, y + symbol.module))
    return found


def _box(sheet: Sheet, area: Area) -> Box:
    left, top, right, bottom = area
    return Box(sheet.x(left), sheet.y(bottom), sheet.x(right - left), sheet.x(bottom - top))


# ------------------------------------------------------------------ whether two drawings are the same


def same(one: bytes, other: bytes) -> bool:
    """Whether two files have the same pages: the same letters in the same order at the same places, the same code in
    the symbol, and no more than a hundredth of the dots of another colour."""
    pages, others = _pages(one), _pages(other)
    return len(pages) == len(others) and all(map(_alike, pages, others))


class _Page(NamedTuple):
    size: tuple[float, float]
    letters: str
    places: list[tuple[float, float]]
    codes: list[str]
    dots: Any


def _pages(drawn: bytes) -> list[_Page]:
    with pypdfium2.PdfDocument(drawn) as document:
        return [_page(page) for page in document]


def _page(page: Any) -> _Page:
    text = page.get_textpage()
    found = [(c, _origin(text, at)) for at, c in enumerate(text.get_text_range()) if not c.isspace()]
    text.close()
    picture = page.render(scale=DPI / 72, grayscale=True).to_pil()
    codes = [code.text for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.DataMatrix)]
    return _Page(page.get_size(), "".join(c for c, _ in found), [place for _, place in found], codes, dots(picture))


def _origin(text: Any, at: int) -> tuple[float, float]:
    """Where a letter begins on its baseline. (The box that PDFium gives of one depends on what its font's entry says
    of its height.)"""
    x, y = c_double(), c_double()
    assert pypdfium2.raw.FPDFText_GetCharOrigin(text, at, x, y)
    return x.value, y.value


def _alike(one: _Page, other: _Page) -> bool:
    near = (abs(a - b) < PLACE for a, b in zip(one.size, other.size, strict=True))
    if not all(near) or one.letters != other.letters or not one.codes or one.codes != other.codes:
        return False
    edges = (
        (a, b) for place, there in zip(one.places, other.places, strict=True) for a, b in zip(place, there, strict=True)
    )
    return all(abs(a - b) < PLACE for a, b in edges) and _differing(one.dots, other.dots) < DIFFERING


def _differing(one: Any, other: Any) -> float:
    """The share of dots that only one of two pictures has black."""
    if one.size != other.size:
        return 1.0
    return ImageChops.logical_xor(one, other).histogram()[255] / (one.width * one.height)
