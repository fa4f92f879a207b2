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

from compounding.course.dates import Scheduled, State
from compounding.course.dates import doses as all_doses
from compounding.course.entries import Interruption, Response, Slot, Transplant
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
    course, slot, days = asked.course, asked.ordered.slot, held.days(asked.ordered.on)
    lengths, due = course.regimen.interruption_days.value, _due_after(course, held.since)
    if lengths is None or due is None or days < 0:
        return
    if slot == due:
        if held.to is None:
            yield "hold"
        if days > lengths["end"]:
            yield "end"
        elif days >= lengths["omit"] and slot.day != 1:
            yield "omit"
    after = Slot(due.cycle if due.day == 1 else due.cycle + 1, 1)
    if slot == after and days >= lengths["reduce"] and course.reduction(slot.cycle) is None:
        yield "reduce"


def _due_after(course: Course, since: date) -> Slot | None:
    """The dose that was the next one when treatment was held."""
    for dose in all_doses(course):
        done = dose.on if dose.state is State.GIVEN else dose.nominal if dose.state is State.OMITTED else None
        if done is None or done >= since:
            return dose.slot
    return None


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
    """Whether treatment was held in a cycle or the one before it: the rules speak of these two."""
    dues = (_due_after(course, held.since) for held in course.interruptions)
    return any(due is not None and due.cycle <= cycle <= due.cycle + 1 for due in dues)


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
