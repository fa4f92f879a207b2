"""How a preparation ends, or something leaves it, in words: what becomes of what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compounding.wording.numbers import amount
from compounding.wording.path import called
from compounding.workflow import Step
from compounding.workflow.materials import Material, Out
from compounding.workflow.progress import Waste, Wasted
from compounding.workflow.steps import CANCEL, PUT_ASIDE, PUT_AWAY, REJECT, RETURN, TAKE_OUT, WASTE


@dataclass(frozen=True, slots=True)
class EndText:
    """The page on which something ends: its title, what becomes of what, and its button."""

    title: str
    told: tuple[str, ...]
    button: str


_ENDS: Mapping[str, tuple[str, str]] = {
    CANCEL.name: ("Cancel the preparation", "Cancel it"),
    REJECT.name: ("Reject the preparation", "Reject it"),
    RETURN.name: ("The bag came back", "Record the return"),
    WASTE.name: ("Throw the bag away", "Record the waste"),
    TAKE_OUT.name: ("Take out", "Take it out"),
    PUT_AWAY.name: ("Put away", "Put it away"),
    PUT_ASIDE.name: ("Put aside", "Put it aside"),
}


def end_text(
    step: Step, wastes: Sequence[Waste], leaving: Sequence[tuple[Material, Out]], *, hidden: bool = False
) -> EndText:
    """An ending, with what goes into the bin and what goes back to stock; `hidden` counts no wetted vial."""
    title, button = _ENDS[step.name]
    binned = tuple(f"Into the bin: {_binned(waste)}." for waste in wastes)
    if hidden and binned:
        binned = ("Into the bin: every vial that was wetted.",)
    back = tuple(
        f"{called(material.kind, material.place)}, lot {material.lot}: {why.value}." for material, why in leaving
    )
    return EndText(title, (*binned, *back), button)


def _binned(waste: Waste) -> str:
    what = "the bag" if waste.what is Wasted.BAG else f"vial {waste.place}"
    return f"{what}, {amount(waste.mass)} in {amount(waste.volume)}"


def leaving_text(material: Material, step: Step) -> EndText:
    """One material that leaves."""
    title, button = _ENDS[step.name]
    what = called(material.kind, material.place)
    told = f"{what}: {material.name}, lot {material.lot}."
    return EndText(f"{title}: {what[0].lower()}{what[1:]}", (told,), button)
