"""What is stored already of the patient of an order: told at review, since it may be a mix-up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from compounding.patient import Identity
from compounding.records import Page, PatientIdentity, SavedPreparation, Search, find_preparations
from compounding.records.names import folded, folded_number
from compounding.web.as_written import UNREAD, NotAsWritten, as_written
from compounding.web.blind import HIDDEN, hidden_until
from compounding.web.desk import Desk
from compounding.web.forms import Entry
from compounding.web.paperwork import saved_identity
from compounding.wording.numbers import count, day

# Of one patient's number. More would be another mix-up than the two that are told here.
_LOOKED_AT = Page(size=200)
_NUMBERS = (("MRN", "mrn"), ("NHS number", "nhs_number"), ("Hospital number", "hospital_number"))


@dataclass(frozen=True, slots=True)
class Warned:
    """What may be a mix-up: a sentence, and both sides of it."""

    heading: str
    lines: tuple[str, ...]
    shows: tuple[str, ...] = ()
    """The numbers of the preparations whose patient stands in it."""


def warnings(entry: Entry, d: Desk, key: str, besides: str = "") -> tuple[Warned, ...]:
    """What is stored under the patient's numbers and does not go with this order. Raises NotRead.

    `key` is that of the form: what this very form saved is not counted against it, nor is the preparation
    with the number `besides`, which it changes.
    """
    stored = [
        saved for saved in _stored(entry.identity, d) if saved.content.request_key != key and saved.number != besides
    ]
    whole, unread = _parted(stored)
    told = (_unread(entry.identity, saved) for saved in unread)
    return (*told, *_others(entry.identity, whole, d), *_twice(entry, whole, d))


def _parted(stored: Sequence[SavedPreparation]) -> tuple[list[SavedPreparation], list[SavedPreparation]]:
    """Those that can be read, and those that cannot."""
    whole, unread = [], []
    for saved in stored:
        try:
            with as_written(saved):
                _course(saved), _dose(saved), saved_identity(saved)
            whole.append(saved)
        except NotAsWritten:
            unread.append(saved)
    return whole, unread


def _unread(identity: Identity, saved: SavedPreparation) -> Warned:
    return Warned(f"{_numbers(identity, saved)} is stored with {saved.number}, which {UNREAD}.", ())


def _stored(identity: Identity, d: Desk) -> list[SavedPreparation]:
    found: dict[int, SavedPreparation] = {}
    for _, name in _NUMBERS:
        if number := getattr(identity, name):
            searched = find_preparations(d.engine, Search(patient_number=number), _LOOKED_AT)
            found |= {saved.id: saved for saved in searched.preparations}
    return [saved for saved in found.values() if _shared(identity, saved.content.patient)]


def _shared(identity: Identity, patient: PatientIdentity) -> list[tuple[str, str]]:
    """The numbers that an order and a stored patient have in common."""
    pairs = [(label, getattr(identity, name), getattr(patient, name) or "") for label, name in _NUMBERS]
    return [(label, typed) for label, typed, stored in pairs if typed and folded_number(typed) == folded_number(stored)]


def _others(identity: Identity, stored: Sequence[SavedPreparation], d: Desk) -> Iterator[Warned]:
    """The same number under another name or birth date: one of the two is somebody else's, or typed wrongly."""
    different: dict[tuple[str, ...], SavedPreparation] = {}
    for saved in stored:
        if _who(saved_identity(saved)) != _who(identity):
            different.setdefault(_who(saved_identity(saved)), saved)
    for saved in different.values():
        yield Warned(
            f"{_numbers(identity, saved)} is stored with another name or date of birth.",
            (
                f"Typed now: {_named(identity, d)}.",
                f"Stored with {saved.number}: {_named(saved_identity(saved), d)}.",
            ),
            (saved.number,),
        )


def _numbers(identity: Identity, saved: SavedPreparation) -> str:
    return " and ".join(f"{label} {number}" for label, number in _shared(identity, saved.content.patient))


def _who(identity: Identity) -> tuple[str, ...]:
    return folded(identity.family), folded(identity.given), identity.born.isoformat()


def _named(identity: Identity, d: Desk) -> str:
    return f"{identity.name}, born {day(identity.born, d.market)}"


def _twice(entry: Entry, stored: Sequence[SavedPreparation], d: Desk) -> Iterator[Warned]:
    """The same patient, day, cycle and day of the cycle: perhaps the same order, entered before."""
    treatment, on = entry.order.treatment, entry.order.patient.on
    same = [saved for saved in stored if saved.content.given_on == on and _course(saved) == _typed_course(entry)]
    if same:
        numbers = _numbers(entry.identity, same[0])
        told = f"cycle {treatment.cycle} day {treatment.day} on {day(on, d.market)}"
        yield Warned(
            f"{numbers} has {count(len(same), 'preparation')} for {told} already: is it the same order?",
            (
                f"Typed now: {_named(entry.identity, d)}.",
                *(f"Stored as {saved.number}: {_named(saved_identity(saved), d)}, {_dose(saved)}." for saved in same),
            ),
            tuple(saved.number for saved in same),
        )


def _course(saved: SavedPreparation) -> tuple[str, str]:
    typed = json.loads(saved.content.order_json)["typed"]
    return typed["cycle"], typed["day"]


def _typed_course(entry: Entry) -> tuple[str, str]:
    return entry.typed["cycle"], entry.typed["day"]


def _dose(saved: SavedPreparation) -> str:
    until = hidden_until(saved)
    return f"dose {HIDDEN} {until}" if until else str(json.loads(saved.content.shown_json)["dose"])


def alike(shown: Sequence[SavedPreparation]) -> dict[str, tuple[str, ...]]:
    """Of each preparation the numbers of those whose patient is another one of the same family name."""
    who = {saved.number: _patient(saved.content.patient) for saved in shown}
    return {
        number: tuple(other for other in who if who[other][0] == family and who[other][1] != numbers)
        for number, (family, numbers) in who.items()
    }


def alike_words(like: Sequence[str]) -> str:
    """What stands beside such a name: at most three are named, since more say no more; "" for none."""
    more = f" and {len(like) - 3} more" if len(like) > 3 else ""
    return f"Name like {', '.join(like[:3])}{more}" if like else ""


def _patient(patient: PatientIdentity) -> tuple[str, tuple[str, ...]]:
    """The family name as it sounds in a search, and what tells two patients of one name apart."""
    return folded(patient.family), tuple(
        folded_number(getattr(patient, name) or "") for name in ("mrn", "hospital_number")
    )
