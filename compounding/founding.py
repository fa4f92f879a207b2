"""A site for patient use, set up once: its schema, its settings and its first administrator, in this order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from compounding.credentials import PASSWORD, REFUSED_PASSWORDS, password_fault, refused_passwords, secrets_key, stored
from compounding.formulary import Presentation
from compounding.policy import Market
from compounding.records import (
    Change,
    Engine,
    Event,
    Head,
    Person,
    RecordsRefused,
    head,
    migrate,
    open_database,
    put_account,
    put_settings,
    schema_version,
)
from compounding.sites import MARKET, MODE, PATIENT, URL, file
from compounding.workflow import Role

# What somebody lays there before: their own drug files, and passwords that the site does not take.
_LAID_THERE = frozenset({"drugs", REFUSED_PASSWORDS})


@dataclass(frozen=True, slots=True)
class NewSite:
    """What a site for patient use starts with."""

    market: Market
    url: str
    """As `sites.web_address` gives it."""
    texts: Mapping[str, str]
    """Its particulars, by the names of the settings."""
    user: str
    """Who administers it first: the sign-in name."""
    name: str

    @property
    def administrator(self) -> Person:
        return Person(self.user, self.name, Role.ADMINISTRATOR.value)

    @property
    def settings(self) -> Mapping[str, str]:
        return {MODE: PATIENT, MARKET: self.market.value, URL: self.url, **self.texts}


def place(home: Path) -> str:
    """The address of the database that a site in this folder starts in."""
    return os.environ.get("DATABASE_URL") or f"sqlite:///{file(home)}"


def refuse_used(home: Path) -> None:
    """Raises RecordsRefused where the folder holds anything but what a site lays there before it starts."""
    held = sorted({one.name for one in home.iterdir()} - _LAID_THERE) if home.is_dir() else []
    if held:
        raise RecordsRefused(
            f"The folder {home.absolute()} is in use: it holds {held[0]}. A site for patient use starts in an empty"
            " one: name it in COMPOUNDING_HOME."
        )


def weak(password: str, new: NewSite, drugs: tuple[Presentation, ...], home: Path) -> str | None:
    """Why this may not be the first administrator's password; None where it may."""
    names = [new.user, new.name, new.texts["site.name"], new.texts["site.pharmacy"]]
    names += [name.value for drug in drugs for name in (drug.names.generic, drug.names.brand)]
    return password_fault(password, names, refused_passwords(home))


def found(home: Path, new: NewSite, password: str, now: datetime) -> Head | None:
    """Sets the site up and gives its newest entry. What fails leaves no file behind.

    Every entry is the administrator's. Raises RecordsRefused where the folder or the database holds anything.
    """
    with _claimed(home):
        engine = open_database(place(home), home=home.absolute(), site=new.texts["site.name"])
        try:
            if schema_version(engine) is not None and head(engine) is not None:
                raise RecordsRefused("The database is in use: a site for patient use starts in an empty one.")
            migrate(engine)
            return _written(engine, new, stored(password, secrets_key(home)), now)
        finally:
            engine.dispose()


def _written(engine: Engine, new: NewSite, secret: str, now: datetime) -> Head | None:
    who, zone = new.administrator, new.texts["zone"]
    set_to = tuple(Change(name, None, text) for name, text in new.settings.items())
    put_settings(engine, new.settings, Event(who, "site set up", now, zone=zone, changes=set_to))
    opened = Event(who, "account opened", now, {"what": "the first administrator"}, zone=zone)
    put_account(engine, who.id, who.name, who.role, opened, secrets={PASSWORD: secret})
    return head(engine)


@contextmanager
def _claimed(home: Path) -> Iterator[None]:
    """The folder for this block alone. Takes away what the block made in it, where it fails."""
    there = home.is_dir()
    refuse_used(home)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    claim = home / "init.lock"
    try:
        os.close(os.open(claim, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise RecordsRefused(f"Another `compounding init` is at work in {home.absolute()}.") from None
    before = set(home.iterdir())
    try:
        yield
    except BaseException:
        for made in set(home.iterdir()) - before:
            made.unlink()
        claim.unlink()
        if not there:
            home.rmdir()
        raise
    claim.unlink()
