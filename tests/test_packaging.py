"""What a site installs: the lock says which versions, the list says why, and the wheel is whole."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
SHIPPED = ("compounding", "labels", "templates")


def declared() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"].values()
    return [Requirement(line) for lines in (PROJECT["dependencies"], *extras) for line in lines]


# ------------------------------------------------------------------ the lock and the list


def test_every_dependency_is_locked_at_a_version_that_its_range_allows() -> None:
    pins = {
        pin.name: next(iter(pin.specifier)).version
        for line in LOCK.splitlines()
        if line and not line.lstrip().startswith("#")
        for pin in [Requirement(line)]
    }
    for wanted in declared():
        name = canonicalize_name(wanted.name)
        assert name in pins, f"{name} is not in requirements.lock: make lock"
        assert wanted.specifier.contains(pins[name]), f"{name}: {pins[name]} is outside {wanted.specifier}"


@pytest.mark.parametrize("trace", ["://", "/", "--", "@"])
def test_the_lock_names_no_host_and_no_folder(trace: str) -> None:
    assert [line for line in LOCK.splitlines() if trace in line] == []


def test_every_dependency_is_explained_and_nothing_else_is() -> None:
    rows = re.findall(r"^\| ([A-Za-z][\w.-]*) \|", (ROOT / "docs/dependencies.md").read_text("utf-8"), re.M)
    headings = {"name"}
    assert {canonicalize_name(row) for row in rows} - headings == {
        canonicalize_name(wanted.name) for wanted in declared()
    }


# ------------------------------------------------------------------ the wheel


def run(*command: str | Path, **more: Any) -> str:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, **more)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return str(done.stdout)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, since a build leaves its own folders behind. Nothing is fetched."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "LICENSE", "wsgi.py"):
        shutil.copy(ROOT / name, source)
    for name in SHIPPED:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    run(
        *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"),
        *("--wheel-dir", folder, source),
    )
    return next(folder.glob("*.whl"))


def shipped_files() -> Iterator[str]:
    for name in SHIPPED:
        for path in (ROOT / name).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT).as_posix()


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_program(wheel: Path) -> None:
    """A new kind of file needs its ending in pyproject.toml, under package-data."""
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == {"wsgi.py", *shipped_files()}


PROGRAM = """
import sys, compounding, labels, wsgi
for module in (compounding, labels, wsgi):
    assert module.__file__.startswith(sys.prefix), module.__file__
answer = wsgi.app.test_client().get("/", follow_redirects=True)
print(answer.status)
assert answer.status_code == 200
assert b"<h1" in answer.data, answer.data
"""


@pytest.mark.slow
def test_an_installed_wheel_answers_far_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """A venv with the wheel in it; what the wheel depends on is borrowed from the environment of this run."""
    home = tmp_path / "venv"
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    own = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(home), "platbase": str(home)}))
    # A path named in a .pth stands after the venv's own, and its own .pth (the editable install) is not read.
    (own / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    run(
        *(sys.executable, "-m", "pip", "--python", scripts / "python"),
        *("install", "--quiet", "--no-deps", "--no-index", "--force-reinstall", wheel),
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    foreign = ("PYTHONPATH", "DATABASE_URL")
    environment = {name: value for name, value in os.environ.items() if name not in foreign}
    environment["COMPOUNDING_HOME"] = str(tmp_path / "instance")
    assert "200" in run(scripts / "python", "-c", PROGRAM, cwd=elsewhere, env=environment)
    run(scripts / "compounding", "--help", cwd=elsewhere, env=environment)
