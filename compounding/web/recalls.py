"""Recalls: what a lot was used for, as a page and on paper; a lot recalled, and a recall that ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from compounding import papers, records
from compounding.papers import ExtractRow, ExtractValue
from compounding.quantities import quote
from compounding.records import Recall, RecordsFault
from compounding.web import pages
from compounding.web.desk import Desk, desk
from compounding.web.enrolled import products_here
from compounding.web.extracts import Heading, drawn
from compounding.web.fields import Choice, Line
from compounding.web.forms import REASON_MOST, SiteForm, blame
from compounding.web.identity import event, me
from compounding.web.lot_uses import Use, back, patients, unopened, uses
from compounding.web.plan_page import kept
from compounding.web.signing import SignForm, signer_proved
from compounding.web.viewing import listed_entry, viewed
from compounding.wording import recalls as wording
from compounding.wording.numbers import day, moment
from compounding.workflow import Deed

blueprint = Blueprint("recalls", __name__, url_prefix="/recalls")

LOOKED, LOT_VIEWED, LIST_TAKEN = "recalls viewed", "lot viewed", "lot list viewed"
RECALLED, ENDED = "lot recalled", "recall ended"
LOT_MOST = 40
_USES = (("Preparation", "keep"), ("Patient", ""), ("Give on", "keep"), ("State", "keep"), ("What of the lot", ""))
_RECALLS = (("Lot", "keep"), ("Product", ""), ("Why", ""), ("State", "keep"))


class LotForm(SiteForm):
    """A lot as it is printed on the pack, of one product or of any."""

    ON_PAGE = ("lot", "product")
    product: Choice

    lot = Line("Lot", most=LOT_MOST, missing="Type the lot.", hint="spaces, hyphens and capitals do not count")


class RecallForm(SignForm):
    """A lot that is recalled."""

    ON_PAGE = ("recalled_lot", "recalled_product", "recall_reason", "signing_secret")
    recalled_product: Choice

    recalled_lot = Line("Lot", most=LOT_MOST, missing="Type the lot.")
    recall_reason = Line("Reason", most=REASON_MOST, missing="Say why it is recalled.", hint="as the notice gives it")


class EndForm(SignForm):
    """A recall that stands no longer."""

    ON_PAGE = ("which", "end_reason", "signing_secret")
    which: Choice

    end_reason = Line("Reason", most=REASON_MOST, missing="Say why it ends.")


def _products(d: Desk) -> tuple[tuple[str, str], ...]:
    return tuple((product.code, product.name) for product in products_here(d).values())


def _lot_form(d: Desk, sent: MultiDict[str, str] | None = None) -> LotForm:
    form: LotForm = type("LotForm", (LotForm,), {"product": Choice("Product", _products(d), prompt="Any")})(d, sent)
    return form


def _recall_form(d: Desk, sent: MultiDict[str, str] | None = None) -> RecallForm:
    chosen = Choice("Product", _products(d), prompt="Choose the product", missing="Choose the product.")
    form: RecallForm = type("RecallForm", (RecallForm,), {"recalled_product": chosen})(d, sent)
    form.signing_secret.id = "recall-secret"  # two forms that are signed stand on the page
    return form


def _end_form(d: Desk, sent: MultiDict[str, str] | None = None) -> EndForm:
    shown = tuple((str(one.id), f"{one.lot}, {_name(one.product, d)}") for one in _standing(d))
    chosen = Choice("Recall", shown, prompt="Choose the recall", missing="Choose which recall ends.")
    form: EndForm = type("EndForm", (EndForm,), {"which": chosen})(d, sent)
    form.signing_secret.id = "end-secret"
    return form


def _standing(d: Desk) -> list[Recall]:
    return [one for one in records.recalls(d.engine) if one.end is None]


def _name(product: str, d: Desk) -> str:
    known = products_here(d).get(product)
    return known.name if known else product


# ------------------------------------------------------------------ the page


@blueprint.get("")
def shown() -> Any:
    viewed(LOOKED)
    return _page()


@blueprint.post("/search")
@pages.shown_again
def search() -> Any:
    """What a lot was used for. By POST: an address holds no lot."""
    d, form = desk(), _lot_form(desk(), request.form)
    if pages.lost():
        return _page(lot=form, problems=[pages.problem("lot", pages.LOST)])
    if (found := _found(form, d)) is None:
        return _page(lot=form), 422
    listed_entry(LOT_VIEWED, [use.saved.number for use in found], lot=form.lot.data, product=form.product.data or "any")
    return _page(lot=form, found=found)


def _found(form: LotForm, d: Desk) -> tuple[Use, ...] | None:
    """None where the lot cannot be looked for, which then stands at its field."""
    if not form.validate():
        return None
    try:
        return uses(d.engine, form.product.data, form.lot.data)
    except ValueError:  # hyphens alone
        blame(form.lot, _no_lot(form.lot.data))
        return None


def _no_lot(text: str) -> str:
    return f"{quote(text)} holds no letter and no figure: it is no lot."


def _page(
    *,
    lot: LotForm | None = None,
    found: Sequence[Use] | None = None,
    recall: RecallForm | None = None,
    end: EndForm | None = None,
    problems: Sequence[dict[str, str]] = (),
) -> str:
    d = desk()
    errors = [*problems, *pages.problems(lot, recall, end)]
    return pages.page(
        "recalls.html",
        errors,
        pages.heading(errors, "recorded"),
        lot=lot or _lot_form(d),
        found=None if found is None else wording.found(len(found), patients(found)),
        remaining=wording.remaining(unopened(found), back(found)) if found else "",
        heads=_USES,
        rows=[_use_row(use, d) for use in found or ()],
        recall_heads=_RECALLS,
        recalls=[_recall_row(one, d) for one in reversed(records.recalls(d.engine))],
        recall=recall or _recall_form(d),
        end=end or _end_form(d),
        standing=bool(_standing(d)),
        may=me().may(Deed.RECALL),
        signer=f"{me().person.name}, {me().person.role}",
    )


def _use_row(use: Use, d: Desk) -> dict[str, Any]:
    number = {"main": use.saved.number, "href": url_for("preparations.shown", number=use.saved.number)}
    patient = {"main": use.identity.name, "small": _facts(use, d)}
    return {"cells": (number, patient, day(use.saved.content.given_on, d.market), use.state.value, _packs(use, d))}


def _facts(use: Use, d: Desk) -> list[str]:
    numbers = [f"{name} {number}" for name, number in pages.numbers(use.identity)]
    return [kept(f"born {day(use.identity.born, d.market)}"), *map(kept, numbers)]


def _packs(use: Use, d: Desk) -> dict[str, Any]:
    return {"small": [f"{name}: {text}" for name, text in _became(use)]}


def _became(use: Use) -> Iterator[tuple[str, str]]:
    for pack in use.packs:
        yield wording.called(pack.material), wording.fate(pack.material, pack.used, use.state)


def _recall_row(one: Recall, d: Desk) -> dict[str, Any]:
    state: dict[str, Any] = {"chip": "Recalled", "look": "stop", "small": _by(one.person.name, one.at, d)}
    if one.end is not None:
        told = [*_by(one.end.person.name, one.end.at, d), one.end.reason]
        state = {"chip": "Ended", "look": "todo", "small": told}
    return {"cells": (one.lot, _name(one.product, d), one.reason, state)}


def _by(name: str, at: Any, d: Desk) -> list[str]:
    return [f"{kept(moment(at, d.zone, d.market))}, {name}"]


# ------------------------------------------------------------------ on paper


@blueprint.post("/pdf")
@pages.shown_again
def pdf() -> Any:
    """What a search found, on paper."""
    d, form = desk(), _lot_form(desk(), request.form)
    if pages.lost():
        return _page(lot=form, problems=[pages.problem("lot", pages.LOST)])
    if (found := _found(form, d)) is None:
        return _page(lot=form), 422
    head = records.head(d.engine)
    if head is None:
        abort(404)
    try:
        made = drawn(_heading(form, found, head, d), wording.CAPTIONS, _paper(found, d), me(), d)
    except papers.Refused as refused:
        return _page(lot=form, found=found, problems=[pages.problem("lot", f"The PDF cannot be made: {refused}")]), 422
    numbers = [use.saved.number for use in found]
    listed_entry(LIST_TAKEN, numbers, lot=form.lot.data, product=form.product.data or "any")
    headers = {"Content-Disposition": 'attachment; filename="lot.pdf"'}
    return Response(made, mimetype="application/pdf", headers=headers)


def _heading(form: LotForm, found: Sequence[Use], head: records.Head, d: Desk) -> Heading:
    product = _name(form.product.data, d) if form.product.data else "any"
    return Heading(
        "What a lot was used for",
        (
            (("Lot", form.lot.data), ("Product", product)),
            (("Found", wording.found(len(found), patients(found))),),
            (("Left", wording.remaining(unopened(found), back(found))),),
        ),
        head,
    )


def _paper(found: Sequence[Use], d: Desk) -> Iterator[ExtractRow]:
    for number, use in enumerate(found, 1):
        yield ExtractRow(
            entry=str(number),
            when=(day(use.saved.content.given_on, d.market), use.state.value),
            who=(use.saved.number, *_plain_facts(use, d)),
            what=use.identity.name,
            values=tuple(ExtractValue(name, None, None, text) for name, text in _became(use)),
        )


def _plain_facts(use: Use, d: Desk) -> Iterator[str]:
    yield f"born {day(use.identity.born, d.market)}"
    yield from (f"{name} {number}" for name, number in pages.numbers(use.identity))


# ------------------------------------------------------------------ recalled, and ended


@blueprint.post("/put")
@pages.shown_again
def put() -> Any:
    """Recalls a lot: no scan of it is taken from now on, and what holds it is not released."""
    d, form = desk(), _recall_form(desk(), request.form)
    if pages.lost():
        return _page(recall=form, problems=[pages.problem(form.recalled_lot.anchor, pages.LOST)])
    if not form.validate() or not signer_proved(form, d):
        return _page(recall=form), 422
    lot, product = form.recalled_lot.data, form.recalled_product.data
    told = event(RECALLED, {"lot": lot, "product": product}, reason=form.recall_reason.data)
    try:
        records.put_recall(d.engine, product, lot, form.recall_reason.data, told)
    except ValueError:
        blame(form.recalled_lot, _no_lot(lot))
        return _page(recall=form), 422
    except RecordsFault as fault:
        return _not_stored(form.recalled_lot, fault, recall=form)
    return redirect(url_for("recalls.shown"), 303)


@blueprint.post("/end")
@pages.shown_again
def end() -> Any:
    """Ends a recall: its lot may be used again."""
    d, form = desk(), _end_form(desk(), request.form)
    if pages.lost():
        return _page(end=form, problems=[pages.problem(form.which.anchor, pages.LOST)])
    if not form.validate() or not signer_proved(form, d):
        return _page(end=form), 422
    told = event(ENDED, {"recall": form.which.chosen}, reason=form.end_reason.data)
    try:
        records.end_recall(d.engine, int(form.which.data), form.end_reason.data, told)
    except RecordsFault as fault:
        return _not_stored(form.which, fault, end=form)
    return redirect(url_for("recalls.shown"), 303)


def _not_stored(field: Any, fault: RecordsFault, **forms: Any) -> Any:
    """The page again, with why nothing was stored at the field that it is about."""
    blame(field, str(fault))
    return _page(**forms), pages.status_of(fault)
