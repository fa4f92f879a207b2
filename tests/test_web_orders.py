"""From review to a saved preparation and its papers: what is refused, and what is saved once and only once."""

import hashlib
import io
import json
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from web_desk import UK, US, WHO, Browser, Html, on, plain, typed

import compounding
from compounding import records, training
from compounding.policy import Market
from compounding.web.acts import SECOND_WRONG
from compounding.web.proving import WRONG_SECRET

DRUGS = Path(compounding.__file__).parent / "drugs"
BLASTS = {"blasts": "12400"}
SECOND = {"finding_0_user": "adeyemi", "finding_0_secret": training.PASSWORD}
ANSWERED = {"finding_0_reason": "confirmed", "finding_0_words": "Falling since yesterday.", **SECOND}


@pytest.fixture
def us(tmp_path: Path) -> Browser:
    return Browser(tmp_path, US)


@pytest.fixture
def uk(tmp_path: Path) -> Browser:
    return Browser(tmp_path, UK)


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> dict[Market, Browser]:
    """Desks at which nothing is saved."""
    home = tmp_path_factory.mktemp("home")
    return {market: Browser(home, market) for market in Market}


# ------------------------------------------------------------------ what the review says

EXAMPLE = [
    "RIVERA, Elena",
    "Born Aug 14, 1980 (45 years)",
    "MRN 00417352",
    "US 0.9 mg vial , 0.25 mg/mL",
    "Body surface 1.82 m² Mosteller",
    "Dose level 0.8 mg/m² cycle 1 day 1",
    "Withdraw 5.84 mL of 0.25 mg/mL",
    "Vials 2 8 mL water in all",
    "Discard 1.36 mL 0.34 mg",
    "0.9% sodium chloride 44.16 mL to 50 mL in all",
    "The limits of the diluted bag are not confirmed at this site.",
    "draw 3.6 mL",
    "draw 2.24 mL",
    "discard 1.36 mL 0.34 mg",
    "3.6 + 2.24 = 5.84 mL 1.46 mg",
    "√(170 cm × 70 kg ÷ 3600) = 1.818119 m² 1.82 m²",
    "0.8 mg/m² × 1.82 m² 1.456 mg",
    "1.456 mg, rounded 1.46 mg",
    "1.46 mg ÷ 0.25 mg/mL 5.84 mL",
    "5.84 mL ÷ 3.6 mL, up to whole vials 2 vials",
    "4 mL × 2 vials 8 mL",
    "2 × 0.9 mg − 1.46 mg 0.34 mg",
    "50 mL − 5.84 mL 44.16 mL",
    "1.46 mg ÷ 50 mL 0.0292 mg/mL",
    "The five formulas agree on 2 vials",
    "Mosteller 1.818119 1.82 1.456 1.46 5.84 2 1.36 ✓ this plan",
    "Du Bois 1.809708 1.81 1.448 1.45 5.8 2 1.4 0.01 mg less",
    "J9229 1.46 mg ÷ 0.1 mg, rounded up × 15",
    "J9229-JW 9 × 2 vials − 15 × 3",
    "A Empty container, filled to exactly 50 mL.",
    "B, a ready-filled bag, is not offered: this site has not recorded its overfill.",
    "Expected clocks, Mar 12, 2026 Diluted-bag limit not confirmed",
    "First vial wetted 09:00",
    "Dilute by 13:00 4 h",
    "Out of the refrigerator by 15:00",
    "Start before 16:00",
    "Complete by 17:00",
    "Confirm against the current label",
    "drug file besponsa-us edition 1",
]


def test_the_worked_example_is_on_the_review_digit_for_digit(reading: dict[Market, Browser]) -> None:
    text = reading[US].review().text
    missing = [words for words in EXAMPLE if words.lower() not in text.lower()]
    assert missing == []
    assert "1.46 mg in 50 mL (0.0292 mg per mL)" in text


def test_the_formulas_that_differ_in_vials_say_so(reading: dict[Market, Browser]) -> None:
    text = reading[US].review(weight="69.5", cycle="2", day="8", response="cr").text
    assert "The formulas differ: one or two vials" in text
    assert re.search(r"Mosteller [\d.]+ 1\.81 0\.905 0\.91 3\.64 2 ", text)
    assert re.search(r"Du Bois [\d.]+ 1\.8 0\.9 0\.9 3\.6 1 ", text)
    assert "rounding down 1.1 % would save a vial; needs the prescriber." in text


def test_a_uk_vial_that_may_not_suffice_brings_a_spare(reading: dict[Market, Browser]) -> None:
    page = reading[UK].review(weight="73.5", cycle="2", day="8", response="cr")
    assert "0.93 mg" in page.text
    assert "Vials 1 and 1 spare vial" in page.text
    assert "On the picking list: 1 vial of 1 mg and 1 spare vial." in page.text
    assert "1 vial by the labelled 1 mg, 2 if only 0.9 mg comes out of each" in page.text
    assert "Draw 3.72 mL, from the spare where it does not suffice." in page.text
    assert "finding_0_reason" in page.elements


def test_the_uk_draws_by_total(reading: dict[Market, Browser]) -> None:
    text = reading[UK].review().text
    assert (
        "Draw all that can be drawn, then to a total of 5.84 mL: vial 1 all that can be drawn (at most 4 mL), "
        "vial 2 to a total of 5.84 mL." in text
    )
    assert "Drawn in all 5.96 g Accepted reading 5.67 to 6.25 g" in text
    assert "J9229" not in text


def test_a_site_that_recorded_its_overfill_offers_both_ways_of_making_the_bag(reading: dict[Market, Browser]) -> None:
    assert "B Ready-filled 50 mL bag: remove 8.84 mL first" in reading[UK].review(making="B").text
    assert "making" not in reading[US].get("/orders/new").elements
    assert "A Empty container" in reading[US].review(making="B").text  # there is no such box to fill


# ------------------------------------------------------------------ what stops

ADULT = {"height": "170", "weight": "70"}
STOPS: list[tuple[Market, dict[str, str], str, str]] = [
    (US, {"cycle": "2"}, "response", "Choose the response: day 1 of cycle 2 cannot be computed without it."),
    (
        US,
        {"cycle": "4", "day": "8"},
        "response",
        "Choose the response: without CR or CRi within 3 cycles treatment stops, so cycle 4 cannot go on without it.",
    ),
    (
        US,
        {"cycle": "4", "response": "none"},
        "response",
        "Cycle 4 without CR or CRi: no CR or CRi within 3 cycles, treatment stops.",
    ),
    (US, {"cycle": "7", "response": "cr"}, "cycle", "Cycle 7 is over the 6 cycles of the label."),
    (
        US,
        {"height": "7"},
        "height",
        "Height 7 cm is outside 100 to 230 cm for an adult. Measure or type it again.",
    ),
    (
        US,
        {"height": "70", "weight": "170"},
        "height",
        "Height 70 cm and weight 170 kg look swapped: 170 cm and 70 kg would be plausible.",
    ),
    (
        US,
        {"ordered_dose": "1.63072"},  # 12 % over 1.456 mg
        "ordered_dose",
        "The ordered dose of 1.63072 mg is 12 % over the calculated 1.456 mg: over 10 % it needs a named "
        "prescriber's confirmation, or another order.",
    ),
    (
        US,
        {"cycle": "3", "response": "cr", "transplant": "yes"},
        "transplant",
        "A transplant is planned: cycle 3 needs its reason after 2 cycles",
    ),
    (UK, {**on("born", 1, 3, 2014)}, "born", "The patient is 12 years old on 12-Mar-2026; the licence is for"),
    (
        US,
        {**on("born", 5, 4, 2025), "height": "74", "weight": "9.5"},
        "born",
        "The patient is 11 months old on Mar 12, 2026; the licence is for",
    ),
    (
        US,
        {**on("born", 5, 4, 2020), "height": "110", "weight": "18", "cycle": "2", "response": "cr"},
        "weight",
        "0.37 mg in the bag is 0.0074 mg/mL, under the range of 0.01 to 0.1 mg/mL. The syringe method for small "
        "doses is not computed here.",
    ),
]


@pytest.mark.parametrize(("market", "changes", "field", "sentence"), STOPS)
def test_an_order_that_is_stopped_comes_back_with_its_sentence(
    reading: dict[Market, Browser], market: Market, changes: dict[str, str], field: str, sentence: str
) -> None:
    browser = reading[market]
    page = browser.review(**changes)
    assert browser.status == 422
    found = [(severity, anchor) for severity, anchor, said in page.problems if sentence in said]
    anchor = next(name for name in page.elements if name == field or name.startswith(f"{field}_"))
    assert found == [("stop", anchor)]
    assert page.says(f"{field}-message")
    assert "Review the plan" in page.text  # the button of the form
    assert {name: page.fields[name] for name in typed(market, **changes)} == typed(market, **changes)


@pytest.mark.parametrize(("market", "changes", "field", "sentence"), STOPS)
def test_an_order_that_is_stopped_cannot_be_saved_by_a_forged_form(
    reading: dict[Market, Browser], market: Market, changes: dict[str, str], field: str, sentence: str
) -> None:
    browser = reading[market]
    good = browser.review()
    before = browser.stored()
    page = browser.post("/orders/save", {**browser.saving(good), **typed(market, **changes)})
    assert browser.status == 422
    assert any(sentence in said for said in page.said)
    assert browser.stored() == before


def test_what_else_is_found_stands_in_the_summary_after_the_stops(reading: dict[Market, Browser]) -> None:
    old = on("weight_measured", 24, 2, 2026)
    page = reading[US].review(height="70", weight="170", **old)
    assert [(severity, anchor) for severity, anchor, _ in page.problems] == [
        ("stop", "height"),
        ("stop", "height"),
        ("stop", "weight"),
        ("acknowledge", "weight"),
        ("acknowledge", "weight_measured_month"),
    ]
    assert page.says("weight_measured-message").startswith("The weight is 16 days old, measured Feb 24, 2026.")
    assert "not computed: 5 problems" in page.text


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"ordered_dose": "0.3", "confirmed_by": "Dr A. Farrow"}, "ordered_dose", "0.3 mg in the bag is 0.006 mg/mL"),
        ({"ordered_dose": "3", "confirmed_by": "Dr A. Farrow"}, "ordered_dose", "The dose of 3 mg is over 2.5 mg"),
        ({"ordered_dose": "0.004"}, "ordered_dose", "rounds to 0 mg"),
        ({"height": "0.001"}, "height", "rounds to 0 m"),
    ],
)
def test_a_dose_that_makes_no_sense_is_refused_at_its_field(
    reading: dict[Market, Browser], changes: dict[str, str], field: str, sentence: str
) -> None:
    page = reading[US].review(**changes)
    assert reading[US].status == 422
    assert any(sentence in said and anchor == field for _, anchor, said in page.problems)


def test_an_override_does_not_keep_the_order_from_review(reading: dict[Market, Browser]) -> None:
    page = reading[US].review(ordered_dose="1.63072", confirmed_by="Dr A. Farrow")
    assert reading[US].status == 200
    assert "is 12 % over the calculated 1.456 mg; confirmed by Dr A. Farrow." in page.text
    assert "Findings: 1 needs an answer before saving" in page.text


def test_an_order_may_state_its_own_level_and_so_treat_a_child_in_the_uk(reading: dict[Market, Browser]) -> None:
    own = {"own_level": "0.375", "own_reason": "reduced for toxicity"}
    text = reading[US].review(**own).text
    assert "The order's own 0.375 mg/m² is not the label's 0.8 mg/m² for cycle 1, day 1." in text
    assert "0.375 mg/m² × 1.82 m² 0.6825 mg" in text
    child = reading[UK].review(**own, **on("born", 1, 3, 2014), height="150", weight="45")
    assert reading[UK].status == 200
    assert "The patient is 12 years old on 12-Mar-2026" in child.text
    assert "Findings: 2 need an answer before saving" in child.text
    assert {"finding_0_user", "finding_0_secret", "finding_1_user", "finding_1_secret"} <= set(child.elements)


def test_a_third_cycle_before_a_transplant_goes_on_with_its_reason(reading: dict[Market, Browser]) -> None:
    why = {"transplant": "yes", "third_cycle_reason": "MRD still found", "cycle": "3", "response": "cr"}
    reading[US].review(**why)
    assert reading[US].status == 200


# ------------------------------------------------------------------ saving


def saved_number(answer: Any) -> str:
    assert answer.status_code == 303, Html(answer.get_data(as_text=True)).said
    return str(answer.headers["Location"].rsplit("/", 1)[1])


def test_what_was_reviewed_is_saved_with_its_answers(us: Browser) -> None:
    shown = us.review(**BLASTS)
    number = saved_number(us.save(shown, **ANSWERED))
    assert number == "2026-000004"  # after the three invented orders
    saved = records.preparation(us.desk.engine, number)
    assert saved is not None
    assert (saved.content.figures.dose_ng, saved.content.figures.volume_nL) == (1_460_000, 5_840_000)
    assert saved.content.patient.family == "Rivera"
    stored = json.loads(saved.content.order_json)["typed"]
    assert {name: stored[name] for name in typed(US, **BLASTS)} == typed(US, **BLASTS)
    (answer,) = json.loads(saved.content.answers_json)
    assert (answer["code"], answer["reason"], answer["second"]) == (
        "blasts",
        "Confirmed with the prescriber",
        "K. Adeyemi",
    )
    page = us.get(f"/preparations/{number}")
    assert "Authorised by K. Adeyemi, pharmacist." in page.text
    assert "Entered Mar 12, 2026 09:00 by R. Okafor, technician" in page.text
    told = "blasts: Confirmed with the prescriber, “Falling since yesterday.”, authorised by K. Adeyemi"
    assert f"order entered R. Okafor, technician {told}" in page.text


def test_two_findings_of_one_code_are_both_told(us: Browser) -> None:
    """An old height counts under 18 only."""
    child = {**on("born", 1, 3, 2014), "height": "150", "weight": "45"}
    old = {**on("height_measured", 24, 2, 2026), **on("weight_measured", 24, 2, 2026)}
    shown = us.review(**child, **old)
    answers = {"finding_0_reason": "record", "finding_1_reason": "unchanged"}
    text = us.get(f"/preparations/{saved_number(us.save(shown, **answers))}").text
    assert "measured: No later measurement in the record; measured 2: Asked on the ward: unchanged" in text


def test_a_saved_preparation_shows_what_the_review_showed(us: Browser) -> None:
    """Every string of the plan, from the vials to the clocks, comes from the record."""
    shown = us.review()
    page = us.get(f"/preparations/{saved_number(us.save(shown))}")
    start, end = "What is drawn, and what is made", "Save and sign the order entry"
    planned = shown.text[shown.text.rindex(start) : shown.text.index(end)]
    planned = planned.replace("B, a ready-filled bag, is not offered: this site has not recorded its overfill. ", "")
    assert planned.strip() in page.text


def test_a_saved_preparation_does_not_change_with_the_program(us: Browser) -> None:
    """The strings are those of the record, whatever the program would say today."""
    number = saved_number(us.save(us.review()))
    saved = records.preparation(us.desk.engine, number)
    assert saved is not None
    stored = saved.content.shown_json.replace("5.84 mL", "5.99 mL")
    with us.desk.engine.connect() as connection:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'preparation'"
        for name in connection.exec_driver_sql(triggers).scalars().all():
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        connection.exec_driver_sql("UPDATE preparation SET shown_json = ? WHERE number = ?", (stored, number))
        connection.commit()
    assert "Withdraw 5.99 mL" in us.get(f"/preparations/{number}").text


UNANSWERED = [
    ({"finding_0_reason": ""}, "finding_0_reason", "Choose a reason."),
    ({"finding_0_reason": "because"}, "finding_0_reason", "Choose one of those shown."),
    ({"finding_0_user": ""}, "finding_0_user", "The second person types their user name."),
    ({"finding_0_secret": ""}, "finding_0_secret", "The second person types their password."),
    ({"finding_0_words": ""}, "finding_0_words", "Say why in words."),
    ({"signing_secret": ""}, "signing_secret", "Type your signing PIN, or your password."),
    # Nobody authorises what they ask for themselves, however they write their name.
    (
        {"finding_0_user": " OKAFOR"},
        "finding_0_user",
        "The second person must not be the one who enters the order.",
    ),
    # A second person proves who they are, and a PIN is not enough for that.
    ({"finding_0_secret": training.PIN}, "finding_0_secret", SECOND_WRONG),
    ({"finding_0_secret": "not the password"}, "finding_0_secret", SECOND_WRONG),
    ({"finding_0_user": "farouk"}, "finding_0_secret", SECOND_WRONG),  # of another site
    ({"finding_0_user": "root"}, "finding_0_secret", SECOND_WRONG),
    # Whoever may not authorise is told so only once they have proved who they are.
    ({"finding_0_user": "park"}, "finding_0_user", "A technician may not authorise what somebody else overrides."),
    (
        {"finding_0_user": "whitfield"},
        "finding_0_user",
        "An auditor may not authorise what somebody else overrides.",
    ),
    ({"signing_secret": "271829"}, "signing_secret", WRONG_SECRET),
    ({"signing_secret": "somebody else's password"}, "signing_secret", WRONG_SECRET),
]


@pytest.mark.parametrize(("answers", "field", "sentence"), UNANSWERED)
def test_what_is_not_answered_or_not_proved_is_not_saved(
    tmp_path: Path, answers: dict[str, str], field: str, sentence: str
) -> None:
    """And what was typed stays, but for every secret."""
    browser = Browser(tmp_path, US)
    shown = browser.review(**BLASTS)
    before = browser.stored()
    page = browser.post("/orders/save", browser.saving(shown, **{**ANSWERED, **answers}))
    assert browser.status == 422
    assert page.says(f"{field}-message") == sentence
    assert any(anchor == field and said.endswith(sentence) for _, anchor, said in page.problems)
    assert browser.stored() == before
    stay = {**ANSWERED, **answers, "finding_0_secret": "", "signing_secret": ""}
    assert {name: page.fields.get(name, "") for name in stay} == {**stay, **NOT_CHOSEN.get(field, {})}
    saved_number(browser.save(page, **ANSWERED))


NOT_CHOSEN = {"finding_0_reason": {"finding_0_reason": ""}}
"""A reason that is none of the list cannot be shown as chosen."""


def test_somebody_who_authorises_does_not_sign_the_first_out(us: Browser) -> None:
    saved_number(us.save(us.review(**BLASTS), **ANSWERED))
    assert "R. Okafor , technician" in us.get("/calculator").text


def test_one_person_may_authorise_two_findings(uk: Browser) -> None:
    """An adult's licence and a level of the order's own: each with its own reason, by one person."""
    own = {"own_level": "0.375", "own_reason": "reduced for toxicity", **on("born", 1, 3, 2014)}
    shown = uk.review(**own, height="150", weight="45")
    answers = answers_for(shown)
    assert len([name for name in answers if name.endswith("secret")]) == 2
    number = saved_number(uk.save(shown, **answers))
    saved = records.preparation(uk.desk.engine, number)
    assert saved is not None
    assert [answer["second"] for answer in json.loads(saved.content.answers_json)] == ["L. Farouk", "L. Farouk"]


@pytest.mark.parametrize("words", ["W" * 80, "李"])
def test_an_answer_that_the_worksheet_cannot_hold_is_refused_before_it_is_saved(us: Browser, words: str) -> None:
    shown = us.review(**BLASTS)
    before = us.stored()
    page = us.post("/orders/save", us.saving(shown, **{**ANSWERED, "finding_0_words": words}))
    assert us.status == 422
    sentence = "The worksheet cannot hold this: it may be two short lines, in letters of its font."
    assert page.says("finding_0_words-message") == sentence
    assert us.stored() == before
    number = saved_number(us.save(page, **ANSWERED))
    us.verify(number, "lindqvist")  # K. Adeyemi authorised
    assert print_(us, number, "worksheet").status_code == 303


def test_an_acknowledgement_needs_its_reason_alone(us: Browser) -> None:
    shown = us.review(**on("weight_measured", 24, 2, 2026))
    assert "The weight is 16 days old, measured Feb 24, 2026." in shown.text
    assert "finding_0_secret" not in shown.elements
    assert us.save(shown).status_code == 422
    saved_number(us.save(shown, finding_0_reason="record"))


CHANGED = [{"weight": "80"}, {"family": "Rivers"}, {"give_on_day": "13"}, {"shown": ""}, {"shown": "0" * 64}]


@pytest.mark.parametrize("change", CHANGED)
def test_what_was_not_shown_is_not_saved(reading: dict[Market, Browser], change: dict[str, str]) -> None:
    browser = reading[US]
    before = browser.stored()
    page = browser.post("/orders/save", {**browser.saving(browser.review()), **change})
    assert browser.status == 409
    assert page.said == ["This page is not the one that was shown before. Read it again, then save it."]
    assert browser.stored() == before
    assert {"shown", "request_key"} <= set(page.fields)


def test_a_review_shown_again_can_be_saved(us: Browser) -> None:
    page = us.post("/orders/save", {**us.saving(us.review()), "weight": "80"})
    saved_number(us.save(page))


def test_the_digest_of_one_review_does_not_save_under_another_key(reading: dict[Market, Browser]) -> None:
    browser = reading[US]
    browser.post("/orders/save", {**browser.saving(browser.review()), "request_key": "another"})
    assert browser.status == 409


def test_a_change_of_the_drug_file_between_review_and_saving_shows_the_review_again(us: Browser) -> None:
    shown = us.review()
    with_drugs(us, replace(us.desk.drugs[0], edition="2"))
    assert us.save(shown).status_code == 409


def test_a_form_sent_twice_is_saved_once(us: Browser) -> None:
    shown = us.review()
    before = us.rows()["preparation"]
    assert saved_number(us.save(shown)) == saved_number(us.save(shown))
    assert us.rows()["preparation"] == before + 1


def test_a_form_sent_twice_at_once_is_saved_once(us: Browser) -> None:
    sent = us.saving(us.review())
    before = us.rows()["preparation"]
    cookie = us.client.get_cookie("desk_us")
    assert cookie is not None

    def send(_: int) -> str:
        client = us.app.test_client()
        client.set_cookie("desk_us", cookie.value)
        return saved_number(client.post("/orders/save", data=sent))

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(send, range(16)))) == 1
    assert us.rows()["preparation"] == before + 1


def test_a_form_sent_twice_with_other_answers_is_not_saved_again(us: Browser) -> None:
    shown = us.review(**BLASTS)
    saved_number(us.save(shown, **ANSWERED))
    answer = us.save(shown, **{**ANSWERED, "finding_0_words": "Something else."})
    assert answer.status_code == 409
    (said,) = Html(answer.get_data(as_text=True)).said
    assert said.startswith("This form was sent before and saved as 2026-000004, with other entries")


def test_a_form_sent_again_under_another_name_is_refused_with_the_number_of_the_first(us: Browser) -> None:
    shown = us.review()
    number = saved_number(us.save(shown))
    us.sign_in("park")
    before = us.stored()
    answer = us.save(shown, csrf_token=us.token())
    assert answer.status_code == 409
    assert Html(answer.get_data(as_text=True)).said == [
        f"This form was sent before and saved as {number}, entered by R. Okafor: open that preparation, "
        "or start a new form."
    ]
    assert us.stored() == before


def test_a_plan_that_is_not_whole_is_neither_shown_nor_saved(us: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from compounding import preparation

    shown = us.review()
    before = us.stored()
    monkeypatch.setattr(
        "compounding.web.saving.plan", lambda *asked: replace(preparation.plan(*asked), vials=None, bag=None)
    )
    for answer in (us.send("/orders/review", typed(US)), us.save(shown)):
        assert answer.status_code == 422
        page = Html(answer.get_data(as_text=True))
        assert page.said == ["The plan is not whole: nothing can be saved."]
        assert {name: page.fields[name] for name in typed(US)} == typed(US)
    assert us.stored() == before


def test_two_orders_alike_are_two_preparations(us: Browser) -> None:
    assert saved_number(us.save(us.review())) != saved_number(us.save(us.review()))


def test_a_full_disk_is_said_and_nothing_is_lost(us: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise records.NotSaved("Not saved: the disk is full.")

    shown = us.review(**BLASTS)
    monkeypatch.setattr("compounding.web.saving.save_preparation", full)
    answer = us.save(shown, **ANSWERED)
    page = Html(answer.get_data(as_text=True))
    assert answer.status_code == 503
    assert page.said == ["Not saved: the disk is full."]
    monkeypatch.undo()
    assert {page.fields[name] for name in page.fields if name.endswith("secret")} == {""}
    saved_number(us.save(page, **SECOND))


def test_the_order_can_be_changed_from_its_review(us: Browser) -> None:
    shown = us.review(height="168")
    page = us.post("/orders/new", us.saving(shown))
    assert us.status == 200
    assert page.problems == []
    assert {name: page.fields[name] for name in typed(US)} == typed(US, height="168")


def test_no_page_tells_who_else_works_here(reading: dict[Market, Browser]) -> None:
    """A second person types their name; a list of names would be half of what signs in."""
    shown = reading[US].review(**BLASTS)
    assert shown.fields["finding_0_user"] == ""
    assert not re.search("adeyemi|lindqvist|park", shown.text, re.I)


# ------------------------------------------------------------------ what is signed, and what the log is told


def told(browser: Browser, **wanted: str) -> list[records.Event]:
    """Entries of the log, the oldest first."""
    found = records.find_entries(browser.desk.engine, records.EntrySearch(**wanted))
    return [recorded.event for recorded in reversed(found)]


def test_an_entry_is_signed_over_every_string_of_its_review(us: Browser) -> None:
    shown = us.review(**BLASTS)
    assert "“I entered this order as the prescriber wrote it.”" in shown.text
    number = saved_number(us.save(shown, **ANSWERED))
    (signature,) = records.signatures(us.desk.engine, number)
    saved = records.preparation(us.desk.engine, number)
    assert saved is not None
    assert (signature.meaning, signature.person.id, signature.version) == ("order-entry", "okafor", 1)
    assert signature.digest == hashlib.sha256(signature.signed.encode()).hexdigest()
    said = json.loads(signature.signed)
    assert (said["name"], said["role"]) == ("R. Okafor", "technician")
    assert said["shown"]["plan"] == json.loads(saved.content.shown_json)
    assert said["shown"]["answers"] == json.loads(saved.content.answers_json)
    assert ["Peripheral blasts", "12400\u00a0per mm³"] in said["shown"]["order"]
    assert said["shown"]["warnings"][0][0].startswith("MRN 00417352 has 1 preparation")
    (entered,) = told(us, action="order entered", subject=number)
    assert entered.details["signed"] == signature.digest


# The worked example as typed, and the figures of EXAMPLE.
ENTERED = [
    ("Family name", "Rivera"),
    ("Born", "Aug 14, 1980"),
    ("Height", "170 cm"),
    ("Weight", "70 kg"),
    ("Peripheral blasts", "12400 per mm³"),
    ("Body surface", "1.82 m²"),
    ("Dose level", "0.8 mg/m²"),
    ("Calculated dose", "1.456 mg"),
    ("Dose", "1.46 mg"),
    ("Withdraw", "5.84 mL"),
    ("Vials", "2 vials of 0.9 mg"),
    ("Discard", "1.36 mL"),
]


def test_the_log_has_every_value_of_an_entry_and_every_answer(us: Browser) -> None:
    shown = us.review(**BLASTS, **on("weight_measured", 24, 2, 2026))
    number = saved_number(us.save(shown, **ANSWERED, finding_1_reason="record"))
    entered, overridden, acknowledged = told(us, subject=number)
    assert entered.action == "order entered"
    assert [(name, None, value) for name, value in ENTERED if (name, None, value) not in entered.changes] == []
    assert all(change.old is None and change.new for change in entered.changes)
    answer = "Confirmed with the prescriber, “Falling since yesterday.”, authorised by K. Adeyemi"
    assert entered.findings == (
        ("blasts", "override", answer),
        ("measured", "acknowledge", "No later measurement in the record"),
        ("diluted-bag", "info", ""),
    )
    saved = records.preparation(us.desk.engine, number)
    assert saved is not None
    assert entered.drug_file == f"{saved.content.drug_edition} {saved.content.drug_checksum}"
    assert (entered.workstation, entered.zone) == ("Workstation 3", "America/New_York")

    assert (overridden.action, overridden.person.id) == ("finding overridden", "adeyemi")
    assert (overridden.reason, overridden.reason_code) == (
        "Confirmed with the prescriber. “Falling since yesterday.”",
        "confirmed",
    )
    assert overridden.findings == (("blasts", "override", "Confirmed with the prescriber"),)
    assert overridden.details["asked by"] == "R. Okafor"
    assert (acknowledged.action, acknowledged.person.id) == ("finding acknowledged", "okafor")
    assert acknowledged.details["finding"].startswith("The weight is 16 days old, measured Feb 24, 2026.")


def test_an_answer_that_cannot_be_logged_takes_the_whole_order_with_it(us: Browser) -> None:
    """All entries of an order are of one transaction: the last one fails here, for an action that nobody may use."""
    saved = records.preparation(us.desk.engine, "2026-000001")
    assert saved is not None
    entered = records.Event(saved.created_by, "order entered", us.now)
    also = [replace(entered, action="finding acknowledged"), replace(entered, action="log started")]
    before = us.rows()
    with pytest.raises(ValueError, match="log started"):
        records.save_preparation(us.desk.engine, replace(saved.content, request_key="x"), entered, also=also)
    assert us.rows() == before


REVIEWS: list[tuple[dict[str, str], str, str]] = [
    ({}, "plan reviewed", "diluted-bag"),
    (BLASTS, "plan reviewed", "blasts"),
    ({"height": "7"}, "order stopped", "height"),
    ({"height": "1,7"}, "order not read", ""),
]


@pytest.mark.parametrize(("changes", "action", "finding"), REVIEWS)
def test_every_review_is_in_the_log_with_what_was_found(
    us: Browser, changes: dict[str, str], action: str, finding: str
) -> None:
    us.review(**changes)
    (reviewed,) = told(us, action=action)
    assert {found.code for found in reviewed.findings} >= ({finding} if finding else set())
    assert ("Weight", None, "70 kg") in reviewed.changes
    assert ("Dose", None, "1.46 mg") in reviewed.changes or action != "plan reviewed"
    assert reviewed.details.get("fields") == ("Height" if action == "order not read" else None)


@pytest.mark.parametrize("path", ["/orders/review", "/orders/new"])
def test_a_form_that_cannot_be_logged_is_shown_again(us: Browser, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    def full(*_: object) -> None:
        raise records.NotSaved("Not saved: the disk is full.")

    sent = {"csrf_token": us.token(), **typed(US)}
    monkeypatch.setattr("compounding.web.orders.records.record", full)
    answer = us.client.post(path, data=sent)
    page = Html(answer.get_data(as_text=True))
    assert (answer.status_code, page.said) == (503, ["Not saved: the disk is full."])
    assert {name: page.fields[name] for name in typed(US)} == typed(US)


LOOKS = [
    ("/preparations", "preparations listed", "", {"shown": "2026-000003, 2026-000002, 2026-000001"}),
    ("/preparations/2026-000001", "preparation viewed", "2026-000001", {}),
    ("/orders/2026-000001/edit", "preparation viewed", "2026-000001", {"page": "order to be changed"}),
]


@pytest.mark.parametrize(("path", "action", "subject", "details"), LOOKS)
def test_whoever_looks_at_a_patient_is_in_the_log(
    us: Browser, path: str, action: str, subject: str, details: dict[str, str]
) -> None:
    before = us.rows()["log"]
    us.get(path)
    (looked,) = told(us, action=action)
    assert (looked.subject, dict(looked.details), looked.person.id) == (subject, details, "okafor")
    assert us.rows()["log"] == before + 1


def test_a_search_is_in_the_log_with_what_was_looked_for(us: Browser) -> None:
    us.post("/preparations/search", {"name": "riv", **on("on", 12, 3, 2026)})
    (searched,) = told(us, action="preparations searched")
    assert dict(searched.details) == {"shown": "2026-000001", "Patient name": "riv", "Give on": "Mar 12, 2026"}


def test_a_paper_that_is_looked_at_is_in_the_log(us: Browser) -> None:
    us.verify("2026-000001")
    us.client.get(print_(us, "2026-000001", "worksheet").headers["Location"])
    (looked,) = told(us, action="paper viewed")
    assert (looked.subject, dict(looked.details)) == ("2026-000001", {"paper": "worksheet", "copy": "1"})


# ------------------------------------------------------------------ what was typed, read over


TYPED_US = {
    "ordered_dose": "1.63072",
    "transplant": "yes",
    "third_cycle_reason": "MRD still found",
    "cycle": "3",
    "response": "cri",
    "own_level": "0.6",
    "own_reason": "reduced for toxicity",
    "confirmed_by": "Dr B. Okonjo",
}
AS_TYPED_US = [
    "Family name Rivera Given name Elena Born Aug 14, 1980 Location 6 East, bed 12 MRN 00417352",
    "Give on Mar 12, 2026 First vial wetted, planned 09:00 Cycle 3 Day 1 Response CRi: with incomplete recovery",
    "Prescriber Dr A. Farrow Ordered dose 1.63072 mg Transplant planned Yes",
    "Height 170 cm Height measured Mar 9, 2026 Weight 70 kg Weight measured Mar 11, 2026",
    "The order's own level 0.6 mg/m² Reason for it reduced for toxicity",
    "Dose confirmed by Dr B. Okonjo Reason for a further cycle MRD still found",
    "Left empty: Peripheral blasts",
]
AS_TYPED_UK = [
    "Ward 6 East, bed 12 NHS number 999 061 7406 Hospital number TR-20433",
    "Peripheral blasts 12400 per mm³ How the bag is made B: ready-filled bag, volume and overfill removed first",
    "Left empty: Response, Ordered dose, The order's own level, Reason for it, Dose confirmed by, Reason for a "
    "further cycle.",
]


@pytest.mark.parametrize(
    ("market", "changes", "told"),
    [
        (US, TYPED_US, AS_TYPED_US),
        (UK, {"blasts": "12400", "making": "B", "nhs_number": "999 061 7406"}, AS_TYPED_UK),
    ],
)
def test_every_typed_value_is_read_over_at_review_and_once_saved(
    tmp_path: Path, market: Market, changes: dict[str, str], told: list[str]
) -> None:
    browser = Browser(tmp_path, market)
    shown = browser.review(**changes)
    number = saved_number(browser.save(shown, **answers_for(shown)))
    for page in (shown, browser.get(f"/preparations/{number}")):
        text = page.text[page.text.index("The order as typed") :]
        assert [words for words in told if words not in text] == []


def answers_for(shown: Html) -> dict[str, str]:
    """An answer to whatever the review asks."""
    second = WHO[US if "mrn" in shown.fields else UK][1]
    given = {"reason": "confirmed", "user": second, "secret": training.PASSWORD, "words": "As written."}
    return {name: given[name.rpartition("_")[2]] for name in shown.elements if re.fullmatch(r"finding_\d_[a-z]+", name)}


def test_a_stored_order_shows_what_todays_form_has_no_field_for() -> None:
    """A site that no longer offers two ways of making the bag, or a field of an older program."""
    from types import SimpleNamespace

    from compounding import formulary, training
    from compounding.web.as_typed import as_typed

    stored: Any = SimpleNamespace(
        market=US, policy=training.SITES[US].policy, drugs=formulary.catalogue(US), site=training.SITES[US]
    )
    told = as_typed({"family": "Rivera", "making": "B", "older_field": "kept", "unused": ""}, stored)
    assert told.pairs == (("Family name", "Rivera"), ("Making", "B"), ("Older field", "kept"))


# ------------------------------------------------------------------ a changed order keeps its answers


def test_answers_come_back_where_the_same_finding_asks_again(us: Browser) -> None:
    old = on("weight_measured", 24, 2, 2026)
    shown = us.review(**BLASTS, **old)
    answers = {**ANSWERED, "finding_1_reason": "record"}
    form = us.post("/orders/new", {**us.saving(shown), **answers})
    refused = us.post("/orders/review", {**form.fields, "height": "x"})  # and through a form with errors
    again = us.post("/orders/review", {**refused.fields, "height": "171"})
    assert us.status == 200
    kept = {name: text for name, text in answers.items() if not name.endswith("secret")}
    assert {name: again.fields[name] for name in answers} == {**kept, "finding_0_secret": ""}
    assert again.problems == []
    # The blasts are others: that answer was not given to them. The weight's comes back, under its new number.
    fewer = us.post("/orders/review", {**refused.fields, "height": "171", "blasts": "11000"})
    assert {name: fewer.fields.get(name, "") for name in answers} == {
        **dict.fromkeys(ANSWERED, ""),
        "finding_1_reason": "record",
    }
    none = us.post("/orders/review", {**refused.fields, "height": "171", "blasts": ""})
    assert none.fields["finding_0_reason"] == "record"
    assert "finding_1_reason" not in none.elements
    saved_number(us.save(none))


def test_the_review_leads_back_to_the_order_from_its_top(reading: dict[Market, Browser]) -> None:
    answer = reading[US].send("/orders/review", typed(US)).get_data(as_text=True)
    main = answer[answer.index("<main") :]
    first = re.search(r"<(?:a|button|select|input(?! type=.hidden))(?![^>]*tabindex=.-1)[^>]*>", main)
    assert first is not None
    assert 'formaction="/orders/new"' in first[0]


# ------------------------------------------------------------------ what is stored of the same patient

TWICE = "MRN 00417352 has 1 preparation for cycle 1 day 1 on Mar 12, 2026 already: is it the same order?"
OTHER = "MRN 00417352 is stored with another name or date of birth."
WARNINGS: list[tuple[dict[str, str], bool, bool]] = [
    ({}, True, False),
    ({"mrn": "00417-352"}, True, False),
    ({"family": "RIVERA", "given": "elena"}, True, False),
    ({"family": "Rivers"}, True, True),
    ({**on("born", 15, 8, 1980)}, True, True),
    ({"family": "Rivers", "day": "8"}, False, True),
    ({"day": "8"}, False, False),
    ({"cycle": "2", "response": "cr"}, False, False),
    ({**on("give_on", 13, 3, 2026)}, False, False),
    ({"mrn": "00417353"}, False, False),
]


@pytest.mark.parametrize(("changes", "twice", "other"), WARNINGS)
def test_what_is_stored_of_the_same_number_is_told_at_review(
    reading: dict[Market, Browser], changes: dict[str, str], twice: bool, other: bool
) -> None:
    """The invented orders hold Elena Rivera's first dose, of this very day."""
    text = reading[US].review(**changes).text.replace("00417-352", "00417352")
    assert reading[US].status == 200
    assert (TWICE in text, OTHER in text) == (twice, other)
    if other:
        assert "Stored with 2026-000001: RIVERA, Elena, born Aug 14, 1980." in text
        assert "Typed now: RIVER" in text
    if twice:
        assert "Stored as 2026-000001: RIVERA, Elena, born Aug 14, 1980, dose hidden until verified." in text


@pytest.mark.parametrize(
    "changes",
    [{"nhs_number": "999 061 7406", "hospital_number": "TR-1"}, {"hospital_number": "tr-20433"}],
)
def test_both_numbers_of_a_uk_patient_are_looked_for(reading: dict[Market, Browser], changes: dict[str, str]) -> None:
    text = reading[UK].review(family="Ashford", given="Priya", **changes).text
    assert "is stored with another name or date of birth." in text
    assert "Stored with 2026-000001: ASHWORTH, Priya, born 14-Aug-1980." in text


def test_a_warned_order_can_be_saved_and_sent_twice(us: Browser) -> None:
    shown = us.review(family="Rivers")
    assert OTHER in shown.text
    assert saved_number(us.save(shown)) == saved_number(us.save(shown)) == "2026-000004"


def test_an_order_that_somebody_else_has_just_saved_is_shown_again_with_its_warning(us: Browser) -> None:
    fresh = {"mrn": "00555555"}
    shown, other = us.review(**fresh), us.review(**fresh)
    saved_number(us.save(other))
    answer = us.save(shown)
    page = Html(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert page.said == ["This page is not the one that was shown before. Read it again, then save it."]
    assert "MRN 00555555 has 1 preparation for cycle 1 day 1" in page.text
    saved_number(us.save(page))


def test_records_that_cannot_be_read_keep_the_order_as_typed(us: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object) -> None:
        raise records.NotRead("Not read: the disk reports a fault.")

    monkeypatch.setattr("compounding.web.known.find_preparations", fault)
    page = us.review()
    assert us.status == 503
    assert page.said == ["Not read: the disk reports a fault."]
    assert {name: page.fields[name] for name in typed(US)} == typed(US)


def test_alike_family_names_are_flagged_in_the_list(us: Browser) -> None:
    saved_number(us.save(us.review(family="rivera", given="Ana", mrn="00419999")))
    saved_number(us.save(us.review()))  # Elena Rivera again: the same patient as 2026-000001
    text = us.get("/preparations").text
    assert text.count("Name like 2026-000004") == 2
    assert text.count("Name like 2026-000005, 2026-000001") == 1
    assert text.count("Name like") == 3
    assert "Alike names: read the date of birth and the number." in text


def test_names_that_are_not_alike_are_not_flagged(reading: dict[Market, Browser]) -> None:
    assert "Name like" not in reading[US].get("/preparations").text
    assert "Alike names" not in reading[US].get("/preparations").text


# ------------------------------------------------------------------ the list


def test_the_list_shows_the_newest_first(us: Browser) -> None:
    saved_number(us.save(us.review()))
    for path in ("/preparations", "/preparations?before=x"):
        text = us.get(path).text
        assert text.index("2026-000004") < text.index("2026-000003")
    row = "RIVERA, Elena born Aug 14, 1980 (45 years) MRN 00417352"
    assert f"2026-000004 {row} hidden until verified hidden 6 East, bed 12 Mar 12, 2026" in text
    us.verify("2026-000004")
    assert f"2026-000004 {row} 1.46 mg 2 vials of 0.9 mg Cycle 1 day 1" in us.get("/preparations").text


def test_a_dose_stands_in_the_list_once_it_is_verified(us: Browser) -> None:
    us.verify("2026-000001")
    source = us.client.get("/preparations").get_data(as_text=True)
    assert "1.46\u00a0mg" in source
    assert "2\u00a0vials of 0.9\u00a0mg" in source
    assert source.count("hidden") >= 2  # the two others
    assert source.count("Order verified") == 1


SEARCHES = [
    ({"name": "riv"}, ["2026-000001"]),
    ({"name": "elena rivera"}, ["2026-000001"]),
    ({"name": "BERGSTROM"}, ["2026-000002"]),
    ({"patient_number": "00418913"}, ["2026-000003"]),
    ({"number": "000002"}, ["2026-000002"]),
    (on("on", 12, 3, 2026), ["2026-000001"]),
    ({"name": "riv", **on("on", 13, 3, 2026)}, []),
    ({"name": "%"}, []),
    ({}, ["2026-000003", "2026-000002", "2026-000001"]),
]


@pytest.mark.parametrize(("wanted", "found"), SEARCHES)
def test_preparations_are_found(reading: dict[Market, Browser], wanted: dict[str, str], found: list[str]) -> None:
    page = reading[US].post("/preparations/search", wanted)
    assert re.findall(r"2026-00000\d", page.text) == found
    assert {name: page.fields[name] for name in wanted} == wanted
    assert found or "Nothing fits the search." in page.text


def test_a_search_for_a_date_that_is_none_is_refused(reading: dict[Market, Browser]) -> None:
    page = reading[US].post("/preparations/search", on("on", 31, 2, 2026))
    assert reading[US].status == 422
    assert page.said == ["Give on: Feb 31, 2026 is not a date."]
    assert "1 problem. Nothing is searched." in page.text


def test_a_long_list_is_paged(us: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    small = records.Page(size=2)
    monkeypatch.setattr("compounding.web.preparations.Page", lambda before=None: records.Page(before, small.size))
    first = us.get("/preparations")
    assert re.findall(r"2026-00000\d", first.text) == ["2026-000003", "2026-000002"]
    (further,) = [href for href, _, text in first.links if text == "Next"]
    assert re.fullmatch(r"/preparations\?before=\d+", further)
    assert re.findall(r"2026-00000\d", us.get(further).text) == ["2026-000001"]
    found = us.post("/preparations/search", {"patient_number": "", "name": "e"})
    rest = us.post("/preparations/search", {"name": "e", "before": "2"})
    assert len(re.findall(r"2026-00000\d", found.text)) == 2
    assert re.findall(r"2026-00000\d", rest.text) == ["2026-000001"]


@pytest.mark.parametrize("before", ["x", "-1", "1.5", "٣", "9" * 40, "1 OR 1"])
def test_a_page_that_is_no_number_is_the_first(reading: dict[Market, Browser], before: str) -> None:
    page = reading[US].client.get("/preparations", query_string={"before": before})
    assert "2026-000003" in page.get_data(as_text=True)


# ------------------------------------------------------------------ papers


def print_(browser: Browser, number: str, document: str, **sent: str) -> Any:
    return browser.send(f"/preparations/{number}/print/{document}", sent)


def words_of(pdf: bytes) -> str:
    return plain(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


@pytest.mark.parametrize("market", list(Market))
def test_a_worksheet_is_recorded_and_drawn(tmp_path: Path, market: Market) -> None:
    browser, document = Browser(tmp_path, market), "worksheet"
    browser.verify("2026-000001")
    answer = print_(browser, "2026-000001", document)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/preparations/2026-000001/prints/1.pdf"
    file = browser.client.get(answer.headers["Location"])
    assert file.mimetype == "application/pdf"
    assert file.headers["Content-Disposition"] == f'inline; filename="{document}-2026-000001-1.pdf"'
    text = words_of(file.data)
    assert "1.46 mg" in text
    assert "2026-000001" in text
    (printed,) = records.prints(browser.desk.engine, "2026-000001")
    assert (printed.document, printed.copy, printed.printed_by.id) == (document, "1", WHO[market][0])
    assert "copy: 1" in browser.get("/preparations/2026-000001").text


def test_a_reprint_needs_its_reason_and_draws_the_same_strings(uk: Browser) -> None:
    uk.verify("2026-000001")
    print_(uk, "2026-000001", "worksheet")
    refused = print_(uk, "2026-000001", "worksheet")
    assert refused.status_code == 422
    assert Html(refused.get_data(as_text=True)).said == ["Why again: Choose why it is printed again."]
    assert print_(uk, "2026-000001", "worksheet", reason="bored").status_code == 422
    again = print_(uk, "2026-000001", "worksheet", reason="torn")
    assert again.headers["Location"] == "/preparations/2026-000001/prints/2.pdf"
    first, second = (words_of(uk.client.get(f"/preparations/2026-000001/prints/{place}.pdf").data) for place in (1, 2))
    copy = re.compile(r"copy \d")
    assert copy.findall(first) != copy.findall(second)
    assert copy.sub("", first) == copy.sub("", second)
    text = uk.get("/preparations/2026-000001").text
    assert "worksheet printed again S. Hughes, technician copy: 2; version: 1. Torn" in text


def test_the_worksheet_bears_the_head_of_the_entry_that_verified_the_order(us: Browser) -> None:
    """The entry's number and 80 bits of its hash; later entries, such as the print's own, leave it as it is."""
    number = saved_number(us.save(us.review()))
    us.verify(number)
    head = records.head(us.desk.engine, number)
    assert head is not None and head == records.head(us.desk.engine)
    print_(us, number, "worksheet")
    found = words_of(us.client.get(f"/preparations/{number}/prints/1.pdf").data)
    assert found.count(f"log head {head.code}") == 2  # on both pages
    assert records.head(us.desk.engine) != head


def test_a_locked_database_while_printing_gives_the_page_again(us: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    us.verify("2026-000001")
    monkeypatch.setattr("compounding.records.database._PRAGMAS", ("busy_timeout=0", "foreign_keys=ON"))
    sent = {"csrf_token": us.token()}
    us.desk.engine.dispose()  # so that the next connection does not wait
    other = sqlite3.connect(str(us.desk.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        answer = us.client.post("/preparations/2026-000001/print/worksheet", data=sent)
    finally:
        other.close()
    page = Html(answer.get_data(as_text=True))
    assert answer.status_code == 503
    assert page.said == ["Not saved: another program is holding the database. Try again."]
    assert page.problems[0][1] == "worksheet"
    assert "1 problem. Nothing is printed." in page.text
    assert records.prints(us.desk.engine, "2026-000001") == ()


def test_a_paper_opens_in_a_window_of_its_own(us: Browser) -> None:
    us.verify("2026-000001")
    text = us.client.get("/preparations/2026-000001").get_data(as_text=True)
    (form,) = re.findall(r"<form[^>]*/print/[^>]*>", text)
    assert 'target="_blank" rel="noopener"' in form


def test_a_print_sent_twice_at_once_is_one_first_print(uk: Browser) -> None:
    uk.verify("2026-000001")
    sent = {"csrf_token": uk.token()}
    cookie = uk.client.get_cookie("desk_uk")
    assert cookie is not None

    def send(_: int) -> int:
        client = uk.app.test_client()
        client.set_cookie("desk_uk", cookie.value)
        return client.post("/preparations/2026-000001/print/worksheet", data=sent).status_code

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(send, range(6))) == [303] + [422] * 5
    assert len(records.prints(uk.desk.engine, "2026-000001")) == 1


@pytest.mark.slow
def test_papers_drawn_at_once_are_those_drawn_alone(uk: Browser) -> None:
    """The font is one for all threads: no paper may take another's letters."""
    uk.verify("2026-000001")
    print_(uk, "2026-000001", "worksheet")
    print_(uk, "2026-000001", "worksheet", reason="torn")
    cookie = uk.client.get_cookie("desk_uk")
    assert cookie is not None

    def drawn(place: int) -> bytes:
        client = uk.app.test_client()
        client.set_cookie("desk_uk", cookie.value)
        return client.get(f"/preparations/2026-000001/prints/{place}.pdf").data

    alone = {place: drawn(place) for place in (1, 2)}
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(lambda turn: drawn(turn % 2 + 1) == alone[turn % 2 + 1], range(120)))


@pytest.mark.parametrize(
    ("user", "number", "document", "status"),
    [
        ("okafor", "2026-000001", "worksheet", 409),  # not verified
        ("lindqvist", "2026-000001", "worksheet", 403),  # may still verify it
        ("whitfield", "2026-000001", "worksheet", 403),
        ("castellan", "2026-000001", "worksheet", 403),
        ("okafor", "2026-000001", "letter", 404),
        ("okafor", "2026-000001", "label", 404),  # has a page of its own
        ("okafor", "2026-000099", "worksheet", 404),
    ],
)
def test_what_may_not_be_printed_is_not(us: Browser, user: str, number: str, document: str, status: int) -> None:
    us.sign_in(user)
    assert print_(us, number, document).status_code == status
    assert records.prints(us.desk.engine, "2026-000001") == ()


def test_where_the_button_would_be_stands_why_nothing_is_printed(us: Browser) -> None:
    page = us.get("/preparations/2026-000001")
    assert page.text.count("Print after the order is verified.") == 1
    assert [action for action in page.actions if "/print/" in action] == []
    us.verify("2026-000001")
    page = us.get("/preparations/2026-000001")
    assert "Print after" not in page.text
    assert len([action for action in page.actions if "/print/" in action]) == 1
    us.sign_in("whitfield")
    page = us.get("/preparations/2026-000001")
    assert page.text.count("It is printed by a technician or a pharmacist.") == 1
    assert [action for action in page.actions if "/print/" in action] == []


@pytest.mark.parametrize("path", ["2026-000001/prints/1.pdf", "2026-000001/prints/0.pdf", "2026-000099", "x"])
def test_what_is_not_there_is_not_found(reading: dict[Market, Browser], path: str) -> None:
    page = reading[US].get(f"/preparations/{path}")
    assert reading[US].status == 404
    assert "There is no such page, or no preparation of this number." in page.text


# ------------------------------------------------------------------ the start


def test_the_invented_orders_are_entered_once(tmp_path: Path) -> None:
    first = Browser(tmp_path, UK, user=None)
    before = first.rows()
    assert before["preparation"] == before["signature"] == 2
    assert Browser(tmp_path, UK, user=None).rows() == before
    assert Browser(tmp_path, US).rows()["preparation"] == 3
    assert {path.name for path in tmp_path.glob("*.sqlite")} == {"training-us.sqlite", "training-uk.sqlite"}


def test_a_second_drug_of_the_site_is_offered(tmp_path: Path) -> None:
    """The next drug is one more file; with one drug nobody is asked."""
    assert "drug" not in Browser(tmp_path / "one", US).get("/orders/new").elements
    own = (DRUGS / "besponsa-us.toml").read_text("utf-8")
    own = own.replace('id = "besponsa-us"', 'id = "trial-us"').replace('drug = "besponsa"', 'drug = "trial"')
    own = own.replace('{ is = "inotuzumab ozogamicin"', '{ is = "trialumab"').replace(
        '{ is = "Besponsa"', '{ is = "Trial"'
    )
    (tmp_path / "two" / "drugs").mkdir(parents=True)
    (tmp_path / "two" / "drugs" / "trial-us.toml").write_text(own, "utf-8")
    browser = Browser(tmp_path / "two", US)
    assert "No drug chosen" in browser.get("/orders/new").text
    assert browser.review().says("drug-message") == "Choose the drug."
    assert browser.review(drug="besponsa-uk").says("drug-message") == "Choose one of those shown."
    shown = browser.review(drug="trial-us")
    assert "trialumab (Trial) US 0.9 mg vial" in shown.text
    number = saved_number(browser.save(shown))
    assert "trialumab (Trial)" in browser.get(f"/preparations/{number}").text
    sent = {"height": "170", "weight": "70", "formula": "mosteller", "cycle": "1", "day": "1", "drug": "trial-us"}
    assert "Drug file trial-us edition" in browser.post("/calculator", sent).text


def drug_of(desk: Any, **regimen: Any) -> Any:
    """The site's drug with other facts in its regimen."""
    drug = desk.drugs[0]
    facts = {name: replace(getattr(drug.regimen, name), value=value) for name, value in regimen.items()}
    return replace(drug, regimen=replace(drug.regimen, **facts))


def with_drugs(browser: Browser, *drugs: Any) -> None:
    browser.app.extensions["desk"] = replace(browser.desk, drugs=drugs)
    browser.app.extensions.pop("desk as last read", None)


def test_the_forms_ask_for_the_cycles_and_days_of_the_sites_own_drug(us: Browser) -> None:
    first = us.desk.drugs[0].regimen.first_cycle.value
    shown = us.get("/orders/new")
    assert (shown.says("cycle-hint"), shown.says("third_cycle_reason-hint")) == (
        "1 to 6",
        "cycle 3 before a transplant only",
    )
    levels = {1: first[1], 15: first[15], 22: first[15]}
    with_drugs(us, drug_of(us.desk, cycles=8, transplant_cycles=4, first_cycle=levels, response=levels))
    shown = us.get("/orders/new")
    assert (shown.says("cycle-hint"), shown.says("third_cycle_reason-hint")) == (
        "1 to 8",
        "cycle 5 before a transplant only",
    )
    assert [shown.elements[name]["value"] for name in ("day", "day-2", "day-3")] == ["1", "15", "22"]
    assert "Days of a cycle 1, 15, 22" in shown.text
    why = {"transplant": "yes", "third_cycle_reason": "MRD still found", "cycle": "3", "response": "cr"}
    assert us.review(**why).says("third_cycle_reason-message") == "This is cycle 3, not 5. Leave this empty."
    us.review(**{**why, "cycle": "5"}, day="22")
    assert us.status == 200


def test_a_drug_that_states_no_cycles_before_a_transplant_takes_no_reason(us: Browser) -> None:
    with_drugs(us, drug_of(us.desk, cycles=None, transplant_cycles=None))
    shown = us.get("/orders/new")
    assert "cycle-hint" not in shown.elements
    page = us.review(transplant="yes", third_cycle_reason="MRD still found", cycle="3", response="cr")
    sentence = "Besponsa has no number of cycles before a transplant. Leave this empty."
    assert page.says("third_cycle_reason-message") == sentence


def test_a_day_that_the_chosen_drug_is_not_given_on_is_refused_at_its_field(us: Browser) -> None:
    first = us.desk.drugs[0].regimen.first_cycle.value
    weekly = replace(drug_of(us.desk, first_cycle={1: first[1], 22: first[15]}), id="other-us", drug="other")
    with_drugs(us, us.desk.drugs[0], weekly)
    shown = us.get("/orders/new")
    assert [shown.elements[name]["value"] for name in ("day", "day-2", "day-3", "day-4")] == ["1", "8", "15", "22"]
    page = us.review(drug="other-us", day="8")
    assert page.says("day-message") == "Besponsa is given on day 1, 22, not on day 8."
    sent = {"height": "170", "weight": "70", "formula": "mosteller", "cycle": "1", "day": "22", "drug": "besponsa-us"}
    assert us.post("/calculator", sent).says("day-message") == "Besponsa is given on day 1, 8, 15, not on day 22."


def test_a_desk_keeps_its_key_to_itself(tmp_path: Path) -> None:
    Browser(tmp_path, US)
    key = tmp_path / "session.key"
    made = key.read_bytes()
    assert len(made) == 32
    assert key.stat().st_mode & 0o777 == 0o600
    Browser(tmp_path, UK)
    assert key.read_bytes() == made
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("session")] == ["session.key"]


def test_a_market_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from compounding.web import create_app

    monkeypatch.setenv("COMPOUNDING_HOME", str(tmp_path))
    monkeypatch.setenv("COMPOUNDING_MARKET", "fr")
    with pytest.raises(ValueError, match=r"^COMPOUNDING_MARKET: 'fr' is neither us nor uk$"):
        create_app()
    monkeypatch.setenv("COMPOUNDING_MARKET", "uk")
    app = create_app()
    assert "farouk" in app.test_client().get("/sign-in").get_data(as_text=True)
    app.extensions["desk"].engine.dispose()
