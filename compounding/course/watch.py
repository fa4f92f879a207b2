"""The rules of the course, judged dose by dose. Each is a row: what was given, or what is still to come.

The sentences are made in `wording`; every finding carries its dose's cycle and day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from compounding.course.dates import Scheduled, State, span
from compounding.course.entries import Given
from compounding.course.levels import label_rows
from compounding.course.values import Course
from compounding.findings import Finding, Judged, Severity, Values

_Rule = Callable[[Course, Scheduled], Iterator[Finding]]


def findings(course: Course, doses: tuple[Scheduled, ...]) -> Iterator[Finding]:
    """What is found on the doses of the schedule, in their order, and on those beyond it."""
    for dose in doses:
        for rule in _RULES[dose.state]:
            yield from rule(course, dose)
    listed = {dose.slot for dose in doses}
    for given in course.given:
        if given.slot not in listed:
            yield _too_many(course, given)


def _where(dose: Scheduled | Given) -> Values:
    return {"cycle": dose.slot.cycle, "day": dose.slot.day}


def _interval(course: Course, dose: Scheduled) -> Iterator[Finding]:
    rule = course.regimen.interval
    if dose.on is None or dose.before is None or dose.on - dose.before >= span(rule.value):
        return
    values: Values = {
        **_where(dose),
        "on": dose.on,
        "before": dose.before,
        "days": (dose.on - dose.before).days,
        "least_days": rule.value.whole("day"),
    }
    yield Finding("interval", Severity.STOP, "", values, rule.source)


def _window(course: Course, dose: Scheduled) -> Iterator[Finding]:
    rule = course.regimen.window
    if dose.on is None or dose.nominal is None or dose.slot.day == 1:
        return
    if abs(dose.on - dose.nominal) <= span(rule.value):
        return
    values: Values = {
        **_where(dose),
        "on": dose.on,
        "nominal": dose.nominal,
        "days": abs((dose.on - dose.nominal).days),
        "window_days": rule.value.whole("day"),
    }
    yield Finding("window", Severity.OVERRIDE, "", values, rule.source)


def _early(course: Course, dose: Scheduled) -> Iterator[Finding]:
    if dose.on is None or dose.nominal is None or dose.slot.day != 1 or dose.on >= dose.nominal:
        return
    values: dict[str, Judged] = {**_where(dose), "on": dose.on, "nominal": dose.nominal}
    values["days"] = (dose.nominal - dose.on).days
    last_cycle = dose.slot.cycle - 1
    if last_cycle:
        values["cycle_days"] = course.days_of(last_cycle)
    length = course.regimen.later_cycle_length if last_cycle > 1 else course.regimen.first_cycle_length
    yield Finding("early", Severity.OVERRIDE, "cycle" if last_cycle else "start", values, length.source)


def _level(course: Course, dose: Scheduled) -> Iterator[Finding]:
    if dose.level is None or dose.permitted is None or dose.level == dose.permitted:
        return
    values: dict[str, Judged] = {**_where(dose), "level": dose.level, "label": dose.permitted}
    if (less := course.reduction(dose.slot.cycle)) is not None:
        values["percent"] = less.percent
    row = label_rows(course.regimen, dose.slot.cycle, course.response(dose.slot.cycle))[0]
    yield Finding("level", Severity.OVERRIDE, "given", values, row.source)


def _re_escalation(course: Course, dose: Scheduled) -> Iterator[Finding]:
    """A dose reduced for toxicity is never raised again, and the number of doses never rises."""
    less, dropped = course.reduction(dose.slot.cycle), course.drops(dose.slot)
    values: dict[str, Judged] = {**_where(dose)}
    if less is not None and dose.level is not None and dose.permitted is not None and dose.level > dose.permitted:
        values |= {"level": dose.level, "most": dose.permitted, "percent": less.percent}
    elif not dropped:
        return
    yield Finding(
        "re-escalation", Severity.STOP, "day" if dropped else "level", values, course.regimen.reduction.source
    )


def _no_response(course: Course, dose: Scheduled) -> Iterator[Finding]:
    rule = course.regimen.no_response_stop_after
    if rule.value is not None and course.without_response(dose.slot.cycle):
        values: Values = {**_where(dose), "stop_after_cycles": rule.value}
        yield Finding("no-response", Severity.STOP, "", values, rule.source)


def _response_missing(course: Course, dose: Scheduled) -> Iterator[Finding]:
    if dose.slot.day == 1 and dose.level is None:
        yield Finding("response-missing", Severity.INFO, "", _where(dose), course.regimen.response.source)


def _no_window(course: Course, dose: Scheduled) -> Iterator[Finding]:
    rule = course.regimen.interval
    if dose.opens is None or dose.closes is None or dose.before is None:
        return
    values: Values = {
        **_where(dose),
        "opens": dose.opens,
        "closes": dose.closes,
        "before": dose.before,
        "least_days": rule.value.whole("day"),
    }
    yield Finding("no-window", Severity.OVERRIDE, "", values, rule.source)


def _too_many(course: Course, given: Given) -> Finding:
    """The same cases as for an order: the label's limit, or the fewer before a transplant."""
    regimen, most, cycle = course.regimen, course.most_cycles, given.slot.cycle
    planned = regimen.transplant_cycles
    if not course.transplant.planned or planned.value is None:
        return Finding("too-many", Severity.STOP, "", {**_where(given), "most": most or 0}, regimen.cycles.source)
    reason = regimen.transplant_third_cycle.value or "not stated"
    case = "third" if cycle == planned.value + 1 else "over"
    values: Values = {**_where(given), "cycles": planned.value, "reason": reason}
    return Finding("too-many", Severity.STOP, case, values, planned.source)


_RULES: Mapping[State, tuple[_Rule, ...]] = {
    State.GIVEN: (_interval, _window, _early, _level, _re_escalation, _no_response),
    State.OMITTED: (),
    State.BLOCKED: (),
    State.NO_WINDOW: (_no_window,),
    State.PLANNED: (_response_missing,),
}
"""The rules by how a dose stands, in the order in which their findings are told."""
