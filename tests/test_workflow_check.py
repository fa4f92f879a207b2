"""The blind check before the drug is added."""

from decimal import Decimal
from typing import Any

import pytest

from compounding.quantities import WeighedMass
from compounding.workflow.check import Own, judged, read_out, stays_apart, within
from compounding.workflow.progress import Reading, planned
from tests.orders import mL, uk, us
from tests.paths import own

# 170 cm, 70 kg, cycle 1 day 1: 1.82 m² × 0.8 mg/m² = 1.456 → 1.46 mg; ÷ 0.25 mg/mL = 5.84 mL.
US, UK = planned(us(170, 70)), planned(uk(170, 70))


def g(figure: str) -> WeighedMass:
    return WeighedMass(Decimal(figure))


# 5 % of 5.84 mL is 0.292: 5.548 to 6.132 mL, both within.
READ = [
    ({}, ()),
    ({"dose": "1.456"}, ("dose",)),  # not yet rounded: not the plan's figure
    ({"dose": "1.47"}, ("dose",)),
    ({"dose": "14.6"}, ("dose",)),
    ({"volume": "5.85"}, ("volume",)),
    ({"vials": 1}, ("vials",)),
    ({"vials": 3}, ("vials",)),
    ({"read": "5.548"}, ()),
    ({"read": "5.547"}, ("volume-read",)),
    ({"read": "6.132"}, ()),
    ({"read": "6.133"}, ("volume-read",)),
    ({"dose": "1", "volume": "4", "vials": 1, "read": "4"}, ("dose", "volume", "vials", "volume-read")),
]


@pytest.mark.parametrize(("said", "faults"), READ)
def test_own_figures_agree_exactly_and_what_is_read_within_five_percent(
    said: dict[str, Any], faults: tuple[str, ...]
) -> None:
    reading = judged(own(**said), US, 2, "park")
    assert reading.faults == faults
    assert reading.agrees is (faults == ())
    assert reading.person == "park"


# 5.84 mL × 1.02 g/mL = 5.9568 → 5.96 g; ± 5 % is 0.298: 5.662 to 6.258 g.
MASS = [("5.96", True), ("5.662", True), ("5.661", False), ("6.258", True), ("6.259", False)]


@pytest.mark.parametrize(("mass", "agrees"), MASS)
def test_where_the_market_states_a_density_the_mass_is_read_too(mass: str, agrees: bool) -> None:
    assert UK.mass == g("5.96")
    reading = judged(own(mass=g(mass)), UK, 2)
    assert (reading.agrees, reading.faults) == (agrees, () if agrees else ("mass-read",))


def test_the_tolerance_of_the_balance_is_the_sites() -> None:
    """3 % of 5.96 g is 0.1788: from 5.7812 g."""
    tight = planned(uk(170, 70, mass_tolerance_percent=Decimal(3)))
    assert judged(own(mass=g("5.7812")), tight, 2).agrees
    assert judged(own(mass=g("5.7811")), tight, 2).faults == ("mass-read",)


def test_a_mass_is_read_exactly_where_it_is_expected() -> None:
    with pytest.raises(ValueError, match=r"^the mass read is missing$"):
        judged(own(), UK, 2)
    with pytest.raises(ValueError, match=r"^the mass read of 5.96 g has nothing to be compared with$"):
        judged(own(mass=g("5.96")), US, 2)


def test_the_vials_counted_are_those_that_were_wetted() -> None:
    """With the spare of the UK opened as well, three stand there."""
    assert judged(own(vials=3, mass=g("5.96")), UK, 3).agrees
    assert judged(own(vials=2, mass=g("5.96")), UK, 3).faults == ("vials",)


def test_the_dose_is_the_orders_and_the_volume_is_rounded_as_the_site_does() -> None:
    """5.84 mL to 0.05 mL is 5.85 mL, which holds 1.4625 mg; the checker works out 1.46 mg and draws 5.85 mL."""
    coarse = planned(us(170, 70, volume_step=mL("0.05")))
    assert judged(own(volume="5.85", read="5.85"), coarse, 2).agrees
    assert judged(own(dose="1.4625", volume="5.85", read="5.85"), coarse, 2).faults == ("dose",)


@pytest.mark.parametrize(
    ("found", "inside"), [("95", True), ("94.999", False), ("105", True), ("105.001", False), ("100", True)]
)
def test_a_limit_is_within(found: str, inside: bool) -> None:
    assert within(mL(found), mL(100), Decimal(5)) is inside


AGREES, LOW, WRONG = own(), own(read="5"), own(dose="1.82")
STAYS = [
    ([], ()),
    ([LOW], ()),
    ([LOW, AGREES], ()),
    ([LOW, LOW], ("volume-read",)),
    ([LOW, WRONG], ()),  # another fault: read again
    ([WRONG, LOW, WRONG], ("dose",)),
    ([own(dose="1", read="5"), own(dose="2", read="5")], ("dose", "volume-read")),
]


@pytest.mark.parametrize(("tries", "stay"), STAYS)
def test_a_fault_that_is_found_again_stays(tries: list[Own], stay: tuple[str, ...]) -> None:
    readings: list[Reading] = [judged(said, US, 2) for said in tries]
    assert stays_apart(readings) == stay


READ_OUT = [
    ([LOW, WRONG], False),
    ([LOW, WRONG, AGREES], False),
    ([LOW, WRONG, own(volume="7")], True),  # three, each in another value
    ([LOW, LOW, LOW], True),
]


@pytest.mark.parametrize(("tries", "out"), READ_OUT)
def test_after_three_readings_that_disagree_it_is_not_read_again(tries: list[Own], out: bool) -> None:
    assert read_out(judged(said, US, 2) for said in tries) is out


def test_a_plan_that_cannot_be_computed_is_not_prepared() -> None:
    """Cycle 4, day 1, no response known: no level, no dose."""
    with pytest.raises(ValueError, match="cannot be prepared"):
        planned(us(170, 70, 4, 1))
