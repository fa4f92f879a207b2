"""Facts that nobody read in the label: what waits, what a site's confirmation changes, and what it cannot."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from compounding.findings import Status
from compounding.formulary import Presentation, Range, read, stated, unconfirmed_facts, with_confirmed
from compounding.formulary.unconfirmed import facts
from compounding.papers import draw, strings
from compounding.policy import ConfirmedFact, DilutedBagLimit, Market
from compounding.preparation import Plan, plan
from compounding.quantities import Concentration, DoseLevel, Duration
from compounding.settings import apply, settings_of
from compounding.wording.plan_values import from_json, to_json
from compounding.wording.plans import plan_text
from tests.orders import DRUGS, IN, UK, US, finding, judged, mL, uk, us
from tests.test_papers import words, work
from tests.test_settings import SITE

SHIPPED = Path("compounding/drugs/besponsa-us.toml").read_text("utf-8")
FOUR_HOURS = DilutedBagLimit(Duration.read("4 h"), includes_infusion=False)
STORAGE = ConfirmedFact("besponsa-us", "administration.storage", "Store at 20 to 25 °C.")


def every(drug: Presentation) -> frozenset[ConfirmedFact]:
    return frozenset(found.fact for found in unconfirmed_facts(drug))


# ------------------------------------------------------------------ what waits

# Typed from the rows of the reference whose status is "unconfirmed"; the bag's own limits are recorded, not
# confirmed.
WAITING = {
    Market.US: {
        "vials.hazard": "HAZARDOUS DRUG – CHEMOTHERAPY. Handle and dispose of properly.",
        "dilution.small_dose_method": "By syringe at 0.025 to 0.1 mg/mL, infused by syringe pump over 1 h.",
        "administration.storage": "Store at 20 to 25 °C.",
        "administration.line": "PVC, polyolefin or polybutadiene",
        "administration.filter": "Not needed; if used, PES, PVDF or hydrophilic polysulfone, never nylon or mixed "
        "cellulose ester.",
        "regimen.interruption_days": "omit: 7; reduce: 14; end: 28",
        "regimen.reduction_percent": "25",
    },
    Market.UK: {
        "vials.hazard": "CYTOTOXIC – handle with care",
        "administration.storage": "Store below 25 °C. Do not freeze.",
        "administration.line": "PVC, polyolefin or polybutadiene",
        "administration.filter": "Not needed; if used, PES, PVDF or hydrophilic polysulfone, never nylon or mixed "
        "cellulose ester.",
        "regimen.interruption_days": "omit: 7; reduce: 14; end: 28",
        "regimen.reduction_percent": "25",
    },
}


@pytest.mark.parametrize("market", Market)
def test_what_waits_for_two_pharmacists(market: Market) -> None:
    drug = DRUGS[market]
    found = {waiting.fact.place: waiting.fact.value for waiting in unconfirmed_facts(drug)}
    interruption = found.pop("regimen.interruption")
    assert interruption.startswith("Under 7 days: hold the next dose.")
    assert found == WAITING[market]
    assert {waiting.fact.drug for waiting in unconfirmed_facts(drug)} == {drug.id}


def test_what_waits_says_where_to_read_it() -> None:
    by_place = {waiting.fact.place: waiting for waiting in unconfirmed_facts(US)}
    storage = by_place["administration.storage"]
    assert (storage.source.text, storage.note) == ("FDA PI §2.4", "belongs to the limits of the diluted bag")


@pytest.mark.parametrize("drug", [US, UK], ids=["us", "uk"])
def test_every_fact_of_a_file_is_looked_at(drug: Presentation) -> None:
    """As many facts as the file has lines that name a status, less its disagreements and look-alikes."""
    text = Path(f"compounding/drugs/{drug.id}.toml").read_text("utf-8")
    assert len(list(facts(drug))) == len(re.findall(r"^\w+ = \{ is = .*status = ", text, re.M))


STATED: list[tuple[Any, str]] = [
    (None, "not stated"),
    (True, "true"),
    (False, "false"),
    (6, "6"),
    ("Gently swirl.", "Gently swirl."),
    (mL("3.60"), "3.6 mL"),
    (Duration.read("4 h"), "240 min"),
    (Range(Concentration(Decimal("0.01")), Concentration(Decimal("0.1"))), "0.01 mg/mL to 0.1 mg/mL"),
    ({1: DoseLevel(Decimal("0.8")), 8: DoseLevel(Decimal("0.5"))}, "1: 0.8 mg/m²; 8: 0.5 mg/m²"),
    ({"room": "Store at 20 to 25 °C."}, "room: Store at 20 to 25 °C."),
]


@pytest.mark.parametrize(("value", "text"), STATED, ids=[row[1][:20] for row in STATED])
def test_a_value_has_one_text(value: Any, text: str) -> None:
    assert stated(value) == text


# ------------------------------------------------------------------ what a confirmation changes


@pytest.mark.parametrize("drug", [US, UK], ids=["us", "uk"])
def test_a_confirmed_fact_is_the_sites_own(drug: Presentation) -> None:
    made = with_confirmed(drug, every(drug))
    assert unconfirmed_facts(made) == ()
    assert made.administration.line.source.status is Status.SITE
    assert made.administration.line.source.text == f"{drug.administration.line.source.text}, confirmed by the site"
    assert made.administration.line.value == drug.administration.line.value
    # Nothing else of the presentation has moved, its checksum least of all.
    places = {fact.place for fact in every(drug)}
    assert [pair for pair in facts(made) if pair[0] not in places] == [
        pair for pair in facts(drug) if pair[0] not in places
    ]
    assert made.checksum == drug.checksum


NOT_THIS_ONE = [
    ("another value", replace(STORAGE, value="Store at 2 to 8 °C.")),
    ("another place", replace(STORAGE, place="administration.line")),
    ("another presentation", replace(STORAGE, drug="besponsa-uk")),
    ("a part of the value", replace(STORAGE, value="Store at 20 to 25 °C")),
    ("no such place", replace(STORAGE, place="administration.storages")),
]


@pytest.mark.parametrize("confirmed", [row[1] for row in NOT_THIS_ONE], ids=[row[0] for row in NOT_THIS_ONE])
def test_a_confirmation_of_something_else_confirms_nothing(confirmed: ConfirmedFact) -> None:
    assert with_confirmed(US, frozenset({confirmed})) == US


def test_a_drug_file_whose_value_changed_is_no_longer_confirmed() -> None:
    changed = SHIPPED.replace('storage = { is = "Store at 20 to 25 °C."', 'storage = { is = "Store at 15 to 25 °C."')
    assert changed != SHIPPED
    drug = read(changed.encode(), "besponsa-us.toml")
    made = with_confirmed(drug, every(US))
    assert {waiting.fact.place for waiting in unconfirmed_facts(made)} == {"administration.storage"}


def test_a_fact_of_the_drugs_page_may_be_confirmed_too() -> None:
    changed = re.sub(r'(\nwarnings = .*status = )"label"', r'\1"unconfirmed"', SHIPPED)
    drug = read(changed.encode(), "besponsa-us.toml")
    (waiting,) = set(unconfirmed_facts(drug)) - set(unconfirmed_facts(US))
    assert waiting.fact.place == "about.warnings"
    made = with_confirmed(drug, frozenset({waiting.fact}))
    assert made.about["warnings"].source.status is Status.SITE
    assert made.about["boxed_warning"] == drug.about["boxed_warning"]


def test_a_gate_is_not_opened_by_confirming_its_text() -> None:
    """Without recorded limits nothing that rests on them is released: confirming the older text records none."""
    texts = {place: stated(fact.value) for place, fact in facts(US) if place.startswith("times.diluted_bag")}
    confirmed = frozenset(ConfirmedFact("besponsa-us", place, text) for place, text in texts.items())
    assert len(confirmed) == 3  # the text, its storages and the gate
    made = us(confirmed=confirmed)
    assert judged(made) == {("diluted-bag", "info")}
    assert plan_text(made).clocks_note == "Diluted-bag limit not confirmed"
    assert made.drug == US


# ------------------------------------------------------------------ on a plan


def names(told: tuple[str, ...]) -> list[str]:
    return [text.partition(":")[0] for text in told]


ON_A_PLAN = {
    Market.US: ["Hazard", "Small dose method", "Storage", "Line", "Filter"],
    Market.UK: ["Hazard", "Storage", "Line", "Filter"],
}


@pytest.mark.parametrize("market", Market)
def test_a_plan_says_which_facts_the_site_confirmed(market: Market) -> None:
    drug, gate = DRUGS[market], ["Diluted bag"] if market is Market.US else []
    before, after = plan_text(IN[market]()), plan_text(IN[market](confirmed=every(drug)))
    assert (sorted(names(before.unconfirmed)), before.confirmed) == (sorted(ON_A_PLAN[market] + gate), ())
    assert (names(after.unconfirmed), names(after.confirmed)) == (gate, ON_A_PLAN[market])
    assert from_json(to_json(after)) == after


def test_one_confirmed_fact_moves_by_itself() -> None:
    text = plan_text(us(confirmed=frozenset({STORAGE})))
    assert text.confirmed == ("Storage: “Store at 20 to 25 °C”. FDA PI §2.4, confirmed by the site.",)
    assert "Storage" not in names(text.unconfirmed) and "Line" in names(text.unconfirmed)


def test_a_plan_that_was_stored_before_there_were_confirmations_is_still_read() -> None:
    text = plan_text(us())
    stored = {name: value for name, value in to_json(text).items() if name != "confirmed"}
    assert from_json(stored) == text


def test_a_line_of_working_tells_that_its_source_is_confirmed() -> None:
    """A drug whose concentration nobody read in the label: its rows say so until the site has."""
    changed = re.sub(
        r'(\nconcentration = \{ is = "0.25 mg/mL", .*status = )"label"', r'\1"unconfirmed"', SHIPPED, count=1
    )
    drug = read(changed.encode(), "besponsa-us.toml")

    def status(made: Plan) -> str:
        return next(row.status for row in plan_text(made).rows if row.step == "volume")

    base = us()
    assert status(plan(base.order, drug, base.policy)) == "unconfirmed"
    assert status(plan(base.order, drug, replace(base.policy, confirmed=every(drug)))) == "site"


def test_a_confirmation_changes_no_figure() -> None:
    plain, confirmed = us(), us(confirmed=every(US))
    assert [replace(line, sources=()) for line in confirmed.lines] == [
        replace(line, sources=()) for line in plain.lines
    ]
    assert (confirmed.dose, confirmed.volume, confirmed.vials, confirmed.bag, confirmed.billed) == (
        plain.dose,
        plain.volume,
        plain.vials,
        plain.bag,
        plain.billed,
    )


# Recorded, the order's storage; whether a finding is left, and what stands on the label.
STORED: list[tuple[dict[str, DilutedBagLimit], str | None, bool, str]] = [
    ({}, None, False, "Store at 20 to 25 °C."),
    ({}, "fridge", False, "Store at 2 to 8 °C."),
    ({"room": FOUR_HOURS}, None, False, "Store at 20 to 25 °C."),
    ({"room": FOUR_HOURS}, "room", True, "Store at 20 to 25 °C."),
    ({"room": FOUR_HOURS}, "fridge", False, "Store at 2 to 8 °C."),
    ({"room": FOUR_HOURS, "fridge": FOUR_HOURS}, None, True, "Store at 20 to 25 °C."),
    ({"room": FOUR_HOURS, "fridge": FOUR_HOURS}, "fridge", True, "Store at 2 to 8 °C."),
]


@pytest.mark.parametrize(("recorded", "storage", "confirmed", "label"), STORED)
def test_the_limits_that_count_are_those_of_the_bags_storage(
    recorded: dict[str, DilutedBagLimit], storage: str | None, confirmed: bool, label: str
) -> None:
    """A storage whose limit is not recorded is not confirmed."""
    made = stored_in(storage, recorded)
    text = plan_text(made)
    assert (judged(made) == set()) is confirmed
    assert (text.clocks_note == "") is confirmed
    assert ("Diluted bag" not in names(text.unconfirmed)) is confirmed
    assert ("Storage" in names(text.unconfirmed)) is (storage is None)  # with one chosen, its own words print
    assert text.storage == label
    printed = words(draw(strings("label", work(Market.US, made), 1)))
    assert label in printed
    assert ("Diluted-bag limit not confirmed" not in printed) is confirmed


def stored_in(storage: str | None, recorded: dict[str, DilutedBagLimit]) -> Plan:
    base = us(diluted_bag=recorded)
    return plan(replace(base.order, storage=storage), US, base.policy)


def test_the_finding_names_the_storage_that_was_chosen() -> None:
    found = finding(stored_in("fridge", {"room": FOUR_HOURS}), "diluted-bag")
    assert found.values["storage"] == "Store at 2 to 8 °C."
    (told,) = plan_text(stored_in("fridge", {"room": FOUR_HOURS})).findings
    assert told.message.startswith(
        "The limits of the diluted bag kept as “Store at 2 to 8 °C” are not confirmed at this site. Confirm them "
    )


def test_the_rule_of_the_start_tells_of_the_limit_of_this_storage_alone() -> None:
    no_limit = DilutedBagLimit(None, includes_infusion=False)
    both = {"room": no_limit, "fridge": FOUR_HOURS}
    own = "or the bag's own limit"
    assert own in plan_text(stored_in("fridge", both)).clock_rules[3]
    assert own in plan_text(stored_in(None, both)).clock_rules[3]
    assert own not in plan_text(stored_in("room", both)).clock_rules[3]


def test_an_order_for_a_storage_that_the_drug_file_does_not_name_is_refused() -> None:
    with pytest.raises(ValueError, match="'freezer' is none of the storages of besponsa-us: room, fridge"):
        stored_in("freezer", {})


def test_the_uk_needs_no_limit_of_the_bag() -> None:
    assert judged(uk()) == set()
    assert plan_text(uk()).clocks_note == ""


# ------------------------------------------------------------------ from the settings to the plan


def test_what_two_pharmacists_stored_reaches_the_plan() -> None:
    """The hint shows the value, its text is stored as it stands, and the plan counts it as the site's."""
    texts = {found.fact.place: found.fact.value for found in unconfirmed_facts(US)}
    rows: dict[str, str | None] = {}
    for added in settings_of(US, SITE.policy):
        kind, _, place = added.name.partition(".besponsa-us.")
        rows[added.name] = texts[place] if kind == "confirmed" else "4 h, infusion not included"
    policy = apply(SITE, rows).policy
    assert policy.confirmed == every(US)
    made = us(confirmed=policy.confirmed, diluted_bag=policy.diluted_bag)
    text = plan_text(made)
    assert (judged(made), text.unconfirmed, text.clocks_note) == (set(), (), "")
    assert names(text.confirmed) == ON_A_PLAN[Market.US]
