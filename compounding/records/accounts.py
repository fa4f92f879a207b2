"""Staff: who may sign in, as what, and what they sign with.

Rows are added and the newest of a user holds. What is kept of a password, a PIN or a second factor is in the
database alone: the log has the SHA-256 of it, which binds it and gives nothing away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, func, select

from compounding.records import tables
from compounding.records.attempts import CREDENTIALS, Attempt
from compounding.records.chain import about, add, next_id
from compounding.records.database import RecordsRefused, reading, writing
from compounding.records.events import Event, Person, Rows, person_of, require_text

Secrets = Mapping[str, str | None]
"""Stored values by their kind; None removes one."""

NO_SECRETS: Secrets = MappingProxyType({})

_account, _credential, _secret = tables.account, tables.credential, tables.secret


@dataclass(frozen=True, slots=True)
class Account:
    """A user as they are by the newest row, which came with `entry`."""

    user: str
    """The name that they sign in with: in lower case, and never another person's later."""
    name: str
    role: str
    active: bool
    training: bool
    entry: int

    def __post_init__(self) -> None:
        for what in ("user", "name", "role"):
            require_text(f"the {what} of an account", getattr(self, what))
        if self.user != self.user.strip().lower():
            raise ValueError(f"a sign-in name is in lower case without spaces around it, not {self.user!r}")
        for what in ("active", "training"):
            if not isinstance(getattr(self, what), bool):
                raise TypeError(f"{what} is either True or False, not {getattr(self, what)!r}")

    @property
    def person(self) -> Person:
        return Person(self.user, self.name, self.role)


Judge = Callable[[tuple[Account, ...]], str | None]
"""Whether an account may be put, given all that there are: a sentence says why it may not."""


def _no_objection(_: tuple[Account, ...]) -> None:
    return None


def put_account(
    engine: Engine,
    user: str,
    name: str,
    role: str,
    event: Event,
    *,
    active: bool = True,
    training: bool = False,
    secrets: Secrets = NO_SECRETS,
    was: int | None = None,
    judge: Judge = _no_objection,
) -> Account:
    """Opens an account, or changes it: `was` is then the entry of it that the caller has seen.

    Its secrets come with it, in the same entry. `judge` sees every account while nobody else can write, so
    that of two who change each other's the second is judged on what the first did. Raises RecordsRefused with
    the judge's sentence, or where the user is there already, is not there, or was changed meanwhile, NotSaved,
    and TypeError or ValueError for what cannot be stored.
    """
    wanted = Account(user, name, role, active, training, entry=0)
    _require_secrets(secrets)
    told = about(event, _subject(user))
    row = {"user": user, "name": name, "role": role, "active": int(active), "training": int(training)}
    with writing(engine) as connection:
        _refuse_another(newest_account(connection, user), user, was)
        if sentence := judge(_every_account(connection)):
            raise RecordsRefused(sentence)
        rows: Rows = {"account": [row]}
        if secrets:
            rows = {**rows, "credential": _credentials(user, secrets)}
        made = add(connection, told, rows, untold=_unknown(connection, secrets))
        return replace(wanted, entry=made["account"][0]["entry"])


def _subject(user: str) -> str:
    return f"staff:{user}"


def _refuse_another(now: Account | None, user: str, was: int | None) -> None:
    if was is None and now is not None:
        raise RecordsRefused(f"The user {user} is there already: a sign-in name is never given to another person.")
    if was is not None and now is None:
        raise RecordsRefused(f"There is no user {user}.")
    if was is not None and now is not None and now.entry != was:
        raise RecordsRefused(f"The account of {user} was changed meanwhile: look at it again.")


def put_secret(engine: Engine, user: str, kind: str, value: str | None, event: Event) -> None:
    """As put_secrets, of one kind."""
    put_secrets(engine, user, {kind: value}, event)


def put_secrets(
    engine: Engine,
    user: str,
    secrets: Secrets,
    event: Event,
    *,
    was: int | None = None,
    shown_by: Attempt | None = None,
) -> None:
    """Gives a user other secrets, or takes them away, in one entry.

    was       the newest entry of the user's secrets that the caller has seen, where it must be that
    shown_by  what was given to show that a secret is theirs: it counts as a good attempt

    Raises RecordsRefused for a user who is not there or whose secrets were changed meanwhile, NotSaved, and
    TypeError or ValueError for what cannot be stored.
    """
    _require_secrets(secrets)
    told = about(event, _subject(user))
    with writing(engine) as connection:
        if newest_account(connection, user) is None:
            raise RecordsRefused(f"There is no user {user}.")
        if was is not None and was != newest_entry(_newest_credentials(connection, user)):
            raise RecordsRefused(f"What {user} signs in with was changed meanwhile: look at it again.")
        rows: Rows = {"credential": _credentials(user, secrets)}
        if shown_by is not None:
            rows = {**rows, "attempt": [shown_by.row(good=True)]}
        add(connection, told, rows, untold=_unknown(connection, secrets))


def _require_secrets(secrets: Secrets) -> None:
    """No sentence here quotes a value."""
    for kind, value in secrets.items():
        if kind not in CREDENTIALS:
            raise ValueError(f"{kind!r} is not a kind of secret: {', '.join(CREDENTIALS)}")
        if value is not None and not isinstance(value, str):
            raise TypeError(f"a {kind} is stored as a text, not {type(value).__name__}")
        if value is not None and (not value.strip() or "\0" in value):
            raise ValueError(f"the stored value of a {kind} is empty or holds the character NUL")


def digest(value: str) -> str:
    """What the log holds of a stored value: its SHA-256, in hexadecimal."""
    return hashlib.sha256(value.encode()).hexdigest()


def _credentials(user: str, secrets: Secrets) -> list[dict[str, Any]]:
    return [
        {"user": user, "kind": kind, "digest": None if value is None else digest(value)}
        for kind, value in sorted(secrets.items())
    ]


def _unknown(connection: Connection, secrets: Secrets) -> Rows:
    """The rows of those values that are not stored yet; the same value twice is one row."""
    fresh = {digest(value): value for value in secrets.values() if value is not None}
    known = set(connection.execute(select(_secret.c.digest).where(_secret.c.digest.in_(fresh))).scalars())
    added = sorted((digest_, value) for digest_, value in fresh.items() if digest_ not in known)
    first = next_id(connection, "secret")
    return {"secret": [{"id": id_, "digest": d, "value": value} for id_, (d, value) in enumerate(added, first)]}


# ------------------------------------------------------------------ reading

_NEWEST_IDS = select(func.max(_account.c.id)).group_by(_account.c.user)
_ALL = select(_account).where(_account.c.id.in_(_NEWEST_IDS))
_NEWEST = select(_account).where(_account.c.user == bindparam("wanted")).order_by(_account.c.id.desc()).limit(1)
_NEWEST_SECRETS = (
    select(func.max(_credential.c.id)).where(_credential.c.user == bindparam("wanted")).group_by(_credential.c.kind)
)
_SECRETS = (
    select(_credential.c.kind, _secret.c.value)
    .join(_secret, _secret.c.digest == _credential.c.digest)  # a removed one has no digest and is not joined
    .where(_credential.c.id.in_(_NEWEST_SECRETS))
)
_NEWEST_CREDENTIALS = select(_credential).where(_credential.c.id.in_(_NEWEST_SECRETS))


def account_of(row: Row[Any]) -> Account:
    return Account(row.user, row.name, row.role, bool(row.active), bool(row.training), row.entry)


def newest_account(connection: Connection, user: str) -> Account | None:
    row = connection.execute(_NEWEST, {"wanted": user}).one_or_none()
    return None if row is None else account_of(row)


def accounts(engine: Engine) -> tuple[Account, ...]:
    """Every user as they are now, by their sign-in names. Raises NotRead."""
    with reading(engine) as connection:
        return _every_account(connection)


def _every_account(connection: Connection) -> tuple[Account, ...]:
    return tuple(sorted(map(account_of, connection.execute(_ALL)), key=lambda account: account.user))


def account(engine: Engine, user: str) -> Account | None:
    """The user as they are now; None where there is none. Raises NotRead."""
    with reading(engine) as connection:
        return newest_account(connection, user)


def secrets(engine: Engine, user: str) -> Mapping[str, str]:
    """The newest stored value of each kind that the user has. Raises NotRead."""
    with reading(engine) as connection:
        found = connection.execute(_SECRETS, {"wanted": user})
        return MappingProxyType({row.kind: row.value for row in found})


@dataclass(frozen=True, slots=True)
class Credential:
    """The newest of its kind that a user has or had: who chose it or took it away, and with which entry."""

    person: Person
    entry: int
    held: bool
    """Whether there is one; False where it was taken away."""


def newest_credentials(engine: Engine, user: str) -> Mapping[str, Credential]:
    """The newest of each kind that the user has or had. Raises NotRead."""
    with reading(engine) as connection:
        return _newest_credentials(connection, user)


def _newest_credentials(connection: Connection, user: str) -> Mapping[str, Credential]:
    rows = connection.execute(_NEWEST_CREDENTIALS, {"wanted": user})
    return MappingProxyType({row.kind: Credential(person_of(row), row.entry, row.digest is not None) for row in rows})


def newest_entry(found: Mapping[str, Credential]) -> int:
    """The entry that last changed what a user signs in with; 0 where there was none."""
    return max((one.entry for one in found.values()), default=0)


def chosen_by(engine: Engine, user: str) -> Mapping[str, Person]:
    """Who chose the secret of each kind that the user has. Raises NotRead."""
    found = newest_credentials(engine, user)
    return MappingProxyType({kind: one.person for kind, one in found.items() if one.held})
