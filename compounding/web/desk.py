"""What every page stands on: the site, its drugs, its people, its database and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import current_app, g

from compounding import records, sites
from compounding.formulary import Presentation
from compounding.policy import Market, Policy, Site
from compounding.records import Engine, Person, accounts
from compounding.settings import Fault, fit, setting

Clock = Callable[[], datetime]
EXTENSION = "desk"
_KNOWN = "desk as last read"


@dataclass(frozen=True, slots=True)
class Desk:
    """One site's desk. The site fixes the market: nothing that a page sends can change it."""

    site: Site
    drugs: tuple[Presentation, ...]
    """One, unless the site keeps drug files of its own."""
    engine: Engine
    clock: Clock
    secrets_key: bytes
    """Under which passwords and PINs are stored."""
    home: Path | None = None
    """What the site keeps in files. Without it there is no list of refused passwords."""
    settings_entry: int = 0
    """The newest entry that changed a setting when the site's were read; 0 for none."""
    faults: tuple[Fault, ...] = ()
    """What of the stored settings does not fit. While there is anything, nothing is planned."""

    @property
    def policy(self) -> Policy:
        return self.site.policy

    @property
    def market(self) -> Market:
        return self.site.policy.market

    @property
    def zone(self) -> str:
        return self.site.policy.zone

    def today(self) -> date:
        """The site's own date."""
        return self.clock().astimezone(ZoneInfo(self.zone)).date()

    def staff(self) -> tuple[Person, ...]:
        """Everybody who has an account now, whether or not it is closed. Raises NotRead."""
        return tuple(account.person for account in accounts(self.engine))


def desk() -> Desk:
    """The desk that answers this request, by the settings that its database holds now. Raises NotRead."""
    found: Desk | None = g.get("desk")
    if found is None:
        found = g.desk = _read(_opened())
    return found


def desk_as_known() -> Desk:
    """The desk without asking the database: for the page that says that it cannot be read."""
    found: Desk = g.get("desk") or current_app.extensions.get(_KNOWN) or _opened()
    return found


def _opened() -> Desk:
    found: Desk = current_app.extensions[EXTENSION]
    return found


def _read(opened: Desk) -> Desk:
    """Reads the settings only where one was changed since, by whichever process."""
    known: Desk | None = current_app.extensions.get(_KNOWN)
    if known is None or known.settings_entry != records.settings_entry(opened.engine):
        known = current_app.extensions[_KNOWN] = with_settings(opened)
    return known


def with_settings(opened: Desk) -> Desk:
    """The desk by its stored settings, and what of them does not fit. Raises NotRead."""
    rows = records.settings(opened.engine)
    bare, texts = sites.bare(opened.market, training_site=opened.site.training), sites.texts_of(rows)
    fitted = fit(bare, texts, opened.drugs)
    site, faults = fitted.site, fitted.faults
    if not site.training:
        lacking = [name for name in sites.PARTICULARS if not texts.get(name)]
        faults += tuple(Fault((name,), f"{setting(name).label}: nothing is recorded.") for name in lacking)
    if not site.workstations:  # its setting is at fault; somebody must be able to sign in and mend it
        site = replace(site, workstations=("not recorded",))
    entry = max((row.entry for row in rows), default=0)
    return replace(opened, site=site, settings_entry=entry, faults=faults)
