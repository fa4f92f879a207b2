"""The log as the rest of the program sees it: events stored by themselves, found again, and its head."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    Engine,
    ScalarSelect,
    Select,
    func,
    or_,
    select,
    union,
)

from compounding.records import chain, course_tables, drafts, path_tables, tables
from compounding.records.chain import Head
from compounding.records.database import reading, writing
from compounding.records.events import (
    CLOCK_ACKNOWLEDGED,
    CLOCK_STEPPED,
    Event,
    RecordedEvent,
    canonical,
    recorded,
    utc_text,
)
from compounding.records.overrides import OVERRIDDEN
from compounding.records.patients import subject as patient_subject
from compounding.records.searches import patient_conditions
from compounding.workflow.steps import ENDS, State

_log = tables.log.c


def record(engine: Engine, event: Event, *, checkpoint: bool = False) -> Head:
    """Stores an event that no row belongs to: a sign-in, a page viewed, a search. Raises NotSaved."""
    with writing(engine) as connection:
        return chain.append(connection, event, sign=checkpoint)


def events(engine: Engine, number: str) -> tuple[RecordedEvent, ...]:
    """The history of one preparation, the oldest first; empty where there is none. Raises NotRead.

    What made, changed or signed it and its papers, and not who looked at it: timeline has that.
    """
    return _in_order(engine, _log.seq.in_(_entries_of(number)))


def timeline(engine: Engine, number: str) -> tuple[RecordedEvent, ...]:
    """Every entry about one preparation, the oldest first: what was tried before it was saved, its history,
    who looked at it, and what was refused. Raises NotRead."""
    its_draft = _log.subject.in_(drafts.draft_of(number))
    return _in_order(engine, or_(_log.subject == number, its_draft, _log.seq.in_(_entries_of(number))))


def course_timeline(engine: Engine, number: str) -> tuple[RecordedEvent, ...]:
    """Every entry about one course, the oldest first; with them those that entered or corrected its patient, and of
    its orders what put them in it, verified, released or ended them, stood against them or overrode that. Raises
    NotRead."""
    course, patient, placed = course_tables.course.c, course_tables.patient.c, course_tables.placed.c
    id_, whose = (select(column).where(course.number == number) for column in (course.id, course.patient_id))
    of_patient = select(patient.entry).where(patient.first_id.in_(whose))
    orders = select(placed.entry).where(placed.course_id.in_(id_))
    ids = select(placed.preparation_id).where(placed.course_id.in_(id_))
    found = union(of_patient, orders, _turns(ids))
    return _in_order(engine, or_(_log.subject == number, _log.seq.in_(found), _stood_against(ids)))


# Where the way of a preparation turns: between them stand the many entries of whoever prepares it.
_TURNS = sorted(state.value for state in (State.VERIFIED, State.RELEASED, State.RETURNED, *ENDS))
_SCANS = ("scan refused", "typed refused", "page refused")
"""What else ends in "refused", and is no step that was."""


def _turns(ids: Select[Any]) -> Select[Any]:
    """The entries that verified, released or ended preparations."""
    of = tables.status.c
    return select(of.entry).where(of.preparation_id.in_(ids), of.state.in_(_TURNS))


def _stood_against(ids: Select[Any]) -> ColumnElement[bool]:
    """Entries of preparations: a step that was stopped or refused, and a finding that was overridden."""
    of = tables.preparation.c
    numbers = select(of.number).where(of.id.in_(ids))
    stopped = or_(_log.action.endswith(" stopped"), _log.action.endswith(" refused"))
    told = or_(_log.action == OVERRIDDEN, stopped & _log.action.not_in(_SCANS))
    return _log.subject.in_(numbers) & told


def patient_timeline(engine: Engine, patient_id: int) -> tuple[RecordedEvent, ...]:
    """Every entry about one patient, the oldest first; with them those that opened their courses, and those of the
    doses given in them. Raises NotRead."""
    course, infusion = course_tables.course.c, course_tables.infusion.c
    opened = select(course.entry).where(course.patient_id == patient_id)
    own = select(course.id).where(course.patient_id == patient_id)
    found = union(opened, select(infusion.entry).where(infusion.course_id.in_(own)))
    return _in_order(engine, or_(_log.subject == patient_subject(patient_id), _log.seq.in_(found)))


def _entries_of(number: str) -> CompoundSelect[Any]:
    """The entries that rows of a preparation came with."""
    of = tables.preparation.c
    wanted = select(of.id).where(of.number == number).scalar_subquery()
    its_own = [table for table in tables.REPLAYED if "preparation_id" in table.c]
    return union(
        select(of.entry).where(of.id == wanted),
        *(select(table.c.entry).where(table.c.preparation_id == wanted) for table in its_own),
        *(_of_a_row(later.c.entry, reference, wanted) for later, reference in _LATER.items()),
    )


# A row that says something of another one of the preparation, and the column that names that one.
_LATER = {
    tables.voiding: tables.voiding.c.signature_id,
    path_tables.material_out: path_tables.material_out.c.material_id,
    path_tables.label_end: path_tables.label_end.c.print_id,
}


def _of_a_row(entry: Column[int], reference: Column[int], wanted: ScalarSelect[Any]) -> Select[Any]:
    (key,) = reference.foreign_keys
    named = key.column.table
    return select(entry).where(reference.in_(select(named.c.id).where(named.c.preparation_id == wanted)))


def _in_order(engine: Engine, wanted: ColumnElement[bool]) -> tuple[RecordedEvent, ...]:
    history = select(_log.seq, _log.body).where(wanted).order_by(_log.seq)
    with reading(engine) as connection:
        return tuple(recorded(row.seq, row.body) for row in connection.execute(history))


@dataclass(frozen=True, slots=True)
class EntrySearch:
    """Which entries; what is left empty restricts nothing. Times are from the first to before the second.

    A patient's name and number are looked for as find_preparations does, in every version of a preparation
    and in drafts: the entries about it are found. A finding is named by its code.
    """

    action: str = ""
    person_id: str = ""
    subject: str = ""
    workstation: str = ""
    since: datetime | None = None
    until: datetime | None = None
    patient_name: str = ""
    patient_number: str = ""
    finding: str = ""


def find_entries(
    engine: Engine, search: EntrySearch, *, before: int | None = None, size: int = 100
) -> tuple[RecordedEvent, ...]:
    """Entries that fit all of the search, the newest first, `size` at most. Raises NotRead.

    The number of the last one is the `before` of the next page.
    """
    wanted = (
        select(_log.seq, _log.body)
        .where(*_conditions(search, engine.dialect.name))
        .order_by(_log.seq.desc())
        .limit(size)
    )
    if before is not None:
        wanted = wanted.where(_log.seq < before)
    with reading(engine) as connection:
        return tuple(recorded(row.seq, row.body) for row in connection.execute(wanted))


def actions(engine: Engine) -> tuple[str, ...]:
    """Every action that the log holds, in the order of the alphabet. Raises NotRead."""
    with reading(engine) as connection:
        # An entry that was changed may name none.
        named = select(_log.action).where(_log.action != "").distinct()
        return tuple(connection.execute(named.order_by(_log.action)).scalars())


def _conditions(search: EntrySearch, dialect: str) -> list[ColumnElement[bool]]:
    wanted = ("action", "person_id", "subject", "workstation")
    found = [_log[name] == getattr(search, name) for name in wanted if getattr(search, name)]
    if search.since is not None:
        found.append(_log.at >= utc_text(search.since))
    if search.until is not None:
        found.append(_log.at < utc_text(search.until))
    if search.patient_name.strip() or search.patient_number.strip():
        who = search.patient_name, search.patient_number
        found.append(or_(_log.subject.in_(_numbers_of(*who)), drafts.of_patient(*who, dialect)))
    if search.finding:
        # As a body writes it: "code":"…". In a text of the body that looks alike the quotes have backslashes.
        found.append(_log.body.contains(canonical({"code": search.finding})[1:-1], autoescape=True))
    return found


def _numbers_of(name: str, number: str) -> CompoundSelect[Any]:
    """The preparations that are, or in any version were, of such a patient."""
    of, changed = tables.preparation, tables.revision
    revised = select(of.c.number).join(changed, changed.c.preparation_id == of.c.id)
    return union(
        select(of.c.number).where(*patient_conditions(dict(of.c), name, number)),
        revised.where(*patient_conditions(dict(changed.c), name, number)),
    )


def head(engine: Engine, number: str | None = None) -> Head | None:
    """The newest entry; or the one that put a preparation in the state that it is in, as papers print it.

    None where there is no such preparation, or nothing at all. Raises NotRead.
    """
    with reading(engine) as connection:
        return chain.head(connection) if number is None else _state_head(connection, number)


def _state_head(connection: Connection, number: str) -> Head | None:
    status, of = tables.status.c, tables.preparation.c
    newest = (
        select(_log.seq, _log.hash)
        .join(tables.status, status.entry == _log.seq)
        .join(tables.preparation, of.id == status.preparation_id)
        .where(of.number == number)
        .order_by(status.id.desc())
        .limit(1)
    )
    row = connection.execute(newest).one_or_none()
    return None if row is None else Head(row.seq, row.hash)


def clock_step_pending(engine: Engine) -> bool:
    """Whether the clock went backwards and nobody has said that they saw it: labels wait. Raises NotRead."""
    with reading(engine) as connection:
        stepped, seen = (_newest(connection, action) for action in (CLOCK_STEPPED, CLOCK_ACKNOWLEDGED))
    return stepped > seen


def _newest(connection: Connection, action: str) -> int:
    found = select(func.max(_log.seq)).where(_log.action == action)
    return int(connection.execute(found).scalar_one() or 0)
