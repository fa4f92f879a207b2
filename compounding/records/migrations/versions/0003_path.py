"""The path of a preparation: materials, true times, readings, labels counted, waste; and recalls."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
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


def amount(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def flag(table: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{name} >= 0 AND {name} <= 1", name=f"{table}_{name}_is_a_flag")


def dialect() -> str:
    return op.get_context().dialect.name


def upgrade() -> None:
    materials()
    happenings()
    recalls()
    for name, taken in {
        "material": "id = NEW.id",
        "material_out": "id = NEW.id OR material_id = NEW.material_id",
        "moment": "id = NEW.id OR (preparation_id = NEW.preparation_id AND what = NEW.what AND place = NEW.place)",
        "reading": "id = NEW.id",
        "label_end": "id = NEW.id",
        "waste": "id = NEW.id",
        "recall": "id = NEW.id",
        "recall_end": "id = NEW.id OR recall_id = NEW.recall_id",
    }.items():
        guard(name, taken)


def table(name: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of rows that each came with an entry."""
    op.create_table(name, *key(name), *columns, *of_entry(name), sqlite_strict=True)
    op.create_index(f"{name}_of_entry", name, ["entry"])


def materials() -> None:
    table(
        "material",
        refers("preparation_id", "preparation.id", "material_preparation"),
        text("kind"),
        whole("place"),
        text("product"),
        text("name"),
        text("maker"),
        text("lot"),
        text("search_lot"),
        text("expiry"),
        sa.Column("serial", sa.Text),
        sa.Column("gtin", sa.Text),
        text("read_by"),
        text("raw"),
        text("quantity"),
    )
    for column in ("preparation_id", "search_lot", "serial"):
        op.create_index(f"material_{column}", "material", [column])
    table(
        "material_out",
        refers("material_id", "material.id", "material_out_material"),
        text("why"),
        text("words"),
        sa.UniqueConstraint("material_id", name="material_out_once"),
    )


def happenings() -> None:
    """True times, what a checker read, what became of labels, and what was thrown away."""
    table(
        "moment",
        refers("preparation_id", "preparation.id", "moment_preparation"),
        text("what"),
        whole("place"),
        text("happened_utc"),
        text("late_reason"),
        sa.Column("making", sa.Text),
        sa.UniqueConstraint("preparation_id", "what", "place", name="moment_once"),
    )
    table(
        "reading",
        refers("preparation_id", "preparation.id", "reading_preparation"),
        text("reading_json"),
        whole("agrees"),
        flag("reading", "agrees"),
    )
    op.create_index("reading_preparation_id", "reading", ["preparation_id"])
    table(
        "label_end",
        refers("print_id", "print.id", "label_end_print"),
        text("became"),
        text("words"),
        text("witness"),
    )
    op.create_index("label_end_print_id", "label_end", ["print_id"])
    table(
        "waste",
        refers("preparation_id", "preparation.id", "waste_preparation"),
        text("what"),
        whole("place"),
        amount("mass_ng"),
        amount("volume_nL"),
        text("reason"),
        text("witness"),
    )
    op.create_index("waste_preparation_id", "waste", ["preparation_id"])
    op.create_index("waste_at_utc", "waste", ["at_utc"])


def recalls() -> None:
    table("recall", text("product"), text("lot"), text("search_lot"), text("reason"))
    op.create_index("recall_search_lot", "recall", ["search_lot"])
    table(
        "recall_end",
        refers("recall_id", "recall.id", "recall_end_recall"),
        text("reason"),
        sa.UniqueConstraint("recall_id", name="recall_end_once"),
    )


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
