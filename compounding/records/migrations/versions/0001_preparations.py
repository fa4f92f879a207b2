"""The log with its checkpoints; preparations, their status and their prints: all append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def key(table: str, name: str = "id") -> tuple[sa.Column[int], sa.CheckConstraint]:
    return (
        sa.Column(name, sa.Integer, primary_key=True, autoincrement=False),
        sa.CheckConstraint(f"{name} > 0", name=f"{table}_{name}_above_zero"),
    )


def of_entry(table: str) -> tuple[sa.Column[int] | sa.Column[str], ...]:
    return (
        sa.Column("entry", sa.Integer, sa.ForeignKey("log.seq", name=f"{table}_entry"), nullable=False),
        text("at_utc"),
        text("person_id"),
        text("person_name"),
        text("person_role"),
    )


def preparation_id(table: str) -> sa.Column[int]:
    target = sa.ForeignKey("preparation.id", name=f"{table}_preparation")
    return sa.Column("preparation_id", sa.Integer, target, nullable=False)


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def amount(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def dialect() -> str:
    return op.get_context().dialect.name


def from_body(name: str, *path: str) -> sa.Column[str]:
    """A column that the database takes out of the body. PostgreSQL can index a stored one alone."""
    if dialect() == "sqlite":
        made = sa.Computed(f"json_extract(body, '$.{'.'.join(path)}')", persisted=False)
    else:
        inner = "".join(f" -> '{step}'::text" for step in path[:-1])
        made = sa.Computed(f"body::json{inner} ->> '{path[-1]}'::text", persisted=True)
    return sa.Column(name, sa.Text, made)


def upgrade() -> None:
    op.create_table(
        "log",
        *key("log", "seq"),
        text("body"),
        text("hash"),
        text("prev"),
        from_body("at", "at"),
        from_body("action", "action"),
        from_body("person_id", "person", "id"),
        from_body("person_name", "person", "name"),
        from_body("subject", "subject"),
        from_body("workstation", "workstation"),
        sa.UniqueConstraint("hash", name="log_hash"),
        sa.UniqueConstraint("prev", name="log_prev"),
        sqlite_strict=True,
    )
    for name in ("at", "action", "person_id", "person_name", "subject", "workstation"):
        op.create_index(f"log_by_{name}", "log", [name])
    op.create_table(
        "checkpoint",
        sa.Column(
            "size", sa.Integer, sa.ForeignKey("log.seq", name="checkpoint_entry"), primary_key=True, autoincrement=False
        ),
        sa.CheckConstraint("size > 0", name="checkpoint_size_above_zero"),
        text("origin"),
        text("root"),
        text("schema"),
        text("at_utc"),
        text("signature"),
        sqlite_strict=True,
    )
    op.create_table(
        "preparation",
        *key("preparation"),
        text("number"),
        whole("year"),
        whole("sequence"),
        text("request_key"),
        *of_entry("preparation"),
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
        sa.CheckConstraint("training >= 0 AND training <= 1", name="preparation_training_is_a_flag"),
        sqlite_strict=True,
    )
    op.create_index("preparation_given_on", "preparation", ["given_on"])
    op.create_table(
        "status",
        *key("status"),
        preparation_id("status"),
        text("state"),
        *of_entry("status"),
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
        *of_entry("print"),
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
    for table in ("preparation", "status", "print"):
        op.create_index(f"{table}_of_entry", table, ["entry"])
    guard_all(
        {
            "log": "seq = NEW.seq OR hash = NEW.hash OR prev = NEW.prev",
            "checkpoint": "size = NEW.size",
            "preparation": (
                "id = NEW.id OR number = NEW.number OR request_key = NEW.request_key"
                " OR (year = NEW.year AND sequence = NEW.sequence)"
            ),
            "status": "id = NEW.id",
            "print": (
                "id = NEW.id OR (strings_json IS NOT NULL AND NEW.strings_json IS NOT NULL"
                " AND preparation_id = NEW.preparation_id AND document = NEW.document)"
            ),
        }
    )


def guard_all(taken: dict[str, str]) -> None:
    """The triggers of each table; for SQLite also against a row that takes the place of another."""
    if dialect() == "sqlite":
        for table, how in taken.items():
            guard_in_sqlite(table, how)
        return
    op.execute(
        "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END$$"
    )
    for table in taken:
        name = f"{table}_append_only"
        op.execute(
            f"CREATE TRIGGER {name} BEFORE DELETE OR UPDATE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
        # Also in a session that calls itself a replica.
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def guard_in_sqlite(table: str, taken: str) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for name, rest in (
        ("no_update", f"BEFORE UPDATE ON {table}"),
        ("no_delete", f"BEFORE DELETE ON {table}"),
        ("no_replace", f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken})"),
    ):
        op.execute(f"CREATE TRIGGER {table}_{name} {rest} {refuse}")


def downgrade() -> None:
    raise NotImplementedError("records are never taken apart: restore a backup into an older program")
