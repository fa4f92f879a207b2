"""What is printed to be scanned: the text of our own labels and worksheets.

It holds the preparation's number, the copy or the page with its version, and a check; never a patient.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# ISO/IEC 7064 MOD 1271-36: two check characters over figures and letters. It finds every single wrong
# character and every two neighbours swapped.
_MODULUS, _RADIX = 1271, 36
_FORM = re.compile(r"([0-9]{4}-[0-9]{6,})-([a-pA-P]?)([0-9]+)-[0-9A-Za-z]{2}")
_PAGE = "p"
# A page and its version in two characters, since the symbol of 16 × 16 modules holds no more: a3 is page 1 of version
# 3. A worksheet of earlier days has p1, which says no version.
_PAGES = "abcdefghijklmno"


@dataclass(frozen=True, slots=True)
class OwnCode:
    """What one of ours says."""

    number: str
    part: str
    """The copy of a label, or "p1" for a worksheet's page."""
    version: int | None = None
    """Of the preparation that a worksheet was printed for; None where its code does not say it."""


def own_code(number: str, part: str) -> str:
    """The text of one label or page: own_code("2026-000123", "1") is "2026-000123-1-" and a check.

    `part` is the copy of a label; page_code gives the text of a worksheet's page.
    """
    text = f"{number}-{part}"
    return f"{text}-{_check(text)}"


def page_code(number: str, page: int, version: int) -> str:
    """The text of one page of a worksheet, of a version: page_code("2026-000123", 1, 3) is "2026-000123-a3-" and a
    check. Raises ValueError for a page over 15."""
    if not 1 <= page <= len(_PAGES):
        raise ValueError(f"page {page} of {number} has no letter: there are {len(_PAGES)}")
    return own_code(number, f"{_PAGES[page - 1]}{version}")


def is_own_code(text: str) -> bool:
    """Whether a text is one of ours, with its check right."""
    body, _, check = text.rpartition("-")
    return bool(body) and len(check) == 2 and _characters(text) and _remainder(body + check) == 1


def own_code_parts(text: str) -> OwnCode | None:
    """What one of ours says; None for any other text, and where the check does not fit."""
    form = _FORM.fullmatch(text)
    if form is None or not is_own_code(text):
        return None
    number, letter, figures = form[1], form[2].lower(), form[3]
    if letter in ("", _PAGE):
        return OwnCode(number, letter + figures)
    return OwnCode(number, f"{_PAGE}{_PAGES.index(letter) + 1}", int(figures))


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
