"""What leaves the desk of the log: a table for a spreadsheet, a paper, and the whole log as evidence."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, Any, TextIO, TypeVar
from zoneinfo import ZoneInfo

from compounding import papers, records
from compounding.papers import Extract, ExtractRow, ExtractValue, Pair
from compounding.records import Counts, Head
from compounding.records.events import utc_text
from compounding.web.desk import Desk
from compounding.web.identity import SignedIn
from compounding.web.timeline import Row, severity
from compounding.wording.log import CAPTIONS, Answered, EntryText, taken_out, why
from compounding.wording.papers import TRAINING_ON_WORKSHEET
from compounding.wording.reports import log_head

T = TypeVar("T")

COLUMNS = (
    *("entry", "time", "time_utc", "person", "role", "workstation", "action", "about"),
    *("field", "old", "new", "finding", "severity", "answer", "why", "program"),
)
# What spreadsheets take for a formula at the head of a cell (OWASP, CSV injection), and what they read as a
# plain number all the same.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_IN_MEMORY = 8 * 1024 * 1024  # bytes; what is larger waits in a file without a name
BOM = "\ufeff"  # without it Excel reads UTF-8 as the machine's own letters


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before what would begin one."""
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


# ------------------------------------------------------------------ the table


def table(rows: Iterable[Row], d: Desk) -> tuple[IO[bytes], int]:
    """Entries as CSV, a line for each value, and how many entries there are. Whoever takes the file closes it."""

    def fill(file: IO[bytes]) -> int:
        text = io.TextIOWrapper(file, "utf-8", newline="")
        text.write(BOM)
        count = _written(rows, text, d)
        text.detach()
        return count

    return _filled(fill)


def _filled(fill: Callable[[Any], T]) -> tuple[IO[bytes], T]:
    """A file as `fill` writes it, to be read from its beginning, and what `fill` says of it."""
    file: Any = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - whoever takes it closes it
    try:
        said = fill(file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file, said


def spreadsheet(columns: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    """Lines of texts as CSV under the names of their columns, no cell a formula."""
    text = io.StringIO(newline="")
    text.write(BOM)
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([guarded(cell) for cell in line] for line in lines)
    return text.getvalue().encode()


def _written(rows: Iterable[Row], text: TextIO, d: Desk) -> int:
    writer, count = csv.writer(text), 0
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerows(_cells(row, d))
        count += 1
    return count


def _cells(row: Row, d: Desk) -> Iterator[list[str]]:
    event, text = row.recorded.event, row.text
    who = (event.person.name, event.person.role, event.workstation, event.action, event.subject)
    at = event.at.astimezone(ZoneInfo(d.zone))
    when = (at.isoformat(timespec="seconds"), utc_text(event.at)) if row.recorded.readable else ("", "")
    first = [str(row.recorded.id), *when, *who]
    last = [text.kept or text.why, row.recorded.program]
    for middle in _values(text):
        yield [guarded(cell) for cell in (*first, *middle, *last)]


def _values(text: EntryText) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Field, old, new, finding, severity, answer: a line for each; an entry without any has an empty one."""
    for value in text.values:
        yield value.name, value.old, value.new, "", "", ""
    for finding in text.findings:
        yield "", "", "", finding.name, finding.severity, finding.answer
    if not (text.values or text.findings):
        yield "", "", "", "", "", ""


# ------------------------------------------------------------------ the paper


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over the entries of a paper: its title, whose preparation it is, and the head of the log."""

    title: str
    facts: tuple[tuple[tuple[str, str], ...], ...]
    """Lines of names with their texts."""
    head: Head


def paper(heading: Heading, rows: Iterable[Row], who: SignedIn, d: Desk) -> bytes:
    """Entries as a PDF. Raises papers.Refused, naming the place."""
    return drawn(heading, CAPTIONS, (_paper_row(row) for row in rows), who, d)


def drawn(
    heading: Heading, captions: tuple[str, str, str, str], rows: Iterable[ExtractRow], who: SignedIn, d: Desk
) -> bytes:
    """Rows of four columns as a PDF, with who took them out. Raises papers.Refused, naming the place."""
    made = Extract(
        title=heading.title,
        pharmacy=d.site.pharmacy,
        facts=tuple(tuple(Pair(*fact) for fact in line) for line in heading.facts),
        captions=captions,
        rows=tuple(rows),
        foot=taken_out(who.person, d.clock(), d.zone, d.market),
        log_head=log_head(heading.head.code),
        mark=TRAINING_ON_WORKSHEET if d.site.training else None,
    )
    return papers.draw_extract(made, d.market)


def _paper_row(row: Row) -> ExtractRow:
    text = row.text
    return ExtractRow(
        entry=text.number,
        when=tuple(filter(None, (text.day, text.time, text.utc))),
        who=tuple(filter(None, (text.who, text.where))),
        what=" – ".join((text.what, *(mark.word for mark in row.marks))),
        values=(
            *(ExtractValue(value.name, value.old or None, value.joint or None, value.new) for value in text.values),
            *(ExtractValue(finding.name, None, None, _finding(finding, row)) for finding in text.findings),
        ),
        notes=tuple(filter(None, (text.kept, why(text.why) if text.why else ""))),
    )


def _finding(finding: Answered, row: Row) -> str:
    """Its severity, where the entry does not say it already, and its answer."""
    mark = severity(finding.severity)
    return ": ".join(filter(None, ("" if mark in row.marks else mark.word, finding.answer))) or mark.word


# ------------------------------------------------------------------ the whole log


def whole(d: Desk) -> tuple[IO[bytes], Counts]:
    """The whole log as `compounding log export` writes it. Whoever takes the file closes it. Raises NotRead."""
    return _filled(partial(records.export_log, d.engine))
