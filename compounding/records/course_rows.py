"""What is added to a course: facts, and what takes one out; checklists; doses given; orders placed in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, select

from compounding.checklist import Checklist, Infusion, checklist_as_json, infusion_as_json
from compounding.course import CourseFact, Slot, fact_as_json, kind_of
from compounding.records import courses, tables
from compounding.records.chain import about, add, append_all
from compounding.records.course_values import CourseRecord, StoredChecklist
from compounding.records.database import RecordsRefused, writing
from compounding.records.events import Event, Rows, require_json, require_text
from compounding.records.preparations import PlaceRow

Judge = Callable[[CourseRecord], str | None]
"""Whether a row may be added: it sees the record as it would be, and says why not."""
Tell = Callable[[CourseRecord], Event]
"""Makes the entry of a row: it sees the record as it stands until then."""


@dataclass(frozen=True, slots=True)
class NewFact:
    """Something to be recorded of a course."""

    fact: CourseFact
    words: str = ""
    prescriber: str = ""
    was: int = 0
    """The entry of the course as its writer saw it: every course has one."""


@dataclass(frozen=True, slots=True)
class OutFact:
    """A fact that was an entry error. Raises ValueError without words, or where one person is both."""

    fact_id: int
    words: str
    witness: str
    """The second person, by their user."""

    def __post_init__(self) -> None:
        require_text("why a fact is taken out", self.words)
        require_text("the second person", self.witness)


@dataclass(frozen=True, slots=True)
class NewChecklist:
    """A checklist with how its findings were answered."""

    checklist: Checklist
    answers_json: str = "[]"
    was: int = 0
    """The entry of the checklist that it takes the place of, as its writer saw it; 0 where there was none."""

    def __post_init__(self) -> None:
        require_json("the answers", self.answers_json)


@dataclass(frozen=True, slots=True)
class NewInfusion:
    """A dose that was given, from a preparation; or, without an infusion, that the record of one was an error."""

    slot: Slot
    preparation: str
    infusion: Infusion | None
    words: str = ""
    """Needed to correct an earlier record."""
    was: int = 0
    """The entry of the record that it corrects, as its writer saw it; 0 where the dose was not given yet."""

    def __post_init__(self) -> None:
        if self.infusion is not None and self.infusion.slot != self.slot:
            raise ValueError(f"an infusion of {self.infusion.slot} is none of {self.slot}")


def record_fact(engine: Engine, number: str, new: NewFact, event: Event | Tell, judge: Judge) -> CourseRecord:
    """Records a fact of a course. Raises RecordsRefused with the judge's sentence, where there is no such course or it
    was changed since it was seen, and NotSaved."""
    row = {
        "kind": kind_of(new.fact),
        "fact_json": fact_as_json(new.fact),
        "words": new.words,
        "prescriber": new.prescriber,
    }

    def rows(found: CourseRecord) -> Rows:
        _require_unmoved(found, new)
        return {"course_fact": [{**row, "course_id": found.id}]}

    return _added(engine, number, event, judge, rows)


def _require_unmoved(found: CourseRecord, new: NewFact) -> None:
    if found.entry != new.was:
        raise RecordsRefused(
            f"{found.number} was changed meanwhile, and is not as it was seen: look at what stands now, and record this"
            " only if it still holds."
        )


def take_out_fact(engine: Engine, number: str, out: OutFact, event: Event | Tell, judge: Judge) -> CourseRecord:
    """Takes out a fact that was an entry error. Raises RecordsRefused where it does not stand, or one person is both;
    else as record_fact."""

    def rows(found: CourseRecord) -> Rows:
        if out.fact_id not in {one.id for one in found.standing}:
            raise RecordsRefused(f"{number} has no such entry that stands: look at it again.")
        return {"course_fact_out": [{"fact_id": out.fact_id, "words": out.words, "witness": out.witness}]}

    def tell(found: CourseRecord) -> Event:
        told = about(_told(event, found), number)
        if out.witness == told.person.id:
            raise RecordsRefused("An entry error is corrected by two people.")
        return told

    return _added(engine, number, tell, judge, rows)


def record_checklist(
    engine: Engine,
    number: str,
    new: NewChecklist,
    tell: Callable[[StoredChecklist | None], Event],
    judge: Judge,
    also: Sequence[Event] = (),
) -> CourseRecord:
    """Records the checklist of a dose. `tell` makes its entry from the one that it takes the place of, as that stands
    while nobody else can write; `also` are further entries about it. Raises RecordsRefused where another checklist
    stands than the one that was seen, or one person alone corrects counts; else as record_fact."""
    slot, correction = new.checklist.slot, new.checklist.correction
    row = {"cycle": slot.cycle, "day": slot.day, "checklist_json": checklist_as_json(new.checklist)}
    answered = {**row, "answers_json": new.answers_json}

    def rows(found: CourseRecord) -> Rows:
        _require_seen(found, new)
        return {"checklist": [{**answered, "course_id": found.id}]}

    def told(found: CourseRecord) -> Event:
        made = tell(found.checklists.get(slot))
        if correction is not None and correction.second == made.person.id:
            raise RecordsRefused("An entry error is corrected by two people.")
        return made

    return _added(engine, number, told, judge, rows, also)


def _require_seen(found: CourseRecord, new: NewChecklist) -> None:
    stored = found.checklists.get(new.checklist.slot)
    if (0 if stored is None else stored.told.entry) == new.was:
        return
    by = "" if stored is None else f" by {stored.told.person.name}"
    raise RecordsRefused(
        f"The checklist of {new.checklist.slot} was recorded meanwhile{by}, and is not the one that was seen: look"
        " at it, and record this one only if it is to take its place."
    )


def record_infusion(engine: Engine, number: str, new: NewInfusion, event: Event | Tell, judge: Judge) -> CourseRecord:
    """Records that a dose was given, or corrects it. Raises RecordsRefused where it is recorded already and no words
    correct it, where another record stands than the one that was seen, and where the preparation stands elsewhere;
    else as record_fact."""

    def rows(found: CourseRecord) -> Rows:
        if (new.slot in found.infusions) is not bool(new.words.strip()):
            said = "is recorded as given already" if new.slot in found.infusions else "is not recorded as given"
            raise RecordsRefused(f"{str(new.slot).capitalize()} {said}: look at the course again.")
        _require_shown(found, new)
        if (new.preparation, new.slot) not in {(order.number, order.slot) for order in found.orders}:
            raise RecordsRefused(f"{new.preparation} is not prepared for {new.slot} of {number}.")
        row = {"course_id": found.id, "cycle": new.slot.cycle, "day": new.slot.day, "words": new.words}
        json = None if new.infusion is None else infusion_as_json(new.infusion)
        return {"infusion": [{**row, "infusion_json": json, "_number": new.preparation}]}

    return _added(engine, number, event, judge, rows)


def _require_shown(found: CourseRecord, new: NewInfusion) -> None:
    stored = found.infusions.get(new.slot)
    if stored is not None and stored.told.entry != new.was:
        raise RecordsRefused(
            f"{str(new.slot).capitalize()} was corrected meanwhile by {stored.told.person.name}, and is not as it was"
            " seen: look at it, and record this only if it is to take its place."
        )


def _added(
    engine: Engine,
    number: str,
    event: Event | Tell,
    judge: Judge,
    rows: Callable[[CourseRecord], Rows],
    also: Sequence[Event] = (),
) -> CourseRecord:
    """Adds rows to a course. The judge sees it with them; where it objects, nothing of it is stored."""
    with writing(engine) as connection:
        before = courses.existing(connection, number)
        made = rows(before)
        add(connection, about(_told(event, before), number), _numbered(connection, made))
        append_all(connection, also, number, "")
        now = courses.existing(connection, number)
        if (said := judge(now)) is not None:
            raise RecordsRefused(said)
        return now


def _told(event: Event | Tell, found: CourseRecord) -> Event:
    return event(found) if callable(event) else event


def _numbered(connection: Connection, rows: Rows) -> Rows:
    """The rows with the ids of the preparations that they name."""
    return {table: [_with_id(connection, row) for row in added] for table, added in rows.items()}


def _with_id(connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
    if "_number" not in row:
        return row
    of = tables.preparation.c
    id_ = connection.execute(select(of.id).where(of.number == row["_number"])).scalar_one()
    return {**{name: value for name, value in row.items() if name != "_number"}, "preparation_id": id_}


# ------------------------------------------------------------------ an order in a course


def place(course: str, slot: Slot, judge: Judge) -> PlaceRow:
    """What places a version of a preparation: `judge` sees the course as it stands when the order is stored. Raises
    RecordsRefused with its sentence, or where there is no such course, once the order is stored."""

    def row(connection: Connection, preparation_id: int, version: int) -> dict[str, Any]:
        found = courses.existing(connection, course)
        if (said := judge(found)) is not None:
            raise RecordsRefused(said)
        of = {"preparation_id": preparation_id, "version": version, "course_id": found.id}
        return {**of, "cycle": slot.cycle, "day": slot.day}

    return row
