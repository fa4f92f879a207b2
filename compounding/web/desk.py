"""What every page stands on: the site, its drugs, its people, its database and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import current_app

from compounding.formulary import Presentation
from compounding.policy import Market, Policy, Site
from compounding.records import Engine, Person, accounts

Clock = Callable[[], datetime]
EXTENSION = "desk"


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
    """The desk of the application that answers this request."""
    found: Desk = current_app.extensions[EXTENSION]
    return found
