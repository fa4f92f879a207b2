"""ZPL: the dots that a network printer gets are those of the PDF's picture, read back by two decoders."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from paper_examples import UK_LABEL, US_LABEL
from PIL import Image, ImageChops
from zebrafy import ZebrafyZPL

from labels import UK_100X75, US_4X3, ZPL_END, draw_bag_label, draw_bag_labels, zpl
from labels.raster import dots, pictures
from labels.zpl import MOST_BYTES, _compressed

LABELS = [pytest.param(US_LABEL, US_4X3, id="us"), pytest.param(UK_LABEL, UK_100X75, id="uk")]
# Whole dots of each stock: 4 in × 203 and 3 in × 203; 100 mm × 203 / 25.4 is 799.2, and 75 mm 599.4.
SIZES = {
    ("4 × 3 in", 203): (812, 609),
    ("4 × 3 in", 300): (1200, 900),
    ("100 × 75 mm", 203): (799, 599),
    ("100 × 75 mm", 300): (1181, 885),
}
_FIELD = re.compile(rb"\^FO0,(\d+)\^GFA,(\d+),(\d+),(\d+),([^^]*)\^FS")


def hexadecimal(data: str, length: int) -> str:
    """The compression of Zebra's manual undone, a sign at a time."""
    rows, row, count = [], "", 0
    for sign in data:
        if "G" <= sign <= "Y":
            count += ord(sign) - ord("G") + 1
        elif "g" <= sign <= "z":
            count += (ord(sign) - ord("g") + 1) * 20
        elif sign in ",!":
            row = row.ljust(length, {",": "0", "!": "F"}[sign])
        elif sign == ":":
            rows.append(rows[-1])
        else:
            row, count = row + sign * (count or 1), 0
        if len(row) >= length:
            rows.append(row[:length])
            row = row[length:]
    assert row == ""
    return "".join(rows)


def printed(label: bytes) -> Image.Image:
    """What a printer puts down: white dots, and black ones of every field at its place."""
    width, height = (int(re.search(rb"\^%s(\d+)" % name, label)[1]) for name in (b"PW", b"LL"))  # type: ignore[index]
    paper = Image.new("1", (width, height), 1)
    for top, sent, total, row, data in _FIELD.findall(label):
        assert sent == total
        bits = bytes.fromhex(hexadecimal(data.decode(), int(row) * 2))
        assert len(bits) == int(total) <= MOST_BYTES
        band = ImageChops.invert(Image.frombytes("1", (int(row) * 8, int(total) // int(row)), bits))
        paper.paste(band, (0, int(top)))
    return paper


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize(("label", "stock"), LABELS)
def test_the_dots_sent_are_the_picture_of_the_pdf(label, stock, dpi):
    drawn = draw_bag_label(label, stock, dpi)
    (sent,) = zpl(drawn, dpi)
    (picture,) = pictures(drawn, dpi)
    paper = printed(sent)
    assert paper.size == picture.size == SIZES[stock.name, dpi]
    assert paper.tobytes() == dots(picture).tobytes()
    # No dot is far from its shade: what is black is more than half covered.
    pairs = zip(picture.tobytes(), paper.convert("L").tobytes(), strict=True)
    assert all((shade < 128) is not bool(dot) for shade, dot in pairs)


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize(("label", "stock"), LABELS)
def test_another_program_reads_the_same_dots(label, stock, dpi):
    """zebrafy knows nothing of ours. It gives each field as a picture, as wide as its bytes."""
    drawn = draw_bag_label(label, stock, dpi)
    (sent,) = zpl(drawn, dpi)
    bands = ZebrafyZPL(sent.decode()).to_images()
    tops = [int(found[0]) for found in _FIELD.findall(sent)]
    paper = Image.new("1", SIZES[stock.name, dpi], 1)
    for top, band in zip(tops, bands, strict=True):
        paper.paste(band, (0, top))
    assert paper.tobytes() == dots(pictures(drawn, dpi)[0]).tobytes()


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("label", "stock"), LABELS)
def test_the_symbol_scans_from_the_dots_that_were_sent(label, stock, dpi, training):
    label = label if training else replace(label, training=None)
    (sent,) = zpl(draw_bag_label(label, stock, dpi), dpi)
    found = zxingcpp.read_barcodes(printed(sent).convert("L"), formats=zxingcpp.BarcodeFormat.DataMatrix)
    assert [code.text for code in found] == [label.symbol]


def test_each_copy_is_a_format_that_prints_once():
    copies = [replace(US_LABEL, copy=f"Copy {n} of 3", symbol=f"2026-000123-{n}-7K") for n in (1, 2, 3)]
    sent = zpl(draw_bag_labels(copies, US_4X3, 203), 203)
    assert len(sent) == 3
    for label in sent:
        assert label.startswith(b"^XA") and label.endswith(ZPL_END)
        assert (label.count(b"^XA"), label.count(b"^XZ"), label.count(b"^PQ1")) == (1, 1, 1)
        assert label.isascii() and b"~" not in label


def test_a_graphic_beyond_the_most_bytes_comes_in_bands():
    """150 bytes a row at 300 dpi: 99,999 hold 666 rows, and 900 need two fields."""
    (sent,) = zpl(draw_bag_label(US_LABEL, US_4X3, 300), 300)
    found = [tuple(map(int, field[:4])) for field in _FIELD.findall(sent)]
    assert found == [(0, 99_900, 99_900, 150), (666, 35_100, 35_100, 150)]


# By hand from the manual: G is 1, H is 2, Y is 19, g is 20, z is 400 of the figure that follows.
COMPRESSED = [
    ("00000000", ","),
    ("FFFFFFFF", "!"),
    ("12340000", "1234,"),
    ("1234FFFF", "1234!"),
    ("AAAAAAA1", "MA1"),
    ("0" * 7 + "1", "M01"),
    ("A" * 21 + "1", "gGA1"),
    ("A" * 40 + "12", "hA12"),
    ("A" * 419 + "1", "zYA1"),
    ("A" * 421 + "1", "zYAHA1"),
]


@pytest.mark.parametrize(("row", "said"), COMPRESSED)
def test_a_row_is_compressed_as_the_manual_says(row, said):
    assert _compressed(row, len(row)) == said
    assert hexadecimal(said, len(row)) == row


def test_a_row_like_the_one_before_is_a_colon():
    assert _compressed("1200" * 3 + "0000" + "0000", 4) == "12,::,:"


@given(st.lists(st.sampled_from(["00", "FF", "A5", "0F"]), min_size=1, max_size=60), st.integers(1, 60))
def test_whatever_is_compressed_comes_back(data, width):
    width = min(width, len(data))
    rows = "".join(data[: len(data) // width * width])
    assert hexadecimal(_compressed(rows, width * 2), width * 2) == rows
