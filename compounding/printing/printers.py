"""A site's label printers as they are set up, and whether what comes out of one has its true size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

DPIS = (203, 300)
"""Of the label printers whose symbols were tried: whole dots a module are known for these."""
RAW_PORT = 9100
"""On which network printers take data as it is (Zebra and nearly all others)."""
_TOLERANCE = Decimal("0.01")


class Kind(Enum):
    """How labels get to a printer."""

    DRIVER = "driver"
    """As a PDF of the label's own size, by the driver of the workstation."""
    NETWORK = "network"
    """As ZPL over the network, sent by the desk."""
    SHEETS = "sheets"
    """As a PDF on sheets of labels, by an office printer."""


@dataclass(frozen=True, slots=True)
class Printer:
    """A printer as it is set up now; each change is a row of its own."""

    number: int
    """Of the printer, for good. 1 is the first that the site set up."""
    row: int
    """Of what it is now."""
    name: str
    kind: Kind
    dpi: int
    stock: str
    """The label in it, by its name: "4 × 3 in"."""
    host: str = ""
    port: int = RAW_PORT
    """Of a network printer."""
    sheet: str = ""
    """The sheet of labels in it, by its name, where it takes sheets."""
    workstations: tuple[str, ...] = ()
    """Those that print here unless something else is chosen."""
    in_use: bool = True

    @property
    def made_up(self) -> tuple[str | int, ...]:
        """What a calibration is true for: another kind, place, resolution, label or sheet needs another."""
        place = (self.host, self.port) if self.kind is Kind.NETWORK else ()
        return (self.kind.value, self.dpi, self.stock, self.sheet, *place)


@dataclass(frozen=True, slots=True)
class Measured:
    """What somebody found on a calibration label."""

    across: Decimal
    """mm, of a rule of 50."""
    down: Decimal
    """mm."""
    down_rule: int
    """mm that the rule down should have: 50, or 40 on a secondary label."""
    symbol_read: bool
    corners_whole: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """A result as it was recorded, and what the printer was then."""

    measured: Measured
    passed: bool
    made_up: tuple[str | int, ...]
    """Of the printer, when its label was printed."""


ACROSS_RULE = 50


def judged(measured: Measured) -> bool:
    """Whether a printer passes: both rules within a hundredth of their length, which is 49.5 to 50.5 mm of 50, the
    symbol read and all four corners printed."""
    within = all(
        abs(found - should) <= should * _TOLERANCE
        for found, should in ((measured.across, ACROSS_RULE), (measured.down, measured.down_rule))
    )
    return within and measured.symbol_read and measured.corners_whole


def limits(rule: int) -> tuple[Decimal, Decimal]:
    """Between which mm a rule of this length passes."""
    return rule - rule * _TOLERANCE, rule + rule * _TOLERANCE


def trusted(printer: Printer, results: Iterable[Calibration]) -> bool:
    """Whether labels for patients may come from a printer: the newest result for what it is now was a pass. `results`
    are its own, the oldest first."""
    present = [result.passed for result in results if result.made_up == printer.made_up]
    return bool(present) and present[-1]


def at_workstation(printers: Iterable[Printer], workstation: str) -> tuple[Printer, ...]:
    """The printers in use, those of this workstation first."""
    present = [printer for printer in printers if printer.in_use]
    return tuple(sorted(present, key=lambda printer: (workstation not in printer.workstations, printer.number)))
