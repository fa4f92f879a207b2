"""An extract of a log: entries one under the other on as many pages as they need, each page with head and foot.

An entry stays on one page where a page can hold it; a longer one is broken between its lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from labels.content import Mark, Pair
from labels.faces import Weight, face, printable
from labels.pdf import pdf
from labels.refusal import Refused
from labels.sheet import Align, Piece, Sheet, Stock, broken
from labels.worksheet import FOOT, MARGIN, grey_mark

# All in mm but for the sizes, which are in pt.
TITLE, TEXT, SMALL = 14.0, 8.5, 7.5
LINE = 4.0  # from baseline to baseline
FIRST = 3.6  # from the top of an entry to its first baseline
UNDER = 1.6  # from the last baseline of an entry to the rule under it
HEAD_TITLE, HEAD_LINE, HEAD_FACTS = 14.5, 19.0, 23.6  # baselines
HEAD_STEP = 4.4
GAP = 2.0  # between two columns
BETWEEN = 4.0  # two facts of a line
MOST_LINES = 40  # of one text: more is a page of its own, and no value is so long


class Column(NamedTuple):
    """Where a column begins, and how wide its text may be."""

    left: float
    width: float


@dataclass(frozen=True, slots=True)
class ExtractValue:
    """A value: its name, what it was, the word between and what it is. None leaves its place empty."""

    name: str  # Weight
    old: str | None  # 77 kg
    joint: str | None  # →
    new: str  # 70 kg


@dataclass(frozen=True, slots=True)
class ExtractRow:
    """One entry. Each string of `when` and `who` begins a line; the notes run over the whole width of `what`."""

    entry: str  # 4,201
    when: tuple[str, ...]  # Mar 12, 2026; 08:09:02; 12:09:02 UTC
    who: tuple[str, ...]  # R. Okafor; technician, Workstation 3
    what: str  # Order changed
    values: tuple[ExtractValue, ...] = ()
    notes: tuple[str, ...] = ()  # Why: misread. “Chart says 70.”


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """A part of a log on paper."""

    title: str  # Timeline of preparation 2026-000123
    pharmacy: str
    facts: tuple[tuple[Pair, ...], ...]  # lines of them: Patient, RIVERA, Elena
    captions: tuple[str, str, str, str]  # Entry, When, Who, What
    rows: tuple[ExtractRow, ...]
    foot: str  # Taken out Mar 12, 2026 09:40 by S. Whitfield, auditor
    log_head: str  # log head 4411 K3QF 7XWA M2ZD H5TN
    pages: tuple[str, ...] = ()  # Page 1 of 2; as many as extract_pages() says
    mark: Mark | None = None


class _Placed(NamedTuple):
    """A text at a column's left edge."""

    field: str
    left: float
    text: str
    weight: Weight


_Lines = list[list[_Placed]]
"""The lines of an entry, each with what stands on it."""


def extract_pages(extract: Extract, stock: Stock) -> int:
    """How many pages an extract takes on the stock. Raises Refused as draw_extract does."""
    return len(_split(extract, stock))


def draw_extract(extract: Extract, stock: Stock) -> bytes:
    """The extract as a PDF. Raises Refused for page words that are not as many as the pages, and for a string that
    cannot be printed or holds a word that is wider than its column. The same extract gives the same bytes."""
    return pdf(compose_extract(extract, stock), extract.title)


def compose_extract(extract: Extract, stock: Stock) -> list[Sheet]:
    """The pages measured and checked, not yet drawn."""
    parts = _split(extract, stock)
    if len(extract.pages) != len(parts):
        raise Refused("pages", str(len(extract.pages)), f"page words were given, and there are {len(parts)} pages")
    sheets = []
    for part, page in zip(parts, extract.pages, strict=True):
        sheet = Sheet(stock)
        if extract.mark is not None:
            sheet.mark = grey_mark(stock, extract.mark)
        _head(sheet, extract)
        _entries(sheet, part, _top(extract))
        _foot(sheet, extract, page)
        sheet.check()
        sheets.append(sheet)
    return sheets


# ------------------------------------------------------------------ which entry stands on which page


def _split(extract: Extract, stock: Stock) -> list[list[_Lines]]:
    room = stock.height - FOOT - _top(extract)
    pages: list[list[_Lines]] = [[]]
    left = room
    for number, row in enumerate(extract.rows):
        for lines in _pieces(list(_lines(row, number, stock)), room):
            height = _height(lines)
            if height > left and pages[-1]:
                pages.append([])
                left = room
            pages[-1].append(lines)
            left -= height
    return pages


def _pieces(lines: _Lines, room: float) -> Iterator[_Lines]:
    most = int((room - FIRST - UNDER) // LINE) + 1
    for start in range(0, len(lines), most):
        yield lines[start : start + most]


def _height(lines: _Lines) -> float:
    return FIRST + (len(lines) - 1) * LINE + UNDER


def _top(extract: Extract) -> float:
    """Of the first entry, under the head's facts and the captions."""
    return HEAD_FACTS + len(extract.facts) * HEAD_STEP + 5.0


# ------------------------------------------------------------------ the lines of an entry


def _columns(stock: Stock) -> tuple[Column, Column, Column, Column]:
    """Entry, when, who, what; the last takes what the others leave."""
    entry, when, who = Column(MARGIN, 11.0), Column(MARGIN + 13.0, 27.0), Column(MARGIN + 42.0, 40.0)
    left = MARGIN + 84.0
    return entry, when, who, Column(left, stock.width - MARGIN - left)


def _value_columns(what: Column) -> tuple[Column, Column, Column, Column]:
    """Name, old, joint and new within what was done."""
    joint = 11.0
    name, old = what.width * 0.30, (what.width * 0.70 - joint) * 0.45
    new = what.left + name + old + joint
    return (
        Column(what.left, name - GAP),
        Column(what.left + name, old - GAP),
        Column(what.left + name + old, joint - 1),
        Column(new, what.left + what.width - new),
    )


def _lines(row: ExtractRow, number: int, stock: Stock) -> Iterator[list[_Placed]]:
    field = f"rows.{number + 1}"
    entry, when, who, what = _columns(stock)
    left = [
        _broken(f"{field}.entry", (row.entry,), entry, "Bold"),
        _broken(f"{field}.when", row.when, when, "Regular"),
        _broken(f"{field}.who", row.who, who, "Regular"),
    ]
    yield from _beside([*left, _what(row, field, what)])


def _what(row: ExtractRow, field: str, what: Column) -> _Lines:
    lines = _broken(f"{field}.what", (row.what,), what, "Bold")
    for value in row.values:
        lines += _value(value, field, what)
    for note in row.notes:
        lines += _broken(f"{field}.note", (note,), what, "Regular")
    return lines


def _value(value: ExtractValue, field: str, what: Column) -> _Lines:
    name, old, joint, new = _value_columns(what)
    blocks = [_broken(f"{field}.name", (value.name,), name, "Regular")]
    if value.old is not None:
        blocks.append(_broken(f"{field}.old", (value.old,), old, "Regular"))
    if value.joint is not None:
        blocks.append(_broken(f"{field}.joint", (value.joint,), joint, "Regular"))
    # A plain fact has nothing before it, and the room of both.
    wide = Column(old.left, new.left + new.width - old.left)
    blocks.append(_broken(f"{field}.new", (value.new,), wide if value.old is None else new, "Bold"))
    return _beside(blocks)


def _beside(blocks: list[_Lines]) -> _Lines:
    """Blocks that begin on one line, as lines over all of them."""
    height = max(len(block) for block in blocks)
    return [[placed for block in blocks if i < len(block) for placed in block[i]] for i in range(height)]


def _broken(field: str, texts: tuple[str, ...], column: Column, weight: Weight) -> _Lines:
    using = face(weight)
    for text in texts:
        printable(field, text, using)
    lines = broken(texts, using, TEXT, column.width, MOST_LINES)
    if lines is None:
        raise Refused(field, " ".join(texts), f"holds a word that is wider than its column, {column.width:.0f} mm")
    return [[_Placed(field, column.left, line, weight)] for line in lines]


# ------------------------------------------------------------------ drawing


def _head(sheet: Sheet, extract: Extract) -> None:
    right = sheet.stock.width - MARGIN
    sheet.text([Piece("title", extract.title, "Bold")], MARGIN, HEAD_TITLE, TITLE, limit=right - MARGIN)
    sheet.text([Piece("pharmacy", extract.pharmacy, "Regular")], MARGIN, HEAD_LINE, TEXT, limit=right - MARGIN)
    for i, line in enumerate(extract.facts):
        x = MARGIN
        for fact in line:
            pieces = [Piece("facts", fact.caption, "Regular"), Piece("facts", fact.value, "Bold")]
            x = sheet.text(pieces, x, HEAD_FACTS + i * HEAD_STEP, TEXT, limit=right - x) + BETWEEN
    y = _top(extract)
    for caption, column in zip(extract.captions, _columns(sheet.stock), strict=True):
        sheet.text([Piece("captions", caption, "Semibold")], column.left, y - 1.6, SMALL, limit=column.width)
    sheet.rule(MARGIN, y, right, y)


def _entries(sheet: Sheet, part: list[_Lines], top: float) -> None:
    right = sheet.stock.width - MARGIN
    for lines in part:
        for i, line in enumerate(lines):
            for placed in line:
                piece = Piece(placed.field, placed.text, placed.weight)
                sheet.text([piece], placed.left, top + FIRST + i * LINE, TEXT)
        top += _height(lines)
        sheet.rule(MARGIN, top, right, top, 0.12)


def _foot(sheet: Sheet, extract: Extract, page: str) -> None:
    right, top = sheet.stock.width - MARGIN, sheet.stock.height - FOOT
    sheet.text([Piece("foot", extract.foot, "Regular")], MARGIN, top + 4.2, SMALL)
    if extract.mark is not None:
        sheet.text([Piece("mark", " ".join(extract.mark), "Semibold")], right, top + 4.2, SMALL, Align.RIGHT)
    sheet.text([Piece("log_head", extract.log_head, "Regular")], MARGIN, top + 8.0, SMALL)
    sheet.text([Piece("page", page, "Bold")], right, top + 8.0, TEXT, Align.RIGHT)
