"""The worklist of preparations that stand in a course: what holds them, and which button that bars."""

import re
from pathlib import Path

import pytest
from course_desk import COURSE, begin, check, place, record
from finishing import finish
from web_desk import Browser, on

from compounding.records import NotRead
from compounding.web.in_course import InCourse
from compounding.workflow import State


@pytest.fixture
def us(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


def row(browser: Browser, number: str) -> str:
    """What the worklist says of a preparation."""

    source = browser.client.get("/worklist").get_data(as_text=True)
    (found,) = [one for one in source.split("<tr") if f'<span class="cell-small">{number}</span>' in one]
    return " ".join(re.sub("<[^>]*>", " ", found.partition("</tr")[0]).split())


def test_the_worklist_shows_what_the_course_of_a_preparation_holds_it_by(us: Browser) -> None:
    begin(us)
    number = place(us)
    assert "Held: its checklist is not filled in" in row(us, number)
    assert check(us) is None
    assert "Held:" not in row(us, number)
    record(us, "ended", **on("on", 12, 3, 2026), why="patient", told="asked to stop")
    assert "Held: its course has ended" in row(us, number)


def test_a_release_that_the_course_bars_has_no_button_on_the_worklist(us: Browser) -> None:
    begin(us)
    number = place(us)
    finish(us, number, State.FINAL)
    us.sign_in("lindqvist")
    held = row(us, number)
    assert "Held: its checklist is not filled in" in held
    assert "not released while it is held" in held and "Release" not in held
    us.sign_in("okafor")
    assert check(us) is None
    us.sign_in("lindqvist")
    free = row(us, number)
    assert "Held:" not in free and "Release" in free


def test_an_order_of_no_course_is_held_by_none(us: Browser) -> None:
    begin(us)
    assert "Held:" not in row(us, "2026-000001")


def test_what_is_stored_of_one_course_keeps_no_other_preparation_off_the_worklist(
    us: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(us)
    number = place(us)

    def contradicts(*_: object, **__: object) -> None:
        raise NotRead(f"Not read: course {COURSE} contradicts itself.")

    monkeypatch.setattr(InCourse, "held", contradicts)
    assert "cannot go on by its plan" in row(us, number)
    assert "Verify the order" in row(us, "2026-000001") or "Open" in row(us, "2026-000001")
