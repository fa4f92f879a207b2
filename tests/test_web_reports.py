"""Reports at the desk: who prints them, what each edition tells, and that a copy is drawn as it was printed."""

from __future__ import annotations

import hashlib
import io
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from finishing import WHO, finish
from on_the_way import ORDER, bring, progress, step, take
from pypdf import PdfReader
from web_desk import AUDITOR, UK, US, Browser, on

from compounding import records, training
from compounding.quantities import DrugMass, Volume
from compounding.records import Event
from compounding.wording import reconciliation
from compounding.workflow import State
from compounding.workflow.labels import count
from compounding.workflow.progress import Fate, Waste, Wasted

NUMBER = "2026-000001"
LABELS, SHEET = f"/preparations/{NUMBER}/labels", f"/preparations/{NUMBER}/labels/sheet"
WASTE = f"/preparations/{NUMBER}/wastes"
DRUG = {US: "besponsa-us", UK: "besponsa-uk"}
MARCH = {**on("since", 1, 3, 2026), **on("until", 31, 3, 2026)}


@pytest.fixture
def labelled(tmp_path: Path) -> Browser:
    """Three labels printed and put in their places."""
    browser = Browser(tmp_path, US)
    finish(browser, NUMBER, State.LABELLED)
    browser.sign_in(WHO[US][0])
    return browser


def printed(browser: Browser, path: str, **sent: str) -> tuple[str, str]:
    """Prints a report: the address of its file, and what that says."""
    answer = browser.send(path, sent)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    place = answer.headers["Location"]
    return place, words(browser.client.get(place))


def words(answer: Any) -> str:
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    pages = PdfReader(io.BytesIO(answer.get_data())).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def newest(browser: Browser) -> Event:
    """The newest entry that tells of no look at a paper."""
    found = records.find_entries(browser.desk.engine, records.EntrySearch(), size=9)
    return next(one.event for one in found if not one.event.action.endswith("viewed"))


# ------------------------------------------------------------------ editions and copies


def test_a_further_print_is_a_copy_until_something_of_it_changes(labelled: Browser) -> None:
    first, text = printed(labelled, SHEET)
    assert "Label reconciliation" in text and "Edition 1, copy 1" in text
    told = newest(labelled)
    assert (told.action, told.subject) == ("label reconciliation printed", NUMBER)
    assert (told.details["edition"], told.details["copy"]) == ("1", "1")
    assert told.details["log head"] in text

    second, copy = printed(labelled, SHEET)
    assert newest(labelled).action == "label reconciliation printed again"
    assert copy == text.replace("Edition 1, copy 1", "Edition 1, copy 2")

    reprint(labelled)
    _, changed = printed(labelled, SHEET)
    assert "Edition 2, copy 1" in changed and "Smudged or unreadable." in changed and "ink ran.”" in changed
    assert words(labelled.client.get(first)) == text and words(labelled.client.get(second)) == copy
    assert records.check(labelled.desk.engine) == ()


def reprint(browser: Browser) -> None:
    sent = {"place": "light cover", "stock": "small", "again": "smudged", "again_words": "The ink ran."}
    answer = browser.client.post(f"{LABELS}/print", data={**browser.get(LABELS).fields, **sent})
    assert answer.status_code == 303


def test_a_copy_is_drawn_from_what_was_stored(labelled: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even a program that words it otherwise changes an old paper."""
    place, text = printed(labelled, SHEET)
    with labelled.desk.engine.connect() as connection:
        checksum = connection.exec_driver_sql("SELECT pdf_sha256 FROM report").scalar_one()
    monkeypatch.setattr("compounding.wording.reconciliation.COPIES", "Other words")
    monkeypatch.setattr("compounding.wording.reconciliation.RULE", "Another rule.")
    answer = labelled.client.get(place)
    assert words(answer) == text
    assert hashlib.sha256(answer.get_data()).hexdigest() == checksum


def test_what_nobody_can_draw_is_refused_and_nothing_is_stored(
    labelled: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = labelled.stored()
    monkeypatch.setattr("compounding.wording.reconciliation.RULE", "一")
    page = labelled.post(SHEET, {})
    assert (labelled.status, page.said) == (
        422,
        ["Label reconciliation: Copies counted: “一” holds 一 (U+4E00), which the label's font lacks."],
    )
    assert page.problems[0][1] == "printing" and "printing" in page.elements
    assert labelled.stored() == before


def test_a_print_by_a_page_whose_session_ended_does_nothing(labelled: Browser) -> None:
    before = labelled.stored()
    for path in (SHEET, f"{WASTE}/print", "/drugs/besponsa-us/print"):
        answer = labelled.client.post(path, data={"csrf_token": "old"})
        assert answer.status_code == 400 and "nothing was done" in answer.get_data(as_text=True)
    assert labelled.stored() == before


def test_an_auditor_reads_what_was_printed_and_prints_nothing(labelled: Browser) -> None:
    place, text = printed(labelled, SHEET)
    labelled.sign_in(AUDITOR[US])
    assert words(labelled.client.get(place)) == text
    told = records.find_entries(labelled.desk.engine, records.EntrySearch(action="paper viewed"), size=1)[0].event
    assert (told.subject, dict(told.details)) == (
        NUMBER,
        {"paper": "label reconciliation", "edition": "1", "copy": "1"},
    )
    page = labelled.get(SHEET)
    assert "It is printed by a technician or a pharmacist." in page.text and SHEET not in page.actions
    assert labelled.send(SHEET, {}).status_code == 403


def test_whoever_may_check_blind_is_shown_no_figures(tmp_path: Path) -> None:
    """The waste of a preparation tells its dose."""
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, State.RECONSTITUTED)
    place, _ = printed(browser, f"{WASTE}/print")
    browser.sign_in("lindqvist")
    assert browser.client.get(place).status_code == 403
    assert browser.send(f"{WASTE}/print", {}).status_code == 403


@pytest.mark.parametrize("key", ["7", "0", "99999999999"])
def test_there_is_no_report_of_another_number(tmp_path: Path, key: str) -> None:
    browser = Browser(tmp_path, US)
    assert browser.client.get(f"/reports/{key}.pdf").status_code == 404


# ------------------------------------------------------------------ the labels counted


def test_the_sheet_tells_what_became_of_every_copy(labelled: Browser) -> None:
    reprint(labelled)
    destroyed = {"copy": "4", "why": "torn", "words": "In the printer.", "witness": WHO[US][1]}
    sent = {**labelled.get(LABELS).fields, **destroyed, "witness_secret": training.PASSWORD}
    assert labelled.client.post(f"{LABELS}/destroy", data=sent).status_code == 303
    _, text = printed(labelled, SHEET)
    # 4 = 1 on the bag + 1 on the light cover + 1 specimen + 1 destroyed, and none is open.
    assert "Printed 4 On the bag 1 On the light cover 1 Specimen 1 Destroyed 1 Difference (open) 0" in text
    assert "Everything reconciles: no copy is open." in text
    for said in ("RIVERA, Elena", "witness K. Adeyemi", "Torn.", "On the worksheet", "Workstation 3", "4 copies"):
        assert said in text, said


def test_the_sheet_names_what_is_open(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, State.DILUTED)
    assert "No label is printed yet." in printed(browser, SHEET)[1]
    assert browser.client.post(f"{LABELS}/print", data=browser.get(LABELS).fields).status_code == 303
    _, text = printed(browser, SHEET)
    assert "Copy 1 is open: scan it where it is, or record it as destroyed." in text
    assert "Destroyed 0 Difference (open) 3" in text and "Edition 2, copy 1" in text


# ------------------------------------------------------------------ waste


def test_the_certificate_has_the_bin_beside_the_bill(tmp_path: Path) -> None:
    """1.8 − 1.46 = 0.34 mg and 7.2 − 5.84 = 1.36 mL; 9 × 2 − 15 = 3 units."""
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, State.DILUTED)
    _, text = printed(browser, f"{WASTE}/print")
    assert "Vial 2, left over 0.34 mg 1.36 mL left after the draw Mar 12, 2026 09:00 R. Okafor" in text
    assert "J9229 × 15 1.46 mg ÷ 0.1 mg, rounded up" in text and "J9229-JW × 3 9 × 2 vials − 15" in text
    assert "One unit is 0.1 mg." in text and "9 × 2 vials − 15 = 3 units, with JW." in text
    assert "Opened 1.8 mg Given 0 mg Discarded 0.34 mg Returned 0 mg In hand 1.46 mg" in text
    assert "RIVERA" not in text  # whose waste it was is nobody's business who carries the bin


def test_in_the_uk_nothing_is_billed_by_units(tmp_path: Path) -> None:
    browser = Browser(tmp_path, UK)
    bring(browser, NUMBER, State.DILUTED)
    _, text = printed(browser, f"{WASTE}/print")
    assert "Drugs are not billed by units in this market." in text and "J9229" not in text
    assert "Batch no. 2026-000001" in text and "0.54 mg 2.16 mL" in text  # 2 − 1.46 mg, 8 − 5.84 mL


def test_the_period_has_every_row_with_what_is_billed(tmp_path: Path) -> None:
    """A bag of 1.46 mg in 50 mL joins the 0.34 mg in 1.36 mL: 1.8 mg; a concentrate and what is diluted make no sum."""
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, State.DILUTED)
    bag = Waste(Wasted.BAG, 0, DrugMass.read("1.46 mg"), Volume.read("50 mL"), "leaks", witness="adeyemi")
    take(browser, NUMBER, "rejected", "preparer", State.REJECTED, [bag])
    _, text = printed(browser, "/wastes/certificate", **MARCH)
    assert "Period Mar 1, 2026 to Mar 31, 2026" in text and "2 rows of 1 preparation" in text
    assert "Thrown away 1.8 mg Concentrate 1.36 mL Diluted 50 mL Left in vials 0.34 mg Vials and bags 1.46 mg" in text
    assert "Bag 1.46 mg 50 mL leaks R. Okafor" in text and "witness K. Adeyemi" in text
    # Two lines of a row: of its volumes, and of what is billed.
    assert "2026-000001 rejected 1.8 mg 1.36 mL from vials, 2 J9229 × 15 50 mL in bags J9229-JW × 3" in text
    assert "not given, so not claimed" in text
    assert newest(browser).subject == "waste of Mar 1, 2026 to Mar 31, 2026"
    assert "Edition 1, copy 1" in browser.post("/wastes", MARCH).text


def test_each_row_names_its_lot_its_entry_and_the_drug_file(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, State.DILUTED)
    (thrown,) = records.waste_of(browser.desk.engine, NUMBER)
    (drug,) = browser.desk.drugs
    file = f"besponsa-us edition {drug.edition}"
    _, one = printed(browser, f"{WASTE}/print")
    _, period = printed(browser, "/wastes/certificate", **MARCH)
    assert f"Drug file {file}" in one and f"Worked out by {file}, checksum {drug.checksum[:4]}" in period
    assert "Vials 1 lot TR4471A, 2 lot TR4471A" in one
    for text in (one, period):
        assert "lot TR4471A" in text and f"entry {thrown.entry:,}" in text and drug.checksum[4:8] in text


UNCHECKED = [State.VERIFIED, State.MATERIALS, State.RECONSTITUTED]


@pytest.mark.parametrize("reached", UNCHECKED)
def test_the_period_hides_what_somebody_may_still_check_blind(tmp_path: Path, reached: State) -> None:
    """A vial broke before the check: nothing tells the vials and the units of the plan, now or in the stored copy."""
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, reached)
    broken = Waste(Wasted.VIAL, 1, DrugMass.read("0.9 mg"), Volume(Decimal(0)), "broken")
    take(browser, NUMBER, "material put out", "preparer", None, [broken])
    place, text = printed(browser, "/wastes/certificate", **MARCH)
    step(browser, NUMBER, ORDER[ORDER.index(reached) + 1])
    for said in (text, words(browser.client.get(place))):
        assert "hidden until checked" in said
        assert "J9229 ×" not in said and "J9229-JW ×" not in said


def test_a_period_that_is_none_is_refused_at_its_field(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    page = browser.post("/wastes/certificate", {**MARCH, **on("until", 28, 2, 2026)})
    assert browser.status == 422
    assert page.said == ["To: Feb 28, 2026 is before Mar 1, 2026, the day that it begins with."]


# ------------------------------------------------------------------ a drug file


@pytest.mark.parametrize("market", [US, UK])
def test_the_page_of_a_drug_has_every_fact_and_its_record_too(tmp_path: Path, market: Any) -> None:
    browser = Browser(tmp_path, market)
    (drug,) = browser.desk.drugs
    page = browser.get(f"/drugs/{DRUG[market]}")
    _, text = printed(browser, f"/drugs/{DRUG[market]}/print")
    for said in ("Labelled content of a vial", "Peripheral blasts", "10,000/mm³"):
        assert said in page.text and said in text, said
    assert drug.disagreements[0].used in page.text
    assert drug.checksum[:8] in page.text and drug.checksum[:8] in text
    assert f"Edition of the file {drug.edition}" in text and "Body surface to" in text
    assert newest(browser).subject == f"drug:{drug.id}"
    assert "Edition 1, copy 1" in browser.get(f"/drugs/{DRUG[market]}").text


def test_what_two_pharmacists_confirmed_stands_on_the_record_as_their_word(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    _, before = printed(browser, "/drugs/besponsa-us/print")
    assert "confirmed by the site:" not in before
    name, text = "confirmed.besponsa-us.administration.line", "PVC, polyolefin or polybutadiene"
    for user, standing in (("adeyemi", "proposed"), ("lindqvist", "holds")):
        account = records.account(browser.desk.engine, user)
        assert account is not None
        records.put_setting(browser.desk.engine, name, text, standing, Event(account.person, "setting", browser.now))
    _, after = printed(browser, "/drugs/besponsa-us/print")
    assert "Edition 2, copy 1" in after
    assert after.count("confirmed by the site: K. Adeyemi and M. Lindqvist, Mar 12, 2026 09:00") == 1
    page = browser.get("/drugs/besponsa-us").text
    assert re.search(r"In force\s+K\. Adeyemi and M\. Lindqvist, Mar 12, 2026 09:00", page)


def test_a_setting_that_changes_makes_a_new_edition(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    printed(browser, "/drugs/besponsa-us/print")
    account = records.account(browser.desk.engine, "adeyemi")
    assert account is not None
    records.put_setting(browser.desk.engine, "bsa_step", "0.001 m²", "holds", Event(account.person, "x", browser.now))
    _, text = printed(browser, "/drugs/besponsa-us/print")
    assert "Edition 2, copy 1" in text
    assert "Body surface to 0.001 m² Changed here K. Adeyemi, Mar 12, 2026 09:00" in text


def test_there_is_no_page_of_a_drug_that_the_site_has_not(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    assert (browser.get("/drugs/besponsa-uk"), browser.status)[1] == 404
    assert browser.send("/drugs/besponsa-uk/print", {}).status_code == 404


def test_the_settings_lead_to_the_record_whoever_may_read_it(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    for user, leads in (("okafor", True), ("adeyemi", True), (AUDITOR[US], True), ("castellan", False)):
        browser.sign_in(user)
        assert ("/drugs/besponsa-us" in [href for href, _, _ in browser.get("/settings").links]) is leads, user


def test_the_record_of_a_desk_is_drawn_by_its_own_market(tmp_path: Path) -> None:
    """A4 is 297 mm high, which is 297 ÷ 25.4 × 72 = 841.9 points."""
    browser = Browser(tmp_path, UK)
    place, _ = printed(browser, "/drugs/besponsa-uk/print")
    page = PdfReader(io.BytesIO(browser.client.get(place).get_data())).pages[0]
    assert float(page.mediabox.height) == pytest.approx(841.9, abs=0.05)


def test_every_copy_on_the_sheet_is_printed_or_not_printed(labelled: Browser) -> None:
    """A fourth that never came out is none of the three printed, and the sheet says of both how many there are."""
    reprint(labelled)
    (*_, last) = records.prints(labelled.desk.engine, NUMBER)
    told = Event(last.printed_by, "label not printed", labelled.now)
    lost = records.NewFate(last.id, Fate.NOT_PRINTED, "it has no labels")
    records.take_step(labelled.desk.engine, NUMBER, told, judge=lambda _: None, rows=[lost])
    _, text = printed(labelled, SHEET)
    assert "4 copies" in text and "Not printed: sent to a printer and never out of it." in text
    way = progress(labelled, NUMBER)
    counts = dict(reconciliation.counted(count(way.labels, way.version)))
    assert (counts["Printed"], counts["Not printed"], counts["Difference (open)"]) == ("3", "1", "0")
    assert all(caption in text for caption in counts)


def test_an_edition_without_its_first_copy_is_a_fault_and_no_riddle(labelled: Browser) -> None:
    """As where a row was taken away by hand."""
    place, _ = printed(labelled, SHEET)
    with labelled.desk.engine.begin() as connection:
        for (name,) in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'report'"
        ).fetchall():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE report SET copy = 2, strings_json = NULL")
    page = labelled.get(place)
    assert (labelled.status, "Edition 1 has no first copy" in page.text) == (503, True), page.text
    page = labelled.post(SHEET, {})
    assert (labelled.status, "Edition 1 has no first copy" in page.text) == (503, True), page.text


def test_two_prints_are_two_copies_whoever_asks(labelled: Browser) -> None:
    printed(labelled, SHEET)
    printed(labelled, SHEET)
    found = records.reports(labelled.desk.engine, "label reconciliation", NUMBER)
    assert [(one.edition, one.copy, one.strings_json is None) for one in found] == [(1, 1, False), (1, 2, True)]
