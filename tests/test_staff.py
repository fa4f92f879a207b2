"""The accounts of a site: opened, changed, closed and given new secrets by administrators, each in the log."""

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from web_desk import ADMINISTRATOR, AUDITOR, UK, US, WHO, Browser, Html

from compounding import credentials, records, training
from compounding.records import Account, EntrySearch, Event, NotSaved

FIRST = "grey gloves, warm bread"


@pytest.fixture
def desk(tmp_path: Path, made: Path) -> Iterator[Browser]:
    """The administrator is signed in: the only one there is."""
    browser = Browser(shutil.copytree(made, tmp_path / "home"), US, user=ADMINISTRATOR[US])
    yield browser
    browser.desk.engine.dispose()


def account(browser: Browser, user: str) -> Account:
    found = records.account(browser.desk.engine, user)
    assert found is not None
    return found


def newest(browser: Browser, **search: Any) -> Event:
    return records.find_entries(browser.desk.engine, EntrySearch(**search), size=1)[0].event


def changes(event: Event) -> list[tuple[str, str | None, str | None]]:
    return [tuple(change) for change in event.changes]


def new(**typed: str) -> dict[str, str]:
    return {
        "user": "novak",
        "name": "E. Novak",
        "role": "pharmacist",
        "new_secret": FIRST,
        "again_secret": FIRST,
        **typed,
    }


def changed(browser: Browser, user: str, **typed: str) -> dict[str, str]:
    """What the page of an account sends, with something else in it."""
    now = account(browser, user)
    return {"name": now.name, "role": now.role, "state": "open", "was": str(now.entry), **typed}


# ------------------------------------------------------------------ looking


def test_the_list_names_everybody_with_role_and_state(desk: Browser) -> None:
    page = desk.get("/staff")
    for person in training.STAFF[US]:
        assert f"{person.id} {person.name} {person.role.capitalize()} Open Set –" in page.text
    assert ("/staff/new", "button primary", "Open an account") in page.links


def test_an_auditor_looks_and_changes_nothing(desk: Browser) -> None:
    desk.sign_in(AUDITOR[US])
    page = desk.get("/staff")
    assert "Open an account" not in page.text
    page = desk.get("/staff/okafor")
    assert page.actions == ["/sign-out"]
    assert "Role technician Account open" in page.text
    before = account(desk, "okafor")
    assert desk.send("/staff/okafor", changed(desk, "okafor", role="pharmacist")).status_code == 403
    assert desk.send("/staff/okafor/reset", {"what": "pin"}).status_code == 403
    assert desk.send("/staff/new", new()).status_code == 403
    assert desk.client.get("/staff/new").status_code == 403
    assert account(desk, "okafor") == before
    assert records.account(desk.desk.engine, "novak") is None


@pytest.mark.parametrize("path", ["/staff/nobody", "/staff/nobody/reset"])
def test_nobody_has_no_page(desk: Browser, path: str) -> None:
    assert desk.client.get("/staff/nobody").status_code == 404
    assert desk.send(path, {"what": "pin"}).status_code == 404


# ------------------------------------------------------------------ opening an account


def test_an_account_is_opened_and_its_owner_chooses_a_password_first(desk: Browser) -> None:
    answer = desk.send("/staff/new", new())
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/novak?done=opened")
    assert "Tell its password to whom it is for" in desk.get("/staff/novak?done=opened").text
    event = newest(desk, action="account opened")
    assert (event.person.id, event.subject) == (ADMINISTRATOR[US], "staff:novak")
    assert changes(event) == [
        ("User name", None, "novak"),
        ("Printed name", None, "E. Novak"),
        ("Role", None, "pharmacist"),
        ("Account", None, "open"),
    ]
    assert desk.sign_in("novak", secret=FIRST).status_code == 303
    assert desk.client.get("/preparations").headers["Location"] == "/account"
    own = {"own_secret": FIRST, "new_secret": "slow rivers, tall reeds", "again_secret": "slow rivers, tall reeds"}
    assert desk.send("/account/password", own).status_code == 303
    assert desk.client.get("/preparations").status_code == 200


NAME_TAKEN = "Printed name: “k. adeyemi” is the printed name of adeyemi already: papers show it without the user name."
NAMES_ONLY = "This password is made of names that stand on this desk or of one thing repeated. Choose another."
REFUSED = [
    ({"user": ""}, "User name: Type a user name."),
    ({"user": "Novak"}, "User name: “Novak” cannot be a user name. Use letters a to z, figures, and . - between."),
    ({"user": "e novak"}, "User name: “e novak” cannot be a user name. Use letters a to z, figures, and . - between."),
    ({"user": "1novak"}, "User name: “1novak” cannot be a user name. Use letters a to z, figures, and . - between."),
    ({"user": "novák"}, "User name: “novák” cannot be a user name. Use letters a to z, figures, and . - between."),
    ({"user": "program"}, "User name: “program” is kept for the program. Choose another."),
    ({"user": "unknown"}, "User name: “unknown” is kept for the program. Choose another."),
    ({"user": "new"}, "User name: “new” is kept for the program. Choose another."),
    ({"user": "n" * 41}, "User name: This text of 41 characters is longer than 40 characters."),
    (
        {"user": "okafor"},
        "User name: The user okafor is there already: a sign-in name is never given to another person.",
    ),
    ({"name": ""}, "Printed name: Type the name."),
    ({"name": "12"}, "Printed name: “12” holds no letter."),
    ({"name": "k. adeyemi"}, NAME_TAKEN),
    ({"role": ""}, "Role: Choose the role."),
    ({"role": "director"}, "Role: Choose one of those shown."),
    ({"new_secret": ""}, "First password: Type a first password."),
    ({"again_secret": FIRST + "!"}, "First password again: This is not the same as above. Type both again."),
    ({"new_secret": "novak novak 2026", "again_secret": "novak novak 2026"}, f"First password: {NAMES_ONLY}"),
]


@pytest.mark.parametrize(("typed", "sentence"), REFUSED)
def test_an_account_that_is_refused_is_not_opened(desk: Browser, typed: dict[str, str], sentence: str) -> None:
    before = records.accounts(desk.desk.engine)
    answer = desk.send("/staff/new", new(**typed))
    page = Html(answer.get_data(as_text=True))
    assert answer.status_code == (409 if typed.get("user") == "okafor" else 422)
    assert page.said == [sentence]
    assert records.accounts(desk.desk.engine) == before
    assert {name: page.fields[name] for name in ("user", "name")} == {
        name: new(**typed)[name] for name in ("user", "name")
    }
    assert FIRST not in answer.get_data(as_text=True)


def test_the_name_of_a_closed_account_is_never_given_to_another_person(desk: Browser) -> None:
    desk.send("/staff/okafor", changed(desk, "okafor", state="closed"))
    page = desk.post("/staff/new", new(user="okafor"))
    assert page.said == [
        "User name: The user okafor is there already: a sign-in name is never given to another person."
    ]
    assert account(desk, "okafor").name == "R. Okafor"


def test_an_account_of_a_training_site_says_so(desk: Browser) -> None:
    desk.send("/staff/new", new())
    assert account(desk, "novak").training


LOOKS_LIKE = ["J.  Park", "J.\u2007Park", "\uff2a. Park", "J Park", "j. PARK", "J. Park\ufe0e"]


@pytest.mark.parametrize("name", LOOKS_LIKE)
def test_a_name_that_looks_like_anothers_is_refused(desk: Browser, name: str) -> None:
    before = desk.stored()
    for path, sent in (("/staff/new", new(name=name)), ("/staff/okafor", changed(desk, "okafor", name=name))):
        assert desk.send(path, sent).status_code == 422
    assert desk.stored() == before


def test_a_name_of_two_alphabets_is_refused(desk: Browser) -> None:
    name = "R. \u041ekafor"  # a Cyrillic О
    page = desk.post("/staff/new", new(name=name))
    assert page.said == [f"Printed name: “{name}” mixes Latin and Cyrillic letters: type it in one alphabet."]


def test_what_is_sent_twice_leads_to_what_the_first_did(desk: Browser) -> None:
    reset = {"what": "password", "new_secret": FIRST, "again_secret": FIRST}
    for path, sent in (
        ("/staff/new", new()),
        ("/staff/novak", changed(desk, "okafor", name="E. Novak", role="auditor", was="0")),
        ("/staff/okafor/reset", reset),
    ):
        if "was" in sent:
            sent["was"] = str(account(desk, "novak").entry)
        first = desk.send(path, sent)
        before = desk.stored()
        second = desk.send(path, sent)
        assert (first.status_code, second.status_code) == (303, 303)
        assert second.headers["Location"] == first.headers["Location"]
        assert desk.stored() == before


@pytest.mark.parametrize("path", ["/staff/new", "/staff/park"])
def test_of_two_sent_at_the_same_moment_the_second_leads_there_too(
    desk: Browser, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """The first is written between the look of the second and its writing."""
    sent = new() if path == "/staff/new" else changed(desk, "park", role="auditor")
    put = records.put_account

    def twice(*given: Any, **more: Any) -> Account:
        put(*given, **more)
        return put(*given, **more)

    monkeypatch.setattr("compounding.records.put_account", twice)
    before = desk.stored()["account"]
    answer = desk.send(path, sent)
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (
        303,
        path.replace("/new", "/novak"),
    )
    assert desk.stored()["account"] == before + 1


@pytest.mark.parametrize(
    "typed",
    [
        {"role": "auditor"},
        {"name": "E. Novak-Lind"},
        {"new_secret": "slow rivers, tall reeds", "again_secret": "slow rivers, tall reeds"},
    ],
)
def test_a_second_one_that_says_something_else_is_refused(desk: Browser, typed: dict[str, str]) -> None:
    desk.send("/staff/new", new())
    answer = desk.send("/staff/new", new(**typed))
    assert answer.status_code == 409
    assert "The user novak is there already" in answer.get_data(as_text=True)


def test_a_password_of_somebodys_own_choosing_cannot_be_guessed_here(desk: Browser) -> None:
    """Not even by an administrator: the answer to the right one is the answer to a wrong one."""
    guessed = {"user": "okafor", "name": "R. Okafor", "role": "technician"}
    own = "slow rivers, tall reeds"
    value = credentials.stored(own, desk.desk.secrets_key)
    records.put_secret(
        desk.desk.engine, "okafor", "password", value, Event(account(desk, "okafor").person, "x", desk.now)
    )
    for secret in (own, FIRST):
        assert desk.send("/staff/new", new(**guessed, new_secret=secret, again_secret=secret)).status_code == 409


def test_a_pin_set_with_a_first_password_goes_with_the_same_password_set_again(desk: Browser) -> None:
    desk.send("/staff/new", new())
    value = credentials.stored("314159", desk.desk.secrets_key)
    records.put_secret(desk.desk.engine, "novak", "pin", value, Event(account(desk, "novak").person, "x", desk.now))
    sent = {"what": "password", "new_secret": FIRST, "again_secret": FIRST}
    assert desk.send("/staff/novak/reset", sent).status_code == 303
    assert "pin" not in records.secrets(desk.desk.engine, "novak")


def test_a_first_password_authorises_nothing(desk: Browser) -> None:
    """1.36 mg stands 0.1 mg beside the worked example's 1.46: it asks a second person."""
    desk.send("/staff/new", new())
    desk.sign_in(WHO[US][0])
    asked = desk.review(ordered_dose="1.36")
    before = desk.stored()
    answers = {"reason": "confirmed", "user": "novak", "secret": FIRST, "words": "By phone."}
    answer = desk.save(asked, **{f"finding_0_{name}": text for name, text in answers.items()})
    assert answer.status_code == 422
    assert (
        Html(answer.get_data(as_text=True))
        .said[0]
        .endswith("Somebody else chose your password. Choose one of your own first.")
    )
    assert desk.stored() == before


# ------------------------------------------------------------------ changing one


@pytest.mark.parametrize(
    ("typed", "action", "difference"),
    [
        ({"name": "R. Okafor-Lind"}, "account changed", [("Printed name", "R. Okafor", "R. Okafor-Lind")]),
        ({"role": "pharmacist"}, "account changed", [("Role", "technician", "pharmacist")]),
        ({"state": "closed"}, "account closed", [("Account", "open", "closed")]),
        (
            {"name": "R. Lind", "role": "auditor"},
            "account changed",
            [("Printed name", "R. Okafor", "R. Lind"), ("Role", "technician", "auditor")],
        ),
    ],
)
def test_a_change_is_logged_with_old_and_new(
    desk: Browser, typed: dict[str, str], action: str, difference: list[tuple[str, str, str]]
) -> None:
    answer = desk.send("/staff/okafor", changed(desk, "okafor", **typed))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/okafor?done=changed")
    event = newest(desk, subject="staff:okafor")
    assert (event.action, event.person.id, changes(event)) == (action, ADMINISTRATOR[US], difference)
    now = account(desk, "okafor")
    wanted = changed(desk, "okafor", **typed)
    assert (now.name, now.role, now.active) == (wanted["name"], wanted["role"], wanted["state"] == "open")


def test_a_closed_account_ends_at_once_and_may_be_opened_again(desk: Browser) -> None:
    administrator = desk.client
    desk.sign_in("okafor")
    technician = desk.client
    desk.client = administrator
    desk.send("/staff/okafor", changed(desk, "okafor", state="closed"))
    assert technician.get("/account").status_code == 303
    assert "Closed" in desk.get("/staff").text
    assert desk.send("/staff/okafor", changed(desk, "okafor", state="open")).status_code == 303
    event = newest(desk, subject="staff:okafor")
    assert (event.action, changes(event)) == ("account opened again", [("Account", "closed", "open")])
    assert technician.get("/account").status_code == 303  # a session that ended does not go on
    assert desk.sign_in("okafor").status_code == 303


LAST = "B. Castellan is the last administrator who may sign in: make another one first."


@pytest.mark.parametrize(
    ("user", "typed", "sentence"),
    [
        ("okafor", {}, "Printed name: Nothing is different from what holds now."),
        ("okafor", {"name": "J. Park"}, NAME_TAKEN.replace("k. adeyemi", "J. Park").replace("adeyemi", "park")),
        ("okafor", {"role": "director"}, "Role: Choose one of those shown."),
        ("okafor", {"state": "gone"}, "Account: Choose one of those shown."),
        ("castellan", {"state": "closed"}, f"Account: {LAST}"),
        ("castellan", {"role": "pharmacist"}, "Role: Nobody changes their own role: another administrator does."),
    ],
)
def test_a_change_that_is_refused_changes_nothing(
    desk: Browser, user: str, typed: dict[str, str], sentence: str
) -> None:
    before = account(desk, user)
    answer = desk.send(f"/staff/{user}", changed(desk, user, **typed))
    assert (answer.status_code, Html(answer.get_data(as_text=True)).said) == (422, [sentence])
    assert account(desk, user) == before


def second_administrator(browser: Browser) -> None:
    assert browser.send("/staff/park", changed(browser, "park", role="administrator")).status_code == 303


def test_of_two_administrators_one_may_go_and_the_last_one_stays(desk: Browser) -> None:
    second_administrator(desk)
    refused = desk.post("/staff/castellan", changed(desk, "castellan", role="auditor"))
    assert refused.said == ["Role: Nobody changes their own role: another administrator does."]
    desk.sign_in("park")
    assert desk.send("/staff/castellan", changed(desk, "castellan", role="auditor")).status_code == 303
    refused = desk.post("/staff/park", changed(desk, "park", state="closed"))
    assert refused.said == [f"Account: {LAST.replace('B. Castellan', 'J. Park')}"]


def test_of_two_who_demote_each_other_at_once_in_two_programs_one_stays(desk: Browser) -> None:
    second_administrator(desk)
    desk.sign_in("castellan")
    home = desk.desk.home
    assert home is not None
    other = Browser(home, US, user="park")
    sent = [(desk, "park", changed(desk, "park", role="auditor"))]
    sent += [(other, "castellan", changed(desk, "castellan", role="auditor"))]
    tokens = {id(browser): browser.token() for browser, _, _ in sent}
    barrier = threading.Barrier(2)

    def demote(one: tuple[Browser, str, dict[str, str]]) -> int:
        browser, user, typed = one
        barrier.wait()
        answer = browser.client.post(f"/staff/{user}", data={"csrf_token": tokens[id(browser)], **typed})
        return int(answer.status_code)

    with ThreadPoolExecutor(2) as threads:
        statuses = sorted(threads.map(demote, sent))
    # The second is refused by what it is judged on, or comes so late that its session has ended.
    assert statuses[0] == 303 and statuses[1] in (401, 403, 409, 422)
    left = [one.user for one in records.accounts(desk.desk.engine) if one.active and one.role == "administrator"]
    assert len(left) == 1
    other.desk.engine.dispose()


TAKEN_MEANWHILE = "Printed name: “E. Novak” is the printed name of lind already: papers show it without the user name."


@pytest.mark.parametrize(
    ("path", "typed", "sentence"),
    [
        ("/staff/park", {"role": "auditor"}, f"Role: {LAST.replace('B. Castellan', 'J. Park')}"),
        ("/staff/park", {"state": "closed"}, f"Account: {LAST.replace('B. Castellan', 'J. Park')}"),
        ("/staff/park", {"name": "E. Novak"}, TAKEN_MEANWHILE),
        ("/staff/new", {}, TAKEN_MEANWHILE),
    ],
)
def test_what_is_written_is_judged_on_what_somebody_else_wrote_first(
    desk: Browser, monkeypatch: pytest.MonkeyPatch, path: str, typed: dict[str, str], sentence: str
) -> None:
    """Between the look and the writing the other administrator closes their account, and a name is taken."""
    second_administrator(desk)
    sent = new() if path == "/staff/new" else changed(desk, "park", **typed)
    put, one = records.put_account, account(desk, "castellan")
    told = Event(one.person, "meanwhile", desk.now)

    def late(*given: Any, **more: Any) -> Account:
        put(desk.desk.engine, one.user, one.name, one.role, told, active=False, training=True, was=one.entry)
        put(desk.desk.engine, "lind", "E. Novak", "auditor", told, training=True)
        return put(*given, **more)

    monkeypatch.setattr("compounding.records.put_account", late)
    answer = desk.send(path, sent)
    assert (answer.status_code, Html(answer.get_data(as_text=True)).said) == (409, [sentence])
    assert account(desk, "park").role == "administrator" and account(desk, "park").active
    assert records.account(desk.desk.engine, "novak") is None


def test_an_administrator_who_cannot_sign_in_does_not_count(desk: Browser) -> None:
    second_administrator(desk)
    desk.send("/staff/park", changed(desk, "park", state="closed"))
    refused = desk.post("/staff/castellan", changed(desk, "castellan", state="closed"))
    assert refused.said == [f"Account: {LAST}"]


def test_whoever_closes_their_own_account_is_out(desk: Browser) -> None:
    second_administrator(desk)
    assert desk.send("/staff/castellan", changed(desk, "castellan", state="closed")).status_code == 303
    assert desk.client.get("/staff").headers["Location"].startswith("/sign-in")


def test_whoever_changes_their_own_name_goes_on_under_the_new_one(desk: Browser) -> None:
    assert desk.send("/staff/castellan", changed(desk, "castellan", name="B. Castellan-Ruiz")).status_code == 303
    assert "B. Castellan-Ruiz , administrator" in desk.get("/staff").text


def test_the_second_of_two_tabs_is_refused_and_shows_how_it_is_now(desk: Browser) -> None:
    first, second = changed(desk, "okafor", role="auditor"), changed(desk, "okafor", name="R. Lind")
    assert desk.send("/staff/okafor", first).status_code == 303
    answer = desk.send("/staff/okafor", second)
    page = Html(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert page.said == ["Printed name: The account of okafor was changed meanwhile: look at it again."]
    assert "Now: R. Okafor, auditor, open" in page.text
    assert page.fields["name"] == "R. Lind"
    assert (account(desk, "okafor").name, account(desk, "okafor").role) == ("R. Okafor", "auditor")
    # The page shows how it is: what is sent from it is meant.
    assert desk.send("/staff/okafor", {**page.fields, "name": "R. Lind", "role": "auditor"}).status_code == 303


@pytest.mark.parametrize("was", ["", "0", "x", "-1", "9" * 30, "²"])
def test_a_change_of_something_never_seen_is_refused(desk: Browser, was: str) -> None:
    assert desk.send("/staff/okafor", changed(desk, "okafor", role="auditor", was=was)).status_code == 409
    assert account(desk, "okafor").role == "technician"


def test_what_cannot_be_written_changes_nothing_and_says_so(desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise NotSaved("Not saved: the disk is full.")

    sent = changed(desk, "okafor", role="auditor")
    monkeypatch.setattr("compounding.records.put_account", full)
    monkeypatch.setattr("compounding.records.put_secrets", full)
    reset = {"what": "password", "new_secret": FIRST, "again_secret": FIRST}
    for path, typed in (("/staff/okafor", sent), ("/staff/new", new()), ("/staff/okafor/reset", reset)):
        answer = desk.send(path, typed)
        assert answer.status_code == 503
        assert "Not saved: the disk is full." in Html(answer.get_data(as_text=True)).said[0]


# ------------------------------------------------------------------ what somebody signs in with


def give_factor(browser: Browser, user: str) -> None:
    value = credentials.sealed(credentials.new_factor(), browser.desk.secrets_key)
    records.put_secret(
        browser.desk.engine, user, "totp", value, Event(account(browser, user).person, "second factor set", browser.now)
    )


def test_a_password_is_reset_and_must_be_changed(desk: Browser) -> None:
    sent = {"what": "password", "new_secret": FIRST, "again_secret": FIRST}
    answer = desk.send("/staff/okafor/reset", sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/okafor?done=password")
    event = newest(desk, subject="staff:okafor")
    assert (event.action, changes(event)) == (
        "password reset",
        [("Password", "set", "set by an administrator"), ("Signing PIN", "set", "none")],
    )
    assert "the signing PIN is removed with it" in desk.get("/staff/okafor?done=password").text
    assert "pin" not in records.secrets(desk.desk.engine, "okafor")
    assert desk.sign_in("okafor").status_code == 422
    assert desk.sign_in("okafor", secret=FIRST).status_code == 303
    assert desk.client.get("/preparations").headers["Location"] == "/account"
    with desk.desk.engine.connect() as connection:
        assert FIRST not in "".join(connection.exec_driver_sql("SELECT body FROM log").scalars())


@pytest.mark.parametrize(
    ("kind", "action", "difference"),
    [
        ("pin", "signing PIN removed", ("Signing PIN", "set", "none")),
        ("totp", "second factor removed", ("Second factor", "set", "none")),
    ],
)
def test_a_pin_or_a_second_factor_is_removed(
    desk: Browser, kind: str, action: str, difference: tuple[str, str, str]
) -> None:
    give_factor(desk, "okafor")
    assert desk.send("/staff/okafor/reset", {"what": kind}).status_code == 303
    event = newest(desk, subject="staff:okafor")
    assert (event.action, changes(event)) == (action, [difference])
    assert kind not in records.secrets(desk.desk.engine, "okafor")
    before = desk.stored()
    again = desk.send("/staff/okafor/reset", {"what": kind})  # the button pressed twice
    assert (again.status_code, again.headers["Location"]) == (303, f"/staff/okafor?done={kind}")
    assert desk.stored() == before


@pytest.mark.parametrize("kind", ["password", "totp"])
def test_a_reset_ends_the_sessions_of_the_account(desk: Browser, kind: str) -> None:
    give_factor(desk, "okafor")
    administrator = desk.client
    value = records.secrets(desk.desk.engine, "okafor")["totp"]
    secret = credentials.opened(value, desk.desk.secrets_key)
    assert secret is not None
    assert desk.sign_in("okafor", code=pyotp.TOTP(secret).at(desk.now)).status_code == 303
    technician, desk.client = desk.client, administrator
    assert technician.get("/account").status_code == 200
    desk.send("/staff/okafor/reset", {"what": kind, "new_secret": FIRST, "again_secret": FIRST})
    assert technician.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("user", "typed", "sentence"),
    [
        ("okafor", {"new_secret": "short", "again_secret": "short"}, "New password: A password has at least 15"),
        ("okafor", {"new_secret": FIRST, "again_secret": "x"}, "New password again: This is not the same as above."),
        ("okafor", {"what": "totp"}, "New password: R. Okafor has no second factor."),
        ("castellan", {"new_secret": FIRST, "again_secret": FIRST}, "New password: What you sign in with yourself is"),
        ("castellan", {"what": "pin"}, "New password: What you sign in with yourself is"),
    ],
)
def test_a_reset_that_is_refused_changes_nothing(
    desk: Browser, user: str, typed: dict[str, str], sentence: str
) -> None:
    before = records.secrets(desk.desk.engine, user)
    page = desk.post(f"/staff/{user}/reset", {"what": "password", **typed})
    assert desk.status == 422 and len(page.said) == 1 and page.said[0].startswith(sentence)
    assert records.secrets(desk.desk.engine, user) == before


@pytest.mark.parametrize("what", ["", "name", "role"])
def test_nothing_else_can_be_reset(desk: Browser, what: str) -> None:
    assert desk.send("/staff/okafor/reset", {"what": what, "new_secret": FIRST}).status_code == 400


def test_a_lost_phone_is_mended_by_an_administrator(desk: Browser) -> None:
    give_factor(desk, "okafor")
    assert desk.sign_in("okafor").status_code == 422
    desk.now += timedelta(minutes=1)
    desk.sign_in(ADMINISTRATOR[US])
    desk.send("/staff/okafor/reset", {"what": "totp"})
    assert desk.sign_in("okafor").status_code == 303


@pytest.mark.parametrize("user", [*WHO[UK], AUDITOR[UK], ADMINISTRATOR[UK]])
def test_on_a_british_desk_it_is_the_same(tmp_path: Path, user: str) -> None:
    browser = Browser(tmp_path, UK, user=user)
    allowed = user in (AUDITOR[UK], ADMINISTRATOR[UK])
    assert browser.client.get("/staff").status_code == (200 if allowed else 403)
    assert ("Staff" in browser.get("/account").text) == allowed
    browser.desk.engine.dispose()
