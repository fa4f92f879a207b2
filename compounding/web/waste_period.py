"""What was thrown away in a period: its parts in time, and their sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from compounding.quantities import DrugMass, Volume, total
from compounding.records import WasteEntry
from compounding.workflow.progress import Wasted
from compounding.workflow.wastes import EMPTY, NONE

MOST_DAYS = 5 * 366
"""Of a period: five years of months make 61 bars, which are still apart on the page."""
_DAILY, _WEEKLY = 31, 26 * 7  # up to so many days a bar is a day, then a week, then a month
_IN_VIALS = frozenset({Wasted.REMAINDER, Wasted.STAYS})


@dataclass(frozen=True, slots=True)
class Sums:
    """What was thrown away, exact."""

    left: DrugMass
    """In vials that were drawn from."""
    whole: DrugMass
    """In whole vials and bags."""
    concentrate: Volume
    """Out of vials: as it was drawn, or would have been."""
    diluted: Volume
    """In bags: never one sum with the other."""
    preparations: int

    @property
    def mass(self) -> DrugMass:
        return self.left + self.whole


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a period, its last day included, with its sums."""

    first: date
    last: date
    sums: Sums


def sums(entries: Iterable[WasteEntry]) -> Sums:
    found = tuple(entries)
    return Sums(
        left=_mass(entry for entry in found if entry.waste.what in _IN_VIALS),
        whole=_mass(entry for entry in found if entry.waste.what not in _IN_VIALS),
        concentrate=_volume(entry for entry in found if entry.waste.what is not Wasted.BAG),
        diluted=_volume(entry for entry in found if entry.waste.what is Wasted.BAG),
        preparations=len({entry.number for entry in found}),
    )


def _mass(entries: Iterable[WasteEntry]) -> DrugMass:
    return total((NONE, *(entry.waste.mass for entry in entries)))


def _volume(entries: Iterable[WasteEntry]) -> Volume:
    return total((EMPTY, *(entry.waste.volume for entry in entries)))


def bounds(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """The moments at which whole days of a site begin and end."""
    begins, ends = (datetime.combine(on, time(), ZoneInfo(zone)) for on in (first, last + timedelta(days=1)))
    return begins, ends


def slices(entries: Sequence[WasteEntry], first: date, last: date, zone: str) -> tuple[Slice, ...]:
    """The period in days, weeks or months, whichever its length asks for, each with what was entered in it."""
    where = ZoneInfo(zone)
    on = [(entry.at.astimezone(where).date(), entry) for entry in entries]
    return tuple(
        Slice(begins, ends, sums(entry for day, entry in on if begins <= day <= ends))
        for begins, ends in _parts(first, last)
    )


def _parts(first: date, last: date) -> Iterator[tuple[date, date]]:
    days = (last - first).days + 1
    while first <= last:
        ends = min(last, _end(first, days))
        yield first, ends
        first = ends + timedelta(days=1)


def _end(first: date, days: int) -> date:
    if days <= _DAILY:
        return first
    if days <= _WEEKLY:
        return first + timedelta(days=6)
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


# ------------------------------------------------------------------ the plot

WIDTH, HEIGHT = 720, 220
_TOP, _BOTTOM, _LEFT = 12, 188, 8
_APART = Decimal("0.25")  # of the room of a bar
_WIDEST = 48


@dataclass(frozen=True, slots=True)
class Bar:
    """One slice: two boxes, one upon the other. Coordinates as texts; a box of no height is None."""

    x: str
    width: str
    left_y: str | None
    left_height: str
    whole_y: str | None
    whole_height: str
    middle: str


def bars(parts: Sequence[Slice]) -> tuple[Bar, ...]:
    """Bars to scale, the tallest as high as the plot. None where nothing was thrown away."""
    most = max((part.sums.mass.value for part in parts), default=Decimal(0))
    if not most:
        return ()
    room = min(Decimal(WIDTH - _LEFT) / len(parts), Decimal(_WIDEST) / (1 - _APART))
    return tuple(_bar(part, _LEFT + number * room, room, most) for number, part in enumerate(parts))


def _bar(part: Slice, x: Decimal, room: Decimal, most: Decimal) -> Bar:
    width = room * (1 - _APART)
    left, whole = (mass.value / most * (_BOTTOM - _TOP) for mass in (part.sums.left, part.sums.whole))
    return Bar(
        x=_text(x),
        width=_text(width),
        left_y=_text(_BOTTOM - left) if left else None,
        left_height=_text(left),
        whole_y=_text(_BOTTOM - left - whole) if whole else None,
        whole_height=_text(whole),
        middle=_text(x + width / 2),
    )


def _text(number: Decimal) -> str:
    return f"{number.quantize(Decimal('0.01'), rounding=ROUND_HALF_UP):f}"
