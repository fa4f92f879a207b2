"""Where each element of a bag label stands, what may be missing, and what is refused.

The tables repeat the measured layout by hand: a change of place must be made twice."""

from dataclasses import fields, replace
from itertools import combinations

import pytest
from paper_examples import ON_LABEL, UK_LABEL, US_LABEL

from labels import (
    A4,
    LETTER,
    UK_100X75,
    UK_100X100,
    US_4X3,
    US_4X4,
    Moment,
    Pair,
    Refused,
    Run,
    Sheet,
    compose_bag_label,
    draw_bag_label,
    draw_bag_labels,
)

US, UK = (US_LABEL, US_4X3), (UK_LABEL, UK_100X75)
BOTH = [pytest.param(*US, id="us"), pytest.param(*UK, id="uk")]

# field of the run, baseline in mm, size in pt, weight, x in mm of its edge, which edge
US_PLACES = [
    ("patient_name", 5.5, 14.5, "Bold", 3, "left"),
    ("generic", 15.5, 15, "Bold", 3, "left"),
    ("brand", 15.5, 12, "Regular", None, None),
    ("dose", 22.8, 18, "Bold", 3, "left"),
    ("diluent", 18.9, 9, "Regular", 56.04, "left"),
    ("total_volume", 22.8, 12.5, "Bold", 98.6, "right"),
    ("strength", 26.7, 9, "Regular", 3, "left"),
    ("route", 32, 12.5, "Bold", 3, "left"),
    ("rate", 35.7, 8.5, "Regular", 3, "left"),
    ("cycle", 39.2, 8.5, "Regular", None, None),
    ("prepared", 39.2, 8.5, "Regular", 98.6, "right"),
    ("start_before.caption", 45, 13, "Bold", 3, "left"),
    ("start_before.hour", 45, 13, "Bold", 98.6, "right"),
    ("complete_by.caption", 49.8, 13, "Bold", 3, "left"),
    ("complete_by.hour", 49.8, 13, "Bold", 98.6, "right"),
    ("storage", 54.3, 8.5, "Regular", 3, "left"),
    ("limit", 54.3, 8.5, "Semibold", 98.6, "right"),
    ("light", 57.6, 8.5, "Bold", 3, "left"),
    ("single_dose", 65.7, 7.5, "Regular", 3, "left"),
    ("prescriber", 68.55, 7.5, "Regular", 3, "left"),
    ("verified_by", 71.4, 7.5, "Regular", 3, "left"),
    ("pharmacy", 74.25, 7.5, "Regular", 3, "left"),
]
UK_PLACES = [
    ("generic", 5.8, 15, "Bold", 3, "left"),
    ("brand", 5.8, 12, "Regular", None, None),
    ("dose", 12.4, 18, "Bold", 3, "left"),
    ("diluent", 12.4, 13, "Bold", None, None),
    ("strength", 16.3, 9, "Regular", 3, "left"),
    ("route", 21.4, 12.5, "Bold", 3, "left"),
    ("rate", 25.2, 9, "Regular", 3, "left"),
    ("patient_name", 31.3, 14.5, "Bold", 3, "left"),
    ("ward", 38.9, 9, "Regular", 3, "left"),
    ("prepared", 44.6, 9, "Regular", 97, "right"),
    ("expiry.caption", 49.3, 13, "Bold", 3, "left"),
    ("expiry.hour", 49.3, 13, "Bold", 97, "right"),
    ("complete_by.date", 54, 13, "Bold", None, None),
    ("storage", 58.7, 8.5, "Regular", 3, "left"),
    ("light", 58.7, 8.5, "Bold", None, None),
    ("children", 67.4, 7.5, "Regular", 3, "left"),
    ("pharmacy", 70.2, 7.5, "Regular", 3, "left"),
    ("address", 73, 7.5, "Regular", 3, "left"),
]
CRITICAL = {"total_volume", "route", "batch", "generic", "start_before", "expiry", "complete_by"}


def by_field(sheet: Sheet) -> dict[str, Run]:
    """The last run of each field: of a Pair, its value."""
    return {run.field: run for run in sheet.runs}


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize(
    ("label", "stock", "place"),
    [pytest.param(*US, place, id=f"us-{place[0]}") for place in US_PLACES]
    + [pytest.param(*UK, place, id=f"uk-{place[0]}") for place in UK_PLACES],
)
def test_each_element_stands_where_the_layout_says(label, stock, place, dpi):
    field, y, size, weight, x, edge = place
    half_a_dot = 25.4 / dpi / 2 + 0.01
    run = by_field(compose_bag_label(label, stock, dpi))[field]
    assert run.y == pytest.approx(y, abs=half_a_dot)
    assert (run.size, run.face.name) == (size, f"SourceSansPro-{weight}")
    if edge is not None:
        assert getattr(run.area, edge) == pytest.approx(x, abs=half_a_dot)


@pytest.mark.parametrize(
    ("label", "stock", "dpi", "dots"),
    [(*US, 203, (812, 609)), (*US, 300, (1200, 900)), (*UK, 203, (799, 599)), (*UK, 300, (1181, 885))],
)
def test_the_label_and_everything_on_it_stand_on_whole_dots(label, stock, dpi, dots):
    sheet = compose_bag_label(label, stock, dpi)
    assert sheet.dots == dots
    edges = [edge for area in (*sheet.rules, *(fill.area for fill in sheet.fills)) for edge in area]
    edges += [at for run in sheet.runs for at in (run.y,)]
    edges += [at for symbol in sheet.symbols for at in (symbol.x, symbol.y, symbol.module)]
    for edge in edges:
        assert edge / 25.4 * dpi == pytest.approx(round(edge / 25.4 * dpi), abs=1e-6)


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize(("label", "stock"), BOTH)
def test_no_run_meets_another_or_a_rule_or_leaves_the_stock(label, stock, dpi):
    sheet = compose_bag_label(label, stock, dpi)
    for one, other in combinations(sheet.runs, 2):
        assert not one.area.meets(other.area), (one.text, other.text)
    for run in sheet.runs:
        assert 0 < run.area.left < run.area.right < stock.width, run.text
        assert 0 < run.area.top < run.area.bottom < stock.height, run.text
        assert not any(run.area.meets(rule) for rule in sheet.rules), run.text


@pytest.mark.parametrize(("label", "stock"), BOTH)
def test_no_size_is_under_its_least(label, stock):
    """Nothing under 7 pt, critical fields 12 pt or more, name and dose 14 pt or more."""
    for run in compose_bag_label(label, stock, 203).runs:
        name = run.field.partition(".")[0]
        least = 14 if name in {"patient_name", "dose"} else 12 if name in CRITICAL else 7
        assert run.size >= least, run.field


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize(("label", "stock"), BOTH)
def test_two_millimetres_round_the_symbol_stay_white(label, stock, dpi):
    sheet = compose_bag_label(label, stock, dpi)
    (symbol,) = sheet.symbols
    side = 16 * symbol.module
    for area in (*(run.area for run in sheet.runs), *sheet.rules, *(fill.area for fill in sheet.fills)):
        beside = max(symbol.x - area.right, area.left - symbol.x - side)
        above = max(symbol.y - area.bottom, area.top - symbol.y - side)
        assert max(beside, above) > 1.98, area  # on whole dots: the nearest to 2 mm
    assert symbol.module == pytest.approx({203: 0.375, 300: 0.339}[dpi], abs=0.001)


OPTIONAL = [
    pytest.param(label, stock, field.name, id=f"{stock.name}-{field.name}")
    for label, stock in (US, UK)
    for field in fields(label)
    if field.default is None and field.name != "void"  # in training the box and the letters are there in any case
]
COVER = "Light cover"


@pytest.mark.parametrize(("label", "stock", "field"), OPTIONAL)
def test_what_does_not_exist_yet_is_left_out_and_no_other_line_moves(label, stock, field):
    covered = replace(label, kind=COVER)
    whole = by_field(compose_bag_label(covered, stock, 300))
    less = by_field(compose_bag_label(replace(covered, **{field: None}), stock, 300))
    assert whole.keys() - less.keys() == {field}
    assert all((run.y, run.text, run.size) == (whole[name].y, whole[name].text, run.size) for name, run in less.items())


def test_the_next_of_a_line_takes_the_place_of_the_first_where_that_is_missing():
    runs = by_field(compose_bag_label(replace(US_LABEL, prescriber=None), US_4X3, 300))
    assert runs["prepared_by"].x == pytest.approx(3, abs=0.05)


def test_a_time_that_is_not_known_leaves_its_caption():
    runs = by_field(compose_bag_label(replace(UK_LABEL, expiry=Moment("EXPIRY – start before")), *UK[1:], 300))
    assert runs["expiry.caption"].text == "EXPIRY – start before"
    assert not {"expiry.date", "expiry.hour"} & runs.keys()


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize(
    "name",
    [
        "ŁÓDZKA-ŻÓŁĆ, Świętosława",
        "NGUYỄN, Thị Ngọc",
        "Ωμέγα, Жанна",
        "O’NEILL, Zoë",
        "ŞIMŞEK, Çağla",
        "<script>alert(1)</script>",
    ],
)
@pytest.mark.parametrize(("label", "stock"), BOTH)
def test_a_name_prints_as_it_is(label, stock, name, dpi):
    run = by_field(compose_bag_label(replace(label, patient_name=name), stock, dpi))["patient_name"]
    assert run.text == name


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("你, Wei", "patient name: “你, Wei” holds 你 (U+4F60), which the label's font lacks."),
        (
            "SMITH\u202e, Ann",
            "patient name: “SMITH\\u202e, Ann” holds the invisible character U+202E, which cannot be printed.",
        ),
        (
            "SMITH\u200b, Ann",
            "patient name: “SMITH\\u200b, Ann” holds the invisible character U+200B, which cannot be printed.",
        ),
        (
            "SMITH\x07, Ann",
            "patient name: “SMITH\\u0007, Ann” holds the invisible character U+0007, which cannot be printed.",
        ),
        (
            "SMI\u00adTH, Ann",
            "patient name: “SMI\\u00adTH, Ann” holds the invisible character U+00AD, which cannot be printed.",
        ),
        (
            "ZOE\u0308, Ann",
            "patient name: “ZOE\u0308, Ann” holds the combining mark U+0308, "
            "which must be written as one letter with its base.",
        ),
        ("", "patient name: “” is empty."),
        ("  ", "patient name: “  ” is empty."),
    ],
)
def test_what_cannot_be_printed_is_refused_by_name_and_character(name, why):
    with pytest.raises(Refused) as refused:
        draw_bag_label(replace(US_LABEL, patient_name=name), US_4X3, 203)
    assert (str(refused.value), refused.value.field, refused.value.text) == (why, "patient name", name)


@pytest.mark.parametrize(("label", "stock"), BOTH)
def test_a_name_of_sixty_capitals_is_refused_with_the_way_out(label, stock):
    name = "FEATHERSTONEHAUGH-CHOLMONDELEY-MAINWARING, BARTHOLOMEW HUGH "[:59] + "X"
    with pytest.raises(Refused) as refused:
        draw_bag_label(replace(label, patient_name=name), stock, 203)
    message = str(refused.value)
    assert message.startswith(f"patient name: “{name}” does not fit {stock.name} on one line: it is ")
    taller = {US_4X3: US_4X4, UK_100X75: UK_100X100}[stock]
    assert message.endswith(f"; nor does it fit {taller.name} on two lines.")


@pytest.mark.parametrize(("label", "stock"), BOTH)
def test_a_name_of_two_lines_is_refused_with_the_stock_that_has_them(label, stock):
    with pytest.raises(Refused) as refused:
        draw_bag_label(replace(label, patient_name="FEATHERSTONEHAUGH-CHOLMONDELEY, Rosie"), stock, 203)
    taller = {US_4X3: US_4X4, UK_100X75: UK_100X100}[stock]
    assert str(refused.value).endswith(f"; a name of two lines needs {taller.name}.")


TOO_LONG = [
    (US, {"location": "Infusion Center 4W, chair 12, by the window"}, "location"),
    (US, {"mrn": Pair("MRN", "0" * 60)}, "mrn"),
    (US, {"dose": "DOSE 1.46 mg of something long"}, "dose"),
    (US, {"strength": "(0.0292 mg per mL), contains 5.84 mL of 0.25 mg/mL solution"}, "strength"),
    (US, {"complete_by": Moment("INFUSION MUST BE COMPLETE BY", "Mar 12, 2026", "17:00")}, "complete by caption"),
    (US, {"storage": "Store at 20 to 25 °C, away from the radiator and the sun."}, "storage"),
    (US, {"hazard": "HAZARDOUS DRUG – CHEMOTHERAPY – CYTOTOXIC"}, "hazard"),
    (US, {"prescriber": "Prescriber A. Featherstonehaugh-Cholmondeley, MD"}, "prepared by"),
    (US, {"phone": "24 h (555) 010-0199 extension 12345 or 12346"}, "phone"),
    (UK, {"ward": "Haematology Day Unit of the Royal Example Infirmary, East Wing"}, "cycle"),
    (UK, {"ward": "Haematology Day Unit of the Royal Example Infirmary, South East 24"}, "cycle"),
    (UK, {"hazard": "CYTOTOXIC – handle with care and dispose of it"}, "hazard"),
    (UK, {"light": "Protect from light at all times, please"}, "light"),
    (UK, {"address": "1 Example Road, Exampletown EX1 2AB, MS 12345, England, United Kingdom"}, "address"),
    (UK, {"batch": Pair("Batch no.", "2026-000123-and-some")}, "batch"),
]


@pytest.mark.parametrize(("paper", "change", "field"), TOO_LONG, ids=[f"{p[1].name}-{f}" for p, _, f in TOO_LONG])
def test_what_does_not_fit_is_refused_by_its_field(paper, change, field):
    label, stock = paper
    with pytest.raises(Refused) as refused:
        draw_bag_label(replace(label, **change), stock, 203)
    assert refused.value.field == field


@pytest.mark.parametrize("dpi", [203, 300])
def test_people_with_accents_stand_under_lines_with_descenders(dpi):
    us = replace(US_LABEL, location="Phòng khám Ễ", prescriber="Prescriber NGUYỄN Ễ Ễ Ễ Ễ", verified_by="ỄỄỄỄỄỄỄỄỄỄ")
    uk = replace(UK_LABEL, ward="Ễ ward gjpq", children="gjpqgjpqgjpq", pharmacy="ỄỄỄỄỄỄỄỄỄ gjpq", address="ỄỄỄỄỄỄ")
    compose_bag_label(us, US_4X3, dpi)
    compose_bag_label(uk, UK_100X75, dpi)


def test_an_element_that_follows_another_is_refused_with_what_leaves_it_no_room():
    ward = "Haematology Day Unit of the Royal Example Infirmary, South East 24"
    with pytest.raises(Refused) as refused:
        draw_bag_label(replace(UK_LABEL, ward=ward), UK_100X75, 203)
    assert str(refused.value) == (
        "cycle: “Cycle 1 day 1” does not fit 100 × 75 mm on one line: "
        f"it is 17.0 mm long at 9 pt and its place 0.0 mm, after “{ward}”."
    )


@pytest.mark.parametrize(
    ("label", "stock", "dpi", "field"),
    [
        (US_LABEL, UK_100X75, 203, "stock"),
        (UK_LABEL, US_4X3, 203, "stock"),
        (US_LABEL, LETTER, 203, "stock"),
        (UK_LABEL, A4, 300, "stock"),
        (US_LABEL, US_4X3, 600, "dpi"),
        (US_LABEL, US_4X3, 0, "dpi"),
        (replace(US_LABEL, training=("TRAINING –", "NOT FOR PATIENT USE")), US_4X3, 203, "training"),
        (replace(US_LABEL, training=("TRAINING –", "NOT FOR", "ANY PATIENT USE")), US_4X3, 203, "training"),
        (replace(US_LABEL, training=("TRAINING –", "NOT FOR", "PATIENT USES")), US_4X3, 203, "training"),
        (replace(US_LABEL, symbol="2026-000123-1-7K-and-more"), US_4X3, 203, "symbol"),
        (replace(US_LABEL, symbol="2026–000123"), US_4X3, 203, "symbol"),
    ],
)
def test_what_has_no_layout_is_refused(label, stock, dpi, field):
    with pytest.raises(Refused) as refused:
        draw_bag_label(label, stock, dpi)
    assert refused.value.field == field


def test_no_labels_make_no_file():
    with pytest.raises(Refused, match="labels: “0” labels make no page"):
        draw_bag_labels([], US_4X3, 203)


@pytest.mark.parametrize(("label", "stock"), BOTH)
def test_the_whole_phrase_stands_in_its_box_and_the_mark_is_kept_from_small_figures(label, stock):
    sheet = compose_bag_label(label, stock, 203)
    phrase = [run for run in sheet.runs if run.field == "training"]
    assert [run.text for run in phrase] == list(ON_LABEL)
    assert {(run.size, run.face.name) for run in phrase} == {(9, "SourceSansPro-Bold")}
    for run in sheet.runs:
        if run.size < 12 and any(c.isdigit() for c in run.text):
            assert any(clear.area.holds(run.area) for clear in sheet.clear), run.text


@pytest.mark.parametrize(("label", "stock"), BOTH)
def test_in_patient_use_there_is_no_mark_and_no_box(label, stock):
    trained, used = (compose_bag_label(a, stock, 203) for a in (label, replace(label, training=None)))
    assert used.mark is None
    assert len(trained.rules) - len(used.rules) == 4
    assert [run for run in trained.runs if run.field != "training"] != []
    assert [(r.text, r.x, r.y) for r in used.runs] == [
        (r.text, r.x, r.y) for r in trained.runs if r.field != "training"
    ]
