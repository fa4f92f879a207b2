"""The claims of widely read pages that are wrong: no input brings one of them out, and no text of ours states it.

One part for each row of the reference's table. Where an input has a range, the whole of it is tried.
"""

import json
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_desk import UK as UK_DESK
from web_desk import US as US_DESK
from web_desk import Browser, Html

from compounding.cli import main
from compounding.course import (
    Assessment,
    Course,
    CourseFault,
    Length,
    Omitted,
    Response,
    Slot,
    State,
    Transplant,
    schedule,
)
from compounding.findings import Severity
from compounding.papers import DOCUMENTS, draw, strings
from compounding.policy import Market
from compounding.quantities import DoseLevel, Unreadable
from compounding.wording.courses import course_as_json
from compounding.wording.drug_page import DrugText, drug_text
from compounding.wording.export import plan_as_json
from compounding.wording.ics import calendar_file
from compounding.wording.plan_values import to_json
from compounding.wording.plans import plan_text
from compounding.wording.treatment import treatment_text
from tests.orders import DRUGS, IN, judged, us
from tests.test_course_whole import Told, any_told
from tests.test_ics import AT, unescaped
from tests.test_papers import words, work
from tests.treatments import START, begun

MARKETS = list(Market)
RESPONSES = (None, "cr", "cri", "none")
DAYS = (1, 8, 15)


def level(text: str) -> DoseLevel:
    return DoseLevel(Decimal(text))


# ------------------------------------------------------------------ "cycle 1 for patients achieving CR/CRi", later 0.5


@pytest.mark.parametrize(("market", "response"), [*product(MARKETS, RESPONSES)])
def test_cycle_1_is_the_same_for_every_patient(market: Market, response: str | None) -> None:
    """0.8, 0.5, 0.5 mg/m² on 2 m²: 1.6, 1, 1 mg, whatever the response; and no finding asks for one."""
    made = [IN[market](180, 80, 1, day, response) for day in DAYS]
    assert [one.level for one in made] == [level("0.8"), level("0.5"), level("0.5")]
    assert not any("response" in code for one in made for code, _ in judged(one))


@pytest.mark.parametrize(("market", "cycle"), [*product(MARKETS, range(2, 7))])
def test_without_a_response_a_later_cycle_starts_at_0_8(market: Market, cycle: int) -> None:
    """Also where it is then stopped, as from cycle 4 on."""
    assert IN[market](180, 80, cycle, 1, "none").level == level("0.8")
    assert [IN[market](180, 80, cycle, 1, found).level for found in ("cr", "cri")] == [level("0.5")] * 2
    assert IN[market](180, 80, cycle, 1, None).level is None


@given(any_told(), st.sampled_from(MARKETS))
def test_no_course_takes_0_5_for_granted_on_a_later_day_1(told: Told, market: Market) -> None:
    """Before any reduction it is 0.5 only where CR or CRi is known, and cycle 1 never hangs on the response."""
    course = replace(told.course(), drug=DRUGS[market])
    for dose in schedule(course).doses:
        if dose.slot == Slot(1, 1):
            assert dose.label == level("0.8")
        elif dose.slot.day == 1:
            known = {Response.CR: "0.5", Response.CRI: "0.5", Response.NONE: "0.8"}
            found = course.response(dose.slot.cycle)
            assert dose.label == (None if found is None else level(known[found]))


# ------------------------------------------------------------------ transplant: "2 or 3", "up to 3" cycles

REASONS = ["", " ", "\t\n", "MRD found", "3"]


@pytest.mark.parametrize(("market", "reason"), [*product(MARKETS, REASONS)])
def test_before_a_transplant_2_cycles_and_a_third_only_with_its_reason(market: Market, reason: str) -> None:
    course = begun(drug=DRUGS[market], transplant=Transplant(True, reason), responses={1: "cr"})
    most = 3 if reason.strip() else 2
    assert {dose.slot.cycle for dose in schedule(course).doses} == set(range(1, most + 1))
    for cycle in range(1, 10):
        found = IN[market](180, 80, cycle, 1, "cr", transplant=Transplant(True, reason))
        stopped = bool(judged(found) & {("transplant", "stop"), ("cycle", "stop")})
        assert stopped == (cycle > most), cycle


@pytest.mark.parametrize("market", MARKETS)
def test_a_third_cycle_that_was_given_without_its_reason_is_stopped(market: Market) -> None:
    """Nine weekly doses."""
    doses = [
        f"{cycle}/{day} {START + timedelta(28 * (cycle - 1) + day - 1)} 0.5" for cycle in (1, 2, 3) for day in DAYS
    ]
    made = schedule(begun(doses, drug=DRUGS[market], transplant=Transplant(True), responses={1: "cr"}))
    assert {found.values["cycle"] for found in made.findings if found.code == "too-many"} == {3}
    assert made.stopped


# ------------------------------------------------------------------ "adults only"


def ages() -> Iterator[tuple[date, int]]:
    """On 12 March 2026: the day before, of and after every birthday up to 19, with the years completed."""
    for years in range(20):
        birthday = date(2026 - years, 3, 12)
        for off in (-1, 0, 1):
            born = birthday + timedelta(off)
            if born <= date(2026, 3, 12):
                yield born, years if off <= 0 else years - 1


@pytest.mark.parametrize("market", MARKETS)
def test_in_the_us_from_1_year_and_in_the_uk_from_18(market: Market) -> None:
    """A child of 100 cm and 16 kg and a youth of 170 cm and 60 kg: only the rule of age is looked at."""
    least = {Market.US: 1, Market.UK: 18}[market]
    assert DRUGS[market].licence.minimum_age.value == least
    for born, years in ages():
        size = (100, 16) if years < 12 else (170, 60)
        found = {code for code, _ in judged(IN[market](*size, born=born))}
        assert ("age" in found) == (years < least), (born, years)


# ------------------------------------------------------------------ cycle 1: "21 or 28 days"


@pytest.mark.parametrize("market", MARKETS)
@given(days=st.integers(0, 60), reason=st.sampled_from(("", " ", "recovery")))
def test_cycle_1_lasts_21_days_and_longer_only_with_a_reason_to_28(market: Market, days: int, reason: str) -> None:
    bare = schedule(begun(drug=DRUGS[market]))
    assert next(dose.nominal for dose in bare.doses if dose.slot == Slot(2, 1)) == START + timedelta(21)
    try:
        longer = Course(DRUGS[market], START, lengths=(Length(1, days, reason),))
    except CourseFault:
        assert not 21 <= days <= 28
        return
    except Unreadable:
        assert not reason.strip()
        return
    assert reason.strip() and 21 <= days <= 28
    second = next(dose for dose in schedule(longer).doses if dose.slot == Slot(2, 1))
    assert second.nominal == START + timedelta(days)


# ------------------------------------------------------------------ "1 mg vials" for everyone


def test_us_vials_are_counted_at_0_9_mg_for_every_dose() -> None:
    """0.01 to 2.5 mg, the most that is prepared: the least number of vials of 0.9 mg, in hundredths: ⌈n ÷ 90⌉. What is
    discarded is the rest of n ÷ 90 vials."""
    for hundredths in range(1, 251):
        made = us(180, 80, ordered=Decimal(hundredths) / 100)
        assert made.vials is not None
        assert made.vials.count == -(-hundredths // 90)
        assert made.vials.discarded_mass.value == Decimal(90 * made.vials.count - hundredths) / 100


def test_the_vials_of_both_markets_are_their_own() -> None:
    assert {market: str(DRUGS[market].vials.labelled.value) for market in MARKETS} == {
        Market.US: "0.9 mg",
        Market.UK: "1 mg",
    }


# ------------------------------------------------------------------ "cycle 1 totals 1.5"


@given(any_told(), st.sampled_from(MARKETS))
def test_cycle_1_of_the_label_totals_1_8(told: Told, market: Market) -> None:
    """0.8 + 0.5 + 0.5, whatever was given, omitted or found; 0.6 + 0.375 + 0.375 = 1.35 where it is reduced."""
    first = [dose for dose in schedule(replace(told.course(), drug=DRUGS[market])).doses if dose.slot.cycle == 1]
    assert sum(dose.label.value for dose in first if dose.label is not None) == Decimal("1.8")
    permitted = sum(dose.permitted.value for dose in first if dose.permitted is not None)
    assert permitted == (Decimal("1.35") if told.reduced_from == 1 else Decimal("1.8"))


# ------------------------------------------------------------------ JW and JZ on the same claim


def test_no_claim_has_both_modifiers() -> None:
    """In hundredths of a mg: ⌈n ÷ 10⌉ units given of 9 a vial. JZ exactly where none is left."""
    for hundredths in range(1, 251):
        made = us(180, 80, ordered=Decimal(hundredths) / 100)
        assert made.billed is not None
        units, vials = -(-hundredths // 10), -(-hundredths // 90)
        left = 9 * vials - units
        assert (made.billed.administered, made.billed.discarded) == (units, left)
        assert made.billed.modifier == ("JW" if left else "JZ")
        said = json.dumps(to_json(plan_text(made)))
        assert ("JW" in said) == (left > 0) and ("JZ" in said) == (left == 0)


# ------------------------------------------------------------------ what we say anywhere

CLAIMS = {
    "cycle 1 for those who respond": r"(?i)cycle 1\b[^.]*(for patients|achiev)",
    "later cycles always 0.5": r"(?i)(later|subsequent) cycles[^.]*always",
    "2 or 3 cycles": r"(?i)2 or 3 cycles|2 to 3 cycles|up to 3 cycles",
    "21 or 28 days": r"(?i)21 or 28",
    "a lead time of the premedication": r"(?i)(?=.*(premedic|corticosteroid|antihistamine|antipyretic)).*"
    r"(\d|one|half an?) ?(-| )?(h\b|hour|min)",
    "a cycle 1 of 1.5 mg/m²": r"(?i)cycle 1\b[^;]*\b1\.5 mg/m²",
    "both modifiers": r"JW\b.*\bJZ|JZ\b.*\bJW",
    "fatal by other routes": r"(?i)fatal if",
    "a tall-man form or a short name": r"inotuzuMAB|InO\b",
}
OF_MARKET = {
    Market.US: {
        "adults only": r"(?i)adults only|18 years",
        "vials of 1 mg": r"(?i)\b1 mg (vial|per vial)|vials? of 1 mg",
    },
    Market.UK: {"children": r"(?i)children from|from 1 year", "vials of 0.9 mg": r"(?i)0\.9 mg vial|vials? of 0\.9 mg"},
}
RATES = r"(?<![\d.])(2\.1|14|3\.0|3) %|23 of 164|3 of 143"


def plans(market: Market) -> Iterator[Any]:
    """Every cycle to 7, day, response, with and without a transplant."""
    for cycle, day, response, planned in product(range(1, 8), DAYS, RESPONSES, (False, True)):
        yield IN[market](180, 80, cycle, day, response, transplant=Transplant(True) if planned else None)


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from leaves(inner)


def courses(market: Market) -> Iterator[Course]:
    """Every response after cycles 1 and 3, planned transplant or not, with a late, an early and an omitted dose."""
    for one, three, planned in product(
        RESPONSES, RESPONSES, (Transplant(False), Transplant(True), Transplant(True, "MRD"))
    ):
        found = {after: response for after, response in ((1, one), (3, three)) if response}
        yield begun(drug=DRUGS[market], responses=found, transplant=planned)
    for dates in (("05", "14"), ("05", "10"), ("08", "20")):
        course = begun([f"1/1 2026-01-{dates[0]} 0.8", f"1/8 2026-01-{dates[1]} 0.5"], drug=DRUGS[market])
        yield replace(course, omitted=(Omitted(Slot(1, 15), "toxicity"),))
        yield replace(course, assessments=(Assessment(1, Response.NONE), Assessment(3, Response.NONE)))


def without_disagreements(text: DrugText) -> Iterator[str]:
    """The drug's page but for the table that quotes the claims to reject them."""
    for fact in (*text.boxes, *(fact for section in text.sections for fact in section.facts)):
        yield f"{fact.name}: {fact.value}"
        yield fact.note
    for row in text.doses:
        yield f"{row.name} {' '.join(row.levels)} {row.total} in all in {row.length}"


def said(market: Market) -> Iterator[str]:
    """Every sentence and cell that plans, courses, calendars, treatment plans and the drug's page are made of."""
    for made in plans(market):
        yield from leaves(plan_as_json(made))
        yield from leaves(to_json(plan_text(made)))
    for course in courses(market):
        made = schedule(course)
        yield from leaves(course_as_json(course, made))
        file = calendar_file(course, made, "C-1", AT, 0).replace(b"\r\n ", b"").decode()
        yield from (line for event in file.split("\r\n") for line in unescaped(event).split("\n"))
        tables = treatment_text(course, made, "C-1").tables
        yield from leaves([table.rows for table in tables if table.key != "disagreements"])
    yield from without_disagreements(drug_text(DRUGS[market]))


@pytest.fixture(scope="module", params=MARKETS, ids=["us", "uk"])
def everything(request: pytest.FixtureRequest) -> tuple[Market, frozenset[str]]:
    return request.param, frozenset(said(request.param))


def test_no_sentence_states_a_wrong_claim(everything: tuple[Market, frozenset[str]]) -> None:
    market, sentences = everything
    assert len(sentences) > 500
    claims = {**CLAIMS, **OF_MARKET[market]}
    assert [(name, text) for name, claim in claims.items() for text in sentences if re.search(claim, text)] == []


WRONG = [
    ("cycle 1 for those who respond", "Cycle 1 is for patients achieving CR or CRi."),
    ("later cycles always 0.5", "In later cycles day 1 is always 0.5 mg/m²."),
    ("2 or 3 cycles", "Before a transplant give 2 or 3 cycles."),
    ("21 or 28 days", "Cycle 1 lasts 21 or 28 days."),
    ("a lead time of the premedication", "Premedicate about 1 hour before the infusion."),
    ("a lead time of the premedication", "Give a corticosteroid 30 min before."),
    ("a cycle 1 of 1.5 mg/m²", "Cycle 1: 1.5 mg/m² in all."),
    ("both modifiers", "J9229-JW × 8, J9229-JZ × 10"),
    ("fatal by other routes", "Fatal if given by other routes."),
]


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_the_claims_would_be_found(name: str, text: str) -> None:
    assert re.search(CLAIMS[name], text)


@pytest.mark.parametrize("market", MARKETS)
def test_the_rejected_claims_stand_on_the_drugs_page_and_are_found_there(market: Market) -> None:
    """So that the patterns are those of the table itself, and the table is where they stand."""
    quoted = [f"{one.claim}. {one.rejected}." for one in drug_text(DRUGS[market]).disagreements]
    met = {name for name, claim in CLAIMS.items() for text in quoted if re.search(claim, text)}
    assert met >= {
        "cycle 1 for those who respond",
        "2 or 3 cycles",
        "21 or 28 days",
        "a lead time of the premedication",
    }
    assert "a cycle 1 of 1.5 mg/m²" in met and "both modifiers" in met


@pytest.mark.parametrize(("market", "document"), [*product(MARKETS, DOCUMENTS)])
def test_no_preparation_document_holds_a_rate_of_an_adverse_event(market: Market, document: str) -> None:
    """Nor a wrong claim. Each day of the first two cycles."""
    for cycle, day in product((1, 2), DAYS):
        made = IN[market](180, 80, cycle, day, "none")
        printed = words(draw(strings(document, work(market, made), 1)))
        assert not re.search(RATES, printed) and "VOD" not in printed
        for claim in (*CLAIMS.values(), *OF_MARKET[market].values()):
            assert not any(re.search(claim, line) for line in re.split(r"(?<=\.) ", printed)), claim


def test_the_rates_would_be_found() -> None:
    assert re.search(RATES, "VOD 23 of 164 (14 %)") and re.search(RATES, "fatal in 2.1 %")
    assert not re.search(RATES, "0.14 % over") and not re.search(RATES, "114 %")


# ------------------------------------------------------------------ by the command line


def told(*typed: object) -> tuple[int, str]:
    out = StringIO()
    with redirect_stdout(out):
        status = main([str(word) for word in typed])
    return status, out.getvalue()


@pytest.fixture(autouse=True)
def no_site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COMPOUNDING_HOME", str(tmp_path / "none"))


@pytest.mark.parametrize(("market", "response"), [*product(MARKETS, RESPONSES)])
def test_the_command_line_says_no_more(market: Market, response: str | None) -> None:
    """Of every cycle and day: the level of the dose table, and no wrong claim."""
    given_ = () if response is None else ("--response", response)
    first = {None: None, "cr": "0.5", "cri": "0.5", "none": "0.8"}[response]
    for cycle, day in product(range(1, 7), DAYS):
        order = ("plan", "--market", market.value, "--height", 180, "--weight", 80, "--cycle", cycle, "--day", day)
        _, out = told(*order, *given_, "--json")
        wanted = "0.5" if day > 1 else "0.8" if cycle == 1 else first
        assert json.loads(out)["dose_level_mg_per_m2"] == wanted, (cycle, day)
        _, table = told(*order, *given_)
        for claim in (*CLAIMS.values(), *OF_MARKET[market].values()):
            assert not any(re.search(claim, line) for line in table.splitlines()), claim


@pytest.mark.parametrize("market", MARKETS)
def test_a_course_on_the_command_line_says_no_more(market: Market, tmp_path: Path) -> None:
    file = tmp_path / "course.toml"
    for response, planned in product(("cr", "none"), ("false", "true")):
        found = f'responses = [{{after_cycle = 1, is = "{response}"}}]'
        file.write_text(f'market = "{market.value}"\nstart = 2026-01-05\ntransplant = {planned}\n{found}\n')
        doses = json.loads(told("course", file, "--json")[1])["schedule"]
        assert {dose["cycle"] for dose in doses} == set(range(1, 3 if planned == "true" else 7))
        first = [dose["level_mg_per_m2"] for dose in doses if dose["cycle"] == 1]
        assert first == ["0.8", "0.5", "0.5"]
        assert next(dose for dose in doses if (dose["cycle"], dose["day"]) == (2, 1))["nominal"] == "2026-01-26"
        _, table = told("course", file)
        assert not any(re.search(claim, line) for claim in CLAIMS.values() for line in table.splitlines())


# ------------------------------------------------------------------ on the pages


@pytest.mark.parametrize("market", [US_DESK, UK_DESK], ids=["us", "uk"])
def test_the_pages_say_no_more(market: Market, tmp_path: Path) -> None:
    """The review of an order for each response and cycle, and the drug's page but for its table of claims."""
    browser = Browser(tmp_path, market)
    claims = {**CLAIMS, **OF_MARKET[market]}
    for cycle, response in product((1, 2, 4), ("", "cr", "none")):
        assert_silent(browser.review(cycle=str(cycle), response=response), claims, "")
    browser.sign_in("adeyemi" if market is US_DESK else "farouk")
    assert_silent(browser.get(f"/drugs/besponsa-{market.value}"), claims, "disagreements")


def assert_silent(page: Html, claims: dict[str, str], table: str) -> None:
    """No text of the page states a claim, but for those within the table that rejects them."""
    quoted = page.texts.get(table, [])
    spoken = [text for text in page.words if text not in quoted]
    assert [(name, text) for name, claim in claims.items() for text in spoken if re.search(claim, text)] == []


# ------------------------------------------------------------------ what the table is of


def test_every_row_of_the_reference_is_a_disagreement_of_the_drug_file() -> None:
    """Nine rows, and in the UK the third is of children, who are licensed in the US alone."""
    for market, third in ((Market.US, "Adults only"), (Market.UK, "Children from 1 year")):
        claims = [one.claim for one in DRUGS[market].disagreements]
        assert len(claims) == 9 and claims[2].startswith(third)
        assert all(one.source.status.value in ("label", "secondary") for one in DRUGS[market].disagreements)


def test_a_stopped_course_stays_stopped_whatever_else_is_told() -> None:
    """Cycle 4 without a response is given by nobody's leave: neither transplant nor length lifts it."""
    weekly = [f"{c}/{d} {START + timedelta(28 * (c - 1) + d - 1)} 0.5" for c in (1, 2, 3, 4) for d in DAYS]
    for lengths, transplant in product(({}, {1: 28}), (Transplant(False), Transplant(True, "MRD"))):
        made = schedule(begun(weekly, responses={1: "none"}, lengths=lengths, transplant=transplant))
        assert any(found.severity is Severity.STOP for found in made.findings)
        assert not any(dose.state is State.PLANNED for dose in made.doses)
