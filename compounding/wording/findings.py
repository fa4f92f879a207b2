"""A finding's sentence: what is the matter, and why. One table, by code and case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from compounding.findings import Finding, Judged, Severity
from compounding.patient import months_between, years_between
from compounding.policy import Market
from compounding.quantities import Quantity, Ratio, plain, round_number
from compounding.wording.checklist_findings import SENTENCES as CHECKLIST_SENTENCES
from compounding.wording.course_findings import SENTENCES as COURSE_SENTENCES
from compounding.wording.course_findings import SHORT as COURSE_SHORT
from compounding.wording.numbers import amount, beside, count, day, figure, in_words, percent

Values = Mapping[str, Any]
_Sentence = Callable[[Values, Market, Severity], str]
_MEASURES = {"height": "Height", "weight": "Weight", "bsa": "Body surface", "bmi": "Body mass index"}
_REASON_ENOUGH = "It can go on only where the order carries its own mg/m² and a named prescriber."


@dataclass(frozen=True, slots=True)
class FindingText:
    """A finding as text, for pages, papers and answers; stored as it is with a plan."""

    code: str
    severity: str
    message: str
    short: str
    source: str
    status: str


def finding_text(finding: Finding, market: Market) -> FindingText:
    """The text of a finding."""
    return FindingText(
        finding.code,
        finding.severity.word,
        sentence(finding, market),
        short(finding),
        finding.source.text,
        finding.source.status.value,
    )


def sentence(finding: Finding, market: Market) -> str:
    """What a finding says, with the values it judged."""
    key = (finding.code, finding.case)
    write = _SENTENCES.get(key) or _SENTENCES[(finding.code, "")]
    return write(finding.values, market, finding.severity)


def short(finding: Finding) -> str:
    """The finding in a few words, for a row of the worksheet."""
    write = _SHORT.get(finding.code)
    return write(finding.values) if write else finding.code


def judged(finding: Finding) -> dict[str, str]:
    """The values judged, for a machine: the unit in the key's name, decimals as text."""
    return dict(_judged(name, value) for name, value in finding.values.items())


# The unit of an amount, as a key's name carries it.
_SUFFIXES = {
    "mg/m²": "mg_per_m2",
    "mg/mL": "mg_per_mL",
    "m²": "m2",
    "kg/m²": "kg_per_m2",
    "/mm³": "per_mm3",
    "×10⁹/L": "giga_per_L",
    "× ULN": "times_uln",
}


def _judged(name: str, value: Judged) -> tuple[str, str]:
    if isinstance(value, Quantity) and not isinstance(value, Ratio):
        symbol = value.symbol()
        return f"{name}_{_SUFFIXES.get(symbol, symbol)}", _short(value.value)
    if isinstance(value, date):
        return name, value.isoformat()
    if isinstance(value, str):
        return name, value
    return name, _short(value.value if isinstance(value, Ratio) else Decimal(value))


def _short(number: Decimal) -> str:
    """To 9 decimals, as typed amounts are: only an unrounded quotient has more."""
    return plain(round_number(number, Decimal("1e-9")))


def _measured_as(what: str, values: Values) -> str:
    """As typed or rounded; a body mass index, which is judged unrounded, to 2 decimals or as many as it needs."""
    if what != "bmi":
        return amount(values[what])
    limits = (values["low"].value, values["high"].value)
    return f"{beside(values[what].value, 2, limits)} {values[what].symbol()}"


def _plausible(what: str) -> _Sentence:
    def write(values: Values, market: Market, severity: Severity) -> str:
        measured, low, high = _measured_as(what, values), figure(values["low"].value), amount(values["high"])
        limits = f"outside {low} to {high} for {values['limits_for']}"
        if severity is Severity.STOP:
            return f"{_MEASURES[what]} {measured} is {limits}. Measure or type it again."
        return f"{_MEASURES[what]} {measured} is unusual: {limits}."

    return write


def _swapped(values: Values, market: Market, severity: Severity) -> str:
    height, weight = figure(values["height_cm"]), figure(values["weight_kg"])
    return f"Height {height} cm and weight {weight} kg look swapped: {weight} cm and {height} kg would be plausible."


def _measured(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"The {values['what']} is {count(values['days'], 'day')} old, measured {day(values['measured'], market)}. "
        f"Over {values['acknowledge_over_days']} days asks for a reason, "
        f"over {values['override_over_days']} days for a second person."
    )


def _too_strong(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"The bag would hold {amount(values['concentration'])}, over the range of "
        f"{figure(values['low'].value)} to {amount(values['high'])}."
    )


def _too_weak(values: Values, market: Market, severity: Severity) -> str:
    text = (
        f"{amount(values['dose'])} in the bag is {amount(values['concentration'])}, under the range of "
        f"{figure(values['low'].value)} to {amount(values['high'])}. "
        "The syringe method for small doses is not computed here."
    )
    if severity is Severity.OVERRIDE:
        text += (
            f" An adult's dose of {amount(values['override_from'])} or more may go on by the site's written "
            "decision; the volume of the bag stays the same."
        )
    return text


def _dose(values: Values, market: Market, severity: Severity) -> str:
    return f"The dose of {amount(values['dose'])} is over {amount(values['most'])}, the most that is prepared here."


def _ordered(values: Values, market: Market, severity: Severity) -> str:
    limits = (values["override_over_percent"], values["stop_over_percent"])
    apart = values["difference_percent"]
    text = (
        f"The ordered dose of {amount(values['ordered'])} is {percent(apart, 2, limits)} "
        f"{'over' if apart > 0 else 'under'} the calculated {amount(values['calculated'])}"
    )
    if "prescriber" in values:
        return f"{text}; confirmed by {values['prescriber']}."
    if severity is Severity.STOP:
        return f"{text}: over {percent(limits[1])} it needs a named prescriber's confirmation, or another order."
    return f"{text}: over {percent(limits[0])}."


def _age(values: Values, market: Market, severity: Severity) -> str:
    born, on = values["born"], values["on"]
    years = years_between(born, on)
    age = count(years, "year") if years >= 2 else count(months_between(born, on), "month")
    text = f"The patient is {age} old on {day(on, market)}; the licence is for {values['population']}."
    return text if severity is Severity.OVERRIDE else f"{text} {_REASON_ENOUGH}"


def _response_needed(values: Values, market: Market, severity: Severity) -> str:
    return f"Choose the response: day {values['day']} of cycle {figure(values['cycle'])} cannot be computed without it."


def _response_late(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"Choose the response: without CR or CRi within {count(values['stop_after_cycles'], 'cycle')} treatment stops, "
        f"so cycle {figure(values['cycle'])} cannot go on without it."
    )


def _response_same(values: Values, market: Market, severity: Severity) -> str:
    return f"The response is not known; it does not change the dose on day {values['day']}."


def _no_response(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"Cycle {figure(values['cycle'])} without CR or CRi: no CR or CRi within "
        f"{count(values['stop_after_cycles'], 'cycle')}, treatment stops."
    )


def _cycle(values: Values, market: Market, severity: Severity) -> str:
    return f"Cycle {figure(values['cycle'])} is over the {count(values['most'], 'cycle')} of the label."


def _transplant_third(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"A transplant is planned: cycle {values['cycle']} needs its reason after {count(values['cycles'], 'cycle')} "
        f"({values['reason']})."
    )


def _transplant_over(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"A transplant is planned: cycle {figure(values['cycle'])} is over the "
        f"{count(values['cycles'], 'cycle')} of the label and one more with its reason."
    )


def _level(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"The order's own {amount(values['level'])} is not the label's {amount(values['label'])} for cycle "
        f"{figure(values['cycle'])}, day {values['day']}. Reason given: {values['reason']}."
    )


def _blasts(values: Values, market: Market, severity: Severity) -> str:
    return (
        f"Peripheral blasts {amount(values['blasts'])} are over the limit of {amount(values['limit'])} "
        "before the first dose."
    )


def _withdrawable(values: Values, market: Market, severity: Severity) -> str:
    spare = "a spare vial is" if values["spare"] == 1 else f"{in_words(values['spare'])} spare vials are"
    return (
        f"{count(values['vials'], 'vial')} by the labelled {amount(values['labelled'])}, "
        f"{values['vials_at_least']} if only {amount(values['least'])} comes out of each: the label does not "
        f"state what can be drawn. Record this site's own withdrawable volume; until then {spare} on the "
        "picking list."
    )


def _diluted_bag(values: Values, market: Market, severity: Severity) -> str:
    kept = f" kept as “{values['storage'].rstrip('.')}”" if "storage" in values else ""
    return (
        f"The limits of the diluted bag{kept} are not confirmed at this site. Confirm them against the current label, "
        f"{values['confirm_against']}: until two pharmacists record them the times count from the first vial only, "
        "and no bag is released for patient use."
    )


def _near_miss(values: Values, market: Market, severity: Severity) -> str:
    after, saved = values["vials_after"], values["vials"] - values["vials_after"]
    vials = "one vial" if after == 1 else f"{in_words(after)} vials"
    saving = "a vial" if saved == 1 else f"{in_words(saved)} vials"
    return (
        f"{amount(values['over'])} over {vials}: rounding down {percent(values['percent'], 1)} would save "
        f"{saving}; needs the prescriber."
    )


_SENTENCES: dict[tuple[str, str], _Sentence] = {
    **COURSE_SENTENCES,
    **CHECKLIST_SENTENCES,
    **{(code, ""): _plausible(code) for code in _MEASURES},
    ("swapped", ""): _swapped,
    ("measured", ""): _measured,
    ("concentration", "over"): _too_strong,
    ("concentration", "under"): _too_weak,
    ("dose", ""): _dose,
    ("ordered-dose", ""): _ordered,
    ("age", ""): _age,
    ("response", "needed"): _response_needed,
    ("response", "late"): _response_late,
    ("response", "same"): _response_same,
    ("no-response", ""): _no_response,
    ("cycle", ""): _cycle,
    ("transplant", "third"): _transplant_third,
    ("transplant", "over"): _transplant_over,
    ("level", ""): _level,
    ("blasts", ""): _blasts,
    ("too-many", ""): _cycle,
    ("too-many", "third"): _transplant_third,
    ("too-many", "over"): _transplant_over,
    ("withdrawable-volume", ""): _withdrawable,
    ("diluted-bag", ""): _diluted_bag,
    ("near-miss", ""): _near_miss,
}


def _short_measure(what: str) -> Callable[[Values], str]:
    def write(values: Values) -> str:
        low, high = figure(values["low"].value), amount(values["high"])
        return f"{_MEASURES[what]} {_measured_as(what, values)}, usual {low} to {high}"

    return write


_SHORT: dict[str, Callable[[Values], str]] = {
    **COURSE_SHORT,
    **{code: _short_measure(code) for code in _MEASURES},
    "measured": lambda v: f"{v['what'].capitalize()} {count(v['days'], 'day')} old",
    "concentration": lambda v: (
        f"Bag {amount(v['concentration'])}, range {figure(v['low'].value)} to {amount(v['high'])}"
    ),
    "ordered-dose": lambda v: (
        f"Ordered {amount(v['ordered'])}, "
        f"{percent(v['difference_percent'], 2, (v['override_over_percent'], v['stop_over_percent']))} "
        f"{'over' if v['difference_percent'] > 0 else 'under'} {amount(v['calculated'])}"
    ),
    "age": lambda v: "Age outside the licence",
    "level": lambda v: f"Order's own {amount(v['level'])}, label {amount(v['label'])}",
    "blasts": lambda v: f"Blasts {amount(v['blasts'])}, limit {amount(v['limit'])}",
    "withdrawable-volume": lambda v: f"Withdrawable volume not recorded, {v['vials']} or {v['vials_at_least']} vials",
}
