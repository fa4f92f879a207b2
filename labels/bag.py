"""The bag labels of every stock: one composition, by the tables of bag_us and bag_uk."""

from collections.abc import Iterator, Sequence
from functools import cache
from operator import attrgetter

from labels import bag_uk, bag_us
from labels.content import BagLabelUK, BagLabelUS, Mark, Pair
from labels.faces import face, printable
from labels.layout import CENTRE, RIGHT, After, Before, Layout, Spot, Under
from labels.pdf import pdf
from labels.refusal import Refused
from labels.sheet import TOUCH, DotMark, Piece, Sheet, Stock
from labels.symbol import DOTS_PER_MODULE, MODULES

BagLabel = BagLabelUS | BagLabelUK

CLEAR_UNDER = 12.0  # pt: figures smaller than this keep the mark out, for a dot beside them is a point
CLEARANCE = (2.2, 0.5)  # mm beside and above: elements 4.2 apart leave no strip of dots between
BEFORE_HOUR = 1.3  # mm between a date and an hour that is wider than its column

LAYOUTS: dict[type[BagLabel], dict[Stock, Layout]] = {BagLabelUS: bag_us.LAYOUTS, BagLabelUK: bag_uk.LAYOUTS}


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
    layout = LAYOUTS[type(label)].get(stock)
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
    phrase = label.training or label.void
    after: float | None = None  # where the line's last run ends
    last_y = 0.0
    for spot in layout.spots:
        if spot.field == layout.box_before and phrase is not None:
            _box(sheet, phrase, layout)
        pieces = _pieces(label, spot)
        if spot.y != last_y:
            after, last_y = None, spot.y
        if pieces and spot.field == "patient_name":
            _place_name(sheet, pieces[0], spot, layout)
        elif pieces:
            after = _place(sheet, label, spot, pieces, after)


def _place(sheet: Sheet, label: BagLabel, spot: Spot, pieces: list[Piece], after: float | None) -> float:
    x = _x(label, spot, after)
    limit = x - spot.edge if spot.align is RIGHT else (spot.edge - x) * (2 if spot.align is CENTRE else 1)
    limit = max(limit, 0)  # the one before it may already have taken all
    follows = after is not None and isinstance(spot.x, After)
    hint = f", after “{sheet.runs[-1].text}”" if follows else ""
    return sheet.text(pieces, x, spot.y, spot.size, spot.align, limit, spot.white, hint)


def _x(label: BagLabel, spot: Spot, after: float | None) -> float:
    if isinstance(spot.x, After):
        return spot.x.else_x if after is None else after + spot.x.apart
    if isinstance(spot.x, Before):
        hour: str | None = _reader(spot.x.hour)(label)
        place = spot.x.right - _bold_width(hour, spot.size) - BEFORE_HOUR if hour else spot.x.column
        return min(spot.x.column, place)
    if isinstance(spot.x, Under):
        return spot.x.right - _bold_width(_reader(spot.x.field)(label), spot.x.size)
    return spot.x


def _bold_width(text: str, size: float) -> float:
    """Without what cannot be printed: that is judged where it stands itself."""
    bold = face("Bold")
    return bold.width("".join(c for c in text if c in bold.widths), size)


def _place_name(sheet: Sheet, name: Piece, spot: Spot, layout: Layout) -> None:
    """On one line, which stands between the two where there are two, or on both."""
    x, limit = _name_place(spot)
    printable(name.field, name.text, face(name.weight))
    lines = _name_lines(name.text, spot) or (name.text,)
    if len(lines) == 1 and spot.second and _bold_width(name.text, spot.size) > limit + TOUCH:
        why = f"does not fit {sheet.stock.name} on two lines of {limit:.1f} mm at {spot.size:g} pt"
        raise Refused(name.field, name.text, why + _longer_name(name.text, spot, layout))
    heights = (spot.y, spot.second) if len(lines) == 2 else ((spot.y + (spot.second or spot.y)) / 2,)
    for line, y in zip(lines, heights, strict=True):
        hint = _longer_name(name.text, spot, layout)
        sheet.text([name._replace(text=line)], x, y, spot.size, limit=limit, hint=hint)


def _name_lines(name: str, spot: Spot) -> tuple[str, ...] | None:
    """The name on one line, or broken after its comma, else at a space; None where it fits neither."""
    _, limit = _name_place(spot)
    ways = [(name,), *_broken_once(name)] if spot.second else [(name,)]
    fitting = (lines for lines in ways if all(_bold_width(line, spot.size) <= limit + TOUCH for line in lines))
    return next(fitting, None)


def _broken_once(name: str) -> Iterator[tuple[str, str]]:
    """After each comma, and then at the other spaces, the last first: the shorter the second line, the better it is
    seen that it belongs to the first."""
    spaces = [at for at, c in enumerate(name) if c == " "]
    for at in sorted(spaces, key=lambda at: (name[at - 1] != ",", -at)):
        yield name[:at], name[at + 1 :]


def _name_place(spot: Spot) -> tuple[float, float]:
    """Its left edge, and the length of its line."""
    assert isinstance(spot.x, int | float)
    return spot.x, spot.edge - spot.x


def _longer_name(name: str, spot: Spot, layout: Layout) -> str:
    """What else to say of a name that is too long: whether the taller stock has room for it."""
    if layout.taller is None:
        return ""
    market = bag_us if layout.taller in bag_us.LAYOUTS else bag_uk
    there = next(one for one in market.LAYOUTS[layout.taller].spots if one.field == spot.field)
    if _name_lines(name, there) is None:
        return f"; nor does it fit {layout.taller.name} on two lines"
    if layout.reduced:
        return f"; the full label, {layout.taller.name}, has room for it"
    return f"; a name of two lines needs {layout.taller.name}"


@cache
def _reader(field: str) -> "attrgetter[str]":
    return attrgetter(field)


def _pieces(label: BagLabel, spot: Spot) -> list[Piece]:
    if spot.instead_of and _reader(spot.instead_of)(label) is not None:
        return []
    value: str | Pair | None = _reader(spot.field)(label)
    if value is None:
        return []
    if isinstance(value, Pair):
        return [Piece(spot.field, value.caption, spot.caption), Piece(spot.field, value.value, spot.weight)]
    return [Piece(spot.field, value, spot.weight)]


def _box(sheet: Sheet, phrase: Mark, layout: Layout) -> None:
    """The whole phrase, framed: in training that it is training, else what the copy is instead of a bag's."""
    lines = phrase if len(layout.box_lines) > 1 else (" ".join(phrase),)
    if len(lines) != len(layout.box_lines):
        raise Refused("training", " ".join(lines), f"must come in {len(layout.box_lines)} lines")
    left, _, right, _ = layout.box
    sheet.frame(layout.box, 0.35)
    sheet.keep_clear(layout.box)
    for line, y in zip(lines, layout.box_lines, strict=True):
        centre, limit = (left + right) / 2, right - left - 1
        sheet.text([Piece("training", line, "Bold")], centre, y, layout.box_size, CENTRE, limit)


def _mark(sheet: Sheet, label: BagLabel, layout: Layout) -> None:
    """The large letters, and the places they are kept out of: lines with a figure smaller than 12 pt. Of a copy that
    no bag may bear they say so, and the box that it is training."""
    phrase = label.void or label.training
    if phrase is None:
        return
    if len(phrase) != len(layout.slant.centres):
        raise Refused("training", " ".join(phrase), f"must come in {len(layout.slant.centres)} lines")
    for line in phrase:
        if _bold_width(line, layout.slant.size) > layout.right - layout.left:
            raise Refused("training", line, f"is too long for its letters of {layout.slant.size:g} pt")
    sheet.mark = DotMark(phrase, layout.slant)
    figured = {run.line for run in sheet.runs if any(c.isdigit() for c in run.text)}
    for run in sheet.runs:
        if run.size < CLEAR_UNDER and run.line in figured:
            sheet.keep_clear(run.area.grown(*CLEARANCE), 0.0 if run.white else 1.0)
