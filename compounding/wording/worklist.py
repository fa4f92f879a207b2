"""The worklist in words: the next limit with the time left, who has a preparation, and what is next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from compounding.policy import Market
from compounding.wording.numbers import clock, count, figure, moment
from compounding.workflow import MAY, Role, Step, Whom
from compounding.workflow.guidance import Next
from compounding.workflow.limits import Due, Limit, Urgency
from compounding.workflow.progress import Barrier

_FRIDGE = {Market.US: "Out of the refrigerator by", Market.UK: "Out of the fridge by"}
_LIMITS = {Limit.DILUTE_BY: "Dilute by", Limit.START_BEFORE: "Start before", Limit.COMPLETE_BY: "Complete by"}
_LOOKS = {Urgency.CALM: "clock", Urgency.SOON: "soon", Urgency.PASSED: "late"}
_HOUR, _DAYS = timedelta(hours=1), timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class LimitText:
    """A limit as a row of the list has it."""

    left: str
    """ "23 min left"."""
    look: str
    """clock, soon or late."""
    rule: str
    """ "Dilute by 12:58"."""


@dataclass(frozen=True, slots=True)
class HolderText:
    """Who has a preparation, or whom it waits for."""

    main: str
    small: tuple[str, ...]


# ------------------------------------------------------------------ limits


def limit_text(due: Due, now: datetime, zone: str, market: Market) -> LimitText:
    """A limit in the site's time; with its date where that is not today's."""
    place = ZoneInfo(zone)
    today = due.at.astimezone(place).date() == now.astimezone(place).date()
    when = clock(due.at, zone) if today else moment(due.at, zone, market)
    return LimitText(time_left(due), _LOOKS[due.urgency], f"{limit_name(due.limit, market)} {when}")


def limit_name(limit: Limit, market: Market) -> str:
    return _FRIDGE[market] if limit is Limit.OUT_OF_FRIDGE_BY else _LIMITS[limit]


def time_left(due: Due) -> str:
    """ "2 h 25 min left", "last minute" or "passed 15 min ago"."""
    if due.urgency is Urgency.PASSED:
        return f"passed {span(-due.left)} ago" if due.left else "passed now"
    return f"{span(due.left)} left" if due.left else "last minute"


def span(time: timedelta) -> str:
    """Whole minutes in hours and minutes: "2 h 25 min", "3 h"; from two days on whole days."""
    if time >= _DAYS:
        return count(time.days, "day")
    hours, rest = divmod(time, _HOUR)
    minutes = rest // timedelta(minutes=1)
    parts = (f"{figure(hours)} h" if hours else "", f"{figure(minutes)} min" if minutes or not hours else "")
    return " ".join(part for part in parts if part)


# ------------------------------------------------------------------ who has it

_DID = {
    Whom.ENTERER: "entered",
    Whom.AUTHORISER: "authorised",
    Whom.PREPARER: "prepared",
    Whom.LABELLER: "labelled",
    Whom.CHECKER: "checked",
}


def waiting(step: Step, names: Mapping[Whom, Sequence[str]], since: str) -> HolderText:
    """A step that whoever did the one before hands over: for whom it is, and who may not take it."""
    pharmacist = MAY[step.deed] == {Role.PHARMACIST}
    return HolderText("For a pharmacist" if pharmacist else "For a second person", (*_barred(step, names), since))


def _barred(step: Step, names: Mapping[Whom, Sequence[str]]) -> Iterator[str]:
    """Each name once, with the first reason."""
    told: set[str] = set()
    for whom in step.not_by:
        if fresh := [name for name in names.get(whom, ()) if name not in told]:
            yield f"not {_either(fresh)}, who {_DID[whom]} it"
        told.update(fresh)


def _either(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


# ------------------------------------------------------------------ what is next


def _vial(words: str) -> Callable[[int], str]:
    return lambda place: f"{words} vial {figure(place)}" if place else f"{words} a material"


_ACTIONS: Mapping[str, Callable[[int], str]] = {
    "verify": lambda _: "Verify the order",
    "pick-drug": _vial("Pick"),
    "pick-spare": lambda _: "Pick the spare vial",
    "pick-water": lambda _: "Record the water",
    "pick-diluent": lambda _: "Record the diluent",
    "pick-container": lambda _: "Record the container",
    "take-out": _vial("Take out"),
    "put-away": _vial("Put away"),
    "wet": _vial("Wet"),
    "check": lambda _: "Check before the drug is added",
    "read-again": lambda _: "Read again",
    "add-drug": lambda _: "Add drug to the bag",
    "true-time": lambda _: "Record the true time",
    "print-label": lambda _: "Print the labels",
    "apply-label": lambda _: "Label the bag",
    "destroy-label": lambda _: "Destroy a label",
    "count-labels": lambda _: "Count the labels",
    "final-check": lambda _: "Check the finished bag",
    "release": lambda _: "Release",
    "reject": lambda _: "Reject",
    "waste": lambda _: "Record the waste",
}
"""Every code of `guidance`, as a button says it."""

_ONLY_REJECT = {
    "check-stays": "the in-process check stays apart",
    "check-readings": "too many readings of the in-process check disagree",
    "diluted-late": "diluted too late",
    "diluted-unchecked": "diluted before it was checked",
    "recalled": "a lot in it is recalled",
    "expired": "a material in it expires too early",
}
"""Why nothing but to reject it is left, in a few words; its page says it in full."""


_HELD = {
    "course-ended": "its course has ended",
    "checklist-missing": "its checklist is not filled in",
    "checklist-stops": "its checklist stops the dose",
    "checklist-open": "its checklist asks for an answer",
    "checklist-day": "its checklist is for another day",
    "patient-differs": "its patient was corrected since it was ordered",
    "order-stops": "what is recorded by now stops its order",
    "order-open": "its order leaves open what is found by now",
    "unconfirmed-rules": "rules of its dose are not confirmed",
}
"""Why its course holds a preparation back, in a few words; its page says it in full."""


def held_text(held: Sequence[Barrier]) -> str:
    """ "Held: its course has ended"; "" where nothing holds it."""
    return f"Held: {', and '.join(_HELD[barrier.code] for barrier in held)}" if held else ""


def action_text(following: Next) -> str:
    return _ACTIONS[following.code](following.place)


def action_note(following: Next, due: Due | None, zone: str) -> str:
    """What stands below a button that a limit has left alone: "after 12:20 only reject is left"; "" for nothing."""
    if following.code not in ("reject", "true-time"):
        return ""
    for barrier in following.barriers:
        if barrier.code in _ONLY_REJECT:
            return _ONLY_REJECT[barrier.code]
    return "" if due is None else f"after {clock(due.at, zone)} only reject is left"


def summary(total: int, late: int, soon: int) -> str:
    """ "Nearest limit first. 7 preparations, 1 late, 1 within 30 min."."""
    parts = [count(total, "preparation")]
    parts += [f"{figure(late)} late"] if late else []
    parts += [f"{figure(soon)} within 30 min"] if soon else []
    return f"Nearest limit first. {', '.join(parts)}."
