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
from compounding.wording.plan_values import PlanText
from compounding.wording.plans import plan_text
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


@pytest.mark.parametrize("market", Market)
def test_no_signature_is_asserted_whose_meaning_does_not_name_the_act(market):
    """The final check says nothing of the materials, and nothing on screen of the diluent or the line clearance."""
    shown = content(market)
    checked = signing_rows(shown, "materials")["Materials checked"]
    assert (checked["name"], checked["signature"], checked["date"]) == (None, None, None)
    assert shown["check"]["boxes"][1]["value"] is None
    assert shown["clearance"]["heading"]["note"] == "by hand"


# How the bag was made, what was read, and then: whether its step is ticked, and what was drawn of each vial.
MADE = [
    ("A", "5.84", True, ("3.6", "2.24")),
    ("A", "5.85", True, (None, None)),  # read, and not as planned: whose vial it came from is not known
    ("B", "5.84", False, ("3.6", "2.24")),
    ("", "5.84", False, ("3.6", "2.24")),
]


@pytest.mark.parametrize(("making", "read", "ticked", "drawn"), MADE)
def test_what_was_made_and_drawn_is_filled_where_it_is_recorded(making, read, ticked, drawn):
    reading = replace(RECORDED.reading, read_volume=read)
    shown = content(Market.US, replace(RECORDED, making=making, reading=reading))
    (step,) = [row for row in shown["steps"]["rows"] if row["text"][0].startswith("Method A")]
    assert step["ticked"] is ticked
    assert tuple(row["drawn"] for row in shown["draws"]["rows"]) == drawn
    before = content(Market.US, replace(RECORDED, reading=None))
    assert {row["drawn"] for row in before["draws"]["rows"]} == {None}


@pytest.mark.parametrize("market", Market)
def test_what_is_not_confirmed_at_the_site_is_named_in_the_foot(market):
    named = [told.partition(":")[0].lower() for told in text_of(market).unconfirmed]
    note = content(market)["foot"]["note"]
    assert "storage" in named and note == f"Not confirmed at this site: {', '.join(named)}"
    drawn = papers.draw(papers.strings("worksheet", work(market, recorded=RECORDED), 1))
    assert all(note in " ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(drawn)).pages)
    assert content(market, text=replace(text_of(market), unconfirmed=()))["foot"]["note"] is None


CLAIMED = [
    (State.RELEASED, "J9229-JW × 3"),
    (State.REJECTED, "not given, so not claimed"),
    (State.CANCELLED, "not given, so not claimed"),
    (State.WASTED, "not given, so not claimed"),
    (State.RETURNED, "not given, so not claimed"),
]


@pytest.mark.parametrize(("state", "note"), CLAIMED)
def test_what_was_not_given_is_not_claimed_beside_what_was_discarded(state, note):
    shown = content(Market.US, replace(RECORDED, reached=state, discarded="1.36 mL; bag 50 mL"))
    assert shown["discarded"]["heading"]["note"] == note


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
    assert [box["value"] for box in shown["check"]["boxes"]] == ["2", None, "5.85", weighed]
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


LIMITS = {
    "room": DilutedBagLimit(Duration(Decimal(240)), True),
    "fridge": DilutedBagLimit(Duration(Decimal(210)), False),
}
"""4 h with the infusion, and 3 h 30 min without it: to the start 4 − 1 = 3 h, and 3.5 h."""
DECIDED = [
    *({"formula": formula} for formula in Formula),
    {"bag_overfill": mL("3")},
    {"withdrawable": mL("3.6")},
    {"bsa_step": m2("0.05")},
    {"diluted_bag": LIMITS},
    {"diluted_bag": LIMITS, "bag_overfill": mL("3")},
]


@pytest.mark.parametrize("decided", DECIDED, ids=str)
@pytest.mark.parametrize("market", Market)
def test_a_pack_fits_whatever_a_site_has_decided(market, decided):
    if market is Market.US and "withdrawable" in decided:
        pytest.skip("the US label states it")
    if market is Market.UK and "diluted_bag" in decided:
        pytest.skip("the UK label has no limit of its own")
    assert len(pages_of(ahead(market, 1, **decided))) >= 4


def test_a_pack_in_patient_use_is_for_preparation():
    made = ahead(Market.UK)
    made = replace(made, site=replace(made.site, training=False))
    found = " ".join(pages_of(made))
    assert "TRAINING" not in found and "FOR PREPARATION" in found


# ------------------------------------------------------------------ what a pack says where no screen does

BAG = [
    ({}, "Diluted-bag limit not confirmed", None, "8 h less 1 h to infuse, FDA PI §2.4"),
    (
        {"diluted_bag": {"room": LIMITS["room"]}},
        "Diluted-bag limit not confirmed",
        ["room 3 h"],
        "the earlier of T + 7 h and the bag’s own limit",
    ),
    (
        {"diluted_bag": LIMITS},
        "with their date where it is another",
        ["room 3 h", "fridge 3.5 h"],
        "the earlier of T + 7 h and the bag’s own limit",
    ),
    (
        {"diluted_bag": {**LIMITS, "fridge": DilutedBagLimit(None, False)}},
        "with their date where it is another",
        ["room 3 h", "fridge no limit"],
        "the earlier of T + 7 h and the bag’s own limit",
    ),
]


@pytest.mark.parametrize(("decided", "note", "ways", "rule"), BAG)
def test_a_blank_worksheet_has_the_limit_of_the_bag_by_its_storage_to_tick(decided, note, ways, rule):
    times = downtime_strings(ahead(Market.US, 1, **decided))["worksheet"]["times"]
    assert times["heading"]["note"] == note
    ticked = [row for row in times["rows"] if row["ticks"]]
    assert [[tick["caption"] for tick in row["ticks"]] for row in ticked] == ([ways] if ways else [])
    assert next(row["rule"] for row in times["rows"] if row["name"] == "START BEFORE") == rule


def test_the_cover_says_what_each_limit_of_the_bag_includes():
    cover = pages_of(ahead(Market.US, 1, diluted_bag=LIMITS))[0]
    for said in (
        "Room (Store at 20 to 25 °C): 4 h from the moment the drug is added, the infusion included: the infusion starts"
        " within 3 h.",
        "Fridge (Store at 2 to 8 °C): 3.5 h from the moment the drug is added, the infusion not included: the infusion"
        " starts within 3.5 h.",
        "START BEFORE is the earlier of T + 7 h and the bag’s own limit.",
        "as ticked in K: room: Store at 20 to 25 °C.; fridge: Store at 2 to 8 °C.",
    ):
        assert said in cover, said
    assert "Diluted-bag limit not confirmed: training only." in pages_of(ahead(Market.US, 1))[0]


@pytest.mark.parametrize("market", Market)
def test_each_way_of_making_the_bag_has_its_own_step_tick_and_box(market):
    shown = downtime_strings(ahead(market, 1, bag_overfill=mL("3")))["worksheet"]
    made = [row for row in shown["steps"]["rows"] if row["text"][0][:6] in ("A only", "B only")]
    assert [(row["text"][0][0], row["unit"], row["ticked"]) for row in made] == [("A", "mL", False), ("B", "mL", False)]
    (line,) = [row for row in shown["calculation"]["lines"] if row["ways"]]
    assert (line["expression"], line["ways"]) == ("A: 50 mL − volume; B: volume + 3 mL", ("A", "B"))
    containers = [row["product"] for row in shown["materials"]["rows"] if row["product"][:2] in ("A:", "B:")]
    assert [product[0] for product in containers] == ["A", "A", "B"]
    one = downtime_strings(ahead(market, 1))["worksheet"]
    assert [row["ways"] for row in one["calculation"]["lines"] if row["ways"]] == []


ON_A_LABEL = {
    Market.US: [
        "FAMILY, Given", "MRN; born", "Location", "inotuzumab ozogamicin (Besponsa)", "DOSE",
        "in 0.9% sodium chloride, TOTAL VOLUME 50 mL", "contains ________ mL of 0.25 mg/mL",
        "FOR INTRAVENOUS INFUSION ONLY", "Infuse over 60 minutes (50 mL per hour)", "Give on; cycle", "Prepared",
        "START BEFORE (BUD)", "INFUSION COMPLETE BY", "Storage", "PROTECT FROM LIGHT. DO NOT FREEZE. Do not shake.",
        "HAZARDOUS DRUG – CHEMOTHERAPY. Handle and dispose of properly.", "Single dose, Bag 1 of 1, Prep. no.",
        "prescriber; prepared by; verified by", "24 h (555) 010-0199",
    ],
    Market.UK: [
        "inotuzumab ozogamicin, BESPONSA", "Dose", "in 50 mL", "Concentration", "For intravenous infusion only",
        "Infuse over 60 minutes (50 mL per hour)", "FAMILY, Given", "NHS No., hospital no.", "Born", "Ward; cycle",
        "Bag 1 of 1", "Batch no.", "Prepared", "EXPIRY – start before", "Infusion complete by", "Storage", "Light",
        "CYTOTOXIC", "Keep out of the sight and reach of children", SITES[Market.UK].address,
    ],
}  # fmt: skip


@pytest.mark.parametrize("market", Market)
def test_the_cover_lists_every_element_of_the_regions_label_in_its_order(market):
    """As labels-and-records.md lists them."""
    cover = " ".join(pages_of(ahead(market, 1))[0].split())
    listed, place = cover[cover.index("What a label written by hand says") :], 0
    for said in ON_A_LABEL[market]:
        place = listed.find(said, place)
        assert place >= 0, said
    assert "(BESPONSA)" not in listed
    assert "Each person enters their own steps" in cover


@pytest.mark.parametrize(("training", "mark"), [(True, "TRAINING – COPY NOT TO BE FILLED"), (False, "COPY – NOT TO")])
def test_a_pack_that_was_opened_before_is_marked_as_a_copy_on_every_page(training, mark):
    made = ahead(Market.UK, 1)
    strings = downtime_strings(replace(made, site=replace(made.site, training=training)))
    drawn = draw_downtime(strings, again=True)
    assert all(mark in page.extract_text().replace("\n", " ") for page in PdfReader(io.BytesIO(drawn)).pages)
    assert draw_downtime(strings) != drawn
