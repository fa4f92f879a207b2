"""A dose as it was given: when it ran in, how much, what was seen of it, and from which bag.

A true time is always recorded: what the infusion shows is found afterwards, and refused never. A record that was an
error is corrected with its words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from compounding import records
from compounding.checklist import Infusion, Reaction, infusion_as_json
from compounding.course import Slot
from compounding.credentials import USER_MOST
from compounding.quantities import DoseLevel, DrugMass, Unreadable, plain
from compounding.records import (
    CourseRecord,
    Event,
    NewInfusion,
    PlacedOrder,
    RecordsFault,
    RecordsRefused,
    Standing,
    StoredInfusion,
)
from compounding.web import pages
from compounding.web.checklist_forms import boxes
from compounding.web.course_forms import second_proved
from compounding.web.courses import found_at
from compounding.web.desk import Desk, desk
from compounding.web.fields import Choice, Day, Figure, Line, Secret, TrueTime
from compounding.web.forms import REASON_MOST, blame
from compounding.web.given_times import as_typed, ran
from compounding.web.identity import event, me
from compounding.web.in_course import InCourse, fault_of
from compounding.web.plan_page import kept
from compounding.web.progressing import PlanDiffers, way
from compounding.web.signing import SignForm, proved, signer_proved
from compounding.web.telling import differences
from compounding.web.viewing import seen
from compounding.wording import infusions as wording
from compounding.wording.checklist import infusion_pairs
from compounding.wording.course_page import dose_title
from compounding.wording.numbers import day as written_day
from compounding.wording.numbers import moment
from compounding.wording.patients import patient_name
from compounding.workflow import Deed, State
from compounding.workflow.guards import minute
from compounding.workflow.materials import Kind, live
from compounding.workflow.progress import What, clocks

blueprint = Blueprint("giving", __name__, url_prefix="/courses")

VIEWED, RECORDED, CORRECTED = "dose viewed", "dose given recorded", "dose given corrected"
_WAS = "was"
"""The entry of the dose that the page showed as given; 0 where there was none."""


class GivenForm(SignForm):
    """An infusion by its true times."""

    ON_PAGE = (
        *("on", "start", "end", "observed", "dose", "reaction", "words", "not_given", "why"),
        *("second", "second_secret", "signing_secret"),
    )
    why: Line
    """Asked only where an earlier record is corrected."""
    not_given: Choice
    second: Line
    """Asked only where its bag has left since."""
    second_secret: Secret

    on = Day(**wording.ON)
    start = TrueTime(**wording.STARTED)
    end = TrueTime(**wording.ENDED)
    observed = TrueTime(**wording.OBSERVED)
    dose = Figure(**wording.GIVEN, kind=DrugMass, places=6)
    reaction = Choice(**wording.REACTION, choices=wording.REACTION_CHOICES)
    words = Line(**wording.IN_WORDS, most=REASON_MOST)


def _form(
    stored: StoredInfusion | None, order: PlacedOrder | None, d: Desk, sent: MultiDict[str, str] | None
) -> GivenForm:
    fields: dict[str, Any] = {}
    if stored is not None:
        fields["why"] = Line(**wording.WHY_CORRECTED, most=REASON_MOST)
        fields["not_given"] = Choice(**wording.WHETHER_GIVEN, choices=wording.WHETHER_CHOICES)
        if order is not None and order.left:
            fields["second"] = Line(**wording.SECOND, most=USER_MOST)
            fields["second_secret"] = Secret(**wording.SECOND_SECRET)
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
    form = _form(stored, order, desk(), MultiDict(_typed(stored, order)))
    return _page(found, slot, form)


@blueprint.post("/<number>/doses/<int:cycle>/<int:day>")
@pages.shown_again
def record(number: str, cycle: int, day: int) -> Any:
    """Records it."""
    d, found, slot = desk(), found_at(number), Slot(cycle, day)
    stored, order = found.record.infusions.get(slot), _order(found, slot)
    if order is None:
        abort(404)
    form = _form(stored, order, d, request.form)
    if pages.lost():
        return _page(found, slot, form, [pages.problem("on", pages.LOST)])
    if (moved := _moved(found, slot)) is not None:
        return _page(found, slot, form, [pages.problem("on", moved)]), 409
    form.validate()
    infusion = None if form.errors_in_order() else _infusion(form, slot, order, d)
    if form.errors_in_order():
        return _page(found, slot, form), 422
    try:
        second = _seen_by(form, order, d)
        if form.errors_in_order() or not signer_proved(form, d):
            return _page(found, slot, form), 422
        new = NewInfusion(slot, order.number, infusion, (form["why"].data or "") if stored else "", _entry(stored))
        said = {"dose": str(slot), "preparation": new.preparation, **({"seen by": second} if second else {})}
        told = event(CORRECTED if stored else RECORDED, said, reason=new.words)
        records.record_infusion(
            d.engine,
            number,
            new,
            lambda was: proved(_told(told, new, was, d), _signed(number, new)),
            lambda now: _gone(now, new, second) or fault_of(now, found.drug),
        )
    except RecordsFault as fault:
        blame(form.on, str(fault))
        now = found_at(number) if isinstance(fault, RecordsRefused) else found
        return _page(now, slot, form, fault=fault), pages.status_of(fault)
    if infusion is not None and _late(infusion, order.number, d):
        return redirect(url_for("giving.shown", number=number, cycle=cycle, day=day), 303)
    return redirect(url_for("courses.shown", number=number), 303)


def _entry(stored: StoredInfusion | None) -> int:
    return 0 if stored is None else stored.told.entry


def _moved(found: InCourse, slot: Slot) -> str | None:
    """Why nothing is recorded over a dose that the page did not show; None where it showed the one that stands. The
    page that says so shows it, beside what was typed."""
    stored = found.record.infusions.get(slot)
    if request.form.get(_WAS, "") == str(_entry(stored)):
        return None
    return wording.recorded_meanwhile(slot, "" if stored is None else stored.told.person.name)


def _signed(number: str, new: NewInfusion) -> dict[str, str]:
    infusion = "" if new.infusion is None else infusion_as_json(new.infusion)
    of = {"course": number, "dose": str(new.slot), "preparation": new.preparation}
    return {**of, "infusion": infusion, "words": new.words}


def _seen_by(form: GivenForm, order: PlacedOrder, d: Desk) -> str:
    """The second person of a bag that has left, of which nothing was given after all: what is missing in it stays
    missing. "" where none is needed; why there is none stands at the field. Raises RecordsFault."""
    if "second" not in form or form["not_given"].data != "not":
        return ""
    user, secret = form.second, form.second_secret
    if user.data and secret.data:
        second = second_proved(user, secret, d)
        return second.name if second else ""
    blame(secret if user.data else user, wording.needs_second(order.number, order.state))
    return ""


def _gone(now: CourseRecord, new: NewInfusion, second: str) -> str | None:
    """Why nothing more is recorded as given of a bag that is not there any more; None where it is. What ran in of it
    before the rest left may still be corrected, but for how much it was: that much is missing in the bin. That nothing
    did, two people say; and what is taken back may be recorded again."""
    order = next(order for order in now.orders if order.number == new.preparation)
    if not order.left:
        return None
    if new.infusion is None:
        return None if second else wording.needs_second(order.number, order.state)
    before = now.ran_in(order)
    if before is None:
        return wording.gone(order.number, order.state)
    return None if before.dose == new.infusion.dose else wording.part_given(order.number, order.state, before.dose)


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
    zone = desk().zone
    if stored is not None and stored.infusion is not None:
        made = stored.infusion
        until = {} if made.observed_until is None else {"observed": as_typed(made.observed_until, zone)}
        times = {"start": as_typed(made.start, zone), "end": as_typed(made.end, zone), **until}
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
    times = ran(form.on, form.start, form.end, form.observed, d)
    if times is None:
        return None
    released = _released(order, d)
    if released is not None and times.start < released:
        blame(form.start, wording.before_release(order.number, moment(released, d.zone, d.market)))
        return None
    brand, batches = _traced(order, d)
    try:
        return Infusion(
            slot=slot,
            on=form.on.data,
            level=_level(order),
            prepared=_prepared(order),
            dose=form.dose.data,
            start=times.start,
            end=times.end,
            observed_until=times.observed,
            reaction=Reaction(form.reaction.data),
            words=form.words.data or "",
            brand=brand,
            batches=batches,
        )
    except Unreadable as unreadable:
        blame(form.words if "words" in str(unreadable) else form.end, str(unreadable))
        return None


def _late(infusion: Infusion, number: str, d: Desk) -> tuple[str, ...]:
    """What of it was after the limits of its bag, in sentences. Raises NotRead."""
    standing = records.standing(d.engine, number)
    try:
        times = None if standing is None else clocks(way(standing, d).progress)
    except PlanDiffers:  # its drug file is gone
        return ()
    return () if times is None else wording.late(infusion.start, infusion.end, times, d.zone, d.market)


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
    infusion = None if stored is None else stored.infusion
    return pages.page(
        "given.html",
        errors,
        pages.heading(errors, "recorded"),
        form=form,
        was=_entry(stored),
        stored=None if stored is None else {"pairs": kept(tuple(_pairs(infusion, d))), "by": stored.told.person.name},
        late=() if infusion is None or order is None else [kept(said) for said in _late(infusion, order.number, d)],
        prepared="" if order is None else kept(wording.prepared_in(_prepared(order), order.number)),
        title=dose_title(slot),
        slot=slot,
        number=found.record.number,
        name=patient_name(patient),
        born=kept(written_day(patient.born, d.market)),
        may=me().may(Deed.ENTER) and order is not None,
    )
