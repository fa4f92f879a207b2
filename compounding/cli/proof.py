"""Passwords typed at a terminal, and whose they are. Nothing here is shown, and nothing of it is written."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from compounding.cli.answers import Refused

if TYPE_CHECKING:
    from compounding.records import Account, Engine, Failures, Person

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
        _refuse_locked(partial(records.failures, engine), credentials.keyed(key, user), now)
    password = typed_password(f"Password of {user}: ")
    kept = records.secrets(engine, account.user).get(PASSWORD) if account and account.active else None
    right = credentials.matches(kept, password, key)
    if noted:
        _note(engine, account, credentials.keyed(key, user), now, right=right)
    if not right or account is None:
        raise NotProved("The user name or the password is not right. Nothing was done.")
    if not may(account.role, Deed.SET_SITE):
        raise NotProved(f"A {account.role} may not do this: an administrator may. Nothing was done.")
    return account.person


def _refuse_locked(failures: Callable[..., Failures], key: str, now: datetime) -> None:
    if sentence := _locked(failures, key, now):
        raise NotProved(sentence)


def _locked(failures: Callable[..., Failures], key: str, now: datetime) -> str:
    """Why no password is taken now; "" where one is."""
    from compounding.credentials import LOCKS, PASSWORD

    lock = LOCKS[PASSWORD]
    if lock.ends(lambda since: failures(since=since, key=key, kind=PASSWORD), now) is None:
        return ""
    return f"Too many tries with a wrong password: wait {lock.time.seconds // 60} minutes. Nothing was done."


def _note(engine: Engine, account: Account | None, key: str, now: datetime, *, right: bool) -> None:
    """Puts a failure in the log. Raises NotProved where others failed meanwhile, so that this one is not answered."""
    from compounding import records
    from compounding.credentials import PASSWORD
    from compounding.records import Attempt, Event, Person, Tried, Verdict

    def judge(tried: Tried) -> Verdict:
        if sentence := _locked(tried.failures, key, now):
            return Verdict(False, refused=sentence)
        return Verdict(right, None if right else WRONG_PASSWORD)

    who = account.person if account else Person("unknown", "somebody not known here", "unknown")
    subject = f"staff:{account.user if account else 'unknown'}"
    event = Event(who, WRONG_PASSWORD, now, {"what": PASSWORD}, workstation=CONSOLE, subject=subject)
    verdict = records.record_attempt(engine, event, Attempt(key, CONSOLE, PASSWORD), judge)
    if verdict.refused:
        raise NotProved(verdict.refused)
