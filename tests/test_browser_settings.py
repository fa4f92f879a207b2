"""The pages of settings in a real browser: by keyboard alone, and read by axe at both widths."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from test_browser_order import FAULTS, RULES, WIDE, ZOOMED
from web_desk import NOW, US, plain

from compounding import training
from compounding.records import Event, Person, put_setting
from compounding.web import create_app
from compounding.web.desk import EXTENSION


@pytest.fixture
def desk(tmp_path: Path, serve: Callable[[Any], str]) -> Iterator[tuple[str, Any]]:
    app = create_app(tmp_path, US.value, lambda: NOW)
    yield serve(app), app.extensions[EXTENSION].engine
    app.extensions[EXTENSION].engine.dispose()


def sign_in(page: Any, home: str, user: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{home}/sign-in")
    page.select_option("#workstation", index=1)
    page.fill("#user", user)
    page.fill("#secret", training.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/worklist")


def typed_in(page: Any, *keys: str) -> None:
    """Presses keys one after the other; a text longer than a key's name is typed."""
    for key in keys:
        (page.keyboard.press if key in ("Tab", "Space", "Enter", "ArrowDown") else page.keyboard.type)(key)


LIMIT = ("4", "Tab", "Space", "Tab", "Read in the label of March.", "Tab", training.PIN, "Enter")


def test_two_pharmacists_agree_by_keyboard_alone(page: Any, desk: tuple[str, Any]) -> None:
    """Enter in the secret presses the first button: to propose, and then to confirm."""
    home, _ = desk
    for user, state in (("lindqvist", "Waits for a second pharmacist"), ("adeyemi", "In force")):
        sign_in(page, home, user)
        page.goto(f"{home}/settings")
        page.get_by_role("link", name="Diluted bag, kept as “room”").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/settings/diluted_bag.room")
        page.locator("#hours").focus()
        with page.expect_navigation():
            typed_in(page, *LIMIT)
        assert plain(page.locator(".state .chip").inner_text()) == state
    assert "4 h, infusion included" in plain(page.locator(".pairs").inner_text())


def test_an_error_takes_focus_and_leads_to_its_box(page: Any, desk: tuple[str, Any]) -> None:
    home, _ = desk
    sign_in(page, home, "lindqvist")
    page.goto(f"{home}/settings/bsa_step")
    page.locator("#value").focus()
    typed_in(page, "0.2", "Tab", "A trial.", "Tab", training.PIN, "Enter")
    page.locator("#error-summary:focus").wait_for()
    page.locator("#error-summary a").press("Enter")
    assert page.evaluate("document.activeElement.id") == "value"
    assert page.input_value("#value") == "0.2"
    assert page.input_value("#signing_secret") == ""


def test_the_pages_pass_axe_and_need_no_sideways_scrolling(page: Any, desk: tuple[str, Any]) -> None:
    home, engine = desk
    put_setting(engine, "withdrawable", "3.6 mL", "proposed", Event(Person("adeyemi", "K. Adeyemi", "x"), "x", NOW))
    sign_in(page, home, "lindqvist")
    wrong = Event(Person("e", "E. Else", "pharmacist"), "setting changed", NOW)
    put_setting(engine, "bsa_step", "0.3 m²", "holds", wrong)
    fact = "confirmed.besponsa-us.regimen.interruption"
    for path in ("", "/adult.height.stop", "/withdrawable", "/diluted_bag.room", f"/{fact}", "/formula", "/bsa_step"):
        for size in (WIDE, ZOOMED):
            page.set_viewport_size(size)
            page.goto(f"{home}/settings{path}")
            _assert_sound(page, path)
    page.locator("button[value=hold]").click()  # with nothing typed
    page.locator("#error-summary").wait_for()
    _assert_sound(page, "errors")
    page.goto(f"{home}/calculator")
    assert "Nothing is planned or printed until this is mended" in page.inner_text("main")
    _assert_sound(page, "at fault")


def _assert_sound(page: Any, path: str) -> None:
    found = Axe().run(page, options=RULES)
    assert found.response["violations"] == [], (path, found.generate_report())
    assert page.evaluate(FAULTS) == [], path
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
