"""`compounding restore` and `compounding database move`: who may, what is compared, and what stays as it was."""

import json
import os
import shutil
from datetime import UTC, datetime

import pyotp
import pytest
from databases import a_place
from homes import ADMINISTRATOR, OTHER_PASSWORD, PASSWORD, at_a_terminal, entered, run, set_up, typing

from compounding import sites, training
from compounding.credentials import LOCKS, TOTP, keyed, sealed, secrets_key, stored
from compounding.credentials import PASSWORD as KIND
from compounding.policy import Market
from compounding.records import (
    EntrySearch,
    Event,
    NotSaved,
    Person,
    accounts,
    check,
    failures,
    find_entries,
    find_preparations,
    head,
    open_database,
    put_account,
    put_secret,
    record,
)
from compounding.records.searches import Page, Search
from compounding.web import create_app

WHO = Person(ADMINISTRATOR, "T. Rivers", "administrator")
KEYS = ("signing.key", "secrets.key")
WRONG = "The user name or the password is not right. Nothing was done.\n"


@pytest.fixture
def home(bare_place, tmp_path, monkeypatch):
    """A site for patient use, with a technician."""
    home = entered(bare_place, tmp_path, monkeypatch)
    set_up(monkeypatch)
    engine = site(home)
    event = Event(WHO, "account opened", datetime.now(UTC))
    secret = {KIND: stored(OTHER_PASSWORD, secrets_key(home))}
    put_account(engine, "tanner", "J. Tanner", "technician", event, secrets=secret)
    engine.dispose()
    return home


@pytest.fixture
def file_home(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("COMPOUNDING_HOME", str(tmp_path / "site"))
    return tmp_path / "site"


@pytest.fixture
def empty(bare_place, tmp_path, request, monkeypatch):
    """Another machine: the keys put back there, and an empty database of the same kind. Call it to go there."""
    with a_place(bare_place.kind, tmp_path / "there", request) as place:

        def go(home):
            there = entered(place, tmp_path / "there", monkeypatch)
            there.mkdir(parents=True)
            for name in KEYS:
                shutil.copy(home / name, there)
            return there

        yield go


def site(home):
    return open_database(sites.address(home, None), home=home)


def story(engine):
    return [entry.event for entry in reversed(find_entries(engine, EntrySearch()))]


def backed_up(capsys, tmp_path):
    assert run(capsys, "backup", tmp_path / "kept.sqlite")[0] == 0
    return tmp_path / "kept.sqlite"


def went_on(home, entries):
    engine = site(home)
    for n in range(entries):
        record(engine, Event(WHO, "page viewed", datetime.now(UTC)), checkpoint=n == entries - 1)
    engine.dispose()


def restored(capsys, patch, file, *more, password=PASSWORD, user=ADMINISTRATOR):
    typing(patch, password)
    return run(capsys, "restore", file, "--as", user, *more)


# ------------------------------------------------------------------ restore


def test_a_backup_returns_and_the_log_says_who_put_it_back(home, empty, tmp_path, monkeypatch, capsys):
    file = backed_up(capsys, tmp_path)
    (tmp_path / "witness").mkdir()
    assert run(capsys, "log", "witness", tmp_path / "witness")[0] == 0
    there = empty(home)
    status, out, err = restored(capsys, monkeypatch, file, "--witness", tmp_path / "witness")
    assert (status, err) == (0, "")
    assert out.startswith(f"{file}: restored, up to entry 4 ")  # log started, site set up, two accounts
    assert out.endswith(". It holds all that the witness has seen.\n")
    engine = site(there)
    assert [account.user for account in accounts(engine)] == ["rivers", "tanner"]
    last = story(engine)[-1]
    assert (last.person, last.action, last.workstation, last.zone) == (
        WHO, "backup restored", "console", "America/New_York",
    )  # fmt: skip
    assert last.details == {"file": "kept.sqlite", "compared": "yes", "entries lost": "0"}
    assert check(engine, tmp_path / "witness") == ()
    engine.dispose()
    found = sites.opened(there, None, datetime.now(UTC))
    assert not found.site.training
    found.engine.dispose()


def test_an_older_backup_is_named_a_rollback_and_needs_a_word(home, empty, tmp_path, monkeypatch, capsys):
    file = backed_up(capsys, tmp_path)
    went_on(home, 3)
    (tmp_path / "witness").mkdir()
    assert run(capsys, "log", "witness", tmp_path / "witness")[0] == 0
    there = empty(home)
    status, out, _ = restored(capsys, monkeypatch, file, "--witness", tmp_path / "witness")
    assert status == 1
    # The three, and the entry of the backup itself.
    assert "restoring it is a rollback that loses 4 entries. Nothing was written." in out
    said = json.loads(restored(capsys, monkeypatch, file, "--witness", tmp_path / "witness", "--json")[1])
    assert (said["done"], said["rollback"]) == (False, True)
    assert not sites.file(there).exists()
    more = ("--witness", tmp_path / "witness", "--accept-rollback", "--json")
    status, out, _ = restored(capsys, monkeypatch, file, *more)
    said = json.loads(out)
    assert (status, said["done"], said["compared"], said["missing"]) == (0, True, True, 4)
    engine = site(there)
    assert story(engine)[-1].details["entries lost"] == "4"
    engine.dispose()


def test_what_was_not_compared_is_said(home, empty, tmp_path, monkeypatch, capsys):
    file = backed_up(capsys, tmp_path)
    empty(home)
    status, out, _ = restored(capsys, monkeypatch, file)
    assert status == 0
    assert "Not compared: name the newest witness with --witness" in out


@pytest.mark.parametrize(
    ("user", "password", "sentence"),
    [
        (ADMINISTRATOR, OTHER_PASSWORD, WRONG),
        ("nobody", PASSWORD, WRONG),
        ("tanner", PASSWORD, WRONG),
        ("tanner", OTHER_PASSWORD, "A technician may not do this: an administrator may. Nothing was done.\n"),
    ],
)
def test_only_an_administrator_with_the_password(home, empty, tmp_path, monkeypatch, capsys, user, password, sentence):
    file = backed_up(capsys, tmp_path)
    there = empty(home)
    assert restored(capsys, monkeypatch, file, user=user, password=password) == (1, sentence, "")
    assert sorted(os.listdir(there)) == ["secrets.key", "signing.key"]
    assert restored(capsys, monkeypatch, file)[0] == 0


def test_the_password_is_asked_at_a_terminal(home, empty, tmp_path, monkeypatch, capsys):
    file = backed_up(capsys, tmp_path)
    empty(home)
    asked = at_a_terminal(monkeypatch, PASSWORD)
    assert run(capsys, "restore", file, "--as", "Rivers")[0] == 0
    assert asked == ["Password of Rivers: "]


def test_nothing_is_put_over_records(home, tmp_path, monkeypatch, capsys):
    file = backed_up(capsys, tmp_path)
    went_on(home, 2)
    status, out, _ = restored(capsys, monkeypatch, file)
    assert (status, out) == (1, "The database is not empty: records are never put over others.\n")
    engine = site(home)
    assert head(engine).seq == 7  # 4, the backup's own, and the two
    engine.dispose()


@pytest.mark.parametrize("key", KEYS)
def test_without_its_keys_a_backup_is_not_put_back(home, empty, tmp_path, monkeypatch, capsys, key):
    file = backed_up(capsys, tmp_path)
    there = empty(home)
    (there / key).unlink()
    status, out, _ = restored(capsys, monkeypatch, file)
    assert (status, out) == (1, f"The key {there / key} is missing. Put it back from where the site keeps it.\n")
    assert not (there / key).exists()


def trained(home, market="us"):
    """A training site beside or in place of the other."""
    create_app(home, market).extensions["desk"].engine.dispose()


def test_patients_are_not_put_beside_a_training_site(file_home, tmp_path, monkeypatch, capsys):
    set_up(monkeypatch)
    file = backed_up(capsys, tmp_path)
    sites.file(file_home).unlink()
    trained_file = training.database(file_home, Market.UK)
    trained_file.touch()
    status, out, _ = restored(capsys, monkeypatch, file)
    assert status == 1
    assert out == (
        f"The backup is of a site for patient use, and {trained_file} is a training site."
        " Restore it to a folder of its own.\n"
    )
    assert not sites.file(file_home).exists()


def test_a_training_site_is_not_put_beside_patients(file_home, tmp_path, monkeypatch, capsys):
    trained(file_home)
    file = backed_up(capsys, tmp_path)
    training.database(file_home, Market.US).unlink()
    sites.file(file_home).touch()
    status, out, _ = restored(capsys, monkeypatch, file, user="castellan", password=training.PASSWORD)
    assert status == 1
    assert out == (
        f"The backup is of a training site, and {sites.file(file_home)} is for patient use."
        " Restore it to a folder of its own.\n"
    )
    assert not training.database(file_home, Market.US).exists()


def test_a_training_site_returns_to_its_markets_file(file_home, tmp_path, monkeypatch, capsys):
    trained(file_home, "uk")
    assert run(capsys, "backup", tmp_path / "kept.sqlite", "--market", "uk")[0] == 0
    training.database(file_home, Market.UK).unlink()
    status, _, err = restored(capsys, monkeypatch, tmp_path / "kept.sqlite", user="tanaka", password=training.PASSWORD)
    assert (status, err) == (0, "")
    assert training.database(file_home, Market.UK).exists()


UNREADABLE = [
    (("restore", "nothing.sqlite", "--as", "rivers"), "nothing.sqlite: there is no such file."),
    (("restore", "letter.txt"), "--as: is missing."),
    (("restore", "letter.txt", "--as", "rivers"), "Not read: the backup letter.txt is damaged"),
    (("database", "move", "sqlite:///x.sqlite"), "--as: is missing."),
]


@pytest.mark.parametrize(("typed", "sentence"), UNREADABLE)
def test_what_cannot_be_read_is_named(file_home, tmp_path, monkeypatch, capsys, typed, sentence):
    set_up(monkeypatch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "letter.txt").write_text("Dear pharmacist, " * 1000)
    typing(monkeypatch, PASSWORD)
    status, out, err = run(capsys, *typed)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(sentence)


# ------------------------------------------------------------------ move


@pytest.fixture
def other(bare_place, tmp_path, request, monkeypatch):
    """An empty database of the other kind."""
    kind = {"sqlite": "postgresql", "postgresql": "sqlite"}[bare_place.kind]
    with a_place(kind, tmp_path / "other", request) as place:
        if place.owner_url:
            monkeypatch.setenv("DATABASE_OWNER_URL", place.owner_url)
        yield place


def moved(capsys, patch, url, *more, password=PASSWORD, user=ADMINISTRATOR):
    typing(patch, password)
    return run(capsys, "database", "move", url, "--as", user, *more)


def test_a_site_is_moved_and_goes_on_there(home, other, monkeypatch, capsys):
    status, out, err = moved(capsys, monkeypatch, other.url)
    assert (status, err) == (0, "")
    assert out.startswith("Moved, up to entry 5 ")  # 4, and the move
    assert "DATABASE_URL" in out
    monkeypatch.setenv("DATABASE_URL", other.url)
    engine = site(home)
    last = story(engine)[-1]
    assert (last.person, last.action, last.changes[0].new) == (WHO, "database moved", other.kind)
    assert check(engine) == ()
    record(engine, Event(WHO, "page viewed", datetime.now(UTC)))
    engine.dispose()
    found = sites.opened(home, None, datetime.now(UTC))
    assert (found.site.name, found.site.training) == ("Riverside Hospital", False)
    found.engine.dispose()


def test_the_old_database_takes_no_more(home, other, monkeypatch, capsys):
    assert moved(capsys, monkeypatch, other.url)[0] == 0
    status, out, _ = moved(capsys, monkeypatch, other.url)
    assert (status, out) == (1, "This site was moved to another database: nothing more is written here.\n")


def test_a_site_moves_to_another_kind_alone(home, bare_place, tmp_path, monkeypatch, capsys):
    url = f"sqlite:///{tmp_path / 'x.sqlite'}" if bare_place.kind == "sqlite" else bare_place.url
    status, out, _ = moved(capsys, monkeypatch, url)
    assert status == 1
    assert out == f"Both databases are {bare_place.kind}: make a backup and restore it instead.\n"
    assert not (tmp_path / "x.sqlite").exists()


def test_a_wrong_password_moves_nothing_and_is_in_the_log(home, other, monkeypatch, capsys):
    assert moved(capsys, monkeypatch, other.url, password=OTHER_PASSWORD) == (1, WRONG, "")
    engine = site(home)
    last = story(engine)[-1]
    assert (last.person, last.action, last.workstation) == (WHO, "wrong password", "console")
    key = keyed(secrets_key(home), ADMINISTRATOR)
    assert failures(engine, since=last.at.replace(year=2000), key=key, kind=KIND).count == 1
    engine.dispose()
    assert moved(capsys, monkeypatch, other.url)[0] == 0


def test_after_too_many_not_even_the_right_one(home, other, monkeypatch, capsys):
    for _ in range(LOCKS[KIND].failures):
        assert moved(capsys, monkeypatch, other.url, password=OTHER_PASSWORD)[0] == 1
    sentence = "Too many tries with a wrong password: wait 15 minutes. Nothing was done.\n"
    assert moved(capsys, monkeypatch, other.url) == (1, sentence, "")


def with_factor(home):
    """A second factor for the administrator; gives its authenticator."""
    engine, secret = site(home), pyotp.random_base32()
    event = Event(WHO, "second factor set", datetime.now(UTC))
    put_secret(engine, ADMINISTRATOR, TOTP, sealed(secret, secrets_key(home)), event)
    engine.dispose()
    return pyotp.TOTP(secret)


def test_the_second_factor_is_asked_where_there_is_one(home, other, monkeypatch, capsys):
    authenticator = with_factor(home)
    typing(monkeypatch, PASSWORD)
    assert run(capsys, "database", "move", other.url, "--as", ADMINISTRATOR) == (
        2, "", "The code: none was given. Nothing was done.\n",
    )  # fmt: skip
    typing(monkeypatch, PASSWORD, "000000" if authenticator.now() != "000000" else "000001")
    refused = "The code of the second factor is not right. Nothing was done.\n"
    assert run(capsys, "database", "move", other.url, "--as", ADMINISTRATOR) == (1, refused, "")
    engine = site(home)
    assert story(engine)[-1].action == "wrong code"
    assert failures(engine, since=story(engine)[-1].at.replace(year=2000), key=None, kind=TOTP).count == 1
    engine.dispose()
    code = authenticator.now()
    typing(monkeypatch, PASSWORD, code)
    same_kind = sites.address(home, None)
    assert (
        "make a backup and restore it instead" in run(capsys, "database", "move", same_kind, "--as", ADMINISTRATOR)[1]
    ), "the code was right"
    typing(monkeypatch, PASSWORD, code)
    assert run(capsys, "database", "move", other.url, "--as", ADMINISTRATOR) == (1, refused, ""), "a code is good once"


def test_a_backup_asks_for_the_second_factor_as_well(home, empty, tmp_path, monkeypatch, capsys):
    authenticator = with_factor(home)
    file = backed_up(capsys, tmp_path)
    there = empty(home)
    assert restored(capsys, monkeypatch, file)[0] == 2
    assert not sites.file(there).exists()
    typing(monkeypatch, PASSWORD, authenticator.now())
    assert run(capsys, "restore", file, "--as", ADMINISTRATOR)[0] == 0


def test_too_many_wrong_codes_lock_the_console(home, other, monkeypatch, capsys):
    wrong = with_factor(home).at(0)  # of 1970
    for _ in range(LOCKS[TOTP].failures):
        typing(monkeypatch, PASSWORD, wrong)
        assert run(capsys, "database", "move", other.url, "--as", ADMINISTRATOR)[0] == 1
    typing(monkeypatch, PASSWORD, wrong)
    sentence = "Too many tries with a wrong code: wait 15 minutes. Nothing was done.\n"
    assert run(capsys, "database", "move", other.url, "--as", ADMINISTRATOR) == (1, sentence, "")


def test_where_its_entry_cannot_be_stored_nothing_is_restored(home, empty, tmp_path, monkeypatch, capsys):
    file = backed_up(capsys, tmp_path)
    there = empty(home)

    def full(*_, **__):
        raise NotSaved("Not saved: the disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("compounding.records.chain.append", full)
        assert restored(capsys, monkeypatch, file) == (2, "", "Not saved: the disk is full.\n")
    assert not sites.file(there).exists()
    assert restored(capsys, monkeypatch, file)[0] == 0


@pytest.mark.parametrize("bare_place", ["sqlite"], indirect=True)
def test_a_training_site_moves_with_its_orders(other, file_home, monkeypatch, capsys):
    trained(file_home)
    assert moved(capsys, monkeypatch, other.url, user="castellan", password=training.PASSWORD)[0] == 0
    monkeypatch.setenv("DATABASE_URL", other.url)
    app = create_app(file_home)
    engine = app.extensions["desk"].engine
    assert app.extensions["desk"].site == training.SITES[Market.US]
    orders = len(list(training.orders(Market.US, datetime.now(UTC).date())))
    assert len(find_preparations(engine, Search(), Page(size=20)).preparations) == orders
    engine.dispose()
