"""`compounding scan`: what a scanner sent, read; nothing is stored."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import TextIOWrapper
from typing import Any

from compounding.cli.answers import FINE, REFUSED, Answer, Refused, choice, day_if_given, needed, told
from compounding.cli.drugs import drugs_of_all_markets
from compounding.cli.parsers import Commands
from compounding.formulary import Presentation
from compounding.policy import Market
from compounding.scanning import Scan, read_scan
from compounding.wording.numbers import DASH, day
from compounding.wording.scans import refusal_sentence


def add(commands: Commands) -> None:
    """Declares `scan`."""
    scanned = commands.add_parser("scan", help="read a scan of a vial; nothing is stored")
    scanned.add_argument("text", metavar="TEXT", help="what the scanner sent, or - for standard input")
    scanned.once("--market", "us|uk", "the market whose vials are used")
    scanned.once("--on", "YYYY-MM-DD", "the day on which the vial must be good; default today, UTC")
    scanned.flag("--json", "one JSON object instead of a table")
    scanned.set_defaults(run=_scan)


def _scan(given: argparse.Namespace) -> Answer:
    market = choice("--market", Market, needed("--market", given.market))
    on = day_if_given("--on", given.on) or datetime.now(UTC).date()
    drugs = drugs_of_all_markets()
    scan = read_scan(_standard_input() if given.text == "-" else given.text, drugs, market=market, on=on)
    return told(given, REFUSED if scan.refusal else FINE, "\n".join(_table(scan, drugs)), _figures(scan))


def _standard_input() -> str:
    """All of it. A byte that is no UTF-8 is a strange character of the scan, not an error. Raises Refused."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape", newline="")
    if sys.stdin is None:
        raise Refused("-: there is no standard input.")
    try:
        return sys.stdin.read()
    except OSError as error:
        raise Refused(f"-: standard input cannot be read: {error.strerror}.") from None


def _figures(scan: Scan) -> dict[str, Any]:
    refused = scan.refusal
    message = refused and {"code": refused.code, "message": refusal_sentence(refused, scan.market)}
    return {
        "market": scan.market.value,
        "symbology": scan.symbology,
        "product": scan.product,
        "gtin": scan.gtin,
        "expiry": scan.expiry.isoformat() if scan.expiry else None,
        "lot": scan.lot,
        "serial": scan.serial,
        "refusal": message,
    }


def _table(scan: Scan, drugs: tuple[Presentation, ...]) -> Iterator[str]:
    """The scan for a person at a terminal."""
    rows = (
        ("Symbol", scan.symbology),
        ("Product", next((_named(drug) for drug in drugs if drug.id == scan.product), None)),
        ("Code", scan.gtin),
        ("Expiry", day(scan.expiry, scan.market) if scan.expiry else None),
        ("Lot", scan.lot),
        ("Serial", scan.serial),
    )
    for name, value in rows:
        yield f"  {name:<8} {value or DASH}"
    if scan.refusal:
        yield f"  REFUSED ({scan.refusal.code}): {refusal_sentence(scan.refusal, scan.market)}"


def _named(drug: Presentation) -> str:
    source = drug.vials.gtin.source
    return f"{drug.id}, {drug.names.brand.value}; its code: {source.text} [{source.status.value}]"
