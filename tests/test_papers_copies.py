"""The copies of a label: their stock, what each is for, and strings that are made once."""

import io
import json
from dataclasses import fields, replace

import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader
from test_papers import BAGGED, NUMBER, PATIENT, SITES, words, work

from compounding import papers
from compounding.papers import Refused
from compounding.papers.bags import uk_label, us_label
from compounding.policy import LabelSize, Market
from compounding.wording.papers import KINDS
from compounding.workflow.labels import due
from compounding.workflow.progress import Fate
from labels import BagLabelUK, BagLabelUS

SMALL, TALL, SECONDARY = LabelSize
PLACES = due(light_cover=True)
# Width and height of the media in mm, by papers.md.
SIZES = {
    (Market.US, SMALL): ("4 × 3 in", 101.6, 76.2),
    (Market.US, TALL): ("4 × 4 in", 101.6, 101.6),
    (Market.US, SECONDARY): ("4 × 2 in", 101.6, 50.8),
    (Market.UK, SMALL): ("100 × 75 mm", 100, 75),
    (Market.UK, TALL): ("100 × 100 mm", 100, 100),
    (Market.UK, SECONDARY): ("70 × 50 mm", 70, 50),
}


def three(market, size=SMALL, first=1, **said):
    made = papers.label_strings(work(market, bagged=BAGGED[market], **said), first, PLACES, size)
    return [papers.with_copy(made, NUMBER, first + later) for later in range(3)]


@pytest.mark.parametrize(("market", "size"), SIZES, ids=lambda one: one.value)
def test_each_size_is_drawn_on_its_stock(market, size):
    name, width, height = SIZES[(market, size)]
    made = papers.label_strings(work(market), 1, (), size)
    assert (made["stock"], papers.stock_name(market, size), papers.size_of(made)) == (name, name, size)
    with pypdfium2.PdfDocument(papers.draw(made)) as document:
        drawn = [points * 25.4 / 72 for points in document[0].get_size()]
    assert drawn == pytest.approx([width, height], abs=25.4 / 203)  # whole dots of the media, never more
    assert drawn[0] <= width and drawn[1] <= height


@pytest.mark.parametrize("size", LabelSize)
@pytest.mark.parametrize("market", Market)
def test_bag_cover_and_specimen_are_told_apart(market, size):
    read = [words(papers.draw(copy)) for copy in three(market, size)]
    assert ["Light cover" in text for text in read] == [False, True, False]
    assert ["SPECIMEN" in text for text in read] == [False, False, True]
    assert [f"Copy {number} of 3" in text for number, text in enumerate(read, 1)] == [True] * 3


@pytest.mark.parametrize("market", Market)
def test_in_patient_use_the_specimen_says_not_for_use(market):
    site = replace(SITES[market], training=False)
    read = [" ".join(words(papers.draw(copy)).split()) for copy in three(market, site=site)]
    assert ["SPECIMEN – NOT FOR USE" in text for text in read] == [False, False, True]
    assert not any("TRAINING" in text for text in read)


@pytest.mark.parametrize("first", [1, 4])
def test_the_places_are_those_of_the_first_copies_by_number(first):
    copies = three(Market.US, first=first)
    assert [copy["content"]["kind"] for copy in copies] == [None, "Light cover", "SPECIMEN"]
    assert [copy["content"]["copy"] for copy in copies] == [f"Copy {first + n} of {first + 2}" for n in range(3)]
    later = papers.with_copy(copies[0], NUMBER, first + 3)  # a reprint that does not say what it is for
    assert (later["content"]["kind"], later["content"]["copy"]) == (None, f"Copy {first + 3}, reprint")


@pytest.mark.parametrize("size", LabelSize)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("market", Market)
def test_a_reprint_differs_in_its_copy_line_code_stock_and_place_alone(market, place, size):
    first = three(market)[0]
    reprint = papers.reprint_strings(first, NUMBER, 7, place, size)
    differing = {name for name, text in reprint["content"].items() if text != first["content"][name]}
    assert differing == {"copy", "symbol"} | ({"kind"} if place is not Fate.APPLIED else set()) | (
        {"void"} if place is Fate.SPECIMEN else set()
    )
    assert reprint["content"]["copy"] == "Copy 7, reprint"
    assert (papers.size_of(reprint), reprint["place"]) == (size, place.value)


@pytest.mark.parametrize("market", Market)
def test_stored_strings_draw_the_same_bytes_from_json(market):
    for copy in (*three(market, TALL), papers.reprint_strings(three(market)[0], NUMBER, 4, PLACES[1], SECONDARY)):
        assert papers.draw(copy) == papers.draw(json.loads(json.dumps(copy)))


@pytest.mark.parametrize("market", Market)
def test_strings_of_before_there_were_stocks_draw_the_same_label(market):
    """Neither stock nor place was stored with them, nor what a copy is for."""
    now = papers.strings("label", work(market, bagged=BAGGED[market]), 1)
    content = {name: text for name, text in now["content"].items() if name not in ("kind", "void")}
    before = {"document": "label", "market": market.value, "content": content, "last": 3}
    assert papers.size_of(before) is SMALL
    assert papers.draw(before) == papers.draw(now)
    assert papers.with_copy(before, NUMBER, 3)["content"]["copy"] == "Copy 3 of 3"


@pytest.mark.parametrize("market", Market)
def test_the_site_s_stock_is_the_usual_one(market):
    tall = replace(SITES[market], label_stock=TALL)
    assert papers.size_of(papers.strings("label", work(market, site=tall), 1)) is TALL
    assert papers.size_of(papers.strings("label", work(market), 1)) is SMALL


LONG = replace(PATIENT, family="Featherstonehaugh-Cholmondeley", given="Rosie")


@pytest.mark.parametrize("market", Market)
def test_a_long_name_is_refused_on_the_small_stock_and_printed_on_the_tall(market):
    with pytest.raises(Refused) as refused:
        papers.label_strings(work(market, identity=LONG), 1, PLACES, SMALL)
    assert str(refused.value).endswith(f"; a name of two lines needs {SIZES[(market, TALL)][0]}.")
    made = papers.label_strings(work(market, identity=LONG), 1, PLACES, TALL)
    assert "FEATHERSTONEHAUGH-CHOLMONDELEY,\nRosie" in words(papers.draw(made))


def test_a_place_whose_words_leave_no_room_is_refused_with_the_first_copy():
    """The bag's own copy would fit: what is refused later would be missed then."""
    verified = replace(BAGGED[Market.US], verified_by="W" * 25)  # 3 + 12.2 + 25 × 2.08 = 67.2; + 2.6 + 13.1 > 78.6 mm
    with pytest.raises(Refused) as refused:
        papers.label_strings(work(Market.US, bagged=verified), 1, PLACES, SMALL)
    assert (refused.value.field, refused.value.text) == ("kind", "Light cover")


@pytest.mark.parametrize("size", LabelSize)
@pytest.mark.parametrize("market", Market)
def test_a_preview_says_that_it_is_not_printed(market, size):
    patient_use = replace(SITES[market], training=False)
    read = " ".join(words(papers.draw(papers.preview_strings(work(market, site=patient_use), size))).split())
    assert "PREVIEW – NOT PRINTED" in read and "Copy 1" in read


@pytest.mark.parametrize("dpi", [203, 300])
def test_the_picture_of_a_file_has_a_pixel_a_dot(dpi):
    drawn = papers.draw(three(Market.US)[0], dpi)
    with pypdfium2.PdfDocument(drawn) as document:
        own = document[0].render(scale=dpi / 72, grayscale=True).to_pil()
    shown = Image.open(io.BytesIO(papers.png(drawn, dpi)))
    assert shown.size == (int(4 * dpi), int(3 * dpi))
    assert shown.tobytes() == own.tobytes()


def test_several_copies_of_a_stock_are_one_file():
    reader = PdfReader(io.BytesIO(papers.draw_all(three(Market.UK, TALL))))
    assert [f"Copy {n} of 3" in page.extract_text() for n, page in enumerate(reader.pages, 1)] == [True] * 3


@pytest.mark.parametrize(("kind", "make"), [(BagLabelUS, us_label), (BagLabelUK, uk_label)])
def test_what_a_copy_is_for_is_no_part_of_what_a_label_says(kind, make):
    """It comes with the copy: the strings of the plan are alike for all of them."""
    made = make(work(Market.US if kind is BagLabelUS else Market.UK))
    assert (made.kind, made.void) == (None, None)
    assert {field.name for field in fields(kind) if field.default is None} >= {"kind", "void"}
    assert set(KINDS) == {place.value for place in PLACES} | {"preview"}
