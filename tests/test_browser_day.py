"""A whole day of one preparation in a real browser, in both markets, by keyboard and a scanner that types: no mouse.

The dose is the worked example: 1.82 m² × 0.8 mg/m² = 1.46 mg; 1.46 mg ÷ 0.25 mg/mL = 5.84 mL, from two vials of
0.9 mg or of 1 mg. 5.84 mL × 1.02 g/mL = 5.96 g, which the UK reads on a balance. 5 mL lies outside 5.84 mL ± 5 %.
Patients, lots, serials and makers are invented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from keyboard import Hands, Steps, focus, settled
from path_desk import FLUIDS, GTIN, vial
from web_desk import AFRESH, AUDITOR, UK, US, Browser, plain, typed

from compounding import records, training
from compounding.cli import main
from compounding.policy import Market
from compounding.records import Standing
from compounding.scanning import own_code
from compounding.workflow.progress import Fate

NUMBER = {US: "2026-000004", UK: "2026-000003"}
"""The order after those that a training site begins with."""
OTHER = {US: UK, UK: US}
LINEAR = "300080100011"
"""The UPC on a US vial: its NDC and a check figure, neither lot nor expiry."""


@dataclass(frozen=True)
class Crew:
    """Who does what on the day, by user name. The preparer enters the order as well."""

    preparer: str
    verifier: str
    checker: str
    releaser: str
    witness: str


CREW = {
    US: Crew("okafor", "adeyemi", checker="lindqvist", releaser="lindqvist", witness="park"),
    UK: Crew("hughes", "farouk", checker="mensah", releaser="whitcombe", witness="mensah"),
}
"""In the US a pharmacist checks, and may release what they checked; in the UK a technician may check."""
PATIENT = {US: {"mrn": "00420018"}, UK: {"hospital_number": "TR-20501"}}
MONTHS = {"1": "Jan", "3": "Mar", "8": "Aug", "11": "Nov"}


class Day:
    """One preparation on its day: the desk's clock, and whoever is at it with a keyboard and a scanner."""

    def __init__(self, home: Path, market: Market, page: Any) -> None:
        self.home, self.market, self.page = home, market, page
        self.number, self.crew = NUMBER[market], CREW[market]
        self.desk = Browser(home, market, now=self._time("08:00"), user=None)
        self.hands = Hands(page)
        self.took: dict[str, Steps] = {}

    def _time(self, hour: str) -> datetime:
        return datetime.fromisoformat(f"2026-03-12T{hour}").replace(
            tzinfo=ZoneInfo(training.SITES[self.market].policy.zone)
        )

    def at(self, hour: str) -> None:
        self.desk.now = self._time(hour)

    def does(self, what: str, hour: str, user: str, task: Callable[[Day], None]) -> None:
        """Somebody signs in at an hour, finds the preparation by its number, and does this; it is counted apart."""
        self.at(hour)
        self.hands.sign_in(user)
        before = self.hands.taken
        task(self)
        self.took[what] = self.hands.taken - before

    def opened(self) -> None:
        """Found on the worklist, whose field has the focus, by the number on the worksheet."""
        self.hands.scan(self.number)

    @property
    def words(self) -> str:
        return plain(self.page.inner_text("main"))

    @property
    def next(self) -> str:
        return plain(self.page.inner_text(".path-title"))

    @property
    def standing(self) -> Standing:
        found = records.standing(self.desk.desk.engine, self.number)
        assert found is not None
        return found

    @property
    def serials(self) -> list[str | None]:
        return [one.serial for one in self.standing.materials]

    def expiry(self, day: str, month: str, year: str) -> tuple[str, str, str]:
        """As the boxes stand: the US begins with the month."""
        return (month, day, year) if self.market is US else (day, month, year)


@pytest.fixture(params=[US, UK], ids=["us", "uk"])
def day(request: Any, tmp_path: Path, page: Any, serve: Callable[[Any], str]) -> Iterator[Day]:
    started = Day(tmp_path, request.param, page)
    page.goto(serve(started.desk.app))
    yield started
    started.desk.desk.engine.dispose()


# ------------------------------------------------------------------ the order


def order(day: Day) -> None:
    hands = day.hands
    hands.go("New order")
    boxes = typed(
        day.market, family="Holloway", given="Grace", location="6 East, bed 7", ordered_dose="1.46",
        **PATIENT[day.market],
    )  # fmt: skip
    hands.fill({name: MONTHS[text] if name.endswith("month") else text for name, text in boxes.items()})
    hands.go("Review the plan")
    assert plain(day.page.inner_text(".banner-amount")) == "1.46 mg"
    hands.sign()
    assert day.page.url.endswith(f"/preparations/{day.number}")


def verification(day: Day) -> None:
    """Blind: the dose stands nowhere before the pharmacist has worked it out."""
    day.opened()
    assert "1.46" not in plain(day.page.inner_text("body"))
    day.hands.enter()  # on what is to be done next, which has the focus
    assert "1.46" not in plain(day.page.inner_text("body"))
    day.hands.fill(AFRESH)
    day.hands.go("Compare with the order")
    day.hands.sign()
    assert day.standing.preparation.state == "order verified"


# ------------------------------------------------------------------ vials, water, diluent, bag


def picking(day: Day) -> None:
    """Four vials, of which one is the other market's and one expired; then what is scanned or typed twice."""
    day.opened()
    day.hands.scan(vial(1, gtin=GTIN[day.market]))
    refused(day, vial(2, gtin=GTIN[OTHER[day.market]]), "Stop: this is the other market’s vial")
    refused(day, vial(3, gtin=GTIN[day.market], expiry="260228"), "Stop: expired before the infusion ends")
    second_vial(day)
    assert day.page.locator(".path-stop").count() == 0
    for lot in FLUIDS.values():
        typed_twice(day, lot)
    kept = [(one.kind.value, one.lot, one.read_by.value) for one in day.standing.materials]
    assert kept == [
        ("drug", "TR4471A", "scanned"),
        ("drug", "TR4471A", "typed twice" if day.market is US else "scanned"),
        *((kind, lot, "typed twice") for kind, lot in FLUIDS.items()),
    ]
    assert day.next == "Add water to vial 1"


def refused(day: Day, code: str, heading: str) -> None:
    """A hard stop, after which nothing is recorded and the field is free and waits."""
    day.hands.scan(code)
    assert plain(day.page.inner_text(".path-stop h2")) == heading
    assert "Nothing was recorded for vial 2." in day.words
    assert day.serials == ["2200801"]
    assert (focus(day.page), day.page.input_value("#scan")) == ("scan", "")


def second_vial(day: Day) -> None:
    """In the US it bears a linear code alone, so that its lot and expiry are typed twice."""
    if day.market is UK:
        day.hands.scan(vial(4, gtin=GTIN[UK]))
        return
    day.hands.scan(LINEAR)
    for _ in ("once", "once more"):
        day.hands.write("TR4471A", *day.expiry("30", "Nov", "2027"))
        day.hands.enter()


def typed_twice(day: Day, lot: str) -> None:
    day.hands.go("Type lot and expiry twice")
    for maker in (("Example Fluids",), ()):
        day.hands.write(*maker, lot, *day.expiry("31", "Jan", "2028"))
        day.hands.enter()


# ------------------------------------------------------------------ clocks and the check

LIMITS = ["12:50", "14:50", "15:50", "16:50"]
"""From 08:50: dilute by 4 h, out of the refrigerator by 6 h, start before 7 h, complete by 8 h."""


def wetting(day: Day) -> None:
    """Enter, as each is wetted; the first starts the clocks."""
    day.opened()
    assert day.page.locator(".path-clock").count() == 0
    day.hands.enter()
    assert day.page.locator(".path-time").all_inner_texts() == LIMITS
    day.at("08:52")
    day.hands.enter()
    assert day.page.locator("[data-left]").all_inner_texts() == [
        "3 h 58 min left",
        "5 h 58 min left",
        "6 h 58 min left",
        "7 h 58 min left",
    ]
    assert day.next == "In-process check"


APART = "Does not agree with the record. Nothing is shown of it: work it out, or read it, again."


def check(day: Day) -> None:
    """Blind, and a first reading that does not agree: the check stops, without the figure, until it is read again."""
    day.opened()
    assert "5.84" not in day.words
    day.hands.enter()
    mass = {"mass_read": "5.96"} if day.market is UK else {}
    day.hands.fill({"dose": "1.46", "volume": "5.84", "vials": "2", "volume_read": "5", **mass})
    day.hands.go("Compare with the record")
    assert focus(day.page) == "error-summary"
    assert "5.84" not in day.words
    day.hands.tab(f"Volume on the syringes: {APART}")
    day.page.keyboard.press("Enter")
    assert focus(day.page) == "volume_read"
    day.page.keyboard.press("Control+A")
    day.hands.fill({"volume_read": "5.84"})
    day.hands.go("Compare with the record")
    day.hands.sign()
    assert [reading.agrees for reading in day.standing.readings] == [False, True]


def dilution(day: Day) -> None:
    day.opened()
    assert day.next == "Add the drug to the bag"
    day.hands.enter()
    assert day.next == "Print the labels"


# ------------------------------------------------------------------ labels


def labelling(day: Day) -> None:
    """Three are printed; the bag's is smudged, so that a fourth takes its place. Nothing is counted by itself."""
    hands = day.hands
    day.opened()
    hands.enter()
    assert hands.opens("Print 3 labels", "/labels/1-3.pdf").headers["content-type"] == "application/pdf"
    hands.reload()
    hands.fill({"place": Fate.APPLIED.value, "again": "smudged"})
    assert hands.opens("Print 1 reprint", "/labels/4-4.pdf").status == 200
    hands.reload()
    for copy in ("4", "2", "3"):
        hands.scan(own_code(day.number, copy))
    assert "4 printed = 1 on the bag + 1 light cover + 1 specimen + 0 destroyed + 1 open" in day.words


def too_early(day: Day) -> None:
    """A copy is open: the final check asks for it first, and without that nothing is released."""
    day.opened()
    assert (day.next, "Every copy must be somewhere." in day.words) == ("Count the labels", True)
    for page, why in (
        ("final", "Copy 1 is open: scan it where it is, or record it as destroyed."),
        ("release", "The preparation is labelled by now, and this needs one that is final check"),
    ):
        day.page.goto(f"{day.page.url.partition('/preparations')[0]}/preparations/{day.number}/{page}")
        assert why in day.words
        assert day.page.locator("#signing_secret").count() == 0


def destroying(day: Day) -> None:
    day.opened()
    day.hands.enter()
    witness = {"witness": day.crew.witness, "witness_secret": training.PASSWORD}
    day.hands.fill({"copy": "Copy 1", "why": "Smudged", **witness})
    day.hands.enter()
    assert "4 printed = 1 on the bag + 1 light cover + 1 specimen + 1 destroyed" in day.words
    fates = [Fate.DESTROYED, Fate.LIGHT_COVER, Fate.SPECIMEN, Fate.APPLIED]
    assert [one.fate for one in day.standing.labels] == fates


# ------------------------------------------------------------------ the end of the day


def final_check(day: Day) -> None:
    """The scan of the bag's label leads on to the secret, and sends nothing by itself."""
    day.opened()
    day.hands.enter()
    day.hands.fill(dict.fromkeys(("container", "clarity", "volumes", "label", "cover"), "y"))
    day.hands.tab("scanned")
    day.hands.types_scan(own_code(day.number, "4"))
    assert focus(day.page) == "signing_secret"
    day.hands.sign()
    assert day.next == "Release"


def release(day: Day) -> None:
    day.opened()
    day.hands.enter()
    day.hands.sign()
    assert day.standing.preparation.state == "released"


BIN = {
    # 2 × 0.9 mg − 1.46 mg; 0.34 mg ÷ 0.25 mg/mL. 1.46 mg ÷ 0.1 mg is 15 units; 2 vials × 9 units − 15 = 3.
    US: ("0.34 mg", "1.36 mL", "9 × 2 vials − 15 = 3 units, with JW", "Opened 1.8 mg Given 1.46 mg Discarded 0.34 mg"),
    # 2 × 1 mg − 1.46 mg; 0.54 mg ÷ 0.25 mg/mL.
    UK: ("0.54 mg", "2.16 mL", "Drugs are not billed by units", "Opened 2 mg Given 1.46 mg Discarded 0.54 mg"),
}


def waste(day: Day) -> None:
    """What went into the bin beside what is billed."""
    day.opened()
    day.hands.go("Waste")
    assert [text for text in BIN[day.market] if text not in day.words] == []


STORY = (
    *("Order entered", "Order verified", "Material recorded", "Scan refused", "Scan refused"),
    *("Vial wetted", "Vial wetted", "In-process check stopped", "In-process check", "Drug added"),
    *("Label printed", "Label printed again", "Label counted", "Label counted", "Label counted", "Label destroyed"),
    *("Final check", "Release"),
)


def audit(day: Day) -> None:
    """The auditor's search, the timeline, and the chain proved at the desk."""
    day.hands.fill({"number": day.number})
    day.hands.enter()
    day.hands.go(day.number)
    day.hands.go("Timeline")
    day.hands.go("Check the chain now")
    assert "Whole at the check of" in day.words
    assert list(untold(day.words, STORY)) == []


def untold(words: str, story: Iterable[str]) -> Iterator[str]:
    """What of a story does not stand there, each after the one before it."""
    place = 0
    for text in story:
        found = words.find(f" {text} ", place)
        if found < 0:
            yield text
        place = max(place, found + 1)


_SAME = {
    "verification": Steps(pages=4, scans=1, boxes=3, secrets=1),  # own weight, dose level, dose
    "wetting": Steps(pages=3, scans=1),  # found, and Enter for each of the two vials
    "dilution": Steps(pages=2, scans=1),
    "labels": Steps(pages=7, scans=4, boxes=2),  # found; what the reprint is for, and why
    "too early": Steps(pages=1, scans=1),
    "a copy destroyed": Steps(pages=3, scans=1, boxes=3, secrets=1),  # copy, reason, witness
    "final check": Steps(pages=3, scans=2, boxes=5, secrets=1),
    "release": Steps(pages=3, scans=1, secrets=1),
    "waste": Steps(pages=2, scans=1),
    "audit": Steps(pages=4, boxes=1),
}
TOOK = {
    US: {
        **_SAME,
        "order": Steps(pages=3, boxes=24, secrets=1),
        # Found, three vials and a linear code: 5 scans. A vial's lot and date twice are 2 × 4 boxes; of each fluid
        # with its maker 2 × 4 + 1: 8 + 3 × 9 = 35. 5 pages of the scans, 2 of the vial, 3 × 3 of the fluids.
        "picking": Steps(pages=16, scans=5, boxes=35),
        "check": Steps(pages=5, scans=1, boxes=5, secrets=1),  # four figures, and one of them again
    },
    UK: {
        **_SAME,
        "order": Steps(pages=3, boxes=25, secrets=1),  # how the bag is made as well
        "picking": Steps(pages=14, scans=5, boxes=27),  # the second vial is scanned
        "check": Steps(pages=5, scans=1, boxes=6, secrets=1),  # the mass as well
    },
}
"""What the day takes beside signing in, stops and second readings with it: pages, scans, boxes and secrets."""
IN_THE_CABINET = {"picking": 3, "wetting": 0, "dilution": 0}
"""Presses of Tab: one to the boxes of each fluid that is typed twice. All else is scanner and Enter alone."""


def test_a_whole_day_by_keyboard_and_scanner(
    day: Day, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    crew = day.crew
    day.does("order", "08:00", crew.preparer, order)
    day.does("verification", "08:10", crew.verifier, verification)
    day.does("picking", "08:40", crew.preparer, picking)
    day.does("wetting", "08:50", crew.preparer, wetting)
    day.does("check", "08:55", crew.checker, check)
    day.does("dilution", "09:05", crew.preparer, dilution)
    day.does("labels", "09:10", crew.preparer, labelling)
    day.does("too early", "09:15", crew.releaser, too_early)
    day.does("a copy destroyed", "09:20", crew.preparer, destroying)
    day.does("final check", "09:25", crew.checker, final_check)
    day.does("release", "09:30", crew.releaser, release)
    day.does("waste", "09:35", crew.preparer, waste)
    day.does("audit", "10:00", AUDITOR[day.market], audit)
    day.page.screenshot(path=tmp_path / "timeline.png", full_page=True)
    assert day.hands.pointed == 0
    assert whole(day, tmp_path / "log.txt", monkeypatch, capsys)
    assert {what: replace(steps, tabs=0) for what, steps in day.took.items()} == TOOK[day.market]
    assert {what: day.took[what].tabs for what in IN_THE_CABINET} == IN_THE_CABINET


def whole(day: Day, file: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> bool:
    """Whether the log, taken out and verified by the commands, is whole and holds the head that the auditor saw."""
    patch.setenv("COMPOUNDING_HOME", str(day.home))
    patch.delenv("DATABASE_URL", raising=False)
    head = records.head(day.desk.desk.engine)
    assert head is not None
    assert main(["log", "export", str(file), "--market", day.market.value]) == 0
    status = main(["log", "verify", str(file), "--head", head.code])
    assert main(["check", "--market", day.market.value]) == 0
    assert "whole" in capsys.readouterr().out.lower()
    return status == 0


def test_a_mouse_would_be_noticed(day: Day) -> None:
    assert day.hands.pointed == 0
    day.page.mouse.click(5, 5)
    settled(day.page)
    assert day.hands.pointed == 1
