"""The lists of a preparation's page: its steps, its materials, its vials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import url_for

from compounding.records import Status
from compounding.web.desk import Desk
from compounding.web.plan_page import kept
from compounding.web.progressing import Way, names
from compounding.wording.numbers import DASH, amount, capital, clock, day
from compounding.wording.path import (
    ENDED,
    STEPS,
    StepText,
    by_whom,
    called,
    discard_words,
    draw_words,
    step_note,
    syringe_words,
)
from compounding.wording.true_times import late_words
from compounding.workflow import Meaning, State
from compounding.workflow.guards import leaves_by
from compounding.workflow.materials import Kind, Material, live, missing
from compounding.workflow.progress import Progress, What
from compounding.workflow.steps import in_force

_ORDER = tuple(step.state for step in STEPS)


# ------------------------------------------------------------------ steps


def step_rows(way: Way, d: Desk, hidden: bool, leads_on: bool) -> Iterator[Mapping[str, Any]]:
    """What was done, what is done now and what comes, with who and when; an ending stands last. `leads_on` is
    false where nothing but an end is left."""
    reached = _reached(way)
    place = max(_ORDER.index(state) for state in reached if state in _ORDER)
    over = way.progress.state in ENDED
    for number, step in enumerate(STEPS):
        done = number <= place
        if over and not done:
            continue
        status = reached.get(step.state) if done else None
        now = leads_on and number == place + 1
        yield _step_row(way, step, status, d, now=now, hidden=hidden, done=done)
    if over:
        status = way.standing.statuses[-1]
        yield _cells("stop", ENDED[way.progress.state], [], _who(status), clock(status.at, d.zone), "")


def _reached(way: Way) -> Mapping[State, Status]:
    """The newest row of each state that the newest version came to and did not lose again."""
    statuses = way.standing.statuses
    first = max(place for place, one in enumerate(statuses) if one.state == State.ENTERED.value)
    reached: dict[State, Status] = {}
    for status in statuses[first:]:
        state = State(status.state)
        if state in _ORDER:  # a material that leaves, or a label that is destroyed, leads back
            reached = {known: one for known, one in reached.items() if _ORDER.index(known) < _ORDER.index(state)}
        reached[state] = status
    return reached


def _step_row(
    way: Way, step: StepText, status: Status | None, d: Desk, *, now: bool, hidden: bool, done: bool
) -> Mapping[str, Any]:
    row = in_force(way.progress.planned.policy)[step.step]
    who = _who(status) if status else "" if done else by_whom(row, names(way))
    when = clock(status.at, d.zone) if status else DASH
    note = step_note(step.state, way.progress, d.zone, hidden)
    signed = "" if step.signed is None else _signed(way, step.signed) if done else "to be signed"
    look = "done" if done else "now" if now else "todo"
    return _cells(look, step.name, [note] if note else [], who, when, signed)


def _signed(way: Way, meaning: Meaning) -> str:
    """Whether a signature of the newest version stands for a step that is done."""
    standing = (one for one in way.standing.signatures if one.void_entry is None and one.version == way.saved.version)
    return "signed" if any(one.meaning == meaning.value for one in standing) else ""


_WORDS = {"done": "Done", "now": "Now", "todo": "To do", "stop": "Ended"}


def _cells(look: str, name: str, notes: Sequence[str], who: str, when: str, signed: str) -> Mapping[str, Any]:
    person = {"main": who, "small": [signed] if signed else []}
    cells = ({"chip": _WORDS[look], "look": look}, {"strong": name, "small": [kept(n) for n in notes]}, person, when)
    return {"cells": cells, "look": "chosen" if look == "now" else ""}


def _who(status: Status) -> str:
    return f"{status.person.name}, {status.person.role}"


# ------------------------------------------------------------------ materials


def material_rows(way: Way, d: Desk, *, may_leave: bool) -> Iterator[Mapping[str, Any]]:
    """What is recorded, in the order of the picking list; what is wanting; and what left again."""
    progress = way.progress
    order = {(need.kind, need.place): number for number, need in enumerate(progress.planned.needs)}
    there = sorted(live(progress.materials), key=lambda one: order.get((one.kind, one.place), len(order)))
    yield from (_material_row(one, way, d, may_leave) for one in there)
    for need in missing(progress.planned.needs, progress.materials):
        spare = ", spare" if need.spare else ""
        what = {"main": f"{called(need.kind, need.place)}{spare}", "small": ["not recorded yet"]}
        yield {"cells": (what, DASH, DASH, DASH, DASH, "")}
    yield from (_material_row(one, way, d, False) for one in progress.materials if one.out is not None)


def _material_row(one: Material, way: Way, d: Desk, may_leave: bool) -> Mapping[str, Any]:
    small = [", ".join(filter(None, (one.maker, f"serial {one.serial}" if one.serial else "")))]
    titled = f"{called(one.kind, one.place)}: {one.name}" if one.kind is Kind.DRUG else capital(one.name)
    what = {"main": titled, "small": [text for text in small if text]}
    if one.out is not None:
        leaves: Any = {"chip": one.out.value.capitalize(), "look": "override"}
    elif may_leave and leaves_by(way.progress, one) is not None:
        out = url_for("materials.out", number=way.saved.number, material_id=one.id)
        leaves = {"button": "Take out", "href_button": out}
    else:
        leaves = ""
    lot = {"code": one.lot}
    return {"cells": (what, lot, day(one.expiry, d.market), kept(one.quantity), one.read_by.value, leaves)}


# ------------------------------------------------------------------ vials


def vial_views(way: Way, d: Desk, hidden: bool) -> Iterator[Mapping[str, Any]]:
    """Each vial with its state, and what is done with it; `hidden` leaves out what is drawn."""
    progress, figures = way.progress, way.progress.planned
    water = f"{amount(figures.drug.vials.reconstitution.value)} {figures.drug.vials.reconstitute_with.value}"
    for place in range(1, figures.vials.count + figures.vials.spare + 1):
        spare = place > figures.vials.count
        wetted = next((one for one in progress.all_of(What.WETTED) if one.place == place), None)
        lines = [] if spare and wetted is None else [f"{'with' if wetted else 'add'} {water}"]
        lines += ["a spare, opened only where the others do not suffice"] if spare else []
        lines += [late] if wetted and (late := late_words(wetted, d.zone, d.market)) else []
        lines += [] if spare or hidden else _draw_lines(progress, place)
        lines.append(_serial(progress, place))
        yield {
            "title": f"Vial {place}",
            "chip": f"Wetted {clock(wetted.at, d.zone)}" if wetted else "Dry",
            "look": "done" if wetted else "todo",
            "wetted": wetted is not None,
            "lines": kept(tuple(lines)),
        }


def _draw_lines(progress: Progress, place: int) -> list[str]:
    figures = progress.planned
    draw = figures.vials.draws[place - 1]
    told = [f"then {draw_words(draw, figures)}"]
    told += [text for text in (discard_words(draw, figures),) if text]
    return [", ".join(told), syringe_words(draw, figures)]


def _serial(progress: Progress, place: int) -> str:
    known = [one for one in live(progress.materials) if one.kind is Kind.DRUG and one.place == place]
    if not known:
        return "not recorded yet"
    return f"serial {known[0].serial}" if known[0].serial else f"lot {known[0].lot}"
