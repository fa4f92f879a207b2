"""The limit that a preparation must keep next, and how near it is: one a preparation, for the worklist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from compounding.stability import Clocks
from compounding.workflow.guards import minute
from compounding.workflow.progress import Progress, What, clocks
from compounding.workflow.steps import State

SOON = timedelta(minutes=30)
"""From here on a clock is amber, the minute itself included: time to add the drug, or to put up the bag."""


class Limit(Enum):
    """What must have happened by a time."""

    DILUTE_BY = "dilute by"
    OUT_OF_FRIDGE_BY = "out of the fridge by"
    START_BEFORE = "start before"
    COMPLETE_BY = "complete by"


class Urgency(Enum):
    """How a clock is shown."""

    CALM = "calm"
    SOON = "soon"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Due:
    """A limit with its time, in UTC, as it stands at a moment."""

    limit: Limit
    at: datetime
    left: timedelta
    """In whole minutes; negative once it is over."""
    urgency: Urgency


_NO_LIMIT = frozenset({State.RETURNED, State.REJECTED, State.CANCELLED, State.WASTED})


def next_limit(progress: Progress, now: datetime) -> Due | None:
    """The first limit that is not done with, by true time; `now` in UTC. None before a vial is wetted, and for a
    preparation that no patient gets any more."""
    times = clocks(progress)
    if times is None or progress.state in _NO_LIMIT:
        return None
    return next(due for due in _in_turn(progress, times, minute(now)))


def every_limit(progress: Progress, now: datetime) -> tuple[Due, ...]:
    """All four, as they stand; none before a vial is wetted."""
    times = clocks(progress)
    if times is None:
        return ()
    at = (times.dilute_by, times.out_of_fridge_by, times.start_before, times.complete_by)
    return tuple(_due(limit, when, minute(now)) for limit, when in zip(Limit, at, strict=True))


def _in_turn(progress: Progress, times: Clocks, now: datetime) -> Iterator[Due]:
    """Each limit that still counts. To pass the time out of the fridge bars nothing; and when a released bag was
    started is the ward's matter."""
    diluted = progress.last(What.DILUTED)
    if diluted is None or diluted.at > times.dilute_by:
        yield _due(Limit.DILUTE_BY, times.dilute_by, now)
        return
    if now <= times.out_of_fridge_by:
        yield _due(Limit.OUT_OF_FRIDGE_BY, times.out_of_fridge_by, now)
    if progress.state is not State.RELEASED or now < times.start_before:
        yield _due(Limit.START_BEFORE, times.start_before, now)
    yield _due(Limit.COMPLETE_BY, times.complete_by, now)


def _due(limit: Limit, at: datetime, now: datetime) -> Due:
    left = at - now
    over = left <= timedelta(0) if limit is Limit.START_BEFORE else left < timedelta(0)  # "before" alone
    urgency = Urgency.PASSED if over else Urgency.SOON if left <= SOON else Urgency.CALM
    return Due(limit, at, left, urgency)
