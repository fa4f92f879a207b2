"""Extracts of a log on paper: what stands where, which entry on which page, and what cannot be printed."""

from dataclasses import replace
from io import BytesIO

import pypdf
import pytest
from paper_examples import ON_WORKSHEET

from labels import (
    A4,
    LETTER,
    Extract,
    ExtractRow,
    ExtractValue,
    Refused,
    Sheet,
    Stock,
    draw_extract,
    extract_pages,
)
from labels.content import Pair
from labels.extract import compose_extract

CHANGED = ExtractRow(
    entry="4,201",
    when=("Mar 12, 2026", "08:09:02", "12:09:02 UTC"),
    who=("R. Okafor", "technician, Workstation 3"),
    what="Order changed",
    values=(
        ExtractValue("Weight", "77 kg", "→", "70 kg"),
        ExtractValue("Dose", "1.46 mg", None, "unchanged"),
        ExtractValue("Copy", None, None, "1"),
    ),
    notes=("Why: misread. “Chart says 70.”",),
)
EXTRACT = Extract(
    title="Timeline of preparation 2026-000123",
    pharmacy="Example Hospital Pharmacy",
    facts=((Pair("Patient", "RIVERA, Elena"), Pair("MRN", "00417352")), (Pair("State", "order verified"),)),
    captions=("Entry", "When", "Who", "What, old and new"),
    rows=(CHANGED,),
    foot="Taken out Mar 12, 2026 09:40 by S. Whitfield, auditor. Times America/New_York.",
    log_head="log head 4411 K3QF 7XWA M2ZD H5TN",
    pages=("Page 1 of 1",),
    mark=ON_WORKSHEET,
)
BOTH = [pytest.param(LETTER, id="us"), pytest.param(A4, id="uk")]


def numbered(extract: Extract, stock: Stock) -> Extract:
    pages = extract_pages(extract, stock)
    return replace(extract, pages=tuple(f"Page {page} of {pages}" for page in range(1, pages + 1)))


def composed(stock: Stock, *rows: ExtractRow) -> list[Sheet]:
    return compose_extract(numbered(replace(EXTRACT, rows=rows), stock), stock)


def texts(sheet: Sheet, part: str) -> list[str]:
    return [run.text for run in sheet.runs if run.field.endswith(part)]


@pytest.mark.parametrize("stock", BOTH)
def test_a_reader_of_the_file_finds_every_string(stock: Stock) -> None:
    page = pypdf.PdfReader(BytesIO(draw_extract(EXTRACT, stock))).pages[0]
    found = " ".join(page.extract_text().split())
    row = [*CHANGED.when, *CHANGED.who, CHANGED.what, *CHANGED.notes]
    values = [text for value in CHANGED.values for text in (value.name, value.old, value.joint, value.new) if text]
    facts = [text for line in EXTRACT.facts for pair in line for text in (pair.caption, pair.value)]
    whole = [EXTRACT.title, EXTRACT.pharmacy, *EXTRACT.captions, EXTRACT.foot, EXTRACT.log_head, *EXTRACT.pages]
    for text in (*row, *values, *facts, *whole, "4,201", " ".join(ON_WORKSHEET)):
        assert text in found, text


@pytest.mark.parametrize("stock", BOTH)
def test_the_same_extract_gives_the_same_bytes(stock: Stock) -> None:
    assert draw_extract(EXTRACT, stock) == draw_extract(EXTRACT, stock)


@pytest.mark.parametrize("stock", BOTH)
def test_old_joint_and_new_stand_in_columns(stock: Stock) -> None:
    runs = composed(stock, CHANGED)[0].runs
    weight = {run.field.split(".")[-1]: run for run in runs if run.text in ("Weight", "77 kg", "→", "70 kg")}
    assert weight["name"].x < weight["old"].x < weight["joint"].x < weight["new"].x
    assert len({run.y for run in weight.values()}) == 1
    unchanged, fact = (next(run for run in runs if run.text == text) for text in ("unchanged", "1"))
    assert (unchanged.x, fact.x) == (weight["new"].x, weight["old"].x)


@pytest.mark.parametrize("stock", BOTH)
def test_every_page_has_head_captions_foot_and_mark(stock: Stock) -> None:
    sheets = composed(stock, *[CHANGED] * 40)
    assert len(sheets) > 2
    for number, sheet in enumerate(sheets, 1):
        assert texts(sheet, "title") == [EXTRACT.title]
        assert texts(sheet, "captions") == list(EXTRACT.captions)
        assert texts(sheet, "log_head") == [EXTRACT.log_head]
        assert texts(sheet, "page") == [f"Page {number} of {len(sheets)}"]
        assert sheet.mark is not None


@pytest.mark.parametrize("stock", BOTH)
def test_no_entry_is_broken_where_a_page_can_hold_it(stock: Stock) -> None:
    rows = [replace(CHANGED, entry=str(number)) for number in range(40)]
    met = []
    for sheet in composed(stock, *rows):
        entries = texts(sheet, ".entry")
        assert len(texts(sheet, ".what")) == len(texts(sheet, ".note")) == len(entries)
        met += entries
    assert met == [str(number) for number in range(40)]


@pytest.mark.parametrize("stock", BOTH)
def test_an_entry_longer_than_a_page_goes_on_on_the_next(stock: Stock) -> None:
    values = tuple(ExtractValue(f"Field {number}", "–", "→", f"{number} kg") for number in range(100))
    sheets = composed(stock, replace(CHANGED, values=values))
    # A page of 279.4 or 297 mm holds 58 to 64 lines of 4 mm: 102 lines take two.
    assert len(sheets) == 2
    assert [text for sheet in sheets for text in texts(sheet, ".new")] == [value.new for value in values]


def test_an_extract_of_nothing_has_one_page() -> None:
    assert extract_pages(replace(EXTRACT, rows=()), A4) == 1


def test_without_a_mark_nothing_says_training() -> None:
    pdf = draw_extract(replace(EXTRACT, mark=None), A4)
    assert "TRAINING" not in pypdf.PdfReader(BytesIO(pdf)).pages[0].extract_text()


LONG = "x" * 90  # 90 letters of 8.5 pt are 130 mm long, and no column has more than 102
REFUSED = [
    (replace(EXTRACT, pages=()), "pages: “0” page words were given, and there are 1 pages."),
    (
        replace(EXTRACT, rows=(replace(CHANGED, what="一"),)),
        "rows 1 what: “一” holds 一 (U+4E00), which the label's font lacks.",
    ),
    (
        replace(EXTRACT, rows=(CHANGED, replace(CHANGED, who=(LONG,)))),
        f"rows 2 who: “{LONG}” holds a word that is wider than its column, 40 mm.",
    ),
    (replace(EXTRACT, rows=(replace(CHANGED, notes=("",)),)), "rows 1 note: “” is empty."),
    (
        replace(EXTRACT, title=LONG),
        f"title: “{LONG}” does not fit A4 on one line: ",
    ),
]


@pytest.mark.parametrize(("extract", "sentence"), REFUSED)
def test_what_cannot_be_printed_is_refused_by_its_place(extract: Extract, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        draw_extract(extract, A4)
    assert str(refused.value).startswith(sentence)
