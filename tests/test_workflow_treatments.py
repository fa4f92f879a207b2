"""An order held against all that a patient has of one drug: other courses, and what other orders ask for."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from compounding.course import DroppedDay, End, Ended, Ordered, Response, Spent, Transplant
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


def over(course: Any, why: End = End.PATIENT) -> Any:
    """The same course with its end recorded."""
    return replace(course, ended=Ended(date(2026, 5, 1), why, "as told"))


def cycles(number: int, response: str, **more: Any) -> Any:
    """A course with every dose of so many cycles given on its nominal day, the first of 21 days and the others of 28,
    and the same response after each."""
    begins = [date(2025, 1, 6) + timedelta(days=21 + 28 * (n - 2) if n > 1 else 0) for n in range(1, number + 1)]
    doses = [
        f"{n}/{day} {on + timedelta(days=day - 1)} {'0.8' if day == 1 and (n == 1 or response == 'none') else '0.5'}"
        for n, on in enumerate(begins, 1)
        for day in (1, 8, 15)
    ]
    return begun(doses, start=begins[0], responses=dict.fromkeys(range(1, number + 1), response), **more)


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
    ("0.8 after a reduction", treatment("C-2", LATE, over(REDUCED)), order("1/1", "2026-06-01", "0.8"),
     [("re-escalation", "course", "stop")]),
    ("0.6 after a reduction", treatment("C-2", LATE, over(REDUCED)), order("1/1", "2026-06-01", "0.6"), []),
    ("0.601 after a reduction, outside", treatment("", REDUCED), order("1/1", "2026-06-01", "0.601"),
     [("re-escalation", "course", "stop"), ("running", "", "override")]),
    # with CR 0.5 less 25 % is 0.375
    ("0.5 of cycle 2 after a reduction", treatment("", REDUCED),
     order("2/1", "2026-06-01", "0.5", response=Response.CR),
     [("re-escalation", "course", "stop"), ("running", "", "override")]),
    ("a day that was dropped", treatment("C-2", begun([DAY1, "1/8 2026-03-12 0.5"], start=date(2026, 3, 5)),
     over(begun(dropped={2: 15}))), order("1/15", "2026-03-19", "0.5"), [("re-escalation", "dropped", "stop")]),
    ("another day dropped here", treatment("C-2", replace(begun([DAY1, "1/15 2026-03-19 0.5"],
     start=date(2026, 3, 5), omitted=["1/8"]), omitted=(), reductions=(DroppedDay(1, 8),)),
     over(begun(dropped={2: 1}))), order("2/1", "2026-03-26", "0.8", response=None), []),
]  # fmt: skip


@pytest.mark.parametrize(("has", "asks", "said"), [row[1:] for row in OUTSIDE], ids=[row[0] for row in OUTSIDE])
def test_what_the_patient_had_holds_in_every_course_and_outside(
    has: Treatment, asks: Ordered, said: list[tuple[str, str, str]]
) -> None:
    assert told(judged(has, asks, US.regimen, POLICY)) == said


NO_RESPONSE, SIX = cycles(3, "none"), cycles(6, "cr")
TRANSPLANT = cycles(2, "cr", transplant=Transplant(planned=True))
ONE_MORE = Transplant(planned=True, third_cycle_reason="MRD positive after 2")
BEFORE = ("no-response-before", "", "override")
FIRST, NEXT = order("1/1", "2026-06-01", "0.8"), order("1/8", "2026-06-08", "0.5")
# What is found of a course that had all its doses, on an order outside and on the first of another course: while its
# end is not recorded, and once it is, for a reason of its own.
SPENT: list[tuple[str, Any, Spent | None, list[tuple[str, str, str]], list[tuple[str, str, str]]]] = [
    ("no CR/CRi after 3 cycles", NO_RESPONSE, Spent.NO_RESPONSE, [("running", "no-response", "stop")], [BEFORE]),
    ("no CR/CRi after 2 cycles: a third is to come", cycles(2, "none"), None, [("running", "", "override")], []),
    ("6 cycles", SIX, Spent.CYCLES, [("running", "cycles", "override")], []),
    ("5 cycles", cycles(5, "cr"), None, [("running", "", "override")], []),
    ("2 cycles before a transplant", TRANSPLANT, Spent.TRANSPLANT, [("running", "transplant", "override")], []),
    ("a third, with its reason, to come", replace(TRANSPLANT, transplant=ONE_MORE), None,
     [("running", "", "override")], []),
    ("3 before a transplant, no CR/CRi", cycles(3, "none", transplant=ONE_MORE), Spent.NO_RESPONSE,
     [("running", "no-response", "stop")], [BEFORE]),
]  # fmt: skip


@pytest.mark.parametrize(("course", "why", "said", "after"), [row[1:] for row in SPENT], ids=[row[0] for row in SPENT])
def test_a_course_that_is_not_ended_is_never_silent(
    course: Any, why: Spent | None, said: list[tuple[str, str, str]], after: list[tuple[str, str, str]]
) -> None:
    assert Numbered("C-1", course).runs and Numbered("C-1", course).spent is why
    assert told(judged(treatment("", course), FIRST, US.regimen, POLICY)) == said
    beside = [(code, case or "beside", severity) for code, case, severity in said]
    assert told(judged(treatment("C-2", LATE, course), FIRST, US.regimen, POLICY)) == beside
    assert told(judged(treatment("C-2", LATE, over(course)), FIRST, US.regimen, POLICY)) == after
    assert Numbered("C-1", over(course)).spent is None


BEGUN = begun(["1/1 2026-06-01 0.8"], start=date(2026, 6, 1))
AFTER: list[tuple[str, Treatment, Ordered, list[tuple[str, str, str]]]] = [
    ("stopped so, of whatever was given", treatment("C-2", LATE, ended(End.NO_RESPONSE)), FIRST, [BEFORE]),
    ("ended as a wish, with no response after 3", treatment("C-2", LATE, over(NO_RESPONSE)), FIRST, [BEFORE]),
    ("day 8 while nothing is given", treatment("C-2", LATE, over(NO_RESPONSE)), NEXT, [BEFORE]),
    ("day 8 once day 1 is given", treatment("C-2", BEGUN, over(NO_RESPONSE)), NEXT, []),
    ("ended as a wish after 1 cycle without", treatment("C-2", LATE, over(cycles(1, "none"))), FIRST, []),
    ("CR after 3", treatment("C-2", LATE, over(cycles(3, "cr"))), FIRST, []),
    ("outside, the newest ended for a wish", treatment("", ended(End.PATIENT), over(NO_RESPONSE)), FIRST,
     [ENDED_STOPS, BEFORE]),
    ("outside, the newest ended itself", treatment("", over(NO_RESPONSE)), FIRST, [ENDED_STOPS]),
    ("two of them", treatment("C-3", LATE, over(NO_RESPONSE), ended(End.NO_RESPONSE)), FIRST, [BEFORE, BEFORE]),
]  # fmt: skip


@pytest.mark.parametrize(("has", "asks", "said"), [row[1:] for row in AFTER], ids=[row[0] for row in AFTER])
def test_the_first_orders_after_no_response_ask_a_second_person(
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
    ("6 cycles of another since, outside", treatment("", SIX), FIRST, []),
    ("no response in another since, outside", treatment("", NO_RESPONSE), FIRST, ["running"]),
    ("no response in the course before, found since", treatment("C-2", LATE, over(NO_RESPONSE)), FIRST,
     ["no-response-before"]),
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
    without = [Numbered("C-2", over(NO_RESPONSE)), Numbered("C-1", ended(End.NO_RESPONSE))]
    assert list(told_of_others(without)) == [("C-2", "no-response"), ("C-1", "no-response")]


@pytest.mark.parametrize(("course", "said"), [(LATE, True), (SIX, True), (ended(End.PATIENT), False)])
def test_a_course_runs_until_it_has_ended(course: Any, said: bool) -> None:
    assert Numbered("C-1", course).runs is said
