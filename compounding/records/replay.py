"""The log read again beside the tables: whether the rows that it tells of are those that are stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from compounding.records.fault import Fault


@dataclass(frozen=True)
class Found:
    """Rows that were passed over on the way to a number, and those that stand at it."""

    strays: tuple[Row[Any], ...]
    here: tuple[Row[Any], ...]


class Ordered:
    """Rows in the order of one number, taken as that number is reached."""

    def __init__(self, rows: Iterator[Row[Any]], by: str) -> None:
        self._rows, self._by = rows, by
        self._next = next(rows, None)

    def of(self, number: int) -> Found:
        strays: list[Row[Any]] = []
        here: list[Row[Any]] = []
        while self._next is not None and self._number() <= number:
            (here if self._number() == number else strays).append(self._next)
            self._next = next(self._rows, None)
        return Found(tuple(strays), tuple(here))

    def rest(self) -> Iterator[Row[Any]]:
        while self._next is not None:
            yield self._next
            self._next = next(self._rows, None)

    def _number(self) -> int:
        """Nothing, where a forged table allows it, comes before the first entry."""
        number = getattr(self._next, self._by)
        return number if isinstance(number, int) else 0


def of_the_rows(seq: int, said: dict[str, Any], business: Mapping[str, Ordered]) -> Iterator[Fault]:
    """What does not fit between the rows that an entry tells of and those of each table that name it."""
    for name in sorted(said.keys() - business.keys()):
        yield Fault("replay", f"entry {seq}", f"tells of rows of {name}, which is no table of this program")
    for name, rows in business.items():
        found = rows.of(seq)
        for row in found.strays:
            yield Fault("replay", f"{name} {row.id}", f"its entry {row.entry} is not in the log")
        yield from _compared(name, seq, said.get(name, []), [dict(row._mapping) for row in found.here])


def _compared(name: str, seq: int, told: list[dict[str, Any]], stored: list[dict[str, Any]]) -> Iterator[Fault]:
    by_id = {row["id"]: row for row in stored}
    for row in told:
        there = by_id.pop(row.get("id"), None)
        if there is None:
            yield Fault("replay", f"{name} {row.get('id')}", f"entry {seq} tells of it, and it is not there")
            continue
        # A column that came with a later migration is empty in a row that was stored before it.
        wrong = [column for column, value in there.items() if not _same(row.get(column), value)]
        wrong += [column for column in row if column not in there]
        if wrong:
            yield Fault("replay", f"{name} {row['id']}", f"differs from entry {seq} in {', '.join(sorted(wrong))}")
    for id_ in by_id:
        yield Fault("replay", f"{name} {id_}", f"entry {seq} does not tell of it")


def _same(one: object, other: object) -> bool:
    """1 is not True and not 1.0 here."""
    return type(one) is type(other) and one == other
