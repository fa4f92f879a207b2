"""The clocks, from the moment the first vial is wetted: dilute by, start before, complete by.

All arithmetic is in UTC, since a change of clocks may fall inside the eight hours. Times are whole
minutes. A time exactly at a limit is in time; "start before" alone means before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from compounding.formulary import Presentation
from compounding.policy import Policy
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
    """False while the limits of the diluted bag on its own are not recorded and the drug needs them."""


def clocks(wetted: datetime, drug: Presentation, policy: Policy, diluted: datetime | None = None) -> Clocks:
    """The clocks of a preparation whose first vial was, or is to be, wetted at `wetted`.

    Where the site recorded a limit for the diluted bag it counts from `diluted`, or from `wetted`
    while the bag is not yet diluted, which can only be earlier. Raises ValueError for a time without
    its offset.
    """
    start = _minute(wetted)
    times = drug.times
    infusion = _span(times.infusion.value)
    start_before, rule = start + _span(times.complete_within.value) - infusion, Rule.FROM_WETTING
    limit = policy.diluted_bag
    if limit is not None and limit.hours is not None:
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
        confirmed=limits_confirmed(drug, policy),
    )


def limits_confirmed(drug: Presentation, policy: Policy) -> bool:
    """Whether the diluted bag's own limits are recorded, where the drug needs them to be."""
    return policy.diluted_bag is not None or not drug.times.diluted_bag_gates.value


def _minute(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no offset from UTC")
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _span(duration: Duration) -> timedelta:
    return timedelta(minutes=duration.whole("minute"))
