"""A dose as it was given: when it ran in, how much, what was seen of it, and from which bag.

A true time is always recorded: what the infusion shows is found afterwards, and refused never. A record that was an
error is corrected with its words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from compounding import records
from compounding.checklist import Infusion, Reaction
from compounding.course import Slot
from compounding.localtime import read_moment
from compounding.quantities import DoseLevel, DrugMass, Unreadable, plain
from compounding.records import CourseRecord, Event, NewInfusion, PlacedOrder, RecordsFault, Standing, StoredInfusion
from compounding.web import pages
from compounding.web.checklist_forms import boxes
from compounding.web.courses import found_at
from compounding.web.desk import Desk, desk
from compounding.web.fields import Choice, Day, Figure, Hour, Line
from compounding.web.forms import REASON_MOST, blame
from compounding.web.identity import event, me
from compounding.web.in_course import InCourse, fault_of
from compounding.web.plan_page import kept
from compounding.web.signing import SignForm, signer_proved
from compounding.web.telling import differences
from compounding.web.viewing import seen
from compounding.wording.checklist import REACTIONS, infusion_pairs
from compounding.wording.course_page import dose_title
from compounding.wording.numbers import amount, clock, moment
from compounding.wording.numbers import day as written_day
from compounding.workflow import Deed, State
from compounding.workflow.guards import minute
from compounding.workflow.materials import Kind, live
from compounding.workflow.progress import What

blueprint = Blueprint("giving", __name__, url_prefix="/courses")

VIEWED, RECORDED, CORRECTED = "dose viewed", "dose given recorded", "dose given corrected"
_ALL_OR_LESS = "all that was prepared, or less"
_WAS_GIVEN = (("given", "Was given, as above"), ("not", "Was not given at all"))


class GivenForm(SignForm):
    """An infusion by its true times."""

    ON_PAGE = ("on", "start", "end", "observed", "dose", "reaction", "words", "why", "not_given", "signing_secret")
    why: Line
    """Asked only where an earlier record is corrected."""
    not_given: Choice

    on = Day("Given on", missing="Type the day on which it was given.")
    start = Hour("Infusion started", missing="Type when the infusion started.", hint="24-hour clock, as 10:05")
    end = Hour("Infusion ended", missing="Type when the infusion ended.", hint="after midnight it is the next day")
    observed = Hour("Observed until", hint="leave empty where it is not known")
    dose = Figure(
        "Given", DrugMass, unit="mg", places=6, missing="Type how much ran in.", hint="all that was prepared, or less"
    )
    reaction = Choice(
        "Reaction",
        tuple((one.value, words) for one, words in REACTIONS.items()),
        missing="Choose how it was borne.",
    )
    words = Line("In words", most=REASON_MOST, hint="of a reaction, or why less ran in")


def _form(again: bool, d: Desk, sent: MultiDict[str, str] | None) -> GivenForm:
    fields: dict[str, Any] = {}
    if again:
        fields["why"] = Line("Why the record is corrected", most=REASON_MOST, missing="Say what was wrong with it.")
        fields["not_given"] = Choice("The dose", _WAS_GIVEN, missing="Choose one.")
    form: GivenForm = type("GivenForm", (GivenForm,), fields)(d, sent)
    return form


# ------------------------------------------------------------------ the pages


@blueprint.get("/<number>/doses/<int:cycle>/<int:day>")
def shown(number: str, cycle: int, day: int) -> Any:
    """A dose that was given, or the form that records it."""
    found, slot = found_at(number), Slot(cycle, day)
    stored, order = found.record.infusions.get(slot), _order(found, slot)
    if stored is None and order is None:
        abort(404)
    form = _form(stored is not None, desk(), MultiDict(_typed(stored, order)))
    return _page(found, slot, form)


@blueprint.post("/<number>/doses/<int:cycle>/<int:day>")
@pages.shown_again
def record(number: str, cycle: int, day: int) -> Any:
    """Records it."""
    d, found, slot = desk(), found_at(number), Slot(cycle, day)
    stored, order = found.record.infusions.get(slot), _order(found, slot)
    if order is None:
        abort(404)
    form = _form(stored is not None, d, request.form)
    if pages.lost():
        return _page(found, slot, form, [pages.problem("on", pages.LOST)])
    form.validate()
    infusion = None if form.errors_in_order() else _infusion(form, slot, order, d)
    if form.errors_in_order():
        return _page(found, slot, form), 422
    try:
        if not signer_proved(form, d):
            return _page(found, slot, form), 422
        new = NewInfusion(slot, order.number, infusion, (form["why"].data or "") if stored else "")
        said = {"dose": str(slot), "preparation": new.preparation}
        told = event(CORRECTED if stored else RECORDED, said, reason=new.words)
        records.record_infusion(
            d.engine,
            number,
            new,
            lambda was: _told(told, new, was, d),
            lambda now: _gone(now, new) or fault_of(now, found.drug),
        )
    except RecordsFault as fault:
        blame(form.on, str(fault))
        return _page(found, slot, form, fault=fault), pages.status_of(fault)
    return redirect(url_for("courses.shown", number=number), 303)


def _gone(now: CourseRecord, new: NewInfusion) -> str | None:
    """Why nothing more is recorded as given of a bag that is not there any more; None where it is. What ran in of it
    before the rest left may still be corrected, but for how much it was: that much is missing in the bin."""
    state = next(order.state for order in now.orders if order.number == new.preparation)
    if new.infusion is None or State(state) is State.RELEASED:
        return None
    before = [one.infusion for one in now.all_infusions if one.slot == new.slot][:-1]
    if not before or before[-1] is None:
        return f"{new.preparation} is {state}: nothing of it is given any more."
    if before[-1].dose != new.infusion.dose:
        return f"{new.preparation} is {state}, but for the {before[-1].dose} that were given: that much stays."
    return None


def _told(told: Event, new: NewInfusion, was: CourseRecord, d: Desk) -> Event:
    """The entry, with each value as it stood and as it stands now."""
    stored = was.infusions.get(new.slot)
    before = _pairs(None if stored is None else stored.infusion, d)
    return replace(told, changes=differences(before, _pairs(new.infusion, d)))


def _pairs(infusion: Infusion | None, d: Desk) -> Iterable[tuple[str, str]]:
    """Of a dose that was not given after all there are none."""
    return () if infusion is None else infusion_pairs(infusion, d.zone, d.market)


def _order(found: InCourse, slot: Slot) -> PlacedOrder | None:
    """The bag that a dose was given from: the one recorded, else the last that was released, else one that has left
    since."""
    stored = found.record.infusions.get(slot)
    if stored is not None:
        return next((order for order in found.record.orders if order.number == stored.preparation), None)
    of_slot = [one for one in found.record.orders if one.slot == slot]
    for states in ((State.RELEASED,), (State.RETURNED, State.WASTED)):
        if bags := [one for one in of_slot if State(one.state) in states]:
            return bags[-1]
    return None


def _typed(stored: StoredInfusion | None, order: PlacedOrder | None) -> dict[str, str]:
    """What is known already, as it would be typed."""
    zone = ZoneInfo(desk().zone)
    if stored is not None and stored.infusion is not None:
        made = stored.infusion
        until = {} if made.observed_until is None else {"observed": clock(made.observed_until, str(zone))}
        times = {"start": clock(made.start, str(zone)), "end": clock(made.end, str(zone)), **until}
        more = {"dose": plain(made.dose.value), "reaction": made.reaction.value, "words": made.words}
        return {**boxes("on", made.on), **times, **more}
    if order is None:
        return {}
    return {**boxes("on", desk().today()), "dose": plain(_prepared(order).value)}


# ------------------------------------------------------------------ what was typed


def _infusion(form: GivenForm, slot: Slot, order: PlacedOrder, d: Desk) -> Infusion | None:
    """The infusion; None where the dose was not given after all, or does not fit, which then stands at its field."""
    if "not_given" in form and form["not_given"].data == "not":
        return None
    on, level, zone = form.on.data, _level(order), ZoneInfo(d.zone)
    start = _moment(on, form.start, zone)
    end = _moment(on, form.end, zone, start)
    observed = None if form.observed.data is None else _moment(on, form.observed, zone, end)
    if start is None or end is None or form.errors_in_order():
        return None
    if on > d.today():
        blame(form.on, f"{written_day(on, d.market)} is in the future.")
        return None
    released = _released(order, d)
    if released is not None and start < released:
        at, of = moment(released, d.zone, d.market), order.number
        blame(form.start, f"{of} was released at {at}, and no infusion starts before that: type when it started.")
        return None
    brand, batches = _traced(order, d)
    try:
        return Infusion(
            slot=slot,
            on=on,
            level=level,
            prepared=_prepared(order),
            dose=form.dose.data,
            start=start,
            end=end,
            observed_until=observed,
            reaction=Reaction(form.reaction.data),
            words=form.words.data or "",
            brand=brand,
            batches=batches,
        )
    except Unreadable as unreadable:
        blame(form.words if "words" in str(unreadable) else form.end, str(unreadable))
        return None


def _moment(on: date, field: Hour, zone: ZoneInfo, after: datetime | None = None) -> datetime | None:
    """A time of the day of the infusion in UTC; one that is before what it follows is of the day after."""
    at: time | None = field.data
    if at is None:
        return None
    try:
        made = read_moment(f"{on.isoformat()}T{at:%H:%M}", zone)
        if after is not None and made < after:
            made = read_moment(f"{date.fromordinal(on.toordinal() + 1).isoformat()}T{at:%H:%M}", zone)
        return made.astimezone(UTC)
    except Unreadable as unreadable:
        blame(field, str(unreadable))
        return None


def _prepared(order: PlacedOrder) -> DrugMass:
    """What the bag holds: of a site that rounds the volume, that is not quite the dose."""
    return DrugMass(Decimal(order.prepared_ng).scaleb(-6))  # ng in mg


def _level(order: PlacedOrder) -> DoseLevel:
    return DoseLevel(Decimal(json.loads(order.plan_json)["dose_level_mg_per_m2"]))


def _released(order: PlacedOrder, d: Desk) -> datetime | None:
    """When a bag was released, to the minute: by the true time where that was entered late."""
    standing = records.standing(d.engine, order.number)
    if standing is None:
        return None
    true = [one.at for one in standing.moments if one.what is What.RELEASED]
    signed = [one.at for one in standing.statuses if State(one.state) is State.RELEASED]
    times = true or signed
    return minute(times[-1]) if times else None


def _traced(order: PlacedOrder, d: Desk) -> tuple[str, tuple[str, ...]]:
    """Brand and lots of the vials in the bag, for traceability."""
    standing: Standing | None = records.standing(d.engine, order.number)
    drug = next((drug for drug in d.drugs if standing and drug.id == standing.preparation.content.drug_id), None)
    vials = [] if standing is None else [one for one in live(standing.materials) if one.kind is Kind.DRUG]
    return drug.names.brand.value if drug else "", tuple(dict.fromkeys(vial.lot for vial in vials))


def _page(
    found: InCourse,
    slot: Slot,
    form: GivenForm,
    problems: Sequence[dict[str, str]] = (),
    fault: RecordsFault | None = None,
) -> str:
    seen(VIEWED, found.record.number, str(slot), fault)
    d, stored, order = desk(), found.record.infusions.get(slot), _order(found, slot)
    errors = [*problems, *pages.problems(form)]
    patient = found.record.patient.content
    pairs = () if stored is None or stored.infusion is None else infusion_pairs(stored.infusion, d.zone, d.market)
    return pages.page(
        "given.html",
        errors,
        pages.heading(errors, "recorded"),
        form=form,
        stored=None if stored is None else {"pairs": kept(tuple(pairs)), "by": stored.told.person.name},
        prepared="" if order is None else kept(f"{amount(_prepared(order))} in {order.number}"),
        title=dose_title(slot),
        slot=slot,
        number=found.record.number,
        name=f"{patient.family.upper()}, {patient.given}",
        born=kept(written_day(patient.born, d.market)),
        may=me().may(Deed.ENTER) and order is not None,
    )
