"""Composed sheets to PDF bytes: no decision is left here. The same sheets give the same bytes."""

import threading
from functools import lru_cache
from io import BytesIO
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from labels.marks import Dots, dotted
from labels.sheet import Area, DotMark, Fill, GreyMark, Run, Sheet, Stock
from labels.symbol import MODULES

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

FILL_NON_ZERO = 1  # as in reportlab.pdfgen.canvas
# reportlab keeps the letters used of a font in the font, which all drawings share: drawn in two threads at
# once, a paper may fail or take the other's letters.
_DRAWING = threading.Lock()
POINTS_A_MM = 72 / 25.4
MARK_GREY = 0.91  # light enough for 7 pt text on it to be read and photocopied


class Placed(NamedTuple):
    """A sheet on a larger page, its top left corner in mm from that page's."""

    sheet: Sheet
    x: float
    y: float


class _Pen(NamedTuple):
    """A canvas, and the texts and shapes that it has drawn: what stands on every label of a file is made up once."""

    canvas: "Canvas"
    said: dict[tuple[str, str, float], str]
    shapes: dict[tuple[object, ...], "_Code"]


class _Code(NamedTuple):
    """Operators of PDF, as reportlab takes them of its own texts and paths, which take three times as long."""

    code: str

    def getCode(self) -> str:
        return self.code


class _Page(NamedTuple):
    """A page in points, and what stands on it: each sheet with its lower left corner."""

    size: tuple[float, float]
    sheets: list[tuple[Sheet, float, float]]


def pdf(sheets: list[Sheet], title: str) -> bytes:
    """One page a sheet, in order. The title is all the metadata there is, so it names no patient."""
    return _bytes([_Page(_page_size(sheet), [(sheet, 0.0, 0.0)]) for sheet in sheets], title)


def pdf_on(paper: Stock, pages: list[list[Placed]], title: str) -> bytes:
    """Pages of one paper, each with the sheets that stand on it."""
    size = (paper.width * POINTS_A_MM, paper.height * POINTS_A_MM)
    return _bytes([_Page(size, [_from_below(placed, paper) for placed in page]) for page in pages], title)


def _from_below(placed: Placed, paper: Stock) -> tuple[Sheet, float, float]:
    sheet, x, y = placed
    return sheet, x * POINTS_A_MM, (paper.height - y - sheet.height) * POINTS_A_MM


def _bytes(pages: list[_Page], title: str) -> bytes:
    from reportlab import rl_config

    rl_config.useA85 = 0  # binary streams: a fifth smaller and quicker
    with _DRAWING:
        return _drawn(pages, title)


def _drawn(pages: list[_Page], title: str) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    # Else reportlab names Helvetica, which is not embedded, on every page. (Its stubs say float.)
    first_font: Any = pages[0].sheets[0][0].runs[0].face.name
    canvas = Canvas(out, pagesize=pages[0].size, pageCompression=1, invariant=1, initialFontName=first_font)
    _describe(canvas, title)
    pen = _Pen(canvas, {}, {})
    for page in pages:
        for sheet, x, y in page.sheets:
            _paint(pen, sheet, x, y)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _paint(pen: _Pen, sheet: Sheet, x: float, y: float) -> None:
    away = (x, y) != (0, 0)
    if away:
        pen.canvas.saveState()
        pen.canvas.translate(x, y)
    for paint in (_mark, _clearings, _fills, _rules, _crosses, _symbols, _runs):
        paint(pen, sheet)
    if away:
        pen.canvas.restoreState()


def _page_size(sheet: Sheet) -> tuple[float, float]:
    """In points. Of whole dots a ten-thousandth of a point less: a page that is by some rounding a hair over
    them is rastered one dot larger."""
    width, height = sheet.x(sheet.width), sheet.y(0)
    return (width - 1e-4, height - 1e-4) if sheet.dots else (width, height)


def _describe(canvas: "Canvas", title: str) -> None:
    """Nothing of reportlab's own wording ("untitled", "anonymous") either."""
    canvas.setTitle(title)
    for describe in (canvas.setAuthor, canvas.setSubject, canvas.setCreator, canvas.setProducer):
        describe("")


def _mark(pen: _Pen, sheet: Sheet) -> None:
    if isinstance(sheet.mark, DotMark):
        _paint_dots(pen.canvas, sheet, _dots(sheet, sheet.mark))
    elif sheet.mark is not None:
        _paint_grey(pen.canvas, sheet, sheet.mark)


def _dots(sheet: Sheet, mark: DotMark) -> Dots:
    assert sheet.dots is not None and sheet.dpi is not None  # only labels bear dots, and labels have a dpi
    return dotted(mark.lines, mark.slant, *sheet.dots, sheet.dpi)


def _paint_dots(canvas: "Canvas", sheet: Sheet, dots: Dots) -> None:
    """The mask over the whole page, in the present colour: one bit of it is one dot of the printer."""
    document: Any = canvas._doc  # type: ignore[attr-defined]
    name = f"mark{crc32(dots.packed):08x}"
    if not canvas.hasForm(name):
        document.addForm(name, _mask(dots))
    canvas.saveState()
    canvas.scale(sheet.x(sheet.width), sheet.y(0))
    canvas.doForm(name)
    canvas.restoreState()


def _mask(dots: Dots) -> Any:
    from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFStream

    entries = {
        "Type": PDFName("XObject"),
        "Subtype": PDFName("Image"),
        "ImageMask": "true",
        "BitsPerComponent": 1,
        "Decode": "[1 0]",  # 1 paints
        "Width": dots.width,
        "Height": dots.height,
        "Filter": PDFName("FlateDecode"),
    }
    return PDFStream(PDFDictionary(entries), dots.packed)


def _paint_grey(canvas: "Canvas", sheet: Sheet, mark: GreyMark) -> None:
    for line, x, y in mark.lines:
        canvas.saveState()
        canvas.setFillGray(MARK_GREY)
        canvas.setFont(mark.face.name, mark.size)
        canvas.translate(sheet.x(x), sheet.y(y))
        canvas.rotate(mark.angle)
        canvas.drawCentredString(0, 0, line)
        canvas.restoreState()


def _clearings(pen: _Pen, sheet: Sheet) -> None:
    for clear in sheet.clear if sheet.mark else ():
        if clear.grey > 0:
            _rectangles(pen, sheet, [clear.area], clear.grey)


def _fills(pen: _Pen, sheet: Sheet) -> None:
    """Bars and bands. In a black one the dots of the mark are white."""
    for fill in sheet.fills:
        _rectangles(pen, sheet, [fill.area], fill.grey)
        if fill.grey == 0 and isinstance(sheet.mark, DotMark):
            _white_dots(pen, sheet, sheet.mark, fill)


def _white_dots(pen: _Pen, sheet: Sheet, mark: DotMark, fill: Fill) -> None:
    canvas = pen.canvas
    canvas.saveState()
    path = canvas.beginPath()
    path.rect(*_corner_and_size(sheet, fill.area))
    canvas.clipPath(path, stroke=0, fill=0)
    canvas.setFillGray(1)
    _paint_dots(canvas, sheet, _dots(sheet, mark))
    _rectangles(pen, sheet, [clear.area for clear in sheet.clear if clear.grey == 0], 0)
    canvas.restoreState()


def _rules(pen: _Pen, sheet: Sheet) -> None:
    _rectangles(pen, sheet, sheet.rules, 0)


def _crosses(pen: _Pen, sheet: Sheet) -> None:
    if not sheet.crosses:
        return
    pen.canvas.setLineWidth(sheet.x(0.4))
    for area in sheet.crosses:
        x, y, width, height = _corner_and_size(sheet, area)
        pen.canvas.lines([(x, y, x + width, y + height), (x, y + height, x + width, y)])


def _rectangles(pen: _Pen, sheet: Sheet, areas: list[Area], grey: float) -> None:
    """All in one path, so that no viewer leaves a hairline between two that touch."""
    if not areas:
        return
    key = (sheet.height, *areas)
    if key not in pen.shapes:
        path = pen.canvas.beginPath()
        for area in areas:
            path.rect(*_corner_and_size(sheet, area))
        pen.shapes[key] = _Code(path.getCode())
    _fill(pen.canvas, pen.shapes[key], grey)


def _fill(canvas: "Canvas", path: Any, grey: float) -> None:
    """What is under two of its parts is filled as well, which reportlab's own rule, even-odd, leaves white."""
    canvas.setFillGray(grey)
    canvas.drawPath(path, stroke=0, fill=1, fillMode=FILL_NON_ZERO)


def _corner_and_size(sheet: Sheet, area: Area) -> tuple[float, float, float, float]:
    left, top, right, bottom = area
    return sheet.x(left), sheet.y(bottom), sheet.x(right) - sheet.x(left), sheet.y(top) - sheet.y(bottom)


def _symbols(pen: _Pen, sheet: Sheet) -> None:
    for symbol in sheet.symbols:
        lefts, tops, lengths = _steps(sheet.height, symbol.x, symbol.y, symbol.module)
        height = lengths[1]
        dark = [f"{lefts[column]} {tops[row]} {lengths[length]} {height} re" for row, column, length in symbol.dark]
        _fill(pen.canvas, _Code(" ".join(dark)), 0)


@lru_cache(maxsize=32)
def _steps(height: float, x: float, y: float, module: float) -> tuple[list[str], list[str], list[str]]:
    """Of a symbol at x, y on a sheet of that height: the left edge of each column, the lower edge of each row, and so
    many modules, in points as a PDF has them."""
    from reportlab.lib.rl_accel import fp_str

    modules = range(MODULES + 1)
    lefts = [fp_str((x + step * module) * POINTS_A_MM) for step in modules]
    tops = [fp_str((height - y - (step + 1) * module) * POINTS_A_MM) for step in modules]
    return lefts, tops, [fp_str(step * module * POINTS_A_MM) for step in modules]


def _runs(pen: _Pen, sheet: Sheet) -> None:
    """In reading order. The runs of one line are one text object with a space between, ended by a line feed,
    so that whoever extracts the text reads a caption and its value on one line, and nothing else on it."""
    from reportlab.lib.rl_accel import fp_str

    code = []
    for _, line in groupby(sheet.runs, key=attrgetter("line")):
        *others, last = line
        first = others[0] if others else last
        said = [*[_said(pen, f"{run.text} ", run) for run in others], _said(pen, last.text, last)]
        place = fp_str(sheet.x(first.x), sheet.y(first.y))
        code.append(f"{int(first.white)} g BT 1 0 0 1 {place} Tm {' '.join(said)} T* ET")
    pen.canvas.drawText(_Code(" ".join(code)))  # type: ignore[arg-type]


def _said(pen: _Pen, text: str, run: Run) -> str:
    """A text in the letters that this file has of its face: made up once a file, for most stands on every page."""
    key = (text, run.face.name, run.size)
    if key not in pen.said:
        pen.said[key] = _operators(pen.canvas, text, run)
    return pen.said[key]


def _operators(canvas: "Canvas", text: str, run: Run) -> str:
    from reportlab.lib.rl_accel import escapePDF, fp_str
    from reportlab.pdfbase.pdfmetrics import getFont

    font: Any = getFont(run.face.name)
    document: Any = canvas._doc  # type: ignore[attr-defined]
    size = fp_str(run.size)
    return " ".join(
        f"{font.getSubsetInternalName(subset, document)} {size} Tf {size} TL ({escapePDF(codes)}) Tj"
        for subset, codes in font.splitString(text, document)
    )
