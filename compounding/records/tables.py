"""The tables as they are after the newest migration, and the guards that keep them append-only.

Only whole numbers and texts, so that SQLite and PostgreSQL hold the same: a decimal would be a float
in SQLite, and a date or a time with its zone would lose it. The migrations have their own copies,
since an old migration may never change; a test holds the two together.
"""

from collections.abc import Mapping
from types import MappingProxyType

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


def _key(table: str, name: str = "id") -> tuple[Column[int], CheckConstraint]:
    # SQLite shows an insert trigger -1 for an id it has yet to choose, so no row may have that id.
    # The log is locked while a row is written, so the next number is the last one and 1: a sequence
    # would lose those of the transactions that were taken back.
    column = Column(name, Integer, primary_key=True, autoincrement=False)
    return column, CheckConstraint(f"{name} > 0", name=f"{table}_{name}_above_zero")


def _preparation_id(table: str) -> Column[int]:
    target = ForeignKey("preparation.id", name=f"{table}_preparation")
    return Column("preparation_id", target, nullable=False)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _amount(name: str) -> Column[int]:
    return Column(name, _AMOUNT, nullable=False)


def _of_entry(table: str) -> tuple[Column[int] | Column[str] | Index, ...]:
    """The entry of the log that a row came with, and what the screens show of it: who and when."""
    return (
        Column("entry", ForeignKey("log.seq", name=f"{table}_entry"), nullable=False),
        _text("at_utc"),
        _text("person_id"),
        _text("person_name"),
        _text("person_role"),
        Index(f"{table}_of_entry", "entry"),
    )


FROM_BODY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "at": ("at",),
        "action": ("action",),
        "person_id": ("person", "id"),
        "person_name": ("person", "name"),
        "subject": ("subject",),
        "workstation": ("workstation",),
    }
)
"""The columns of the log that are there to be searched, and where in the body each comes from. The
database computes them; nothing writes them, so none can differ from the body that was hashed."""

log = Table(
    "log",
    metadata,
    *_key("log", "seq"),
    _text("body"),
    _text("hash"),
    _text("prev"),
    *(Column(name, Text, info={"from": path}) for name, path in FROM_BODY.items()),
    UniqueConstraint("hash", name="log_hash"),
    UniqueConstraint("prev", name="log_prev"),
    *(Index(f"log_by_{name}", name) for name in FROM_BODY),
    sqlite_strict=True,
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", ForeignKey("log.seq", name="checkpoint_entry"), primary_key=True, autoincrement=False),
    CheckConstraint("size > 0", name="checkpoint_size_above_zero"),
    _text("origin"),
    _text("root"),
    _text("schema"),
    _text("at_utc"),
    _text("signature"),
    sqlite_strict=True,
)

preparation = Table(
    "preparation",
    metadata,
    *_key("preparation"),
    _text("number"),
    Column("year", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    _text("request_key"),
    *_of_entry("preparation"),
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
    # PostgreSQL writes an IN (0, 1) anew in words of its own, and this one as it stands.
    CheckConstraint("training >= 0 AND training <= 1", name="preparation_training_is_a_flag"),
    Index("preparation_given_on", "given_on"),
    sqlite_strict=True,
)

status = Table(
    "status",
    metadata,
    *_key("status"),
    _preparation_id("status"),
    _text("state"),
    *_of_entry("status"),
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
    *_of_entry("print"),
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

REPLAYED = (preparation, status, print_)
"""The tables whose rows stand in the log as well, so that the log read again gives them."""

# Every way in which a row of each table is the only one of its kind. INSERT OR REPLACE deletes the
# row that stands in its way, and where recursive_triggers is off no delete trigger sees that.
_TAKEN = {
    "log": "seq = NEW.seq OR hash = NEW.hash OR prev = NEW.prev",
    "checkpoint": "size = NEW.size",
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


def _sqlite_guards() -> Mapping[str, str]:
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


REFUSING = "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END"
"""The body of the function that PostgreSQL's guards call, `append_only`."""

# A row of PostgreSQL has no other way to stand in the place of an old one: INSERT … ON CONFLICT DO
# UPDATE fires the update trigger. The trigger is one for each statement, so that a TRUNCATE, which
# touches no row, and an UPDATE of none are refused alike.
_POSTGRESQL_GUARDS = {
    f"{table}_append_only": (
        f"CREATE TRIGGER {table}_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    for table in _TAKEN
}

GUARDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"sqlite": _sqlite_guards(), "postgresql": _POSTGRESQL_GUARDS}
)
"""The triggers that a database must have, by its kind and their names, each as the text that made it."""
