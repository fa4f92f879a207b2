"""Patients: entered once, corrected by a newer row, and never merged.

- `put_patient` enters one, or corrects one whose newest entry the caller has seen. Who somebody under treatment is, is
  corrected by two people.
- `find_patients` finds them by parts of a name, a whole number, or the day of birth.
- Two of one name are two: a number or a day of birth tells them apart. No number belongs to two patients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, bindparam, exists, func, or_, select

from compounding.patient import printed_name
from compounding.records import course_tables
from compounding.records.chain import about, add, next_id
from compounding.records.course_tables import patient as _table
from compounding.records.database import RecordsRefused, reading, writing
from compounding.records.events import Event, Person, person_of, require_text, utc_time
from compounding.records.names import folded, folded_number
from compounding.records.searches import as_folded, patient_conditions

SEXES = ("female", "male", "")
"""Where it is used; "" where it is not."""
_NUMBERS = {"mrn": "MRN", "nhs_number": "NHS number", "hospital_number": "Hospital number"}
_SAME = ("family", "given", "sex", "mrn", "nhs_number", "hospital_number", "allergies")
_WHO = ("family", "given", "born", *_NUMBERS)
"""By what a patient is told from others."""


@dataclass(frozen=True, slots=True)
class NewPatient:
    """A patient as entered. Raises TypeError or ValueError for what cannot be stored."""

    family: str
    given: str
    born: date
    mrn: str | None = None
    """Of a US site."""
    nhs_number: str | None = None
    """Of a UK site, as is the next."""
    hospital_number: str | None = None
    sex: str = ""
    allergies: str = ""
    """As transcribed."""
    training: bool = True

    def __post_init__(self) -> None:
        require_text("the family name of a patient", self.family)
        require_text("the given name of a patient", self.given)
        if self.sex not in SEXES:
            raise ValueError(f"{self.sex!r} is no sex that is stored here")
        if not any(getattr(self, name) for name in _NUMBERS):
            raise ValueError("a patient needs a number")


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient as they stand by now."""

    id: int
    content: NewPatient
    entry: int
    """The newest that tells of them."""
    at: datetime
    person: Person


@dataclass(frozen=True, slots=True)
class PatientSearch:
    """What is looked for; what is left empty restricts nothing. Each word of `name` may be a part; a number must be
    whole, without spaces and hyphens."""

    name: str = ""
    patient_number: str = ""
    born: date | None = None


Tell = Callable[[NewPatient], Event]
"""Makes the entry of a correction: it sees the patient as they stand until then."""


def put_patient(
    engine: Engine,
    new: NewPatient,
    event: Event | Tell,
    *,
    patient_id: int | None = None,
    was: int | None = None,
    witness: str = "",
) -> Patient:
    """Enters a patient, or corrects the one with this id: `was` is then their entry that the caller has seen, and
    `witness` the second person who signed, by their user.

    Raises RecordsRefused where a number is another patient's, where there is no such patient, where they were changed
    meanwhile, and where somebody under treatment would be another by one person's word; NotSaved.
    """
    with writing(engine) as connection:
        own = next_id(connection, "patient") if patient_id is None else patient_id
        now = None if patient_id is None else existing(connection, patient_id)
        if now is not None and now.entry != was:
            raise RecordsRefused(f"{_named(now.content)} was changed meanwhile: look at it again.")
        for other in _all(connection, _of_numbers(new)):
            if other.id != own:
                _refuse_shared(new, other)
        told = event(new if now is None else now.content) if callable(event) else event
        if now is not None and witness in ("", told.person.id):
            _refuse_alone(connection, now, new)
        add(connection, about(told, subject(own)), {"patient": [{**_columns(new), "first_id": own}]})
        return existing(connection, own)


def _refuse_alone(connection: Connection, now: Patient, new: NewPatient) -> None:
    if told_apart(now.content, new) and _under_treatment(connection, now.id):
        raise RecordsRefused(
            f"{_named(now.content)} has an order or a dose: a name, the day of birth or a number is corrected by two"
            " people."
        )


def told_apart(was: NewPatient, now: NewPatient) -> bool:
    """Whether a correction changes who somebody is taken for: a name, the day of birth or a number."""
    return any((getattr(was, name) or "") != (getattr(now, name) or "") for name in _WHO)


def subject(patient_id: int) -> str:
    """What the log says that an entry about a patient is about."""
    return f"patient:{patient_id}"


def _named(patient: NewPatient) -> str:
    return printed_name(patient.family, patient.given)


def _refuse_shared(new: NewPatient, other: Patient) -> None:
    for name, words in _NUMBERS.items():
        mine, theirs = getattr(new, name), getattr(other.content, name)
        if mine and theirs and folded_number(mine) == folded_number(theirs):
            born = other.content.born.isoformat()
            raise RecordsRefused(
                f"{words} {mine} is the number of {_named(other.content)}, born {born}. Open that patient, or correct"
                " the number."
            )


def _columns(new: NewPatient) -> dict[str, Any]:
    return {
        **{name: getattr(new, name) for name in _SAME},
        "born": new.born.isoformat(),
        "search_name": folded(f"{new.family} {new.given}"),
        "training": int(new.training),
    }


# ------------------------------------------------------------------ reading

_NEWEST = select(_table).where(_table.c.id.in_(select(func.max(_table.c.id)).group_by(_table.c.first_id)))
_ONE = _NEWEST.where(_table.c.first_id == bindparam("wanted"))


def _patient(row: Row[Any]) -> Patient:
    content = NewPatient(
        born=date.fromisoformat(row.born),
        training=bool(row.training),
        **{name: row._mapping[name] for name in _SAME},
    )
    return Patient(row.first_id, content, row.entry, utc_time(row.at_utc), person_of(row))


def _all(connection: Connection, conditions: Iterable[ColumnElement[bool]]) -> tuple[Patient, ...]:
    found = _NEWEST.where(*conditions).order_by(_table.c.search_name, _table.c.born, _table.c.first_id)
    return tuple(_patient(row) for row in connection.execute(found))


def _of_numbers(new: NewPatient) -> Iterator[ColumnElement[bool]]:
    """Those who have any of these numbers."""
    wanted = [folded_number(number) for name in _NUMBERS if (number := getattr(new, name))]
    yield or_(*(as_folded(_table.c[name]).in_(wanted) for name in _NUMBERS))


def one(connection: Connection, patient_id: int) -> Patient | None:
    row = connection.execute(_ONE, {"wanted": patient_id}).one_or_none()
    return None if row is None else _patient(row)


def existing(connection: Connection, patient_id: int) -> Patient:
    """As one. Raises RecordsRefused where there is none."""
    found = one(connection, patient_id)
    if found is None:
        raise RecordsRefused(f"There is no patient {patient_id}.")
    return found


def patient(engine: Engine, patient_id: int) -> Patient | None:
    """The patient with this id; None where there is none. Raises NotRead."""
    with reading(engine) as connection:
        return one(connection, patient_id)


_course, _placed, _fact, _out = (
    table.c
    for table in (course_tables.course, course_tables.placed, course_tables.course_fact, course_tables.course_fact_out)
)
_TAKEN_OUT = exists().where(_out.fact_id == _fact.id)
_ELSEWHERE = exists().where(_fact.course_id == _course.id, _fact.kind == "given", ~_TAKEN_OUT)
_ORDERED = exists().where(_placed.course_id == _course.id)  # and what is given from this desk was ordered in it
_TREATED = select(_course.id).where(_course.patient_id == bindparam("wanted"), or_(_ORDERED, _ELSEWHERE)).limit(1)


def _under_treatment(connection: Connection, patient_id: int) -> bool:
    return connection.execute(_TREATED, {"wanted": patient_id}).one_or_none() is not None


def under_treatment(engine: Engine, patient_id: int) -> bool:
    """Whether a course of a patient has an order or a dose. Raises NotRead."""
    with reading(engine) as connection:
        return _under_treatment(connection, patient_id)


def with_numbers(connection: Connection, numbers: Iterable[str]) -> tuple[Patient, ...]:
    """The patients who have any of these numbers, of whatever kind."""
    wanted = sorted({folded_number(number) for number in numbers if number})
    if not wanted:
        return ()
    return _all(connection, [or_(*(as_folded(_table.c[name]).in_(wanted) for name in _NUMBERS))])


def has_number(patient: NewPatient, numbers: Iterable[str]) -> bool:
    """Whether one of these numbers is this patient's."""
    own = {folded_number(number) for name in _NUMBERS if (number := getattr(patient, name))}
    return not own.isdisjoint(folded_number(number) for number in numbers if number)


MOST = 200
"""Patients that one search gives. Whoever finds more looks for more of a name."""


def find_patients(engine: Engine, search: PatientSearch) -> tuple[Patient, ...]:
    """The patients that fit all of the search, by name and day of birth, MOST of them at most. Raises NotRead."""
    conditions = list(patient_conditions(dict(_table.c), search.name, search.patient_number))
    if search.born is not None:
        conditions.append(_table.c.born == search.born.isoformat())
    with reading(engine) as connection:
        return _all(connection, conditions)[:MOST]
