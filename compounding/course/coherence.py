"""What a course may not say of itself, each fault with its place in the course as it is written down.

A place counts from 1, as a person does: `given[2].on` is the date of the second dose given.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import count, pairwise
from typing import TYPE_CHECKING

from compounding.course.entries import DroppedDay, Reduction, Slot, listed

if TYPE_CHECKING:
    from compounding.course.values import Course

Fault = tuple[str, str]
"""The place, and what is wrong there."""


def faults(course: Course) -> Iterator[Fault]:
    """What does not fit. A check may rely on those before it, so only the first fault is sure."""
    for check in _CHECKS:
        yield from check(course)


def _cycles(course: Course) -> Iterator[Fault]:
    for place, cycle in (
        *((f"given[{n}].cycle", dose.slot.cycle) for n, dose in enumerate(course.given, 1)),
        *((f"omitted[{n}].cycle", dose.slot.cycle) for n, dose in enumerate(course.omitted, 1)),
        *((f"responses[{n}].after_cycle", found.after_cycle) for n, found in enumerate(course.assessments, 1)),
        *((f"lengths[{n}].cycle", length.cycle) for n, length in enumerate(course.lengths, 1)),
        *((f"reductions[{n}].from_cycle", less.from_cycle) for n, less in enumerate(course.reductions, 1)),
    ):
        if cycle < 1:
            yield place, f"{cycle} is not 1 or more."


def _days(course: Course) -> Iterator[Fault]:
    dropped = [(n, less.day) for n, less in enumerate(course.reductions, 1) if isinstance(less, DroppedDay)]
    for place, day in (
        *((f"given[{n}].day", dose.slot.day) for n, dose in enumerate(course.given, 1)),
        *((f"omitted[{n}].day", dose.slot.day) for n, dose in enumerate(course.omitted, 1)),
        *((f"reductions[{n}].drop_day", day) for n, day in dropped),
    ):
        if day not in course.regimen.days:
            yield place, f"{day} is not a day of dosing: they are {listed(course.regimen.days)}."


def _once(course: Course) -> Iterator[Fault]:
    given = {dose.slot for dose in course.given}
    for n in _repeated(dose.slot for dose in course.given):
        yield f"given[{n}]", f"{course.given[n - 1].slot} is given already."
    for n, dose in enumerate(course.omitted, 1):
        if dose.slot in given:
            yield f"omitted[{n}]", f"{dose.slot} is given as well."
    for n in _repeated(dose.slot for dose in course.omitted):
        yield f"omitted[{n}]", f"{course.omitted[n - 1].slot} is omitted already."
    for n in _repeated(found.after_cycle for found in course.assessments):
        after = course.assessments[n - 1].after_cycle
        yield f"responses[{n}].after_cycle", f"cycle {after} has a response already."
    for n in _repeated(length.cycle for length in course.lengths):
        yield f"lengths[{n}].cycle", f"cycle {course.lengths[n - 1].cycle} has a length already."
    for n in _repeated(isinstance(less, Reduction) for less in course.reductions):
        reduced = isinstance(course.reductions[n - 1], Reduction)
        key, what = ("percent", "the course is reduced") if reduced else ("drop_day", "the course has a day dropped")
        yield f"reductions[{n}].{key}", f"{what} already."


def _repeated(keys: Iterable[Hashable]) -> Iterator[int]:
    """The number of every key that came before."""
    seen: set[Hashable] = set()
    for n, key in enumerate(keys, 1):
        if key in seen:
            yield n
        seen.add(key)


def _in_order(course: Course) -> Iterator[Fault]:
    """As they are written down. The days are true times, and taken whatever they say: the watch finds what is wrong."""
    for n, (before, dose) in enumerate(pairwise(course.given), 2):
        if dose.slot < before.slot:
            yield f"given[{n}]", f"{dose.slot} stands after {before.slot}."


def _none_passed_over(course: Course) -> Iterator[Fault]:
    """Every dose before one that was given was itself given, omitted or dropped."""
    given = {dose.slot for dose in course.given}
    order = (Slot(cycle, day) for cycle in count(1) for day in course.regimen.days)
    for n, dose in enumerate(course.given, 1):
        for slot in order:
            if slot == dose.slot:
                break
            if slot not in given and not course.leaves_out(slot):
                yield f"given[{n}]", f"{slot} comes before {dose.slot} and is neither given nor omitted."
                return


def _lengths(course: Course) -> Iterator[Fault]:
    most = course.regimen.first_cycle_extended.value.whole("day")
    for n, length in enumerate(course.lengths, 1):
        least = course.label_days_of(length.cycle)
        if length.cycle == 1 and not least <= length.days <= most:
            yield f"lengths[{n}].days", f"{length.days} is not from {least} to {most}, as cycle 1 may last."
        elif length.days < least:
            yield f"lengths[{n}].days", f"{length.days} is under the {least} days of cycle {length.cycle}."


def _reductions(course: Course) -> Iterator[Fault]:
    percent = course.regimen.reduction_percent.value
    for n, less in enumerate(course.reductions, 1):
        if isinstance(less, Reduction) and less.percent != percent:
            known = "no reduction is stated" if percent is None else f"a reduction is of {percent} %"
            yield f"reductions[{n}].percent", f"{less.percent} does not fit: {known}."


def _interruptions(course: Course) -> Iterator[Fault]:
    for n, held in enumerate(course.interruptions, 1):
        if held.to is not None and held.to < held.since:
            yield f"interruptions[{n}].to", f"{held.to} is before {held.since}, when it began."
    for n, (before, held) in enumerate(pairwise(course.interruptions), 2):
        if before.to is None or held.since < before.to:
            yield f"interruptions[{n}].since", f"{held.since} is before the interruption of {before.since} has ended."


_CHECKS: tuple[Callable[[Course], Iterator[Fault]], ...] = (
    _cycles,
    _days,
    _once,
    _in_order,
    _none_passed_over,
    _lengths,
    _reductions,
    _interruptions,
)
