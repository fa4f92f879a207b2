"""The plan of a stored order made again by the settings in force, and held against what is stored.

Nothing goes on by figures that the order would not give today: a setting or a drug file that changed since is
named, and the order must be changed or cancelled. What was opened can still be rejected, by the stored figures.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from compounding.formulary import Presentation, with_confirmed
from compounding.policy import Making
from compounding.quantities import DrugMass, Unreadable, Volume, WeighedMass
from compounding.records import SavedPreparation, Standing
from compounding.stability import storages
from compounding.vials import Draw, DrawKind, Vials, per_vial
from compounding.web.changing import stored_typed
from compounding.web.desk import Desk
from compounding.web.forms import order_form, read_order
from compounding.web.paperwork import entered_status
from compounding.web.saving import Reviewed, reviewed
from compounding.wording.numbers import DASH, amount, figure
from compounding.workflow.progress import Planned, planned


class PlanDiffers(Exception):
    """Why a preparation cannot go on by its plan, in one sentence."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is stored otherwise than its order gives it today, in words."""

    name: str
    stored: str
    now: str


@dataclass(frozen=True, slots=True)
class Figured:
    """The figures that a path is held to, and where the same order gives others today."""

    planned: Planned
    """As stored."""
    differences: tuple[Difference, ...] = ()

    @property
    def refusal(self) -> str | None:
        """Why nothing goes on; None where it does."""
        if not self.differences:
            return None
        told = "; ".join(f"{one.name} {one.stored} as stored, {one.now} today" for one in self.differences)
        return (
            f"A setting or the drug file was changed since the order was entered: {told}. Change the order, so that"
            " it is planned and verified anew, or end the preparation."
        )


def figured(standing: Standing, d: Desk) -> Figured:
    """The figures of a stored preparation. Raises PlanDiffers where its drug file is gone."""
    saved = standing.preparation
    drug = _drug(saved, d)
    stored = _stored(saved, drug, d)
    again = _planned_again(standing, drug, d)
    if again is None:
        return Figured(stored, (Difference("the order", "could be planned", "cannot"),))
    differences = tuple(_differences(stored, again))
    return Figured(stored if differences else again, differences)


def _drug(saved: SavedPreparation, d: Desk) -> Presentation:
    found = next((drug for drug in d.drugs if drug.id == saved.content.drug_id), None)
    if found is None:
        raise PlanDiffers(f"{saved.number} was planned by the drug file {saved.content.drug_id}, which is gone.")
    return with_confirmed(found, d.policy.for_drug(found.drug).confirmed)


# ------------------------------------------------------------------ again


def _planned_again(standing: Standing, drug: Presentation, d: Desk) -> Planned | None:
    """What the order as typed gives today; None where it can no longer be read or prepared."""
    shown = _reviewed_again(standing, d)
    if shown is None or not shown.whole or shown.plan.stopped or shown.plan.drug.id != drug.id:
        return None
    return planned(shown.plan)


def _reviewed_again(standing: Standing, d: Desk) -> Reviewed | None:
    # As on the day of its entry: how far back and ahead an order may lie was judged then.
    entered_on = replace(d, clock=lambda: entered_status(standing).at)
    entry = read_order(order_form(entered_on, MultiDict(stored_typed(standing.preparation))), entered_on)
    try:
        return None if entry is None else reviewed(entry, entered_on)
    except (Unreadable, ValueError):
        return None


def _differences(stored: Planned, now: Planned) -> Iterator[Difference]:
    for name, written in _COMPARED.items():
        if (one := written(stored)) != (other := written(now)):
            yield Difference(name, one, other)


_COMPARED: Mapping[str, Callable[[Planned], str]] = {
    "dose": lambda figures: amount(figures.dose),
    "dose in the bag": lambda figures: amount(figures.prepared),
    "volume": lambda figures: amount(figures.volume),
    "vials": lambda figures: figure(figures.vials.count),
    "spare vials": lambda figures: figure(figures.vials.spare),
    "draws": lambda figures: " + ".join(amount(draw.volume) for draw in figures.vials.draws),
    "discarded volume": lambda figures: amount(figures.vials.discarded),
    "discarded mass": lambda figures: amount(figures.vials.discarded_mass),
    "bag": lambda figures: amount(figures.drug.dilution.bag.value),
    "mass drawn": lambda figures: amount(figures.mass),
    "making": lambda figures: figures.making.value,
    "storage": lambda figures: figures.storage or DASH,
}


# ------------------------------------------------------------------ as stored


def _stored(saved: SavedPreparation, drug: Presentation, d: Desk) -> Planned:
    said, typed = json.loads(saved.content.plan_json), stored_typed(saved)
    bag = replace(drug.dilution, bag=replace(drug.dilution.bag, value=Volume(Decimal(said["bag_mL"]))))
    policy, mass, storage = d.policy.for_drug(drug.drug), said["expected_mass_g"], typed.get("storage")
    return Planned(
        drug=replace(drug, dilution=bag),
        policy=policy,
        dose=DrugMass(Decimal(said["dose_mg"])),
        prepared=DrugMass(Decimal(saved.content.figures.prepared_ng).scaleb(-6)),
        volume=Volume(Decimal(said["volume_mL"])),
        vials=_vials(said, drug, per_vial(drug, policy)[1]),
        making=Making(typed.get("making") or Making.EMPTY_CONTAINER.value),
        storage=storage if storage in storages(drug) else None,
        mass=None if mass is None else WeighedMass(Decimal(mass)),
    )


def _vials(said: Mapping[str, Any], drug: Presentation, known: bool) -> Vials:
    """The stored vials: what each was planned to give is what was drawn and discarded, by their number."""
    volumes = [Volume(Decimal(draw)) for draw in said["draws_mL"]]
    count, discarded = said["vials"], Volume(Decimal(said["discarded_mL"]))
    each = Volume.of((Volume(Decimal(said["volume_mL"])) + discarded) / count)
    full, last = (DrawKind.MEASURED, DrawKind.MEASURED) if known or count == 1 else (DrawKind.ALL, DrawKind.TO_TOTAL)
    stays = Volume.of((drug.nominal - each) * count)
    return Vials(
        count=count,
        per_vial=each,
        known=known,
        draws=tuple(Draw(volume, last if place == count else full) for place, volume in enumerate(volumes, 1)),
        spare=said["spare_vials"],
        reconstitution=Volume(Decimal(said["reconstitution_mL"])),
        discarded=discarded,
        discarded_mass=DrugMass(Decimal(said["discarded_mg"])),
        stays=stays,
        stays_mass=DrugMass.of(stays * drug.vials.concentration.value),
    )
