"""Downtime packs: numbered blank worksheets printed ahead, and what became of each number."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from compounding import papers, records
from compounding.formulary import Presentation
from compounding.papers import Ahead
from compounding.quantities import Unreadable, quote
from compounding.reckoner import reckoner
from compounding.records import MOST_WORKSHEETS, EntrySearch, NewPack, NumberState, Pack, PackNumber, RecordsFault
from compounding.records.downtime import numbers
from compounding.stability import limits_confirmed
from compounding.web import pages
from compounding.web.desk import Desk, desk
from compounding.web.fields import Choice, Count, Line
from compounding.web.forms import REASON_MOST, SiteForm, blame
from compounding.web.identity import event, me
from compounding.web.plan_page import kept
from compounding.wording.barriers import barrier_sentence
from compounding.wording.downtime import holds, left, numbers_words
from compounding.wording.numbers import DASH, capital, count, moment
from compounding.workflow import Deed
from compounding.workflow.progress import Barrier

blueprint = Blueprint("downtime", __name__, url_prefix="/downtime")

PRINTED, DESTROYED, PDF_VIEWED = "downtime pack printed", "downtime worksheet destroyed", "downtime pack viewed"
_PACKS = (("Numbers", "keep"), ("Printed", ""), ("Drug file", ""), ("Left", "keep"))
_NUMBERS = (("Number", "keep"), ("State", "keep"), ("Who and when", ""))
_LOOKS = {NumberState.OPEN: "todo", NumberState.USED: "done", NumberState.DESTROYED: "override"}


class PackForm(SiteForm):
    """How many worksheets, and of which drug where the site keeps more than one."""

    ON_PAGE = ("drug", "worksheets")
    drug: Choice

    worksheets = Count(
        "Worksheets", least=1, missing="Type how many worksheets.", hint=f"1 to {MOST_WORKSHEETS}, each with a number"
    )


class DestroyForm(SiteForm):
    """A blank worksheet that nobody uses any more."""

    ON_PAGE = ("destroyed", "destroy_reason")
    destroyed: Choice

    destroy_reason = Line("Reason", most=REASON_MOST, missing="Say why it was destroyed.")


def _pack_form(d: Desk, sent: MultiDict[str, str] | None = None) -> PackForm:
    fields: dict[str, Any] = {}
    if len(d.drugs) > 1:
        shown = tuple((drug.id, f"{drug.names.generic.value} ({drug.names.brand.value})") for drug in d.drugs)
        fields["drug"] = Choice("Drug", shown, missing="Choose the drug.")
    form: PackForm = type("PackForm", (PackForm,), fields)(d, sent)
    return form


def _destroy_form(d: Desk, found: Sequence[Pack], sent: MultiDict[str, str] | None = None) -> DestroyForm:
    shown = tuple((number, number) for pack in found for number in pack.open)
    chosen = Choice("Number", shown, prompt="Choose the number", missing="Choose the number.")
    form: DestroyForm = type("DestroyForm", (DestroyForm,), {"destroyed": chosen})(d, sent)
    return form


# ------------------------------------------------------------------ the page


@blueprint.get("")
def shown() -> Any:
    """Every pack, and what became of its numbers."""
    return _page()


def _page(
    pack: PackForm | None = None, destroy: DestroyForm | None = None, problems: Sequence[dict[str, str]] = ()
) -> str:
    d = desk()
    found = records.packs(d.engine)[::-1]
    errors = [*problems, *(pages.problems(pack) if pack else ()), *(pages.problems(destroy) if destroy else ())]
    return pages.page(
        "downtime.html",
        errors,
        pages.heading(errors, "printed" if pack else "recorded"),
        pack=pack or _pack_form(d),
        destroy=destroy or _destroy_form(d, found),
        open=any(one.open for one in found),
        may=me().may(Deed.PRINT_AHEAD),
        pack_heads=_PACKS,
        packs=[_pack_row(one, d) for one in found],
        number_heads=_NUMBERS,
        numbers=[(numbers_words(one.content.numbers), [_number_row(n, d) for n in one.numbers]) for one in found],
    )


def _pack_row(pack: Pack, d: Desk) -> dict[str, Any]:
    content = pack.content
    address = url_for("downtime.pdf", pack_id=pack.id)
    return {
        "cells": (
            {"main": numbers_words(content.numbers), "href": address},
            {"main": kept(moment(pack.printed_at, d.zone, d.market)), "small": [pack.printed_by.name]},
            {**_standing(pack, d), "small": [f"{content.drug_id} edition {content.drug_edition}"]},
            {"main": left(len(pack.open)), "small": list(_ended(pack))},
        )
    }


def _standing(pack: Pack, d: Desk) -> dict[str, Any]:
    """Whether a pack still holds: its drug file and the site's settings are those of today."""
    said = holds(_file(pack, d), pack.content.settings_entry == d.settings_entry)
    return {"chip": said.word, "look": said.look}


def _file(pack: Pack, d: Desk) -> bool:
    return any((drug.id, drug.checksum) == (pack.content.drug_id, pack.content.drug_checksum) for drug in d.drugs)


def _ended(pack: Pack) -> Iterator[str]:
    for state in (NumberState.USED, NumberState.DESTROYED):
        found = sum(one.state is state for one in pack.numbers)
        if found:
            yield f"{count(found, 'worksheet')} {state.value}"


def _number_row(one: PackNumber, d: Desk) -> dict[str, Any]:
    state = {"chip": capital(one.state.value), "look": _LOOKS[one.state]}
    number: dict[str, Any] = {"main": one.number}
    if one.state is NumberState.USED:
        number["href"] = url_for("preparations.shown", number=one.number)
    if one.person is None or one.at is None:
        return {"cells": (number, state, DASH)}
    who = f"{kept(moment(one.at, d.zone, d.market))}, {one.person.name}"
    return {"cells": (number, state, {"main": who, "small": [one.reason]})}


# ------------------------------------------------------------------ printed


@blueprint.post("/print")
@pages.shown_again
def print_() -> Any:
    """Reserves the next numbers and stores the pack; then leads to its file."""
    d, form = desk(), _pack_form(desk(), request.form)
    if pages.lost():
        return _page(form, problems=[pages.problem("worksheets", pages.LOST)])
    drug = _chosen(form, d)
    if drug is None:
        return _page(form), 422
    if not d.site.training and not limits_confirmed(drug, d.policy):
        barred = barrier_sentence(Barrier("diluted-bag"), d.policy)
        return _page(form, problems=[pages.problem("worksheets", barred)]), 422
    try:
        pack = _printed(drug, form.worksheets.data, d)
    except (papers.Refused, Unreadable) as refused:
        return _page(form, problems=[pages.problem("worksheets", f"The pack cannot be printed: {refused}")]), 422
    except RecordsFault as fault:
        return _page(form, problems=[pages.problem("worksheets", str(fault))]), pages.status_of(fault)
    return redirect(url_for("downtime.pdf", pack_id=pack.id), 303)


def _chosen(form: PackForm, d: Desk) -> Presentation | None:
    """The drug; None where the form has errors, which then stand at its fields."""
    form.validate()
    asked = form.worksheets
    if asked.data is not None and asked.data > MOST_WORKSHEETS:
        blame(asked, f"{quote(asked.text)} is more than {MOST_WORKSHEETS}: print more than one pack.")
    if any(field.errors for field in form):
        return None
    return next(drug for drug in d.drugs if "drug" not in form or drug.id == form.drug.data)


def _printed(drug: Presentation, worksheets: int, d: Desk) -> Pack:
    """Raises papers.Refused, Unreadable where the table would be too long, and RecordsFault."""
    year = d.today().year
    first = records.next_sequence(d.engine, year)
    strings = papers.downtime_strings(_ahead(drug, numbers(year, first, worksheets), d))
    new = NewPack(
        year=year,
        first=first,
        worksheets=worksheets,
        drug_id=drug.id,
        drug_edition=drug.edition,
        drug_checksum=drug.checksum,
        settings_entry=d.settings_entry,
        strings_json=json.dumps(strings, ensure_ascii=False, sort_keys=True),
        pdf_sha256=hashlib.sha256(papers.draw_downtime(strings)).hexdigest(),
    )
    told = {"numbers": numbers_words(new.numbers), "worksheets": str(worksheets)}
    event_of = event(PRINTED, told, drug_file=f"{drug.edition} {drug.checksum}")
    return records.reserve_pack(d.engine, new, event_of)


def _ahead(drug: Presentation, reserved: tuple[str, ...], d: Desk) -> Ahead:
    head, who = records.head(d.engine), me().person
    return Ahead(
        site=d.site,
        table=reckoner(drug, d.policy),
        numbers=reserved,
        printed=moment(d.clock(), d.zone, d.market),
        printed_by=f"{who.name}, {who.role}",
        log_head=head.code if head else DASH,
    )


@blueprint.get("/<int:pack_id>.pdf")
def pdf(pack_id: int) -> Any:
    """A pack as it was printed, to whoever opens it first; from then on marked as a copy that nobody fills, since a
    second sheet would have the same number. Every opening stands in the log, which knows whether it is the first."""
    pack = records.pack(desk().engine, pack_id)
    if pack is None:
        abort(404)
    drawn = papers.draw_downtime(json.loads(pack.content.strings_json), again=_opened_before(pack, desk()))
    name = f"downtime-{pack.content.numbers[0]}.pdf"
    return Response(drawn, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


def _opened_before(pack: Pack, d: Desk) -> bool:
    """Logs that a pack is opened: whether it was before. Raises NotSaved and NotRead."""
    subject = f"downtime:{pack.content.numbers[0]}"
    told = event(PDF_VIEWED, {"numbers": numbers_words(pack.content.numbers)}, subject=subject)
    opening = records.record(d.engine, told)
    search = EntrySearch(action=PDF_VIEWED, subject=subject)
    return bool(records.find_entries(d.engine, search, before=opening.seq, size=1))


# ------------------------------------------------------------------ destroyed


@blueprint.post("/destroy")
@pages.shown_again
def destroy() -> Any:
    """Writes down that a blank worksheet was destroyed: nothing can be entered under its number any more."""
    d = desk()
    form = _destroy_form(d, records.packs(d.engine), request.form)
    if pages.lost():
        return _page(destroy=form, problems=[pages.problem("destroyed", pages.LOST)])
    if not form.validate():
        return _page(destroy=form), 422
    number, reason = form.destroyed.data, form.destroy_reason.data
    try:
        records.destroy_number(d.engine, number, reason, event(DESTROYED, reason=reason, subject=number))
    except RecordsFault as fault:
        blame(form.destroyed, str(fault))
        return _page(destroy=form), pages.status_of(fault)
    return redirect(url_for("downtime.shown"), 303)
