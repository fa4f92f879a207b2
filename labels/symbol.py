"""The Data Matrix: text in, dark modules out."""

from functools import lru_cache
from typing import Any

from labels.refusal import Refused

MODULES = 16  # a side: the symbol that holds 2026-000123-1-7K; any other size has no place on the paper
SQUARE_16 = 4  # its number in zint; left to choose, the encoder takes 8 × 32 for some texts of this length
QUIET = 2.0  # mm kept white on every side: one module is enough for a scanner, not for thermal print

# Module in whole printer dots, as many as come nearest to the sizes that handheld readers took in trials.
DOTS_PER_MODULE = {203: 3, 300: 4}  # 0.375 mm and 0.339 mm
SHEET_MODULE = 0.5  # mm, on worksheets: office printers place no whole dots


@lru_cache(maxsize=256)
def dark_runs(field: str, text: str) -> tuple[tuple[int, int, int], ...]:
    """(row, first column, length) of each unbroken row of dark modules. Raises Refused for a text that is not
    plain printable ASCII or that does not encode into 16 × 16 modules."""
    import zxingcpp

    if not text.isascii() or not text.isprintable() or not text:
        raise Refused(field, text, "cannot be encoded: the symbol takes plain letters, digits and signs")
    try:
        barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, version=SQUARE_16)
    except ValueError:
        raise Refused(field, text, f"is too long for a symbol of {MODULES} × {MODULES} modules") from None
    pixels: Any = barcode.to_image(scale=1, add_quiet_zones=False)
    rows: Any = memoryview(pixels).tolist()
    return tuple(run for row in range(MODULES) for run in _runs(row, [value == 0 for value in rows[row]]))


def _runs(row: int, dark: list[bool]) -> list[tuple[int, int, int]]:
    runs = []
    start = 0
    for column in range(1, len(dark) + 1):
        if column == len(dark) or dark[column] != dark[start]:
            if dark[start]:
                runs.append((row, start, column - start))
            start = column
    return runs
