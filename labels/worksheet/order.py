"""The order, its verification, and the calculation with the frame for the checker's own result: C, D, E."""

from labels.content import SignatureCaptions
from labels.refusal import Refused
from labels.sheet import Area, Piece, Sheet
from labels.worksheet.content import Calculation, Order, Verification, WorkingLine
from labels.worksheet.kit import (
    CAPTION,
    FRAME,
    HAIR,
    MARGIN,
    RESULT,
    RIGHT,
    ROW,
    Table,
    put_bar,
    put_box,
    put_cell,
    put_centred,
    put_grid,
    put_line,
    put_signatures,
    right_edge,
    table,
)

WORKING_ROW, HAND_ROW = 4.8, 8.2
MOST_WORKING = 13  # lines of calculation: eleven, and two for a rounded volume and its prepared dose
WORKING_WIDTHS = (("name", 32.8), ("expression", 74.0), ("result", 32.0), ("source", None))


def put_order(sheet: Sheet, y: float, order: Order, row: float = ROW) -> float:
    """row: the height of its boxes; CAPTIONED leaves room for the hand."""
    left, right = MARGIN, right_edge(sheet)
    y = put_bar(sheet, "order", order.heading, left, right, y)
    edges = [left + (right - left) * i / 6 for i in range(7)]
    put_grid(sheet, edges, y, row)
    for i, box in enumerate(order.measurements):
        put_box(sheet, f"order.{i + 1}", box, Area(edges[i], y, edges[i + 1], y + row), RESULT)
    y += row
    edges = [*edges[:4], right]
    put_grid(sheet, edges, y, row)
    for i, box in enumerate((*order.figures, order.rounding)):
        put_box(sheet, f"order.{i + 7}", box, Area(edges[i], y, edges[i + 1], y + row), RESULT)
    return y + row


def put_verification(sheet: Sheet, y: float, verified: Verification, captions: SignatureCaptions) -> float:
    y = put_bar(sheet, "verification", verified.heading, MARGIN, right_edge(sheet), y)
    return put_signatures(sheet, "verification", captions, [verified.signature], y, ROW)


def put_calculation(sheet: Sheet, y: float, calculation: Calculation, row: float = WORKING_ROW) -> float:
    """row: the height of a line; HAND_ROW leaves room for the hand."""
    count = len(calculation.lines)
    if count > MOST_WORKING:
        raise Refused("calculation", str(count), f"lines were given, and the section takes {MOST_WORKING}")
    y = put_bar(sheet, "calculation", calculation.heading, MARGIN, right_edge(sheet), y)
    columns = table(MARGIN, right_edge(sheet), WORKING_WIDTHS)
    for i, line in enumerate(calculation.lines):
        y = _working(sheet, f"calculation.{i + 1}", columns, line, y, row)
    return _checker(sheet, y + 1.2, calculation)


def _working(sheet: Sheet, field: str, columns: Table, line: WorkingLine, y: float, row: float) -> float:
    name, expression, result, source = columns.columns
    base = y + row / 2 + 0.9
    put_cell(sheet, field, line.name, name, base)
    put_cell(sheet, field, line.expression, expression, base)
    put_cell(sheet, field, line.result, result, base, "Bold", RESULT)
    put_cell(sheet, field, line.source, source, base, size=CAPTION)
    sheet.rule(MARGIN, y + row, right_edge(sheet), y + row, HAIR)
    if line.ways is not None:
        put_grid(sheet, (result.left, result.right, source.right), y, row)
        for way, column in zip(line.ways, (result, source), strict=True):
            put_cell(sheet, f"{field}.way", way, column, base, "Bold")
    elif line.result is None:
        put_grid(sheet, (result.left, result.right), y, row)
    return y + row


def _checker(sheet: Sheet, y: float, calculation: Calculation) -> float:
    """The frame for the second person's own result: six boxes, empty unless recorded."""
    left, right = MARGIN, right_edge(sheet)
    sheet.frame(Area(left + FRAME / 2, y + FRAME / 2, right - FRAME / 2, y + 17.4 - FRAME / 2), FRAME)
    put_line(sheet, "checker", calculation.checker, left + 1.7, y + 3.6, RESULT, "Bold")
    note = [Piece("checker.note", calculation.checker_note, "Regular")]
    sheet.text(note, right - 1.7, y + 3.6, CAPTION, RIGHT)
    apart = 1.2
    width = (right - left - 4 - 5 * apart) / 6
    for i, box in enumerate(calculation.boxes):
        x, field = left + 2 + i * (width + apart), f"checker.{i + 1}"
        put_line(sheet, f"{field}.caption", box.caption, x + 0.3, y + 7.4, CAPTION, limit=width)
        area = Area(x, y + 8.4, x + width, y + 8.4 + 8.2)
        sheet.frame(area)
        put_centred(sheet, field, box.value, area, y + 13.6, 11)
    return y + 17.4
