"""Which site this desk is, and the database that holds it.

The database is that of DATABASE_URL where it is set, else `site.sqlite` in the site's folder where it is there,
else the training file of a market. What a site is stands in its database, as settings. Patient use is a
deliberate act: `compounding init` writes it there, and a database that does not say so is a training site.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from compounding import training
from compounding.policy import Market, Policy, Site
from compounding.quantities import Unreadable, quote
from compounding.records import (
    PROGRAM,
    Engine,
    Event,
    RecordsRefused,
    Setting,
    accounts,
    migrate,
    open_database,
    put_settings,
    schema_version,
    settings,
)
from compounding.settings import Row, fit, in_force, is_setting

MODE, MARKET, URL = "site.mode", "site.market", "site.url"
"""What a site is for good. No page changes them, so they stand in no table of settings."""
PATIENT: Final = "patient"

PARTICULARS = ("site.name", "site.pharmacy", "site.address", "site.phone", "site.workstations", "zone")
"""The settings without which no patient's paper can be printed."""

KEYS = ("signing.key", "secrets.key")
"""Without these nothing more can be written to a log, and nobody can sign in. They lie outside the database."""


_ADDRESS = re.compile(r"(https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::([1-9][0-9]{0,4}))?)/?")


@dataclass(frozen=True, slots=True)
class Known:
    """What a database says of its site. All of it is empty in a database that nobody wrote to."""

    mode: str | None
    market: Market | None
    url: str
    """Where people reach it; of a training site empty."""
    texts: Mapping[str, str | None]
    """Every other setting that is in force."""

    @property
    def for_patients(self) -> bool:
        return self.mode == PATIENT

    @property
    def zone(self) -> str:
        """The site's, as an entry of the log has it; a training site keeps none."""
        return self.texts.get("zone") or ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A site and its database, which the caller disposes of."""

    engine: Engine
    site: Site
    url: str


# ------------------------------------------------------------------ where it is


def file(home: Path) -> Path:
    """The file of a site for patient use."""
    return home.absolute() / "site.sqlite"


def address(home: Path, market: Market | None) -> str:
    """The address of the database, whether or not there is one."""
    if url := os.environ.get("DATABASE_URL"):
        return url
    kept = file(home)
    if not kept.exists():
        kept = training.database(home, market or Market.US)
    return f"sqlite:///{kept}"


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite address; None for a server's."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def place_for(home: Path, known: Known, market: Market | None) -> str:
    """The address that a backup of this site is restored to.

    Raises RecordsRefused where the folder is of a site of the other kind, or a training site's market is not known.
    """
    if known.for_patients and (there := [one for one in Market if training.database(home, one).exists()]):
        raise RecordsRefused(
            f"The backup is of a site for patient use, and {training.database(home, there[0])} is a training site."
            " Restore it to a folder of its own."
        )
    if not known.for_patients and file(home).exists():
        raise RecordsRefused(
            f"The backup is of a training site, and {file(home)} is for patient use. Restore it to a folder of its own."
        )
    if url := os.environ.get("DATABASE_URL"):
        return url
    if known.for_patients:
        return f"sqlite:///{file(home)}"
    named = _agreed(known.market, market)
    if named is None:
        raise RecordsRefused("The backup does not say of which market it is: name it with --market.")
    return f"sqlite:///{training.database(home, named)}"


@contextmanager
def gone_if_refused(url: str) -> Iterator[None]:
    """Takes a SQLite file away again that the block made and did not fill."""
    made = sqlite_file(url)
    new = made is not None and not made.exists()
    try:
        yield
    except BaseException:
        if made is not None and new:
            for end in ("", "-wal", "-shm", "-journal"):
                made.with_name(made.name + end).unlink(missing_ok=True)
        raise


# ------------------------------------------------------------------ what it is


def known(engine: Engine) -> Known:
    """What the newest settings of a database say. Raises NotRead and RecordsRefused."""
    rows = settings(engine)
    own = {row.name: row.value for row in rows if row.name in (MODE, MARKET, URL)}
    mode = own.get(MODE)
    if mode not in (None, PATIENT):
        raise RecordsRefused(f"The site's {MODE} is {quote(str(mode))}, which this program does not know.")
    try:
        market = Market(own[MARKET]) if own.get(MARKET) else None
        texts = texts_of(rows)
    except ValueError as fault:
        raise RecordsRefused(f"The site's settings cannot be read: {fault}") from None
    return Known(mode, market, own.get(URL) or "", MappingProxyType(texts))


def texts_of(rows: Iterable[Setting]) -> dict[str, str | None]:
    """What stored settings put in force, by their names, the oldest first; what a site is for good is not among
    them. A name that this program has no setting of keeps its newest text: `settings.apply` says so."""
    shown = [row for row in rows if row.name not in (MODE, MARKET, URL)]
    strange = {row.name: row.value for row in shown if not is_setting(row.name)}
    known_here = (Row(row.name, row.value, row.standing, row.by.id) for row in shown if row.name not in strange)
    return {**{name: text for name, text in strange.items() if text is not None}, **in_force(known_here)}


def bare(market: Market, *, training_site: bool) -> Site:
    """The site of a market before any setting is in force."""
    return training.SITES[market] if training_site else Site("", "", "", "", (), Policy(market), training=False)


def site_of(found: Known, market: Market) -> Site:
    """The site with those of its settings in force that fit. Raises RecordsRefused where one that it needs is
    missing. What does not fit is told by `web.desk`, page by page."""
    missing = [name for name in PARTICULARS if found.for_patients and not found.texts.get(name)]
    if missing:
        raise RecordsRefused(f"The site for patient use has no {missing[0]}: `compounding init` writes it.")
    return fit(bare(market, training_site=not found.for_patients), found.texts).site


def web_address(text: str) -> str:
    """Where people reach a site: https and a host, and no page of it. Raises Unreadable."""
    whole = _ADDRESS.fullmatch(text)
    if whole is None or int(whole[2] or 1) > 65535:  # the range of a TCP port
        raise Unreadable(f"{quote(text)} is not an address such as https://desk.example.org.")
    return whole[1]


# ------------------------------------------------------------------ opening


def opened(home: Path, market: Market | None, now: datetime) -> Opened:
    """The site of this folder and environment, its database migrated; an empty one becomes a training site's.

    Raises RecordsFault, also where another market is asked for than the site's.
    """
    url = address(home, market)
    engine = open_database(url, home=home.absolute())
    try:
        if schema_version(engine) is None:
            _refuse_unfounded(home)
        migrate(engine)
        found = known(engine)
        agreed = _agreed(found.market, market) or Market.US
        if found.for_patients:
            _refuse_unfit(home, engine, found)
        else:
            _refuse_unfounded(home)
            _say_market(engine, found, agreed, now)
        return Opened(engine, site_of(found, agreed), found.url)
    except BaseException:
        engine.dispose()
        raise


def _agreed(said: Market | None, asked: Market | None) -> Market | None:
    """Raises RecordsRefused: one market's vials are never prepared at a site of the other."""
    if said is not None and asked not in (None, said):
        raise RecordsRefused(f"The site is of the market {said.value}, and {asked.value} was asked for.")
    return said or asked


def _refuse_unfit(home: Path, engine: Engine, found: Known) -> None:
    """Patients' names go over no open line, and nobody invented may act on them."""
    try:
        web_address(found.url)
    except Unreadable as unreadable:
        raise RecordsRefused(f"The site for patient use is not served without https: {URL}: {unreadable}") from None
    require_keys(home)
    if invented := [account.user for account in accounts(engine) if account.training]:
        raise RecordsRefused(f"The site for patient use has the training account {invented[0]}: it is not served.")


def require_keys(home: Path) -> None:
    """Raises RecordsRefused where a key is missing: one made anew would let nobody in, and sign nothing."""
    for name in KEYS:
        if not (home / name).exists():
            raise RecordsRefused(
                f"The key {home.absolute() / name} is missing. Put it back from where the site keeps it."
            )


def _refuse_unfounded(home: Path) -> None:
    """No training site is made where patients' data lie, not even in another database."""
    if file(home).exists():
        raise RecordsRefused(
            f"{file(home)} says that this folder is for patient use, and the database that was opened does not:"
            " it is empty, unfinished, or a training site's. It is not served."
        )


def _say_market(engine: Engine, found: Known, market: Market, now: datetime) -> None:
    if found.market is None:
        zone = training.SITES[market].policy.zone
        event = Event(PROGRAM, "training site made", now, {"market": market.value}, zone=zone)
        put_settings(engine, {MARKET: market.value}, event)
