"""How the layout of a bag label is written down: a table of elements for each stock.

Millimetres from the top left, y the baseline."""

from typing import NamedTuple

from labels.faces import Weight
from labels.marks import Slant
from labels.sheet import Align, Area, Stock

LEFT, RIGHT, CENTRE = Align.LEFT, Align.RIGHT, Align.CENTRE

FLOW = 4.2  # mm between elements of a line
SMALL_FLOW = 2.6  # the same in 8.5 pt and smaller


class After(NamedTuple):
    """Where a run follows the one before it on its line, mm apart: at `else_x` where that is left out."""

    apart: float
    else_x: float


class Under(NamedTuple):
    """The left edge of a field that ends at x."""

    field: str
    right: float
    size: float


class Before(NamedTuple):
    """The right edge of a run that stands before an hour of the same size which ends at `right`: the usual column,
    or further left where the hour also names its zone."""

    hour: str
    right: float
    column: float


class Spot(NamedTuple):
    """One element. field: attribute of the label, a string or a Pair; weight: the string's or the value's;
    caption: the caption's; edge: the x it may not pass; second: the baseline of a second line, where it may take
    one; instead_of: the field without which alone it stands there."""

    field: str
    x: float | After | Under | Before
    y: float
    size: float
    weight: Weight = "Regular"
    align: Align = LEFT
    edge: float = 0.0
    caption: Weight = "Regular"
    white: bool = False
    second: float = 0.0
    instead_of: str = ""


class Layout(NamedTuple):
    """One stock. rules: (y, thickness) from left to right; band: the reversed bar; symbol: centre x and top;
    box: the box of a phrase that says what the label is not for, with the baselines of its lines (one: the whole
    phrase on it), their size in pt, and the field it is read before; taller: the stock for a longer name;
    reduced: whether it does not say all, so that the taller one is another label."""

    spots: tuple[Spot, ...]
    rules: tuple[tuple[float, float], ...]
    left: float
    right: float
    band: Area
    symbol: tuple[float, float]
    box: Area
    box_lines: tuple[float, ...]
    box_before: str
    slant: Slant
    box_size: float = 9.0
    taller: Stock | None = None
    reduced: bool = False
