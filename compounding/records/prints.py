"""What was printed. A document's finished strings are stored once, and every later copy draws those."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, select

from compounding.records import tables
from compounding.records.chain import about, all_columns, append, of_entry
from compounding.records.database import RecordsRefused, reading, writing
from compounding.records.events import Event, Person, Rows, person_of, utc_time
from compounding.records.preparations import require_json

DOCUMENTS = ("label", "worksheet")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_table = tables.print_
_LAST = select(func.coalesce(func.max(_table.c.id), 0))


@dataclass(frozen=True, slots=True)
class Print:
    """One copy of a document. Its strings stand with the first print alone: see first_print."""

    id: int
    number: str
    """Of the preparation."""
    document: str
    copy: str
    strings_json: str | None
    pdf_sha256: str
    printed_at: datetime
    printed_by: Person


def record_print(
    engine: Engine,
    number: str,
    document: str,
    copy: str,
    strings_json: str | None,
    pdf_sha256: str,
    event: Event,
) -> Print:
    """Stores that a copy is being printed, with its event.

    The first print of a document brings its strings; a reprint brings the same or None. Raises
    RecordsRefused where that is not so, where the copy is printed already and where there is no such
    preparation, NotSaved, and ValueError for a document, a copy, strings or a checksum that cannot be.
    """
    _require(document, copy, strings_json, pdf_sha256)
    with writing(engine) as connection:
        first, told = _first(connection, number, document), about(event, number)
        _require_new(connection, number, document, copy)
        key = connection.execute(_LAST).scalar_one() + 1  # no row is ever deleted, so no number comes again
        added = {
            "id": key,
            "preparation_id": _preparation_id(connection, number),
            "document": document,
            "copy": copy,
            "strings_json": _strings(number, document, first, strings_json),
            "pdf_sha256": pdf_sha256,
        }

        def rows(seq: int) -> Rows:
            return {"print": [all_columns(_table, {**added, **of_entry(seq, told)})]}

        append(connection, told, rows)
        return _print(connection.execute(_prints(number).where(_table.c.id == key)).one())


def _require(document: str, copy: str, strings_json: str | None, pdf_sha256: str) -> None:
    if document not in DOCUMENTS:
        raise ValueError(f"{document!r} is not a document: {' or '.join(DOCUMENTS)}")
    if not copy.strip():
        raise ValueError("a print says which copy it is")
    if strings_json is not None:
        require_json("strings_json", strings_json)
    if not _SHA256.fullmatch(pdf_sha256):
        raise ValueError(f"{pdf_sha256!r} is not a SHA-256 checksum in small hexadecimal figures")


def _require_new(connection: Connection, number: str, document: str, copy: str) -> None:
    """Two web processes that print at once must not both make copy 1. The writer's lock is held here."""
    made = _prints(number).where(_table.c.document == document, _table.c.copy == copy)
    if connection.execute(made).first() is not None:
        raise RecordsRefused(f"Copy {copy} of the {document} of {number} is printed already: look at the page again.")


def _preparation_id(connection: Connection, number: str) -> int:
    wanted = select(tables.preparation.c.id).where(tables.preparation.c.number == number)
    key = connection.execute(wanted).scalar_one_or_none()
    if key is None:
        raise RecordsRefused(f"There is no preparation {number}.")
    return int(key)


def _strings(number: str, document: str, first: Print | None, given: str | None) -> str | None:
    """The strings to store: those of the first print; a reprint's are there already."""
    if first is None and given is None:
        raise RecordsRefused(f"The {document} of {number} was never printed: its strings are missing.")
    if first is None:
        return given
    if given not in (None, first.strings_json):
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
    )


def _first(connection: Connection, number: str, document: str) -> Print | None:
    wanted = _prints(number).where(_table.c.document == document, _table.c.strings_json.is_not(None))
    row = connection.execute(wanted).one_or_none()
    return None if row is None else _print(row)


def first_print(engine: Engine, number: str, document: str) -> Print | None:
    """The print that holds the document's strings; None where it was never printed. Raises NotRead."""
    with reading(engine) as connection:
        return _first(connection, number, document)


def prints(engine: Engine, number: str) -> tuple[Print, ...]:
    """Every copy of every document of a preparation, the oldest first. Raises NotRead."""
    with reading(engine) as connection:
        return tuple(_print(row) for row in connection.execute(_prints(number)))
