"""Signatures: who answers for what, bound to a hash of exactly what was on the screen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, bindparam, select

from compounding.records import tables
from compounding.records.chain import add
from compounding.records.database import reading
from compounding.records.events import Change, Event, Person, person_of, require_json, require_text, utc_time
from compounding.records.stored import IDS, Stored

SIGNATURE_VOID = "signature void"
SIGNED = "signed"
"""The action of a signature that has an entry of its own, since it came with a changed order."""

_table, _voiding = tables.signature, tables.voiding


@dataclass(frozen=True, slots=True)
class NewSignature:
    """A signature as it is to be stored. Raises TypeError or ValueError for what cannot be one.

    Whoever asks for it has asked for the secret of the person and checked it.
    """

    meaning: str
    """A code, as `order-entry`."""
    signed: str
    """Canonical JSON of exactly what was on the screen."""

    def __post_init__(self) -> None:
        require_text("the meaning of a signature", self.meaning)
        require_json("what is signed", self.signed)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as it stands in the database; of a `void_entry` it holds no longer, and is still shown."""

    id: int
    entry: int
    meaning: str
    person: Person
    at: datetime
    version: int
    """Of the preparation that was signed."""
    digest: str
    """SHA-256 of `signed`, in hexadecimal."""
    signed: str
    void_entry: int | None


def signature_row(signature: NewSignature, preparation_id: int, version: int) -> dict[str, Any]:
    """The row of a signature, but for what every row has of its entry."""
    return {
        "preparation_id": preparation_id,
        "version": version,
        "meaning": signature.meaning,
        "signed": signature.signed,
        "digest": hashlib.sha256(signature.signed.encode()).hexdigest(),
    }


def void_all(connection: Connection, signatures: Iterable[Signature], event: Event) -> None:
    """Voids those that hold still, each in an entry of its own, in the transaction of the event that undid them."""
    for signature in signatures:
        if signature.void_entry is None:
            add(connection, _voided(signature, event), {"voiding": [{"signature_id": signature.id}]})


def _voided(signature: Signature, event: Event) -> Event:
    """What the log says of a signature that does not hold any longer, since what was signed was changed."""
    return Event(
        event.person,
        SIGNATURE_VOID,
        event.at,
        {"signature": str(signature.id), "version": str(signature.version)},
        event.reason,
        workstation=event.workstation,
        zone=event.zone,
        subject=event.subject,
        changes=(Change(signature.meaning, f"{signature.person.name}, {signature.person.role}", None),),
        reason_code=event.reason_code,
        drug_file=event.drug_file,
    )


def _signatures() -> Select[Any]:
    void_entry = _voiding.c.entry.label("void_entry")
    joined = _table.outerjoin(_voiding, _voiding.c.signature_id == _table.c.id)
    return select(_table, void_entry).select_from(joined).order_by(_table.c.id)


_STORED = _signatures().where(_table.c.preparation_id.in_(IDS))
_OF_NUMBER = (
    _signatures()
    .join(tables.preparation, tables.preparation.c.id == _table.c.preparation_id)
    .where(tables.preparation.c.number == bindparam("wanted"))
)


def signatures_of(stored: Stored) -> Mapping[int, tuple[Signature, ...]]:
    """Those of each preparation, the void ones too, the oldest first."""
    return stored.of(_STORED, _signature)


def _signature(row: Row[Any]) -> Signature:
    return Signature(
        id=row.id,
        entry=row.entry,
        meaning=row.meaning,
        person=person_of(row),
        at=utc_time(row.at_utc),
        version=row.version,
        digest=row.digest,
        signed=row.signed,
        void_entry=row.void_entry,
    )


def signatures(engine: Engine, number: str) -> tuple[Signature, ...]:
    """Every signature of a preparation, the void ones too, the oldest first. Raises NotRead."""
    with reading(engine) as connection:
        return tuple(map(_signature, connection.execute(_OF_NUMBER, {"wanted": number})))
