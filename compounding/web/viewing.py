"""The log of access: who looked at whose data. Each page that shows a patient appends one entry."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask import request

from compounding import records
from compounding.records import RecordsFault, RecordsRefused
from compounding.web.desk import desk
from compounding.web.identity import event

LISTED, SEARCHED = "preparations listed", "preparations searched"
VIEWED, PAPER_VIEWED = "preparation viewed", "paper viewed"
FORM_VIEWED, PLAN_VIEWED = "order form viewed", "plan viewed"

REFUSED = "page refused"
NUMBER = re.compile(r"[0-9]{4}-[0-9]{6,}")
"""Of a preparation; what else an entry is about is written otherwise: staff:okafor."""
COURSE = re.compile(r"C-[0-9]{6,}")
PATIENT = re.compile(r"patient:([1-9][0-9]{0,14})")  # no id has more figures, and no database takes many more


def page_refused(sentence: str) -> None:
    """Somebody asked for a page that opens for others, or not now: of a preparation, a course or a patient, where its
    address names one. Raises NotSaved."""
    told = event(REFUSED, {"page": request.endpoint or ""}, reason=sentence, subject=_addressed())
    records.record(desk().engine, told)


def _addressed() -> str:
    """What the address of a page names, as the log writes it; "" for what is no patient's."""
    named = request.view_args or {}
    if "patient_id" in named:
        return records.patient_subject(named["patient_id"])
    number = str(named.get("number", ""))  # that of a printer is a whole number
    return number if any(kind.fullmatch(number) for kind in (NUMBER, COURSE, PATIENT)) else ""


def viewed(action: str, subject: str = "", **details: str) -> None:
    """Raises NotSaved: what cannot be logged is not shown."""
    records.record(desk().engine, event(action, details, subject=subject))


def listed_entry(action: str, numbers: Iterable[str], **details: str) -> None:
    """As viewed, of several preparations, with what they were looked for by."""
    viewed(action, **{"shown": ", ".join(numbers) or "none", **details})


def seen(action: str, subject: str, page: str, fault: RecordsFault | None = None) -> None:
    """As viewed, of a page that may be shown again with a fault: what could not be stored cannot be logged either, and
    the page must not be lost for it."""
    if fault is None or isinstance(fault, RecordsRefused):
        viewed(action, subject, page=page)
