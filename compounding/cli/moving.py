"""`compounding restore` and `compounding database move`: a site put back, or taken to another database."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from compounding.cli.answers import FINE, Answer, Refused, choice_if_given, needed, told
from compounding.cli.parsers import Commands
from compounding.cli.proof import CONSOLE, proved
from compounding.cli.site import answered, folder_if_given, home, of_a_site, open_site
from compounding.policy import Market
from compounding.wording.numbers import count

if TYPE_CHECKING:
    from compounding.records import Engine, Event, Person, Restored

RESTORED = "backup restored"


def add(commands: Commands) -> None:
    """Declares `restore` and `database move`."""
    back = commands.add_parser("restore", help="put a backup into an empty database, checked")
    back.add_argument("file", metavar="FILE")
    back.once("--witness", "FOLDER", "the newest witness to compare with")
    back.flag("--accept-rollback", "lose what the witness has seen and the backup has not")
    back.once("--as", "USER", "the administrator who does it; the password is asked")
    of_a_site(back).set_defaults(run=_restore)

    does = commands.add_parser("database", help="care for the database").commands()
    move = does.add_parser("move", help="take the site to an empty database of the other kind, its log whole")
    move.add_argument("url", metavar="URL")
    move.once("--as", "USER", "the administrator who does it; the password is asked")
    of_a_site(move).set_defaults(run=_move)


def _user(given: argparse.Namespace) -> str:
    return needed("--as", getattr(given, "as"))


# ------------------------------------------------------------------ restore


@dataclass(frozen=True, slots=True)
class _Backup:
    """A backup, who puts it back, and where."""

    file: Path
    by: Person
    zone: str
    url: str


def _restore(given: argparse.Namespace) -> Answer:
    file, user = Path(given.file), _user(given)
    if not file.is_file():
        raise Refused(f"{given.file}: there is no such file.")
    return answered(given, lambda: _put_back(given, _looked_into(file, user, given.market)))


def _looked_into(file: Path, user: str, market: str | None) -> _Backup:
    """What is known before anything is written: the password is one of the backup's own accounts."""
    from compounding import sites
    from compounding.records import opened_backup

    sites.require_keys(home())
    with opened_backup(file, home().absolute()) as old:
        known = sites.known(old)
        url = sites.place_for(home(), known, choice_if_given("--market", Market, market))
        by = proved(old, home(), user, datetime.now(UTC), noted=False)
    return _Backup(file, by, known.zone, url)


def _put_back(given: argparse.Namespace, backup: _Backup) -> Answer:
    from compounding import sites
    from compounding.records import restore

    with sites.gone_if_refused(backup.url):
        done = restore(
            backup.file,
            backup.url,
            folder_if_given(given.witness),
            home=home().absolute(),
            accept_rollback=bool(given.accept_rollback),
            tell=lambda done: _told(backup, done),
        )
    code = done.head.code if done.head else None
    figures = {"done": True, "head": code, "compared": done.compared, "missing": done.missing}
    return told(given, FINE, _restored(backup.file, done, code), figures)


def _told(backup: _Backup, done: Restored) -> Event:
    """The restored log goes on with who put it back, from what, and what was lost."""
    from compounding.records import Event

    details = {
        "file": backup.file.name,
        "compared": "yes" if done.compared else "no",
        "entries lost": str(done.missing),
    }
    return Event(backup.by, RESTORED, datetime.now(UTC), details, workstation=CONSOLE, zone=backup.zone)


def _restored(file: Path, done: Restored, code: str | None) -> str:
    said = f"{file}: restored, up to entry {code}."
    if done.missing:
        lost = count(done.missing, "entry", "entries")
        return f"{said} This is a rollback: {lost} that the witness has seen are lost. Start a new witness folder."
    if done.compared:
        return f"{said} It holds all that the witness has seen."
    return f"{said} Not compared: name the newest witness with --witness to learn whether entries are lost."


# ------------------------------------------------------------------ database move


def _move(given: argparse.Namespace) -> Answer:
    user = _user(given)
    with open_site(given) as engine:
        return answered(given, lambda: _moved(given, engine, user))


def _moved(given: argparse.Namespace, engine: Engine, user: str) -> Answer:
    from compounding import sites
    from compounding.records import Event, move

    by = proved(engine, home(), user, datetime.now(UTC), noted=True)
    zone = sites.known(engine).zone
    with sites.gone_if_refused(given.url):
        head = move(engine, given.url, Event(by, "database moved", datetime.now(UTC), workstation=CONSOLE, zone=zone))
    sentence = (
        f"Moved, up to entry {head.code}. The old database takes no further entry: from now on name the new one in"
        " DATABASE_URL, wherever the site is served or looked after."
    )
    return told(given, FINE, sentence, {"done": True, "head": head.code})
