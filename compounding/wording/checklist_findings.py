"""The sentences of what the checklist of a dose finds, before it and after it."""

from __future__ import annotations

from collections.abc import Iterable

from compounding.findings import Severity
from compounding.policy import Market
from compounding.wording.course_findings import Sentence, Values, dose_of
from compounding.wording.numbers import amount, capital, count, day, figure, in_words

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
    "ast": "AST",
    "alt": "ALT",
}
UNITS = {
    "bilirubin": "mg/dL or µmol/L",
    **dict.fromkeys(("transaminases", "ast", "alt"), "U/L"),
    **dict.fromkeys(("neutrophils", "platelets"), "per mm³"),
}
"""In what else a value is reported than in the unit of its box."""


def _not_seen(values: Values, market: Market, severity: Severity) -> str:
    return f"Not seen before {dose_of(values)}: {_all(SEEN[what] for what in values['what'].split(', '))}."


def _stale(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"{_old(values, market)}, and the dose before was given on {day(values['last'], market)}: {dose_of(values)} "
        "asks for values from after it."
    )


def _stale_first(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"{_old(values, market)}, more than {count(values['most'], 'day')} before the first dose, planned for "
        f"{day(values['on'], market)}. The label names no limit; this one is the program's own."
    )


def _old(values: Values, market: Market) -> str:
    return f"{capital(_all(SEEN[what] for what in values['what'].split(', ')))}: as of {day(values['taken'], market)}"


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


def _liver_over(case: str) -> Sentence:
    def write(values: Values, market: Market, severity: Severity) -> str:
        text = f"{capital(MEASURED[case])} {amount(values['value'])} is over {amount(values['limit'])}"
        if severity is Severity.STOP:
            return f"{text}, and so is the other: wait until both are at or below; not recovered, discontinue."
        why = "Gilbert's syndrome, haemolysis, or that" if case == "bilirubin" else "that"
        return f"{text}: one alone may be the first sign of VOD. It needs a reason: {why} of a named prescriber."

    return write


def _liver_unit(case: str) -> Sentence:
    """Of a value so high that it may be one in the unit of its laboratory."""
    over = _liver_over(case)

    def write(values: Values, market: Market, severity: Severity) -> str:
        return f"{over(values, market, severity)} Or is it in {UNITS[case]}? Then divide it by the laboratory's limit."

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


SENTENCES: dict[tuple[str, str], Sentence] = {
    ("not-seen", ""): _not_seen,
    ("stale", ""): _stale,
    ("stale", "first"): _stale_first,
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
    ("bilirubin", "unit"): _liver_unit("bilirubin"),
    ("transaminases", "missing"): _liver_missing,
    ("transaminases", ""): _liver_over("transaminases"),
    ("transaminases", "unit"): _liver_unit("transaminases"),
    ("counts", "missing"): _counts_missing,
    ("counts", "hold"): _counts_hold,
    ("counts", "baseline"): _counts_baseline,
    ("counts", "lower"): _counts_lower,
    ("counts-long", ""): _counts_long,
    ("observation", ""): _observation,
    ("observation", "unknown"): _observation_unknown,
}
