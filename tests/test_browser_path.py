"""A preparation in a real browser, by keyboard and a scanner that types; and clocks that run on by themselves."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from keyboard import focus
from path_desk import ADDRESS, NUMBER, Bench, vial
from test_browser_order import FAULTS, RULES, WIDE, ZOOMED
from web_desk import US, plain

from compounding import records, training

SPOKEN = "[data-announce]"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    desk = Bench(tmp_path, US)
    desk.verify(NUMBER)
    return desk


@pytest.fixture
def open_(bench: Bench, page: Any, serve: Callable[[Any], str]) -> Callable[[], Any]:
    """Signs R. Okafor in and opens the page of the preparation."""

    def opened() -> Any:
        open_as_okafor(page, serve(bench.app))
        return page

    return opened


def scan(page: Any, text: str) -> None:
    """A scanner is a keyboard that ends with Enter."""
    page.keyboard.insert_text(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_vials_are_picked_by_scanner_and_enter_alone(bench: Bench, open_: Callable[[], Any]) -> None:
    page = open_()
    assert focus(page) == "scan"
    scan(page, vial(1))
    assert (page.inner_text("h2.path-title"), focus(page)) == ("Scan vial 2 of 2", "scan")
    scan(page, vial(2, gtin="00300084510014"))
    assert page.inner_text(".path-stop h2") == "Stop: this is another drug"
    assert page.locator(".path-stop").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(163, 20, 27)"
    assert (focus(page), page.input_value("#scan")) == ("scan", "")
    scan(page, vial(2))
    assert page.locator(".path-stop").count() == 0
    assert page.inner_text("h2.path-title") == "Scan the Sterile Water for Injection, USP"
    assert [one.serial for one in bench.standing.materials] == ["2200801", "2200802"]


def test_lot_and_expiry_are_typed_twice_by_keyboard_alone(bench: Bench, open_: Callable[[], Any]) -> None:
    bench.scan(vial(1))
    bench.scan(vial(2))
    page = open_()
    assert focus(page) == "scan"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Type lot and expiry twice"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert focus(page) == "maker"
    page.keyboard.type("Example Fluids")
    page.keyboard.press("Enter")  # on to the next box
    for round_ in (1, 2):
        assert focus(page) == "lot", round_
        page.keyboard.type("TR-W-2291")
        page.keyboard.press("Enter")
        page.keyboard.type("Jan")
        page.keyboard.press("Enter")
        page.keyboard.type("31")
        page.keyboard.press("Enter")
        page.keyboard.type("2028")
        page.keyboard.press("Enter")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    assert [one.lot for one in bench.standing.materials][-1] == "TR-W-2291"
    assert focus(page) == "scan"


def test_a_vial_is_wetted_by_enter_and_the_clocks_start(bench: Bench, open_: Callable[[], Any]) -> None:
    bench.pick()
    page = open_()
    assert (page.locator(".path-clock").count(), focus(page)) == (0, "scan")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert len(bench.standing.moments) == 1
    assert page.locator(".path-time").all_inner_texts() == ["13:00", "15:00", "16:00", "17:00"]


def test_the_boxes_for_an_earlier_time_open_by_keyboard(bench: Bench, open_: Callable[[], Any]) -> None:
    bench.pick()
    bench.later(minutes=10)
    page = open_()
    assert not page.is_visible("#at")
    page.focus(".earlier summary")
    page.keyboard.press("Enter")
    page.fill("#at", "09:01")
    page.fill("#late_reason", "Gloves on")
    with page.expect_navigation():
        page.press("#late_reason", "Enter")
    assert bench.standing.moments[0].late_reason == "Gloves on"


# First vial at 09:00: at 12:30 half an hour is left to dilute, and at 13:01 it has passed.
RUNS = [
    (timedelta(hours=3, minutes=29), "31 min left", "", ""),
    (timedelta(hours=3, minutes=30), "30 min left", "soon", "Dilute by, 13:00: 30 min left."),
    (timedelta(hours=4), "last minute", "soon", "Dilute by, 13:00: last minute."),
    (timedelta(hours=4, minutes=1), "passed 1 min ago", "late", "Dilute by, 13:00: passed 1 min ago."),
]


@pytest.mark.parametrize(("after", "left", "look", "spoken"), RUNS)
def test_a_clock_runs_on_turns_and_is_said_once(
    bench: Bench, open_: Callable[[], Any], page: Any, after: timedelta, left: str, look: str, spoken: str
) -> None:
    page.clock.install()
    bench.pick()
    bench.wet()
    page = open_()
    first = page.locator(".path-clock").first
    assert first.locator("[data-left]").inner_text() == "4 h left"
    assert page.inner_text(SPOKEN) == ""
    page.clock.fast_forward(int(after.total_seconds()) * 1000)
    assert first.locator("[data-left]").inner_text() == left
    assert look in first.get_attribute("class").split() or not look
    assert page.inner_text(SPOKEN) == spoken
    hour, minute = divmod(9 * 60 + int(after.total_seconds()) // 60, 60)
    assert page.inner_text("[data-now]") == f"{hour:02d}:{minute:02d}"
    page.evaluate(f"document.querySelector('{SPOKEN}').textContent = ''")
    page.clock.fast_forward(10_000)
    assert page.inner_text(SPOKEN) == ""


def assert_sound(page: Any, what: str) -> None:
    """What axe finds, what this desk asks besides, and no scrolling sideways."""
    found = Axe().run(page, options=RULES)
    assert found.response["violations"] == [], (what, found.generate_report())
    assert page.evaluate(FAULTS) == [], what
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), what


@pytest.mark.parametrize("size", [WIDE, ZOOMED], ids=["1280", "640"])
def test_the_pages_are_sound(bench: Bench, open_: Callable[[], Any], page: Any, size: dict[str, int]) -> None:
    """Picking with a stop, a true time with its errors, amber and passed clocks, what is left to reject."""
    page.set_viewport_size(size)
    page = open_()
    scan(page, "hello")
    assert_sound(page, "a stop")
    home = page.url.partition("/preparations")[0]
    page.goto(f"{home}{ADDRESS}/type/drug")
    assert_sound(page, "typing")
    bench.pick()
    page.goto(f"{home}{ADDRESS}")
    page.click(".earlier summary")
    page.fill("#at", "25:00")
    with page.expect_navigation():
        page.click("text=Vial 1 wetted now")
    assert focus(page) == "error-summary"
    assert_sound(page, "a time that is none")
    bench.wet()
    bench.check()
    bench.later(hours=3, minutes=45)
    open_as_okafor(page, home)
    assert page.locator(".path-clock.soon").count() == 1
    assert_sound(page, "amber")
    bench.later(minutes=16)
    bench.sign_in("okafor")
    bench.act("add-drug")
    open_as_okafor(page, home)
    assert page.inner_text("h2.path-title") == "Reject the preparation"
    assert_sound(page, "nothing but to reject")
    page.click("text=Reject the preparation >> nth=-1")
    assert_sound(page, "rejecting")


def open_as_okafor(page: Any, home: str) -> None:
    """Opens the page of the preparation as R. Okafor, whoever was here before."""
    page.context.clear_cookies()
    page.goto(f"{home}/sign-in")
    page.fill("[name=user]", "okafor")
    page.fill("[name=secret]", training.PASSWORD)
    page.select_option("[name=workstation]", index=1)
    page.click("main button[type=submit]")
    page.goto(f"{home}{ADDRESS}")


# ------------------------------------------------------------------ two tabs

NAMESAKE = "2026-000004"
"""The same name and date of birth, another number and weight: √(170 × 80 ÷ 3600) = 1.94 m², × 0.8 = 1.55 mg."""


@pytest.fixture
def tabs(bench: Bench, open_: Callable[[], Any]) -> tuple[Any, Any]:
    """The pages of two patients of one name, both open for one person; the one of the newer was opened last."""
    changes = {"weight": "80", "mrn": "00417353", "ordered_dose": "1.55"}
    assert bench.save(bench.review(**changes)).headers["Location"].endswith(NAMESAKE)
    bench.verify(NAMESAKE, weight="80", dose="1.55")
    first = open_()
    second = first.context.new_page()
    second.goto(first.url.replace(NUMBER, NAMESAKE))
    assert plain(second.inner_text(".banner-name")) == plain(first.inner_text(".banner-name"))
    return first, second


def materials(bench: Bench) -> dict[str, list[str | None]]:
    """The serials of what is recorded for each of the two."""
    found = {number: records.standing(bench.desk.engine, number) for number in (NUMBER, NAMESAKE)}
    return {number: [one.serial for one in known.materials] for number, known in found.items() if known is not None}


def test_a_scan_goes_to_the_patient_whose_tab_it_is_made_in(bench: Bench, tabs: tuple[Any, Any]) -> None:
    first, second = tabs
    scan(first, vial(1))
    assert materials(bench) == {NUMBER: ["2200801"], NAMESAKE: []}
    scan(second, vial(2))
    assert materials(bench) == {NUMBER: ["2200801"], NAMESAKE: ["2200802"]}
    scan(second, vial(1))  # the one that is the other's
    assert f"{NUMBER}" in second.inner_text(".path-stop")
    assert materials(bench) == {NUMBER: ["2200801"], NAMESAKE: ["2200802"]}


def test_a_tab_whose_order_moved_on_posts_to_nobody(bench: Bench, tabs: tuple[Any, Any]) -> None:
    """Everything was picked in another tab, and the one left behind scans one more."""
    first, _ = tabs
    bench.pick()
    scan(first, vial(3))
    assert f"{NUMBER} is materials recorded by now" in first.inner_text(".path-stop")
    assert materials(bench)[NAMESAKE] == []
    assert [one for one in materials(bench)[NUMBER] if one] == ["2200801", "2200802"]


def test_a_form_sent_to_the_namesakes_address_is_taken_by_neither(bench: Bench, tabs: tuple[Any, Any]) -> None:
    first, _ = tabs
    moved = f"form => {{ form.action = form.action.replace('{NUMBER}', '{NAMESAKE}'); }}"
    first.locator(".path-next form").evaluate(moved)
    scan(first, vial(1))
    assert f"This page was opened for another preparation than {NAMESAKE}" in first.inner_text(".path-stop")
    assert materials(bench) == {NUMBER: [], NAMESAKE: []}
