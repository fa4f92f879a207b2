"""What the golden papers are made from: two preparations of a training desk in each market, one released and one
rejected, as their papers see them from state to state, and the reports that the desk prints of them.

Everything is invented, and stands at the desk's own moment, so that it is the same each time."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from finishing import CHECKER, check, copies_of, label, release
from on_the_way import ORDER, progress, step, take
from web_desk import AUDITOR, WHO, Browser, on

from compounding import papers, records, training
from compounding.papers import Extract, Work
from compounding.policy import Market
from compounding.records import Event
from compounding.records.events import program_version
from compounding.web.progressing import way
from compounding.web.recorded import recorded_work
from compounding.workflow import State
from compounding.workflow.progress import Waste, Wasted

RELEASED = "2026-000001"
"""The first of the desk's own orders."""
_OTHER = {"family": "Haddad", "given": "Samira", "location": "6 East, bed 4"}
_STEP = timedelta(minutes=6)

Strings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """Of one market."""

    works: Mapping[State, Work]
    """The released preparation in each state that it went through."""
    rejected: Work
    """Another one, typed, prepared and thrown away."""
    reports: Mapping[str, Strings]
    """By their names: what was stored of each with its first print."""
    extract: Strings


@cache
def told(market: Market) -> Told:
    with tempfile.TemporaryDirectory(prefix="golden-") as folder:
        browser = Browser(Path(folder), market)
        try:
            return _told(browser)
        finally:
            browser.desk.engine.dispose()


def _told(browser: Browser) -> Told:
    works = dict(_walked(browser))
    number = _rejected(browser)
    reports = dict(_reports(browser, number))
    return Told(works, _work(browser, number), reports, _extract(browser))


def settled(strings: Strings) -> Any:
    """The same strings but for what is new in every database and every edition of the program: the hash in the head
    of the log, and the program's number."""
    text = json.dumps(strings, ensure_ascii=False)
    text = re.sub(r"(?<=\d )[A-Z2-7]{4}( ?)[A-Z2-7]{4} ?[A-Z2-7]{4} ?[A-Z2-7]{4}\b", r"MFRG\1GZDF\1MZTW\1Q2LK", text)
    return json.loads(text.replace(f"rogram {program_version()}", "rogram 0.1.0"))


# ------------------------------------------------------------------ the two preparations


def _walked(browser: Browser) -> Iterator[tuple[State, Work]]:
    yield State.ENTERED, _work(browser, RELEASED)
    assert browser.verify(RELEASED).status_code == 303
    yield State.VERIFIED, _work(browser, RELEASED)
    for reached in ORDER[1:]:
        browser.now += _STEP
        step(browser, RELEASED, reached)
    yield State.DILUTED, _work(browser, RELEASED)
    for reached, done in ((State.LABELLED, label), (State.FINAL, check), (State.RELEASED, release)):
        browser.now += _STEP
        done(browser, RELEASED)
        if reached is State.LABELLED:
            _one_destroyed(browser)
    yield State.RELEASED, _work(browser, RELEASED)


def _work(browser: Browser, number: str) -> Work:
    standing = records.standing(browser.desk.engine, number)
    assert standing is not None
    with browser.app.test_request_context():
        made = recorded_work(way(standing, browser.desk), browser.desk)
    return replace(made, text=replace(made.text, program="0.1.0"))


def _one_destroyed(browser: Browser) -> None:
    """A reprint for the light cover, and the copy that it replaces."""
    path, number = f"/preparations/{RELEASED}/labels", len(copies_of(browser)) + 1
    asked = {"place": "light cover", "stock": "small", "again": "smudged", "again_words": "The ink ran."}
    _done(browser, f"{path}/print", path, asked)
    lost = {"copy": str(number), "why": "torn", "words": "It tore in the printer.", **_witnessed(browser)}
    _done(browser, f"{path}/destroy", path, lost)


def _witnessed(browser: Browser) -> dict[str, str]:
    return {"witness": WHO[browser.market][1], "witness_secret": training.PASSWORD}


def _done(browser: Browser, path: str, page: str, sent: dict[str, str]) -> None:
    answer = browser.client.post(path, data={**browser.get(page).fields, **sent})
    assert answer.status_code == 303, answer.get_data(as_text=True)


def _rejected(browser: Browser) -> Any:
    """Its number. The bag leaks: it goes into the bin beside what was left in the vials."""
    browser.sign_in(WHO[browser.market][0])
    saved = browser.save(browser.review(**_OTHER, ordered_dose="1.46"))
    (number,) = re.findall(r"\d{4}-\d{6}", saved.headers["Location"])
    assert browser.verify(number).status_code == 303
    for reached in ORDER[1:]:
        browser.now += _STEP
        step(browser, number, reached)
    planned, witness = progress(browser, number).planned, WHO[browser.market][1]
    content = planned.drug.dilution.bag.value
    bag = Waste(Wasted.BAG, 0, planned.dose, content, "The bag leaked at its port.", witness=witness)
    take(browser, number, "rejected", "preparer", State.REJECTED, [bag])
    return number


# ------------------------------------------------------------------ what the desk prints


def _reports(browser: Browser, rejected: str) -> Iterator[tuple[str, Strings]]:
    drug = browser.desk.drugs[0].id
    _confirm(browser, f"confirmed.{drug}.administration.line")
    month = {**on("since", 1, 3, 2026), **on("until", 31, 3, 2026)}
    browser.sign_in(WHO[browser.market][0])
    asked = {
        "reconciliation": (f"/preparations/{RELEASED}/labels/sheet", {}),
        "waste": (f"/preparations/{rejected}/wastes/print", {}),
        "waste-period": ("/wastes/certificate", month),
        "master": (f"/drugs/{drug}/print", {}),
    }
    for name, (path, sent) in asked.items():
        with patch.object(papers, "report_strings", wraps=papers.report_strings) as stored:
            assert browser.send(path, sent).status_code == 303, name
        yield name, settled(papers.report_strings(*stored.call_args.args))


def _confirm(browser: Browser, setting: str) -> None:
    """What two pharmacists decide on the label."""
    value = "PVC, polyolefin or polybutadiene"
    for user, standing in ((WHO[browser.market][1], "proposed"), (CHECKER[browser.market], "holds")):
        account = records.account(browser.desk.engine, user)
        assert account is not None
        person = account.person
        event = Event(person, "setting confirmed", browser.now)
        records.put_setting(browser.desk.engine, setting, value, standing, event)


def _extract(browser: Browser) -> Strings:
    browser.sign_in(AUDITOR[browser.market])
    with patch.object(papers, "draw_extract", wraps=papers.draw_extract) as drawn:
        assert browser.send(f"/audit/{RELEASED}/pdf", {}).status_code == 200
    made: Extract = drawn.call_args.args[0]
    strings: Strings = settled(asdict(made))
    return strings
