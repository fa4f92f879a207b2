"""The next action of a preparation, for the top of its page and the worklist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from compounding.workflow import steps
from compounding.workflow.guards import barriers, dry, leaves_by, minute, put_aside, spoilt, start_passed, unfit
from compounding.workflow.labels import count, label_barriers
from compounding.workflow.materials import Kind, missing
from compounding.workflow.progress import Barrier, Progress, What, clocks
from compounding.workflow.steps import State, Step, in_force


@dataclass(frozen=True, slots=True)
class Next:
    """The one action that leads on, and what is in its way."""

    code: str
    """Which of the sentences says it: `pick-drug`, `wet`, `read-again`."""
    step: Step
    place: int = 0
    """Of the vial that it is about."""
    barriers: tuple[Barrier, ...] = ()


def next_action(progress: Progress, now: datetime) -> Next | None:
    """What is to be done next, by a person whom the step's row allows; `now` in UTC. None where nothing is.

    Where the bag can no longer be released in time, or may not be, that is to reject it; a step that would
    write down a true time is still open to whoever has one to write down.
    """
    rows, lost = in_force(progress.planned.policy), _lost(progress, now)
    if lost:
        return Next("reject", rows[steps.REJECT.name], barriers=lost)
    chosen = _BY_STATE.get(progress.state)
    if chosen is None:
        return None
    code, name, place = _out_first(progress, now) or _replaced_first(progress) or chosen(progress)
    if name == steps.DILUTE.name and _dilute_by_passed(progress, now):
        code = "true-time"
    # A release on paper is judged at the time that its pharmacist will type, not now.
    found = tuple(one for one in barriers(rows[name], progress, now) if one.code != "released-late")
    return Next(code, rows[name], place, found)


def _out_first(progress: Progress, now: datetime) -> _Chosen | None:
    """What is recalled or expired leaves before anything else is done, while it can."""
    for material, _ in unfit(progress, now):
        if step := leaves_by(progress, material):
            return _LEAVE[step.name], step.name, material.place
    return None


_LEAVE = {steps.TAKE_OUT.name: "take-out", steps.PUT_ASIDE.name: "take-out", steps.PUT_AWAY.name: "put-away"}


def _replaced_first(progress: Progress) -> _Chosen | None:
    """A bag or diluent that was put aside after the vials were wetted."""
    wanting = put_aside(progress)
    return (f"pick-{wanting[0].kind.value}", steps.REPLACE.name, 0) if wanting else None


def _lost(progress: Progress, now: datetime) -> tuple[Barrier, ...]:
    """Why nothing but to reject it is left."""
    if not progress.wetted or progress.state not in steps.REJECT.before:
        return ()
    for_good = (barrier for material, barrier in unfit(progress, now) if leaves_by(progress, material) is None)
    if progress.on_paper:  # its times have passed whatever they were: those on paper are entered yet
        return (*spoilt(progress, now), *for_good)
    found = (*spoilt(progress, now), *start_passed(progress, now), *for_good)
    # Once it is checked, the drug may have been added in time and not be written down yet.
    if not found and progress.state is not State.CHECKED and _dilute_by_passed(progress, now):
        times = clocks(progress)
        return () if times is None else (Barrier("dilute-by", {"dilute_by": times.dilute_by, "now": now}),)
    return found


def _dilute_by_passed(progress: Progress, now: datetime) -> bool:
    times = clocks(progress)
    return times is not None and progress.last(What.DILUTED) is None and minute(now) > times.dilute_by


_Chosen = tuple[str, str, int]


def _pick(progress: Progress) -> _Chosen:
    wanting = missing(progress.planned.needs, progress.materials)
    if not wanting:  # picked for an order that was changed since
        return "take-out", steps.TAKE_OUT.name, 0
    need = wanting[0]
    code = "pick-spare" if need.spare else f"pick-{need.kind.value}"
    return code, steps.RECORD.name, need.place if need.kind is Kind.DRUG else 0


def _wet(progress: Progress) -> _Chosen:
    return "wet", steps.WET.name, next(iter(dry(progress)), 0)


def _check(progress: Progress) -> _Chosen:
    again = bool(progress.readings) and not progress.readings[-1].agrees
    return "read-again" if again else "check", steps.CHECK_US.name, 0


def _label(progress: Progress) -> _Chosen:
    counted = count(progress.labels, progress.version)
    if counted.open or counted.stale:
        return "apply-label", steps.COUNT.name, 0
    if counted.applied > 1:
        return "destroy-label", steps.COUNT.name, 0
    if progress.on_paper and not counted.light_cover:
        return "hand-label", steps.HAND_LABEL.name, 0
    return "print-label", steps.PRINT.name, 0


def _finish(progress: Progress) -> _Chosen:
    counted = count(progress.labels, progress.version)
    if counted.open or counted.stale:
        return "count-labels", steps.COUNT.name, 0
    if any(label_barriers(progress)):  # of the light cover: there are two labels, or none
        code, step = ("destroy-label", steps.COUNT) if counted.light_cover else ("print-label", steps.PRINT)
        return code, step.name, 0
    if spare := dry(progress):
        return "put-away", steps.PUT_AWAY.name, spare[0]
    if progress.state is State.LABELLED:
        return "final-check", steps.FINAL_US.name, 0
    return "release", steps.RELEASE.name, 0


_BY_STATE: Mapping[State, Callable[[Progress], _Chosen]] = {
    State.ENTERED: lambda _: ("verify", steps.VERIFY.name, 0),
    State.VERIFIED: _pick,
    State.MATERIALS: _wet,
    State.RECONSTITUTED: _check,
    State.CHECKED: lambda _: ("add-drug", steps.DILUTE.name, 0),
    State.DILUTED: _label,
    State.LABELLED: _finish,
    State.FINAL: _finish,
    State.RETURNED: lambda _: ("waste", steps.WASTE.name, 0),
}
