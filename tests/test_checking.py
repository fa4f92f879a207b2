"""The in-process check: blind, by another person, judged exactly or within its tolerance, and signed."""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from finishing import SIGNED
from on_the_way import bring, progress, state
from web_desk import ADMINISTRATOR, AUDITOR, UK, US, Browser, Html

from compounding import records
from compounding.policy import Market
from compounding.records import NewOut, NotSaved
from compounding.web import checking
from compounding.web.proving import WRONG_SECRET
from compounding.workflow import State
from compounding.workflow.materials import Kind, Out

NUMBER = "2026-000001"
"""The worked example: 170 cm, 70 kg, cycle 1 day 1. √(170 × 70 ÷ 3600) = 1.82 m², × 0.8 = 1.46 mg, ÷ 0.25 = 5.84 mL
from 2 vials. In the UK all that is drawn weighs 5.96 g: 5.84 mL at 1.02 g/mL are 5.9568 g."""
PATH = f"/preparations/{NUMBER}/check"
AGREEING = {"dose": "1.46", "volume": "5.84", "vials": "2", "volume_read": "5.84"}
LABELS = {
    "dose": "Dose",
    "volume": "Volume to withdraw",
    "vials": "Vials wetted",
    "volume_read": "Volume on the syringes",
    "mass_read": "Mass on the balance",
}
BLIND = "Does not agree with the record. Nothing is shown of it: work it out, or read it, again."
SECOND = {US: "lindqvist", UK: "mensah"}
"""Somebody who may check it, and neither verified nor prepared it."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Market, Path]:
    """The worked example of each market with its vials wetted, to be copied."""
    return {market: wetted(tmp_path_factory.mktemp(market.value), market) for market in (US, UK)}


def wetted(home: Path, market: Market) -> Path:
    browser = Browser(home, market)
    bring(browser, NUMBER, State.RECONSTITUTED)
    browser.desk.engine.dispose()
    return home


Checks = Callable[[Market], Browser]


@pytest.fixture
def checks(tmp_path: Path, made: Mapping[Market, Path]) -> Checks:
    """checks(US) is the desk of whoever checks the worked example there, each time a desk of its own."""
    places = count()

    def at(market: Market) -> Browser:
        home = shutil.copytree(made[market], tmp_path / str(next(places)))
        return Browser(home, market, user=SECOND[market])

    return at


@pytest.fixture
def us(checks: Checks) -> Browser:
    return checks(US)


@pytest.fixture
def uk(checks: Checks) -> Browser:
    return checks(UK)


def agreeing(browser: Browser) -> dict[str, str]:
    mass = progress(browser, NUMBER).planned.mass
    return AGREEING if mass is None else {**AGREEING, "mass_read": str(mass.value)}


def compare(browser: Browser, **typed: str) -> Html:
    """Opens the page, and sends what was typed."""
    return browser.post(PATH, {**browser.get(PATH).fields, **agreeing(browser), **typed})


def sign(browser: Browser, shown: Html, **changes: str) -> Any:
    return browser.client.post(f"{PATH}/sign", data={**shown.fields, **SIGNED, **changes})


def newest(browser: Browser, action: str) -> records.Event:
    return records.find_entries(browser.desk.engine, records.EntrySearch(action=action), size=1)[0].event


# ------------------------------------------------------------------ who may, and when

ANOTHER = "Whoever prepared it may not do this: it needs another person."
REFUSED = [
    (US, "okafor", "A technician may not check preparations in the US."),
    (US, "park", "A technician may not check preparations in the US."),
    (US, AUDITOR[US], "An auditor may not check preparations."),
    (US, ADMINISTRATOR[US], "An administrator may not check preparations."),
    (UK, "hughes", ANOTHER),  # who prepared it
    (UK, AUDITOR[UK], "An auditor may not check preparations."),
]


@pytest.mark.parametrize(("market", "user", "sentence"), REFUSED)
def test_only_another_person_of_the_right_role_checks(checks: Checks, market: Market, user: str, sentence: str) -> None:
    """By the page, by comparing and by signing, each with a form that was right for somebody else."""
    browser = checks(market)
    page = compare(browser)
    browser.sign_in(user)
    before = browser.stored()
    sent = {**page.fields, **agreeing(browser), **SIGNED, "csrf_token": browser.token()}
    for answer in (browser.client.get(PATH), *(browser.client.post(to, data=sent) for to in (PATH, f"{PATH}/sign"))):
        assert answer.status_code == 403
        assert sentence in Html(answer.get_data(as_text=True)).text
    assert browser.stored() == before


@pytest.mark.parametrize(("market", "user"), [(US, "lindqvist"), (US, "adeyemi"), (UK, "mensah"), (UK, "farouk")])
def test_a_second_person_of_the_markets_role_checks(checks: Checks, market: Market, user: str) -> None:
    """In the US a pharmacist, in the UK a technician as well; whoever verified the order is not the preparer."""
    browser = checks(market)
    browser.sign_in(user)
    assert sign(browser, compare(browser)).status_code == 303
    assert state(browser, NUMBER) is State.CHECKED


def test_whoever_picked_one_material_is_the_preparer_too(uk: Browser) -> None:
    engine, picked = uk.desk.engine, progress(uk, NUMBER).materials[-1]
    mensah = next(account.person for account in records.accounts(engine) if account.user == "mensah")
    left = NewOut(picked.id or 0, Out.REPLACED)
    another = replace(picked, id=None, person="", lot="C-78")
    told = records.Event(mensah, "material recorded", uk.now, zone="UTC")
    records.take_step(engine, NUMBER, told, judge=lambda now: None, rows=[left, another])
    assert ANOTHER in uk.get(PATH).text
    assert uk.status == 403


STATES = [
    (State.VERIFIED, "order verified"),
    (State.MATERIALS, "materials recorded"),
    (State.CHECKED, "in-process checked"),
    (State.DILUTED, "diluted"),
]


@pytest.mark.parametrize(("reached", "named"), STATES)
def test_its_page_is_refused_out_of_order(tmp_path: Path, reached: State, named: str) -> None:
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, reached)
    browser.sign_in("lindqvist")
    said = f"The preparation is {named} by now, and this needs one that is reconstituted: look at it again."
    before = browser.stored()
    sent = {**AGREEING, **SIGNED, "csrf_token": browser.token(), "number": NUMBER, "version": "1"}
    for answer in (browser.client.get(PATH), *(browser.client.post(to, data=sent) for to in (PATH, f"{PATH}/sign"))):
        assert answer.status_code == 409
        assert said in Html(answer.get_data(as_text=True)).text
    assert browser.stored() == before


def test_what_is_not_there_cannot_be_checked(us: Browser) -> None:
    us.get("/preparations/2026-000099/check")
    assert us.status == 404
    us.post("/preparations/2026-000099/check", AGREEING)
    assert us.status == 404


def test_a_recalled_lot_is_not_checked(us: Browser) -> None:
    who = us.desk.staff()[0]
    told = records.Event(who, "recalled", us.now, zone="UTC")
    lot = next(one for one in progress(us, NUMBER).materials if one.kind is Kind.DRUG)
    records.put_recall(us.desk.engine, lot.product, lot.lot, "glass", told)
    page = us.get(PATH)
    assert us.status == 409
    assert f"{lot.name}, lot {lot.lot}, is recalled." in page.text


# ------------------------------------------------------------------ blind

PLAN = ["1.46", "5.84", "1.82", "1.36", "0.8\u00a0mg/m²", "44.16", "2\u00a0vials", "3.6\u00a0mL"]


def test_nothing_of_the_plan_is_on_the_page_or_in_its_source(us: Browser) -> None:
    source = us.client.get(PATH).get_data(as_text=True)
    assert [figure for figure in PLAN if figure in source] == []
    assert "RIVERA, Elena" in source
    assert "Dose hidden" in us.get(PATH).text
    wrong = {"dose": "9", "volume": "8", "vials": "7", "volume_read": "6"}
    answer = us.client.post(PATH, data={**us.get(PATH).fields, **wrong})
    assert [figure for figure in PLAN if figure in answer.get_data(as_text=True)] == []


def test_what_is_fixed_stands_beside_the_boxes(us: Browser) -> None:
    text = us.get(PATH).text
    assert "Formula Mosteller" in text
    assert "Rounding BSA 0.01 m², dose 0.01 mg, volume 0.01 mL, half away from zero" in text
    assert "In a wetted vial 0.25 mg/mL" in text


def test_the_mass_is_asked_for_where_the_market_states_a_density(us: Browser, uk: Browser) -> None:
    assert "mass_read" not in us.get(PATH).fields
    assert uk.get(PATH).fields["mass_read"] == ""


def test_a_look_at_the_page_is_one_entry_of_access(us: Browser) -> None:
    before = us.rows()["log"]
    us.get(PATH)
    assert us.rows()["log"] == before + 1
    event = newest(us, "preparation viewed")
    assert event.details == {"page": "in-process check", "shown": "the patient alone"}
    assert (event.subject, event.person.id) == (NUMBER, "lindqvist")


# ------------------------------------------------------------------ judged

APART = [
    ("dose", "1.47", "1.46 mg", "1.47 mg"),
    ("dose", "1.461", "1.46 mg", "1.461 mg"),  # exact: no tolerance for what is worked out
    ("volume", "5.85", "5.84 mL", "5.85 mL"),
    ("volume", "5.836", "5.84 mL", "5.836 mL"),
    ("vials", "1", "2", "1"),
    ("vials", "3", "2", "3"),
    ("volume_read", "5.547", "5.84 mL", "5.547 mL"),  # 5.84 × 0.95 = 5.548: below
    ("volume_read", "6.133", "5.84 mL", "6.133 mL"),  # 5.84 × 1.05 = 6.132: above
]


@pytest.mark.parametrize(("field", "typed", "planned", "own"), APART)
def test_what_disagrees_is_recorded_and_said_blind(us: Browser, field: str, typed: str, planned: str, own: str) -> None:
    before = us.stored()
    page = compare(us, **{field: typed})
    assert us.status == 422
    assert page.said == [f"{LABELS[field]}: {BLIND}"]
    assert page.fields[field] == typed
    others = [figure for name, figure in AGREEING.items() if name != field]
    assert "Dose hidden" in page.text
    assert [figure for figure in PLAN if figure in page.text and figure not in others] == []
    event = newest(us, "in-process check stopped")
    assert event.changes == ((LABELS[field], planned, own),)
    assert (event.subject, event.person.id, event.details) == (NUMBER, "lindqvist", {"reading": "1", "version": "1"})
    (reading,) = progress(us, NUMBER).readings
    assert (reading.agrees, reading.faults, reading.person) == (False, (field.replace("_", "-"),), "lindqvist")
    assert us.stored() == {**before, "reading": before["reading"] + 1}
    assert state(us, NUMBER) is State.RECONSTITUTED


WITHIN = [
    {"volume_read": "5.548"},  # 5.84 × 0.95 exactly: the limit is within
    {"volume_read": "6.132"},  # 5.84 × 1.05 exactly
    {"volume_read": "5.8"},
    {"dose": "1.460", "volume": "5.840"},  # equal amounts, however they are written
]


@pytest.mark.parametrize("typed", WITHIN)
def test_what_agrees_leads_to_the_signature(us: Browser, typed: dict[str, str]) -> None:
    page = compare(us, **typed)
    assert us.status == 200, page.said
    assert "Your own figures agree with the record, and what you read lies within the limits." in page.text
    assert progress(us, NUMBER).readings == ()
    assert sign(us, page).status_code == 303
    (reading,) = progress(us, NUMBER).readings
    assert reading.agrees


MASSES = [
    ("5.662", 200),  # 5.96 × 0.95 exactly: the limit is within
    ("5.661999", 422),
    ("6.258", 200),  # 5.96 × 1.05 exactly
    ("6.258001", 422),
    ("5.96", 200),
]


@pytest.mark.parametrize(("mass", "status"), MASSES)
def test_the_mass_agrees_within_five_percent_the_limit_included(uk: Browser, mass: str, status: int) -> None:
    page = compare(uk, mass_read=mass)
    assert uk.status == status
    assert page.said == ([] if status == 200 else [f"Mass on the balance: {BLIND}"])


UNREADABLE = [
    ("dose", "", "Type the dose in milligrams."),
    ("dose", "1,46", "“1,46” cannot be read. Use a point, not a comma."),
    ("dose", "0", "“0” is not above zero."),
    ("volume", "", "Type the volume in millilitres."),
    ("volume", "5.84 mL", "“5.84 mL” cannot be read."),
    ("vials", "", "Count the vials."),
    ("vials", "2.0", "“2.0” is not a whole number."),
    ("vials", "0", "“0” is not 1 or more."),
    ("volume_read", "", "Read the syringes."),
    ("volume_read", "-5", "“-5” cannot be read."),
]


@pytest.mark.parametrize(("field", "typed", "sentence"), UNREADABLE)
def test_what_cannot_be_read_is_compared_with_nothing(us: Browser, field: str, typed: str, sentence: str) -> None:
    before = us.stored()
    page = compare(us, **{"dose": "9", "volume": "9", "vials": "9", "volume_read": "9", field: typed})
    assert us.status == 422
    assert page.says(f"{field}-message").startswith(sentence)
    assert len(page.problems) == 1
    assert us.stored() == before


# ------------------------------------------------------------------ read again


def test_the_same_value_apart_twice_shows_both_figures_and_ends_it(us: Browser) -> None:
    compare(us, volume_read="5")
    page = compare(us, volume_read="5.1", dose="1.5")
    assert us.status == 422
    assert "Read again, and still apart" in page.text
    assert "Volume on the syringes 5.84 mL 5.1 mL" in page.text
    assert "Dose 1.46 mg 1.5 mg" not in page.text  # apart once: only what stays apart is shown
    assert [reading.faults for reading in progress(us, NUMBER).readings] == [("volume-read",), ("dose", "volume-read")]
    assert us.get(PATH).text.count("Read again, the volume read on the syringes still does not agree") == 1
    assert us.status == 409
    assert state(us, NUMBER) is State.RECONSTITUTED


def test_another_value_apart_the_second_time_is_read_again_blind(us: Browser) -> None:
    compare(us, volume_read="5")
    page = compare(us, vials="3")
    assert (us.status, page.said) == (422, [f"Vials wetted: {BLIND}"])
    assert "A reading before this one did not agree." in page.text
    assert sign(us, compare(us)).status_code == 303
    assert [reading.agrees for reading in progress(us, NUMBER).readings] == [False, False, True]


def test_a_third_reading_that_disagrees_ends_it_whatever_it_is_apart_in(us: Browser) -> None:
    """Another value each time, and then all of them right: who is led to agreement has not checked."""
    compare(us, volume_read="5")
    compare(us, vials="3")
    page = compare(us, dose="1.5")
    assert us.status == 422
    assert "Three readings, and none agrees" in page.text
    assert "Dose 1.46 mg 1.5 mg" in page.text
    assert "Volume on the syringes" not in page.text  # of the readings before, nothing more is shown
    before = us.stored()
    assert "Three readings did not agree: the preparation must be rejected." in us.get(PATH).text
    assert us.status == 409
    assert us.stored() == before
    assert state(us, NUMBER) is State.RECONSTITUTED


def test_another_person_may_read_it_again(us: Browser) -> None:
    compare(us, volume_read="5")
    us.sign_in("adeyemi")
    assert sign(us, compare(us)).status_code == 303
    assert [reading.person for reading in progress(us, NUMBER).readings] == ["lindqvist", "adeyemi"]


def test_one_press_that_is_sent_twice_is_one_reading(us: Browser) -> None:
    """Or a button pressed twice would leave nothing but to reject."""
    sent = {**us.get(PATH).fields, **AGREEING, "volume_read": "5"}
    assert us.client.post(PATH, data=sent).status_code == 422
    again = us.post(PATH, sent)
    assert us.status == 409
    assert "Another reading was recorded since this page was opened." in again.text
    assert len(progress(us, NUMBER).readings) == 1


# ------------------------------------------------------------------ signed


def test_the_check_is_signed_over_what_was_shown(us: Browser) -> None:
    page = compare(us, volume_read="5.8")
    assert "I worked out dose and volume myself" in page.text
    assert "M. Lindqvist, pharmacist" in page.text
    assert sign(us, page).headers["Location"] == f"/preparations/{NUMBER}"
    stands = records.standing(us.desk.engine, NUMBER)
    assert stands is not None
    signature = stands.signatures[-1]
    assert (signature.meaning, signature.person.id, signature.version) == ("in-process-check", "lindqvist", 1)
    said = json.loads(signature.signed)
    assert said["shown"]["reading"] == [
        ["Dose", "1.46 mg", "1.46 mg"],
        ["Volume to withdraw", "5.84 mL", "5.84 mL"],
        ["Vials wetted", "2", "2"],
        ["Volume on the syringes", "5.84 mL", "5.8 mL"],
    ]
    assert hashlib.sha256(signature.signed.encode()).hexdigest() == signature.digest
    event = newest(us, "in-process check")
    assert event.details["signed"] == signature.digest
    assert ("State", "reconstituted", "in-process checked") in event.changes
    assert ("Volume on the syringes, own", None, "5.8 mL, agrees") in event.changes


def test_a_wrong_secret_signs_nothing(us: Browser) -> None:
    before = us.stored()
    answer = sign(us, compare(us), signing_secret="000000")
    page = Html(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert page.says("signing_secret-message") == WRONG_SECRET
    assert us.stored() == before
    assert sign(us, page).status_code == 303


FORGED: list[tuple[str, Mapping[str, str]]] = [
    ("the binding of nobody", {"agreed": "0" * 64}),
    ("other figures than were compared", {"volume_read": "5.9"}),
    ("figures that disagree", {"dose": "1.5"}),
    ("none", {"dose": ""}),
    ("another version", {"version": "2"}),
    ("another preparation", {"number": "2026-000002"}),
    ("another state", {"state": "in-process checked"}),
    ("another reading", {"readings": "1"}),
]


@pytest.mark.parametrize(("what", "changes"), FORGED, ids=[what for what, _ in FORGED])
def test_nothing_is_signed_but_what_was_shown_to_agree(us: Browser, what: str, changes: dict[str, str]) -> None:
    before = us.stored()
    assert sign(us, compare(us), **changes).status_code == 409
    assert us.stored() == before


def test_a_page_that_agreed_for_one_signs_for_no_other(us: Browser) -> None:
    fields = compare(us).fields
    us.sign_in("adeyemi")
    answer = us.client.post(f"{PATH}/sign", data={**fields, **SIGNED, "csrf_token": us.token()})
    assert answer.status_code == 409
    assert state(us, NUMBER) is State.RECONSTITUTED


def test_a_form_sent_again_leads_where_it_led(us: Browser) -> None:
    page = compare(us)
    assert sign(us, page).status_code == 303
    before = us.stored()
    assert sign(us, page).headers["Location"] == f"/preparations/{NUMBER}"
    assert us.stored() == before


def test_a_session_that_ended_keeps_what_was_typed(us: Browser) -> None:
    sent = {**us.get(PATH).fields, **AGREEING, "csrf_token": "of another session"}
    page = Html(us.client.post(PATH, data=sent).get_data(as_text=True))
    assert {name: page.fields[name] for name in AGREEING} == AGREEING
    assert "Your session had ended, so nothing was done." in page.text
    assert progress(us, NUMBER).readings == ()


def test_what_cannot_be_saved_is_said_and_nothing_is_lost(us: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise NotSaved("The disk is full. Nothing was saved.")

    page = compare(us)
    form = us.get(PATH).fields
    monkeypatch.setattr(checking, "take", full)
    answer = us.client.post(PATH, data={**form, **AGREEING, "volume_read": "5"})
    kept = Html(answer.get_data(as_text=True))
    assert answer.status_code == 503
    assert "The disk is full. Nothing was saved." in kept.text
    assert kept.fields["volume_read"] == "5"
    assert sign(us, page).status_code == 503


ROUNDS = 12


def test_of_two_who_check_at_once_one_wins(checks: Checks) -> None:
    """The thousand are of the records; here both come by their pages."""
    for _ in range(ROUNDS):
        browser = checks(US)
        forms = []
        for user in ("lindqvist", "adeyemi"):
            browser.sign_in(user)
            forms.append((browser.client, {**compare(browser).fields, **SIGNED}))
        answers = at_once(f"{PATH}/sign", forms)
        assert sorted(answer.status_code for answer in answers) == [303, 409]
        won = [answer.status_code for answer in answers].index(303)
        (reading,) = progress(browser, NUMBER).readings
        assert reading.person == ("lindqvist", "adeyemi")[won]


def at_once(path: str, forms: list[tuple[Any, Mapping[str, str]]]) -> list[Any]:
    with ThreadPoolExecutor(len(forms)) as people:
        return list(people.map(lambda form: form[0].post(path, data=form[1]), forms))


def test_of_two_who_read_apart_at_once_one_is_recorded(us: Browser) -> None:
    forms = []
    for user in ("lindqvist", "adeyemi"):
        us.sign_in(user)
        forms.append((us.client, {**us.get(PATH).fields, **AGREEING, "volume_read": "5"}))
    assert sorted(answer.status_code for answer in at_once(PATH, forms)) == [409, 422]
    assert len(progress(us, NUMBER).readings) == 1
