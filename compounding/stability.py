"""The clocks, from the moment the first vial is wetted: dilute by, start before, complete by.

All arithmetic is in UTC, since a change of clocks may fall inside the eight hours. Times are whole
minutes. A time exactly at a limit is in time; "start before" alone means before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from compounding.formulary import Presentation
from compounding.policy import DilutedBagLimit, Policy
from compounding.quantities import Duration


class Rule(Enum):
    """Which limit set a time."""

    FROM_WETTING = "from wetting"
    DILUTED_BAG = "diluted bag"


@dataclass(frozen=True, slots=True)
class Clocks:
    """The times of one preparation, in UTC."""

    wetted: datetime
    dilute_by: datetime
    out_of_fridge_by: datetime
    start_before: datetime
    complete_by: datetime
    start_set_by: Rule
    confirmed: bool
    """False while the diluted bag's own limits are not recorded for its storage and the drug needs them."""


def clocks(
    wetted: datetime,
    drug: Presentation,
    policy: Policy,
    diluted: datetime | None = None,
    storage: str | None = None,
) -> Clocks:
    """The clocks of a preparation whose first vial was, or is to be, wetted at `wetted`.

    A limit that the site recorded for the diluted bag counts from `diluted`, or from `wetted` while the
    bag is not yet diluted, which can only be earlier. `storage` is the drug file's name for how the bag
    is kept; while none is chosen the tightest limit of all counts. Raises ValueError for a time without
    its offset, or a storage that the drug file does not name.
    """
    start = _minute(wetted)
    times = drug.times
    infusion = _span(times.infusion.value)
    start_before, rule = start + _span(times.complete_within.value) - infusion, Rule.FROM_WETTING
    for limit in bag_limits(drug, policy, storage):
        if limit.hours is None:
            continue
        own = _minute(diluted or wetted) + _span(limit.hours) - (infusion if limit.includes_infusion else timedelta(0))
        if own < start_before:
            start_before, rule = own, Rule.DILUTED_BAG
    return Clocks(
        wetted=start,
        dilute_by=start + _span(times.dilute_within.value),
        out_of_fridge_by=start_before - _span(times.warm_up.value),
        start_before=start_before,
        complete_by=start_before + infusion,
        start_set_by=rule,
        confirmed=limits_confirmed(drug, policy, storage),
    )


def bag_limits(drug: Presentation, policy: Policy, storage: str | None = None) -> tuple[DilutedBagLimit, ...]:
    """The recorded limits that the diluted bag must keep: of its storage, or of all while none is chosen.

    Raises ValueError for a storage that the drug file does not name.
    """
    recorded = policy.for_drug(drug.drug).diluted_bag
    if storage is None:
        return tuple(recorded.values())
    known_storage(drug, storage)
    return (recorded[storage],) if storage in recorded else ()


def limits_confirmed(drug: Presentation, policy: Policy, storage: str | None = None) -> bool:
    """Whether the diluted bag's own limits are recorded for its storage, where the drug needs them to be.

    While no storage is chosen all must be. Raises ValueError for a storage that the drug file does not name.
    """
    needed = tuple(storages(drug)) if storage is None else (known_storage(drug, storage),)
    recorded = policy.for_drug(drug.drug).diluted_bag
    return not drug.times.diluted_bag_gates.value or all(name in recorded for name in needed)


def storages(drug: Presentation) -> Mapping[str, str]:
    """The ways to keep the diluted bag that have limits of their own, with the label's words for each."""
    return drug.times.diluted_bag_storages.value or {}


def known_storage(drug: Presentation, storage: str) -> str:
    """The storage, where the drug file names it. Raises ValueError."""
    if storage not in storages(drug):
        raise ValueError(f"{storage!r} is none of the storages of {drug.id}: {', '.join(storages(drug)) or 'none'}")
    return storage


def _minute(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no offset from UTC")
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _span(duration: Duration) -> timedelta:
    return timedelta(minutes=duration.whole("minute"))
