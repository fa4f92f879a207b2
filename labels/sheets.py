"""Sheets of labels for an office printer, where there is no label printer: each maker's sheet is a row.

A label stands in the middle of its position, which is at least as large, and nothing else is drawn."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from labels.pdf import Placed, pdf_on
from labels.refusal import Refused
from labels.sheet import A4, LETTER, Sheet, Stock

INCH = 25.4


class LabelSheet(NamedTuple):
    """A sheet. width and height of one position, left and top of the first, and from one to the next across and
    down: mm. Positions are counted from 1, row by row from the top left."""

    name: str
    paper: Stock
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    across: float
    down: float

    @property
    def positions(self) -> int:
        return self.columns * self.rows

    def holds(self, stock: Stock) -> bool:
        """Whether a label of this size has room in a position."""
        return stock.width <= self.width and stock.height <= self.height

    def place(self, sheet: Sheet, position: int) -> Placed:
        """A label in the middle of a position."""
        row, column = divmod(position - 1, self.columns)
        x = self.left + column * self.across + (self.width - sheet.width) / 2
        y = self.top + row * self.down + (self.height - sheet.height) / 2
        return Placed(sheet, x, y)


# Sizes, margins and distances as the makers publish them for their templates; sheets that are sold as the same format
# are alike. Office printers leave about 5 mm of white, and no text of a label comes so near to the edge of a paper.
LABEL_SHEETS: tuple[LabelSheet, ...] = (
    LabelSheet("Avery 5164, Letter, 4 × 3⅓ in", LETTER, 2, 3, 4 * INCH, 10 / 3 * INCH, *(5 / 32 * INCH, 0.5 * INCH),
               *(4.1875 * INCH, 10 / 3 * INCH)),
    LabelSheet("Avery 5163, Letter, 4 × 2 in", LETTER, 2, 5, 4 * INCH, 2 * INCH, *(5 / 32 * INCH, 0.5 * INCH),
               *(4.1875 * INCH, 2 * INCH)),
    LabelSheet("Herma 10809, A4, 105 × 148 mm", A4, 2, 2, 105, 148, 0, 0, 105, 148),
    LabelSheet("Avery L7165, A4, 99.1 × 67.7 mm", A4, 2, 4, 99.1, 67.7, 4.65, 13.1, 101.6, 67.7),
)  # fmt: skip


def label_sheet(name: str) -> LabelSheet:
    """The sheet of a name. Raises Refused where there is none."""
    found = next((sheet for sheet in LABEL_SHEETS if sheet.name == name), None)
    if found is None:
        raise Refused("label sheet", name, "is none that is known here")
    return found


def on_sheets(labels: Sequence[Sheet], paper: LabelSheet, first: int, title: str) -> bytes:
    """The labels as a PDF, from the first free position on, and on whole sheets after that.

    Raises Refused for a position that the sheet has not, and for a label that is larger than one."""
    if not 1 <= first <= paper.positions:
        raise Refused("first free position", str(first), f"is none of the {paper.positions} of {paper.name}")
    for label in labels:
        if not paper.holds(label.stock):
            raise Refused("label sheet", paper.name, f"has no room for a label of {label.stock.name}")
    return pdf_on(paper.paper, list(_pages(labels, paper, first)), title)


def _pages(labels: Sequence[Sheet], paper: LabelSheet, first: int) -> Iterator[list[Placed]]:
    left = list(labels)
    while left:
        room = paper.positions - first + 1
        now, left = left[:room], left[room:]
        yield [paper.place(label, first + i) for i, label in enumerate(now)]
        first = 1
