"""Staff, their secrets and sessions; settings; signatures; preparations that were changed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
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
    versions()
    signatures()
    staff()
    sessions()
    table("setting", text("name"), sa.Column("value", sa.Text), text("standing"))
    for name, taken in {
        "revision": (
            "id = NEW.id OR request_key = NEW.request_key"
            " OR (preparation_id = NEW.preparation_id AND version = NEW.version)"
        ),
        "signature": "id = NEW.id",
        "voiding": "id = NEW.id OR signature_id = NEW.signature_id",
        "account": "id = NEW.id",
        "secret": "id = NEW.id OR digest = NEW.digest",
        "credential": "id = NEW.id",
        "attempt": "id = NEW.id",
        "sign_in": "id = NEW.id",
        "sign_out": "id = NEW.id OR sign_in_id = NEW.sign_in_id",
        "setting": "id = NEW.id",
    }.items():
        guard(name, taken)


def table(name: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of rows that each came with an entry."""
    op.create_table(name, *key(name), *columns, *of_entry(name), sqlite_strict=True)
    op.create_index(f"{name}_of_entry", name, ["entry"])


def versions() -> None:
    """What preparation holds, as it was changed; and which version a print is of."""
    table(
        "revision",
        refers("preparation_id", "preparation.id", "revision_preparation"),
        whole("version"),
        whole("year"),
        text("request_key"),
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
        sa.UniqueConstraint("preparation_id", "version", name="revision_version"),
        sa.UniqueConstraint("request_key", name="revision_request_key"),
        sa.CheckConstraint("version > 1", name="revision_version_above_one"),
        flag("revision", "training"),
    )
    op.add_column("print", sa.Column("version", sa.Integer))
    op.drop_index("print_first", "print")
    op.create_index(
        "print_first",
        "print",
        ["preparation_id", "document", "version"],
        unique=True,
        sqlite_where=sa.text("strings_json IS NOT NULL"),
        postgresql_where=sa.text("strings_json IS NOT NULL"),
    )
    if dialect() == "sqlite":
        op.execute("DROP TRIGGER print_no_replace")
        guard_against_replacement(
            "print",
            "id = NEW.id OR (strings_json IS NOT NULL AND NEW.strings_json IS NOT NULL"
            " AND preparation_id = NEW.preparation_id AND document = NEW.document AND version = NEW.version)",
        )


def signatures() -> None:
    table(
        "signature",
        refers("preparation_id", "preparation.id", "signature_preparation"),
        whole("version"),
        text("meaning"),
        text("signed"),
        text("digest"),
    )
    op.create_index("signature_preparation_id", "signature", ["preparation_id"])
    table(
        "voiding",
        refers("signature_id", "signature.id", "voiding_signature"),
        sa.UniqueConstraint("signature_id", name="voiding_once"),
    )


def staff() -> None:
    table(
        "account",
        text("user"),
        text("name"),
        text("role"),
        whole("active"),
        whole("training"),
        flag("account", "active"),
        flag("account", "training"),
    )
    op.create_index("account_user", "account", ["user"])
    op.create_table(
        "secret",
        *key("secret"),
        text("digest"),
        text("value"),
        sa.UniqueConstraint("digest", name="secret_digest"),
        sqlite_strict=True,
    )
    table(
        "credential",
        text("user"),
        text("kind"),
        sa.Column("digest", sa.Text, sa.ForeignKey("secret.digest", name="credential_secret")),
    )
    op.create_index("credential_user", "credential", ["user"])


def sessions() -> None:
    table("attempt", text("key"), text("address"), text("kind"), whole("good"), flag("attempt", "good"))
    op.create_index("attempt_key", "attempt", ["key"])
    op.create_index("attempt_at_utc", "attempt", ["at_utc"])
    table("sign_in", text("user"))
    table(
        "sign_out",
        refers("sign_in_id", "sign_in.id", "sign_out_sign_in"),
        text("why"),
        sa.UniqueConstraint("sign_in_id", name="sign_out_once"),
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
