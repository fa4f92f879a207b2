"""The tables as they are after the newest migration.

Only whole numbers and texts, so that SQLite and PostgreSQL hold the same: a decimal would be a float
in SQLite, and a date or a time with its zone would lose it. The migrations have their own copies,
since an old migration may never change; a test holds the two together.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from compounding.records import columns, course_tables, downtime_tables, path_tables, printer_tables
from compounding.records.columns import amount, flag, key, of_entry, preparation_id, text

metadata = columns.metadata

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
    *key("log", "seq"),
    text("body"),
    text("hash"),
    text("prev"),
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
    text("origin"),
    text("root"),
    text("schema"),
    text("at_utc"),
    text("signature"),
    sqlite_strict=True,
)


# What a preparation holds, in its first version and in every later one.
def _content(table: str) -> tuple[Column[int] | Column[str] | CheckConstraint | UniqueConstraint, ...]:
    return (
        Column("year", Integer, nullable=False),
        text("request_key"),
        text("given_on"),
        text("market"),
        Column("training", Integer, nullable=False),
        text("family"),
        text("given"),
        Column("born", Text),
        Column("mrn", Text),
        Column("nhs_number", Text),
        Column("hospital_number", Text),
        Column("location", Text),
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
        Column("vials", Integer, nullable=False),
        text("order_json"),
        text("plan_json"),
        text("shown_json"),
        text("answers_json"),
        UniqueConstraint("request_key", name=f"{table}_request_key"),
        flag(table, "training"),
    )


preparation = Table(
    "preparation",
    metadata,
    *key("preparation"),
    text("number"),
    Column("sequence", Integer, nullable=False),
    *of_entry("preparation"),
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
    *key("revision"),
    preparation_id("revision"),
    Column("version", Integer, nullable=False),
    *of_entry("revision"),
    *_content("revision"),
    UniqueConstraint("preparation_id", "version", name="revision_version"),
    CheckConstraint("version > 1", name="revision_version_above_one"),
    sqlite_strict=True,
)

status = Table(
    "status",
    metadata,
    *key("status"),
    preparation_id("status"),
    text("state"),
    *of_entry("status"),
    Index("status_preparation_id", "preparation_id"),
    sqlite_strict=True,
)

# `print` holds the strings of a document with its first print of a version alone: a second row that
# brings strings for the same one is refused by the index, whoever writes it. A print without a version
# was stored before there were any, and is of the first.
print_ = Table(
    "print",
    metadata,
    *key("print"),
    preparation_id("print"),
    text("document"),
    text("copy"),
    Column("strings_json", Text),
    text("pdf_sha256"),
    *of_entry("print"),
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

# A document that is of a moment: the master record of a drug file, the labels of a preparation counted, a waste
# certificate. Its edition is the nth whose words differ from those before; copy 1 holds them, and no other does.
report = Table(
    "report",
    metadata,
    *key("report"),
    text("document"),
    text("about"),
    Column("edition", Integer, nullable=False),
    Column("copy", Integer, nullable=False),
    Column("strings_json", Text),
    text("pdf_sha256"),
    *of_entry("report"),
    UniqueConstraint("document", "about", "edition", "copy", name="report_copy_once"),
    CheckConstraint("edition > 0", name="report_edition_above_zero"),
    CheckConstraint("copy > 0", name="report_copy_above_zero"),
    CheckConstraint("(copy = 1) = (strings_json IS NOT NULL)", name="report_first_copy_holds_the_strings"),
    sqlite_strict=True,
)

# `signed` is the JSON of exactly what was on the screen, and `digest` its SHA-256.
signature = Table(
    "signature",
    metadata,
    *key("signature"),
    preparation_id("signature"),
    Column("version", Integer, nullable=False),
    text("meaning"),
    text("signed"),
    text("digest"),
    *of_entry("signature"),
    Index("signature_preparation_id", "preparation_id"),
    sqlite_strict=True,
)

voiding = Table(
    "voiding",
    metadata,
    *key("voiding"),
    Column("signature_id", ForeignKey("signature.id", name="voiding_signature"), nullable=False),
    *of_entry("voiding"),
    UniqueConstraint("signature_id", name="voiding_once"),
    sqlite_strict=True,
)

account = Table(
    "account",
    metadata,
    *key("account"),
    text("user"),
    text("name"),
    text("role"),
    Column("active", Integer, nullable=False),
    Column("training", Integer, nullable=False),
    *of_entry("account"),
    flag("account", "active"),
    flag("account", "training"),
    Index("account_user", "user"),
    sqlite_strict=True,
)

# What the log may not hold: an export goes to outsiders, who would crack the hash of a short PIN in hours.
secret = Table(
    "secret",
    metadata,
    *key("secret"),
    text("digest"),
    text("value"),
    UniqueConstraint("digest", name="secret_digest"),
    sqlite_strict=True,
)

# `digest` is the SHA-256 of a secret's value: it binds the secret to the log. None removes the secret.
credential = Table(
    "credential",
    metadata,
    *key("credential"),
    text("user"),
    text("kind"),
    Column("digest", ForeignKey("secret.digest", name="credential_secret")),
    *of_entry("credential"),
    Index("credential_user", "user"),
    sqlite_strict=True,
)

attempt = Table(
    "attempt",
    metadata,
    *key("attempt"),
    text("key"),
    text("address"),
    text("kind"),
    Column("good", Integer, nullable=False),
    *of_entry("attempt"),
    flag("attempt", "good"),
    Index("attempt_key", "key"),
    Index("attempt_at_utc", "at_utc"),
    sqlite_strict=True,
)

sign_in = Table(
    "sign_in",
    metadata,
    *key("sign_in"),
    text("user"),
    *of_entry("sign_in"),
    sqlite_strict=True,
)

sign_out = Table(
    "sign_out",
    metadata,
    *key("sign_out"),
    Column("sign_in_id", ForeignKey("sign_in.id", name="sign_out_sign_in"), nullable=False),
    text("why"),
    *of_entry("sign_out"),
    UniqueConstraint("sign_in_id", name="sign_out_once"),
    sqlite_strict=True,
)

setting = Table(
    "setting",
    metadata,
    *key("setting"),
    text("name"),
    Column("value", Text),
    text("standing"),
    *of_entry("setting"),
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
    report,
    *path_tables.TABLES,
    *course_tables.TABLES,
    *downtime_tables.TABLES,
    *printer_tables.TABLES,
)
"""The tables whose rows stand in the log as well, so that the log read again gives them: all but the log's
own and `secret`."""
