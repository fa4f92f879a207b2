"""An order held against all that a patient has of one drug: other courses, and what other orders ask for."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from compounding.course import DroppedDay, End, Ended, Ordered, Response
from compounding.findings import Finding, Severity
from compounding.policy import Market, Policy
from compounding.quantities import DoseLevel
from compounding.workflow.treatments import (
    Expected,
    Numbered,
    Treatment,
    bars,
    judged,
    judged_again,
    told_of_others,
)
from tests.orders import US, cm, kg
from tests.treatments import begun, slot

POLICY = Policy(Market.US)
DAY1 = "1/1 2026-03-05 0.8"
REDUCED = begun([DAY1], start=date(2026, 3, 5), reduced_from=2)


def ended(why: End) -> Any:
    return replace(begun([DAY1], start=date(2026, 3, 5)), ended=Ended(date(2026, 3, 6), why, "as told"))


def order(where: str, on: str, level: str, **changes: Any) -> Ordered:
    asked = Ordered(slot(where), date.fromisoformat(on), DoseLevel(Decimal(level)), cm(170), kg(70), adult=True)
    return replace(asked, **changes)


def expected(where: str, on: str, course: str = "C-2", number: str = "P-1") -> Expected:
    return Expected(course, number, slot(where), date.fromisoformat(on), DoseLevel(Decimal("0.5")))


def treatment(own: str, *courses: Any, asked: tuple[Expected, ...] = ()) -> Treatment:
    """Courses the newest first: C-2, C-1."""
    numbered = tuple(Numbered(f"C-{len(courses) - n}", course) for n, course in enumerate(courses))
    return Treatment(numbered, own, expected=asked)


def told(found: Any) -> list[tuple[str, str, str]]:
    return [(one.code, one.case, one.severity.word) for one in found if one.severity <= Severity.OVERRIDE]


LATE = begun(start=date(2026, 6, 1))
ENDED_STOPS, NEAR = ("ended", "", "stop"), ("interval", "course", "stop")
OUTSIDE: list[tuple[str, Treatment, Ordered, list[tuple[str, str, str]]]] = [
    ("VOD before a new course", treatment("C-2", LATE, ended(End.VOD)), order("1/1", "2026-06-01", "0.8"),
     [ENDED_STOPS]),
    ("liver before a new course", treatment("C-2", LATE, ended(End.LIVER)), order("1/1", "2026-06-01", "0.8"),
     [ENDED_STOPS]),
    ("the patient's wish before a new course", treatment("C-2", LATE, ended(End.PATIENT)),
     order("1/1", "2026-06-01", "0.8"), []),
    ("VOD before one that ran, and outside", treatment("", replace(LATE, ended=ended(End.PATIENT).ended),
     ended(End.VOD)), order("1/1", "2026-06-01", "0.8"), [ENDED_STOPS, ENDED_STOPS]),
    ("the newest ended, and outside", treatment("", ended(End.PATIENT)), order("1/1", "2026-06-01", "0.8"),
     [ENDED_STOPS]),
    ("outside a course that runs", treatment("", LATE), order("1/1", "2026-06-01", "0.8"),
     [("running", "", "override")]),
    # 5 March + 5 = 10 March, + 6 = 11 March
    ("5 days after another course", treatment("C-2", begun(start=date(2026, 3, 10)), ended(End.PATIENT)),
     order("1/1", "2026-03-10", "0.8"), [NEAR]),
    ("6 days after another course", treatment("C-2", begun(start=date(2026, 3, 11)), ended(End.PATIENT)),
     order("1/1", "2026-03-11", "0.8"), []),
    ("5 days after, outside", treatment("", REDUCED), order("1/1", "2026-03-10", "0.6"),
     [NEAR, ("running", "", "override")]),
    ("5 days before, outside", treatment("", REDUCED), order("1/1", "2026-02-28", "0.6"),
     [NEAR, ("running", "", "override")]),
    # 0.8 less 25 % is 0.6
    ("0.8 after a reduction", treatment("C-2", LATE, REDUCED), order("1/1", "2026-06-01", "0.8"),
     [("re-escalation", "course", "stop")]),
    ("0.6 after a reduction", treatment("C-2", LATE, REDUCED), order("1/1", "2026-06-01", "0.6"), []),
    ("0.601 after a reduction, outside", treatment("", REDUCED), order("1/1", "2026-06-01", "0.601"),
     [("re-escalation", "course", "stop"), ("running", "", "override")]),
    # with CR 0.5 less 25 % is 0.375
    ("0.5 of cycle 2 after a reduction", treatment("", REDUCED),
     order("2/1", "2026-06-01", "0.5", response=Response.CR),
     [("re-escalation", "course", "stop"), ("running", "", "override")]),
    ("a day that was dropped", treatment("C-2", begun([DAY1, "1/8 2026-03-12 0.5"], start=date(2026, 3, 5)),
     begun(dropped={2: 15})), order("1/15", "2026-03-19", "0.5"), [("re-escalation", "dropped", "stop")]),
    ("another day dropped here", treatment("C-2", replace(begun([DAY1, "1/15 2026-03-19 0.5"],
     start=date(2026, 3, 5), omitted=["1/8"]), omitted=(), reductions=(DroppedDay(1, 8),)), begun(dropped={2: 1})),
     order("2/1", "2026-03-26", "0.8", response=None), []),
]  # fmt: skip


@pytest.mark.parametrize(("has", "asks", "said"), [row[1:] for row in OUTSIDE], ids=[row[0] for row in OUTSIDE])
def test_what_the_patient_had_holds_in_every_course_and_outside(
    has: Treatment, asks: Ordered, said: list[tuple[str, str, str]]
) -> None:
    assert told(judged(has, asks, US.regimen, POLICY)) == said


def runs(*given: str, **more: Any) -> Any:
    return begun(given, start=date(2026, 3, 5), **more)


ORDERED: list[tuple[str, Treatment, Ordered, list[tuple[str, str, str]]]] = [
    # day 8 is ordered for the 14th: the 19th is 5 days later, the 20th 6
    ("day 15 on the 19th", treatment("C-1", runs(DAY1), asked=(expected("1/8", "2026-03-14", "C-1"),)),
     order("1/15", "2026-03-19", "0.5"), [("interval", "", "stop")]),
    ("day 15 on the 20th", treatment("C-1", runs(DAY1), asked=(expected("1/8", "2026-03-14", "C-1"),)),
     order("1/15", "2026-03-20", "0.5"), []),
    ("without the order of day 8", treatment("C-1", runs(DAY1)), order("1/15", "2026-03-19", "0.5"), []),
    ("day 8 ordered early, which the schedule assumes for the 12th",
     treatment("C-1", runs(DAY1), asked=(expected("1/8", "2026-03-11", "C-1"),)),
     order("1/15", "2026-03-17", "0.5"), []),
    ("day 8 recorded by now", treatment("C-1", runs(DAY1, "1/8 2026-03-12 0.5"),
     asked=(expected("1/8", "2026-03-14", "C-1"),)), order("1/15", "2026-03-19", "0.5"), []),
    ("day 8 omitted by now", treatment("C-1", runs(DAY1, omitted=["1/8"]),
     asked=(expected("1/8", "2026-03-14", "C-1"),)), order("1/15", "2026-03-19", "0.5"), []),
    ("day 8 before a day 15 that is ordered", treatment("C-1", runs(DAY1),
     asked=(expected("1/15", "2026-03-19", "C-1"),)), order("1/8", "2026-03-14", "0.5"),
     [("interval", "ordered", "stop")]),
    ("day 1 neither given nor ordered", treatment("C-1", runs(), asked=(expected("1/8", "2026-03-14", "C-1"),)),
     order("1/15", "2026-03-19", "0.5"), [("interval", "ordered", "stop")]),
    ("ordered in another course", treatment("C-2", begun(start=date(2026, 3, 16)), ended(End.PATIENT),
     asked=(expected("1/8", "2026-03-12", "C-1"),)), order("1/1", "2026-03-16", "0.8"),
     [("interval", "ordered", "stop")]),
]  # fmt: skip


@pytest.mark.parametrize(("has", "asks", "said"), [row[1:] for row in ORDERED], ids=[row[0] for row in ORDERED])
def test_an_order_under_way_counts_as_a_dose_until_it_is_recorded(
    has: Treatment, asks: Ordered, said: list[tuple[str, str, str]]
) -> None:
    assert told(judged(has, asks, US.regimen, POLICY)) == said


def test_a_dose_that_is_only_ordered_is_still_not_recorded() -> None:
    has = treatment("C-1", runs(DAY1), asked=(expected("1/8", "2026-03-14", "C-1"),))
    found = judged(has, order("1/15", "2026-03-20", "0.5"), US.regimen, POLICY)
    assert "not-recorded" in [one.code for one in found]


CYCLE1 = (DAY1, "1/8 2026-03-12 0.5", "1/15 2026-03-19 0.5")
AGAIN: list[tuple[str, Treatment, Ordered, list[str]]] = [
    ("a reduction and the response since", treatment("C-1", runs(*CYCLE1, reduced_from=2, responses={1: "cr"})),
     order("2/1", "2026-03-26", "0.8", response=Response.NONE), ["course-differs", "level", "re-escalation"]),
    ("CR by now CRi", treatment("C-1", runs(*CYCLE1, responses={1: "cri"})),
     order("2/1", "2026-03-26", "0.5", response=Response.CR), []),
    ("omitted since", treatment("C-1", runs(DAY1, omitted=["1/8"])), order("1/8", "2026-03-12", "0.5"), ["taken"]),
    ("given elsewhere since", treatment("C-1", runs(DAY1, "1/8 2026-03-11 0.5")), order("1/8", "2026-03-12", "0.5"),
     ["taken"]),
    ("day 8 given a day later than ordered", treatment("C-1", runs(DAY1, "1/8 2026-03-15 0.5")),
     order("1/15", "2026-03-20", "0.5"), ["interval"]),
    ("ended since, of which the course tells", treatment("C-1", ended(End.VOD)), order("1/8", "2026-03-12", "0.5"),
     []),
    ("another course ended since", treatment("C-2", LATE, ended(End.VOD)), order("1/1", "2026-06-01", "0.8"),
     ["ended"]),
    ("ordered once more since", treatment("C-1", runs(DAY1), asked=(expected("1/8", "2026-03-12", "C-1"),)),
     order("1/8", "2026-03-12", "0.5", already=("P-1",)), []),
    ("a later dose ordered since", treatment("C-1", runs(DAY1), asked=(expected("1/15", "2026-03-17", "C-1"),)),
     order("1/8", "2026-03-12", "0.5"), []),
    ("a course begun since, outside", treatment("", LATE), order("1/1", "2026-06-01", "0.8"), []),
]  # fmt: skip


@pytest.mark.parametrize(("has", "asks", "said"), [row[1:] for row in AGAIN], ids=[row[0] for row in AGAIN])
def test_a_stored_order_is_judged_by_what_is_known_now(has: Treatment, asks: Ordered, said: list[str]) -> None:
    found = judged_again(has, asks, US.regimen, POLICY)
    assert sorted(one.code for one in found if one.severity <= Severity.OVERRIDE) == said


BARS: list[tuple[Severity, bool, list[str]]] = [
    (Severity.STOP, True, ["order-stops"]),
    (Severity.OVERRIDE, False, ["order-open"]),
    (Severity.OVERRIDE, True, []),
    (Severity.ACKNOWLEDGE, False, []),
    (Severity.INFO, False, []),
]


@pytest.mark.parametrize(("severity", "answered", "said"), BARS)
def test_what_stops_and_what_nobody_answered_bars(severity: Severity, answered: bool, said: list[str]) -> None:
    found = [Finding("window", severity, "", {"cycle": 1})]
    barriers = list(bars(found, lambda one: answered and one in found))
    assert [one.code for one in barriers] == said
    assert all(one.values == {"cycle": 1, "finding": "window", "case": ""} for one in barriers)


def test_a_new_course_is_told_of_those_before_it() -> None:
    others = [Numbered("C-3", begun(dropped={2: 15})), Numbered("C-2", REDUCED), Numbered("C-1", ended(End.VOD))]
    assert list(told_of_others(others)) == [("C-3", "dropped"), ("C-2", "reduced"), ("C-1", "ended")]
    assert list(told_of_others([Numbered("C-1", ended(End.PATIENT))])) == []


@pytest.mark.parametrize(("course", "said"), [(LATE, True), (ended(End.PATIENT), False)])
def test_a_course_runs_until_it_has_ended(course: Any, said: bool) -> None:
    assert Numbered("C-1", course).runs is said
