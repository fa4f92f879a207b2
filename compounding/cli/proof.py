"""Passwords typed at a terminal, and whose they are. Nothing here is shown, and nothing of it is written."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from compounding.cli.answers import Refused

if TYPE_CHECKING:
    from compounding.records import Account, Engine, Event, Failures, Person

# By the kind of the secret, as compounding.credentials names it: that module is slow to import.
_WRONG = {"password": "wrong password", "totp": "wrong code"}
CONSOLE = "console"
"""Where somebody is who types a command: its address and its workstation in the log."""


class NotProved(Exception):
    """Why somebody is not taken for who they say: one sentence."""


def typed_password(prompt: str) -> str:
    """A password: at a terminal as it is typed, unseen; else a line of standard input. Raises Refused for none."""
    return _typed(prompt, "The password")


def _typed(prompt: str, what: str) -> str:
    try:
        text = getpass.getpass(prompt) if _at_a_terminal() else _line()
    except (EOFError, KeyboardInterrupt):
        text = ""
    if not text:
        raise Refused(f"{what}: none was given. Nothing was done.")
    return text


def new_password(prompt: str) -> str:
    """A password that is chosen now, at a terminal typed twice. Raises Refused where the two differ."""
    password = typed_password(prompt)
    if _at_a_terminal() and typed_password("The same again: ") != password:
        raise Refused("The password: the two differ. Nothing was done.")
    return password


def _at_a_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _line() -> str:
    if isinstance(sys.stdin, TextIOWrapper):  # as the pages read what is typed in them
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    return "" if sys.stdin is None else sys.stdin.readline().rstrip("\r\n")


@dataclass(frozen=True, slots=True)
class _Claim:
    """Who somebody says they are, at which database and under which key of the site."""

    engine: Engine
    user: str
    account: Account | None
    kept: Mapping[str, str]
    key: bytes
    now: datetime
    noted: bool


def proved(engine: Engine, home: Path, user: str, now: datetime, *, noted: bool) -> Person:
    """Who this user is, once the password is typed and the code of the second factor where the account has one, and
    the role may care for a site's data.

    `noted` says whether a failure goes into the log, and counts as at the sign-in page: a backup that is only read
    takes no entry. Raises NotProved, Refused where nothing is typed, and RecordsFault.
    """
    from compounding.credentials import TOTP
    from compounding.workflow import Deed, may

    claim = _claim(engine, home, user, now, noted)
    account = _of_password(claim)
    if not may(account.role, Deed.SET_SITE):
        raise NotProved(f"A {account.role} may not do this: an administrator may. Nothing was done.")
    if sealed := claim.kept.get(TOTP):
        _require_factor(claim, sealed)
    return account.person


def _claim(engine: Engine, home: Path, user: str, now: datetime, noted: bool) -> _Claim:
    from compounding import credentials, records

    account = records.account(engine, credentials.folded(user))
    kept = records.secrets(engine, account.user) if account and account.active else {}
    return _Claim(engine, user, account, kept, credentials.secrets_key(home), now, noted)


def _of_password(claim: _Claim) -> Account:
    from compounding.credentials import PASSWORD, matches

    _refuse_locked(claim, PASSWORD)
    password = typed_password(f"Password of {claim.user}: ")
    right = matches(claim.kept.get(PASSWORD), password, claim.key)
    if not _judged(claim, PASSWORD, lambda _: right) or claim.account is None:
        raise NotProved("The user name or the password is not right. Nothing was done.")
    return claim.account


def _require_factor(claim: _Claim, sealed: str) -> None:
    """Raises NotProved where the code is not that of the account's authenticator, or was used before."""
    from compounding.credentials import TOTP, factor_good, opened

    _refuse_locked(claim, TOTP)
    code, secret = _typed("Code of the second factor: ", "The code"), opened(sealed, claim.key)
    if not _judged(claim, TOTP, lambda last: secret is not None and factor_good(secret, code, claim.now, last)):
        raise NotProved("The code of the second factor is not right. Nothing was done.")


def _judged(claim: _Claim, kind: str, right: Callable[[datetime | None], bool]) -> bool:
    """Whether it is right, stored in the order of the log; `right` takes when such a secret was good last. Raises
    NotProved where others failed meanwhile, so that this one is not answered."""
    from compounding import records
    from compounding.credentials import TOTP, keyed
    from compounding.records import FACTOR_GIVEN, Attempt

    if not claim.noted:
        return right(None)
    key = keyed(claim.key, claim.user)

    judge = records.unless_locked(
        lambda tried: _locked(tried.failures, key, kind, claim.now),
        lambda tried: right(tried.newest_good(key=key, kind=kind)),
        lambda tried, good: (FACTOR_GIVEN if kind == TOTP else None) if good else _WRONG[kind],
    )
    verdict = records.record_attempt(claim.engine, _event(claim, kind), Attempt(key, CONSOLE, kind), judge)
    if verdict.refused:
        raise NotProved(verdict.refused)
    return verdict.good


def _refuse_locked(claim: _Claim, kind: str) -> None:
    from compounding import records
    from compounding.credentials import keyed

    if not claim.noted:
        return
    if sentence := _locked(partial(records.failures, claim.engine), keyed(claim.key, claim.user), kind, claim.now):
        raise NotProved(sentence)


def _locked(failures: Callable[..., Failures], key: str, kind: str, now: datetime) -> str:
    """Why none is taken now; "" where one is."""
    from compounding.credentials import LOCKS

    lock = LOCKS[kind]
    if lock.ends(lambda since: failures(since=since, key=key, kind=kind), now) is None:
        return ""
    what = _WRONG[kind]
    return f"Too many tries with a {what}: wait {lock.time.seconds // 60} minutes. Nothing was done."


def _event(claim: _Claim, kind: str) -> Event:
    from compounding.records import UNKNOWN, Event

    who = claim.account.person if claim.account else UNKNOWN
    return Event(who, _WRONG[kind], claim.now, {"what": kind}, workstation=CONSOLE, subject=f"staff:{who.id}")
