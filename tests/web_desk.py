"""A desk for the tests of the pages: its client, an order as typed, and a page that can be asked."""

import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from compounding import training
from compounding.policy import Market
from compounding.web import create_app
from compounding.web.desk import EXTENSION, Desk

US, UK = Market.US, Market.UK
NOW = datetime(2026, 3, 12, 13, 0, tzinfo=UTC)
"""09:00 in New York, 13:00 in London. Every desk of the tests stands at this moment."""
VOID = {"input", "link", "meta", "br", "img", "hr", "path", "rect", "circle"}

WHO = {US: ("okafor", "adeyemi"), UK: ("hughes", "farouk")}
"""Who enters an order, and a pharmacist who may authorise."""
AUDITOR = {US: "whitfield", UK: "ellery"}
AFRESH = {"weight": "70", "level": "0.8", "dose": "1.46"}
"""What a pharmacist works out from the worked example."""
ADMINISTRATOR = {US: "castellan", UK: "tanaka"}


def on(name: str, day: int | str, month: int | str, year: int | str) -> dict[str, str]:
    """A date as three boxes."""
    return {f"{name}_day": str(day), f"{name}_month": str(month), f"{name}_year": str(year)}


def typed(market: Market = US, **changes: str | None) -> dict[str, str]:
    """The worked example as typed: 170 cm, 70 kg, cycle 1 day 1. None leaves a box out."""
    order: dict[str, str | None] = {
        "family": "Rivera",
        "given": "Elena",
        **on("born", 14, 8, 1980),
        "location": "6 East, bed 12",
        **on("give_on", 12, 3, 2026),
        "wetting": "09:00",
        "cycle": "1",
        "day": "1",
        "height": "170",
        **on("height_measured", 9, 3, 2026),
        "weight": "70",
        **on("weight_measured", 11, 3, 2026),
        "transplant": "no",
        "prescriber": "Dr A. Farrow",
        **({"mrn": "00417352"} if market is US else {"hospital_number": "TR-20433", "making": "A"}),
        **changes,
    }
    return {name: text for name, text in order.items() if text is not None}


class Html(HTMLParser):
    """A page as a browser and a reader of it see it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.elements: dict[str, dict[str, str]] = {}
        self.texts: dict[str, list[str]] = {}
        self.links: list[tuple[str, str, str]] = []
        """Of each link its target, its class and its text."""
        self.actions: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._select = ""
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        given = {name: value or "" for name, value in attributes}
        if key := given.get("id"):
            assert key not in self.elements, f"two elements have the id {key}"
            self.elements[key] = {"tag": tag, **given}
            self.texts[key] = []
        if tag == "input" and (given.get("type") not in ("radio", "checkbox") or "checked" in given):
            self.fields.setdefault(given.get("name", ""), given.get("value", ""))
        if tag == "select":
            self._select = given["name"]
        if tag == "option" and "selected" in given:
            self.fields[self._select] = given["value"]
        if tag == "a":
            self.links.append((given.get("href", ""), given.get("class", ""), ""))
        if tag == "form":
            self.actions.append(given.get("action", ""))
        if tag not in VOID:
            self._open.append((tag, given.get("id", "")))

    def handle_startendtag(self, tag: str, attributes: Any) -> None:
        if tag not in VOID:
            return
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            while self._open and self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        if "script" in tags or "style" in tags:
            return
        self.words.append(data)
        for _, key in self._open:
            if key:
                self.texts[key].append(data)
        if "a" in tags:
            target, look, text = self.links[-1]
            self.links[-1] = (target, look, text + data)

    @property
    def text(self) -> str:
        return plain(" ".join(self.words))

    def says(self, key: str) -> str:
        """The text of the element with this id."""
        return plain("".join(self.texts.get(key, [])))

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """The summary: of each line its severity, the id that it leads to, and what it says."""
        severities = ("stop", "override", "acknowledge", "info")
        return [(look, href[1:], plain(text)) for href, look, text in self.links if look in severities]

    @property
    def said(self) -> list[str]:
        return [text for _, _, text in self.problems]


def plain(text: str) -> str:
    """The text with its no-break and figure spaces as plain ones."""
    return re.sub(r"[\s\u00a0\u2007\u2008]+", " ", text).strip()


@cache
def first_day(market: Market, now: datetime) -> Path:
    """The home of a training site made at this moment, once a process: never used itself, only copied."""
    folder = tempfile.TemporaryDirectory(prefix="desk-")
    app = create_app(Path(folder.name), market.value, lambda: now)
    app.extensions[EXTENSION].engine.dispose()
    _FOLDERS.append(folder)
    return Path(folder.name)


_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []
"""Removed when the process ends."""


def _filled(home: Path, market: Market, now: datetime) -> Path:
    """Making a training site takes as long as some ten pages: an empty home gets a copy of one."""
    if not any(home.iterdir() if home.exists() else ()) and "DATABASE_URL" not in os.environ:
        shutil.copytree(first_day(market, now), home, dirs_exist_ok=True)
    return home


class Browser:
    """A client that reads each page it gets, and sends a form's token with it."""

    pin = training.PIN
    """What whoever is signed in signs with."""

    def __init__(self, home: Path, market: Market = US, now: datetime = NOW, user: str | None = "") -> None:
        """`user` signs in: by default the technician who enters orders; None nobody."""
        self.now = now
        self.app = create_app(_filled(home, market, now), market.value, lambda: self.now)
        self.client = self.app.test_client()
        self.market = market
        self.status = 0
        if user is not None:
            self.sign_in(user or WHO[market][0])
        weakref.finalize(self, self.desk.engine.dispose)

    @property
    def desk(self) -> Desk:
        found: Desk = self.app.extensions[EXTENSION]
        return found

    def get(self, path: str) -> Html:
        answer = self.client.get(path)
        self.status = answer.status_code
        return Html(answer.get_data(as_text=True))

    def sign_in(self, user: str, **changes: str) -> Any:
        """Signs somebody in, in place of whoever was, as a person does."""
        self.client = self.app.test_client()
        place = self.desk.site.workstations[0]
        typed = {"user": user, "secret": training.PASSWORD, "workstation": place, **changes}
        token = Html(self.client.get("/sign-in").get_data(as_text=True)).fields["csrf_token"]
        return self.client.post("/sign-in", data={"csrf_token": token, **typed})

    def token(self) -> str:
        """The token of this session's forms: any of its pages carries it in the button that signs out."""
        return self.get("/account" if "account.shown" in self.app.view_functions else "/calculator").fields[
            "csrf_token"
        ]

    def send(self, path: str, sent: Mapping[str, Any]) -> Any:
        """The bare answer to a form."""
        return self.client.post(path, data={"csrf_token": self.token(), **sent})

    def post(self, path: str, sent: Mapping[str, Any]) -> Html:
        answer = self.send(path, sent)
        self.status = answer.status_code
        return Html(answer.get_data(as_text=True))

    def review(self, **changes: str | None) -> Html:
        return self.post("/orders/review", typed(self.market, **changes))

    def saving(self, shown: Html, **answers: str) -> dict[str, str]:
        """What the review sends when it is signed and saved."""
        return {**shown.fields, "signing_secret": self.pin, **answers}

    def save(self, shown: Html, **answers: str) -> Any:
        return self.client.post("/orders/save", data=self.saving(shown, **answers))

    def verify(self, number: str, user: str = "", **afresh: str) -> Any:
        """Verifies an order as a pharmacist does, by default the worked example; then the desk is as it was."""
        mine, address = self.client, f"/preparations/{number}/verify"
        self.sign_in(user or WHO[self.market][1])
        form = self.get(address)
        agreed = self.post(address, {**form.fields, **AFRESH, **afresh})
        answer = self.client.post(f"{address}/sign", data={**agreed.fields, "signing_secret": self.pin})
        self.client = mine
        return answer

    def stored(self) -> dict[str, int]:
        """As rows, without those that only tell of what was looked at, tried and refused."""
        return {table: rows for table, rows in self.rows().items() if table not in ("log", "checkpoint", "attempt")}

    def rows(self) -> dict[str, int]:
        """How many rows each table holds."""
        with self.desk.engine.connect() as connection:
            tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
            return {
                table: connection.exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar_one() for table in tables
            }
