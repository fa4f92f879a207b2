"""What keeps the records: the witness, backups, their return, and the move to another database."""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from databases import KINDS, Attacker, Place, a_place
from test_log import exported, stored
from test_records import ANNA, AT, ENTERED, NEW, PRINTED, SHA, counts, keyed, set_status
from test_records import fill as fill_tables
from test_records_faults import on_every_connection, pages

from compounding import evidence
from compounding.records import (
    Engine,
    EntrySearch,
    Event,
    NotRead,
    NotSaved,
    NoWitness,
    RecordsRefused,
    Restored,
    Rollback,
    backup,
    check,
    database,
    find_entries,
    head,
    migrate,
    move,
    moving,
    open_database,
    preparation,
    prints,
    record,
    record_print,
    restore,
    save_preparation,
    tables,
    witness,
)

VIEWED = Event(ANNA, "viewed", AT)
MOVED = Event(ANNA, "moves the site", AT + timedelta(minutes=10))


def fill(engine: Engine) -> None:
    """All that a site may hold: every table, a clock step, a checkpoint by number."""
    number = fill_tables(engine).number
    record_print(engine, number, "label", "3", '["µ – ≥ 𝄞"]', SHA, PRINTED)
    set_status(engine, number, "released", ENTERED)
    figures = replace(NEW.figures, dose_ng=2**63 - 1)
    save_preparation(engine, keyed("large", figures=figures, order_json='{"a":"\\u0000"}'), ENTERED)
    for _ in range(100):
        record(engine, VIEWED)


@contextmanager
def other_place(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    with a_place(kind, folder / "other", request) as place:
        yield place


def all_bytes(engine: Engine) -> tuple[bytes, dict[str, list[dict[str, Any]]]]:
    """An export and the rows: what must be the same before and after."""
    return exported(engine), stored(engine)


# ------------------------------------------------------------------ the witness


def test_a_witness_keeps_the_newest_checkpoint(engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    folder = tmp_path / "far"
    folder.mkdir()
    seen = witness(engine, folder)
    assert seen.size == 100
    assert [file.name for file in folder.iterdir()] == ["compounding.witness"]
    assert check(engine, folder) == ()
    record(engine, VIEWED, checkpoint=True)
    later = witness(engine, folder)
    assert later.size > seen.size
    assert witness(engine, folder) == later
    assert check(engine, folder) == ()
    assert [file.name for file in folder.iterdir()] == ["compounding.witness"]


NOT_THERE = [
    # what is done to the folder, and what is said of it
    (lambda folder: folder.mkdir(), "There is no witness in FOLDER."),
    (lambda folder: None, "There is no witness in FOLDER: there is no such folder. Is its share mounted?"),
    (lambda folder: folder.touch(), "There is no witness in FOLDER: there is no such folder. Is its share mounted?"),
]


@pytest.mark.parametrize(("make", "sentence"), NOT_THERE)
def test_a_witness_that_is_not_there_is_never_taken_for_compared(
    engine: Engine, tmp_path: Path, make: Callable[[Path], None], sentence: str
) -> None:
    record(engine, VIEWED)
    folder = tmp_path / "mnt"
    make(folder)
    with pytest.raises(NoWitness) as refused:
        check(engine, folder)
    assert str(refused.value) == sentence.replace("FOLDER", str(folder))


def test_a_folder_for_a_witness_is_never_made(engine: Engine, tmp_path: Path) -> None:
    """Under the mount point of a share that is away a witness would lie on the database's own disk."""
    record(engine, VIEWED)
    for folder in (tmp_path / "mnt", tmp_path / "mnt" / "witness"):
        with pytest.raises(NoWitness, match=r"there is no such folder. Is its share mounted?"):
            witness(engine, folder)
    assert not (tmp_path / "mnt").exists()
    (tmp_path / "mnt").mkdir()
    assert witness(engine, tmp_path / "mnt").size == 1
    assert check(engine, tmp_path / "mnt") == ()


def test_nothing_to_witness_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(RecordsRefused, match="there is nothing to witness"):
        witness(engine, tmp_path)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_smaller_another_or_a_changed_history_is_not_copied(engine: Engine, place: Place, tmp_path: Path) -> None:
    """What lies there stays, to the byte."""
    folder = tmp_path / "witness"
    folder.mkdir()
    record(engine, VIEWED)
    engine.dispose()
    old = place.home.parent / "old"
    shutil.copytree(place.home, old)
    for _ in range(200):
        record(engine, VIEWED)
    witness(engine, folder)
    lies = (folder / "compounding.witness").read_bytes()

    def refused(home: Path, sentence: str, kind: type[RecordsRefused] = RecordsRefused) -> None:
        opened = open_database(f"sqlite:///{home}/records.db")
        with pytest.raises(RecordsRefused, match=sentence) as why:
            witness(opened, folder)
        assert why.type is kind
        assert check(opened, folder) != ()
        opened.dispose()
        assert (folder / "compounding.witness").read_bytes() == lies

    older = "The witness has seen 200 entries, and this log is signed up to 1: an older state was put back"
    refused(old, older, Rollback)
    forked = open_database(f"sqlite:///{old}/records.db")
    for n in range(300):
        record(forked, replace(VIEWED, reason=str(n)))
    forked.dispose()
    refused(old, "This log does not go on from the 200 entries that the witness has seen")
    another = open_database(f"sqlite:///{tmp_path}/another/records.db")
    migrate(another)
    for _ in range(300):
        record(another, VIEWED)
    another.dispose()
    refused(tmp_path / "another", "The witness is of another log")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: text.replace("\t100\t", "\t101\t"), "is not signed by its key"),
        (lambda text: text[:-20], "is not signed by its key"),
        (lambda text: text.replace("compounding-witness", "witness"), "is not one"),
        (lambda text: "", "is not one"),
        (lambda text: text + "more\n", "is not one"),
        (lambda text: text.replace("\t100\t", "\thundred\t"), "is not one"),
    ],
)
def test_a_witness_that_was_changed_is_refused_and_named(
    engine: Engine, tmp_path: Path, change: Callable[[str], str], sentence: str
) -> None:
    fill(engine)
    witness(engine, tmp_path)
    file = tmp_path / "compounding.witness"
    file.write_text(change(file.read_text("utf-8")), "utf-8")
    with pytest.raises(RecordsRefused, match=sentence):
        witness(engine, tmp_path)
    assert [fault.part for fault in check(engine, tmp_path)] == ["witness"]


def test_a_witness_that_cannot_be_read_or_written_is_said(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(engine, VIEWED)
    (tmp_path / "compounding.witness").mkdir()  # stands for any fault of the file system
    said = r"^Not read: the witness .*/compounding\.witness cannot be opened: Is a directory"
    with pytest.raises(NotRead, match=said):
        witness(engine, tmp_path)
    with pytest.raises(NotRead, match="cannot be opened"):
        check(engine, tmp_path)
    (tmp_path / "compounding.witness").rmdir()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(NotSaved, match=r"^Not saved: the witness .* cannot be written: No space left on device\.$"):
        witness(engine, tmp_path)
    assert not list(tmp_path.glob("compounding.witness*"))


# ------------------------------------------------------------------ the move


@pytest.fixture(params=KINDS)
def there(request: pytest.FixtureRequest, place: Place, tmp_path: Path) -> Iterator[Place]:
    """An empty database of each kind, beside that of `engine`."""
    with other_place(request.param, tmp_path, request) as made:
        yield made


def test_a_site_moves_whole_and_the_old_database_is_closed(
    engine: Engine, place: Place, there: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    if there.kind == place.kind:
        with pytest.raises(RecordsRefused, match=f"Both databases are {place.kind}: make a backup and restore it"):
            move_to(engine, there, monkeypatch)
        return
    fill(engine)
    moved = move_to(engine, there, monkeypatch)
    assert moved == head(engine)
    opened = open_database(there.url, home=place.home)
    migrate(opened)
    assert all_bytes(opened) == all_bytes(engine)
    assert check(opened) == check(engine) == ()
    assert evidence.verify(io.BytesIO(exported(opened)), bodies=True).state is evidence.State.WHOLE
    assert prints(opened, "2026-000001") == prints(engine, "2026-000001")
    before = counts(engine)
    with pytest.raises(RecordsRefused, match="This site was moved to another database: nothing more is written here"):
        save_preparation(engine, keyed("late"), MOVED)
    assert counts(engine) == before
    assert save_preparation(opened, keyed("next"), MOVED).number == "2026-000005"  # 3 and 4 are of a downtime pack
    assert check(opened) == ()
    opened.dispose()


def move_to(engine: Engine, there: Place, monkeypatch: pytest.MonkeyPatch) -> Any:
    if there.owner_url:
        monkeypatch.setenv("DATABASE_OWNER_URL", there.owner_url)
    return move(engine, there.url, MOVED)


def test_a_move_over_other_records_or_of_a_broken_log_moves_nothing(
    engine: Engine, place: Place, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kind,) = set(KINDS) - {place.kind}
    fill(engine)
    before = all_bytes(engine)
    with other_place(kind, tmp_path, request) as there:
        opened = open_database(there.url, home=place.home, owner_url=there.owner_url)
        migrate(opened)
        record(opened, VIEWED)
        with pytest.raises(RecordsRefused, match="The database is not empty: records are never put over others"):
            move_to(engine, there, monkeypatch)
        assert counts(opened)["log"] == 2
        opened.dispose()
    assert all_bytes(engine) == before
    with place.attacker() as other:
        other.disarm()
        other.execute("UPDATE preparation SET family = 'Other' WHERE id = 1")
        other.rearm()
    with other_place(kind, tmp_path / "second", request) as there:
        with pytest.raises(
            RecordsRefused, match=r"What was copied is not whole: preparation 1: differs from entry 4 in fam"
        ):
            move_to(engine, there, monkeypatch)
        opened = open_database(there.url, home=place.home, owner_url=there.owner_url)
        assert set(counts(opened).values()) == {0}
        opened.dispose()
    assert record(engine, VIEWED), "the old one goes on"


# ------------------------------------------------------------------ backups


def test_a_backup_is_one_whole_file_that_is_the_owners_alone(engine: Engine, place: Place, tmp_path: Path) -> None:
    fill(engine)
    file = tmp_path / "backups" / "monday.sqlite"
    file.parent.mkdir()
    assert backup(engine, file) == head(engine)
    assert [one.name for one in file.parent.iterdir()] == ["monday.sqlite"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (place.home / "signing.key").read_bytes().strip() not in file.read_bytes()
    opened = open_database(f"sqlite:///{file}", home=place.home)
    assert all_bytes(opened) == all_bytes(engine)
    opened.dispose()


def test_a_backup_is_never_written_over_a_file(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear pharmacist")
    with pytest.raises(RecordsRefused, match="and a backup is never written over another"):
        backup(engine, tmp_path / "letter")
    assert (tmp_path / "letter").read_text() == "Dear pharmacist"


def test_a_backup_of_a_broken_log_is_none(engine: Engine, place: Place, tmp_path: Path) -> None:
    fill(engine)
    with place.attacker() as other:
        other.disarm()
        other.execute("UPDATE status SET state = 'void' WHERE id = 1")
        other.rearm()
    with pytest.raises(RecordsRefused, match="The backup is not whole: status 1: differs from entry 4 in state"):
        backup(engine, tmp_path / "file.sqlite")
    assert not [one for one in tmp_path.iterdir() if one.is_file()]
    assert not [one for one in place.home.iterdir() if one.name.startswith("passing")]


def test_a_backup_that_cannot_be_written_is_said_and_leaves_nothing(engine: Engine, tmp_path: Path) -> None:
    record(engine, VIEWED)
    with pytest.raises(NotSaved, match=r"^Not saved: the backup .* cannot be written: No such file or directory\.$"):
        backup(engine, tmp_path / "missing" / "file.sqlite")
    assert not (tmp_path / "missing").exists()


def test_a_backup_while_others_write_is_one_moment(engine: Engine, place: Place, tmp_path: Path) -> None:
    """The copied file of a database that is written to lost rows in 27 of 30; this loses none."""
    fill(engine)
    stop = threading.Event()

    def go_on() -> None:
        n = 0
        while not stop.is_set():
            save_preparation(engine, keyed(("more", n := n + 1)), MOVED)

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        heads = []
        for n in range(5):
            acknowledged = head(engine)
            heads.append((acknowledged, backup(engine, tmp_path / f"{n}.sqlite")))
    finally:
        stop.set()
        writer.join()
    for n, (acknowledged, kept) in enumerate(heads):
        assert acknowledged is not None
        assert kept is not None
        assert acknowledged.seq <= kept.seq, "what was stored before the backup began is in it"
        opened = open_database(f"sqlite:///{tmp_path}/{n}.sqlite", home=place.home)
        assert check(opened) == ()
        assert head(opened) == kept
        opened.dispose()


# ------------------------------------------------------------------ their return


def test_a_backup_returns_to_either_database(engine: Engine, place: Place, there: Place, tmp_path: Path) -> None:
    fill(engine)
    (tmp_path / "witness").mkdir()
    witness(engine, tmp_path / "witness")
    file = tmp_path / "file.sqlite"
    backup(engine, file)
    before = file.read_bytes()
    file.chmod(0o400)
    with owner_of(there):
        restored = restore(file, there.url, tmp_path / "witness", home=place.home)
    assert (restored.head, restored.compared, restored.missing) == (head(engine), True, 0)
    assert file.read_bytes() == before, "a backup is only read"
    opened = open_database(there.url, home=place.home)
    migrate(opened)
    assert all_bytes(opened) == all_bytes(engine)
    assert check(opened, tmp_path / "witness") == ()
    assert save_preparation(opened, keyed("next"), MOVED).number == "2026-000005"  # 3 and 4 are of a downtime pack
    opened.dispose()
    assert not [one for one in place.home.iterdir() if one.name.startswith("passing")]


@contextmanager
def owner_of(place: Place) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if place.owner_url:
            patch.setenv("DATABASE_OWNER_URL", place.owner_url)
        yield


@pytest.fixture
def old(engine: Engine, tmp_path: Path) -> Path:
    """A backup, after which the site went on and a witness saw it."""
    fill(engine)
    backup(engine, tmp_path / "old.sqlite")
    for _ in range(60):
        record(engine, MOVED)
    record(engine, MOVED, checkpoint=True)
    (tmp_path / "witness").mkdir()
    witness(engine, tmp_path / "witness")
    return tmp_path / "old.sqlite"


def test_an_older_backup_is_named_a_rollback(engine: Engine, place: Place, old: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/back/records.db"
    folder = tmp_path / "witness"
    with pytest.raises(Rollback) as refused:
        restore(old, url, folder, home=place.home)
    assert str(refused.value) == (
        f"The backup is older than the witness of {MOVED.at:%Y-%m-%dT%H:%M:%S.%f}Z: restoring it is a rollback that"
        " loses 61 entries. Nothing was written."
    )
    restored = restore(old, url, folder, home=place.home, accept_rollback=True)
    assert (restored.compared, restored.missing) == (True, 61)
    opened = open_database(url, home=place.home)
    assert check(opened) == ()
    assert [fault.part for fault in check(opened, folder)] == ["rollback"]
    opened.dispose()


def test_without_a_witness_it_is_said_that_nothing_was_compared(place: Place, old: Path, tmp_path: Path) -> None:
    restored = restore(old, f"sqlite:///{tmp_path}/back/records.db", None, home=place.home)
    assert (restored.compared, restored.missing) == (False, 0)
    with pytest.raises(NoWitness, match=r"^There is no witness in .*\?$"):
        restore(old, f"sqlite:///{tmp_path}/more/records.db", tmp_path / "nothing", home=place.home)


BROUGHT = Event(ANNA, "backup restored", MOVED.at + timedelta(minutes=1))


def test_what_the_log_goes_on_with_is_stored_with_what_is_restored(
    engine: Engine, place: Place, there: Place, old: Path, tmp_path: Path
) -> None:
    def tell(done: Restored) -> Event:
        return replace(BROUGHT, details={"entries lost": str(done.missing)})

    with owner_of(there):
        done = restore(old, there.url, tmp_path / "witness", home=place.home, accept_rollback=True, tell=tell)
    assert done.head is not None
    opened = open_database(there.url, home=place.home)
    newest = find_entries(opened, EntrySearch(), size=1)[0]
    assert (newest.id, newest.event.action, newest.event.details) == (
        done.head.seq + 1, "backup restored", {"entries lost": "61"},
    )  # fmt: skip
    assert check(opened) == ()
    opened.dispose()


def test_where_the_entry_of_a_return_is_refused_nothing_is_restored(
    engine: Engine, place: Place, there: Place, old: Path, tmp_path: Path
) -> None:
    with owner_of(there), pytest.raises(ValueError, match="is the records' own"):
        restore(old, there.url, None, home=place.home, tell=lambda _: replace(BROUGHT, action="log started"))
    opened = open_database(there.url, home=place.home)
    assert set(counts(opened).values()) == {0}
    opened.dispose()


def test_a_backup_of_nothing_is_none(engine: Engine, tmp_path: Path) -> None:
    """Also where there was something, and whoever holds the database took all of it away."""
    with pytest.raises(RecordsRefused, match=r"^The backup is not whole: log: has no entry"):
        backup(engine, tmp_path / "empty.sqlite")
    assert not (tmp_path / "empty.sqlite").exists()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_backup_that_was_emptied_is_not_restored(old: Path, place: Place, tmp_path: Path) -> None:
    with closing(sqlite3.connect(old, isolation_level=None)) as connection:
        other = Attacker("sqlite", connection)
        other.disarm()
        for table in tables.metadata.tables:
            other.execute(f"DELETE FROM {table}")
        other.rearm()
    with pytest.raises(RecordsRefused, match=r"^The backup is not whole: log: has no entry"):
        restore(old, f"sqlite:///{tmp_path}/back/records.db", None, home=place.home)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("damage", "error", "sentence"),
    [
        ("DELETE FROM log WHERE seq = 50", RecordsRefused, "The backup is not whole: entry 51: comes after entry 49"),
        ("UPDATE preparation SET mrn = 'x' WHERE id = 1", RecordsRefused, "differs from entry 4 in mrn"),
        ("bytes", Exception, "damaged|not whole|not a database"),
        ("short", Exception, "damaged|not whole|not a database"),
        ("letter", Exception, "damaged|not a database"),
        ("another", RecordsRefused, r"The file .*/old\.sqlite is no backup of this program\."),
    ],
)
def test_a_backup_that_is_not_whole_is_not_restored(
    place: Place, old: Path, tmp_path: Path, damage: str, error: type[Exception], sentence: str
) -> None:
    if damage == "bytes":
        whole = old.read_bytes()
        old.write_bytes(whole[:8192] + bytes(8192) + whole[16384:])
    elif damage == "short":
        os.truncate(old, old.stat().st_size // 2)
    elif damage == "letter":
        old.write_text("Dear pharmacist, " * 1000)
    elif damage == "another":
        old.unlink()
        with closing(sqlite3.connect(old)) as other:
            other.execute("CREATE TABLE letters (words)")
    else:
        with closing(sqlite3.connect(old, isolation_level=None)) as other:
            guards = other.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in guards:
                other.execute(f"DROP TRIGGER {name}")
            other.execute(damage)
            for _, sql in guards:
                other.execute(sql)
    url = f"sqlite:///{tmp_path}/back/records.db"
    with pytest.raises(error, match=sentence):
        restore(old, url, tmp_path / "witness", home=place.home)
    opened = open_database(url, home=place.home)
    assert set(counts(opened).values()) == {0}
    opened.dispose()


def test_a_backup_is_not_put_over_records(engine: Engine, place: Place, old: Path, tmp_path: Path) -> None:
    before = all_bytes(engine)
    with pytest.raises(RecordsRefused, match="The database is not empty: records are never put over others"):
        restore(old, place.url, None, home=place.home)
    assert all_bytes(engine) == before
    with pytest.raises(RecordsRefused, match="There is no backup"):
        restore(tmp_path / "nothing", place.url, None, home=place.home)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_backup_without_its_key_is_not_restored(place: Place, old: Path, tmp_path: Path) -> None:
    with pytest.raises(RecordsRefused, match=r"The signing key .* is missing"):
        restore(old, f"sqlite:///{tmp_path}/back/records.db", None)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_disk_that_is_full_at_the_return_leaves_nothing(old: Path, place: Place, tmp_path: Path) -> None:
    """All rows are one transaction: a half of a site is none."""
    opened = open_database(f"sqlite:///{tmp_path}/back/records.db", home=place.home)
    migrate(opened)
    source = open_database(f"sqlite:///{old}", home=place.home)
    restore_pragma = on_every_connection(opened, f"max_page_count={pages(tmp_path / 'back' / 'records.db') + 5}")
    with pytest.raises(NotSaved, match="the disk is full"), database.reading(source) as out:
        moving.fill(out, opened)
    restore_pragma()
    assert set(counts(opened).values()) == {0}
    assert preparation(opened, "2026-000001") is None
    source.dispose()
    opened.dispose()
