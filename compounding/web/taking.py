"""A step of a preparation as a page takes it: by the page that it was opened on, judged while nobody else writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flask import request

from compounding import records
from compounding.records import Event, NewFate, NewOut, NewRow, NewSignature, Standing
from compounding.web.desk import Desk
from compounding.web.identity import me
from compounding.web.progressing import Way
from compounding.wording.barriers import barrier_sentences
from compounding.workflow import State, Step, refusal
from compounding.workflow.guards import barriers, minute, state_after
from compounding.workflow.materials import Material
from compounding.workflow.progress import Barrier, LabelCopy, Moment, Progress, Reading, Waste
from compounding.workflow.steps import PUT_ASIDE, undone

NUMBER, VERSION, STATE = "number", "version", "state"
_ENDING = frozenset(
    {"cancelled", "rejected", "returned", "wasted", "material taken out", "spare vial put away", PUT_ASIDE.name}
)
"""Steps that need no figures that still hold: they write down what is there."""

Further = Callable[[Progress], Iterable[Barrier]]


@dataclass(frozen=True, slots=True)
class Taking:
    """A step with what it writes; `further` is what stands in its way beside the guards of its row."""

    step: Step
    rows: Sequence[NewRow]
    further: Further = lambda progress: ()
    judged_at: datetime | None = None
    """The time that its guards judge, in UTC, where it is not that of its event."""


def opened_for(way: Way) -> list[tuple[str, str]]:
    """What every form of a preparation's page carries: which one it is for, and how that stood."""
    saved = way.saved
    return [(NUMBER, saved.number), (VERSION, str(saved.version)), (STATE, saved.state)]


def moved_on(standing: Standing) -> str | None:
    """Why a page is out of date: it was opened for another preparation, version or state."""
    saved, sent = standing.preparation, request.form
    if sent.get(NUMBER, "") != saved.number:
        return f"This page was opened for another preparation than {saved.number}: nothing is recorded. Open it again."
    if sent.get(VERSION, "") != str(saved.version):
        return f"{saved.number} was changed meanwhile: version {saved.version} stands by now, look at it again."
    if (was := sent.get(STATE, "")) != saved.state:
        return f"{saved.number} is {saved.state} by now, and this page was opened while it was {was}: look at it again."
    return None


def refused(way: Way, taking: Taking, now: datetime, progress: Progress | None = None) -> str | None:
    """Why whoever is signed in may not take a step now; None where they may."""
    found, account = progress or way.progress, me().account
    said = refusal(taking.step, found.state.value, account.user, account.role, found.people)
    if said is None and taking.step.name not in _ENDING:
        said = way.refusal
    in_the_way = (*barriers(taking.step, found, now), *taking.further(found))
    return said or barrier_sentences(in_the_way, found.planned.policy, taking.step)


def take(way: Way, taking: Taking, told: Event, d: Desk, signature: NewSignature | None = None) -> Standing:
    """Takes a step with the event, and its signature; what was signed of states that it leads back from is void.
    Raises RecordsRefused with the sentence of whatever is in its way, NotSaved, and ValueError for a signature
    that is missing, or that the row of the step knows nothing of."""
    now = taking.judged_at or told.at.astimezone(UTC)
    before, after = way.progress.state, state_after(taking.step, with_rows(way.progress, taking.rows))

    def judge(standing: Standing) -> str | None:
        found = way.now(standing)
        if (said := moved_on(standing) or refused(way, taking, now, found)) is not None:
            return said
        # The rows and the next state were made from what was read before the others could not write any more.
        return None if found == way.progress else _meanwhile(way)

    state = None if after is before else after.value
    _require_signed(taking.step, state is not None, signature)
    told = replace(told, subject=way.saved.number, changes=(*told.changes, *_moved(before, after)))
    return records.take_step(
        d.engine,
        way.saved.number,
        told,
        judge=judge,
        state=state,
        signature=signature,
        rows=taking.rows,
        voids=[meaning.value for meaning in undone(before, after)],
    )


def _require_signed(step: Step, moves: bool, signature: NewSignature | None) -> None:
    """A move is signed where the row of its step says so, and as what; a reading that disagrees moves nothing."""
    owed = step.signed.value if step.signed and moves else None
    given = signature.meaning if signature else None
    if given != owed:
        raise ValueError(f"the step {step.name!r} is to be signed as {owed}, and comes with {given}")


def _moved(before: State, after: State) -> tuple[Any, ...]:
    return () if after is before else (records.Change("State", before.value, after.value),)


def _meanwhile(way: Way) -> str:
    return f"Somebody else worked on {way.saved.number} meanwhile: look at it again."


def with_rows(progress: Progress, rows: Iterable[NewRow]) -> Progress:
    """The path as it is once these rows are written."""
    for row in rows:
        if isinstance(row, Material):
            progress = replace(progress, materials=(*progress.materials, row))
        elif isinstance(row, Moment):
            progress = replace(progress, moments=(*progress.moments, row))
        elif isinstance(row, Reading):
            progress = replace(progress, readings=(*progress.readings, row))
        elif isinstance(row, Waste):
            progress = replace(progress, wastes=(*progress.wastes, row))
        elif isinstance(row, NewOut):
            progress = replace(progress, materials=_put_out(progress.materials, row))
        elif isinstance(row, NewFate):
            progress = replace(progress, labels=_counted(progress.labels, row))
    return progress


def _counted(copies: Sequence[LabelCopy], fate: NewFate) -> tuple[LabelCopy, ...]:
    return tuple(replace(one, fate=fate.fate) if one.print_id == fate.print_id else one for one in copies)


def _put_out(materials: Sequence[Material], out: NewOut) -> tuple[Material, ...]:
    return tuple(replace(one, out=out.why) if one.id == out.material_id else one for one in materials)


def entered_at(told: Event) -> datetime:
    """When an event is entered, as a true time has it: in UTC, the whole minute."""
    return minute(told.at.astimezone(UTC))
