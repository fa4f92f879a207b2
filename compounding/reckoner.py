"""Dose, volume, vials and what is discarded by body surface: worked ahead, for when the screen is down.

Every figure comes by the same steps as a plan's. Where a plan would stop or ask for an override, there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from compounding import vials as vial
from compounding.formulary import Presentation, with_confirmed
from compounding.policy import Policy
from compounding.preparation import withdrawn
from compounding.quantities import BodySurface, Concentration, DoseLevel, DrugMass, Unreadable, Volume, round_to
from compounding.vials import Vials

MOST_ROWS = 1000
"""More is no table that somebody looks a figure up in: a site that rounds to 0.001 m² would have 2,501 rows."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is prepared for one body surface at one dose level."""

    dose: DrugMass
    """What the volume holds, as the label says it."""
    volume: Volume
    vials: Vials


@dataclass(frozen=True, slots=True)
class Row:
    """One body surface, with what is prepared at each level; None where nothing may be without a pharmacist's
    override."""

    bsa: BodySurface
    prepared: tuple[Prepared | None, ...]


@dataclass(frozen=True, slots=True)
class Reckoner:
    """The table of one drug at one site."""

    drug: Presentation
    policy: Policy
    levels: tuple[DoseLevel, ...]
    """Every level of the label's dose table, the highest first."""
    rows: tuple[Row, ...]

    @property
    def most_vials(self) -> int:
        """The most that any row needs, the spare ones included."""
        counts = (one.vials.count + one.vials.spare for row in self.rows for one in row.prepared if one is not None)
        return max(counts, default=0)


def reckoner(drug: Presentation, policy: Policy) -> Reckoner:
    """The table over every body surface that an adult may have, in the site's own steps.

    Raises ValueError where the drug is not of the site's market, and Unreadable where the site rounds body surface
    so finely that the table has more than MOST_ROWS.
    """
    if drug.market is not policy.market:
        raise ValueError(f"{drug.id} is not of the market {policy.market.value}, which this site prepares for")
    policy = policy.for_drug(drug.drug)
    drug = with_confirmed(drug, policy.confirmed)
    levels = label_levels(drug)
    return Reckoner(drug, policy, levels, tuple(_row(bsa, levels, drug, policy) for bsa in _surfaces(policy)))


def label_levels(drug: Presentation) -> tuple[DoseLevel, ...]:
    """Every level that the label's dose table has, the highest first."""
    regimen = drug.regimen
    tables = (regimen.first_cycle, regimen.response, regimen.no_response)
    found = {level for levels in tables for level in levels.value.values()}
    return tuple(sorted(found, key=lambda level: level.value, reverse=True))


def _surfaces(policy: Policy) -> Iterator[BodySurface]:
    band, step = policy.adult["bsa"].stop, policy.bsa_step.value
    first, last = band.low.value // step, band.high.value // step
    if first * step < band.low.value:
        first += 1
    count = int(last - first) + 1
    if count > MOST_ROWS:
        raise Unreadable(f"In steps of {policy.bsa_step} the table has {count:,} rows, and may have {MOST_ROWS:,}.")
    yield from (BodySurface((first + number) * step) for number in range(count))


def _row(bsa: BodySurface, levels: tuple[DoseLevel, ...], drug: Presentation, policy: Policy) -> Row:
    return Row(bsa, tuple(_prepared(bsa, level, drug, policy) for level in levels))


def _prepared(bsa: BodySurface, level: DoseLevel, drug: Presentation, policy: Policy) -> Prepared | None:
    dose = round_to(DrugMass.of(level * bsa), policy.dose_step)
    if dose == DrugMass(Decimal(0)):
        return None
    try:
        volume, prepared = withdrawn(dose, drug, policy)
    except Unreadable:  # it rounds to nothing
        return None
    if volume > drug.dilution.bag.value or not _plain(dose, prepared, drug, policy):
        return None
    return Prepared(prepared, volume, vial.pick(volume, prepared, drug, policy))


def _plain(dose: DrugMass, prepared: DrugMass, drug: Presentation, policy: Policy) -> bool:
    """Whether a plan would find nothing against the dose by itself."""
    allowed = drug.dilution.concentration.value
    within = allowed.low <= Concentration.of(prepared / drug.dilution.bag.value) <= allowed.high
    return within and (policy.dose_most is None or dose <= policy.dose_most)
