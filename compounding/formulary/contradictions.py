"""What a drug file may say piece by piece and not all together.

Each check names the tables it needs, so that a fault in one table does not hide those between others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from compounding.formulary.facts import Administration, Billing, Dilution, Regimen, Times, VialFacts
from compounding.quantities import DrugMass, Volume

Fault = tuple[str, str]
"""The place, and what is wrong there."""


def contradictions(tables: Mapping[str, Any]) -> Iterator[Fault]:
    """The faults between the tables that could be read; a table that could not is None."""
    for check, needed in _CHECKS:
        found = [tables.get(name) for name in needed]
        if all(table is not None for table in found):
            yield from check(*found)


def _content(vials: VialFacts) -> Iterator[Fault]:
    """Labelled content = withdrawable volume × concentration where both are stated; the total content
    = what is put in × concentration."""
    concentration, labelled = vials.concentration.value, vials.labelled.value
    held = [vials.withdrawable.value]
    if vials.labelled_means.value == "total":
        held.append(vials.reconstitution.value)
    elif held == [None]:
        yield "vials.withdrawable", "is not stated, though the labelled content is the amount delivered"
    for volume in held:
        if volume is not None and (content := DrugMass.of(volume * concentration)) != labelled:
            yield "vials.labelled", f"{labelled} is not {volume} × {concentration} = {content}"


def _volumes(vials: VialFacts) -> Iterator[Fault]:
    withdrawable, least = vials.withdrawable.value, vials.least_withdrawable.value
    for key, volume in (("withdrawable", withdrawable), ("least_withdrawable", least)):
        if volume is not None and volume > vials.reconstitution.value:
            yield f"vials.{key}", f"{volume} is more than the {vials.reconstitution.value} put in"
    if withdrawable is None and least is None:
        yield "vials.least_withdrawable", "is not stated, and neither is vials.withdrawable"
    if withdrawable is not None and least is not None and least > withdrawable:
        yield "vials.least_withdrawable", f"{least} is more than vials.withdrawable"
    if vials.density.value is not None and vials.water_density.value is None:
        yield "vials.water_density", "is not stated, though vials.density is"


def _times(times: Times) -> Iterator[Fault]:
    for key in ("dilute_within", "complete_within", "warm_up", "infusion"):
        length = getattr(times, key).value
        if length.value != length.value.to_integral_value():
            yield f"times.{key}", f"{length} is not a whole number of minutes"
        if length > times.complete_within.value:
            yield f"times.{key}", f"{length} is more than times.complete_within"


def _storages(times: Times) -> Iterator[Fault]:
    """A bag that is released only with recorded limits needs the storages that they are recorded for."""
    if times.diluted_bag_gates.value and times.diluted_bag_storages.value is None:
        yield "times.diluted_bag_storages", "is not stated, though times.diluted_bag_gates is true"


def _rate(given: Administration, times: Times, dilution: Dilution) -> Iterator[Fault]:
    infused = Volume.of(given.rate.value * times.infusion.value)
    if infused != dilution.bag.value:
        yield "administration.rate", f"over {times.infusion.value} gives {infused}, not the bag's {dilution.bag.value}"


def _range(dilution: Dilution, vials: VialFacts) -> Iterator[Fault]:
    if dilution.concentration.value.high > vials.concentration.value:
        yield "dilution.concentration", f"reaches above the reconstituted {vials.concentration.value}"


def _billing(billing: Billing, vials: VialFacts) -> Iterator[Fault]:
    billed = billing.unit.value * billing.units_per_vial.value
    if billed != vials.labelled.value:
        yield "billing.units_per_vial", f"gives {billed} a vial, not the labelled {vials.labelled.value}"


def _regimen(regimen: Regimen) -> Iterator[Fault]:
    days = set(regimen.first_cycle.value)
    for key in ("response", "no_response"):
        if set(getattr(regimen, key).value) != days:
            yield f"regimen.{key}", "has other days than regimen.first_cycle"
    if regimen.first_cycle_length.value > regimen.first_cycle_extended.value:
        yield "regimen.first_cycle_extended", "is shorter than regimen.first_cycle_length"
    for key in ("first_cycle_length", "first_cycle_extended", "later_cycle_length", "window", "interval"):
        if (days := getattr(regimen, key).value.in_unit("day")) != days.to_integral_value():
            yield f"regimen.{key}", f"{getattr(regimen, key).value} is not a whole number of days"
    if (percent := regimen.reduction_percent.value) is not None and not 0 < percent < 100:
        yield "regimen.reduction_percent", f"{percent} is not from 1 to 99"


_CHECKS: tuple[tuple[Callable[..., Iterator[Fault]], tuple[str, ...]], ...] = (
    (_content, ("vials",)),
    (_volumes, ("vials",)),
    (_times, ("times",)),
    (_storages, ("times",)),
    (_rate, ("administration", "times", "dilution")),
    (_range, ("dilution", "vials")),
    (_billing, ("billing", "vials")),
    (_regimen, ("regimen",)),
)
