"""Labels on a printer of the site: which it is, whether it may be trusted, what was sent and what came out.

An attempt is stored, with its copies, before the first byte is sent, and what came of it afterwards. Whatever stops the
program in between leaves a question that the page of the labels asks until somebody has answered it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from werkzeug.datastructures import MultiDict

from compounding import papers, records
from compounding.papers import printers as papers_of_printers
from compounding.printing import (
    Address,
    Kind,
    Line,
    NotPrinted,
    Printer,
    Times,
    Unknown,
    at_workstation,
    connected,
    longest,
)
from compounding.records import CalibrationResult
from compounding.web.desk import Desk
from compounding.web.fields import Choice, Count
from compounding.web.forms import SiteForm, blame
from compounding.web.identity import event, me
from compounding.web.progressing import Way
from compounding.wording import printers as wording
from compounding.wording.labels import copies as copies_words
from compounding.workflow.progress import Sending

TIMES = Times()
RECORDED = timedelta(seconds=15)
"""How long the two entries of a sending, the one before it and the one after, may wait for others that write."""
CAME_OUT, NOT_PRINTED, NOT_KNOWN = "labels came out", "label not printed", "label print not confirmed"
ANSWERED = "labels that came out counted"
Strings = Mapping[str, Any]


# ------------------------------------------------------------------ the printers of a site


def printers_here(d: Desk) -> tuple[Printer, ...]:
    """Those in use, the workstation's own first. Raises NotRead."""
    return at_workstation(records.printers(d.engine), me().workstation)


def present_result(printer: Printer, d: Desk) -> CalibrationResult | None:
    """The newest result for what a printer is now. Raises NotRead."""
    own = records.calibrations(d.engine, printer.number)
    return next((one for one in reversed(own) if one.result.made_up == printer.made_up), None)


def untrusted(printer: Printer, d: Desk) -> str:
    """What is said of a printer that has not passed for what it is now; "" of one that has. Raises NotRead."""
    found = present_result(printer, d)
    return "" if found and found.result.passed else wording.untrusted(printer, d.site.training)


def refusal(printer: Printer | None, d: Desk) -> str:
    """Why no label for a patient is printed there; "" where one may be, and always in training. Raises NotRead."""
    if d.site.training:
        return ""
    return wording.NO_PRINTER if printer is None else untrusted(printer, d)


def no_trusted_printer(d: Desk) -> str:
    """Why no label for a patient is printed on any printer here; "" where one may be, and always in training. Raises
    NotRead."""
    said = [refusal(printer, d) for printer in printers_here(d)]
    if not said:
        return refusal(None, d)
    return wording.NO_TRUSTED if all(said) else ""


def warning(form: SiteForm, d: Desk) -> str:
    """What the print form says of the printer that it offers first, where it has not passed. Raises NotRead."""
    offered = _offered(form, d)
    return untrusted(offered, d) if offered is not None else ""


def over_network(form: SiteForm, d: Desk) -> bool:
    """Whether the desk itself sends to the printer that a form offers: then no file opens. Raises NotRead."""
    offered = _offered(form, d)
    return offered is not None and offered.kind is Kind.NETWORK


def _offered(form: SiteForm, d: Desk) -> Printer | None:
    text = form.typed().get("printer", "")
    return next((one for one in printers_here(d) if str(one.number) == text), None)


# ------------------------------------------------------------------ the form


def printer_fields(printers: Sequence[Printer]) -> dict[str, Any]:
    """What a print form asks of printers: nothing where the site has none."""
    fields: dict[str, Any] = {}
    if printers:
        shown = tuple((str(printer.number), wording.offered(printer)) for printer in printers)
        fields["printer"] = Choice("Print on", shown, prompt="Choose the printer", missing="Choose the printer.")
    if any(printer.kind is Kind.SHEETS for printer in printers):
        fields["position"] = Count("First free position", least=1, hint=wording.POSITION_HINT)
    return fields


def usual_printer(printers: Sequence[Printer]) -> Printer | None:
    """The workstation's own, or the only one."""
    own = [printer for printer in printers if me().workstation in printer.workstations]
    return next(iter(own), printers[0] if len(printers) == 1 else None)


def chosen_printer(form: SiteForm, printers: Sequence[Printer]) -> Printer | None:
    """The one that a sent form names."""
    if "printer" not in form:
        return None
    return next((one for one in printers if str(one.number) == form["printer"].data), None)


def judge_printer(form: SiteForm, printer: Printer | None, stock: str, field_of_stock: Any) -> None:
    """Puts an error where the printer has another label in it, or no position of its sheet is named."""
    if printer is None:
        return
    if printer.stock != stock:
        blame(field_of_stock, wording.another_stock(printer, stock))
    if "position" not in form:
        return
    position = form["position"]
    if printer.kind is not Kind.SHEETS:
        if position.data is not None:
            blame(position, wording.NO_POSITION)
    elif position.data is None and not position.errors:
        blame(position, wording.POSITION_MISSING)
    elif position.data is not None and position.data > (most := papers_of_printers.positions(printer.sheet)):
        blame(position, wording.no_such_position(position.data, most))


# ------------------------------------------------------------------ sending


class Trouble(Exception):
    """Why not every label came out, or why that is not known: one sentence for the page. `stored` says whether the
    copies are in the records all the same."""

    def __init__(self, sentence: str, stored: bool) -> None:
        super().__init__(sentence)
        self.stored = stored


@contextmanager
def line_to(printer: Printer) -> Iterator[Line]:
    """A connection to a network printer. Raises NotPrinted."""
    with connected(Address(printer.host, printer.port), TIMES) as line:
        yield line


def send(way: Way, printer: Printer, copies: Sequence[Strings], attempt: Callable[[], Sending], d: Desk) -> None:
    """Prints copies of a label on a network printer. `attempt` stores them and gives their sending; it is called once
    the printer has said that it can print, and before anything is sent. Raises Trouble, papers.Refused and
    RecordsFault."""
    formats = papers_of_printers.as_zpl(papers.draw_all(copies, printer.dpi), printer.dpi)
    try:
        with line_to(printer) as line:
            line.ready()
            _print(way, printer, line, formats, attempt(), d)
    except NotPrinted as no:
        told = {"printer": printer.name}
        subject = way.saved.number
        records.record(d.engine, event(NOT_PRINTED, told, reason=wording.trouble(no.code), subject=subject))
        raise Trouble(wording.not_printed(printer.name, no.code), stored=False) from None


def _print(way: Way, printer: Printer, line: Line, formats: Sequence[bytes], sent: Sending, d: Desk) -> None:
    came_out = 0
    try:
        for label in formats:
            line.print_(label, papers_of_printers.ZPL_END)
            came_out += 1
    except NotPrinted as no:
        _end(way, printer, sent, came_out, wording.trouble(no.code), d)
        raise Trouble(wording.stopped(printer.name, came_out, sent.first, sent.last, no.code), stored=True) from None
    except Unknown as no:
        told = {"printer": printer.name, "copies": copies_words(sent.first, sent.last)}
        number = way.saved.number
        records.record(d.engine, event(NOT_KNOWN, told, reason=wording.trouble(no.code), subject=number))
        raise Trouble(wording.not_known(printer.name, sent.first, sent.last, no.code), stored=True) from None
    _end(way, printer, sent, came_out, "", d)


def _end(
    way: Way, printer: Printer, sent: Sending, came_out: int, reason: str, d: Desk, answered: bool = False
) -> None:
    """Raises RecordsFault."""
    told = {
        "printer": printer.name,
        "sent": copies_words(sent.first, sent.last),
        "came out": wording.came_out(sent.first, came_out),
    }
    whole = came_out == sent.last - sent.first + 1
    action = ANSWERED if answered else CAME_OUT if whole else NOT_PRINTED
    records.end_sending(
        d.engine, way.saved.number, sent.id, came_out, reason, event(action, told, reason=reason)
    )  # fmt: skip


# ------------------------------------------------------------------ what came out


@dataclass(frozen=True, slots=True)
class Question:
    """What the page asks where it is not known what came out."""

    sending: Sending
    sentence: str
    form: SiteForm


class CameOutForm(SiteForm):
    """How many copies came out of the printer."""

    came_out: Choice


def question(way: Way, d: Desk, sent: MultiDict[str, str] | None = None) -> Question | None:
    """The first open sending of a preparation, with the form that answers it. Raises NotRead."""
    found = _open(way)
    if found is None or _under_way(found, way, d):
        return None
    asked = Choice(
        "What came out", wording.came_out_choices(found.first, found.last), missing="Look at the printer, then say."
    )
    form: SiteForm = type("CameOutForm", (CameOutForm,), {"came_out": asked})(d, sent)
    name = records.printer_rows(d.engine)[found.printer].name
    return Question(found, wording.asked(name, found.first, found.last), form)


def _open(way: Way) -> Sending | None:
    return next((one for one in way.progress.sendings if one.open), None)


def _under_way(sent: Sending, way: Way, d: Desk) -> bool:
    """Whether copies may still be coming out: then nobody can say yet how many did. Raises NotRead."""
    most = RECORDED + timedelta(seconds=longest(sent.last - sent.first + 1, TIMES))
    if sent.at is None or abs(d.clock() - sent.at) >= most:  # before it: a clock that was set back
        return False
    told = (one.event for one in records.timeline(d.engine, way.saved.number))
    return not any(event.action == NOT_KNOWN and event.at >= sent.at for event in told)


def waiting(way: Way, asked: Question | None) -> str:
    """Why nothing is done with labels while some of them are on their way, or nobody has said what came out."""
    if asked is not None:
        return wording.ANSWER_FIRST
    return wording.UNDER_WAY if _open(way) is not None else ""


def answer(way: Way, asked: Question, d: Desk) -> None:
    """Stores what somebody saw. Raises RecordsFault."""
    printer = records.printer_rows(d.engine)[asked.sending.printer]
    came_out = int(asked.form["came_out"].data)
    lost = came_out < asked.sending.last - asked.sending.first + 1
    _end(way, printer, asked.sending, came_out, wording.SEEN_MISSING if lost else "", d, answered=True)


def printed_on(way: Way, first: int, last: int, d: Desk) -> tuple[Printer, Sending] | None:
    """The printer that copies went to together, as it was then, and with what. Raises NotRead."""
    found = next((one for one in way.progress.sendings if one.first <= first and last <= one.last), None)
    return None if found is None else (records.printer_rows(d.engine)[found.printer], found)
