"""The path of a preparation in words: every barrier, every next action, draws and syringes."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from compounding.policy import Making, Market, Policy
from compounding.wording.barriers import FAULTS, barrier_sentence, barrier_sentences, disagreeing
from compounding.wording.endings import end_text
from compounding.wording.labels import label_sentence
from compounding.wording.path import (
    _NEXT,
    STEPS,
    by_whom,
    discard_words,
    draw_words,
    next_text,
    picked_words,
    quantity,
    read_as,
    step_note,
    stop_heading,
    syringe_words,
)
from compounding.wording.true_times import happened_words
from compounding.workflow import MAY, State, Whom, steps
from compounding.workflow.guidance import Next
from compounding.workflow.materials import Kind, Need
from compounding.workflow.progress import Barrier, Moment, What, planned
from compounding.workflow.steps import CANCEL, CHANGE, REJECT, RETURN, in_force
from compounding.workflow.wastes import of_ending
from tests.orders import mg, mL, uk, us
from tests.paths import at, picked, preparing

NEW_YORK = Policy(Market.US, zone="America/New_York")
WORKFLOW = Path(__file__).resolve().parent.parent / "compounding" / "workflow"


# ------------------------------------------------------------------ barriers

# 13:00 UTC is 09:00 in New York on 12 March 2026.
VIAL = {"name": "inotuzumab ozogamicin", "lot": "TR4471A"}
BARRIERS: list[tuple[str, dict[str, Any], str]] = [
    (
        "before-dilution",
        {"at": at("13:00"), "follows": at("13:10")},
        "09:00 is before 09:10, when the drug was added. Type when the bag got its label.",
    ),
    (
        "before-label",
        {"at": at("13:00"), "follows": at("13:10")},
        "09:00 is before 09:10, when the bag was filled and labelled. Type when it was released.",
    ),
    ("not-on-paper", {}, "Its label is printed: only what was prepared on paper has one written by hand."),
    (
        "released-late",
        {"start_before": at("20:00"), "now": at("20:00")},
        "It was released at 16:00, and the infusion had to start before 16:00: the bag must be rejected.",
    ),
    ("opened", {"vial": 2}, "Vial 2 is recorded as wetted already."),
    ("nothing-opened", {}, "No vial was wetted: cancel the preparation instead."),
    ("no-vial", {"vial": 3}, "No vial 3 is recorded: scan it first."),
    ("spare", {"vial": 3}, "Vial 3 was not needed: put it away first."),
    (
        "check-stays",
        {"fault": "volume-read"},
        "Read again, the volume read on the syringes still does not agree: the preparation must be rejected.",
    ),
    ("check-readings", {"readings": 3}, "Three readings did not agree: the preparation must be rejected."),
    (
        "diluted-late",
        {"at": at("17:01"), "dilute_by": at("17:00")},
        "The drug was added at 13:01, after 13:00, by which it had to be diluted: the preparation must be rejected.",
    ),
    (
        "diluted-unchecked",
        {"at": at("13:04"), "checked": at("13:10")},
        "The drug was added at 09:04, before the check at 09:10: the preparation must be rejected.",
    ),
    (
        "dilute-by",
        {"dilute_by": at("17:00"), "now": at("17:01")},
        "It had to be diluted by 13:00, and it is 13:01: the preparation must be rejected.",
    ),
    (
        "start-before",
        {"start_before": at("20:00"), "now": at("20:00")},
        "The infusion had to start before 16:00, and it is 16:00: the bag must be rejected.",
    ),
    ("recalled", VIAL, "inotuzumab ozogamicin, lot TR4471A, is recalled. Set it aside and take another."),
    (
        "expired",
        {**VIAL, "expiry": date(2026, 3, 11), "ends": at("21:00")},
        "inotuzumab ozogamicin, lot TR4471A, is good until Mar 11, 2026, and the infusion may last until"
        " Mar 12, 2026 17:00. Take another.",
    ),
    (
        "too-old",
        {**VIAL, "expiry": date(2026, 3, 11), "on": date(2026, 3, 12)},
        "inotuzumab ozogamicin, lot TR4471A, is good until Mar 11, 2026, and it is needed on Mar 12, 2026."
        " Take another.",
    ),
    ("not-needed", {"kind": "drug", "place": 3}, "Vial 3 is recorded already, or not needed: look at it again."),
    ("not-needed", {"kind": "water", "place": 0}, "The water is recorded already, or not needed: look at it again."),
    ("not-there", VIAL, "inotuzumab ozogamicin, lot TR4471A, is not in the preparation any more: look at it again."),
    ("used", VIAL, "inotuzumab ozogamicin, lot TR4471A, is used already: it cannot leave the preparation."),
    ("future", {"at": at("13:08"), "now": at("13:07")}, "09:08 has not come yet: it is 09:07."),
    (
        "future",
        {"at": datetime(2026, 3, 13, 4, 10, tzinfo=UTC), "now": at("13:07")},
        "Mar 13, 2026 00:10 has not come yet: it is Mar 12, 2026 09:07.",
    ),
    (
        "late-reason",
        {"at": at("13:01"), "now": at("13:07")},
        "It is 09:07: say why 09:01 is entered only now. Both times are kept.",
    ),
    (
        "before-wetting",
        {"at": at("12:59"), "follows": at("13:00")},
        "08:59 is before 09:00, when the last vial was wetted: one of the two is wrong. Type this one as it was; where"
        " it is the other, leave this empty, and reject the preparation.",
    ),
    (
        "before-final",
        {"at": at("12:59"), "follows": at("13:00")},
        "08:59 is before 09:00, when the final check was signed. Type when the bag was released.",
    ),
    (
        "before-release",
        {"at": at("12:59"), "follows": at("13:00")},
        "08:59 is before 09:00, when the bag was released. Type when it came back.",
    ),
    ("wanting", {"kind": "container"}, "The container was put aside: record the one that takes its place first."),
    ("nothing-wanting", {}, "Everything is recorded: put aside first what cannot be used."),
    (
        "course-ended",
        {"on": date(2026, 3, 10), "why": "vod", "words": "Ascites"},
        "Treatment was stopped on Mar 10, 2026: VOD/SOS. “Ascites” No bag of it is released.",
    ),
    (
        "checklist-missing",
        {"cycle": 2, "day": 1},
        "The checklist of day 1 of cycle 2 is not filled in: it comes before the dose.",
    ),
    (
        "checklist-stops",
        {"cycle": 2, "day": 1},
        "The checklist of day 1 of cycle 2 stops the dose: read it on the page of the course.",
    ),
    (
        "checklist-open",
        {"cycle": 2, "day": 1},
        "The checklist of day 1 of cycle 2 finds what nobody answered: fill it in again.",
    ),
    (
        "checklist-day",
        {"cycle": 2, "day": 1, "checked": date(2026, 3, 1), "ordered": date(2026, 3, 12)},
        "The checklist of day 1 of cycle 2 is for Mar 1, 2026, and the dose is ordered for Mar 12, 2026: record it "
        "again for that day.",
    ),
    (
        "order-stops",
        {"finding": "taken", "case": "omitted", "cycle": 1, "day": 8},
        "Day 8 of cycle 1 is recorded as omitted. Take that back first, if it is to be given after all. Change the"
        " order, or end the preparation: as it stands it is neither verified nor released.",
    ),
    (
        "order-open",
        {"finding": "running", "case": "", "cycle": 1, "day": 8, "course": "C-000002"},
        "This patient has course C-000002 under way: order it there, so that the dose is counted. Nobody answered that"
        " when the order was entered. Change the order, or end the preparation: as it stands it is neither verified"
        " nor released.",
    ),
    (
        "patient-differs",
        {
            "ordered_family": "Rivera",
            "ordered_given": "Elena",
            "ordered_born": date(1980, 8, 14),
            "ordered_mrn": "00417352",
            "now_family": "Soto",
            "now_given": "Elena",
            "now_born": date(1981, 8, 14),
            "now_nhs_number": "999 012 3454",
            "now_hospital_number": "TR-20433",
        },
        "The order is for RIVERA, Elena, born Aug 14, 1980, MRN 00417352, and the patient of its course is SOTO, Elena,"
        " born Aug 14, 1981, NHS number 999 012 3454, hospital number TR-20433 by now. Change the order, which makes a"
        " new version; once a vial was wetted, reject the preparation.",
    ),
    (
        "given",
        {"dose": mg("1.46")},
        "It is recorded as given, all 1.46 mg of it: where that is wrong, take the infusion back on the page of its"
        " course first.",
    ),
    (
        "unconfirmed-rules",
        {"confirm_against": "FDA PI §2"},
        "The dose rests on rules of interruption and reduction that are not confirmed: two pharmacists confirm them"
        " against the current label, FDA PI §2, before a bag of it is released.",
    ),
]


@pytest.mark.parametrize(("code", "values", "sentence"), BARRIERS)
def test_a_barrier_says_what_is_in_the_way(code: str, values: dict[str, Any], sentence: str) -> None:
    assert barrier_sentence(Barrier(code, values), NEW_YORK) == sentence


@pytest.mark.parametrize("step", [CANCEL, CHANGE])
def test_what_was_opened_is_told_with_what_is_done_instead(step: steps.Step) -> None:
    said = barrier_sentence(Barrier("opened", {"vial": 1}), NEW_YORK, step)
    assert said == "Vial 1 was wetted: what was opened is rejected, and not cancelled or changed."


def test_a_barrier_of_the_labels_is_said_by_them() -> None:
    barrier = Barrier("label-open", {"copy": "2"})
    assert barrier_sentence(barrier, NEW_YORK) == label_sentence(barrier)


def test_every_barrier_of_the_workflow_has_its_sentence() -> None:
    """Read from the source: whatever code is raised there."""
    source = "".join(path.read_text("utf-8") for path in WORKFLOW.glob("*.py"))
    raised = set(re.findall(r'Barrier\("([a-z-]+)"', source))
    told = {code for code, _, _ in BARRIERS}
    labels = {code for code in raised if code.startswith("label") or code in ("witness", "sending-open")}
    assert raised - labels - told == {"diluted-bag"}
    assert "two pharmacists record them" in barrier_sentence(Barrier("diluted-bag"), NEW_YORK)
    for code in labels:
        values = {"copy": "2", "version": 1, "applied": 0, "light_cover": 0, "first": 1, "last": 3}
        assert label_sentence(Barrier(code, values)).endswith(".")


def test_all_that_is_in_the_way_is_one_text() -> None:
    two = [Barrier("spare", {"vial": 3}), Barrier("nothing-opened")]
    assert barrier_sentences(two, NEW_YORK) == (
        "Vial 3 was not needed: put it away first. No vial was wetted: cancel the preparation instead."
    )
    assert barrier_sentences([], NEW_YORK) is None
    assert disagreeing(("dose", "vials")) == "the dose worked out, the vials counted"
    assert set(FAULTS) == {"dose", "volume", "vials", "volume-read", "mass-read"}


# ------------------------------------------------------------------ the next action


def test_every_next_action_has_its_words() -> None:
    """Read from the source: whatever code `guidance` chooses."""
    source = (WORKFLOW / "guidance.py").read_text("utf-8")
    chosen = set(re.findall(r'"([a-z-]+)", steps\.|code = "([a-z-]+)"|return "([a-z-]+)",|Next\("([a-z-]+)"', source))
    codes = {part for found in chosen for part in found if part}
    codes |= {"pick-spare", *(f"pick-{kind.value}" for kind in Kind), "read-again", "check", "take-out", "put-away"}
    assert codes - {"pick-"} == set(_NEXT)


@pytest.mark.parametrize("code", sorted(_NEXT))
def test_the_words_of_a_next_action_are_whole(code: str) -> None:
    said = next_text(Next(code, CANCEL, 1), planned(us(170, 70)))
    assert said.title and not said.title.endswith(".")
    assert said.told.endswith(".")


NEXT = [
    ("pick-drug", 2, "Scan vial 2 of 2", "Besponsa, 0.9 mg."),
    ("wet", 1, "Add water to vial 1", "4 mL Sterile Water for Injection, USP. Gently swirl; do not shake."),
    ("add-drug", 0, "Add the drug to the bag", "5.84 mL of drug. 0.9% sodium chloride to exactly 50 mL."),
    ("pick-diluent", 0, "Scan the 0.9% sodium chloride injection, USP", "50 mL. Where its code is not enrolled"),
]


@pytest.mark.parametrize(("code", "place", "title", "told"), NEXT)
def test_what_is_done_next_is_told_with_its_amounts(code: str, place: int, title: str, told: str) -> None:
    said = next_text(Next(code, CANCEL, place), planned(us(170, 70)))
    assert (said.title, said.told[: len(told)]) == (title, told)


def test_a_ready_filled_bag_is_emptied_first() -> None:
    figures = planned(uk(170, 70, making=Making.READY_FILLED, bag_overfill=mL(3)))
    assert (
        "Ready-filled bag: as much sodium chloride 0.9% is out of it first as the plan says."
        in next_text(Next("add-drug", CANCEL), figures).told
    )
    assert quantity(Need(Kind.CONTAINER), figures) == "1"


# ------------------------------------------------------------------ draws


def test_each_draw_says_what_is_drawn_into_what_and_what_is_left() -> None:
    figures = planned(us(170, 70))
    first, second = figures.vials.draws
    assert [draw_words(first, figures), draw_words(second, figures)] == ["draw 3.6 mL", "draw 2.24 mL"]
    # 3/4 of 5 mL are 3.75 mL, of 3 mL 2.25 mL.
    assert [syringe_words(first, figures), syringe_words(second, figures)] == ["5 mL syringe", "3 mL syringe"]
    assert [discard_words(first, figures), discard_words(second, figures)] == ["", "discard 1.36 mL"]


def test_a_draw_that_is_told_by_total_names_no_amount_of_a_vial() -> None:
    figures = planned(uk(170, 70))
    first, second = figures.vials.draws
    assert draw_words(first, figures) == "draw all that can be drawn (at most 4 mL)"
    assert draw_words(second, figures) == "draw to a total of 5.84 mL"


def test_more_than_the_largest_syringe_holds_takes_several() -> None:
    """1 mL syringes filled to 0.75 mL: 3.6 mL take five, 2.24 mL three."""
    figures = planned(us(170, 70, syringe_sizes=(mL(1),)))
    assert [syringe_words(draw, figures) for draw in figures.vials.draws] == ["5 1 mL syringes", "3 1 mL syringes"]


# ------------------------------------------------------------------ lists


def test_what_was_picked_is_counted() -> None:
    assert picked_words(picked(planned(us(170, 70)))) == "2 vials, water, diluent, container"
    assert picked_words(()) == ""


def test_a_late_entry_is_told_with_both_times() -> None:
    late = Moment(What.WETTED, 1, at("13:00"), at("13:20"), "Gloves on")
    assert happened_words(late, "America/New_York", Market.US) == "09:00, entered 09:20: Gloves on"
    assert happened_words(Moment(What.WETTED, 1, at("13:00"), at("13:05")), "America/New_York", Market.US) == "09:00"


def test_a_late_entry_of_another_day_has_both_dates() -> None:
    late = Moment(What.DILUTED, 0, at("13:00"), at("13:20") + timedelta(days=1), "No network")
    said = "12-Mar-2026 13:00, entered 13-Mar-2026 13:20: No network"
    assert happened_words(late, "Europe/London", Market.UK) == said


def test_a_step_says_whose_it_is() -> None:
    names = {Whom.PREPARER: ("R. Okafor",), Whom.CHECKER: ("K. Adeyemi",)}
    us_rows = in_force(NEW_YORK)
    uk_rows = in_force(Policy(Market.UK))
    assert by_whom(us_rows["in-process check"], names) == "a pharmacist, not R. Okafor"
    assert by_whom(uk_rows["in-process check"], names) == "technician or pharmacist, not R. Okafor"
    assert by_whom(us_rows["drug added"], names) == "technician or pharmacist, not K. Adeyemi"
    assert by_whom(us_rows["vial wetted"], names) == "technician or pharmacist"


def test_every_step_of_the_list_is_a_row_of_the_table() -> None:
    assert [one.state for one in STEPS] == list(State)[: len(STEPS)]
    rows = in_force(NEW_YORK)
    for one in STEPS:
        assert rows[one.step].signed is one.signed
        assert MAY[rows[one.step].deed]


def test_a_blind_check_is_told_nothing_of_the_drug() -> None:
    progress = preparing(us(170, 70), State.RECONSTITUTED, wet="13:00")
    for state, told in (
        (State.MATERIALS, "2 vials, water, diluent, container"),
        (State.RECONSTITUTED, "vial 1 wetted 13:00; vial 2 wetted 13:00"),
        (State.DILUTED, "5.84 mL of drug"),
    ):
        assert told in step_note(state, progress, "UTC")
        assert step_note(state, progress, "UTC", hidden=True) == ""


def test_an_ending_counts_no_vial_for_whoever_counts_them_blind() -> None:
    """Two vials of 0.9 mg, of 3.6 mL each, are binned where nothing is diluted yet."""
    wastes = tuple(of_ending(preparing(us(170, 70), State.RECONSTITUTED, wet="13:00"), "leak"))
    told = tuple(f"Into the bin: vial {place}, 0.9 mg in 3.6 mL." for place in (1, 2))
    assert end_text(REJECT, wastes, ()).told == told
    assert end_text(REJECT, wastes, (), hidden=True).told == ("Into the bin: every vial that was wetted.",)
    assert end_text(RETURN, (), (), hidden=True).told == ()


def test_what_was_read_is_told_by_its_identifiers() -> None:
    assert read_as("00300080100011", "Nov 30, 2027", "TR4471A", None) == (
        "(01) 00300080100011 (17) Nov 30, 2027 (10) TR4471A"
    )
    assert read_as(None, "", None, None) == ""


def test_a_stop_of_any_kind_has_a_heading() -> None:
    assert stop_heading("look-alike") == "Stop: this is another drug"
    assert stop_heading("recorded") == "Stop: nothing was recorded"
