"""The pages of the log: found, told, compared, checked, taken out; and nothing changed but the log of access."""

import csv
import io
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from audit_story import BLASTS, NUMBER, changed_and_verified, event, overridden_and_stopped, story
from databases import Attacker
from web_desk import ADMINISTRATOR, AUDITOR, NOW, UK, US, WHO, Browser, Html, on, plain

from compounding import evidence, training
from compounding.records import (
    PROGRAM,
    Change,
    EntrySearch,
    Event,
    find_entries,
    guards,
    head,
    preparation,
    record,
    revise_preparation,
    timeline,
    witness,
)
from compounding.records.signatures import NewSignature
from compounding.web.extracts import BOM, COLUMNS, guarded
from compounding.wording.proof import checked

PATIENT = ("rivera", "elena", "00417352")
EVERY_POST = [
    "/audit/search",
    "/audit/compare",
    f"/audit/{NUMBER}/compare",
    "/audit/check",
    "/audit/csv",
    f"/audit/{NUMBER}/csv",
    f"/audit/{NUMBER}/pdf",
    "/audit/export",
]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A desk with a story, the auditor signed in. Tests read it, and leave entries of access alone."""
    browser = Browser(tmp_path_factory.mktemp("home"), US)
    story(browser)
    browser.sign_in(AUDITOR[US])
    yield browser
    browser.desk.engine.dispose()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Browser]:
    browser = Browser(tmp_path / "home", US)
    browser.sign_in(AUDITOR[US])
    yield browser
    browser.desk.engine.dispose()


def newest(browser: Browser) -> Event:
    (found,) = find_entries(browser.desk.engine, EntrySearch(), size=1)
    return found.event


def size(browser: Browser) -> int:
    found = head(browser.desk.engine)
    assert found is not None
    return found.seq


def lines(page: Html) -> list[tuple[str, str]]:
    """The entries that a page shows: number, and the words of what was done up to its values."""
    rows = re.findall(r'<td role="cell" class="log-number">([0-9,]+)</td>.*?<p class="log-what">(.*?)</p>', page.source)
    return [(number, plain(re.sub(r"<[^>]*>", " ", what))) for number, what in rows]


class Shown(Html):
    """A page with its source."""

    def __init__(self, text: str) -> None:
        self.source = text.replace("\n", " ")
        super().__init__(text)


def get(browser: Browser, path: str) -> Shown:
    answer = browser.client.get(path)
    browser.status = answer.status_code
    return Shown(answer.get_data(as_text=True))


def post(browser: Browser, path: str, sent: Mapping[str, Any] | None = None) -> Shown:
    answer = browser.send(path, sent or {})
    browser.status = answer.status_code
    return Shown(answer.get_data(as_text=True))


def taken(browser: Browser, path: str, sent: Mapping[str, Any] | None = None) -> Any:
    """The answer to a form that gives a file, read and closed."""
    answer = browser.send(path, sent or {})
    answer.get_data()
    answer.close()
    return answer


def actions(page: Html) -> list[str]:
    return [what for _, what in lines(page)]


# ------------------------------------------------------------------ the timeline

STORY = [
    # what was done with its marks, and what must stand in the entry
    ("Order entered Signed", ["Weight – → became 70 kg", "Calculated dose – → became 1.456 mg"]),
    ("Finding overridden Override", [f"Peripheral blasts {BLASTS}", "Why: Confirmed. “By phone.”"]),
    ("Order verification stopped Stop", ["Weight 77 kg in the order against 70 kg entered afresh"]),
    (
        "Order changed",
        [
            "Weight 77 kg → became 70 kg",
            "Body surface 1.91 m² → became 1.82 m²",
            "Dose 1.46 mg unchanged",
            "Why: Misread. “Chart says 70.”",
        ],
    ),
    ("Signature void Void", ["Order entry R. Okafor, technician → became void"]),
    ("Order entry Signed again", []),
    ("Order verified Signed", ["State entered → became order verified"]),
    # 13:38 in UTC is 09:38 in New York, 38 minutes after the desk's moment, and entered 14 minutes later
    ("Diluted Late entry", ["Time – → became 09:38, entered 09:52", "Why: hands in the cabinet"]),
]


def test_the_timeline_tells_the_story_with_each_value_old_and_new(told: Browser) -> None:
    page = get(told, f"/audit/{NUMBER}")
    assert actions(page) == [what for what, _ in STORY]
    for _, values in STORY:
        for value in values:
            assert value in page.text, value


def test_every_change_of_the_log_stands_on_the_page(told: Browser) -> None:
    """Of every entry of the preparation, as it is stored: nothing old and nothing new is left out."""
    page = get(told, f"/audit/{NUMBER}").text
    changes = [change for entry in timeline(told.desk.engine, NUMBER) for change in entry.event.changes]
    assert len(changes) > 25
    for _, old, new in changes:
        for value in (old, new):
            assert value is None or plain(value) in page, value


def test_the_page_names_its_own_view(told: Browser) -> None:
    page = get(told, f"/audit/{NUMBER}")
    assert f"You read everything and change nothing. This view is entry {size(told)}." in page.text
    seen = newest(told)
    assert (seen.action, seen.subject, seen.person.id) == ("timeline viewed", NUMBER, "whitfield")


PARTS = [
    # part, and what stands in it; the first is what a page shows that asks for none
    ("changes", ["Order changed"]),
    (
        "findings",
        ["Order entered Signed", "Finding overridden Override", "Order verification stopped Stop"],
    ),
    (
        "signatures",
        ["Order entered Signed", "Signature void Void", "Order entry Signed again", "Order verified Signed"],
    ),
    ("nothing", [what for what, _ in STORY]),
]


@pytest.mark.parametrize(("show", "expected"), PARTS)
def test_a_part_of_the_timeline_holds_its_kind_and_its_count(told: Browser, show: str, expected: list[str]) -> None:
    page = get(told, f"/audit/{NUMBER}?show={show}")
    assert actions(page) == expected
    (current,) = re.findall(r'aria-current="page">([A-Z][a-z ]+) ([0-9]+)</a>', page.source)
    assert current[1] == str(len(expected))


def test_the_views_are_a_part_of_their_own(told: Browser) -> None:
    get(told, f"/audit/{NUMBER}")
    page = get(told, f"/audit/{NUMBER}?show=views")
    assert set(actions(page)) <= {"Timeline viewed", "Code compared", "Log exported", "Chain checked"}
    assert len(actions(page)) >= 2
    assert lines(page)[-1] == (str(size(told)), "Timeline viewed")


def test_a_preparation_that_is_none_has_no_timeline(told: Browser) -> None:
    before = size(told)
    assert told.client.get("/audit/2026-999999").status_code == 404
    assert size(told) == before


# ------------------------------------------------------------------ who may see what is not verified


def test_who_may_still_verify_an_order_sees_none_of_its_values(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home", US)
    overridden_and_stopped(browser)
    secret = ("1.456 mg", "1.46 mg", "70 kg", "77 kg", "0.8 mg/m²", "12,400")
    browser.now = NOW + timedelta(hours=1)
    browser.sign_in("lindqvist")
    sent: list[Any] = [browser.client.get(f"/audit/{NUMBER}"), browser.client.get("/audit")]
    sent.append(browser.send("/audit/search", {"number": NUMBER}))
    sent.append(taken(browser, "/audit/csv", {"number": NUMBER}))
    sent.append(taken(browser, f"/audit/{NUMBER}/csv", {}))
    paper = pypdf.PdfReader(io.BytesIO(taken(browser, f"/audit/{NUMBER}/pdf", {}).data))
    texts = [answer.get_data(as_text=True) for answer in sent] + [page.extract_text() for page in paper.pages]
    for text in texts:
        assert "Hidden until it is worked out afresh." in text
        assert not [value for value in secret if value in plain(text)]
    browser.sign_in(AUDITOR[US])
    assert "1.456 mg" in get(browser, f"/audit/{NUMBER}").text
    browser.now = NOW
    changed_and_verified(browser)
    browser.now = NOW + timedelta(hours=1)
    browser.sign_in("lindqvist")
    assert "1.456 mg" in get(browser, f"/audit/{NUMBER}").text
    browser.desk.engine.dispose()


def overridden(browser: Browser) -> str:
    """An order with blasts over the limit, authorised by K. Adeyemi, and an old weight, acknowledged."""
    shown = browser.review(blasts="12400", mrn="00555111", **on("weight_measured", 24, 2, 2026))
    second = {"finding_0_user": "adeyemi", "finding_0_secret": training.PASSWORD, "finding_0_words": "By phone."}
    answer = browser.save(shown, finding_0_reason="confirmed", **second, finding_1_reason="record")
    assert answer.status_code == 303
    return str(answer.headers["Location"].rpartition("/")[2])


ANSWERS = ["Finding overridden Override", "Finding acknowledged Acknowledge"]
ASKED = [
    # what is typed beside the number, and what is found of the answers by who may see them: what each tells
    ({"finding": "blasts"}, ["Finding overridden Override", "Order entered Signed"]),
    ({"finding": "measured"}, ["Finding acknowledged Acknowledge", "Order entered Signed"]),
    ({"finding": "weight"}, []),
    ({"action": "finding overridden"}, ["Finding overridden Override"]),
    ({"action": "finding acknowledged"}, ["Finding acknowledged Acknowledge"]),
    ({"person": "adeyemi"}, ["Finding overridden Override"]),
]


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Browser, str]:
    browser = Browser(tmp_path_factory.mktemp("home"), US)
    return browser, overridden(browser)


@pytest.mark.parametrize(("typed", "found"), ASKED)
def test_a_search_tells_whoever_may_still_verify_nothing_of_the_findings(
    answered: tuple[Browser, str], typed: dict[str, str], found: list[str]
) -> None:
    browser, number = answered
    for user, wanted in ((AUDITOR[US], found), ("lindqvist", [])):
        browser.sign_in(user)
        page = post(browser, "/audit/search", {"number": number, **typed})
        assert actions(page) == [f"{what} {number}" for what in wanted], user
        assert wanted or "No entry fits the search." in page.text
        rows = table(taken(browser, "/audit/csv", {"number": number, **typed}))
        assert len({row["entry"] for row in rows}) == len(wanted), user


def test_an_answer_is_hidden_with_what_it_was_and_whose(answered: tuple[Browser, str]) -> None:
    """Whoever authorised it may not verify it, and so sees it; the other pharmacist sees that there is an entry."""
    browser, number = answered
    for user, hidden in (("lindqvist", True), ("adeyemi", False), ("whitfield", False)):
        browser.sign_in(user)
        page = get(browser, f"/audit/{number}?show=nothing")
        assert actions(page)[-2:] == (["Hidden", "Hidden"] if hidden else ANSWERS), user
        assert ("K. Adeyemi" in page.text.replace("K. Adeyemi, pharmacist", "", 1)) is not hidden, user
        assert ("Findings and stops 0" in page.text) is hidden, user
        rows = table(taken(browser, f"/audit/{number}/csv"))
        assert ({"finding overridden", "finding acknowledged"} <= {row["action"] for row in rows}) is not hidden
        assert ("adeyemi" in str(rows).lower()) is not hidden or user == "adeyemi"


# ------------------------------------------------------------------ the search

FIELDS = [
    # what is typed, and the actions that it finds in the story, the newest first
    ({"number": NUMBER, "action": "diluted"}, ["Diluted Late entry 2026-000001"]),
    ({"number": "2026-000002", "action": "order entered"}, ["Order entered Signed 2026-000002"]),
    ({"number": "2026-0000"}, []),  # a number is whole
    ({"name": "river", "action": "order changed"}, ["Order changed 2026-000001"]),
    ({"name": "RIVERA, E", "action": "order verified"}, ["Order verified Signed 2026-000001"]),
    ({"name": "nobody of that name"}, []),
    ({"patient_number": "00417352", "finding": "blasts"}, ["Finding overridden Override 2026-000001"]),
    ({"patient_number": "0041735"}, []),
    ({"person": "lindqvist", "action": "order verified"}, ["Order verified Signed 2026-000001"]),
    ({"person": "park", "action": "order verified"}, []),
    ({"finding": "near-miss"}, ["Order entered Signed 2026-000002"]),
    ({"action": "signature void"}, ["Signature void Void 2026-000001"]),
    ({"number": "staff:okafor", "action": "account opened"}, ["Account opened account okafor"]),
    ({"number": "Account  Okafor", "action": "account opened"}, ["Account opened account okafor"]),
    (
        {"action": "order changed", **on("since", 12, 3, 2026), **on("until", 12, 3, 2026)},
        ["Order changed 2026-000001"],
    ),
    ({"action": "order changed", **on("since", 13, 3, 2026)}, []),
    ({"action": "order changed", **on("until", 11, 3, 2026)}, []),
    ({"action": "order changed", **on("until", 31, 12, 9999)}, ["Order changed 2026-000001"]),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "found"), FIELDS)
def test_the_search_finds_by_each_field(told: Browser, typed: dict[str, str], found: list[str]) -> None:
    page = post(told, "/audit/search", typed)
    assert told.status == 200
    assert actions(page) == found
    assert found or "No entry fits the search." in page.text


@pytest.mark.parametrize(
    ("minute", "day", "found"),
    # New York is 4 hours behind UTC: its Mar 15 lasts from 04:00 UTC to 04:00 UTC of the 16th.
    [("15T03:59:59", 14, True), ("15T03:59:59", 15, False), ("15T04:00:00", 15, True), ("16T03:59:59", 15, True)],
)
def test_a_day_is_a_day_of_the_site(fresh: Browser, minute: str, day: int, found: bool) -> None:
    at = NOW.fromisoformat(f"2026-03-{minute}+00:00")
    record(fresh.desk.engine, replace(event(fresh, "okafor", "diluted", 0), at=at))
    fresh.now = NOW.fromisoformat("2026-03-17T13:00:00+00:00")
    fresh.sign_in(AUDITOR[US])
    searched = {"action": "diluted", **on("since", day, 3, 2026), **on("until", day, 3, 2026)}
    assert bool(lines(post(fresh, "/audit/search", searched))) is found


WRONG = [
    (
        {**on("since", 13, 3, 2026), **on("until", 12, 3, 2026)},
        "To: Mar 12, 2026 is before Mar 13, 2026, the day that it begins with.",
    ),
    ({**on("since", 31, 2, 2026)}, "From: Feb 31, 2026 is not a date."),
    ({"action": "no such action"}, "Action: Choose one of those shown."),
    ({"person": "no such person"}, "Person: Choose one of those shown."),
    ({"name": "x" * 61}, "Patient name: This text of 61 characters is longer than 60 characters."),
]


@pytest.mark.parametrize(("typed", "sentence"), WRONG)
@pytest.mark.parametrize("path", ["/audit/search", "/audit/csv"])
def test_a_search_that_cannot_be_read_is_refused_at_its_field(
    told: Browser, path: str, typed: dict[str, str], sentence: str
) -> None:
    before = size(told)
    page = post(told, path, typed)
    assert told.status == 422
    assert page.said == [sentence]
    assert all(page.fields.get(name) == text for name, text in typed.items() if name.startswith(("since", "until")))
    assert (lines(page), size(told)) == ([], before)


def test_each_search_is_logged_with_what_was_typed(told: Browser) -> None:
    post(told, "/audit/search", {"name": "river", "finding": "blasts", **on("since", 1, 3, 2026)})
    logged = newest(told)
    assert logged.action == "log searched"
    assert logged.details == {"patient name": "river", "finding": "Peripheral blasts", "from": "Mar 1, 2026"}


def test_the_newest_entries_come_in_pages_of_fifty(told: Browser) -> None:
    for _ in range(60):
        record(told.desk.engine, event(told, "okafor", "preparation viewed", 60))
    first = get(told, "/audit")
    top = size(told) - 1  # the view itself is not of what it shows
    assert [int(number) for number, _ in lines(first)] == list(range(top, top - 50, -1))
    address = next(href for href, _, text in first.links if plain(text) == "Next")
    assert address == f"/audit?before={top - 49}"
    second = get(told, address)
    assert lines(second)[0][0] == str(top - 50)
    assert newest(told).details == {"before entry": str(top - 49)}
    for wrong in ("x", "-1", "9" * 10, "１"):
        page = get(told, f"/audit?before={wrong}")
        assert int(lines(page)[0][0]) == size(told) - 1, wrong


def test_a_search_goes_on_by_post(told: Browser) -> None:
    for _ in range(51):
        record(told.desk.engine, event(told, "park", "vial counted", 60, subject="2026-000002"))
    page = post(told, "/audit/search", {"name": "bergström", "action": "vial counted"})
    assert len(lines(page)) == 50
    rest = post(told, "/audit/search", {**page.fields, "name": "bergström", "action": "vial counted"})
    assert page.fields["before"] == lines(page)[-1][0]
    assert len(lines(rest)) == 1


# ------------------------------------------------------------------ a code from paper


def code(browser: Browser, entry: int | None = None) -> tuple[str, str]:
    found = head(browser.desk.engine) if entry is None else head(browser.desk.engine, NUMBER)
    assert found is not None
    number, _, characters = found.code.partition(" ")
    return number, characters


@pytest.mark.parametrize("path", ["/audit/compare", f"/audit/{NUMBER}/compare"])
def test_a_code_from_paper_is_the_same_or_different_or_of_no_entry(told: Browser, path: str) -> None:
    entry, characters = code(told, 1)
    other = ("B" if characters[0] == "A" else "A") + characters[1:]
    answers = [
        (entry, characters, f"Same. Entry {entry} of the log gives this code.", "same"),
        (entry, other, f"Different. Entry {entry} of the log gives another code", "different"),
        ("999,999", characters, "No such entry. The log has no entry 999,999", "no such entry"),
        ("999999", characters, "No such entry. The log has no entry 999,999", "no such entry"),
    ]
    for number, typed, sentence, answer in answers:
        page = post(told, path, {"entry": number, "characters": typed})
        assert told.status == 200
        assert sentence in page.text
        logged = newest(told)
        assert (logged.action, logged.details["answer"]) == ("code compared", answer)
        assert logged.subject == (NUMBER if NUMBER in path else "")
        assert f"This view is entry {size(told)}." in page.text


NO_CODES = [
    (
        {"entry": "", "characters": ""},
        ["Entry: Type the number of the entry.", "16 characters: Type the 16 characters behind the number."],
    ),
    ({"entry": "0", "characters": "V6RB 2MPC X4TA ZQ7L"}, ["Entry: “0” is not 1 or more."]),
    (
        {"entry": "1,23", "characters": "V6RB 2MPC X4TA ZQ7L"},
        ["Entry: “1,23” cannot be read. Use a point, not a comma."],
    ),
    (
        {"entry": "12", "characters": "V6RB 2MPC"},
        [
            "16 characters: “12 V6RB 2MPC” is not a head. Type the entry number, then its 16 letters and figures, "
            "as printed."
        ],
    ),
    (
        {"entry": "12", "characters": "V6RB 2MPC X4TA ZQ70"},
        [
            "16 characters: “12 V6RB 2MPC X4TA ZQ70” is not a head: its code never holds 0. Look for the letters "
            "O, I, L and B instead."
        ],
    ),
]


@pytest.mark.parametrize(("typed", "said"), NO_CODES)
def test_what_is_no_code_is_refused_at_its_field(told: Browser, typed: dict[str, str], said: list[str]) -> None:
    page = post(told, f"/audit/{NUMBER}/compare", typed)
    assert told.status == 422
    assert page.said == said
    assert page.fields["entry"] == typed["entry"] and page.fields["characters"] == typed["characters"]
    assert "Same" not in page.text


# ------------------------------------------------------------------ the chain


def file_of(browser: Browser) -> Path:
    return Path(str(browser.desk.engine.url.database))


def stored(other: Attacker) -> list[Any]:
    return [other.execute(f"SELECT * FROM {table} ORDER BY 1") for table in ("log", "preparation", "status")]


def forge(browser: Browser, sql: str, *values: Any) -> None:
    """As somebody who holds the file, and does not want to be noticed."""
    with closing(sqlite3.connect(file_of(browser), isolation_level=None)) as connection:
        other = Attacker("sqlite", connection)
        before = stored(other)
        for name in guards.GUARDS["sqlite"]:
            other.execute(f"DROP TRIGGER {name}")
        other.execute(sql, *values)
        other.rearm()
        assert stored(other) != before


def test_nothing_is_said_to_be_whole_before_a_check(fresh: Browser) -> None:
    for path in ("/audit", f"/audit/{NUMBER}"):
        page = get(fresh, path)
        assert "Not checked yet" in page.text and "Checked never" in page.text
        assert "Whole at the check" not in page.text


@pytest.mark.parametrize(("sent", "leads_to"), [({}, "/audit"), ({"number": NUMBER}, f"/audit/{NUMBER}")])
def test_a_check_is_logged_and_stands_on_every_page(fresh: Browser, sent: dict[str, str], leads_to: str) -> None:
    fresh.token()
    before = size(fresh)
    answer = fresh.send("/audit/check", sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, leads_to)
    assert newest(fresh).details == {"entries": f"1 to {before}", "witness": "none", "faults": "0"}
    for path in ("/audit", f"/audit/{NUMBER}"):
        text = get(fresh, path).text
        assert f"Whole at the check of Mar 12, 2026 09:00, up to entry {before} Checked entries 1 to {before}" in text
        assert "Mar 12, 2026 09:00, by S. Whitfield" in text
        found = head(fresh.desk.engine)
        assert found is not None
        assert f" {found.seq - before} entries are newer than that check." in text
        assert f"Head entry {found.seq} {found.code.partition(' ')[2]}" in text
        assert "Checkpoint entry 1 09:00, signature good" in text


def test_the_page_says_how_many_entries_no_checkpoint_covers(fresh: Browser) -> None:
    text = get(fresh, "/audit").text
    newer = size(fresh) - 1  # the first entry is signed, and no other yet
    assert f"{newer} entries are newer than the last signed checkpoint; until the next one they rest on" in text
    while size(fresh) % 100 != 99:
        record(fresh.desk.engine, event(fresh, "okafor", "preparation viewed", 0))
    assert "Every entry is covered by the last signed checkpoint." in get(fresh, "/audit").text
    assert "1 entry is newer than the last signed checkpoint; until the next one it rests" in get(fresh, "/audit").text


FORGED = [
    # what is done to the file, and what the check says first
    ("UPDATE log SET body = replace(body, '70 kg', '77 kg') WHERE seq = (SELECT min(seq) FROM log WHERE action ="
     " 'order entered')", "its bytes were changed: they do not give its hash"),
    ("UPDATE preparation SET dose_ng = 1560000 WHERE id = 1", "differs from entry"),
    ("DELETE FROM status WHERE id = 1", "and it is not there"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "sentence"), FORGED)
def test_a_planted_fault_is_found_and_stands_in_words_on_every_page(fresh: Browser, sql: str, sentence: str) -> None:
    forge(fresh, sql)
    fresh.send("/audit/check", {})
    logged = newest(fresh)
    assert logged.details["faults"] != "0" and sentence in logged.details["first fault"]
    for path in ("/audit", f"/audit/{NUMBER}"):
        page = get(fresh, path)
        assert "The chain is broken" in page.text and "Whole at the check" not in page.text
        assert f"The first: {plain(logged.details['first fault'])}." in page.text
        assert 'class="card proof stop"' in page.source


def test_a_later_check_that_finds_nothing_takes_its_place(fresh: Browser) -> None:
    forge(fresh, "UPDATE preparation SET vials = vials + 1 WHERE id = 1")
    fresh.send("/audit/check", {})
    assert "1 fault found." in get(fresh, "/audit").text
    forge(fresh, "UPDATE preparation SET vials = vials - 1 WHERE id = 1")
    fresh.send("/audit/check", {})
    assert "Whole at the check of" in get(fresh, "/audit").text


def test_the_witness_is_compared_where_the_site_has_one(
    fresh: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "elsewhere"
    assert "Witness none no folder is named for it" in get(fresh, "/audit").text
    monkeypatch.setenv("COMPOUNDING_WITNESS", str(folder))
    folder.mkdir()
    witness(fresh.desk.engine, folder)
    fresh.send("/audit/check", {})
    assert newest(fresh).details["witness"] == "compared"
    assert "Witness entry 1 same head, signed 09:00" in get(fresh, "/audit").text
    (folder / "compounding.witness").write_text("no witness", "utf-8")
    page = get(fresh, "/audit")
    assert "The chain is broken" in page.text and "compounding.witness is not one." in page.text
    assert "Witness cannot be read" in page.text


AWAY = [
    # whether the folder is there, and what stands on the page
    (False, "There is no witness in FOLDER: there is no such folder. Is its share mounted?"),
    (True, "There is no witness in FOLDER."),
]


@pytest.mark.parametrize(("there", "sentence"), AWAY)
def test_a_witness_that_is_not_there_is_said_and_never_called_compared(
    fresh: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool, sentence: str
) -> None:
    folder = tmp_path / "mnt"
    if there:
        folder.mkdir()
    monkeypatch.setenv("COMPOUNDING_WITNESS", str(folder))
    fresh.send("/audit/check", {})
    assert (newest(fresh).details["witness"], newest(fresh).details["faults"]) == ("not found", "0")
    for path in ("/audit", f"/audit/{NUMBER}"):
        page = get(fresh, path)
        assert "The witness is missing" in page.text and 'class="card proof stop"' in page.source
        assert sentence.replace("FOLDER", str(folder)) in page.text
        assert "Witness not found nothing is compared with it" in page.text
        assert "Whole at the check" not in page.text


def test_a_check_at_the_console_stands_on_the_page(fresh: Browser) -> None:
    details = {**checked(12, [], "compared"), "system user": "backup"}
    record(fresh.desk.engine, Event(PROGRAM, "chain checked", NOW, details, workstation="console"))
    text = get(fresh, "/audit").text
    assert "Checked entries 1 to 12 Mar 12, 2026 09:00, by the program at the console (backup)" in text


# ------------------------------------------------------------------ what was changed past the program

ENTRY_13 = "SELECT body FROM log WHERE seq = 13"
BODIES = [
    lambda said: {name: value for name, value in said.items() if name != "program"},
    lambda said: {name: value for name, value in said.items() if name != "person"},
    lambda said: {**said, "at": "yesterday"},
    lambda said: {**said, "at": "1026-03-12T13:00:00.000000Z"},
    lambda said: {**said, "details": {"n": 7}},
    lambda said: {**said, "person": {"id": "x", "name": "x", "role": "x", "rank": "x"}},
    lambda said: [],
    lambda said: {},
]


def forged_entry(browser: Browser, edit: Any) -> None:
    with closing(sqlite3.connect(file_of(browser))) as connection:
        ((body,),) = connection.execute(ENTRY_13).fetchall()
    text = json.dumps(edit(json.loads(body)), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    forge(browser, "UPDATE log SET body = ? WHERE seq = 13", text)


@pytest.mark.parametrize("edit", BODIES)
def test_an_entry_that_cannot_be_read_says_so_and_the_pages_go_on(fresh: Browser, edit: Any) -> None:
    before = dict(lines(get(fresh, "/audit")))
    forged_entry(fresh, edit)
    page = get(fresh, "/audit")
    assert fresh.status == 200
    assert dict(lines(page))["13"] == "This entry cannot be read"
    assert {number: what for number, what in lines(page) if number in before and number != "13"} == {
        number: what for number, what in before.items() if number != "13"
    }
    assert "This entry cannot be read Its text is not as the program writes it." in page.text
    assert post(fresh, "/audit/search", {}).text.count("This entry cannot be read") == 1
    rows = [row for row in table(taken(fresh, "/audit/csv", {})) if row["entry"] == "13"]
    assert [(row["time"], row["action"], row["why"]) for row in rows] == [
        ("", "entry that cannot be read", "Its text is not as the program writes it.")
    ]
    for path in (f"/audit/{NUMBER}", "/preparations", f"/preparations/{NUMBER}"):
        assert fresh.client.get(path).status_code == 200, path
    assert taken(fresh, f"/audit/{NUMBER}/pdf").mimetype == "application/pdf"
    fresh.send("/audit/check", {})
    assert "The chain is broken" in get(fresh, "/audit").text


def test_the_newest_check_that_was_changed_is_no_check(fresh: Browser) -> None:
    fresh.send("/audit/check", {})
    number = size(fresh)
    get(fresh, "/audit")  # so that it is not the newest entry
    forge(fresh, f"UPDATE log SET body = replace(body, '\"program\":', '\"prugram\":') WHERE seq = {number}")
    text = get(fresh, "/audit").text
    assert f"The chain is broken Entry {number}, the newest check, cannot be read: it was changed." in text
    assert "Checked cannot be read" in text


STORED = [
    ("shown_json", "{}"),
    ("shown_json", "[]"),
    ("shown_json", '{"dose":5}'),
    ("shown_json", "no JSON"),
    ("order_json", "{}"),
    ("answers_json", "7"),
    ("plan_json", "[]"),
]
SAID = f"Preparation {NUMBER} cannot be read: what is stored of it is not as this program writes it."


@pytest.mark.parametrize(("column", "text"), STORED)
def test_a_preparation_that_was_changed_takes_no_other_away(fresh: Browser, column: str, text: str) -> None:
    others = {"2026-000002", "2026-000003"}
    forge(fresh, f"UPDATE preparation SET {column} = ? WHERE number = '{NUMBER}'", text)
    listed = get(fresh, "/preparations")
    assert fresh.status == 200
    assert others <= {said for _, _, said in listed.links}
    assert (f"{NUMBER} Cannot be read – – – Entered" in listed.text) is (column == "shown_json")
    own = get(fresh, f"/preparations/{NUMBER}")
    assert (fresh.status, SAID in own.text) == (503, True)
    for path in ("/audit", f"/audit/{NUMBER}", "/preparations/2026-000002"):
        assert fresh.client.get(path).status_code == 200, path
    assert taken(fresh, f"/audit/{NUMBER}/pdf").mimetype == "application/pdf"
    assert actions(get(fresh, f"/audit/{NUMBER}")), "its entries are what tells who changed it, and when"


def test_a_witness_that_saw_more_than_the_log_has_is_a_rollback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old copy put back: the witness has seen the checkpoint over entry 100."""
    import shutil

    browser = Browser(tmp_path / "home", US)
    browser.sign_in(AUDITOR[US])
    browser.desk.engine.dispose()
    old = shutil.copytree(tmp_path / "home", tmp_path / "old")
    (tmp_path / "elsewhere").mkdir()
    while size(browser) < 100:
        record(browser.desk.engine, event(browser, "okafor", "preparation viewed", 0))
    assert witness(browser.desk.engine, tmp_path / "elsewhere").size == 100
    monkeypatch.setenv("COMPOUNDING_WITNESS", str(tmp_path / "elsewhere"))
    rolled_back = Browser(old, US, user=AUDITOR[US])
    page = get(rolled_back, "/audit")
    assert "The chain is broken" in page.text
    assert f"The witness has seen 100 entries and the log has {size(rolled_back)}: an older state was put" in page.text
    for opened in (browser, rolled_back):
        opened.desk.engine.dispose()


# ------------------------------------------------------------------ taken out

CELLS = [
    # cell, and what is written: after OWASP's list of what begins a formula
    ("=1+1", "'=1+1"),
    ("+44 20 7946 0142", "'+44 20 7946 0142"),
    ("-rm", "'-rm"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("\t=1", "'\t=1"),
    ("\r=1", "'\r=1"),
    ("-5", "-5"),  # numbers stay
    ("-0.27", "-0.27"),
    ("-5 mg", "'-5 mg"),
    ("-", "'-"),
    ("+5", "'+5"),
    ("1.46 mg", "1.46 mg"),
    ("–", "–"),
    ("", ""),
    ("a=1", "a=1"),
    ("'=1", "'=1"),
]


@pytest.mark.parametrize(("cell", "written"), CELLS)
def test_no_cell_begins_a_formula(cell: str, written: str) -> None:
    assert guarded(cell) == written


def table(answer: Any) -> list[dict[str, str]]:
    text = answer.get_data().decode("utf-8")
    assert text.startswith(BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM), newline="")))


def test_the_timeline_as_a_table_has_a_line_for_each_value(told: Browser) -> None:
    answer = taken(told, f"/audit/{NUMBER}/csv", {})
    rows = table(answer)
    assert answer.mimetype == "text/csv"
    assert list(rows[0]) == list(COLUMNS)
    changed = [row for row in rows if row["action"] == "order changed"]
    assert [(row["field"], row["old"], row["new"]) for row in changed] == [
        ("Weight", "77 kg", "70 kg"),
        ("Body surface", "1.91 m²", "1.82 m²"),
        ("Dose", "1.46 mg", "unchanged"),
    ]
    first = changed[0]
    # 16 minutes after 13:00 UTC, which is 09:00 in New York
    assert first["time"] == "2026-03-12T09:16:00-04:00"
    assert first["time_utc"] == "2026-03-12T13:16:00.000000Z"
    assert (first["person"], first["role"], first["workstation"]) == ("R. Okafor", "technician", "Cabinet 2")
    assert (first["about"], first["why"]) == (NUMBER, "Misread. “Chart says 70.”")
    (blasts,) = [row for row in rows if row["action"] == "finding overridden"]
    assert (blasts["finding"], blasts["severity"], blasts["answer"]) == ("Peripheral blasts", "override", BLASTS)
    stored = [str(entry.id) for entry in timeline(told.desk.engine, NUMBER) if entry.event.action != "log exported"]
    assert set(stored) <= {row["entry"] for row in rows}


def test_what_somebody_typed_begins_no_formula_in_the_table(fresh: Browser) -> None:
    evil = '=HYPERLINK("http://example.org","x")'
    record(fresh.desk.engine, event(fresh, "okafor", "diluted", 0, changes=(Change("Note", None, evil),), reason="@x"))
    (row,) = [row for row in table(taken(fresh, f"/audit/{NUMBER}/csv", {})) if row["action"] == "diluted"]
    assert (row["new"], row["why"]) == (f"'{evil}", "'@x")


def test_a_search_is_taken_out_whole_and_logged(told: Browser) -> None:
    for _ in range(70):
        record(told.desk.engine, event(told, "park", "bag weighed", 60, subject="2026-000002"))
    answer = taken(told, "/audit/csv", {"name": "bergström", "action": "bag weighed"})
    assert len(table(answer)) == 70
    logged = newest(told)
    assert logged.action == "log exported"
    assert logged.details == {
        "what": "search as CSV",
        "entries": "70",
        "patient name": "bergström",
        "action": "Bag weighed",
    }


def test_the_timeline_on_paper_names_the_head_and_every_page(told: Browser) -> None:
    answer = taken(told, f"/audit/{NUMBER}/pdf")
    assert answer.mimetype == "application/pdf"
    pages = pypdf.PdfReader(io.BytesIO(answer.get_data())).pages
    for number, page in enumerate(pages, 1):
        text = " ".join(page.extract_text().split())
        assert f"Page {number} of {len(pages)}" in text
        assert f"log head {newest(told).details['log head']}" in text
        assert "TRAINING – NOT FOR PATIENT USE" in text
        assert "RIVERA, Elena" in text and "State order verified" in text
    whole = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "Weight 77 kg → 70 kg" in whole
    assert "Time – → 09:38, entered 09:52" in whole
    assert "Peripheral blasts Peripheral blasts 12,400/mm³ are over the limit of" in whole
    assert newest(told).details["what"] == "timeline as PDF"


def test_a_head_on_paper_is_the_same_when_it_is_compared(told: Browser) -> None:
    taken(told, f"/audit/{NUMBER}/pdf", {})
    number, _, characters = newest(told).details["log head"].partition(" ")
    page = post(told, "/audit/compare", {"entry": number, "characters": characters})
    assert "Same." in page.text


def test_what_paper_cannot_carry_is_said_on_the_page_and_not_logged_as_taken_out(fresh: Browser) -> None:
    record(fresh.desk.engine, event(fresh, "okafor", "diluted", 0, reason="x" * 200))
    page = post(fresh, f"/audit/{NUMBER}/pdf")
    assert fresh.status == 422
    assert len(page.said) == 1
    assert page.said[0].startswith("The PDF cannot be made: rows 2 note: “Why: xxx")
    # Letter is 215.9 mm wide: 12 of margin at the right, and the column begins at 96.
    assert page.said[0].endswith("wider than its column, 108 mm. Take out the CSV.")
    assert newest(fresh).action == "timeline viewed"


def test_the_whole_log_verifies_and_fails_with_one_byte_changed(told: Browser, tmp_path: Path) -> None:
    entries = size(told)
    answer = taken(told, "/audit/export", {})
    whole = answer.get_data()
    logged = newest(told)
    assert logged.action == "log exported" and logged.details["what"] == "the whole log"
    file = tmp_path / "log"
    file.write_bytes(whole)
    verdict = evidence.verify(file)
    assert verdict.state is evidence.State.WHOLE
    assert verdict.entries >= entries
    at = whole.index(b"70 kg") + 1
    file.write_bytes(whole[:at] + b"7" + whole[at + 1 :])
    assert file.read_bytes() != whole
    assert evidence.verify(file).state is evidence.State.BROKEN


NAMES = [
    (f"/audit/{NUMBER}/csv", r"timeline-2026-000001\.csv"),
    (f"/audit/{NUMBER}/pdf", r"timeline-2026-000001\.pdf"),
    ("/audit/csv", r"log-search\.csv"),
    ("/audit/export", r"compounding-log-[0-9]+\.log"),
]


@pytest.mark.parametrize(("path", "name"), NAMES)
def test_a_file_is_named_without_a_patient_and_is_not_kept_by_the_browser(told: Browser, path: str, name: str) -> None:
    answer = taken(told, path, {"name": "rivera"})
    assert answer.status_code == 200
    assert re.fullmatch(rf'attachment; filename="?{name}"?', answer.headers["Content-Disposition"])
    assert answer.headers["Cache-Control"] == "no-store"


def test_no_address_names_a_patient(told: Browser) -> None:
    paths = ["/audit", f"/audit/{NUMBER}"]
    pages = [get(told, path) for path in paths] + [post(told, "/audit/search", {"name": "rivera"})]
    for page in pages:
        addresses = [href for href, _, _ in page.links] + page.actions
        assert not [address for address in addresses if any(part in address.lower() for part in PATIENT)]


# ------------------------------------------------------------------ who may, and what is written

MAY = [
    # user, what a GET of the log answers, and of a timeline; whether its exports are offered, and the whole log
    (WHO[US][0], 403, 200, False, False),
    (WHO[US][1], 200, 200, True, False),
    (AUDITOR[US], 200, 200, True, True),
    (ADMINISTRATOR[US], 403, 403, False, False),
]


@pytest.mark.parametrize(("user", "log", "one", "offered", "whole"), MAY)
def test_each_role_opens_its_own_pages(
    told: Browser, user: str, log: int, one: int, offered: bool, whole: bool
) -> None:
    told.sign_in(user)
    try:
        searched = told.get("/audit")
        assert told.status == log
        assert ("/audit/export" in searched.actions) is whole
        assert taken(told, "/audit/export").status_code == (200 if whole else 403)
        page = told.get(f"/audit/{NUMBER}")
        assert told.status == one
        assert (f"/audit/{NUMBER}/csv" in page.actions) is offered
        assert ("/audit/check" in page.actions) is offered
        assert ("Compare a code from paper" in page.text) is offered
        assert ("/audit" in [href for href, _, _ in page.links]) is offered
        refused = {told.send(path, {"name": "x"}).status_code for path in EVERY_POST} if not offered else {403}
        assert refused == {403}
    finally:
        told.sign_in(AUDITOR[US])


@pytest.mark.parametrize("path", EVERY_POST)
def test_a_form_without_its_token_does_nothing(told: Browser, path: str) -> None:
    counted = told.rows()
    answer = told.client.post(path, data={"name": "rivera", "entry": "1", "characters": "x"})
    assert answer.status_code == 400
    assert "RIVERA" not in answer.get_data(as_text=True)
    assert told.rows() == counted


def test_a_search_of_a_session_that_ended_keeps_what_was_typed(told: Browser) -> None:
    page = Html(told.client.post("/audit/search", data={"name": "river"}).get_data(as_text=True))
    assert "All that was typed is still here: read it again and send it again." in page.said[0]
    assert page.fields["name"] == "river"


@pytest.mark.parametrize("path", EVERY_POST)
def test_an_auditor_writes_nothing_but_the_log_of_access(told: Browser, path: str) -> None:
    before, entries = told.rows(), size(told)
    with closing(told.send(path, {"entry": "1", "characters": "V6RB 2MPC X4TA ZQ7L"})) as answer:
        assert answer.status_code in (200, 303)
    after = told.rows()
    assert {name for name in before if after[name] != before[name]} <= {"log", "checkpoint"}
    assert after["log"] > before["log"] and size(told) > entries
    new = find_entries(told.desk.engine, EntrySearch(), size=size(told) - entries)
    assert {entry.event.person.id for entry in new} == {"whitfield"}


def test_where_the_view_cannot_be_logged_nothing_is_shown(fresh: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from compounding import records
    from compounding.records import NotSaved

    def full(*_: object, **__: object) -> None:
        raise NotSaved("Not saved: the disk is full.")

    monkeypatch.setattr(records, "record", full)
    answer = fresh.client.get(f"/audit/{NUMBER}")
    assert answer.status_code == 503
    assert "Not saved: the disk is full." in answer.get_data(as_text=True)
    assert "RIVERA" not in answer.get_data(as_text=True)


def test_the_uk_site_has_its_own_dates_and_paper(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home", UK, user=AUDITOR[UK])
    page = get(browser, f"/audit/{NUMBER}")
    assert "12-Mar-2026" in page.text and "Times Europe/London, UTC below." in page.text
    paper = pypdf.PdfReader(io.BytesIO(taken(browser, f"/audit/{NUMBER}/pdf", {}).data)).pages[0]
    width, height = float(paper.mediabox.width), float(paper.mediabox.height)
    assert (round(width * 25.4 / 72), round(height * 25.4 / 72)) == (210, 297)
    assert "NHS No. 999 061 7406" in " ".join(paper.extract_text().split())
    browser.desk.engine.dispose()


def test_an_older_name_of_a_patient_still_finds_the_preparation(fresh: Browser) -> None:
    saved = preparation(fresh.desk.engine, NUMBER)
    assert saved is not None
    renamed = replace(saved.content, patient=replace(saved.content.patient, family="Riviera"), request_key="renamed")
    changes = (Change("Family name", "Rivera", "Riviera"),)
    revise_preparation(
        fresh.desk.engine, NUMBER, renamed, event(fresh, "okafor", "order changed", 0, changes=changes),
        NewSignature("order-entry", "{}"), was=1, judge=lambda standing: None,
    )  # fmt: skip
    for name in ("rivera", "riviera"):
        page = post(fresh, "/audit/search", {"name": name, "action": "order changed"})
        assert actions(page) == ["Order changed 2026-000001"], name
