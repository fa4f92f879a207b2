"""The log of access: who looked at whose data. Each page that shows a patient appends one entry."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask import request

from compounding import records
from compounding.web.desk import desk
from compounding.web.identity import event

LISTED, SEARCHED = "preparations listed", "preparations searched"
VIEWED, PAPER_VIEWED = "preparation viewed", "paper viewed"
FORM_VIEWED, PLAN_VIEWED = "order form viewed", "plan viewed"

REFUSED = "page refused"
NUMBER = re.compile(r"[0-9]{4}-[0-9]{6,}")
"""Of a preparation; what else an entry is about is written otherwise: staff:okafor."""


def page_refused(sentence: str) -> None:
    """Somebody asked for a page that opens for others, or not now: of a preparation, where its address names one.
    Raises NotSaved."""
    number = (request.view_args or {}).get("number", "")
    subject = number if NUMBER.fullmatch(str(number)) else ""
    records.record(desk().engine, event(REFUSED, {"page": request.endpoint or ""}, reason=sentence, subject=subject))


def viewed(action: str, subject: str = "", **details: str) -> None:
    """Raises NotSaved: what cannot be logged is not shown."""
    records.record(desk().engine, event(action, details, subject=subject))


def listed_entry(action: str, numbers: Iterable[str], **details: str) -> None:
    """As viewed, of several preparations, with what they were looked for by."""
    viewed(action, **{"shown": ", ".join(numbers) or "none", **details})
