"""Packs printed ahead, and a preparation that was made on paper yesterday and is entered today under its number."""

import hashlib
import io
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import course_desk
import pytest
from course_desk import EXAMS, begin, check
from finishing import CHECKER, TICKS
from on_the_way import people, vial
from pypdf import PdfReader
from web_desk import UK, US, WHO, Browser, Html, on

from compounding import records, training
from compounding.policy import DilutedBagLimit, Market
from compounding.quantities import Duration
from compounding.records import NumberState, Pack
from compounding.scanning import page_code
from compounding.web import downtime as web_downtime
from compounding.web.desk import Desk
from compounding.web.progressing import way_of
from compounding.web.recorded import deviations, recorded_work
from compounding.wording.barriers import barrier_sentence
from compounding.workflow import State
from compounding.workflow.progress import Barrier

YESTERDAY = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)
"""08:00 in New York, 12:00 in London: the pack is printed. The desk of the tests stands a day later."""
SIGNED = {"signing_secret": training.PIN}
WHY = "The network was down."


@pytest.fixture(scope="module", params=Market, ids=lambda market: market.value)
def any_home(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> tuple[Path, Market]:
    return _packed(tmp_path_factory, request.param), request.param


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _packed(tmp_path_factory, US)


def _packed(folders: pytest.TempPathFactory, market: Market) -> Path:
    """The folder of a desk whose pharmacist printed a pack."""
    folder: Path = folders.mktemp("packed") / "home"
    browser = Browser(folder, market, now=YESTERDAY, user=WHO[market][1])
    assert browser.send("/downtime/print", {"worksheets": "3"}).status_code == 303
    browser.desk.engine.dispose()
    return folder


def a_day_later(home: Path, folder: Path, market: Market = US) -> Browser:
    """The desk a day after its pack was printed; the technician who enters orders is signed in."""
    return Browser(shutil.copytree(home, folder / "home"), market, now=YESTERDAY + timedelta(hours=25))


@pytest.fixture
def desk(home: Path, tmp_path: Path) -> Browser:
    return a_day_later(home, tmp_path)


def pack(browser: Browser) -> Pack:
    (found,) = records.packs(browser.desk.engine)
    return found


def written(number: str, hour: str = "10:00", **changes: str | None) -> dict[str, str | None]:
    """What the form asks of an order on paper: written yesterday."""
    return {
        "downtime_number": number,
        **on("written_on", 11, 3, 2026),
        "written_at": hour,
        "written_by": "R. Okafor",
        "paper_reason": WHY,
        **on("give_on", 11, 3, 2026),
        **on("height_measured", 9, 3, 2026),
        **on("weight_measured", 10, 3, 2026),
        **changes,
    }


# ------------------------------------------------------------------ the pack


def test_a_pack_is_printed_with_the_next_numbers_and_they_are_nobody_elses(
    any_home: tuple[Path, Market], tmp_path: Path
) -> None:
    browser = a_day_later(any_home[0], tmp_path, any_home[1])
    content = pack(browser).content
    assert (content.worksheets, len(pack(browser).open)) == (3, 3)
    data = browser.client.get(f"/downtime/{pack(browser).id}.pdf").get_data()
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    assert len(pages) == 1 + 3 + 3 * 2  # cover, table, two pages a worksheet
    assert all(any(number in page for page in pages[4:]) for number in content.numbers)
    assert browser.save(browser.review()).headers["Location"].endswith(f"{content.year}-{content.first + 3:06d}")
    assert records.check(browser.desk.engine) == ()


def test_a_pack_opens_once_and_from_then_on_is_marked_as_a_copy(desk: Browser) -> None:
    """A second sheet of one number would pass for the first."""
    address = f"/downtime/{pack(desk).id}.pdf"
    first, *later = (desk.client.get(address).get_data() for _ in range(3))
    assert hashlib.sha256(first).hexdigest() == pack(desk).content.pdf_sha256
    assert later[0] == later[1] != first
    pages = [PdfReader(io.BytesIO(data)).pages for data in (first, later[0])]
    marked = [["NOT TO BE FILLED" in page.extract_text() for page in of] for of in pages]
    assert (any(marked[0]), all(marked[1])) == (False, True)
    search = records.EntrySearch(action="downtime pack viewed")
    assert len(records.find_entries(desk.desk.engine, search)) == 3


def test_no_pack_is_printed_for_patients_while_the_limits_of_the_bag_are_not_recorded(
    desk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sign_in(WHO[US][1])
    monkeypatch.setattr(web_downtime, "desk", lambda: in_use(desk))
    barred = desk.post("/downtime/print", {"worksheets": "1"})
    assert desk.status == 422 and len(records.packs(desk.desk.engine)) == 1
    assert barrier_sentence(Barrier("diluted-bag"), desk.desk.policy) in " ".join(barred.said)  # as at the release
    limit = DilutedBagLimit(Duration(Decimal(240)), True)
    monkeypatch.setattr(web_downtime, "desk", lambda: in_use(desk, diluted_bag={"room": limit, "fridge": limit}))
    assert desk.send("/downtime/print", {"worksheets": "1"}).status_code == 303


def in_use(browser: Browser, **decided: Any) -> Desk:
    """The same desk, in use for patients."""
    site = browser.desk.site
    return replace(browser.desk, site=replace(site, training=False, policy=replace(site.policy, **decided)))


TOO_MANY = [
    ({"worksheets": ""}, "Worksheets: Type how many worksheets."),
    ({"worksheets": "0"}, "Worksheets: “0” is not 1 or more."),
    ({"worksheets": "51"}, "Worksheets: “51” is more than 50: print more than one pack."),
]


@pytest.mark.parametrize(("sent", "said"), TOO_MANY)
def test_what_is_no_number_of_worksheets_reserves_nothing(desk: Browser, sent: dict[str, str], said: str) -> None:
    desk.sign_in(WHO[US][1])
    assert desk.post("/downtime/print", sent).said == [said]
    assert desk.status == 422
    assert len(records.packs(desk.desk.engine)) == 1


def test_only_a_pharmacist_prints_one(desk: Browser) -> None:
    shown = desk.get("/downtime")
    assert "Print a pack" not in shown.text and pack(desk).open[0] in shown.text
    assert desk.send("/downtime/print", {"worksheets": "1"}).status_code == 403


def test_a_destroyed_worksheet_is_written_down_and_its_number_is_used_up(desk: Browser) -> None:
    number, another = pack(desk).open[:2]
    desk.sign_in(WHO[US][1])
    sent = {"destroyed": number, "destroy_reason": "Coffee on it."}
    assert desk.post("/downtime/destroy", {**sent, "destroy_reason": ""}).said == ["Reason: Say why it was destroyed."]
    assert desk.send("/downtime/destroy", sent).status_code == 303
    assert pack(desk).numbers[0].state is NumberState.DESTROYED
    assert desk.post("/downtime/destroy", sent).said == ["Number: Choose one of those shown."]
    shown = desk.get("/downtime")
    assert "Coffee on it." in shown.text and "2 open" in shown.text and another in shown.text
    assert f"{number} is recorded as destroyed" in refused(desk, written(number))


# ------------------------------------------------------------------ the order, entered late


def refused(browser: Browser, changes: dict[str, str | None]) -> str:
    shown = browser.review(**changes)
    assert browser.status == 422
    return " ".join(shown.said)


def test_an_order_from_paper_is_saved_under_its_number_and_flagged_with_both_times(desk: Browser) -> None:
    number = pack(desk).open[1]
    shown = desk.review(**written(number))
    assert "Written by R. Okafor" in shown.text
    assert desk.save(shown).headers["Location"].endswith(f"/preparations/{number}")
    assert desk.save(shown).headers["Location"].endswith(f"/preparations/{number}")  # sent twice, saved once
    assert pack(desk).numbers[1].state is NumberState.USED
    paper = records.standing(desk.desk.engine, number).paper  # type: ignore[union-attr]
    assert paper is not None and paper.written_at == datetime(2026, 3, 11, 14, 0, tzinfo=UTC)  # 10:00 in New York
    assert (paper.written_by, paper.reason) == ("R. Okafor", WHY)
    timeline = desk.get(f"/audit/{number}").text
    assert "Late entry" in timeline and "Mar 11, 2026 10:00, entered 09:00" in timeline and WHY in timeline
    desk.verify(number)
    page = desk.get(f"/preparations/{number}").text
    assert f"Late entry: written on paper Mar 11, 2026 10:00 by R. Okafor. Why so late: {WHY}" in page
    assert records.check(desk.desk.engine) == ()


NOT_THERE = [
    ({"downtime_number": "2026-000001"}, "“2026-000001” is no number of a downtime pack of this desk."),
    ({"downtime_number": "2026-0000004"}, "“2026-0000004” is no number of a downtime pack of this desk."),
    ({"downtime_number": "four"}, "“four” is no number of a downtime pack of this desk."),
    ({"downtime_number": ""}, "Downtime number: Type the number of the worksheet, or leave all of these empty."),
    ({"written_at": ""}, "Written at: Type the time at which it was written."),
    ({"written_by": ""}, "Written by: Type who wrote it."),
    ({"paper_reason": ""}, "Why it is entered only now: Say why it is entered only now."),
    ({"written_on_day": "13"}, "Written at: Mar 13, 2026 10:00 has not come yet."),
    ({"written_on_day": "8", "written_at": "02:30"}, "does not exist in America/New_York"),  # the clocks go forward
    ({"written_at": "07:00"}, "was printed Mar 11, 2026 08:00, after this was written."),
]


@pytest.mark.parametrize(("changes", "said"), NOT_THERE)
def test_what_is_no_order_from_paper_is_refused_at_its_field(
    desk: Browser, changes: dict[str, str | None], said: str
) -> None:
    before = desk.stored()
    assert said in refused(desk, {**written(pack(desk).open[0]), **changes})
    assert desk.stored() == before


def test_a_number_is_used_once(desk: Browser) -> None:
    number = pack(desk).open[0]
    first, second = (desk.review(**written(number, family=name)) for name in ("Rivera", "Okonkwo"))
    assert desk.save(first).status_code == 303
    answer = desk.save(second)
    assert answer.status_code == 422
    assert f"{number} is used already: an order was entered under it." in answer.get_data(as_text=True)


def test_how_it_was_written_is_not_changed_with_its_order(desk: Browser) -> None:
    number, other = pack(desk).open[:2]
    assert desk.save(desk.review(**written(number))).status_code == 303
    form = desk.get(f"/orders/{number}/edit")
    assert form.fields["downtime_number"] == number
    moved = desk.post("/orders/review", {**form.fields, "weight": "71", "downtime_number": other})
    assert "is not changed" in " ".join(moved.said)
    shown = desk.post("/orders/review", {**form.fields, "weight": "71"})
    saved = desk.save(shown, change_reason="measured", change_words="Weighed again.")
    assert saved.status_code == 303
    standing = records.standing(desk.desk.engine, number)
    assert standing is not None and standing.paper is not None and standing.preparation.version == 2


def test_a_blank_worksheet_scanned_back_leads_to_its_order_once_there_is_one(desk: Browser) -> None:
    number = pack(desk).open[0]
    code = page_code(number, 1, 0)
    page = desk.post("/worklist/scan", {"scan": code}).text
    assert f"{number} is a number of a downtime pack, and no order was entered under it yet" in page
    assert desk.save(desk.review(**written(number))).status_code == 303
    answer = desk.send("/worklist/scan", {"scan": code})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/preparations/{number}")


# ------------------------------------------------------------------ the whole way, on paper yesterday


def enter(browser: Browser, address: str, sent: dict[str, str], fields: Html | None = None) -> int:
    shown = fields or browser.get(address)
    return int(browser.client.post(address, data={**shown.fields, **sent}).status_code)


def state(browser: Browser, number: str) -> State:
    found = records.preparation(browser.desk.engine, number)
    assert found is not None
    return State(found.state)


def then(hour: str) -> dict[str, str]:
    return {"at": hour, "on": "2026-03-11", "late_reason": WHY}


def pick(browser: Browser, number: str) -> None:
    """Everything on the picking list, recorded today."""
    from compounding.web.progressing import way

    standing = records.standing(browser.desk.engine, number)
    assert standing is not None
    with browser.app.test_request_context():
        needed = way(standing, browser.desk).progress.planned.needs
    rows = [vial(browser, need, number, "TR4471A") for need in needed]
    told = records.Event(people(browser)["preparer"], "material recorded", browser.now)
    records.take_step(browser.desk.engine, number, told, judge=lambda now: None, state=State.MATERIALS.value, rows=rows)


def opened(browser: Browser, number: str) -> dict[str, str]:
    saved = records.preparation(browser.desk.engine, number)
    assert saved is not None
    return {"number": number, "version": str(saved.version), "state": saved.state}


def made_on_paper(browser: Browser, number: str, hours: tuple[str, ...]) -> None:
    """Wetted, checked, diluted, labelled by hand and checked again: each entered today, with its hour of yesterday."""
    wetted, checked, diluted, labelled = hours
    address, market = f"/preparations/{number}", browser.market
    pick(browser, number)
    count = len([one for one in records.standing(browser.desk.engine, number).materials if one.place])  # type: ignore[union-attr]
    for place in range(1, count + 1):
        browser.post(f"{address}/wet", {**opened(browser, number), "place": str(place), **then(wetted)})
        assert browser.status == 303, browser.get(address).text
    browser.sign_in(CHECKER[market])
    read = {"dose": "1.46", "volume": "5.84", "vials": str(count), "volume_read": "5.84"}
    read |= {"mass_read": "5.96"} if market is UK else {}  # 5.84 mL × 1.02 g/mL = 5.9568 g
    blind = browser.post(f"{address}/check", {**browser.get(f"{address}/check").fields, **read})
    assert (
        browser.client.post(f"{address}/check/sign", data={**blind.fields, **then(checked), **SIGNED}).status_code
        == 303
    )
    browser.sign_in(WHO[market][0])
    browser.post(f"{address}/add-drug", {**opened(browser, number), **then(diluted)})
    assert browser.status == 303
    assert enter(browser, f"{address}/hand-label", then(labelled)) == 303
    browser.sign_in(CHECKER[market])
    assert enter(browser, f"{address}/final", {**TICKS, **SIGNED}) == 303


@pytest.fixture
def on_paper(desk: Browser) -> tuple[Browser, str]:
    number = pack(desk).open[0]
    assert desk.save(desk.review(**written(number))).status_code == 303
    desk.verify(number)
    return desk, number


def test_a_preparation_made_on_paper_yesterday_is_entered_to_its_release(on_paper: tuple[Browser, str]) -> None:
    """Wetted 10:30, so start before is 17:30 less nothing: 10:30 + 8 h − 1 h = 17:30. Released 13:00: in time."""
    browser, number = on_paper
    made_on_paper(browser, number, ("10:30", "10:45", "11:00", "11:10"))
    assert state(browser, number) is State.FINAL
    release = browser.get(f"/preparations/{number}/release")
    assert "Time of the release" in release.text
    assert enter(browser, f"/preparations/{number}/release", {**then("13:00"), **SIGNED}, release) == 303
    assert state(browser, number) is State.RELEASED
    standing = records.standing(browser.desk.engine, number)
    assert standing is not None
    hours = {one.what.value: one.at.strftime("%d %H:%M") for one in standing.moments}  # UTC is four hours ahead
    assert hours == {
        "wetted": "11 14:30",
        "checked": "11 14:45",
        "diluted": "11 15:00",
        "labelled": "11 15:10",
        "released": "11 17:00",
    }
    assert {one.late_reason for one in standing.moments} == {WHY}
    assert records.check(browser.desk.engine) == ()


def test_its_worksheet_tells_every_late_time_with_the_time_of_its_entry(on_paper: tuple[Browser, str]) -> None:
    browser, number = on_paper
    made_on_paper(browser, number, ("10:30", "10:45", "11:00", "11:10"))
    printed = browser.send(f"/preparations/{number}/print/worksheet", {})
    data = browser.client.get(printed.headers["Location"]).get_data()
    text = " ".join(page.extract_text().replace("\n", " ") for page in PdfReader(io.BytesIO(data)).pages)
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    late = ("Order on paper", "Vial 1 wetted", "In-process check", "Drug added", "Label by hand")
    for what, hour in zip(late, ("10:00", "10:30", "10:45", "11:00", "11:10"), strict=True):
        assert f"{what} Mar 11, 2026 {hour}," in text, what
    assert text.count("entered Mar 12, 2026 09:00") == text.count("entered late, ") + 1 == 6
    assert "by hand" in text
    for what in ("Order verified", "Materials recorded"):  # what no true time is asked of
        assert f"{what}: entered from paper Mar 12, 2026 09:00" in text, what
    with browser.app.test_request_context():
        reading = recorded_work(way_of(number, browser.desk), browser.desk).recorded.reading
    assert reading is not None and reading.at == "10:45"  # the check's, and not that of its entry


@pytest.mark.parametrize("checklist", [False, True], ids=["without its checklist", "with it"])
def test_a_bag_that_left_on_paper_has_left_and_its_record_says_without_what(desk: Browser, checklist: bool) -> None:
    begin(desk, **on("start", 11, 3, 2026))
    seen = {part: text for exam in EXAMS for part, text in on(f"exam_{exam}", 10, 3, 2026).items()}
    if checklist:
        assert check(desk, **on("on", 11, 3, 2026), **seen) is None
    number = pack(desk).open[0]
    course_desk.place(desk, **{name: text for name, text in written(number).items() if text is not None})
    desk.verify(number)
    made_on_paper(desk, number, ("10:30", "10:45", "11:00", "11:10"))
    said, address = "Released on paper without its checklist", f"/preparations/{number}/release"
    page = desk.get(address)
    assert (said in page.text) is not checklist
    now = {"at": "09:00", "on": "2026-03-12", "late_reason": ""}  # not on paper then: it waits for its checklist
    if not checklist:
        assert enter(desk, address, {**now, **SIGNED}, page) in (409, 422)
    assert enter(desk, address, {**then("13:00"), **SIGNED}, page) == 303
    assert state(desk, number) is State.RELEASED
    if not checklist:
        desk.sign_in(WHO[US][0])
        assert check(desk, **on("on", 11, 3, 2026), **seen) is None  # filled in afterwards, it was not there then
    with desk.app.test_request_context():
        told = [one.what for one in deviations(way_of(number, desk.desk), desk.desk)]
    assert (said in told) is not checklist
    (entry,) = records.find_entries(desk.desk.engine, records.EntrySearch(subject=number, action="release"))
    assert entry.event.details.get("checklist") == (None if checklist else said)
    assert records.check(desk.desk.engine) == ()


def test_a_release_on_paper_after_its_limit_is_refused_at_its_time(on_paper: tuple[Browser, str]) -> None:
    browser, number = on_paper
    made_on_paper(browser, number, ("10:30", "10:45", "11:00", "11:10"))
    address = f"/preparations/{number}/release"
    page = browser.post(
        address, {**browser.get(address).fields, **then("17:30"), **SIGNED}
    )  # "before" alone is in time
    assert browser.status == 409
    assert "It was released at 17:30, and the infusion had to start before 17:30" in page.text
    assert state(browser, number) is State.FINAL
    assert enter(browser, address, {**then("17:29"), **SIGNED}) == 303


def test_a_drug_that_was_added_before_its_check_leaves_nothing_but_to_reject(on_paper: tuple[Browser, str]) -> None:
    browser, number = on_paper
    with pytest.raises(AssertionError):  # nothing is labelled any more
        made_on_paper(browser, number, ("10:30", "11:05", "11:00", "11:10"))
    assert state(browser, number) is State.DILUTED
    assert "before the check at 11:05" in browser.get(f"/preparations/{number}").text


MISSING = [
    ({"at": "", "late_reason": WHY}, "Type the time of the check."),
    ({"at": "10:45", "late_reason": ""}, "say why"),
    ({"at": "10:29", "late_reason": WHY}, "is before"),
]


@pytest.mark.parametrize(("sent", "said"), MISSING)
def test_a_check_on_paper_needs_its_time(on_paper: tuple[Browser, str], sent: dict[str, str], said: str) -> None:
    browser, number = on_paper
    address = f"/preparations/{number}"
    pick(browser, number)
    for place in ("1", "2"):
        browser.post(f"{address}/wet", {**opened(browser, number), "place": place, **then("10:30")})
    browser.sign_in(CHECKER[US])
    read = {"dose": "1.46", "volume": "5.84", "vials": "2", "volume_read": "5.84"}
    blind = browser.post(f"{address}/check", {**browser.get(f"{address}/check").fields, **read})
    page = browser.post(f"{address}/check/sign", {**blind.fields, "on": "2026-03-11", **sent, **SIGNED})
    assert browser.status == 422
    assert said in page.text
    assert state(browser, number) is State.RECONSTITUTED


def test_only_what_was_on_paper_has_a_label_by_hand(tmp_path: Path) -> None:
    from on_the_way import bring

    browser = Browser(tmp_path, US)
    bring(browser, "2026-000001", State.DILUTED)
    page = browser.get("/preparations/2026-000001/hand-label")
    assert browser.status == 409
    assert "only what was prepared on paper has one written by hand" in page.text


def test_any_other_order_says_nothing_of_paper(desk: Browser) -> None:
    shown = desk.review()
    assert "Downtime number" not in shown.text
    number = desk.save(shown).headers["Location"].rpartition("/")[2]
    assert records.standing(desk.desk.engine, number).paper is None  # type: ignore[union-attr]
