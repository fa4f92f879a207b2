"""The labels of one preparation: printed once the drug is in the bag, counted, scanned back, destroyed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for

from compounding import papers, records
from compounding.quantities import Unreadable, quote
from compounding.records import NewFate, NewPrint, NewRow, Print, RecordsFault
from compounding.web import label_copies, pages, stored_page
from compounding.web.blind import refuse, refuse_unseen
from compounding.web.desk import Desk, desk
from compounding.web.fields import Choice, Line
from compounding.web.forms import blame
from compounding.web.identity import event, me
from compounding.web.label_forms import (
    DestroyForm,
    PrintForm,
    ScanForm,
    destroy_form,
    label_print_form,
    scan_form,
)
from compounding.web.paperwork import refusal as paper_refusal
from compounding.web.plan_page import kept
from compounding.web.progressing import PlanDiffers, Way, way_of
from compounding.web.recorded import bagged, recorded_work
from compounding.web.scanned_back import label_copy, scanned_back
from compounding.web.taking import VERSION, Taking, moved_on, opened_for, take
from compounding.web.viewing import PAPER_VIEWED, VIEWED, viewed
from compounding.web.witnessing import witness_proved
from compounding.wording import labels as wording
from compounding.workflow import Deed, Step
from compounding.workflow.labels import LABEL, due, fate_barriers, is_reprint, meant_for
from compounding.workflow.progress import Barrier, Fate, LabelCopy, Progress
from compounding.workflow.steps import COUNT, PRINT

blueprint = Blueprint("labels", __name__, url_prefix="/preparations")

PRINTED_AGAIN, SCAN_REFUSED, DESTROYED = "label printed again", "label scan refused", "label destroyed"


@blueprint.get("/<number>/labels")
def shown(number: str) -> Any:
    way = opened_way(number)
    viewed(VIEWED, number, page="labels")
    return _page(way)


def opened_way(number: str) -> Way:
    """A preparation on its way; nothing of it for whoever may still verify or check it blind."""
    try:
        way = way_of(number, desk())
    except PlanDiffers as gone:
        refuse("Nothing goes on by this plan", str(gone), 409)
    refuse_unseen(way.standing)
    return way


# ------------------------------------------------------------------ the page


def _page(
    way: Way,
    *,
    scan: ScanForm | None = None,
    print_: PrintForm | None = None,
    destroy: DestroyForm | None = None,
    stop: str = "",
    problems: Sequence[dict[str, str]] = (),
) -> str:
    """`stop` stands above the scan field, which keeps the focus; every other error is in the summary."""
    d, cover = desk(), label_copies.light_cover(way)
    errors = [*problems, *pages.problems(print_, destroy)]
    instead = _instead(way)
    return pages.page(
        "labels.html",
        errors,
        pages.heading(errors, "recorded"),
        saved=way.saved,
        state=way.saved.state.capitalize(),
        banner=stored_page.banner(way.saved, d),
        instead=instead,
        may_print=not instead and me().may(Deed.PRINT),
        may_count=way.progress.state in COUNT.before
        and bool(way.progress.labels)
        and me().may(Deed.PREPARE)
        and way.refusal is None,
        terms=label_copies.equation(way),
        ways=label_copies.in_the_way(way),
        heads=label_copies.HEADS,
        rows=label_copies.rows(way, d),
        scan=scan or scan_form(d, cover),
        print_=print_ or label_print_form(d, _again(way)),
        first=len(due(cover)),
        destroy=destroy or destroy_form(d, way.progress.labels),
        stop=stop,
        times=_times(way, d),
        opened=opened_for(way),
    )


def _times(way: Way, d: Desk) -> list[tuple[str, str]]:
    """What the label says of its times; nothing until the drug is in the bag."""
    made = bagged(way, d)
    if made is None:
        return []
    said = (("Prepared", made.prepared), ("Start before", made.start_before), ("Complete by", made.complete_by))
    return [(name, kept(f"{at.date} {at.hour}")) for name, at in said]


def _instead(way: Way) -> str:
    """Why nothing is printed; "" where it can be."""
    return way.refusal or wording.not_printed(way.progress.state)


def _again(way: Way) -> bool:
    """Whether the next copy is a reprint."""
    return is_reprint(way.progress.labels, way.progress.version, label_copies.light_cover(way))


# ------------------------------------------------------------------ steps


def _take(way: Way, step: Step, rows: Sequence[NewRow], action: str = "", **told: Any) -> None:
    """Takes a step of this page; `told` is what its event says. Raises RecordsFault."""
    account = me().account

    def further(progress: Progress) -> Iterator[Barrier]:
        for row in rows:
            if isinstance(row, NewFate):
                yield from fate_barriers(progress, row.print_id, row.fate, account.user, row.witness)

    take(way, Taking(step, rows, further), event(action or step.name, **told), desk())


# ------------------------------------------------------------------ printing


@blueprint.post("/<number>/labels/print")
@pages.shown_again
def print_(number: str) -> Any:
    """Records the first copies together, or one more, then leads to the file. What a label cannot carry is refused,
    and nothing is recorded."""
    way, d = opened_way(number), desk()
    form = label_print_form(d, _again(way), request.form)
    if pages.lost():
        return _page(way, print_=form, problems=[pages.problem("printing", pages.LOST)])
    if why := _instead(way) or moved_on(way.standing):
        return _page(way, problems=[pages.problem("printing", why)]), 409
    if not form.validate():
        return _page(way, print_=form), 422
    try:
        first, last = _printed(way, form, d)
    except papers.Refused as refused:
        said = pages.problem("printing", paper_refusal(LABEL, refused, recorded_work(way, d), d))
        return _page(way, print_=form, problems=[said]), 422
    except RecordsFault as fault:
        return _page(opened_way(number), problems=[pages.problem("printing", str(fault))]), pages.status_of(fault)
    return redirect(url_for("labels.pdf", number=number, first=first, last=last), 303)


def _printed(way: Way, form: PrintForm, d: Desk) -> tuple[int, int]:
    """The numbers of the first and the last copy that were printed. Raises papers.Refused and RecordsFault."""
    again, copies = _again(way), way.progress.labels
    before = records.first_print(d.engine, way.saved.number, LABEL, way.saved.version)
    number, count = len(copies) + 1, 1 if again else len(due(label_copies.light_cover(way)))
    strings = _stored(before) if before else papers.strings(LABEL, recorded_work(way, d), number, of=count)
    rows = [_new_print(strings, way, number + more, first=before is None and not more) for more in range(count)]
    told = {"copies": ", ".join(row.copy for row in rows), VERSION: str(way.saved.version)}
    why = _why(form.again, form.again_words) if again else {}
    _take(way, PRINT, rows, PRINTED_AGAIN if again else "", details=told, **why)
    return number, number + count - 1


def _why(reason: Choice, words: Line) -> dict[str, str]:
    """A reason as an event has it: with its code, and in words where there are any."""
    said = f"{reason.chosen}. “{words.data}”" if words.data else reason.chosen
    return {"reason": said, "reason_code": reason.data}


def _stored(first: Print) -> Any:
    return json.loads(first.strings_json or "{}")


def _new_print(strings: Any, way: Way, copy: int, *, first: bool) -> NewPrint:
    own = papers.with_copy(strings, way.saved.number, copy)
    words = json.dumps(own, ensure_ascii=False, sort_keys=True) if first else None
    return NewPrint(LABEL, str(copy), words, hashlib.sha256(papers.draw(own)).hexdigest(), way.saved.version)


@blueprint.get("/<number>/labels/<int:first>-<int:last>.pdf")
def pdf(number: str, first: int, last: int) -> Any:
    """Copies as they were printed, a page each, while they are open: a label in use is not printed uncounted a second
    time. Changes nothing but the log of access."""
    way = opened_way(number)
    copies = [copy for copy in way.progress.labels if first <= int(copy.copy) <= last]
    if not copies:
        abort(404)
    for copy in copies:
        if (said := wording.not_drawn(copy, way.progress.version)) is not None:
            refuse("Not printed again", said, 409)
    drawn = papers.draw_all(_drawn(copy, number) for copy in copies)
    viewed(PAPER_VIEWED, number, paper="bag label", copy=", ".join(copy.copy for copy in copies))
    name = f"label-{number}-{first}-{last}.pdf"
    return Response(drawn, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


def _drawn(copy: LabelCopy, number: str) -> Any:
    first = records.first_print(desk().engine, number, LABEL, copy.version)
    if first is None:
        abort(404)
    return papers.with_copy(_stored(first), number, int(copy.copy))


# ------------------------------------------------------------------ a copy scanned where it is


@blueprint.post("/<number>/labels/scan")
@pages.shown_again
def scan(number: str) -> Any:
    """Counts the copy that was scanned: the bag's, the cover's or the worksheet's by its number."""
    way, d = opened_way(number), desk()
    form = scan_form(d, label_copies.light_cover(way), request.form)
    if pages.lost():
        return _page(way, scan=form, stop=pages.LOST)
    if why := moved_on(way.standing) or way.refusal:
        return _page(way, scan=form, stop=why), 409
    if not form.validate():
        return _page(way, scan=form, stop=" ".join(text for _, text in form.errors_in_order())), 422
    copy, why = _read(form.scanned.data, way)
    if copy is None:
        records.record(d.engine, _refused_scan(form, why, number))
        return _page(way, scan=form, stop=why), 409
    return _counted(way, form, copy)


def _refused_scan(form: ScanForm, why: str, number: str) -> records.Event:
    return event(SCAN_REFUSED, {"scanned": form.scanned.text}, reason=why, subject=number)


def _read(text: str, way: Way) -> tuple[LabelCopy | None, str]:
    """The copy whose code this is; or why it is none that can be counted."""
    here = way.saved.number
    try:
        back = scanned_back(text, desk())
    except Unreadable as none:
        return None, str(none)
    if back.is_page or not back.part:
        return None, wording.no_label(quote(text.strip()))
    if back.number != here:
        return None, wording.another(back.number, back.part, here)
    copy = label_copy(back, way.standing)
    barrier = next(fate_barriers(way.progress, copy.print_id if copy else 0, Fate.APPLIED, me().account.user, ""), None)
    if copy is None or barrier is not None:
        return None, wording.label_sentence(barrier or Barrier("label-unknown"))
    if copy.fate is not None:
        return None, wording.counted_already(copy.copy, wording.WHERE[copy.fate].lower())
    return copy, ""


def _counted(way: Way, form: ScanForm, copy: LabelCopy) -> Any:
    d, cover, number = desk(), label_copies.light_cover(way), way.saved.number
    meant = meant_for(way.progress.labels, way.progress.version, copy.print_id, cover)
    fate = Fate(form.where.data) if "where" in form and form.where.data else meant
    if fate is None:
        return _page(way, scan=scan_form(d, cover, request.form, asked=True), stop=wording.ask_where(copy.copy)), 422
    told = {"copy": copy.copy, "is": wording.WHERE[fate].lower(), "scanned": form.scanned.text}
    try:
        _take(way, COUNT, [NewFate(copy.print_id, fate)], details=told)
    except RecordsFault as fault:
        return _page(opened_way(number), scan=form, stop=str(fault)), pages.status_of(fault)
    return redirect(url_for("labels.shown", number=number), 303)


# ------------------------------------------------------------------ a copy destroyed


@blueprint.post("/<number>/labels/destroy")
@pages.shown_again
def destroy(number: str) -> Any:
    """Records a copy as destroyed: by whoever is signed in, and seen by a second person."""
    way, d = opened_way(number), desk()
    form = destroy_form(d, way.progress.labels, request.form)
    if pages.lost():
        return _page(way, destroy=form, problems=[pages.problem(form.copy.anchor, pages.LOST)])
    if why := moved_on(way.standing) or way.refusal:
        return _page(way, destroy=form, problems=[pages.problem(form.copy.anchor, why)]), 409
    if not form.validate() or (witness := witness_proved(form, d)) is None:
        return _page(way, destroy=form), 422
    copy = next(one for one in way.progress.labels if one.copy == form.copy.data)
    row = NewFate(copy.print_id, Fate.DESTROYED, form.words.data or "", witness.user)
    told = {"copy": copy.copy, "witness": f"{witness.name}, {witness.role}"}
    try:
        _take(way, COUNT, [row], DESTROYED, details=told, **_why(form.why, form.words))
    except RecordsFault as fault:
        blame(form.copy, str(fault))
        return _page(opened_way(number), destroy=form), pages.status_of(fault)
    return redirect(url_for("labels.shown", number=number), 303)
