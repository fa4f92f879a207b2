"""The treatment plan of a course as a paper, for the patient's file."""

from __future__ import annotations

from compounding import papers, records
from compounding.web import pages
from compounding.web.course_page import identity_of
from compounding.web.desk import Desk
from compounding.web.identity import me
from compounding.web.in_course import InCourse
from compounding.wording import course_page as words
from compounding.wording.numbers import day as written_day
from compounding.wording.numbers import moment
from compounding.wording.papers import TRAINING_ON_WORKSHEET
from compounding.wording.patients import patient_name
from compounding.wording.reports import log_head
from compounding.wording.treatment import Prepared, TreatmentText, treatment_text


def course_plan(found: InCourse, d: Desk) -> bytes:
    """The PDF of it. Raises NotRead."""
    text = _plan_text(found, d)
    return papers.draw_treatment(text, d.market, d.site.pharmacy, _foot(d), _mark(d), _head(d))


def _plan_text(found: InCourse, d: Desk) -> TreatmentText:
    patient, content = found.record.patient.content, found.record.content
    lines = words.plan_lines(
        (patient_name(patient), written_day(patient.born, d.market)),
        pages.numbers(identity_of(patient)),
        patient.allergies,
        (content.indication, content.prescriber),
    )
    prepared = {
        slot: Prepared(one.preparation, one.infusion.dose, one.infusion.batches)
        for slot, one in found.record.infusions.items()
        if one.infusion is not None
    }
    return treatment_text(found.course, found.schedule, found.record.number, lines, prepared)


def _foot(d: Desk) -> str:
    return words.made_at(moment(d.clock(), d.zone, d.market), d.site.name, me().person.name)


def _mark(d: Desk) -> tuple[str, str] | None:
    return TRAINING_ON_WORKSHEET if d.site.training else None


def _head(d: Desk) -> str | None:
    """The newest entry of the log: what is planned follows from what stood there."""
    newest = records.head(d.engine)
    return None if newest is None else log_head(newest.code)
