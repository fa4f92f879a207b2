"""A product code new to the site: scanned from its pack by one person, and again by another before it holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from compounding import records
from compounding.records import CODE, RecordsFault, RecordsRefused
from compounding.scanning import Scan, read_scan
from compounding.web import pages
from compounding.web.desk import Desk, desk
from compounding.web.enrolled import Code, codes, products_here
from compounding.web.fields import Choice, Line, Typed
from compounding.web.forms import REASON_MOST, blame
from compounding.web.identity import event, me
from compounding.web.picking import known_drugs
from compounding.web.plan_page import kept
from compounding.web.signing import SignForm, signer_proved
from compounding.wording.numbers import moment
from compounding.wording.scans import refusal_sentence
from compounding.workflow import Deed, Role

blueprint = Blueprint("enrolling", __name__, url_prefix="/settings/codes")

PROPOSED, ENROLLED, WITHDRAWN, APART = "code proposed", "code enrolled", "code withdrawn", "code not enrolled"
_HEADS = (("Code", "keep"), ("Product", ""), ("State", "keep"), ("Who", ""))
_UNKNOWN = "unknown-product"


class EnrolForm(SignForm):
    """A pack that is scanned, and what it is."""

    ON_PAGE = ("scanned", "product", "signing_secret")
    product: Choice

    scanned = Typed("Scan the pack", missing="Scan the code of the pack.", hint="scanned, not typed")


class WithdrawForm(SignForm):
    """A code that holds no longer, or a proposal that is taken back."""

    ON_PAGE = ("gtin", "why", "signing_secret")
    gtin: Choice

    why = Line("Reason", most=REASON_MOST, missing="Say why it is taken out.")


def _enrol_form(d: Desk, sent: MultiDict[str, str] | None = None) -> EnrolForm:
    shown = tuple((product.code, product.name) for product in products_here(d).values())
    chosen = Choice("What it is", shown, missing="Choose what the pack is.")
    form: EnrolForm = type("EnrolForm", (EnrolForm,), {"product": chosen})(d, sent)
    return form


def _withdraw_form(d: Desk, sent: MultiDict[str, str] | None = None) -> WithdrawForm:
    shown = tuple((code.gtin, code.gtin) for code in _standing(d))
    chosen = Choice("Code", shown, prompt="Choose the code", missing="Choose the code.")
    form: WithdrawForm = type("WithdrawForm", (WithdrawForm,), {"gtin": chosen})(d, sent)
    form.signing_secret.id = "withdraw-secret"  # two forms stand on the page
    return form


def _standing(d: Desk) -> Iterator[Code]:
    """Those that hold or wait."""
    return (code for code in codes(d).values() if code.now.value is not None or code.now.proposed is not None)


# ------------------------------------------------------------------ the page


@blueprint.get("")
def listed() -> Any:
    return _page()


def _page(enrol: EnrolForm | None = None, withdraw: WithdrawForm | None = None) -> str:
    d = desk()
    errors = pages.problems(enrol, withdraw)
    return pages.page(
        "enrol.html",
        errors,
        pages.heading(errors, "changed"),
        heads=_HEADS,
        rows=[_row(code, d) for code in _standing(d)],
        enrol=enrol or _enrol_form(d),
        withdraw=withdraw or _withdraw_form(d),
        may=me().may(Deed.PREPARE),
        signer=f"{me().person.name}, {me().person.role}",
    )


def _row(code: Code, d: Desk) -> dict[str, Any]:
    """What waits does not say its product: whoever confirms it reads the pack."""
    waits, last = code.now.proposed is not None, code.rows[-1]
    product = code.now.value or ""
    name = products_here(d)[product].name if product in products_here(d) else product or "said by the second person"
    state = {"chip": "Waits", "look": "acknowledge"} if waits else {"chip": "Enrolled", "look": "done"}
    who = " and ".join(row.by.name for row in code.rows[-2:] if not waits or row is last)
    when = kept(moment(last.at, d.zone, d.market))
    return {"cells": (code.gtin, name, state, {"main": who, "small": [when]})}


# ------------------------------------------------------------------ enrolling


@blueprint.post("")
@pages.shown_again
def enrol() -> Any:
    """Proposes a code, or lets it hold where another person proposed the same."""
    d = desk()
    form = _enrol_form(d, request.form)
    if pages.lost():
        form.validate()
        blame(form.scanned, pages.LOST)
        return _page(form)
    if not form.validate() or (scan := _scanned(form, d)) is None:
        return _page(form), 422
    code = codes(d).get(scan.gtin or "", Code(scan.gtin or "", ()))
    if (why := _refused(code, form, d)) is not None:
        blame(form.scanned, why)
        return _page(form), 409
    if not signer_proved(form, d):
        return _page(form), 422
    try:
        _store(code, form, scan, d)
    except RecordsFault as fault:
        blame(form.scanned, str(fault))
        return _page(form), 409 if isinstance(fault, RecordsRefused) else pages.NOT_SAVED
    return redirect(url_for("enrolling.listed"), 303)


def _scanned(form: EnrolForm, d: Desk) -> Scan | None:
    """A scan of a product code that no drug file has; what it is instead stands at the field."""
    separator = d.site.scanner_separator
    scan = read_scan(form.scanned.text, known_drugs(d), market=d.market, on=d.today(), separator=separator)
    if scan.refusal is not None and (scan.refusal.code != _UNKNOWN or scan.gtin is None):
        blame(form.scanned, refusal_sentence(scan.refusal, d.market))
    elif scan.refusal is None:
        blame(form.scanned, f"This code is known already: it is that of {scan.product}.")
    else:
        return scan
    return None


def _refused(code: Code, form: EnrolForm, d: Desk) -> str | None:
    """Why this person may not enrol this code as this product; None where they may."""
    now, product = code.now, form.product.data
    if now.value is not None:
        return f"{code.gtin} is enrolled already, as {now.value}."
    if now.proposed is None:
        return None
    if now.proposed_by == me().account.user:
        return f"You proposed {code.gtin} yourself: another person scans the pack." if product == now.proposed else None
    if product != now.proposed:
        told = event(APART, {"code": code.gtin}, changes=[("Product", now.proposed, product)], subject=_subject(code))
        records.record(d.engine, told)
        return f"Somebody else proposed {code.gtin} as another product: read the pack again, both of you."
    if _is_drug(product, d) and Role.PHARMACIST.value not in (me().account.role, code.rows[-1].by.role):
        return f"{code.gtin} is proposed as the drug: one of the two people who scan its pack is a pharmacist."
    return None


def _is_drug(product: str, d: Desk) -> bool:
    """Whether a code names vials of the drug: what is wrong there reaches a patient as another drug."""
    return any(drug.id == product for drug in d.drugs)


def _subject(code: Code) -> str:
    return f"setting:{CODE}{code.gtin}"


def _store(code: Code, form: EnrolForm, scan: Scan, d: Desk) -> None:
    """Raises RecordsRefused where another page was first, and NotSaved."""
    holds = code.now.proposed == form.product.data
    standing, action = ("holds", ENROLLED) if holds else ("proposed", PROPOSED)
    told = event(action, {"scanned": scan.raw}, changes=[("Product", None, form.product.data)])
    records.put_setting(d.engine, f"{CODE}{code.gtin}", form.product.data, standing, told, was=code.seen)


@blueprint.post("/withdraw")
@pages.shown_again
def withdraw() -> Any:
    """Takes a code or its proposal away: one person may, since nothing is taken for it afterwards."""
    d = desk()
    form = _withdraw_form(d, request.form)
    if pages.lost():
        form.validate()
        blame(form.gtin, pages.LOST)
        return _page(withdraw=form)
    if not form.validate() or not signer_proved(form, d):
        return _page(withdraw=form), 422
    code = codes(d)[form.gtin.data]
    held = code.now.value or code.now.proposed
    told = event(WITHDRAWN, changes=[("Product", held, None)], reason=form.why.data)
    try:
        records.put_setting(d.engine, f"{CODE}{code.gtin}", None, "withdrawn", told, was=code.seen)
    except RecordsFault as fault:
        blame(form.gtin, str(fault))
        return _page(withdraw=form), 409 if isinstance(fault, RecordsRefused) else pages.NOT_SAVED
    return redirect(url_for("enrolling.listed"), 303)
