"""A stored preparation on its way: what was recorded of it, with the figures that its path is held to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from compounding.formulary import Presentation
from compounding.policy import Policy
from compounding.quantities import DrugMass
from compounding.records import SavedPreparation, Standing
from compounding.web.blind import standing_at
from compounding.web.changing import stored_answers
from compounding.web.desk import Desk
from compounding.web.in_course import InCourse, as_answered, treatment_of
from compounding.web.placing import identifying, same_patient, stored_ordered
from compounding.web.planned_again import Difference, Figured, PlanDiffers, figured
from compounding.wording.barriers import barrier_sentences
from compounding.workflow import State, Whom
from compounding.workflow.courses import another_patient
from compounding.workflow.progress import Barrier, Planned, Progress, Taken
from compounding.workflow.treatments import bars, judged_again

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
        held=_held(standing, figures),
        infused=_infused(standing),
        ran_in=_ran_in(standing),
        on_paper=standing.paper is not None,
        unchecked=_unchecked(standing),
    )


def _unchecked(standing: Standing) -> bool:
    """Whether it was released from paper before any checklist of its dose was recorded."""
    released = [one.entry for one in standing.statuses if State(one.state) is State.RELEASED]
    if standing.paper is None or standing.course is None or not released:
        return False
    record, slot = standing.course
    return all(one.told.entry > released[0] for one in record.all_checklists if one.checklist.slot == slot)


def _infused(standing: Standing) -> DrugMass | None:
    """What of its bag is recorded as given in its course."""
    found = () if standing.course is None else standing.course[0].infusions.values()
    of_bag = (one.infusion for one in found if one.preparation == standing.preparation.number)
    return next((infusion.dose for infusion in of_bag if infusion is not None), None)


def _ran_in(standing: Standing) -> DrugMass | None:
    """The same as it was recorded when its bag came back or was thrown away."""
    if standing.course is None:
        return None
    record, number = standing.course[0], standing.preparation.number
    left = next((order for order in record.orders if order.number == number and order.left), None)
    infusion = None if left is None else record.ran_in(left)
    return None if infusion is None else infusion.dose


def _held(standing: Standing, figures: Planned) -> tuple[Barrier, ...]:
    by_order = order_bars(standing, figures.drug, figures.policy)
    if standing.course is None:
        return by_order
    record, slot = standing.course
    content = standing.preparation.content
    held = InCourse(record, figures.drug).held(slot, training=content.training, on=content.given_on)
    return (*held, *by_order)


def patient_bars(standing: Standing) -> tuple[Barrier, ...]:
    """Whether the patient of its course is another by now than the one that the order was stored for."""
    if standing.course is None:
        return ()
    ordered, now = standing.preparation.content.patient, standing.course[0].patient.content
    return () if same_patient(ordered, now) else (another_patient(identifying(ordered), identifying(now)),)


def order_bars(standing: Standing, drug: Presentation, policy: Policy) -> tuple[Barrier, ...]:
    """What the patient's courses find by now on an order as it is stored, what nobody answered of it, and that the
    patient was corrected into another."""
    saved, of_drug = standing.preparation, [one for one in standing.beside if one.content.drug_id == drug.id]
    another = patient_bars(standing)
    if not of_drug:
        return another
    record, slot = standing.course or (None, None)
    own = "" if record is None else record.number
    courses = [InCourse(one, drug) for one in of_drug]
    ordered, answered = stored_ordered(saved, slot), as_answered(stored_answers(saved), drug.market)
    found = judged_again(treatment_of(courses, own, saved.number), ordered, drug.regimen, policy)
    missing = () if record is None or slot is None else InCourse(record, drug).missing(slot)
    return (*another, *bars((*found, *missing), answered))


def order_refusal(standing: Standing, d: Desk) -> str | None:
    """Why an order is not verified as its patient's courses stand by now; None where it may be."""
    drug_id = standing.preparation.content.drug_id
    drug = next((drug for drug in d.drugs if drug.id == drug_id), None)
    return None if drug is None else barrier_sentences(order_bars(standing, drug, d.policy), d.policy)


def names(way: Way) -> Mapping[Whom, tuple[str, ...]]:
    """The names of those who did what the person of a later step may not have done."""
    known = {person.id: person.name for person in (*way.standing.people, *way.saved.entered_by)}
    people = way.progress.people
    return {whom: tuple(sorted(known[user] for user in people[whom])) for whom in people}
