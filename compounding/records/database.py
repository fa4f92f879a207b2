"""Opening and migrating the database, and the two ways into it: reading and writing."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar

import sqlalchemy.event
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from compounding.records.tables import GUARDS

_MIGRATIONS = Path(__file__).parent / "migrations"

# All of these hold for one connection only, so each new one sets them. recursive_triggers makes an
# INSERT OR REPLACE fire the delete trigger of the row that it replaces.
BUSY_MS = 5000
_PRAGMAS = (
    f"busy_timeout={BUSY_MS}",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",
)
_WAL_PAUSE_S = 0.05

_REASONS = {
    "SQLITE_BUSY": "another program is holding the database. Try again",
    "SQLITE_CANTOPEN": "the database file cannot be opened",
    "SQLITE_CONSTRAINT": "the database does not allow this entry",
    "SQLITE_CORRUPT": "the database file is damaged",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR": "the disk reports a fault",
    "SQLITE_NOTADB": "the file is not a database",
    "SQLITE_READONLY": "the database may only be read",
}

# No thread may open a file that another is still making.
_MAKING = threading.Lock()

# Alembic keeps the migration that is running in the module alembic.context: one at a time.
_MIGRATING = threading.Lock()


class RecordsFault(Exception):
    """Something with the records is not as it should be: one sentence, without a patient's data."""

    LEAD: ClassVar[str] = "The database cannot be used"


class RecordsRefused(RecordsFault):
    """A database that this program may not use, or a request that would contradict what is stored."""


class NotSaved(RecordsFault):
    """Nothing was written. Nothing may be printed or called done."""

    LEAD = "Not saved"


class NotRead(RecordsFault):
    """The database could not be read."""

    LEAD = "Not read"


def open_database(url: str) -> Engine:
    """The database at `sqlite:///path`; its folder (mode 0700) and file (0600) are made where missing.

    The caller migrates it next, and disposes of the engine at the end. Raises RecordsRefused.
    """
    path = _path(url)
    try:
        _make(path)
    except OSError as error:
        raise RecordsRefused(f"The database {path} cannot be opened: {error.strerror}.") from error
    # An error quotes a statement and its values, which are a patient's: hide_parameters leaves them out.
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)
    sqlalchemy.event.listen(engine, "connect", _configure)
    sqlalchemy.event.listen(engine, "begin", _begin)
    try:
        with _transaction(engine, RecordsRefused):
            pass  # a first connection, so that a file that cannot serve is refused here
    except BaseException:
        engine.dispose()
        raise
    return engine


def _path(url: str) -> Path:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise RecordsRefused("The database address is not of the form sqlite:///path.") from None
    if parsed.get_backend_name() == "postgresql":
        raise RecordsRefused("PostgreSQL is not supported yet: use sqlite:///path.")
    if parsed.drivername != "sqlite" or parsed.host or parsed.query:
        raise RecordsRefused(f"The database address {parsed!r} is not of the form sqlite:///path.")
    if parsed.database in (None, "", ":memory:"):
        raise RecordsRefused("The database address names no file, and records must outlive the program.")
    return Path(str(parsed.database)).absolute()


def _make(path: Path) -> None:
    """A file that is there is left alone: closing it would drop every lock of this process on it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _MAKING, suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _configure(connection: DBAPIConnection, _record: object) -> None:
    # The driver would begin a transaction at the first INSERT and not before: _begin does it instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        mode = _journal_mode(cursor)
    finally:
        cursor.close()
    if mode != "wal":
        raise RecordsRefused(f"The database cannot keep a write-ahead log here: it stays in mode {mode}.")


def _journal_mode(cursor: DBAPICursor) -> str:
    """The mode after asking for WAL. Of 2,400 that asked at once SQLite refused 22 without a wait."""
    until = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            [(mode,)] = cursor.fetchall()
            return str(mode)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(_WAL_PAUSE_S)


def _begin(connection: Connection) -> None:
    # A writer takes the lock at once. One that reads first and then writes cannot wait for the lock:
    # it fails, because what it read may have changed.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One view of the database for all that is read within. Raises NotRead."""
    with _transaction(engine, NotRead) as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """All that is written within, or nothing; no other writer in between. Raises NotSaved.

    It is on the disk when the block has ended, and not before.
    """
    with _transaction(engine, NotSaved, writes=True) as connection:
        yield connection


@contextmanager
def _transaction(engine: Engine, fault: type[RecordsFault], *, writes: bool = False) -> Iterator[Connection]:
    try:
        with engine.connect() as connection:
            connection.execution_options(writes=writes)
            with connection.begin():
                yield connection
    except (DBAPIError, PoolTimeout, sqlite3.Error) as error:
        raise fault(f"{fault.LEAD}: {_reason(error)}.") from error


def _reason(error: Exception) -> str:
    """Why, in plain words. SQLite's names say more after the second underscore: SQLITE_IOERR_WRITE."""
    if isinstance(error, PoolTimeout):
        return "too many are using the database at once. Try again"
    cause = error.orig if isinstance(error, DBAPIError) else error
    name: str = getattr(cause, "sqlite_errorname", type(cause).__name__)
    return _REASONS.get("_".join(name.split("_")[:2]), f"the database reports {name}")


def migrate(engine: Engine) -> None:
    """Brings the database to the schema of this program; two processes may try it at once.

    Raises RecordsRefused where the database is newer than the program, where its tables are not
    append-only, and where it cannot be written to.
    """
    with _transaction(engine, RecordsRefused) as connection:
        current = _revision(connection)
    if current != _known()[0]:
        with _MIGRATING, _transaction(engine, RecordsRefused, writes=True) as connection:
            # Looked at again: another process may have been here before the lock was ours.
            _refuse_newer(_revision(connection))
            command.upgrade(_config(connection), "head")
    with _transaction(engine, RecordsRefused) as connection:
        _refuse_unguarded(connection)


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


def _known() -> tuple[str, ...]:
    """The migrations that this program has, the newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _refuse_newer(current: str | None) -> None:
    known = _known()
    if current is not None and current not in known:
        raise RecordsRefused(
            f"The database is newer than this program: its schema is {current}, and this program knows"
            f" {known[0]}. Install the newer program again; nothing was changed."
        )


def _refuse_unguarded(connection: Connection) -> None:
    """A migration that makes a table anew loses its triggers without a word."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    found = {row.name: row.sql for row in rows}
    lost = sorted(name for name, sql in GUARDS.items() if found.get(name) != sql)
    if lost:
        raise RecordsRefused(f"The database is not append-only: {', '.join(lost)} is missing or was changed.")
