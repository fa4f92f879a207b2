"""A lot recalled: found in one search with its patients, on paper, and barred from every preparation."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from web_desk import UK, US, Browser, Html

from compounding import records, training
from compounding.records import EntrySearch, NewOut, RecordsRefused
from compounding.workflow import State
from compounding.workflow.guards import barriers
from compounding.workflow.materials import Out
from compounding.workflow.steps import RELEASE
from tests.on_the_way import bring, progress, take

FIRST, SECOND, THIRD = "2026-000001", "2026-000002", "2026-000003"
LOT = "TR4471A"
SECOND_AFRESH = {"weight": "69.5", "level": "0.5", "dose": "0.91"}  # 170 cm: 1.81 m² × 0.5 = 0.905 mg
THIRD_AFRESH = {"weight": "64.8", "level": "0.5", "dose": "0.90"}
RECALL = {"recalled_lot": LOT, "recalled_product": "besponsa-us", "recall_reason": "Glass in a vial."}
SIGNED = {"signing_secret": training.PIN}


@pytest.fixture
def us(tmp_path: Path) -> Browser:
    """One preparation in its bag, one whose vials are only picked, and one with another lot. A pharmacist looks."""
    browser = Browser(tmp_path, US)
    bring(browser, FIRST, State.DILUTED)
    bring(browser, SECOND, State.MATERIALS, lot="tr-4471 a", afresh=SECOND_AFRESH)
    bring(browser, THIRD, State.MATERIALS, lot="OTHER9", afresh=THIRD_AFRESH)
    browser.sign_in("adeyemi")
    return browser


def search(browser: Browser, lot: str = LOT, product: str = "") -> Html:
    return browser.post("/recalls/search", {"lot": lot, "product": product})


def recall(browser: Browser, **changed: str) -> Html:
    return browser.post("/recalls/put", {**RECALL, **SIGNED, **changed})


# ------------------------------------------------------------------ what a lot was used for


def test_one_search_finds_every_preparation_and_patient_of_a_lot(us: Browser) -> None:
    """However the lot is typed. Two vials each: 0.91 mg takes a second one."""
    text = search(us, "TR 4471-a").text
    assert "2 preparations of 2 patients." in text
    assert f"{FIRST} RIVERA, Elena born Aug 14, 1980 MRN 00417352 Mar 12, 2026 diluted" in text
    assert "Vial 1: opened; the preparation is diluted Vial 2: opened; the preparation is diluted" in text
    assert f"{SECOND} BERGSTRÖM, Ingrid born Nov 30, 1964 MRN 00419077 Mar 13, 2026 materials recorded" in text
    assert "Vial 1: in the preparation, not opened Vial 2: in the preparation, not opened" in text
    assert THIRD not in text
    remaining = "2 packs in preparations, not opened: set aside. What lies on the shelf is not known here: look there."
    assert remaining in text


def test_a_vial_that_went_back_may_lie_on_the_shelf(us: Browser) -> None:
    first, second = progress(us, SECOND).materials[:2]
    assert first.id is not None and second.id is not None
    leaving = [NewOut(first.id, Out.RETURNED), NewOut(second.id, Out.BROKEN)]
    take(us, SECOND, "material taken out", "preparer", State.VERIFIED, leaving)
    text = search(us).text
    assert "Vial 1: went back to stock Vial 2: broken, not wetted" in text
    assert "1 pack went back to stock. What lies on the shelf is not known here" in text


def test_what_ended_holds_nothing_that_could_be_set_aside(us: Browser) -> None:
    """Cancelled before anything was wetted: vials and water lie on the shelf again, and not in a preparation."""
    us.sign_in("okafor")
    opened = {"number": SECOND, "version": "1", "state": "materials recorded"}
    us.post(f"/preparations/{SECOND}/end/cancel", {**opened, "why": "twice"})
    assert us.status == 303
    told = records.find_entries(us.desk.engine, EntrySearch(action="cancelled"), size=1)[0].event
    assert told.details["back to stock"].startswith("Vial 1, lot tr-4471 a, serial")
    assert "Water, lot W-77" in told.details["back to stock"]
    us.sign_in("adeyemi")
    for lot, product in ((LOT, "besponsa-us"), ("W-77", "water: Sterile Water for Injection, USP")):
        text = search(us, lot, product).text
        assert "went back to stock" in text
        assert ("in the preparation, not opened" in text) is (lot == "W-77")  # the third's water is there still


def test_a_lot_of_another_product_is_another_lot(us: Browser) -> None:
    water = "water: Sterile Water for Injection, USP"
    assert "No preparation has anything of this lot." in search(us, LOT, water).text
    assert "2 preparations of 2 patients." in search(us, LOT, "besponsa-us").text
    text = search(us, "W-77").text  # the water of all three
    assert "3 preparations of 3 patients." in text and "Water: opened; the preparation is diluted" in text
    assert "Water: in the preparation, not opened" in text


WRONG = [
    ("", "Lot: Type the lot."),
    ("- -", "Lot: “- -” holds no letter and no figure: it is no lot."),
    ("x" * 41, "Lot: This text of 41 characters is longer than 40 characters."),
]


@pytest.mark.parametrize("path", ["/recalls/search", "/recalls/pdf"])
@pytest.mark.parametrize(("lot", "sentence"), WRONG, ids=range(len(WRONG)))
def test_a_lot_that_cannot_be_looked_for(us: Browser, lot: str, sentence: str, path: str) -> None:
    page = us.post(path, {"lot": lot, "product": ""})
    assert (us.status, page.said) == (422, [sentence])
    assert page.fields["lot"] == lot


def test_a_search_is_in_the_log_with_whom_it_showed(us: Browser) -> None:
    search(us, product="besponsa-us")
    told = records.find_entries(us.desk.engine, EntrySearch(action="lot viewed"), size=1)[0].event
    assert dict(told.details) == {"shown": f"{SECOND}, {FIRST}", "lot": LOT, "product": "besponsa-us"}


def test_an_auditor_searches_and_recalls_nothing(us: Browser) -> None:
    us.sign_in("whitfield")
    page = search(us)
    assert "2 preparations of 2 patients." in page.text and "/recalls/put" not in page.actions
    recall(us)
    assert (us.status, records.recalls(us.desk.engine)) == (403, ())


# ------------------------------------------------------------------ on paper


def words(answer: Any) -> str:
    return " ".join(page.extract_text().replace("\n", " ") for page in PdfReader(io.BytesIO(answer.data)).pages)


def test_the_pdf_says_the_same(us: Browser) -> None:
    answer = us.send("/recalls/pdf", {"lot": LOT, "product": "besponsa-us"})
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    text = words(answer)
    for said in (
        "What a lot was used for", f"Lot {LOT}", "2 preparations of 2 patients.", "RIVERA, Elena", "BERGSTRÖM, Ingrid",
        FIRST, SECOND, "born Aug 14, 1980", "MRN 00417352", "opened; the preparation is diluted",
        "in the preparation, not opened", "Page 1 of 1", "log head", "TRAINING", "K. Adeyemi, pharmacist",
    ):  # fmt: skip
        assert said in text, said
    assert THIRD not in text


def test_a_pdf_of_nothing_found_says_so(tmp_path: Path) -> None:
    browser = Browser(tmp_path, UK, user="farouk")
    answer = browser.send("/recalls/pdf", {"lot": "NONE1", "product": ""})
    assert "No preparation has anything of this lot." in words(answer)


# ------------------------------------------------------------------ recalled, and ended


def test_a_recall_is_signed_and_bars_what_holds_the_lot(us: Browser) -> None:
    assert recall(us).said == [] and us.status == 303
    (made,) = records.recalls(us.desk.engine)
    assert (made.product, made.lot, made.reason, made.person.id) == ("besponsa-us", LOT, "Glass in a vial.", "adeyemi")
    text = us.get("/recalls").text
    assert f"{LOT} inotuzumab ozogamicin Glass in a vial. Recalled Mar 12, 2026 09:00, K. Adeyemi" in text
    # a scan of it is refused, and what holds it is not released
    found = progress(us, THIRD).materials[0]
    assert found.id is not None
    again = replace(found, id=None, out=None, lot="tr4471a", serial="99001", person="")
    with pytest.raises(RecordsRefused, match=r"Lot tr4471a of inotuzumab ozogamicin is recalled: Glass in a vial\."):
        take(us, THIRD, "material recorded", "preparer", State.MATERIALS, [NewOut(found.id, Out.REPLACED), again])
    assert "recalled" in [barrier.code for barrier in barriers(RELEASE, progress(us, FIRST), us.now)]
    assert "recalled" not in [barrier.code for barrier in barriers(RELEASE, progress(us, THIRD), us.now)]


def test_a_recall_that_ended_bars_nothing_and_stays_in_sight(us: Browser) -> None:
    recall(us)
    (made,) = records.recalls(us.desk.engine)
    page = us.post("/recalls/end", {"which": str(made.id), "end_reason": "Another lot was meant.", **SIGNED})
    assert (us.status, page.said) == (303, [])
    text = us.get("/recalls").text
    assert "Ended Mar 12, 2026 09:00, K. Adeyemi Another lot was meant." in text and "End a recall" not in text
    assert "recalled" not in [barrier.code for barrier in barriers(RELEASE, progress(us, FIRST), us.now)]
    assert us.post("/recalls/end", {"which": str(made.id), "end_reason": "x", **SIGNED}).said == [
        "Recall: Choose one of those shown."
    ]


REFUSED = [
    ({"signing_secret": "000000"}, 422, "Signing PIN: This is not your PIN or password. Nothing is signed."),
    ({"signing_secret": ""}, 422, "Signing PIN: Type your signing PIN, or your password."),
    ({"recall_reason": ""}, 422, "Reason: Say why it is recalled."),
    ({"recalled_product": "gemtuzumab"}, 422, "Product: Choose one of those shown."),
    ({"recalled_lot": "--"}, 422, "Lot: “--” holds no letter and no figure: it is no lot."),
]


@pytest.mark.parametrize(("changed", "status", "sentence"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_recall_is_refused_at_its_field(
    us: Browser, changed: dict[str, str], status: int, sentence: str
) -> None:
    page = recall(us, **changed)
    assert (us.status, page.said) == (status, [sentence])
    assert records.recalls(us.desk.engine) == () and training.PIN not in str(page.fields)


def test_a_lot_is_recalled_once(us: Browser) -> None:
    recall(us)
    page = recall(us, recalled_lot="TR-4471-A")
    said = ["Lot: Lot TR-4471-A of besponsa-us is recalled already: look at the list again."]
    assert (us.status, page.said) == (409, said)


def test_a_technician_does_not_recall(us: Browser) -> None:
    us.sign_in("okafor")
    assert "/recalls/put" not in us.get("/recalls").actions
    page = recall(us)
    assert (us.status, "A technician may not put a recall on a lot, or end one." in page.text) == (403, True)
