"""What stands on each page of a worksheet: header and banner above, foot below, and the grey mark across."""

from collections.abc import Sequence
from math import atan, degrees

from labels.content import Mark
from labels.faces import face, printable
from labels.refusal import Refused
from labels.sheet import Area, GreyMark, Piece, Sheet, Stock
from labels.symbol import SHEET_MODULE
from labels.worksheet.content import Banner, BlankBanner, BlankRow, Foot, Header, PageMark
from labels.worksheet.kit import (
    CAPTIONED,
    FOOT,
    FRAME,
    MARGIN,
    PAD,
    RESULT,
    RIGHT,
    SMALL_CAPTION,
    TEXT,
    TILE,
    put_box,
    put_grid,
    put_line,
    put_tile,
    right_edge,
)

BANNER_TOP = 22.6  # mm
DRUG_PART = 68.0  # mm of a blank banner, for the longest name of a drug
PAGE_ROOM = 22.0  # mm of the foot, for "Page 10 of 10"
DRUG_SIZE = 10.5  # pt, one less than beside a printed name: its place is narrower

# pt and mm: NOT FOR PATIENT USE is then 265 mm long, and clears the corners of both sheets by 40 mm.
MARK_SIZE, MARK_LEADING = 76.0, 33.0
MARK_ENDS = 60.0  # mm of the diagonal that stay free, for letters are as high as they are
MARK_APART = 50.0  # mm between a short mark and its next: VOID stands thrice, so that no half of a page is without


def grey_mark(stock: Stock, lines: tuple[str, ...]) -> GreyMark:
    """Centred on the page, along its diagonal; the lines stand one under the other across it. One that stands alone is
    repeated as often as the diagonal holds it."""
    bold = face("Bold")
    diagonal = (stock.width**2 + stock.height**2) ** 0.5
    for line in lines:
        printable("mark", line, bold)
        if bold.width(line, MARK_SIZE) > diagonal - MARK_ENDS:
            raise Refused("mark", line, f"is longer than the diagonal of {stock.name} at {MARK_SIZE:g} pt")
    slope = stock.height / stock.width
    across, down = slope / (1 + slope**2) ** 0.5, 1 / (1 + slope**2) ** 0.5
    half_capital = MARK_SIZE * 0.33 * 25.4 / 72
    placed = []
    for i, line in enumerate(lines):
        away = (i - (len(lines) - 1) / 2) * MARK_LEADING + half_capital
        for along in _repeated(bold.width(line, MARK_SIZE), diagonal) if len(lines) == 1 else (0.0,):
            x = stock.width / 2 + away * across + along * down
            placed.append((line, x, stock.height / 2 + away * down - along * across))
    return GreyMark(tuple(placed), MARK_SIZE, degrees(atan(slope)), bold)


def _repeated(length: float, diagonal: float) -> list[float]:
    """How far along the diagonal from its middle the centre of each repetition is, in mm."""
    step = length + MARK_APART
    times = max(1, int((diagonal - MARK_ENDS + MARK_APART) / step))
    return [(i - (times - 1) / 2) * step for i in range(times)]


def put_header(sheet: Sheet, header: Header, page: PageMark) -> None:
    right = right_edge(sheet)
    put_tile(sheet, "header.letter", header.letter, Area(MARGIN, 10.5, MARGIN + TILE, 10.5 + TILE), 14.2)
    put_line(sheet, "header.title", header.title, 18.8, 14.5, 16, "Bold")
    sheet.text([Piece("header.number", header.number, "Bold")], right - 14.3, 14.5, 14, RIGHT)
    put_line(sheet, "header.pharmacy", header.pharmacy, 18.8, 18.9, TEXT)
    place = right - 14.3 - face("Regular").width(printable("page symbol", page.symbol, face("Regular")), TEXT)
    sheet.text([Piece("page", page.page, "Bold")], place - 4, 18.9, TEXT, RIGHT)
    put_line(sheet, "page_symbol", page.symbol, place, 18.9, TEXT)
    sheet.symbol("page_symbol", page.symbol, right - 10, 11.1, SHEET_MODULE)


def put_banner(sheet: Sheet, banner: Banner) -> float:
    right = right_edge(sheet)
    _banner_frame(sheet, banner.letter, 37.8)
    put_line(sheet, "patient_name", banner.patient_name, 18.8, 27.6, 12.5, "Bold")
    drug = [Piece("generic", banner.generic, "Bold"), Piece("brand", banner.brand, "Regular")]
    sheet.text(drug, right - 2, 27.6, 11.5, RIGHT)
    x = 18.8
    for pair in banner.numbers:
        pieces = [Piece("numbers", pair.caption, "Regular"), Piece("numbers", pair.value, "Bold")]
        x = sheet.text(pieces, x, 32.2, TEXT) + 4
    if banner.age is not None:
        put_line(sheet, "age", banner.age, x, 32.2, TEXT)
    sheet.text([Piece("dose", banner.dose, "Bold")], right - 2, 32.2, RESULT, RIGHT)
    if banner.location is not None:
        put_line(sheet, "location", banner.location, 18.8, 36.1, TEXT)
    sheet.text([Piece("cycle", banner.cycle, "Regular")], right - 2, 36.1, TEXT, RIGHT)
    return 37.8


def put_blank_banner(sheet: Sheet, banner: BlankBanner, rows: Sequence[BlankRow]) -> float:
    """The drug with its dose to be written at the right, and beside it rows of boxes for the hand."""
    left, middle, right = MARGIN + TILE, right_edge(sheet) - DRUG_PART, right_edge(sheet)
    end = BANNER_TOP + CAPTIONED * len(rows)
    _banner_frame(sheet, banner.letter, end)
    for number, row in enumerate(rows, 1):
        y = BANNER_TOP + CAPTIONED * (number - 1)
        edges = _shared(left, middle, row.shares)
        put_grid(sheet, edges, y, CAPTIONED)
        for i, box in enumerate(row.boxes):
            put_box(sheet, f"banner.{number}.{i + 1}", box, Area(edges[i], y, edges[i + 1], y + CAPTIONED))
    drug = [Piece("generic", banner.generic, "Bold"), Piece("brand", banner.brand, "Regular")]
    sheet.text(drug, right - 2, BANNER_TOP + 4.6, DRUG_SIZE, RIGHT, DRUG_PART - 3)
    put_line(sheet, "dose", banner.dose, middle + PAD, end - 2.2, RESULT, "Bold", DRUG_PART - 2 * PAD)
    return end


def _shared(left: float, right: float, shares: Sequence[float]) -> list[float]:
    """Edges that part a width in proportion."""
    whole = sum(shares)
    return [left + (right - left) * sum(shares[:i]) / whole for i in range(len(shares) + 1)]


def _banner_frame(sheet: Sheet, letter: str, end: float) -> None:
    sheet.frame(Area(MARGIN, BANNER_TOP, right_edge(sheet), end), FRAME)
    put_tile(sheet, "banner.letter", letter, Area(MARGIN, BANNER_TOP, MARGIN + TILE, end), 27.4)


def put_foot(sheet: Sheet, foot: Foot, mark: Mark | None, page: str) -> None:
    right, top = right_edge(sheet), sheet.stock.height - FOOT
    sheet.rule(MARGIN, top, right, top)
    x = MARGIN
    for fact in foot.facts:
        x = sheet.text([Piece("foot", fact, "Regular")], x, top + 3.7, SMALL_CAPTION) + 3
    if mark is not None:
        sheet.text([Piece("mark", " ".join(mark), "Semibold")], right, top + 3.7, SMALL_CAPTION, RIGHT)
    x = MARGIN
    if foot.log_head is not None:
        x = put_line(sheet, "log_head", foot.log_head, x, top + 6.9, SMALL_CAPTION) + 3
    if foot.note is not None:
        put_line(sheet, "foot note", foot.note, x, top + 6.9, SMALL_CAPTION, limit=right - PAGE_ROOM - x)
    sheet.text([Piece("page", page, "Bold")], right, top + 6.9, TEXT, RIGHT)
