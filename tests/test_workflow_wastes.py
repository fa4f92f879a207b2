"""What is thrown away, and that nothing is lost between vial, bag and bin."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from compounding.preparation import Plan
from compounding.workflow import ENDS, State, Step, steps
from compounding.workflow.check import Own, judged
from compounding.workflow.guards import barriers, dry, state_after, wanted
from compounding.workflow.guidance import next_action
from compounding.workflow.materials import Kind, Out, live
from compounding.workflow.progress import Fate, LabelCopy, Moment, Progress, Taken, Waste, Wasted, What, planned
from compounding.workflow.wastes import balance, leaving, of_dilution, of_ending, of_lost, put_back
from tests.orders import figure, for_surface, mg, mL, uk, us
from tests.paths import CHECKER, PREPARER, at, material, preparing, taking_out, vial, wetted


def told(wastes: Any) -> list[tuple[str, int, str | None, str | None]]:
    return [(waste.what.value, waste.place, figure(waste.mass), figure(waste.volume)) for waste in wastes]


# US 1.46 mg: 3.6 + 2.24 mL of 3.6 each. Left: 1.36 mL × 0.25 = 0.34 mg = 2 × 0.9 − 1.46.
# UK 0.93 mg, nothing recorded: 3.72 of the nominal 4 mL. Left: 0.28 mL, 0.07 mg = 1 − 0.93.
# UK 1.46 mg, 3.8 mL recorded: 3.8 + 2.04 mL. Left 1.76 mL, 0.44 mg; and in each vial 0.2 mL, 0.05 mg stay:
# 0.44 + 2 × 0.05 = 0.54 mg = 2 × 1 − 1.46.
DILUTED = [
    (us(170, 70), (1, 2), [("vial remainder", 2, "0.34", "1.36")]),
    (uk(**for_surface("1.16")), (1,), [("vial remainder", 1, "0.07", "0.28")]),
    (uk(**for_surface("1.16")), (1, 2), [("vial remainder", 1, "0.07", "0.28"), ("whole vial", 2, "1", "4")]),
    (
        uk(170, 70, withdrawable=mL("3.8")),
        (1, 2),
        [
            ("stays in the vial", 1, "0.05", "0.2"),
            ("vial remainder", 2, "0.44", "1.76"),
            ("stays in the vial", 2, "0.05", "0.2"),
        ],
    ),
    (us(**for_surface("2.25")), (1, 2), []),  # 1.8 mg is two whole vials
]


@pytest.mark.parametrize(("plan", "wet", "expected"), DILUTED)
def test_what_is_left_of_each_vial(plan: Plan, wet: tuple[int, ...], expected: list[Any]) -> None:
    progress = preparing(plan, State.CHECKED, moments=wetted(*wet))
    assert told(of_dilution(progress, "left over")) == expected


def test_a_rejection_writes_down_every_wetted_vial_or_the_bag() -> None:
    one = preparing(us(170, 70), State.MATERIALS, moments=wetted(1))
    assert told(of_ending(one, "cloudy")) == [("whole vial", 1, "0.9", "3.6")]
    two = preparing(us(170, 70), State.CHECKED, wet="09:00")
    assert told(of_ending(two, "cloudy")) == [("whole vial", 1, "0.9", "3.6"), ("whole vial", 2, "0.9", "3.6")]
    bag = preparing(us(170, 70), State.LABELLED, wet="09:00", diluted="10:00")
    assert told(of_ending(bag, "leaks")) == [("bag", 0, "1.46", "50")]


def test_a_vial_lost_before_it_was_wetted_is_its_labelled_content() -> None:
    figures = planned(us(170, 70))
    assert told(of_lost(vial(2), figures, "dropped")) == [("whole vial", 2, "0.9", "0")]
    container = material(figures.needs[-1])
    assert container.kind is Kind.CONTAINER and told(of_lost(container, figures, "torn")) == []


# Two vials of 0.9 mg: 1.8 opened, 0.34 left in them, 1.46 in the bag. By what had run in when the bag left, and what
# is recorded as given by now: in the bag, not accounted for, given.
LEFT_BAG = [
    (None, None, "1.46", "0", "0"),
    ("1", "1", "0.46", "0", "1"),
    ("1", None, "0.46", "1", "0"),
    ("1", "0.4", "0.46", "0.6", "0.4"),
    (None, "0.4", "1.06", "0", "0.4"),
]


@pytest.mark.parametrize(("ran_in", "now", "in_bag", "missing", "given"), LEFT_BAG)
def test_what_was_missing_in_a_bag_that_left_stays_missing(
    ran_in: str | None, now: str | None, in_bag: str, missing: str, given: str
) -> None:
    back = preparing(us(170, 70), State.RETURNED, wet="09:00", checked="09:10", diluted="09:20")
    made = replace(back, ran_in=ran_in and mg(ran_in), infused=now and mg(now), wastes=tuple(of_dilution(back, "left")))
    found = balance(made)
    sums = (found.opened, found.discarded, found.returned, found.not_accounted, found.given, found.in_hand)
    assert [figure(mass) for mass in sums] == ["1.8", "0.34", in_bag, missing, given, "0"]
    gone = replace(made, state=State.WASTED, wastes=(*made.wastes, *of_ending(made, "leaks")))
    found = balance(gone)
    thrown = mg("0.34") + mg(in_bag)
    assert (found.discarded, found.returned, found.in_hand) == (thrown, mg("0"), mg("0"))
    assert [figure(mass) for mass in (found.not_accounted, found.given)] == [missing, given]


def test_what_goes_back_to_stock_and_what_is_picked_again() -> None:
    progress = preparing(us(170, 70), State.MATERIALS, moments=wetted(1))
    assert [one.place for one in put_back(progress)] == [2]
    unopened = preparing(us(170, 70), State.MATERIALS)
    changed = leaving(steps.CHANGE, unopened)
    assert len(changed) == 5 and {why for _, why in changed} == {Out.ORDER_CHANGED}
    assert leaving(steps.RELEASE, progress) == ()


BACK, BIN = Out.RETURNED, Out.DISCARDED
# Two vials, water, diluent and bag. Water is used up with the first vial, the rest with the drug; and from the check
# on a bag may be filled that has no drug yet.
ENDED = [
    (steps.CANCEL, State.MATERIALS, (), {"drug 1": BACK, "drug 2": BACK, "water": BACK, "diluent": BACK,
                                         "container": BACK}),
    (steps.REJECT, State.MATERIALS, (1,), {"drug 2": BACK, "diluent": BACK, "container": BACK}),
    (steps.REJECT, State.RECONSTITUTED, (1, 2), {"diluent": BACK, "container": BACK}),
    (steps.REJECT, State.CHECKED, (1, 2), {"diluent": BIN, "container": BIN}),
]  # fmt: skip


@pytest.mark.parametrize(("step", "state", "wet", "expected"), ENDED, ids=lambda part: str(part)[:12])
def test_an_ending_puts_out_all_that_was_not_used(
    step: Step, state: State, wet: tuple[int, ...], expected: dict[str, Out]
) -> None:
    progress = preparing(us(170, 70), state, moments=wetted(*wet))
    gone = {f"{one.kind.value} {one.place or ''}".strip(): why for one, why in leaving(step, progress)}
    assert gone == expected


def test_what_is_in_the_bag_leaves_with_the_bag() -> None:
    assert leaving(steps.REJECT, preparing(us(170, 70), State.LABELLED, wet="09:00", diluted="10:00")) == ()


def test_more_thrown_away_than_was_opened_is_an_error() -> None:
    progress = preparing(us(170, 70), State.DILUTED, moments=wetted(1))
    waste = Waste(Wasted.BAG, 0, mg("0.91"), mL("50"), "leaks")
    with pytest.raises(ValueError, match=r"^0.91 mg discarded, 0 mg given and 0 mg returned are more than 0.9 mg"):
        balance(replace(progress, wastes=(waste,)))


# ------------------------------------------------------------------ any sequence of actions

PLANS = [
    us(170, 70),
    us(**for_surface("2.26")),
    uk(170, 70),
    uk(**for_surface("1.16")),
    uk(**for_surface("2.4")),
    uk(170, 70, withdrawable=mL("3.8")),
    uk(**for_surface("2.4"), withdrawable=mL("3.7")),
]


class Path(RuleBasedStateMachine):
    """One preparation, and beside it where the drug is: whole nanograms in vials, bag, bin and out of the door.

    The model knows no waste rows: it pours. Opened = given + discarded + returned once the path has ended.
    """

    @initialize(plan=st.sampled_from(PLANS))
    def begin(self, plan: Plan) -> None:
        figures = planned(plan)
        self.progress = Progress(figures, State.VERIFIED, 1, training=True)
        self.now = at("09:00")
        self.labelled = figures.drug.vials.labelled.value.whole("ng")
        self.vials: dict[int, int] = {}
        self.bag = self.bin = self.given = self.returned = self.opened = 0

    def open_to(self, step: Step) -> bool:
        return self.progress.state in step.before and not barriers(step, self.progress, self.now)

    def take(self, step: Step, person: str = PREPARER, **said: Any) -> None:
        """What is recorded is added, and the state follows."""
        assert self.open_to(step)
        grown = {name: (*getattr(self.progress, name), *rows) for name, rows in said.items()}
        grown = replace(self.progress, **grown)
        state = state_after(step, grown)
        self.now += timedelta(minutes=1)
        self.progress = replace(grown, state=state, taken=(*grown.taken, Taken(state.value, person, self.now)))

    def happened(self, what: What, place: int = 0) -> Moment:
        return Moment(what, place, self.now, self.now, person=PREPARER)

    def leave(self, place: int, why: Out, step: Step) -> None:
        (gone,) = [known for known in put_back(self.progress) if known.place == place]
        wastes = tuple(of_lost(gone, self.progress.planned, why.value)) if why is not Out.RETURNED else ()
        self.progress = taking_out(self.progress, place, why)
        self.take(step, wastes=wastes)
        if why is not Out.RETURNED:
            self.opened, self.bin = self.opened + self.labelled, self.bin + self.labelled

    @precondition(lambda self: self.progress.state is State.VERIFIED or self.open_to(steps.REPLACE))
    @rule()
    def pick(self) -> None:
        step = steps.REPLACE if self.open_to(steps.REPLACE) else steps.RECORD
        self.take(step, materials=(material(wanted(self.progress)[0]),))

    @precondition(lambda self: self.open_to(steps.PUT_ASIDE))
    @rule(kind=st.sampled_from([Kind.CONTAINER, Kind.DILUENT]))
    def leak(self, kind: Kind) -> None:
        """A bag or a diluent is put aside: no drug was in it, and nothing is poured."""
        leaks = (one for one in live(self.progress.materials) if one.kind is kind)
        if (gone := next(leaks, None)) is None:  # put aside already, or a ready-filled bag
            return
        materials = (replace(one, out=Out.BROKEN) if one is gone else one for one in self.progress.materials)
        self.progress = replace(self.progress, materials=tuple(materials))
        self.take(steps.PUT_ASIDE)

    @precondition(lambda self: self.open_to(steps.TAKE_OUT) and dry(self.progress))
    @rule(why=st.sampled_from([Out.BROKEN, Out.DISCARDED, Out.RETURNED]), which=st.integers(0, 9))
    def take_out(self, why: Out, which: int) -> None:
        places = dry(self.progress)
        self.leave(places[which % len(places)], why, steps.TAKE_OUT)

    @precondition(lambda self: self.open_to(steps.PUT_AWAY) and dry(self.progress))
    @rule(why=st.sampled_from([Out.BROKEN, Out.DISCARDED, Out.RETURNED]))
    def put_away(self, why: Out) -> None:
        self.leave(dry(self.progress)[0], why, steps.PUT_AWAY)

    @precondition(lambda self: self.open_to(steps.WET) or (self.open_to(steps.WET_SPARE) and dry(self.progress)))
    @rule(which=st.integers(0, 9))
    def wet(self, which: int) -> None:
        places, step = dry(self.progress), steps.WET if self.open_to(steps.WET) else steps.WET_SPARE
        place = places[which % len(places)]
        self.take(step, moments=(self.happened(What.WETTED, place),))
        self.vials[place], self.opened = self.labelled, self.opened + self.labelled

    @precondition(lambda self: self.open_to(steps.CHECK_US))
    @rule(agrees=st.booleans())
    def check(self, agrees: bool) -> None:
        figures = self.progress.planned
        volume = figures.volume if agrees else mL("49")
        own = Own(figures.dose, figures.volume, len(self.vials), volume, figures.mass)
        self.take(steps.CHECK_US, CHECKER, readings=(judged(own, figures, len(self.vials), CHECKER),))

    @precondition(lambda self: self.open_to(steps.DILUTE))
    @rule()
    def add_drug(self) -> None:
        wastes = tuple(of_dilution(self.progress, "left over"))
        self.take(steps.DILUTE, moments=(self.happened(What.DILUTED),), wastes=wastes)
        figures = self.progress.planned
        left = figures.volume.whole("nL")
        for draw in figures.vials.draws:  # 0.25 mg/mL is a quarter of a nanogram in each nanolitre
            left -= draw.volume.whole("nL")
        assert left == 0
        drawn = figures.volume.whole("nL") // 4
        self.bag, self.bin = drawn, self.bin + sum(self.vials.values()) - drawn
        self.vials = {}

    @precondition(lambda self: self.open_to(steps.PRINT))
    @rule()
    def label(self) -> None:
        number = len(self.progress.labels) + 1
        self.take(steps.PRINT, labels=(LabelCopy(number, str(number), "label", 1),))

    @precondition(lambda self: self.open_to(steps.COUNT) and self.whole_labels())
    @rule(fate=st.sampled_from(Fate), which=st.integers(0, 9))
    def count_label(self, fate: Fate, which: int) -> None:
        whole = self.whole_labels()
        chosen = whole[which % len(whole)]
        self.progress = replace(
            self.progress,
            labels=tuple(replace(copy, fate=fate) if copy is chosen else copy for copy in self.progress.labels),
        )
        self.take(steps.COUNT)

    def whole_labels(self) -> list[LabelCopy]:
        """Those that are not destroyed, the open ones first."""
        whole = [copy for copy in self.progress.labels if copy.fate is not Fate.DESTROYED]
        return sorted(whole, key=lambda copy: copy.fate is not None)

    @precondition(lambda self: self.open_to(steps.FINAL_US))
    @rule()
    def check_finally(self) -> None:
        self.take(steps.FINAL_US, CHECKER)

    @precondition(lambda self: self.open_to(steps.RELEASE))
    @rule()
    def release(self) -> None:
        self.take(steps.RELEASE, CHECKER, moments=(self.happened(What.RELEASED),))
        self.bag, self.given = 0, self.bag

    @precondition(lambda self: self.open_to(steps.RETURN))
    @rule()
    def bring_back(self) -> None:
        self.take(steps.RETURN, moments=(self.happened(What.RETURNED),))
        self.given, self.returned = 0, self.given

    @precondition(lambda self: self.open_to(steps.WASTE))
    @rule()
    def throw_away(self) -> None:
        self.take(steps.WASTE, wastes=tuple(of_ending(self.progress, "not given")))
        self.bin += self.given + self.returned
        self.given = self.returned = 0

    @precondition(lambda self: self.open_to(steps.REJECT) or self.open_to(steps.CANCEL))
    @rule(really=st.integers(0, 9))
    def end(self, really: int) -> None:
        step = steps.REJECT if self.open_to(steps.REJECT) else steps.CANCEL
        if really < (6 if step is steps.REJECT else 9):  # seldom, or few paths would go far
            return
        gone = leaving(step, self.progress)
        wastes = tuple(of_ending(self.progress, "rejected")) if step is steps.REJECT else ()
        assert not {why for _, why in gone} - {Out.RETURNED, Out.DISCARDED}
        whys = dict(gone)
        left = (replace(one, out=whys.get(one, one.out)) for one in self.progress.materials)
        self.progress = replace(self.progress, materials=tuple(left))
        self.take(step, wastes=wastes)
        self.bin += sum(self.vials.values()) + self.bag
        self.vials, self.bag = {}, 0

    @rule(minutes=st.sampled_from([1, 60]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: next_action(self.progress, self.now))
    @rule(actions=st.integers(1, 12))
    def go_on(self, actions: int) -> None:
        """The next action that the page names, so many times: chance alone would seldom come to a release."""
        doing = {
            "wet": lambda: self.wet(0),
            "check": lambda: self.check(True),
            "read-again": lambda: self.check(True),
            "add-drug": self.add_drug,
            "true-time": self.add_drug,
            "print-label": self.label,
            "apply-label": lambda: self.count_label(Fate.APPLIED, 0),
            "destroy-label": lambda: self.count_label(Fate.DESTROYED, 0),
            "count-labels": lambda: self.count_label(Fate.SPECIMEN, 0),
            "put-away": lambda: self.put_away(Out.RETURNED),
            "final-check": self.check_finally,
            "release": self.release,
            "reject": lambda: self.end(9),
            "waste": self.throw_away,
        }
        for _ in range(actions):
            if (named := next_action(self.progress, self.now)) is None:
                return
            self.nothing_is_lost()
            (self.pick if named.code.startswith("pick-") else doing[named.code])()

    @invariant()
    def nothing_is_lost(self) -> None:
        if not hasattr(self, "progress"):
            return
        found = balance(self.progress)
        sums = (found.opened, found.given, found.discarded, found.returned, found.in_hand)
        in_hand = sum(self.vials.values()) + self.bag
        assert [mass.whole("ng") for mass in sums] == [self.opened, self.given, self.bin, self.returned, in_hand]
        assert self.opened == self.given + self.bin + self.returned + in_hand
        if self.progress.state in {*ENDS, State.RELEASED, State.RETURNED}:
            assert in_hand == 0
            assert put_back(self.progress) == ()


TestPath = Path.TestCase
TestPath.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
