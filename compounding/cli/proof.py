"""Passwords typed at a terminal, and whose they are. Nothing here is shown, and nothing of it is written."""

from __future__ import annotations

import getpass
import sys
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from compounding.cli.answers import Refused

if TYPE_CHECKING:
    from compounding.records import Account, Engine, Person

WRONG_PASSWORD = "wrong password"
CONSOLE = "console"
"""Where somebody is who types a command: its address and its workstation in the log."""


class NotProved(Exception):
    """Why somebody is not taken for who they say: one sentence."""


def typed_password(prompt: str) -> str:
    """A password: at a terminal as it is typed, unseen; else a line of standard input. Raises Refused for none."""
    try:
        text = getpass.getpass(prompt) if _at_a_terminal() else _line()
    except (EOFError, KeyboardInterrupt):
        text = ""
    if not text:
        raise Refused("The password: none was given. Nothing was done.")
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


def proved(engine: Engine, home: Path, user: str, now: datetime, *, noted: bool) -> Person:
    """Who this user is, once the password is typed, and the role may care for a site's data.

    `noted` says whether a failure goes into the log, and counts as at the sign-in page: a backup that is only read
    takes no entry. Raises NotProved, Refused where no password is typed, and RecordsFault.
    """
    from compounding import credentials, records
    from compounding.credentials import PASSWORD, folded
    from compounding.workflow import Deed, may

    account = records.account(engine, folded(user))
    key = credentials.secrets_key(home)
    if noted:
        _refuse_locked(engine, credentials.keyed(key, user), now)
    password = typed_password(f"Password of {user}: ")
    kept = records.secrets(engine, account.user).get(PASSWORD) if account and account.active else None
    if not credentials.matches(kept, password, key) or account is None:
        if noted:
            _note(engine, account, credentials.keyed(key, user), now)
        raise NotProved("The user name or the password is not right. Nothing was done.")
    if not may(account.role, Deed.SET_SITE):
        raise NotProved(f"A {account.role} may not do this: an administrator may. Nothing was done.")
    return account.person


def _refuse_locked(engine: Engine, key: str, now: datetime) -> None:
    from compounding import records
    from compounding.credentials import LOCKS, PASSWORD

    lock = LOCKS[PASSWORD]
    failed = records.failures(engine, since=now - lock.time, key=key, kind=PASSWORD)
    until = lock.until(failed.count, failed.newest)
    if until is not None and now < until:
        minutes = lock.time.seconds // 60
        raise NotProved(f"Too many tries with a wrong password: wait {minutes} minutes. Nothing was done.")


def _note(engine: Engine, account: Account | None, key: str, now: datetime) -> None:
    from compounding import records
    from compounding.credentials import PASSWORD
    from compounding.records import Event, Person

    who = account.person if account else Person("unknown", "somebody not known here", "unknown")
    subject = f"staff:{account.user if account else 'unknown'}"
    event = Event(who, WRONG_PASSWORD, now, {"what": PASSWORD}, workstation=CONSOLE, subject=subject)
    records.record_attempt(engine, event, key=key, address=CONSOLE, kind=PASSWORD, good=False)
