"""The pages of a site's settings: who changes what, how two pharmacists agree, and that plans follow at once."""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from web_desk import ADMINISTRATOR, AUDITOR, NOW, UK, US, WHO, Browser, Html, typed

from compounding import records, sites, training
from compounding.policy import Market
from compounding.records import Event, Person
from compounding.settings import SETTINGS, Decides, setting
from compounding.web.desk import EXTENSION, Desk
from compounding.web.fault_gate import WHILE_AT_FAULT
from compounding.web.kept_setting import DEEDS
from compounding.web.routes import ROUTES
from compounding.web.setting_form import same_words
from compounding.wording.settings import told
from compounding.workflow import Deed, may

FIRST, SECOND = {US: "lindqvist", UK: "farouk"}, {US: "adeyemi", UK: "whitcombe"}
NAMES = {"lindqvist": "M. Lindqvist", "adeyemi": "K. Adeyemi", "castellan": "B. Castellan"}
WHY = "Agreed at the pharmacists' meeting."
LINE = "confirmed.besponsa-us.administration.line"
FOUR_HOURS = {"hours": "4", "counted": "included"}
THREE_HOURS = {"hours": "3", "counted": "not included"}


@pytest.fixture
def us(tmp_path: Path) -> Browser:
    return Browser(tmp_path, US, user=FIRST[US])


@pytest.fixture
def desks(tmp_path: Path) -> Callable[[Market], Browser]:
    return lambda market: Browser(tmp_path, market, user=FIRST[market])


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("home"), US, user=FIRST[US])
    yield browser
    assert stored(browser) == []


@pytest.fixture
def still(shared: Browser) -> Browser:
    """A desk on which nothing is changed, the first pharmacist at it."""
    shared.sign_in(FIRST[US])
    return shared


def sending(page: Html, act: str, **changes: str) -> tuple[str, dict[str, str]]:
    """Where the form of a setting's page goes, and all that it sends."""
    (action,) = [action for action in page.actions if action.startswith("/settings/")]
    return action, {**page.fields, "act": act, "reason": WHY, "signing_secret": training.PIN, **changes}


def change(browser: Browser, name: str, act: str, **changes: str) -> Html:
    """Fills in the form of a setting as whoever is signed in, and presses a button."""
    action, sent = sending(browser.get(f"/settings/{name}"), act, **changes)
    return browser.post(action, sent)


def agree(browser: Browser, name: str, **values: str) -> None:
    """Two pharmacists put a setting in force; the first stays signed out."""
    for user, act in ((FIRST, "propose"), (SECOND, "confirm")):
        browser.sign_in(user[browser.market])
        page = change(browser, name, act, **values)
        assert browser.status == 303, page.said


def stored(browser: Browser) -> list[tuple[str, str | None, str, str]]:
    return [(row.name, row.value, row.standing, row.by.id) for row in records.settings(browser.desk.engine)][1:]


def newest(browser: Browser) -> Event:
    (entry,) = records.find_entries(browser.desk.engine, records.EntrySearch(), size=1)
    return entry.event


def put(browser: Browser, name: str, value: str | None, standing: str = "holds", by: str = "elsewhere") -> None:
    """A row that came past every page: by another version of the program, or another process."""
    event = Event(Person(by, "E. Else", "pharmacist"), "setting changed", NOW)
    records.put_setting(browser.desk.engine, name, value, standing, event)


# ------------------------------------------------------------------ the list


@pytest.mark.parametrize("market", Market)
def test_everybody_reads_every_setting_with_its_value(desks: Callable[[Market], Browser], market: Market) -> None:
    browser = desks(market)
    for user in (WHO[market][0], FIRST[market], AUDITOR[market], ADMINISTRATOR[market]):
        browser.sign_in(user)
        page = browser.get("/settings")
        assert browser.status == 200
        linked = {href.removeprefix("/settings/") for href, _, _ in page.links if href.startswith("/settings/")}
        assert linked >= {known.name for known in SETTINGS} | {f"confirmed.besponsa-{market.value}.vials.hazard"}
        for name in linked:
            assert browser.get(f"/settings/{name}").text
            assert browser.status == 200, name


def test_the_list_says_what_differs_and_whose_word_it_is(us: Browser) -> None:
    assert "Body surface to 0.01 m² A pharmacist Default" in us.get("/settings").text
    change(us, "bsa_step", "hold", value="0.001")
    change(us, "diluted_bag.room", "propose", **FOUR_HOURS)
    us.sign_in(AUDITOR[US])
    text = us.get("/settings").text
    who = "M. Lindqvist Mar 12, 2026 09:00"
    assert f"Body surface to 0.001 m² default 0.01 m² A pharmacist Changed here {who}" in text
    assert f"proposed: 4 h, infusion included Two pharmacists Waits for a second pharmacist {who}" in text
    assert "Diluted bag, kept as “fridge” – Two pharmacists Not recorded" in text
    assert "besponsa-us: hazard – Two pharmacists Not confirmed" in text
    assert "1 setting waits for a second pharmacist." in text


TOLD = [
    ("formula", "gehan-george", "Gehan–George"),
    ("checker_may_release", "no", "No"),
    ("site.workstations", "Cabinet 1\nCabinet 2", "Cabinet 1, Cabinet 2"),
    ("site.scanner_separator", "", "the separator itself"),
    ("site.label_stock", "tall", "Tall: 4 × 4 in, in the UK 100 × 100 mm"),
    ("syringe_sizes", "1, 2.5 mL", "1, 2.5 mL"),
    ("bsa_step", None, "–"),
    ("bsa_step", "one", "one"),  # what cannot be read stands as it is stored
]


@pytest.mark.parametrize(("name", "text", "said"), TOLD)
def test_a_value_is_told_in_words(name: str, text: str | None, said: str) -> None:
    assert told(setting(name), text) == said


def test_there_is_no_page_of_what_is_no_setting(still: Browser) -> None:
    """What a site is for good is stored beside its settings, and is none of them."""
    for name in ("gone", "site.mode", "site.market", "confirmed.x"):
        still.get(f"/settings/{name}")
        assert still.status == 404, name


# ------------------------------------------------------------------ plans follow

# Market, setting, what is typed, the order, and what its review says from then on. Of 170 cm and 70 kg the
# body surface is √(170 × 70 ÷ 3600) = 1.818119… m².
FOLLOW: list[tuple[Market, str, dict[str, str], dict[str, str], str]] = [
    # 0.8 × 1.818 = 1.4544 mg
    (US, "bsa_step", {"value": "0.001"}, {}, "0.8 mg/m² × 1.818 m² 1.4544 mg"),
    # 0.8 × 1.82 = 1.456 = 29.12 × 0.05
    (US, "dose_step", {"value": "0.05"}, {}, "1.456 mg, rounded 1.45 mg"),
    # 1.46 ÷ 0.25 = 5.84
    (US, "volume_step", {"value": "0.1"}, {}, "1.46 mg ÷ 0.25 mg/mL 5.8 mL"),
    (US, "formula", {"value": "dubois"}, {}, "Body surface 0.007184 × 170^0.725 × 70^0.425"),
    (
        US,
        "adult.height.acknowledge",
        {"low": "175", "high": "205"},
        {},
        "Height 170 cm is unusual: outside 175 to 205 cm for an adult. Source: site setting.",
    ),
    # 1.46 ÷ 1.456 − 1 = 0.27 %
    (
        US,
        "difference_override_percent",
        {"value": "0.2"},
        {"ordered_dose": "1.46"},
        "Findings: 1 needs an answer before saving",
    ),
    (US, "dose_most", {"value": "1.4"}, {}, "The dose of 1.46 mg is over 1.4 mg"),
    (US, "bag_overfill", {"value": "2.5"}, {"making": "B"}, "B: ready-filled bag"),
]


def reviewed(browser: Browser, order: dict[str, str]) -> str:
    browser.sign_in(WHO[browser.market][0])
    return browser.review(**order).text


@pytest.mark.parametrize(("market", "name", "values", "order", "said"), FOLLOW, ids=[row[1] for row in FOLLOW])
def test_a_changed_setting_shows_in_the_next_plan(
    desks: Callable[[Market], Browser],
    market: Market,
    name: str,
    values: dict[str, str],
    order: dict[str, str],
    said: str,
) -> None:
    browser = desks(market)
    assert said not in reviewed(browser, order)
    browser.sign_in(FIRST[market])
    assert change(browser, name, "hold", **values).said == []
    assert said in reviewed(browser, order)
    browser.sign_in(FIRST[market])
    change(browser, name, "withdraw")
    assert browser.status == 303
    assert said not in reviewed(browser, order)


def test_a_particular_of_the_site_shows_on_every_page(us: Browser) -> None:
    us.sign_in(ADMINISTRATOR[US])
    change(us, "site.name", "hold", value="Riverside Hospital")
    assert "Riverside Hospital · Workstation 3" in us.get("/settings").text
    change(us, "site.workstations", "hold", value="Cabinet 9\n\n Office ")
    assert "Cabinet 9, Office" in us.get("/settings").text
    assert "Cabinet 9" in us.app.test_client().get("/sign-in").get_data(as_text=True)


def test_a_shorter_session_ends_one_that_runs(us: Browser) -> None:
    us.sign_in(ADMINISTRATOR[US])
    change(us, "site.session_idle", "hold", value="5")
    us.now += timedelta(minutes=5)
    us.get("/settings")
    assert us.status == 401


def test_another_process_sees_a_change_at_its_next_page(us: Browser, tmp_path: Path) -> None:
    other = Browser(tmp_path, US)
    assert "1.818 m²" not in other.review().text
    change(us, "bsa_step", "hold", value="0.001")
    assert "1.818 m²" in other.review().text


def test_settings_are_read_once_for_each_change(us: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that asks for nothing of them costs one question to the database."""
    us.sign_in(WHO[US][0])
    us.get("/calculator")
    asked: list[str] = []
    for name in ("settings", "settings_entry"):
        read = getattr(records, name)
        monkeypatch.setattr(records, name, lambda engine, name=name, read=read: (asked.append(name), read(engine))[1])
    us.get("/calculator")
    assert asked == ["settings_entry"]
    put(us, "bsa_step", "0.001 m²")
    us.get("/calculator")
    assert asked == ["settings_entry", "settings_entry", "settings"]


def test_a_saved_plan_names_the_settings_that_it_was_made_by(us: Browser) -> None:
    change(us, "bsa_step", "hold", value="0.001")
    entry = records.settings_entry(us.desk.engine)
    us.sign_in(WHO[US][0])
    answer = us.save(us.review(), signing_secret=training.PIN)
    saved = records.preparation(us.desk.engine, answer.headers["Location"].rsplit("/", 1)[1])
    assert saved is not None
    assert json.loads(saved.content.order_json)["settings_entry"] == entry
    *_, old = records.find_preparations(us.desk.engine, records.Search(), records.Page()).preparations
    assert json.loads(old.content.order_json)["settings_entry"] == 0  # an invented order, before any change


def test_a_review_of_before_a_change_is_not_saved_after_it(us: Browser) -> None:
    us.sign_in(WHO[US][0])
    shown = us.review()
    put(us, "bsa_step", "0.001 m²")
    before = us.rows()["preparation"]
    answer = us.save(shown, signing_secret=training.PIN)
    assert answer.status_code == 409
    page = Html(answer.get_data(as_text=True))
    assert page.said[0].startswith("This page is not the one that was shown before.")
    assert "1.818 m²" in page.text
    assert us.rows()["preparation"] == before


# ------------------------------------------------------------------ what stands in the log

LOGGED: list[tuple[str, str, dict[str, str], str, str | None, str | None]] = [
    ("bsa_step", "hold", {"value": "0.005"}, "setting changed", "0.01 m²", "0.005 m²"),
    ("formula", "hold", {"value": "boyd"}, "setting changed", "Mosteller", "Boyd"),
    ("bag_overfill", "hold", {"value": "0"}, "setting changed", None, "0 mL"),
    ("withdrawable", "propose", {"value": "3.60"}, "setting proposed", None, "3.6 mL"),
]


@pytest.mark.parametrize(("name", "act", "values", "action", "old", "new"), LOGGED, ids=[row[0] for row in LOGGED])
def test_a_change_is_logged_with_old_and_new(
    us: Browser, name: str, act: str, values: dict[str, str], action: str, old: str | None, new: str | None
) -> None:
    change(us, name, act, **values)
    event = newest(us)
    assert (event.action, event.subject, event.reason) == (action, f"setting:{name}", WHY)
    assert (event.person.id, event.workstation, event.at) == (FIRST[US], "Workstation 3", NOW)
    assert event.changes == ((setting(name).label, old, new),)
    page = us.get(f"/settings/{name}")
    what = "Proposed" if act == "propose" else "Put in force"
    assert f"Mar 12, 2026 09:00 {what} – {new} M. Lindqvist, pharmacist {WHY}" in page.text


def test_going_back_is_logged_and_shows_the_default(us: Browser) -> None:
    change(us, "bsa_step", "hold", value="0.005")
    change(us, "bsa_step", "withdraw", reason="Was a trial.")
    assert newest(us).changes == (("Body surface to", "0.005 m²", "0.01 m²"),)
    page = us.get("/settings/bsa_step")
    assert "Taken out of force 0.005 m² – M. Lindqvist, pharmacist Was a trial." in page.text
    assert "Go back to the default" not in page.text  # nothing is left to take away
    assert stored(us) == [
        ("bsa_step", "0.005 m²", "holds", "lindqvist"),
        ("bsa_step", None, "withdrawn", "lindqvist"),
    ]


# ------------------------------------------------------------------ what is refused, at its field

# Setting, what is typed, the box, its sentence.
REFUSED: list[tuple[str, dict[str, str], str, str]] = [
    ("bsa_step", {"value": ""}, "value", "Type a number."),
    ("bsa_step", {"value": "one"}, "value", "“one” cannot be read. Use figures only."),
    ("bsa_step", {"value": "0.2"}, "value", "“0.2 m²” is not from 0.001 to 0.1 m²."),
    ("bsa_step", {"value": "0.010"}, "value", "0.01 m² is in force already."),
    ("measured_override_days", {"value": "28.5"}, "value", "“28.5” is not a whole number."),
    ("measured_override_days", {"value": "9"}, "value", "“Measurement: ask when older than” (14 days) is over"),
    ("adult.height.stop", {"low": "", "high": "230"}, "low", "Type a number."),
    ("adult.height.stop", {"low": "230", "high": "100"}, "low", "the lower limit must be below the higher."),
    (
        "adult.height.stop",
        {"low": "150", "high": "230"},
        "low",
        "“Adult height: ask outside” (140 to 205 cm) reaches beyond “Adult height: stop outside” (150 to 230 cm)",
    ),
    ("syringe_sizes", {"value": "5, 3"}, "value", "“5, 3 mL”: each size must be above the one before it."),
    ("formula", {"value": ""}, "value", "Choose one."),
    ("formula", {"value": "haynes"}, "value", "Choose one of those shown."),
    ("withdrawable", {"value": "4.1"}, "value", "4.1 mL is more than the 4 mL put into a vial of besponsa-us."),
    ("diluted_bag.room", {"hours": "", "counted": "included"}, "hours", "Type a number."),
    ("diluted_bag.room", {"hours": "4", "counted": ""}, "counted", "Choose one."),
    ("diluted_bag.room", {"hours": "4", "counted": "none"}, "hours", "“4” h is a limit, and “The label sets no limit”"),
    ("bsa_step", {"value": "0.005", "reason": ""}, "reason", "Say why in words."),
    ("bsa_step", {"value": "0.005", "signing_secret": ""}, "signing_secret", "Type your signing PIN"),
    ("bsa_step", {"value": "0.005", "signing_secret": "123456"}, "signing_secret", "This is not your PIN or password."),
    ("bsa_step", {"value": "0.005", "act": ""}, "value", "the page sent no button"),
    ("bsa_step", {"value": "0.005", "act": "withdraw"}, "value", "There is nothing to take away here"),
    ("bsa_step", {"value": "0.005", "act": "confirm"}, "value", "Nothing waits to be confirmed."),
    ("withdrawable", {"value": "3.6", "act": "hold"}, "value", "the page sent no button"),
]


@pytest.mark.parametrize(("name", "values", "box", "sentence"), REFUSED)
def test_what_does_not_fit_is_refused_at_its_field(
    still: Browser, name: str, values: dict[str, str], box: str, sentence: str
) -> None:
    act = values.get("act", "propose" if setting(name).decides is Decides.TWO_PHARMACISTS else "hold")
    sent = {"reason": WHY, "signing_secret": training.PIN, **values, "act": act}
    page = change(still, name, **sent)
    assert still.status == 422
    assert [(anchor, sentence in said) for _, anchor, said in page.problems] == [(box, True)]
    assert sentence in page.says(f"{box}-message")
    kept = {key: text for key, text in sent.items() if key in page.fields and key not in ("signing_secret", "act")}
    assert kept.items() <= page.fields.items()  # nothing is lost
    assert page.fields["signing_secret"] == ""
    assert stored(still) == []


def test_a_line_break_of_workstations_is_kept_where_a_name_is_refused(still: Browser) -> None:
    still.sign_in(ADMINISTRATOR[US])
    page = change(still, "site.workstations", "hold", value="Office\nOffice")
    assert page.says("value-message") == "“Office” stands there twice."
    assert page.says("value").split() == ["Office", "Office"]


def test_an_empty_separator_is_an_answer(us: Browser) -> None:
    us.sign_in(ADMINISTRATOR[US])
    change(us, "site.scanner_separator", "hold", value="~")
    assert "separator ~" in us.get("/settings").text
    change(us, "site.scanner_separator", "hold", value="")
    assert us.status == 303
    assert us.get("/settings").text.count("the separator itself") == 1


def test_a_lost_session_shows_the_form_again_with_what_was_typed(still: Browser) -> None:
    action, sent = sending(still.get("/settings/bsa_step"), "hold", value="0.005")
    answer = still.client.post(action, data={**sent, "csrf_token": "old"})
    assert answer.status_code == 400
    page = Html(answer.get_data(as_text=True))
    assert "All that was typed is still here" in page.said[0]
    assert (page.fields["value"], page.fields["reason"]) == ("0.005", WHY)
    assert stored(still) == []


# ------------------------------------------------------------------ who may

# Setting, and the roles that change it.
MAY_CHANGE = [
    ("site.phone", {"administrator"}),
    ("zone", {"administrator"}),
    ("checker_may_release", {"pharmacist"}),
    ("bsa_step", {"pharmacist"}),
    ("diluted_bag.room", {"pharmacist"}),
    (LINE, {"pharmacist"}),
]


@pytest.mark.parametrize(("name", "roles"), MAY_CHANGE, ids=[row[0] for row in MAY_CHANGE])
def test_only_whoever_decides_a_setting_changes_it(still: Browser, name: str, roles: set[str]) -> None:
    for user in (WHO[US][0], FIRST[US], AUDITOR[US], ADMINISTRATOR[US]):
        still.sign_in(user)
        role = next(person.role for person in training.STAFF[US] if person.id == user)
        page = still.get(f"/settings/{name}")
        assert ("reason" in page.fields) is (role in roles)
        assert ("You may read it." in page.text) is (role not in roles)
        for path, deed in (("particular", Deed.SET_SITE), ("rule", Deed.DECIDE)):
            still.post(f"/settings/{name}/{path}", {"act": "hold"})
            here = deed is DEEDS[setting(name).decides]
            # Without a reason it goes no further; by the other way in there is no such setting.
            assert still.status == (403 if not may(role, deed) else 422 if here else 404), (role, path)
    assert stored(still) == []


@pytest.mark.parametrize(("endpoint", "deed"), [("settings.set_site", Deed.SET_SITE), ("settings.decide", Deed.DECIDE)])
def test_the_gate_knows_who_decides(endpoint: str, deed: Deed) -> None:
    assert ROUTES[endpoint] is deed


def test_a_rule_is_not_changed_by_the_way_of_particulars(still: Browser) -> None:
    still.sign_in(ADMINISTRATOR[US])
    still.post("/settings/bsa_step/particular", {"act": "hold", "value": "0.1", "reason": WHY, "was": "0"})
    assert still.status == 404
    still.sign_in(FIRST[US])
    still.post("/settings/site.phone/rule", {"act": "hold", "value": "1", "reason": WHY, "was": "0"})
    assert still.status == 404
    assert stored(still) == []


@pytest.mark.parametrize("name", sites.PARTICULARS)
def test_what_a_site_has_in_any_case_is_never_taken_away(us: Browser, name: str) -> None:
    us.sign_in(ADMINISTRATOR[US])
    change(us, name, "hold", value="America/Chicago" if name == "zone" else "Another")
    assert us.status == 303
    assert "Go back" not in us.get(f"/settings/{name}").text
    change(us, name, "withdraw")
    assert us.status == 422


# ------------------------------------------------------------------ two pharmacists


def test_two_pharmacists_record_what_comes_out_of_a_vial(desks: Callable[[Market], Browser]) -> None:
    """0.5 mg/m² × 1.86 m² (√(170 × 73.5 ÷ 3600) = 1.863…) = 0.93 mg: one vial of 1 mg, two of 3.6 mL."""
    uk = desks(UK)
    order = {"cycle": "2", "day": "8", "response": "cri", "weight": "73.5"}
    assert "Record this site's own withdrawable volume" in reviewed(uk, order)
    uk.sign_in(FIRST[UK])
    change(uk, "withdrawable", "propose", value="3.6")
    assert "Record this site's own withdrawable volume" in reviewed(uk, order)  # a proposal changes nothing
    uk.sign_in(SECOND[UK])
    waits = uk.get("/settings/withdrawable")
    assert "Proposed by L. Farouk, pharmacist, 12-Mar-2026 13:00" in waits.text
    assert waits.fields["value"] == ""  # to be typed afresh
    change(uk, "withdrawable", "confirm", value="3.60")
    assert uk.status == 303
    assert newest(uk).action == "setting confirmed"
    assert newest(uk).changes == (("Volume that comes out of one vial", None, "3.6 mL"),)
    assert "In force L. Farouk and D. Whitcombe 12-Mar-2026 13:00" in uk.get("/settings").text
    text = reviewed(uk, order)
    assert "Record this site's own withdrawable volume" not in text
    assert "Vials 2" in text


# After a proposal by the first pharmacist: who comes, what they type, and the sentence that refuses it.
CONFIRMING: list[tuple[str, str, str]] = [
    ("lindqvist", "3.6", "You proposed it: another pharmacist confirms it."),
    (
        "adeyemi",
        "3.5",
        "You typed 3.5 mL, and 3.6 mL waits. Read the source again: confirm what waits, or propose your own.",
    ),
    ("adeyemi", "", "Type a number."),
]


@pytest.mark.parametrize(("user", "value", "sentence"), CONFIRMING)
def test_a_confirmation_that_is_none_is_refused(us: Browser, user: str, value: str, sentence: str) -> None:
    change(us, "withdrawable", "propose", value="3.6")
    us.sign_in(user)
    page = change(us, "withdrawable", "confirm", value=value)
    assert us.status == 422
    assert page.says("value-message") == sentence
    assert page.fields["value"] == value
    assert stored(us) == [("withdrawable", "3.6 mL", "proposed", "lindqvist")]


def test_a_value_typed_differently_stands_in_the_log(us: Browser) -> None:
    change(us, "withdrawable", "propose", value="3.6")
    us.sign_in(SECOND[US])
    change(us, "withdrawable", "confirm", value="3.5")
    event = newest(us)
    assert (event.action, event.person.id) == ("setting not confirmed", SECOND[US])
    assert event.changes == (("Volume that comes out of one vial", "3.6 mL", "3.5 mL"),)


def test_the_second_may_propose_and_the_first_confirm(us: Browser) -> None:
    change(us, "withdrawable", "propose", value="3.6")
    us.sign_in(SECOND[US])
    change(us, "withdrawable", "propose", value="3.5")
    us.sign_in(FIRST[US])
    change(us, "withdrawable", "confirm", value="3.5")
    assert us.status == 303
    assert "3.5 mL Two pharmacists In force K. Adeyemi and M. Lindqvist" in us.get("/settings").text


def test_one_proposes_the_same_once(us: Browser) -> None:
    change(us, "withdrawable", "propose", value="3.6")
    page = change(us, "withdrawable", "propose", value="3.6")
    assert page.says("value-message") == "This value waits already: another pharmacist confirms it."


def test_a_proposal_is_taken_away_and_leaves_what_is_in_force(us: Browser) -> None:
    change(us, "withdrawable", "propose", value="3.6")
    change(us, "withdrawable", "withdraw")
    assert newest(us).action == "setting proposal withdrawn"
    assert newest(us).changes == (("Volume that comes out of one vial", "3.6 mL", None),)
    us.sign_in(SECOND[US])
    assert "Nothing waits" in change(us, "withdrawable", "confirm", value="3.6").says("value-message")


def test_either_takes_out_of_force_what_both_agreed(us: Browser) -> None:
    agree(us, "diluted_bag.room", **FOUR_HOURS)
    change(us, "diluted_bag.room", "withdraw", reason="The new label states none.")
    assert newest(us).changes == (("Diluted bag, kept as “room”", "4 h, infusion included", None),)
    assert "Diluted bag, kept as “room” – Two pharmacists Not recorded" in us.get("/settings").text


def test_a_row_that_nobody_else_proposed_counts_for_nothing(us: Browser) -> None:
    """Somebody stores past the pages that a volume is in force."""
    put(us, "withdrawable", "3.6 mL")
    text = us.get("/settings/withdrawable").text
    assert "Counts for nothing: it repeats nobody else's proposal" in text
    assert "In force – Decided by two pharmacists" in text


# ------------------------------------------------------------------ the diluted bag


def test_the_recorded_limits_set_the_clocks_by_storage(us: Browser) -> None:
    """From 09:00 the label's own rule says start before 16:00. 4 h with the infusion of 1 h in it: 12:00; 3 h
    with the infusion after it: 12:00 as well, so the room's limit is made 3.5 h: 11:30."""
    agree(us, "diluted_bag.room", hours="3.5", counted="included")
    text = reviewed(us, {"storage": "room"})
    assert "Start before 11:30 the diluted bag's own limit, recorded by this site" in text
    assert "Diluted-bag limit not confirmed" not in text
    assert "kept as “Store at 2 to 8 °C” are not confirmed at this site" in reviewed(us, {"storage": "fridge"})
    agree(us, "diluted_bag.fridge", **THREE_HOURS)
    assert "Start before 12:00" in reviewed(us, {"storage": "fridge"})
    assert "Start before 11:30" in reviewed(us, {})  # until it is decided the tightest counts
    change_no_limit(us)
    assert "Start before 16:00" in reviewed(us, {"storage": "room"})


def change_no_limit(us: Browser) -> None:
    agree(us, "diluted_bag.room", hours="", counted="none")


def test_the_storage_is_asked_where_the_drug_has_limits_by_it(desks: Callable[[Market], Browser]) -> None:
    us = desks(US)
    us.sign_in(WHO[US][0])
    form = us.get("/orders/new")
    assert form.elements["storage"]["tag"] == "select"
    page = us.review(storage="freezer")
    assert page.says("storage-message") == "Choose one of those shown."
    shown = us.review(storage="fridge")
    assert shown.fields["storage"] == "fridge"
    assert "Storage of the diluted bag Store at 2 to 8 °C." in shown.text
    uk = Browser(us.desk.home / "uk", UK)
    assert "storage" not in uk.get("/orders/new").elements


def test_a_storage_of_another_drug_is_refused(us: Browser) -> None:
    """A site with a second drug, whose bag is kept in a way of its own."""
    one = us.desk.drugs[0]
    kept = replace(one.times.diluted_bag_storages, value={"shelf": "Store on the shelf."})
    other = replace(one, id="other-us", drug="other", times=replace(one.times, diluted_bag_storages=kept))
    us.app.extensions[EXTENSION] = replace(us.desk, drugs=(one, other))
    put(us, "bsa_step", "0.01 m²")
    us.sign_in(WHO[US][0])
    page = us.review(drug="other-us", storage="fridge")
    assert page.says("storage-message") == "Besponsa states no limit for this storage. Choose again."
    us.review(drug="other-us", storage="shelf")
    assert us.status == 200


# ------------------------------------------------------------------ facts of the drug file

SAME_WORDS = [
    ("pvc polyolefin or polybutadiene", "PVC, polyolefin or polybutadiene", True),
    ("Store at 20–25 °C", "Store at 20 to 25 °C.", False),
    ("store  at 20 to 25°C", "Store at 20 to 25 °C.", True),
    ("0.6 mg", "6 mg", False),
    ("0.6 mg", "06 mg", False),
    ("at 20 °C", "at -20 °C", False),
    ("at −20 °C", "at -20 °C", True),
    ("2-8 °C", "2–8 °C", True),
    ("5 mg/m²", "5 mg/m", False),
    ("25 less", "25 % less", False),
    ("not needed if used PES", "Not needed; if used, PES", True),
    ("needed if used PES", "Not needed; if used, PES", False),
]


@pytest.mark.parametrize(("typed_in", "stated", "same"), SAME_WORDS)
def test_figures_words_and_signs_must_agree_and_capitals_need_not(typed_in: str, stated: str, same: bool) -> None:
    assert same_words(typed_in, stated) is same


def test_a_confirmed_fact_is_the_sites_own_in_the_plan(us: Browser) -> None:
    assert "Line: “PVC, polyolefin or polybutadiene”. Confirm against the current label" in reviewed(us, {})
    agree(us, LINE, value="pvc, polyolefin or polybutadiene")
    text = reviewed(us, {})
    assert "Line: “PVC, polyolefin or polybutadiene”. Confirm against" not in text
    stated = "Line: “PVC, polyolefin or polybutadiene”. FDA PI §2.4, confirmed by the site."
    assert f"Confirmed by this site Two pharmacists read them in the current label. {stated}" in text
    assert stored(us)[-1] == (LINE, "PVC, polyolefin or polybutadiene", "holds", SECOND[US])


def test_a_fact_is_confirmed_as_the_file_states_it_or_not_at_all(still: Browser) -> None:
    page = change(still, LINE, "propose", value="PVC or polyolefin")
    assert page.says("value-message") == (
        "You typed “PVC or polyolefin”, and the drug file states “PVC, polyolefin or polybutadiene”. Where the label "
        "says otherwise nothing is confirmed here: the drug file is wrong, and a new one is needed."
    )
    assert stored(still) == []


def test_a_fact_that_no_drug_file_leaves_open_is_not_confirmed(us: Browser) -> None:
    """It was, once: then it stays to be read."""
    us.get("/settings/confirmed.besponsa-us.vials.labelled")
    assert us.status == 404
    put(us, "confirmed.besponsa-us.vials.labelled", "0.9 mg", "proposed")
    page = change(us, "confirmed.besponsa-us.vials.labelled", "confirm", value="0.9 mg")
    assert page.says("value-message") == "No drug file of this desk has this fact to confirm."
    change(us, "confirmed.besponsa-us.vials.labelled", "withdraw")
    assert us.status == 303


def test_a_fact_of_a_new_drug_file_is_not_confirmed_any_more(us: Browser) -> None:
    agree(us, LINE, value="PVC, polyolefin or polybutadiene")
    (drug,) = us.desk.drugs
    line = replace(drug.administration.line, value="PVC or polyolefin")
    newer = replace(drug, administration=replace(drug.administration, line=line))
    us.app.extensions[EXTENSION] = replace(us.desk, drugs=(newer,))
    put(us, "bsa_step", "0.01 m²")  # so that the desk is read anew, as by another start of the program
    text = us.get("/settings").text
    assert "confirmed before the drug file stated another text Two pharmacists Not confirmed" in text
    assert "Confirmed another text" in us.get(f"/settings/{LINE}").text
    assert "Line: “PVC or polyolefin”. Confirm against the current label" in reviewed(us, {})
    agree(us, LINE, value="PVC or polyolefin")
    assert "“PVC or polyolefin”. FDA PI §2.4, confirmed by the site." in reviewed(us, {})


# ------------------------------------------------------------------ two pages at once


def test_the_second_of_two_pages_is_refused_and_loses_nothing(us: Browser) -> None:
    old = us.get("/settings/bsa_step")
    change(us, "bsa_step", "hold", value="0.005")
    action, sent = sending(old, "hold", value="0.002")
    page = us.post(action, sent)
    assert us.status == 409
    assert page.said == ["Value: It was changed meanwhile. Look at what stands here now, then send yours again."]
    assert (page.fields["value"], page.fields["reason"]) == ("0.002", WHY)
    assert "In force 0.005 m²" in page.text  # theirs beside one's own
    assert len(stored(us)) == 1
    us.post(action, {**sent, "was": page.fields["was"]})  # read again, sent again
    assert us.status == 303


@pytest.mark.parametrize("was", ["", "x", "-1", "９", "99999999999999999999"])
def test_a_page_that_does_not_say_what_it_saw_changes_nothing(still: Browser, was: str) -> None:
    action, sent = sending(still.get("/settings/bsa_step"), "hold", value="0.005", was=was)
    still.post(action, sent)
    assert still.status == 409
    assert stored(still) == []


def test_a_button_pressed_twice_stores_one_row(us: Browser) -> None:
    action, sent = sending(us.get("/settings/bsa_step"), "hold", value="0.005")
    assert [us.client.post(action, data=sent).status_code for _ in range(2)] == [303, 303]
    assert len(stored(us)) == 1


def test_of_many_at_once_one_is_stored(us: Browser) -> None:
    action, sent = sending(us.get("/settings/bsa_step"), "hold")
    cookie = us.client.get_cookie("desk_us")

    def post(value: str) -> int:
        client = us.app.test_client()
        client.set_cookie("desk_us", cookie.value)
        return client.post(action, data={**sent, "value": value}).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(post, ["0.002", "0.003", "0.004", "0.005"]))
    assert statuses == [303, 409, 409, 409]
    assert len(stored(us)) == 1


def test_what_cannot_be_saved_says_so_beside_what_was_typed(still: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise records.NotSaved("Not saved: the disk is full.")

    monkeypatch.setattr(records, "put_setting", full)
    page = change(still, "bsa_step", "hold", value="0.005")
    assert still.status == 503
    assert page.says("value-message") == "Not saved: the disk is full."
    assert page.fields["value"] == "0.005"


# ------------------------------------------------------------------ rows that do not fit

# Name and value of a row, what is said of it, and a setting whose page is led to.
UNFIT: list[tuple[str, str, str, str]] = [
    ("bsa_step", "0.3 m²", "Body surface to: “0.3 m²” is not from 0.001 to 0.1 m².", "bsa_step"),
    ("bsa_step", "one", "Body surface to: “one” needs its unit after a space: m².", "bsa_step"),
    (
        "measured_acknowledge_days",
        "40 days",
        "“Measurement: ask when older than” (40 days) is over “Measurement: second person when older than” (28 days)",
        "measured_override_days",
    ),
    ("gone", "1", "There is no setting “gone”.", ""),
]
PLANNING = sorted(
    endpoint for endpoint, deed in ROUTES.items() if deed in (Deed.CALCULATE, Deed.ENTER, Deed.VERIFY, Deed.PRINT)
)


@pytest.fixture(params=UNFIT, ids=[f"{row[0]}={row[1]}" for row in UNFIT])
def unfit(us: Browser, request: pytest.FixtureRequest) -> Iterator[tuple[Browser, str, str]]:
    name, value, sentence, page = request.param
    put(us, name, value)
    yield us, sentence, page


def test_a_row_that_does_not_fit_stops_planning_and_is_named(unfit: tuple[Browser, str, str]) -> None:
    browser, sentence, page = unfit
    browser.sign_in(WHO[US][0])
    shown = browser.get("/calculator")
    assert browser.status == 503
    assert sentence in shown.text
    assert (f"/settings/{page}" in {href for href, _, _ in shown.links}) is bool(page)
    listed = browser.get("/settings")
    assert browser.status == 200
    assert sentence in listed.text
    assert "Nothing is planned or printed until this is mended" in listed.text
    browser.get("/preparations")
    assert browser.status == 200


def test_a_desk_opens_with_a_row_that_does_not_fit(us: Browser, tmp_path: Path) -> None:
    """A new version of the program comes to a database of the old one."""
    put(us, "bsa_step", "0.3 m²")
    put(us, "gone", "1")
    change(us, "dose_step", "hold", value="0.05")
    again = Browser(tmp_path, US, user=FIRST[US])
    text = again.get("/settings").text
    assert "There is no setting “gone”." in text
    assert "Dose to 0.05 mg default 0.01 mg" in text
    again.get("/orders/new")
    assert again.status == 503


def test_no_page_that_computes_or_prints_answers_while_a_row_does_not_fit(us: Browser) -> None:
    put(us, "bsa_step", "0.3 m²")
    filled = {"number": "2026-000001", "document": "label", "drug": "besponsa-us", "kind": "response"}
    filled |= {"patient_id": "1", "fact_id": "1", "cycle": "1", "day": "1"}
    walked = []
    for rule in us.app.url_map.iter_rules():
        if rule.endpoint in PLANNING:
            us.sign_in(FIRST[US] if ROUTES[rule.endpoint] is Deed.VERIFY else WHO[US][0])
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: filled[part[1]], rule.rule)
            before = us.rows()["preparation"], us.rows()["print"]
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                answer = us.get(path) if method == "GET" else us.post(path, typed(US))
                assert us.status == 503, (rule.endpoint, method)
                assert "Body surface to: “0.3 m²” is not from" in answer.text
            assert (us.rows()["preparation"], us.rows()["print"]) == before
            walked.append(rule.endpoint)
    assert set(walked) == set(PLANNING) & set(us.app.view_functions)
    assert {"calculator.calculate", "orders.review", "orders.save", "preparations.print_"} <= set(walked)


def test_a_deed_that_nobody_thought_of_is_closed_as_well() -> None:
    assert WHILE_AT_FAULT.isdisjoint({Deed.CALCULATE, Deed.ENTER, Deed.VERIFY, Deed.AUTHORISE, Deed.PRINT})


def test_an_order_that_is_sent_meanwhile_is_kept_to_be_sent_again(us: Browser) -> None:
    us.sign_in(WHO[US][0])
    us.get("/orders/new")
    put(us, "bsa_step", "0.3 m²")
    page = us.post("/orders/review", {**typed(US), "signing_secret": "271828"})
    assert typed(US).items() <= page.fields.items()
    assert "signing_secret" not in page.fields
    put(us, "bsa_step", "0.01 m²")
    assert "1.82 m²" in us.post("/orders/review", page.fields).text


def test_a_setting_that_does_not_fit_is_mended_on_its_page(us: Browser) -> None:
    put(us, "bsa_step", "0.3 m²")
    page = us.get("/settings/bsa_step")
    assert "This setting does not fit, so it is not in force" in page.text
    assert "0.3 m²" in page.text
    change(us, "bsa_step", "hold", value="0.01")  # the default, in force already, and still to be stored
    assert us.status == 303
    us.get("/calculator")
    assert us.status == 200


def test_both_of_two_that_contradict_are_at_fault_until_one_is_mended(us: Browser) -> None:
    put(us, "measured_acknowledge_days", "40 days")
    put(us, "measured_override_days", "35 days")
    assert us.get("/settings").text.count("Does not fit") == 2
    page = change(us, "measured_override_days", "hold", value="39")
    assert us.status == 422
    assert "(40 days) is over" in page.says("value-message")
    change(us, "measured_override_days", "hold", value="40")
    assert us.status == 303
    assert "Does not fit" not in us.get("/settings").text


def test_what_cannot_be_read_of_the_database_is_said_on_a_page(us: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page that says so asks the database for nothing."""

    def unread(*_: Any) -> None:
        raise records.NotRead("Not read: the disk reports a fault.")

    monkeypatch.setattr(records, "settings_entry", unread)
    page = us.get("/calculator")
    assert us.status == 503
    assert "Not read: the disk reports a fault." in page.text
    with us.client.get("/static/desk.css") as sheet:
        assert sheet.status_code == 200


def test_a_desk_whose_workstations_do_not_fit_lets_somebody_in_to_mend_them(tmp_path: Path) -> None:
    """A site for patients has nothing to fall back to."""
    from compounding.web.desk import with_settings

    us = Browser(tmp_path, US, user=None)
    put(us, "site.workstations", "x" * 41)
    d: Desk = with_settings(replace(us.desk, site=replace(us.desk.site, training=False)))
    assert d.site.workstations == ("not recorded",)
    said = [fault.sentence for fault in d.faults]
    assert said[0].startswith("Workstations: This text of 41 characters is too long")
    assert "Telephone: nothing is recorded." in said
