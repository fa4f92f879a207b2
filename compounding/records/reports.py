"""Documents that are of a moment: the master record of a drug file, the labels of a preparation counted, and waste
certificates. What such a document tells changes with what is recorded, so that it has editions: the words of each
are stored with its first copy, and every later copy draws those."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, bindparam, select

from compounding.records import tables
from compounding.records.chain import about, add
from compounding.records.database import RecordsRefused, reading, writing
from compounding.records.events import Event, Person, person_of, require_json, require_text, utc_time

_table = tables.report
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Report:
    """One printed copy of an edition."""

    id: int
    document: str
    about: str
    """As the log names it: "2026-000123", "drug:besponsa-us"."""
    edition: int
    copy: int
    strings_json: str | None
    """With copy 1 alone."""
    pdf_sha256: str
    printed_at: datetime
    printed_by: Person
    entry: int


@dataclass(frozen=True, slots=True)
class NewReport:
    """A copy that is being printed: the first of a new edition brings its strings, and no other copy does.

    Raises TypeError or ValueError for what cannot be.
    """

    document: str
    about: str
    edition: int
    copy: int
    strings_json: str | None
    pdf_sha256: str

    def __post_init__(self) -> None:
        for what, text in (("document", self.document), ("subject", self.about)):
            require_text(f"the {what} of a report", text)
        if self.edition < 1 or self.copy < 1:
            raise ValueError(f"editions and copies count from 1, and this is copy {self.copy} of {self.edition}")
        if (self.copy == 1) is (self.strings_json is None):
            raise ValueError(f"copy 1 brings the words of an edition and no other does, and this is copy {self.copy}")
        if self.strings_json is not None:
            require_json("strings_json", self.strings_json)
        if not _SHA256.fullmatch(self.pdf_sha256):
            raise ValueError(f"{self.pdf_sha256!r} is not a SHA-256 checksum in small hexadecimal figures")


def record_report(engine: Engine, new: NewReport, event: Event) -> Report:
    """Stores that a copy is being printed, with its event. Raises RecordsRefused where another copy or edition is
    the next one by now, and NotSaved."""
    told = about(event, new.about)
    with writing(engine) as connection:
        _require_next(new, _all(connection, new.document, new.about))
        row = {name: getattr(new, name) for name in new.__dataclass_fields__}
        made = add(connection, told, {"report": [row]})
        return _report(connection.execute(_ONE, {"wanted": made["report"][0]["id"]}).one())


def _require_next(new: NewReport, there: Sequence[Report]) -> None:
    """Two web processes that print at once must not both make the same copy. The writer's lock is held here."""
    edition = there[-1].edition if there else 0
    copies = sum(one.edition == new.edition for one in there)
    if new.copy != copies + 1 or new.edition != edition + (new.copy == 1):
        raise RecordsRefused(
            f"Copy {new.copy} of edition {new.edition} of the {new.document} is not the next one by now: look at the"
            " page again."
        )


_ONE = select(_table).where(_table.c.id == bindparam("wanted"))


def _of(document: str, about: str) -> Select[Any]:
    return select(_table).where(_table.c.document == document, _table.c.about == about).order_by(_table.c.id)


def _all(connection: Connection, document: str, about: str) -> tuple[Report, ...]:
    return tuple(_report(row) for row in connection.execute(_of(document, about)))


def _report(row: Row[Any]) -> Report:
    return Report(
        id=row.id,
        document=row.document,
        about=row.about,
        edition=row.edition,
        copy=row.copy,
        strings_json=row.strings_json,
        pdf_sha256=row.pdf_sha256,
        printed_at=utc_time(row.at_utc),
        printed_by=person_of(row),
        entry=row.entry,
    )


def reports(engine: Engine, document: str, about: str) -> tuple[Report, ...]:
    """Every copy of every edition of a document about something, the oldest first. Raises NotRead."""
    with reading(engine) as connection:
        return _all(connection, document, about)


def report(engine: Engine, id_: int) -> Report | None:
    """One copy; None where there is none of this id. Raises NotRead."""
    with reading(engine) as connection:
        row = connection.execute(_ONE, {"wanted": id_}).one_or_none()
        return None if row is None else _report(row)
