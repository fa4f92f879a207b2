"""A table to look a dose up in, by body surface: two blocks of rows side by side, read down and not across.

Bands of five rows lead the eye. All in mm but for the sizes, which are in pt."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from labels.faces import Weight, face
from labels.pdf import pdf
from labels.refusal import Refused
from labels.running import Part, Running, Strip, body_room, compose, split
from labels.sheet import Align, Area, Piece, Sheet, Stock
from labels.worksheet import MARGIN

ROW, BASELINE = 4.0, 2.9
HEAD, GROUP_LINE, CAPTION_LINES = 12.6, 3.2, (7.4, 10.6)
BETWEEN = 6.0  # the two blocks
FIRST_COLUMN = 13.0
BAND = 5  # rows
BAND_GREY = 0.93
TEXT, CAPTION = 8.5, 7.5
HAIR = 0.12
POINT = -0.9  # from the middle of a column to the end of the whole figures in it
_WHOLE = re.compile("[0-9]+")


@dataclass(frozen=True, slots=True)
class DoseGroup:
    """Columns that belong together: what stands over all of them, and two short lines over each."""

    caption: str  # 0.8 mg/m²
    columns: tuple[tuple[str, str], ...]  # (Volume, mL)


@dataclass(frozen=True, slots=True)
class DoseRow:
    """What is looked up, and a cell for each column of each group."""

    key: str  # 1.82
    cells: tuple[str, ...]


Numbered = tuple[int, DoseRow]
"""A row with its number in the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseTable(Running):
    """A table of doses."""

    key: tuple[str, str]  # (BSA, m²)
    groups: tuple[DoseGroup, ...]
    rows: tuple[DoseRow, ...]


def dose_table_pages(table: DoseTable, stock: Stock) -> int:
    """How many pages a table takes on the stock. Raises Refused as compose_dose_table does."""
    return len(split(_parts(table, stock), body_room(table, stock)))


def draw_dose_table(table: DoseTable, stock: Stock) -> bytes:
    """The table as a PDF. The same table gives the same bytes. Raises Refused as compose_dose_table does."""
    return pdf(compose_dose_table(table, stock), table.title)


def compose_dose_table(table: DoseTable, stock: Stock) -> list[Sheet]:
    """The pages measured and checked, not yet drawn. Raises Refused for page words that are not as many as the
    pages, for a row whose cells are not as many as the columns, and for a string that cannot be printed or does not
    fit its place."""
    return compose(table, _parts(table, stock), stock)


def _parts(table: DoseTable, stock: Stock) -> list[Part]:
    """A part for each page, so that its rows stand in two blocks under heads of their own."""
    _require_cells(table)
    lines = int((body_room(table, stock) - HEAD) // ROW)
    lefts, size = _lefts(stock), 2 * lines
    heads = (Strip(HEAD, partial(_draw_heads, table, lefts)),)
    numbered = list(enumerate(table.rows, 1))
    pages = [numbered[start : start + size] for start in range(0, len(numbered), size)]
    return [Part(tuple(_strips(table, page, lines, lefts)), heads, heads) for page in pages]


def _require_cells(table: DoseTable) -> None:
    columns = sum(len(group.columns) for group in table.groups)
    for number, row in enumerate(table.rows, 1):
        if len(row.cells) != columns:
            raise Refused(f"row {number}", str(len(row.cells)), f"cells were given for {columns} columns")


def _lefts(stock: Stock) -> tuple[float, float]:
    width = _width(stock)
    return MARGIN, MARGIN + width + BETWEEN


def _width(stock: Stock) -> float:
    return (stock.width - 2 * MARGIN - BETWEEN) / 2


def _strips(table: DoseTable, page: Sequence[Numbered], lines: int, lefts: tuple[float, float]) -> list[Strip]:
    blocks = page[:lines], page[lines:]
    return [Strip(ROW, partial(_draw_line, table, blocks, lefts, number)) for number in range(len(blocks[0]))]


def _draw_heads(table: DoseTable, lefts: tuple[float, float], sheet: Sheet, top: float) -> None:
    for left in lefts:
        _draw_head(table, left, sheet, top)


def _draw_head(table: DoseTable, left: float, sheet: Sheet, top: float) -> None:
    edges = _edges(table, left, sheet.stock)
    _captions(sheet, "key", table.key, edges[0], edges[1], top)
    first = 1
    for group in table.groups:
        last = first + len(group.columns)
        middle, limit = (edges[first] + edges[last]) / 2, edges[last] - edges[first]
        piece = [Piece(group.caption, group.caption, "Bold")]
        sheet.text(piece, middle, top + GROUP_LINE, TEXT, Align.CENTRE, limit)
        for i, lines in enumerate(group.columns):
            _captions(sheet, f"{group.caption} {i + 1}", lines, edges[first + i], edges[first + i + 1], top)
        sheet.rule(edges[first] + 0.6, top + 4.4, edges[last] - 0.6, top + 4.4, HAIR)
        first = last
    sheet.rule(left, top + HEAD, edges[-1], top + HEAD)


def _captions(sheet: Sheet, field: str, lines: tuple[str, str], left: float, right: float, top: float) -> None:
    for text, y in zip(lines, CAPTION_LINES, strict=True):
        piece = [Piece(f"{field} caption", text, "Regular")]
        sheet.text(piece, (left + right) / 2, top + y, CAPTION, Align.CENTRE, right - left)


def _draw_line(
    table: DoseTable,
    blocks: tuple[Sequence[Numbered], Sequence[Numbered]],
    lefts: tuple[float, float],
    line: int,
    sheet: Sheet,
    top: float,
) -> None:
    for block, left in zip(blocks, lefts, strict=True):
        if line < len(block):
            _draw_row(table, block[line], _edges(table, left, sheet.stock), line, sheet, top)


def _draw_row(
    table: DoseTable, numbered: Numbered, edges: Sequence[float], line: int, sheet: Sheet, top: float
) -> None:
    number, row = numbered
    if line // BAND % 2:
        sheet.fill(Area(edges[0], top, edges[-1], top + ROW), BAND_GREY)
    starts = _starts(table)
    for i, text in enumerate((row.key, *row.cells)):
        weight: Weight = "Bold" if i in starts or i == 0 else "Regular"
        piece = Piece(f"row {number}, column {i + 1}", text, weight)
        _put_figure(sheet, piece, edges[i], edges[i + 1], top + BASELINE)
    for start in starts:
        sheet.rule(edges[start], top, edges[start], top + ROW, HAIR)


def _put_figure(sheet: Sheet, piece: Piece, left: float, right: float, y: float) -> None:
    """Points stand under points, since no figure has trailing zeros; what is no figure stands in the middle."""
    middle = (left + right) / 2
    whole = _WHOLE.match(piece.text)
    if whole is None:
        sheet.text([piece], middle, y, TEXT, Align.CENTRE, right - left)
        return
    start = middle + POINT - face(piece.weight).width(whole[0], TEXT)
    sheet.text([piece], start, y, TEXT, Align.LEFT, right - start)


def _starts(table: DoseTable) -> tuple[int, ...]:
    """The first column of each group."""
    sizes = [len(group.columns) for group in table.groups]
    return tuple(1 + sum(sizes[:i]) for i in range(len(sizes)))


def _edges(table: DoseTable, left: float, stock: Stock) -> list[float]:
    columns = sum(len(group.columns) for group in table.groups)
    each = (_width(stock) - FIRST_COLUMN) / columns
    return [left, *(left + FIRST_COLUMN + each * i for i in range(columns + 1))]
