"""The page of a drug: every fact of its file once, how sure it is, and what the site confirmed."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from web_desk import ADMINISTRATOR, AUDITOR, UK, US, Browser, Html

from compounding import records
from compounding.formulary import Presentation, Range, unconfirmed_facts, with_confirmed
from compounding.formulary.unconfirmed import facts
from compounding.policy import Market
from compounding.quantities import CellCount, Concentration, Duration, InfusionRate
from compounding.records import Event
from compounding.wording.drug_page import DrugText, FactText, drug_text, length, sections_text, value_text
from compounding.wording.drug_sections import Row
from tests.orders import DRUGS
from tests.test_new_drug import examplin  # noqa: F401  a fixture

BOTH = list(Market)
PAGE = {US: "/drugs/besponsa-us", UK: "/drugs/besponsa-uk"}


def text_of(market: Market) -> DrugText:
    return drug_text(DRUGS[market])


def every_fact(text: DrugText) -> dict[str, FactText]:
    return {fact.place: fact for fact in (*text.boxes, *(fact for one in text.sections for fact in one.facts))}


# ------------------------------------------------------------------ the words


@pytest.mark.parametrize("market", BOTH)
def test_every_fact_of_the_file_stands_on_its_page_once(market: Market) -> None:
    """But for the three rows of the dose table, which are a table there too."""
    text = text_of(market)
    shown = [fact.place for fact in (*text.boxes, *(fact for one in text.sections for fact in one.facts))]
    table = {"regimen.first_cycle", "regimen.response", "regimen.no_response"}
    assert len(shown) == len(set(shown))
    assert set(shown) | table == {place for place, _ in facts(DRUGS[market])}
    assert len(text.doses) == 3
    assert "more" not in [section.key for section in text.sections]


def test_a_drug_with_facts_and_days_of_its_own_has_a_page(examplin: Presentation) -> None:  # noqa: F811
    """3 + 2 = 5 mg/m² and 2 + 2 = 4; 25 % less: 2.25 + 1.5 = 3.75 and 1.5 + 1.5 = 3."""
    text = drug_text(examplin)
    assert (text.title, text.presentation) == ("examplizumab (Examplin)", "US: vials of 5 mg")
    assert text.days == ("Day 1", "Day 8")
    assert [row.total for row in text.doses] == ["5 mg/m²", "4 mg/m²", "5 mg/m²"]
    assert [row.total for row in text.reduced_doses] == ["3.75 mg/m²", "3 mg/m²", "3.75 mg/m²"]
    assert every_fact(text)["regimen.cycles"].value == "Not stated."
    assert "billing" not in [section.key for section in text.sections]


# 0.8 + 0.5 + 0.5 = 1.8; 3 × 0.5 = 1.5; × 0.75: 0.6 + 0.375 + 0.375 = 1.35; 3 × 0.375 = 1.125.
DOSES = [
    ("Cycle 1, every patient", ("0.8 mg/m²", "0.5 mg/m²", "0.5 mg/m²"), "1.8 mg/m²", "21 days"),
    ("Cycle 2 and later, with CR or CRi", ("0.5 mg/m²",) * 3, "1.5 mg/m²", "28 days"),
    ("Cycle 2 and later, without CR or CRi", ("0.8 mg/m²", "0.5 mg/m²", "0.5 mg/m²"), "1.8 mg/m²", "28 days"),
]
REDUCED = [
    (("0.6 mg/m²", "0.375 mg/m²", "0.375 mg/m²"), "1.35 mg/m²"),
    (("0.375 mg/m²",) * 3, "1.125 mg/m²"),
    (("0.6 mg/m²", "0.375 mg/m²", "0.375 mg/m²"), "1.35 mg/m²"),
]


@pytest.mark.parametrize("market", BOTH)
def test_the_table_of_doses(market: Market) -> None:
    text = text_of(market)
    assert [(row.name, row.levels, row.total, row.length) for row in text.doses] == DOSES
    assert [(row.levels, row.total) for row in text.reduced_doses] == REDUCED
    assert {row.status for row in text.doses} == {"label"}
    assert {row.status for row in text.reduced_doses} == {"unconfirmed"}


# Place, what the reference says of it, and how sure that is.
FACTS = {
    US: {
        "vials.labelled": ("0.9 mg", "label"),
        "vials.labelled_means": ("The amount that can be drawn", "label"),
        "vials.withdrawable": ("3.6 mL", "label"),
        "vials.density": ("Not stated.", "label"),
        "licence.minimum_age": ("1 year", "label"),
        "dilution.concentration": ("0.01 to 0.1 mg/mL", "secondary"),
        "times.dilute_within": ("4 h", "label"),
        "regimen.first_cycle_length": ("21 days", "label"),
        "regimen.cycles": ("6 cycles", "label"),
        "regimen.blasts": ("10,000/mm³", "label"),
        "regimen.reduction_percent": ("25 %", "unconfirmed"),
        "before_dose.premedication": ("Corticosteroid, antipyretic, antihistamine", "label"),
        "administration.light_cover": ("Yes.", "label"),
        "times.diluted_bag_storages": ("Store at 20 to 25 °C. Store at 2 to 8 °C.", "unconfirmed"),
    },
    UK: {
        "vials.labelled": ("1 mg", "label"),
        "vials.labelled_means": ("All that the vial holds", "label"),
        "vials.withdrawable": ("Not stated.", "label"),
        "vials.density": ("1.02 g/mL", "label"),
        "licence.minimum_age": ("18 years", "label"),
        "times.diluted_bag": ("Not stated.", "label"),
    },
}


@pytest.mark.parametrize(("market", "place"), [(market, place) for market in BOTH for place in FACTS[market]])
def test_a_fact_in_words(market: Market, place: str) -> None:
    fact = every_fact(text_of(market))[place]
    assert (fact.value, fact.status) == FACTS[market][place]


@pytest.mark.parametrize(
    ("read", "shown"), [("21 days", "21 days"), ("1 days", "1 day"), ("4 h", "4 h"), ("90 min", "90 min")]
)
def test_a_length_in_its_largest_whole_unit(read: str, shown: str) -> None:
    assert length(Duration.read(read)) == shown


STATED = [
    (None, "", "Not stated."),
    (True, "", "Yes."),
    (10000, "", "10,000"),
    (18, "year", "18 years"),
    (25, "%", "25 %"),
    ("PVC, polyolefin or EVA", "", "PVC, polyolefin or EVA"),
    (CellCount(Decimal(10000)), "", "10,000/mm³"),
    (InfusionRate(Decimal(50)), "", "50 mL/h"),
    (Range(Concentration(Decimal("0.01")), Concentration(Decimal("0.1"))), "", "0.01 to 0.1 mg/mL"),
    (("corticosteroid", "antipyretic"), "", "Corticosteroid, antipyretic"),
]


@pytest.mark.parametrize(("value", "noun", "text"), STATED)
def test_each_kind_of_value_is_said(value: Any, noun: str, text: str) -> None:
    assert value_text(Row("vials.use", "Use", noun), value) == text


def test_a_value_that_no_fact_has_is_a_fault() -> None:
    with pytest.raises(TypeError, match=r"^0\.5 is no value of a fact$"):
        value_text(Row("vials.use", "Use"), 0.5)


@pytest.mark.parametrize("market", BOTH)
def test_the_warning_stands_first(market: Market) -> None:
    (box,) = text_of(market).boxes
    assert box.name == {US: "Boxed warning", UK: "Warning: the liver"}[market]
    assert "VOD 23 of 164 (14 %), fatal in 5 (3 %)" in box.value


@pytest.mark.parametrize("market", BOTH)
def test_only_an_unconfirmed_fact_asks_to_be_confirmed(market: Market) -> None:
    for fact in every_fact(text_of(market)).values():
        assert bool(fact.confirm) == (fact.status == "unconfirmed"), fact.place
        assert not fact.confirm or fact.source in fact.confirm


@pytest.mark.parametrize("market", BOTH)
def test_what_the_site_confirmed_is_its_own(market: Market) -> None:
    drug = DRUGS[market]
    confirmed = with_confirmed(drug, frozenset(found.fact for found in unconfirmed_facts(drug)))
    shown = every_fact(drug_text(confirmed))
    assert shown["administration.line"].status == "site"
    assert shown["administration.line"].source.endswith("confirmed by the site")
    waiting = {place for place, fact in shown.items() if fact.confirm}
    # The limits of the diluted bag are recorded, not confirmed.
    limits = {"times.diluted_bag", "times.diluted_bag_storages", "times.diluted_bag_gates"}
    assert waiting == (limits if market is US else set())


@pytest.mark.parametrize("market", BOTH)
def test_a_disagreement_has_both_sides_and_a_reason(market: Market) -> None:
    """The nine rows of the reference."""
    found = text_of(market).disagreements
    assert len(found) == 9
    assert all(one.claim and one.used and one.rejected and one.reason and one.source for one in found)
    total = next(one for one in found if "1.5 mg/m²" in one.claim)
    assert (total.used, total.rejected) == ("1.8 mg/m² (0.8 + 0.5 + 0.5)", "1.5 mg/m²")


def test_look_alikes_and_sources() -> None:
    us, uk = text_of(US), text_of(UK)
    assert us.look_alikes[0][:2] == (
        "gemtuzumab ozogamicin (Mylotarg)",
        "4.5 mg vial, CD33, 1 mg/mL reconstituted; 0008-4510-01, 00300084510014",
    )
    assert uk.look_alikes[0][1] == "5 mg vial, CD33, 1 mg/mL reconstituted; no code known"
    assert us.sources[0] == (
        "FDA PI",
        "Besponsa prescribing information of the United States, with the changes of 6 March 2024",
    )
    for text in (us, uk):
        names = {name for name, _ in text.sources}
        assert all(any(fact.source.startswith(name) for name in names) for fact in every_fact(text).values())


# ------------------------------------------------------------------ the page


@pytest.fixture(params=[US, UK], ids=["us", "uk"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Browser:
    return Browser(tmp_path, request.param)


def test_the_page_shows_all_of_it(desk: Browser) -> None:
    page = desk.get(PAGE[desk.market])
    drug = text_of(desk.market)
    shown = re.sub(r"\s+", " ", page.text)
    for fact in every_fact(drug).values():
        assert re.sub(r"\s+", " ", fact.value) in shown, fact.place
        assert fact.source in shown
    for one in drug.disagreements:
        assert f"Often read: “{one.claim}”" in shown and f"Used here: {one.used}." in shown
        assert f"Not used: {one.rejected}. {one.reason}." in shown
    assert all(full in shown for _, full in drug.sources)


def test_every_link_within_the_page_leads_somewhere(desk: Browser) -> None:
    page = desk.get(PAGE[desk.market])
    targets = [href[1:] for href, *_ in page.links if href.startswith("#") and href != "#main"]
    assert len(targets) >= 11
    assert set(targets) <= set(page.elements)


def test_each_unconfirmed_fact_leads_to_its_setting(desk: Browser) -> None:
    page = desk.get(PAGE[desk.market])
    drug = DRUGS[desk.market]
    links = {href for href, *_ in page.links}
    for found in unconfirmed_facts(drug):
        assert f"/settings/confirmed.{drug.id}.{found.fact.place}" in links
        assert "Not confirmed" in page.says(found.fact.place)


def confirmed_by_two(desk: Browser, place: str) -> None:
    """As two pharmacists do at the settings."""
    d, drug = desk.desk, DRUGS[desk.market]
    value = next(found.fact.value for found in unconfirmed_facts(drug) if found.fact.place == place)
    two = [one for one in d.staff() if one.role == "pharmacist"][:2]
    was = 0
    for person, standing in zip(two, ("proposed", "holds"), strict=True):
        told = Event(person, "setting confirmed", desk.now)
        was = records.put_setting(d.engine, f"confirmed.{drug.id}.{place}", value, standing, told, was=was).entry


def test_a_confirmation_shows_with_both_names(desk: Browser) -> None:
    confirmed_by_two(desk, "administration.line")
    fact = desk.get(PAGE[desk.market]).says("administration.line")
    two = [one.name for one in desk.desk.staff() if one.role == "pharmacist"][:2]
    assert "In force" in fact and " and ".join(two) in fact
    assert "Confirm against" not in fact and "site" in fact


def test_the_list_counts_what_is_not_confirmed(desk: Browser) -> None:
    waiting = len(unconfirmed_facts(DRUGS[desk.market]))
    page = desk.get("/drugs")
    assert f"{waiting} facts" in page.text
    assert PAGE[desk.market] in {href for href, *_ in page.links}
    confirmed_by_two(desk, "administration.line")
    assert f"{waiting - 1} facts" in desk.get("/drugs").text


@pytest.mark.parametrize("path", ["/drugs/besponsa", "/drugs/gemtuzumab-us", "/drugs/besponsa-us%00"])
def test_another_drug_is_not_found(desk: Browser, path: str) -> None:
    desk.get(path)
    assert desk.status == 404


def test_the_other_market_has_no_page_here(desk: Browser) -> None:
    other = UK if desk.market is US else US
    desk.get(PAGE[other])
    assert desk.status == 404


@pytest.mark.parametrize("user", ["okafor", "adeyemi", AUDITOR[US]])
def test_who_may_read_it(tmp_path: Path, user: str) -> None:
    desk = Browser(tmp_path, US, user=user)
    page = desk.get("/drugs")
    assert desk.status == 200
    assert ("/drugs", "", "Drugs") in page.links
    desk.sign_in(ADMINISTRATOR[US])
    assert "/drugs" not in {href for href, *_ in desk.get("/settings").links}


def test_the_page_changes_nothing(desk: Browser) -> None:
    before = desk.stored()
    desk.get(PAGE[desk.market])
    assert desk.stored() == before


def test_sections_are_the_same_on_page_and_paper() -> None:
    assert sections_text(DRUGS[US]) == text_of(US).sections


def test_no_forbidden_form(desk: Browser) -> None:
    """Vinca alkaloids alone are fatal by other routes; no tall-man form and no short name of this drug exists."""
    page: Html = desk.get(PAGE[desk.market])
    assert not re.search(r"fatal if|inotuzuMAB|InO\b|µg|\bcc\b|\d\.0 mg\b|(?<!\d)\.\d", page.text)
