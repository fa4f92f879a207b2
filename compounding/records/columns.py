"""What the tables are made of: keys, texts, amounts, flags, and the entry that a row came with."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, Text

# A strict table (sqlite_strict) refuses a text or a fraction where a whole number belongs, as
# PostgreSQL always does.
metadata = MetaData()

# A gram is 10^9 ng and an Integer ends at 2.1 × 10^9 in PostgreSQL. SQLite's INTEGER has 64 bits.
_AMOUNT = BigInteger().with_variant(Integer(), "sqlite")


def key(table: str, name: str = "id") -> tuple[Column[int], CheckConstraint]:
    # SQLite shows an insert trigger -1 for an id it has yet to choose, so no row may have that id.
    # The log is locked while a row is written, so the next number is the last one and 1: a sequence
    # would lose those of the transactions that were taken back.
    column = Column(name, Integer, primary_key=True, autoincrement=False)
    return column, CheckConstraint(f"{name} > 0", name=f"{table}_{name}_above_zero")


def preparation_id(table: str) -> Column[int]:
    target = ForeignKey("preparation.id", name=f"{table}_preparation")
    return Column("preparation_id", target, nullable=False)


def text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def amount(name: str) -> Column[int]:
    return Column(name, _AMOUNT, nullable=False)


def flag(table: str, name: str) -> CheckConstraint:
    # PostgreSQL writes an IN (0, 1) anew in words of its own, and this one as it stands.
    return CheckConstraint(f"{name} >= 0 AND {name} <= 1", name=f"{table}_{name}_is_a_flag")


def of_entry(table: str) -> tuple[Column[int] | Column[str] | Index, ...]:
    """The entry of the log that a row came with, and what the screens show of it: who and when."""
    return (
        Column("entry", ForeignKey("log.seq", name=f"{table}_entry"), nullable=False),
        text("at_utc"),
        text("person_id"),
        text("person_name"),
        text("person_role"),
        Index(f"{table}_of_entry", "entry"),
    )
