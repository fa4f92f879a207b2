"""Signing in and out: what is taken, how it is throttled, and how long a session holds."""

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher
from web_desk import ADMINISTRATOR, NOW, US, WHO, Browser, Html, typed

from compounding import credentials, founding, records, training
from compounding.records import EntrySearch, Event, Person
from compounding.web.desk import with_settings
from compounding.web.proving import Claim, NotProved, prove
from compounding.web.unlocking import within

RIGHT, PIN = training.PASSWORD, training.PIN
WRONG = "Password: The user name, the password or the code is not right."
LOCKED = "Password: Too many tries with a wrong password: none is taken until {}."
ADMIN = Person(ADMINISTRATOR[US], "B. Castellan", "administrator")
FACTOR = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def desk(tmp_path: Path, made: Path) -> Iterator[Browser]:
    """A desk where nobody is signed in yet."""
    browser = Browser(shutil.copytree(made, tmp_path / "home"), US, user=None)
    yield browser
    browser.desk.engine.dispose()


def later(browser: Browser, **span: float) -> None:
    browser.now += timedelta(**span)


def said(answer: Any) -> list[str]:
    return Html(answer.get_data(as_text=True)).said


def told(browser: Browser, at: datetime | None = None) -> Event:
    return Event(ADMIN, "test", at or browser.now, zone=browser.desk.zone)


def newest(browser: Browser, **search: Any) -> Event:
    return records.find_entries(browser.desk.engine, EntrySearch(**search), size=1)[0].event


def actions(browser: Browser, size: int = 10) -> list[str]:
    return [entry.event.action for entry in records.find_entries(browser.desk.engine, EntrySearch(), size=size)]


def signed_in(browser: Browser) -> bool:
    return bool(browser.client.get("/account").status_code == 200)


def give_factor(browser: Browser, user: str) -> None:
    value = credentials.sealed(FACTOR, browser.desk.secrets_key)
    records.put_secret(browser.desk.engine, user, credentials.TOTP, value, told(browser))


def code(browser: Browser) -> str:
    """By the library, from the secret and the desk's own clock."""
    return pyotp.TOTP(FACTOR).at(browser.now)


def close(browser: Browser, user: str) -> None:
    was = records.account(browser.desk.engine, user)
    assert was is not None
    records.put_account(
        browser.desk.engine, user, was.name, was.role, told(browser), active=False, training=True, was=was.entry
    )


# ------------------------------------------------------------------ what is taken


def test_whoever_signs_in_is_named_and_logged_with_the_workstation(desk: Browser) -> None:
    answer = desk.sign_in("okafor", workstation="Cabinet 2")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    page = desk.get("/account")
    assert "R. Okafor , technician Example Hospital Pharmacy · Cabinet 2" in page.text
    event = newest(desk, action="signed in")
    assert (event.person.id, event.workstation, event.subject) == ("okafor", "Cabinet 2", "staff:okafor")


def test_a_user_name_may_be_typed_in_capitals_and_with_spaces(desk: Browser) -> None:
    assert desk.sign_in("  OKAFOR ").status_code == 303


@pytest.mark.parametrize(
    ("user", "secret"),
    [
        ("okafor", "not the password"),
        ("okafor", PIN),  # a PIN signs and unlocks, and lets nobody in
        ("okafor", RIGHT.upper()),
        ("okafor", RIGHT + " "),
        ("nobody", RIGHT),
        ("closed", RIGHT),
        ("program", RIGHT),  # acts in the log, and has no account
        ("unknown", RIGHT),
    ],
)
def test_whatever_is_wrong_is_answered_alike(desk: Browser, user: str, secret: str) -> None:
    if user == "closed":
        user = "park"
        close(desk, user)
    answer = desk.sign_in(user, secret=secret)
    assert (answer.status_code, said(answer)) == (422, [WRONG])
    assert not signed_in(desk)
    page = Html(answer.get_data(as_text=True))
    assert (page.fields["user"], page.fields["secret"]) == (user, "")


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("user", "User name: Type your user name."),
        ("secret", "Password: Type your password."),
        ("workstation", "Workstation: Choose where you are."),
    ],
)
def test_what_is_left_out_is_asked_for(desk: Browser, field: str, sentence: str) -> None:
    answer = desk.sign_in("") if field == "user" else desk.sign_in("okafor", **{field: ""})
    assert (answer.status_code, said(answer)) == (422, [sentence])


def test_a_workstation_that_is_none_of_the_sites_is_refused(desk: Browser) -> None:
    assert said(desk.sign_in("okafor", workstation="My sofa")) == ["Workstation: Choose one of those shown."]


def test_a_failure_is_logged_without_what_was_typed(desk: Browser) -> None:
    desk.sign_in("correct horse battery", secret="a password in the wrong box")
    desk.sign_in("okafor", secret="a password in the wrong box")
    for event, who in zip(
        [entry.event for entry in records.find_entries(desk.desk.engine, EntrySearch(), size=2)],
        ("okafor", "unknown"),
        strict=True,
    ):
        assert (event.action, event.person.id, event.subject) == ("sign-in failed", who, f"staff:{who}")
        assert dict(event.details) == {"what": "password"}
    with desk.desk.engine.connect() as connection:
        bodies = "".join(connection.exec_driver_sql("SELECT body FROM log").scalars())
    assert "horse" not in bodies and "wrong box" not in bodies


@pytest.mark.parametrize("user", ["okafor", "nobody", "park"])
def test_it_takes_as_many_hashes_whoever_it_is(desk: Browser, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash is nearly all of the time that an answer takes: who is known, unknown or closed cannot be told by it."""
    close(desk, "park")
    credentials.matches(None, "", desk.desk.secrets_key)  # the first one makes what is compared with
    done: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            done.append("verify")
            return bool(super().verify(hash, password))

        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            done.append("hash")
            return super().hash(password, salt=salt)

    monkeypatch.setattr(credentials, "hasher", Counting(time_cost=1, memory_cost=8, parallelism=1))
    desk.sign_in(user, secret="wrong")
    assert done == ["verify"]


# ------------------------------------------------------------------ locks


@pytest.mark.parametrize("user", ["okafor", "nobody"])
def test_five_wrong_ones_lock_a_user_for_a_quarter_of_an_hour(desk: Browser, user: str) -> None:
    for _ in range(5):
        assert said(desk.sign_in(user, secret="wrong")) == [WRONG]
    # 13:00 UTC is 09:00 in New York: 15 minutes later it is 09:15.
    assert said(desk.sign_in(user)) == [LOCKED.format("09:15")]
    assert desk.sign_in("park").status_code == 303  # nobody else is
    later(desk, minutes=14, seconds=59)
    assert said(desk.sign_in(user)) == [LOCKED.format("09:15")]
    later(desk, seconds=1)
    assert desk.sign_in(user).status_code == (303 if user == "okafor" else 422)


def test_the_first_of_a_row_does_not_end_the_lock_by_growing_old(desk: Browser) -> None:
    """Wrong at 0, 1, 2, 3 and 14 minutes: locked until 29."""
    for wait in (0, 1, 1, 1, 11):
        later(desk, minutes=wait)
        desk.sign_in("okafor", secret="wrong")
    later(desk, minutes=2)  # 16: the first four are out of the last quarter of an hour
    assert said(desk.sign_in("okafor")) == [LOCKED.format("09:29")]


def test_five_over_more_than_a_quarter_of_an_hour_lock_nobody(desk: Browser) -> None:
    for wait in (0, 4, 4, 4, 4):  # 0, 4, 8, 12, 16
        later(desk, minutes=wait)
        desk.sign_in("okafor", secret="wrong")
    assert desk.sign_in("okafor").status_code == 303


def test_what_is_tried_while_locked_does_not_make_the_lock_longer(desk: Browser) -> None:
    for _ in range(5):
        desk.sign_in("okafor", secret="wrong")
    before = desk.rows()
    for _ in range(9):
        later(desk, minutes=1)
        desk.sign_in("okafor", secret="wrong")
    assert desk.rows() == before
    later(desk, minutes=6)
    assert desk.sign_in("okafor").status_code == 303


def test_a_right_one_ends_the_row(desk: Browser) -> None:
    for _ in range(2):
        for _ in range(4):
            desk.sign_in("okafor", secret="wrong")
        assert desk.sign_in("okafor").status_code == 303


def test_a_lock_is_in_the_database_and_outlives_the_program(desk: Browser) -> None:
    for _ in range(5):
        desk.sign_in("okafor", secret="wrong")
    home = desk.desk.home
    assert home is not None
    again = Browser(home, US, now=desk.now, user=None)
    assert said(again.sign_in("okafor")) == [LOCKED.format("09:15")]
    again.desk.engine.dispose()


def test_fifty_wrong_ones_lock_an_address_whatever_names_it_tries(desk: Browser) -> None:
    for number in range(50):
        assert said(desk.sign_in(f"name{number}", secret="wrong")) == [WRONG]
    sentence = "Password: Too many wrong tries from this computer: none is taken until 09:15."
    assert said(desk.sign_in("okafor")) == [sentence]
    sent = {"user": "okafor", "secret": RIGHT, "workstation": "Cabinet 2"}
    client = desk.app.test_client()
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    page = client.get("/sign-in", environ_base=elsewhere).get_data(as_text=True)
    sent["csrf_token"] = Html(page).fields["csrf_token"]
    assert client.post("/sign-in", data=sent, environ_base=elsewhere).status_code == 303


AT_ONCE = 6


@pytest.fixture
def several(desk: Browser) -> Iterator[list[Browser]]:
    """The same site in several programs: each with its own connections, and no lock of the others'."""
    home = desk.desk.home
    assert home is not None
    programs = [Browser(home, US, now=desk.now, user=None) for _ in range(AT_ONCE)]
    yield programs
    for program in programs:
        program.desk.engine.dispose()


def at_once(programs: list[Browser], act: Callable[[Browser], Any]) -> list[Any]:
    """What each answers, when all are asked at the same time."""
    barrier = threading.Barrier(len(programs))

    def one(program: Browser) -> Any:
        barrier.wait()
        return act(program)

    with ThreadPoolExecutor(len(programs)) as threads:
        return list(threads.map(one, programs))


def test_of_guesses_sent_to_several_programs_at_once_five_are_answered(several: list[Browser]) -> None:
    """Three guesses to each of six: what the thirteen others would have told stays untold, and out of the log."""
    answers = at_once(several, lambda one: [said(one.sign_in("okafor", secret=f"guess {n}")) for n in range(3)])
    told = sorted(sentence for three in answers for [sentence] in three)
    assert told == [WRONG] * 5 + [LOCKED.format("09:15")] * 13
    assert actions(several[0], 6) == ["sign-in failed"] * 5 + ["course opened"]
    assert said(several[0].sign_in("okafor")) == [LOCKED.format("09:15")]


def test_each_failure_is_one_entry_and_so_is_a_sign_in(desk: Browser) -> None:
    before = desk.rows()["log"]
    desk.sign_in("okafor", secret="wrong")
    assert desk.rows()["log"] == before + 1
    desk.sign_in("park")
    assert desk.rows()["log"] == before + 2
    assert actions(desk, 2) == ["signed in", "sign-in failed"]


# ------------------------------------------------------------------ the second factor


def test_a_code_lets_in_once_whichever_programs_it_is_sent_to(desk: Browser, several: list[Browser]) -> None:
    give_factor(desk, "okafor")
    right = code(desk)
    answers = at_once(several, lambda one: one.sign_in("okafor", code=right).status_code)
    assert sorted(answers) == [303] + [422] * (AT_ONCE - 1)


@pytest.mark.parametrize(
    ("given", "status"), [("right", 303), ("", 422), ("000000", 422), ("12345", 422), ("old", 422), ("spaced", 303)]
)
def test_whoever_has_a_second_factor_gives_its_code(desk: Browser, given: str, status: int) -> None:
    give_factor(desk, "okafor")
    right = code(desk)
    texts = {
        "right": right,
        "spaced": f"{right[:3]} {right[3:]}",
        "old": pyotp.TOTP(FACTOR).at(desk.now - timedelta(minutes=1)),
    }
    answer = desk.sign_in("okafor", code=texts.get(given, given))
    assert answer.status_code == status
    assert status == 303 or said(answer) == [WRONG]


def test_a_code_lets_in_once(desk: Browser) -> None:
    give_factor(desk, "okafor")
    right = code(desk)
    assert desk.sign_in("okafor", code=right).status_code == 303
    assert said(desk.sign_in("okafor", code=right)) == [WRONG]
    later(desk, seconds=90)
    assert desk.sign_in("okafor", code=code(desk)).status_code == 303


def test_five_wrong_codes_lock_the_factor(desk: Browser) -> None:
    give_factor(desk, "okafor")
    for _ in range(5):
        desk.sign_in("okafor", code="000000")
    sentence = "Password: Too many tries with a wrong code: none is taken until 09:15."
    assert said(desk.sign_in("okafor", code=code(desk))) == [sentence]


def test_a_code_without_the_password_is_worth_nothing(desk: Browser) -> None:
    give_factor(desk, "okafor")
    assert said(desk.sign_in("okafor", secret="wrong", code=code(desk))) == [WRONG]


# ------------------------------------------------------------------ where it leads

LEADS = [
    ("/orders/new", "/orders/new"),
    ("/preparations/2026-000001", "/preparations/2026-000001"),
    ("/preparations?before=2", "/preparations?before=2"),
    ("", ""),
    ("orders/new", ""),
    ("//elsewhere.example/orders/new", ""),
    ("/\\elsewhere.example", ""),
    ("https://elsewhere.example/", ""),
    ("/\telsewhere", ""),
    ("/orders/new\r\nSet-Cookie: x=y", ""),
    ("/nothing", ""),
    ("/orders/save", ""),  # takes a form only
    ("javascript:alert(1)", ""),
]


@pytest.mark.parametrize(("address", "leads_to"), LEADS)
def test_a_sign_in_leads_to_a_page_of_this_desk_and_nowhere_else(desk: Browser, address: str, leads_to: str) -> None:
    with desk.app.test_request_context("/sign-in"):
        assert within(address) == leads_to
    answer = desk.sign_in("okafor", next=address)
    assert answer.headers["Location"] == (leads_to or "/")


def test_a_page_asked_for_leads_to_the_sign_in_and_back(desk: Browser) -> None:
    for look in (desk.client.get, desk.client.head):
        answer = look("/preparations?before=2")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/preparations?before%3D2")
    page = desk.get("/sign-in?next=/preparations?before%3D2")
    sent = {**page.fields, "user": "okafor", "secret": RIGHT, "workstation": "Cabinet 2"}
    assert desk.client.post("/sign-in", data=sent).headers["Location"] == "/preparations?before=2"


# ------------------------------------------------------------------ a desk that is left alone


@pytest.mark.parametrize(("minutes", "status"), [(14.99, 200), (15, 401), (600, 401)])
def test_a_desk_left_alone_is_locked_after_a_quarter_of_an_hour(desk: Browser, minutes: float, status: int) -> None:
    desk.sign_in("okafor")
    assert desk.client.get("/calculator").status_code == 200
    later(desk, minutes=minutes)
    answer = desk.client.get("/calculator")
    assert answer.status_code == status
    text = Html(answer.get_data(as_text=True)).text
    assert ("R. Okafor, technician: this desk was left alone, so it is locked." in text) == (status == 401)


def test_each_page_begins_the_quarter_of_an_hour_anew(desk: Browser) -> None:
    desk.sign_in("okafor")
    for _ in range(4):
        later(desk, minutes=14)
        assert desk.client.get("/calculator").status_code == 200


@pytest.mark.parametrize("secret", [PIN, RIGHT])
def test_a_locked_page_opens_by_pin_or_password_and_leads_back(desk: Browser, secret: str) -> None:
    desk.sign_in("okafor", workstation="Cabinet 2")
    later(desk, minutes=20)
    page = desk.get("/preparations?before=2")
    assert page.actions == ["/unlock", "/sign-out"]
    answer = desk.client.post("/unlock", data={**page.fields, "unlock_secret": secret})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/preparations?before=2")
    assert desk.client.get("/preparations?before=2").status_code == 200
    event = newest(desk, action="session unlocked")
    assert (event.person.id, event.workstation) == ("okafor", "Cabinet 2")


@pytest.mark.parametrize("secret", ["", "000111", "not the password"])
def test_a_locked_page_stays_locked_with_what_is_wrong(desk: Browser, secret: str) -> None:
    desk.sign_in("okafor")
    later(desk, minutes=20)
    page = desk.get("/calculator")
    answer = desk.client.post("/unlock", data={**page.fields, "unlock_secret": secret})
    sentence = "This is not your PIN or password." if secret else "Type your signing PIN or your password."
    assert (answer.status_code, said(answer)) == (401, [f"PIN or password: {sentence}"])
    assert Html(answer.get_data(as_text=True)).fields["next"] == "/calculator"
    assert desk.client.get("/calculator").status_code == 401


def test_a_pin_is_throttled_by_itself(desk: Browser) -> None:
    desk.sign_in("okafor")
    later(desk, minutes=20)
    page = desk.get("/calculator")
    for _ in range(5):
        desk.client.post("/unlock", data={**page.fields, "unlock_secret": "000111"})
    answer = desk.client.post("/unlock", data={**page.fields, "unlock_secret": PIN})
    assert said(answer) == [
        "PIN or password: Too many tries with a wrong PIN: none is taken until 09:35. Your password still is."
    ]
    assert desk.client.post("/unlock", data={**page.fields, "unlock_secret": RIGHT}).status_code == 303


def test_what_was_typed_is_kept_while_a_desk_is_locked(desk: Browser) -> None:
    desk.sign_in("okafor")
    sent = {**typed(US), "csrf_token": desk.token(), "second_secret": "Adeyemi's own", "own_code": "123456"}
    later(desk, minutes=20)
    before = desk.rows()
    answer = desk.client.post("/orders/review", data=sent)
    page = Html(answer.get_data(as_text=True))
    assert answer.status_code == 401 and desk.rows() == before
    assert page.actions == ["/orders/review", "/sign-out"]
    assert {name: page.fields[name] for name in typed(US)} == typed(US)
    assert "Adeyemi" not in answer.get_data(as_text=True) and "123456" not in answer.get_data(as_text=True)

    wrong = desk.client.post("/orders/review", data={**page.fields, "unlock_secret": "000111"})
    page = Html(wrong.get_data(as_text=True))
    assert wrong.status_code == 401 and {name: page.fields[name] for name in typed(US)} == typed(US)
    assert "unlock_secret" not in {name for name, text in page.fields.items() if text}

    done = desk.client.post("/orders/review", data={**page.fields, "unlock_secret": PIN})
    assert done.status_code == 200
    assert "Body surface" in Html(done.get_data(as_text=True)).text


def test_a_locked_form_needs_its_token_before_a_secret_is_looked_at(desk: Browser) -> None:
    desk.sign_in("okafor")
    later(desk, minutes=20)
    before = desk.rows()
    answer = desk.client.post("/orders/review", data={**typed(US), "unlock_secret": "000111", "csrf_token": "x"})
    assert answer.status_code == 401
    assert said(answer)[0].startswith("PIN or password: Your session had ended")
    assert desk.rows() == before


def test_somebody_else_signs_out_and_in(desk: Browser) -> None:
    desk.sign_in("okafor")
    later(desk, minutes=20)
    page = desk.get("/calculator")
    answer = desk.client.post("/sign-out", data={"csrf_token": page.fields["csrf_token"]})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert newest(desk, action="signed out").person.id == "okafor"


def test_the_times_are_the_sites_own(desk: Browser) -> None:
    records.put_setting(desk.desk.engine, "site.session_idle", "5 min", "holds", told(desk))
    desk.sign_in("okafor")
    later(desk, minutes=5)
    assert desk.client.get("/calculator").status_code == 401


# ------------------------------------------------------------------ the longest session


def work(browser: Browser, hours: float) -> None:
    """Looks at a page every ten minutes."""
    for _ in range(int(hours * 6)):
        later(browser, minutes=10)
        browser.client.get("/account")


def test_after_twelve_hours_a_session_ends_whatever_was_done(desk: Browser) -> None:
    give_factor(desk, "okafor")
    desk.sign_in("okafor", code=code(desk))
    work(desk, 11.5)
    assert desk.client.get("/calculator").status_code == 200
    later(desk, minutes=14)
    assert desk.client.get("/calculator").status_code == 200
    later(desk, minutes=14)
    later(desk, minutes=2)
    answer = desk.client.get("/calculator")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/calculator")


def test_then_a_pin_is_not_enough_and_only_the_same_person_sends_what_was_typed(desk: Browser) -> None:
    give_factor(desk, "okafor")
    desk.sign_in("okafor", code=code(desk), workstation="Cabinet 2")
    desk.token()
    work(desk, 12)
    answer = desk.client.post("/orders/review", data=typed(US))
    page = Html(answer.get_data(as_text=True))
    assert answer.status_code == 401
    assert (page.fields["unlock_user"], page.fields["unlock_workstation"]) == ("okafor", "Cabinet 2")

    def go_on(**given: str) -> Any:
        return desk.client.post("/orders/review", data={**page.fields, **given})

    assert said(go_on(unlock_secret=PIN, unlock_code=code(desk))) == [WRONG]
    assert said(go_on(unlock_secret=RIGHT)) == [WRONG]
    assert said(go_on(unlock_user="park", unlock_secret=RIGHT)) == [
        "Password: R. Okafor typed what is kept here, and nobody else sends it: leave it by “Sign in as somebody else”."
    ]
    later(desk, minutes=2)
    done = go_on(unlock_secret=RIGHT, unlock_code=code(desk))
    assert done.status_code == 200 and "Body surface" in Html(done.get_data(as_text=True)).text
    assert newest(desk, action="signed in").workstation == "Cabinet 2"


# ------------------------------------------------------------------ what ends a session


def ends(browser: Browser, how: str) -> None:
    engine, key = browser.desk.engine, browser.desk.secrets_key
    match how:
        case "closed":
            close(browser, "okafor")
        case "role":
            was = records.account(engine, "okafor")
            assert was is not None
            records.put_account(engine, "okafor", was.name, "auditor", told(browser), training=True, was=was.entry)
        case "password":
            value = credentials.stored("another password", key)
            records.put_secret(engine, "okafor", credentials.PASSWORD, value, told(browser))
        case "factor":
            give_factor(browser, "okafor")
        case "signed out":
            browser.client.post("/sign-out", data={"csrf_token": browser.token()})


@pytest.mark.parametrize("how", ["closed", "role", "password", "factor", "signed out"])
def test_a_session_ends_at_once_and_its_cookie_opens_nothing_again(desk: Browser, how: str) -> None:
    desk.sign_in("okafor")
    assert signed_in(desk)
    kept = desk.client.get_cookie("desk_us")
    assert kept is not None
    ends(desk, how)
    assert not signed_in(desk)
    replayed = desk.app.test_client()
    replayed.set_cookie("desk_us", kept.value)
    assert replayed.get("/account").status_code == 303
    answer = replayed.post("/orders/review", data=typed(US))
    assert answer.status_code == 401
    assert "Nobody is signed in here." in Html(answer.get_data(as_text=True)).text


def test_a_pin_changed_leaves_the_session(desk: Browser) -> None:
    desk.sign_in("okafor")
    value = credentials.stored("314159", desk.desk.secrets_key)
    records.put_secret(desk.desk.engine, "okafor", credentials.PIN, value, told(desk))
    assert signed_in(desk)


def test_signing_in_again_ends_the_session_before(desk: Browser) -> None:
    desk.sign_in("okafor")
    kept = desk.client.get_cookie("desk_us")
    assert kept is not None
    page = desk.get("/sign-in")
    sent = {**page.fields, "user": "park", "secret": RIGHT, "workstation": "Cabinet 2"}
    assert desk.client.post("/sign-in", data=sent).status_code == 303
    assert actions(desk, 2) == ["signed out", "signed in"]
    assert "J. Park , technician" in desk.get("/account").text
    desk.client.set_cookie("desk_us", kept.value)
    assert not signed_in(desk)


def test_a_cookie_that_was_changed_or_made_up_opens_nothing(desk: Browser) -> None:
    desk.sign_in("okafor")
    kept = desk.client.get_cookie("desk_us")
    assert kept is not None
    for value in (kept.value[:-4] + "AAAA", "x", "", "eyJfdXNlcl9pZCI6IjEifQ"):
        client = desk.app.test_client()
        client.set_cookie("desk_us", value)
        assert client.get("/account").status_code == 303


@pytest.mark.parametrize("change", [{"REMOTE_ADDR": "192.0.2.7"}, {"HTTP_USER_AGENT": "another"}])
def test_a_cookie_taken_elsewhere_is_locked_at_its_first_page(desk: Browser, change: dict[str, str]) -> None:
    desk.sign_in("okafor")
    answer = desk.client.get("/calculator", environ_base=change)
    page = Html(answer.get_data(as_text=True))
    assert answer.status_code == 401
    assert "this desk is used from another browser or another address, so it is locked." in page.text
    sent = {**page.fields, "unlock_secret": PIN}
    assert desk.client.post("/unlock", data=sent, environ_base=change).status_code == 303
    assert desk.client.get("/calculator", environ_base=change).status_code == 200


def test_a_token_of_before_the_sign_in_is_worth_nothing_after_it(desk: Browser) -> None:
    desk.client = desk.app.test_client()
    before = desk.get("/sign-in").fields["csrf_token"]
    sent = {"csrf_token": before, "user": "okafor", "secret": RIGHT, "workstation": "Cabinet 2"}
    assert desk.client.post("/sign-in", data=sent).status_code == 303
    assert desk.client.post("/orders/review", data={**typed(US), "csrf_token": before}).status_code == 400


# ------------------------------------------------------------------ a form sent by nobody


def test_a_form_without_a_session_is_kept_and_goes_on_after_the_sign_in(desk: Browser) -> None:
    client = desk.app.test_client()
    answer = client.post("/orders/review", data=typed(US))
    page = Html(answer.get_data(as_text=True))
    assert answer.status_code == 401
    assert "Nobody is signed in here. All that was typed is kept" in page.text
    sent = {**page.fields, "unlock_user": "okafor", "unlock_secret": RIGHT, "unlock_workstation": "Cabinet 2"}
    done = client.post("/orders/review", data=sent)
    assert done.status_code == 200 and "Body surface" in Html(done.get_data(as_text=True)).text
    assert newest(desk, action="signed in").workstation == "Cabinet 2"


def test_there_a_lock_holds_as_well(desk: Browser) -> None:
    client = desk.app.test_client()
    page = Html(client.post("/orders/review", data=typed(US)).get_data(as_text=True))
    sent = {**page.fields, "unlock_user": "okafor", "unlock_workstation": "Cabinet 2"}
    for _ in range(5):
        assert said(client.post("/orders/review", data={**sent, "unlock_secret": "wrong"})) == [WRONG]
    assert said(client.post("/orders/review", data={**sent, "unlock_secret": RIGHT})) == [LOCKED.format("09:15")]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),  # no browser of today leaves out both
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 401),
        ({"Origin": "https://elsewhere.example"}, 400),
        ({"Origin": "null"}, 400),
        ({"Origin": "http://localhost:81"}, 400),
        ({"Sec-Fetch-Site": "cross-site"}, 400),
        ({"Sec-Fetch-Site": "same-site"}, 400),
    ],
)
def test_another_sites_form_is_not_kept_for_whoever_signs_in(
    desk: Browser, headers: dict[str, str], status: int
) -> None:
    """Or they would send it on in their own name, with a token that the page gave them."""
    answer = desk.app.test_client().post("/orders/review", data=typed(US, family="Forged"), headers=headers)
    assert answer.status_code == status
    assert ("Forged" in answer.get_data(as_text=True)) == (status == 401)


# ------------------------------------------------------------------ the account comes first


def test_whoever_has_a_password_of_somebody_elses_choosing_changes_it_first(desk: Browser) -> None:
    ends(desk, "password")
    assert desk.sign_in("okafor", secret="another password").status_code == 303
    for look in (desk.client.get, desk.client.head):
        answer = look("/preparations")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert "Somebody else chose your password. Choose one of your own first." in desk.get("/account").text
    refused = desk.post("/orders/review", typed(US))
    assert desk.status == 403
    assert "Somebody else chose your password. Choose one of your own first." in refused.text


def test_whoever_the_site_asks_a_second_factor_of_sets_it_up_first(desk: Browser) -> None:
    records.put_setting(desk.desk.engine, "site.second_factor_for_all", "yes", "holds", told(desk))
    desk.sign_in("okafor")
    assert desk.client.get("/preparations").headers["Location"] == "/account"
    assert "Your account needs a second factor. Set one up first." in desk.get("/account").text
    give_factor(desk, "okafor")
    desk.sign_in("okafor", code=code(desk))
    assert desk.client.get("/preparations").status_code == 200


SIGNS = [
    # what the account lacks, and whether it is taken all the same: to sign in, to unlock, to set up what it lacks
    ("", False, ""),
    ("password", False, "Somebody else chose your password. Choose one of your own first."),
    ("password", True, ""),
    ("factor", False, "Your account needs a second factor. Set one up first."),
    ("factor", True, ""),
]


@pytest.mark.parametrize("secret", [RIGHT, PIN])
@pytest.mark.parametrize(("lacks", "unready", "sentence"), SIGNS)
def test_a_secret_that_its_owner_may_not_be_alone_with_signs_nothing(
    desk: Browser, lacks: str, unready: bool, sentence: str, secret: str
) -> None:
    if lacks == "password":
        value = credentials.stored(RIGHT, desk.desk.secrets_key)
        records.put_secret(desk.desk.engine, "okafor", credentials.PASSWORD, value, told(desk))
    if lacks == "factor":
        records.put_setting(desk.desk.engine, "site.second_factor_for_all", "yes", "holds", told(desk))
    claim = Claim("okafor", secret, "wrong secret", "Wrong.", "Cabinet 2", pin=True, unready=unready)
    with desk.app.test_request_context("/"):
        if not sentence:
            assert prove(claim, with_settings(desk.desk)).user == "okafor"
            return
        with pytest.raises(NotProved) as refused:
            prove(claim, with_settings(desk.desk))
    assert str(refused.value) == sentence
    event = newest(desk)
    assert (event.action, event.person.id, dict(event.details)) == ("secret not taken", "okafor", {"why": sentence})


def test_whoever_has_a_password_of_somebody_elses_choosing_still_opens_a_locked_desk(desk: Browser) -> None:
    ends(desk, "password")
    desk.sign_in("okafor", secret="another password")
    later(desk, minutes=20)
    page = desk.get("/calculator")
    answer = desk.client.post("/unlock", data={**page.fields, "unlock_secret": "another password"})
    assert answer.status_code == 303
    assert desk.client.get("/calculator").headers["Location"] == "/account"


# ------------------------------------------------------------------ patient use

SECRET = "grey gloves, warm bread"
TEXTS = {
    "site.name": "Invented Infirmary",
    "site.pharmacy": "Invented Infirmary Pharmacy",
    "site.address": "2 Invented Street, Exampleton",
    "site.phone": "020 7946 0143",
    "site.workstations": "Cabinet 1",
    "zone": "Europe/London",
}
HTTPS = "https://desk.example"


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Browser]:
    home = tmp_path / "site"
    new = founding.NewSite(training.SITES[US].policy.market, HTTPS, TEXTS, "ferreira", "M. Ferreira")
    founding.found(home, new, SECRET, NOW)
    browser = Browser(home, US, user=None)
    yield browser
    browser.desk.engine.dispose()


@pytest.mark.parametrize("path", ["/sign-in", "/", "/account", "/static/desk.css", "/nothing", "/preparations"])
def test_patient_use_answers_over_https_alone(patient: Browser, path: str) -> None:
    answer = patient.client.get(path)
    assert answer.status_code == 403
    assert "This desk answers over https alone" in Html(answer.get_data(as_text=True)).text
    assert "Set-Cookie" not in answer.headers
    assert patient.client.post(path, data={"secret": "x"}).status_code == 403
    with patient.client.get(path, base_url=HTTPS) as answer:
        assert answer.status_code in (200, 303, 404)


def secure(patient: Browser) -> Any:
    page = patient.client.get("/sign-in", base_url=HTTPS)
    sent = {
        **Html(page.get_data(as_text=True)).fields,
        "user": "ferreira",
        "secret": SECRET,
        "workstation": "Cabinet 1",
    }
    return patient.client.post("/sign-in", data=sent, base_url=HTTPS, headers={"Referer": f"{HTTPS}/sign-in"})


def test_in_patient_use_the_cookie_is_bound_to_the_host_and_to_https(patient: Browser) -> None:
    answer = secure(patient)
    assert answer.status_code == 303
    cookies = {text.split("=")[0]: text for text in answer.headers.getlist("Set-Cookie")}
    for part in ("; Secure", "; HttpOnly", "; Path=/", "; SameSite=Lax"):
        assert part in cookies["__Host-desk"]
    assert "Domain" not in cookies["__Host-desk"]  # RFC 6265bis §4.1.3.2: else a browser drops it
    for part in ("; Secure", "; Path=/"):
        assert part in cookies["__Host-workstation"]
    assert "Domain" not in cookies["__Host-workstation"]
    assert Html(patient.client.get("/sign-in", base_url=HTTPS).get_data(as_text=True)).fields["workstation"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "TRAINING" not in answer.get_data(as_text=True)


def test_training_on_a_machines_own_address_has_a_plain_cookie(desk: Browser) -> None:
    cookies = desk.sign_in("okafor").headers.getlist("Set-Cookie")
    assert [re.split("[=;]", text)[0] for text in cookies] == ["workstation", "desk_us"]
    assert not any("Secure" in text for text in cookies)
    assert "Strict-Transport-Security" not in desk.client.get("/sign-in").headers


def test_in_patient_use_an_administrator_needs_a_second_factor(patient: Browser) -> None:
    secure(patient)
    answer = patient.client.get("/staff", base_url=HTTPS)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    page = Html(patient.client.get("/account", base_url=HTTPS).get_data(as_text=True))
    assert "Your account needs a second factor. Set one up first." in page.text


def test_patient_use_shows_no_invented_account(patient: Browser) -> None:
    page = patient.client.get("/sign-in", base_url=HTTPS).get_data(as_text=True)
    assert training.PASSWORD not in page and "Invented people" not in page


# ------------------------------------------------------------------ the table of pages


def test_a_page_that_is_not_in_the_table_opens_for_nobody(desk: Browser) -> None:
    desk.app.add_url_rule("/forgotten", "forgotten", lambda: "inside")
    for user in (*WHO[US], ADMINISTRATOR[US]):
        desk.sign_in(user)
        page = desk.get("/forgotten")
        assert desk.status == 403 and "This page opens for nobody." in page.text
        event = newest(desk, action="page refused")
        assert (event.person.id, dict(event.details)) == (user, {"page": "forgotten"})


def test_an_account_whose_role_is_none_of_ours_opens_nothing(desk: Browser) -> None:
    was = records.account(desk.desk.engine, "okafor")
    assert was is not None
    value = replace(was, role="director")
    records.put_account(desk.desk.engine, "okafor", was.name, value.role, told(desk), training=True, was=was.entry)
    desk.sign_in("okafor")
    assert desk.client.get("/account").status_code == 403
