"""The commands that look after a site: export, verify, witness, check, backup, on a site that `serve` made."""

import json
import os
import pwd
import sqlite3
import stat
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from homes import entered, set_up
from test_records_migration import older

from compounding import sites
from compounding.cli import main
from compounding.policy import Market
from compounding.records import (
    PROGRAM,
    EntrySearch,
    Event,
    NotSaved,
    RecordsFault,
    find_entries,
    open_database,
    record,
    tables,
)
from compounding.training import database
from compounding.web import create_app


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COMPOUNDING_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    app = create_app(tmp_path / "home", "us", lambda: datetime.now(UTC))  # as the commands: the clock goes on
    app.extensions["desk"].engine.dispose()
    return tmp_path / "home"


@pytest.fixture
def run(capsys):
    def call(*words):
        status = main([str(word) for word in words])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def test_an_export_is_whole_and_one_changed_byte_is_found(home, run, tmp_path):
    file = tmp_path / "log.txt"
    status, out, _ = run("log", "export", file)
    assert status == 0 and "entries" in out
    assert run("log", "verify", file)[0] == 0
    text = file.read_bytes()
    changed = text.replace(b"order entered", b"order amended", 1)
    assert changed != text
    file.write_bytes(changed)
    status, out, _ = run("log", "verify", file)
    assert status == 1 and "Entry" in out
    file.write_bytes(b"nothing of the kind\n")
    assert run("log", "verify", file)[0] == 2


def test_an_export_overwrites_nothing(home, run, tmp_path):
    (tmp_path / "log.txt").write_text("kept")
    status, _, err = run("log", "export", tmp_path / "log.txt")
    assert status == 2 and "File exists" in err
    assert (tmp_path / "log.txt").read_text() == "kept"


def test_an_export_that_fails_halfway_leaves_no_file(home, run, tmp_path, monkeypatch):
    def breaks_off(engine, file):
        file.write(b"compounding-log\t1\n")
        raise RecordsFault("The database could not be read.")

    monkeypatch.setattr("compounding.records.export_log", breaks_off)
    assert run("log", "export", tmp_path / "log.txt") == (2, "", "The database could not be read.\n")
    assert not (tmp_path / "log.txt").exists()


def test_every_answer_has_its_form_for_programs(home, run, tmp_path):
    """The same counts in the sentence and in the object, but for the entry that the first export left."""
    counts = json.loads(run("log", "export", tmp_path / "a.txt", "--json")[1])
    _, out, _ = run("log", "export", tmp_path / "b.txt")
    assert out.startswith(f"{tmp_path / 'b.txt'}: {counts['entries'] + 1} entries, {counts['checkpoints']} checkpoint")
    assert counts == {"entries": counts["entries"], "checkpoints": 1, "logged": True}
    made = json.loads(run("backup", tmp_path / "kept.sqlite", "--json")[1])
    assert made == {"head": made["head"], "logged": True}
    number = int(made["head"].split()[0])
    assert number == counts["entries"] + 2  # each export is an entry itself
    told = json.loads(run("check", "--json")[1])
    # The backup's own entry is newer than its copy; of them all entry 1 alone is signed.
    assert told == {
        "whole": True, "head": told["head"], "faults": [],
        "newer_than_checkpoint": number, "newer_than_witness": None, "logged": True,
    }  # fmt: skip
    assert told["head"].startswith(f"{number + 1} ")


def entries(home):
    """What the console left in the log, the oldest first."""
    engine = open_database(sites.address(home, None), home=home)
    found = find_entries(engine, EntrySearch(workstation="console"))
    engine.dispose()
    return [entry.event for entry in reversed(found)]


def test_a_check_says_what_the_log_rests_on(home, run, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    run("log", "witness", tmp_path / "elsewhere")
    code = json.loads(run("check", "--json")[1])["head"]
    status, out, _ = run("check", "--witness", tmp_path / "elsewhere", "--head", code, "--head", code.lower())
    newest = int(code.split()[0]) + 1
    assert (status, out.splitlines()[1:]) == (
        0,
        [
            f"{newest - 1} entries are newer than the last signed checkpoint; until the next one they rest on the chain"
            " and the heads on paper.",
            f"{newest - 1} entries are newer than what the witness has seen.",
            "2 codes from paper fit.",
        ],
    )
    assert run("check")[1].splitlines()[2:] == [
        "No witness was compared: only one tells whether an older state was put back.",
        "No code from paper was compared.",
    ]


def test_what_the_console_does_is_an_entry_and_the_witness_only_copies(home, run, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    run("log", "witness", tmp_path / "elsewhere")
    assert entries(home) == []
    run("log", "export", tmp_path / "log.txt")
    run("backup", tmp_path / "kept.sqlite")
    run("check")
    run("check", "--witness", tmp_path / "elsewhere")
    told = entries(home)
    assert [event.action for event in told] == ["log exported", "backup made", "chain checked", "chain checked"]
    assert {(event.person.id, event.zone) for event in told} == {("program", "")}  # a training site keeps no zone
    assert {event.details["system user"] for event in told} == {pwd.getpwuid(os.getuid()).pw_name}
    assert told[1].details["file"] == "kept.sqlite"
    assert [event.details["witness"] for event in told[2:]] == ["none", "compared"]
    assert {event.details["faults"] for event in told[2:]} == {"0"}


def test_where_no_entry_can_be_written_it_is_said_and_the_answer_stands(home, run, tmp_path, monkeypatch):
    def full(*_, **__):
        raise NotSaved("Not saved: the disk is full.")

    monkeypatch.setattr("compounding.records.record", full)
    status, out, _ = run("log", "export", tmp_path / "log.txt")
    assert status == 0 and out.endswith(" No entry of the log tells of it: Not saved: the disk is full.\n")
    assert json.loads(run("check", "--json")[1])["logged"] is False
    assert run("log", "verify", tmp_path / "log.txt")[0] == 0


def test_an_export_is_its_owners_alone(home, run, tmp_path):
    """It holds every patient, as a backup does."""
    run("log", "export", tmp_path / "log.txt")
    assert stat.S_IMODE((tmp_path / "log.txt").stat().st_mode) == 0o600


def test_a_head_from_paper_is_looked_for(home, run, tmp_path):
    file = tmp_path / "log.txt"
    head = json.loads(run("check", "--json")[1])["head"]
    run("log", "export", file)
    assert run("log", "verify", file, "--head", head)[0] == 0
    wrong = head[:-1] + ("A" if head[-1] != "A" else "B")
    assert run("log", "verify", file, "--head", wrong)[0] == 1


CODES = [
    # what is typed after --head, in which CODE is right; the status, and what is said
    (["CODE"], 0, "1 code from paper fits."),
    (["WRONG"], 1, "entry 1: is not the one that was printed as 1 AAAA AAAA AAAA AAAA\n"),
    (["CODE", "WRONG"], 1, "entry 1: is not the one that was printed as 1 AAAA AAAA AAAA AAAA\n"),
    (["LATER"], 1, ", and 900 AAAA AAAA AAAA AAAA was printed: a part was cut off\n"),
    (["12"], 2, "--head: “12” is not a head. Type the entry number, then its 16 letters and figures, as printed.\n"),
    ([""], 2, "--head: “” is not a head. Type the entry number, then its 16 letters and figures, as printed.\n"),
]


@pytest.mark.parametrize(("typed", "status", "said"), CODES)
def test_the_database_is_compared_with_codes_from_paper(home, run, typed, status, said):
    code = json.loads(run("check", "--json")[1])["head"]
    known = {"CODE": code, "WRONG": "1 AAAA AAAA AAAA AAAA", "LATER": "900 AAAA AAAA AAAA AAAA"}
    heads = [part for text in typed for part in ("--head", known.get(text, text))]
    found, out, err = run("check", *heads)
    assert found == status
    assert said in out + err and (status == 0 or (out + err).count("\n") == 1)


def test_a_business_row_edited_without_an_entry_is_named(home, run):
    """The triggers dropped first, as somebody who holds the database would."""
    assert run("check")[0] == 0
    with sqlite3.connect(database(home, Market.US)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        before = connection.execute("SELECT dose_ng FROM preparation ORDER BY id LIMIT 1").fetchone()
        connection.execute("UPDATE preparation SET dose_ng = dose_ng + 1 WHERE id = (SELECT min(id) FROM preparation)")
        after = connection.execute("SELECT dose_ng FROM preparation ORDER BY id LIMIT 1").fetchone()
    connection.close()
    assert before != after
    status, out, _ = run("check", "--json")
    parts = {fault["part"] for fault in json.loads(out)["faults"]}
    assert status == 1 and {"guard", "replay"} <= parts


def test_a_witness_is_kept_and_compared(home, run, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    status, out, _ = run("log", "witness", tmp_path / "elsewhere", "--json")
    assert status == 0 and json.loads(out)["size"] >= 1
    assert run("check", "--witness", tmp_path / "elsewhere")[0] == 0


NO_FOLDER = "There is no witness in FOLDER: there is no such folder. Is its share mounted?\n"


@pytest.mark.parametrize("words", [("check", "--witness", "FOLDER"), ("log", "witness", "FOLDER")])
def test_a_folder_that_is_not_there_is_refused_and_not_made(home, run, tmp_path, words):
    folder = tmp_path / "mnt"
    typed = [str(folder) if word == "FOLDER" else word for word in words]
    assert run(*typed) == (2, "", NO_FOLDER.replace("FOLDER", str(folder)))
    assert not folder.exists() and entries(home) == []


def test_a_folder_without_a_witness_is_not_compared(home, run, tmp_path, monkeypatch):
    assert run("check", "--witness", tmp_path) == (2, "", f"There is no witness in {tmp_path}.\n")
    monkeypatch.chdir(tmp_path)
    assert run("check", "--witness", "") == (2, "", "There is no witness in ..\n"), "an unset name is no wish"


def test_a_witness_that_has_seen_more_is_status_1(home, run, tmp_path):
    """An older state put back: the copy of before the entries that the witness saw."""
    file = database(home, Market.US)
    before = file.read_bytes()
    engine = open_database(f"sqlite:///{file}", home=home)
    for _ in range(3):
        record(engine, Event(PROGRAM, "page viewed", datetime.now(UTC)), checkpoint=True)
    engine.dispose()
    (tmp_path / "elsewhere").mkdir()
    run("log", "witness", tmp_path / "elsewhere")
    file.write_bytes(before)
    status, out, err = run("log", "witness", tmp_path / "elsewhere")
    assert (status, err) == (1, "") and out.endswith("or a part was cut off. Nothing was copied.\n")
    assert json.loads(run("log", "witness", tmp_path / "elsewhere", "--json")[1])["rollback"] is True
    status, out, _ = run("check", "--witness", tmp_path / "elsewhere")
    assert status == 1 and "an older state was put back, or a part was cut off" in out


def test_a_witness_that_cannot_be_read_is_status_2(home, run, tmp_path):
    (tmp_path / "compounding.witness").mkdir()
    status, out, err = run("check", "--witness", tmp_path)
    assert (status, out) == (2, "") and err.startswith("Not read: the witness ")


def test_a_backup_is_a_checked_copy(home, run, tmp_path):
    status, out, _ = run("backup", tmp_path / "kept.sqlite")
    assert status == 0 and "checked, up to entry" in out
    sentence = f"{tmp_path / 'kept.sqlite'}: the file exists, and a backup is never written over another.\n"
    assert run("backup", tmp_path / "kept.sqlite") == (2, "", sentence)


def changed(place, statement):
    """As somebody would who holds the database and does not want to be noticed."""
    with place.attacker() as other:
        other.disarm()
        other.execute(statement)
        other.rearm()


def test_a_backup_that_is_not_whole_is_status_1(patients, bare_place, run, tmp_path):
    changed(held(bare_place, patients), "UPDATE account SET role = 'auditor'")
    status, out, err = run("backup", tmp_path / "kept.sqlite")
    assert (status, err) == (1, "")
    assert out == "The backup is not whole: account 1: differs from entry 3 in role. Nothing was written.\n"
    assert not (tmp_path / "kept.sqlite").exists()
    assert run("backup", tmp_path / "missing" / "kept.sqlite")[0] == 1, "nothing was tried to be written"


def held(place, home):
    """The database of a site: in SQLite its own file."""
    return place if place.path is None else replace(place, path=sites.file(home))


def test_an_emptied_database_is_not_whole_and_gets_no_entry(patients, bare_place, run, tmp_path):
    place = held(bare_place, patients)
    with place.attacker() as other:
        other.disarm()
        for table in tables.metadata.tables:
            other.execute(f"DELETE FROM {table}")
        other.rearm()
    said = "log: has no entry: nothing was ever written here, or all of it was taken away"
    for _ in range(2):  # the first leaves nothing that the second could take for a log
        assert run("check") == (1, f"{said}\n", "")
    status, out, _ = run("backup", tmp_path / "kept.sqlite")
    assert (status, out) == (1, f"The backup is not whole: {said}. Nothing was written.\n")
    assert run("log", "export", tmp_path / "log.txt")[0] == 2


COMMANDS = [("check",), ("backup", "FILE"), ("log", "export", "FILE"), ("log", "witness", "."), ("database", "move",
    "sqlite:///FILE", "--as", "rivers")]  # fmt: skip
OLDER = (
    "The database is of an older program: its schema is 0001, and this program's is 0007. Start the desk once, which"
    " brings it forward; nothing was changed.\n"
)


@pytest.mark.parametrize("words", COMMANDS)
def test_a_database_of_an_older_program_is_brought_forward_by_none_of_them(
    bare_place, run, words, tmp_path, monkeypatch
):
    home = entered(bare_place, tmp_path, monkeypatch)
    place = held(replace(bare_place, url=sites.address(home, None)) if bare_place.path else bare_place, home)
    if place.path:
        place = replace(place, url=f"sqlite:///{place.path}", home=home)
    engine = place.open()
    older(engine, "0001", monkeypatch)
    engine.dispose()
    monkeypatch.chdir(tmp_path)
    typed = [word.replace("FILE", str(tmp_path / "file")) for word in words]
    assert run(*typed) == (2, "", OLDER)
    assert not (tmp_path / "file").exists()


def test_a_database_without_a_site_is_named(run, tmp_path, monkeypatch):
    monkeypatch.setenv("COMPOUNDING_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'x.sqlite'}")
    (tmp_path / "x.sqlite").touch()
    sentence = "The database holds no site: no table of this program is in it.\n"
    assert run("check") == (2, "", sentence)


@pytest.mark.parametrize("words", [("check",), ("log", "export", "x"), ("log", "witness", "x"), ("backup", "x")])
def test_without_a_site_there_is_one_sentence(run, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPOUNDING_HOME", str(tmp_path / "none"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    status, out, err = run(*words)
    assert (status, out) == (2, "") and err.startswith("There is no site at ") and err.count("\n") == 1
    assert not (tmp_path / "none").exists() and not (tmp_path / "x").exists()


def test_a_database_that_is_named_and_not_there_is_not_made(run, tmp_path, monkeypatch):
    monkeypatch.setenv("COMPOUNDING_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'away.sqlite'}")
    status, _, err = run("check")
    assert status == 2 and err.startswith(f"There is no site at {tmp_path / 'away.sqlite'}: ")
    assert not (tmp_path / "away.sqlite").exists()


@pytest.fixture
def patients(bare_place, tmp_path, monkeypatch):
    """A site for patient use, in a database of each kind in turn."""
    found = entered(bare_place, tmp_path, monkeypatch)
    set_up(monkeypatch)
    return found


def test_every_command_finds_the_site_for_patients(patients, run, tmp_path):
    """Three entries: the log started, the site was set up, an account was opened."""
    (tmp_path / "elsewhere").mkdir()
    status, out, _ = run("check", "--json")
    head = json.loads(out)["head"]
    assert status == 0 and head.startswith("3 ")
    # The check is entry 4, the export 5, and so on: the witness copies and writes none.
    assert json.loads(run("log", "export", tmp_path / "log.txt", "--json")[1])["entries"] == 4
    assert run("log", "verify", tmp_path / "log.txt", "--head", head)[0] == 0
    assert run("log", "witness", tmp_path / "elsewhere")[0] == 0
    assert run("check", "--witness", tmp_path / "elsewhere", "--market", "us", "--head", head)[0] == 0
    assert json.loads(run("backup", tmp_path / "kept.sqlite", "--json")[1])["head"].startswith("6 ")
    told = entries(patients)
    assert [event.action for event in told] == ["chain checked", "log exported", "chain checked", "backup made"]
    assert {event.zone for event in told} == {"America/New_York"}


@pytest.mark.parametrize(
    ("market", "sentence"),
    [
        ("uk", "--market: the site is of the market us.\n"),
        ("fr", "--market: “fr” is none of us, uk.\n"),
    ],
)
def test_another_market_than_the_sites_is_refused(patients, run, market, sentence):
    assert run("check", "--market", market) == (2, "", sentence)


def test_a_market_of_the_environment_that_is_none_is_refused(home, run, monkeypatch):
    monkeypatch.setenv("COMPOUNDING_MARKET", "fr")
    assert run("check") == (2, "", "COMPOUNDING_MARKET: “fr” is none of us, uk.\n")
