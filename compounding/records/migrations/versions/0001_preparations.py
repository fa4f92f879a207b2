"""Events, preparations, their status and their prints, all append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def key(table: str) -> tuple[sa.Column[int], sa.CheckConstraint]:
    return (
        sa.Column("id", sa.Integer, primary_key=True),
        sa.CheckConstraint("id > 0", name=f"{table}_id_above_zero"),
    )


def event_id(table: str) -> sa.Column[int]:
    return sa.Column("event_id", sa.Integer, sa.ForeignKey("event.id", name=f"{table}_event"), nullable=False)


def preparation_id(table: str) -> sa.Column[int]:
    target = sa.ForeignKey("preparation.id", name=f"{table}_preparation")
    return sa.Column("preparation_id", sa.Integer, target, nullable=False)


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def amount(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "event",
        *key("event"),
        text("at_utc"),
        text("person_id"),
        text("person_name"),
        text("person_role"),
        text("action"),
        text("reason"),
        text("details"),
        text("program"),
        sqlite_strict=True,
    )
    op.create_table(
        "preparation",
        *key("preparation"),
        text("number"),
        whole("year"),
        whole("sequence"),
        text("request_key"),
        event_id("preparation"),
        text("created_at_utc"),
        text("given_on"),
        text("market"),
        whole("training"),
        text("family"),
        text("given"),
        sa.Column("born", sa.Text),
        sa.Column("mrn", sa.Text),
        sa.Column("nhs_number", sa.Text),
        sa.Column("hospital_number", sa.Text),
        sa.Column("location", sa.Text),
        text("search_name"),
        text("drug_id"),
        text("drug_edition"),
        text("drug_checksum"),
        text("program_version"),
        amount("dose_ng"),
        amount("prepared_ng"),
        amount("volume_nL"),
        amount("diluent_nL"),
        amount("discarded_nL"),
        amount("discarded_ng"),
        whole("vials"),
        text("order_json"),
        text("plan_json"),
        text("shown_json"),
        text("answers_json"),
        sa.UniqueConstraint("number", name="preparation_number"),
        sa.UniqueConstraint("year", "sequence", name="preparation_year_sequence"),
        sa.UniqueConstraint("request_key", name="preparation_request_key"),
        sa.CheckConstraint("sequence > 0", name="preparation_sequence_above_zero"),
        sa.CheckConstraint("training IN (0, 1)", name="preparation_training_is_a_flag"),
        sqlite_strict=True,
    )
    op.create_index("preparation_given_on", "preparation", ["given_on"])
    op.create_index("preparation_event_id", "preparation", ["event_id"])
    op.create_table(
        "status",
        *key("status"),
        preparation_id("status"),
        text("state"),
        event_id("status"),
        text("at_utc"),
        sqlite_strict=True,
    )
    op.create_index("status_preparation_id", "status", ["preparation_id"])
    op.create_table(
        "print",
        *key("print"),
        preparation_id("print"),
        text("document"),
        text("copy"),
        sa.Column("strings_json", sa.Text),
        text("pdf_sha256"),
        event_id("print"),
        sqlite_strict=True,
    )
    op.create_index("print_preparation_id", "print", ["preparation_id"])
    op.create_index(
        "print_first",
        "print",
        ["preparation_id", "document"],
        unique=True,
        sqlite_where=sa.text("strings_json IS NOT NULL"),
        postgresql_where=sa.text("strings_json IS NOT NULL"),
    )
    guard("event", "id = NEW.id")
    guard(
        "preparation",
        "id = NEW.id OR number = NEW.number OR request_key = NEW.request_key"
        " OR (year = NEW.year AND sequence = NEW.sequence)",
    )
    guard("status", "id = NEW.id")
    guard(
        "print",
        "id = NEW.id OR (strings_json IS NOT NULL AND NEW.strings_json IS NOT NULL"
        " AND preparation_id = NEW.preparation_id AND document = NEW.document)",
    )


def guard(table: str, taken: str) -> None:
    """The triggers of one table, in SQLite's words. PostgreSQL needs its own, which no step has yet."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for name, rest in (
        ("no_update", f"BEFORE UPDATE ON {table}"),
        ("no_delete", f"BEFORE DELETE ON {table}"),
        ("no_replace", f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken})"),
    ):
        op.execute(f"CREATE TRIGGER {table}_{name} {rest} {refuse}")


def downgrade() -> None:
    raise NotImplementedError("records are never taken apart: restore a backup into an older program")
