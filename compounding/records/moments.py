"""True times of a preparation, each beside the time at which it was entered, and what its checkers read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from compounding.policy import Making
from compounding.quantities import DrugMass, Volume, WeighedMass
from compounding.records.database import RecordsRefused
from compounding.records.events import Event, canonical, utc_text, utc_time
from compounding.records.path_tables import moment as _moment
from compounding.records.path_tables import reading as _reading
from compounding.records.preparations import SavedPreparation
from compounding.records.stored import IDS, Stored, require_own
from compounding.workflow.progress import Moment, Reading, What

# ------------------------------------------------------------------ true times


def moment_row(saved: SavedPreparation, moment: Moment, event: Event) -> dict[str, Any]:
    """The row of a true time, but for what every row has of its entry, which is when it was entered."""
    _require_minute(moment.at)
    if moment.entered_at != _minute(event.at):
        raise ValueError(f"a time that is entered at {event.at} cannot say that it was at {moment.entered_at}")
    if (moment.what is What.WETTED) is not (moment.place > 0):
        raise ValueError(f"{moment.place} is no place of what was {moment.what.value}")
    require_own(moment.person, event)
    return {
        "preparation_id": saved.id,
        "what": moment.what.value,
        "place": moment.place,
        "happened_utc": utc_text(moment.at),
        "late_reason": moment.late_reason,
        "making": None if moment.making is None else moment.making.value,
    }


def _require_minute(at: datetime) -> None:
    if at.utcoffset() is None:
        raise ValueError(f"a true time needs its zone: {at}")
    if at != _minute(at):
        raise ValueError(f"a true time is of a whole minute: {at}")


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def refuse_again(saved: SavedPreparation, there: tuple[Moment, ...], rows: tuple[object, ...]) -> None:
    """Raises RecordsRefused where something would have happened twice: a true time is never written anew."""
    taken = {(moment.what, moment.place) for moment in there}
    for row in rows:
        if isinstance(row, Moment):
            if (row.what, row.place) in taken:
                raise RecordsRefused(f"When {_called(row)} of {saved.number} is recorded already: look at it again.")
            taken.add((row.what, row.place))


def _called(moment: Moment) -> str:
    return f"vial {moment.place} was wetted" if moment.what is What.WETTED else f"the bag was {moment.what.value}"


_MOMENTS = select(_moment).where(_moment.c.preparation_id.in_(IDS)).order_by(_moment.c.id)


def moments_of(stored: Stored) -> Mapping[int, tuple[Moment, ...]]:
    """The true times of each, in the order in which they were entered."""
    return stored.of(_MOMENTS, _of_moment)


def _of_moment(row: Row[Any]) -> Moment:
    return Moment(
        what=What(row.what),
        place=row.place,
        at=utc_time(row.happened_utc),
        entered_at=_minute(utc_time(row.at_utc)),
        late_reason=row.late_reason,
        making=None if row.making is None else Making(row.making),
        person=row.person_id,
        logged_at=utc_time(row.at_utc),
    )


# ------------------------------------------------------------------ readings


def reading_row(saved: SavedPreparation, reading: Reading, event: Event) -> dict[str, Any]:
    """The row of what a checker read, but for what every row has of its entry.

    Raises ValueError for amounts that do not come back as they are.
    """
    require_own(reading.person, event)
    mass = reading.read_mass
    said = {
        "dose": str(reading.dose),
        "volume": str(reading.volume),
        "vials": reading.vials,
        "read_volume": str(reading.read_volume),
        "read_mass": None if mass is None else str(mass),
        "faults": list(reading.faults),
    }
    _require_figures(said)
    return {"preparation_id": saved.id, "reading_json": canonical(said), "agrees": int(reading.agrees)}


def _require_figures(said: Mapping[str, Any]) -> None:
    """Raises Unreadable, which is a ValueError."""
    if not isinstance(said["vials"], int) or isinstance(said["vials"], bool) or said["vials"] < 0:
        raise ValueError(f"{said['vials']!r} is no count of vials")
    _amounts(said)


def _amounts(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "dose": DrugMass.read(said["dose"]),
        "volume": Volume.read(said["volume"]),
        "read_volume": Volume.read(said["read_volume"]),
        "read_mass": None if said["read_mass"] is None else WeighedMass.read(said["read_mass"]),
    }


_READINGS = select(_reading).where(_reading.c.preparation_id.in_(IDS)).order_by(_reading.c.id)


def readings_of(stored: Stored) -> Mapping[int, tuple[Reading, ...]]:
    """What was read of each, the oldest first."""
    return stored.of(_READINGS, _of_reading)


def _of_reading(row: Row[Any]) -> Reading:
    said = json.loads(row.reading_json)
    return Reading(
        **_amounts(said),
        vials=said["vials"],
        agrees=bool(row.agrees),
        faults=tuple(said["faults"]),
        person=row.person_id,
    )
