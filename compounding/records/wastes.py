"""What was thrown away, exact, of each preparation and of a period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, select

from compounding.quantities import DrugMass, Volume
from compounding.records import preparations, tables
from compounding.records.database import reading
from compounding.records.events import Event, Person, person_of, require_text, utc_text, utc_time
from compounding.records.path_tables import waste as _table
from compounding.records.preparations import SavedPreparation
from compounding.records.stored import IDS, Stored, require_own
from compounding.workflow.progress import Waste, Wasted

_NANO = Decimal(1_000_000)  # ng in a mg, and nL in a mL


@dataclass(frozen=True, slots=True)
class WasteEntry:
    """Something that was thrown away, and what it was of."""

    number: str
    """Of the preparation."""
    market: str
    drug_id: str
    training: bool
    person: Person
    at: datetime
    """When it was entered, in UTC."""
    entry: int
    waste: Waste


def waste_row(saved: SavedPreparation, waste: Waste, event: Event) -> dict[str, Any]:
    """The row of what was thrown away, but for what every row has of its entry.

    Raises ValueError for an amount that is no whole number of ng or nL, or is negative.
    """
    if (waste.what is Wasted.BAG) is not (waste.place == 0):
        raise ValueError(f"{waste.place} is no place of a {waste.what.value}")
    require_text("the reason of a waste", waste.reason)
    require_own(waste.person, event)
    mass, volume = waste.mass.whole("ng"), waste.volume.whole("nL")
    if mass < 0 or volume < 0:
        raise ValueError(f"nobody throws {waste.mass} in {waste.volume} away")
    return {
        "preparation_id": saved.id,
        "what": waste.what.value,
        "place": waste.place,
        "mass_ng": mass,
        "volume_nL": volume,
        "reason": waste.reason,
        "witness": waste.witness,
    }


_STORED = select(_table).where(_table.c.preparation_id.in_(IDS)).order_by(_table.c.id)


def wastes_of(stored: Stored) -> Mapping[int, tuple[Waste, ...]]:
    """What was thrown away of each, in the order in which it was entered."""
    return stored.of(_STORED, _waste)


def _waste(row: Row[Any]) -> Waste:
    return Waste(
        what=Wasted(row.what),
        place=row.place,
        mass=DrugMass(row.mass_ng / _NANO),
        volume=Volume(row.volume_nL / _NANO),
        reason=row.reason,
        witness=row.witness,
        person=row.person_id,
    )


def waste_between(engine: Engine, start: datetime, end: datetime) -> tuple[WasteEntry, ...]:
    """What was entered as thrown away from `start` to before `end`, the oldest first; training too, which is
    named so. Raises NotRead."""
    return _entries(engine, _table.c.at_utc >= utc_text(start), _table.c.at_utc < utc_text(end))


def waste_of(engine: Engine, number: str) -> tuple[WasteEntry, ...]:
    """What was entered as thrown away of a preparation, the oldest first. Raises NotRead."""
    return _entries(engine, tables.preparation.c.number == number)


def _entries(engine: Engine, *wanted: ColumnElement[bool]) -> tuple[WasteEntry, ...]:
    of = tables.preparation.c
    names = ("market", "drug_id", "training")
    found = (
        preparations.newest(of.number, *(preparations.NOW[name].label(name) for name in names), *_table.c)
        .join(_table, _table.c.preparation_id == of.id)
        .where(*wanted)
        .order_by(_table.c.id)
    )
    with reading(engine) as connection:
        return tuple(_entry(row) for row in connection.execute(found))


def _entry(row: Row[Any]) -> WasteEntry:
    return WasteEntry(
        row.number,
        row.market,
        row.drug_id,
        bool(row.training),
        person_of(row),
        utc_time(row.at_utc),
        row.entry,
        _waste(row),
    )
