"""Packs that are printed ahead for when the screen is down, and what became of their numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def refers(name: str, target: str, constraint: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(target, name=constraint), nullable=False)


def table(name: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of rows that each came with an entry."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.CheckConstraint("id > 0", name=f"{name}_id_above_zero"),
        *columns,
        sa.Column("entry", sa.Integer, sa.ForeignKey("log.seq", name=f"{name}_entry"), nullable=False),
        text("at_utc"),
        text("person_id"),
        text("person_name"),
        text("person_role"),
        sqlite_strict=True,
    )
    op.create_index(f"{name}_of_entry", name, ["entry"])


def upgrade() -> None:
    table(
        "downtime_pack",
        whole("year"),
        whole("first"),
        whole("worksheets"),
        text("drug_id"),
        text("drug_edition"),
        text("drug_checksum"),
        whole("settings_entry"),
        text("strings_json"),
        text("pdf_sha256"),
        sa.UniqueConstraint("year", "first", name="downtime_pack_first"),
        sa.CheckConstraint("first > 0", name="downtime_pack_first_above_zero"),
        sa.CheckConstraint("worksheets > 0", name="downtime_pack_worksheets_above_zero"),
    )
    table(
        "downtime_end",
        refers("pack_id", "downtime_pack.id", "downtime_end_pack"),
        text("number"),
        text("reason"),
        sa.UniqueConstraint("number", name="downtime_end_once"),
    )
    table(
        "downtime_order",
        refers("preparation_id", "preparation.id", "downtime_order_preparation"),
        refers("pack_id", "downtime_pack.id", "downtime_order_pack"),
        text("written_utc"),
        text("written_by"),
        text("reason"),
        sa.UniqueConstraint("preparation_id", name="downtime_order_once"),
    )
    for name, taken in {
        "downtime_pack": "id = NEW.id OR (year = NEW.year AND first = NEW.first)",
        "downtime_end": "id = NEW.id OR number = NEW.number",
        "downtime_order": "id = NEW.id OR preparation_id = NEW.preparation_id",
    }.items():
        guard(name, taken)


def guard(name: str, taken: str) -> None:
    """The triggers of a table; for SQLite also against a row that takes the place of another."""
    if op.get_context().dialect.name == "sqlite":
        refusal = f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
        for when in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {name}_no_{when.lower()} BEFORE {when} ON {name} {refusal}")
        op.execute(
            f"CREATE TRIGGER {name}_no_replace BEFORE INSERT ON {name}"
            f" WHEN EXISTS (SELECT 1 FROM {name} WHERE {taken}) {refusal}"
        )
        return
    op.execute(
        f"CREATE TRIGGER {name}_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON {name}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    # Also in a session that calls itself a replica.
    op.execute(f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER {name}_append_only")


def downgrade() -> None:
    raise NotImplementedError("records are never taken apart: restore a backup into an older program")
