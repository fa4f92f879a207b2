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
from test_records import ENTERED, NEW, PRINTED, SHA, counts, keyed, raw

from compounding.records import (
    Engine,
    NotRead,
    NotSaved,
    RecordsRefused,
    database,
    events,
    find_preparations,
    first_print,
    migrate,
    open_database,
    preparation,
    prints,
    record_print,
    save_preparation,
    schema_version,
)
from compounding.records.preparations import Page, Search

TESTS = Path(__file__).parent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.db"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
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
    engine: Engine, path: Path, pragma: str, sentence: str
) -> None:
    saved = save_preparation(engine, NEW, ENTERED)
    before = counts(engine)
    restore = on_every_connection(engine, pragma.format(pages=pages(path)))
    for write in (
        lambda: save_preparation(engine, BIG, ENTERED),
        lambda: record_print(engine, saved.number, "label", "1", STRINGS, SHA, PRINTED),
    ):
        with pytest.raises(NotSaved) as refused:
            write()
        assert str(refused.value) == sentence
        assert counts(engine) == before
    restore()
    assert sound(path)
    assert save_preparation(engine, BIG, ENTERED).number == "2026-000002"


def test_while_another_program_holds_the_lock_nothing_is_saved(engine: Engine, path: Path) -> None:
    save_preparation(engine, NEW, ENTERED)
    restore = on_every_connection(engine, "busy_timeout=50")
    with raw(path) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(20):  # more often than the pool has connections: none may be lost on the way
            with pytest.raises(NotSaved) as refused:
                save_preparation(engine, keyed(2), ENTERED)
        assert preparation(engine, "2026-000001") is not None, "a reader does not wait for a writer"
        other.execute("ROLLBACK")
    assert str(refused.value) == "Not saved: another program is holding the database. Try again."
    assert save_preparation(engine, keyed(2), ENTERED).number == "2026-000002"
    restore()


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


def test_a_fault_quotes_no_patient(engine: Engine, path: Path) -> None:
    """Not even in the errors that led to it, which a log may show."""
    with raw(path) as other:
        other.execute("CREATE TRIGGER x AFTER INSERT ON preparation BEGIN SELECT RAISE(ABORT, 'no'); END")
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


# The tables in the order in which a save writes them. A trigger that refuses stands for any fault there.
@pytest.mark.parametrize("table", ["event", "preparation", "status"])
@pytest.mark.parametrize("when", ["BEFORE", "AFTER"])
def test_a_fault_at_any_step_of_a_save_leaves_nothing(engine: Engine, path: Path, table: str, when: str) -> None:
    with raw(path) as other:
        other.execute(f"CREATE TRIGGER x {when} INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(NotSaved):
        save_preparation(engine, NEW, ENTERED)
    assert set(counts(engine).values()) == {0}
    with raw(path) as other:
        other.execute("DROP TRIGGER x")
    assert save_preparation(engine, NEW, ENTERED).number == "2026-000001"


@pytest.mark.parametrize("table", ["event", "print"])
def test_a_fault_at_any_step_of_a_print_leaves_nothing(engine: Engine, path: Path, table: str) -> None:
    number = save_preparation(engine, NEW, ENTERED).number
    before = counts(engine)
    with raw(path) as other:
        other.execute(f"CREATE TRIGGER x AFTER INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(NotSaved):
        record_print(engine, number, "label", "1", "[]", SHA, PRINTED)
    assert counts(engine) == before
    assert first_print(engine, number, "label") is None


def test_a_text_that_the_database_cannot_hold_leaves_nothing(engine: Engine) -> None:
    """Half of a surrogate pair has no bytes in UTF-8; the event before it is taken back."""
    with pytest.raises(UnicodeEncodeError):
        save_preparation(engine, keyed(1, patient=replace(NEW.patient, family="\ud83d")), ENTERED)
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
def test_what_cannot_be_read_is_said_in_one_sentence(path: Path, read: Callable[[Engine], object]) -> None:
    opened = open_database(f"sqlite:///{path}")  # never migrated: there are no tables
    with pytest.raises(NotRead) as refused:
        read(opened)
    with pytest.raises(NotSaved, match=r"^Not saved: the database reports SQLITE_ERROR\.$"):
        save_preparation(opened, NEW, ENTERED)
    opened.dispose()
    assert str(refused.value) == "Not read: the database reports SQLITE_ERROR."


def test_a_damaged_file_is_said_to_be_damaged(engine: Engine, path: Path) -> None:
    for n in range(50):
        save_preparation(engine, keyed(n), ENTERED)
    engine.dispose()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(NotRead) as refused:
        find_preparations(engine, Search(), Page())
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
    assert schema_version(opened) == "0001"
    opened.dispose()


# ------------------------------------------------------------------ several at once


def python(script: str, *arguments: object, **more: Any) -> "subprocess.Popen[str]":
    command = [sys.executable, "-W", "error", "-c", script, *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, **more)


START = """
import sys
from compounding.records import migrate, open_database, schema_version
print("ready", flush=True)
sys.stdin.readline()
engine = open_database(f"sqlite:///{sys.argv[1]}")
migrate(engine)
print(schema_version(engine))
engine.dispose()
"""


@pytest.mark.slow
def test_four_processes_that_start_at_once_migrate_once(path: Path) -> None:
    started = [python(START, path, stdin=subprocess.PIPE) for _ in range(4)]
    assert [process.stdout and process.stdout.readline() for process in started] == ["ready\n"] * 4
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[0] for process in started] == ["0001\n"] * 4
    assert [process.returncode for process in started] == [0] * 4
    assert sound(path)


LOOK = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1])
print(other.execute("SELECT count(*) FROM preparation").fetchone()[0])
other.close()
"""


def test_opening_the_file_once_more_drops_no_lock_on_it(engine: Engine, path: Path) -> None:
    """The system drops all locks of a process on a file when the process closes the file anywhere.

    Another program would then take itself for the last one, and remove the log that we write to.
    """
    save_preparation(engine, NEW, ENTERED)
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
        assert list(threads.map(start, range(8))) == ["0001"] * 8


# ------------------------------------------------------------------ killed


WRITE = """
import sys
from test_records import ENTERED, keyed
from compounding.records import migrate, open_database, save_preparation
engine = open_database(f"sqlite:///{sys.argv[1]}")
migrate(engine)
for n in range(100_000):
    saved = save_preparation(engine, keyed((sys.argv[2], n)), ENTERED)
    print(saved.number, saved.content.request_key, sep="\\t", flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_what_was_acknowledged_outlives_a_kill(path: Path) -> None:
    """Three times: a process writes without end, and is killed in the middle of it."""
    acknowledged: dict[str, str] = {}
    for round_, enough in enumerate((1, 40, 90)):
        process = python(WRITE, path, round_)
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(enough)]
        process.kill()
        lines += process.stdout.readlines()
        process.stdout.close()
        assert process.wait(60) == -signal.SIGKILL
        # A last line without its end was not read by anybody as an acknowledgement.
        acknowledged |= dict(line.rstrip("\n").split("\t") for line in lines if line.endswith("\n"))
    opened = open_database(f"sqlite:///{path}")
    migrate(opened)
    assert len(acknowledged) >= 131
    for number, request_key in acknowledged.items():
        saved = preparation(opened, number)
        assert saved is not None
        assert saved.content.request_key == request_key
        assert len(events(opened, number)) == 1
    rows = counts(opened)
    assert rows["preparation"] == rows["event"] == rows["status"]
    # One that was killed after it was written and before it could say so, at most, a round.
    assert len(acknowledged) <= rows["preparation"] <= len(acknowledged) + 3
    assert sound(path)
    opened.dispose()


LIMITED = """
import resource, sys
from test_records import ENTERED, counts, keyed
from compounding.records import NotSaved, migrate, open_database, save_preparation
engine = open_database(f"sqlite:///{sys.argv[1]}")
migrate(engine)
before = save_preparation(engine, keyed(0), ENTERED)
size = 400_000  # bytes a file may have from now on; the system refuses what is beyond
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
    assert counts(opened) == {"event": int(saved), "preparation": int(saved), "status": int(saved), "print": 0}
    opened.dispose()


def test_a_stored_foreign_key_holds_on_every_connection(engine: Engine) -> None:
    saved = save_preparation(engine, NEW, ENTERED)
    with pytest.raises(sqlalchemy.exc.IntegrityError) as refused, engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO status (preparation_id, state, event_id, at_utc) VALUES (?, 'x', 99, '')", (saved.id,)
        )
    assert isinstance(refused.value.orig, sqlite3.IntegrityError)
