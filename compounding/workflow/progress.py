"""How far one preparation has come: everything that was recorded on its path, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from compounding.formulary import Presentation
from compounding.policy import Making, Policy
from compounding.quantities import DrugMass, Volume, WeighedMass
from compounding.workflow.materials import Material


class What(Enum):
    """What happened at a true time."""

    WETTED = "wetted"
    DILUTED = "diluted"
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
