"""Before a dose: what was seen, by whom and when, and what the label's limits say of it.

What is asked comes from the drug file, and so does every limit. A value that was not entered is never taken for a
good one. Nothing here knows of today, of a page, or of other patients.

entries   a checklist: tests seen, classes ordered, values, answers
asked     what is asked before a dose, by its place in the course
plausible what of a value is another unit's
rules     the rules, each a row: what they find on a checklist
stored    a checklist as JSON, and back
given     after the dose: the infusion, what was seen of it, and how much was given
"""

from __future__ import annotations

from compounding.checklist.asked import Asked, asked
from compounding.checklist.entries import (
    Baselines,
    Checklist,
    Correction,
    Counts,
    Disease,
    Exam,
    Liver,
    Pregnancy,
    baselines,
    standing,
)
from compounding.checklist.given import Infusion, Reaction
from compounding.checklist.plausible import PLAUSIBLE, is_plausible, of_mm3
from compounding.checklist.rules import CHECKLIST_RULES, is_latest, judged
from compounding.checklist.stored import checklist_as_json, infusion_as_json, read_checklist, read_infusion

__all__ = [
    "CHECKLIST_RULES",
    "PLAUSIBLE",
    "Asked",
    "Baselines",
    "Checklist",
    "Correction",
    "Counts",
    "Disease",
    "Exam",
    "Infusion",
    "Liver",
    "Pregnancy",
    "Reaction",
    "asked",
    "baselines",
    "checklist_as_json",
    "infusion_as_json",
    "is_latest",
    "is_plausible",
    "judged",
    "of_mm3",
    "read_checklist",
    "read_infusion",
    "standing",
]
