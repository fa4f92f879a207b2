"""The tables as they are after the newest migration.

Only whole numbers and texts, so that SQLite and PostgreSQL hold the same: a decimal would be a float
in SQLite, and a date or a time with its zone would lose it. The migrations have their own copies,
since an old migration may never change; a test holds the two together.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

# A strict table (sqlite_strict) refuses a text or a fraction where a whole number belongs, as
# PostgreSQL always does.
metadata = MetaData()

# A gram is 10^9 ng and an Integer ends at 2.1 × 10^9 in PostgreSQL. SQLite's INTEGER has 64 bits.
_AMOUNT = BigInteger().with_variant(Integer(), "sqlite")


def _key(table: str, name: str = "id") -> tuple[Column[int], CheckConstraint]:
    # SQLite shows an insert trigger -1 for an id it has yet to choose, so no row may have that id.
    # The log is locked while a row is written, so the next number is the last one and 1: a sequence
    # would lose those of the transactions that were taken back.
    column = Column(name, Integer, primary_key=True, autoincrement=False)
    return column, CheckConstraint(f"{name} > 0", name=f"{table}_{name}_above_zero")


def _preparation_id(table: str) -> Column[int]:
    target = ForeignKey("preparation.id", name=f"{table}_preparation")
    return Column("preparation_id", target, nullable=False)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _amount(name: str) -> Column[int]:
    return Column(name, _AMOUNT, nullable=False)


def _flag(table: str, name: str) -> CheckConstraint:
    # PostgreSQL writes an IN (0, 1) anew in words of its own, and this one as it stands.
    return CheckConstraint(f"{name} >= 0 AND {name} <= 1", name=f"{table}_{name}_is_a_flag")


def _of_entry(table: str) -> tuple[Column[int] | Column[str] | Index, ...]:
    """The entry of the log that a row came with, and what the screens show of it: who and when."""
    return (
        Column("entry", ForeignKey("log.seq", name=f"{table}_entry"), nullable=False),
        _text("at_utc"),
        _text("person_id"),
        _text("person_name"),
        _text("person_role"),
        Index(f"{table}_of_entry", "entry"),
    )


FROM_BODY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "at": ("at",),
        "action": ("action",),
        "person_id": ("person", "id"),
        "person_name": ("person", "name"),
        "subject": ("subject",),
        "workstation": ("workstation",),
    }
)
"""The columns of the log that are there to be searched, and where in the body each comes from. The
database computes them; nothing writes them, so none can differ from the body that was hashed."""

log = Table(
    "log",
    metadata,
    *_key("log", "seq"),
    _text("body"),
    _text("hash"),
    _text("prev"),
    *(Column(name, Text, info={"from": path}) for name, path in FROM_BODY.items()),
    UniqueConstraint("hash", name="log_hash"),
    UniqueConstraint("prev", name="log_prev"),
    *(Index(f"log_by_{name}", name) for name in FROM_BODY),
    sqlite_strict=True,
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", ForeignKey("log.seq", name="checkpoint_entry"), primary_key=True, autoincrement=False),
    CheckConstraint("size > 0", name="checkpoint_size_above_zero"),
    _text("origin"),
    _text("root"),
    _text("schema"),
    _text("at_utc"),
    _text("signature"),
    sqlite_strict=True,
)


# What a preparation holds, in its first version and in every later one.
def _content(table: str) -> tuple[Column[int] | Column[str] | CheckConstraint | UniqueConstraint, ...]:
    return (
        Column("year", Integer, nullable=False),
        _text("request_key"),
        _text("given_on"),
        _text("market"),
        Column("training", Integer, nullable=False),
        _text("family"),
        _text("given"),
        Column("born", Text),
        Column("mrn", Text),
        Column("nhs_number", Text),
        Column("hospital_number", Text),
        Column("location", Text),
        _text("search_name"),
        _text("drug_id"),
        _text("drug_edition"),
        _text("drug_checksum"),
        _text("program_version"),
        _amount("dose_ng"),
        _amount("prepared_ng"),
        _amount("volume_nL"),
        _amount("diluent_nL"),
        _amount("discarded_nL"),
        _amount("discarded_ng"),
        Column("vials", Integer, nullable=False),
        _text("order_json"),
        _text("plan_json"),
        _text("shown_json"),
        _text("answers_json"),
        UniqueConstraint("request_key", name=f"{table}_request_key"),
        _flag(table, "training"),
    )


preparation = Table(
    "preparation",
    metadata,
    *_key("preparation"),
    _text("number"),
    Column("sequence", Integer, nullable=False),
    *_of_entry("preparation"),
    *_content("preparation"),
    UniqueConstraint("number", name="preparation_number"),
    UniqueConstraint("year", "sequence", name="preparation_year_sequence"),
    CheckConstraint("sequence > 0", name="preparation_sequence_above_zero"),
    Index("preparation_given_on", "given_on"),
    sqlite_strict=True,
)

# Version 1 is the row in preparation itself.
revision = Table(
    "revision",
    metadata,
    *_key("revision"),
    _preparation_id("revision"),
    Column("version", Integer, nullable=False),
    *_of_entry("revision"),
    *_content("revision"),
    UniqueConstraint("preparation_id", "version", name="revision_version"),
    CheckConstraint("version > 1", name="revision_version_above_one"),
    sqlite_strict=True,
)

status = Table(
    "status",
    metadata,
    *_key("status"),
    _preparation_id("status"),
    _text("state"),
    *_of_entry("status"),
    Index("status_preparation_id", "preparation_id"),
    sqlite_strict=True,
)

# `print` holds the strings of a document with its first print of a version alone: a second row that
# brings strings for the same one is refused by the index, whoever writes it. A print without a version
# was stored before there were any, and is of the first.
print_ = Table(
    "print",
    metadata,
    *_key("print"),
    _preparation_id("print"),
    _text("document"),
    _text("copy"),
    Column("strings_json", Text),
    _text("pdf_sha256"),
    *_of_entry("print"),
    Column("version", Integer),
    Index("print_preparation_id", "preparation_id"),
    sqlite_strict=True,
)
Index(
    "print_first",
    print_.c.preparation_id,
    print_.c.document,
    print_.c.version,
    unique=True,
    sqlite_where=print_.c.strings_json.is_not(None),
    postgresql_where=print_.c.strings_json.is_not(None),
)

# `signed` is the JSON of exactly what was on the screen, and `digest` its SHA-256.
signature = Table(
    "signature",
    metadata,
    *_key("signature"),
    _preparation_id("signature"),
    Column("version", Integer, nullable=False),
    _text("meaning"),
    _text("signed"),
    _text("digest"),
    *_of_entry("signature"),
    Index("signature_preparation_id", "preparation_id"),
    sqlite_strict=True,
)

voiding = Table(
    "voiding",
    metadata,
    *_key("voiding"),
    Column("signature_id", ForeignKey("signature.id", name="voiding_signature"), nullable=False),
    *_of_entry("voiding"),
    UniqueConstraint("signature_id", name="voiding_once"),
    sqlite_strict=True,
)

account = Table(
    "account",
    metadata,
    *_key("account"),
    _text("user"),
    _text("name"),
    _text("role"),
    Column("active", Integer, nullable=False),
    Column("training", Integer, nullable=False),
    *_of_entry("account"),
    _flag("account", "active"),
    _flag("account", "training"),
    Index("account_user", "user"),
    sqlite_strict=True,
)

# What the log may not hold: an export goes to outsiders, who would crack the hash of a short PIN in hours.
secret = Table(
    "secret",
    metadata,
    *_key("secret"),
    _text("digest"),
    _text("value"),
    UniqueConstraint("digest", name="secret_digest"),
    sqlite_strict=True,
)

# `digest` is the SHA-256 of a secret's value: it binds the secret to the log. None removes the secret.
credential = Table(
    "credential",
    metadata,
    *_key("credential"),
    _text("user"),
    _text("kind"),
    Column("digest", ForeignKey("secret.digest", name="credential_secret")),
    *_of_entry("credential"),
    Index("credential_user", "user"),
    sqlite_strict=True,
)

attempt = Table(
    "attempt",
    metadata,
    *_key("attempt"),
    _text("key"),
    _text("address"),
    _text("kind"),
    Column("good", Integer, nullable=False),
    *_of_entry("attempt"),
    _flag("attempt", "good"),
    Index("attempt_key", "key"),
    Index("attempt_at_utc", "at_utc"),
    sqlite_strict=True,
)

sign_in = Table(
    "sign_in",
    metadata,
    *_key("sign_in"),
    _text("user"),
    *_of_entry("sign_in"),
    sqlite_strict=True,
)

sign_out = Table(
    "sign_out",
    metadata,
    *_key("sign_out"),
    Column("sign_in_id", ForeignKey("sign_in.id", name="sign_out_sign_in"), nullable=False),
    _text("why"),
    *_of_entry("sign_out"),
    UniqueConstraint("sign_in_id", name="sign_out_once"),
    sqlite_strict=True,
)

setting = Table(
    "setting",
    metadata,
    *_key("setting"),
    _text("name"),
    Column("value", Text),
    _text("standing"),
    *_of_entry("setting"),
    sqlite_strict=True,
)

REPLAYED = (
    preparation,
    status,
    print_,
    revision,
    signature,
    voiding,
    account,
    credential,
    attempt,
    sign_in,
    sign_out,
    setting,
)
"""The tables whose rows stand in the log as well, so that the log read again gives them: all but the log's
own and `secret`."""
