"""Whole courses: what must hold for every one, and a second scheduler that searches the calendar day by day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compounding.course import (
    Assessment,
    Course,
    DroppedDay,
    Given,
    Omitted,
    Reduction,
    Response,
    Schedule,
    Scheduled,
    Slot,
    State,
    Transplant,
    schedule,
)
from compounding.findings import Severity
from compounding.quantities import DoseLevel
from tests.treatments import START, begun

# ------------------------------------------------------------------ a second scheduler

# Days count from the start, levels in µg/m². All typed again from the label's table, and searched, not computed.
DAYS = (1, 8, 15)
FIRST, RESPONSE, NO_RESPONSE = (800, 500, 500), (500, 500, 500), (800, 500, 500)
CALENDAR = range(-40, 1500)


@dataclass(frozen=True)
class Told:
    """A course in the plainest terms."""

    given: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """The dose, with the day it was given and its level."""
    omitted: frozenset[tuple[int, int]] = frozenset()
    responses: Mapping[int, str] = field(default_factory=dict)
    lengths: Mapping[int, int] = field(default_factory=dict)
    reduced_from: int = 99
    dropped: tuple[int, int] = (99, 15)
    cycles: int = 6

    def course(self) -> Course:
        return begun(
            [f"{c}/{d} {START + timedelta(on)} {Decimal(level) / 1000}" for (c, d), (on, level) in self.given.items()],
            omitted=[f"{c}/{d}" for c, d in sorted(self.omitted)],
            responses=self.responses,
            lengths=self.lengths,
            reduced_from=None if self.reduced_from == 99 else self.reduced_from,
            dropped=None if self.dropped[0] == 99 else dict([self.dropped]),
            transplant=Transplant(self.cycles < 6, "MRD found" if self.cycles == 3 else ""),
        )


def latest(told: Told, cycle: int) -> str | None:
    known = None
    for earlier in range(1, cycle):
        known = told.responses.get(earlier, known)
    return known


def full_level(told: Told, cycle: int, day: int) -> int | None:
    response, place = latest(told, cycle), DAYS.index(day)
    if cycle == 1:
        return FIRST[place]
    if response is None:
        return None if day == 1 else 500
    return (NO_RESPONSE if response == "none" else RESPONSE)[place]


def searched(told: Told) -> Iterator[tuple[Any, ...]]:
    """Cycle, day, level, status, nominal, opens, closes, on, codes of every dose, found by trying each day."""
    last: int | None = None
    began = 0
    for cycle, day in product(range(1, told.cycles + 1), DAYS):
        if day == 1 and cycle > 1:
            began += told.lengths.get(cycle - 1, 21 if cycle == 2 else 28)
        nominal = began + day - 1
        level = full_level(told, cycle, day)
        if level is not None and cycle >= told.reduced_from:
            level = level * 3 // 4
        dropped = cycle >= told.dropped[0] and day == told.dropped[1]
        blocked = cycle > 3 and latest(told, cycle) == "none"

        def early(on: int, day: int = day, nominal: int = nominal, last: int | None = last) -> bool:
            too_soon = last is not None and on - last < 6
            return too_soon or (on < nominal if day == 1 else nominal - on > 2)

        if (cycle, day) in told.given:
            on, was = told.given[cycle, day]
            codes = list(judged(told, cycle, day, nominal, last, dropped, blocked))
            yield cycle, day, was, "given", nominal, None, None, on, codes
            taken = on
        elif (cycle, day) in told.omitted or dropped:
            yield cycle, day, level, "omitted", nominal, None, None, None, []
            taken = None
        elif blocked:
            yield cycle, day, level, "blocked", None, None, None, None, []
            taken = None
        else:
            opens = next(on for on in CALENDAR if not early(on))
            closes = None if day == 1 else next(on for on in CALENDAR if on - nominal == 2)
            fits = closes is None or any(not early(on) for on in range(closes - 4, closes + 1))
            codes = [] if fits else ["no-window"]
            if day == 1 and level is None:
                codes.append("response-missing")
            yield cycle, day, level, "planned" if fits else "no-window", nominal, opens, closes, None, codes
            taken = next(on for on in CALENDAR if on >= nominal and not early(on))
        last = max((on for on in (last, taken) if on is not None), default=None)
        if day == 1 and cycle > 1 and taken is not None:
            began = taken


def judged(
    told: Told, cycle: int, day: int, nominal: int, last: int | None, dropped: bool, blocked: bool
) -> Iterator[str]:
    on, was = told.given[cycle, day]
    full = full_level(told, cycle, day)
    reduced = cycle >= told.reduced_from
    if last is not None and on - last < 6:
        yield "interval"
    if day != 1 and on not in range(nominal - 2, nominal + 3):
        yield "window"
    if day == 1 and on < nominal:
        yield "early"
    if full is not None and was * 4 != full * (3 if reduced else 4):
        yield "level"
    highest = 800 if full is None else full  # without CR/CRi, while the response is not known
    if dropped or (reduced and was * 4 > highest * 3):
        yield "re-escalation"
    if blocked:
        yield "no-response"


def computed(made: Schedule) -> Iterator[tuple[Any, ...]]:
    """What the program says, in the terms of the search."""
    for dose in made.doses:
        nominal, opens, closes, on = (
            None if when is None else (when - START).days for when in (dose.nominal, dose.opens, dose.closes, dose.on)
        )
        level = None if dose.level is None else int(dose.level.value * 1000)
        codes = [f.code for f in made.findings if (f.values["cycle"], f.values["day"]) == dose.slot]
        yield *dose.slot, level, dose.state.value, nominal, opens, closes, on, codes


def agrees(told: Told) -> bool:
    made = schedule(told.course())
    found = list(searched(told))
    assert list(computed(made)) == found
    beyond = [(cycle, day) for cycle, day in told.given if cycle > told.cycles]
    assert [(f.values["cycle"], f.values["day"]) for f in made.findings if f.code == "too-many"] == beyond
    first = next(((c, d) for c, d, _, status, *_ in found if status in ("planned", "no-window")), None)
    return (None if made.next is None else tuple(made.next.slot)) == first


# ------------------------------------------------------------------ every course of a family

# A dose two days before its nominal day, on it, three days after, or omitted; and every day of the window, one more
# on either side, or omitted.
MOVES = (-2, 0, 3, None)
EVERY_MOVE = (-3, -2, -1, 0, 1, 2, 3, None)


def moved(told: Told, depth: int, moves: tuple[int | None, ...] = MOVES) -> Iterator[Told]:
    """The course, and every one in which up to `depth` more doses are given or omitted."""
    yield told
    if not depth:
        return
    upcoming = next((dose for dose in searched(told) if dose[3] in ("planned", "no-window")), None)
    if upcoming is None:
        return
    cycle, day, level, _, nominal, *_ = upcoming
    for move in moves:
        if move is None:
            yield from moved(replace(told, omitted=told.omitted | {(cycle, day)}), depth - 1, moves)
        else:
            dose = {(cycle, day): (nominal + move, level or 500)}
            yield from moved(replace(told, given={**told.given, **dose}), depth - 1, moves)


def test_both_schedulers_agree_on_every_course_of_up_to_five_doses() -> None:
    """4 moves a dose: 1 + 4 + 16 + 64 + 256 + 1,024 = 1,365 courses. Three days late and then two days early are
    still 7 − 5 = 2 days apart, so that dates rise in all of them."""
    family = list(moved(Told(cycles=3, responses={1: "cr"}), 5))
    assert len(family) == 1365
    assert all(map(agrees, family))


@pytest.mark.proof
def test_both_schedulers_agree_on_every_course_of_three_cycles() -> None:
    """All nine doses of three cycles: the sum of 4ⁿ for n = 0 to 9 is (4¹⁰ − 1) ÷ 3 = 349,525 courses."""
    number = 0
    for told in moved(Told(cycles=3, responses={1: "none", 2: "cr"}), 9):
        assert agrees(told)
        number += 1
    assert number == 349_525


def test_both_schedulers_agree_on_every_day_of_the_window_of_three_doses() -> None:
    """8 moves a dose: 1 + 8 + 64 + 512 = 585 courses. Three days late and then three days early are still a day
    apart."""
    family = list(moved(Told(cycles=3, responses={1: "none"}), 3, EVERY_MOVE))
    assert len(family) == 585
    assert all(map(agrees, family))


@pytest.mark.proof
def test_both_schedulers_agree_on_every_day_of_the_window_of_five_doses() -> None:
    """The whole of cycle 1 and into cycle 2: (8⁶ − 1) ÷ 7 = 37,449 courses. What follows a dose knows no more of it
    than its day, so that five in a row hold every way in which doses can push one another."""
    number = 0
    for told in moved(Told(cycles=3, responses={1: "cr"}), 5, EVERY_MOVE):
        assert agrees(told)
        number += 1
    assert number == 37_449


# Where one cycle ends and the next begins: the last dose of cycle 1 and the first two of cycle 2, each on any day or
# omitted, after any length of cycle 1, with any of the days dropped or reduced from cycle 2 on.
def boundary_family(lengths: tuple[int, ...]) -> Iterator[Told]:
    begun_so = {(1, 1): (0, 800), (1, 8): (7, 500)}
    for days, reduced_from, dropped in product(lengths, (99, 2), ((99, 15), (2, 1), (2, 8), (1, 15))):
        told = Told(begun_so, frozenset(), {1: "none"}, {1: days}, reduced_from, dropped, 3)
        yield from moved(told, 3, EVERY_MOVE)


def test_both_schedulers_agree_where_a_cycle_of_21_or_28_days_ends() -> None:
    """A dropped day is passed by, so that three moves go one dose further: 585 courses each time.
    2 lengths × 2 reductions × 4 dropped days × 585 = 9,360; every seventh of them here, all lengths in the proof."""
    family = list(boundary_family((21, 28)))
    assert len(family) == 9_360
    assert all(map(agrees, family[::7]))


@pytest.mark.proof
def test_both_schedulers_agree_where_a_cycle_of_any_length_ends() -> None:
    """8 lengths × 2 × 4 × 585 = 37,440 courses."""
    family = list(boundary_family(tuple(range(21, 29))))
    assert len(family) == 37_440
    assert all(map(agrees, family))


@pytest.mark.parametrize("cycles", [2, 3])
def test_every_dose_beyond_the_cycles_before_a_transplant_is_stopped(cycles: int) -> None:
    """On their nominal days, one dose more a time: those of the cycles that the course may not have, and no other."""
    for many in range(len(ON_TIME) + 1):
        assert agrees(Told(dict(list(ON_TIME.items())[:many]), responses={1: "cr"}, cycles=cycles))


# On their nominal days, at the label's levels with CR: 0, 7, 14; 21, 28, 35; 49, 56, 63.
ON_TIME = {
    (c, d): (began + d - 1, 800 if (c, d) == (1, 1) else 500) for c, began in ((1, 0), (2, 21), (3, 49)) for d in DAYS
}
KNOWN = (None, "cr", "cri", "none")


def levels_family(first: tuple[int, ...]) -> Iterator[Told]:
    """Up to three cycles on time, with every response, reduction, dropped day and a longer first or second cycle."""
    for many, one, two, three, reduced_from, dropped, lengths in product(
        first, KNOWN, KNOWN, KNOWN, (99, 1, 2, 3), ((99, 15), (2, 8), (3, 1)), ({}, {1: 28}, {2: 30})
    ):
        responses = {after: found for after, found in ((1, one), (2, two), (3, three)) if found}
        yield Told(dict(list(ON_TIME.items())[:many]), frozenset(), responses, lengths, reduced_from, dropped)


def test_both_schedulers_agree_on_the_levels_of_three_cycles() -> None:
    """None or all of the nine doses given × 4³ responses × 4 reductions × 3 dropped days × 3 lengths."""
    family = list(levels_family((0, 9)))
    assert len(family) == 2 * 64 * 4 * 3 * 3
    assert all(map(agrees, family))


@pytest.mark.proof
def test_both_schedulers_agree_on_every_level_of_three_cycles() -> None:
    assert all(map(agrees, levels_family(tuple(range(10)))))


# ------------------------------------------------------------------ any course


@st.composite
def any_told(draw: st.DrawFn) -> Told:
    """Any dates, and most that rise; any levels, anything omitted, any response, length and reduction."""
    cycles = draw(st.sampled_from((2, 3, 6)))
    slots = list(product(range(1, cycles + 2), DAYS))  # one more than the course may have
    omitted = draw(st.frozensets(st.sampled_from(slots), max_size=4))
    doses, on = {}, draw(st.integers(-3, 5))
    for slot in slots[: draw(st.integers(0, len(slots)))]:
        if slot not in omitted:
            doses[slot] = (on, draw(st.sampled_from((300, 375, 500, 600, 800))))
            on = max(on + draw(st.one_of(st.integers(1, 16), st.integers(-9, 16))), CALENDAR[10])
    return Told(
        doses,
        omitted,
        draw(st.dictionaries(st.integers(1, 6), st.sampled_from(("cr", "cri", "none")), max_size=3)),
        draw(st.dictionaries(st.integers(2, 6), st.integers(28, 60), max_size=2)),
        draw(st.sampled_from((99, 1, 2, 4))),
        draw(st.sampled_from(((99, 15), (1, 15), (2, 8), (3, 1)))),
        cycles,
    )


@given(any_told())
def test_both_schedulers_agree_on_any_course(told: Told) -> None:
    assert agrees(told)


@given(any_told())
def test_no_two_doses_under_6_days_apart_go_unstopped(told: Told) -> None:
    """Among all doses given and planned: whatever lies closer than 6 days to any dose that comes before it in the
    course, or before that, was given so, and is stopped."""
    made = schedule(told.course())
    taken = [dose for dose in made.doses if dose.taken is not None]
    close = {
        later.slot
        for earlier, later in combinations(taken, 2)
        if earlier.taken and later.taken and (later.taken - earlier.taken).days < 6
    }
    stopped = {Slot(f.values["cycle"], f.values["day"]) for f in made.findings if f.code == "interval"}  # type: ignore[arg-type]
    assert close == stopped
    assert all(dose.state is State.GIVEN for dose in made.doses if dose.slot in close)


# ------------------------------------------------------------------ courses that keep to the schedule


ACTS = st.lists(
    st.tuples(st.sampled_from(("give", "give", "give", "omit", "interrupt", "reduce", "drop")), st.integers(0, 40)),
    max_size=30,
)


def after(course: Course, act: str, number: int) -> Course:
    """The course after one more act of somebody who keeps to the schedule."""
    upcoming = schedule(course).next
    if upcoming is None:
        return course
    # A reduction holds from the first cycle of which no dose was given yet.
    whole_cycle = upcoming.slot.cycle + (upcoming.slot.day != 1)
    if act in ("reduce", "drop"):
        less = Reduction(whole_cycle, 25) if act == "reduce" else DroppedDay(whole_cycle, (8, 15)[number % 2])
        known = any(type(earlier) is type(less) for earlier in course.reductions)
        return course if known else replace(course, reductions=(*course.reductions, less))
    # An interruption of 7 days or more omits a day 8 or 15; a day 1 waits.
    held = act == "interrupt" and number >= 7
    if act == "omit" or upcoming.state is State.NO_WINDOW or (held and upcoming.closes is not None):
        return replace(course, omitted=(*course.omitted, Omitted(upcoming.slot, "toxicity")))
    if upcoming.level is None:
        found = (Response.CR, Response.CRI, Response.NONE)[number % 3]
        return replace(course, assessments=(*course.assessments, Assessment(upcoming.slot.cycle - 1, found)))
    return replace(course, given=(*course.given, Given(upcoming.slot, day_for(upcoming, number), upcoming.level)))


def day_for(upcoming: Scheduled, number: int) -> date:
    """A day on which the dose may be given: within its window, or for a day 1 any from its opening."""
    assert upcoming.opens is not None
    if upcoming.closes is None:
        return upcoming.opens + timedelta(number)
    return upcoming.opens + timedelta(number % ((upcoming.closes - upcoming.opens).days + 1))


@given(ACTS, st.sampled_from((Transplant(False), Transplant(True), Transplant(True, "MRD found"))))
def test_a_course_that_keeps_to_the_schedule_keeps_to_the_label(
    acts: list[tuple[str, int]], transplant: Transplant
) -> None:
    """Delays, omissions, interruptions, reductions and dropped days: nothing is stopped or overridden, no two doses
    are under 6 days apart, no cycle is over the limit, no level after a reduction is above three quarters of the
    day's own, no dropped day comes back, and the schedule shows what was given as it was given."""
    course = begun(transplant=transplant)
    most = 6 if not transplant.planned else 3 if transplant.third_cycle_reason else 2
    for act, number in acts:
        course = after(course, act, number)
        made = schedule(course)
        assert {finding.code for finding in made.findings} <= {"response-missing", "no-window"}
        assert all(finding.severity is not Severity.STOP for finding in made.findings)
        taken = [dose.taken for dose in made.doses if dose.taken is not None]
        assert all((later - earlier).days >= 6 for earlier, later in pairwise(taken))
        assert {dose.slot.cycle for dose in made.doses} == set(range(1, most + 1))
        shown = [(dose.slot, dose.on, dose.level) for dose in made.doses if dose.state is State.GIVEN]
        assert shown == [(dose.slot, dose.on, dose.level) for dose in course.given]
        for dose in made.doses:
            if course.reduction(dose.slot.cycle) and dose.label is not None and dose.level is not None:
                assert dose.level <= DoseLevel.of(dose.label * Decimal("0.75"))
            if course.drops(dose.slot):
                assert dose.state is State.OMITTED
