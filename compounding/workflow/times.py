"""True times. They are recorded as they were, late ones with a reason; none is refused for being bad news."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from compounding.workflow.guards import minute, without_checklist
from compounding.workflow.progress import Barrier, Moment, Progress, What
from compounding.workflow.steps import State

LATE_AFTER = timedelta(minutes=5)
"""From here on an entry is late. Gloves off and four fields typed take a minute or two; ours, not a label's."""


def _of(what: What) -> Callable[[Progress], list[datetime]]:
    return lambda progress: [moment.at for moment in progress.all_of(what)]


def _final_checks(progress: Progress) -> list[datetime]:
    """To the minute, as a true time is."""
    checks = (taken.at for taken in progress.taken if taken.state == State.FINAL.value)
    return [minute(at) for at in checks]


def _bag_ready(progress: Progress) -> list[datetime]:
    """When the bag was filled and labelled."""
    return [*_of(What.DILUTED)(progress), *_of(What.LABELLED)(progress)]


_Follows = Mapping[What, tuple[Callable[[Progress], list[datetime]], str]]

# What comes before something, and the code of a time that is even before that: one of the two is not the true one.
_FOLLOWS: _Follows = {
    What.CHECKED: (_of(What.WETTED), "before-wetting"),
    What.DILUTED: (_of(What.WETTED), "before-wetting"),
    What.LABELLED: (_of(What.DILUTED), "before-dilution"),
    What.RELEASED: (_final_checks, "before-final"),
    What.RETURNED: (_of(What.RELEASED), "before-release"),
}
# Of what was prepared on paper the final check has no time but that of its entry.
_FOLLOWS_ON_PAPER: _Follows = {What.RELEASED: (_bag_ready, "before-label")}


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
    elif moment.what is What.RELEASED and not is_late(moment.at, moment.entered_at):
        # Released now, and not on paper then: the checklist comes first, as for every other bag.
        yield from without_checklist(progress)
    rules = {**_FOLLOWS, **_FOLLOWS_ON_PAPER} if progress.on_paper else _FOLLOWS
    if moment.what not in rules:
        return
    before, code = rules[moment.what]
    if (earlier := before(progress)) and moment.at < max(earlier):
        yield Barrier(code, {"at": moment.at, "follows": max(earlier)})
