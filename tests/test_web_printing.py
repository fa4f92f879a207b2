"""Labels on a printer of the site: a network printer that does well, badly or nothing, a driver, and label sheets."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from databases import Place
from homes import OTHER_PASSWORD, entered, set_up
from on_the_way import bring, progress
from pypdf import PdfReader
from test_labels_zpl import printed as dots_of
from test_patient_use import Patients
from web_desk import NOW, UK, US, WHO, Browser, Html
from zebra import PATIENT, Zebra, running

from compounding import records, sites
from compounding.credentials import PASSWORD as KIND
from compounding.credentials import secrets_key, stored
from compounding.policy import Market
from compounding.printing import Calibration, Kind, Measured, Printer, Times, judged
from compounding.records import EntrySearch, Event, Person, RecordedEvent, RecordsFault
from compounding.scanning import own_code
from compounding.web import printing
from compounding.web.label_previews import PLACES
from compounding.workflow import State
from compounding.workflow.progress import Fate

NUMBER = "2026-000001"
PATH = f"/preparations/{NUMBER}/labels"
STOCKS = {US: "4 × 3 in", UK: "100 × 75 mm"}
SHEET = {US: "Avery 5164, Letter, 4 × 3⅓ in", UK: "Herma 10809, A4, 105 × 148 mm"}
GOOD = Measured(Decimal(50), Decimal(50), 50, True, True)
LOST = Fate.NOT_PRINTED


BOTH = pytest.mark.parametrize("made", [US, UK], indirect=True, ids=["us", "uk"])


@pytest.fixture(scope="module")
def made(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Market]:
    """A desk with a preparation whose drug is in the bag: of the US, where a test does not ask for both."""
    home, market = tmp_path_factory.mktemp("made"), getattr(request, "param", US)
    browser = Browser(home, market)
    bring(browser, NUMBER, State.DILUTED)
    browser.desk.engine.dispose()
    return home, market


@pytest.fixture
def desk(tmp_path: Path, made: tuple[Path, Market], monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    home, market = made
    monkeypatch.setattr(printing, "TIMES", PATIENT)
    browser = Browser(shutil.copytree(home, tmp_path / "home"), market)
    yield browser
    browser.desk.engine.dispose()


def told(browser: Browser, action: str = "set up") -> Event:
    return Event(Person("rivers", "T. Rivers", "administrator"), action, browser.now)


def set_printer_up(browser: Browser, zebra: Zebra | None = None, **changes: Any) -> Printer:
    """A printer that passed: a network printer at this address, else by the driver."""
    if zebra is not None:
        printing.TIMES = zebra.times
    place = {"host": zebra.address.host, "port": zebra.address.port} if zebra else {}
    kind = Kind.NETWORK if zebra else Kind.DRIVER
    new = Printer(0, 0, "Cabinet 1", kind, 203, STOCKS[browser.market], **place)
    engine = browser.desk.engine
    printer = records.put_printer(engine, replace(new, **changes), told(browser))
    result = Calibration(GOOD, judged(GOOD), printer.made_up)
    records.put_calibration(engine, printer.row, result, "CAL", told(browser, "calibrated"))
    return printer


def print_(browser: Browser, **more: str) -> Any:
    return browser.client.post(f"{PATH}/print", data={**browser.get(PATH).fields, **more})


def said(answer: Any) -> list[str]:
    return Html(answer.get_data(as_text=True)).said


def fates(browser: Browser) -> list[Fate | None]:
    return [copy.fate for copy in progress(browser, NUMBER).labels]


def newest(browser: Browser, action: str) -> RecordedEvent:
    return records.find_entries(browser.desk.engine, EntrySearch(action=action), size=1)[0]


def symbols(label: bytes) -> list[str]:
    found = zxingcpp.read_barcodes(dots_of(label).convert("L"), formats=zxingcpp.BarcodeFormat.DataMatrix)
    return [code.text for code in found]


# ------------------------------------------------------------------ a network printer


@BOTH
@pytest.mark.parametrize("dpi", [203, 300])
def test_three_labels_come_out_and_are_counted(desk: Browser, dpi: int) -> None:
    """What comes out are the dots of the very files that the page showed, and each symbol is its copy's. Then they
    have no file: nothing else is printed of them."""
    with running(Zebra()) as zebra:
        set_printer_up(desk, zebra, dpi=dpi)
        shown = [desk.client.get(f"{PATH}/preview/{place}-small.pdf?dpi={dpi}").data for place in PLACES]
        answer = print_(desk)
    assert (answer.status_code, answer.headers["Location"]) == (303, PATH)
    assert [symbols(label) for label in zebra.printed] == [[own_code(NUMBER, str(n))] for n in (1, 2, 3)]
    for place, (label, file) in enumerate(zip(zebra.printed, shown, strict=True)):
        if place:  # before the first print each is shown by itself, with the number that it will have
            assert own_code(NUMBER, str(place + 1)) in PdfReader(io.BytesIO(file)).pages[0].extract_text()
        picture = pypdfium2.PdfDocument(file)[0].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
        black = picture.point(lambda shade: 255 if shade >= 128 else 0)
        assert dots_of(label).convert("L").tobytes() == black.tobytes()
    answer = desk.client.get(f"{PATH}/1-3.pdf")
    assert (answer.status_code, "Copy 1 was sent to Cabinet 1, so it has no file" in answer.text) == (409, True)
    assert fates(desk) == [None] * 3
    assert [(one.first, one.last, one.came_out) for one in progress(desk, NUMBER).sendings] == [(1, 3, 3)]
    first, last = newest(desk, "label printed").event, newest(desk, "labels came out").event
    assert (first.details["printer"], first.details["stock"]) == ("Cabinet 1", STOCKS[desk.market])
    assert dict(last.details) == {"printer": "Cabinet 1", "sent": "copies 1 to 3", "came out": "copies 1 to 3"}
    assert not records.check(desk.desk.engine)


# What is wrong with the printer; what the page says. Nothing was sent: no copy has a number.
UNTOUCHED = [
    (Zebra(head_open=True), "Not printed on Cabinet 1: its head is open. Close it. Nothing is counted."),
    (Zebra(paused=True), "Not printed on Cabinet 1: it is paused. Press its pause button. Nothing is counted."),
    (Zebra(ribbon_out=True), "Not printed on Cabinet 1: it has no ribbon. Load it. Nothing is counted."),
    (Zebra(paper=0, waiting=[b"x"]), "Not printed on Cabinet 1: it has no labels. Load it. Nothing is counted."),
    (Zebra(answers=0), "Not printed on Cabinet 1: it does not answer."),
    (Zebra(deaf=True), "Not printed on Cabinet 1: it does not answer."),
    (Zebra(says=b"220 mail ready\r\n" * 400), "Not printed on Cabinet 1: what answers there is no label printer."),
]


@pytest.mark.parametrize(("broken", "sentence"), UNTOUCHED, ids=range(len(UNTOUCHED)))
def test_a_printer_that_cannot_print_leaves_nothing_but_an_entry(desk: Browser, broken: Zebra, sentence: str) -> None:
    with running(replace(broken, printed=[])) as zebra:
        set_printer_up(desk, zebra)
        before = desk.stored()
        answer = print_(desk)
    assert (answer.status_code, len(said(answer))) == (409, 1)
    assert said(answer)[0].startswith(sentence)
    assert (desk.stored(), zebra.printed) == (before, [])
    entry = newest(desk, "label not printed").event
    assert entry.subject == NUMBER and entry.details["printer"] == "Cabinet 1" and entry.reason in said(answer)[0]


def test_a_printer_that_is_not_there_leaves_nothing_but_an_entry(desk: Browser) -> None:
    with running(Zebra()) as zebra:
        set_printer_up(desk, zebra)
    before = desk.stored()
    answer = print_(desk)
    assert answer.status_code == 409
    assert (
        "it cannot be reached. Check that it is switched on and on the network. Nothing is counted." in said(answer)[0]
    )
    assert desk.stored() == before


def test_after_the_printer_is_mended_the_same_copies_are_printed(desk: Browser) -> None:
    with running(Zebra(head_open=True)) as zebra:
        set_printer_up(desk, zebra)
        assert print_(desk).status_code == 409
        zebra.head_open = False
        assert print_(desk).status_code == 303
    assert [symbols(label) for label in zebra.printed] == [[own_code(NUMBER, str(n))] for n in (1, 2, 3)]


# The printer; what became of the copies; the sentence. Something was sent: the numbers are used up.
HALF_WAY = [
    (Zebra(paper=1), [None, LOST, LOST], "Cabinet 1 printed copy 1; copies 2 and 3 are recorded as not printed"),
    (Zebra(paper=2), [None, None, LOST], "Cabinet 1 printed copies 1 and 2; copy 3 is recorded as not printed"),
    (Zebra(paper=0), [LOST, LOST, LOST], "Cabinet 1 printed no copy; copies 1 to 3 are recorded as not printed"),
    (Zebra(hangs_up_after=3000), [LOST, LOST, LOST], "Cabinet 1 printed no copy; copies 1 to 3"),
    (Zebra(answers=1), [LOST, LOST, LOST], "Cabinet 1 printed no copy; copies 1 to 3"),
]


@pytest.mark.parametrize(("broken", "after", "sentence"), HALF_WAY, ids=range(len(HALF_WAY)))
def test_what_breaks_off_half_way_is_never_half_counted(
    desk: Browser, broken: Zebra, after: list[Fate | None], sentence: str
) -> None:
    with running(replace(broken, printed=[])) as zebra:
        set_printer_up(desk, zebra)
        answer = print_(desk)
    assert (answer.status_code, said(answer)[0].startswith(sentence)) == (409, True), said(answer)
    assert "1 problem. What was sent is recorded." in Html(answer.get_data(as_text=True)).text
    assert fates(desk) == after
    assert len(zebra.printed) == after.count(None)
    page = desk.get(PATH)
    assert page.text.count("Not printed") == after.count(LOST)
    assert f"{after.count(None)} printed =" in page.text
    assert not records.check(desk.desk.engine)


@BOTH
def test_copies_that_were_lost_are_printed_anew_with_new_numbers(desk: Browser) -> None:
    """A label that came out later all the same must not be another copy 2: it says 2, and 2 is not printed."""
    with running(Zebra(paper=1)) as zebra:
        set_printer_up(desk, zebra)
        print_(desk)
        zebra.paper = 9
        page = desk.get(PATH)
        assert print_(desk, again="printer", place="light cover").status_code == 303
        assert print_(desk, again="printer", place="specimen").status_code == 303
    assert "Reason of the reprint" in page.text
    assert [symbols(label) for label in zebra.printed] == [[own_code(NUMBER, str(n))] for n in (1, 4, 5)]
    for copy in (1, 4, 5):
        sent = {**desk.get(PATH).fields, "scanned": own_code(NUMBER, str(copy))}
        assert not desk.post(f"{PATH}/scan", sent).said
    assert "3 printed = 1 on the bag + 1 light cover + 1 specimen + 0 destroyed" in desk.get(PATH).text
    stray = desk.post(f"{PATH}/scan", {**desk.get(PATH).fields, "scanned": own_code(NUMBER, "2")})
    assert "Copy 2 is recorded as not printed, and here it is" in stray.text


# ------------------------------------------------------------------ a question that somebody answers

SILENT = [Zebra(answers=2), Zebra(hangs_up_at_the_end=True), Zebra(jams=True)]


@pytest.mark.parametrize("broken", SILENT, ids=["silent", "hung up", "never done"])
def test_where_it_is_not_known_what_came_out_somebody_is_asked(desk: Browser, broken: Zebra) -> None:
    with running(replace(broken, printed=[])) as zebra:
        set_printer_up(desk, zebra)
        answer = print_(desk)
    assert answer.status_code == 409
    question = "It is not known whether copies 1 to 3 came out of Cabinet 1."
    assert said(answer)[0].startswith(question)
    assert "Nothing is recorded" not in answer.get_data(as_text=True)
    assert fates(desk) == [None] * 3
    assert newest(desk, "label print not confirmed").event.details["copies"] == "copies 1 to 3"
    page = desk.get(PATH)
    assert question in page.text
    assert [action for action in page.actions if action.startswith(PATH)] == [f"{PATH}/came-out"]


@pytest.fixture
def asked(desk: Browser, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """A desk that does not know what became of three copies: the machine stopped in between."""
    printer = set_printer_up(desk, Zebra())
    with desk.app.test_request_context():
        from compounding.web.label_prints import first_copies
        from compounding.web.progressing import way

        standing = records.standing(desk.desk.engine, NUMBER)
        assert standing is not None
        found = way(standing, desk.desk)
        rows = [*first_copies(found, desk.desk.site.label_stock, desk.desk).rows(found)]
    event = Event(Person("okafor", "R. Okafor", "technician"), "label printed", desk.now)
    sent = [*rows, records.NewSending(printer.row, 1, 3)]
    records.take_step(desk.desk.engine, NUMBER, event, judge=lambda _: None, rows=sent)
    page = desk.get(PATH)
    assert ("Labels are being sent to the printer." in page.text, f"{PATH}/came-out" in page.actions) == (True, False)
    later(desk, monkeypatch)
    return desk


def later(desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three labels take 3 × (20 + 0.3 + 7 × 3) = 123.9 s at most, and their entries 15 s: by then they are out, or
    somebody must look."""
    monkeypatch.setattr(printing, "TIMES", Times())
    desk.now += timedelta(seconds=138)
    assert "Labels are being sent to the printer." in desk.get(PATH).text
    desk.now += timedelta(seconds=1)


ANSWERS = [("0", [LOST, LOST, LOST]), ("1", [None, LOST, LOST]), ("2", [None, None, LOST]), ("3", [None, None, None])]


@pytest.mark.parametrize(("count", "after"), ANSWERS)
def test_the_answer_is_recorded(asked: Browser, count: str, after: list[Fate | None]) -> None:
    answer = asked.send(f"{PATH}/came-out", {**asked.get(PATH).fields, "came_out": count})
    assert (answer.status_code, fates(asked)) == (303, after)
    entry = newest(asked, "labels that came out counted").event
    assert (entry.details["printer"], entry.person.id, bool(entry.reason)) == (
        "Cabinet 1",
        WHO[asked.market][0],
        LOST in after,
    )
    assert f"{PATH}/came-out" not in asked.get(PATH).actions
    again = asked.send(f"{PATH}/came-out", {**asked.get(PATH).fields, "came_out": "0"})
    assert (again.status_code, fates(asked)) == (303, after)


@pytest.mark.parametrize("count", ["", "4", "-1", "all"])
def test_an_answer_is_one_of_those_shown(asked: Browser, count: str) -> None:
    page = asked.post(f"{PATH}/came-out", {**asked.get(PATH).fields, "came_out": count})
    assert asked.status == 422
    assert page.said in (
        ["What came out: Look at the printer, then say."],
        ["What came out: Choose one of those shown."],
    )
    assert fates(asked) == [None] * 3


def test_nothing_else_is_done_with_labels_before_the_answer(asked: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    fields, before = asked.get(PATH).fields, asked.stored()
    sentence = "It is not known whether copies 1 to 3 came out of the printer: say so first"
    with running(Zebra()) as zebra:
        set_printer_up(asked, zebra, name="Cabinet 2")
        monkeypatch.setattr(printing, "TIMES", Times())
        before = asked.stored()
        printed = asked.post(
            f"{PATH}/print",
            {**asked.get(PATH).fields, "printer": "2", "stock": "small", "again": "torn", "place": "applied"},
        )
    scanned = asked.post(f"{PATH}/scan", {**fields, "scanned": own_code(NUMBER, "1")})
    assert (len(printed.said), len(scanned.said)) == (1, 1), (printed.text, scanned.text)
    assert sentence in printed.said[0] and sentence in scanned.said[0]
    assert (asked.stored(), zebra.printed) == (before, [])


def test_while_labels_are_being_sent_nothing_is_answered_or_counted(
    asked: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from a second tab, or of a page that was opened before."""
    fields = asked.get(PATH).fields
    monkeypatch.setattr(printing, "TIMES", PATIENT)  # 3 × (30 + 0.01 + 7 × 10) + 15 = 315 s
    before = asked.stored()
    asked.send(f"{PATH}/came-out", {**fields, "came_out": "3"})
    scanned = asked.post(f"{PATH}/scan", {**fields, "scanned": own_code(NUMBER, "1")})
    assert len(scanned.said) == 1 and "say so first, on the page of the labels" in scanned.said[0]
    assert "Labels are being sent to the printer." in scanned.text
    assert asked.stored() == before


def test_a_calibration_label_waits_for_what_is_on_its_way(asked: Browser) -> None:
    """One that does not come out cancels what the printer holds."""
    page = asked.post("/settings/printers/1/calibration", {})
    sentence = f"Labels of {NUMBER} are on their way to Cabinet 1, or nobody has said what came out of it"
    assert (asked.status, page.said[0].startswith(sentence)) == (409, True), page.said


def test_an_answer_is_taken_from_a_page_that_is_out_of_date(asked: Browser) -> None:
    sent = {**asked.get(PATH).fields, "state": "verified", "came_out": "3"}
    assert asked.send(f"{PATH}/came-out", sent).status_code == 303
    assert progress(asked, NUMBER).sendings[-1].came_out == 3


def test_a_fault_after_the_labels_came_out_leaves_the_question(desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """The labels are there, and their outcome could not be written down."""

    def broken(*_: Any, **__: Any) -> None:
        raise RecordsFault("Not saved: the disk is full.")

    with running(Zebra()) as zebra:
        set_printer_up(desk, zebra)
        with monkeypatch.context() as patch:
            patch.setattr(records, "end_sending", broken)
            answer = print_(desk)
    assert (answer.status_code, said(answer)) == (503, ["Not saved: the disk is full."])
    assert (len(zebra.printed), fates(desk)) == (3, [None] * 3)
    later(desk, monkeypatch)
    assert "It is not known whether copies 1 to 3 came out of Cabinet 1." in desk.get(PATH).text


def test_a_fault_before_anything_is_sent_prints_nothing(desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RecordsFault("Not saved: the disk is full.")

    with running(Zebra()) as zebra:
        set_printer_up(desk, zebra)
        with monkeypatch.context() as patch:
            patch.setattr(records, "take_step", broken)
            answer = print_(desk)
    assert (answer.status_code, zebra.printed, fates(desk)) == (503, [], [])


# ------------------------------------------------------------------ the print form


def test_without_a_printer_the_file_opens_as_ever(desk: Browser) -> None:
    page = desk.get(PATH)
    assert "printer" not in page.elements
    assert print_(desk).headers["Location"] == f"{PATH}/1-3.pdf"


def test_a_workstation_is_offered_its_own_printer(desk: Browser) -> None:
    here = desk.desk.site.workstations[0]
    set_printer_up(desk, name="Cabinet 1")
    set_printer_up(desk, name="Cabinet 2", workstations=(here,))
    page = desk.get(PATH)
    assert page.fields["printer"] == "2"
    assert f"Cabinet 2: {STOCKS[desk.market]}, 203 dpi" in page.text


def test_with_two_printers_and_none_of_its_own_a_workstation_must_choose(desk: Browser) -> None:
    set_printer_up(desk, name="Cabinet 1")
    set_printer_up(desk, name="Cabinet 2")
    answer = print_(desk)
    assert (answer.status_code, said(answer)) == (422, ["Print on: Choose the printer."])
    assert print_(desk, printer="9").status_code == 422
    assert fates(desk) == []


@BOTH
def test_a_printer_with_another_label_in_it_is_refused(desk: Browser) -> None:
    set_printer_up(desk, stock={US: "4 × 4 in", UK: "100 × 100 mm"}[desk.market])
    answer = print_(desk, stock="small")
    assert answer.status_code == 422
    assert said(answer)[0].startswith("Stock: Cabinet 1 has labels of ")
    assert print_(desk, stock="tall").status_code == 303


@pytest.mark.parametrize("dpi", [203, 300])
def test_a_file_is_drawn_for_the_resolution_of_its_printer(desk: Browser, dpi: int) -> None:
    """Whole dots: at 300 dpi a module is 4 of them and a symbol 16 × 4, at 203 dpi 16 × 3."""
    set_printer_up(desk, dpi=dpi)
    answer = print_(desk)
    assert answer.headers["Location"] == f"{PATH}/1-3.pdf"
    file = pypdfium2.PdfDocument(desk.client.get(answer.headers["Location"]).data)
    found = zxingcpp.read_barcodes(file[0].render(scale=dpi / 72, grayscale=True).to_pil().convert("L"))
    (symbol,) = [code for code in found if code.format is zxingcpp.BarcodeFormat.DataMatrix]
    side = symbol.position.top_right.x - symbol.position.top_left.x
    assert side == pytest.approx(16 * {203: 3, 300: 4}[dpi], abs=2)
    assert [one.over_network for one in progress(desk, NUMBER).sendings] == [False]


@BOTH
def test_on_sheets_the_first_free_position_is_asked(desk: Browser) -> None:
    set_printer_up(desk, kind=Kind.SHEETS, sheet=SHEET[desk.market], dpi=300)
    positions = {US: 6, UK: 4}[desk.market]
    for text, sentence in (
        ("", "First free position: Type the first free position of the sheet."),
        ("0", "First free position: “0” is not 1 or more."),
        (
            str(positions + 1),
            f"First free position: {positions + 1} is none of the {positions} positions of the sheet.",
        ),
    ):
        answer = print_(desk, position=text)
        assert (answer.status_code, said(answer)) == (422, [sentence])
    answer = print_(desk, position=str(positions - 1))
    pages = [
        page.extract_text() for page in PdfReader(io.BytesIO(desk.client.get(answer.headers["Location"]).data)).pages
    ]
    assert [[own_code(NUMBER, str(n)) in text for n in (1, 2, 3)] for text in pages] == [
        [True, True, False],
        [False, False, True],
    ]
    (alone,) = PdfReader(io.BytesIO(desk.client.get(f"{PATH}/2-2.pdf").data)).pages
    assert float(alone.mediabox.width) < 300  # the label by itself, 4 in or 100 mm wide


def test_another_kind_of_printer_has_no_position(desk: Browser) -> None:
    set_printer_up(desk)
    set_printer_up(desk, name="Sheets", kind=Kind.SHEETS, sheet=SHEET[desk.market], dpi=300)
    answer = print_(desk, printer="1", position="2")
    assert said(answer) == ["First free position: Only a sheet of labels has positions. Leave this empty."]


# ------------------------------------------------------------------ calibration: training warns, patient use refuses


def test_in_training_a_printer_without_calibration_is_warned_of(desk: Browser) -> None:
    new = Printer(0, 0, "Cabinet 9", Kind.DRIVER, 203, STOCKS[desk.market])
    records.put_printer(desk.desk.engine, new, told(desk))
    page = desk.get(PATH)
    assert f"Cabinet 9 has no passed calibration for {STOCKS[desk.market]} at 203 dpi." in page.text
    assert print_(desk).status_code == 303


@pytest.fixture
def patients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Patients]:
    """A desk for patient use with the drug in the bag."""
    place = Place("sqlite", "", tmp_path, path=tmp_path / "records.db")
    home = entered(place, tmp_path, monkeypatch)
    set_up(monkeypatch)
    engine = sites.opened(home, None, NOW).engine
    for user, name, role in (("okafor", "R. Okafor", "technician"), ("adeyemi", "K. Adeyemi", "pharmacist")):
        event = Event(Person(user, name, role), "account opened", datetime.now(UTC))
        records.put_account(engine, user, name, role, event, secrets={KIND: stored(OTHER_PASSWORD, secrets_key(home))})
    engine.dispose()
    browser = Patients(home, user="okafor")
    limits_recorded(browser)
    assert browser.save(browser.review()).status_code == 303
    bring(browser, NUMBER, State.DILUTED)
    yield browser
    browser.desk.engine.dispose()


def limits_recorded(browser: Browser) -> None:
    """What the label says of the diluted bag, for each of its storages: one pharmacist proposes it, another agrees."""
    for storage in ("room", "fridge"):
        for user, standing in (("adeyemi", "proposed"), ("pharris", "holds")):
            event = Event(Person(user, user, "pharmacist"), "setting changed", browser.now)
            records.put_setting(browser.desk.engine, f"diluted_bag.{storage}", "no limit", standing, event)


def test_labels_for_patients_come_from_a_printer_that_passed(patients: Patients) -> None:
    none = "No label printer is set up here, so no label for a patient is printed."
    answer = print_(patients)
    assert (answer.status_code, said(answer)[0].startswith(none)) == (409, True)
    engine = patients.desk.engine
    printer = records.put_printer(engine, Printer(0, 0, "Cabinet 1", Kind.DRIVER, 203, "4 × 3 in"), told(patients))
    sentence = (
        "Cabinet 1 has no passed calibration for 4 × 3 in at 203 dpi, so no label for a patient is printed on it."
        " Print its calibration label under Settings, Label printers, measure it and record the result."
    )
    for passed in (None, False):
        if passed is False:
            failed = Calibration(replace(GOOD, across=Decimal("49.4")), False, printer.made_up)
            records.put_calibration(engine, printer.row, failed, "CAL", told(patients, "calibrated"))
        answer = print_(patients)
        assert (answer.status_code, said(answer)) == (409, [sentence])
        assert fates(patients) == []
    records.put_calibration(engine, printer.row, Calibration(GOOD, True, printer.made_up), "CAL", told(patients))
    answer = print_(patients)
    assert (answer.status_code, said(answer)) == (303, [])
    text = PdfReader(io.BytesIO(patients.client.get(f"{PATH}/1-3.pdf").data)).pages[0].extract_text()
    assert "TRAINING" not in text and own_code(NUMBER, "1") in text
    changed = records.put_printer(engine, replace(printer, dpi=300), told(patients))
    answer = print_(patients, again="torn", place="applied")
    assert (answer.status_code, "no passed calibration for 4 × 3 in at 300 dpi" in said(answer)[0]) == (409, True)
    assert changed.number == 1 and len(fates(patients)) == 3
