"""The page of a preparation on its way: what is next, who may, in which order; two tabs; and how it ends."""

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from path_desk import ADDRESS, NUMBER, WITNESS, Bench, vial
from web_desk import US, Html, plain

from compounding import records
from compounding.records import Event
from compounding.scanning import own_code
from compounding.web.desk import desk
from compounding.web.planned_again import figured
from compounding.web.progressing import way_of
from compounding.web.reasons import REPRINT
from compounding.web.signing import sign
from compounding.web.taking import Taking, take
from compounding.workflow import Meaning, State, Step
from compounding.workflow.materials import Out
from compounding.workflow.progress import Wasted, What
from compounding.workflow.steps import CANCEL, FINAL_US
from compounding.workflow.wastes import balance


@pytest.fixture
def entered(tmp_path: Path) -> Bench:
    return Bench(tmp_path, US)


@pytest.fixture
def bench(entered: Bench) -> Bench:
    """The order is verified."""
    entered.verify(NUMBER)
    return entered


@pytest.fixture
def wetted(bench: Bench) -> Bench:
    """Everything picked and both vials wetted at 09:00."""
    bench.pick()
    bench.wet()
    return bench


@pytest.fixture
def diluted(wetted: Bench) -> Bench:
    wetted.check()
    wetted.act("add-drug")
    return wetted


@pytest.fixture
def released(diluted: Bench) -> Bench:
    diluted.release()
    return diluted


# ------------------------------------------------------------------ what is next


def test_the_page_leads_from_step_to_step(bench: Bench) -> None:
    """The worked example by its one button, and what it takes: two scans, three lots typed twice, three presses."""
    assert ["Next, step 3 of 9 Scan vial 1 of 2" in bench.page().text, bench.state] == [True, "order verified"]
    bench.pick()
    assert "Next, step 4 of 9 Add water to vial 1 4 mL Sterile Water for Injection, USP." in bench.page().text
    bench.wet()
    assert "Next, step 5 of 9 In-process check" in bench.page().text
    bench.check()
    assert "Next, step 6 of 9 Add the drug to the bag 5.84 mL of drug." in bench.page().text
    bench.act("add-drug")
    assert "Next, step 7 of 9 Print the labels" in bench.page().text
    bench.release()
    assert "Nothing is left to do here." in bench.page().text


def test_a_page_without_a_script_has_one_field_that_takes_the_focus(bench: Bench) -> None:
    page = bench.page()
    focused = [key for key, given in page.elements.items() if "autofocus" in given]
    assert focused == ["scan"]
    assert page.elements["scan"]["tag"] == "input"


def focused_links(bench: Bench) -> list[str]:
    """The links of the page that take the focus on arrival."""
    page = bench.client.get(ADDRESS).get_data(as_text=True)
    return [plain(words) for words in re.findall(r"<a [^>]*autofocus[^>]*>(?:<svg.*?</svg>)?([^<]*)</a>", page)]


def test_enter_alone_opens_what_is_next_but_never_what_ends_it(diluted: Bench) -> None:
    """After seven hours nothing is left but to reject: Enter does not lead there by itself."""
    assert focused_links(diluted) == ["Labels"]
    diluted.later(hours=7)
    diluted.sign_in("okafor")
    assert "Reject the preparation" in diluted.page().text
    assert focused_links(diluted) == []


def test_the_steps_say_who_and_when_and_who_may_next(diluted: Bench) -> None:
    text = diluted.page().text
    for said in (
        "Done Order entered R. Okafor, technician signed 09:00",
        "Done Order verified worked out afresh K. Adeyemi, pharmacist signed 09:00",
        "Done Materials recorded 2 vials, water, diluent, container R. Okafor, technician 09:00",
        "Done Reconstituted vial 1 wetted 09:00; vial 2 wetted 09:00 R. Okafor, technician 09:00",
        "Now Labels printed and counted technician or pharmacist –",
        "To do Final check a pharmacist, not R. Okafor to be signed –",
        "To do Released before 16:00 a pharmacist, not R. Okafor to be signed –",
    ):
        assert said in text, said


# 3/4 of a 5 mL syringe are 3.75 mL, which hold 3.6 mL; of a 3 mL one 2.25 mL, which hold 2.24 mL.
@pytest.mark.parametrize("said", ["then draw 3.6 mL 5 mL syringe", "then draw 2.24 mL, discard 1.36 mL 3 mL syringe"])
def test_a_syringe_is_suggested_for_each_draw(bench: Bench, said: str) -> None:
    assert said in bench.page().text


def test_whoever_may_not_take_the_next_step_is_told(bench: Bench) -> None:
    bench.sign_in("whitfield")
    page = bench.page()
    assert "An auditor may not prepare." in page.text
    assert "scan" not in page.elements


# ------------------------------------------------------------------ blind


def test_whoever_may_check_it_blind_now_is_shown_no_figure(wetted: Bench) -> None:
    wetted.sign_in("adeyemi")
    source = wetted.client.get(ADDRESS).get_data(as_text=True)
    assert [told for told in ("1.46", "5.84", "2.24", "3.6", "44.16", "1.36") if told in source] == []
    assert "hidden" in source
    assert f"{ADDRESS}/check" in source
    wetted.sign_in("park")  # a technician may not check in the US
    assert "5.84" in wetted.client.get(ADDRESS).get_data(as_text=True)


def test_nothing_of_the_way_is_shown_to_whoever_may_still_verify_it(entered: Bench) -> None:
    entered.sign_in("adeyemi")
    sent = {"number": NUMBER, "version": "1", "state": "entered", "scan": vial(1)}
    for path in ("scan", "wet", "add-drug", "type/water", "end/cancel"):
        page = entered.post(f"{ADDRESS}/{path}", sent)
        assert entered.status == 403, path
        assert "1.46" not in page.text


# ------------------------------------------------------------------ out of order

ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "verify": ("verify", {"weight": "70", "level": "0.8", "dose": "1.46"}),
    "scan": ("scan", {"scan": vial(1)}),
    "type": ("type/water", {"maker": "M", "lot": "L", "expiry_day": "1", "expiry_month": "1", "expiry_year": "2028"}),
    "out": ("out/1", {"why": "returned"}),
    "wet": ("wet", {"place": "1"}),
    "check": ("check", {"dose": "1.46", "volume": "5.84", "vials": "2", "volume_read": "5.84", "readings": "0"}),
    "add-drug": ("add-drug", {}),
    "print": ("labels/print", {"stock": "small", "place": "applied", "again": REPRINT[0][0]}),
    "scan-label": ("labels/scan", {"scanned": own_code(NUMBER, "1")}),
    "destroy": ("labels/destroy", {"copy": "1", "why": "smudged", **WITNESS}),
    "final": ("final", {}),
    "release": ("release", {}),
    "cancel": ("end/cancel", {"why": "twice"}),
    "reject": ("end/reject", {"why": "quality", **WITNESS}),
    "return": ("end/return", {"why": "patient"}),
    "waste": ("end/waste", {"why": "returned", **WITNESS}),
}
# Typed from the table of the design: what each state lets happen here. Everything else is refused. Vial 1 is what is
# taken out: it is not there before it is picked, and stays once it is wetted.
ALLOWED = {
    "entered": ["verify", "cancel"],
    "order verified": ["cancel", "scan", "type"],
    "materials recorded": ["cancel", "out", "wet"],
    "reconstituted": ["check", "reject"],
    "in-process checked": ["add-drug", "reject"],
    "diluted": ["print", "scan-label", "destroy", "reject"],
    "labelled": ["print", "scan-label", "destroy", "final", "reject"],
    "final check": ["scan-label", "destroy", "release", "reject"],
    "released": ["return", "waste"],
    "returned": ["waste"],
    "rejected": [],
    "cancelled": [],
    "wasted": [],
}
CHECKS = ("verify", "check", "final", "release")
"""By a pharmacist who did nothing of it before; the rest by the technician who prepares."""
REFUSALS = {"out": {404, 409}, "destroy": {409, 422}}
"""Where no vial is picked and no label printed, there is none to be named. Else it is a conflict."""
# What an act that is allowed is answered with: done, or shown to be typed or signed again.
DONE = {"verify": {200}, "check": {200}, "type": {200}, "final": {409, 422}, "release": {409, 422}}
"""The page of a signature is opened; what is sent without its binding is not signed."""


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The worked example in every state, each a home to be copied."""
    homes: dict[str, Path] = {}
    bench = Bench(tmp_path_factory.mktemp("way"), US)

    def keep(bench: Bench) -> None:
        bench.desk.engine.dispose()
        homes[bench.state] = shutil.copytree(bench.desk.home, tmp_path_factory.mktemp("at") / "home")

    def ended(start: str, what: str, why: str, **more: str) -> None:
        other = Bench(shutil.copytree(homes[start], tmp_path_factory.mktemp("ended") / "home"), US)
        other.act(f"end/{what}", why=why, **more)
        keep(other)

    keep(bench)
    for act in (lambda: bench.verify(NUMBER), bench.pick, bench.wet, bench.check, lambda: bench.act("add-drug")):
        act()
        keep(bench)
    for step in bench.finishing():
        step()
        keep(bench)
    ended("order verified", "cancel", "twice")
    ended("reconstituted", "reject", "quality", **WITNESS)
    ended("released", "return", "patient")
    ended("released", "waste", "returned", **WITNESS)
    assert set(homes) == set(ALLOWED) == {state.value for state in State}
    return homes


Opened = Callable[[str], Bench]


@pytest.fixture
def at_state(tmp_path: Path, homes: Mapping[str, Path]) -> Iterator[Opened]:
    """at_state("diluted") is a desk of its own with the worked example in that state."""
    opened: list[Bench] = []

    def bench(state: str) -> Bench:
        found = Bench(shutil.copytree(homes[state], tmp_path / str(len(opened))), US)
        opened.append(found)
        assert found.state == state
        return found

    yield bench
    for one in opened:
        one.desk.engine.dispose()


def sent(bench: Bench, name: str, **more: str) -> int:
    """An act sent as if its page had been opened now; the status that it is answered with."""
    path, form = ACTS[name]
    opened = {"number": NUMBER, "version": "1", "state": bench.state, "on": bench.desk.today().isoformat()}
    bench.post(f"{ADDRESS}/{path}", {**opened, **form, **more})
    return bench.status


def as_who_may(bench: Bench, names: Iterable[str]) -> Iterator[str]:
    """The acts in turn, with somebody signed in who may take each where its turn has come."""
    by_checker = {name: name in CHECKS for name in names}
    for checks, user in ((False, "okafor"), (True, "lindqvist")):
        bench.sign_in(user)
        yield from (name for name, of in by_checker.items() if of is checks)


@pytest.mark.parametrize("state", ALLOWED)
def test_what_comes_out_of_order_is_refused(at_state: Opened, state: str) -> None:
    """13 states by 16 acts, each by somebody who may take it where its turn has come."""
    bench = at_state(state)
    answers: dict[str, int] = {}
    for name in as_who_may(bench, ACTS.keys() - set(ALLOWED[state])):
        before = bench.stored()
        answers[name] = sent(bench, name)
        assert bench.stored() == before, name
    assert {name: status for name, status in answers.items() if status not in REFUSALS.get(name, {409})} == {}
    assert len(answers) == len(ACTS) - len(ALLOWED[state])
    assert bench.state == state


TURNS = [(state, name) for state, names in ALLOWED.items() for name in names]


@pytest.mark.parametrize(("state", "name"), TURNS)
def test_what_comes_in_its_turn_is_taken(at_state: Opened, state: str, name: str) -> None:
    bench, newest = at_state(state), {}
    if name == "scan-label" or (name, state) == ("destroy", "diluted"):
        bench.print_label()
        newest = {"scanned": own_code(NUMBER, bench.standing.labels[-1].copy)}
    assert [sent(bench, one, **newest) in DONE.get(one, {303}) for one in as_who_may(bench, [name])] == [True]


PAGES = ("verify", "type", "out", "check", "final", "release", "cancel", "reject", "return", "waste")
"""Acts with a page of their own, under the same address."""


@pytest.mark.parametrize("state", ALLOWED)
def test_a_page_that_is_out_of_order_says_so(at_state: Opened, state: str) -> None:
    """Typed as an address. What is refused shows nothing of the patient."""
    bench, wrong = at_state(state), []
    for name in as_who_may(bench, PAGES):
        page = bench.get(f"{ADDRESS}/{ACTS[name][0]}")
        wanted = {200} if name in ALLOWED[state] else REFUSALS.get(name, {409})
        if bench.status not in wanted or ("RIVERA" in page.text) is not (bench.status == 200):
            wrong.append((name, bench.status))
    assert wrong == []


@pytest.mark.parametrize("path", ["end/x", "end/release", "type/x"])
def test_there_is_no_other_page(bench: Bench, path: str) -> None:
    bench.get(f"{ADDRESS}/{path}")
    assert bench.status == 404


def test_a_number_that_is_not_there_is_not_found(bench: Bench) -> None:
    for path in ("scan", "wet", "add-drug", "end/reject", "type/water", "out/1"):
        bench.post(f"/preparations/2026-000099/{path}", {"number": "2026-000099"})
        assert bench.status == 404, path


SIGNED: list[tuple[Meaning | None, str]] = [
    (None, "is to be signed as final-check, and comes with None"),
    (Meaning.RELEASE, "is to be signed as final-check, and comes with release"),
]


@pytest.mark.parametrize(("meaning", "sentence"), SIGNED)
def test_a_step_is_not_written_without_the_signature_of_its_row(
    at_state: Opened, meaning: Meaning | None, sentence: str
) -> None:
    refused_unsigned(at_state("labelled"), FINAL_US, meaning, sentence)


def test_nor_one_with_a_signature_that_its_row_knows_nothing_of(at_state: Opened) -> None:
    sentence = "'cancelled' is to be signed as None, and comes with release"
    refused_unsigned(at_state("entered"), CANCEL, Meaning.RELEASE, sentence)


def refused_unsigned(bench: Bench, step: Step, meaning: Meaning | None, sentence: str) -> None:
    """No page does so: it is a mistake in the program, and nothing is written."""
    account = records.account(bench.desk.engine, "lindqvist")
    assert account is not None
    signature = sign(meaning, {}, account.person) if meaning else None
    before, told = bench.rows(), Event(account.person, step.name, bench.now)
    with bench.app.test_request_context(), pytest.raises(ValueError, match=sentence):
        take(way_of(NUMBER, bench.desk), Taking(step, ()), told, bench.desk, signature)
    assert bench.rows() == before


# ------------------------------------------------------------------ two tabs

STALE = [
    ({"number": "2026-000003"}, "This page was opened for another preparation than 2026-000001: nothing is recorded."),
    ({"number": ""}, "This page was opened for another preparation than 2026-000001: nothing is recorded."),
    ({"version": "2"}, "2026-000001 was changed meanwhile: version 1 stands by now, look at it again."),
    ({"version": ""}, "2026-000001 was changed meanwhile: version 1 stands by now, look at it again."),
    (
        {"state": "materials recorded"},
        "2026-000001 is order verified by now, and this page was opened while it was materials recorded: look at it"
        " again.",
    ),
]


@pytest.mark.parametrize(("sent", "sentence"), STALE)
def test_a_form_that_was_opened_for_another_posts_nothing(bench: Bench, sent: dict[str, str], sentence: str) -> None:
    page = bench.act("scan", scan=vial(1), **sent)
    assert (bench.status, sentence in page.text) == (409, True)
    assert bench.standing.materials == ()


def test_two_tabs_at_one_place_record_one_vial(bench: Bench) -> None:
    """Both show that vial 1 is wanting; the second is not put in the place of vial 2."""
    form = bench.page().fields
    bench.post(f"{ADDRESS}/scan", {**form, "scan": vial(1)})
    page = bench.post(f"{ADDRESS}/scan", {**form, "scan": vial(2)})
    assert bench.status == 409
    assert "Vial 1 is recorded already, or not needed: look at it again." in page.text
    assert [one.serial for one in bench.standing.materials] == ["2200801"]


def test_a_button_pressed_twice_is_one_time(wetted: Bench) -> None:
    wetted.check()
    form = wetted.page().fields
    for status in (303, 409):
        wetted.post(f"{ADDRESS}/add-drug", {**form, "on": "2026-03-12"})
        assert wetted.status == status
    assert len([one for one in wetted.standing.moments if one.what is What.DILUTED]) == 1


# ------------------------------------------------------------------ by its plan


def set_up(bench: Bench, name: str, value: str) -> None:
    account = records.account(bench.desk.engine, "adeyemi")
    assert account is not None
    records.put_setting(bench.desk.engine, name, value, "holds", Event(account.person, "setting changed", bench.now))


def test_a_plan_that_is_other_today_goes_no_further(bench: Bench) -> None:
    """1.456 mg are 1.46 mg to 0.01 mg, and 1.5 mg to 0.1 mg: 6 mL and 1.2 mL left."""
    set_up(bench, "dose_step", "0.1 mg")
    page = bench.scan(vial(1))
    assert (bench.status, bench.standing.materials) == (409, ())
    for said in (
        "A setting or the drug file was changed since the order was entered:",
        "dose 1.46 mg as stored, 1.5 mg today",
        "volume 5.84 mL as stored, 6 mL today",
        "draws 3.6 mL + 2.24 mL as stored, 3.6 mL + 2.4 mL today",
        "discarded volume 1.36 mL as stored, 1.2 mL today",
        "Change the order, so that it is planned and verified anew, or end the preparation.",
    ):
        assert said in page.text, said
    with bench.app.test_request_context():
        assert "dose 1.46 mg as stored" in (way_of(NUMBER, desk()).refusal or "")
    bench.act("end/cancel", why="another")
    assert (bench.status, bench.state) == (303, "cancelled")


def test_what_was_opened_by_another_plan_is_rejected_by_its_stored_figures(diluted: Bench) -> None:
    set_up(diluted, "dose_step", "0.1 mg")
    diluted.act("end/reject", why="quality", **WITNESS)
    assert diluted.state == "rejected"
    bag = diluted.standing.wastes[-1]
    assert (bag.what, str(bag.mass), str(bag.volume)) == (Wasted.BAG, "1.46 mg", "50 mL")


def test_a_plan_that_is_the_same_today_is_the_stored_one(bench: Bench) -> None:
    with bench.app.test_request_context():
        found = figured(bench.standing, bench.desk)
        assert found.differences == ()
        assert found.refusal is None
        way = way_of(NUMBER, bench.desk)
    assert (str(way.progress.planned.dose), str(way.progress.planned.volume)) == ("1.46 mg", "5.84 mL")
    assert [str(draw.volume) for draw in way.progress.planned.vials.draws] == ["3.6 mL", "2.24 mL"]
    assert (way.progress.state, way.progress.enterers) == (State.VERIFIED, frozenset({"okafor"}))
    assert [(one.state, one.person) for one in way.progress.taken] == [
        ("entered", "okafor"),
        ("order verified", "adeyemi"),
    ]


def test_an_order_is_read_as_on_the_day_of_its_entry(bench: Bench) -> None:
    """A year later it lies further back than an order may; its plan is the same."""
    bench.now = datetime(2027, 3, 12, 13, 0, tzinfo=UTC)
    with bench.app.test_request_context():
        assert way_of(NUMBER, bench.desk).refusal is None


# ------------------------------------------------------------------ how it ends


def test_a_cancelled_preparation_gives_its_vials_back(bench: Bench) -> None:
    bench.pick()
    page = bench.get(f"{ADDRESS}/end/cancel")
    assert "Vial 1, lot TR4471A: returned to stock." in page.text
    bench.act("end/cancel", why="patient", words="Fever")
    assert (bench.status, bench.state) == (303, "cancelled")
    assert [one.out for one in bench.standing.materials] == [Out.RETURNED] * 5  # and its fluids
    told = bench.newest()
    assert told.details == {
        "back to stock": "Vial 1, lot TR4471A, serial 2200801; Vial 2, lot TR4471A, serial 2200802;"
        " Water, lot TR-W-2291; Diluent, lot TR-S-8830; Container, lot TR-C-0417"
    }
    assert (told.action, told.reason, told.reason_code) == (
        "cancelled",
        "Patient not fit for the dose. “Fever”",
        "patient",
    )
    assert "Ended Cancelled R. Okafor, technician 09:00" in bench.page().text


def test_what_was_opened_is_not_cancelled(bench: Bench) -> None:
    bench.pick()
    bench.wet(1)
    page = bench.act("end/cancel", why="twice")
    assert (bench.status, bench.state) == (409, "materials recorded")
    assert "Vial 1 was wetted: what was opened is rejected, and not cancelled or changed." in page.text


def test_the_order_of_what_was_opened_is_not_changed(bench: Bench) -> None:
    form = bench.get(f"/orders/{NUMBER}/edit").fields
    bench.pick()
    assert "Change the order" in bench.page().text
    bench.wet(1)
    assert "Change the order" not in bench.page().text
    shown = bench.post("/orders/review", {**form, "location": "6 East, bed 14"})
    answer = bench.save(shown, change_reason="misread", change_words="Bed.")
    assert answer.status_code == 409
    assert "Vial 1 was wetted: what was opened is rejected" in Html(answer.get_data(as_text=True)).text
    assert bench.saved.version == 1


def test_what_was_picked_for_an_order_leaves_with_its_change(bench: Bench) -> None:
    bench.pick()
    form = bench.get(f"/orders/{NUMBER}/edit").fields
    shown = bench.post("/orders/review", {**form, "location": "6 East, bed 14"})
    assert bench.save(shown, change_reason="misread", change_words="Bed.").status_code == 303
    assert (bench.state, bench.saved.version) == ("entered", 2)
    assert {one.out for one in bench.standing.materials} == {Out.ORDER_CHANGED}
    bench.verify(NUMBER)
    text = bench.page().text
    assert "Done Order entered version 2 R. Okafor, technician signed" in text
    assert "waiting: vial 1, vial 2, water, diluent, container" in text
    bench.scan(vial(1))
    assert bench.status == 303


REJECTED = [
    # One of two vials wetted: it goes into the bin as it is, 0.9 mg in 3.6 mL, and the other back to stock.
    ("one wetted", [("whole vial", 1, "0.9 mg", "3.6 mL")], {2: Out.RETURNED}),
    ("wetted", [("whole vial", 1, "0.9 mg", "3.6 mL"), ("whole vial", 2, "0.9 mg", "3.6 mL")], {}),
    # What the vials left, and the bag: 0.34 + 1.46 = 1.8 mg, as two vials hold.
    ("diluted", [("vial remainder", 2, "0.34 mg", "1.36 mL"), ("bag", 0, "1.46 mg", "50 mL")], {}),
]


@pytest.mark.parametrize(("how_far", "wastes", "outs"), REJECTED)
def test_a_rejection_writes_down_what_goes_into_the_bin(
    bench: Bench, how_far: str, wastes: list[tuple[str, int, str, str]], outs: dict[int, Out]
) -> None:
    bench.pick()
    bench.wet(1)
    if how_far != "one wetted":
        bench.wet(2)
    if how_far == "diluted":
        bench.check()
        bench.act("add-drug")
    page = bench.get(f"{ADDRESS}/end/reject")
    assert f"{wastes[-1][2]} in {wastes[-1][3]}." in page.text
    bench.act("end/reject", why="quality", words="Particles", **WITNESS)
    assert (bench.status, bench.state) == (303, "rejected")
    found = bench.standing.wastes
    assert [(one.what.value, one.place, str(one.mass), str(one.volume)) for one in found] == wastes
    assert {one.place: one.out for one in bench.standing.materials if one.out and one.place} == outs
    assert (found[-1].reason, found[-1].witness) == ("Particles or colour. “Particles”", "park")
    assert bench.newest().details["witness"] == "J. Park, technician"
    with bench.app.test_request_context():
        left = balance(way_of(NUMBER, bench.desk).progress)
    assert str(left.in_hand) == "0 mg"


WRONG = "The user name or the password of the witness is not right. Nothing is recorded."
UNSEEN = [
    ({**WITNESS, "witness": "okafor"}, "Witness, user name: The witness must be somebody else than you."),
    ({"witness": "park", "witness_secret": "wrong"}, f"Password of the witness: {WRONG}"),
    ({**WITNESS, "witness": "whitfield"}, "Witness, user name: An auditor may not prepare."),
    ({"witness": "", "witness_secret": ""}, "Witness, user name: The witness types their user name."),
    ({**WITNESS, "why": ""}, "Reason: Choose a reason."),
]


@pytest.mark.parametrize(("sent", "sentence"), UNSEEN)
def test_nothing_is_thrown_away_unseen(wetted: Bench, sent: dict[str, str], sentence: str) -> None:
    before = wetted.stored()
    page = wetted.act("end/reject", **{"why": "quality", "words": "Kept", **sent})
    assert wetted.status == 422
    assert sentence in page.said
    assert page.fields["words"] == "Kept"
    assert page.fields["witness_secret"] == ""
    assert wetted.stored() == before


def test_a_bag_comes_back_by_its_true_time(released: Bench) -> None:
    released.later(minutes=90)
    released.sign_in("park")
    page = released.act("end/return", why="patient", at="10:00")
    assert page.said == ["Why it is entered only now: It is 10:30: say why 10:00 is entered only now. Both times are"
                         " kept."]  # fmt: skip
    released.act("end/return", why="patient", at="10:00", late_reason="Portering")
    assert (released.status, released.state) == (303, "returned")
    back = released.standing.moments[-1]
    assert (back.what, back.at, back.late_reason) == (
        What.RETURNED,
        datetime(2026, 3, 12, 14, 0, tzinfo=UTC),
        "Portering",
    )
    told = released.newest()
    assert (told.reason, told.details["entered late because"]) == ("Patient not fit for the dose", "Portering")
    assert "Throw the bag away" in released.page().text


@pytest.mark.parametrize("returned", [False, True])
def test_a_bag_is_thrown_away_once(released: Bench, returned: bool) -> None:
    if returned:
        released.act("end/return", why="patient")
    released.act("end/waste", why="returned", **WITNESS)
    assert (released.status, released.state) == (303, "wasted")
    assert released.newest().details == {"into the bin": "Bag, 1.46 mg, 50 mL", "witness": "J. Park, technician"}
    bag = released.standing.wastes[-1]
    assert (bag.what, str(bag.mass), bag.witness) == (Wasted.BAG, "1.46 mg", "park")
    released.act("end/waste", why="returned", **WITNESS)
    assert released.status == 409


def test_a_form_without_its_session_does_nothing_and_keeps_what_was_typed(wetted: Bench) -> None:
    for path, sent, kept in (
        ("end/reject", {"why": "quality", "words": "Particles"}, "words"),
        ("wet", {"at": "09:00", "late_reason": "Gloves on"}, "late_reason"),
    ):
        fields = {"number": NUMBER, "version": "1", "state": "reconstituted", **sent}
        answer = wetted.client.post(f"{ADDRESS}/{path}", data=fields)
        page = Html(answer.get_data(as_text=True))
        assert answer.status_code == 400
        assert "Your session had ended, so nothing was done." in page.text
        if kept in page.fields:
            assert page.fields[kept] == sent[kept]
    assert wetted.state == "reconstituted"
