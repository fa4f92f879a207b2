"""The pages of the label printers: set up, changed and calibrated, each with its entry, and a clear no at the field."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from test_labels_zpl import printed as dots_of
from web_desk import ADMINISTRATOR, US, Browser, Html
from werkzeug.datastructures import MultiDict
from zebra import PATIENT, Zebra, running

from compounding import records, training
from compounding.printing import Kind, Printer
from compounding.records import EntrySearch, Event
from compounding.scanning import own_code
from compounding.web import printing
from compounding.web.printer_forms import printer_form, read_printer
from compounding.workflow import Deed, may

LIST = "/settings/printers"
ONE = f"{LIST}/1"
NEW = {
    "name": "Cabinet 1",
    "kind": "network",
    "dpi": "203",
    "stock": "4 × 3 in",
    "host": "printer-7.example.org",
    "port": "9100",
    "sheet": "",
    "at_0": "y",
    "signing_secret": training.PIN,
}
FOUND = {"across": "50", "down": "49.8", "corners": "whole", "signing_secret": training.PIN}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("made")
    Browser(home, US).desk.engine.dispose()
    return home


@pytest.fixture
def desk(tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    monkeypatch.setattr(printing, "TIMES", PATIENT)
    browser = Browser(shutil.copytree(made, tmp_path / "home"), US, user=ADMINISTRATOR[US])
    yield browser
    browser.desk.engine.dispose()


def send(browser: Browser, path: str, page: str = "", **sent: str) -> Html:
    return browser.post(path, {**browser.get(page or path).fields, **sent})


def set_up(browser: Browser, **changes: str) -> Printer:
    answer = browser.send(LIST, {**browser.get(LIST).fields, **NEW, **changes})
    assert answer.status_code == 303, Html(answer.get_data(as_text=True)).said
    return records.printers(browser.desk.engine)[-1]


def newest(browser: Browser, action: str) -> Event:
    return records.find_entries(browser.desk.engine, EntrySearch(action=action), size=1)[0].event


# ------------------------------------------------------------------ set up


def test_a_printer_is_set_up_with_its_entry(desk: Browser) -> None:
    made = set_up(desk)
    here = desk.desk.site.workstations[0]
    assert made == Printer(1, 1, "Cabinet 1", Kind.NETWORK, 203, "4 × 3 in", "printer-7.example.org", 9100, "", (here,))
    entry = newest(desk, "printer set up")
    assert entry.subject == "printer:1"
    assert [tuple(change) for change in entry.changes] == [
        ("Name", None, "Cabinet 1"),
        ("Kind", None, "Network printer, ZPL sent by the desk"),
        ("Resolution", None, "203 dpi"),
        ("Label", None, "4 × 3 in"),
        ("Address", None, "printer-7.example.org, port 9100"),
        ("Used at", None, here),
        ("In use", None, "yes"),
    ]
    page = desk.get(LIST)
    assert "Not calibrated" in page.text and "4 × 3 in, 203 dpi" in page.text


# What is typed otherwise, the field that is blamed, and the sentence.
SHEETS = {"kind": "sheets", "dpi": "300", "host": "", "sheet": "Avery 5164, Letter, 4 × 3⅓ in"}
WRONG = [
    ({"name": ""}, "Name: Type its name."),
    ({"name": "77"}, "Name: “77” holds no letter."),
    ({"name": "x" * 25}, f"Name: “{'x' * 25}” is longer than 24 characters."),
    (
        {"name": "W" * 24},
        "Name: The calibration label cannot be drawn: printer: “" + "W" * 24 + "” does not fit its box",
    ),
    ({"name": "Łódź 日"}, "Name: The calibration label cannot be drawn: printer: “Łódź 日” holds 日"),
    ({"kind": ""}, "How labels get to it: Choose one."),
    ({"kind": "fax"}, "How labels get to it: Choose one of those shown."),
    ({"dpi": "600"}, "Resolution: Choose one of those shown."),
    ({"stock": ""}, "Label in it: Choose the label in it."),
    ({"stock": "100 × 75 mm"}, "Label in it: Choose one of those shown."),
    ({"host": ""}, "Address: Type the address of the printer."),
    ({"host": "two words"}, "Address: “two words” is no address: type its name in the network, or its IP address."),
    ({"host": "http://x/y"}, "Address: “http://x/y” is no address"),
    ({"host": "printer:9100"}, "Address: “printer:9100” is no address"),
    ({"host": "127.1"}, "Address: “127.1” is no address"),
    ({"host": "0x7f000001"}, "Address: “0x7f000001” is no address"),
    ({"host": "2130706433"}, "Address: “2130706433” is no address"),
    ({"host": "10.0.0.300"}, "Address: “10.0.0.300” is no address"),
    ({"port": ""}, "Port: Type the port of the printer."),
    ({"port": "0"}, "Port: “0” is not 1 or more."),
    ({"port": "65536"}, "Port: “65536” is not between 1 and 65535."),
    ({"sheet": SHEETS["sheet"]}, "Sheet of labels: Only an office printer has a sheet of labels. Choose none."),
    ({"kind": "driver"}, "Address: Only a network printer has an address. Leave this empty."),
    ({**SHEETS, "sheet": ""}, "Sheet of labels: Choose the sheet of labels in it."),
    ({**SHEETS, "dpi": "203"}, "Resolution: On sheets labels are drawn at 300 dpi. Choose that."),
    (
        {**SHEETS, "sheet": "Avery 5163, Letter, 4 × 2 in"},
        "Sheet of labels: Avery 5163, Letter, 4 × 2 in has no room for a label of 4 × 3 in.",
    ),
    ({**SHEETS, "sheet": "Herma 10809, A4, 105 × 148 mm"}, "Sheet of labels: Choose one of those shown."),
    ({"signing_secret": ""}, "Signing PIN: Type your signing PIN, or your password."),
    ({"signing_secret": "000000"}, "Signing PIN: "),
]


@pytest.mark.parametrize(("changes", "sentence"), WRONG, ids=range(len(WRONG)))
def test_what_is_no_printer_is_refused_at_its_field_and_nothing_is_lost(
    desk: Browser, changes: dict[str, str], sentence: str
) -> None:
    before = desk.stored()
    page = send(desk, LIST, **NEW | changes)
    assert desk.status == 422
    assert [said for said in page.said if said.startswith(sentence)], page.said
    assert desk.stored() == before
    for name, text in (NEW | changes).items():
        if (
            name != "signing_secret"
            and text
            and not sentence.startswith(("How labels", "Label in it", "Sheet of labels: C"))
        ):
            assert page.fields.get(name) in (text, None) or name in ("kind", "dpi"), name


# The address, and whether a site for patients may set a printer up there; in training every one of these may be.
ADDRESSES = [
    ("printer-7.example.org", True),
    ("10.20.30.40", True),
    ("2001:db8::7", True),
    ("localhost", False),
    ("Printer.Localhost", False),
    ("127.0.0.1", False),
    ("127.9.9.9", False),
    ("::1", False),
    ("::ffff:127.0.0.1", False),
    ("169.254.10.1", False),
    ("fe80::1", False),
    ("0.0.0.0", False),
    ("::", False),
    ("224.0.0.1", False),
]


@pytest.mark.parametrize(("host", "found"), ADDRESSES)
def test_for_patients_a_printer_is_in_the_network_and_not_this_machine(desk: Browser, host: str, found: bool) -> None:
    for training_site, expected in ((True, True), (False, found)):
        d = replace(desk.desk, site=replace(desk.desk.site, training=training_site))
        with desk.app.test_request_context():
            form = printer_form(d, None, MultiDict({**NEW, "host": host, "was": "0"}))
            assert (read_printer(form, None, d) is not None) is expected
            said = [text for _, text in form.errors_in_order()]
        assert said == (
            []
            if expected
            else [f"“{host}” is this machine, or no place of its own in the network: type the printer’s."]
        )


def test_a_printer_that_takes_sheets_is_set_up(desk: Browser) -> None:
    made = set_up(desk, **SHEETS)
    assert (made.kind, made.sheet, made.port) == (Kind.SHEETS, SHEETS["sheet"], 9100)


def test_a_change_tells_what_it_was_and_what_it_is(desk: Browser) -> None:
    set_up(desk)
    fields = {**desk.get(ONE).fields, "dpi": "300", "in_use": "no", "signing_secret": training.PIN}
    assert desk.send(ONE, fields).status_code == 303
    changes = [tuple(change) for change in newest(desk, "printer changed").changes]
    assert changes == [("Resolution", "203 dpi", "300 dpi"), ("In use", "yes", "no")]
    assert "Out of use" in desk.get(LIST).text


def test_a_page_that_is_older_than_a_change_changes_nothing(desk: Browser) -> None:
    set_up(desk)
    fields = {**desk.get(ONE).fields, "signing_secret": training.PIN}
    desk.send(ONE, {**fields, "dpi": "300"})
    page = desk.post(ONE, {**fields, "stock": "4 × 4 in"})
    assert (desk.status, page.said) == (409, ["Name: Cabinet 1 was changed meanwhile: look at it again."])
    assert records.printers(desk.desk.engine)[0].stock == "4 × 3 in"


def test_two_printers_are_not_called_alike(desk: Browser) -> None:
    set_up(desk)
    page = send(desk, LIST, **NEW | {"name": "CABINET 1"})
    assert desk.status == 409
    assert page.said == ["Name: Another printer is called CABINET 1: a label must say which one it is of."]


@pytest.mark.parametrize("user", ["okafor", "adeyemi", "whitfield"])
def test_only_an_administrator_changes_printers(desk: Browser, user: str) -> None:
    set_up(desk)
    desk.sign_in(user)
    assert LIST not in desk.get(LIST).actions
    role = next(account.role for account in records.accounts(desk.desk.engine) if account.user == user)
    assert (f"{ONE}/calibrated" in desk.get(ONE).actions) is may(role, Deed.CALIBRATE)
    assert desk.send(LIST, NEW).status_code == 403
    assert desk.send(ONE, NEW).status_code == 403


# ------------------------------------------------------------------ calibration


def test_the_calibration_label_opens_and_its_symbol_is_the_printers_own(desk: Browser) -> None:
    set_up(desk)
    answer = desk.client.get(f"{ONE}/calibration.pdf")
    (page,) = pypdfium2.PdfDocument(answer.data)
    found = zxingcpp.read_barcodes(page.render(scale=203 / 72, grayscale=True).to_pil().convert("L"))
    assert [code.text for code in found] == [own_code("CAL", "1")]
    text = page.get_textpage().get_text_bounded()
    assert "4 × 3 in, 203 dpi" in text and "Cabinet 1" in text and "PATIENT USE" in text


RESULTS = [
    ({}, True, "50 mm across, 49.8 mm of 50 down, symbol read, four corners whole"),
    ({"across": "49.4"}, False, "49.4 mm across"),
    ({"down": "50.6"}, False, "50.6 mm of 50 down"),
    ({"scanned": ""}, False, "symbol not read"),
    ({"corners": "cut"}, False, "corners cut off"),
]


@pytest.mark.parametrize(("changes", "passed", "told"), RESULTS, ids=range(len(RESULTS)))
def test_a_result_is_recorded_whether_it_passes_or_not(
    desk: Browser, changes: dict[str, str], passed: bool, told: str
) -> None:
    set_up(desk)
    desk.sign_in("okafor")
    sent = {**FOUND, "scanned": own_code("CAL", "1"), **changes}
    assert desk.send(f"{ONE}/calibrated", {**desk.get(ONE).fields, **sent}).status_code == 303
    (stored,) = records.calibrations(desk.desk.engine, 1)
    assert (stored.result.passed, stored.person.id) == (passed, "okafor")
    entry = newest(desk, "printer calibrated")
    assert (entry.details["result"], entry.subject) == ("passed" if passed else "failed", "printer:1")
    assert told in entry.details["found"]
    page = desk.get(ONE)
    assert told in page.text and ("Calibrated" if passed else "Failed") in page.text


@pytest.mark.parametrize("scanned", ["]d1" + own_code("CAL", "1"), own_code("CAL", "1").lower()])
def test_a_scanner_may_say_what_it_read(desk: Browser, scanned: str) -> None:
    set_up(desk)
    desk.send(f"{ONE}/calibrated", {**desk.get(ONE).fields, **FOUND, "scanned": scanned})
    assert [one.result.passed for one in records.calibrations(desk.desk.engine, 1)] == [True]


OWN = own_code("CAL", "1")
NOT_FOUND = [
    ({"across": ""}, "Across: Measure the rule across."),
    ({"down": ""}, "Down: Measure the rule down."),
    ({"across": "five"}, "Across: “five” cannot be read."),
    ({"across": "0"}, "Across: “0” is not between 0 and 100 mm."),
    ({"across": "500"}, "Across: “500” is not between 0 and 100 mm."),
    ({"down": "50.125"}, "Down: “50.125” has more than 2 figures after the point."),
    ({"corners": ""}, "The four corners: Look at the four corners."),
    ({"scanned": own_code("CAL", "2")}, f"Scan the symbol: “{own_code('CAL', '2')}” is not the symbol of this printer"),
    ({"scanned": own_code("2026-000001", "1")}, "Scan the symbol: "),
    ({"signing_secret": "000000"}, "Signing PIN: "),
]


@pytest.mark.parametrize(("changes", "sentence"), NOT_FOUND, ids=range(len(NOT_FOUND)))
def test_what_cannot_be_a_result_is_refused_at_its_field(desk: Browser, changes: dict[str, str], sentence: str) -> None:
    set_up(desk)
    before = desk.stored()
    page = desk.post(f"{ONE}/calibrated", {**desk.get(ONE).fields, **FOUND, "scanned": OWN, **changes})
    assert (desk.status, any(said.startswith(sentence) for said in page.said)) == (422, True), page.said
    assert desk.stored() == before


def test_the_label_of_a_printer_as_it_was_is_no_proof_of_what_it_is(desk: Browser) -> None:
    set_up(desk)
    fields = desk.get(ONE).fields
    desk.send(ONE, {**fields, "dpi": "300", "signing_secret": training.PIN})
    for sent in ({**fields, "scanned": OWN}, {**desk.get(ONE).fields, "scanned": OWN}, {**fields, "scanned": ""}):
        page = desk.post(f"{ONE}/calibrated", {**sent, **FOUND})
        assert desk.status in (409, 422), page.said
    assert records.calibrations(desk.desk.engine, 1) == ()


def test_a_network_printer_prints_its_calibration_label(desk: Browser) -> None:
    with running(Zebra()) as zebra:
        set_up(desk, host="127.0.0.1", port=str(zebra.port))
        answer = desk.send(f"{ONE}/calibration", {})
    assert answer.status_code == 303
    (label,) = zebra.printed
    found = zxingcpp.read_barcodes(dots_of(label).convert("L"))
    assert [code.text for code in found] == [OWN]
    assert newest(desk, "calibration label printed").subject == "printer:1"


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (Zebra(head_open=True), "Not printed on Cabinet 1: its head is open. Close it."),
        (Zebra(answers=2), "It is not known whether the label came out of Cabinet 1: it does not answer."),
    ],
    ids=["head open", "silent"],
)
def test_a_calibration_label_that_did_not_come_out_says_why(
    desk: Browser, broken: Zebra, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "TIMES", broken.times)
    with running(broken) as zebra:
        set_up(desk, host="127.0.0.1", port=str(zebra.port))
        page = desk.post(f"{ONE}/calibration", {})
    assert (desk.status, page.said[0].startswith(sentence)) == (409, True), page.said
    assert newest(desk, "calibration label not printed").reason


def test_what_goes_by_a_driver_is_not_sent_by_the_desk(desk: Browser) -> None:
    set_up(desk, kind="driver", host="")
    assert f"{ONE}/calibration" not in desk.get(ONE).actions
    assert desk.send(f"{ONE}/calibration", {}).status_code == 404


@pytest.mark.parametrize("path", [f"{LIST}/9", f"{LIST}/9/calibration.pdf", f"{LIST}/x"])
def test_a_printer_that_is_not_there_is_not_found(desk: Browser, path: str) -> None:
    assert desk.client.get(path).status_code == 404


def test_the_settings_lead_to_the_printers(desk: Browser) -> None:
    links: list[Any] = [href for href, _, _ in desk.get("/settings").links]
    assert LIST in links
