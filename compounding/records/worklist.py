"""The worklist: what is under way."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, Engine, Select, and_, func, or_, select

from compounding.records import preparations, tables
from compounding.records.chain import RELEASED
from compounding.records.database import reading
from compounding.records.events import utc_text
from compounding.records.preparations import SavedPreparation
from compounding.records.standing import Standing, all_stand
from compounding.workflow.steps import ENDS

_status = tables.status.c
_ENDED = sorted(end.value for end in ENDS)


def open_preparations(engine: Engine, *, released_since: datetime | None = None) -> tuple[Standing, ...]:
    """Every preparation that has not ended, in its newest version, by the day on which it is given and then by
    its number. Raises NotRead.

    A released bag is on it where it was released at `released_since` or later: what becomes of it after that
    no row says.
    """
    with reading(engine) as connection:
        found = preparations.those(connection, tables.preparation.c.id.in_(_open(released_since)))
        return all_stand(connection, sorted(found, key=_day_and_number))


def _day_and_number(saved: SavedPreparation) -> tuple[date, int, int]:
    return saved.content.given_on, saved.content.year, saved.sequence


def _open(released_since: datetime | None) -> Select[tuple[int]]:
    newest = select(func.max(_status.id)).group_by(_status.preparation_id)
    return select(_status.preparation_id).where(_status.id.in_(newest), _is_open(released_since))


def _is_open(released_since: datetime | None) -> ColumnElement[bool]:
    under_way = _status.state.not_in([*_ENDED, RELEASED])
    if released_since is None:
        return under_way
    return or_(under_way, and_(_status.state == RELEASED, _status.at_utc >= utc_text(released_since)))
