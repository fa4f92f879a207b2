"""The next drug is one more data file: an invented one goes from its file to its papers with no module changed."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from compounding import formulary, papers
from compounding.dosing import Response, Treatment
from compounding.formulary import Presentation
from compounding.patient import Patient
from compounding.policy import Market, Policy
from compounding.preparation import Order, Plan, plan
from compounding.wording.export import plan_as_json
from compounding.wording.plans import plan_text
from tests.orders import cm, kg
from tests.test_papers import words, work

SHIPPED = Path("compounding/drugs/besponsa-us.toml").read_text("utf-8")

# What the invented drug's file states otherwise. 5 mg in 2 mL at 2.5 mg/mL; 100 mL of dextrose; days 1 and 8.
CHANGES = [
    ('id = "besponsa-us"', 'id = "examplin-us"'),
    ('drug = "besponsa"', 'drug = "examplin"'),
    ('is = "inotuzumab ozogamicin"', 'is = "examplizumab"'),
    ('is = "Besponsa"', 'is = "Examplin"'),
    ('labelled = { is = "0.9 mg"', 'labelled = { is = "5 mg"'),
    ('reconstitution = { is = "4 mL"', 'reconstitution = { is = "2.2 mL"'),
    ('concentration = { is = "0.25 mg/mL"', 'concentration = { is = "2.5 mg/mL"'),
    ('withdrawable = { is = "3.6 mL"', 'withdrawable = { is = "2 mL"'),
    ('is = "0.9% sodium chloride injection, USP"', 'is = "5% dextrose injection, USP"'),
    ('bag = { is = "50 mL"', 'bag = { is = "100 mL"'),
    ('low = "0.01 mg/mL", high = "0.1 mg/mL"', 'low = "0.02 mg/mL", high = "0.3 mg/mL"'),
    ('rate = { is = "50 mL/h"', 'rate = { is = "100 mL/h"'),
    ('is = { 1 = "0.8 mg/m²", 8 = "0.5 mg/m²", 15 = "0.5 mg/m²" }', 'is = { 1 = "3 mg/m²", 8 = "2 mg/m²" }'),
    ('is = { 1 = "0.5 mg/m²", 8 = "0.5 mg/m²", 15 = "0.5 mg/m²" }', 'is = { 1 = "2 mg/m²", 8 = "2 mg/m²" }'),
    ("cycles = { is = 6", 'cycles = { is = "not stated"'),
    ("no_response_stop_after = { is = 3", 'no_response_stop_after = { is = "not stated"'),
    ("transplant_cycles = { is = 2", 'transplant_cycles = { is = "not stated"'),
    ('blasts = { is = "10000 /mm³"', 'blasts = { is = "not stated"'),
    ('dose_cap = { is = "not stated"', 'dose_cap = { is = "6 mg in all"'),
    ('is = "Gently swirl; do not shake. Protect from light."', 'is = "Gently swirl; do not shake."'),
    ("light_cover = { is = true", "light_cover = { is = false"),
    ('handling_on_label = { is = "Do not shake."', 'handling_on_label = { is = "not stated"'),
    ('is = "PROTECT FROM LIGHT. DO NOT FREEZE."', 'is = "DO NOT FREEZE."'),
    ("diluted_bag_gates = { is = true", "diluted_bag_gates = { is = false"),
    ('is = "HAZARDOUS DRUG – CHEMOTHERAPY. Handle and dispose of properly."', 'is = "HAZARDOUS DRUG"'),
]


@pytest.fixture(scope="module")
def examplin() -> Presentation:
    text = SHIPPED
    for old, new in CHANGES:
        assert old in text, old
        text = text.replace(old, new)
    start, end = text.index("[billing]"), text.index("[about]")
    text = text[:start] + text[end:]
    text = text.replace('edition = "1"', 'edition = "1"\nbilling = "not stated"', 1)
    return formulary.read(text.encode(), "examplin-us.toml")


def planned(drug: Presentation, day: int = 1, cycle: int = 1, response: Response | None = None) -> Plan:
    order = Order(Patient(cm(170), kg(70), date(2026, 3, 12)), Treatment(cycle, day, response))
    return plan(order, drug, Policy(Market.US))


def test_its_figures_are_its_own(examplin: Presentation) -> None:
    """3 mg/m² × 1.82 m² = 5.46 mg; ÷ 2.5 = 2.184 → 2.18 mL, which hold 5.45 mg; 2 vials of 2 mL; 100 − 2.18 mL."""
    made = planned(examplin)
    json = plan_as_json(made)
    assert (json["dose_mg"], json["volume_mL"], json["vials"], json["draws_mL"]) == ("5.46", "2.18", 2, ["2", "0.18"])
    assert (json["bag_mL"], json["diluent_mL"], json["concentration_mg_per_mL"]) == ("100", "97.82", "0.0545")
    assert (json["reconstitution_mL"], json["billing"]) == ("4.4", None)
    assert json["discarded_mg"] == "4.55"  # 2 × 5 − 5.45
    # 0.45 mg over one vial is within 10 %. Nothing decided for Besponsa, such as 2.5 mg at most, holds here.
    assert [finding.code for finding in made.findings] == ["near-miss"]


def test_its_days_and_its_response_are_its_own(examplin: Presentation) -> None:
    """Day 8 is 2 mg/m² either way; day 1 of cycle 2 hangs on the response; no cycle is one too many."""
    assert examplin.days == (1, 8)
    assert plan_as_json(planned(examplin, day=8, cycle=2))["dose_level_mg_per_m2"] == "2"
    assert planned(examplin, day=1, cycle=2).stopped
    assert not planned(examplin, day=1, cycle=9, response=Response.NONE).stopped


def test_its_papers_name_it_and_nothing_of_another_drug(examplin: Presentation) -> None:
    made = work(Market.US, planned(examplin))
    for document in papers.DOCUMENTS:
        found = words(papers.draw(papers.strings(document, made, 1)))
        assert "examplizumab" in found and "5% dextrose" in found
        assert not re.search(r"(?i)inotuzumab|besponsa|sodium chloride|3\.6 mL|J9229|\blight\b|50 mL", found), document
    sheet = words(papers.draw(papers.strings("worksheet", made, 1)))
    assert "Actual body weight; 6 mg in all" in sheet and "Method A: put 97.82 mL of 5% dextrose" in sheet
    label = words(papers.draw(papers.strings("label", made, 1)))
    assert "TOTAL VOLUME 100 mL" in label and "Infuse over 60 minutes (100 mL per hour)" in label


def test_its_page_strings_name_its_diluent(examplin: Presentation) -> None:
    rows = {row.name: row for row in plan_text(planned(examplin)).rows}
    assert rows["5% dextrose"].result == "97.82 mL"
    assert Decimal(rows["Concentration"].result.removesuffix(" mg/mL")) == Decimal("0.0545")
