"""The calendar file of a course, by RFC 5545: an all-day event for each dose, for whatever calendar takes it.

It names the course by its number and nobody by name, not even by initials: a calendar file travels by mail
and lies in shared and private calendars, where initials beside a rare drug and dates of treatment are
enough to know somebody. Whoever may know looks the number up at the desk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from compounding.course import Course, CourseFault, Schedule, Scheduled, Slot, State, schedule
from compounding.wording.calendar import dose_lines, dose_name
from compounding.wording.numbers import amount

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//compounding//course of treatment//EN"
# Drawn once, so that a dose keeps its UID from file to file and a calendar moves it instead of adding a second.
_DOSES = UUID("6f1a2c0e-5b0d-4f0e-9d6f-3b1f7f6f9a51")
_STATUS = {State.GIVEN: "CONFIRMED", State.OMITTED: "CANCELLED", State.BLOCKED: "CANCELLED"}
_TAKEN_BACK = {State.OMITTED: "Omitted: ", State.BLOCKED: "Cancelled: "}


def calendar_file(course: Course, made: Schedule, number: str, at: datetime, sequence: int) -> bytes:
    """The doses of a course that have a date, as a calendar file. A dose that is still to come stands on the day
    that it is expected, with the first and the last day for it in its description. One that is not given any more is
    cancelled where it would have been, for a calendar that holds it already.

    number    of the course, which is all that the file says of the patient
    at        the moment of writing, with its zone
    sequence  rises with everything that is recorded of the course: a calendar takes no older file for news

    Raises ValueError for a moment without its zone.
    """
    # Imported here: it takes 60 ms, which a command that writes no calendar should not pay.
    from icalendar import Calendar

    if at.utcoffset() is None:
        raise ValueError(f"{at} has no zone.")
    file = Calendar()
    file.add("prodid", PRODUCT)
    file.add("version", "2.0")
    for event in _events(course, made, number, at):
        event.add("sequence", sequence)
        file.add_component(event)
    written: bytes = file.to_ical()
    return written


def _events(course: Course, made: Schedule, number: str, at: datetime) -> Iterator[Event]:
    blocked = _blocked(course, made)
    for dose in made.doses:
        # Of a course that a finding stops no day is kept for a dose to come: it would be taken for leave to give it.
        stopped = made.stopped and dose.state in (State.PLANNED, State.NO_WINDOW)
        if (when := blocked.get(dose.slot) or _day(dose)) is not None:
            yield _event(course, replace(dose, state=State.BLOCKED) if stopped else dose, when, number, at)


def _day(dose: Scheduled) -> date | None:
    """When it was given or is expected; of an omitted dose the day that it would have had, so that a calendar
    that holds it already takes it back."""
    return dose.taken or dose.nominal


def _blocked(course: Course, made: Schedule) -> Mapping[Slot, date]:
    """The days that the blocked doses would have had, if the course went on: they hang on no response."""
    blocked = {dose.slot for dose in made.doses if dose.state is State.BLOCKED}
    if not blocked:
        return {}
    try:
        on = schedule(replace(course, ended=None, assessments=()))
    except CourseFault:  # past the calendar, where no file can have held it
        return {}
    return {dose.slot: when for dose in on.doses if dose.slot in blocked and (when := _day(dose)) is not None}


def _event(course: Course, dose: Scheduled, when: date, number: str, at: datetime) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", str(uuid5(_DOSES, f"{course.drug.id} {number} {dose.slot.cycle} {dose.slot.day}")))
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", when)
    event.add("dtend", when + timedelta(days=1))  # the first day that is no part of it
    event.add("summary", _summary(course, dose, number))
    event.add("description", "\n".join(dose_lines(course, dose)))
    event.add("status", _STATUS.get(dose.state, "TENTATIVE"))
    event.add("class", "CONFIDENTIAL")
    event.add("transp", "TRANSPARENT")  # a dose of somebody else keeps nobody's day free
    return event


def _summary(course: Course, dose: Scheduled, number: str) -> str:
    taken_back = _TAKEN_BACK.get(dose.state, "")
    level = "" if dose.level is None or taken_back else f", {amount(dose.level)}"
    return f"{taken_back}{course.drug.names.generic.value}, {dose_name(dose.slot)}{level} (course {number})"
