"""The worklist: what is under way, the nearest limit first, and the way from a label or a number to its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, request, url_for

from compounding import records
from compounding.quantities import Unreadable
from compounding.web import pages
from compounding.web.blind import HIDDEN
from compounding.web.desk import Desk, desk
from compounding.web.fields import Typed
from compounding.web.forms import SiteForm
from compounding.web.identity import event, me
from compounding.web.known import alike, alike_words
from compounding.web.paperwork import saved_identity
from compounding.web.plan_page import kept
from compounding.web.scanned_back import ScannedBack, scanned_back, stale
from compounding.web.viewing import viewed
from compounding.web.work_rows import Hand, Work, address, nearest_first, work
from compounding.wording.numbers import DASH, clock, day, figure
from compounding.wording.worklist import action_note, action_text, held_text, limit_text, summary
from compounding.workflow import Deed, Meaning, State
from compounding.workflow.limits import Urgency

blueprint = Blueprint("worklist", __name__, url_prefix="/worklist")

SCANNED_MOST = 200  # characters of a scan that the log keeps: more is no code of ours
LISTED, LOOKED_UP, REFUSED = "worklist viewed", "preparation looked up", "scan refused"
_RELEASED_WITHIN = timedelta(hours=24)
"""How far back a released bag may still be on the list. Its own complete-by, some eight hours from the first vial
wetted, takes it off; this only keeps the years before from being read."""

_HEADS = (
    ("Next limit", ""),
    ("Patient", ""),
    ("Dose", "keep"),
    ("State", "keep"),
    ("Who has it", ""),
    ("Next action", "right"),
)
_TABS: Mapping[str, tuple[str, Callable[[Work], bool]]] = {
    "all": ("All", lambda one: True),
    "mine": ("Mine", lambda one: one.mine),
    "check": (
        "To be checked",
        lambda one: one.waits_for(Meaning.ORDER_VERIFICATION, Meaning.IN_PROCESS_CHECK, Meaning.FINAL_CHECK),
    ),
    "release": ("To be released", lambda one: one.waits_for(Meaning.RELEASE)),
    "late": ("Late", lambda one: one.late),
}
_EMPTY = {
    "all": "Nothing is under way. A preparation begins with a new order.",
    "mine": "Nothing waits for you.",
    "check": "Nothing is to be checked.",
    "release": "Nothing is to be released.",
    "late": "Nothing is late.",
}


class ScanForm(SiteForm):
    """What a scanner or a hand sent: kept to the letter, a scanner's control characters as well."""

    scan = Typed("Scan a label or worksheet, or type a preparation number")


# ------------------------------------------------------------------ the list


@blueprint.get("")
def shown() -> Any:
    """Everything under way, or one part of it."""
    return _page(request.args.get("show", "all"))


def _page(show: str, form: ScanForm | None = None, stop: str = "") -> str:
    d, show = desk(), show if show in _TABS else "all"
    works = under_way(d)
    rows = [one for one in works if _TABS[show][1](one)]
    viewed(LISTED, shown=", ".join(one.saved.number for one in rows) or "none", part=_TABS[show][0])
    like = alike([one.saved for one in works])
    return pages.page(
        "worklist.html",
        now=clock(d.clock(), d.zone),
        zone=d.zone,
        today=day(d.today(), d.market),
        summary=summary(len(works), sum(one.late for one in works), sum(one.soon for one in works)),
        tabs=[(name, label, figure(sum(map(held, works))), name == show) for name, (label, held) in _TABS.items()],
        show=show,
        heads=_HEADS,
        rows=[_row(one, like[one.saved.number], d) for one in rows],
        empty=_EMPTY[show],
        product=pages.product_banner(d.drugs[0] if len(d.drugs) == 1 else None, d.market),
        alike=any(like[one.saved.number] for one in rows),
        unconfirmed=any(one.unconfirmed for one in rows),
        may_enter=me().may(Deed.ENTER),
        form=form or ScanForm(d),
        stop=stop,
    )


def under_way(d: Desk) -> list[Work]:
    """Everything under way, the nearest limit first; a released bag until its infusion must be complete."""
    since = d.clock() - _RELEASED_WITHIN
    found = records.open_preparations(d.engine, released_since=since)
    return nearest_first([one for one in (work(standing, me(), d) for standing in found) if not _over(one)])


def _over(one: Work) -> bool:
    return one.saved.state == State.RELEASED.value and one.late


def _row(one: Work, like: Sequence[str], d: Desk) -> dict[str, Any]:
    looks = {Urgency.PASSED: "late", Urgency.SOON: "soon"}
    cells = (_limit(one, d), _patient(one, like, d), _dose(one), _state(one), _holder(one), _next(one, d))
    return {"cells": cells, "look": looks.get(one.due.urgency, "") if one.due else ""}


def _limit(one: Work, d: Desk) -> dict[str, Any]:
    if one.due is not None:
        said = limit_text(one.due, d.clock(), d.zone, d.market)
        return {"chip": said.left, "look": said.look, "small": [said.rule]}
    if one.saved.state == State.RETURNED.value:
        return {"main": "No clock", "small": ["it came back"]}
    on = day(one.saved.content.given_on, d.market)
    return {"main": "No clock yet", "small": [f"give on {on}", f"first vial planned {one.planned or DASH}"]}


def _patient(one: Work, like: Sequence[str], d: Desk) -> dict[str, Any]:
    identity, on = saved_identity(one.saved), one.saved.content.given_on
    who = [f"born {day(identity.born, d.market)} ({pages.age(identity.born, on)})"]
    who += [f"{name} {number}" for name, number in pages.numbers(identity)]
    return {"main": identity.name, "big": True, "small": [kept(line) for line in who], "warning": alike_words(like)}


def _dose(one: Work) -> dict[str, Any]:
    """The dose; to whoever verifies or checks it blind now, the word that stands in its place."""
    said = one.text
    if not one.shows_dose:
        until = "until verified" if one.saved.state == State.ENTERED.value else "until you have checked it"
        return {"main": HIDDEN, "small": [until]}
    course = f"{said['cycle_day'].lower()} · {said['vials_of'].partition(' of ')[0]}"
    return {"main": kept(said["dose"]), "big": True, "small": [kept(course)]}


def _state(one: Work) -> dict[str, Any]:
    looks = {State.ENTERED: "todo", State.VERIFIED: "todo", State.MATERIALS: "todo", State.RELEASED: "done"}
    state = State(one.saved.state)
    said = {"chip": state.value.capitalize(), "look": looks.get(state, "now"), "small": [one.saved.number]}
    return {**said, "held": held_text(one.held)}


def _holder(one: Work) -> dict[str, Any]:
    return {"main": one.holder.main, "small": one.holder.small}


def _next(one: Work, d: Desk) -> dict[str, Any]:
    """One button: filled where it is yours, and only "Open" where it is not for you."""
    cell = {"button": "Open", "href_button": address(one, d)}
    if one.stuck:
        return {**cell, "after": ["cannot go on by its plan"]}
    if one.following is None:
        return {**cell, "small": ["nothing to do here"]}
    if one.held and one.following.step.signed is Meaning.RELEASE:
        return {**cell, "after": ["not released while it is held"]}
    note = action_note(one.following, one.due, d.zone)
    if one.hand is not Hand.BARRED:
        look = "stop" if note else "primary" if one.mine else "secondary"
        cell |= {"button": action_text(one.following), "button_look": look}
    return {**cell, "after": [note] if note else []}


# ------------------------------------------------------------------ scanned or typed


@blueprint.post("/scan")
@pages.shown_again
def scan() -> Any:
    """Leads to the preparation of a label, a worksheet or a number; a stop where that must not be followed."""
    d, show = desk(), request.args.get("show", "all")
    form = ScanForm(d, request.form)
    if pages.lost():
        return _page(show, form, pages.LOST)
    try:
        back = scanned_back(form.scan.text, d)
    except Unreadable as unreadable:
        return _refuse(show, form, str(unreadable))
    standing = records.standing(d.engine, back.number)
    if standing is None:
        return _refuse(show, form, _unknown(back.number, d), back)
    if (refused := stale(back, standing, d)) is not None:
        return _refuse(show, form, refused, back)
    records.record(d.engine, event(LOOKED_UP, _told(form, back), subject=back.number))
    return redirect(url_for("preparations.shown", number=back.number), 303)


def _unknown(number: str, d: Desk) -> str:
    if records.pack_of(d.engine, number) is None:
        return f"There is no preparation {number}."
    return f"{number} is a number of a downtime pack, and no order was entered under it yet: enter it as a new order."


def _refuse(show: str, form: ScanForm, sentence: str, back: ScannedBack | None = None) -> Any:
    """Says why, and keeps nothing in the field: the next scan would stand behind it."""
    subject = back.number if back is not None and back.part else ""
    records.record(desk().engine, event(REFUSED, _told(form, back), reason=sentence, subject=subject))
    return _page(show, None, sentence), 422


def _told(form: ScanForm, back: ScannedBack | None) -> dict[str, str]:
    told = {"scanned": form.scan.text[:SCANNED_MOST]}
    return told if back is None else {**told, "read as": back.words}
