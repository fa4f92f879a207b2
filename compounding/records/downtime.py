"""Packs of blank worksheets that are printed ahead, and their numbers: reserved once, used once or destroyed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import BindParameter, Connection, Engine, Row, Select, and_, bindparam, func, select

from compounding.records import tables
from compounding.records.chain import about, add
from compounding.records.database import RecordsRefused, reading, writing
from compounding.records.downtime_tables import downtime_end as _end
from compounding.records.downtime_tables import downtime_order as _order
from compounding.records.downtime_tables import downtime_pack as _pack
from compounding.records.events import Event, Person, person_of, require_json, require_text, utc_text, utc_time
from compounding.records.stored import IDS, Stored

MOST_WORKSHEETS = 50
"""Of one pack: more than that is not used up before the drug file changes."""
_preparation = tables.preparation
_NUMBER = re.compile(r"([0-9]{4})-([0-9]{6,})")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class NumberState(Enum):
    """What became of a number of a pack."""

    OPEN = "open"
    USED = "used"
    DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True)
class PackNumber:
    """A number of a pack, and who used or destroyed it; nobody while it is open."""

    number: str
    state: NumberState
    person: Person | None = None
    at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NewPack:
    """A pack that is being printed. Raises TypeError or ValueError for what cannot be.

    `first` is the sequence of its first number, as next_sequence gave it.
    """

    year: int
    first: int
    worksheets: int
    drug_id: str
    drug_edition: str
    drug_checksum: str
    settings_entry: int
    """The newest entry that changed a setting when its figures were worked out."""
    strings_json: str
    pdf_sha256: str

    def __post_init__(self) -> None:
        if not 1 <= self.worksheets <= MOST_WORKSHEETS:
            raise ValueError(f"a pack has 1 to {MOST_WORKSHEETS} worksheets, and not {self.worksheets}")
        if self.first < 1:
            raise ValueError(f"numbers count from 1, and the first of this pack is {self.first}")
        for what in ("drug_id", "drug_edition", "drug_checksum"):
            require_text(f"the {what} of a pack", getattr(self, what))
        require_json("strings_json", self.strings_json)
        if not _SHA256.fullmatch(self.pdf_sha256):
            raise ValueError(f"{self.pdf_sha256!r} is not a SHA-256 checksum in small hexadecimal figures")

    @property
    def numbers(self) -> tuple[str, ...]:
        return numbers(self.year, self.first, self.worksheets)


@dataclass(frozen=True, slots=True)
class Pack:
    """A printed pack."""

    id: int
    content: NewPack
    numbers: tuple[PackNumber, ...]
    printed_at: datetime
    printed_by: Person
    entry: int

    @property
    def open(self) -> tuple[str, ...]:
        return tuple(one.number for one in self.numbers if one.state is NumberState.OPEN)


@dataclass(frozen=True, slots=True)
class NewPaperOrder:
    """An order that was written on paper: under which number, when, by whom, and why it is entered only now."""

    number: str
    written_at: datetime
    """The true time: of a whole minute, with its zone."""
    written_by: str
    reason: str

    def __post_init__(self) -> None:
        require_text("a downtime number", self.number)
        require_text("who wrote an order", self.written_by)
        require_text("why an order is entered only now", self.reason)
        if self.written_at.utcoffset() is None:
            raise ValueError(f"a true time needs its zone: {self.written_at}")
        if self.written_at != self.written_at.replace(second=0, microsecond=0):
            raise ValueError(f"a true time is of a whole minute: {self.written_at}")


@dataclass(frozen=True, slots=True)
class PaperOrder:
    """The same, as it is stored."""

    written_at: datetime
    written_by: str
    reason: str
    entered_at: datetime
    entered_by: Person


def numbers(year: int, first: int, count: int) -> tuple[str, ...]:
    return tuple(f"{year}-{sequence:06d}" for sequence in range(first, first + count))


def sequence_of(number: str) -> int:
    """Of a number that is open: 123 of "2026-000123"."""
    return int(number.partition("-")[2])


# ------------------------------------------------------------------ the counter

_IN_YEAR: BindParameter[int] = bindparam("in_year")
_SAVED = select(func.coalesce(func.max(_preparation.c.sequence), 0)).where(_preparation.c.year == _IN_YEAR)
_LAST_OF_PACK = _pack.c.first + _pack.c.worksheets - 1
_RESERVED = select(func.coalesce(func.max(_LAST_OF_PACK), 0)).where(_pack.c.year == _IN_YEAR)
LAST_SEQUENCES = (_SAVED.scalar_subquery().label("saved"), _RESERVED.scalar_subquery().label("reserved"))
"""The last that was given to a preparation, and the last that was given to a pack: the next is above both."""


def next_in(connection: Connection, year: int) -> int:
    """The sequence of the next number of a year."""
    last = connection.execute(select(*LAST_SEQUENCES), {"in_year": year}).one()
    return int(max(last.saved, last.reserved)) + 1


def next_sequence(engine: Engine, year: int) -> int:
    """As next_in. Raises NotRead."""
    with reading(engine) as connection:
        return next_in(connection, year)


# ------------------------------------------------------------------ writing


def reserve_pack(engine: Engine, new: NewPack, event: Event) -> Pack:
    """Stores that a pack is being printed: from then on its numbers are nobody else's. Raises RecordsRefused where
    its first number is given away by now, and NotSaved."""
    row = {field.name: getattr(new, field.name) for field in fields(new)}
    with writing(engine) as connection:
        if next_in(connection, new.year) != new.first:
            raise RecordsRefused(f"The number {new.numbers[0]} was given away meanwhile: print the pack again.")
        told = about(event, _subject(new))
        made = add(connection, told, {"downtime_pack": [row]})
        return _existing(connection, made["downtime_pack"][0]["id"])


def _subject(new: NewPack) -> str:
    return f"downtime:{new.numbers[0]}"


def destroy_number(engine: Engine, number: str, reason: str, event: Event) -> Pack:
    """Writes down that the blank worksheet of an open number was destroyed. Raises RecordsRefused where it is not
    open, NotSaved, and TypeError or ValueError for a reason that cannot be stored."""
    require_text("the reason why a worksheet was destroyed", reason)
    with writing(engine) as connection:
        pack_id = require_open(connection, number)
        row = {"pack_id": pack_id, "number": number, "reason": reason}
        add(connection, about(event, number), {"downtime_end": [row]})
        return _existing(connection, pack_id)


def require_open(connection: Connection, number: str) -> int:
    """The pack of an open number. Raises RecordsRefused with what is wrong with it."""
    pack = _pack_of(connection, number)
    if pack is None:
        raise RecordsRefused(f"{number} is no number of a downtime pack of this desk.")
    found = next(one for one in pack.numbers if one.number == number)
    if found.state is NumberState.USED:
        raise RecordsRefused(f"{number} is used already: an order was entered under it.")
    if found.state is NumberState.DESTROYED:
        raise RecordsRefused(f"The blank worksheet {number} is recorded as destroyed: look at it again.")
    return pack.id


def paper_row(new: NewPaperOrder, key: int, pack_id: int) -> dict[str, Any]:
    """The row of an order from paper, but for what every row has of its entry."""
    return {
        "preparation_id": key,
        "pack_id": pack_id,
        "written_utc": utc_text(new.written_at),
        "written_by": new.written_by,
        "reason": new.reason,
    }


# ------------------------------------------------------------------ reading

_PACKS = select(_pack).order_by(_pack.c.id)
_ONE = select(_pack).where(_pack.c.id == bindparam("wanted"))
_OF_NUMBER = select(_pack).where(
    and_(
        _pack.c.year == _IN_YEAR,
        _pack.c.first <= bindparam("sequence"),
        bindparam("sequence") <= _LAST_OF_PACK,
    )
)
_USES = (
    select(_order.c.pack_id, _preparation.c.number, _order)
    .join(_preparation, _preparation.c.id == _order.c.preparation_id)
    .order_by(_order.c.id)
)
_ENDS = select(_end).order_by(_end.c.id)


def packs(engine: Engine) -> tuple[Pack, ...]:
    """Every pack with its numbers, the oldest first. Raises NotRead."""
    with reading(engine) as connection:
        return _made(connection, _PACKS)


def pack(engine: Engine, id_: int) -> Pack | None:
    """One pack; None where there is none of this id. Raises NotRead."""
    with reading(engine) as connection:
        return next(iter(_made(connection, _ONE, wanted=id_)), None)


def pack_of(engine: Engine, number: str) -> Pack | None:
    """The pack that a number is of; None for any other number. Raises NotRead."""
    with reading(engine) as connection:
        return _pack_of(connection, number)


def _pack_of(connection: Connection, number: str) -> Pack | None:
    form = _NUMBER.fullmatch(number)
    if form is None or len(form[2]) > 9:  # more is no whole number of either database
        return None
    year, sequence = int(form[1]), int(form[2])
    if number not in numbers(year, sequence, 1):  # a zero too many
        return None
    return next(iter(_made(connection, _OF_NUMBER, in_year=year, sequence=sequence)), None)


def _existing(connection: Connection, id_: int) -> Pack:
    (found,) = _made(connection, _ONE, wanted=id_)
    return found


def _made(connection: Connection, query: Select[Any], **values: int) -> tuple[Pack, ...]:
    rows = connection.execute(query, values).all()
    ids = [row.id for row in rows]
    uses = _ended(connection, _USES.where(_order.c.pack_id.in_(ids)), NumberState.USED)
    ends = _ended(connection, _ENDS.where(_end.c.pack_id.in_(ids)), NumberState.DESTROYED)
    return tuple(_of_row(row, {**uses, **ends}) for row in rows)


def _ended(connection: Connection, query: Select[Any], state: NumberState) -> Mapping[str, PackNumber]:
    return {
        row.number: PackNumber(row.number, state, person_of(row), utc_time(row.at_utc), row.reason)
        for row in connection.execute(query)
    }


def _of_row(row: Row[Any], ended: Mapping[str, PackNumber]) -> Pack:
    content = NewPack(**{field.name: getattr(row, field.name) for field in fields(NewPack)})
    found = (ended.get(number) or PackNumber(number, NumberState.OPEN) for number in content.numbers)
    return Pack(row.id, content, tuple(found), utc_time(row.at_utc), person_of(row), row.entry)


_PAPER = select(_order).where(_order.c.preparation_id.in_(IDS)).order_by(_order.c.id)


def paper_orders_of(stored: Stored) -> Mapping[int, tuple[PaperOrder, ...]]:
    """How each was written on paper: of one that was not, nothing."""
    return stored.of(_PAPER, _of_paper)


def _of_paper(row: Row[Any]) -> PaperOrder:
    return PaperOrder(utc_time(row.written_utc), row.written_by, row.reason, utc_time(row.at_utc), person_of(row))


def only(found: Iterable[PaperOrder]) -> PaperOrder | None:
    return next(iter(found), None)
