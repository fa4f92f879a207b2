"""An order held against everything that the patient has of one drug: its course, the other courses, other orders.

What a drug has done to a patient, and when it was given last, does not end with a course: a treatment that was ended
for the liver, a reduction and the days between two doses hold in every course of the drug, and outside of all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from compounding.course import (
    Course,
    CourseFault,
    DroppedDay,
    End,
    Given,
    Made,
    Ordered,
    Reduction,
    Response,
    Slot,
    Spent,
    ended_finding,
    order_findings,
    spent,
    unanswered,
)
from compounding.course.levels import label_levels, reduced
from compounding.findings import Finding, Severity, Source, Status, Values
from compounding.formulary import Regimen
from compounding.policy import Policy
from compounding.quantities import DoseLevel
from compounding.workflow.progress import Barrier

FOR_GOOD = frozenset({End.VOD, End.LIVER})
"""Why the drug is never given again, in no other course either."""
_COURSE = Source("the course", Status.ORDER)
_RESPONDED = (Response.CR, Response.CRI)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A course by its number."""

    number: str
    course: Course

    @property
    def runs(self) -> bool:
        """Whether its end is not recorded: a course with no dose left runs on until somebody says how it ended."""
        return self.course.ended is None

    @property
    def spent(self) -> Spent | None:
        """Why it has no dose left while it runs."""
        return spent(self.course)


@dataclass(frozen=True, slots=True)
class Expected:
    """A dose that an order under way asks for. It is taken for given on its day until it is recorded."""

    course: str
    """The number of its course."""
    order: str
    slot: Slot
    on: date
    level: DoseLevel


@dataclass(frozen=True, slots=True)
class Treatment:
    """All that a patient has of one drug, beside one order of it."""

    courses: tuple[Numbered, ...]
    """Every one, the newest first."""
    own: str = ""
    """The number of the course that the order stands in; "" outside of all."""
    made: tuple[Made, ...] = ()
    """What the doses of that course were made from."""
    expected: tuple[Expected, ...] = ()
    """By other orders."""

    @property
    def course(self) -> Course | None:
        return next((one.course for one in self.courses if one.number == self.own), None)

    @property
    def others(self) -> tuple[Numbered, ...]:
        return tuple(one for one in self.courses if one.number != self.own)

    @property
    def open(self) -> tuple[Expected, ...]:
        """What is expected and not recorded yet, neither as given nor as left out."""
        of = {one.number: one.course for one in self.courses}
        return tuple(
            one
            for one in self.expected
            if one.course in of and of[one.course].dose_at(one.slot) is None and not of[one.course].leaves_out(one.slot)
        )


def judged(treatment: Treatment, ordered: Ordered, regimen: Regimen, policy: Policy) -> tuple[Finding, ...]:
    """What is found on an order, the worst first."""
    found = (*_in_course(treatment, ordered, policy), *beside(treatment, ordered, regimen))
    return tuple(sorted(found, key=lambda finding: finding.severity))


def judged_again(treatment: Treatment, ordered: Ordered, regimen: Regimen, policy: Policy) -> Iterator[Finding]:
    """What is found on an order that is stored, by what is known now, of what may hold its bag back. Another order
    that was written since for a later day is held by this one, and not this one by it; and that an order outside a
    course belongs into one, or that another runs beside, was said when it was written."""
    until = replace(treatment, expected=tuple(one for one in treatment.expected if one.on <= ordered.on))
    course = treatment.course
    for finding in judged(until, replace(ordered, already=()), regimen, policy):
        said = finding.code == "running" and finding.severity is not Severity.STOP
        said = said or (finding.code == "ended" and course is not None and course.ended is not None)
        if not said and not _same_level(finding, course, ordered):
            yield finding


def _same_level(finding: Finding, course: Course | None, ordered: Ordered) -> bool:
    """That CR was ordered for and CRi is known by now, or the other way: they are one row of the dose table."""
    if (finding.code, finding.case) != ("course-differs", "response") or course is None:
        return False
    return ordered.response in _RESPONDED and course.response(ordered.slot.cycle) in _RESPONDED


def bars(found: Iterable[Finding], answered: Callable[[Finding], bool]) -> Iterator[Barrier]:
    """What of it holds an order that is stored: what stops, and what nobody answered. `answered` says whether a
    finding was, with the values that it has by now: an answer to others is none to these."""
    for finding in found:
        values: Values = {**finding.values, "finding": finding.code, "case": finding.case}
        if finding.severity is Severity.STOP:
            yield Barrier("order-stops", values)
        elif finding.severity is Severity.OVERRIDE and not answered(finding):
            yield Barrier("order-open", values)


# ------------------------------------------------------------------ in its course


def _in_course(treatment: Treatment, ordered: Ordered, policy: Policy) -> Iterator[Finding]:
    course = treatment.course
    if course is None:
        return
    counted = with_expected(treatment, ordered.slot)
    yield from (one for one in order_findings(counted, ordered, treatment.made, policy) if one.code != _ASKED)
    yield from (one for one in order_findings(course, ordered, treatment.made, policy) if one.code == _ASKED)


_ASKED = "not-recorded"


def with_expected(treatment: Treatment, slot: Slot) -> Course:
    """The order's course as if what is ordered of it before a dose were given on its day. The course as it is, where
    it would contradict itself. Raises KeyError where there is none."""
    course = next(one.course for one in treatment.courses if one.number == treatment.own)
    more = {
        one.slot: Given(one.slot, one.on, one.level)
        for one in sorted(treatment.open, key=lambda one: one.on)
        if one.course == treatment.own and one.slot < slot
    }
    try:
        given = sorted((*course.given, *more.values()), key=lambda dose: dose.slot)
        return replace(course, given=tuple(given)) if more else course
    except CourseFault:
        return course


# ------------------------------------------------------------------ beside it


def beside(treatment: Treatment, ordered: Ordered, regimen: Regimen) -> Iterator[Finding]:
    """What its own course does not know."""
    yield from _ended(treatment, ordered.slot)
    yield from _running(treatment, ordered.slot)
    yield from _no_response_before(treatment, ordered.slot, regimen)
    yield from _too_near(treatment, ordered, regimen)
    yield from _raised(treatment, ordered, regimen)
    yield from _dropped(treatment, ordered.slot, regimen)


def _ended(treatment: Treatment, slot: Slot) -> Iterator[Finding]:
    """Ended for good it stops every order. Outside of all courses the newest one's end does, whatever it is for."""
    for place, other in enumerate(treatment.others):
        end = other.course.ended
        if end is not None and (end.why in FOR_GOOD or (place == 0 and not treatment.own)):
            yield ended_finding(other.course, slot)


def _running(treatment: Treatment, slot: Slot) -> Iterator[Finding]:
    """An order beside a course that runs: its doses would not be counted there, and one that has no dose left says
    why. For want of a response it stops every order until its end is recorded."""
    for other in treatment.others:
        if not other.runs:
            continue
        why, regimen = other.spent, other.course.regimen
        source, values = _COURSE, {**_where(slot), "course": other.number}
        if why is Spent.NO_RESPONSE:
            source, values = regimen.no_response_stop_after.source, {**values, **_allowed(regimen)}
        elif why is not None:
            values = {**values, "most": other.course.most_cycles or 0}
        severity = Severity.STOP if why is Spent.NO_RESPONSE else Severity.OVERRIDE
        case = why.value if why is not None else "beside" if treatment.own else ""
        yield Finding("running", severity, case, values, source)


def _no_response_before(treatment: Treatment, slot: Slot, regimen: Regimen) -> Iterator[Finding]:
    """The first orders after a course without a response begin the drug again all the same: two people say why. Of
    one that runs, or whose end stops the order, that is said already."""
    own = treatment.course
    for place, other in enumerate(treatment.others):
        said = other.runs or (own is None and place == 0)
        if not said and unanswered(other.course) and (own is None or not own.given):
            values: Values = {**_where(slot), "course": other.number, **_allowed(regimen)}
            source = regimen.no_response_stop_after.source
            yield Finding("no-response-before", Severity.OVERRIDE, "", values, source)


def _allowed(regimen: Regimen) -> Values:
    """Within how many cycles a response is to be reached."""
    return {"stop_after_cycles": regimen.no_response_stop_after.value or 0}


def _where(slot: Slot) -> Values:
    return {"cycle": slot.cycle, "day": slot.day}


@dataclass(frozen=True, slots=True)
class _Near:
    """Another dose of the drug: given, or expected by an order."""

    course: str
    slot: Slot
    on: date
    order: str = ""


def _too_near(treatment: Treatment, ordered: Ordered, regimen: Regimen) -> Iterator[Finding]:
    """The nearest dose under the least interval, before or after, that its own course does not judge."""
    least = regimen.interval.value.whole("day")
    near = [one for one in _doses(treatment, ordered.slot) if abs((ordered.on - one.on).days) < least]
    if not near:
        return
    one = min(near, key=lambda one: abs((ordered.on - one.on).days))
    values: Values = {
        **_where(ordered.slot),
        "ordered_for": ordered.on,
        "days": (ordered.on - one.on).days,
        "least_days": least,
        "other": one.on,
        "other_cycle": one.slot.cycle,
        "other_day": one.slot.day,
        "course": one.course,
        "order": one.order,
    }
    yield Finding("interval", Severity.STOP, "ordered" if one.order else "course", values, regimen.interval.source)


def _doses(treatment: Treatment, slot: Slot) -> Iterator[_Near]:
    """The other doses of the drug but those that the order's own course counts as before it."""
    own = treatment.course
    counted = set() if own is None else {dose.slot for dose in with_expected(treatment, slot).given}
    for one in treatment.courses:
        is_own = one.number == treatment.own
        yield from (
            _Near(one.number, dose.slot, dose.on) for dose in one.course.given if not is_own or dose.slot > slot
        )
    for wanted in treatment.open:
        if wanted.course != treatment.own or (wanted.slot != slot and wanted.slot not in counted):
            yield _Near(wanted.course, wanted.slot, wanted.on, wanted.order)


def _raised(treatment: Treatment, ordered: Ordered, regimen: Regimen) -> Iterator[Finding]:
    """A dose that was reduced for toxicity is never raised again: a reduction holds in every course from then on."""
    slot, level, own = ordered.slot, ordered.level, treatment.course
    if level is None or (own is not None and own.reduction(slot.cycle) is not None):
        return
    response = ordered.response if own is None else own.response(slot.cycle)
    label = label_levels(regimen, slot, response)[-1]
    for other in treatment.others:
        for less in other.course.reductions:
            if isinstance(less, Reduction) and level > (most := reduced(label, less.percent)):
                values: Values = {
                    **_where(slot),
                    "ordered_for": ordered.on,
                    "level": level,
                    "most": most,
                    "percent": less.percent,
                    "course": other.number,
                }
                yield Finding("re-escalation", Severity.STOP, "course", values, regimen.reduction.source)
                return


def _dropped(treatment: Treatment, slot: Slot, regimen: Regimen) -> Iterator[Finding]:
    """Nor does the number of doses in a cycle rise again; in another course another day may be the one that drops."""
    own = treatment.course
    if own is not None and any(own.drops(Slot(slot.cycle, day)) for day in regimen.days):
        return
    for other in treatment.others:
        if any(isinstance(less, DroppedDay) and less.day == slot.day for less in other.course.reductions):
            values: Values = {**_where(slot), "course": other.number}
            yield Finding("re-escalation", Severity.STOP, "dropped", values, regimen.reduction.source)
            return


# ------------------------------------------------------------------ another course


def told_of_others(others: Sequence[Numbered]) -> Iterator[tuple[str, str]]:
    """What a new course must know of those before it, each by its course's number."""
    for other in others:
        course = other.course
        if course.ended is not None and course.ended.why in FOR_GOOD:
            yield other.number, "ended"
        if any(isinstance(less, Reduction) for less in course.reductions):
            yield other.number, "reduced"
        if any(isinstance(less, DroppedDay) for less in course.reductions):
            yield other.number, "dropped"
        if unanswered(course):
            yield other.number, "no-response"
