"""A preparation that was made on paper while the screen was down: its steps are entered later, by true time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from compounding.workflow import State
from compounding.workflow.guards import barriers, checked_at, labelled, state_after
from compounding.workflow.guidance import next_action
from compounding.workflow.labels import fate_barriers, labelled_by_hand
from compounding.workflow.progress import Fate, Progress, What
from compounding.workflow.steps import COUNT, HAND_LABEL, RELEASE
from compounding.workflow.times import entry_barriers
from tests.orders import us
from tests.paths import at, codes, copies, moment, preparing

NEXT_DAY = at("09:00") + timedelta(days=1)


def on_paper(state: State, *more: object, **said: object) -> Progress:
    """Wetted 09:00, diluted 09:30, both entered the next day; its check was signed the next day too."""
    made = preparing(us(), state, wet="09:00", checked="09:10", diluted="09:30", on_paper=True, **said)
    taken = tuple(replace(one, at=one.at + timedelta(days=1)) for one in made.taken)
    return replace(made, taken=taken, moments=(*made.moments, *more))  # type: ignore[arg-type]


def test_the_check_is_judged_by_its_true_time_where_that_was_entered() -> None:
    signed = on_paper(State.DILUTED)
    assert checked_at(signed) == at("09:10") + timedelta(days=1)
    assert codes(barriers(HAND_LABEL, signed, NEXT_DAY)) == ["diluted-unchecked"]
    entered = on_paper(State.DILUTED, moment(What.CHECKED, "09:20"))
    assert checked_at(entered) == at("09:20")
    assert codes(barriers(HAND_LABEL, entered, NEXT_DAY)) == []
    late = on_paper(State.DILUTED, moment(What.CHECKED, "09:31"))
    assert codes(barriers(HAND_LABEL, late, NEXT_DAY)) == ["diluted-unchecked"]


def test_only_what_was_on_paper_has_a_label_by_hand() -> None:
    printed = preparing(us(), State.DILUTED, wet="09:00", checked="09:10", diluted="09:30")
    assert codes(barriers(HAND_LABEL, printed, at("09:40"))) == ["not-on-paper"]


# What was printed before a label is written by hand, and what is then in its way.
PRINTED = [
    ((), []),
    ((Fate.DESTROYED, Fate.NOT_PRINTED, Fate.SPECIMEN), []),
    ((None,), ["label-printed"]),
    ((Fate.DESTROYED, Fate.LIGHT_COVER, Fate.SPECIMEN), ["label-printed"]),
    ((Fate.APPLIED, None, Fate.SPECIMEN), ["label-printed", "label-printed"]),
]


@pytest.mark.parametrize(("fates", "barred"), PRINTED)
def test_a_bag_has_no_label_by_hand_beside_a_printed_one(fates: tuple[Fate | None, ...], barred: list[str]) -> None:
    made = on_paper(State.DILUTED, WRITTEN[0], labels=copies(*fates))
    assert codes(barriers(HAND_LABEL, made, NEXT_DAY)) == barred


# What becomes of a copy that was printed beside a label by hand, and what is in its way.
BESIDE = [
    (Fate.APPLIED, ["label-by-hand"]),
    (Fate.LIGHT_COVER, ["label-by-hand"]),
    (Fate.SPECIMEN, []),
    (Fate.DESTROYED, []),
]


@pytest.mark.parametrize(("fate", "barred"), BESIDE)
def test_a_copy_comes_on_no_bag_that_has_a_label_by_hand(fate: Fate, barred: list[str]) -> None:
    made = on_paper(State.LABELLED, *WRITTEN, labels=copies(None))
    assert codes(fate_barriers(made, 1, fate, "okafor", "park")) == barred


WRITTEN = (moment(What.CHECKED, "09:20"), moment(What.LABELLED, "09:40"))
# What lies on the table beside a label by hand, and what then bars a release.
COPIES = [
    ((), []),
    ((Fate.DESTROYED,), []),
    ((None,), ["label-open"]),
    ((Fate.SPECIMEN,), []),
    ((Fate.APPLIED, Fate.APPLIED, Fate.LIGHT_COVER), ["label-applied"]),
    ((Fate.LIGHT_COVER,), ["label-cover"]),
]


@pytest.mark.parametrize(("fates", "barred"), COPIES)
def test_a_bag_with_a_label_by_hand_needs_no_printed_one(fates: tuple[Fate | None, ...], barred: list[str]) -> None:
    made = on_paper(State.FINAL, *WRITTEN, labels=copies(*fates))
    assert codes(barriers(RELEASE, made, at("10:00"))) == barred


def test_without_one_it_does() -> None:
    assert codes(barriers(RELEASE, on_paper(State.FINAL, WRITTEN[0]), at("10:00"))) == ["label-applied", "label-cover"]


def test_a_copy_that_is_destroyed_takes_the_label_by_hand_off_no_bag() -> None:
    made = on_paper(State.LABELLED, *WRITTEN, labels=copies(Fate.DESTROYED))
    assert labelled(made) and labelled_by_hand(made)
    assert state_after(COUNT, made) is State.LABELLED
    assert state_after(COUNT, on_paper(State.LABELLED, WRITTEN[0])) is State.DILUTED


# 09:00 + 8 h − 1 h = 16:00: before it is in time.
RELEASED = [("15:59", []), ("16:00", ["released-late"])]


@pytest.mark.parametrize(("hour", "barred"), RELEASED)
def test_a_release_on_paper_is_judged_at_its_time(hour: str, barred: list[str]) -> None:
    assert codes(barriers(RELEASE, on_paper(State.FINAL, *WRITTEN), at(hour))) == barred


ON_BAG_AND_COVER = (Fate.APPLIED, Fate.LIGHT_COVER)


def test_any_other_release_is_judged_now() -> None:
    made = preparing(us(), State.FINAL, wet="09:00", checked="09:10", diluted="09:30", labels=copies(*ON_BAG_AND_COVER))
    assert codes(barriers(RELEASE, made, NEXT_DAY)) == ["start-before"]


NEXT = [
    (preparing(us(), State.RECONSTITUTED, wet="09:00", on_paper=True), "check"),
    (on_paper(State.DILUTED, WRITTEN[0]), "hand-label"),
    (on_paper(State.LABELLED, *WRITTEN), "final-check"),
    (on_paper(State.FINAL, *WRITTEN), "release"),
]


@pytest.mark.parametrize(("progress", "code"), NEXT, ids=[code for _, code in NEXT])
def test_its_limits_have_passed_by_now_and_it_goes_on_all_the_same(progress: Progress, code: str) -> None:
    following = next_action(progress, NEXT_DAY)
    assert following is not None and (following.code, following.barriers) == (code, ())
    usual = next_action(replace(progress, on_paper=False), NEXT_DAY)
    assert usual is not None and usual.code == "reject"


def test_what_is_spoilt_is_rejected_on_paper_too() -> None:
    following = next_action(on_paper(State.DILUTED, moment(What.CHECKED, "09:31")), NEXT_DAY)
    assert following is not None
    assert (following.code, codes(following.barriers)) == ("reject", ["diluted-unchecked"])


# Each time with what it follows: wetted 09:00, diluted 09:30.
TOO_EARLY = [
    (What.CHECKED, "08:59", "before-wetting"),
    (What.LABELLED, "09:29", "before-dilution"),
    (What.RELEASED, "09:29", "before-label"),
]


@pytest.mark.parametrize(("what", "hour", "code"), TOO_EARLY)
def test_no_time_is_before_what_it_follows(what: What, hour: str, code: str) -> None:
    made = on_paper(State.DILUTED)
    assert codes(entry_barriers(moment(what, hour), made)) == [code]
    (kept,) = [one.at for one in made.moments if one.what is (What.DILUTED)]
    assert codes(entry_barriers(replace(moment(what, "09:30"), at=kept), made)) == []
