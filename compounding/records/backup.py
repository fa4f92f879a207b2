"""Backups. One is always a SQLite file with all tables, whatever the database: it can be opened and checked
anywhere, and restored into either kind.

From SQLite it is made by SQLite's backup API, since a copied file misses what still lies in the write-ahead
log. From PostgreSQL it is read row by row in one moment, by our own statements and not by pg_dump, which need
not be on this machine: it holds the records, and neither roles nor settings nor what other programs keep in the
same server. A server's own replication and backups stand beside it and not in its place.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from compounding.files import sync_folder
from compounding.records import chain
from compounding.records import witness as witnesses
from compounding.records.chain import Head
from compounding.records.check import faults
from compounding.records.database import (
    NotRead,
    NotSaved,
    RecordsRefused,
    Rollback,
    open_database,
    reading,
    transaction,
)
from compounding.records.events import Event
from compounding.records.migrating import migrate, schema_version
from compounding.records.moving import copy, fill, refuse_faults


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored; `missing` entries were seen by the witness and are not in it."""

    head: Head | None
    compared: bool
    """Whether there was a witness to compare with."""
    missing: int = 0


def backup(engine: Engine, file: Path) -> Head:
    """Writes a backup to a file that does not exist yet, checks it, and gives its newest entry.

    The signing key is not in it: a site keeps that elsewhere. Raises RecordsRefused where the file exists
    or what was written is not whole, as that of a log without an entry, and NotRead or NotSaved.
    """
    if file.exists():
        raise RecordsRefused(f"The file {file} exists, and a backup is never written over another.")
    home = engine.get_execution_options()["home"]
    # Made where a database can be opened, and then copied: a backup may go to a share, where none can.
    with _passing(home) as fresh:
        _pour(engine, fresh, home)
        with _opened(fresh, home) as copied, reading(copied) as connection:
            refuse_faults("The backup", faults(connection))
            head = chain.head(connection)
        if head is None:  # which refuse_faults has said
            raise AssertionError("a log without an entry is not whole")
        _alone(fresh)
        try:
            _deliver(fresh, file)
        except OSError as error:
            raise NotSaved(f"Not saved: the backup {file} cannot be written: {error.strerror}.") from error
    return head


@contextmanager
def _passing(home: Path) -> Iterator[Path]:
    """An empty file for a database that nobody else may read, gone at the end with all that belongs to it."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = home / f"passing.{os.urandom(8).hex()}.sqlite"
    os.close(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield fresh
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            fresh.with_name(fresh.name + end).unlink(missing_ok=True)


def _deliver(fresh: Path, file: Path) -> None:
    """The whole file under its name, or nothing there."""
    part = file.with_name(f"{file.name}.{os.urandom(8).hex()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as copy_of_it, open(fresh, "rb") as whole:
            shutil.copyfileobj(whole, copy_of_it)
            copy_of_it.flush()
            os.fsync(copy_of_it.fileno())
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(file.parent)


def _pour(engine: Engine, fresh: Path, home: Path) -> None:
    if engine.dialect.name == "sqlite":
        _pages(engine, fresh)
        return
    with _opened(fresh, home) as target:
        migrate(target)
        with reading(engine) as out, transaction(target, NotSaved, writes=True) as into:
            copy(out, into)


def _pages(engine: Engine, fresh: Path) -> None:
    """SQLite's own backup: one moment of the database, while others write."""
    try:
        with closing(sqlite3.connect(fresh)) as target, engine.connect() as connection:
            source: Any = connection.connection.dbapi_connection
            source.backup(target)
    except sqlite3.Error as error:
        raise NotSaved(f"Not saved: the backup cannot be written ({error}).") from error


def _alone(file: Path) -> None:
    """Puts all of a database into its one file."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def _opened(file: Path, home: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{file}", home=home)
    try:
        yield engine
    finally:
        engine.dispose()


def restore(
    file: Path,
    url: str,
    witness: Path | None,
    *,
    home: Path | None = None,
    accept_rollback: bool = False,
    tell: Callable[[Restored], Event] | None = None,
) -> Restored:
    """Puts a backup into an empty database: the whole of it is verified, and compared with the newest witness.

    `tell` makes the entry with which the log goes on there: it is stored together with what is restored, or nothing
    is. Raises NoWitness where the folder holds none, and Rollback where the witness has seen more than the backup
    holds, unless that is accepted: then what is missing is lost and counted. Raises RecordsRefused where the backup
    is not whole, is of another log, or the database is not empty.
    """
    if not file.is_file():
        raise RecordsRefused(f"There is no backup {file}.")
    target = open_database(url, home=home)
    try:
        migrate(target)
        with opened_backup(file, target.get_execution_options()["home"]) as copied, reading(copied) as out:
            missing = _compare(out, witness, accept_rollback)
            done = Restored(chain.head(out), witness is not None, missing)
            fill(out, target, None if tell is None else tell(done))
            return done
    finally:
        target.dispose()


@contextmanager
def opened_backup(file: Path, home: Path) -> Iterator[Engine]:
    """What is in a backup, to be read; it may lie where nothing can be written, and stays as it is.

    A copy of it is opened in `home`, which keeps the signing key, and gone at the end. Raises NotRead, and
    RecordsRefused where the file is no backup of this program or of another key's log.
    """
    with _copy_of(file, home) as copied:
        if schema_version(copied) is None:
            raise RecordsRefused(f"The file {file} is no backup of this program.")
        migrate(copied)
        yield copied


@contextmanager
def _copy_of(file: Path, home: Path) -> Iterator[Engine]:
    try:
        with _passing(home) as fresh:
            address = f"{file.absolute().as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, uri=True)) as source, closing(sqlite3.connect(fresh)) as into:
                source.backup(into)
            with _opened(fresh, home) as copied:
                yield copied
    except sqlite3.Error as error:
        raise NotRead(f"Not read: the backup {file} is damaged ({error}).") from error


def _compare(out: Connection, folder: Path | None, accept_rollback: bool) -> int:
    """How many entries the witness has seen that are not in the backup, whose every part is checked."""
    lying = None if folder is None else witnesses.found(folder)
    newest = chain.head(out)
    missing = 0 if lying is None else lying.size - (newest.seq if newest else 0)
    found = faults(out, folder)
    if missing > 0:
        # That is said below, in its own words; anything else makes it no backup of this site.
        found = tuple(fault for fault in found if fault.part != "rollback")
    refuse_faults("The backup", found)
    if lying is not None and missing > 0 and not accept_rollback:
        raise Rollback(
            f"The backup is older than the witness of {lying.at}: restoring it is a rollback that loses"
            f" {missing} entries. Nothing was written."
        )
    return max(missing, 0)
