"""What the log rests on, for the pages that show it: the newest check, the head, the checkpoint, the witness."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from compounding import records
from compounding.records import Anchor, EntrySearch, Head, NoWitness, Proof, RecordedEvent
from compounding.web import identity
from compounding.web.desk import Desk
from compounding.wording.numbers import count, day, figure, moment
from compounding.wording.proof import (
    CHECKED,
    COMPARED,
    FAULTS,
    FIRST,
    NO_FOLDER,
    NOT_FOUND,
    SYSTEM_USER,
    checked,
    checked_up_to,
    newer,
    uncovered,
)


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
    folder, newest = witness_folder(), records.head(d.engine)
    try:
        faults, seen = records.check(d.engine, folder), COMPARED if folder else NO_FOLDER
    except NoWitness:
        faults, seen = records.check(d.engine), NOT_FOUND
    told = checked(newest.seq if newest else None, [str(fault) for fault in faults], seen)
    records.record(d.engine, identity.event(CHECKED, told, subject=subject))


def chain_view(d: Desk) -> ChainView:
    """The proof as it stands now. Raises NotRead."""
    folder = witness_folder()
    now, last = records.proof(d.engine, folder), _last_check(d)
    faults, missing = tuple(_faults(now, last)), now.missing if now else ""
    look, title = _verdict(bool(faults), bool(missing), last, d)
    return ChainView(
        look=look,
        title=title,
        faults=(*faults, *((missing,) if missing else ())),
        rests=(_checked(last, d), *(_rests(now, d) if now else ())),
        note=" ".join(_notes(now, last)),
    )


def _verdict(broken: bool, unwitnessed: bool, last: RecordedEvent | None, d: Desk) -> tuple[str, str]:
    """The look and the title: what is known, and no more than the newest check knew."""
    if broken:
        return "stop", "The chain is broken"
    if unwitnessed:
        return "stop", "The witness is missing"
    newest = None if last is None else checked_up_to(last.event.details)
    if last is None or newest is None:
        return "todo", "Not checked yet"
    when = moment(last.event.at, d.zone, d.market)
    return "done", f"Whole at the check of {when}, up to entry {figure(newest)}"


def _last_check(d: Desk) -> RecordedEvent | None:
    return next(iter(records.find_entries(d.engine, EntrySearch(action=CHECKED), size=1)), None)


def _faults(now: Proof | None, last: RecordedEvent | None) -> Iterator[str]:
    if last is not None and not last.readable:
        yield f"Entry {figure(last.id)}, the newest check, cannot be read: it was changed."
    elif last is not None and (found := last.event.details.get(FAULTS, "")) != "0":
        number = count(int(found), "fault") if found.isascii() and found.isdecimal() else "Faults"
        yield f"{number} found. The first: {last.event.details.get(FIRST, 'not named')}."
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
    if not last.readable:
        return Rest("Checked", "cannot be read")
    newest, event = checked_up_to(last.event.details), last.event
    entries = "no entry" if newest is None else f"entries 1 to {figure(newest)}"
    at_console = event.details.get(SYSTEM_USER)
    who = f"{event.person.name} at the console ({at_console})" if at_console else event.person.name
    return Rest("Checked", entries, f"{moment(event.at, d.zone, d.market)}, by {who}")


def _rests(now: Proof, d: Desk) -> Iterator[Rest]:
    yield Rest("Head", f"entry {figure(now.head.seq)}", code=_code(now.head))
    if now.checkpoint is None:
        yield Rest("Checkpoint", "none")
    else:
        signature = "signature good" if now.checkpoint.fits else "does not fit"
        yield Rest("Checkpoint", f"entry {figure(now.checkpoint.size)}", f"{_at(now.checkpoint, d)}, {signature}")
    yield _witness(now, d)


def _code(head: Head) -> str:
    """The 16 characters as papers print them, without the number before them."""
    try:
        return head.code.partition(" ")[2]
    except ValueError:  # a forged hash that is no hash: the check says so
        return ""


def _witness(now: Proof, d: Desk) -> Rest:
    if now.witness is None:
        if now.unreadable:
            return Rest("Witness", "cannot be read")
        if now.missing:
            return Rest("Witness", "not found", "nothing is compared with it")
        return Rest("Witness", "none", "no folder is named for it")
    head = "same head" if now.witness.fits else "another head"
    return Rest("Witness", f"entry {figure(now.witness.size)}", f"{head}, signed {_at(now.witness, d)}")


def _at(anchor: Anchor, d: Desk) -> str:
    """The date stands there only where it is not today's."""
    whole = moment(anchor.at, d.zone, d.market)
    return whole.removeprefix(f"{day(d.today(), d.market)} ")


def _notes(now: Proof | None, last: RecordedEvent | None) -> Iterator[str]:
    newest = None if last is None else checked_up_to(last.event.details)
    if now is not None and newest is not None and now.head.seq > newest:
        yield f"{newer(now.head.seq - newest, 'that check')}."
    if now is not None:
        yield uncovered(now.head.seq, None if now.checkpoint is None else now.checkpoint.size)
