"""Signing in and out: a session is a sign-in that nothing has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, Select, bindparam, exists, func, select

from compounding.records import tables
from compounding.records.accounts import Account, account_of, newest_account
from compounding.records.attempts import Attempt
from compounding.records.chain import about, add
from compounding.records.database import RecordsRefused, reading, writing
from compounding.records.events import Event, require_text, utc_time

# A new PIN signs from now on. It does not let in, so it does not put out.
_LET_IN = ("password", "totp")

_sign_in, _sign_out = tables.sign_in, tables.sign_out


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in, and the user as they are now. Once ended it never goes on."""

    id: int
    at: datetime
    account: Account
    ended: bool


def sign_in(engine: Engine, user: str, event: Event, *, key: str, address: str) -> int:
    """Stores that a user signed in, with the good attempt that it was, and gives the session's id.

    The caller has checked the secrets. Raises RecordsRefused where there is no such user, or not an active
    one, and NotSaved.
    """
    attempted = Attempt(key, address, "password").row(good=True)
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
