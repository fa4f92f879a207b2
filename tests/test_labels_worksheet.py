"""Where the sections of the worksheet stand, how they make room for rows, and what two pages do not hold."""

from dataclasses import replace
from itertools import combinations

import pytest
from paper_examples import UK_WORKSHEET, US_WORKSHEET, three_vials

from labels import (
    A4,
    LETTER,
    US_4X3,
    Box,
    Clock,
    Deviation,
    Draw,
    PageMark,
    Refused,
    Sheet,
    Signature,
    Step,
    WorkingLine,
    compose_worksheet,
    draw_worksheet,
    page_count,
)

US, UK = (US_WORKSHEET, LETTER), (UK_WORKSHEET, A4)
BOTH = [pytest.param(*US, id="us"), pytest.param(*UK, id="uk")]
LONGEST = [
    pytest.param(three_vials(US_WORKSHEET), LETTER, id="us"),
    pytest.param(three_vials(UK_WORKSHEET, spare=True), A4, id="uk"),
]

# The top of each bar with two vials and eleven lines, in mm: section, page, Letter, A4
TOPS = [
    ("order", 0, 40.2, 40.2),
    ("verification", 0, 63.4, 63.4),
    ("calculation", 0, 82.4, 82.4),
    ("materials", 0, 160.2, 160.2),
    ("clearance", 0, 240.6, 240.6),
    ("steps", 1, 40.2, 40.2),
    ("draws", 1, 40.2, 40.2),
    ("times", 1, 68.8, 68.8),
    ("check", 1, 122.2, 122.2),
    ("inspection", 1, 139.8, 139.8),
    ("labels", 1, 154.6, 154.6),
    ("discarded", 1, 154.6, 154.6),
    ("deviations", 1, 172.2, 172.2),
    ("signatures", 1, 199.6, 208),
]


def title(sheet: Sheet, section: str):
    return next(run for run in sheet.runs if run.field == f"{section}.title")


@pytest.mark.parametrize(("section", "page", "letter", "a4"), TOPS)
def test_each_section_starts_where_the_layout_says(section, page, letter, a4):
    for (worksheet, stock), top in ((US, letter), (UK, a4)):
        run = title(compose_worksheet(worksheet, stock)[page], section)
        assert run.y - 3.4 == pytest.approx(top)  # a title's baseline is 3.4 under the top of its bar
        assert (run.size, run.face.name) == (9.5, "SourceSansPro-Bold")


@pytest.mark.parametrize(("worksheet", "stock"), BOTH)
def test_each_page_has_header_banner_and_foot(worksheet, stock):
    banner = {  # baseline, size
        "header.title": (14.5, 16),
        "header.number": (14.5, 14),
        "patient_name": (27.6, 12.5),
        "generic": (27.6, 11.5),
        "dose": (32.2, 9.5),
        "log_head": (stock.height - 6.5, 7),
    }
    for sheet, page in zip(compose_worksheet(worksheet, stock), worksheet.pages, strict=True):
        runs = {run.field: run for run in sheet.runs}
        for field, (y, size) in banner.items():
            assert (runs[field].y, runs[field].size) == (pytest.approx(y), size), field
        assert [run.text for run in sheet.runs if run.field == "page"] == [page.page] * 2
        (symbol,) = sheet.symbols
        assert symbol.module == 0.5
        assert symbol.x + 16 * 0.5 + 2 == pytest.approx(stock.width - 12)  # its white ends at the margin


@pytest.mark.parametrize(("worksheet", "stock"), [*BOTH, *LONGEST])
def test_no_run_meets_another_or_a_rule_or_a_margin(worksheet, stock):
    for sheet in compose_worksheet(worksheet, stock):
        for one, other in combinations(sheet.runs, 2):
            assert not one.area.meets(other.area), (one.text, other.text)
        for run in sheet.runs:
            assert 12 <= run.area.left < run.area.right <= stock.width - 11.99, run.text
            assert run.size >= 7
            assert not any(run.area.meets(rule) for rule in sheet.rules), run.text


@pytest.mark.parametrize(("worksheet", "stock"), LONGEST)
def test_three_vials_still_fit_two_pages(worksheet, stock):
    pages = compose_worksheet(worksheet, stock)
    assert len(pages) == 2
    for sheet in pages:
        foot = stock.height - 13.4
        above = [rule.bottom for rule in sheet.rules if rule.bottom < foot - 0.2]
        assert max(above) <= foot


def test_the_longest_letter_pages_end_where_they_were_measured():
    ends = []
    for sheet in compose_worksheet(three_vials(US_WORKSHEET), LETTER):
        ends.append(max(rule.bottom for rule in sheet.rules if rule.bottom < 265.9))
    assert ends == pytest.approx([264.6, 262.8], abs=0.2)


@pytest.mark.parametrize(("worksheet", "stock"), BOTH)
def test_what_the_hand_fills_is_clear_and_high_enough(worksheet, stock):
    """The boxes of the checker's own result hold nothing, and a hand has 8.2 mm."""
    first, second = compose_worksheet(worksheet, stock)
    captions = [run for run in first.runs if run.field.startswith("checker.") and run.field.endswith("caption")]
    assert len(captions) == 6
    for caption in captions:
        inside = [r for r in first.runs if 1 < r.y - caption.y < 9.2 and abs(r.x - caption.x) < 5]
        assert inside == []
    assert not any(run.text.startswith("5.") for run in second.runs if run.field.startswith("check."))


@pytest.mark.parametrize("count", [11, 12, 13])
def test_lines_of_working_push_the_materials_down(count):
    extra = tuple(WorkingLine("Prepared dose", "5.8 mL × 0.25 mg/mL", "1.45 mg", "site") for _ in range(count - 11))
    lines = (*UK_WORKSHEET.calculation.lines, *extra)
    worksheet = replace(UK_WORKSHEET, calculation=replace(UK_WORKSHEET.calculation, lines=lines))
    run = title(compose_worksheet(worksheet, A4)[0], "materials")
    assert run.y - 3.4 == pytest.approx(160.2 + (count - 11) * 4.8)


def test_thirteen_lines_three_vials_and_a_spare_fit_a4():
    worksheet = three_vials(UK_WORKSHEET, spare=True)
    lines = (*worksheet.calculation.lines, *worksheet.calculation.lines[:2])
    worksheet = replace(worksheet, calculation=replace(worksheet.calculation, lines=lines))
    assert len(compose_worksheet(worksheet, A4)) == 2


def with_lines(count: int):
    lines = (US_WORKSHEET.calculation.lines * 2)[:count]
    return replace(US_WORKSHEET, calculation=replace(US_WORKSHEET.calculation, lines=lines))


def test_thirteen_lines_and_two_vials_fill_the_first_letter_page_to_its_foot():
    first, _ = compose_worksheet(with_lines(13), LETTER)
    ends = [rule.bottom for rule in first.rules if rule.left < 100 < rule.right]  # above the foot's own
    assert sorted(ends)[-2] == pytest.approx(266, abs=0.2)


def with_deviations(*rows: Deviation, pages: int = 2):
    marks = tuple(PageMark(f"Page {n} of {pages}", f"2026-000123-p{n}-4H") for n in range(1, pages + 1))
    return replace(US_WORKSHEET, pages=marks, deviations=replace(US_WORKSHEET.deviations, rows=rows))


def with_name(name: str):
    return replace(US_WORKSHEET, banner=replace(US_WORKSHEET.banner, patient_name=name))


def with_material(**changes: str):
    rows = US_WORKSHEET.materials.rows
    changed = (*rows[:2], replace(rows[2], **changes), *rows[3:])
    return replace(US_WORKSHEET, materials=replace(US_WORKSHEET.materials, rows=changed))


def with_step(**changes: object):
    rows = US_WORKSHEET.steps.rows
    return replace(US_WORKSHEET, steps=replace(US_WORKSHEET.steps, rows=(replace(rows[0], **changes), *rows[1:])))


LONG = "a sentence that goes on and on, past the end of any line that this paper has to offer to it, and then on"
REFUSED = [
    (with_lines(14), "calculation"),
    (three_vials(with_lines(12)), "materials"),
    (with_name("你, Wei"), "patient name"),
    (with_name("X" * 60), "patient name"),
    (with_material(lot="W7719-W7719-W7719-W7719"), "materials 3 lot"),
    (with_material(maker="Example Laboratories, Inc."), "materials 3 maker"),
    (with_material(product="Sterile Water for Injection, USP, preservative free"), "materials 3 product"),
    (with_step(text=(LONG, LONG)), "steps 1"),
    (with_step(text=("one", "two", "three")), "steps 1"),
    (with_step(text=()), "steps 1"),
    (with_step(text=("你",)), "steps 1"),
    (with_step(timed=False), "steps 1 time"),
    (with_deviations(Deviation(f"{LONG} {LONG}", "reason", "who")), "deviations 1 what"),
    (with_deviations(Deviation("what", "x" * 80, "who")), "deviations 1 reason"),
    (with_deviations(*[Deviation("what")] * 3), "pages"),
    (with_deviations(pages=3), "pages"),
    (replace(US_WORKSHEET, mark=("VOID, AND REPLACED BY 2026-000124",)), "mark"),
    (replace(US_WORKSHEET, mark=("你",)), "mark"),
    (replace(US_WORKSHEET, clearance=replace(US_WORKSHEET.clearance, cabinet=Box(LONG))), "clearance cabinet caption"),
    (replace(US_WORKSHEET, steps=replace(US_WORKSHEET.steps, rows=US_WORKSHEET.steps.rows * 2)), "steps"),
    (
        replace(US_WORKSHEET, draws=replace(US_WORKSHEET.draws, rows=(Draw(vial="1", first=LONG),))),
        "draws 1 draw",
    ),
    (replace(US_WORKSHEET, times=replace(US_WORKSHEET.times, rows=(Clock(LONG, "rule"),))), "times 1"),
    (
        replace(US_WORKSHEET, signatures=replace(US_WORKSHEET.signatures, rows=(Signature("Released", LONG),))),
        "signatures signature 1 name",
    ),
]


@pytest.mark.parametrize(("worksheet", "field"), REFUSED, ids=[f"{i}-{f}" for i, (_, f) in enumerate(REFUSED)])
def test_what_does_not_fit_is_refused_by_its_field(worksheet, field):
    with pytest.raises(Refused) as refused:
        draw_worksheet(worksheet, LETTER)
    assert refused.value.field == field
    assert str(refused.value).startswith(f"{field}: “")


def test_a_label_stock_takes_no_worksheet():
    with pytest.raises(Refused, match="stock: “4 × 3 in” has no layout for a worksheet"):
        draw_worksheet(US_WORKSHEET, US_4X3)


@pytest.mark.parametrize(
    ("stock", "deviations", "pages"),
    [(LETTER, 0, 2), (LETTER, 2, 2), (LETTER, 3, 3), (LETTER, 27, 3), (LETTER, 28, 4), (A4, 3, 2), (A4, 4, 3)],
)
def test_deviations_beyond_their_rows_take_further_pages(stock, deviations, pages):
    assert page_count(stock, deviations) == pages


@pytest.mark.parametrize("deviations", [2, 3, 27, 28])
def test_every_deviation_stands_on_its_page_in_its_order(deviations):
    rows = [Deviation(f"what {n}", f"reason {n}", f"who {n}") for n in range(deviations)]
    sheets = compose_worksheet(with_deviations(*rows, pages=page_count(LETTER, deviations)), LETTER)
    found = [run.text for sheet in sheets for run in sheet.runs if run.field.endswith(".what")]
    assert found == [row.what for row in rows]
    assert all(any(run.field == "patient_name" for run in sheet.runs) for sheet in sheets)


def test_a_deviation_takes_two_lines_broken_between_words():
    what = "Reconstituted 20 minutes after the first vial was opened, because the cabinet alarm had sounded"
    sheet = compose_worksheet(with_deviations(Deviation(what)), LETTER)[1]
    lines = [run.text for run in sheet.runs if run.field == "deviations.1.what"]
    assert len(lines) == 2
    assert " ".join(lines) == what


def test_a_step_done_is_crossed_and_timed():
    sheet = compose_worksheet(US_WORKSHEET, LETTER)[1]
    assert len(sheet.crosses) == 2
    assert [run.text for run in sheet.runs if run.field in {"steps.1.time", "steps.2.time"}] == ["09:00", "09:02"]
    blank = replace(US_WORKSHEET, steps=replace(US_WORKSHEET.steps, rows=(Step(number="1", text=("Wet.",)),)))
    assert compose_worksheet(blank, LETTER)[1].crosses == []


def test_the_log_head_and_the_mark_may_be_left_out():
    worksheet = replace(US_WORKSHEET, mark=None, foot=replace(US_WORKSHEET.foot, log_head=None))
    for sheet in compose_worksheet(worksheet, LETTER):
        assert sheet.mark is None
        assert not {"log_head", "mark"} & {run.field for run in sheet.runs}


@pytest.mark.parametrize(("worksheet", "stock"), BOTH)
def test_a_short_mark_is_repeated_along_the_diagonal(worksheet, stock):
    """VOID is 58.3 mm long at 76 pt: 3 of it and 2 × 50 mm are 275 mm of a diagonal of 353 or 364, less 60; 2 of
    COMPLETE with their 50 mm would be 307."""
    for mark, times in ((("VOID",), 3), (("COMPLETE",), 1), (("TRAINING –", "NOT FOR PATIENT USE"), 2)):
        lines = compose_worksheet(replace(worksheet, mark=mark), stock)[0].mark.lines
        assert len(lines) == times
    void = compose_worksheet(replace(worksheet, mark=("VOID",)), stock)[0].mark.lines
    (_, x1, y1), (_, x2, y2), (_, x3, y3) = void
    assert (x1 < x2 < x3, y1 > y2 > y3) == (True, True)  # from the lower left to the upper right
    assert (y1 - y3) / (x3 - x1) == pytest.approx(stock.height / stock.width)
    assert x1 > 20 and x3 < stock.width - 20
