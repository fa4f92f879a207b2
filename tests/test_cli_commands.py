"""How the command is put together: every module has its row, `plan` starts light, and `serve` serves."""

import pkgutil
import signal
import socket
import subprocess
import sys
import time
from importlib import import_module
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from compounding import cli
from compounding.cli.answers import Refused
from compounding.cli.parsers import Parser


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COMPOUNDING_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


# ------------------------------------------------------------------ the table


def test_every_module_of_commands_has_its_row_once():
    modules = [import_module(f"compounding.cli.{found.name}") for found in pkgutil.iter_modules(cli.__path__)]
    declaring = [module.add for module in modules if hasattr(module, "add")]
    assert sorted(add.__module__ for add in declaring) == sorted(add.__module__ for add in cli.COMMANDS)
    assert set(declaring) == set(cli.COMMANDS)


def test_every_command_says_in_the_help_what_it_does(capsys):
    with pytest.raises(SystemExit) as left:
        cli.main(["--help"])
    assert left.value.code == 0
    out = capsys.readouterr().out
    for what in (
        "compute a plan; nothing is stored",
        "read a scan of a vial; nothing is stored",
        "compute the times from the first vial wetted; nothing is stored",
        "look after the drug files",
        "export, verify or witness the log",
        "check the database against its log",
        "write a checked backup to a new file",
        "set up a site for patient use, in an empty folder and database",
        "put a backup into an empty database, checked",
        "care for the database",
        "serve the pages on this machine",
    ):
        assert what in out


HEAVY = {
    "compounding.records", "compounding.web", "compounding.training", "compounding.papers", "compounding.evidence",
    "labels", "sqlalchemy", "alembic", "cryptography", "flask", "wtforms", "waitress", "reportlab", "PIL", "zxingcpp",
    "biip",
}  # fmt: skip

LISTS_ITS_MODULES = """
import sys
from compounding.cli import main
status = main(sys.argv[1:])
print(*sys.modules, sep="\\n", file=sys.stderr)
sys.exit(status)
"""


def loaded(*words):
    command = [sys.executable, "-c", LISTS_ITS_MODULES, *words]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stderr.split())


def test_a_plan_loads_neither_database_nor_pages_nor_labels(home):
    light = loaded("plan", "--market", "us", *["--height", "170", "--weight", "70", "--cycle", "1", "--day", "1"])
    assert "compounding.preparation" in light
    assert light & HEAVY == set()


def test_what_a_plan_does_not_load_is_there_to_be_loaded():
    """Else a name in HEAVY that is spelt wrongly would prove nothing."""
    assert {name for name in HEAVY if import_module(name).__name__ != name} == set()


# ------------------------------------------------------------------ what may be typed


@pytest.fixture
def parser():
    made = Parser(prog="trial")
    does = made.commands()
    command = does.add_parser("keep")
    command.once("--folder", "FOLDER", "where")
    command.flag("--json", "as JSON")
    return made


TYPED = [
    ("keep", (None, None)),
    ("keep --folder a", ("a", None)),
    ("keep --folder= --json", ("", True)),
    ("keep --json --folder=--json", ("--json", True)),
]


@pytest.mark.parametrize(("line", "kept"), TYPED)
def test_an_option_is_kept_as_it_was_typed(parser, line, kept):
    given = parser.parse_args(line.split())
    assert (given.folder, given.json) == kept


MISTYPED = [
    ([], "the following arguments are required: COMMAND."),
    (["keep", "--fold", "a"], "unrecognized arguments: --fold a."),
    (["keep", "--folder"], "--folder: expected one argument."),
    (["keep", "--folder", "a", "--folder", "a"], "--folder: is given more than once."),
    (["keep", "--folder", "", "--folder", "a"], "--folder: is given more than once."),
    (["keep", "--json", "--json"], "--json: is given more than once."),
    (["keep", "--json=yes"], "--json: takes no value."),
    (["keep", "a\nb"], "unrecognized arguments: a\\u000ab."),
]


@pytest.mark.parametrize(("words", "sentence"), MISTYPED)
def test_what_may_not_be_typed_is_one_sentence(parser, words, sentence):
    with pytest.raises(Refused) as refused:
        parser.parse_args(words)
    assert str(refused.value) == sentence


# ------------------------------------------------------------------ serve


REFUSED_BY_SERVE = [
    ("--port 0", "--port: “0” is not from 1 to 65535."),
    ("--port 65536", "--port: “65536” is not from 1 to 65535."),
    ("--port web", "--port: “web” cannot be read. Use figures only."),
    ("--market fr", "--market: “fr” is none of us, uk."),
]


@pytest.mark.parametrize(("line", "sentence"), REFUSED_BY_SERVE)
def test_serve_refuses_before_it_makes_a_site(home, capsys, line, sentence):
    assert cli.main(["serve", *line.split()]) == 2
    assert capsys.readouterr() == ("", f"{sentence}\n")
    assert list(home.iterdir()) == []


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:  # port 0: the system picks a free one
        return found.getsockname()[1]


def answered(port, until):
    """The first page, as soon as the server is up."""
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
                return page.status, page.read().decode()
        except URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


@pytest.mark.slow
def test_serve_serves_until_it_is_interrupted(home):
    port = free_port()
    command = [sys.executable, "-m", "compounding.cli", "serve", "--market", "uk", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as serving:
        try:
            status, page = answered(port, until=time.monotonic() + 60)
            serving.send_signal(signal.SIGINT)
            out, err = serving.communicate(timeout=30)
        finally:
            serving.kill()
    assert (status, "Example Infirmary" in page) == (200, True)
    assert (serving.returncode, err) == (0, "")
    assert out == f"Serving http://127.0.0.1:{port} in training mode. Stop it with Ctrl+C.\n"


@pytest.mark.slow
def test_a_port_that_is_taken_is_one_sentence(home):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "compounding.cli", "serve", "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (2, f"--port: {port} cannot be used: Address already in use.\n")
