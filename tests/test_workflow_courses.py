"""What in its course holds a preparation back, and that nothing of it is released meanwhile."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from compounding.course import End, Ended, Slot
from compounding.findings import Finding, Severity
from compounding.formulary import unconfirmed_facts, with_confirmed
from compounding.workflow.courses import held_by
from compounding.workflow.guards import barriers
from compounding.workflow.progress import Barrier
from compounding.workflow.steps import FINAL_US, RELEASE, State
from tests.orders import US, us
from tests.paths import at, preparing
from tests.treatments import begun


def finding(severity: Severity, code: str = "bilirubin") -> Finding:
    return Finding(code, severity, "")


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
    held = held_by(begun(), Slot(2, 1), found, answered, training=False)
    assert [(one.code, dict(one.values)) for one in held] == [(code, {"cycle": 2, "day": 1}) for code in expected]


@pytest.mark.parametrize(("ordered", "held"), [(date(2026, 3, 1), False), (date(2026, 3, 12), True)])
def test_a_checklist_of_another_day_holds_the_dose(ordered: date, held: bool) -> None:
    checked = date(2026, 3, 1)
    found = held_by(begun(), Slot(1, 1), [], (), training=True, days=(checked, ordered))
    values = {"cycle": 1, "day": 1, "checked": checked, "ordered": ordered}
    assert list(found) == ([Barrier("checklist-day", values)] if held else [])


def test_a_course_that_has_ended_holds_every_dose() -> None:
    course = replace(begun(), ended=Ended(date(2026, 3, 10), End.VOD, "Ascites"))
    (held,) = held_by(course, Slot(1, 1), [], (), training=True)
    assert (held.code, held.values["why"]) == ("course-ended", "vod")


def test_rules_that_nobody_confirmed_hold_patients_and_no_training() -> None:
    course = begun(reduced_from=2)
    assert [one.code for one in held_by(course, Slot(2, 1), [], (), training=False)] == ["unconfirmed-rules"]
    assert not list(held_by(course, Slot(2, 1), [], (), training=True))
    assert not list(held_by(course, Slot(1, 15), [], (), training=False))  # before the reduction
    known = frozenset(waiting.fact for waiting in unconfirmed_facts(US))
    assert not list(held_by(replace(course, drug=with_confirmed(US, known)), Slot(2, 1), [], (), training=False))


def test_what_holds_it_bars_the_release_and_no_step_before() -> None:
    held = (Barrier("checklist-missing", {"cycle": 1, "day": 1}),)
    made = preparing(us(170, 70), State.FINAL, wet="09:00", checked="09:10", diluted="09:20", held=held)
    assert held[0] in barriers(RELEASE, made, at("10:00"))
    assert held[0] not in barriers(FINAL_US, made, at("10:00"))
    assert held[0] not in barriers(RELEASE, replace(made, held=()), at("10:00"))
