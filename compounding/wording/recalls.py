"""Recalls in words: what became of each pack of a lot, and what of it can still be set aside."""

from __future__ import annotations

from collections.abc import Mapping

from compounding.wording.numbers import capital, count
from compounding.workflow import State
from compounding.workflow.materials import Kind, Material, Out

CAPTIONS = ("No.", "Give on, state", "Preparation", "Patient, and what of the lot")
STOCK = "What lies on the shelf is not known here: look there."
NOTHING = "No preparation has anything of this lot."

_DRY = ", not wetted"
_GONE: Mapping[Out, str] = {
    Out.RETURNED: "went back to stock",
    Out.BROKEN: f"broken{_DRY}",
    Out.DISCARDED: f"discarded{_DRY}",
    Out.REPLACED: "went back to stock",
    Out.ORDER_CHANGED: "went back to stock",
}
BACK = frozenset(out for out, text in _GONE.items() if text == "went back to stock")
"""Reasons by which a pack left whole: it may lie on the shelf."""


def called(material: Material) -> str:
    """ "Vial 2", "Diluent"."""
    return f"Vial {material.place}" if material.kind is Kind.DRUG else capital(material.kind.value)


def fate(material: Material, used: bool, state: State) -> str:
    """What became of a pack: `used` once it was wetted, or went into the bag."""
    if material.out is not None:
        gone = _GONE[material.out]
        return gone if material.kind is Kind.DRUG else gone.removesuffix(_DRY)  # nothing else is wetted
    if not used:
        return "in the preparation, not opened"
    return f"opened; the preparation is {state.value}"


def remaining(unopened: int, back: int) -> str:
    """What of a lot is known to be there still."""
    if not (unopened or back):
        return f"Nothing of it is recorded as whole. {STOCK}"
    parts = [f"{count(unopened, 'pack')} in preparations, not opened: set aside"] if unopened else []
    parts += [f"{count(back, 'pack')} went back to stock"] if back else []
    return f"{'; '.join(parts)}. {STOCK}"


def found(preparations: int, patients: int) -> str:
    """What a search found."""
    if not preparations:
        return NOTHING
    return f"{count(preparations, 'preparation')} of {count(patients, 'patient')}."
