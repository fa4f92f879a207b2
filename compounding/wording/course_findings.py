"""The sentences of what is found in a course, on an order beside it, and on the checklist before a dose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from compounding.findings import Severity
from compounding.policy import Market
from compounding.wording.numbers import amount, capital, count, day, figure, in_words, percent

Values = Mapping[str, Any]
_Sentence = Callable[[Values, Market, Severity], str]

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
SEEN = {
    "blood_count": "blood count",
    "liver_tests": "liver tests",
    "ecg": "ECG",
    "electrolytes": "electrolytes",
}
MEASURED = {
    "neutrophils": "neutrophils",
    "platelets": "platelets",
    "bilirubin": "bilirubin",
    "transaminases": "AST or ALT",
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
    apart = count(abs(values["days"]), "day")
    return (
        f"{_dated(values, market)}, {apart} {'before' if values['days'] < 0 else 'after'} "
        f"the dose before it, {day(values['before'], market)}: at least {count(values['least_days'], 'day')} lie "
        "between two doses."
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


_ASKS = {
    "hold": "The rules of interruption hold the next dose until then",
    "omit": "The rules of interruption omit the next dose of the cycle",
    "reduce": "The rules of interruption reduce the next cycle, and no reduction is recorded",
    "end": "The rules of interruption ask whether treatment is to end for good",
}


def _interrupted(case: str) -> _Sentence:
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


# ------------------------------------------------------------------ the checklist


def _checklist(case: str) -> _Sentence:
    told = {
        "missing": "is not filled in: no bag of it is released before it is",
        "open": "finds what nobody answered: no bag of it is released before it is filled in again",
        "stops": "stops the dose: read it on the page of the course",
    }[case]
    return lambda values, market, severity: f"The checklist of {dose_of(values)} {told}."


def _not_seen(values: Values, market: Market, severity: Severity) -> str:
    return f"Not seen before {dose_of(values)}: {_all(SEEN[what] for what in values['what'].split(', '))}."


def _premedication(values: Values, market: Market, severity: Severity) -> str:
    lacking = _all(values["what"].split(", "))
    return f"Not ordered before {dose_of(values)}: {lacking}. The label asks for each before every dose."


def _all(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _pregnant(values: Values, market: Market, severity: Severity) -> str:
    return "The patient is pregnant: the drug may harm an unborn child."


def _pregnancy_unknown(values: Values, market: Market, severity: Severity) -> str:
    return "It is not entered whether the patient is pregnant, or whether that does not apply."


def _target(values: Values, market: Market, severity: Severity) -> str:
    return f"The disease is not {values['target']}: the drug is not licensed for it."


def _target_unknown(values: Values, market: Market, severity: Severity) -> str:
    return f"It is not entered whether the disease is {values['target']}."


def _contraindicated(values: Values, market: Market, severity: Severity) -> str:
    return f"Contraindicated: {values['what']}."


def _contraindication_unknown(values: Values, market: Market, severity: Severity) -> str:
    return f"It is not entered whether there is a contraindication: {values['what']}."


def _never_again(values: Values, market: Market, severity: Severity) -> str:
    return f"{values['what']}: discontinue permanently. Record in the course that treatment has ended."


def _never_again_unknown(values: Values, market: Market, severity: Severity) -> str:
    return f"It is not entered whether there is {values['what']}: the dose waits for the answer."


def _blasts_unknown(values: Values, market: Market, severity: Severity) -> str:
    return f"Peripheral blasts are not entered: at most {amount(values['limit'])} before the first dose."


def _liver_missing(values: Values, market: Market, severity: Severity) -> str:
    return f"{capital(MEASURED[values['what']])} is not entered: the dose waits for it."


def _liver_over(case: str) -> _Sentence:
    def write(values: Values, market: Market, severity: Severity) -> str:
        text = f"{capital(MEASURED[case])} {amount(values['value'])} is over {amount(values['limit'])}"
        if severity is Severity.STOP:
            return f"{text}, and so is the other: wait until both are at or below; not recovered, discontinue."
        why = "Gilbert's syndrome, haemolysis, or that" if case == "bilirubin" else "that"
        return f"{text}: one alone may be the first sign of VOD. It needs a reason: {why} of a named prescriber."

    return write


def _counts_missing(values: Values, market: Market, severity: Severity) -> str:
    return f"{capital(_have(values))} not entered: day 1 of cycle {figure(values['cycle'])} waits for them."


def _have(values: Values) -> str:
    return f"{MEASURED[values['what']]} are"


def _counts_hold(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"{capital(_have(values))} {amount(values['count'])}, and were {amount(values['before'])} before treatment: "
        f"hold until {amount(values['least'])} again{_untransfused(values)}."
    )


def _untransfused(values: Values) -> str:
    return ", independent of transfusion" if values["what"] == "platelets" else ""


def _counts_baseline(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"{capital(_have(values))} {amount(values['count'])}, under {amount(values['least'])}, and the count before "
        "treatment is not recorded: enter it with the checklist of day 1 of cycle 1."
    )


def _counts_lower(values: Values, market: Market, severity: Severity) -> str:
    now = " and ".join(f"{name} {amount(values[name])}" for name in ("neutrophils", "platelets") if name in values)
    return (
        f"Counts were lower before treatment; now {now}: hold until both are at least as on day 1 of the cycle before, "
        "or reach the limits, or a named prescriber puts the fall down to a disease that is stable or better on the "
        "latest marrow."
    )


def _counts_long(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"Counts are low for {count(values['days'], 'day')}, since {day(values['since'], market)}, and suspected to be "
        f"by the drug: over {count(values['most'], 'day')} ask the prescriber whether to discontinue."
    )


def _observation(values: Values, market: Market, severity: Severity) -> str:
    observed = count(values["minutes"], "minute")
    return f"Observed for {observed} after the infusion; the label asks for at least {_hour(values)}."


def _observation_unknown(values: Values, market: Market, severity: Severity) -> str:
    return f"It is not entered how long the patient was observed; the label asks for at least {_hour(values)}."


def _hour(values: Values) -> str:
    hours = int(values["least"].in_unit("h"))
    return f"{in_words(hours)} {'hour' if hours == 1 else 'hours'}"


SENTENCES: dict[tuple[str, str], _Sentence] = {
    ("interval", ""): _interval,
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
    **{("interruption", case): _interrupted(case) for case in _ASKS},
    ("unconfirmed-rules", ""): _unconfirmed_rules,
    **{("checklist", case): _checklist(case) for case in ("missing", "open", "stops")},
    ("not-seen", ""): _not_seen,
    ("premedication", ""): _premedication,
    ("pregnancy", "pregnant"): _pregnant,
    ("pregnancy", "unknown"): _pregnancy_unknown,
    ("target", ""): _target,
    ("target", "unknown"): _target_unknown,
    ("contraindication", ""): _contraindicated,
    ("contraindication", "unknown"): _contraindication_unknown,
    ("never-again", ""): _never_again,
    ("never-again", "unknown"): _never_again_unknown,
    ("blasts", "unknown"): _blasts_unknown,
    ("bilirubin", "missing"): _liver_missing,
    ("bilirubin", ""): _liver_over("bilirubin"),
    ("transaminases", "missing"): _liver_missing,
    ("transaminases", ""): _liver_over("transaminases"),
    ("counts", "missing"): _counts_missing,
    ("counts", "hold"): _counts_hold,
    ("counts", "baseline"): _counts_baseline,
    ("counts", "lower"): _counts_lower,
    ("counts-long", ""): _counts_long,
    ("observation", ""): _observation,
    ("observation", "unknown"): _observation_unknown,
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
    "interruption": lambda v: f"Treatment held for {count(v['days'], 'day')}",
    "taken": lambda v: "Ordered already",
    "unconfirmed-rules": lambda v: "Rules of interruption not confirmed",
}
