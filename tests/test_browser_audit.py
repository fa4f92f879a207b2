"""The pages of the log in a real browser: by keyboard alone, at 200 % zoom, on paper, and to those who do not see."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from audit_story import NUMBER, story
from axe_playwright_python.sync_playwright import Axe
from keyboard import tab_to
from web_desk import AUDITOR, US, Browser, plain

from compounding import training
from compounding.records import head

WIDE, ZOOMED = {"width": 1280, "height": 800}, {"width": 640, "height": 400}  # 1280 × 800 at 200 %
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
PAGES = ["/audit", f"/audit/{NUMBER}", f"/audit/{NUMBER}?show=views"]


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Browser]:
    """A desk with a story, that nobody is signed in to."""
    browser = Browser(tmp_path / "home", US, user=None)
    story(browser)
    yield browser
    browser.desk.engine.dispose()


@pytest.fixture
def address(told: Browser, page: Any, serve: Callable[[Any], str]) -> str:
    """Where the desk answers, the auditor signed in at the page."""
    found = serve(told.app)
    page.goto(f"{found}/sign-in")
    page.locator("[name=workstation]").select_option(training.SITES[US].workstations[-1])
    page.locator("[name=user]").fill(AUDITOR[US])
    page.locator("[name=secret]").fill(training.PASSWORD)
    press(page, "Sign in")
    return found


def press(page: Any, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def words(page: Any) -> str:
    return plain(page.inner_text("body"))


def test_by_keyboard_alone_the_log_is_searched_followed_and_compared(told: Browser, page: Any, address: str) -> None:
    page.goto(f"{address}/audit")
    tab_to(page, "name")
    page.keyboard.type("rivera")
    tab_to(page, "action")
    page.keyboard.type("Order changed")  # chooses in the list
    with page.expect_navigation():
        tab_to(page, "Search")
        page.keyboard.press("Enter")
    assert "Weight 77 kg → became 70 kg" in words(page)
    assert "rivera" not in page.url
    with page.expect_navigation():
        tab_to(page, NUMBER)
        page.keyboard.press("Enter")
    assert page.url == f"{address}/audit/{NUMBER}"
    with page.expect_navigation():
        tab_to(page, "Check the chain now")
        page.keyboard.press("Enter")
    assert "Whole at the check of" in words(page)
    newest = head(told.desk.engine)
    assert newest is not None
    number, _, characters = newest.code.partition(" ")
    tab_to(page, "entry")
    page.keyboard.type(number)
    tab_to(page, "characters")
    page.keyboard.type(characters.lower())
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert f"Same. Entry {number} of the log gives this code." in words(page)
    with page.expect_navigation():
        tab_to(page, "Changes 1")
        page.keyboard.press("Enter")
    assert "Order changed" in words(page) and "Order entered" not in words(page)


def test_files_come_by_their_buttons(page: Any, address: str) -> None:
    page.goto(f"{address}/audit/{NUMBER}")
    names = {}
    for button in ("Export CSV", "Export PDF"):
        with page.expect_download() as download:
            page.get_by_role("button", name=button, exact=True).click()
        names[button] = download.value.suggested_filename
    assert names == {"Export CSV": f"timeline-{NUMBER}.csv", "Export PDF": f"timeline-{NUMBER}.pdf"}


def test_an_error_takes_focus_and_leads_to_its_field(page: Any, address: str) -> None:
    page.goto(f"{address}/audit/{NUMBER}")
    page.locator("[name=entry]").fill("12")
    page.locator("[name=characters]").fill("V6RB")
    press(page, "Compare")
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "characters"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", [WIDE, ZOOMED], ids=["wide", "zoomed"])
def test_readers_find_their_way_and_nothing_runs_over_the_edge(
    page: Any, address: str, path: str, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)
    page.goto(f"{address}{path}")
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@pytest.mark.parametrize("path", PAGES)
def test_what_is_pressed_is_large_enough(page: Any, address: str, path: str) -> None:
    """44 px, the target size of the design."""
    page.goto(f"{address}{path}")
    small = page.evaluate(
        """[...document.querySelectorAll("main a, main button, main input:not([type=hidden]), main select")]
        .map(e => [e.textContent.trim() || e.name, e.getBoundingClientRect()])
        .filter(([name, box]) => box.height < 44 || box.width < 44)
        .map(([name, box]) => `${name}: ${box.width} × ${box.height}`)"""
    )
    assert small == []


def test_on_paper_the_story_stays_and_the_buttons_go(page: Any, address: str) -> None:
    page.goto(f"{address}/audit/{NUMBER}")
    page.emulate_media(media="print")
    shown = words(page)
    assert "Order changed" in shown and "Not checked yet" in shown
    for button in ("Export CSV", "Export PDF", "Check the chain now", "Compare"):
        assert not page.get_by_role("button", name=button, exact=True).is_visible(), button
