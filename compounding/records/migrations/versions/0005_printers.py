"""Label printers, their calibration, and the labels that were printed on them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
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


def flag(table: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{name} >= 0 AND {name} <= 1", name=f"{table}_{name}_is_a_flag")


def upgrade() -> None:
    printers()
    sendings()
    for name, taken in {
        "printer": "id = NEW.id",
        "calibration": "id = NEW.id",
        "sending": "id = NEW.id",
        "sending_end": "id = NEW.id OR sending_id = NEW.sending_id",
    }.items():
        guard(name, taken)


def printers() -> None:
    table(
        "printer",
        whole("number"),
        text("name"),
        text("kind"),
        whole("dpi"),
        text("stock"),
        text("host"),
        whole("port"),
        text("sheet"),
        text("workstations_json"),
        whole("in_use"),
        sa.CheckConstraint("number > 0", name="printer_number_above_zero"),
        flag("printer", "in_use"),
    )
    op.create_index("printer_number", "printer", ["number"])
    table(
        "calibration",
        refers("printer_id", "printer.id", "calibration_printer"),
        whole("across_um"),
        whole("down_um"),
        whole("down_rule_mm"),
        text("scanned"),
        whole("corners_whole"),
        whole("passed"),
        flag("calibration", "corners_whole"),
        flag("calibration", "passed"),
    )
    op.create_index("calibration_printer_id", "calibration", ["printer_id"])


def sendings() -> None:
    table(
        "sending",
        refers("preparation_id", "preparation.id", "sending_preparation"),
        refers("printer_id", "printer.id", "sending_printer"),
        whole("first_copy"),
        whole("last_copy"),
        whole("position"),
        sa.CheckConstraint("first_copy > 0", name="sending_first_copy_above_zero"),
        sa.CheckConstraint("last_copy >= first_copy", name="sending_last_copy_not_before_first"),
    )
    op.create_index("sending_preparation_id", "sending", ["preparation_id"])
    table(
        "sending_end",
        refers("sending_id", "sending.id", "sending_end_sending"),
        whole("came_out"),
        text("reason"),
        sa.UniqueConstraint("sending_id", name="sending_end_once"),
        sa.CheckConstraint("came_out >= 0", name="sending_end_came_out_not_below_zero"),
    )


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
