"""Labels on their stock, told apart by what each is for; and a preview that is the file that prints."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from every_page import SETTING
from PIL import Image
from pypdf import PdfReader
from test_web_labels import NUMBER, PATH, destroy, fates, newest, print_, scan_copy, words
from test_web_settings import change
from web_desk import ADMINISTRATOR, AUDITOR, UK, US, WHO, Browser, Html

from compounding import records
from compounding.policy import Market
from compounding.printing import Kind, Printer
from compounding.records import Event, Person
from compounding.scanning import own_code
from compounding.web import printing
from compounding.workflow import State
from compounding.workflow.progress import Fate
from tests.on_the_way import bring, step

STOCKS = {
    US: {"small": "4 × 3 in", "tall": "4 × 4 in", "secondary": "4 × 2 in"},
    UK: {"small": "100 × 75 mm", "tall": "100 × 100 mm", "secondary": "70 × 50 mm"},
}
# Width and height in mm.
MEDIA = {
    "4 × 3 in": (101.6, 76.2),
    "4 × 4 in": (101.6, 101.6),
    "4 × 2 in": (101.6, 50.8),
    "100 × 75 mm": (100, 75),
    "100 × 100 mm": (100, 100),
    "70 × 50 mm": (70, 50),
}


@pytest.fixture(scope="module", params=[US, UK], ids=["us", "uk"])
def made(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Market]:
    """A desk with a preparation whose drug is in the bag."""
    home, market = tmp_path_factory.mktemp("made"), request.param
    browser = Browser(home, market)
    bring(browser, NUMBER, State.DILUTED)
    browser.desk.engine.dispose()
    return home, market


@pytest.fixture
def desk(tmp_path: Path, made: tuple[Path, Market]) -> Iterator[Browser]:
    home, market = made
    browser = Browser(shutil.copytree(home, tmp_path / "home"), market)
    yield browser
    browser.desk.engine.dispose()


def sizes(answer: Any) -> list[tuple[float, float]]:
    """Of each page, in mm."""
    boxes = [page.mediabox for page in PdfReader(io.BytesIO(answer.data)).pages]
    return [(float(box.width) * 25.4 / 72, float(box.height) * 25.4 / 72) for box in boxes]


def on_stock(answer: Any, market: Market, size: str) -> bool:
    """Whether every page is as large as the media, but for parts of a dot."""
    expected = MEDIA[STOCKS[market][size]]
    return all(page == pytest.approx(expected, abs=25.4 / 203) for page in sizes(answer))


def preview(browser: Browser, place: str = "bag", size: str = "small", form: str = "pdf") -> Any:
    return browser.client.get(f"{PATH}/preview/{place}-{size}.{form}")


# ------------------------------------------------------------------ the stock


@pytest.mark.parametrize("size", ["small", "tall"])
def test_the_first_copies_are_printed_on_the_stock_that_is_chosen(desk: Browser, size: str) -> None:
    answer = print_(desk, stock=size)
    file = desk.client.get(answer.headers["Location"])
    assert on_stock(file, desk.market, size) and len(sizes(file)) == 3
    told = newest(desk, "label printed").event
    assert told.details["stock"] == STOCKS[desk.market][size]
    (first, *_) = records.prints(desk.desk.engine, NUMBER)
    assert f'"stock": "{STOCKS[desk.market][size]}"' in (first.strings_json or "")


def test_the_site_s_stock_stands_there_first(desk: Browser) -> None:
    assert desk.get(PATH).fields["stock"] == "small"
    desk.sign_in(ADMINISTRATOR[desk.market])
    assert change(desk, "site.label_stock", "hold", value="tall").said == []
    desk.sign_in(WHO[desk.market][0])
    page = desk.get(PATH)
    assert page.fields["stock"] == "tall" and "tall.png" in desk.client.get(PATH).get_data(as_text=True)
    assert on_stock(desk.client.get(print_(desk).headers["Location"]), desk.market, "tall")


REFUSED_STOCKS = [
    ({"stock": ""}, "Stock: Choose the stock."),
    ({"stock": "secondary"}, "Stock: Choose one of those shown."),  # the bag's own label says all
    ({"stock": "a0"}, "Stock: Choose one of those shown."),
]


@pytest.mark.parametrize(("sent", "said"), REFUSED_STOCKS)
def test_a_stock_that_is_none_prints_nothing(desk: Browser, sent: dict[str, str], said: str) -> None:
    answer = print_(desk, **sent)
    assert (answer.status_code, Html(answer.get_data(as_text=True)).said) == (422, [said])
    assert desk.rows()["print"] == 0


def test_a_reprint_may_be_on_another_stock_and_opens_on_it_ever_after(desk: Browser) -> None:
    print_(desk)
    answer = print_(desk, place="applied", stock="tall", again="torn")
    for path in (answer.headers["Location"], f"{PATH}/4-4.pdf"):
        assert on_stock(desk.client.get(path), desk.market, "tall")
    assert on_stock(desk.client.get(f"{PATH}/1-3.pdf"), desk.market, "small")
    assert desk.client.get(f"{PATH}/1-4.pdf").status_code == 404  # a file has one stock
    told = newest(desk, "label printed again").event
    assert (told.details["stock"], told.details["place"]) == (STOCKS[desk.market]["tall"], "on the bag")


def test_the_words_of_a_reprint_are_those_of_the_first_print(desk: Browser) -> None:
    """Whatever the site is called by now."""
    print_(desk)
    (before,) = words(desk.client.get(f"{PATH}/1-1.pdf"))
    desk.sign_in(ADMINISTRATOR[desk.market])
    change(desk, SETTING, "hold", value="555-0000")
    desk.sign_in(WHO[desk.market][0])
    for size in ("small", "tall"):
        (after,) = words(desk.client.get(print_(desk, place="applied", stock=size, again="torn").headers["Location"]))
        assert "555-0000" not in after
        mine, first = ({line for line in text.splitlines() if "opy" not in line} for text in (after, before))
        assert {line for line in mine ^ first if NUMBER not in line} == set()


def test_a_second_reprint_of_a_kind_finds_its_strings(desk: Browser) -> None:
    print_(desk)
    for copy in (4, 5):
        answer = print_(desk, place="specimen", stock="tall", again="smudged")
        (page,) = words(desk.client.get(answer.headers["Location"]))
        assert f"Copy {copy}, reprint" in page and "SPECIMEN" in page
    stored = [one.strings_json is not None for one in records.prints(desk.desk.engine, NUMBER)]
    assert stored == [True, False, False, True, False]
    assert not records.check(desk.desk.engine)


# ------------------------------------------------------------------ what a copy is for


def test_bag_cover_and_specimen_are_told_apart(desk: Browser) -> None:
    read = words(desk.client.get(print_(desk).headers["Location"]))
    assert ["Light cover" in page for page in read] == [False, True, False]
    assert ["SPECIMEN" in page for page in read] == [False, False, True]


def test_one_more_stands_for_the_place_that_is_wanting(desk: Browser) -> None:
    print_(desk)
    assert "place" not in desk.get(PATH).fields  # every place has its copy
    assert not destroy(desk, 2).said
    assert desk.get(PATH).fields["place"] == "light cover"
    (page,) = words(desk.client.get(print_(desk, again="torn").headers["Location"]))
    assert "Light cover" in page
    scan_copy(desk, 4)
    assert fates(desk)[3] is Fate.LIGHT_COVER


NEVER = [
    # what is printed, where it is said to be, and why not
    ({"place": "specimen", "stock": "small"}, "applied", "Copy 4 is the specimen: no bag and no cover bears it."),
    ({"place": "specimen", "stock": "small"}, "light cover", "Copy 4 is the specimen: no bag and no cover bears it."),
    (
        {"place": "light cover", "stock": "secondary"},
        "applied",
        "Copy 4 is a secondary label, which does not say all: the bag and the worksheet have a full one.",
    ),
    (
        {"place": "light cover", "stock": "secondary"},
        "specimen",
        "Copy 4 is a secondary label, which does not say all: the bag and the worksheet have a full one.",
    ),
]


@pytest.mark.parametrize(("sent", "where", "said"), NEVER)
def test_a_specimen_is_on_no_bag_and_a_secondary_label_alone_on_none(
    desk: Browser, sent: dict[str, str], where: str, said: str
) -> None:
    print_(desk)
    print_(desk, again="torn", **sent)
    page = scan_copy(desk, 4, where=where)
    assert (desk.status, said in page.text) == (409, True), page.text
    assert fates(desk) == [None] * 4


def test_a_secondary_label_is_counted_on_the_cover(desk: Browser) -> None:
    print_(desk)
    answer = print_(desk, place="light cover", stock="secondary", again="torn")
    assert on_stock(desk.client.get(answer.headers["Location"]), desk.market, "secondary")
    scan_copy(desk, 4)
    assert fates(desk) == [None, None, None, Fate.LIGHT_COVER]


def test_a_secondary_label_is_for_the_cover_alone(desk: Browser) -> None:
    print_(desk)
    answer = print_(desk, place="applied", stock="secondary", again="torn")
    said = "Stock: A secondary label does not say all: it is for the light cover alone."
    assert (answer.status_code, Html(answer.get_data(as_text=True)).said) == (422, [said])
    assert desk.rows()["print"] == 3


# ------------------------------------------------------------------ the preview is the print


def pixels(drawn: bytes) -> list[bytes]:
    with pypdfium2.PdfDocument(drawn) as document:
        return [page.render(scale=203 / 72, grayscale=True).to_pil().tobytes() for page in document]


PLACES = ("bag", "cover", "specimen")


@pytest.mark.parametrize("size", ["small", "tall"])
def test_the_preview_of_the_first_copies_is_what_prints(desk: Browser, size: str) -> None:
    before = [preview(desk, place, size) for place in PLACES]
    assert [answer.mimetype for answer in before] == ["application/pdf"] * 3
    print_(desk, stock=size)
    for copy, answer in enumerate(before, 1):
        assert desk.client.get(f"{PATH}/{copy}-{copy}.pdf").data == answer.data
    hashed = [one.pdf_sha256 for one in records.prints(desk.desk.engine, NUMBER)]
    assert hashed == [hashlib.sha256(answer.data).hexdigest() for answer in before]


@pytest.mark.parametrize(
    ("place", "fate", "size"),
    [("bag", "applied", "small"), ("specimen", "specimen", "tall"), ("cover", "light cover", "secondary")],
)
def test_the_preview_of_a_reprint_is_what_prints(desk: Browser, place: str, fate: str, size: str) -> None:
    print_(desk)
    before = preview(desk, place, size).data
    printed = desk.client.get(print_(desk, place=fate, stock=size, again="torn").headers["Location"])
    assert printed.data == before


@pytest.mark.parametrize("place", PLACES)
def test_the_picture_on_the_page_is_that_of_the_file(desk: Browser, place: str) -> None:
    picture, file = (preview(desk, place, "small", form) for form in ("png", "pdf"))
    assert picture.mimetype == "image/png"
    shown = Image.open(io.BytesIO(picture.data))
    assert [shown.tobytes()] == pixels(file.data)
    page = desk.client.get(f"{PATH}?copy_of={place}").get_data(as_text=True)
    assert f'src="{PATH}/preview/{place}-small.png"' in page and f'href="{PATH}/preview/{place}-small.pdf"' in page


def test_at_300_dpi_it_has_the_dots_of_such_a_printer(desk: Browser) -> None:
    wide = {US: (1200, 900), UK: (1181, 885)}[desk.market]
    answer = desk.client.get(f"{PATH}/preview/bag-small.png?dpi=300")
    assert Image.open(io.BytesIO(answer.data)).size == wide


@pytest.mark.parametrize("reached", [State.VERIFIED, State.RECONSTITUTED])
def test_before_anything_prints_a_preview_says_so_on_the_label(tmp_path: Path, reached: State) -> None:
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, reached)
    (page,) = words(preview(browser))
    assert "PREVIEW" in page and "not timed" in page
    text = browser.get(PATH).text
    assert "4 × 3 in. A preview: labels are printed once the drug is in the bag" in text
    assert "This is the file that prints" not in text


def test_the_code_of_a_preview_is_no_copy_s(tmp_path: Path) -> None:
    """One that was printed from the screen before the labels were must count as none of them."""
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, State.CHECKED)
    code = own_code(NUMBER, "0")
    assert code in words(preview(browser))[0]
    (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(preview(browser, form="png").data)), zxingcpp.DataMatrix)
    assert read.text == code
    step(browser, NUMBER, State.DILUTED)
    print_(browser)
    assert "No such copy was printed" in scan_copy(browser, 0).text
    assert fates(browser) == [None] * 3


# What stands in the way of a print, in patient use or not, and what the page says of its preview.
MARKED = [
    ("an auditor", "A preview: labels are printed by a technician or a pharmacist."),
    ("open sending", "A preview: it is not known whether copies 1 to 3 came out of the printer"),
    ("no printer", "A preview: no label printer is set up here"),
    ("not calibrated", "A preview: no label printer here has passed its calibration as it is set up now"),
]


@pytest.mark.parametrize(("case", "said"), MARKED, ids=[case for case, _ in MARKED])
def test_the_file_that_prints_is_shown_only_where_it_may_be_printed(
    desk: Browser, case: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unmarked preview is that file, byte for byte: whoever has it can print it uncounted."""
    assert "PREVIEW" not in words(preview(desk))[0]
    engine, told = desk.desk.engine, Event(Person("rivers", "T. Rivers", "administrator"), "set up", desk.now)
    name = STOCKS[desk.market]["small"]
    if case == "an auditor":
        desk.sign_in(AUDITOR[desk.market])
    elif case == "open sending":
        made = records.put_printer(engine, Printer(0, 0, "Cabinet 1", Kind.NETWORK, 203, name, "192.0.2.1"), told)
        print_(desk, printer="")  # refused: the printer is not there
        rows: list[Any] = [records.NewSending(made.row, 1, 3)]
        records.take_step(engine, NUMBER, told, judge=lambda _: None, rows=rows)
    else:
        if case == "not calibrated":
            records.put_printer(engine, Printer(0, 0, "Cabinet 1", Kind.DRIVER, 203, name), told)
        monkeypatch.setattr(printing, "refusal", in_patient_use(printing.refusal))
    assert "PREVIEW" in words(preview(desk))[0]
    page = desk.get(PATH).text
    assert said in page and "This is the file that prints" not in page


def in_patient_use(refusal: Any) -> Any:
    """A printer judged as a site for patients judges it."""
    return lambda printer, d: refusal(printer, replace(d, site=replace(d.site, training=False)))


def test_a_preview_writes_nothing_but_that_somebody_looked(desk: Browser) -> None:
    before, looked = desk.stored(), desk.rows()["log"]
    preview(desk, "cover", "tall", "png")
    assert desk.stored() == before
    assert desk.rows()["log"] == looked + 1
    told = newest(desk, "paper viewed").event
    assert told.details["preview"] == f"cover, {STOCKS[desk.market]['tall']}" and told.subject == NUMBER


@pytest.mark.parametrize(
    "path",
    [
        "bag-secondary.png",  # no bag's
        "cover-secondary.png",  # nothing is printed yet
        "bag-a0.png",
        "lid-small.png",
        "bag-small.svg",
    ],
)
def test_what_cannot_print_has_no_preview(desk: Browser, path: str) -> None:
    assert desk.client.get(f"{PATH}/preview/{path}").status_code == 404


def test_a_name_of_two_lines_is_refused_on_the_page_and_shown_on_the_tall_stock(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    long = {"family": "Featherstonehaugh-Cholmondeley", "given": "Rosie"}
    number = browser.save(browser.review(**long)).headers["Location"].rpartition("/")[2]
    bring(browser, number, State.DILUTED)
    path = f"/preparations/{number}/labels"
    assert "; a name of two lines needs 4 × 4 in." in browser.get(path).text
    assert browser.client.get(f"{path}/preview/bag-small.png").status_code == 404
    (page,) = words(browser.client.get(f"{path}/preview/bag-tall.pdf"))
    assert "FEATHERSTONEHAUGH-CHOLMONDELEY," in page
    fields = browser.get(path).fields
    refused = browser.client.post(f"{path}/print", data=fields)
    said = Html(refused.get_data(as_text=True)).said[0]
    assert said.startswith("Bag label: Family and given name: “FEATHERSTONEHAUGH-CHOLMONDELEY, Rosie”")
    assert said.endswith("; a name of two lines needs 4 × 4 in.") and browser.rows()["print"] == 0
    assert browser.client.post(f"{path}/print", data={**fields, "stock": "tall"}).status_code == 303


def test_whoever_may_still_check_it_blind_sees_no_preview(tmp_path: Path) -> None:
    browser = Browser(tmp_path, US)
    bring(browser, NUMBER, State.RECONSTITUTED)
    assert preview(browser).status_code == 200  # who prepared it
    browser.sign_in("lindqvist")
    answers = [preview(browser, form=form) for form in ("pdf", "png")]
    assert [answer.status_code for answer in answers] == [403, 403]
