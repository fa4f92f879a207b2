"""`compounding course`: a course written down as a file, with its schedule and what is found; nothing is stored."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from compounding import course
from compounding.cli.answers import FINE, REFUSED, Answer, Refused, as_json
from compounding.cli.drugs import drug_of
from compounding.cli.parsers import Commands
from compounding.course import Course, CourseFault, Schedule
from compounding.wording.courses import HEADINGS, course_as_json, course_rows, course_unconfirmed, raised_because
from compounding.wording.findings import sentence


def add(commands: Commands) -> None:
    """Declares `course`."""
    followed = commands.add_parser("course", help="the schedule of a course of treatment; nothing is stored")
    followed.add_argument("file", metavar="FILE.toml")
    followed.once("--drug", "NAME", "needed only where there is more than one drug for the market")
    followed.flag("--json", "one JSON object instead of a table")
    followed.set_defaults(run=_course)


def _course(given: argparse.Namespace) -> Answer:
    try:
        read = course.read(Path(given.file).read_bytes(), lambda market: drug_of(market, given.drug))
        made = course.schedule(read)
    except OSError as error:
        raise Refused(f"{given.file}: cannot be read: {error.strerror}.") from None
    except CourseFault as fault:
        raise Refused(f"{given.file}: {fault}") from None
    text = as_json(course_as_json(read, made)) if given.json else "\n".join(_table(read, made))
    return Answer(REFUSED if made.stopped else FINE, text)


def _table(read: Course, made: Schedule) -> Iterator[str]:
    """The schedule for a person at a terminal."""
    rows = [HEADINGS, *course_rows(read, made)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    notes = ["", *(raised_because(read, dose) for dose in made.doses)]
    for row, note in zip(rows, notes, strict=True):
        cells = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield f"  {cells}  {f'opens {note}' if note else ''}".rstrip()
    yield ""
    yield f"  NEXT: {made.next.slot}" if made.next else "  NEXT: none"
    for finding in made.findings:
        yield f"  {finding.severity.word.upper()} ({finding.code}): {sentence(finding, read.drug.market)}"
    for unconfirmed in course_unconfirmed(read):
        yield f"  NOT CONFIRMED: {unconfirmed}"
