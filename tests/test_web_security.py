"""What holds on every page: headers, tokens, addresses without a patient, and no change by looking."""

import io
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from web_desk import NOW, UK, US, WHO, Browser, Html, typed

from compounding.policy import Market
from compounding.records import NotRead
from compounding.web import MOST_SENT, create_app

PAGES = [
    "/",
    "/preparations",
    "/preparations?before=2",
    "/preparations/2026-000001",
    "/preparations/2026-000001/prints/1.pdf",
    "/orders/new",
    "/calculator",
    "/static/desk.css",
    "/static/desk.js",
    "/static/icon.svg",
    "/favicon.ico",
]


@pytest.fixture(scope="module")
def us(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("home"), US)
    browser.send("/preparations/2026-000001/print/label", {"who": WHO[US][0]})
    yield browser
    browser.desk.engine.dispose()


def rules(browser: Browser, method: str) -> list[str]:
    """Every address that takes a method, with something in its variable parts."""
    filled = {"number": "2026-000001", "document": "label", "place": "1", "filename": "desk.css"}
    return sorted(
        re.sub(r"<(?:\w+:)?(\w+)>", lambda part: filled[part[1]], rule.rule)
        for rule in browser.app.url_map.iter_rules()
        if method in (rule.methods or ())
    )


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
    assert {path.partition("?")[0] for path in PAGES} >= set(rules(us, "GET")) - {"/static/desk.css"}
    for path in PAGES:
        with us.client.get(path) as answer:
            assert answer.status_code in (200, 301), path
            assert_guarded(answer)


def broken(browser: Browser, monkeypatch: pytest.MonkeyPatch, error: Exception) -> Any:
    def raises(*_: object) -> None:
        raise error

    monkeypatch.setattr("compounding.records.preparation", raises)
    return browser.client.get("/preparations/2026-000001")


def test_pages_that_refuse_are_guarded_and_say_nothing_of_the_inside(
    us: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {
        404: us.client.get("/nothing"),
        405: us.client.delete("/orders/new"),
        413: us.client.post("/orders/review", data={"family": "x" * MOST_SENT}),
        400: us.client.post("/orders/review"),
        422: us.client.post("/orders/review", data={"csrf_token": us.token()}),
        409: us.client.post("/orders/save", data={"csrf_token": us.token(), **typed(US)}),
        503: broken(us, monkeypatch, NotRead("Not read: the disk reports a fault.")),
        500: broken(us, monkeypatch, RuntimeError("RIVERA in /srv/secret.py")),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert_guarded(answer)
        text = answer.get_data(as_text=True)
        assert "TRAINING – NOT FOR PATIENT USE" in text
        assert not re.search(r"Traceback|werkzeug|\.py|secret|Exception", text)
    assert "Not read: the disk reports a fault." in answers[503].get_data(as_text=True)
    assert "The desk has a fault." in answers[500].get_data(as_text=True)
    assert answers[405].headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_a_fault_is_logged_without_what_was_typed(
    us: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        broken(us, monkeypatch, RuntimeError("RIVERA, Elena 00417352"))
    assert "GET /preparations/2026-000001: RuntimeError" in caplog.text
    assert "in shown" in caplog.text
    assert not re.search("rivera|elena|00417352", caplog.text, re.I)


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(us: Browser) -> None:
    cookie = us.app.test_client().get("/orders/new").headers["Set-Cookie"]
    assert cookie.startswith("desk_us=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


# ------------------------------------------------------------------ tokens


@pytest.mark.parametrize("token", [None, "", "wrong"])
def test_every_form_needs_its_token(us: Browser, token: str | None) -> None:
    """Walks all routes, so that a new one cannot be forgotten."""
    shown = us.review()
    posts = rules(us, "POST")
    assert len(posts) == 6
    for path in posts:
        before = us.rows()
        sent = {**us.saving(shown), **typed(US), "reason": "torn", "formula": "mosteller", "csrf_token": token or ""}
        if token is None:
            del sent["csrf_token"]
        answer = us.client.post(path, data=sent)
        assert answer.status_code == 400, path
        assert us.rows() == before, path
        assert_guarded(answer)


def test_a_lost_session_keeps_what_was_typed_and_asks_to_send_again(us: Browser) -> None:
    again = "All that was typed is still here: read it again and send it again."
    fresh = us.app.test_client()
    order = Html(fresh.post("/orders/review", data=typed(US, height="168")).get_data(as_text=True))
    assert again in order.said[0]
    assert {name: order.fields[name] for name in typed(US)} == typed(US, height="168")
    assert fresh.post("/orders/review", data=order.fields).status_code == 200  # the new token is good

    shown = us.review(blasts="12400")
    lost = us.app.test_client()
    words = {"finding_0_words": "Falling.", "finding_0_reason": "confirmed", "finding_0_second": "adeyemi"}
    review = Html(lost.post("/orders/save", data=us.saving(shown, **words)).get_data(as_text=True))
    assert again in review.said[0]
    assert {name: review.fields[name] for name in words} == words
    assert lost.post("/orders/save", data=review.fields).status_code == 303

    for path, sent, kept in (
        ("/calculator", {"height": "170"}, "height"),
        ("/preparations/search", {"name": "Riv"}, "name"),
        ("/orders/new", typed(US), "family"),
    ):
        page = Html(us.app.test_client().post(path, data=sent).get_data(as_text=True))
        assert again in page.said[0], path
        assert page.fields[kept] == sent[kept]
    answer = us.app.test_client().post("/preparations/2026-000002/print/label", data={"who": "park"})
    assert again in Html(answer.get_data(as_text=True)).said[0]
    assert '<option value="park" selected>' in answer.get_data(as_text=True)


def test_a_form_sent_over_https_is_taken_from_this_site_alone(tmp_path: Path) -> None:
    """Then the token's guard asks for the page that the form came from, which the headers must let through."""
    browser = Browser(tmp_path, US)
    site = "https://desk.example"
    token = Html(browser.client.get("/orders/new", base_url=site).get_data(as_text=True)).fields["csrf_token"]
    sent = {**typed(US), "csrf_token": token}
    for referrer, status in ((f"{site}/orders/new", 200), ("https://elsewhere.example/", 400), (None, 400)):
        headers = {"Referer": referrer} if referrer else {}
        assert browser.client.post("/orders/review", data=sent, base_url=site, headers=headers).status_code == status


def test_a_form_may_be_left_open_for_a_day(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    assert browser.app.config["WTF_CSRF_TIME_LIMIT"] is None


def test_a_view_that_does_not_know_lost_sessions_is_not_called_for_one(tmp_path: Path) -> None:
    app = create_app(tmp_path, "us", lambda: NOW)
    called: list[str] = []

    @app.post("/new-route")
    def new_route() -> str:
        called.append("called")
        return ""

    assert app.test_client().post("/new-route").status_code == 400
    assert called == []
    app.extensions["desk"].engine.dispose()


# ------------------------------------------------------------------ looking changes nothing


def test_looking_changes_nothing(us: Browser) -> None:
    before = us.rows()
    for path in [*PAGES, "/nothing", "/preparations/2026-999999"]:
        us.client.get(path).close()
        us.client.head(path).close()
    us.review()
    us.post("/orders/new", typed(US))
    us.post("/preparations/search", {"name": "Rivera"})
    us.post("/calculator", {"height": "170"})
    assert us.rows() == before


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
        browser.client.get("/"),
        browser.client.get(f"/preparations/{number}"),
        browser.send("/preparations/search", {"name": SCRIPT}),
    ]
    for answer in answers:
        text = answer.get_data(as_text=True)
        assert not re.search(r"<script>|<img|<b>", text, re.I)
        assert "&lt;script&gt;" in text.lower()
        assert "49" not in Html(text).text.split("Preparations")[0]


def test_no_address_and_no_file_name_holds_a_patient(tmp_path: Path) -> None:
    browser = Browser(tmp_path, UK)
    patient = {"family": "Zzyzx", "given": "Qwerty", "nhs_number": "999 061 7406", "hospital_number": "HN-777"}
    shown = browser.review(**patient)
    answer = browser.save(shown)
    addresses = [answer.headers["Location"]]
    number = addresses[0].rsplit("/", 1)[1]
    printed = browser.send(f"/preparations/{number}/print/label", {"who": WHO[UK][0]})
    addresses.append(printed.headers["Location"])
    addresses.append(browser.client.get(addresses[1]).headers["Content-Disposition"])
    for page in (shown, browser.get(f"/preparations/{number}"), browser.get("/"), browser.post(
        "/preparations/search", {"name": "Zzyzx"}
    )):  # fmt: skip
        addresses += [href for href, _, _ in page.links] + page.actions
    assert not re.search("zzyzx|qwerty|999|hn-777|1980", " ".join(addresses), re.I)


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
    for path in ("/", "/orders/new", "/calculator", "/preparations/2026-000001", "/nothing"):
        text = browser.client.get(path).get_data(as_text=True)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|https?://", text), path
        assert re.findall(r"<script[^>]*>", text) == ['<script src="/static/desk.js" defer>']


def test_bytes_that_are_no_text_are_refused_and_not_a_fault(us: Browser) -> None:
    body = f"csrf_token={us.token()}&family=%FF%FE&given=%ED%A0%80".encode()
    kind = "application/x-www-form-urlencoded"
    assert us.client.post("/orders/review", data=body, content_type=kind).status_code == 422
    file = {"csrf_token": us.token(), "family": (io.BytesIO(b"x"), "x.txt")}
    assert us.client.post("/orders/review", data=file).status_code == 422
