"""Two desks at one course at once, on either database: what one stores, the other has seen, or is told of."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from course_desk import COURSE, begin, check, checklist, dosed, give, later, place, record, release, review, stored
from course_desk import SIGNED as PIN
from databases import Place
from homes import entered
from web_desk import US, WHO, Browser, Html, on

from compounding import records
from compounding.course import Assessment, Response, Slot
from compounding.records import EntrySearch, Event
from compounding.web import saving

PATIENT = 2
"""After the one of the training site."""
LIST = f"/courses/{COURSE}/checklists/1/1"


@dataclass(frozen=True)
class Desks:
    """Two desks of one database, each with somebody signed in."""

    mine: Browser
    theirs: Browser


@pytest.fixture
def desks(bare_place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desks:
    home = entered(bare_place, tmp_path, monkeypatch)
    mine = Browser(home, US)
    begin(mine)
    return Desks(mine, Browser(home, US, user=WHO[US][1]))


def between(patch: pytest.MonkeyPatch, module: Any, name: str, act: Callable[[], Any]) -> None:
    """Has this happen at the other desk after the first has judged what it stores, and before it stores it."""
    real = getattr(module, name)

    def late(*args: Any, **more: Any) -> Any:
        patch.setattr(module, name, real)
        with ThreadPoolExecutor(1) as other:  # a request of its own, and not one within this
            other.submit(act).result()
        return real(*args, **more)

    patch.setattr(module, name, late)


def answers(shown: Html) -> dict[str, str]:
    return {key: "record" for key in shown.elements if key.startswith("finding_") and key.endswith("_reason")}


# ------------------------------------------------------------------ orders


def ordered(desks: Desks, day: int, **changes: str) -> Callable[[], None]:
    """Another order in the course, at the other desk."""
    shown = review(desks.theirs, 1, day, **changes)

    def save() -> None:
        answer = desks.theirs.save(shown, **answers(shown))
        assert answer.status_code == 303, Html(answer.get_data(as_text=True)).said

    return save


def corrected(desks: Desks, **changes: Any) -> Callable[[], None]:
    def correct() -> None:
        engine = desks.theirs.desk.engine
        was = stored(desks.theirs).patient
        told = Event(was.person, "patient corrected", desks.theirs.now)
        records.put_patient(
            engine, replace(was.content, **changes), told, patient_id=PATIENT, was=was.entry, witness="adeyemi"
        )

    return correct


def omitted(desks: Desks) -> Callable[[], None]:
    def omit() -> None:
        assert record(desks.theirs, "omitted", cycle="1", day="15", reason="fever") is None

    return omit


AGAIN = "review the order once more."
MEANWHILE: list[tuple[str, Callable[[Desks], Callable[[], None]], str]] = [
    ("the same dose", lambda desks: ordered(desks, 1),
     f"2026-000004 was ordered for day 1 of cycle 1 of course C-000002 meanwhile: {AGAIN}"),
    ("the next dose", lambda desks: ordered(desks, 8, **on("give_on", 19, 3, 2026)),
     f"2026-000004 was ordered for day 8 of cycle 1 of course C-000002 meanwhile: {AGAIN}"),
    ("the patient", lambda desks: corrected(desks, given="Eleni"),
     f"The patient of course C-000002 was corrected meanwhile: {AGAIN}"),
    ("the course", omitted, f"Course C-000002 was changed meanwhile: {AGAIN}"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "said"), [row[1:] for row in MEANWHILE], ids=[row[0] for row in MEANWHILE])
def test_an_order_is_stored_beside_nothing_that_its_desk_has_not_seen(
    desks: Desks, monkeypatch: pytest.MonkeyPatch, act: Callable[[Desks], Callable[[], None]], said: str
) -> None:
    shown = review(desks.mine)
    between(monkeypatch, saving, "save_preparation", act(desks))
    answer = desks.mine.save(shown)
    assert answer.status_code == 409 and said in Html(answer.get_data(as_text=True)).text
    assert len(stored(desks.mine).orders) == ("was ordered" in said)


def test_a_dose_that_was_ordered_after_the_review_asks_before_it_is_ordered_again(desks: Desks) -> None:
    shown = review(desks.mine)
    ordered(desks, 1)()
    answer = desks.mine.save(shown)
    said = "Day 1 of cycle 1 is ordered already: 2026-000004. Two orders would be two doses."
    page = Html(answer.get_data(as_text=True))
    assert answer.status_code == 409 and said in page.text, page.said
    assert len(stored(desks.mine).orders) == 1


# ------------------------------------------------------------------ facts

FACT = f"/courses/{COURSE}/record/response"


def test_of_two_who_record_a_response_the_second_sees_the_first(desks: Desks) -> None:
    mine, theirs = desks.mine, desks.theirs
    dosed(mine)
    fields = mine.get(FACT).fields
    assert record(theirs, "response", after_cycle="1", is_="none", words="") is None
    typed = {**fields, **PIN, "after_cycle": "1", "is_": "cr", "words": "marrow of Mar 11"}
    for again in (typed, {**typed, "words": ""}, {**typed, "signing_secret": "000000"}, {**typed, "was": ""}):
        answer = mine.client.post(FACT, data=again)
        page = Html(answer.get_data(as_text=True))
        assert answer.status_code == 409 and page.said == [
            f"Course {COURSE} was changed since this page was opened: what stands by now is shown here. Nothing is"
            " recorded yet; send it again only if it still holds."
        ]
        assert "Response after cycle 1: no CR" in page.text and page.fields["words"] == again["words"]
    assert len(stored(mine).standing) == 2
    assert mine.client.post(FACT, data={**page.fields, **typed, "was": page.fields["was"]}).status_code == 303
    assert [one.fact for one in stored(mine).standing[1:]] == [
        Assessment(1, Response.NONE), Assessment(1, Response.CR),
    ]  # fmt: skip


def test_of_two_who_record_a_fact_at_once_one_does(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = desks.mine
    fields = {**mine.get(f"/courses/{COURSE}/record/omitted").fields, **PIN}
    between(monkeypatch, records, "record_fact", omitted(desks))
    answer = mine.client.post(
        f"/courses/{COURSE}/record/omitted", data={**fields, "cycle": "1", "day": "15", "reason": "fever"}
    )
    page = Html(answer.get_data(as_text=True))
    said = f"Cycle: {COURSE} was changed meanwhile, and is not as it was seen: look at what stands now, and record this"
    assert answer.status_code == 409 and page.said == [f"{said} only if it still holds."]
    assert len(stored(mine).standing) == 1 and page.fields["was"] == str(stored(mine).entry)


def test_a_form_that_is_sent_twice_records_once(desks: Desks) -> None:
    path = f"/courses/{COURSE}/record/reduction"
    sent = {**desks.mine.get(path).fields, **PIN, "from_cycle": "2", "prescriber": "Dr A. Farrow"}
    assert [desks.mine.client.post(path, data=sent).status_code for _ in range(2)] == [303, 409]
    assert len(stored(desks.mine).standing) == 1


# ------------------------------------------------------------------ doses given


def test_of_two_who_correct_a_dose_given_the_second_sees_the_first(desks: Desks) -> None:
    mine, path = desks.mine, f"/courses/{COURSE}/doses/1/1"
    number = place(mine)
    assert check(mine) is None
    release(mine, number)
    later(mine)
    first = mine.get(path).fields
    assert give(desks.theirs) is None
    early = mine.client.post(path, data={**first, **PIN, "start": "14:00", "end": "15:10", "reaction": "none"})
    who = stored(mine).infusions[Slot(1, 1)].told.person.name
    said = f"What was given of day 1 of cycle 1 was recorded meanwhile by {who}: look at it here."
    assert early.status_code == 409
    assert Html(early.get_data(as_text=True)).said == [f"{said} Nothing is recorded yet."]
    fields = mine.get(path).fields
    assert give(desks.theirs, end="15:20", why="read from the chart", not_given="given") is None
    typed = {**fields, **PIN, "observed": "15:50", "why": "observed longer", "not_given": "given"}
    stale = mine.client.post(path, data=typed)
    page = Html(stale.get_data(as_text=True))
    assert stale.status_code == 409 and page.fields["observed"] == "15:50" and "15:20" in page.text
    assert len(stored(mine).all_infusions) == 2
    assert mine.client.post(path, data={**typed, "end": "15:20", "was": page.fields["was"]}).status_code == 303


# ------------------------------------------------------------------ checklists


def sent(browser: Browser, fields: dict[str, str], **changes: str) -> Any:
    whole = {**fields, **checklist(browser), **changes, **PIN}
    return browser.client.post(LIST, data={name: text for name, text in whole.items() if text})


def test_of_two_who_fill_in_one_checklist_the_second_sees_the_first(desks: Desks) -> None:
    mine = desks.mine
    fields = mine.get(LIST).fields
    assert check(desks.theirs, count_neutrophils="0.6") is None
    answer = sent(mine, fields, count_neutrophils="1.4")
    page = Html(answer.get_data(as_text=True))
    who = stored(mine).checklists[Slot(1, 1)].told.person.name
    assert answer.status_code == 409 and len(stored(mine).all_checklists) == 1
    now = f"The checklist of day 1 of cycle 1 was recorded meanwhile by {who}: look at it below."
    assert page.said == [f"{now} Nothing is recorded yet."]
    assert page.fields["count_neutrophils"] == "1.4" and "0.6 ×10⁹/L" in page.text
    assert sent(mine, page.fields, count_neutrophils="1.4").status_code == 303
    told = records.find_entries(mine.desk.engine, EntrySearch(action="checklist recorded"))[0].event
    assert [(one.old, one.new) for one in told.changes] == [("0.6 ×10⁹/L", "1.4 ×10⁹/L")]


def test_of_two_who_record_one_checklist_at_once_one_does(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = desks.mine
    fields = mine.get(LIST).fields
    between(monkeypatch, records, "record_checklist", lambda: check(desks.theirs, blasts="500"))
    answer = sent(mine, fields)
    page = Html(answer.get_data(as_text=True))
    assert answer.status_code == 409 and "and is not the one that was seen" in page.said[0]
    assert "500/mm³" in page.text and page.fields["blasts"] == "400"
    assert len(stored(mine).all_checklists) == 1
    assert sent(mine, page.fields).status_code == 303


def test_a_checklist_that_finds_more_by_now_is_shown_again(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Day 8 is judged while day 1 is not recorded; then it is, as of the day after the results that were seen."""
    path = f"/courses/{COURSE}/checklists/1/8"
    fields = {**desks.mine.get(path).fields, **checklist(desks.mine), "blasts": "", "target": "", **PIN}
    day1 = {"cycle": "1", "day": "1", **on("on", 12, 3, 2026), "level": "0.8"}
    between(monkeypatch, records, "record_checklist", lambda: record(desks.theirs, "given", **day1))
    answer = desks.mine.client.post(path, data={name: text for name, text in fields.items() if text})
    said = f"Course {COURSE} was changed meanwhile: look at what the checklist finds by now."
    page = Html(answer.get_data(as_text=True))
    assert (answer.status_code, page.said) == (409, [said])
    assert stored(desks.mine).all_checklists == ()


# ------------------------------------------------------------------ bags and infusions


def test_of_a_bag_that_comes_back_meanwhile_nothing_is_given(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, theirs = desks.mine, desks.theirs
    number = place(mine)
    assert check(mine) is None
    release(mine, number)
    later(mine)
    path, back = f"/courses/{COURSE}/doses/1/1", f"/preparations/{number}/end/return"
    given = {**mine.get(path).fields, "start": "14:00", "end": "15:00", "reaction": "none", **PIN}
    theirs.sign_in("park")
    came = {**theirs.get(back).fields, "why": "patient"}
    between(monkeypatch, records, "record_infusion", lambda: theirs.client.post(back, data=came))
    answer = mine.client.post(path, data=given)
    assert answer.status_code == 409
    assert f"{number} is returned: nothing of it is given any more." in Html(answer.get_data(as_text=True)).text
    assert stored(mine).infusions == {}
