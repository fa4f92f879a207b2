"""A drug file in words: each kind of value, each status, and nothing of the file left out."""

from decimal import Decimal
from typing import Any

import pytest

from compounding.findings import Source, Status
from compounding.formulary import Fact, Presentation, facts, shipped
from compounding.policy import Market
from compounding.quantities import DoseLevel
from compounding.wording.drug_page import drug_text
from compounding.wording.drug_sections import Row
from compounding.wording.master import (
    Confirmed,
    drug_name,
    fact_groups,
    fact_text,
    status_counts,
    value_lines,
    whole_checksum,
)

DRUGS = {drug.market: drug for drug in shipped()}


LINES = [
    (
        "regimen.first_cycle",
        {1: DoseLevel(Decimal("0.8")), 8: DoseLevel(Decimal("0.5"))},
        ("day 1: 0.8 mg/m²", "day 8: 0.5 mg/m²"),
    ),
    ("times.diluted_bag_storages", {"room": "Store at 20 to 25 °C."}, ("room: Store at 20 to 25 °C.",)),
    ("regimen.interruption_days", {"omit": 7}, ("From 7 days on, omit the next dose",)),
    ("vials.labelled_means", "delivered", ("The amount that can be drawn",)),
    ("vials.use", "total", ("Total",)),
]


@pytest.mark.parametrize(("place", "value", "lines"), LINES)
def test_a_table_has_a_line_for_each_of_its_names(place: str, value: Any, lines: tuple[str, ...]) -> None:
    assert value_lines(Row(place, ""), value) == lines


LINE = Row("administration.line", "Line")
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
    found = fact_text(LINE, Fact("PVC", Source("FDA PI §2.4", status)), word)
    assert (found.source, found.status) == ("FDA PI §2.4", text)


def test_a_note_stands_under_its_value_without_its_key_word() -> None:
    gates = Fact(25, Source("FDA PI §2", Status.UNCONFIRMED), note="gates: not used until the site confirms it")
    assert fact_text(Row("regimen.reduction_percent", "A reduction is of", "%"), gates, None).notes == (
        "Not used until the site confirms it",
    )
    years = Fact(18, Source("SmPC §4.1", Status.LABEL), note="years")
    found = fact_text(Row("licence.minimum_age", "From the age of", "year"), years, None)
    assert (found.value, found.notes) == (("18 years",), ())  # the value says so


@pytest.mark.parametrize("drug", DRUGS.values(), ids=lambda drug: drug.id)
def test_every_fact_of_a_file_stands_once_and_as_on_its_page(drug: Presentation) -> None:
    found = [text for _, texts in fact_groups(drug, {}) for text in texts]
    assert sorted(text.place for text in found) == sorted(place for place, _ in facts(drug))
    assert all(text.value and all(text.value) and text.source and text.name for text in found)
    page = drug_text(drug)
    shown = {fact.place: fact.name for fact in (*page.boxes, *(one for part in page.sections for one in part.facts))}
    assert shown.items() <= {text.place: text.name for text in found}.items()


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
