"""The rules before a dose: an order held against its course. Each is a row, as in `watch`.

What was given is judged by the rules of `watch` alone; an order is judged by these, and by those as if it were
given on its day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from compounding.course.dates import Scheduled, State, span
from compounding.course.dates import doses as all_doses
from compounding.course.entries import Given, Interruption, Response, Slot, Transplant
from compounding.course.levels import label_levels
from compounding.course.values import Course
from compounding.course.watch import LEVEL, WATCH, Broken, too_many, where
from compounding.findings import Finding, Judged, Severity, Source, Status, Values
from compounding.formulary import Fact, Regimen
from compounding.policy import Policy
from compounding.quantities import BodyMass, DoseLevel, DrugMass, Length, Ratio

_SITE = Source("site setting", Status.SITE)
_COURSE = Source("the course", Status.ORDER)
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Ordered:
    """A dose as an order asks for it."""

    slot: Slot
    on: date
    level: DoseLevel | None
    """None where it hangs on a response that the order does not state."""
    height: Length
    weight: BodyMass
    adult: bool
    response: Response | None = None
    transplant: Transplant | None = None
    already: tuple[str, ...] = ()
    """The numbers of other preparations for the same dose that are still under way."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a dose that was given was made from."""

    slot: Slot
    on: date
    dose: DrugMass
    height: Length
    weight: BodyMass


@dataclass(frozen=True, slots=True)
class Asked:
    """An order beside its course, as the rules see them."""

    course: Course
    ordered: Ordered
    dose: Scheduled
    """Its place in the schedule."""
    last: Made | None
    """The dose before it, where it is known what that was made from."""
    policy: Policy


def judged(course: Course, ordered: Ordered, made: Sequence[Made], policy: Policy) -> tuple[Finding, ...]:
    """What is found on an order in its course, the worst first; `made` are the doses given, in order."""
    dose = next((dose for dose in all_doses(course) if dose.slot == ordered.slot), None)
    if dose is None:
        ended = () if course.ended is None else (ended_finding(course, ordered.slot),)
        return (*ended, too_many(course, ordered.slot))
    before = [one for one in made if one.slot < ordered.slot]
    asked = Asked(course, ordered, dose, before[-1] if before else None, policy)
    found = (*_by_rules(asked), *_as_if_given(asked))
    return tuple(sorted(found, key=lambda finding: finding.severity))


def _as_if_given(asked: Asked) -> Iterator[Finding]:
    """The rules on what was given. Their sentences say "is ordered for" where there is `ordered_for`."""
    course, ordered = asked.course, asked.ordered
    if asked.dose.state is State.GIVEN or (asked.dose.state is State.OMITTED and not course.drops(ordered.slot)):
        return
    dose = replace(asked.dose, state=State.GIVEN, on=ordered.on, level=ordered.level)
    for rule in WATCH[State.GIVEN]:
        # Without a reduction another level is the order's own, and the order is judged by it already.
        if rule is LEVEL and course.reduction(ordered.slot.cycle) is None:
            continue
        finding = rule.finding(course, dose)
        if finding is not None:
            values = {name: value for name, value in finding.values.items() if name != "on"}
            yield replace(finding, values={**values, "ordered_for": ordered.on})


# ------------------------------------------------------------------ the rules


@dataclass(frozen=True, slots=True)
class OrderRule:
    """A rule before a dose. Without a fact it rests on the course itself, or on a setting of the site."""

    code: str
    judge: Callable[[Asked], Iterator[tuple[Severity, Broken]]]
    fact: Callable[[Regimen], Fact[Any]] | None = None
    source: Source = _COURSE

    def findings(self, asked: Asked) -> Iterator[Finding]:
        regimen = asked.course.regimen
        source = self.source if self.fact is None else self.fact(regimen).source
        for severity, broken in self.judge(asked):
            values: Values = {**where(asked.ordered.slot), **broken.values}
            own = source if broken.fact is None else broken.fact.source
            yield Finding(self.code, severity, broken.case, values, own)


_Broken = Iterator[tuple[Severity, Broken]]


def _by_rules(asked: Asked) -> Iterator[Finding]:
    for rule in ORDER_RULES:
        yield from rule.findings(asked)


def ended_finding(course: Course, slot: Slot) -> Finding:
    """That nothing more is given in a course that has ended."""
    values: Values = {**where(slot), **_end_values(course)}
    return Finding("ended", Severity.STOP, "", values, course.regimen.discontinue.source)


def _end_values(course: Course) -> Values:
    end = course.ended
    return {} if end is None else {"on": end.on, "why": end.why.value, "words": end.words}


def _has_ended(asked: Asked) -> _Broken:
    if asked.course.ended is not None:
        yield Severity.STOP, Broken("", _end_values(asked.course))


def _taken(asked: Asked) -> _Broken:
    """Given already, left out, or ordered twice: a day that a reduction dropped has its own rule."""
    dose = asked.dose
    if dose.state is State.GIVEN and dose.on is not None:
        yield Severity.STOP, Broken("given", {"on": dose.on})
    elif dose.state is State.OMITTED and not asked.course.drops(dose.slot):
        yield Severity.STOP, Broken("omitted", {})
    elif asked.ordered.already:
        yield Severity.OVERRIDE, Broken("ordered", {"numbers": ", ".join(asked.ordered.already)})


def _not_recorded(asked: Asked) -> _Broken:
    """An order may be written days ahead; its dates then hang on doses that are only planned."""
    course, slot = asked.course, asked.ordered.slot
    for earlier in course.slots():
        if earlier >= slot:
            return
        if course.dose_at(earlier) is None and not course.leaves_out(earlier):
            yield Severity.ACKNOWLEDGE, Broken("", {"earlier_cycle": earlier.cycle, "earlier_day": earlier.day})
            return


def _differs(asked: Asked) -> _Broken:
    """The order and its course must say the same, or two truths would dose one patient."""
    course, ordered = asked.course, asked.ordered
    known = course.response(ordered.slot.cycle)
    if ordered.slot.cycle > 1 and ordered.response is not known:
        said = {"ordered": _said(ordered.response), "known": _said(known)}
        yield Severity.STOP, Broken("response", said)
    if ordered.transplant is not None and ordered.transplant.planned is not course.transplant.planned:
        yield Severity.STOP, Broken("transplant", {"planned": "yes" if course.transplant.planned else "no"})


def _said(response: Response | None) -> str:
    return "not known" if response is None else response.value


def _interrupted(asked: Asked) -> _Broken:
    """Asks, and commands nothing: these rules are not confirmed."""
    for held in asked.course.interruptions:
        values: dict[str, Judged] = {"since": held.since, "days": held.days(asked.ordered.on), "reason": held.reason}
        if held.to is not None:
            values["to"] = held.to
        for case in _asked_of(asked, held):
            yield Severity.ACKNOWLEDGE, Broken(case, values)


def _asked_of(asked: Asked, held: Interruption) -> Iterator[str]:
    """What an interruption of its length asks for at this dose, by the label's table. What was done is not asked."""
    course, slot, on = asked.course, asked.ordered.slot, asked.ordered.on
    lengths, days = course.regimen.interruption_days.value, held.days(on)
    if lengths is None or on < held.since:
        return
    lasts = held.to is None or on < held.to
    if lasts:
        yield "hold"
    again = _due_after(course, held.since, held.to)
    if again is not None and (slot == again or (lasts and slot > again)):
        if days > lengths["end"]:
            yield "end"
        elif days >= lengths["omit"] and slot.day != 1 and not _omitted_for(course, held, slot):
            yield "omit"
    lower = _held_in(course, held.since) + 1
    if slot == _to_come(course, lower) and days >= lengths["reduce"] and course.reduction(lower) is None:
        yield "reduce"


def _held_in(course: Course, since: date) -> int:
    """The cycle of the last dose before treatment was held; 0 before the first. A dose of the day itself came before:
    most reactions are of the infusion."""
    return max((dose.slot.cycle for dose in course.given if dose.on <= since), default=0)


def _due_after(course: Course, since: date, to: date | None = None) -> Slot | None:
    """The dose that was the next one when treatment was held, and with `to` the first one once it was not."""
    for dose in all_doses(course):
        early = dose.on is not None and (dose.on <= since or (to is not None and dose.on < to))
        if not early and dose.state is not State.OMITTED:
            return dose.slot
    return None


def _omitted_for(course: Course, held: Interruption, slot: Slot) -> bool:
    """Whether a dose before this one was left out that could have been given once treatment was held."""
    late = span(course.regimen.window.value)
    left_out = (dose for dose in all_doses(course) if dose.state is State.OMITTED and dose.slot < slot)
    return any(
        dose.nominal is not None and dose.nominal + late >= held.since and not course.drops(dose.slot)
        for dose in left_out
    )


def _to_come(course: Course, cycle: int) -> Slot | None:
    """The first dose of a cycle that is neither given nor left out."""
    slots = (Slot(cycle, day) for day in course.regimen.days)
    return next((slot for slot in slots if course.dose_at(slot) is None and not course.leaves_out(slot)), None)


def _rests(asked: Asked) -> _Broken:
    """That the dose rests on rules which nobody read in the label: no bag is released before the site has."""
    fact = unconfirmed_rule(asked.course, asked.ordered.slot.cycle)
    if fact is not None:
        yield Severity.INFO, Broken("", {"confirm_against": fact.source.text}, fact)


def unconfirmed_rule(course: Course, cycle: int) -> Fact[Any] | None:
    """The first of the rules of interruption and reduction that a cycle rests on and that is not confirmed."""
    regimen = course.regimen
    rests = any(less.from_cycle <= cycle for less in course.reductions) or _held_near(course, cycle)
    facts: tuple[Fact[Any], ...] = (regimen.interruption, regimen.interruption_days, regimen.reduction_percent)
    unread = [fact for fact in facts if fact.source.status is Status.UNCONFIRMED]
    return unread[0] if rests and unread else None


def _held_near(course: Course, cycle: int) -> bool:
    """Whether treatment was held in a cycle or just before it, or is still held."""
    for held in course.interruptions:
        due = _due_after(course, held.since)
        over = held.to is not None and (due is None or cycle > due.cycle + 1)
        if cycle >= _held_in(course, held.since) and not over:
            return True
    return False


def _lowered(asked: Asked) -> _Broken:
    """After a dose under the label's level that no recorded reduction explains: a dose that is less reduced. The
    course knows of no reduction, and so nothing else would keep it from being raised."""
    course, slot, level = asked.course, asked.ordered.slot, asked.ordered.level
    if level is None or course.reduction(slot.cycle) is not None:
        return
    least = _least(course, slot)
    lower = [
        dose
        for dose in course.given
        if dose.slot < slot
        and course.reduction(dose.slot.cycle) is None
        and dose.level < _least(course, dose.slot)
        # By their share of the label's level, as products: another day may have another level.
        and level.value * _least(course, dose.slot).value > dose.level.value * least.value
    ]
    if lower:
        yield Severity.ACKNOWLEDGE, Broken("", _lower_values(course, lower[-1], level))


def _lower_values(course: Course, lower: Given, level: DoseLevel) -> Values:
    slot = lower.slot
    then: Values = {"lower_cycle": slot.cycle, "lower_day": slot.day, "on": lower.on, "lower": lower.level}
    return {**then, "label": _least(course, slot), "level": level}


def _least(course: Course, slot: Slot) -> DoseLevel:
    return label_levels(course.regimen, slot, course.response(slot.cycle))[0]


def _weight(asked: Asked) -> _Broken:
    last, policy = asked.last, asked.policy
    if last is None:
        return
    asks, stops = policy.weight_change_acknowledge_percent, policy.weight_change_override_percent
    gap = abs(asked.ordered.weight.value - last.weight.value) * _HUNDRED
    # Compared as weights, so that exactly 10 % is not decided by a rounded quotient.
    for severity, limit in ((Severity.OVERRIDE, stops), (Severity.ACKNOWLEDGE, asks)):
        if gap >= last.weight.value * limit:
            percent = Ratio.of((asked.ordered.weight - last.weight) / last.weight).percent
            weights: Values = {"weight": asked.ordered.weight, "last": last.weight, "on": last.on}
            limits: Values = {"acknowledge_from_percent": asks, "override_from_percent": stops}
            yield severity, Broken("", {**weights, "percent": percent, **limits})
            return


def _height(asked: Asked) -> _Broken:
    last, ordered = asked.last, asked.ordered
    if last is not None and ordered.adult and ordered.height != last.height:
        yield Severity.ACKNOWLEDGE, Broken("", {"height": ordered.height, "last": last.height, "on": last.on})


ORDER_RULES: tuple[OrderRule, ...] = (
    OrderRule("ended", _has_ended, lambda regimen: regimen.discontinue),
    OrderRule("taken", _taken),
    OrderRule("course-differs", _differs),
    OrderRule("weight-change", _weight, source=_SITE),
    OrderRule("height-change", _height, source=_SITE),
    OrderRule("not-recorded", _not_recorded),
    OrderRule("lowered", _lowered, lambda regimen: regimen.reduction),
    OrderRule("interruption", _interrupted, lambda regimen: regimen.interruption),
    OrderRule("unconfirmed-rules", _rests, lambda regimen: regimen.interruption),
)
"""The rules that an order is judged by beside those of `watch`."""


# What the order itself is judged by says these already.
_SAID_AS = {"too-many": ("cycle", "transplant"), "no-response": ("no-response",)}


def besides(found: Sequence[Finding], said: Sequence[Finding]) -> tuple[Finding, ...]:
    """What is found in the course, but for what the plan of the order says itself."""
    codes = {finding.code for finding in said}
    return tuple(finding for finding in found if not codes.intersection(_SAID_AS.get(finding.code, ())))


# ------------------------------------------------------------------ shown, and never a finding


@dataclass(frozen=True, slots=True)
class Variance:
    """A dose beside the one before it on the same day of a cycle. Another level of the label is no finding."""

    before: Made
    difference: Ratio
    """Over the dose before."""


def variance(slot: Slot, dose: DrugMass, made: Sequence[Made]) -> Variance | None:
    """How a dose differs from the previous one of its day; None where there was none."""
    same = [one for one in made if one.slot.day == slot.day and one.slot < slot]
    if not same:
        return None
    return Variance(same[-1], Ratio.of((dose - same[-1].dose) / same[-1].dose))
