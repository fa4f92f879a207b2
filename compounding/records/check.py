"""Whether the database is what its log says: the chain, the signatures, the columns, the rows, the guards.

compounding.evidence verifies an export and needs nothing else. What needs the database is here: the log
read again must give the tables, the columns that are searched must be made from the body, and the schema
must be ours. Neither sees a tail that was cut off or written anew behind the last checkpoint: a witness
and the heads printed on paper do, and an entry newer than any of those can be forged unseen.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Engine, Row, exists, select, text
from sqlalchemy.exc import DBAPIError

from compounding.evidence import GENESIS, SKEW, checkpoint_message, entry_hash, head_code, read_head
from compounding.records import chain, schema, signing, tables, witness
from compounding.records.accounts import digest
from compounding.records.database import RecordsRefused, reading
from compounding.records.events import CLOCK_STEPPED, LOG_STARTED, SCHEMA_MIGRATED, utc_text, written_time
from compounding.records.export import stored_entries, stream
from compounding.records.fault import Fault
from compounding.records.migrating import excess_rights
from compounding.records.replay import Ordered, of_the_rows

# A database that was forged throughout would name every row. The first few say where to look.
MOST = 100


def check(engine: Engine, witness_folder: Path | None = None, heads: Sequence[str] = ()) -> tuple[Fault, ...]:
    """Everything that does not fit, the first hundred of each kind; empty where the database is whole. One moment of
    it.

    `heads` are codes typed from paper. Raises NotRead, NoWitness where the folder holds none, and ValueError for
    what is no such code.
    """
    with reading(engine) as connection:
        return faults(connection, witness_folder, heads)


def faults(connection: Connection, witness_folder: Path | None = None, heads: Sequence[str] = ()) -> tuple[Fault, ...]:
    """As check, for what the caller's transaction sees."""
    named: Counter[str] = Counter()
    found: list[Fault] = []
    for fault in _faults(connection, witness_folder, heads):
        named[fault.part] += 1
        if named[fault.part] <= MOST:  # so that triggers that are gone never hide a row that was changed
            found.append(fault)
    return tuple(found)


def _faults(connection: Connection, folder: Path | None, heads: Sequence[str]) -> Iterator[Fault]:
    yield from _of_the_schema(connection)
    yield from _of_the_file(connection)
    try:
        lying = None if folder is None else witness.found(folder)
    except RecordsRefused as refused:
        yield Fault("witness", str(folder), str(refused))
        lying = None
    seen = Seen(_typed(heads), lying)
    try:
        yield from _of_the_log(connection, seen)
        yield from _of_the_secrets(connection)
    except (DBAPIError, KeyError, TypeError, ValueError, AttributeError) as error:
        # The tables are not ours, or not in a state in which they can be read to the end.
        yield Fault("schema", "log", f"cannot be read to the end ({type(error).__name__})")
        return
    yield from _of_what_is_kept_elsewhere(seen, lying)


# ------------------------------------------------------------------ the schema and the file


def _of_the_schema(connection: Connection) -> Iterator[Fault]:
    for line in schema.differences(connection):
        yield Fault("schema", "schema", line)
    for name in schema.lost_guards(connection):
        yield Fault("guard", name, "the trigger is missing or was changed")
    for name in schema.foreign_triggers(connection):
        yield Fault("guard", name, "the trigger is not ours")
    for table in excess_rights(connection):
        yield Fault("rights", table, "the program's role may change it")


def _of_the_file(connection: Connection) -> Iterator[Fault]:
    if connection.dialect.name == "sqlite":
        for line in connection.execute(text("PRAGMA integrity_check")).scalars():
            if line != "ok":
                yield Fault("file", "file", str(line))


# ------------------------------------------------------------------ the log


@dataclass
class Seen:
    """What has been read so far of a log."""

    heads: Mapping[int, tuple[str, ...]]
    lying: witness.Witness | None
    hash: str = GENESIS
    size: int = 0
    at: datetime | None = None
    latest: datetime | None = None
    """Since a clock was last set back."""
    signed_at: str | None = None
    schema: str | None = None
    """The schema in force: what the log started with, or what the last migration made of it."""
    first: dict[str, Any] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)
    """The codes from paper whose entries were reached."""


def _of_the_log(connection: Connection, seen: Seen) -> Iterator[Fault]:
    checkpoints = Ordered(stream(connection, select(tables.checkpoint).order_by(tables.checkpoint.c.size)), "size")
    business = {
        table.name: Ordered(stream(connection, select(table).order_by(table.c.entry, table.c.id)), "entry")
        for table in tables.REPLAYED
    }
    for entry in stored_entries(connection):
        said, broken = _read(entry, seen)
        yield from broken
        yield from _of_the_columns(entry, said)
        yield from _of_the_time(entry, said, seen)
        yield from _of_the_checkpoints(entry, said, checkpoints, seen)
        yield from of_the_rows(entry.seq, said.get("rows", {}), business)
        yield from _of_paper(entry, seen)
    if not seen.size:
        yield Fault("chain", "log", "has no entry: nothing was ever written here, or all of it was taken away")
    if seen.size and (fault := _of_the_key(connection, seen)):
        yield fault
    if seen.size and seen.schema != schema.fingerprint():
        yield Fault("schema", "log", "does not tell of a migration to the schema of this program")
    for row in checkpoints.rest():
        yield Fault("checkpoint", f"checkpoint {row.size}", f"the log has {seen.size} entries only")
    for name, rows in business.items():
        for row in rows.rest():
            yield Fault("replay", f"{name} {row.id}", f"its entry {row.entry} is not in the log")


def _read(entry: Row[Any], seen: Seen) -> tuple[dict[str, Any], list[Fault]]:
    """The body, and whether the entry is the next of the chain."""
    place = f"entry {entry.seq}"
    found: list[Fault] = []
    if entry.seq != seen.size + 1:
        found.append(Fault("chain", place, f"comes after entry {seen.size}"))
    if entry.prev != seen.hash:
        found.append(Fault("chain", place, "does not hold the hash of the entry before it"))
    seen.hash, seen.size = entry.hash, entry.seq
    try:
        body = bytes(entry.body).decode()
    except UnicodeDecodeError:
        return {}, [*found, Fault("chain", place, "its body is no text")]
    if not _gives_its_hash(entry, body):
        found.append(Fault("chain", place, "its bytes were changed: they do not give its hash"))
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return {}, [*found, Fault("chain", place, "its body is no JSON object")]
    if entry.seq == 1:
        seen.first, seen.schema = said, said.get("schema")
        if said.get("action") != LOG_STARTED:
            found.append(Fault("chain", place, "does not start a log"))
    if said.get("action") == SCHEMA_MIGRATED:
        seen.schema = _new_schema(said)
    return said, found


def _new_schema(said: dict[str, Any]) -> str | None:
    match said.get("changes"):
        case [{"field": "schema", "new": str(new)}]:
            return new
    return None


def _gives_its_hash(entry: Row[Any], body: str) -> bool:
    try:
        return entry_hash(entry.seq, entry.prev, body) == str(entry.hash)
    except ValueError:  # the hash before it is none
        return False


def _of_the_columns(entry: Row[Any], said: dict[str, Any]) -> Iterator[Fault]:
    for name, path in tables.FROM_BODY.items():
        value: Any = said
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        if getattr(entry, name) != value:
            yield Fault("column", f"entry {entry.seq}", f"its column {name} differs from its body")


def _of_the_time(entry: Row[Any], said: dict[str, Any], seen: Seen) -> Iterator[Fault]:
    at = _when(said)
    if at is None:
        yield Fault("time", f"entry {entry.seq}", "has no time")
        return
    # As the appending does: small steps back do not add up.
    back, stepped = bool(seen.latest and at < seen.latest - SKEW), said.get("action") == CLOCK_STEPPED
    if seen.latest and back and not stepped:
        before = utc_text(seen.latest)
        yield Fault("time", f"entry {entry.seq}", f"is dated {said['at']}, and an entry before it {before}")
    seen.at, seen.latest = at, at if back or stepped or seen.latest is None else max(at, seen.latest)


def _when(said: dict[str, Any]) -> datetime | None:
    try:
        return written_time(said.get("at"))
    except ValueError:
        return None


def _of_the_checkpoints(entry: Row[Any], said: dict[str, Any], checkpoints: Ordered, seen: Seen) -> Iterator[Fault]:
    found = checkpoints.of(entry.seq)
    for row in found.strays:
        yield Fault("checkpoint", f"checkpoint {row.size}", "covers no entry")
    for row in found.here:
        yield from _of_a_checkpoint(row, entry, seen)
    at = None if seen.at is None else utc_text(seen.at)
    owed = said.get("action") == CLOCK_STEPPED or chain.releases(said.get("rows", {}))
    if owed or (at is not None and chain.due(entry.seq, at, seen.signed_at)):
        if not found.here:
            yield Fault("checkpoint", f"entry {entry.seq}", "has no checkpoint, and one was due")
        seen.signed_at = at
    elif found.here:
        seen.signed_at = at


def _of_a_checkpoint(row: Row[Any], entry: Row[Any], seen: Seen) -> Iterator[Fault]:
    place = f"checkpoint {row.size}"
    if row.root != entry.hash:
        yield Fault("checkpoint", place, "was signed over another history")
    if row.schema != seen.schema:
        yield Fault("checkpoint", place, "was signed under another schema than the one in force")
    if row.origin != seen.first.get("log"):
        yield Fault("checkpoint", place, "belongs to another log")
    message = checkpoint_message(row.origin, row.size, row.root, row.schema, row.at_utc)
    if not signed(str(seen.first.get("public_key")), row.signature, message):
        yield Fault("checkpoint", place, "its signature is not the site's")


def signed(public_key: str, signature: str, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _of_the_key(connection: Connection, seen: Seen) -> Fault | None:
    home = connection.get_execution_options().get("home")
    if home is None:
        return None
    try:
        own = signing.public(signing.key(home))
    except RecordsRefused as refused:
        return Fault("key", signing.NAME, str(refused))
    if own != seen.first.get("public_key"):
        return Fault("key", "entry 1", "the log started with another key than the site's")
    return None


# ------------------------------------------------------------------ the secrets


def _of_the_secrets(connection: Connection) -> Iterator[Fault]:
    """No entry holds a secret: the digest in its credential does, and replay has proved that one."""
    secret, of = tables.secret.c, tables.credential.c
    named = exists().where(of.digest == secret.digest).label("named")
    for row in stream(connection, select(tables.secret, named).order_by(secret.id)):
        if row.digest != digest(str(row.value)):
            yield Fault("secret", f"secret {row.id}", "its value does not give its digest")
        if not row.named:
            yield Fault("secret", f"secret {row.id}", "no credential names it")
    there = exists().where(secret.digest == of.digest)
    for id_ in connection.execute(select(of.id).where(of.digest.is_not(None), ~there).order_by(of.id)).scalars():
        yield Fault("secret", f"credential {id_}", "its secret is not there")


# ------------------------------------------------------------------ what is kept elsewhere


def _typed(heads: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """Codes from paper, by the number of their entry, as papers print them."""
    found: dict[int, tuple[str, ...]] = {}
    for typed in map(read_head, heads):
        found[typed.entry] = (*found.get(typed.entry, ()), str(typed))
    return found


def _of_paper(entry: Row[Any], seen: Seen) -> Iterator[Fault]:
    for typed in seen.heads.get(entry.seq, ()):
        seen.met.add(typed)
        if typed != head_code(entry.seq, entry.hash):
            yield Fault("head", f"entry {entry.seq}", f"is not the one that was printed as {typed}")
    lying = seen.lying
    if lying is not None and lying.size == entry.seq and lying.root != entry.hash:
        yield Fault("witness", f"entry {entry.seq}", "is not the one that the witness saw")


def _of_what_is_kept_elsewhere(seen: Seen, lying: witness.Witness | None) -> Iterator[Fault]:
    for codes in seen.heads.values():
        for typed in codes:
            if typed not in seen.met:
                yield Fault("head", "log", f"has {seen.size} entries, and {typed} was printed: a part was cut off")
    if lying is None:
        return
    if lying.size > seen.size:
        yield Fault(
            "rollback",
            "log",
            f"has {seen.size} entries, and the witness of {lying.at} has seen {lying.size}: an older state was put"
            " back, or a part was cut off",
        )
    if seen.size and lying.origin != seen.first.get("log"):
        yield Fault("witness", "log", "is not the one that the witness has seen")
    if seen.size and lying.public_key != seen.first.get("public_key"):
        yield Fault("witness", "log", "has another key than the one that the witness has seen")
