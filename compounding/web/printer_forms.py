"""Forms of the label printers: one set up or changed, and what was found on its calibration label."""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from werkzeug.datastructures import MultiDict

from compounding import papers
from compounding.papers import printers as papers_of_printers
from compounding.printing import Kind, Measured, Printer
from compounding.printing.printers import DPIS, RAW_PORT
from compounding.quantities import Unreadable, quote, read_number
from compounding.web.desk import Desk
from compounding.web.fields import Choice, Count, Line, Tick, Typed
from compounding.web.forms import blame
from compounding.web.signing import SignForm
from compounding.wording.printers import KINDS

NAME_MOST = 24  # characters; its box on the calibration label holds two lines of 24 mm
_HOST_MOST = 253  # of a name on a network (RFC 1035)
_PORTS = 65535
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_OWN_NAME = re.compile(r"(?:.*\.)?localhost", re.IGNORECASE)  # RFC 6761: always this machine
_SHEET_DPI = 300  # office printers place no whole dots; the finer grid gives the smaller symbol
_SCAN_MOST = 200  # as of a vial's code: what is longer is no code
_WHOLE = "whole"
_MM_MOST, _MM_PLACES = Decimal(100), 2
_IN_USE, _OUT_OF_USE = "yes", "no"


class Millimetres(Typed):
    """A length that was measured with a rule."""

    def read(self, text: str) -> Decimal:
        number = read_number(text.strip())
        if not 0 < number <= _MM_MOST:
            raise Unreadable(f"{quote(text)} is not between 0 and {_MM_MOST} mm.")
        if len(text.strip().partition(".")[2]) > _MM_PLACES:
            raise Unreadable(f"{quote(text)} has more than {_MM_PLACES} figures after the point.")
        return number


class PrinterForm(SignForm):
    """What a printer is to be."""

    ticks: tuple[str, ...] = ()
    """The names of the boxes of workstations."""
    stock: Choice
    sheet: Choice
    in_use: Choice

    was = Typed("Seen")
    name = Line("Name", most=NAME_MOST, letters=True, missing="Type its name.", hint="as it stands on the printer")
    kind = Choice(
        "How labels get to it", tuple((kind.value, words) for kind, words in KINDS.items()), missing="Choose one."
    )
    dpi = Choice("Resolution", tuple((str(dpi), f"{dpi} dpi") for dpi in DPIS), missing="Choose its resolution.")
    host = Line("Address", most=_HOST_MOST, hint="of a network printer: its name there, or its IP address")
    port = Count("Port", least=1, hint="of a network printer: nearly all take 9100")


def printer_form(d: Desk, printer: Printer | None, sent: MultiDict[str, str] | None = None) -> PrinterForm:
    """The form of a new printer, or of one that is there."""
    stocks = tuple((name, name) for name in papers_of_printers.STOCKS[d.market])
    sheets = tuple((name, name) for name in papers_of_printers.sheets(d.market))
    ticks = {f"at_{i}": Tick(place) for i, place in enumerate(d.site.workstations)}
    fields: dict[str, Any] = {
        "stock": Choice("Label in it", stocks, prompt="Choose the label", missing="Choose the label in it."),
        "sheet": Choice("Sheet of labels", sheets, prompt="None", hint="in an office printer only"),
        **ticks,
    }
    if printer is not None:
        fields["in_use"] = Choice("In use", ((_IN_USE, "Yes"), (_OUT_OF_USE, "No")), missing="Choose one.")
    order = ("name", "kind", "dpi", "stock", "host", "port", "sheet", *ticks, "in_use", "signing_secret", "was")
    form: PrinterForm = type("PrinterForm", (PrinterForm,), {**fields, "ON_PAGE": order})(d, sent)
    form.ticks = tuple(ticks)
    if sent is None:
        _fill(form, printer, d)
    return form


def _fill(form: PrinterForm, printer: Printer | None, d: Desk) -> None:
    form.port.text, form.was.text = str(RAW_PORT), "0"
    if printer is None:
        return
    texts = {
        "name": printer.name,
        "kind": printer.kind.value,
        "dpi": str(printer.dpi),
        "stock": printer.stock,
        "host": printer.host,
        "port": str(printer.port),
        "sheet": printer.sheet,
        "in_use": _IN_USE if printer.in_use else _OUT_OF_USE,
        "was": str(printer.row),
    }
    here = dict(zip(form.ticks, d.site.workstations, strict=True))
    for field in form.in_order():
        if field.name in texts:
            field.text = texts[field.name]
        elif field.name in here:
            field.data = here[field.name] in printer.workstations


def read_printer(form: PrinterForm, was: Printer | None, d: Desk) -> Printer | None:
    """The printer that a sent form describes; None where it has errors, which then stand at their fields."""
    form.validate()
    kind = Kind(form.kind.data) if form.kind.data else None
    if kind is not None:
        _judge_place(form, kind, d.site.training)
        _judge_sheet(form, kind)
    if form.errors_in_order() or kind is None:
        return None
    printer = Printer(
        number=was.number if was else 0,
        row=int(form.was.text) if form.was.text.isdecimal() else 0,
        name=form.name.data,
        kind=kind,
        dpi=int(form.dpi.data),
        stock=form.stock.data,
        host=form.host.data or "",
        port=form.port.data if kind is Kind.NETWORK else RAW_PORT,
        sheet=form.sheet.data or "",
        workstations=tuple(
            place for name, place in zip(form.ticks, d.site.workstations, strict=True) if form[name].data
        ),
        in_use="in_use" not in form or form["in_use"].data == _IN_USE,
    )
    return printer if _fits(printer, form, d) else None


def _judge_place(form: PrinterForm, kind: Kind, training: bool) -> None:
    host, port = form.host.data, form.port.data
    if kind is not Kind.NETWORK:
        if host:
            blame(form.host, "Only a network printer has an address. Leave this empty.")
        return
    if not host:
        blame(form.host, "Type the address of the printer.")
    elif not _is_address(host):
        blame(form.host, f"{quote(host)} is no address: type its name in the network, or its IP address.")
    elif not training and _leads_nowhere(host):
        blame(form.host, f"{quote(host)} is this machine, or no place of its own in the network: type the printer’s.")
    if port is None and not form.port.errors:
        blame(form.port, "Type the port of the printer.")
    elif port is not None and port > _PORTS:
        blame(form.port, f"{quote(form.port.text)} is not between 1 and {_PORTS}.")


def _is_address(host: str) -> bool:
    """Whether this is an IP address, or a name that is not one in a spelling of old, as 127.1 and 0x7f000001 are."""
    return _ip(host) is not None or (_NAME.fullmatch(host) is not None and not _is_number(host))


def _is_number(host: str) -> bool:
    if set(host) <= set("0123456789."):
        return True
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True


def _ip(host: str) -> IPv4Address | IPv6Address | None:
    """An IPv4 address in an IPv6 one is that."""
    try:
        found = ip_address(host)
    except ValueError:
        return None
    return (isinstance(found, IPv6Address) and found.ipv4_mapped) or found


def _leads_nowhere(host: str) -> bool:
    """Whether an address is the desk's own machine, or of whatever is plugged in beside it: no printer that a site
    set up is there, and what listens there is not one."""
    found = _ip(host)
    if found is None:
        return _OWN_NAME.fullmatch(host) is not None
    return found.is_loopback or found.is_link_local or found.is_unspecified or found.is_multicast


def _judge_sheet(form: PrinterForm, kind: Kind) -> None:
    sheet, stock = form.sheet.data, form.stock.data
    if kind is not Kind.SHEETS:
        if sheet:
            blame(form.sheet, "Only an office printer has a sheet of labels. Choose none.")
        return
    if not sheet:
        blame(form.sheet, "Choose the sheet of labels in it.")
    elif stock and not papers_of_printers.sheet_holds(sheet, stock):
        blame(form.sheet, f"{sheet} has no room for a label of {stock}.")
    if form.dpi.data and form.dpi.data != str(_SHEET_DPI):
        blame(form.dpi, f"On sheets labels are drawn at {_SHEET_DPI} dpi. Choose that.")


def _fits(printer: Printer, form: PrinterForm, d: Desk) -> bool:
    """Whether its calibration label can carry its name; why it cannot stands there."""
    try:
        papers_of_printers.calibration_label(replace(printer, row=1), d.site.training)
    except papers.Refused as refused:
        blame(form.name, f"The calibration label cannot be drawn: {refused}")
        return False
    return True


class ResultForm(SignForm):
    """What was found on a calibration label."""

    ON_PAGE = ("across", "down", "scanned", "corners", "signing_secret", "of_row")
    of_row = Typed("Seen")
    across = Millimetres("Across", unit="mm", missing="Measure the rule across.")
    down = Millimetres("Down", unit="mm", missing="Measure the rule down.")
    scanned = Line("Scan the symbol", most=_SCAN_MOST, hint="leave it empty where it cannot be read")
    corners = Choice(
        "The four corners",
        ((_WHOLE, "All four marks are whole"), ("cut", "A mark is cut off or missing")),
        missing="Look at the four corners.",
    )


def result_form(d: Desk, printer: Printer, sent: MultiDict[str, str] | None = None) -> ResultForm:
    form = ResultForm(d, sent)
    form.signing_secret.id = "result-secret"  # two forms that are signed stand on the page
    if sent is None:
        form.of_row.text = str(printer.row)
    return form


def read_result(form: ResultForm, printer: Printer) -> Measured | None:
    """What was measured; None where the form has errors, or its scan is another symbol than the printer's own."""
    form.validate()
    code, scanned = papers_of_printers.calibration_code(printer), form.scanned.data or ""
    if scanned and _bare(scanned) != code:
        blame(
            form.scanned,
            f"{quote(scanned)} is not the symbol of this printer as it is set up now, {code}. Print its calibration"
            " label again.",
        )
    if form.errors_in_order():
        return None
    down = papers_of_printers.rule_down(printer.stock)
    return Measured(form.across.data, form.down.data, down, bool(scanned), form.corners.data == _WHOLE)


def _bare(scanned: str) -> str:
    """Without the mark by which some scanners say that it was a Data Matrix, in capitals."""
    return scanned.strip().removeprefix("]d1").upper()
