"""What was recorded of a preparation, in the words of its papers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest
from zoneinfo import ZoneInfo

from compounding.papers import Answer, Bagged, Hour, Lot, Recorded, Signed, Work, over_rows
from compounding.records import Signature
from compounding.web.desk import Desk
from compounding.web.paperwork import work
from compounding.web.progressing import Way
from compounding.wording.deviations import CONTINUED, deviations_of
from compounding.wording.numbers import clock, day, figure, moment
from compounding.workflow import Meaning, State
from compounding.workflow.labels import count
from compounding.workflow.materials import Kind, ReadBy, live
from compounding.workflow.progress import Progress, What, clocks

_READ_BY = {ReadBy.SCANNED: "S", ReadBy.TYPED: "T"}


def recorded_work(way: Way, d: Desk) -> Work:
    """A preparation as its papers need it, with all that was recorded until now. Raises NotRead."""
    planned = work(way.saved, d)
    answers = (*planned.answers, *deviations(way, d))
    return replace(planned, answers=answers, bagged=bagged(way, d), recorded=recorded(way, d))


def deviations(way: Way, d: Desk) -> Iterator[Answer]:
    """What of the way its worksheet names beside the answers to the findings."""
    names = _names(way)
    for one in deviations_of(way.progress, d.zone, d.market):
        by = f"{one.did}, {names[one.person]}"
        for what, reason in zip_longest(over_rows(one.what), over_rows(one.reason), fillvalue=CONTINUED):
            yield Answer(what, reason, by)


def bagged(way: Way, d: Desk) -> Bagged | None:
    """The bag as its label says it; None until the drug is in it."""
    progress, names = way.progress, _names(way)
    diluted, times = progress.last(What.DILUTED), clocks(progress)
    if diluted is None or times is None:
        return None
    checkers = [taken.person for taken in progress.taken if taken.state == State.CHECKED.value]
    return Bagged(
        prepared=hour(diluted.at, d),
        start_before=hour(times.start_before, d),
        complete_by=hour(times.complete_by, d),
        prepared_by=names[diluted.person],
        verified_by=names[checkers[-1]],
    )


def hour(at: datetime, d: Desk) -> Hour:
    return Hour(day(at.astimezone(ZoneInfo(d.zone)).date(), d.market), clock(at, d.zone))


def recorded(way: Way, d: Desk) -> Recorded:
    """What a worksheet shows of the way, by now."""
    progress, diluted = way.progress, way.progress.last(What.DILUTED)
    return Recorded(
        state=_state(way, d),
        lots=_lots(progress, d),
        wetted={one.place: clock(one.at, d.zone) for one in progress.all_of(What.WETTED)},
        diluted=None if diluted is None else clock(diluted.at, d.zone),
        clocks=_clocks(progress, d),
        signatures=_signatures(way, d),
        labels=_labels(progress),
    )


def _names(way: Way) -> Mapping[str, str]:
    return {person.id: person.name for person in way.standing.people}


def _state(way: Way, d: Desk) -> str:
    if way.progress.state is State.ENTERED:
        return ""
    return f"{way.progress.state.value}, {moment(way.standing.statuses[-1].at, d.zone, d.market)}"


def _lots(progress: Progress, d: Desk) -> Mapping[tuple[Kind, int], Lot]:
    return {
        (one.kind, one.place): Lot(one.maker or None, one.lot, day(one.expiry, d.market), _READ_BY[one.read_by])
        for one in live(progress.materials)
    }


def _clocks(progress: Progress, d: Desk) -> tuple[str | None, ...]:
    times = clocks(progress)
    if times is None:
        return (None,) * 5
    shown = (times.wetted, times.dilute_by, times.out_of_fridge_by, times.start_before, times.complete_by)
    return tuple(clock(at, d.zone) for at in shown)


def _signatures(way: Way, d: Desk) -> Mapping[Meaning, Signed]:
    """The newest of each meaning that stands for the newest version."""
    standing = [one for one in way.standing.signatures if one.void_entry is None and one.version == way.saved.version]
    return {Meaning(one.meaning): _signed(one, d) for one in standing}


def _signed(one: Signature, d: Desk) -> Signed:
    return Signed(one.person.name, one.person.role, hour(one.at, d), f"entry {figure(one.entry)}")


def _labels(progress: Progress) -> tuple[str | None, ...]:
    found = count(progress.labels, progress.version)
    if not found.printed:
        return (None,) * 6
    counted = (found.printed, found.applied, found.light_cover, found.specimen, found.destroyed)
    return tuple(figure(number) for number in (*counted, len(found.open) + len(found.stale)))
