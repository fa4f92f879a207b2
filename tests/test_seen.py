"""Who saw a patient is in the log: whatever answers with a patient on its page leaves an entry, refused or not."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from web_desk import AFRESH, US, Browser, Html, typed

from compounding import records, training
from compounding.records import EntrySearch, Event
from compounding.records.drafts import draft, is_draft

NUMBER = "2026-000001"
"""The worked example: Elena Rivera, MRN 00417352, entered by R. Okafor."""
PATH = f"/preparations/{NUMBER}"
STALE = {"changed_number": NUMBER, "changed_version": "0"}
NO_TOKEN = {"csrf_token": "lost"}

Sent = tuple[str, Mapping[str, str]]
"""Where a form goes, and what it holds."""


@pytest.fixture
def us(tmp_path: Path) -> Browser:
    return Browser(tmp_path, US)


def reviewed(browser: Browser, **more: str) -> Sent:
    return "/orders/save", {**browser.saving(browser.review()), **more}


def agreed(browser: Browser, **more: str) -> Sent:
    browser.sign_in("adeyemi")
    page = browser.post(f"{PATH}/verify", {**browser.get(f"{PATH}/verify").fields, **AFRESH})
    return f"{PATH}/verify/sign", {**page.fields, "signing_secret": training.PIN, **more}


def afresh(browser: Browser, **more: str) -> Sent:
    browser.sign_in("adeyemi")
    return f"{PATH}/verify", {**browser.get(f"{PATH}/verify").fields, **more}


def changed(browser: Browser, **more: str) -> Sent:
    """A change of the order, as its review saves it."""
    form = browser.get(f"/orders/{NUMBER}/edit")
    shown = browser.post("/orders/review", {**form.fields, "location": "6 East, bed 14"})
    answers = {"change_reason": "misread", "change_words": "As written."}
    return "/orders/save", {**browser.saving(shown, **answers), **more}


def printed_once(browser: Browser) -> Sent:
    browser.verify(NUMBER)
    assert browser.send(f"{PATH}/print/worksheet", {}).status_code == 303
    return f"{PATH}/print/worksheet", {}


def just(path: str, **sent: str) -> Callable[[Browser], Sent]:
    return lambda browser: (path, sent)


DRAFT = "a draft"
SEEN: list[tuple[str, Callable[[Browser], Sent], int, str, str]] = [
    # what is sent, what is answered, the action of its entry and what that is about
    ("print before the verification", just(f"{PATH}/print/worksheet"), 409, "preparation viewed", NUMBER),
    ("print again without a reason", printed_once, 422, "preparation viewed", NUMBER),
    ("print without a session", just(f"{PATH}/print/worksheet", **NO_TOKEN), 400, "preparation viewed", NUMBER),
    ("save without a secret", lambda b: reviewed(b, signing_secret=""), 422, "plan viewed", DRAFT),
    ("save with a wrong secret", lambda b: reviewed(b, signing_secret="271829"), 422, "plan viewed", DRAFT),
    ("save of what was not shown", lambda b: reviewed(b, weight="80"), 409, "plan viewed", DRAFT),
    ("save without a session", lambda b: reviewed(b, **NO_TOKEN), 400, "plan viewed", DRAFT),
    ("save of what cannot be read", lambda b: reviewed(b, weight="7,0"), 422, "order not read", DRAFT),
    ("save of an old version", just("/orders/save", **typed(US), **STALE), 409, "order not read", NUMBER),
    ("change without a secret", lambda b: changed(b, signing_secret=""), 422, "plan viewed", NUMBER),
    ("review of an old version", just("/orders/review", **typed(US), **STALE), 409, "order not read", NUMBER),
    ("review without a session", just("/orders/review", **typed(US), **NO_TOKEN), 400, "order form viewed", DRAFT),
    ("change taken back without one", just("/orders/new", **typed(US), **STALE, **NO_TOKEN), 400, "order form viewed",
     NUMBER),
    ("save of an empty form without one", just("/orders/save", family="Rivera", **NO_TOKEN), 400, "order form viewed",
     DRAFT),
    ("nothing worked out", afresh, 422, "preparation viewed", NUMBER),
    ("another version worked out", lambda b: afresh(b, **AFRESH, version="9"), 409, "preparation viewed", NUMBER),
    ("worked out without a session", lambda b: afresh(b, **AFRESH, **NO_TOKEN), 400, "preparation viewed", NUMBER),
    ("signature without a secret", lambda b: agreed(b, signing_secret=""), 422, "preparation viewed", NUMBER),
    ("signature of a forged page", lambda b: agreed(b, agreed="0" * 64), 409, "preparation viewed", NUMBER),
    ("signature without a session", lambda b: agreed(b, **NO_TOKEN), 400, "preparation viewed", NUMBER),
]  # fmt: skip


def newest(browser: Browser) -> Event:
    return records.find_entries(browser.desk.engine, EntrySearch(), size=1)[0].event


@pytest.mark.parametrize(("made", "status", "action", "about"), [row[1:] for row in SEEN], ids=[row[0] for row in SEEN])
def test_a_page_with_a_patient_leaves_an_entry_of_who_saw_it(
    us: Browser, made: Callable[[Browser], Sent], status: int, action: str, about: str
) -> None:
    path, sent = made(us)
    token, user = us.token(), "adeyemi" if "verify" in path else "okafor"
    before, stored = us.rows()["log"], us.stored()
    answer = us.client.post(path, data={"csrf_token": token, **sent})
    page = Html(answer.get_data(as_text=True))
    assert answer.status_code == status
    assert "RIVERA, Elena" in page.text or page.fields["family"] == "Rivera"
    assert us.rows()["log"] > before
    seen = newest(us)
    assert (seen.action, seen.person.id) == (action, user)
    assert is_draft(seen.subject) if about == DRAFT else seen.subject == about
    assert us.stored() == stored


def test_a_review_sent_again_is_seen_under_the_key_of_its_form(us: Browser) -> None:
    path, sent = reviewed(us, signing_secret="")
    us.send(path, sent)
    assert newest(us).subject == draft(sent["request_key"])


OTHERS = [
    # whose MRN the order has, under which name, and what is said of it
    ({"family": "Othername", "mrn": "00417352"}, "is stored with another name or date of birth.", NUMBER),
    ({}, "has 1 preparation for cycle 1 day 1 on Mar 12, 2026 already: is it the same order?", NUMBER),
    ({"mrn": "00999999"}, "", ""),
]


@pytest.mark.parametrize(("changes", "sentence", "shown"), OTHERS)
def test_a_review_names_every_other_order_whose_patient_it_shows(
    us: Browser, changes: dict[str, str], sentence: str, shown: str
) -> None:
    page = us.review(**changes)
    assert sentence in page.text
    assert (f"Stored {'with' if changes else 'as'} {NUMBER}: RIVERA" in page.text) is bool(shown)
    assert newest(us).details.get("also shown", "") == shown
    us.client.post("/orders/save", data={**page.fields, "signing_secret": ""})
    assert (newest(us).action, newest(us).details.get("also shown", "")) == ("plan viewed", shown)


def full(*_: Any, **__: Any) -> None:
    raise records.NotSaved("Not saved: the disk is full.")


@pytest.mark.parametrize("made", [printed_once, agreed], ids=["print", "signature"])
def test_what_cannot_be_logged_is_not_shown_again(
    us: Browser, monkeypatch: pytest.MonkeyPatch, made: Callable[[Browser], Sent]
) -> None:
    path, sent = made(us)
    data = {**sent, "signing_secret": "", "csrf_token": us.token()}
    monkeypatch.setattr(records, "record", full)
    answer = us.client.post(path, data=data)
    assert answer.status_code == 503
    assert "RIVERA" not in answer.get_data(as_text=True)


def test_a_save_that_cannot_be_logged_loses_nothing_typed(us: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    path, sent = reviewed(us, signing_secret="")
    monkeypatch.setattr(records, "record", full)
    answer = us.client.post(path, data=sent)
    page = Html(answer.get_data(as_text=True))
    assert (answer.status_code, page.said) == (503, ["Not saved: the disk is full."])
    assert {name: page.fields[name] for name in typed(US)} == typed(US)
