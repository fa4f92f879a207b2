"""What in its course holds a preparation back, and that nothing of it is released meanwhile."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from compounding.course import End, Ended, Slot
from compounding.findings import Finding, Severity
from compounding.formulary import unconfirmed_facts, with_confirmed
from compounding.workflow import steps
from compounding.workflow.courses import another_patient, held_by
from compounding.workflow.guards import barriers
from compounding.workflow.progress import Barrier, Moment, What
from compounding.workflow.steps import FINAL_US, RELEASE, State, Step
from compounding.workflow.times import entry_barriers
from tests.orders import US, mg, us
from tests.paths import at, preparing
from tests.treatments import begun


def finding(severity: Severity, code: str = "bilirubin") -> Finding:
    return Finding(code, severity, "")


def never(_: Finding) -> bool:
    return False


CASES: list[tuple[str, Any, tuple[str, ...], list[str]]] = [
    ("no checklist", None, (), ["checklist-missing"]),
    ("nothing found", [], (), []),
    ("only informs", [finding(Severity.INFO)], (), []),
    ("a stop", [finding(Severity.STOP), finding(Severity.OVERRIDE)], ("bilirubin",), ["checklist-stops"]),
    ("an override that nobody answered", [finding(Severity.OVERRIDE)], (), ["checklist-open"]),
    ("one that was answered", [finding(Severity.OVERRIDE)], ("bilirubin",), []),
    ("another that was answered", [finding(Severity.ACKNOWLEDGE)], ("not-seen",), ["checklist-open"]),
]


@pytest.mark.parametrize(("found", "answered", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_checklist_holds_its_dose(found: Any, answered: tuple[str, ...], expected: list[str]) -> None:
    held = held_by(begun(), Slot(2, 1), found, lambda one: one.code in answered, training=False)
    assert [(one.code, dict(one.values)) for one in held] == [(code, {"cycle": 2, "day": 1}) for code in expected]


@pytest.mark.parametrize(("ordered", "held"), [(date(2026, 3, 1), False), (date(2026, 3, 12), True)])
def test_a_checklist_of_another_day_holds_the_dose(ordered: date, held: bool) -> None:
    checked = date(2026, 3, 1)
    found = held_by(begun(), Slot(1, 1), [], never, training=True, days=(checked, ordered))
    values = {"cycle": 1, "day": 1, "checked": checked, "ordered": ordered}
    assert list(found) == ([Barrier("checklist-day", values)] if held else [])


def test_a_course_that_has_ended_holds_every_dose() -> None:
    course = replace(begun(), ended=Ended(date(2026, 3, 10), End.VOD, "Ascites"))
    (held,) = held_by(course, Slot(1, 1), [], never, training=True)
    assert (held.code, held.values["why"]) == ("course-ended", "vod")


def test_rules_that_nobody_confirmed_hold_patients_and_no_training() -> None:
    course = begun(reduced_from=2)
    assert [one.code for one in held_by(course, Slot(2, 1), [], never, training=False)] == ["unconfirmed-rules"]
    assert not list(held_by(course, Slot(2, 1), [], never, training=True))
    assert not list(held_by(course, Slot(1, 15), [], never, training=False))  # before the reduction
    known = frozenset(waiting.fact for waiting in unconfirmed_facts(US))
    assert not list(held_by(replace(course, drug=with_confirmed(US, known)), Slot(2, 1), [], never, training=False))


ANOTHER = another_patient(
    {"family": "Rivera", "given": "Elena", "born": date(1980, 8, 14), "mrn": "00417352"},
    {"family": "Rivera", "given": "Elena", "born": date(1980, 8, 15), "mrn": "00417352"},
)
# The steps that read the patient's name, and those that only write down what happened or end it.
BY_STEP: list[tuple[Step, bool]] = [
    (steps.VERIFY, True), (steps.PRINT, True), (steps.CHECK_US, True), (steps.CHECK_UK, True),
    (steps.HAND_LABEL, True), (steps.FINAL_US, True), (steps.FINAL_UK, True), (steps.RELEASE, True),
    (steps.RELEASE_APART, True),
    (steps.CHANGE, False), (steps.RECORD, False), (steps.WET, False), (steps.DILUTE, False), (steps.COUNT, False),
    (steps.CANCEL, False), (steps.REJECT, False), (steps.RETURN, False), (steps.WASTE, False),
]  # fmt: skip


@pytest.mark.parametrize(("step", "barred"), BY_STEP, ids=[row[0].name for row in BY_STEP])
def test_no_step_goes_by_an_order_for_another_patient(step: Step, barred: bool) -> None:
    made = preparing(us(170, 70), State.FINAL, wet="09:00", checked="09:10", diluted="09:20", held=(ANOTHER,))
    assert (ANOTHER in barriers(step, made, at("10:00"))) is barred
    assert ANOTHER not in barriers(step, replace(made, held=()), at("10:00"))


GIVEN: list[tuple[str, str | None, bool]] = [
    ("nothing recorded as given", None, False),
    ("a part", "1", False),
    ("all of the 1.46 mg", "1.46", True),  # 0.8 mg/m² × 1.82 m²
]


@pytest.mark.parametrize("step", [steps.RETURN, steps.WASTE])
@pytest.mark.parametrize(("infused", "barred"), [row[1:] for row in GIVEN], ids=[row[0] for row in GIVEN])
def test_no_bag_that_ran_in_comes_back_or_is_thrown_away(step: Step, infused: str | None, barred: bool) -> None:
    given = None if infused is None else mg(infused)
    made = preparing(us(170, 70), State.RELEASED, wet="09:00", checked="09:10", diluted="09:20", infused=given)
    found = [barrier.code for barrier in barriers(step, made, at("18:00"))]
    assert found == (["given"] if barred else [])


ON_PAPER: list[tuple[str, bool, str, str, list[str], list[str]]] = [
    ("on paper, entered later", True, "checklist-missing", "10:00", [], []),
    ("on paper, released as it is entered", True, "checklist-missing", "11:58", [], ["checklist-missing"]),
    ("on the screen", False, "checklist-missing", "10:00", ["checklist-missing"], []),
    ("on paper, and its checklist stops it", True, "checklist-stops", "10:00", ["checklist-stops"], []),
    ("on paper, of a course that has ended", True, "course-ended", "10:00", ["course-ended"], []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("on_paper", "code", "released", "barred", "untimely"), [row[1:] for row in ON_PAPER], ids=[r[0] for r in ON_PAPER]
)
def test_what_left_on_paper_without_its_checklist_has_left(
    on_paper: bool, code: str, released: str, barred: list[str], untimely: list[str]
) -> None:
    """Entered at 12:00; up to five minutes before that is no late entry."""
    held = (Barrier(code, {"cycle": 1, "day": 1}),)
    wet = {"wet": "09:00", "checked": "09:10", "diluted": "09:20"}
    made = preparing(us(170, 70), State.FINAL, **wet, held=held, on_paper=on_paper)
    assert [one.code for one in barriers(RELEASE, made, at(released)) if one in held] == barred
    told = Moment(What.RELEASED, 0, at(released), at("12:00"), "the screen was down")
    assert [one.code for one in entry_barriers(told, made)] == untimely


def test_what_holds_it_bars_the_release_and_no_step_before() -> None:
    held = (Barrier("checklist-missing", {"cycle": 1, "day": 1}),)
    made = preparing(us(170, 70), State.FINAL, wet="09:00", checked="09:10", diluted="09:20", held=held)
    assert held[0] in barriers(RELEASE, made, at("10:00"))
    assert held[0] not in barriers(FINAL_US, made, at("10:00"))
    assert held[0] not in barriers(RELEASE, replace(made, held=()), at("10:00"))
