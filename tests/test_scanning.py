"""The text of our own labels: its check finds what a scanner or a hand gets wrong."""

import pytest

from compounding.scanning import MOST_PAGES, is_own_code, own_code, own_code_parts, page_of, page_part

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_the_check_is_iso_7064_mod_1271_36():
    """The sum over the characters, the last weighted 1, the one before 36, and so on, leaves 1 modulo 1271."""
    code = own_code("2026-000123", "1").replace("-", "")
    weighted = sum(ALPHABET.index(c) * pow(36, i, 1271) for i, c in enumerate(reversed(code)))
    assert weighted % 1271 == 1


@pytest.mark.parametrize("part", ["1", "3", "12", "1a", "12b"])
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
    [("2026-000123", "1"), ("2026-000123", "12"), ("2026-000123", "p2"), ("2026-000123", "2b"), ("1999-1000000", "3")],
)
def test_the_parts_of_one_of_ours_are_its_number_and_its_copy_or_page(number, part):
    code = own_code(number, part)
    assert own_code_parts(code) == (number, part)
    assert own_code_parts(code.lower()) == (number, part)  # as a hand may type it


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-000123-1-7K",  # the form of ours; the check of 2026-000123-1 is NM
        "2026-000123-1",
        "2026-123-1-NM",
        own_code("2026-000123", "x"),
        own_code("26-000123", "1"),
        f"{own_code('2026-000123', '1')}\n",
        f" {own_code('2026-000123', '1')}",
    ],
)
def test_no_parts_are_told_of_another_text(text):
    assert own_code_parts(text) is None


# How a code names a worksheet's page: the page, its version, and what stands in the code.
PAGES = [(1, 1, "1a"), (2, 1, "1b"), (1, 12, "12a"), (26, 3, "3z"), (1, 0, "0a")]


@pytest.mark.parametrize(("page", "version", "part"), PAGES)
def test_a_page_is_a_letter_behind_its_version(page, version, part):
    assert page_part(page, version) == part
    assert page_of(part) == (page, version)
    assert own_code_parts(own_code("2026-000123", part).upper()) == ("2026-000123", part)


@pytest.mark.parametrize("page", [0, MOST_PAGES + 1])
def test_a_page_without_a_letter_has_no_code(page):
    with pytest.raises(ValueError, match=f"page {page} of a worksheet has no code"):
        page_part(page, 1)


@pytest.mark.parametrize(("part", "named"), [("p2", (2, None)), ("1", None), ("12", None), ("a1", None), ("", None)])
def test_codes_from_before_say_no_version_and_copies_are_no_pages(part, named):
    assert page_of(part) == named
