"""The rules of the course, judged dose by dose. Each is a row: what was given, or what is still to come.

The sentences are made in `wording`; every finding carries its dose's cycle and day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compounding.course.dates import Scheduled, State, span
from compounding.course.entries import Slot
from compounding.course.levels import label_levels, label_rows, reduced
from compounding.course.values import Course
from compounding.findings import Finding, Judged, Severity, Values
from compounding.formulary import Fact, Regimen
from compounding.quantities import DoseLevel


@dataclass(frozen=True, slots=True)
class Broken:
    """That a rule is broken: which of its sentences says so, and what was judged."""

    case: str
    values: Values
    fact: Fact[Any] | None = None
    """The fact that it rests on in this case, where that is not the rule's own."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the course. Its clause and how sure it is are those of the fact that it rests on."""

    code: str
    severity: Severity
    fact: Callable[[Regimen], Fact[Any]]
    judge: Callable[[Course, Scheduled], Broken | None]

    def finding(self, course: Course, dose: Scheduled) -> Finding | None:
        """What is found on a dose; None where the rule is kept."""
        broken = self.judge(course, dose)
        if broken is None:
            return None
        fact = broken.fact or self.fact(course.regimen)
        return Finding(self.code, self.severity, broken.case, {**where(dose.slot), **broken.values}, fact.source)


def findings(course: Course, doses: tuple[Scheduled, ...]) -> Iterator[Finding]:
    """What is found on the doses of the schedule, in their order, and on those beyond it."""
    for dose in doses:
        yield from judged(course, dose)
    listed = {dose.slot for dose in doses}
    yield from (too_many(course, given.slot) for given in course.given if given.slot not in listed)


def judged(course: Course, dose: Scheduled) -> Iterator[Finding]:
    """What is found on one dose."""
    found = (rule.finding(course, dose) for rule in WATCH[dose.state])
    yield from (finding for finding in found if finding is not None)


def where(slot: Slot) -> Values:
    return {"cycle": slot.cycle, "day": slot.day}


def _interval(course: Course, dose: Scheduled) -> Broken | None:
    least = course.regimen.interval.value
    if dose.on is None or dose.before is None or dose.on - dose.before >= span(least):
        return None
    days = (dose.on - dose.before).days
    return Broken("", {"on": dose.on, "before": dose.before, "days": days, "least_days": least.whole("day")})


def _window(course: Course, dose: Scheduled) -> Broken | None:
    either_way = course.regimen.window.value
    if dose.on is None or dose.nominal is None or dose.slot.day == 1:
        return None
    if abs(dose.on - dose.nominal) <= span(either_way):
        return None
    days = abs((dose.on - dose.nominal).days)
    values: Values = {"on": dose.on, "nominal": dose.nominal, "days": days, "window_days": either_way.whole("day")}
    return Broken("", values)


def _early(course: Course, dose: Scheduled) -> Broken | None:
    if dose.on is None or dose.nominal is None or dose.slot.day != 1 or dose.on >= dose.nominal:
        return None
    values: dict[str, Judged] = {"on": dose.on, "nominal": dose.nominal, "days": (dose.nominal - dose.on).days}
    last_cycle = dose.slot.cycle - 1
    if last_cycle:
        values["cycle_days"] = course.days_of(last_cycle)
    later = course.regimen.later_cycle_length if last_cycle > 1 else None
    return Broken("cycle" if last_cycle else "start", values, later)


def _level(course: Course, dose: Scheduled) -> Broken | None:
    if dose.level is None or dose.permitted is None or dose.level == dose.permitted:
        return None
    values: dict[str, Judged] = {"level": dose.level, "label": dose.permitted}
    if (less := course.reduction(dose.slot.cycle)) is not None:
        values["percent"] = less.percent
    return Broken("given", values, label_rows(course.regimen, dose.slot.cycle, course.response(dose.slot.cycle))[0])


def _re_escalation(course: Course, dose: Scheduled) -> Broken | None:
    """A dose reduced for toxicity is never raised again, and the number of doses never rises."""
    less, dropped = course.reduction(dose.slot.cycle), course.drops(dose.slot)
    values: Values = {}
    most = most_of_reduced(course, dose.slot)
    if less is not None and dose.level is not None and most is not None and dose.level > most:
        values = {"level": dose.level, "most": most, "percent": less.percent}
    elif not dropped:
        return None
    return Broken("day" if dropped else "level", values)


def most_of_reduced(course: Course, slot: Slot) -> DoseLevel | None:
    """The most that a reduction leaves of a dose; while the response is not known, of the higher of its two levels.
    None without a reduction."""
    less = course.reduction(slot.cycle)
    if less is None:
        return None
    return reduced(label_levels(course.regimen, slot, course.response(slot.cycle))[-1], less.percent)


def _no_response(course: Course, dose: Scheduled) -> Broken | None:
    stop_after = course.regimen.no_response_stop_after.value
    if stop_after is None or not course.without_response(dose.slot.cycle):
        return None
    return Broken("", {"stop_after_cycles": stop_after})


def _response_missing(course: Course, dose: Scheduled) -> Broken | None:
    return Broken("", {}) if dose.slot.day == 1 and dose.level is None else None


def _no_window(course: Course, dose: Scheduled) -> Broken | None:
    if dose.opens is None or dose.closes is None or dose.before is None:
        return None
    least_days = course.regimen.interval.value.whole("day")
    dates: Values = {"opens": dose.opens, "closes": dose.closes, "before": dose.before}
    return Broken("", {**dates, "least_days": least_days})


def too_many(course: Course, slot: Slot) -> Finding:
    """Of a dose in a cycle that the course may not have. The same cases as for an order: the label's limit, or the
    fewer before a transplant."""
    regimen, most = course.regimen, course.most_cycles
    planned = regimen.transplant_cycles
    if not course.transplant.planned or planned.value is None:
        return Finding("too-many", Severity.STOP, "", {**where(slot), "most": most or 0}, regimen.cycles.source)
    reason = regimen.transplant_third_cycle.value or "not stated"
    case = "third" if slot.cycle == planned.value + 1 else "over"
    values: Values = {**where(slot), "cycles": planned.value, "reason": reason}
    return Finding("too-many", Severity.STOP, case, values, planned.source)


INTERVAL = Rule("interval", Severity.STOP, lambda regimen: regimen.interval, _interval)
WINDOW = Rule("window", Severity.OVERRIDE, lambda regimen: regimen.window, _window)
EARLY = Rule("early", Severity.OVERRIDE, lambda regimen: regimen.first_cycle_length, _early)
LEVEL = Rule("level", Severity.OVERRIDE, lambda regimen: regimen.first_cycle, _level)
RE_ESCALATION = Rule("re-escalation", Severity.STOP, lambda regimen: regimen.reduction, _re_escalation)
NO_RESPONSE = Rule("no-response", Severity.STOP, lambda regimen: regimen.no_response_stop_after, _no_response)
RESPONSE_MISSING = Rule("response-missing", Severity.INFO, lambda regimen: regimen.response, _response_missing)
NO_WINDOW = Rule("no-window", Severity.OVERRIDE, lambda regimen: regimen.interval, _no_window)

WATCH: Mapping[State, tuple[Rule, ...]] = {
    State.GIVEN: (INTERVAL, WINDOW, EARLY, LEVEL, RE_ESCALATION, NO_RESPONSE),
    State.OMITTED: (),
    State.BLOCKED: (),
    State.NO_WINDOW: (NO_WINDOW,),
    State.PLANNED: (RESPONSE_MISSING,),
}
"""The rules by how a dose stands, in the order in which their findings are told."""
