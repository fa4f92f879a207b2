"""One's own account: password, signing PIN and second factor, each changed with the password and logged without it."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
import zxingcpp
from PIL import Image
from web_desk import US, Browser, Html

from compounding import credentials, records, training
from compounding.records import EntrySearch, Event, NotSaved
from compounding.web.qr import MARGIN, qr_code

OWN, NEW, PIN = training.PASSWORD, "grey gloves, warm bread", "314159"


@pytest.fixture
def desk(tmp_path: Path, made: Path) -> Iterator[Browser]:
    """A technician is signed in."""
    browser = Browser(shutil.copytree(made, tmp_path / "home"), US)
    yield browser
    browser.desk.engine.dispose()


def newest(browser: Browser, count: int = 1) -> list[Event]:
    """The newest entries, the newest last."""
    found = records.find_entries(browser.desk.engine, EntrySearch(), size=count)
    return [entry.event for entry in reversed(found)]


def bodies(browser: Browser) -> str:
    with browser.desk.engine.connect() as connection:
        return "".join(connection.exec_driver_sql("SELECT body FROM log").scalars())


def password(**changes: str) -> dict[str, str]:
    return {"own_secret": OWN, "new_secret": NEW, "again_secret": NEW, **changes}


def pin(**changes: str) -> dict[str, str]:
    return {"own_secret": OWN, "new_pin_secret": PIN, "again_pin_secret": PIN, **changes}


# ------------------------------------------------------------------ the page


def test_the_page_says_whose_it_is_and_what_is_set(desk: Browser) -> None:
    page = desk.get("/account")
    assert "R. Okafor, technician; user name okafor" in page.text
    assert "Signing PIN Set" in page.text and "Second factor Not set" in page.text


@pytest.mark.parametrize(
    ("done", "sentence"),
    [("pin", "Your signing PIN is set."), ("<b>", ""), ("password", "Every other session of yours has ended.")],
)
def test_the_page_says_what_was_done_in_its_own_words_alone(desk: Browser, done: str, sentence: str) -> None:
    page = desk.get(f"/account?done={done}")
    assert sentence in page.text and "<b>" not in page.text


# ------------------------------------------------------------------ the password

WRONG = "Your password: This is not your password. Nothing is changed."
PASSWORDS = [
    ({"own_secret": ""}, ["Your password: Type your password."]),
    ({"new_secret": ""}, ["New password: Type a new password."]),
    ({"again_secret": ""}, ["New password again: Type it again."]),
    ({"own_secret": "not my password"}, [WRONG]),
    ({"own_secret": training.PIN}, [WRONG]),  # a PIN signs, and changes no password
    ({"again_secret": NEW + "."}, ["New password again: This is not the same as above. Type both again."]),
    ({"new_secret": OWN, "again_secret": OWN}, ["New password: This is the password that you have. Choose another."]),
    (
        {"new_secret": "fourteen chars", "again_secret": "fourteen chars"},
        ["New password: A password has at least 15 characters, and this one 14."],
    ),
    *(
        (
            {"new_secret": text, "again_secret": text},
            [
                "New password: This password is made of names that stand on this desk or of one thing repeated."
                " Choose another."
            ],
        )
        # of the user, of the site, of its drug
        for text in ("okafor okafor 2026", "Example Hospital 26", "Besponsa-Besponsa-1", "inotuzumab ozogamicin!")
    ),
]


@pytest.mark.parametrize(("changes", "sentences"), PASSWORDS)
def test_a_password_that_is_refused_changes_nothing(
    desk: Browser, changes: dict[str, str], sentences: list[str]
) -> None:
    before = records.secrets(desk.desk.engine, "okafor")
    answer = desk.send("/account/password", password(**changes))
    page = Html(answer.get_data(as_text=True))
    assert (answer.status_code, page.said) == (422, sentences)
    assert records.secrets(desk.desk.engine, "okafor") == before
    assert not any(text for name, text in page.fields.items() if name.endswith("secret"))
    assert desk.client.get("/account").status_code == 200


def test_each_error_leads_to_a_box_of_its_own_form(desk: Browser) -> None:
    """Three forms of the page ask for the password."""
    for path, sent, anchor in (
        ("/account/password", password(own_secret=""), "password-own_secret"),
        ("/account/pin", pin(own_secret=""), "pin-own_secret"),
        ("/account/factor", {"own_secret": ""}, "enrol-own_secret"),
    ):
        page = desk.post(path, sent)
        assert [key for _, key, _ in page.problems] == [anchor]
        assert page.elements[anchor]["aria-invalid"] == "true"
        assert page.says(f"{anchor}-message") == "Type your password."


def test_the_sites_list_of_refused_passwords_holds_at_once(desk: Browser) -> None:
    home = desk.desk.home
    assert home is not None
    (home / "refused-passwords.txt").write_text("grey gloves warm bread\n", "utf-8")
    page = desk.post("/account/password", password())
    assert page.said == ["New password: This password is on the list of those that are guessed first. Choose another."]
    (home / "refused-passwords.txt").write_bytes(b"\xff")
    page = desk.post("/account/password", password())
    assert page.said == [
        "New password: refused-passwords.txt in the site's folder cannot be read, so no password is taken."
    ]


def test_a_password_is_changed_and_every_other_session_ends(desk: Browser) -> None:
    one, token = desk.client, desk.token()
    desk.sign_in("okafor")
    other = desk.client
    desk.client = one
    answer = one.post("/account/password", data={"csrf_token": token, **password()})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account?done=password")
    assert one.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    changed, again = newest(desk, 2)
    assert (changed.action, changed.person.id, changed.subject) == ("password changed", "okafor", "staff:okafor")
    assert (again.action, dict(again.details)) == ("signed in", {"why": "password changed"})
    assert desk.sign_in("okafor").status_code == 422
    assert desk.sign_in("okafor", secret=NEW).status_code == 303
    assert NEW not in bodies(desk) and OWN not in bodies(desk)


def test_a_password_may_be_pasted_and_kept_by_the_browser(desk: Browser) -> None:
    page = desk.get("/account")
    assert page.elements["password-own_secret"]["autocomplete"] == "current-password"
    assert page.elements["password-new_secret"]["autocomplete"] == "new-password"
    assert page.elements["password-new_secret"]["type"] == "password"
    assert "maxlength" not in page.elements["password-new_secret"]


def test_wrong_ones_here_lock_the_password_as_well(desk: Browser) -> None:
    for _ in range(5):
        assert desk.post("/account/password", password(own_secret="wrong")).said == [WRONG]
    sentence = "Your password: Too many tries with a wrong password: none is taken until 09:15."
    assert desk.post("/account/pin", pin()).said == [sentence]


def test_what_cannot_be_written_changes_nothing_and_says_so(desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise NotSaved("Not saved: the disk is full.")

    monkeypatch.setattr("compounding.records.put_secret", full)
    answer = desk.send("/account/password", password())
    assert answer.status_code == 503
    assert Html(answer.get_data(as_text=True)).said == ["Your password: Not saved: the disk is full."]
    assert desk.sign_in("okafor").status_code == 303


# ------------------------------------------------------------------ the signing PIN


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        ({"own_secret": training.PIN}, [WRONG]),
        ({"new_pin_secret": "31415"}, ["New signing PIN: A signing PIN has 6 to 12 figures and nothing else."]),
        (
            {"new_pin_secret": "222222"},
            ["New signing PIN: A signing PIN is no run, and no figure repeated: choose another."],
        ),
        ({"again_pin_secret": "314158"}, ["New signing PIN again: This is not the same as above. Type both again."]),
    ],
)
def test_a_pin_that_is_refused_changes_nothing(desk: Browser, changes: dict[str, str], sentences: list[str]) -> None:
    before = records.secrets(desk.desk.engine, "okafor")
    assert desk.post("/account/pin", pin(**changes)).said == sentences
    assert desk.status == 422
    assert records.secrets(desk.desk.engine, "okafor") == before


def test_a_pin_is_set_and_changed_and_opens_a_locked_desk(desk: Browser) -> None:
    answer = desk.send("/account/pin", pin())
    assert answer.headers["Location"] == "/account?done=pin"
    event = newest(desk)[0]
    assert (event.action, event.subject) == ("signing PIN changed", "staff:okafor")
    assert PIN not in bodies(desk)
    assert desk.client.get("/account").status_code == 200
    desk.now += timedelta(minutes=20)
    page = desk.get("/calculator")
    for secret, status in ((training.PIN, 401), (PIN, 303)):
        assert desk.client.post("/unlock", data={**page.fields, "unlock_secret": secret}).status_code == status


# ------------------------------------------------------------------ the second factor


def begin(browser: Browser) -> tuple[Html, str]:
    """The page of the second step, and the secret that stands on it."""
    page = browser.post("/account/factor", {"own_secret": OWN})
    found = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page.text)
    assert browser.status == 200 and found
    return page, found[0].replace(" ", "")


def confirm(browser: Browser, page: Html, code: str, own: str = OWN) -> Any:
    return browser.client.post("/account/factor", data={**page.fields, "new_code": code, "own_secret": own})


def test_a_second_factor_is_shown_once_confirmed_and_asked_for(desk: Browser) -> None:
    page, secret = begin(desk)
    assert newest(desk)[0].action == "second factor begun"
    assert "totp" not in records.secrets(desk.desk.engine, "okafor")
    answer = confirm(desk, page, pyotp.TOTP(secret).at(desk.now))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account?done=confirm")
    assert [event.action for event in newest(desk, 2)] == ["second factor set", "signed in"]
    assert "Second factor Set" in desk.get("/account").text
    assert secret not in bodies(desk)
    with desk.desk.engine.connect() as connection:
        assert secret not in "".join(connection.exec_driver_sql("SELECT value FROM secret").scalars())
    desk.now += timedelta(minutes=2)
    assert desk.sign_in("okafor").status_code == 422
    assert desk.sign_in("okafor", code=pyotp.TOTP(secret).at(desk.now)).status_code == 303


def test_the_drawing_says_what_the_text_says(desk: Browser) -> None:
    """The path of the page, painted and read by a reader of such codes."""
    answer = desk.client.post("/account/factor", data={"csrf_token": desk.token(), "own_secret": OWN})
    text = answer.get_data(as_text=True)
    _, secret = Html(text), re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", text)
    drawn = re.search(r'<svg class="qr" viewBox="0 0 (\d+) \1".*?<title id="qr-title">.*?<path d="([^"]+)"', text)
    assert drawn and secret
    read = zxingcpp.read_barcode(painted(drawn[2], int(drawn[1])))
    assert read is not None
    assert read.text == (
        f"otpauth://totp/Example%20Hospital%20Pharmacy:okafor?secret={secret[0].replace(' ', '')}"
        "&issuer=Example%20Hospital%20Pharmacy"
    )


def painted(path: str, size: int, scale: int = 4) -> Image.Image:
    """Each rectangle of a path, black on white."""
    picture = Image.new("L", (size * scale, size * scale), 255)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", path):
        left, top = int(x) * scale, int(y) * scale
        picture.paste(0, (left, top, left + int(width) * scale, top + scale))
    return picture


def test_a_qr_code_has_four_squares_of_white_around_it() -> None:
    """Version 1 is 21 squares wide (ISO/IEC 18004), with 4 on each side 29; its first corner begins at 4, 4."""
    code = qr_code("A")
    assert (MARGIN, code.size) == (4, 29)
    assert code.path.startswith("M4 4h7v1h-7z")


@pytest.mark.parametrize("code", ["", "000000", "12345", "old"])
def test_a_code_that_is_wrong_sets_nothing_and_shows_the_same_secret_again(desk: Browser, code: str) -> None:
    page, secret = begin(desk)
    given = pyotp.TOTP(secret).at(desk.now - timedelta(minutes=5)) if code == "old" else code
    answer = confirm(desk, page, given)
    again = Html(answer.get_data(as_text=True))
    assert answer.status_code == 422 and len(again.said) == 1
    assert " ".join(re.findall("....", secret)) in again.text
    assert "totp" not in records.secrets(desk.desk.engine, "okafor")


def test_a_second_factor_needs_the_password_first(desk: Browser) -> None:
    for secret, sentence in (("", "Your password: Type your password."), (training.PIN, WRONG)):
        assert desk.post("/account/factor", {"own_secret": secret}).said == [sentence]


@pytest.mark.parametrize(
    "how",
    ["made up", "late", "of another", "second time", "removed since", "password changed since", "a factor itself"],
)
def test_an_enrolment_that_is_none_any_more_sets_nothing(desk: Browser, how: str) -> None:
    page, secret = begin(desk)
    sent = {**page.fields, "own_secret": OWN, "new_code": pyotp.TOTP(secret).at(desk.now)}
    match how:
        case "removed since":
            assert desk.client.post("/account/factor", data=sent).status_code == 303
            desk.now += timedelta(minutes=2)
            given = {"own_secret": OWN, "own_code": pyotp.TOTP(secret).at(desk.now)}
            assert desk.send("/account/factor/remove", given).status_code == 303
            sent["new_code"] = pyotp.TOTP(secret).at(desk.now)
        case "password changed since":
            assert desk.send("/account/password", password()).status_code == 303
            sent["own_secret"] = NEW
        case "a factor itself":
            sent["enrolment"] = credentials.sealed(secret, desk.desk.secrets_key)
        case "made up":
            sent["enrolment"] = sent["enrolment"][:-2] + "00"
        case "late":
            desk.now += timedelta(minutes=14)
            desk.get("/account")
            desk.now += timedelta(minutes=1)
            sent["new_code"] = pyotp.TOTP(secret).at(desk.now)
        case "of another":
            desk.sign_in("park")
        case "second time":
            assert desk.client.post("/account/factor", data=sent).status_code == 303
    before = {user: records.secrets(desk.desk.engine, user) for user in ("okafor", "park")}
    answer = desk.client.post("/account/factor", data={**sent, "csrf_token": desk.token()})
    assert answer.status_code == 409
    assert "Begin again." in Html(answer.get_data(as_text=True)).text
    assert {user: records.secrets(desk.desk.engine, user) for user in before} == before


def test_an_enrolment_that_another_page_was_faster_than_sets_nothing(
    desk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one comes between the look and the writing."""
    page, secret = begin(desk)
    other = credentials.sealed(credentials.new_factor(), desk.desk.secrets_key)

    def good(*_: object, **__: object) -> bool:
        told = Event(newest(desk)[0].person, "second factor set", desk.now)
        records.put_secret(desk.desk.engine, "okafor", "totp", other, told)
        return True

    monkeypatch.setattr("compounding.credentials.factor_good", good)
    answer = confirm(desk, page, pyotp.TOTP(secret).at(desk.now))
    assert answer.status_code == 409
    assert Html(answer.get_data(as_text=True)).said == [
        "Your password: What okafor signs in with was changed meanwhile: look at it again."
    ]
    assert records.secrets(desk.desk.engine, "okafor")["totp"] == other


@pytest.mark.parametrize(
    ("own", "sentence"), [("", "Your password: Type your password."), ("wrong", WRONG), (training.PIN, WRONG)]
)
def test_whoever_confirms_gives_the_password_again(desk: Browser, own: str, sentence: str) -> None:
    page, secret = begin(desk)
    answer = confirm(desk, page, pyotp.TOTP(secret).at(desk.now), own)
    assert (answer.status_code, Html(answer.get_data(as_text=True)).said) == (422, [sentence])
    assert "totp" not in records.secrets(desk.desk.engine, "okafor")


def test_the_code_that_confirmed_is_used_and_lets_nobody_in(desk: Browser) -> None:
    page, secret = begin(desk)
    code = pyotp.TOTP(secret).at(desk.now)
    assert confirm(desk, page, code).status_code == 303
    assert desk.sign_in("okafor", code=code).status_code == 422
    desk.now += timedelta(seconds=90)
    assert desk.sign_in("okafor", code=pyotp.TOTP(secret).at(desk.now)).status_code == 303


def enrolled(browser: Browser) -> str:
    page, secret = begin(browser)
    confirm(browser, page, pyotp.TOTP(secret).at(browser.now))
    browser.now += timedelta(minutes=2)
    return secret


def test_a_second_factor_is_removed_with_password_and_code(desk: Browser) -> None:
    secret = enrolled(desk)
    code = pyotp.TOTP(secret).at(desk.now)
    for own, given in (("wrong", code), (OWN, "000000"), (OWN, "")):
        desk.post("/account/factor/remove", {"own_secret": own, "own_code": given})
        assert desk.status == 422
    answer = desk.send("/account/factor/remove", {"own_secret": OWN, "own_code": code})
    assert answer.headers["Location"] == "/account?done=factor_off"
    assert [event.action for event in newest(desk, 2)] == ["second factor removed", "signed in"]
    assert desk.sign_in("okafor").status_code == 303


def test_there_is_one_second_factor_at_a_time(desk: Browser) -> None:
    enrolled(desk)
    page = desk.post("/account/factor", {"own_secret": OWN})
    assert desk.status == 422 and "You have a second factor." in page.text
    desk.sign_in("park")
    page = desk.post("/account/factor/remove", {"own_secret": OWN, "own_code": "123456"})
    assert desk.status == 422 and "You have no second factor." in page.text
