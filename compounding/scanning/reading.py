"""From what a scanner sent to a product, lot, expiry and serial, or to the first reason against it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date
from types import MappingProxyType

from compounding.findings import Values
from compounding.formulary import Presentation
from compounding.formulary.codes import fits, gtins
from compounding.policy import Market
from compounding.scanning.elements import GS, Elements, TooManyReadings, element_readings, fault
from compounding.scanning.own import looks_like_own_code, own_code_parts
from compounding.scanning.products import Products
from compounding.scanning.scan import Refusal, Scan

MOST = 200
"""Characters of a scan. A pack's symbol holds some sixty; more is another page of a keyboard wedge."""
# Not str.strip(), which takes a group separator for a space.
_AROUND = " \t\r\n"
_PREFIX = re.compile(r"\][A-Za-z][0-9A-Za-z]")  # ISO/IEC 15424
# GS1-128, DataMatrix, QR, DotCode and DataBar carry element strings, and nothing else does (GS1 General
# Specifications, symbology identifiers).
_OF_ELEMENTS = frozenset({"]C1", "]d2", "]Q3", "]J1", "]e0"})
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|www\.", re.IGNORECASE)
_NONE: Mapping[str, str] = MappingProxyType({})


def read_scan(
    text: str,
    drugs: Iterable[Presentation],
    *,
    market: Market,
    on: date,
    separator: str = "",
    enrolled: Mapping[str, str] = _NONE,
) -> Scan:
    """What a scanner or a hand sent, read; never raises.

    `drugs` are the presentations of every market, `market` is the site's. `on` is the day on which the
    vial must still be good. `separator` is what the site's scanners send in place of the group
    separator, if anything; `enrolled` are codes that the site added (GTIN of 14 figures to id).
    """
    scan = Scan(market, text)
    trimmed = text.strip("".join(space for space in _AROUND if space not in separator))
    if len(trimmed) > MOST:
        return replace(scan, refusal=Refusal("too-long", "", {"length": len(trimmed), "most": MOST}))
    prefix = _PREFIX.match(trimmed)
    symbology = prefix[0] if prefix else None
    body = trimmed.removeprefix(symbology or "")
    scan = replace(scan, symbology=symbology)
    if not body:
        return replace(scan, refusal=Refusal("empty", "prefix" if symbology else "", {"prefix": symbology or ""}))
    if looks_like_own_code(body):
        return replace(scan, refusal=_own_label(body))
    if separator:
        body = body.replace(separator, GS)
    return _judged(scan, body, Products(market, tuple(drugs), enrolled), on)


def _own_label(body: str) -> Refusal:
    if own := own_code_parts(body):
        version = {} if own.version is None else {"version": own.version}
        said: Values = {"number": own.number, "part": own.part, **version}
        return Refusal("own-label", "page" if own.part.startswith("p") else "copy", said)
    return Refusal("own-label", "misread", {"text": body})


def _judged(scan: Scan, body: str, products: Products, on: date) -> Scan:
    try:
        readings = _readings(scan.symbology, body, products, on)
    except TooManyReadings:
        return replace(scan, refusal=Refusal("ambiguous"))
    if not readings:
        return replace(scan, refusal=_not_a_code(scan.symbology, body, on))
    stated = {reading.gtin for reading in readings if reading.gtin}
    fitting = {gtin for gtin in stated if fits(gtin)}
    if stated and not fitting:
        return replace(scan, symbology=None, refusal=Refusal("bad-check-digit", "", {"gtin": min(stated)}))
    if len(readings) == 1:
        (reading,) = readings
        scan = replace(scan, expiry=reading.expiry, lot=reading.lot, serial=reading.serial)
    gtin = _sole(filter(products.knows, fitting)) or _sole(fitting)
    product, refusal = _product(gtin, fitting, products)
    refusal = refusal or _of_a_known_product(scan, len(readings), on)
    return replace(scan, gtin=gtin, product=product, refusal=refusal)


def _readings(symbology: str | None, body: str, products: Products, on: date) -> Collection[Elements]:
    """The readings that this kind of symbol allows. Without a prefix a text of the form of a linear code
    is one: an element string with a product in it is longer."""
    if symbology in _OF_ELEMENTS:
        return element_readings(body, on)
    linear = [Elements(gtin) for gtin in gtins(body)]
    if symbology or linear:
        return [reading for reading in linear if products.knows(reading.gtin)] or linear
    # "99bottles" is GS1's identifier 99 and a value, and far likelier a word.
    readings = element_readings(body, on)
    return () if readings <= {Elements()} else readings


def _sole(gtins: Iterable[str]) -> str | None:
    found = set(gtins)
    return found.pop() if len(found) == 1 else None


def _product(gtin: str | None, fitting: Collection[str], products: Products) -> tuple[str | None, Refusal | None]:
    if gtin is not None:
        return products.named(gtin)
    if any(map(products.knows, fitting)):
        return None, None  # more than one: its readings are
    if fitting:
        return None, Refusal("unknown-product", "", {"gtin": min(fitting)})
    return None, Refusal("unknown-product", "no code")


def _not_a_code(symbology: str | None, body: str, on: date) -> Refusal:
    if _ADDRESS.match(body):
        return Refusal("not-a-code", "address", {"text": body})
    if symbology and symbology not in _OF_ELEMENTS:
        return Refusal("not-a-code", "linear", {"text": body, "prefix": symbology})
    found = fault(body, on)
    return Refusal("not-a-code", found.case, asdict(found))


def _of_a_known_product(scan: Scan, readings: int, on: date) -> Refusal | None:
    if readings > 1:
        return Refusal("ambiguous")
    if scan.expiry is not None and scan.expiry < on:
        return Refusal("expired", "", {"expiry": scan.expiry, "on": on})
    return None
