"""The drug files: what the shipped ones say, and how a faulty one is refused, with every place named."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import compounding
from compounding.findings import Source, Status
from compounding.formulary import (
    Fact,
    FormularyFaults,
    Presentation,
    Range,
    catalogue,
    load,
    read,
    shipped,
)
from compounding.formulary.codes import gtins
from compounding.policy import Market
from compounding.quantities import Concentration, Quantity, Volume
from tests.orders import UK, US, mL

FOLDER = Path(compounding.__file__).parent / "drugs"
TEXT = {name: (FOLDER / name).read_text("utf-8") for name in ("besponsa-us.toml", "besponsa-uk.toml")}


def faults(text: str | bytes, name: str = "besponsa-us.toml") -> tuple[str, ...]:
    """The faults of a file, without the name that each of them begins with."""
    with pytest.raises(FormularyFaults) as refused:
        read(text if isinstance(text, bytes) else text.encode("utf-8"), name)
    assert str(refused.value) == "\n".join(refused.value.faults)
    assert all(fault.startswith(f"{name}: ") for fault in refused.value.faults)
    return tuple(fault.removeprefix(f"{name}: ") for fault in refused.value.faults)


def changed(*changes: tuple[str, str], name: str = "besponsa-us.toml") -> str:
    """The shipped text with each first text replaced by the second. A text that is not there fails."""
    text = TEXT[name]
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


# ------------------------------------------------------------------ what the shipped files say


def test_both_markets_are_shipped() -> None:
    assert {(drug.id, drug.drug, drug.market.value) for drug in shipped()} == {
        ("besponsa-us", "besponsa", "us"),
        ("besponsa-uk", "besponsa", "uk"),
    }


LABEL, SECONDARY, DERIVED, UNCONFIRMED = "label", "secondary", "derived", "unconfirmed"
ABSENT = None
NONE = "no value and no fact"
# Typed from the texts a second time. Each row: the fact, then value and status in the US and in the UK.
FACTS: list[tuple[str, tuple[Any, str], tuple[Any, str]]] = [
    ("names.generic", ("inotuzumab ozogamicin", LABEL), ("inotuzumab ozogamicin", LABEL)),
    ("names.brand", ("Besponsa", LABEL), ("BESPONSA", LABEL)),
    ("vials.labelled", ("0.9 mg", LABEL), ("1 mg", LABEL)),
    ("vials.labelled_means", ("delivered", LABEL), ("total", LABEL)),
    ("vials.reconstitute_with", ("Sterile Water for Injection, USP", LABEL), ("water for injections", SECONDARY)),
    ("vials.reconstitution", ("4 mL", LABEL), ("4 mL", SECONDARY)),
    ("vials.concentration", ("0.25 mg/mL", LABEL), ("0.25 mg/mL", LABEL)),
    ("vials.withdrawable", ("3.6 mL", LABEL), (ABSENT, LABEL)),
    ("vials.least_withdrawable", (ABSENT, LABEL), ("3.6 mL", DERIVED)),
    ("vials.density", (ABSENT, LABEL), ("1.02 g/mL", LABEL)),
    ("vials.water_density", (ABSENT, LABEL), ("1 g/mL", DERIVED)),
    ("vials.ndc", ("0008-0100-01", LABEL), (ABSENT, LABEL)),
    ("vials.gtin", ("00300080100011", DERIVED), ("5013457012095", SECONDARY)),
    ("licence.minimum_age", (1, LABEL), (18, LABEL)),
    ("dilution.bag", ("50 mL", SECONDARY), ("50 mL", LABEL)),
    ("times.dilute_within", ("240 min", LABEL), ("240 min", LABEL)),  # 4 h
    ("times.complete_within", ("480 min", LABEL), ("480 min", LABEL)),  # 8 h
    ("times.warm_up", ("60 min", SECONDARY), ("60 min", SECONDARY)),
    ("times.infusion", ("60 min", SECONDARY), ("60 min", LABEL)),
    ("times.diluted_bag_gates", (True, UNCONFIRMED), (False, LABEL)),
    (
        "times.diluted_bag_storages",
        ({"room": "Store at 20 to 25 °C.", "fridge": "Store at 2 to 8 °C."}, UNCONFIRMED),
        (ABSENT, LABEL),  # the EU text sets no limit of its own
    ),
    ("administration.rate", ("50 mL/h", SECONDARY), ("50 mL/h", LABEL)),
    ("administration.route", ("Intravenous infusion only", SECONDARY), ("Intravenous infusion only", LABEL)),
    ("regimen.first_cycle_length", ("30240 min", LABEL), ("30240 min", LABEL)),  # 21 days
    ("regimen.first_cycle_extended", ("40320 min", LABEL), ("40320 min", LABEL)),  # 28 days
    ("regimen.later_cycle_length", ("40320 min", LABEL), ("40320 min", LABEL)),
    ("regimen.window", ("2880 min", LABEL), ("2880 min", LABEL)),  # 2 days
    ("regimen.interval", ("8640 min", LABEL), ("8640 min", LABEL)),  # 6 days
    ("regimen.cycles", (6, LABEL), (6, LABEL)),
    ("regimen.no_response_stop_after", (3, LABEL), (3, LABEL)),
    ("regimen.transplant_cycles", (2, LABEL), (2, LABEL)),
    ("regimen.reduction_percent", (25, UNCONFIRMED), (25, UNCONFIRMED)),
    (
        "regimen.interruption_days",
        ({"omit": 7, "reduce": 14, "end": 28}, UNCONFIRMED),
        ({"omit": 7, "reduce": 14, "end": 28}, UNCONFIRMED),
    ),
    (
        "before_dose.premedication",
        (("corticosteroid", "antipyretic", "antihistamine"), LABEL),
        (("corticosteroid", "antipyretic", "antihistamine"), LABEL),
    ),
    ("before_dose.target", ("CD22 positive", LABEL), ("CD22 positive", LABEL)),
    (
        "before_dose.contraindications",
        (ABSENT, LABEL),  # the label says: none
        (
            (
                "hypersensitivity",
                "earlier confirmed severe or ongoing VOD/SOS",
                "serious ongoing liver disease",
            ),
            LABEL,
        ),
    ),
    ("before_dose.bilirubin", ("1.5 × ULN", LABEL), ("1.5 × ULN", LABEL)),
    ("before_dose.transaminases", ("2.5 × ULN", LABEL), ("2.5 × ULN", LABEL)),
    ("before_dose.neutrophils", ("1 ×10⁹/L", LABEL), ("1 ×10⁹/L", LABEL)),
    ("before_dose.platelets", ("50 ×10⁹/L", LABEL), ("50 ×10⁹/L", LABEL)),
    ("before_dose.counts_low_days", (28, LABEL), (ABSENT, LABEL)),  # stated in the US only
    ("before_dose.observation", ("60 min", LABEL), ("60 min", LABEL)),  # at least 1 h after the infusion
    ("regimen.surface_formula", (ABSENT, LABEL), (ABSENT, LABEL)),
    ("regimen.dose_cap", (ABSENT, LABEL), (ABSENT, LABEL)),
    ("regimen.blasts", ("10000 /mm³", LABEL), ("10000 /mm³", LABEL)),
    ("billing.code", ("J9229", SECONDARY), (NONE, "")),
    ("billing.unit", ("0.1 mg", SECONDARY), (NONE, "")),
    ("billing.units_per_vial", (9, SECONDARY), (NONE, "")),
    ("billing.discarded_modifier", ("JW", SECONDARY), (NONE, "")),
    ("billing.none_discarded_modifier", ("JZ", SECONDARY), (NONE, "")),
]


@pytest.mark.parametrize(("place", "us", "uk"), FACTS, ids=[row[0] for row in FACTS])
def test_a_fact_and_how_sure_it_is(place: str, us: tuple[Any, str], uk: tuple[Any, str]) -> None:
    group, name = place.split(".")
    for drug, (value, status) in ((US, us), (UK, uk)):
        if value is NONE:
            assert getattr(drug, group) is None
            continue
        fact: Fact[Any] = getattr(getattr(drug, group), name)
        stated = str(fact.value) if isinstance(fact.value, Quantity) else fact.value
        assert (stated, fact.source.status.value) == (value, status), drug.id


# Facts whose wording is free: only how sure they are.
STATUSES = [
    ("vials.technique", LABEL, LABEL),
    ("vials.accept", SECONDARY, LABEL),
    ("vials.keep_reconstituted", LABEL, LABEL),
    ("vials.keep_unopened", SECONDARY, LABEL),
    ("vials.hazard", UNCONFIRMED, UNCONFIRMED),
    ("dilution.diluent", SECONDARY, LABEL),
    ("dilution.concentration", SECONDARY, SECONDARY),
    ("dilution.mixing", SECONDARY, SECONDARY),
    ("dilution.container", SECONDARY, SECONDARY),
    ("administration.line", UNCONFIRMED, UNCONFIRMED),
    ("administration.filter", UNCONFIRMED, UNCONFIRMED),
    ("administration.light", LABEL, LABEL),
    ("administration.premedication", LABEL, LABEL),
    ("administration.observation", LABEL, LABEL),
    ("regimen.first_cycle", LABEL, LABEL),
    ("regimen.response", LABEL, LABEL),
    ("regimen.no_response", LABEL, LABEL),
    ("regimen.interruption", UNCONFIRMED, UNCONFIRMED),
    ("regimen.reduction", DERIVED, DERIVED),
]


@pytest.mark.parametrize(("place", "us", "uk"), STATUSES, ids=[row[0] for row in STATUSES])
def test_how_sure_a_fact_is(place: str, us: str, uk: str) -> None:
    group, name = place.split(".")
    for drug, status in ((US, us), (UK, uk)):
        assert getattr(getattr(drug, group), name).source.status.value == status, drug.id


@pytest.mark.parametrize("drug", [US, UK], ids=["us", "uk"])
def test_the_bag_holds_0_01_to_0_1_mg_per_ml(drug: Presentation) -> None:
    assert drug.dilution.concentration.value == Range(Concentration(Decimal("0.01")), Concentration(Decimal("0.1")))


def test_the_syringe_method_is_of_the_us_label_and_unconfirmed() -> None:
    us, uk = US.dilution.small_dose_method, UK.dilution.small_dose_method
    assert us.source.status is Status.UNCONFIRMED and "0.025 to 0.1 mg/mL" in (us.value or "")
    assert uk.value is None


def test_the_diluted_bags_own_limits_gate_in_the_us_only() -> None:
    us, uk = US.times.diluted_bag, UK.times.diluted_bag
    assert us.value == "Older text: 4 h at 20 to 25 °C, or 3 h at 2 to 8 °C."
    assert us.source.status is Status.UNCONFIRMED
    assert uk.value is None


def test_a_vial_holds_what_its_label_means() -> None:
    assert US.nominal == mL("3.6")  # 0.9 mg ÷ 0.25 mg/mL: what is delivered
    assert UK.nominal == mL(4)  # 1 mg ÷ 0.25 mg/mL: the total


@pytest.mark.parametrize("name", TEXT)
def test_the_wrong_concentration_stands_nowhere(name: str) -> None:
    """0.9 ÷ 4 = 0.225 mg/mL is wrong and makes the operator draw 11 % too much."""
    assert "0.225" not in TEXT[name]


@pytest.mark.parametrize(
    ("name", "words"), [(n, w) for n in TEXT for w in ("fatal if given", "InO", "inotuzumAB", "NIOSH table 1")]
)
def test_what_is_never_printed_stands_nowhere(name: str, words: str) -> None:
    assert words not in TEXT[name]


def check_digit(digits: str) -> int:
    """GS1: from the right, 3 and 1 in turn; what is missing to the next ten."""
    weighted = sum(int(figure) * (3, 1)[place % 2] for place, figure in enumerate(reversed(digits)))
    return -weighted % 10


def test_the_trade_item_numbers_end_in_their_check_digit() -> None:
    codes = [US.vials.gtin.value, UK.vials.gtin.value, US.look_alikes[0].codes[1]]
    assert [int(code[-1]) for code in codes] == [check_digit(code[:-1]) for code in codes]


def with_check(digits: str) -> str:
    return f"{digits}{check_digit(digits)}"


# An NDC of ten figures stands in a GTIN after 003. Filled to eleven, any of its zeros may be the one put in.
PRODUCT_CODES = [
    ("0008-0100-01", ["00300080100011"]),  # 4-4-2, Besponsa
    ("0008-4510-01", ["00300084510014"]),  # gemtuzumab ozogamicin
    ("12345-678-90", [with_check("0031234567890")]),  # 5-3-2
    ("12345-6789-0", [with_check("0031234567890")]),  # 5-4-1: the same ten figures
    ("00008-0100-01", ["00300080100011", with_check("0030000810001"), with_check("0030000801001")]),
    ("12345-0678-90", [with_check("0031234567890")]),
    ("12345-6789-10", []),  # eleven figures, and no zero to leave out
    ("300080100011", ["00300080100011"]),
    ("0300080100011", ["00300080100011"]),
    ("00300080100011", ["00300080100011"]),
    ("5013457012095", ["05013457012095"]),
    ("96385074", ["00000096385074"]),
    ("96385075", ["00000096385075"]),  # the check figure is not judged here
    ("0008010001", []),
    ("963850", []),
    ("008-0100-01", []),
    ("00008-0100-001", []),
    ("٣٠٠٠٨٠١٠٠٠١١", []),  # figures of another script
    ("300080100011\n", []),
    ("", []),
]


@pytest.mark.parametrize(("code", "stands_for"), PRODUCT_CODES)
def test_every_product_code_is_compared_as_a_gtin_of_14_figures(code: str, stands_for: list[str]) -> None:
    assert list(gtins(code)) == stands_for


def test_the_look_alike_is_named_in_both_markets() -> None:
    for drug, vial in ((US, "4.5 mg"), (UK, "5 mg")):
        (other,) = drug.look_alikes
        assert other.generic == "gemtuzumab ozogamicin"
        assert other.vial.startswith(vial)
    assert US.look_alikes[0].codes == ("0008-4510-01", "00300084510014")
    assert UK.look_alikes[0].codes == ()  # the UK code is not known


def test_a_source_is_printed_by_its_short_name_and_clause() -> None:
    assert US.vials.withdrawable.source == Source("FDA PI §2.4, §11", Status.LABEL)
    assert UK.vials.labelled.source == Source("SmPC §2", Status.LABEL)


def every_fact(value: Any) -> Iterator[Fact[Any]]:
    if isinstance(value, Fact):
        yield value
    elif is_dataclass(value):
        for item in fields(value):
            yield from every_fact(getattr(value, item.name))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from every_fact(inner)


@pytest.mark.parametrize("drug", [US, UK], ids=["us", "uk"])
def test_every_fact_is_cited_and_a_derived_one_shows_its_arithmetic(drug: Presentation) -> None:
    every = list(every_fact(drug))
    assert len(every) > 60
    sources = tomllib.loads(TEXT[f"{drug.id}.toml"])["sources"].values()
    names = tuple(source.split(":")[0] for source in sources)
    for fact in every:
        cited = fact.source.text
        assert cited.startswith(names) and cited not in names, fact  # a source, and a clause of it
        assert bool(fact.arithmetic) == (fact.source.status is Status.DERIVED), fact


def no_float(value: Any) -> Iterator[Any]:
    if is_dataclass(value) and not isinstance(value, type):
        for item in fields(value):
            yield from no_float(getattr(value, item.name))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from no_float(inner)
    elif isinstance(value, (tuple, list)):
        for inner in value:
            yield from no_float(inner)
    elif isinstance(value, float):
        yield value


@pytest.mark.parametrize("drug", [US, UK], ids=["us", "uk"])
def test_no_float_anywhere(drug: Presentation) -> None:
    assert not list(no_float(drug))


@pytest.mark.parametrize("name", TEXT)
def test_the_checksum_is_of_the_files_bytes(name: str) -> None:
    assert load(FOLDER / name).checksum == sha256((FOLDER / name).read_bytes()).hexdigest()


# ------------------------------------------------------------------ what a file is refused for

LABELLED = 'labelled = { is = "0.9 mg", from = "pi", clause = "§3, §11", status = "label"'
SINGLE = 'note = "single-dose vial" }'
ONE_FAULT = [
    # what is wrong, the change, the whole message
    (
        "a decimal comma",
        (LABELLED, LABELLED.replace("0.9 mg", "0,9 mg")),
        "vials.labelled: '0,9 mg' is not an amount of drug",
    ),
    (
        "another dimension",
        (LABELLED, LABELLED.replace("0.9 mg", "0.9 mL")),
        "vials.labelled: '0.9 mL' is not an amount of drug",
    ),
    (
        "nothing",
        (LABELLED, LABELLED.replace("0.9 mg", "0 mg")),
        "vials.labelled: '0 mg' is not above zero",
    ),
    (
        "a bare whole number",
        (LABELLED, LABELLED.replace('"0.9 mg"', "1")),
        "vials.labelled: 1 is not an amount of drug: an amount is written as text, with its unit",
    ),
    (
        "a float",
        (LABELLED, LABELLED.replace('"0.9 mg"', "0.9")),
        "vials.labelled.is: 0.9 is a bare number: an amount is written as text, with its unit",
    ),
    (
        "a float that is no number",
        (LABELLED, LABELLED.replace('"0.9 mg"', "nan")),
        "vials.labelled.is: nan is a bare number: an amount is written as text, with its unit",
    ),
    (
        "a float in a range",
        ('low = "0.01 mg/mL"', "low = 0.01"),
        "dilution.concentration.is.low: 0.01 is a bare number: an amount is written as text, with its unit",
    ),
    (
        "a presentation of 1 mg in a vial that delivers 0.9",
        ('reconstitution = { is = "4 mL"', 'reconstitution = { is = "3.5 mL"'),
        "vials.withdrawable: 3.6 mL is more than the 3.5 mL put in",
    ),
    (
        "a wrong concentration",
        ('concentration = { is = "0.25 mg/mL"', 'concentration = { is = "0.225 mg/mL"'),
        "vials.labelled: 0.9 mg is not 3.6 mL × 0.225 mg/mL = 0.81 mg",
    ),
    (
        "delivered, but how much?",
        ('withdrawable = { is = "3.6 mL"', 'withdrawable = { is = "not stated"'),
        "vials.withdrawable: is not stated, though the labelled content is the amount delivered\n"
        "vials.least_withdrawable: is not stated, and neither is vials.withdrawable",
    ),
    (
        "a range out of order",
        ('low = "0.01 mg/mL", high = "0.1 mg/mL"', 'low = "0.1 mg/mL", high = "0.01 mg/mL"'),
        "dilution.concentration: the range 0.1 mg/mL to 0.01 mg/mL is out of order",
    ),
    (
        "half a range",
        ('low = "0.01 mg/mL", high = "0.1 mg/mL"', 'low = "0.01 mg/mL"'),
        "dilution.concentration: {'low': '0.01 mg/mL'} is not a range: it needs low and high",
    ),
    (
        "a bag more concentrated than the vial",
        ('high = "0.1 mg/mL"', 'high = "0.3 mg/mL"'),
        "dilution.concentration: reaches above the reconstituted 0.25 mg/mL",
    ),
    (
        "an unknown key of a fact",
        (SINGLE, 'notes = "single-dose vial" }'),
        "vials.labelled.notes: is not a key that is known here",
    ),
    ("an unknown fact", ("[vials]", "[vials]\ncolour = 1"), "vials.colour: is not a key that is known here"),
    ("an unknown group", ("[vials]", "[colours]\n[vials]"), "colours: is not a key that is known here"),
    (
        "a misspelt fact",
        ("technique =", "technik ="),
        "vials.technik: is not a key that is known here\n"
        'vials.technique: is missing; where no text states it, write is = "not stated"',
    ),
    (
        "not stated, where it must be",
        ('bag = { is = "50 mL"', 'bag = { is = "not stated"'),
        "dilution.bag: 'not stated' is not a volume",
    ),
    (
        "no value",
        ('bag = { is = "50 mL", ', "bag = { "),
        "dilution.bag: states no value (is)",
    ),
    (
        "a value alone",
        ('ndc = { is = "0008-0100-01", from = "pi", clause = "§16", status = "label" }', 'ndc = "0008-0100-01"'),
        "vials.ndc: '0008-0100-01' is not a fact: it needs is, from, clause and status",
    ),
    (
        "derived without arithmetic",
        (', arithmetic = "0.8 × 0.75 = 0.6; 0.5 × 0.75 = 0.375"', ""),
        "regimen.reduction: is derived and shows no arithmetic",
    ),
    (
        "arithmetic that is no text",
        ('arithmetic = "0.8 × 0.75 = 0.6; 0.5 × 0.75 = 0.375"', "arithmetic = true"),
        "regimen.reduction.arithmetic: True is not a text",
    ),
    (
        "a note that is no text",
        (SINGLE, "note = 5 }"),
        "vials.labelled.note: 5 is not a text",
    ),
    (
        "an unknown source",
        (LABELLED, LABELLED.replace('"pi"', '"hearsay"')),
        "vials.labelled: from 'hearsay' is not among the file's sources",
    ),
    (
        "no clause",
        (LABELLED, LABELLED.replace('"§3, §11"', '" "')),
        "vials.labelled: names no clause",
    ),
    (
        "an unknown status",
        (LABELLED, LABELLED.replace('"label"', '"certain"')),
        "vials.labelled: status 'certain' is none of label, secondary, derived, unconfirmed",
    ),
    (
        "a status that a file cannot give",
        (LABELLED, LABELLED.replace('"label"', '"site"')),
        "vials.labelled: status 'site' is none of label, secondary, derived, unconfirmed",
    ),
    (
        "an unknown meaning",
        ('is = "delivered"', 'is = "about"'),
        "vials.labelled_means: 'about' is none of delivered, total",
    ),
    (
        "no dose on day 1",
        ('first_cycle = { is = { 1 = "0.8 mg/m²", 8 = "0.5 mg/m²", ', "first_cycle = { is = { "),
        "regimen.first_cycle: {'15': '0.5 mg/m²'} is not a dose for day 1 and the later days of dosing",
    ),
    (
        "a later cycle with other days",
        ('no_response = { is = { 1 = "0.8 mg/m²", 8 = "0.5 mg/m²", ', 'no_response = { is = { 1 = "0.8 mg/m²", '),
        "regimen.no_response: has other days than regimen.first_cycle",
    ),
    (
        "a level that cannot be stored exactly",
        ('first_cycle = { is = { 1 = "0.8 mg/m²"', 'first_cycle = { is = { 1 = "0.80001 mg/m²"'),
        "regimen.first_cycle: 0.80001 mg/m² has more than 3 decimals",
    ),
    (
        "a name that is not stated",
        ('generic = { is = "inotuzumab ozogamicin", from = "pi"', 'generic = { is = "not stated", from = "pi"'),
        "names.generic: must be stated: nothing is prepared without it",
    ),
    (
        "a control character",
        ('brand = { is = "Besponsa"', 'brand = { is = "Besponsa\\u0007"'),
        "names.brand: 'Besponsa\\x07' is not a text",
    ),
    (
        "a GTIN with a wrong check figure",
        ('is = "00300080100011"', 'is = "00300080100012"'),
        "vials.gtin: '00300080100012' is not a GTIN: its last figure does not fit the others",
    ),
    (
        "a GTIN of letters",
        ('is = "00300080100011"', 'is = "abc"'),
        "vials.gtin: 'abc' is not a GTIN of 8, 12, 13 or 14 figures",
    ),
    (
        "an NDC without its hyphens",
        ('is = "0008-0100-01"', 'is = "0008010001"'),
        "vials.ndc: '0008010001' is not an NDC of ten figures with its hyphens",
    ),
    (
        "an NDC as payers fill it",
        ('is = "0008-0100-01"', 'is = "00008-0100-01"'),
        "vials.ndc: '00008-0100-01' is not an NDC of ten figures with its hyphens",
    ),
    (
        "a look-alike's code with a wrong check figure",
        ('"00300084510014"]', '"00300084510015"]'),
        "look_alikes[1].codes: '00300084510015' is not a GTIN: its last figure does not fit the others",
    ),
    (
        "a look-alike's code that is none",
        ('["0008-4510-01", ', '["8-4510-01", '),
        "look_alikes[1].codes: '8-4510-01' is not a GTIN of 8, 12, 13 or 14 figures",
    ),
    (
        "a first cycle longer than its extension",
        ('first_cycle_length = { is = "21 days"', 'first_cycle_length = { is = "30 days"'),
        "regimen.first_cycle_extended: is shorter than regimen.first_cycle_length",
    ),
    (
        "a dose by weight",
        ('first_cycle = { is = { 1 = "0.8 mg/m²"', 'first_cycle = { is = { 1 = "0.8 mg/kg"'),
        "regimen.first_cycle: '0.8 mg/kg' is not a dose per body surface",
    ),
    (
        "a window of half days",
        ('window = { is = "2 days"', 'window = { is = "60 h"'),
        "regimen.window: 3600 min is not a whole number of days",
    ),
    (
        "a reduction to nothing",
        ("reduction_percent = { is = 25", "reduction_percent = { is = 100"),
        "regimen.reduction_percent: 100 is not from 1 to 99",
    ),
    ("half a cycle", ("cycles = { is = 6", "cycles = { is = true"), "regimen.cycles: True is not a whole number"),
    ("a negative age", ("{ is = 1,", "{ is = -1,"), "licence.minimum_age: -1 is not a whole number"),
    (
        "a word for a flag",
        ("diluted_bag_gates = { is = true", 'diluted_bag_gates = { is = "yes"'),
        "times.diluted_bag_gates: 'yes' is neither true nor false",
    ),
    (
        "storages that are no table",
        ('is = { room = "Store at 20 to 25 °C.", fridge = "Store at 2 to 8 °C." }', 'is = "Store at 20 to 25 °C."'),
        "times.diluted_bag_storages: 'Store at 20 to 25 °C.' is not a table of texts by name",
    ),
    (
        "a storage without its words",
        ('fridge = "Store at 2 to 8 °C."', 'fridge = ""'),
        "times.diluted_bag_storages: '' is not a text",
    ),
    (
        "a storage that is no name",
        ('fridge = "Store at 2 to 8 °C."', '"2 to 8" = "Store at 2 to 8 °C."'),
        "times.diluted_bag_storages: '2 to 8' is not a name: small letters, figures and hyphens only",
    ),
    (
        "a gate without its storages",
        ('is = { room = "Store at 20 to 25 °C.", fridge = "Store at 2 to 8 °C." }', 'is = "not stated"'),
        "times.diluted_bag_storages: is not stated, though times.diluted_bag_gates is true",
    ),
    (
        "an empty text",
        ('is = "Gently swirl; do not shake. Protect from light."', 'is = " "'),
        "vials.technique: ' ' is not a text",
    ),
    (
        "later than the end",
        ('dilute_within = { is = "4 h"', 'dilute_within = { is = "9 h"'),
        "times.dilute_within: 540 min is more than times.complete_within",
    ),
    (
        "half a minute",
        ('warm_up = { is = "1 h"', 'warm_up = { is = "0.5 min"'),
        "times.warm_up: 0.5 min is not a whole number of minutes",
    ),
    (
        "a rate that does not empty the bag",
        ('rate = { is = "50 mL/h"', 'rate = { is = "40 mL/h"'),
        "administration.rate: over 60 min gives 40 mL, not the bag's 50 mL",
    ),
    (
        "units that are not the vial's",
        ("units_per_vial = { is = 9", "units_per_vial = { is = 10"),
        "billing.units_per_vial: gives 1 mg a vial, not the labelled 0.9 mg",
    ),
    ("no schema", ("schema = 1", ""), "schema: None is not 1, the schema that is read here"),
    ("a later schema", ("schema = 1", "schema = 2"), "schema: 2 is not 1, the schema that is read here"),
    ("a schema that is true", ("schema = 1", "schema = true"), "schema: True is not 1, the schema that is read here"),
    (
        "another market",
        ('market = "us"', 'market = "fr"'),
        "market: 'fr' is none of us, uk\nid: 'besponsa-us' is not 'besponsa-fr', its drug and market",
    ),
    (
        "another id",
        ('id = "besponsa-us"', 'id = "Besponsa US"'),
        "id: 'Besponsa US' is not a name: small letters, figures and hyphens only\n"
        "id: 'Besponsa US' is not 'besponsa-us', its drug and market\n"
        "id: 'Besponsa US' does not match the file's name",
    ),
    ("no edition", ('edition = "1"', ""), "edition: None is not a text"),
    (
        "an edition that is a number",
        ('edition = "1"', "edition = 1.0"),
        "edition: 1.0 is a bare number: an amount is written as text, with its unit\nedition: 1.0 is not a text",
    ),
    (
        "a source that is no text",
        ('derived = "Derived: arithmetic on the label\'s figures"', "derived = 5"),
        "sources.derived: 5 is not a text\n"
        "vials.gtin: from 'derived' is not among the file's sources\n"
        "regimen.reduction: from 'derived' is not among the file's sources\n"
        "look_alikes[1]: from 'derived' is not among the file's sources",
    ),
    (
        "a disagreement without its reason",
        ('reason = "The label states no lead time"\n', ""),
        "disagreements[6].reason: '' is not a text",
    ),
    (
        "a disagreement about nothing that the file has",
        ('concerns = "administration"', 'concerns = "nursing"'),
        "disagreements[6].concerns: 'nursing' is none of names, vials, licence, dilution, times, administration, "
        "regimen, before_dose, billing, about",
    ),
    (
        "codes that are no list",
        ('codes = ["0008-4510-01", "00300084510014"]', 'codes = "0008-4510-01"'),
        "look_alikes[1].codes: '0008-4510-01' is not a list of texts",
    ),
    (
        "a whole number that nobody can read",
        ("cycles = { is = 6", "cycles = { is = 0x" + "f" * 4_000),
        "regimen.cycles.is: is a whole number of more than 9 figures",
    ),
]


@pytest.mark.parametrize(("change", "message"), [row[1:] for row in ONE_FAULT], ids=[row[0] for row in ONE_FAULT])
def test_a_fault_is_told_with_its_place_and_value(change: tuple[str, str], message: str) -> None:
    assert faults(changed(change)) == tuple(message.split("\n"))


def test_a_fault_begins_with_the_name_of_its_file() -> None:
    with pytest.raises(FormularyFaults) as refused:
        read(changed((LABELLED, LABELLED.replace("0.9 mg", "0,9 mg"))).encode(), "besponsa-us.toml")
    assert str(refused.value) == "besponsa-us.toml: vials.labelled: '0,9 mg' is not an amount of drug"


UK_FAULTS = [
    (
        "1 mg that is not 4 mL × 0.25",
        ('labelled = { is = "1 mg"', 'labelled = { is = "0.9 mg"'),
        "vials.labelled: 0.9 mg is not 4 mL × 0.25 mg/mL = 1 mg",
    ),
    (
        "more out than in",
        ('least_withdrawable = { is = "3.6 mL"', 'least_withdrawable = { is = "4.1 mL"'),
        "vials.least_withdrawable: 4.1 mL is more than the 4 mL put in",
    ),
    (
        "nothing known of what comes out",
        ('least_withdrawable = { is = "3.6 mL"', 'least_withdrawable = { is = "not stated"'),
        "vials.least_withdrawable: is not stated, and neither is vials.withdrawable",
    ),
    (
        "a solution weighed without its water",
        ('water_density = { is = "1 g/mL"', 'water_density = { is = "not stated"'),
        "vials.water_density: is not stated, though vials.density is",
    ),
    ("no billing, and not a word of it", ('billing = "not stated"', ""), "billing: is missing"),
]


@pytest.mark.parametrize(("change", "message"), [row[1:] for row in UK_FAULTS], ids=[row[0] for row in UK_FAULTS])
def test_a_fault_of_the_uk_file(change: tuple[str, str], message: str) -> None:
    assert faults(changed(change, name="besponsa-uk.toml"), "besponsa-uk.toml") == (message,)


def test_all_faults_are_told_together() -> None:
    text = changed(
        (LABELLED, LABELLED.replace("0.9 mg", "0,9 mg")),
        ('is = "delivered"', 'is = "about"'),
        ('bag = { is = "50 mL"', 'bag = { is = "50 mg"'),
        ("technique =", "technik ="),
        (', arithmetic = "0.8 × 0.75 = 0.6; 0.5 × 0.75 = 0.375"', ""),
    )
    assert faults(text) == (
        "vials.technik: is not a key that is known here",
        "vials.labelled: '0,9 mg' is not an amount of drug",
        "vials.labelled_means: 'about' is none of delivered, total",
        'vials.technique: is missing; where no text states it, write is = "not stated"',
        "dilution.bag: '50 mg' is not a volume",
        "regimen.reduction: is derived and shows no arithmetic",
    )


def test_one_fact_may_have_more_than_one_fault() -> None:
    bare = changed((LABELLED + ", " + SINGLE, 'labelled = { is = "0,9 mg" }'))
    assert faults(bare) == (
        "vials.labelled: status None is none of label, secondary, derived, unconfirmed",
        "vials.labelled: from None is not among the file's sources",
        "vials.labelled: names no clause",
        "vials.labelled: '0,9 mg' is not an amount of drug",
    )


@pytest.mark.parametrize("name", TEXT)
def test_every_fact_is_missed_when_it_is_gone(name: str) -> None:
    """A fact's absence is a fact too: write that the label does not state it, rather than leaving the key
    out."""
    tables = tomllib.loads(TEXT[name])
    groups = {key: table for key, table in tables.items() if isinstance(table, dict)}
    for group, key in ((g, k) for g, table in groups.items() for k in table if g not in ("sources", "about")):
        start = TEXT[name].index(f"\n[{group}]\n")
        line = re.compile(rf"^{key} = .*\n", re.M)
        match = line.search(TEXT[name], start)
        assert match, key
        without = TEXT[name][: match.start()] + TEXT[name][match.end() :]
        assert faults(without, name) == (
            f'{group}.{key}: is missing; where no text states it, write is = "not stated"',
        )


# ------------------------------------------------------------------ texts that are no drug file

UNREADABLE: list[tuple[str, bytes, str]] = [
    ("nothing at all", b"", "schema: None is not 1, the schema that is read here"),
    ("no TOML", b"=", "not readable as TOML: Invalid statement (at line 1, column 1)"),
    ("not UTF-8", b"\xff", "not readable as TOML: 'utf-8' codec can't decode byte 0xff in position 0"),
    ("a key twice", b"a = 1\na = 2\n", "not readable as TOML: Cannot overwrite a value"),
    ("a number of 5,000 figures", b"a = " + b"9" * 5_000, "not readable as TOML: Exceeds the limit"),
    ("lists 5,000 deep", b"a = " + b"[" * 5_000 + b"]" * 5_000, "not readable as TOML: maximum recursion"),
    ("tables 5,000 deep", b".".join([b"a"] * 5_000) + b" = 1", "its tables stand too deep within each other"),
]


@pytest.mark.parametrize(("text", "message"), [row[1:] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE])
def test_a_text_that_is_no_drug_file(text: bytes, message: str) -> None:
    assert faults(text)[0].startswith(message)


def refuses_or_reads(text: bytes) -> None:
    try:
        drug = read(text, "besponsa-us.toml")
    except FormularyFaults as refused:
        assert refused.faults
        assert not any("_Float" in fault or "object at 0x" in fault for fault in refused.faults)
    else:
        assert drug.vials.labelled.value == Volume.of(drug.nominal) * drug.vials.concentration.value


MUTATIONS = st.tuples(
    st.integers(0, len(TEXT["besponsa-us.toml"])),
    st.integers(0, 12),
    st.text("0159.,-_\"'[]{}=#\n\\ amgLh/²°é\x00", max_size=6),
)


@given(st.lists(MUTATIONS, min_size=1, max_size=3))
def test_a_mangled_file_is_read_or_refused_and_nothing_else(mutations: list[tuple[int, int, str]]) -> None:
    """One TOML file per presentation; what is uncited, unknown or contradictory is refused, by name."""
    text = TEXT["besponsa-us.toml"]
    for place, gone, new in mutations:
        text = text[:place] + new + text[place + gone :]
    refuses_or_reads(text.encode("utf-8"))


def written(value: Any) -> str:
    """A value in TOML, all on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{written(str(key))} = {written(v)}" for key, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, (str, bool)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)  # a number or a date


SCALARS = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.booleans()
    | st.dates()
    | st.sampled_from(["not stated", "0.9 mg", "4 h", "derived", "pi"])
)
ANY_VALUE = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abis18", min_size=1), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in the tables of a file."""
    if at:
        yield at
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield from places(below, (*at, key))


PLACES = list(places(tomllib.loads(TEXT["besponsa-us.toml"])))


def put(value: Any, *wanted: tuple[Any, ...]) -> bytes:
    """The shipped file with another value at each of the places."""
    tables = tomllib.loads(TEXT["besponsa-us.toml"])
    for place in wanted:
        inner: Any = tables
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = value
    return "".join(f"{written(key)} = {written(below)}\n" for key, below in tables.items()).encode("utf-8")


def test_the_shipped_file_written_out_again_is_read() -> None:
    assert read(put("1", ("edition",)), "besponsa-us.toml").regimen == US.regimen


@given(st.sampled_from(PLACES), ANY_VALUE)
def test_any_value_at_any_place_is_read_or_refused_and_nothing_else(place: tuple[Any, ...], value: Any) -> None:
    """All faults of a file are reported together, each with its place; nothing else is ever raised."""
    refuses_or_reads(put(value, place))


UNEXPECTED: list[Any] = [[], {}, [{}], True, 7, 10**12, 1.5, "", "not stated", {"is": {}}]
PARTS = ("is", "from", "clause", "status", "arithmetic", "note")


def alike(place: tuple[Any, ...]) -> tuple[int, Any]:
    """Places that stand alike: the same depth, and the same part of a fact."""
    return len(place), place[-1] if place[-1] in PARTS else None


@pytest.mark.parametrize("value", UNEXPECTED, ids=repr)
@pytest.mark.parametrize("kind", sorted({alike(place) for place in PLACES}, key=str), ids=str)
def test_an_unexpected_type_is_read_or_refused(kind: tuple[int, Any], value: Any) -> None:
    refuses_or_reads(put(value, *(place for place in PLACES if alike(place) == kind)))


# ------------------------------------------------------------------ a site's own folder

Files = Callable[..., Path]


@pytest.fixture
def site(tmp_path: Path) -> Files:
    """A site's folder holding files of these names and texts."""

    def folder(**texts: str) -> Path:
        for name, text in texts.items():
            (tmp_path / f"{name.replace('_', '-')}.toml").write_text(text, "utf-8")
        return tmp_path

    return folder


OTHER = changed(('id = "besponsa-us"', 'id = "otherdrug-us"'), ('drug = "besponsa"', 'drug = "otherdrug"'))


def test_a_market_sees_its_own_presentations_only() -> None:
    assert [drug.id for drug in catalogue(Market.US)] == ["besponsa-us"]
    assert [drug.id for drug in catalogue(Market.UK)] == ["besponsa-uk"]


def test_a_sites_own_drug_joins_its_market(site: Files) -> None:
    folder = site(otherdrug_us=OTHER)
    assert [drug.id for drug in catalogue(Market.US, folder)] == ["besponsa-us", "otherdrug-us"]
    assert [drug.id for drug in catalogue(Market.UK, folder)] == ["besponsa-uk"]


def test_a_sites_file_may_not_repeat_a_shipped_name(site: Files) -> None:
    folder = site(besponsa_us=TEXT["besponsa-us.toml"], otherdrug_us=OTHER)
    with pytest.raises(FormularyFaults) as refused:
        catalogue(Market.UK, folder)  # not even where the other market is asked for
    assert str(refused.value) == "besponsa-us.toml: id: 'besponsa-us' is already taken"


def test_a_shipped_id_under_another_file_name_is_refused(site: Files) -> None:
    with pytest.raises(FormularyFaults) as refused:
        catalogue(Market.US, site(mine=TEXT["besponsa-us.toml"]))
    assert str(refused.value) == "mine.toml: id: 'besponsa-us' does not match the file's name"


def test_the_faults_of_all_files_are_told_together(site: Files) -> None:
    folder = site(a_us="=", b_us=OTHER)
    (folder / "c-us.toml").mkdir()
    with pytest.raises(FormularyFaults) as refused:
        catalogue(Market.US, folder)
    assert refused.value.faults == (
        "a-us.toml: not readable as TOML: Invalid statement (at line 1, column 1)",
        "b-us.toml: id: 'otherdrug-us' does not match the file's name",
        "c-us.toml: cannot be read: Is a directory",
    )


def test_a_site_without_a_folder_of_its_own_has_the_shipped_drugs(tmp_path: Path) -> None:
    assert [drug.id for drug in catalogue(Market.US, tmp_path / "none")] == ["besponsa-us"]


def test_faults_between_tables_are_told_beside_those_within() -> None:
    """All faults of a file together: a wrong brand does not hide a wrong rate."""
    text = TEXT["besponsa-us.toml"].replace('is = "Besponsa"', "is = 3").replace('is = "50 mL/h"', 'is = "60 mL/h"')
    assert faults(text) == (
        "names.brand: 3 is not a text",
        "administration.rate: over 60 min gives 60 mL, not the bag's 50 mL",
    )


def test_labelled_content_is_withdrawable_times_concentration_where_both_are_stated() -> None:
    """UK, were the label to state 3.6 mL: 3.6 × 0.25 = 0.9 mg is not the labelled 1 mg."""
    stated = TEXT["besponsa-uk.toml"].replace('withdrawable = { is = "not stated"', 'withdrawable = { is = "3.6 mL"', 1)
    assert faults(stated, "besponsa-uk.toml") == ("vials.labelled: 1 mg is not 3.6 mL × 0.25 mg/mL = 0.9 mg",)


def test_a_derived_fact_shows_its_arithmetic_with_its_source() -> None:
    assert UK.vials.least_withdrawable.source.text.endswith("0.9 mg ÷ 0.25 mg/mL = 3.6 mL may come out)")
