"""A preparation of a training desk taken from the diluted bag to its release, each step by its page and its person."""

from collections.abc import Iterable
from typing import Any

from on_the_way import bring
from web_desk import UK, US, WHO, Browser, Html

from compounding import training
from compounding.scanning import own_code
from compounding.workflow import State

SIGNED = {"signing_secret": training.PIN}
TICKS = dict.fromkeys(("container", "clarity", "volumes", "label", "cover"), "y")
CHECKER = {US: "lindqvist", UK: "whitcombe"}
"""A pharmacist who neither entered nor verified nor prepared any of it."""


def finish(browser: Browser, number: str, state: State, **brought: Any) -> None:
    """Takes an order that was entered as far as this state; whoever was signed in is so again."""
    mine = browser.client
    bring(browser, number, State.DILUTED, **brought)
    for reached, step in ((State.LABELLED, label), (State.FINAL, check), (State.RELEASED, release)):
        step(browser, number)
        if reached is state:
            break
    browser.client = mine


def label(browser: Browser, number: str) -> None:
    """Prints the first copies, and scans each where it is."""
    browser.sign_in(WHO[browser.market][0])
    path = f"/preparations/{number}/labels"
    assert browser.client.post(f"{path}/print", data=browser.get(path).fields).status_code == 303
    scan(browser, number, copies_of(browser))


def copies_of(browser: Browser) -> tuple[str, ...]:
    """The copies of the first print: the bag's, the light cover's and the specimen."""
    cover = browser.desk.drugs[0].administration.light_cover.value
    return ("1", "2", "3") if cover else ("1", "2")


def scan(browser: Browser, number: str, copies: Iterable[str]) -> None:
    path = f"/preparations/{number}/labels"
    for copy in copies:
        sent = {**browser.get(path).fields, "scanned": own_code(number, copy)}
        assert browser.client.post(f"{path}/scan", data=sent).status_code == 303


def final_form(browser: Browser, number: str, copy: str = "1") -> dict[str, str]:
    """The final check as a checker sends it, with everything ticked and the bag's label scanned."""
    shown = browser.get(f"/preparations/{number}/final")
    return {**shown.fields, **TICKS, "scanned": own_code(number, copy), **SIGNED}


def check(browser: Browser, number: str) -> None:
    browser.sign_in(CHECKER[browser.market])
    sent = final_form(browser, number)
    assert browser.client.post(f"/preparations/{number}/final", data=sent).status_code == 303


def release(browser: Browser, number: str) -> None:
    browser.sign_in(CHECKER[browser.market])
    path = f"/preparations/{number}/release"
    assert browser.client.post(path, data={**browser.get(path).fields, **SIGNED}).status_code == 303


def answer(browser: Browser, path: str, sent: dict[str, str]) -> tuple[int, Html]:
    """What a form is answered with, where it stays on its page."""
    found = browser.client.post(path, data=sent)
    return found.status_code, Html(found.get_data(as_text=True))
