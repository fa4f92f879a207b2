"""The pages in a real browser: by keyboard alone, at 200 % zoom, on paper, and to those who do not see them."""

import io
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import listening
from keyboard import by_keyboard, tab_to
from pypdf import PdfReader
from web_desk import AFRESH, NOW, UK, US, WHO, on, plain, typed

from compounding import training
from compounding.policy import Market
from compounding.web import create_app

WIDE, ZOOMED = {"width": 1280, "height": 800}, {"width": 640, "height": 400}  # 1280 × 800 at 200 %
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    # Every element of a violation is told. Of each rule that passes one is enough: to tell all takes most of the time.
    "resultTypes": ["violations"],
}


@dataclass(frozen=True)
class Made:
    """What a desk keeps, with the invented orders in it, and the cookies of whoever is signed in at each."""

    home: Path
    cookies: list[Any]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Made:
    """Made once, with a technician and then a pharmacist who verifies the first order, and copied for each test."""
    home = tmp_path_factory.mktemp("home")
    context = browser.new_context()
    page = context.new_page()
    for market in Market:
        app = create_app(home, market.value, lambda: NOW)
        with listening(app) as address:
            sign_in(page, address, WHO[market][1])
            verify(page, f"{address}/preparations/2026-000001")
            sign_in(page, address, WHO[market][0])
        app.extensions["desk"].engine.dispose()
    cookies = context.cookies()
    context.close()
    return Made(home, cookies)


@pytest.fixture
def page(page: Any, made: Made) -> Any:
    """A technician is signed in."""
    page.context.add_cookies(made.cookies)
    return page


@pytest.fixture
def desks(tmp_path: Path, made: Made, serve: Callable[[Any], str]) -> Iterator[dict[Market, str]]:
    home = shutil.copytree(made.home, tmp_path / "home")
    apps = {market: create_app(home, market.value, lambda: NOW) for market in Market}
    yield {market: serve(app) for market, app in apps.items()}
    for app in apps.values():
        app.extensions["desk"].engine.dispose()


def sign_in(page: Any, address: str, user: str) -> None:
    """Signs somebody in, in place of whoever was."""
    page.context.clear_cookies(name=f"desk_{'us' if user in WHO[US] else 'uk'}")
    page.goto(f"{address}/sign-in")
    fill(page, {"user": user, "secret": training.PASSWORD})
    page.locator("[name=workstation]").select_option(index=1)
    press(page, "Sign in")


def verify(page: Any, preparation: str, **afresh: str) -> None:
    """Verifies an order as its pharmacist does."""
    page.goto(f"{preparation}/verify")
    fill(page, {**AFRESH, **afresh})
    press(page, "Compare with the order")
    if page.locator("#signing_secret").count():
        fill(page, {"signing_secret": training.PIN})
        press(page, "Sign the verification")


def fill(page: Any, values: Mapping[str, str]) -> None:
    """Fills the boxes of a form by their names."""
    for name, text in values.items():
        box = page.locator(f"[name={name}]:not([type=hidden])").first
        kind = box.evaluate("box => box.type")
        if kind == "radio":
            page.locator(f"[name={name}][value='{text}']").check()
        elif kind == "select-one":
            box.select_option(text)
        else:
            box.fill(text)


def review(page: Any, address: str, market: Market, **changes: str | None) -> None:
    page.goto(f"{address}/orders/new")
    fill(page, typed(market, **changes))
    press(page, "Review the plan")


def press(page: Any, name: str) -> None:
    """Presses a button, and waits for the page that it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def words(page: Any) -> str:
    return plain(page.inner_text("body"))


# ------------------------------------------------------------------ by keyboard alone


@pytest.mark.parametrize("market", list(Market))
def test_an_order_goes_from_entry_to_its_label_by_keyboard_alone(
    page: Any, desks: dict[Market, str], market: Market
) -> None:
    page.goto(f"{desks[market]}/orders/new")
    order = typed(market, ordered_dose="1.46")
    months = {"3": "Mar", "8": "Aug"}
    by_keyboard(page, {name: months[text] if name.endswith("month") else text for name, text in order.items()})
    tab_to(page, "Review the plan")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/review")
    assert page.locator(".banner-amount").inner_text() == "1.46\u00a0mg"
    assert "Body surface 1.82 m² Mosteller" in words(page)
    assert "Withdraw 5.84 mL" in words(page)

    by_keyboard(page, {"signing_secret": training.PIN})
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Sign and save"
    page.keyboard.press("Enter")
    page.wait_for_url("**/preparations/2026-*")
    assert "Print after the order is verified." in words(page)

    address = page.url
    sign_in_by_keyboard(page, desks[market], WHO[market][1])
    page.goto(address)
    tab_to(page, "Verify this order")
    page.keyboard.press("Enter")
    page.wait_for_url("**/verify")
    by_keyboard(page, AFRESH)
    tab_to(page, "Compare with the order")
    page.keyboard.press("Enter")
    page.wait_for_selector("#signing_secret")
    by_keyboard(page, {"signing_secret": training.PIN})
    page.keyboard.press("Enter")
    page.wait_for_url("**/preparations/2026-*")

    sign_in_by_keyboard(page, desks[market], WHO[market][0])
    page.goto(address)
    tab_to(page, "Print worksheet")
    with page.context.expect_event("response", lambda answer: answer.url.endswith("/prints/1.pdf")) as printed:
        page.keyboard.press("Enter")
    assert printed.value.status == 200
    assert printed.value.headers["content-type"] == "application/pdf"


def sign_in_by_keyboard(page: Any, address: str, user: str) -> None:
    """Signs out whoever was signed in, then somebody else in."""
    tab_to(page, "Sign out")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")
    by_keyboard(page, {"user": user, "secret": training.PASSWORD})
    page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.name") == "code":  # only for whoever set one up
        page.keyboard.press("Tab")
    if page.locator("[name=workstation]").input_value() == "":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/worklist")


def test_a_weight_in_pounds_is_stopped_by_the_second_person(page: Any, desks: dict[Market, str]) -> None:
    """By keyboard: whoever entered it is no verifier, whatever their role; 70 kg typed as 154 stops, 70 goes on."""
    address = desks[US]
    page.goto(f"{address}/preparations/2026-000002/verify")
    assert "A technician may not verify orders." in words(page)

    sign_in_by_keyboard(page, address, "lindqvist")
    review(page, address, US)
    by_keyboard(page, {"signing_secret": training.PIN})
    page.keyboard.press("Enter")
    page.wait_for_url("**/preparations/2026-000004")
    assert page.get_by_role("link", name="Verify this order").count() == 0
    page.goto(f"{address}/preparations/2026-000004/verify")
    assert "Whoever entered the order may not do this: it needs another person." in words(page)

    sign_in_by_keyboard(page, address, "adeyemi")
    page.goto(f"{address}/preparations/2026-000004")
    tab_to(page, "Verify this order")
    page.keyboard.press("Enter")
    page.wait_for_url("**/verify")
    by_keyboard(page, {**AFRESH, "weight": "154"})
    tab_to(page, "Compare with the order")
    page.keyboard.press("Enter")
    page.wait_for_selector(".summary")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    assert "Weight: The order says 70 kg, and you typed 154 kg." in words(page)
    assert page.locator(".banner-amount").inner_text() == "hidden"
    page.locator(".summary a").press("Enter")
    assert page.evaluate("document.activeElement.id") == "weight"
    page.keyboard.press("Control+A")
    page.keyboard.type("70")
    tab_to(page, "Compare with the order")
    page.keyboard.press("Enter")
    page.wait_for_selector("#signing_secret")
    by_keyboard(page, {"signing_secret": training.PIN})
    page.keyboard.press("Enter")
    page.wait_for_url("**/preparations/2026-000004")
    assert "Order verified" in words(page)
    assert "order verification stopped K. Adeyemi, pharmacist" in words(page)


def test_the_summary_takes_focus_and_leads_to_the_fields(page: Any, desks: dict[Market, str]) -> None:
    review(page, desks[US], US, height="1,70", cycle="", day=None)
    for name in ("height", "cycle", "day"):
        page.wait_for_function("document.activeElement.id === 'error-summary'")
        page.locator(f".summary a[href='#{name}']").press("Enter")
        assert page.evaluate("document.activeElement.id") == name
        page.locator("#error-summary").focus()
    assert page.title() == "Error: New order – TRAINING"


LONG = {
    "family": "Wolfeschlegelsteinhausenbergerdorff-Okonkwo",
    "given": "Maximiliana Fitzgerald-Abercrombie",
    "mrn": "ABCDEFGHIJ0123456789",
    "location": "Haematology day unit and infusion suite",
}
# Of the field in which the focus is: where its label, hint, message and box are, and what lies over the page's top.
IN_VIEW = """() => {
  const box = document.activeElement, field = box.closest('.field');
  const parts = [...field.querySelectorAll(':scope > :is(label, legend, .hint, .message, .entry, .date, .choices)')];
  const tops = [...document.querySelectorAll('.strip, .banner')].filter(e => getComputedStyle(e).position === 'sticky');
  return {
    parts: parts.map(part => part.getBoundingClientRect()).map(({top, bottom}) => [top, bottom]),
    above: Math.max(...tops.map(e => e.getBoundingClientRect().bottom)),
    below: innerHeight,
  };
}"""


@pytest.mark.parametrize("size", [WIDE, ZOOMED])
def test_a_link_of_the_summary_brings_label_hint_and_message_into_view(
    page: Any, desks: dict[Market, str], size: dict[str, int]
) -> None:
    """Below a banner that a long name makes higher than any other."""
    page.set_viewport_size(size)
    wrong = {"height": "1,70", "cycle": "two", "day": None, "prescriber": "", **on("height_measured", 31, 2, 2026)}
    review(page, desks[US], US, **LONG, **wrong, blasts="12,400", own_level="0.6")
    links = page.locator(".summary a")
    assert links.count() == 7
    for number in range(links.count()):
        links.nth(number).press("Enter")
        assert page.evaluate("document.activeElement.id") == links.nth(number).get_attribute("href")[1:]
        seen = page.evaluate(IN_VIEW)
        assert len(seen["parts"]) >= 3
        for top, bottom in seen["parts"]:
            assert seen["above"] <= top < bottom <= seen["below"], (number, seen)


def test_a_scanner_that_ends_a_number_with_enter_does_not_send_the_order(page: Any, desks: dict[Market, str]) -> None:
    page.goto(f"{desks[US]}/orders/new")
    page.locator("#mrn").focus()
    page.keyboard.type("00417352\n")
    assert page.evaluate("document.activeElement.id") == "give_on_month"
    page.locator("#cycle").focus()
    page.keyboard.type("2\n")
    assert page.evaluate("document.activeElement.id") == "day"
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "response"
    page.locator("#third_cycle_reason").press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "Review the plan"
    assert page.url.endswith("/orders/new")
    assert page.locator("#mrn").input_value() == "00417352"
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/review")


def test_enter_in_the_words_of_an_answer_saves_and_does_not_change_the_order(
    page: Any, desks: dict[Market, str]
) -> None:
    review(page, desks[US], US, blasts="12400")
    with page.expect_navigation():
        page.locator("#finding_0_words").press("Enter")
    assert page.url.endswith("/orders/save")


def test_after_back_the_form_is_empty_and_says_so(page: Any, desks: dict[Market, str]) -> None:
    page.goto(f"{desks[US]}/orders/new")
    said = page.get_by_text("This form is empty")
    assert not said.is_visible()
    review(page, desks[US], US)
    page.go_back()
    assert page.locator("#family").input_value() == ""
    assert said.is_visible()


def test_a_changed_order_brings_its_answers_back(page: Any, desks: dict[Market, str]) -> None:
    review(page, desks[US], US, blasts="12400")
    fill(page, {"finding_0_reason": "confirmed", "finding_0_words": "Falling."})
    press(page, "Change the order")
    page.locator("#height").fill("171")
    press(page, "Review the plan")
    assert page.locator("#finding_0_reason").input_value() == "confirmed"
    assert page.locator("#finding_0_words").input_value() == "Falling."
    assert page.locator("#finding_0_secret").input_value() == ""


def test_all_works_without_scripts(browser: Any, made: Made, desks: dict[Market, str]) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(made.cookies)
    page = context.new_page()
    page.goto(f"{desks[US]}/orders/new")
    fill(page, typed(US, height="1,70"))
    with page.expect_navigation():
        page.locator("#height").press("Enter")
    assert "“1,70” cannot be read. Use a point, not a comma." in page.locator("#height-message").inner_text()
    fill(page, {"height": "170"})
    press(page, "Review the plan")
    page.locator("#signing_secret").fill(training.PIN)
    press(page, "Sign and save")
    assert page.url.endswith("/preparations/2026-000004")
    context.close()


# ------------------------------------------------------------------ every page in every state

STATES: dict[str, Callable[[Any, dict[Market, str]], None]] = {
    "the list": lambda page, desks: page.goto(f"{desks[US]}/"),
    "nothing found": lambda page, desks: searched(page, desks[US], "Nobody"),
    "a new order, US": lambda page, desks: page.goto(f"{desks[US]}/orders/new"),
    "a new order, UK": lambda page, desks: page.goto(f"{desks[UK]}/orders/new"),
    "an order with errors": lambda page, desks: review(
        page, desks[US], US, height="1,70", day=None, response=None, family="", **on("born", 31, 2, 1980)
    ),
    "an order that is stopped": lambda page, desks: review(page, desks[UK], UK, cycle="2", height="70", weight="170"),
    "a review": lambda page, desks: review(page, desks[US], US, blasts="12400", **on("weight_measured", 24, 2, 2026)),
    "a review with a spare": lambda page, desks: review(
        page, desks[UK], UK, weight="73.5", cycle="2", day="8", response="cr"
    ),
    "a review not answered": lambda page, desks: unanswered(page, desks),
    "a preparation": lambda page, desks: page.goto(f"{desks[UK]}/preparations/2026-000001"),
    "a preparation not verified": lambda page, desks: page.goto(f"{desks[UK]}/preparations/2026-000002"),
    "a preparation printed again without a reason": lambda page, desks: printed_again(page, desks),
    "a preparation that was changed": lambda page, desks: changed(page, desks),
    "an order to be changed": lambda page, desks: page.goto(f"{desks[US]}/orders/2026-000001/edit"),
    "a change": lambda page, desks: change(page, desks[US]),
    "a change that somebody else has overtaken": lambda page, desks: overtaken(page, desks[US]),
    "a preparation to be verified": lambda page, desks: blind(page, desks[US], ""),
    "a verification": lambda page, desks: blind(page, desks[US], "/verify"),
    "a verification that is stopped": lambda page, desks: stopped(page, desks[US]),
    "a verification to be signed": lambda page, desks: to_be_signed(page, desks[US]),
    "somebody who may not verify": lambda page, desks: page.goto(f"{desks[US]}/preparations/2026-000002/verify"),
    "the calculator": lambda page, desks: page.goto(f"{desks[US]}/calculator"),
    "a calculation": lambda page, desks: calculated(page, desks[US], height="170"),
    "a calculation that is stopped": lambda page, desks: calculated(page, desks[US], height="7"),
    "a calculation with errors": lambda page, desks: calculated(page, desks[US], height="1,7"),
    "a page that is not there": lambda page, desks: page.goto(f"{desks[UK]}/nothing"),
}


def searched(page: Any, address: str, name: str) -> None:
    page.goto(f"{address}/preparations")
    fill(page, {"name": name})
    with page.expect_navigation():
        page.locator("[name=name]").press("Enter")


def unanswered(page: Any, desks: dict[Market, str]) -> None:
    review(page, desks[US], US, blasts="12400", **on("weight_measured", 24, 2, 2026))
    press(page, "Sign and save")


def printed_again(page: Any, desks: dict[Market, str]) -> None:
    printed(page, desks[US])
    # It answers in a window of its own, which is looked at here in this one.
    page.evaluate("document.querySelectorAll('form').forEach(form => form.removeAttribute('target'))")
    press(page, "Print again: worksheet")


def printed(page: Any, address: str) -> None:
    page.goto(f"{address}/preparations/2026-000001")
    with page.context.expect_event("response", lambda answer: answer.url.endswith("/prints/1.pdf")):
        page.get_by_role("button", name="Print worksheet").click()
    page.goto(f"{address}/preparations/2026-000001")


def change(page: Any, address: str, weight: str = "71") -> None:
    page.goto(f"{address}/orders/2026-000001/edit")
    fill(page, {"weight": weight})
    press(page, "Review the plan")


def changed(page: Any, desks: dict[Market, str]) -> None:
    """With a worksheet and two signatures that are void."""
    printed(page, desks[US])
    change(page, desks[US])
    fill(page, {"change_reason": "measured", "change_words": "Weighed again.", "signing_secret": training.PIN})
    press(page, "Sign and save")


def overtaken(page: Any, address: str) -> None:
    page.goto(f"{address}/orders/2026-000001/edit")
    other = page.context.new_page()
    change(other, address)
    fill(other, {"change_reason": "measured", "change_words": "Weighed again.", "signing_secret": training.PIN})
    press(other, "Sign and save")
    other.close()
    fill(page, {"weight": "72", "location": "6 East, bed 14"})
    press(page, "Review the plan")


def blind(page: Any, address: str, further: str) -> None:
    sign_in(page, address, WHO[US][1])
    page.goto(f"{address}/preparations/2026-000002{further}")


def stopped(page: Any, address: str) -> None:
    """170 cm and 69.5 kg, cycle 2 day 8: 0.5 mg/m² × 1.81 m² = 0.905 mg, to 0.01 mg: 0.91 mg."""
    blind(page, address, "/verify")
    fill(page, {"weight": "153", "level": "0.5", "dose": "1.34"})
    press(page, "Compare with the order")


def to_be_signed(page: Any, address: str) -> None:
    blind(page, address, "/verify")
    fill(page, {"weight": "69.5", "level": "0.5", "dose": "0.91"})
    press(page, "Compare with the order")


def calculated(page: Any, address: str, height: str) -> None:
    page.goto(f"{address}/calculator")
    fill(page, {"height": height, "weight": "70", "formula": "mosteller", "cycle": "1", "day": "1"})
    with page.expect_navigation():
        page.locator("[name=height]").press("Enter")


# What axe does not find (it passes forms whose errors nobody is told of).
FAULTS = """() => {
  const faults = [];
  const all = selector => [...document.querySelectorAll(selector)];
  const ids = all('[id]').map(e => e.id);
  ids.filter((id, i) => ids.indexOf(id) !== i).forEach(id => faults.push(`two elements have the id ${id}`));
  for (const attribute of ['aria-describedby', 'aria-labelledby', 'for'])
    for (const e of all(`[${attribute}]`))
      for (const id of e.getAttribute(attribute).trim().split(/\\s+/))
        if (!document.getElementById(id)) faults.push(`${attribute} ${id} leads nowhere`);
  for (const message of all('.message p.stop')) {
    const id = message.parentElement.id;
    const told = all('[aria-invalid=true]').filter(e => (e.getAttribute('aria-describedby') ?? '').split(' ').includes(id));
    const notice = message.closest('.field').querySelector(`[aria-describedby~="${id}"]`);
    if (!told.length && !notice) faults.push(`nothing is described by ${id}`);
  }
  for (const e of all('[aria-invalid=true]'))
    if (!(e.getAttribute('aria-describedby') ?? '').includes('-message')) faults.push(`${e.id} is not told what is wrong`);
  if (all('[role=alert]').length > 1) faults.push('more than one alert');
  for (const link of all('.summary a'))
    if (!document.getElementById(link.hash.slice(1))?.matches('input, select, textarea'))
      faults.push(`${link.textContent} leads to no field`);
  for (const radio of all('[type=radio]'))
    if (!radio.closest('fieldset')?.querySelector('legend')) faults.push(`${radio.name} has no legend`);
  for (const box of all('input:not([type=hidden]), select, textarea'))
    if (!box.labels.length) faults.push(`${box.name} has no label`);
  for (const e of all('a, button, input:not([type=hidden]), select, textarea')) {
    if (e.matches('.skip')) continue;
    const {width, height} = (e.closest('label') ?? e).getBoundingClientRect();
    if (width < 44 || height < 44) faults.push(`${e.outerHTML.slice(0, 60)} is ${width} by ${height}`);
  }
  if (all('[style]').length) faults.push('an inline style');
  if (all('h1').length !== 1) faults.push('not one h1');
  if (document.documentElement.scrollWidth > innerWidth) faults.push(`scrolls sideways: ${document.documentElement.scrollWidth}`);
  return faults;
}"""  # noqa: E501


def assert_sound(page: Any) -> None:
    """Wide and zoomed in: nothing that axe finds, and nothing of what it does not look at."""
    for size in (WIDE, ZOOMED):
        page.set_viewport_size(size)
        found = Axe().run(page, options=RULES).response["violations"]
        assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found] == []
        assert page.evaluate(FAULTS) == []


@pytest.mark.parametrize("state", STATES)
def test_a_page_is_sound(page: Any, desks: dict[Market, str], state: str) -> None:
    STATES[state](page, desks)
    assert_sound(page)
    has_summary = page.locator(".summary").count()
    assert page.title().startswith("Error: ") == bool(has_summary)
    if has_summary:
        assert page.evaluate("document.activeElement.id") == "error-summary"


# Where the ring of the focused element is, whether it has one, and whether anything lies over it.
FOCUSED = """() => {
  const e = document.activeElement;
  const ringed = e.closest('.choice') ?? e;
  const box = ringed.getBoundingClientRect();
  const style = getComputedStyle(ringed);
  const hits = [];
  for (let y = Math.ceil(box.top) + 1; y < box.bottom; y += 6) {
    const over = document.elementFromPoint(box.left + box.width / 2, y);
    hits.push(over !== null && (ringed.contains(over) || over.contains(ringed)));
  }
  return {
    end: e === document.body,
    name: `${e.tagName} ${e.id || e.textContent.trim().slice(0, 30)}`,
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 3,
    // A table may be taller than the window.
    seen: box.height < 200 ? hits.every(hit => hit) : hits.some(hit => hit),
  };
}"""


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
@pytest.mark.parametrize("state", ["a new order, UK", "a review", "a preparation", "a verification"])
def test_what_has_focus_is_seen_at_twice_the_size(page: Any, desks: dict[Market, str], state: str, key: str) -> None:
    """Neither the strip nor the banner, which stay on top, may lie over it."""
    STATES[state](page, desks)
    page.set_viewport_size(ZOOMED)
    if key == "Shift+Tab":
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        page.locator("main a, main button").last.focus()
    for _ in range(90):
        page.keyboard.press(key)
        focused = page.evaluate(FOCUSED)
        if focused["end"]:
            return
        assert focused["ring"] and focused["seen"], focused["name"]
    raise AssertionError("the way through the page has no end")


def test_the_banner_stays_in_view(page: Any, desks: dict[Market, str]) -> None:
    review(page, desks[US], US)
    for size in (WIDE, ZOOMED):
        page.set_viewport_size(size)
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        for part in (".strip", ".banner-name", ".market", ".banner-amount"):
            box = page.locator(part).bounding_box()
            assert box is not None
            assert 0 <= box["y"] < 200


ON_PAPER = ["the list", "a review", "a preparation", "a verification to be signed", "a calculation"]


@pytest.mark.parametrize("state", [*ON_PAPER, "an order with errors"])
def test_on_paper_a_page_says_training_and_has_no_buttons(page: Any, desks: dict[Market, str], state: str) -> None:
    STATES[state](page, desks)
    page.emulate_media(media="print")
    assert page.locator(".strip").is_visible()
    assert page.locator(".button:visible, .bar-links:visible, .skip:visible, .card form:visible").count() == 0
    for sheet in PdfReader(io.BytesIO(page.pdf(format="Letter", prefer_css_page_size=True))).pages:
        assert "TRAINING – NOT FOR PATIENT USE" in plain(sheet.extract_text())


def save(page: Any) -> str:
    """Saves the review that is shown; the new number."""
    fill(page, {"signing_secret": training.PIN})
    press(page, "Sign and save")
    return str(page.url.rsplit("/", 1)[1])


def test_every_sheet_says_whose_it_is(page: Any, desks: dict[Market, str]) -> None:
    """Name, dose and number stand on every sheet, so that two printed pages cannot be mixed up."""
    review(page, desks[US], US, blasts="12400", mrn="00555555", ordered_dose="1.46")
    for number in ("Number given when saved", None):
        if number is None:
            second = {"finding_0_user": WHO[US][1], "finding_0_secret": training.PASSWORD}
            fill(page, {"finding_0_reason": "confirmed", "finding_0_words": "Falling.", **second})
            number = f"Prep. no. {save(page)}"
        for paper in ("Letter", "A4"):
            sheets = PdfReader(io.BytesIO(page.pdf(format=paper, prefer_css_page_size=True))).pages
            assert len(sheets) > 2
            for sheet in sheets:
                head = plain(sheet.extract_text())[:400]
                for part in ("RIVERA, Elena", "MRN 00555555", "1.46 mg", number):
                    assert part in head


def test_no_card_is_cut_by_the_end_of_a_sheet(page: Any, desks: dict[Market, str]) -> None:
    """Each heading has the last words of its card on the same sheet."""
    page.goto(f"{desks[US]}/preparations/2026-000001")
    ends = page.evaluate(
        "[...document.querySelectorAll('main .card:not(.path-next)')]"
        ".map(card => [card.querySelector('h2').innerText, card.innerText])"
    )
    sheets = [plain(sheet.extract_text()) for sheet in PdfReader(io.BytesIO(page.pdf(format="Letter"))).pages]
    for heading, text in ends:
        last = plain(text).split(" ")[-1]
        if heading not in ("Bag label", "Worksheet"):  # their forms are left out, as is the next action
            assert any(plain(heading) in sheet and last in sheet.partition(plain(heading))[2] for sheet in sheets), (
                heading
            )


def test_a_narrow_window_with_a_long_name_and_number_scrolls_down_only(page: Any, desks: dict[Market, str]) -> None:
    states: list[Callable[[], object]] = [
        lambda: review(page, desks[US], US, **LONG, blasts="12400", own_level="0.6", own_reason="x" * 30, weight=""),
        lambda: review(page, desks[US], US, **LONG),
        lambda: save(page),
        lambda: page.goto(desks[US]),
    ]
    for state in states:
        page.set_viewport_size(WIDE)
        state()
        for width in (320, 400, 640, 1000):
            page.set_viewport_size({"width": width, "height": 640})
            assert page.evaluate("document.documentElement.scrollWidth") == width, page.url
            banner = page.locator(".banner-name")
            if banner.count():
                assert banner.bounding_box()["width"] <= width


def test_a_long_name_leaves_every_column_of_the_list_in_view(page: Any, desks: dict[Market, str]) -> None:
    review(page, desks[US], US, **LONG | {"family": "W" * 40, "given": "W" * 40})
    save(page)
    page.goto(desks[US])
    assert (
        page.evaluate("document.querySelector('.frame').scrollWidth - document.querySelector('.frame').clientWidth")
        == 0
    )
    for column in page.locator(".list tbody tr:first-child > *").all():
        box = column.bounding_box()
        assert box["x"] + box["width"] <= 1280


def test_the_page_of_a_print_is_shown_in_a_window_of_its_own(page: Any, desks: dict[Market, str]) -> None:
    """A print is a file of its own, with a neutral name; its address can be opened again."""
    page.goto(f"{desks[UK]}/preparations/2026-000001")
    with page.context.expect_event("response", lambda answer: answer.url.endswith("/prints/1.pdf")) as printed:
        page.get_by_role("button", name="Print worksheet").click()
    assert page.url.endswith("/preparations/2026-000001")
    again = page.request.get(printed.value.url)
    assert again.headers["content-disposition"] == 'inline; filename="worksheet-2026-000001-1.pdf"'
    page.goto(f"{desks[UK]}/preparations/2026-000001")
    assert "Copy 1 12-Mar-2026 13:00, S. Hughes" in words(page)
