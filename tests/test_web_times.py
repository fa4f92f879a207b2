"""True times at the page of a preparation: now or earlier, never refused for being bad news; and its clocks."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from path_desk import ADDRESS, FLUIDS, GTIN, NUMBER, WITNESS, Bench, vial
from web_desk import UK, US, Html

from compounding.policy import Making, Market
from compounding.scanning import own_code, page_code
from compounding.wording.log import HAPPENED
from compounding.workflow.progress import Wasted, What

LATE = {"late_reason": "Gloves on"}
SIGNED_STEPS = ("check", "check/sign", "final", "release")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Everything is picked at 09:00 in New York, and nothing is wetted."""
    desk = Bench(tmp_path, US)
    desk.verify(NUMBER)
    desk.pick()
    return desk


@pytest.fixture
def checked(bench: Bench) -> Bench:
    """Both vials wetted at 09:00, and checked at 09:10."""
    bench.wet()
    bench.later(minutes=10)
    bench.check()
    return bench


def utc(hour: int, minute: int = 0, day: int = 12) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


# ------------------------------------------------------------------ wetted


def test_one_press_writes_down_now(bench: Bench) -> None:
    bench.later(seconds=59)
    bench.act("wet")
    assert bench.status == 303
    (moment,) = bench.standing.moments
    assert (moment.what, moment.place, moment.at, moment.entered_at) == (What.WETTED, 1, utc(13), utc(13))
    assert (moment.late_reason, moment.person) == ("", "okafor")
    told = bench.newest()
    assert (told.action, dict(told.details)) == ("vial wetted", {"vial": "1", "true time": "09:00", "read": "button"})
    assert "Add water to vial 2" in bench.page().text


def test_the_last_planned_vial_leads_to_the_next_state(bench: Bench) -> None:
    bench.wet(1)
    assert bench.state == "materials recorded"
    bench.wet(2)
    assert bench.state == "reconstituted"
    assert bench.newest().changes == (("State", "materials recorded", "reconstituted"),)


EARLIER = [  # at 09:07: the time, the day, the reason; then in UTC
    ("09:05", "2026-03-12", "", utc(13, 5)),
    ("09:02", "2026-03-12", "", utc(13, 2)),  # five minutes are no late entry yet
    ("09:01", "2026-03-12", "Gloves on", utc(13, 1)),
    ("23:50", "2026-03-11", "Screen was down", utc(3, 50)),
    ("23:50", "2026-03-10", "Screen was down", utc(3, 50, day=11)),
    ("01:30", "2026-03-08", "Screen was down", utc(6, 30, day=8)),  # an hour before the clocks went forward
    ("03:30", "2026-03-08", "Screen was down", utc(7, 30, day=8)),  # and half an hour after
    ("09:05-04:00", "2026-03-12", "", utc(13, 5)),
]


@pytest.mark.parametrize(("at", "day", "reason", "then"), EARLIER)
def test_what_was_earlier_is_written_down_as_it_was(
    bench: Bench, at: str, day: str, reason: str, then: datetime
) -> None:
    bench.later(minutes=7)
    bench.act("wet", at=at, on=day, late_reason=reason)
    assert bench.status == 303
    (moment,) = bench.standing.moments
    assert (moment.at, moment.entered_at, moment.late_reason) == (then, utc(13, 7), reason)


def test_a_late_entry_shows_both_times_and_its_reason(bench: Bench) -> None:
    bench.later(minutes=7)
    bench.act("wet", at="09:01", **LATE)
    told = bench.newest()
    assert (told.details[HAPPENED], told.reason) == ("2026-03-12T13:01:00+00:00", "Gloves on")
    assert "vial 1 wetted 09:01, entered 09:07: Gloves on" in bench.page().text
    (timeline,) = [href for href, _, text in bench.page().links if text == "Timeline"]
    assert "Late entry Time – → became 09:01, entered 09:07" in bench.get(timeline).text


REFUSED = [
    (
        {"at": "09:01"},
        "Why it is entered only now: It is 09:07: say why 09:01 is entered only now. Both times are kept.",
    ),
    ({"at": "09:08", **LATE}, "Time: 09:08 has not come yet: it is 09:07."),
    ({"at": "9:00"}, "Time: “9:00” is not a time. Use hour and minute of the 24-hour clock, as 09:00."),
    ({"at": "25:00"}, "Time: “25:00” is not a time. Use hour and minute of the 24-hour clock, as 09:00."),
    ({"at": "09:05", "on": ""}, "Day: Choose the day."),
    ({"at": "09:05", "on": "today"}, "Day: Choose one of those shown."),
    (
        {"at": "09:05+00:00"},
        "Time: “2026-03-12T09:05+00:00” is not by the clocks of America/New_York, which then are at -04:00 from UTC.",
    ),
    ({"at": "09:05", "on": "2026-03-04", **LATE}, "Day: Choose one of those shown."),  # eight days before
    (
        {"at": "02:30", "on": "2026-03-08", **LATE},
        "Time: “2026-03-08T02:30” does not exist in America/New_York: the clocks go forward. Add the offset from UTC.",
    ),
    ({"at": "", **LATE}, "Time: Type when it was, or leave the reason empty."),
    (
        {"at": "09:01", "late_reason": "Snow \u2603"},
        "Why it is entered only now: “Snow \u2603” holds \u2603, which no paper can print.",
    ),
]


@pytest.mark.parametrize(("sent", "sentence"), REFUSED)
def test_a_time_that_cannot_be_is_refused_in_words(bench: Bench, sent: dict[str, str], sentence: str) -> None:
    bench.later(minutes=7)
    before = bench.stored()
    page = bench.act("wet", **sent)
    assert (bench.status, page.said) == (422, [sentence])
    assert page.fields["at"] == sent["at"]
    assert page.fields["late_reason"] == sent.get("late_reason", "")
    assert bench.stored() == before


MIDNIGHT = [  # shown at 23:57 on 12 March and sent at 00:02 on the 13th, in New York; in UTC 03:57 and 04:02
    ("Today, Mar 12, 2026", "22:30", utc(2, 30, day=13)),
    ("Yesterday, Mar 11, 2026", "22:30", utc(2, 30)),
]


@pytest.mark.parametrize(("words", "at", "then"), MIDNIGHT)
def test_a_day_is_the_one_that_the_page_showed(bench: Bench, words: str, at: str, then: datetime) -> None:
    bench.now = utc(3, 57, day=13)
    bench.sign_in("okafor")
    (day,) = re.findall(f'<option value="([^"]*)"[^>]*>{words}<', bench.client.get(ADDRESS).get_data(as_text=True))
    bench.now = utc(4, 2, day=13)
    bench.act("wet", at=at, on=day, **LATE)
    (moment,) = bench.standing.moments
    assert (bench.status, moment.at, moment.entered_at) == (303, then, utc(4, 2, day=13))


def test_an_hour_after_midnight_is_not_yet_of_the_day_before(bench: Bench) -> None:
    """The page was opened before midnight, and its day is the one before: that hour is a day ago."""
    bench.now = utc(3, 57, day=13)
    bench.sign_in("okafor")
    opened = bench.page().fields
    bench.now = utc(4, 2, day=13)
    page = bench.post(f"{ADDRESS}/wet", {**opened, "at": "00:01"})
    assert (bench.status, bench.standing.moments, page.fields["on"]) == (422, (), "2026-03-12")
    assert "Mar 12, 2026 00:01 is entered only now." in page.said[0]


# ------------------------------------------------------------------ held back

HELD = "Time: This was held back, and comes only now. Type when it was; or leave the time empty, and send it again"


def unlocked(bench: Bench, path: str, sent: dict[str, str]) -> Html:
    """Sends a form to a desk that was left alone for 20 minutes, and gives the PIN 45 minutes later."""
    bench.later(minutes=20)
    lock = Html(bench.client.post(path, data=sent).get_data(as_text=True))
    assert "so it is locked" in lock.text
    bench.later(minutes=45)
    answer = bench.client.post(path, data={**lock.fields, "unlock_secret": bench.pin})
    bench.status = answer.status_code
    return Html(answer.get_data(as_text=True))


def test_what_was_pressed_at_a_locked_desk_is_not_now_when_it_is_unlocked(bench: Bench) -> None:
    page = unlocked(bench, f"{ADDRESS}/wet", bench.page().fields)
    assert (bench.status, bench.standing.moments) == (422, ())
    assert page.said[0].startswith(HELD)
    # Pressed at 09:20, and it is 10:05: the time is typed, with the reason of a late entry.
    bench.post(f"{ADDRESS}/wet", {**page.fields, "at": "09:20"})
    assert (bench.status, bench.standing.moments) == (422, ())
    bench.post(f"{ADDRESS}/wet", {**page.fields, "at": "09:20", **LATE})
    (moment,) = bench.standing.moments
    assert (moment.at, moment.entered_at, moment.late_reason) == (utc(13, 20), utc(14, 5), "Gloves on")


def test_what_is_pressed_once_more_is_now(bench: Bench) -> None:
    page = unlocked(bench, f"{ADDRESS}/wet", bench.page().fields)
    bench.post(f"{ADDRESS}/wet", page.fields)
    (moment,) = bench.standing.moments
    assert (bench.status, moment.at) == (303, utc(14, 5))


def test_a_time_that_was_typed_goes_through_the_lock(bench: Bench) -> None:
    unlocked(bench, f"{ADDRESS}/wet", {**bench.page().fields, "at": "09:10", **LATE})
    (moment,) = bench.standing.moments
    assert (bench.status, moment.at, moment.late_reason) == (303, utc(13, 10), "Gloves on")


def test_a_drug_that_was_added_before_the_lock_asks_when(checked: Bench) -> None:
    page = unlocked(checked, f"{ADDRESS}/add-drug", checked.page().fields)
    assert (checked.status, checked.state) == (422, "in-process checked")
    assert page.said[0].startswith(HELD)


def test_a_bag_that_came_back_before_the_lock_asks_when(checked: Bench) -> None:
    checked.act("add-drug")
    checked.release()
    path = f"{ADDRESS}/end/return"
    page = unlocked(checked, path, {**checked.get(path).fields, "why": "patient"})
    assert (checked.status, checked.state) == (422, "released")
    assert page.said[0].startswith(HELD)
    checked.post(path, {**page.fields, "at": "09:30", **LATE})
    assert (checked.state, checked.standing.moments[-1].at) == ("returned", utc(13, 30))


TWICE = [  # now; both offsets; each of them with the hour in UTC
    # In New York 01:30 comes twice on 1 November 2026: at 05:30 and at 06:30 UTC.
    (US, datetime(2026, 11, 1, 6, 40, tzinfo=UTC), "-04:00 or -05:00", {"-04:00": 5, "-05:00": 6}),
    # In London 01:30 comes twice on 25 October 2026: at 00:30 and at 01:30 UTC.
    (UK, datetime(2026, 10, 25, 1, 40, tzinfo=UTC), "+01:00 or +00:00", {"+01:00": 0, "+00:00": 1}),
]


@pytest.mark.parametrize(("market", "now", "offsets", "hours"), TWICE)
def test_an_hour_that_comes_twice_asks_which(
    tmp_path: Path, market: Market, now: datetime, offsets: str, hours: dict[str, int]
) -> None:
    bench = Bench(tmp_path, market, now)
    bench.verify(NUMBER)
    for number in (1, 2):
        bench.scan(vial(number, gtin=GTIN[market]))
    for kind, lot in FLUIDS.items():
        bench.type_twice(kind, lot)
    page = bench.act("wet", at="01:30", **LATE)
    assert (bench.status, bench.standing.moments) == (422, ())
    assert f"comes twice in {bench.desk.zone}: the clocks go back. Add the offset from UTC, {offsets}." in page.said[0]
    for place, (offset, hour) in enumerate(hours.items(), 1):
        bench.act("wet", place=str(place), at=f"01:30{offset}", **LATE)
        moment = bench.standing.moments[-1]
        assert (moment.at, moment.entered_at) == (now.replace(hour=hour, minute=30), now)


def test_a_vial_is_wetted_by_its_scan(bench: Bench) -> None:
    bench.act("wet", scan=vial(2))
    assert [(one.what, one.place) for one in bench.standing.moments] == [(What.WETTED, 2)]
    assert bench.newest().details == {
        "vial": "2",
        "true time": "09:00",
        "read": "scanned",
        "raw": vial(2),
        "read as": f"(01) {GTIN[US]} (17) Nov 30, 2027 (10) TR4471A (21) 2200802",
        "match": "vial as recorded",
    }
    assert "Add water to vial 1" in bench.page().text


def test_a_code_without_a_serial_wets_one_vial_at_a_time(bench: Bench) -> None:
    """It fits either vial; a scanner that reads twice, or a form that is sent twice, says nothing of the other."""
    bench.act("wet", scan="0008-0100-01")
    assert bench.status == 303
    page = bench.act("wet", scan="0008-0100-01")
    said = "Vial 1 was recorded as wetted a moment ago. Scan the next one once water is in it."
    assert (bench.status, said in page.text, len(bench.standing.moments)) == (422, True, 1)
    bench.later(seconds=11)
    bench.act("wet", scan="0008-0100-01")
    assert (bench.status, [one.place for one in bench.standing.moments]) == (303, [1, 2])


def test_a_form_that_is_sent_twice_wets_one_vial(bench: Bench) -> None:
    sent = bench.page().fields
    assert [bench.client.post(f"{ADDRESS}/wet", data=sent).status_code for _ in range(2)] == [303, 409]
    assert len(bench.standing.moments) == 1


STRANGE = [
    (vial(7), "This vial is none of those that were recorded for 2026-000001 and wait for water."),
    (vial(1, lot="TR9999"), "This vial is none of those that were recorded for 2026-000001 and wait for water."),
    (vial(1, gtin=GTIN[UK]), "This is the vial of the UK"),
    ("hello", "“hello” is not the code of a vial."),
]


@pytest.mark.parametrize(("scanned", "sentence"), STRANGE)
def test_another_vial_is_not_wetted(bench: Bench, scanned: str, sentence: str) -> None:
    page = bench.act("wet", scan=scanned)
    assert (bench.status, sentence in page.text) == (422, True)
    assert bench.standing.moments == ()
    assert bench.newest().action == "scan refused"


def test_a_vial_is_wetted_once(bench: Bench) -> None:
    bench.wet(1)
    page = bench.act("wet", place="1")
    assert (bench.status, len(bench.standing.moments)) == (409, 1)
    assert "Vial 1 is recorded as wetted already." in page.text


@pytest.mark.parametrize("place", ["3", "0", "", "x", "999"])
def test_no_vial_is_wetted_that_is_not_there(bench: Bench, place: str) -> None:
    bench.act("wet", place=place)
    assert (bench.status, bench.standing.moments) == (409, ())


# ------------------------------------------------------------------ the drug added


def test_the_drug_is_added_with_one_press_and_what_is_left_is_written_down(checked: Bench) -> None:
    checked.act("add-drug")
    assert (checked.status, checked.state) == (303, "diluted")
    added = checked.standing.moments[-1]
    assert (added.what, added.at, added.making) == (What.DILUTED, utc(13, 10), Making.EMPTY_CONTAINER)
    # 2 vials of 3.6 mL less 5.84 mL are 1.36 mL, all of it in vial 2: 1.36 × 0.25 = 0.34 mg.
    (left,) = checked.standing.wastes
    assert (left.what, left.place, str(left.mass), str(left.volume)) == (Wasted.REMAINDER, 2, "0.34 mg", "1.36 mL")
    told = checked.newest()
    assert (told.action, told.details["bag made"], told.details["read"]) == ("drug added", "A", "button")
    assert told.details["into the bin"] == "Vial 2, left over, 0.34 mg, 1.36 mL"


def test_our_own_worksheet_may_be_scanned_and_no_other(checked: Bench) -> None:
    for scanned, sentence in (
        (own_code("2026-000003", "p1"), "This is a paper of 2026-000003, another preparation than 2026-000001."),
        (vial(1), "is not the code of our worksheet of 2026-000001."),
    ):
        page = checked.act("add-drug", scan=scanned)
        assert (checked.status, sentence in page.text) == (422, True)
        assert checked.state == "in-process checked"
    for scanned in (own_code(NUMBER, "p1"), page_code(NUMBER, 1, 1), page_code(NUMBER, 1, 2)):
        page = checked.act("add-drug", scan=scanned)
        missing = f"There is no page 1 of the worksheet of {NUMBER}: it was not printed at this desk."
        assert (checked.status, missing in page.text) == (422, True)
    print_worksheet(checked)
    checked.act("add-drug", scan=page_code(NUMBER, 1, 1))
    assert checked.state == "diluted"


def print_worksheet(desk: Bench) -> None:
    fields = {**desk.page().fields, "reason": "smudged"}
    assert desk.client.post(f"{ADDRESS}/print/worksheet", data=fields).status_code == 303


def test_the_worksheet_of_an_older_version_adds_no_drug(tmp_path: Path) -> None:
    """Printed for version 1, and again once the order was changed: both lie on the bench."""
    desk = Bench(tmp_path, US)
    desk.verify(NUMBER)
    print_worksheet(desk)
    shown = desk.post("/orders/review", {**desk.get(f"/orders/{NUMBER}/edit").fields, "location": "Chair 7"})
    assert desk.save(shown, change_reason="misread", change_words="Another chair.").status_code == 303
    desk.verify(NUMBER)
    print_worksheet(desk)
    desk.pick()
    desk.wet()
    desk.check()
    page = desk.act("add-drug", scan=page_code(NUMBER, 1, 1))
    said = f"Stale: page 1 of the worksheet of {NUMBER} is of version 1, and version 2 stands by now. Destroy it."
    assert (desk.status, said in page.text, desk.state) == (422, True, "in-process checked")
    assert desk.newest().details["match"] == "stale"
    desk.act("add-drug", scan=page_code(NUMBER, 1, 2))
    assert desk.state == "diluted"


def test_whoever_checked_it_adds_no_drug(checked: Bench) -> None:
    checked.sign_in("adeyemi")
    page = checked.act("add-drug")
    assert (checked.status, checked.state) == (409, "in-process checked")
    assert "Whoever checked it may not do this: it needs another person." in page.text


BY = [  # the first vial at 09:00, so diluted by 13:00: 12:59 and 13:00 are in time
    (utc(16, 59), "Print the labels"),
    (utc(17), "Print the labels"),
    (utc(17, 1), "Reject the preparation"),
]


@pytest.mark.parametrize(("now", "following"), BY)
def test_a_late_dilution_is_written_down_and_leaves_nothing_but_to_reject(
    checked: Bench, now: datetime, following: str
) -> None:
    checked.now = now
    checked.sign_in("okafor")
    checked.act("add-drug")
    assert (checked.status, checked.state, checked.standing.moments[-1].at) == (303, "diluted", now)
    page = checked.page()
    assert following in page.text
    late = "The drug was added at 13:01, after 13:00, by which it had to be diluted: the preparation must be rejected."
    assert (late in page.text) is (now == utc(17, 1))


def test_a_timely_dilution_may_be_entered_after_its_limit(checked: Bench) -> None:
    """The screen was left alone for six hours; the truth does not depend on it."""
    checked.now = utc(19, 30)
    checked.sign_in("okafor")
    assert "When was the drug added?" in checked.page().text
    checked.act("add-drug", at="09:20", late_reason="Called away")
    assert (checked.state, checked.standing.moments[-1].at) == ("diluted", utc(13, 20))
    assert "Print the labels" in checked.page().text


def test_a_time_before_the_vials_were_wetted_is_none(checked: Bench) -> None:
    page = checked.act("add-drug", at="08:59", **LATE)
    assert (checked.status, checked.state) == (422, "in-process checked")
    (said,) = page.said
    assert said.startswith("Time: 08:59 is before 09:00, when the last vial was wetted: one of the two is wrong.")
    assert page.fields["at"] == "08:59"


def test_a_late_dilution_leaves_nothing_but_to_reject_by_whatever_address(checked: Bench) -> None:
    checked.now = utc(17, 1)
    checked.sign_in("okafor")
    checked.act("add-drug")
    assert checked.state == "diluted"
    before = {**checked.stored(), "sign_in": 0}
    for user, acts in (("okafor", ("labels/print", "add-drug", "wet", "scan")), ("adeyemi", SIGNED_STEPS)):
        checked.sign_in(user)
        for act in acts:
            checked.act(act, signing_secret=checked.pin, stock="small")
            assert checked.status == 409, act
    assert {**checked.stored(), "sign_in": 0} == before
    checked.sign_in("okafor")
    checked.act("end/reject", why="late", **WITNESS)
    assert (checked.status, checked.state) == (303, "rejected")


def test_a_dilution_before_the_check_is_the_truth_and_must_be_rejected(checked: Bench) -> None:
    checked.act("add-drug", at="09:04", **LATE)
    assert checked.state == "diluted"
    assert "The drug was added at 09:04, before the check at 09:10" in checked.page().text


# ------------------------------------------------------------------ clocks

# The first vial at 09:00: dilute by 13:00, out of the fridge by 15:00, start before 16:00, complete by 17:00.
CLOCKS = [
    (utc(13), ["4 h left", "6 h left", "7 h left", "8 h left"], ["", "", "", ""]),
    (utc(16, 29), ["31 min left", "2 h 31 min left", "3 h 31 min left", "4 h 31 min left"], ["", "", "", ""]),
    (utc(16, 30), ["30 min left", "2 h 30 min left", "3 h 30 min left", "4 h 30 min left"], ["soon", "", "", ""]),
    (utc(17), ["last minute", "2 h left", "3 h left", "4 h left"], ["soon", "", "", ""]),
    (utc(17, 1), ["passed 1 min ago", "1 h 59 min left", "2 h 59 min left", "3 h 59 min left"], ["late", "", "", ""]),
    (utc(20), ["passed 3 h ago", "passed 1 h ago", "passed now", "1 h left"], ["late", "late", "late", ""]),
]


@pytest.mark.parametrize(("now", "left", "looks"), CLOCKS)
def test_the_clocks_say_what_is_left(bench: Bench, now: datetime, left: list[str], looks: list[str]) -> None:
    bench.wet()
    bench.now = now
    bench.sign_in("okafor")
    rows = clock_rows(bench)
    assert [row["left"] for row in rows] == left
    assert [row["look"] for row in rows] == looks
    assert [row["time"] for row in rows] == ["13:00", "15:00", "16:00", "17:00"]


def clock_rows(bench: Bench) -> Any:
    """Read from the page's source: name and time, what is left, and how it looks."""
    source = bench.client.get(ADDRESS).get_data(as_text=True)
    found = re.findall(r'<div class="path-clock ?(\w*)".*?path-time">([\d:]+)<.*?data-left>([^<]*)<', source, re.DOTALL)
    return [{"look": look, "time": time, "left": left} for look, time, left in found]


def test_clocks_that_are_not_confirmed_say_so(bench: Bench) -> None:
    assert "They start with the first vial wetted." in bench.page().text
    bench.wet(1)
    page = bench.page()
    assert "From the first vial wetted, 09:00" in page.text
    assert "Diluted-bag limit not confirmed: these times are good for training alone." in page.text


def test_a_clock_that_was_kept_says_when(checked: Bench) -> None:
    checked.act("add-drug")
    assert [row["left"] for row in clock_rows(checked)] == ["diluted 09:10", *["5 h 50 min left", "6 h 50 min left"],
                                                            "7 h 50 min left"]  # fmt: skip


# ------------------------------------------------------------------ a spare vial


@pytest.fixture
def spare(tmp_path: Path) -> Bench:
    """UK, 0.93 mg are 3.72 mL: one vial of 4 mL, and a spare since no label says what comes out of one."""
    bench = Bench(tmp_path, UK)
    bench.number = "2026-000002"
    bench.verify(bench.number, weight="73.5", level="0.5", dose="0.93")
    for number in (1, 2):
        bench.scan(vial(number, gtin=GTIN[UK]))
    for kind, lot in FLUIDS.items():
        bench.type_twice(kind, lot)
    bench.wet(1)
    return bench


def test_a_spare_is_picked_and_not_needed_for_the_next_state(spare: Bench) -> None:
    assert spare.state == "reconstituted"
    page = spare.page()
    assert "a spare, opened only where the others do not suffice" in page.text
    assert "Spare vial 2 wetted now" in page.text


def test_a_spare_is_wetted_where_the_others_do_not_suffice(spare: Bench) -> None:
    spare.act("wet", place="2")
    assert (spare.status, spare.state) == (303, "reconstituted")
    assert spare.newest().action == "spare vial wetted"
    assert [one.place for one in spare.standing.moments] == [1, 2]


def test_a_spare_that_was_wetted_earlier_is_written_down_as_it_was(spare: Bench) -> None:
    spare.later(minutes=12)
    sent = {**spare.page().fields, "place": "2"}
    page = spare.post(f"{spare.address}/wet", {**sent, "at": "13:05"})
    assert (spare.status, page.fields["at"]) == (422, "13:05")
    spare.post(f"{spare.address}/wet", {**sent, "at": "13:05", **LATE})
    moment = spare.standing.moments[-1]
    assert (moment.place, moment.at, moment.late_reason) == (2, utc(13, 5), "Gloves on")


def test_a_spare_that_was_not_opened_is_put_away(spare: Bench) -> None:
    (kept,) = [one for one in spare.standing.materials if one.place == 2]
    path = f"{spare.address}/out/{kept.id}"
    form = spare.get(path)
    assert "Put away: vial 2" in form.text
    spare.post(path, {**form.fields, "why": "returned"})
    assert (spare.status, spare.state, spare.newest().action) == (303, "reconstituted", "spare vial put away")
    assert [one.out.value for one in spare.standing.materials if one.out] == ["returned to stock"]


def test_a_spare_may_be_wetted_by_its_scan(spare: Bench) -> None:
    spare.act("wet", place="2", scan=vial(2, gtin=GTIN[UK]))
    assert [one.place for one in spare.standing.moments] == [1, 2]
