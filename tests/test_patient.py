"""The person: body surface by five published formulas, age to the day, and what is plausible."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from compounding.findings import Finding, Severity
from compounding.patient import (
    FORMULAS,
    Patient,
    body_mass_index,
    months_between,
    plausibility,
    rounded_surface,
    surface_area,
    years_between,
)
from compounding.policy import ADULT, Band, Formula, Market, Plausible, Policy
from compounding.quantities import BodySurface, Unreadable, plain, round_to
from tests.orders import DAY, Typed, cm, judged, kg, m2, patient

POLICY = Policy(Market.US)
ADULT_BORN = date(1980, 8, 14)
CHILD_BORN = date(2015, 8, 14)

# ------------------------------------------------------------------ body surface

# Published elsewhere, to 6 decimals: height in cm, weight in kg, formula, m².
PUBLISHED = [
    (170, 75, Formula.MOSTELLER, "1.881932"),
    (170, 75, Formula.DUBOIS, "1.863558"),
    (170, 75, Formula.HAYCOCK, "1.894690"),
    (170, 75, Formula.GEHAN_GEORGE, "1.897470"),
    (170, 75, Formula.BOYD, "1.905069"),
    (180, 80, Formula.MOSTELLER, "2.000000"),  # √(180 × 80 ÷ 3600) = √4
    (180, 80, Formula.DUBOIS, "1.996421"),
    (180, 80, Formula.HAYCOCK, "2.006560"),
    (180, 80, Formula.GEHAN_GEORGE, "2.009483"),
    (180, 80, Formula.BOYD, "2.007355"),
]


@pytest.mark.parametrize(("height", "weight", "formula", "bsa"), PUBLISHED)
def test_the_formula_gives_the_published_surface(height: int, weight: int, formula: Formula, bsa: str) -> None:
    unrounded = surface_area(cm(height), kg(weight), formula)
    assert round_to(unrounded, m2("0.000001")) == m2(bsa)


def test_every_formula_is_published_under_its_name_and_paper() -> None:
    assert {formula: (of.name, of.paper) for formula, of in FORMULAS.items()} == {
        Formula.MOSTELLER: ("Mosteller", "N Engl J Med 1987;317:1098"),
        Formula.DUBOIS: ("Du Bois", "Arch Intern Med 1916;17:863"),
        Formula.HAYCOCK: ("Haycock", "J Pediatr 1978;93:62"),
        Formula.GEHAN_GEORGE: ("Gehan–George", "Cancer Chemother Rep 1970;54:225"),
        Formula.BOYD: ("Boyd", "Univ Minnesota Press 1935"),
    }


ROUNDED = [
    # The choice of formula, and the rounding, can each flip a vial.
    (170, 70, Formula.MOSTELLER, "0.01", "1.82"),  # √(170 × 70 ÷ 3600) = 1.81812…
    (170, "69.5", Formula.MOSTELLER, "0.01", "1.81"),
    (170, "69.5", Formula.DUBOIS, "0.01", "1.8"),
    (170, "69.2", Formula.MOSTELLER, "0.01", "1.81"),
    (170, "69.2", Formula.MOSTELLER, "0.001", "1.808"),  # 1.8077
    (170, 70, Formula.MOSTELLER, "0.1", "1.8"),
]


@pytest.mark.parametrize(("height", "weight", "formula", "step", "bsa"), ROUNDED)
def test_the_surface_is_rounded_as_the_site_does(
    height: Typed, weight: Typed, formula: Formula, step: str, bsa: str
) -> None:
    site = replace(POLICY, formula=formula, bsa_step=BodySurface(Decimal(step)))
    rounded, line = rounded_surface(patient(height, weight), site)
    assert rounded == m2(bsa)
    assert (line.step, line.rounding, line.parts[0].result) == ("bsa", m2(step), m2(bsa))
    assert line.sources[0].text == f"{FORMULAS[formula].name}, {FORMULAS[formula].paper}"


def test_the_actual_weight_counts_without_a_cap() -> None:
    # √(200 × 288 ÷ 3600) = √16 = 4, and √(100 × 9 ÷ 3600) = √0.25 = 0.5
    assert surface_area(cm(200), kg(288), Formula.MOSTELLER) == m2(4)
    assert surface_area(cm(100), kg(9), Formula.MOSTELLER) == m2("0.5")


def test_body_mass_index_is_weight_over_the_square_of_the_height_in_metres() -> None:
    assert plain(body_mass_index(cm(200), kg(64)).value) == "16"  # 64 ÷ 2²
    assert plain(body_mass_index(cm(160), kg("115.2")).value) == "45"  # 115.2 ÷ 1.6²


# ------------------------------------------------------------------ age

AGES = [
    # born, on, years
    ("1980-08-14", "2026-03-12", 45),
    ("1980-03-12", "2026-03-12", 46),  # the birthday itself
    ("1980-03-13", "2026-03-12", 45),  # the day before it
    ("2026-03-12", "2026-03-12", 0),
    ("2025-03-13", "2026-03-12", 0),
    ("2025-03-12", "2026-03-12", 1),  # the youngest of the US licence
    ("2008-02-29", "2026-02-28", 17),  # born on 29 February: a year older on 1 March
    ("2008-02-29", "2026-03-01", 18),
    ("2008-02-29", "2028-02-28", 19),
    ("2008-02-29", "2028-02-29", 20),
    ("2008-03-01", "2026-02-28", 17),
]


@pytest.mark.parametrize(("born", "on", "years"), AGES)
def test_age_in_whole_years(born: str, on: str, years: int) -> None:
    day = date.fromisoformat(on)
    assert years_between(date.fromisoformat(born), day) == years
    who = patient(on=day, born=date.fromisoformat(born))
    assert who.age == years
    assert who.adult == (years >= 18)


def test_without_a_date_of_birth_the_adult_limits_apply() -> None:
    assert patient().age is None
    assert patient().adult


@pytest.mark.parametrize(
    ("born", "on", "months"),
    [("2025-01-31", "2026-01-30", 11), ("2025-01-31", "2026-01-31", 12), ("2025-12-31", "2026-01-01", 0)],
)
def test_age_in_whole_months(born: str, on: str, months: int) -> None:
    assert months_between(date.fromisoformat(born), date.fromisoformat(on)) == months


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ("born", "born 2026-03-13 is after 2026-03-12, the day of the dose"),
        ("height_measured", "height measured 2026-03-13 is after 2026-03-12, the day of the dose"),
        ("weight_measured", "weight measured 2026-03-13 is after 2026-03-12, the day of the dose"),
    ],
)
def test_what_is_known_of_a_patient_lies_not_after_the_dose(known: str, message: str) -> None:
    Patient(cm(170), kg(70), DAY, **{known: DAY})  # on the day itself is in time
    with pytest.raises(ValueError) as refused:
        Patient(cm(170), kg(70), DAY, **{known: DAY + timedelta(days=1)})
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("height", "weight", "message"),
    [(0, 70, "The height is not above zero."), (170, 0, "The weight is not above zero.")],
)
def test_a_measurement_of_nothing_is_unreadable(height: int, weight: int, message: str) -> None:
    with pytest.raises(Unreadable) as refused:
        patient(height, weight)
    assert str(refused.value) == message


# ------------------------------------------------------------------ what is plausible


def found(
    height: Typed, weight: Typed, born: date | None = None, bsa: Typed | None = None, **known: Any
) -> tuple[Finding, ...]:
    """What is found for a pair of measurements. `bsa` replaces the area, to judge it by itself."""
    who = patient(height, weight, born=born, **known)
    area = rounded_surface(who, POLICY)[0] if bsa is None else m2(bsa)
    return tuple(plausibility(who, area, POLICY))


def severity(findings: tuple[Finding, ...], code: str) -> str | None:
    words = [finding.severity.word for finding in findings if finding.code == code]
    return words[0] if words else None


# An adult's limits. Each row: the value, and what is found at it.
HEIGHTS = [
    ("99.9", "stop"),
    ("100", "acknowledge"),  # at the limit is within it
    ("139.9", "acknowledge"),
    ("140", None),
    ("205", None),
    ("205.1", "acknowledge"),
    ("230", "acknowledge"),
    ("230.1", "stop"),
]
WEIGHTS = [
    ("24.9", "stop"),
    ("25", "acknowledge"),
    ("34.9", "acknowledge"),
    ("35", None),
    ("160", None),
    ("160.1", "acknowledge"),
    ("300", "acknowledge"),
    ("300.1", "stop"),
]
SURFACES = [
    ("0.49", "stop"),
    ("0.5", "acknowledge"),
    ("1.29", "acknowledge"),
    ("1.3", None),
    ("2.5", None),
    ("2.51", "acknowledge"),
    ("3", "acknowledge"),
    ("3.01", "stop"),
]
# At 200 cm the index is the weight ÷ 4, judged unrounded.
INDICES = [
    ("39.99", "stop"),  # 9.9975
    ("40", "acknowledge"),  # 10
    ("63.99", "acknowledge"),  # 15.9975
    ("64", None),  # 16
    ("180", None),  # 45
    ("180.01", "acknowledge"),  # 45.0025
    ("320", "acknowledge"),  # 80
    ("320.01", "stop"),  # 80.0025
]


@pytest.mark.parametrize("born", [None, ADULT_BORN], ids=["age not known", "45 years"])
@pytest.mark.parametrize(("height", "expected"), HEIGHTS)
def test_height_of_an_adult(height: str, expected: str | None, born: date | None) -> None:
    assert severity(found(height, 70, born), "height") == expected


@pytest.mark.parametrize(("weight", "expected"), WEIGHTS)
def test_weight_of_an_adult(weight: str, expected: str | None) -> None:
    assert severity(found(170, weight, ADULT_BORN), "weight") == expected


@pytest.mark.parametrize(("bsa", "expected"), SURFACES)
def test_body_surface_of_an_adult(bsa: str, expected: str | None) -> None:
    assert severity(found(170, 70, ADULT_BORN, bsa=bsa), "bsa") == expected


@pytest.mark.parametrize(("weight", "expected"), INDICES)
def test_body_mass_index_of_an_adult(weight: str, expected: str | None) -> None:
    assert severity(found(200, weight, ADULT_BORN), "bmi") == expected


# Under 18 there is a stop and nothing before it.
CHILD_HEIGHTS = [("59.9", "stop"), ("60", None), ("99.9", None), ("200", None), ("200.1", "stop")]
CHILD_WEIGHTS = [("4.9", "stop"), ("5", None), ("24.9", None), ("150", None), ("150.1", "stop")]
CHILD_SURFACES = [("0.29", "stop"), ("0.3", None), ("1.29", None), ("2.5", None), ("2.51", "stop")]


@pytest.mark.parametrize(("height", "expected"), CHILD_HEIGHTS)
def test_height_under_18(height: str, expected: str | None) -> None:
    assert severity(found(height, 20, CHILD_BORN), "height") == expected


@pytest.mark.parametrize(("weight", "expected"), CHILD_WEIGHTS)
def test_weight_under_18(weight: str, expected: str | None) -> None:
    assert severity(found(110, weight, CHILD_BORN), "weight") == expected


@pytest.mark.parametrize(("bsa", "expected"), CHILD_SURFACES)
def test_body_surface_under_18(bsa: str, expected: str | None) -> None:
    assert severity(found(110, 20, CHILD_BORN, bsa=bsa), "bsa") == expected


def test_body_mass_index_is_not_judged_under_18() -> None:
    # 120 ÷ 1.1² = 99, far over an adult's 80
    assert judged(found(110, 120, CHILD_BORN)) == set()
    assert ("bmi", "stop") in judged(found(110, 120, ADULT_BORN))


def test_the_limits_change_on_the_18th_birthday() -> None:
    born = DAY.replace(year=2008)
    assert judged(found(110, 20, born, on=DAY - timedelta(days=1))) == set()
    assert judged(found(110, 20, born, on=DAY)) == {
        ("height", "acknowledge"),  # 100 to 140
        ("weight", "stop"),  # under 25
        ("bsa", "acknowledge"),  # √(110 × 20 ÷ 3600) = 0.78
    }  # 20 ÷ 1.1² = 16.5 is within 16 to 45


def test_a_finding_carries_what_it_judged_and_the_limits() -> None:
    (weight,) = (finding for finding in found(170, 24, ADULT_BORN) if finding.code == "weight")
    assert weight.values.items() >= {"weight": kg(24), "low": kg(25), "high": kg(300)}.items()
    assert weight.severity is Severity.STOP


def test_the_surface_is_judged_as_it_was_rounded() -> None:
    # √(140 × 43.3 ÷ 3600) = 1.29765… is under 1.3, but 1.30 is what the dose is computed from
    assert severity(found(140, "43.3", ADULT_BORN), "bsa") is None


def test_a_site_may_set_its_own_limits() -> None:
    narrower = {**ADULT, "height": Plausible(ADULT["height"].stop, Band(cm(150), cm(190)))}
    who = patient(145, 60, born=ADULT_BORN)
    site = replace(POLICY, adult=narrower)
    assert ("height", "acknowledge") in judged(tuple(plausibility(who, m2("1.55"), site)))


def test_limits_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^the limits 190 cm and 150 cm are out of order$"):
        Band(cm(190), cm(150))


# ------------------------------------------------------------------ the two figures in each other's place

SWAPPED = [
    # height, weight, born, whether the other way round is told of
    (70, 170, None, True),  # 170 cm and 70 kg break nothing
    ("69.5", 170, ADULT_BORN, True),
    (170, 70, None, False),  # nothing is broken as typed
    (250, 250, None, False),  # broken both ways
    (200, 40, None, False),  # 40 cm is broken
    (165, 161, None, False),  # 161 cm and 165 kg: the weight would ask
    (150, 200, None, False),  # 200 cm and 150 kg: √(200 × 150 ÷ 3600) = 2.89 m² would ask
    (30, 110, CHILD_BORN, True),
    (110, 30, CHILD_BORN, False),
    (300, 100, CHILD_BORN, False),  # 300 kg is broken
]


@pytest.mark.parametrize(("height", "weight", "born", "swapped"), SWAPPED)
def test_a_pair_that_fits_only_the_other_way_round_stops(
    height: Typed, weight: Typed, born: date | None, swapped: bool
) -> None:
    """The typed pair breaks a stop or acknowledge limit of these four and the swapped pair breaks none:
    stop, beside the findings of the pair."""
    assert (("swapped", "stop") in judged(found(height, weight, born))) == swapped


def test_the_findings_of_the_pair_stand_beside_the_swap() -> None:
    # √(70 × 170 ÷ 3600) = 1.82 m² breaks nothing; 170 ÷ 0.7² = 346.9 kg/m²
    assert judged(found(70, 170)) == {
        ("height", "stop"),
        ("weight", "acknowledge"),
        ("bmi", "stop"),
        ("swapped", "stop"),
    }
    (swapped,) = (finding for finding in found(70, 170) if finding.code == "swapped")
    assert swapped.values == {"height_cm": Decimal(70), "weight_kg": Decimal(170)}


# ------------------------------------------------------------------ how old a measurement is

MEASURED = [(0, None), (14, None), (15, "acknowledge"), (28, "acknowledge"), (29, "override")]


@pytest.mark.parametrize(("days", "expected"), MEASURED)
def test_an_old_weight_asks_and_an_older_one_needs_a_second_person(days: int, expected: str | None) -> None:
    """Weight older than 14 days: acknowledge; 28 days: override."""
    assert severity(found(170, 70, weight_measured=DAY - timedelta(days=days)), "measured") == expected


@pytest.mark.parametrize(("days", "expected"), MEASURED)
def test_an_old_height_is_judged_under_18(days: int, expected: str | None) -> None:
    measured = DAY - timedelta(days=days)
    assert severity(found(110, 20, CHILD_BORN, height_measured=measured), "measured") == expected
    assert severity(found(170, 70, ADULT_BORN, height_measured=measured), "measured") is None
    assert severity(found(170, 70, None, height_measured=measured), "measured") is None


def test_weight_and_height_are_judged_each_by_itself() -> None:
    old: dict[str, Any] = {
        "weight_measured": DAY - timedelta(days=15),
        "height_measured": DAY - timedelta(days=29),
    }
    found_old = [f for f in found(110, 20, CHILD_BORN, **old) if f.code == "measured"]
    assert [(f.case, f.severity.word, f.values["days"]) for f in found_old] == [
        ("weight", "acknowledge", 15),
        ("height", "override", 29),
    ]


def test_what_was_not_said_to_be_measured_is_not_judged() -> None:
    assert found(170, 70) == ()
