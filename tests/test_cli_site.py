"""The commands that look after a site: export, verify, witness, check, backup, on a site that `serve` made."""

import json
import sqlite3
from datetime import UTC, datetime

import pytest
from homes import entered, set_up

from compounding.cli import main
from compounding.policy import Market
from compounding.records import RecordsFault
from compounding.training import database
from compounding.web import create_app


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COMPOUNDING_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    app = create_app(tmp_path / "home", "us", lambda: datetime(2026, 3, 12, 13, 0, tzinfo=UTC))
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
    """The same counts in the sentence and in the object."""
    counts = json.loads(run("log", "export", tmp_path / "a.txt", "--json")[1])
    _, out, _ = run("log", "export", tmp_path / "b.txt")
    assert out.startswith(f"{tmp_path / 'b.txt'}: {counts['entries']} entries, {counts['checkpoints']} checkpoint")
    head = json.loads(run("check", "--json")[1])
    assert head == {"whole": True, "head": head["head"], "faults": []}
    assert run("check")[1] == f"The log is whole. Its newest entry: {head['head']}.\n"
    assert json.loads(run("backup", tmp_path / "kept.sqlite", "--json")[1]) == {"head": head["head"]}


def test_a_head_from_paper_is_looked_for(home, run, tmp_path):
    file = tmp_path / "log.txt"
    run("log", "export", file)
    head = json.loads(run("check", "--json")[1])["head"]
    assert run("log", "verify", file, "--head", head)[0] == 0
    wrong = head[:-1] + ("A" if head[-1] != "A" else "B")
    assert run("log", "verify", file, "--head", wrong)[0] == 1


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
    status, out, _ = run("log", "witness", tmp_path / "elsewhere", "--json")
    assert status == 0 and json.loads(out)["size"] >= 1
    assert run("check", "--witness", tmp_path / "elsewhere")[0] == 0


def test_a_backup_is_a_checked_copy(home, run, tmp_path):
    status, out, _ = run("backup", tmp_path / "kept.sqlite")
    assert status == 0 and "checked, up to entry" in out
    assert run("backup", tmp_path / "kept.sqlite")[0] == 2


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
    run("check")
    status, out, _ = run("check", "--json")
    head = json.loads(out)["head"]
    assert status == 0 and head.startswith("3 ")
    assert json.loads(run("log", "export", tmp_path / "log.txt", "--json")[1])["entries"] == 3
    assert run("log", "verify", tmp_path / "log.txt", "--head", head)[0] == 0
    assert run("log", "witness", tmp_path / "elsewhere")[0] == 0
    assert run("check", "--witness", tmp_path / "elsewhere", "--market", "us")[0] == 0
    assert json.loads(run("backup", tmp_path / "kept.sqlite", "--json")[1]) == {"head": head}


@pytest.mark.parametrize(
    ("market", "sentence"),
    [
        ("uk", "--market: the site is of the market us.\n"),
        ("fr", "--market: “fr” is none of us, uk.\n"),
    ],
)
def test_another_market_than_the_sites_is_refused(patients, run, market, sentence):
    run("check")
    assert run("check", "--market", market) == (2, "", sentence)


def test_a_market_of_the_environment_that_is_none_is_refused(home, run, monkeypatch):
    monkeypatch.setenv("COMPOUNDING_MARKET", "fr")
    assert run("check") == (2, "", "COMPOUNDING_MARKET: “fr” is none of us, uk.\n")
