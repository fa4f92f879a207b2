"""Signing in, the account and the staff in a real browser: by keyboard alone, and by the rules of WCAG."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from keyboard import by_keyboard, tab_to
from test_browser_order import FOCUSED, ZOOMED, assert_sound, press, words
from web_desk import NOW

from compounding import training
from compounding.web import create_app


@dataclass
class Served:
    """A desk that listens, and its clock."""

    address: str
    now: Any


@pytest.fixture
def desk(tmp_path: Path, made: Path, serve: Callable[[Any], str]) -> Iterator[Served]:
    clock = [NOW]
    app = create_app(shutil.copytree(made, tmp_path / "home"), "us", lambda: clock[0])
    yield Served(serve(app), clock)
    app.extensions["desk"].engine.dispose()


def sign_in(page: Any, desk: Served, user: str) -> None:
    page.goto(f"{desk.address}/sign-in")
    page.locator("#workstation").select_option("Cabinet 2")
    page.locator("#user").fill(user)
    page.locator("#secret").fill(training.PASSWORD)
    press(page, "Sign in")


def factor(page: Any, desk: Served) -> str:
    """Begins a second factor; its secret, as the page shows it."""
    page.goto(f"{desk.address}/account")
    page.locator("#enrol-own_secret").fill(training.PASSWORD)
    press(page, "Set up a second factor")
    return str(page.locator(".secret-text").inner_text()).replace(" ", "")


# ------------------------------------------------------------------ by keyboard alone


def test_signing_in_and_out_by_keyboard_alone(page: Any, desk: Served) -> None:
    page.goto(f"{desk.address}/orders/new")
    assert page.url.endswith("/sign-in?next=/orders/new")
    by_keyboard(page, {"workstation": "Cabinet 2", "user": "okafor", "secret": training.PASSWORD})
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/new")
    assert "R. Okafor" in page.locator(".bar-site").inner_text()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Sign out":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")
    page.goto(f"{desk.address}/orders/new")
    assert page.url.endswith("/sign-in?next=/orders/new")


def test_a_wrong_password_leads_to_its_box(page: Any, desk: Served) -> None:
    page.goto(f"{desk.address}/sign-in")
    by_keyboard(page, {"workstation": "Cabinet 2", "user": "okafor", "secret": "not the password"})
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "secret"
    assert page.locator("#user").input_value() == "okafor"
    assert page.locator("#secret").input_value() == ""


def test_a_locked_desk_opens_by_a_pin_and_keeps_what_was_typed(page: Any, desk: Served) -> None:
    sign_in(page, desk, "okafor")
    page.goto(f"{desk.address}/calculator")
    page.locator("#height").fill("171")
    desk.now[0] += timedelta(minutes=20)
    press(page, "Calculate")
    assert "Still you?" in words(page)
    by_keyboard(page, {"unlock_secret": training.PIN})
    tab_to(page, "Go on")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/calculator")
    assert page.locator("#height").input_value() == "171"


def test_a_second_factor_is_set_up_by_keyboard_alone(page: Any, desk: Served) -> None:
    sign_in(page, desk, "okafor")
    secret = factor(page, desk)
    by_keyboard(page, {"own_secret": training.PASSWORD, "new_code": pyotp.TOTP(secret).at(desk.now[0])})
    page.keyboard.press("Enter")
    page.wait_for_url("**/account?done=confirm")
    assert "Your second factor is set" in words(page)


def test_an_account_is_opened_by_keyboard_alone(page: Any, desk: Served) -> None:
    sign_in(page, desk, "castellan")
    page.goto(f"{desk.address}/staff/new")
    first = "grey gloves, warm bread"
    typed = {"user": "novak", "name": "E. Novak", "role": "auditor", "new_secret": first, "again_secret": first}
    by_keyboard(page, typed)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/novak?done=opened")
    assert page.locator("h1").inner_text() == "E. Novak"


# ------------------------------------------------------------------ every page in every state


def _locked(page: Any, desk: Served) -> None:
    sign_in(page, desk, "okafor")
    desk.now[0] += timedelta(minutes=20)
    page.goto(f"{desk.address}/calculator")


def _ended(page: Any, desk: Served) -> None:
    sign_in(page, desk, "okafor")
    page.goto(f"{desk.address}/calculator")
    page.context.clear_cookies()
    press(page, "Calculate")


def _as(user: str, path: str, button: str = "") -> Callable[[Any, Served], None]:
    def state(page: Any, desk: Served) -> None:
        sign_in(page, desk, user)
        page.goto(desk.address + path)
        if button:
            press(page, button)

    return state


def _factor_set(page: Any, desk: Served) -> None:
    sign_in(page, desk, "okafor")
    page.locator("body").wait_for()
    secret = factor(page, desk)
    page.locator("#confirm-own_secret").fill(training.PASSWORD)
    page.locator("#confirm-new_code").fill(pyotp.TOTP(secret).at(desk.now[0]))
    press(page, "Set second factor")


def _enrolling(page: Any, desk: Served) -> None:
    sign_in(page, desk, "okafor")
    factor(page, desk)


STATES: dict[str, Callable[[Any, Served], None]] = {
    "the sign-in": lambda page, desk: page.goto(f"{desk.address}/sign-in"),
    "the sign-in with errors": lambda page, desk: (page.goto(f"{desk.address}/sign-in"), press(page, "Sign in"))[0],
    "a locked page": _locked,
    "a form whose session ended": _ended,
    "the account": _as("okafor", "/account"),
    "the account with errors": _as("okafor", "/account", "Change password"),
    "a second factor begun": _enrolling,
    "a second factor set": _factor_set,
    "the staff": _as("castellan", "/staff"),
    "the staff, for an auditor": _as("whitfield", "/staff"),
    "a new account": _as("castellan", "/staff/new"),
    "a new account with errors": _as("castellan", "/staff/new", "Open the account"),
    "an account": _as("castellan", "/staff/okafor"),
    "an account that is changed to nothing": _as("castellan", "/staff/okafor", "Change the account"),
    "an account reset with errors": _as("castellan", "/staff/okafor", "Reset password"),
    "one's own in the staff": _as("castellan", "/staff/castellan"),
    "an account, for an auditor": _as("whitfield", "/staff/okafor"),
    "a page for another role": _as("okafor", "/staff"),
}


@pytest.mark.parametrize("state", STATES)
def test_a_page_is_sound(page: Any, desk: Served, state: str) -> None:
    STATES[state](page, desk)
    assert_sound(page)
    has_summary = page.locator(".summary").count()
    assert page.title().startswith("Error: ") == bool(has_summary) == ("errors" in state or "nothing" in state)


@pytest.mark.parametrize("state", ["the sign-in", "the account", "an account", "a second factor begun"])
def test_what_has_focus_is_seen_at_twice_the_size(page: Any, desk: Served, state: str) -> None:
    STATES[state](page, desk)
    page.set_viewport_size(ZOOMED)
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["end"]:
            return
        assert focused["ring"] and focused["seen"], focused["name"]
    raise AssertionError("the way through the page has no end")
