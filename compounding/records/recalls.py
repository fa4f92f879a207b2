"""Lots that were recalled. Nothing of one is recorded for a preparation while the recall stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, select

from compounding.records.chain import about, add
from compounding.records.database import RecordsRefused, reading, writing
from compounding.records.events import Event, Person, person_of, require_text, utc_time
from compounding.records.names import searched_lot
from compounding.records.path_tables import recall as _table
from compounding.records.path_tables import recall_end as _end


@dataclass(frozen=True, slots=True)
class RecallEnd:
    """Why a recall stands no longer."""

    reason: str
    person: Person
    at: datetime
    entry: int


@dataclass(frozen=True, slots=True)
class Recall:
    """A lot that was recalled, and whether that still stands."""

    id: int
    product: str
    """As `besponsa-us`."""
    lot: str
    """As it was typed."""
    reason: str
    person: Person
    at: datetime
    entry: int
    end: RecallEnd | None = None


def put_recall(engine: Engine, product: str, lot: str, reason: str, event: Event) -> Recall:
    """Recalls a lot of a product. Raises RecordsRefused where it is recalled already, NotSaved, and TypeError or
    ValueError for what cannot be stored."""
    for what, value in (("product", product), ("lot", lot), ("reason", reason)):
        require_text(f"the {what} of a recall", value)
    row = {"product": product, "lot": lot, "search_lot": searched_lot(lot), "reason": reason}
    told = about(event, _subject(product, lot))
    with writing(engine) as connection:
        if recall_of_lot(connection, product, row["search_lot"]) is not None:
            raise RecordsRefused(f"Lot {lot} of {product} is recalled already: look at the list again.")
        id_ = add(connection, told, {"recall": [row]})["recall"][0]["id"]
        return _existing(connection, id_)


def end_recall(engine: Engine, recall_id: int, reason: str, event: Event) -> Recall:
    """Ends a recall. Raises RecordsRefused where there is none or it has ended, NotSaved, and TypeError or
    ValueError for a reason that cannot be stored."""
    require_text("the reason why a recall ends", reason)
    with writing(engine) as connection:
        now = _existing(connection, recall_id)
        if now.end is not None:
            raise RecordsRefused(f"The recall of lot {now.lot} has ended already: look at the list again.")
        told = about(event, _subject(now.product, now.lot))
        add(connection, told, {"recall_end": [{"recall_id": recall_id, "reason": reason}]})
        return _existing(connection, recall_id)


def _subject(product: str, lot: str) -> str:
    return f"lot:{product} {lot}"


# ------------------------------------------------------------------ reading

_OF_END = ("id", "reason", "person_id", "person_name", "person_role", "at_utc", "entry")
_ALL = (
    select(_table, *(_end.c[name].label(f"end_{name}") for name in _OF_END))
    .select_from(_table.outerjoin(_end, _end.c.recall_id == _table.c.id))
    .order_by(_table.c.id)
)
_STANDING = _ALL.where(_end.c.id.is_(None))
_OF_LOT = _STANDING.where(_table.c.product == bindparam("product"), _table.c.search_lot == bindparam("lot")).limit(1)
_ONE = _ALL.where(_table.c.id == bindparam("wanted"))


def _recall(row: Row[Any]) -> Recall:
    return Recall(
        row.id, row.product, row.lot, row.reason, person_of(row), utc_time(row.at_utc), row.entry, _end_of(row)
    )


def _end_of(row: Row[Any]) -> RecallEnd | None:
    if row.end_id is None:
        return None
    by = Person(row.end_person_id, row.end_person_name, row.end_person_role)
    return RecallEnd(row.end_reason, by, utc_time(row.end_at_utc), row.end_entry)


def _existing(connection: Connection, recall_id: int) -> Recall:
    row = connection.execute(_ONE, {"wanted": recall_id}).one_or_none()
    if row is None:
        raise RecordsRefused(f"There is no recall {recall_id}.")
    return _recall(row)


def recall_of_lot(connection: Connection, product: str, lot: str) -> Recall | None:
    """The recall that stands against a lot, which is given as it is looked for."""
    row = connection.execute(_OF_LOT, {"product": product, "lot": lot}).one_or_none()
    return None if row is None else _recall(row)


def standing_recalls(connection: Connection) -> tuple[Recall, ...]:
    return tuple(_recall(row) for row in connection.execute(_STANDING))


def recalls(engine: Engine) -> tuple[Recall, ...]:
    """Every recall, those too that ended, the oldest first. Raises NotRead."""
    with reading(engine) as connection:
        return tuple(_recall(row) for row in connection.execute(_ALL))
