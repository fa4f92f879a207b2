"""The log as one file, which compounding.evidence verifies without the database and without this program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import Connection, Engine, LargeBinary, Row, Select, cast, func, select

from compounding.records import chain, tables
from compounding.records.database import NotRead, reading

# Rows that the database hands over at a time: a body has tens of thousands of bytes.
PIECE = 200

_log, _checkpoint = tables.log.c, tables.checkpoint.c


@dataclass(frozen=True, slots=True)
class Counts:
    """What an export holds."""

    entries: int
    checkpoints: int


def export_log(engine: Engine, file: BinaryIO) -> Counts:
    """Writes every entry, every checkpoint and the public key, and says how many. One moment; any size.

    Raises NotRead, also where there is no log yet.
    """
    with reading(engine) as connection:
        first = chain.first_body(connection)
        if first is None:
            raise NotRead("Not read: nothing was written to this log yet.")
        file.write(b"compounding-log\t1\n" + f"key\t{first['public_key']}\n".encode())
        counts = _export(connection, file)
        file.write(f"end\t{counts.entries}\t{counts.checkpoints}\n".encode())
        return counts


def _export(connection: Connection, file: BinaryIO) -> Counts:
    checkpoints = stream(connection, select(tables.checkpoint).order_by(_checkpoint.size))
    entries = signed = 0
    waiting = next(checkpoints, None)
    for entry in stored_entries(connection):
        file.write(b"entry\t%d\t%s\t%s\n" % (entry.seq, entry.hash.encode(), entry.body))
        entries += 1
        while waiting is not None and waiting.size <= entry.seq:
            file.write(f"{checkpoint_line(waiting)}\n".encode())
            signed += 1
            waiting = next(checkpoints, None)
    return Counts(entries, signed)


def checkpoint_line(row: Row[Any]) -> str:
    return "\t".join(["checkpoint", row.origin, str(row.size), row.root, row.schema, row.at_utc, row.signature])


def stored_entries(connection: Connection, after: int = 0) -> Iterator[Row[Any]]:
    """Each entry with the bytes of its body as they are stored, and its columns, in order."""
    text = _log.body
    stored = cast(text, LargeBinary) if connection.dialect.name == "sqlite" else func.convert_to(text, "UTF8")
    others = [column for column in tables.log.columns if column.name != "body"]
    return stream(connection, select(stored.label("body"), *others).where(_log.seq > after).order_by(_log.seq))


def stream(connection: Connection, query: Select[Any]) -> Iterator[Row[Any]]:
    """The rows a piece at a time, so that a table of any size takes no more memory than a small one."""
    with connection.execute(query, execution_options={"yield_per": PIECE}) as rows:
        yield from rows
