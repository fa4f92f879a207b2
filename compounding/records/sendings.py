"""Labels that went to a printer: stored before anything is sent, and again what came of it.

A sending over the network that has no end is an open question: the program, or the machine, stopped in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, select

from compounding.printing import Kind
from compounding.records import labels, preparations, tables
from compounding.records.chain import about, add
from compounding.records.database import RecordsRefused, reading, writing
from compounding.records.events import Event, utc_time
from compounding.records.labels import NewFate, fate_row
from compounding.records.preparations import SavedPreparation
from compounding.records.printer_tables import printer as _printer
from compounding.records.printer_tables import sending as _table
from compounding.records.printer_tables import sending_end as _end
from compounding.records.stored import IDS, Stored
from compounding.workflow.progress import Fate, LabelCopy, Sending


@dataclass(frozen=True, slots=True)
class NewSending:
    """Copies that are about to go to a printer, by the row of what it is now."""

    printer: int
    first: int
    last: int
    position: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.last:
            raise ValueError(f"copies are sent from the first to the last, not {self.first} to {self.last}")


def sending_row(saved: SavedPreparation, new: NewSending, _: Event) -> dict[str, Any]:
    """The row of a sending, but for what every row has of its entry."""
    return {
        "preparation_id": saved.id,
        "printer_id": new.printer,
        "first_copy": new.first,
        "last_copy": new.last,
        "position": new.position,
    }


def end_sending(engine: Engine, number: str, sending_id: int, came_out: int, reason: str, event: Event) -> Sending:
    """Stores how many copies of an open sending came out, and the others as not printed, whatever became of the
    preparation meanwhile. Raises RecordsRefused where there is no such sending or it was answered already, NotSaved,
    and ValueError for more copies than were sent."""
    told = about(event, number)
    with writing(engine) as connection:
        saved = preparations.existing(connection, number)
        found = _sending(connection, saved, sending_id)
        if found is None:
            raise RecordsRefused(f"{number} has no labels that were sent as {sending_id}: look at it again.")
        if not found.open:
            raise RecordsRefused("What came out is recorded already: look at the page again.")
        if not 0 <= came_out <= found.last - found.first + 1:
            raise ValueError(f"{came_out} copies cannot have come of {found.first} to {found.last}")
        lost = _not_out(connection, saved, found, came_out)
        rows: dict[str, list[dict[str, Any]]] = {
            "sending_end": [{"sending_id": sending_id, "came_out": came_out, "reason": reason}],
            "label_end": [fate_row(saved, NewFate(copy.print_id, Fate.NOT_PRINTED, reason), told) for copy in lost],
        }
        add(connection, told, {name: made for name, made in rows.items() if made})
        ended = _sending(connection, saved, sending_id)
        assert ended is not None
        return ended


def _not_out(connection: Connection, saved: SavedPreparation, sent: Sending, came_out: int) -> list[LabelCopy]:
    """The copies behind those that came out. One that somebody recorded as destroyed is there after all."""
    copies = labels.labels_of(Stored(connection, [saved.id]))[saved.id]
    rest = range(sent.first + came_out, sent.last + 1)
    return [copy for copy in copies if int(copy.copy) in rest and copy.fate is None]


_NOW = _printer.alias()
# Whatever a printer is now, what was sent to any row of it is on its way to the same one.
_BUSY = (
    select(_printer.c.name, tables.preparation.c.number)
    .select_from(_table)
    .join(_printer, _printer.c.id == _table.c.printer_id)
    .join(tables.preparation, tables.preparation.c.id == _table.c.preparation_id)
    .outerjoin(_end, _end.c.sending_id == _table.c.id)
    .join(_NOW, _NOW.c.number == _printer.c.number)
    .where(_NOW.c.id == bindparam("row"), _printer.c.kind == Kind.NETWORK.value, _end.c.id.is_(None))
)


def busy_with(engine: Engine, printer: int) -> str | None:
    """The preparation whose labels are on their way to a printer, given by the row of what it is now, or of which
    nobody has said yet what came out; None where there is none. Raises NotRead."""
    with reading(engine) as connection:
        found = connection.execute(_BUSY, {"row": printer}).first()
        return None if found is None else str(found.number)


def refuse_busy(connection: Connection, new: Iterable[object]) -> None:
    """Raises RecordsRefused for labels to a network printer that others are on the way to, or where nobody has said
    yet what came out: what stops the ones might stop the others."""
    for row in new:
        if isinstance(row, NewSending):
            busy = connection.execute(_BUSY, {"row": row.printer}).first()
            if busy is not None:
                raise RecordsRefused(
                    f"Labels of {busy.number} are on their way to {busy.name}, or nobody has said what came out of it:"
                    " see to them first."
                )


# ------------------------------------------------------------------ reading

_SENDINGS = (
    select(_table, _printer.c.kind, _end.c.came_out)
    .join(_printer, _printer.c.id == _table.c.printer_id)
    .outerjoin(_end, _end.c.sending_id == _table.c.id)
    .where(_table.c.preparation_id.in_(IDS))
    .order_by(_table.c.id)
)


def sendings_of(stored: Stored) -> Mapping[int, tuple[Sending, ...]]:
    """Every sending of each, the oldest first."""
    return stored.of(_SENDINGS, _made)


def _sending(connection: Connection, saved: SavedPreparation, sending_id: int) -> Sending | None:
    found = sendings_of(Stored(connection, [saved.id]))[saved.id]
    return next((one for one in found if one.id == sending_id), None)


def _made(row: Row[Any]) -> Sending:
    over_network = Kind(row.kind) is Kind.NETWORK
    return Sending(
        row.id,
        row.printer_id,
        row.first_copy,
        row.last_copy,
        row.position,
        over_network,
        row.came_out,
        utc_time(row.at_utc),
    )
