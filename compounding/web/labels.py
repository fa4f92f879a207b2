"""The labels of one preparation: printed once the drug is in the bag, counted, scanned back, destroyed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for

from compounding import papers, records
from compounding.printing import Kind, Printer
from compounding.quantities import Unreadable, quote
from compounding.records import NewFate, NewRow, NewSending, RecordsFault, Standing
from compounding.web import label_copies, label_prints, pages, printing, stored_page
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
from compounding.web.label_previews import FINE, FORMS, PLACES, USUAL
from compounding.web.label_previews import asked as asked_copy
from compounding.web.label_previews import preview as label_preview
from compounding.web.label_prints import as_printed, first_copies, one_more, refusal_on
from compounding.web.label_prints import shown as shown_strings
from compounding.web.plan_page import kept
from compounding.web.progressing import PlanDiffers, Way, way_of
from compounding.web.recorded import bagged
from compounding.web.scanned_back import label_copy, scanned_back
from compounding.web.taking import VERSION, Taking, moved_on, opened_for, take
from compounding.web.viewing import PAPER_VIEWED, VIEWED, viewed
from compounding.web.witnessing import witness_proved
from compounding.wording import labels as wording
from compounding.wording.printers import STORED
from compounding.workflow import Deed, Step
from compounding.workflow.labels import due, fate_barriers, meant_for, scan_barriers, sending_barriers
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
    asked: printing.Question | None = None,
    stop: str = "",
    problems: Sequence[dict[str, str]] = (),
    stored: bool = False,
) -> str:
    """`stop` stands above the scan field, which keeps the focus; every other error is in the summary. `stored` where
    something was recorded in spite of them."""
    d, cover = desk(), label_prints.light_cover(way)
    asked = asked or printing.question(way, d)
    place, size = asked_copy(way, request.args.get("copy_of", ""), request.args.get("stock", ""), d)
    errors = [*problems, *pages.problems(asked.form if asked else None, print_, destroy)]
    waiting = printing.waiting(way, asked)
    if waiting and stop:  # the scan field is not on the page then
        errors.append(pages.problem(asked.form["came_out"].id if asked else "printing", stop))
    instead, form = _instead(way) or waiting, print_ or label_print_form(way, d)
    return pages.page(
        "labels.html",
        errors,
        pages.heading(errors, "recorded", STORED if stored else ""),
        saved=way.saved,
        state=way.saved.state.capitalize(),
        banner=stored_page.banner(way.saved, d),
        instead=instead,
        may_print=not instead and me().may(Deed.PRINT),
        may_count=not waiting
        and way.progress.state in COUNT.before
        and bool(way.progress.labels)
        and me().may(Deed.PREPARE)
        and way.refusal is None,
        terms=label_copies.equation(way),
        ways=label_copies.in_the_way(way),
        heads=label_copies.HEADS,
        rows=label_copies.rows(way, d),
        scan=scan or scan_form(d, cover),
        print_=form,
        preview=label_preview(way, place, size, d),
        asked=asked,
        warning=printing.warning(form, d),
        over_network=printing.over_network(form, d),
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
    return label_prints.not_now(way, desk())


# ------------------------------------------------------------------ steps


def _take(way: Way, step: Step, rows: Sequence[NewRow], action: str = "", **told: Any) -> Standing:
    """Takes a step of this page, and gives how it stands then; `told` is what its event says. Raises RecordsFault."""
    account = me().account

    def further(progress: Progress) -> Iterator[Barrier]:
        yield from sending_barriers(progress)
        for row in rows:
            if isinstance(row, NewFate):
                yield from fate_barriers(progress, row.print_id, row.fate, account.user, row.witness)

    return take(way, Taking(step, rows, further), event(action or step.name, **told), desk())


# ------------------------------------------------------------------ printing


@blueprint.post("/<number>/labels/print")
@pages.shown_again
def print_(number: str) -> Any:
    """Records the first copies together, or one more, then leads to the file. What a label cannot carry is refused,
    and nothing is recorded."""
    way, d = opened_way(number), desk()
    form = label_print_form(way, d, request.form)
    if pages.lost():
        return _page(way, print_=form, problems=[pages.problem("printing", pages.LOST)])
    if why := _instead(way) or moved_on(way.standing):
        return _page(way, problems=[pages.problem("printing", why)]), 409
    if not form.whole():
        return _page(way, print_=form), 422
    if why := printing.refusal(form.chosen, d):
        return _page(way, print_=form, problems=[pages.problem("printing", why)]), 409
    try:
        return redirect(_printed(way, form, d), 303)
    except papers.Refused as refused:
        said = pages.problem("printing", refusal_on(form.size, refused, way, d))
        return _page(way, print_=form, problems=[said]), 422
    except printing.Trouble as trouble:
        said = pages.problem("printing", str(trouble))
        return _page(opened_way(number), problems=[said], stored=trouble.stored), 409
    except RecordsFault as fault:
        return _page(opened_way(number), problems=[pages.problem("printing", str(fault))]), pages.status_of(fault)


def _printed(way: Way, form: PrintForm, d: Desk) -> str:
    """Where it leads: to the file of the copies, or to their page once a network printer has printed them. Raises
    papers.Refused, Trouble and RecordsFault."""
    again, printer = label_prints.again(way), form.chosen
    made = one_more(way, form.for_place, form.size, d) if again else first_copies(way, form.size, d)
    first, last = made.numbers[0], made.numbers[-1]

    if printer is not None and printer.kind is Kind.NETWORK:
        printing.send(way, printer, made.strings, lambda: _take_print(way, form, made, printer).sendings[-1], d)
        return url_for("labels.shown", number=way.saved.number)
    _take_print(way, form, made, printer)
    return url_for("labels.pdf", number=way.saved.number, first=first, last=last)


def _take_print(way: Way, form: PrintForm, made: label_prints.Copies, printer: Printer | None) -> Standing:
    """Stores the copies, and to which printer they go. Raises RecordsFault."""
    told = {"copies": ", ".join(map(str, made.numbers)), VERSION: str(way.saved.version), "stock": made.stock}
    rows: list[NewRow] = [*made.rows(way, printer.dpi if printer else label_prints.USUAL_DPI)]
    if printer is not None:
        told["printer"] = printer.name
        rows.append(NewSending(printer.row, made.numbers[0], made.numbers[-1], form.first_position))
    if not label_prints.again(way):
        return _take(way, PRINT, rows, details=told)
    told["place"] = wording.WHERE[form.for_place].lower()
    return _take(way, PRINT, rows, PRINTED_AGAIN, details=told, **_why(form.again, form.again_words))


def _why(reason: Choice, words: Line) -> dict[str, str]:
    """A reason as an event has it: with its code, and in words where there are any."""
    said = f"{reason.chosen}. “{words.data}”" if words.data else reason.chosen
    return {"reason": said, "reason_code": reason.data}


@blueprint.get("/<number>/labels/<int:first>-<int:last>.pdf")
def pdf(number: str, first: int, last: int) -> Any:
    """Copies as they were printed, a page each, while they are open: a label in use is not printed uncounted a second
    time. Changes nothing but the log of access."""
    way = opened_way(number)
    copies = [copy for copy in way.progress.labels if first <= int(copy.copy) <= last]
    drawn = [as_printed(copy, number, desk()) for copy in copies]
    found = [strings for strings in drawn if strings is not None]
    if not found or len(found) < len(drawn) or len({papers.size_of(strings) for strings in found}) > 1:
        abort(404)  # a file has one stock
    for copy in copies:
        if (said := label_prints.no_file(copy, way, desk())) is not None:
            refuse("Not printed again", said, 409)
    viewed(PAPER_VIEWED, number, paper="bag label", copy=", ".join(copy.copy for copy in copies))
    return _file(_drawn(way, found, first, last), f"label-{number}-{first}-{last}.pdf", FORMS["pdf"])


def _drawn(way: Way, copies: Sequence[label_prints.Strings], first: int, last: int) -> bytes:
    """As they went to their printer; a part of what stood on a sheet of labels by itself."""
    found = printing.printed_on(way, first, last, desk())
    if found is None:
        return papers.draw_all(copies)
    printer, sent = found
    if sent.position and (sent.first, sent.last) == (first, last):
        return papers.draw_on_sheets(copies, printer.sheet, sent.position)
    return papers.draw_all(copies, printer.dpi)


def _file(content: bytes, name: str, kind: str) -> Response:
    return Response(content, mimetype=kind, headers={"Content-Disposition": f'inline; filename="{name}"'})


# ------------------------------------------------------------------ what would print


@blueprint.get("/<number>/labels/preview/<copy_of>-<stock>.<form>")
def preview(number: str, copy_of: str, stock: str, form: str) -> Any:
    """The label that would print now, as its file or as a picture of that file. Changes nothing but the log of
    access."""
    way, d = opened_way(number), desk()
    place, size = asked_copy(way, copy_of, stock, d)
    if form not in FORMS or PLACES.get(copy_of) is not place or size.value != stock:
        abort(404)
    try:
        drawn = papers.draw(shown_strings(way, place, size, d), dpi := _dpi())
    except papers.Refused:
        abort(404)  # the page says why
    viewed(PAPER_VIEWED, number, paper="bag label", preview=f"{copy_of}, {papers.stock_name(d.market, size)}")
    content = papers.png(drawn, dpi) if form == "png" else drawn
    return _file(content, f"label-{number}-preview.{form}", FORMS[form])


def _dpi() -> int:
    """Of the printer that it is for."""
    return FINE if request.args.get("dpi") == str(FINE) else USUAL


# ------------------------------------------------------------------ what came out of a printer


@blueprint.post("/<number>/labels/came-out")
@pages.shown_again
def came_out(number: str) -> Any:
    """Records what somebody found in the printer, whatever became of the preparation meanwhile."""
    way, d = opened_way(number), desk()
    asked = printing.question(way, d, request.form)
    if pages.lost():
        return _page(way, asked=asked, problems=[pages.problem("came_out" if asked else "printing", pages.LOST)])
    if asked is None:
        return redirect(url_for("labels.shown", number=number), 303)
    if not asked.form.validate():
        return _page(way, asked=asked), 422
    try:
        printing.answer(way, asked, d)
    except RecordsFault as fault:
        return _page(opened_way(number), problems=[pages.problem("came_out", str(fault))]), pages.status_of(fault)
    return redirect(url_for("labels.shown", number=number), 303)


# ------------------------------------------------------------------ a copy scanned where it is


@blueprint.post("/<number>/labels/scan")
@pages.shown_again
def scan(number: str) -> Any:
    """Counts the copy that was scanned: the bag's, the cover's or the worksheet's by its number."""
    way, d = opened_way(number), desk()
    form = scan_form(d, label_prints.light_cover(way), request.form)
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
    barrier = next(scan_barriers(way.progress, copy.print_id if copy else 0), None)
    if copy is None or barrier is not None:
        return None, wording.label_sentence(barrier or Barrier("label-unknown"))
    if copy.fate is not None:
        return None, wording.counted_already(copy.copy, wording.WHERE[copy.fate].lower())
    return copy, ""


def _counted(way: Way, form: ScanForm, copy: LabelCopy) -> Any:
    d, cover, number = desk(), label_prints.light_cover(way), way.saved.number
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
