"""Five hundred invented patients and orders, for every market, stock and state: each label and worksheet prints whole,
or is refused by its field.

What is drawn is judged from the file alone: its text, the place of every letter's ink, and what a scanner reads of its
symbols, straight and tilted."""

import random
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from functools import cache
from itertools import groupby, product
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from test_labels_pdf import scanned, words
from test_papers import NUMBER, SITES, work

from compounding import papers
from compounding.papers import Bagged, Hour, Recorded, Refused
from compounding.patient import Identity
from compounding.policy import LabelSize, Market
from compounding.web.fields import PatientNumber
from compounding.web.forms import LOCATION_MOST, NAME_MOST
from compounding.workflow import State
from compounding.workflow.labels import due
from labels import UK_70X50, US_4X2, BagLabelUK, BagLabelUS
from labels.bag import LAYOUTS
from labels.faces import face
from labels.raster import pictures
from tests.orders import IN

PLACES = due(light_cover=True)
SCRIPTS = {
    "plain": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "latin": "ÀÁÂÃÄÅÆÇÈÉĄĆĎĐĘĞİŁŃŇÑÓÔŐÖØŒŘŚŠŞȘŢÚŰÜŮÝŸŹŻŽÞ",
    "vietnamese": "ẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸƠƯĐ",
    "greek": "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΆΈΉΊΌΎΏ",
    "cyrillic": "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЄІЇҐЎ",
}
# And every letter of each that the font has, capital and small, however rare, such as those of old Greek.
WHOLE = ("LATIN", "GREEK", "CYRILLIC")
WIDEST, HIGHEST_AND_LOWEST = "W", "ẶỄgjpqy"
BAG, COVER, SPECIMEN = PLACES
TILTS = (2, -2)  # degrees


class Use(Enum):
    """What a label is drawn as."""

    ON_BAG = BAG
    ON_COVER = COVER
    KEPT = SPECIMEN
    REPRINT = "one more, for the bag"
    PREVIEW = "cannot be printed yet"


# Every market, stock and state there is, one after the other.
KINDS = tuple(product(Market, LabelSize, Use, (True, False)))
STATES = tuple(State)
# What a person types and a label holds: a refusal names one of these, or what has its place beside it.
REFUSED = {
    "patient name", "mrn", "born", "location", "nhs number", "hospital number", "ward", "cycle", "bag", "prescriber",
    "prepared by", "verified by", "kind",
}  # fmt: skip
TOUCH = 0.05  # mm, of two letters' ink on different lines
OF_THE_MARK = 8  # mm: nothing else on a worksheet is so tall
LAP = 0.4  # mm that an accent may run into the line above: both can still be read


@dataclass(frozen=True)
class Case:
    """One label to print."""

    market: Market
    size: LabelSize
    use: Use
    identity: Identity
    order: int
    bagged: bool
    training: bool
    staff: str
    dpi: int

    @property
    def work(self):
        at = (Hour("Mar 12, 2026" if self.market is Market.US else "12-Mar-2026", hour) for hour in ("09:40", "23:59"))
        added, last = at
        bagged = Bagged(added, last, last, self.staff, self.staff) if self.bagged else None
        site = replace(SITES[self.market], training=self.training)
        shown = orders(self.market)[self.order]
        return work(self.market, shown, identity=self.identity, site=site, bagged=bagged, prescriber=self.staff)


ORDERS = (
    {"ordered": "1.46"},
    {"height": 150, "weight": "41.7"},
    {"height": 200, "weight": 120},
    {"height": 230, "weight": 139},
    {"height": 186, "weight": "66.9", "cycle": 2, "day": 15, "response": "cr"},
)


@cache
def orders(market):
    return [IN[market](**order) for order in ORDERS]


@cache
def letters_of(script: str) -> str:
    """Those of a list above, or all that the font has of a script."""
    if script in SCRIPTS:
        return SCRIPTS[script]
    return "".join(c for c in sorted(face("Bold").widths) if c.isalpha() and unicodedata.name(c).startswith(script))


def name(of: random.Random, most: int) -> str:
    """Letters of one script, as long as the form takes; capitals and small ones, hyphens, apostrophes and spaces."""
    letters = letters_of(of.choice(sorted((*SCRIPTS, *WHOLE)))) + of.choice(("", WIDEST, HIGHEST_AND_LOWEST))
    length = of.choice((2, of.randint(3, 12), of.randint(3, 12), of.randint(8, 25), most))
    text = "".join(of.choice(letters) if of.random() < 0.8 else of.choice("-’ ") for _ in range(length))
    return " ".join(text.split())[:most].strip("-’ ") or "Ö"


def case(of: random.Random, number: int) -> Case:
    """`number` says of which kind; all the rest is by chance."""
    market, size, use, training = KINDS[number % len(KINDS)]
    number = "".join(of.choice("0123456789WQ") for _ in range(of.choice((6, 9, PatientNumber.MOST))))
    identity = Identity(
        family=name(of, NAME_MOST),
        given=name(of, NAME_MOST).capitalize(),
        born=date(1925 + of.randrange(80), 1 + of.randrange(12), 1 + of.randrange(28)),
        location=name(of, LOCATION_MOST),
        mrn=number,
        nhs_number=of.choice(("", "9990123454")),
        hospital_number=number,
    )
    bagged = use is not Use.PREVIEW and of.random() < 0.8
    order, dpi = of.randrange(len(ORDERS)), of.choice((203, 300))
    return Case(market, size, use, identity, order, bagged, training, name(of, NAME_MOST), dpi)


def made_of(one: Case, size: LabelSize | None = None):
    """The strings of its label. Raises Refused."""
    size = size or one.size
    if one.use is Use.PREVIEW:
        return papers.preview_strings(one.work, size)
    first = papers.label_strings(one.work, 1, PLACES, size)
    if one.use is Use.REPRINT:
        return papers.reprint_strings(first, NUMBER, 1 + len(PLACES), BAG, size)
    return papers.with_copy(first, NUMBER, 1 + PLACES.index(one.use.value))


# ------------------------------------------------------------------ what the file says


def texts(content, kind, stock) -> list[str]:
    """Every text that this stock carries, captions included."""
    layout = LAYOUTS[kind][stock]
    found = []
    for spot in layout.spots:
        value: Any = content
        for part in spot.field.split("."):
            value = None if value is None else value[part]
        if value is None or (spot.instead_of and content[spot.instead_of] is not None):
            continue
        found += list(value.values()) if isinstance(value, dict) else [value]
    return found


def glyphs(drawn: bytes):
    """Of each page: each letter with ink and its box in mm from the lower left, and the size of the page."""
    with pypdfium2.PdfDocument(drawn) as document:
        return [_glyphs(page) for page in document]


def _glyphs(page):
    text = page.get_textpage()
    whole = text.get_text_range()
    places = [tuple(edge * 25.4 / 72 for edge in text.get_charbox(at)) for at in range(text.count_chars())]
    text.close()
    lettered = zip(whole, places, strict=False)
    # PDFium gives a joined sign such as ﬃ as its letters, each in the place of the whole.
    firsts = [next(same) for _, same in groupby(lettered, key=lambda glyph: glyph[1])]
    inked = [(c, box) for c, box in firsts if not c.isspace() and box[2] > box[0]]
    return inked, tuple(edge * 25.4 / 72 for edge in page.get_size())


def require_inside(inked, size) -> None:
    """Raises AssertionError for a letter that is cut by the edge."""
    for c, (left, bottom, right, top) in inked:
        assert left > 0 and bottom > 0 and right < size[0] and top < size[1], c


def require_scans(picture, symbol: str) -> None:
    """Straight among all that is on the page; tilted with what lies around it, which is all that a scanner sees."""
    assert scanned(picture, 0) == [symbol]
    view = around_symbol(picture)
    assert [scanned(view, tilt) for tilt in TILTS] == [[symbol]] * len(TILTS)


def around_symbol(picture):
    """Of a page with one symbol: that, and as much again on every side."""
    (code,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.DataMatrix)
    corners = [code.position.top_left, code.position.top_right, code.position.bottom_left, code.position.bottom_right]
    across, down = sorted(corner.x for corner in corners), sorted(corner.y for corner in corners)
    wide, high = across[-1] - across[0], down[-1] - down[0]
    box = (across[0] - wide, down[0] - high, across[-1] + wide, down[-1] + high)
    return picture.crop((max(box[0], 0), max(box[1], 0), min(box[2], picture.width), min(box[3], picture.height)))


def overlapping(inked) -> list[tuple[str, str]]:
    """Letters whose ink lies over another's, by more than an accent may."""
    found, rows = [], sorted(enumerate(inked), key=lambda glyph: glyph[1][1][1])
    for at, (place, (c, (left, bottom, right, top))) in enumerate(rows):
        for place2, (other, (left2, bottom2, right2, top2)) in rows[at + 1 :]:
            if bottom2 >= top - LAP - TOUCH:
                break
            across = min(right, right2) - max(left, left2)
            up = min(top, top2) - max(bottom, bottom2)
            beside = abs(place - place2) == 1 and across < 0.6  # the next letter of a word, which may lean over it
            if across > TOUCH and up > LAP + TOUCH and not beside:
                found.append((c, other))
    return found


def judge(one: Case) -> str:
    """The field that was refused, or "" for a label that is whole."""
    try:
        made = made_of(one)
    except Refused as refused:
        assert refused.field in REFUSED, refused
        assert refused.text in str(refused)
        return refused.field
    drawn = papers.draw(made, one.dpi)
    read = "".join(words(drawn).split())
    ((inked, size),) = glyphs(drawn)
    kind = BagLabelUS if one.market is Market.US else BagLabelUK
    stock = papers.copies.stock_of(made)
    assert [text for text in texts(made["content"], kind, stock) if "".join(text.split()) not in read] == []
    assert len(inked) == len(read), "every letter has its ink"
    require_inside(inked, size)
    assert overlapping(inked) == []
    require_scans(pictures(drawn, one.dpi)[0], made["content"]["symbol"])
    return ""


def test_the_letters_of_every_script_are_in_the_font():
    assert [c for script in SCRIPTS.values() for c in script if c not in face("Bold").widths] == []
    assert {US_4X2, UK_70X50} <= {stock for layouts in LAYOUTS.values() for stock in layouts}


def test_the_font_has_no_further_script():
    """But for single signs, such as the ordinals and the modifiers of phonetics."""
    whole = "".join(map(letters_of, WHOLE))
    rest = {unicodedata.name(c).split()[0] for c in face("Bold").widths if c.isalpha() and c not in whole}
    assert rest <= {"MODIFIER", "SUPERSCRIPT", "FEMININE", "MASCULINE", "MICRO", "CARON", "SCRIPT", "OHM"}
    assert len(whole) > 900


def judged(seed: int) -> list[str]:
    """25 labels, of the next kinds in their order."""
    of = random.Random(seed)
    return [judge(case(of, seed * 25 + at)) for at in range(25)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_each_of_two_hundred_labels_prints_whole_or_is_refused(seed):
    """Of each of the 60 kinds three."""
    assert 2 < judged(seed).count("") < 23  # the longest names fit none


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(100, 120))
def test_each_of_five_hundred_more_prints_whole_or_is_refused(seed):
    assert 2 < judged(seed).count("") < 23


def test_what_fits_the_small_stock_fits_the_tall_one():
    of, fitting = random.Random(7), 0
    for number in range(60):
        one = case(of, number)
        try:
            made_of(one, LabelSize.SMALL)
        except Refused:
            continue
        made_of(one, LabelSize.TALL)
        fitting += 1
    assert fitting > 10


# ------------------------------------------------------------------ worksheets


def judge_worksheet(one: Case, state: State) -> str:
    """As judge, for the pages of the worksheet of the same order. Under all that is written lies the grey mark."""
    try:
        made = papers.strings("worksheet", replace(one.work, recorded=Recorded(reached=state)), 1)
    except Refused as refused:
        assert refused.field and refused.text in str(refused), refused
        return refused.field
    drawn = papers.draw(made)
    read = "".join(words(drawn).split())
    assert [text for text in told(made["content"]) if "".join(text.split()) not in read] == []
    pages = made["content"]["pages"]
    for page, (inked, size), picture in zip(pages, glyphs(drawn), pictures(drawn, one.dpi), strict=True):
        written = [(c, box) for c, box in inked if box[3] - box[1] < OF_THE_MARK]
        require_inside(written, size)
        assert overlapping(written) == []
        require_scans(picture, page["symbol"])
    return ""


def told(content: Any) -> list[str]:
    """Every string, however deep."""
    if isinstance(content, str):
        return [content]
    inner = content.values() if isinstance(content, dict) else content if isinstance(content, list | tuple) else ()
    return [text for part in inner for text in told(part)]


def judged_worksheets(seed: int) -> list[str]:
    """25 worksheets, in one state after the other."""
    of = random.Random(seed)
    numbers = range(seed * 25, seed * 25 + 25)
    return [judge_worksheet(case(of, number), STATES[number % len(STATES)]) for number in numbers]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_each_of_fifty_worksheets_prints_whole_or_is_refused(seed):
    assert 2 < judged_worksheets(seed).count("") < 25


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(100, 120))
def test_each_of_five_hundred_worksheets_prints_whole_or_is_refused(seed):
    assert 2 < judged_worksheets(seed).count("") < 25


# ------------------------------------------------------------------ the judge itself


def test_the_judge_sees_what_lies_over_another():
    """A label drawn over itself a millimetre lower, as a faulty layout would."""
    made = made_of(replace(case(random.Random(1), 0), identity=PLAIN, size=LabelSize.SMALL, staff="A. Park"))
    ((inked, _),) = glyphs(papers.draw(made))
    shifted = [(c, (left, bottom - 1, right, top - 1)) for c, (left, bottom, right, top) in inked]
    assert overlapping(inked) == [] and len(overlapping([*inked, *shifted])) > 100


PLAIN = Identity("Rivera", "Elena", date(1980, 8, 14), "6 East", "00417352", "9990123454", "TR-20417")
