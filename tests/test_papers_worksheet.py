"""What was recorded of a preparation on its worksheet: each section filled, and each state with its mark."""

import io
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from pypdf import PdfReader
from test_papers import FORBIDDEN, SITES, words, work

from compounding import papers
from compounding.papers import Ahead, Answer, Checked, Hour, Lot, Recorded, Signed, downtime_strings, draw_downtime
from compounding.policy import DilutedBagLimit, Formula, Market
from compounding.quantities import Duration
from compounding.reckoner import reckoner
from compounding.scanning import is_own_code
from compounding.wording.plans import PlanText, plan_text
from compounding.workflow import Meaning, State
from compounding.workflow.materials import Kind
from tests.orders import DRUGS, IN, m2, mL, us

DAY = "Mar 12, 2026"


def signed(name: str, at: str, entry: str, role: str = "pharmacist") -> Signed:
    return Signed(name, role, Hour(DAY, at), entry)


def text_of(market: Market) -> PlanText:
    return plan_text(IN[market](ordered="1.46"))


def hours(*shown: str) -> tuple[Hour, ...]:
    return tuple(Hour(DAY, at) for at in shown)


CHECK = signed("M. Lindqvist", "09:30", "signed, entry 4,470")
RECORDED = Recorded(
    reached=State.RELEASED,
    state="released, Mar 12, 2026 11:02",
    lots={
        (Kind.DRUG, 1): Lot("Example Pharma", "TR4471A", "Nov 30, 2027", "S"),
        (Kind.DRUG, 2): Lot(None, "TR4472B", "Oct 31, 2027", "T"),
        (Kind.WATER, 0): Lot("Example Fluids", "W77", "Jan 31, 2028", "T"),
        (Kind.DILUENT, 0): Lot(None, "S12", "Feb 29, 2028", "S", "00361234567890"),
        (Kind.CONTAINER, 0): Lot("Example Bags", "B5", "Dec 31, 2029", "S"),
    },
    wetted={1: "09:02", 2: "09:04"},
    diluted="09:40",
    clocks=hours("09:02", "13:02", "15:02", "16:02", "17:02"),
    reading=Checked("1.46", "5.84", "2", "5.85", None, "09:30"),
    signatures={
        Meaning.ORDER_VERIFICATION: signed("K. Adeyemi", "08:20", "signed, entry 4,411"),
        Meaning.IN_PROCESS_CHECK: CHECK,
        Meaning.FINAL_CHECK: signed("M. Lindqvist", "10:40", "signed, entry 4,490"),
        Meaning.RELEASE: signed("M. Lindqvist", "11:02", "signed, entry 4,502"),
    },
    entries={
        State.MATERIALS: signed("R. Okafor", "08:50", "recorded, entry 4,440", "technician"),
        State.DILUTED: signed("R. Okafor", "09:41", "recorded, entry 4,475", "technician"),
        State.LABELLED: signed("T. Osei", "09:55", "recorded, entry 4,485", "technician"),
    },
    labels=("4", "1", "1", "1", "1", "0"),
    discarded="1.36 mL",
)


def content(market: Market, recorded: Recorded = RECORDED, **said: object) -> dict:
    return papers.strings("worksheet", work(market, recorded=recorded, **said), 1)["content"]


@pytest.mark.parametrize("market", Market)
def test_what_was_recorded_fills_materials_steps_and_times(market):
    shown = content(market)
    rows = [(row["lot"], row["expiry"], row["entry"], row["maker"]) for row in shown["materials"]["rows"]]
    made = text_of(market).maker  # the drug file's, where the record names none
    assert rows[:2] == [("TR4471A", "Nov 30, 2027", "S", "Example Pharma"), ("TR4472B", "Oct 31, 2027", "T", made)]
    assert [row[0] for row in rows[2:5]] == ["W77", "S12", "B5"]
    assert rows[3][3] == "00361234567890"  # a pack that was scanned names no maker
    assert rows[5:] == [(None, None, None, None)]  # the light cover has no lot
    timed = [(row["time"], row["ticked"]) for row in shown["steps"]["rows"] if row["timed"]]
    assert timed == [("09:02", True), ("09:04", True), ("09:40", True)]
    others = [(row["stop"], row["ticked"]) for row in shown["steps"]["rows"] if not row["timed"]]
    assert others == [(False, False), (False, False), (True, True), (False, False), (False, False), (False, True)]
    assert [row["time"] for row in shown["times"]["rows"]] == ["09:02", "13:02", "15:02", "16:02", "17:02"]
    assert shown["times"]["heading"]["note"].endswith(DAY)
    assert f"version 1, {RECORDED.state}" in shown["foot"]["facts"]


# Of each row that is signed or recorded its name, how, and the time: in which section, and under which meaning.
ROWS = [
    ("verification", "Order verified", ("K. Adeyemi", "signed, entry 4,411", "08:20")),
    ("materials", "Materials assembled", ("R. Okafor", "recorded, entry 4,440", "08:50")),
    ("materials", "Materials checked", ("M. Lindqvist", "signed, entry 4,490", "10:40")),
    ("signatures", "Calculation checked", ("M. Lindqvist", "signed, entry 4,470", "09:30")),
    ("signatures", "Prepared", ("R. Okafor", "recorded, entry 4,475", "09:41")),
    ("signatures", "In-process checked", ("M. Lindqvist", "signed, entry 4,470", "09:30")),
    ("signatures", "Labels counted", ("T. Osei", "recorded, entry 4,485", "09:55")),
    ("signatures", "Final check", ("M. Lindqvist", "signed, entry 4,490", "10:40")),
    ("signatures", "Released", ("M. Lindqvist", "signed, entry 4,502", "11:02")),
]


@pytest.mark.parametrize(("section", "meaning", "said"), ROWS, ids=[row[1] for row in ROWS])
@pytest.mark.parametrize("market", Market)
def test_every_row_to_sign_says_who_how_and_when(market, section, meaning, said):
    found = signing_rows(content(market), section)[meaning]
    assert (found["name"], found["signature"], found["time"]) == said
    assert found["date"] == DAY
    blank = signing_rows(content(market, Recorded()), section)[meaning]
    assert (blank["name"], blank["signature"], blank["date"]) == (None, None, None)


def signing_rows(shown: dict, section: str) -> dict:
    part = shown[section]
    rows = [part["signature"]] if section == "verification" else part.get("signatures") or part["rows"]
    return {row["meaning"]: row for row in rows}


@pytest.mark.parametrize("market", Market)
def test_the_checkers_own_result_stands_in_the_boxes_once_it_agreed(market):
    mass = "5.96" if market is Market.UK else None  # 5.84 mL × 1.02 g/mL = 5.9568 g
    shown = content(market, replace(RECORDED, reading=replace(RECORDED.reading, read_mass=mass)))
    assert [box["value"] for box in shown["calculation"]["boxes"]] == ["–", "1.46", "5.84", "2", "–", "09:30"]
    weighed = mass if market is Market.UK else "not weighed"
    assert [box["value"] for box in shown["check"]["boxes"]] == ["2", "–", "5.85", weighed]
    assert [tick["ticked"] for tick in shown["check"]["verdict"]] == [True, False]
    before = content(market, replace(RECORDED, reading=None))
    assert {box["value"] for box in before["calculation"]["boxes"]} == {None}
    assert [tick["ticked"] for tick in before["check"]["verdict"]] == [False, False]


@pytest.mark.parametrize("market", Market)
def test_the_final_check_ticks_what_was_looked_at(market):
    assert {tick["ticked"] for tick in content(market)["inspection"]["ticks"]} == {True}
    unsigned = content(market, replace(RECORDED, signatures={}))
    assert {tick["ticked"] for tick in unsigned["inspection"]["ticks"]} == {False}


@pytest.mark.parametrize("market", Market)
def test_labels_and_what_was_thrown_away_are_counted(market):
    shown = content(market)
    assert [box["value"] for box in shown["labels"]["boxes"]] == ["4", "1", "1", "1", "1", "0"]
    assert shown["discarded"]["boxes"][1]["value"] == "1.36 mL"


def test_a_second_vial_that_is_not_wetted_yet_leaves_its_time_open():
    shown = content(Market.US, replace(RECORDED, wetted={1: "09:02"}))
    assert [row["time"] for row in shown["steps"]["rows"] if row["timed"]] == ["09:02", None, "09:40"]


@pytest.mark.parametrize(("market", "next_day"), [(Market.US, "Mar 13, 2026"), (Market.UK, "13-Mar-2026")])
def test_a_time_of_the_next_day_is_named_with_it(market, next_day):
    late = (*hours("22:00"), *(Hour(next_day, at) for at in ("02:00", "04:00", "05:00", "06:00")))
    names = [row["name"] for row in content(market, replace(RECORDED, clocks=late))["times"]["rows"]]
    assert [name.endswith(f", {next_day}") for name in names] == [False, True, True, True, True]


def test_the_rules_fit_where_a_site_has_recorded_the_limits_of_a_diluted_bag():
    recorded = {name: DilutedBagLimit(Duration(Decimal(180)), False) for name in ("room", "fridge")}
    made = us(ordered="1.46", diluted_bag=recorded)
    shown = papers.strings("worksheet", work(Market.US, made), 1)["content"]
    assert shown["times"]["rows"][3]["rule"] == "8 h less 1 h, FDA PI §2.4; or the bag's own limit"


def test_the_limit_of_a_diluted_bag_is_named_where_it_set_the_start():
    own = "the diluted bag’s own limit, recorded by this site"
    rules = [row["rule"] for row in content(Market.US, replace(RECORDED, start_rule=own))["times"]["rows"]]
    assert rules[3] == own


LATE = tuple(
    Answer(f"{what} Mar 11, 2026 10:30, entered Mar 12, 2026 09:00", "The network was down.", "entered late, R. Okafor")
    for what in ("Order on paper", "Vial 1 wetted", "Vial 2 wetted", "In-process check", "Drug added")
)


@pytest.mark.parametrize("market", Market)
def test_late_entries_stand_among_the_deviations_and_on_a_further_page_where_they_are_many(market):
    drawn = papers.draw(papers.strings("worksheet", work(market, recorded=RECORDED, answers=LATE), 1))
    pages = [page.extract_text().replace("\n", " ") for page in PdfReader(io.BytesIO(drawn)).pages]
    assert len(pages) == 3  # two rows on Letter and three on A4; five are late
    assert sum(page.count("entered Mar 12, 2026 09:00") for page in pages) == 5
    assert "RIVERA, Elena" in pages[2] and "Page 3 of 3" in pages[2]


# ------------------------------------------------------------------ what a worksheet is for

MARKS = [
    (State.ENTERED, "NOT VERIFIED"),
    (State.VERIFIED, "FOR PREPARATION"),
    (State.CHECKED, "FOR PREPARATION"),
    (State.FINAL, "FOR PREPARATION"),
    (State.RELEASED, "COMPLETE"),
    (State.RETURNED, "COMPLETE"),
    (State.WASTED, "COMPLETE"),
    (State.REJECTED, "VOID"),
    (State.CANCELLED, "VOID"),
]


@pytest.mark.parametrize(("state", "mark"), MARKS)
@pytest.mark.parametrize("market", Market)
def test_each_state_has_its_mark_and_training_says_so_in_every_one(market, state, mark):
    recorded, use = replace(RECORDED, reached=state), replace(SITES[market], training=False)
    assert content(market, recorded, site=use)["mark"] == (mark,)
    trained = content(market, recorded)["mark"]
    assert trained[0].startswith("TRAINING –") and trained[1] == "NOT FOR PATIENT USE"
    assert ("VOID" in trained[0]) is (mark == "VOID")


@pytest.mark.parametrize("state", State)
def test_every_state_is_drawn(state):
    for market in Market:
        site = replace(SITES[market], training=False)
        shown = papers.strings("worksheet", work(market, recorded=replace(RECORDED, reached=state), site=site), 1)
        assert shown["content"]["mark"][0] in words(papers.draw(shown))


def test_the_code_of_a_page_says_of_which_version_it_is():
    symbols = [page["symbol"] for page in content(Market.US, version=12)["pages"]]
    assert [symbol.rpartition("-")[0] for symbol in symbols] == ["2026-000123-a12", "2026-000123-b12"]
    assert all(map(is_own_code, symbols))


# ------------------------------------------------------------------ the downtime pack


def ahead(market: Market, numbers: int = 2, **decided: object) -> Ahead:
    site = replace(SITES[market], policy=replace(SITES[market].policy, **decided))
    return Ahead(
        site=site,
        table=reckoner(DRUGS[market], site.policy),
        numbers=tuple(f"2026-{number:06d}" for number in range(123, 123 + numbers)),
        printed="Mar 12, 2026 09:00",
        printed_by="K. Adeyemi, pharmacist",
        log_head="418 MFRGGZDFMZTWQ2LK",
    )


def pages_of(pack: Ahead) -> list[str]:
    drawn = draw_downtime(downtime_strings(pack))
    return [page.extract_text().replace("\n", " ") for page in PdfReader(io.BytesIO(drawn)).pages]


# Of the row of 1.82 m²: 1.46 and 0.91 mg; 5.84 and 3.64 mL; what is left of two vials or one.
LOOKED_UP = {
    Market.US: "1.82 1.46 5.84 2 1.36 0.91 3.64 2 3.56",
    Market.UK: "1.82 1.46 5.84 2 2.16 0.91 3.64 1 + 1 0.36",
}


@pytest.mark.parametrize("market", Market)
def test_a_pack_holds_its_cover_the_table_and_each_worksheet_under_its_number(market):
    cover, *rest = pages_of(ahead(market))
    assert len(rest) == 3 + 2 * 2
    for text in ("2026-000123 to 2026-000124", "Mar 12, 2026 09:00", "K. Adeyemi, pharmacist", "log head 418"):
        assert text in cover, text
    assert DRUGS[market].checksum[:4] in cover and "How to use it" in cover
    assert LOOKED_UP[market] in " ".join(rest[:3])
    for number, (first, second) in zip(("2026-000123", "2026-000124"), (rest[3:5], rest[5:7]), strict=True):
        assert number in first and number in second and f"{number}-a0-" in first and f"{number}-b0-" in second
    for letter in "ABCDEFGHIJKLMNO":
        assert re.search(rf"(^| ){letter}( |$)", f"{rest[3]} {rest[4]}"), letter


@pytest.mark.parametrize("market", Market)
def test_the_same_pack_is_drawn_alike_from_its_stored_strings(market):
    import json

    strings = downtime_strings(ahead(market))
    assert draw_downtime(strings) == draw_downtime(json.loads(json.dumps(strings)))


@pytest.mark.parametrize(("pattern", "what", "caught"), FORBIDDEN, ids=[row[1] for row in FORBIDDEN])
def test_no_pack_carries_a_forbidden_form(pattern, what, caught):
    for market in Market:
        for page in pages_of(ahead(market, 1)):
            assert not re.search(pattern, page), (market, re.search(pattern, page))


DECIDED = [
    *({"formula": formula} for formula in Formula),
    {"bag_overfill": mL("3")},
    {"withdrawable": mL("3.6")},
    {"bsa_step": m2("0.05")},
]


@pytest.mark.parametrize("decided", DECIDED, ids=str)
@pytest.mark.parametrize("market", Market)
def test_a_pack_fits_whatever_a_site_has_decided(market, decided):
    if market is Market.US and "withdrawable" in decided:
        pytest.skip("the US label states it")
    assert len(pages_of(ahead(market, 1, **decided))) >= 4


def test_a_pack_in_patient_use_is_for_preparation():
    made = ahead(Market.UK)
    made = replace(made, site=replace(made.site, training=False))
    found = " ".join(pages_of(made))
    assert "TRAINING" not in found and "FOR PREPARATION" in found
