"""The text of our own labels: its check finds what a scanner or a hand gets wrong."""

import pytest

from compounding.scanning import OwnCode, is_own_code, own_code, own_code_parts, page_code
from labels.symbol import dark_runs

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_the_check_is_iso_7064_mod_1271_36():
    """The sum over the characters, the last weighted 1, the one before 36, and so on, leaves 1 modulo 1271."""
    code = own_code("2026-000123", "1").replace("-", "")
    weighted = sum(ALPHABET.index(c) * pow(36, i, 1271) for i, c in enumerate(reversed(code)))
    assert weighted % 1271 == 1


@pytest.mark.parametrize("part", ["1", "3", "12", "a1", "b12"])
def test_a_code_is_its_number_its_part_and_two_characters(part):
    code = own_code("2026-000123", part)
    assert code.startswith(f"2026-000123-{part}-") and len(code.rpartition("-")[2]) == 2
    assert is_own_code(code)


def test_every_single_wrong_character_is_found():
    code = own_code("2026-000123", "1")
    for place, right in enumerate(code):
        if right != "-":
            wrong = [f"{code[:place]}{c}{code[place + 1 :]}" for c in ALPHABET if c != right]
            assert not any(map(is_own_code, wrong))


def test_every_two_neighbours_swapped_are_found():
    code = own_code("2026-104729", "2")
    for place in range(len(code) - 1):
        first, second = code[place], code[place + 1]
        if first != second and "-" not in (first, second):
            assert not is_own_code(f"{code[:place]}{second}{first}{code[place + 2 :]}")


@pytest.mark.parametrize(
    "text", ["", "-", "2026-000123-1", "https://example.org", "２０２６-000123-1-NM", "2026-000123-1-NMX"]
)
def test_other_texts_are_not_ours(text):
    assert not is_own_code(text)


@pytest.mark.parametrize(
    ("number", "part"),
    [("2026-000123", "1"), ("2026-000123", "12"), ("2026-000123", "p2"), ("1999-1000000", "3")],
)
def test_the_parts_of_one_of_ours_are_its_number_and_its_copy_or_page(number, part):
    code = own_code(number, part)
    assert own_code_parts(code) == OwnCode(number, part)
    assert own_code_parts(code.lower()) == OwnCode(number, part)  # as a hand may type it


@pytest.mark.parametrize(
    ("page", "version", "written"),
    [(1, 1, "a1"), (2, 1, "b1"), (1, 2, "a2"), (3, 12, "c12"), (15, 99, "o99"), (1, 0, "a0")],
)
def test_the_code_of_a_page_says_its_version(page, version, written):
    code = page_code("2026-000123", page, version)
    assert code.startswith(f"2026-000123-{written}-") and is_own_code(code)
    for typed in (code, code.upper()):
        assert own_code_parts(typed) == OwnCode("2026-000123", f"p{page}", version)
    assert dark_runs("symbol", code)  # it encodes into the 16 × 16 modules that the worksheet has room for


@pytest.mark.parametrize("page", [0, 16])
def test_a_page_without_a_letter_has_no_code(page):
    with pytest.raises(ValueError, match=f"page {page} of 2026-000123"):
        page_code("2026-000123", page, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-000123-1-7K",  # the form of ours; the check of 2026-000123-1 is NM
        "2026-000123-1",
        "2026-123-1-NM",
        own_code("2026-000123", "x"),
        own_code("2026-000123", "x1"),
        own_code("26-000123", "1"),
        f"{own_code('2026-000123', '1')}\n",
        f" {own_code('2026-000123', '1')}",
    ],
)
def test_no_parts_are_told_of_another_text(text):
    assert own_code_parts(text) is None
