"""Order verification: blind, by another person, compared exactly, and signed over what was shown."""

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from web_desk import AFRESH, UK, US, Browser, Html, typed

from compounding import records, training
from compounding.policy import Market
from compounding.records import NotSaved, RecordedEvent
from compounding.web.proving import WRONG_SECRET

NUMBER = "2026-000001"
"""The worked example, 170 cm, 70 kg, cycle 1 day 1: entered by R. Okafor, a technician."""
PATH = f"/preparations/{NUMBER}/verify"
SIGNED = {"signing_secret": training.PIN}


@pytest.fixture
def us(tmp_path: Path) -> Browser:
    """The desk of a pharmacist who entered nothing."""
    return Browser(tmp_path, US, user="adeyemi")


def agreed(browser: Browser, path: str = PATH, **afresh: str) -> Html:
    """The page on which a pharmacist signs, once their own figures agree."""
    page = browser.post(path, {**browser.get(path).fields, **AFRESH, **afresh})
    assert browser.status == 200, page.said
    return page


def entered_by(browser: Browser, user: str, **changes: str) -> str:
    """An order that somebody entered; then the first is signed in again."""
    mine = browser.client
    browser.sign_in(user)
    answer = browser.save(browser.review(**changes))
    browser.client = mine
    return str(answer.headers["Location"].rpartition("/")[2])


def newest(browser: Browser, action: str) -> RecordedEvent:
    return records.find_entries(browser.desk.engine, records.EntrySearch(action=action), size=1)[0]


def state(browser: Browser, number: str = NUMBER) -> str:
    saved = records.preparation(browser.desk.engine, number)
    assert saved is not None
    return saved.state


# ------------------------------------------------------------------ who may, and when

ANOTHER = "Whoever entered the order may not do this: it needs another person."
REFUSED = [
    ("okafor", 403, "A technician may not verify orders."),  # who entered it
    ("park", 403, "A technician may not verify orders."),
    ("whitfield", 403, "auditor may not verify orders."),
    ("castellan", 403, "administrator may not verify orders."),
]


@pytest.mark.parametrize(("user", "status", "sentence"), REFUSED)
def test_only_a_pharmacist_verifies(us: Browser, user: str, status: int, sentence: str) -> None:
    page = agreed(us)
    us.sign_in(user)
    before = us.stored()
    assert_refused(us, NUMBER, page.fields, status, sentence)
    assert us.stored() == before


def assert_refused(browser: Browser, number: str, fields: Mapping[str, str], status: int, sentence: str) -> None:
    """By opening the page, by comparing and by signing, each with a form that was right for somebody else."""
    path = f"/preparations/{number}/verify"
    sent = {**fields, **AFRESH, **SIGNED, "csrf_token": browser.token()}
    answers = [browser.client.get(path), *(browser.client.post(to, data=sent) for to in (path, f"{path}/sign"))]
    for answer in answers:
        assert answer.status_code == status
        assert sentence in Html(answer.get_data(as_text=True)).text


def test_nobody_verifies_what_they_entered(us: Browser) -> None:
    number = entered_by(us, "lindqvist")
    page = agreed(us, f"/preparations/{number}/verify")
    us.sign_in("lindqvist")
    assert_refused(us, number, page.fields, 403, ANOTHER)
    assert state(us, number) == "entered"


def test_nobody_verifies_an_order_of_which_they_changed_any_version(us: Browser) -> None:
    """Entered by a pharmacist, changed by a technician: still not the first one's to verify."""
    number = entered_by(us, "lindqvist")
    us.sign_in("okafor")
    form = us.get(f"/orders/{number}/edit")
    shown = us.post("/orders/review", {**form.fields, "location": "6 East, bed 14"})
    assert us.save(shown, change_reason="misread", change_words="Bed.").status_code == 303
    us.sign_in("lindqvist")
    us.get(f"/preparations/{number}/verify")
    assert us.status == 403
    us.sign_in("adeyemi")
    us.get(f"/preparations/{number}/verify")
    assert us.status == 200


AUTHORISED = "Whoever authorised an override of it may not do this: it needs another person."
BLASTS = {"blasts": "12400", "mrn": "00555222"}


def overridden(browser: Browser, second: str, **changes: str) -> str:
    """An order that a technician entered, with blasts over the limit, authorised by a pharmacist."""
    browser.sign_in("okafor")
    shown = browser.review(**BLASTS, **changes)
    return str(browser.save(shown, **answers(second)).headers["Location"].rpartition("/")[2])


def answers(second: str) -> dict[str, str]:
    given = {"reason": "confirmed", "user": second, "secret": training.PASSWORD, "words": "By phone."}
    return {f"finding_0_{part}": text for part, text in given.items()}


def test_nobody_verifies_what_they_authorised_and_so_they_see_it(us: Browser) -> None:
    other = agreed(us)
    number = overridden(us, "adeyemi")
    us.sign_in("adeyemi")
    assert_refused(us, number, other.fields, 403, AUTHORISED)
    page = us.get(f"/preparations/{number}")
    assert "1.456 mg" in page.text and "Authorised by K. Adeyemi, pharmacist." in page.text
    us.sign_in("lindqvist")
    assert "1.456 mg" not in us.get(f"/preparations/{number}").text
    assert us.verify(number, "adeyemi").status_code == 403
    assert us.verify(number, "lindqvist").status_code == 303


def test_nobody_verifies_an_order_of_which_they_authorised_any_version(us: Browser) -> None:
    """K. Adeyemi authorised the first version, M. Lindqvist the second: the technician finds a third pharmacist."""
    number = overridden(us, "adeyemi")
    form = us.get(f"/orders/{number}/edit")
    shown = us.post("/orders/review", {**form.fields, "location": "6 East, bed 14"})
    saved = us.save(shown, change_reason="misread", change_words="Bed.", **answers("lindqvist"))
    assert saved.status_code == 303
    for user in ("adeyemi", "lindqvist"):
        assert us.verify(number, user).status_code == 403
    assert state(us, number) == "entered"


def test_whoever_is_named_beside_an_acknowledgement_authorised_nothing(us: Browser) -> None:
    us.sign_in("okafor")
    shown = us.review(mrn="00555333", weight_measured_day="24", weight_measured_month="2")
    number = us.save(shown, finding_0_reason="record").headers["Location"].rpartition("/")[2]
    assert us.verify(number, "adeyemi").status_code == 303


def test_a_verified_order_is_not_verified_again(us: Browser) -> None:
    page = agreed(us)
    us.verify(NUMBER, "lindqvist")
    before = us.stored()
    sentence = "The preparation is order verified by now, and this needs one that is entered: look at it again."
    assert_refused(us, NUMBER, page.fields, 409, sentence)
    assert us.stored() == before


@pytest.mark.parametrize("number", ["2026-000099", "x"])
def test_what_is_not_there_cannot_be_verified(us: Browser, number: str) -> None:
    us.get(f"/preparations/{number}/verify")
    assert us.status == 404
    us.post(f"/preparations/{number}/verify", AFRESH)
    assert us.status == 404


# ------------------------------------------------------------------ blind

# √(171 × 71.3 ÷ 3600) = 1.840313 m², 1.84; 0.8 × 1.84 = 1.472 mg, 1.47; 1.47 ÷ 0.25 = 5.88 mL; 2 vials.
FIRST = {"height": "171", "weight": "71.3", "prescriber": "Dr B. Okonjo", "mrn": "00555555"}
FIRST_ENTRY = ["171", "71.3", "1.84", "0.8\u00a0mg/m²", "1.472", "1.47", "5.88", "2\u00a0vials", "Okonjo", "cycle 1"]


def test_nothing_of_the_first_entry_is_in_the_source_before_it_is_verified(us: Browser) -> None:
    number = entered_by(us, "okafor", **FIRST)
    pages = [f"/preparations/{number}", f"/preparations/{number}/verify", f"/orders/{number}/edit", "/preparations"]
    for path in pages:
        source = us.client.get(path).get_data(as_text=True)
        assert [part for part in FIRST_ENTRY if part.lower() in source.lower()] == [], path
        assert "RIVERA" in source or path.startswith("/orders")
    us.sign_in("okafor")
    source = us.client.get(f"/preparations/{number}").get_data(as_text=True)
    assert [part for part in FIRST_ENTRY if part.lower() not in source.lower()] == []


def test_the_page_of_one_who_may_verify_shows_the_patient_and_one_button(us: Browser) -> None:
    page = us.get(f"/preparations/{NUMBER}")
    assert "RIVERA, Elena Born Aug 14, 1980 (45 years) MRN 00417352 Location 6 East, bed 12" in page.text
    assert "Dose hidden" in page.text
    assert [href for href, look, _ in page.links if "primary" in look] == [PATH]
    assert page.actions == ["/sign-out"]


def test_whoever_entered_it_sees_the_dose_on_its_page_and_not_in_the_list(us: Browser) -> None:
    us.sign_in("okafor")
    assert "1.46\u00a0mg" in us.client.get(f"/preparations/{NUMBER}").get_data(as_text=True)
    assert "1.46" not in us.client.get("/preparations").get_data(as_text=True)


def test_whoever_may_verify_changes_nothing_that_would_show_it(us: Browser) -> None:
    """Neither by the form that is filled from it, nor by a review that says what is other by now."""
    us.get(f"/orders/{NUMBER}/edit")
    assert us.status == 403
    forged = {**typed(US), "changed_number": NUMBER, "changed_version": "1"}
    for path in ("/orders/review", "/orders/new", "/orders/save"):
        page = us.post(path, forged)
        assert us.status == 403
        assert f"You may still verify {NUMBER}, so its first entry is not shown to you." in page.text


def test_a_paper_of_an_older_version_is_not_shown_to_whoever_may_verify_the_newer(us: Browser) -> None:
    us.verify(NUMBER, "lindqvist")
    us.sign_in("okafor")
    us.send(f"/preparations/{NUMBER}/print/worksheet", {})
    shown = us.post("/orders/review", {**us.get(f"/orders/{NUMBER}/edit").fields, "weight": "71"})
    us.save(shown, change_reason="measured", change_words="Weighed again.")
    us.sign_in("adeyemi")
    assert us.client.get(f"/preparations/{NUMBER}/prints/1.pdf").status_code == 403


# ------------------------------------------------------------------ compared

ORDERED = {"weight": "70 kg", "level": "0.8 mg/m²", "dose": "1.46 mg"}
LABELS = {"weight": "Weight", "level": "Dose level", "dose": "Dose"}
MISMATCHES = [
    ("weight", "154", "154 kg"),  # 70 kg in pounds, typed as kilograms
    ("weight", "70.01", "70.01 kg"),
    ("level", "0.5", "0.5 mg/m²"),
    ("level", "0.801", "0.801 mg/m²"),
    ("dose", "1.64", "1.64 mg"),
    ("dose", "1.456", "1.456 mg"),  # not rounded as the site does
    ("dose", "14.6", "14.6 mg"),
]


@pytest.mark.parametrize(("field", "afresh", "said"), MISMATCHES)
def test_a_value_that_differs_stops_with_both_and_nothing_of_the_others(
    us: Browser, field: str, afresh: str, said: str
) -> None:
    before = us.stored()
    page = us.post(PATH, {**us.get(PATH).fields, **AFRESH, field: afresh})
    assert us.status == 422
    assert page.said == [f"{LABELS[field]}: The order says {ORDERED[field]}, and you typed {said}."]
    assert f"{LABELS[field]} {ORDERED[field]} {said} If you misread or mistyped, type it again below." in page.text
    others = [ORDERED[other] for other in ORDERED if other != field]
    assert [value for value in (*others, "170", "1.82", "5.84", "Nguyen") if value in page.text] == []
    assert {name: page.fields[name] for name in AFRESH} == {**AFRESH, field: afresh}
    event = newest(us, "order verification stopped").event
    assert event.changes == ((LABELS[field], ORDERED[field], said),)
    assert (event.subject, event.reason, event.person.id) == (NUMBER, "the two entries differ", "adeyemi")
    assert us.stored() == before
    assert state(us) == "entered"


def test_the_head_says_what_is_shown(us: Browser) -> None:
    nothing, differs = "Nothing of the first entry is shown", "Of the first entry only what differs is shown."
    for page, said, unsaid in (
        (us.get(PATH), nothing, differs),
        (us.post(PATH, {**us.get(PATH).fields, **AFRESH, "weight": "71"}), differs, nothing),
    ):
        assert (said in page.text, unsaid in page.text) == (True, False)


def test_what_is_left_to_do_after_a_stop_is_said(us: Browser) -> None:
    page = us.post(PATH, {**us.get(PATH).fields, **AFRESH, "weight": "154"})
    assert (
        "If the order is wrong, have it changed: R. Okafor entered it, and any technician may change it." in page.text
    )
    again = us.post(PATH, {**page.fields, "weight": "70"})
    assert us.status == 200
    assert us.client.post(f"{PATH}/sign", data={**again.fields, **SIGNED}).status_code == 303


SAME = [
    {"weight": "70.0", "level": "0.80", "dose": "1.460"},
    {"weight": "70.000000000"},
]


@pytest.mark.parametrize("afresh", SAME)
def test_equal_amounts_agree_however_they_are_written(us: Browser, afresh: dict[str, str]) -> None:
    page = agreed(us, **afresh)
    assert "Your own figures agree with the order: weight 70 kg, dose level 0.8 mg/m², dose 1.46 mg." in page.text
    assert newest(us, "order worked out afresh").event.changes == (
        ("Weight, afresh", None, "70 kg, agrees"),
        ("Dose level, afresh", None, "0.8 mg/m², agrees"),
        ("Dose, afresh", None, "1.46 mg, agrees"),
    )


UNREADABLE = [
    ("weight", "", "Type the weight in kilograms."),
    ("weight", "70,0", "“70,0” cannot be read. Use a point, not a comma."),
    ("weight", "154 lb", "“154 lb” cannot be read."),
    ("weight", " 70 ", "“ 70 ” cannot be read. Leave out the spaces."),
    ("weight", "0", "“0” is not above zero."),
    ("level", "", "Type the dose level in mg/m²."),
    ("level", "0.8001", "“0.8001” has more than 3 figures after the point."),
    ("dose", "", "Type the dose in milligrams."),
]


@pytest.mark.parametrize(("field", "afresh", "sentence"), UNREADABLE)
def test_what_cannot_be_read_is_compared_with_nothing(us: Browser, field: str, afresh: str, sentence: str) -> None:
    wrong = {"weight": "1", "level": "1", "dose": "1", field: afresh}
    page = us.post(PATH, {**us.get(PATH).fields, **wrong})
    assert us.status == 422
    assert page.says(f"{field}-message").startswith(sentence)
    assert len(page.problems) == 1
    assert [value for value in ORDERED.values() if value in page.text] == []
    assert {name: page.fields[name] for name in wrong} == wrong


@pytest.mark.parametrize("market", list(Market))
def test_the_worked_example_is_verified_in_either_market(tmp_path: Path, market: Market) -> None:
    browser = Browser(tmp_path, market)
    assert browser.verify(NUMBER).status_code == 303
    assert state(browser) == "order verified"


def test_an_own_level_is_what_is_compared(us: Browser) -> None:
    """0.375 mg/m² × 1.82 m² = 0.6825 mg, to 0.01 mg: 0.68 mg. The label's level would be 0.8."""
    mine = us.client
    us.sign_in("okafor")
    shown = us.review(own_level="0.375", own_reason="reduced for toxicity")
    second = {"finding_0_reason": "confirmed", "finding_0_user": "lindqvist", "finding_0_secret": training.PASSWORD}
    number = us.save(shown, **second, finding_0_words="As ordered.").headers["Location"].rpartition("/")[2]
    us.client = mine
    path = f"/preparations/{number}/verify"
    page = us.post(path, {**us.get(path).fields, **AFRESH, "dose": "0.68"})
    assert page.said == ["Dose level: The order says 0.375 mg/m², and you typed 0.8 mg/m²."]
    page = agreed(us, path, level="0.375", dose="0.68")
    assert "Authorised by M. Lindqvist, pharmacist." in page.text


# ------------------------------------------------------------------ what is signed


def test_a_verification_is_signed_over_the_page_and_the_signers_own_values(us: Browser) -> None:
    page = agreed(us)
    assert "“I verified this order against the prescription: weight, dose level and dose that I worked out" in page.text
    assert "K. Adeyemi, pharmacist" in page.text
    assert us.client.post(f"{PATH}/sign", data={**page.fields, **SIGNED}).status_code == 303
    entry, verification = records.signatures(us.desk.engine, NUMBER)
    assert (entry.meaning, verification.meaning) == ("order-entry", "order-verification")
    assert (verification.person.id, verification.version, verification.void_entry) == ("adeyemi", 1, None)
    assert verification.digest == hashlib.sha256(verification.signed.encode()).hexdigest()
    said = json.loads(verification.signed)
    assert said["shown"]["afresh"] == {"Weight": "70 kg", "Dose level": "0.8 mg/m²", "Dose": "1.46 mg"}
    assert said["meaning"].startswith("I verified this order")
    saved = records.preparation(us.desk.engine, NUMBER)
    assert saved is not None
    assert said["shown"]["plan"] == json.loads(saved.content.shown_json)
    assert ["Weight", "70\u00a0kg"] in said["shown"]["order"]
    told = newest(us, "order verified").event
    assert told.details["signed"] == verification.digest
    assert told.changes[0] == ("State", "entered", "order verified")
    assert told.drug_file == f"{saved.content.drug_edition} {saved.content.drug_checksum}"


@pytest.mark.parametrize(
    ("secret", "sentence"),
    [("", "Type your signing PIN, or your password."), ("271829", WRONG_SECRET), ("wrong password!", WRONG_SECRET)],
)
def test_a_wrong_secret_signs_nothing(us: Browser, secret: str, sentence: str) -> None:
    page = agreed(us)
    before = us.stored()
    answer = us.client.post(f"{PATH}/sign", data={**page.fields, "signing_secret": secret})
    again = Html(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert again.says("signing_secret-message") == sentence
    assert again.fields["signing_secret"] == ""
    assert us.stored() == before
    assert us.client.post(f"{PATH}/sign", data={**again.fields, **SIGNED}).status_code == 303


def test_a_password_signs_as_well(us: Browser) -> None:
    page = agreed(us)
    answer = us.client.post(f"{PATH}/sign", data={**page.fields, "signing_secret": training.PASSWORD})
    assert answer.status_code == 303


NOT_SHOWN = "This page is not the one that was shown before. Work it out afresh."
OTHER_VERSION = f"{NUMBER} was changed meanwhile: version 1 stands by now. Work it out afresh."
FORGED: list[tuple[dict[str, str], str]] = [
    ({"agreed": ""}, NOT_SHOWN),
    ({"agreed": "0" * 64}, NOT_SHOWN),
    ({"weight": "154"}, NOT_SHOWN),
    ({"weight": "70.0"}, NOT_SHOWN),  # the same amount, and not what was shown
    ({"dose": "1.64"}, NOT_SHOWN),
    ({"weight": ""}, NOT_SHOWN),
    ({"version": "2"}, OTHER_VERSION),
    ({"version": ""}, OTHER_VERSION),
]


@pytest.mark.parametrize(("forged", "sentence"), FORGED)
def test_nobody_signs_without_having_worked_it_out(us: Browser, forged: dict[str, str], sentence: str) -> None:
    page = agreed(us)
    before = us.stored()
    answer = us.client.post(f"{PATH}/sign", data={**page.fields, **SIGNED, **forged})
    blind = Html(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert blind.said == [sentence]
    assert [value for value in ORDERED.values() if value in blind.text] == []
    assert us.stored() == before
    assert state(us) == "entered"


def test_what_agreed_for_one_does_not_sign_for_another_person_or_preparation(us: Browser) -> None:
    """The same three values agree with an order that is alike."""
    page = agreed(us)
    other = entered_by(us, "okafor", mrn="00555555", ordered_dose="1.46")
    answer = us.client.post(f"/preparations/{other}/verify/sign", data={**page.fields, **SIGNED})
    assert answer.status_code == 409
    us.sign_in("lindqvist")
    answer = us.client.post(f"{PATH}/sign", data={**page.fields, **SIGNED, "csrf_token": us.token()})
    assert answer.status_code == 409
    assert (state(us), state(us, other)) == ("entered", "entered")


def changed(browser: Browser, **changes: str) -> None:
    """The order is changed while a pharmacist has its page open."""
    mine = browser.client
    browser.sign_in("okafor")
    shown = browser.post("/orders/review", {**browser.get(f"/orders/{NUMBER}/edit").fields, **changes})
    assert browser.save(shown, change_reason="misread", change_words="As written.").status_code == 303
    browser.client = mine


def test_an_order_that_was_changed_meanwhile_is_worked_out_afresh(us: Browser) -> None:
    """Also where the three values are the same: what else was changed was not seen."""
    form, page = us.get(PATH), agreed(us)
    changed(us, location="6 East, bed 14")
    before = us.stored()
    moved = f"{NUMBER} was changed meanwhile: version 2 stands by now. Work it out afresh."
    for path, sent in ((PATH, {**form.fields, **AFRESH}), (f"{PATH}/sign", {**page.fields, **SIGNED})):
        answer = us.client.post(path, data=sent)
        assert answer.status_code == 409
        assert Html(answer.get_data(as_text=True)).said == [moved]
    assert us.stored() == before
    agreed(us)


def test_a_form_sent_twice_is_one_signature_and_gives_the_first_ones_record(us: Browser) -> None:
    page = agreed(us)
    answers = [us.client.post(f"{PATH}/sign", data={**page.fields, **SIGNED}) for _ in range(2)]
    assert [answer.headers.get("Location") for answer in answers] == [f"/preparations/{NUMBER}"] * 2
    assert us.rows()["signature"] == 3 + 1  # the three invented orders are signed


def test_a_form_sent_twice_at_once_is_one_signature(us: Browser) -> None:
    sent = {**agreed(us).fields, **SIGNED}
    cookie = us.client.get_cookie("desk_us")
    assert cookie is not None

    def send(_: int) -> int:
        client = us.app.test_client()
        client.set_cookie("desk_us", cookie.value)
        return client.post(f"{PATH}/sign", data=sent).status_code

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(send, range(8))) == {303}
    assert us.rows()["signature"] == 3 + 1
    assert len([s for s in standing(us).statuses if s.state == "order verified"]) == 1


def test_a_form_whose_own_signature_came_while_it_was_judged_gives_that_record(
    us: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one is stored after the second was read, and before the second is judged under the lock."""
    sent, take_step = {**agreed(us).fields, **SIGNED}, records.take_step

    def first(*asked: Any, **more: Any) -> records.Standing:
        monkeypatch.undo()
        take_step(*asked, **more)
        return take_step(*asked, **more)

    monkeypatch.setattr("compounding.web.verifying.records.take_step", first)
    answer = us.client.post(f"{PATH}/sign", data=sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/preparations/{NUMBER}")
    assert us.rows()["signature"] == 3 + 1


@pytest.mark.parametrize("forged", [{"agreed": "0" * 64}, {"weight": "154"}, {"weight": ""}, {"version": "2"}])
def test_a_form_that_was_not_the_one_that_signed_is_not_answered_as_it(us: Browser, forged: dict[str, str]) -> None:
    page = agreed(us)
    assert us.client.post(f"{PATH}/sign", data={**page.fields, **SIGNED}).status_code == 303
    answer = us.client.post(f"{PATH}/sign", data={**page.fields, **SIGNED, **forged})
    assert answer.status_code == 409
    assert us.rows()["signature"] == 3 + 1


def standing(browser: Browser) -> records.Standing:
    found = records.standing(browser.desk.engine, NUMBER)
    assert found is not None
    return found


def test_of_two_pharmacists_the_second_is_told(us: Browser) -> None:
    mine = agreed(us)
    us.verify(NUMBER, "lindqvist")
    answer = us.client.post(f"{PATH}/sign", data={**mine.fields, **SIGNED})
    assert answer.status_code == 409
    assert "The preparation is order verified by now" in Html(answer.get_data(as_text=True)).text
    assert [s.person.id for s in records.signatures(us.desk.engine, NUMBER)] == ["okafor", "lindqvist"]


# ------------------------------------------------------------------ faults


def full(*_: Any, **__: Any) -> None:
    raise NotSaved("Not saved: the disk is full.")


def test_a_comparison_that_cannot_be_logged_tells_nothing(us: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    form = us.get(PATH)
    monkeypatch.setattr("compounding.web.verifying.records.record", full)
    answer = us.client.post(PATH, data={**form.fields, **AFRESH, "weight": "154"})
    page = Html(answer.get_data(as_text=True))
    assert answer.status_code == 503
    assert page.said == ["Not saved: the disk is full."]
    assert page.fields["weight"] == "154"
    assert [value for value in ORDERED.values() if value in page.text] == []


def test_a_full_disk_signs_nothing_and_can_be_tried_again(us: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    page = agreed(us)
    monkeypatch.setattr("compounding.web.verifying.records.take_step", full)
    answer = us.client.post(f"{PATH}/sign", data={**page.fields, **SIGNED})
    again = Html(answer.get_data(as_text=True))
    assert (answer.status_code, again.said) == (503, ["Not saved: the disk is full."])
    monkeypatch.undo()
    assert us.client.post(f"{PATH}/sign", data={**again.fields, **SIGNED}).status_code == 303


@pytest.mark.parametrize("path", [PATH, f"{PATH}/sign"])
def test_a_lost_session_keeps_what_was_typed(us: Browser, path: str) -> None:
    page = agreed(us)
    sent = {**page.fields, **SIGNED, "csrf_token": "lost"}
    answer = us.client.post(path, data=sent)
    again = Html(answer.get_data(as_text=True))
    assert answer.status_code == 400
    assert "All that was typed is still here" in again.said[0]
    assert {name: again.fields[name] for name in AFRESH} == AFRESH
    assert state(us) == "entered"


def test_a_uk_order_is_as_blind(tmp_path: Path) -> None:
    browser = Browser(tmp_path, UK, user="farouk")
    source = browser.client.get(PATH).get_data(as_text=True)
    assert "ASHWORTH, Priya" in source
    assert [part for part in ("170", "1.46", "1.82", "5.84", "Farrow") if part in source] == []


LOST = [
    # who, where, what is sent without its token, and what is answered: as with it
    ("adeyemi", f"/preparations/{NUMBER}/print/worksheet", {}, 403),
    ("adeyemi", "/orders/review", {"changed_number": NUMBER, "changed_version": "1"}, 403),
    ("adeyemi", "/orders/save", {"changed_number": NUMBER, "changed_version": "1"}, 403),
    ("okafor", "/orders/review", {"changed_number": "2026-999999", "changed_version": "1"}, 404),
    ("okafor", "/preparations/2026-999999/print/worksheet", {}, 404),
    ("lindqvist", "/preparations/2026-999999/verify", {}, 404),
]


@pytest.mark.parametrize(("user", "path", "sent", "status"), LOST)
def test_what_is_refused_is_refused_without_a_session_as_well(
    us: Browser, user: str, path: str, sent: dict[str, str], status: int
) -> None:
    us.sign_in(user)
    answer = us.client.post(path, data={**typed(US), **sent})
    assert answer.status_code == status
    assert "RIVERA" not in answer.get_data(as_text=True)
    assert us.send(path, {**typed(US), **sent}).status_code == status
