"""How far one preparation has come: everything that was recorded on its path, as one frozen value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from compounding import stability
from compounding.findings import Values
from compounding.formulary import Presentation
from compounding.policy import Making, Policy
from compounding.preparation import Plan
from compounding.quantities import DrugMass, Volume, WeighedMass
from compounding.stability import Clocks
from compounding.vials import Vials
from compounding.workflow.materials import Material, Need, needs
from compounding.workflow.steps import State, Whom


class What(Enum):
    """What happened at a true time."""

    WETTED = "wetted"
    CHECKED = "checked"
    """In process, where that is entered late: else its state says when."""
    DILUTED = "diluted"
    LABELLED = "labelled"
    """With a label that was written by hand while the screen was down."""
    RELEASED = "released"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Moment:
    """A true time, with the time at which it was entered: UTC, whole minutes."""

    what: What
    place: int
    """The vial's number where one was wetted, else 0."""
    at: datetime
    entered_at: datetime
    late_reason: str = ""
    making: Making | None = None
    """How the bag was made, where it was diluted."""
    person: str = ""
    logged_at: datetime | None = field(default=None, compare=False)
    """When its entry was written, to the second; None until it is stored."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a checker worked out and read, blind, before the drug is added."""

    dose: DrugMass
    volume: Volume
    vials: int
    read_volume: Volume
    read_mass: WeighedMass | None
    agrees: bool
    faults: tuple[str, ...] = ()
    """Codes of what does not agree; empty where all does."""
    person: str = ""


class Fate(Enum):
    """What became of a copy of the label."""

    APPLIED = "applied"
    LIGHT_COVER = "light cover"
    SPECIMEN = "specimen"
    DESTROYED = "destroyed"
    NOT_PRINTED = "not printed"
    """It was sent to a printer and never came out."""


@dataclass(frozen=True, slots=True)
class LabelCopy:
    """One printed copy; without a fate it is open."""

    print_id: int
    copy: str
    document: str
    version: int
    """Of the preparation that it was printed for."""
    fate: Fate | None = None
    witness: str = ""
    """The second user who saw it destroyed."""
    person: str = ""
    at: datetime | None = None
    """When it got its fate, in UTC."""
    printed_by: str = ""
    entry: int = 0
    """Of the log, that tells of its fate."""


@dataclass(frozen=True, slots=True)
class Sending:
    """Copies of the label that went to a printer."""

    id: int
    printer: int
    """The row of what the printer was then."""
    first: int
    last: int
    position: int = 0
    """Of the first of them on a sheet of labels; 0 where there is none."""
    over_network: bool = False
    """Sent by the desk itself, which must then learn what came of it."""
    came_out: int | None = None
    """How many of them, in their order; None where nobody has said."""
    at: datetime | None = None
    """When it was stored, in UTC: before anything was sent."""

    @property
    def open(self) -> bool:
        """Whether it is still to be said what came of it."""
        return self.over_network and self.came_out is None


class Wasted(Enum):
    """What went into the bin."""

    REMAINDER = "vial remainder"
    STAYS = "stays in the vial"
    """What cannot be drawn, where a site recorded less to come out than is labelled."""
    VIAL = "whole vial"
    BAG = "bag"


@dataclass(frozen=True, slots=True)
class Waste:
    """What was thrown away: exact, of one vial or of the bag."""

    what: Wasted
    place: int
    """The vial's number, or 0 for the bag."""
    mass: DrugMass
    volume: Volume
    reason: str
    witness: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A state that the preparation was put in."""

    state: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """The figures of a plan that its path is held to."""

    drug: Presentation
    policy: Policy
    dose: DrugMass
    """As the order was rounded: what a checker works out."""
    prepared: DrugMass
    """What the volume holds."""
    volume: Volume
    vials: Vials
    making: Making
    storage: str | None
    mass: WeighedMass | None
    """Of all that is drawn, where the market states a density."""

    @property
    def needs(self) -> tuple[Need, ...]:
        return needs(self.vials.count, self.vials.spare, self.making)


def planned(plan: Plan) -> Planned:
    """The figures of a plan. Raises ValueError for one that cannot be prepared."""
    if plan.dose is None or plan.prepared is None or plan.volume is None or plan.vials is None:
        raise ValueError("a plan without its dose, volume and vials cannot be prepared")
    return Planned(
        drug=plan.drug,
        policy=plan.policy,
        dose=plan.dose,
        prepared=plan.prepared,
        volume=plan.volume,
        vials=plan.vials,
        making=plan.order.making,
        storage=plan.order.storage,
        mass=None if plan.weighed is None else plan.weighed.drawn,
    )


@dataclass(frozen=True, slots=True)
class Barrier:
    """Why a step may not be taken now: a code, and what its sentence names. `wording` says it."""

    code: str
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """One preparation as it stands. What was recorded comes oldest first."""

    planned: Planned
    state: State
    version: int
    enterers: frozenset[str] = frozenset()
    """Whoever entered or changed any version."""
    authorisers: frozenset[str] = frozenset()
    """Whoever authorised an override of any version."""
    taken: tuple[Taken, ...] = ()
    materials: tuple[Material, ...] = ()
    moments: tuple[Moment, ...] = ()
    readings: tuple[Reading, ...] = ()
    labels: tuple[LabelCopy, ...] = ()
    sendings: tuple[Sending, ...] = ()
    wastes: tuple[Waste, ...] = ()
    recalled: frozenset[tuple[str, str]] = frozenset()
    """Product and lot of every recall that stands."""
    training: bool = False
    held: tuple[Barrier, ...] = ()
    """What in its course holds it back."""
    infused: DrugMass | None = None
    """What of its bag is recorded as given; None where nothing is."""
    ran_in: DrugMass | None = None
    """What was recorded so when the bag came back or was thrown away; None where nothing was, or it has not."""
    on_paper: bool = False
    """Whether it was prepared on paper while the screen was down, and is entered later under its number."""
    unchecked: bool = False
    """Whether its release on paper was entered while its dose had no checklist."""

    @property
    def wetted(self) -> tuple[int, ...]:
        """The places of the vials that were wetted, rising."""
        return tuple(sorted(moment.place for moment in self.all_of(What.WETTED)))

    @property
    def people(self) -> Mapping[Whom, frozenset[str]]:
        """Who did what the person of a later step may not have done."""
        return {
            Whom.ENTERER: self.enterers,
            Whom.AUTHORISER: self.authorisers,
            Whom.PREPARER: preparers(self.materials, self.moments),
            Whom.LABELLER: _labellers(self.labels, self.version),
            Whom.CHECKER: frozenset(taken.person for taken in self.taken if taken.state in _CHECKS),
        }

    def all_of(self, what: What) -> tuple[Moment, ...]:
        return tuple(moment for moment in self.moments if moment.what is what)

    def last(self, what: What) -> Moment | None:
        return next(reversed(self.all_of(what)), None)


def preparers(materials: Iterable[Material], moments: Iterable[Moment]) -> frozenset[str]:
    """Whoever recorded a material, wetted a vial or added the drug."""
    made = (moment.person for moment in moments if moment.what in (What.WETTED, What.DILUTED))
    return frozenset((*(material.person for material in materials), *made))


def _labellers(copies: Iterable[LabelCopy], version: int) -> frozenset[str]:
    """Whoever printed a copy of this version, or put it where it is; a destroyed one names nobody."""
    own = [copy for copy in copies if copy.version == version and copy.fate is not Fate.DESTROYED]
    return frozenset(person for copy in own for person in (copy.printed_by, copy.person) if person)


_CHECKS = frozenset({State.CHECKED.value, State.FINAL.value})


def clocks(progress: Progress) -> Clocks | None:
    """The clocks from the first vial wetted, by true time; None while none is."""
    wetted, diluted = progress.all_of(What.WETTED), progress.last(What.DILUTED)
    if not wetted:
        return None
    first, figures = min(moment.at for moment in wetted), progress.planned
    added = None if diluted is None else diluted.at
    return stability.clocks(first, figures.drug, figures.policy, added, figures.storage)
