"""The worksheet: sections A to O on two pages, and further pages where there are more deviations than rows.

Where a section starts follows from the rows above it. Boxes without a value stay empty for the hand: 8.2 mm
clear, 11.2 where a caption sits inside.

    content    what it says
    kit        bars, boxes, tables, ticks, rows to sign
    frame      header, banner, foot and mark: on each page
    order      C, D, E
    materials  F, G
    steps      H, K
    checks     I, J, N, O
"""

from labels.pdf import pdf
from labels.refusal import Refused
from labels.sheet import A4, LETTER, TOUCH, Sheet, Stock
from labels.worksheet.checks import put_check, put_closing, put_deviations, put_inspection
from labels.worksheet.content import BlankWorksheet, PageMark, Worksheet
from labels.worksheet.frame import grey_mark, put_banner, put_blank_banner, put_foot, put_header
from labels.worksheet.kit import BAR, CAPTIONED, FOOT, GAP, MARGIN, RESULT, ROW, STRIP, put_boxes, right_edge
from labels.worksheet.materials import put_clearance, put_materials
from labels.worksheet.order import HAND_ROW, WORKING_ROW, put_calculation, put_order, put_verification
from labels.worksheet.steps import DRAW_ROW, put_draws, put_steps, put_times

__all__ = ["FOOT", "MARGIN", "compose_worksheet", "draw_worksheet", "grey_mark", "page_count"]

UNDER_BANNER = 2.4  # mm, to the first bar
TOP = 37.8 + UNDER_BANNER  # of the first bar of a further page, mm
LEFT_PART = 0.585  # of the width: the steps; the draws and times have the rest
PARTS_APART = 2.4
DEVIATION_ROWS = {LETTER: 2, A4: 3}  # on page 2

AnyWorksheet = Worksheet | BlankWorksheet


def page_count(stock: Stock, deviations: int) -> int:
    """How many pages, and so page marks, a worksheet with that many deviations takes on the stock."""
    beyond = deviations - _deviation_rows(stock)
    return 2 if beyond <= 0 else 2 + -(-beyond // _further_rows(stock))


def draw_worksheet(worksheet: AnyWorksheet, stock: Stock) -> bytes:
    """The worksheet as a PDF: two pages, and more where page_count() says so. stock: LETTER or A4.

    Raises Refused for another stock, for page marks that are not as many as the pages, for rows that two
    pages do not hold, and for a string that cannot be printed or does not fit its place. The same worksheet
    gives the same bytes. The title is the text of the first page's symbol."""
    return pdf(compose_worksheet(worksheet, stock), worksheet.pages[0].symbol)


def compose_worksheet(worksheet: AnyWorksheet, stock: Stock) -> list[Sheet]:
    """The pages measured and checked, not yet drawn."""
    pages = page_count(stock, len(worksheet.deviations.rows))
    given = len(worksheet.pages)
    if given != pages:
        raise Refused("pages", str(given), f"page marks were given, and there are {pages} pages")
    own = _deviation_rows(stock)
    sheets = [_page(worksheet, stock, page) for page in worksheet.pages]
    _first_page(sheets[0], worksheet)
    _second_page(sheets[1], worksheet)
    rows, size = worksheet.deviations.rows[own:], _further_rows(stock)
    for i, sheet in enumerate(sheets[2:]):
        part = rows[i * size : (i + 1) * size]
        _banner(sheet, worksheet, first=False)
        put_deviations(sheet, TOP, worksheet.deviations, part, len(part), own + i * size)
    for sheet, page in zip(sheets, worksheet.pages, strict=True):
        put_foot(sheet, worksheet.foot, worksheet.mark, page.page)
        sheet.check()
    return sheets


def _deviation_rows(stock: Stock) -> int:
    if stock not in DEVIATION_ROWS:
        raise Refused("stock", stock.name, "has no layout for a worksheet")
    return DEVIATION_ROWS[stock]


def _further_rows(stock: Stock) -> int:
    return int((stock.height - FOOT - TOP - BAR - STRIP) // ROW)


def _page(worksheet: AnyWorksheet, stock: Stock, page: PageMark) -> Sheet:
    sheet = Sheet(stock)
    if worksheet.mark is not None:
        sheet.mark = grey_mark(stock, worksheet.mark)
    put_header(sheet, worksheet.header, page)
    return sheet


def _banner(sheet: Sheet, worksheet: AnyWorksheet, *, first: bool) -> float:
    """The banner of a page; returns the y of the first bar under it."""
    if isinstance(worksheet, Worksheet):
        return put_banner(sheet, worksheet.banner) + UNDER_BANNER
    rows = worksheet.banner.first if first else worksheet.banner.second
    return put_blank_banner(sheet, worksheet.banner, rows) + UNDER_BANNER


def _first_page(sheet: Sheet, worksheet: AnyWorksheet) -> None:
    captions, by_hand = worksheet.signature_captions, isinstance(worksheet, BlankWorksheet)
    y = _banner(sheet, worksheet, first=True)
    y = put_order(sheet, y, worksheet.order, CAPTIONED if by_hand else ROW)
    y = put_verification(sheet, y + GAP, worksheet.verification, captions)
    y = put_calculation(sheet, y + GAP, worksheet.calculation, HAND_ROW if by_hand else WORKING_ROW)
    y = put_materials(sheet, y + GAP, worksheet.materials, captions)
    y = put_clearance(sheet, y + GAP, worksheet.clearance)
    lines, rows = len(worksheet.calculation.lines), len(worksheet.materials.rows)
    _refuse_overflow(sheet, y, "materials", rows, f"rows do not fit page 1 with {lines} lines of calculation")


def _second_page(sheet: Sheet, worksheet: AnyWorksheet) -> None:
    top = _banner(sheet, worksheet, first=False)
    middle = MARGIN + (right_edge(sheet) - MARGIN) * LEFT_PART
    steps = put_steps(sheet, top, worksheet.steps, middle)
    by_hand = isinstance(worksheet, BlankWorksheet)
    draws = put_draws(sheet, top, worksheet.draws, middle + PARTS_APART, ROW if by_hand else DRAW_ROW)
    times = put_times(sheet, draws + GAP, worksheet.times, middle + PARTS_APART)
    y = put_check(sheet, max(steps, times) + GAP, worksheet.check)
    y = put_inspection(sheet, y + GAP, worksheet.inspection)
    put_boxes(sheet, y + GAP, "labels", worksheet.labels.heading, worksheet.labels.boxes, MARGIN, middle)
    discarded = worksheet.discarded
    left, right = middle + PARTS_APART, right_edge(sheet)
    y = put_boxes(sheet, y + GAP, "discarded", discarded.heading, discarded.boxes, left, right, RESULT)
    own = _deviation_rows(sheet.stock)
    y = put_deviations(sheet, y + GAP, worksheet.deviations, worksheet.deviations.rows[:own], own, 0)
    y = put_closing(sheet, y + GAP, worksheet.signatures, worksheet.signature_captions)
    rows, others, hours = (len(part.rows) for part in (worksheet.steps, worksheet.draws, worksheet.times))
    _refuse_overflow(sheet, y, "steps", rows, f"steps do not fit page 2 with {others} draws and {hours} times")


def _refuse_overflow(sheet: Sheet, y: float, field: str, count: int, why: str) -> None:
    limit = sheet.stock.height - FOOT
    if y > limit + TOUCH:
        over = f"{why} of {sheet.stock.name}: they end {y - limit:.1f} mm too low"
        raise Refused(field, str(count), over)
