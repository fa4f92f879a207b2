"""The tables as they are after the newest migration, and the guards that keep them append-only.

Only whole numbers and texts, so that SQLite and PostgreSQL hold the same: a decimal would be a float
in SQLite, and a date or a time with its zone would lose it. The migrations have their own copies,
since an old migration may never change; a test holds the two together.
"""

from collections.abc import Mapping

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

# A strict table (sqlite_strict) refuses a text or a fraction where a whole number belongs, as
# PostgreSQL always does.
metadata = MetaData()

# A gram is 10^9 ng and an Integer ends at 2.1 × 10^9 in PostgreSQL. SQLite's INTEGER has 64 bits.
_AMOUNT = BigInteger().with_variant(Integer(), "sqlite")


def _key(table: str) -> tuple[Column[int], CheckConstraint]:
    # SQLite shows an insert trigger -1 for an id it has yet to choose, so no row may have that id.
    return Column("id", Integer, primary_key=True), CheckConstraint("id > 0", name=f"{table}_id_above_zero")


def _event_id(table: str) -> Column[int]:
    return Column("event_id", ForeignKey("event.id", name=f"{table}_event"), nullable=False)


def _preparation_id(table: str) -> Column[int]:
    target = ForeignKey("preparation.id", name=f"{table}_preparation")
    return Column("preparation_id", target, nullable=False)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _amount(name: str) -> Column[int]:
    return Column(name, _AMOUNT, nullable=False)


event = Table(
    "event",
    metadata,
    *_key("event"),
    _text("at_utc"),
    _text("person_id"),
    _text("person_name"),
    _text("person_role"),
    _text("action"),
    _text("reason"),
    _text("details"),
    _text("program"),
    sqlite_strict=True,
)

preparation = Table(
    "preparation",
    metadata,
    *_key("preparation"),
    Column("number", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    _text("request_key"),
    _event_id("preparation"),
    _text("created_at_utc"),
    _text("given_on"),
    _text("market"),
    Column("training", Integer, nullable=False),
    _text("family"),
    _text("given"),
    Column("born", Text),
    Column("mrn", Text),
    Column("nhs_number", Text),
    Column("hospital_number", Text),
    Column("location", Text),
    _text("search_name"),
    _text("drug_id"),
    _text("drug_edition"),
    _text("drug_checksum"),
    _text("program_version"),
    _amount("dose_ng"),
    _amount("prepared_ng"),
    _amount("volume_nL"),
    _amount("diluent_nL"),
    _amount("discarded_nL"),
    _amount("discarded_ng"),
    Column("vials", Integer, nullable=False),
    _text("order_json"),
    _text("plan_json"),
    _text("shown_json"),
    _text("answers_json"),
    UniqueConstraint("number", name="preparation_number"),
    UniqueConstraint("year", "sequence", name="preparation_year_sequence"),
    UniqueConstraint("request_key", name="preparation_request_key"),
    CheckConstraint("sequence > 0", name="preparation_sequence_above_zero"),
    CheckConstraint("training IN (0, 1)", name="preparation_training_is_a_flag"),
    Index("preparation_given_on", "given_on"),
    Index("preparation_event_id", "event_id"),
    sqlite_strict=True,
)

status = Table(
    "status",
    metadata,
    *_key("status"),
    _preparation_id("status"),
    _text("state"),
    _event_id("status"),
    _text("at_utc"),
    Index("status_preparation_id", "preparation_id"),
    sqlite_strict=True,
)

# `print` holds the strings of a document with its first print alone: a second row that brings
# strings for the same document is refused by the index, whoever writes it.
print_ = Table(
    "print",
    metadata,
    *_key("print"),
    _preparation_id("print"),
    _text("document"),
    _text("copy"),
    Column("strings_json", Text),
    _text("pdf_sha256"),
    _event_id("print"),
    Index("print_preparation_id", "preparation_id"),
    sqlite_strict=True,
)
Index(
    "print_first",
    print_.c.preparation_id,
    print_.c.document,
    unique=True,
    sqlite_where=print_.c.strings_json.is_not(None),
    postgresql_where=print_.c.strings_json.is_not(None),
)

# Every way in which a row of each table is the only one of its kind. INSERT OR REPLACE deletes the
# row that stands in its way, and where recursive_triggers is off no delete trigger sees that.
_TAKEN = {
    "event": "id = NEW.id",
    "preparation": (
        "id = NEW.id OR number = NEW.number OR request_key = NEW.request_key"
        " OR (year = NEW.year AND sequence = NEW.sequence)"
    ),
    "status": "id = NEW.id",
    "print": (
        "id = NEW.id OR (strings_json IS NOT NULL AND NEW.strings_json IS NOT NULL"
        " AND preparation_id = NEW.preparation_id AND document = NEW.document)"
    ),
}


def _guards() -> Mapping[str, str]:
    statements: dict[str, str] = {}
    for table, taken in _TAKEN.items():
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        statements |= {
            f"{table}_no_update": f"BEFORE UPDATE ON {table} {refuse}",
            f"{table}_no_delete": f"BEFORE DELETE ON {table} {refuse}",
            f"{table}_no_replace": (
                f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken}) {refuse}"
            ),
        }
    return {name: f"CREATE TRIGGER {name} {rest}" for name, rest in statements.items()}


GUARDS = _guards()
"""The triggers that a SQLite database must have, by name, each as the text that made it."""
