"""Vials, draws, what is discarded and what is billed: tables, then every dose there is."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest

from compounding.findings import Status
from compounding.formulary import Fact, Presentation
from compounding.policy import Market, Policy
from compounding.quantities import DrugMass, Volume, WeighedMass
from compounding.vials import (
    DrawKind,
    Syringes,
    Vials,
    bill,
    near_miss,
    per_vial,
    pick,
    spare_findings,
    syringe_for,
    weigh,
    working,
)
from tests.orders import DRUGS, UK, US, figure, mg, mL

POLICY = {market: Policy(market) for market in Market}
RECORDED = replace(POLICY[Market.UK], withdrawable=mL("3.6"))
"""A UK site whose two pharmacists recorded 3.6 mL."""
# Of a vial: what can be drawn, in mL, and what it is labelled with, in mg.
DRAWN, LABELLED = {"us": "3.6", "uk": "4"}, {"us": "0.9", "uk": "1"}


def picked(dose: str, drug: Presentation, policy: Policy | None = None) -> Vials:
    """The vials for a dose; its volume is dose ÷ 0.25 mg/mL, that is × 4."""
    return pick(mL(Decimal(dose) * 4), mg(dose), drug, policy or POLICY[drug.market])


# ------------------------------------------------------------------ vials and draws

# dose mg: US vials, draws mL, discarded mL and mg; by hand from 3.6 mL and 0.9 mg a vial.
US_ROWS = [
    ("0.01", 1, ["0.04"], "3.56", "0.89"),
    ("0.75", 1, ["3"], "0.6", "0.15"),
    ("0.87", 1, ["3.48"], "0.12", "0.03"),
    ("0.9", 1, ["3.6"], "0", "0"),
    ("0.91", 2, ["3.6", "0.04"], "3.56", "0.89"),
    ("0.93", 2, ["3.6", "0.12"], "3.48", "0.87"),
    ("1", 2, ["3.6", "0.4"], "3.2", "0.8"),
    ("1.46", 2, ["3.6", "2.24"], "1.36", "0.34"),  # the worked example
    ("1.8", 2, ["3.6", "3.6"], "0", "0"),
    ("1.81", 3, ["3.6", "3.6", "0.04"], "3.56", "0.89"),
    ("2.5", 3, ["3.6", "3.6", "2.8"], "0.8", "0.2"),
]


@pytest.mark.parametrize(("dose", "count", "draws", "volume", "mass"), US_ROWS)
def test_us_vials(dose: str, count: int, draws: list[str], volume: str, mass: str) -> None:
    made = picked(dose, US)
    assert made.count == count
    assert [figure(draw.volume) for draw in made.draws] == draws
    assert {draw.kind for draw in made.draws} == {DrawKind.MEASURED}
    assert (figure(made.discarded), figure(made.discarded_mass)) == (volume, mass)
    assert (made.known, made.spare, figure(made.stays)) == (True, 0, "0")
    assert made.reconstitution == mL(4 * count)


# The UK plans on the labelled 1 mg = 4 mL, which may not all come out: the spare covers 0.9 mg a vial.
ALL, TOTAL, MEASURED = DrawKind.ALL, DrawKind.TO_TOTAL, DrawKind.MEASURED
UK_ROWS = [
    ("0.75", 1, 0, [("3", MEASURED)], "1", "0.25"),
    ("0.9", 1, 0, [("3.6", MEASURED)], "0.4", "0.1"),
    ("0.91", 1, 1, [("3.64", MEASURED)], "0.36", "0.09"),
    ("0.93", 1, 1, [("3.72", MEASURED)], "0.28", "0.07"),
    ("1", 1, 1, [("4", MEASURED)], "0", "0"),
    ("1.01", 2, 0, [("4", ALL), ("0.04", TOTAL)], "3.96", "0.99"),
    ("1.46", 2, 0, [("4", ALL), ("1.84", TOTAL)], "2.16", "0.54"),
    ("1.8", 2, 0, [("4", ALL), ("3.2", TOTAL)], "0.8", "0.2"),
    ("1.81", 2, 1, [("4", ALL), ("3.24", TOTAL)], "0.76", "0.19"),
    ("2", 2, 1, [("4", ALL), ("4", TOTAL)], "0", "0"),
    ("2.01", 3, 0, [("4", ALL), ("4", ALL), ("0.04", TOTAL)], "3.96", "0.99"),
    ("2.7", 3, 0, [("4", ALL), ("4", ALL), ("2.8", TOTAL)], "1.2", "0.3"),
    ("2.71", 3, 1, [("4", ALL), ("4", ALL), ("2.84", TOTAL)], "1.16", "0.29"),
    ("3", 3, 1, [("4", ALL), ("4", ALL), ("4", TOTAL)], "0", "0"),
]


@pytest.mark.parametrize(("dose", "count", "spare", "draws", "volume", "mass"), UK_ROWS)
def test_uk_vials(dose: str, count: int, spare: int, draws: list[tuple[str, DrawKind]], volume: str, mass: str) -> None:
    """Where 1 mg and 0.9 mg per vial give different counts (dose in (0.9, 1.0], (1.8, 2.0], (2.7, 3.0] mg)
    the picking list carries a spare vial."""
    made = picked(dose, UK)
    assert (made.count, made.spare, made.known) == (count, spare, False)
    assert [(figure(draw.volume), draw.kind) for draw in made.draws] == draws
    assert (figure(made.discarded), figure(made.discarded_mass)) == (volume, mass)
    found = [f.severity.word for f in spare_findings(mL(Decimal(dose) * 4), made, UK)]
    assert found == (["acknowledge"] if spare else [])


# With 3.6 mL recorded the UK draws like the US, and 0.4 mL = 0.1 mg stays in each vial.
RECORDED_ROWS = [
    # dose, vials, draws mL, discarded mL, discarded mg (of 1 mg a vial), stays mL, stays mg
    ("0.93", 2, ["3.6", "0.12"], "3.48", "1.07", "0.8", "0.2"),
    ("1.46", 2, ["3.6", "2.24"], "1.36", "0.54", "0.8", "0.2"),
    ("0.9", 1, ["3.6"], "0", "0.1", "0.4", "0.1"),
    ("1.81", 3, ["3.6", "3.6", "0.04"], "3.56", "1.19", "1.2", "0.3"),
]


@pytest.mark.parametrize(("dose", "count", "draws", "volume", "mass", "stays", "stays_mass"), RECORDED_ROWS)
def test_uk_vials_with_a_recorded_volume(
    dose: str, count: int, draws: list[str], volume: str, mass: str, stays: str, stays_mass: str
) -> None:
    """Where a UK site has recorded a withdrawable volume, the part that stays in the vial is a line of its
    own, so that the two agree."""
    made = picked(dose, UK, RECORDED)
    assert (made.count, made.spare, made.known) == (count, 0, True)
    assert [(figure(draw.volume), draw.kind) for draw in made.draws] == [(draw, MEASURED) for draw in draws]
    assert (figure(made.discarded), figure(made.discarded_mass)) == (volume, mass)
    assert (figure(made.stays), figure(made.stays_mass)) == (stays, stays_mass)
    assert made.discarded_mass == mg(made.discarded.value / 4) + made.stays_mass  # ÷ 4 is × 0.25 mg/mL
    assert not list(spare_findings(mL(Decimal(dose) * 4), made, UK))


def test_what_comes_out_of_a_vial_is_stated_recorded_or_nominal() -> None:
    assert per_vial(US, POLICY[Market.US]) == (mL("3.6"), True)
    assert per_vial(UK, POLICY[Market.UK]) == (mL(4), False)  # 1 mg ÷ 0.25 mg/mL
    assert per_vial(UK, RECORDED) == (mL("3.6"), True)
    assert per_vial(US, replace(POLICY[Market.US], withdrawable=mL("3.5"))) == (mL("3.6"), True)  # the label's


def test_more_than_was_put_in_does_not_come_out() -> None:
    assert per_vial(UK, replace(RECORDED, withdrawable=mL(4))) == (mL(4), True)
    with pytest.raises(ValueError) as refused:
        per_vial(UK, replace(RECORDED, withdrawable=mL("4.01")))
    assert str(refused.value) == ("the site's withdrawable volume 4.01 mL is more than the 4 mL put into a vial")


def test_the_spare_is_asked_for_with_both_counts() -> None:
    (found,) = spare_findings(mL("3.72"), picked("0.93", UK), UK)
    assert (found.code, found.severity.word) == ("withdrawable-volume", "acknowledge")
    assert found.values == {
        "vials": 1,
        "vials_at_least": 2,
        "spare": 1,
        "labelled": mg(1),
        "least": mg("0.9"),  # 3.6 mL × 0.25 mg/mL
    }
    assert found.source.status is Status.DERIVED


# ------------------------------------------------------------------ every dose there is

# The rule in fractions, from its text alone. A dose is whole hundredths of a milligram.
DOSES = [Fraction(n, 100) for n in range(1, 301)]


def exact(amount: Volume | DrugMass) -> Fraction:
    return Fraction(amount.value)


@pytest.mark.parametrize("market", ["us", "uk"])
def test_every_dose_to_3_mg_by_an_independent_count(market: str) -> None:
    """The least number whose withdrawable volumes cover step 6; the withdrawable volume of each vial, the
    rest from the last; discarded: vials × withdrawable − step 6, and vials × labelled content − dose."""
    drug = DRUGS[Market(market)]
    each, labelled = Fraction(DRAWN[market]), Fraction(LABELLED[market])
    for dose in DOSES:
        volume = dose / Fraction("0.25")
        count = ceil(volume / each)
        made = picked(str(Decimal(dose.numerator) / dose.denominator), drug)
        draws = [exact(draw.volume) for draw in made.draws]
        assert made.count == count, dose
        assert draws == [each] * (count - 1) + [volume - each * (count - 1)], dose
        assert exact(made.discarded) == each * count - volume, dose
        assert exact(made.discarded_mass) == labelled * count - dose, dose
        assert exact(made.reconstitution) == 4 * count, dose
        # What follows from it, and is what matters:
        assert sum(draws) * Fraction("0.25") == dose, dose
        assert (count - 1) * each < volume <= count * each, dose  # one vial fewer would not do
        assert all(0 < draw <= each for draw in draws), dose
        assert made.discarded.value >= 0 and made.discarded_mass.value >= 0, dose
        assert made.spare == (ceil(volume / Fraction("3.6")) - count if market == "uk" else 0), dose


def test_every_us_dose_to_3_mg_is_billed_by_an_independent_count() -> None:
    """A = ceil(dose / 0.1), W = 9·vials − A. W ≥ 1: JW. W = 0: JZ. Never both modifiers."""
    for dose in DOSES:
        count = ceil(dose / Fraction("0.9"))
        made = bill(mg(Decimal(dose.numerator) / dose.denominator), count, US)
        assert made is not None
        billed, _ = made
        administered = ceil(dose * 10)
        assert (billed.code, billed.administered) == ("J9229", administered), dose
        assert billed.administered + billed.discarded == 9 * count, dose
        assert billed.modifier == ("JZ" if billed.discarded == 0 else "JW"), dose


# ------------------------------------------------------------------ billing

BILLED = [
    # dose, vials, A, W, modifier
    ("1.46", 2, 15, 3, "JW"),  # the worked example
    ("1", 2, 10, 8, "JW"),
    ("0.75", 1, 8, 1, "JW"),
    ("0.9", 1, 9, 0, "JZ"),
    ("0.93", 2, 10, 8, "JW"),
    ("1.8", 2, 18, 0, "JZ"),
    ("1.81", 3, 19, 8, "JW"),
    ("0.87", 1, 9, 0, "JZ"),  # 0.03 mg is discarded all the same: 9 units and JZ
    ("0.81", 1, 9, 0, "JZ"),
    ("0.8", 1, 8, 1, "JW"),
    ("1.2", 2, 12, 6, "JW"),  # 1.5 × 0.8 ÷ 0.1: ceil() of the binary float is 13
    ("0.01", 1, 1, 8, "JW"),
]


@pytest.mark.parametrize(("dose", "vials", "administered", "discarded", "modifier"), BILLED)
def test_billing_units(dose: str, vials: int, administered: int, discarded: int, modifier: str) -> None:
    made = bill(mg(dose), vials, US)
    assert made is not None
    billed, line = made
    assert (billed.administered, billed.discarded, billed.modifier) == (administered, discarded, modifier)
    assert [part.result for part in line.parts] == [administered, discarded]


def test_the_float_that_billing_avoids() -> None:
    assert ceil(1.5 * 0.8 / 0.1) == 13  # what a float would bill
    made = bill(mg(Decimal("1.5") * Decimal("0.8")), 2, US)
    assert made is not None and made[0].administered == 12


def test_the_true_mass_discarded_stands_beside_the_billed_units() -> None:
    assert figure(picked("0.87", US).discarded_mass) == "0.03"


def test_the_uk_bills_no_units() -> None:
    assert bill(mg("1.46"), 2, UK) is None


# ------------------------------------------------------------------ rounding down to whole vials


def missed(dose: str, drug: Presentation, ordered: str | None = None, policy: Policy | None = None) -> str | None:
    """To what amount rounding down may be offered; None where it may not."""
    found = list(
        near_miss(
            mg(dose),
            mg(ordered or dose),
            picked(dose, drug, policy),
            drug,
            policy or POLICY[drug.market],
        )
    )
    if not found:
        return None
    assert (found[0].code, found[0].severity.word) == ("near-miss", "info")
    return figure(found[0].values["down_to"])  # type: ignore[arg-type]


US_NEAR = [
    # dose, down to: windows at 10 % reach 0.9 mg from up to 1.00 mg and 1.8 mg from up to 2.00 mg
    ("0.89", None),
    ("0.9", None),  # already whole
    ("0.91", "0.9"),
    ("1", "0.9"),  # 0.1 ÷ 1.00 = 10 %: the limit included
    ("1.01", None),  # 0.11 ÷ 1.01 = 10.9 %
    ("1.8", None),
    ("1.81", "1.8"),
    ("2", "1.8"),  # 0.2 ÷ 2.00 = 10 %
    ("2.01", None),  # 0.21 ÷ 2.01 = 10.4 %
    ("2.5", None),
    ("0.05", None),  # never down to nothing
]


@pytest.mark.parametrize(("dose", "down_to"), US_NEAR)
def test_us_near_miss(dose: str, down_to: str | None) -> None:
    assert missed(dose, US) == down_to


def test_the_window_is_a_share_of_the_ordered_dose() -> None:
    # 1.00 mg prepared of 1.004 mg ordered: 0.104 ÷ 1.004 = 10.4 %; of 0.996 mg: 0.096 ÷ 0.996 = 9.6 %
    assert missed("1", US, ordered="1.004") is None
    assert missed("1", US, ordered="0.996") == "0.9"


def test_the_offer_names_the_vial_and_the_percentage() -> None:
    (found,) = near_miss(mg(1), mg(1), picked("1", US), US, POLICY[Market.US])
    assert found.values == {
        "over": mg("0.1"),
        "down_to": mg("0.9"),
        "vials": 2,
        "vials_after": 1,
        "percent": Decimal(10),
        "window_percent": Decimal(10),
    }


WIDE = replace(POLICY[Market.UK], near_miss_percent=Decimal(20))
UK_NEAR = [
    # dose, by 6 %, by a site's 20 %. Rounding down must save a vial at 1.0 and at 0.9 mg alike.
    ("0.95", None, None),  # to 0.9 saves one at 0.9 mg only
    ("1.01", None, "0.9"),  # to 1.0 saves one at 1.0 mg only; to 0.9 one at both: 0.11 ÷ 1.01 = 10.9 %
    ("1.06", None, "0.9"),  # 0.16 ÷ 1.06 = 15.1 %
    ("1.13", None, None),  # 0.23 ÷ 1.13 = 20.4 %
    ("1.85", None, None),  # to 1.8 saves one at 0.9 mg only
    ("2.01", None, "1.8"),  # 0.21 ÷ 2.01 = 10.4 %
    ("2.25", None, "1.8"),  # 0.45 ÷ 2.25 = 20 %: the limit included
    ("2.26", None, None),
]


@pytest.mark.parametrize(("dose", "six", "twenty"), UK_NEAR)
def test_uk_near_miss(dose: str, six: str | None, twenty: str | None) -> None:
    assert missed(dose, UK) == six
    assert missed(dose, UK, policy=WIDE) == twenty


# ------------------------------------------------------------------ what the balance should show


def test_the_expected_mass() -> None:
    # 5.84 mL × 1.02 g/mL = 5.9568 g → 5.96 g; ± 5 %: 5.662 to 6.258, inwards 5.67 to 6.25
    made = weigh(mL("5.84"), UK, Policy(Market.UK))
    assert made is not None
    weighed, line = made
    assert weighed.drawn == WeighedMass(Decimal("5.96"))
    assert (weighed.low, weighed.high) == (WeighedMass(Decimal("5.67")), WeighedMass(Decimal("6.25")))
    assert weighed.water_per_vial == WeighedMass(Decimal(4))  # 4 mL × 1.00 g/mL
    assert (line.step, line.rounding) == ("mass", WeighedMass(Decimal("0.01")))


def test_a_limit_that_is_a_whole_hundredth_is_itself_within() -> None:
    # 3.92157 mL is 4.00 g: exactly 3.80 to 4.20
    made = weigh(mL("3.92157"), UK, Policy(Market.UK))
    assert made is not None
    assert (made[0].low, made[0].high) == (WeighedMass(Decimal("3.80")), WeighedMass(Decimal("4.20")))


def test_a_balance_and_a_tolerance_of_the_site() -> None:
    # 5.9568 g → 6.0 g to 0.1 g; ± 3 %: 5.82 to 6.18, inwards 5.9 to 6.1
    policy = Policy(Market.UK, mass_step=WeighedMass(Decimal("0.1")), mass_tolerance_percent=Decimal(3))
    made = weigh(mL("5.84"), UK, policy)
    assert made is not None
    assert made[0].drawn == WeighedMass(Decimal(6))
    assert (made[0].low, made[0].high) == (WeighedMass(Decimal("5.9")), WeighedMass(Decimal("6.1")))
    assert made[1].rounding == WeighedMass(Decimal("0.1"))


def test_without_a_density_there_is_no_expected_mass() -> None:
    assert weigh(mL("5.84"), US, Policy(Market.US)) is None


# ------------------------------------------------------------------ the working


def test_the_working_shows_each_step_with_its_source() -> None:
    lines = {line.step: line for line in working(mL("5.84"), mg("1.46"), picked("1.46", US), US)}
    assert list(lines) == ["vials", "draws", "reconstitution", "discarded"]
    assert lines["vials"].parts[0].result == 2
    assert lines["vials"].sources[0].text == "FDA PI §2.4, §11"
    assert [part.result for part in lines["draws"].parts] == [mL("3.6"), mL("2.24")]
    assert lines["reconstitution"].parts[0].result == mL(8)
    assert [part.result for part in lines["discarded"].parts] == [mL("1.36"), mg("0.34")]


SOURCES = [
    (US, POLICY[Market.US], "FDA PI §2.4, §11", Status.LABEL),
    (UK, POLICY[Market.UK], "nominal; SmPC §2", Status.LABEL),
    (UK, RECORDED, "recorded by the site", Status.SITE),
]


@pytest.mark.parametrize(("drug", "policy", "text", "status"), SOURCES, ids=["us", "uk", "uk recorded"])
def test_the_working_says_where_the_volume_of_a_vial_comes_from(
    drug: Presentation, policy: Policy, text: str, status: Status
) -> None:
    line = next(working(mL("5.84"), mg("1.46"), picked("1.46", drug, policy), drug))
    assert (line.sources[0].text, line.sources[0].status) == (text, status)


def test_what_stays_in_the_vials_has_its_own_lines() -> None:
    lines = {line.step: line for line in working(mL("5.84"), mg("1.46"), picked("1.46", UK, RECORDED), UK)}
    assert [part.result for part in lines["discarded"].parts] == [mL("1.36"), mg("0.54"), mL("0.8"), mg("0.2")]


def test_another_drug_is_another_file_and_not_another_rule() -> None:
    """A new drug is a new file; no module changes."""

    def said(value: DrugMass | Volume) -> Fact[DrugMass | Volume]:
        return Fact(value, US.vials.labelled.source)

    bigger = replace(US.vials, labelled=said(mg("1.35")), withdrawable=said(mL("5.4")))  # 5.4 × 0.25 = 1.35
    made = picked("1.46", replace(US, vials=bigger))
    assert [figure(draw.volume) for draw in made.draws] == ["5.4", "0.44"]  # 5.84 − 5.4
    assert figure(made.discarded_mass) == "1.24"  # 2 × 1.35 − 1.46


# ------------------------------------------------------------------ syringes

SIZES = ("20", "1", "3", "50", "5", "10")  # in no order, as a site may have typed them
SYRINGES = [
    # volume, share, size, count
    ("0.04", "0.75", "1", 1),
    ("0.75", "0.75", "1", 1),  # 1 × 0.75, the limit included
    ("0.76", "0.75", "3", 1),
    ("2.24", "0.75", "3", 1),  # 3 × 0.75 = 2.25
    ("2.26", "0.75", "5", 1),
    ("3.6", "0.75", "5", 1),  # 5 × 0.75 = 3.75
    ("3.76", "0.75", "10", 1),
    ("37.5", "0.75", "50", 1),  # 50 × 0.75
    ("37.51", "0.75", "50", 2),  # none holds it: several of the largest
    ("75.01", "0.75", "50", 3),  # 2 × 37.5 = 75
    ("3.6", "1", "5", 1),
    ("3", "1", "3", 1),
    ("3.6", "0.5", "10", 1),  # 5 × 0.5 = 2.5
]


@pytest.mark.parametrize(("volume", "share", "size", "count"), SYRINGES)
def test_the_smallest_syringe_that_is_filled_to_its_share_at_most(volume: str, share: str, size: str, count: int):
    made = syringe_for(mL(volume), [mL(each) for each in SIZES], Decimal(share))
    assert made == Syringes(mL(size), count)


@pytest.mark.parametrize("hundredths", range(1, 8_000, 7))
def test_no_syringe_is_overfilled_and_none_smaller_would_do(hundredths: int) -> None:
    """Filled to no more than three quarters, in whole hundredths of a millilitre."""
    made = syringe_for(mL(Decimal(hundredths) / 100), [mL(each) for each in SIZES], Decimal("0.75"))
    assert made is not None
    assert Fraction(hundredths, 100) <= Fraction(3, 4) * int(made.size.value) * made.count
    smaller = [size for size in map(int, SIZES) if size < made.size.value]
    assert all(Fraction(hundredths, 100) > Fraction(3, 4) * size for size in smaller)
    if made.count > 1:
        assert made.size == mL(50) and Fraction(hundredths, 100) > Fraction(3, 4) * 50 * (made.count - 1)


def test_a_site_without_syringes_is_told_none() -> None:
    assert syringe_for(mL("3.6"), [], Decimal("0.75")) is None


@pytest.mark.parametrize(
    ("volume", "share", "sentence"),
    [
        ("3.6", "0", "0 is not a share over 0 and at most 1 of a syringe"),
        ("3.6", "1.01", "1.01 is not a share over 0 and at most 1 of a syringe"),
        ("0", "0.75", "0 mL is not above zero: nothing is drawn"),
    ],
)
def test_a_share_or_a_volume_that_makes_no_sense_is_refused(volume: str, share: str, sentence: str) -> None:
    with pytest.raises(ValueError) as refused:
        syringe_for(mL(volume), [mL(5)], Decimal(share))
    assert str(refused.value) == sentence
