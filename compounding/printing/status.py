"""What a printer says of itself: the three lines that answer ~HS.

Source: Zebra, ZPL II programming guide, ~HS. Printers of other makers that speak ZPL answer alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ASK = b"~HS\r\n"
ANSWER = re.compile(rb"\x02([^\x02\x03]*)\x03\s*\x02([^\x02\x03]*)\x03\s*\x02([^\x02\x03]*)\x03")
"""Three lines, each between STX and ETX."""
LONGEST = 4096
"""Bytes; an answer has about 80."""

# What keeps a label from being printed: the line of the answer, the place in it, and what it is called here.
_FAULTS = (
    (0, 1, "paper-out"),
    (1, 2, "head-open"),
    (1, 3, "ribbon-out"),
    (0, 2, "paused"),
    (0, 5, "buffer-full"),
    (0, 9, "memory-lost"),
    (0, 10, "too-cold"),
    (0, 11, "too-hot"),
)
_FORMATS, _PARTIAL, _REMAINING = (0, 4), (0, 7), (1, 8)


@dataclass(frozen=True, slots=True)
class Status:
    """How a printer stands."""

    faults: tuple[str, ...]
    """Codes; empty where it can print."""
    waiting: int
    """Formats that it has and did not begin."""
    partial: bool
    """Whether it holds the beginning of a format."""
    remaining: int
    """Labels still to come of what it has begun."""

    @property
    def idle(self) -> bool:
        """Nothing is on its way: what was sent is printed."""
        return not (self.waiting or self.partial or self.remaining)


def read_status(answer: bytes) -> Status:
    """The status in an answer. Raises ValueError for anything else."""
    found = ANSWER.search(answer)
    if found is None:
        raise ValueError("the answer is no status of a printer")
    lines = [part.decode("ascii", "replace").split(",") for part in found.groups()]
    try:
        return Status(
            faults=tuple(code for line, place, code in _FAULTS if int(lines[line][place])),
            waiting=_number(lines, _FORMATS),
            partial=bool(_number(lines, _PARTIAL)),
            remaining=_number(lines, _REMAINING),
        )
    except (IndexError, ValueError):
        raise ValueError("the answer lacks a figure of a printer's status") from None


def _number(lines: list[list[str]], place: tuple[int, int]) -> int:
    return int(lines[place[0]][place[1]])
