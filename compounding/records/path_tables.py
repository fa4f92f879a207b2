"""The tables of what happens on a preparation's path: what went in, when, what was read, counted and thrown away.

A row that another takes back stays: `material_out`, `label_end` and `recall_end` say so beside it.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from compounding.records.columns import amount, flag, key, metadata, of_entry, preparation_id, text

# `search_lot` is the lot without its spaces and hyphens, in small letters: what is printed on a vial is typed
# in more than one way, and a recall must find it.
material = Table(
    "material",
    metadata,
    *key("material"),
    preparation_id("material"),
    text("kind"),
    Column("place", Integer, nullable=False),
    text("product"),
    text("name"),
    text("maker"),
    text("lot"),
    text("search_lot"),
    text("expiry"),
    Column("serial", Text),
    Column("gtin", Text),
    text("read_by"),
    text("raw"),
    text("quantity"),
    *of_entry("material"),
    Index("material_preparation_id", "preparation_id"),
    Index("material_search_lot", "search_lot"),
    Index("material_serial", "serial"),
    sqlite_strict=True,
)

material_out = Table(
    "material_out",
    metadata,
    *key("material_out"),
    Column("material_id", ForeignKey("material.id", name="material_out_material"), nullable=False),
    text("why"),
    text("words"),
    *of_entry("material_out"),
    UniqueConstraint("material_id", name="material_out_once"),
    sqlite_strict=True,
)

# `happened_utc` is the true time; when it was entered is the row's `at_utc`.
moment = Table(
    "moment",
    metadata,
    *key("moment"),
    preparation_id("moment"),
    text("what"),
    Column("place", Integer, nullable=False),
    text("happened_utc"),
    text("late_reason"),
    Column("making", Text),
    *of_entry("moment"),
    UniqueConstraint("preparation_id", "what", "place", name="moment_once"),
    sqlite_strict=True,
)

reading = Table(
    "reading",
    metadata,
    *key("reading"),
    preparation_id("reading"),
    text("reading_json"),
    Column("agrees", Integer, nullable=False),
    *of_entry("reading"),
    flag("reading", "agrees"),
    Index("reading_preparation_id", "preparation_id"),
    sqlite_strict=True,
)

# What became of a printed copy. The newest row holds: one that was put on a bag may be destroyed later.
label_end = Table(
    "label_end",
    metadata,
    *key("label_end"),
    Column("print_id", ForeignKey("print.id", name="label_end_print"), nullable=False),
    text("became"),
    text("words"),
    text("witness"),
    *of_entry("label_end"),
    Index("label_end_print_id", "print_id"),
    sqlite_strict=True,
)

waste = Table(
    "waste",
    metadata,
    *key("waste"),
    preparation_id("waste"),
    text("what"),
    Column("place", Integer, nullable=False),
    amount("mass_ng"),
    amount("volume_nL"),
    text("reason"),
    text("witness"),
    *of_entry("waste"),
    Index("waste_preparation_id", "preparation_id"),
    Index("waste_at_utc", "at_utc"),
    sqlite_strict=True,
)

recall = Table(
    "recall",
    metadata,
    *key("recall"),
    text("product"),
    text("lot"),
    text("search_lot"),
    text("reason"),
    *of_entry("recall"),
    Index("recall_search_lot", "search_lot"),
    sqlite_strict=True,
)

recall_end = Table(
    "recall_end",
    metadata,
    *key("recall_end"),
    Column("recall_id", ForeignKey("recall.id", name="recall_end_recall"), nullable=False),
    text("reason"),
    *of_entry("recall_end"),
    UniqueConstraint("recall_id", name="recall_end_once"),
    sqlite_strict=True,
)

TABLES = (material, material_out, moment, reading, label_end, waste, recall, recall_end)
