"""Everything that a lot was used for, and what of it can still be set aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from compounding import records
from compounding.patient import Identity
from compounding.records import Engine, SavedPreparation
from compounding.web.paperwork import saved_identity
from compounding.wording.recalls import BACK
from compounding.workflow import State
from compounding.workflow.materials import Material
from compounding.workflow.wastes import is_used


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack of the lot, and whether anything of it was used."""

    material: Material
    used: bool


@dataclass(frozen=True, slots=True)
class Use:
    """A preparation with what of the lot was recorded for it."""

    saved: SavedPreparation
    identity: Identity
    packs: tuple[Pack, ...]

    @property
    def state(self) -> State:
        return State(self.saved.state)


def uses(engine: Engine, product: str | None, lot: str) -> tuple[Use, ...]:
    """Every use of a lot, the newest first; without a product of every product. Raises NotRead."""
    return tuple(_uses(engine, product, lot))


def _uses(engine: Engine, product: str | None, lot: str) -> Iterator[Use]:
    for use in records.uses_of_lot(engine, product, lot):
        standing = records.standing(engine, use.preparation.number)
        if standing is not None:
            packs = tuple(Pack(one, is_used(one, standing.moments)) for one in use.materials)
            yield Use(use.preparation, saved_identity(use.preparation), packs)


def unopened(found: Iterable[Use]) -> int:
    """Packs that stand in preparations, and of which nothing was used."""
    return sum(pack.material.out is None and not pack.used for use in found for pack in use.packs)


def back(found: Iterable[Use]) -> int:
    """Packs that went back to stock whole. One that was taken again counts there too."""
    return sum(pack.material.out in BACK for use in found for pack in use.packs)


def patients(found: Sequence[Use]) -> int:
    """How many people they were for: nobody is told by the name alone."""
    people = [use.identity for use in found]
    return len({(person.name, person.born, person.mrn, person.hospital_number) for person in people})
