"""The final check and the release: by whom, what is looked at, the label of this bag, the time, and what is signed."""

import io
import json
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from finishing import CHECKER, SIGNED, TICKS, answer, copies_of, final_form, finish, label, scan
from on_the_way import bring, people, progress, state, take
from pypdf import PdfReader
from web_desk import ADMINISTRATOR, AUDITOR, NOW, UK, US, Browser, Html

from compounding import records, training
from compounding.policy import Market
from compounding.records import NewFate, NewPrint, NotSaved, put_setting
from compounding.scanning import own_code
from compounding.web import releasing
from compounding.web.progressing import way_of
from compounding.web.proving import WRONG_SECRET
from compounding.web.recorded import recorded_work
from compounding.wording.log import HAPPENED
from compounding.workflow import State
from compounding.workflow.progress import Fate, Moment, What

NUMBER = "2026-000001"
FINAL, RELEASE = f"/preparations/{NUMBER}/final", f"/preparations/{NUMBER}/release"
BOTH = {"final": (State.LABELLED, FINAL), "release": (State.FINAL, RELEASE)}
Desks = Callable[..., Browser]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[Market, State], Path]:
    """The worked example of each market, labelled and finally checked, to be copied."""
    return {
        (market, reached): finished(tmp_path_factory.mktemp(f"{market.value}-{reached.name}"), market, reached)
        for market in (US, UK)
        for reached in (State.LABELLED, State.FINAL)
    }


def finished(home: Path, market: Market, reached: State) -> Path:
    browser = Browser(home, market)
    finish(browser, NUMBER, reached)
    browser.desk.engine.dispose()
    return home


@pytest.fixture
def desks(tmp_path: Path, made: Mapping[tuple[Market, State], Path]) -> Desks:
    """desks(State.FINAL, US, user) is a desk of its own on which the worked example has come so far."""
    places = count()

    def at(reached: State, market: Market = US, user: str = "", now: datetime = NOW) -> Browser:
        home = shutil.copytree(made[market, reached], tmp_path / str(next(places)))
        return Browser(home, market, now=now, user=user or CHECKER[market])

    return at


@pytest.fixture
def labelled(desks: Desks) -> Browser:
    return desks(State.LABELLED)


@pytest.fixture
def checked(desks: Desks) -> Browser:
    return desks(State.FINAL)


def released(browser: Browser, **changes: str) -> Any:
    """Opens the page, and signs it."""
    return browser.client.post(RELEASE, data={**browser.get(RELEASE).fields, **SIGNED, **changes})


def newest(browser: Browser, action: str) -> records.Event:
    return records.find_entries(browser.desk.engine, records.EntrySearch(action=action), size=1)[0].event


# ------------------------------------------------------------------ who may, and when

ANOTHER = "Whoever prepared it may not do this: it needs another person."
REFUSED = [
    ("final", US, "okafor", "A technician may not check preparations in the US."),
    ("final", US, AUDITOR[US], "An auditor may not check preparations."),
    ("final", US, ADMINISTRATOR[US], "An administrator may not check preparations."),
    ("final", UK, "hughes", ANOTHER),  # who prepared it
    ("release", US, "okafor", "A technician may not release preparations."),
    ("release", UK, "mensah", "A technician may not release preparations."),
    ("release", US, AUDITOR[US], "An auditor may not release preparations."),
]


@pytest.mark.parametrize(("page", "market", "user", "sentence"), REFUSED)
def test_only_another_person_of_the_right_role(
    desks: Desks, page: str, market: Market, user: str, sentence: str
) -> None:
    reached, path = BOTH[page]
    browser = desks(reached, market)
    sent = final_form(browser, NUMBER) if page == "final" else {**browser.get(path).fields, **SIGNED}
    browser.sign_in(user)
    before = browser.stored()
    for got in (browser.client.get(path), browser.client.post(path, data={**sent, "csrf_token": browser.token()})):
        assert got.status_code == 403
        assert sentence in Html(got.get_data(as_text=True)).text
        told = newest(browser, "page refused")
        assert (told.subject, told.reason, told.person.id) == (NUMBER, sentence, user)
    assert browser.stored() == before


def test_a_pharmacist_who_prepared_it_neither_checks_nor_releases_it(tmp_path: Path) -> None:
    """By recording one vial that was wetted; the rest is a technician's."""
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, State.MATERIALS)
    lindqvist = next(one.person for one in records.accounts(browser.desk.engine) if one.user == "lindqvist")
    for place, who in ((1, people(browser)["preparer"]), (2, lindqvist)):
        told = records.Event(who, "vial wetted", browser.now, zone="UTC")
        row = Moment(What.WETTED, place, browser.now, browser.now)
        after = State.RECONSTITUTED.value if place == 2 else None
        records.take_step(browser.desk.engine, NUMBER, told, judge=lambda now: None, state=after, rows=[row])
    take(browser, NUMBER, "in-process check", "checker", State.CHECKED)
    take(browser, NUMBER, "drug added", "preparer", State.DILUTED, [Moment(What.DILUTED, 0, browser.now, browser.now)])
    label(browser, NUMBER)
    for path, after in ((FINAL, State.FINAL), (RELEASE, None)):
        browser.sign_in("lindqvist")
        assert ANOTHER in browser.get(path).text
        assert browser.status == 403
        browser.sign_in("adeyemi")
        browser.get(path)
        assert browser.status == 200
        if after:
            assert browser.client.post(FINAL, data=final_form(browser, NUMBER)).status_code == 303


ALSO = [
    # whether a site lets the checker release; who releases what they finally checked; the status
    (None, "lindqvist", 303),
    ("no", "lindqvist", 403),
    ("no", "adeyemi", 403),  # who did the in-process check
]


@pytest.mark.parametrize(("also", "user", "status"), ALSO)
def test_a_site_says_whether_the_checker_may_release(desks: Desks, also: str | None, user: str, status: int) -> None:
    browser = desks(State.FINAL)
    if also is not None:
        told = records.Event(people(browser)["checker"], "setting changed", browser.now, zone="UTC")
        put_setting(browser.desk.engine, "checker_may_release", also, "holds", told)
    browser.sign_in(user)
    page = browser.get(RELEASE)
    assert browser.status == (200 if status == 303 else 403)
    if status == 403:
        assert "Whoever checked it may not do this: it needs another person." in page.text
    else:
        assert released(browser).status_code == 303


OUT_OF_ORDER = [
    ("final", State.VERIFIED, "order verified"),
    ("final", State.RECONSTITUTED, "reconstituted"),
    ("final", State.DILUTED, "diluted"),
    ("release", State.CHECKED, "in-process checked"),
    ("release", State.DILUTED, "diluted"),
]


@pytest.mark.parametrize(("page", "reached", "named"), OUT_OF_ORDER)
def test_its_page_is_refused_out_of_order(tmp_path: Path, page: str, reached: State, named: str) -> None:
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, reached)
    browser.sign_in("lindqvist")
    wanted = {"final": "labelled", "release": "final check"}[page]
    said = f"The preparation is {named} by now, and this needs one that is {wanted}: look at it again."
    before, path = browser.stored(), BOTH[page][1]
    sent = {**TICKS, **SIGNED, "csrf_token": browser.token(), "number": NUMBER, "version": "1"}
    for got in (browser.client.get(path), browser.client.post(path, data=sent)):
        assert got.status_code == 409
        assert said in Html(got.get_data(as_text=True)).text
    assert browser.stored() == before


def test_a_release_from_a_labelled_one_is_refused(labelled: Browser) -> None:
    labelled.get(RELEASE)
    assert labelled.status == 409


@pytest.mark.parametrize("page", BOTH)
def test_what_is_not_there_is_not_found(checked: Browser, page: str) -> None:
    path = BOTH[page][1].replace(NUMBER, "2026-000099")
    assert checked.client.get(path).status_code == 404
    assert checked.send(path, {}).status_code == 404


# ------------------------------------------------------------------ the final check


def test_what_was_recorded_stands_beside_the_bag(labelled: Browser) -> None:
    text = labelled.get(FINAL).text
    assert "RIVERA, Elena" in text
    assert "Dose 1.46 mg in 50 mL" in text
    assert "Vial 1 wetted Mar 12, 2026 09:00 at once R. Okafor" in text
    assert "Vial 2 inotuzumab ozogamicin, Example Fluids TR4471A serial 0012 Nov 30, 2027 scanned R. Okafor" in text
    assert "Agrees reading 1 1.46 mg, 5.84 mL 2 vials, 5.84 mL K. Adeyemi" in text
    assert "3 printed = 1 on the bag + 1 light cover + 1 specimen + 0 destroyed" in text
    assert "Start before 16:00 7 h left" in text
    event = newest(labelled, "preparation viewed")
    assert (event.details, event.subject) == ({"page": "final check"}, NUMBER)


def test_everything_is_looked_at(labelled: Browser) -> None:
    """One box after the other is left open, and then all of them."""
    whole, before = final_form(labelled, NUMBER), labelled.stored()
    for left in TICKS:
        status, page = answer(labelled, FINAL, {name: text for name, text in whole.items() if name != left})
        assert (status, [anchor for _, anchor, _ in page.problems]) == (422, [left])
        assert page.said[0].endswith(": Look at it, and tick it; or reject the preparation.")
        told = newest(labelled, "final check refused")
        (label,) = told.details.values()
        assert (told.subject, page.said[0].startswith(label.removesuffix("."))) == (NUMBER, True)
        assert set(TICKS) - {left} == {name for name in TICKS if "checked" in page.elements[name]}
    status, page = answer(labelled, FINAL, {name: text for name, text in whole.items() if name not in TICKS})
    assert [anchor for _, anchor, _ in page.problems] == list(TICKS)
    assert labelled.stored() == before


def test_a_bag_without_a_light_cover_is_not_asked_for_one(desks: Desks) -> None:
    for market in (US, UK):
        browser = desks(State.LABELLED, market)
        asked = browser.desk.drugs[0].administration.light_cover.value
        assert ("cover" in browser.get(FINAL).elements) is asked


OTHERS = [
    ("2", "Copy 2 is recorded as: on the light cover. Scan the one that is on the bag."),
    ("3", "Copy 3 is recorded as: on the worksheet. Scan the one that is on the bag."),
    ("4", "No such copy was printed: scan it again, or call whoever printed it."),
    ("p1", "is no code of our labels. Scan the square code of the copy, or type what stands under it."),
]


@pytest.mark.parametrize(("part", "sentence"), OTHERS)
def test_the_label_on_the_bag_is_scanned_back(labelled: Browser, part: str, sentence: str) -> None:
    status, page = answer(labelled, FINAL, final_form(labelled, NUMBER, part))
    assert (status, [anchor for _, anchor, _ in page.problems]) == (422, ["scanned"])
    assert sentence in page.said[0]
    event = newest(labelled, "label scan refused")
    assert (event.subject, event.details["scanned"]) == (NUMBER, own_code(NUMBER, part))
    assert state(labelled, NUMBER) is State.LABELLED


SCANNED = [
    ("", "Scan the label that is on the bag."),
    (
        own_code("2026-000002", "1"),
        "This is copy 1 of 2026-000002, another preparation than",
    ),
    (NUMBER, f"“{NUMBER}” is no code of our labels."),
    ("01003000801000111727043010AB", "is neither a label or worksheet of this desk nor a preparation number."),
]


@pytest.mark.parametrize(("text", "sentence"), SCANNED)
def test_what_is_not_its_label_is_refused(labelled: Browser, text: str, sentence: str) -> None:
    """The label of another patient's bag above all."""
    before = labelled.stored()
    status, page = answer(labelled, FINAL, {**final_form(labelled, NUMBER), "scanned": text})
    assert status == 422
    assert sentence in page.said[0]
    assert labelled.stored() == before


def test_it_is_signed_over_the_record_and_the_label(labelled: Browser) -> None:
    status = labelled.client.post(FINAL, data=final_form(labelled, NUMBER))
    assert status.headers["Location"] == f"/preparations/{NUMBER}"
    assert state(labelled, NUMBER) is State.FINAL
    stands = records.standing(labelled.desk.engine, NUMBER)
    assert stands is not None
    signature = stands.signatures[-1]
    assert (signature.meaning, signature.person.id) == ("final-check", "lindqvist")
    shown = json.loads(signature.signed)["shown"]
    assert shown["label"] == own_code(NUMBER, "1")
    assert len(shown["looked at"]) == len(TICKS)
    assert shown["terms"] == [["3", "printed"], ["1", "on the bag"], ["1", "light cover"], ["1", "specimen"],
                              ["0", "destroyed"]]  # fmt: skip
    assert newest(labelled, "final check").details["signed"] == signature.digest


# ------------------------------------------------------------------ the labels reconcile


def one_more(browser: Browser) -> None:
    """A copy that was printed and is nowhere yet."""
    row = NewPrint("label", "4", None, "0123456789abcdef" * 4)
    take(browser, NUMBER, "label printed again", "preparer", None, [row])


@pytest.mark.parametrize("page", BOTH)
def test_nothing_is_signed_while_a_copy_is_open(desks: Desks, page: str) -> None:
    """Neither from a page that was opened before, nor from one that says so."""
    reached, path = BOTH[page]
    browser = desks(reached)
    old = final_form(browser, NUMBER) if page == "final" else {**browser.get(path).fields, **SIGNED}
    one_more(browser)
    before, said = browser.stored(), "Copy 4 is open: scan it where it is, or record it as destroyed."
    status, shown = answer(browser, path, old)
    assert status == 409
    assert said in shown.text
    again = browser.get(path)
    assert said in again.text
    assert "signing_secret" not in again.elements
    assert browser.stored() == before


def test_a_label_off_the_bag_again_needs_another_final_check(checked: Browser) -> None:
    """It was destroyed, and another took its place: the bag was not looked at since."""
    copies = progress(checked, NUMBER).labels
    fate = NewFate(copies[0].print_id, Fate.DESTROYED, "smudged", "park")
    take(checked, NUMBER, "label destroyed", "preparer", State.DILUTED, [fate])
    checked.get(RELEASE)
    assert checked.status == 409
    one_more(checked)
    mine = checked.client
    checked.sign_in("okafor")
    scan(checked, NUMBER, ["4"])
    checked.client = mine
    assert state(checked, NUMBER) is State.LABELLED
    assert checked.client.post(FINAL, data=final_form(checked, NUMBER, "4")).status_code == 303
    assert released(checked).status_code == 303


def test_a_final_check_is_void_once_the_label_that_it_saw_is_destroyed(checked: Browser) -> None:
    """The log says so with the reason, and no paper prints it any longer."""
    mine = checked.client
    checked.sign_in("okafor")
    path = f"/preparations/{NUMBER}/labels"
    said = {"copy": "1", "why": "smudged", "witness": "park", "witness_secret": training.PASSWORD}
    assert checked.client.post(f"{path}/destroy", data={**checked.get(path).fields, **said}).status_code == 303
    checked.client = mine
    assert state(checked, NUMBER) is State.DILUTED
    held = {one.meaning: one.void_entry is None for one in records.signatures(checked.desk.engine, NUMBER)}
    assert held == {"order-entry": True, "order-verification": True, "in-process-check": True, "final-check": False}
    told = newest(checked, "signature void")
    assert (told.subject, told.person.id, told.reason_code) == (NUMBER, "okafor", "smudged")
    assert told.changes == (("final-check", "M. Lindqvist, pharmacist", None),)
    with checked.app.test_request_context():
        signed = recorded_work(way_of(NUMBER, checked.desk), checked.desk).recorded.signatures
    assert {meaning.value for meaning in signed} == {"order-entry", "order-verification", "in-process-check"}


def test_the_worksheet_of_a_second_final_check_shows_the_second(checked: Browser) -> None:
    """It is no reprint of the first: that one's signature is void."""
    first = final_entry(checked)
    assert f"entry {first:,}" in worksheet(checked)
    mine = checked.client
    checked.sign_in("okafor")
    path = f"/preparations/{NUMBER}/labels"
    said = {"copy": "1", "why": "smudged", "witness": "park", "witness_secret": training.PASSWORD}
    checked.client.post(f"{path}/destroy", data={**checked.get(path).fields, **said})
    one_more(checked)
    checked.sign_in("okafor")
    scan(checked, NUMBER, ["4"])
    checked.client = mine
    assert checked.client.post(FINAL, data=final_form(checked, NUMBER, "4")).status_code == 303
    again, text = final_entry(checked), worksheet(checked)
    assert (f"entry {first:,}" in text, f"entry {again:,}" in text) == (False, True)


def final_entry(browser: Browser) -> int:
    """The entry of the newest final check."""
    return records.signatures(browser.desk.engine, NUMBER)[-1].entry


def worksheet(browser: Browser) -> str:
    answer = browser.send(f"/preparations/{NUMBER}/print/worksheet", {})
    assert answer.status_code == 303
    pages = PdfReader(io.BytesIO(browser.client.get(answer.headers["Location"]).data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


# ------------------------------------------------------------------ the time

# Wetted at 09:00 in New York, 13:00 in UTC: the infusion must start before 16:00 there, eight hours less one.
START = datetime(2026, 3, 12, 20, 0, tzinfo=UTC)
TIMES = [
    (START - timedelta(minutes=1), 303),  # 15:59
    (START - timedelta(seconds=1), 303),  # 15:59:59
    (START, 409),  # 16:00:00
    (START + timedelta(seconds=1), 409),
    (START + timedelta(hours=2), 409),
]


@pytest.mark.parametrize(("now", "status"), TIMES)
def test_it_is_released_before_the_start_alone(desks: Desks, now: datetime, status: int) -> None:
    browser = desks(State.FINAL, now=now)
    before = browser.stored()
    assert released(browser).status_code == status
    if status == 303:
        at = now.replace(second=0)
        assert [(one.at, one.person) for one in progress(browser, NUMBER).all_of(What.RELEASED)] == [(at, "lindqvist")]
        return
    assert browser.stored() == before
    shown = browser.get(RELEASE)
    said = f"The infusion had to start before 16:00, and it is {now.hour - 4}:00: the bag must be rejected."
    assert "Not to be released" in shown.text
    assert said in shown.text
    assert "Was it released in time?" in shown.text


WHY = {"late_reason": "System was down"}
LATE = [  # sent at 16:05: when it was, the status, and what is said; it was finally checked at 09:00
    ({"at": "15:40", **WHY}, 303, ""),
    ({"at": "15:59", **WHY}, 303, ""),
    ({"at": "09:00", **WHY}, 303, ""),
    ({"at": "16:00", **WHY}, 409, "The infusion had to start before 16:00, and it is 16:00: the bag must be rejected."),
    ({"at": "16:05"}, 409, "The infusion had to start before 16:00, and it is 16:05: the bag must be rejected."),
    ({"at": ""}, 409, "The infusion had to start before 16:00, and it is 16:05: the bag must be rejected."),
    ({"at": "15:40"}, 422, "Why it is entered only now: It is 16:05: say why 15:40 is entered only now."),
    ({"at": "08:59", **WHY}, 422, "Time: 08:59 is before 09:00, when the final check was signed."),
    ({"at": "16:06", **WHY}, 422, "Time: 16:06 has not come yet: it is 16:05."),
    ({"at": "15.40", **WHY}, 422, "Time: “15.40” is not a time."),
    ({"at": "15:40", "signing_secret": "", **WHY}, 422, "Signing PIN: Type your signing PIN, or your password."),
    ({"at": "15:40", "signing_secret": "000111", **WHY}, 422, WRONG_SECRET),
]


@pytest.mark.parametrize(("sent", "status", "said"), LATE)
def test_a_release_that_is_entered_late_is_judged_by_its_true_time(
    desks: Desks, sent: dict[str, str], status: int, said: str
) -> None:
    browser = desks(State.FINAL, now=START + timedelta(minutes=5))
    form = {**browser.get(RELEASE).fields, **SIGNED, **sent}
    got, page = answer(browser, RELEASE, form)
    assert (got, said in page.text) == (status, True)
    assert state(browser, NUMBER) is (State.RELEASED if status == 303 else State.FINAL)
    if status != 303:
        assert (page.fields["at"], page.fields["late_reason"]) == (form["at"], form["late_reason"])


def test_a_late_release_keeps_both_times_and_signs_them(desks: Desks) -> None:
    browser = desks(State.FINAL, now=START + timedelta(minutes=5))
    assert released(browser, at="15:40", **WHY).status_code == 303
    (moment,) = progress(browser, NUMBER).all_of(What.RELEASED)
    assert (moment.at, moment.entered_at) == (START - timedelta(minutes=20), START + timedelta(minutes=5))
    assert (moment.late_reason, moment.person) == ("System was down", "lindqvist")
    told = newest(browser, "release")
    assert (told.details[HAPPENED], told.reason) == ("2026-03-12T19:40:00+00:00", "System was down")
    stands = records.standing(browser.desk.engine, NUMBER)
    assert stands is not None
    shown = json.loads(stands.signatures[-1].signed)["shown"]
    assert shown["true time"] == "2026-03-12T19:40:00+00:00"
    assert shown["entered late because"] == "System was down"
    assert told.details["signed"] == stands.signatures[-1].digest


def test_nothing_else_may_be_in_the_way_of_a_late_release(desks: Desks) -> None:
    browser = desks(State.FINAL, now=START + timedelta(minutes=5))
    form = {**browser.get(RELEASE).fields, **SIGNED, "at": "15:40", **WHY}
    one_more(browser)
    status, page = answer(browser, RELEASE, form)
    assert (status, "signing_secret" in page.elements, state(browser, NUMBER)) == (409, False, State.FINAL)


def test_the_page_leads_to_reject_and_to_a_release_that_was_in_time(desks: Desks) -> None:
    for minutes, offered in ((-1, False), (0, True)):
        browser = desks(State.FINAL, now=START + timedelta(minutes=minutes))
        page = browser.get(f"/preparations/{NUMBER}")
        assert ("Reject the preparation" in page.text) is offered
        assert ("It was released in time" in page.text) is offered
        browser.sign_in("okafor")
        assert "It was released in time" not in browser.get(f"/preparations/{NUMBER}").text


SET_BACK = [  # the page was opened at 17:00; then the clock is set back to this time, and this is typed
    ("14:00", ""),
    ("14:00", "14:00"),
    ("15:59", "15:50"),
]


@pytest.mark.parametrize(("clock", "typed"), SET_BACK)
def test_a_clock_that_is_set_back_opens_no_release_again(desks: Desks, clock: str, typed: str) -> None:
    browser = desks(State.FINAL, now=START + timedelta(hours=1))
    assert released(browser).status_code == 409
    hour, minute = map(int, clock.split(":"))
    browser.now = START.replace(hour=hour + 4, minute=minute)
    browser.sign_in("lindqvist")
    page = browser.get(RELEASE)
    said = "The infusion had to start before 16:00, and it is 17:00: the bag must be rejected."
    assert said in page.text
    got, page = answer(browser, RELEASE, {**page.fields, **SIGNED, "at": typed, **(WHY if typed else {})})
    assert (got, said in page.text, state(browser, NUMBER)) == (409, True, State.FINAL)


def test_a_clock_that_is_set_back_in_time_bars_nothing(desks: Desks) -> None:
    browser = desks(State.FINAL, now=START - timedelta(hours=2))
    browser.get(RELEASE)
    browser.now -= timedelta(hours=1)
    browser.sign_in("lindqvist")
    assert released(browser).status_code == 303


@pytest.mark.parametrize("late", [timedelta(), timedelta(seconds=1), timedelta(hours=2)])
def test_a_late_release_by_its_address_is_refused_and_kept(desks: Desks, late: timedelta) -> None:
    """By the form of a page that was opened in time, sent again at 16:00 or later."""
    sent = {**desks(State.FINAL).get(RELEASE).fields, **SIGNED}
    browser = desks(State.FINAL, now=START + late)
    before = browser.stored()
    status, page = answer(browser, RELEASE, {**sent, "csrf_token": browser.token()})
    hour = f"{(START + late).hour - 4}:00"
    said = f"The infusion had to start before 16:00, and it is {hour}: the bag must be rejected."
    assert (status, said in page.text, browser.stored()) == (409, True, before)
    told = newest(browser, "release refused")
    assert (told.subject, told.reason, told.person.id) == (NUMBER, said, "lindqvist")


def test_a_page_opened_in_time_releases_nothing_at_the_limit(desks: Desks) -> None:
    """The secret is typed while 16:00 comes."""
    browser = desks(State.FINAL, now=START - timedelta(seconds=20))
    sent = {**browser.get(RELEASE).fields, **SIGNED}
    browser.now = START
    status, page = answer(browser, RELEASE, sent)
    assert status == 409
    assert "The infusion had to start before 16:00, and it is 16:00: the bag must be rejected." in page.text
    assert state(browser, NUMBER) is State.FINAL


def test_the_limit_is_asked_again_while_nobody_else_writes(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof of a secret takes its time; the clock that counts is that of the entry."""
    browser = desks(State.FINAL, now=START - timedelta(seconds=20))
    sent, proved = {**browser.get(RELEASE).fields, **SIGNED}, releasing.signer_proved

    def slowly(*asked: Any) -> bool:
        good = proved(*asked)
        browser.now = START
        return good

    monkeypatch.setattr(releasing, "signer_proved", slowly)
    status, page = answer(browser, RELEASE, sent)
    assert status == 409
    assert "The infusion had to start before 16:00" in page.text
    assert state(browser, NUMBER) is State.FINAL
    assert newest(browser, "release refused").reason.startswith("The infusion had to start before 16:00")


# ------------------------------------------------------------------ the gates


def test_in_training_an_unconfirmed_limit_is_said_and_bars_nothing(checked: Browser) -> None:
    assert "Diluted-bag limit not confirmed: these times serve training only." in checked.get(RELEASE).text
    assert released(checked).status_code == 303


def test_in_patient_use_an_unconfirmed_limit_bars_the_release(
    checked: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same record, as a site for patient use would have it."""
    real = releasing.at_step

    def for_patients(*asked: Any) -> Any:
        way, step = real(*asked)
        return replace(way, progress=replace(way.progress, training=False)), step

    monkeypatch.setattr(releasing, "at_step", for_patients)
    page = checked.get(RELEASE)
    said = (
        "The label's own limits of the diluted bag are not recorded for its storage: two pharmacists record them in the"
        " settings before a bag is labelled or released."
    )
    assert said in page.text
    assert "signing_secret" not in page.elements
    status, page = answer(checked, RELEASE, {**page.fields, **SIGNED})
    assert status == 409
    assert said in page.text
    assert state(checked, NUMBER) is State.FINAL


def test_a_recalled_lot_bars_both(desks: Desks) -> None:
    for reached, path in BOTH.values():
        browser = desks(reached)
        vial = progress(browser, NUMBER).materials[0]
        told = records.Event(people(browser)["checker"], "recalled", browser.now, zone="UTC")
        records.put_recall(browser.desk.engine, vial.product, vial.lot, "glass", told)
        page = browser.get(path)
        assert f"{vial.name}, lot {vial.lot}, is recalled." in page.text
        assert "signing_secret" not in page.elements


# ------------------------------------------------------------------ signed


def test_the_release_is_signed_over_the_whole_record(checked: Browser) -> None:
    page = checked.get(RELEASE)
    for told in ("Family name Rivera", "Withdraw 5.84 mL", "“I entered this order as the prescriber wrote it.”"):
        assert told in page.text
    assert released(checked).headers["Location"] == f"/preparations/{NUMBER}"
    stands = records.standing(checked.desk.engine, NUMBER)
    assert stands is not None
    signature = stands.signatures[-1]
    assert (signature.meaning, signature.person.id, stands.preparation.state) == ("release", "lindqvist", "released")
    shown = json.loads(signature.signed)["shown"]
    assert [meaning for meaning, _, _ in shown["signatures"]] == [
        "order-entry",
        "order-verification",
        "in-process-check",
        "final-check",
    ]
    assert ["Family name", "Rivera"] in shown["order"]
    assert len(shown["materials"]) == 5
    assert newest(checked, "release").changes == (("State", "final check", "released"),)


@pytest.mark.parametrize("page", BOTH)
def test_a_wrong_secret_signs_nothing_and_loses_nothing(desks: Desks, page: str) -> None:
    reached, path = BOTH[page]
    browser = desks(reached)
    sent = final_form(browser, NUMBER) if page == "final" else {**browser.get(path).fields, **SIGNED}
    before = browser.stored()
    status, shown = answer(browser, path, {**sent, "signing_secret": "000000"})
    assert (status, shown.says("signing_secret-message")) == (422, WRONG_SECRET)
    assert browser.stored() == before
    assert shown.fields["signing_secret"] == ""
    if page == "final":
        assert shown.fields["scanned"] == own_code(NUMBER, "1")
        assert all("checked" in shown.elements[name] for name in TICKS)


FORGED = [
    ("version", "2"),
    ("number", "2026-000002"),
    ("state", "released"),
    ("shown", "0" * 64),
    ("shown", ""),
]


@pytest.mark.parametrize(("name", "text"), FORGED)
@pytest.mark.parametrize("page", BOTH)
def test_only_the_page_that_was_shown_is_signed(desks: Desks, page: str, name: str, text: str) -> None:
    reached, path = BOTH[page]
    browser = desks(reached)
    sent = final_form(browser, NUMBER) if page == "final" else {**browser.get(path).fields, **SIGNED}
    before = browser.stored()
    status, _ = answer(browser, path, {**sent, name: text})
    assert (status, browser.stored()) == (409, before)


def test_what_was_recorded_since_makes_the_page_old(checked: Browser) -> None:
    sent = {**checked.get(RELEASE).fields, **SIGNED}
    one_more(checked)
    copies = progress(checked, NUMBER).labels
    take(checked, NUMBER, "label counted", "preparer", None, [NewFate(copies[3].print_id, Fate.SPECIMEN)])
    status, page = answer(checked, RELEASE, sent)
    assert status == 409
    assert "The record changed since this page was opened. Read it again, and then sign." in page.said[0]
    assert released(checked).status_code == 303


@pytest.mark.parametrize("page", BOTH)
def test_a_form_sent_again_leads_where_it_led(desks: Desks, page: str) -> None:
    reached, path = BOTH[page]
    browser = desks(reached)
    sent = final_form(browser, NUMBER) if page == "final" else {**browser.get(path).fields, **SIGNED}
    assert browser.client.post(path, data=sent).status_code == 303
    before = browser.stored()
    assert browser.client.post(path, data=sent).headers["Location"] == f"/preparations/{NUMBER}"
    assert browser.stored() == before


@pytest.mark.parametrize("page", BOTH)
def test_a_session_that_ended_keeps_what_was_ticked(desks: Desks, page: str) -> None:
    reached, path = BOTH[page]
    browser = desks(reached)
    sent = final_form(browser, NUMBER) if page == "final" else {**browser.get(path).fields, **SIGNED}
    status, shown = answer(browser, path, {**sent, "csrf_token": "of another session"})
    assert status == 400
    assert "Your session had ended, so nothing was done." in shown.text
    assert page == "release" or all("checked" in shown.elements[name] for name in TICKS)
    assert state(browser, NUMBER) is reached


@pytest.mark.parametrize("page", BOTH)
def test_what_cannot_be_saved_is_said(desks: Desks, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise NotSaved("The disk is full. Nothing was saved.")

    reached, path = BOTH[page]
    browser = desks(reached)
    sent = final_form(browser, NUMBER) if page == "final" else {**browser.get(path).fields, **SIGNED}
    monkeypatch.setattr(releasing, "take", full)
    status, shown = answer(browser, path, sent)
    assert (status, shown.said) == (503, ["The disk is full. Nothing was saved."])
    assert state(browser, NUMBER) is reached


ROUNDS = 12


@pytest.mark.parametrize("page", BOTH)
def test_of_two_at_once_one_wins(desks: Desks, page: str) -> None:
    reached, path = BOTH[page]
    for _ in range(ROUNDS // 2):
        browser, forms = desks(reached), []
        for user in ("lindqvist", "adeyemi"):
            browser.sign_in(user)
            sent = final_form(browser, NUMBER) if page == "final" else {**browser.get(path).fields, **SIGNED}
            forms.append((browser.client, sent))
        with ThreadPoolExecutor(2) as both:
            answers = list(both.map(lambda form: form[0].post(path, data=form[1]), forms))
        assert sorted(got.status_code for got in answers) == [303, 409]
        stands = records.standing(browser.desk.engine, NUMBER)
        assert stands is not None
        won = ("lindqvist", "adeyemi")[[got.status_code for got in answers].index(303)]
        meaning = {"final": "final-check", "release": "release"}[page]
        assert [one.person.id for one in stands.signatures if one.meaning == meaning] == [won]


@pytest.mark.parametrize("market", [US, UK])
def test_whoever_put_the_label_on_the_bag_does_not_check_it(tmp_path: Path, market: Market) -> None:
    browser = Browser(tmp_path, market)
    bring(browser, NUMBER, State.DILUTED)
    browser.sign_in(CHECKER[market])
    path = f"/preparations/{NUMBER}/labels"
    assert browser.client.post(f"{path}/print", data=browser.get(path).fields).status_code == 303
    scan(browser, NUMBER, copies_of(browser))
    status, page = answer(browser, f"/preparations/{NUMBER}/final", final_form(browser, NUMBER))
    assert status in (403, 409)
    assert "Whoever printed or applied its labels may not do this: it needs another person." in page.text
