"""A text that was typed where no paper was tried: whether the worksheet can print it, and over how many rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labels.faces import Face, face
from labels.sheet import broken

WIDTH = 53.0
"""mm of a line in the narrowest column of the deviations: on A4 30 % of 186 mm, less 1.2 mm on either side."""
_SPACES = re.compile(r"[ \t\r\n]+")  # not the space that keeps a value together
_SIZE, _LINES = 8.5, 2  # pt of a row of the worksheet, and how many lines it has


def lacking(text: str) -> str:
    """The first sign of a text that the worksheet's font does not have, or "" where it has all."""
    widths = face("Regular").widths
    return next((sign for sign in text if sign not in widths), "")


def over_rows(text: str, width: float = WIDTH) -> Iterator[str]:
    """A text as rows of two lines of so many mm hold it, in its order and whole: nothing is cut. Between words
    where that is possible, else, for a word longer than a line, inside it."""
    using, rest = face("Regular"), _SPACES.sub(" ", text).strip()
    while rest:
        row = _row(rest, using, width)
        yield row
        rest = rest[len(row) :].lstrip()


def _row(text: str, using: Face, width: float) -> str:
    """The longest beginning that a row holds."""
    if _fits(text, using, width):
        return text
    ends = [place for place, sign in enumerate(text) if sign == " "]
    words = next((text[:end] for end in reversed(ends) if _fits(text[:end], using, width)), "")
    return words or next(text[:end] for end in range(len(text), 0, -1) if _fits(text[:end], using, width))


def _fits(text: str, using: Face, width: float) -> bool:
    return broken((text,), using, _SIZE, width, _LINES) is not None
