"""What each material of a preparation is: the codes that its record, an enrolment and a recall go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from compounding.formulary import Presentation
from compounding.policy import Making
from compounding.workflow.materials import Kind

_FILLED = "ready-filled bag of "
_STOCK = (f"{Kind.DILUENT.value}: ", f"{Kind.CONTAINER.value}: {_FILLED}")


@dataclass(frozen=True, slots=True)
class Product:
    """One thing that is picked. The name stands in the code of what has no drug file, so that an enrolment of
    one diluent is none of another's."""

    kind: Kind
    code: str
    """ "besponsa-us", "water: Sterile Water for Injection, USP"."""
    name: str


def same_stock(code: str) -> tuple[str, ...]:
    """The codes under which a pack of this one may be recorded: a bag of a diluent is drawn from, or filled."""
    for one, other in (_STOCK, _STOCK[::-1]):
        if code.startswith(one):
            return code, f"{other}{code.removeprefix(one)}"
    return (code,)


def products(drug: Presentation) -> tuple[Product, ...]:
    """Everything that a drug may be made up with, whichever way the bag is made."""
    ways = (products_for(drug, making) for making in Making)
    return tuple(dict.fromkeys(product for way in ways for product in way.values()))


def products_for(drug: Presentation, making: Making) -> Mapping[Kind, Product]:
    """What is picked where the bag is made this way. A ready-filled bag is its own diluent."""
    diluent = drug.dilution.diluent.value
    bag = "empty container" if making is Making.EMPTY_CONTAINER else f"{_FILLED}{diluent}"
    named = [(Kind.WATER, drug.vials.reconstitute_with.value), (Kind.CONTAINER, bag)]
    named += [(Kind.DILUENT, diluent)] if making is Making.EMPTY_CONTAINER else []
    fluids = {kind: Product(kind, f"{kind.value}: {name}", name) for kind, name in named}
    return MappingProxyType({Kind.DRUG: Product(Kind.DRUG, drug.id, drug.names.generic.value), **fluids})
