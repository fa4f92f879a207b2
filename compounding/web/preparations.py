"""Saved preparations: the list, one of them as it was shown when it was saved, and its papers."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for

from compounding import papers, records
from compounding.records import Found, Page, Print, RecordsFault, RecordsRefused, SavedPreparation, Search, Standing
from compounding.records.prints import LABEL, WORKSHEET, kind_of, worksheet_of
from compounding.web import identity, pages, stored_page
from compounding.web.acts import PrintForm, SearchForm, print_form
from compounding.web.as_written import UNREAD, NotAsWritten, as_written
from compounding.web.blind import (
    HIDDEN,
    blind,
    blind_banner,
    checks_blind,
    hidden_until,
    seen_at,
    standing_at,
    verified,
)
from compounding.web.changing import change_refusal, opened_refusal
from compounding.web.desk import Desk, desk
from compounding.web.identity import me
from compounding.web.known import alike, alike_words
from compounding.web.paperwork import NAMES, refusal, saved_identity, work
from compounding.web.path_page import PathPage, Shown, path_page
from compounding.web.plan_page import asking, kept
from compounding.web.progressing import PlanDiffers, way, way_of
from compounding.web.recorded import recorded_work
from compounding.web.viewing import LISTED, PAPER_VIEWED, SEARCHED, VIEWED, listed_entry, viewed
from compounding.wording.numbers import DASH, day, moment
from compounding.workflow import Deed, State

blueprint = Blueprint("preparations", __name__)

_LABELS = "Labels are printed and counted on a page of their own, once the drug is in the bag."

PRINTED, PRINTED_AGAIN = "printed", "printed again"
# One print at a time: a button pressed twice would else be two first prints, the second without its reason.
_PRINTING = threading.Lock()
_STARTS = (
    (Deed.PREPARE, "worklist.shown"),
    (Deed.LOOK, "preparations.listed"),
    (Deed.SEE_STAFF, "staff.listed"),
    (Deed.SEE_SETTINGS, "settings.listed"),
)
_STATE_LOOKS = {
    State.ENTERED: "todo",
    State.RELEASED: "done",
    State.RETURNED: "override",
    State.REJECTED: "stop",
    State.CANCELLED: "stop",
    State.WASTED: "stop",
}
_HEADS = (
    ("Number", "keep"),
    ("Patient", ""),
    ("Dose", "keep"),
    ("Ordered", ""),
    ("Give on", "keep"),
    ("State", "keep"),
)


# ------------------------------------------------------------------ the list


@blueprint.get("/")
def home() -> Any:
    """The page that a role begins with."""
    who = identity.me()
    start = next(place for deed, place in _STARTS if who.may(deed))
    return redirect(url_for(start), 303)


@blueprint.get("/preparations")
def listed() -> Any:
    """Every preparation, the newest first. Paging carries a number and nothing else."""
    return _list_page(SearchForm(desk()), Search(), _page_after(request.args.get("before", "")))


@blueprint.post("/preparations/search")
@pages.shown_again
def search() -> Any:
    """What was looked for. By POST, so that no address holds a name."""
    form = SearchForm(desk(), request.form)
    if pages.lost():
        return _list_page(form, Search(), Page(), [pages.problem("number", pages.LOST)])
    if not form.validate():
        return _list_page(form, Search(), Page()), 422
    return _list_page(form, form.search(), _page_after(request.form.get("before", "")), found=True)


def _page_after(text: str) -> Page:
    """Nothing but a plain number leads anywhere but to the first page."""
    plain = text.isascii() and text.isdecimal() and len(text) < 16
    return Page(int(text)) if plain else Page()


def _list_page(
    form: SearchForm,
    wanted: Search,
    where: Page,
    problems: Sequence[dict[str, str]] = (),
    found: bool = False,
) -> str:
    d = desk()
    errors = [*problems, *pages.problems(form)]
    result = records.find_preparations(d.engine, wanted, where)
    listed_entry(SEARCHED if found else LISTED, [saved.number for saved in result.preparations], **_looked_for(form))
    like = alike(result.preparations)
    return pages.page(
        "list.html",
        errors,
        pages.heading(errors, "searched"),
        form=form,
        heads=_HEADS,
        rows=[_row(saved, like[saved.number], d) for saved in result.preparations],
        alike=any(like.values()),
        empty=_empty(found, where),
        title_of_list="Found" if found else "Newest first",
        found=found,
        may_enter=me().may(Deed.ENTER),
        pager=_pager(form, result, where, found),
    )


def _looked_for(form: SearchForm) -> dict[str, str]:
    """What was typed to search by, for whoever looks into a search later."""
    return {field.label.text: field.told() for field in form.in_order() if field.told()}


def _empty(found: bool, where: Page) -> str:
    if where.before is not None:
        return "There are no more."
    return "Nothing fits the search." if found else "No preparation is saved yet. It begins with a new order."


def _pager(form: SearchForm, result: Found, where: Page, found: bool) -> dict[str, Any]:
    later = result.next_page.before if result.next_page else None
    return {"first": where.before is not None, "later": later, "typed": list(form.typed().items()) if found else []}


def _row(saved: SavedPreparation, like: Sequence[str], d: Desk) -> dict[str, Any]:
    """A line of the list; one that cannot be read says so, and the others stand beside it."""
    try:
        with as_written(saved):
            return _whole_row(saved, like, d)
    except NotAsWritten:
        number = {"main": saved.number, "href": url_for("preparations.shown", number=saved.number)}
        return {"cells": (number, {"main": UNREAD.capitalize()}, *[DASH] * 3, saved.state.capitalize())}


def _whole_row(saved: SavedPreparation, like: Sequence[str], d: Desk) -> dict[str, Any]:
    """It reads no more of the stored strings than it shows, so that a list holds whatever versions of the program
    wrote them."""
    text, identity, on = json.loads(saved.content.shown_json), saved_identity(saved), saved.content.given_on
    who = [f"born {day(identity.born, d.market)} ({pages.age(identity.born, on)})"]
    who += [f"{name} {number}" for name, number in pages.numbers(identity)]
    cells = (
        {"main": saved.number, "href": url_for("preparations.shown", number=saved.number)},
        {"main": identity.name, "big": True, "small": [kept(line) for line in who], "warning": alike_words(like)},
        _dose_cell(saved, text),
        {"main": HIDDEN if hidden_until(saved) else text["cycle_day"], "small": [identity.location]},
        text["give_on"],
        {"chip": saved.state.capitalize(), "look": "done" if verified(saved) else "todo"},
    )
    return {"cells": cells}


def _dose_cell(saved: SavedPreparation, text: Mapping[str, Any]) -> dict[str, Any]:
    """The dose, or the word that stands in its place while somebody works it out blind."""
    if until := hidden_until(saved):
        return {"main": HIDDEN, "small": [until]}
    vials = f"{text['vials_of']}, {text['spare']}" if text["spare"] else text["vials_of"]
    return {"main": kept(text["dose"]), "big": True, "small": [kept(vials)]}


# ------------------------------------------------------------------ one preparation


@blueprint.get("/preparations/<number>")
def shown(number: str) -> Any:
    """A preparation; to somebody who may still verify it only whose it is, to somebody who may check it also how
    far it has come and its clocks."""
    standing = standing_at(number)
    if blind(standing.preparation, me()):
        viewed(VIEWED, number, shown="the patient alone")
        return _blind_page(standing.preparation)
    viewed(VIEWED, number)
    return preparation_page(standing, None, ())


def _blind_page(saved: SavedPreparation) -> str:
    return pages.page("preparation_blind.html", saved=saved, banner=blind_banner(saved, desk()))


@dataclass(frozen=True, slots=True)
class Copy:
    """A printed copy: its name, when and by whom, and the address of its PDF."""

    name: str
    told: str
    address: str
    void: bool
    """Whether the order was changed since."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One document: its form, where it may be printed, and what was printed of it."""

    document: str
    name: str
    form: PrintForm | None
    instead: str
    """What is said where the button would be."""
    copies: tuple[Copy, ...]


def preparation_page(
    standing: Standing,
    sent: tuple[str, PrintForm] | None = None,
    problems: Sequence[dict[str, str]] = (),
    *,
    shown: Shown | None = None,
) -> str:
    """The page of a preparation: on its way, and as it was ordered. `shown` is what its way shows once more."""
    d, saved = desk(), standing.preparation
    forms = [sent[1]] if sent else [shown.form] if shown and shown.form else []
    errors = [*problems, *pages.problems(*forms)]
    path, gone = _path(standing, shown or Shown(), d)
    parts, hidden = stored_page.parts(standing, d), checks_blind(standing, me())
    if hidden:
        parts["banner"] = blind_banner(saved, d)
    return pages.page(
        "preparation.html",
        errors,
        pages.heading(errors, "printed" if sent else "recorded"),
        **parts,
        path=path,
        gone=gone,
        hidden=hidden,
        verified=verified(saved),
        state_look=_STATE_LOOKS.get(State(saved.state), "now"),
        may_change=me().may(Deed.ENTER) and (change_refusal(saved, me().person) or opened_refusal(standing)) is None,
        findings_heading=asking(parts["plan"].text.findings, "was answered", "were answered"),
        papers=list(_papers(standing, sent, d)),
        history=list(stored_page.history(saved.number, d)),
    )


def _path(standing: Standing, shown: Shown, d: Desk) -> tuple[PathPage | None, str]:
    """How far it has come; nothing before it is verified, and a sentence where its drug file is gone."""
    if not verified(standing.preparation):
        return None, ""
    try:
        return path_page(way(standing, d), shown, d), ""
    except PlanDiffers as gone:
        return None, str(gone)


# ------------------------------------------------------------------ papers


def _papers(standing: Standing, sent: tuple[str, PrintForm] | None, d: Desk) -> Iterator[Paper]:
    saved = standing.preparation
    printed = records.prints(d.engine, saved.number)
    copies = tuple(_copies(printed, LABEL, saved.version, d))
    yield Paper(LABEL, NAMES[LABEL], None, _LABELS, copies)
    copies, shows = tuple(_copies(printed, WORKSHEET, saved.version, d)), _shows(standing)
    again = any(copy.document == shows and copy.version == saved.version for copy in printed)
    form = sent[1] if sent else print_form(d, WORKSHEET, again, None)
    instead = _not_printed(saved)
    yield Paper(WORKSHEET, NAMES[WORKSHEET], None if instead else form, instead, copies)


def _shows(standing: Standing) -> str:
    """The worksheet of a preparation as it stands: each state's has words of its own, and again where a step led
    back and it was reached anew. What was signed before that is void, and no reprint may show it."""
    state = standing.preparation.state
    if state == State.VERIFIED.value:
        return WORKSHEET
    times = sum(status.state == state for status in standing.statuses)
    return worksheet_of(state if times == 1 else f"{state}, {times}")


def _not_printed(saved: SavedPreparation) -> str:
    """Why nothing can be printed of it by the one signed in; "" where it can."""
    if not me().may(Deed.PRINT):
        return "It is printed by a technician or a pharmacist."
    return "" if verified(saved) else "Print after the order is verified."


def _copies(printed: Sequence[Print], document: str, version: int, d: Desk) -> Iterator[Copy]:
    for place, copy in enumerate(printed, 1):
        if kind_of(copy.document) == document:
            when = kept(moment(copy.printed_at, d.zone, d.market))
            address = url_for("preparations.pdf", number=copy.number, place=place) if document != LABEL else ""
            yield Copy(f"Copy {copy.copy}", f"{when}, {copy.printed_by.name}", address, copy.version < version)


@blueprint.post("/preparations/<number>/print/<document>")
@pages.shown_again
def print_(number: str, document: str) -> Any:
    """Records a print, then leads to its file. What the paper cannot carry is refused, and nothing is recorded."""
    if document != WORKSHEET:  # labels are counted, and so have a page of their own
        abort(404)
    with _PRINTING:
        return _print(seen_at(number), document)


def _print(standing: Standing, document: str) -> Any:
    d, saved = desk(), standing.preparation
    first = records.first_print(d.engine, saved.number, _shows(standing))
    form = print_form(d, document, first is not None, request.form)
    sent = document, form
    if pages.lost():
        return _not_printed_page(standing, sent, pages.LOST, 400)
    if not verified(saved):
        return _not_printed_page(standing, sent, _not_printed(saved), 409)
    if not form.validate():
        return _not_printed_page(standing, sent, "", 422)
    try:
        place = _record(standing, document, first, form, d)
    except papers.Refused as refused:
        return _not_printed_page(standing, sent, kept(refusal(document, refused, work(saved, d), d)), 422)
    except (PlanDiffers, RecordsRefused) as fault:
        return _not_printed_page(standing, sent, str(fault), 409)
    except RecordsFault as fault:
        # What cannot be saved cannot be logged either: it is the page that the button was on.
        return preparation_page(standing, sent, [pages.problem(document, str(fault))]), 503
    return redirect(url_for("preparations.pdf", number=saved.number, place=place), 303)


def _not_printed_page(standing: Standing, sent: tuple[str, PrintForm], said: str, status: int) -> Any:
    """The page again, and its entry in the log. Raises NotSaved."""
    document, number = sent[0], standing.preparation.number
    viewed(VIEWED, number, refused=f"print of the {NAMES[document].lower()}")
    return preparation_page(standing, sent, [pages.problem(document, said)] if said else []), status


def _record(standing: Standing, document: str, first: Print | None, form: PrintForm, d: Desk) -> int:
    """The place of the new print among those of its preparation. Raises papers.Refused.

    `first` is the first print of this version: one of an older version gives a new paper no words.
    """
    saved = standing.preparation
    before = records.prints(d.engine, saved.number)
    copy = 1 + sum(kind_of(print_.document) == document for print_ in before)
    if first is None:
        strings: Mapping[str, Any] = papers.strings(document, recorded_work(way_of(saved.number, d), d), copy)
    else:
        strings = _stored(first, copy)
    checksum = hashlib.sha256(papers.draw(strings)).hexdigest()
    reason = "" if first is None else form.reason.chosen
    action = f"{NAMES[document].lower()} {PRINTED if first is None else PRINTED_AGAIN}"
    told = {"copy": str(copy), "version": str(saved.version)}
    event = identity.event(action, told, reason=reason, subject=saved.number)
    kept_strings = None if first is not None else json.dumps(strings, ensure_ascii=False, sort_keys=True)
    recorded = records.record_print(
        d.engine, saved.number, _shows(standing), str(copy), kept_strings, checksum, event, version=saved.version
    )
    return [print_.id for print_ in records.prints(d.engine, saved.number)].index(recorded.id) + 1


def _stored(first: Print, copy: int) -> Mapping[str, Any]:
    """The strings of the first print of a version, for another copy."""
    return papers.with_copy(json.loads(first.strings_json or "{}"), first.number, copy)


@blueprint.get("/preparations/<number>/prints/<int:place>.pdf")
def pdf(number: str, place: int) -> Any:
    """A print as it was, drawn from its stored strings. Changes nothing but the log of access."""
    seen_at(number)
    printed = records.prints(desk().engine, number)
    if not 1 <= place <= len(printed):
        abort(404)
    this = printed[place - 1]
    if kind_of(this.document) == LABEL:  # counted: whether it is drawn is judged there
        return redirect(url_for("labels.pdf", number=number, first=this.copy, last=this.copy), 303)
    first = records.first_print(desk().engine, number, this.document, this.version)
    if first is None:
        abort(404)
    document = kind_of(this.document)
    viewed(PAPER_VIEWED, number, paper=NAMES[document].lower(), copy=this.copy)
    drawn = papers.draw(_stored(first, int(this.copy)))
    name = f"{document}-{number}-{this.copy}.pdf"
    return Response(drawn, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})
