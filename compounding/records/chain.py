"""The log: entries that each hold the hash of the one before, and signed checkpoints over them.

An append belongs to the transaction of what it tells of, and to nobody else's: `writing` lets in one
writer at a time. The format is compounding.evidence's, which verifies it without this program.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, insert, select

from compounding.evidence import GENESIS, SKEW, checkpoint_message, entry_hash, head_code
from compounding.records import schema, signing, tables
from compounding.records.database import NotRead, RecordsRefused
from compounding.records.events import (
    CLOCK_STEPPED,
    DATABASE_MOVED,
    LOG_STARTED,
    RESERVED,
    Change,
    Event,
    Rows,
    canonical,
    content,
    utc_text,
    utc_time,
    written_time,
)

CHECKPOINT_ENTRIES = 100
CHECKPOINT_TIME = timedelta(hours=1)

RELEASED = "released"
"""The state whose entry is signed at once: the bag leaves."""

MakeRows = Callable[[int], Rows]

_log, _checkpoint = tables.log, tables.checkpoint

# Statements of every write are put together once: that takes longer than running them.
INSERTS = {name: insert(table) for name, table in tables.metadata.tables.items()}
_LAST_IDS = {table.name: select(func.coalesce(func.max(table.c.id), 0)) for table in (tables.secret, *tables.REPLAYED)}
_LAST_SIGNED = select(_checkpoint.c.at_utc).order_by(_checkpoint.c.size.desc()).limit(1)
# The sums keep a database from going through the entries by their numbers: by action and by time it finds one at once.
_STEPPED = select(func.coalesce(func.max(_log.c.seq + 0), 0)).where(_log.c.action == CLOCK_STEPPED)
# The latest time since a clock was last set back, and not the newest entry's: small steps back would add up. What
# somebody changed into a word is passed over: it would stand above every time.
_LATEST = (
    select(_log.c.at)
    .where(_log.c.seq + 0 >= _STEPPED.scalar_subquery(), _log.c.at >= "2", _log.c.at < "3")
    .order_by(_log.c.at.desc())
    .limit(1)
)
_NEWEST = (
    select(
        *(_log.c.seq, _log.c.hash, _log.c.action),
        _LATEST.scalar_subquery().label("latest"),
        _LAST_SIGNED.scalar_subquery().label("signed_at"),
    )
    .order_by(_log.c.seq.desc())
    .limit(1)
)
_HEAD = select(_log.c.seq, _log.c.hash).order_by(_log.c.seq.desc()).limit(1)
_BODY = select(_log.c.body).where(_log.c.seq == bindparam("number"))


@dataclass(frozen=True, slots=True)
class Head:
    """An entry by its number, and the hash over it and all before it."""

    seq: int
    hash: str

    @property
    def code(self) -> str:
        """As papers print it: 4209 V6RB 2MPC X4TA ZQ7L."""
        return head_code(self.seq, self.hash)


@dataclass(frozen=True, slots=True)
class Last:
    """What an append needs to know of the newest entry."""

    head: Head
    at: datetime
    """The latest time since a clock was last set back."""
    moved_to: str | None
    signed_at: str | None
    """When the newest checkpoint was made."""


_STARTED = ("log", "schema", "public_key")
"""What the first entry says of its log."""


def _nothing(_seq: int) -> Rows:
    return {}


NONE: Rows = MappingProxyType({})


def append(
    connection: Connection, event: Event, rows: MakeRows = _nothing, *, sign: bool = False, untold: Rows = NONE
) -> Head:
    """Stores an event and the rows that come with it in the caller's transaction, and gives its entry.

    `rows` makes them, given the number of the entry; `untold` are rows that the entry may not hold. A
    checkpoint is signed where one is due or asked for. Raises TypeError for no event, ValueError for an
    action that the records keep for themselves, and RecordsRefused where the log does not go on here.
    """
    if isinstance(event, Event) and event.action in RESERVED:
        raise ValueError(f"the action {event.action!r} is the records' own")
    return append_own(connection, event, rows, sign=sign, untold=untold)


def append_own(
    connection: Connection, event: Event, rows: MakeRows = _nothing, *, sign: bool = False, untold: Rows = NONE
) -> Head:
    """As append, for the records' own actions as well."""
    require_event(event)
    before = _before(connection, event)
    made = rows(before.head.seq + 1)
    last = _write(connection, before, content(event, made), sign=sign or releases(made))
    for table, added in (*untold.items(), *made.items()):
        for row in added:
            connection.execute(INSERTS[table], row)
    return last.head


def add(connection: Connection, event: Event, new: Rows, *, untold: Rows = NONE) -> Rows:
    """Stores an event with new rows, and gives these with their ids and the columns of their entry."""
    require_event(event)
    first = {name: next_id(connection, name) for name in new}
    made: dict[str, list[dict[str, Any]]] = {}

    def rows(seq: int) -> Rows:
        came = of_entry(seq, event)
        for name, added in new.items():
            table = tables.metadata.tables[name]
            made[name] = [all_columns(table, {**row, **came, "id": id_}) for id_, row in enumerate(added, first[name])]
        return made

    append(connection, event, rows, untold=untold)
    return made


def append_all(connection: Connection, told: Iterable[Event], subject: str, drug_file: str) -> None:
    """Stores entries without rows, in their order, about a subject."""
    for event in told:
        append(connection, about(event, subject, drug_file))


def next_id(connection: Connection, table: str) -> int:
    """One above the last: as no row is ever deleted, no number comes again."""
    return int(connection.execute(_LAST_IDS[table]).scalar_one()) + 1


def require_event(event: object) -> None:
    if not isinstance(event, Event):
        raise TypeError(f"nothing is written without its event, and {type(event).__name__} is none")


def _before(connection: Connection, event: Event) -> Last:
    """The entry that the event's comes after: the newest, or one that starts the log or notes a clock step."""
    last = _last(connection)
    if last is None:
        return _start(connection, event)
    if last.moved_to not in (None, connection.dialect.name):
        raise RecordsRefused("This site was moved to another database: nothing more is written here.")
    if event.at < last.at - SKEW:
        change = Change("clock", utc_text(last.at), utc_text(event.at))
        step = replace(_circumstances(event), action=CLOCK_STEPPED, changes=(change,))
        return _write(connection, last, content(step, {}), sign=True)
    return last


def _circumstances(event: Event) -> Event:
    """Who, when and where, without what."""
    return Event(event.person, event.action, event.at, workstation=event.workstation, zone=event.zone)


def releases(rows: Rows) -> bool:
    return any(row["state"] == RELEASED for row in rows.get("status", ()))


def _start(connection: Connection, event: Event) -> Last:
    options = connection.get_execution_options()
    started = content(
        replace(_circumstances(event), action=LOG_STARTED),
        {},
        log=secrets.token_hex(16),
        schema=schema.fingerprint(),
        public_key=signing.public(signing.made(options["home"])),
    )
    nothing = Last(Head(0, GENESIS), event.at, moved_to=None, signed_at=None)
    return _write(connection, nothing, started | {"site": options["site"]}, sign=True)


def _last(connection: Connection) -> Last | None:
    row = connection.execute(_NEWEST).one_or_none()
    if row is None:
        return None
    moved = _moved_to(connection, row.seq) if row.action == DATABASE_MOVED else None
    try:
        latest = written_time(row.latest)
        if row.signed_at is not None:
            written_time(row.signed_at)
    except ValueError:
        raise RecordsRefused(
            "The log, or its newest checkpoint, has no time that can be read: it was changed. Nothing more is written"
            " here."
        ) from None
    return Last(Head(row.seq, row.hash), latest, moved, row.signed_at)


def _moved_to(connection: Connection, seq: int) -> str | None:
    body = connection.execute(_BODY, {"number": seq}).scalar_one()
    return str(json.loads(body)["changes"][0]["new"])


def head(connection: Connection) -> Head | None:
    row = connection.execute(_HEAD).one_or_none()
    return None if row is None else Head(row.seq, row.hash)


def first_body(connection: Connection) -> dict[str, Any] | None:
    """What the log started with: its id, the site, the schema and the public key. Raises NotRead."""
    body = connection.execute(_BODY, {"number": 1}).scalar_one_or_none()
    if body is None:
        return None
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, dict) or not all(isinstance(said.get(name), str) for name in _STARTED):
        raise NotRead("Not read: the first entry of the log was changed, and does not say with which key it started.")
    return said


def newest_of(connection: Connection, action: str) -> dict[str, Any] | None:
    """The body of the newest entry with an action."""
    wanted = select(_log.c.body).where(_log.c.action == action).order_by(_log.c.seq.desc()).limit(1)
    body = connection.execute(wanted).scalar_one_or_none()
    return None if body is None else json.loads(body)


def _write(connection: Connection, last: Last, said: dict[str, Any], *, sign: bool) -> Last:
    body, seq, at = canonical(said), last.head.seq + 1, said["at"]
    head = Head(seq, entry_hash(seq, last.head.hash, body))
    row = {"seq": seq, "body": body, "hash": head.hash, "prev": last.head.hash}
    connection.execute(INSERTS["log"], row)
    signs = sign or due(seq, at, last.signed_at)
    if signs:
        _sign(connection, head, at)
    return Last(head, utc_time(at), moved_to=None, signed_at=at if signs else last.signed_at)


def due(seq: int, at: str, before: str | None) -> bool:
    """Whether an entry has a checkpoint by its number or its time; `before` is when the last one was made."""
    if before is None or seq % CHECKPOINT_ENTRIES == 0:
        return True
    return utc_time(at) - utc_time(before) >= CHECKPOINT_TIME


def _sign(connection: Connection, head: Head, at: str) -> None:
    first = first_body(connection)
    if first is None:
        raise AssertionError("a checkpoint covers at least one entry")
    key = own_key(connection, first)
    origin, signed = first["log"], schema.fingerprint()
    message = checkpoint_message(origin, head.seq, head.hash, signed, at)
    row = {"origin": origin, "size": head.seq, "root": head.hash, "schema": signed, "at_utc": at}
    connection.execute(INSERTS["checkpoint"], row | {"signature": key.sign(message).hex()})


def own_key(connection: Connection, first: dict[str, Any]) -> Any:
    """The signing key, if it is the one that the log started with. Raises RecordsRefused."""
    key = signing.key(connection.get_execution_options()["home"])
    if signing.public(key) != first["public_key"]:
        raise RecordsRefused(
            f"The signing key in {connection.get_execution_options()['home']} is not the one that this log"
            " started with. Put that one back."
        )
    return key


def all_columns(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """A row as the log and the table hold it: every column, in no other way than it is stored."""
    missing = {column.name for column in table.columns} ^ row.keys()
    if missing:
        raise AssertionError(f"a row of {table.name} names all of its columns and no other: {sorted(missing)}")
    return row


def of_entry(seq: int, event: Event) -> dict[str, Any]:
    """The columns of a row that say what entry it came with."""
    person = event.person
    return {
        "entry": seq,
        "at_utc": utc_text(event.at),
        "person_id": person.id,
        "person_name": person.name,
        "person_role": person.role,
    }


def about(event: Event, subject: str, drug_file: str = "") -> Event:
    """The event with its subject. Raises ValueError where it is about something else."""
    require_event(event)
    if event.subject not in ("", subject):
        raise ValueError(f"the event is about {event.subject}, and what is written about {subject}")
    return replace(event, subject=subject, drug_file=event.drug_file or drug_file)
