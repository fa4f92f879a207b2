"""A record in sections: a bar with its title over boxes, texts, a table and lines to sign, on as many pages as needed.

A table's captions stand again on every page that it goes on on. A box without a value stays empty for the hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from labels.content import Box, Signature, SignatureCaptions
from labels.faces import Weight
from labels.pdf import pdf
from labels.refusal import Refused
from labels.running import (
    Column,
    Lines,
    Part,
    Running,
    Strip,
    beside,
    body_room,
    caption_strip,
    compose,
    plain_strip,
    row_strips,
    split,
    text_lines,
)
from labels.sheet import Align, Area, Piece, Sheet, Stock
from labels.worksheet.kit import (
    BAR,
    BAR_GREY,
    CAPTION,
    CAPTIONED,
    MARGIN,
    PAD,
    RESULT,
    ROW,
    STRIP,
    put_box,
    put_grid,
    put_signatures,
)

OVER_BAR, BAR_BASELINE = 3.0, 3.4  # mm
GAP = 3.0  # mm between two columns


@dataclass(frozen=True, slots=True)
class RecordColumn:
    """A column: its caption, and its share of the width beside the others'."""

    caption: str  # Reason
    share: int
    bold: bool = False  # the first line of each cell
    right: bool = False  # for figures


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A cell for each column; each string of a cell begins a line."""

    cells: tuple[tuple[str, ...], ...]
    bold: tuple[int, ...] = ()  # how many lines of each cell are bold; nothing where the columns say it


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What stands under one bar, in this order. What is left out takes no room."""

    title: str  # In the bin
    note: str | None = None  # at the right end of the bar
    boxes: tuple[Box, ...] = ()
    texts: tuple[str, ...] = ()
    columns: tuple[RecordColumn, ...] = ()
    rows: tuple[RecordRow, ...] = ()
    captions: SignatureCaptions | None = None
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Running):
    """A document of sections."""

    sections: tuple[Section, ...]


def record_pages(record: Record, stock: Stock) -> int:
    """How many pages a record takes on the stock. Raises Refused as draw_record does."""
    return len(split(_parts(record, stock), body_room(record, stock)))


def draw_record(record: Record, stock: Stock) -> bytes:
    """The record as a PDF. Raises Refused for page words that are not as many as the pages, for a row whose cells
    are not as many as the columns, and for a string that cannot be printed or does not fit its place. The same
    record gives the same bytes."""
    return pdf(compose_record(record, stock), record.title)


def compose_record(record: Record, stock: Stock) -> list[Sheet]:
    """The pages measured and checked, not yet drawn."""
    return compose(record, _parts(record, stock), stock)


def _parts(record: Record, stock: Stock) -> list[Part]:
    room = body_room(record, stock)
    return [part for section in record.sections for part in _section(section, stock, room)]


def _section(section: Section, stock: Stock, room: float) -> Iterator[Part]:
    """Its bar stands over the first of its parts, and over what goes on on another page."""
    bar, width = _bar(section, stock), stock.width - 2 * MARGIN
    heads: tuple[Strip, ...] = (bar,)
    whole = Column(MARGIN, width)
    rows: list[Strip] = []
    if section.boxes:
        rows.append(_boxes(section, width))
    for text in section.texts:
        rows.append(plain_strip(text_lines(section.title, (text,), whole)))
    if rows or not (section.columns or section.captions):
        yield Part(tuple(rows), heads, (bar,))
        heads = ()
    if section.columns:
        yield _table(section, heads, bar, width, room)
        heads = ()
    if section.captions is not None:
        yield Part((_signing(section),), heads, (bar,))


def _bar(section: Section, stock: Stock) -> Strip:
    def draw(sheet: Sheet, top: float) -> None:
        right, y = stock.width - MARGIN, top + OVER_BAR
        sheet.fill(Area(MARGIN, y, right, y + BAR), BAR_GREY)
        title = [Piece(section.title, section.title, "Bold")]
        end = sheet.text(title, MARGIN + PAD, y + BAR_BASELINE, RESULT, limit=right - MARGIN - 2 * PAD)
        if section.note is not None:
            note = [Piece(f"{section.title}, note", section.note, "Regular")]
            sheet.text(note, right - PAD, y + BAR_BASELINE, CAPTION, Align.RIGHT, right - PAD - end - 1)

    return Strip(OVER_BAR + BAR, draw)


# ------------------------------------------------------------------ boxes


def _boxes(section: Section, width: float) -> Strip:
    return Strip(CAPTIONED + PAD, partial(_draw_boxes, section, width / len(section.boxes)))


def _draw_boxes(section: Section, each: float, sheet: Sheet, top: float) -> None:
    edges = [MARGIN + i * each for i in range(len(section.boxes) + 1)]
    put_grid(sheet, edges, top, CAPTIONED)
    for left, box in zip(edges, section.boxes, strict=False):
        area = Area(left, top, left + each, top + CAPTIONED)
        put_box(sheet, f"{section.title}, {box.caption}", box, area, RESULT)


# ------------------------------------------------------------------ a table


def _table(section: Section, heads: tuple[Strip, ...], bar: Strip, width: float, room: float) -> Part:
    columns = _columns(section.columns, width)
    aligns = tuple(Align.RIGHT if column.right else Align.LEFT for column in section.columns)
    fields = tuple(f"{section.title}, {column.caption}" for column in section.columns)
    captions = caption_strip(fields, [column.caption for column in section.columns], columns, aligns)
    left = room - bar.height - captions.height
    rows: list[Strip] = []
    for number, row in enumerate(section.rows, 1):
        rows += row_strips(_row(section, row, number, columns), left)
    return Part(tuple(rows), (*heads, captions), (bar, captions))


def _columns(columns: Sequence[RecordColumn], width: float) -> list[Column]:
    room = width - GAP * (len(columns) - 1)
    shares, found, left = sum(column.share for column in columns), [], MARGIN
    for column in columns:
        own = room * column.share / shares
        found.append(Column(left, own))
        left += own + GAP
    return found


def _row(section: Section, row: RecordRow, number: int, columns: Sequence[Column]) -> Lines:
    if len(row.cells) != len(columns):
        what = f"{section.title}, row {number}"
        raise Refused(what, str(len(row.cells)), f"cells were given for {len(columns)} columns")
    bold = row.bold or tuple(int(column.bold) for column in section.columns)
    blocks = [
        _cell(f"{section.title}, row {number}, {known.caption}", cell, known, column, lines)
        for cell, known, column, lines in zip(row.cells, section.columns, columns, bold, strict=True)
    ]
    return beside(blocks)


def _cell(field: str, cell: tuple[str, ...], known: RecordColumn, column: Column, bold: int) -> Lines:
    align = Align.RIGHT if known.right else Align.LEFT
    weights: list[Weight] = ["Bold" if i < bold else "Regular" for i in range(len(cell))]
    blocks = [text_lines(field, (text,), column, weight, align) for text, weight in zip(cell, weights, strict=True)]
    return [line for block in blocks for line in block]


# ------------------------------------------------------------------ lines to sign


def _signing(section: Section) -> Strip:
    """All the lines in one piece: nobody signs on a page without what the line means."""

    def draw(sheet: Sheet, top: float) -> None:
        assert section.captions is not None  # _section asks
        put_signatures(sheet, section.title, section.captions, section.signatures, top, ROW)

    return Strip(STRIP + ROW * len(section.signatures), draw)
