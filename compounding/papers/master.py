"""The master record of a drug file at a site: every fact, what the site confirmed and decided, and what is disputed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from compounding.formulary import Presentation
from compounding.papers.reports import Shown, boxes, report, signing
from compounding.wording import master as words
from compounding.wording.master import Confirmed
from labels import Record, RecordColumn, RecordRow, Section


@dataclass(frozen=True, slots=True)
class Choice:
    """A setting of the site in words: each string of a cell begins a line."""

    group: str
    name: str
    value: tuple[str, ...]
    stands: tuple[str, ...]
    """How it stands, whose word it is, and since when."""


@dataclass(frozen=True, slots=True)
class Master:
    """What a master record is made from."""

    drug: Presentation
    confirmed: Mapping[str, Confirmed]
    """By the places of the facts that the site confirmed as they stand."""
    confirmations: Sequence[Choice]
    """What two pharmacists of the site decide on the label, decided or not."""
    choices: Sequence[Choice]


_FACTS = (
    RecordColumn(words.FACTS[0], 42),
    RecordColumn(words.FACTS[1], 78, bold=True),
    RecordColumn(words.FACTS[2], 36),
    RecordColumn(words.FACTS[3], 30),
)
_OF_SITE = (50, 60, 70)
_ONE_LINE = 50  # characters in bold that its column holds; a longer text is read as one, and is not bold
_CONFIRMATIONS = tuple(
    RecordColumn(caption, share, bold=place == 1)
    for place, (caption, share) in enumerate(zip(words.CONFIRMATIONS, _OF_SITE, strict=True))
)
_CHOICES = tuple(
    RecordColumn(caption, share, bold=place == 1)
    for place, (caption, share) in enumerate(zip(words.CHOICES, _OF_SITE, strict=True))
)
_DISAGREEMENTS = tuple(
    RecordColumn(caption, share, bold=place == 1)
    for place, (caption, share) in enumerate(zip(words.DISAGREEMENTS, (44, 48, 60, 30), strict=True))
)
_LOOK_ALIKES = tuple(
    RecordColumn(caption, share) for caption, share in zip(words.LOOK_ALIKES, (50, 55, 35, 42), strict=True)
)


def master_record(of: Master, shown: Shown) -> Record:
    drug = of.drug
    return report(words.TITLE, words.file_facts(drug), _sections(of), shown)


def _sections(of: Master) -> Iterator[Section]:
    drug = of.drug
    counts = boxes(words.status_counts(drug, of.confirmed))
    yield Section(title=words.STATUS_TITLE, boxes=counts, texts=words.STATUS_MEANS)
    for title, texts in words.fact_groups(drug, of.confirmed):
        yield Section(title=title, columns=_FACTS, rows=tuple(_fact_row(text) for text in texts))
    yield Section(title=words.CONFIRMED_TITLE, columns=_CONFIRMATIONS, rows=_choice_rows(of.confirmations))
    yield Section(title=words.CHOICES_TITLE, columns=_CHOICES, rows=_choice_rows(of.choices))
    yield _table(words.DISAGREE_TITLE, _DISAGREEMENTS, map(words.disagreement_cells, drug.disagreements))
    alike = (words.look_alike_cells(one, drug.market) for one in drug.look_alikes)
    yield _table(words.ALIKE_TITLE, _LOOK_ALIKES, alike)
    yield signing(words.APPROVED_TITLE, words.APPROVED)


def _fact_row(text: words.FactText) -> RecordRow:
    cells = ((text.name,), (*text.value, *text.notes), (text.source,), (text.status,))
    value = 0 if len(text.value[0]) > _ONE_LINE else len(text.value)
    return RecordRow(cells, bold=(0, value, 0, int(text.status == words.UNCONFIRMED)))


def _choice_rows(choices: Sequence[Choice]) -> tuple[RecordRow, ...]:
    return tuple(RecordRow(((choice.name,), choice.value, choice.stands)) for choice in choices)


def _table(title: str, columns: tuple[RecordColumn, ...], cells: Iterator[tuple[tuple[str, ...], ...]]) -> Section:
    """A table, or one sentence where the file has nothing for it."""
    rows = tuple(RecordRow(row) for row in cells)
    if not rows:
        return Section(title=title, texts=(words.NO_DISAGREEMENT,))
    return Section(title=title, columns=columns, rows=rows)
