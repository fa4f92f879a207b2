"""The kit under the papers: measuring, breaking between words, the symbol's modules, the pages' checks."""

import unicodedata
import zlib

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reportlab.pdfbase.pdfmetrics import stringWidth

from labels import US_4X3, Refused, Sheet
from labels.faces import UNPRINTABLE, face, printable
from labels.marks import STEP, Slant, dotted
from labels.sheet import Align, Area, Piece, broken
from labels.symbol import MODULES, dark_runs

LETTERS = "ABCĄÓŁŻabcąęłóżß 0123456789.,-–²°×÷−±≤≥√§’“”()/%<>&"


@pytest.mark.parametrize("weight", ["Regular", "Semibold", "Bold"])
@given(text=st.text(LETTERS, min_size=1), size=st.sampled_from([7, 8.5, 14.5, 44]))
def test_a_run_is_as_long_as_reportlab_will_draw_it(weight, text, size):
    using = face(weight)
    assert using.width(text, size) == pytest.approx(stringWidth(text, using.name, size) * 25.4 / 72)


@given(st.text(LETTERS, min_size=1))
def test_every_letter_that_papers_need_is_printable(text):
    if text.strip():
        assert printable("any", text, face("Semibold")) == text


@given(st.characters())
def test_no_character_is_printed_that_is_invisible_or_missing(c):
    """Whatever passes has a glyph of its own, and marks the paper unless it is a space."""
    using = face("Bold")
    try:
        printable("any", f"a{c}", using)
    except Refused as refused:
        assert f"U+{ord(c):04X}" in str(refused)
    else:
        assert c in using.widths
        assert unicodedata.category(c) not in UNPRINTABLE


def test_a_no_break_space_prints_as_a_space():
    assert printable("any", "4\N{NO-BREAK SPACE}mL", face("Bold")) == "4 mL"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        (("short",), 20, ["short"]),
        (("one two three",), 11, ["one two", "three"]),
        (("put 44.16 mL",), 14, ["put", "44.16 mL"]),  # a figure keeps its unit
        (("put four\N{NO-BREAK SPACE}mL in",), 13, ["put", "four\N{NO-BREAK SPACE}mL in"]),
        (("one", "two"), 20, ["one", "two"]),  # each string begins a line
        (("one two three", "four"), 11, None),  # three lines
        (("unbreakable-word",), 10, None),
        (("a unbreakable-word",), 10, None),
    ],
)
def test_lines_break_between_words_only(text, width, lines):
    assert broken(text, face("Regular"), 8.5, width, 2) == lines


@given(st.from_regex(r"20[0-9]{2}-[0-9]{6}-[1-9]-[0-9A-Z]{2}", fullmatch=True))
def test_the_modules_say_what_was_asked(text):
    scale, quiet = 6, 4
    side = (MODULES + 2 * quiet) * scale
    picture = Image.new("L", (side, side), 255)
    for row, column, length in dark_runs("symbol", text):
        left, top = (quiet + column) * scale, (quiet + row) * scale
        picture.paste(0, (left, top, left + length * scale, top + scale))
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [text]


@pytest.mark.parametrize("text", ["", "tab\there", "2026–1", "A" * 40])
def test_a_symbol_takes_short_plain_text_only(text):
    with pytest.raises(Refused, match="the field"):
        dark_runs("the field", text)


def test_the_mark_is_single_dots_far_enough_apart():
    dots = dotted(("VOID",), Slant(44, 17, ((50, 38),)), 812, 609, 203)
    assert dots is dotted(("VOID",), Slant(44, 17, ((50, 38),)), 812, 609, 203)  # computed once
    picture = Image.frombytes("1", (812, 609), zlib.decompress(dots.packed)).convert("L")
    inked = [(i % 812, i // 812) for i, value in enumerate(picture.tobytes()) if value]
    assert len(inked) > 1000
    assert all(x % STEP == 0 and y % STEP == 0 for x, y in inked)


def sheet_with(*places: tuple[str, float, float]) -> Sheet:
    sheet = Sheet(US_4X3, 203)
    for text, x, y in places:
        sheet.text([Piece(f"field_{text}", text, "Regular")], x, y, 9)
    return sheet


@pytest.mark.parametrize(
    ("places", "field"),
    [
        ([("one", 3, 10), ("two", 5, 10)], "field one"),  # over one another
        ([("one", 3, 10), ("two", 3, 11)], "field one"),  # one below the other, too near
        ([("one", 3, 10), ("two", 8.3, 10)], "field one"),  # a hair beside it: reads as one word
        ([("one", 99, 10)], "field one"),  # over the right edge
        ([("one", 3, 1)], "field one"),  # over the upper edge
    ],
)
def test_a_page_refuses_runs_that_meet_or_leave_it(places, field):
    with pytest.raises(Refused) as refused:
        sheet_with(*places).check()
    assert refused.value.field == field


def test_a_page_takes_runs_that_stand_apart():
    sheet_with(("one", 3, 10), ("two", 12, 10), ("three", 3, 14)).check()


@pytest.mark.parametrize("y", [9.2, 10, 10.4])
def test_a_page_refuses_a_run_on_a_rule(y):
    sheet = sheet_with(("gap", 3, 10))
    sheet.rule(3, y, 50, y)
    with pytest.raises(Refused, match="field gap: “gap” runs over a rule on 4 × 3 in"):
        sheet.check()


def test_a_page_refuses_a_run_half_on_a_band():
    sheet = sheet_with(("half", 3, 10))
    sheet.fill(Area(5, 5, 50, 12))
    with pytest.raises(Refused, match="does not fit its bar"):
        sheet.check()


def test_a_page_refuses_a_run_in_the_white_of_a_symbol():
    sheet = sheet_with(("near", 19, 10))
    sheet.symbol("symbol", "2026-000123-1-7K", 12, 5, 0.375)
    with pytest.raises(Refused, match="the white around the symbol"):
        sheet.check()


def test_a_page_refuses_print_under_seven_points():
    sheet = Sheet(US_4X3, 203)
    sheet.text([Piece("small", "print", "Regular")], 3, 10, 6.9)
    with pytest.raises(Refused, match="small: “print” would be printed under 7 pt"):
        sheet.check()


@pytest.mark.parametrize(("align", "left"), [(Align.LEFT, 50), (Align.CENTRE, 45), (Align.RIGHT, 40)])
def test_a_run_is_aligned_by_its_length(align, left):
    sheet = Sheet(US_4X3)
    length = face("Bold").width("middle", 9)
    sheet.text([Piece("any", "middle", "Bold")], 50, 10, 9, align)
    assert sheet.runs[0].x == pytest.approx(50 - (50 - left) / 10 * length)
