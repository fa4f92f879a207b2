"""Steps of a preparation: judged on how it stands, and stored before anybody else can take one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, select

from compounding.records import preparations, tables
from compounding.records.chain import about, add
from compounding.records.database import RecordsRefused, reading, writing
from compounding.records.events import Event, Person, Rows, person_of, require_text, utc_time
from compounding.records.preparations import SavedPreparation
from compounding.records.signatures import NewSignature, Signature, signature_row, signatures_of

_OF_ONE = select(tables.status).where(tables.status.c.preparation_id == bindparam("of")).order_by(tables.status.c.id)


@dataclass(frozen=True, slots=True)
class Status:
    """A state that a preparation was put in: by whom, when, and with which entry."""

    state: str
    person: Person
    at: datetime
    entry: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A preparation with all that was signed and every state that it was in, the oldest first."""

    preparation: SavedPreparation
    signatures: tuple[Signature, ...]
    statuses: tuple[Status, ...]


Judge = Callable[[Standing], str | None]
"""Whether a step may follow: a sentence says why it may not."""


def standing(engine: Engine, number: str) -> Standing | None:
    """How a preparation stands; None where there is none. Raises NotRead."""
    with reading(engine) as connection:
        saved = preparations.one(connection, number)
        return None if saved is None else stands(connection, saved)


def stands(connection: Connection, saved: SavedPreparation) -> Standing:
    rows = connection.execute(_OF_ONE, {"of": saved.id})
    statuses = tuple(Status(row.state, person_of(row), utc_time(row.at_utc), row.entry) for row in rows)
    return Standing(saved, signatures_of(connection, saved.id), statuses)


def take_step(
    engine: Engine,
    number: str,
    event: Event,
    *,
    judge: Judge,
    state: str | None = None,
    signature: NewSignature | None = None,
) -> Standing:
    """Puts a preparation in another state, signs it, or both, with the event; gives how it stands then.

    `judge` sees how it stands while nobody else can write, so that of two who take the same step at once
    the second is judged on what the first did. Raises RecordsRefused with the judge's sentence, or where
    there is no such preparation, NotSaved, and ValueError for an empty state.
    """
    if state is not None:
        require_text("a state", state)
    told = about(event, number)
    with writing(engine) as connection:
        saved = preparations.existing(connection, number)
        refuse(judge(stands(connection, saved)))
        add(connection, told, _rows(saved, state, signature))
        return stands(connection, preparations.existing(connection, number))


def refuse(sentence: str | None) -> None:
    if sentence is not None:
        raise RecordsRefused(sentence)


def _rows(saved: SavedPreparation, state: str | None, signature: NewSignature | None) -> Rows:
    rows = {}
    if state is not None:
        rows["status"] = [status_row(saved, state)]
    if signature is not None:
        rows["signature"] = [signature_row(signature, saved.id, saved.version)]
    return rows


def status_row(saved: SavedPreparation, state: str) -> dict[str, object]:
    """The row of a state, but for what every row has of its entry."""
    return {"preparation_id": saved.id, "state": state}


def set_status(engine: Engine, number: str, state: str, event: Event, *, was: str | None = None) -> SavedPreparation:
    """A step that is judged on the state alone: `was` is the one that the caller has seen. Raises as
    take_step."""

    def judge(now: Standing) -> str | None:
        found = now.preparation.state
        return None if was in (None, found) else f"{number} is {found} by now, and not {was}: look at it again."

    return take_step(engine, number, event, judge=judge, state=state).preparation
