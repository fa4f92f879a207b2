"""When a vial was wetted and when the drug went into the bag, by true time: now, or when it was, with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, request

from compounding.records import Event, NewRow, RecordsFault
from compounding.web import pages
from compounding.web.blind import refuse
from compounding.web.desk import Desk, desk
from compounding.web.forms import blame
from compounding.web.identity import event
from compounding.web.path import as_kept, back, faulted, now, sent_place, stopped, way_shown
from compounding.web.path_forms import NowForm, TimedForm, now_form, timed_form
from compounding.web.path_page import Shown
from compounding.web.picking import Stop, own_paper, vial_of
from compounding.web.preparations import preparation_page
from compounding.web.progressing import Way
from compounding.web.stored_page import banner
from compounding.web.taking import Taking, entered_at, moved_on, opened_for, refused, take
from compounding.web.viewing import VIEWED, viewed
from compounding.wording.barriers import barrier_sentence
from compounding.wording.log import HAPPENED
from compounding.wording.numbers import clock
from compounding.wording.wastes import told as wastes_told
from compounding.workflow import State, Step
from compounding.workflow.guards import dry, vial_barriers
from compounding.workflow.materials import ReadBy
from compounding.workflow.progress import Barrier, Moment, Progress, What
from compounding.workflow.steps import DILUTE, HAND_LABEL, WET, WET_SPARE
from compounding.workflow.times import entry_barriers, is_late
from compounding.workflow.wastes import of_dilution

blueprint = Blueprint("true_times", __name__, url_prefix="/preparations")

LEFT = "left in the vial"
_PRESSED: Mapping[str, str] = {"read": "button"}
"""What the log says of something that was not scanned."""


@blueprint.post("/<number>/wet")
@pages.shown_again
def wet(number: str) -> Any:
    """Writes down when a vial was wetted. The first one starts the clocks."""
    d, way = desk(), way_shown(number)
    form = now_form(d, request.form, since=way.since)
    if (answer := _out_of_date(way, form)) is not None:
        return answer
    place, raw, told = sent_place(), form.scan.text, _PRESSED
    try:
        if raw.strip():
            place, read = vial_of(raw, way, d, now(), dry(way.progress), place)
            told = _scanned(raw, read, "vial as recorded")
    except Stop as stop:
        return stopped(way, stop, raw)
    step = WET_SPARE if way.progress.state is State.RECONSTITUTED else WET
    return _happened(way, step, Moment(What.WETTED, place, now(), now()), form, told)


@blueprint.get("/<number>/hand-label")
def hand_label(number: str) -> Any:
    """When a bag that was prepared on paper got its label, which was written by hand."""
    way = _hand_labelled(number)
    viewed(VIEWED, number, page="label written by hand")
    return _hand_label_page(way, timed_form(TimedForm, desk(), since=way.since))


@blueprint.post("/<number>/hand-label")
@pages.shown_again
def enter_hand_label(number: str) -> Any:
    """Writes down that the label was written by hand, and when."""
    d, way = desk(), _hand_labelled(number)
    form = timed_form(TimedForm, d, request.form, since=way.since)
    if pages.lost():
        return _hand_label_page(way, form, pages.LOST)
    if (said := moved_on(way.standing)) is not None:
        return _hand_label_page(way, form, said), 409
    told = event(HAND_LABEL.name)
    timed = true_moment(Moment(What.LABELLED, 0, now(), now()), form, told, way)
    if timed is None:
        return _hand_label_page(way, form), 422
    try:
        take(way, Taking(HAND_LABEL, (timed,)), timed_event(told, timed, d), d)
    except RecordsFault as fault:
        return _hand_label_page(way, form, str(fault)), pages.status_of(fault)
    return back(number)


def _hand_labelled(number: str) -> Way:
    """Ends the request with a page that says why no label is to be written down as one by hand."""
    way = way_shown(number)
    if (said := refused(way, Taking(HAND_LABEL, ()), now())) is not None:
        refuse("Not to be labelled by hand", said, 409)
    return way


def _hand_label_page(way: Way, form: TimedForm, problem: str = "") -> str:
    errors = [*([pages.problem(form.at.anchor, problem)] if problem else []), *pages.problems(form)]
    return pages.page(
        "hand_label.html",
        errors,
        pages.heading(errors, "recorded"),
        saved=way.saved,
        form=form,
        carried=opened_for(way),
        banner=banner(way.saved, desk()),
    )


@blueprint.post("/<number>/add-drug")
@pages.shown_again
def add_drug(number: str) -> Any:
    """Writes down when the drug went into the bag, and what it left in the vials. A late time is written down like
    any other; it leaves nothing but to reject."""
    way = way_shown(number)
    form = now_form(desk(), request.form, since=way.since)
    if (answer := _out_of_date(way, form)) is not None:
        return answer
    raw, told = form.scan.text, _PRESSED
    try:
        if raw.strip():
            told = _scanned(raw, own_paper(raw, way, desk()), "paper of this preparation")
    except Stop as stop:
        return stopped(way, stop, raw)
    made = Moment(What.DILUTED, 0, now(), now(), making=way.progress.planned.making)
    wastes = tuple(of_dilution(way.progress, LEFT))
    return _happened(way, DILUTE, made, form, {**told, **wastes_told(wastes)}, wastes)


def _scanned(raw: str, read: str, match: str) -> Mapping[str, str]:
    return {"read": ReadBy.SCANNED.value, "raw": as_kept(raw), "read as": read, "match": match}


def _out_of_date(way: Way, form: NowForm) -> Any:
    """The page again where the form came without its session, or for another state; None where it goes on."""
    if pages.lost():
        return preparation_page(way.standing, shown=Shown(form=form, stop=Stop("lost", pages.LOST)))
    if (said := moved_on(way.standing)) is not None:
        return stopped(way, Stop("moved", said), form.scan.text, 409)
    return None


def _happened(
    way: Way, step: Step, made: Moment, form: NowForm, details: Mapping[str, str], wastes: Sequence[NewRow] = ()
) -> Any:
    d, told = desk(), event(step.name, details)
    taking = Taking(step, (made, *wastes), lambda progress: _untimely(made, progress))
    if (said := refused(way, replace(taking, further=lambda progress: ()), now())) is not None:
        return stopped(way, Stop("moved", said), form.scan.text, 409)
    timed = true_moment(made, form, told, way)
    if timed is None:
        return preparation_page(way.standing, shown=Shown(form=form)), 422
    taking = Taking(step, (timed, *wastes), lambda progress: _untimely(timed, progress))
    try:
        take(way, taking, timed_event(told, timed, d), d)
    except RecordsFault as fault:
        return faulted(way, fault, form.scan.text)
    return back(way.saved.number)


def true_moment(made: Moment, form: TimedForm, told: Event, way: Way) -> Moment | None:
    """The moment with its true time, and the time at which it is entered; what is wrong with it stands at its
    field, and then there is none."""
    entered, policy = entered_at(told), way.progress.planned.policy
    at = form.moment(entered, policy.zone)
    if at is None:
        return None
    timed = replace(made, at=at, entered_at=entered, late_reason=form.late_reason.data or "")
    for barrier in entry_barriers(timed, way.progress):
        blame(form.late_reason if barrier.code == "late-reason" else form.at, barrier_sentence(barrier, policy))
    return None if form.errors_in_order() else timed


def timed_event(told: Event, timed: Moment, d: Desk) -> Event:
    """The event with what it tells of a moment: of a late one when it happened, and why that is said only now."""
    details = dict(told.details)
    if timed.place:
        details["vial"] = str(timed.place)
    if timed.making is not None:
        details["bag made"] = timed.making.value
    if is_late(timed.at, timed.entered_at):
        return replace(told, details={**details, HAPPENED: timed.at.isoformat()}, reason=timed.late_reason)
    return replace(told, details={**details, "true time": clock(timed.at, d.zone)})


def _untimely(made: Moment, progress: Progress) -> Iterable[Barrier]:
    vial = vial_barriers(progress, made.place) if made.what is What.WETTED else ()
    return (*vial, *entry_barriers(made, progress))
