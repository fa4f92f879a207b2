"""Logs and their exports, made in memory from the description of the format alone.

Nothing of the program is imported: what it writes and what it verifies is measured against this.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
LOG = "0123456789abcdef" * 2
SCHEMA = "5c" * 32
START = datetime(2026, 3, 12, 13, 0, 48, 123456, tzinfo=UTC)
PEOPLE = (("okafor", "Ngozi Okafor", "pharmacist"), ("mueller", "Jörg Müller", "technician"))

Body = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    seq: int
    body: bytes
    hash: bytes

    @property
    def line(self) -> bytes:
        return b"\t".join([b"entry", str(self.seq).encode(), self.hash.hex().encode(), self.body]) + b"\n"

    @property
    def told(self) -> Body:
        found: Body = json.loads(self.body)
        return found

    @property
    def at(self) -> str:
        return str(self.told["at"])

    @property
    def person(self) -> str:
        return f"{self.told['person']['name']} ({self.told['person']['role']})"

    @property
    def head(self) -> str:
        """As it stands on paper."""
        code = base64.b32encode(self.hash)[:16].decode()
        return f"{self.seq} {code[:4]} {code[4:8]} {code[8:12]} {code[12:]}"


@dataclass(frozen=True)
class Checkpoint:
    size: int
    root: bytes
    at: str
    signature: bytes
    origin: str = LOG
    schema: str = SCHEMA

    @property
    def message(self) -> bytes:
        return (
            f"compounding checkpoint 1\n{self.origin}\n{self.size}\n{self.root.hex()}\n{self.schema}\n{self.at}\n"
        ).encode()

    @property
    def line(self) -> bytes:
        fields = (
            "checkpoint",
            self.origin,
            str(self.size),
            self.root.hex(),
            self.schema,
            self.at,
            self.signature.hex(),
        )
        return "\t".join(fields).encode() + b"\n"


@dataclass(frozen=True)
class Log:
    entries: tuple[Entry, ...]
    checkpoints: tuple[Checkpoint, ...]
    key: Ed25519PrivateKey = KEY

    @property
    def public(self) -> str:
        return self.key.public_key().public_bytes_raw().hex()

    def lines(self) -> list[bytes]:
        """The export. A checkpoint stands behind the last of its entries, or at the end where that is gone."""
        made = [b"compounding-log\t1\n", f"key\t{self.public}\n".encode()]
        for entry in self.entries:
            made.append(entry.line)
            made += [checkpoint.line for checkpoint in self.checkpoints if checkpoint.size == entry.seq]
        made.append(f"end\t{len(self.entries)}\t{len(self.checkpoints)}\n".encode())
        return made

    def bytes(self) -> bytes:
        return b"".join(self.lines())

    def entry(self, seq: int) -> Entry:
        return next(entry for entry in self.entries if entry.seq == seq)


def canonical(body: Body) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def chained(bodies: Iterable[bytes], first: int = 1, before: bytes = bytes(32)) -> tuple[Entry, ...]:
    made = []
    for seq, body in enumerate(bodies, first):
        before = hashlib.sha256(bytes([1]) + seq.to_bytes(8, "big") + before + body).digest()
        made.append(Entry(seq, body, before))
    return tuple(made)


def signed(entry: Entry, key: Ed25519PrivateKey = KEY, **changed: Any) -> Checkpoint:
    unsigned = replace(Checkpoint(entry.seq, entry.hash, entry.at, b""), **changed)
    return replace(unsigned, signature=key.sign(unsigned.message))


def time(minutes: float) -> str:
    return (START + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def body(seq: int, **changed: Any) -> Body:
    """An entry as the desk makes one, about 400 bytes. They come 7 s apart, so 100 in 12 minutes."""
    who = PEOPLE[seq % 2]
    made: Body = {
        "action": "order saved",
        "at": time(seq * 7 / 60),
        "zone": "Europe/London",
        "workstation": "PHARM-03",
        "person": dict(zip(("id", "name", "role"), who, strict=True)),
        "subject": f"2026-{seq:06d}",
        "changes": [{"field": "level", "old": "0.8 mg/m²", "new": "0.5 mg/m²"}],
        "program": "0.1.0",
        "rows": {"status": [{"id": seq, "preparation": seq, "state": "entered", "note": None}]},
    }
    if seq == 1:
        made |= {"action": "log started", "log": LOG, "site": "Northgate", "schema": SCHEMA}
    return made | changed


def log(
    size: int,
    edit: Callable[[int, Body], Body | bytes] = lambda seq, made: made,
    *,
    key: Ed25519PrivateKey = KEY,
    every: int = 100,
    also: Iterable[int] = (),
) -> Log:
    """A log whose bodies went through `edit`, with a checkpoint at every 100 entries and at those in `also`."""
    bodies = []
    for seq in range(1, size + 1):
        made = edit(seq, body(seq))
        bodies.append(made if isinstance(made, bytes) else canonical(made))
    entries = chained(bodies)
    wanted = {*range(every, size + 1, every), *also}
    return Log(entries, tuple(signed(entry, key) for entry in entries if entry.seq in wanted), key)


def rehashed(whole: Log, bodies: Iterable[bytes]) -> Log:
    """Other bodies, numbered and hashed anew from the first on, under the checkpoints as they were."""
    return replace(whole, entries=chained(bodies))


def resigned(whole: Log, key: Ed25519PrivateKey) -> Log:
    """The same entries under checkpoints of their own, of any key."""
    at = {checkpoint.size for checkpoint in whole.checkpoints}
    return replace(whole, checkpoints=tuple(signed(one, key) for one in whole.entries if one.seq in at), key=key)
