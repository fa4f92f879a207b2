"""What a checker may see before they have worked it out: no page shows a figure of the plan, whichever way it is
asked for."""

import io
import shutil
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pypdf
import pytest
from finishing import SIGNED
from on_the_way import bring
from web_desk import AUDITOR, UK, US, Browser, plain, typed

from compounding.policy import Market
from compounding.workflow import State

NUMBER = "2026-000001"
"""The worked example: 1.82 m² × 0.8 = 1.46 mg, ÷ 0.25 = 5.84 mL of two vials of 3.6 mL, 44.16 mL of diluent beside
it, 1.36 mL or 0.34 mg discarded, 0.0292 mg/mL in the bag."""
ADDRESS = f"/preparations/{NUMBER}"
FIGURES = ("1.46", "1.456", "5.84", "2.24", "44.16", "1.36", "0.34", "0.0292", "2 vials", "vial 2", "0.8 mg/m²")
HIDDEN_IN_LOG = "Hidden until it is worked out afresh."
SAME_ORDER = typed(US, weight="81")  # of the same patient, day and cycle: perhaps the same order
OF_THE_NEW = ("0.8 mg/m²", "2 vials", "vial 2")
"""What stands on its own plan as well: √(170 × 81 ÷ 3600) = 1.96 m², × 0.8 = 1.57 mg, 6.28 mL of two vials."""
FORGED = {**SAME_ORDER, "changed_number": NUMBER, "changed_version": "0"}

PAGES: list[tuple[str, str, dict[str, str], int]] = [
    # how, where, with what, and what is answered
    ("GET", ADDRESS, {}, 200),
    ("GET", f"{ADDRESS}/check", {}, 200),
    ("GET", f"{ADDRESS}/end/reject", {}, 200),
    ("GET", f"{ADDRESS}/labels", {}, 403),
    ("GET", f"{ADDRESS}/wastes", {}, 403),
    ("GET", f"{ADDRESS}/rounding", {}, 403),
    ("GET", f"{ADDRESS}/prints/1.pdf", {}, 403),
    ("POST", f"{ADDRESS}/print/worksheet", {}, 403),
    ("POST", f"{ADDRESS}/scan", {"scan": "x"}, 409),
    ("GET", f"/orders/{NUMBER}/edit", {}, 403),
    ("POST", "/orders/review", FORGED, 403),
    ("POST", "/orders/new", FORGED, 403),
    ("POST", "/orders/save", FORGED, 403),
    ("POST", "/orders/review", SAME_ORDER, 200),
    ("GET", "/preparations", {}, 200),
    ("POST", "/preparations/search", {"number": NUMBER}, 200),
    ("GET", "/worklist", {}, 200),
    ("GET", "/worklist?show=check", {}, 200),
    ("GET", f"/audit/{NUMBER}", {}, 200),
    ("GET", f"/audit/{NUMBER}?show=signatures", {}, 200),
    ("POST", f"/audit/{NUMBER}/csv", {}, 200),
    ("POST", f"/audit/{NUMBER}/pdf", {}, 200),
    ("POST", "/audit/search", {"number": NUMBER}, 200),
    ("POST", "/audit/csv", {"number": NUMBER}, 200),
    ("GET", "/wastes", {}, 200),
]

Checks = Callable[[Market, str], Browser]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Market, Path]:
    """The worked example with its vials wetted; its worksheet was printed, and one reading did not agree."""
    return {market: wetted(tmp_path_factory.mktemp(market.value), market) for market in (US, UK)}


def wetted(home: Path, market: Market) -> Path:
    browser = Browser(home, market)
    bring(browser, NUMBER, State.RECONSTITUTED)
    assert browser.send(f"{ADDRESS}/print/worksheet", {}).status_code == 303
    browser.sign_in(VERIFIER[market])
    read = {"dose": "9", "volume": "8", "vials": "7", "volume_read": "6"} | ({} if market is US else {"mass_read": "5"})
    browser.post(f"{ADDRESS}/check", {**browser.get(f"{ADDRESS}/check").fields, **read})
    assert browser.status == 422
    browser.desk.engine.dispose()
    return home


VERIFIER = {US: "adeyemi", UK: "farouk"}
"""Who verified the order, and so has seen its plan once."""


@pytest.fixture
def desk_of(tmp_path: Path, made: Mapping[Market, Path]) -> Checks:
    places = count()

    def at(market: Market, user: str) -> Browser:
        home = shutil.copytree(made[market], tmp_path / str(next(places)))
        return Browser(home, market, user=user)

    return at


def answer(browser: Browser, how: str, where: str, sent: dict[str, str]) -> tuple[int, str]:
    """The status, and the text of whatever came: of a page its source, of a PDF its words."""
    asked: Any = browser.client.get(where) if how == "GET" else browser.send(where, sent)
    with asked as came:  # a file that is sent is closed with its answer
        data = came.get_data()
    if came.mimetype == "application/pdf":
        data = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages).encode()
    return came.status_code, plain(data.decode())


@pytest.mark.parametrize("user", ["lindqvist", "adeyemi"])
def test_nothing_that_a_checker_can_open_shows_a_figure_of_the_plan(desk_of: Checks, user: str) -> None:
    browser = desk_of(US, user)
    for how, where, sent, status in PAGES:
        got, text = answer(browser, how, where, sent)
        assert got == status, (where, text[:400])
        own = OF_THE_NEW if sent is SAME_ORDER else ()
        assert [one for one in FIGURES if one in text and one not in own] == [], where
        assert sent is not SAME_ORDER or f"Stored as {NUMBER}: RIVERA, Elena, born Aug 14, 1980, dose hidden" in text


def test_a_technician_who_checks_in_the_uk_is_as_blind(desk_of: Checks) -> None:
    browser = desk_of(UK, "mensah")
    for where, status in ((ADDRESS, 200), (f"{ADDRESS}/prints/1.pdf", 403), ("/worklist", 200), ("/preparations", 200)):
        got, text = answer(browser, "GET", where, {})
        assert (got, [one for one in FIGURES if one in text]) == (status, []), where


SEEN = [  # who cannot check it sees its plan on its page and in its timeline: preparer, technician in the US, auditor
    (US, "okafor"),
    (US, "park"),
    (US, AUDITOR[US]),
    (UK, "hughes"),
]


@pytest.mark.parametrize(("market", "user"), SEEN)
def test_whoever_cannot_check_it_sees_it(desk_of: Checks, market: Market, user: str) -> None:
    browser = desk_of(market, user)
    for where in (ADDRESS, f"/audit/{NUMBER}", "/worklist"):
        assert "1.46 mg" in answer(browser, "GET", where, {})[1], where
    assert browser.client.get(f"{ADDRESS}/prints/1.pdf").status_code == 200


def test_no_list_of_orders_shows_a_dose_that_is_worked_out_next(desk_of: Checks) -> None:
    """Whoever reads it: a screen is read by whoever passes."""
    for user in ("okafor", AUDITOR[US]):
        text = answer(desk_of(US, user), "GET", "/preparations", {})[1]
        assert "hidden" in text and "until checked" in text, user
        assert "1.46" not in text, user


def test_the_log_says_why_it_hides_a_value(desk_of: Checks) -> None:
    text = desk_of(US, "lindqvist").get(f"/audit/{NUMBER}").text
    assert HIDDEN_IN_LOG in text
    assert "In-process check stopped" in text  # who, when and what stay


def test_once_it_is_checked_everything_is_shown(desk_of: Checks) -> None:
    browser = desk_of(US, "lindqvist")
    form = browser.get(f"{ADDRESS}/check").fields
    read = {"dose": "1.46", "volume": "5.84", "vials": "2", "volume_read": "5.84"}
    shown = browser.post(f"{ADDRESS}/check", {**form, **read})
    assert browser.client.post(f"{ADDRESS}/check/sign", data={**shown.fields, **SIGNED}).status_code == 303
    for where in (ADDRESS, f"/audit/{NUMBER}", "/worklist", "/preparations"):
        assert "1.46 mg" in answer(browser, "GET", where, {})[1], where
    assert browser.client.get(f"{ADDRESS}/prints/1.pdf").status_code == 200


def test_a_refusal_says_what_comes_first(desk_of: Checks) -> None:
    page = desk_of(US, "lindqvist").get(f"{ADDRESS}/labels")
    assert f"You may check {NUMBER} now, so its figures are not shown to you before you have." in page.text
