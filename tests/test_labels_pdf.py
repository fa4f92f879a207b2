"""The bytes: the same twice, every font inside, every string to be read and every symbol to be scanned."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from io import BytesIO

import pypdf
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from paper_examples import ON_WORKSHEET, UK_LABEL, UK_WORKSHEET, US_LABEL, US_WORKSHEET, three_vials
from PIL import Image, ImageChops

from labels import (
    A4,
    LETTER,
    UK_100X75,
    US_4X3,
    Deviation,
    PageMark,
    Refused,
    compose_bag_label,
    draw_bag_label,
    draw_bag_labels,
    draw_worksheet,
)
from labels.faces import face

PAPERS = {
    "us label": lambda: draw_bag_label(US_LABEL, US_4X3, 203),
    "us label at 300 dpi": lambda: draw_bag_label(US_LABEL, US_4X3, 300),
    "uk label": lambda: draw_bag_label(UK_LABEL, UK_100X75, 203),
    "uk label in patient use": lambda: draw_bag_label(replace(UK_LABEL, training=None), UK_100X75, 300),
    "us worksheet": lambda: draw_worksheet(US_WORKSHEET, LETTER),
    "us worksheet, three vials": lambda: draw_worksheet(three_vials(US_WORKSHEET), LETTER),
    "uk worksheet": lambda: draw_worksheet(UK_WORKSHEET, A4),
    "uk worksheet, three vials and a spare": lambda: draw_worksheet(three_vials(UK_WORKSHEET, spare=True), A4),
}
LABELS = [(US_LABEL, US_4X3), (UK_LABEL, UK_100X75)]
WORKSHEETS = [(US_WORKSHEET, LETTER), (UK_WORKSHEET, A4)]


def strings(value: object) -> Iterator[str]:
    """Every string in a value, however deep."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from strings(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)


def words(pdf: bytes) -> str:
    pages = [page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages]
    return " ".join(" ".join(pages).split())


def pictures(pdf: bytes, dpi: int) -> list[Image.Image]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in document]


@pytest.mark.parametrize("draw", PAPERS.values(), ids=PAPERS)
def test_the_same_paper_twice_is_the_same_bytes(draw):
    assert draw() == draw()


@pytest.mark.parametrize("draw", PAPERS.values(), ids=PAPERS)
def test_every_font_is_inside(draw):
    for page in pypdf.PdfReader(BytesIO(draw())).pages:
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
        assert fonts
        for font in fonts:
            assert "SourceSansPro" in font["/BaseFont"]
            assert len(font["/FontDescriptor"]["/FontFile2"].get_data()) > 1000


@pytest.mark.parametrize("draw", PAPERS.values(), ids=PAPERS)
def test_the_file_says_nothing_about_the_patient_beside_the_page(draw):
    metadata = pypdf.PdfReader(BytesIO(draw())).metadata
    assert metadata.title in {"2026-000123-1-7K", "2026-000123-p1-4H"}
    assert "".join([metadata.author, metadata.subject, metadata.creator, metadata.producer]) == ""
    assert str(metadata.get("/CreationDate")).startswith("D:20000101")


@pytest.mark.parametrize(("label", "stock"), LABELS)
def test_every_string_of_a_label_can_be_read(label, stock):
    lines = words(draw_bag_label(label, stock, 203))
    assert [text for text in strings(label) if text not in lines] == []


@pytest.mark.parametrize(("worksheet", "stock"), WORKSHEETS)
def test_every_string_of_a_worksheet_can_be_read(worksheet, stock):
    text = words(draw_worksheet(worksheet, stock))
    assert [line for line in strings(worksheet) if line not in text] == []
    assert text.count(" ".join(ON_WORKSHEET)) == 4  # the mark and the foot of two pages


def test_a_caption_and_its_value_are_read_on_one_line_and_in_the_order_of_the_label():
    page = pypdf.PdfReader(BytesIO(draw_bag_label(US_LABEL, US_4X3, 203))).pages[0]
    lines = [line.strip() for line in page.extract_text().splitlines()]
    order = [
        "OKONKWO-BRIGHTWATER, Maximiliana",
        "MRN 00123456",
        "Born Aug 14, 1980",
        "inotuzumab ozogamicin",
        "DOSE 1.46 mg",
        "in 0.9% sodium chloride,",
        "TOTAL VOLUME 50 mL",
        "FOR INTRAVENOUS INFUSION ONLY",
        "TRAINING –",
        "NOT FOR",
        "PATIENT USE",
        "Give on Mar 12, 2026",
        "START BEFORE (BUD)",
        "INFUSION COMPLETE BY",
        "HAZARDOUS DRUG – CHEMOTHERAPY",
        "Prep. no. 2026-000123",
        "2026-000123-1-7K",
    ]
    assert [line for line in lines if line in order] == order


@pytest.mark.parametrize("tilt", [0, 2, -2])
@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize(("label", "stock"), LABELS)
def test_the_symbol_of_a_label_scans_from_its_picture(label, stock, dpi, tilt):
    (picture,) = pictures(draw_bag_label(label, stock, dpi), dpi)
    assert picture.size == compose_bag_label(label, stock, dpi).dots
    assert scanned(picture, tilt) == [label.symbol]


@pytest.mark.parametrize("tilt", [0, 2, -2])
@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize(("worksheet", "stock"), WORKSHEETS)
def test_the_symbols_of_a_worksheet_scan_from_its_pictures(worksheet, stock, dpi, tilt):
    for picture, page in zip(pictures(draw_worksheet(worksheet, stock), dpi), worksheet.pages, strict=True):
        assert scanned(picture, tilt) == [page.symbol]


def scanned(picture: Image.Image, tilt: float) -> list[str]:
    turned = picture.rotate(tilt, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    return [code.text for code in zxingcpp.read_barcodes(turned, formats=zxingcpp.BarcodeFormat.DataMatrix)]


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize(("label", "stock"), LABELS)
def test_the_symbol_is_printed_in_whole_dots(label, stock, dpi):
    """Every dot of the symbol is black or white, to a shade of 256, and those of one module are alike."""
    (symbol,) = compose_bag_label(label, stock, dpi).symbols
    (picture,) = pictures(draw_bag_label(label, stock, dpi), dpi)
    left, top, dots = (round(mm / 25.4 * dpi) for mm in (symbol.x, symbol.y, symbol.module))
    dark = {(row, column + i) for row, column, length in symbol.dark for i in range(length)}
    for row in range(16):
        for column in range(16):
            x, y = left + column * dots, top + row * dots
            shades = set(picture.crop((x, y, x + dots, y + dots)).tobytes())
            assert shades <= ({0, 1} if (row, column) in dark else {254, 255})


def mark_alone(picture: Image.Image, label, stock, dpi: int) -> Image.Image:
    """The label with the mark less the label without it: white where they are alike."""
    (plain,) = pictures(draw_bag_label(replace(label, training=None), stock, dpi), dpi)
    return ImageChops.invert(ImageChops.difference(picture, plain))


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize(("label", "stock"), LABELS)
def test_the_mark_is_seen_and_is_not_under_figures_smaller_than_twelve_points(label, stock, dpi):
    (picture,) = pictures(draw_bag_label(label, stock, dpi), dpi)
    mark = mark_alone(picture, label, stock, dpi)
    assert mark.tobytes().count(0) > 3000
    for run in compose_bag_label(label, stock, dpi).runs:
        box = [round(edge / 25.4 * dpi) for edge in run.area]
        if run.size < 12 and any(c.isdigit() for c in run.text):
            assert set(mark.crop(box).tobytes()) == {255}, run.text


@pytest.mark.parametrize(("label", "stock"), LABELS)
def test_in_the_band_the_dots_are_white_and_leave_its_words_alone(label, stock):
    sheet = compose_bag_label(label, stock, 203)
    band = [round(edge / 25.4 * 203) for edge in sheet.fills[0].area]
    (marked,) = pictures(draw_bag_label(label, stock, 203), 203)
    (plain,) = pictures(draw_bag_label(replace(label, training=None), stock, 203), 203)
    pairs = list(zip(marked.crop(band).tobytes(), plain.crop(band).tobytes(), strict=True))
    assert sum(after > before for after, before in pairs) > 100
    assert not any(after < before for after, before in pairs)


def test_a_small_figure_in_the_band_keeps_the_white_dots_out():
    label = replace(US_LABEL, hazard_note="Bin 7", hazard="HAZARDOUS DRUG – GROUP 1")
    (picture,) = pictures(draw_bag_label(label, US_4X3, 203), 203)
    mark = mark_alone(picture, label, US_4X3, 203)
    for run in compose_bag_label(label, US_4X3, 203).runs:
        if run.white:
            assert set(mark.crop([round(edge / 25.4 * 203) for edge in run.area]).tobytes()) == {255}


@pytest.mark.parametrize(("worksheet", "stock"), WORKSHEETS)
def test_the_mark_of_a_worksheet_is_light_grey_under_the_text(worksheet, stock):
    for picture in pictures(draw_worksheet(worksheet, stock), 110):
        assert picture.tobytes().count(232) > 20_000  # 91 %


def test_the_copies_of_a_label_are_pages_of_one_file():
    copies = [replace(US_LABEL, copy=f"Copy {n} of 3", symbol=f"2026-000123-{n}-7K") for n in (1, 2, 3)]
    together = draw_bag_labels(copies, US_4X3, 203)
    texts = [page.extract_text() for page in pypdf.PdfReader(BytesIO(together)).pages]
    assert [[f"Copy {n} of 3" in text for n in (1, 2, 3)] for text in texts] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]
    alone = pictures(draw_bag_label(copies[1], US_4X3, 203), 203)
    assert pictures(together, 203)[1].tobytes() == alone[0].tobytes()


@given(st.text(st.sampled_from(sorted(face("Bold").widths)), min_size=1, max_size=20))
def test_whatever_name_is_not_refused_can_be_read_whole(name):
    """Any letters of the font, Vietnamese to mathematical, or one sentence that names the field."""
    try:
        drawn = draw_bag_label(replace(UK_LABEL, patient_name=name), UK_100X75, 203)
    except Refused as refused:
        assert (refused.field, refused.text) == ("patient name", name.replace("\N{NO-BREAK SPACE}", " "))
    else:
        assert " ".join(name.split()) in words(drawn)


def test_markup_is_printed_as_it_is_typed():
    name = "<b>&amp;</b><script>alert(1)</script>"
    assert name in words(draw_bag_label(replace(UK_LABEL, patient_name=name), UK_100X75, 203))


def test_a_further_page_bears_its_own_symbol():
    deviations = tuple(Deviation(f"what {n}", f"why {n}", f"who {n}") for n in range(5))
    pages = tuple(PageMark(f"Page {n} of 3", f"2026-000123-p{n}-4H") for n in (1, 2, 3))
    worksheet = replace(UK_WORKSHEET, pages=pages, deviations=replace(UK_WORKSHEET.deviations, rows=deviations))
    drawn = draw_worksheet(worksheet, A4)
    assert [scanned(picture, 0) for picture in pictures(drawn, 203)] == [[page.symbol] for page in pages]
    last = pypdf.PdfReader(BytesIO(drawn)).pages[2].extract_text()
    assert all(text in last for text in ("OKONKWO-BRIGHTWATER", "what 4", "why 4", "who 4", "Page 3 of 3"))
    assert "what 2" not in last
