"""What the log rests on, in words for the pages and for the command line, and what a check leaves in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compounding.wording.numbers import count

CHECKED = "chain checked"
"""The action of an entry that tells of a check of the whole log."""
FAULTS, FIRST, ENTRIES = "faults", "first fault", "entries"
COMPARED, NO_FOLDER, NOT_FOUND = "compared", "none", "not found"
"""What such an entry says of the witness: a folder may be named for it, and nothing lie there."""
SYSTEM_USER = "system user"
"""The detail of an entry from the console: who was logged in there, which proves nobody."""


def unseen(newest: int, seen: int | None) -> str:
    """What a witness does not vouch for; `seen` is the newest entry that it saw, None where none was compared."""
    if seen is None:
        return "No witness was compared: only one tells whether an older state was put back."
    if newest <= seen:
        return "The witness has seen every entry."
    return f"{newer(newest - seen, 'what the witness has seen')}."


def compared(codes: int) -> str:
    """How many codes from paper were compared with the log, where all of them fit."""
    if codes == 0:
        return "No code from paper was compared."
    return f"{count(codes, 'code')} from paper {'fits' if codes == 1 else 'fit'}."


def checked(newest: int | None, faults: Sequence[str], witness: str) -> dict[str, str]:
    """The details of a check up to the entry `newest`: what was read, and what did not fit."""
    told = {
        ENTRIES: "none" if newest is None else f"1 to {newest}",
        "witness": witness,
        FAULTS: str(len(faults)),
    }
    return {**told, FIRST: faults[0]} if faults else told


def checked_up_to(details: Mapping[str, str]) -> int | None:
    """The newest entry that a check read; None where its details name none."""
    newest = details.get(ENTRIES, "").rpartition(" to ")[2]
    return int(newest) if newest.isascii() and newest.isdecimal() else None


def newer(entries: int, than: str) -> str:
    """How many entries are newer than something: "3 entries are newer than that check"."""
    return f"{count(entries, 'entry', 'entries')} {'is' if entries == 1 else 'are'} newer than {than}"


def uncovered(newest: int, signed: int | None) -> str:
    """What the entries rest on that no checkpoint covers; `signed` is the entry of the newest one, None for none."""
    if signed is None:
        return "No checkpoint is signed yet: the log rests on the chain and the heads on paper."
    if newest <= signed:
        return "Every entry is covered by the last signed checkpoint."
    they = "it rests" if newest - signed == 1 else "they rest"
    said = newer(newest - signed, "the last signed checkpoint")
    return f"{said}; until the next one {they} on the chain and the heads on paper."
