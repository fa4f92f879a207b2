"""Why a step of a preparation may not be taken, in one sentence each. One table, by code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from compounding.findings import Finding, Severity
from compounding.policy import Policy
from compounding.wording.course_findings import dose_of, ended
from compounding.wording.findings import sentence
from compounding.wording.labels import label_sentence
from compounding.wording.numbers import amount, capital, clock, day, in_words, moment
from compounding.workflow.progress import Barrier
from compounding.workflow.steps import CANCEL, CHANGE, Step

Values = Mapping[str, Any]

FAULTS: Mapping[str, str] = {
    "dose": "the dose worked out",
    "volume": "the volume worked out",
    "vials": "the vials counted",
    "volume-read": "the volume read on the syringes",
    "mass-read": "the mass read on the balance",
}
"""What does not agree at the in-process check, by the code of the reading."""


def barrier_sentence(barrier: Barrier, policy: Policy, step: Step | None = None) -> str:
    """What a barrier says, with the values that it judged; of some `step` it says what is done instead."""
    if (instead := _INSTEAD.get((barrier.code, step.name if step else ""))) is not None:
        return instead(barrier.values, policy)
    if barrier.code in _SENTENCES:
        return _SENTENCES[barrier.code](barrier.values, policy)
    return label_sentence(barrier)


def barrier_sentences(barriers: Iterable[Barrier], policy: Policy, step: Step | None = None) -> str | None:
    """All that is in the way, in one text; None where nothing is."""
    return " ".join(barrier_sentence(barrier, policy, step) for barrier in barriers) or None


def _when(values: Values, name: str, policy: Policy) -> str:
    """A time of the day; with its date where that is not the day of the other times that are named."""
    place = ZoneInfo(policy.zone)
    days = {value.astimezone(place).date() for value in values.values()}
    at = values[name]
    return clock(at, policy.zone) if len(days) == 1 else moment(at, policy.zone, policy.market)


def _lot(values: Values) -> str:
    return f"{values['name']}, lot {values['lot']}"


def _opened(values: Values, policy: Policy) -> str:
    return opened_words(values["vial"])


def opened_words(vial: int) -> str:
    """Why nothing is cancelled or changed any more."""
    return f"Vial {vial} was wetted: what was opened is rejected, and not cancelled or changed."


_INSTEAD: Mapping[tuple[str, str], Callable[[Values, Policy], str]] = {
    ("opened", CHANGE.name): _opened,
    ("opened", CANCEL.name): _opened,
}

_SENTENCES: Mapping[str, Callable[[Values, Policy], str]] = {
    # what was prepared cannot be used
    "check-stays": lambda v, p: (
        f"Read again, {FAULTS[v['fault']]} still does not agree: the preparation must be rejected."
    ),
    "check-readings": lambda v, p: (
        f"{capital(in_words(v['readings']))} readings did not agree: the preparation must be rejected."
    ),
    "diluted-late": lambda v, p: (
        f"The drug was added at {_when(v, 'at', p)}, after {_when(v, 'dilute_by', p)}, by which it had to be diluted:"
        " the preparation must be rejected."
    ),
    "diluted-unchecked": lambda v, p: (
        f"The drug was added at {_when(v, 'at', p)}, before the check at {_when(v, 'checked', p)}:"
        " the preparation must be rejected."
    ),
    "dilute-by": lambda v, p: (
        f"It had to be diluted by {_when(v, 'dilute_by', p)}, and it is {_when(v, 'now', p)}:"
        " the preparation must be rejected."
    ),
    "start-before": lambda v, p: (
        f"The infusion had to start before {_when(v, 'start_before', p)}, and it is {_when(v, 'now', p)}:"
        " the bag must be rejected."
    ),
    "released-late": lambda v, p: (
        f"It was released at {_when(v, 'now', p)}, and the infusion had to start before"
        f" {_when(v, 'start_before', p)}: the bag must be rejected."
    ),
    "recalled": lambda v, p: f"{_lot(v)}, is recalled. Set it aside and take another.",
    "expired": lambda v, p: (
        f"{_lot(v)}, is good until {day(v['expiry'], p.market)}, and the infusion may last until"
        f" {moment(v['ends'], p.zone, p.market)}. Take another."
    ),
    "too-old": lambda v, p: (
        f"{_lot(v)}, is good until {day(v['expiry'], p.market)}, and it is needed on {day(v['on'], p.market)}."
        " Take another."
    ),
    # something comes first
    "opened": lambda v, p: f"Vial {v['vial']} is recorded as wetted already.",
    "nothing-opened": lambda v, p: "No vial was wetted: cancel the preparation instead.",
    "no-vial": lambda v, p: f"No vial {v['vial']} is recorded: scan it first.",
    "wanting": lambda v, p: f"The {v['kind']} was put aside: record the one that takes its place first.",
    "nothing-wanting": lambda v, p: "Everything is recorded: put aside first what cannot be used.",
    "spare": lambda v, p: f"Vial {v['vial']} was not needed: put it away first.",
    "diluted-bag": lambda v, p: (
        "The label's own limits of the diluted bag are not recorded for its storage: two pharmacists record them in"
        " the settings before a bag is labelled or released."
    ),
    # of its course
    "course-ended": lambda v, p: f"{ended(v, p.market, Severity.STOP)} No bag of it is released.",
    "checklist-missing": lambda v, p: f"The checklist of {dose_of(v)} is not filled in: it comes before the dose.",
    "checklist-stops": lambda v, p: f"The checklist of {dose_of(v)} stops the dose: read it on the page of the course.",
    "checklist-open": lambda v, p: f"The checklist of {dose_of(v)} finds what nobody answered: fill it in again.",
    "checklist-day": lambda v, p: (
        f"The checklist of {dose_of(v)} is for {day(v['checked'], p.market)}, and the dose is ordered for"
        f" {day(v['ordered'], p.market)}: record it again for that day."
    ),
    "patient-differs": lambda v, p: (
        f"The order is for {_patient(v, 'ordered', p)}, and the patient of its course is {_patient(v, 'now', p)} by"
        " now. Change the order, which makes a new version; once a vial was wetted, reject the preparation."
    ),
    "given": lambda v, p: (
        f"It is recorded as given, all {amount(v['dose'])} of it: where that is wrong, take the infusion back on the"
        " page of its course first."
    ),
    "order-stops": lambda v, p: _of_order(v, p, Severity.STOP),
    "order-open": lambda v, p: _of_order(v, p, Severity.OVERRIDE),
    "unconfirmed-rules": lambda v, p: (
        "The dose rests on rules of interruption and reduction that are not confirmed: two pharmacists confirm them"
        f" against the current label, {v['confirm_against']}, before a bag of it is released."
    ),
    "not-on-paper": lambda v, p: "Its label is printed: only what was prepared on paper has one written by hand.",
    # of one material
    "not-needed": lambda v, p: f"{_kind(v)} is recorded already, or not needed: look at it again.",
    "not-there": lambda v, p: f"{_lot(v)}, is not in the preparation any more: look at it again.",
    "used": lambda v, p: f"{_lot(v)}, is used already: it cannot leave the preparation.",
    # of one time
    "future": lambda v, p: f"{_when(v, 'at', p)} has not come yet: it is {_when(v, 'now', p)}.",
    "late-reason": lambda v, p: (
        f"It is {_when(v, 'now', p)}: say why {_when(v, 'at', p)} is entered only now. Both times are kept."
    ),
    "before-wetting": lambda v, p: (
        f"{_when(v, 'at', p)} is before {_when(v, 'follows', p)}, when the last vial was wetted: one of the two is"
        " wrong. Type this one as it was; where it is the other, leave this empty, and reject the preparation."
    ),
    "before-dilution": lambda v, p: (
        f"{_when(v, 'at', p)} is before {_when(v, 'follows', p)}, when the drug was added. Type when the bag got its"
        " label."
    ),
    "before-label": lambda v, p: (
        f"{_when(v, 'at', p)} is before {_when(v, 'follows', p)}, when the bag was filled and labelled. Type when it"
        " was released."
    ),
    "before-final": lambda v, p: (
        f"{_when(v, 'at', p)} is before {_when(v, 'follows', p)}, when the final check was signed. Type when the bag"
        " was released."
    ),
    "before-release": lambda v, p: (
        f"{_when(v, 'at', p)} is before {_when(v, 'follows', p)}, when the bag was released. Type when it came back."
    ),
}


def _of_order(values: Values, policy: Policy, severity: Severity) -> str:
    """What is found by now on an order that is stored."""
    said = sentence(Finding(values["finding"], severity, values["case"], values), policy.market)
    asks = "" if severity is Severity.STOP else " Nobody answered that when the order was entered."
    return f"{said}{asks} Change the order, or end the preparation: as it stands it is neither verified nor released."


def _patient(values: Values, which: str, policy: Policy) -> str:
    """ "RIVERA, Elena, born Aug 14, 1980, MRN 00417352"."""
    name = f"{values[f'{which}_family'].upper()}, {values[f'{which}_given']}"
    numbers = (f"{label} {values[key]}" for part, label in _NUMBERS.items() if (key := f"{which}_{part}") in values)
    return ", ".join((name, f"born {day(values[f'{which}_born'], policy.market)}", *numbers))


_NUMBERS = {"mrn": "MRN", "nhs_number": "NHS number", "hospital_number": "hospital number"}


def _kind(values: Values) -> str:
    return f"Vial {values['place']}" if values["place"] else f"The {values['kind']}"


def disagreeing(faults: Iterable[str]) -> str:
    """What does not agree: "the dose worked out, the vials counted"."""
    return ", ".join(FAULTS[fault] for fault in faults)
