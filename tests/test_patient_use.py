"""The desk on its real sites: for patient use and in training, on both databases, from sign-in to paper."""

import io
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from http.client import HTTPConnection
from multiprocessing import get_context
from typing import Any

import pytest
import waitress
from flask.testing import FlaskClient
from homes import ADMINISTRATOR, OTHER_PASSWORD, PASSWORD, URL, entered, set_up
from pypdf import PdfReader
from web_desk import NOW, US, WHO, Browser, Html, plain

from compounding import sites, training
from compounding.cli import main
from compounding.credentials import PASSWORD as KIND
from compounding.credentials import secrets_key, stored
from compounding.policy import Market
from compounding.records import (
    EntrySearch,
    Event,
    Person,
    RecordsRefused,
    accounts,
    check,
    find_entries,
    find_preparations,
    open_database,
    preparation,
    put_account,
)
from compounding.records.searches import Page, Search
from compounding.web import create_app

ONE, TWO = ("tanner", "J. Tanner", "technician"), ("pharris", "P. Harris", "pharmacist")


class OverHttps(FlaskClient):
    """A browser that came through the proxy."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.environ_base["HTTP_REFERER"] = "https://localhost/"


class Patients(Browser):
    """A browser at a desk for patient use."""

    pin = OTHER_PASSWORD

    def __init__(self, home: Any, user: str | None = ONE[0], now: datetime = NOW) -> None:
        super().__init__(home, US, now, user=None)
        self.app.test_client_class = OverHttps
        self.app.config["PREFERRED_URL_SCHEME"] = "https"
        self.client = self.app.test_client()
        if user is not None:
            self.sign_in(user)

    def sign_in(self, user: str, **changes: str) -> Any:
        secret = PASSWORD if user == ADMINISTRATOR else OTHER_PASSWORD
        return super().sign_in(user, **{"secret": secret, **changes})


@pytest.fixture
def home(bare_place, tmp_path, monkeypatch):
    return entered(bare_place, tmp_path, monkeypatch)


@pytest.fixture
def site(home, monkeypatch):
    """A site for patient use with a technician and a pharmacist who chose their own passwords."""
    set_up(monkeypatch)
    engine = open_database(sites.address(home, None), home=home)
    for user, name, role in (ONE, TWO):
        event = Event(Person(user, name, role), "account opened", datetime.now(UTC))
        put_account(engine, user, name, role, event, secrets={KIND: stored(OTHER_PASSWORD, secrets_key(home))})
    engine.dispose()
    return home


def saved(browser):
    """The worked example, entered and signed; its number."""
    answer = browser.save(browser.review())
    assert answer.status_code == 303, Html(answer.get_data(as_text=True)).said
    found = re.search(r"/preparations/(\d{4}-\d{6})", answer.headers["Location"])
    assert found is not None
    return found[1]


def paper(browser, number, document):
    """The text of a paper that was printed just now."""
    answer = browser.send(f"/preparations/{number}/print/{document}", {})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    drawn = browser.client.get(answer.headers["Location"])
    assert drawn.mimetype == "application/pdf"
    return plain("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(drawn.data)).pages))


# ------------------------------------------------------------------ patient use, from sign-in to paper


def test_an_order_comes_to_paper_without_a_training_mark(site):
    desk = Patients(site)
    number = saved(desk)
    assert preparation(desk.desk.engine, number).content.training is False
    assert desk.verify(number, TWO[0]).status_code == 303
    text = paper(desk, number, "worksheet")
    assert "Riverside Hospital Pharmacy" in text
    assert "TRAINING" not in text
    assert check(desk.desk.engine) == ()
    assert number in desk.get("/preparations").text


def test_the_same_in_training_bears_the_mark(home):
    """Also: a training site in either database signs in, reads, saves and prints."""
    desk = Browser(home, US)
    number = saved(desk)
    assert preparation(desk.desk.engine, number).content.training is True
    assert desk.verify(number).status_code == 303
    assert "TRAINING" in paper(desk, number, "worksheet")
    assert check(desk.desk.engine) == ()
    assert number in desk.get("/preparations").text


def test_nobody_and_nothing_is_invented(site):
    desk = Patients(site, user=None)
    assert find_preparations(desk.desk.engine, Search(), Page(size=20)).preparations == ()
    assert [account.user for account in accounts(desk.desk.engine)] == ["pharris", "rivers", "tanner"]
    page = desk.client.get("/sign-in").get_data(as_text=True)
    for invented in (training.PASSWORD, training.PIN, *(person.id for person in training.STAFF[US])):
        assert invented not in page


@pytest.mark.parametrize("path", ["/sign-in", "/orders/new", "/preparations", "/calculator", "/account", "/nothing"])
def test_no_page_says_training(site, tmp_path, path, monkeypatch):
    desk = Patients(site)
    assert "TRAINING" not in desk.client.get(path).get_data(as_text=True)
    assert "TRAINING" not in str(desk.client.get(path).headers)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert "TRAINING" in Browser(tmp_path / "training").client.get(path).get_data(as_text=True)


def test_the_invented_accounts_do_not_let_in(site):
    desk = Patients(site, user=None)
    answer = desk.sign_in(WHO[US][0], secret=training.PASSWORD)
    assert answer.status_code == 422
    assert "is not right" in answer.get_data(as_text=True)


def test_the_administrator_needs_a_second_factor_first(site):
    desk = Patients(site, user=ADMINISTRATOR)
    answer = desk.client.get("/staff")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")


def test_the_cookie_is_this_hosts_and_goes_over_https(site):
    desk = Patients(site, user=None)
    [cookie] = desk.client.get("/sign-in").headers.getlist("Set-Cookie")
    name, *attributes = cookie.split("; ")
    assert name.startswith("__Host-desk=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(attributes)
    assert not [one for one in attributes if one.startswith("Domain")]


def test_it_answers_over_https_alone(site):
    desk = Patients(site, user=None)
    answer = desk.client.get("/sign-in", base_url="http://desk.example.org")
    assert answer.status_code == 403
    assert "https" in answer.get_data(as_text=True)
    assert answer.headers.getlist("Set-Cookie") == []


def test_one_site_is_not_served_for_another_market(site):
    with pytest.raises(RecordsRefused, match="The site is of the market us, and uk was asked for"):
        create_app(site, Market.UK.value)


# ------------------------------------------------------------------ several processes


def started(home):
    create_app(home, "us", lambda: NOW).extensions["desk"].engine.dispose()


def test_two_that_start_at_once_make_one_training_site(home):
    """Two processes, as two servers are: Python 3.11 may fail where two threads build their routes at once."""
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        list(pool.map(started, [home, home]))
    app = create_app(home, "us", lambda: NOW)
    desk = app.extensions["desk"]
    assert {account.user for account in accounts(desk.engine)} == {person.id for person in training.STAFF[US]}
    found = find_preparations(desk.engine, Search(), Page(size=20)).preparations
    assert len(found) == len(list(training.orders(US, NOW.date())))
    assert check(desk.engine) == ()
    desk.engine.dispose()


def test_what_one_saves_another_shows(site):
    one, two = Patients(site), Patients(site)
    number = saved(one)
    assert number in two.get("/preparations").text
    assert saved(two) != number


# ------------------------------------------------------------------ serve


def served(patch, *words):
    """What `serve` gives its server, and what it says."""
    given: dict[str, Any] = {}
    patch.setattr(waitress, "serve", lambda app, **more: given.update(more, app=app))
    status = main(["serve", *words])
    if "app" in given:
        given.pop("app").extensions["desk"].engine.dispose()
    return status, given


def test_patients_are_served_to_the_proxy_of_this_machine(site, monkeypatch, capsys):
    capsys.readouterr()
    status, given = served(monkeypatch)
    assert status == 0
    assert (given["host"], given["trusted_proxy"], given["trusted_proxy_count"]) == ("127.0.0.1", "127.0.0.1", 1)
    assert given["trusted_proxy_headers"] == {"x-forwarded-for", "x-forwarded-proto"}
    assert given["clear_untrusted_proxy_headers"] is True
    assert capsys.readouterr().out == (
        f"Serving {URL} for patient use, to the proxy on this machine at http://127.0.0.1:5000. Stop it with Ctrl+C.\n"
    )


def test_training_trusts_no_proxy(home, monkeypatch, capsys):
    status, given = served(monkeypatch)
    assert status == 0
    assert given == {"host": "127.0.0.1", "port": 5000, "ident": None, "threads": 4}
    assert capsys.readouterr().out == "Serving http://127.0.0.1:5000 in training mode. Stop it with Ctrl+C.\n"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("site.url", "http://desk.example.org", "The site for patient use is not served without https: site.url:"),
        ("site.url", None, "The site for patient use is not served without https: site.url:"),
        ("site.address", None, "The site for patient use has no site.address:"),
    ],
)
def test_a_site_that_is_not_fit_is_not_served(site, monkeypatch, capsys, name, value, sentence):
    from compounding.records import put_setting

    engine = open_database(sites.address(site, None), home=site)
    event = Event(Person(ADMINISTRATOR, "T. Rivers", "administrator"), "setting changed", datetime.now(UTC))
    put_setting(engine, name, value, "holds", event)
    engine.dispose()
    capsys.readouterr()
    assert served(monkeypatch) == (2, {})
    said = capsys.readouterr()
    assert said.err.startswith(sentence)
    assert said.err.count("\n") == 1


def test_another_market_is_refused_in_one_sentence(site, monkeypatch, capsys):
    capsys.readouterr()
    assert served(monkeypatch, "--market", "uk") == (2, {})
    assert capsys.readouterr().err == "The site is of the market us, and uk was asked for.\n"


@pytest.mark.slow
@pytest.mark.parametrize("bare_place", ["sqlite"], indirect=True)
def test_a_real_server_believes_its_proxy_and_nobody_else(site):
    """The proxy says https and who asks; without its word the desk answers nothing but where to go."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "compounding.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(f"Serving {URL} for patient use")
        assert answered(port, {})[0] == 403
        proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.1.2.3", "Host": "desk.example.org"}
        status, page, cookie = answered(port, proxied)
        assert (status, cookie.startswith("__Host-desk=")) == (200, True)
        form = {"csrf_token": Html(page).fields["csrf_token"], "user": "tanner", "secret": "wrong wrong wrong"}
        body = "&".join(f"{name}={text.replace(' ', '+')}" for name, text in {**form, "workstation": "Office"}.items())
        headers = {**proxied, "Cookie": cookie.split(";")[0], "Referer": f"{URL}/sign-in"}
        assert answered(port, headers, body)[0] == 422
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    engine = open_database(sites.address(site, None), home=site)
    [failed] = [entry for entry in find_entries(engine, EntrySearch()) if entry.event.action == "sign-in failed"]
    assert failed.event.person.id == "tanner"
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT address FROM attempt").scalar_one() == "10.1.2.3"
    engine.dispose()


def answered(port, headers, body=None):
    """Status, page and cookie of the sign-in page of a real server."""
    until = time.monotonic() + 20
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            more = {} if body is None else {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("GET" if body is None else "POST", "/sign-in", body, {**headers, **more})
            response = connection.getresponse()
            return response.status, response.read().decode(), response.getheader("Set-Cookie") or ""
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        finally:
            connection.close()
