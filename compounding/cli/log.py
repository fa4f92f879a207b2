"""`compounding log`: the log taken out, verified, witnessed."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from compounding.cli.answers import FINE, Answer, Refused, told
from compounding.cli.parsers import Commands
from compounding.cli.site import of_a_site, open_site
from compounding.wording.numbers import count


def add(commands: Commands) -> None:
    """Declares `log export`, `log verify` and `log witness`."""
    does = commands.add_parser("log", help="export, verify or witness the log").commands()

    export = does.add_parser("export", help="write every entry, checkpoint and the public key")
    export.add_argument("file", metavar="FILE", help="a file that does not exist yet")
    of_a_site(export).set_defaults(run=_export)

    verify = does.add_parser("verify", help="as `python evidence.py verify`, offline")
    verify.add_argument("rest", nargs=argparse.REMAINDER, metavar="FILE [--head CODE]… [--public-key FILE]")
    verify.set_defaults(run=_verify)

    witness = does.add_parser("witness", help="copy the newest checkpoint to a folder elsewhere")
    witness.add_argument("folder", metavar="FOLDER")
    of_a_site(witness).set_defaults(run=_witness)


def _export(given: argparse.Namespace) -> Answer:
    from compounding.records import export_log

    with open_site(given) as engine, _new_file(given.file) as file:
        counts = export_log(engine, file)
    sentence = f"{given.file}: {count(counts.entries, 'entry', 'entries')}, {count(counts.checkpoints, 'checkpoint')}."
    return told(given, FINE, sentence, {"entries": counts.entries, "checkpoints": counts.checkpoints})


@contextmanager
def _new_file(name: str) -> Iterator[BinaryIO]:
    """A file that did not exist; gone again where what fills it fails. Raises Refused."""
    try:
        file = open(name, "xb")  # noqa: SIM115 - closed below, whether or not it is kept
    except OSError as error:
        raise Refused(f"{name}: cannot be written: {error.strerror}.") from None
    try:
        with file:
            yield file
    except BaseException:
        Path(name).unlink()
        raise


def _verify(given: argparse.Namespace) -> Answer:
    from compounding import evidence

    return Answer(evidence.main(["verify", *given.rest]))


def _witness(given: argparse.Namespace) -> Answer:
    from compounding.records import witness

    with open_site(given) as engine:
        kept = witness(engine, Path(given.folder))
    sentence = f"{given.folder}: the checkpoint of {kept.at} over {count(kept.size, 'entry', 'entries')}."
    return told(given, FINE, sentence, {"size": kept.size, "root": kept.root, "at": kept.at})
