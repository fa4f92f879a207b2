"""A treatment plan: tables one under the other on as many pages as they need, each page with head and foot.

A row stays on one page, a heading with its first row, and a table that goes on repeats its heading."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from labels.content import Mark, Pair
from labels.faces import Weight, face, printable
from labels.pdf import pdf
from labels.refusal import Refused
from labels.sheet import TOUCH, Align, Area, Piece, Sheet, Stock, broken
from labels.worksheet import FOOT, MARGIN, grey_mark

# All in mm but for the sizes, which are in pt.
TITLE, HEADING, TEXT, SMALL = 14.0, 10.0, 8.5, 7.5
LINE = 3.9  # from baseline to baseline
FIRST = 3.5  # from the top of a row to its first baseline
UNDER = 1.5  # from the last baseline of a row to the rule under it
HEAD_TITLE, HEAD_LINE, HEAD_FACTS = 14.5, 19.0, 23.6  # baselines
HEAD_STEP = 4.4
BAR, STRIP = 5.6, 4.4  # of a heading, and of the captions under it
BAR_GREY = 0.9
APART = 3.6  # between two tables
GAP = 2.0  # between two columns
BETWEEN = 4.0  # two facts of a line
TOGETHER = 3  # the last rows of a table that go on to another page, at least
MOST_LINES = 60  # of one text: more is a page of its own, and no rule is so long


@dataclass(frozen=True, slots=True)
class PlanTable:
    """A heading, captions, and rows of cells; each string of a cell begins a line. The first cell is bold.

    widths: mm of each column; the one whose width is None takes what the others leave."""

    heading: str  # Doses
    captions: tuple[str, ...]  # Dose, Level
    widths: tuple[float | None, ...]
    rows: tuple[tuple[tuple[str, ...], ...], ...]  # (("Cycle 1, day 1",), ("0.8 mg/m²",))


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentPlan:
    """What is planned for a patient, and by which rules."""

    title: str  # Treatment plan
    pharmacy: str
    facts: tuple[tuple[Pair, ...], ...]  # lines of them: Patient, RIVERA, Elena
    tables: tuple[PlanTable, ...]
    foot: str  # Made Mar 12, 2026 09:40 by K. Adeyemi, pharmacist
    number: str  # C-000012
    pages: tuple[str, ...] = ()  # Page 1 of 2; as many as plan_pages() says
    mark: Mark | None = None


class _Column(NamedTuple):
    left: float
    width: float


class _Placed(NamedTuple):
    """A table's part on a page: its top, and the rows that stand under its heading."""

    table: int
    top: float
    rows: tuple[int, ...]


_Cells = Sequence[Sequence[str]]
"""The lines of each cell of a row, as broken."""


def plan_pages(plan: TreatmentPlan, stock: Stock) -> int:
    """How many pages a plan takes on the stock. Raises Refused as draw_plan does."""
    return len(_pages(plan, _broken(plan, stock), stock))


def draw_plan(plan: TreatmentPlan, stock: Stock) -> bytes:
    """The plan as a PDF. Raises Refused for page words that are not as many as the pages, for a row that is
    longer than a page, and for a string that cannot be printed or does not fit its place. The same plan gives
    the same bytes."""
    return pdf(compose_plan(plan, stock), plan.title)


def compose_plan(plan: TreatmentPlan, stock: Stock) -> list[Sheet]:
    """The pages measured and checked, not yet drawn."""
    rows = _broken(plan, stock)
    parts = _pages(plan, rows, stock)
    if len(plan.pages) != len(parts):
        raise Refused("pages", str(len(plan.pages)), f"page words were given, and there are {len(parts)} pages")
    sheets = []
    for part, page in zip(parts, plan.pages, strict=True):
        sheet = Sheet(stock)
        if plan.mark is not None:
            sheet.mark = grey_mark(stock, plan.mark)
        _head(sheet, plan)
        for placed in part:
            _table(sheet, plan, rows, placed)
        _foot(sheet, plan, page)
        sheet.check()
        sheets.append(sheet)
    return sheets


# ------------------------------------------------------------------ lines, and which row stands on which page


def _broken(plan: TreatmentPlan, stock: Stock) -> list[list[_Cells]]:
    """Of each table and row the cells, broken to their columns."""
    return [
        [
            [
                _cell(_field(number, i, j), cell, column, "Bold" if j == 0 else "Regular")
                for j, (cell, column) in enumerate(zip(row, _columns(table, stock), strict=True))
            ]
            for i, row in enumerate(table.rows)
        ]
        for number, table in enumerate(plan.tables)
    ]


def _field(table: int, row: int, cell: int) -> str:
    return f"tables.{table + 1}.rows.{row + 1}.{cell + 1}"


def _cell(field: str, texts: tuple[str, ...], column: _Column, weight: Weight) -> list[str]:
    if not texts:
        return []
    using = face(weight)
    for text in texts:
        printable(field, text, using)
    lines = broken(texts, using, TEXT, column.width, MOST_LINES)
    if lines is None:
        raise Refused(field, " ".join(texts), f"holds a word that is wider than its column, {column.width:.0f} mm")
    return lines


def _columns(table: PlanTable, stock: Stock) -> list[_Column]:
    whole = stock.width - 2 * MARGIN
    rest = whole - sum(width for width in table.widths if width is not None)
    columns, left = [], MARGIN
    for width in table.widths:
        taken = rest if width is None else width
        columns.append(_Column(left, taken - GAP))
        left += taken
    return columns


def _height(cells: _Cells) -> float:
    return FIRST + (max(map(len, cells)) - 1) * LINE + UNDER


def _top(plan: TreatmentPlan) -> float:
    """Of the first table, under the head's facts."""
    return HEAD_FACTS + len(plan.facts) * HEAD_STEP


def _pages(plan: TreatmentPlan, rows: list[list[_Cells]], stock: Stock) -> list[list[_Placed]]:
    top, bottom = _top(plan), stock.height - FOOT
    pages: list[list[_Placed]] = [[]]
    y = top
    for number, cells in enumerate(rows):
        waiting = list(range(len(cells)))
        while waiting:
            room = bottom - y - BAR - STRIP
            fitting = _fitting([_height(cells[row]) for row in waiting], room)
            if not fitting and y == top:
                field = _field(number, waiting[0], 0)
                raise Refused(field, " ".join(plan.tables[number].rows[waiting[0]][0]), "is a row longer than a page")
            if not fitting:
                pages.append([])
                y = top
                continue
            fitting -= _kept_back(fitting, len(waiting))
            placed, waiting = tuple(waiting[:fitting]), waiting[fitting:]
            pages[-1].append(_Placed(number, y, placed))
            y += BAR + STRIP + sum(_height(cells[row]) for row in placed) + APART
    return pages


def _kept_back(fitting: int, waiting: int) -> int:
    """How many rows that would fit go on to the next page, so that the last of their table do not stand there one or
    two alone. The page keeps one at least."""
    alone = waiting - fitting
    return min(TOGETHER - alone, fitting - 1) if 0 < alone < TOGETHER else 0


def _fitting(heights: list[float], room: float) -> int:
    """How many of the rows the room holds."""
    for count, height in enumerate(heights):
        room -= height
        if room < -TOUCH:
            return count
    return len(heights)


# ------------------------------------------------------------------ drawing


def _head(sheet: Sheet, plan: TreatmentPlan) -> None:
    right = sheet.stock.width - MARGIN
    sheet.text([Piece("number", plan.number, "Bold")], right, HEAD_TITLE, TITLE, Align.RIGHT)
    sheet.text([Piece("title", plan.title, "Bold")], MARGIN, HEAD_TITLE, TITLE)
    sheet.text([Piece("pharmacy", plan.pharmacy, "Regular")], MARGIN, HEAD_LINE, TEXT, limit=right - MARGIN)
    for i, line in enumerate(plan.facts):
        x = MARGIN
        for fact in line:
            pieces = [Piece("facts", fact.caption, "Regular"), Piece("facts", fact.value, "Bold")]
            x = sheet.text(pieces, x, HEAD_FACTS + i * HEAD_STEP, TEXT, limit=right - x) + BETWEEN


def _table(sheet: Sheet, plan: TreatmentPlan, rows: list[list[_Cells]], placed: _Placed) -> None:
    table, right = plan.tables[placed.table], sheet.stock.width - MARGIN
    columns = _columns(table, sheet.stock)
    y = placed.top
    sheet.fill(Area(MARGIN, y, right, y + BAR), BAR_GREY)
    heading = [Piece("heading", table.heading, "Bold")]
    sheet.text(heading, MARGIN + 1.2, y + 4.1, HEADING, limit=right - MARGIN - 2.4)
    y += BAR + STRIP
    for caption, column in zip(table.captions, columns, strict=True):
        sheet.text([Piece("captions", caption, "Semibold")], column.left, y - 1.3, SMALL, limit=column.width)
    sheet.rule(MARGIN, y, right, y)
    for row in placed.rows:
        y = _row(sheet, rows[placed.table][row], columns, placed.table, row, y)


def _row(sheet: Sheet, cells: _Cells, columns: list[_Column], table: int, row: int, top: float) -> float:
    for number, (lines, column) in enumerate(zip(cells, columns, strict=True)):
        weight: Weight = "Bold" if number == 0 else "Regular"
        for i, line in enumerate(lines):
            piece = Piece(_field(table, row, number), line, weight)
            sheet.text([piece], column.left, top + FIRST + i * LINE, TEXT)
    top += _height(cells)
    sheet.rule(MARGIN, top, sheet.stock.width - MARGIN, top, 0.12)
    return top


def _foot(sheet: Sheet, plan: TreatmentPlan, page: str) -> None:
    right, top = sheet.stock.width - MARGIN, sheet.stock.height - FOOT
    sheet.text([Piece("foot", plan.foot, "Regular")], MARGIN, top + 8.0, SMALL)
    if plan.mark is not None:
        sheet.text([Piece("mark", " ".join(plan.mark), "Semibold")], MARGIN, top + 4.2, SMALL)
    sheet.text([Piece("page", page, "Bold")], right, top + 8.0, TEXT, Align.RIGHT)
