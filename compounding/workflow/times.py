"""True times. They are recorded as they were, late ones with a reason; none is refused for being bad news."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from compounding.workflow.progress import Barrier, Moment, Progress, What

LATE_AFTER = timedelta(minutes=5)
"""From here on an entry is late. Gloves off and four fields typed take a minute or two; ours, not a label's."""

# What comes before something, and the code of a time that is even before that: one of the two is not the true one.
_FOLLOWS = {
    What.DILUTED: (What.WETTED, "before-wetting"),
    What.RETURNED: (What.RELEASED, "before-release"),
}


def is_late(at: datetime, entered_at: datetime) -> bool:
    """Whether something was entered so long after it happened that it needs a reason."""
    return entered_at - at > LATE_AFTER


def entry_barriers(moment: Moment, progress: Progress) -> Iterator[Barrier]:
    """Why a time cannot be entered: it has not come yet, it is before what it follows, or a late one has no
    reason. None of these can be true as it stands. A time that is past a limit is not among them: what it leaves is
    the guards' matter."""
    if moment.at > moment.entered_at:
        yield Barrier("future", {"at": moment.at, "now": moment.entered_at})
    if is_late(moment.at, moment.entered_at) and not moment.late_reason.strip():
        yield Barrier("late-reason", {"at": moment.at, "now": moment.entered_at})
    before, code = _FOLLOWS.get(moment.what, (None, ""))
    earlier = [known.at for known in progress.moments if known.what is before]
    if earlier and moment.at < max(earlier):
        yield Barrier(code, {"at": moment.at, "follows": max(earlier)})
