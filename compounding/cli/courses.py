"""`compounding course`: a course written down as a file, with its schedule and what is found.

Nothing is stored. On demand the schedule is written as a calendar file, and as a treatment plan on paper.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from compounding import course
from compounding.cli.answers import FINE, REFUSED, Answer, Refused, as_json
from compounding.cli.drugs import drug_of
from compounding.cli.new_files import new_file
from compounding.cli.parsers import Commands
from compounding.course import Course, CourseFault, Schedule
from compounding.wording.courses import HEADINGS, course_as_json, course_rows, course_unconfirmed, raised_because
from compounding.wording.findings import sentence


def add(commands: Commands) -> None:
    """Declares `course`."""
    followed = commands.add_parser("course", help="the schedule of a course of treatment; nothing is stored")
    followed.add_argument("file", metavar="FILE.toml")
    followed.once("--drug", "NAME", "needed only where there is more than one drug for the market")
    followed.once("--ics", "OUT", "write the doses as a calendar file, which must not exist yet")
    followed.once("--pdf", "OUT", "write the treatment plan on paper, to a file that must not exist yet")
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
    wrote = _write(given, read, made)
    text = as_json({**course_as_json(read, made), **wrote}) if given.json else "\n".join(_table(read, made, wrote))
    return Answer(REFUSED if made.stopped else FINE, text)


def _table(read: Course, made: Schedule, wrote: Mapping[str, list[str]]) -> Iterator[str]:
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
    for key, names in wrote.items():
        yield from (f"  {key.replace('_', ' ').upper()}: {name}" for name in names)


# ------------------------------------------------------------------ files


def _write(given: argparse.Namespace, read: Course, made: Schedule) -> dict[str, list[str]]:
    """Writes what was asked for, all of it or nothing, and names the files. A stopped course gets no calendar: its
    planned days would be taken for leave to give. Raises Refused."""
    files = _files(given, read, made)
    with ExitStack() as all_or_none:
        for name, content in files.items():
            all_or_none.enter_context(new_file(name)).write(content)
    withheld = [given.ics] if given.ics is not None and made.stopped else []
    wrote = {"written": list(files), "not_written_for_a_stop": withheld}
    return {key: names for key, names in wrote.items() if names}


def _files(given: argparse.Namespace, read: Course, made: Schedule) -> dict[str, bytes]:
    """The bytes of each file by its name."""
    number, now = Path(given.file).stem, datetime.now(UTC)
    files = {}
    if given.pdf is not None:
        files[given.pdf] = _plan(given, read, made, number, now)
    if given.ics is not None and not made.stopped:
        from compounding.wording.ics import calendar_file

        if given.ics in files:
            raise Refused(f"--ics: {given.ics} is the file of --pdf.")
        files[given.ics] = calendar_file(read, made, number, now, _entries(read))
    return files


def _entries(read: Course) -> int:
    """How much is written down of a course: what a calendar knows a newer file by."""
    lists = (read.given, read.omitted, read.assessments, read.lengths, read.reductions, read.interruptions)
    return sum(map(len, lists))


def _plan(given: argparse.Namespace, read: Course, made: Schedule, number: str, now: datetime) -> bytes:
    from compounding import papers
    from compounding.wording.treatment import COMMAND, made_by_command, treatment_text

    market = read.drug.market
    try:
        return papers.draw_treatment(treatment_text(read, made, number), market, COMMAND, made_by_command(now, market))
    except papers.Refused as refused:
        raise Refused(f"{given.pdf}: cannot be drawn: {refused}") from None
