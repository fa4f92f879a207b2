"""One row of the table: a piece of work done in several ways, each timed against the first, its floor."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

ROUNDS = 11
FLOOR = "floor"
OURS = "ours"


@dataclass(frozen=True)
class Row:
    """`ways` begins with the floor. Each takes what `made` gives for a turn, which is another for every call."""

    work: str
    ways: Mapping[str, Callable[[Any], object]]
    calls: int
    made: Callable[[int], Any] = int
    same: Callable[[Any, Any], bool] = lambda floor, other: floor == other
    """Whether two ways gave the same."""
    checks: int = 25
    missing: tuple[str, ...] = ()
    """Peers that are not installed here."""


def require_equal(row: Row) -> None:
    """Raises AssertionError where a way gives another result than the floor."""
    (first, floor), *others = row.ways.items()
    for turn in range(row.checks):
        made = row.made(turn)
        expected = floor(made)
        for name, way in others:
            assert row.same(expected, way(made)), (row.work, first, name, turn)


def measure(row: Row) -> dict[str, list[float]]:
    """Seconds a call of each way, a figure a round. Rounds are interleaved and what is worked on differs on every
    call; making it is not timed."""
    require_equal(row)
    taken: dict[str, list[float]] = {name: [] for name in row.ways}
    turn = row.checks
    for _ in range(ROUNDS):
        for name, way in row.ways.items():
            made = [row.made(turn + call) for call in range(row.calls)]
            turn += row.calls
            taken[name].append(_seconds(way, made))
    return taken


def _seconds(way: Callable[[Any], object], made: list[Any]) -> float:
    begun = time.perf_counter()
    for one in made:
        way(one)
    return (time.perf_counter() - begun) / len(made)


def lines(row: Row) -> list[str]:
    """What the table says of a row, a line a way; the middle and the range of the ratios within each round."""
    taken = measure(row)
    floors = next(iter(taken.values()))
    told = [f"{row.work:<50}{_time(floors)}"]
    for name, times in list(taken.items())[1:]:
        ratios = sorted(one / floor for one, floor in zip(times, floors, strict=True))
        told.append(
            f"  {name:<48}{_time(times)}{statistics.median(ratios):>9.2f} ×  {ratios[0]:.2f} to {ratios[-1]:.2f}"
        )
    return [*told, *(f"  {name:<48}  is not installed here" for name in row.missing)]


def _time(times: list[float]) -> str:
    seconds = statistics.median(times)
    return f"{seconds * 1e6:>9.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:>9.2f} ms"
