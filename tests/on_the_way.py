"""A preparation of a training desk brought to a state of its path by the records alone, for the pages that begin
there. What is picked, wetted and checked is what its own plan asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from web_desk import WHO, Browser

from compounding import records
from compounding.policy import Making
from compounding.records import Event, NewRow, NewSignature, Person
from compounding.web.progressing import way
from compounding.workflow import Meaning, State
from compounding.workflow.materials import Kind, Material, Need, ReadBy
from compounding.workflow.products import products_for
from compounding.workflow.progress import Moment, Progress, Reading, What
from compounding.workflow.wastes import of_dilution
from tests.paths import own

ORDER = (State.VERIFIED, State.MATERIALS, State.RECONSTITUTED, State.CHECKED, State.DILUTED)
LOT, EXPIRY = "TR4471A", date(2027, 11, 30)


def bring(browser: Browser, number: str, state: State, *, lot: str = LOT, afresh: dict[str, str] | None = None) -> None:
    """Verifies an order that was entered and takes it on, each step in the desk's own minute.

    `afresh` is what the verifying pharmacist works out: by default the worked example's.
    """
    assert browser.verify(number, **(afresh or {})).status_code == 303
    for reached in ORDER[1 : ORDER.index(state) + 1]:
        step(browser, number, reached, lot)


def step(browser: Browser, number: str, reached: State, lot: str = LOT) -> None:
    """The one step that takes a verified order to this state."""
    _STEPS[reached](browser, number, lot)


def progress(browser: Browser, number: str) -> Progress:
    standing = records.standing(browser.desk.engine, number)
    assert standing is not None
    with browser.app.test_request_context():
        return way(standing, browser.desk).progress


def state(browser: Browser, number: str) -> State:
    return progress(browser, number).state


def people(browser: Browser) -> dict[str, Person]:
    """The technician who prepares, and the pharmacist who checks."""
    found = {account.user: account.person for account in records.accounts(browser.desk.engine)}
    preparer, checker = WHO[browser.market]
    return {"preparer": found[preparer], "checker": found[checker]}


def take(
    browser: Browser, number: str, action: str, who: str, state: State | None, rows: Sequence[NewRow] = (), **more: Any
) -> None:
    event = Event(people(browser)[who], action, browser.now, workstation="Cabinet 2", zone=browser.desk.zone)
    records.take_step(
        browser.desk.engine,
        number,
        event,
        judge=lambda now: None,
        state=None if state is None else state.value,
        rows=rows,
        **more,
    )


def _minute(browser: Browser) -> datetime:
    return browser.now.replace(second=0, microsecond=0)


def vial(browser: Browser, need: Need, number: str, lot: str) -> Material:
    """A vial or another material as it is picked. Makers and lots are invented."""
    drug = need.kind is Kind.DRUG
    product = products_for(browser.desk.drugs[0], Making.EMPTY_CONTAINER)[need.kind]
    return Material(
        kind=need.kind,
        place=need.place,
        product=product.code,
        name=product.name,
        maker="Example Fluids",
        lot=lot if drug else f"{need.kind.value[:1].upper()}-77",
        expiry=EXPIRY,
        serial=f"{number[-3:]}{need.place}" if drug else None,
        gtin=None,
        read_by=ReadBy.SCANNED if drug else ReadBy.TYPED,
        raw="",
        quantity="1 vial" if drug else "1",
    )


def _pick(browser: Browser, number: str, lot: str) -> None:
    needed = progress(browser, number).planned.needs
    rows = [vial(browser, need, number, lot) for need in needed]
    take(browser, number, "material recorded", "preparer", State.MATERIALS, rows)


def _wet(browser: Browser, number: str, lot: str) -> None:
    at = _minute(browser)
    count = progress(browser, number).planned.vials.count
    rows = [Moment(What.WETTED, place, at, at) for place in range(1, count + 1)]
    take(browser, number, "vial wetted", "preparer", State.RECONSTITUTED, rows)


def _check(browser: Browser, number: str, lot: str) -> None:
    figures = progress(browser, number).planned
    read = own(str(figures.dose.value), str(figures.volume.value), figures.vials.count, str(figures.volume.value))
    reading = Reading(read.dose, read.volume, read.vials, read.read_volume, figures.mass, agrees=True)
    signature = NewSignature(Meaning.IN_PROCESS_CHECK.value, "{}")
    take(browser, number, "in-process check", "checker", State.CHECKED, [reading], signature=signature)


def _dilute(browser: Browser, number: str, lot: str) -> None:
    at, found = _minute(browser), progress(browser, number)
    added = Moment(What.DILUTED, 0, at, at, making=Making.EMPTY_CONTAINER)
    rows = [added, *(replace(waste, witness="") for waste in of_dilution(found, "left after the draw"))]
    take(browser, number, "drug added", "preparer", State.DILUTED, rows)


_STEPS = {
    State.MATERIALS: _pick,
    State.RECONSTITUTED: _wet,
    State.CHECKED: _check,
    State.DILUTED: _dilute,
}
