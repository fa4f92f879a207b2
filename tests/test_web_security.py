"""What holds on every page: headers, tokens, addresses without a patient, and no change by looking."""

import io
import logging
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest
from every_page import NUMBER, PRINTED, places, print_one
from waitress.server import create_server
from web_desk import ADMINISTRATOR, AFRESH, AUDITOR, NOW, UK, US, WHO, Browser, Html, typed
from werkzeug.exceptions import NotFound

from compounding import training
from compounding.policy import Market
from compounding.records import NotRead
from compounding.web import MOST_SENT, create_app
from compounding.web.routes import ROUTES
from compounding.workflow import Deed


@pytest.fixture(scope="module")
def us(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("home"), US)
    print_one(browser)
    yield browser
    browser.desk.engine.dispose()


@pytest.fixture(autouse=True)
def technician(request: pytest.FixtureRequest) -> None:
    """Whoever was signed in by the test before."""
    if "us" in request.fixturenames:
        request.getfixturevalue("us").sign_in(WHO[US][0])


# ------------------------------------------------------------------ headers

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def assert_guarded(answer: Any) -> None:
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    if not answer.request.path.startswith("/static/"):
        assert answer.headers["Cache-Control"] == "no-store"


def test_every_page_is_guarded(us: Browser) -> None:
    for place in places(us, "GET"):
        us.sign_in(place.user)
        with us.client.get(place.path) as answer:
            # 404 and 409: the page of a material that is not there, or of a step that does not come yet.
            assert answer.status_code in (200, 301, 303, 404, 409), place
            assert_guarded(answer)


def broken(browser: Browser, monkeypatch: pytest.MonkeyPatch, error: Exception) -> Any:
    def raises(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr("compounding.records.standing", raises)
        return browser.client.get(f"/preparations/{NUMBER}")


def test_pages_that_refuse_are_guarded_and_say_nothing_of_the_inside(
    us: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"csrf_token": us.token()}
    answers = {
        404: us.client.get("/nothing"),
        405: us.client.delete("/orders/new"),
        413: us.client.post("/orders/review", data={"family": "x" * MOST_SENT}),
        400: us.client.post("/orders/review"),
        401: us.app.test_client().post("/orders/review"),
        403: us.client.get("/staff"),
        422: us.client.post("/orders/review", data=form),
        409: us.client.post("/orders/save", data={**form, **typed(US)}),
        503: broken(us, monkeypatch, NotRead("Not read: the disk reports a fault.")),
        500: broken(us, monkeypatch, RuntimeError("RIVERA in /srv/inside.py")),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert_guarded(answer)
        text = answer.get_data(as_text=True)
        assert "TRAINING – NOT FOR PATIENT USE" in text
        assert not re.search(r"Traceback|werkzeug|\.py|inside|Exception", text)
    assert "Not read: the disk reports a fault." in answers[503].get_data(as_text=True)
    assert "The desk has a fault." in answers[500].get_data(as_text=True)
    assert answers[405].headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_a_page_that_refuses_leads_where_its_reader_may_go(us: Browser) -> None:
    for user, wanted in ((WHO[US][0], "/worklist"), (ADMINISTRATOR[US], "/staff"), (None, "/sign-in")):
        if user is None:
            us.client = us.app.test_client()
        else:
            us.sign_in(user)
        assert wanted in [href for href, look, _ in us.get("/preparations/x/y").links if "button" in look] or (
            user is not None and us.status == 404
        )


def test_a_fault_is_logged_without_what_was_typed(
    us: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        broken(us, monkeypatch, RuntimeError("RIVERA, Elena 00417352"))
    assert f"GET /preparations/{NUMBER}: RuntimeError" in caplog.text
    assert "in shown" in caplog.text
    assert not re.search("rivera|elena|00417352", caplog.text, re.I)


def test_an_error_page_that_cannot_be_drawn_says_nothing_of_what_was_typed(
    us: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fault = RuntimeError("RIVERA, Elena 00417352")  # apart: a trace quotes the line that raises

    def broken_too(*_: object, **__: object) -> str:
        raise fault

    token = us.token()
    with monkeypatch.context() as patched, caplog.at_level(logging.DEBUG):
        patched.setattr("compounding.web.pages.render_template", broken_too)
        for status, answer in (
            (404, us.client.get("/nothing")),
            (500, us.client.post("/orders/review", data={"csrf_token": token, **typed(US)})),
            (503, broken(us, patched, NotRead("Not read: <b>the disk</b>."))),
        ):
            assert answer.status_code == status
            assert_guarded(answer)
            assert not re.search("rivera|<b>", answer.get_data(as_text=True), re.I)
    assert "RuntimeError" in caplog.text
    assert not re.search("rivera|elena|00417352", caplog.text, re.I)


@pytest.mark.parametrize(
    "path", ["/preparations/{}", "/audit/{}", "/staff/{}", "/settings/{}", "/orders/{}/edit", "/preparations/{}/verify"]
)
def test_what_no_database_holds_is_no_part_of_an_address(us: Browser, path: str) -> None:
    """PostgreSQL fails at a NUL, and SQLite finds nothing: no page is looked for."""
    address = us.app.url_map.bind("localhost")
    assert address.match(path.format("x"), method="GET")
    for sent in ("\0", "2026-000001\0", "\0x"):
        with pytest.raises(NotFound):
            address.match(path.format(sent), method="GET")
    assert us.client.get(path.format("%00")).status_code == 404


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(us: Browser) -> None:
    cookie = us.app.test_client().get("/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("desk_us=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


# ------------------------------------------------------------------ tokens


def test_a_form_whose_session_was_lost_is_kept_and_goes_on_after_the_sign_in(us: Browser) -> None:
    """Whatever page it was sent to: the sign-in box carries it, and no secret."""
    again = {"unlock_user": WHO[US][0], "unlock_secret": training.PASSWORD, "unlock_workstation": "Cabinet 2"}
    review = us.review(blasts="12400")
    words = {"finding_0_words": "Falling.", "finding_0_reason": "confirmed", "finding_0_user": "adeyemi"}
    for path, sent in (
        ("/orders/review", typed(US, height="168")),
        ("/orders/new", typed(US)),
        ("/orders/save", us.saving(review, **words, finding_0_secret="Adeyemi's own")),
        ("/calculator", {"height": "170"}),
        ("/preparations/search", {"name": "Riv"}),
        (f"/preparations/{PRINTED}/print/worksheet", {"reason": "torn"}),
    ):
        lost = us.app.test_client()
        answer = lost.post(path, data=sent)
        page = Html(answer.get_data(as_text=True))
        assert answer.status_code == 401, path
        kept = {name: text for name, text in sent.items() if name != "csrf_token" and not name.endswith("secret")}
        assert {name: page.fields[name] for name in kept} == kept
        assert "Adeyemi's own" not in answer.get_data(as_text=True)
        assert lost.post(path, data={**page.fields, **again}).status_code in (200, 303, 422), path


def test_a_form_sent_over_https_is_taken_from_this_site_alone(tmp_path: Path) -> None:
    """Then the token's guard asks for the page that the form came from, which the headers must let through."""
    browser = Browser(tmp_path, US, user=None)
    site = "https://desk.example"
    form = Html(browser.client.get("/sign-in", base_url=site).get_data(as_text=True)).fields
    who = {"user": WHO[US][0], "secret": training.PASSWORD, "workstation": "Cabinet 2"}
    browser.client.post("/sign-in", data={**form, **who}, base_url=site, headers={"Referer": f"{site}/sign-in"})
    token = Html(browser.client.get("/orders/new", base_url=site).get_data(as_text=True)).fields["csrf_token"]
    sent = {**typed(US), "csrf_token": token}
    for referrer, status in ((f"{site}/orders/new", 200), ("https://elsewhere.example/", 400), (None, 400)):
        headers = {"Referer": referrer} if referrer else {}
        assert browser.client.post("/orders/review", data=sent, base_url=site, headers=headers).status_code == status


def test_a_form_may_be_left_open_for_a_day(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    assert browser.app.config["WTF_CSRF_TIME_LIMIT"] is None


def test_a_view_that_does_not_know_lost_sessions_is_not_called_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compounding.web.gate.ROUTES", {**ROUTES, "new_route": Deed.OWN_ACCOUNT})
    browser = Browser(tmp_path, US, user=None)
    called: list[str] = []
    browser.app.add_url_rule("/new-route", "new_route", lambda: called.append("called") or "", methods=["POST"])
    browser.sign_in(WHO[US][0])
    assert browser.client.post("/new-route").status_code == 400
    assert called == []
    assert browser.send("/new-route", {}).status_code == 200
    assert called == ["called"]


# ------------------------------------------------------------------ looking changes nothing


def test_looking_changes_nothing(us: Browser) -> None:
    for place in places(us, "GET"):
        us.sign_in(place.user)
        before = us.stored()
        us.client.get(place.path).close()
        us.client.head(place.path).close()
        assert us.stored() == before, place
    us.sign_in(WHO[US][0])
    before = us.stored()
    us.get("/preparations/2026-999999")
    us.review()
    us.post("/orders/new", typed(US))
    us.post("/preparations/search", {"name": "Rivera"})
    us.post("/calculator", {"height": "170"})
    assert us.stored() == before


# ------------------------------------------------------------------ patients

SCRIPT = "<script>alert(1)</script>"


def test_markup_in_a_name_is_text(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    evil = {"family": SCRIPT, "given": '"><img src=x>', "location": "{{ 7*7 }}", "prescriber": "Dr 'A' & <b>B</b>"}
    review = browser.send("/orders/review", typed(US, **evil))
    number = browser.save(Html(review.get_data(as_text=True))).headers["Location"].rsplit("/", 1)[1]
    answers = [
        review,
        browser.send("/orders/new", typed(US, **evil)),
        browser.send("/orders/review", typed(US, **evil, height="<b>")),
        browser.client.get("/preparations"),
        browser.client.get(f"/preparations/{number}"),
        browser.client.get(f"/audit/{number}"),
        browser.send("/preparations/search", {"name": SCRIPT}),
        browser.app.test_client().post("/orders/review", data=typed(US, **evil)),
    ]
    for answer in answers:
        text = answer.get_data(as_text=True)
        assert not re.search(r"<script>|<img|<b>", text, re.I)
        assert "&lt;script&gt;" in text.lower()
        assert "49" not in Html(text).text.split("Preparations")[0]


def test_the_market_cannot_be_switched(us: Browser) -> None:
    sent = {**typed(US), "market": "uk", "hospital_number": "HN-1", "making": "B"}
    page = us.post("/orders/review", sent)
    assert us.status == 200
    assert "US 0.9 mg vial" in page.text
    assert "besponsa-uk" not in page.text


def test_what_a_form_does_not_ask_for_is_not_kept(tmp_path: Path) -> None:
    from compounding import records

    browser = Browser(tmp_path, US)
    shown = browser.post("/orders/review", {**typed(US), "training": "no", "role": "administrator"})
    number = browser.save(shown).headers["Location"].rsplit("/", 1)[1]
    saved = records.preparation(browser.desk.engine, number)
    assert saved is not None
    assert saved.content.training
    assert "administrator" not in saved.content.order_json


@pytest.mark.parametrize("market", list(Market))
def test_pages_hold_no_code_of_their_own_and_fetch_nothing_from_elsewhere(tmp_path: Path, market: Market) -> None:
    browser = Browser(tmp_path, market)
    paths = ("/preparations", "/orders/new", "/calculator", f"/preparations/{NUMBER}", "/account", "/nothing")
    for path in (*paths, "/sign-in"):
        text = browser.client.get(path).get_data(as_text=True)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|https?://", text), path
        assert re.findall(r"<script[^>]*>", text) == ['<script src="/static/desk.js" defer>']


def test_bytes_that_are_no_text_are_refused_and_not_a_fault(us: Browser) -> None:
    body = f"csrf_token={us.token()}&family=%FF%FE&given=%ED%A0%80".encode()
    kind = "application/x-www-form-urlencoded"
    assert us.client.post("/orders/review", data=body, content_type=kind).status_code == 422
    file = {"csrf_token": us.token(), "family": (io.BytesIO(b"x"), "x.txt")}
    assert us.client.post("/orders/review", data=file).status_code == 422


# ------------------------------------------------------------------ a patient in an address, a file name or a log

PLANTED = {"family": "Zzyzx", "given": "Qwerty", "nhs_number": "999 061 7406", "hospital_number": "HN-70707"}
TRACES = re.compile(r"zzyzx|qwerty|999.{0,3}061.{0,3}7406|hn-70707|14.{0,3}aug.{0,3}1980|1980-08-14", re.I)


class Reader:
    """A client over a real connection: it keeps cookies, follows redirects, and notes every address and name of a file
    that it sees or is sent."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.seen: list[str] = []
        self.at = ""
        """Where the newest answer came from."""
        self.opened = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()), _Followed(self.seen))

    def get(self, path: str, sent: dict[str, str] | None = None) -> tuple[int, bytes]:
        body = None if sent is None else urllib.parse.urlencode(sent).encode()
        asked = urllib.request.Request(self.address + path, body, {"Referer": self.address + path})
        try:
            answer = self.opened.open(asked, timeout=20)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            text: bytes = answer.read()
            self.at = answer.url
            self.seen += [path, answer.url, *(f"{name}: {value}" for name, value in answer.headers.items())]
            return answer.status, text

    def page(self, path: str, sent: dict[str, str] | None = None) -> Html:
        status, text = self.get(path, sent)
        page = Html(text.decode())
        assert status in (200, 422), (path, status, page.text)
        self.seen += [href for href, _, _ in page.links] + page.actions
        return page


class _Followed(urllib.request.HTTPRedirectHandler):
    def __init__(self, seen: list[str]) -> None:
        self.seen = seen

    def redirect_request(self, *asked: Any) -> urllib.request.Request | None:
        self.seen.append(asked[-1])
        return super().redirect_request(*asked)


def sign_in(reader: Reader, user: str) -> None:
    page = reader.page("/sign-in")
    place = training.SITES[UK].workstations[0]
    reader.page("/sign-in", {**page.fields, "user": user, "secret": training.PASSWORD, "workstation": place})


def whole_round(reader: Reader) -> str:
    """A patient from entry to the papers and the audit; the number of the preparation."""
    enterer, pharmacist = WHO[UK]
    sign_in(reader, enterer)
    token = {"csrf_token": reader.page("/orders/new").fields["csrf_token"]}
    reader.page("/orders/review", {**token, **typed(UK, **PLANTED, height="1,70")})
    review = reader.page("/orders/review", {**token, **typed(UK, **PLANTED)})
    reader.page("/orders/new", {**token, **typed(UK, **PLANTED)})
    saved = reader.page("/orders/save", {**review.fields, "signing_secret": training.PIN})
    number = reader.at.rsplit("/", 1)[1]
    assert "ZZYZX" in saved.text
    for sent in ({"name": "Zzyzx"}, {"patient_number": "9990617406"}):
        assert "ZZYZX" in reader.page("/preparations/search", {**token, **sent}).text

    sign_in(reader, pharmacist)
    form = reader.page(f"/preparations/{number}/verify")
    reader.page(f"/preparations/{number}/verify", {**form.fields, **AFRESH, "weight": "154"})
    agreed = reader.page(f"/preparations/{number}/verify", {**form.fields, **AFRESH})
    reader.page(f"/preparations/{number}/verify/sign", {**agreed.fields, "signing_secret": training.PIN})
    page = reader.page(f"/preparations/{number}")
    token = {"csrf_token": page.fields["csrf_token"]}
    status, drawn = reader.get(f"/preparations/{number}/print/worksheet", token)
    assert status == 200 and drawn.startswith(b"%PDF")
    edit = reader.page(f"/orders/{number}/edit")
    assert edit.fields["family"] == "Zzyzx"

    sign_in(reader, AUDITOR[UK])
    page = reader.page(f"/audit/{number}")
    token = {"csrf_token": page.fields["csrf_token"]}
    assert "ZZYZX" in page.text
    assert "Zzyzx" in reader.page("/audit/search", {**token, "name": "Zzyzx"}).text
    for path in (f"/audit/{number}/csv", f"/audit/{number}/pdf", "/audit/csv", "/audit/export"):
        assert reader.get(path, {**token, "name": "Zzyzx"})[0] == 200
    return number


@pytest.fixture
def waitress_serve() -> Iterator[Callable[[Any], str]]:
    """As the fixture `serve`, on the server that the desk is run by."""
    running: list[tuple[Any, threading.Thread]] = []

    def start(app: Any) -> str:
        server: Any = create_server(app, host="127.0.0.1", port=0, clear_untrusted_proxy_headers=True)
        thread = threading.Thread(target=server.run)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.effective_port}"

    yield start
    for server, thread in running:
        server.trigger.pull_trigger(server.close)  # by its own thread: what it waits on is not taken away under it
        thread.join()


@pytest.mark.parametrize("server", ["serve", "waitress_serve"])
def test_no_address_no_file_name_and_no_servers_log_holds_a_patient(
    tmp_path: Path,
    server: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    app = create_app(tmp_path, "uk", lambda: NOW)
    reader = Reader(request.getfixturevalue(server)(app))
    with caplog.at_level(logging.DEBUG):
        number = whole_round(reader)

        def raises(*_: object) -> None:
            raise RuntimeError(" ".join(PLANTED.values()))

        monkeypatch.setattr("compounding.records.standing", raises)
        assert reader.get(f"/preparations/{number}")[0] in (200, 500)
        assert reader.get(f"/audit/{number}")[0] == 500
    out, err = capfd.readouterr()
    written = "\n".join([caplog.text, out, err])
    assert "RuntimeError" in written  # the fault itself is there, with its place
    assert "/preparations/search" in written or server == "waitress_serve"  # that one writes no line for each request
    assert not TRACES.search(written)
    assert any("filename" in one for one in reader.seen)
    assert [one for one in reader.seen if TRACES.search(one)] == []
    app.extensions["desk"].engine.dispose()


def test_what_is_searched_for_would_be_found() -> None:
    """Each trace of the planted patient, as an address or a log would have it."""
    numbers = ("9990617406", "999%20061%207406", "999 061 7406", "hn-70707")
    for text in ("/x?name=Zzyzx", "QWERTY", *numbers, "14-Aug-1980"):
        assert TRACES.search(text), text
