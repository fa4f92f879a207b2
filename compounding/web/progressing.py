"""A stored preparation on its way: what was recorded of it, with the figures that its path is held to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from compounding.records import SavedPreparation, Standing
from compounding.web.blind import standing_at
from compounding.web.desk import Desk
from compounding.web.planned_again import Difference, Figured, PlanDiffers, figured
from compounding.workflow import State, Whom
from compounding.workflow.progress import Planned, Progress, Taken

__all__ = ["Difference", "Figured", "PlanDiffers", "Way", "names", "progress", "way", "way_of"]


@dataclass(frozen=True, slots=True)
class Way:
    """How a preparation stands, and its path."""

    standing: Standing
    figured: Figured
    progress: Progress

    @property
    def saved(self) -> SavedPreparation:
        return self.standing.preparation

    @property
    def since(self) -> datetime | None:
        """When its order was written on paper: its true times may lie as far back. None for any other."""
        return None if self.standing.paper is None else self.standing.paper.written_at

    @property
    def refusal(self) -> str | None:
        """Why nothing goes on by its figures, but to change its order or to end it; None where it does."""
        return self.figured.refusal

    def now(self, standing: Standing) -> Progress:
        """Its path as it stands by now: for whoever judges a step while nobody else can write. The version must
        be the one that was loaded."""
        return progress(standing, self.figured.planned)


def way_of(number: str, d: Desk) -> Way:
    """A preparation with how it stands; where the figures differ, by those that are stored. Ends the request where
    there is none of this number; raises PlanDiffers where the drug file is gone, and NotRead."""
    return way(standing_at(number), d)


def way(standing: Standing, d: Desk) -> Way:
    """The way of a preparation that was read already. Raises PlanDiffers where its drug file is gone."""
    found = figured(standing, d)
    return Way(standing, found, progress(standing, found.planned))


def progress(standing: Standing, figures: Planned) -> Progress:
    """How far a preparation has come, by figures that are known."""
    saved = standing.preparation
    return Progress(
        planned=figures,
        state=State(saved.state),
        version=saved.version,
        enterers=frozenset(person.id for person in saved.entered_by),
        authorisers=frozenset(saved.authorised_by),
        taken=tuple(Taken(status.state, status.person.id, status.at) for status in standing.statuses),
        materials=standing.materials,
        moments=standing.moments,
        readings=standing.readings,
        labels=standing.labels,
        sendings=standing.sendings,
        wastes=standing.wastes,
        recalled=standing.recalled,
        training=saved.content.training,
        on_paper=standing.paper is not None,
    )


def names(way: Way) -> Mapping[Whom, tuple[str, ...]]:
    """The names of those who did what the person of a later step may not have done."""
    known = {person.id: person.name for person in (*way.standing.people, *way.saved.entered_by)}
    people = way.progress.people
    return {whom: tuple(sorted(known[user] for user in people[whom])) for whom in people}
