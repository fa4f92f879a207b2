"""An order held against its course: each rule before a dose, kept and broken, with its sentence."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from compounding.course import (
    Course,
    CourseFault,
    End,
    Ended,
    Interruption,
    Made,
    Omitted,
    Ordered,
    Response,
    Transplant,
    besides,
    order_findings,
    schedule,
    unconfirmed_rule,
    variance,
)
from compounding.findings import Finding, Severity, Source, Status
from compounding.formulary import unconfirmed_facts, with_confirmed
from compounding.policy import Market, Policy
from compounding.quantities import DrugMass, Unreadable
from compounding.wording.findings import sentence, short
from tests.orders import UK, US, cm, kg, mg, per_m2
from tests.treatments import begun, slot

FIRST = ("1/1 2026-01-05 0.8", "1/8 2026-01-12 0.5", "1/15 2026-01-19 0.5")
SECOND = ("2/1 2026-01-26 0.5", "2/8 2026-02-02 0.5", "2/15 2026-02-09 0.5")
THIRD = ("3/1 2026-02-23 0.5", "3/8 2026-03-02 0.5", "3/15 2026-03-09 0.5")
CR = {1: "cr"}
DESK = Policy(Market.US)


def order(text: str, response: str | None = "cr", **changes: Any) -> Ordered:
    """ "1/8 2026-01-12 0.5", for an adult of 170 cm and 70 kg."""
    where, on, level = text.split()
    said = None if response is None else Response(response)
    made = Ordered(slot(where), date.fromisoformat(on), per_m2(level), cm(170), kg(70), adult=True, response=said)
    return replace(made, **changes)


def made(text: str, dose: str = "1.46", weight: str = "70", height: str = "170") -> Made:
    where, on = text.split()
    return Made(slot(where), date.fromisoformat(on), mg(dose), cm(height), kg(weight))


def found(course: Course, ordered: Ordered, *past: Made) -> list[tuple[str, str, str]]:
    return [(f.code, f.case, f.severity.word) for f in order_findings(course, ordered, past, DESK)]


def held(since: str, to: str | None) -> Interruption:
    return Interruption(date.fromisoformat(since), None if to is None else date.fromisoformat(to), "pneumonia")


def with_held(course: Course, since: str, to: str | None) -> Course:
    return replace(course, interruptions=(held(since, to),))


# ------------------------------------------------------------------ the dates and the level

# Day 8 of a course of 5 January is nominally on the 12th, opens on the 11th (5 + 6) and closes on the 14th (12 + 2).
DATES = [
    ("on its day", begun(FIRST[:1]), "1/8 2026-01-12 0.5", []),
    ("the last day of its window", begun(FIRST[:1]), "1/8 2026-01-14 0.5", []),
    ("the first day of six", begun(FIRST[:1]), "1/8 2026-01-11 0.5", []),
    # 10 − 5 = 5 days, and 12 − 10 = 2 days off, which the window lets.
    ("five days after", begun(FIRST[:1]), "1/8 2026-01-10 0.5", [("interval", "", "stop")]),
    ("day 11", begun(FIRST[:1]), "1/8 2026-01-15 0.5", [("window", "", "override")]),
    # Day 15 on the 21st: 27 January is the first day 6 later, though the nominal day is the 26th.
    ("across cycles", begun([FIRST[0], "1/8 2026-01-14 0.5", "1/15 2026-01-21 0.5"], responses=CR),
     "2/1 2026-01-26 0.5", [("interval", "", "stop")]),
    ("the day after", begun([FIRST[0], "1/8 2026-01-14 0.5", "1/15 2026-01-21 0.5"], responses=CR),
     "2/1 2026-01-27 0.5", []),
    ("a cycle too early", begun(FIRST, responses=CR), "2/1 2026-01-25 0.5", [("early", "cycle", "override")]),
    # 12 January comes before the 19th, when day 8 was given.
    ("before the dose before it", begun([FIRST[0], "1/8 2026-01-14 0.5"]), "1/15 2026-01-12 0.5",
     [("interval", "", "stop"), ("window", "", "override")]),
    ("given already", begun(FIRST), "1/15 2026-01-19 0.5", [("taken", "given", "stop")]),
    ("omitted", begun(FIRST[:1], omitted=["1/8"]), "1/8 2026-01-12 0.5", [("taken", "omitted", "stop")]),
    ("one not recorded before it", begun(FIRST[:1]), "1/15 2026-01-19 0.5", [("not-recorded", "", "acknowledge")]),
    ("no response within three cycles", begun([*FIRST, *SECOND, *THIRD], responses={3: "none"}),
     "4/1 2026-03-23 0.8", [("course-differs", "response", "stop"), ("no-response", "", "stop")]),
    ("cycle 7", begun(), "7/1 2026-06-15 0.5", [("too-many", "", "stop")]),
    ("transplant, cycle 3 without its reason", begun(transplant=Transplant(True)), "3/1 2026-02-23 0.5",
     [("too-many", "third", "stop")]),
    ("transplant, cycle 4", begun(transplant=Transplant(True, "MRD found")), "4/1 2026-03-23 0.5",
     [("too-many", "over", "stop")]),
    # 0.5 × 0.75 = 0.375.
    ("as reduced", begun(FIRST, responses=CR, reduced_from=2), "2/1 2026-01-26 0.375",
     [("unconfirmed-rules", "", "info")]),
    ("raised again", begun(FIRST, responses=CR, reduced_from=2), "2/1 2026-01-26 0.5",
     [("re-escalation", "level", "stop"), ("level", "given", "override"), ("unconfirmed-rules", "", "info")]),
    ("a dropped day", begun([*FIRST, *SECOND[:2]], responses=CR, dropped={2: 15}), "2/15 2026-02-09 0.5",
     [("re-escalation", "day", "stop"), ("unconfirmed-rules", "", "info")]),
    # The order itself is judged by another level than the label's.
    ("another level without a reduction", begun(FIRST[:1]), "1/8 2026-01-12 0.4", []),
]  # fmt: skip


@pytest.mark.parametrize(("course", "text", "expected"), [row[1:] for row in DATES], ids=[row[0] for row in DATES])
def test_an_order_is_judged_as_if_it_were_given(course: Course, text: str, expected: list[Any]) -> None:
    assert found(course, order(text)) == expected


def test_an_order_that_is_kept_is_a_dose_that_finds_nothing() -> None:
    """What the order was judged by before is what the dose is judged by after."""
    course, ordered = begun(FIRST[:2]), order("1/15 2026-01-19 0.5")
    assert found(course, ordered) == []
    assert {f.code for f in schedule(begun(FIRST)).findings} == {"response-missing"}


# ------------------------------------------------------------------ the course and the order say the same

SAME = [
    ("cr", CR, []),
    ("cri", CR, [("course-differs", "response", "stop")]),
    (None, CR, [("course-differs", "response", "stop")]),
    ("cr", None, [("course-differs", "response", "stop")]),
    (None, None, []),
]


@pytest.mark.parametrize(("response", "known", "expected"), SAME)
def test_order_and_course_know_the_same_response(response: str | None, known: Any, expected: list[Any]) -> None:
    assert found(begun(FIRST, responses=known), order("2/1 2026-01-26 0.5", response)) == expected
    assert found(begun(FIRST[:2], responses=known), order("1/15 2026-01-19 0.5", response)) == []  # cycle 1


@pytest.mark.parametrize(("planned", "expected"), [(True, [("course-differs", "transplant", "stop")]), (False, [])])
def test_order_and_course_plan_the_same_transplant(planned: bool, expected: list[Any]) -> None:
    assert found(begun(), order("1/1 2026-01-05 0.8", transplant=Transplant(planned))) == expected


# ------------------------------------------------------------------ measurements

# Of the 70 kg of the last dose 10 % are 7 kg and 20 % are 14 kg.
WEIGHTS = [
    ("70", None), ("76.99", None), ("77", "acknowledge"), ("63", "acknowledge"), ("63.01", None),
    ("83.99", "acknowledge"), ("84", "override"), ("56", "override"), ("56.01", "acknowledge"),
]  # fmt: skip


@pytest.mark.parametrize(("weight", "severity"), WEIGHTS)
def test_a_weight_is_held_against_that_of_the_last_dose(weight: str, severity: str | None) -> None:
    expected = [] if severity is None else [("weight-change", "", severity)]
    assert found(begun(FIRST[:1]), order("1/8 2026-01-12 0.5", weight=kg(weight)), made("1/1 2026-01-05")) == expected


def test_the_last_dose_is_the_one_before_it() -> None:
    past = (made("1/1 2026-01-05", weight="90"), made("1/8 2026-01-12", weight="70"))
    assert found(begun(FIRST[:2]), order("1/15 2026-01-19 0.5"), *past) == []
    assert found(begun(FIRST[:2]), order("1/15 2026-01-19 0.5")) == []  # nobody knows what they were made from


def test_an_adults_height_does_not_change() -> None:
    ordered = order("1/8 2026-01-12 0.5", height=cm("171"))
    assert found(begun(FIRST[:1]), ordered, made("1/1 2026-01-05")) == [("height-change", "", "acknowledge")]
    assert found(begun(FIRST[:1]), replace(ordered, adult=False), made("1/1 2026-01-05")) == []


def test_a_limit_of_a_site_is_the_sites() -> None:
    strict = Policy(Market.US, weight_change_acknowledge_percent=Decimal(2))
    (change,) = order_findings(
        begun(FIRST[:1]), order("1/8 2026-01-12 0.5", weight=kg(72)), [made("1/1 2026-01-05")], strict
    )
    # 2 kg of 70 are 2.857…%.
    assert sentence(change, Market.US) == (
        "The weight of 72 kg is 2.9 % over the 70 kg of the last dose, Jan 5, 2026: from 2 % on it asks for a reason, "
        "from 20 % on for a second person."
    )


# ------------------------------------------------------------------ interruptions

# Day 8, nominally on 12 January, was held from the 12th on.
HELD = [
    # course, since, to, order, what is asked; the length in days is to − since, or the day of the order − since
    ("6 days", FIRST[:1], "2026-01-12", "2026-01-18", "1/8 2026-01-18 0.5", []),
    ("not yet recovered", FIRST[:1], "2026-01-12", None, "1/8 2026-01-14 0.5", ["hold"]),
    ("7 days, next dose not omitted", FIRST[:1], "2026-01-12", "2026-01-19", "1/8 2026-01-19 0.5", ["omit"]),
    ("28 days", FIRST[:1], "2026-01-12", "2026-02-09", "1/8 2026-02-09 0.5", ["omit"]),
    ("29 days", FIRST[:1], "2026-01-12", "2026-02-10", "1/8 2026-02-10 0.5", ["end"]),
    ("13 days, the cycle after", FIRST, "2026-01-20", "2026-02-02", "2/1 2026-02-02 0.5", []),
    ("14 days, the cycle after", FIRST, "2026-01-20", "2026-02-03", "2/1 2026-02-03 0.5", ["reduce"]),
    ("29 days, the cycle after", FIRST, "2026-01-20", "2026-02-18", "2/1 2026-02-18 0.5", ["end", "reduce"]),
    ("day 1 of it given unreduced", [*FIRST, "2/1 2026-02-03 0.5"], "2026-01-20", "2026-02-03", "2/8 2026-02-10 0.5",
     ["reduce"]),
    ("the cycle after that one", [*FIRST, *SECOND], "2026-01-20", "2026-02-03", "3/1 2026-02-23 0.5", []),
    # A reaction of the infusion: the dose of that day was given before treatment was held.
    ("open from the day of a dose", FIRST[:1], "2026-01-05", None, "1/8 2026-01-11 0.5", ["hold"]),
    ("open from the day of the last of a cycle", FIRST, "2026-01-19", None, "2/1 2026-01-26 0.5", ["hold"]),
    ("open 7 days from the day of a dose", FIRST[:1], "2026-01-05", None, "1/8 2026-01-12 0.5", ["hold", "omit"]),
    ("held 14 days from the day of the last of a cycle", FIRST, "2026-01-19", "2026-02-02", "2/1 2026-02-02 0.5",
     ["reduce"]),
    ("given all the same, and still open", FIRST[:2], "2026-01-05", None, "1/15 2026-01-18 0.5", ["hold", "omit"]),
    ("given all the same, and over for long", FIRST[:2], "2026-01-05", "2026-02-04", "1/15 2026-02-04 0.5", ["end"]),
    ("to a day after the order", FIRST[:1], "2026-01-12", "2026-01-15", "1/8 2026-01-14 0.5", ["hold"]),
    ("before it began", FIRST[:1], "2026-03-01", None, "1/8 2026-01-12 0.5", []),
]  # fmt: skip


@pytest.mark.parametrize(("given", "since", "to", "text", "asks"), [r[1:] for r in HELD], ids=[r[0] for r in HELD])
def test_an_interruption_asks_by_its_length(given: Any, since: str, to: str | None, text: str, asks: list[str]) -> None:
    course = with_held(begun(given, responses=CR), since, to)
    asked = [(case, severity) for code, case, severity in found(course, order(text)) if code == "interruption"]
    assert asked == [(case, "acknowledge") for case in asks]


# The doses left out are so because treatment is held; it is still held on the day of the order.
OMITTED = [
    # course, omitted, since, to, order, what is asked
    ("day 8 omitted", FIRST[:1], ["1/8"], "2026-01-12", None, "1/15 2026-01-19 0.5", ["hold"]),
    ("held before day 8, and it omitted", FIRST[:1], ["1/8"], "2026-01-09", None, "1/15 2026-01-19 0.5", ["hold"]),
    ("day 8 omitted before it was held", FIRST[:1], ["1/8"], "2026-01-15", "2026-01-22", "1/15 2026-01-22 0.5",
     ["omit"]),
    # 25 February − 16 January = 40 days.
    ("day 15 omitted, 40 days", FIRST[:2], ["1/15"], "2026-01-16", None, "2/1 2026-02-25 0.5",
     ["hold", "end", "reduce"]),
    ("day 15 omitted, 14 days", FIRST[:2], ["1/15"], "2026-01-16", "2026-01-30", "2/1 2026-01-30 0.5", ["reduce"]),
    ("day 1 omitted as well", FIRST[:2], ["1/15", "2/1"], "2026-01-16", "2026-02-01", "2/8 2026-02-02 0.5",
     ["reduce"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "omitted", "since", "to", "text", "asks"), [r[1:] for r in OMITTED], ids=[r[0] for r in OMITTED]
)
def test_an_interruption_asks_past_the_doses_that_are_left_out(
    given: Any, omitted: list[str], since: str, to: str | None, text: str, asks: list[str]
) -> None:
    course = with_held(begun(given, responses=CR, omitted=omitted), since, to)
    asked = [(case, severity) for code, case, severity in found(course, order(text)) if code == "interruption"]
    assert asked == [(case, "acknowledge") for case in asks]


def test_an_open_interruption_rests_on_its_rules_in_every_later_cycle() -> None:
    course = with_held(begun(FIRST[:1]), "2026-01-12", None)
    assert unconfirmed_rule(course, 3) is not None


# ------------------------------------------------------------------ lower without a reduction

LOWERED: list[tuple[str, Course, str, list[Any]]] = [
    # 0.6 ÷ 0.8 = 0.75, and 0.5 ÷ 0.5 = 1.
    ("another day, fuller", begun(["1/1 2026-01-05 0.6"]), "1/8 2026-01-12 0.5", [("lowered", "", "acknowledge")]),
    # 0.375 ÷ 0.5 = 0.75.
    ("another day, as much less", begun(["1/1 2026-01-05 0.6"]), "1/8 2026-01-12 0.375", []),
    ("still less", begun(["1/1 2026-01-05 0.6"]), "1/8 2026-01-12 0.3", []),
    ("the same day of a later cycle", begun(["1/1 2026-01-05 0.8", "1/8 2026-01-12 0.375", "1/15 2026-01-19 0.5"],
     responses=CR), "2/8 2026-02-02 0.5", [("not-recorded", "", "acknowledge"), ("lowered", "", "acknowledge")]),
    ("0.5 after 0.8, for the response", begun(FIRST, responses=CR), "2/1 2026-01-26 0.5", []),
    ("none lower", begun(FIRST[:1]), "1/8 2026-01-12 0.5", []),
    ("over the label before", begun(["1/1 2026-01-05 0.9"]), "1/8 2026-01-12 0.5", []),
    ("a reduction that is recorded", begun(["1/1 2026-01-05 0.6"], reduced_from=1), "1/8 2026-01-12 0.375",
     [("unconfirmed-rules", "", "info")]),
    ("one recorded from this cycle on", begun(["1/1 2026-01-05 0.6", *FIRST[1:]], responses=CR, reduced_from=2),
     "2/1 2026-01-26 0.375", [("unconfirmed-rules", "", "info")]),
]  # fmt: skip


@pytest.mark.parametrize(("course", "text", "expected"), [r[1:] for r in LOWERED], ids=[r[0] for r in LOWERED])
def test_a_lower_dose_without_a_reduction_is_not_forgotten(course: Course, text: str, expected: list[Any]) -> None:
    assert found(course, order(text)) == expected


# 75 % of the higher row: 0.8 × 0.75 = 0.6 on day 1. On day 8 both rows have 0.5, and 0.5 × 0.75 = 0.375.
NOT_KNOWN = [("2/1", "0.6", False), ("2/1", "0.601", True), ("2/1", "0.8", True), ("2/8", "0.376", True),
             ("2/8", "0.375", False)]  # fmt: skip


@pytest.mark.parametrize(("where", "level", "stops"), NOT_KNOWN)
def test_after_a_reduction_no_dose_is_raised_while_the_response_is_not_known(
    where: str, level: str, stops: bool
) -> None:
    course = begun(FIRST, reduced_from=2)
    codes = found(course, order(f"{where} 2026-01-26 {level}", None))
    assert (("re-escalation", "level", "stop") in codes) is stops


def test_what_was_done_is_not_asked_again() -> None:
    omitted = with_held(begun(FIRST[:1], omitted=["1/8"]), "2026-01-12", "2026-01-19")
    assert found(omitted, order("1/15 2026-01-20 0.5")) == [("unconfirmed-rules", "", "info")]
    less = with_held(begun(FIRST, responses=CR, reduced_from=2), "2026-01-20", "2026-02-03")
    assert found(less, order("2/1 2026-02-03 0.375")) == [("unconfirmed-rules", "", "info")]


@pytest.mark.parametrize("drug", [US, UK])
def test_the_rules_of_interruption_gate_until_the_site_confirms_them(drug: Any) -> None:
    course = begun(FIRST, responses=CR, reduced_from=2, drug=drug)
    ordered = order("2/1 2026-01-26 0.375")
    (told,) = order_findings(course, ordered, (), Policy(drug.market))
    assert (told.code, told.source.status) == ("unconfirmed-rules", Status.UNCONFIRMED)
    known = frozenset(waiting.fact for waiting in unconfirmed_facts(drug))
    assert order_findings(replace(course, drug=with_confirmed(drug, known)), ordered, (), Policy(drug.market)) == ()


@pytest.mark.parametrize(("cycle", "rests"), [(1, True), (2, True), (3, False)])
def test_an_interruption_rests_on_its_rules_in_its_cycle_and_the_next(cycle: int, rests: bool) -> None:
    course = with_held(begun(FIRST[:1]), "2026-01-12", "2026-01-14")
    assert (unconfirmed_rule(course, cycle) is not None) is rests


def test_a_reduction_of_a_later_cycle_is_not_used_yet() -> None:
    assert found(begun(FIRST[:1], reduced_from=2), order("1/8 2026-01-12 0.5")) == []


BAD = [
    (lambda: with_held(begun(), "2026-01-12", "2026-01-11"),
     "interruptions[1].to: 2026-01-11 is before 2026-01-12, when it began."),
    (lambda: replace(begun(), interruptions=(held("2026-01-12", None), held("2026-01-20", None))),
     "interruptions[2].since: 2026-01-20 is before the interruption of 2026-01-12 has ended."),
    (lambda: Interruption(date(2026, 1, 12), None, " "), "The reason is empty."),
    (lambda: Ended(date(2026, 1, 12), End.VOD, ""), "The reason is empty."),
]  # fmt: skip


@pytest.mark.parametrize(("make", "said"), BAD)
def test_an_interruption_contradicts_nothing(make: Any, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        make()
    assert str(refused.value) == said
    assert isinstance(refused.value, CourseFault) is said.startswith("interruptions")


# ------------------------------------------------------------------ a course that has ended

STOPPED = replace(begun(FIRST), ended=Ended(date(2026, 1, 22), End.VOD, "Ascites, bilirubin 4 × ULN"))


@pytest.mark.parametrize("text", ["2/1 2026-01-26 0.5", "7/1 2026-06-15 0.5"])
def test_nothing_more_is_ordered_once_treatment_has_ended(text: str) -> None:
    first = order_findings(STOPPED, order(text, None), (), DESK)[0]
    assert (first.code, first.severity) == ("ended", Severity.STOP)
    assert sentence(first, Market.US) == (
        "Treatment was stopped on Jan 22, 2026: VOD/SOS. “Ascites, bilirubin 4 × ULN”"
    )


def test_a_course_that_has_ended_has_no_next_dose() -> None:
    assert schedule(begun(FIRST)).next is not None
    made_ = schedule(STOPPED)
    assert made_.next is None and {dose.state.value for dose in made_.doses} == {"given", "blocked"}


# ------------------------------------------------------------------ sentences

SENTENCES = [
    ("interval", begun(FIRST[:1]), order("1/8 2026-01-10 0.5"),
     "Day 8 of cycle 1 is ordered for Jan 10, 2026, 5 days after the dose before it, Jan 5, 2026: at least 6 days lie "
     "between two doses."),
    ("interval", begun([FIRST[0], "1/8 2026-01-14 0.5"]), order("1/15 2026-01-12 0.5"),
     "Day 15 of cycle 1 is ordered for Jan 12, 2026, 2 days before the dose before it, Jan 14, 2026: at least 6 days "
     "lie between two doses."),
    ("window", begun(FIRST[:1]), order("1/8 2026-01-15 0.5"),
     "Day 8 of cycle 1 is ordered for Jan 15, 2026, 3 days after its nominal day, Jan 12, 2026: the label allows 2 "
     "days either way."),
    ("re-escalation", begun(FIRST, responses=CR, reduced_from=2), order("2/1 2026-01-26 0.5"),
     "Day 1 of cycle 2 is ordered at 0.5 mg/m², over the 0.375 mg/m² that the reduction by 25 % leaves: a dose reduced "
     "for toxicity is never raised again."),
    ("re-escalation", begun([*FIRST, *SECOND[:2]], responses=CR, dropped={2: 15}), order("2/15 2026-02-09 0.5"),
     "Day 15 of cycle 2 is ordered on a day that a reduction dropped: after a reduction for toxicity neither the "
     "number of doses nor a dose rises again."),
    ("taken", begun(FIRST), order("1/15 2026-01-19 0.5"), "Day 15 of cycle 1 was given on Jan 19, 2026 already."),
    ("taken", begun(FIRST[:1], omitted=["1/8"]), order("1/8 2026-01-12 0.5"),
     "Day 8 of cycle 1 is recorded as omitted. Take that back first, if it is to be given after all."),
    ("taken", begun(FIRST[:1]), order("1/8 2026-01-12 0.5", already=("2026-000123",)),
     "Day 8 of cycle 1 is ordered already: 2026-000123. Two orders would be two doses."),
    ("not-recorded", begun(FIRST[:1]), order("1/15 2026-01-19 0.5"),
     "Day 8 of cycle 1 is recorded neither as given nor as omitted: the dates of day 15 of cycle 1 count from when it "
     "is planned."),
    ("course-differs", begun(FIRST, responses=CR), order("2/1 2026-01-26 0.8", "none"),
     "The order's response before cycle 2 is no CR or CRi, and the course's CR. Record it in the course, or correct "
     "the order."),
    ("course-differs", begun(), order("1/1 2026-01-05 0.8", transplant=Transplant(True)),
     "The course has no transplant planned, and the order says otherwise. Change the course, or correct the order."),
    ("lowered", begun(["1/1 2026-01-05 0.6"]), order("1/8 2026-01-12 0.5"),
     "Day 1 of cycle 1 was given at 0.6 mg/m² on Jan 5, 2026, under the label's 0.8 mg/m², and no reduction is "
     "recorded; day 8 of cycle 1 is ordered at 0.5 mg/m². Was it reduced for toxicity? Then record the reduction: such "
     "a dose is never raised again."),
    ("re-escalation", begun(FIRST, reduced_from=2), order("2/1 2026-01-26 0.8", None),
     "Day 1 of cycle 2 is ordered at 0.8 mg/m², over the 0.6 mg/m² that the reduction by 25 % leaves: a dose reduced "
     "for toxicity is never raised again."),
    ("interruption", with_held(begun(FIRST[:1]), "2026-01-12", "2026-01-19"), order("1/8 2026-01-19 0.5"),
     "Treatment was held for 7 days from Jan 12, 2026 to Jan 19, 2026 (pneumonia). The rules of interruption omit the "
     "next dose of the cycle: ask the prescriber. Their wording was not read in the label."),
    ("unconfirmed-rules", begun(FIRST, responses=CR, reduced_from=2), order("2/1 2026-01-26 0.375"),
     "The dose rests on the rules of interruption and reduction, which are not confirmed at this site. Confirm them "
     "against the current label, FDA PI §2: until two pharmacists do, no bag of it is released for patient use."),
]  # fmt: skip
_IDS = [f"{row[0]}-{n}" for n, row in enumerate(SENTENCES)]


@pytest.mark.parametrize(("code", "course", "ordered", "said"), SENTENCES, ids=_IDS)
def test_a_finding_says_what_and_why(code: str, course: Course, ordered: Ordered, said: str) -> None:
    one = next(f for f in order_findings(course, ordered, (), DESK) if f.code == code)
    assert sentence(one, Market.US) == said
    assert short(one)


# ------------------------------------------------------------------ variance


def test_a_dose_is_shown_beside_the_previous_one_of_its_day() -> None:
    """(0.91 − 1.46) ÷ 1.46 = −0.3767…: 0.8 to 0.5 mg/m² is shown, and no finding."""
    past = (made("1/1 2026-01-05", "1.46"), made("1/8 2026-01-12", "0.91"), made("1/15 2026-01-19", "0.91"))
    shown = variance(slot("2/1"), mg("0.91"), past)
    assert shown is not None and shown.before.slot == slot("1/1")
    assert round(shown.difference.percent, 2) == Decimal("-37.67")
    assert found(begun(FIRST, responses=CR), order("2/1 2026-01-26 0.5"), *past) == []
    assert variance(slot("1/8"), DrugMass(Decimal("0.91")), past[:1]) is None


def test_what_the_order_says_itself_is_said_once() -> None:
    def finding(code: str) -> Finding:
        return Finding(code, Severity.STOP, "", {}, Source("x", Status.LABEL))

    two = (finding("too-many"), finding("interval"))
    assert [f.code for f in besides(two, [finding("transplant")])] == ["interval"]
    assert [f.code for f in besides(two, [finding("level")])] == ["too-many", "interval"]


def test_an_omitted_entry_needs_its_reason() -> None:
    with pytest.raises(Unreadable):
        Omitted(slot("1/8"), "")
