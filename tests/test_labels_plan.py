"""Treatment plans on paper: what stands where, which row on which page, and what cannot be printed."""

from dataclasses import replace
from io import BytesIO

import pypdf
import pytest
from paper_examples import ON_WORKSHEET

from labels import A4, LETTER, PlanTable, Refused, Sheet, Stock, TreatmentPlan, draw_plan, plan_pages
from labels.content import Pair
from labels.plan import FOOT, compose_plan

ROW = (("Cycle 1, day 1",), ("0.8 mg/m²",), ("Given Jan 5, 2026", "1.46 mg, 2026-000123"))
DOSES = PlanTable("Doses", ("Dose", "Level", "How it stands"), (40.0, 30.0, None), (ROW,))
RULES = PlanTable("Rules", ("What", "How"), (60.0, None), ((("Cycles at most",), ("6 cycles",)),))
PLAN = TreatmentPlan(
    title="Treatment plan",
    pharmacy="Example Hospital Pharmacy",
    facts=((Pair("Patient", "RIVERA, Elena"), Pair("MRN", "00417352")), (Pair("Start", "Jan 5, 2026"),)),
    tables=(DOSES, RULES),
    foot="Made Mar 12, 2026 09:40 by K. Adeyemi, pharmacist.",
    number="C-000012",
    pages=("Page 1 of 1",),
    mark=ON_WORKSHEET,
)
BOTH = [pytest.param(LETTER, id="us"), pytest.param(A4, id="uk")]


def composed(stock: Stock, *tables: PlanTable) -> list[Sheet]:
    plan = replace(PLAN, tables=tables)
    pages = plan_pages(plan, stock)
    return compose_plan(replace(plan, pages=tuple(f"Page {page} of {pages}" for page in range(1, pages + 1))), stock)


def many(count: int, lines: int = 1) -> PlanTable:
    rows = tuple(((f"Row {n}",), (f"{n} mg",), tuple(f"line {n}" for _ in range(lines))) for n in range(count))
    return replace(DOSES, rows=rows)


def texts(sheet: Sheet, part: str) -> list[str]:
    return [run.text for run in sheet.runs if part in run.field]


@pytest.mark.parametrize("stock", BOTH)
def test_a_reader_of_the_file_finds_every_string(stock: Stock) -> None:
    page = pypdf.PdfReader(BytesIO(draw_plan(PLAN, stock))).pages[0]
    found = " ".join(page.extract_text().split())
    cells = [line for table in PLAN.tables for row in table.rows for cell in row for line in cell]
    heads = [text for table in PLAN.tables for text in (table.heading, *table.captions)]
    facts = [text for line in PLAN.facts for pair in line for text in (pair.caption, pair.value)]
    for text in (*cells, *heads, *facts, PLAN.title, PLAN.number, PLAN.pharmacy, PLAN.foot, *PLAN.pages):
        assert text in found, text
    assert " ".join(ON_WORKSHEET) in found


@pytest.mark.parametrize("stock", BOTH)
def test_the_same_plan_gives_the_same_bytes(stock: Stock) -> None:
    assert draw_plan(PLAN, stock) == draw_plan(PLAN, stock)


@pytest.mark.parametrize("stock", BOTH)
def test_every_page_says_whose_plan_it_is(stock: Stock) -> None:
    sheets = composed(stock, many(120))
    assert len(sheets) > 1
    for number, sheet in enumerate(sheets, 1):
        assert texts(sheet, "facts")[:2] == ["Patient", "RIVERA, Elena"]
        assert texts(sheet, "number") == ["C-000012"]
        assert texts(sheet, "heading") == ["Doses"]
        assert texts(sheet, "captions") == list(DOSES.captions)
        assert texts(sheet, "page") == [f"Page {number} of {len(sheets)}"]
        assert sheet.mark is not None


@pytest.mark.parametrize("stock", BOTH)
@pytest.mark.parametrize("lines", [1, 4, 7])
def test_no_row_is_broken_or_lost_and_none_stands_in_the_foot(stock: Stock, lines: int) -> None:
    sheets = composed(stock, many(60, lines), many(3), RULES)
    met = []
    for sheet in sheets:
        rows = [run for run in sheet.runs if run.field.startswith("tables.1")]
        names = [run.text for run in rows if run.text.startswith("Row ")]
        assert sum(run.text.startswith("line ") for run in rows) == lines * len(names)
        assert all(run.y < stock.height - FOOT for run in sheet.runs if run.field.startswith("tables."))
        met += names
    assert met == [f"Row {n}" for n in range(60)]
    assert texts(sheets[-1], "heading")[-1] == "Rules"


@pytest.mark.parametrize("stock", BOTH)
def test_a_heading_never_stands_alone(stock: Stock) -> None:
    """With one row more a time, the second table moves down the page until it goes to the next with its row."""
    for count in range(1, 60):
        for sheet in composed(stock, many(count), RULES):
            assert ("Rules" in texts(sheet, "heading")) == ("6 cycles" in texts(sheet, "tables.2"))


@pytest.mark.parametrize("stock", BOTH)
def test_the_last_rows_of_a_table_do_not_stand_alone(stock: Stock) -> None:
    """With one row more a time, over several pages."""
    for count in range(1, 120):
        for sheet in composed(stock, many(count, 2))[1:]:
            assert sum(text.startswith("Row ") for text in texts(sheet, "tables.1")) >= 3


def test_a_cell_without_a_text_leaves_its_place_empty() -> None:
    (sheet,) = composed(LETTER, replace(DOSES, rows=((("Omitted",), (), ("toxicity",)),)))
    assert texts(sheet, "tables.1") == ["Omitted", "toxicity"]


REFUSALS = [
    ("an empty text", replace(DOSES, rows=((("Dose",), ("",), ("x",)),)), "tables 1 rows 1 2", "is empty"),
    ("a bidi control", replace(DOSES, rows=((("Dose\u202e",), ("x",), ("x",)),)), "tables 1 rows 1 1", "U+202E"),
    (
        "a word wider than its column",
        replace(DOSES, rows=((("Dose",), ("m" * 40,), ("x",)),)),
        "tables 1 rows 1 2",
        "holds a word that is wider than its column, 28 mm",
    ),
    (
        "a row longer than a page",
        replace(DOSES, rows=((("Dose",), ("x",), tuple("x" for _ in range(60))),)),
        "tables 1 rows 1 1",
        "is a row longer than a page",
    ),
    ("a caption that is too long", replace(DOSES, captions=("Dose", "L" * 30, "x")), "captions", "does not fit"),
]


@pytest.mark.parametrize(("table", "field", "why"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
def test_what_cannot_be_printed_is_refused_by_its_place(table: PlanTable, field: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        draw_plan(replace(PLAN, tables=(table,)), LETTER)
    assert refused.value.field == field
    assert why in str(refused.value)


def test_page_words_that_are_not_as_many_as_the_pages_are_refused() -> None:
    with pytest.raises(Refused, match=r"2.* page words were given, and there are 1 pages"):
        draw_plan(replace(PLAN, pages=("Page 1 of 2", "Page 2 of 2")), LETTER)


def test_nothing_is_printed_under_7_pt() -> None:
    assert all(run.size >= 7 for run in composed(LETTER, DOSES, RULES)[0].runs)
