"""Reports: documents of a moment, printed in editions; every copy is an entry, and is drawn from what was stored."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, redirect, url_for

from compounding import papers, records
from compounding.papers import Record, Shown
from compounding.records import NewReport, NotRead, RecordsFault, Report
from compounding.records.events import program_version
from compounding.web.desk import Desk, desk
from compounding.web.identity import event, me
from compounding.web.labels import opened_way
from compounding.web.pages import problem, status_of
from compounding.web.plan_page import kept
from compounding.web.viewing import PAPER_VIEWED, viewed
from compounding.wording.numbers import moment
from compounding.wording.reports import LABELS, REPORTS, WASTE, edition_copy

blueprint = Blueprint("reports", __name__)

PRINTING = "printing"
"""The id of the place on a page where a report is printed."""
_PERIOD = "waste of "
# One print at a time: a button pressed twice would else ask for the same copy twice, and one be refused.
_ONE_AT_A_TIME = threading.Lock()

Make = Callable[[Shown], Record]
Again = Callable[[list[dict[str, str]]], str]
"""The page that the button was on, with what is wrong."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A printed copy: its name, when and by whom, and the address of its PDF."""

    name: str
    told: str
    address: str


def copies(document: str, about: str, d: Desk) -> tuple[Copy, ...]:
    """Every copy of every edition, the newest first. Raises NotRead."""
    return tuple(reversed(tuple(_copies(records.reports(d.engine, document, about), d))))


def _copies(there: Sequence[Report], d: Desk) -> Iterator[Copy]:
    for one in there:
        told = f"{kept(moment(one.printed_at, d.zone, d.market))}, {one.printed_by.name}"
        yield Copy(edition_copy(one.edition, one.copy), told, url_for("reports.pdf", key=one.id))


# ------------------------------------------------------------------ printing


def printed(document: str, about: str, make: Make, again: Again) -> Any:
    """Records a copy, then leads to its file. What the paper cannot carry is refused, and nothing is recorded."""
    try:
        with _ONE_AT_A_TIME:
            made = _record(document, about, make, desk())
    except papers.Refused as refused:
        return again([problem(PRINTING, f"{REPORTS[document]}: {refused}")]), 422
    except RecordsFault as fault:
        return again([problem(PRINTING, str(fault))]), status_of(fault)
    return redirect(url_for("reports.pdf", key=made.id), 303)


def _record(document: str, about: str, make: Make, d: Desk) -> Report:
    """Another copy of the newest edition, where that still tells what is so; else a new edition."""
    there = records.reports(d.engine, document, about)
    made = make(shown(d))
    stored = _stored(there, there[-1].edition) if there else None
    if stored is not None and papers.tells_the_same(stored, made):
        edition, copy = there[-1].edition, there[-1].copy + 1
        strings: Mapping[str, Any] = papers.report_copy(stored, copy)
    else:
        edition, copy = (there[-1].edition if there else 0) + 1, 1
        strings = papers.report_strings(document, made, d.market, edition)
    words = json.dumps(strings, ensure_ascii=False, sort_keys=True) if copy == 1 else None
    checksum = hashlib.sha256(papers.draw_report(strings)).hexdigest()
    told = {"edition": str(edition), "copy": str(copy), "log head": strings["content"]["log_head"]}
    action = f"{document} printed{'' if copy == 1 else ' again'}"
    return records.record_report(
        d.engine, NewReport(document, about, edition, copy, words, checksum), event(action, told, subject=about)
    )


def _stored(there: Sequence[Report], edition: int) -> Mapping[str, Any]:
    """The strings of an edition, as its first copy brought them."""
    first = next((one for one in there if one.edition == edition and one.copy == 1), None)
    if first is None:
        raise NotRead(f"Edition {edition} has no first copy: the records are not whole. Run: compounding check.")
    found: Mapping[str, Any] = json.loads(first.strings_json or "{}")
    return found


def shown(d: Desk) -> Shown:
    """The state that a report shows: that of now. Raises NotRead."""
    head = records.head(d.engine)
    if head is None:
        abort(404)
    who = me().person
    return Shown(
        pharmacy=d.site.pharmacy,
        market=d.market,
        training=d.site.training,
        at=moment(d.clock(), d.zone, d.market),
        name=who.name,
        role=who.role,
        program=program_version(),
        zone=d.zone,
        log_head=head.code,
    )


# ------------------------------------------------------------------ the file


@blueprint.get("/reports/<int:key>.pdf")
def pdf(key: int) -> Any:
    """A copy as it was printed. Changes nothing but the log of access."""
    d = desk()
    this = records.report(d.engine, key)
    if this is None:
        abort(404)
    if this.document == LABELS or (this.document == WASTE and not this.about.startswith(_PERIOD)):
        opened_way(this.about)  # whoever may still check it blind is not shown its figures
    stored = _stored(records.reports(d.engine, this.document, this.about), this.edition)
    drawn = papers.draw_report(papers.report_copy(stored, this.copy))
    told = {"paper": this.document, "edition": str(this.edition), "copy": str(this.copy)}
    viewed(PAPER_VIEWED, this.about, **told)
    name = f"{this.document.replace(' ', '-')}-{key}.pdf"
    return Response(drawn, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


def of_period(when: str) -> str:
    """As the log names the waste of a period."""
    return f"{_PERIOD}{when}"
