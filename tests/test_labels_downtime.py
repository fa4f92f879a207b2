"""Blank worksheets and the table of doses on paper: where they stand, and that a hand has room."""

from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from paper_examples import US_WORKSHEET

from labels import (
    A4,
    LETTER,
    BlankBanner,
    BlankRow,
    BlankWorksheet,
    Box,
    DoseGroup,
    DoseRow,
    DoseTable,
    Draw,
    Pair,
    Refused,
    Step,
    WorkingLine,
    compose_worksheet,
    dose_table_pages,
    draw_dose_table,
)
from labels.dose_table import compose_dose_table

COLUMNS = (("Dose", "mg"), ("Draw", "mL"), ("Vials", "+ spare"), ("Discard", "mL"))
SHARED = {name: getattr(US_WORKSHEET, name) for name in BlankWorksheet.__dataclass_fields__ if name != "banner"}
BLANK = BlankWorksheet(
    **{
        **SHARED,
        "calculation": replace(
            US_WORKSHEET.calculation, lines=tuple(WorkingLine(f"Line {n}", "how", None, "to 0.01") for n in range(5))
        ),
        "draws": replace(US_WORKSHEET.draws, rows=(Draw(vial="1"), Draw(vial="2"))),
        "steps": replace(US_WORKSHEET.steps, rows=(Step(number="1", text=("Draw to the total.",), unit="mL"),)),
        "banner": BlankBanner(
            letter="B",
            first=(
                BlankRow((Box("Family name"), Box("Given name")), (6, 5)),
                BlankRow((Box("MRN"), Box("Born"), Box("Location")), (4, 4, 4)),
            ),
            second=(BlankRow((Box("Family name"), Box("MRN")), (2, 1)),),
            generic="inotuzumab ozogamicin",
            brand="(Besponsa)",
            dose="DOSE ________ mg, TOTAL VOLUME 50 mL",
        ),
    }
)


def table(count: int = 10, **changes: object) -> DoseTable:
    made = DoseTable(
        title="Doses",
        pharmacy="Example Hospital Pharmacy",
        facts=((Pair("Drug file", "besponsa-us edition 2"),),),
        foot="Adults only.",
        log_head="log head 418 MFRGGZDFMZTWQ2LK",
        key=("BSA", "m²"),
        groups=(DoseGroup("0.8 mg/m²", COLUMNS), DoseGroup("0.5 mg/m²", COLUMNS)),
        rows=tuple(DoseRow(f"1.{n:03d}", ("1.46", "5.84", "1 + 1", "0.4", "–", "–", "–", "–")) for n in range(count)),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def paged(rows: int, stock: object = LETTER) -> DoseTable:
    made = table(rows)
    pages = dose_table_pages(made, stock)  # type: ignore[arg-type]
    return replace(made, pages=tuple(f"Page {page} of {pages}" for page in range(1, pages + 1)))


# ------------------------------------------------------------------ a blank worksheet


def test_boxes_for_the_hand_are_as_high_as_they_must_be() -> None:
    """11.2 mm where a caption sits inside, 8.2 clear where none does."""
    first, second = compose_worksheet(BLANK, LETTER)
    for sheet, names in ((first, ("banner.1.1", "banner.2.3", "order.1", "order.10")), (second, ("banner.1.2",))):
        for name in names:
            (caption,) = [run for run in sheet.runs if run.field == f"{name}.caption"]
            below = [
                rule.top
                for rule in sheet.rules
                if rule.left < caption.x < rule.right and rule.top > caption.y and rule.bottom - rule.top < 1
            ]
            assert min(below) - (caption.y - 2.8) >= 10.9, name  # the frame of the banner takes a part
    names = [run for run in first.runs if run.field.startswith("calculation.") and run.field.endswith(".name")]
    assert [round(b.y - a.y, 2) for a, b in pairwise(names)] == [8.2] * 4


@pytest.mark.parametrize("stock", [LETTER, A4], ids=["letter", "a4"])
def test_nothing_of_a_blank_worksheet_meets_anything_else(stock: object) -> None:
    for sheet in compose_worksheet(BLANK, stock):  # type: ignore[arg-type]
        for one, other in combinations(sheet.runs, 2):
            assert not one.area.meets(other.area), (one.text, other.text)
        for run in sheet.runs:
            assert not any(run.area.meets(rule) for rule in sheet.rules), run.text


def test_an_amount_has_a_box_with_its_unit_and_no_time() -> None:
    second = compose_worksheet(BLANK, LETTER)[1]
    (unit,) = [run for run in second.runs if run.field == "steps.1.unit"]
    assert (unit.text, unit.size) == ("mL", 8.5)
    assert not [run for run in second.runs if run.field == "steps.1.time"]


def test_a_line_that_is_worked_by_hand_has_an_empty_box() -> None:
    first = compose_worksheet(BLANK, LETTER)[0]
    assert not [run for run in first.runs if run.field.startswith("calculation.") and run.field.endswith(".result")]
    filled = compose_worksheet(US_WORKSHEET, LETTER)[0]
    assert len([run for run in filled.runs if run.field.endswith(".result")]) == 11


def test_a_name_of_a_drug_that_the_blank_banner_cannot_hold_is_refused() -> None:
    longer = replace(BLANK.banner, generic="inotuzumab ozogamicin for injection, powder")
    with pytest.raises(Refused) as refused:
        compose_worksheet(replace(BLANK, banner=longer), LETTER)
    assert refused.value.field == "brand"  # the end of the line that is too long


# ------------------------------------------------------------------ the table


# Letter: 279.4 − 17 foot − 28 head − 12.6 captions = 221.8 mm, 55 rows of 4 mm; A4: 297 − 57.6 = 239.4, 59.
PAGES = [(LETTER, 110, 1), (LETTER, 111, 2), (LETTER, 251, 3), (A4, 118, 1), (A4, 119, 2)]


@pytest.mark.parametrize(("stock", "rows", "pages"), PAGES)
def test_two_blocks_of_rows_stand_on_a_page(stock: object, rows: int, pages: int) -> None:
    assert dose_table_pages(table(rows), stock) == pages  # type: ignore[arg-type]


def test_rows_run_down_the_left_block_and_then_down_the_right() -> None:
    sheets = compose_dose_table(paged(251), LETTER)
    keys = [[run for run in sheet.runs if run.field.endswith(", column 1")] for sheet in sheets]
    for page in keys:
        middle = LETTER.width / 2
        left, right = ([run for run in page if (run.x < middle) is here] for here in (True, False))
        assert [run.text for run in left + right] == sorted(run.text for run in page)
        assert all(b.y > a.y for block in (left, right) for a, b in pairwise(block))
    assert [run.text for page in keys for run in page if run.text] != []
    assert sorted(run.text for page in keys for run in page) == [row.key for row in table(251).rows]


def test_points_stand_under_points() -> None:
    """No figure has trailing zeros, so that a column is not of one width: 5 stands over the 5 of 5.84."""
    rows = tuple(DoseRow("1.82", (text, *("1",) * 7)) for text in ("5", "5.8", "5.84", "15.84"))
    (sheet,) = compose_dose_table(table(pages=("Page 1 of 1",), rows=rows), LETTER)
    bold = [run for run in sheet.runs if run.field.endswith(", column 2")]
    ends = {run.text: run.x + run.face.width(run.text.partition(".")[0], run.size) for run in bold}
    assert len({round(end, 6) for end in ends.values()}) == 1


def test_every_cell_of_a_row_stands_on_its_line_in_its_column() -> None:
    (sheet,) = compose_dose_table(paged(3), LETTER)
    cells = [run for run in sheet.runs if run.field.startswith("row 2, ")]
    assert [run.text for run in cells] == ["1.001", "1.46", "5.84", "1 + 1", "0.4", "–", "–", "–", "–"]
    assert len({run.y for run in cells}) == 1
    assert all(b.x > a.x for a, b in pairwise(cells))


def test_bands_of_five_rows_lead_the_eye() -> None:
    (sheet,) = compose_dose_table(paged(20), LETTER)
    tops = sorted({round(fill.area.top, 3) for fill in sheet.fills})
    assert len(tops) == 10  # rows 6 to 10 and 16 to 20


def test_the_same_table_is_the_same_file() -> None:
    assert draw_dose_table(paged(30), LETTER) == draw_dose_table(paged(30), LETTER)


REFUSED = [
    (table(2, rows=(DoseRow("1.82", ("1.46",)),), pages=("Page 1 of 1",)), "row 1", "cells were given for 8"),
    (table(2), "pages", "page words were given"),
    (table(2, rows=(DoseRow("1.82", ("1,234.5678", *("1",) * 7)),), pages=("Page 1 of 1",)), "row 1, column 2", "fit"),
    (table(2, key=("Body surface area", "m²"), pages=("Page 1 of 1",)), "key caption", "does not fit"),
]


@pytest.mark.parametrize(("made", "field", "why"), REFUSED)
def test_what_the_table_cannot_hold_is_refused_by_its_field(made: DoseTable, field: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        compose_dose_table(made, LETTER)
    assert refused.value.field == field
