"""The rules before a dose, each a row: what is found on a checklist. The sentences are made in `wording`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from compounding.checklist.asked import Asked, asked
from compounding.checklist.entries import Baselines, Checklist, Exam, Pregnancy
from compounding.checklist.plausible import ASKED
from compounding.findings import Finding, Judged, Severity, Values
from compounding.formulary import Fact, Presentation
from compounding.quantities import BloodCount


@dataclass(frozen=True, slots=True)
class Looked:
    """A checklist beside what is asked and what its counts are held against."""

    drug: Presentation
    checklist: Checklist
    asked: Asked
    baselines: Baselines
    last: date | None
    """When the dose before it was given; None where none was."""
    began: date | None
    """When the cycle of that dose began; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Found:
    """A case of a rule, with what was judged."""

    severity: Severity
    case: str
    values: Values


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule before a dose. Its clause and how sure it is are those of the fact that it rests on."""

    code: str
    fact: Callable[[Presentation], Fact[Any]]
    judge: Callable[[Looked], Iterator[Found]]


def judged(
    drug: Presentation,
    checklist: Checklist,
    baselines: Baselines,
    last: date | None = None,
    began: date | None = None,
) -> tuple[Finding, ...]:
    """What is found on a checklist, the worst first. `last` is the day on which the dose before it was given, and
    `began` that on which its cycle began."""
    looked = Looked(drug, checklist, asked(drug, checklist.slot), baselines, last, began)
    found = [
        Finding(rule.code, one.severity, one.case, {**_where(checklist), **one.values}, rule.fact(drug).source)
        for rule in CHECKLIST_RULES
        for one in rule.judge(looked)
    ]
    return tuple(sorted(found, key=lambda finding: finding.severity))


def _where(checklist: Checklist) -> Values:
    return {"cycle": checklist.slot.cycle, "day": checklist.slot.day}


# ------------------------------------------------------------------ seen and answered


def _tests(looked: Looked) -> Iterator[Found]:
    lacking = [test.value for test in looked.asked.tests if test not in looked.checklist.tests]
    if lacking:
        yield Found(Severity.OVERRIDE, "", {"what": ", ".join(lacking)})


LABORATORY = (Exam.BLOOD_COUNT, Exam.LIVER_TESTS, Exam.ELECTROLYTES)
FIRST_DOSE_DAYS = 14
# The label asks for the values before each dose and names no age of them. That a dose makes those from before it
# worthless follows from that; the 14 days before a first dose are ours.


def _stale(looked: Looked) -> Iterator[Found]:
    """Values from before the last dose, or from its day, when blood is taken before it; before a first dose, old
    ones."""
    made, last = looked.checklist, looked.last
    taken = {test: day for test in LABORATORY if test in looked.asked.tests and (day := made.tests.get(test))}
    if last is not None:
        old = {test: day for test, day in taken.items() if day <= last}
        values: Values = {"last": last}
    else:
        old = {test: day for test, day in taken.items() if made.on - day > timedelta(days=FIRST_DOSE_DAYS)}
        values = {"on": made.on, "most": FIRST_DOSE_DAYS}
    if old:
        what = ", ".join(test.value for test in old)
        yield Found(
            Severity.OVERRIDE, "first" if last is None else "", {"what": what, "taken": min(old.values()), **values}
        )


def _premedication(looked: Looked) -> Iterator[Found]:
    lacking = [name for name in looked.asked.premedication if name not in looked.checklist.ordered]
    if lacking:
        yield Found(Severity.OVERRIDE, "", {"what": ", ".join(lacking)})


def _pregnancy(looked: Looked) -> Iterator[Found]:
    if not looked.asked.pregnancy:
        return
    if looked.checklist.pregnancy is None:
        yield Found(Severity.OVERRIDE, "unknown", {})
    elif looked.checklist.pregnancy is Pregnancy.PREGNANT:
        yield Found(Severity.OVERRIDE, "pregnant", {})


def _target(looked: Looked) -> Iterator[Found]:
    if looked.asked.target and not looked.checklist.target:
        unknown = looked.checklist.target is None
        severity = Severity.OVERRIDE if unknown else Severity.STOP
        yield Found(severity, "unknown" if unknown else "", {"target": looked.asked.target})


def _contraindicated(looked: Looked) -> Iterator[Found]:
    for what in looked.asked.contraindications:
        there = looked.checklist.contraindicated.get(what)
        if there is None:
            yield Found(Severity.OVERRIDE, "unknown", {"what": what})
        elif there:
            yield Found(Severity.STOP, "", {"what": what})


def _never_again(looked: Looked) -> Iterator[Found]:
    """Not entered is a stop here too: it is what the boxed warning is about."""
    if looked.asked.never_again and looked.checklist.liver_ends is not False:
        case = "unknown" if looked.checklist.liver_ends is None else ""
        yield Found(Severity.STOP, case, {"what": looked.asked.never_again})


def _blasts(looked: Looked) -> Iterator[Found]:
    blasts, limit = looked.checklist.blasts, looked.drug.regimen.blasts.value
    if not looked.asked.blasts or limit is None:
        return
    if blasts is None:
        yield Found(Severity.OVERRIDE, "unknown", {"limit": limit})
    elif blasts > limit:
        yield Found(Severity.OVERRIDE, "", {"blasts": blasts, "limit": limit})


# ------------------------------------------------------------------ the liver


def _value(name: str) -> Callable[[Looked], Iterator[Found]]:
    """Over its limit it asks for a second person, beside another that is over it stops, and so does one that is not
    entered: one alone may be the first sign of VOD, so what the label joins by "and" is judged apart."""

    def judge(looked: Looked) -> Iterator[Found]:
        limit, value = getattr(looked.drug.before_dose, name).value, getattr(looked.checklist.liver, name)
        if limit is None:
            return
        if value is None:
            yield Found(Severity.STOP, "missing", {"what": name})
        elif value > limit:
            severity = Severity.STOP if _all_over(looked) else Severity.OVERRIDE
            yield Found(severity, "unit" if value > ASKED else "", {"value": value, "limit": limit})

    return judge


LIVER = ("bilirubin", "transaminases")


def _all_over(looked: Looked) -> bool:
    pairs = [(getattr(looked.checklist.liver, name), getattr(looked.drug.before_dose, name).value) for name in LIVER]
    return all(value is not None and limit is not None and value > limit for value, limit in pairs)


# ------------------------------------------------------------------ counts


def _counts(looked: Looked) -> Iterator[Found]:
    """Judged on day 1 of the second cycle and later: before the first, low counts are the disease, and the other
    days are not held for them."""
    if not looked.asked.counts_judged:
        return
    held = tuple(_held(looked))
    for one in held:
        if one.now is None:
            yield Found(Severity.STOP, "missing", {"what": one.name})
    low = [one for one in held if one.now is not None and one.now < one.least]
    yield from (found for one in low for found in one.hold())
    lower_before = any(one.before is not None and one.before < one.least for one in held)
    if low and lower_before and not _excused(looked):
        values: Values = {one.name: one.now for one in held if one.now is not None}
        yield Found(Severity.STOP, "lower", values)


@dataclass(frozen=True, slots=True)
class Held:
    """A count beside its limit and what it was before treatment."""

    name: str
    now: BloodCount | None
    before: BloodCount | None
    least: BloodCount

    def hold(self) -> Iterator[Found]:
        """Of a low count: it was at the limit before treatment, or nobody knows."""
        values: dict[str, Judged] = {"what": self.name, "least": self.least}
        if self.now is not None:
            values["count"] = self.now
        if self.before is None:
            yield Found(Severity.STOP, "baseline", values)
        elif self.before >= self.least:
            yield Found(Severity.STOP, "hold", {**values, "before": self.before})


def _held(looked: Looked) -> Iterator[Held]:
    for name in ("neutrophils", "platelets"):
        least = getattr(looked.drug.before_dose, name).value
        now, before = (getattr(counts, name) for counts in (looked.checklist.counts, looked.baselines.before_treatment))
        if least is not None:
            yield Held(name, now, before, least)


def _excused(looked: Looked) -> bool:
    """Of a patient whose counts were lower before treatment: both at least as in the cycle before, or the disease
    stable and the fall put down to it. That both reached the limits was asked first."""
    disease, began = looked.checklist.disease, looked.began
    if disease is not None and (began is None or is_latest(disease.marrow_on, began)):
        return True
    now, then = looked.checklist.counts, looked.baselines.cycle_before
    pairs = ((now.neutrophils, then.neutrophils), (now.platelets, then.platelets))
    return all(_at_least(count, baseline) for count, baseline in pairs)


def is_latest(marrow: date, began: date) -> bool:
    """Whether a marrow may be the latest one of a cycle that began on a day: what the disease is after the dose of
    that day. The label asks for the latest marrow and names no age of it. Of what that may mean this is the strictest
    that a site can meet: a marrow is taken once in a cycle, and not always after its last dose."""
    return marrow > began


def _at_least(count: BloodCount | None, baseline: BloodCount | None) -> bool:
    return count is not None and baseline is not None and count >= baseline


def _low_long(looked: Looked) -> Iterator[Found]:
    since, most = looked.checklist.low_since, looked.drug.before_dose.counts_low_days.value
    if since is None or most is None:
        return
    days = (looked.checklist.on - since).days
    if days > most:
        yield Found(Severity.ACKNOWLEDGE, "", {"since": since, "days": days, "most": most})


CHECKLIST_RULES: tuple[Rule, ...] = (
    Rule("never-again", lambda drug: drug.before_dose.never_again, _never_again),
    Rule("contraindication", lambda drug: drug.before_dose.contraindications, _contraindicated),
    *(Rule(name, lambda drug: drug.regimen.liver, _value(name)) for name in LIVER),
    Rule("counts", lambda drug: drug.regimen.counts, _counts),
    Rule("counts-long", lambda drug: drug.before_dose.counts_low_days, _low_long),
    Rule("target", lambda drug: drug.before_dose.target, _target),
    Rule("blasts", lambda drug: drug.regimen.blasts, _blasts),
    Rule("pregnancy", lambda drug: drug.before_dose.pregnancy, _pregnancy),
    Rule("not-seen", lambda drug: drug.regimen.before_dose, _tests),
    Rule("stale", lambda drug: drug.regimen.before_dose, _stale),
    Rule("premedication", lambda drug: drug.before_dose.premedication, _premedication),
)
"""The rules, in the order in which their findings are told where they weigh the same."""
