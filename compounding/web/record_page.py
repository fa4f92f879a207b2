"""The record of one preparation as whoever checks or releases it reads it: times, materials, readings, labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from compounding.records import Standing
from compounding.web.desk import Desk
from compounding.web.label_copies import equation
from compounding.web.plan_page import kept
from compounding.web.progressing import Way
from compounding.wording.barriers import disagreeing
from compounding.wording.numbers import amount, capital, clock, count, day, figure, moment
from compounding.wording.path import called, limit_rule
from compounding.wording.true_times import happened
from compounding.wording.worklist import limit_name, limit_text
from compounding.workflow.limits import Due, Limit, every_limit
from compounding.workflow.materials import Material, live
from compounding.workflow.progress import Reading, What, clocks
from compounding.workflow.times import is_late

TIMES = (("What", ""), ("When", "keep"), ("Entered", ""), ("Who", "keep"))
MATERIALS = (("Material", ""), ("Lot", ""), ("Expiry", "keep"), ("Read by", ""), ("Who", "keep"))
READINGS = (("Reading", "keep"), ("Worked out", ""), ("Counted and read", ""), ("Who", "keep"))


def parts(way: Way, d: Desk) -> dict[str, Any]:
    """What the templates print of a record, but for what goes on changing: the time that is left."""
    return {
        "times": list(_times(way, d)),
        "materials": [_material(one, way, d) for one in live(way.progress.materials)],
        "readings": [_reading(number, one, way) for number, one in enumerate(way.progress.readings, 1)],
        "terms": [(term.number, term.name) for term in equation(way)],
    }


def heads() -> Mapping[str, Any]:
    return {"times_heads": TIMES, "materials_heads": MATERIALS, "readings_heads": READINGS}


# ------------------------------------------------------------------ clocks


def clock_items(way: Way, now: datetime, d: Desk) -> list[dict[str, str]]:
    """Every limit with the time that is left, for the row of clocks."""
    times = clocks(way.progress)
    if times is None:
        return []
    figures = way.progress.planned
    return [
        {**_clock(due, way, now, d), "rule": limit_rule(due.limit, times, figures)}
        for due in every_limit(way.progress, now)
    ]


def unconfirmed(way: Way) -> bool:
    """Whether the clocks lack the limits of a diluted bag, and so serve training only."""
    times = clocks(way.progress)
    return times is not None and not times.confirmed


def _clock(due: Due, way: Way, now: datetime, d: Desk) -> dict[str, str]:
    """A limit that was kept says when; one that runs says how long it still does."""
    text, diluted = limit_text(due, now, d.zone, d.market), way.progress.last(What.DILUTED)
    name = limit_name(due.limit, d.market)
    told = {"name": name, "time": text.rule.removeprefix(f"{name} ")}
    if due.limit is Limit.DILUTE_BY and diluted is not None and diluted.at <= due.at:
        return {**told, "left": f"kept, {clock(diluted.at, d.zone)}", "look": ""}
    return {**told, "left": text.left, "look": "" if text.look == "clock" else text.look}


def _minute(at: datetime, d: Desk) -> str:
    return kept(moment(at, d.zone, d.market))


# ------------------------------------------------------------------ tables


def _names(standing: Standing) -> Mapping[str, str]:
    return {person.id: person.name for person in standing.people}


def _times(way: Way, d: Desk) -> Iterator[dict[str, Any]]:
    """Each true time; a late one beside the time at which it was entered, and why."""
    names = _names(way.standing)
    for one in way.progress.moments:
        late = {"main": _minute(one.entered_at, d), "small": [f"late: {one.late_reason}"]}
        entered = late if is_late(one.at, one.entered_at) else "at once"
        yield {"cells": (happened(one), _minute(one.at, d), entered, names[one.person])}


def _material(one: Material, way: Way, d: Desk) -> dict[str, Any]:
    name = {"main": called(one.kind, one.place), "small": [", ".join(filter(None, (one.name, one.maker)))]}
    lot = {"main": one.lot, "small": [f"serial {one.serial}"] if one.serial else []}
    who = _names(way.standing)[one.person]
    return {"cells": (name, lot, day(one.expiry, d.market), one.read_by.value, who)}


def _reading(number: int, one: Reading, way: Way) -> dict[str, Any]:
    apart = [] if one.agrees else [capital(disagreeing(one.faults))]
    word, look = ("Agrees", "done") if one.agrees else ("Stands apart", "stop")
    verdict = {"chip": word, "look": look, "small": [f"reading {figure(number)}", *apart]}
    read = [count(one.vials, "vial"), amount(one.read_volume)]
    read += [amount(one.read_mass)] if one.read_mass is not None else []
    out, counted = kept(f"{amount(one.dose)}, {amount(one.volume)}"), kept(", ".join(read))
    return {"cells": (verdict, out, counted, _names(way.standing)[one.person])}
