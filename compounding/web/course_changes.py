"""What a fact changes of its course: each value as it stood and as it stands, for the log, and what needs words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from compounding.course import CourseFact, Start, Transplant, fact_as_json, kind_of, same_place
from compounding.policy import Market
from compounding.records import Change, CourseRecord, NewFact, StoredFact
from compounding.web.telling import differences
from compounding.wording.course_facts import Pairs, fact_pairs, replaces_words
from compounding.wording.course_page import fact_words


def _standing(record: CourseRecord, fact: CourseFact) -> StoredFact | None:
    """The newest fact that a fact takes the place of, or that stands in its own."""
    return next((one for one in reversed(record.standing) if same_place(one.fact, fact)), None)


def _opened(record: CourseRecord, fact: CourseFact) -> CourseFact | None:
    """What the course was opened with in the place of a fact."""
    opened = (Start(record.content.start), Transplant(record.content.transplant))
    return next((one for one in opened if same_place(one, fact)), None)


def _pairs(fact: CourseFact, prescriber: str, market: Market) -> Pairs:
    yield from fact_pairs(fact, market)
    yield "Prescriber", prescriber


def _held(record: CourseRecord, fact: CourseFact, market: Market) -> Iterator[tuple[str, str]]:
    """What holds in the place of a fact: the newest recorded, or what the course was opened with."""
    stored = _standing(record, fact)
    opened = _opened(record, fact)
    if stored is not None:
        yield from _pairs(stored.fact, stored.prescriber, market)
    elif opened is not None:
        yield from fact_pairs(opened, market)


def recorded(record: CourseRecord, new: NewFact, market: Market) -> tuple[Change, ...]:
    """What is another once a fact is recorded; the record is the one before it."""
    return differences(_held(record, new.fact, market), _pairs(new.fact, new.prescriber, market))


def taken_out(record: CourseRecord, fact_id: int, market: Market) -> tuple[Change, ...]:
    """What is another once a fact is taken out: what it took the place of holds again. One whose place another has
    taken since changes nothing."""
    stored = next((one for one in record.standing if one.id == fact_id), None)
    if stored is None or (_standing(record, stored.fact) or stored).id != fact_id:
        return ()
    without = replace(record, facts=tuple(one for one in record.facts if one.id != fact_id))
    before = _pairs(stored.fact, stored.prescriber, market)
    return differences(before, _held(without, stored.fact, market))


def signed(number: str, new: NewFact) -> Mapping[str, str]:
    """What is signed of a fact, as it is stored."""
    of = {"course": number, "kind": kind_of(new.fact), "fact": fact_as_json(new.fact)}
    return {**of, "words": new.words, "prescriber": new.prescriber}


def needs_words(record: CourseRecord, new: NewFact, market: Market) -> str | None:
    """Why a fact is not recorded without words; None where it has some, or stands beside what is there."""
    stored = _standing(record, new.fact)
    before = _opened(record, new.fact) if stored is None else stored.fact
    if new.words.strip() or before is None:
        return None
    return replaces_words(fact_words(before, market))
