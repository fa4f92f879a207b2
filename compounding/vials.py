"""Vials, draws, what is discarded, and what is billed: all from the volume to withdraw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from compounding.findings import Finding, Line, Part, Severity, Source, Status, Values
from compounding.formulary import Presentation
from compounding.policy import Policy
from compounding.quantities import DrugMass, Volume, WeighedMass, least_count, round_to

EXACT = Source("exact", Status.DERIVED)


class DrawKind(Enum):
    """How a draw is told. By total, where what comes out of a vial is not known."""

    MEASURED = "measured"
    ALL = "all"
    TO_TOTAL = "to total"


@dataclass(frozen=True, slots=True)
class Draw:
    """What is taken from one vial. The volume is nominal unless the kind is MEASURED."""

    volume: Volume
    kind: DrawKind


@dataclass(frozen=True, slots=True)
class Vials:
    """The vials of one preparation, all of one presentation."""

    count: int
    per_vial: Volume
    """What is planned to come out of each: withdrawable where known, else nominal."""
    known: bool
    """Whether `per_vial` is stated by the label or recorded by the site."""
    draws: tuple[Draw, ...]
    spare: int
    reconstitution: Volume
    """Of all vials together."""
    discarded: Volume
    discarded_mass: DrugMass
    stays: Volume
    """What stays in the vials because it cannot be drawn; zero where all is counted as drawn."""
    stays_mass: DrugMass


@dataclass(frozen=True, slots=True)
class Billed:
    """Billing units of a market that has them."""

    code: str
    administered: int
    discarded: int
    modifier: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a balance should show, where the market states a density."""

    drawn: WeighedMass
    low: WeighedMass
    high: WeighedMass
    water_per_vial: WeighedMass


def per_vial(drug: Presentation, policy: Policy) -> tuple[Volume, bool]:
    """The volume planned from one vial, and whether it is known rather than nominal.

    Raises ValueError where the site recorded more than is put into a vial.
    """
    stated = drug.vials.withdrawable.value
    if stated is not None:
        return stated, True
    if policy.withdrawable is not None:
        if policy.withdrawable > drug.vials.reconstitution.value:
            raise ValueError(
                f"the site's withdrawable volume {policy.withdrawable} is more than "
                f"the {drug.vials.reconstitution.value} put into a vial"
            )
        return policy.withdrawable, True
    return drug.nominal, False


def pick(volume: Volume, dose: DrugMass, drug: Presentation, policy: Policy) -> Vials:
    """The least number of vials that cover the volume, and what becomes of each."""
    each, known = per_vial(drug, policy)
    count = least_count(volume, each)
    facts = drug.vials
    least = facts.least_withdrawable.value
    spare = 0 if known or least is None else least_count(volume, least) - count
    discarded = Volume.of(each * count) - volume
    stays = Volume.of((drug.nominal - each) * count)
    return Vials(
        count=count,
        per_vial=each,
        known=known,
        draws=_draws(volume, each, count, known),
        spare=spare,
        reconstitution=Volume.of(facts.reconstitution.value * count),
        discarded=discarded,
        discarded_mass=DrugMass.of(facts.labelled.value * count) - dose,
        stays=stays,
        stays_mass=DrugMass.of(stays * facts.concentration.value),
    )


def _draws(volume: Volume, each: Volume, count: int, known: bool) -> tuple[Draw, ...]:
    full, last = (DrawKind.MEASURED, DrawKind.MEASURED) if known else (DrawKind.ALL, DrawKind.TO_TOTAL)
    rest = volume - Volume.of(each * (count - 1))
    if count == 1:
        return (Draw(rest, DrawKind.MEASURED),)
    return (*(Draw(each, full) for _ in range(count - 1)), Draw(rest, last))


def working(volume: Volume, dose: DrugMass, vials: Vials, drug: Presentation) -> Iterator[Line]:
    """The lines of working from the vials to what is discarded."""
    facts, count, each = drug.vials, vials.count, vials.per_vial
    source = per_vial_source(vials, drug)
    case = "known" if vials.known else "nominal"
    operands: Values = {"volume": volume, "each": each, "labelled": facts.labelled.value}
    yield Line("vials", (Part(case, operands, count),), (source,))
    yield Line("draws", tuple(_draw_parts(volume, vials)), (EXACT if vials.known else source,))
    water = Part("", {"each": facts.reconstitution.value, "vials": count}, vials.reconstitution)
    yield Line("reconstitution", (water,), (facts.reconstitution.source,))
    by_volume: Values = {"vials": count, "each": each, "volume": volume}
    by_mass: Values = {"vials": count, "labelled": facts.labelled.value, "dose": dose}
    parts = [
        Part("volume", by_volume, vials.discarded, source),
        Part("mass", by_mass, vials.discarded_mass, facts.labelled.source),
    ]
    if vials.stays > Volume(Decimal(0)):
        kept: Values = {"vials": count, "nominal": drug.nominal, "each": each}
        held: Values = {"stays": vials.stays, "concentration": facts.concentration.value}
        parts += [
            Part("stays", kept, vials.stays, source),
            Part("stays mass", held, vials.stays_mass, facts.concentration.source),
        ]
    yield Line("discarded", tuple(parts), (facts.labelled.source,))


def per_vial_source(vials: Vials, drug: Presentation) -> Source:
    """Where the volume planned from one vial comes from: the label, the site, or the labelled content."""
    facts = drug.vials
    if facts.withdrawable.value is not None:
        return facts.withdrawable.source
    if vials.known:
        return Source("recorded by the site", Status.SITE)
    return Source(f"nominal; {facts.labelled.source.text}", facts.labelled.source.status)


def _draw_parts(volume: Volume, vials: Vials) -> Iterator[Part]:
    for number, draw in enumerate(vials.draws, 1):
        operands: Values = {
            "vial": number,
            "volume": volume,
            "before": Volume.of(vials.per_vial * (number - 1)),
        }
        case = {DrawKind.ALL: "all", DrawKind.TO_TOTAL: "to total"}.get(draw.kind)
        yield Part(case or ("rest" if number == vials.count else "full"), operands, draw.volume)


def spare_findings(volume: Volume, vials: Vials, drug: Presentation) -> Iterator[Finding]:
    """Asks for the site's own withdrawable volume where it would change the number of vials."""
    least = drug.vials.least_withdrawable
    if vials.spare and least.value is not None:
        less = DrugMass.of(least.value * drug.vials.concentration.value)
        values: Values = {
            "vials": vials.count,
            "vials_at_least": vials.count + vials.spare,
            "spare": vials.spare,
            "labelled": drug.vials.labelled.value,
            "least": less,
        }
        yield Finding("withdrawable-volume", Severity.ACKNOWLEDGE, "", values, least.source)


def near_miss(dose: DrugMass, ordered: DrugMass, vials: Vials, drug: Presentation, policy: Policy) -> Iterator[Finding]:
    """The dose is over a whole number of vials by no more than the rounding window.

    In the UK only where rounding down saves a vial at the labelled content and at the least that may
    come out alike. Never rounded here: it needs the prescriber.
    """
    contents = [drug.vials.labelled.value]
    if (least := drug.vials.least_withdrawable.value) is not None:
        contents.append(DrugMass.of(least * drug.vials.concentration.value))
    whole = [(least_count(dose, content) - 1, content) for content in contents]
    target = min((DrugMass.of(content * count) for count, content in whole), key=lambda mass: mass.value)
    if target <= DrugMass(Decimal(0)) or target >= dose:
        return
    gap = ordered - target
    if DrugMass.of(gap * 100) > DrugMass.of(ordered * policy.near_miss_window):
        return
    values: Values = {
        "over": dose - target,
        "down_to": target,
        "vials": vials.count,
        "vials_after": least_count(Volume.of(target / drug.vials.concentration.value), vials.per_vial),
        "percent": (gap / ordered).value * 100,
        "window_percent": policy.near_miss_window,
    }
    yield Finding("near-miss", Severity.INFO, "", values)


def bill(dose: DrugMass, count: int, drug: Presentation) -> tuple[Billed, Line] | None:
    """Billing units. The overfill is neither billed nor reported, and never both modifiers."""
    facts = drug.billing
    if facts is None:
        return None
    administered = least_count(dose, facts.unit.value)
    discarded = facts.units_per_vial.value * count - administered
    modifier = (facts.discarded_modifier if discarded else facts.none_discarded_modifier).value
    billed = Billed(facts.code.value, administered, discarded, modifier)
    operands: Values = {
        "dose": dose,
        "unit": facts.unit.value,
        "vials": count,
        "per_vial": facts.units_per_vial.value,
    }
    parts = (
        Part("administered", operands, administered),
        Part("discarded", {**operands, "administered": administered}, discarded),
    )
    return billed, Line("billing", parts, (facts.code.source,))


def weigh(volume: Volume, drug: Presentation, policy: Policy) -> tuple[Weighed, Line] | None:
    """What the total drawn should weigh, rounded as the site does, and the range within its tolerance
    rounded inwards."""
    density, water = drug.vials.density, drug.vials.water_density
    if density.value is None or water.value is None:
        return None
    step, tolerance = policy.mass_step, policy.mass_tolerance_percent
    drawn = round_to(WeighedMass.of(volume * density.value), step)
    least, most = (WeighedMass.of(drawn * ((100 + sign * tolerance) / 100)) for sign in (-1, 1))
    weighed = Weighed(
        drawn=drawn,
        low=WeighedMass.of(step * least_count(least, step)),
        high=WeighedMass(most.value // step.value * step.value),
        water_per_vial=WeighedMass.of(drug.vials.reconstitution.value * water.value),
    )
    operands: Values = {
        "volume": volume,
        "density": density.value,
        "percent": tolerance,
        "low": weighed.low,
        "high": weighed.high,
    }
    poured: Values = {"each": drug.vials.reconstitution.value, "density": water.value}
    parts = (
        Part("", operands, drawn),
        Part("water", poured, weighed.water_per_vial, water.source),
    )
    return weighed, Line("mass", parts, (density.source,), step)


@dataclass(frozen=True, slots=True)
class Syringes:
    """What one draw is taken into: one syringe, or several of the largest."""

    size: Volume
    count: int


def syringe_for(volume: Volume, sizes: Iterable[Volume], share: Decimal) -> Syringes | None:
    """The smallest of a site's sizes that the volume fills to no more than a share of it, such as 0.75;
    several of the largest where no one does; None where the site has no size.

    Raises ValueError for a share that is not over 0 and at most 1, and for a volume not above zero.
    """
    if not 0 < share <= 1:
        raise ValueError(f"{share} is not a share over 0 and at most 1 of a syringe")
    if volume <= Volume(Decimal(0)):
        raise ValueError(f"{volume} is not above zero: nothing is drawn")
    held = [(size, Volume.of(size * share)) for size in sorted(sizes, key=lambda size: size.value)]
    if not held:
        return None
    one = next((size for size, most in held if volume <= most), None)
    largest, most = held[-1]
    return Syringes(largest, least_count(volume, most)) if one is None else Syringes(one, 1)
