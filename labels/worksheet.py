"""The worksheet: sections A to O on two pages, and further pages where there are more deviations than rows.

Each section takes the y of its top and returns the y of its end, in mm; where it starts follows from the rows
above it. Boxes without a value stay empty for the hand: 8.2 mm clear, 11.2 where a caption sits inside."""

from collections.abc import Sequence
from math import atan, degrees
from typing import NamedTuple

from labels.content import (
    Box,
    Calculation,
    Clearance,
    Clock,
    Deviation,
    Deviations,
    Draw,
    Draws,
    Heading,
    InProcessCheck,
    Inspection,
    Material,
    Materials,
    Order,
    PageMark,
    Signature,
    SignatureCaptions,
    Signatures,
    Step,
    Steps,
    Tick,
    Times,
    Verification,
    WorkingLine,
    Worksheet,
)
from labels.faces import Weight, face, printable
from labels.pdf import pdf
from labels.refusal import Refused
from labels.sheet import A4, LETTER, TOUCH, Align, Area, GreyMark, Piece, Sheet, Stock, broken
from labels.symbol import SHEET_MODULE

LEFT, RIGHT, CENTRE = Align.LEFT, Align.RIGHT, Align.CENTRE

# All in mm, as the layout was measured.
MARGIN = 12.0
FOOT = 13.4  # above the lower edge; nothing but the foot stands below it
TOP = 40.2  # of the first bar, under the banner
BAR, GAP = 4.6, 1.8  # a section's bar, and the space over the next one
TILE = 5.2  # the black tile of its letter
STRIP = 4.2  # captions over a table
PAD = 1.2  # between a rule and a text
ROW, MATERIAL_ROW, WORKING_ROW, DRAW_ROW, CAPTIONED = 8.4, 8.2, 4.8, 9.0, 11.2  # heights
TICK = 4.0
TIME_BOX = 19.0  # in the steps
CLOCK_BOX = 18.0  # in the times
LEFT_PART = 0.585  # of the width: the steps; the draws and times have the rest
PARTS_APART = 2.4
FRAME = 0.5  # mm, round what the checker writes and round times
HAIR = 0.12

TEXT, RESULT, CAPTION, SMALL_CAPTION = 8.5, 9.5, 7.5, 7.0  # pt

BAR_GREY = 0.86
MOST_WORKING = 13  # lines of calculation: eleven, and two for a rounded volume and its prepared dose
DEVIATION_ROWS = {LETTER: 2, A4: 3}  # on page 2

# pt and mm: NOT FOR PATIENT USE is then 265 mm long, and clears the corners of both sheets by 40 mm.
MARK_SIZE, MARK_LEADING = 76.0, 33.0
MARK_ENDS = 60.0  # mm of the diagonal that stay free, for letters are as high as they are


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
MATERIAL_WIDTHS = (
    ("number", 7.0), ("product", 62.0), ("maker", 28.0), ("quantity", 20.0), ("lot", 32.0), ("expiry", 26.0),
    ("entry", None),
)  # fmt: skip
WORKING_WIDTHS = (("name", 32.8), ("expression", 74.0), ("result", 32.0), ("source", None))
DRAW_WIDTHS = (("vial", 14.0), ("draw", None), ("drawn", 22.0))


def page_count(stock: Stock, deviations: int) -> int:
    """How many pages, and so page marks, a worksheet with that many deviations takes on the stock."""
    beyond = deviations - _deviation_rows(stock)
    return 2 if beyond <= 0 else 2 + -(-beyond // _further_rows(stock))


def draw_worksheet(worksheet: Worksheet, stock: Stock) -> bytes:
    """The worksheet as a PDF: two pages, and more where page_count() says so. stock: LETTER or A4.

    Raises Refused for another stock, for page marks that are not as many as the pages, for rows that two
    pages do not hold, and for a string that cannot be printed or does not fit its place. The same worksheet
    gives the same bytes. The title is the text of the first page's symbol."""
    return pdf(compose_worksheet(worksheet, stock), worksheet.pages[0].symbol)


def compose_worksheet(worksheet: Worksheet, stock: Stock) -> list[Sheet]:
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
        _deviations(sheet, TOP, worksheet.deviations, part, len(part), own + i * size)
    for sheet, page in zip(sheets, worksheet.pages, strict=True):
        _foot(sheet, worksheet, page)
        sheet.check()
    return sheets


def _deviation_rows(stock: Stock) -> int:
    if stock not in DEVIATION_ROWS:
        raise Refused("stock", stock.name, "has no layout for a worksheet")
    return DEVIATION_ROWS[stock]


def _further_rows(stock: Stock) -> int:
    return int((stock.height - FOOT - TOP - BAR - STRIP) // ROW)


# ------------------------------------------------------------------ pages


def _right(sheet: Sheet) -> float:
    return sheet.stock.width - MARGIN


def _page(worksheet: Worksheet, stock: Stock, page: PageMark) -> Sheet:
    sheet = Sheet(stock)
    if worksheet.mark is not None:
        sheet.mark = grey_mark(stock, worksheet.mark)
    _header(sheet, worksheet, page)
    _banner(sheet, worksheet)
    return sheet


def _first_page(sheet: Sheet, worksheet: Worksheet) -> None:
    captions = worksheet.signature_captions
    y = _order(sheet, TOP, worksheet.order)
    y = _verification(sheet, y + GAP, worksheet.verification, captions)
    y = _calculation(sheet, y + GAP, worksheet.calculation)
    y = _materials(sheet, y + GAP, worksheet.materials, captions)
    y = _clearance(sheet, y + GAP, worksheet.clearance)
    lines, rows = len(worksheet.calculation.lines), len(worksheet.materials.rows)
    _refuse_overflow(sheet, y, "materials", rows, f"rows do not fit page 1 with {lines} lines of calculation")


def _second_page(sheet: Sheet, worksheet: Worksheet) -> None:
    middle = MARGIN + (_right(sheet) - MARGIN) * LEFT_PART
    steps = _steps(sheet, TOP, worksheet.steps, middle)
    draws = _draws(sheet, TOP, worksheet.draws, middle + PARTS_APART)
    times = _times(sheet, draws + GAP, worksheet.times, middle + PARTS_APART)
    y = _in_process(sheet, max(steps, times) + GAP, worksheet.check)
    y = _inspection(sheet, y + GAP, worksheet.inspection)
    _boxes(sheet, y + GAP, "labels", worksheet.labels.heading, worksheet.labels.boxes, MARGIN, middle)
    discarded = worksheet.discarded
    left, right = middle + PARTS_APART, _right(sheet)
    y = _boxes(sheet, y + GAP, "discarded", discarded.heading, discarded.boxes, left, right, RESULT)
    own = _deviation_rows(sheet.stock)
    y = _deviations(sheet, y + GAP, worksheet.deviations, worksheet.deviations.rows[:own], own, 0)
    y = _signatures(sheet, y + GAP, worksheet.signatures, worksheet.signature_captions)
    rows, others, hours = (len(part.rows) for part in (worksheet.steps, worksheet.draws, worksheet.times))
    _refuse_overflow(sheet, y, "steps", rows, f"steps do not fit page 2 with {others} draws and {hours} times")


def _refuse_overflow(sheet: Sheet, y: float, field: str, count: int, why: str) -> None:
    limit = sheet.stock.height - FOOT
    if y > limit + TOUCH:
        over = f"{why} of {sheet.stock.name}: they end {y - limit:.1f} mm too low"
        raise Refused(field, str(count), over)


def grey_mark(stock: Stock, lines: tuple[str, ...]) -> GreyMark:
    """Centred on the page, along its diagonal; the lines stand one under the other across it."""
    bold = face("Bold")
    diagonal = (stock.width**2 + stock.height**2) ** 0.5
    for line in lines:
        printable("mark", line, bold)
        if bold.width(line, MARK_SIZE) > diagonal - MARK_ENDS:
            raise Refused("mark", line, f"is longer than the diagonal of {stock.name} at {MARK_SIZE:g} pt")
    slope = stock.height / stock.width
    across, down = slope / (1 + slope**2) ** 0.5, 1 / (1 + slope**2) ** 0.5
    placed = []
    for i, line in enumerate(lines):
        away = (i - (len(lines) - 1) / 2) * MARK_LEADING + MARK_SIZE * 0.33 * 25.4 / 72  # half a capital
        placed.append((line, stock.width / 2 + away * across, stock.height / 2 + away * down))
    return GreyMark(tuple(placed), MARK_SIZE, degrees(atan(slope)), bold)


# ------------------------------------------------------------------ A, B and the foot


def _header(sheet: Sheet, worksheet: Worksheet, page: PageMark) -> None:
    header, right = worksheet.header, _right(sheet)
    _tile(sheet, "header.letter", header.letter, Area(MARGIN, 10.5, MARGIN + TILE, 10.5 + TILE), 14.2)
    _line(sheet, "header.title", header.title, 18.8, 14.5, 16, "Bold")
    sheet.text([Piece("header.number", header.number, "Bold")], right - 14.3, 14.5, 14, RIGHT)
    _line(sheet, "header.pharmacy", header.pharmacy, 18.8, 18.9, TEXT)
    place = right - 14.3 - face("Regular").width(printable("page symbol", page.symbol, face("Regular")), TEXT)
    sheet.text([Piece("page", page.page, "Bold")], place - 4, 18.9, TEXT, RIGHT)
    _line(sheet, "page_symbol", page.symbol, place, 18.9, TEXT)
    sheet.symbol("page_symbol", page.symbol, right - 10, 11.1, SHEET_MODULE)


def _banner(sheet: Sheet, worksheet: Worksheet) -> None:
    banner, right = worksheet.banner, _right(sheet)
    sheet.frame(Area(MARGIN, 22.6, right, 37.8), FRAME)
    _tile(sheet, "banner.letter", banner.letter, Area(MARGIN, 22.6, MARGIN + TILE, 37.8), 27.4)
    _line(sheet, "patient_name", banner.patient_name, 18.8, 27.6, 12.5, "Bold")
    drug = [Piece("generic", banner.generic, "Bold"), Piece("brand", banner.brand, "Regular")]
    sheet.text(drug, right - 2, 27.6, 11.5, RIGHT)
    x = 18.8
    for pair in banner.numbers:
        pieces = [Piece("numbers", pair.caption, "Regular"), Piece("numbers", pair.value, "Bold")]
        x = sheet.text(pieces, x, 32.2, TEXT) + 4
    if banner.age is not None:
        _line(sheet, "age", banner.age, x, 32.2, TEXT)
    sheet.text([Piece("dose", banner.dose, "Bold")], right - 2, 32.2, RESULT, RIGHT)
    if banner.location is not None:
        _line(sheet, "location", banner.location, 18.8, 36.1, TEXT)
    sheet.text([Piece("cycle", banner.cycle, "Regular")], right - 2, 36.1, TEXT, RIGHT)


def _foot(sheet: Sheet, worksheet: Worksheet, page: PageMark) -> None:
    foot, right, top = worksheet.foot, _right(sheet), sheet.stock.height - FOOT
    sheet.rule(MARGIN, top, right, top)
    x = MARGIN
    for fact in foot.facts:
        x = sheet.text([Piece("foot", fact, "Regular")], x, top + 3.7, SMALL_CAPTION) + 3
    if worksheet.mark is not None:
        phrase = " ".join(worksheet.mark)
        sheet.text([Piece("mark", phrase, "Semibold")], right, top + 3.7, SMALL_CAPTION, RIGHT)
    if foot.log_head is not None:
        _line(sheet, "log_head", foot.log_head, MARGIN, top + 6.9, SMALL_CAPTION)
    sheet.text([Piece("page", page.page, "Bold")], right, top + 6.9, TEXT, RIGHT)


# ------------------------------------------------------------------ parts that sections share


def _line(
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


def _centred(sheet: Sheet, field: str, text: str | None, area: Area, y: float, size: float) -> None:
    if text is not None:
        centre, limit = (area.left + area.right) / 2, area.right - area.left - 1
        sheet.text([Piece(field, text, "Bold")], centre, y, size, CENTRE, limit)


def _tile(sheet: Sheet, field: str, letter: str, area: Area, y: float) -> None:
    sheet.fill(area)
    centre = (area.left + area.right) / 2
    sheet.text([Piece(field, letter, "Bold")], centre, y, RESULT, CENTRE, TILE, white=True)


def _bar(sheet: Sheet, field: str, heading: Heading, left: float, right: float, y: float) -> float:
    """The bar over a section; returns the y under it."""
    _tile(sheet, f"{field}.letter", heading.letter, Area(left, y, left + TILE, y + BAR), y + 3.5)
    sheet.fill(Area(left + TILE, y, right, y + BAR), BAR_GREY)
    end = _line(sheet, f"{field}.title", heading.title, left + 6.8, y + 3.4, RESULT, "Bold")
    if heading.note is not None:
        note = [Piece(f"{field}.note", heading.note, "Regular")]
        sheet.text(note, right - PAD, y + 3.4, CAPTION, RIGHT, right - PAD - end - 1)
    return y + BAR


def _strip(sheet: Sheet, field: str, columns: Table, captions: object, y: float) -> float:
    """Captions over the columns that have one; returns the y under them."""
    for column in columns.columns:
        caption: str | None = getattr(captions, column.name, None)
        if caption is not None:
            name, limit = f"{field}.{column.name}.caption", column.right - column.left - PAD
            _line(sheet, name, caption, column.left + PAD, y + 3.0, CAPTION, limit=limit)
    return y + STRIP


def _grid(sheet: Sheet, edges: Sequence[float], y: float, height: float) -> None:
    """Boxes side by side."""
    sheet.rule(edges[0], y, edges[-1], y)
    sheet.rule(edges[0], y + height, edges[-1], y + height)
    for edge in edges:
        sheet.rule(edge, y, edge, y + height)


def _cell(
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
        _line(sheet, f"{field}.{column.name}", text, column.left + PAD, y, size, weight, limit)


def _box(sheet: Sheet, field: str, box: Box, area: Area, size: float = TEXT) -> None:
    """A caption at the top, and the value, where there is one, at the bottom."""
    limit = area.right - area.left - 2 * PAD
    _line(sheet, f"{field}.caption", box.caption, area.left + PAD, area.top + 2.8, SMALL_CAPTION, limit=limit)
    if box.value is not None:
        _line(sheet, field, box.value, area.left + PAD, area.bottom - 1.7, size, "Bold", limit)


def _boxes(
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
    y = _bar(sheet, field, heading, left, right, y)
    edges = [left + (right - left) * i / len(boxes) for i in range(len(boxes) + 1)]
    _grid(sheet, edges, y, CAPTIONED)
    for i, box in enumerate(boxes):
        _box(sheet, f"{field}.{i + 1}", box, Area(edges[i], y, edges[i + 1], y + CAPTIONED), size)
    return y + CAPTIONED


def _tick(sheet: Sheet, x: float, centre: float, ticked: bool) -> None:
    area = Area(x, centre - TICK / 2, x + TICK, centre + TICK / 2)
    sheet.frame(area)
    if ticked:
        sheet.crosses.append(area.grown(-1))


def _ticks(sheet: Sheet, field: str, ticks: Sequence[Tick], left: float, right: float, centre: float) -> None:
    """Boxes to tick, each with its caption after it, from left to right."""
    x = left + 1.7
    for i, tick in enumerate(ticks):
        _tick(sheet, x, centre, tick.ticked)
        name, start = f"{field}.{i + 1}", x + TICK + 1
        x = _line(sheet, name, tick.caption, start, centre + 1.05, TEXT, limit=right - start) + 4


def _signature(sheet: Sheet, field: str, columns: Table, signed: Signature, y: float, height: float) -> float:
    _grid(sheet, columns.edges, y, height)
    for column in columns.columns:
        weight: Weight = "Bold" if column.name == "meaning" else "Regular"
        _cell(sheet, field, getattr(signed, column.name), column, y + height / 2 + 1, weight)
    return y + height


def _signature_rows(
    sheet: Sheet, field: str, captions: SignatureCaptions, rows: Sequence[Signature], y: float, height: float
) -> float:
    columns = table(MARGIN, _right(sheet), SIGNATURE_WIDTHS)
    y = _strip(sheet, field, columns, captions, y)
    for i, signed in enumerate(rows):
        y = _signature(sheet, f"{field}.signature.{i + 1}", columns, signed, y, height)
    return y


# ------------------------------------------------------------------ page 1


def _order(sheet: Sheet, y: float, order: Order) -> float:
    left, right = MARGIN, _right(sheet)
    y = _bar(sheet, "order", order.heading, left, right, y)
    edges = [left + (right - left) * i / 6 for i in range(7)]
    _grid(sheet, edges, y, ROW)
    for i, box in enumerate(order.measurements):
        _box(sheet, f"order.{i + 1}", box, Area(edges[i], y, edges[i + 1], y + ROW), RESULT)
    y += ROW
    edges = [*edges[:4], right]
    _grid(sheet, edges, y, ROW)
    for i, box in enumerate((*order.figures, order.rounding)):
        _box(sheet, f"order.{i + 7}", box, Area(edges[i], y, edges[i + 1], y + ROW), RESULT)
    return y + ROW


def _verification(sheet: Sheet, y: float, verified: Verification, captions: SignatureCaptions) -> float:
    y = _bar(sheet, "verification", verified.heading, MARGIN, _right(sheet), y)
    return _signature_rows(sheet, "verification", captions, [verified.signature], y, ROW)


def _calculation(sheet: Sheet, y: float, calculation: Calculation) -> float:
    count = len(calculation.lines)
    if count > MOST_WORKING:
        raise Refused("calculation", str(count), f"lines were given, and the section takes {MOST_WORKING}")
    y = _bar(sheet, "calculation", calculation.heading, MARGIN, _right(sheet), y)
    columns = table(MARGIN, _right(sheet), WORKING_WIDTHS)
    for i, line in enumerate(calculation.lines):
        y = _working(sheet, f"calculation.{i + 1}", columns, line, y)
    return _checker(sheet, y + 1.2, calculation)


def _working(sheet: Sheet, field: str, columns: Table, line: WorkingLine, y: float) -> float:
    name, expression, result, source = columns.columns
    _cell(sheet, field, line.name, name, y + 3.3)
    _cell(sheet, field, line.expression, expression, y + 3.3)
    _cell(sheet, field, line.result, result, y + 3.3, "Bold", RESULT)
    _cell(sheet, field, line.source, source, y + 3.3, size=CAPTION)
    sheet.rule(MARGIN, y + WORKING_ROW, _right(sheet), y + WORKING_ROW, HAIR)
    return y + WORKING_ROW


def _checker(sheet: Sheet, y: float, calculation: Calculation) -> float:
    """The frame for the second person's own result: six boxes, empty unless recorded."""
    left, right = MARGIN, _right(sheet)
    sheet.frame(Area(left + FRAME / 2, y + FRAME / 2, right - FRAME / 2, y + 17.4 - FRAME / 2), FRAME)
    _line(sheet, "checker", calculation.checker, left + 1.7, y + 3.6, RESULT, "Bold")
    note = [Piece("checker.note", calculation.checker_note, "Regular")]
    sheet.text(note, right - 1.7, y + 3.6, CAPTION, RIGHT)
    apart = 1.2
    width = (right - left - 4 - 5 * apart) / 6
    for i, box in enumerate(calculation.boxes):
        x, field = left + 2 + i * (width + apart), f"checker.{i + 1}"
        _line(sheet, f"{field}.caption", box.caption, x + 0.3, y + 7.4, CAPTION, limit=width)
        area = Area(x, y + 8.4, x + width, y + 8.4 + 8.2)
        sheet.frame(area)
        _centred(sheet, field, box.value, area, y + 13.6, 11)
    return y + 17.4


def _materials(sheet: Sheet, y: float, materials: Materials, captions: SignatureCaptions) -> float:
    y = _bar(sheet, "materials", materials.heading, MARGIN, _right(sheet), y)
    columns = table(MARGIN, _right(sheet), MATERIAL_WIDTHS)
    y = _strip(sheet, "materials", columns, materials.captions, y)
    for i, row in enumerate(materials.rows):
        y = _material(sheet, f"materials.{i + 1}", columns, row, y)
    return _signature_rows(sheet, "materials", captions, materials.signatures, y, MATERIAL_ROW)


def _material(sheet: Sheet, field: str, columns: Table, row: Material, y: float) -> float:
    _grid(sheet, columns.edges, y, MATERIAL_ROW)
    number, product, maker, quantity, *written = columns.columns
    middle = y + 5.1
    _cell(sheet, field, row.number, number, middle)
    _cell(sheet, field, row.product, product, y + 3.6 if row.detail else middle, "Bold")
    if row.detail is not None:
        _cell(sheet, f"{field}.detail", row.detail, product, y + 6.8, size=SMALL_CAPTION)
    _cell(sheet, field, row.maker, maker, middle)
    _cell(sheet, field, row.quantity, quantity, middle, "Bold")
    for column in written:
        _cell(sheet, field, getattr(row, column.name), column, middle)
    return y + MATERIAL_ROW


def _clearance(sheet: Sheet, y: float, clearance: Clearance) -> float:
    right = _right(sheet)
    y = _bar(sheet, "clearance", clearance.heading, MARGIN, right, y)
    edges = [MARGIN, right - 62, right - 32, right]
    _grid(sheet, edges, y, CAPTIONED)
    _ticks(sheet, "clearance", clearance.ticks, MARGIN, edges[1], y + CAPTIONED / 2)
    for name, box, i in (("cabinet", clearance.cabinet, 1), ("initials", clearance.initials, 2)):
        _box(sheet, f"clearance.{name}", box, Area(edges[i], y, edges[i + 1], y + CAPTIONED))
    return y + CAPTIONED


# ------------------------------------------------------------------ page 2


def _steps(sheet: Sheet, y: float, steps: Steps, right: float) -> float:
    y = _bar(sheet, "steps", steps.heading, MARGIN, right, y)
    for step in steps.rows:
        y = _step(sheet, f"steps.{step.number}", step, right, y)
    return y


def _step(sheet: Sheet, field: str, step: Step, right: float, y: float) -> float:
    time = Area(right - TIME_BOX, y, right, y + ROW)
    tick = time.left - TICK - 2.4
    _centred(sheet, f"{field}.number", step.number, Area(MARGIN, y, 18.4, y + ROW), y + 5.4, RESULT)
    weight: Weight = "Bold" if step.stop else "Regular"
    _paragraph(sheet, field, step.text, 18.8, tick - 1, y, weight)
    _tick(sheet, tick, y + ROW / 2, step.ticked)
    sheet.rule(MARGIN, y + ROW, right, y + ROW, HAIR)
    if step.timed:
        half = FRAME / 2
        sheet.frame(Area(time.left, y + half, right - half, y + ROW - half), FRAME)
        _centred(sheet, f"{field}.time", step.time, time, y + 5.6, 11)
    elif step.time is not None:
        raise Refused(f"{field}.time", step.time, "was given for a step that has no box for the time")
    return y + ROW


def _paragraph(
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
        _line(sheet, field, line, left, baseline, TEXT, weight)


def _draws(sheet: Sheet, y: float, draws: Draws, left: float) -> float:
    right = _right(sheet)
    y = _bar(sheet, "draws", draws.heading, left, right, y)
    columns = table(left, right, DRAW_WIDTHS)
    y = _strip(sheet, "draws", columns, draws.captions, y)
    for i, draw in enumerate(draws.rows):
        y = _draw(sheet, f"draws.{i + 1}", columns, draw, y)
    return y


def _draw(sheet: Sheet, field: str, columns: Table, draw: Draw, y: float) -> float:
    _grid(sheet, columns.edges, y, DRAW_ROW)
    vial, instruction, drawn = columns.columns
    area = Area(vial.left, y, vial.right, y + DRAW_ROW)
    _centred(sheet, f"{field}.vial", draw.vial, area, y + 5.7, RESULT)
    first = y + 3.9 if draw.second is not None else y + 5.6
    _cell(sheet, field, draw.first, instruction, first, "Bold", TEXT if draw.result else RESULT)
    if draw.result:
        _cell(sheet, field, draw.second, instruction, y + 7.7, "Bold", 10.5)
    else:
        _cell(sheet, field, draw.second, instruction, y + 7.5)
    area = Area(drawn.left, y, drawn.right, y + DRAW_ROW)
    _centred(sheet, f"{field}.drawn", draw.drawn, area, y + 5.9, 11)
    return y + DRAW_ROW


def _times(sheet: Sheet, y: float, times: Times, left: float) -> float:
    right = _right(sheet)
    y = _bar(sheet, "times", times.heading, left, right, y)
    for i, clock in enumerate(times.rows):
        y = _clock(sheet, f"times.{i + 1}", clock, left, right, y)
    return y


def _clock(sheet: Sheet, field: str, clock: Clock, left: float, right: float, y: float) -> float:
    edges = (left, right - CLOCK_BOX, right)
    _grid(sheet, edges, y, ROW)
    limit = edges[1] - left - 2 * PAD
    _line(sheet, field, clock.name, left + PAD, y + 3.6, TEXT, "Bold", limit)
    _line(sheet, f"{field}.rule", clock.rule, left + PAD, y + 7.0, CAPTION, limit=limit)
    _centred(sheet, f"{field}.time", clock.time, Area(edges[1], y, right, y + ROW), y + 5.6, 11)
    return y + ROW


def _in_process(sheet: Sheet, y: float, check: InProcessCheck) -> float:
    right = _right(sheet)
    y = _bar(sheet, "check", check.heading, MARGIN, right, y)
    edges = [MARGIN + (right - MARGIN) * i / 5 for i in range(6)]
    _grid(sheet, edges, y, CAPTIONED)
    for i, box in enumerate(check.boxes):
        _box(sheet, f"check.{i + 1}", box, Area(edges[i], y, edges[i + 1], y + CAPTIONED))
    _ticks(sheet, "check.verdict", check.verdict, edges[4], right, y + CAPTIONED / 2)
    return y + CAPTIONED


def _inspection(sheet: Sheet, y: float, inspection: Inspection) -> float:
    right = _right(sheet)
    y = _bar(sheet, "inspection", inspection.heading, MARGIN, right, y)
    left = right - (right - MARGIN) / 5
    _grid(sheet, (MARGIN, left, right), y, ROW)
    _ticks(sheet, "inspection", inspection.ticks, MARGIN, left, y + ROW / 2)
    _ticks(sheet, "inspection.verdict", inspection.verdict, left, right, y + ROW / 2)
    return y + ROW


def _deviations(
    sheet: Sheet, y: float, deviations: Deviations, rows: Sequence[Deviation], count: int, before: int
) -> float:
    """count rows, the first of them filled; before: how many stand on earlier pages."""
    left, right = MARGIN, _right(sheet)
    width = right - left
    widths = (("what", width * 0.38), ("reason", width * 0.30), ("authorised_by", None))
    columns = table(left, right, widths)
    y = _bar(sheet, "deviations", deviations.heading, left, right, y)
    y = _strip(sheet, "deviations", columns, deviations.captions, y)
    for i in range(count):
        _grid(sheet, columns.edges, y, ROW)
        for column in columns.columns if i < len(rows) else ():
            text: str | None = getattr(rows[i], column.name)
            field = f"deviations.{before + i + 1}.{column.name}"
            if text is not None:
                _paragraph(sheet, field, (text,), column.left + PAD, column.right - PAD, y)
        y += ROW
    return y


def _signatures(sheet: Sheet, y: float, signatures: Signatures, captions: SignatureCaptions) -> float:
    y = _bar(sheet, "signatures", signatures.heading, MARGIN, _right(sheet), y)
    return _signature_rows(sheet, "signatures", captions, signatures.rows, y, ROW)
