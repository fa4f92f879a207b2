"""Documents that are of a moment: their editions, and every copy of each."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TAKEN = "id = NEW.id OR (document = NEW.document AND about = NEW.about AND edition = NEW.edition AND copy = NEW.copy)"


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.CheckConstraint("id > 0", name="report_id_above_zero"),
        text("document"),
        text("about"),
        whole("edition"),
        whole("copy"),
        sa.Column("strings_json", sa.Text),
        text("pdf_sha256"),
        sa.Column("entry", sa.Integer, sa.ForeignKey("log.seq", name="report_entry"), nullable=False),
        text("at_utc"),
        text("person_id"),
        text("person_name"),
        text("person_role"),
        sa.UniqueConstraint("document", "about", "edition", "copy", name="report_copy_once"),
        sa.CheckConstraint("edition > 0", name="report_edition_above_zero"),
        sa.CheckConstraint("copy > 0", name="report_copy_above_zero"),
        sa.CheckConstraint("(copy = 1) = (strings_json IS NOT NULL)", name="report_first_copy_holds_the_strings"),
        sqlite_strict=True,
    )
    op.create_index("report_of_entry", "report", ["entry"])
    guard()


def guard() -> None:
    """The triggers; for SQLite also against a row that takes the place of another."""
    if op.get_context().dialect.name == "sqlite":
        refusal = "BEGIN SELECT RAISE(ABORT, 'report is append-only'); END"
        for when in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER report_no_{when.lower()} BEFORE {when} ON report {refusal}")
        op.execute(
            "CREATE TRIGGER report_no_replace BEFORE INSERT ON report"
            f" WHEN EXISTS (SELECT 1 FROM report WHERE {TAKEN}) {refusal}"
        )
        return
    op.execute(
        "CREATE TRIGGER report_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON report"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    # Also in a session that calls itself a replica.
    op.execute("ALTER TABLE report ENABLE ALWAYS TRIGGER report_append_only")


def downgrade() -> None:
    raise NotImplementedError("records are never taken apart: restore a backup into an older program")
