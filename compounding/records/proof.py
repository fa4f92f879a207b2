"""What the log rests on at this moment: its newest entry, the newest checkpoint, what a witness saw, a code
from paper. Quick enough for every page; `check` reads the whole log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from compounding.evidence import checkpoint_message, head_code, read_head
from compounding.records import chain, tables
from compounding.records.chain import Head
from compounding.records.check import signed
from compounding.records.database import NotRead, RecordsFault, reading
from compounding.records.events import utc_time, written_time
from compounding.records.witness import NoWitness, found

_log, _checkpoint = tables.log.c, tables.checkpoint.c
_LARGEST = 2**31 - 1  # of PostgreSQL's INTEGER, which the number of an entry is: it refuses to look for more
_NEWEST = select(tables.checkpoint).order_by(_checkpoint.size.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Anchor:
    """What stands for the first `size` entries: a signed checkpoint, or one that a witness keeps."""

    size: int
    at: datetime
    fits: bool
    """Whether the log still has that very entry, and the signature is by the key that the log started with."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The newest entry, and what vouches for those before it."""

    head: Head
    checkpoint: Anchor | None
    witness: Anchor | None
    unreadable: str = ""
    """Why what lies in the witness's folder says nothing."""
    missing: str = ""
    """That there is no such folder, or no witness in it."""


def proof(engine: Engine, witness_folder: Path | None = None) -> Proof | None:
    """What the log rests on now; None where nothing was written yet. Raises NotRead."""
    with reading(engine) as connection:
        head, first = chain.head(connection), chain.first_body(connection)
        if head is None or first is None:
            return None
        newest = connection.execute(_NEWEST).one_or_none()
        checkpoint = None if newest is None else _checkpointed(connection, newest, first["public_key"])
        try:
            witness = None if witness_folder is None else _witnessed(connection, witness_folder, first["public_key"])
        except NoWitness as missing:
            return Proof(head, checkpoint, None, missing=str(missing))
        except RecordsFault as fault:
            return Proof(head, checkpoint, None, unreadable=str(fault))
    return Proof(head, checkpoint, witness)


def _checkpointed(connection: Connection, row: Row[Any], public_key: str) -> Anchor:
    message = checkpoint_message(row.origin, row.size, row.root, row.schema, row.at_utc)
    fits = _hash_of(connection, row.size) == row.root and signed(public_key, row.signature, message)
    try:
        return Anchor(row.size, written_time(row.at_utc), fits)
    except ValueError:
        raise NotRead(f"Not read: the checkpoint over entry {row.size} has no time: it was changed.") from None


def _witnessed(connection: Connection, folder: Path, public_key: str) -> Anchor:
    """What lies in the folder is refused where its own key did not sign it; here it must be this log's key."""
    seen = found(folder)
    fits = _hash_of(connection, seen.size) == seen.root and seen.public_key == public_key
    return Anchor(seen.size, utc_time(seen.at), fits)


def _hash_of(connection: Connection, entry: int) -> str | None:
    if entry > _LARGEST:
        return None
    return connection.execute(select(_log.hash).where(_log.seq == entry)).scalar_one_or_none()


class Comparison(Enum):
    """What the log says to a code from paper."""

    SAME = "same"
    DIFFERENT = "different"
    MISSING = "no such entry"


def compare(engine: Engine, entry: int, code: str) -> Comparison:
    """Compares a code from paper with the entry that it names. `code` as it is typed: capitals, spaces and
    hyphens do not matter. Raises NotRead, and ValueError where it is no code."""
    typed = read_head(f"{entry} {code}")
    with reading(engine) as connection:
        stored = _hash_of(connection, entry)
    if stored is None:
        return Comparison.MISSING
    return Comparison.SAME if _printed(entry, stored) == str(typed) else Comparison.DIFFERENT


def _printed(entry: int, hash_: str) -> str | None:
    try:
        return head_code(entry, hash_)
    except ValueError:  # a forged hash that is no hash
        return None
