"""The calibration label: whether a printer scales, cuts an edge off or runs its lines together.

Rules to be measured across and down, a mark near each corner, a symbol to be scanned, look-alikes in the smallest
sizes and lines of single dots. On a stock that is large enough there are boxes for the hand."""

from dataclasses import dataclass
from typing import NamedTuple

from labels.content import Box, Mark
from labels.faces import face, printable
from labels.pdf import pdf
from labels.refusal import Refused
from labels.sheet import Align, Area, Piece, Sheet, Stock, broken
from labels.symbol import DOTS_PER_MODULE, MODULES

ACROSS = 50  # mm, the rule across
CORNER, ARM = 2.0, 4.0  # mm from the edges, and how long the marks are
THICK, THIN = 0.25, 0.12  # mm
# mm: how long the tick of every fifth and tenth millimetre is, and of the others.
TICKS = {10: 4.0, 5: 2.6}
TICK = 1.7
FIGURES, LEAST, SMALL, TEXT = 7.0, 7.0, 8.5, 9.0  # pt
BOX_WIDTH, BOX_HEIGHT, BOX_STEP = 26.5, 8.4, 28.55  # mm
LINES = 5  # of each thickness
PATCH = 6.5  # mm high


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationLabel:
    title: str  # Calibration label
    stock: str  # 4 × 3 in, 300 dpi
    printer: Box  # Printer, Cabinet 1
    note: str  # Pass at 100%: both rules 49.5 to 50.5 mm, symbol read, four corners.
    across: str  # 50 mm across
    down: str  # 50 mm down
    smallest: str  # 1 l I  0 O  5 S  8 B  7 pt
    small: str  # the same in 8.5 pt
    dots: str  # lines of 1 and 2 dots
    boxes: tuple[str, str, str, str, str]  # Across, mm; down; symbol and corners; name; date and result
    symbol: str  # CAL-12-7K, encoded and printed under the symbol
    training: Mark | None = None


class Layout(NamedTuple):
    """Where things stand: x, y of baselines, and edges of areas, in mm. A negative x counts from the right edge."""

    down: int  # how long the rule down is
    title: tuple[float, float, float]  # and its size
    note: tuple[float, float] | None
    across_at: tuple[float, float]
    down_at: tuple[float, float]
    down_caption: tuple[float, float]
    symbol: tuple[float, float]  # centre and top
    smallest: tuple[float, float]
    small: tuple[float, float]
    patch: tuple[float, float]  # top left
    name: tuple[float, float] | None  # of the printer, where it has no box
    boxes: tuple[float, ...]  # upper edges of their rows
    training: tuple[float, float, float, float]
    training_lines: int


FULL = Layout(
    down=50,
    title=(8, 7.4, 14.0),
    note=(8, 11.9),
    across_at=(12, 18.5),
    down_at=(7, 19.5),
    down_caption=(12.4, 69.3),
    symbol=(-16, 17.3),
    smallest=(12.4, 31.2),
    small=(12.4, 35.2),
    patch=(52, 29),
    name=None,
    boxes=(43.6, 56.3),
    training=(33, 67, -8, 71.7),
    training_lines=1,
)
# 50 mm down would leave no white at the edges of 70 × 50 mm.
SECONDARY = Layout(
    down=40,
    title=(8, 5.6, TEXT),
    note=None,
    across_at=(14, 10),
    down_at=(8, 6.5),
    down_caption=(14, 46),
    symbol=(-12, 23.3),
    smallest=(14, 25.4),
    small=(14, 29.2),
    patch=(14, 31.2),
    name=(14, 20.6),
    boxes=(),
    training=(-33, 36, -4.5, 46.2),
    training_lines=3,
)
LOWEST_FULL = 74.0  # mm: a stock that is lower is a secondary one


def rule_down(stock: Stock) -> int:
    """How many mm the rule down has on a stock; the one across always has 50."""
    return _layout(stock).down


def draw_calibration_label(label: CalibrationLabel, stock: Stock, dpi: int) -> bytes:
    """The label as a PDF of one page, in whole printer dots. dpi: 203 or 300. Raises Refused, naming the field."""
    return pdf([compose_calibration_label(label, stock, dpi)], label.symbol)


def compose_calibration_label(label: CalibrationLabel, stock: Stock, dpi: int) -> Sheet:
    """The label measured and checked, not yet drawn."""
    if dpi not in DOTS_PER_MODULE:
        raise Refused("dpi", str(dpi), "is no resolution of a label printer known here (203, 300)")
    sheet, layout = Sheet(stock, dpi), _layout(stock)
    _corners(sheet)
    _head(sheet, label, layout)
    _rule_across(sheet, label, layout)
    _rule_down(sheet, label, layout)
    _symbol(sheet, label, layout)
    _smallest(sheet, label, layout, dpi)
    _boxes(sheet, label, layout)
    _training(sheet, label, layout)
    sheet.check()
    return sheet


def _layout(stock: Stock) -> Layout:
    return FULL if stock.height >= LOWEST_FULL else SECONDARY


def _corners(sheet: Sheet) -> None:
    for x, inwards in ((CORNER, ARM), (sheet.width - CORNER, -ARM)):
        for y, down in ((CORNER, ARM), (sheet.height - CORNER, -ARM)):
            sheet.rule(min(x, x + inwards), y, max(x, x + inwards), y, THICK)
            sheet.rule(x, min(y, y + down), x, max(y, y + down), THICK)


def _head(sheet: Sheet, label: CalibrationLabel, layout: Layout) -> None:
    x, y, size = layout.title
    right = sheet.width - x
    end = sheet.text([Piece("title", label.title, "Bold")], x, y, size, limit=right - x)
    sheet.text([Piece("stock", label.stock, "Bold")], right, y, TEXT, Align.RIGHT, max(right - end, 0))
    if layout.note is not None:
        sheet.text([Piece("note", label.note, "Regular")], *layout.note, 8.0, limit=right - x)


def _rule_across(sheet: Sheet, label: CalibrationLabel, layout: Layout) -> None:
    x, y = layout.across_at
    sheet.rule(x, y, x + ACROSS, y, THICK)
    for mm in range(ACROSS + 1):
        sheet.rule(x + mm, y, x + mm, y + _tick(mm), THIN if mm % 10 else THICK)
        if mm % 10 == 0:
            sheet.text([Piece("figure", str(mm), "Regular")], x + mm, y - 1, FIGURES, Align.CENTRE)
    middle = x + ACROSS / 2
    sheet.text([Piece("across", label.across, "Bold")], middle, y + 7.2, TEXT, Align.CENTRE, ACROSS)


def _rule_down(sheet: Sheet, label: CalibrationLabel, layout: Layout) -> None:
    x, y = layout.down_at
    sheet.rule(x, y, x, y + layout.down, THICK)
    for mm in range(layout.down + 1):
        sheet.rule(x, y + mm, x + _tick(mm), y + mm, THIN if mm % 10 else THICK)
    sheet.text([Piece("down", label.down, "Bold")], *layout.down_caption, TEXT)


def _tick(mm: int) -> float:
    return next((length for every, length in TICKS.items() if mm % every == 0), TICK)


def _symbol(sheet: Sheet, label: CalibrationLabel, layout: Layout) -> None:
    assert sheet.dpi is not None
    module = DOTS_PER_MODULE[sheet.dpi] * 25.4 / sheet.dpi
    centre, top = sheet.width + layout.symbol[0], layout.symbol[1]
    sheet.symbol("symbol", label.symbol, centre - MODULES * module / 2, top, module)
    sheet.text([Piece("symbol", label.symbol, "Regular")], centre, top + 10.2, SMALL, Align.CENTRE)


def _smallest(sheet: Sheet, label: CalibrationLabel, layout: Layout, dpi: int) -> None:
    sheet.text([Piece("smallest", label.smallest, "Regular")], *layout.smallest, LEAST)
    sheet.text([Piece("small", label.small, "Regular")], *layout.small, SMALL)
    if layout.name is not None:
        pieces = [
            Piece("printer", label.printer.caption, "Regular"),
            Piece("printer", label.printer.value or "", "Bold"),
        ]
        sheet.text(pieces, *layout.name, SMALL, limit=sheet.width - layout.name[0] - CORNER - 1)
    # Whole dots from here on: a line of one dot must not fall between two.
    left, top = (sheet.snap(mm) for mm in layout.patch)
    dot = 25.4 / dpi
    _white_lines(sheet, left, top, dot)
    _black_lines(sheet, sheet.snap(left + 12), top, dot)
    sheet.text([Piece("dots", label.dots, "Regular")], left, top + PATCH + 2.9, LEAST)


def _white_lines(sheet: Sheet, left: float, top: float, dot: float) -> None:
    """Level white lines of one and of two dots in black: heat that is too high fills them up. What is drawn is the
    black around them, as rules: one rectangle that is filled by itself may be rastered a dot larger."""
    edges = Area(left, top, left + 9, sheet.snap(top + PATCH))
    y = edges.top
    for thick in (1, 2):
        for _ in range(LINES):
            _black(sheet, Area(edges.left, y, edges.right, y + 3 * dot))
            y += (3 + thick) * dot
    _black(sheet, Area(edges.left, y, edges.right, edges.bottom))
    _black(sheet, Area(edges.left, edges.top, sheet.snap(edges.left + 1.5), edges.bottom))
    _black(sheet, Area(sheet.snap(edges.right - 1.5), edges.top, edges.right, edges.bottom))


def _black_lines(sheet: Sheet, left: float, top: float, dot: float) -> None:
    """Upright black lines of one and of two dots: a worn head leaves some out."""
    x = left
    for thick in (1, 2):
        for _ in range(LINES):
            _black(sheet, Area(x, top, x + thick * dot, sheet.snap(top + PATCH)))
            x += (thick + 3) * dot


def _black(sheet: Sheet, area: Area) -> None:
    sheet.rules.append(area)


def _boxes(sheet: Sheet, label: CalibrationLabel, layout: Layout) -> None:
    across, down, symbol, name, date = label.boxes
    rows = ((across, down, symbol), (label.printer.caption, name, date))
    for top, captions in zip(layout.boxes, rows, strict=False):
        for column, caption in enumerate(captions):
            left = 12.4 + column * BOX_STEP
            sheet.text([Piece("box", caption, "Regular")], left, top - 1.1, LEAST + 1, limit=BOX_WIDTH)
            sheet.frame(Area(left, top, left + BOX_WIDTH, top + BOX_HEIGHT))
    if layout.boxes:
        _in_box(sheet, label.printer.value or "", layout.boxes[1])


def _in_box(sheet: Sheet, name: str, top: float) -> None:
    """The printer's name in its box, on two lines where it needs them."""
    shown = printable("printer", name, face("Bold"))
    lines = broken((shown,), face("Bold"), LEAST, BOX_WIDTH - 2, 2)
    if lines is None:
        raise Refused("printer", name, f"does not fit its box of {BOX_WIDTH:g} mm on {sheet.stock.name}")
    for i, line in enumerate(lines):
        sheet.text([Piece("printer", line, "Bold")], 13.4, top + 3.4 + i * 3.3, LEAST)


def _training(sheet: Sheet, label: CalibrationLabel, layout: Layout) -> None:
    if label.training is None:
        return
    left, top, right, bottom = (edge if edge >= 0 else sheet.width + edge for edge in layout.training)
    area = sheet.fill(Area(left, top, right, bottom))
    lines = label.training if layout.training_lines == len(label.training) else (" ".join(label.training),)
    for i, line in enumerate(lines):
        y = top + 3.2 + i * 3.1
        pieces = [Piece("training", line, "Bold")]
        sheet.text(pieces, (area.left + area.right) / 2, y, TEXT, Align.CENTRE, right - left - 1, white=True)
