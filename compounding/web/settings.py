"""The site's settings: a list that everybody reads, and a page for each, where those who decide it change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for

from compounding import records
from compounding.quantities import Unreadable
from compounding.records import Change, RecordsFault, RecordsRefused
from compounding.settings import Group
from compounding.web import pages
from compounding.web.desk import Desk, desk
from compounding.web.fault_gate import links
from compounding.web.identity import event, me
from compounding.web.kept_setting import (
    DEEDS,
    HOLDS,
    PROPOSED,
    WITHDRAWN,
    Kept,
    Move,
    kept_setting,
    kept_settings,
    whose,
)
from compounding.web.plan_page import kept as on_one_line
from compounding.web.setting_form import SettingForm, same_words, sent_text, setting_form
from compounding.web.signing import signer_proved
from compounding.wording import settings as wording
from compounding.wording.numbers import capital, count, moment
from compounding.workflow import Deed

blueprint = Blueprint("settings", __name__, url_prefix="/settings")

_MOST_ROWS = 1000  # of one setting; its reasons beyond that stand in the log alone


# ------------------------------------------------------------------ the list


@blueprint.get("")
def listed() -> Any:
    d = desk()
    groups: dict[Group, list[dict[str, Any]]] = {group: [] for group in Group}
    waiting = 0
    for one in kept_settings(d):
        groups[one.setting.group].append(_row(one, d))
        waiting += one.now.proposed is not None
    return pages.page(
        "settings.html",
        groups=[(group.value, rows) for group, rows in groups.items() if rows],
        faults=[(fault.sentence, links(fault.names)) for fault in d.faults],
        masters=list(_masters(d)),
        waiting=f"{count(waiting, 'setting waits', 'settings wait')} for a second pharmacist." if waiting else "",
    )


def _masters(d: Desk) -> Iterator[tuple[str, str]]:
    """The drug files, for whoever may read their master records."""
    if me().may(Deed.LOOK):
        for drug in d.drugs:
            yield f"Master record, {drug.id}", url_for("drugs.shown", drug=drug.id)


def _row(one: Kept, d: Desk) -> dict[str, Any]:
    word, look = one.state()
    name = {"main": one.setting.label, "href": url_for("settings.shown", name=one.setting.name)}
    value = {"main": _said(one, one.text), "small": list(_beside(one))}
    state = {"chip": word, "look": look, "small": whose(one)}
    return {"cells": (name, value, capital(wording.DECIDED_BY[one.setting.decides]), state)}


def _said(one: Kept, text: str | None) -> str:
    return on_one_line(wording.told(one.setting, text))


def _beside(one: Kept) -> Iterator[str]:
    """What stands under the value in force: the default that it is not, what waits, what does not fit."""
    if one.fault is not None:
        yield one.fault.sentence
    elif one.text != one.default and one.default is not None and not one.confirmation:
        yield f"default {_said(one, one.default)}"
    if one.now.proposed is not None:
        yield f"proposed: {_said(one, one.now.proposed)}"
    if one.outdated:
        yield "confirmed before the drug file stated another text"


# ------------------------------------------------------------------ one setting


@blueprint.get("/<name>")
def shown(name: str) -> Any:
    return _page(_kept(name))


def _kept(name: str) -> Kept:
    try:
        return kept_setting(name, desk())
    except Unreadable:
        abort(404)


def _page(one: Kept, form: SettingForm | None = None) -> str:
    d = one.desk
    form = form or _fresh_form(one)
    form.was.text = str(one.seen)  # whoever sends this page again has seen what it shows
    errors = pages.problems(form)
    return pages.page(
        "settings_one.html",
        errors,
        pages.heading(errors, "changed"),
        one=one.setting,
        hint=capital(one.setting.hint) if one.setting.hint else "",
        note=capital(one.note) if one.note and one.text is None else "",
        chip=one.state(),
        facts=list(_facts(one)),
        waits=_waits(one),
        fault="" if one.fault is None else one.fault.sentence,
        form=form,
        acts=[(act.name, act.button) for act in _offered(one)],
        refusal=_refusal(one),
        action=url_for(_ENDPOINTS[DEEDS[one.setting.decides]], name=one.setting.name),
        signer=f"{me().person.name}, {me().person.role}",
        history=_history(one, d),
    )


def _fresh_form(one: Kept) -> SettingForm:
    """Texts are there to be edited; an amount is typed afresh, so that none is kept by mistake."""
    form = setting_form(one.setting, one.desk)
    if not one.two and one.setting.kind.shape in ("text", "texts"):
        form.boxes[0].text = one.text or ""
    return form


def _facts(one: Kept) -> Iterator[tuple[str, str]]:
    if one.confirmation:
        yield "Confirmed", "no" if one.text is None else "another text" if one.outdated else "yes"
    else:
        yield "In force", _said(one, one.text)
    if one.default is not None and one.text != one.default:
        yield "Default", _said(one, one.default)
    yield "Decided by", wording.DECIDED_BY[one.setting.decides]


def _waits(one: Kept) -> dict[str, str] | None:
    """The proposal that waits, for whoever is to confirm it."""
    if one.now.proposed is None:
        return None
    row = next(row for row in reversed(one.rows) if row.standing == PROPOSED)
    when = on_one_line(moment(row.at, one.desk.zone, one.desk.market))
    return {"value": _said(one, one.now.proposed), "by": f"{row.by.name}, {row.by.role}", "when": when}


def _refusal(one: Kept) -> str:
    """Why whoever is signed in may change nothing here; "" where they may."""
    if me().may(DEEDS[one.setting.decides]):
        return ""
    return f"This is decided by {wording.DECIDED_BY[one.setting.decides]}. You may read it."


def _history_row(one: Kept, move: Move, reason: str, d: Desk) -> dict[str, Any]:
    row = move.row
    what = wording.CONFIRMED if one.two and row.standing == HOLDS else wording.ROWS[row.standing]
    if move.after == move.before and row.standing == HOLDS and one.two:
        what = wording.COUNTS_FOR_NOTHING
    new = row.value if row.standing != WITHDRAWN else None
    return {
        "cells": (
            on_one_line(moment(row.at, d.zone, d.market)),
            what,
            _said(one, move.before.value),
            _said(one, new),
            f"{row.by.name}, {row.by.role}",
            reason,
        )
    }


def _history(one: Kept, d: Desk) -> list[dict[str, Any]]:
    """Every row, the newest first, each with its reason as the log has it."""
    about = records.EntrySearch(subject=f"setting:{one.setting.name}")
    reasons = {entry.id: entry.event.reason for entry in records.find_entries(d.engine, about, size=_MOST_ROWS)}
    return [_history_row(one, move, reasons.get(move.row.entry, ""), d) for move in reversed(list(one.moves()))]


# ------------------------------------------------------------------ changing one


@dataclass(frozen=True, slots=True)
class Act:
    """What can be done to a setting: its button, and how it is stored and told."""

    name: str
    button: str
    standing: str
    action: str
    """As the log names it."""

    @property
    def takes_value(self) -> bool:
        return self.standing != WITHDRAWN


HOLD = Act("hold", "Put in force", HOLDS, "setting changed")
PROPOSE = Act("propose", "Propose", PROPOSED, "setting proposed")
CONFIRM = Act("confirm", "Confirm", HOLDS, "setting confirmed")
RESET = Act("withdraw", "Go back to the default", WITHDRAWN, "setting withdrawn")
WITHDRAW = Act("withdraw", "Take out of force", WITHDRAWN, "setting withdrawn")
TAKE_BACK = Act("withdraw", "Take the proposal away", WITHDRAWN, "setting proposal withdrawn")
NOT_CONFIRMED = "setting not confirmed"


def _offered(one: Kept) -> list[Act]:
    """What whoever is signed in may do, the first as Enter does it."""
    if _refusal(one):
        return []
    if not one.two:
        return [HOLD, RESET] if one.removable else [HOLD]
    others = one.now.proposed is not None and one.now.proposed_by != me().account.user
    away = [TAKE_BACK if one.now.value is None else WITHDRAW] if one.removable else []
    return [*([CONFIRM] if others else []), PROPOSE, *away]


@blueprint.post("/<name>/particular")
@pages.shown_again
def set_site(name: str) -> Any:
    """Changes what an administrator decides."""
    return _change(name, Deed.SET_SITE)


@blueprint.post("/<name>/rule")
@pages.shown_again
def decide(name: str) -> Any:
    """Changes, proposes, confirms or takes away what pharmacists decide."""
    return _change(name, Deed.DECIDE)


_ENDPOINTS = {Deed.SET_SITE: "settings.set_site", Deed.DECIDE: "settings.decide"}


def _change(name: str, deed: Deed) -> Any:
    one, d = _kept(name), desk()
    if DEEDS[one.setting.decides] is not deed:
        abort(404)
    form = setting_form(one.setting, d, request.form)
    if pages.lost():
        form.blame_value(pages.LOST)
        return _page(one, form)
    act = next((act for act in (*_offered(one), CONFIRM) if act.name == request.form.get("act")), None)
    form.validate()
    text = _asked(act, form, one)
    if act is None or any(field.errors for field in form):
        return _page(one, form), 422
    if form.was.text != str(one.seen):
        return _meanwhile(act, text, form, one)
    _JUDGES[act.name](text, form, one)
    if any(field.errors for field in form) or not signer_proved(form, d):
        return _page(one, form), 422
    try:
        _store(act, text, form, one)
    except RecordsRefused:
        return _meanwhile(act, text, form, _kept(name))
    except RecordsFault as fault:
        form.blame_value(str(fault))
        return _page(one, form), pages.NOT_SAVED
    return redirect(url_for("settings.shown", name=name), 303)


def _meanwhile(act: Act, text: str | None, form: SettingForm, one: Kept) -> Any:
    """Answers a page that is older than the newest row: with that row, where it is what the page asked for by the
    same person (a button pressed twice); else with what stands there now, beside what was typed."""
    last = one.rows[-1] if one.rows else None
    if last is not None and (last.by.id, last.standing, last.value) == (me().account.user, act.standing, text):
        return redirect(url_for("settings.shown", name=one.setting.name), 303)
    form.blame_value("It was changed meanwhile. Look at what stands here now, then send yours again.")
    return _page(one, form), 409


def _asked(act: Act | None, form: SettingForm, one: Kept) -> str | None:
    """The text that an act puts in force or proposes. What cannot be read stands at its box."""
    if act is None:
        form.blame_value("There is nothing to take away here, or the page sent no button. Read it again.")
        return None
    text = sent_text(form, one.setting) if act.takes_value else None
    return text if text is None or not one.confirmation else _as_stated(text, form, one)


def _as_stated(text: str, form: SettingForm, one: Kept) -> str | None:
    """What the drug file states, where that is what was typed."""
    if one.stated is None:
        form.blame_value("No drug file of this desk has this fact to confirm.")
    elif not same_words(text, one.stated):
        form.blame_value(
            f"You typed “{text}”, and the drug file states “{one.stated}”. Where the label says otherwise nothing is"
            " confirmed here: the drug file is wrong, and a new one is needed."
        )
        return None
    return one.stated


def _judge_fit(text: str | None, form: SettingForm, one: Kept) -> None:
    """A value that would contradict another setting is refused with both."""
    for fault in one.with_text(text, records.settings(one.desk.engine)):
        form.blame_value(fault.sentence)


def _judge_new(text: str | None, form: SettingForm, one: Kept) -> None:
    if text == one.now.proposed:
        form.blame_value("This value waits already: another pharmacist confirms it.")
    elif text == one.text and one.now.proposed is None and one.fault is None and not one.outdated:
        form.blame_value(f"{_said(one, text)} is in force already.")
    else:
        _judge_fit(text, form, one)


def _judge_confirmed(text: str | None, form: SettingForm, one: Kept) -> None:
    """Another person, and the same value, typed afresh."""
    proposed = one.now.proposed
    if proposed is None:
        form.blame_value("Nothing waits to be confirmed.")
    elif one.now.proposed_by == me().account.user:
        form.blame_value("You proposed it: another pharmacist confirms it.")
    elif text != proposed:
        typed, waits = wording.told(one.setting, text), wording.told(one.setting, proposed)
        form.blame_value(
            f"You typed {typed}, and {waits} waits. Read the source again: confirm what waits, or propose your own."
        )
        told = event(
            NOT_CONFIRMED,
            subject=f"setting:{one.setting.name}",
            changes=(Change(one.setting.label, waits, typed),),
            reason="the value typed afresh is not the one that waits",
        )
        records.record(one.desk.engine, told)
    else:
        _judge_fit(text, form, one)


_JUDGES: Mapping[str, Callable[[str | None, SettingForm, Kept], None]] = {
    HOLD.name: _judge_new,
    PROPOSE.name: _judge_new,
    CONFIRM.name: _judge_confirmed,
    WITHDRAW.name: _judge_fit,
}


def _store(act: Act, text: str | None, form: SettingForm, one: Kept) -> None:
    """Stores the row with its event. Raises RecordsRefused where another page was first, and NotSaved."""
    told = event(
        act.action,
        subject=f"setting:{one.setting.name}",
        changes=(Change(one.setting.label, _before(act, one), _after(act, text, one)),),
        reason=form.reason.data,
    )
    records.put_setting(one.desk.engine, one.setting.name, text, act.standing, told, was=one.seen)


def _before(act: Act, one: Kept) -> str | None:
    """What was in force; of a proposal that is taken back, what was proposed."""
    text = one.now.proposed if act is TAKE_BACK else one.text
    return None if text is None else wording.told(one.setting, text)


def _after(act: Act, text: str | None, one: Kept) -> str | None:
    new = one.default if not act.takes_value else text
    return None if new is None else wording.told(one.setting, new)
