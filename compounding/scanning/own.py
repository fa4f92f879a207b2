"""What is printed to be scanned: the text of our own labels and worksheets.

It holds the preparation's number, the copy or page, and a check; never a patient.
"""

from __future__ import annotations

import re

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# ISO/IEC 7064 MOD 1271-36: two check characters over figures and letters. It finds every single wrong
# character and every two neighbours swapped.
_MODULUS, _RADIX = 1271, 36
_FORM = re.compile(r"([0-9]{4}-[0-9]{6,})-([pP]?[0-9]+|[0-9]+[A-Za-z])-[0-9A-Za-z]{2}")
_PAGE = re.compile(r"p([0-9]+)|([0-9]+)([a-z])")
MOST_PAGES = 26


def own_code(number: str, part: str) -> str:
    """The text of one label or page: own_code("2026-000123", "1") is "2026-000123-1-" and a check.

    `part` is the copy of a label, or what page_part gives for a worksheet's page.
    """
    text = f"{number}-{part}"
    return f"{text}-{_check(text)}"


def page_part(page: int, version: int) -> str:
    """How a code names a worksheet's page of a version: page_part(2, 1) is "1b". A blank worksheet is of version 0.

    The page is a letter, since a longer text has no place in the symbol. Raises ValueError past MOST_PAGES.
    """
    if not 1 <= page <= MOST_PAGES:
        raise ValueError(f"page {page} of a worksheet has no code: it may have {MOST_PAGES} pages")
    return f"{version}{chr(ord('a') + page - 1)}"


def page_of(part: str) -> tuple[int, int | None] | None:
    """Page and version that a part names; no version where it is of a code from before it said one. None for a
    label's copy."""
    form = _PAGE.fullmatch(part)
    if form is None:
        return None
    if form[1]:
        return int(form[1]), None
    return ord(form[3]) - ord("a") + 1, int(form[2])


def is_own_code(text: str) -> bool:
    """Whether a text is one of ours, with its check right."""
    body, _, check = text.rpartition("-")
    return bool(body) and len(check) == 2 and _characters(text) and _remainder(body + check) == 1


def own_code_parts(text: str) -> tuple[str, str] | None:
    """The number and the copy or page of one of ours: ("2026-000123", "1") or ("2026-000123", "1a").

    None for any other text, and where the check does not fit.
    """
    form = _FORM.fullmatch(text)
    return (form[1], form[2].lower()) if form and is_own_code(text) else None


def looks_like_own_code(text: str) -> bool:
    """Whether a text has the form of one of ours, whatever its check."""
    return _FORM.fullmatch(text) is not None


def _characters(text: str) -> bool:
    return all(character in _DIGITS for character in text.replace("-", "").upper()) and text.isascii()


def _remainder(text: str) -> int:
    """The sum of the characters, each weighted by a power of the radix; 1 where a check is right."""
    total = 0
    for character in text.replace("-", "").upper():
        total = (total * _RADIX + _DIGITS.index(character)) % _MODULUS
    return total


def _check(text: str) -> str:
    first, second = divmod((1 - _remainder(text + "00")) % _MODULUS, _RADIX)
    return _DIGITS[first] + _DIGITS[second]
