"""`compounding log`: the log taken out, verified, witnessed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from compounding.cli.answers import FINE, Answer, told
from compounding.cli.new_files import new_file
from compounding.cli.parsers import Commands
from compounding.cli.site import answered, of_a_site, open_site
from compounding.cli.trace import traced, with_trace
from compounding.wording.numbers import count, figure

if TYPE_CHECKING:
    from compounding.records import Witness

EXPORTED = "log exported"
"""As at the desk, so that one search finds both."""


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

    with open_site(given) as engine:
        with new_file(given.file) as file:
            counts = export_log(engine, file)
        details = {"entries": figure(counts.entries), "checkpoints": figure(counts.checkpoints)}
        untold = traced(engine, EXPORTED, {"what": "the whole log", **details})
    sentence = f"{given.file}: {count(counts.entries, 'entry', 'entries')}, {count(counts.checkpoints, 'checkpoint')}."
    figures = {"entries": counts.entries, "checkpoints": counts.checkpoints, "logged": not untold}
    return told(given, FINE, with_trace(sentence, untold), figures)


def _verify(given: argparse.Namespace) -> Answer:
    from compounding import evidence

    return Answer(evidence.main(["verify", *given.rest]))


def _witness(given: argparse.Namespace) -> Answer:
    from compounding.records import witness

    with open_site(given) as engine:
        return answered(given, lambda: _witnessed(given, witness(engine, Path(given.folder))))


def _witnessed(given: argparse.Namespace, kept: Witness) -> Answer:
    sentence = f"{given.folder}: the checkpoint of {kept.at} over {count(kept.size, 'entry', 'entries')}."
    return told(given, FINE, sentence, {"size": kept.size, "root": kept.root, "at": kept.at})
