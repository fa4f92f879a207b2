"""After the dose: when it ran in, how much of it, and what was seen of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from compounding.course import Given, Slot
from compounding.findings import Finding, Severity, Values
from compounding.formulary import Presentation
from compounding.quantities import DoseLevel, DrugMass, Unreadable


class Reaction(Enum):
    """How the infusion was borne."""

    NONE = "none"
    REACTED = "reacted"
    STOPPED = "stopped"
    """It was stopped for the reaction."""


@dataclass(frozen=True, slots=True)
class Infusion:
    """A dose that was given. Times are UTC, whole minutes. Raises Unreadable for what contradicts itself."""

    slot: Slot
    on: date
    """The day where the site is."""
    level: DoseLevel
    """Of the order."""
    prepared: DrugMass
    dose: DrugMass
    """What ran in."""
    start: datetime
    end: datetime
    observed_until: datetime | None
    reaction: Reaction
    words: str = ""
    """Of a reaction, or why less ran in than was prepared."""
    brand: str = ""
    batches: tuple[str, ...] = ()
    """The lots of the vials in it. With the brand they trace a biological medicine."""

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise Unreadable("The infusion ends before it starts.")
        if self.observed_until is not None and self.observed_until < self.end:
            raise Unreadable("The patient was observed until a time before the end of the infusion.")
        if self.dose.value <= 0 or self.dose > self.prepared:
            raise Unreadable(f"{self.dose} is not above zero and at most the {self.prepared} that were prepared.")
        if not self.words.strip() and (self.reaction is not Reaction.NONE or self.dose < self.prepared):
            raise Unreadable("Say in words what happened.")

    @property
    def given(self) -> Given:
        """As the course counts it."""
        return Given(self.slot, self.on, self.level)


def judged(drug: Presentation, infusion: Infusion) -> Iterator[Finding]:
    """What is found on a dose that was given: it was observed for less than the label asks."""
    rule = drug.before_dose.observation
    if rule.value is None:
        return
    least = timedelta(minutes=rule.value.whole("minute"))
    where: Values = {"cycle": infusion.slot.cycle, "day": infusion.slot.day, "least": rule.value}
    if infusion.observed_until is None:
        yield Finding("observation", Severity.INFO, "unknown", where, rule.source)
    elif infusion.observed_until - infusion.end < least:
        minutes = (infusion.observed_until - infusion.end) // timedelta(minutes=1)
        yield Finding("observation", Severity.INFO, "", {**where, "minutes": minutes}, rule.source)
