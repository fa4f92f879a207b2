"""Patients and their courses: facts of a course, orders placed in it, checklists, and doses that were given."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def key(table: str) -> tuple[sa.Column[int], sa.CheckConstraint]:
    return (
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.CheckConstraint("id > 0", name=f"{table}_id_above_zero"),
    )


def of_entry(table: str) -> tuple[sa.Column[int] | sa.Column[str], ...]:
    return (
        sa.Column("entry", sa.Integer, sa.ForeignKey("log.seq", name=f"{table}_entry"), nullable=False),
        text("at_utc"),
        text("person_id"),
        text("person_name"),
        text("person_role"),
    )


def refers(name: str, target: str, constraint: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(target, name=constraint), nullable=False)


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def flag(table: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{name} >= 0 AND {name} <= 1", name=f"{table}_{name}_is_a_flag")


def dialect() -> str:
    return op.get_context().dialect.name


def upgrade() -> None:
    patients()
    facts()
    doses()
    for name, taken in {
        "patient": "id = NEW.id",
        "course": "id = NEW.id OR number = NEW.number OR request_key = NEW.request_key",
        "course_fact": "id = NEW.id",
        "course_fact_out": "id = NEW.id OR fact_id = NEW.fact_id",
        "placed": "id = NEW.id OR (preparation_id = NEW.preparation_id AND version = NEW.version)",
        "checklist": "id = NEW.id",
        "infusion": "id = NEW.id",
    }.items():
        guard(name, taken)


def table(name: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of rows that each came with an entry."""
    op.create_table(name, *key(name), *columns, *of_entry(name), sqlite_strict=True)
    op.create_index(f"{name}_of_entry", name, ["entry"])


def patients() -> None:
    table(
        "patient",
        whole("first_id"),
        text("family"),
        text("given"),
        text("born"),
        text("sex"),
        *(sa.Column(name, sa.Text) for name in ("mrn", "nhs_number", "hospital_number")),
        text("allergies"),
        text("search_name"),
        whole("training"),
        flag("patient", "training"),
    )
    op.create_index("patient_first_id", "patient", ["first_id"])
    table(
        "course",
        text("number"),
        refers("patient_id", "patient.id", "course_patient"),
        text("request_key"),
        text("drug_id"),
        text("indication"),
        text("prescriber"),
        text("start"),
        whole("transplant"),
        sa.UniqueConstraint("number", name="course_number"),
        sa.UniqueConstraint("request_key", name="course_request_key"),
        flag("course", "transplant"),
    )
    op.create_index("course_patient_id", "course", ["patient_id"])


def facts() -> None:
    table(
        "course_fact",
        refers("course_id", "course.id", "course_fact_course"),
        text("kind"),
        text("fact_json"),
        text("words"),
        text("prescriber"),
    )
    op.create_index("course_fact_course_id", "course_fact", ["course_id"])
    table(
        "course_fact_out",
        refers("fact_id", "course_fact.id", "course_fact_out_fact"),
        text("words"),
        text("witness"),
        sa.UniqueConstraint("fact_id", name="course_fact_out_once"),
    )


def doses() -> None:
    table(
        "placed",
        refers("preparation_id", "preparation.id", "placed_preparation"),
        whole("version"),
        refers("course_id", "course.id", "placed_course"),
        whole("cycle"),
        whole("day"),
        sa.UniqueConstraint("preparation_id", "version", name="placed_once"),
    )
    table(
        "checklist",
        refers("course_id", "course.id", "checklist_course"),
        whole("cycle"),
        whole("day"),
        text("checklist_json"),
        text("answers_json"),
    )
    table(
        "infusion",
        refers("course_id", "course.id", "infusion_course"),
        whole("cycle"),
        whole("day"),
        refers("preparation_id", "preparation.id", "infusion_preparation"),
        sa.Column("infusion_json", sa.Text),
        text("words"),
    )
    for name in ("placed", "checklist", "infusion"):
        op.create_index(f"{name}_course_id", name, ["course_id"])
    op.create_index("infusion_preparation_id", "infusion", ["preparation_id"])


def guard(name: str, taken: str) -> None:
    """The triggers of a table; for SQLite also against a row that takes the place of another."""
    if dialect() == "sqlite":
        for when in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {name}_no_{when.lower()} BEFORE {when} ON {name} {refusal(name)}")
        guard_against_replacement(name, taken)
        return
    op.execute(
        f"CREATE TRIGGER {name}_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON {name}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    # Also in a session that calls itself a replica.
    op.execute(f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER {name}_append_only")


def guard_against_replacement(name: str, taken: str) -> None:
    op.execute(
        f"CREATE TRIGGER {name}_no_replace BEFORE INSERT ON {name}"
        f" WHEN EXISTS (SELECT 1 FROM {name} WHERE {taken}) {refusal(name)}"
    )


def refusal(name: str) -> str:
    return f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"


def downgrade() -> None:
    raise NotImplementedError("records are never taken apart: restore a backup into an older program")
