"""The calibration label and sheets of labels: measured in their pictures, at the places that the tables say."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pypdf
import pytest
import zxingcpp
from paper_examples import UK_LABEL, US_LABEL
from PIL import Image

from labels import (
    LABEL_SHEETS,
    UK_100X75,
    US_4X3,
    Box,
    CalibrationLabel,
    Refused,
    compose_bag_label,
    compose_calibration_label,
    draw_calibration_label,
    label_sheet,
    on_sheets,
    rule_down,
)
from labels.raster import dots, pictures
from labels.sheet import LABEL_STOCKS, US_4X2

LABEL = CalibrationLabel(
    title="Calibration label",
    stock="4 × 3 in, 203 dpi",
    printer=Box("Printer", "Cabinet 1"),
    note="Pass at 100%: both rules 49.5 to 50.5 mm, symbol read, four corners.",
    across="50 mm across",
    down="50 mm down",
    smallest="1 l I  0 O  5 S  8 B  7 pt",
    small="1 l I  0 O  5 S  8 B  8.5 pt",
    dots="lines of 1 and 2 dots",
    boxes=("Across, mm", "Down, mm", "Symbol, four corners", "Name", "Date, pass or fail"),
    symbol="CAL-12-7K",
    training=("TRAINING –", "NOT FOR", "PATIENT USE"),
)
STOCKS = pytest.mark.parametrize("stock", LABEL_STOCKS, ids=lambda stock: stock.name)
DPIS = pytest.mark.parametrize("dpi", [203, 300])
USES = pytest.mark.parametrize("training", [LABEL.training, None], ids=["training", "patient use"])


def calibration(stock, dpi, training=LABEL.training):
    label = replace(LABEL, stock=f"{stock.name}, {dpi} dpi", down=f"{rule_down(stock)} mm down", training=training)
    drawn = draw_calibration_label(label, stock, dpi)
    (picture,) = pictures(drawn, dpi)
    return label, drawn, dots(picture)


def black(picture: Image.Image, box: tuple[float, float, float, float], dpi: int) -> tuple[float, float, float, float]:
    """The edges in mm of all that is black within a box in mm."""
    left, top, right, bottom = (round(edge / 25.4 * dpi) for edge in box)
    found = picture.crop((left, top, right, bottom)).convert("L").point(lambda shade: 255 - shade).getbbox()
    assert found is not None, box
    at = (left + found[0], top + found[1], left + found[2], top + found[3])
    return tuple(edge / dpi * 25.4 for edge in at)  # type: ignore[return-value]


# ------------------------------------------------------------------ the calibration label


@STOCKS
@DPIS
@USES
def test_the_rules_are_as_long_as_they_say(stock, dpi, training):
    """From the outer edge of the first tick to that of the last: the rule and one line, 0.25 mm, in whole dots."""
    _, _, picture = calibration(stock, dpi, training)
    dot = 25.4 / dpi
    (x, y), (left, top) = ((12, 18.5), (7, 19.5)) if stock.height > 60 else ((14, 10), (8, 6.5))
    across = black(picture, (x - 1, y + 3.2, x + 51, y + 3.9), dpi)  # below all but the ticks of every 10 mm
    assert across[2] - across[0] == pytest.approx(50 + 0.25, abs=1.5 * dot)
    down = black(picture, (left + 3.2, top - 0.5, left + 3.9, top + rule_down(stock) + 0.5), dpi)
    assert down[3] - down[1] == pytest.approx(rule_down(stock) + 0.25, abs=1.5 * dot)


@STOCKS
def test_a_secondary_label_has_a_shorter_rule_down(stock):
    assert rule_down(stock) == (40 if stock.height < 60 else 50)


@STOCKS
@DPIS
def test_a_mark_stands_two_mm_from_each_corner(stock, dpi):
    _, _, picture = calibration(stock, dpi)
    width, height = (side / dpi * 25.4 for side in picture.size)
    for box, edges in (
        ((0, 0, 6, 2.5), (0, 1)),
        ((width - 6, 0, width, 2.5), (2, 1)),
        ((0, height - 2.5, 6, height), (0, 3)),
        ((width - 6, height - 2.5, width, height), (2, 3)),
    ):
        found = black(picture, box, dpi)
        for edge in edges:
            away = found[edge] if edge < 2 else (width, height)[edge - 2] - found[edge]
            assert away == pytest.approx(2 - 0.125, abs=25.4 / dpi)


@STOCKS
@DPIS
@USES
@pytest.mark.parametrize("tilt", [0, 2])
def test_its_symbol_scans_from_its_picture(stock, dpi, training, tilt):
    label, drawn, _ = calibration(stock, dpi, training)
    (picture,) = pictures(drawn, dpi)
    turned = picture.rotate(tilt, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    found = zxingcpp.read_barcodes(turned, formats=zxingcpp.BarcodeFormat.DataMatrix)
    assert [code.text for code in found] == [label.symbol]


@STOCKS
@DPIS
@USES
def test_every_word_of_it_can_be_read(stock, dpi, training):
    label, drawn, _ = calibration(stock, dpi, training)
    text = " ".join(pypdf.PdfReader(BytesIO(drawn)).pages[0].extract_text().split())
    said = [label.title, label.stock, label.across, label.down, label.dots, label.symbol, "Cabinet 1"]
    said += [*label.boxes, label.note] if stock.height > 60 else []
    assert [words for words in said if words not in text] == []
    assert ("PATIENT USE" in text) is (training is not None)


@DPIS
def test_the_lines_are_of_one_and_of_two_dots(dpi):
    """Across the black lines: five of one dot and five of two, three white ones between."""
    _, _, picture = calibration(US_4X3, dpi)
    row = picture.crop(
        (round(63.5 / 25.4 * dpi), round(32 / 25.4 * dpi), round(75 / 25.4 * dpi), round(32 / 25.4 * dpi) + 1)
    )
    shades = "".join("#" if not dot else "." for dot in row.convert("L").tobytes()).strip(".")
    assert [len(run) for run in shades.split("...")] == [1] * 5 + [2] * 5


def test_a_name_that_its_box_cannot_hold_is_refused():
    with pytest.raises(Refused, match=r"printer: “.*” does not fit its box of 26\.5 mm on 4 × 3 in"):
        compose_calibration_label(replace(LABEL, printer=Box("Printer", "Wwwwwwwwwwwwwwwwwwwwwwww")), US_4X3, 203)


def test_the_same_label_has_the_same_bytes():
    assert draw_calibration_label(LABEL, US_4X3, 203) == draw_calibration_label(LABEL, US_4X3, 203)


@pytest.mark.parametrize("dpi", [150, 600])
def test_only_the_resolutions_that_were_tried_are_taken(dpi):
    with pytest.raises(Refused, match="is no resolution of a label printer known here"):
        draw_calibration_label(LABEL, US_4X3, dpi)


# ------------------------------------------------------------------ sheets of labels

# As the makers publish them, in mm: of the last position its right and lower edge, and what is white beside it.
EDGES = {
    # 5/32 + 4.1875 + 4 in = 8.34375 in = 211.93 mm of 215.9; 0.5 + 2 × 3⅓ + 3⅓ = 10.5 in = 266.7 mm of 279.4
    "Avery 5164, Letter, 4 × 3⅓ in": (211.93, 266.7, 6),
    # 0.5 + 4 × 2 + 2 = 10.5 in
    "Avery 5163, Letter, 4 × 2 in": (211.93, 266.7, 10),
    "Herma 10809, A4, 105 × 148 mm": (210, 296, 4),
    # 4.65 + 101.6 + 99.1 = 205.35; 13.1 + 3 × 67.7 + 67.7 = 283.9
    "Avery L7165, A4, 99.1 × 67.7 mm": (205.35, 283.9, 8),
}


@pytest.mark.parametrize("sheet", LABEL_SHEETS, ids=lambda sheet: sheet.name)
def test_the_positions_of_a_sheet_fill_it_as_its_maker_says(sheet):
    right = sheet.left + (sheet.columns - 1) * sheet.across + sheet.width
    bottom = sheet.top + (sheet.rows - 1) * sheet.down + sheet.height
    assert (round(right, 2), round(bottom, 2), sheet.positions) == EDGES[sheet.name]
    assert right <= sheet.paper.width and bottom <= sheet.paper.height
    assert sheet.across >= sheet.width and sheet.down >= sheet.height


HOLDS = {
    "Avery 5164, Letter, 4 × 3⅓ in": {"4 × 3 in", "4 × 2 in", "100 × 75 mm", "70 × 50 mm"},
    "Avery 5163, Letter, 4 × 2 in": {"4 × 2 in", "70 × 50 mm"},
    "Herma 10809, A4, 105 × 148 mm": {stock.name for stock in LABEL_STOCKS},
    "Avery L7165, A4, 99.1 × 67.7 mm": {"70 × 50 mm"},
}


@pytest.mark.parametrize("sheet", LABEL_SHEETS, ids=lambda sheet: sheet.name)
def test_a_sheet_holds_the_labels_that_its_positions_are_large_enough_for(sheet):
    assert {stock.name for stock in LABEL_STOCKS if sheet.holds(stock)} == HOLDS[sheet.name]


FIVE_MM = 5.0
SHEETS = [
    ("Avery 5164, Letter, 4 × 3⅓ in", US_LABEL, US_4X3),
    ("Herma 10809, A4, 105 × 148 mm", UK_LABEL, UK_100X75),
]


def composed(label, stock, count):
    return [
        compose_bag_label(replace(label, training=None, symbol=f"2026-000123-{n}-7K"), stock, 300)
        for n in range(1, count + 1)
    ]


@pytest.mark.parametrize(("name", "label", "stock"), SHEETS)
def test_a_label_stands_at_its_position_and_nothing_else_is_drawn(name, label, stock):
    """Every position in turn: the ink of the sheet is that of the label alone, in the middle of the position."""
    sheet, (one,) = label_sheet(name), composed(label, stock, 1)
    (alone,) = pictures(on_sheets([one], sheet, 1, "x"), 300)
    for position in range(1, sheet.positions + 1):
        row, column = divmod(position - 1, sheet.columns)
        x, y = sheet.left + column * sheet.across, sheet.top + row * sheet.down
        (picture,) = pictures(on_sheets([one], sheet, position, "x"), 300)
        edges = black(dots(picture), (0, 0, sheet.paper.width, sheet.paper.height), 300)
        ink = compose_edges(one)
        offset = (x + (sheet.width - one.width) / 2, y + (sheet.height - one.height) / 2)
        assert edges == pytest.approx([ink[i] + offset[i % 2] for i in range(4)], abs=0.3)
        assert min(edges[:2]) >= FIVE_MM and edges[2] <= sheet.paper.width - FIVE_MM
        found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.DataMatrix)
        assert [code.text for code in found] == ["2026-000123-1-7K"]
    assert alone.size == picture.size


def compose_edges(sheet):
    """Of all that a label draws."""
    areas = [run.area for run in sheet.runs] + sheet.rules + [fill.area for fill in sheet.fills]
    return (
        min(a.left for a in areas),
        min(a.top for a in areas),
        max(a.right for a in areas),
        max(a.bottom for a in areas),
    )


@pytest.mark.parametrize(
    ("first", "count", "pages"),
    [(1, 3, [3]), (5, 3, [2, 1]), (6, 3, [1, 2]), (6, 8, [1, 6, 1]), (1, 6, [6])],
)
def test_more_labels_than_free_positions_go_on_to_another_sheet(first, count, pages):
    """Six to a sheet."""
    drawn = on_sheets(composed(US_LABEL, US_4X3, count), label_sheet("Avery 5164, Letter, 4 × 3⅓ in"), first, "x")
    texts = [page.extract_text() for page in pypdf.PdfReader(BytesIO(drawn)).pages]
    assert [text.count("TOTAL VOLUME") for text in texts] == pages
    said = "\n".join(texts)
    assert [said.count(f"2026-000123-{n}-7K") for n in range(1, count + 1)] == [1] * count


@pytest.mark.parametrize("first", [0, 7, -1])
def test_a_position_that_a_sheet_has_not_is_refused(first):
    with pytest.raises(Refused, match=f"first free position: “{first}” is none of the 6 of Avery 5164"):
        on_sheets(composed(US_LABEL, US_4X3, 1), label_sheet("Avery 5164, Letter, 4 × 3⅓ in"), first, "x")


def test_a_label_that_is_larger_than_a_position_is_refused():
    with pytest.raises(Refused, match="has no room for a label of 4 × 3 in"):
        on_sheets(composed(US_LABEL, US_4X3, 1), label_sheet("Avery 5163, Letter, 4 × 2 in"), 1, "x")


def test_a_sheet_that_nobody_knows_is_refused():
    with pytest.raises(Refused, match="label sheet: “A5” is none that is known here"):
        label_sheet("A5")


def test_a_calibration_label_stands_on_a_sheet_as_well():
    made = compose_calibration_label(replace(LABEL, down="40 mm down"), US_4X2, 300)
    (picture,) = pictures(on_sheets([made], label_sheet("Avery 5163, Letter, 4 × 2 in"), 10, "x"), 300)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [LABEL.symbol]
