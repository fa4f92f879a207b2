"""What is thrown away, exactly, and the balance: opened = given + discarded + returned once a path has ended.

A vial counts with its labelled content, as it is billed and reported; the overfill does not count. What a
vial gives is planned, since nobody measures it vial by vial: the spare one gives nothing by these figures,
and the total is right whichever of the vials it came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from compounding.quantities import DrugMass, Volume, round_number, total
from compounding.workflow.materials import LOST, Kind, Material, Out, live
from compounding.workflow.progress import Moment, Planned, Progress, Waste, Wasted, What
from compounding.workflow.steps import CANCEL, CHANGE, REJECT, State, Step

NONE, EMPTY = DrugMass(Decimal(0)), Volume(Decimal(0))
_NANOLITRE = Decimal("0.000001")  # in mL: the records hold whole ones


# ------------------------------------------------------------------ what goes into the bin


def of_dilution(progress: Progress, reason: str) -> Iterator[Waste]:
    """What is left of each wetted vial once the drug is in the bag."""
    for place in progress.wetted:
        yield from _left(progress.planned, place, reason)


def _left(figures: Planned, place: int, reason: str) -> Iterator[Waste]:
    """Of one vial: what could be drawn and was not, and what cannot be drawn."""
    vials, concentration = figures.vials, figures.drug.vials.concentration.value
    if place > vials.count:
        yield _whole(figures, place, reason)
        return
    rest = vials.per_vial - vials.draws[place - 1].volume
    stuck = figures.drug.nominal - vials.per_vial
    for what, volume in ((Wasted.REMAINDER, rest), (Wasted.STAYS, stuck)):
        if volume > EMPTY:
            yield Waste(what, place, DrugMass.of(volume * concentration), volume, reason)


def _whole(figures: Planned, place: int, reason: str) -> Waste:
    return Waste(Wasted.VIAL, place, figures.drug.vials.labelled.value, figures.drug.nominal, reason)


def of_lost(material: Material, figures: Planned, reason: str) -> Iterator[Waste]:
    """A vial that was broken or thrown away before it was wetted: its content, as powder."""
    if material.kind is Kind.DRUG:
        yield Waste(Wasted.VIAL, material.place, figures.drug.vials.labelled.value, EMPTY, reason)


def of_ending(progress: Progress, reason: str) -> Iterator[Waste]:
    """What a rejection or a bag thrown away puts into the bin: the bag, or every wetted vial where there is
    none yet."""
    figures = progress.planned
    if progress.last(What.DILUTED) is not None:
        yield _bag(progress, reason)
        return
    yield from (_whole(figures, place, reason) for place in progress.wetted)


def _bag(progress: Progress, reason: str) -> Waste:
    """The bag, or what is left of one of which a part was given: of its volume the same share as of its drug."""
    prepared, volume = progress.planned.prepared, progress.planned.drug.dilution.bag.value
    left = left_in_bag(progress)
    if left != prepared:
        volume = Volume(round_number(volume.value * left.value / prepared.value, _NANOLITRE))
    return Waste(Wasted.BAG, 0, left, volume, reason)


def left_in_bag(progress: Progress) -> DrugMass:
    """What of the bag was not given: of one that came back, what was in it then, whatever is said of it since."""
    return progress.planned.prepared - (_infused(progress) + not_accounted(progress))


def not_accounted(progress: Progress) -> DrugMass:
    """What was missing in a bag that came back or was thrown away, and is not recorded as given any more."""
    return NONE if progress.ran_in is None else max(progress.ran_in - _infused(progress), NONE)


def _infused(progress: Progress) -> DrugMass:
    return NONE if progress.infused is None else progress.infused


def put_back(progress: Progress) -> tuple[Material, ...]:
    """The whole vials that go back to stock when a path ends: recorded, and never wetted."""
    return tuple(material for material in unused(progress) if material.kind is Kind.DRUG)


def is_used(material: Material, moments: Iterable[Moment]) -> bool:
    """Whether a material went into a vial or the bag: a vial once it was wetted, water with the first vial, the rest
    with the drug."""
    if material.kind is Kind.DRUG:
        return any(one.what is What.WETTED and one.place == material.place for one in moments)
    what = What.WETTED if material.kind is Kind.WATER else What.DILUTED
    return any(one.what is what for one in moments)


def unused(progress: Progress) -> tuple[Material, ...]:
    """What stands in the preparation, and did not go into a vial or the bag."""
    return tuple(one for one in live(progress.materials) if not is_used(one, progress.moments))


def _unused_goes(material: Material, progress: Progress) -> Out:
    """A bag may be filled from the check on, and no row says whether it was: from then on it is no stock any more,
    and neither is what it is filled from."""
    maybe_opened = material.kind is not Kind.DRUG and progress.state is State.CHECKED
    return Out.DISCARDED if maybe_opened else Out.RETURNED


def leaving(step: Step, progress: Progress) -> tuple[tuple[Material, Out], ...]:
    """What goes out of the preparation with a step that ends it, or that changes its order."""
    if step.name == CHANGE.name:
        return tuple((material, Out.ORDER_CHANGED) for material in live(progress.materials))
    if step.name in (CANCEL.name, REJECT.name):
        return tuple((material, _unused_goes(material, progress)) for material in unused(progress))
    return ()


# ------------------------------------------------------------------ the balance


@dataclass(frozen=True, slots=True)
class Balance:
    """Where the drug of the opened vials is. `opened` is the sum of the others."""

    opened: DrugMass
    given: DrugMass
    """What left in a released bag; once it came back or was thrown away, what of it had run in."""
    discarded: DrugMass
    returned: DrugMass
    """What came back in a bag that is not thrown away yet."""
    in_hand: DrugMass
    """What is still in vials, syringes and bag here. Nothing, once a path has ended."""
    not_accounted: DrugMass = NONE
    """What nobody knows to be anywhere: it ran in or was lost, and is not recorded as given."""


def balance(progress: Progress) -> Balance:
    """Where the drug is. Raises ValueError where more is written down as discarded than was opened."""
    figures, labelled = progress.planned, progress.planned.drug.vials.labelled.value
    lost = sum(material.kind is Kind.DRUG and material.out in LOST for material in progress.materials)
    opened = DrugMass.of(labelled * (len(progress.wetted) + lost))
    discarded = total((NONE, *(waste.mass for waste in progress.wastes)))
    given = figures.prepared if progress.state is State.RELEASED else _infused(progress)
    returned = left_in_bag(progress) if progress.state is State.RETURNED else NONE
    missing = not_accounted(progress)
    in_hand = opened - given - discarded - returned - missing
    if in_hand < NONE:
        raise ValueError(f"{discarded} discarded, {given} given and {returned} returned are more than {opened} opened")
    return Balance(opened, given, discarded, returned, in_hand, missing)
