"""The sentences of what is found in a course, and on an order beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from compounding.findings import Severity
from compounding.policy import Market
from compounding.wording.numbers import amount, capital, count, day, figure, percent

Values = Mapping[str, Any]
Sentence = Callable[[Values, Market, Severity], str]
"""What writes a finding."""

RESPONSES = {"cr": "CR", "cri": "CRi", "none": "no CR or CRi", "not known": "not known"}
ENDS = {
    "vod": "VOD/SOS",
    "liver": "severe liver toxicity",
    "toxicity": "toxicity",
    "no-response": "no CR or CRi",
    "transplant": "transplant",
    "patient": "the patient's wish",
    "another": "another reason",
}


def dose_of(values: Values) -> str:
    return f"day {values['day']} of cycle {figure(values['cycle'])}"


def _on(values: Values) -> date:
    on: date = values["ordered_for"] if "ordered_for" in values else values["on"]
    return on


def _dated(values: Values, market: Market) -> str:
    """ "Day 8 of cycle 1 was given on Jan 14, 2026": of an order, that it is ordered for that day."""
    verb = "is ordered for" if "ordered_for" in values else "was given on"
    return f"{capital(dose_of(values))} {verb} {day(_on(values), market)}"


def _at(values: Values) -> str:
    verb = "is ordered at" if "ordered_for" in values else "was given at"
    return f"{capital(dose_of(values))} {verb} {amount(values['level'])}"


# ------------------------------------------------------------------ the course


def _interval(values: Values, market: Market, severity: Severity) -> str:
    apart = f"{count(abs(values['days']), 'day')} {'before' if values['days'] < 0 else 'after'}"
    gap = apart if values["days"] else "on the same day as"
    # Of what was given both days are true, or one of them is an entry error; an order is simply too early.
    check = " Out of order: check both days." if values["days"] <= 0 and "ordered_for" not in values else ""
    return (
        f"{_dated(values, market)}, {gap} the dose before it, {day(values['before'], market)}: at least "
        f"{count(values['least_days'], 'day')} lie between two doses.{check}"
    )


def _interval_beside(case: str) -> Sentence:
    """Between an order and a dose that its own course does not count before it."""

    def write(values: Values, market: Market, severity: Severity) -> str:
        apart, other = count(abs(values["days"]), "day"), day(values["other"], market)
        gap = f"{apart} {'before' if values['days'] < 0 else 'after'}" if values["days"] else "on the same day as"
        dose = f"day {values['other_day']} of cycle {figure(values['other_cycle'])}"
        of = f"{dose} in course {values['course']}"
        what = f"{of}, given on {other}" if case == "course" else f"{of}, which {values['order']} is for on {other}"
        least = count(values["least_days"], "day")
        return f"{_dated(values, market)}, {gap} {what}: at least {least} lie between two doses."

    return write


def _raised_beside(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"{_at(values)}, over the {amount(values['most'])} that the reduction by {values['percent']} % in course "
        f"{values['course']} leaves: a dose reduced for toxicity is never raised again, in no other course either."
    )


def _dropped_beside(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"{capital(dose_of(values))} is ordered on a day that a reduction dropped in course {values['course']}: after "
        "a reduction for toxicity the number of doses never rises again. Record in this course which day is dropped."
    )


def _running(values: Values, market: Market, severity: Severity) -> str:
    return f"This patient has course {values['course']} under way: order it there, so that the dose is counted."


def _beside(values: Values, market: Market, severity: Severity) -> str:
    return f"This patient has course {values['course']} of this drug under way as well: record its end first."


def _spent(case: str) -> Sentence:
    """Of a course beside the order that has no dose left, and whose end is not recorded."""

    def write(values: Values, market: Market, severity: Severity) -> str:
        why = {
            "no-response": lambda: f"no CR or CRi was reached within {_within(values)}, and treatment stops then",
            "cycles": lambda: f"it had the {count(values['most'], 'cycle')} that the label allows",
            "transplant": lambda: f"it had the {count(values['most'], 'cycle')} that it may have before a transplant",
        }[case]()
        course = f"Course {values['course']} of this patient"
        return f"{course} has no dose left and is not ended: {why}. Record its end first."

    return write


def _within(values: Values) -> str:
    return count(values["stop_after_cycles"], "cycle")


def _no_response_before(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"Course {values['course']} was stopped: no CR/CRi within {_within(values)}. The label says to discontinue the "
        "drug then."
    )


def _passed_over(values: Values, market: Market, severity: Severity) -> str:
    earlier = f"Day {values['earlier_day']} of cycle {figure(values['earlier_cycle'])}"
    return (
        f"{earlier} is recorded neither as given nor as omitted, and {dose_of(values)} was given after it: record "
        "what became of it."
    )


def _not_accounted(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"{amount(values['mass'])} of {values['order']}, an earlier bag for {dose_of(values)}, are not accounted for: "
        "they were missing when the bag left, and are recorded as given no more. The patient may have had them."
    )


def _omitted_and_given(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"{capital(dose_of(values))} was given, and is recorded as omitted as well: the dose counts. Take out the "
        "omission."
    )


def _window(values: Values, market: Market, severity: Severity) -> str:
    before_or_after = "after" if _on(values) > values["nominal"] else "before"
    return (
        f"{_dated(values, market)}, {count(values['days'], 'day')} {before_or_after} its nominal day, "
        f"{day(values['nominal'], market)}: the label allows {count(values['window_days'], 'day')} either way."
    )


def _early(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"{_dated(values, market)}, {count(values['days'], 'day')} before its nominal day, "
        f"{day(values['nominal'], market)}: cycle {figure(values['cycle'] - 1)} lasts "
        f"{count(values['cycle_days'], 'day')}."
    )


def _early_start(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"{_dated(values, market)}, {count(values['days'], 'day')} before the start of the course, "
        f"{day(values['nominal'], market)}."
    )


def _level_given(values: Values, market: Market, severity: Severity) -> str:
    less = f" less {values['percent']} %" if "percent" in values else ""
    return f"{_at(values)}; the label's level{less} is {amount(values['label'])}."


def _raised(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"{_at(values)}, over the {amount(values['most'])} that the reduction by {values['percent']} % leaves: "
        "a dose reduced for toxicity is never raised again."
    )


def _dropped(values: Values, market: Market, severity: Severity) -> str:
    verb = "is ordered" if "ordered_for" in values else "was given"
    also = f", and at {amount(values['level'])}, over the {amount(values['most'])} left" if "level" in values else ""
    return (
        f"{capital(dose_of(values))} {verb} on a day that a reduction dropped{also}: after a reduction for "
        "toxicity neither the number of doses nor a dose rises again."
    )


def _response_missing(values: Values, market: Market, severity: Severity) -> str:
    return f"The response before cycle {figure(values['cycle'])} is not known: the dose of its day 1 depends on it."


def _no_window(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"No day is left for {dose_of(values)}: its window closes on {day(values['closes'], market)}, and "
        f"{count(values['least_days'], 'day')} after the dose before it, {day(values['before'], market)}, is "
        f"{day(values['opens'], market)}."
    )


# ------------------------------------------------------------------ an order in its course


def ended(values: Values, market: Market, severity: Severity) -> str:
    """Why nothing more is ordered in a course that has ended."""
    return f"Treatment was stopped on {day(values['on'], market)}: {ENDS[values['why']]}. “{values['words']}”"


def _given_already(values: Values, market: Market, severity: Severity) -> str:
    return f"{capital(dose_of(values))} was given on {day(values['on'], market)} already."


def _omitted(values: Values, market: Market, severity: Severity) -> str:
    return f"{capital(dose_of(values))} is recorded as omitted. Take that back first, if it is to be given after all."


def _ordered_already(values: Values, market: Market, severity: Severity) -> str:
    return f"{capital(dose_of(values))} is ordered already: {values['numbers']}. Two orders would be two doses."


def _response_differs(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"The order's response before cycle {figure(values['cycle'])} is {RESPONSES[values['ordered']]}, and the "
        f"course's {RESPONSES[values['known']]}. Record it in the course, or correct the order."
    )


def _transplant_differs(values: Values, market: Market, severity: Severity) -> str:
    planned = "a transplant planned" if values["planned"] == "yes" else "no transplant planned"
    return f"The course has {planned}, and the order says otherwise. Change the course, or correct the order."


def _weight_change(values: Values, market: Market, severity: Severity) -> str:
    limits = (values["acknowledge_from_percent"], values["override_from_percent"])
    change = values["percent"]
    return (
        f"The weight of {amount(values['weight'])} is {percent(change, 1, limits)} {'over' if change > 0 else 'under'} "
        f"the {amount(values['last'])} of the last dose, {day(values['on'], market)}: from {percent(limits[0])} on it "
        f"asks for a reason, from {percent(limits[1])} on for a second person."
    )


def _height_change(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"The height of {amount(values['height'])} is not the {amount(values['last'])} of the last dose, "
        f"{day(values['on'], market)}: an adult's height does not change."
    )


def _not_recorded(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"Day {values['earlier_day']} of cycle {figure(values['earlier_cycle'])} is recorded neither as given nor as "
        f"omitted: the dates of {dose_of(values)} count from when it is planned."
    )


def _lowered(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"Day {values['lower_day']} of cycle {figure(values['lower_cycle'])} was given at {amount(values['lower'])} on "
        f"{day(values['on'], market)}, under the label's {amount(values['label'])}, and no reduction is recorded; "
        f"{dose_of(values)} is ordered at {amount(values['level'])}. Was it reduced for toxicity? Then record the "
        "reduction: such a dose is never raised again."
    )


_ASKS = {
    "hold": "The rules of interruption hold the next dose until then",
    "omit": "The rules of interruption omit the next dose of the cycle",
    "reduce": "The rules of interruption reduce the next cycle, and no reduction is recorded",
    "end": "The rules of interruption ask whether treatment is to end for good",
}


def _interrupted(case: str) -> Sentence:
    def write(values: Values, market: Market, severity: Severity) -> str:
        held = f"Treatment was held for {count(values['days'], 'day')} from {day(values['since'], market)}"
        recovered = f"to {day(values['to'], market)}" if "to" in values else "and no recovery is recorded"
        return (
            f"{held} {recovered} ({values['reason']}). {_ASKS[case]}: ask the prescriber. "
            "Their wording was not read in the label."
        )

    return write


def _unconfirmed_rules(values: Values, market: Market, severity: Severity) -> str:
    return (
        "The dose rests on the rules of interruption and reduction, which are not confirmed at this site. Confirm them "
        f"against the current label, {values['confirm_against']}: until two pharmacists do, no bag of it is released "
        "for patient use."
    )


def _checklist_day(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"The checklist of {dose_of(values)} is for {day(values['checked'], market)}, and the order for "
        f"{day(values['ordered'], market)}: no bag of it is released before it is recorded again for that day."
    )


def _checklist(case: str) -> Sentence:
    told = {
        "missing": "is not filled in: no bag of it is released before it is",
        "open": "finds what nobody answered: no bag of it is released before it is filled in again",
        "stops": "stops the dose: read it on the page of the course",
    }[case]
    return lambda values, market, severity: f"The checklist of {dose_of(values)} {told}."


SENTENCES: dict[tuple[str, str], Sentence] = {
    ("interval", ""): _interval,
    **{("interval", case): _interval_beside(case) for case in ("course", "ordered")},
    ("re-escalation", "course"): _raised_beside,
    ("re-escalation", "dropped"): _dropped_beside,
    ("running", ""): _running,
    ("running", "beside"): _beside,
    **{("running", case): _spent(case) for case in ("no-response", "cycles", "transplant")},
    ("no-response-before", ""): _no_response_before,
    ("not-recorded", "passed"): _passed_over,
    ("not-recorded", "omitted"): _omitted_and_given,
    ("not-accounted", ""): _not_accounted,
    ("window", ""): _window,
    ("early", "cycle"): _early,
    ("early", "start"): _early_start,
    ("level", "given"): _level_given,
    ("re-escalation", "level"): _raised,
    ("re-escalation", "day"): _dropped,
    ("response-missing", ""): _response_missing,
    ("no-window", ""): _no_window,
    ("ended", ""): ended,
    ("taken", "given"): _given_already,
    ("taken", "omitted"): _omitted,
    ("taken", "ordered"): _ordered_already,
    ("course-differs", "response"): _response_differs,
    ("course-differs", "transplant"): _transplant_differs,
    ("weight-change", ""): _weight_change,
    ("height-change", ""): _height_change,
    ("not-recorded", ""): _not_recorded,
    ("lowered", ""): _lowered,
    **{("interruption", case): _interrupted(case) for case in _ASKS},
    ("unconfirmed-rules", ""): _unconfirmed_rules,
    **{("checklist", case): _checklist(case) for case in ("missing", "open", "stops")},
    ("checklist", "day"): _checklist_day,
}

SHORT: dict[str, Callable[[Values], str]] = {
    "checklist": lambda v: "Checklist of the dose",
    "interval": lambda v: f"{count(abs(v['days']), 'day')} between two doses",
    "window": lambda v: f"{count(v['days'], 'day')} off its nominal day",
    "early": lambda v: f"{count(v['days'], 'day')} before its nominal day",
    "re-escalation": lambda v: "Over what a reduction leaves",
    "weight-change": lambda v: f"Weight {amount(v['weight'])}, last {amount(v['last'])}",
    "height-change": lambda v: f"Height {amount(v['height'])}, last {amount(v['last'])}",
    "not-recorded": lambda v: f"Day {v['earlier_day']} of cycle {v['earlier_cycle']} not recorded",
    "not-accounted": lambda v: f"{amount(v['mass'])} of {v['order']} not accounted for",
    "lowered": lambda v: f"Day {v['lower_day']} of cycle {v['lower_cycle']} was given lower",
    "interruption": lambda v: f"Treatment held for {count(v['days'], 'day')}",
    "taken": lambda v: "Ordered already",
    "running": lambda v: f"Outside course {v['course']}",
    "no-response-before": lambda v: f"No CR/CRi in course {v['course']}",
    "unconfirmed-rules": lambda v: "Rules of interruption not confirmed",
}
