"""What the pages of a preparation on its way share: loading it, a stop on its page, and the way back to it.

Every form carries the preparation, the version and the state that its page showed: one that was opened for
another posts nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import redirect, request, url_for

from compounding import records
from compounding.records import RecordsFault, RecordsRefused
from compounding.web import pages
from compounding.web.blind import blind, refuse, refuse_unseen
from compounding.web.desk import desk
from compounding.web.identity import event, me
from compounding.web.path_page import Shown
from compounding.web.picking import KEPT, Stop
from compounding.web.preparations import preparation_page
from compounding.web.progressing import PlanDiffers, Way, way_of

SCAN_REFUSED, TYPED_REFUSED = "scan refused", "typed refused"
PLACE = "place"


def way_shown(number: str) -> Way:
    """A preparation on its way; nothing of it for whoever may still verify its order blind. What is said of it to
    whoever may check it is without its figures."""
    try:
        way = way_of(number, desk())
    except PlanDiffers as gone:
        refuse("Nothing goes on by this plan", str(gone), 409)
    if blind(way.saved, me()):
        refuse_unseen(way.standing)
    return way


def now() -> datetime:
    return desk().clock().astimezone(UTC)


def sent_place() -> int:
    """The vial that the page was about; 0 for none."""
    sent = request.form.get(PLACE, "")
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 3 else 0


def back(number: str) -> Any:
    return redirect(url_for("preparations.shown", number=number), 303)


def lost(way: Way) -> Any:
    """The page again for a form that came without its session."""
    return preparation_page(way.standing, shown=Shown(stop=Stop("lost", pages.LOST)))


def stopped(way: Way, stop: Stop, raw: str = "", status: int = 422, action: str = SCAN_REFUSED, again: str = "") -> Any:
    """The page again with its stop; what was scanned is kept in the log, and nothing else. `again` is sent along with
    what is scanned next."""
    if raw.strip():
        keep_refused(action, way, stop, raw)
    return preparation_page(way.standing, shown=Shown(stop=stop, logged=bool(raw.strip()), again=again)), status


def keep_refused(action: str, way: Way, stop: Stop, raw: str) -> None:
    """Keeps in the log what may not be used, as it was scanned or typed. Raises NotSaved."""
    told = {"raw": as_kept(raw), "read as": stop.read or "nothing", "match": stop.code}
    records.record(desk().engine, event(action, told, reason=stop.sentence, subject=way.saved.number))


def as_kept(raw: str) -> str:
    """What the log keeps of a scan: all of it where it is no longer than a code can be."""
    return raw if len(raw) <= KEPT else f"{raw[:KEPT]} ({len(raw):,} characters)"


def faulted(way: Way, fault: RecordsFault, raw: str = "", action: str = SCAN_REFUSED) -> Any:
    """The page again with what the records say; a refusal of theirs is a stop like any other, of the preparation
    as it stands by now."""
    if isinstance(fault, RecordsRefused):
        return stopped(way_shown(way.saved.number), Stop("recorded", str(fault)), raw, 409, action)
    return preparation_page(way.standing, shown=Shown(stop=Stop("unsaved", str(fault)))), pages.NOT_SAVED
