"""The calendar file of a course, read again by a library and by the rules of RFC 5545 themselves."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from icalendar import Calendar

from compounding.course import Course, End, Ended, Given, Slot, State, Transplant, schedule
from compounding.policy import Market
from compounding.quantities import DoseLevel
from compounding.wording.ics import calendar_file
from tests.orders import DRUGS, UK
from tests.test_course_whole import Told, any_told
from tests.treatments import begun

AT = datetime(2026, 3, 12, 13, 0, tzinfo=UTC)
NUMBER = "C-000012"
LATE = begun(["1/1 2026-01-05 0.8", "1/8 2026-01-14 0.5"], omitted=["2/15"], responses={1: "cr", 3: "none"})


def written(course: Course, number: str = NUMBER, at: datetime = AT) -> bytes:
    return calendar_file(course, schedule(course), number, at, 7)


def lines(file: bytes) -> list[str]:
    """Content lines as RFC 5545 (3.1) unfolds them: a line that begins with a space goes on the one before."""
    return file.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")


def unescaped(text: str) -> str:
    """A TEXT value as RFC 5545 (3.3.11) reads it."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text)


def events(file: bytes) -> list[dict[str, str]]:
    """Of each event its properties by name with parameters, read without the library."""
    found: list[dict[str, str]] = []
    for line in lines(file):
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and line and name not in ("BEGIN", "END"):
            assert name not in found[-1], f"{name} stands twice"
            found[-1][name] = value
    return found


# ------------------------------------------------------------------ by hand


def test_a_late_dose_in_full() -> None:
    """Day 8 given two days late, on the 14th: day 15 is nominal on 5 + 14 = 19, opens on 14 + 6 = 20, closes on
    19 + 2 = 21."""
    third = events(written(LATE))[2]
    assert {name: third[name] for name in ("DTSTART;VALUE=DATE", "DTEND;VALUE=DATE", "STATUS", "DTSTAMP")} == {
        "DTSTART;VALUE=DATE": "20260120",
        "DTEND;VALUE=DATE": "20260121",
        "STATUS": "TENTATIVE",
        "DTSTAMP": "20260312T130000Z",
    }
    assert third["SUMMARY"] == "inotuzumab ozogamicin\\, cycle 1 day 15\\, 0.5 mg/m² (course C-000012)"
    assert unescaped(third["DESCRIPTION"]).split("\n") == [
        "Nominal day: Jan 19, 2026.",
        "Not before Jan 20, 2026, 6 days after Jan 14, 2026.",
        "Not after Jan 21, 2026.",
        "Expected level: 0.5 mg/m².",
    ]


def test_given_planned_and_omitted_doses_each_have_their_status() -> None:
    """Of 18 doses those of cycles 4 to 6 are blocked: a calendar that holds them takes them back."""
    found = events(written(LATE))
    assert [event["STATUS"] for event in found] == [
        *("CONFIRMED", "CONFIRMED", "TENTATIVE"),
        *("TENTATIVE", "TENTATIVE", "CANCELLED"),
        *("TENTATIVE", "TENTATIVE", "TENTATIVE"),
        *["CANCELLED"] * 9,
    ]
    assert found[0]["DESCRIPTION"] == "Given on Jan 5\\, 2026 at 0.8 mg/m²."
    # 21 days of cycle 1 after 5 January is the 26th, and its day 15 is 9 February.
    omitted = found[5]
    assert omitted["DTSTART;VALUE=DATE"] == "20260209"
    assert omitted["SUMMARY"] == "Omitted: inotuzumab ozogamicin\\, cycle 2 day 15 (course C-000012)"


def test_a_blocked_dose_is_cancelled_where_it_would_have_been() -> None:
    """Cycle 2 on 26 January, cycle 3 on 23 February, cycle 4 on 23 March."""
    blocked = events(written(LATE))[9]
    assert (blocked["DTSTART;VALUE=DATE"], blocked["SEQUENCE"]) == ("20260323", "7")
    assert blocked["SUMMARY"] == "Cancelled: inotuzumab ozogamicin\\, cycle 4 day 1 (course C-000012)"
    assert unescaped(blocked["DESCRIPTION"]) == "No dose is given: there was no response."


def test_the_end_of_a_course_takes_back_what_calendars_hold_of_it() -> None:
    course = begun(["1/1 2026-01-05 0.8"], responses={1: "cr"})
    before = events(written(course))
    ended = replace(course, ended=Ended(date(2026, 1, 7), End.VOD, "Ascites"))
    after = events(calendar_file(ended, schedule(ended), NUMBER, AT, 8))
    for name in ("UID", "DTSTART;VALUE=DATE"):
        assert [event[name] for event in after] == [event[name] for event in before]
    assert [event["STATUS"] for event in after] == ["CONFIRMED", *["CANCELLED"] * 17]
    assert {event["SEQUENCE"] for event in before} == {"7"} and {event["SEQUENCE"] for event in after} == {"8"}


def test_a_finding_that_stops_a_course_takes_back_its_doses_to_come() -> None:
    five_days = begun(["1/1 2026-01-05 0.8", "1/8 2026-01-10 0.5"], responses={1: "cr"})
    found = events(written(five_days))
    assert [event["STATUS"] for event in found] == ["CONFIRMED", "CONFIRMED", *["CANCELLED"] * 16]
    assert unescaped(found[2]["DESCRIPTION"]) == "No dose is given: what is found on the course stops it."


def test_a_level_that_is_not_known_and_a_day_that_is_not_left_are_said() -> None:
    """Day 8 on 18 January is 6 late: day 15 opens on the 24th and closed on the 21st."""
    found = events(written(begun(["1/1 2026-01-05 0.8", "1/8 2026-01-18 0.5"])))
    assert "No day is left for it: it opens after it closes." in unescaped(found[2]["DESCRIPTION"])
    assert found[3]["SUMMARY"] == "inotuzumab ozogamicin\\, cycle 2 day 1 (course C-000012)"
    assert unescaped(found[3]["DESCRIPTION"]).endswith("The level is not known until the response is.")


def test_dates_are_written_as_the_market_writes_them() -> None:
    file = written(begun(["1/1 2026-01-05 0.8"], drug=UK))
    assert events(file)[0]["DESCRIPTION"] == "Given on 05-Jan-2026 at 0.8 mg/m²."


def test_a_uid_stays_when_the_dose_moves_and_is_no_other_dose_or_course() -> None:
    moved = begun(["1/1 2026-01-07 0.8"])
    uids = [event["UID"] for event in events(written(begun()))]
    assert [event["UID"] for event in events(written(moved))] == uids
    assert len(set(uids)) == 18
    others = {event["UID"] for event in events(written(begun(), "C-000013"))}
    assert not others & set(uids)
    assert not {event["UID"] for event in events(written(begun(drug=UK)))} & set(uids)


def test_the_moment_is_written_in_utc_and_needs_its_zone() -> None:
    """09:00 in New York in March is 13:00 UTC."""
    local = datetime(2026, 3, 12, 9, 0, tzinfo=ZoneInfo("America/New_York"))
    assert written(LATE, at=local) == written(LATE)
    with pytest.raises(ValueError, match="has no zone"):
        written(LATE, at=datetime(2026, 3, 12, 9, 0))  # noqa: DTZ001  the fault itself


def test_a_number_with_signs_of_the_format_cannot_leave_its_line() -> None:
    """RFC 5545 (3.3.11): a backslash, a comma, a semicolon and a line end are escaped in a TEXT."""
    number = "A,1;\\n\nBEGIN:VALARM"
    file = written(begun(), number)
    assert sum(line.startswith("BEGIN:") for line in lines(file)) == 1 + 18
    assert unescaped(events(file)[0]["SUMMARY"]).endswith(f"(course {number})")


def test_nobody_is_named() -> None:
    """Nothing that a calendar knows of the patient but the course's number."""
    names = {name.split(";")[0] for event in events(written(LATE)) for name in event}
    assert names == {
        *("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "STATUS", "CLASS", "TRANSP", "SEQUENCE"),
    }
    assert {event["CLASS"] for event in events(written(LATE))} == {"CONFIDENTIAL"}


def test_a_course_over_the_leap_day() -> None:
    """28 February 2028 is followed by the 29th: an event of that day ends before 1 March."""
    leap = begun(["1/1 2028-02-29 0.8"], start=date(2028, 2, 29))
    first = events(written(leap))[0]
    assert (first["DTSTART;VALUE=DATE"], first["DTEND;VALUE=DATE"]) == ("20280229", "20280301")


# ------------------------------------------------------------------ by the RFC, for any course


def assert_well_formed(file: bytes) -> None:
    assert file.endswith(b"\r\n")
    assert b"\r" not in file.replace(b"\r\n", b"") and b"\n" not in file.replace(b"\r\n", b"")
    for line in file.split(b"\r\n"):
        assert len(line) <= 75, "RFC 5545, 3.1: 75 octets without the line end"
        line.decode("utf-8")  # no letter is broken in two
    assert lines(file)[:1] == ["BEGIN:VCALENDAR"] and lines(file)[-2:] == ["END:VCALENDAR", ""]
    assert not any(re.search(r"[\x00-\x08\x0b-\x1f\x7f]", line) for line in lines(file))
    for name in ("PRODID", "VERSION"):
        assert sum(line.startswith(f"{name}:") for line in lines(file)) == 1
    assert "VERSION:2.0" in lines(file)
    assert not any(line.startswith(("BEGIN:VTIMEZONE", "METHOD")) for line in lines(file))


@given(any_told())
def test_any_course_is_well_formed_and_a_library_reads_the_same_days(told: Told) -> None:
    course = told.course()
    made, file = schedule(course), written(course)
    assert_well_formed(file)
    read = Calendar.from_ical(file).events
    assert len(read) == len(events(file)) == len(made.doses)
    assert len({event["UID"] for event in read}) == len(read)
    for event, dose in zip(read, made.doses, strict=True):
        on = dose.on or dose.taken or dose.nominal
        assert (on is None) is (dose.state is State.BLOCKED)
        assert event.end == event.start + timedelta(days=1)
        assert on is None or event.start == on
        assert on is not None or event["STATUS"] == "CANCELLED"
        assert event["DTSTAMP"].dt == AT
        assert f"cycle {dose.slot.cycle} day {dose.slot.day}" in event["SUMMARY"]
        if dose.closes is not None and not made.stopped:
            assert "Not after" in event["DESCRIPTION"]


def test_a_text_of_two_and_more_octets_a_letter_is_folded_between_letters() -> None:
    assert_well_formed(written(LATE, "Ω²" * 60))


def test_both_markets_and_every_kind_of_course() -> None:
    for market in Market:
        for transplant in (Transplant(False), Transplant(True), Transplant(True, "MRD found")):
            course = begun(drug=DRUGS[market], transplant=transplant, responses={1: "none"})
            assert_well_formed(written(course))


def test_a_dose_given_beyond_the_schedule_is_no_event() -> None:
    """A fourth cycle before a transplant is stopped, and not on the schedule: its dose has no event."""
    course = begun(transplant=Transplant(True))
    told = [(slot, number) for number, slot in enumerate(Slot(cycle, day) for cycle in (1, 2, 3) for day in (1, 8, 15))]
    given_ = tuple(
        Given(slot, date(2026, 1, 5) + timedelta(7 * number), DoseLevel.read("0.5 mg/m²")) for slot, number in told
    )
    beyond = Course(course.drug, course.start, course.transplant, given_)
    assert len(events(written(beyond))) == 6
