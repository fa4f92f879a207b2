"""Preparations: saved once and found again. One that was changed has versions, and the newest is what holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    select,
)

from compounding.records import course_tables, downtime, overrides, tables
from compounding.records.chain import about, all_columns, append, append_all, next_id, of_entry
from compounding.records.database import NotRead, RecordsRefused, reading, writing
from compounding.records.downtime import NewPaperOrder
from compounding.records.events import Event, Person, Rows, is_json, person_of, require_json, utc_text, utc_time
from compounding.records.names import folded
from compounding.records.signatures import NewSignature, signature_row

ENTERED = "entered"
_table, _revision = tables.preparation, tables.revision
_LARGEST = 2**63 - 1  # of a whole number in either database


@dataclass(frozen=True, slots=True)
class PatientIdentity:
    """Who the patient is, as it was entered. A US site fills `mrn`; a UK site the other two numbers."""

    family: str
    given: str
    born: date | None
    mrn: str | None = None
    nhs_number: str | None = None
    hospital_number: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The amounts of a preparation, exact. Raises TypeError or ValueError for one that is not whole."""

    dose_ng: int
    prepared_ng: int
    volume_nL: int
    diluent_nL: int
    discarded_nL: int
    discarded_ng: int
    vials: int

    def __post_init__(self) -> None:
        for amount in fields(self):
            require_whole(amount.name, getattr(self, amount.name))


_JSON = ("order_json", "plan_json", "shown_json", "answers_json")


@dataclass(frozen=True, slots=True)
class NewPreparation:
    """A preparation as it is to be stored. Raises TypeError or ValueError for what cannot be stored.

    `request_key` is the form's: sent twice, it is one preparation. `year` is the year of the number,
    and the caller's to choose, as the site's own date decides it.
    """

    request_key: str
    year: int
    given_on: date
    market: str
    training: bool
    patient: PatientIdentity
    drug_id: str
    drug_edition: str
    drug_checksum: str
    program_version: str
    figures: Figures
    order_json: str
    plan_json: str
    shown_json: str
    """The finished strings of the pages and papers."""
    answers_json: str
    """The answers to the findings."""

    def __post_init__(self) -> None:
        if not self.request_key.strip():
            raise ValueError("a preparation needs the key of the form that it came by")
        require_whole("year", self.year)
        if not 1000 <= self.year <= 9999:  # a number starts with four figures
            raise ValueError(f"the year {self.year} is not one of four figures")
        if not isinstance(self.training, bool):
            raise TypeError(f"training is either True or False, not {self.training!r}")
        for name in _JSON:
            require_json(name, getattr(self, name))

    @property
    def drug_file(self) -> str:
        """Its edition and checksum, as the log tells of it."""
        return f"{self.drug_edition} {self.drug_checksum}"


@dataclass(frozen=True, slots=True)
class SavedPreparation:
    """A preparation as it stands in the database; `content` is what was saved, to the letter."""

    id: int
    number: str
    sequence: int
    state: str
    created_at: datetime
    """When the first version was saved."""
    created_by: Person
    content: NewPreparation
    """Of the newest version."""
    version: int
    entered_by: tuple[Person, ...]
    """Whoever entered or changed any version, each once, the first first."""
    authorised_by: tuple[str, ...] = ()
    """The users who authorised an override of any version, each once."""


def require_whole(name: str, value: object) -> None:
    """Raises TypeError or ValueError for what is no whole number that either database holds."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} is a whole number, not {value!r}")
    if not 0 <= value <= _LARGEST:
        raise ValueError(f"{name} cannot be {value}")


PlaceRow = Callable[[Connection, int, int], dict[str, Any]]
"""The row that places a version of a preparation in a course, or what refuses it."""


def save_preparation(
    engine: Engine,
    new: NewPreparation,
    event: Event,
    signature: NewSignature | None = None,
    also: Sequence[Event] = (),
    *,
    place: PlaceRow | None = None,
    paper: NewPaperOrder | None = None,
) -> SavedPreparation:
    """Stores a preparation, its number, its status, the signature that it was entered with and its event,
    all or none. `also` are further entries about it, that come right after; `place` puts it in a course. `paper`
    is how it was written by hand, under a number of a downtime pack that is then its own.

    A second call with the same request_key and content gives the same preparation and writes nothing.
    Raises RecordsRefused where that key came with another content, where the number on paper is not open, and
    NotSaved.
    """
    with writing(engine) as connection:
        # No other writer comes between this look and the insert below.
        last = connection.execute(_LAST, {"in_year": new.year, "key": new.request_key}).one()
        if last.number is None:
            saved = _insert(connection, new, event, signature, last, place, paper)
            append_all(connection, also, saved.number, new.drug_file)
            return existing(connection, saved.number) if also else saved
        if sent(connection, _table, new.request_key) != new or (paper is not None and paper.number != last.number):
            raise another_form(last.number)
        return existing(connection, last.number)


def another_form(number: str) -> RecordsRefused:
    """The refusal of a form whose key came with another content."""
    return RecordsRefused(
        f"This form was sent before and saved as {number}, with other entries:"
        " open that preparation, or start a new form."
    )


def _insert(
    connection: Connection,
    new: NewPreparation,
    event: Event,
    signature: NewSignature | None,
    last: Any,
    place: PlaceRow | None,
    paper: NewPaperOrder | None,
) -> SavedPreparation:
    key, status = last.id + 1, last.status + 1
    pack = None if paper is None else downtime.require_open(connection, paper.number)
    sequence = max(last.saved, last.reserved) + 1 if paper is None else downtime.sequence_of(paper.number)
    number = f"{new.year}-{sequence:06d}"
    if paper is not None and number != paper.number:
        raise RecordsRefused(f"{paper.number} is a number of another year than {new.year}.")
    told = about(event, number, drug_file=new.drug_file)
    signed = [] if signature is None else [signature_row(signature, key, 1)]
    put = [] if place is None else [place(connection, key, 1)]

    def rows(seq: int) -> Rows:
        came = of_entry(seq, told)
        row = {**columns(new), **came, "id": key, "number": number, "sequence": sequence}
        entered = {**came, "id": status, "preparation_id": key, "state": ENTERED}
        made = {"preparation": [all_columns(_table, row)], "status": [all_columns(tables.status, entered)]}
        if paper is not None and pack is not None:
            written = {**downtime.paper_row(paper, key, pack), **came, "id": next_id(connection, "downtime_order")}
            made["downtime_order"] = [all_columns(tables.metadata.tables["downtime_order"], written)]
        for one in signed:
            full = {**one, **came, "id": next_id(connection, "signature")}
            made["signature"] = [all_columns(tables.signature, full)]
        for one in put:
            full = {**one, **came, "id": next_id(connection, "placed")}
            made["placed"] = [all_columns(course_tables.placed, full)]
        return made

    append(connection, told, rows)
    at, person = utc_time(utc_text(event.at)), event.person
    return SavedPreparation(key, number, sequence, ENTERED, at, person, new, 1, (person,))


# The fields of a preparation that have a column of their name and type, and no other treatment.
_SAME = (
    "request_key", "year", "market", "drug_id", "drug_edition", "drug_checksum", "program_version",
    "order_json", "plan_json", "shown_json", "answers_json",
)  # fmt: skip

_PATIENT = tuple(part.name for part in fields(PatientIdentity))
_FIGURES = tuple(part.name for part in fields(Figures))


def columns(new: NewPreparation) -> dict[str, Any]:
    """The columns of a version, but for its number and what every row has of its entry."""
    born = new.patient.born
    return {
        **{name: getattr(new, name) for name in _SAME},
        **{name: getattr(new.patient, name) for name in _PATIENT},
        **{name: getattr(new.figures, name) for name in _FIGURES},
        "born": None if born is None else born.isoformat(),
        "given_on": new.given_on.isoformat(),
        "training": int(new.training),
        "search_name": folded(f"{new.patient.family} {new.patient.given}"),
    }


def _content(row: Row[Any]) -> NewPreparation:
    # What was changed into no JSON stands as null: that is what no reader takes for what was saved.
    columns = {**row._mapping, **{name: "null" for name in _JSON if not is_json(row._mapping[name])}}
    patient = {name: columns[name] for name in _PATIENT}
    patient["born"] = None if row.born is None else date.fromisoformat(row.born)
    return NewPreparation(
        given_on=date.fromisoformat(row.given_on),
        training=bool(row.training),
        patient=PatientIdentity(**patient),
        figures=Figures(**{name: columns[name] for name in _FIGURES}),
        **{name: columns[name] for name in _SAME},
    )


_OF_A_VERSION = (*_SAME, *_PATIENT, *_FIGURES, "given_on", "training", "search_name")

# Each column of the newest version. A CASE and not a coalesce: a change may have emptied a field.
NOW = {name: case((_revision.c.id.is_(None), _table.c[name]), else_=_revision.c[name]) for name in _OF_A_VERSION}


def newest(*columns: ColumnElement[Any]) -> Select[Any]:
    """Columns of every preparation, of NOW those of its newest version."""
    others = _revision.alias("others")
    last = select(func.max(others.c.version)).where(others.c.preparation_id == _table.c.id).scalar_subquery()
    is_newest = and_(_revision.c.preparation_id == _table.c.id, _revision.c.version == last)
    return select(*columns).select_from(_table.outerjoin(_revision, is_newest))


def _preparations() -> Select[Any]:
    """Every preparation in its newest version, with its newest status."""
    statuses = tables.status.c
    state = select(statuses.state).where(statuses.preparation_id == _table.c.id).order_by(statuses.id.desc()).limit(1)
    first = ("id", "number", "sequence", "at_utc", "person_id", "person_name", "person_role")
    return newest(
        *(_table.c[name] for name in first),
        *(column.label(name) for name, column in NOW.items()),
        func.coalesce(_revision.c.version, 1).label("version"),
        state.scalar_subquery().label("state"),
    )


def _saved(connection: Connection, rows: Iterable[Row[Any]]) -> tuple[SavedPreparation, ...]:
    found = tuple(rows)
    changed = [row.id for row in found if row.version > 1]
    by: dict[int, dict[str, Person]] = {row.id: {row.person_id: person_of(row)} for row in found}
    if changed:
        for row in connection.execute(_CHANGED_BY, {"changed": changed}):
            by[row.preparation_id].setdefault(row.person_id, person_of(row))
    authorised = overrides.authorisers(connection, [row.number for row in found])
    return tuple(_one_saved(row, tuple(by[row.id].values()), authorised[row.number]) for row in found)


def _one_saved(row: Row[Any], entered_by: tuple[Person, ...], authorised_by: tuple[str, ...]) -> SavedPreparation:
    try:
        return SavedPreparation(
            id=row.id,
            number=row.number,
            sequence=row.sequence,
            state=row.state,
            created_at=utc_time(row.at_utc),
            created_by=person_of(row),
            content=_content(row),
            version=row.version,
            entered_by=entered_by,
            authorised_by=authorised_by,
        )
    except (TypeError, ValueError) as error:
        raise NotRead(f"Not read: what is stored of preparation {row.number} was changed.") from error


_CHANGED_BY = (
    select(_revision.c.preparation_id, _revision.c.person_id, _revision.c.person_name, _revision.c.person_role)
    .where(_revision.c.preparation_id.in_(bindparam("changed", expanding=True)))
    .order_by(_revision.c.id)
)

# One above the last is the next: as no row is ever deleted, no number comes again.
_LAST_STATUS = select(func.coalesce(func.max(tables.status.c.id), 0))
_KEY: BindParameter[str] = bindparam("key")
_SENT_AS = func.coalesce(
    select(_table.c.number).where(_table.c.request_key == _KEY).scalar_subquery(),
    select(_table.c.number)
    .join(_revision, _revision.c.preparation_id == _table.c.id)
    .where(_revision.c.request_key == _KEY)
    .scalar_subquery(),
).label("number")
_LAST = select(
    select(func.coalesce(func.max(_table.c.id), 0)).scalar_subquery().label("id"),
    _LAST_STATUS.scalar_subquery().label("status"),
    *downtime.LAST_SEQUENCES,
    _SENT_AS,
)
_BY_NUMBER = _preparations().where(_table.c.number == bindparam("wanted"))


def number_of(connection: Connection, request_key: str) -> str | None:
    """The preparation that the form with this key was saved as, or that it changed; None where it did not."""
    number: str | None = connection.execute(select(_SENT_AS), {"key": request_key}).scalar_one()
    return number


def sent(connection: Connection, table: Table, request_key: str) -> NewPreparation | None:
    """What the form with this key was saved as in preparation or in revision; None where it was not."""
    row = connection.execute(select(table).where(table.c.request_key == request_key)).one_or_none()
    return None if row is None else _content(row)


def one(connection: Connection, number: str) -> SavedPreparation | None:
    if "\0" in number:  # PostgreSQL does not even compare with it
        return None
    found = _saved(connection, connection.execute(_BY_NUMBER, {"wanted": number}))
    return found[0] if found else None


def those(
    connection: Connection, *wanted: ColumnElement[bool], most: int | None = None
) -> tuple[SavedPreparation, ...]:
    """The preparations that all conditions fit, the newest first; `most` of them, or every one."""
    found = _preparations().where(*wanted).order_by(_table.c.id.desc()).limit(most)
    return _saved(connection, connection.execute(found))


def existing(connection: Connection, number: str) -> SavedPreparation:
    """As one. Raises RecordsRefused where there is none."""
    saved = one(connection, number)
    if saved is None:
        raise RecordsRefused(f"There is no preparation {number}.")
    return saved


def preparation(engine: Engine, number: str) -> SavedPreparation | None:
    """The preparation of this number; None where there is none. Raises NotRead."""
    with reading(engine) as connection:
        return one(connection, number)
