"""The limit that a preparation must keep next. Wetted at 09:00, it is diluted by 13:00 (4 h), out of the fridge by
15:00 (1 h to warm), started before 16:00 (1 h to infuse) and complete by 17:00 (8 h)."""

from datetime import timedelta
from typing import Any

import pytest

from compounding.workflow import State
from compounding.workflow.limits import Limit, Urgency, every_limit, next_limit
from tests.orders import us
from tests.paths import at, preparing

DILUTE, FRIDGE, START, COMPLETE = Limit
CALM, SOON, PASSED = Urgency
WET: dict[str, Any] = {"wet": "09:00"}
BAG: dict[str, Any] = {**WET, "checked": "09:30", "diluted": "10:00"}
LATE: dict[str, Any] = {**WET, "checked": "09:30", "diluted": "13:01"}

NEXT = [
    # state, what was recorded, now, limit, minutes left, urgency
    (State.MATERIALS, WET, "09:00", DILUTE, 240, CALM),
    (State.RECONSTITUTED, WET, "12:29", DILUTE, 31, CALM),
    (State.RECONSTITUTED, WET, "12:30", DILUTE, 30, SOON),
    (State.CHECKED, WET, "12:59:59", DILUTE, 1, SOON),
    (State.CHECKED, WET, "13:00", DILUTE, 0, SOON),  # exactly at the limit is in time
    (State.CHECKED, WET, "13:00:59", DILUTE, 0, SOON),  # times are whole minutes
    (State.CHECKED, WET, "13:01", DILUTE, -1, PASSED),
    (State.DILUTED, BAG, "13:01", FRIDGE, 119, CALM),  # a dilute-by that was kept counts no more
    (State.LABELLED, BAG, "14:30", FRIDGE, 30, SOON),
    (State.LABELLED, BAG, "15:00", FRIDGE, 0, SOON),
    (State.LABELLED, BAG, "15:01", START, 59, CALM),
    (State.FINAL, BAG, "15:59", START, 1, SOON),
    (State.FINAL, BAG, "16:00", START, 0, PASSED),  # "before" alone is in time
    (State.FINAL, BAG, "18:00", START, -120, PASSED),
    (State.RELEASED, BAG, "14:00", FRIDGE, 60, CALM),
    (State.RELEASED, BAG, "15:30", START, 30, SOON),
    (State.RELEASED, BAG, "16:00", COMPLETE, 60, CALM),
    (State.RELEASED, BAG, "17:00", COMPLETE, 0, SOON),
    (State.RELEASED, BAG, "17:01", COMPLETE, -1, PASSED),
    (State.DILUTED, LATE, "13:05", DILUTE, -5, PASSED),  # diluted too late: nothing later counts
]


@pytest.mark.parametrize(("state", "recorded", "now", "limit", "left", "urgency"), NEXT)
def test_the_limit_that_comes_next(
    state: State, recorded: dict[str, Any], now: str, limit: Limit, left: int, urgency: Urgency
) -> None:
    due = next_limit(preparing(us(170, 70), state, **recorded), at(now))
    assert due is not None
    assert (due.limit, due.left, due.urgency) == (limit, timedelta(minutes=left), urgency)
    assert due.at == at({DILUTE: "13:00", FRIDGE: "15:00", START: "16:00", COMPLETE: "17:00"}[limit])


@pytest.mark.parametrize("state", [State.ENTERED, State.VERIFIED, State.MATERIALS])
def test_no_limit_runs_before_a_vial_is_wetted(state: State) -> None:
    dry = preparing(us(170, 70), state)
    assert next_limit(dry, at("12:00")) is None
    assert every_limit(dry, at("12:00")) == ()


@pytest.mark.parametrize("state", [State.RETURNED, State.REJECTED, State.CANCELLED, State.WASTED])
def test_none_runs_for_what_no_patient_gets(state: State) -> None:
    assert next_limit(preparing(us(170, 70), state, **BAG), at("12:00")) is None


EVERY = [
    ("12:00", [(60, CALM), (180, CALM), (240, CALM), (300, CALM)]),
    ("15:45", [(-165, PASSED), (-45, PASSED), (15, SOON), (75, CALM)]),
    ("16:00", [(-180, PASSED), (-60, PASSED), (0, PASSED), (60, CALM)]),
]


@pytest.mark.parametrize(("now", "stands"), EVERY)
def test_all_four_stand_side_by_side(now: str, stands: list[tuple[int, Urgency]]) -> None:
    found = every_limit(preparing(us(170, 70), State.DILUTED, **BAG), at(now))
    assert [due.limit for due in found] == list(Limit)
    assert [(due.left / timedelta(minutes=1), due.urgency) for due in found] == stands
