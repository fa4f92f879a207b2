"""What is asked before a dose: the drug file's items, as far as they hold at its place in the course."""

from __future__ import annotations

from dataclasses import dataclass

from compounding.checklist.entries import Exam
from compounding.course import Slot
from compounding.formulary import Presentation


@dataclass(frozen=True, slots=True)
class Asked:
    """The items of a dose's checklist."""

    first: bool
    """Whether it is the first dose of the course."""
    counts_judged: bool
    """Whether a low count holds the dose: on day 1 of the second cycle and later only."""
    tests: tuple[Exam, ...]
    premedication: tuple[str, ...]
    contraindications: tuple[str, ...]
    pregnancy: bool
    target: str
    """What the disease must carry; "" where that is not asked."""
    never_again: str
    """What ends treatment for good; "" where the label names nothing."""
    liver: bool
    blasts: bool


def asked(drug: Presentation, slot: Slot) -> Asked:
    """What is asked before the dose at this place."""
    facts, first = drug.before_dose, slot == Slot(1, drug.days[0])
    liver = facts.bilirubin.value is not None or facts.transaminases.value is not None
    return Asked(
        first=first,
        counts_judged=slot.cycle > 1 and slot.day == drug.days[0],
        tests=tuple(test for test in Exam if getattr(facts, test.value).value is not None),
        premedication=facts.premedication.value or (),
        contraindications=facts.contraindications.value or (),
        pregnancy=facts.pregnancy.value is not None,
        target=(facts.target.value or "") if first else "",
        never_again=facts.never_again.value or "",
        liver=liver,
        blasts=first and drug.regimen.blasts.value is not None,
    )
