"""Order and presentation into a plan: the worked examples digit for digit, then every area there is."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import ceil, floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compounding.dosing import dosing
from compounding.findings import Severity
from compounding.policy import DilutedBagLimit, Formula, Making, Market, Policy
from compounding.preparation import Order, Plan, plan
from compounding.quantities import Concentration, Duration, Quantity, Unreadable, total
from compounding.vials import DrawKind
from compounding.wording.working import rows
from tests.orders import (
    DRUGS,
    IN,
    US,
    Typed,
    figure,
    finding,
    for_surface,
    judged,
    line,
    m2,
    mg,
    mL,
    patient,
    treatment,
    uk,
    us,
)


def billed(made: Plan) -> tuple[str, int, int, str] | None:
    """The claim: code, units given, units discarded, modifier."""
    bill = made.billed
    return None if bill is None else (bill.code, bill.administered, bill.discarded, bill.modifier)


def figures(made: Plan) -> dict[str, Any]:
    """A plan's figures by the names of the command line."""
    vials, bag = made.vials, made.bag
    assert vials is not None and bag is not None
    return {
        "bsa_m2": figure(made.bsa),
        "dose_level_mg_per_m2": figure(made.level),
        "dose_calculated_mg": figure(made.calculated),
        "dose_mg": figure(made.dose),
        "volume_mL": figure(made.volume),
        "vials": vials.count,
        "reconstitution_mL": figure(vials.reconstitution),
        "draws_mL": [figure(draw.volume) for draw in vials.draws],
        "discarded_mL": figure(vials.discarded),
        "discarded_mg": figure(vials.discarded_mass),
        "bag_mL": figure(bag.volume),
        "diluent_mL": figure(bag.diluent),
        "concentration_mg_per_mL": figure(bag.concentration),
        "billing": billed(made),
        "spare_vials": vials.spare,
        "expected_mass_g": None if made.weighed is None else figure(made.weighed.drawn),
    }


# ------------------------------------------------------------------ the worked example

WORKED = {
    "bsa_m2": "1.82",  # √(170 × 70 ÷ 3600) = 1.81812…
    "dose_level_mg_per_m2": "0.8",
    "dose_calculated_mg": "1.456",  # 0.8 × 1.82
    "dose_mg": "1.46",
    "volume_mL": "5.84",  # ÷ 0.25
    "vials": 2,  # 2 × 3.6 = 7.2
    "reconstitution_mL": "8",  # 2 × 4
    "draws_mL": ["3.6", "2.24"],
    "discarded_mL": "1.36",  # 7.2 − 5.84
    "discarded_mg": "0.34",  # 1.8 − 1.46
    "bag_mL": "50",
    "diluent_mL": "44.16",  # 50 − 5.84
    "concentration_mg_per_mL": "0.0292",  # 1.46 ÷ 50
    "billing": ("J9229", 15, 3, "JW"),  # ⌈14.6⌉, 18 − 15
    "spare_vials": 0,
    "expected_mass_g": None,
}


def test_the_worked_example_in_the_united_states() -> None:
    made = us(170, 70, cycle=1, day=1)
    assert figures(made) == WORKED
    assert judged(made) == {("diluted-bag", "info")}
    assert not made.stopped


def test_the_worked_example_in_the_united_kingdom() -> None:
    made = uk(170, 70, cycle=1, day=1)
    assert figures(made) == WORKED | {
        "draws_mL": ["4", "1.84"],  # nominal: all that can be drawn, then to a total of 5.84
        "discarded_mL": "2.16",  # 8 − 5.84
        "discarded_mg": "0.54",  # 2 − 1.46
        "billing": None,
        "expected_mass_g": "5.96",  # 5.84 × 1.02 = 5.9568
    }
    assert made.vials is not None
    assert [draw.kind for draw in made.vials.draws] == [DrawKind.ALL, DrawKind.TO_TOTAL]
    assert judged(made) == set()


def test_the_worked_example_where_a_uk_site_recorded_3_6_ml() -> None:
    made = uk(170, 70, withdrawable=mL("3.6"))
    assert figures(made) == WORKED | {
        "discarded_mg": "0.54",  # 2 − 1.46: 1.36 mL × 0.25 = 0.34, and 0.2 stays in the vials
        "billing": None,
        "expected_mass_g": "5.96",
    }
    assert made.vials is not None
    assert (figure(made.vials.stays), figure(made.vials.stays_mass)) == ("0.8", "0.2")


MORE = [
    # BSA, mg/m², dose mg, mL, vials US and UK, JW units (0: JZ)
    ("1.25", "0.8", "1", "4", 2, 1, 8),
    ("1.5", "0.5", "0.75", "3", 1, 1, 1),
    ("1.8", "0.5", "0.9", "3.6", 1, 1, 0),
    ("1.86", "0.5", "0.93", "3.72", 2, 1, 8),
    ("2.25", "0.8", "1.8", "7.2", 2, 2, 0),
    ("2.26", "0.8", "1.81", "7.24", 3, 2, 8),
]


@pytest.mark.parametrize(("bsa", "level", "dose", "volume", "in_us", "in_uk", "units"), MORE)
def test_more_by_arithmetic(bsa: str, level: str, dose: str, volume: str, in_us: int, in_uk: int, units: int) -> None:
    day = {"0.8": 1, "0.5": 8}[level]
    for make, vials in ((us, in_us), (uk, in_uk)):
        made = make(**for_surface(bsa), cycle=1, day=day)
        assert (figure(made.bsa), figure(made.level)) == (bsa, level)
        assert (figure(made.dose), figure(made.volume)) == (dose, volume)
        assert made.vials is not None and made.vials.count == vials
    claim = billed(us(**for_surface(bsa), cycle=1, day=day))
    assert claim is not None and claim[2:] == (units, "JW" if units else "JZ")


# ------------------------------------------------------------------ where a choice flips a vial

FLIPS = [
    # weight, the site's choice, BSA, dose, US vials; 170 cm, 0.5 mg/m²
    ("69.5", {}, "1.81", "0.91", 2),  # 0.905 → 0.91
    ("69.5", {"formula": Formula.DUBOIS}, "1.8", "0.9", 1),
    ("69.2", {}, "1.81", "0.91", 2),
    ("69.2", {"bsa_step": m2("0.001")}, "1.808", "0.9", 1),  # √(170 × 69.2 ÷ 3600) = 1.8077; 0.5 × 1.808 = 0.904
]


@pytest.mark.parametrize(("weight", "site", "bsa", "dose", "vials"), FLIPS)
def test_formula_and_rounding_can_flip_a_vial(
    weight: str, site: dict[str, Any], bsa: str, dose: str, vials: int
) -> None:
    made = us(170, weight, cycle=1, day=8, **site)
    assert (figure(made.bsa), figure(made.dose)) == (bsa, dose)
    assert made.vials is not None and made.vials.count == vials


def test_the_plan_shows_what_every_formula_would_give() -> None:
    made = us(170, "69.5", cycle=1, day=8)
    assert [other.formula for other in made.alternatives] == list(Formula)
    by = {other.formula: other for other in made.alternatives}
    assert (figure(by[Formula.MOSTELLER].bsa), by[Formula.MOSTELLER].vials) == ("1.81", 2)
    assert (figure(by[Formula.DUBOIS].bsa), by[Formula.DUBOIS].vials) == ("1.8", 1)
    assert figure(by[Formula.MOSTELLER].discarded) == "3.56"  # 7.2 − 3.64


def test_each_formula_by_itself_agrees_with_a_site_that_uses_it() -> None:
    for other in us(170, "69.5").alternatives:
        made = us(170, "69.5", formula=other.formula)
        assert made.vials is not None
        assert (other.bsa, other.dose, other.volume, other.vials) == (
            made.bsa,
            made.dose,
            made.volume,
            made.vials.count,
        )


def test_the_formulas_are_compared_by_their_own_doses_and_not_by_the_orders() -> None:
    for other in us(170, 70, ordered="1.5").alternatives:
        assert other.dose is not None and other.dose != mg("1.5")


# ------------------------------------------------------------------ the order's dose


def test_an_ordered_dose_is_prepared_and_compared() -> None:
    made = us(170, 70, ordered="1.5")
    assert (figure(made.calculated), figure(made.dose), figure(made.volume)) == ("1.456", "1.5", "6")
    assert made.difference is not None
    assert round(made.difference.percent, 4) == Decimal("3.0220")  # 0.044 ÷ 1.456
    assert billed(made) == ("J9229", 15, 3, "JW")
    assert judged(made) == {("diluted-bag", "info")}


@pytest.mark.parametrize("market", Market)
def test_a_level_not_known_leaves_the_plan_to_the_order(market: Market) -> None:
    """A level that is not known leaves the difference unjudged and the plan computed from the order."""
    made = IN[market](170, 70, cycle=2, day=1, ordered="0.9")
    assert (made.level, made.calculated, made.difference) == (None, None, None)
    assert (figure(made.dose), figure(made.volume)) == ("0.9", "3.6")
    assert made.vials is not None and made.vials.count == 1
    assert made.bag is not None and figure(made.bag.diluent) == "46.4"
    assert ("response", "stop") in judged(made) and made.stopped


@pytest.mark.parametrize("market", Market)
def test_a_level_not_known_and_no_order_leaves_nothing_to_compute(market: Market) -> None:
    made = IN[market](170, 70, cycle=2, day=1)
    assert figure(made.bsa) == "1.82"
    assert (made.level, made.dose, made.prepared, made.volume) == (None, None, None, None)
    assert (made.vials, made.bag, made.billed, made.weighed) == (None, None, None, None)
    assert [line.step for line in made.lines] == ["bsa"]
    assert all(other.dose is None and other.vials is None for other in made.alternatives)


def test_more_drug_than_bag_makes_no_sense() -> None:
    made = us(170, 70, ordered="12.51")  # ÷ 0.25 = 50.04 mL
    assert figure(made.volume) == "50.04"
    assert (made.vials, made.bag, made.billed, made.weighed) == (None, None, None, None)
    assert {("concentration", "stop"), ("dose", "stop"), ("ordered-dose", "stop")} <= judged(made)


def test_a_bag_of_nothing_but_drug_is_still_computed() -> None:
    made = us(170, 70, ordered="12.5")  # 50 mL
    assert made.bag is not None and made.vials is not None
    assert (figure(made.bag.diluent), made.vials.count) == ("0", 14)  # 50 ÷ 3.6 = 13.9
    assert billed(made) == ("J9229", 125, 1, "JW")  # 14 × 9 − 125


# ------------------------------------------------------------------ the volume as a syringe shows it

PREPARED = [
    # step, volume, prepared mg, difference, discarded mL and mg, diluent, mg/mL, billing; of 1.46 mg = 5.84 mL
    ("0.01", "5.84", "1.46", None, "1.36", "0.34", "44.16", "0.0292", (15, 3, "JW")),
    ("0.05", "5.85", "1.4625", "0.0025", "1.35", "0.3375", "44.15", "0.02925", (15, 3, "JW")),
    ("0.1", "5.8", "1.45", "-0.01", "1.4", "0.35", "44.2", "0.029", (15, 3, "JW")),
]


@pytest.mark.parametrize(
    ("step", "volume", "prepared", "apart", "left", "left_mass", "diluent", "strength", "bill"), PREPARED
)
def test_a_rounded_volume_makes_a_prepared_dose(
    step: str,
    volume: str,
    prepared: str,
    apart: str | None,
    left: str,
    left_mass: str,
    diluent: str,
    strength: str,
    bill: tuple[int, int, str],
) -> None:
    """The prepared dose is step 6 × 0.25 mg/mL: steps 7 to 13 and the label use it, and the worksheet shows
    step 5 and the difference in % beside it."""
    made = us(170, 70, volume_step=mL(step))
    assert made.dose == mg("1.46")
    assert (figure(made.volume), figure(made.prepared)) == (volume, prepared)
    assert made.vials is not None and made.bag is not None
    assert (figure(made.vials.discarded), figure(made.vials.discarded_mass)) == (left, left_mass)
    assert (figure(made.bag.diluent), figure(made.bag.concentration)) == (diluent, strength)
    assert billed(made) == ("J9229", *bill)
    parts = line(made, "volume").parts
    assert [part.case for part in parts] == ([""] if apart is None else ["", "prepared"])
    if apart is not None:
        shown = parts[1].operands["difference"]
        assert isinstance(shown, Quantity)
        assert abs(shown.value - Decimal(apart) / Decimal("1.46")) < Decimal("1e-20")


def test_a_rounded_volume_may_take_a_vial_less() -> None:
    # 0.91 mg = 3.64 mL; to 0.1 mL it is 3.6 mL = 0.9 mg, one vial and nothing discarded
    made = us(**for_surface("1.81"), day=8, volume_step=mL("0.1"))
    assert (figure(made.dose), figure(made.prepared)) == ("0.91", "0.9")
    assert made.vials is not None and made.vials.count == 1
    assert billed(made) == ("J9229", 9, 0, "JZ")


def test_a_volume_that_rounds_to_nothing_is_unreadable() -> None:
    with pytest.raises(Unreadable) as refused:
        us(ordered="0.01", volume_step=mL("0.1"))
    assert str(refused.value) == "0.04 mL rounds to 0 mL, to 0.1 mL: nothing is drawn."


def test_a_formula_that_gives_nothing_is_a_dash_and_no_fault_of_the_order() -> None:
    made = us(1, "0.01", ordered="0.9")  # √(0.01 ÷ 3600) = 0.0017 m²
    assert made.vials is not None
    assert all(other.dose is None for other in made.alternatives)


# ------------------------------------------------------------------ how the bag is made up


def test_an_empty_container_is_filled_and_nothing_removed() -> None:
    made = us(170, 70)
    assert made.bag is not None
    assert (made.bag.making, made.bag.removed) == (Making.EMPTY_CONTAINER, None)


@pytest.mark.parametrize(("overfill", "removed"), [("5", "10.84"), ("0", "5.84"), ("3.5", "9.34")])
def test_from_a_ready_filled_bag_drug_and_overfill_are_removed_first(overfill: str, removed: str) -> None:
    """Ready-filled 50 mL bag, the drug's volume and the bag's overfill removed first: offered only where
    the site has recorded that bag's overfill (0 is an answer)."""
    made = us(170, 70, making=Making.READY_FILLED, bag_overfill=mL(overfill))
    assert made.bag is not None
    assert figure(made.bag.removed) == removed  # 5.84 + the overfill
    assert (figure(made.bag.volume), figure(made.bag.diluent)) == ("50", "44.16")
    assert [part.case for part in line(made, "bag").parts] == ["diluent", "removed", "concentration"]


def test_a_ready_filled_bag_of_unknown_overfill_is_refused() -> None:
    with pytest.raises(ValueError) as refused:
        us(170, 70, making=Making.READY_FILLED)
    assert str(refused.value) == ("a ready-filled bag is offered only where the site has recorded its overfill")


def test_a_site_prepares_its_own_markets_presentation() -> None:
    with pytest.raises(ValueError) as refused:
        plan(Order(patient(), treatment()), US, Policy(Market.UK))
    assert str(refused.value) == "besponsa-us is not of the market uk, which this site prepares for"


NOTHING = {"bsa_step": m2(0), "dose_step": mg(0), "volume_step": mL(0), "withdrawable": mL(0)}


@pytest.mark.parametrize("setting", NOTHING)
def test_a_site_does_not_round_to_nothing_nor_draw_nothing_from_a_vial(setting: str) -> None:
    with pytest.raises(ValueError) as refused:
        uk(**{setting: NOTHING[setting]})
    assert str(refused.value) == f"{setting}: {NOTHING[setting]} is not above zero"


# ------------------------------------------------------------------ what is found on the bag

CHILD = date(2010, 3, 12)
IN_THE_BAG = [
    # ordered mg, born, found; cycle 2 day 1 without a response, so that the order's dose is not compared
    ("0.39", None, "stop"),
    ("0.395", None, "override"),  # rounds to 0.40
    ("0.4", None, "override"),  # by the site's written decision, for an adult
    ("0.4", date(1980, 8, 14), "override"),
    ("0.49", None, "override"),
    ("0.5", None, None),  # 0.5 ÷ 50 = 0.01 mg/mL: at the limit
    ("0.49", CHILD, "stop"),
    ("0.4", CHILD, "stop"),
    ("0.5", CHILD, None),
    ("5", None, None),  # 5 ÷ 50 = 0.1 mg/mL: at the limit
    ("5.01", None, "stop"),
]


@pytest.mark.parametrize("market", Market)
@pytest.mark.parametrize(("ordered", "born", "expected"), IN_THE_BAG)
def test_the_concentration_of_the_bag(ordered: str, born: date | None, expected: str | None, market: Market) -> None:
    """Bag concentration over its range: stop. Below it: stop, but for an adult's dose of 0.4 mg or more
    override, in both markets."""
    made = IN[market](170, 70, cycle=2, day=1, ordered=ordered, born=born)
    found = {severity for code, severity in judged(made) if code == "concentration"}
    assert found == ({expected} if expected else set())


def test_the_concentration_is_judged_on_the_prepared_dose() -> None:
    # 0.49 mg = 1.96 mL; to 0.1 mL it is 2 mL = 0.5 mg, and 0.5 ÷ 50 = 0.01 mg/mL
    made = us(170, 70, cycle=2, day=1, ordered="0.49", volume_step=mL("0.1"))
    assert "concentration" not in {code for code, _ in judged(made)}


def test_the_diluted_bags_own_limits_are_missed_until_recorded() -> None:
    recorded = DilutedBagLimit(Duration(Decimal(240)), includes_infusion=False)
    no_limit = DilutedBagLimit(None, includes_infusion=False)
    assert finding(us(), "diluted-bag").severity is Severity.INFO
    assert judged(us(diluted_bag={"room": recorded, "fridge": recorded})) == set()
    assert judged(us(diluted_bag={"room": no_limit, "fridge": recorded})) == set()
    assert judged(uk()) == set()


SPARES = [
    # BSA, day, dose, found in the UK
    ("1.8", 8, "0.9", None),
    ("1.82", 8, "0.91", "acknowledge"),
    ("2", 8, "1", "acknowledge"),
    ("2.02", 8, "1.01", None),
    ("2.25", 1, "1.8", None),
    ("2.26", 1, "1.81", "acknowledge"),
    ("2.5", 1, "2", "acknowledge"),
    ("2.51", 1, "2.01", None),
]


@pytest.mark.parametrize(("bsa", "day", "dose", "expected"), SPARES)
def test_the_withdrawable_volume_is_asked_for_where_it_counts(
    bsa: str, day: int, dose: str, expected: str | None
) -> None:
    """UK, volume not recorded, and vials of 1 mg and of 0.9 mg give different counts: acknowledge."""
    made = uk(**for_surface(bsa), day=day)
    assert figure(made.dose) == dose
    assert made.vials is not None and made.vials.spare == (1 if expected else 0)
    assert (("withdrawable-volume", "acknowledge") in judged(made)) == bool(expected)
    recorded = uk(**for_surface(bsa), day=day, withdrawable=mL("3.6"))
    assert "withdrawable-volume" not in {code for code, _ in judged(recorded)}
    assert "withdrawable-volume" not in {code for code, _ in judged(us(**for_surface(bsa), day=day))}


NEAR = [
    # BSA at 0.8 mg/m², the site's choice, dose, prepared, down to
    ("1.25", {}, "1", "1", "0.9"),  # 0.1 ÷ 1.00: exactly 10 %
    ("1.26", {}, "1.01", "1.01", None),  # 0.11 ÷ 1.01 = 10.9 %
    ("2.5", {}, "2", "2", "1.8"),  # 0.2 ÷ 2.00: exactly 10 %
    ("2.51", {}, "2.01", "2.01", None),
    ("1.25", {"near_miss_percent": Decimal(6)}, "1", "1", None),
    # 4.04 mL drawn as 4.0: what is left out is counted from the 1.01 mg ordered, not from 1 mg
    ("1.26", {"volume_step": mL("0.1")}, "1.01", "1", None),
    ("1.24", {"volume_step": mL("0.1")}, "0.99", "1", "0.9"),  # 0.09 ÷ 0.99 = 9.1 %
    ("1.25", {"ordered": "1.004"}, "1", "1", None),  # 0.104 ÷ 1.004 = 10.4 %, as typed
    ("1.25", {"ordered": "0.95"}, "0.95", "0.95", "0.9"),
]


@pytest.mark.parametrize(("bsa", "said", "dose", "prepared", "down_to"), NEAR)
def test_near_a_whole_number_of_vials(
    bsa: str, said: dict[str, Any], dose: str, prepared: str, down_to: str | None
) -> None:
    """The dose is over a whole number of vials by no more than the rounding window: info."""
    made = us(**for_surface(bsa), **said)
    assert (figure(made.dose), figure(made.prepared)) == (dose, prepared)
    assert (("near-miss", "info") in judged(made)) == bool(down_to)
    if down_to:
        assert finding(made, "near-miss").values["down_to"] == mg(down_to)


def test_the_worst_findings_stand_first() -> None:
    made = us(99, 170, cycle=4, day=1, response="none", ordered="0.45", days_old=15)
    severities = [finding.severity for finding in made.findings]
    assert severities == sorted(severities)
    assert severities[0] is Severity.STOP and severities[-1] is Severity.INFO


def test_findings_that_need_nothing_but_the_order() -> None:
    """A plan with a stop is still computed as far as it can be."""
    made = us(170, 70, cycle=7, day=1, response="none", born=date(2025, 12, 1), ordered="2.6", blasts="20000")
    assert judged(made) == {
        ("cycle", "stop"),
        ("no-response", "stop"),
        ("age", "stop"),
        ("dose", "stop"),
        ("ordered-dose", "stop"),  # 2.6 of 1.456
        ("diluted-bag", "info"),
    }  # under 18 a BSA of 1.82 m² and 170 cm are plausible
    assert made.vials is not None and made.vials.count == 3  # 10.4 ÷ 3.6


# ------------------------------------------------------------------ the working

STEPS = ["bsa", "level", "calculated-dose", "dose", "volume", "vials", "draws", "reconstitution", "discarded"]


def test_every_step_is_a_line_of_working() -> None:
    assert [line.step for line in us().lines] == [*STEPS, "bag", "billing"]
    assert [line.step for line in uk().lines] == [*STEPS, "bag", "mass"]


@pytest.mark.parametrize("market", Market)
def test_every_line_has_its_source(market: Market) -> None:
    for made in (IN[market](), IN[market](ordered="1.5"), IN[market](level="0.6")):
        for each in made.lines:
            assert each.sources and all(source.text for source in each.sources), each.step
            assert each.parts, each.step


def test_the_working_ends_in_the_plans_own_figures() -> None:
    made = us()
    assert made.vials is not None and made.bag is not None and made.billed is not None
    results = {each.step: [part.result for part in each.parts] for each in made.lines}
    assert results == {
        "bsa": [m2("1.82")],
        "level": [made.level],
        "calculated-dose": [mg("1.456")],
        "dose": [mg("1.46")],
        "volume": [mL("5.84")],
        "vials": [2],
        "draws": [mL("3.6"), mL("2.24")],
        "reconstitution": [mL(8)],
        "discarded": [mL("1.36"), mg("0.34")],
        "bag": [mL("44.16"), Concentration(Decimal("0.0292"))],
        "billing": [15, 3],
    }


def test_what_was_rounded_says_to_what() -> None:
    made = us()
    rounded = {each.step: str(each.rounding) for each in made.lines if each.rounding is not None}
    assert rounded == {"bsa": "0.01 m²", "dose": "0.01 mg", "volume": "0.01 mL"}


def test_the_same_order_gives_the_same_plan() -> None:
    assert us() == us()
    assert us() != us(weight=71)


# ------------------------------------------------------------------ every area there is
#
# The calculation in fractions, written from its text alone. It shares no code with the program and takes
# no constant from the drug files.

AREAS = [Fraction(n, 100) for n in range(30, 301)]
LEVELS = {1: Fraction("0.8"), 8: Fraction("0.5")}
VIAL = {Market.US: (Fraction("3.6"), Fraction("0.9")), Market.UK: (Fraction(4), Fraction(1))}


def to_hundredths(amount: Fraction) -> Fraction:
    """Half away from zero."""
    return Fraction(floor(amount * 100 + Fraction(1, 2)), 100)


def by_hand(bsa: Fraction, level: Fraction, market: Market) -> dict[str, Any]:
    each, labelled = VIAL[market]
    dose = to_hundredths(level * bsa)
    volume = dose / Fraction("0.25")
    vials = ceil(volume / each)
    administered = ceil(dose / Fraction("0.1"))
    return {
        "dose": dose,
        "volume": volume,
        "vials": vials,
        "draws": [each] * (vials - 1) + [volume - (vials - 1) * each],
        "discarded": vials * each - volume,
        "discarded mass": vials * labelled - dose,
        "water": 4 * vials,
        "diluent": 50 - volume,
        "concentration": dose / 50,
        "spare": ceil(dose / Fraction("0.9")) - vials if market is Market.UK else 0,
        "billing": (administered, 9 * vials - administered) if market is Market.US else None,
    }


def by_program(made: Plan) -> dict[str, Any]:
    vials, bag, bill = made.vials, made.bag, made.billed
    assert made.dose is not None and made.volume is not None and vials is not None and bag is not None
    return {
        "dose": Fraction(made.dose.value),
        "volume": Fraction(made.volume.value),
        "vials": vials.count,
        "draws": [Fraction(draw.volume.value) for draw in vials.draws],
        "discarded": Fraction(vials.discarded.value),
        "discarded mass": Fraction(vials.discarded_mass.value),
        "water": Fraction(vials.reconstitution.value),
        "diluent": Fraction(bag.diluent.value),
        "concentration": Fraction(bag.concentration.value),
        "spare": vials.spare,
        "billing": None if bill is None else (bill.administered, bill.discarded),
    }


def concentrations(made: Plan) -> set[Concentration]:
    """Every concentration that stands anywhere in the working of a plan."""
    shown = [value for each in made.lines for part in each.parts for value in (*part.operands.values(), part.result)]
    return {value for value in shown if isinstance(value, Concentration)}


@pytest.mark.slow
@pytest.mark.parametrize("day", [1, 8])
@pytest.mark.parametrize("market", Market)
def test_every_area_from_0_30_to_3_m2(market: Market, day: int) -> None:
    """What is printed is what was used. The least number of vials covers the volume; what is drawn and what
    is discarded is what can be drawn; the concentration is the label's 0.25 mg/mL and never 0.9 ÷ 4."""
    each, _ = VIAL[market]
    for area in AREAS:
        made = IN[market](**for_surface(Decimal(area.numerator) / area.denominator), cycle=1, day=day)
        assert Fraction(made.bsa.value) == area
        expected, got = by_hand(area, LEVELS[day], market), by_program(made)
        assert got == expected, area
        assert sum(got["draws"]) * Fraction("0.25") == got["dose"], area
        assert abs(got["dose"] - LEVELS[day] * area) <= Fraction("0.005"), area
        assert sum(got["draws"]) + got["discarded"] == got["vials"] * each, area
        assert all(0 < draw <= each for draw in got["draws"]), area
        assert (got["vials"] - 1) * each < got["volume"] <= got["vials"] * each, area
        assert got["discarded"] >= 0 and got["discarded mass"] >= 0, area
        assert made.bag is not None
        assert concentrations(made) == {Concentration(Decimal("0.25")), made.bag.concentration}
        assert Concentration(Decimal("0.225")) not in concentrations(made)
        if made.billed is not None:
            assert made.billed.administered + made.billed.discarded == 9 * got["vials"], area
            assert made.billed.modifier == ("JZ" if made.billed.discarded == 0 else "JW"), area


@pytest.mark.slow
@pytest.mark.parametrize("market", Market)
def test_every_area_for_every_cycle_day_and_response(market: Market) -> None:
    """The dose hangs on the level and the area and on nothing else, so that the areas above stand for every
    cycle, day and response: 0.8 on day 1 of cycle 1, and of later cycles without CR or CRi; else 0.5."""
    drug, site, who = DRUGS[market], Policy(market), patient()
    for cycle, day, response in product(range(1, 7), (1, 8, 15), (None, "cr", "cri", "none")):
        order = treatment(cycle, day, response)
        if cycle > 1 and day == 1 and response is None:
            level = None
        else:
            level = Fraction("0.8") if day == 1 and (cycle == 1 or response == "none") else Fraction("0.5")
        for area in AREAS:
            made = dosing(who, m2(Decimal(area.numerator) / area.denominator), order, drug, site)
            if level is None:
                assert made.dose is None
                continue
            assert made.level is not None and made.dose is not None
            assert Fraction(made.level.value) == level
            assert Fraction(made.dose.value) == to_hundredths(level * area), (cycle, day, response, area)


# ------------------------------------------------------------------ any order at any site

STEPS_OF_A_SITE = st.fixed_dictionaries(
    {
        "formula": st.sampled_from(Formula),
        "bsa_step": st.sampled_from(["0.001", "0.01", "0.1"]).map(m2),
        "dose_step": st.sampled_from(["0.001", "0.01", "0.05", "0.1"]).map(mg),
        "volume_step": st.sampled_from(["0.01", "0.05", "0.1"]).map(mL),
    }
)


@given(
    market=st.sampled_from(Market),
    height=st.decimals(100, 230, places=1),
    weight=st.decimals(25, 300, places=1),
    day=st.sampled_from([1, 8, 15]),
    site=STEPS_OF_A_SITE,
    withdrawable=st.none() | st.decimals(3, 4, places=2).map(mL),
)
def test_whatever_a_site_rounds_to_the_bag_holds_what_its_label_says(
    market: Market, height: Typed, weight: Typed, day: int, site: dict[str, Any], withdrawable: Any
) -> None:
    """Every step rounds, visibly, before the next step uses it, so a second checker with a pocket calculator
    reaches the same figures from the paper alone."""
    made = IN[market](height, weight, day=day, withdrawable=withdrawable, **site)
    assert made.level is not None and made.dose is not None and made.prepared is not None
    assert made.volume is not None and made.vials is not None and made.bag is not None
    step = {name: getattr(made.policy, name).value for name in ("bsa_step", "dose_step", "volume_step")}
    for amount, name in ((made.bsa, "bsa_step"), (made.dose, "dose_step"), (made.volume, "volume_step")):
        assert amount.value % step[name] == 0
    assert abs(made.level.value * made.bsa.value - made.dose.value) <= step["dose_step"] / 2
    assert abs(made.dose.value * 4 - made.volume.value) <= step["volume_step"] / 2
    assert made.prepared.value * 4 == made.volume.value
    vials, drawn = made.vials, total(draw.volume for draw in made.vials.draws)
    assert drawn == made.volume
    assert vials.discarded.value == vials.count * vials.per_vial.value - made.volume.value >= 0
    assert (vials.count - 1) * vials.per_vial.value < made.volume.value
    assert made.bag.diluent + made.volume == made.bag.volume
    # What is labelled is given, discarded or stays in the vials.
    labelled = made.drug.vials.labelled.value.value * vials.count
    assert made.prepared.value + vials.discarded_mass.value == labelled
    assert vials.discarded_mass.value == vials.discarded.value / 4 + vials.stays_mass.value
    if made.billed is not None:
        assert made.billed.administered * Decimal("0.1") >= made.prepared.value
        assert made.billed.administered + made.billed.discarded == 9 * vials.count


def test_a_plan_says_by_what_it_was_made() -> None:
    made = us()
    assert (made.drug.id, made.policy) == ("besponsa-us", Policy(Market.US))
    assert made.drug.checksum == US.checksum
    assert replace(made) == made


@pytest.mark.proof
def test_every_plan_there_is_draws_what_it_doses() -> None:
    """Draw × 0.25 mg/mL = dose within the rounding step; drawn + discarded = vials × what comes out of one;
    0.9 mg over 4 mL is never a concentration. Whole plans for all BSA 0.30 to 3.00 in steps of 0.01 × each
    cycle, day and response × both markets: exhaustive, not sampled."""
    concentration, step = Decimal("0.25"), Decimal("0.01")
    responses = (None, "cr", "cri", "none")
    for hundredths, market, cycle, day, response in product(
        range(30, 301), Market, (1, 2, 3, 4, 5, 6), (1, 8, 15), responses
    ):
        made = IN[market](**for_surface(Decimal(hundredths) / 100), cycle=cycle, day=day, response=response)
        assert made.bsa.value == Decimal(hundredths) / 100
        if made.dose is None:
            assert day == 1 and cycle > 1 and response is None
            continue
        assert made.vials is not None and made.volume is not None
        drawn = sum(draw.volume.value for draw in made.vials.draws)
        assert drawn == made.volume.value
        assert abs(drawn * concentration - made.dose.value) < step
        assert drawn + made.vials.discarded.value == made.vials.count * made.vials.per_vial.value
        assert not any("0.225 mg/mL" in row.expression + row.result for line in made.lines for row in rows(line))
