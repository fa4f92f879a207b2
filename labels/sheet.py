"""One page while it is composed: every run and rule is measured and checked before any is drawn.

Millimetres from the top left; y is the baseline of a run. Only Sheet.x and Sheet.y make points of them."""

from enum import Enum
from typing import NamedTuple

from labels.faces import Face, Weight, measured
from labels.marks import Slant
from labels.refusal import Refused
from labels.symbol import QUIET, dark_runs

APART = 0.5  # mm: runs of different fields on one line stand at least so far apart, or they read as one
TOUCH = 0.01  # mm of overlap taken for rounding
LAP = 0.4  # mm: in 7.5 pt the accents of Ễ run so far into a g just above, and both can still be read
SMALLEST = 7.0  # pt: nothing smaller is printed


class Stock(NamedTuple):
    """A paper: its name for messages, its width and height in mm."""

    name: str
    width: float
    height: float


US_4X3 = Stock("4 × 3 in", 101.6, 76.2)
US_4X4 = Stock("4 × 4 in", 101.6, 101.6)
US_4X2 = Stock("4 × 2 in", 101.6, 50.8)
UK_100X75 = Stock("100 × 75 mm", 100.0, 75.0)
UK_100X100 = Stock("100 × 100 mm", 100.0, 100.0)
UK_70X50 = Stock("70 × 50 mm", 70.0, 50.0)
LETTER = Stock("Letter", 215.9, 279.4)
A4 = Stock("A4", 210.0, 297.0)
LABEL_STOCKS = (US_4X3, US_4X4, US_4X2, UK_100X75, UK_100X100, UK_70X50)
STOCKS = {stock.name: stock for stock in (*LABEL_STOCKS, LETTER, A4)}


class Align(Enum):
    """The share of a run's length that stands left of its x."""

    LEFT = 0.0
    CENTRE = 0.5
    RIGHT = 1.0


class Area(NamedTuple):
    """Edges in mm from the top left."""

    left: float
    top: float
    right: float
    bottom: float

    def grown(self, x: float, y: float | None = None) -> "Area":
        y = x if y is None else y
        return Area(self.left - x, self.top - y, self.right + x, self.bottom + y)

    def meets(self, other: "Area", apart: float = 0) -> bool:
        """Whether they overlap, or stand beside one another less than `apart` mm away."""
        left, top, right, bottom = self
        other_left, other_top, other_right, other_bottom = other
        return (
            top < other_bottom - TOUCH
            and other_top < bottom - TOUCH
            and left - apart < other_right - TOUCH
            and other_left < right + apart - TOUCH
        )

    def holds(self, other: "Area") -> bool:
        return (
            self.left <= other.left + TOUCH
            and self.top <= other.top + TOUCH
            and self.right >= other.right - TOUCH
            and self.bottom >= other.bottom - TOUCH
        )


class Run(NamedTuple):
    """Text drawn in one piece: `area` is its length by the height of its ink. Runs of one `line` belong
    together (a caption and its value) and are not held apart. White runs stand on a black fill."""

    field: str
    text: str
    face: Face
    size: float
    x: float
    y: float
    area: Area
    line: int
    white: bool = False

    def glyphs(self) -> list[Area]:
        """The place of each character: its advance by the height of its ink."""
        places, left = [], self.x
        for c in self.text:
            up, down = self.face.reach(c, self.size)
            right = left + self.face.width(c, self.size)
            places.append(Area(left, self.y - up, right, self.y - down))
            left = right
        return places

    def collides(self, other: "Run") -> bool:
        """On one line: nearer than APART. Line under line: where two letters meet, not where two runs do."""
        if not self.area.meets(other.area, APART):
            return False
        if self.y == other.y:
            return True
        others = other.glyphs()
        return any(mine.grown(0, -LAP).meets(place) for mine in self.glyphs() for place in others)


class Fill(NamedTuple):
    """An even area; grey 0 is black, 1 is white."""

    area: Area
    grey: float


class Symbol(NamedTuple):
    """A Data Matrix: top left corner and module in mm, dark modules as (row, column, length)."""

    x: float
    y: float
    module: float
    dark: tuple[tuple[int, int, int], ...]


class DotMark(NamedTuple):
    lines: tuple[str, ...]
    slant: Slant


class GreyMark(NamedTuple):
    """Lines of grey text across the sheet: (text, centre x, centre y) in mm, size in pt, angle in degrees."""

    lines: tuple[tuple[str, float, float], ...]
    size: float
    angle: float
    face: Face


class Piece(NamedTuple):
    """Part of a line: what is drawn in one weight."""

    field: str
    text: str
    weight: Weight


class Sheet:
    """A page of a stock. With dpi (labels) every position and the size of the page are whole printer dots."""

    def __init__(self, stock: Stock, dpi: int | None = None) -> None:
        self.stock = stock
        self.dpi = dpi
        # A page that is a part of a dot larger than the media would be scaled to it by some drivers.
        self.dots = (int(stock.width / 25.4 * dpi), int(stock.height / 25.4 * dpi)) if dpi else None
        self.width, self.height = stock.width, stock.height
        if dpi and self.dots:
            self.width, self.height = (dots / dpi * 25.4 for dots in self.dots)
        self.runs: list[Run] = []
        self.rules: list[Area] = []
        self.crosses: list[Area] = []
        self.fills: list[Fill] = []
        self.clear: list[Fill] = []
        self.symbols: list[Symbol] = []
        self.mark: DotMark | GreyMark | None = None
        self._lines = 0

    # Points from the bottom left, as PDF counts: the only two places.

    def x(self, mm: float) -> float:
        return mm * 72 / 25.4

    def y(self, mm: float) -> float:
        return (self.height - mm) * 72 / 25.4

    def snap(self, mm: float) -> float:
        """The nearest whole dot; on sheets without dots, the same."""
        return round(mm * self.dpi / 25.4) * 25.4 / self.dpi if self.dpi else mm

    def text(
        self,
        pieces: list[Piece],
        x: float,
        y: float,
        size: float,
        align: Align = Align.LEFT,
        limit: float | None = None,
        white: bool = False,
        hint: str = "",
    ) -> float:
        """Place the pieces of one line after one another, spaces between, and return the right edge in mm.
        limit: the greatest length in mm; hint: what else to say of a text that is longer. Raises Refused for
        what cannot be printed, and for what is longer."""
        drawn = [measured(piece.field, piece.text, piece.weight, size) for piece in pieces]
        length = sum([one.width + one.space for one in drawn]) - drawn[-1].space
        if limit is not None and length > limit + TOUCH:
            raise Refused(pieces[-1].field, pieces[-1].text, self._too_long(length, limit, size) + hint)
        start = self.snap(x - length * align.value)
        y, left = self.snap(y), start
        for piece, (text, using, width, space, up, down) in zip(pieces, drawn, strict=True):
            area = Area(left, y - up, left + width, y - down)
            self.runs.append(Run(piece.field, text, using, size, left, y, area, self._lines, white))
            left += width + space
        self._lines += 1
        return start + length

    def _too_long(self, length: float, limit: float, size: float) -> str:
        return (
            f"does not fit {self.stock.name} on one line: "
            f"it is {length:.1f} mm long at {size:g} pt and its place {limit:.1f} mm"
        )

    def rule(self, x0: float, y0: float, x1: float, y1: float, thick: float = 0.25) -> None:
        """A black line between two points, level or upright, thick mm, centred on them."""
        thick = max(self.snap(thick), 25.4 / self.dpi) if self.dpi else thick
        if y0 == y1:
            top = self.snap(y0 - thick / 2)
            self.rules.append(Area(self.snap(x0), top, self.snap(x1), top + thick))
        else:
            left = self.snap(x0 - thick / 2)
            self.rules.append(Area(left, self.snap(y0), left + thick, self.snap(y1)))

    def frame(self, area: Area, thick: float = 0.25) -> None:
        left, top, right, bottom = area
        half = thick / 2
        self.rule(left - half, top, right + half, top, thick)
        self.rule(left - half, bottom, right + half, bottom, thick)
        self.rule(left, top - half, left, bottom + half, thick)
        self.rule(right, top - half, right, bottom + half, thick)

    def fill(self, area: Area, grey: float = 0.0) -> Area:
        area = Area(*(self.snap(edge) for edge in area))
        self.fills.append(Fill(area, grey))
        return area

    def keep_clear(self, area: Area, grey: float = 1.0) -> None:
        """Keep the mark out of here."""
        self.clear.append(Fill(Area(*(self.snap(edge) for edge in area)), grey))

    def symbol(self, field: str, text: str, x: float, y: float, module: float) -> None:
        """A Data Matrix of text with its top left corner at x, y."""
        dark = dark_runs(field.replace("_", " "), text)
        drawn = Symbol(self.snap(x), self.snap(y), module, dark)
        self.symbols.append(drawn)
        self.keep_clear(symbol_area(drawn).grown(QUIET))

    def check(self) -> None:
        """Raise Refused for the first run that leaves the page, stands half on a fill, or touches a rule, the
        white of a symbol or another run."""
        page = Area(0, 0, self.width, self.height)
        quiet = [symbol_area(symbol).grown(QUIET) for symbol in self.symbols]
        for run in self.runs:
            if run.size < SMALLEST:
                raise Refused(run.field, run.text, f"would be printed under {SMALLEST:g} pt")
            if not page.holds(run.area):
                raise Refused(run.field, run.text, f"runs over the edge of {self.stock.name}")
            for fill in self.fills:
                if run.area.meets(fill.area) and not fill.area.holds(run.area):
                    raise Refused(run.field, run.text, f"does not fit its bar on {self.stock.name}")
        self._check_neighbours(self.rules, "a rule")
        self._check_neighbours(quiet, "the white around the symbol")
        self._check_runs()

    def _check_neighbours(self, areas: list[Area], what: str) -> None:
        waiting = sorted(areas, key=lambda area: area.top)
        for run in self.runs:
            for area in waiting:
                if area.top >= run.area.bottom:
                    break
                if run.area.meets(area):
                    raise Refused(run.field, run.text, f"runs over {what} on {self.stock.name}")

    def _check_runs(self) -> None:
        runs = sorted(self.runs, key=lambda run: run.area.top)
        for i, run in enumerate(runs):
            for other in runs[i + 1 :]:
                if other.area.top >= run.area.bottom:
                    break
                if other.line != run.line and run.collides(other):
                    first, last = sorted((run, other), key=self.runs.index)
                    where = "beside" if first.y == last.y else "under"
                    why = f"leaves no room for “{last.text}” {where} it on {self.stock.name}"
                    raise Refused(first.field, first.text, why)


def symbol_area(symbol: Symbol) -> Area:
    side = 16 * symbol.module
    return Area(symbol.x, symbol.y, symbol.x + side, symbol.y + side)


def broken(pieces: tuple[str, ...], using: Face, size: float, width: float, lines: int) -> list[str] | None:
    """Each string on lines of its own no longer than width mm, broken between words only and never after a
    figure, so that a number keeps its unit. None where they need more than `lines` lines."""
    done: list[str] = []
    for piece in pieces:
        line = ""
        for chunk in _chunks(piece):
            longer = f"{line} {chunk}" if line else chunk
            if using.width(longer, size) <= width:
                line = longer
            elif not line:
                return None
            else:
                done.append(line)
                line = chunk
                if using.width(chunk, size) > width:
                    return None
        done.append(line)
    return done if len(done) <= lines else None


def _chunks(text: str) -> list[str]:
    """Words, but for a figure and the word after it, which are one."""
    chunks: list[str] = []
    for word in text.split(" "):
        if chunks and chunks[-1][-1:].isdigit():
            chunks[-1] += f" {word}"
        else:
            chunks.append(word)
    return chunks
