"""The auditor's side of a course: each value old and new, why and by whom; its timeline and its patient's."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from course_desk import COURSE, SIGNED, begin, check, check_again, enter, give, place, record, release, stored
from finishing import finish
from finishing import release as finish_release
from web_desk import AUDITOR, US, WHO, Browser, Html, on

from compounding import records, training
from compounding.course import (
    Assessment,
    CourseFact,
    DroppedDay,
    End,
    Ended,
    Given,
    Interruption,
    Length,
    Omitted,
    Reduction,
    Response,
    Slot,
    Start,
    Transplant,
    fact_as_json,
    same_place,
)
from compounding.policy import Market
from compounding.quantities import DoseLevel
from compounding.records import Event
from compounding.wording.course_facts import fact_pairs
from compounding.wording.subjects import subject_typed, subject_words, timeline_title
from compounding.workflow import State

PATIENT = "patient:2"
"""The first after the one of the training site."""
DAY, LATER = date(2026, 3, 12), date(2026, 3, 20)


@pytest.fixture
def us(tmp_path: Path) -> Iterator[Browser]:
    browser = Browser(tmp_path)
    yield browser
    browser.desk.engine.dispose()


def newest(browser: Browser, action: str = "") -> Event:
    return records.find_entries(browser.desk.engine, records.EntrySearch(action=action), size=1)[0].event


def told(browser: Browser) -> tuple[tuple[str, str | None, str | None], ...]:
    return newest(browser, "course changed").changes


# ------------------------------------------------------------------ what a fact changes

PLACES: list[tuple[CourseFact, CourseFact, bool]] = [
    (Start(DAY), Start(LATER), True),
    (Transplant(True), Transplant(False), True),
    (Assessment(1, Response.CR), Assessment(1, Response.NONE), True),
    (Assessment(1, Response.CR), Assessment(2, Response.CR), False),
    (Length(1, 21, "a"), Length(1, 28, "b"), True),
    (Length(1, 21, "a"), Length(2, 28, "b"), False),
    (Interruption(DAY, None, "a"), Interruption(DAY, LATER, "b"), True),
    (Interruption(DAY, None, "a"), Interruption(LATER, None, "a"), False),
    (Ended(DAY, End.PATIENT, "a"), Ended(LATER, End.VOD, "b"), True),
    (Reduction(2, 25), Reduction(2, 25), False),
    (Omitted(Slot(1, 8), "a"), Omitted(Slot(1, 8), "b"), False),
    (Start(DAY), Transplant(True), False),
]


@pytest.mark.parametrize(("one", "other", "same"), PLACES)
def test_of_some_kinds_the_newer_takes_the_place_of_the_older(one: CourseFact, other: CourseFact, same: bool) -> None:
    assert (same_place(one, other), same_place(other, one)) == (same, same)


PAIRS: list[tuple[CourseFact, list[tuple[str, str]]]] = [
    (Start(DAY), [("Day 1 of cycle 1", "Mar 12, 2026")]),
    (Transplant(True, "MRD"), [("Transplant", "planned"), ("Reason for one cycle more", "MRD")]),
    (Assessment(2, Response.CRI), [("Response after cycle 2", "CRi")]),
    (Omitted(Slot(1, 8), "fever"), [("Dose omitted", "day 8 of cycle 1"), ("Reason", "fever")]),
    (Length(1, 28, "recovery"), [("Length of cycle 1", "28 days"), ("Reason", "recovery")]),
    (Reduction(2, 25), [("Reduction", "25 % less"), ("From cycle", "2")]),
    (DroppedDay(3, 15), [("Day without a dose", "15"), ("From cycle", "3")]),
    (Interruption(DAY, None, "fever"), [("Held from", "Mar 12, 2026"), ("Recovered on", ""), ("Reason", "fever")]),
    (
        Given(Slot(1, 1), DAY, DoseLevel(Decimal("0.8"))),
        [("Dose given elsewhere", "day 1 of cycle 1"), ("Given on", "Mar 12, 2026"), ("Level", "0.8 mg/m²")],
    ),
    (Ended(DAY, End.VOD, "ascites"), [("Ended on", "Mar 12, 2026"), ("Why", "VOD/SOS"), ("In words", "ascites")]),
]


@pytest.mark.parametrize(("fact", "pairs"), PAIRS, ids=[type(row[0]).__name__ for row in PAIRS])
def test_a_fact_is_told_by_its_values(fact: CourseFact, pairs: list[tuple[str, str]]) -> None:
    assert list(fact_pairs(fact, Market.US)) == pairs


START, AGAIN = on("on", 13, 3, 2026), on("on", 14, 3, 2026)
HELD = {**on("since", 10, 3, 2026), "reason": "pneumonia"}
# What stands, what is recorded next, the sentence without words, and what its entry tells
REPLACED = [
    ("start", {}, START, "Day 1 of cycle 1 is Mar 12, 2026", [("Day 1 of cycle 1", "Mar 12, 2026", "Mar 13, 2026")]),
    ("start", START, AGAIN, "Day 1 of cycle 1 is Mar 13, 2026", [("Day 1 of cycle 1", "Mar 13, 2026", "Mar 14, 2026")]),
    ("transplant", {}, {"planned": "yes"}, "Transplant not planned", [("Transplant", "not planned", "planned")]),
    (
        "length",
        {"cycle": "1", "days": "28", "reason": "recovery"},
        {"cycle": "1", "days": "25", "reason": "recovery"},
        "Cycle 1 lasts 28 days: recovery",
        [("Length of cycle 1", "28 days", "25 days")],
    ),
    (
        "interruption",
        HELD,
        {**HELD, **on("to", 12, 3, 2026), "prescriber": "Dr A. Farrow"},
        "Held from Mar 10, 2026, not yet recovered: pneumonia",
        [("Recovered on", None, "Mar 12, 2026"), ("Prescriber", None, "Dr A. Farrow")],
    ),
]


@pytest.mark.parametrize(("kind", "before", "now", "stands", "changes"), REPLACED)
def test_what_takes_the_place_of_something_says_why_and_what_it_was(
    us: Browser,
    kind: str,
    before: dict[str, str],
    now: dict[str, str],
    stands: str,
    changes: list[tuple[str, str | None, str | None]],
) -> None:
    begin(us)
    if before:
        assert record(us, kind, **before) is None
    count = us.stored()["course_fact"]
    page = record(us, kind, words="", **now)
    label = "Why it is changed" if kind in ("length", "interruption") else "In words"
    assert page is not None and us.status == 422
    assert page.said == [f"{label}: It takes the place of “{stands}”: say in words why."]
    assert us.stored()["course_fact"] == count
    assert record(us, kind, words="misread", **now) is None
    assert list(told(us)) == changes
    assert newest(us, "course changed").reason == "misread"


def test_what_is_recorded_first_stands_against_nothing_and_needs_no_words(us: Browser) -> None:
    begin(us)
    assert record(us, "length", words="", cycle="1", days="28", reason="recovery") is None
    assert list(told(us)) == [("Length of cycle 1", None, "28 days"), ("Reason", None, "recovery")]


def take_out(browser: Browser, fact: int) -> None:
    second = {"second": WHO[US][1], "second_secret": training.PASSWORD}
    sent = {"out_words": "another patient's", **second, **SIGNED}
    assert browser.send(f"/courses/{COURSE}/entries/{fact}/out", sent).status_code == 303


def test_what_is_taken_out_is_told_with_what_holds_again(us: Browser) -> None:
    begin(us)
    for days in ("28", "25"):
        assert record(us, "length", cycle="1", days=days, reason="recovery") is None
    record(us, "reduction", from_cycle="2", prescriber="Dr A. Farrow")
    first, second, less = (one.id for one in stored(us).standing)
    take_out(us, second)
    entry = newest(us, "course entry taken out")
    assert list(entry.changes) == [("Length of cycle 1", "25 days", "28 days")]
    assert entry.reason == "another patient's"
    take_out(us, less)
    assert list(newest(us, "course entry taken out").changes) == [
        ("Reduction", "25 % less", None), ("From cycle", "2", None), ("Prescriber", "Dr A. Farrow", None),
    ]  # fmt: skip
    take_out(us, first)  # 28 days, and the label's 21 hold again: nothing that was recorded
    assert list(newest(us, "course entry taken out").changes) == [
        ("Length of cycle 1", "28 days", None), ("Reason", "recovery", None),
    ]  # fmt: skip


def test_what_another_took_the_place_of_changes_nothing_when_it_is_taken_out(us: Browser) -> None:
    begin(us)
    for days in ("28", "25"):
        assert record(us, "length", cycle="1", days=days, reason="recovery") is None
    take_out(us, stored(us).standing[0].id)
    assert newest(us, "course entry taken out").changes == ()


def test_a_dose_given_is_corrected_with_each_value_old_and_new(us: Browser) -> None:
    begin(us)
    number = place(us)
    assert check(us) is None
    release(us, number)
    assert give(us, observed="15:30") is None
    first = newest(us, "dose given recorded")
    assert ("Observed until", None, "15:30") in first.changes and first.details == {
        "dose": "day 1 of cycle 1", "preparation": number, "signed": first.details["signed"],
    }  # fmt: skip
    assert give(us, observed="16:00", end="14:50", why="read from the chart", not_given="given") is None
    entry = newest(us, "dose given corrected")
    assert list(entry.changes) == [("Ended", "15:00", "14:50"), ("Observed until", "15:30", "16:00")]
    assert (entry.reason, entry.subject) == ("read from the chart", COURSE)
    assert give(us, why="it was another patient's", not_given="not") is None
    assert ("Given", "1.46 mg", None) in newest(us, "dose given corrected").changes


# ------------------------------------------------------------------ timelines


def test_the_words_of_a_course_and_a_timeline() -> None:
    assert subject_words(COURSE) == "course C-000002"
    typed = ("C-000002", "c-000002", " Course  c-000002 ")
    assert [subject_typed(text) for text in typed] == [COURSE] * 3
    assert subject_typed("2026-000001") == "2026-000001"
    assert [timeline_title(one) for one in ("2026-000001", COURSE, PATIENT)] == [
        "Timeline of preparation 2026-000001", "Timeline of course C-000002", "Timeline of patient 2",
    ]  # fmt: skip


@pytest.fixture
def story(us: Browser) -> Browser:
    """A course with an order, whose patient was corrected; the auditor looks."""
    begin(us)
    place(us)
    correct(us, allergies="none known")
    record(us, "transplant", planned="yes", words="donor found")
    us.sign_in(AUDITOR[US])
    return us


def test_the_timeline_of_a_course_holds_its_patient_and_its_orders(story: Browser) -> None:
    page = story.get(f"/audit/{COURSE}")
    assert story.status == 200 and "Timeline of course C-000002" in page.text
    for what in ("Course opened", "Patient corrected", "Allergies penicillin: rash → became none known"):
        assert what in page.text, what
    assert "Transplant not planned → became planned" in page.text and "Why: donor found" in page.text
    links = [href for href, _, _ in page.links]
    assert {"/audit/2026-000004", f"/audit/{PATIENT}", f"/courses/{COURSE}"} <= set(links)
    assert links.count(f"/audit/{COURSE}") == 1  # the tab of all; no entry leads to the page that it stands on
    assert (newest(story).action, newest(story).subject) == ("timeline viewed", COURSE)
    assert "Patient viewed" not in story.get(f"/audit/{COURSE}?show=views").text


def test_the_timeline_of_a_patient_holds_their_courses(story: Browser) -> None:
    page = story.get(f"/audit/{PATIENT}")
    assert story.status == 200 and "RIVERA, Elena" in page.text
    for what in ("Patient entered", "Patient corrected", "Course opened"):
        assert what in page.text, what
    links = {href for href, _, _ in page.links}
    assert {f"/audit/{COURSE}", "/patients/2"} <= links
    assert "Transplant not planned" not in page.text


@pytest.mark.parametrize("subject", [COURSE, PATIENT])
def test_a_timeline_is_taken_out_and_checked(story: Browser, subject: str) -> None:
    table = story.send(f"/audit/{subject}/csv", {})
    assert table.status_code == 200 and b"patient corrected" in table.get_data()
    name = f"timeline-{subject.replace(':', '-')}"
    assert f"{name}.csv" in table.headers["Content-Disposition"]
    table.close()
    paper = story.send(f"/audit/{subject}/pdf", {})
    assert paper.get_data().startswith(b"%PDF") and f"{name}.pdf" in paper.headers["Content-Disposition"]
    assert newest(story, "log exported").subject == subject
    checked = story.send("/audit/check", {"number": subject})
    assert checked.headers["Location"] == f"/audit/{subject}"
    assert story.send(f"/audit/{subject}/compare", {"entry": "", "characters": ""}).status_code == 422


NONE = ["C-000009", "C-2", "patient:9", "patient:02", "patient:0", "patient:x", "patient:" + "9" * 16, "course:2"]


@pytest.mark.parametrize("subject", NONE)
def test_what_is_none_has_no_timeline(us: Browser, subject: str) -> None:
    us.sign_in(AUDITOR[US])
    us.get(f"/audit/{subject}")
    assert us.status == 404


def test_the_log_is_searched_by_the_number_of_a_course(story: Browser) -> None:
    page = story.post("/audit/search", {"number": "c-000002", "action": "course changed"})
    assert story.status == 200 and "course C-000002" in page.text and "Transplant" in page.text
    assert "Nothing" not in page.text and "No entry fits" not in page.text


def test_pages_lead_to_both_timelines(us: Browser) -> None:
    begin(us)
    links = {text: href for href, _, text in us.get(f"/courses/{COURSE}").links}
    assert (links["Timeline"], links["Timeline of the course"]) == (f"/audit/{PATIENT}", f"/audit/{COURSE}")


def test_the_timeline_of_a_course_tells_what_became_of_its_orders(us: Browser) -> None:
    begin(us)
    number = place(us)
    assert check(us) is None
    finish(us, number, State.FINAL)
    told = Event(newest(us).person, "release refused", us.now, reason="The checklist stops it.", subject=number)
    records.record(us.desk.engine, told)
    finish_release(us, number)
    us.sign_in(AUDITOR[US])
    page = us.get(f"/audit/{COURSE}").text
    assert "State entered → became order verified" in page and "State final check → became released" in page
    assert "Release refused Stop" in page and "The checklist stops it." in page
    for passed in ("Material scanned", "became reconstituted", "became labelled", "Preparation viewed"):
        assert passed not in page, passed


def test_the_timeline_of_a_course_hides_what_whoever_verifies_may_not_see(us: Browser) -> None:
    begin(us)
    place(us)
    us.sign_in(WHO[US][1])
    page = us.get(f"/audit/{COURSE}").text
    assert us.status == 200 and "Hidden until it is worked out afresh." in page and "1.46 mg" not in page


def test_the_timeline_of_a_patient_holds_the_doses_given(us: Browser) -> None:
    begin(us)
    number = place(us)
    assert check(us) is None
    release(us, number)
    assert give(us, observed="15:30") is None
    us.sign_in(AUDITOR[US])
    page = us.get(f"/audit/{PATIENT}")
    assert "Dose given recorded" in page.text and f"/audit/{COURSE}" in {href for href, _, _ in page.links}
    assert "Checklist recorded" not in page.text


def test_what_was_signed_for_is_marked_and_counted(us: Browser) -> None:
    """SHA-256 of what is stored, with its meaning and who signed, as JSON in the order of its names."""
    begin(us)
    assert record(us, "length", words="", cycle="1", days="28", reason="recovery") is None
    entry = newest(us, "course changed")
    who = {"meaning": "course changed", "name": entry.person.name, "role": entry.person.role, "user": entry.person.id}
    fact = fact_as_json(Length(1, 28, "recovery"))
    shown = {"course": COURSE, "kind": "length", "fact": fact, "words": "", "prescriber": ""}
    signed = json.dumps({**who, "shown": shown}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert entry.details["signed"] == hashlib.sha256(signed.encode()).hexdigest()
    assert check(us) is None
    us.sign_in(AUDITOR[US])
    page = us.get(f"/audit/{COURSE}")
    for what in ("Course opened Signed", "Course changed Signed", "Checklist recorded Signed"):
        assert what in page.text, what
    # opened, changed, recorded; the patient was entered without a signature
    assert "Signatures 3" in page.text and "Changes 3" in page.text
    assert "Course changed Signed" in us.get(f"/audit/{COURSE}?show=signatures").text


def test_what_stops_on_a_checklist_is_told_by_its_sentence(us: Browser) -> None:
    begin(us)
    shown = check(us, liver_bilirubin="")
    assert shown is not None and check_again(us, shown) is None
    (found,) = newest(us, "checklist recorded").findings
    said = "Bilirubin is not entered: the dose waits for it."
    assert (found.code, found.severity, found.answer) == ("bilirubin", "stop", said)
    us.sign_in(AUDITOR[US])
    assert f"Bilirubin {said}" in us.get(f"/audit/{COURSE}").text.replace("Stop ", "")


# What an auditor may not open, and what its entry names
REFUSED = [
    (f"/courses/{COURSE}/record/ended", COURSE),
    (f"/courses/{COURSE}/order/1/1", COURSE),
    ("/patients/2/edit", PATIENT),
    ("/patients/2/courses/new", PATIENT),
    ("/patients/new", ""),
]


@pytest.mark.parametrize(("path", "subject"), REFUSED)
def test_a_page_that_is_refused_names_its_course_or_patient(us: Browser, path: str, subject: str) -> None:
    begin(us)
    us.sign_in(AUDITOR[US])
    us.get(path)
    entry = newest(us)
    assert (us.status, entry.action, entry.subject) == (403, "page refused", subject)
    if subject:
        us.get(f"/audit/{subject}?show=views")
        assert "Page refused" in us.get(f"/audit/{subject}?show=views").text


# ------------------------------------------------------------------ a patient corrected by two

SECOND = {"second": WHO[US][1], "second_secret": training.PASSWORD}


def correct(browser: Browser, **changes: str) -> Html | None:
    """Corrects the patient; gives the page again where it is refused."""
    form = {**browser.get("/patients/2/edit").fields, "reason": "as the record has it", **SIGNED, **changes}
    answer = browser.client.post("/patients/2/edit", data=form)
    browser.status = answer.status_code
    return None if answer.status_code == 303 else Html(answer.get_data(as_text=True))


WRONG = [
    ({"signing_secret": "000000"}, "Signing PIN: This is not your PIN or password. Nothing is signed."),
    ({"signing_secret": ""}, "Signing PIN: Type your signing PIN, or your password."),
    ({"reason": ""}, "Why it is changed: Say why it is changed."),
]


@pytest.mark.parametrize(("changes", "said"), WRONG)
def test_a_correction_is_signed_with_its_reason(us: Browser, changes: dict[str, str], said: str) -> None:
    enter(us)
    page = correct(us, **{"given": "Elena Maria", **changes})
    assert page is not None and (us.status, page.said) == (422, [said])
    assert page.fields["given"] == "Elena Maria" and "second" not in page.fields
    assert us.stored()["patient"] == 2


def test_whoever_is_not_under_treatment_yet_is_corrected_by_one(us: Browser) -> None:
    begin(us)
    assert correct(us, family="Rivera Soto") is None
    assert "seen by" not in newest(us, "patient corrected").details


GIVEN = {"cycle": "1", "day": "1", **on("on", 5, 3, 2026), "level": "0.8"}
WHO_THEY_ARE = [
    ({"family": "Soto"}, ("Family name", "Rivera", "Soto")),
    ({"given": "Helena"}, ("Given name", "Elena", "Helena")),
    (on("born", 15, 8, 1980), ("Born", "Aug 14, 1980", "Aug 15, 1980")),
    ({"mrn": "00417353"}, ("MRN", "00417352", "00417353")),
]


@pytest.mark.parametrize(("changes", "change"), WHO_THEY_ARE)
def test_who_somebody_under_treatment_is_takes_two_people(
    us: Browser, changes: dict[str, str], change: tuple[str, str, str]
) -> None:
    begin(us)
    assert record(us, "given", **GIVEN) is None
    page = correct(us, **changes)
    assert page is not None and us.status == 422
    assert page.said == [
        "Second person, user name: The second person types their user name.",
        "Password of the second person: The second person types their password.",
    ]
    assert us.stored()["patient"] == 2
    assert correct(us, **changes, **SECOND) is None
    entry = newest(us, "patient corrected")
    assert list(entry.changes) == [change] and entry.person.id == WHO[US][0]
    assert entry.details["seen by"].endswith(f", account {WHO[US][1]}")


SECONDS = [
    ({"second": WHO[US][0]}, "Second person, user name: The second person must be somebody else than you."),
    (
        {"second_secret": "no"},
        "Password of the second person: The user name or the password of the second person is not right. Nothing is "
        "recorded.",
    ),
    ({"signing_secret": "000000"}, "Signing PIN: This is not your PIN or password. Nothing is signed."),
]


@pytest.mark.parametrize(("changes", "said"), SECONDS)
def test_a_wrong_second_person_changes_nothing_and_loses_nothing(
    us: Browser, changes: dict[str, str], said: str
) -> None:
    begin(us)
    place(us)
    page = correct(us, **{"family": "Soto", **SECOND, **changes})
    assert page is not None and (us.status, page.said) == (422, [said])
    assert page.fields["family"] == "Soto" and us.stored()["patient"] == 2


def test_an_auditor_is_no_second_person(us: Browser) -> None:
    begin(us)
    place(us)
    page = correct(us, family="Soto", second=AUDITOR[US], second_secret=training.PASSWORD)
    assert page is not None and us.status == 422 and page.said[0].startswith("Second person, user name: ")
    assert us.stored()["patient"] == 2


def test_the_records_take_no_single_word_for_what_two_must_say(us: Browser) -> None:
    """An order that is stored while a form is open asks for a second person all the same."""
    begin(us)
    engine, one = us.desk.engine, records.patient(us.desk.engine, 2)
    assert one is not None and "second" not in us.get("/patients/2/edit").fields
    place(us)
    assert records.under_treatment(engine, 2) and not records.under_treatment(engine, 1)
    event = replace(newest(us), subject="")
    said = "RIVERA, Elena has an order or a dose: a name, the day of birth or a number is corrected by two people."
    soto = records.NewPatient("Soto", "Elena", one.content.born, mrn="00417352")
    for witness in ("", event.person.id):
        with pytest.raises(records.RecordsRefused, match=said):
            records.put_patient(engine, soto, event, patient_id=2, was=one.entry, witness=witness)
    assert records.put_patient(engine, soto, event, patient_id=2, was=one.entry, witness="okafor-2").content == soto


def test_what_is_no_name_day_or_number_is_corrected_by_one(us: Browser) -> None:
    begin(us)
    place(us)
    assert correct(us, allergies="none known") is None
    assert newest(us, "patient corrected").changes == (("Allergies", "penicillin: rash", "none known"),)


def test_a_dose_from_elsewhere_that_was_taken_out_treats_nobody(us: Browser) -> None:
    begin(us)
    assert record(us, "given", **GIVEN) is None
    assert records.under_treatment(us.desk.engine, 2)
    take_out(us, stored(us).standing[0].id)
    assert not records.under_treatment(us.desk.engine, 2)
