"""A dose rounded down to whole vials: offered with its figures, agreed by the prescriber, signed by two."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from web_desk import UK, US, Browser, Html, on

from compounding import records, training
from compounding.records import EntrySearch, SavedPreparation
from compounding.web.offers import offer
from compounding.wording.export import plan_as_json
from tests.orders import IN

NUMBER = "2026-000002"
"""US, invented: 170 cm and 69.5 kg are 1.81 m², and 0.5 mg/m² of it 0.905 mg, so 0.91 mg: two vials of 0.9 mg."""
PATH = f"/preparations/{NUMBER}/rounding"
AGREED = {"prescriber": "A. Nguyen, MD", **on("agreed_on", 12, 3, 2026), "agreed_at": "09:00", "words": "Give 0.9 mg."}


@pytest.fixture
def us(tmp_path: Path) -> Browser:
    """The technician who entered it looks: an order that somebody may still verify is hidden from them alone."""
    return Browser(tmp_path, US)


def saved(browser: Browser, number: str = NUMBER) -> SavedPreparation:
    found = records.preparation(browser.desk.engine, number)
    assert found is not None
    return found


def agree(browser: Browser, **changed: str) -> Html:
    return browser.post(PATH, {**browser.get(PATH).fields, **AGREED, **changed})


# ------------------------------------------------------------------ what is offered

# 0.91 → 0.9: 0.01 ÷ 0.91 = 1.1 %. Two vials hold 1.8 mg, of which 1.8 − 0.91 = 0.89 mg would be discarded.
LESS = "From 0.91 mg to 0.9 mg: 1.1 % of the ordered dose less, within 10 %."
SAVES = "It saves 1 vial of 0.9 mg: 0 mg is discarded in place of 0.89 mg."


def test_the_page_of_a_preparation_offers_it_with_its_figures(us: Browser) -> None:
    page = us.get(f"/preparations/{NUMBER}")
    assert LESS in page.text and SAVES in page.text
    assert PATH in [href for href, _, _ in page.links]
    assert "Rounding to whole vials" not in us.get("/preparations/2026-000001").text  # 1.46 mg
    assert "Rounding to whole vials" not in us.get("/preparations/2026-000003").text  # 0.9 mg


def test_the_review_of_an_order_says_it_and_rounds_nothing(us: Browser) -> None:
    page = us.review(cycle="2", day="8", response="cr", weight="69.5")
    assert LESS in page.text and SAVES in page.text
    assert "Once the order is saved, its page takes the rounding with the prescriber’s agreement." in page.text


OFFERS: list[tuple[Any, dict[str, Any], tuple[str, ...] | None]] = [
    # market, order; dose, rounded to, percent less, vials, vials after, discarded, discarded after
    (US, {"ordered": "1"}, ("1 mg", "0.9 mg", "10", "2", "1", "0.8 mg", "0 mg")),  # 0.1 ÷ 1: the limit included
    (US, {"ordered": "1.01"}, None),  # 0.11 ÷ 1.01 = 10.9 %
    (US, {"ordered": "2"}, ("2 mg", "1.8 mg", "10", "3", "2", "0.7 mg", "0 mg")),
    (US, {"ordered": "0.9"}, None),
    (UK, {"ordered": "0.95"}, None),  # one vial of 1 mg: nothing is saved at 1 mg, if not at 0.9 mg
    (UK, {"ordered": "1.01"}, None),  # to 0.9 mg, which saves a vial at both, would be 10.9 % less
    (UK, {"ordered": "1.91"}, None),  # 2 vials of 1 mg as it is
    # A site whose procedure allows 15 %: 0.15 ÷ 1.05, to 0.9 mg, which one vial holds whatever comes out of it.
    (UK, {"ordered": "1.05", "near_miss_percent": Decimal(15)},
     ("1.05 mg", "0.9 mg", "14.285714286", "2", "1", "0.95 mg", "0.1 mg")),
]  # fmt: skip


@pytest.mark.parametrize(("market", "order", "expected"), OFFERS, ids=range(len(OFFERS)))
def test_what_is_offered_is_exact(market: Any, order: dict[str, Any], expected: tuple[str, ...] | None) -> None:
    made = IN[market](confirmed_by="Dr A. Farrow", **order)
    found = offer(plan_as_json(made), made.drug)
    if expected is None:
        assert found is None
        return
    assert found is not None
    percent, counts = str(found.percent.normalize()), (str(found.vials), str(found.vials_after))
    amounts = [str(one) for one in (found.dose, found.down_to, found.discarded, found.discarded_after)]
    assert (amounts[0], amounts[1], f"{Decimal(percent):f}", *counts, amounts[2], amounts[3]) == expected


# ------------------------------------------------------------------ the agreement

WRONG = [
    ({"prescriber": ""}, "Prescriber: Type who agreed to it."),
    ({"prescriber": "123"}, "Prescriber: “123” holds no letter."),
    ({"words": ""}, "In their words: Type what they said."),
    ({"agreed_at": ""}, "At: Type the time at which they agreed."),
    ({"agreed_at": "9.30"}, "At: “9.30” is not a time. Use hour and minute of the 24-hour clock, as 09:00."),
    ({"agreed_at": "09:01"}, "At: Mar 12, 2026 09:01 has not come yet."),
    # agreed before there was this order, at 09:00
    ({"agreed_at": "08:59"},
     "At: Mar 12, 2026 08:59 is before Mar 12, 2026 09:00, when this order was entered: agree to it anew."),
    (on("agreed_on", 12, 3, 2024),
     "At: Mar 12, 2024 09:00 is before Mar 12, 2026 09:00, when this order was entered: agree to it anew."),
    # the clocks of New York
    ({**on("agreed_on", 8, 3, 2026), "agreed_at": "02:30"},
     "At: “2026-03-08T02:30” does not exist in America/New_York: the clocks go forward. Add the offset from UTC."),
    ({**on("agreed_on", 2, 11, 2025), "agreed_at": "01:30"},
     "At: “2025-11-02T01:30” comes twice in America/New_York: the clocks go back. Add the offset from UTC, -04:00 or"
     " -05:00."),
    (on("agreed_on", 30, 2, 2026), "Agreed on: Feb 30, 2026 is not a date."),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "sentence"), WRONG, ids=range(len(WRONG)))
def test_an_agreement_says_who_when_and_what(us: Browser, changed: dict[str, str], sentence: str) -> None:
    before = us.stored()
    page = agree(us, **changed)
    assert (us.status, page.said) == (422, [sentence])
    assert page.fields["prescriber"] == changed.get("prescriber", AGREED["prescriber"])
    assert us.stored() == before


def test_the_agreement_leads_to_the_review_and_is_in_the_log(us: Browser) -> None:
    page = agree(us)
    assert us.status == 200
    assert "0.91 mg 0.9 mg" in page.text and page.fields["ordered_dose"] == "0.9"
    assert (page.fields["change_reason"], page.fields["confirmed_by"]) == ("rounded", "A. Nguyen, MD")
    assert page.fields["change_words"] == "Agreed Mar 12, 2026 09:00: Give 0.9 mg."
    assert saved(us).version == 1  # nothing is changed before it is signed
    told = records.find_entries(us.desk.engine, EntrySearch(action="rounding agreed"), size=1)[0].event
    assert dict(told.details) == {
        "prescriber": "A. Nguyen, MD",
        "agreed": "Mar 12, 2026 09:00",
        "less by": "1.1 %",
        "saves": "1 vial",
    }
    assert ([tuple(change) for change in told.changes], told.reason) == (
        [("Dose", "0.91 mg", "0.9 mg")],
        "Give 0.9 mg.",
    )


def test_it_takes_two_signatures_and_voids_those_before(us: Browser) -> None:
    """Verified as it was ordered, rounded, and so to be verified afresh by a pharmacist who did not enter it."""
    afresh = {"weight": "69.5", "level": "0.5"}
    assert us.verify(NUMBER, **afresh, dose="0.91").status_code == 303
    assert us.save(agree(us)).status_code == 303
    changed = saved(us)
    assert (changed.version, changed.state, changed.content.figures.dose_ng) == (2, "entered", 900_000)
    assert changed.content.figures.vials == 1
    given = [(one.meaning, one.version, one.void_entry is None) for one in records.signatures(us.desk.engine, NUMBER)]
    assert given == [("order-entry", 1, False), ("order-verification", 1, False), ("order-entry", 2, True)]
    assert us.verify(NUMBER, **afresh, dose="0.9").status_code == 303
    assert saved(us).state == "order verified"
    told = records.find_entries(us.desk.engine, EntrySearch(action="order changed"), size=1)[0].event
    assert told.reason_code == "rounded" and "Agreed Mar 12, 2026 09:00: Give 0.9 mg." in told.reason
    shown = json.loads(changed.content.shown_json)
    assert [(one["what"], one["by"]) for one in shown["departures"]] == [
        ("Ordered dose 0.9 mg confirmed", "A. Nguyen, MD")
    ]


def test_without_a_signature_nothing_is_rounded(us: Browser) -> None:
    page = agree(us)
    answer = us.save(page, signing_secret="000000")
    assert (answer.status_code, saved(us).version) == (422, 1)


OTHER = [  # the number, the dose that is sent as rounded, and why it is not
    (NUMBER, "0.88", "The rounding is offered to 0.9 mg: agree to that, or choose another reason for another dose."),
    ("2026-000001", "1.4", "No rounding is offered for this order: choose another reason."),
]


@pytest.mark.parametrize(("number", "dose", "sentence"), OTHER)
def test_an_agreement_holds_for_the_dose_that_was_offered_alone(
    us: Browser, number: str, dose: str, sentence: str
) -> None:
    edited = us.get(f"/orders/{number}/edit").fields
    shown = us.post("/orders/review", {**edited, "ordered_dose": dose, "confirmed_by": "A. Nguyen, MD"})
    answer = us.save(shown, change_reason="rounded", change_words="Agreed Mar 12, 2026 09:00: Give 0.9 mg.")
    said = Html(answer.get_data(as_text=True)).said
    assert (answer.status_code, saved(us, number).version) == (422, 1)
    assert f"Reason: {sentence}" in said


# ------------------------------------------------------------------ when it is not offered


def test_a_page_that_is_out_of_date_rounds_nothing(us: Browser) -> None:
    sent = {**us.get(PATH).fields, **AGREED}
    assert us.save(agree(us)).status_code == 303
    us.post(PATH, sent)
    assert us.status == 409  # the dose is 0.9 mg by now: nothing is offered
    us.get(PATH)
    assert us.status == 409


def test_a_dose_that_is_not_just_over_whole_vials_is_not_rounded(us: Browser) -> None:
    page = us.get("/preparations/2026-000001/rounding")
    sentence = "The dose of 2026-000001 is not just over whole vials: no rounding is offered."
    assert (us.status, sentence in page.text) == (409, True)
    assert us.client.get("/preparations/2026-000099/rounding").status_code == 404


def test_whoever_may_still_verify_it_is_not_shown_the_offer(us: Browser) -> None:
    us.sign_in("adeyemi")
    page = us.get(PATH)
    assert (us.status, "0.91 mg" in page.text) == (403, False)


def test_a_lost_session_keeps_what_was_typed(us: Browser) -> None:
    sent = {**us.get(PATH).fields, **AGREED, "csrf_token": "lost"}
    answer = us.client.post(PATH, data=sent)
    page = Html(answer.get_data(as_text=True))
    assert (answer.status_code, page.fields["words"]) == (400, "Give 0.9 mg.")
    us.now += timedelta(minutes=1)
    assert saved(us).version == 1 and training.PIN not in str(page.fields)
