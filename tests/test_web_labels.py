"""The labels of one preparation: printed once the drug is in the bag, every copy counted, none stale or strange."""

from __future__ import annotations

import io
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from web_desk import NOW, UK, US, WHO, Browser, Html

from compounding import records, training
from compounding.policy import Market
from compounding.records import EntrySearch, NewOut, RecordedEvent
from compounding.scanning import own_code
from compounding.workflow import State
from compounding.workflow.materials import Out
from compounding.workflow.progress import Fate
from tests.on_the_way import bring, progress, state
from tests.path_desk import Bench, vial
from tests.path_rows import READING

NUMBER = "2026-000001"
"""The worked example: 1.46 mg from two vials, wetted and added in the desk's own minute, 09:00 in New York."""
PATH = f"/preparations/{NUMBER}/labels"
OTHER = "2026-000002"


@pytest.fixture(scope="module", params=[US, UK], ids=["us", "uk"])
def made(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Market]:
    """A desk with a preparation whose drug is in the bag."""
    home, market = tmp_path_factory.mktemp("made"), request.param
    browser = Browser(home, market)
    bring(browser, NUMBER, State.DILUTED)
    browser.desk.engine.dispose()
    return home, market


@pytest.fixture
def desk(tmp_path: Path, made: tuple[Path, Market]) -> Iterator[Browser]:
    home, market = made
    browser = Browser(shutil.copytree(home, tmp_path / "home"), market)
    yield browser
    browser.desk.engine.dispose()


def print_(browser: Browser, **more: str) -> Any:
    return browser.client.post(f"{PATH}/print", data={**browser.get(PATH).fields, **more})


def scan(browser: Browser, text: str, **more: str) -> Html:
    sent = {**browser.get(PATH).fields, "scanned": text, **more}
    return browser.post(f"{PATH}/scan", sent)


def scan_copy(browser: Browser, copy: int, **more: str) -> Html:
    return scan(browser, own_code(NUMBER, str(copy)), **more)


def destroy(browser: Browser, number: int, **more: str) -> Html:
    witness = WHO[browser.market][1]
    said = {"copy": str(number), "why": "smudged", "witness": witness, "witness_secret": training.PASSWORD, **more}
    return browser.post(f"{PATH}/destroy", {**browser.get(PATH).fields, **said})


def fates(browser: Browser) -> list[Fate | None]:
    return [copy.fate for copy in progress(browser, NUMBER).labels]


def words(answer: Any) -> list[str]:
    """The text of each page of a file."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages]


def newest(browser: Browser, action: str) -> RecordedEvent:
    return records.find_entries(browser.desk.engine, EntrySearch(action=action), size=1)[0]


# ------------------------------------------------------------------ printing

TIMES = {
    # 09:00 and 7 h, 8 h; the UK desk stands at the same moment, 13:00 there
    US: ("Prepared Mar 12, 2026 09:00", "Mar 12, 2026 16:00", "Mar 12, 2026 17:00"),
    UK: ("Prepared 12-Mar-2026 13:00", "12-Mar-2026 20:00", "12-Mar-2026 21:00"),
}


def test_three_copies_are_printed_at_once_with_the_clocks_that_run(desk: Browser) -> None:
    answer = print_(desk)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PATH}/1-3.pdf")
    pages = words(desk.client.get(answer.headers["Location"]))
    assert len(pages) == 3
    for number, page in enumerate(pages, 1):
        assert f"Copy {number} of 3" in page and own_code(NUMBER, str(number)) in page
        for text in TIMES[desk.market]:
            assert text in page.replace("\n", " "), page
        assert "not timed" not in page
    assert fates(desk) == [None, None, None]
    told = newest(desk, "label printed").event
    assert (told.details["copies"], told.subject, told.person.id) == ("1, 2, 3", NUMBER, WHO[desk.market][0])


def test_a_us_label_says_who_prepared_and_who_checked(desk: Browser) -> None:
    print_(desk)
    (page,) = words(desk.client.get(f"{PATH}/1-1.pdf"))
    named = ("Prepared by R. Okafor" in page, "Verified by K. Adeyemi" in page)
    assert named == ((True, True) if desk.market is US else (False, False))


BEFORE = [
    (State.VERIFIED, "order verified"),
    (State.MATERIALS, "materials recorded"),
    (State.CHECKED, "in-process checked"),
]


@pytest.mark.parametrize(("reached", "word"), BEFORE)
def test_no_label_is_printed_before_the_drug_is_in_the_bag(tmp_path: Path, reached: State, word: str) -> None:
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, reached)
    page = browser.get(PATH)
    sentence = f"Labels are printed once the drug is in the bag, so that their times are true. It is {word}."
    assert sentence in page.text
    assert f"{PATH}/print" not in page.actions
    answer = browser.send(f"{PATH}/print", {"number": NUMBER, "version": "1", "state": word})
    assert (answer.status_code, sentence in Html(answer.get_data(as_text=True)).text) == (409, True)
    assert browser.rows()["print"] == 0


def test_a_reprint_needs_its_reason_and_is_a_copy_of_its_own(desk: Browser) -> None:
    print_(desk)
    refused = print_(desk)
    assert refused.status_code == 422
    assert Html(refused.get_data(as_text=True)).said == [
        "What it is for: Choose what it is for.",
        "Reason of the reprint: Choose why one more is printed.",
    ]
    assert desk.rows()["print"] == 3
    answer = print_(desk, place="applied", again="torn", again_words="caught in the roller")
    assert answer.headers["Location"] == f"{PATH}/4-4.pdf"
    (page,) = words(desk.client.get(answer.headers["Location"]))
    assert "Copy 4, reprint" in page
    told = newest(desk, "label printed again").event
    assert (told.reason, told.reason_code) == ("Torn. “caught in the roller”", "torn")
    assert [copy.copy for copy in progress(desk, NUMBER).labels] == ["1", "2", "3", "4"]


def test_what_a_label_cannot_carry_is_refused_and_nothing_is_printed(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    long = {"family": "Wolfeschlegelsteinhausenbergerdorff-Okonkwo", "given": "Maximiliana"}
    number = browser.save(browser.review(**long)).headers["Location"].rpartition("/")[2]
    bring(browser, number, State.DILUTED)
    path, before = f"/preparations/{number}/labels", browser.stored()
    page = browser.post(f"{path}/print", browser.get(path).fields)
    assert browser.status == 422
    assert page.said[0].startswith("Bag label: Family and given name: “WOLFESCHLEGELSTEINHAUSENBERGERDORFF-OKONKWO")
    assert browser.stored() == before


def test_a_locked_database_prints_nothing(desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = desk.get(PATH).fields
    monkeypatch.setattr("compounding.records.database._PRAGMAS", ("busy_timeout=0", "foreign_keys=ON"))
    desk.desk.engine.dispose()  # so that the next connection does not wait
    other = sqlite3.connect(str(desk.desk.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        page = desk.post(f"{PATH}/print", fields)
    finally:
        other.close()
    assert (desk.status, page.said) == (503, ["Not saved: another program is holding the database. Try again."])
    assert fates(desk) == []


def test_only_who_prints_papers_prints_them(desk: Browser) -> None:
    fields = desk.get(PATH).fields
    desk.sign_in({US: "whitfield", UK: "ellery"}[desk.market])
    page = desk.get(PATH)
    assert f"{PATH}/print" not in page.actions
    assert desk.send(f"{PATH}/print", {**fields, "csrf_token": desk.token()}).status_code == 403
    assert desk.rows()["print"] == 0


def test_a_label_that_nobody_printed_is_not_found(desk: Browser) -> None:
    assert desk.client.get(f"{PATH}/1-3.pdf").status_code == 404
    assert desk.client.get("/preparations/2026-000099/labels").status_code == 404


# ------------------------------------------------------------------ the equation

# What is done; printed, on the bag, on the cover, specimen, destroyed, open; the state then; what is in the way.
STORY: tuple[tuple[tuple[str, int] | None, tuple[int, ...], State, str], ...] = (
    (None, (3, 0, 0, 0, 0, 3), State.DILUTED, "Copy 1 is open"),
    (("scan", 1), (3, 1, 0, 0, 0, 2), State.LABELLED, "Copy 2 is open"),
    (("scan", 2), (3, 1, 1, 0, 0, 1), State.LABELLED, "Copy 3 is open"),
    (("destroy", 3), (3, 1, 1, 0, 1, 0), State.LABELLED, ""),
    (("reprint", 4), (4, 1, 1, 0, 1, 1), State.LABELLED, "Copy 4 is open"),
    (("scan", 4), (4, 1, 1, 1, 1, 0), State.LABELLED, ""),
    (("destroy", 1), (4, 0, 1, 1, 2, 0), State.DILUTED, "No label is on the bag yet."),
    (("reprint", 5), (5, 0, 1, 1, 2, 1), State.DILUTED, "Copy 5 is open"),
    (("scan", 5), (5, 1, 1, 1, 2, 0), State.LABELLED, ""),
)
NAMES = ("printed", "on the bag", "light cover", "specimen", "destroyed", "open")


def equation(numbers: tuple[int, ...]) -> str:
    """As the page says it: the open copies only where there are any."""
    assert numbers[0] == sum(numbers[1:])
    first, *terms = [
        f"{number} {name}" for number, name in zip(numbers, NAMES, strict=True) if number or name != "open"
    ]
    return f"{first} = {' + '.join(terms)}"


def test_every_copy_is_counted_as_it_is_scanned_and_destroyed(desk: Browser) -> None:
    """Each copy goes where it is for by its number; a reprint takes the place that is wanting."""
    print_(desk)
    for done, numbers, reached, in_the_way in STORY:
        match done:
            case ("scan", copy):
                assert not scan_copy(desk, copy).said
            case ("destroy", copy):
                assert not destroy(desk, copy).said
            case ("reprint", _):
                assert print_(desk, again="smudged").status_code == 303
        text = desk.get(PATH).text
        assert equation(numbers) in text, (done, text)
        assert (numbers[-1] > 0) is ("is open" in text)
        assert not in_the_way or in_the_way in text
        assert state(desk, NUMBER) is reached
    assert fates(desk) == [Fate.DESTROYED, Fate.LIGHT_COVER, Fate.DESTROYED, Fate.SPECIMEN, Fate.APPLIED]
    assert not records.check(desk.desk.engine)


def test_a_scan_leaves_what_was_scanned_and_where_it_is(desk: Browser) -> None:
    print_(desk)
    scan_copy(desk, 1)
    told = newest(desk, "label counted").event
    said = {"copy": "1", "is": "on the bag", "scanned": own_code(NUMBER, "1")}
    assert (dict(told.details), told.subject) == (said, NUMBER)
    assert [tuple(change) for change in told.changes] == [("State", "diluted", "labelled")]


def test_a_copy_that_may_be_for_two_places_asks_where_it_is(desk: Browser) -> None:
    """Copy 4 was printed for the bag beside copy 1, and is on it by now: nobody guesses where copy 1 went."""
    print_(desk)
    print_(desk, place="applied", again="printer")
    scan_copy(desk, 4)
    page = scan_copy(desk, 1)
    assert (desk.status, "Copy 1 may be for more than one place: say where it is." in page.text) == (422, True)
    assert page.elements["where"]["type"] == "radio" and page.fields["scanned"] == own_code(NUMBER, "1")
    assert fates(desk) == [None, None, None, Fate.APPLIED]
    desk.post(f"{PATH}/scan", {**page.fields, "where": "light cover"})
    assert fates(desk) == [Fate.LIGHT_COVER, None, None, Fate.APPLIED]


# ------------------------------------------------------------------ what is not counted

LONG = "x" * 10_000
REFUSED = [
    ("", "Scan the square code of a copy."),
    ("01003000801000111727113010TR4471A", "is neither a label or worksheet of this desk nor a preparation number."),
    (own_code(NUMBER, "1")[:-1] + "0", "has the form of our own labels"),
    (
        own_code(NUMBER, "p1"),
        "is no code of our labels. Scan the square code of the copy, or type what stands under it.",
    ),
    (NUMBER, "is no code of our labels."),
    (own_code(OTHER, "1"), f"This is copy 1 of {OTHER}, another preparation than {NUMBER}: put it aside."),
    (own_code(NUMBER, "9"), "No such copy was printed: scan it again, or call whoever printed it."),
    (LONG, "is longer than 200 characters."),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_copy_of_this_label_is_refused_in_words(desk: Browser, text: str, sentence: str) -> None:
    print_(desk)
    before = desk.stored()
    page = scan(desk, text)
    assert desk.status in (409, 422)
    assert sentence in page.text
    assert "Stop" in page.text and "autofocus" in page.elements["scanned"]
    assert desk.stored() == before


def test_a_refused_scan_is_in_the_log_with_what_was_read(desk: Browser) -> None:
    print_(desk)
    scan(desk, own_code(OTHER, "1"))
    told = newest(desk, "label scan refused").event
    assert (told.details["scanned"], told.subject) == (own_code(OTHER, "1"), NUMBER)
    assert f"another preparation than {NUMBER}" in told.reason


def test_a_copy_is_counted_once(desk: Browser) -> None:
    print_(desk)
    scan_copy(desk, 1)
    before = desk.stored()
    assert "Copy 1 is counted already: on the bag." in scan_copy(desk, 1).text
    destroy(desk, 2)
    assert "Copy 2 is recorded as destroyed: it must not be used." in scan_copy(desk, 2).text
    assert before["label_end"] + 1 == desk.stored()["label_end"]


def test_a_label_of_an_older_version_is_stale_and_says_so(tmp_path: Path) -> None:
    """A label that was printed of version 1, as older programs could, and an order that was changed since."""
    browser = Browser(tmp_path, US)
    d = browser.desk
    told = records.Event(training.STAFF[US][0], "bag label printed", NOW)
    records.record_print(d.engine, NUMBER, "label", "1", "{}", "0" * 64, told, version=1)
    page = browser.get(f"/orders/{NUMBER}/edit")
    browser.save(
        browser.post("/orders/review", {**page.fields, "location": "7 West"}),
        change_reason="moved",
        change_words="Bed.",
    )
    bring(browser, NUMBER, State.DILUTED)
    answer = print_(browser)
    assert answer.headers["Location"] == f"{PATH}/2-4.pdf"
    assert "Copy 1 is of version 1 of the order, which was changed since: destroy it." in scan_copy(browser, 1).text
    assert "4 printed = 0 on the bag + 0 light cover + 0 specimen + 0 destroyed + 4 open" in browser.get(PATH).text
    destroy(browser, 1, why="stale")
    assert "Copy 1 is recorded as destroyed" in scan_copy(browser, 1).text


def test_a_page_of_another_preparation_or_state_counts_nothing(desk: Browser) -> None:
    """A namesake's tab posts to the preparation that it was opened for, or not at all."""
    print_(desk)
    fields = {**desk.get(PATH).fields, "scanned": own_code(NUMBER, "1")}
    for changed, sentence in (
        ({"number": OTHER}, "This page was opened for another preparation"),
        ({"version": "7"}, "was changed meanwhile: version 1 stands by now"),
        ({"state": "labelled"}, f"{NUMBER} is diluted by now, and this page was opened while it was labelled"),
    ):
        page = desk.post(f"{PATH}/scan", {**fields, **changed})
        assert (desk.status, sentence in page.text) == (409, True), sentence
    assert fates(desk) == [None, None, None]


# ------------------------------------------------------------------ destroyed

UNSEEN = [
    ({"why": ""}, "Reason: Choose why it is destroyed."),
    ({"copy": "9"}, "Copy: Choose one of those shown."),
    ({"witness": ""}, "Witness, user name: The witness types their user name."),
    ({"witness": "okafor"}, "Witness, user name: The witness must be somebody else than you."),
    ({"witness_secret": "not it"}, "The user name or the password of the witness is not right. Nothing is recorded."),
    ({"witness": "whitfield"}, "Witness, user name: An auditor may not prepare."),
]


HERE = {US: {}, UK: {"okafor": "hughes", "whitfield": "ellery"}}
"""The same people of the UK desk."""


@pytest.mark.parametrize(("changed", "sentence"), UNSEEN, ids=range(len(UNSEEN)))
def test_a_copy_is_destroyed_before_another_person(desk: Browser, changed: dict[str, str], sentence: str) -> None:
    print_(desk)
    page = destroy(desk, 1, **{name: HERE[desk.market].get(text, text) for name, text in changed.items()})
    assert (desk.status, any(sentence in said for said in page.said)) == (422, True), page.said
    assert training.PASSWORD not in str(page.fields)
    assert fates(desk) == [None, None, None]


def test_who_saw_it_destroyed_stands_with_the_copy(desk: Browser) -> None:
    print_(desk)
    destroy(desk, 3, words="coffee")
    copy = progress(desk, NUMBER).labels[2]
    witness = WHO[desk.market][1]
    assert (copy.fate, copy.witness, copy.person) == (Fate.DESTROYED, witness, WHO[desk.market][0])
    name = next(person.name for person in training.STAFF[desk.market] if person.id == witness)
    assert f"witness {name}" in desk.get(PATH).text
    told = newest(desk, "label destroyed").event
    assert (told.reason, told.details["witness"]) == ("Smudged or unreadable. “coffee”", f"{name}, pharmacist")


# ------------------------------------------------------------------ two at once, and a blind check


def test_of_two_who_count_the_same_copy_one_is_told(desk: Browser) -> None:
    """The second page still shows the copy open."""
    print_(desk)
    first = {**desk.get(PATH).fields, "scanned": own_code(NUMBER, "2")}
    second = {**first, "scanned": own_code(NUMBER, "2")}
    assert desk.client.post(f"{PATH}/scan", data=first).status_code == 303
    page = desk.post(f"{PATH}/scan", second)
    assert (desk.status, "counted already: on the light cover." in page.text) == (409, True)


def test_whoever_may_still_check_it_blind_sees_no_figure_here(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, State.RECONSTITUTED)
    assert "1.46 mg" in browser.get(PATH).text  # who prepared it
    browser.sign_in("lindqvist")
    for path in (PATH, f"/preparations/{NUMBER}/wastes"):
        page = browser.get(path)
        assert (browser.status, "1.46 mg" in page.text) == (403, False)


# ------------------------------------------------------------------ the worksheet at each state


def test_the_worksheet_shows_what_was_recorded_until_it_was_printed(desk: Browser) -> None:
    answer = desk.send(f"/preparations/{NUMBER}/print/worksheet", {})
    assert answer.status_code == 303
    text = "\n".join(words(desk.client.get(answer.headers["Location"])))
    hour = {US: "09:00", UK: "13:00"}[desk.market]
    assert "version 1, diluted, " in text and "TR4471A" in text and hour in text
    assert {US: "Nov 30, 2027", UK: "30-Nov-2027"}[desk.market] in text
    assert {US: "16:00", UK: "20:00"}[desk.market] in text  # start before, 7 h after the first vial
    again = desk.send(f"/preparations/{NUMBER}/print/worksheet", {})
    assert again.status_code == 422  # the same state a second time is a reprint


def test_a_later_state_has_words_of_its_own(desk: Browser) -> None:
    desk.send(f"/preparations/{NUMBER}/print/worksheet", {})
    print_(desk)
    scan_copy(desk, 1)
    answer = desk.send(f"/preparations/{NUMBER}/print/worksheet", {})
    assert answer.status_code == 303
    first, second = ("\n".join(words(desk.client.get(f"/preparations/{NUMBER}/prints/{at}.pdf"))) for at in (1, 5))
    assert "version 1, diluted, " in first and "copy 1" in first
    assert "version 1, labelled, " in second and "copy 2" in second
    assert desk.client.get(f"/preparations/{NUMBER}/print/label").status_code in (404, 405)


def test_the_worksheet_names_what_went_otherwise(tmp_path: Path) -> None:
    """A vial that broke, one wetted at 09:00 and entered at 09:40, and a reading that disagreed."""
    bench = Bench(tmp_path, US)
    bench.verify(NUMBER)
    bench.pick()
    (broken, *_) = bench.standing.materials
    bench.step("okafor", State.VERIFIED, NewOut(broken.id or 0, Out.BROKEN, "Dropped at the door"))
    bench.scan(vial(3))
    bench.later(minutes=40)
    bench.sign_in("okafor")
    bench.act("wet", place="1", at="09:00", late_reason="Gloves on")
    bench.wet(2)
    bench.step("adeyemi", None, replace(READING, agrees=False, faults=("vials",)))
    answer = bench.send(f"/preparations/{NUMBER}/print/worksheet", {})
    page = " ".join(" ".join(words(bench.client.get(answer.headers["Location"]))[1:]).split())
    for said in (
        "Vial 1, lot TR4471A: broken Dropped at the door put out, R. Okafor",
        "Vial 1 wetted 09:00, entered 09:40 Gloves on entered late, R. Okafor",
        "In-process check, reading 1: did not agree apart: vials read, K. Adeyemi",
    ):
        missing = [word for word in said.split() if word not in page]
        assert missing == [], (said, page)


def test_a_bag_label_is_not_printed_where_worksheets_are(desk: Browser) -> None:
    assert desk.send(f"/preparations/{NUMBER}/print/label", {}).status_code == 404
    assert PATH in [href for href, _, _ in desk.get(f"/preparations/{NUMBER}").links]


def test_late_printing_does_not_move_the_times(desk: Browser) -> None:
    """The clocks run from the first vial, whenever the label comes out of the printer."""
    desk.now += timedelta(hours=2)
    desk.sign_in(WHO[desk.market][0])
    print_(desk)
    (page,) = words(desk.client.get(f"{PATH}/1-1.pdf"))
    assert TIMES[desk.market][1] in page.replace("\n", " ")
    assert replace(progress(desk, NUMBER)).labels[0].fate is None


# ------------------------------------------------------------------ the file of a copy that is in use

GIVEN_NO_MORE = "Its file is not given out any more: print another copy, with its reason."


def test_the_file_of_a_copy_is_given_while_it_is_open(desk: Browser) -> None:
    """One that was counted, destroyed or not, would be printed again and lie about uncounted."""
    print_(desk)
    assert desk.client.get(f"{PATH}/1-3.pdf").status_code == 200
    destroy(desk, 1)
    scan_copy(desk, 2)
    for copies, said in (
        ("1-1", "Copy 1 is counted already: destroyed."),
        ("2-2", "Copy 2 is counted already: on the light cover."),
        ("1-3", "Copy 1 is counted already: destroyed."),
    ):
        page = desk.get(f"{PATH}/{copies}.pdf")
        assert (desk.status, f"{said} {GIVEN_NO_MORE}" in page.text) == (409, True)
    assert desk.client.get(f"{PATH}/3-3.pdf").status_code == 200


def test_no_other_address_gives_out_a_copy_that_is_counted(desk: Browser) -> None:
    """The prints of a preparation are numbered with its papers: a label's leads to where it is judged."""
    print_(desk)
    destroy(desk, 1)
    for place, status in ((1, 409), (2, 200), (3, 200)):
        answer = desk.client.get(f"/preparations/{NUMBER}/prints/{place}.pdf")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{PATH}/{place}-{place}.pdf")
        assert desk.client.get(answer.headers["Location"]).status_code == status
    links = [href for href, _, _ in desk.get(f"/preparations/{NUMBER}").links]
    assert PATH in links and not [href for href in links if "/prints/" in href or href.endswith("-1.pdf")]
    files = [href for href, _, _ in desk.get(PATH).links if href.endswith(".pdf") and "/preview/" not in href]
    assert files == [f"{PATH}/2-2.pdf", f"{PATH}/3-3.pdf"]


def test_a_cover_without_its_label_is_not_checked(desk: Browser) -> None:
    print_(desk)
    destroy(desk, 2)
    destroy(desk, 3)
    page = scan_copy(desk, 1)
    assert "No label is on the light cover yet." in desk.get(PATH).text
    desk.sign_in({US: "lindqvist", UK: "whitcombe"}[desk.market])
    page = desk.get(f"/preparations/{NUMBER}/final")
    assert "No label is on the light cover yet." in page.text
