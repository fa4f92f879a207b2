"""The exact words: numbers, dates, each finding's sentence, the working, and a plan stored as text."""

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from compounding.dosing import Transplant
from compounding.policy import DilutedBagLimit, Making, Market
from compounding.quantities import CellCount, Duration, Ratio
from compounding.stability import clocks
from compounding.wording import findings as sentences
from compounding.wording import papers
from compounding.wording.numbers import (
    amount,
    clock,
    count,
    day,
    figure,
    moment,
    over_or_under,
    per_mL,
    percent,
    value_only,
)
from compounding.wording.plan_values import from_json, to_json
from compounding.wording.plans import plan_text
from tests.orders import US, finding, mg, mL, uk, us

D = Decimal


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("1.50", "1.5"),
        ("0.5", "0.5"),
        ("7", "7"),
        ("10", "10"),
        ("100", "100"),
        ("999.9", "999.9"),
        ("1000", "1,000"),
        ("12400", "12,400"),
        ("1234567.25", "1,234,567.25"),
        ("0.00001", "0.00001"),
        ("1E+3", "1,000"),
        ("-1234.5", "-1,234.5"),
    ],
)
def test_a_leading_zero_no_trailing_zero_and_a_comma_from_1000(number, written):
    assert figure(D(number)) == written


@pytest.mark.parametrize(
    ("quantity", "written"),
    [
        (mg("1.46"), "1.46 mg"),
        (mL("5.0"), "5 mL"),
        (CellCount(D(12400)), "12,400/mm³"),
        (US.vials.concentration.value, "0.25 mg/mL"),
        (None, "–"),
    ],
)
def test_an_amount_has_a_space_before_its_unit(quantity, written):
    assert amount(quantity) == written


def test_a_concentration_is_shown_to_4_decimals():
    """2.0625 mg ÷ 50 mL = 0.04125 mg/mL, half away from zero: 0.0413."""
    concentration = mg("2.0625") / mL(50)
    assert (amount(concentration), per_mL(concentration)) == ("0.0413 mg/mL", "0.0413 mg per mL")
    assert value_only(concentration) == "0.0413" and value_only(None) == "–"


@pytest.mark.parametrize(
    ("number", "places", "beside", "written"),
    [
        ("3.2258", 1, (), "3.2 %"),
        ("0.2747", 2, (), "0.27 %"),
        ("-12.364", 2, (), "12.36 %"),
        ("10", 2, ("10",), "10 %"),
        ("10.0004", 2, ("10",), "10.0004 %"),  # "10 %" would read as if it were the limit
    ],
)
def test_a_percentage_never_reads_as_the_limit_beside_it(number, places, beside, written):
    assert percent(D(number), places, tuple(map(D, beside))) == written


def test_over_under_and_no_difference():
    assert over_or_under(Ratio(D("0.0027"))) == "0.27 % over"
    assert over_or_under(Ratio(D("-0.05"))) == "5 % under"
    assert over_or_under(Ratio(D(0))) == "no difference"


@pytest.mark.parametrize("month", range(1, 13))
def test_the_month_is_in_letters_always(month):
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    assert day(date(2026, month, 5), Market.US) == f"{names[month - 1]} 5, 2026"
    assert day(date(2026, month, 5), Market.UK) == f"05-{names[month - 1]}-2026"


def test_times_are_of_the_site_in_24_hours():
    """New York is 4 hours behind UTC in the summer and 5 in the winter."""
    summer, winter = datetime(2026, 7, 1, 17, 40, tzinfo=UTC), datetime(2026, 1, 1, 3, 5, tzinfo=UTC)
    assert clock(summer, "America/New_York") == "13:40"
    assert moment(winter, "America/New_York", Market.US) == "Dec 31, 2025 22:05"
    assert moment(winter, "Europe/London", Market.UK) == "01-Jan-2026 03:05"


def test_counts():
    assert (count(1, "vial"), count(2, "vial"), count(0, "vial")) == ("1 vial", "2 vials", "0 vials")


MESSAGES = [
    ("near-miss", us(170, "69.5", 2, 1, "cr"),  # 0.91 mg: 0.01 over 0.9, 1.0989 % of 0.91
     "0.01 mg over one vial: rounding down 1.1 % would save a vial; needs the prescriber."),
    ("near-miss", us(ordered="0.93", confirmed_by="Dr Rivera"),  # 0.03 ÷ 0.93 = 3.2258 %
     "0.03 mg over one vial: rounding down 3.2 % would save a vial; needs the prescriber."),
    ("near-miss", us(ordered="1.9", confirmed_by="Dr Rivera"),  # 0.1 ÷ 1.9 = 5.263 %
     "0.1 mg over two vials: rounding down 5.3 % would save a vial; needs the prescriber."),
    ("withdrawable-volume", uk(186, "66.9", 2, 1, "cr"),
     "1 vial by the labelled 1 mg, 2 if only 0.9 mg comes out of each: the label does not state what can be drawn. "
     "Record this site's own withdrawable volume; until then a spare vial is on the picking list."),
    ("diluted-bag", us(),
     "The limits of the diluted bag are not confirmed at this site. Confirm them against the current label, "
     "FDA PI §2.4: until two pharmacists record them the times count from the first vial only, and no bag is "
     "released for patient use."),
    ("blasts", us(blasts=12400),
     "Peripheral blasts 12,400/mm³ are over the limit of 10,000/mm³ before the first dose."),
    ("measured", us(days_old=16),
     "The weight is 16 days old, measured Feb 24, 2026. Over 14 days asks for a reason, over 28 days for a second "
     "person."),
    ("level", us(level="0.6"),
     "The order's own 0.6 mg/m² is not the label's 0.8 mg/m² for cycle 1, day 1. Reason given: reduced for toxicity."),
    ("ordered-dose", us(ordered="1.56"),  # (1.56 − 1.456) ÷ 1.456 = 7.142857 %
     "The ordered dose of 1.56 mg is 7.14 % over the calculated 1.456 mg: over 5 %."),
    ("ordered-dose", us(ordered="1.2", confirmed_by="Dr Rivera"),  # −0.256 ÷ 1.456 = −17.582 %
     "The ordered dose of 1.2 mg is 17.58 % under the calculated 1.456 mg; confirmed by Dr Rivera."),
    ("concentration", us(ordered="0.45", confirmed_by="Dr Rivera"),  # 0.45 ÷ 50 = 0.009
     "0.45 mg in the bag is 0.009 mg/mL, under the range of 0.01 to 0.1 mg/mL. The syringe method for small doses is "
     "not computed here. An adult's dose of 0.4 mg or more may go on by the site's written decision; the volume of "
     "the bag stays the same."),
    ("concentration", us(ordered="5.5", confirmed_by="Dr Rivera"),
     "The bag would hold 0.11 mg/mL, over the range of 0.01 to 0.1 mg/mL."),
    ("response", us(cycle=2, day=8), "The response is not known; it does not change the dose on day 8."),
    ("response", us(cycle=4, day=8),
     "Choose the response: without CR or CRi within 3 cycles treatment stops, so cycle 4 cannot go on without it."),
    ("transplant", us(cycle=3, day=8, response="cr", transplant=Transplant(True)),
     "A transplant is planned: cycle 3 needs its reason after 2 cycles (CR or CRi with MRD negativity was not reached "
     "after 2 cycles)."),
    ("transplant", us(cycle=4, day=8, response="cr", transplant=Transplant(True, "MRD positive")),
     "A transplant is planned: cycle 4 is over the 2 cycles of the label and one more with its reason."),
    ("weight", us(weight=30, height=150), "Weight 30 kg is unusual: outside 35 to 160 kg for an adult."),
    ("height", us(height=205, weight=70, born=date(2012, 1, 1)),
     "Height 205 cm is outside 60 to 200 cm for a patient under 18. Measure or type it again."),
    ("bsa", us(height=140, weight="43"),  # √(140 × 43 ÷ 3600) = 1.2931 → 1.29
     "Body surface 1.29 m² is unusual: outside 1.3 to 2.5 m² for an adult."),
    ("bmi", us(height=150, weight=110),  # 110 ÷ 1.5² = 48.8889
     "Body mass index 48.89 kg/m² is unusual: outside 16 to 45 kg/m² for an adult."),
]  # fmt: skip


@pytest.mark.parametrize(("code", "plan", "message"), MESSAGES, ids=[f"{row[0]}-{i}" for i, row in enumerate(MESSAGES)])
def test_a_finding_says_what_and_why(code, plan, message):
    assert sentences.sentence(finding(plan, code), plan.policy.market) == message


@pytest.mark.parametrize(("code", "plan", "message"), MESSAGES, ids=[f"{row[0]}-{i}" for i, row in enumerate(MESSAGES)])
def test_the_short_form_fits_a_row_of_the_worksheet(code, plan, message):
    """Two lines of some 45 characters, of which the coded reason takes the rest."""
    found = finding(plan, code)
    assert 0 < len(sentences.short(found)) <= 70 or found.severity.word in ("info", "stop")


def test_the_values_judged_carry_their_unit_in_the_name():
    assert sentences.judged(finding(us(blasts=12400), "blasts")) == {
        "blasts_per_mm3": "12400",
        "limit_per_mm3": "10000",
    }
    values = sentences.judged(finding(us(days_old=16), "measured"))
    assert values["measured"] == "2026-02-24" and values["days"] == "16"
    values = sentences.judged(finding(us(ordered="1.56"), "ordered-dose"))
    assert (values["ordered_mg"], values["difference_percent"]) == ("1.56", "7.142857143")


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts(inner)


PLANS = {
    "us": us(ordered="1.46"),
    "uk": uk(),
    "stopped": us(cycle=2, day=1),
    "no sense": us(ordered=13),
    "spare": uk(186, "66.9", 2, 1, "cr"),
    "recorded": uk(withdrawable=mL("3.6")),
    "rounded": us(200, 120, volume_step=mL("0.05")),
    "bag": uk(making=Making.READY_FILLED, bag_overfill=mL(3)),
}


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_as_text_comes_back_from_json_as_it_was(name):
    text = plan_text(PLANS[name])
    assert from_json(json.loads(json.dumps(to_json(text)))) == text


@pytest.mark.parametrize("name", PLANS)
def test_no_text_of_a_plan_has_a_forbidden_form(name):
    """Trailing zero, naked point, "ml", "µg", an ellipsis, an exponent."""
    forbidden = r"\d\.\d*0 (mg|mL|m²|g)\b|(?<!\d)\.\d|\d ?ml\b|µ|…|\dE[+-]?\d|None|Decimal"
    assert [text for text in texts(to_json(plan_text(PLANS[name]))) if re.search(forbidden, text)] == []


def test_a_stored_plan_with_a_missing_or_unknown_string_is_refused():
    stored = to_json(plan_text(us()))
    with pytest.raises(KeyError):
        from_json({key: value for key, value in stored.items() if key != "dose"})
    with pytest.raises(TypeError):
        from_json({**stored, "rows": [{**stored["rows"][0], "more": "x"}]})


def test_what_could_not_be_computed_is_a_dash():
    text = plan_text(us(cycle=2, day=1))
    assert (text.dose, text.volume, text.vials, text.saline, text.discarded_mass) == ("–",) * 5
    assert text.bsa == "1.82 m²" and text.draws == () and text.billing == ()


def test_with_an_ordered_dose_no_formula_passes_for_the_plan():
    """2 cr day 8, 170/73.5: by Mosteller 0.5 × 1.86 = 0.93 mg, 2 vials; the order says 0.9 mg, 1 vial."""
    text = plan_text(us(170, "73.5", 2, 8, "cri", ordered="0.9"))
    assert (text.dose, text.vials) == ("0.9 mg", "1")
    assert text.formulas_title == "Without the ordered dose, the five formulas agree on 2 vials"
    assert [row.against for row in text.formulas if row.used] == ["1 vial more, 0.03 mg more"]
    assert all(row.against != "this plan" for row in text.formulas)


def test_an_hour_that_comes_twice_says_which():
    """New York, 1 November 2026: 05:30 UTC is 01:30 EDT, 06:30 UTC is 01:30 EST."""
    first, second = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6))
    assert [clock(each, "America/New_York") for each in (first, second)] == ["01:30 EDT", "01:30 EST"]
    assert clock(datetime(2026, 11, 1, 7, 30, tzinfo=UTC), "America/New_York") == "02:30"
    assert clock(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/London") == "01:30 BST"


def test_no_paper_hides_that_a_limit_was_passed():
    """1.52881 mg is 5.0007 % over 1.456 mg: "5 %" would read as within the limit."""
    made = us(ordered="1.52881")
    assert "5.001 % over" in sentences.sentence(finding(made, "ordered-dose"), Market.US)
    assert "5.001 %" in sentences.short(finding(made, "ordered-dose"))
    assert plan_text(made).difference == "5.001 % over"


def test_the_five_formulas_say_where_they_part():
    """170 cm, 69.5 kg, 0.5 mg/m²: Mosteller 2 vials, Du Bois 0.5 × 1.80 = 0.9 mg and 1."""
    text = plan_text(us(170, "69.5", 1, 8))
    assert text.formulas_title == "The formulas differ: one or two vials"
    rows = {row.name: row for row in text.formulas}
    assert (rows["Mosteller"].bsa, rows["Mosteller"].dose, rows["Mosteller"].vials) == ("1.81", "0.91", "2")
    assert (rows["Du Bois"].bsa, rows["Du Bois"].dose, rows["Du Bois"].vials) == ("1.8", "0.9", "1")
    assert rows["Du Bois"].against == "1 vial less, 0.01 mg less"
    assert [row.name for row in text.formulas if row.used] == ["Mosteller"]
    assert plan_text(us()).formulas_title == "The five formulas agree on 2 vials"


def test_billing_is_one_or_two_lines_and_never_both_modifiers():
    """1.46 mg: 15 + 3. 0.87 mg from one vial: 9 + 0, though 0.03 mg is truly discarded."""
    assert [(bill.code, bill.units) for bill in plan_text(us()).billing] == [("J9229", "× 15"), ("J9229-JW", "× 3")]
    text = plan_text(us(ordered="0.87", confirmed_by="Dr Rivera"))
    assert [(bill.code, bill.units) for bill in text.billing] == [("J9229-JZ", "× 9")]
    assert text.billing_note == "One unit is 0.1 mg. Truly discarded: 0.03 mg."
    assert plan_text(uk()).billing == ()


def test_clocks_of_a_planned_wetting():
    """T 09:00 → dilute by 13:00, out of the fridge by 15:00, start before 16:00, complete by 17:00."""
    plan = us(zone="America/New_York")
    wetted = datetime(2026, 3, 12, 13, 0, tzinfo=UTC)
    text = plan_text(plan, clocks(wetted, plan.drug, plan.policy))
    assert [(c.name, c.time, c.date) for c in text.clocks] == [
        ("First vial wetted", "09:00", "Mar 12, 2026"),
        ("Dilute by", "13:00", "Mar 12, 2026"),
        ("Out of the refrigerator by", "15:00", "Mar 12, 2026"),
        ("Start before", "16:00", "Mar 12, 2026"),
        ("Complete by", "17:00", "Mar 12, 2026"),
    ]
    assert text.clocks[0].rule == "planned, not measured"
    assert text.clocks_note == "Diluted-bag limit not confirmed"


def test_a_recorded_limit_of_the_diluted_bag_is_named_as_the_rule():
    limit = DilutedBagLimit(Duration.read("4 h"), includes_infusion=True)
    plan = us(diluted_bag={"room": limit, "fridge": limit})
    text = plan_text(plan, clocks(datetime(2026, 3, 12, 9, 0, tzinfo=UTC), plan.drug, plan.policy))
    assert (text.clocks[3].time, text.clocks[3].rule) == ("12:00", "the diluted bag's own limit, recorded by this site")
    assert text.clocks_note == ""


def test_unconfirmed_facts_say_what_to_confirm_and_where():
    assert len(plan_text(us()).unconfirmed) == 6  # hazard wording, small doses, diluted bag, storage, line, filter
    assert all("Confirm against the current label, FDA PI §" in text for text in plan_text(us()).unconfirmed)


def test_draws_by_total_and_with_a_recorded_volume():
    by_total = plan_text(uk())
    assert [(d.draw, d.aside) for d in by_total.draws] == [
        ("all that can be drawn", "(at most 4 mL)"),
        ("to a total of 5.84 mL", ""),
    ]
    recorded = plan_text(uk(withdrawable=mL("3.6")))
    assert (recorded.instruction, [d.draw for d in recorded.draws]) == ("", ["3.6 mL", "2.24 mL"])
    # 2 × (4 − 3.6) mL and × 0.25 mg/mL stay in the vials
    assert recorded.stays == "0.8 mL, 0.2 mg"


def test_the_worksheet_joins_what_belongs_together():
    """8.24 mL rounds to 8.25 mL in steps of 0.05: 2.0625 mg, 0.0025 ÷ 2.06 = 0.12 % over."""
    lines = {row.name: row for row in papers.working_lines(plan_text(us(200, 120, volume_step=mL("0.05"))))}
    assert lines["Volume to withdraw"].expression == "2.06 mg ÷ 0.25 mg/mL; 0.12 % over 2.06 mg"
    assert lines["Volume to withdraw"].result == "8.25 mL, 2.0625 mg"
    assert lines["Discarded"].result == "2.55 mL, 0.6375 mg"  # 10.8 − 8.25; 2.7 − 2.0625
    assert lines["Vials"].result == "3 vials of 0.9 mg"
    assert "Draws" not in lines


def test_an_nhs_number_is_written_3_3_4():
    assert papers.spaced_nhs("9990123454") == "999 012 3454"
