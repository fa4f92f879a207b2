"""An extract of a log: entries one under the other on as many pages as they need, each page with head and foot.

An entry stays on one page where a page can hold it; a longer one is broken between its lines."""

from collections.abc import Iterator
from dataclasses import dataclass

from labels.pdf import pdf
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
    row_strips,
    split,
    text_lines,
)
from labels.sheet import Align, Sheet, Stock
from labels.worksheet.kit import MARGIN

GAP = 2.0  # mm between two columns


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
class Extract(Running):
    """A part of a log on paper."""

    captions: tuple[str, str, str, str]  # Entry, When, Who, What
    rows: tuple[ExtractRow, ...]


def extract_pages(extract: Extract, stock: Stock) -> int:
    """How many pages an extract takes on the stock. Raises Refused as draw_extract does."""
    return len(split(_parts(extract, stock), body_room(extract, stock)))


def draw_extract(extract: Extract, stock: Stock) -> bytes:
    """The extract as a PDF. Raises Refused for page words that are not as many as the pages, and for a string that
    cannot be printed or holds a word that is wider than its column. The same extract gives the same bytes."""
    return pdf(compose_extract(extract, stock), extract.title)


def compose_extract(extract: Extract, stock: Stock) -> list[Sheet]:
    """The pages measured and checked, not yet drawn."""
    return compose(extract, _parts(extract, stock), stock)


def _parts(extract: Extract, stock: Stock) -> list[Part]:
    columns = _columns(stock)
    heads = (caption_strip(("captions",) * 4, extract.captions, columns, (Align.LEFT,) * 4),)
    room = body_room(extract, stock) - heads[0].height
    rows: list[Strip] = []
    for number, row in enumerate(extract.rows, 1):
        rows += row_strips(_lines(row, f"rows.{number}", columns), room)
    return [Part(tuple(rows), heads, heads)]


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


def _lines(row: ExtractRow, field: str, columns: tuple[Column, Column, Column, Column]) -> Lines:
    entry, when, who, what = columns
    left = [
        text_lines(f"{field}.entry", (row.entry,), entry, "Bold"),
        text_lines(f"{field}.when", row.when, when),
        text_lines(f"{field}.who", row.who, who),
    ]
    return beside([*left, [line for block in _what(row, field, what) for line in block]])


def _what(row: ExtractRow, field: str, what: Column) -> Iterator[Lines]:
    yield text_lines(f"{field}.what", (row.what,), what, "Bold")
    for value in row.values:
        yield _value(value, field, what)
    for note in row.notes:
        yield text_lines(f"{field}.note", (note,), what)


def _value(value: ExtractValue, field: str, what: Column) -> Lines:
    name, old, joint, new = _value_columns(what)
    blocks = [text_lines(f"{field}.name", (value.name,), name)]
    if value.old is not None:
        blocks.append(text_lines(f"{field}.old", (value.old,), old))
    if value.joint is not None:
        blocks.append(text_lines(f"{field}.joint", (value.joint,), joint))
    # A plain fact has nothing before it, and the room of both.
    wide = Column(old.left, new.left + new.width - old.left)
    blocks.append(text_lines(f"{field}.new", (value.new,), wide if value.old is None else new, "Bold"))
    return beside(blocks)
