"""The tables of label printers: what each is, how it was calibrated, and which labels were printed on it.

Each change of a printer is a row: the newest of a number holds, and what was printed before keeps its own.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from compounding.records.columns import flag, key, metadata, of_entry, preparation_id, text

printer = Table(
    "printer",
    metadata,
    *key("printer"),
    Column("number", Integer, nullable=False),
    text("name"),
    text("kind"),
    Column("dpi", Integer, nullable=False),
    text("stock"),
    text("host"),
    Column("port", Integer, nullable=False),
    text("sheet"),
    text("workstations_json"),
    Column("in_use", Integer, nullable=False),
    *of_entry("printer"),
    CheckConstraint("number > 0", name="printer_number_above_zero"),
    flag("printer", "in_use"),
    Index("printer_number", "number"),
    sqlite_strict=True,
)

# Micrometres: what is measured with a rule has tenths of a millimetre. `scanned` is empty where it could not be read.
calibration = Table(
    "calibration",
    metadata,
    *key("calibration"),
    Column("printer_id", ForeignKey("printer.id", name="calibration_printer"), nullable=False),
    Column("across_um", Integer, nullable=False),
    Column("down_um", Integer, nullable=False),
    Column("down_rule_mm", Integer, nullable=False),
    text("scanned"),
    Column("corners_whole", Integer, nullable=False),
    Column("passed", Integer, nullable=False),
    *of_entry("calibration"),
    flag("calibration", "corners_whole"),
    flag("calibration", "passed"),
    Index("calibration_printer_id", "printer_id"),
    sqlite_strict=True,
)

# Labels that go to a printer, stored before anything is sent. `position` is the first on a sheet of labels, else 0.
sending = Table(
    "sending",
    metadata,
    *key("sending"),
    preparation_id("sending"),
    Column("printer_id", ForeignKey("printer.id", name="sending_printer"), nullable=False),
    Column("first_copy", Integer, nullable=False),
    Column("last_copy", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    *of_entry("sending"),
    CheckConstraint("first_copy > 0", name="sending_first_copy_above_zero"),
    CheckConstraint("last_copy >= first_copy", name="sending_last_copy_not_before_first"),
    Index("sending_preparation_id", "preparation_id"),
    sqlite_strict=True,
)

# What came of a sending: how many copies, in their order. A network printer's without one is an open question.
sending_end = Table(
    "sending_end",
    metadata,
    *key("sending_end"),
    Column("sending_id", ForeignKey("sending.id", name="sending_end_sending"), nullable=False),
    Column("came_out", Integer, nullable=False),
    text("reason"),
    *of_entry("sending_end"),
    UniqueConstraint("sending_id", name="sending_end_once"),
    CheckConstraint("came_out >= 0", name="sending_end_came_out_not_below_zero"),
    sqlite_strict=True,
)

TABLES = (printer, calibration, sending, sending_end)
