"""What a drug file may say piece by piece and not all together."""

from __future__ import annotations

from collections.abc import Iterator

from compounding.formulary.facts import Presentation
from compounding.quantities import DrugMass, Volume


def contradictions(p: Presentation) -> Iterator[tuple[str, str]]:
    """What a file may say piece by piece and not all together."""
    vials, times = p.vials, p.times
    concentration = vials.concentration.value
    held = vials.withdrawable.value if vials.labelled_means.value == "delivered" else vials.reconstitution.value
    if held is None:
        yield "vials.withdrawable", "is not stated, though the labelled content is the amount delivered"
    elif (content := DrugMass.of(held * concentration)) != vials.labelled.value:
        yield "vials.labelled", f"{vials.labelled.value} is not {held} × {concentration} = {content}"
    for key in ("withdrawable", "least_withdrawable"):
        volume = getattr(vials, key).value
        if volume is not None and volume > vials.reconstitution.value:
            yield f"vials.{key}", f"{volume} is more than the {vials.reconstitution.value} put in"
    if vials.withdrawable.value is None and vials.least_withdrawable.value is None:
        yield "vials.least_withdrawable", "is not stated, and neither is vials.withdrawable"
    if vials.density.value is not None and vials.water_density.value is None:
        yield "vials.water_density", "is not stated, though vials.density is"
    for key in ("dilute_within", "complete_within", "warm_up", "infusion"):
        length = getattr(times, key).value
        if length.value != length.value.to_integral_value():
            yield f"times.{key}", f"{length} is not a whole number of minutes"
        if length > times.complete_within.value:
            yield f"times.{key}", f"{length} is more than times.complete_within"
    infused = Volume.of(p.administration.rate.value * times.infusion.value)
    if infused != p.dilution.bag.value:
        yield (
            "administration.rate",
            f"over {times.infusion.value} gives {infused}, not the bag's {p.dilution.bag.value}",
        )
    if p.dilution.concentration.value.high > concentration:
        yield "dilution.concentration", f"reaches above the reconstituted {concentration}"
    if p.billing is not None:
        billed = p.billing.unit.value * p.billing.units_per_vial.value
        if billed != vials.labelled.value:
            yield "billing.units_per_vial", f"gives {billed} a vial, not the labelled {vials.labelled.value}"
