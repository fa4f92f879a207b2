"""The site's label printers: set up and changed by administrators, calibrated by whoever stands before one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for

from compounding import records
from compounding.papers import printers as papers_of_printers
from compounding.printing import Calibration, Kind, NotPrinted, Printer, Unknown, judged
from compounding.records import CalibrationResult, RecordsFault
from compounding.web import pages
from compounding.web.desk import Desk, desk
from compounding.web.forms import SiteForm, blame
from compounding.web.identity import event, me
from compounding.web.plan_page import kept
from compounding.web.printer_forms import (
    PrinterForm,
    ResultForm,
    printer_form,
    read_printer,
    read_result,
    result_form,
)
from compounding.web.printing import line_to, present_result
from compounding.web.signing import signer_proved
from compounding.web.telling import differences
from compounding.wording import printers as wording
from compounding.wording.numbers import moment
from compounding.workflow import Deed

blueprint = Blueprint("printers", __name__, url_prefix="/settings/printers")

SET_UP, CHANGED, CALIBRATED = "printer set up", "printer changed", "printer calibrated"
LABEL_PRINTED, LABEL_NOT_PRINTED = "calibration label printed", "calibration label not printed"
_HEADS = (("Printer", ""), ("Label", "keep"), ("Used at", ""), ("State", "keep"))
_RESULTS = (("When", "keep"), ("Result", "keep"), ("Found", ""), ("By", ""))


# ------------------------------------------------------------------ the list


@blueprint.get("")
def listed() -> Any:
    return _list()


def _list(form: PrinterForm | None = None) -> str:
    d = desk()
    errors = _problems(form)
    return pages.page(
        "printers.html",
        errors,
        pages.heading(errors, "changed"),
        heads=_HEADS,
        rows=[_row(printer, d) for printer in records.printers(d.engine)],
        form=form or printer_form(d, None),
        may=me().may(Deed.SET_SITE),
        none="" if d.site.training else wording.NO_PRINTER,
        signer=f"{me().person.name}, {me().person.role}",
    )


def _row(printer: Printer, d: Desk) -> dict[str, Any]:
    name = {
        "main": printer.name,
        "href": url_for("printers.shown", number=printer.number),
        "small": [wording.KINDS[printer.kind], *filter(None, (wording.place(printer),))],
    }
    return {"cells": (name, kept(wording.loaded(printer)), ", ".join(printer.workstations), _state(printer, d))}


def _state(printer: Printer, d: Desk) -> dict[str, Any]:
    if not printer.in_use:
        return {"chip": wording.OUT_OF_USE, "look": "todo"}
    last = present_result(printer, d)
    word, look = wording.state(None if last is None else last.result.passed)
    return {"chip": word, "look": look, "small": _by(last, d) if last else []}


def _by(result: CalibrationResult, d: Desk) -> list[str]:
    return [kept(moment(result.at, d.zone, d.market)), result.person.name]


def _problems(*forms: SiteForm | None) -> list[dict[str, str]]:
    return [
        pages.problem(field.anchor, f"{field.label.text}: {text}")
        for form in forms
        if form is not None
        for field, text in form.errors_in_order()
    ]


@blueprint.post("")
@pages.shown_again
def add() -> Any:
    """Sets a printer up."""
    d = desk()
    form = printer_form(d, None, request.form)
    if pages.lost():
        blame(form.name, pages.LOST)
        return _list(form)
    printer = read_printer(form, None, d)
    if printer is None or not signer_proved(form, d):
        return _list(form), 422
    try:
        made = records.put_printer(d.engine, printer, event(SET_UP, changes=differences((), wording.facts(printer))))
    except RecordsFault as fault:
        blame(form.name, str(fault))
        return _list(form), pages.status_of(fault)
    return redirect(url_for("printers.shown", number=made.number), 303)


# ------------------------------------------------------------------ one printer


@blueprint.get("/<int:number>")
def shown(number: int) -> Any:
    return _page(_found(number))


def _found(number: int) -> Printer:
    found = next((one for one in records.printers(desk().engine) if one.number == number), None)
    if found is None:
        abort(404)
    return found


def _page(
    printer: Printer,
    form: PrinterForm | None = None,
    result: ResultForm | None = None,
    problems: Sequence[dict[str, str]] = (),
) -> str:
    d = desk()
    errors = [*problems, *_problems(result, form)]
    state = _state(printer, d)
    return pages.page(
        "printers_one.html",
        errors,
        pages.heading(errors, "recorded"),
        printer=printer,
        chip=(state["chip"], state["look"]),
        facts=[(name, kept(text)) for name, text in wording.facts(printer) if text],
        over_network=printer.kind is Kind.NETWORK,
        rule=wording.pass_rule(papers_of_printers.rule_down(printer.stock)),
        heads=_RESULTS,
        rows=[_result_row(one, d) for one in reversed(records.calibrations(d.engine, printer.number))],
        result=result or result_form(d, printer),
        form=form or printer_form(d, printer),
        may_change=me().may(Deed.SET_SITE),
        may_calibrate=me().may(Deed.CALIBRATE) and printer.in_use,
        signer=f"{me().person.name}, {me().person.role}",
    )


def _result_row(one: CalibrationResult, d: Desk) -> dict[str, Any]:
    word, look = wording.state(one.result.passed)
    of = {"main": wording.result(one.result), "small": [wording.loaded(one.printer)]}
    when = kept(moment(one.at, d.zone, d.market))
    return {"cells": (when, {"chip": word, "look": look}, of, f"{one.person.name}, {one.person.role}")}


@blueprint.post("/<int:number>")
@pages.shown_again
def change(number: int) -> Any:
    was, d = _found(number), desk()
    form = printer_form(d, was, request.form)
    if pages.lost():
        blame(form.name, pages.LOST)
        return _page(was, form)
    printer = read_printer(form, was, d)
    if printer is None or not signer_proved(form, d):
        return _page(was, form), 422
    told = event(CHANGED, changes=differences(wording.facts(was), wording.facts(printer)))
    try:
        records.put_printer(d.engine, printer, told)
    except RecordsFault as fault:
        blame(form.name, str(fault))
        return _page(_found(number), form), pages.status_of(fault)
    return redirect(url_for("printers.shown", number=number), 303)


# ------------------------------------------------------------------ calibration


@blueprint.get("/<int:number>/calibration.pdf")
def pdf(number: int) -> Any:
    """The calibration label of a printer as it is set up now. It shows no patient, and changes nothing."""
    printer, d = _found(number), desk()
    drawn = papers_of_printers.calibration_label(printer, d.site.training)
    headers = {"Content-Disposition": f'inline; filename="calibration-{number}.pdf"'}
    return Response(drawn, mimetype="application/pdf", headers=headers)


@blueprint.post("/<int:number>/calibration")
@pages.shown_again
def send(number: int) -> Any:
    """Prints the calibration label of a network printer."""
    printer, d = _found(number), desk()
    if pages.lost():
        return _page(printer, problems=[pages.problem("calibration", pages.LOST)])
    if printer.kind is not Kind.NETWORK:
        abort(404)
    if (busy := records.busy_with(d.engine, printer.row)) is not None:
        said = wording.calibration_must_wait(printer.name, busy)
        return _page(printer, problems=[pages.problem("calibration", said)]), 409
    (label,) = papers_of_printers.as_zpl(papers_of_printers.calibration_label(printer, d.site.training), printer.dpi)
    told = {"label": wording.loaded(printer)}
    subject = f"printer:{number}"
    try:
        with line_to(printer) as line:
            line.ready()
            line.print_(label, papers_of_printers.ZPL_END)
    except (NotPrinted, Unknown) as no:
        records.record(d.engine, event(LABEL_NOT_PRINTED, told, reason=wording.trouble(no.code), subject=subject))
        said = wording.calibration_not_printed(printer.name, no.code, sure=isinstance(no, NotPrinted))
        return _page(printer, problems=[pages.problem("calibration", said)]), 409
    records.record(d.engine, event(LABEL_PRINTED, told, subject=subject))
    return redirect(url_for("printers.shown", number=number, _anchor="calibration"), 303)


@blueprint.post("/<int:number>/calibrated")
@pages.shown_again
def calibrated(number: int) -> Any:
    """Records what was found on the label, a pass or a fail."""
    printer, d = _found(number), desk()
    form = result_form(d, printer, request.form)
    if pages.lost():
        blame(form.across, pages.LOST)
        return _page(printer, result=form)
    measured = read_result(form, printer)
    if measured is None or not signer_proved(form, d):
        return _page(printer, result=form), 422
    result = Calibration(measured, judged(measured), printer.made_up)
    row = int(form.of_row.text) if form.of_row.text.isdecimal() else 0
    details = {"result": "passed" if result.passed else "failed", "found": wording.result(result)}
    told = event(CALIBRATED, {**details, "label": wording.loaded(printer), "scanned": form.scanned.data or ""})
    try:
        records.put_calibration(d.engine, row, result, form.scanned.data or "", told)
    except RecordsFault as fault:
        blame(form.across, str(fault))
        return _page(_found(number), result=form), pages.status_of(fault)
    return redirect(url_for("printers.shown", number=number, _anchor="calibration"), 303)
