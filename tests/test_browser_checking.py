"""The worklist and the pages of whoever checks and releases in a real browser: by keyboard and scanner alone, and
read by axe at both widths."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from finishing import finish
from on_the_way import bring
from test_browser_order import FAULTS, RULES, WIDE, ZOOMED
from web_desk import US, Browser, plain

from compounding import training
from compounding.scanning import own_code
from compounding.workflow import State

WETTED, LABELLED = "2026-000001", "2026-000004"


@pytest.fixture
def desk(tmp_path: Path, serve: Callable[[Any], str]) -> Iterator[str]:
    """The worked example twice: with its vials wetted, and labelled."""
    browser = Browser(tmp_path, US)
    bring(browser, WETTED, State.RECONSTITUTED)
    answer = browser.save(browser.review(family="Holloway", given="Grace", mrn="00419102"))
    assert answer.headers["Location"].endswith(LABELLED)
    finish(browser, LABELLED, State.LABELLED)
    yield serve(browser.app)
    browser.desk.engine.dispose()


def sign_in(page: Any, home: str, user: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{home}/sign-in")
    page.select_option("#workstation", index=1)
    page.fill("#user", user)
    page.fill("#secret", training.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/worklist")


def scanned(page: Any, text: str) -> None:
    """What a scanner types, with the Enter that ends it, into whatever has the focus."""
    page.keyboard.type(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def typed(page: Any, *texts: str) -> None:
    """Into one box after the other, as Enter leads on."""
    for text in texts:
        page.keyboard.type(text)
        page.keyboard.press("Enter")


def test_a_scan_on_arrival_leads_to_a_check_that_first_disagrees(page: Any, desk: str) -> None:
    sign_in(page, desk, "lindqvist")
    scanned(page, "2026-000099")
    assert "There is no preparation 2026-000099." in page.inner_text("[role=alert]")
    scanned(page, f"{WETTED}")  # the field is free again, and has the focus
    page.wait_for_url(f"**/preparations/{WETTED}")
    page.goto(f"{desk}/preparations/{WETTED}/check")
    page.locator("#dose").focus()
    typed(page, "1.46", "5.84", "2", "5")
    with page.expect_navigation():
        page.keyboard.press("Enter")  # on the button, to which the last Enter led
    page.locator("#error-summary:focus").wait_for()
    page.locator("#error-summary a").press("Enter")
    assert page.evaluate("document.activeElement.id") == "volume_read"
    page.keyboard.press("Control+A")
    typed(page, "5.84")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("#signing_secret").focus()
    scanned(page, training.PIN)
    page.wait_for_url(f"**/preparations/{WETTED}")


def test_a_bag_is_checked_and_released_by_keyboard_and_scanner(page: Any, desk: str) -> None:
    sign_in(page, desk, "lindqvist")
    page.goto(f"{desk}/preparations/{LABELLED}/final")
    page.locator("#container").focus()
    for _ in range(5):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "scanned"
    page.keyboard.type(own_code(LABELLED, "1"))
    page.keyboard.press("Tab")
    scanned(page, training.PIN)
    page.wait_for_url(f"**/preparations/{LABELLED}")
    page.goto(f"{desk}/preparations/{LABELLED}/release")
    page.locator("#signing_secret").focus()
    scanned(page, training.PIN)
    page.wait_for_url(f"**/preparations/{LABELLED}")
    page.goto(f"{desk}/worklist")
    assert "Released" in plain(page.locator("tr", has_text="HOLLOWAY").inner_text())


def test_the_scan_of_a_label_does_not_send_the_final_check(page: Any, desk: str) -> None:
    """A scanner ends its code with Enter; there is a secret to type yet."""
    sign_in(page, desk, "lindqvist")
    page.goto(f"{desk}/preparations/{LABELLED}/final")
    page.locator("#scanned").focus()
    page.keyboard.type(own_code(LABELLED, "1"))
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "signing_secret"
    assert page.input_value("#scanned") == own_code(LABELLED, "1")


def test_the_pages_pass_axe_and_need_no_sideways_scrolling(page: Any, desk: str) -> None:
    sign_in(page, desk, "lindqvist")
    for path in (
        "/worklist",
        "/worklist?show=late",
        f"/preparations/{WETTED}/check",
        f"/preparations/{LABELLED}/final",
    ):
        for size in (WIDE, ZOOMED):
            page.set_viewport_size(size)
            page.goto(f"{desk}{path}")
            _assert_sound(page, path)
    page.locator("main .signing button").click()  # with nothing ticked
    page.locator("#error-summary").wait_for()
    _assert_sound(page, "nothing ticked")


def test_the_pages_after_a_reading_pass_axe(page: Any, desk: str) -> None:
    sign_in(page, desk, "lindqvist")
    for read, said in (("5", "Read it again"), ("5.84", "What agreed"), ("5", "Read again, and still apart")):
        page.goto(f"{desk}/preparations/{WETTED}/check")
        for name, text in {"dose": "1.46", "volume": "5.84", "vials": "2", "volume_read": read}.items():
            page.fill(f"#{name}", text)
        with page.expect_navigation():
            page.locator("main form button").first.click()
        assert said in page.inner_text("main")
        for size in (WIDE, ZOOMED):
            page.set_viewport_size(size)
            _assert_sound(page, said)


def _assert_sound(page: Any, path: str) -> None:
    found = Axe().run(page, options=RULES)
    assert found.response["violations"] == [], (path, found.generate_report())
    assert page.evaluate(FAULTS) == [], path
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
