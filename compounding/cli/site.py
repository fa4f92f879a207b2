"""`compounding check` and `compounding backup`, and the site that such a command works on."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compounding.cli.answers import FINE, REFUSED, Answer, Refused, choice, choice_if_given, told
from compounding.cli.parsers import Commands, Parser
from compounding.cli.proof import NotProved
from compounding.cli.trace import traced, with_trace
from compounding.policy import Market
from compounding.wording.proof import CHECKED, COMPARED, NO_FOLDER, checked, compared, uncovered, unseen

if TYPE_CHECKING:
    from compounding.records import Anchor, Engine, Fault, Head

BACKED_UP = "backup made"


def add(commands: Commands) -> None:
    """Declares `check` and `backup`."""
    whole = commands.add_parser("check", help="check the database against its log")
    whole.once("--witness", "FOLDER", "the newest witness to compare with")
    whole.add_argument("--head", metavar="CODE", action="append", default=[], help="a code from paper; may be repeated")
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
    """The database of the site. Raises Refused where there is none, or where it cannot be read or is of an older
    program: none of these commands brings a schema forward."""
    from compounding.records import RecordsFault, open_database, require_current

    asked = _market(given.market)
    try:
        engine = open_database(_existing(asked), home=home().absolute())
        try:
            require_current(engine)
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


def answered(given: argparse.Namespace, act: Callable[[], Answer]) -> Answer:
    """The answer; what is refused is one too, with status 1. Raises Refused where something cannot be read."""
    from compounding.records import RecordsFault, RecordsRefused, Rollback

    try:
        return act()
    except (RecordsRefused, NotProved) as refused:
        figures = {"done": False, "rollback": isinstance(refused, Rollback), "message": str(refused)}
        return told(given, REFUSED, str(refused), figures)
    except RecordsFault as fault:
        raise Refused(str(fault)) from None


def folder_if_given(text: str | None) -> Path | None:
    """An empty name is one as well: whoever gave it named a folder, and is not told that nothing was compared."""
    return None if text is None else Path(text)


# ------------------------------------------------------------------ check


def _check(given: argparse.Namespace) -> Answer:
    heads = [_head(text) for text in given.head]
    with open_site(given) as engine:
        return _checked(given, engine, heads)


def _head(text: str) -> str:
    from compounding.evidence import Unreadable, read_head

    try:
        return str(read_head(text))
    except Unreadable as unreadable:
        raise Refused(f"--head: {unreadable}") from None


def _checked(given: argparse.Namespace, engine: Engine, heads: Sequence[str]) -> Answer:
    """A check of a log without an entry leaves none: that would start another log in its place."""
    from compounding.records import check

    folder, newest = folder_if_given(given.witness), _newest(engine)
    faults = check(engine, folder, heads)
    rests = _rests(engine, newest, folder, len(heads)) if newest and not faults else None
    untold = traced(engine, CHECKED, _details(newest, faults, folder, heads)) if newest else ""
    if newest is None or rests is None:
        listed = [{"part": fault.part, "place": fault.place, "message": fault.message} for fault in faults]
        return told(given, REFUSED, "\n".join(map(str, faults)), {"whole": False, "faults": listed})
    lines = "\n".join((f"The log is whole. Its newest entry: {newest.code}.", *rests.sentences))
    whole = {"whole": True, "head": newest.code, "faults": []}
    return told(given, FINE, with_trace(lines, untold), {**whole, **rests.figures, "logged": not untold})


def _newest(engine: Engine) -> Head | None:
    """None as well where there is no log to be read: the check says what there is instead."""
    from compounding.records import NotRead, head

    try:
        return head(engine)
    except NotRead:
        return None


def _details(newest: Head | None, faults: Sequence[Fault], folder: Path | None, heads: Sequence[str]) -> dict[str, str]:
    codes = {"codes from paper": str(len(heads))} if heads else {}
    witness = COMPARED if folder else NO_FOLDER
    return {**checked(newest.seq if newest else None, [str(fault) for fault in faults], witness), **codes}


@dataclass(frozen=True, slots=True)
class _Rests:
    """What a whole log rests on: what no checkpoint and no witness covers."""

    sentences: tuple[str, ...]
    figures: Mapping[str, int | None]


def _rests(engine: Engine, newest: Head, folder: Path | None, codes: int) -> _Rests:
    from compounding.records import proof

    now = proof(engine, folder)
    signed, seen = (_size(now.checkpoint), _size(now.witness)) if now else (None, None)
    sentences = uncovered(newest.seq, signed), unseen(newest.seq, seen), compared(codes)
    figures = {"newer_than_checkpoint": _behind(newest.seq, signed), "newer_than_witness": _behind(newest.seq, seen)}
    return _Rests(sentences, figures)


def _size(anchor: Anchor | None) -> int | None:
    return None if anchor is None else anchor.size


def _behind(newest: int, size: int | None) -> int | None:
    """A witness may have seen what was written after the check began."""
    return None if size is None else max(newest - size, 0)


# ------------------------------------------------------------------ backup


def _backup(given: argparse.Namespace) -> Answer:
    if Path(given.file).exists():
        raise Refused(f"{given.file}: the file exists, and a backup is never written over another.")
    with open_site(given) as engine:
        return answered(given, lambda: _backed_up(given, engine))


def _backed_up(given: argparse.Namespace, engine: Engine) -> Answer:
    from compounding.records import backup

    file = Path(given.file)
    head = backup(engine, file)
    untold = traced(engine, BACKED_UP, {"file": file.name, "log head": head.code})
    sentence = with_trace(f"{given.file}: checked, up to entry {head.code}.", untold)
    return told(given, FINE, sentence, {"head": head.code, "logged": not untold})
