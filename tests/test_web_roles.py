"""Every page for every role; every form with and without its token; and what each leaves in the log."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from every_page import ANYBODY, FORMS, NUMBER, OPENS, USERS, Place, places, print_one
from test_web_security import assert_guarded
from web_desk import NOW, US, WHO, Browser

from compounding import records
from compounding.records import EntrySearch
from compounding.web import create_app
from compounding.web.routes import ROUTES


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with a verified order that was printed once, so that every page has something to show."""
    home = tmp_path_factory.mktemp("made")
    browser = Browser(home, US)
    print_one(browser)
    browser.desk.engine.dispose()
    return home


@pytest.fixture
def desk(tmp_path: Path, made: Path) -> Iterator[Browser]:
    browser = Browser(shutil.copytree(made, tmp_path / "home"), US, user=None)
    yield browser
    browser.desk.engine.dispose()


def ask(browser: Browser, place: Place, token: str) -> Any:
    """Asks for a page, or sends an empty form to it."""
    if place.method == "GET":
        return browser.client.get(place.path)
    return browser.client.post(place.path, data={"csrf_token": token})


def token_of(browser: Browser, path: str = "/sign-in") -> str:
    return browser.get(path).fields["csrf_token"]


def newest(browser: Browser) -> str:
    return records.find_entries(browser.desk.engine, EntrySearch(), size=1)[0].event.action


# ------------------------------------------------------------------ role by route


def test_every_page_is_in_both_tables(desk: Browser) -> None:
    endpoints = {rule.endpoint for rule in desk.app.url_map.iter_rules()}
    assert set(OPENS) == endpoints == set(ROUTES)


@pytest.mark.parametrize("letter", USERS)
def test_a_role_opens_its_own_pages_and_no_other(desk: Browser, letter: str) -> None:
    desk.sign_in(USERS[letter])
    token = token_of(desk, "/account")
    for place in places(desk):
        if place.endpoint in ("sign_in.sign_in", "sign_in.sign_out"):
            continue  # they end the session
        with ask(desk, place, token) as answer:
            refused = b"Not for your role" in answer.get_data()
            assert refused == (letter not in place.opens), place
            assert answer.status_code != 401, place
            if refused:
                assert answer.status_code == 403, place
                assert newest(desk) == "page refused", place


def test_whoever_is_not_signed_in_opens_the_sign_in_alone(desk: Browser) -> None:
    for place in places(desk):
        with ask(desk, place, token_of(desk)) as answer:
            if place.opens == ANYBODY:
                assert answer.status_code in (200, 301, 303, 422), place
            elif place.method == "GET":
                assert answer.headers["Location"].startswith("/sign-in?next=/"), place
            else:
                assert answer.status_code == 401, place
                assert "Nobody is signed in here." in answer.get_data(as_text=True), place


@pytest.mark.parametrize("letter", USERS)
def test_a_locked_session_opens_nothing_but_its_lock(desk: Browser, letter: str) -> None:
    desk.sign_in(USERS[letter])
    token = token_of(desk, "/account")
    desk.now += timedelta(minutes=15)
    before = desk.rows()
    for place in places(desk):
        if place.opens == ANYBODY:
            continue
        with ask(desk, place, token) as answer:
            assert answer.status_code == 401, place
            assert "this desk was left alone, so it is locked." in answer.get_data(as_text=True), place
    assert desk.rows() == before


def test_no_page_is_reached_by_another_method_or_spelling(desk: Browser) -> None:
    """A gate that looks at the page and not at its address cannot be gone round by the address."""
    desk.sign_in(USERS["A"])
    for path in (f"/preparations/{NUMBER}", "/audit", "/orders/new"):
        for spelling in (path, f"//{path.lstrip('/')}", f"{path}/", path.upper(), f"/static/..{path}", f"{path}?x=1"):
            with desk.client.get(spelling) as answer:
                assert answer.status_code in (308, 403, 404), spelling
                assert "Rivera" not in answer.get_data(as_text=True)
        for method in ("HEAD", "PUT", "DELETE", "PATCH"):
            assert desk.client.open(path, method=method).status_code in (403, 405)


# ------------------------------------------------------------------ forms


def signed_in_for(browser: Browser, place: Place) -> str:
    """A token of whoever may send the form."""
    browser.sign_in(place.user)
    return token_of(browser, "/account")


def all_posts() -> list[Place]:
    """Read once, from a desk of its own, so that each is a test of its own."""
    import tempfile

    with tempfile.TemporaryDirectory() as home:
        app = create_app(Path(home), "us", lambda: NOW)
        browser = Browser.__new__(Browser)
        browser.app = app
        found = places(browser, "POST")
        app.extensions["desk"].engine.dispose()
    return found


@pytest.mark.parametrize("place", all_posts(), ids=lambda place: f"{place.endpoint}-{place.path.count('/')}")
def test_every_form_leaves_an_entry_of_whoever_sent_it(desk: Browser, place: Place) -> None:
    signed_in_for(desk, place)
    sent = FORMS[place.endpoint](desk)
    token = token_of(desk) if place.endpoint.startswith("sign_in.") else token_of(desk, "/account")
    before = desk.rows()["log"]
    with desk.client.post(place.path, data={"csrf_token": token, **sent}) as answer:
        assert answer.status_code in (200, 303), answer.get_data(as_text=True)
        assert_guarded(answer)
    assert desk.rows()["log"] > before
    entry = records.find_entries(desk.desk.engine, EntrySearch(), size=1)[0].event
    assert (entry.person.id, bool(entry.workstation)) == (place.user, True)


# A form that came without its token is shown again on its page, and a page that shows a patient is logged, as is one
# that does not open now.
LOOKED_AT = {"preparations listed", "preparation viewed", "order form viewed", "worklist viewed", "page refused"}
LOOKED_AT |= {"patients listed", "patient viewed", "course viewed", "checklist viewed", "dose viewed"}


@pytest.mark.parametrize("token", [None, "", "wrong", "another's"])
def test_every_form_needs_its_token(desk: Browser, token: str | None) -> None:
    desk.sign_in(WHO[US][0])
    others = token_of(desk, "/account")
    for user in sorted({place.user for place in places(desk, "POST")}):
        desk.sign_in(user)
        for place in (place for place in places(desk, "POST") if place.user == user):
            before, entries = desk.stored(), desk.rows()["log"]
            sent = {"csrf_token": others if token == "another's" else token or "", "reason": "torn", "height": "170"}
            if token is None:
                del sent["csrf_token"]
            answer = desk.client.post(place.path, data=sent)
            # Where there is no page to show again, it is said why: the step is another's, or its time is not yet.
            assert answer.status_code in (400, 403, 404, 409), place
            assert desk.stored() == before, place
            new = records.find_entries(desk.desk.engine, EntrySearch(), size=desk.rows()["log"] - entries or 1)
            assert desk.rows()["log"] == entries or {entry.event.action for entry in new} <= LOOKED_AT, place
            assert_guarded(answer)
