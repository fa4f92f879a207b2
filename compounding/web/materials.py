"""What a preparation is made of, recorded: scanned, or its lot and expiry typed twice; and what leaves it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, current_app, request
from werkzeug.datastructures import MultiDict

from compounding import records
from compounding.quantities import quote
from compounding.records import NewOut, NewRow, RecordsFault
from compounding.scanning import Scan
from compounding.web import pages
from compounding.web.blind import refuse
from compounding.web.desk import Desk, desk
from compounding.web.forms import blame
from compounding.web.identity import event, me
from compounding.web.path import (
    SCAN_REFUSED,
    TYPED_REFUSED,
    back,
    faulted,
    keep_refused,
    lost,
    now,
    sent_place,
    stopped,
    way_shown,
)
from compounding.web.path_forms import PRODUCT, EndForm, ScanForm, TypedForm, end_form, typed_form
from compounding.web.path_page import AGAIN, end_page, type_page
from compounding.web.picking import Pack, Stop, material, picked, place_of, same_pack, scanned_pack, too_old, words
from compounding.web.progressing import Way
from compounding.web.reasons import PUT_AWAY, TAKE_OUT
from compounding.web.signing import bound, same
from compounding.web.taking import Taking, moved_on, refused, take
from compounding.web.viewing import VIEWED, viewed
from compounding.web.witnessing import named, witness_proved
from compounding.wording.endings import leaving_text
from compounding.wording.numbers import day
from compounding.wording.path import called, coded_otherwise, once_recorded, read_as
from compounding.wording.wastes import told as wastes_told
from compounding.workflow import Step, steps
from compounding.workflow.guards import leaves_by, material_barriers, out_barriers
from compounding.workflow.materials import LOST, Kind, Material, Out, ReadBy
from compounding.workflow.products import Product, products_for
from compounding.workflow.steps import RECORD, REPLACE
from compounding.workflow.wastes import of_lost

blueprint = Blueprint("materials", __name__, url_prefix="/preparations")

TYPED_ONCE, TYPED_APART = "lot typed", "lot typed differently"
_FIRST = "first"
_APART = "This is not what was typed the first time. Type lot and expiry again from the pack, both times."


def _recording(way: Way) -> Step:
    """The step that records a material as the preparation stands."""
    return REPLACE if way.progress.state in REPLACE.before else RECORD


def _nothing_recorded(way: Way) -> str | None:
    """Why nothing may be recorded now by whoever is signed in; None where something may."""
    return refused(way, Taking(_recording(way), ()), now())


# ------------------------------------------------------------------ scanned


@blueprint.post("/<number>/scan")
@pages.shown_again
def scan(number: str) -> Any:
    """Records what was scanned at the place that waits for it; what may not be used stops."""
    d, way, raw = desk(), way_shown(number), ScanForm(desk(), request.form).scan.text
    if pages.lost():
        return lost(way)
    if (said := moved_on(way.standing) or _nothing_recorded(way)) is not None:
        return stopped(way, Stop("moved", said), raw, 409)
    try:
        found = picked(raw, way, d, now())
        place = place_of(found.product.kind, way.progress, sent_place())
    except Stop as stop:
        return stopped(way, stop, raw)
    kind = found.product.kind
    if not found.whole:  # a code of the product alone
        return type_page(way, typed_form(kind, d, MultiDict({PRODUCT: raw}), bare=True), kind, place)
    if (last := same_pack(found, way, now())) is not None and not same(request.form.get(AGAIN, ""), _asked(last)):
        return stopped(way, Stop("twice", once_recorded(last.place)), raw, 409, again=_asked(last))
    return _record(way, scanned_pack(found, way.progress.planned), place, d)


def _asked(last: Material) -> str:
    """Stands for the question whether another pack has the code of the last one: good for its answer alone."""
    return bound(current_app.config["SECRET_KEY"], ["another pack", me().account.user, last.id, last.raw])


def _record(way: Way, pack: Pack, place: int, d: Desk) -> Any:
    new = material(pack, place, way.progress.planned)
    step = _recording(way)
    taking = Taking(step, (new,), lambda progress: material_barriers(progress, new))
    try:
        take(way, taking, event(step.name, _told(new, d)), d)
    except RecordsFault as fault:
        action = TYPED_REFUSED if new.read_by is ReadBy.TYPED else SCAN_REFUSED
        return faulted(way, fault, new.raw, action)
    return back(way.saved.number)


def _told(new: Material, d: Desk) -> dict[str, str]:
    told = {
        "material": called(new.kind, new.place),
        "product": new.name,
        "maker": new.maker,
        "lot": new.lot,
        "expiry": day(new.expiry, d.market),
        "serial": new.serial or "",
        "read": new.read_by.value,
        "raw": new.raw,
        "match": "as planned",
    }
    return {name: text for name, text in told.items() if text}


# ------------------------------------------------------------------ typed twice


@blueprint.get("/<number>/type/<kind>")
def type_(number: str, kind: str) -> Any:
    """Empty boxes for what stands on a pack."""
    way, wanted = way_shown(number), _kind(kind)
    if (said := _nothing_recorded(way)) is not None:
        refuse("Nothing to be recorded", said, 409)
    try:
        place = place_of(wanted, way.progress)
    except Stop as stop:
        refuse("Nothing to be recorded", stop.sentence, 409)
    viewed(VIEWED, number, page="materials typed")
    return type_page(way, typed_form(wanted, desk()), wanted, place)


def _kind(name: str) -> Kind:
    try:
        return Kind(name)
    except ValueError:
        abort(404)


@blueprint.post("/<number>/type/<kind>")
@pages.shown_again
def typed(number: str, kind: str) -> Any:
    """Asks for lot and expiry a second time without showing the first; records them where they agree."""
    d, way, wanted = desk(), way_shown(number), _kind(kind)
    form, place, first = typed_form(wanted, d, request.form), sent_place(), request.form.get(_FIRST, "")
    if pages.lost():
        return type_page(way, form, wanted, place, first, problems=[pages.problem("lot", pages.LOST)])
    if (said := moved_on(way.standing) or _nothing_recorded(way)) is not None:
        return type_page(way, form, wanted, place, first, problems=[pages.problem("lot", said)]), 409
    pack = _typed_pack(form, wanted, way, d)
    if pack is None:
        return type_page(way, form, wanted, place, first), 422
    binding = _binding(pack, way, place)
    if not first:
        return _typed_once(way, form, pack, place, binding, d)
    if not same(first, binding):
        return _typed_apart(way, form, pack, place, d)
    return _record(way, pack, place, d)


def _typed_once(way: Way, form: TypedForm, pack: Pack, place: int, binding: str, d: Desk) -> Any:
    """Asks for it once more. The log says that it was typed, and not what."""
    kind = pack.product.kind
    try:
        records.record(d.engine, event(TYPED_ONCE, {"material": called(kind, place)}, subject=way.saved.number))
    except RecordsFault as fault:
        return type_page(way, form, kind, place, problems=[pages.problem("lot", str(fault))]), pages.status_of(fault)
    return type_page(way, _again(form, kind, d), kind, place, binding)


def _again(form: TypedForm, kind: Kind, d: Desk) -> TypedForm:
    """The form with lot and expiry empty: the second typing does not see the first."""
    kept = {name: text for name, text in form.typed().items() if name in (PRODUCT, "maker")}
    return typed_form(kind, d, MultiDict(kept), bare=True)


def _typed_pack(form: TypedForm, kind: Kind, way: Way, d: Desk) -> Pack | None:
    """What was typed; None where it has errors, which then stand at their fields."""
    if not form.validate():
        return None
    figures, lot, expiry, scan = way.progress.planned, form.lot.data, form.expiry.data, None
    product = products_for(figures.drug, figures.making).get(kind)
    if product is None:
        abort(404)
    # The scan to the letter, where there was one: lot and expiry have places of their own.
    raw = form.typed().get(PRODUCT, f"{lot} {expiry.isoformat()}")
    try:
        scan = _scan_of(product, raw, way, d) if PRODUCT in form else None
    except Stop as stop:
        _refuse_typed(form[PRODUCT], way, stop, raw)
        return None
    if scan is not None and _says_otherwise(scan, form, d):
        return None
    gtin, serial = (scan.gtin, scan.serial) if scan else (None, None)
    if (said := too_old(product, lot, expiry, way, now())) is not None:
        read = read_as(gtin, day(expiry, d.market), lot, serial)
        _refuse_typed(form.expiry, way, Stop("expired", said, read), raw)
        return None
    maker = figures.drug.names.maker.value if kind is Kind.DRUG else form["maker"].data
    return Pack(product, ReadBy.TYPED, maker, lot, expiry, raw, gtin, serial)


def _scan_of(product: Product, text: str, way: Way, d: Desk) -> Scan:
    """The code of the planned product, read. Raises Stop where it is another's."""
    found = picked(text, way, d, now())
    if found.product != product:
        what = "vial" if product.kind is Kind.DRUG else product.kind.value
        raise Stop("other-product", f"{quote(text)} is {found.product.name}, and no {what}.", words(found.scan, d))
    return found.scan


def _says_otherwise(scan: Scan, form: TypedForm, d: Desk) -> bool:
    """Whether the code of a pack says another lot or expiry than is typed, which then stands at its field."""
    if scan.lot is not None and scan.lot != form.lot.data:
        blame(form.lot, coded_otherwise("lot", form.lot.data, scan.lot))
    if scan.expiry is not None and scan.expiry != form.expiry.data:
        typed, coded = (day(one, d.market) for one in (form.expiry.data, scan.expiry))
        blame(form.expiry, coded_otherwise("expiry", typed, coded))
    return bool(form.lot.errors or form.expiry.errors)


def _refuse_typed(field: Any, way: Way, stop: Stop, raw: str) -> None:
    """A hard stop like that of a scan: at its field, and in the log."""
    blame(field, stop.sentence)
    keep_refused(TYPED_REFUSED, way, stop, raw)


def _binding(pack: Pack, way: Way, place: int) -> str:
    """Stands for what was typed first: it can be compared, and not read."""
    said = ["typed", way.saved.number, way.saved.version, me().account.user, pack.product.code, pack.raw, place]
    return bound(current_app.config["SECRET_KEY"], [*said, pack.maker, pack.lot, pack.expiry.isoformat()])


def _typed_apart(way: Way, form: TypedForm, pack: Pack, place: int, d: Desk) -> Any:
    told = {"material": called(pack.product.kind, place), "lot": pack.lot, "expiry": day(pack.expiry, d.market)}
    records.record(d.engine, event(TYPED_APART, told, reason="the two entries differ", subject=way.saved.number))
    emptied = _again(form, pack.product.kind, d)
    blame(emptied.lot, _APART)
    return type_page(way, emptied, pack.product.kind, place), 422


# ------------------------------------------------------------------ out again


@blueprint.get("/<number>/out/<int:material_id>")
def out(number: str, material_id: int) -> Any:
    """Asks why a material leaves."""
    way = way_shown(number)
    leaving, step = _leaving(way, material_id)
    viewed(VIEWED, number, page="material taken out")
    return end_page(way, _out_form(leaving, step, desk()), leaving_text(leaving, step))


@blueprint.post("/<number>/out/<int:material_id>")
@pages.shown_again
def take_out(number: str, material_id: int) -> Any:
    """Puts a material out, with its reason; what is broken or thrown away is written down as waste."""
    d, way = desk(), way_shown(number)
    if pages.lost():
        return lost(way)
    leaving, step = _leaving(way, material_id)
    form, text = _out_form(leaving, step, d, request.form), leaving_text(leaving, step)
    told = event(step.name)
    try:
        made = _left(way, leaving, form, d) if form.validate() else None
        if made is None:
            return end_page(way, form, text), 422
        details, rows = made
        told = replace(told, details=details, reason=form.reason, reason_code=form.why.data)
        take(way, Taking(step, rows, lambda progress: out_barriers(progress, leaving)), told, d)
    except RecordsFault as fault:
        return end_page(way, form, text, [pages.problem("why", str(fault))]), pages.status_of(fault)
    return back(number)


def _out_form(leaving: Material, step: Step, d: Desk, sent: Any = None) -> EndForm:
    """Of a vial it asks who saw it go: of one alone whose content is lost."""
    reasons = PUT_AWAY if step is steps.PUT_AWAY else TAKE_OUT
    return end_form(d, reasons, sent, witnessed=leaving.kind is Kind.DRUG, always=False)


def _left(way: Way, leaving: Material, form: EndForm, d: Desk) -> tuple[dict[str, str], Sequence[NewRow]] | None:
    """What the log tells of a material that leaves, and the rows of it; None where there is no witness of a drug
    that is lost, which then stands at the field. Raises RecordsFault."""
    why, out = Out[form.why.data.upper()], form.words.data or ""
    wastes = tuple(of_lost(leaving, way.progress.planned, form.reason)) if why in LOST else ()
    told = {"material": called(leaving.kind, leaving.place), "lot": leaving.lot, "serial": leaving.serial or "none"}
    told |= wastes_told(wastes, [(leaving, why)])
    if wastes:
        witness = witness_proved(form, d)
        if witness is None:
            return None
        wastes = tuple(replace(waste, witness=witness.user) for waste in wastes)
        told["witness"] = named(witness)
    return told, (NewOut(leaving.id or 0, why, out), *wastes)


def _leaving(way: Way, material_id: int) -> tuple[Material, Step]:
    """The material, and the step by which it may leave; ends the request where it may not."""
    found = next((one for one in way.progress.materials if one.id == material_id), None)
    if found is None:
        abort(404)
    step = leaves_by(way.progress, found)
    if step is None:
        refuse("It cannot leave", f"{called(found.kind, found.place)} cannot leave {way.saved.number} any more.", 409)
    return found, step
