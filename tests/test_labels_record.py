"""Records in sections: what stands where, what goes on on which page, and what cannot be printed."""

from dataclasses import replace
from io import BytesIO

import pypdf
import pytest
from paper_examples import ON_WORKSHEET

from labels import (
    A4,
    LETTER,
    Record,
    RecordColumn,
    RecordRow,
    Refused,
    Section,
    Sheet,
    Stock,
    draw_record,
    record_pages,
)
from labels.content import Box, Pair, Signature, SignatureCaptions
from labels.record import compose_record
from labels.running import FOOT, Column, Part, Strip, split, text_lines

COLUMNS = (RecordColumn("What", 40), RecordColumn("Mass", 20, bold=True, right=True), RecordColumn("Reason", 100))
ROW = RecordRow((("Vial 2, left over",), ("0.34 mg",), ("left after the draw", "entered late")))
BIN = Section(title="In the bin", note="1 row", columns=COLUMNS, rows=(ROW,))
COUNTS = Section(
    title="Copies counted",
    boxes=(Box("Printed", "3"), Box("Destroyed", "0"), Box("Counted by hand")),
    texts=("Printed is what is on the bag, on the cover, specimen and destroyed.",),
)
SIGNING = Section(
    title="Signed",
    captions=SignatureCaptions("Meaning", "Printed name", "Role", "Signature", "Date", "Time"),
    signatures=(Signature("Discarded"), Signature("Witnessed", "M. Park", "technician")),
)
RECORD = Record(
    title="Waste certificate",
    pharmacy="Example Hospital Pharmacy",
    facts=((Pair("Prep. no.", "2026-000123"), Pair("State", "released")), (Pair("Drug", "inotuzumab ozogamicin"),)),
    foot="As it stood Mar 12, 2026 09:00, first printed by R. Okafor, technician.",
    log_head="log head 4411 K3QF 7XWA M2ZD H5TN",
    copy="Edition 1, copy 2",
    pages=("Page 1 of 1",),
    mark=ON_WORKSHEET,
    sections=(COUNTS, BIN, SIGNING),
)
BOTH = [pytest.param(LETTER, id="us"), pytest.param(A4, id="uk")]


def numbered(record: Record, stock: Stock) -> Record:
    pages = record_pages(record, stock)
    return replace(record, pages=tuple(f"Page {page} of {pages}" for page in range(1, pages + 1)))


def composed(stock: Stock, *sections: Section) -> list[Sheet]:
    return compose_record(numbered(replace(RECORD, sections=sections), stock), stock)


def texts(sheet: Sheet, field: str) -> list[str]:
    return [run.text for run in sheet.runs if run.field.endswith(field)]


# ------------------------------------------------------------------ one page


@pytest.mark.parametrize("stock", BOTH)
def test_a_reader_of_the_file_finds_every_string(stock: Stock) -> None:
    page = pypdf.PdfReader(BytesIO(draw_record(RECORD, stock))).pages[0]
    found = " ".join(page.extract_text().split())
    facts = [text for line in RECORD.facts for pair in line for text in (pair.caption, pair.value)]
    boxes = [text for box in COUNTS.boxes for text in (box.caption, box.value) if text]
    cells = [text for cell in ROW.cells for text in cell]
    titles = [section.title for section in RECORD.sections]
    rest = ["1 row", *COUNTS.texts, "Printed name", "Signature", "Discarded", "Witnessed", "M. Park", "technician"]
    whole = [RECORD.title, RECORD.pharmacy, RECORD.foot, RECORD.log_head, RECORD.copy, *RECORD.pages]
    for text in (*facts, *boxes, *cells, *titles, *rest, *whole, *(column.caption for column in COLUMNS)):
        assert str(text) in found, text


@pytest.mark.parametrize("stock", BOTH)
def test_the_same_record_gives_the_same_bytes(stock: Stock) -> None:
    assert draw_record(RECORD, stock) == draw_record(RECORD, stock)


@pytest.mark.parametrize("stock", BOTH)
def test_cells_stand_in_their_columns(stock: Stock) -> None:
    """Of 40 + 20 + 100 = 160 parts of the width less two gaps of 3 mm, from the margin of 12 mm."""
    runs = {run.text: run for run in composed(stock, BIN)[0].runs}
    part = (stock.width - 24 - 6) / 160
    assert runs["Vial 2, left over"].x == runs["What"].x == 12
    mass_ends = 12 + 40 * part + 3 + 20 * part
    assert runs["0.34 mg"].area.right == pytest.approx(mass_ends)
    assert runs["Mass"].area.right == pytest.approx(mass_ends)
    assert runs["left after the draw"].x == runs["entered late"].x == pytest.approx(mass_ends + 3)
    assert [runs[text].face.name.rpartition("-")[2] for text in ("0.34 mg", "left after the draw")] == [
        "Bold",
        "Regular",
    ]


def test_a_row_may_say_how_many_lines_of_each_cell_are_bold() -> None:
    row = replace(ROW, bold=(0, 0, 2))
    runs = {run.text: run for run in composed(A4, replace(BIN, rows=(row,)))[0].runs}
    assert [runs[cell].face.name.rpartition("-")[2] for cell in ("0.34 mg", "left after the draw", "entered late")] == [
        "Regular",
        "Bold",
        "Bold",
    ]


def test_a_box_without_a_value_and_a_line_to_sign_stay_empty() -> None:
    sheet = composed(A4, COUNTS, SIGNING)[0]
    assert texts(sheet, "Counted by hand.caption") == ["Counted by hand"]
    assert texts(sheet, "Counted by hand") == []
    assert texts(sheet, "signature.1.name") == [] and texts(sheet, "signature.2.name") == ["M. Park"]


def test_a_section_of_nothing_is_its_bar() -> None:
    sheet = composed(A4, Section(title="Nothing"))[0]
    assert texts(sheet, "Nothing") == ["Nothing"]


def test_without_a_mark_nothing_says_training() -> None:
    pdf = draw_record(replace(RECORD, mark=None), A4)
    assert "TRAINING" not in pypdf.PdfReader(BytesIO(pdf)).pages[0].extract_text()


# ------------------------------------------------------------------ more pages


@pytest.mark.parametrize("stock", BOTH)
def test_every_page_has_head_foot_and_the_captions_of_its_table(stock: Stock) -> None:
    sheets = composed(stock, replace(BIN, rows=(ROW,) * 60))
    assert len(sheets) > 2
    for number, sheet in enumerate(sheets, 1):
        assert texts(sheet, "title") == [RECORD.title] and texts(sheet, "copy") == [RECORD.copy]
        assert texts(sheet, "page") == [f"Page {number} of {len(sheets)}"]
        assert texts(sheet, "log_head") == [RECORD.log_head]
        assert texts(sheet, "In the bin") == ["In the bin"]
        assert texts(sheet, "In the bin, Mass") == ["Mass"]
        assert sheet.mark is not None
    assert sum(len(texts(sheet, ", What")) - 1 for sheet in sheets) == 60


@pytest.mark.parametrize("stock", BOTH)
def test_two_thousand_rows_stand_in_their_order_and_clear_of_the_foot(stock: Stock) -> None:
    rows = tuple(RecordRow(((f"row {number}",), ("0.34 mg",), ("left",))) for number in range(2000))
    sheets = composed(stock, replace(BIN, rows=rows))
    met = [text for sheet in sheets for text in texts(sheet, ", What") if text != "What"]
    assert met == [f"row {number}" for number in range(2000)]
    for sheet in sheets:
        body = [run for run in sheet.runs if run.field.startswith("In the bin")]
        assert max(run.area.bottom for run in body) < stock.height - FOOT


@pytest.mark.parametrize("stock", BOTH)
def test_long_texts_go_on_over_pages_and_lose_no_word(stock: Stock) -> None:
    """A hundred reasons, each of 8 sentences of 61 characters, 7 spaces and an end: 8 × 61 + 7 + 4 = 499."""
    reason = " ".join(["the vial slipped out of the glove and broke upon the work top"] * 8) + " end"
    assert len(reason) == 8 * 61 + 7 + 4
    sheets = composed(stock, replace(BIN, rows=(RecordRow((("Bag",), ("1.46 mg",), (reason,))),) * 100))
    met = " ".join(text for sheet in sheets for text in texts(sheet, ", Reason") if text != "Reason")
    assert met == " ".join([reason] * 100)


def test_a_row_longer_than_a_page_goes_on_under_the_captions() -> None:
    row = RecordRow((("Bag",), ("1.46 mg",), tuple(f"line {number}" for number in range(150))))
    sheets = composed(A4, replace(BIN, rows=(row,)))
    # 297 − 17 − 37 mm, less bar and captions, hold some 57 lines of 4 mm: 150 lines take three pages.
    assert len(sheets) == 3
    met = [text for sheet in sheets for text in texts(sheet, ", Reason") if text != "Reason"]
    assert met == [f"line {number}" for number in range(150)]


def test_nobody_signs_on_a_page_without_what_the_line_means() -> None:
    for count in range(35, 60):  # whatever room is left
        sheets = composed(A4, replace(BIN, rows=(RecordRow((("a",), ("b",), ("c",))),) * count), SIGNING)
        signed = [sheet for sheet in sheets if texts(sheet, "meaning.caption")]
        assert len(signed) == 1 and texts(signed[0], ".meaning") == ["Discarded", "Witnessed"]
        assert texts(signed[0], "Signed") == ["Signed"]


def strip(height: float) -> Strip:
    return Strip(height, lambda sheet, top: None)


SPLIT = [
    # heights of the rows under heads of 10 mm on pages of 50 mm, and how many strips stand on each
    ([40.0], [2]),
    ([40.0, 40.0], [2, 2]),
    ([20.0, 20.0, 20.0], [3, 2]),
    ([], [2]),
    ([41.0], [2]),  # taller than a page: it is drawn, and checked there
]


@pytest.mark.parametrize(("heights", "found"), SPLIT)
def test_strips_fill_pages_under_their_heads(heights: list[float], found: list[int]) -> None:
    part = Part(tuple(map(strip, heights)), (strip(10.0),), (strip(10.0),))
    assert [len(page) for page in split([part], 50.0)] == found


def test_heads_do_not_stand_alone_at_the_end_of_a_page() -> None:
    first = Part((strip(35.0),), (strip(10.0),), (strip(10.0),))
    assert [len(page) for page in split([first, first], 50.0)] == [2, 2]


# ------------------------------------------------------------------ words


def test_a_row_of_bare_figures_is_broken_only_where_it_must_be() -> None:
    lots = "lots 11 12 13 14 15 16 17 18 19 20 21 22"
    wide, narrow = (text_lines("reason", (lots,), Column(12, width)) for width in (80.0, 20.0))
    assert [placed.text for line in wide for placed in line] == [lots]
    assert [placed.text for line in narrow for placed in line] == ["lots 11", *map(str, range(12, 23))]


LONG = "x" * 90  # letters of 8.5 pt: 130 mm, and no column here has more than 114
REFUSED = [
    (replace(RECORD, pages=()), "pages: “0” page words were given, and there are 1 pages."),
    (
        replace(RECORD, sections=(replace(BIN, rows=(ROW, replace(ROW, cells=ROW.cells[:2]))),)),
        "In the bin, row 2: “2” cells were given for 3 columns.",
    ),
    (
        replace(RECORD, sections=(replace(BIN, rows=(replace(ROW, cells=(*ROW.cells[:2], ("一",))),)),)),
        "In the bin, row 1, Reason: “一” holds 一 (U+4E00), which the label's font lacks.",
    ),
    (
        replace(RECORD, sections=(replace(BIN, rows=(replace(ROW, cells=((LONG,), *ROW.cells[1:])),)),)),
        f"In the bin, row 1, What: “{LONG}” holds a word that is wider than its column, 45 mm.",  # (186 − 6) × 40 ÷ 160
    ),
    (replace(RECORD, sections=(replace(COUNTS, texts=("",)),)), "Copies counted: “” is empty."),
    (replace(RECORD, title=LONG), f"title: “{LONG}” does not fit A4 on one line: "),
    (replace(RECORD, foot=" ".join([LONG] * 3)), f"foot: “{LONG} {LONG} {LONG}” does not fit 2 lines of "),
    (
        replace(RECORD, sections=(replace(COUNTS, boxes=(Box("Printed", LONG), *COUNTS.boxes)),)),
        f"Copies counted, Printed: “{LONG}” does not fit A4 on one line: ",
    ),
]


@pytest.mark.parametrize(("record", "sentence"), REFUSED)
def test_what_cannot_be_printed_is_refused_by_its_place(record: Record, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        draw_record(record, A4)
    assert str(refused.value).startswith(sentence)
