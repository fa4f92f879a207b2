"""Somebody who works a page by keyboard and scanner alone, and what that takes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from compounding import training

SECRETS = ("secret", "code")
"""How the name of a field ends that holds one."""
FAR = 80
"""Presses of Tab after which a box counts as not to be reached."""
AT = """within => {
  const at = document.activeElement;
  return at.closest(within) ? [at.name ?? "", at.textContent.trim()] : [];
}"""
"""What has the focus, by its name and its words; nothing where that is outside."""
WATCH = "addEventListener('pointerdown', () => pointed(), true)"


def by_keyboard(page: Any, values: Mapping[str, str]) -> int:
    """Fills boxes by their names, from where the focus is and on with Tab; fails where one cannot be reached, or not
    in one way down. Gives the presses of Tab that it took."""
    left = dict(values)
    settled(page)
    for presses in range(FAR):
        name, kind = page.evaluate("[document.activeElement.name ?? '', document.activeElement.type ?? '']")
        if name in left:
            put(page, kind, left.pop(name))
        if not left:
            return presses
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached: {left}")


def put(page: Any, kind: str, text: str) -> None:
    """Into the box that has the focus: typed, ticked, or chosen among radio buttons."""
    if kind == "checkbox":
        page.keyboard.press("Space")
    elif kind == "radio":
        page.keyboard.press("Space")
        while page.evaluate("document.activeElement.value") != text:
            page.keyboard.press("ArrowRight")
    else:
        page.keyboard.type(text)


def tab_to(page: Any, what: str, within: str = "body") -> int:
    """To a button or a link by its words, or to a box by its name, from where the focus is. Gives the presses of Tab
    that it took."""
    settled(page)
    for presses in range(FAR):
        if what in page.evaluate(AT, within):
            return presses
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached: {what}")


def settled(page: Any) -> None:
    """Waits until a page has given the focus to what asks for it: two frames after it came."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def focus(page: Any) -> str:
    """The id of what has the focus, which a page gives a frame after it is there."""
    focused = page.locator(":focus")
    focused.wait_for()  # not by a function of the page's own, which its policy does not let it make
    return str(focused.evaluate("box => box.id"))


@dataclass(frozen=True)
class Steps:
    """What something took: pages that came, codes scanned, boxes filled in, secrets typed, and presses of Tab."""

    pages: int = 0
    scans: int = 0
    boxes: int = 0
    secrets: int = 0
    tabs: int = 0

    def __add__(self, more: Steps) -> Steps:
        return Steps(*(mine + theirs for mine, theirs in zip(_figures(self), _figures(more), strict=True)))

    def __sub__(self, before: Steps) -> Steps:
        return Steps(*(mine - theirs for mine, theirs in zip(_figures(self), _figures(before), strict=True)))


def _figures(steps: Steps) -> tuple[int, ...]:
    return (steps.pages, steps.scans, steps.boxes, steps.secrets, steps.tabs)


class Hands:
    """A page with a keyboard, a scanner and nothing else. What is done is counted in `taken`; whatever a pointer
    does anywhere in this browser stands in `pointed`."""

    def __init__(self, page: Any) -> None:
        self.page, self.taken, self.pointed = page, Steps(), 0
        page.context.expose_function("pointed", self._pointed)
        page.context.add_init_script(WATCH)

    def _pointed(self) -> None:
        self.pointed += 1

    def leads(self) -> AbstractContextManager[Any]:
        """What is pressed in it leads to another page."""
        self.taken += Steps(pages=1)
        waits: AbstractContextManager[Any] = self.page.expect_navigation()
        return waits

    def enter(self) -> None:
        """Enter on what has the focus, and the page that it leads to."""
        focus(self.page)
        with self.leads():
            self.page.keyboard.press("Enter")

    def scan(self, text: str) -> None:
        """A code scanned, and the page that answers it."""
        with self.leads():
            self.types_scan(text)

    def types_scan(self, text: str) -> None:
        """What a scanner types into whatever has the focus, with the Enter that ends it."""
        focus(self.page)
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        self.taken += Steps(scans=1)

    def reload(self) -> None:
        """F5, for which a browser without a window has no key."""
        self.page.reload()
        self.taken += Steps(pages=1)

    def tab(self, what: str, within: str = "main") -> None:
        self.taken += Steps(tabs=tab_to(self.page, what, within))

    def go(self, what: str, within: str = "main") -> None:
        """To a link or a button, and by it to its page."""
        self.tab(what, within)
        self.enter()

    def fill(self, values: Mapping[str, str]) -> None:
        """Boxes by their names, one way down the page; a date is one for each of its parts."""
        secrets = sum(name.endswith(SECRETS) for name in values)
        tabs = by_keyboard(self.page, values)
        self.taken += Steps(boxes=len(values) - secrets, secrets=secrets, tabs=tabs)

    def write(self, *texts: str) -> None:
        """Into one box after the other, as Enter leads on from each."""
        focus(self.page)
        for text in texts:
            self.page.keyboard.type(text)
            self.page.keyboard.press("Enter")
        self.taken += Steps(boxes=len(texts))

    def sign(self, secret: str = training.PIN) -> None:
        """The signature at the foot of a page, and the page that follows."""
        self.fill({"signing_secret": secret})
        self.enter()

    def sign_in(self, user: str) -> None:
        """At the page that asks for it; whoever was signed in goes first."""
        if "Sign out" in self.page.inner_text("body"):
            self.go("Sign out", "header")
        if not self.page.input_value("[name=workstation]"):
            self.tab("workstation")
            self.page.keyboard.press("ArrowDown")
            self.taken += Steps(boxes=1)
        self.fill({"user": user, "secret": training.PASSWORD})
        self.enter()

    def opens(self, words: str, address: str) -> Any:
        """Presses a button whose file opens in a window of its own, and closes that; gives the file's answer."""
        self.tab(words)
        context, sent = self.page.context, lambda answer: answer.url.endswith(address)
        with context.expect_page() as window, context.expect_event("response", sent) as answer:
            self.page.keyboard.press("Enter")
        window.value.close()
        return answer.value
