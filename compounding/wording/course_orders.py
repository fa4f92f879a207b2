"""The words of an order in its course: what the course says of its dose, and why it is not stored there."""

from __future__ import annotations

from collections.abc import Iterator

from compounding.course import Course, Scheduled, Slot, Variance
from compounding.wording.courses import expected, variance_words

_ONCE_MORE = "review the order once more."


def dose_pairs(
    number: str, indication: str, course: Course, dose: Scheduled | None, found: Variance | None
) -> Iterator[tuple[str, str]]:
    """What the course of this number says of a dose that is ordered in it."""
    yield "Course", number
    yield from form_pairs(indication, course, dose)
    yield "Against the last dose of its day", variance_words(found, course.drug.market)


def form_pairs(indication: str, course: Course, dose: Scheduled | None) -> Iterator[tuple[str, str]]:
    """The same beside the form of an order, before anything is worked out."""
    yield "Indication", indication
    yield from expected(course, dose)


def course_changed(number: str) -> str:
    return f"Course {number} was changed meanwhile: {_ONCE_MORE}"


def patient_corrected(number: str) -> str:
    return f"The patient of course {number} was corrected meanwhile: {_ONCE_MORE}"


def ordered_meanwhile(order: str, slot: Slot, number: str) -> str:
    return f"{order} was ordered for {slot} of course {number} meanwhile: {_ONCE_MORE}"


def no_course(number: str) -> str:
    return f"There is no course {number}: begin the order on the page of its course."


def another_patient(number: str, name: str) -> str:
    return f"Course {number} is of {name}. Correct the patient there, or order for another outside it."


def another_drug(number: str, drug_id: str, ordered: str) -> str:
    return f"Course {number} is of {drug_id}, and the order of {ordered}."
