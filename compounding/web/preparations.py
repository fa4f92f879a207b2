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
from compounding.records import (
    Found,
    Page,
    Print,
    RecordedEvent,
    RecordsFault,
    RecordsRefused,
    SavedPreparation,
    Search,
)
from compounding.web import identity, pages
from compounding.web.acts import PrintForm, SearchForm, print_form
from compounding.web.as_typed import as_typed
from compounding.web.desk import Desk, desk
from compounding.web.known import alike
from compounding.web.paperwork import NAMES, refusal, saved_identity, saved_text, work
from compounding.web.plan_page import PlanPage, asking, kept, plan_page
from compounding.wording.numbers import day, moment
from compounding.wording.papers import WORDS
from compounding.workflow import Deed

blueprint = Blueprint("preparations", __name__)

PRINTED, PRINTED_AGAIN = "printed", "printed again"
# One print at a time: a button pressed twice would else be two first prints, the second without its reason.
_PRINTING = threading.Lock()
_STARTS = (
    (Deed.LOOK, "preparations.listed"),
    (Deed.SEE_STAFF, "staff.listed"),
    (Deed.SEE_SETTINGS, "settings.listed"),
)
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
    fields = [pages.problem(field.anchor, f"{field.label.text}: {text}") for field, text in form.errors_in_order()]
    errors = [*problems, *fields]
    result = records.find_preparations(d.engine, wanted, where)
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
        pager=_pager(form, result, where, found),
    )


def _empty(found: bool, where: Page) -> str:
    if where.before is not None:
        return "There are no more."
    return "Nothing fits the search." if found else "No preparation is saved yet. It begins with a new order."


def _pager(form: SearchForm, result: Found, where: Page, found: bool) -> dict[str, Any]:
    later = result.next_page.before if result.next_page else None
    return {"first": where.before is not None, "later": later, "typed": list(form.typed().items()) if found else []}


def _row(saved: SavedPreparation, like: Sequence[str], d: Desk) -> dict[str, Any]:
    """A line of the list. It reads no more of the stored strings than it shows, so that a list holds whatever
    versions of the program wrote them."""
    text, identity, on = json.loads(saved.content.shown_json), saved_identity(saved), saved.content.given_on
    who = [f"born {day(identity.born, d.market)} ({pages.age(identity.born, on)})"]
    who += [f"{name} {number}" for name, number in pages.numbers(identity)]
    vials = f"{text['vials_of']}, {text['spare']}" if text["spare"] else text["vials_of"]
    cells = (
        {"main": saved.number, "href": url_for("preparations.shown", number=saved.number)},
        {"main": identity.name, "big": True, "small": [kept(line) for line in who], "warning": _alike(like)},
        {"main": kept(text["dose"]), "big": True, "small": [kept(vials)]},
        {"main": text["cycle_day"], "small": [identity.location]},
        text["give_on"],
        {"chip": saved.state.capitalize(), "look": "todo"},
    )
    return {"cells": cells}


def _alike(like: Sequence[str]) -> str:
    """At most three are named: more say no more."""
    more = f" and {len(like) - 3} more" if len(like) > 3 else ""
    return f"Name like {', '.join(like[:3])}{more}" if like else ""


# ------------------------------------------------------------------ one preparation


@blueprint.get("/preparations/<number>")
def shown(number: str) -> Any:
    return _preparation_page(_saved(number), None, ())


def _saved(number: str) -> SavedPreparation:
    found = records.preparation(desk().engine, number)
    if found is None:
        abort(404)
    return found


@dataclass(frozen=True, slots=True)
class Paper:
    """One document: its form, and what was printed of it."""

    document: str
    name: str
    form: PrintForm
    copies: tuple[tuple[str, str, str], ...]
    """Of each copy its name, when and by whom, and the address of its PDF."""


def _preparation_page(
    saved: SavedPreparation,
    sent: tuple[str, PrintForm] | None,
    problems: Sequence[dict[str, str]],
) -> str:
    d, text, identity = desk(), saved_text(saved), saved_identity(saved)
    order = json.loads(saved.content.order_json)
    fields = sent[1].errors_in_order() if sent else []
    errors = [*problems, *(pages.problem(field.anchor, f"{field.label.text}: {said}") for field, said in fields)]
    plan: PlanPage = plan_page(text, json.loads(saved.content.plan_json), order["measured"])
    return pages.page(
        "preparation.html",
        errors,
        pages.heading(errors, "printed"),
        saved=saved,
        state=saved.state.capitalize(),
        plan=plan,
        order=as_typed(order["typed"], d),
        prescriber=order["prescriber"],
        entered=f"Entered {kept(_when(saved, d))} by {saved.created_by.name}, {saved.created_by.role}",
        findings_heading=asking(text.findings, "was answered", "were answered"),
        findings=_answered(plan, saved),
        papers=list(_papers(saved, sent, d)),
        history=list(_history(records.events(d.engine, saved.number), d)),
        banner=pages.banner(
            identity, text, saved.content.given_on, d.market, f"{WORDS[d.market].number} {saved.number}"
        ),
        offer=False,
    )


def _when(saved: SavedPreparation, d: Desk) -> str:
    return moment(saved.created_at, d.zone, d.market)


def _answered(plan: PlanPage, saved: SavedPreparation) -> Iterator[tuple[Any, list[str]]]:
    """Each finding with the lines of its answer: they were asked in the order in which they stand."""
    answers = iter(json.loads(saved.content.answers_json))
    for finding in plan.findings:
        lines: list[str] = []
        if finding.severity in ("override", "acknowledge"):
            answer = next(answers)
            lines = [f"Reason: {answer['reason']}. Given by {saved.created_by.name}."]
            if answer["words"]:
                lines.append(f"In words: {answer['words']}")
            if answer["second"]:
                lines.append(f"Authorised by {answer['second']}, {answer['second_role']}.")
        yield finding, lines


def _history(happened: Sequence[RecordedEvent], d: Desk) -> Iterator[dict[str, Any]]:
    for recorded in happened:
        event = recorded.event
        details = "; ".join(f"{name}: {value}" for name, value in event.details.items())
        why = f"{details}. {event.reason}" if event.reason and details else event.reason or details
        when = kept(moment(event.at, d.zone, d.market))
        yield {"cells": (when, event.action, f"{event.person.name}, {event.person.role}", why, recorded.program)}


# ------------------------------------------------------------------ papers


def _papers(saved: SavedPreparation, sent: tuple[str, PrintForm] | None, d: Desk) -> Iterator[Paper]:
    printed = records.prints(d.engine, saved.number)
    for document in papers.DOCUMENTS:
        copies = tuple(_copies(printed, document, d))
        form = sent[1] if sent and sent[0] == document else print_form(d, document, bool(copies), None)
        yield Paper(document, NAMES[document], form, copies)


def _copies(printed: Sequence[Print], document: str, d: Desk) -> Iterator[tuple[str, str, str]]:
    for place, copy in enumerate(printed, 1):
        if copy.document == document:
            when = kept(moment(copy.printed_at, d.zone, d.market))
            address = url_for("preparations.pdf", number=copy.number, place=place)
            yield f"Copy {copy.copy}", f"{when}, {copy.printed_by.name}", address


@blueprint.post("/preparations/<number>/print/<document>")
@pages.shown_again
def print_(number: str, document: str) -> Any:
    """Records a print, then leads to its file. What the paper cannot carry is refused, and nothing is recorded."""
    if document not in papers.DOCUMENTS:
        abort(404)
    with _PRINTING:
        return _print(_saved(number), document)


def _print(saved: SavedPreparation, document: str) -> Any:
    d, number = desk(), saved.number
    first = records.first_print(d.engine, number, document)
    form = print_form(d, document, first is not None, request.form)
    if pages.lost():
        return _preparation_page(saved, (document, form), [pages.problem(document, pages.LOST)])
    if not form.validate():
        return _preparation_page(saved, (document, form), ()), 422
    try:
        place = _record(saved, document, first, form, d)
    except papers.Refused as refused:
        said = pages.problem(document, kept(refusal(document, refused, work(saved, d), d)))
        return _preparation_page(saved, (document, form), [said]), 422
    except RecordsFault as fault:
        status = 409 if isinstance(fault, RecordsRefused) else 503
        return _preparation_page(saved, (document, form), [pages.problem(document, str(fault))]), status
    return redirect(url_for("preparations.pdf", number=number, place=place), 303)


def _record(saved: SavedPreparation, document: str, first: Print | None, form: PrintForm, d: Desk) -> int:
    """The place of the new print among those of its preparation. Raises papers.Refused."""
    before = records.prints(d.engine, saved.number)
    copy = 1 + sum(print_.document == document for print_ in before)
    strings = papers.strings(document, work(saved, d), copy) if first is None else _stored(saved, first, copy)
    checksum = hashlib.sha256(papers.draw(strings)).hexdigest()
    reason = "" if first is None else form.reason.chosen
    action = f"{NAMES[document].lower()} {PRINTED if first is None else PRINTED_AGAIN}"
    event = identity.event(action, {"copy": str(copy)}, reason=reason, subject=saved.number)
    kept_strings = None if first is not None else json.dumps(strings, ensure_ascii=False, sort_keys=True)
    recorded = records.record_print(d.engine, saved.number, document, str(copy), kept_strings, checksum, event)
    return [print_.id for print_ in records.prints(d.engine, saved.number)].index(recorded.id) + 1


def _stored(saved: SavedPreparation, first: Print, copy: int) -> Mapping[str, Any]:
    """The strings of the first print, for another copy."""
    return papers.with_copy(json.loads(first.strings_json or "{}"), saved.number, copy)


@blueprint.get("/preparations/<number>/prints/<int:place>.pdf")
def pdf(number: str, place: int) -> Any:
    """A print as it was, drawn from its stored strings. Changes nothing."""
    saved = _saved(number)
    printed = records.prints(desk().engine, number)
    if not 1 <= place <= len(printed):
        abort(404)
    this = printed[place - 1]
    first = records.first_print(desk().engine, number, this.document)
    if first is None:
        abort(404)
    drawn = papers.draw(_stored(saved, first, int(this.copy)))
    name = f"{this.document}-{number}-{this.copy}.pdf"
    return Response(drawn, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})
