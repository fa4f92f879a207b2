"""What is recorded of a course as names and texts, so that its log tells each value old and new."""

from __future__ import annotations

from collections.abc import Iterator

from compounding.course import (
    Assessment,
    CourseFact,
    DroppedDay,
    Ended,
    Given,
    Interruption,
    Length,
    Omitted,
    Reduction,
    Start,
    Transplant,
)
from compounding.policy import Market
from compounding.wording.course_findings import ENDS, RESPONSES
from compounding.wording.numbers import amount, count, day

Pairs = Iterator[tuple[str, str]]


def fact_pairs(fact: CourseFact, market: Market) -> Pairs:
    """Everything of a fact. What it is about stands in a name where others of its kind stand beside it."""
    match fact:
        case Start(on):
            yield "Day 1 of cycle 1", day(on, market)
        case Transplant(planned, third):
            yield "Transplant", "planned" if planned else "not planned"
            yield "Reason for one cycle more", third
        case Assessment(after, response):
            yield f"Response after cycle {after}", RESPONSES[response.value]
        case Omitted(slot, reason):
            yield "Dose omitted", str(slot)
            yield "Reason", reason
        case Length(cycle, days, reason):
            yield f"Length of cycle {cycle}", count(days, "day")
            yield "Reason", reason
        case Reduction(cycle, percent):
            yield "Reduction", f"{percent} % less"
            yield "From cycle", str(cycle)
        case DroppedDay(cycle, dropped):
            yield "Day without a dose", str(dropped)
            yield "From cycle", str(cycle)
        case Interruption() | Given() | Ended():
            yield from _dated(fact, market)


def _dated(fact: Interruption | Given | Ended, market: Market) -> Pairs:
    match fact:
        case Interruption(since, to, reason):
            yield "Held from", day(since, market)
            yield "Recovered on", "" if to is None else day(to, market)
            yield "Reason", reason
        case Given(slot, on, level):
            yield "Dose given elsewhere", str(slot)
            yield "Given on", day(on, market)
            yield "Level", amount(level)
        case Ended(on, why, words):
            yield "Ended on", day(on, market)
            yield "Why", ENDS[why.value]
            yield "In words", words


def replaces_words(what: str) -> str:
    """Why words are needed where something takes the place of what stands."""
    return f"It takes the place of “{what}”: say in words why."
