"""The bag labels: where each element stands on each stock, and its composition.

One table a stock; another stock is another row of LAYOUTS. Millimetres from the top left, y the baseline."""

from collections.abc import Sequence
from functools import cache
from operator import attrgetter
from typing import NamedTuple

from labels.content import BagLabelUK, BagLabelUS, Pair
from labels.faces import Weight, face
from labels.marks import Slant
from labels.pdf import pdf
from labels.refusal import Refused
from labels.sheet import UK_100X75, US_4X3, Align, Area, DotMark, Piece, Sheet, Stock
from labels.symbol import DOTS_PER_MODULE, MODULES

BagLabel = BagLabelUS | BagLabelUK

LEFT, RIGHT, CENTRE = Align.LEFT, Align.RIGHT, Align.CENTRE
CLEAR_UNDER = 12.0  # pt: figures smaller than this keep the mark out, for a dot beside them is a point
CLEARANCE = (2.2, 0.5)  # mm beside and above: elements 4.2 apart leave no strip of dots between

TWO_LINES = "; a name that needs two lines needs a taller stock"


class After(NamedTuple):
    """Where a run follows the one before it on its line, mm apart: at `else_x` where that is left out."""

    apart: float
    else_x: float


class Under(NamedTuple):
    """The left edge of a field that ends at x."""

    field: str
    right: float
    size: float


class Before(NamedTuple):
    """The right edge of a run that stands before an hour which ends at `right`: the usual column, or further left
    where the hour also names its zone."""

    hour: str
    right: float
    column: float


class Spot(NamedTuple):
    """One element. field: attribute of the label, a string or a Pair; weight: the string's or the value's;
    caption: the caption's; edge: the x it may not pass; hint: what else to say where it would."""

    field: str
    x: float | After | Under | Before
    y: float
    size: float
    weight: Weight = "Regular"
    align: Align = LEFT
    edge: float = 0.0
    caption: Weight = "Regular"
    white: bool = False
    hint: str = ""


class Layout(NamedTuple):
    """One stock. rules: (y, thickness) from left to right; band: the reversed bar; symbol: centre x and top;
    box: the training box, with the baselines of its lines and the field it is read before."""

    spots: tuple[Spot, ...]
    rules: tuple[tuple[float, float], ...]
    left: float
    right: float
    band: Area
    symbol: tuple[float, float]
    box: Area
    box_lines: tuple[float, ...]
    box_before: str
    slant: Slant


FLOW = 4.2  # mm between elements of a line
SMALL_FLOW = 2.6  # the same in 8.5 pt and smaller
HOUR_SIZE = 13  # pt, of the two times
BEFORE_HOUR = 1.3  # mm between a date and an hour that is wider than its column

US_SPOTS = (
    Spot("patient_name", 3, 5.5, 14.5, "Bold", edge=98.6, hint=TWO_LINES),
    Spot("mrn", 3, 9.4, 9, "Bold", edge=98.6),
    Spot("born", After(FLOW, 3), 9.4, 9, "Bold", edge=98.6),
    Spot("location", After(FLOW, 3), 9.4, 9, edge=98.6),
    Spot("generic", 3, 15.5, 15, "Bold", edge=98.6),
    Spot("brand", After(2, 3), 15.5, 12, edge=98.6),
    Spot("dose", 3, 22.8, 18, "Bold", edge=98.6),
    Spot("diluent", Under("total_volume", 98.6, 12.5), 18.9, 9, edge=98.6),
    Spot("total_volume", 98.6, 22.8, 12.5, "Bold", RIGHT, edge=3),
    Spot("strength", 3, 26.7, 9, edge=75.1),
    Spot("route", 3, 32, 12.5, "Bold", edge=75.1),
    Spot("rate", 3, 35.7, 8.5, edge=75.1),
    Spot("give_on", 3, 39.2, 8.5, "Bold", edge=98.6),
    Spot("cycle", After(FLOW, 3), 39.2, 8.5, edge=98.6),
    Spot("prepared", 98.6, 39.2, 8.5, align=RIGHT, edge=3),
    Spot("start_before.caption", 3, 45, 13, "Bold", edge=58),
    Spot("start_before.date", Before("start_before.hour", 98.6, 85), 45, 13, "Bold", RIGHT, edge=52.5),
    Spot("start_before.hour", 98.6, 45, 13, "Bold", RIGHT, edge=78),
    Spot("complete_by.caption", 3, 49.8, 13, "Bold", edge=58),
    Spot("complete_by.date", Before("complete_by.hour", 98.6, 85), 49.8, 13, "Bold", RIGHT, edge=52.5),
    Spot("complete_by.hour", 98.6, 49.8, 13, "Bold", RIGHT, edge=78),
    Spot("storage", 3, 54.3, 8.5, edge=98.6),
    Spot("limit", 98.6, 54.3, 8.5, "Semibold", RIGHT, edge=3),
    Spot("light", 3, 57.6, 8.5, "Bold", edge=98.6),
    Spot("handling", After(SMALL_FLOW, 3), 57.6, 8.5, edge=98.6),
    Spot("hazard", 4.6, 61.85, 9.2, "Bold", edge=97, white=True),
    Spot("hazard_note", 97, 61.85, 7.5, "Semibold", RIGHT, edge=4.6, white=True),
    Spot("single_dose", 3, 65.7, 7.5, edge=78.6),
    Spot("bag", After(SMALL_FLOW, 3), 65.7, 7.5, edge=78.6),
    Spot("number", After(SMALL_FLOW, 3), 65.7, 7.5, "Bold", edge=78.6),
    Spot("copy", After(SMALL_FLOW, 3), 65.7, 7.5, edge=78.6),
    Spot("prescriber", 3, 68.55, 7.5, edge=78.6),
    Spot("prepared_by", After(SMALL_FLOW, 3), 68.55, 7.5, edge=78.6),
    Spot("verified_by", 3, 71.4, 7.5, edge=78.6),
    Spot("pharmacy", 3, 74.25, 7.5, edge=78.6),
    Spot("phone", After(SMALL_FLOW, 3), 74.25, 7.5, "Bold", edge=78.6),
    # 0.31 lower than its neighbours: at 203 dpi the symbol's white ends at 72.8, and round letters such as Q
    # and G stand a hair taller than figures.
    Spot("symbol", 89.4, 74.56, 7, align=CENTRE, edge=99.4),
)

UK_SPOTS = (
    Spot("generic", 3, 5.8, 15, "Bold", edge=97),
    Spot("brand", After(2, 3), 5.8, 12, edge=97),
    Spot("dose", 3, 12.4, 18, "Bold", edge=97),
    Spot("diluent", After(2.4, 3), 12.4, 13, "Bold", edge=97),
    Spot("strength", 3, 16.3, 9, edge=73.5),
    Spot("route", 3, 21.4, 12.5, "Bold", edge=73.5),
    Spot("rate", 3, 25.2, 9, edge=73.5),
    Spot("patient_name", 3, 31.3, 14.5, "Bold", edge=97, hint=TWO_LINES),
    Spot("nhs_number", 3, 35.2, 9, "Bold", edge=97),
    Spot("hospital_number", After(FLOW, 3), 35.2, 9, "Bold", edge=97),
    Spot("born", After(FLOW, 3), 35.2, 9, "Bold", edge=97),
    Spot("ward", 3, 38.9, 9, edge=97),
    Spot("cycle", After(FLOW, 3), 38.9, 9, edge=97),
    Spot("bag", After(FLOW, 3), 38.9, 9, edge=97),
    Spot("batch", 3, 44.6, 12.5, "Bold", edge=97, caption="Bold"),
    Spot("prepared", 97, 44.6, 9, align=RIGHT, edge=3),
    Spot("expiry.caption", 3, 49.3, 13, "Bold", edge=57),
    Spot("expiry.date", Before("expiry.hour", 97, 83.4), 49.3, 13, "Bold", RIGHT, edge=46.5),
    Spot("expiry.hour", 97, 49.3, 13, "Bold", RIGHT, edge=75),
    Spot("complete_by.caption", 3, 54, 13, "Bold", edge=57),
    Spot("complete_by.date", Before("complete_by.hour", 97, 83.4), 54, 13, "Bold", RIGHT, edge=46.5),
    Spot("complete_by.hour", 97, 54, 13, "Bold", RIGHT, edge=75),
    Spot("storage", 3, 58.7, 8.5, edge=76.7),
    Spot("light", After(SMALL_FLOW, 3), 58.7, 8.5, "Bold", edge=76.7),
    Spot("hazard", 4.6, 63.65, 11, "Bold", edge=75.1, white=True),
    Spot("children", 3, 67.4, 7.5, edge=76.7),
    Spot("pharmacy", 3, 70.2, 7.5, edge=76.7),
    Spot("address", 3, 73, 7.5, edge=76.7),
    Spot("symbol", 87.75, 67.4, 7, align=CENTRE, edge=97.8),
    Spot("copy", 87.75, 70.2, 7.5, align=CENTRE, edge=97),
)

LAYOUTS: dict[tuple[type[BagLabel], Stock], Layout] = {
    (BagLabelUS, US_4X3): Layout(
        US_SPOTS,
        rules=((10.8, 0.25), (40.6, 0.5), (51.2, 0.5)),
        left=3,
        right=98.6,
        band=Area(3, 58.7, 98.6, 62.8),
        symbol=(89.4, 64.85),  # 2 mm under the band
        box=Area(76.1, 25, 98.6, 34.9),
        box_lines=(28.1, 31, 33.9),
        box_before="give_on",
        slant=Slant(44, 17, ((50, 21), (47, 39.5), (52, 57))),
    ),
    (BagLabelUK, UK_100X75): Layout(
        UK_SPOTS,
        rules=((26.1, 0.25), (40.3, 0.5), (55.4, 0.5)),  # the first so high that NGUYỄN stands clear of it
        left=3,
        right=97,
        band=Area(3, 60.1, 76.7, 64.7),
        symbol=(87.75, 57.7),  # 2 mm under the rule, and 2 mm over its text at 203 dpi
        box=Area(74.5, 14.6, 97, 25.2),
        box_lines=(17.8, 20.9, 24),
        box_before="patient_name",
        slant=Slant(43, 17, ((49, 21), (46, 39), (51, 56))),
    ),
}

BOX_SIZE = 9.0


def draw_bag_label(label: BagLabel, stock: Stock, dpi: int) -> bytes:
    """The label as a PDF of one page, in whole printer dots. dpi: 203 or 300.

    Raises Refused for a stock or dpi that has no layout, and for a field that cannot be printed or does not
    fit. The same label gives the same bytes."""
    return draw_bag_labels([label], stock, dpi)


def draw_bag_labels(labels: Sequence[BagLabel], stock: Stock, dpi: int) -> bytes:
    """Several labels, such as the copies of one, a page each. The title is the first label's symbol."""
    sheets = [compose_bag_label(label, stock, dpi) for label in labels]
    if not sheets:
        raise Refused("labels", "0", "labels make no page")
    return pdf(sheets, labels[0].symbol)


def compose_bag_label(label: BagLabel, stock: Stock, dpi: int) -> Sheet:
    """The label measured and checked, not yet drawn: its runs, rules and fills with their places."""
    layout = LAYOUTS.get((type(label), stock))
    if layout is None:
        raise Refused("stock", stock.name, "has no layout for this label")
    if dpi not in DOTS_PER_MODULE:
        raise Refused("dpi", str(dpi), "is no resolution of a label printer known here (203, 300)")
    sheet = Sheet(stock, dpi)
    for y, thick in layout.rules:
        sheet.rule(layout.left, y, layout.right, y, thick)
    sheet.fill(layout.band)
    _symbol(sheet, label, layout)
    _texts(sheet, label, layout)
    _mark(sheet, label, layout)
    sheet.check()
    return sheet


def _symbol(sheet: Sheet, label: BagLabel, layout: Layout) -> None:
    assert sheet.dpi is not None
    module = DOTS_PER_MODULE[sheet.dpi] * 25.4 / sheet.dpi
    centre, top = layout.symbol
    sheet.symbol("symbol", label.symbol, centre - MODULES * module / 2, top, module)


def _texts(sheet: Sheet, label: BagLabel, layout: Layout) -> None:
    after: float | None = None  # where the line's last run ends
    last_y = 0.0
    for spot in layout.spots:
        if spot.field == layout.box_before and label.training is not None:
            _training_box(sheet, label.training, layout)
        pieces = _pieces(label, spot)
        if spot.y != last_y:
            after, last_y = None, spot.y
        if pieces:
            after = _place(sheet, label, spot, pieces, after)


def _place(sheet: Sheet, label: BagLabel, spot: Spot, pieces: list[Piece], after: float | None) -> float:
    x = _x(label, spot, after)
    limit = x - spot.edge if spot.align is RIGHT else (spot.edge - x) * (2 if spot.align is CENTRE else 1)
    limit = max(limit, 0)  # the one before it may already have taken all
    follows = after is not None and isinstance(spot.x, After)
    hint = f", after “{sheet.runs[-1].text}”" if follows else spot.hint
    return sheet.text(pieces, x, spot.y, spot.size, spot.align, limit, spot.white, hint)


def _x(label: BagLabel, spot: Spot, after: float | None) -> float:
    if isinstance(spot.x, After):
        return spot.x.else_x if after is None else after + spot.x.apart
    if isinstance(spot.x, Before):
        return _before(label, spot.x)
    if isinstance(spot.x, Under):
        over = _reader(spot.x.field)(label)
        known = "".join(c for c in over if c in face("Bold").widths)  # the field itself is judged in its turn
        return spot.x.right - face("Bold").width(known, spot.x.size)
    return spot.x


def _before(label: BagLabel, place: Before) -> float:
    hour: str | None = _reader(place.hour)(label)
    if hour is None:
        return place.column
    known = "".join(c for c in hour if c in face("Bold").widths)  # the hour itself is judged in its turn
    return min(place.column, place.right - face("Bold").width(known, HOUR_SIZE) - BEFORE_HOUR)


@cache
def _reader(field: str) -> "attrgetter[str]":
    return attrgetter(field)


def _pieces(label: BagLabel, spot: Spot) -> list[Piece]:
    value: str | Pair | None = _reader(spot.field)(label)
    if value is None:
        return []
    if isinstance(value, Pair):
        return [Piece(spot.field, value.caption, spot.caption), Piece(spot.field, value.value, spot.weight)]
    return [Piece(spot.field, value, spot.weight)]


def _training_box(sheet: Sheet, lines: tuple[str, ...], layout: Layout) -> None:
    if len(lines) != len(layout.box_lines):
        raise Refused("training", " ".join(lines), f"must come in {len(layout.box_lines)} lines")
    left, _, right, _ = layout.box
    sheet.frame(layout.box, 0.35)
    sheet.keep_clear(layout.box)
    for line, y in zip(lines, layout.box_lines, strict=True):
        centre, limit = (left + right) / 2, right - left - 1
        sheet.text([Piece("training", line, "Bold")], centre, y, BOX_SIZE, CENTRE, limit)


def _mark(sheet: Sheet, label: BagLabel, layout: Layout) -> None:
    """The large letters, and the places they are kept out of: lines with a figure smaller than 12 pt."""
    if label.training is None:
        return
    for line in label.training:
        if face("Bold").width(line, layout.slant.size) > layout.right - layout.left:
            raise Refused("training", line, f"is too long for its letters of {layout.slant.size:g} pt")
    sheet.mark = DotMark(label.training, layout.slant)
    figured = {run.line for run in sheet.runs if any(c.isdigit() for c in run.text)}
    for run in sheet.runs:
        if run.size < CLEAR_UNDER and run.line in figured:
            sheet.keep_clear(run.area.grown(*CLEARANCE), 0.0 if run.white else 1.0)
