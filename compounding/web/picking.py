"""What is picked: a scan or a typed pack, read against what a preparation needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from compounding.findings import Values
from compounding.formulary import Presentation, shipped
from compounding.quantities import quote
from compounding.scanning import Scan, own_code_parts, read_scan
from compounding.web.desk import Desk
from compounding.web.enrolled import enrolled
from compounding.web.progressing import Way
from compounding.web.scanned_back import ScannedBack, stale
from compounding.wording.barriers import barrier_sentence
from compounding.wording.numbers import day
from compounding.wording.path import enrol_hint, once_wetted, paper_words, quantity, read_as
from compounding.wording.scans import refusal_sentence
from compounding.workflow.guards import wanted
from compounding.workflow.materials import Kind, Material, Need, ReadBy, live
from compounding.workflow.products import Product, products_for
from compounding.workflow.progress import Barrier, Planned, Progress, What, clocks

_ONE_SCAN = timedelta(seconds=10)
"""Ours: a scanner reads twice within a second or two, and a hand takes the next pack in a few."""
KEPT = 400
"""Characters of a refused scan that the log keeps: twice what any code has. How long it was stands beside it."""


class Stop(Exception):
    """Why a scan is not taken: a code for its heading, one sentence, and what was read of it."""

    def __init__(self, code: str, sentence: str, read: str = "") -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.read = code, sentence, read


@dataclass(frozen=True, slots=True)
class Picked:
    """A pack of something that the preparation needs. Without a lot or an expiry they must be typed."""

    product: Product
    scan: Scan

    @property
    def whole(self) -> bool:
        return self.scan.lot is not None and self.scan.expiry is not None


# ------------------------------------------------------------------ reading


def picked(text: str, way: Way, d: Desk, now: datetime) -> Picked:
    """What was scanned. Raises Stop."""
    codes, figures = enrolled(d), way.progress.planned
    scan = _scan(text, codes, way, d, now)
    needed = {product.code: product for product in products_for(figures.drug, figures.making).values()}
    code = scan.product
    if scan.refusal is not None:
        # What has no drug file is unknown to whoever reads vials.
        code = codes.get(scan.gtin or "") if scan.refusal.code == "unknown-product" else None
        if code is None:
            raise _refused(scan, d)
    if code not in needed:
        raise Stop("other-product", f"{code} is not on the list of {way.saved.number}. Put it back.", words(scan, d))
    found = Picked(needed[code], scan)
    if (said := too_old(found.product, scan.lot or "", scan.expiry, way, now)) is not None:
        raise Stop("expired", said, words(scan, d))
    return found


def _scan(text: str, codes: Mapping[str, str], way: Way, d: Desk, now: datetime) -> Scan:
    ids = {drug.id for drug in known_drugs(d)}
    return read_scan(
        text,
        known_drugs(d),
        market=d.market,
        on=good_on(way, now),
        separator=d.site.scanner_separator,
        enrolled={gtin: product for gtin, product in codes.items() if product in ids},
    )


def _refused(scan: Scan, d: Desk) -> Stop:
    refusal = scan.refusal
    if refusal is None:
        raise ValueError("a scan that is taken has no refusal")
    hint = enrol_hint(scan.gtin) if refusal.code == "unknown-product" and scan.gtin else ""
    return Stop(refusal.code, f"{refusal_sentence(refusal, d.market)}{hint}", words(scan, d))


def words(scan: Scan, d: Desk) -> str:
    """What was read of a scan, as a person compares it with the pack; "" for nothing."""
    expiry = day(scan.expiry, d.market) if scan.expiry else ""
    return read_as(scan.gtin, expiry, scan.lot, scan.serial)


def known_drugs(d: Desk) -> tuple[Presentation, ...]:
    """Those of all markets: the other market's vial is told from an unknown one."""
    return tuple({drug.id: drug for drug in (*_shipped(), *d.drugs)}.values())


@cache
def _shipped() -> tuple[Presentation, ...]:
    return shipped()


# ------------------------------------------------------------------ expiry


def infusion_ends(way: Way, now: datetime) -> datetime:
    """The last moment at which the infusion may end, in UTC: by the clocks, or as if the first vial were wetted
    now."""
    times, within = clocks(way.progress), way.progress.planned.drug.times.complete_within.value
    if way.since is not None:  # prepared on paper: what is picked was good then
        now = way.since
    return now + timedelta(minutes=within.whole("minute")) if times is None else times.complete_by


def good_on(way: Way, now: datetime) -> date:
    """The day on which everything picked must still be good; not before the day of the dose."""
    ends = infusion_ends(way, now).astimezone(ZoneInfo(way.progress.planned.policy.zone)).date()
    return max(ends, way.saved.content.given_on)


def too_old(product: Product, lot: str, expiry: date | None, way: Way, now: datetime) -> str | None:
    """Why a pack is too old; None where it is not, or nothing is known of its expiry."""
    if expiry is None or expiry >= good_on(way, now):
        return None
    values: Values = {"name": product.name, "lot": lot, "expiry": expiry, "on": good_on(way, now)}
    return barrier_sentence(Barrier("too-old", values), way.progress.planned.policy)


# ------------------------------------------------------------------ materials


def place_of(kind: Kind, progress: Progress, shown: int = 0) -> int:
    """Where a pack goes: the place that the page showed where it was one of this kind, else the first that is
    wanting. Raises Stop where nothing of the kind is."""
    places = [need.place for need in wanted(progress) if need.kind is kind]
    if not places:
        called = "All vials are" if kind is Kind.DRUG else f"The {kind.value} is"
        raise Stop("not-needed", f"{called} recorded already. Put it back.")
    return shown if kind is Kind.DRUG and shown else places[0]


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack with all that is recorded of it, but for where it goes."""

    product: Product
    read_by: ReadBy
    maker: str
    lot: str
    expiry: date
    raw: str
    gtin: str | None = None
    serial: str | None = None


def scanned_pack(found: Picked, figures: Planned) -> Pack:
    """A pack whose lot and expiry were scanned. Raises ValueError where they were not."""
    scan = found.scan
    if scan.lot is None or scan.expiry is None:
        raise ValueError(f"{quote(scan.raw)} has no lot or no expiry")
    maker = figures.drug.names.maker.value if found.product.kind is Kind.DRUG else ""
    return Pack(found.product, ReadBy.SCANNED, maker, scan.lot, scan.expiry, scan.raw, scan.gtin, scan.serial)


def material(pack: Pack, place: int, figures: Planned) -> Material:
    """A pack at its place on the picking list."""
    return Material(
        kind=pack.product.kind,
        place=place,
        product=pack.product.code,
        name=pack.product.name,
        maker=pack.maker,
        lot=pack.lot,
        expiry=pack.expiry,
        serial=pack.serial,
        gtin=pack.gtin,
        read_by=pack.read_by,
        raw=pack.raw,
        quantity=quantity(Need(pack.product.kind, place), figures),
    )


# ------------------------------------------------------------------ scanned again


def within_a_scan(logged: datetime | None, now: datetime) -> bool:
    """Whether what was logged may be this very scan, read or sent twice."""
    return logged is not None and now - logged <= _ONE_SCAN


def same_pack(found: Picked, way: Way, now: datetime) -> Material | None:
    """The vial that was recorded a moment ago by the same code, where no serial number tells the two apart."""
    last = next(reversed(live(way.progress.materials)), None)
    if last is None or found.scan.serial is not None or last.raw != found.scan.raw:
        return None
    return last if within_a_scan(last.logged_at, now) else None


def vial_of(text: str, way: Way, d: Desk, now: datetime, places: tuple[int, ...], shown: int) -> tuple[int, str]:
    """The place of a vial that is scanned as it is wetted: one of `places`, the one that the page showed where
    more fit; and what was read of it. Raises Stop for a vial that is none of them."""
    scan = picked(text, way, d, now).scan
    fitting = tuple(_fitting(scan, way, places))
    if not fitting:
        sentence = f"This vial is none of those that were recorded for {way.saved.number} and wait for water."
        raise Stop("other-vial", sentence, words(scan, d))
    wetted = way.progress.last(What.WETTED)
    if scan.serial is None and wetted is not None and within_a_scan(wetted.logged_at, now):
        raise Stop("twice", once_wetted(wetted.place), words(scan, d))
    return (shown if shown in fitting else fitting[0]), words(scan, d)


def _fitting(scan: Scan, way: Way, places: tuple[int, ...]) -> Iterator[int]:
    """A linear code has no lot and no serial: it fits every vial of its product."""
    for material in way.progress.materials:
        if material.out is None and material.place in places and material.product == scan.product:
            same_lot = scan.lot in (None, material.lot)
            if same_lot and (None in (scan.serial, material.serial) or scan.serial == material.serial):
                yield material.place


def own_paper(text: str, way: Way, d: Desk) -> str:
    """Which paper of this preparation was scanned. Raises Stop where it is none, or one that holds no longer, and
    NotRead."""
    own = own_code_parts(text.strip())
    if own is None:
        raise Stop("not-ours", f"{quote(text[:KEPT])} is not the code of our worksheet of {way.saved.number}.")
    if own.number != way.saved.number:
        raise Stop("not-ours", f"This is a paper of {own.number}, another preparation than {way.saved.number}.")
    if (said := stale(ScannedBack(own.number, own.part, own.version), way.standing, d)) is not None:
        raise Stop("stale", said)
    return paper_words(own.number, own.part)
