"""The tables of patients and their courses.

A patient's newest row holds, by the number of their first. What is recorded of a course stands until it is taken out,
in a row beside it; of a dose's checklist and infusion the newest row holds.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from compounding.records.columns import flag, key, metadata, of_entry, preparation_id, text


def _course_id(table: str) -> Column[int]:
    return Column("course_id", ForeignKey("course.id", name=f"{table}_course"), nullable=False)


def _slot() -> tuple[Column[int], Column[int]]:
    return Column("cycle", Integer, nullable=False), Column("day", Integer, nullable=False)


# `first_id` is the id of the patient's first row: it is theirs, whatever of them changes.
patient = Table(
    "patient",
    metadata,
    *key("patient"),
    Column("first_id", Integer, nullable=False),
    text("family"),
    text("given"),
    text("born"),
    text("sex"),
    Column("mrn", Text),
    Column("nhs_number", Text),
    Column("hospital_number", Text),
    text("allergies"),
    text("search_name"),
    Column("training", Integer, nullable=False),
    *of_entry("patient"),
    flag("patient", "training"),
    Index("patient_first_id", "first_id"),
    sqlite_strict=True,
)

course = Table(
    "course",
    metadata,
    *key("course"),
    text("number"),
    Column("patient_id", ForeignKey("patient.id", name="course_patient"), nullable=False),
    text("request_key"),
    text("drug_id"),
    text("indication"),
    text("prescriber"),
    text("start"),
    Column("transplant", Integer, nullable=False),
    *of_entry("course"),
    UniqueConstraint("number", name="course_number"),
    UniqueConstraint("request_key", name="course_request_key"),
    flag("course", "transplant"),
    Index("course_patient_id", "patient_id"),
    sqlite_strict=True,
)

course_fact = Table(
    "course_fact",
    metadata,
    *key("course_fact"),
    _course_id("course_fact"),
    text("kind"),
    text("fact_json"),
    text("words"),
    text("prescriber"),
    *of_entry("course_fact"),
    Index("course_fact_course_id", "course_id"),
    sqlite_strict=True,
)

course_fact_out = Table(
    "course_fact_out",
    metadata,
    *key("course_fact_out"),
    Column("fact_id", ForeignKey("course_fact.id", name="course_fact_out_fact"), nullable=False),
    text("words"),
    text("witness"),
    *of_entry("course_fact_out"),
    UniqueConstraint("fact_id", name="course_fact_out_once"),
    sqlite_strict=True,
)

# Which version of a preparation was placed where. A version without a row is in no course.
placed = Table(
    "placed",
    metadata,
    *key("placed"),
    preparation_id("placed"),
    Column("version", Integer, nullable=False),
    _course_id("placed"),
    *_slot(),
    *of_entry("placed"),
    UniqueConstraint("preparation_id", "version", name="placed_once"),
    Index("placed_course_id", "course_id"),
    sqlite_strict=True,
)

checklist = Table(
    "checklist",
    metadata,
    *key("checklist"),
    _course_id("checklist"),
    *_slot(),
    text("checklist_json"),
    text("answers_json"),
    *of_entry("checklist"),
    Index("checklist_course_id", "course_id"),
    sqlite_strict=True,
)

# Without its JSON the row says that the one before it was an error: the dose was not given.
infusion = Table(
    "infusion",
    metadata,
    *key("infusion"),
    _course_id("infusion"),
    *_slot(),
    preparation_id("infusion"),
    Column("infusion_json", Text),
    text("words"),
    *of_entry("infusion"),
    Index("infusion_course_id", "course_id"),
    Index("infusion_preparation_id", "preparation_id"),
    sqlite_strict=True,
)

TABLES = (patient, course, course_fact, course_fact_out, placed, checklist, infusion)
