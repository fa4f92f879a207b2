"""True times, what a late one leaves, and what else a step waits for. Wetted at 09:00 unless another is said."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from compounding.policy import DilutedBagLimit, Making, Market
from compounding.quantities import Duration
from compounding.workflow import State, Step, steps
from compounding.workflow.check import judged
from compounding.workflow.guards import (
    GUARDS,
    barriers,
    leaves_by,
    material_barriers,
    only_passed,
    out_barriers,
    state_after,
    vial_barriers,
)
from compounding.workflow.materials import Kind, Need, Out, missing, needs
from compounding.workflow.progress import Barrier, Fate, LabelCopy, Moment, Progress, Taken, What, clocks, planned
from compounding.workflow.times import entry_barriers, is_late
from tests.orders import IN, for_surface, uk, us
from tests.paths import CHECKER, PREPARER, at, codes, copies, material, moment, own, preparing, taking_out, vial, wetted

DONE = copies(Fate.APPLIED, Fate.LIGHT_COVER, Fate.SPECIMEN)


def bag(state: State, diluted: str = "10:00", **said: Any) -> Progress:
    """Checked at 09:30 and diluted."""
    return preparing(us(170, 70), state, **{"wet": "09:00", "checked": "09:30", "diluted": diluted, **said})


# ------------------------------------------------------------------ entering a time

ENTRIES = [
    # true time, entered, reason, in the way
    ("10:00", "10:00", "", []),
    ("09:55", "10:00", "", []),  # five minutes are not late
    ("09:54", "10:00", "", ["late-reason"]),
    ("09:54", "10:00", " ", ["late-reason"]),
    ("09:54", "10:00", "alarm, left the suite", []),
    ("10:01", "10:00", "", ["future"]),
    ("14:30", "14:30", "", []),  # past every limit, and recorded
    ("08:59", "09:01", "", ["before-wetting"]),  # nothing is diluted before it is wetted
    ("09:00", "09:01", "", []),
    ("08:59", "10:00", "", ["late-reason", "before-wetting"]),
]


@pytest.mark.parametrize(("time", "entered", "reason", "expected"), ENTRIES)
def test_a_true_time_is_refused_only_where_it_cannot_be_true(
    time: str, entered: str, reason: str, expected: list[str]
) -> None:
    wet = preparing(us(170, 70), State.CHECKED, wet="09:00")
    found = list(entry_barriers(moment(What.DILUTED, time, entered=entered, reason=reason), wet))
    assert codes(found) == expected


def test_a_bag_comes_back_after_it_left() -> None:
    out = bag(State.RELEASED)
    out = replace(out, moments=(*out.moments, moment(What.RELEASED, "11:00")))
    assert codes(entry_barriers(moment(What.RETURNED, "10:59", entered="11:03"), out)) == ["before-release"]
    assert codes(entry_barriers(moment(What.RETURNED, "11:00", entered="11:03"), out)) == []


def test_a_bag_is_released_after_its_final_check() -> None:
    """Signed within 10:40: to the minute, the release may have been in it."""
    checked = replace(bag(State.FINAL), taken=(Taken("final check", CHECKER, at("10:40") + timedelta(seconds=59)),))
    for time, expected in (("10:39", ["before-final"]), ("10:40", []), ("10:41", [])):
        assert codes(entry_barriers(moment(What.RELEASED, time, entered="10:43"), checked)) == expected


def test_a_vial_may_have_been_wetted_at_any_time_before_now() -> None:
    told = replace(moment(What.WETTED, "07:00", place=1, entered="09:00"), late_reason="power failure")
    assert codes(entry_barriers(told, preparing(us(170, 70), State.MATERIALS))) == []


def test_late_is_told_across_a_change_of_clocks() -> None:
    """London, 25 October 2026: 01:58 summer time and 01:02 winter time are four minutes apart."""
    before, after = datetime(2026, 10, 25, 0, 58, tzinfo=UTC), datetime(2026, 10, 25, 1, 2, tzinfo=UTC)
    assert not is_late(before, after)
    assert is_late(before - timedelta(minutes=2), after)


# ------------------------------------------------------------------ the clocks


def test_the_clocks_run_from_the_first_vial_wetted_by_true_time() -> None:
    """The second vial was entered first; wetted 08:50: dilute by 12:50, start before 15:50, complete by 16:50."""
    early = replace(moment(What.WETTED, "08:50", place=1, entered="09:10"), late_reason="gloves torn")
    progress = preparing(us(170, 70), State.RECONSTITUTED, moments=(*wetted(2), early))
    found = clocks(progress)
    assert found is not None
    assert (found.wetted, found.dilute_by) == (at("08:50"), at("12:50"))
    assert (found.start_before, found.complete_by) == (at("15:50"), at("16:50"))


def test_there_is_no_clock_before_a_vial_is_wetted() -> None:
    assert clocks(preparing(us(170, 70), State.MATERIALS)) is None


# ------------------------------------------------------------------ what leaves nothing but to reject

_SPOILING = [steps.CHECK_US, steps.WET_SPARE, steps.PUT_AWAY, steps.PRINT, steps.COUNT, steps.FINAL_US, steps.RELEASE]
SPOILT = [
    # diluted, in the way. Wetted 09:00: dilute by 13:00. Checked at 09:30.
    ("13:00", []),
    ("13:01", ["diluted-late"]),
    ("09:30", []),
    ("09:29", ["diluted-unchecked"]),
]


@pytest.mark.parametrize("step", _SPOILING, ids=lambda step: step.name)
@pytest.mark.parametrize(("diluted", "expected"), SPOILT)
def test_a_late_dilution_leaves_only_reject(step: Step, diluted: str, expected: list[str]) -> None:
    progress = bag(State.FINAL, diluted, labels=DONE, materials=())
    assert codes(barriers(step, progress, at("13:05"))) == expected
    assert codes(barriers(steps.REJECT, progress, at("13:05"))) == []


def test_what_is_diluted_in_time_is_not_spoilt_when_the_time_has_passed() -> None:
    assert codes(barriers(steps.RELEASE, bag(State.FINAL, labels=DONE), at("15:59"))) == []


def test_a_reading_that_stays_apart_leaves_only_reject() -> None:
    progress = preparing(us(170, 70), State.RECONSTITUTED, wet="09:00")
    low = judged(own(read="5"), progress.planned, 2, CHECKER)
    once, twice = replace(progress, readings=(low,)), replace(progress, readings=(low, low))
    assert codes(barriers(steps.CHECK_US, once, at("09:30"))) == []
    (barrier,) = barriers(steps.CHECK_US, twice, at("09:30"))
    assert (barrier.code, barrier.values) == ("check-stays", {"fault": "volume-read"})
    assert barriers(steps.REJECT, twice, at("09:30")) == ()


def test_three_readings_that_disagree_each_in_another_value_leave_only_reject() -> None:
    progress = preparing(us(170, 70), State.RECONSTITUTED, wet="09:00")
    wrong = (own(read="5"), own(dose="1.82"), own(vials=3))
    apart = tuple(judged(said, progress.planned, 2, CHECKER) for said in wrong)
    assert codes(barriers(steps.CHECK_US, replace(progress, readings=apart[:2]), at("09:30"))) == []
    (barrier,) = barriers(steps.CHECK_US, replace(progress, readings=apart), at("09:30"))
    assert (barrier.code, barrier.values) == ("check-readings", {"readings": 3})
    assert barriers(steps.REJECT, replace(progress, readings=apart), at("09:30")) == ()


# ------------------------------------------------------------------ the release

# Wetted 09:00, diluted 10:00: start before 16:00. Another limit: 4 h of the diluted bag, from 10:00.
FOUR_HOURS = {place: DilutedBagLimit(Duration(Decimal(4 * 60)), False) for place in ("room", "fridge")}
RELEASES = [
    # now, limits recorded, in training, in the way
    ("15:59", {}, True, []),
    ("16:00", {}, True, ["start-before"]),
    ("16:01", {}, True, ["start-before"]),
    ("13:59", FOUR_HOURS, True, []),
    ("14:00", FOUR_HOURS, True, ["start-before"]),
    ("11:00", {}, False, ["diluted-bag"]),
    ("11:00", FOUR_HOURS, False, []),
    ("16:00", {}, False, ["start-before", "diluted-bag"]),
]


@pytest.mark.parametrize(("now", "limits", "training", "expected"), RELEASES)
def test_a_release_waits_for_time_and_gate(now: str, limits: Any, training: bool, expected: list[str]) -> None:
    made = us(170, 70, diluted_bag=limits)
    progress = preparing(made, State.FINAL, wet="09:00", checked="09:30", diluted="10:00", labels=DONE)
    assert codes(barriers(steps.RELEASE, replace(progress, training=training), at(now))) == expected


# Steps that put a label on a bag or let it leave, and the state that each is taken in.
GATED = [
    (steps.PRINT, State.DILUTED),
    (steps.HAND_LABEL, State.DILUTED),
    (steps.FINAL_US, State.LABELLED),
    (steps.RELEASE, State.FINAL),
]


@pytest.mark.parametrize(("step", "state"), GATED, ids=[step.name for step, _ in GATED])
def test_no_label_says_times_that_are_not_confirmed_but_in_training(step: steps.Step, state: State) -> None:
    for limits, training, expected in (({}, True, []), ({}, False, ["diluted-bag"]), (FOUR_HOURS, False, [])):
        labels = () if state is State.DILUTED else DONE
        made = preparing(
            us(170, 70, diluted_bag=limits),
            state,
            wet="09:00",
            checked="09:30",
            diluted="10:00",
            labels=labels,
            training=training,
            on_paper=step is steps.HAND_LABEL,
        )
        assert codes(barriers(step, made, at("11:00"))) == expected


PASSED = [(["start-before"], True), (["start-before", "start-before"], True), (["start-before", "recalled"], False),
          (["recalled"], False), ([], False)]  # fmt: skip


@pytest.mark.parametrize(("found", "expected"), PASSED)
def test_nothing_may_bar_a_release_that_is_entered_late_but_the_time(found: list[str], expected: bool) -> None:
    assert only_passed(Barrier(code) for code in found) is expected


def test_the_seconds_of_the_last_minute_are_in_time() -> None:
    progress = bag(State.FINAL, labels=DONE)
    assert codes(barriers(steps.RELEASE, progress, at("15:59") + timedelta(seconds=59))) == []


def test_no_gate_stands_in_the_united_kingdom() -> None:
    made = preparing(uk(170, 70), State.FINAL, wet="09:00", checked="09:30", diluted="10:00", labels=DONE)
    assert codes(barriers(steps.RELEASE, replace(made, training=False), at("11:00"))) == []


def test_labels_and_spare_vials_are_settled_before_the_final_check_and_the_release() -> None:
    """1.16 m² × 0.8 = 0.93 mg in the UK: one vial by 1 mg, two by 0.9 mg, so one and a spare."""
    made = uk(**for_surface("1.16"))
    open_ = preparing(made, State.LABELLED, wet="09:00", checked="09:30", diluted="10:00", labels=copies(None))
    for step in (steps.FINAL_UK, steps.RELEASE):
        assert codes(barriers(step, open_, at("11:00"))) == ["label-open", "label-applied", "label-cover", "spare"]
    settled = replace(taking_out(open_, 2, Out.RETURNED), labels=DONE)
    assert codes(barriers(steps.RELEASE, settled, at("11:00"))) == []


# ------------------------------------------------------------------ recalled and expired


def picking(out_of: str = "TR4471A", expiry: date = date(2027, 11, 30), **said: Any) -> Progress:
    materials = tuple(
        replace(known, lot=out_of, expiry=expiry) if known.place == 1 else known
        for known in preparing(us(170, 70), State.MATERIALS).materials
    )
    return preparing(us(170, 70), State.RECONSTITUTED, materials=materials, **said)


def test_a_lot_that_is_recalled_meanwhile_bars_the_check_and_the_release() -> None:
    progress = picking("TR9", wet="09:00", recalled=frozenset({("besponsa-us", "TR9")}))
    (barrier,) = barriers(steps.CHECK_US, progress, at("09:30"))
    assert (barrier.code, barrier.values) == ("recalled", {"name": "inotuzumab ozogamicin", "lot": "TR9"})
    assert "recalled" in codes(barriers(steps.RELEASE, progress, at("09:30")))
    other = replace(progress, recalled=frozenset({("besponsa-uk", "TR9"), ("besponsa-us", "TR8")}))
    assert barriers(steps.CHECK_US, other, at("09:30")) == ()


# The dose is on 12 March 2026. Wetted 09:00 UTC: complete by 17:00.
EXPIRIES = [(date(2026, 3, 12), "UTC", []), (date(2026, 3, 11), "UTC", ["expired"])]
# Complete by 17:00 UTC is 06:00 of the next day in Auckland (UTC+13 in March).
EXPIRIES += [(date(2026, 3, 12), "Pacific/Auckland", ["expired"]), (date(2026, 3, 13), "Pacific/Auckland", [])]


@pytest.mark.parametrize(("expiry", "zone", "expected"), EXPIRIES)
def test_nothing_expires_before_the_infusion_has_ended(expiry: date, zone: str, expected: list[str]) -> None:
    progress = picking(expiry=expiry, wet="09:00")
    there = replace(progress.planned, policy=replace(progress.planned.policy, zone=zone))
    assert codes(barriers(steps.CHECK_US, replace(progress, planned=there), at("09:30"))) == expected


def test_wetting_a_recalled_vial_is_written_down_all_the_same() -> None:
    progress = picking("TR9", recalled=frozenset({("besponsa-us", "TR9")}))
    assert barriers(steps.WET, replace(progress, state=State.MATERIALS), at("09:00")) == ()


# ------------------------------------------------------------------ before and after the first vial is opened

OPENED = [
    (steps.CHANGE, [], ["opened", "opened"]),
    (steps.CANCEL, [], ["opened", "opened"]),
    (steps.REJECT, ["nothing-opened"], []),
    (steps.VERIFY, [], []),
]


@pytest.mark.parametrize(("step", "dry", "wet"), OPENED, ids=lambda value: getattr(value, "name", None))
def test_what_is_opened_is_rejected_and_what_is_not_is_cancelled(step: Step, dry: list[str], wet: list[str]) -> None:
    made = us(170, 70)
    assert codes(barriers(step, preparing(made, State.MATERIALS), at("09:30"))) == dry
    assert codes(barriers(step, preparing(made, State.MATERIALS, wet="09:00"), at("09:30"))) == wet


# ------------------------------------------------------------------ materials

D, W, N, C = Kind.DRUG, Kind.WATER, Kind.DILUENT, Kind.CONTAINER
NEEDS = [
    ((2, 0, Making.EMPTY_CONTAINER), [(D, 1), (D, 2), (W, 0), (N, 0), (C, 0)], []),
    ((1, 1, Making.EMPTY_CONTAINER), [(D, 1), (D, 2), (W, 0), (N, 0), (C, 0)], [2]),
    ((1, 0, Making.READY_FILLED), [(D, 1), (W, 0), (C, 0)], []),
]


@pytest.mark.parametrize(("asked", "expected", "spare"), NEEDS)
def test_what_is_picked(asked: tuple[int, int, Making], expected: list[tuple[Kind, int]], spare: list[int]) -> None:
    found = needs(*asked)
    assert [(need.kind, need.place) for need in found] == expected
    assert [need.place for need in found if need.spare] == spare


def test_what_is_missing_is_what_is_not_in_the_preparation() -> None:
    wanting = needs(2, 0, Making.EMPTY_CONTAINER)
    there = [vial(1), vial(2, out=Out.BROKEN), material(Need(W))]
    assert [(need.kind, need.place) for need in missing(wanting, there)] == [(D, 2), (N, 0), (C, 0)]


@pytest.mark.parametrize(("kind", "place"), [(D, 0), (W, 1)])
def test_a_vial_has_a_place_and_nothing_else_has(kind: Kind, place: int) -> None:
    with pytest.raises(ValueError, match="is no place of a material that is"):
        material(Need(kind, place))


def test_what_is_recorded_once_is_not_wanted_again() -> None:
    picked = preparing(us(170, 70), State.VERIFIED)
    assert codes(material_barriers(picked, vial(2))) == ["not-needed"]
    assert codes(material_barriers(picked, vial(3))) == ["not-needed"]
    broken = taking_out(picked, 2, Out.BROKEN)
    assert codes(material_barriers(broken, vial(2))) == []
    recalled = replace(broken, recalled=frozenset({("besponsa-us", "TR4471A")}))
    assert codes(material_barriers(recalled, vial(2))) == ["recalled"]


def test_what_is_used_does_not_leave() -> None:
    progress = preparing(us(170, 70), State.MATERIALS, moments=wetted(1))
    first, second, water, diluent, container = progress.materials
    assert codes(out_barriers(progress, first)) == codes(out_barriers(progress, water)) == ["used"]
    assert [codes(out_barriers(progress, one)) for one in (second, diluent, container)] == [[], [], []]
    assert codes(out_barriers(progress, vial(2, lot="never there"))) == ["not-there"]
    assert codes(out_barriers(bag(State.DILUTED), container)) == ["used"]


def test_by_which_step_a_material_leaves() -> None:
    """1.16 m² × 0.8 = 0.93 mg in the UK: one vial and a spare."""
    made = uk(**for_surface("1.16"))
    before, after = preparing(made, State.MATERIALS), preparing(made, State.CHECKED, wet="09:00")
    diluted = preparing(made, State.DILUTED, wet="09:00", diluted="10:00")
    spare, container = after.materials[1], after.materials[-1]
    assert leaves_by(before, spare) is leaves_by(before, container) is steps.TAKE_OUT
    assert leaves_by(after, spare) is steps.PUT_AWAY
    assert leaves_by(after, container) is steps.PUT_ASIDE
    assert leaves_by(after, after.materials[0]) is leaves_by(diluted, container) is None


@pytest.mark.parametrize(("place", "expected"), [(1, ["opened"]), (2, []), (3, ["no-vial"])])
def test_a_vial_is_wetted_once(place: int, expected: list[str]) -> None:
    assert codes(vial_barriers(preparing(us(170, 70), State.MATERIALS, moments=wetted(1)), place)) == expected


# ------------------------------------------------------------------ the state after a step


def checked(agrees: bool) -> Progress:
    progress = preparing(us(170, 70), State.RECONSTITUTED, wet="09:00")
    return replace(progress, readings=(judged(own(read="5.84" if agrees else "5"), progress.planned, 2),))


_ALL = preparing(us(170, 70), State.VERIFIED)
AFTER = [
    (steps.RECORD, _ALL, "materials recorded"),
    (steps.RECORD, replace(_ALL, materials=_ALL.materials[:-1]), "order verified"),
    (steps.TAKE_OUT, taking_out(_ALL, 1, Out.BROKEN), "order verified"),
    (steps.WET, preparing(us(170, 70), State.MATERIALS, moments=wetted(1)), "materials recorded"),
    (steps.WET, preparing(us(170, 70), State.MATERIALS, moments=wetted(2)), "materials recorded"),
    (steps.WET, preparing(us(170, 70), State.MATERIALS, moments=wetted(2, 1)), "reconstituted"),
    (steps.WET_SPARE, preparing(us(170, 70), State.RECONSTITUTED, wet="09:00"), "reconstituted"),
    (steps.CHECK_US, checked(True), "in-process checked"),
    (steps.CHECK_US, checked(False), "reconstituted"),
    (steps.DILUTE, preparing(us(170, 70), State.CHECKED, wet="09:00"), "diluted"),
    (steps.PRINT, bag(State.LABELLED, labels=copies(Fate.APPLIED, None)), "labelled"),
    (steps.COUNT, bag(State.DILUTED, labels=copies(Fate.APPLIED, None, None)), "labelled"),
    (steps.COUNT, bag(State.DILUTED, labels=copies(None, Fate.LIGHT_COVER)), "diluted"),
    (steps.COUNT, bag(State.LABELLED, labels=copies(Fate.DESTROYED)), "diluted"),
    (steps.COUNT, bag(State.FINAL, labels=copies(Fate.APPLIED, Fate.DESTROYED)), "labelled"),
    (steps.PUT_AWAY, bag(State.FINAL), "final check"),
]


@pytest.mark.parametrize(("step", "progress", "state"), AFTER)
def test_the_last_that_is_wanting_leads_on(step: Step, progress: Progress, state: str) -> None:
    assert state_after(step, progress).value == state


def test_the_preparer_is_whoever_picked_wetted_or_added() -> None:
    """Each by another person; who only printed or brought it back is none."""
    progress = preparing(us(170, 70), State.RETURNED, checked="09:30", enterers=frozenset({"e"}))
    moments = [
        Moment(what, place, at("10:00"), at("10:00"), person=person)
        for what, place, person in [
            (What.WETTED, 1, "wets"),
            (What.DILUTED, 0, "adds"),
            (What.RELEASED, 0, "frees"),
            (What.RETURNED, 0, "brings"),
        ]
    ]
    people = replace(progress, moments=tuple(moments)).people
    assert people[steps.Whom.PREPARER] == {PREPARER, "wets", "adds"}
    assert people[steps.Whom.CHECKER] == {CHECKER}
    assert people[steps.Whom.ENTERER] == {"e"}


@pytest.mark.parametrize("market", Market)
def test_every_guard_stands_for_a_step(market: Market) -> None:
    """A guard under a name that no step has would never be asked."""
    assert set(GUARDS) <= set(steps.in_force(planned(IN[market](170, 70)).policy))


def test_the_labeller_is_whoever_printed_or_placed_a_copy_that_stands() -> None:
    """A copy of the version before, and one that was destroyed, name nobody."""
    made = [
        (1, Fate.APPLIED, "prints", "places"),
        (1, None, "prints again", ""),
        (1, Fate.DESTROYED, "prints a smudged one", "destroys it"),
        (2, Fate.APPLIED, "prints for another version", "places it"),
    ]
    labels = tuple(
        LabelCopy(id_, str(id_), "label", version, fate, person=placed, printed_by=printed)
        for id_, (version, fate, printed, placed) in enumerate(made, 1)
    )
    progress = preparing(us(170, 70), State.LABELLED, wet="09:00", labels=labels)
    assert progress.people[steps.Whom.LABELLER] == {"prints", "places", "prints again"}
