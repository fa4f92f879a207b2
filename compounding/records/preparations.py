"""Preparations: saved once, found again, and never changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, bindparam, func, or_, select

from compounding.records import tables
from compounding.records.chain import about, all_columns, append, of_entry
from compounding.records.database import RecordsRefused, reading, writing
from compounding.records.events import Event, Person, Rows, person_of, utc_text, utc_time
from compounding.records.names import folded, folded_number

ENTERED = "entered"
_table = tables.preparation
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
            _require_whole(amount.name, getattr(self, amount.name))


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
        _require_whole("year", self.year)
        if not 1000 <= self.year <= 9999:  # a number starts with four figures
            raise ValueError(f"the year {self.year} is not one of four figures")
        if not isinstance(self.training, bool):
            raise TypeError(f"training is either True or False, not {self.training!r}")
        for name in ("order_json", "plan_json", "shown_json", "answers_json"):
            require_json(name, getattr(self, name))


@dataclass(frozen=True, slots=True)
class SavedPreparation:
    """A preparation as it stands in the database; `content` is what was saved, to the letter."""

    id: int
    number: str
    sequence: int
    state: str
    created_at: datetime
    created_by: Person
    content: NewPreparation


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; what is left empty restricts nothing.

    `number` and each word of `name` may be a part, the words in any order. A patient's number must be
    whole; spaces and hyphens do not count.
    """

    number: str = ""
    name: str = ""
    patient_number: str = ""
    given_on: date | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Where in a list: what was saved before the preparation with the id `before`."""

    before: int | None = None
    size: int = 25

    def __post_init__(self) -> None:
        _require_whole("size", self.size)
        if self.size == 0:
            raise ValueError("a page holds at least one preparation")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of preparations, the newest first, and the page after it; None after the last."""

    preparations: tuple[SavedPreparation, ...]
    next_page: Page | None


def _require_whole(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} is a whole number, not {value!r}")
    if not 0 <= value <= _LARGEST:
        raise ValueError(f"{name} cannot be {value}")


def require_json(name: str, value: object) -> None:
    """Raises TypeError where the value is no text, and ValueError where it is no JSON."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is a text, not {type(value).__name__}")
    try:
        json.loads(value)
    except ValueError as error:
        raise ValueError(f"{name} is not JSON: {error}") from None


def save_preparation(engine: Engine, new: NewPreparation, event: Event) -> SavedPreparation:
    """Stores a preparation, its number, its status and its event, all or none.

    A second call with the same request_key and content gives the same preparation and writes nothing.
    Raises RecordsRefused where that key came with another content, and NotSaved.
    """
    with writing(engine) as connection:
        # No other writer comes between this look and the insert below.
        last = connection.execute(_LAST, {"in_year": new.year, "key": new.request_key}).one()
        saved = None if last.number is None else _one(connection, last.number)
        if saved is None:
            saved = _insert(connection, new, event, last)
    if saved.content != new:
        raise RecordsRefused(
            f"This form was sent before and saved as {saved.number}, with other entries:"
            " open that preparation, or start a new form."
        )
    return saved


def _insert(connection: Connection, new: NewPreparation, event: Event, last: Any) -> SavedPreparation:
    key, status, sequence = last.id + 1, last.status + 1, last.sequence + 1
    number = f"{new.year}-{sequence:06d}"
    told = about(event, number, drug_file=f"{new.drug_edition} {new.drug_checksum}")

    def rows(seq: int) -> Rows:
        came = of_entry(seq, told)
        row = {**_columns(new), **came, "id": key, "number": number, "sequence": sequence}
        entered = {**came, "id": status, "preparation_id": key, "state": ENTERED}
        return {"preparation": [all_columns(_table, row)], "status": [all_columns(tables.status, entered)]}

    append(connection, told, rows)
    return SavedPreparation(key, number, sequence, ENTERED, utc_time(utc_text(event.at)), event.person, new)


def set_status(engine: Engine, number: str, state: str, event: Event, *, was: str | None = None) -> SavedPreparation:
    """Puts a preparation in another state, with its event; `was` is the state that the caller has seen.

    Raises RecordsRefused where there is no such preparation, or where it is in another state by now,
    NotSaved, and ValueError for an empty state.
    """
    if not state.strip():
        raise ValueError("a state is empty")
    with writing(engine) as connection:
        saved = _one(connection, number)
        if saved is None:
            raise RecordsRefused(f"There is no preparation {number}.")
        if was not in (None, saved.state):
            raise RecordsRefused(f"{number} is {saved.state} by now, and not {was}: look at it again.")
        _add_status(connection, saved, state, about(event, number))
        return replace(saved, state=state)


def _add_status(connection: Connection, saved: SavedPreparation, state: str, event: Event) -> None:
    key = connection.execute(_LAST_STATUS).scalar_one() + 1

    def rows(seq: int) -> Rows:
        row = {**of_entry(seq, event), "id": key, "preparation_id": saved.id, "state": state}
        return {"status": [all_columns(tables.status, row)]}

    append(connection, event, rows)


# The fields of a preparation that have a column of their name and type, and no other treatment.
_SAME = (
    "request_key", "year", "market", "drug_id", "drug_edition", "drug_checksum", "program_version",
    "order_json", "plan_json", "shown_json", "answers_json",
)  # fmt: skip

_PATIENT = tuple(part.name for part in fields(PatientIdentity))
_FIGURES = tuple(part.name for part in fields(Figures))


def _columns(new: NewPreparation) -> dict[str, Any]:
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
    columns = row._mapping
    patient = {name: columns[name] for name in _PATIENT}
    patient["born"] = None if row.born is None else date.fromisoformat(row.born)
    return NewPreparation(
        given_on=date.fromisoformat(row.given_on),
        training=bool(row.training),
        patient=PatientIdentity(**patient),
        figures=Figures(**{name: columns[name] for name in _FIGURES}),
        **{name: columns[name] for name in _SAME},
    )


def _saved(row: Row[Any]) -> SavedPreparation:
    created_at = utc_time(row.at_utc)
    return SavedPreparation(row.id, row.number, row.sequence, row.state, created_at, person_of(row), _content(row))


def _preparations() -> Select[Any]:
    """Every preparation with its newest status."""
    statuses = tables.status.c
    newest = select(statuses.state).where(statuses.preparation_id == _table.c.id)
    return select(_table, newest.order_by(statuses.id.desc()).limit(1).scalar_subquery().label("state"))


# One above the last is the next: as no row is ever deleted, no number comes again.
_LAST_STATUS = select(func.coalesce(func.max(tables.status.c.id), 0))
_IN_YEAR = select(func.coalesce(func.max(_table.c.sequence), 0)).where(_table.c.year == bindparam("in_year"))
_LAST = select(
    select(func.coalesce(func.max(_table.c.id), 0)).scalar_subquery().label("id"),
    _LAST_STATUS.scalar_subquery().label("status"),
    _IN_YEAR.scalar_subquery().label("sequence"),
    select(_table.c.number).where(_table.c.request_key == bindparam("key")).scalar_subquery().label("number"),
)
_BY_NUMBER = _preparations().where(_table.c.number == bindparam("wanted"))


def _one(connection: Connection, number: str) -> SavedPreparation | None:
    row = connection.execute(_BY_NUMBER, {"wanted": number}).one_or_none()
    return None if row is None else _saved(row)


def preparation(engine: Engine, number: str) -> SavedPreparation | None:
    """The preparation of this number; None where there is none. Raises NotRead."""
    with reading(engine) as connection:
        return _one(connection, number)


def find_preparations(engine: Engine, search: Search, page: Page) -> Found:
    """The preparations that fit all of the search, the newest first. Raises NotRead."""
    wanted = _preparations().where(*_conditions(search)).order_by(_table.c.id.desc())
    if page.before is not None:
        wanted = wanted.where(_table.c.id < page.before)
    with reading(engine) as connection:
        # One more than is shown tells whether there is another page.
        rows = connection.execute(wanted.limit(page.size + 1)).all()
    shown = tuple(_saved(row) for row in rows[: page.size])
    return Found(shown, Page(shown[-1].id, page.size) if len(rows) > page.size else None)


def _conditions(search: Search) -> Iterator[ColumnElement[bool]]:
    """autoescape takes a % or _ that somebody typed for what it is, and not as a placeholder."""
    yield from (_table.c.search_name.contains(word, autoescape=True) for word in folded(search.name).split())
    if number := search.number.strip():
        yield _table.c.number.contains(number, autoescape=True)
    if patient_number := folded_number(search.patient_number.strip()):
        numbers = (_table.c.mrn, _table.c.nhs_number, _table.c.hospital_number)
        yield or_(*(_folded_number(column) == patient_number for column in numbers))
    if search.given_on is not None:
        yield _table.c.given_on == search.given_on.isoformat()


def _folded_number(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """What names.folded_number does, in SQL."""
    return func.lower(func.replace(func.replace(column, " ", ""), "-", ""))
