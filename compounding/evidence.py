"""Verifies an exported log, for whoever doubts it.

This one file can be handed over with an export. It needs Python and the package `cryptography`, and
nothing of the application:

    python evidence.py verify export.log --head "4209 V6RB 2MPC X4TA ZQ7L" --public-key key.txt

An export is text, one item a line, its fields parted by tabs:

    compounding-log  1
    key              the public key
    entry            number, fingerprint, body
    checkpoint       log, number of entries, fingerprint of the last of them, schema, time, signature
    end              how many entries and how many checkpoints there are

The fingerprint of an entry is SHA-256 over a byte 1, its number in 8 bytes, the fingerprint of the entry
before it and its body, so no entry can be changed without changing all that follow. A checkpoint signs
such a fingerprint with a key that is not in the database. A head is an entry number with the first
80 bits of its fingerprint, as papers carry it: who rewrites the log cannot rewrite those.

Exit status: 0 whole; 1 broken; 2 not readable as an export.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from base64 import b32encode
from binascii import hexlify
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

T = TypeVar("T")

GENESIS = "0" * 64
"""What stands for the fingerprint before that of entry 1."""
CHECKPOINT_EVERY = 100
"""Behind every entry whose number this divides stands a checkpoint."""
SKEW = timedelta(seconds=7)
"""How much older than the latest before it an entry may be, and no clock went back: the clocks of two computers
may differ by 2 s, as a Windows domain promises no better, and a writer waits up to 5 s for the one before it."""
CLOCK_STEPPED = "clock stepped"
"""The action of an entry that owns up to a clock set back."""

_HOUR = timedelta(hours=1)  # the first entry an hour or more after a checkpoint has a checkpoint of its own
_NEVER = b"3"  # above every time that is read, as text
_LISTED = 10  # findings a layer; more of them would say nothing new, and a file of them must not fill the memory
_BUFFER = 1 << 16  # bytes; larger pieces leave the processor's cache and are slower
_LONGEST = 1 << 22  # bytes of a line; far above any entry, and far below what would fill the memory
_SHOWN = 80  # characters of a name or a wrong text; a longer one is described, never cut
_KEY_FILE_LONGEST = 1000  # bytes; the rest of a wrong file is not read
_WAITING = 200  # signatures that are checked together
_PROCESSORS = os.cpu_count() or 1

_ENTRY = re.compile(rb"entry\t([1-9][0-9]{0,17})\t([0-9a-f]{64})\t([^\n]+)\n")
_CHECKPOINT = re.compile(
    rb"checkpoint\t([0-9a-f]{32})\t([1-9][0-9]{0,17})\t([0-9a-f]{64})\t([0-9a-f]{64})\t([^\t\n]+)\t([0-9a-f]{128})\n"
)
_END = re.compile(rb"end\t(0|[1-9][0-9]{0,17})\t(0|[1-9][0-9]{0,17})\n")
_KEY = re.compile(r"[0-9a-f]{64}")
_KEY_LINE = re.compile(rb"key\t([0-9a-f]{64})\n")
_LOG = re.compile(r"[0-9a-f]{32}")
_TIME = re.compile(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_FIRST_LINE = b"compounding-log\t1\n"

_DOES_NOT_FIT = (
    "Its fingerprint does not fit its text and the entry before it: one of them was changed after it was written."
)
_NO_TIME = "Its time is not written as a time in UTC."


class Unreadable(ValueError):
    """Input that is not what it should be: one sentence with the place."""


# ------------------------------------------------------------------ what the application uses as well


def entry_hash(seq: int, previous: str, body: str) -> str:
    """The fingerprint of an entry, 64 hex characters; `previous` is that of the entry before, or GENESIS."""
    return sha256(b"\x01" + seq.to_bytes(8, "big") + bytes.fromhex(previous) + body.encode()).hexdigest()


def checkpoint_message(origin: str, size: int, root: str, schema: str, at: str) -> bytes:
    """What a checkpoint signs: six lines. A line end within one makes a seventh, and so nothing ever signed."""
    lines = ("compounding checkpoint 1", origin, str(size), root, schema, at)
    return "".join(f"{line}\n" for line in lines).encode()


@dataclass(frozen=True, slots=True)
class Head:
    """An entry number and 16 characters of its fingerprint, as papers carry them."""

    entry: int
    code: str

    def __str__(self) -> str:
        return f"{self.entry} {_in_fours(self.code)}"


def head_code(seq: int, fingerprint: str) -> str:
    """The head as it is printed: "4209 V6RB 2MPC X4TA ZQ7L"."""
    return str(Head(seq, _code(bytes.fromhex(fingerprint))))


def key_fingerprint(public_key: str) -> str:
    """32 characters by which a person compares two public keys."""
    return _in_fours(b32encode(sha256(bytes.fromhex(public_key)).digest()[:20]).decode())


def read_head(text: str) -> Head:
    """A head as a person types it: capitals, spaces and hyphens do not matter. Raises Unreadable.

    Typed with its spaces, the number ends at the first of them: a code that lacks a character cannot
    borrow a figure from the number.
    """
    typed = re.sub(r"[\s\u2010-\u2015-]+", " ", text).strip().upper()
    number, _, code = typed.partition(" ") if " " in typed else (typed[:-16], "", typed[-16:])
    code = code.replace(" ", "")
    wrong = sorted(set(code) & set("0189"))
    if re.fullmatch(r"[1-9][0-9]{0,17}", number) and re.fullmatch(r"[A-Z2-7]{16}", code):
        return Head(int(number), code)
    if len(code) == 16 and wrong:
        raise Unreadable(
            f"{_quoted(text)} is not a head: its code never holds {' or '.join(wrong)}."
            " Look for the letters O, I, L and B instead."
        )
    raise Unreadable(
        f"{_quoted(text)} is not a head. Type the entry number, then its 16 letters and figures, as printed."
    )


def read_public_key(text: str) -> str:
    """A public key as it is kept outside the database: 64 hex characters. Raises Unreadable."""
    key = text.strip().lower()
    if not _KEY.fullmatch(key):
        raise Unreadable(f"{_quoted(text.strip())} is not a public key of 64 hex characters.")
    return key


def _code(digest: bytes) -> str:
    return b32encode(digest[:10]).decode()


def _in_fours(code: str) -> str:
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


# ------------------------------------------------------------------ the verdict


class State(Enum):
    WHOLE = "whole"
    BROKEN = "broken"
    UNREADABLE = "unreadable"

    @property
    def exit_status(self) -> int:
        return tuple(State).index(self)


class Layer(Enum):
    """What saw that something does not fit."""

    CHAIN = "chain of entries"
    CHECKPOINTS = "signed checkpoints"
    HEADS = "heads on paper"
    CLOCK = "order of time"
    FORM = "form of the file"


@dataclass(frozen=True, slots=True)
class Break:
    """One thing that does not fit, and the entry where it shows, if it shows at one."""

    entry: int | None
    at: str | None
    person: str | None
    what: str
    layer: Layer

    def __str__(self) -> str:
        place = "The file" if self.entry is None else f"E{_name(self.entry, self.at, self.person)[1:]}"
        return f"{place}. {self.what} Seen by the {self.layer.value}."


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest entry of the file."""

    entry: int
    at: str | None
    person: str | None
    head: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What can be said of an export, and what it rests on."""

    state: State
    entries: int = 0
    checkpoints: int = 0
    newest: Newest | None = None
    findings: tuple[Break, ...] = ()
    more: int = 0
    """Findings that are counted and not listed."""
    heads: int = 0
    """How many heads from paper were given."""
    by_head: int = 0
    """The newest entry that a head from paper bears out, with all before it."""
    by_checkpoint: int = 0
    """The newest entry that a genuine checkpoint bears out, with all before it."""
    key: str | None = None
    """The fingerprint of the key that the signatures were checked with."""
    key_given: bool = False
    """Whether that key was given, or taken from the file."""
    bodies: bool = False
    """Whether the text of every entry was read, beside its fingerprint."""
    unreadable: str | None = None
    """Why reading stopped, in one sentence with the place."""

    @property
    def head(self) -> str | None:
        return None if self.newest is None else self.newest.head


# ------------------------------------------------------------------ reading one entry


@dataclass(frozen=True, slots=True)
class _Told:
    """What the body of an entry says of itself; None where it says nothing that can be read."""

    at: str | None = None
    person: str | None = None
    action: str | None = None
    log: str | None = None
    public_key: str | None = None
    fault: str | None = None


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON, whatever Python says")


_DECODER = json.JSONDecoder(parse_constant=_no_number)
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _read_body(body: bytes) -> _Told:
    try:
        text = body.decode()
        read = _DECODER.decode(text)
        canonical = text == _ENCODER.encode(read)
    except RecursionError:
        return _Told(fault="Its text is nested too deeply to be read.")
    except ValueError:
        return _Told(fault="Its text is not JSON.")
    if not isinstance(read, dict):
        return _Told(fault="Its text is not a JSON object.")
    return _told(read, None if canonical else _why_not_canonical(text))


def _told(read: Mapping[str, Any], fault: str | None) -> _Told:
    at, person, action, log = (read.get(key) for key in ("at", "person", "action", "log"))
    if not isinstance(action, str):
        fault, action = fault or "It does not say what was done.", None
    if not isinstance(at, str) or _moment(at) is None:
        fault, at = fault or _NO_TIME, None
    name = _person(person)
    if name is None and person is not None:
        fault = fault or "Its person is not written with a name and a role."
    log = log if isinstance(log, str) and _LOG.fullmatch(log) else None
    return _Told(at, name, action, log, str(read.get("public_key")) if "public_key" in read else None, fault)


def _person(person: object) -> str | None:
    match person:
        case {"name": str(name), "role": str(role)}:
            return f"{_printable(name)} ({_printable(role)})"
    return None


def _why_not_canonical(text: str) -> str:
    """Two readers of the same text may see two things where a key stands twice, so that is told."""
    twice: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        met: set[str] = set()
        for key, _ in found:
            if key in met and not twice:
                twice.append(key)
            met.add(key)
        return dict(found)

    json.loads(text, object_pairs_hook=pairs)
    if twice:
        return f"Its text holds {_quoted(twice[0])} twice, so two readers may see two things."
    return "Its text is not written in the one form that the program writes."


def _moment(text: str) -> datetime | None:
    """A time as the log writes it, or None."""
    if not _TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # a day or an hour that does not exist
        return None


def _bytes(moment: datetime) -> bytes:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z").encode()


# ------------------------------------------------------------------ words


def _name(entry: int, at: str | None, person: str | None) -> str:
    parts = [f"entry {entry}", at and _when(at), person]
    return ", ".join(part for part in parts if part)


def _when(at: str) -> str:
    """A time of the log for a person: 2026-03-12 13:00:48 UTC."""
    return f"{at[:10]} {at[11:19]} UTC"


def _entries(first: int, last: int) -> str:
    return f"entry {first}" if first == last else f"entries {first} to {last}"


def _among(first: int, last: int) -> str:
    """Among which entries the fault lies. Where the last was borne out before, it is that one's own."""
    return f"entry {last} was" if first >= last else f"one or more of the entries {first} to {last} were"


def _printable(text: str) -> str:
    """The text, without what could move a cursor or turn the writing round."""
    if len(text) > _SHOWN:
        return f"a text of {len(text):,} characters"
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def _quoted(text: str) -> str:
    return f"“{_printable(text)}”" if len(text) <= _SHOWN else f"A text of {len(text):,} characters"


# ------------------------------------------------------------------ reading the file


def verify(
    source: str | os.PathLike[str] | Iterable[bytes],
    heads: Iterable[Head] = (),
    public_key: str | None = None,
    *,
    bodies: bool = False,
) -> Verdict:
    """Reads an export once, from a file or from its lines, and says whether it is whole.

    `public_key` is the one kept outside, as 64 hex characters; without it the key in the file is
    believed. With `bodies` the text of every entry is read as well, which takes several times as long.
    Raises OSError where the file cannot be opened, and Unreadable for a public key that is none.
    """
    outside = None if public_key is None else read_public_key(public_key)
    if not isinstance(source, str | os.PathLike):
        return _Reading(iter(source), tuple(heads), outside, bodies).run()
    with open(source, "rb", buffering=_BUFFER) as file:
        lines = iter(partial(file.readline, _LONGEST), b"")
        return _Reading(lines, tuple(heads), outside, bodies).run()


@dataclass(frozen=True, slots=True)
class _Signed:
    """A checkpoint whose signature is still to be checked."""

    entry: int
    line: bytes
    """The entry that it stands behind."""
    at: str
    fits: bool
    """Whether what it signs is what the file holds."""
    message: bytes
    signature: bytes


class _Reading:
    """One pass over an export: where it stands, and what it found.

    An entry that follows in order, fits its fingerprint and is not older than the one before is passed
    by `_pass_entries` without reading its JSON, which would take longer than all the rest: the bytes are
    proved, and only their form is not. Any other line is looked at by itself, and so are the first and
    the newest entry.
    """

    def __init__(self, lines: Iterator[bytes], heads: tuple[Head, ...], outside: str | None, bodies: bool) -> None:
        self.lines = lines
        self.heads = heads
        self.outside = outside
        self.bodies = bodies
        # where the reading stands
        self.key: Ed25519PublicKey | None = None
        self.key_inside = ""
        self.key_used: str | None = None
        self.log: str | None = None
        self.entries = 0
        self.checkpoints = 0
        self.number = 0  # of the newest entry
        self.previous = bytes(32)  # its fingerprint
        self.last = b""  # its line
        self.newest = b""  # the latest time so far
        self.due = b""  # entries from this time on are looked at: a checkpoint is due
        self.hour_passed = False  # the newest entry is one of those
        self.covered = 0  # the newest entry with a checkpoint, or whose lack of one was told
        self.fitted = 0  # up to here a checkpoint fits, be it genuine or not
        # what was found
        self.found: list[Break] = []
        self.more = 0
        self.by_head = 0
        self.by_checkpoint = 0
        self.waiting: list[_Signed] = []

    def run(self) -> Verdict:
        stopped = None
        try:
            self._first_lines()
            self._read()
            self._heads_beyond()
        except Unreadable as fault:
            stopped = str(fault)
        self._settle()
        return self._verdict(stopped)

    def _first_lines(self) -> None:
        first, second = next(self.lines, b""), next(self.lines, b"")
        if first.endswith(b"\r\n"):
            raise Unreadable("Line 1 ends as lines do on Windows: the file was altered on its way.")
        if first != _FIRST_LINE:
            raise Unreadable("Line 1 is not that of an export of the log, “compounding-log” and a 1.")
        match = _KEY_LINE.fullmatch(second)
        if match is None:
            raise Unreadable("Line 2 is not the public key.")
        self.key_inside = inside = match[1].decode()
        self.key_used = self.outside or inside
        self.key = _load_key(self.key_used)
        if self.key_used != inside:
            what = (
                f"It holds the public key {key_fingerprint(inside)}, and not the one given,"
                f" {key_fingerprint(self.key_used)}: its checkpoints may have been signed anew by someone else."
            )
            self.found.append(Break(None, None, None, what, Layer.CHECKPOINTS))

    def _read(self) -> None:
        while self._look(self._pass_entries()):
            pass
        if next(self.lines, b""):
            raise Unreadable(f"Something follows the line “end”, in {self._line(1)}.")

    # ---- the fast way

    def _pass_entries(self) -> bytes:
        """Passes every entry that is as it should be, and gives the first line that has to be looked at.

        The time is found and compared as text. A body begins with its action, in JSON no quotation mark
        of a value stands without its backslash, and so the first find is the entry's own "at". And what
        sorts between two times that are hours apart begins as they both do.
        """
        number, previous, newest, due, last = self.number, self.previous, self.newest, self.due, self.last
        start = len(b"entry\t%d\t" % (number + 1)) + len(GENESIS) + 1
        expected = range(number + 1, self._stop())
        for number, line in zip(expected, self.lines, strict=False):
            digest = sha256(b"\x01" + number.to_bytes(8, "big") + previous + line[start:-1]).digest()
            at = line.find(b'","at":"', start)
            when = line[at + 8 : at + 35]
            if not (
                newest <= when < due
                and start < at
                and line.startswith(b'entry\t%d\t%b\t{"action":"' % (number, hexlify(digest)))
            ):
                number -= 1
                break
            previous, newest, last = digest, when, line
        else:
            line = next(self.lines, b"")
        self.entries += number - self.number
        self.number, self.previous, self.newest, self.last = number, previous, newest, last
        return line

    def _stop(self) -> int:
        """The next entry that must not be passed: a head is to be compared, or a checkpoint asked for."""
        here = self.number + 1
        if self.bodies or self._why_checkpoint() or here == 1:
            return here
        wider: int = 10 ** len(str(here))  # numbers have one figure more from there on, and bodies start later
        signed = self.number - self.number % CHECKPOINT_EVERY + CHECKPOINT_EVERY
        heads = (head.entry for head in self.heads if head.entry > self.number)
        return min(wider, signed + 1, *heads)

    # ---- the careful way

    def _look(self, line: bytes) -> bool:
        """Looks at one line, and says whether another has to follow."""
        if not line:
            raise Unreadable(f"The file ends before {self._line()}, without the line “end”: it was cut off.")
        if len(line) >= _LONGEST:
            raise Unreadable(f"{_capital(self._line())} is longer than {_LONGEST:,} bytes.")
        if not line.endswith(b"\n"):
            raise Unreadable(f"The file ends in the middle of {self._line()}: it was cut off.")
        if match := _ENTRY.fullmatch(line):
            self._entry(line, int(match[1]), bytes.fromhex(match[2].decode()), match[3])
        elif self.number and (match := _CHECKPOINT.fullmatch(line)):
            # What is not ASCII can stand in the time alone, and is no time however it is shown.
            self._checkpoint(*(field.decode("ascii", "replace") for field in match.groups()))
        elif match := _END.fullmatch(line):
            self._end(int(match[1]), int(match[2]))
            return False
        else:
            raise Unreadable(f"{_capital(self._line())} does not have the form of an entry, a checkpoint or the end.")
        return True

    def _line(self, further: int = 0) -> str:
        """The place in the file: two lines come first, then a line for each thing read."""
        return f"line {3 + self.entries + self.checkpoints + further}"

    def _entry(self, line: bytes, seq: int, stated: bytes, body: bytes) -> None:
        self._ask_for_checkpoint()
        told = _read_body(body)
        self.entries += 1
        if seq <= self.number:
            self._tell(seq, told, Layer.CHAIN, f"It stands behind entry {self.number}, out of its place.")
            return
        if seq > self.number + 1:
            self._missing(seq, told)
        elif sha256(b"\x01" + seq.to_bytes(8, "big") + self.previous + body).digest() != stated:
            self._tell(seq, told, Layer.CHAIN, _DOES_NOT_FIT)
        elif told.fault is not None:
            self._tell(seq, told, Layer.FORM, told.fault)
        if told.at is not None:
            self._compare_times(seq, told, told.at)
        if seq == 1:
            self._begin(told)
        self.number, self.previous, self.last = seq, stated, line
        self._compare_heads()

    def _missing(self, seq: int, told: _Told) -> None:
        which = _entries(self.number + 1, seq - 1)
        before = f"directly behind entry {self.number}" if self.number else "first in the file"
        what = f"{_capital(which)} {'is' if seq == self.number + 2 else 'are'} missing: this entry stands {before}."
        self._tell(seq, told, Layer.CHAIN, what)
        self.due = _NEVER  # nobody knows when the last checkpoint was

    def _begin(self, told: _Told) -> None:
        self.log = told.log
        if told.action != "log started" or told.log is None:
            self._tell(1, told, Layer.FORM, "It is not the start of a log.")
        if told.public_key not in (None, self.key_inside):
            self._tell(1, told, Layer.CHECKPOINTS, "The public key that it names is not the one in the file.")

    def _compare_times(self, seq: int, told: _Told, time: str) -> None:
        now, latest = datetime.fromisoformat(time), self._latest()
        if latest is None:
            self.due = _bytes(now + _HOUR)
        elif now < latest - SKEW and told.action != CLOCK_STEPPED:
            what = (
                f"An entry before it is of a later time, {_when(self.newest.decode())},"
                " and none says that a clock was set back."
            )
            self._tell(seq, told, Layer.CLOCK, what)
        # An entry that says a clock was set back starts the time afresh, however small the step.
        if latest is None or now < latest - SKEW or told.action == CLOCK_STEPPED:
            self.newest = time.encode()
        else:
            self.newest = max(self.newest, time.encode())
        self.hour_passed = self.checkpoints > 0 and time.encode() >= self.due

    def _latest(self) -> datetime | None:
        """The latest time so far. What the fast way compared as text is read here."""
        latest = _moment(self.newest.decode("ascii", "replace"))
        if latest is None and self.newest:
            self._tell_last(Layer.FORM, _NO_TIME)
        return latest

    def _ask_for_checkpoint(self) -> None:
        """Tells of the checkpoint that must stand behind the newest entry, where something else does."""
        why = self._why_checkpoint()
        if why:
            self._tell_last(Layer.CHECKPOINTS, f"The checkpoint that belongs behind it is missing: {why}.")
            self.covered, self.hour_passed, self.due = self.number, False, _NEVER

    def _why_checkpoint(self) -> str:
        if self.covered == self.number:
            return ""
        if self.number % CHECKPOINT_EVERY == 0:
            return f"every {CHECKPOINT_EVERY} entries have one"
        return "the one before it is an hour or more older" if self.hour_passed else ""

    def _checkpoint(self, origin: str, size: str, root: str, schema: str, at: str, signature: str) -> None:
        moment = _moment(at)
        if moment is None:
            raise Unreadable(f"{_capital(self._line())} holds a checkpoint whose time is not a time in UTC.")
        fault = self._misfit(origin, int(size), root, at)
        if fault is not None:
            self._tell_last(Layer.CHECKPOINTS, fault)
        else:
            self.fitted = self.number
        latest = self._latest() if at.encode() < self.newest else None
        if latest is not None and moment < latest - SKEW:
            self._tell_last(Layer.CLOCK, f"The checkpoint behind it is of an earlier time, {_when(at)}.")
        message = checkpoint_message(origin, int(size), root, schema, at)
        self.waiting.append(_Signed(self.number, self.last, at, fault is None, message, bytes.fromhex(signature)))
        self.checkpoints += 1
        self.covered, self.hour_passed = self.number, False
        self.due = _bytes(moment + _HOUR)
        if len(self.waiting) >= _WAITING or len(self.last) > _BUFFER:  # long entries are not hoarded
            self._settle()

    def _misfit(self, origin: str, size: int, root: str, at: str) -> str | None:
        """Why a checkpoint does not fit the entries before it, or None."""
        if size != self.number:
            return f"The checkpoint behind it is one over {_entries(1, size)}, out of its place."
        if origin != self.log and self.log is not None:
            return "The checkpoint behind it is one of another log."
        if root != self.previous.hex():
            return (
                f"The checkpoint of {_when(at)} holds another fingerprint for it:"
                f" {_among(self.fitted + 1, size)} changed, put in or taken out after it was made."
            )
        return None

    def _settle(self) -> None:
        """Checks the signatures that wait.

        One takes as long as fifty entries, and cryptography lets other threads run meanwhile.
        """
        waiting, self.waiting = self.waiting, []
        if not waiting:
            return
        assert self.key is not None
        genuine = [False] * len(waiting)
        shares = [waiting[first::_PROCESSORS] for first in range(_PROCESSORS)]
        with ThreadPoolExecutor(_PROCESSORS) as pool:
            for first, checked in enumerate(pool.map(partial(_genuine, self.key), shares)):
                genuine[first::_PROCESSORS] = checked
        for signed, is_genuine in zip(waiting, genuine, strict=True):
            if not is_genuine:
                whose = "given" if self.outside else "in the file"
                what = f"The checkpoint of {_when(signed.at)} does not bear the signature of the key {whose}."
                self._tell(signed.entry, _told_of(signed.line), Layer.CHECKPOINTS, what)
            elif signed.fits:
                self.by_checkpoint = signed.entry

    def _compare_heads(self) -> None:
        for head in self.heads:
            if head.entry == self.number:
                if head.code == _code(self.previous):
                    self.by_head = self.number
                    continue
                what = (
                    f"On paper its head is {head}, in the file {Head(self.number, _code(self.previous))}:"
                    f" {_among(self.by_head + 1, self.number)} changed, put in or taken out after the paper was"
                    " printed, unless the paper was misread."
                )
                self._tell_last(Layer.HEADS, what)

    def _heads_beyond(self) -> None:
        for head in self.heads:
            if head.entry > self.number:
                what = (
                    f"Its head is on paper, {head}, and the file ends with entry {self.number}:"
                    " the newest entries were cut off, or an older copy was put back."
                )
                self._tell(head.entry, _Told(), Layer.HEADS, what)

    def _end(self, entries: int, checkpoints: int) -> None:
        self._ask_for_checkpoint()
        if not self.last:
            self._tell(1, _Told(), Layer.CHAIN, "It is missing: every log begins with an entry that says so.")
        elif self.number not in {one.entry for one in self.found if one.layer in (Layer.CHAIN, Layer.FORM)}:
            told = _told_of(self.last)  # it is named in the verdict, so it is read
            if told.fault is not None:
                self._tell(self.number, told, Layer.FORM, told.fault)
        if (entries, checkpoints) != (self.entries, self.checkpoints):
            what = (
                f"Its last line counts {_counted(entries, checkpoints)},"
                f" and there are {_counted(self.entries, self.checkpoints)}."
            )
            self._keep(Break(None, None, None, what, Layer.FORM))

    # ---- what was found

    def _tell(self, entry: int, told: _Told, layer: Layer, what: str) -> None:
        self._keep(Break(entry, told.at, told.person, what, layer))

    def _tell_last(self, layer: Layer, what: str) -> None:
        self._tell(self.number, _told_of(self.last), layer, what)

    def _keep(self, found: Break) -> None:
        if sum(one.layer is found.layer for one in self.found) < _LISTED:
            self.found.append(found)
        else:
            self.more += 1

    def _verdict(self, stopped: str | None) -> Verdict:
        state = State.BROKEN if self.found else State.UNREADABLE if stopped else State.WHOLE
        told = _told_of(self.last)
        newest = Newest(self.number, told.at, told.person, head_code(self.number, self.previous.hex()))
        return Verdict(
            state,
            entries=self.entries,
            checkpoints=self.checkpoints,
            newest=newest if self.number else None,
            findings=tuple(sorted(self.found, key=lambda one: one.entry or 0)),
            more=self.more,
            heads=len(self.heads),
            by_head=self.by_head,
            by_checkpoint=self.by_checkpoint,
            key=self.key_used and key_fingerprint(self.key_used),
            key_given=self.outside is not None,
            bodies=self.bodies,
            unreadable=stopped,
        )


def _told_of(line: bytes) -> _Told:
    match = _ENTRY.fullmatch(line)
    return _Told() if match is None else _read_body(match[3])


def _load_key(public_key: str) -> Ed25519PublicKey:
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:  # an auditor's computer; everything else here comes with Python
        raise Unreadable(
            "The signatures need the package “cryptography”: python -m pip install cryptography."
        ) from None
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))


def _genuine(key: Ed25519PublicKey, share: Sequence[_Signed]) -> list[bool]:
    from cryptography.exceptions import InvalidSignature

    def is_genuine(signed: _Signed) -> bool:
        try:
            key.verify(signed.signature, signed.message)
        except InvalidSignature:
            return False
        return True

    return [is_genuine(signed) for signed in share]


# ------------------------------------------------------------------ the verdict in words


def sentences(verdict: Verdict) -> list[str]:
    """The verdict for a person, a sentence or two in each line."""
    if verdict.state is State.UNREADABLE:
        return [verdict.unreadable or ""]
    if verdict.state is State.BROKEN:
        return list(_broken(verdict))
    return list(_whole(verdict))


def _broken(verdict: Verdict) -> Iterator[str]:
    yield f"The log is BROKEN. The file holds {_counted(verdict.entries, verdict.checkpoints)}."
    yield from map(str, verdict.findings)
    if verdict.more:
        yield f"There is more of the same, {verdict.more:,} times."
    if verdict.unreadable:
        yield f"Reading stopped. {verdict.unreadable}"
    yield _which_key(verdict)


def _whole(verdict: Verdict) -> Iterator[str]:
    newest = verdict.newest
    assert newest is not None
    yield f"The log is whole: {_counted(verdict.entries, verdict.checkpoints)}, each in its place."
    yield f"The newest is {_name(newest.entry, newest.at, newest.person)}. Its head is {newest.head}."
    yield from _rests_on(verdict)
    yield _which_key(verdict)
    if not verdict.bodies:
        yield "The texts of the entries were compared with their fingerprints and not read; --bodies reads them too."


def _rests_on(verdict: Verdict) -> Iterator[str]:
    borne_out = max(verdict.by_head, verdict.by_checkpoint)
    if verdict.by_head:
        yield f"{_capital(_entries(1, verdict.by_head))}: borne out by a head on paper."
    if borne_out > verdict.by_head:
        which = _capital(_entries(verdict.by_head + 1, borne_out))
        yield f"{which}: borne out by a signed checkpoint, for as long as nobody else has the signing key."
    if verdict.entries > borne_out:
        yield (
            f"{_capital(_entries(borne_out + 1, verdict.entries))}: by the chain alone, newer than the last checkpoint"
            " and any head given. Whoever can write to the database could have rewritten them unseen."
        )
    given = (
        f"{verdict.heads} heads from paper were given, and fit"
        if verdict.heads > 1
        else ("One head from paper was given, and fits" if verdict.heads else "No head from paper was given")
    )
    yield (
        f"{given}. Whether newer entries were cut off behind entry {verdict.entries}, or an older copy was put back,"
        " only a head from newer paper can tell."
    )


def _which_key(verdict: Verdict) -> str:
    if verdict.key_given:
        return f"The signatures were checked with the key given, {verdict.key}."
    return (
        f"The key in the file was believed. Compare its fingerprint, {verdict.key}, with that of the key kept outside,"
        " or give that key with --public-key."
    )


def as_json(verdict: Verdict) -> dict[str, object]:
    """The verdict for a machine."""
    newest = verdict.newest
    return {
        "state": verdict.state.value,
        "entries": verdict.entries,
        "checkpoints": verdict.checkpoints,
        "newest": newest and {"entry": newest.entry, "at": newest.at, "person": newest.person},
        "head": verdict.head,
        "findings": [
            {"entry": one.entry, "at": one.at, "person": one.person, "what": one.what, "layer": one.layer.value}
            for one in verdict.findings
        ],
        "more": verdict.more,
        "heads_given": verdict.heads,
        "borne_out_by_head": verdict.by_head,
        "borne_out_by_checkpoint": verdict.by_checkpoint,
        "key": verdict.key,
        "key_given": verdict.key_given,
        "bodies_read": verdict.bodies,
        "unreadable": verdict.unreadable,
    }


def _counted(entries: int, checkpoints: int) -> str:
    return (
        f"{entries:,} {'entry' if entries == 1 else 'entries'}"
        f" and {checkpoints:,} {'checkpoint' if checkpoints == 1 else 'checkpoints'}"
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# ------------------------------------------------------------------ the command


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, without the usage."""

    def error(self, message: str) -> NoReturn:
        raise Unreadable(f"{message.removeprefix('argument ')}.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        given = _parser().parse_args(arguments)
        verdict = verify(
            given.file,
            [_named("--head", read_head, text) for text in given.head],
            None if given.public_key is None else _key_file(given.public_key),
            bodies=given.bodies,
        )
    except Unreadable as refused:
        return _refuse(str(refused))
    except OSError as fault:
        return _refuse(f"{fault.filename}: {fault.strerror}.")
    if verdict.state is State.UNREADABLE:
        return _refuse(f"{given.file}: {verdict.unreadable}")
    print(json.dumps(as_json(verdict), ensure_ascii=False) if given.json else "\n".join(sentences(verdict)))
    return verdict.state.exit_status


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return State.UNREADABLE.exit_status


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="evidence.py", description="Verifies an exported log.", allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="verify")
    verify_ = commands.add_parser("verify", help="read an export and say whether it is whole", allow_abbrev=False)
    verify_.add_argument("file", metavar="FILE", help="the export")
    verify_.add_argument(
        "--head", metavar="CODE", action="append", default=[], help="a head from paper; may be repeated"
    )
    verify_.add_argument("--public-key", metavar="FILE", help="the key kept outside: a file with 64 hex characters")
    verify_.add_argument(
        "--bodies", action="store_true", help="read the text of every entry as well, which takes longer"
    )
    verify_.add_argument("--json", action="store_true", help="one JSON object on standard output")
    return parser


def _named(option: str, read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except Unreadable as fault:
        raise Unreadable(f"{option}: {fault}") from None


def _key_file(path: str) -> str:
    with open(path, "rb") as file:
        text = file.read(_KEY_FILE_LONGEST).decode("utf-8", "replace")
    return _named("--public-key", read_public_key, text)


if __name__ == "__main__":
    sys.exit(main())
