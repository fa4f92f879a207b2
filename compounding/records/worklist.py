"""The worklist: what is under way, and what of it stands beside a patient's course."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, Engine, Select, and_, func, or_, select

from compounding.records import preparations, tables
from compounding.records.chain import RELEASED
from compounding.records.course_values import CourseRecord
from compounding.records.courses import places_of
from compounding.records.database import reading
from compounding.records.events import utc_text
from compounding.records.names import folded_number
from compounding.records.preparations import NOW, SavedPreparation
from compounding.records.searches import as_folded
from compounding.records.standing import Standing, all_stand
from compounding.workflow.steps import ENDS, State

_status = tables.status.c
_ENDED = sorted(end.value for end in ENDS)
_GONE = [*_ENDED, State.RETURNED.value]
"""The states in which a preparation reaches no patient."""


def open_preparations(engine: Engine, *, released_since: datetime | None = None) -> tuple[Standing, ...]:
    """Every preparation that has not ended, in its newest version, by the day on which it is given and then by
    its number. Raises NotRead.

    A released bag is on it where it was released at `released_since` or later: what becomes of it after that
    no row says.
    """
    with reading(engine) as connection:
        found = preparations.those(connection, tables.preparation.c.id.in_(_open(released_since)))
        return all_stand(connection, sorted(found, key=_day_and_number))


def ordered_outside(engine: Engine, course: CourseRecord) -> tuple[SavedPreparation, ...]:
    """The preparations of a course's drug that carry a number of its patient, may still reach them and stand in no
    course, as open_preparations orders them. Raises NotRead."""
    patient, numbers = course.patient.content, ("mrn", "nhs_number", "hospital_number")
    wanted = [folded_number(number) for name in numbers if (number := getattr(patient, name))]
    theirs = or_(*(as_folded(NOW[name]).in_(wanted) for name in numbers))
    newest = select(func.max(_status.id)).group_by(_status.preparation_id)
    live = select(_status.preparation_id).where(_status.id.in_(newest), _status.state.not_in(_GONE))
    with reading(engine) as connection:
        drug = NOW["drug_id"] == course.content.drug_id
        found = preparations.those(connection, tables.preparation.c.id.in_(live), theirs, drug)
        places = places_of(connection, [one.id for one in found])
        return tuple(sorted((one for one in found if one.number not in places), key=_day_and_number))


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
