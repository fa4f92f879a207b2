"""What all reports share: the state that they show, their editions, and their PDF.

A report is a document of a moment. While what it tells stays the same, a further print is a copy of the same
edition and draws its stored strings; what tells something else is a new edition.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import labels
from compounding.papers.paper import PAPER
from compounding.papers.stored import read_back
from compounding.policy import Market
from compounding.wording import reports as words
from compounding.wording.papers import TRAINING_ON_WORKSHEET
from labels import Box, Pair, Record, Section, Signature, SignatureCaptions

# What differs where nothing else does: when and by which program it was printed, and which copy it is.
_OF_THE_PRINT = ("foot", "log_head", "copy", "pages")

Facts = Sequence[Sequence[tuple[str, str]]]
"""Lines of names with their texts."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Whose report it is, and of which moment."""

    pharmacy: str
    market: Market
    training: bool
    at: str
    """Date and time in words."""
    name: str
    """Of whoever printed the edition first, with their role."""
    role: str
    program: str
    zone: str
    log_head: str
    """The code of the newest entry of the log then."""


def report(title: str, facts: Facts, sections: Iterable[Section], shown: Shown) -> Record:
    """A report as it is drawn, but for its copy and its pages."""
    return Record(
        title=title,
        pharmacy=shown.pharmacy,
        facts=tuple(tuple(Pair(*fact) for fact in line) for line in facts),
        foot=words.foot(shown.at, shown.name, shown.role, shown.program, shown.zone),
        log_head=words.log_head(shown.log_head),
        mark=TRAINING_ON_WORKSHEET if shown.training else None,
        sections=tuple(sections),
    )


def signing(title: str, meanings: Iterable[str]) -> Section:
    """Lines that are signed by hand, each with what it means."""
    rows = tuple(Signature(meaning) for meaning in meanings)
    return Section(title=title, captions=SignatureCaptions(*words.SIGNED_CAPTIONS), signatures=rows)


def boxes(pairs: Iterable[tuple[str, str]]) -> tuple[Box, ...]:
    return tuple(Box(*pair) for pair in pairs)


def report_strings(document: str, made: Record, market: Market, edition: int) -> dict[str, Any]:
    """The finished strings of copy 1 of an edition, fit to be stored as JSON. Raises Refused, naming the field."""
    pages = labels.record_pages(made, PAPER[market])
    numbered = tuple(words.page_of(page, pages) for page in range(1, pages + 1))
    whole = replace(made, copy=words.edition_copy(edition, 1), pages=numbered)
    return {"document": document, "market": market.value, "edition": edition, "content": asdict(whole)}


def report_copy(stored: Mapping[str, Any], copy: int) -> dict[str, Any]:
    """The same strings for another copy: only its copy line differs."""
    line = words.edition_copy(stored["edition"], copy)
    return {**stored, "content": {**stored["content"], "copy": line}}


def tells_the_same(stored: Mapping[str, Any], made: Record) -> bool:
    """Whether a report tells what stored strings tell."""
    now = json.loads(json.dumps(asdict(made)))
    return all(now[name] == told for name, told in stored["content"].items() if name not in _OF_THE_PRINT)


def draw_report(stored: Mapping[str, Any]) -> bytes:
    """The PDF of a report from its stored strings; the same strings give the same bytes. Raises Refused."""
    return labels.draw_record(read_back(Record, stored["content"]), PAPER[Market(stored["market"])])
