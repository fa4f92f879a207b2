"""The tables of what is printed ahead for when the screen is down: packs of numbered worksheets, and what became of
their numbers.

A number is open while no order was entered under it and nobody wrote it down as destroyed.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table, UniqueConstraint

from compounding.records.columns import key, metadata, of_entry, text

# The numbers first, first + 1, … of a year: as many as there are worksheets. They count with those of preparation,
# so that none comes twice.
downtime_pack = Table(
    "downtime_pack",
    metadata,
    *key("downtime_pack"),
    Column("year", Integer, nullable=False),
    Column("first", Integer, nullable=False),
    Column("worksheets", Integer, nullable=False),
    text("drug_id"),
    text("drug_edition"),
    text("drug_checksum"),
    Column("settings_entry", Integer, nullable=False),
    text("strings_json"),
    text("pdf_sha256"),
    *of_entry("downtime_pack"),
    UniqueConstraint("year", "first", name="downtime_pack_first"),
    CheckConstraint("first > 0", name="downtime_pack_first_above_zero"),
    CheckConstraint("worksheets > 0", name="downtime_pack_worksheets_above_zero"),
    sqlite_strict=True,
)

downtime_end = Table(
    "downtime_end",
    metadata,
    *key("downtime_end"),
    Column("pack_id", ForeignKey("downtime_pack.id", name="downtime_end_pack"), nullable=False),
    text("number"),
    text("reason"),
    *of_entry("downtime_end"),
    UniqueConstraint("number", name="downtime_end_once"),
    sqlite_strict=True,
)

# An order that was written on paper under a number of a pack: `written_utc` is the true time; when it was entered is
# the row's `at_utc`.
downtime_order = Table(
    "downtime_order",
    metadata,
    *key("downtime_order"),
    Column("preparation_id", ForeignKey("preparation.id", name="downtime_order_preparation"), nullable=False),
    Column("pack_id", ForeignKey("downtime_pack.id", name="downtime_order_pack"), nullable=False),
    text("written_utc"),
    text("written_by"),
    text("reason"),
    *of_entry("downtime_order"),
    UniqueConstraint("preparation_id", name="downtime_order_once"),
    sqlite_strict=True,
)

TABLES = (downtime_pack, downtime_end, downtime_order)
