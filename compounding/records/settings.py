"""A site's settings: every value that any ever had, with who gave it. Callers pick what holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, bindparam, func, select

from compounding.records import tables
from compounding.records.chain import about, add
from compounding.records.database import RecordsRefused, reading, writing
from compounding.records.events import Event, Person, Rows, require_text, utc_time

STANDINGS = ("holds", "proposed", "withdrawn")
CODE = "code:"
"""What the name of a product code's row starts with; its value is the product. Such a row is enrolled by two
people as a setting is, and is none of the settings."""

_table = tables.setting
_NEWEST = select(func.coalesce(func.max(_table.c.entry), 0))
_IS_CODE = _table.c.name.startswith(CODE, autoescape=True)
_NEWEST_OF = _NEWEST.where(_table.c.name == bindparam("wanted"))


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that a setting was given; None is none."""

    name: str
    value: str | None
    standing: str
    """holds, proposed or withdrawn."""
    by: Person
    at: datetime
    entry: int


def put_setting(
    engine: Engine, name: str, value: str | None, standing: str, event: Event, *, was: int | None = None
) -> Setting:
    """Gives a setting a value. `was` is the entry of its newest row that the caller has seen, 0 for none.

    Raises RecordsRefused where another is the newest by now, NotSaved, and TypeError or ValueError for what
    cannot be stored. Without `was` whatever stands there is followed by this.
    """
    row = _row(name, value, standing)
    told = about(event, f"setting:{name}")
    with writing(engine) as connection:
        now = connection.execute(_NEWEST_OF, {"wanted": name}).scalar_one()
        if was not in (None, now):
            raise RecordsRefused(f"The setting {name} was changed meanwhile: look at it again.")
        return _setting(add(connection, told, {"setting": [row]})["setting"][0])


def put_settings(engine: Engine, values: Mapping[str, str | None], event: Event) -> None:
    """Gives several settings values that hold, in one entry: a new site's. Raises as put_setting."""
    rows: Rows = {"setting": [_row(name, value, "holds") for name, value in values.items()]}
    with writing(engine) as connection:
        add(connection, event, rows)


def _row(name: str, value: str | None, standing: str) -> dict[str, Any]:
    require_text("the name of a setting", name)
    if value is not None and not isinstance(value, str):
        raise TypeError(f"the value of {name} is a text or None, not {value!r}")
    if standing not in STANDINGS:
        raise ValueError(f"{standing!r} is not how a setting stands: {', '.join(STANDINGS)}")
    return {"name": name, "value": value, "standing": standing}


def settings(engine: Engine) -> tuple[Setting, ...]:
    """Every value of every setting, the oldest first. Raises NotRead."""
    return _those(engine, ~_IS_CODE)


def codes(engine: Engine) -> tuple[Setting, ...]:
    """Every product that a code was enrolled for, the oldest first; the code stands after CODE in the name.
    Raises NotRead."""
    return _those(engine, _IS_CODE)


def _those(engine: Engine, wanted: ColumnElement[bool]) -> tuple[Setting, ...]:
    with reading(engine) as connection:
        rows = connection.execute(select(_table).where(wanted).order_by(_table.c.id))
        return tuple(_setting(row._mapping) for row in rows)


def _setting(row: Any) -> Setting:
    by = Person(row["person_id"], row["person_name"], row["person_role"])
    return Setting(row["name"], row["value"], row["standing"], by, utc_time(row["at_utc"]), row["entry"])


def settings_entry(engine: Engine) -> int:
    """The newest entry that changed any setting, 0 for none: what was read before it is out of date.
    Raises NotRead."""
    with reading(engine) as connection:
        return int(connection.execute(_NEWEST.where(~_IS_CODE)).scalar_one())
