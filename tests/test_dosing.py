"""From cycle, day and response to a dose, and what is found on the way."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from compounding.dosing import Dosing, Response, Transplant, dosing, label_level
from compounding.findings import Severity, Status
from compounding.formulary import Presentation
from compounding.policy import Market, Policy
from compounding.preparation import Order, plan
from compounding.quantities import Unreadable
from tests.orders import DAY, UK, US, Typed, figure, judged, m2, mg, mL, patient, per_m2, treatment, us

MARKETS = pytest.mark.parametrize("drug", [US, UK], ids=["us", "uk"])


def dosed(
    cycle: int = 1,
    day: int = 1,
    response: str | None = None,
    *,
    drug: Presentation = US,
    bsa: Typed = "1.82",
    born: date | None = None,
    **order: Any,
) -> Dosing:
    return dosing(patient(born=born), m2(bsa), treatment(cycle, day, response, **order), drug, Policy(drug.market))


# ------------------------------------------------------------------ the dose table

# mg/m² on days 1, 8 and 15; None where the response decides and is not known.
DOSE_TABLE = [
    # cycles, response, day 1, day 8, day 15
    ((1,), None, "0.8", "0.5", "0.5"),  # cycle 1: every patient, whatever the response
    ((1,), "cr", "0.8", "0.5", "0.5"),
    ((1,), "cri", "0.8", "0.5", "0.5"),
    ((1,), "none", "0.8", "0.5", "0.5"),
    ((2, 3, 4, 5, 6), "cr", "0.5", "0.5", "0.5"),
    ((2, 3, 4, 5, 6), "cri", "0.5", "0.5", "0.5"),  # CRi counts as response
    ((2, 3, 4, 5, 6), "none", "0.8", "0.5", "0.5"),
    ((2, 3, 4, 5, 6), None, None, "0.5", "0.5"),  # days 8 and 15 are the same either way
]
DOSES = [
    (cycle, day, response, level)
    for cycles, response, *levels in DOSE_TABLE
    for cycle in cycles
    for day, level in zip((1, 8, 15), levels, strict=True)
]


@MARKETS
@pytest.mark.parametrize(("cycle", "day", "response", "level"), DOSES)
def test_the_dose_table(cycle: int, day: int, response: str | None, level: str | None, drug: Presentation) -> None:
    made = dosed(cycle, day, response, drug=drug, bsa=2)
    assert figure(made.level) == level
    assert figure(label_level(treatment(cycle, day, response), drug.regimen)) == level
    doubled = {"0.8": "1.6", "0.5": "1", None: None}[level]  # × 2 m²
    assert figure(made.calculated) == figure(made.dose) == doubled


def test_the_table_holds_every_cycle_day_and_response() -> None:
    every = set(product(range(1, 7), (1, 8, 15), (None, "cr", "cri", "none")))
    assert {(cycle, day, response) for cycle, day, response, _ in DOSES} == every


def test_the_first_cycle_totals_1_8_and_a_later_one_with_response_1_5() -> None:
    def total_of(cycle: int, response: str) -> Decimal:
        levels = [dosed(cycle, day, response).level for day in (1, 8, 15)]
        return sum((level.value for level in levels if level is not None), Decimal(0))

    assert total_of(1, "cr") == Decimal("1.8")  # 0.8 + 0.5 + 0.5
    assert total_of(2, "cr") == Decimal("1.5")  # 0.5 × 3


@pytest.mark.parametrize(
    ("cycle", "day", "message"),
    [
        (0, 1, "cycle 0 is not 1 or more"),
        (-1, 1, "cycle -1 is not 1 or more"),
        (1, 0, "day 0 is not 1 or more"),
    ],
)
def test_no_other_cycle_or_day(cycle: int, day: int, message: str) -> None:
    with pytest.raises(ValueError) as refused:
        treatment(cycle, day)
    assert str(refused.value) == message


# ------------------------------------------------------------------ level × surface, rounded

ROUNDED = [
    # mg/m² × m² = exact → to 0.01 mg
    (1, "1.82", "1.456", "1.46"),
    (8, "1.25", "0.625", "0.63"),  # a half goes up
    (8, "1.81", "0.905", "0.91"),
    (8, "1.8", "0.9", "0.9"),
    (1, "2.26", "1.808", "1.81"),
    (1, "0.01", "0.008", "0.01"),
]


@pytest.mark.parametrize(("day", "bsa", "exact", "rounded"), ROUNDED)
def test_the_dose_is_the_level_times_the_rounded_surface(day: int, bsa: str, exact: str, rounded: str) -> None:
    made = dosed(day=day, bsa=bsa)
    assert (figure(made.calculated), figure(made.dose)) == (exact, rounded)


def test_a_dose_that_rounds_to_nothing_is_unreadable() -> None:
    with pytest.raises(Unreadable) as refused:
        dosed(ordered="0.004")
    assert str(refused.value) == ("0.004 mg rounds to 0 mg, to the nearest 0.01 mg: there is no dose to prepare.")
    assert figure(dosed(ordered="0.005").dose) == "0.01"


def test_there_is_no_cap_on_surface_or_dose() -> None:
    assert figure(dosed(bsa="2.81").dose) == "2.25"  # 0.8 × 2.81 = 2.248


# ------------------------------------------------------------------ the order's own dose

# Calculated: 0.8 mg/m² × 1.25 m² = 1 mg, so the difference in % is the order − 1, × 100.
ORDERED = [
    # ordered, named prescriber, found
    ("1", None, None),
    ("1.05", None, None),  # exactly 5 %
    ("0.95", None, None),
    ("1.050001", None, "override"),  # judged as typed, though it rounds to 1.05 mg
    ("0.949999", None, "override"),
    ("1.1", None, "override"),  # exactly 10 %
    ("0.9", None, "override"),
    ("1.100001", None, "stop"),
    ("0.899999", None, "stop"),
    ("2", None, "stop"),
    ("2", "Dr Rivera", "override"),
    ("0.5", "Dr Rivera", "override"),
    ("1.08", "Dr Rivera", "override"),
    ("1.05", "Dr Rivera", None),
    ("2", "", "stop"),  # a prescriber has a name
]


@MARKETS
@pytest.mark.parametrize(("ordered", "prescriber", "expected"), ORDERED)
def test_the_orders_dose_against_the_calculated_one(
    ordered: str, prescriber: str | None, expected: str | None, drug: Presentation
) -> None:
    """Difference = (order as typed − step 4) ÷ step 4, unrounded, either way: over 5 % override; over 10 %
    stop, or override where the order carries a named prescriber's confirmation."""
    made = dosed(ordered=ordered, confirmed_by=prescriber, bsa="1.25", drug=drug)
    found = {finding.severity.word for finding in made.findings if finding.code == "ordered-dose"}
    assert found == ({expected} if expected else set())
    assert figure(made.calculated) == "1"
    assert made.dose == mg(Decimal(ordered).quantize(Decimal("0.01")))
    assert made.difference is not None
    assert made.difference.value == Decimal(ordered) - 1


def test_five_percent_of_an_awkward_dose_is_judged_exactly() -> None:
    # 0.8 × 1.83 = 1.464; 5 % of it is 0.0732, so 1.5372 is the last within
    assert judged(dosed(ordered="1.5372", bsa="1.83").findings) == set()
    assert judged(dosed(ordered="1.537200001", bsa="1.83").findings) == {("ordered-dose", "override")}
    assert judged(dosed(ordered="1.3908", bsa="1.83").findings) == set()
    assert judged(dosed(ordered="1.390799999", bsa="1.83").findings) == {("ordered-dose", "override")}


def test_a_site_may_set_its_own_percentages() -> None:
    site = replace(Policy(US.market), difference_override_percent=Decimal(2), difference_stop_percent=Decimal(4))
    at = [
        judged(dosing(patient(), m2("1.25"), treatment(ordered=dose), US, site).findings)
        for dose in ("1.02", "1.03", "1.05")
    ]
    assert at == [set(), {("ordered-dose", "override")}, {("ordered-dose", "stop")}]


def test_a_level_that_is_not_known_leaves_the_difference_unjudged() -> None:
    """A level that is not known leaves the difference unjudged and the plan computed from the order."""
    made = dosed(cycle=2, day=1, ordered="0.9")
    assert (made.level, made.calculated, made.difference) == (None, None, None)
    assert made.dose == mg("0.9")
    assert judged(made.findings) == {("response", "stop")}


# ------------------------------------------------------------------ the order's own level


def test_the_orders_own_level_is_used_and_named_as_its_source() -> None:
    made = dosed(level="0.6", bsa="1.82")  # 0.6 × 1.82 = 1.092
    assert (figure(made.level), figure(made.calculated), figure(made.dose)) == ("0.6", "1.092", "1.09")
    (line,) = (line for line in made.lines if line.step == "level")
    assert (line.sources[0].text, line.sources[0].status) == ("order, Dr Rivera", Status.ORDER)


def test_the_orders_own_level_stands_in_for_a_response_that_is_not_known() -> None:
    made = dosed(cycle=2, day=1, level="0.375", bsa=2)
    assert figure(made.dose) == "0.75"
    assert ("response", "stop") in judged(made.findings)  # the response must be known all the same


def test_an_own_level_of_nothing_is_unreadable() -> None:
    with pytest.raises(Unreadable) as refused:
        treatment(level=0)
    assert str(refused.value) == "The dose of 0 mg/m² is not above zero."


def test_a_level_other_than_the_labels_needs_a_second_person() -> None:
    assert judged(dosed(level="0.6").findings) == {("level", "override")}
    assert judged(dosed(level="0.8").findings) == set()
    assert judged(dosed(day=8, level="0.8").findings) == {("level", "override")}


# ------------------------------------------------------------------ age

AGED = [
    # market, born, own level?, found
    (US, date(2025, 3, 13), None, "stop"),  # 364 days
    (US, date(2025, 3, 12), None, None),  # 1 year on the day
    (US, date(2025, 3, 13), "0.8", "override"),
    (US, date(2015, 3, 12), None, None),
    (UK, date(2008, 3, 13), None, "stop"),  # 17, the day before the birthday
    (UK, date(2008, 3, 12), None, None),  # 18 on the day
    (UK, date(2008, 3, 13), "0.8", "override"),
    (UK, date(2015, 3, 12), "0.8", "override"),
    (US, None, None, None),  # not known: not judged
    (UK, None, None, None),
]


@pytest.mark.parametrize(
    ("drug", "born", "level", "expected"), AGED, ids=[f"{row[0].id}-{row[1]}-{row[2]}" for row in AGED]
)
def test_age_outside_the_licence(
    drug: Presentation, born: date | None, level: str | None, expected: str | None
) -> None:
    """Age outside the licence: stop in both markets; override where the order carries its own mg/m² and a
    named prescriber."""
    made = dosed(drug=drug, born=born, level=level)
    assert judged(made.findings) == ({("age", expected)} if expected else set())


def test_an_own_level_without_a_named_prescriber_does_not_lift_the_age() -> None:
    made = dosed(drug=UK, born=date(2015, 3, 12), level="0.8", prescriber="")
    assert judged(made.findings) == {("age", "stop")}


def test_the_age_finding_says_what_it_judged() -> None:
    (age,) = dosed(drug=UK, born=date(2008, 3, 13)).findings
    assert age.values == {
        "born": date(2008, 3, 13),
        "on": DAY,
        "licensed_from_years": 18,
        "population": "adults only, 18 years and over",
    }
    assert age.source.text == "SmPC §4.1, §4.2"


# ------------------------------------------------------------------ response

RESPONSE = [
    # cycle, day, response, found
    (1, 1, None, None),
    (1, 8, None, None),
    (1, 1, "none", None),  # in cycle 1 the response does not change the dose
    (2, 1, None, ("response", "stop")),
    (2, 8, None, ("response", "info")),
    (2, 15, None, ("response", "info")),
    (3, 1, None, ("response", "stop")),
    (3, 8, None, ("response", "info")),
    (3, 15, None, ("response", "info")),
    (4, 1, None, ("response", "stop")),
    (4, 8, None, ("response", "stop")),
    (4, 15, None, ("response", "stop")),
    (6, 8, None, ("response", "stop")),
    (2, 1, "cr", None),
    (3, 1, "none", None),
    (3, 15, "none", None),
    (4, 1, "none", ("no-response", "stop")),
    (4, 8, "none", ("no-response", "stop")),
    (6, 15, "none", ("no-response", "stop")),
    (4, 1, "cri", None),
    (6, 15, "cr", None),
    (7, 1, "cr", ("cycle", "stop")),
]


@MARKETS
@pytest.mark.parametrize(("cycle", "day", "response", "expected"), RESPONSE)
def test_response_and_cycle(
    cycle: int, day: int, response: str | None, expected: tuple[str, str] | None, drug: Presentation
) -> None:
    """Response missing on day 1 of cycle 2 or later, or on any day of cycle 4 or later: stop; on days 8 and
    15 of cycles 2 and 3: info. Cycle 4 or later with response none: stop. Cycle over 6: stop."""
    assert judged(dosed(cycle, day, response, drug=drug).findings) == ({expected} if expected else set())


def test_days_8_and_15_are_computed_though_a_late_response_is_missing() -> None:
    assert figure(dosed(4, 8, bsa=2).dose) == "1"  # 0.5 × 2
    assert dosed(4, 1, bsa=2).dose is None


def test_every_response_is_one_of_three() -> None:
    assert [response.value for response in Response] == ["cr", "cri", "none"]


# ------------------------------------------------------------------ transplant and blasts

REASON = "CR with MRD negativity was not reached after 2 cycles"
TRANSPLANT = [
    # cycle, planned, reason, found
    (2, True, "", None),
    (3, True, "", "stop"),
    (3, True, REASON, None),
    (4, True, REASON, "stop"),
    (6, True, REASON, "stop"),
    (3, False, "", None),
    (6, False, "", None),
]


@MARKETS
@pytest.mark.parametrize(("cycle", "planned", "reason", "expected"), TRANSPLANT)
def test_a_planned_transplant(cycle: int, planned: bool, reason: str, expected: str | None, drug: Presentation) -> None:
    """Transplant planned: cycle 3 needs its reason (stop without), cycle 4 or later stop."""
    made = dosed(cycle, 1, "cr", drug=drug, transplant=Transplant(planned, reason))
    assert judged(made.findings) == ({("transplant", expected)} if expected else set())


BLASTS = [
    # cycle, day, per mm³, found
    (1, 1, "10000", None),
    (1, 1, "10001", "override"),
    (1, 1, "10000.1", "override"),
    (1, 1, "0", None),
    (1, 1, None, None),
    (1, 8, "10001", None),  # judged before the first dose only
    (2, 1, "10001", None),
]


@MARKETS
@pytest.mark.parametrize(("cycle", "day", "blasts", "expected"), BLASTS)
def test_blasts_before_the_first_dose(
    cycle: int, day: int, blasts: str | None, expected: str | None, drug: Presentation
) -> None:
    """Blasts over 10,000/mm³ before the first dose: override."""
    made = dosed(cycle, day, "cr", drug=drug, blasts=blasts)
    assert judged(made.findings) == ({("blasts", expected)} if expected else set())


# ------------------------------------------------------------------ the most that is prepared


@pytest.mark.parametrize(
    ("ordered", "expected"), [("2.5", False), ("2.504", False), ("2.505", True), ("2.51", True), ("60", True)]
)
def test_a_dose_over_2_5_mg_stops(ordered: str, expected: bool) -> None:
    """Dose over 2.5 mg: stop, judged on the dose as it was rounded."""
    made = dosed(cycle=2, day=1, ordered=ordered)
    assert (("dose", "stop") in judged(made.findings)) == expected


# ------------------------------------------------------------------ the working


def test_the_working_from_level_to_dose() -> None:
    level, calculated, dose = dosed().lines
    assert (level.step, level.parts[0].result, level.sources[0].text) == (
        "level",
        per_m2("0.8"),
        "FDA PI §2, dose table",
    )
    assert (calculated.step, calculated.parts[0].operands, calculated.rounding) == (
        "calculated-dose",
        {"level": per_m2("0.8"), "bsa": m2("1.82")},
        None,
    )
    assert (dose.step, dose.parts[0].result, dose.rounding) == ("dose", mg("1.46"), mg("0.01"))
    assert dose.sources[0].status is Status.SITE


def test_the_working_of_an_ordered_dose_names_the_order() -> None:
    dose = dosed(ordered="1.5").lines[-1]
    assert (dose.step, dose.parts[0].case, dose.parts[0].result) == ("dose", "compared", mg("1.5"))
    assert dose.sources[0].status is Status.ORDER


def test_the_worst_severity_sorts_first() -> None:
    assert sorted(Severity) == [Severity.STOP, Severity.OVERRIDE, Severity.ACKNOWLEDGE, Severity.INFO]


def test_a_level_has_at_most_3_decimals():
    """Stored exactly as whole nanograms: 3 decimals of level times 3 of area are 6 of milligrams."""
    assert us(level="0.375").level == per_m2("0.375")
    with pytest.raises(Unreadable, match=r"0\.3333 mg/m² has more than 3 decimals"):
        us(level="0.3333")


@pytest.mark.parametrize("setting", ["bsa_step", "dose_step", "volume_step"])
def test_a_sites_step_has_at_most_3_decimals(setting):
    kind = {"bsa_step": m2, "dose_step": mg, "volume_step": mL}[setting]
    with pytest.raises(ValueError, match=f"{setting}: .* has more than 3 decimals"):
        us(**{setting: kind("0.0001")})


def test_a_day_on_which_the_drug_is_not_given_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"^Day 2 is not a day of dosing: they are 1, 8 and 15\.$"):
        us(day=2)


def test_a_response_that_decides_any_day_is_asked_for() -> None:
    """Were the label's day 8 to depend on the response, day 8 of cycle 2 could not be computed without it."""
    later = replace(US.regimen.no_response, value={1: per_m2("0.8"), 8: per_m2("1"), 15: per_m2("0.5")})
    drug = replace(US, regimen=replace(US.regimen, no_response=later))
    made = plan(Order(patient(), treatment(2, 8)), drug, Policy(Market.US))
    assert made.dose is None and ("response", "stop") in judged(made)
    made = plan(Order(patient(), treatment(2, 15)), drug, Policy(Market.US))
    assert figure(made.level) == "0.5" and ("response", "info") in judged(made)


SITES = [
    ("difference_override_percent", Decimal(20), "is over difference_stop_percent"),
    ("measured_acknowledge_days", 30, "is over measured_override_days"),
    ("near_miss_percent", Decimal(-1), "below zero"),
    ("bag_overfill", mL("-7"), "below zero"),
    ("bag_overfill", mL("0.0000000001"), "is not a whole number of nL"),
    ("dose_most", mg(0), "is not above zero"),
]


@pytest.mark.parametrize(("setting", "value", "why"), SITES, ids=[f"{row[0]}-{row[2]}" for row in SITES])
def test_a_sites_limits_that_would_switch_a_finding_off_are_refused(setting: str, value: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        us(**{setting: value})


def test_what_is_decided_for_one_drug_does_not_hold_for_another() -> None:
    """A withdrawable volume recorded for Besponsa says nothing of another vial, nor does its greatest dose."""
    policy = Policy(Market.UK, withdrawable=mL("3.6"))
    assert policy.for_drug("besponsa") is policy
    other = policy.for_drug("other")
    assert (other.withdrawable, other.dose_most, other.small_dose_override_from) == (None,) * 3
    assert other.diluted_bag == {}
    assert other.for_drug("other") is other
