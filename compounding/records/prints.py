"""What was printed. A document's finished strings are stored once for each version of its preparation, and
every later copy of that version draws those. A worksheet that shows a later state is a document of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, select

from compounding.records import tables
from compounding.records.chain import about, add
from compounding.records.database import RecordsRefused, reading, writing
from compounding.records.events import Event, Person, person_of, require_json, utc_time

LABEL, WORKSHEET = "label", "worksheet"
DOCUMENTS = (LABEL, WORKSHEET)
_STATE = ", "
_SHA256 = re.compile(r"[0-9a-f]{64}")
_table = tables.print_
_version = func.coalesce(_table.c.version, 1)


def worksheet_of(state: str) -> str:
    """The name of the worksheet that shows a state, beside the one that is printed for preparation."""
    return f"{WORKSHEET}{_STATE}{state}"


def kind_of(document: str) -> str:
    """Label or worksheet, whichever state it shows, and whatever a reprint is for."""
    return document.partition(_STATE)[0]


@dataclass(frozen=True, slots=True)
class Print:
    """One copy of a document. Its strings stand with the first print of its version alone: see first_print."""

    id: int
    number: str
    """Of the preparation."""
    document: str
    copy: str
    strings_json: str | None
    pdf_sha256: str
    printed_at: datetime
    printed_by: Person
    version: int
    """Of the preparation. A paper of an older version than the newest is void."""
    entry: int
    """Of the log, that tells of it."""


@dataclass(frozen=True, slots=True)
class NewPrint:
    """A copy that is being printed. Raises TypeError or ValueError for a document, a copy, strings or a checksum
    that cannot be."""

    document: str
    copy: str
    strings_json: str | None
    """Of the first print of a document's version; a reprint brings the same or None."""
    pdf_sha256: str
    version: int | None = None
    """Of the preparation, that the strings are of."""

    def __post_init__(self) -> None:
        _require(self.document, self.copy, self.strings_json, self.pdf_sha256)


def record_print(
    engine: Engine,
    number: str,
    document: str,
    copy: str,
    strings_json: str | None,
    pdf_sha256: str,
    event: Event,
    *,
    version: int | None = None,
) -> Print:
    """Stores that a copy is being printed, with its event.

    The first print of a document brings its strings; a reprint brings the same or None; a changed
    preparation starts anew. `version` is the one that the strings are of. Raises RecordsRefused where that
    is not so, where the copy is printed already and where there is no such preparation or another version
    of it by now, NotSaved, and ValueError for a document, a copy, strings or a checksum that cannot be.
    """
    new = NewPrint(document, copy, strings_json, pdf_sha256, version)
    told = about(event, number)
    with writing(engine) as connection:
        made = add(connection, told, {"print": print_rows(connection, number, [new])})
        return _print(connection.execute(_prints(number).where(_table.c.id == made["print"][0]["id"])).one())


def print_rows(connection: Connection, number: str, new: Sequence[NewPrint]) -> list[dict[str, Any]]:
    """The rows of copies, but for what every row has of its entry. Raises RecordsRefused as record_print."""
    found = _preparation(connection, number)
    if found is None:
        raise RecordsRefused(f"There is no preparation {number}.")
    key, now = found
    copies = {(kind_of(row.document), row.copy) for row in connection.execute(_prints(number))}
    rows: list[dict[str, Any]] = []
    for one in new:
        if one.version not in (None, now):
            raise RecordsRefused(f"{number} was changed meanwhile: version {now} stands by now, look at it again.")
        _require_new(number, one, copies)
        copies.add((kind_of(one.document), one.copy))
        first = _first_strings(connection, number, one.document, now, rows)
        rows.append(_row(one, key, now, _strings(number, one.document, first, one.strings_json)))
    return rows


def _row(new: NewPrint, key: int, version: int, strings: str | None) -> dict[str, Any]:
    return {
        "preparation_id": key,
        "version": version,
        "document": new.document,
        "copy": new.copy,
        "strings_json": strings,
        "pdf_sha256": new.pdf_sha256,
    }


def _require(document: str, copy: str, strings_json: str | None, pdf_sha256: str) -> None:
    if kind_of(document) not in DOCUMENTS:
        raise ValueError(f"{document!r} is not a document: {' or '.join(DOCUMENTS)}")
    if not copy.strip():
        raise ValueError("a print says which copy it is")
    if strings_json is not None:
        require_json("strings_json", strings_json)
    if not _SHA256.fullmatch(pdf_sha256):
        raise ValueError(f"{pdf_sha256!r} is not a SHA-256 checksum in small hexadecimal figures")


def _require_new(number: str, new: NewPrint, copies: set[tuple[str, str]]) -> None:
    """Two web processes that print at once must not both make copy 1. The writer's lock is held here."""
    if (kind_of(new.document), new.copy) in copies:
        raise RecordsRefused(
            f"Copy {new.copy} of the {kind_of(new.document)} of {number} is printed already: look at the page again."
        )


def _preparation(connection: Connection, number: str) -> tuple[int, int] | None:
    """Its id and its newest version."""
    of, changed = tables.preparation.c, tables.revision.c
    newest = select(func.max(changed.version)).where(changed.preparation_id == of.id).scalar_subquery()
    row = connection.execute(select(of.id, func.coalesce(newest, 1)).where(of.number == number)).one_or_none()
    return None if row is None else (row[0], row[1])


def _first_strings(
    connection: Connection, number: str, document: str, version: int, rows: Sequence[Mapping[str, Any]]
) -> str | None:
    """The strings that a document has in the database, or by the rows that are about to be stored."""
    fresh = [row["strings_json"] for row in rows if row["document"] == document and row["strings_json"] is not None]
    stored = _first(connection, number, document, version)
    return next(iter(fresh), None) if stored is None else stored.strings_json


def _strings(number: str, document: str, first: str | None, given: str | None) -> str | None:
    """The strings to store: those of the first print; a reprint's are there already."""
    if first is None and given is None:
        raise RecordsRefused(f"The {document} of {number} was never printed: its strings are missing.")
    if first is None:
        return given
    if given not in (None, first):
        raise RecordsRefused(f"The {document} of {number} was printed before with other words: a reprint draws those.")
    return None


def _prints(number: str) -> Select[Any]:
    of = tables.preparation.c
    joined = select(_table, of.number).join(tables.preparation, of.id == _table.c.preparation_id)
    return joined.where(of.number == number).order_by(_table.c.id)


def _print(row: Row[Any]) -> Print:
    return Print(
        id=row.id,
        number=row.number,
        document=row.document,
        copy=row.copy,
        strings_json=row.strings_json,
        pdf_sha256=row.pdf_sha256,
        printed_at=utc_time(row.at_utc),
        printed_by=person_of(row),
        version=row.version or 1,
        entry=row.entry,
    )


def _first(connection: Connection, number: str, document: str, version: int) -> Print | None:
    of_it = _prints(number).where(_table.c.document == document, _version == version)
    row = connection.execute(of_it.where(_table.c.strings_json.is_not(None))).one_or_none()
    return None if row is None else _print(row)


def first_print(engine: Engine, number: str, document: str, version: int | None = None) -> Print | None:
    """The print that holds the document's strings, of the newest version where none is named; None where it
    was never printed. Raises NotRead."""
    with reading(engine) as connection:
        found = _preparation(connection, number)
        return None if found is None else _first(connection, number, document, version or found[1])


def prints(engine: Engine, number: str) -> tuple[Print, ...]:
    """Every copy of every document of a preparation, the oldest first. Raises NotRead."""
    with reading(engine) as connection:
        return tuple(_print(row) for row in connection.execute(_prints(number)))
