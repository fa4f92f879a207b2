"""An entry of the log in words: each expected text is written out by hand from the values beside it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from compounding.policy import Market
from compounding.records import Change, Event, Judged, Person
from compounding.wording import findings
from compounding.wording.log import (
    FINDINGS,
    HAPPENED,
    HIDDEN,
    Answered,
    EntryText,
    Value,
    entry_text,
    field_name,
    finding_name,
    hidden,
    is_access,
    second,
    stands_against,
    taken_out,
)

US, UK, NEW_YORK, LONDON = Market.US, Market.UK, "America/New_York", "Europe/London"
OKAFOR = Person("okafor", "R. Okafor", "technician")
AT = datetime(2026, 3, 12, 11, 52, 10, tzinfo=UTC)  # summer time in New York since Mar 8: UTC − 4 h


def told(
    action: str = "order entered", details: Mapping[str, str] | None = None, at: datetime = AT, **more: Any
) -> Event:
    return Event(OKAFOR, action, at, details or {}, **more)


def words(event: Event, zone: str = NEW_YORK, market: Market = US) -> EntryText:
    return entry_text(4187, event, zone, market)


# ------------------------------------------------------------------ who, when, where

TIMES = [
    # moment in UTC, zone, market: day, time, UTC
    ("2026-03-12T11:52:10", NEW_YORK, US, "Mar 12, 2026", "07:52:10", "11:52:10 UTC"),
    ("2026-03-12T11:52:10", LONDON, UK, "12-Mar-2026", "11:52:10", "11:52:10 UTC"),
    # 22:00 in New York is the next day in UTC
    ("2026-03-13T02:00:00", NEW_YORK, US, "Mar 12, 2026", "22:00:00", "02:00:00 UTC, Mar 13, 2026"),
    # half past midnight of a summer's day in London is the day before in UTC
    ("2026-06-30T23:30:05", LONDON, UK, "01-Jul-2026", "00:30:05", "23:30:05 UTC, 30-Jun-2026"),
    # the hour that comes twice on Nov 1: first in summer time (UTC − 4 h), then in winter time (UTC − 5 h)
    ("2026-11-01T05:30:09", NEW_YORK, US, "Nov 1, 2026", "01:30:09 EDT", "05:30:09 UTC"),
    ("2026-11-01T06:30:09", NEW_YORK, US, "Nov 1, 2026", "01:30:09 EST", "06:30:09 UTC"),
]


@pytest.mark.parametrize(("moment", "zone", "market", "day", "time", "utc"), TIMES)
def test_an_entry_has_the_time_of_the_site_and_utc(
    moment: str, zone: str, market: Market, day: str, time: str, utc: str
) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    text = words(told(at=at), zone, market)
    assert (text.day, text.time, text.utc) == (day, time, utc)
    assert second(at, zone) == time


@pytest.mark.parametrize(("place", "where"), [("Cabinet 2", "technician, Cabinet 2"), ("", "technician")])
def test_an_entry_has_who_with_the_role_then_and_the_workstation(place: str, where: str) -> None:
    text = words(told(workstation=place, subject="2026-000123"))
    assert (text.number, text.who, text.where, text.subject) == ("4,187", "R. Okafor", where, "2026-000123")


def test_an_extract_says_who_took_it_out_and_whose_times_it_has() -> None:
    said = "Taken out Mar 12, 2026 07:52 by R. Okafor, technician. Times America/New_York."
    assert taken_out(OKAFOR, AT, NEW_YORK, US) == said


# ------------------------------------------------------------------ what, old and new

DIGEST = "1a084d393147e9b1" + "0" * 48  # 64 figures, of which 16 are shown
ENTRIES = [
    # what was recorded; what is said of it, and the values
    (told(), "Order entered", []),
    (
        told(changes=(Change("Weight", None, "77 kg"),)),
        "Order entered",
        [Value("Weight", "–", "→", "77 kg")],
    ),
    (
        told("order changed", changes=(Change("Weight", "77 kg", "70 kg"), Change("Dose", "1.46 mg", "1.46 mg"))),
        "Order changed",
        [Value("Weight", "77 kg", "→", "70 kg"), Value("Dose", "1.46 mg", "", "unchanged")],
    ),
    (
        told("order changed", changes=(Change("Blasts", "12,400/mm³", None),)),
        "Order changed",
        [Value("Blasts", "12,400/mm³", "→", "–")],
    ),
    (
        told("order verification stopped", changes=(Change("Weight", "77 kg", "70 kg"),)),
        "Order verification stopped",
        [Value("Weight", "77 kg", "against", "70 kg")],
    ),
    (
        told(
            "signature void", {"signature": "3"}, changes=(Change("order-entry", "R. Okafor, technician", None),)
        ),
        "Signature void",
        [Value("Order entry", "R. Okafor, technician", "→", "void"), Value("Signature", "", "", "3")],
    ),
    (
        told("signed", {"meaning": "order-entry", "signed": DIGEST}),
        "Order entry",
        [Value("SHA-256 of what was signed", "", "", "1a08 4d39 3147 e9b1")],
    ),
    (told("setting changed", changes=(Change("bsa_step", "0.01 m²", "0.001 m²"),)), "Setting changed",
     [Value("Step of the body surface", "0.01 m²", "→", "0.001 m²")]),
    (told("label printed", {"copy": "1"}), "Label printed", [Value("Copy", "", "", "1")]),
]  # fmt: skip


@pytest.mark.parametrize(("event", "what", "values"), ENTRIES)
def test_an_entry_says_what_was_done_and_each_value_old_and_new(event: Event, what: str, values: list[Value]) -> None:
    text = words(event)
    assert (text.what, list(text.values)) == (what, values)


LATE = [
    # when it happened, as the detail has it; what is said, entered at 07:52 in New York
    ("2026-03-12T11:38:00+00:00", "07:38, entered 07:52"),
    ("2026-03-12T07:38:00-04:00", "07:38, entered 07:52"),
    ("2026-03-11T23:30:00-04:00", "Mar 11, 2026 23:30, entered 07:52"),
    ("2026-03-12T07:38:00", "2026-03-12T07:38:00, entered 07:52"),  # without its offset it is no moment
    ("half past seven", "half past seven, entered 07:52"),
]


@pytest.mark.parametrize(("happened", "said"), LATE)
def test_a_late_entry_has_the_true_time_beside_that_of_the_entry(happened: str, said: str) -> None:
    text = words(told("diluted", {HAPPENED: happened}))
    assert text.late == said
    assert text.values == (Value("Time", "–", "→", said),)


def test_an_entry_in_time_is_not_late() -> None:
    assert words(told("diluted", {"what": "done"})).late == ""


def test_findings_are_said_with_their_answers_once() -> None:
    """The details of an order repeat the answers by their codes; a second one of a code is numbered."""
    event = told(
        details={"measured": "In the record", "measured 2": "In the record", "spare": "none"},
        findings=(Judged("measured", "acknowledge", "In the record"), Judged("near-miss", "info", "")),
    )
    text = words(event)
    assert text.findings == (
        Answered("acknowledge", "Age of a measurement", "In the record"),
        Answered("info", "Just over whole vials", ""),
    )
    assert text.values == (Value("Spare", "", "", "none"),)


def test_an_entry_about_one_finding_says_its_sentence() -> None:
    sentence = "Peripheral blasts 12,400/mm³ are over the limit of 10,000/mm³ before the first dose."
    event = told(
        "finding overridden", {"finding": sentence}, findings=(Judged("blasts", "override", "Confirmed"),),
        reason="Confirmed. “By phone.”", reason_code="confirmed",
    )  # fmt: skip
    text = words(event)
    assert text.findings == (Answered("override", "Peripheral blasts", sentence),)
    assert (text.values, text.why) == ((), "Confirmed. “By phone.”")


@pytest.mark.parametrize(
    ("code", "reason", "why"),
    [
        ("misread", "Misread. “Chart says 70.”", "Misread. “Chart says 70.”"),
        ("lost_label", "", "Lost label"),
        ("", "", ""),
    ],
)
def test_the_reason_stands_in_words(code: str, reason: str, why: str) -> None:
    assert words(told(reason_code=code, reason=reason)).why == why


def test_every_finding_has_a_name() -> None:
    assert set(FINDINGS) == {code for code, _ in findings._SENTENCES}
    assert finding_name("not-ours") == "Not ours"


@pytest.mark.parametrize(
    ("name", "said"),
    [("nhs_number", "NHS number"), ("order-entry", "Order entry"), ("Weight", "Weight"), ("totp", "Second factor")],
)
def test_names_of_programs_are_said_in_words(name: str, said: str) -> None:
    assert field_name(name) == said


# ------------------------------------------------------------------ kinds of entries

KINDS = [
    # action, only looked, stands against
    ("timeline viewed", True, False),
    ("preparations searched", True, False),
    ("preparations listed", True, False),
    ("log exported", True, False),
    ("chain checked", True, False),
    ("page refused", True, False),
    ("order entered", False, False),
    ("order verification stopped", False, True),
    ("scan refused", False, True),
    ("finding overridden", False, True),
    ("finding acknowledged", False, True),
    ("reviewed", False, False),
]


@pytest.mark.parametrize(("action", "access", "against"), KINDS)
def test_looking_is_told_from_doing(action: str, access: bool, against: bool) -> None:
    assert (is_access(action), stands_against(action)) == (access, against)


def test_what_may_not_be_seen_yet_leaves_who_when_and_what() -> None:
    whole = words(told(changes=(Change("Weight", None, "77 kg"),), reason="“Chart says 77.”"))
    kept = hidden(whole)
    assert (kept.who, kept.time, kept.what) == (whole.who, whole.time, whole.what)
    assert (kept.values, kept.findings, kept.why, kept.kept) == ((), (), "", HIDDEN)
    bare = words(told("order verified"))
    assert hidden(bare) == bare
