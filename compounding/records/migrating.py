"""From an empty or an older database to the schema of this program, and what must hold before it is used."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, select, text

from compounding.records import chain, schema, tables
from compounding.records.database import RecordsRefused, postgresql_engine, reading, transaction
from compounding.records.events import PROGRAM, SCHEMA_MIGRATED, Change, Event

_MIGRATIONS = Path(__file__).parent / "migrations"

# Alembic keeps the migration that is running in the module alembic.context: one at a time.
_MIGRATING = threading.Lock()


def migrate(engine: Engine, event: Event | None = None) -> None:
    """Brings the database to the schema of this program; two processes may try it at once.

    A log that is there gets an entry with the old and the new schema: the event's, with an action of our
    own; without one the program's, by the system's clock. A new log starts with its first event.

    Raises RecordsRefused where the database is newer than the program, where its tables are not
    append-only, where it cannot be written to, and where the signing key is not the log's.
    """
    with transaction(engine, RecordsRefused) as connection:
        current = _revision(connection)
    if current != known()[0]:
        _refuse_newer(current)
        with _MIGRATING, _owner(engine) as owner, transaction(owner, RecordsRefused, writes=True) as connection:
            _upgrade(connection, event, role=engine.url.username)
    with transaction(engine, RecordsRefused) as connection:
        _refuse_unguarded(connection)
        _refuse_rights(connection)
        _refuse_another_key(connection)


@contextmanager
def _owner(engine: Engine) -> Iterator[Engine]:
    """The way in of the tables' owner. A SQLite file has no roles."""
    if engine.dialect.name == "sqlite":
        yield engine
        return
    options = dict(engine.get_execution_options())
    if options["owner"] is None:
        raise RecordsRefused(
            "The database needs a migration, which its owner runs: name the owner in DATABASE_OWNER_URL."
        )
    owner = postgresql_engine(options["owner"], options)
    try:
        yield owner
    finally:
        owner.dispose()


def _upgrade(connection: Connection, event: Event | None, role: str | None) -> None:
    # Looked at again: another process may have been here before the lock was ours.
    current = _revision(connection)
    _refuse_newer(current)
    if current == known()[0]:
        return
    command.upgrade(_config(connection), "head")
    if connection.dialect.name == "postgresql":
        _grant(connection, str(role))
    if current is not None:
        _tell(connection, event)


def _tell(connection: Connection, event: Event | None) -> None:
    """The entry of a migration, where there is a log."""
    first = chain.first_body(connection)
    if first is None:
        return
    newest = chain.newest_of(connection, SCHEMA_MIGRATED)
    old = first["schema"] if newest is None else newest["changes"][0]["new"]
    change = Change("schema", old, schema.fingerprint())
    told = event or Event(PROGRAM, SCHEMA_MIGRATED, datetime.now(UTC))
    chain.append_own(connection, replace(told, action=SCHEMA_MIGRATED, changes=(change,)), sign=True)


def _grant(connection: Connection, role: str) -> None:
    """The application reads and adds, and no more."""
    quoted = connection.dialect.identifier_preparer.quote_identifier
    to = quoted(role)
    place = quoted(str(connection.execute(text("SELECT current_schema()")).scalar_one()))
    ours = ", ".join(quoted(table) for table in tables.metadata.tables)
    for statement in (
        f"GRANT USAGE ON SCHEMA {place} TO {to}",
        f"REVOKE ALL ON {ours} FROM {to}",
        f"GRANT SELECT, INSERT ON {ours} TO {to}",
        f"GRANT SELECT ON alembic_version TO {to}",
    ):
        connection.exec_driver_sql(statement.replace("%", "%%"))


def require_current(engine: Engine) -> None:
    """Raises RecordsRefused where the database is not of this program's schema, and NotRead: it is not migrated."""
    current = schema_version(engine)
    _refuse_newer(current)
    if current is None:
        raise RecordsRefused("The database holds no site: no table of this program is in it.")
    if current != known()[0]:
        raise RecordsRefused(
            f"The database is of an older program: its schema is {current}, and this program's is {known()[0]}. Start"
            " the desk once, which brings it forward; nothing was changed."
        )


def schema_version(engine: Engine) -> str | None:
    """The name of the newest migration in the database; None where there is none. Raises NotRead."""
    with reading(engine) as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    # A % in the path would be read as the start of a reference.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def known() -> tuple[str, ...]:
    """The migrations that this program has, the newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _refuse_newer(current: str | None) -> None:
    if current is not None and current not in known():
        raise RecordsRefused(
            f"The database is newer than this program: its schema is {current}, and this program knows"
            f" {known()[0]}. Install the newer program again; nothing was changed."
        )


def _refuse_unguarded(connection: Connection) -> None:
    """A migration that makes a table anew loses its triggers without a word."""
    if lost := schema.lost_guards(connection):
        raise RecordsRefused(f"The database is not append-only: {', '.join(lost)} is missing or was changed.")


def _refuse_rights(connection: Connection) -> None:
    if excess := excess_rights(connection):
        raise RecordsRefused(
            f"The database is not append-only: the role {connection.engine.url.username} may change"
            f" {', '.join(excess)}. Sign in as a role that may only read and add."
        )


def excess_rights(connection: Connection) -> tuple[str, ...]:
    """The tables that the role signed in could change, delete from or own."""
    if connection.dialect.name == "sqlite":
        return ()
    found = text(
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(:ours)"
        " AND (pg_has_role(relowner, 'USAGE') OR has_table_privilege(oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER'))"
        " ORDER BY relname"
    )
    return tuple(connection.execute(found, {"ours": list(tables.metadata.tables)}).scalars())


def _refuse_another_key(connection: Connection) -> None:
    first: dict[str, Any] | None = chain.first_body(connection)
    if first is not None:
        chain.own_key(connection, first)


def is_empty(connection: Connection) -> bool:
    return all(connection.execute(select(table).limit(1)).first() is None for table in tables.metadata.tables.values())
