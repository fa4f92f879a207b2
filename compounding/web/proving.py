"""Whether somebody is who they say: a secret checked now, throttled, and each failure in the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from flask import request

from compounding import credentials, records
from compounding.credentials import ADDRESS, LOCKS, PASSWORD, PIN, TOTP, is_pin, keyed, matches
from compounding.records import FACTOR_GIVEN, UNKNOWN, Account, Attempt, Event, Failures, Tried
from compounding.web.desk import Desk
from compounding.web.needs import missing
from compounding.wording.numbers import clock

SIGN_IN_FAILED, SECRET_WRONG = "sign-in failed", "wrong secret"
NOT_TAKEN = "secret not taken"

WRONG_USER = "The user name, the password or the code is not right."
WRONG_SECRET = "This is not your PIN or password. Nothing is signed."
NO_PIN = "You have no signing PIN yet: give your password, or set a PIN on your account's page."


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
    unready: bool = False
    """Whether it is taken of an account that lacks something: to sign in, and to set up what it lacks."""


def prove(claim: Claim, d: Desk) -> Account:
    """The account whose secret this is. Raises NotProved, and puts the failure in the log; RecordsFault."""
    kind = PIN if claim.pin and is_pin(claim.secret) else PASSWORD
    if sentence := _locked(claim, kind, partial(records.failures, d.engine), d):
        raise NotProved(sentence)  # while a lock holds nothing is even hashed
    account = records.account(d.engine, credentials.folded(claim.user))
    if account is not None and not account.active:
        account = None
    kept = records.secrets(d.engine, account.user) if account else {}
    right = matches(kept.get(kind), claim.secret, d.secrets_key)
    if not _judged(claim, kind, account, d, lambda _: right):
        raise NotProved(NO_PIN if account and kind == PIN and PIN not in kept else claim.wrong)
    if account is None:
        raise NotProved(claim.wrong)
    if claim.code is not None and TOTP in kept and not _factor_proved(claim, kept[TOTP], account, d):
        raise NotProved(claim.wrong)
    if not claim.unready:
        _refuse_unready(claim, account, d)
    return account


def _factor_proved(claim: Claim, value: str, account: Account, d: Desk) -> bool:
    secret = credentials.opened(value, d.secrets_key)
    key = keyed(d.secrets_key, claim.user)

    def right(tried: Tried) -> bool:
        last = tried.newest_good(key=key, kind=TOTP)
        return secret is not None and credentials.factor_good(secret, claim.code or "", d.clock(), last)

    return _judged(claim, TOTP, account, d, right)


def _judged(claim: Claim, kind: str, account: Account | None, d: Desk, right: Callable[[Tried], bool]) -> bool:
    """Whether it is right, told and stored in the order of the log: of guesses that are sent at once, to whichever
    process, no more are answered than the lock lets. Raises NotProved for the others."""
    attempt = Attempt(keyed(d.secrets_key, claim.user), address(), kind)

    judge = records.unless_locked(
        lambda tried: _locked(claim, kind, tried.failures, d),
        right,
        lambda tried, good: _told(attempt, tried, d) if good else claim.action,
    )
    verdict = records.record_attempt(d.engine, _event(claim, {"what": kind}, account, d), attempt, judge)
    if verdict.refused:
        raise NotProved(verdict.refused)
    return verdict.good


def _told(attempt: Attempt, tried: Tried, d: Desk) -> str | None:
    """What the log calls a success: a code, which is good once, or what ends a row of failures. Others are not told."""
    if attempt.kind == TOTP:
        return FACTOR_GIVEN
    since = d.clock() - LOCKS[attempt.kind].time
    failed = tried.failures(since=since, key=attempt.key, kind=attempt.kind).count
    return "secret right after failures" if failed else None


def _locked(claim: Claim, kind: str, failures: Callable[..., Failures], d: Desk) -> str:
    """Why no secret is taken now; "" where one is."""
    key, now = keyed(d.secrets_key, claim.user), d.clock()
    if until := LOCKS[kind].ends(lambda since: failures(since=since, key=key, kind=kind), now):
        name = {PASSWORD: "password", PIN: "PIN", TOTP: "code"}[kind]
        instead = " Your password still is." if kind == PIN else ""
        return f"Too many tries with a wrong {name}: none is taken until {clock(until, d.zone)}.{instead}"
    if until := ADDRESS.ends(lambda since: failures(since=since, address=address()), now):
        return f"Too many wrong tries from this computer: none is taken until {clock(until, d.zone)}."
    return ""


def _refuse_unready(claim: Claim, account: Account, d: Desk) -> None:
    """Raises NotProved where somebody else chose the password, or a second factor is still to be set: then it may
    not be its owner who gives it."""
    if lacking := missing(account, d):
        event = _event(claim, {"why": lacking}, account, d)
        records.record(d.engine, replace(event, action=NOT_TAKEN))
        raise NotProved(lacking)


def _event(claim: Claim, details: Mapping[str, str], account: Account | None, d: Desk) -> Event:
    who = account.person if account else UNKNOWN
    place, subject = claim.workstation, f"staff:{who.id}"
    return Event(who, claim.action, d.clock(), details, workstation=place, zone=d.zone, subject=subject)


def address() -> str:
    """Where a request comes from."""
    return request.remote_addr or "unknown"
