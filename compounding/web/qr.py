"""A QR code as a drawing: one path for all of its dark squares, so that the page needs no picture from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

MARGIN = 4
"""Squares of white around the code (ISO/IEC 18004, 9.1)."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """The outline of the dark squares, one unit each, and how many units the drawing is wide and high."""

    path: str
    size: int


def qr_code(text: str) -> QrCode:
    """The QR code of a text. Raises ValueError for one that no code holds."""
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    pixels: Any = code.to_image(scale=1, add_quiet_zones=False)
    rows: Any = memoryview(pixels).tolist()
    return QrCode("".join(_runs(rows)), len(rows) + 2 * MARGIN)


def _runs(rows: list[list[int]]) -> list[str]:
    """Each unbroken row of dark squares as a rectangle."""
    drawn = []
    for y, row in enumerate(rows):
        x = 0
        for value, run in groupby(row):
            width = len(list(run))
            if value == 0:  # black
                drawn.append(f"M{x + MARGIN} {y + MARGIN}h{width}v1h-{width}z")
            x += width
    return drawn
