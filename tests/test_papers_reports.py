"""The reports of both markets: everything that they are to tell, nothing forbidden, and the same bytes each time."""

import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pypdfium2
import pytest
from pypdf import PdfReader

from compounding import papers
from compounding.formulary import facts, shipped
from compounding.papers import Choice, CopyLine, Counted, Master, Record, Refused, Shown, WasteOfDrug, WasteOfOne
from compounding.policy import Market
from compounding.wording.drug_sections import sections_of
from compounding.wording.master import Confirmed, value_lines
from compounding.wording.wastes import period_rule
from tests.test_papers import FORBIDDEN

DRUGS = {drug.market: drug for drug in shipped()}
DAY = {Market.US: "Mar 12, 2026", Market.UK: "12-Mar-2026"}
LONG = " ".join(["the vial slipped out of the glove and broke upon the work top"] * 8)  # 8 × 61 + 7 = 495 characters


def shown(market: Market, **said: Any) -> Shown:
    made = Shown(
        pharmacy="Example Hospital Pharmacy",
        market=market,
        training=True,
        at=f"{DAY[market]} 09:00",
        name="R. Okafor",
        role="technician",
        program="0.1.0",
        zone="America/New_York",
        log_head="4411 K3QF 7XWA M2ZD H5TN",
    )
    return replace(made, **said)


# ------------------------------------------------------------------ what each is made from


def master(market: Market) -> Master:
    at = f"{DAY[market]} 08:00"
    return Master(
        drug=DRUGS[market],
        confirmed={"administration.line": Confirmed("K. Adeyemi and M. Lindqvist", at)},
        confirmations=[
            Choice("", "Diluted bag, kept as “room”", ("nothing",), ("Not recorded",)),
            Choice("", "line", ("PVC, polyolefin or polybutadiene",), ("In force", f"K. Adeyemi, {at}")),
        ],
        choices=[Choice("", "Dose to", ("0.01 mg",), ("Default",)), Choice("", "Zone", ("UTC",), ("In force",))],
    )


def copy_line(market: Market, number: str, became: str, why: tuple[str, ...] = ()) -> CopyLine:
    at = f"{DAY[market]} 09:40"
    done = (at, "R. Okafor", "witness K. Adeyemi") if became == "Destroyed" else (at, "R. Okafor")
    recorded = () if became == "Open" else done
    return CopyLine((number,), (at, "R. Okafor"), ("Cabinet printer", "Cabinet 2"), (became,), recorded, why)


def counted(market: Market) -> Counted:
    copies = [
        copy_line(market, "1", "On the bag"),
        copy_line(market, "2", "Destroyed", ("Torn. “It tore.”",)),
        copy_line(market, "3", "Open"),
    ]
    return Counted(
        facts=((("Prep. no.", "2026-000123"), ("State", "labelled")), (("Patient", "RIVERA, Elena"),)),
        counts=(("Printed", "3"), ("On the bag", "1"), ("Destroyed", "1"), ("Difference (open)", "1")),
        barriers=("Copy 3 is open: scan it where it is, or record it as destroyed.",),
        copies=copies,
    )


def waste_of_one(market: Market) -> WasteOfOne:
    at = f"{DAY[market]} 09:40"
    return WasteOfOne(
        facts=((("Prep. no.", "2026-000123"), ("State", "released")),),
        bin=[(("Vial 2, left over",), ("0.34 mg",), ("1.36 mL",), ("left after the draw",), (at,), ("R. Okafor",), ())],
        total=("0.34 mg", "1.36 mL"),
        planned="Planned to be discarded: 0.34 mg in 1.36 mL.",
        bills=[(("J9229-JW",), ("× 3",), ("9 × 2 vials − 15",))] if market is Market.US else [],
        rule=("The rest is billed as discarded: 9 × 2 vials − 15 = 3 units, with JW.",),
        balance=(("Opened", "1.8 mg"), ("Given", "1.46 mg"), ("Discarded", "0.34 mg")),
    )


def waste_of_drug(market: Market) -> WasteOfDrug:
    at = f"{DAY[market]} 09:40"
    row = (at,), ("2026-000123",), ("Bag",), ("1.46 mg",), ("50 mL",), ("leaks",), ("R. Okafor", "witness K. Adeyemi")
    billed = ("2026-000123",), ("rejected",), ("1.8 mg",), ("51.36 mL",), ("2",), ("J9229 × 15", "not given")
    return WasteOfDrug(
        name=DRUGS[market].names.brand.value,
        sums=(("Thrown away", "1.8 mg"), ("Volume", "51.36 mL")),
        summed="1 row of 1 preparation",
        bin=[row],
        bills=[billed] if market is Market.US else [],
        rule=period_rule(DRUGS[market]),
        worked_by="Worked out by besponsa edition 1, checksum 1b4b b6a8 0ed5 9a9e.",
    )


PERIOD = ((("Period", "the whole month"),),)


def made(kind: str, market: Market) -> Record:
    at = shown(market)
    return {
        "master": lambda: papers.master_record(master(market), at),
        "labels": lambda: papers.reconciliation(counted(market), at),
        "waste": lambda: papers.waste_of_one(waste_of_one(market), at),
        "period": lambda: papers.waste_of_period(PERIOD, [waste_of_drug(market)], at),
    }[kind]()


KINDS = ("master", "labels", "waste", "period")
ALL = [pytest.param(kind, market, id=f"{kind}-{market.value}") for kind in KINDS for market in Market]


def stored(record: Record, market: Market, edition: int = 1) -> dict[str, Any]:
    return papers.report_strings("report", record, market, edition)


def words(strings: Mapping[str, Any]) -> str:
    pages = PdfReader(io.BytesIO(papers.draw_report(strings))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@cache
def words_of(kind: str, market: Market) -> str:
    return words(stored(made(kind, market), market))


# ------------------------------------------------------------------ all of them


@pytest.mark.parametrize(("kind", "market"), ALL)
def test_every_string_of_a_report_is_found_in_its_file(kind: str, market: Market) -> None:
    """Broken lines are put together by the columns of their cells, so that single words are looked for."""
    strings = stored(made(kind, market), market)
    found = set(words(strings).split())
    lost = {word for text in texts(strings["content"]) for word in text.split()} - found
    assert lost == set()


def texts(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    inner = content.values() if isinstance(content, dict) else content if isinstance(content, (list, tuple)) else ()
    return [text for one in inner for text in texts(one)]


@pytest.mark.parametrize(("pattern", "what", "caught"), FORBIDDEN, ids=[row[1] for row in FORBIDDEN])
def test_no_report_carries_a_forbidden_form(pattern: str, what: str, caught: str) -> None:
    assert re.search(pattern, caught), what
    for kind in KINDS:
        for market in Market:
            found = re.search(pattern, words_of(kind, market))
            assert found is None, (kind, market, found)


@pytest.mark.parametrize(("kind", "market"), ALL)
def test_the_same_strings_give_the_same_bytes_from_json_too(kind: str, market: Market) -> None:
    strings = stored(made(kind, market), market)
    drawn = papers.draw_report(strings)
    assert drawn == papers.draw_report(strings) == papers.draw_report(json.loads(json.dumps(strings)))


@pytest.mark.parametrize(("kind", "market"), ALL)
def test_another_copy_differs_in_its_copy_line_alone(kind: str, market: Market) -> None:
    first = stored(made(kind, market), market, edition=3)
    again = papers.report_copy(first, 2)
    assert [name for name, told in first["content"].items() if again["content"][name] != told] == ["copy"]
    assert (first["content"]["copy"], again["content"]["copy"]) == ("Edition 3, copy 1", "Edition 3, copy 2")
    assert papers.report_copy(again, 1) == first


@pytest.mark.parametrize(("kind", "market"), ALL)
def test_out_of_training_no_report_says_training(kind: str, market: Market) -> None:
    record = made(kind, market)
    assert "TRAINING" in words(stored(record, market))
    assert "TRAINING" not in words(stored(replace(record, mark=None), market))
    assert papers.reconciliation(counted(market), shown(market, training=False)).mark is None


@pytest.mark.parametrize("market", Market)
def test_a_report_tells_the_same_until_something_of_it_changes(market: Market) -> None:
    now, labels = shown(market), counted(market)
    strings = json.loads(json.dumps(stored(papers.reconciliation(labels, now), market)))
    later = replace(now, at=f"{DAY[market]} 17:00", name="K. Adeyemi", program="0.2.0", log_head="4502 AAAA")
    assert papers.tells_the_same(strings, papers.reconciliation(labels, later))
    closed = replace(labels, copies=[*labels.copies[:2], copy_line(market, "3", "On the light cover")])
    assert not papers.tells_the_same(strings, papers.reconciliation(closed, now))
    assert not papers.tells_the_same(strings, papers.reconciliation(labels, replace(now, pharmacy="Another")))


@pytest.mark.parametrize("market", Market)
def test_pages_are_counted_and_a_foot_says_of_which_moment_they_are(market: Market) -> None:
    strings = stored(made("master", market), market)
    pages = PdfReader(io.BytesIO(papers.draw_report(strings))).pages
    for number, page in enumerate(pages, 1):
        found = " ".join(page.extract_text().split())
        assert f"Page {number} of {len(pages)}" in found and "log head 4411 K3QF 7XWA M2ZD H5TN" in found
        assert f"As it stood {DAY[market]} 09:00, first printed by R. Okafor, technician. Program 0.1.0." in found


# ------------------------------------------------------------------ each


@pytest.mark.parametrize("market", Market)
def test_the_master_record_has_every_fact_with_its_source_and_status(market: Market) -> None:
    drug, record = DRUGS[market], made("master", market)
    columns = ("Fact", "As the drug file states it", "Source", "Status")
    rows = [
        row.cells
        for section in record.sections
        if tuple(column.caption for column in section.columns) == columns
        for row in section.rows
    ]
    assert len(rows) == len(list(facts(drug)))
    known = dict(facts(drug))
    named = [row for _, _, rows in sections_of(known, whole=True) for row in rows]
    for row, (name, value, source, status) in zip(named, rows, strict=True):
        place, fact = row.place, known[row.place]
        lines = value_lines(row, fact.value)
        assert name == (row.name,)
        assert value[: len(lines)] == lines and source == (fact.source.text,), place
        if place == "administration.line":
            assert status == (f"confirmed by the site: K. Adeyemi and M. Lindqvist, {DAY[market]} 08:00",)
        else:
            assert status == (fact.source.status.value,), place


@pytest.mark.parametrize("market", Market)
def test_the_master_record_names_its_file_and_every_disagreement(market: Market) -> None:
    drug = DRUGS[market]
    found = words(stored(made("master", market), market))
    assert f"Drug file {drug.id} Edition of the file {drug.edition}" in found
    assert " ".join(drug.checksum[start : start + 8] for start in range(0, 64, 8)) in found
    (section,) = [one for one in made("master", market).sections if one.title.startswith("Where pages disagree")]
    assert [row.cells[0] for row in section.rows] == [(one.claim,) for one in drug.disagreements]
    assert [row.cells[1] for row in section.rows] == [(one.used,) for one in drug.disagreements]


def test_a_file_without_disagreements_says_so() -> None:
    of = replace(master(Market.US), drug=replace(DRUGS[Market.US], disagreements=()))
    assert "The drug file records none." in words(stored(papers.master_record(of, shown(Market.US)), Market.US))


def test_labels_that_reconcile_and_labels_that_were_never_printed() -> None:
    labels, at = counted(Market.US), shown(Market.US)
    whole = papers.reconciliation(replace(labels, barriers=()), at)
    assert "Everything reconciles: no copy is open." in words(stored(whole, Market.US))
    none = papers.reconciliation(replace(labels, barriers=(), copies=()), at)
    found = words(stored(none, Market.US))
    assert "No label is printed yet." in found and "Every copy" not in found


def test_the_bin_is_summed_beside_the_bill() -> None:
    (section,) = [one for one in made("waste", Market.US).sections if one.title == "In the bin"]
    assert section.rows[-1].cells[:3] == (("In all",), ("0.34 mg",), ("1.36 mL",))
    assert "J9229-JW × 3 9 × 2 vials − 15" in words(stored(made("waste", Market.US), Market.US))
    assert "J9229" not in words(stored(made("waste", Market.UK), Market.UK))


def test_before_anything_is_thrown_away_the_plan_is_said() -> None:
    empty = papers.waste_of_one(replace(waste_of_one(Market.US), bin=[]), shown(Market.US))
    found = words(stored(empty, Market.US))
    assert "Nothing is thrown away yet. Planned to be discarded: 0.34 mg in 1.36 mL." in found


def test_a_period_without_waste_is_certified_too() -> None:
    found = words(stored(papers.waste_of_period(PERIOD, [], shown(Market.UK)), Market.UK))
    assert "Nothing was entered as thrown away in this period." in found and "Page 1 of 1" in found


def test_the_rule_of_a_period_is_the_drug_files() -> None:
    assert period_rule(DRUGS[Market.US])[0] == (
        "One unit of J9229 is 0.1 mg, and a vial has 9. A dose counts in whole units, rounded up; the rest of the vials"
        " used is billed as discarded, with JW. Where no unit is left, the one line has JZ, whatever is in the bin."
    )
    assert period_rule(DRUGS[Market.UK]) == ("Drugs are not billed by units in this market.",)


# ------------------------------------------------------------------ long ones


def test_two_thousand_rows_of_a_period_are_all_there() -> None:
    drug = waste_of_drug(Market.US)
    ((at, _, *rest),) = drug.bin
    rows = [(at, (f"2026-{number:06d}",), *rest) for number in range(2000)]
    drawn = papers.draw_report(
        stored(papers.waste_of_period(PERIOD, [replace(drug, bin=rows)], shown(Market.US)), Market.US)
    )
    with pypdfium2.PdfDocument(drawn) as document:  # ten times as quick as pypdf, and there are fifty pages
        found = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    assert re.findall(r"2026-\d{6}", found) == [f"2026-{number:06d}" for number in range(2000)] + ["2026-000123"]


def test_reasons_of_500_characters_go_on_over_pages() -> None:
    lines = [copy_line(Market.UK, str(number), "Destroyed", (LONG, LONG)) for number in range(1, 13)]
    record = papers.reconciliation(replace(counted(Market.UK), copies=lines), shown(Market.UK))
    strings = stored(record, Market.UK)
    assert len(strings["content"]["pages"]) > 4
    # 12 copies of two reasons of 8 sentences each
    assert words(strings).count("slipped") == 12 * 2 * 8


def test_a_row_that_cannot_be_drawn_is_refused_by_its_place() -> None:
    bad = replace(counted(Market.US), copies=[copy_line(Market.US, "1", "On the bag", ("一",))])
    with pytest.raises(Refused, match=r"^Every copy, row 1, Why: “一” holds 一"):
        stored(papers.reconciliation(bad, shown(Market.US)), Market.US)
