"""An order that was written on paper while the screen was down: its downtime number, when, by whom, and why it is
entered only now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from compounding import records
from compounding.localtime import read_moment
from compounding.quantities import Unreadable, quote
from compounding.records import NewPaperOrder, NumberState
from compounding.web.desk import Desk
from compounding.web.fields import Day, Line, TrueTime
from compounding.web.site_forms import SiteForm, blame
from compounding.wording import numbers
from compounding.workflow.guards import minute

PAPER = ("downtime_number", "written_on", "written_at", "written_by", "paper_reason")
"""The fields that stay empty for every other order."""
_NUMBER_MOST, _NAME_MOST, _REASON_MOST = 20, 60, 120
_MISSING: Mapping[str, str] = {
    "downtime_number": "Type the number of the worksheet, or leave all of these empty.",
    "written_on": "Type the day on which it was written.",
    "written_at": "Type the time at which it was written.",
    "written_by": "Type who wrote it.",
    "paper_reason": "Say why it is entered only now.",
}


def paper_fields() -> dict[str, Any]:
    """The fields of an order form that tell of a paper."""
    return {
        "downtime_number": Line("Downtime number", most=_NUMBER_MOST, hint="of the blank worksheet that was filled"),
        "written_on": Day("Written on"),
        "written_at": TrueTime("Written at", hint="24-hour clock, as 09:00"),
        "written_by": Line("Written by", most=_NAME_MOST, letters=True, hint="name as on the paper"),
        "paper_reason": Line("Why it is entered only now", most=_REASON_MOST),
    }


def read_paper(form: SiteForm, d: Desk) -> NewPaperOrder | None:
    """What a form says of a paper; None where it says nothing, or has errors, which then stand at their fields."""
    if not _says_anything(form):
        return None
    for name, sentence in _MISSING.items():
        if form[name].data is None and not form[name].errors:
            blame(form[name], sentence)
    if any(form[name].errors for name in PAPER):
        return None
    written = _written(form, d)
    if written is None:
        return None
    number, by, reason = (form[name].data for name in ("downtime_number", "written_by", "paper_reason"))
    return NewPaperOrder(number, written, by, reason)


def _says_anything(form: SiteForm) -> bool:
    return any(text.strip() for _, text in paper_sent(form))


def paper_sent(form: SiteForm) -> list[tuple[str, str]]:
    """What a form tells of a paper, as it sends the same again."""
    return [pair for field in form.in_order() if field.name in PAPER for pair in field.sent()]


def _written(form: SiteForm, d: Desk) -> datetime | None:
    """When it was written, in UTC; None where that cannot be, which then stands at its field."""
    on, at = form["written_on"], form["written_at"]
    try:
        written = read_moment(f"{on.data.isoformat()}T{at.data}", ZoneInfo(d.zone))
    except Unreadable as unreadable:
        blame(at, str(unreadable))
        return None
    if written > d.clock():
        blame(at, f"{numbers.moment(written, d.zone, d.market)} has not come yet.")
        return None
    return written


def paper_typed(typed: Mapping[str, str]) -> dict[str, str]:
    """Of what was typed, or is stored, what tells of a paper."""
    return {name: text for name, text in typed.items() if name.startswith(PAPER) and text.strip()}


def number_fault(paper: NewPaperOrder, d: Desk) -> str | None:
    """Why an order cannot be entered under this number; None where it can. Raises NotRead."""
    pack = records.pack_of(d.engine, paper.number)
    if pack is None:
        return f"{quote(paper.number)} is no number of a downtime pack of this desk."
    found = next(one for one in pack.numbers if one.number == paper.number)
    if found.state is NumberState.USED:
        return f"{paper.number} is used already: an order was entered under it."
    if found.state is NumberState.DESTROYED:
        return f"{paper.number} is recorded as destroyed. If it was filled all the same, show it to a pharmacist."
    if paper.written_at < minute(pack.printed_at):
        printed = numbers.moment(pack.printed_at, d.zone, d.market)
        return f"The blank worksheet {paper.number} was printed {printed}, after this was written."
    return None
