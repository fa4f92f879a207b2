"""A picture shows what the figures say: parts fill the whole, to scale, and nothing leaves its frame."""

import re
from dataclasses import fields
from decimal import Decimal as D
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compounding.web.pictures import (
    FULL,
    ZERO,
    BagFigures,
    BagPicture,
    Box,
    VialFigures,
    VialPicture,
    bag_picture,
    scale_marks,
    vials_picture,
)


def vial(drawn: str, discarded: str = "0", withdrawable: str | None = None, **words: object) -> VialFigures:
    whole = D(withdrawable) if withdrawable else D(drawn) + D(discarded)
    return VialFigures(D(drawn), whole, D(discarded), "Vial", "draw", **words)  # type: ignore[arg-type]


def spare(withdrawable: str) -> VialFigures:
    return vial("0", "0", withdrawable, spare=True)


def bag(drug: str, diluent: str, total: str) -> BagFigures:
    return BagFigures(D(drug), D(diluent), D(total), "", "", "", "", "", "", "")


def draw(*vials: VialFigures) -> tuple[VialPicture, ...]:
    return vials_picture(vials, str)


def bottom(box: Box) -> D:
    return D(box.y) + D(box.height)


def numbers(path: str) -> list[D]:
    return [D(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path)]


def assert_inside(picture: VialPicture | BagPicture) -> None:
    _, _, width, height = (D(part) for part in picture.view_box.split())
    for field in fields(picture):
        box = getattr(picture, field.name)
        if isinstance(box, Box):
            assert D(box.x) >= 0 and D(box.x) + D(box.width) <= width, field.name
            assert D(box.y) >= 0 and bottom(box) <= height, field.name
            assert D(box.width) > 0 and D(box.height) >= 0, field.name


# 1.46 mg from two US vials: 3.6 mL and 2.24 mL drawn, 1.36 mL of the second discarded.
def test_the_worked_example_stands_where_the_scale_says() -> None:
    first, second = draw(vial("3.6"), vial("2.24", "1.36"))
    assert (first.drawn, first.discarded) == (Box("46", "56", "90", "160"), None)
    # 1.36 ÷ 3.6 × 160 = 60.44 above the zero line at 216
    assert second.drawn == Box("46", "56", "90", "99.56")
    assert second.discarded == Box("46", "155.56", "90", "60.44")
    assert [(tick.label, tick.y) for tick in first.ticks] == [
        ("0", "216"),
        ("1", "171.56"),
        ("2", "127.11"),
        ("3", "82.67"),
        ("3.6", "56"),
    ]
    assert first.number == 1 and second.number == 2


def test_the_bracket_spans_what_is_discarded() -> None:
    full, part = draw(vial("3.6"), vial("2.24", "1.36"))
    assert full.bracket is None
    assert part.bracket == "M142 155.56H150M146 155.56V216M142 216H150"


@pytest.mark.parametrize(
    ("capacity", "marks"),
    [
        ("3.6", ["0", "1", "2", "3", "3.6"]),
        ("4", ["0", "1", "2", "3", "4"]),
        ("4.1", ["0", "1", "2", "3", "4.1"]),  # 4 would touch 4.1
        ("1", ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        ("20", ["0", "5", "10", "15", "20"]),
        ("50", ["0", "10", "20", "30", "40", "50"]),
    ],
)
def test_marks_of_the_scale(capacity: str, marks: list[str]) -> None:
    assert [D(mark) for mark in scale_marks(D(capacity))] == [D(mark) for mark in marks]


def test_numbers_are_written_by_the_callers_own_hand() -> None:
    (picture,) = vials_picture([vial("4")], lambda mark: f"<{mark}>")
    assert [tick.label for tick in picture.ticks] == ["<0>", "<1>", "<2>", "<3>", "<4>"]


def test_a_nominal_vial_has_a_dashed_surface_and_a_spare_one_is_empty() -> None:
    nominal, rest, extra = draw(vial("4", nominal=True), vial("1.84", "2.16", nominal=True), spare("4"))
    assert nominal.surface == rest.surface == "M46 56H136"
    assert (extra.drawn, extra.discarded, extra.bracket, extra.surface) == (None, None, None, None)
    assert extra.figures.spare
    (known,) = draw(vial("3.6"))
    assert known.surface is None


def test_vials_of_one_picture_share_its_scale() -> None:
    small, large = draw(vial("1.8"), vial("3.6"))
    assert small.drawn and large.drawn
    assert D(small.drawn.height) * 2 == D(large.drawn.height)
    assert small.ticks == large.ticks


def test_the_bag_of_the_worked_example() -> None:
    picture = bag_picture(bag("5.84", "44.16", "50"))
    # 44.16 ÷ 50 × 194 = 171.34 above the bottom at 224
    assert picture.drug == Box("10", "30", "160", "22.66")
    assert picture.diluent == Box("10", "52.66", "160", "171.34")
    assert picture.drug_leader == "170,40 182,40 198,40 208,40"
    assert picture.diluent_leader == "170,120 182,120 198,120 208,120"


def test_a_leader_bends_where_its_layer_is_not_beside_its_text() -> None:
    thin = bag_picture(bag("0.5", "49.5", "50"))  # 1.94 high: its middle is at 30.97
    assert thin.drug_leader == "170,30.97 182,30.97 198,40 208,40"


def test_a_bag_of_drug_alone() -> None:
    picture = bag_picture(bag("50", "0", "50"))
    assert picture.diluent is None and picture.diluent_leader is None


@pytest.mark.parametrize(
    ("vials", "message"),
    [
        ([], "a picture shows 1 to 4 vials, not 0"),
        ([vial("1")] * 5, "a picture shows 1 to 4 vials, not 5"),
        ([vial("2.24", "1.36", "3.7")], "Vial: 2.24 mL drawn and 1.36 mL discarded are not 3.7 mL"),
        ([vial("-1", "2")], "Vial: a volume below zero cannot be drawn"),
        ([vial("0", "0", "0.0")], "Vial: a volume below zero cannot be drawn"),
        ([vial("1", "0", "1", spare=True)], "Vial: a spare vial is neither drawn from nor discarded"),
    ],
)
def test_odd_vials_are_refused(vials: list[VialFigures], message: str) -> None:
    with pytest.raises(ValueError) as refusal:
        draw(*vials)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        (bag("5.84", "44", "50"), "5.84 mL and 44 mL are not 50 mL"),
        (bag("0", "50", "50"), "a bag of 0 mL drug and 50 mL diluent cannot be drawn"),
        (bag("51", "-1", "50"), "a bag of 51 mL drug and -1 mL diluent cannot be drawn"),
    ],
)
def test_odd_bags_are_refused(figures: BagFigures, message: str) -> None:
    with pytest.raises(ValueError) as refusal:
        bag_picture(figures)
    assert str(refusal.value) == message


# Volumes to the nanolitre, as they are stored.
volumes = st.decimals("0.001", "50", places=6)


@given(whole=volumes, share=st.decimals(0, 1, places=3))
def test_drawn_and_discarded_fill_the_vial_to_scale(whole: D, share: D) -> None:
    """Every volume as text beside a picture to scale: the parts meet, and their sum is the fill."""
    discarded = (whole * share).quantize(D("0.000001"))
    (picture,) = draw(VialFigures(whole - discarded, whole, discarded, "Vial", "draw"))
    assert_inside(picture)
    heights = [D(box.height) for box in (picture.drawn, picture.discarded) if box]
    assert sum(heights) == ZERO - FULL
    if picture.drawn and picture.discarded:
        assert bottom(picture.drawn) == D(picture.discarded.y)
    if picture.discarded:
        assert bottom(picture.discarded) == ZERO
        exact = (ZERO - FULL) * discarded / whole
        assert abs(D(picture.discarded.height) - exact) <= D("0.005")
    _, _, width, height = (D(part) for part in picture.view_box.split())
    labels = [D(tick.label_y) for tick in picture.ticks]
    assert all(12 <= y <= height for y in labels)
    assert all(earlier - later >= 14 for earlier, later in pairwise(labels))
    assert all(0 <= n <= max(width, height) for n in numbers(picture.glass + (picture.bracket or "")))


@given(drug=volumes, diluent=st.decimals("0", "100", places=6))
def test_drug_and_diluent_fill_the_bag_to_scale(drug: D, diluent: D) -> None:
    picture = bag_picture(bag(str(drug), str(diluent), str(drug + diluent)))
    assert_inside(picture)
    below = D(picture.diluent.height) if picture.diluent else D(0)
    assert D(picture.drug.height) + below == 194
    assert abs(D(picture.drug.height) - 194 * drug / (drug + diluent)) <= D("0.005")
    assert all(0 <= n <= 240 for n in numbers(f"{picture.drug_leader} {picture.diluent_leader}"))
