"""The log for those who read it: searched, one timeline after the other, compared, checked, taken out.

Whoever reads here changes nothing but the log of access: every page and every file that is taken out is an
entry of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from flask import Blueprint, Response, abort, redirect, request, send_file, url_for

from compounding import papers, records
from compounding.records import Comparison, EntrySearch, Head
from compounding.web import extracts, identity, pages
from compounding.web.chain import chain_view, check_chain
from compounding.web.desk import Desk, desk
from compounding.web.extracts import Heading
from compounding.web.log_forms import CompareForm, LogSearchForm, log_search_form
from compounding.web.timeline import Row, Rows, by_day, rows_of, severity, tabs
from compounding.web.timelines import Story, story_at
from compounding.wording.log import CAPTIONS
from compounding.wording.numbers import figure
from compounding.workflow import Deed, Role

blueprint = Blueprint("audit", __name__, url_prefix="/audit")

LOG_VIEWED, VIEWED, SEARCHED = "log viewed", "timeline viewed", "log searched"
COMPARED, EXPORTED = "code compared", "log exported"
SIZE = 50  # entries on a page
_PIECE = 500  # entries read at a time for a file


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a code from paper."""

    comparison: Comparison
    entry: str

    @property
    def look(self) -> str:
        return "done" if self.comparison is Comparison.SAME else "stop"

    @property
    def word(self) -> str:
        return self.comparison.value.capitalize()

    @property
    def sentence(self) -> str:
        return {
            Comparison.SAME: f"Entry {self.entry} of the log gives this code.",
            Comparison.DIFFERENT: f"Entry {self.entry} of the log gives another code: read both again; if it stays so, "
            "the log is not the one that the paper was printed from.",
            Comparison.MISSING: f"The log has no entry {self.entry}: read the number again; if it stays so, a part of "
            "the log was cut off.",
        }[self.comparison]


# ------------------------------------------------------------------ the log, searched


@blueprint.get("")
def searched() -> Any:
    """The newest entries. Paging carries a number and nothing else."""
    before = _before(request.args.get("before", ""))
    seen = _record(LOG_VIEWED, {"before entry": figure(before)} if before else {})
    return _log_page(log_search_form(desk()), EntrySearch(), seen, before)


@blueprint.post("/search")
@pages.shown_again
def search() -> Any:
    """What was looked for. By POST, so that no address holds a name; it is logged with what was typed."""
    d, form = desk(), log_search_form(desk(), request.form)
    if pages.lost():
        return _log_page(form, None, problems=[pages.problem("number", pages.LOST)])
    if not form.is_right():
        return _log_page(form, None), 422
    before = _before(request.form.get("before", ""))
    told = {**form.used(), **({"before entry": figure(before)} if before else {})}
    return _log_page(form, form.search(d), _record(SEARCHED, told), before, found=True)


def _before(text: str) -> int | None:
    """Nothing but a plain number leads anywhere but to the first page. Ten figures may be more than any entry has."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _record(action: str, details: Mapping[str, str] | None = None, subject: str = "") -> Head:
    return records.record(desk().engine, identity.event(action, details, subject=subject))


def _log_page(
    form: LogSearchForm,
    wanted: EntrySearch | None,
    seen: Head | None = None,
    before: int | None = None,
    *,
    found: bool = False,
    problems: Sequence[dict[str, str]] = (),
    comparing: CompareForm | None = None,
    answered: Answered | None = None,
) -> str:
    """Without what is `wanted` it shows no entries. What was read before `seen` is shown, and not the view itself."""
    d, comparing = desk(), comparing or CompareForm(desk())
    errors = [*problems, *pages.problems(form, comparing)]
    rows, later = _a_page(wanted, before or (seen.seq if seen else None), d)
    return pages.page(
        "audit.html",
        errors,
        pages.heading(errors, "compared" if comparing.errors else "searched"),
        form=form,
        compare=comparing,
        compare_at=url_for("audit.compare"),
        answered=answered,
        chain=chain_view(d),
        captions=CAPTIONS,
        severities=severity,
        days=by_day(rows),
        may_take_out=identity.me().may(Deed.TAKE_OUT_LOG),
        title_of_list="Found, newest first" if found else "Newest first",
        empty=_empty(wanted, before),
        found=found,
        typed=list(form.typed().items()),
        first=before is not None,
        later=later,
        note=_this_view(seen),
        zone=d.zone,
    )


def _a_page(wanted: EntrySearch | None, before: int | None, d: Desk) -> tuple[Sequence[Row], int | None]:
    """The entries of one page, and the number before which the next one begins."""
    if wanted is None:
        return (), None
    found = list(islice(_found(wanted, d, before, SIZE + 1), SIZE + 1))
    return found[:SIZE], found[SIZE - 1].recorded.id if len(found) > SIZE else None


def _found(wanted: EntrySearch, d: Desk, before: int | None = None, piece: int = _PIECE) -> Iterator[Row]:
    """All that a search finds for whoever reads, the newest first, a piece at a time."""
    rows = Rows(identity.me(), d)
    while found := records.find_entries(d.engine, wanted, before=before, size=piece):
        yield from (row for row in map(rows.row, found) if row.found_by(wanted))
        before = found[-1].id


def _empty(wanted: EntrySearch | None, before: int | None) -> str:
    if wanted is None:
        return "Nothing was searched."
    return "There are no more." if before else "No entry fits the search."


def _this_view(seen: Head | None) -> str:
    if seen is None:
        return ""
    reads = "You read everything and change nothing. " if identity.me().account.role == Role.AUDITOR.value else ""
    return f"{reads}This view is entry {figure(seen.seq)}."


# ------------------------------------------------------------------ one timeline


@blueprint.get("/<number>")
def timeline(number: str) -> Any:
    """Everything that happened to one preparation, course or patient, and who looked at it."""
    story = story_at(number, desk())
    seen = _record(VIEWED, subject=story.subject)
    return _timeline_page(story, seen)


def _timeline_page(
    story: Story,
    seen: Head,
    *,
    problems: Sequence[dict[str, str]] = (),
    comparing: CompareForm | None = None,
    answered: Answered | None = None,
) -> str:
    d, number, comparing = desk(), story.subject, comparing or CompareForm(desk())
    errors = [*problems, *pages.problems(comparing)]
    rows, show = _rows(story, d), request.args.get("show", "")
    return pages.page(
        "timeline.html",
        errors,
        pages.heading(errors, "compared" if comparing.errors else "taken out"),
        number=number,
        title=story.title,
        back=story.back,
        others=story.others,
        compare=comparing,
        compare_at=url_for("audit.compare", number=number),
        answered=answered,
        chain=chain_view(d),
        captions=CAPTIONS,
        severities=severity,
        tabs=tabs(rows, show),
        days=by_day(rows_of(rows, show)),
        may_audit=identity.me().may(Deed.AUDIT),
        note=_this_view(seen),
        zone=d.zone,
        banner=story.banner,
    )


def _rows(story: Story, d: Desk) -> list[Row]:
    return Rows(identity.me(), d).of(story.entries())


# ------------------------------------------------------------------ a code from paper


@blueprint.post("/compare")
@blueprint.post("/<number>/compare")
def compare(number: str = "") -> Any:
    """Compares a code from paper with the entry that it names."""
    d, form = desk(), CompareForm(desk(), request.form)
    story = story_at(number, d) if number else None
    answered = _answer(form, d) if form.validate() else None
    shown = _compared(story, form, answered)
    return shown if answered else (shown, 422)


def _answer(form: CompareForm, d: Desk) -> Answered | None:
    """None where what was typed is no code: the sentence then stands at its field."""
    try:
        comparison = records.compare(d.engine, form.entry.data, form.characters.data)
    except ValueError as unreadable:
        form.blame(str(unreadable))
        return None
    return Answered(comparison, figure(form.entry.data))


def _compared(story: Story | None, form: CompareForm, answered: Answered | None) -> str:
    told = {"answer": "none: not a code"}
    if answered:
        told = {"entry": answered.entry, "answer": answered.comparison.value}
    seen = _record(COMPARED, told, story.subject if story else "")
    if story is not None:
        return _timeline_page(story, seen, comparing=form, answered=answered)
    return _log_page(log_search_form(desk()), EntrySearch(), seen, comparing=form, answered=answered)


# ------------------------------------------------------------------ the chain


@blueprint.post("/check")
def check() -> Any:
    """Checks the whole log now. What is found stands on every page of the log."""
    number = request.form.get("number", "")
    subject = story_at(number, desk()).subject if number else ""
    check_chain(desk(), subject)
    return redirect(url_for("audit.timeline", number=subject) if subject else url_for("audit.searched"), 303)


# ------------------------------------------------------------------ taken out


@blueprint.post("/csv")
@blueprint.post("/<number>/csv")
def csv(number: str = "") -> Any:
    """The entries of a timeline, or those that a search finds, as a table."""
    d = desk()
    if number:
        story = story_at(number, d)
        file, count = extracts.table(_rows(story, d), d)
        _record(EXPORTED, {"what": "timeline as CSV", "entries": figure(count)}, story.subject)
        return _sent(file, f"{story.file}.csv", "text/csv")
    return _search_taken_out(d)


def _search_taken_out(d: Desk) -> Any:
    form = log_search_form(d, request.form)
    if not form.is_right():
        return _log_page(form, None), 422
    file, count = extracts.table(_found(form.search(d), d), d)
    _record(EXPORTED, {"what": "search as CSV", "entries": figure(count), **form.used()})
    return _sent(file, "log-search.csv", "text/csv")


@blueprint.post("/<number>/pdf")
def pdf(number: str) -> Any:
    """A timeline on paper, with the head of the log."""
    d, story = desk(), story_at(number, desk())
    rows, newest = _rows(story, d), records.head(d.engine)
    if newest is None:
        abort(404)
    try:
        heading = Heading(story.title, story.facts, newest)
        drawn = extracts.paper(heading, rows, identity.me(), d)
    except papers.Refused as refused:
        seen = _record(VIEWED, subject=number)
        said = f"The PDF cannot be made: {refused} Take out the CSV."
        return _timeline_page(story, seen, problems=[pages.problem("pdf", said)]), 422
    _record(EXPORTED, {"what": "timeline as PDF", "entries": figure(len(rows)), "log head": newest.code}, number)
    headers = {"Content-Disposition": f'attachment; filename="{story.file}.pdf"'}
    return Response(drawn, mimetype="application/pdf", headers=headers)


@blueprint.post("/export")
def export() -> Any:
    """The whole log as one file that verifies without the desk."""
    file, counts = extracts.whole(desk())
    told = {"what": "the whole log", "entries": figure(counts.entries), "checkpoints": figure(counts.checkpoints)}
    _record(EXPORTED, told)
    return _sent(file, f"compounding-log-{counts.entries}.log", "application/octet-stream")


def _sent(file: IO[bytes], name: str, kind: str) -> Response:
    return send_file(file, mimetype=kind, as_attachment=True, download_name=name)
