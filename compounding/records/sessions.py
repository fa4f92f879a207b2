"""Signing in and out, and what was tried: a session is a sign-in that nothing has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, Select, bindparam, exists, func, select

from compounding.records import tables
from compounding.records.accounts import CREDENTIALS, Account, account_of, newest_account
from compounding.records.chain import about, add
from compounding.records.database import RecordsRefused, reading, writing
from compounding.records.events import Event, require_text, utc_text, utc_time

# A new PIN signs from now on. It does not let in, so it does not put out.
_LET_IN = ("password", "totp")

_attempt, _sign_in, _sign_out = tables.attempt, tables.sign_in, tables.sign_out


@dataclass(frozen=True, slots=True)
class Failures:
    """How many attempts failed, and when the newest of them was made."""

    count: int
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in, and the user as they are now. Once ended it never goes on."""

    id: int
    at: datetime
    account: Account
    ended: bool


def record_attempt(engine: Engine, event: Event, *, key: str, address: str, kind: str, good: bool) -> None:
    """Stores that somebody gave a secret, and whether it was right.

    `key` stands for the name that was typed, which may be a password typed in the wrong field: it is a
    digest that only the caller can make. Raises NotSaved, and TypeError or ValueError for what cannot be.
    """
    row = _attempted(key, address, kind, good)
    with writing(engine) as connection:
        add(connection, event, {"attempt": [row]})


def _attempted(key: str, address: str, kind: str, good: bool) -> dict[str, Any]:
    require_text("the key of an attempt", key)
    require_text("the address of an attempt", address)
    if kind not in CREDENTIALS:
        raise ValueError(f"{kind!r} is not a kind of secret: {', '.join(CREDENTIALS)}")
    if not isinstance(good, bool):
        raise TypeError(f"good is either True or False, not {good!r}")
    return {"key": key, "address": address, "kind": kind, "good": int(good)}


def failures(
    engine: Engine, *, since: datetime, key: str | None = None, address: str | None = None, kind: str | None = None
) -> Failures:
    """The attempts that failed after a time, with that key, from that address and of that kind where given.

    With a key those alone count that come after the newest good attempt of the same key and kind. Raises
    NotRead.
    """
    wanted = [_attempt.c.good == 0, _attempt.c.at_utc > utc_text(since)]
    given = {"key": key, "address": address, "kind": kind}
    wanted += [_attempt.c[name] == value for name, value in given.items() if value is not None]
    if key is not None:
        wanted.append(_after_the_last_good_one())
    with reading(engine) as connection:
        row = connection.execute(select(func.count(), func.max(_attempt.c.at_utc)).where(*wanted)).one()
    return Failures(row[0], None if row[1] is None else utc_time(row[1]))


def _after_the_last_good_one() -> ColumnElement[bool]:
    good = _attempt.alias("good")
    same = (good.c.key == _attempt.c.key, good.c.kind == _attempt.c.kind)
    later = exists().where(*same, good.c.good == 1, good.c.id > _attempt.c.id)
    return ~later.correlate(_attempt)


def newest_good(engine: Engine, *, key: str, kind: str) -> datetime | None:
    """When the newest good attempt of a key and kind was made; None where there was none. Raises NotRead."""
    wanted = select(func.max(_attempt.c.at_utc)).where(
        _attempt.c.key == key, _attempt.c.kind == kind, _attempt.c.good == 1
    )
    with reading(engine) as connection:
        at = connection.execute(wanted).scalar_one()
    return None if at is None else utc_time(at)


def sign_in(engine: Engine, user: str, event: Event, *, key: str, address: str) -> int:
    """Stores that a user signed in, with the good attempt that it was, and gives the session's id.

    The caller has checked the secrets. Raises RecordsRefused where there is no such user, or not an active
    one, and NotSaved.
    """
    attempted = _attempted(key, address, "password", good=True)
    told = about(event, f"staff:{user}")
    with writing(engine) as connection:
        account = newest_account(connection, user)
        if account is None or not account.active:
            raise RecordsRefused(f"The user {user} has no account that is active.")
        made = add(connection, told, {"attempt": [attempted], "sign_in": [{"user": user}]})
        return int(made["sign_in"][0]["id"])


def sign_out(engine: Engine, session_id: int, why: str, event: Event) -> None:
    """Ends a session; one that was signed out is left as it is. Raises RecordsRefused where there is none,
    NotSaved, and ValueError where it does not say why."""
    require_text("why a session ended", why)
    with writing(engine) as connection:
        row = connection.execute(_SESSION, {"wanted": session_id}).one_or_none()
        if row is None:
            raise RecordsRefused(f"There is no session {session_id}.")
        told = about(event, f"staff:{row.user}")
        if not row.signed_out:
            add(connection, told, {"sign_out": [{"sign_in_id": session_id, "why": why}]})


def _sessions() -> Select[Any]:
    """A sign-in with the newest row of its account, and what has come since."""
    account, rows, of = tables.account, tables.account.alias("rows"), tables.credential.c
    newest = select(func.max(rows.c.id)).where(rows.c.user == _sign_in.c.user).scalar_subquery()
    changed = select(func.max(of.entry)).where(of.user == _sign_in.c.user, of.kind.in_(_LET_IN))
    columns = (
        account,
        _sign_in.c.id.label("session"),
        _sign_in.c.at_utc.label("signed_in_at"),
        _sign_in.c.entry.label("signed_in"),
        exists().where(_sign_out.c.sign_in_id == _sign_in.c.id).label("signed_out"),
        changed.scalar_subquery().label("changed"),
    )
    return select(*columns).select_from(_sign_in.join(account, account.c.id == newest))


_SESSION = _sessions().where(_sign_in.c.id == bindparam("wanted"))


def session(engine: Engine, id: int) -> Session | None:
    """The session; None where there is none. Raises NotRead.

    It has ended with its sign-out, where the account is not active, and where the account, its password or
    its second factor was changed after the sign-in.
    """
    with reading(engine) as connection:
        row = connection.execute(_SESSION, {"wanted": id}).one_or_none()
    return None if row is None else _session(row)


def _session(row: Row[Any]) -> Session:
    account = account_of(row)
    since = max(account.entry, row.changed or 0)
    ended = bool(row.signed_out) or not account.active or since > row.signed_in
    return Session(row.session, utc_time(row.signed_in_at), account, ended)
