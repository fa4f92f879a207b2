"""What a scanner or a hand sent: a vial's code read, or why not; and the text of our own labels.

    own        the text that our labels and worksheets carry
    scan       a scan that was read, and why it is refused
    elements   GS1 element strings: every reading that a string may have
    products   which product a code names
    reading    from the characters to a scan

Nothing here guesses: where a string has more than one reading its lot is not told.
"""

from compounding.scanning.own import OwnCode, is_own_code, own_code, own_code_parts, page_code
from compounding.scanning.products import codes_of
from compounding.scanning.reading import read_scan
from compounding.scanning.scan import Refusal, Scan

__all__ = [
    "OwnCode",
    "Refusal",
    "Scan",
    "codes_of",
    "is_own_code",
    "own_code",
    "own_code_parts",
    "page_code",
    "read_scan",
]
