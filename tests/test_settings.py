"""The site's settings: every one is read and written, starts as the rules say, and cannot contradict another."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compounding.policy import (
    ADULT,
    Band,
    ConfirmedFact,
    DilutedBagLimit,
    Formula,
    LabelSize,
    Market,
    Plausible,
    Policy,
    Site,
)
from compounding.quantities import Duration, Unreadable, WeighedMass
from compounding.settings import (
    SETTINGS,
    Decides,
    Fault,
    Group,
    Row,
    SettingsFaults,
    Standing,
    apply,
    fit,
    in_force,
    is_setting,
    one_person,
    read,
    setting,
    settings_of,
    standings,
    text_of,
    two_pharmacists,
    value_of,
)
from compounding.settings.kinds import Amount, Limits
from tests.orders import DRUGS, UK, US, cm, kg, m2, mg, mL

SITE = Site("Example Hospital", "Example Pharmacy", "1 Street", "555-0142", ("Bench 1",), Policy(Market.US))
UK_SITE = replace(SITE, policy=Policy(Market.UK))
HAZARD = "confirmed.besponsa-us.vials.hazard"


def hours(figure: str) -> Duration:
    return Duration.read(f"{figure} h")


# ------------------------------------------------------------------ each is read and written

# Name, a text, and the value that it is.
TEXTS: list[tuple[str, str, Any]] = [
    ("site.name", "Example Hospital", "Example Hospital"),
    ("site.pharmacy", "Example Hospital Pharmacy", "Example Hospital Pharmacy"),
    ("site.address", "1 Training Street, Exampleton EX1 1EX", "1 Training Street, Exampleton EX1 1EX"),
    ("site.phone", "020 7946 0142", "020 7946 0142"),
    ("site.workstations", "Cabinet 1\nCabinet 2", ("Cabinet 1", "Cabinet 2")),
    ("zone", "Europe/London", "Europe/London"),
    ("site.session_idle", "10 min", Duration(Decimal(10))),
    ("site.session_absolute", "8 h", Duration(Decimal(480))),  # 8 × 60 min
    ("site.second_factor_for_all", "yes", True),
    ("site.scanner_separator", "~", "~"),
    ("site.label_stock", "tall", LabelSize.TALL),
    ("checker_may_release", "no", False),
    ("formula", "dubois", Formula.DUBOIS),
    ("bsa_step", "0.001 m²", m2("0.001")),
    ("dose_step", "0.05 mg", mg("0.05")),
    ("volume_step", "0.1 mL", mL("0.1")),
    ("mass_step", "0.1 g", WeighedMass(Decimal("0.1"))),
    ("syringe_sizes", "1, 2.5, 5, 60 mL", (mL(1), mL("2.5"), mL(5), mL(60))),
    ("syringe_fill_percent", "80 %", Decimal(80)),
    ("adult.height.stop", "110 to 220.5 cm", Band(cm(110), cm("220.5"))),
    ("adult.height.acknowledge", "150 to 200 cm", Band(cm(150), cm(200))),
    ("adult.weight.stop", "30 to 250 kg", Band(kg(30), kg(250))),
    ("adult.weight.acknowledge", "40 to 140 kg", Band(kg(40), kg(140))),
    ("adult.bsa.stop", "0.6 to 2.9 m²", Band(m2("0.6"), m2("2.9"))),
    ("adult.bsa.acknowledge", "1.2 to 2.6 m²", Band(m2("1.2"), m2("2.6"))),
    ("adult.bmi.stop", "12 to 70 kg/m²", Band(*(type(ADULT["bmi"].stop.low)(Decimal(n)) for n in (12, 70)))),
    ("adult.bmi.acknowledge", "17 to 40 kg/m²", Band(*(type(ADULT["bmi"].stop.low)(Decimal(n)) for n in (17, 40)))),
    ("under_18.height.stop", "50 to 190 cm", Band(cm(50), cm(190))),
    ("under_18.weight.stop", "4 to 120 kg", Band(kg(4), kg(120))),
    ("under_18.bsa.stop", "0.25 to 2.4 m²", Band(m2("0.25"), m2("2.4"))),
    ("measured_acknowledge_days", "7 days", 7),
    ("measured_override_days", "30 days", 30),
    ("weight_change_acknowledge_percent", "5 %", Decimal(5)),
    ("weight_change_override_percent", "15 %", Decimal(15)),
    ("difference_override_percent", "2.5 %", Decimal("2.5")),
    ("difference_stop_percent", "8 %", Decimal(8)),
    ("near_miss_percent", "5 %", Decimal(5)),
    ("mass_tolerance_percent", "3 %", Decimal(3)),
    ("bag_overfill", "0 mL", mL(0)),  # an answer
    ("dose_most", "3 mg", mg(3)),
    ("small_dose_override_from", "0.3 mg", mg("0.3")),
    ("withdrawable", "3.6 mL", mL("3.6")),
]
# What a drug file adds.
OF_A_DRUG: list[tuple[str, str, Any]] = [
    ("diluted_bag.room", "4 h, infusion not included", DilutedBagLimit(hours("4"), includes_infusion=False)),
    ("diluted_bag.fridge", "2.5 h, infusion included", DilutedBagLimit(hours("2.5"), includes_infusion=True)),
    ("diluted_bag.room", "no limit", DilutedBagLimit(None, includes_infusion=False)),
    (HAZARD, "HAZARDOUS DRUG", "HAZARDOUS DRUG"),
]


def test_the_table_of_texts_leaves_no_setting_out() -> None:
    assert Counter(name for name, _, _ in TEXTS) == Counter(setting.name for setting in SETTINGS)


@pytest.mark.parametrize(("name", "text", "value"), TEXTS + OF_A_DRUG, ids=lambda cell: str(cell)[:40])
def test_a_text_is_read_and_written_again(name: str, text: str, value: Any) -> None:
    assert read(name, text) == value
    assert text_of(name, value) == text


@pytest.mark.parametrize(("name", "text", "value"), TEXTS + OF_A_DRUG, ids=lambda cell: str(cell)[:40])
def test_a_text_in_force_is_what_the_site_works_by(name: str, text: str, value: Any) -> None:
    # The stop of 150 to 200 cm and the like would leave out the default that asks: it moves with it.
    wide = {"adult.weight.acknowledge": "45 to 120 kg"} if name == "adult.weight.stop" else {}
    wide |= {"adult.height.acknowledge": "150 to 200 cm"} if name == "adult.height.stop" else {}
    made = apply(SITE, {**wide, name: text})
    assert value_of(made, name) == value
    untouched = {other for other, _, _ in TEXTS} - {name, *wide}
    assert all(value_of(made, other) == value_of(SITE, other) for other in untouched)


@given(st.sampled_from([found for found in SETTINGS if isinstance(found.kind, Amount)]), st.decimals(0, 200, places=3))
def test_an_amount_is_read_exactly_or_refused(found: Any, number: Decimal) -> None:
    text = f"{number.normalize():f} {found.kind.unit}"
    try:
        value = found.kind.read(text)
    except Unreadable as unreadable:
        assert text in str(unreadable)
    else:
        assert found.kind.read(found.kind.write(value)) == value
        assert value == found.kind.of.read(text)


# ------------------------------------------------------------------ what cannot be read

BAD: list[tuple[str, str, str]] = [
    ("nothing", "", "There is no setting “nothing”."),
    ("diluted_bag.", "no limit", "There is no setting “diluted_bag.”."),
    ("confirmed.besponsa-us", "x", "There is no setting “confirmed.besponsa-us”."),
    ("adult.height", "100 to 230 cm", "There is no setting “adult.height”."),
    ("bsa_step", "", "Type a number."),
    ("bsa_step", " m²", "Type a number."),
    ("bsa_step", "0.01", "“0.01” needs its unit after a space: m²."),
    ("bsa_step", "0.01m²", "“0.01m²” needs its unit after a space: m²."),
    ("bsa_step", "0.01 m2", "“0.01 m2” needs its unit after a space: m²."),
    ("bsa_step", "0,01 m²", "“0,01” cannot be read. Use a point, not a comma."),
    ("bsa_step", "0 m²", "“0 m²” is not from 0.001 to 0.1 m²."),
    ("bsa_step", "1 m²", "“1 m²” is not from 0.001 to 0.1 m²."),
    ("bsa_step", "0.0125 m²", "“0.0125 m²” has more than 3 decimals."),
    ("dose_step", "-0.01 mg", "“-0.01” cannot be read. Leave out the sign."),
    ("dose_most", "0 mg", "“0 mg” is below 0.001 mg."),
    ("dose_most", "2.5 mL", "“2.5 mL” needs its unit after a space: mg."),
    ("bag_overfill", "30 mL", "“30 mL” is not from 0 to 20 mL."),
    ("withdrawable", "0 mL", "“0 mL” is not from 0.001 to 100 mL."),
    ("site.session_idle", "90 min", "“90 min” is not from 1 to 60 min."),
    ("site.session_idle", "0 min", "“0 min” is not from 1 to 60 min."),
    ("site.session_idle", "7.5 min", "“7.5 min” has more than 0 decimals."),
    ("site.session_absolute", "25 h", "“25 h” is not from 1 to 24 h."),
    ("measured_acknowledge_days", "14", "“14” needs its unit after a space: days."),
    ("measured_acknowledge_days", "1.5 days", "“1.5” is not a whole number."),
    ("measured_acknowledge_days", "0 days", "“0 days” is not from 1 to 365 days."),
    ("difference_stop_percent", "101 %", "“101 %” is not from 0 to 100 %."),
    ("difference_stop_percent", "7.125 %", "“7.125 %” has more than 2 decimals."),
    ("near_miss_percent", "11 %", "“11 %” is not from 0 to 10 %."),
    ("syringe_fill_percent", "5 %", "“5 %” is not from 10 to 100 %."),
    ("formula", "mosteler", "“mosteler” is none of mosteller, dubois, haycock, gehan-george, boyd."),
    ("checker_may_release", "true", "“true” is none of yes, no."),
    ("adult.height.stop", "100 cm", "“100 cm” is not two limits, as in “1 to 2 cm”."),
    ("adult.height.stop", "230 to 100 cm", "“230 to 100 cm”: the lower limit must be below the higher."),
    ("adult.height.stop", "100 to 100 cm", "“100 to 100 cm”: the lower limit must be below the higher."),
    ("adult.height.stop", "100 to tall cm", "“tall” cannot be read. Use figures only."),
    ("adult.height.stop", "1.0001 to 2 cm", "“1.0001 to 2 cm” has more than 3 decimals."),
    ("syringe_sizes", "5, 1 mL", "“5, 1 mL”: each size must be above the one before it."),
    ("syringe_sizes", "5, 5 mL", "“5, 5 mL”: each size must be above the one before it."),
    ("syringe_sizes", "0 mL", "“0 mL” is not from 0.1 to 100 mL."),
    ("syringe_sizes", "1 5 mL", "“1 5” cannot be read. Leave out the spaces."),
    ("site.name", "  ", "Type a text."),
    ("site.name", " Example", "“ Example”: leave out the spaces before and after it."),
    ("site.name", "Ex\tample", "“Ex\\u0009ample” holds a character that cannot be printed."),
    ("site.name", "x" * 81, "This text of 81 characters is too long: 80 characters at most."),
    ("site.workstations", " \n ", "Type at least one, each on a line of its own."),
    ("site.workstations", "Bench 1\nBench 1", "“Bench 1” stands there twice."),
    ("site.workstations", f"Bench 1\n{'x' * 41}", "This text of 41 characters is too long: 40 characters at most."),
    ("zone", "", "“” is not a time zone, as in “Europe/London”."),
    ("zone", "Europe", "“Europe” is not a time zone, as in “Europe/London”."),
    ("zone", "../etc", "“../etc” is not a time zone, as in “Europe/London”."),
    ("zone", "Mars/Base", "“Mars/Base” is not a time zone, as in “Europe/London”."),
    ("site.scanner_separator", "GS", "“GS” could stand within a lot: a separator holds one of # $ @ [ ] ^ { | } ~."),
    ("site.scanner_separator", "A", "“A” could stand within a lot: a separator holds one of # $ @ [ ] ^ { | } ~."),
    ("site.scanner_separator", "7", "“7” could stand within a lot: a separator holds one of # $ @ [ ] ^ { | } ~."),
    ("site.scanner_separator", "%", "“%” could stand within a lot: a separator holds one of # $ @ [ ] ^ { | } ~."),
    ("site.scanner_separator", "~ ~", "“~ ~” is not a separator: at most 8 characters, without spaces."),
    ("site.scanner_separator", "\x1d", "“\\u001d” is not a separator: at most 8 characters, without spaces."),
    ("site.scanner_separator", "~~~~~~~~~", "“~~~~~~~~~” is not a separator: at most 8 characters, without spaces."),
    ("diluted_bag.room", "4 h", "“4 h” does not say “infusion included” or “infusion not included”, or “no limit”."),
    ("diluted_bag.room", "4, infusion included", "“4” needs its unit after a space: h."),
    ("diluted_bag.room", "0 h, infusion included", "“0 h” is not from 0.25 to 72 h."),
    ("diluted_bag.room", "0.333 h, infusion included", "“0.333 h” is not a whole number of minutes."),
    (HAZARD, "", "Type a text."),
]


@pytest.mark.parametrize(("name", "text", "sentence"), BAD, ids=[f"{row[0]}-{row[1][:20]}" for row in BAD])
def test_a_text_that_cannot_be_read_is_told_in_one_sentence(name: str, text: str, sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(name, text)
    assert str(refused.value) == sentence


SEPARATORS = ["", "~", "{GS}", "^]", "<GS>~", "§"]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_separator_is_nothing_or_something_that_no_lot_holds(separator: str) -> None:
    assert read("site.scanner_separator", separator) == separator


def test_lines_may_come_as_a_browser_sends_them() -> None:
    assert read("site.workstations", "Bench 1\r\n\r\n Bench 2 \r\n") == ("Bench 1", "Bench 2")


# ------------------------------------------------------------------ what a site starts with

# Typed from the rules of the calculation, section "Findings" and the table of steps, a second time.
DEFAULTS: list[tuple[str, str | None]] = [
    ("formula", "mosteller"),
    ("bsa_step", "0.01 m²"),  # step 2
    ("dose_step", "0.01 mg"),  # step 5
    ("volume_step", "0.01 mL"),  # step 6
    ("mass_step", "0.01 g"),  # step 13
    ("mass_tolerance_percent", "5 %"),  # step 13: ±5 %
    ("difference_override_percent", "5 %"),  # step 5: over 5 % override
    ("difference_stop_percent", "10 %"),  # over 10 % stop
    ("adult.height.stop", "100 to 230 cm"),
    ("adult.height.acknowledge", "140 to 205 cm"),
    ("adult.weight.stop", "25 to 300 kg"),
    ("adult.weight.acknowledge", "35 to 160 kg"),
    ("adult.bsa.stop", "0.5 to 3 m²"),
    ("adult.bsa.acknowledge", "1.3 to 2.5 m²"),
    ("adult.bmi.stop", "10 to 80 kg/m²"),
    ("adult.bmi.acknowledge", "16 to 45 kg/m²"),
    ("under_18.height.stop", "60 to 200 cm"),
    ("under_18.weight.stop", "5 to 150 kg"),
    ("under_18.bsa.stop", "0.3 to 2.5 m²"),
    ("weight_change_acknowledge_percent", "10 %"),
    ("weight_change_override_percent", "20 %"),
    ("measured_acknowledge_days", "14 days"),
    ("measured_override_days", "28 days"),
    ("small_dose_override_from", "0.4 mg"),
    ("dose_most", "2.5 mg"),
    ("bag_overfill", None),  # a ready-filled bag is offered only where it is recorded
    ("withdrawable", None),  # two pharmacists record it
    ("diluted_bag.room", None),  # the shipped defaults are never confirmed
    ("diluted_bag.fridge", None),
    (HAZARD, None),
    ("checker_may_release", "yes"),  # checker = releaser is allowed; a site may forbid it
    ("site.session_idle", "15 min"),  # NIST SP 800-63B §4.3.3
    ("site.session_absolute", "12 h"),
    ("site.second_factor_for_all", "no"),
    ("site.scanner_separator", ""),
    ("site.label_stock", "small"),
    ("syringe_fill_percent", "75 %"),
    ("zone", "UTC"),
    ("site.name", None),
    ("site.pharmacy", None),
    ("site.address", None),
    ("site.phone", None),
    ("site.workstations", None),
]
OF_A_MARKET = [
    # HOPA: within 10 % of the ordered dose; UK practice for cytotoxics: 6 %.
    ("near_miss_percent", "10 %", "6 %"),
    ("syringe_sizes", "1, 3, 5, 10, 20, 30, 60 mL", "1, 2.5, 5, 10, 20, 30, 50 mL"),
]


PARTICULARS = ("site.name", "site.pharmacy", "site.address", "site.phone", "site.workstations")
"""What no program can know of a site."""


def default_of(market: Market, name: str) -> Any:
    """The value that a site of a market starts with; None where it starts with none."""
    return None if name in PARTICULARS else value_of(Site("", "", "", "", (), Policy(market)), name)


@pytest.mark.parametrize(("name", "text"), DEFAULTS, ids=[row[0] for row in DEFAULTS])
@pytest.mark.parametrize("market", Market)
def test_a_site_starts_as_the_rules_say(market: Market, name: str, text: str | None) -> None:
    found = default_of(market, name)
    assert (None if found is None else text_of(name, found)) == text


@pytest.mark.parametrize(("name", "us", "uk"), OF_A_MARKET)
def test_a_market_has_its_own(name: str, us: str, uk: str) -> None:
    assert text_of(name, default_of(Market.US, name)) == us
    assert text_of(name, default_of(Market.UK, name)) == uk


def test_no_setting_starts_unknown() -> None:
    assert {found.name for found in SETTINGS} <= {row[0] for row in (*DEFAULTS, *OF_A_MARKET)}


def test_every_default_is_within_what_may_be_typed() -> None:
    for found in SETTINGS:
        if (value := default_of(Market.UK, found.name)) is not None:
            assert read(found.name, text_of(found.name, value)) == value


# ------------------------------------------------------------------ the table as a page shows it

TWO = {"withdrawable"}
ADMINISTRATORS = {"zone", *(name for name, _, _ in TEXTS if name.startswith("site."))}


def test_who_decides() -> None:
    """One pharmacist for roundings and limits, two for what a site must confirm, the administrator for the site."""
    expected = {
        name: Decides.TWO_PHARMACISTS
        if name in TWO
        else Decides.ADMINISTRATOR
        if name in ADMINISTRATORS
        else Decides.PHARMACIST
        for name, _, _ in TEXTS
    }
    assert {found.name: found.decides for found in SETTINGS} == expected


def test_every_row_can_be_read_by_a_person() -> None:
    labels = [found.label for found in SETTINGS]
    assert len(set(labels)) == len(labels)
    assert all(found.label and found.hint and found.kind.shape for found in SETTINGS)
    assert {found.group for found in SETTINGS} == set(Group) - {Group.CONFIRMATIONS}
    assert {found.name for found in SETTINGS if isinstance(found.kind, Limits)} == {
        f"{who}.{measure}.{which}"
        for who, measures, bands in (
            ("adult", ("height", "weight", "bsa", "bmi"), ("stop", "acknowledge")),
            ("under_18", ("height", "weight", "bsa"), ("stop",)),
        )
        for measure in measures
        for which in bands
    }


UNITS = [("bsa_step", "m²"), ("measured_override_days", "days"), ("near_miss_percent", "%"), ("zone", "")]


@pytest.mark.parametrize(("name", "unit"), [*UNITS, ("adult.bmi.stop", "kg/m²"), ("syringe_sizes", "mL")])
def test_a_unit_stands_beside_its_field(name: str, unit: str) -> None:
    assert setting(name).kind.unit == unit


ADDED = {
    "besponsa-us": [
        "diluted_bag.room",
        "diluted_bag.fridge",
        "confirmed.besponsa-us.vials.hazard",
        "confirmed.besponsa-us.dilution.small_dose_method",
        "confirmed.besponsa-us.administration.storage",
        "confirmed.besponsa-us.administration.line",
        "confirmed.besponsa-us.administration.filter",
        "confirmed.besponsa-us.regimen.interruption",
        "confirmed.besponsa-us.regimen.interruption_days",
        "confirmed.besponsa-us.regimen.reduction_percent",
    ],
    "besponsa-uk": [
        "confirmed.besponsa-uk.vials.hazard",
        "confirmed.besponsa-uk.administration.storage",
        "confirmed.besponsa-uk.administration.line",
        "confirmed.besponsa-uk.administration.filter",
        "confirmed.besponsa-uk.regimen.interruption",
        "confirmed.besponsa-uk.regimen.interruption_days",
        "confirmed.besponsa-uk.regimen.reduction_percent",
    ],
}


@pytest.mark.parametrize("market", Market)
def test_a_drug_file_adds_what_it_leaves_to_confirm(market: Market) -> None:
    drug = DRUGS[market]
    added = settings_of(drug, Policy(market))
    assert [found.name for found in added] == ADDED[drug.id]
    assert {(found.group, found.decides) for found in added} == {(Group.CONFIRMATIONS, Decides.TWO_PHARMACISTS)}
    assert all(setting(found.name) == replace(found, hint="") for found in added)


def test_a_hint_quotes_what_is_to_be_confirmed_and_where() -> None:
    by_name = {found.name: found for found in settings_of(US, Policy(Market.US))}
    assert by_name["diluted_bag.fridge"].hint == (
        "“Store at 2 to 8 °C.” Older text: 4 h at 20 to 25 °C, or 3 h at 2 to 8 °C. Confirm in FDA PI §2.4."
    )
    assert by_name["confirmed.besponsa-us.administration.storage"].hint == (
        "“Store at 20 to 25 °C.” Confirm in FDA PI §2.4."
    )
    assert by_name["confirmed.besponsa-us.administration.storage"].label == "besponsa-us: storage"


def test_the_limits_of_a_bag_are_recorded_for_the_sites_drug_alone() -> None:
    """A limit recorded for one drug does not hold for another."""
    added = settings_of(replace(US, drug="examplin", id="examplin-us"), Policy(Market.US))
    assert not any(found.name.startswith("diluted_bag") for found in added)


# ------------------------------------------------------------------ texts put into a site


def test_texts_are_put_in_all_at_once() -> None:
    """30 and 40 days are in order; 30 days beside the old 28 would not be, nor 240 cm beside the old 205."""
    made = apply(
        SITE,
        {
            "measured_acknowledge_days": "30 days",
            "measured_override_days": "40 days",
            "adult.height.stop": "90 to 250 cm",
            "adult.height.acknowledge": "95 to 240 cm",
            "site.phone": "(212) 555-0100",
            "diluted_bag.room": "4 h, infusion included",
            HAZARD: "HAZARDOUS DRUG",
        },
    )
    policy = made.policy
    assert (policy.measured_acknowledge_days, policy.measured_override_days) == (30, 40)
    assert policy.adult["height"] == Plausible(Band(cm(90), cm(250)), Band(cm(95), cm(240)))
    assert policy.adult["weight"] == ADULT["weight"]
    assert made.phone == "(212) 555-0100"
    assert policy.diluted_bag == {"room": DilutedBagLimit(hours("4"), includes_infusion=True)}
    assert policy.confirmed == {ConfirmedFact("besponsa-us", "vials.hazard", "HAZARDOUS DRUG")}


def test_nothing_stored_leaves_the_site_as_it_is() -> None:
    assert apply(SITE, {}) == SITE
    assert apply(SITE, dict.fromkeys((*(name for name, _, _ in TEXTS), "diluted_bag.room", HAZARD))) == SITE


REACHED = "the first would never be reached."
# What is set, the names it is told at, and the sentence. The other limit of each pair is the default.
DISORDER: list[tuple[dict[str, str], tuple[str, ...], str]] = [
    (
        {"measured_acknowledge_days": "30 days"},
        ("measured_acknowledge_days", "measured_override_days"),
        "“Measurement: ask when older than” (30 days) is over "
        f"“Measurement: second person when older than” (28 days): {REACHED}",
    ),
    (
        {"difference_stop_percent": "4 %"},
        ("difference_override_percent", "difference_stop_percent"),
        f"“Ordered dose: second person above” (5 %) is over “Ordered dose: stop above” (4 %): {REACHED}",
    ),
    (
        {"weight_change_override_percent": "8 %"},
        ("weight_change_acknowledge_percent", "weight_change_override_percent"),
        "“Weight since the last dose: ask from” (10 %) is over "
        f"“Weight since the last dose: second person from” (8 %): {REACHED}",
    ),
    (
        {"dose_most": "0.3 mg"},
        ("small_dose_override_from", "dose_most"),
        f"“Small doses: second person from” (0.4 mg) is over “Most that a dose may be” (0.3 mg): {REACHED}",
    ),
    (
        {"adult.height.stop": "150 to 230 cm"},
        ("adult.height.acknowledge", "adult.height.stop"),
        "“Adult height: ask outside” (140 to 205 cm) reaches beyond "
        f"“Adult height: stop outside” (150 to 230 cm): {REACHED}",
    ),
    (
        {"adult.bmi.acknowledge": "16 to 90 kg/m²"},
        ("adult.bmi.acknowledge", "adult.bmi.stop"),
        "“Adult body mass index: ask outside” (16 to 90 kg/m²) reaches beyond "
        f"“Adult body mass index: stop outside” (10 to 80 kg/m²): {REACHED}",
    ),
]


@pytest.mark.parametrize(("rows", "names", "sentence"), DISORDER, ids=[row[1][0] for row in DISORDER])
def test_a_limit_that_asks_must_come_before_the_one_that_stops(
    rows: dict[str, str], names: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(SettingsFaults) as refused:
        apply(SITE, rows)
    assert refused.value.faults == (Fault(names, sentence),)
    assert str(refused.value) == sentence


EQUAL = [
    {"measured_acknowledge_days": "28 days"},
    {"difference_override_percent": "10 %"},
    {"adult.height.acknowledge": "100 to 230 cm"},
    {"small_dose_override_from": "2.5 mg"},
]


@pytest.mark.parametrize("rows", EQUAL, ids=[next(iter(row)) for row in EQUAL])
def test_a_limit_that_asks_may_equal_the_one_that_stops(rows: dict[str, str]) -> None:
    ((name, text),) = rows.items()
    assert value_of(apply(SITE, rows), name) == read(name, text)


def test_all_that_cannot_be_read_is_told_together_with_its_label() -> None:
    with pytest.raises(SettingsFaults) as refused:
        apply(SITE, {"bsa_step": "1 m²", "site.phone": "", "zone": "Europe/London", "gone": "1"})
    assert refused.value.faults == (
        Fault(("bsa_step",), "Body surface to: “1 m²” is not from 0.001 to 0.1 m²."),
        Fault(("site.phone",), "Telephone: Type a text."),
        Fault(("gone",), "There is no setting “gone”."),
    )


def test_no_more_comes_out_of_a_vial_than_is_put_in() -> None:
    """4 mL of water are put into a vial."""
    rows: dict[str, str | None] = {"withdrawable": "4.1 mL"}
    with pytest.raises(SettingsFaults) as refused:
        apply(UK_SITE, rows, [UK])
    assert str(refused.value) == (
        "Volume that comes out of one vial: 4.1 mL is more than the 4 mL put into a vial of besponsa-uk."
    )
    assert apply(UK_SITE, {"withdrawable": "4 mL"}, [UK]).policy.withdrawable == mL(4)
    assert apply(UK_SITE, rows, [replace(UK, drug="examplin")]).policy.withdrawable == mL("4.1")


# What Policy itself refuses, whoever makes one.
REFUSED = [
    ({"syringe_fill_percent": Decimal(0)}, "syringe_fill_percent: 0 % is not above 0 and at most 100"),
    ({"syringe_fill_percent": Decimal(101)}, "syringe_fill_percent: 101 % is not above 0 and at most 100"),
    ({"syringe_sizes": ()}, "syringe_sizes: none do not rise from above 0"),
    ({"syringe_sizes": (mL(5), mL(5))}, "syringe_sizes: 5 mL, 5 mL do not rise from above 0"),
    ({"syringe_sizes": (mL(0), mL(5))}, "syringe_sizes: 0 mL, 5 mL do not rise from above 0"),
    ({"mass_step": WeighedMass(Decimal(0))}, "mass_step: 0 g is not above zero"),
    ({"mass_tolerance_percent": Decimal(-1)}, "mass_tolerance_percent: -1 % is below zero"),
    (
        {"weight_change_acknowledge_percent": Decimal(30)},
        "weight_change_acknowledge_percent: 30 is over weight_change_override_percent, 20",
    ),
    (
        {"adult": {"height": Plausible(Band(cm(100), cm(230)), Band(cm(90), cm(205)))}},
        "adult.height: 90 to 205 cm asks beyond 100 to 230 cm, which stops",
    ),
]


@pytest.mark.parametrize(("choice", "sentence"), REFUSED, ids=[row[1][:30] for row in REFUSED])
def test_a_policy_that_contradicts_itself_is_refused(choice: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError) as refused:
        Policy(Market.US, **choice)
    assert str(refused.value) == sentence


# ------------------------------------------------------------------ which rows are in force

ANNA, BEN, CARA = "anna", "ben", "cara"
P, H, W = "proposed", "holds", "withdrawn"
_Stored = tuple[str, str | None, str]
# What happened, oldest first: standing, value, person. What is in force and by whom; what waits, and whose.
PAIRS: list[tuple[str, list[_Stored], Standing]] = [
    ("nothing", [], Standing()),
    ("proposed alone", [(P, "3.6 mL", ANNA)], Standing(proposed="3.6 mL", proposed_by=ANNA)),
    ("two agree", [(P, "3.6 mL", ANNA), (H, "3.6 mL", BEN)], Standing("3.6 mL", (ANNA, BEN))),
    (
        "one person twice",
        [(P, "3.6 mL", ANNA), (H, "3.6 mL", ANNA)],
        Standing(proposed="3.6 mL", proposed_by=ANNA),
    ),
    ("nobody proposed", [(H, "3.6 mL", BEN)], Standing()),
    ("a new site's own row", [(H, "3.6 mL", "administrator")], Standing()),
    (
        "another value",
        [(P, "3.6 mL", ANNA), (H, "3.7 mL", BEN)],
        Standing(proposed="3.6 mL", proposed_by=ANNA),
    ),
    (
        "the same amount in another text",
        [(P, "3.6 mL", ANNA), (H, "3.60 mL", BEN)],
        Standing(proposed="3.6 mL", proposed_by=ANNA),
    ),
    (
        "a third agrees after one who differed",
        [(P, "3.6 mL", ANNA), (H, "3.7 mL", BEN), (H, "3.6 mL", CARA)],
        Standing("3.6 mL", (ANNA, CARA)),
    ),
    (
        "a newer proposal replaces",
        [(P, "3.6 mL", ANNA), (P, "3.7 mL", BEN), (H, "3.6 mL", CARA)],
        Standing(proposed="3.7 mL", proposed_by=BEN),
    ),
    (
        "the same proposed by another still waits",
        [(P, "3.6 mL", ANNA), (P, "3.6 mL", BEN)],
        Standing(proposed="3.6 mL", proposed_by=BEN),
    ),
    (
        "a change that waits leaves what is in force",
        [(P, "3.6 mL", ANNA), (H, "3.6 mL", BEN), (P, "3.5 mL", BEN)],
        Standing("3.6 mL", (ANNA, BEN), "3.5 mL", BEN),
    ),
    (
        "a change agreed",
        [(P, "3.6 mL", ANNA), (H, "3.6 mL", BEN), (P, "3.5 mL", BEN), (H, "3.5 mL", ANNA)],
        Standing("3.5 mL", (BEN, ANNA)),
    ),
    (
        "agreed once, it is not agreed again without a proposal",
        [(P, "3.6 mL", ANNA), (H, "3.6 mL", BEN), (W, None, CARA), (H, "3.6 mL", BEN)],
        Standing(),
    ),
    ("withdrawn", [(P, "3.6 mL", ANNA), (H, "3.6 mL", BEN), (W, None, ANNA)], Standing()),
    ("a proposal withdrawn", [(P, "3.6 mL", ANNA), (W, None, ANNA), (H, "3.6 mL", BEN)], Standing()),
    (
        "withdrawn and agreed anew",
        [(P, "3.6 mL", ANNA), (W, None, BEN), (P, "3.6 mL", BEN), (H, "3.6 mL", ANNA)],
        Standing("3.6 mL", (BEN, ANNA)),
    ),
    ("a proposal of nothing", [(P, None, ANNA), (H, None, BEN)], Standing()),
    ("an unknown standing", [("agreed", "3.6 mL", ANNA), (H, "3.6 mL", BEN)], Standing()),
]


def rows(name: str, stored: list[_Stored]) -> list[Row]:
    return [Row(name, value, standing, person) for standing, value, person in stored]


@pytest.mark.parametrize(("stored", "expected"), [row[1:] for row in PAIRS], ids=[row[0] for row in PAIRS])
def test_two_pharmacists_put_a_setting_in_force(stored: list[_Stored], expected: Standing) -> None:
    assert two_pharmacists(rows("withdrawable", stored)) == expected


STORED = st.lists(
    st.tuples(st.sampled_from([P, H, W]), st.sampled_from(["3.5 mL", "3.6 mL"]), st.sampled_from([ANNA, BEN, CARA])),
    max_size=8,
)


@given(STORED)
def test_what_is_in_force_was_proposed_and_agreed_by_two_people(stored: list[_Stored]) -> None:
    """A holds row after a proposed one of the same value by another person; the same person never."""
    found = two_pharmacists(rows("withdrawable", stored))
    if found.value is None:
        assert found.by == ()
        return
    first, second = found.by
    assert first != second
    proposed = stored.index((P, found.value, first))
    assert (H, found.value, second) in stored[proposed:]


SINGLE: list[tuple[str, list[_Stored], Standing]] = [
    ("nothing", [], Standing()),
    ("one word is enough", [(H, "0.05 mL", ANNA)], Standing("0.05 mL", (ANNA,))),
    ("the newest holds", [(H, "0.05 mL", ANNA), (H, "0.1 mL", BEN)], Standing("0.1 mL", (BEN,))),
    ("withdrawn", [(H, "0.05 mL", ANNA), (W, None, BEN)], Standing()),
    ("a proposal is no decision", [(H, "0.05 mL", ANNA), (P, "0.1 mL", BEN)], Standing("0.05 mL", (ANNA,))),
]


@pytest.mark.parametrize(("stored", "expected"), [row[1:] for row in SINGLE], ids=[row[0] for row in SINGLE])
def test_one_person_decides_the_rest(stored: list[_Stored], expected: Standing) -> None:
    assert one_person(rows("volume_step", stored)) == expected


def test_all_rows_of_a_site_together() -> None:
    """The rows of different settings lie between each other, as they were stored."""
    mixed = [
        Row("volume_step", "0.05 mL", H, ANNA),
        Row("withdrawable", "3.6 mL", P, ANNA),
        Row("diluted_bag.room", "4 h, infusion included", H, ANNA),  # one person's word
        Row(HAZARD, "HAZARDOUS DRUG", P, BEN),
        Row("withdrawable", "3.6 mL", H, BEN),
        Row(HAZARD, "HAZARDOUS DRUG", H, ANNA),
        Row("bsa_step", "0.1 m²", H, CARA),
        Row("bsa_step", None, W, CARA),
    ]
    assert in_force(mixed) == {
        "volume_step": "0.05 mL",
        "withdrawable": "3.6 mL",
        "diluted_bag.room": None,
        HAZARD: "HAZARDOUS DRUG",
        "bsa_step": None,
    }
    assert standings(mixed)["withdrawable"].by == (ANNA, BEN)
    made = apply(UK_SITE, in_force(mixed))
    assert (made.policy.volume_step, made.policy.withdrawable) == (mL("0.05"), mL("3.6"))
    assert (made.policy.bsa_step, made.policy.diluted_bag) == (m2("0.01"), {})


def test_a_row_of_a_setting_that_there_is_not_is_told() -> None:
    with pytest.raises(Unreadable, match="There is no setting “gone”"):
        in_force([Row("gone", "1", H, ANNA)])


# ------------------------------------------------------------------ what a newer program finds

# Stored texts, what is in force of them, and what the faults are about.
FOUND: list[tuple[dict[str, str | None], dict[str, Any], list[tuple[str, ...]]]] = [
    ({}, {"bsa_step": m2("0.01")}, []),
    ({"bsa_step": "0.001 m²", "dose_step": None}, {"bsa_step": m2("0.001"), "dose_step": mg("0.01")}, []),
    (
        {"bsa_step": "0.3 m²", "dose_step": "0.05 mg"},
        {"bsa_step": m2("0.01"), "dose_step": mg("0.05")},
        [("bsa_step",)],
    ),
    ({"gone": "1", "dose_step": "0.05 mg"}, {"dose_step": mg("0.05")}, [("gone",)]),
    # Both of two that contradict are left out: which of them is wrong nobody can know.
    (
        {"measured_acknowledge_days": "40 days", "measured_override_days": "30 days", "dose_step": "0.05 mg"},
        {"measured_acknowledge_days": 14, "measured_override_days": 28, "dose_step": mg("0.05")},
        [("measured_acknowledge_days", "measured_override_days")],
    ),
    # Found one after the other: what cannot be read hides what contradicts.
    (
        {"bsa_step": "one", "small_dose_override_from": "3 mg"},
        {"bsa_step": m2("0.01"), "small_dose_override_from": mg("0.4"), "dose_most": mg("2.5")},
        [("bsa_step",), ("small_dose_override_from", "dose_most")],
    ),
    ({"withdrawable": "4.1 mL"}, {"withdrawable": None}, [("withdrawable",)]),
]


@pytest.mark.parametrize(("texts", "values", "faults"), FOUND)
def test_what_fits_is_in_force_and_what_does_not_is_named(
    texts: dict[str, str | None], values: dict[str, Any], faults: list[tuple[str, ...]]
) -> None:
    fitted = fit(SITE, texts, (US,))
    assert {name: value_of(fitted.site, name) for name in values} == values
    assert [fault.names for fault in fitted.faults] == faults


def test_a_site_that_is_wrong_by_itself_is_not_fitted() -> None:
    """3 mg is over the 2.5 mg above which a dose stops: no text is to blame."""
    wrong = replace(SITE, policy=replace(SITE.policy, small_dose_override_from=mg(3)))
    with pytest.raises(SettingsFaults, match="would never be reached"):
        fit(wrong, {"bsa_step": "0.001 m²"})


NAMED = [
    ("bsa_step", True),
    ("diluted_bag.room", True),
    (HAZARD, True),
    ("gone", False),
    ("site.mode", False),
    ("diluted_bag.", False),
    ("confirmed.besponsa-us", False),
]


@pytest.mark.parametrize(("name", "there"), NAMED)
def test_there_is_a_setting_or_there_is_none(name: str, there: bool) -> None:
    assert is_setting(name) is there
    if not there:
        with pytest.raises(Unreadable):
            setting(name)
