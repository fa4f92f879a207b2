"""What every page stands on: the site, its drugs, its people, its database and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import current_app

from compounding.formulary import Presentation
from compounding.policy import Market, Policy, Site
from compounding.records import Engine, Person
from compounding.training import PHARMACIST

Clock = Callable[[], datetime]
EXTENSION = "desk"


@dataclass(frozen=True, slots=True)
class Desk:
    """One site's desk. The site fixes the market: nothing that a page sends can change it."""

    site: Site
    drugs: tuple[Presentation, ...]
    """One, unless the site keeps drug files of its own."""
    staff: tuple[Person, ...]
    engine: Engine
    clock: Clock

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

    def person(self, key: str | None) -> Person | None:
        return next((person for person in self.staff if person.id == key), None)

    @property
    def may_authorise(self) -> tuple[Person, ...]:
        """Who may authorise an override that somebody else asks for."""
        return tuple(person for person in self.staff if person.role == PHARMACIST)


def desk() -> Desk:
    """The desk of the application that answers this request."""
    found: Desk = current_app.extensions[EXTENSION]
    return found
