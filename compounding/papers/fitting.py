"""A text that was typed where no paper was tried: cut to what its place on the worksheet holds."""

from __future__ import annotations

from labels.faces import Face, face
from labels.sheet import broken

WIDTH = 53.0
"""mm of a line in the narrowest column of the deviations: on A4 30 % of 186 mm, less 1.2 mm on either side."""
_SIZE, _LINES = 8.5, 2  # pt of a row of the worksheet, and how many lines it has
_LACKING, _MORE = "?", "…"


def fitted(text: str, width: float = WIDTH) -> str:
    """As much of a text as two lines of so many mm hold, with … for the rest, and ? for each sign that the font
    lacks: the log has all of it, and a paper that is refused for a reason would be no paper."""
    using = face("Regular")
    plain = " ".join("".join(sign if sign in using.widths else _LACKING for sign in text).split())
    for end in range(len(plain), 0, -1):
        cut = plain if end == len(plain) else plain[:end].rstrip() + _MORE
        if _fits(cut, using, width):
            return cut
    return _MORE


def _fits(text: str, using: Face, width: float) -> bool:
    return broken((text,), using, _SIZE, width, _LINES) is not None
