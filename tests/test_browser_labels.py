"""Labels, waste, recalls, codes and rounding in a real browser: by scanner and keyboard, and read by axe at both
widths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from on_the_way import bring, progress
from test_browser_order import WIDE, ZOOMED
from test_browser_settings import _assert_sound, sign_in
from web_desk import US, Browser, plain

from compounding import training
from compounding.scanning import own_code
from compounding.workflow import State
from compounding.workflow.progress import Fate

NUMBER = "2026-000001"
PATH = f"/preparations/{NUMBER}/labels"


@pytest.fixture
def desk(tmp_path: Path, serve: Callable[[Any], str]) -> Iterator[tuple[str, Browser]]:
    """A desk that listens, with a preparation whose drug is in the bag."""
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, State.DILUTED)
    yield serve(browser.app), browser
    browser.desk.engine.dispose()


def print_all(browser: Browser) -> None:
    assert browser.client.post(f"{PATH}/print", data=browser.get(PATH).fields).status_code == 303


def scanned(page: Any, text: str) -> None:
    """What a scanner does: it types into whatever has the focus, and ends with Enter."""
    with page.expect_navigation():
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    page.locator("#scanned:focus").wait_for()


def words(page: Any) -> str:
    return plain(page.inner_text("main"))


def test_three_labels_are_counted_by_scanner_alone(page: Any, desk: tuple[str, Browser]) -> None:
    """One key press prints them; then the field keeps the focus after each scan, the refused one as well."""
    home, browser = desk
    sign_in(page, home, "okafor")
    page.goto(f"{home}{PATH}")
    with page.context.expect_event("response", lambda answer: answer.url.endswith("/labels/1-3.pdf")) as printed:
        page.get_by_role("button", name="Print 3 labels").press("Enter")
    assert printed.value.headers["content-type"] == "application/pdf"
    page.goto(f"{home}{PATH}")
    scanned(page, own_code("2026-000002", "1"))
    assert page.locator("[role=alert]").inner_text().startswith("Stop")
    assert page.input_value("#scanned") == own_code("2026-000002", "1")  # to be read; the next scan replaces it
    for copy in (1, 2, 3):
        scanned(page, own_code(NUMBER, str(copy)))
    assert page.locator("[role=alert]").count() == 0
    assert "3 printed = 1 on the bag + 1 light cover + 1 specimen + 0 destroyed" in words(page)
    assert [one.fate for one in progress(browser, NUMBER).labels] == [Fate.APPLIED, Fate.LIGHT_COVER, Fate.SPECIMEN]


def destroyed(page: Any, home: str) -> None:
    page.goto(f"{home}{PATH}")
    page.get_by_role("button", name="Record it as destroyed").press("Enter")
    page.locator("#error-summary:focus").wait_for()


def stopped(page: Any, home: str) -> None:
    page.goto(f"{home}{PATH}")
    page.locator("#scanned:focus").wait_for()
    scanned(page, own_code("2026-000002", "1"))


def tried(page: Any, home: str) -> None:
    page.goto(f"{home}/scanner")
    scanned(page, "]d201003000801000111727113010TR4471A")


def searched(page: Any, home: str) -> None:
    page.goto(f"{home}/recalls")
    page.fill("#lot", "TR4471A")
    with page.expect_navigation():
        page.keyboard.press("Enter")


SHOWN: dict[str, Callable[[Any, str], Any]] = {
    "the labels": lambda page, home: page.goto(f"{home}{PATH}"),
    "a label of another preparation": stopped,
    "a copy destroyed by nobody": destroyed,
    "the waste of a preparation": lambda page, home: page.goto(f"{home}/preparations/{NUMBER}/wastes"),
    "the waste of a month": lambda page, home: page.goto(f"{home}/wastes"),
    "the recalls": searched,
    "the scanner": lambda page, home: page.goto(f"{home}/scanner"),
    "a scan": tried,
    "the codes": lambda page, home: page.goto(f"{home}/settings/codes"),
    "a rounding": lambda page, home: page.goto(f"{home}/preparations/2026-000002/rounding"),
}


def test_the_pages_pass_axe_and_need_no_sideways_scrolling(page: Any, desk: tuple[str, Browser]) -> None:
    home, browser = desk
    print_all(browser)
    code = {"scanned": "]d20100361234567890", "product": "besponsa-us", "signing_secret": training.PIN}
    assert browser.send("/settings/codes", code).status_code == 303
    browser.sign_in("adeyemi")
    lot = {"recalled_lot": "TR4471A", "recalled_product": "besponsa-us", "recall_reason": "Glass in a vial."}
    assert browser.send("/recalls/put", {**lot, "signing_secret": training.PIN}).status_code == 303
    for user in ("okafor", "lindqvist"):
        page.set_viewport_size({"width": 1280, "height": 800})
        sign_in(page, home, user)
        for name, show in SHOWN.items():
            if user == "lindqvist" and name != "the recalls":
                continue
            for width in (WIDE, ZOOMED):
                page.set_viewport_size(width)
                show(page, home)
                _assert_sound(page, f"{name}, {width['width']} wide")
