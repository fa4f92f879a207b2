"""What was recorded of a preparation, in the words of its papers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest
from zoneinfo import ZoneInfo

from compounding import records
from compounding.papers import Answer, Bagged, Checked, Hour, Lot, Recorded, Signed, Work, over_rows
from compounding.quantities import total
from compounding.records import Signature, Status
from compounding.stability import Rule
from compounding.web.desk import Desk
from compounding.web.paperwork import work
from compounding.web.progressing import Way
from compounding.web.witnessing import printed_names
from compounding.wording import deviations as wording
from compounding.wording import papers as words
from compounding.wording.deviations import CONTINUED, deviations_of
from compounding.wording.numbers import DASH, clock, day, figure, moment, value_only
from compounding.wording.wastes import apart_text
from compounding.workflow import Meaning, State
from compounding.workflow.labels import count, labelled_by_hand
from compounding.workflow.materials import Kind, ReadBy, live
from compounding.workflow.progress import Progress, Wasted, What, clocks
from compounding.workflow.wastes import EMPTY

_READ_BY = {ReadBy.SCANNED: words.SCANNED, ReadBy.TYPED: words.TYPED}


def recorded_work(way: Way, d: Desk) -> Work:
    """A preparation as its papers need it, with all that was recorded until now. Raises NotRead."""
    planned = work(way.saved, d)
    answers = (*planned.answers, *deviations(way, d))
    return replace(planned, answers=answers, bagged=bagged(way, d), recorded=recorded(way, d))


def deviations(way: Way, d: Desk) -> Iterator[Answer]:
    """What of the way its worksheet names beside the answers to the findings."""
    names = _names(way)
    yield from _late_order(way, d)
    yield from _entered_from_paper(way, d)
    for one in deviations_of(way.progress, d.zone, d.market):
        yield from _over_rows(one.what, one.reason, f"{one.did}, {names[one.person]}")
    yield from _endings(way, d)


def _late_order(way: Way, d: Desk) -> Iterator[Answer]:
    paper = way.standing.paper
    if paper is not None:
        written, entered = (moment(at, d.zone, d.market) for at in (paper.written_at, paper.entered_at))
        by = words.on_paper(paper.written_by, paper.entered_by.name)
        yield from _over_rows(words.late(wording.ORDER_ON_PAPER, written, entered), paper.reason, by)


def _entered_from_paper(way: Way, d: Desk) -> Iterator[Answer]:
    """Of what was prepared on paper the steps that have no time but that of their entry."""
    if way.standing.paper is None:
        return
    for status in _of_version(way):
        if wording.from_paper(state := State(status.state), way.progress, status.at):
            what = wording.entered_from_paper(state, moment(status.at, d.zone, d.market))
            yield from _over_rows(what, way.standing.paper.reason, wording.entered_by(status.person.name))


def _endings(way: Way, d: Desk) -> Iterator[Answer]:
    """How it ended where nothing was given: when, why and by whom, and what went into the bin, seen by whom."""
    for status in _of_version(way):
        state = State(status.state)
        at = way.progress.last(What.RETURNED) if state is State.RETURNED else None
        what = wording.ended(state, moment(at.at if at else status.at, d.zone, d.market))
        if what is None:
            continue
        yield from _over_rows(what, _reason(status, way, d), f"{wording.did(state)}, {status.person.name}")
        if thrown := wording.binned(way.progress, state):
            yield from _over_rows(wording.into_the_bin(thrown), DASH, _witness(thrown[0].witness, d))


def _reason(status: Status, way: Way, d: Desk) -> str:
    """As the entry of the log says it that put it in a state. Raises NotRead."""
    found = (one.event.reason for one in records.events(d.engine, way.saved.number) if one.id == status.entry)
    return next(found, "") or DASH


def _witness(user: str, d: Desk) -> str:
    """Whoever saw it; a dash where nobody had to. Raises NotRead."""
    return wording.seen_by(printed_names(d).get(user, user)) if user else DASH


def _over_rows(what: str, reason: str, by: str) -> Iterator[Answer]:
    for told, why in zip_longest(over_rows(what), over_rows(reason), fillvalue=CONTINUED):
        yield Answer(told, why, by)


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
        reached=progress.state,
        state=_state(way, d),
        lots=_lots(progress, d),
        wetted={one.place: clock(one.at, d.zone) for one in progress.all_of(What.WETTED)},
        diluted=None if diluted is None else clock(diluted.at, d.zone),
        making=diluted.making.value if diluted is not None and diluted.making is not None else "",
        clocks=_clocks(progress, d),
        start_rule=_start_rule(progress),
        reading=_reading(way, d),
        signatures=_signatures(way, d),
        entries=_entries(way, d),
        labels=_labels(progress),
        discarded=_discarded(progress),
    )


def _names(way: Way) -> Mapping[str, str]:
    return {person.id: person.name for person in way.standing.people}


def _state(way: Way, d: Desk) -> str:
    if way.progress.state is State.ENTERED:
        return ""
    return f"{way.progress.state.value}, {moment(way.standing.statuses[-1].at, d.zone, d.market)}"


def _lots(progress: Progress, d: Desk) -> Mapping[tuple[Kind, int], Lot]:
    return {
        (one.kind, one.place): Lot(
            one.maker or None, one.lot, day(one.expiry, d.market), _READ_BY[one.read_by], one.gtin
        )
        for one in live(progress.materials)
    }


def _clocks(progress: Progress, d: Desk) -> tuple[Hour | None, ...]:
    times = clocks(progress)
    if times is None:
        return (None,) * 5
    shown = (times.wetted, times.dilute_by, times.out_of_fridge_by, times.start_before, times.complete_by)
    return tuple(hour(at, d) for at in shown)


def _start_rule(progress: Progress) -> str | None:
    """Said where it is not the limit from the first wetting, which is the rule of the plan."""
    times = clocks(progress)
    return words.DILUTED_BAG_RULE if times is not None and times.start_set_by is Rule.DILUTED_BAG else None


def _reading(way: Way, d: Desk) -> Checked | None:
    """What the checker read, once it agreed; before, nobody may see anything of it."""
    signed = _signatures(way, d).get(Meaning.IN_PROCESS_CHECK)
    agreed = [one for one in way.progress.readings if one.agrees]
    if signed is None or not agreed:
        return None
    last = agreed[-1]
    return Checked(
        dose=value_only(last.dose),
        volume=value_only(last.volume),
        vials=figure(last.vials),
        read_volume=value_only(last.read_volume),
        read_mass=None if last.read_mass is None else value_only(last.read_mass),
        at=_checked_at(way, signed, d),
    )


def _checked_at(way: Way, signed: Signed, d: Desk) -> str:
    """The true time of the check: that of its signature, but where it was entered late; with its day where that is
    another than the first wetting's."""
    true, times = way.progress.last(What.CHECKED), clocks(way.progress)
    at = hour(true.at, d) if true is not None else signed.at
    if times is None or hour(times.wetted, d).date == at.date:
        return at.hour
    return words.on_day(at.date, at.hour, d.market)


def _signatures(way: Way, d: Desk) -> Mapping[Meaning, Signed]:
    """The newest of each meaning that stands for the newest version."""
    standing = [one for one in way.standing.signatures if one.void_entry is None and one.version == way.saved.version]
    return {Meaning(one.meaning): _signed(one, d, words.signed_entry(figure(one.entry))) for one in standing}


def _signed(one: Signature | Status, d: Desk, how: str) -> Signed:
    return Signed(one.person.name, one.person.role, hour(one.at, d), how)


def _entries(way: Way, d: Desk) -> Mapping[State, Signed]:
    """Who put the newest version in a state that nobody signs: the last material, the drug added, the last label
    counted. A label that is destroyed later leads back to diluted, which makes nobody its preparer."""
    since = _of_version(way)
    newest = {status.state: status for status in since}
    first = {status.state: status for status in reversed(since)}
    found = {State.MATERIALS: newest, State.DILUTED: first, State.LABELLED: newest}
    return {
        state: _signed(statuses[state.value], d, words.recorded_entry(figure(statuses[state.value].entry)))
        for state, statuses in found.items()
        if state.value in statuses
    }


def _of_version(way: Way) -> tuple[Status, ...]:
    """The states since the order was last entered."""
    statuses = way.standing.statuses
    last = max(place for place, status in enumerate(statuses) if status.state == State.ENTERED.value)
    return statuses[last:]


def _discarded(progress: Progress) -> str | None:
    """What went into the bin of the vials that were opened and of the bag, once that is recorded: never one sum."""
    left = [waste.volume for waste in progress.wastes if waste.what in (Wasted.REMAINDER, Wasted.VIAL)]
    bags = [waste.volume for waste in progress.wastes if waste.what is Wasted.BAG]
    if not (left or bags) and progress.last(What.DILUTED) is None:
        return None
    return apart_text(total((EMPTY, *left)), total((EMPTY, *bags)))


def _labels(progress: Progress) -> tuple[str | None, ...]:
    found = count(progress.labels, progress.version)
    if labelled_by_hand(progress):
        return (figure(found.printed), words.BY_HAND, DASH, DASH, figure(found.destroyed), DASH)
    if not found.printed:
        return (None,) * 6
    counted = (found.printed, found.applied, found.light_cover, found.specimen, found.destroyed)
    return tuple(figure(number) for number in (*counted, len(found.open) + len(found.stale)))
