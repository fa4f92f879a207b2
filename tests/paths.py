"""The path of one preparation for the tests: by okafor, checked by park, with times of one day in UTC.

preparing(us(170, 70), State.CHECKED, wet="09:00") is one whose vials were picked and wetted; what else was
recorded follows by the names that Progress has for it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from compounding.preparation import Plan
from compounding.workflow import State
from compounding.workflow.check import Own
from compounding.workflow.materials import Kind, Material, Need, Out, ReadBy
from compounding.workflow.progress import Fate, LabelCopy, Moment, Planned, Progress, Taken, What, planned
from tests.orders import mg, mL

PREPARER, CHECKER = "okafor", "park"


def at(time: str) -> datetime:
    """A time of the day of the dose, in UTC: "09:00"."""
    return datetime.fromisoformat(f"2026-03-12T{time}").replace(tzinfo=UTC)


def material(
    need: Need, *, lot: str = "TR4471A", expiry: date = date(2027, 11, 30), out: Out | None = None
) -> Material:
    """A material as it was picked. Makers, lots and codes are invented."""
    drug = need.kind is Kind.DRUG
    return Material(
        kind=need.kind,
        place=need.place,
        product="besponsa-us" if drug else need.kind.value,
        name="inotuzumab ozogamicin" if drug else need.kind.value,
        maker="Example Fluids",
        lot=lot,
        expiry=expiry,
        serial=f"22008{need.place}" if drug else None,
        gtin=None,
        read_by=ReadBy.SCANNED,
        raw="",
        quantity="1",
        person=PREPARER,
        out=out,
    )


def vial(place: int, **said: Any) -> Material:
    return material(Need(Kind.DRUG, place), **said)


def picked(figures: Planned) -> tuple[Material, ...]:
    return tuple(material(need) for need in figures.needs)


def moment(what: What, time: str, *, place: int = 0, entered: str = "", reason: str = "") -> Moment:
    """Entered in the same minute, unless another is said."""
    return Moment(what, place, at(time), at(entered or time), reason, person=PREPARER)


def wetted(*places: int, time: str = "09:00") -> tuple[Moment, ...]:
    return tuple(moment(What.WETTED, time, place=place) for place in places)


def preparing(
    plan: Plan,
    state: State,
    *,
    wet: str | None = None,
    checked: str | None = None,
    diluted: str | None = None,
    **said: Any,
) -> Progress:
    """A preparation with everything picked, and every planned vial wetted at `wet`."""
    figures = planned(plan)
    moments = () if wet is None else wetted(*range(1, figures.vials.count + 1), time=wet)
    if diluted is not None:
        moments = (*moments, moment(What.DILUTED, diluted))
    taken = () if checked is None else (Taken(State.CHECKED.value, CHECKER, at(checked)),)
    known: dict[str, Any] = {"materials": picked(figures), "moments": moments, "taken": taken, "training": True}
    return Progress(figures, state, **{"version": 1, **known, **said})


def own(dose: str = "1.46", volume: str = "5.84", vials: int = 2, read: str = "5.84", mass: Any = None) -> Own:
    """A checker's figures; as they stand, those of 170 cm and 70 kg on day 1 of cycle 1."""
    return Own(mg(dose), mL(volume), vials, mL(read), mass)


def copies(*fates: Fate | None, version: int = 1, first: int = 1) -> tuple[LabelCopy, ...]:
    """Copies of the label, numbered from `first`; None is an open one."""
    return tuple(
        LabelCopy(number, str(number), "label", version, fate, person=PREPARER)
        for number, fate in enumerate(fates, first)
    )


def codes(barriers: Iterable[Any]) -> list[str]:
    return [barrier.code for barrier in barriers]


def taking_out(progress: Progress, place: int, why: Out) -> Progress:
    """The preparation without its vial of a place."""
    return replace(
        progress,
        materials=tuple(
            replace(known, out=why) if known.place == place and known.out is None else known
            for known in progress.materials
        ),
    )
