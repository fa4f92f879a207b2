"""A desk with a patient and their course, for the pages of both: entered, ordered, checked and given as people do."""

from __future__ import annotations

from datetime import UTC, date
from typing import Any
from zoneinfo import ZoneInfo

from finishing import finish
from web_desk import UK, US, WHO, Browser, Html, on, typed

from compounding import records, training
from compounding.policy import Market
from compounding.records import CourseRecord
from compounding.workflow import State

COURSE = "C-000002"
"""The first after the one of the training site."""
SIGNED = {"signing_secret": training.PIN}
WHY = {"words": "as the record has it"}
"""What takes the place of something needs it."""
EXAMS = ("blood_count", "liver_tests", "ecg", "electrolytes")
DAY = date(2026, 3, 12)


def patient(market: Market = US, **changes: str) -> dict[str, str]:
    """A patient as typed: the one of the worked example."""
    numbers = {"mrn": "00417352"} if market is US else {"nhs_number": "", "hospital_number": "TR-20433"}
    return {
        "family": "Rivera",
        "given": "Elena",
        **on("born", 14, 8, 1980),
        "sex": "female",
        "allergies": "penicillin: rash",
        **numbers,
        **changes,
    }


def enter(browser: Browser, **changes: str) -> int:
    """Enters a patient; gives their id."""
    answer = browser.send("/patients/new", {**SIGNED, **patient(browser.market, **changes)})
    assert answer.status_code == 303, Html(answer.get_data(as_text=True)).said
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def course(**changes: str) -> dict[str, str]:
    return {
        "indication": "relapsed B-cell precursor ALL",
        **on("start", 12, 3, 2026),
        "transplant": "no",
        "prescriber": "Dr A. Farrow",
        **changes,
    }


def begin(browser: Browser, patient_id: int | None = None, **changes: str) -> str:
    """Opens a course, by default for a patient who is entered with it; gives its number."""
    path = f"/patients/{patient_id or enter(browser)}/courses/new"
    answer = browser.client.post(path, data={**browser.get(path).fields, **SIGNED, **course(**changes)})
    assert answer.status_code == 303, Html(answer.get_data(as_text=True)).said
    return str(answer.headers["Location"].rsplit("/", 1)[1])


def record(browser: Browser, kind: str, number: str = COURSE, **said: str) -> Html | None:
    """Records something of a course; gives the page again where it is refused."""
    path = f"/courses/{number}/record/{kind}"
    answer = browser.client.post(path, data={**browser.get(path).fields, **WHY, **SIGNED, **said})
    browser.status = answer.status_code
    return None if answer.status_code == 303 else Html(answer.get_data(as_text=True))


def dosed(browser: Browser, number: str = COURSE) -> None:
    """That day 1 of cycle 1 was given elsewhere, a week before the day of the tests."""
    first = {"cycle": "1", "day": "1", **on("on", 5, 3, 2026), "level": "0.8"}
    assert record(browser, "given", number, **first) is None


def respond(browser: Browser, found: str, number: str = COURSE, **said: str) -> None:
    """A response after cycle 1, whose day 1 was given elsewhere."""
    dosed(browser, number)
    assert record(browser, "response", number, after_cycle="1", is_=found, **said) is None


def order_form(browser: Browser, cycle: int = 1, day: int = 1, number: str = COURSE, **changes: str) -> dict[str, str]:
    """The form of an order in a course, with what was measured typed into it."""
    form = browser.get(f"/courses/{number}/order/{cycle}/{day}")
    assert browser.status == 200
    known = {name: text for name, text in form.fields.items() if text}
    measured = typed(browser.market, family=None, given=None, cycle=None, day=None, transplant=None, prescriber=None)
    return {**measured, **known, **changes}


def review(browser: Browser, cycle: int = 1, day: int = 1, number: str = COURSE, **changes: str) -> Html:
    return browser.post("/orders/review", order_form(browser, cycle, day, number, **changes))


def place(browser: Browser, cycle: int = 1, day: int = 1, number: str = COURSE, **changes: str) -> str:
    """Enters an order in a course; gives its number."""
    shown = review(browser, cycle, day, number, **changes)
    assert browser.status == 200 and not shown.problems, shown.said
    answers = dict.fromkeys(_reasons(shown), "record")
    answer = browser.save(shown, **answers)
    assert answer.status_code == 303, Html(answer.get_data(as_text=True)).said
    return str(answer.headers["Location"].rsplit("/", 1)[1])


def _reasons(shown: Html) -> list[str]:
    return [key for key in shown.elements if key.startswith("finding_") and key.endswith("_reason")]


def checklist(browser: Browser, drug_market: Market | None = None, **changes: str) -> dict[str, str]:
    """A checklist on which nothing is found, as typed."""
    market = drug_market or browser.market
    seen = {part: text for exam in EXAMS for part, text in on(f"exam_{exam}", 11, 3, 2026).items()}
    contra = {} if market is US else {f"contra_{n}": "no" for n in range(3)}
    return {
        **on("on", 12, 3, 2026),
        "seen_by": "Dr A. Farrow",
        **seen,
        "liver_bilirubin": "0.8",
        "liver_alt": "1.2",
        "count_neutrophils": "1.4",
        "count_platelets": "60",
        "blasts": "400",
        **{f"ordered_{n}": "y" for n in range(3)},
        "ends": "no",
        "target": "yes",
        "pregnancy": "not-pregnant",
        **contra,
        **changes,
    }


def check(browser: Browser, cycle: int = 1, day: int = 1, number: str = COURSE, **changes: str) -> Html | None:
    """Sends a checklist once; gives the page again where it is not recorded yet."""
    path = f"/courses/{number}/checklists/{cycle}/{day}"
    fields = browser.get(path).fields
    sent = {**fields, **checklist(browser), **changes, **SIGNED}
    answer = browser.client.post(path, data={name: text for name, text in sent.items() if text})
    browser.status = answer.status_code
    return None if answer.status_code == 303 else Html(answer.get_data(as_text=True))


def check_again(browser: Browser, shown: Html, cycle: int = 1, day: int = 1, **answers: str) -> Html | None:
    """Sends the checklist of a page that showed what it finds, with the answers."""
    path = f"/courses/{COURSE}/checklists/{cycle}/{day}"
    answer = browser.client.post(path, data={**shown.fields, **SIGNED, **answers})
    browser.status = answer.status_code
    return None if answer.status_code == 303 else Html(answer.get_data(as_text=True))


def release(browser: Browser, number: str, **brought: Any) -> None:
    finish(browser, number, State.RELEASED, **brought)


def later(browser: Browser, hour: int = 16, minute: int = 0) -> None:
    """The clock goes on to this time of the day where the desk stands, and whoever enters orders signs in again: the
    session is over by then. Nothing where it is later already."""
    local = browser.now.astimezone(ZoneInfo(browser.desk.zone)).replace(hour=hour, minute=minute)
    if local > browser.now:
        browser.now = local.astimezone(UTC)
        browser.sign_in(WHO[browser.market][0])


def give(browser: Browser, cycle: int = 1, day: int = 1, number: str = COURSE, **changes: str) -> Html | None:
    """Records a dose as given, once it was; gives the page again where it is refused."""
    later(browser)
    path = f"/courses/{number}/doses/{cycle}/{day}"
    times = {"start": "14:00", "end": "15:00", "observed": "16:00", "reaction": "none"}
    answer = browser.client.post(path, data={**browser.get(path).fields, **times, **SIGNED, **changes})
    browser.status = answer.status_code
    return None if answer.status_code == 303 else Html(answer.get_data(as_text=True))


def stored(browser: Browser, number: str = COURSE) -> CourseRecord:
    found = records.course_record(browser.desk.engine, number)
    assert found is not None
    return found


__all__ = ["COURSE", "DAY", "SIGNED", "UK", "US", "begin", "check", "check_again", "checklist", "course", "enter"]
__all__ += ["dosed", "give", "later", "order_form", "patient", "place", "record", "release", "respond", "review"]
__all__ += ["stored"]
