"""What a paper is made from: a saved preparation, and what was recorded on its way until the paper is printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from compounding.patient import Identity
from compounding.policy import Market, Site
from compounding.wording.plan_values import PlanText
from compounding.workflow import Meaning, State
from compounding.workflow.materials import Kind


@dataclass(frozen=True, slots=True)
class Answer:
    """How a finding was answered, or what went otherwise on the way, as a row of the worksheet says it: each at
    most two short lines."""

    what: str
    """In a few words: of a finding with the coded reason."""
    reason: str
    """In words."""
    by: str


@dataclass(frozen=True, slots=True)
class Hour:
    """A moment in words of the site: its date, and its time of day."""

    date: str
    hour: str


@dataclass(frozen=True, slots=True)
class Bagged:
    """A bag that is made, as its label says it: by the clocks that run, and by whom."""

    prepared: Hour
    """When the drug was added."""
    start_before: Hour
    complete_by: Hour
    prepared_by: str
    verified_by: str
    """Whoever checked it before the drug was added."""


@dataclass(frozen=True, slots=True)
class Lot:
    """A material as it was recorded."""

    maker: str | None
    lot: str
    expiry: str
    read_by: str
    """S or T, as the worksheet's column says it."""
    gtin: str | None = None
    """Of a pack that was scanned, which names no maker."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that stands, or what somebody recorded, as a row of the worksheet says it."""

    name: str
    role: str
    at: Hour
    entry: str
    """Of the log: "signed, entry 4,411"."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the second person worked out, counted and read before the drug was added, and that it agreed: figures
    whose units stand in their captions."""

    dose: str
    volume: str
    vials: str
    read_volume: str
    read_mass: str | None
    at: str
    """Time of day, with its day where that is another than the first wetting's."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded so far, in words. A place that is missing stays empty for the hand."""

    reached: State = State.ENTERED
    state: str = ""
    """The state shown, and since when; "" for the order as it was entered."""
    lots: Mapping[tuple[Kind, int], Lot] = field(default_factory=dict)
    """By what it is for, and a vial's number."""
    wetted: Mapping[int, str] = field(default_factory=dict)
    """The time of day at which each vial was wetted, by its number."""
    diluted: str | None = None
    making: str = ""
    """The letter of how the bag was made, once the drug is in it."""
    clocks: tuple[Hour | None, ...] = (None,) * 5
    """Of the first wetting and the four limits."""
    start_rule: str | None = None
    """What set the start, where that is known by now."""
    reading: Checked | None = None
    signatures: Mapping[Meaning, Signed] = field(default_factory=dict)
    entries: Mapping[State, Signed] = field(default_factory=dict)
    """Who put it in a state, where no signature says so."""
    labels: tuple[str | None, ...] = (None,) * 6
    """Printed, on the bag, on the cover, specimen, destroyed, and what is open."""
    discarded: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """One saved preparation, as its papers need it."""

    number: str
    text: PlanText
    identity: Identity
    site: Site
    prescriber: str
    give_on: date
    height_measured: date | None
    weight_measured: date | None
    entered_by: str
    entered_at: str
    """Date and time in words."""
    answers: tuple[Answer, ...] = ()
    version: int = 1
    """Of the order."""
    log_head: str | None = None
    """The code of the log's entry that put the preparation in the state shown; None before it is saved."""
    bagged: Bagged | None = None
    """None until the drug is in the bag."""
    recorded: Recorded = Recorded()

    @property
    def market(self) -> Market:
        return self.site.policy.market
