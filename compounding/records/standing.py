"""How a preparation stands: all that was recorded for it, as whoever judges a step must see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from compounding.course import Slot
from compounding.records import courses, downtime, labels, materials, moments, preparations, sendings, tables, wastes
from compounding.records.course_values import CourseRecord
from compounding.records.database import RecordsRefused, reading
from compounding.records.downtime import PaperOrder
from compounding.records.events import Person, person_of, utc_time
from compounding.records.names import searched_lot
from compounding.records.preparations import SavedPreparation
from compounding.records.recalls import Recall, standing_recalls
from compounding.records.signatures import Signature, signatures_of
from compounding.records.stored import IDS, Stored
from compounding.workflow import ENDS, State
from compounding.workflow.materials import Material
from compounding.workflow.products import same_stock
from compounding.workflow.progress import LabelCopy, Moment, Reading, Sending, Waste

_STATUSES = select(tables.status).where(tables.status.c.preparation_id.in_(IDS)).order_by(tables.status.c.id)


@dataclass(frozen=True, slots=True)
class Status:
    """A state that a preparation was put in: by whom, when, and with which entry."""

    state: str
    person: Person
    at: datetime
    entry: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A preparation in its newest version, with all that was recorded of it, each the oldest first."""

    preparation: SavedPreparation
    signatures: tuple[Signature, ...]
    """Those of older versions too."""
    statuses: tuple[Status, ...]
    materials: tuple[Material, ...] = ()
    """Those too that left again."""
    moments: tuple[Moment, ...] = ()
    readings: tuple[Reading, ...] = ()
    labels: tuple[LabelCopy, ...] = ()
    """Those of older versions too."""
    sendings: tuple[Sending, ...] = ()
    """Labels that went to a printer, those of older versions too."""
    wastes: tuple[Waste, ...] = ()
    recalled: frozenset[tuple[str, str]] = frozenset()
    """Product and lot of every recall that stands, the lot as it was recalled and as the materials have it."""
    course: tuple[CourseRecord, Slot] | None = None
    """The course that it stands in, and its place there."""
    beside: tuple[CourseRecord, ...] = ()
    """Every course of its patient, the newest first. Empty once its way is over: nothing of it is judged any more."""
    people: tuple[Person, ...] = ()
    """Everybody who did something of it, each once as they were the first time."""
    paper: PaperOrder | None = None
    """How its order was written by hand, where it was entered late under a downtime number."""


Judge = Callable[[Standing], str | None]
"""Whether a step may follow: a sentence says why it may not."""


def standing(engine: Engine, number: str) -> Standing | None:
    """How a preparation stands; None where there is none. Raises NotRead."""
    with reading(engine) as connection:
        saved = preparations.one(connection, number)
        return None if saved is None else stands(connection, saved)


def stands(connection: Connection, saved: SavedPreparation) -> Standing:
    (found,) = all_stand(connection, [saved])
    return found


def all_stand(connection: Connection, saved: Sequence[SavedPreparation]) -> tuple[Standing, ...]:
    """How each stands, in their order."""
    stored = Stored(connection, (one.id for one in saved))
    parts: Mapping[str, Mapping[int, Any]] = {
        "statuses": stored.of(_STATUSES, _status),
        "signatures": signatures_of(stored),
        "materials": materials.materials_of(stored),
        "moments": moments.moments_of(stored),
        "readings": moments.readings_of(stored),
        "labels": labels.labels_of(stored),
        "sendings": sendings.sendings_of(stored),
        "wastes": wastes.wastes_of(stored),
    }
    against, papers = standing_recalls(connection), downtime.paper_orders_of(stored)
    places = courses.places_of(connection, (one.id for one in saved))
    going = {one.number: _numbers(one) for one in saved if one.state not in _OVER}
    beside = courses.courses_beside(connection, going, {key: places[key] for key in going if key in places})
    return tuple(
        Standing(
            preparation=one,
            recalled=_recalled(parts["materials"][one.id], against),
            course=places.get(one.number),
            beside=beside.get(one.number, ()),
            people=stored.people(one.id),
            paper=downtime.only(papers[one.id]),
            **{name: found[one.id] for name, found in parts.items()},
        )
        for one in saved
    )


_OVER = frozenset(state.value for state in (State.RELEASED, State.RETURNED, *ENDS))


def _numbers(saved: SavedPreparation) -> tuple[str, ...]:
    patient = saved.content.patient
    return tuple(filter(None, (patient.mrn, patient.nhs_number, patient.hospital_number)))


def _status(row: Row[Any]) -> Status:
    return Status(row.state, person_of(row), utc_time(row.at_utc), row.entry)


def _recalled(of: Sequence[Material], against: Sequence[Recall]) -> frozenset[tuple[str, str]]:
    known = {(code, searched_lot(recall.lot)) for recall in against for code in same_stock(recall.product)}
    own = {(one.product, one.lot) for one in of if (one.product, searched_lot(one.lot)) in known}
    return frozenset(own | {(code, recall.lot) for recall in against for code in same_stock(recall.product)})


def refuse(sentence: str | None) -> None:
    if sentence is not None:
        raise RecordsRefused(sentence)
