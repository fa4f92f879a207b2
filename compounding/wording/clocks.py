"""The clocks of a plan in words: the five times that run from the first vial wetted, and what sets each."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from compounding.formulary import Presentation
from compounding.policy import Market, Policy
from compounding.preparation import Plan
from compounding.quantities import Duration
from compounding.stability import Clocks, Rule, bag_limits
from compounding.wording.numbers import clock, day, figure
from compounding.wording.plan_values import ClockText


def clock_rules(drug: Presentation, policy: Policy, storage: str | None = None) -> tuple[str, ...]:
    """What sets each of the five times, from the first vial wetted on."""
    times = drug.times
    whole, infusion, warm = (_hours(d.value) for d in (times.complete_within, times.infusion, times.warm_up))
    source = times.complete_within.source.text
    start = f"{whole} less {infusion} to infuse, {source}"
    if any(limit.hours is not None for limit in bag_limits(drug, policy, storage)):
        start = f"{whole} less {infusion}, {source}; or the bag's own limit"  # as long as its place on the worksheet
    return (
        "the clocks start",
        f"{_hours(times.dilute_within.value)}, {times.dilute_within.source.text}",
        f"{warm} to warm before the start, if refrigerated",
        start,
        f"{infusion} after the latest start",
    )


def clock_texts(clocks: Clocks, plan: Plan) -> Iterator[ClockText]:
    """The five times of a wetting, each with its date and what sets it."""
    market, zone = plan.policy.market, plan.policy.zone
    fridge = "Out of the refrigerator by" if market is Market.US else "Out of the fridge by"
    rules = list(clock_rules(plan.drug, plan.policy, plan.order.storage))
    rules[0] = "planned, not measured"
    if clocks.start_set_by is Rule.DILUTED_BAG:
        rules[3] = "the diluted bag's own limit, recorded by this site"
    told = (
        ("First vial wetted", clocks.wetted),
        ("Dilute by", clocks.dilute_by),
        (fridge, clocks.out_of_fridge_by),
        ("Start before", clocks.start_before),
        ("Complete by", clocks.complete_by),
    )
    for (name, when), rule in zip(told, rules, strict=True):
        local = when.astimezone(ZoneInfo(zone)).date()
        yield ClockText(name, clock(when, zone), day(local, market), rule)


def _hours(duration: Duration) -> str:
    return f"{figure(duration.in_unit('h'))} h"
