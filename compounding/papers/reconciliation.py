"""The sheet on which the labels of one preparation are counted: every copy printed, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from compounding.papers.reports import Facts, Shown, boxes, report, signing
from compounding.wording import reconciliation as words
from compounding.wording.reports import LABELS, REPORTS
from labels import Record, RecordColumn, RecordRow, Section


@dataclass(frozen=True, slots=True)
class CopyLine:
    """A printed copy in words: each string of a cell begins a line."""

    copy: tuple[str, ...]
    printed: tuple[str, ...]
    """When, and by whom."""
    place: tuple[str, ...]
    """The workstation, and the printer where one is recorded."""
    became: tuple[str, ...]
    recorded: tuple[str, ...]
    """When, by whom, and who else saw it; empty while the copy is open."""
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """The labels of a preparation as they stand."""

    facts: Facts
    counts: Sequence[tuple[str, str]]
    barriers: Sequence[str]
    """What does not reconcile, a sentence each."""
    copies: Sequence[CopyLine]


_SHARES = (16, 34, 28, 26, 40, 42)
_COLUMNS = tuple(
    RecordColumn(caption, share, bold=caption in (words.CAPTIONS[0], words.CAPTIONS[3]))
    for caption, share in zip(words.CAPTIONS, _SHARES, strict=True)
)


def reconciliation(of: Counted, shown: Shown) -> Record:
    return report(REPORTS[LABELS], of.facts, _sections(of), shown)


def _sections(of: Counted) -> Iterator[Section]:
    yield Section(title=words.COUNTED, boxes=boxes(of.counts), texts=(words.RULE,))
    yield Section(title=words.BARRIERS, texts=tuple(of.barriers) or (_none(of),))
    if of.copies:
        rows = tuple(_row(copy) for copy in of.copies)
        yield Section(title=words.COPIES, note=words.note(len(rows)), columns=_COLUMNS, rows=rows)
    yield signing(words.SIGNED, words.MEANINGS)


def _none(of: Counted) -> str:
    return words.NOTHING if of.copies else words.NONE_PRINTED


def _row(copy: CopyLine) -> RecordRow:
    return RecordRow((copy.copy, copy.printed, copy.place, copy.became, copy.recorded, copy.why))
