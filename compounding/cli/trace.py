"""What a command that only reads leaves in the log: that the program did it, and who was logged in at the console."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from compounding.cli.proof import CONSOLE
from compounding.wording.proof import SYSTEM_USER

if TYPE_CHECKING:
    from compounding.records import Engine


def traced(engine: Engine, action: str, details: Mapping[str, str]) -> str:
    """Stores the entry, and gives "". Where none can be stored, why: a database that may only be read, that was moved
    or whose key is away is checked and taken out all the same."""
    from compounding import sites
    from compounding.records import PROGRAM, Event, RecordsFault, record

    told = {**details, SYSTEM_USER: _system_user()}
    try:
        zone = sites.known(engine).zone
        record(engine, Event(PROGRAM, action, datetime.now(UTC), told, workstation=CONSOLE, zone=zone))
    except RecordsFault as fault:
        return str(fault)
    return ""


def with_trace(sentence: str, untold: str) -> str:
    """The sentence of a command, and that no entry tells of it where that is so."""
    return f"{sentence} No entry of the log tells of it: {untold}" if untold else sentence


def _system_user() -> str:
    """By the system's own table: an environment may say anything."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):  # not everywhere is there such a table, and not everybody is in it
        return "unknown"
