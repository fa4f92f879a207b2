"""What the log rests on, for the pages that show it: the newest check, the head, the checkpoint, the witness."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from compounding import records
from compounding.records import Anchor, EntrySearch, Head, Proof, RecordedEvent
from compounding.web import identity
from compounding.web.desk import Desk
from compounding.wording.numbers import capital, count, day, figure, moment

CHECKED = "chain checked"
_FAULTS, _FIRST, _ENTRIES = "faults", "first fault", "entries"


@dataclass(frozen=True, slots=True)
class Rest:
    """One thing that the log rests on: its name, the entry, and what is to be said of it."""

    name: str
    entry: str
    note: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class ChainView:
    """The proof as a page shows it."""

    look: str
    """done, stop or todo."""
    title: str
    faults: tuple[str, ...]
    rests: tuple[Rest, ...]
    note: str


def witness_folder() -> Path | None:
    """Where the site's witness lies: COMPOUNDING_WITNESS; None where it names nothing."""
    named = os.environ.get("COMPOUNDING_WITNESS", "")
    return Path(named) if named else None


def check_chain(d: Desk, subject: str = "") -> None:
    """Checks the whole log against the database and its witness, and logs what was found. Raises RecordsFault."""
    folder = witness_folder()
    newest = records.head(d.engine)
    faults = records.check(d.engine, folder)
    told = {
        _ENTRIES: f"1 to {newest.seq}" if newest else "none",
        "witness": "compared" if folder else "none",
        _FAULTS: str(len(faults)),
    }
    if faults:
        told[_FIRST] = str(faults[0])
    records.record(d.engine, identity.event(CHECKED, told, subject=subject))


def chain_view(d: Desk) -> ChainView:
    """The proof as it stands now. Raises NotRead."""
    folder = witness_folder()
    now, last = records.proof(d.engine, folder), _last_check(d)
    faults = tuple(_faults(now, last))
    look = "stop" if faults else "todo" if last is None else "done"
    return ChainView(
        look=look,
        title={"stop": "The chain is broken", "todo": "Not checked yet", "done": "The chain is whole"}[look],
        faults=faults,
        rests=(_checked(last, d), *(_rests(now, folder, d) if now else ())),
        note=_newer(now),
    )


def _last_check(d: Desk) -> RecordedEvent | None:
    return next(iter(records.find_entries(d.engine, EntrySearch(action=CHECKED), size=1)), None)


def _faults(now: Proof | None, last: RecordedEvent | None) -> Iterator[str]:
    if last is not None and (found := last.event.details.get(_FAULTS, "")) != "0":
        number = count(int(found), "fault") if found.isdecimal() else "Faults"
        yield f"{number} found. The first: {last.event.details.get(_FIRST, 'not named')}."
    if now is None:
        return
    if now.checkpoint is not None and not now.checkpoint.fits:
        yield f"The checkpoint over entry {figure(now.checkpoint.size)} was not signed over this log with its key."
    if now.unreadable:
        yield now.unreadable
    if now.witness is not None and not now.witness.fits:
        yield _of_the_witness(now.witness, now.head)


def _of_the_witness(witness: Anchor, head: Head) -> str:
    if witness.size > head.seq:
        return (
            f"The witness has seen {count(witness.size, 'entry', 'entries')} and the log has {figure(head.seq)}: "
            "an older state was put back, or a part was cut off."
        )
    return f"Entry {figure(witness.size)} is not the one that the witness saw."


def _checked(last: RecordedEvent | None, d: Desk) -> Rest:
    if last is None:
        return Rest("Checked", "never")
    first, _, newest = last.event.details.get(_ENTRIES, "").partition(" to ")
    entries = f"entries {first} to {figure(int(newest))}" if newest.isdecimal() else capital(first)
    return Rest("Checked", entries, f"{moment(last.event.at, d.zone, d.market)}, by {last.event.person.name}")


def _rests(now: Proof, folder: Path | None, d: Desk) -> Iterator[Rest]:
    yield Rest("Head", f"entry {figure(now.head.seq)}", code=_code(now.head))
    if now.checkpoint is None:
        yield Rest("Checkpoint", "none")
    else:
        signature = "signature good" if now.checkpoint.fits else "does not fit"
        yield Rest("Checkpoint", f"entry {figure(now.checkpoint.size)}", f"{_at(now.checkpoint, d)}, {signature}")
    yield _witness(now, folder, d)


def _code(head: Head) -> str:
    """The 16 characters as papers print them, without the number before them."""
    try:
        return head.code.partition(" ")[2]
    except ValueError:  # a forged hash that is no hash: the check says so
        return ""


def _witness(now: Proof, folder: Path | None, d: Desk) -> Rest:
    if now.witness is None:
        if now.unreadable:
            return Rest("Witness", "cannot be read")
        return Rest("Witness", "none", "nothing copied yet" if folder else "no folder is named for it")
    head = "same head" if now.witness.fits else "another head"
    return Rest("Witness", f"entry {figure(now.witness.size)}", f"{head}, signed {_at(now.witness, d)}")


def _at(anchor: Anchor, d: Desk) -> str:
    """The date stands there only where it is not today's."""
    whole = moment(anchor.at, d.zone, d.market)
    return whole.removeprefix(f"{day(d.today(), d.market)} ")


def _newer(now: Proof | None) -> str:
    if now is None or now.checkpoint is None:
        return "No checkpoint is signed yet: the log rests on the chain and the heads on paper."
    newer = now.head.seq - now.checkpoint.size
    if newer <= 0:
        return "Every entry is covered by the last signed checkpoint."
    verb, they = ("is", "it rests") if newer == 1 else ("are", "they rest")
    return (
        f"{count(newer, 'entry', 'entries')} {verb} newer than the last signed checkpoint; until the next one "
        f"{they} on the chain and the heads on paper."
    )
