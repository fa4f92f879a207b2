"""The table of doses for when the screen is down: each figure worked anew in fractions, and held against a plan."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest

from compounding.policy import Band, Market, Plausible, Policy
from compounding.quantities import BodySurface, Unreadable
from compounding.reckoner import Prepared, label_levels, reckoner
from tests.orders import DRUGS, IN, UK, US, figure, for_surface, m2, mg, mL

TABLES = {market: reckoner(DRUGS[market], Policy(market)) for market in Market}
# Labelled mg, mL that are planned from a vial, and mL that may come out at least (UK: of the US vial's fill).
VIALS = {Market.US: (Fraction("0.9"), Fraction("3.6"), None), Market.UK: (1, 4, Fraction("3.6"))}


def half_up(number: Fraction, step: Fraction) -> Fraction:
    """To the nearest step, half away from zero."""
    return Fraction(int(number / step + Fraction(1, 2))) * step


@pytest.mark.parametrize("market", Market)
def test_every_body_surface_of_an_adult_has_its_row(market):
    surfaces = [row.bsa.value for row in TABLES[market].rows]
    assert surfaces == [Decimal(n) / 100 for n in range(50, 301)]  # 0.50 to 3.00 m²
    assert [level.value for level in TABLES[market].levels] == [Decimal("0.8"), Decimal("0.5")]


@pytest.mark.parametrize("market", Market)
def test_every_figure_is_the_one_that_fractions_give(market):
    labelled, each, least = VIALS[market]
    hundredth = Fraction("0.01")
    for row in TABLES[market].rows:
        for level, found in zip((Fraction("0.8"), Fraction("0.5")), row.prepared, strict=True):
            dose = half_up(level * Fraction(row.bsa.value), hundredth)
            volume = dose * 4  # ÷ 0.25 mg/mL; a hundredth of a milligram is 0.04 mL, so nothing is rounded
            if dose < Fraction("0.5"):  # 0.01 mg/mL × 50 mL
                assert found is None, row.bsa
                continue
            assert found is not None, row.bsa
            count = ceil(volume / each)
            assert (Fraction(found.dose.value), Fraction(found.volume.value)) == (dose, volume)
            assert (found.vials.count, Fraction(found.vials.discarded.value)) == (count, count * each - volume)
            assert found.vials.spare == (0 if least is None else ceil(volume / least) - count)
            assert Fraction(found.vials.discarded_mass.value) == count * labelled - dose


@pytest.mark.parametrize("market", Market)
@pytest.mark.parametrize("bsa", ["1", "1.12", "1.14", "1.82", "1.83", "2.25", "2.5", "3"])
def test_a_row_is_what_the_plan_of_such_a_patient_says(market, bsa):
    table = TABLES[market]
    row = next(row for row in table.rows if row.bsa == m2(bsa))
    for day, found in zip((1, 8), row.prepared, strict=True):  # 0.8 mg/m² on day 1 and 0.5 on day 8 of cycle 1
        plan = IN[market](**for_surface(bsa), cycle=1, day=day)
        assert found is not None
        assert (plan.bsa, plan.prepared, plan.volume, plan.vials) == (m2(bsa), found.dose, found.volume, found.vials)


def test_the_most_vials_of_any_row_decide_how_many_rows_a_worksheet_has():
    assert [TABLES[market].most_vials for market in Market] == [3, 3]  # 9.6 mL ÷ 3.6 or 4 mL; the UK spare fits in 3


# What a site has decided, and the row of 1.82 m² at 0.8 mg/m² by it.
DECIDED = [
    ({"dose_step": mg("0.05")}, ("1.45", "5.8", 2)),  # 1.456 → 1.45
    ({"volume_step": mL("0.1")}, ("1.45", "5.8", 2)),  # 5.84 → 5.8 mL, which holds 1.45 mg
    ({"dose_most": mg("1.45")}, None),
    ({"dose_most": mg("1.46")}, ("1.46", "5.84", 2)),
]


@pytest.mark.parametrize(("decided", "figures"), DECIDED)
def test_the_table_follows_the_site(decided, figures):
    table = reckoner(US, Policy(Market.US, **decided))
    found = next(row for row in table.rows if row.bsa == m2("1.82")).prepared[0]
    assert (None if found is None else (figure(found.dose), figure(found.volume), found.vials.count)) == figures


def test_a_recorded_withdrawable_volume_takes_the_spare_away():
    """3.64 mL at 1.14 m² and 0.8 mg/m²: one nominal vial of 4 mL and a spare, or two vials of 3.6 mL."""
    known = reckoner(UK, Policy(Market.UK, withdrawable=mL("3.6")))
    rows = [next(row for row in table.rows if row.bsa == m2("1.14")) for table in (TABLES[Market.UK], known)]
    found = [row.prepared[0] for row in rows]
    assert all(isinstance(one, Prepared) for one in found)
    assert [(one.vials.count, one.vials.spare) for one in found if one] == [(1, 1), (2, 0)]


@pytest.mark.parametrize(("step", "first", "rows"), [("0.05", "0.5", 51), ("0.03", "0.51", 84)])
def test_the_steps_are_those_of_the_site_within_its_range(step, first, rows):
    """0.03 m²: 17 × 0.03 = 0.51 is the first that is not below 0.5; 100 × 0.03 = 3 is the last; 84 rows."""
    table = reckoner(US, Policy(Market.US, bsa_step=m2(step)))
    assert (len(table.rows), table.rows[0].bsa, table.rows[-1].bsa) == (rows, m2(first), m2("3"))


def test_a_table_that_nobody_can_look_a_figure_up_in_is_refused():
    with pytest.raises(Unreadable, match=r"In steps of 0\.001 m² the table has 2,501 rows, and may have 1,000"):
        reckoner(US, Policy(Market.US, bsa_step=m2("0.001")))


def test_the_range_is_the_sites_own():
    policy = Policy(Market.US)
    narrow = Plausible(Band(BodySurface(Decimal("1.2")), BodySurface(Decimal("1.4"))))
    table = reckoner(US, replace(policy, adult={**policy.adult, "bsa": narrow}))
    assert (table.rows[0].bsa, table.rows[-1].bsa, len(table.rows)) == (m2("1.2"), m2("1.4"), 21)


def test_the_other_markets_drug_is_refused():
    with pytest.raises(ValueError, match="besponsa-uk is not of the market us"):
        reckoner(UK, Policy(Market.US))


def test_the_levels_are_those_of_every_row_of_the_labels_table():
    assert [str(level) for level in label_levels(US)] == ["0.8 mg/m²", "0.5 mg/m²"]
