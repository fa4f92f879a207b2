"""Printed copies of a label, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, or_, select

from compounding.records.database import RecordsRefused
from compounding.records.events import Event, utc_time
from compounding.records.path_tables import label_end as _end
from compounding.records.preparations import SavedPreparation
from compounding.records.prints import LABEL
from compounding.records.stored import IDS, Stored
from compounding.records.tables import print_ as _print
from compounding.workflow.progress import Fate, LabelCopy


@dataclass(frozen=True, slots=True)
class NewFate:
    """What became of a printed copy. Raises TypeError for what is no fate."""

    print_id: int
    fate: Fate
    words: str = ""
    witness: str = ""
    """The second user who saw it destroyed."""

    def __post_init__(self) -> None:
        if not isinstance(self.fate, Fate):
            raise TypeError(f"a copy meets one of the fates that there are, not {self.fate!r}")


def fate_row(_: SavedPreparation, new: NewFate, __: Event) -> dict[str, Any]:
    """The row of a fate, but for what every row has of its entry."""
    return {"print_id": new.print_id, "became": new.fate.value, "words": new.words, "witness": new.witness}


def refuse_strange(saved: SavedPreparation, there: tuple[LabelCopy, ...], rows: tuple[object, ...]) -> None:
    """Raises RecordsRefused for the fate of a copy that is none of this preparation's labels."""
    printed = {copy.print_id for copy in there}
    for row in rows:
        if isinstance(row, NewFate) and row.print_id not in printed:
            raise RecordsRefused(f"{saved.number} has no label with the print {row.print_id}: look at it again.")


_version = func.coalesce(_print.c.version, 1).label("of_version")
_COPIES = (
    select(_print, _version)
    .where(_print.c.preparation_id.in_(IDS))
    .where(or_(_print.c.document == LABEL, _print.c.document.startswith(f"{LABEL}, ")))
    .order_by(_print.c.id)
)
_ENDS = (
    select(_end, _print.c.preparation_id)
    .join(_print, _print.c.id == _end.c.print_id)
    .where(_print.c.preparation_id.in_(IDS))
    .order_by(_end.c.id)
)


def labels_of(stored: Stored) -> Mapping[int, tuple[LabelCopy, ...]]:
    """Every copy of each, of every version, the oldest first, with its newest fate."""
    printed = stored.of(_COPIES, lambda row: row)
    ends = stored.of(_ENDS, lambda row: row)
    return {id_: _copies(printed[id_], {end.print_id: end for end in ends[id_]}) for id_ in printed}


def _copies(printed: tuple[Row[Any], ...], newest: Mapping[int, Row[Any]]) -> tuple[LabelCopy, ...]:
    return tuple(_copy(row, newest.get(row.id)) for row in printed)


def _copy(row: Row[Any], end: Row[Any] | None) -> LabelCopy:
    made = (row.id, row.copy, row.document, row.of_version)
    if end is None:
        return LabelCopy(*made, printed_by=row.person_id)
    return LabelCopy(
        *made, Fate(end.became), end.witness, end.person_id, utc_time(end.at_utc), row.person_id, end.entry
    )
