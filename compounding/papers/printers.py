"""Labels for one printer: its calibration label, sheets of labels, and the dots of a network printer."""

from __future__ import annotations

from collections.abc import Mapping

import labels
from compounding.policy import Market
from compounding.printing import Kind, Printer
from compounding.printing.printers import ACROSS_RULE
from compounding.scanning import own_code
from compounding.wording import printers as words
from compounding.wording.papers import TRAINING_ON_LABEL
from labels import Box, CalibrationLabel, LabelSheet
from labels.sheet import UK_70X50, UK_100X75, UK_100X100, US_4X2, US_4X3, US_4X4

ZPL_END = labels.ZPL_END
_CALIBRATION = "CAL"

# The first is the usual one of its market; the last holds a secondary label.
STOCKS: Mapping[Market, tuple[str, ...]] = {
    Market.US: (US_4X3.name, US_4X4.name, US_4X2.name),
    Market.UK: (UK_100X75.name, UK_100X100.name, UK_70X50.name),
}


def sheets(market: Market) -> tuple[str, ...]:
    """The sheets of labels that hold a label of this market, by their names."""
    stocks = [labels.STOCKS[name] for name in STOCKS[market]]
    paper = labels.LETTER if market is Market.US else labels.A4
    return tuple(
        sheet.name
        for sheet in labels.LABEL_SHEETS
        if sheet.paper == paper and any(sheet.holds(stock) for stock in stocks)
    )


def sheet_holds(sheet: str, stock: str) -> bool:
    """Whether a label has room in a position of a sheet."""
    return labels.label_sheet(sheet).holds(labels.STOCKS[stock])


def positions(sheet: str) -> int:
    """How many labels a sheet has."""
    return labels.label_sheet(sheet).positions


def rule_down(stock: str) -> int:
    """How many mm the rule down of a calibration label has."""
    return labels.rule_down(labels.STOCKS[stock])


def calibration_code(printer: Printer) -> str:
    """What its calibration label carries to be scanned: as it is set up now, and no other."""
    return own_code(_CALIBRATION, str(printer.row))


def calibration_label(printer: Printer, training: bool) -> bytes:
    """The calibration label of a printer as it is set up now, on a whole sheet's first position where it takes sheets.
    Raises Refused, naming the field."""
    made, stock = _calibration(printer, training), labels.STOCKS[printer.stock]
    if printer.kind is not Kind.SHEETS:
        return labels.draw_calibration_label(made, stock, printer.dpi)
    sheet = labels.compose_calibration_label(made, stock, printer.dpi)
    return labels.on_sheets([sheet], _sheet(printer), 1, made.symbol)


def _calibration(printer: Printer, training: bool) -> CalibrationLabel:
    return CalibrationLabel(
        title=words.CALIBRATION_TITLE,
        stock=words.loaded(printer),
        printer=Box(words.PRINTER_BOX, printer.name),
        note=words.PASS_NOTE,
        across=words.rule_caption(ACROSS_RULE, "across"),
        down=words.rule_caption(rule_down(printer.stock), "down"),
        smallest=words.alike("7"),
        small=words.alike("8.5"),
        dots=words.DOTS,
        boxes=words.BOXES,
        symbol=calibration_code(printer),
        training=TRAINING_ON_LABEL if training else None,
    )


def _sheet(printer: Printer) -> LabelSheet:
    return labels.label_sheet(printer.sheet)


def as_zpl(drawn: bytes, dpi: int) -> list[bytes]:
    """Each page of a PDF as the bytes that a network printer takes, ending with ZPL_END."""
    return labels.zpl(drawn, dpi)
