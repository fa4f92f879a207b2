"""A page to try a scanner: what it sent, character by character, and how that was read. Nothing else is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, request

from compounding.scanning import Scan, read_scan
from compounding.web import pages
from compounding.web.desk import Desk, desk
from compounding.web.enrolled import enrolled, products_here
from compounding.web.fields import Typed
from compounding.web.forms import SiteForm
from compounding.web.picking import KEPT, known_drugs
from compounding.web.viewing import viewed
from compounding.wording.numbers import DASH, count, day
from compounding.wording.scans import characters, refusal_sentence

blueprint = Blueprint("scanner", __name__, url_prefix="/scanner")

TRIED = "scanner viewed"


class TryForm(SiteForm):
    """Whatever was sent, to the letter."""

    scanned = Typed("Scan anything")


@blueprint.get("")
def shown() -> Any:
    return _page(TryForm(desk()), None)


@blueprint.post("")
@pages.shown_again
def read() -> Any:
    """Reads what was sent as a vial would be read today."""
    d, form = desk(), TryForm(desk(), request.form)
    if pages.lost():
        return _page(form, None, [pages.problem("scanned", pages.LOST)])
    text = form.scanned.text
    viewed(TRIED, sent=text[:KEPT], characters=str(len(text)))
    ids = {drug.id for drug in known_drugs(d)}
    scan = read_scan(
        text,
        known_drugs(d),
        market=d.market,
        on=d.today(),
        separator=d.site.scanner_separator,
        enrolled={gtin: product for gtin, product in enrolled(d).items() if product in ids},
    )
    return _page(TryForm(d), scan)


def _page(form: TryForm, scan: Scan | None, problems: list[dict[str, str]] | None = None) -> str:
    d = desk()
    return pages.page(
        "scanner.html",
        problems or [],
        pages.heading(problems or [], "read"),
        form=form,
        scan=scan,
        sent=characters(scan.raw[:KEPT]) if scan else (),
        how_many=count(len(scan.raw), "character") if scan else "",
        cut=f"The first {KEPT} are shown." if scan and len(scan.raw) > KEPT else "",
        pairs=list(_read(scan, d)) if scan else [],
        stop=refusal_sentence(scan.refusal, d.market) if scan and scan.refusal else "",
        separator=d.site.scanner_separator,
    )


def _read(scan: Scan, d: Desk) -> Iterator[tuple[str, str]]:
    yield "Kind of symbol", scan.symbology or "no prefix was sent"
    yield "Product", _product(scan, d)
    yield "Code", scan.gtin or DASH
    yield "Expiry", day(scan.expiry, d.market) if scan.expiry else DASH
    yield "Lot", scan.lot or DASH
    yield "Serial number", scan.serial or DASH


def _product(scan: Scan, d: Desk) -> str:
    """By its drug file, or as the site enrolled its code."""
    drug = next((drug for drug in known_drugs(d) if drug.id == scan.product), None)
    if drug is not None:
        return f"{drug.names.brand.value}, {drug.market.value.upper()}"
    product = products_here(d).get(enrolled(d).get(scan.gtin or "", ""))
    return product.name if product else DASH
