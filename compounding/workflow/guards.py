"""What a step waits for, beside its state and its person: one table of guards.

A guard names what is in the way as a code with its values; nothing here is a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from compounding.workflow import steps
from compounding.workflow.check import MOST_APART, read_out, stays_apart
from compounding.workflow.courses import ANOTHER_PATIENT, NO_CHECKLIST
from compounding.workflow.labels import count, hand_label_barriers, label_barriers, labelled_by_hand
from compounding.workflow.materials import Kind, Material, Need, live, missing
from compounding.workflow.progress import Barrier, Progress, What, clocks
from compounding.workflow.steps import State, Step
from compounding.workflow.wastes import is_used, put_back

Guard = Callable[[Progress, datetime], Iterator[Barrier]]


def minute(moment: datetime) -> datetime:
    """The whole minute, as every time of a path is kept."""
    return moment.replace(second=0, microsecond=0)


# ------------------------------------------------------------------ the guards


def _nothing_wetted(progress: Progress, now: datetime) -> Iterator[Barrier]:
    yield from (Barrier("opened", {"vial": place}) for place in progress.wetted)


def _something_wetted(progress: Progress, now: datetime) -> Iterator[Barrier]:
    if not progress.wetted:
        yield Barrier("nothing-opened")


def spoilt(progress: Progress, now: datetime) -> Iterator[Barrier]:
    """What leaves nothing but to reject: it was diluted too late or before it was checked, what was read again
    still does not agree, or too many readings did not."""
    yield from (Barrier("check-stays", {"fault": fault}) for fault in stays_apart(progress.readings))
    if read_out(progress.readings):
        yield Barrier("check-readings", {"readings": MOST_APART})
    diluted, times = progress.last(What.DILUTED), clocks(progress)
    if diluted is None or times is None:
        return
    if diluted.at > times.dilute_by:
        yield Barrier("diluted-late", {"at": diluted.at, "dilute_by": times.dilute_by})
    checked = checked_at(progress)
    if checked is not None and diluted.at < minute(checked):
        yield Barrier("diluted-unchecked", {"at": diluted.at, "checked": checked})


def checked_at(progress: Progress) -> datetime | None:
    """When it was checked in process: by the true time that was entered, else when its check was signed."""
    if (entered := progress.last(What.CHECKED)) is not None:
        return entered.at
    signed = [taken.at for taken in progress.taken if taken.state == State.CHECKED.value]
    return signed[-1] if signed else None


def _unfit(progress: Progress, now: datetime) -> Iterator[Barrier]:
    """That a vial of a recalled lot was wetted is written down like any other truth: what it bars comes later."""
    yield from (barrier for _, barrier in unfit(progress, now))


def unfit(progress: Progress, now: datetime) -> Iterator[tuple[Material, Barrier]]:
    """The materials in the preparation that may not reach the patient: recalled, or expired before the
    infusion has ended. An expiry is the last day, where the site is."""
    times, figures = clocks(progress), progress.planned
    within = timedelta(minutes=figures.drug.times.complete_within.value.whole("minute"))
    ends = (now + within if times is None else times.complete_by).astimezone(ZoneInfo(figures.policy.zone))
    for material in live(progress.materials):
        if (material.product, material.lot) in progress.recalled:
            yield material, Barrier("recalled", _named(material))
        if material.expiry < ends.date():
            yield material, Barrier("expired", {**_named(material), "expiry": material.expiry, "ends": ends})


def _named(material: Material) -> dict[str, str]:
    return {"name": material.name, "lot": material.lot}


def put_aside(progress: Progress) -> tuple[Need, ...]:
    """What was put aside since the vials were wetted, and has nothing in its place yet."""
    if progress.state not in steps.REPLACE.before:
        return ()
    found = missing(progress.planned.needs, progress.materials)
    return tuple(need for need in found if need.kind is not Kind.DRUG)  # a spare vial is not picked again


def wanted(progress: Progress) -> tuple[Need, ...]:
    """What may be recorded as the preparation stands."""
    if progress.state in steps.REPLACE.before:
        return put_aside(progress)
    return missing(progress.planned.needs, progress.materials)


def _something_put_aside(progress: Progress, now: datetime) -> Iterator[Barrier]:
    if not put_aside(progress):
        yield Barrier("nothing-wanting")


def _replaced(progress: Progress, now: datetime) -> Iterator[Barrier]:
    """No bag is filled that is not recorded."""
    yield from (Barrier("wanting", {"kind": need.kind.value}) for need in put_aside(progress))


def _labels(progress: Progress, now: datetime) -> Iterator[Barrier]:
    yield from label_barriers(progress)


def _on_paper(progress: Progress, now: datetime) -> Iterator[Barrier]:
    if not progress.on_paper:
        yield Barrier("not-on-paper")


def _not_printed(progress: Progress, now: datetime) -> Iterator[Barrier]:
    yield from hand_label_barriers(progress)


def _spares(progress: Progress, now: datetime) -> Iterator[Barrier]:
    """A vial that was picked and not needed is put away before the bag leaves."""
    yield from (Barrier("spare", {"vial": material.place}) for material in put_back(progress))


def start_passed(progress: Progress, now: datetime) -> Iterator[Barrier]:
    """Whether the time before which the infusion must start has come: "before" alone is in time. Until the
    bag is diluted its own limit is not known, and dilute-by holds."""
    times = clocks(progress)
    if times is not None and progress.last(What.DILUTED) and minute(now) >= times.start_before:
        code = "released-late" if progress.on_paper else "start-before"
        yield Barrier(code, {"start_before": times.start_before, "now": now})


def only_passed(found: Iterable[Barrier]) -> bool:
    """Whether nothing bars a release but that its time has passed: it may have been before, and be entered only
    now."""
    return {barrier.code for barrier in found} in ({"start-before"}, {"released-late"})


def _gate(progress: Progress, now: datetime) -> Iterator[Barrier]:
    """What the label's wording must be read for before a patient's bag has its label, or leaves: until then times
    that count from the first vial alone are for training."""
    times = clocks(progress)
    if not progress.training and times is not None and not times.confirmed:
        yield Barrier("diluted-bag")


def _course(progress: Progress, now: datetime) -> Iterator[Barrier]:
    """What left on paper has left: that its checklist is missing is written down with it, and bars nothing."""
    yield from (barrier for barrier in progress.held if barrier not in without_checklist(progress))


def without_checklist(progress: Progress) -> tuple[Barrier, ...]:
    """That what was prepared on paper has no checklist in its course."""
    return tuple(barrier for barrier in progress.held if progress.on_paper and barrier.code == NO_CHECKLIST)


def _patient(progress: Progress, now: datetime) -> Iterator[Barrier]:
    """No step goes by an order that names another patient than its course does."""
    yield from (barrier for barrier in progress.held if barrier.code == ANOTHER_PATIENT)


def _given(progress: Progress, now: datetime) -> Iterator[Barrier]:
    """What ran into a patient neither comes back nor goes into the bin; what is left of the bag does."""
    if progress.infused is not None and progress.infused >= progress.planned.prepared:
        yield Barrier("given", {"dose": progress.infused})


GUARDS: Mapping[str, tuple[Guard, ...]] = {
    steps.VERIFY.name: (_patient,),
    steps.CHANGE.name: (_nothing_wetted,),
    steps.WET_SPARE.name: (spoilt,),
    steps.PUT_AWAY.name: (spoilt,),
    steps.PUT_ASIDE.name: (spoilt,),
    steps.REPLACE.name: (spoilt, _something_put_aside),
    steps.CHECK_US.name: (spoilt, _unfit, _replaced, _patient),
    steps.DILUTE.name: (_replaced,),
    steps.PRINT.name: (spoilt, _gate, _patient),
    steps.COUNT.name: (spoilt,),
    steps.HAND_LABEL.name: (spoilt, _on_paper, _not_printed, _gate, _patient),
    steps.FINAL_US.name: (spoilt, _unfit, _labels, _spares, _gate, _patient),
    steps.RELEASE.name: (spoilt, _unfit, _labels, _spares, start_passed, _gate, _course),
    steps.CANCEL.name: (_nothing_wetted,),
    steps.REJECT.name: (_something_wetted,),
    steps.RETURN.name: (_given,),
    steps.WASTE.name: (_given,),
}
"""By a step's name, since the rows of one step differ only in who takes it."""


def barriers(step: Step, progress: Progress, now: datetime) -> tuple[Barrier, ...]:
    """What is in the way of a step, all of it; `now` in UTC. Who takes it, and the state, are `refusal`'s."""
    return tuple(found for guard in GUARDS.get(step.name, ()) for found in guard(progress, now))


# ------------------------------------------------------------------ of one vial or material


def material_barriers(progress: Progress, material: Material) -> Iterator[Barrier]:
    """Why a material cannot be recorded: nothing of its kind is wanting at its place, or its lot is recalled."""
    if (material.kind, material.place) not in {(need.kind, need.place) for need in wanted(progress)}:
        yield Barrier("not-needed", {"kind": material.kind.value, "place": material.place})
    if (material.product, material.lot) in progress.recalled:
        yield Barrier("recalled", _named(material))


def out_barriers(progress: Progress, material: Material) -> Iterator[Barrier]:
    """Why a material cannot be taken out or put away: it is not in the preparation, or it was wetted."""
    if material not in live(progress.materials):
        yield Barrier("not-there", _named(material))
    elif is_used(material, progress.moments):
        yield Barrier("used", _named(material))


def leaves_by(progress: Progress, material: Material) -> Step | None:
    """The step by which a material may still leave the preparation as it stands."""
    if any(out_barriers(progress, material)):
        return None
    if progress.state in steps.TAKE_OUT.before:
        return steps.TAKE_OUT
    step = steps.PUT_AWAY if material.kind is Kind.DRUG else steps.PUT_ASIDE
    return step if progress.state in step.before else None


def vial_barriers(progress: Progress, place: int) -> Iterator[Barrier]:
    """Why a vial cannot be wetted: it was, or there is none at this place."""
    if place in progress.wetted:
        yield Barrier("opened", {"vial": place})
    elif place not in dry(progress):
        yield Barrier("no-vial", {"vial": place})


def dry(progress: Progress) -> tuple[int, ...]:
    """The places of the vials that are recorded and not wetted, rising."""
    return tuple(sorted(material.place for material in put_back(progress)))


# ------------------------------------------------------------------ the state that a step leads to


def labelled(progress: Progress) -> bool:
    """Whether the bag carries its one label, printed or written by hand."""
    return count(progress.labels, progress.version).applied == 1 or labelled_by_hand(progress)


def _planned_wetted(progress: Progress) -> bool:
    return set(range(1, progress.planned.vials.count + 1)) <= set(progress.wetted)


_COMPLETE: Mapping[str, Callable[[Progress], bool]] = {
    steps.RECORD.name: lambda progress: not missing(progress.planned.needs, progress.materials),
    steps.WET.name: _planned_wetted,
    steps.CHECK_US.name: lambda progress: bool(progress.readings) and progress.readings[-1].agrees,
    steps.COUNT.name: lambda progress: labelled(progress),
}


def state_after(step: Step, progress: Progress) -> State:
    """The state that a step leads to; `progress` holds what the step records, and the state it is taken in."""
    complete = _COMPLETE.get(step.name)
    return steps.leads_to(step, progress.state, complete is not None and complete(progress))
