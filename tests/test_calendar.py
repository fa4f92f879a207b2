"""The months of a course: what each day is to a dose, and that a reader without colours is told so too."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from hypothesis import given

from compounding.course import Course, End, Ended, State, Transplant, schedule
from compounding.policy import Market
from compounding.web import TEMPLATES
from compounding.web.calendar import CalendarPage, Cell, calendar_page
from compounding.wording.calendar import MARKS, Mark
from tests.orders import DRUGS, UK
from tests.test_course_whole import Told, any_told
from tests.treatments import START, begun

TODAY = date(2026, 1, 22)
LATE = begun(
    ["1/1 2026-01-05 0.8", "1/8 2026-01-14 0.5", "1/15 2026-01-21 0.5"],
    omitted=["2/15"],
    responses={1: "none", 3: "none"},
)


def page(course: Course, today: date = TODAY) -> CalendarPage:
    return calendar_page(course, schedule(course), today)


def cells(shown: CalendarPage) -> dict[str, Cell]:
    """Every day of every month by its date."""
    found = [day for month in shown.months for week in month.weeks for day in week if day is not None]
    assert len(found) == len({day.iso for day in found})
    return {day.iso: day for day in found}


def marked(shown: CalendarPage) -> dict[str, list[tuple[str, str]]]:
    return {iso: [(mark.dose, mark.look) for mark in day.marks] for iso, day in cells(shown).items() if day.marks}


def test_a_course_whose_day_15_is_late() -> None:
    """Given 5, 14 and 21 January. Cycle 2 is nominal on 5 + 21 = 26 January, and 21 + 6 = 27 at the earliest. Its day
    8 is nominal on 27 + 7 = 3 February: 1 to 5 February, and not before 27 + 6 = 2 February. Day 15, 10 February, is
    omitted. Cycle 3 follows 28 days after 27 January, on 24 February, with days 8 and 15 on 3 and 10 March, ± 2, each
    not before the sixth day after the one before: 2 and 9 March. Without a response cycle 4 is blocked."""
    assert marked(page(LATE)) == {
        "2026-01-05": [("C1 day 1", "given")],
        "2026-01-14": [("C1 day 8", "given")],
        "2026-01-21": [("C1 day 15", "given")],
        "2026-01-26": [("C2 day 1", "nominal")],
        "2026-01-27": [("C2 day 1", "expected")],
        "2026-02-01": [("C2 day 8", "closed")],
        "2026-02-02": [("C2 day 8", "open")],
        "2026-02-03": [("C2 day 8", "expected")],
        "2026-02-04": [("C2 day 8", "open")],
        "2026-02-05": [("C2 day 8", "open")],
        "2026-02-10": [("C2 day 15", "omitted")],
        "2026-02-24": [("C3 day 1", "expected")],
        "2026-03-01": [("C3 day 8", "closed")],
        "2026-03-02": [("C3 day 8", "open")],
        "2026-03-03": [("C3 day 8", "expected")],
        "2026-03-04": [("C3 day 8", "open")],
        "2026-03-05": [("C3 day 8", "open")],
        "2026-03-08": [("C3 day 15", "closed")],
        "2026-03-09": [("C3 day 15", "open")],
        "2026-03-10": [("C3 day 15", "expected")],
        "2026-03-11": [("C3 day 15", "open")],
        "2026-03-12": [("C3 day 15", "open")],
    }
    assert page(LATE).without_date == "Cycles 4, 5 and 6 are blocked: no dose of them is given."


def test_a_window_that_is_gone() -> None:
    """Day 8 on 18 January: day 15, 17 to 21 January, opens on the 24th."""
    shown = marked(page(begun(["1/1 2026-01-05 0.8", "1/8 2026-01-18 0.5"])))
    assert {iso: marks for iso, marks in shown.items() if "C1 day 15" in [dose for dose, _ in marks]} == {
        "2026-01-17": [("C1 day 15", "closed")],
        "2026-01-18": [("C1 day 8", "given"), ("C1 day 15", "closed")],
        "2026-01-19": [("C1 day 15", "nominal")],
        "2026-01-20": [("C1 day 15", "closed")],
        "2026-01-21": [("C1 day 15", "closed")],
        "2026-01-24": [("C1 day 15", "late")],
    }


def test_months_and_weekdays_of_each_market() -> None:
    """5 January 2026 is a Monday; in the US the week begins on the Sunday before."""
    us, uk = page(LATE), page(begun(drug=UK))
    assert [month.name for month in us.months] == ["January 2026", "February 2026", "March 2026"]
    assert (us.months[0].heads[0], uk.months[0].heads[0]) == (("Sun", "Sunday"), ("Mon", "Monday"))
    assert us.months[0].heads[-1] == ("Sat", "Saturday")
    for shown, place in ((us, 1), (uk, 0)):
        weeks = shown.months[0].weeks
        day = next(week[place] for week in weeks if any(cell and cell.number == "5" for cell in week))
        assert day is not None and day.iso == "2026-01-05"
    assert cells(us)["2026-01-05"].name == "Jan 5, 2026"
    assert cells(uk)["2026-01-05"].name == "05-Jan-2026"


def test_today_is_marked_where_it_is_on_the_calendar() -> None:
    assert [iso for iso, day in cells(page(LATE)).items() if day.today] == ["2026-01-22"]
    assert not [day for day in cells(page(LATE, date(2027, 1, 1))).values() if day.today]


def test_the_year_turns() -> None:
    shown = page(begun(start=date(2026, 12, 21), transplant=Transplant(True)))
    assert [month.name for month in shown.months][:2] == ["December 2026", "January 2027"]


def test_a_course_that_ended_before_its_first_dose_has_no_month() -> None:
    ended = replace(begun(), ended=Ended(START, End.PATIENT, "declined"))
    shown = page(ended)
    assert shown.months == () and shown.legend == ()
    assert shown.without_date == "Cycles 1, 2, 3, 4, 5 and 6 are blocked: no dose of them is given."


def test_one_blocked_cycle_is_one() -> None:
    course = begun(responses={1: "none"}, transplant=Transplant(True, "MRD found"))
    assert page(course).without_date == ""
    fourth = begun(responses={3: "none", 4: "cr"}, omitted=["5/1"])
    assert page(fourth).without_date == "Cycle 4 is blocked: no more dose of it is given."


@pytest.mark.parametrize("mark", Mark)
def test_every_mark_has_its_word_and_what_it_means(mark: Mark) -> None:
    word, meaning = MARKS[mark]
    assert word and meaning.endswith(".")


@given(any_told())
def test_the_calendar_and_the_schedule_agree(told: Told) -> None:
    """Every dose with a day has one of its own kind; no open day is outside the dates of its dose."""
    course = told.course()
    made = schedule(course)
    shown = calendar_page(course, made, START)
    found = marked(shown)
    looks = Counter((dose, look) for marks in found.values() for dose, look in marks)
    own = {State.GIVEN: "given", State.OMITTED: "omitted", State.PLANNED: "expected", State.NO_WINDOW: "late"}
    for dose in made.doses:
        name = f"C{dose.slot.cycle} day {dose.slot.day}"
        if dose.state is State.BLOCKED:
            assert not any(of == name for of, _ in looks)
            continue
        assert looks[name, own[dose.state]] == 1
        open_days = [date.fromisoformat(iso) for iso, marks in found.items() if (name, "open") in marks]
        if open_days:
            assert dose.opens is not None and dose.closes is not None
            assert dose.opens <= min(open_days) and max(open_days) <= dose.closes
            assert len(open_days) == (dose.closes - dose.opens).days  # the expected day is not among them
        for iso, marks in found.items():
            if (name, "closed") in marks or (name, "nominal") in marks:
                assert dose.opens is not None and date.fromisoformat(iso) < dose.opens
    assert {look for _, look in looks} == {look for look, *_ in shown.legend}


def test_every_month_is_whole_and_every_week_has_seven_days() -> None:
    for market in Market:
        for month in page(begun(drug=DRUGS[market])).months:
            days = [day for week in month.weeks for day in week]
            assert all(len(week) == 7 for week in month.weeks)
            isos = [day.iso for day in days if day is not None]
            first = date.fromisoformat(isos[0])
            assert isos == [(first + timedelta(n)).isoformat() for n in range(len(isos))]
            assert first.day == 1 and (first + timedelta(len(isos))).day == 1


# ------------------------------------------------------------------ the markup


class Tables(HTMLParser):
    """Captions, headings and cells of every table, and the tags that are open at the end."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.captions: list[str] = []
        self.heads: list[dict[str, str]] = []
        self.cells: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        if tag == "caption":
            self.captions.append("")
        if tag == "th":
            self.heads.append({name: value or "" for name, value in attributes})
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "caption" in self.open:
            self.captions[-1] += data
        if "td" in self.open:
            self.cells[-1] += data


@pytest.fixture
def drawn() -> Tables:
    app = Flask("calendar", template_folder=str(TEMPLATES))
    with app.test_request_context():
        return Tables(
            render_template_string('{% from "_calendar.html" import calendar %}{{ calendar(page) }}', page=page(LATE))
        )


def test_each_month_is_a_table_with_caption_and_headings(drawn: Tables) -> None:
    assert drawn.captions == ["January 2026", "February 2026", "March 2026"]
    assert len(drawn.heads) == 3 * 7 and all(head == {"scope": "col"} for head in drawn.heads)
    assert drawn.open == []


def test_a_day_says_in_words_what_it_is(drawn: Tables) -> None:
    said = [" ".join(cell.split()) for cell in drawn.cells]
    assert "5C1 day 1 Given" in said
    assert "26C2 day 1 Nominal, too soon" in said
    assert "22 today" in said


def test_no_style_and_no_script_stands_in_the_markup() -> None:
    """The content policy of the desk allows neither."""
    text = (Path(TEMPLATES) / "_calendar.html").read_text("utf-8")
    assert not re.search(r"style=|<script|\bon[a-z]+=", text)
