"""What `make bench` compares is the same: the floors draw what the desk draws, and a difference is seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.bare import by_hand, on_canvas
from bench.labels import ours
from bench.rows import FLOOR, OURS, Row, lines, require_equal
from bench.sketches import Box, Job, Text, job, same

FLOORS = [on_canvas, by_hand]


@pytest.mark.parametrize("floor", FLOORS)
def test_a_floor_draws_the_same_labels(floor):
    made = job(3, count=2)
    assert same(ours(made), floor(made))


def changed(made: Job, **fields: object) -> Job:
    return made._replace(sketches=(made.sketches[0]._replace(**fields),))


def moved(text: Text) -> Text:
    return text._replace(x=text.x + 0.2)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: {"texts": one.texts[1:]},
        lambda one: {"texts": (one.texts[1], one.texts[0], *one.texts[2:])},
        lambda one: {"texts": (moved(one.texts[0]), *one.texts[1:])},
        lambda one: {"texts": (one.texts[0]._replace(text="Another, Name"), *one.texts[1:])},
        lambda one: {"boxes": one.boxes[:1]},
        lambda one: {"boxes": (*one.boxes, Box(10, 100, 60, 40))},
        lambda one: {"width": one.width + 1},
    ],
    ids=["a text less", "another order", "moved", "another text", "no symbol", "a box more", "another page"],
)
def test_what_differs_is_seen(change):
    made = job(5)
    other = changed(made, **change(made.sketches[0]))
    assert not same(ours(made), on_canvas(other))


def test_no_two_turns_draw_the_same():
    drawn = {ours(job(turn)) for turn in range(20)}
    assert len(drawn) == 20


def test_a_row_with_different_results_is_no_comparison():
    row = Row("halves", {FLOOR: lambda turn: turn // 2, OURS: lambda turn: turn / 2}, calls=1)
    with pytest.raises(AssertionError, match="halves"):
        require_equal(row)


def test_a_row_tells_each_way_and_names_a_peer_that_is_missing():
    row = Row("nothing / nothing", {FLOOR: abs, OURS: int}, calls=3, missing=("typst",))
    floor, our, missing = lines(row)
    assert floor.startswith("nothing / nothing") and " × " in our and our.startswith("  ours")
    assert missing.endswith("typst".ljust(48) + "  is not installed here")
    assert lines(replace(row, missing=()))[2:] == []
