"""The treatment plan of a course: its words, its paper, and what never stands on it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pypdf
import pytest
from hypothesis import given, settings

from compounding.course import Course, End, Ended, Interruption, Slot, Transplant, schedule
from compounding.findings import Finding, Severity
from compounding.formulary import Presentation, unconfirmed_facts, with_confirmed
from compounding.papers import Refused, draw_treatment
from compounding.policy import Market
from compounding.quantities import DrugMass
from compounding.wording.treatment import (
    COMMAND,
    Prepared,
    TableText,
    TreatmentText,
    made_by_command,
    treatment_text,
)
from tests.orders import DRUGS, UK, US
from tests.test_course_whole import Told, any_told
from tests.test_new_drug import examplin  # noqa: F401  a fixture
from tests.treatments import begun

PATIENT = ((("Patient", "RIVERA, Elena"), ("Born", "Aug 14, 1980"), ("MRN", "00417352")),)
FOOT = "Made Mar 12, 2026 09:40 by K. Adeyemi, pharmacist."
COURSE = begun(
    ["1/1 2026-01-05 0.8", "1/8 2026-01-14 0.5"],
    omitted=["2/15"],
    responses={1: "cr"},
    lengths={1: 28},
    reduced_from=2,
    dropped={3: 15},
)


def text_of(course: Course, **more: object) -> TreatmentText:
    return treatment_text(course, schedule(course), "C-000012", PATIENT, **more)  # type: ignore[arg-type]


def table(text: TreatmentText, key: str) -> TableText:
    return next(one for one in text.tables if one.key == key)


def rows(text: TreatmentText, key: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    """The rows of a table by their first cell."""
    return {row[0][0]: row[1:] for row in table(text, key).rows}


def read(text: TreatmentText, market: Market = Market.US) -> str:
    pages = pypdf.PdfReader(BytesIO(draw_treatment(text, market, "Example Hospital Pharmacy", FOOT))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


# ------------------------------------------------------------------ the words


def test_the_doses_with_their_dates() -> None:
    """Day 15: 5 + 14 = 19 January, opens on 14 + 6 = 20, closes on 21. Cycle 2: 5 January + 28 = 2 February, day 8 on
    the 9th, 2 + 6 = 8 to 9 + 2 = 11. 0.5 × 0.75 = 0.375."""
    doses = rows(text_of(COURSE), "doses")
    assert len(doses) == 18
    assert doses["Cycle 1, day 8"] == (
        ("0.5 mg/m²",), ("Jan 12, 2026",), ("–",), ("–",), ("Given Jan 14, 2026",),
    )  # fmt: skip
    assert doses["Cycle 1, day 15"] == (
        ("0.5 mg/m²",), ("Jan 19, 2026",), ("Jan 20, 2026",), ("Jan 21, 2026",),
        ("Planned", "Opens 6 days after Jan 14, 2026"),
    )  # fmt: skip
    assert doses["Cycle 2, day 1"] == (
        ("0.375 mg/m²",), ("Feb 2, 2026",), ("Feb 2, 2026",), ("–",), ("Planned",),
    )  # fmt: skip
    assert doses["Cycle 2, day 8"][1:4] == (("Feb 9, 2026",), ("Feb 8, 2026",), ("Feb 11, 2026",))
    assert doses["Cycle 2, day 15"] == (("–",), ("Feb 16, 2026",), ("–",), ("–",), ("Omitted",))


def test_a_day_that_is_only_planned_is_not_named_as_one_of_a_dose() -> None:
    """Day 1 late on 8 January: day 8 of the 12th opens on the 14th, and is planned for it; day 15 opens on the 20th."""
    doses = rows(text_of(begun(["1/1 2026-01-08 0.8"])), "doses")
    assert doses["Cycle 1, day 8"][-1] == ("Planned", "Opens 6 days after Jan 8, 2026")
    assert doses["Cycle 1, day 15"][-1] == (
        "Planned", "Opens 6 days after the dose planned for Jan 14, 2026",
    )  # fmt: skip


def test_what_was_made_for_a_dose_stands_beside_it() -> None:
    made = {Slot(1, 1): Prepared("2026-000123", DrugMass(Decimal("1.46")), ("AB1234", "AB1235"))}
    doses = rows(text_of(COURSE, prepared=made), "doses")
    assert doses["Cycle 1, day 1"][-1] == ("Given Jan 5, 2026", "1.46 mg, 2026-000123", "Batch AB1234, AB1235")
    assert doses["Cycle 1, day 8"][-1] == ("Given Jan 14, 2026",)


def test_what_was_decided() -> None:
    held = replace(
        COURSE,
        interruptions=(
            Interruption(date(2026, 1, 15), date(2026, 1, 18), "fever"),
            Interruption(date(2026, 1, 19), None, "liver"),
        ),
        ended=Ended(date(2026, 1, 21), End.VOD, "VOD on ultrasound"),
    )
    assert [(row[0][0], row[1][0], row[2]) for row in table(text_of(held), "decided").rows] == [
        ("Response", "After cycle 1: CR", ()),
        ("Length of cycle 1", "28 days", ("recovery",)),
        ("Reduced", "25 % less, from cycle 2 on", ()),
        ("Day dropped", "No dose on day 15, from cycle 3 on", ()),
        ("Omitted", "Cycle 2, day 15", ("toxicity",)),
        ("Interrupted", "Jan 15, 2026 to Jan 18, 2026", ("fever",)),
        ("Interrupted", "Jan 19, 2026 until now", ("liver",)),
        ("Ended", "Jan 21, 2026", ("VOD on ultrasound",)),
    ]


def test_a_transplant_and_its_third_cycle() -> None:
    text = text_of(begun(transplant=Transplant(True, "MRD found")))
    assert ("Transplant planned", "yes") in text.facts[2] and ("Cycles at most", "3") in text.facts[2]
    assert rows(text, "decided") == {"One more cycle before the transplant": (("MRD found",), ())}
    assert len(table(text, "doses").rows) == 9
    assert "decided" not in [one.key for one in text_of(begun()).tables]


def test_findings_of_the_schedule_and_of_the_caller() -> None:
    five_days = begun(["1/1 2026-01-05 0.8", "1/8 2026-01-10 0.5"], responses={1: "cr"})
    found = table(text_of(five_days), "findings").rows
    assert [row[0] for row in found] == [("Stop",)]
    assert "5 days after the dose before it" in found[0][1][0]
    more = Finding("no-response", Severity.STOP, "", {"cycle": 4, "day": 1, "stop_after_cycles": 3})
    assert len(table(text_of(five_days, more=(more,)), "findings").rows) == 2
    assert table(text_of(begun(responses={1: "cr"})), "findings").rows == ((("–",), ("Nothing is found.",), ()),)


def test_a_reduction_by_rules_that_nobody_confirmed_says_so() -> None:
    told = (
        "The rules of interruption and reduction are not confirmed. Confirm them against the current label, FDA PI §2."
    )
    assert rows(text_of(COURSE), "findings") == {"Not confirmed": ((told,), ())}
    drug = with_confirmed(US, frozenset(found.fact for found in unconfirmed_facts(US)))
    assert "Not confirmed" not in rows(text_of(replace(COURSE, drug=drug)), "findings")


def test_the_rules_carry_their_clause_and_how_sure_they_are() -> None:
    rules = rows(text_of(COURSE), "rules")
    assert rules["Between two doses"] == (
        ("6 days", "At least, between any two doses, across cycles too."), ("FDA PI §2, dose table",),
    )  # fmt: skip
    assert rules["A reduction is of"][0][-1] == "Confirm against the current label, FDA PI §2."
    assert rules["A reduction is of"][1] == ("FDA PI §2", "unconfirmed")
    drug = with_confirmed(US, frozenset(found.fact for found in unconfirmed_facts(US)))
    assert rows(text_of(replace(COURSE, drug=drug)), "rules")["A reduction is of"][1][-1] == "site"


@pytest.mark.parametrize("market", Market)
def test_the_checklist_is_that_of_the_drug_file(market: Market) -> None:
    found = rows(text_of(begun(drug=DRUGS[market])), "checklist")
    wanted = {"Premedication", "The disease must be", "Peripheral blasts", "Blood count", "Liver tests", "Bilirubin"}
    wanted |= {"AST and ALT", "ECG", "Electrolytes", "Pregnancy", "Contraindications asked for before a dose"}
    assert set(found) == wanted | {"No dose ever again after", "Observation"}
    assert found["Bilirubin"][0][0] == "1.5\u00a0×\u00a0ULN"


# Of the nine rows of the reference those about dose, patients and premedication; not vials, claims and rates.
OF_NOTE = {
    Market.US: (
        "Cycle 1 is for",
        "Before a transplant",
        "Adults only",
        "Cycle 1 lasts",
        "Premedication",
        "Cycle 1 tot",
    ),
    Market.UK: ("Cycle 1 is for", "Before a transplant", "Children", "Cycle 1 lasts", "Premedication", "Cycle 1 tot"),
}


@pytest.mark.parametrize("market", Market)
def test_the_disagreements_of_note(market: Market) -> None:
    found = table(text_of(begun(drug=DRUGS[market])), "disagreements").rows
    assert [next(start for start in OF_NOTE[market] if row[0][0].startswith(start)) for row in found] == list(
        OF_NOTE[market]
    )
    assert found[-1][1] == (
        "1.8 mg/m² (0.8 + 0.5 + 0.5).",
        "Not used: 1.5 mg/m². 1.5 mg/m² is the total of a later cycle with CR or CRi.",
    )


def test_the_foot_of_a_plan_that_nobody_signed_in_made() -> None:
    at = datetime(2026, 3, 12, 13, 5, tzinfo=UTC)
    assert made_by_command(at, Market.US) == "Made Mar 12, 2026 13:05 UTC. Nothing of it is stored."


# ------------------------------------------------------------------ the paper


@pytest.mark.parametrize("market", Market)
def test_every_word_is_on_the_paper(market: Market) -> None:
    text = text_of(replace(COURSE, drug=DRUGS[market]))
    found = read(text, market)
    for one in text.tables:
        assert one.heading in found
        for row in one.rows:
            for cell in row:
                for line in cell:
                    assert all(word in found for word in line.split()), line
    assert "Page 1 of" in found and FOOT in found and "RIVERA, Elena" in found and "Treatment plan C-000012" in found


@pytest.mark.parametrize("market", Market)
def test_every_page_names_the_course_the_patient_and_the_head_of_the_log(market: Market) -> None:
    text = text_of(replace(COURSE, drug=DRUGS[market]))
    drawn = draw_treatment(text, market, "P", FOOT, log_head="log head 4411 K3QF")
    pages = [page.extract_text() for page in pypdf.PdfReader(BytesIO(drawn)).pages]
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        for told in (
            "Treatment plan C-000012",
            "RIVERA, Elena",
            f"Page {number} of {len(pages)}",
            "log head 4411 K3QF",
        ):
            assert told in page, told


@pytest.mark.parametrize("market", Market)
def test_the_same_strings_give_the_same_bytes(market: Market) -> None:
    text = text_of(replace(COURSE, drug=DRUGS[market]))
    mark = ("TRAINING –", "NOT FOR PATIENT USE")
    assert draw_treatment(text, market, "P", FOOT, mark) == draw_treatment(text, market, "P", FOOT, mark)


def test_the_paper_is_that_of_the_market() -> None:
    """Letter is 612 × 792 pt, A4 595.28 × 841.89."""
    for market, size in ((Market.US, (612, 792)), (Market.UK, (595, 842))):
        drawn = draw_treatment(text_of(begun(drug=DRUGS[market])), market, "P", FOOT)
        box = pypdf.PdfReader(BytesIO(drawn)).pages[0].mediabox
        assert (round(box.width), round(box.height)) == size


def test_a_drug_with_other_days_has_a_plan(examplin: Presentation) -> None:  # noqa: F811
    course = Course(examplin, date(2026, 1, 5))
    text = text_of(course)
    assert table(text, "levels").captions == ("Cycle", "Day 1", "Day 8", "In all", "Length", "Source")
    assert "3 mg/m²" in read(text)


def test_what_cannot_be_printed_is_refused_with_its_place() -> None:
    odd = replace(COURSE, ended=Ended(date(2026, 1, 21), End.PATIENT, "gone \u202e"))
    with pytest.raises(Refused, match=r"Decided so far, row 6, Why.*U\+202E"):
        draw_treatment(text_of(odd), Market.US, "P", FOOT)


NEVER = re.compile(
    r"fatal|2\.1 %|14 %|3\.0 %|23 of 164|inotuzuMAB|InO\b|µg|\bcc\b|\bml\b|®|…|\d\d/\d\d/\d|\.\d+0 mg\b|\D\.\d"
)


@settings(max_examples=25)
@given(any_told())
def test_any_course_can_be_drawn_and_never_holds_a_rate_or_a_forbidden_form(told: Told) -> None:
    course = told.course()
    for drug in (US, UK):
        text = text_of(replace(course, drug=drug))
        strings = [line for one in text.tables for row in one.rows for cell in row for line in cell]
        assert not [line for line in strings if NEVER.search(line)]
        assert draw_treatment(text, drug.market, COMMAND, FOOT).startswith(b"%PDF")
