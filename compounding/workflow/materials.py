"""What a preparation is made of: the materials that its plan needs, those that are recorded, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from compounding.policy import Making


class Kind(Enum):
    """What a material is for."""

    DRUG = "drug"
    WATER = "water"
    DILUENT = "diluent"
    CONTAINER = "container"
    """The bag: empty, or the ready-filled one that is the diluent too."""


class ReadBy(Enum):
    """How its lot and expiry came in. Two ways that are as good as each other."""

    SCANNED = "scanned"
    TYPED = "typed twice"


class Out(Enum):
    """Why a material left the preparation again."""

    RETURNED = "returned to stock"
    """Whole and unopened."""
    BROKEN = "broken"
    """Before it was wetted: its content is discarded."""
    DISCARDED = "discarded"
    """Whole, and not fit to go back to stock."""
    REPLACED = "replaced"
    """Whole; another took its place, and it went back to stock."""
    ORDER_CHANGED = "order changed"
    """It was picked for another order; what the new one needs is picked again."""


LOST = frozenset({Out.BROKEN, Out.DISCARDED})
"""Whose content went into the bin."""


@dataclass(frozen=True, slots=True)
class Material:
    """One vial, or another material, as it was read."""

    kind: Kind
    place: int
    """A vial's number on the picking list, from 1, the spare ones last; 0 for anything else."""
    product: str
    """What it is, by the code of the drug file or of the site: "besponsa-us"."""
    name: str
    maker: str
    lot: str
    expiry: date
    serial: str | None
    gtin: str | None
    read_by: ReadBy
    raw: str
    """The scan or the typed text, to the letter."""
    quantity: str
    """As the worksheet says it: "1 vial"."""
    person: str = ""
    """The user who recorded it; empty until it is stored."""
    id: int | None = None
    out: Out | None = None
    out_words: str = ""
    """What was said of why it left, beside its reason."""
    out_by: str = ""
    """The user who put it out."""
    logged_at: datetime | None = field(default=None, compare=False)
    """When its entry was written, in UTC; None until it is stored."""

    def __post_init__(self) -> None:
        if (self.kind is Kind.DRUG) is not (self.place > 0):
            raise ValueError(f"{self.place} is no place of a material that is {self.kind.value}")


@dataclass(frozen=True, slots=True)
class Need:
    """A material that must be recorded before the first vial is wetted."""

    kind: Kind
    place: int = 0
    spare: bool = False


# A ready-filled bag is the container and the diluent in one, with one lot.
_FLUIDS: Mapping[Making, tuple[Kind, ...]] = {
    Making.EMPTY_CONTAINER: (Kind.WATER, Kind.DILUENT, Kind.CONTAINER),
    Making.READY_FILLED: (Kind.WATER, Kind.CONTAINER),
}


def needs(vials: int, spare: int, making: Making) -> tuple[Need, ...]:
    """What is picked for so many planned and spare vials, in the order of the picking list."""
    picked = tuple(Need(Kind.DRUG, place, place > vials) for place in range(1, vials + spare + 1))
    return (*picked, *(Need(kind) for kind in _FLUIDS[making]))


def live(materials: Iterable[Material]) -> tuple[Material, ...]:
    """Those that are in the preparation."""
    return tuple(material for material in materials if material.out is None)


def missing(needed: Iterable[Need], materials: Iterable[Material]) -> tuple[Need, ...]:
    """What is not recorded yet, in the order of the picking list."""
    there = {(material.kind, material.place) for material in live(materials)}
    return tuple(need for need in needed if (need.kind, need.place) not in there)
