"""An order that is changed: old and new, what was signed and printed void, and two who change it at once."""

import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from web_desk import UK, US, Browser, Html, on, plain, typed

from compounding import records, training
from compounding.records import NotSaved, SavedPreparation
from compounding.web import saving

# √(170 cm × 77 kg ÷ 3600) = 1.906858 m², 1.91 m²; 0.8 mg/m² × 1.91 m² = 1.528 mg, of which 1.46 mg is 4.45 % less.
HEAVY = {"weight": "77", "ordered_dose": "1.46"}
WHY = {"change_reason": "misread", "change_words": "Chart says 70."}
HEAVY_AFRESH = {"weight": "77", "level": "0.8", "dose": "1.46"}


@pytest.fixture
def us(tmp_path: Path) -> Browser:
    return Browser(tmp_path, US)


def number_of(answer: Any) -> str:
    assert answer.status_code == 303, Html(answer.get_data(as_text=True)).said
    return str(answer.headers["Location"].rpartition("/")[2])


@pytest.fixture
def number(us: Browser) -> str:
    """An order with 77 kg, entered by the technician who is signed in."""
    return number_of(us.save(us.review(**HEAVY)))


def edited(browser: Browser, number: str, **changes: str) -> Html:
    """The review of a change."""
    return browser.post("/orders/review", {**browser.get(f"/orders/{number}/edit").fields, **changes})


def stored(browser: Browser, number: str) -> SavedPreparation:
    found = records.preparation(browser.desk.engine, number)
    assert found is not None
    return found


def last_events(browser: Browser, number: str) -> list[records.Event]:
    """What was done with it, the oldest first."""
    done = records.timeline(browser.desk.engine, number)
    return [recorded.event for recorded in done if not recorded.event.action.endswith(("viewed", "reviewed", "left"))]


# ------------------------------------------------------------------ the form, and who may


@pytest.mark.parametrize("market", [US, UK])
def test_the_form_is_filled_with_what_was_typed(tmp_path: Path, market: Any) -> None:
    browser = Browser(tmp_path, market)
    order = typed(market, ordered_dose="1.46", blasts="9000")
    number = number_of(browser.save(browser.review(ordered_dose="1.46", blasts="9000")))
    page = browser.get(f"/orders/{number}/edit")
    assert browser.status == 200
    assert page.problems == []
    assert {name: page.fields[name] for name in order} == order
    assert page.texts["main"] and f"Change the order of {number}" in page.text


MAY_CHANGE = [
    ("okafor", False, 200),
    ("park", False, 200),
    ("lindqvist", False, 403),  # may still verify it
    ("whitfield", False, 403),
    ("castellan", False, 403),
    ("okafor", True, 200),
    ("adeyemi", True, 200),
    ("whitfield", True, 403),
]


@pytest.mark.parametrize(("user", "verified", "status"), MAY_CHANGE)
def test_who_may_change_an_order(us: Browser, number: str, user: str, verified: bool, status: int) -> None:
    if verified:
        us.verify(number, **HEAVY_AFRESH)
    us.sign_in(user)
    us.get(f"/orders/{number}/edit")
    assert us.status == status
    button = [href for href, _, _ in us.get(f"/preparations/{number}").links if href.endswith("/edit")]
    assert button == ([f"/orders/{number}/edit"] if status == 200 else [])


@pytest.mark.parametrize("path", ["/orders/2026-000099/edit", "/orders/x/edit"])
def test_what_is_not_there_cannot_be_changed(us: Browser, path: str) -> None:
    us.get(path)
    assert us.status == 404


@pytest.mark.parametrize(
    "wrong", [{"changed_number": "2026-000099"}, {"changed_version": "x"}, {"changed_version": ""}]
)
def test_a_form_that_names_no_version_changes_nothing(us: Browser, number: str, wrong: dict[str, str]) -> None:
    form = us.get(f"/orders/{number}/edit")
    before = us.stored()
    for path in ("/orders/review", "/orders/new", "/orders/save"):
        us.post(path, {**form.fields, **wrong})
        assert us.status == 404
    assert us.stored() == before


# ------------------------------------------------------------------ old and new

UNCHANGED = "Nothing is changed: every field says what is saved."


def test_the_review_shows_old_and_new_and_that_the_dose_stays(us: Browser, number: str) -> None:
    text = edited(us, number, weight="70").text
    assert (
        "What Saved Now Weight 77 kg 70 kg Body surface 1.91 m² 1.82 m² Calculated dose 1.528 mg 1.456 mg "
        "Dose 1.46 mg unchanged Reason" in text
    )


def test_a_change_is_told_with_every_value_old_and_new(us: Browser, number: str) -> None:
    assert number_of(us.save(edited(us, number, weight="70"), **WHY)) == number
    change, void, signed = last_events(us, number)[-3:]
    assert change.action == "order changed"
    assert change.changes == (
        ("Weight", "77 kg", "70 kg"),
        ("Body surface", "1.91 m²", "1.82 m²"),
        ("Calculated dose", "1.528 mg", "1.456 mg"),
        ("Dose", "1.46 mg", "1.46 mg"),
    )
    assert (change.reason, change.reason_code) == ("Misread or mistyped. “Chart says 70.”", "misread")
    assert (void.action, signed.action) == ("signature void", "signed")
    saved = stored(us, number)
    assert (saved.version, saved.state, saved.content.year) == (2, "entered", 2026)
    assert json.loads(saved.content.order_json)["typed"]["weight"] == "70"


def test_a_value_that_is_emptied_or_new_is_told(us: Browser, number: str) -> None:
    us.save(edited(us, number, ordered_dose="", blasts="9000"), **WHY)
    told = {change.field: change[1:] for change in last_events(us, number)[-3].changes}
    assert told["Ordered dose"] == ("1.46 mg", None)
    assert told["Peripheral blasts"] == (None, "9000 per mm³")
    assert told["Dose"] == ("1.46 mg", "1.53 mg")  # 1.528 mg, to 0.01 mg


def test_what_is_not_changed_is_not_saved(us: Browser, number: str) -> None:
    before = us.stored()
    page = edited(us, number)
    assert (us.status, page.said) == (422, [UNCHANGED])
    assert us.stored() == before


@pytest.mark.parametrize(
    ("why", "field", "sentence"),
    [
        ({"change_reason": ""}, "change_reason", "Choose why it is changed."),
        ({"change_reason": "bored"}, "change_reason", "Choose one of those shown."),
        ({"change_words": " "}, "change_words", "Say why in words."),
        ({"signing_secret": ""}, "signing_secret", "Type your signing PIN, or your password."),
        ({"signing_secret": "271829"}, "signing_secret", "This is not your PIN or password. Nothing is signed."),
    ],
)
def test_a_change_needs_its_reason_and_its_signature(
    us: Browser, number: str, why: dict[str, str], field: str, sentence: str
) -> None:
    shown = edited(us, number, weight="70")
    before = us.stored()
    page = us.post("/orders/save", us.saving(shown, **{**WHY, **why}))
    assert us.status == 422
    assert page.says(f"{field}-message") == sentence
    assert us.stored() == before
    assert stored(us, number).version == 1
    assert number_of(us.save(page, **WHY)) == number


def test_the_reason_and_the_answers_stay_while_the_order_is_typed_again(us: Browser) -> None:
    """What was answered when it was entered comes back, but for who authorised it."""
    second = {"finding_0_user": "adeyemi", "finding_0_secret": training.PASSWORD}
    answers = {"finding_0_reason": "confirmed", "finding_0_words": "Falling."}
    number = number_of(us.save(us.review(blasts="12400"), **answers, **second))
    shown = edited(us, number, weight="71")
    assert {name: shown.fields[name] for name in answers} == answers
    assert (shown.fields["finding_0_user"], shown.fields["finding_0_secret"]) == ("", "")
    form = us.post("/orders/new", us.saving(shown, **WHY))
    again = us.post("/orders/review", {**form.fields, "weight": "72"})
    assert {name: again.fields[name] for name in WHY} == WHY
    assert number_of(us.save(again, **second)) == number
    assert [event.action for event in last_events(us, number)[-4:]] == [
        "order changed",
        "signature void",
        "signed",
        "finding overridden",
    ]


def test_a_changed_order_is_not_its_own_double(us: Browser, number: str) -> None:
    text = edited(us, number, weight="70").text
    assert f"Stored as {number}" not in text
    assert "Stored as 2026-000001" in text


def test_a_change_that_is_stopped_comes_back_as_the_change_that_it_is(us: Browser, number: str) -> None:
    page = edited(us, number, weight="7")
    assert us.status == 422
    assert (page.fields["changed_number"], page.fields["changed_version"]) == (number, "1")
    assert us.post("/orders/review", {**page.fields, "weight": "70"}).says("change_reason") != ""
    assert us.status == 200


# ------------------------------------------------------------------ void


def test_what_was_signed_is_void_and_stays_in_view(us: Browser, number: str) -> None:
    us.verify(number, **HEAVY_AFRESH)
    us.save(edited(us, number, weight="70"), **WHY)
    held = [(s.meaning, s.version, s.void_entry is None) for s in records.signatures(us.desk.engine, number)]
    assert held == [("order-entry", 1, False), ("order-verification", 1, False), ("order-entry", 2, True)]
    page = us.get(f"/preparations/{number}")
    card = page.text[page.text.index("Signatures") :]
    assert (card.count("Void R. Okafor"), card.count("Void K. Adeyemi"), card.count("Signed R. Okafor")) == (1, 1, 1)
    assert "Version 2, changed Mar 12, 2026 09:00 by R. Okafor, technician" in page.text
    us.sign_in("adeyemi")
    assert "You may verify this order." in us.get(f"/preparations/{number}").text


def words_of(pdf: bytes) -> str:
    return plain(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def test_papers_of_the_older_version_are_void_and_a_new_one_says_what_is_now(us: Browser, number: str) -> None:
    us.verify(number, **HEAVY_AFRESH)
    print_ = f"/preparations/{number}/print/worksheet"
    assert us.send(print_, {}).status_code == 303
    assert "Void" not in us.get(f"/preparations/{number}").text.partition("Signatures")[0]
    us.sign_in("park")
    us.save(edited(us, number, weight="70"), **WHY)
    page = us.get(f"/preparations/{number}")
    assert "Copy 1 Void Mar 12, 2026 09:00, R. Okafor. The order was changed since: destroy it." in page.text
    assert us.send(print_, {}).status_code == 409  # not verified
    us.verify(number)
    assert us.send(print_, {}).status_code == 303  # the first of this version: nobody asks why again
    old, new = (words_of(us.client.get(f"/preparations/{number}/prints/{place}.pdf").data) for place in (1, 2))
    assert ("77 kg" in old, "70 kg" in old) == (True, False)
    assert ("77 kg" in new, "70 kg" in new) == (False, True)
    assert ("R. Okafor" in old, "J. Park" in new, "copy 2" in new) == (True, True, True)
    assert us.send(print_, {}).status_code == 422  # and now it is a reprint
    assert us.send(print_, {"reason": "torn"}).status_code == 303
    third = words_of(us.client.get(f"/preparations/{number}/prints/3.pdf").data)
    assert third == new.replace("copy 2", "copy 3")
    text = us.get(f"/preparations/{number}").text
    assert re.findall(r"Copy (\d)( Void)?", text.partition("Findings")[0]) == [("1", " Void"), ("2", ""), ("3", "")]


# ------------------------------------------------------------------ two at once


def somebody_else(browser: Browser, number: str, **changes: str) -> None:
    """J. Park changes the order while the first has its page open."""
    mine = browser.client
    browser.sign_in("park")
    assert browser.save(edited(browser, number, **changes), **WHY).status_code == 303
    browser.client = mine


MOVED = (
    "{number} was changed meanwhile by J. Park: version 2 stands by now, and this form began with version 1. "
    "Compare the two; what you send next changes theirs."
)


@pytest.mark.parametrize("reviewed", [False, True])
def test_the_second_of_two_is_refused_with_both_versions(us: Browser, number: str, reviewed: bool) -> None:
    """Whether the other was quicker before the review or after it; only what differs is shown."""
    mine = {"weight": "70", "location": "6 East, bed 14"}
    form = us.get(f"/orders/{number}/edit")
    if reviewed:
        shown = us.post("/orders/review", {**form.fields, **mine})
    somebody_else(us, number, weight="71")
    before = us.stored()
    if reviewed:
        page = us.post("/orders/save", us.saving(shown, **WHY))
    else:
        page = us.post("/orders/review", {**form.fields, **mine})
    assert us.status == 409
    assert page.said == [MOVED.format(number=number)]
    assert "Field Theirs Yours Location 6 East, bed 12 6 East, bed 14 Weight 71 kg 70 kg What is signed" in page.text
    assert {name: page.fields[name] for name in mine} == mine
    assert us.stored() == before
    again = us.post("/orders/review", page.fields)
    assert "Weight 71 kg 70 kg" in again.text  # and now theirs is what is changed
    assert number_of(us.save(again, **WHY)) == number
    assert stored(us, number).version == 3


def test_one_who_is_quicker_by_a_moment_is_told_of_as_well(
    us: Browser, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the write."""
    shown = edited(us, number, weight="70")
    write = saving.revise_preparation

    def later(*given: Any, **more: Any) -> Any:
        monkeypatch.setattr("compounding.web.saving.revise_preparation", write)
        with ThreadPoolExecutor(1) as another:
            another.submit(somebody_else, us, number, weight="71").result()
        return write(*given, **more)

    monkeypatch.setattr("compounding.web.saving.revise_preparation", later)
    answer = us.save(shown, **WHY)
    page = Html(answer.get_data(as_text=True))
    assert (answer.status_code, page.said) == (409, [MOVED.format(number=number)])
    assert "Weight 71 kg 70 kg" in page.text
    assert stored(us, number).version == 2


def test_a_change_sent_twice_is_one_version_and_gives_the_first_ones_record(us: Browser, number: str) -> None:
    sent = us.saving(edited(us, number, weight="70"), **WHY)
    answers = [us.client.post("/orders/save", data=sent) for _ in range(2)]
    assert [number_of(answer) for answer in answers] == [number, number]
    assert stored(us, number).version == 2
    assert len(records.signatures(us.desk.engine, number)) == 2


def test_a_change_sent_again_under_another_name_is_refused(us: Browser, number: str) -> None:
    sent = us.saving(edited(us, number, weight="70"), **WHY)
    us.client.post("/orders/save", data=sent)
    us.sign_in("park")
    answer = us.client.post("/orders/save", data={**sent, "csrf_token": us.token()})
    assert answer.status_code == 409
    assert Html(answer.get_data(as_text=True)).said == [
        f"This form was sent before and saved as {number}, entered by R. Okafor: open that preparation, "
        "or start a new form."
    ]


FORGED = [{"changed_version": "2"}, {"weight": "71"}, {"shown": "0" * 64}]


@pytest.mark.parametrize("forged", FORGED)
def test_what_was_not_shown_is_not_changed(us: Browser, number: str, forged: dict[str, str]) -> None:
    shown = edited(us, number, weight="70")
    before = us.stored()
    us.post("/orders/save", {**us.saving(shown, **WHY), **forged})
    assert us.status == 409
    assert us.stored() == before


def test_a_review_of_a_new_order_does_not_change_a_stored_one(us: Browser, number: str) -> None:
    shown = us.review(**HEAVY, **on("give_on", 13, 3, 2026))
    forged = {**us.saving(shown, **WHY), "changed_number": number, "changed_version": "1"}
    us.post("/orders/save", forged)
    assert us.status == 409
    assert stored(us, number).version == 1


def test_a_full_disk_loses_nothing_of_a_change(us: Browser, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise NotSaved("Not saved: the disk is full.")

    shown = edited(us, number, weight="70")
    monkeypatch.setattr("compounding.web.saving.revise_preparation", full)
    answer = us.save(shown, **WHY)
    page = Html(answer.get_data(as_text=True))
    assert (answer.status_code, page.said) == (503, ["Not saved: the disk is full."])
    monkeypatch.undo()
    assert number_of(us.save(page)) == number
