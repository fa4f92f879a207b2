"""The story of one preparation, written through the records alone: what the pages of the log are tried on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from web_desk import NOW, Browser

from compounding.records import (
    Change,
    Event,
    Judged,
    NewSignature,
    accounts,
    preparation,
    record,
    revise_preparation,
    take_step,
)

NUMBER = "2026-000001"
BLASTS = "Peripheral blasts 12,400/mm³ are over the limit of 10,000/mm³ before the first dose."


def event(
    browser: Browser, user: str, action: str, minutes: int, details: Mapping[str, str] | None = None, **more: Any
) -> Event:
    """What a person of the training site does, so many minutes after the desk's moment."""
    d = browser.desk
    person = next(account.person for account in accounts(d.engine) if account.user == user)
    place = {"workstation": "Cabinet 2", "zone": d.zone, "subject": NUMBER, **more}
    return Event(person, action, NOW + timedelta(minutes=minutes), details or {}, **place)


def overridden_and_stopped(browser: Browser) -> None:
    """An override, and a verification that found another weight."""
    engine = browser.desk.engine
    record(
        engine,
        event(
            browser, "adeyemi", "finding overridden", 1, {"finding": BLASTS},
            findings=(Judged("blasts", "override", "Confirmed"),), reason="Confirmed. “By phone.”",
        ),
    )  # fmt: skip
    weights = (Change("Weight", "77 kg in the order", "70 kg entered afresh"),)
    record(engine, event(browser, "lindqvist", "order verification stopped", 10, changes=weights))


def changed_and_verified(browser: Browser) -> None:
    """The order changed, which makes its signature void, and verified; then an entry that came late."""
    engine = browser.desk.engine
    saved = preparation(engine, NUMBER)
    assert saved is not None
    changes = (
        Change("Weight", "77 kg", "70 kg"),
        Change("Body surface", "1.91 m²", "1.82 m²"),
        Change("Dose", "1.46 mg", "1.46 mg"),
    )
    revise_preparation(
        engine,
        NUMBER,
        replace(saved.content, request_key="the story's own"),
        event(browser, "okafor", "order changed", 16, changes=changes, reason="Misread. “Chart says 70.”"),
        NewSignature("order-entry", "{}"),
        was=1,
        judge=lambda standing: None,
    )
    state = (Change("State", "entered", "order verified"),)
    take_step(
        engine,
        NUMBER,
        event(browser, "lindqvist", "order verified", 22, changes=state),
        judge=lambda standing: None,
        state="order verified",
        signature=NewSignature("order-verification", "{}"),
    )
    happened = (NOW + timedelta(minutes=38)).isoformat()
    record(engine, event(browser, "okafor", "diluted", 52, {"happened": happened}, reason="hands in the cabinet"))


def story(browser: Browser) -> None:
    """The whole of it. The desk's clock then stands an hour later, so that it does not run backwards."""
    overridden_and_stopped(browser)
    changed_and_verified(browser)
    browser.now = NOW + timedelta(hours=1)
