"""Whose timeline an address names, and what stands at its head: a preparation, a course or a patient.

A timeline is addressed as the log names what its entries are about: 2026-000001, C-000002, patient:3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import abort, url_for

from compounding import records
from compounding.records import CourseRecord, Patient, RecordedEvent, SavedPreparation, Standing
from compounding.web import pages
from compounding.web.as_written import UNREAD, NotAsWritten
from compounding.web.blind import blind_banner, hides, standing_at
from compounding.web.course_page import identity_of
from compounding.web.desk import Desk
from compounding.web.identity import me
from compounding.web.paperwork import saved_identity, saved_text
from compounding.web.viewing import COURSE, PATIENT
from compounding.wording import subjects as words
from compounding.wording.papers import WORDS

Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Story:
    """The timeline of something: all that a page, a table and a paper of it need."""

    subject: str
    """As the log and the address name it."""
    entries: Callable[[], tuple[RecordedEvent, ...]]
    """Read when it is called: what was just logged is among them."""
    banner: Mapping[str, Any]
    back: tuple[str, str]
    """Its own page: word and address."""
    facts: tuple[tuple[Fact, ...], ...]
    """Whose it is, in lines, as a paper has it."""
    others: bool
    """Whether entries about something else stand in it, which then are named."""

    @property
    def title(self) -> str:
        return words.timeline_title(self.subject)

    @property
    def file(self) -> str:
        """The name of a file of it, without its ending."""
        return f"timeline-{self.subject.replace(':', '-')}"


def story_at(subject: str, d: Desk) -> Story:
    """The timeline of an address. Ends the request where there is no such thing; raises NotRead."""
    if COURSE.fullmatch(subject):
        found = records.course_record(d.engine, subject)
        return abort(404) if found is None else _of_course(found, d)
    if (told := PATIENT.fullmatch(subject)) is not None:
        patient = records.patient(d.engine, int(told[1]))
        return abort(404) if patient is None else _of_patient(patient, d)
    return _of_preparation(standing_at(subject), d)


def _of_preparation(stands: Standing, d: Desk) -> Story:
    """Nothing of the order stands in it for somebody who may still verify or check it."""
    number = stands.preparation.number
    banner = blind_banner(stands.preparation, d) if hides(stands, me()) else _whole(stands.preparation, d)
    drug = f"{banner['drug']}{banner['brand']}"
    facts = (
        _who(banner),
        ((words.DRUG, drug), (words.DOSE, banner["dose"]), (words.STATE, stands.preparation.state)),
    )
    back = (words.THE_PREPARATION, url_for("preparations.shown", number=number))
    return Story(number, partial(records.timeline, d.engine, number), banner, back, facts, others=False)


def _whole(saved: SavedPreparation, d: Desk) -> Mapping[str, Any]:
    number = f"{WORDS[d.market].number} {saved.number}"
    try:
        return pages.banner(saved_identity(saved), saved_text(saved), saved.content.given_on, d.market, number)
    except NotAsWritten:  # its entries are what tells who changed it, and when
        unread = {"name": UNREAD.capitalize(), "facts": [], "drug": UNREAD.capitalize(), "brand": ""}
        return {**pages.product_banner(None, d.market), "number": number, **unread}


def _of_course(found: CourseRecord, d: Desk) -> Story:
    drug = next((drug for drug in d.drugs if drug.id == found.content.drug_id), None)
    banner = {**_patient_banner(found.patient, d), **pages.product_banner(drug, d.market), "number": found.number}
    facts = (
        _who(banner),
        ((words.DRUG, found.content.drug_id), (words.INDICATION, found.content.indication)),
    )
    back = (words.THE_COURSE, url_for("courses.shown", number=found.number))
    entries = partial(records.course_timeline, d.engine, found.number)
    return Story(found.number, entries, banner, back, facts, others=True)


def _of_patient(patient: Patient, d: Desk) -> Story:
    banner = _patient_banner(patient, d)
    back = (words.THE_PATIENT, url_for("patients.shown", patient_id=patient.id))
    entries = partial(records.patient_timeline, d.engine, patient.id)
    return Story(records.patient_subject(patient.id), entries, banner, back, (_who(banner),), others=True)


def _patient_banner(patient: Patient, d: Desk) -> dict[str, Any]:
    facts = pages.patient_facts(identity_of(patient.content), d.today(), d.market)
    return {**pages.product_banner(None, d.market), **facts, "more": []}


def _who(banner: Mapping[str, Any]) -> tuple[Fact, ...]:
    return ((words.PATIENT, banner["name"]), *banner["facts"])
