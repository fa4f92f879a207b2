"""The worklist: in which order, what is whose, what stands in a row, and the way there from a label or a number."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from finishing import finish
from on_the_way import bring, take
from web_desk import AUDITOR, NOW, UK, US, WHO, Browser, Html, on

from compounding import records
from compounding.policy import Market
from compounding.records import NewFate, put_setting
from compounding.scanning import own_code, page_code
from compounding.wording.worklist import limit_text, span, time_left
from compounding.workflow import State
from compounding.workflow.limits import Due, Limit, Urgency
from compounding.workflow.progress import Fate

# ------------------------------------------------------------------ a floor at 12:35


ORDERED = {
    # family, given, born, MRN: all of 170 cm and 70 kg, so 1.46 mg and two vials
    "oyelaran": ("Oyelaran", "Thomas", (19, 1, 1989), "00418914"),
    "nakamura": ("Nakamura", "Daniel", (2, 5, 1971), "00418820"),
    "bergstrom": ("Bergström", "Astrid", (30, 11, 1964), "00419078"),
    "rivera": ("Rivera", "Elena", (14, 8, 1980), "00417352"),
    "grace": ("Holloway", "Grace", (3, 6, 1990), "00419102"),
    "cruz": ("De La Cruz-Whittington", "Maximiliano", (8, 2, 1958), "00419144"),
    "gregory": ("Holloway", "Gregory", (21, 9, 1979), "00419158"),
}


def at(browser: Browser, time: str) -> None:
    """Sets the clock to a time of the day in New York, four hours before UTC since Mar 8."""
    browser.now = datetime.fromisoformat(f"2026-03-12T{time}").replace(tzinfo=UTC) + timedelta(hours=4)
    browser.sign_in(WHO[browser.market][0])


def ordered(browser: Browser, who: str, **changes: str) -> str:
    """Enters an order, and gives its number."""
    family, given, born, mrn = ORDERED[who]
    named = {"family": family, "given": given, "mrn": mrn, **on("born", *born)}
    answer = browser.save(browser.review(**{**named, **changes}))
    assert answer.status_code == 303
    return str(answer.headers["Location"].rpartition("/")[2])


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """Seven preparations, each in another state, and the three invented orders; it is 12:35."""
    home = tmp_path_factory.mktemp("floor")
    browser = Browser(home, US, now=NOW - timedelta(hours=3))
    numbers = {who: ordered(browser, who) for who in ORDERED}
    at(browser, "07:20")
    finish(browser, numbers["oyelaran"], State.RELEASED)
    at(browser, "08:20")
    bring(browser, numbers["nakamura"], State.RECONSTITUTED)
    at(browser, "08:58")
    bring(browser, numbers["bergstrom"], State.CHECKED)
    at(browser, "09:00")
    finish(browser, numbers["rivera"], State.LABELLED)
    bring(browser, numbers["grace"], State.MATERIALS)
    bring(browser, numbers["cruz"], State.VERIFIED)
    browser.desk.engine.dispose()
    yield home, numbers


class Floor(Browser):
    """The desk on which all this stands."""

    numbers: dict[str, str]


@pytest.fixture
def desk(tmp_path: Path, floor: tuple[Path, dict[str, str]]) -> Iterator[Floor]:
    home, numbers = floor
    desk = Floor(shutil.copytree(home, tmp_path / "home"), US, now=NOW + timedelta(hours=3, minutes=35))
    desk.numbers = numbers
    yield desk
    desk.desk.engine.dispose()


def rows(page: Html) -> list[str]:
    """The text of each row, from its limit to its button."""
    body = page.text.partition("Next action ")[2].partition(" Clocks run from")[0]
    starts = [
        place for place in range(len(body)) if body.startswith(STARTS, place) and (not place or body[place - 1] == " ")
    ]
    return [body[start:end].strip() for start, end in pairwise([*starts, len(body)])]


# What a row begins with: a limit that is passed or runs, or that there is none.
STARTS = ("passed ", "23 min left", "45 min left", "2 h 25 min left", "No clock")


def number_of(row: str) -> str:
    """Whose row it is: its own number, and not that of an alike name."""
    (found,) = re.findall(r"(?<!like )[0-9]{4}-[0-9]{6}", row)
    return str(found)


def row_of(page: Html, number: str) -> str:
    (found,) = [text for text in rows(page) if number_of(text) == number]
    return found


# ------------------------------------------------------------------ the order, and what stands in a row


def test_the_nearest_limit_stands_first(desk: Floor) -> None:
    """Dilute by 12:20 and 12:58; out of the fridge by 13:20 and 15:00; then by the day of the dose."""
    page = desk.get("/worklist")
    told = [text.partition(" born ")[0] for text in rows(page)]
    assert told == [
        "passed 15 min ago Dilute by 12:20 NAKAMURA, Daniel",
        "23 min left Dilute by 12:58 BERGSTRÖM, Astrid",
        "45 min left Out of the refrigerator by 13:20 OYELARAN, Thomas",
        "2 h 25 min left Out of the refrigerator by 15:00 RIVERA, Elena",
        "No clock yet give on Mar 12, 2026 first vial planned 09:00 RIVERA, Elena",
        "No clock yet give on Mar 12, 2026 first vial planned 09:00 HOLLOWAY, Grace",
        "No clock yet give on Mar 12, 2026 first vial planned 09:00 DE LA CRUZ-WHITTINGTON, Maximiliano",
        "No clock yet give on Mar 12, 2026 first vial planned 09:00 HOLLOWAY, Gregory",
        "No clock yet give on Mar 13, 2026 first vial planned 09:00 BERGSTRÖM, Ingrid",
        "No clock yet give on Mar 14, 2026 first vial planned 09:00 OYELARAN, Thomas",
    ]
    assert "Worklist, Mar 12, 2026 Nearest limit first. 10 preparations, 1 late, 1 within 30 min." in page.text
    assert "Now, America/New_York 12:35" in page.text


def test_an_earlier_hour_of_the_same_day_stands_first(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    later, sooner = (ordered(browser, who, wetting=time) for who, time in (("grace", "16:30"), ("cruz", "08:30")))
    page = browser.get("/worklist").text
    assert page.index(sooner) < page.index("2026-000001") < page.index(later)


LOOKS = {"nakamura": "late", "bergstrom": "soon"}


def test_a_late_row_is_red_and_a_near_one_amber(desk: Floor) -> None:
    source = desk.client.get("/worklist").get_data(as_text=True)
    for who, number in desk.numbers.items():
        (text,) = [row for row in source.split("<tr") if f'<span class="cell-small">{number}</span>' in row]
        assert text.startswith(f' class="{LOOKS[who]}"' if who in LOOKS else ">"), who
    assert source.count('class="chip late"') == 1
    assert source.count('class="chip soon"') == 1


HELD = [
    # who looks; of whom, in the row: the state, who has it, and the words of the button
    ("okafor", "nakamura", "Reconstituted", "You since 08:20 Reject after 12:20 only reject is left"),
    ("okafor", "bergstrom", "In-process checked", "You since 08:58 Add drug to the bag"),
    ("okafor", "rivera", "Labelled", "For a pharmacist not R. Okafor, who prepared it since 09:00 Open"),
    ("okafor", "grace", "Materials recorded", "You since 09:00 Wet vial 1"),
    ("okafor", "cruz", "Order verified", "Nobody since 09:00 Pick vial 1"),
    ("okafor", "gregory", "Entered", "For a pharmacist not R. Okafor, who entered it since 06:00 Open"),
    ("okafor", "oyelaran", "Released", "6 East, bed 12 released 07:20 nothing to do here Open"),
    ("park", "nakamura", "Reconstituted", "R. Okafor technician, since 08:20 Reject after 12:20 only reject is left"),
    ("park", "bergstrom", "In-process checked", "R. Okafor technician, since 08:58 Add drug to the bag"),
    ("adeyemi", "bergstrom", "In-process checked", "R. Okafor technician, since 08:58 Open"),  # who checked it
    ("lindqvist", "bergstrom", "In-process checked", "R. Okafor technician, since 08:58 Add drug to the bag"),
    ("lindqvist", "rivera", "Labelled", "For a pharmacist not R. Okafor, who prepared it since 09:00 Check the finish"),
    ("lindqvist", "gregory", "Entered", "For a pharmacist not R. Okafor, who entered it since 06:00 Verify the order"),
    (AUDITOR[US], "grace", "Materials recorded", "R. Okafor technician, since 09:00 Open"),
]


@pytest.mark.parametrize(("user", "who", "state", "told"), HELD)
def test_a_row_says_who_has_it_and_what_is_next_for_the_one_who_looks(
    desk: Floor, user: str, who: str, state: str, told: str
) -> None:
    desk.sign_in(user)
    number = desk.numbers[who]
    assert f" {state} {number} {told}" in row_of(desk.get("/worklist"), number)


PRESSED = [
    # who looks; of whom; the look of the button and where it leads
    ("okafor", "nakamura", "stop", "/end/reject"),
    ("okafor", "bergstrom", "primary", ""),
    ("okafor", "rivera", "secondary", ""),
    ("okafor", "grace", "primary", ""),
    ("okafor", "cruz", "secondary", ""),  # nobody has it yet
    ("park", "grace", "secondary", ""),  # another has it
    ("lindqvist", "rivera", "primary", "/final"),
    ("lindqvist", "gregory", "primary", "/verify"),
    (AUDITOR[US], "grace", "secondary", ""),
]


@pytest.mark.parametrize(("user", "who", "look", "leads"), PRESSED)
def test_what_is_yours_has_a_filled_button_that_leads_there(
    desk: Floor, user: str, who: str, look: str, leads: str
) -> None:
    desk.sign_in(user)
    number = desk.numbers[who]
    path = f"/preparations/{number}"
    (found,) = [(href, shown) for href, shown, _ in desk.get("/worklist").links if href.startswith(path)]
    assert found[1] == f"button {look}"
    assert found[0].removeprefix(path) == leads
    desk.get(found[0])
    assert desk.status == 200


TABS = [
    ("okafor", "All 10 Mine 3 To be checked 5 To be released 0 Late 1"),
    ("park", "All 10 Mine 0 To be checked 5 To be released 0 Late 1"),
    ("lindqvist", "All 10 Mine 5 To be checked 5 To be released 0 Late 1"),
]


@pytest.mark.parametrize(("user", "counts"), TABS)
def test_each_tab_says_how_many_it_holds(desk: Floor, user: str, counts: str) -> None:
    desk.sign_in(user)
    assert counts in desk.get("/worklist").text


SHOWN = {
    "mine": ["nakamura", "bergstrom", "grace"],
    "late": ["nakamura"],
    "release": [],
    "check": ["rivera", "gregory"],
    "nothing-of-the-kind": list(ORDERED),
}


@pytest.mark.parametrize(("tab", "held"), SHOWN.items())
def test_a_tab_shows_its_own_and_logs_what_it_showed(desk: Floor, tab: str, held: list[str]) -> None:
    before = desk.rows()["log"]
    shown = {number_of(text) for text in rows(desk.get(f"/worklist?show={tab}"))}
    assert {who for who, number in desk.numbers.items() if number in shown} == set(held)
    assert desk.rows()["log"] == before + 1
    entry = records.find_entries(desk.desk.engine, records.EntrySearch(), size=1)[0].event
    assert (entry.action, entry.person.id) == ("worklist viewed", "okafor")
    assert {who for who, number in desk.numbers.items() if number in entry.details["shown"]} == set(held)


def test_an_empty_tab_says_so(desk: Floor) -> None:
    assert "Nothing is to be released." in desk.get("/worklist?show=release").text
    records_of = records.find_entries(desk.desk.engine, records.EntrySearch(), size=1)[0].event
    assert records_of.details["shown"] == "none"


def test_alike_names_are_flagged_over_the_whole_list(desk: Floor) -> None:
    """Also where a tab shows only one of the two."""
    grace, gregory = desk.numbers["grace"], desk.numbers["gregory"]
    page = desk.get("/worklist")
    assert f"Name like {gregory}" in page.text
    assert f"Name like {grace}" in page.text
    mine = desk.get("/worklist?show=mine").text
    assert f"Name like {gregory}" in mine
    assert "Alike names: read the date of birth and the number." in mine
    assert "Name like" not in desk.get("/worklist?show=late").text


def test_a_dose_is_hidden_until_the_order_is_verified(desk: Floor) -> None:
    page = desk.get("/worklist")
    for text in rows(page):
        entered = " Entered " in text
        assert ("hidden until verified" in text) is entered
        assert ("1.46 mg cycle 1 day 1 · 2 vials" in text) is not entered


def test_whoever_checks_it_blind_sees_no_dose_in_the_list(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    bring(browser, "2026-000001", State.RECONSTITUTED)
    for user, hidden in (("okafor", False), ("park", False), ("lindqvist", True), ("adeyemi", True)):
        browser.sign_in(user)
        text = browser.client.get("/worklist").get_data(as_text=True)
        assert ("until you have checked it" in text, "1.46" in text) == (hidden, not hidden), user


def test_in_the_uk_a_second_technician_may_check(tmp_path: Path) -> None:
    browser = Browser(tmp_path, UK)
    bring(browser, "2026-000001", State.RECONSTITUTED)
    page = browser.get("/worklist").text
    assert "For a second person not S. Hughes, who prepared it since 13:00 Open" in page
    browser.sign_in("mensah")
    assert "For a second person not S. Hughes, who prepared it since 13:00 Check before the drug is added" in (
        browser.get("/worklist").text
    )


STAYS = [("15:19", True), ("15:20", True), ("15:21", False)]


@pytest.mark.parametrize(("time", "there"), STAYS)
def test_a_released_bag_leaves_the_list_after_its_infusion_must_be_complete(
    desk: Floor, time: str, there: bool
) -> None:
    """Wetted at 07:20: complete by 15:20, eight hours later."""
    at(desk, time)
    assert (desk.numbers["oyelaran"] in desk.get("/worklist").text) is there


def test_an_ended_one_is_not_on_the_list(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    take(browser, "2026-000001", "cancelled", "preparer", State.CANCELLED)
    assert "2026-000001" not in browser.get("/worklist").text
    assert "2026-000002" in browser.get("/worklist").text


def test_a_bag_that_came_back_waits_to_be_thrown_away(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    finish(browser, "2026-000001", State.RELEASED)
    take(browser, "2026-000001", "returned", "preparer", State.RETURNED)
    text = browser.get("/worklist").text
    assert "No clock it came back RIVERA, Elena" in text
    assert "You since 09:00 Record the waste" in text


def test_an_order_that_the_settings_would_plan_otherwise_says_so(tmp_path: Path) -> None:
    """The dose is rounded to 0.1 mg now: 1.5 mg, and 1.46 mg are stored."""
    browser = Browser(tmp_path, US)
    browser.verify("2026-000001")
    who = browser.desk.staff()[0]
    told = records.Event(who, "setting changed", browser.now, zone="UTC", subject="setting:dose_step")
    put_setting(browser.desk.engine, "dose_step", "0.1 mg", "holds", told)
    text = browser.get("/worklist").text
    assert "1.46 mg cycle 1 day 1 · 2 vials Order verified 2026-000001 Nobody since 09:00 Open" in text
    assert "Open cannot go on by its plan" in text


def test_every_market_has_its_vial_on_the_list(tmp_path: Path) -> None:
    assert "US 0.9 mg vial" in Browser(tmp_path / "us", US).get("/worklist").text
    assert "UK 1 mg vial" in Browser(tmp_path / "uk", UK).get("/worklist").text


STARTS_AT = [("okafor", "/worklist"), ("adeyemi", "/worklist"), (AUDITOR[US], "/preparations")]


@pytest.mark.parametrize(("user", "start"), STARTS_AT)
def test_whoever_prepares_begins_with_the_worklist(tmp_path: Path, user: str, start: str) -> None:
    browser = Browser(tmp_path, US, user=user)
    assert browser.client.get("/").headers["Location"] == start


# ------------------------------------------------------------------ scanned or typed

NUMBER = "2026-000001"


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The worked example with its three labels, the third destroyed, and its worksheet printed."""
    home = tmp_path_factory.mktemp("labelled")
    browser = Browser(home, US)
    browser.verify(NUMBER)
    assert browser.send(f"/preparations/{NUMBER}/print/worksheet", {}).status_code == 303
    browser.desk.engine.dispose()
    yield home


def scanned(browser: Browser, text: str) -> tuple[int, Any]:
    answer = browser.send("/worklist/scan", {"scan": text})
    where = answer.headers.get("Location")
    return answer.status_code, where or Html(answer.get_data(as_text=True)).text


def newest(browser: Browser, action: str) -> records.Event:
    return records.find_entries(browser.desk.engine, records.EntrySearch(action=action), size=1)[0].event


OPENS = [
    (NUMBER, NUMBER),
    (f"  {NUMBER}\n", NUMBER),
    (own_code(NUMBER, "1"), f"label copy 1 of {NUMBER}"),
    (own_code(NUMBER, "2").lower(), f"label copy 2 of {NUMBER}"),
    (f"]d1{own_code(NUMBER, '1')}", f"label copy 1 of {NUMBER}"),  # with the prefix of a Data Matrix code
    (f"{own_code(NUMBER, '1')}\r\n", f"label copy 1 of {NUMBER}"),
]


def test_a_label_or_a_number_opens_its_preparation(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    finish(browser, NUMBER, State.LABELLED)
    for text, read in OPENS:
        assert scanned(browser, text) == (303, f"/preparations/{NUMBER}"), text
        event = newest(browser, "preparation looked up")
        assert (event.subject, event.details) == (NUMBER, {"scanned": text, "read as": read})
    status, page = scanned(browser, own_code(NUMBER, "4"))
    assert status == 422
    assert f"There is no label copy 4 of {NUMBER}: it was not printed at this desk." in page


def test_a_destroyed_label_opens_nothing(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    finish(browser, NUMBER, State.LABELLED)
    copies = records.standing(browser.desk.engine, NUMBER).labels  # type: ignore[union-attr]
    take(
        browser,
        NUMBER,
        "label destroyed",
        "preparer",
        None,
        [NewFate(copies[2].print_id, Fate.DESTROYED, "torn", "park")],
    )
    status, page = scanned(browser, own_code(NUMBER, "3"))
    assert status == 422
    assert f"Label copy 3 of {NUMBER} is written down as destroyed, and here it is: show it to a pharmacist." in page
    assert newest(browser, "scan refused").subject == NUMBER


def test_a_worksheet_opens_its_preparation_until_the_order_is_changed(tmp_path: Path, labelled: Path) -> None:
    browser = Browser(shutil.copytree(labelled, tmp_path / "home"), US)
    old = own_code(NUMBER, "p1")  # as it was printed before a code said of which version it is
    for code in (old, page_code(NUMBER, 1, 1)):
        assert scanned(browser, code) == (303, f"/preparations/{NUMBER}")
    status, page = scanned(browser, page_code(NUMBER, 1, 2))
    assert (status, f"There is no page 1 of the worksheet of {NUMBER}: it was not printed" in page) == (422, True)
    shown = browser.post("/orders/review", {**browser.get(f"/orders/{NUMBER}/edit").fields, "weight": "71"})
    assert browser.save(shown, change_reason="measured", change_words="Weighed again.").status_code == 303
    for code, stands in (
        (old, "is of an older version than 2, which stands by now. Destroy it."),
        (page_code(NUMBER, 1, 1), "is of version 1, and version 2 stands by now. Destroy it."),
    ):
        status, page = scanned(browser, code)
        assert status == 422
        assert f"Stale: page 1 of the worksheet of {NUMBER} {stands}" in page
    assert scanned(browser, NUMBER)[0] == 303


UNREAD = [
    ("", "Nothing was scanned. Scan a label or a worksheet, or type a preparation number."),
    ("  ", "Nothing was scanned. Scan a label or a worksheet, or type a preparation number."),
    ("]d1", "“]d1” is neither a label or worksheet of this desk nor a preparation number."),
    ("2026-000099", "There is no preparation 2026-000099."),
    (own_code("2026-000099", "1"), "There is no preparation 2026-000099."),
    (own_code(NUMBER, "1"), f"There is no label copy 1 of {NUMBER}: it was not printed at this desk."),
    (own_code(NUMBER, "p1"), f"There is no page 1 of the worksheet of {NUMBER}: it was not printed at this desk."),
    (
        f"{own_code(NUMBER, '1')[:-1]}{'0' if own_code(NUMBER, '1')[-1] != '0' else '1'}",
        "has the form of our own labels, not of a vial, and its check does not fit.",
    ),
    ("01003000801000111727043010AB", "is neither a label or worksheet of this desk nor a preparation number."),
    ("https://example.org/2026-000001", "is neither a label or worksheet of this desk nor a preparation number."),
    ("Rivera", "“Rivera” is neither a label or worksheet of this desk nor a preparation number."),
]


def test_what_leads_nowhere_says_why_and_keeps_the_field_free(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    for text, sentence in UNREAD:
        page = browser.post("/worklist/scan", {"scan": text})
        assert browser.status == 422, text
        assert sentence in page.text, text
        assert page.fields["scan"] == ""
        assert "autofocus" in page.elements["scan"]
        event = newest(browser, "scan refused")
        assert event.details["scanned"] == text
        assert sentence in event.reason


def test_a_long_scan_is_cut_in_the_log(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    assert scanned(browser, "9" * 10_000)[0] == 422
    assert newest(browser, "scan refused").details == {"scanned": "9" * 200}


def test_a_refused_scan_comes_back_to_the_tab_it_was_made_on(tmp_path: Path) -> None:
    page = Browser(tmp_path, US).post("/worklist/scan?show=late", {"scan": "x"})
    assert "Nothing is late." in page.text
    assert "/worklist/scan?show=late" in page.actions


def test_a_scan_without_its_session_keeps_what_was_scanned(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    answer = browser.client.post("/worklist/scan", data={"scan": NUMBER, "csrf_token": "of another session"})
    page = Html(answer.get_data(as_text=True))
    assert answer.status_code == 400
    assert page.fields["scan"] == NUMBER
    assert "Your session had ended, so nothing was done." in page.text


# ------------------------------------------------------------------ words

MINUTE = timedelta(minutes=1)
SPANS = [
    (0, "0 min"),
    (1, "1 min"),
    (59, "59 min"),
    (60, "1 h"),
    (145, "2 h 25 min"),
    (2879, "47 h 59 min"),
    (2880, "2 days"),
    (7200, "5 days"),
]


@pytest.mark.parametrize(("minutes", "said"), SPANS)
def test_a_span_of_time_in_words(minutes: int, said: str) -> None:
    assert span(minutes * MINUTE) == said


LEFT = [
    (30, Urgency.SOON, "30 min left"),
    (0, Urgency.SOON, "last minute"),
    (0, Urgency.PASSED, "passed now"),
    (-15, Urgency.PASSED, "passed 15 min ago"),
    (-61, Urgency.PASSED, "passed 1 h 1 min ago"),
]


@pytest.mark.parametrize(("minutes", "urgency", "said"), LEFT)
def test_the_time_that_is_left_in_words(minutes: int, urgency: Urgency, said: str) -> None:
    assert time_left(Due(Limit.DILUTE_BY, NOW, minutes * MINUTE, urgency)) == said


RULES = [
    # limit, its time and now in UTC, zone, market: New York is at UTC − 4 h since Mar 8, London at UTC
    (Limit.OUT_OF_FRIDGE_BY, (12, 19), (12, 16), "America/New_York", US, "Out of the refrigerator by 15:00"),
    (Limit.OUT_OF_FRIDGE_BY, (12, 15), (12, 13), "Europe/London", UK, "Out of the fridge by 15:00"),
    (Limit.COMPLETE_BY, (13, 5), (12, 23), "America/New_York", US, "Complete by Mar 13, 2026 01:00"),
    (Limit.START_BEFORE, (13, 0), (12, 23), "Europe/London", UK, "Start before 13-Mar-2026 00:00"),
    (Limit.START_BEFORE, (13, 3), (12, 23), "America/New_York", US, "Start before 23:00"),
]


@pytest.mark.parametrize(("limit", "due", "now", "zone", "market", "said"), RULES)
def test_a_limit_has_its_date_where_that_is_not_todays(
    limit: Limit, due: tuple[int, int], now: tuple[int, int], zone: str, market: Market, said: str
) -> None:
    when, today = (datetime(2026, 3, day, hour, tzinfo=UTC) for day, hour in (due, now))
    assert when.date() != date(2026, 3, 11)
    assert limit_text(Due(limit, when, when - today, Urgency.CALM), today, zone, market).rule == said
