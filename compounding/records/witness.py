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
from compounding.records import chain, tables
from compounding.records.database import RecordsRefused, reading
from compounding.records.export import checkpoint_line, stored_entries
from compounding.records.signing import sync_folder

NAME = "compounding.witness"
_TOP = "compounding-witness\t1"


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

    Raises RecordsRefused where what lies there is of another log, larger, or not a part of this one, and
    NotRead.
    """
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


def lying(folder: Path) -> Witness | None:
    """What lies in the folder; None where nothing does. Raises RecordsRefused where it is no witness."""
    path = folder / NAME
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise RecordsRefused(f"The witness {path} cannot be read ({type(error).__name__}).") from error
    try:
        top, key, checkpoint = lines
        (_, public_key), fields = key.split("\t"), checkpoint.split("\t")
        word, origin, size, root, schema, at, signature = fields
        found = Witness(origin, int(size), root, schema, at, signature, public_key)
    except ValueError:
        raise RecordsRefused(f"The witness {path} is not one.") from None
    if top != _TOP or word != "checkpoint":
        raise RecordsRefused(f"The witness {path} is not one.")
    _require_signature(found, f"The witness {path}")
    return found


def _require_signature(found: Witness, what: str) -> None:
    message = checkpoint_message(found.origin, found.size, found.root, found.schema, found.at)
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(found.public_key))
        key.verify(bytes.fromhex(found.signature), message)
    except (InvalidSignature, ValueError):
        raise RecordsRefused(f"{what} is not signed by its key.") from None


def _require_extension(connection: Connection, before: Witness, fresh: Witness) -> None:
    if (before.origin, before.public_key) != (fresh.origin, fresh.public_key):
        raise RecordsRefused("The witness is of another log: nothing was copied.")
    if fresh.size < before.size:
        raise RecordsRefused(
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
        whole = whole and entry.hash == entry_hash(entry.seq, entry.prev, bytes(entry.body).decode())
        reached, hash_ = entry.seq, entry.hash
    if not whole or (reached, hash_) != (fresh.size, fresh.root):
        raise RecordsRefused(
            f"This log does not go on from the {before.size} entries that the witness has seen. Nothing was copied."
        )


def _write(folder: Path, row: Row[Any], public_key: str) -> None:
    text = f"{_TOP}\nkey\t{public_key}\n{checkpoint_line(row)}\n"
    path = folder / NAME
    fresh = path.with_name(f"{NAME}.{os.getpid()}.{os.urandom(8).hex()}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(fresh, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
        sync_folder(folder)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise RecordsRefused(f"The witness {path} cannot be written: {error.strerror}.") from error
