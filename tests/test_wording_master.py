"""A drug file in words: each kind of value, each status, and nothing of the file left out."""

from decimal import Decimal
from typing import Any

import pytest

from compounding.findings import Source, Status
from compounding.formulary import Fact, Presentation, Range, facts, shipped
from compounding.policy import Market
from compounding.quantities import CellCount, Concentration, DoseLevel, Duration, InfusionRate
from compounding.wording.master import (
    GROUPS,
    Confirmed,
    drug_name,
    fact_groups,
    fact_name,
    fact_text,
    said,
    span,
    status_counts,
    value_lines,
    whole_checksum,
)
from tests.orders import mg

DRUGS = {drug.market: drug for drug in shipped()}


def strength(text: str) -> Concentration:
    return Concentration(Decimal(text))


SAID = [
    (None, "not stated"),
    (True, "yes"),
    (False, "no"),
    (18, "18"),
    (10000, "10,000"),
    ("PVC, polyolefin or EVA", "PVC, polyolefin or EVA"),
    (mg("0.9"), "0.9 mg"),
    (CellCount(Decimal(10000)), "10,000/mm³"),
    (InfusionRate(Decimal(50)), "50 mL/h"),
    (Range(strength("0.01"), strength("0.1")), "0.01 mg/mL to 0.1 mg/mL"),
    (Duration(Decimal(240)), "4 h"),
]


@pytest.mark.parametrize(("value", "text"), SAID)
def test_each_kind_of_value_is_said(value: Any, text: str) -> None:
    assert said(value) == text


def test_a_value_that_no_fact_has_is_a_fault() -> None:
    with pytest.raises(TypeError, match=r"^0\.5 is no value of a fact$"):
        said(0.5)


SPANS = [
    (90, "90 min"),
    (60, "1 h"),
    (480, "8 h"),
    (24 * 60, "24 h"),
    (2 * 24 * 60, "2 days"),
    (21 * 24 * 60, "21 days"),
    (25 * 60, "25 h"),
]


@pytest.mark.parametrize(("minutes", "text"), SPANS)
def test_a_span_is_said_in_its_largest_whole_unit(minutes: int, text: str) -> None:
    assert span(Duration(Decimal(minutes))) == text


LINES = [
    (
        "regimen.first_cycle",
        {1: DoseLevel(Decimal("0.8")), 8: DoseLevel(Decimal("0.5"))},
        ("day 1: 0.8 mg/m²", "day 8: 0.5 mg/m²"),
    ),
    ("times.diluted_bag_storages", {"room": "Store at 20 to 25 °C."}, ("room: Store at 20 to 25 °C.",)),
    ("vials.labelled_means", "delivered", ("what can be drawn",)),
    ("vials.labelled_means", "total", ("all that the vial holds",)),
    ("vials.use", "total", ("total",)),
]


@pytest.mark.parametrize(("place", "value", "lines"), LINES)
def test_a_table_has_a_line_for_each_of_its_names(place: str, value: Any, lines: tuple[str, ...]) -> None:
    assert value_lines(place, value) == lines


NAMES = [
    ("vials.ndc", "NDC"),
    ("vials.labelled", "Content of a vial"),
    ("administration.filter", "Filter"),
    ("about.boxed_warning", "Boxed warning"),
]


@pytest.mark.parametrize(("place", "name"), NAMES)
def test_a_fact_has_its_name(place: str, name: str) -> None:
    assert fact_name(place) == name


WORD = Confirmed("K. Adeyemi and M. Lindqvist", "Mar 12, 2026 09:00")
STANDS = [
    (Status.LABEL, None, "label"),
    (Status.SECONDARY, None, "secondary"),
    (Status.DERIVED, None, "derived"),
    (Status.UNCONFIRMED, None, "unconfirmed"),
    (Status.UNCONFIRMED, WORD, "confirmed by the site: K. Adeyemi and M. Lindqvist, Mar 12, 2026 09:00"),
    (Status.LABEL, WORD, "label"),  # nobody's word makes the label more than it is
]


@pytest.mark.parametrize(("status", "word", "text"), STANDS)
def test_a_status_says_whose_word_a_fact_is(status: Status, word: Confirmed | None, text: str) -> None:
    found = fact_text("administration.line", Fact("PVC", Source("FDA PI §2.4", status)), word)
    assert (found.source, found.status) == ("FDA PI §2.4", text)


def test_a_note_stands_under_its_value_without_its_key_word() -> None:
    gates = Fact(25, Source("FDA PI §2", Status.UNCONFIRMED), note="gates: not used until the site confirms it")
    assert fact_text("regimen.reduction_percent", gates, None).notes == ("Not used until the site confirms it",)
    years = Fact(18, Source("SmPC §4.1", Status.LABEL), note="years")
    assert fact_text("licence.minimum_age", years, None).notes == ()  # its name says so


@pytest.mark.parametrize("drug", DRUGS.values(), ids=lambda drug: drug.id)
def test_every_fact_of_a_file_stands_once_under_its_group(drug: Presentation) -> None:
    found = [text for _, texts in fact_groups(drug, {}) for text in texts]
    assert [text.place for text in found] == [place for place, _ in facts(drug)]
    assert all(text.value and all(text.value) and text.source and text.name for text in found)
    assert {title for title, _ in fact_groups(drug, {})} == set(GROUPS.values()) - (
        {"Billing"} if drug.billing is None else set()
    )


@pytest.mark.parametrize("drug", DRUGS.values(), ids=lambda drug: drug.id)
def test_the_counts_of_the_statuses_are_all_facts(drug: Presentation) -> None:
    (_, whole), *parts = status_counts(drug, {"administration.line": WORD})
    assert int(whole) == sum(int(number) for _, number in parts) == len(list(facts(drug)))
    assert parts[-1] == ("Confirmed by the site", "1")


def test_a_drug_is_named_as_its_market_writes_it() -> None:
    assert drug_name(DRUGS[Market.US]) == "inotuzumab ozogamicin (Besponsa)"
    assert drug_name(DRUGS[Market.UK]) == "inotuzumab ozogamicin, BESPONSA"


def test_a_checksum_is_written_whole() -> None:
    assert whole_checksum("0123456789abcdef" * 4) == " ".join(["01234567", "89abcdef"] * 4)
