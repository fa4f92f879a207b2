"""The log of access: who looked at whose data. Each page that shows a patient appends one entry."""

from __future__ import annotations

from collections.abc import Iterable

from compounding import records
from compounding.web.desk import desk
from compounding.web.identity import event

LISTED, SEARCHED = "preparations listed", "preparations searched"
VIEWED, PAPER_VIEWED = "preparation viewed", "paper viewed"
FORM_VIEWED, PLAN_VIEWED = "order form viewed", "plan viewed"


def viewed(action: str, subject: str = "", **details: str) -> None:
    """Raises NotSaved: what cannot be logged is not shown."""
    records.record(desk().engine, event(action, details, subject=subject))


def listed_entry(action: str, numbers: Iterable[str], **details: str) -> None:
    """As viewed, of several preparations, with what they were looked for by."""
    viewed(action, **{"shown": ", ".join(numbers) or "none", **details})
