"""The next action on top of a preparation's page."""

from dataclasses import replace
from typing import Any

import pytest

from compounding.workflow import State, in_force
from compounding.workflow.check import judged
from compounding.workflow.guards import barriers, wanted
from compounding.workflow.guidance import next_action
from compounding.workflow.materials import Kind, Out
from compounding.workflow.progress import Fate, Progress
from tests.orders import for_surface, uk, us
from tests.paths import at, codes, copies, own, preparing, taking_out, wetted

A, L, S, D = Fate.APPLIED, Fate.LIGHT_COVER, Fate.SPECIMEN, Fate.DESTROYED
PICKED = preparing(us(170, 70), State.VERIFIED)
RECALLED: dict[str, Any] = {"recalled": frozenset({("besponsa-us", "TR4471A")})}


def stands(state: State, **said: Any) -> Progress:
    """Of 1.46 mg in the US: two vials and no spare."""
    return preparing(us(170, 70), state, **said)


def bag(state: State, *fates: Fate | None, **said: Any) -> Progress:
    """Wetted at 09:00, checked at 09:30, diluted at 10:00."""
    labels = copies(*fates)
    return stands(state, wet="09:00", checked="09:30", diluted="10:00", labels=labels, **said)


def with_spare(state: State, **said: Any) -> Progress:
    """1.16 m² × 0.8 = 0.93 mg in the UK: one vial and a spare."""
    return preparing(uk(**for_surface("1.16")), state, **said)


def read(progress: Progress, *reads: str) -> Progress:
    return replace(progress, readings=tuple(judged(own(read=found), progress.planned, 2) for found in reads))


def without(progress: Progress, kind: Kind) -> Progress:
    """The preparation without its bag, or without its diluent."""
    gone = (replace(one, out=Out.BROKEN) if one.kind is kind else one for one in progress.materials)
    return replace(progress, materials=tuple(gone))


CHECKED = stands(State.CHECKED, wet="09:00", checked="09:30")
OLD_BAG: dict[str, Any] = {"recalled": frozenset({("container", "TR4471A")})}
DONE = (A, L, S)
NEXT = [
    # preparation, now, what is next, at which vial, what is in its way
    (stands(State.ENTERED), "08:00", "verify", 0, []),
    (replace(PICKED, materials=()), "08:00", "pick-drug", 1, []),
    (replace(PICKED, materials=PICKED.materials[:1]), "08:00", "pick-drug", 2, []),
    (replace(PICKED, materials=PICKED.materials[:2]), "08:00", "pick-water", 0, []),
    (replace(PICKED, materials=PICKED.materials[:3]), "08:00", "pick-diluent", 0, []),
    (replace(PICKED, materials=PICKED.materials[:4]), "08:00", "pick-container", 0, []),
    (taking_out(PICKED, 1, Out.BROKEN), "08:00", "pick-drug", 1, []),
    (PICKED, "08:00", "take-out", 0, []),  # picked for an order that was changed
    (taking_out(with_spare(State.VERIFIED), 2, Out.REPLACED), "08:00", "pick-spare", 2, []),
    (stands(State.MATERIALS), "08:00", "wet", 1, []),
    (stands(State.MATERIALS, moments=wetted(1)), "09:05", "wet", 2, []),
    (stands(State.MATERIALS, **RECALLED), "08:00", "take-out", 1, []),
    (stands(State.RECONSTITUTED, wet="09:00"), "09:10", "check", 0, []),
    (read(stands(State.RECONSTITUTED, wet="09:00"), "5"), "09:10", "read-again", 0, []),
    (read(stands(State.RECONSTITUTED, wet="09:00"), "5", "5"), "09:10", "reject", 0, ["check-stays"]),
    (stands(State.RECONSTITUTED, wet="09:00"), "13:00", "check", 0, []),
    (stands(State.RECONSTITUTED, wet="09:00"), "13:01", "reject", 0, ["dilute-by"]),
    (stands(State.RECONSTITUTED, wet="09:00", **RECALLED), "09:10", "reject", 0, ["recalled", "recalled"]),
    (stands(State.CHECKED, wet="09:00", checked="09:30"), "13:00", "add-drug", 0, []),
    (stands(State.CHECKED, wet="09:00", checked="09:30"), "13:01", "true-time", 0, []),
    (without(stands(State.RECONSTITUTED, wet="09:00"), Kind.CONTAINER), "09:10", "pick-container", 0, []),
    (without(CHECKED, Kind.DILUENT), "09:40", "pick-diluent", 0, []),
    (without(CHECKED, Kind.CONTAINER), "13:01", "pick-container", 0, []),  # and then the true time of the dilution
    (without(stands(State.RECONSTITUTED, wet="09:00"), Kind.CONTAINER), "13:01", "reject", 0, ["dilute-by"]),
    (replace(CHECKED, **OLD_BAG), "09:40", "take-out", 0, []),
    (bag(State.DILUTED, **OLD_BAG), "10:01", "reject", 0, ["recalled"]),  # a bag with the drug in it is not replaced
    (bag(State.DILUTED), "10:01", "print-label", 0, []),
    (bag(State.DILUTED, None, None, None), "10:01", "apply-label", 0, []),
    (bag(State.DILUTED, D, L, S), "10:01", "print-label", 0, []),
    (bag(State.DILUTED, A, A, S), "10:01", "destroy-label", 0, []),
    (bag(State.DILUTED, training=False), "10:01", "print-label", 0, ["diluted-bag"]),
    (bag(State.DILUTED, training=False), "16:00", "reject", 0, ["start-before"]),
    (bag(State.DILUTED, training=False, on_paper=True), "10:01", "hand-label", 0, ["diluted-bag"]),
    (bag(State.DILUTED, D, L, S, on_paper=True), "10:01", "print-label", 0, []),  # its cover has a printed one
    (bag(State.LABELLED, *DONE, training=False), "10:01", "final-check", 0, ["diluted-bag"]),
    (bag(State.LABELLED, A, None, S), "10:01", "count-labels", 0, []),
    (bag(State.LABELLED, *DONE), "10:01", "final-check", 0, []),
    (bag(State.LABELLED, *DONE), "15:59", "final-check", 0, []),
    (bag(State.LABELLED, *DONE), "16:00", "reject", 0, ["start-before"]),
    (bag(State.FINAL, *DONE), "10:01", "release", 0, []),
    (bag(State.FINAL, *DONE, training=False), "10:01", "release", 0, ["diluted-bag"]),
    (bag(State.FINAL, *DONE), "16:00", "reject", 0, ["start-before"]),
    (stands(State.DILUTED, wet="09:00", checked="09:30", diluted="13:01"), "13:05", "reject", 0, ["diluted-late"]),
    (stands(State.RETURNED, wet="09:00", diluted="10:00"), "23:00", "waste", 0, []),
]


@pytest.mark.parametrize(("progress", "now", "code", "place", "expected"), NEXT)
def test_the_next_action(progress: Progress, now: str, code: str, place: int, expected: list[str]) -> None:
    found = next_action(progress, at(now))
    assert found is not None
    assert (found.code, found.place, codes(found.barriers)) == (code, place, expected)
    assert progress.state in found.step.before


HELD_UP = [  # step, what is wanting, what is in the way
    ("in-process check", (Kind.CONTAINER,), ["wanting"]),
    ("drug added", (Kind.CONTAINER, Kind.DILUENT), ["wanting", "wanting"]),
    ("drug added", (), []),
    ("bag or diluent replaced", (), ["nothing-wanting"]),
    ("bag or diluent replaced", (Kind.DILUENT,), []),
]


@pytest.mark.parametrize(("step", "gone", "expected"), HELD_UP)
def test_nothing_goes_on_without_its_bag(step: str, gone: tuple[Kind, ...], expected: list[str]) -> None:
    made = CHECKED
    for kind in gone:
        made = without(made, kind)
    assert codes(barriers(in_force(made.planned.policy)[step], made, at("09:40"))) == expected


def test_a_spare_vial_that_was_put_away_is_not_wanting_any_more() -> None:
    """Once the vials are wetted nothing is picked but what was put aside."""
    made = taking_out(with_spare(State.RECONSTITUTED, wet="09:00"), 2, Out.RETURNED)
    assert wanted(made) == ()
    assert [need.kind for need in wanted(without(made, Kind.CONTAINER))] == [Kind.CONTAINER]


def test_a_spare_vial_is_put_away_before_the_final_check() -> None:
    made = with_spare(State.LABELLED, wet="09:00", checked="09:30", diluted="10:00", labels=copies(*DONE))
    found = next_action(made, at("10:10"))
    assert found is not None
    assert (found.code, found.place) == ("put-away", 2)


def test_a_recalled_spare_vial_is_put_away_at_once() -> None:
    recalled = frozenset({("besponsa-us", "TR9")})
    made = with_spare(State.RECONSTITUTED, wet="09:00")
    materials = tuple(replace(known, lot="TR9") if known.place == 2 else known for known in made.materials)
    found = next_action(replace(made, materials=materials, recalled=recalled), at("09:10"))
    assert found is not None
    assert (found.code, found.place) == ("put-away", 2)


@pytest.mark.parametrize("state", [State.RELEASED, State.REJECTED, State.CANCELLED, State.WASTED])
def test_nothing_is_next_at_an_end_and_after_a_release(state: State) -> None:
    assert next_action(bag(state, *DONE), at("20:00")) is None


def test_the_next_action_is_by_the_row_of_the_market() -> None:
    for made, roles in ((us(170, 70), "check preparations in the US"), (uk(170, 70), "check preparations")):
        found = next_action(preparing(made, State.RECONSTITUTED, wet="09:00"), at("09:10"))
        assert found is not None
        assert found.step.deed.value == roles
