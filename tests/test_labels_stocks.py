"""The tall and the secondary stocks: where each element stands, names of two lines, and what a copy is for.

The tables repeat the layouts by hand: a change of place must be made twice."""

import zlib
from dataclasses import replace
from itertools import combinations

import pytest
from paper_examples import ON_LABEL, UK_LABEL, US_LABEL
from PIL import Image
from test_labels_bag import CRITICAL, by_field
from test_labels_pdf import pictures, scanned, words

from labels import (
    UK_70X50,
    UK_100X75,
    UK_100X100,
    US_4X2,
    US_4X3,
    US_4X4,
    Refused,
    compose_bag_label,
    draw_bag_label,
)
from labels.marks import dotted

SPECIMEN = ("SPECIMEN –", "NOT FOR", "USE")
STOCKS = [
    pytest.param(US_LABEL, US_4X3, id="us small"),
    pytest.param(US_LABEL, US_4X4, id="us tall"),
    pytest.param(US_LABEL, US_4X2, id="us secondary"),
    pytest.param(UK_LABEL, UK_100X75, id="uk small"),
    pytest.param(UK_LABEL, UK_100X100, id="uk tall"),
    pytest.param(UK_LABEL, UK_70X50, id="uk secondary"),
]
SECONDARY = [STOCKS[2], STOCKS[5]]

# Field of the run, baseline in mm, size in pt, weight, and where it begins or ends: ("left", x) or ("right", x) in mm
# from the left edge; or the field that it follows, and how far, in mm.
PLACES = {
    US_4X4: [
        ("patient_name", 9.3, 14.5, "Bold", "left", 3),  # one line: between 6.4 and 12.2
        ("mrn", 17, 9, "Bold", None, None),  # after its caption
        ("born", 17, 9, "Bold", None, None),
        ("location", 17, 9, "Regular", "born", 4.2),
        ("generic", 25, 16, "Bold", "left", 3),
        ("brand", 25, 13, "Regular", "generic", 2),
        ("dose", 34.6, 22, "Bold", "left", 3),
        ("diluent", 30.2, 9, "Regular", "left", 56.04),  # where the total volume begins
        ("total_volume", 34.6, 12.5, "Bold", "right", 98.6),
        ("strength", 39.4, 9, "Regular", "left", 3),
        ("route", 46.6, 12.5, "Bold", "left", 3),
        ("rate", 51.3, 8.5, "Regular", "left", 3),
        ("give_on", 55.6, 8.5, "Bold", None, None),
        ("cycle", 55.6, 8.5, "Regular", "give_on", 4.2),
        ("prepared", 55.6, 8.5, "Regular", "right", 98.6),
        ("start_before.caption", 63.2, 13.5, "Bold", "left", 3),
        ("start_before.date", 63.2, 13.5, "Bold", "right", 84.4),
        ("start_before.hour", 63.2, 13.5, "Bold", "right", 98.6),
        ("complete_by.caption", 69.2, 13.5, "Bold", "left", 3),
        ("complete_by.date", 69.2, 13.5, "Bold", "right", 84.4),
        ("complete_by.hour", 69.2, 13.5, "Bold", "right", 98.6),
        ("storage", 75.2, 8.5, "Regular", "left", 3),
        ("limit", 75.2, 8.5, "Semibold", "right", 98.6),
        ("light", 79.4, 8.5, "Bold", "left", 3),
        ("handling", 79.4, 8.5, "Regular", "light", 2.6),
        ("hazard", 84.8, 9.2, "Bold", "left", 4.6),
        ("hazard_note", 84.8, 7.5, "Semibold", "right", 97),
        ("single_dose", 89.3, 7.5, "Regular", "left", 3),
        ("bag", 89.3, 7.5, "Regular", "single_dose", 2.6),
        ("number", 89.3, 7.5, "Bold", None, None),
        ("copy", 89.3, 7.5, "Regular", "number", 2.6),
        ("prescriber", 92.4, 7.5, "Regular", "left", 3),
        ("prepared_by", 92.4, 7.5, "Regular", "prescriber", 2.6),
        ("verified_by", 95.5, 7.5, "Regular", "left", 3),
        ("kind", 95.5, 7.5, "Bold", "verified_by", 2.6),
        ("pharmacy", 98.6, 7.5, "Regular", "left", 3),
        ("phone", 98.6, 7.5, "Bold", "pharmacy", 2.6),
        ("symbol", 98.3, 7, "Regular", None, None),
    ],
    US_4X2: [
        ("patient_name", 5.5, 14.5, "Bold", "left", 3),
        ("mrn", 9.4, 9, "Bold", None, None),
        ("born", 9.4, 9, "Bold", None, None),
        ("generic", 14.7, 14, "Bold", "left", 3),
        ("brand", 14.7, 12, "Regular", "generic", 2),
        ("dose", 19.7, 16, "Bold", "left", 3),
        ("total_volume", 19.7, 12.5, "Bold", "right", 98.6),
        ("route", 24.1, 12.5, "Bold", "left", 3),
        ("start_before.caption", 29.4, 13, "Bold", "left", 3),
        ("start_before.date", 29.4, 13, "Bold", "right", 85),
        ("start_before.hour", 29.4, 13, "Bold", "right", 98.6),
        ("complete_by.caption", 33.8, 13, "Bold", "left", 3),
        ("complete_by.date", 33.8, 13, "Bold", "right", 85),
        ("complete_by.hour", 33.8, 13, "Bold", "right", 98.6),
        ("hazard", 38.1, 9.2, "Bold", "left", 4.6),
        ("hazard_note", 41, 7.5, "Semibold", "left", 4.6),
        ("number", 44.6, 7.5, "Bold", None, None),
        ("copy", 44.6, 7.5, "Regular", "number", 2.6),
        ("kind", 44.6, 7.5, "Bold", "copy", 2.6),
        ("symbol", 46.8, 7, "Regular", None, None),
    ],
    UK_100X100: [
        ("generic", 6.6, 16, "Bold", "left", 3),
        ("brand", 6.6, 13, "Regular", "generic", 2),
        ("dose", 15, 20, "Bold", "left", 3),
        ("diluent", 15, 13, "Bold", "dose", 2.4),
        ("strength", 20, 9, "Regular", "left", 3),
        ("route", 27.2, 12.5, "Bold", "left", 3),
        ("rate", 31.8, 9, "Regular", "left", 3),
        ("patient_name", 42.7, 14.5, "Bold", "left", 3),  # one line: between 39.8 and 45.6
        ("nhs_number", 50.4, 9, "Bold", None, None),
        ("hospital_number", 50.4, 9, "Bold", None, None),
        ("born", 50.4, 9, "Bold", None, None),
        ("ward", 54.8, 9, "Regular", "left", 3),
        ("cycle", 54.8, 9, "Regular", "ward", 4.2),
        ("bag", 54.8, 9, "Regular", "cycle", 4.2),
        ("batch", 62.4, 12.5, "Bold", None, None),
        ("prepared", 62.4, 9, "Regular", "right", 97),
        ("expiry.caption", 68.4, 13.5, "Bold", "left", 3),
        ("expiry.date", 68.4, 13.5, "Bold", "right", 82.8),
        ("expiry.hour", 68.4, 13.5, "Bold", "right", 97),
        ("complete_by.caption", 74.4, 13.5, "Bold", "left", 3),
        ("complete_by.date", 74.4, 13.5, "Bold", "right", 82.8),
        ("complete_by.hour", 74.4, 13.5, "Bold", "right", 97),
        ("storage", 80.6, 8.5, "Regular", "left", 3),
        ("light", 80.6, 8.5, "Bold", "storage", 2.6),
        ("hazard", 86.6, 11, "Bold", "left", 4.6),
        ("children", 91.4, 7.5, "Regular", "left", 3),
        ("pharmacy", 94.5, 7.5, "Regular", "left", 3),
        ("address", 97.6, 7.5, "Regular", "left", 3),
        ("symbol", 90.4, 7, "Regular", None, None),
        ("copy", 94, 7.5, "Regular", None, None),
        ("kind", 97.6, 7.5, "Bold", None, None),
    ],
    UK_70X50: [
        ("generic", 4.2, 12, "Bold", "left", 3),
        ("brand", 4.2, 9, "Regular", "generic", 2),
        ("dose", 8.8, 14, "Bold", "left", 3),
        ("diluent", 8.8, 8.5, "Bold", "dose", 2),
        ("route", 13, 12, "Bold", "left", 3),
        ("patient_name", 24.1, 14, "Bold", "left", 3),  # the second of two lines: Maximiliana
        ("nhs_number", 27.4, 8, "Bold", None, None),
        ("born", 27.4, 8, "Bold", None, None),
        ("expiry.caption", 31.5, 8, "Bold", "left", 3),
        ("expiry.date", 31.5, 12, "Bold", "right", 55.4),
        ("expiry.hour", 31.5, 12, "Bold", "right", 67),
        ("complete_by.caption", 35.4, 8, "Bold", "left", 3),
        ("complete_by.date", 35.4, 12, "Bold", "right", 55.4),
        ("complete_by.hour", 35.4, 12, "Bold", "right", 67),
        ("hazard", 39.45, 8.5, "Bold", "left", 4),
        ("batch", 42.8, 8, "Bold", None, None),
        ("copy", 45.2, 7.5, "Regular", "left", 3),
        ("kind", 45.2, 7.5, "Bold", "copy", 2.6),
        ("symbol", 47.4, 7, "Regular", None, None),
    ],
}
# Rules as (y, thickness), the band and the training box as (left, top, right, bottom), the symbol's centre and top.
DRAWN = {
    US_4X4: (((19, 0.25), (57.7, 0.5), (71.2, 0.5)), (3, 81.2, 98.6, 86.2), (76.1, 40.7, 98.6, 50.6), (89.4, 88.4)),
    US_4X2: (((10.5, 0.25), (25.4, 0.5)), (3, 35.4, 77, 41.9), (3, 45.9, 48, 49.4), (88, 36.8)),
    UK_100X100: (((34, 0.25), (56.8, 0.5), (76.6, 0.5)), (3, 82.6, 76.7, 88), (74.5, 21, 97, 31.6), (87.75, 80.4)),
    UK_70X50: (((14.15, 0.25), (28.25, 0.25)), (3, 36.5, 46.5, 40.3), (3, 46.2, 46.5, 49), (57.4, 37.5)),
}


def label_of(stock):
    return US_LABEL if stock in (US_4X2, US_4X3, US_4X4) else UK_LABEL


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("stock", PLACES, ids=lambda stock: stock.name)
def test_each_element_stands_where_the_layout_says(stock, dpi):
    dot = 25.4 / dpi + 0.01
    runs = by_field(compose_bag_label(replace(label_of(stock), kind="Light cover"), stock, dpi))
    for field, y, size, weight, where, mm in PLACES[stock]:
        run = runs[field]
        assert run.y == pytest.approx(y, abs=dot / 2), field
        assert (run.size, run.face.name) == (size, f"SourceSansPro-{weight}"), field
        if where in ("left", "right"):
            assert getattr(run.area, where) == pytest.approx(mm, abs=dot / 2), field
        elif where is not None:
            assert run.area.left - runs[where].area.right == pytest.approx(mm, abs=dot), field


@pytest.mark.parametrize("stock", PLACES, ids=lambda stock: stock.name)
def test_the_tables_leave_no_element_out(stock):
    drawn = by_field(compose_bag_label(replace(label_of(stock), kind="Light cover"), stock, 203)).keys()
    assert drawn - {"training"} == {place[0] for place in PLACES[stock]}


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("stock", DRAWN, ids=lambda stock: stock.name)
def test_rules_band_box_and_symbol_stand_where_the_layout_says(stock, dpi):
    rules, band, box, (centre, top) = DRAWN[stock]
    sheet, dot = compose_bag_label(label_of(stock), stock, dpi), 25.4 / dpi + 0.01
    level = [rule for rule in sheet.rules if rule.right - rule.left > box[2] - box[0] + 1]
    assert [(rule.top + rule.bottom) / 2 for rule in level] == pytest.approx([y for y, _ in rules], abs=dot)
    assert [rule.bottom - rule.top for rule in level] == pytest.approx([thick for _, thick in rules], abs=dot)
    assert list(sheet.fills[0].area) == pytest.approx(list(band), abs=dot)
    framed = [rule for rule in sheet.rules if rule not in level]
    edges = [min(r.left for r in framed), min(r.top for r in framed)]
    edges += [max(r.right for r in framed), max(r.bottom for r in framed)]
    half = 0.35 / 2  # of the frame, which stands on the edges
    assert edges == pytest.approx([box[0] - half, box[1] - half, box[2] + half, box[3] + half], abs=dot)
    (symbol,) = sheet.symbols
    assert (symbol.x + 8 * symbol.module, symbol.y) == pytest.approx((centre, top), abs=dot)


# ------------------------------------------------------------------ every stock, in training and in patient use

USES = [
    pytest.param({}, id="training"),
    pytest.param({"training": None}, id="patient use"),
    pytest.param({"training": None, "void": SPECIMEN, "kind": "SPECIMEN"}, id="specimen"),
    pytest.param({"void": SPECIMEN, "kind": "SPECIMEN"}, id="training specimen"),
]


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(("label", "stock"), STOCKS)
def test_nothing_overlaps_and_nothing_leaves_the_stock(label, stock, use, dpi):
    sheet = compose_bag_label(replace(label, **use), stock, dpi)
    (symbol,) = sheet.symbols
    for one, other in combinations(sheet.runs, 2):
        assert not one.collides(other) or one.line == other.line, (one.text, other.text)
    for run in sheet.runs:
        assert 0 < run.area.left < run.area.right < sheet.width <= stock.width, run.text
        assert 0 < run.area.top < run.area.bottom < sheet.height <= stock.height, run.text
        assert not any(run.area.meets(rule) for rule in sheet.rules), run.text
        assert run.white == any(fill.area.meets(run.area) for fill in sheet.fills), run.text
    side = 16 * symbol.module
    for area in (*(run.area for run in sheet.runs), *sheet.rules, *(fill.area for fill in sheet.fills)):
        beside = max(symbol.x - area.right, area.left - symbol.x - side)
        above = max(symbol.y - area.bottom, area.top - symbol.y - side)
        assert max(beside, above) > 1.98, area  # on whole dots: the nearest to 2 mm
    assert symbol.x + side < sheet.width - 2 and symbol.y + side < sheet.height - 2


@pytest.mark.parametrize(("label", "stock"), STOCKS)
def test_no_size_is_under_its_least(label, stock):
    """Nothing under 7 pt, critical fields 12 pt or more, name and dose 14 pt or more; on a secondary label the batch
    and the captions of its times may be smaller than the times."""
    secondary = stock in (US_4X2, UK_70X50)
    for run in compose_bag_label(label, stock, 203).runs:
        name, _, part = run.field.partition(".")
        least = 14 if name in {"patient_name", "dose"} else 12 if name in CRITICAL else 7
        assert run.size >= (7 if secondary and (part == "caption" or name == "batch") else least), run.field


@pytest.mark.parametrize("tilt", [0, 2, -2])
@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("use", USES[::3])
@pytest.mark.parametrize(("label", "stock"), STOCKS)
def test_the_symbol_scans_from_its_picture(label, stock, use, dpi, tilt):
    (picture,) = pictures(draw_bag_label(replace(label, **use), stock, dpi), dpi)
    assert picture.size == (int(stock.width / 25.4 * dpi), int(stock.height / 25.4 * dpi))  # whole dots
    assert scanned(picture, tilt) == [label.symbol]


# ------------------------------------------------------------------ the reduced list

REDUCED = {
    US_4X2: [
        "OKONKWO-BRIGHTWATER, Maximiliana", "MRN 00123456", "Born Aug 14, 1980", "inotuzumab ozogamicin", "(Besponsa)",
        "DOSE 1.46 mg", "TOTAL VOLUME 50 mL", "FOR INTRAVENOUS INFUSION ONLY", "START BEFORE (BUD)",
        "Mar 12, 2026", "16:00", "INFUSION COMPLETE BY", "17:00", "HAZARDOUS DRUG – CHEMOTHERAPY",
        "Handle and dispose of properly.", "Prep. no. 2026-000123", "Copy 1 of 3", "2026-000123-1-7K",
    ],
    UK_70X50: [
        "inotuzumab ozogamicin", "BESPONSA", "1.46 mg", "in 50 mL sodium chloride 0.9%",
        "For intravenous infusion only", "OKONKWO-BRIGHTWATER, Maximiliana", "NHS No. 999 012 3454",
        "Born 14-Aug-1980", "EXPIRY – start before", "12-Mar-2026", "16:00", "Infusion complete by", "17:00",
        "CYTOTOXIC – handle with care", "Batch no. 2026-000123", "Copy 1 of 3", "2026-000123-1-7K",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("label", "stock"), SECONDARY)
def test_a_secondary_label_holds_the_reduced_list_and_nothing_else(label, stock):
    read = words(draw_bag_label(replace(label, training=None), stock, 203))
    assert [text for text in REDUCED[stock] if text not in read] == []
    twice = {US_4X2: "Mar 12, 2026", UK_70X50: "12-Mar-2026"}[stock]
    assert len(read.split()) == len(" ".join([*REDUCED[stock], twice]).split())


def test_without_an_nhs_number_the_hospitals_own_stands_in_its_place():
    read = words(draw_bag_label(replace(UK_LABEL, nhs_number=None), UK_70X50, 203))
    assert "Hospital no. X0012345" in read and "NHS" not in read
    assert "Hospital no." not in words(draw_bag_label(UK_LABEL, UK_70X50, 203))


# ------------------------------------------------------------------ names

TWO = "FEATHERSTONEHAUGH-CHOLMONDELEY, Maximiliana Rosie"
NAMES = [
    (US_4X4, "PARK, Jo", ["PARK, Jo"]),
    (US_4X4, TWO, ["FEATHERSTONEHAUGH-CHOLMONDELEY,", "Maximiliana Rosie"]),
    (UK_100X100, TWO, ["FEATHERSTONEHAUGH-CHOLMONDELEY,", "Maximiliana Rosie"]),
    # The comma comes too late for the first line: a space breaks it, the last that fits.
    (UK_100X100, "DE LA CRUZ FEATHERSTONEHAUGH CHOLMONDELEY, Jo", ["DE LA CRUZ FEATHERSTONEHAUGH", "CHOLMONDELEY, Jo"]),
    # One line after the comma would be too long: the given names are parted.
    (US_4X4, "OH, Maximiliana Wilhelmina Rosalinda Theodora", ["OH, Maximiliana Wilhelmina Rosalinda", "Theodora"]),
    (UK_70X50, "OKONKWO-BRIGHTWATER, Maximiliana", ["OKONKWO-BRIGHTWATER,", "Maximiliana"]),
    (UK_70X50, "ASHWORTH, Priya", ["ASHWORTH, Priya"]),
]


@pytest.mark.parametrize(("stock", "name", "lines"), NAMES)
def test_a_name_breaks_after_its_comma_else_at_a_space(stock, name, lines):
    sheet = compose_bag_label(replace(label_of(stock), patient_name=name), stock, 203)
    runs = [run for run in sheet.runs if run.field == "patient_name"]
    assert [run.text for run in runs] == lines
    assert len({run.size for run in runs}) == 1
    assert name in words(draw_bag_label(replace(label_of(stock), patient_name=name), stock, 203))


HEIGHTS = [
    (US_4X4, TWO, [6.4, 12.2]),
    (US_4X4, "LI, Wu", [9.3]),  # (6.4 + 12.2) / 2
    (UK_100X100, TWO, [39.8, 45.6]),
    (UK_100X100, "LI, Wu", [42.7]),
    (UK_70X50, "OKONKWO-BRIGHTWATER, Maximiliana", [19.1, 24.1]),
    (UK_70X50, "LI, Wu", [21.6]),
]


@pytest.mark.parametrize(("stock", "name", "heights"), HEIGHTS)
def test_the_two_lines_have_their_places_and_one_stands_between(stock, name, heights):
    sheet = compose_bag_label(replace(label_of(stock), patient_name=name), stock, 203)
    assert [run.y for run in sheet.runs if run.field == "patient_name"] == pytest.approx(heights, abs=0.07)


TOO_LONG = [
    (
        US_4X4,
        "FEATHERSTONEHAUGH-CHOLMONDELEY-MAINWARING, Jo",
        "does not fit 4 × 4 in on two lines of 95.6 mm at 14.5 pt.",
    ),
    (
        UK_100X100,
        "WOLFESCHLEGELSTEINHAUSEN, Maximiliana Wilhelmina Rosalinda Theodora",
        "does not fit 100 × 100 mm on two lines of 94.0 mm at 14.5 pt.",
    ),
    # A no-break space holds together what it stands between.
    (
        US_4X4,
        "OH, Maximiliana\N{NO-BREAK SPACE}Wilhelmina\N{NO-BREAK SPACE}Rosalinda\N{NO-BREAK SPACE}Theodora",
        "does not fit 4 × 4 in on two lines of 95.6 mm at 14.5 pt.",
    ),
    (
        UK_70X50,
        TWO,
        "does not fit 70 × 50 mm on two lines of 64.0 mm at 14 pt; the full label, 100 × 100 mm, has room for it.",
    ),
    (
        US_4X2,
        TWO,
        "does not fit 4 × 2 in on one line: it is 135.3 mm long at 14.5 pt and its place 95.6 mm; the full label,"
        " 4 × 4 in, has room for it.",
    ),
    (
        UK_70X50,
        "FEATHERSTONEHAUGH-CHOLMONDELEY-MAINWARING, Jo",
        "does not fit 70 × 50 mm on two lines of 64.0 mm at 14 pt; nor does it fit 100 × 100 mm on two lines.",
    ),
]


@pytest.mark.parametrize(("stock", "name", "why"), TOO_LONG)
def test_a_name_of_three_lines_is_refused(stock, name, why):
    with pytest.raises(Refused) as refused:
        draw_bag_label(replace(label_of(stock), patient_name=name), stock, 203)
    assert (refused.value.field, refused.value.text) == ("patient name", name)
    assert str(refused.value).endswith(why)


def test_a_name_that_cannot_be_printed_is_refused_on_two_lines_as_on_one():
    with pytest.raises(Refused, match="holds 你"):
        draw_bag_label(replace(US_LABEL, patient_name=f"{TWO} 你"), US_4X4, 203)


# ------------------------------------------------------------------ what a copy is for


@pytest.mark.parametrize(("label", "stock"), STOCKS)
def test_a_specimen_says_so_in_its_box_in_words_and_across(label, stock):
    used = replace(label, training=None)
    specimen = replace(used, void=SPECIMEN, kind="SPECIMEN")
    read, plain = (words(draw_bag_label(one, stock, 203)) for one in (specimen, used))
    assert " ".join(SPECIMEN) in read and read.count("SPECIMEN") == 2 and "SPECIMEN" not in plain
    sheet = compose_bag_label(specimen, stock, 203)
    assert sheet.mark is not None and sheet.mark.lines == SPECIMEN
    assert compose_bag_label(used, stock, 203).mark is None
    dots = dotted(SPECIMEN, sheet.mark.slant, *sheet.dots, 203)
    assert dots != dotted(ON_LABEL, sheet.mark.slant, *sheet.dots, 203)


@pytest.mark.parametrize(("label", "stock"), STOCKS)
def test_a_specimen_of_training_says_both(label, stock):
    specimen = replace(label, void=SPECIMEN, kind="SPECIMEN")
    read = words(draw_bag_label(specimen, stock, 203))
    assert " ".join(ON_LABEL) in read and "SPECIMEN" in read
    assert compose_bag_label(specimen, stock, 203).mark.lines == SPECIMEN


@pytest.mark.parametrize(("label", "stock"), STOCKS)
def test_the_cover_s_copy_differs_from_the_bag_s_in_its_words_alone(label, stock):
    bag, cover = (compose_bag_label(replace(label, kind=kind), stock, 203) for kind in (None, "Light cover"))
    assert by_field(cover)["kind"].text == "Light cover"
    places = [[(run.text, run.x, run.y) for run in sheet.runs if run.field != "kind"] for sheet in (bag, cover)]
    assert places[0] == places[1]


@pytest.mark.parametrize(("label", "stock"), STOCKS)
def test_the_large_letters_stay_whole_within_the_stock(label, stock):
    """No dot at an edge: a letter that was cut would reach it."""
    for phrase in (ON_LABEL, SPECIMEN):
        sheet = compose_bag_label(replace(label, training=phrase), stock, 203)
        width, height = sheet.dots
        letters = dotted(phrase, sheet.mark.slant, width, height, 203)
        larger = dotted(phrase, sheet.mark.slant, width + 600, height + 600, 203)
        assert inked(letters) == inked(larger)


def inked(dots):
    return Image.frombytes("1", (dots.width, dots.height), zlib.decompress(dots.packed)).convert("L").histogram()[255]
