"""What was thrown away: the bin beside the bill, the balance of a preparation, and the sums of a period."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from web_desk import NOW, UK, US, Browser, on

from compounding import records
from compounding.quantities import DrugMass, Volume
from compounding.records import EntrySearch, Person, WasteEntry
from compounding.web.waste_period import bars, bounds, slices, sums
from compounding.wording.wastes import waste_text
from compounding.workflow import State
from compounding.workflow.progress import Waste, Wasted
from tests.on_the_way import bring, take

NUMBER, WHOLE = "2026-000001", "2026-000003"
PATH = f"/preparations/{NUMBER}/wastes"
MARCH = {**on("since", 1, 3, 2026), **on("until", 31, 3, 2026)}


def waste(what: Wasted, mg: str, mL: str, place: int = 1, reason: str = "left over") -> Waste:
    return Waste(what, 0 if what is Wasted.BAG else place, DrugMass(Decimal(mg)), Volume(Decimal(mL)), reason)


# ------------------------------------------------------------------ of one preparation


@pytest.fixture
def us(tmp_path: Path) -> Browser:
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, State.DILUTED)
    return browser


def test_the_bin_stands_beside_the_bill(us: Browser) -> None:
    """1.46 mg: 15 units of 0.1 mg, and 18 − 15 = 3 of two vials. In the bin are 1.8 − 1.46 = 0.34 mg, in
    7.2 − 5.84 = 1.36 mL."""
    text = us.get(PATH).text
    assert "In the bin 0.34 mg in all" in text
    assert "Vial 2, left over 0.34 mg 1.36 mL left after the draw" in text
    assert "J9229 1.46 mg ÷ 0.1 mg, rounded up × 15 J9229-JW 9 × 2 vials − 15 × 3" in text
    assert "One unit is 0.1 mg. The dose counts in whole units, rounded up: 15 units." in text
    assert "9 × 2 vials − 15 = 3 units, with JW." in text
    assert "Opened 1.8 mg Given 0 mg Discarded 0.34 mg Returned 0 mg In hand 1.46 mg" in text


def test_nothing_left_to_bill_has_the_other_modifier_whatever_is_in_the_bin(tmp_path: Path) -> None:
    """0.87 mg from one vial bills 9 + 0 with JZ, though 0.9 − 0.87 = 0.03 mg is in the bin."""
    browser = Browser(tmp_path, US)
    review = browser.review(cycle="1", day="8", weight="67", height="163", ordered_dose="0.87")
    number = browser.save(review).headers["Location"].rpartition("/")[2]
    bring(browser, number, State.DILUTED, afresh={"weight": "67", "level": "0.5", "dose": "0.87"})
    text = browser.get(f"/preparations/{number}/wastes").text
    assert "0.03 mg in all" in text
    assert "J9229-JZ 0.87 mg ÷ 0.1 mg, rounded up × 9" in text and "J9229-JW" not in text
    assert "Nothing of 9 × 1 vial is left to bill, so the one line has JZ, whatever is in the bin." in text


def test_in_the_uk_nothing_is_billed_by_units(tmp_path: Path) -> None:
    """Two vials of 1 mg: 2 − 1.46 = 0.54 mg in 8 − 5.84 = 2.16 mL."""
    browser = Browser(tmp_path, UK)
    bring(browser, NUMBER, State.DILUTED)
    text = browser.get(PATH).text
    assert "Vial 2, left over 0.54 mg 2.16 mL" in text
    assert "Drugs are not billed by units in this market." in text and "J9229" not in text


def test_before_anything_is_thrown_away_the_plan_is_said(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, State.MATERIALS)
    assert "Nothing is thrown away yet. Planned: 0.34 mg in 1.36 mL." in browser.get(PATH).text


def test_what_was_not_given_is_not_claimed(us: Browser) -> None:
    """The bag of 1.46 mg joins the 0.34 mg: all 1.8 mg that were opened are in the bin."""
    bag = waste(Wasted.BAG, "1.46", "50", reason="leaks")
    take(us, NUMBER, "rejected", "preparer", State.REJECTED, [bag])
    text = us.get(PATH).text
    assert "Bag 1.46 mg 50 mL leaks" in text and "In the bin 1.8 mg in all" in text
    assert "The preparation is rejected: nothing of it was given, so these planned lines are not claimed." in text
    assert "Opened 1.8 mg Given 0 mg Discarded 1.8 mg Returned 0 mg In hand 0 mg" in text


TEXTS = [
    (waste(Wasted.REMAINDER, "0.34", "1.36", 2), ("Vial 2, left over", "0.34 mg", "1.36 mL")),
    (waste(Wasted.STAYS, "0.1", "0.4", 1), ("Vial 1, cannot be drawn", "0.1 mg", "0.4 mL")),
    (waste(Wasted.VIAL, "0.9", "3.6", 3), ("Vial 3, whole", "0.9 mg", "3.6 mL")),
    (waste(Wasted.VIAL, "0.9", "0", 3), ("Vial 3, whole", "0.9 mg", "powder")),  # broken before it was wetted
    (waste(Wasted.BAG, "1.46", "50"), ("Bag", "1.46 mg", "50 mL")),
]


@pytest.mark.parametrize(("thrown", "said"), TEXTS)
def test_each_waste_is_named(thrown: Waste, said: tuple[str, str, str]) -> None:
    text = waste_text(thrown)
    assert (text.what, text.mass, text.volume) == said


# ------------------------------------------------------------------ the sums of a period


def entry(number: str, at: str, thrown: Waste, drug: str = "besponsa-us") -> WasteEntry:
    person = Person("okafor", "R. Okafor", "technician")
    return WasteEntry(number, "us", drug, True, person, datetime.fromisoformat(at).replace(tzinfo=UTC), 1, thrown)


ENTRIES = (
    entry("A", "2026-03-01T05:00", waste(Wasted.REMAINDER, "0.34", "1.36")),  # midnight in New York
    entry("A", "2026-03-01T05:00", waste(Wasted.STAYS, "0.1", "0.4")),
    entry("B", "2026-03-02T04:59", waste(Wasted.BAG, "1.46", "50")),  # 23:59 of the first
    entry("C", "2026-03-02T05:00", waste(Wasted.VIAL, "0.9", "0")),
)


def test_the_sums_are_exact() -> None:
    """0.34 + 0.1 = 0.44 in vials, 1.46 + 0.9 = 2.36 whole; 1.36 + 0.4 = 1.76 mL of concentrate, and 50 mL that are
    diluted, which are never one sum; of three."""
    found = sums(ENTRIES)
    assert (str(found.left), str(found.whole), str(found.mass)) == ("0.44 mg", "2.36 mg", "2.8 mg")
    assert (str(found.concentrate), str(found.diluted), found.preparations) == ("1.76 mL", "50 mL", 3)
    assert (str(sums(()).mass), sums(()).preparations) == ("0 mg", 0)


SLICES = [
    # first, last, how many parts, the first part's last day, the last part's first day
    ((2026, 3, 1), (2026, 3, 1), 1, (2026, 3, 1), (2026, 3, 1)),
    ((2026, 3, 1), (2026, 3, 31), 31, (2026, 3, 1), (2026, 3, 31)),
    ((2026, 3, 1), (2026, 4, 1), 5, (2026, 3, 7), (2026, 3, 29)),  # 32 days: weeks, the last of 4 days
    ((2026, 1, 1), (2026, 7, 1), 26, (2026, 1, 7), (2026, 6, 25)),  # 182 days
    ((2026, 1, 15), (2026, 7, 16), 7, (2026, 1, 31), (2026, 7, 1)),  # 183 days: months
    ((2024, 2, 1), (2024, 12, 31), 11, (2024, 2, 29), (2024, 12, 1)),  # a leap year
]


@pytest.mark.parametrize(("first", "last", "count", "ends", "begins"), SLICES)
def test_a_period_is_cut_into_days_weeks_or_months(
    first: tuple[int, int, int], last: tuple[int, int, int], count: int, ends: Any, begins: Any
) -> None:
    parts = slices((), date(*first), date(*last), "America/New_York")
    assert len(parts) == count
    assert (parts[0].first, parts[0].last) == (date(*first), date(*ends))
    assert (parts[-1].first, parts[-1].last) == (date(*begins), date(*last))
    assert all(one.last + timedelta(days=1) == other.first for one, other in pairwise(parts))


def test_a_day_is_the_sites_day() -> None:
    first, second = slices(ENTRIES, date(2026, 3, 1), date(2026, 3, 2), "America/New_York")
    assert (str(first.sums.mass), str(second.sums.mass)) == ("1.9 mg", "0.9 mg")  # 0.44 + 1.46


def test_a_day_of_23_hours_is_whole() -> None:
    """Mar 8, 2026: the clocks go forward in New York."""
    first, last = bounds(date(2026, 3, 8), date(2026, 3, 8), "America/New_York")
    assert last.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=23)


def test_the_bars_are_to_scale() -> None:
    """The tallest, 1.9 mg, is 176 high: 0.44 of it are 0.44 ÷ 1.9 × 176 = 40.76, and 0.9 mg are 83.37."""
    first, second = bars(slices(ENTRIES, date(2026, 3, 1), date(2026, 3, 2), "America/New_York"))
    assert (first.left_height, first.whole_height) == ("40.76", "135.24")
    assert first.whole_y == "12.00" and first.left_y == "147.24"
    assert (second.left_y, second.whole_height) == (None, "83.37")
    assert bars(slices((), date(2026, 3, 1), date(2026, 3, 2), "UTC")) == ()


# ------------------------------------------------------------------ the page of a period


def test_the_page_sums_this_month_and_shows_each_row(us: Browser) -> None:
    page = us.get("/wastes")
    assert "Thrown away 0.34 mg 1.36 mL from vials" in page.text
    assert "Mar 12, 2026 0.34 mg 0 mg 0.34 mg 1.36 mL 0 mL 1" in page.text
    assert f"{NUMBER} Vial 2, left over 0.34 mg 1.36 mL left after the draw R. Okafor" in page.text
    assert page.says("plot-1") == "Thrown away, Mar 1, 2026 to Mar 12, 2026"
    assert page.says("plot-1-more").startswith("0.34 mg thrown away, Mar 1, 2026 to Mar 12, 2026, in 12 bars.")
    assert page.elements["plot-1"]["tag"] == "title" and page.elements["plot-1-more"]["tag"] == "desc"


def test_a_witness_is_named_as_printed_everywhere(us: Browser) -> None:
    """The bag of 50 mL and what was left in a vial are two volumes."""
    bag = replace(waste(Wasted.BAG, "1.46", "50", reason="leaks"), witness="park")
    take(us, NUMBER, "rejected", "preparer", State.REJECTED, [bag])
    page = us.get("/wastes").text
    assert "Thrown away 1.8 mg 1.36 mL from vials, 50 mL in bags" in page and "51.36" not in page
    assert "Bag 1.46 mg 50 mL leaks R. Okafor witness J. Park" in page
    assert "Bag 1.46 mg 50 mL leaks J. Park" in us.get(PATH).text
    assert [row["witness"] for row in rows(us.send("/wastes/csv", MARCH))] == ["", "J. Park"]


def test_a_period_in_which_nothing_was_thrown_away(us: Browser) -> None:
    page = us.post("/wastes", {**on("since", 1, 2, 2026), **on("until", 28, 2, 2026)})
    assert (us.status, "Nothing was entered as thrown away in this period." in page.text) == (200, True)


WRONG = [
    ({**MARCH, **on("until", 28, 2, 2026)}, "To: Feb 28, 2026 is before Mar 1, 2026, the day that it begins with."),
    ({**MARCH, **on("since", 1, 3, 2020)}, "To: Mar 1, 2020 to Mar 31, 2026 is more than five years."),
    ({**MARCH, **on("since", 30, 2, 2026)}, "From: Feb 30, 2026 is not a date."),
    (on("since", 1, 3, 2026), "To: Type the last day."),
]


@pytest.mark.parametrize("path", ["/wastes", "/wastes/csv"])
@pytest.mark.parametrize(("sent", "sentence"), WRONG, ids=range(len(WRONG)))
def test_a_period_that_is_none_is_refused_at_its_field(
    us: Browser, sent: dict[str, str], sentence: str, path: str
) -> None:
    page = us.post(path, sent)
    assert (us.status, page.said) == (422, [sentence])
    assert page.fields["since_year"] == sent["since_year"]
    assert "Each row" not in page.text


def rows(answer: Any) -> list[dict[str, str]]:
    text = answer.get_data().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_csv_has_every_row_as_plain_figures(us: Browser) -> None:
    answer = us.send("/wastes/csv", MARCH)
    (row,) = rows(answer)
    assert (row["preparation"], row["drug"], row["what"], row["vial"]) == (NUMBER, "besponsa-us", "vial remainder", "2")
    assert (row["mg"], row["mL"], row["reason"]) == ("0.34", "1.36", "left after the draw")
    assert (row["entered_utc"], row["training"], row["person"]) == ("2026-03-12T13:00:00Z", "yes", "R. Okafor")
    told = records.find_entries(us.desk.engine, EntrySearch(action="waste exported"), size=1)[0].event
    assert dict(told.details) == {"period": "Mar 1, 2026 to Mar 31, 2026", "rows": "1"}


def test_no_cell_of_the_csv_is_a_formula(us: Browser) -> None:
    """A reason is what somebody typed."""
    take(us, NUMBER, "rejected", "preparer", State.REJECTED, [waste(Wasted.BAG, "1.46", "50", reason="=1+1")])
    assert [row["reason"] for row in rows(us.send("/wastes/csv", MARCH))] == ["left after the draw", "'=1+1"]


def test_each_look_at_the_waste_is_in_the_log(us: Browser) -> None:
    us.get("/wastes")
    told = records.find_entries(us.desk.engine, EntrySearch(action="waste viewed"), size=1)[0].event
    assert dict(told.details) == {"period": "Mar 1, 2026 to Mar 12, 2026"}
    us.get(PATH)
    told = records.find_entries(us.desk.engine, EntrySearch(subject=NUMBER), size=1)[0].event
    assert (told.action, told.details["page"]) == ("preparation viewed", "waste")


def test_the_waste_of_two_drugs_is_never_one_sum(us: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    other = entry("2026-000009", "2026-03-12T13:00", waste(Wasted.REMAINDER, "5", "5"), drug="another-us")

    def both(engine: Any, start: datetime, end: datetime) -> Iterable[WasteEntry]:
        assert start <= NOW < end
        return (*real(engine, start, end), other)

    real = records.waste_between
    monkeypatch.setattr("compounding.web.wastes.records.waste_between", both)
    text = us.get("/wastes").text
    assert "Thrown away 0.34 mg" in text and "Thrown away 5 mg" in text and "5.34" not in text
