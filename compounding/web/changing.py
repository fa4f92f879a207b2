"""An order that is changed: which version somebody started from, who may change it, and what is other by now."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import abort

from compounding.records import Person, SavedPreparation, Standing
from compounding.web import telling
from compounding.web.as_written import as_written
from compounding.web.blind import seen_at
from compounding.web.desk import Desk
from compounding.web.paperwork import entered_status, saved_text, standing_of
from compounding.wording.barriers import opened_words
from compounding.wording.numbers import DASH
from compounding.workflow import CHANGE, refusal
from compounding.workflow.progress import What

CHANGED = CHANGE.name
NUMBER, WAS = "changed_number", "changed_version"
Compared = tuple[tuple[str, str, str], ...]
"""A name, and what stands for it on either side."""


@dataclass(frozen=True, slots=True)
class Changing:
    """A stored order as it stands now, and the version of it that the form was filled from."""

    saved: SavedPreparation
    was: int

    def carried(self) -> list[tuple[str, str]]:
        return [(NUMBER, self.saved.number), (WAS, str(self.was))]

    def typed(self) -> Mapping[str, str]:
        return stored_typed(self.saved)

    def values(self, d: Desk) -> telling.Values:
        """What the newest version says."""
        return telling.values(self.typed(), saved_text(self.saved), d)

    def stored_by(self, key: str) -> bool:
        """Whether the newest version came by the form with this key, which is then sent again."""
        return self.saved.content.request_key == key

    def moved_on(self) -> bool:
        """Whether it was changed since."""
        return self.saved.version != self.was


def changing(sent: Mapping[str, str]) -> Changing | None:
    """What a form changes; None where it is a new order. Nobody gets past who may still work it out blind."""
    number, was = sent.get(NUMBER, ""), sent.get(WAS, "")
    if not number:
        return None
    if not (was.isascii() and was.isdecimal() and len(was) < 10):
        abort(404)
    return Changing(seen_at(number).preparation, int(was))


def stored_typed(saved: SavedPreparation) -> Mapping[str, str]:
    """The order as it was typed, by the names of its fields."""
    with as_written(saved):
        typed: Mapping[str, str] = json.loads(saved.content.order_json)["typed"]
        return typed


def stored_answers(saved: SavedPreparation) -> Sequence[Mapping[str, str]]:
    """How its findings were answered, in the order in which they stand."""
    with as_written(saved):
        answers: list[dict[str, str]] = json.loads(saved.content.answers_json)
        return answers


def change_refusal(saved: SavedPreparation, who: Person) -> str | None:
    """Why this person may not change it as it stands; None where they may."""
    return refusal(CHANGE, saved.state, who.id, who.role, {})


def opened_refusal(standing: Standing) -> str | None:
    """Why its order cannot be changed any more: a vial was wetted for it; None where none was."""
    opened = next((moment for moment in standing.moments if moment.what is What.WETTED), None)
    return None if opened is None else opened_words(opened.place)


def compared(one: telling.Values, other: telling.Values) -> Compared:
    """What the two say differently."""
    names = dict.fromkeys((*one, *other))
    return tuple(
        (name, one.get(name, DASH), other.get(name, DASH)) for name in names if one.get(name) != other.get(name)
    )


def enterer(saved: SavedPreparation, d: Desk) -> Person:
    """Whoever entered the newest version. Raises NotRead."""
    return entered_status(standing_of(saved, d)).person
