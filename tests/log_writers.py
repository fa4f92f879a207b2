"""What the tests run in processes of their own: writers that start, append, are killed.

They are forked from one process that has imported everything, so that thirty of them take seconds.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from databases import Place
from test_records import ENTERED, keyed

from compounding.records import migrate, open_database, record, save_preparation, schema_version

_TESTS = Path(__file__).parent
_CONTEXT = multiprocessing.get_context("forkserver")


@contextmanager
def started(work: Callable[..., None], place: Place, *arguments: object) -> Iterator[tuple[Any, Connection]]:
    """A process at work, and our end of its pipe. It is killed at the end of the block if it still runs."""
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=work, args=(theirs, place.url, place.home, *arguments), daemon=True)
    before = os.environ.get("PYTHONPATH")
    # The process that is forked from knows no other way to find its modules.
    os.environ["PYTHONPATH"] = os.pathsep.join(map(str, (_TESTS, _TESTS.parent)))
    try:
        _CONTEXT.set_forkserver_preload([__name__])
        process.start()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
    theirs.close()
    try:
        yield process, ours
    finally:
        process.kill()
        process.join(60)
        ours.close()


def everything(ours: Connection) -> list[Any]:
    """What a process said before it ended. A message that was cut off is none."""
    said = []
    while True:
        try:
            said.append(ours.recv())
        except (EOFError, OSError):
            return said


def start(pipe: Connection, url: str, home: Path, owner_url: str | None) -> None:
    """Opens and migrates when it is told to."""
    pipe.send("ready")
    pipe.recv()
    engine = open_database(url, home=home, owner_url=owner_url)
    migrate(engine)
    pipe.send(schema_version(engine))
    engine.dispose()


def save_without_end(pipe: Connection, url: str, home: Path, name: object) -> None:
    """Saves one preparation after another, and tells of each when it is stored."""
    engine = open_database(url, home=home)
    migrate(engine)
    for n in range(1_000_000):
        saved = save_preparation(engine, keyed((name, n)), ENTERED)
        pipe.send((saved.number, saved.content.request_key))


def append(pipe: Connection, url: str, home: Path, many: int) -> None:
    """Appends so many entries when it is told to."""
    engine = open_database(url, home=home)
    migrate(engine)
    pipe.send("ready")
    pipe.recv()
    for _ in range(many):
        record(engine, ENTERED)
    pipe.send("done")
    engine.dispose()
