"""What is recorded of a course one thing at a time, as JSON and back, and the course that all of it makes.

Of a response, a length, an interruption, the start and the transplant the newest holds: each has a key, and what is
recorded under it again takes the place of what stood there. The others stand until they are taken out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar

from compounding.course.entries import (
    Assessment,
    DroppedDay,
    End,
    Ended,
    Given,
    Interruption,
    Length,
    Omitted,
    Reduction,
    Response,
    Slot,
    Transplant,
)
from compounding.course.values import Course
from compounding.formulary import Presentation
from compounding.quantities import DoseLevel

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Start:
    """Another day 1 of cycle 1 than the course was opened with."""

    on: date


CourseFact = Start | Transplant | Assessment | Omitted | Length | Reduction | DroppedDay | Interruption | Given | Ended


class _Kind(NamedTuple):
    type: type[Any]
    say: Callable[[Any], Mapping[str, Any]]
    read: Callable[[Mapping[str, Any]], Any]


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _slot(said: Mapping[str, Any]) -> Slot:
    return Slot(said["cycle"], said["day"])


_KINDS: Mapping[str, _Kind] = {
    "start": _Kind(Start, lambda f: {"on": f.on.isoformat()}, lambda s: Start(_day(s["on"]))),
    "transplant": _Kind(
        Transplant,
        lambda f: {"planned": f.planned, "third_cycle_reason": f.third_cycle_reason},
        lambda s: Transplant(s["planned"], s["third_cycle_reason"]),
    ),
    "response": _Kind(
        Assessment,
        lambda f: {"after_cycle": f.after_cycle, "is": f.response.value},
        lambda s: Assessment(s["after_cycle"], Response(s["is"])),
    ),
    "omitted": _Kind(
        Omitted,
        lambda f: {**f.slot._asdict(), "reason": f.reason},
        lambda s: Omitted(_slot(s), s["reason"]),
    ),
    "length": _Kind(
        Length,
        lambda f: {"cycle": f.cycle, "days": f.days, "reason": f.reason},
        lambda s: Length(s["cycle"], s["days"], s["reason"]),
    ),
    "reduction": _Kind(
        Reduction,
        lambda f: {"from_cycle": f.from_cycle, "percent": f.percent},
        lambda s: Reduction(s["from_cycle"], s["percent"]),
    ),
    "dropped-day": _Kind(
        DroppedDay,
        lambda f: {"from_cycle": f.from_cycle, "day": f.day},
        lambda s: DroppedDay(s["from_cycle"], s["day"]),
    ),
    "interruption": _Kind(
        Interruption,
        lambda f: {"since": f.since.isoformat(), "to": f.to and f.to.isoformat(), "reason": f.reason},
        lambda s: Interruption(_day(s["since"]), s["to"] and _day(s["to"]), s["reason"]),
    ),
    "given": _Kind(
        Given,
        lambda f: {**f.slot._asdict(), "on": f.on.isoformat(), "level": str(f.level)},
        lambda s: Given(_slot(s), _day(s["on"]), DoseLevel.read(s["level"])),
    ),
    "ended": _Kind(
        Ended,
        lambda f: {"on": f.on.isoformat(), "why": f.why.value, "words": f.words},
        lambda s: Ended(_day(s["on"]), End(s["why"]), s["words"]),
    ),
}


def kind_of(fact: CourseFact) -> str:
    """The name under which a fact is stored. Raises TypeError for what is none."""
    for name, kind in _KINDS.items():
        if type(fact) is kind.type:
            return name
    raise TypeError(f"{fact!r} is nothing that is recorded of a course")


def fact_as_json(fact: CourseFact) -> str:
    """The one way to write a fact."""
    said = _KINDS[kind_of(fact)].say(fact)
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_fact(kind: str, text: str) -> CourseFact:
    """A fact from its JSON. Raises KeyError, TypeError or ValueError for what was not written here."""
    fact: CourseFact = _KINDS[kind].read(json.loads(text))
    return fact


def course_from(
    drug: Presentation, start: date, transplant: Transplant, facts: Iterable[CourseFact], given: Iterable[Given]
) -> Course:
    """The course that these facts make, the oldest first, with the doses that were given from this desk. Raises
    CourseFault where they contradict each other."""
    told = tuple(facts)
    starts, transplants, ends = _of(told, Start), _of(told, Transplant), _of(told, Ended)
    return Course(
        drug,
        starts[-1].on if starts else start,
        transplants[-1] if transplants else transplant,
        given=tuple(sorted((*given, *_of(told, Given)), key=lambda dose: dose.slot)),
        omitted=tuple(_of(told, Omitted)),
        assessments=_newest(_of(told, Assessment)),
        lengths=_newest(_of(told, Length)),
        reductions=tuple(fact for fact in told if isinstance(fact, (Reduction, DroppedDay))),
        interruptions=_newest(_of(told, Interruption)),
        ended=ends[-1] if ends else None,
    )


def _of(facts: tuple[CourseFact, ...], kind: type[T]) -> list[T]:
    return [fact for fact in facts if isinstance(fact, kind)]


def _newest(facts: Iterable[T]) -> tuple[T, ...]:
    """Of each place the last one, by their places."""
    found = {_PLACES[type(fact)](fact): fact for fact in facts}
    return tuple(found[one] for one in sorted(found))


# Of each kind of which the newest holds, what tells one place from another; of the others every one stands.
_PLACES: Mapping[type[Any], Callable[[Any], Any]] = {
    Start: lambda fact: None,
    Transplant: lambda fact: None,
    Assessment: lambda fact: fact.after_cycle,
    Length: lambda fact: fact.cycle,
    Interruption: lambda fact: fact.since,
    Ended: lambda fact: None,
}


def same_place(one: CourseFact, other: CourseFact) -> bool:
    """Whether the newer of two facts takes the place of the other."""
    place = _PLACES.get(type(one))
    return place is not None and type(one) is type(other) and place(one) == place(other)
