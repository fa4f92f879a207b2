"""Secrets that somebody gave: judged on what was tried before, and stored before anybody else can try."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, exists, func, select

from compounding.records import tables
from compounding.records.chain import add, require_event
from compounding.records.database import reading, writing
from compounding.records.events import Event, require_text, utc_text, utc_time

CREDENTIALS = ("password", "pin", "totp")
"""Of these a user may have one each."""

FACTOR_GIVEN = "second factor given"
"""What the log calls a code that was right: it is good once, wherever it was given."""

_attempt = tables.attempt


@dataclass(frozen=True, slots=True)
class Attempt:
    """A secret that somebody gave.

    `key` stands for the name that was typed, which may be a password typed in the wrong field: it is a
    digest that only the caller can make. Raises TypeError or ValueError for what cannot be stored.
    """

    key: str
    address: str
    kind: str

    def __post_init__(self) -> None:
        require_text("the key of an attempt", self.key)
        require_text("the address of an attempt", self.address)
        if self.kind not in CREDENTIALS:
            raise ValueError(f"{self.kind!r} is not a kind of secret: {', '.join(CREDENTIALS)}")

    def row(self, good: bool) -> dict[str, Any]:
        """Its row, but for what every row has of its entry."""
        return {"key": self.key, "address": self.address, "kind": self.kind, "good": int(good)}


@dataclass(frozen=True, slots=True)
class Failures:
    """How many attempts failed, and when the newest of them was made."""

    count: int
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried so far, while nobody else can write."""

    _connection: Connection

    def failures(
        self, *, since: datetime, key: str | None = None, address: str | None = None, kind: str | None = None
    ) -> Failures:
        """As records.failures."""
        return _failures(self._connection, since, {"key": key, "address": address, "kind": kind})

    def newest_good(self, *, key: str, kind: str) -> datetime | None:
        """When the newest good attempt of a key and kind was made; None where there was none."""
        wanted = select(func.max(_attempt.c.at_utc)).where(
            _attempt.c.key == key, _attempt.c.kind == kind, _attempt.c.good == 1
        )
        at = self._connection.execute(wanted).scalar_one()
        return None if at is None else utc_time(at)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an attempt comes to."""

    good: bool
    action: str | None = None
    """What its entry is called; None where nothing of it is stored."""
    refused: str = ""
    """Why it is not even answered: a sentence; "" where it is."""

    def __post_init__(self) -> None:
        if not isinstance(self.good, bool):
            raise TypeError(f"good is either True or False, not {self.good!r}")


Judge = Callable[[Tried], Verdict]


def unless_locked(
    locked: Callable[[Tried], str], right: Callable[[Tried], bool], told: Callable[[Tried, bool], str | None]
) -> Judge:
    """The judge that asks for a lock before the secret is looked at: `locked` says why none is taken now, "" where
    one is, and `told` what the log calls a right or a wrong one."""

    def judge(tried: Tried) -> Verdict:
        if sentence := locked(tried):
            return Verdict(False, refused=sentence)
        good = right(tried)
        return Verdict(good, told(tried, good))

    return judge


def record_attempt(engine: Engine, event: Event, attempt: Attempt, judge: Judge) -> Verdict:
    """Judges an attempt, stores it as the verdict says under its action, and gives the verdict.

    `judge` sees what was tried while nobody else can write, so that of a hundred guesses sent at once, to
    whichever process, each is judged on all those before it. Raises NotSaved.
    """
    require_event(event)
    with writing(engine) as connection:
        verdict = judge(Tried(connection))
        if verdict.action is not None:
            add(connection, replace(event, action=verdict.action), {"attempt": [attempt.row(verdict.good)]})
        return verdict


def failures(
    engine: Engine, *, since: datetime, key: str | None = None, address: str | None = None, kind: str | None = None
) -> Failures:
    """The attempts that failed after a time, with that key, from that address and of that kind where given.

    With a key those alone count that come after the newest good attempt of the same key and kind. Raises
    NotRead.
    """
    with reading(engine) as connection:
        return _failures(connection, since, {"key": key, "address": address, "kind": kind})


def _failures(connection: Connection, since: datetime, given: dict[str, str | None]) -> Failures:
    wanted = [_attempt.c.good == 0, _attempt.c.at_utc > utc_text(since)]
    wanted += [_attempt.c[name] == value for name, value in given.items() if value is not None]
    if given["key"] is not None:
        wanted.append(_after_the_last_good_one())
    row = connection.execute(select(func.count(), func.max(_attempt.c.at_utc)).where(*wanted)).one()
    return Failures(row[0], None if row[1] is None else utc_time(row[1]))


def _after_the_last_good_one() -> ColumnElement[bool]:
    good = _attempt.alias("good")
    same = (good.c.key == _attempt.c.key, good.c.kind == _attempt.c.kind)
    later = exists().where(*same, good.c.good == 1, good.c.id > _attempt.c.id)
    return ~later.correlate(_attempt)
