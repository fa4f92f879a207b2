"""What documents share that run on over as many pages as they need: lines, strips, pages, head and foot.

A strip is never broken. What stands over the strips of a part stands there again where it goes on on another page.
All in mm from the top left but for the sizes, which are in pt."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from labels.content import Mark, Pair
from labels.faces import Weight, face, printable
from labels.refusal import Refused
from labels.sheet import Align, Piece, Sheet, Stock, broken
from labels.worksheet.frame import grey_mark
from labels.worksheet.kit import CAPTION, HAIR, MARGIN, TEXT

TITLE = 14.0
LINE = 4.0  # from baseline to baseline
FIRST = 3.6  # from the top of a row to its first baseline
UNDER = 1.6  # from the last baseline of a row to the rule under it
HEAD_TITLE, HEAD_LINE, HEAD_FACTS = 14.5, 19.0, 23.6  # baselines
HEAD_STEP = 4.4
UNDER_HEAD = 1.2  # from where a further line of facts would stand to the body
BETWEEN = 4.0  # two facts of a line
MOST_LINES = 400  # of one text: no value is so long
# Above the lower edge; three lines stand in it, the last one clear of the 5 mm that office printers leave white.
FOOT = 17.0
FOOT_FIRST, FOOT_STEP, FOOT_LINES = 4.2, 3.4, 2
_BETWEEN_FIGURES = re.compile(r"(?<=[0-9]) (?=[0-9])")


class Column(NamedTuple):
    """Where a column begins, and how wide its text may be."""

    left: float
    width: float


class Placed(NamedTuple):
    """A text in its column: at x, which is its left edge or its right one."""

    field: str
    x: float
    text: str
    weight: Weight
    align: Align = Align.LEFT


Lines = list[list[Placed]]
"""Lines one under the other, each with what stands on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What every page of such a document says."""

    title: str  # Timeline of preparation 2026-000123
    pharmacy: str
    facts: tuple[tuple[Pair, ...], ...]  # lines of them: Patient, RIVERA, Elena
    foot: str  # Taken out Mar 12, 2026 09:40 by S. Whitfield, auditor
    log_head: str | None = None  # log head 4411 K3QF 7XWA M2ZD H5TN; nothing where there is no log
    copy: str | None = None  # Edition 2, copy 1
    pages: tuple[str, ...] = ()  # Page 1 of 2; as many as there are pages
    mark: Mark | None = None


class Strip(NamedTuple):
    """What stands across a page in one piece, and how high it is; `draw` takes the y of its top."""

    height: float
    draw: Callable[[Sheet, float], None]


class Part(NamedTuple):
    """Strips, and what stands over the first of them, and over the first of each further page."""

    rows: tuple[Strip, ...]
    first: tuple[Strip, ...] = ()
    again: tuple[Strip, ...] = ()


# ------------------------------------------------------------------ lines


def text_lines(
    field: str, texts: Sequence[str], column: Column, weight: Weight = "Regular", align: Align = Align.LEFT
) -> Lines:
    """Each text on lines of its own, broken between words. Raises Refused for a word wider than the column."""
    using = face(weight)
    for text in texts:
        printable(field, text, using)
    lines = broken(tuple(texts), using, TEXT, column.width, MOST_LINES)
    if lines is None:
        lines = broken(tuple(_figures_apart(texts)), using, TEXT, column.width, MOST_LINES)
    if lines is None:
        raise Refused(field, " ".join(texts), f"holds a word that is wider than its column, {column.width:.0f} mm")
    x = column.left + column.width * align.value
    return [[Placed(field, x, line, weight, align)] for line in lines]


def _figures_apart(texts: Sequence[str]) -> Iterator[str]:
    """A row of bare figures, which is else kept together as one, each on a line of its own."""
    for text in texts:
        yield from _BETWEEN_FIGURES.split(text)


def beside(blocks: Sequence[Lines]) -> Lines:
    """Blocks that begin on one line, as lines over all of them."""
    height = max((len(block) for block in blocks), default=0)
    return [[placed for block in blocks if i < len(block) for placed in block[i]] for i in range(height)]


def row_strips(lines: Lines, room: float) -> Iterator[Strip]:
    """The lines of a row with a rule under them; in pieces where `room` mm do not hold them all."""
    most = int((room - FIRST - UNDER) // LINE) + 1
    for start in range(0, len(lines), most):
        yield plain_strip(lines[start : start + most], ruled=True)


def plain_strip(lines: Lines, *, ruled: bool = False) -> Strip:
    return Strip(FIRST + (len(lines) - 1) * LINE + UNDER, partial(_draw_lines, lines, ruled))


def _draw_lines(lines: Lines, ruled: bool, sheet: Sheet, top: float) -> None:
    for i, line in enumerate(lines):
        for field, x, text, weight, align in line:
            sheet.text([Piece(field, text, weight)], x, top + FIRST + i * LINE, TEXT, align)
    if ruled:
        bottom = top + FIRST + (len(lines) - 1) * LINE + UNDER
        sheet.rule(MARGIN, bottom, sheet.stock.width - MARGIN, bottom, HAIR)


def caption_strip(
    fields: Sequence[str], captions: Sequence[str], columns: Sequence[Column], aligns: Sequence[Align]
) -> Strip:
    """The captions of a table, one line, with the rule under them."""

    def draw(sheet: Sheet, top: float) -> None:
        for field, caption, column, align in zip(fields, captions, columns, aligns, strict=True):
            x = column.left + column.width * align.value
            sheet.text([Piece(field, caption, "Semibold")], x, top + 3.4, CAPTION, align, column.width)
        sheet.rule(MARGIN, top + 5.0, sheet.stock.width - MARGIN, top + 5.0)

    return Strip(5.0, draw)


# ------------------------------------------------------------------ pages


def body_top(running: Running) -> float:
    """Of what stands under the facts of the head."""
    return HEAD_FACTS + (len(running.facts) - 1) * HEAD_STEP + UNDER_HEAD + 3.2


def body_room(running: Running, stock: Stock) -> float:
    """How high the body of a page may be."""
    return stock.height - FOOT - body_top(running)


def split(parts: Sequence[Part], room: float) -> list[list[Strip]]:
    """Which strips stand on which page; at least one page. No part's heads stand alone at the end of one."""
    pages: list[list[Strip]] = [[]]
    left = room
    for part in parts:
        heads, waiting = part.first, True
        for row in part.rows or (Strip(0.0, lambda sheet, top: None),):
            need = row.height + (_height(heads) if waiting else 0.0)
            if need > left and pages[-1]:
                pages.append([])
                left, heads, waiting = room, part.again, True
            if waiting:
                pages[-1] += heads
                left -= _height(heads)
                waiting = False
            pages[-1].append(row)
            left -= row.height
    return pages


def _height(strips: Sequence[Strip]) -> float:
    return sum(strip.height for strip in strips)


def compose(running: Running, parts: Sequence[Part], stock: Stock) -> list[Sheet]:
    """The pages measured and checked, not yet drawn. Raises Refused, also for page words that are not as many as
    the pages."""
    pages = split(parts, body_room(running, stock))
    if len(running.pages) != len(pages):
        raise Refused("pages", str(len(running.pages)), f"page words were given, and there are {len(pages)} pages")
    return [_sheet(running, strips, page, stock) for strips, page in zip(pages, running.pages, strict=True)]


def _sheet(running: Running, strips: Sequence[Strip], page: str, stock: Stock) -> Sheet:
    sheet, y = Sheet(stock), body_top(running)
    if running.mark is not None:
        sheet.mark = grey_mark(stock, running.mark)
    _head(sheet, running)
    for strip in strips:
        strip.draw(sheet, y)
        y += strip.height
    _foot(sheet, running, page)
    sheet.check()
    return sheet


def _head(sheet: Sheet, running: Running) -> None:
    right = sheet.stock.width - MARGIN
    sheet.text([Piece("title", running.title, "Bold")], MARGIN, HEAD_TITLE, TITLE, limit=right - MARGIN)
    sheet.text([Piece("pharmacy", running.pharmacy, "Regular")], MARGIN, HEAD_LINE, TEXT, limit=right - MARGIN)
    if running.copy is not None:
        sheet.text([Piece("copy", running.copy, "Bold")], right, HEAD_LINE, TEXT, Align.RIGHT)
    for i, line in enumerate(running.facts):
        x = MARGIN
        for fact in line:
            pieces = [Piece("facts", fact.caption, "Regular"), Piece("facts", fact.value, "Bold")]
            x = sheet.text(pieces, x, HEAD_FACTS + i * HEAD_STEP, TEXT, limit=right - x) + BETWEEN


def _foot(sheet: Sheet, running: Running, page: str) -> None:
    right, top = sheet.stock.width - MARGIN, sheet.stock.height - FOOT
    width = right - MARGIN
    if running.mark is not None:
        mark = " ".join(running.mark)
        sheet.text([Piece("mark", mark, "Semibold")], right, top + FOOT_FIRST, CAPTION, Align.RIGHT)
        width -= face("Semibold").width(printable("mark", mark, face("Semibold")), CAPTION) + BETWEEN
    for i, line in enumerate(_foot_lines(running.foot, width)):
        sheet.text([Piece("foot", line, "Regular")], MARGIN, top + FOOT_FIRST + i * FOOT_STEP, CAPTION)
    last = top + FOOT_FIRST + FOOT_LINES * FOOT_STEP
    if running.log_head is not None:
        sheet.text([Piece("log_head", running.log_head, "Regular")], MARGIN, last, CAPTION)
    sheet.text([Piece("page", page, "Bold")], right, last, TEXT, Align.RIGHT)


def _foot_lines(foot: str, width: float) -> list[str]:
    lines = broken((foot,), face("Regular"), CAPTION, width, FOOT_LINES)
    if lines is None:
        raise Refused("foot", foot, f"does not fit {FOOT_LINES} lines of {width:.0f} mm at {CAPTION:g} pt")
    return lines
