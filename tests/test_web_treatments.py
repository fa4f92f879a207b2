"""What holds over all of a patient's courses, on the pages: orders, the release, a new course, true times."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from course_desk import (
    COURSE,
    EXAMS,
    SIGNED,
    begin,
    check,
    course,
    dosed,
    give,
    later,
    place,
    record,
    release,
    respond,
    review,
)
from course_desk import stored as stored_course
from finishing import finish
from on_the_way import bring
from web_desk import UK, US, WHO, Browser, Html, on

from compounding import records, training
from compounding.course import Assessment, CourseFact, End, Ended, Given, Omitted, Response, Slot, Transplant
from compounding.findings import Finding, Severity
from compounding.policy import Market
from compounding.quantities import DoseLevel
from compounding.records import Event, NewFact
from compounding.web.in_course import as_answered
from compounding.web.progressing import order_bars, way
from compounding.wording.findings import sentence
from compounding.workflow import State
from compounding.workflow.progress import Barrier
from compounding.workflow.wastes import balance
from tests.test_checklist import uln

SECOND = "C-000003"
PATIENT = 2
"""After the one of the training site."""
ELSEWHERE = {"cycle": "1", "day": "1", "level": "0.8"}
VOD = {**on("on", 12, 3, 2026), "why": "vod", "told": "Ascites"}
WISH = {**VOD, "why": "patient", "told": "asked to stop"}


@pytest.fixture
def us(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


def two(browser: Browser, end: dict[str, str], *facts: tuple[str, dict[str, str]]) -> None:
    """A course with these facts that was ended, and a new one."""
    begin(browser)
    for kind, said in facts:
        assert record(browser, kind, **said) is None, kind
    assert record(browser, "ended", **end) is None
    assert begin(browser, PATIENT) == SECOND


def test_a_new_course_undoes_no_end_for_good(us: Browser) -> None:
    two(us, VOD)
    said = "Treatment was stopped on Mar 12, 2026: VOD/SOS. “Ascites”"
    page = review(us, number=SECOND)
    assert us.status == 422 and said in page.said
    outside = us.review()
    assert us.status == 422 and said in outside.said
    form = us.get(f"/patients/{PATIENT}/courses/new").text
    assert f"Course {COURSE} was ended for good, for VOD/SOS or severe liver toxicity: no order" in form


def test_a_course_ended_by_the_patient_may_be_followed_by_another(us: Browser) -> None:
    two(us, WISH)
    page = review(us, number=SECOND)
    assert us.status == 200 and not page.problems
    assert "ended for good" not in us.get(f"/patients/{PATIENT}/courses/new").text


GIVEN = ("given", {**ELSEWHERE, **on("on", 7, 3, 2026)})
REDUCTION = ("reduction", {"from_cycle": "2", "prescriber": "Dr A. Farrow"})
NEAR = (
    "Day 1 of cycle 1 is ordered for Mar 12, 2026, 5 days after day 1 of cycle 1 in course C-000002, given on "
    "Mar 7, 2026: at least 6 days lie between two doses."
)
RAISED = (
    "Day 1 of cycle 1 is ordered at 0.8 mg/m², over the 0.6 mg/m² that the reduction by 25 % in course C-000002 "
    "leaves: a dose reduced for toxicity is never raised again, in no other course either."
)


@pytest.mark.parametrize(("fact", "said"), [(GIVEN, NEAR), (REDUCTION, RAISED)], ids=["5 days", "reduction"])
def test_intervals_and_reductions_reach_into_the_next_course(
    us: Browser, fact: tuple[str, dict[str, str]], said: str
) -> None:
    two(us, WISH, fact)
    page = review(us, number=SECOND)
    assert us.status == 422 and said in page.said
    form = us.get(f"/patients/{PATIENT}/courses/new").text
    assert ("was reduced for toxicity in course C-000002" in form) is (fact is REDUCTION)


@pytest.mark.parametrize(("fact", "said"), [(GIVEN, NEAR), (REDUCTION, RAISED)], ids=["5 days", "reduction"])
def test_intervals_and_reductions_reach_an_order_outside(
    us: Browser, fact: tuple[str, dict[str, str]], said: str
) -> None:
    begin(us)
    assert record(us, fact[0], **fact[1]) is None
    page = us.review()
    assert us.status == 422 and said in page.said


def test_an_order_outside_the_course_that_runs_asks_a_second_person(us: Browser) -> None:
    begin(us)
    shown = us.review()
    said = f"This patient has course {COURSE} under way: order it there, so that the dose is counted."
    assert us.status == 200 and said in shown.text
    assert us.save(shown).status_code == 422  # nobody answered it
    assert said not in us.review(mrn="00999001").text  # a namesake


def test_no_course_is_opened_beside_one_that_runs(us: Browser) -> None:
    begin(us)
    path = f"/patients/{PATIENT}/courses/new"
    said = f"Course {COURSE} of this drug runs: order in it, or record its end first."
    empty = us.get(path)
    assert said in empty.text
    refused = us.client.post(path, data={**empty.fields, **SIGNED, **course()})
    assert refused.status_code == 409 and f"Indication: {said}" in Html(refused.get_data(as_text=True)).said
    record(us, "ended", **WISH)
    assert us.client.post(path, data={**us.get(path).fields, **SIGNED, **course()}).status_code == 303


# ------------------------------------------------------------------ no dose left


def had(browser: Browser, cycles: int, response: str, transplant: Transplant | None = None) -> None:
    """A course that had day 1 of so many cycles, four weeks apart and the last on 12 February, and no other day."""
    begin(browser, **on("start", 12, 9, 2025), transplant="yes" if transplant else "no")
    days = [date(2026, 2, 12) - timedelta(days=28 * (cycles - n)) for n in range(1, cycles + 1)]
    facts: list[CourseFact] = [transplant] if transplant else []
    for cycle, day in enumerate(days, 1):
        level = "0.8" if cycle == 1 or response == "none" else "0.5"
        facts.append(Given(Slot(cycle, 1), day, DoseLevel(Decimal(level))))
        facts += [Omitted(Slot(cycle, of), "no bed") for of in (8, 15)]
        facts.append(Assessment(cycle, Response(response)))
    for fact in facts:
        known(browser, fact)


def known(browser: Browser, fact: CourseFact) -> None:
    found = stored_course(browser)
    told = Event(found.told.person, "course changed", browser.now)
    new = NewFact(fact, was=found.entry)
    records.record_fact(browser.desk.engine, COURSE, new, told, lambda now: None)


BEFORE_TRANSPLANT = Transplant(planned=True)
HAD: list[tuple[int, str, Transplant | None, str, str]] = [
    (3, "none", None, "no CR or CRi within 3 cycles. Treatment stops; record its end",
     "no CR or CRi was reached within 3 cycles, and treatment stops then. Record its end first."),
    (6, "cr", None, "it had the 6 cycles that the label allows. Record its end",
     "it had the 6 cycles that the label allows. Record its end first."),
    (2, "cr", BEFORE_TRANSPLANT,
     "a transplant is planned, and it had the 2 cycles that it may have before one. Record its end",
     "it had the 2 cycles that it may have before a transplant. Record its end first."),
]  # fmt: skip


@pytest.mark.parametrize(("cycles", "response", "transplant", "why", "found"), HAD)
def test_a_course_with_no_dose_left_still_watches_the_patient(
    us: Browser, cycles: int, response: str, transplant: Transplant | None, why: str, found: str
) -> None:
    had(us, cycles, response, transplant)
    assert f"No dose is left that this course may have: {why}." in us.get(f"/courses/{COURSE}").text
    outside, stops = us.review(), response == "none"
    said = f"Course {COURSE} of this patient has no dose left and is not ended: {found}"
    assert said in (outside.said if stops else [outside.text[outside.text.index(said) :][: len(said)]])
    assert us.status == (422 if stops else 200)
    path = f"/patients/{PATIENT}/courses/new"
    first = f"Course {COURSE} of this drug has no dose left: {why} first."
    empty = us.get(path)
    assert first in empty.text
    refused = us.client.post(path, data={**empty.fields, **SIGNED, **course()})
    assert refused.status_code == 409 and f"Indication: {first}" in Html(refused.get_data(as_text=True)).said
    assert len(records.courses_of(us.desk.engine, PATIENT)) == 1


@pytest.mark.parametrize(("response", "told"), [("none", True), ("cr", False)])
def test_the_first_order_after_no_response_is_answered_by_two(us: Browser, response: str, told: bool) -> None:
    """The course ended for the patient's wish, and had 3 cycles without CR/CRi all the same."""
    had(us, 3, response)
    known(us, Ended(date(2026, 3, 1), End.PATIENT, "asked to stop"))
    path = f"/patients/{PATIENT}/courses/new"
    assert (f"Course {COURSE} was stopped without CR or CRi" in us.get(path).text) is told
    assert begin(us, PATIENT) == SECOND
    shown = review(us, number=SECOND)
    assert us.status == 200
    assert (f"Course {COURSE} was stopped: no CR/CRi within 3 cycles." in shown.text) is told
    assert ("finding_0_user" in shown.elements) is told
    if not told:
        return
    mine = {"finding_0_reason": "confirmed", "finding_0_words": "a new trial", "finding_0_secret": training.PASSWORD}
    alone = us.save(shown, **mine, finding_0_user=WHO[US][0])
    assert alone.status_code == 422
    answer = us.save(shown, **mine, finding_0_user=WHO[US][1])
    assert answer.status_code == 303, Html(answer.get_data(as_text=True)).said


# ------------------------------------------------------------------ judged again


def test_what_is_recorded_after_the_order_bars_its_release(us: Browser) -> None:
    """The order of day 1 of cycle 1 stands; then the day is recorded as omitted."""
    begin(us)
    number = place(us)
    assert check(us) is None
    finish(us, number, State.FINAL)
    us.sign_in(WHO[US][0])
    assert record(us, "omitted", cycle="1", day="1", reason="fever") is None
    us.sign_in("lindqvist")
    path = f"/preparations/{number}/release"
    shown = us.get(path)
    said = (
        "Day 1 of cycle 1 is recorded as omitted. Take that back first, if it is to be given after all. Change the "
        "order, or end the preparation: as it stands it is neither verified nor released."
    )
    assert said in shown.text
    assert us.client.post(path, data={**shown.fields, **SIGNED}).status_code == 409


def test_a_reduction_recorded_after_the_order_bars_verification_and_is_mended_by_a_change(us: Browser) -> None:
    begin(us)
    respond(us, "none")
    number = place(us, 2, 1)
    record(us, "reduction", from_cycle="2", prescriber="Dr A. Farrow")
    refused = us.verify(number)
    said = "Day 1 of cycle 2 is ordered at 0.8 mg/m², over the 0.6 mg/m² that the reduction by 25 % leaves"
    assert refused.status_code == 409 and said in Html(refused.get_data(as_text=True)).text
    listed = Html(us.client.get("/worklist").get_data(as_text=True)).text
    assert "what is recorded by now stops its order" in listed


def test_an_end_of_another_course_bars_an_order_outside(us: Browser) -> None:
    """Written before the course was known of."""
    shown = us.review()
    number = str(us.save(shown).headers["Location"].rsplit("/", 1)[1])
    begin(us)
    record(us, "ended", **VOD)
    refused = us.verify(number)
    assert refused.status_code == 409
    assert "Treatment was stopped on Mar 12, 2026: VOD/SOS." in Html(refused.get_data(as_text=True)).text


def test_an_order_of_which_nothing_changed_is_verified_and_released(us: Browser) -> None:
    begin(us)
    number = place(us)
    assert check(us) is None
    release(us, number)
    assert stored_course(us).orders[0].state == "released"


def test_what_is_ordered_counts_as_given_on_its_day(us: Browser) -> None:
    begin(us, **on("start", 5, 3, 2026))
    record(us, "given", **ELSEWHERE, **on("on", 5, 3, 2026))
    place(us, 1, 8, **on("give_on", 14, 3, 2026))
    page = review(us, 1, 15, **on("give_on", 19, 3, 2026))
    said = "Day 15 of cycle 1 is ordered for Mar 19, 2026, 5 days after the dose before it, Mar 14, 2026"
    assert us.status == 422 and any(one.startswith(said) for one in page.said), page.said
    assert not review(us, 1, 15, **on("give_on", 20, 3, 2026)).problems


# ------------------------------------------------------------------ answered


def over(bilirubin: str) -> Finding:
    values = {"cycle": 1, "day": 1, "value": uln(bilirubin), "limit": uln("1.5")}
    return Finding("bilirubin", Severity.OVERRIDE, "", values)


def test_an_answer_is_to_the_values_that_were_seen() -> None:
    answers = [{"code": "bilirubin", "message": sentence(over("1.6"), US)}]
    answered = as_answered(answers, US)
    assert [answered(over(figure)) for figure in ("1.6", "2.4")] == [True, False]
    assert not as_answered([{**answers[0], "code": "transaminases"}], US)(over("1.6"))
    assert not as_answered([], US)(over("1.6"))


def test_an_override_of_three_days_is_none_of_four(us: Browser) -> None:
    """Day 8 is nominal on 19 March, and ordered for the 22nd; then the course starts a day earlier."""
    begin(us)
    shown = review(us, 1, 8, **on("give_on", 22, 3, 2026))
    said = "Day 8 of cycle 1 is ordered for Mar 22, 2026, {} days after its nominal day"
    assert said.format(3) in shown.text
    reasons = {key for key in shown.elements if key.startswith("finding_") and key.endswith("_reason")}
    second = {key: text for n in range(len(reasons)) if f"finding_{n}_user" in shown.elements
              for key, text in ((f"finding_{n}_user", WHO[US][1]), (f"finding_{n}_secret", training.PASSWORD),
                                (f"finding_{n}_words", "no bed before"))}  # fmt: skip
    chosen = {key: "patient" if key.replace("_reason", "_user") in second else "record" for key in reasons}
    answer = us.save(shown, **chosen, **second)
    assert answer.status_code == 303, Html(answer.get_data(as_text=True)).said
    number = str(answer.headers["Location"].rsplit("/", 1)[1])
    assert not barred(us, number)
    record(us, "start", **on("on", 11, 3, 2026), words="a day earlier")
    (bar,) = barred(us, number)
    assert (bar.code, bar.values["finding"], bar.values["days"]) == ("order-open", "window", 4)


def barred(browser: Browser, number: str) -> tuple[Barrier, ...]:
    found = records.standing(browser.desk.engine, number)
    assert found is not None
    return order_bars(found, browser.desk.drugs[0], browser.desk.policy)


# ------------------------------------------------------------------ another patient


def correct(browser: Browser, **changes: Any) -> None:
    was = stored_course(browser).patient
    told = Event(was.person, "patient corrected", browser.now)
    new = replace(was.content, **changes)
    records.put_patient(browser.desk.engine, new, told, patient_id=PATIENT, was=was.entry, witness="adeyemi")


ANOTHER: list[tuple[dict[str, Any], str | None]] = [
    ({"given": "Eleni"}, "RIVERA, Eleni, born Aug 14, 1980, MRN 00417352"),
    ({"born": date(1981, 8, 14)}, "RIVERA, Elena, born Aug 14, 1981, MRN 00417352"),
    ({"mrn": "00999001"}, "RIVERA, Elena, born Aug 14, 1980, MRN 00999001"),
    ({"allergies": "none known"}, None),
    ({"family": "RIVERA"}, None),
]


@pytest.mark.parametrize(("changes", "now"), ANOTHER)
def test_no_order_is_verified_for_whom_its_patient_was_corrected_into(
    us: Browser, changes: dict[str, Any], now: str | None
) -> None:
    begin(us)
    number = place(us)
    correct(us, **changes)
    answer = us.verify(number)
    said = f"The order is for RIVERA, Elena, born Aug 14, 1980, MRN 00417352, and the patient of its course is {now} by"
    assert answer.status_code == (303 if now is None else 409)
    assert (said in Html(answer.get_data(as_text=True)).text) is (now is not None)


STEPS: list[tuple[State, str, str]] = [
    (State.RECONSTITUTED, "check", "lindqvist"),
    (State.FINAL, "release", "lindqvist"),
    (State.LABELLED, "final", "lindqvist"),
]


@pytest.mark.parametrize(("state", "step", "user"), STEPS)
def test_a_patient_corrected_under_a_bag_stops_it_where_it_stands(
    us: Browser, state: State, step: str, user: str
) -> None:
    begin(us)
    number = place(us)
    assert check(us) is None
    if state is State.RECONSTITUTED:
        bring(us, number, state)
    else:
        finish(us, number, state)
    correct(us, mrn="00999001")
    us.sign_in(user)
    shown = us.get(f"/preparations/{number}/{step}")
    assert "once a vial was wetted, reject the preparation" in shown.text
    found = records.standing(us.desk.engine, number)
    assert found is not None and found.preparation.state == state.value
    answer = us.client.post(f"/preparations/{number}/{step}", data={**shown.fields, **SIGNED})
    assert answer.status_code in (403, 409)


def test_a_change_of_the_order_names_the_patient_as_they_are(us: Browser) -> None:
    begin(us)
    number = place(us)
    correct(us, given="Eleni")
    shown = us.post("/orders/review", {**us.get(f"/orders/{number}/edit").fields, "given": "Eleni"})
    answer = us.save(shown, change_reason="prescriber", change_words="name corrected")
    assert answer.status_code == 303, Html(answer.get_data(as_text=True)).said
    assert us.verify(number).status_code == 303


@pytest.mark.parametrize("sent", ["", "C-000001", "C-009999"])
def test_no_change_of_an_order_takes_it_out_of_its_course(us: Browser, sent: str) -> None:
    begin(us)
    number = place(us)
    shown = us.post("/orders/review", {**us.get(f"/orders/{number}/edit").fields, "course": sent, "location": "9 East"})
    assert us.status == 200 and shown.fields["course"] == COURSE
    sent_again = us.saving(shown, change_reason="misread", change_words="another bed")
    answer = us.client.post("/orders/save", data={**sent_again, "course": sent})
    assert answer.status_code == 303, Html(answer.get_data(as_text=True)).said
    assert [order.number for order in stored_course(us).orders] == [number]
    assert us.get(f"/orders/{number}/edit").fields["course"] == COURSE


def test_no_change_of_an_order_puts_it_into_a_course(us: Browser) -> None:
    number = str(us.save(us.review()).headers["Location"].rsplit("/", 1)[1])
    begin(us)
    shown = us.post("/orders/review", {**us.get(f"/orders/{number}/edit").fields, "course": COURSE, "location": "9"})
    assert "course" not in shown.fields and f"This patient has course {COURSE} under way" in shown.text


# ------------------------------------------------------------------ what ran in


def ready(browser: Browser) -> str:
    begin(browser)
    number = place(browser)
    assert check(browser) is None
    release(browser, number)
    return number


def end(browser: Browser, number: str, how: str, why: str) -> Any:
    """A bag comes back, or is thrown away, by a technician before a witness."""
    mine, path = browser.client, f"/preparations/{number}/end/{how}"
    browser.sign_in("park")
    witness = {"witness": WHO[US][0], "witness_secret": training.PASSWORD}
    shown = browser.get(path)
    fields = shown.fields or browser.get(f"/preparations/{number}").fields
    answer = browser.client.post(path, data={**fields, "why": why, **(witness if how == "waste" else {})})
    browser.client = mine
    return answer


def test_a_bag_that_ran_in_neither_comes_back_nor_is_thrown_away(us: Browser) -> None:
    number = ready(us)
    assert give(us) is None
    for how, why in (("return", "patient"), ("waste", "damaged")):
        answer = end(us, number, how, why)
        said = "It is recorded as given, all 1.46 mg of it: where that is wrong, take the infusion back on the page of"
        assert answer.status_code == 409 and said in Html(answer.get_data(as_text=True)).text
    assert give(us, why="it was another patient's", not_given="not") is None
    assert end(us, number, "return", "patient").status_code == 303
    page = give(us)  # it came back whole: what was recorded before is no more in it
    assert page is not None and us.status == 409
    assert page.said == [f"Given on: {number} is returned: nothing of it is given any more."]
    assert stored_course(us).infusions == {}


@pytest.mark.parametrize("returned", [False, True])
def test_what_is_left_of_a_bag_that_was_given_in_part_is_thrown_away(us: Browser, returned: bool) -> None:
    """1 of 1.46 mg ran in: 0.46 mg are left, in 50 mL × 0.46 ÷ 1.46 = 15.753425 mL. Two vials of 0.9 mg were opened:
    1.8 = 1 + 0.46 + 0.34."""
    number = ready(us)
    assert give(us, dose="1", words="the line came out") is None
    if returned:
        assert end(us, number, "return", "patient").status_code == 303
    assert end(us, number, "waste", "returned").status_code == 303
    bag = records.waste_of(us.desk.engine, number)[-1].waste
    assert (str(bag.mass), str(bag.volume)) == ("0.46 mg", "15.753425 mL")
    page = us.get(f"/preparations/{number}/wastes").text
    assert "and 1 mg of it were given" in page
    found = records.standing(us.desk.engine, number)
    assert found is not None
    shares = balance(way(found, us.desk).progress)
    assert [str(one) for one in (shares.opened, shares.given, shares.discarded, shares.in_hand)] == [
        "1.8 mg", "1 mg", "0.8 mg", "0 mg",
    ]  # fmt: skip
    refused = give(us, dose="1.2", why="read again", words="the line came out", not_given="given")
    assert refused is not None and us.status == 409
    assert refused.said[0] == f"Given on: {number} is wasted, but for the 1 mg that were given: that much stays."
    assert give(us, dose="1", end="15:10", why="read again", words="the line came out", not_given="given") is None


AGREED = {"second": WHO[US][1], "second_secret": training.PASSWORD}
ALONE: list[tuple[dict[str, str], str]] = [
    ({}, "Second person, user name: {number} is {state}, and what ran in of it is missing there: a second person says"
     " that none did."),
    ({"second": WHO[US][1]}, "Password of the second person: {number} is {state}, and what ran in of it is missing"
     " there: a second person says that none did."),
    ({**AGREED, "second": WHO[US][0]}, "Second person, user name: The second person must be somebody else than you."),
    ({**AGREED, "second_secret": "not hers"}, "Password of the second person: The user name or the password of the"
     " second person is not right. Nothing is recorded."),
]  # fmt: skip


@pytest.mark.parametrize(("state", "how"), [("wasted", "waste"), ("returned", "return")])
def test_a_part_that_ran_in_vanishes_by_nobody_alone(us: Browser, state: str, how: str) -> None:
    """1 of 1.46 mg ran in; the rest left; then it is said not to have been given at all, and given again."""
    number = ready(us)
    part = {"dose": "1", "words": "the line came out"}
    assert give(us, **part) is None
    assert end(us, number, how, "damaged" if how == "waste" else "patient").status_code == 303
    for typed, said in ALONE:
        page = give(us, why="another patient's", not_given="not", **typed)
        assert page is not None and us.status == 422
        assert page.said == [said.format(number=number, state=state)]
    assert not stored_course(us).infusions[Slot(1, 1)].words
    assert give(us, why="another patient's", not_given="not", **AGREED) is None
    corrected = records.EntrySearch(action="dose given corrected")
    (told,) = records.find_entries(us.desk.engine, corrected, size=2)
    second = records.account(us.desk.engine, WHO[US][1])
    assert second is not None and told.event.details["seen by"] == second.name
    assert stored_course(us).infusions == {}
    shown = us.get(f"/preparations/{number}/wastes").text
    assert "Not accounted for 1 mg" in shown and "In hand 0 mg" in shown
    again = review(us)
    said = (
        f"1 mg of {number}, an earlier bag for day 1 of cycle 1, are not accounted for: they were missing when the bag "
        "left, and are recorded as given no more. The patient may have had them."
    )
    assert us.status == 200 and said in again.text and "finding_0_user" in again.elements
    other = give(us, **{**part, "dose": "1.2"})
    assert other is not None and us.status == 409
    assert other.said == [f"Given on: {number} is {state}, but for the 1 mg that were given: that much stays."]
    assert give(us, **part) is None
    assert "Not accounted for" not in us.get(f"/preparations/{number}/wastes").text
    assert "are not accounted for" not in review(us, 1, 8, **on("give_on", 19, 3, 2026)).text


def test_a_second_bag_is_held_by_what_is_missing_in_the_first(us: Browser) -> None:
    """It was ordered while the first still stood as given in part."""
    first = ready(us)
    shown = review(us)
    said = {"finding_0_reason": "confirmed", "finding_0_words": "a spare bag", "finding_0_user": WHO[US][1]}
    answer = us.save(shown, **said, finding_0_secret=training.PASSWORD)
    assert answer.status_code == 303, Html(answer.get_data(as_text=True)).said
    second = str(answer.headers["Location"].rsplit("/", 1)[1])
    assert give(us, dose="1", words="the line came out") is None
    assert end(us, first, "waste", "damaged").status_code == 303
    assert give(us, why="another patient's", not_given="not", **AGREED) is None
    assert [(bar.code, bar.values["finding"], str(bar.values["mass"])) for bar in barred(us, second)] == [
        ("order-open", "not-accounted", "1 mg")
    ]


# ------------------------------------------------------------------ true times


NOW_AT_16 = "Mar 12, 2026 16:00"
TIMES: list[tuple[dict[str, str], str]] = [
    ({"start": "20:00"}, f"Infusion started: Mar 12, 2026 20:00 has not come yet: it is {NOW_AT_16}."),
    ({"end": "16:01", "observed": ""}, f"Infusion ended: Mar 12, 2026 16:01 has not come yet: it is {NOW_AT_16}."),
    ({"observed": "16:01"}, f"Observed until: Mar 12, 2026 16:01 has not come yet: it is {NOW_AT_16}."),
    # 13:50 the day after is 23 h 50 min later
    ({"end": "13:50"}, "Infusion ended: 13:50 is before Mar 12, 2026 14:00, and over midnight it would be 4 hours later"
     " or more: type it as it was."),
    # 14:50 the day after is 23 h 50 min after the end
    ({"observed": "14:50"}, "Observed until: 14:50 is before Mar 12, 2026 15:00, and over midnight it would be 12 hours"
     " later or more: type it as it was."),
    ({"end": "14:00", "observed": ""}, "Infusion ended: The infusion ends before it starts."),
    ({"start": "25:00"}, "Infusion started: “25:00” is not a time. Use hour and minute of the 24-hour clock, as"
     " 09:00."),
    ({"start": "14:00-05:00"}, "Infusion started: “2026-03-12T14:00-05:00” is not by the clocks of America/New_York,"
     " which then are at -04:00 from UTC."),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "said"), TIMES)
def test_a_time_that_is_none_of_an_infusion_is_told_at_its_field(us: Browser, typed: dict[str, str], said: str) -> None:
    ready(us)
    page = give(us, **typed)
    assert page is not None and (us.status, page.said) == (422, [said])
    assert us.stored()["infusion"] == 0


# Released on 12 March at the desk's 09:00; recorded on the 13th at 16:00. The infusion and its observation go over
# midnight: 23:50 to 01:00, observed to 02:00. 20:00 to 00:00 is 4 hours to the minute, and one less is under.
OVER: list[tuple[str, str, str, str | None]] = [
    ("23:50", "01:00", "02:00", "01:00"),
    ("20:01", "00:00", "01:00", "00:00"),
    ("20:00", "00:00", "01:00", None),
    ("22:00", "23:00", "10:59", "23:00"),
    ("22:00", "23:00", "11:00", None),
]


@pytest.mark.parametrize(("start", "end_", "observed", "ended"), OVER)
def test_an_infusion_over_midnight_is_under_four_hours(
    us: Browser, start: str, end_: str, observed: str, ended: str | None
) -> None:
    ready(us)
    us.now += timedelta(days=1)
    later(us)
    page = give(us, **on("on", 12, 3, 2026), start=start, end=end_, observed=observed)
    assert (page is None) is (ended is not None)
    if ended is not None:
        infusion = stored_course(us).infusions[Slot(1, 1)].infusion
        assert infusion is not None and infusion.end.astimezone(ZoneInfo("America/New_York")).strftime("%H:%M") == ended


# The first vial is wetted when the desk's clock shows 09:00 (13:00 in the UK): start before 7 h later, complete 8 h.
LATE: list[tuple[str, str, list[str]]] = [
    ("15:59", "17:00", []),
    ("16:00", "17:00", ["It started at Mar 12, 2026 16:00: start before was Mar 12, 2026 16:00."]),
    ("15:59", "17:01", ["It ended at Mar 12, 2026 17:01: complete by was Mar 12, 2026 17:00."]),
]


@pytest.mark.parametrize(("start", "end_", "said"), LATE)
def test_what_ran_in_after_the_limits_of_its_bag_is_recorded_and_said(
    us: Browser, start: str, end_: str, said: list[str]
) -> None:
    ready(us)
    later(us, 20)
    assert give(us, start=start, end=end_, observed="19:00") is None
    page = us.get(f"/courses/{COURSE}/doses/1/1").text
    every = {sentence for _, _, sentences in LATE for sentence in sentences}
    assert {sentence for sentence in every if sentence in page} == set(said)


# The night in which the clocks go back: the bag is released half an hour before midnight, and 01:30 comes twice.
TWICE = [
    (US, datetime(2026, 11, 1, 3, 30, tzinfo=UTC), "-04:00", "-05:00", date(2026, 11, 1)),
    (UK, datetime(2026, 10, 24, 22, 30, tzinfo=UTC), "+01:00", "+00:00", date(2026, 10, 25)),
]


@pytest.mark.parametrize(("market", "now", "before", "after", "night"), TWICE, ids=["US", "UK"])
def test_a_time_in_the_hour_that_comes_twice_is_recorded_with_its_offset(
    tmp_path: Path, market: Market, now: datetime, before: str, after: str, night: date
) -> None:
    browser, eve = Browser(tmp_path, market, now), night - timedelta(days=1)
    exams = {part: text for exam in EXAMS for part, text in day("exam_" + exam, eve).items()}
    begin(browser, **day("start", eve))
    measured = {**day("height_measured", eve), **day("weight_measured", eve)}
    number = place(browser, **day("give_on", eve), **measured, wetting="23:30")
    assert check(browser, **day("on", eve), **exams) is None
    release(browser, number)
    browser.now += timedelta(hours=7)
    browser.sign_in(WHO[market][0])
    times = {"start": "01:30", "end": f"01:20{after}", "observed": "02:30"}
    page = give(browser, **day("on", night), **times)
    assert page is not None and browser.status == 422
    assert page.said[0].startswith(f"Infusion started: “{night}T01:30” comes twice in ")
    assert page.said[0].endswith(f"Add the offset from UTC, {before} or {after}.")
    # 01:30 by the first offset and 01:20 by the second are 50 minutes apart
    assert give(browser, **day("on", night), **{**times, "start": f"01:30{before}"}) is None
    ran = stored_course(browser).infusions[Slot(1, 1)].infusion
    assert ran is not None and ran.end - ran.start == timedelta(minutes=50)
    shown = browser.get(f"/courses/{COURSE}/doses/1/1").fields
    assert [shown[name] for name in ("start", "end", "observed")] == [f"01:30{before}", f"01:20{after}", "02:30"]


def day(name: str, of: date) -> dict[str, str]:
    return on(name, of.day, of.month, of.year)


def test_a_true_time_out_of_order_is_recorded_and_stops(us: Browser) -> None:
    begin(us, **on("start", 2, 3, 2026))
    dosed(us)
    assert record(us, "given", **{**ELSEWHERE, "day": "8"}, **on("on", 4, 3, 2026)) is None
    said = (
        "Day 8 of cycle 1 was given on Mar 4, 2026, 1 day before the dose before it, Mar 5, 2026: at least 6 days lie "
        "between two doses. Out of order: check both days."
    )
    assert said in us.get(f"/courses/{COURSE}").text


TOMORROW = on("on", 13, 3, 2026)
TOO_LATE = [("given", {**ELSEWHERE, **TOMORROW}, "Given on"), ("ended", {**VOD, **TOMORROW}, "Ended on")]


@pytest.mark.parametrize(("kind", "said", "field"), TOO_LATE, ids=["given", "ended"])
def test_what_happened_is_of_no_day_to_come(us: Browser, kind: str, said: dict[str, str], field: str) -> None:
    begin(us)
    page = record(us, kind, **said)
    assert page is not None and us.status == 422
    assert page.said == [f"{field}: Mar 13, 2026 is in the future."]
    assert us.stored()["course_fact"] == 0


@pytest.mark.parametrize(("market", "early", "at"), [(US, "08:59", "09:00"), (UK, "12:59", "13:00")])
def test_no_infusion_starts_before_its_bag_was_released(tmp_path: Path, market: Market, early: str, at: str) -> None:
    """The clock of the tests stands at 13:00 UTC, when every step is taken."""
    browser = Browser(tmp_path, market)
    begin(browser)
    number = place(browser)
    assert check(browser) is None
    release(browser, number)
    page = give(browser, start=early, end="14:00", observed="15:00")
    assert page is not None and browser.status == 422
    assert page.said[0].startswith(f"Infusion started: {number} was released at ")
    assert give(browser, start=at, end="14:00", observed="15:00") is None


def test_a_dose_whose_day_was_recorded_as_omitted_is_recorded_all_the_same(us: Browser) -> None:
    begin(us)
    number = place(us)
    assert check(us) is None
    release(us, number)
    assert record(us, "omitted", cycle="1", day="1", reason="fever") is None
    assert give(us) is None
    assert Slot(1, 1) in stored_course(us).infusions
    page = us.get(f"/courses/{COURSE}").text
    said = "Day 1 of cycle 1 was given, and is recorded as omitted as well: the dose counts. Take out the omission."
    assert said in page
    refused = record(us, "omitted", cycle="1", day="1", reason="fever")
    assert refused is not None and refused.said == ["Cycle: Day 1 of cycle 1 is given as well."]


def test_a_dose_after_one_of_which_nothing_is_recorded_is_recorded_with_a_finding(us: Browser) -> None:
    begin(us)
    us.now += timedelta(days=7)
    us.sign_in(WHO[US][0])
    number = place(us, 1, 8, **on("height_measured", 19, 3, 2026), **on("weight_measured", 19, 3, 2026))
    exams = {part: text for exam in EXAMS for part, text in on(f"exam_{exam}", 18, 3, 2026).items()}
    assert check(us, 1, 8, **on("on", 19, 3, 2026), **exams, blasts="") is None
    release(us, number, afresh={"level": "0.5", "dose": "0.91"})
    us.sign_in(WHO[US][0])
    assert give(us, 1, 8) is None
    page = us.get(f"/courses/{COURSE}").text
    assert (
        "Day 1 of cycle 1 is recorded neither as given nor as omitted, and day 8 of cycle 1 was given after it: record "
        "what became of it."
    ) in page
    assert record(us, "given", **ELSEWHERE, **on("on", 12, 3, 2026)) is None
    assert "record what became of it" not in us.get(f"/courses/{COURSE}").text
