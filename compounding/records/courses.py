"""Courses of treatment: opened once for a patient; facts, orders, checklists and doses are added, and none is changed.

For the pages and papers:

    put_patient, patient, find_patients                  who is treated (patients.py)
    open_course(engine, NewCourse, event)                gives the CourseRecord: all that is stored of one course
    course_record(engine, number)                        the same of one that is there, or None
    courses_of(engine, patient_id)                       those of a patient, the newest first
    standing(engine, preparation's number).course        (CourseRecord, Slot), or None (standing.py)
    save_preparation(…, place=place(number, slot, judge)) an order in a course, and revise_preparation likewise
    record_fact(engine, number, NewFact, event, judge)   a response, a reduction, an omission, an end … (course_rows.py)
    take_out_fact(engine, number, OutFact, event, judge) an entry error, by two people
    record_checklist(engine, number, NewChecklist, tell, judge, also)
    record_infusion(engine, number, NewInfusion, event, judge)
    course_of(record, drug)                              the pure Course that `course.schedule` and
                                                         `course.order_findings` take; raises CourseFault

`judge` sees the record as it would be with the new row, while nobody else can write, and gives the sentence that
refuses it, or None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, bindparam, func, select

from compounding.checklist import read_checklist, read_infusion
from compounding.course import Slot, read_fact
from compounding.records import course_tables, patients, tables
from compounding.records.chain import about, add, next_id
from compounding.records.course_values import (
    CourseRecord,
    NewCourse,
    PlacedOrder,
    StoredChecklist,
    StoredFact,
    StoredInfusion,
    Told,
)
from compounding.records.database import NotRead, RecordsRefused, reading, writing
from compounding.records.events import Event, person_of, utc_time
from compounding.records.stored import IDS
from compounding.workflow import State

_course, _fact, _out = course_tables.course, course_tables.course_fact, course_tables.course_fact_out
_placed, _checklist, _infusion = course_tables.placed, course_tables.checklist, course_tables.infusion
_preparation, _revision, _status = tables.preparation, tables.revision, tables.status


# ------------------------------------------------------------------ opened


def open_course(
    engine: Engine, new: NewCourse, event: Event, judge: Callable[[tuple[CourseRecord, ...]], str | None] | None = None
) -> CourseRecord:
    """Opens a course. A second call with the same key gives the same course and writes nothing. `judge` sees the
    patient's other courses, the newest first, while nobody else can write. Raises RecordsRefused with its sentence,
    where the key came with another content or there is no such patient, and NotSaved."""
    with writing(engine) as connection:
        patients.existing(connection, new.patient_id)
        row = connection.execute(_BY_KEY, {"key": new.request_key}).one_or_none()
        if row is None:
            if judge is not None and (said := judge(_courses_of(connection, new.patient_id))) is not None:
                raise RecordsRefused(said)
            id_ = next_id(connection, "course")
            number = f"C-{id_:06d}"
            add(connection, about(event, number), {"course": [_columns(new, number)]})
            return existing(connection, number)
        if _content(row) != new:
            raise RecordsRefused(f"This form was sent before and opened as {row.number}, with other entries.")
        return existing(connection, row.number)


def _columns(new: NewCourse, number: str) -> dict[str, Any]:
    return {
        "number": number,
        "patient_id": new.patient_id,
        **{name: getattr(new, name) for name in _SAME},
        "start": new.start.isoformat(),
        "transplant": int(new.transplant),
    }


_SAME = ("request_key", "drug_id", "indication", "prescriber")


def _content(row: Row[Any]) -> NewCourse:
    return NewCourse(
        patient_id=row.patient_id,
        start=date.fromisoformat(row.start),
        transplant=bool(row.transplant),
        **{name: row._mapping[name] for name in _SAME},
    )


# ------------------------------------------------------------------ reading

_BY_KEY = select(_course).where(_course.c.request_key == bindparam("key"))
_BY_NUMBER = select(_course).where(_course.c.number == bindparam("wanted"))
_BY_ID = select(_course).where(_course.c.id.in_(IDS))
_OF_PATIENT = select(_course).where(_course.c.patient_id == bindparam("wanted")).order_by(_course.c.id.desc())
_OF_PATIENTS = select(_course).where(_course.c.patient_id.in_(IDS)).order_by(_course.c.id.desc())
_FACTS = (
    select(_fact, _out.c.words.label("out"), _out.c.witness, _out.c.entry.label("out_entry"))
    .select_from(_fact.outerjoin(_out, _out.c.fact_id == _fact.c.id))
    .where(_fact.c.course_id == bindparam("course"))
    .order_by(_fact.c.id)
)
_CHECKLISTS = select(_checklist).where(_checklist.c.course_id == bindparam("course")).order_by(_checklist.c.id)
_INFUSIONS = (
    select(_infusion, _preparation.c.number)
    .join(_preparation, _preparation.c.id == _infusion.c.preparation_id)
    .where(_infusion.c.course_id == bindparam("course"))
    .order_by(_infusion.c.id)
)


_LEFT = (State.RETURNED.value, State.WASTED.value)


def _placed_orders() -> Select[Any]:
    """Every preparation that stands in a course by its newest version."""
    versions = _revision.alias("versions")
    newest = func.coalesce(
        select(func.max(versions.c.version)).where(versions.c.preparation_id == _preparation.c.id).scalar_subquery(), 1
    )
    now = _revision.alias("now")
    state = select(_status.c.state).where(_status.c.preparation_id == _preparation.c.id)
    left = select(func.min(_status.c.entry)).where(
        _status.c.preparation_id == _preparation.c.id, _status.c.state.in_(_LEFT)
    )
    return (
        select(
            *(_placed.c.course_id, _placed.c.cycle, _placed.c.day, _preparation.c.number),
            func.coalesce(now.c.order_json, _preparation.c.order_json).label("order_json"),
            func.coalesce(now.c.plan_json, _preparation.c.plan_json).label("plan_json"),
            func.coalesce(now.c.prepared_ng, _preparation.c.prepared_ng).label("prepared_ng"),
            state.order_by(_status.c.id.desc()).limit(1).scalar_subquery().label("state"),
            left.scalar_subquery().label("left_entry"),
        )
        .select_from(
            _placed.join(_preparation, _preparation.c.id == _placed.c.preparation_id).outerjoin(
                now, (now.c.preparation_id == _preparation.c.id) & (now.c.version == newest)
            )
        )
        .where(_placed.c.version == newest)
        .order_by(_preparation.c.id)
    )


_ORDERS = _placed_orders().where(_placed.c.course_id == bindparam("course"))
_PLACES = _placed_orders().where(_preparation.c.id.in_(IDS))


def _told(row: Row[Any]) -> Told:
    return Told(person_of(row), utc_time(row.at_utc), row.entry)


def _record(connection: Connection, row: Row[Any]) -> CourseRecord:
    patient, of = patients.existing(connection, row.patient_id), {"course": row.id}

    def rows(statement: Select[Any]) -> Iterable[Row[Any]]:
        return connection.execute(statement, of)

    try:
        return CourseRecord(
            row.id,
            row.number,
            patient,
            _content(row),
            _told(row),
            facts=tuple(_stored_fact(one) for one in rows(_FACTS)),
            orders=tuple(_order(one) for one in rows(_ORDERS)),
            all_checklists=tuple(
                StoredChecklist(read_checklist(one.checklist_json), one.answers_json, _told(one))
                for one in rows(_CHECKLISTS)
            ),
            all_infusions=tuple(_stored_infusion(one) for one in rows(_INFUSIONS)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NotRead(f"Not read: what is stored of course {row.number} was changed.") from error


def _stored_fact(row: Row[Any]) -> StoredFact:
    fact = read_fact(row.kind, row.fact_json)
    out = row.out or "", row.witness or "", row.out_entry or 0
    return StoredFact(row.id, fact, row.words, row.prescriber, _told(row), *out)


def _stored_infusion(row: Row[Any]) -> StoredInfusion:
    infusion = None if row.infusion_json is None else read_infusion(row.infusion_json)
    return StoredInfusion(Slot(row.cycle, row.day), infusion, row.number, row.words, _told(row))


def _order(row: Row[Any]) -> PlacedOrder:
    where, left = Slot(row.cycle, row.day), row.left_entry or 0
    return PlacedOrder(row.number, where, row.state, row.order_json, row.plan_json, row.prepared_ng, left)


def one(connection: Connection, number: str) -> CourseRecord | None:
    if "\0" in number:  # PostgreSQL does not even compare with it
        return None
    row = connection.execute(_BY_NUMBER, {"wanted": number}).one_or_none()
    return None if row is None else _record(connection, row)


def existing(connection: Connection, number: str) -> CourseRecord:
    """As one. Raises RecordsRefused where there is none."""
    found = one(connection, number)
    if found is None:
        raise RecordsRefused(f"There is no course {number}.")
    return found


def course_record(engine: Engine, number: str) -> CourseRecord | None:
    """The course of this number; None where there is none. Raises NotRead."""
    with reading(engine) as connection:
        return one(connection, number)


def courses_of(engine: Engine, patient_id: int) -> tuple[CourseRecord, ...]:
    """The courses of a patient, the newest first. Raises NotRead."""
    with reading(engine) as connection:
        return _courses_of(connection, patient_id)


def _courses_of(connection: Connection, patient_id: int) -> tuple[CourseRecord, ...]:
    rows = connection.execute(_OF_PATIENT, {"wanted": patient_id}).all()
    return tuple(_record(connection, row) for row in rows)


def places_of(connection: Connection, ids: Iterable[int]) -> Mapping[str, tuple[CourseRecord, Slot]]:
    """The course that each preparation of these ids stands in by its newest version, and its place there, by the
    number of the preparation; those that stand in none are left out. A course is read once."""
    rows = connection.execute(_PLACES, {"ids": tuple(ids)}).all()
    courses = {row.course_id for row in rows}
    found = connection.execute(_BY_ID, {"ids": tuple(courses)}).all() if courses else ()
    records = {row.id: _record(connection, row) for row in found}
    return {row.number: (records[row.course_id], Slot(row.cycle, row.day)) for row in rows}


def courses_beside(
    connection: Connection, numbers: Mapping[str, Iterable[str]], places: Mapping[str, tuple[CourseRecord, Slot]]
) -> Mapping[str, tuple[CourseRecord, ...]]:
    """Of each preparation every course of its patient, the newest first: by the course that it stands in, else by the
    `numbers` of its patient. `places` are those of the preparations that stand in one."""
    outside = [number for number in numbers if number not in places]
    named = patients.with_numbers(connection, (one for number in outside for one in numbers[number]))
    found = {
        number: [one.id for one in named if patients.has_number(one.content, numbers[number])] for number in outside
    }
    found |= {number: [places[number][0].patient.id] for number in numbers if number in places}
    read = {record.id: record for record, _ in places.values()}
    wanted = sorted({id_ for ids in found.values() for id_ in ids})
    rows = connection.execute(_OF_PATIENTS, {"ids": wanted}).all() if wanted else ()
    of: dict[int, list[CourseRecord]] = {}
    for row in rows:
        of.setdefault(row.patient_id, []).append(read.get(row.id) or _record(connection, row))
    return {number: tuple(one for id_ in ids for one in of.get(id_, ())) for number, ids in found.items()}
