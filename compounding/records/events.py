"""Who did what and when. An event is stored in the transaction of what it tells of, or not at all."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, union

from compounding.records import tables
from compounding.records.database import reading


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as they were when they acted; a later change of name or role changes no old event."""

    id: str
    name: str
    role: str

    def __post_init__(self) -> None:
        for what in ("id", "name", "role"):
            _require_text(f"a person's {what}", getattr(self, what))


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody did. Raises TypeError or ValueError where it does not say who, what and when."""

    person: Person
    action: str
    at: datetime
    """With its zone. It comes from the caller's clock."""
    details: Mapping[str, str] = field(default_factory=dict, hash=False)
    reason: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.person, Person):
            raise TypeError(f"an event needs its person, not {self.person!r}")
        _require_text("an event's action", self.action)
        if not isinstance(self.at, datetime):
            raise TypeError(f"an event needs its time, not {self.at!r}")
        if self.at.utcoffset() is None:
            raise ValueError(f"an event's time needs its zone: {self.at}")
        if not all(isinstance(part, str) for item in self.details.items() for part in item):
            raise TypeError("the details of an event are texts by their names")
        if not isinstance(self.reason, str):
            raise TypeError("the reason of an event is a text")
        object.__setattr__(self, "details", MappingProxyType(dict(self.details)))


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as it is stored, with the version of the program that stored it."""

    id: int
    event: Event
    program: str


def _require_text(what: str, value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{what} is a text, not {value!r}")
    if not value.strip():
        raise ValueError(f"{what} is empty")


def utc_text(at: datetime) -> str:
    """A time as it is stored, always as long, so that texts sort as times: 2026-03-04T05:06:07.000000Z."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def utc_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


@cache
def program_version() -> str:
    return importlib.metadata.version("compounding")


def write_event(connection: Connection, event: Event) -> int:
    """Stores an event in the caller's transaction and gives its id. Raises TypeError for no event."""
    if not isinstance(event, Event):
        raise TypeError(f"nothing is written without its event, and {type(event).__name__} is none")
    details = json.dumps(dict(event.details), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    added = insert(tables.event).values(
        at_utc=utc_text(event.at),
        person_id=event.person.id,
        person_name=event.person.name,
        person_role=event.person.role,
        action=event.action,
        reason=event.reason,
        details=details,
        program=program_version(),
    )
    return int(connection.execute(added.returning(tables.event.c.id)).scalar_one())


def person_of(row: Any) -> Person:
    """The person in a row that holds the columns of an event."""
    return Person(row.person_id, row.person_name, row.person_role)


def events(engine: Engine, number: str) -> tuple[RecordedEvent, ...]:
    """The history of one preparation, the oldest first; empty where there is none. Raises NotRead."""
    wanted = select(tables.preparation.c.id).where(tables.preparation.c.number == number).scalar_subquery()
    of_it = union(
        select(tables.preparation.c.event_id).where(tables.preparation.c.id == wanted),
        select(tables.status.c.event_id).where(tables.status.c.preparation_id == wanted),
        select(tables.print_.c.event_id).where(tables.print_.c.preparation_id == wanted),
    )
    history = select(tables.event).where(tables.event.c.id.in_(of_it)).order_by(tables.event.c.id)
    with reading(engine) as connection:
        return tuple(_recorded(row) for row in connection.execute(history))


def _recorded(row: Any) -> RecordedEvent:
    at = utc_time(row.at_utc)
    event = Event(person_of(row), row.action, at, json.loads(row.details), row.reason)
    return RecordedEvent(row.id, event, row.program)
