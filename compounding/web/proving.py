"""Whether somebody is who they say: a secret checked now, throttled, and each failure in the log."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from flask import request

from compounding import credentials, records
from compounding.credentials import ADDRESS, LOCKS, PASSWORD, PIN, TOTP, Lock, is_pin, keyed, matches
from compounding.records import Account, Event, Person
from compounding.web.desk import Desk
from compounding.wording.numbers import clock

SIGN_IN_FAILED, SECRET_WRONG = "sign-in failed", "wrong secret"
UNKNOWN = Person("unknown", "somebody not known here", "unknown")

WRONG_USER = "The user name, the password or the code is not right."
WRONG_SECRET = "This is not your PIN or password. Nothing is signed."
NO_PIN = "You have no signing PIN yet: give your password, or set a PIN on your account's page."

# One at a time: or a hundred guesses sent at once would all be made before the first failure counts.
_ONE = threading.Lock()


class NotProved(Exception):
    """Why a secret is not taken: one sentence."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says they are, and what they give for it."""

    user: str
    secret: str
    action: str
    """As the log names a failure."""
    wrong: str
    """What a failure is answered with: the same whatever part of it was wrong."""
    workstation: str = ""
    code: str | None = None
    """Of the second factor; None where it is not asked."""
    pin: bool = False
    """Whether a signing PIN is as good as the password."""


def prove(claim: Claim, d: Desk) -> Account:
    """The account whose secret this is. Raises NotProved, and puts the failure in the log; RecordsFault."""
    with _ONE:
        return _prove(claim, d)


def _prove(claim: Claim, d: Desk) -> Account:
    kind = PIN if claim.pin and is_pin(claim.secret) else PASSWORD
    _refuse_locked(claim, kind, d)
    account = records.account(d.engine, credentials.folded(claim.user))
    if account is not None and not account.active:
        account = None
    kept = records.secrets(d.engine, account.user) if account else {}
    good = matches(kept.get(kind), claim.secret, d.secrets_key)
    _note(claim, kind, good, account, d)
    if not good:
        raise NotProved(NO_PIN if account and kind == PIN and PIN not in kept else claim.wrong)
    if account is None:
        raise NotProved(claim.wrong)
    if claim.code is not None and TOTP in kept:
        _refuse_factor(claim, kept[TOTP], account, d)
    return account


def _refuse_factor(claim: Claim, value: str, account: Account, d: Desk) -> None:
    _refuse_locked(claim, TOTP, d)
    secret = credentials.opened(value, d.secrets_key)
    last = records.newest_good(d.engine, key=keyed(d.secrets_key, claim.user), kind=TOTP)
    good = secret is not None and credentials.factor_good(secret, claim.code or "", d.clock(), last)
    _note(claim, TOTP, good, account, d, always=True)
    if not good:
        raise NotProved(claim.wrong)


def _refuse_locked(claim: Claim, kind: str, d: Desk) -> None:
    if until := _until(LOCKS[kind], d, key=keyed(d.secrets_key, claim.user), kind=kind):
        name = {PASSWORD: "password", PIN: "PIN", TOTP: "code"}[kind]
        instead = " Your password still is." if kind == PIN else ""
        raise NotProved(f"Too many tries with a wrong {name}: none is taken until {clock(until, d.zone)}.{instead}")
    if until := _until(ADDRESS, d, address=address()):
        raise NotProved(f"Too many wrong tries from this computer: none is taken until {clock(until, d.zone)}.")


def _until(lock: Lock, d: Desk, **of: str) -> datetime | None:
    """When the lock ends that now holds; None where none does.

    The failures that count are those of the time before the newest of them: counted back from now, the first of
    a row would be forgotten while the lock lasts, and end it.
    """
    newest = records.failures(d.engine, since=d.clock() - lock.time, **of).newest
    if newest is None:
        return None
    row = records.failures(d.engine, since=newest - lock.time, **of)
    return lock.until(row.count, row.newest)


def _note(claim: Claim, kind: str, good: bool, account: Account | None, d: Desk, *, always: bool = False) -> None:
    """Puts a failure in the log, and a success that ends a row of them."""
    key = keyed(d.secrets_key, claim.user)
    since = d.clock() - LOCKS[kind].time
    if good and not always and not records.failures(d.engine, since=since, key=key, kind=kind).count:
        return
    event = Event(
        account.person if account else UNKNOWN,
        "secret right after failures" if good and not always else "second factor given" if good else claim.action,
        d.clock(),
        {"what": kind},
        workstation=claim.workstation,
        zone=d.zone,
        subject=f"staff:{account.user}" if account else "staff:unknown",
    )
    records.record_attempt(d.engine, event, key=key, address=address(), kind=kind, good=good)


def address() -> str:
    """Where a request comes from."""
    return request.remote_addr or "unknown"
