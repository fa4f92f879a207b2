"""`compounding init`: a site for patient use is made whole, by a named person, in an empty place, or not at all."""

import json
import os

import pytest
from homes import ADMINISTRATOR, PASSWORD, PLACES, URL, at_a_terminal, entered, run, set_up, typing, words

from compounding import sites
from compounding.cli import main
from compounding.credentials import matches, secrets_key
from compounding.records import EntrySearch, accounts, check, chosen_by, find_entries, open_database, secrets, settings

OPTIONS = [word for word in words(()) if word.startswith("--")]


@pytest.fixture
def home(bare_place, tmp_path, monkeypatch):
    return entered(bare_place, tmp_path, monkeypatch)


@pytest.fixture
def file_home(tmp_path, monkeypatch):
    """A folder whose site is in a SQLite file."""
    home = tmp_path / "site"
    monkeypatch.setenv("COMPOUNDING_HOME", str(home))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return home


@pytest.fixture
def database(home, monkeypatch):
    """The database of a site that was set up."""
    set_up(monkeypatch)
    engine = open_database(sites.address(home, None), home=home)
    yield engine
    engine.dispose()


def story(engine):
    """Who did what, the oldest entry first."""
    found = [entry.event for entry in reversed(find_entries(engine, EntrySearch()))]
    return [(event.person.name, event.action, event.subject) for event in found]


# ------------------------------------------------------------------ what it makes


def test_everything_is_written_in_order_and_in_the_administrators_name(database):
    assert story(database) == [
        ("T. Rivers", "log started", ""),
        ("T. Rivers", "site set up", ""),
        ("T. Rivers", "account opened", "staff:rivers"),
    ]
    assert check(database) == ()


def test_what_was_typed_is_the_sites_settings(database):
    assert {setting.name: setting.value for setting in settings(database)} == {
        "site.mode": "patient",
        "site.market": "us",
        "site.url": URL,
        "site.name": "Riverside Hospital",
        "site.pharmacy": "Riverside Hospital Pharmacy",
        "site.address": "9 Quay Street, Rivertown, NY 00000",
        "site.phone": "(212) 555-0143",
        "site.workstations": "Cabinet 1\nOffice",
        "zone": "America/New_York",
    }


def test_the_first_administrator_chose_the_password(database, home):
    [account] = accounts(database)
    assert (account.user, account.name, account.role) == ("rivers", "T. Rivers", "administrator")
    assert account.active
    assert not account.training
    assert matches(secrets(database, "rivers")["password"], PASSWORD, secrets_key(home))
    assert chosen_by(database, "rivers")["password"].id == "rivers"


def test_it_says_what_comes_next_and_no_secret(home, monkeypatch, capsys):
    typing(monkeypatch, PASSWORD)
    status, out, err = run(capsys, *words())
    assert (status, err) == (0, "")
    for said in ("Riverside Hospital is set up for patient use", "signing.key and secrets.key", URL, "second factor"):
        assert said in out
    assert PASSWORD not in out
    held = b"".join(path.read_bytes() for path in home.iterdir())
    assert PASSWORD.encode() not in held


def test_the_answer_has_its_form_for_programs(home, monkeypatch, capsys):
    typing(monkeypatch, PASSWORD)
    said = json.loads(run(capsys, *words(), "--json")[1])
    assert said == {"made": True, "head": said["head"], "url": URL}
    assert said["head"].startswith("3 ")  # log started, site set up, account opened


@pytest.mark.parametrize(
    ("changes", "places", "setting", "value"),
    [
        ({"pharmacy": None}, PLACES, "site.pharmacy", "Riverside Hospital"),
        ({}, (), "site.workstations", "Workstation 1"),
        ({"url": "https://desk.example.org:8443/"}, PLACES, "site.url", "https://desk.example.org:8443"),
        ({"market": "uk", "zone": "Europe/London"}, PLACES, "site.market", "uk"),
    ],
)
def test_what_may_be_left_out(file_home, monkeypatch, changes, places, setting, value):
    typing(monkeypatch, PASSWORD)
    assert main(words(places, **changes)) == 0
    engine = open_database(f"sqlite:///{sites.file(file_home)}")
    assert {row.name: row.value for row in settings(engine)}[setting] == value
    engine.dispose()


def test_its_files_are_its_owners_alone(file_home, monkeypatch):
    set_up(monkeypatch)
    assert sorted(os.listdir(file_home)) == ["secrets.key", "signing.key", "site.sqlite"]
    assert {path.stat().st_mode & 0o777 for path in file_home.iterdir()} == {0o600}
    assert file_home.stat().st_mode & 0o777 == 0o700


# ------------------------------------------------------------------ what it refuses

UNREADABLE = [
    *(({name.removeprefix("--").replace("-", "_"): None}, f"{name}: is missing.")
      for name in ("--market", "--name", "--address", "--phone", "--zone", "--url", "--administrator")),
    ({"administrator_name": None}, "--administrator-name: is missing."),
    ({"market": "fr"}, "--market: “fr” is none of us, uk."),
    ({"zone": "Mars/Olympus"}, "--zone: “Mars/Olympus” is not a time zone, as in “Europe/London”."),
    ({"zone": "../x"}, "--zone: “../x” is not a time zone, as in “Europe/London”."),
    ({"name": " "}, "--name: Type a text."),
    ({"name": "x" * 81}, "--name: This text of 81 characters is too long: 80 characters at most."),
    ({"phone": "1\u20282"}, "--phone: “1\\u20282” holds a character that cannot be printed."),
    *(({"url": url}, f"--url: “{url}” is not an address such as https://desk.example.org.")
      for url in (
          "http://desk.example.org", "desk.example.org", "https://", "https://desk.example.org/desk",
          "https://desk.example.org?x=1", "https://me@desk.example.org", "https://desk.example.org:port",
          "ftp://desk.example.org", "HTTPS//desk",
      )),
    *(({"administrator": user},
       f"--administrator: “{user}” cannot be a user name. Use letters a to z, figures, and . - between.")
      for user in ("Rivers", "t rivers", "r", "1st", "rivers.", "rívers")),
    *(({"administrator": user}, f"--administrator: “{user}” is kept for the program. Choose another.")
      for user in ("program", "unknown", "new")),
    ({"administrator": "x" * 41}, "--administrator: This text of 41 characters is longer than 40 characters."),
    ({"administrator_name": "T. Riv\u0435rs"},  # a Cyrillic е
     "--administrator-name: “T. Riv\u0435rs” mixes Latin and Cyrillic letters: type it in one alphabet."),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "sentence"), UNREADABLE)
def test_what_cannot_be_read_is_named_and_nothing_is_written(file_home, monkeypatch, capsys, changes, sentence):
    typing(monkeypatch, PASSWORD)
    assert run(capsys, *words(**changes)) == (2, "", f"{sentence}\n")
    assert not file_home.exists()


def test_a_workstation_twice_is_refused(file_home, monkeypatch, capsys):
    typing(monkeypatch, PASSWORD)
    status, _, err = run(capsys, *words(("Office", "Office")))
    assert (status, err) == (2, "--workstation: “Office” stands there twice.\n")


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_given_twice_is_refused(file_home, capsys, option):
    assert run(capsys, *words(), option, "x") == (2, "", f"{option}: is given more than once.\n")


WEAK = [
    ("", "The password: none was given. Nothing was done."),
    ("x" * 14, "The password: A password has at least 15 characters, and this one 14."),
    ("riverside-hospital-2026", "The password: This password is made of names that stand on this desk"),
    ("besponsa besponsa besponsa", "The password: This password is made of names that stand on this desk"),
    ("rivers rivers rivers", "The password: This password is made of names that stand on this desk"),
    ("open sesame, open sesame", "The password: This password is on the list of those that are guessed first."),
]


@pytest.mark.parametrize(("password", "sentence"), WEAK)
def test_a_weak_password_is_refused_and_nothing_is_written(file_home, monkeypatch, capsys, password, sentence):
    file_home.mkdir()
    (file_home / "refused-passwords.txt").write_text("Open sesame, open sesame\n")
    typing(monkeypatch, password)
    status, out, err = run(capsys, *words())
    assert (status, out) == (2, "")
    assert err.startswith(sentence)
    assert os.listdir(file_home) == ["refused-passwords.txt"]


def test_at_a_terminal_it_is_typed_twice_unseen(file_home, monkeypatch, capsys):
    asked = at_a_terminal(monkeypatch, PASSWORD, PASSWORD)
    assert run(capsys, *words())[0] == 0
    assert asked == [f"A password for {ADMINISTRATOR}: ", "The same again: "]


def test_two_that_differ_are_refused(file_home, monkeypatch, capsys):
    at_a_terminal(monkeypatch, PASSWORD, PASSWORD + "s")
    assert run(capsys, *words()) == (2, "", "The password: the two differ. Nothing was done.\n")
    assert not file_home.exists()


@pytest.mark.parametrize("held", ["training-us.sqlite", "site.sqlite", "secrets.key", "letters.txt", "init.lock"])
def test_a_folder_in_use_is_refused_before_anything_is_asked(file_home, monkeypatch, capsys, held):
    file_home.mkdir()
    (file_home / held).write_text("kept")
    asked = at_a_terminal(monkeypatch, PASSWORD, PASSWORD)
    status, out, err = run(capsys, *words())
    assert (status, err, asked) == (1, "", [])
    assert out == (
        f"The folder {file_home} is in use: it holds {held}. A site for patient use starts in an empty one:"
        " name it in COMPOUNDING_HOME.\n"
    )
    assert os.listdir(file_home) == [held]
    assert (file_home / held).read_text() == "kept"


def test_what_a_site_lays_there_before_is_no_use_of_it(file_home, monkeypatch):
    (file_home / "drugs").mkdir(parents=True)
    (file_home / "refused-passwords.txt").write_text("password\n")
    set_up(monkeypatch)
    assert sites.file(file_home).exists()


def test_a_second_site_is_refused(home, monkeypatch, capsys):
    set_up(monkeypatch)
    typing(monkeypatch, PASSWORD)
    before = {path.name: path.read_bytes() for path in home.iterdir() if path.suffix == ".key"}
    assert run(capsys, *words())[0] == 1
    assert {path.name: path.read_bytes() for path in home.iterdir() if path.suffix == ".key"} == before


def test_a_database_that_holds_anything_is_refused(home, monkeypatch, capsys, tmp_path):
    """Training data too: the folder is another, and empty."""
    if "DATABASE_URL" not in os.environ:
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'elsewhere' / 'kept.sqlite'}")
    from compounding.web import create_app

    create_app(home).extensions["desk"].engine.dispose()
    monkeypatch.setenv("COMPOUNDING_HOME", str(tmp_path / "empty"))
    typing(monkeypatch, PASSWORD)
    said = "The database is in use: a site for patient use starts in an empty one.\n"
    assert run(capsys, *words()) == (1, said, "")
    assert not (tmp_path / "empty").exists()
    engine = open_database(os.environ["DATABASE_URL"], home=home)
    assert sites.known(engine).mode is None
    engine.dispose()


@pytest.mark.parametrize("breaks", ["put_settings", "put_account"])
def test_what_fails_halfway_leaves_nothing(file_home, monkeypatch, capsys, breaks):
    from compounding.records import NotSaved

    def fails(*_, **__):
        raise NotSaved("Not saved: the disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(f"compounding.founding.{breaks}", fails)
        typing(broken, PASSWORD)
        assert run(capsys, *words()) == (2, "", "Not saved: the disk is full.\n")
    assert not file_home.exists()
    set_up(monkeypatch)


def test_one_that_is_at_work_is_not_disturbed(file_home, monkeypatch, capsys):
    """The second comes between the first one's look at the folder and its claim."""
    from compounding import founding

    def looks_too_early(home):
        home.mkdir(exist_ok=True)
        (home / "init.lock").touch()

    monkeypatch.setattr(founding, "refuse_used", looks_too_early)
    typing(monkeypatch, PASSWORD)
    assert run(capsys, *words())[:2] == (1, f"Another `compounding init` is at work in {file_home}.\n")
    assert os.listdir(file_home) == ["init.lock"]
