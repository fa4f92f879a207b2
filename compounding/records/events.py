"""Who did what, when, where and why: what an entry of the log says, and its exact bytes."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

LOG_STARTED = "log started"
SCHEMA_MIGRATED = "schema migrated"
CLOCK_STEPPED = "clock stepped"
DATABASE_MOVED = "database moved"
CLOCK_ACKNOWLEDGED = "clock step acknowledged"
UNREADABLE = "entry that cannot be read"
"""What stands for the action of an entry whose text is not as the program writes it."""

RESERVED = frozenset({LOG_STARTED, SCHEMA_MIGRATED, CLOCK_STEPPED, DATABASE_MOVED, UNREADABLE})
"""Actions that only the records themselves write."""

# PostgreSQL's index takes no text above 2,704 bytes, and a character has up to 4 of them.
LONGEST = 600

# A line of an export that is above 4 MiB is taken for damage by its verifier.
LARGEST_BODY = 4_000_000


def require_text(what: str, value: object) -> None:
    """Raises TypeError where the value is no text, and ValueError for an empty one or one that is too long."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is a text, not {value!r}")
    if not value.strip():
        raise ValueError(f"{what} is empty")
    _require_short(what, value)


def _require_short(what: str, value: str) -> None:
    if len(value) > LONGEST:
        raise ValueError(f"{what} has {len(value)} characters, and may have {LONGEST}")


def require_json(name: str, value: object) -> None:
    """Raises TypeError where the value is no text, and ValueError where it is no JSON."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is a text, not {type(value).__name__}")
    try:
        json.loads(value)
    except ValueError as error:
        raise ValueError(f"{name} is not JSON: {error}") from None


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (RecursionError, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as they were when they acted; a later change of name or role changes no old event."""

    id: str
    name: str
    role: str

    def __post_init__(self) -> None:
        for what in ("id", "name", "role"):
            require_text(f"a person's {what}", getattr(self, what))


PROGRAM = Person("program", "the program", "program")
"""Who acts where nobody does: a migration at the start of the program."""
UNKNOWN = Person("unknown", "somebody not known here", "unknown")
"""Who gave a user name that nobody has: it may be a password typed in the wrong field, so it is not kept."""


class Change(NamedTuple):
    """A field that has another value now; None where there was or is none."""

    field: str
    old: str | None
    new: str | None


class Judged(NamedTuple):
    """A finding that was shown, and what was answered: empty where nothing was asked."""

    code: str
    severity: str
    answer: str


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody did. Raises TypeError or ValueError where it does not say who, what and when."""

    person: Person
    action: str
    at: datetime
    """With its zone. It comes from the caller's clock."""
    details: Mapping[str, str] = field(default_factory=dict, hash=False)
    reason: str = ""
    workstation: str = ""
    zone: str = ""
    """The site's, as `Europe/London`."""
    subject: str = ""
    """What it is about: a preparation's number, `staff:okafor`, `setting:bsa_step`."""
    changes: tuple[Change, ...] = ()
    reason_code: str = ""
    findings: tuple[Judged, ...] = ()
    drug_file: str = ""
    """The edition and checksum of the drug file that it rests on."""

    def __post_init__(self) -> None:
        if not isinstance(self.person, Person):
            raise TypeError(f"an event needs its person, not {self.person!r}")
        require_text("an event's action", self.action)
        if not isinstance(self.at, datetime):
            raise TypeError(f"an event needs its time, not {self.at!r}")
        if self.at.utcoffset() is None:
            raise ValueError(f"an event's time needs its zone: {self.at}")
        if not all(isinstance(part, str) for item in self.details.items() for part in item):
            raise TypeError("the details of an event are texts by their names")
        for name in ("reason", "workstation", "zone", "subject", "reason_code", "drug_file"):
            if not isinstance(getattr(self, name), str):
                raise TypeError(f"the {name.replace('_', ' ')} of an event is a text")
        for name in ("workstation", "subject"):
            _require_short(f"an event's {name}", getattr(self, name))
        object.__setattr__(self, "details", MappingProxyType(dict(self.details)))
        object.__setattr__(self, "changes", tuple(_change(*change) for change in self.changes))
        object.__setattr__(self, "findings", tuple(_judged(*finding) for finding in self.findings))


def _change(field: str, old: str | None, new: str | None) -> Change:
    if not isinstance(field, str) or not all(value is None or isinstance(value, str) for value in (old, new)):
        raise TypeError("a change is a field with its old and its new text, or None")
    return Change(field, old, new)


def _judged(code: str, severity: str, answer: str) -> Judged:
    if not all(isinstance(part, str) for part in (code, severity, answer)):
        raise TypeError("a finding of an event is its code, its severity and its answer, all texts")
    return Judged(code, severity, answer)


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as it is stored, with the version of the program that stored it."""

    id: int
    """The number of its entry in the log."""
    event: Event
    program: str
    readable: bool = True
    """Whether its text is as the program writes it. Where not, somebody changed it, and the event says nothing."""


def utc_text(at: datetime) -> str:
    """A time as it is stored, always as long, so that texts sort as times: 2026-03-04T05:06:07.000000Z."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def utc_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def written_time(text: object) -> datetime:
    """A time that somebody else may have written into the database. Raises ValueError for what utc_text never wrote,
    and for a time outside this millennium, which the log's verifier takes for none."""
    at = utc_time(text) if isinstance(text, str) else None
    if at is None or at.utcoffset() is None or utc_text(at) != text or at.year // 1000 != 2:
        raise ValueError(f"{text!r} is no time of the log")
    return at


@cache
def program_version() -> str:
    return importlib.metadata.version("compounding")


def person_of(row: Any) -> Person:
    """The person in a row that holds who it was."""
    return Person(row.person_id, row.person_name, row.person_role)


Rows = Mapping[str, list[dict[str, Any]]]
"""Rows by the name of their table, each with all of its columns."""


def content(event: Event, rows: Rows, **more: str) -> dict[str, Any]:
    """What the body of an entry holds; what is empty is left out."""
    said: dict[str, Any] = {
        "action": event.action,
        "at": utc_text(event.at),
        "zone": event.zone,
        "workstation": event.workstation,
        "person": {"id": event.person.id, "name": event.person.name, "role": event.person.role},
        "subject": event.subject,
        "details": dict(event.details),
        "changes": [change._asdict() for change in event.changes],
        "reason": event.reason,
        "reason_code": event.reason_code,
        "findings": [finding._asdict() for finding in event.findings],
        "drug_file": event.drug_file,
        "program": program_version(),
        "rows": dict(rows),
        **more,
    }
    return {name: value for name, value in said.items() if value not in ("", {}, [])}


def canonical(said: Mapping[str, Any]) -> str:
    """The one way to write a body. What is stored is what is hashed, and it is never written anew.

    Raises ValueError for a NUL, which PostgreSQL cannot store, and UnicodeEncodeError for half a
    surrogate pair, which has no bytes.
    """
    body = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    if "\\u0000" in body and any("\0" in part for part in _texts(said)):
        raise ValueError("a text holds the character NUL, which cannot be stored")
    if (size := len(body.encode())) > LARGEST_BODY:
        raise ValueError(f"an entry of {size} bytes is larger than the {LARGEST_BODY} that it may have")
    return body


def _texts(value: object) -> Iterable[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for name, part in value.items():
                yield name
                yield from _texts(part)
        case list() | tuple():
            for part in value:
                yield from _texts(part)


_UNKNOWN = Event(Person("unknown", "unknown", "unknown"), UNREADABLE, datetime(2000, 1, 1, tzinfo=UTC))


def recorded(seq: int, body: str) -> RecordedEvent:
    """The event that an entry tells of. One that was changed is never an error: the entries beside it are read on."""
    try:
        said = json.loads(body)
        if canonical(said) != body:
            raise ValueError("a body has one form")
        return RecordedEvent(seq, _event(said), said["program"])
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        return RecordedEvent(seq, _UNKNOWN, "", readable=False)


def _event(said: Mapping[str, Any]) -> Event:
    return Event(
        person=Person(**said["person"]),
        action=said["action"],
        at=written_time(said["at"]),
        changes=tuple(Change(**change) for change in said.get("changes", ())),
        findings=tuple(Judged(**finding) for finding in said.get("findings", ())),
        details=said.get("details", {}),
        **{name: said.get(name, "") for name in _SAME},
    )


_SAME = ("reason", "workstation", "zone", "subject", "reason_code", "drug_file")
