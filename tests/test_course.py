"""The course of treatment: its sentences, what it may not say of itself, and what it says for the next drug."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from compounding.course import Course, CourseFault, Given, Omitted, Schedule, Slot, State, Transplant, schedule
from compounding.course.levels import reduced
from compounding.findings import Severity
from compounding.formulary import Presentation
from compounding.policy import Market
from compounding.quantities import Unreadable
from compounding.wording.courses import course_unconfirmed, raised_because
from compounding.wording.findings import judged, sentence, short
from tests.orders import UK, US, per_m2
from tests.test_new_drug import examplin  # noqa: F401 - a fixture
from tests.treatments import begun

FIRST = ("1/1 2026-01-05 0.8", "1/8 2026-01-12 0.5", "1/15 2026-01-19 0.5")
SECOND = ("2/1 2026-01-26 0.5", "2/8 2026-02-02 0.5", "2/15 2026-02-09 0.5")
THIRD = ("3/1 2026-02-23 0.5", "3/8 2026-03-02 0.5", "3/15 2026-03-09 0.5")
CR = {1: "cr"}


def made(*given: str, **known: Any) -> Schedule:
    return schedule(begun(given, **known))


# ------------------------------------------------------------------ sentences

SENTENCES = [
    # code, severity, the course, what is said in the US
    ("interval", "stop", begun([FIRST[0], "1/8 2026-01-10 0.5"]),
     "Day 8 of cycle 1 was given on Jan 10, 2026, 5 days after the dose before it, Jan 5, 2026: at least 6 days lie "
     "between two doses."),
    ("interval", "stop", begun([FIRST[0], "1/8 2026-01-04 0.5"]),
     "Day 8 of cycle 1 was given on Jan 4, 2026, 1 day before the dose before it, Jan 5, 2026: at least 6 days lie "
     "between two doses. Out of order: check both days."),
    ("interval", "stop", begun([FIRST[0], "1/8 2026-01-05 0.5"]),
     "Day 8 of cycle 1 was given on Jan 5, 2026, on the same day as the dose before it, Jan 5, 2026: at least 6 days "
     "lie between two doses. Out of order: check both days."),
    ("window", "override", begun([FIRST[0], "1/8 2026-01-15 0.5"]),
     "Day 8 of cycle 1 was given on Jan 15, 2026, 3 days after its nominal day, Jan 12, 2026: the label allows 2 days "
     "either way."),
    ("window", "override", begun([FIRST[0], "1/8 2026-01-09 0.5"]),
     "Day 8 of cycle 1 was given on Jan 9, 2026, 3 days before its nominal day, Jan 12, 2026: the label allows 2 days "
     "either way."),
    ("early", "override", begun([*FIRST, "2/1 2026-01-25 0.5"], responses=CR),
     "Day 1 of cycle 2 was given on Jan 25, 2026, 1 day before its nominal day, Jan 26, 2026: cycle 1 lasts 21 days."),
    ("early", "override", begun([*FIRST, *SECOND, "3/1 2026-02-20 0.5"], responses=CR, lengths={2: 30}),
     # 26 January + 30 = 25 February.
     "Day 1 of cycle 3 was given on Feb 20, 2026, 5 days before its nominal day, Feb 25, 2026: cycle 2 lasts 30 days."),
    ("early", "override", begun(["1/1 2026-01-03 0.8"]),
     "Day 1 of cycle 1 was given on Jan 3, 2026, 2 days before the start of the course, Jan 5, 2026."),
    ("level", "override", begun(["1/1 2026-01-05 0.5"]),
     "Day 1 of cycle 1 was given at 0.5 mg/m²; the label's level is 0.8 mg/m²."),
    ("level", "override", begun([*FIRST, "2/1 2026-01-26 0.5"], responses=CR, reduced_from=2),
     "Day 1 of cycle 2 was given at 0.5 mg/m²; the label's level less 25 % is 0.375 mg/m²."),
    ("re-escalation", "stop", begun([*FIRST, "2/1 2026-01-26 0.5"], responses=CR, reduced_from=2),
     "Day 1 of cycle 2 was given at 0.5 mg/m², over the 0.375 mg/m² that the reduction by 25 % leaves: a dose reduced "
     "for toxicity is never raised again."),
    ("re-escalation", "stop", begun([*FIRST, "2/1 2026-01-26 0.5"], responses=CR, dropped={2: 1}),
     "Day 1 of cycle 2 was given on a day that a reduction dropped: after a reduction for toxicity neither the number "
     "of doses nor a dose rises again."),
    ("re-escalation", "stop", begun([*FIRST, "2/1 2026-01-26 0.5"], responses=CR, dropped={2: 1}, reduced_from=2),
     "Day 1 of cycle 2 was given on a day that a reduction dropped, and at 0.5 mg/m², over the 0.375 mg/m² left: after "
     "a reduction for toxicity neither the number of doses nor a dose rises again."),
    ("no-response", "stop", begun([*FIRST, *SECOND, *THIRD, "4/1 2026-03-23 0.8"], responses={3: "none"}),
     "Cycle 4 without CR or CRi: no CR or CRi within 3 cycles, treatment stops."),
    ("too-many", "stop", begun([*FIRST, *SECOND, THIRD[0]], responses=CR, transplant=Transplant(True)),
     "A transplant is planned: cycle 3 needs its reason after 2 cycles (CR or CRi with MRD negativity was not reached "
     "after 2 cycles)."),
    ("too-many", "stop", begun([*FIRST, *SECOND, *THIRD, "4/1 2026-03-23 0.5"], responses=CR,
                               transplant=Transplant(True, "MRD found")),
     "A transplant is planned: cycle 4 is over the 2 cycles of the label and one more with its reason."),
    ("response-missing", "info", begun(),
     "The response before cycle 2 is not known: the dose of its day 1 depends on it."),
    ("no-window", "override", begun(["1/1 2026-01-09 0.8"]),
     "No day is left for day 8 of cycle 1: its window closes on Jan 14, 2026, and 6 days after the dose before it, "
     "Jan 9, 2026, is Jan 15, 2026."),
]  # fmt: skip
IDS = [f"{row[0]}-{n}" for n, row in enumerate(SENTENCES)]


@pytest.mark.parametrize(("code", "severity", "course", "message"), SENTENCES, ids=IDS)
def test_a_finding_says_which_dose_and_why(code: str, severity: str, course: Course, message: str) -> None:
    found = next(finding for finding in schedule(course).findings if finding.code == code)
    assert (found.severity.word, sentence(found, Market.US)) == (severity, message)
    assert {"cycle", "day"} <= set(judged(found)) and short(found)
    assert found.source.text.startswith("FDA PI §2") or found.source.text.startswith("Derived")


def test_a_seventh_cycle_is_over_the_label() -> None:
    """Six cycles on their nominal days, 5 January + 21 and then + 28 each: 26 January, 23 February, 23 March,
    20 April, 18 May; a seventh on 15 June."""
    fourth = ("4/1 2026-03-23 0.5", "4/8 2026-03-30 0.5", "4/15 2026-04-06 0.5")
    fifth = ("5/1 2026-04-20 0.5", "5/8 2026-04-27 0.5", "5/15 2026-05-04 0.5")
    sixth = ("6/1 2026-05-18 0.5", "6/8 2026-05-25 0.5", "6/15 2026-06-01 0.5")
    six = (*FIRST, *SECOND, *THIRD, *fourth, *fifth, *sixth)
    assert made(*six, responses=CR).findings == ()
    (found,) = made(*six, "7/1 2026-06-15 0.5", responses=CR).findings
    assert sentence(found, Market.US) == "Cycle 7 is over the 6 cycles of the label."


def test_dates_in_a_sentence_are_the_markets() -> None:
    (found,) = [f for f in made(FIRST[0], "1/8 2026-01-10 0.5", drug=UK).findings if f.code == "interval"]
    assert "was given on 10-Jan-2026, 5 days after the dose before it, 05-Jan-2026" in sentence(found, Market.UK)
    assert found.source.text == "SmPC §4.2, dose table"


def test_findings_come_in_the_order_of_the_doses_and_of_the_rules() -> None:
    """Day 8 on day 5, 9 January: four days after 5 January, three before 12 January, at a level not its own."""
    found = made(FIRST[0], "1/8 2026-01-09 0.6").findings
    assert [(f.code, f.values["cycle"], f.values["day"]) for f in found][:4] == [
        ("interval", 1, 8),
        ("window", 1, 8),
        ("level", 1, 8),
        ("response-missing", 2, 1),
    ]


# ------------------------------------------------------------------ what is said of dates and levels


@pytest.mark.parametrize(("level", "less"), [("0.8", "0.6"), ("0.5", "0.375")])
def test_a_quarter_less_is_exact(level: str, less: str) -> None:
    """0.8 × 0.75 = 0.6; 0.5 × 0.75 = 0.375."""
    assert reduced(per_m2(level), 25) == per_m2(less)


def test_a_later_opening_names_the_dose_before_it() -> None:
    course = begun([FIRST[0], "1/8 2026-01-14 0.5"])
    said = {(dose.slot.cycle, dose.slot.day): raised_because(course, dose) for dose in schedule(course).doses}
    assert said[1, 15] == "6 days after Jan 14, 2026"  # 20 January, not 19 − 2
    assert said[2, 1] is None  # 20 January, assumed, + 6 is the nominal 26 January
    assert said[1, 8] is None  # given


def test_the_unreduced_level_is_kept_beside_the_permitted_one() -> None:
    second = next(dose for dose in made(responses=CR, reduced_from=2).doses if dose.slot == Slot(2, 1))
    assert (second.label, second.permitted, second.level) == (per_m2("0.5"), per_m2("0.375"), per_m2("0.375"))


def test_a_reduction_asks_for_the_label_while_its_rules_are_not_confirmed() -> None:
    asked = "The rules of interruption and reduction are not confirmed. Confirm them against the current label, "
    assert list(course_unconfirmed(begun(reduced_from=2))) == [f"{asked}FDA PI §2."]
    assert list(course_unconfirmed(begun(dropped={2: 8}, drug=UK))) == [f"{asked}SmPC §4.2."]
    assert list(course_unconfirmed(begun())) == []


@pytest.mark.parametrize(("reason", "doses"), [("", 6), ("  ", 6), ("MRD found", 9)])
def test_a_third_cycle_before_a_transplant_needs_words_for_its_reason(reason: str, doses: int) -> None:
    assert len(made(transplant=Transplant(True, reason)).doses) == doses
    assert len(made(transplant=Transplant(False, reason)).doses) == 18


def test_stopped_is_one_stop_or_more() -> None:
    assert not made(FIRST[0], "1/8 2026-01-15 0.5").stopped  # an override
    late = made(FIRST[0], "1/8 2026-01-10 0.5")
    assert late.stopped and any(finding.severity is Severity.STOP for finding in late.findings)


# ------------------------------------------------------------------ what a course may not be

NO_ENTRIES: list[tuple[Callable[[], object], str]] = [
    (lambda: Given(Slot(1, 1), date(2026, 1, 5), per_m2(0)), "0 mg/m² is not above zero."),
    (lambda: Given(Slot(1, 1), date(2026, 1, 5), per_m2("0.1234")), "0.1234 mg/m² has more than 3 decimals."),
    (lambda: Omitted(Slot(1, 1), "  "), "The reason is empty."),
]


@pytest.mark.parametrize(("make", "message"), NO_ENTRIES)
def test_an_entry_is_right_in_itself(make: Callable[[], object], message: str) -> None:
    with pytest.raises(Unreadable) as refused:
        make()
    assert str(refused.value) == message


def test_no_course_contradicts_itself_however_it_is_made() -> None:
    with pytest.raises(CourseFault) as refused:
        begun([FIRST[0]], omitted=["1/1"])
    assert (refused.value.place, str(refused.value)) == (
        "omitted[1]",
        "omitted[1]: day 1 of cycle 1 is given as well.",
    )


# ------------------------------------------------------------------ the next drug


def test_a_drug_without_limits_of_cycles_shows_one_more_than_is_spoken_of(examplin: Presentation) -> None:  # noqa: F811
    """Days 1 and 8 of its own, 3 and 2 mg/m²; neither a limit of cycles nor a stop for want of a response."""
    first = schedule(begun(drug=examplin))
    assert [dose.slot for dose in first.doses] == [Slot(1, 1), Slot(1, 8)]
    assert [dose.level for dose in first.doses] == [per_m2(3), per_m2(2)]
    given = ["1/1 2026-01-05 3", "1/8 2026-01-12 2", "2/1 2026-01-26 2", "2/8 2026-02-02 2"]
    later = schedule(begun(given, drug=examplin, responses={1: "none"}, transplant=Transplant(True)))
    assert [dose.slot for dose in later.doses][-1] == Slot(3, 8)
    assert {dose.state for dose in later.doses} == {State.GIVEN, State.PLANNED}
    ahead = schedule(begun(["1/1 2026-01-05 3"], drug=examplin, omitted=["999999999/8"]))
    assert [dose.slot for dose in ahead.doses][-1] == Slot(3, 8)  # two entries get past two cycles at most


def test_a_reduced_level_of_the_label_is_the_reduction_of_its_row() -> None:
    """The text of the fact, 0.6/0.375/0.375 or 0.375 × 3, is what the schedule makes of the dose table."""
    for response, levels in (("none", ("0.6", "0.375", "0.375")), ("cr", ("0.375", "0.375", "0.375"))):
        doses = made(responses={1: response}, reduced_from=2).doses[3:6]
        assert tuple(dose.level for dose in doses) == tuple(per_m2(Decimal(level)) for level in levels)
        assert all(level in US.regimen.reduction.value for level in levels)
