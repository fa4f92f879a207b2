"""When an infusion ran, as it is typed: no time to come, no slip of an hour over midnight, and no hour guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from compounding.localtime import read_moment
from compounding.quantities import Unreadable
from compounding.web.desk import Desk
from compounding.web.fields import Day, TrueTime
from compounding.web.forms import blame
from compounding.wording import infusions as wording
from compounding.wording.fields import in_future
from compounding.wording.numbers import moment

# What is typed earlier than what it follows is of the day after, or a slip of the hour. An infusion is planned for one
# hour, and a bag that waits to run on has 8 hours from its first vial: four are more than one over midnight takes.
_OVER_MIDNIGHT = timedelta(hours=4)
# The label asks for an hour at least; somebody who reacted in the evening is watched until the morning.
_WATCHED = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Ran:
    """From when to when, in UTC; `observed` is None where it is not known."""

    start: datetime
    end: datetime
    observed: datetime | None


def ran(on: Day, start: TrueTime, end: TrueTime, observed: TrueTime, d: Desk) -> Ran | None:
    """What the fields say; None where one does not fit, which then stands there."""
    if on.data > d.today():
        blame(on, in_future(on.data, d.market))
        return None
    began = _first(on.data, start, d)
    ended = None if began is None else _after(began, end, _OVER_MIDNIGHT, d)
    until = None if ended is None or observed.data is None else _after(ended, observed, _WATCHED, d)
    if began is None or ended is None or (until is None and observed.data is not None):
        return None
    return Ran(began, ended, until)


def _first(on: date, field: TrueTime, d: Desk) -> datetime | None:
    try:
        return _come(_read(on, field, d), field, d)
    except Unreadable as unreadable:
        blame(field, str(unreadable))
        return None


def _after(since: datetime, field: TrueTime, most: timedelta, d: Desk) -> datetime | None:
    """The first time of that hour and minute from `since` on; over midnight, where it is less than `most` later."""
    on, problem = since.astimezone(ZoneInfo(d.zone)).date(), ""
    for day in (on, on + timedelta(days=1)):
        try:
            made = _read(day, field, d)
        except Unreadable as unreadable:
            problem = problem or str(unreadable)
            continue
        if made >= since and (day == on or made - since < most):
            return _come(made, field, d)
    blame(field, problem or wording.before_what_it_follows(field.data, moment(since, d.zone, d.market), most))
    return None


def _read(on: date, field: TrueTime, d: Desk) -> datetime:
    return read_moment(f"{on.isoformat()}T{field.data}", ZoneInfo(d.zone)).astimezone(UTC)


def _come(made: datetime, field: TrueTime, d: Desk) -> datetime | None:
    """What happened has a time; None for one to come, which then stands at its field."""
    now = d.clock()
    if made <= now:
        return made
    blame(field, wording.not_come(moment(made, d.zone, d.market), moment(now, d.zone, d.market)))
    return None


def as_typed(at: datetime, zone: str) -> str:
    """A time as it would be typed: "14:05", and in an hour that comes twice with its offset."""
    local = at.astimezone(ZoneInfo(zone))
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return local.isoformat(timespec="minutes")[len("2026-11-01T") :] if twice else f"{local:%H:%M}"
