"""Something of the database that does not fit what its log says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not fit: which part of the check saw it, where, and a sentence."""

    part: str
    """schema, guard, rights, file, chain, time, column, checkpoint, key, replay, secret, head, witness or
    rollback."""
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"
