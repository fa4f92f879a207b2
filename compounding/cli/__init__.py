"""The `compounding` command: a thin door to the modules that the pages use.

Exit status: 0 fine; 1 read, but refused or stopped; 2 the input could not be read, with one sentence
on standard error that names the option and what is wrong.

answers   what a command says, its exit status, and options read once
parsers   what may be typed, and one sentence where it is something else
plans     plan
drugs     formulary check
scans     scan
clocks    clocks
courses   course
site      check, backup, and the site that such a command works on
trace     the entry that a reading command leaves
init      init
moving    restore, database move
proof     a password typed at the terminal, and whose it is
log       log export, log verify, log witness
server    serve

A module of commands has a function `add`, which declares them, and a row in COMMANDS. It imports records
and web inside the functions that use them, so that `plan` starts fast.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from typing import TextIO

from compounding.cli import clocks, courses, drugs, init, log, moving, plans, scans, server, site
from compounding.cli.answers import UNREADABLE, Answer, Refused
from compounding.cli.parsers import Commands, Parser
from compounding.formulary import FormularyFaults

COMMANDS: tuple[Callable[[Commands], None], ...] = (
    plans.add,
    scans.add,
    clocks.add,
    courses.add,
    drugs.add,
    log.add,
    site.add,
    init.add,
    moving.add,
    server.add,
)
"""What declares the commands, in the order of the help."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a closed one is None
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        answer = _run(arguments)
    except FormularyFaults as faults:
        more = f" It has {len(faults.faults)} faults: see `compounding formulary check`." if faults.faults[1:] else ""
        return _say(Answer(UNREADABLE, f"{faults.faults[0]}.{more}"), sys.stderr)
    except Refused as refused:
        return _say(Answer(UNREADABLE, str(refused)), sys.stderr)
    return _say(answer, sys.stdout)


def _run(arguments: Sequence[str] | None) -> Answer:
    parser = Parser(prog="compounding", description="A preparation desk for hospital pharmacies.")
    commands = parser.commands()
    for add in COMMANDS:
        add(commands)
    given = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], Answer] = given.run
    return run(given)


def _say(answer: Answer, stream: TextIO | None) -> int:
    """Writes an answer and gives its status, whether or not anybody is left to read it."""
    if stream is None or not answer.text:
        return answer.status
    try:
        print(answer.text, file=stream, flush=True)
    except BrokenPipeError:  # whoever read the output has gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        print(f"The answer could not be written: {error.strerror}.", file=sys.stderr)
        return UNREADABLE
    return answer.status
