"""Patients, courses, checklists and doses on their pages: the way of a patient, and what stops it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from course_desk import (
    COURSE,
    EXAMS,
    SIGNED,
    begin,
    check,
    check_again,
    course,
    dosed,
    enter,
    give,
    order_form,
    patient,
    place,
    record,
    release,
    respond,
    review,
    stored,
)
from finishing import finish
from web_desk import AUDITOR, UK, US, WHO, Browser, Html, on, typed

from compounding import records, training
from compounding.course import Assessment, End, Ended, Response, Slot
from compounding.policy import Market
from compounding.workflow import State

FIRST, LATER = {"cycle": 1, "day": 1}, {"cycle": 1, "day": 8}


@pytest.fixture(params=[US, UK], ids=["us", "uk"])
def either(tmp_path: Path, request: pytest.FixtureRequest) -> Browser:
    """A desk of either market."""
    return Browser(tmp_path, request.param)


@pytest.fixture
def us(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


def entries(browser: Browser, subject: str = COURSE) -> list[str]:
    search = records.EntrySearch(subject=subject)
    return [found.event.action for found in records.find_entries(browser.desk.engine, search)]


# ------------------------------------------------------------------ patients


def test_a_patient_is_entered_found_and_corrected(either: Browser) -> None:
    key = enter(either)
    page = either.get(f"/patients/{key}")
    assert "RIVERA, Elena" in page.text and "penicillin: rash" in page.text
    assert "No course yet." in page.text
    found = either.post("/patients/search", {"name": "river"})
    assert "RIVERA, Elena" in found.text
    assert "Nobody fits the search." in either.post("/patients/search", {"name": "nowak"}).text
    form = either.get(f"/patients/{key}/edit").fields
    sent = {**form, "family": "Rivera Soto", "reason": "as the record has it", **SIGNED}
    assert either.client.post(f"/patients/{key}/edit", data=sent).status_code == 303
    assert "RIVERA SOTO, Elena" in either.get(f"/patients/{key}").text
    again = either.client.post(f"/patients/{key}/edit", data=sent)
    assert again.status_code == 409 and "was changed meanwhile" in again.get_data(as_text=True)
    told = records.find_entries(either.desk.engine, records.EntrySearch(action="patient corrected"))
    assert told[0].event.changes == (("Family name", "Rivera", "Rivera Soto"),)
    assert (told[0].event.reason, told[0].event.subject) == ("as the record has it", f"patient:{key}")


def test_two_of_one_name_are_told_apart_and_never_merged(us: Browser) -> None:
    first = enter(us)
    other = enter(us, **on("born", 2, 2, 1955), mrn="00999001")
    page = us.get("/patients").text
    assert first != other and page.count("RIVERA, Elena") == 2
    assert "Aug 14, 1980" in page and "Feb 2, 1955" in page and "MRN 00999001" in page
    assert page.count("Another patient of this name: read the day of birth and the number.") == 2
    refused = us.post("/patients/new", patient(family="Soto", mrn="00417352"))
    assert us.status == 409 and us.stored()["patient"] == 3  # with that of the training site
    assert "is the number of RIVERA, Elena, born 1980-08-14" in refused.said[0]


BAD_PATIENTS: list[tuple[Market, dict[str, str], str]] = [
    (US, {"family": ""}, "Family name: Type the family name."),
    (US, {"mrn": ""}, "MRN: Type the medical record number."),
    (US, on("born", 13, 3, 2026), "Born: Mar 13, 2026 is in the future."),
    (UK, on("born", 1, 1, 1890), "Born: 01-Jan-1890 is more than 122 years ago."),
    # 9·10 + 9·9 + 9·8 = 243, and 243 modulo 11 is 1: 11 − 1 = 10, which is no check digit.
    (UK, {"nhs_number": "999 000 0000"},
     "NHS number: “999 000 0000” is not an NHS number: its last figure does not fit the others."),
]  # fmt: skip


@pytest.mark.parametrize(("market", "changes", "said"), BAD_PATIENTS)
def test_what_is_no_patient_is_told_at_its_field(
    tmp_path: Path, market: Market, changes: dict[str, str], said: str
) -> None:
    browser = Browser(tmp_path, market)
    page = browser.post("/patients/new", patient(market, **changes))
    assert (browser.status, page.said) == (422, [said])
    assert page.fields["given"] == "Elena" and browser.stored()["patient"] == 1  # that of the training site


def test_a_patient_that_is_not_there_is_not_found(us: Browser) -> None:
    for path in ("/patients/7", "/patients/7/edit", "/patients/7/courses/new", "/courses/C-000007"):
        us.get(path)
        assert us.status == 404, path


# ------------------------------------------------------------------ a course


def test_the_training_site_has_a_patient_with_a_planned_course(either: Browser) -> None:
    """NHS number: 9·10 + 9·9 + 9·8 + 3·7 + 1·6 + 8·5 + 2·4 + 0·3 + 6·2 = 330 = 30·11, so its last figure is 0."""
    links = {text: href for href, _, text in either.get("/patients").links}
    name = {US: "DELACROIX, Simone", UK: "FERREIRA-LUNT, Hannah"}[either.market]
    page = either.get(links[name])
    assert {US: "00420116", UK: "9993182060"}[either.market] in page.text.replace(" ", "")
    course_page = either.get("/courses/C-000001").text
    assert (
        "Next: Cycle 1, day 1" in course_page and {US: "Mar 14, 2026", UK: "14-Mar-2026"}[either.market] in course_page
    )


def test_the_patient_of_the_training_site_is_entered_once(tmp_path: Path) -> None:
    Browser(tmp_path)
    assert (again := Browser(tmp_path).stored())["patient"] == 1 and again["course"] == 1


def test_a_course_shows_what_is_next_and_what_blocks_it(either: Browser) -> None:
    number = begin(either)
    page = either.get(f"/courses/{number}")
    assert number == COURSE
    assert "Next: Cycle 1, day 1" in page.text and "relapsed B-cell precursor ALL" in page.text
    assert "The checklist of day 1 of cycle 1 is not filled in: it comes before the dose." in page.text
    assert "Expected level 0.8 mg/m²" in page.text and "at most 6" in page.text
    links = {text: href for href, _, text in page.links}
    assert links["Order this dose"] == f"/courses/{number}/order/1/1"
    for href in (links["Treatment plan"], links["Calendar file"]):
        assert either.client.get(href).status_code == 200
    assert either.client.get(links["Treatment plan"]).data.startswith(b"%PDF")


def test_a_course_is_opened_once_and_what_it_lacks_is_told(us: Browser) -> None:
    key = enter(us)
    path = f"/patients/{key}/courses/new"
    page = us.post(path, course(indication="", prescriber="", **SIGNED))
    assert (us.status, page.said) == (
        422,
        ["Indication: Type the indication.", "Prescriber: Type the prescriber's name."],
    )
    page = us.post(path, course(signing_secret="000000"))
    assert (us.status, page.said) == (422, ["Signing PIN: This is not your PIN or password. Nothing is signed."])
    assert page.fields["indication"] == course()["indication"] and us.stored()["course"] == 1
    fields = {**us.get(path).fields, **course(), **SIGNED}
    for _ in range(2):
        assert us.client.post(path, data=fields).headers["Location"] == f"/courses/{COURSE}"
    assert us.stored()["course"] == 2  # with that of the training site


def test_an_auditor_sees_a_course_and_records_nothing(us: Browser) -> None:
    begin(us)
    us.sign_in(AUDITOR[US])
    page = us.get(f"/courses/{COURSE}")
    assert us.status == 200 and "Order this dose" not in page.text and "Entry error" not in page.text
    us.get(f"/courses/{COURSE}/record/ended")
    assert us.status == 403
    assert us.get(f"/courses/{COURSE}/checklists/1/1").text.count("Record the checklist") == 0


FACTS: list[tuple[str, dict[str, str], str]] = [
    ("response", {"after_cycle": "1", "is_": "cr"}, "Response after cycle 1: CR"),
    ("omitted", {"cycle": "1", "day": "15", "reason": "toxicity"}, "Day 15 of cycle 1 is omitted: toxicity"),
    ("length", {"cycle": "1", "days": "28", "reason": "recovery"}, "Cycle 1 lasts 28 days: recovery"),
    ("interruption", {**on("since", 11, 3, 2026), "reason": "pneumonia"},
     "Held from Mar 11, 2026, not yet recovered: pneumonia"),
    ("reduction", {"from_cycle": "2", "prescriber": "Dr A. Farrow"}, "25 % less from cycle 2 on"),
    ("dropped-day", {"from_cycle": "3", "day": "15", "prescriber": "Dr A. Farrow"},
     "No dose on day 15 from cycle 3 on"),
    ("transplant", {"planned": "yes", "third": "MRD found"}, "Transplant planned; one cycle more: MRD found"),
    ("start", on("on", 13, 3, 2026), "Day 1 of cycle 1 is Mar 13, 2026"),
    ("given", {"cycle": "1", "day": "1", **on("on", 5, 3, 2026), "level": "0.8"},
     "Day 1 of cycle 1 was given elsewhere on Mar 5, 2026, 0.8 mg/m²"),
    ("ended", {**on("on", 12, 3, 2026), "why": "vod", "told": "Ascites"},
     "Treatment ended on Mar 12, 2026, VOD/SOS: Ascites"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "said", "shown"), FACTS, ids=[row[0] for row in FACTS])
def test_what_is_recorded_stands_on_the_page_and_in_the_log(
    us: Browser, kind: str, said: dict[str, str], shown: str
) -> None:
    begin(us)
    if kind == "response":
        dosed(us)
    assert record(us, kind, **said) is None
    page = us.get(f"/courses/{COURSE}").text
    assert shown in page and "Entry error" in page
    told = records.find_entries(us.desk.engine, records.EntrySearch(action="course changed"))[0].event
    assert (told.details["recorded"], told.subject, told.person.id) == (shown, COURSE, WHO[US][0])


REFUSED: list[tuple[str, dict[str, str], str]] = [
    ("response", {"after_cycle": "0", "is_": "cr"}, "After cycle: “0” is not 1 or more."),
    ("response", {"after_cycle": "5", "is_": "cr"},
     "After cycle: No dose of cycle 5 is recorded as given: a response is found after one."),
    ("reduction", {"from_cycle": "2"}, "Prescriber: Name the prescriber who ordered it."),
    ("given", {"cycle": "1", "day": "8", **on("on", 5, 3, 2026), "level": "0.5"},
     "Cycle: Day 1 of cycle 1 comes before day 8 of cycle 1 and is neither given nor omitted."),
    ("length", {"cycle": "1", "days": "29", "reason": "x"}, "Cycle: 29 is not from 21 to 28, as cycle 1 may last."),
    ("interruption", {**on("since", 11, 3, 2026), **on("to", 10, 3, 2026), "reason": "x"},
     "Held from: 2026-03-10 is before 2026-03-11, when it began."),
    ("response", {"after_cycle": "1", "is_": "cr", "signing_secret": "000000"},
     "Signing PIN: This is not your PIN or password. Nothing is signed."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "said", "error"), REFUSED)
def test_what_cannot_be_is_told_at_its_field_and_nothing_is_recorded(
    us: Browser, kind: str, said: dict[str, str], error: str
) -> None:
    begin(us)
    page = record(us, kind, **said)
    assert page is not None and us.status in (409, 422)
    assert page.said == [error] and us.stored()["course_fact"] == 0
    assert all(page.fields.get(name) == text for name, text in said.items() if name in ("after_cycle", "cycle", "days"))


# The patient is born on Aug 14, 1980, the course starts on Mar 12, 2026, which is today. The highest level of the label
# is 0.8 mg/m², twice that 1.6, and its longest cycle has 28 days: Feb 12 is 28 days before the start, Feb 11 is 29.
ELSEWHERE = {"cycle": "1", "day": "1", "level": "0.8"}
EARLY = "more than 28 days, the longest cycle, before day 1 of cycle 1, Mar 12, 2026: say in words why it belongs to"
BEFORE = "before the day of birth, Aug 14, 1980."
LIMITS: list[tuple[str, dict[str, str], str]] = [
    ("given", {**ELSEWHERE, **on("on", 13, 8, 1980)}, f"Given on: Aug 13, 1980 is {BEFORE}"),
    ("given", {**ELSEWHERE, **on("on", 13, 3, 2026)}, "Given on: Mar 13, 2026 is in the future."),
    ("given", {**ELSEWHERE, **on("on", 11, 2, 2026), "words": ""},
     f"In words: Feb 11, 2026 is {EARLY} this course."),
    ("given", {**ELSEWHERE, **on("on", 11, 2, 2026)}, ""),
    ("given", {**ELSEWHERE, **on("on", 12, 2, 2026), "words": ""}, ""),
    ("given", {**ELSEWHERE, **on("on", 5, 3, 2026), "level": "1.601"},
     "Level: 1.601 mg/m² is more than twice the highest level of this drug, 0.8 mg/m²: type it again."),
    ("given", {**ELSEWHERE, **on("on", 5, 3, 2026), "level": "1.6", "words": ""},
     "In words: 1.6 mg/m² is above the highest level of this drug, 0.8 mg/m²: say in words why it was given."),
    ("given", {**ELSEWHERE, **on("on", 5, 3, 2026), "level": "1.6"}, ""),
    ("interruption", {**on("since", 13, 8, 1980), "reason": "x"}, f"Held from: Aug 13, 1980 is {BEFORE}"),
    ("interruption", {**on("since", 13, 3, 2026), "reason": "x"}, "Held from: Mar 13, 2026 is in the future."),
    ("interruption", {**on("since", 11, 3, 2026), **on("to", 13, 3, 2026), "reason": "x"},
     "Recovered on: Mar 13, 2026 is in the future."),
    ("ended", {**on("on", 13, 8, 1980), "why": "patient", "told": "x"}, f"Ended on: Aug 13, 1980 is {BEFORE}"),
    ("start", on("on", 13, 3, 2027), "Day 1 of cycle 1: Mar 13, 2027 is more than 365 days ahead of today."),
    ("start", on("on", 12, 3, 2027), ""),
    ("reduction", {"from_cycle": "7", "prescriber": "Dr A. Farrow"},
     "From cycle: Cycle 7: this course has at most 6 cycles."),
    ("reduction", {"from_cycle": "6", "prescriber": "Dr A. Farrow"}, ""),
    ("dropped-day", {"from_cycle": "7", "day": "15", "prescriber": "Dr A. Farrow"},
     "From cycle: Cycle 7: this course has at most 6 cycles."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "said", "error"), LIMITS)
def test_what_no_course_has_is_refused_and_what_few_have_needs_words(
    us: Browser, kind: str, said: dict[str, str], error: str
) -> None:
    begin(us)
    page = record(us, kind, **said)
    assert ([] if page is None else page.said) == ([error] if error else [])
    assert us.stored()["course_fact"] == (0 if error else 1)


def test_no_course_is_opened_for_a_start_more_than_a_year_ahead(us: Browser) -> None:
    path = f"/patients/{enter(us)}/courses/new"
    sent = {**us.get(path).fields, **SIGNED, **course(**on("start", 13, 3, 2027))}
    answer = us.client.post(path, data=sent)
    said = "Day 1 of cycle 1: Mar 13, 2027 is more than 365 days ahead of today."
    assert answer.status_code == 422 and Html(answer.get_data(as_text=True)).said == [said]
    assert us.client.post(path, data={**sent, **on("start", 12, 3, 2027)}).status_code == 303


LARGEST = 2**31 - 1


@pytest.mark.parametrize("key", [LARGEST, LARGEST + 1, 2**63, 10**30])
@pytest.mark.parametrize(
    "path",
    [
        "/patients/{}",
        "/patients/{}/edit",
        "/patients/{}/courses/new",
        f"/courses/{COURSE}/entries/{{}}/out",
        f"/courses/{COURSE}/checklists/{{}}/1",
        f"/courses/{COURSE}/doses/1/{{}}",
        f"/courses/{COURSE}/order/{{}}/1",
    ],
)
def test_no_number_of_an_address_is_too_large_to_be_looked_up(us: Browser, path: str, key: int) -> None:
    begin(us)
    us.get(path.format(key))
    assert us.status == 404


def ordered_outside(browser: Browser, **changes: str) -> str:
    """An order in no course; gives its number."""
    return str(browser.save(browser.review(**changes)).headers["Location"].rsplit("/", 1)[1])


def test_an_order_outside_the_course_stands_on_its_page(us: Browser) -> None:
    """Written before the course was opened: by the patient's number, and not by the name."""
    number, ended = ordered_outside(us, mrn="0041-7352"), ordered_outside(us, **on("give_on", 13, 3, 2026))
    ordered_outside(us, mrn="00999001", **on("give_on", 14, 3, 2026))
    path = f"/preparations/{ended}/end/cancel"
    assert us.client.post(path, data={**us.get(path).fields, "why": "patient", "words": "Fever"}).status_code == 303
    begin(us)
    page = us.get(f"/courses/{COURSE}")
    assert "Ordered outside of this course" in page.text and f"{number} Mar 12, 2026 entered" in page.text
    assert "Number To be given on State" in page.text  # an order is no dose yet
    assert f"/preparations/{number}" in {href for href, _, _ in page.links}
    assert "Mar 14, 2026 entered" not in page.text and ended not in page.text


def test_an_order_in_the_course_is_none_outside(us: Browser) -> None:
    begin(us)
    outside = records.ordered_outside(us.desk.engine, stored(us))
    number = place(us)
    assert number not in {one.number for one in outside}
    assert records.ordered_outside(us.desk.engine, stored(us)) == outside


def test_an_entry_error_is_taken_out_by_two_people(us: Browser) -> None:
    begin(us)
    record(us, "reduction", from_cycle="2", prescriber="Dr A. Farrow")
    path = f"/courses/{COURSE}/entries/1/out"
    form = {**us.get(path).fields, "out_words": "another patient's", **SIGNED}
    own = us.client.post(path, data={**form, "second": WHO[US][0], "second_secret": training.PASSWORD})
    assert own.status_code == 422 and "must be somebody else than you" in own.get_data(as_text=True)
    wrong = us.client.post(path, data={**form, "second": WHO[US][1], "second_secret": "no"})
    assert wrong.status_code == 422 and stored(us).standing
    done = us.client.post(path, data={**form, "second": WHO[US][1], "second_secret": training.PASSWORD})
    assert done.status_code == 303 and not stored(us).standing
    page = us.get(f"/courses/{COURSE}").text
    assert "Taken out" in page and "another patient's" in page
    assert us.client.get(path).status_code == 404


# ------------------------------------------------------------------ an order in a course


def test_the_order_form_opens_with_what_the_course_knows(either: Browser) -> None:
    begin(either, transplant="yes")
    form = either.get(f"/courses/{COURSE}/order/1/1")
    fields = form.fields
    assert (fields["family"], fields["given"], fields["born_year"]) == ("Rivera", "Elena", "1980")
    assert (fields["cycle"], fields["day"], fields["transplant"]) == ("1", "1", "yes")
    assert (fields["give_on_day"], fields["give_on_month"], fields["prescriber"]) == ("12", "3", "Dr A. Farrow")
    assert fields["course"] == COURSE and fields["height"] == ""
    assert not form.problems  # what nobody sent is no error
    either.get(f"/courses/{COURSE}/order/3/8")
    assert either.status == 404  # before a transplant two cycles


def test_an_order_is_placed_in_its_course(either: Browser) -> None:
    begin(either)
    shown = review(either)
    assert "In its course" in shown.text and "Expected level 0.8 mg/m²" in shown.text
    assert "The checklist of day 1 of cycle 1 is not filled in" in shown.text
    number = str(either.save(shown).headers["Location"].rsplit("/", 1)[1])
    (order,) = stored(either).orders
    assert (order.number, order.slot, order.state) == (number, Slot(1, 1), "entered")
    page = either.get(f"/courses/{COURSE}")
    assert f"Order {number} , entered" in page.text and "Order this dose" not in page.text
    assert f"/courses/{COURSE}" in [href for href, _, _ in either.get(f"/preparations/{number}").links]


def test_a_single_order_outside_a_course_stays_possible(either: Browser) -> None:
    begin(either)
    record(either, "ended", **on("on", 12, 3, 2026), why="patient", told="asked to stop")
    number = "mrn" if either.market is US else "hospital_number"
    shown = either.review(**{number: "00999001"})
    assert "In its course" not in shown.text
    assert either.save(shown).status_code == 303
    assert stored(either).orders == () and either.stored()["placed"] == 0


STOPPED: list[tuple[str, dict[str, str], str]] = [
    ("5 days after", {**LATER, **on("give_on", 17, 3, 2026)},
     "Day 8 of cycle 1 is ordered for Mar 17, 2026, 5 days after the dose before it, Mar 12, 2026: at least 6 days lie "
     "between two doses."),
    ("another response", {"cycle": "2", "day": "1", "response": "cri"},
     "The order's response before cycle 2 is CRi, and the course's CR. Record it in the course, or correct the order."),
    ("another transplant", {"transplant": "yes"},
     "The course has no transplant planned, and the order says otherwise. Change the course, or correct the order."),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), [row[1:] for row in STOPPED], ids=[row[0] for row in STOPPED])
def test_an_order_that_its_course_stops_is_told_why(us: Browser, changes: dict[str, str], said: str) -> None:
    begin(us)
    if "response" in changes:
        respond(us, "cr")
    sent = {name: str(text) for name, text in changes.items()}
    page = review(us, **sent)
    assert us.status == 422 and said in page.said
    assert us.stored()["preparation"] == 3  # the invented ones


def test_an_order_names_the_patient_of_its_course(us: Browser) -> None:
    begin(us)
    page = review(us, family="Soto")
    assert us.status == 422
    assert page.said == [
        f"Family name: Course {COURSE} is of RIVERA, Elena. Correct the patient there, or order for another outside it."
    ]
    assert review(us, course="C-000009").said == [
        "Family name: There is no course C-000009: begin the order on the page of its course."
    ]


def test_a_course_that_has_ended_refuses_every_order_for_its_patient(us: Browser) -> None:
    begin(us)
    form = order_form(us)
    record(us, "ended", **on("on", 12, 3, 2026), why="vod", told="Ascites")
    said = "Treatment was stopped on Mar 12, 2026: VOD/SOS. “Ascites”"
    page = us.post("/orders/review", form)
    assert us.status == 422 and said in page.said
    outside = us.review()  # the same number, and no course
    assert us.status == 422 and said in outside.said
    assert us.review(mrn="00999001").said == []  # a namesake
    shown = us.get(f"/courses/{COURSE}").text
    assert "Treatment has ended" in shown and said in shown and "Order this dose" not in shown
    assert us.client.get(f"/courses/{COURSE}/calendar.ics").status_code == 200  # it holds no dose to come


def test_an_order_reviewed_before_the_course_changed_is_reviewed_once_more(us: Browser) -> None:
    begin(us)
    shown = review(us)
    record(us, "ended", **on("on", 12, 3, 2026), why="patient", told="asked to stop")
    answer = us.save(shown)
    assert answer.status_code == 422
    assert "Treatment was stopped on Mar 12, 2026" in Html(answer.get_data(as_text=True)).text
    assert us.stored()["placed"] == 0


def test_a_second_order_for_a_dose_asks_a_second_person(us: Browser) -> None:
    begin(us)
    number = place(us)
    form = {**order_form(us, **FIRST)}
    shown = us.post("/orders/review", form)
    assert f"Day 1 of cycle 1 is ordered already: {number}. Two orders would be two doses." in shown.text
    assert us.save(shown).status_code == 422


def test_a_reduced_dose_states_its_own_level(us: Browser) -> None:
    """0.5 × 0.75 = 0.375 mg/m² of 1.82 m² are 0.6825 mg."""
    begin(us)
    respond(us, "cr")
    record(us, "reduction", from_cycle="2", prescriber="Dr A. Farrow")
    fields = us.get(f"/courses/{COURSE}/order/2/1").fields
    assert (fields["own_level"], fields["response"]) == ("0.375", "cr")
    assert fields["own_reason"] == "25 % less from cycle 2 on, for toxicity"
    raised = review(us, 2, 1, own_level="", own_reason="")
    assert us.status == 422
    assert (
        "Day 1 of cycle 2 is ordered at 0.5 mg/m², over the 0.375 mg/m² that the reduction by 25 % leaves: "
        "a dose reduced for toxicity is never raised again."
    ) in raised.said


def test_a_changed_order_stays_in_its_course(us: Browser) -> None:
    begin(us)
    number = place(us)
    form = us.get(f"/preparations/{number}")
    edit = us.get(f"/orders/{number}/edit").fields
    assert edit["course"] == COURSE and form.text
    shown = us.post("/orders/review", {**edit, "weight": "71"})
    assert "is ordered already" not in shown.text
    answer = us.save(shown, change_reason="measured", change_words="weighed again")
    assert answer.status_code == 303, Html(answer.get_data(as_text=True)).said
    assert [order.number for order in stored(us).orders] == [number]
    assert us.stored()["placed"] == 2


# ------------------------------------------------------------------ the checklist


def test_a_checklist_is_recorded_and_frees_the_dose(either: Browser) -> None:
    begin(either)
    assert check(either) is None
    (made,) = stored(either).checklists.values()
    assert made.checklist.seen_by == "Dr A. Farrow" and made.told.person.id == WHO[either.market][0]
    page = either.get(f"/courses/{COURSE}")
    assert "is not filled in" not in page.text and "Filled in" in page.text
    again = either.get(f"/courses/{COURSE}/checklists/1/1")
    assert again.fields["liver_bilirubin"] == "0.8" and "Recorded" in again.text


CHECKLISTS: list[tuple[str, dict[str, str], str, bool]] = [
    ("bilirubin missing", {"liver_bilirubin": ""}, "Bilirubin is not entered: the dose waits for it.", True),
    ("bilirubin 1.6 alone", {"liver_bilirubin": "1.6"}, "Bilirubin 1.6 × ULN is over 1.5 × ULN:", False),
    ("AST 2.6 alone", {"liver_ast": "2.6"}, "AST or ALT 2.6 × ULN is over 2.5 × ULN:", False),
    ("blasts", {"blasts": "12000"}, "Peripheral blasts 12,000/mm³ are over the limit of 10,000/mm³", False),
    ("VOD", {"ends": "yes"}, "VOD/SOS or other severe liver toxicity: discontinue permanently.", True),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said", "stops"), [c[1:] for c in CHECKLISTS], ids=[c[0] for c in CHECKLISTS])
def test_what_a_checklist_finds_is_shown_before_it_is_recorded(
    either: Browser, changes: dict[str, str], said: str, stops: bool
) -> None:
    begin(either)
    shown = check(either, **changes)
    assert shown is not None and either.status == 200 and said in shown.text
    assert either.stored()["checklist"] == 0
    if stops:
        assert check_again(either, shown) is None  # recorded as it is, and it holds the dose
        page = either.get(f"/courses/{COURSE}").text
        assert "The checklist of day 1 of cycle 1 stops the dose: read it on the page of the course." in page
        assert "Holds the dose" in page
        return
    alone = check_again(either, shown)
    assert alone is not None and either.status == 422 and either.stored()["checklist"] == 0
    second = {
        "finding_0_reason": "confirmed",
        "finding_0_user": WHO[either.market][1],
        "finding_0_secret": training.PASSWORD,
        "finding_0_words": "Dr A. Farrow, by phone",
    }
    if "finding_0_reason" in shown.elements:
        reasons = "gilbert" if "liver_bilirubin" in changes else "prescriber" if "liver_ast" in changes else "confirmed"
        assert check_again(either, shown, **{**second, "finding_0_reason": reasons}) is None
    (made,) = stored(either).checklists.values()
    assert "Dr A. Farrow, by phone" in made.answers_json
    assert "finding overridden" in entries(either)
    page = either.get(f"/courses/{COURSE}").text
    assert "The checklist of day 1" not in page


def test_a_checklist_of_another_day_lets_no_bag_out(us: Browser) -> None:
    """Recorded for 1 March, with results of last January: the order is for the 12th."""
    begin(us)
    number = place(us)
    old = {part: text for exam in EXAMS for part, text in on(f"exam_{exam}", 8, 1, 2026).items()}
    shown = check(us, **on("on", 1, 3, 2026), **old)
    assert shown is not None and "more than 14 days before the first dose, planned for Mar 1, 2026" in shown.text
    second = {"finding_0_user": WHO[US][1], "finding_0_secret": training.PASSWORD}
    assert check_again(us, shown, finding_0_reason="confirmed", finding_0_words="no later ones", **second) is None
    said = "The checklist of day 1 of cycle 1 is for Mar 1, 2026, and the dose is ordered for Mar 12, 2026:"
    assert said in us.get(f"/courses/{COURSE}").text
    finish(us, number, State.FINAL)
    us.sign_in("lindqvist")
    path = f"/preparations/{number}/release"
    page = us.get(path)
    assert said in page.text
    assert us.client.post(path, data={**page.fields, **SIGNED}).status_code == 409
    us.sign_in(WHO[US][0])
    again = check(us)  # the page stood with what the old one found
    assert again is not None and check_again(us, again) is None
    us.sign_in("lindqvist")
    assert us.client.post(path, data={**us.get(path).fields, **SIGNED}).status_code == 303


def test_an_order_that_is_moved_after_its_checklist_asks_for_it_again(us: Browser) -> None:
    begin(us)
    number = place(us)
    assert check(us) is None
    assert "is for Mar 12" not in us.get(f"/courses/{COURSE}").text
    edit = us.get(f"/orders/{number}/edit").fields
    shown = us.post("/orders/review", {**edit, **on("give_on", 13, 3, 2026)})
    assert "The checklist of day 1 of cycle 1 is for Mar 12, 2026, and the order for Mar 13, 2026" in shown.text
    answer = us.save(shown, change_reason="moved", change_words="no bed")
    assert answer.status_code == 303, Html(answer.get_data(as_text=True)).said
    said = "The checklist of day 1 of cycle 1 is for Mar 12, 2026, and the dose is ordered for Mar 13, 2026:"
    assert said in us.get(f"/courses/{COURSE}").text


def first_given(browser: Browser, **counts: str) -> None:
    """Day 1 of cycle 1, with its checklist, given elsewhere on 5 March: the quick way to a dose given."""
    begin(browser)
    assert check(browser, **on("on", 5, 3, 2026), **seen_on(4, 3), **counts) is None
    given = {"cycle": "1", "day": "1", **on("on", 5, 3, 2026), "level": "0.8"}
    assert record(browser, "given", **given) is None


def seen_on(day: int, month: int) -> dict[str, str]:
    return {part: text for exam in EXAMS for part, text in on(f"exam_{exam}", day, month, 2026).items()}


TWO = (
    "before it was given, and later doses are held against that. An entry error is corrected by two people: the second "
    "signs below, with what was wrong."
)
BASELINES: list[tuple[str, dict[str, str], dict[str, str], list[str]]] = [
    ("lower afterwards", {"count_neutrophils": "1.4"}, {"count_neutrophils": "0.6"},
     [f"Neutrophils (ANC): Neutrophils of day 1 of cycle 1 were recorded as 1.4 ×10⁹/L {TWO}"]),
    ("both taken away", {}, {"count_neutrophils": "", "count_platelets": ""},
     [f"Neutrophils (ANC): Neutrophils of day 1 of cycle 1 were recorded as 1.4 ×10⁹/L {TWO}",
      f"Platelets: Platelets of day 1 of cycle 1 were recorded as 60 ×10⁹/L {TWO}"]),
    ("the same", {}, {}, []),
    ("what was not known", {"count_neutrophils": ""}, {"count_neutrophils": "0.6"}, []),
    ("what was not known, of a day after", {"count_neutrophils": ""},
     {"count_neutrophils": "0.6", **on("exam_blood_count", 6, 3, 2026), **on("on", 6, 3, 2026)},
     ["Blood count of: The dose was given on Mar 5, 2026: counts of a later day are not those before it."]),
]  # fmt: skip


@pytest.mark.parametrize(("before", "now", "said"), [b[1:] for b in BASELINES], ids=[b[0] for b in BASELINES])
def test_counts_from_before_treatment_are_not_changed_after_it(
    us: Browser, before: dict[str, str], now: dict[str, str], said: list[str]
) -> None:
    first_given(us, **before)
    page = check(us, **{**on("on", 5, 3, 2026), **seen_on(4, 3), **before, **now})
    assert ([] if page is None else page.said) == said
    assert us.stored()["checklist"] == (1 if said else 2)


SECOND = {"second": WHO[US][1], "second_secret": training.PASSWORD, "correction_words": "typed per mm³"}
ALONE: list[tuple[str, dict[str, str], str]] = [
    ("nobody", {"second": ""}, f"Neutrophils (ANC): Neutrophils of day 1 of cycle 1 were recorded as 60 ×10⁹/L {TWO}"),
    ("no words", {"correction_words": ""}, "What was wrong: Say what was wrong with the counts."),
    ("no password", {"second_secret": ""},
     "Password of the second person: The second person types their password."),
    ("a wrong password", {"second_secret": "another"},
     "Password of the second person: The user name or the password of the second person is not right. Nothing is "
     "recorded."),
    ("oneself", {"second": WHO[US][0]},
     "Second person, user name: The second person must be somebody else than you."),
    ("an auditor", {"second": AUDITOR[US]}, "Second person, user name: An auditor may not "),
    ("counts of a day after", {**on("exam_blood_count", 6, 3, 2026), **on("on", 6, 3, 2026)},
     "Blood count of: The dose was given on Mar 5, 2026: counts of a later day are not those before it."),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), [row[1:] for row in ALONE], ids=[row[0] for row in ALONE])
def test_nobody_corrects_counts_from_before_treatment_alone(us: Browser, changes: dict[str, str], said: str) -> None:
    first_given(us, count_neutrophils="60")
    wrong = {**on("on", 5, 3, 2026), **seen_on(4, 3), "count_neutrophils": "0.6"}
    page = check(us, **{**wrong, **SECOND, **changes})
    assert page is not None and us.status == 422 and len(page.said) == 1
    assert page.said[0].startswith(said)
    assert us.stored()["checklist"] == 1


def test_a_slip_in_the_counts_from_before_treatment_is_mended_by_two(us: Browser) -> None:
    """0.06 typed as 60: every later dose would be held against it, and 0.8 is more than 0.6 and less than 1."""
    first_given(us, count_neutrophils="60")
    held = check(us, 2, 1, count_neutrophils="0.8")
    assert held is not None and "were 60 ×10⁹/L before treatment" in held.text
    mended = {**on("on", 5, 3, 2026), **seen_on(4, 3), "count_neutrophils": "0.6"}
    assert check(us, **mended, **SECOND) is None
    assert check(us, 2, 1, count_neutrophils="0.8") is None
    search = records.EntrySearch(subject=COURSE, action="checklist recorded")
    (told,) = [one for one in records.find_entries(us.desk.engine, search) if one.event.reason]
    changed = {change.field: (change.old, change.new) for change in told.event.changes}
    assert told.event.reason == "typed per mm³"
    assert changed["Neutrophils"] == ("60 ×10⁹/L", "0.6 ×10⁹/L")
    assert changed["Counts corrected with"][1] == WHO[US][1]
    page = us.get(f"/courses/{COURSE}/checklists/1/1")
    assert "typed per mm³" in page.text and page.fields["count_neutrophils"] == "0.6"
    assert page.fields["correction_words"] == ""
    assert check(us, **mended, seen_by="Dr B. Lund") is None  # what stands now is no correction
    assert us.stored()["checklist"] == 4


def test_counts_recorded_again_before_the_dose_are_those_it_is_held_against(us: Browser) -> None:
    begin(us)
    assert check(us, count_neutrophils="0.6") is None
    assert check(us, count_neutrophils="1.4") is None
    shown = check(us, 2, 1, count_neutrophils="0.8")
    assert shown is not None and "were 1.4 ×10⁹/L before treatment" in shown.text


def test_counts_from_before_treatment_stay_when_its_record_is_corrected(us: Browser) -> None:
    """The infusion is taken back, the count entered anew, and the infusion of the same bag recorded again."""
    begin(us)
    number = place(us)
    assert check(us, count_neutrophils="1.4") is None
    release(us, number)
    assert give(us) is None
    assert give(us, why="it was another day", not_given="not") is None
    assert check(us, count_neutrophils="0.6") is None
    assert give(us) is None
    shown = check(us, 2, 1, count_neutrophils="0.8", **seen_on(13, 3), **on("on", 13, 3, 2026))
    assert shown is not None and "were 1.4 ×10⁹/L before treatment" in shown.text
    refused = check(us, count_neutrophils="0.6")
    assert refused is not None and "were recorded as 1.4 ×10⁹/L before it was given" in refused.said[0]


def test_values_from_before_the_last_dose_ask_at_the_next(us: Browser) -> None:
    first_given(us)
    shown = check(us, 1, 8, **seen_on(4, 3))
    assert shown is not None
    assert "as of Mar 4, 2026, and the dose before was given on Mar 5, 2026: day 8 of cycle 1 asks" in shown.text


UNPRINTABLE: list[tuple[str, dict[str, str], str]] = [
    ("omitted", {"cycle": "1", "day": "15", "reason": "\U0001f600"}, "Reason"),
    ("length", {"cycle": "1", "days": "28", "reason": "\U0001f600"}, "Reason"),
    ("interruption", {**on("since", 11, 3, 2026), "reason": "\U0001f600"}, "Reason"),
    ("transplant", {"planned": "yes", "third": "\U0001f600"}, "Reason for one cycle more"),
    ("ended", {**on("on", 12, 3, 2026), "why": "vod", "told": "\U0001f600"}, "In words"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "said", "label"), UNPRINTABLE, ids=[row[0] for row in UNPRINTABLE])
def test_what_no_plan_could_print_is_refused_at_its_field(
    us: Browser, kind: str, said: dict[str, str], label: str
) -> None:
    begin(us)
    page = record(us, kind, **said)
    assert page is not None and us.status == 422 and us.stored()["course_fact"] == 0
    assert page.said == [f"{label}: “\U0001f600” holds \U0001f600, which no paper can print."]


@pytest.mark.parametrize("name", ["family", "given", "allergies", "indication", "prescriber", "seen_by"])
def test_no_text_of_a_plan_or_checklist_holds_what_no_paper_can_print(us: Browser, name: str) -> None:
    odd = {name: "A\U0001f600"}
    if name in ("family", "given", "allergies"):
        page: Html | None = us.post("/patients/new", patient(**odd))
    elif name == "seen_by":
        begin(us)
        page = check(us, **odd)
    else:
        page = us.post(f"/patients/{enter(us)}/courses/new", course(**odd))
    assert page is not None and us.status == 422
    assert "holds \U0001f600, which no paper can print." in page.said[0]


def test_a_course_that_stops_still_has_its_calendar_file(us: Browser) -> None:
    """Five days between two doses given elsewhere."""
    begin(us, **on("start", 2, 3, 2026))
    first = {"cycle": "1", "day": "1", **on("on", 2, 3, 2026), "level": "0.8"}
    assert record(us, "given", **first) is None
    before = us.client.get(f"/courses/{COURSE}/calendar.ics").get_data(as_text=True)
    assert record(us, "given", **{**first, "day": "8", **on("on", 7, 3, 2026), "level": "0.5"}) is None
    assert "Calendar file" in us.get(f"/courses/{COURSE}").text
    after = us.client.get(f"/courses/{COURSE}/calendar.ics").get_data(as_text=True)
    assert ("STATUS:CANCELLED" in before, "STATUS:CANCELLED" in after) == (False, True)
    assert ("SEQUENCE:1" in before, "SEQUENCE:2" in after) == (True, True)


def test_values_that_changed_after_they_were_judged_are_judged_again(us: Browser) -> None:
    begin(us)
    shown = check(us, liver_bilirubin="1.6")
    assert shown is not None
    again = check_again(us, shown, liver_bilirubin="1.7")
    assert again is not None and us.status == 200 and "Bilirubin 1.7 × ULN" in again.text
    assert us.stored()["checklist"] == 0


def disease(day: int, month: int = 3, year: int = 2026) -> dict[str, str]:
    return {"disease_prescriber": "Dr A. Farrow", **on("disease_on", day, month, year)}


@pytest.mark.parametrize(
    ("before", "now", "held"),
    [
        ("1.4", {"count_neutrophils": "0.8"}, True),
        ("0.6", {"count_neutrophils": "0.8"}, False),  # both at least as on day 1 of the cycle before
        ("0.6", {"count_neutrophils": "0.8", "count_platelets": "55"}, True),
        ("0.6", {"count_neutrophils": "0.8", "count_platelets": "55", **disease(10)}, False),
    ],
)
def test_counts_of_day_1_of_cycle_2_are_held_against_those_before_treatment(
    us: Browser, before: str, now: dict[str, str], held: bool
) -> None:
    first_given(us, count_neutrophils=before)
    shown = check(us, 2, 1, **now)
    assert (shown is not None) is held
    if shown is not None:
        assert "0.8 ×10⁹/L" in shown.text


OLD_MARROW = (
    "Latest marrow of: The cycle of the last dose began on Mar 5, 2026: the latest marrow is one from after that. Type "
    "its day, or leave it empty with its prescriber."
)


@pytest.mark.parametrize(
    ("marrow", "said"),
    [
        (disease(10, 3, 2019), [OLD_MARROW]),
        (disease(4), [OLD_MARROW]),
        (disease(5), [OLD_MARROW]),  # the day of the dose: before it, or too soon after
        (disease(6), []),
    ],
)
def test_a_marrow_from_before_the_last_cycle_is_told_at_its_field(
    us: Browser, marrow: dict[str, str], said: list[str]
) -> None:
    first_given(us, count_neutrophils="0.6")
    page = check(us, 2, 1, count_neutrophils="0.8", count_platelets="55", **marrow)
    assert ([] if page is None else page.said, us.stored()["checklist"]) == (said, 1 if said else 2)


UNITS: list[tuple[str, str, str]] = [
    ("count_neutrophils", "800",
     "Neutrophils (ANC): 800 ×10⁹/L is not plausible for neutrophils: is it per mm³? Then 0.8."),
    ("count_platelets", "30000",
     "Platelets: 30,000 ×10⁹/L is not plausible for platelets: is it per mm³? Then 30."),
    ("liver_bilirubin", "120",
     "Bilirubin: 120 × ULN is not plausible for bilirubin: is it in mg/dL or µmol/L? Then divide it by the upper limit "
     "of its laboratory."),
    ("liver_ast", "101", "AST: 101 × ULN is not plausible for AST: is it in U/L? Then divide it by the upper limit of "
     "its laboratory."),
    ("liver_alt", "140.5", "ALT: 140.5 × ULN is not plausible for ALT: is it in U/L? Then divide it by the upper limit "
     "of its laboratory."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "typed", "said"), UNITS)
def test_a_value_of_another_unit_is_told_at_its_field(us: Browser, name: str, typed: str, said: str) -> None:
    first_given(us)
    page = check(us, 2, 1, **{name: typed})
    assert page is not None and (us.status, page.said, page.fields[name]) == (422, [said], typed)
    assert us.stored()["checklist"] == 1


def test_a_liver_value_that_may_be_one_of_its_laboratory_asks(us: Browser) -> None:
    begin(us)
    shown = check(us, liver_alt="45")
    assert shown is not None and "Or is it in U/L? Then divide it by the laboratory's limit." in shown.text


def test_blasts_stand_with_their_unit(us: Browser) -> None:
    """12 may be meant for 12,000, and may be true: it is read over."""
    begin(us)
    assert check(us, blasts="12") is None
    assert "Peripheral blasts 12/mm³" in us.get(f"/courses/{COURSE}/checklists/1/1").text


BAD_CHECKLISTS: list[tuple[dict[str, str], str]] = [
    ({"seen_by": ""}, "Results seen by: Type who saw the results."),
    ({"liver_bilirubin": "1,6"}, "Bilirubin: “1,6” cannot be read. Use a point, not a comma."),
    (on("exam_ecg", 13, 3, 2026), "ECG of: This is after the day of the dose."),
]


@pytest.mark.parametrize(("changes", "said"), BAD_CHECKLISTS)
def test_a_checklist_that_cannot_be_read_is_told_at_its_field(us: Browser, changes: dict[str, str], said: str) -> None:
    begin(us)
    page = check(us, **changes)
    assert page is not None and (us.status, page.said) == (422, [said])
    assert page.fields["liver_alt"] == "1.2" and us.stored()["checklist"] == 0


# ------------------------------------------------------------------ released and given


def test_a_dose_goes_from_its_order_to_the_patients_course(either: Browser) -> None:
    begin(either)
    number = place(either)
    assert check(either) is None
    release(either, number)
    page = either.get(f"/courses/{COURSE}")
    assert ("Record as given", f"/courses/{COURSE}/doses/1/1") in [(text, href) for href, _, text in page.links]
    assert give(either) is None
    (one,) = stored(either).infusions.values()
    assert one.infusion is not None and one.preparation == number
    assert (str(one.infusion.dose), str(one.infusion.level), one.infusion.batches) == (
        "1.46 mg", "0.8 mg/m²", ("TR4471A",),
    )  # fmt: skip
    page = either.get(f"/courses/{COURSE}")
    assert "Next: Cycle 1, day 8" in page.text and "TR4471A" in page.text and "1.46 mg" in page.text
    assert "dose given recorded" in entries(either)
    # 12 March + 6 = 18; the window of the nominal 19th ends on the 21st.
    expected = "Mar 18, 2026 (6 days after Mar 12, 2026) to Mar 21, 2026"
    assert either.market is UK or expected in page.text


def test_no_bag_of_a_dose_without_its_checklist_is_released(us: Browser) -> None:
    begin(us)
    number = place(us)
    finish(us, number, State.FINAL)
    us.sign_in("lindqvist")
    path = f"/preparations/{number}/release"
    shown = us.get(path)
    said = "The checklist of day 1 of cycle 1 is not filled in: it comes before the dose."
    assert said in shown.text
    assert us.client.post(path, data={**shown.fields, **SIGNED}).status_code == 409
    assert check(us) is None
    now = us.get(path)
    assert said not in now.text
    assert us.client.post(path, data={**now.fields, **SIGNED}).status_code == 303


def test_a_dose_given_wrongly_recorded_is_corrected(us: Browser) -> None:
    begin(us)
    number = place(us)
    assert check(us) is None
    release(us, number)
    assert give(us, observed="15:30") is None
    page = us.get(f"/courses/{COURSE}").text
    assert "Observed for 30 minutes after the infusion; the label asks for at least one hour." in page
    assert give(us, observed="16:00") is not None and us.status == 422  # no words for the correction
    assert give(us, observed="16:00", why="read from the chart", not_given="given") is None
    assert "Observed for 30 minutes" not in us.get(f"/courses/{COURSE}").text
    assert give(us, why="it was another patient's", not_given="not") is None
    assert stored(us).infusions == {} and len(stored(us).all_infusions) == 3


GIVEN: list[tuple[dict[str, str], str]] = [
    ({"dose": "1.47"}, "Infusion ended: 1.47 mg is not above zero and at most the 1.46 mg that were prepared."),
    ({"dose": "1"}, "In words: Say in words what happened."),
    ({"reaction": "stopped"}, "In words: Say in words what happened."),
    ({"start": ""}, "Infusion started: Type when the infusion started."),
    (on("on", 13, 3, 2026), "Given on: Mar 13, 2026 is in the future."),
]


@pytest.mark.parametrize(("changes", "said"), GIVEN)
def test_an_infusion_that_cannot_be_is_told_at_its_field(us: Browser, changes: dict[str, str], said: str) -> None:
    begin(us)
    number = place(us)
    assert check(us) is None
    release(us, number)
    page = give(us, **changes)
    assert page is not None and (us.status, page.said) == (422, [said])
    assert us.stored()["infusion"] == 0


def test_nothing_is_given_of_what_was_never_released(us: Browser) -> None:
    begin(us)
    place(us)
    us.get(f"/courses/{COURSE}/doses/1/1")
    assert us.status == 404


def test_the_next_order_is_held_against_what_was_given(us: Browser) -> None:
    """77 kg is 10 % over the 70 kg of the dose before, and 171 cm another height."""
    begin(us)
    number = place(us)
    assert check(us) is None
    release(us, number)
    assert give(us) is None
    us.now += timedelta(days=6)
    us.sign_in(WHO[US][0])
    shown = review(us, 1, 8, weight="77", height="171")
    assert "The weight of 77 kg is 10 % over the 70 kg of the last dose, Mar 12, 2026" in shown.text
    assert "The height of 171 cm is not the 170 cm of the last dose" in shown.text
    assert "Against the last dose of its day none given yet" in shown.text


# ------------------------------------------------------------------ what others see


def test_a_pharmacist_who_may_verify_sees_no_figure_of_an_order_in_a_course(us: Browser) -> None:
    begin(us)
    number = place(us)
    us.sign_in(WHO[US][1])
    page = us.get(f"/courses/{COURSE}")
    assert number in page.text and "1.46" not in page.text


def test_each_page_of_a_patient_is_logged(us: Browser) -> None:
    begin(us)
    us.get(f"/courses/{COURSE}")
    us.get(f"/courses/{COURSE}/checklists/1/1")
    us.client.get(f"/courses/{COURSE}/plan.pdf")
    assert {"course viewed", "checklist viewed", "treatment plan viewed", "course opened"} <= set(entries(us))
    assert "patient entered" in entries(us, "patient:2")


SEEN: list[tuple[str, dict[str, str], str]] = [
    (f"/courses/{COURSE}/record/response", {"after_cycle": "0"}, "course viewed"),
    (f"/courses/{COURSE}/checklists/1/1", {"seen_by": ""}, "checklist viewed"),
    ("/patients/2/edit", {"family": ""}, "patient viewed"),
    ("/patients/2/courses/new", {"indication": ""}, "order form viewed"),
]


@pytest.mark.parametrize(("path", "sent", "action"), SEEN)
def test_a_page_that_is_shown_again_is_logged_as_well(
    us: Browser, path: str, sent: dict[str, str], action: str
) -> None:
    begin(us)
    page = us.client.post(path, data={**us.get(path).fields, **sent})
    assert page.status_code == 422 and "RIVERA" in page.get_data(as_text=True).upper()
    newest = records.find_entries(us.desk.engine, records.EntrySearch(), size=1)[0].event
    assert (newest.action, newest.person.id) == (action, WHO[US][0])


def test_more_patients_than_a_page_holds_are_said_to_be_more(us: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(us)
    monkeypatch.setattr(records, "PATIENTS_MOST", 2)  # with that of the training site
    assert "The first 2 are shown: type more of the name." in us.get("/patients").text


@pytest.mark.parametrize("kind", ["nothing", "Response"])
def test_what_is_none_is_not_found(us: Browser, kind: str) -> None:
    begin(us)
    us.get(f"/courses/{COURSE}/record/{kind}")
    assert us.status == 404
    us.get(f"/courses/{COURSE}/checklists/9/1")
    assert us.status == 404


def test_the_facts_are_stored_as_the_rules_read_them(us: Browser) -> None:
    begin(us)
    respond(us, "none", words="marrow of 2 April")
    record(us, "ended", **on("on", 12, 3, 2026), why="toxicity", told="too much")
    facts: list[Any] = [one.fact for one in stored(us).standing]
    assert facts[1] == Assessment(1, Response.NONE)
    assert isinstance(facts[2], Ended) and facts[2].why is End.TOXICITY


def test_what_is_typed_alone_makes_the_order_outside(us: Browser) -> None:
    """The number of a course comes with its page alone, and an order that carries none is in none."""
    assert "course" not in typed(US)
    assert us.review().fields.get("course") is None
