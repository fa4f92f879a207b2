"""`compounding clocks`: the times of a preparation from the first vial wetted; nothing is stored."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from compounding.cli.answers import FINE, Answer, Refused, choice, needed, read, told
from compounding.cli.drugs import drug_of
from compounding.cli.parsers import Commands
from compounding.localtime import read_moment, read_zone
from compounding.policy import Market, Policy
from compounding.quantities import quote
from compounding.stability import Clocks, clocks
from compounding.wording.numbers import moment

_NAMES = {
    "wetted": "First vial wetted",
    "dilute_by": "Dilute by",
    "out_of_fridge_by": "Out of the fridge by",
    "start_before": "Start before",
    "complete_by": "Complete by",
}


def add(commands: Commands) -> None:
    """Declares `clocks`."""
    timed = commands.add_parser("clocks", help="compute the times from the first vial wetted; nothing is stored")
    timed.once("--market", "us|uk", "the market whose vials are used")
    timed.once("--zone", "ZONE", "the time zone of local times, such as Europe/London")
    timed.once("--wetted", "TIME", "2026-03-08T00:30 in that zone, or with an offset or Z")
    timed.once("--drug", "NAME", "needed only where there is more than one drug for the market")
    timed.flag("--json", "one JSON object instead of a table")
    timed.set_defaults(run=_clocks)


def _clocks(given: argparse.Namespace) -> Answer:
    market = choice("--market", Market, needed("--market", given.market))
    zone = read("--zone", read_zone, needed("--zone", given.zone))
    wetted = read("--wetted", lambda text: read_moment(text, zone), needed("--wetted", given.wetted))
    drug = drug_of(market, given.drug)
    try:
        made = clocks(wetted, drug, Policy(market).for_drug(drug.drug))
        figures = figures_of(made, zone)
    except OverflowError:  # within hours of the year 1 or 9999
        raise Refused(f"--wetted: {quote(given.wetted)} is too far away for a clock.") from None
    return told(given, FINE, "\n".join(_table(made, zone, market)), figures)


def figures_of(made: Clocks, zone: ZoneInfo) -> dict[str, Any]:
    """The times in UTC, and again as the clocks of a zone show them."""
    local = _written(made, lambda when: when.astimezone(zone).isoformat(timespec="minutes"))
    return {**_written(made, _utc), "local": local, "confirmed": made.confirmed}


def _written(made: Clocks, write: Callable[[datetime], str]) -> dict[str, str]:
    return {name: write(getattr(made, name)) for name in _NAMES}


def _utc(when: datetime) -> str:
    return f"{when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='minutes')}Z"


def _table(made: Clocks, zone: ZoneInfo, market: Market) -> Iterator[str]:
    """The clocks for a person at a terminal, in the zone's time."""
    for name, words in _NAMES.items():
        yield f"  {words:<20}  {moment(getattr(made, name), zone.key, market)}"
    yield f"  In the time of {zone.key}; start before is set by the limit {made.start_set_by.value}."
    if not made.confirmed:
        yield "  NOT CONFIRMED: the limits of the diluted bag on its own are not recorded."
