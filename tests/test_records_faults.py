"""What goes wrong around the database: it is saved whole, or it is said that it was not and nothing is."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy.event
from databases import Place
from log_writers import append, everything, save_without_end, start, started
from test_records import ENTERED, NEW, PRINTED, SHA, counts, keyed, raw

from compounding.records import (
    Engine,
    NotRead,
    NotSaved,
    RecordsRefused,
    check,
    database,
    events,
    find_preparations,
    first_print,
    migrate,
    open_database,
    preparation,
    prints,
    record,
    record_print,
    save_preparation,
    schema_version,
    tables,
)
from compounding.records.searches import Page, Search

TESTS = Path(__file__).parent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.db"


@pytest.fixture
def on_sqlite(path: Path) -> Iterator[Engine]:
    """For what only a file can suffer."""
    opened = open_database(f"sqlite:///{path}")
    migrate(opened)
    yield opened
    opened.dispose()


def on_every_connection(engine: Engine, *pragmas: str) -> Callable[[], None]:
    """From now on each connection starts with these as well; the result takes them back."""

    def add(connection: Any, _record: object) -> None:
        with closing(connection.cursor()) as cursor:
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}").fetchall()

    def remove() -> None:
        sqlalchemy.event.remove(engine, "connect", add)
        engine.dispose()

    engine.dispose()
    sqlalchemy.event.listen(engine, "connect", add)
    return remove


def pages(path: Path) -> int:
    with raw(path) as other:
        return int(other.execute("PRAGMA page_count").fetchone()[0])


def sound(path: Path) -> bool:
    with raw(path) as other:
        whole = other.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return whole and other.execute("PRAGMA foreign_key_check").fetchall() == []


# Longer than what is left free in the last pages of any table.
BIG = keyed("big", plan_json='"' + "x" * 200_000 + '"')
STRINGS = '"' + "x" * 200_000 + '"'


# ------------------------------------------------------------------ the disk and the lock


@pytest.mark.parametrize(
    ("pragma", "sentence"),
    [
        ("max_page_count={pages}", "Not saved: the disk is full."),
        ("query_only=ON", "Not saved: the database may only be read."),
    ],
)
def test_on_a_full_or_read_only_disk_nothing_is_saved_and_afterwards_all_goes_on(
    on_sqlite: Engine, path: Path, pragma: str, sentence: str
) -> None:
    saved = save_preparation(on_sqlite, NEW, ENTERED)
    before = counts(on_sqlite)
    restore = on_every_connection(on_sqlite, pragma.format(pages=pages(path)))
    for write in (
        lambda: save_preparation(on_sqlite, BIG, ENTERED),
        lambda: record_print(on_sqlite, saved.number, "label", "1", STRINGS, SHA, PRINTED),
    ):
        with pytest.raises(NotSaved) as refused:
            write()
        assert str(refused.value) == sentence
        assert counts(on_sqlite) == before
    restore()
    assert sound(path)
    assert save_preparation(on_sqlite, BIG, ENTERED).number == "2026-000002"


def test_while_another_program_holds_the_lock_nothing_is_saved(on_sqlite: Engine, path: Path) -> None:
    save_preparation(on_sqlite, NEW, ENTERED)
    restore = on_every_connection(on_sqlite, "busy_timeout=50")
    with raw(path) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(20):  # more often than the pool has connections: none may be lost on the way
            with pytest.raises(NotSaved) as refused:
                save_preparation(on_sqlite, keyed(2), ENTERED)
        assert preparation(on_sqlite, "2026-000001") is not None, "a reader does not wait for a writer"
        other.execute("ROLLBACK")
    assert str(refused.value) == "Not saved: another program is holding the database. Try again."
    assert save_preparation(on_sqlite, keyed(2), ENTERED).number == "2026-000002"
    restore()


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_while_another_writer_holds_the_lock_of_postgresql_nothing_is_saved(engine: Engine) -> None:
    save_preparation(engine, NEW, ENTERED)

    def hurried(connection: Any, _record: object) -> None:
        connection.execute("SET lock_timeout = 50")
        connection.commit()

    sqlalchemy.event.listen(engine, "connect", hurried)
    engine.dispose()
    with database.writing(engine):
        for _ in range(20):
            with pytest.raises(NotSaved) as refused:
                save_preparation(engine, keyed(2), ENTERED)
        assert preparation(engine, "2026-000001") is not None, "a reader does not wait for a writer"
    assert str(refused.value) == "Not saved: another program is holding the database. Try again."
    assert save_preparation(engine, keyed(2), ENTERED).number == "2026-000002"


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_connection_that_the_server_ended_is_made_anew(engine: Engine, place: Place) -> None:
    save_preparation(engine, NEW, ENTERED)
    end = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'desk' AND datname = current_database()"
    )
    with place.attacker() as owner:
        with pytest.raises(NotSaved) as refused, database.writing(engine) as connection:
            owner.execute(end)
            connection.execute(sqlalchemy.text("SELECT 1"))
        assert str(refused.value) == "Not saved: the database does not answer."
        assert save_preparation(engine, keyed(2), ENTERED).number == "2026-000002"
        assert len(owner.execute(end)) > 0
    assert save_preparation(engine, keyed(3), ENTERED).number == "2026-000003"


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("53100", "the disk is full"),
        ("58030", "the disk reports a fault"),
        ("53300", "too many are using the database at once. Try again"),
        ("57P01", "the database does not answer"),
        ("08006", "the database does not answer"),
        ("25006", "the database may only be read"),
        ("42501", "the database does not allow this program to do that"),
        ("23505", "the database does not allow this entry"),
        ("XX001", "the database is damaged"),
        ("40P01", "the database reports 40P01"),
    ],
)
def test_the_conditions_of_postgresql_are_said_in_plain_words(condition: str, reason: str) -> None:
    """A full disk of a server cannot be made here as that of a file can: its condition stands for it."""

    class Cause(Exception):
        sqlstate = condition

    assert database._reason(sqlalchemy.exc.DBAPIError("INSERT", None, Cause())) == reason


def test_a_server_that_is_not_there_is_refused_without_its_password() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(RecordsRefused) as refused:
        open_database("postgresql://desk:secret@127.0.0.1:1/records")
    assert str(refused.value) == (
        "The database cannot be used: the database does not answer, or does not let this program in."
    )


def test_a_new_file_that_another_program_reads_is_waited_for(path: Path) -> None:
    """Its first opening changes the mode of the file, for which nobody else may be in it."""
    with raw(path) as other:
        other.execute("CREATE TABLE x (y)")
        other.execute("BEGIN")
        other.execute("SELECT * FROM x").fetchall()
        with ThreadPoolExecutor(1) as thread:
            opening = thread.submit(open_database, f"sqlite:///{path}")
            with pytest.raises(TimeoutError):
                opening.result(0.3)
            other.execute("ROLLBACK")
            opened = opening.result(30)
    migrate(opened)
    opened.dispose()


@pytest.mark.parametrize("milliseconds", [5000, 0])
def test_a_refusal_without_a_wait_is_waited_out_and_not_for_ever(
    path: Path, monkeypatch: pytest.MonkeyPatch, milliseconds: int
) -> None:
    """SQLite's own wait is off here, as it is where two change the mode of the file at once."""
    monkeypatch.setattr(database, "BUSY_MS", milliseconds)
    with raw(path) as other, closing(sqlite3.connect(path, check_same_thread=False)) as ours:
        other.execute("CREATE TABLE x (y)")
        other.execute("BEGIN IMMEDIATE")
        ours.execute("PRAGMA busy_timeout=0")
        cursor: Any = ours.cursor()
        with ThreadPoolExecutor(1) as thread:
            asking = thread.submit(database._journal_mode, cursor)
            if milliseconds:
                with pytest.raises(TimeoutError):
                    asking.result(0.3)
                other.execute("ROLLBACK")
                assert asking.result(30) == "wal"
            else:
                with pytest.raises(sqlite3.OperationalError, match="locked"):
                    asking.result(30)


def test_when_too_many_are_at_it_nothing_is_saved(engine: Engine) -> None:
    pool: Any = engine.pool
    pool._timeout = 0.01  # seconds; it is 30, and a test need not wait for them
    with ExitStack() as others:
        for _ in range(pool.size() + pool._max_overflow):
            others.enter_context(engine.connect())
        with pytest.raises(NotSaved) as refused:
            save_preparation(engine, NEW, ENTERED)
    assert str(refused.value) == "Not saved: too many are using the database at once. Try again."
    assert save_preparation(engine, NEW, ENTERED).number == "2026-000001"


def refuse_inserts(place: Place, table: str, when: str = "AFTER") -> None:
    with place.attacker() as other:
        if place.kind == "sqlite":
            other.execute(f"CREATE TRIGGER x {when} INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END")
        else:
            other.execute("CREATE FUNCTION x() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'no'; END$$")
            other.execute(f"CREATE TRIGGER x {when} INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION x()")


def allow_inserts(place: Place, table: str) -> None:
    with place.attacker() as other:
        other.execute("DROP TRIGGER x" if place.kind == "sqlite" else f"DROP TRIGGER x ON {table}")


def test_a_fault_quotes_no_patient(engine: Engine, place: Place) -> None:
    """Not even in the errors that led to it, which a log may show."""
    refuse_inserts(place, "preparation")
    with pytest.raises(NotSaved) as refused:
        save_preparation(engine, NEW, ENTERED)
    causes = []
    cause: BaseException | None = refused.value
    while cause is not None:
        causes.append(str(cause))
        cause = cause.__cause__ or cause.__context__
    told = " ".join(causes)
    assert "INSERT INTO preparation" in told
    assert NEW.patient.family not in told


@pytest.mark.parametrize("table", ["log", "preparation"])
def test_a_fault_in_postgresql_that_holds_a_row_is_not_told(engine: Engine, place: Place, table: str) -> None:
    """A constraint's message has a line "Failing row contains ...", with the patient in it."""
    new = keyed("x", patient=replace(NEW.patient, family="\ud83d" if table == "log" else "Kowalska"))
    with pytest.raises((NotSaved, UnicodeEncodeError)) as refused, database.writing(engine) as connection:
        row = {"id": -1, "preparation_id": 1, "state": new.patient.family, "entry": 1, "at_utc": ""}
        who = {"person_id": "a", "person_name": "b", "person_role": "c"}
        connection.execute(sqlalchemy.insert(tables.status).values(row | who))
    assert "Kowalska" not in str(refused.value)


# The tables in the order in which a save writes them. A trigger that refuses stands for any fault there.
@pytest.mark.parametrize("table", ["log", "checkpoint", "preparation", "status"])
@pytest.mark.parametrize("when", ["BEFORE", "AFTER"])
def test_a_fault_at_any_step_of_a_save_leaves_nothing(engine: Engine, place: Place, table: str, when: str) -> None:
    refuse_inserts(place, table, when)
    with pytest.raises(NotSaved):
        save_preparation(engine, NEW, ENTERED)
    assert set(counts(engine).values()) == {0}
    allow_inserts(place, table)
    assert save_preparation(engine, NEW, ENTERED).number == "2026-000001"


@pytest.mark.parametrize("table", ["log", "print"])
def test_a_fault_at_any_step_of_a_print_leaves_nothing(engine: Engine, place: Place, table: str) -> None:
    number = save_preparation(engine, NEW, ENTERED).number
    before = counts(engine)
    refuse_inserts(place, table)
    with pytest.raises(NotSaved):
        record_print(engine, number, "label", "1", "[]", SHA, PRINTED)
    assert counts(engine) == before
    assert first_print(engine, number, "label") is None


@pytest.mark.parametrize(
    ("family", "error"),
    [
        ("\ud83d", UnicodeEncodeError),  # half of a surrogate pair has no bytes in UTF-8
        ("Kow\0alska", ValueError),  # PostgreSQL keeps no NUL, and what one keeps both keep
    ],
)
def test_a_text_that_the_database_cannot_hold_leaves_nothing(
    engine: Engine, family: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        save_preparation(engine, keyed(1, patient=replace(NEW.patient, family=family)), ENTERED)
    assert set(counts(engine).values()) == {0}


def test_an_entry_that_a_verifier_would_not_read_is_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match=r"^an entry of \d+ bytes is larger than the 4000000 that it may have$"):
        save_preparation(engine, keyed(1, plan_json='"' + "x" * 4_000_000 + '"'), ENTERED)
    assert set(counts(engine).values()) == {0}


@pytest.mark.parametrize(
    "read",
    [
        lambda engine: preparation(engine, "2026-000001"),
        lambda engine: find_preparations(engine, Search(name="a"), Page()),
        lambda engine: first_print(engine, "2026-000001", "label"),
        lambda engine: prints(engine, "2026-000001"),
        lambda engine: events(engine, "2026-000001"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(bare_place: Place, read: Callable[[Engine], object]) -> None:
    opened = bare_place.open()  # never migrated: there are no tables
    condition = "SQLITE_ERROR" if bare_place.kind == "sqlite" else "42P01"
    with pytest.raises(NotRead) as refused:
        read(opened)
    with pytest.raises(NotSaved, match=rf"^Not saved: the database reports {condition}\.$"):
        save_preparation(opened, NEW, ENTERED)
    opened.dispose()
    assert str(refused.value) == f"Not read: the database reports {condition}."


def test_a_damaged_file_is_said_to_be_damaged(on_sqlite: Engine, path: Path) -> None:
    for n in range(50):
        save_preparation(on_sqlite, keyed(n), ENTERED)
    on_sqlite.dispose()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(NotRead) as refused:
        find_preparations(on_sqlite, Search(), Page())
    assert str(refused.value) == "Not read: the database file is damaged."


def test_a_migration_on_a_full_disk_is_taken_back_whole(path: Path) -> None:
    opened = open_database(f"sqlite:///{path}")
    restore = on_every_connection(opened, "max_page_count=8")
    with pytest.raises(RecordsRefused) as refused:
        migrate(opened)
    assert str(refused.value) == "The database cannot be used: the disk is full."
    restore()
    assert schema_version(opened) is None
    migrate(opened)
    assert schema_version(opened) == "0007"
    opened.dispose()


# ------------------------------------------------------------------ several at once


def python(script: str, *arguments: object, **more: Any) -> "subprocess.Popen[str]":
    command = [sys.executable, "-W", "error", "-c", script, *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, **more)


@pytest.mark.slow
def test_four_processes_that_start_at_once_migrate_once(bare_place: Place) -> None:
    with ExitStack() as all_:
        four = [all_.enter_context(started(start, bare_place, bare_place.owner_url)) for _ in range(4)]
        assert [pipe.recv() for _, pipe in four] == ["ready"] * 4
        for _, pipe in four:
            pipe.send("go")
        assert [pipe.recv() for _, pipe in four] == ["0007"] * 4
    opened = bare_place.open()
    migrate(opened)
    save_preparation(opened, NEW, ENTERED)
    assert check(opened) == ()
    opened.dispose()


LOOK = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1])
print(other.execute("SELECT count(*) FROM preparation").fetchone()[0])
other.close()
"""


def test_opening_the_file_once_more_drops_no_lock_on_it(on_sqlite: Engine, path: Path) -> None:
    """The system drops all locks of a process on a file when the process closes the file anywhere.

    Another program would then take itself for the last one, and remove the log that we write to.
    """
    save_preparation(on_sqlite, NEW, ENTERED)
    open_database(f"sqlite:///{path}").dispose()
    answer, _ = python(LOOK, path).communicate(timeout=60)
    assert answer == "1\n"
    assert path.with_name("records.db-wal").exists()


def test_threads_that_open_and_migrate_at_once_migrate_once(path: Path) -> None:
    def start(_: int) -> str | None:
        opened = open_database(f"sqlite:///{path}")
        migrate(opened)
        version = schema_version(opened)
        opened.dispose()
        return version

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(start, range(8))) == ["0007"] * 8


# ------------------------------------------------------------------ killed


def killed_in_the_middle(place: Place, rounds: int) -> None:
    """Each round a process writes without end, and is killed in the middle of it; then all is looked at."""
    acknowledged: dict[str, str] = {}
    for round_ in range(rounds):
        with started(save_without_end, place, round_) as (process, pipe):
            said = [pipe.recv() for _ in range((1, 4, 9, 16)[round_ % 4])]
            process.kill()
            process.join(60)
            assert process.exitcode == -signal.SIGKILL
            acknowledged |= dict([*said, *everything(pipe)])
    opened = place.open()
    migrate(opened)
    with database.reading(opened) as connection:
        columns = tables.preparation.c.number, tables.preparation.c.request_key
        stored = dict(map(tuple, connection.execute(sqlalchemy.select(*columns)).all()))
    assert len(acknowledged) >= rounds * 7
    assert acknowledged.items() <= stored.items()
    # One that was killed after it was written and before it could say so, at most, a round.
    assert len(stored) <= len(acknowledged) + rounds
    rows = counts(opened)
    assert rows["preparation"] == rows["status"] == rows["log"] - 1
    assert check(opened) == ()
    opened.dispose()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_what_was_acknowledged_outlives_thirty_kills_of_each_database(place: Place) -> None:
    killed_in_the_middle(place, 30)


@pytest.mark.proof
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_what_was_acknowledged_outlives_three_hundred_kills(place: Place) -> None:
    killed_in_the_middle(place, 300)


def four_append(place: Place, many: int) -> None:
    opened = place.open()
    migrate(opened)
    record(opened, ENTERED)
    with ExitStack() as all_:
        four = [all_.enter_context(started(append, place, many)) for _ in range(4)]
        assert [pipe.recv() for _, pipe in four] == ["ready"] * 4
        for _, pipe in four:
            pipe.send("go")
        assert [pipe.recv() for _, pipe in four] == ["done"] * 4
    assert counts(opened)["log"] == 2 + 4 * many
    assert check(opened) == ()
    opened.dispose()


@pytest.mark.slow
def test_four_processes_that_append_make_one_chain(place: Place) -> None:
    four_append(place, 250)


@pytest.mark.proof
def test_four_processes_that_append_a_thousand_each_make_one_chain(place: Place) -> None:
    four_append(place, 1000)


LIMITED = """
import resource, sys
from test_records import ENTERED, counts, keyed
from compounding.records import NotSaved, migrate, open_database, save_preparation
engine = open_database(f"sqlite:///{sys.argv[1]}")
migrate(engine)
before = save_preparation(engine, keyed(0), ENTERED)
size = 1_200_000  # bytes a file may have from now on; the system refuses what is beyond
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
saved = 1
try:
    while True:
        save_preparation(engine, keyed(saved, plan_json='"' + "x" * 20_000 + '"'), ENTERED)
        saved += 1
except NotSaved as refused:
    print(saved, refused, sep="\\t")
engine.dispose()
"""


@pytest.mark.slow
def test_where_the_system_refuses_to_write_the_file_keeps_all_that_was_saved(path: Path) -> None:
    """Not a setting of the database: the write itself fails, in the middle of a transaction."""
    pytest.importorskip("resource")
    process = python(LIMITED, path)
    answer, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    saved, sentence = answer.rstrip("\n").split("\t")
    assert int(saved) > 1
    assert sentence in ("Not saved: the disk is full.", "Not saved: the disk reports a fault.")
    assert sound(path)
    opened = open_database(f"sqlite:///{path}")
    migrate(opened)
    rows = counts(opened)
    assert rows["preparation"] == rows["status"] == rows["log"] - 1 == int(saved)
    assert check(opened) == ()
    opened.dispose()


def test_a_stored_foreign_key_holds_on_every_connection(on_sqlite: Engine) -> None:
    saved = save_preparation(on_sqlite, NEW, ENTERED)
    with pytest.raises(sqlalchemy.exc.IntegrityError) as refused, on_sqlite.begin() as connection:
        connection.exec_driver_sql("INSERT INTO status VALUES (9, ?, 'x', 99, '', 'a', 'b', 'c')", (saved.id,))
    assert isinstance(refused.value.orig, sqlite3.IntegrityError)
