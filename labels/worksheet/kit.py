"""What the sections of a worksheet are made of: bars, boxes, tables, ticks, rows to sign.

Each part takes the y of its top and returns the y of its end, in mm."""

from collections.abc import Sequence
from typing import NamedTuple

from labels.content import Box, Signature, SignatureCaptions
from labels.faces import Weight, face, printable
from labels.refusal import Refused
from labels.sheet import Align, Area, Piece, Sheet, broken
from labels.worksheet.content import Heading, Tick

LEFT, RIGHT, CENTRE = Align.LEFT, Align.RIGHT, Align.CENTRE

# All in mm, as the layout was measured.
MARGIN = 12.0
FOOT = 13.4  # above the lower edge; nothing but the foot stands below it
BAR, GAP = 4.6, 1.8  # a section's bar, and the space over the next one
TILE = 5.2  # the black tile of its letter
STRIP = 4.2  # captions over a table
PAD = 1.2  # between a rule and a text
ROW, CAPTIONED = 8.4, 11.2  # heights: 8.2 stay clear for the hand
TICK = 4.0
FRAME = 0.5  # mm, round what the checker writes and round times
HAIR = 0.12

TEXT, RESULT, CAPTION, SMALL_CAPTION = 8.5, 9.5, 7.5, 7.0  # pt

BAR_GREY = 0.86


class Column(NamedTuple):
    name: str
    left: float
    right: float


class Table(NamedTuple):
    columns: tuple[Column, ...]

    @property
    def edges(self) -> tuple[float, ...]:
        return (self.columns[0].left, *(column.right for column in self.columns))


def table(left: float, right: float, widths: Sequence[tuple[str, float | None]]) -> Table:
    """Columns side by side; the one whose width is None takes what the others leave."""
    rest = right - left - sum(width for _, width in widths if width is not None)
    columns = []
    for name, width in widths:
        end = left + (rest if width is None else width)
        columns.append(Column(name, left, end))
        left = end
    return Table(tuple(columns))


SIGNATURE_WIDTHS = (
    ("meaning", 44.0), ("name", 38.0), ("role", 26.0), ("signature", None), ("date", 25.0), ("time", 16.0),
)  # fmt: skip


def right_edge(sheet: Sheet) -> float:
    return sheet.stock.width - MARGIN


def put_line(
    sheet: Sheet,
    field: str,
    text: str,
    x: float,
    y: float,
    size: float,
    weight: Weight = "Regular",
    limit: float | None = None,
) -> float:
    return sheet.text([Piece(field, text, weight)], x, y, size, LEFT, limit)


def put_centred(sheet: Sheet, field: str, text: str | None, area: Area, y: float, size: float) -> None:
    if text is not None:
        centre, limit = (area.left + area.right) / 2, area.right - area.left - 1
        sheet.text([Piece(field, text, "Bold")], centre, y, size, CENTRE, limit)


def put_tile(sheet: Sheet, field: str, letter: str, area: Area, y: float) -> None:
    sheet.fill(area)
    centre = (area.left + area.right) / 2
    sheet.text([Piece(field, letter, "Bold")], centre, y, RESULT, CENTRE, TILE, white=True)


def put_bar(sheet: Sheet, field: str, heading: Heading, left: float, right: float, y: float) -> float:
    """The bar over a section; returns the y under it."""
    put_tile(sheet, f"{field}.letter", heading.letter, Area(left, y, left + TILE, y + BAR), y + 3.5)
    sheet.fill(Area(left + TILE, y, right, y + BAR), BAR_GREY)
    end = put_line(sheet, f"{field}.title", heading.title, left + 6.8, y + 3.4, RESULT, "Bold")
    if heading.note is not None:
        note = [Piece(f"{field}.note", heading.note, "Regular")]
        sheet.text(note, right - PAD, y + 3.4, CAPTION, RIGHT, right - PAD - end - 1)
    return y + BAR


def put_strip(sheet: Sheet, field: str, columns: Table, captions: object, y: float) -> float:
    """Captions over the columns that have one; returns the y under them."""
    for column in columns.columns:
        caption: str | None = getattr(captions, column.name, None)
        if caption is not None:
            name, limit = f"{field}.{column.name}.caption", column.right - column.left - PAD
            put_line(sheet, name, caption, column.left + PAD, y + 3.0, CAPTION, limit=limit)
    return y + STRIP


def put_grid(sheet: Sheet, edges: Sequence[float], y: float, height: float) -> None:
    """Boxes side by side."""
    sheet.rule(edges[0], y, edges[-1], y)
    sheet.rule(edges[0], y + height, edges[-1], y + height)
    for edge in edges:
        sheet.rule(edge, y, edge, y + height)


def put_cell(
    sheet: Sheet,
    field: str,
    text: str | None,
    column: Column,
    y: float,
    weight: Weight = "Regular",
    size: float = TEXT,
) -> None:
    if text is not None:
        limit = column.right - column.left - 2 * PAD
        put_line(sheet, f"{field}.{column.name}", text, column.left + PAD, y, size, weight, limit)


def put_box(sheet: Sheet, field: str, box: Box, area: Area, size: float = TEXT) -> None:
    """A caption at the top, and the value, where there is one, at the bottom."""
    limit = area.right - area.left - 2 * PAD
    put_line(sheet, f"{field}.caption", box.caption, area.left + PAD, area.top + 2.8, SMALL_CAPTION, limit=limit)
    if box.value is not None:
        put_line(sheet, field, box.value, area.left + PAD, area.bottom - 1.7, size, "Bold", limit)


def put_boxes(
    sheet: Sheet,
    y: float,
    field: str,
    heading: Heading,
    boxes: Sequence[Box],
    left: float,
    right: float,
    size: float = TEXT,
) -> float:
    """A bar, and equal boxes with captions inside under it."""
    y = put_bar(sheet, field, heading, left, right, y)
    edges = [left + (right - left) * i / len(boxes) for i in range(len(boxes) + 1)]
    put_grid(sheet, edges, y, CAPTIONED)
    for i, box in enumerate(boxes):
        put_box(sheet, f"{field}.{i + 1}", box, Area(edges[i], y, edges[i + 1], y + CAPTIONED), size)
    return y + CAPTIONED


def put_tick(sheet: Sheet, x: float, centre: float, ticked: bool) -> None:
    area = Area(x, centre - TICK / 2, x + TICK, centre + TICK / 2)
    sheet.frame(area)
    if ticked:
        sheet.crosses.append(area.grown(-1))


def put_ticks(sheet: Sheet, field: str, ticks: Sequence[Tick], left: float, right: float, centre: float) -> None:
    """Boxes to tick, each with its caption after it, from left to right."""
    x = left + 1.7
    for i, tick in enumerate(ticks):
        put_tick(sheet, x, centre, tick.ticked)
        name, start = f"{field}.{i + 1}", x + TICK + 1
        x = put_line(sheet, name, tick.caption, start, centre + 1.05, TEXT, limit=right - start) + 4


def _signature(sheet: Sheet, field: str, columns: Table, signed: Signature, y: float, height: float) -> float:
    put_grid(sheet, columns.edges, y, height)
    for column in columns.columns:
        weight: Weight = "Bold" if column.name == "meaning" else "Regular"
        put_cell(sheet, field, getattr(signed, column.name), column, y + height / 2 + 1, weight)
    return y + height


def put_signatures(
    sheet: Sheet, field: str, captions: SignatureCaptions, rows: Sequence[Signature], y: float, height: float
) -> float:
    columns = table(MARGIN, right_edge(sheet), SIGNATURE_WIDTHS)
    y = put_strip(sheet, field, columns, captions, y)
    for i, signed in enumerate(rows):
        y = _signature(sheet, f"{field}.signature.{i + 1}", columns, signed, y, height)
    return y


def put_paragraph(
    sheet: Sheet,
    field: str,
    text: tuple[str, ...],
    left: float,
    right: float,
    y: float,
    weight: Weight = "Regular",
) -> None:
    """One or two lines in a row of 8.4 mm, broken between words."""
    using, whole = face(weight), " ".join(text)
    for part in text or ("",):
        printable(field, part, using)
    lines = broken(text, using, TEXT, right - left, 2)
    if lines is None:
        why = f"does not fit two lines of {right - left:.1f} mm at {TEXT:g} pt on {sheet.stock.name}"
        raise Refused(field, whole, why)
    baselines = (y + 3.6, y + 7.0) if len(lines) == 2 else (y + 5.3,)
    for line, baseline in zip(lines, baselines, strict=True):
        put_line(sheet, field, line, left, baseline, TEXT, weight)
