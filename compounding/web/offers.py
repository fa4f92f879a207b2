"""A dose that is just over whole vials: what rounding it down would save. It is offered, and never done by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from compounding.formulary import Presentation
from compounding.quantities import DrugMass
from compounding.records import SavedPreparation
from compounding.web.desk import Desk
from compounding.web.plan_page import kept
from compounding.wording import rounding as wording

ROUNDED = "rounded"
"""The reason of a change that rounds."""
_CODE = "near-miss"
Figures = Mapping[str, Any]
"""A plan as JSON, as it is computed or as it was stored."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A dose rounded down to whole vials, beside the one that is planned."""

    dose: DrugMass
    down_to: DrugMass
    percent: Decimal
    """Of the ordered dose, by which it is lowered."""
    window_percent: Decimal
    vials: int
    vials_after: int
    labelled: DrugMass
    """Of one vial."""

    @property
    def saved(self) -> int:
        return self.vials - self.vials_after

    @property
    def discarded(self) -> DrugMass:
        """As it is planned."""
        return DrugMass.of(self.labelled * self.vials) - self.dose

    @property
    def discarded_after(self) -> DrugMass:
        return DrugMass.of(self.labelled * self.vials_after) - self.down_to


def offered_text(found: Offer | None) -> tuple[str, ...]:
    """The sentences of an offer; none where there is none."""
    if found is None:
        return ()
    return (
        kept(wording.lowered(found.dose, found.down_to, found.percent, found.window_percent)),
        kept(wording.saving(found.saved, found.labelled, found.discarded, found.discarded_after)),
    )


def offer(figures: Figures, drug: Presentation) -> Offer | None:
    """What a plan's finding of a near miss offers; None where it has none."""
    values = next((finding["values"] for finding in figures["findings"] if finding["code"] == _CODE), None)
    if values is None:
        return None
    down_to = DrugMass(Decimal(values["down_to_mg"]))
    return Offer(
        dose=down_to + DrugMass(Decimal(values["over_mg"])),
        down_to=down_to,
        percent=Decimal(values["percent"]),
        window_percent=Decimal(values["window_percent"]),
        vials=int(values["vials"]),
        vials_after=int(values["vials_after"]),
        labelled=drug.vials.labelled.value,
    )


def stored_offer(saved: SavedPreparation, d: Desk) -> Offer | None:
    """What is offered for a stored order; None where nothing is, or this desk has its drug no more."""
    drug = next((drug for drug in d.drugs if drug.id == saved.content.drug_id), None)
    return None if drug is None else offer(json.loads(saved.content.plan_json), drug)
