"""The newest checkpoint, copied to a folder that whoever holds the database does not hold as well."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Engine, Row, select

from compounding.evidence import checkpoint_message, entry_hash
from compounding.files import sync_folder
from compounding.records import chain, tables
from compounding.records.database import NotRead, NotSaved, RecordsRefused, Rollback, reading
from compounding.records.export import checkpoint_line, stored_entries

NAME = "compounding.witness"
_TOP = "compounding-witness\t1"


class NoWitness(NotRead):
    """Where a witness should lie there is none: nothing was compared."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A checkpoint as a witness keeps it: the first `size` entries of the log `origin` have the hash `root`."""

    origin: str
    size: int
    root: str
    schema: str
    at: str
    signature: str
    public_key: str


def witness(engine: Engine, folder: Path) -> Witness:
    """Copies the newest checkpoint to the folder, in the place of an older one of the same history.

    The folder is never made: where a share is not mounted, a witness on the disk below it is none. Raises
    NoWitness where there is no folder, Rollback where what lies there has seen more, RecordsRefused where that is
    of another log or not a part of this one, NotRead and NotSaved.
    """
    _require_folder(folder)
    with reading(engine) as connection:
        row = connection.execute(
            select(tables.checkpoint).order_by(tables.checkpoint.c.size.desc()).limit(1)
        ).one_or_none()
        first = chain.first_body(connection)
        if row is None or first is None:
            raise RecordsRefused("Nothing was written to this log yet: there is nothing to witness.")
        fresh = _of_row(row, first["public_key"])
        _require_signature(fresh, "The newest checkpoint")
        before = lying(folder)
        if before is not None:
            _require_extension(connection, before, fresh)
    _write(folder, row, fresh.public_key)
    return fresh


def _of_row(row: Row[Any], public_key: str) -> Witness:
    return Witness(row.origin, row.size, row.root, row.schema, row.at_utc, row.signature, public_key)


def found(folder: Path) -> Witness:
    """What lies in a folder that a witness is looked for in. Raises NoWitness where nothing does, and as lying."""
    _require_folder(folder)
    kept = lying(folder)
    if kept is None:
        raise NoWitness(f"There is no witness in {folder}.")
    return kept


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise NoWitness(f"There is no witness in {folder}: there is no such folder. Is its share mounted?")


def lying(folder: Path) -> Witness | None:
    """What lies in the folder; None where nothing does. Raises NotRead, and RecordsRefused for what is no witness."""
    path = folder / NAME
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotRead(f"Not read: the witness {path} cannot be opened: {error.strerror}.") from error
    except ValueError:
        raise RecordsRefused(f"The witness {path} is not one.") from None
    try:
        top, key, checkpoint = lines
        (_, public_key), fields = key.split("\t"), checkpoint.split("\t")
        word, origin, size, root, schema, at, signature = fields
        kept = Witness(origin, int(size), root, schema, at, signature, public_key)
    except ValueError:
        raise RecordsRefused(f"The witness {path} is not one.") from None
    if top != _TOP or word != "checkpoint":
        raise RecordsRefused(f"The witness {path} is not one.")
    _require_signature(kept, f"The witness {path}")
    return kept


def _require_signature(kept: Witness, what: str) -> None:
    message = checkpoint_message(kept.origin, kept.size, kept.root, kept.schema, kept.at)
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(kept.public_key))
        key.verify(bytes.fromhex(kept.signature), message)
    except (InvalidSignature, ValueError):
        raise RecordsRefused(f"{what} is not signed by its key.") from None


def _require_extension(connection: Connection, before: Witness, fresh: Witness) -> None:
    if (before.origin, before.public_key) != (fresh.origin, fresh.public_key):
        raise RecordsRefused("The witness is of another log: nothing was copied.")
    if fresh.size < before.size:
        raise Rollback(
            f"The witness has seen {before.size} entries, and this log is signed up to {fresh.size}: an older state"
            " was put back, or a part was cut off. Nothing was copied."
        )
    at = select(tables.log.c.hash).where(tables.log.c.seq == before.size)
    reached, hash_ = before.size, before.root
    whole = connection.execute(at).scalar_one_or_none() == before.root
    for entry in stored_entries(connection, after=before.size):
        if not whole or reached == fresh.size:
            break
        whole = (entry.seq, entry.prev) == (reached + 1, hash_)
        whole = whole and entry.hash == _hash_of(entry)
        reached, hash_ = entry.seq, entry.hash
    if not whole or (reached, hash_) != (fresh.size, fresh.root):
        raise RecordsRefused(
            f"This log does not go on from the {before.size} entries that the witness has seen. Nothing was copied."
        )


def _hash_of(entry: Row[Any]) -> str | None:
    """None where the entry was changed so far that it has none."""
    try:
        return entry_hash(entry.seq, entry.prev, bytes(entry.body).decode())
    except ValueError:
        return None


def _write(folder: Path, row: Row[Any], public_key: str) -> None:
    text = f"{_TOP}\nkey\t{public_key}\n{checkpoint_line(row)}\n"
    path = folder / NAME
    fresh = path.with_name(f"{NAME}.{os.getpid()}.{os.urandom(8).hex()}")
    try:
        with open(fresh, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
        sync_folder(folder)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise NotSaved(f"Not saved: the witness {path} cannot be written: {error.strerror}.") from error
