"""A folder and a database for a site, of each kind in turn, and `compounding init` as somebody types it."""

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from databases import Place

from compounding.cli import main

PASSWORD = "nine green kayaks drift"
OTHER_PASSWORD = "seven brown otters sing"
ADMINISTRATOR = "rivers"
URL = "https://desk.example.org"

TYPED = {
    "--market": "us",
    "--name": "Riverside Hospital",
    "--pharmacy": "Riverside Hospital Pharmacy",
    "--address": "9 Quay Street, Rivertown, NY 00000",
    "--phone": "(212) 555-0143",
    "--zone": "America/New_York",
    "--url": URL,
    "--administrator": ADMINISTRATOR,
    "--administrator-name": "T. Rivers",
}
PLACES = ("Cabinet 1", "Office")


def entered(place: Place, folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """The environment of a site whose database is of this kind; gives its folder, which is not there yet."""
    home = folder / "site"
    patch.setenv("COMPOUNDING_HOME", str(home))
    patch.delenv("COMPOUNDING_MARKET", raising=False)
    if place.kind == "sqlite":
        patch.delenv("DATABASE_URL", raising=False)
    else:
        patch.setenv("DATABASE_URL", place.url)
        patch.setenv("DATABASE_OWNER_URL", str(place.owner_url))
    return home


def words(places: Sequence[str] = PLACES, **changes: str | None) -> list[str]:
    """What is typed after `compounding`; None leaves an option out."""
    options = {**TYPED, **{f"--{name.replace('_', '-')}": text for name, text in changes.items()}}
    typed = [part for option, text in options.items() if text is not None for part in (option, text)]
    return ["init", *typed, *(part for place in places for part in ("--workstation", place))]


def typing(patch: pytest.MonkeyPatch, *lines: str) -> None:
    """Standard input that is no terminal."""
    patch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def at_a_terminal(patch: pytest.MonkeyPatch, *typed: str) -> list[str]:
    """A terminal at which this is typed unseen; gives the questions as they come."""
    asked: list[str] = []
    answers = iter(typed)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return next(answers)

    patch.setattr(sys, "stdin", Terminal())
    patch.setattr("getpass.getpass", ask)
    return asked


def set_up(patch: pytest.MonkeyPatch, **changes: str | None) -> None:
    """A site for patient use."""
    typing(patch, PASSWORD)
    assert main(words(**changes)) == 0


def run(capsys: Any, *typed: object) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a command."""
    capsys.readouterr()
    status = main([str(word) for word in typed])
    said = capsys.readouterr()
    return status, said.out, said.err
