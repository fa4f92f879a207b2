"""What was tried of an order before it was saved: found by its patient, tied to what it became, and read by nobody
who may still verify it."""

import io
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest
from test_records import ANNA, AT, ENTERED, NEW, SIGNED, keyed
from web_desk import AUDITOR, UK, US, WHO, Browser, Html, plain, typed

from compounding import records
from compounding.records import (
    Engine,
    EntrySearch,
    Event,
    Person,
    RecordedEvent,
    find_entries,
    record,
    revise_preparation,
    timeline,
)
from compounding.records.drafts import SOUGHT, draft, saved_as, sought
from compounding.wording.log import entry_text

# ------------------------------------------------------------------ in the records

TRIED = "plan reviewed"
WHOSE = {"family": "Łukaszewicz-O’Brien", "given": "Renée", "numbers": {"mrn": "MRN-00 77", "nhs_number": ""}}


def tried(key: str, **whose: Any) -> Event:
    return Event(ANNA, TRIED, AT, {"fields": "", **sought(**{**WHOSE, **whose})}, subject=draft(key))


SEARCHES = [
    # what is looked for, and whether the draft of Renée Łukaszewicz-O’Brien, MRN-00 77, is found
    ({"patient_name": "lukasz"}, True),
    ({"patient_name": "obrien renee"}, True),
    ({"patient_name": "RENÉE"}, True),
    ({"patient_name": "renata"}, False),
    ({"patient_name": "mrn"}, False),  # the name of a detail is no name
    ({"patient_name": "%"}, False),
    ({"patient_name": "_enee"}, False),
    ({"patient_number": "mrn0077"}, True),
    ({"patient_number": "MRN-0077"}, True),
    ({"patient_number": "mrn007"}, False),  # whole
    ({"patient_name": "renee", "patient_number": "mrn0077"}, True),
    ({"patient_name": "renee", "patient_number": "mrn0078"}, False),
    ({"patient_name": "renee", "action": "order entered"}, False),
]


@pytest.mark.parametrize(("search", "found"), SEARCHES)
def test_a_draft_is_found_by_its_patient(engine: Engine, search: dict[str, str], found: bool) -> None:
    record(engine, tried("one"))
    record(engine, Event(ANNA, TRIED, AT, {"note": "lukaszewicz mrn0077"}, subject="draft:other"))
    record(engine, Event(ANNA, "viewed", AT, sought(**WHOSE), subject="2026-000001"))
    assert [one.event.subject for one in find_entries(engine, EntrySearch(**search))] == ["draft:one"] * found


def test_what_is_empty_is_not_looked_for() -> None:
    assert sought("", "", {"mrn": ""}) == {}
    assert sought("Rivera", "", {"mrn": "00 41-73"}) == {"sought_name": "rivera", "sought_mrn": "004173"}


def test_a_timeline_begins_with_the_draft_of_its_preparation(engine: Engine) -> None:
    record(engine, tried("key 1"))
    record(engine, tried("key 2"))
    assert saved_as(engine, draft("key 1")) is None
    saved = records.save_preparation(engine, NEW, ENTERED)
    other = records.save_preparation(engine, keyed(2), ENTERED)
    assert [one.id for one in timeline(engine, saved.number)] == [2, 4]
    assert [one.id for one in timeline(engine, other.number)] == [3, 5]
    assert saved_as(engine, draft("key 1")) == saved.number
    assert saved_as(engine, "key 1") is None  # no draft
    assert [one.event.action for one in records.events(engine, saved.number)] == ["entered"]


def test_no_person_reads_what_is_there_to_be_sought() -> None:
    text = entry_text(1, tried("one"), "UTC", US)
    assert len(SOUGHT) == 4
    assert [value.name for value in text.values if value.name.lower().startswith("sought")] == []


def test_who_authorised_is_read_of_every_version(engine: Engine) -> None:
    cleo, dora = (Person(user, "A. Example", "pharmacist") for user in ("u19", "u20"))
    over = Event(cleo, "finding overridden", AT)
    saved = records.save_preparation(engine, NEW, ENTERED, also=[over, over, Event(ANNA, "finding acknowledged", AT)])
    other = records.save_preparation(engine, keyed(2), ENTERED)
    assert (saved.authorised_by, other.authorised_by) == (("u19",), ())
    assert records.preparation(engine, saved.number) == saved
    changed = revise_preparation(
        engine, saved.number, keyed(3), Event(ANNA, "order changed", AT), SIGNED, was=1,
        judge=lambda standing: None, also=[replace(over, person=dora)],
    )  # fmt: skip
    found = records.find_preparations(engine, records.Search(), records.Page()).preparations
    assert [one.authorised_by for one in found] == [(), ("u19", "u20")]
    assert records.preparation(engine, saved.number) == replace(changed, authorised_by=("u19", "u20"))


# ------------------------------------------------------------------ on the desk

# √(171 × 71.3 ÷ 3600) = 1.840313 m², 1.84; 0.8 × 1.84 = 1.472 mg, 1.47.
DRAFTED = {"family": "Zimmer", "weight": "71.3", "height": "171"}
VALUES = ["71.3", "1.84", "1.472", "1.47 mg", "Height – → became 171"]
NUMBER_OF = {US: {"mrn": "99887766"}, UK: {"hospital_number": "TR-99999"}}
TRIES = [
    # what is other, and the action of its entry
    ({}, "Plan reviewed"),
    ({"height": "7"}, "Order stopped"),
    ({"height": "1,7"}, "Order not read"),
]


def entered(browser: Browser, page: Html) -> str:
    answer = browser.save(page)
    assert answer.status_code == 303, Html(answer.get_data(as_text=True)).said
    return str(answer.headers["Location"].rpartition("/")[2])


def texts(browser: Browser, *paths: str) -> dict[str, str]:
    """What every way to read the log tells whoever is signed in."""
    sent = {path: browser.client.get(path) for path in ("/audit", *paths)}
    sent["search"] = browser.send("/audit/search", {"name": "Zimmer"})
    found = {way: plain(Html(answer.get_data(as_text=True)).text) for way, answer in sent.items()}
    with closing(browser.send("/audit/csv", {})) as table:
        return {**found, "csv": table.get_data(as_text=True)}


@pytest.mark.parametrize("market", [US, UK])
@pytest.mark.parametrize(("changes", "action"), TRIES)
def test_nobody_who_may_verify_reads_what_was_tried(
    tmp_path: Path, market: Any, changes: dict[str, str], action: str
) -> None:
    browser = Browser(tmp_path, market)
    browser.review(**{**DRAFTED, **NUMBER_OF[market], **changes})
    browser.sign_in(WHO[market][1])
    for way, text in texts(browser).items():
        assert action.lower() in text.lower(), way
        assert [value for value in VALUES if value in text] == [], way
    assert "Hidden until it is worked out afresh." in browser.get("/audit").text
    browser.sign_in(AUDITOR[market])
    for way, text in texts(browser).items():
        assert "71.3" in text, way


@pytest.fixture
def us(tmp_path: Path) -> Browser:
    return Browser(tmp_path, US)


def test_a_draft_shows_with_the_order_that_it_became(us: Browser) -> None:
    number = entered(us, us.review(**DRAFTED, **NUMBER_OF[US]))
    us.sign_in("adeyemi")
    paths = (f"/audit/{number}", f"/audit/{number}?show=changes")
    for way, text in texts(us, *paths).items():
        assert [value for value in VALUES if value in text] == [], way
    paper = pypdf.PdfReader(io.BytesIO(us.send(f"/audit/{number}/pdf", {}).data))
    assert "71.3" not in " ".join(page.extract_text() for page in paper.pages)
    assert us.verify(number, "lindqvist", weight="71.3", dose="1.47").status_code == 303
    page = us.get(f"/audit/{number}").text
    assert page.index("Plan reviewed") < page.index("Order entered")
    assert "71.3" in page[page.index("Plan reviewed") : page.index("Order entered")]
    assert f"Plan reviewed draft of {number}" in us.post("/audit/search", {"name": "zimmer"}).text


def test_a_pharmacist_reads_what_they_tried_themselves(us: Browser) -> None:
    us.sign_in("adeyemi")
    us.review(**DRAFTED, **NUMBER_OF[US])
    assert "71.3 kg" in us.get("/audit").text
    us.sign_in("lindqvist")
    assert "71.3 kg" not in us.get("/audit").text


def test_a_change_that_is_not_saved_yet_is_not_read_either(us: Browser) -> None:
    """The order is verified, and the next version of it is not: whoever may verify that one reads nothing of it."""
    us.verify("2026-000001", "lindqvist")
    form = us.get("/orders/2026-000001/edit")
    shown = us.post("/orders/review", {**form.fields, "weight": "71.3"})
    us.sign_in("adeyemi")
    page = us.get("/audit/2026-000001").text
    assert "71.3" not in page and "70 kg" in page
    us.sign_in("okafor")
    assert us.save(shown, change_reason="misread", change_words="As written.", csrf_token=us.token()).status_code == 303
    us.sign_in("adeyemi")
    assert "71.3" not in us.get("/audit/2026-000001").text
    # √(170 × 71.3 ÷ 3600) = 1.834924 m², 1.83; 0.8 × 1.83 = 1.464 mg, 1.46.
    assert us.verify("2026-000001", "adeyemi", weight="71.3").status_code == 303
    assert "71.3" in us.get("/audit/2026-000001").text


def test_every_try_of_a_form_is_tied_to_what_it_became(us: Browser) -> None:
    """Not read, stopped, reviewed, taken back, reviewed and saved: one draft from the empty form on."""
    us.review(**DRAFTED, mrn="111")  # another form
    form = us.get("/orders/new")
    sent: dict[str, str] = {**form.fields, **typed(US, **DRAFTED, **NUMBER_OF[US])}
    for height in ("1,7", "7"):
        sent = {**us.post("/orders/review", {**sent, "height": height}).fields, "height": "171"}
    shown = us.post("/orders/review", sent)
    back = us.post("/orders/new", shown.fields)
    number = entered(us, us.post("/orders/review", back.fields))
    keys = {page.fields["request_key"] for page in (form, shown, back)}
    assert len(keys) == 1
    told = [one.event.action for one in timeline(us.desk.engine, number)]
    assert told == ["order not read", "order stopped", TRIED, "review left", TRIED, "order entered"]


def test_a_form_that_goes_on_after_it_was_saved_is_another_draft(us: Browser) -> None:
    shown = us.review(**DRAFTED, **NUMBER_OF[US])
    first = entered(us, shown)
    again = us.post("/orders/review", shown.fields)
    assert again.fields["request_key"] != shown.fields["request_key"]
    second = entered(us, again)
    assert first != second
    assert [len(timeline(us.desk.engine, number)) for number in (first, second)] == [2, 2]


@pytest.mark.parametrize("key", ["", "x", "draft:x", "2026-000001", "a" * 21 + "\0", "a" * 600])
def test_a_key_that_is_none_of_ours_is_another(us: Browser, key: str) -> None:
    page = us.post("/orders/review", {**typed(US), "request_key": key})
    assert us.status == 200
    assert page.fields["request_key"] != key
    assert entered(us, page)


def newest(browser: Browser) -> RecordedEvent:
    return find_entries(browser.desk.engine, EntrySearch(), size=1)[0]


def test_a_key_is_shown_to_nobody_who_reads_the_log(us: Browser) -> None:
    key = us.review(**DRAFTED, **NUMBER_OF[US]).fields["request_key"]
    assert newest(us).event.subject == draft(key)
    us.sign_in(AUDITOR[US])
    for way, text in texts(us).items():
        assert key not in text, way
