"""A site taken to a database of the other kind, its log whole: the same bytes, hashes and signatures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select

from compounding.records import chain, tables
from compounding.records.chain import Head
from compounding.records.check import faults
from compounding.records.database import NotSaved, RecordsRefused, open_database, transaction
from compounding.records.events import DATABASE_MOVED, Change, Event
from compounding.records.export import PIECE, stream
from compounding.records.fault import Fault
from compounding.records.migrating import is_empty, migrate


def move(source: Engine, target_url: str, event: Event) -> Head:
    """Copies everything to an empty database of the other kind, checks it there, and gives its head.

    The move is the last entry of the old database, which takes no other afterwards, and the newest of
    the new one. Raises RecordsRefused where the target is of the same kind or not empty, or where what
    was copied does not pass the check: then nothing was moved.
    """
    options = source.get_execution_options()
    target = open_database(target_url, home=options["home"], site=options["site"])
    try:
        old, new = source.dialect.name, target.dialect.name
        if old == new:
            raise RecordsRefused(f"Both databases are {new}: make a backup and restore it instead.")
        migrate(target)
        told = replace(event, action=DATABASE_MOVED, changes=(Change("database", old, new),))
        # The old one stays locked until the new one is whole and on its disk.
        with transaction(source, NotSaved, writes=True) as out:
            head = chain.append_own(out, told, sign=True)
            fill(out, target)
        return head
    finally:
        target.dispose()


def fill(out: Connection, target: Engine, told: Event | None = None) -> None:
    """Copies all rows into an empty, migrated database, and checks them before they are kept; `told` is an entry
    that goes on from them there."""
    with transaction(target, NotSaved, writes=True) as into:
        if not is_empty(into):
            raise RecordsRefused("The database is not empty: records are never put over others.")
        copy(out, into)
        refuse_faults("What was copied", faults(into))
        if told is not None:
            chain.append(into, told, sign=True)


def copy(out: Connection, into: Connection) -> None:
    """Every row of every table, as it is. They bring the entries along that they came with."""
    for table in tables.metadata.sorted_tables:  # what others refer to comes first
        # What the database makes from the body is made anew.
        columns = [column for column in table.columns if "from" not in column.info]
        for piece in _pieces(stream(out, select(*columns).order_by(*table.primary_key.columns))):
            into.execute(insert(table), [dict(row._mapping) for row in piece])


def _pieces(rows: Iterator[Row[Any]]) -> Iterator[list[Row[Any]]]:
    piece: list[Row[Any]] = []
    for row in rows:
        piece.append(row)
        if len(piece) == PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


def refuse_faults(what: str, found: tuple[Fault, ...]) -> None:
    if found:
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        raise RecordsRefused(f"{what} is not whole: {found[0]}{more}. Nothing was written.")
