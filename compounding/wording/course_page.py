"""The words of a course's page: its doses, what was recorded of it, and why nothing comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compounding.course import (
    Assessment,
    Course,
    CourseFact,
    DroppedDay,
    Ended,
    Given,
    Interruption,
    Length,
    Omitted,
    Reduction,
    Slot,
    Spent,
    Start,
    State,
    Transplant,
    spent,
)
from compounding.findings import Severity
from compounding.policy import Market
from compounding.wording.course_findings import ENDS, RESPONSES, ended
from compounding.wording.numbers import amount, capital, count, day, figure
from compounding.wording.patients import ALLERGIES, BORN, NOT_ENTERED, PATIENT

STATES: Mapping[State, str] = {
    State.GIVEN: "Given",
    State.OMITTED: "Omitted",
    State.BLOCKED: "Blocked",
    State.NO_WINDOW: "No day left",
    State.PLANNED: "Planned",
}

KINDS: Mapping[str, str] = {
    "response": "Response",
    "omitted": "Dose omitted",
    "length": "Length of a cycle",
    "interruption": "Interruption",
    "reduction": "Reduction",
    "dropped-day": "Fewer doses a cycle",
    "transplant": "Transplant",
    "start": "Another start",
    "given": "Dose given elsewhere",
    "ended": "End of treatment",
}
"""What may be recorded of a course, by its kind."""


def dose_title(slot: Slot) -> str:
    return f"Cycle {slot.cycle}, day {slot.day}"


def transplant_words(course: Course) -> str:
    if not course.transplant.planned:
        return "not planned"
    reason = course.transplant.third_cycle_reason.strip()
    return f"planned; one cycle more: {reason}" if reason else "planned"


def cycles_words(course: Course) -> str:
    most = course.most_cycles
    return "no limit on the label" if most is None else f"at most {figure(most)}"


def ended_words(course: Course, market: Market) -> str:
    """Why treatment has ended; "" while it goes on."""
    if course.ended is None:
        return ""
    end = course.ended
    return ended({"on": end.on, "why": end.why.value, "words": end.words}, market, Severity.STOP)


def nothing_next(course: Course) -> str:
    if course.ended is not None:
        return "Treatment has ended: no dose is given any more."
    why = spent(course)
    return "" if why is None else f"No dose is left that this course may have: {_spent_words(course, why)}."


def _spent_words(course: Course, why: Spent) -> str:
    if why is Spent.NO_RESPONSE:
        within = count(course.regimen.no_response_stop_after.value or 0, "cycle")
        return f"no CR or CRi within {within}. Treatment stops; record its end"
    had = count(course.most_cycles or 0, "cycle")
    if why is Spent.CYCLES:
        return f"it had the {had} that the label allows. Record its end"
    return f"a transplant is planned, and it had the {had} that it may have before one. Record its end"


_BEFORE = {
    "ended": "Course {number} was ended for good, for VOD/SOS or severe liver toxicity: no order of this drug is taken"
    " in any other course either.",
    "reduced": "The dose was reduced for toxicity in course {number}: it is never raised again. Record the reduction in"
    " the new course.",
    "dropped": "Fewer doses a cycle were given in course {number}, for toxicity: their number never rises again. Record"
    " that in the new course.",
    "no-response": "Course {number} was stopped without CR or CRi, within the cycles that the label allows for one: its"
    " first orders in a new course need a second person and a reason.",
}


def before_words(number: str, case: str) -> str:
    """What a new course must know of another one of the patient's."""
    return _BEFORE[case].format(number=number)


def runs_words(number: str, course: Course) -> str:
    """Why no course is opened beside another."""
    if (why := spent(course)) is not None:
        return f"Course {number} of this drug has no dose left: {_spent_words(course, why)} first."
    return f"Course {number} of this drug runs: order in it, or record its end first."


def given_as_well(slot: Slot) -> str:
    """Why a dose is not omitted."""
    return f"{capital(str(slot))} is given as well."


Line = tuple[tuple[str, str], ...]


def plan_lines(
    who: tuple[str, str], numbers: Iterable[tuple[str, str]], allergies: str, ordered: tuple[str, str]
) -> tuple[Line, ...]:
    """Whose treatment plan it is, in lines: name and day of birth, numbers, indication and prescriber."""
    (name, born), (indication, prescriber) = who, ordered
    return (
        ((PATIENT, name), (BORN, born)),
        (*numbers, (ALLERGIES, allergies or NOT_ENTERED)),
        (("Indication", indication), ("Prescriber", prescriber)),
    )


def made_at(at: str, site: str, name: str) -> str:
    """The foot of a treatment plan."""
    return f"Made {at} at {site} by {name}."


def fact_words(fact: CourseFact, market: Market) -> str:
    """What was recorded of a course, in one line."""
    match fact:
        case Start(on):
            return f"Day 1 of cycle 1 is {day(on, market)}"
        case Transplant(planned, reason):
            more = f"; one cycle more: {reason}" if reason.strip() else ""
            return f"Transplant {'planned' if planned else 'not planned'}{more}"
        case Assessment(after, response):
            return f"Response after cycle {after}: {RESPONSES[response.value]}"
        case Omitted(slot, reason):
            return f"{capital(str(slot))} is omitted: {reason}"
        case Length(cycle, days, reason):
            return f"Cycle {cycle} lasts {count(days, 'day')}: {reason}"
        case Reduction(cycle, percent):
            return f"{percent} % less from cycle {cycle} on"
        case DroppedDay(cycle, dropped):
            return f"No dose on day {dropped} from cycle {cycle} on"
        case Interruption(since, to, reason):
            until = "not yet recovered" if to is None else f"to {day(to, market)}"
            return f"Held from {day(since, market)}, {until}: {reason}"
        case Given(slot, on, level):
            return f"{capital(str(slot))} was given elsewhere on {day(on, market)}, {amount(level)}"
        case Ended(on, why, words):
            return f"Treatment ended on {day(on, market)}, {ENDS[why.value]}: {words}"
    raise TypeError(f"{fact!r} is nothing that is recorded of a course")
