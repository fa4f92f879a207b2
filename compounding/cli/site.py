"""`compounding check` and `compounding backup`, and the site that such a command works on."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from compounding.cli.answers import FINE, REFUSED, Answer, Refused, choice, choice_if_given, told
from compounding.cli.parsers import Commands, Parser
from compounding.policy import Market

if TYPE_CHECKING:
    from compounding.records import Engine


def add(commands: Commands) -> None:
    """Declares `check` and `backup`."""
    whole = commands.add_parser("check", help="check the database against its log")
    whole.once("--witness", "FOLDER", "the newest witness to compare with")
    of_a_site(whole).set_defaults(run=_check)

    kept = commands.add_parser("backup", help="write a checked backup to a new file")
    kept.add_argument("file", metavar="FILE")
    of_a_site(kept).set_defaults(run=_backup)


def of_a_site(command: Parser) -> Parser:
    """A command that works on a site's database: the one that `sites` finds."""
    command.once("--market", "us|uk", "which training site; default us")
    command.flag("--json", "one JSON object instead of sentences")
    return command


def home() -> Path:
    """The folder of what the site keeps: COMPOUNDING_HOME, else instance/."""
    return Path(os.environ.get("COMPOUNDING_HOME", "instance"))


@contextmanager
def open_site(given: argparse.Namespace) -> Iterator[Engine]:
    """The database of the site. Raises Refused where there is none, or where it cannot be read."""
    from compounding.records import RecordsFault, open_database

    asked = _market(given.market)
    try:
        engine = open_database(_existing(asked), home=home().absolute())
        try:
            if given.market is not None:
                _refuse_another(engine, asked)
            yield engine
        finally:
            engine.dispose()
    except RecordsFault as fault:
        raise Refused(str(fault)) from None


def _market(named: str | None) -> Market | None:
    if named is not None:
        return choice("--market", Market, named)
    return choice_if_given("COMPOUNDING_MARKET", Market, os.environ.get("COMPOUNDING_MARKET"))


def _existing(market: Market | None) -> str:
    """The address of the site's database; a file that is not there is not made."""
    from compounding import sites

    url = sites.address(home(), market)
    file = sites.sqlite_file(url)
    if file is not None and not file.exists():
        raise Refused(
            f"There is no site at {file}: `compounding serve` makes one for training, `compounding init` for patients."
        )
    return url


def _refuse_another(engine: Engine, asked: Market | None) -> None:
    from compounding import sites

    said = sites.known(engine).market
    if said not in (None, asked):
        raise Refused(f"--market: the site is of the market {said.value}.")


def _check(given: argparse.Namespace) -> Answer:
    from compounding.records import check, head

    with open_site(given) as engine:
        faults = check(engine, Path(given.witness) if given.witness else None)
        newest = head(engine)
    if faults:
        listed = [{"part": fault.part, "place": fault.place, "message": fault.message} for fault in faults]
        return told(given, REFUSED, "\n".join(map(str, faults)), {"whole": False, "faults": listed})
    code = newest.code if newest else None
    sentence = f"The log is whole. Its newest entry: {code}."
    return told(given, FINE, sentence, {"whole": True, "head": code, "faults": []})


def _backup(given: argparse.Namespace) -> Answer:
    from compounding.records import backup

    with open_site(given) as engine:
        newest = backup(engine, Path(given.file))
    code = newest.code if newest else None
    return told(given, FINE, f"{given.file}: checked, up to entry {code}.", {"head": code})
