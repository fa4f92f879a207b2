"""Opening the database, SQLite or PostgreSQL, and the two ways into it: reading and writing."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy.event
from sqlalchemy import URL, Connection, Engine, create_engine, func, make_url, select, text
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# A writer waits this long for the one before it, in either database.
BUSY_MS = 5000

# All of these hold for one connection only, so each new one sets them. recursive_triggers makes an
# INSERT OR REPLACE fire the delete trigger of the row that it replaces.
_PRAGMAS = (
    f"busy_timeout={BUSY_MS}",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",
)
_WAL_PAUSE_S = 0.05

# A server may be set to answer before the disk has what was written: not to us.
_SETTINGS = (
    f"SET lock_timeout = {BUSY_MS}",
    "SET synchronous_commit = 'on'",
    "SET client_encoding = 'UTF8'",
)

# One writer at a time. The role of the application may lock no row and no table, and this lock needs no
# right. The number is any, and the same for every program that writes here: the letters "cmpd".
_WRITERS = 0x636D7064

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

# PostgreSQL's conditions by their five characters, or by the two of their class.
_CONDITIONS = {
    "08": "the database does not answer",
    "23": "the database does not allow this entry",
    "25006": "the database may only be read",
    "28": "the database does not let this program in",
    "3D": "the database does not exist",
    "42501": "the database does not allow this program to do that",
    "53100": "the disk is full",
    "53300": "too many are using the database at once. Try again",
    "55P03": "another program is holding the database. Try again",
    "57P": "the database does not answer",
    "58030": "the disk reports a fault",
    "P0001": "the database does not allow this entry",  # what a guard raises
    "XX": "the database is damaged",
}

_FORM = "sqlite:///path or postgresql://user@host/name"

# No thread may open a file that another is still making.
_MAKING = threading.Lock()


class RecordsFault(Exception):
    """Something with the records is not as it should be: one sentence, without a patient's data."""

    LEAD: ClassVar[str] = "The database cannot be used"


class RecordsRefused(RecordsFault):
    """A database that this program may not use, or a request that would contradict what is stored."""


class Rollback(RecordsRefused):
    """What a witness has seen is not there: entries were lost, or would be."""


class NotSaved(RecordsFault):
    """Nothing was written. Nothing may be printed or called done."""

    LEAD = "Not saved"


class NotRead(RecordsFault):
    """The database could not be read."""

    LEAD = "Not read"


def open_database(url: str, *, home: Path | None = None, site: str = "", owner_url: str | None = None) -> Engine:
    """The database at `sqlite:///path` or `postgresql://user@host/name`.

    The folder (mode 0700) and the file (0600) of a SQLite database are made where missing. `home` keeps
    the signing key: where not given the folder of the SQLite file, or COMPOUNDING_HOME. `site` is the
    name that the log starts with. `owner_url`, or DATABASE_OWNER_URL, is the way in of the tables' owner,
    which PostgreSQL needs for migrations and to make the role of `url` where there is none.

    The caller migrates it next, and disposes of the engine at the end. Raises RecordsRefused.
    """
    parsed = _address(url)
    options = {"home": home or _home(parsed), "site": site}
    if parsed.get_backend_name() == "sqlite":
        engine = _sqlite(parsed, options)
    else:
        owner = owner_url or os.environ.get("DATABASE_OWNER_URL")
        options["owner"] = _address(owner) if owner else None
        if owner:
            _make_role(_address(owner), parsed)
        engine = postgresql_engine(parsed, options)
    try:
        with transaction(engine, RecordsRefused) as connection:  # so that one that cannot serve is refused here
            _refuse_encoding(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _address(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise RecordsRefused(f"The database address is not of the form {_FORM}.") from None
    if parsed.drivername in ("postgresql", "postgresql+psycopg"):
        if not parsed.username or not parsed.database:
            raise RecordsRefused(f"The database address {parsed!r} names no user or no database.")
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername != "sqlite" or parsed.host or parsed.query:
        raise RecordsRefused(f"The database address {parsed!r} is not of the form {_FORM}.")
    if parsed.database in (None, "", ":memory:"):
        raise RecordsRefused("The database address names no file, and records must outlive the program.")
    return parsed.set(database=str(Path(str(parsed.database)).absolute()))


def _home(address: URL) -> Path:
    if address.get_backend_name() == "sqlite":
        return Path(str(address.database)).parent
    return Path(os.environ.get("COMPOUNDING_HOME", "instance")).absolute()


def _refuse_encoding(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
        if encoding != "UTF8":
            raise RecordsRefused(f"The database keeps texts as {encoding}, and must keep them as UTF8.")


# ------------------------------------------------------------------ SQLite


def _sqlite(address: URL, options: Mapping[str, Any]) -> Engine:
    path = Path(str(address.database))
    try:
        _make(path)
    except OSError as error:
        raise RecordsRefused(f"The database {path} cannot be opened: {error.strerror}.") from error
    # An error quotes a statement and its values, which are a patient's: hide_parameters leaves them out.
    engine = create_engine(
        URL.create("sqlite", database=str(path)), hide_parameters=True, execution_options=dict(options)
    )
    sqlalchemy.event.listen(engine, "connect", _configure)
    sqlalchemy.event.listen(engine, "begin", _begin)
    return engine


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


# ------------------------------------------------------------------ PostgreSQL


def postgresql_engine(address: URL, options: Mapping[str, Any]) -> Engine:
    try:
        engine = create_engine(
            address,
            hide_parameters=True,
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,  # the server may have been started anew since a connection was last used
            execution_options=dict(options),
        )
    except ModuleNotFoundError:
        raise RecordsRefused("PostgreSQL needs its driver: install compounding[postgres].") from None
    sqlalchemy.event.listen(engine, "connect", _set)
    return engine


def _set(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    try:
        for setting in _SETTINGS:
            cursor.execute(setting)
    finally:
        cursor.close()
    connection.commit()  # or the settings would be taken back with the first transaction


def _make_role(owner: URL, address: URL) -> None:
    """The role that the application signs in as, where there is none. It owns nothing."""
    engine = postgresql_engine(owner, {})
    try:
        with transaction(engine, RecordsRefused, writes=True) as connection:
            role = str(address.username)
            known = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
            if connection.execute(known, {"role": role}).scalar_one_or_none():
                return
            quoted = connection.dialect.identifier_preparer.quote_identifier(role)
            # A role is made by a statement that takes no parameters; the server quotes the password.
            password = connection.execute(text("SELECT quote_literal(:p)"), {"p": address.password}).scalar_one()
            wanted = f" PASSWORD {password}" if address.password is not None else ""
            connection.exec_driver_sql(f"CREATE ROLE {quoted} LOGIN{wanted}".replace("%", "%%"))
    finally:
        engine.dispose()


# ------------------------------------------------------------------ transactions


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One view of the database for all that is read within. Raises NotRead."""
    with transaction(engine, NotRead) as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """All that is written within, or nothing; no other writer in between. Raises NotSaved.

    It is on the disk when the block has ended, and not before.
    """
    with transaction(engine, NotSaved, writes=True) as connection:
        yield connection


@contextmanager
def transaction(engine: Engine, fault: type[RecordsFault], *, writes: bool = False) -> Iterator[Connection]:
    try:
        with engine.connect() as connection:
            _prepare(connection, writes)
            with connection.begin():
                if writes and engine.dialect.name == "postgresql":
                    # By itself: a statement sees what was there when it began, and this one waits.
                    connection.execute(select(func.pg_advisory_xact_lock(_WRITERS)))
                yield connection
    except (DBAPIError, PoolTimeout, sqlite3.Error) as error:
        raise fault(f"{fault.LEAD}: {_reason(error)}.") from error


def _prepare(connection: Connection, writes: bool) -> None:
    if connection.dialect.name == "sqlite":
        connection.execution_options(writes=writes)
    elif not writes:
        # One moment for all that is read; a writer is alone, and sees the newest at each statement.
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _reason(error: Exception) -> str:
    """Why, in plain words. SQLite's names say more after the second underscore: SQLITE_IOERR_WRITE."""
    if isinstance(error, PoolTimeout):
        return "too many are using the database at once. Try again"
    cause = error.orig if isinstance(error, DBAPIError) else error
    condition = getattr(cause, "sqlstate", None)
    if condition:
        known = (_CONDITIONS.get(condition[:length]) for length in (5, 3, 2))
        return next(filter(None, known), f"the database reports {condition}")
    name: str = getattr(cause, "sqlite_errorname", type(cause).__name__)
    if name == "OperationalError":  # psycopg's, where there was no answer that could hold a condition
        return "the database does not answer, or does not let this program in"
    return _REASONS.get("_".join(name.split("_")[:2]), f"the database reports {name}")
