"""The label reconciliation sheet of a preparation: every copy printed, and what became of it, on paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, url_for

from compounding import papers, records
from compounding.papers import CopyLine, Counted
from compounding.records import Print, RecordedEvent
from compounding.web import label_copies, pages, reporting, stored_page
from compounding.web.desk import Desk, desk
from compounding.web.identity import me
from compounding.web.labels import opened_way
from compounding.web.paperwork import saved_identity
from compounding.web.progressing import Way
from compounding.web.viewing import VIEWED, viewed
from compounding.web.witnessing import printed_names
from compounding.wording import reconciliation as wording
from compounding.wording.labels import WHERE
from compounding.wording.numbers import day, moment
from compounding.wording.papers import WORDS
from compounding.wording.reports import LABELS
from compounding.workflow import Deed
from compounding.workflow.labels import count
from compounding.workflow.progress import LabelCopy

blueprint = Blueprint("reconciling", __name__, url_prefix="/preparations")


@blueprint.get("/<number>/labels/sheet")
def shown(number: str) -> Any:
    way = opened_way(number)
    viewed(VIEWED, number, page="label reconciliation")
    return _page(way)


def _page(way: Way, problems: Sequence[dict[str, str]] = ()) -> str:
    d, errors, number = desk(), list(problems), way.saved.number
    return pages.page(
        "reconciliation.html",
        errors,
        pages.heading(errors, "printed"),
        saved=way.saved,
        state=way.saved.state.capitalize(),
        banner=stored_page.banner(way.saved, d),
        terms=label_copies.equation(way),
        ways=label_copies.in_the_way(way),
        copies=reporting.copies(LABELS, number, d),
        may_print=me().may(Deed.PRINT),
        action=url_for("reconciling.print_", number=number),
    )


@blueprint.post("/<number>/labels/sheet")
@pages.shown_again
def print_(number: str) -> Any:
    way, d = opened_way(number), desk()
    if pages.lost():
        return _page(way, [pages.problem(reporting.PRINTING, pages.LOST)])
    return reporting.printed(
        LABELS,
        number,
        lambda shown: papers.reconciliation(counted(way, d), shown),
        lambda problems: _page(way, problems),
    )


def counted(way: Way, d: Desk) -> Counted:
    """The labels of a preparation in words. Raises NotRead."""
    found = count(way.progress.labels, way.progress.version)
    return Counted(
        facts=_facts(way, d),
        counts=tuple(wording.counted(found)),
        barriers=label_copies.in_the_way(way),
        copies=tuple(_lines(way, d)),
    )


def _facts(way: Way, d: Desk) -> tuple[tuple[tuple[str, str], ...], ...]:
    saved, who = way.saved, saved_identity(way.saved)
    numbers = tuple((name, number.replace("\N{NO-BREAK SPACE}", " ")) for name, number in pages.numbers(who))
    preparation = ((WORDS[d.market].number, saved.number), ("Version", str(saved.version)), ("State", saved.state))
    return preparation, (("Patient", who.name), ("Born", day(who.born, d.market)), *numbers)


def _lines(way: Way, d: Desk) -> Iterator[CopyLine]:
    printed = {one.id: one for one in records.prints(d.engine, way.saved.number)}
    told = {one.id: one for one in records.events(d.engine, way.saved.number)}
    names = printed_names(d)
    printers = _printers(way, d)
    for copy in way.progress.labels:
        print_ = printed[copy.print_id]
        yield CopyLine(
            copy=wording.copy_name(copy.copy, copy.version, way.progress.version),
            printed=(moment(print_.printed_at, d.zone, d.market), print_.printed_by.name),
            place=_place(told.get(print_.entry), printers.get(int(copy.copy), "")),
            became=_became(copy),
            recorded=tuple(_recorded(copy, names, d)),
            why=tuple(_why(copy, print_, told)),
        )


def _printers(way: Way, d: Desk) -> Mapping[int, str]:
    """The printer that each copy went to, as it was called then, by the numbers of the copies."""
    was = records.printer_rows(d.engine)
    return {copy: was[one.printer].name for one in way.standing.sendings for copy in range(one.first, one.last + 1)}


def _place(entry: RecordedEvent | None, printer: str) -> tuple[str, ...]:
    """The printer, where one is recorded, and the workstation."""
    return tuple(filter(None, (printer, "" if entry is None else entry.event.workstation)))


def _became(copy: LabelCopy) -> tuple[str, ...]:
    """Where it is; of an open copy, and of a reprint, also what it was printed for."""
    where = wording.NOT_YET if copy.fate is None else WHERE[copy.fate]
    _, _, meant = copy.document.partition(", ")
    return (where, f"{wording.PRINTED_FOR} {meant}") if meant else (where,)


def _recorded(copy: LabelCopy, names: Mapping[str, str], d: Desk) -> Iterator[str]:
    if copy.at is not None:
        yield moment(copy.at, d.zone, d.market)
        yield names.get(copy.person, copy.person)
    if copy.witness:
        yield f"{wording.WITNESS} {names.get(copy.witness, copy.witness)}"


def _why(copy: LabelCopy, print_: Print, told: Mapping[int, RecordedEvent]) -> Iterator[str]:
    """Why it was printed again, and why it was destroyed, as the log has it."""
    for entry in dict.fromkeys((print_.entry, copy.entry)):
        if (found := told.get(entry)) is not None and found.event.reason:
            yield found.event.reason
