"""A course as its page shows it: what is next and what blocks it, every dose, what was found and what was recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from compounding import records
from compounding.checklist.given import judged as infusion_findings
from compounding.course import Scheduled, Slot, State, variance
from compounding.formulary import Presentation
from compounding.patient import Identity
from compounding.records import NewPatient, SavedPreparation, StoredFact
from compounding.web.calendar import CalendarPage, calendar_page
from compounding.web.desk import Desk
from compounding.web.identity import me
from compounding.web.in_course import InCourse
from compounding.web.plan_page import FindingView, asking, finding_view, kept
from compounding.wording import course_forms as form_words
from compounding.wording import course_page as words
from compounding.wording import courses as wording
from compounding.wording.barriers import barrier_sentence
from compounding.wording.findings import FindingText, finding_text, sentence
from compounding.wording.numbers import DASH, amount, day, moment
from compounding.workflow import Deed
from compounding.workflow import State as PathState

HEADS = (
    ("Dose", "keep"),
    ("Level", "keep"),
    ("State", "keep"),
    ("When", ""),
    ("Given", ""),
    ("Batch", ""),
    ("Order", "keep"),
    ("Checklist", "keep"),
)
FACT_HEADS = (("What", ""), ("In words", ""), ("Recorded", "keep"), ("", "keep"))
OUTSIDE_HEADS = (("Number", "keep"), ("To be given on", "keep"), ("State", ""))
_LOOKS = {
    State.GIVEN: "done",
    State.OMITTED: "todo",
    State.BLOCKED: "stop",
    State.NO_WINDOW: "override",
    State.PLANNED: "todo",
}


@dataclass(frozen=True)
class NextDose:
    """The dose that comes next, what may be done for it, and what is in its way."""

    title: str
    pairs: tuple[tuple[str, str], ...]
    holds: tuple[str, ...]
    order_href: str
    """ "" while another order for it is under way."""
    checklist_href: str
    orders: tuple[tuple[str, str, str], ...]
    """Of each under way its number, state and address."""
    give_href: str
    """Where it is recorded as given, once a bag of it is released; "" before."""


@dataclass(frozen=True)
class CourseView:
    """What the template of a course prints."""

    number: str
    drug: Presentation
    banner: Mapping[str, Any]
    state: tuple[str, str]
    """Word and look."""
    ended: str
    pairs: tuple[tuple[str, str], ...]
    next: NextDose | None
    nothing_next: str
    rows: tuple[Mapping[str, Any], ...]
    findings: tuple[FindingView, ...]
    findings_heading: str
    facts: tuple[Mapping[str, Any], ...]
    kinds: tuple[tuple[str, str], ...]
    """What may be recorded: name and address."""
    outside: tuple[Mapping[str, Any], ...]
    """Live orders of the patient that stand in no course."""
    calendar: CalendarPage
    unconfirmed: tuple[str, ...]
    heads: tuple[tuple[str, str], ...] = HEADS
    fact_heads: tuple[tuple[str, str], ...] = FACT_HEADS
    outside_heads: tuple[tuple[str, str], ...] = OUTSIDE_HEADS


def identity_of(patient: NewPatient, location: str = "") -> Identity:
    """A stored patient as pages name them."""
    numbers = {name: getattr(patient, name) or "" for name in ("mrn", "nhs_number", "hospital_number")}
    return Identity(patient.family, patient.given, patient.born, location, **numbers)


def course_view(found: InCourse, d: Desk) -> CourseView:
    """The view of a course. Raises NotRead."""
    record, made, following = found.record, found.schedule, found.schedule.next
    beside = (*found.unrecorded(), *_of_infusions(found))
    findings = tuple(finding_text(finding, d.market) for finding in (*made.findings, *beside))
    return CourseView(
        number=record.number,
        drug=found.drug,
        banner=_banner(found, following),
        state=_state(found, following),
        ended=words.ended_words(found.course, d.market),
        pairs=kept(tuple(_pairs(found, d))),
        next=None if following is None else _next(found, following, d),
        nothing_next=words.nothing_next(found.course),
        rows=tuple(_row(found, dose, d) for dose in made.doses),
        findings=tuple(finding_view(finding) for finding in findings),
        findings_heading=_heading(findings),
        facts=tuple(_fact_row(found, fact, d) for fact in reversed(record.facts)),
        kinds=tuple(_kinds(found)) if me().may(Deed.ENTER) else (),
        outside=tuple(_outside_row(one, d) for one in records.ordered_outside(d.engine, record)),
        calendar=calendar_page(found.course, made, d.today()),
        unconfirmed=tuple(wording.course_unconfirmed(found.course)),
    )


def _of_infusions(found: InCourse) -> Iterator[Any]:
    for slot in sorted(found.record.infusions):
        infusion = found.record.infusions[slot].infusion
        if infusion is not None:
            yield from infusion_findings(found.drug, infusion)


def _heading(findings: tuple[FindingText, ...]) -> str:
    return asking(findings, "is found", "are found") if findings else "Nothing is found"


def _banner(found: InCourse, following: Scheduled | None) -> dict[str, Any]:
    dose = {"dose": DASH, "dose_notes": []}
    if following is not None:
        dose = {"dose": kept(amount(following.permitted)), "dose_notes": [f"next: {following.slot}"]}
    return {**dose, "number": f"Course {found.record.number}"}


def _state(found: InCourse, following: Scheduled | None) -> tuple[str, str]:
    if found.course.ended is not None:
        return "Ended", "stop"
    if following is None:
        return "No dose left", "stop" if found.schedule.stopped else "done"
    return "Under way", "now"


def _pairs(found: InCourse, d: Desk) -> Iterator[tuple[str, str]]:
    content, course = found.record.content, found.course
    yield "Indication", content.indication
    yield "Prescriber", content.prescriber
    yield "Day 1 of cycle 1", day(course.start, d.market)
    yield "Transplant", words.transplant_words(course)
    yield "Cycles", words.cycles_words(course)
    yield "Opened", f"{moment(found.record.told.at, d.zone, d.market)}, {found.record.told.person.name}"


# ------------------------------------------------------------------ what is next


def _next(found: InCourse, dose: Scheduled, d: Desk) -> NextDose:
    slot, number, course = dose.slot, found.record.number, found.course
    orders = tuple(found.orders(slot))
    may = me().may(Deed.ENTER)
    at: dict[str, Any] = {"number": number, "cycle": slot.cycle, "day": slot.day}
    released = any(PathState(order.state) is PathState.RELEASED for order in orders)
    return NextDose(
        title=words.dose_title(slot),
        pairs=kept((*wording.expected(course, dose), *_last(found, slot, d))),
        holds=tuple(kept(tuple(_holds(found, dose, d)))),
        order_href=url_for("courses.order", **at) if may and not orders else "",
        checklist_href=url_for("checklists.shown", **at),
        orders=tuple((one.number, one.state, url_for("preparations.shown", number=one.number)) for one in orders),
        give_href=url_for("giving.shown", **at) if may and released else "",
    )


def _last(found: InCourse, slot: Slot, d: Desk) -> Iterator[tuple[str, str]]:
    same = [made for made in found.made if made.slot.day == slot.day]
    if same:
        yield "Last dose of this day", f"{amount(same[-1].dose)}, {day(same[-1].on, d.market)}"


def _holds(found: InCourse, dose: Scheduled, d: Desk) -> Iterator[str]:
    """What blocks the next dose: of the course, and of its checklist."""
    for finding in found.schedule.findings:
        if (finding.values["cycle"], finding.values["day"]) == dose.slot:
            yield sentence(finding, d.market)
    for barrier in found.held(dose.slot, training=d.site.training):
        yield barrier_sentence(barrier, d.policy)


# ------------------------------------------------------------------ every dose


def _row(found: InCourse, dose: Scheduled, d: Desk) -> Mapping[str, Any]:
    slot = dose.slot
    state = {"chip": words.STATES[dose.state], "look": _LOOKS[dose.state]}
    cells = (
        words.dose_title(slot),
        kept(amount(dose.level)),
        state,
        _when(found, dose, d),
        _given(found, slot, d),
        _batch(found, slot),
        _orders(found, slot),
        _checklist(found, slot, d),
    )
    following = found.schedule.next
    return {"cells": cells, "look": "chosen" if following is not None and following.slot == slot else ""}


def _when(found: InCourse, dose: Scheduled, d: Desk) -> dict[str, Any]:
    if dose.on is not None:
        return {"main": kept(day(dose.on, d.market))}
    if dose.nominal is None:
        return {"main": DASH}
    small = [kept(wording.may_be_given(found.course, dose))] if dose.opens is not None else []
    return {"main": kept(day(dose.nominal, d.market)), "small": small}


def _given(found: InCourse, slot: Slot, d: Desk) -> dict[str, Any]:
    stored = found.record.infusions.get(slot)
    if stored is None or stored.infusion is None:
        return {"main": DASH}
    shown = variance(slot, stored.infusion.dose, found.made)
    small = [] if shown is None else [kept(wording.variance_words(shown, d.market))]
    href = url_for("giving.shown", number=found.record.number, cycle=slot.cycle, day=slot.day)
    return {"main": kept(amount(stored.infusion.dose)), "href": href, "small": small}


def _batch(found: InCourse, slot: Slot) -> dict[str, Any]:
    stored = found.record.infusions.get(slot)
    if stored is None or stored.infusion is None:
        return {"main": DASH}
    return {"main": stored.infusion.brand, "small": list(stored.infusion.batches)}


def _orders(found: InCourse, slot: Slot) -> Any:
    orders = [order for order in found.record.orders if order.slot == slot]
    if not orders:
        return DASH
    last = orders[-1]
    before = [f"{order.number}, {order.state}" for order in orders[:-1]]
    href = url_for("preparations.shown", number=last.number)
    return {"main": last.number, "href": href, "small": [last.state, *before]}


def _checklist(found: InCourse, slot: Slot, d: Desk) -> Any:
    stored = found.record.checklists.get(slot)
    href = url_for("checklists.shown", number=found.record.number, cycle=slot.cycle, day=slot.day)
    if stored is None:
        return {"main": "Not filled in", "href": href}
    holds = any(barrier.code.startswith("checklist") for barrier in found.held(slot, training=True))
    when = kept(day(stored.checklist.on, d.market))
    return {"main": "Holds the dose" if holds else "Filled in", "href": href, "small": [when, stored.told.person.name]}


# ------------------------------------------------------------------ what was recorded


def _fact_row(found: InCourse, stored: StoredFact, d: Desk) -> Mapping[str, Any]:
    said = [f"“{stored.words}”"] if stored.words else []
    said += [f"Prescriber {stored.prescriber}"] if stored.prescriber else []
    said += [f"Taken out, seen by {stored.witness}: “{stored.out}”"] if stored.out else []
    told = kept(moment(stored.told.at, d.zone, d.market))
    link: Any = ""
    if not stored.out and me().may(Deed.ENTER):
        link = {"main": "Entry error", "href": url_for("courses.out", number=found.record.number, fact_id=stored.id)}
    what: Any = kept(words.fact_words(stored.fact, d.market))
    if stored.out:
        what = {"main": what, "chip": "Taken out", "look": "todo"}
    return {"cells": (what, {"small": said}, {"main": told, "small": [stored.told.person.name]}, link)}


def standing(found: InCourse, d: Desk) -> tuple[tuple[str, str], ...]:
    """What is recorded of the course by now, the newest first: when and by whom, and what."""
    return kept(
        tuple(
            (
                form_words.recorded_by(moment(one.told.at, d.zone, d.market), one.told.person.name),
                words.fact_words(one.fact, d.market),
            )
            for one in reversed(found.record.standing)
        )
    )


def _outside_row(one: SavedPreparation, d: Desk) -> Mapping[str, Any]:
    number = {"main": one.number, "href": url_for("preparations.shown", number=one.number)}
    return {"cells": (number, day(one.content.given_on, d.market), one.state)}


def _kinds(found: InCourse) -> Iterator[tuple[str, str]]:
    for kind, name in words.KINDS.items():
        yield name, url_for("courses.change", number=found.record.number, kind=kind)
