"""A drawn PDF as ZPL II, for label printers that take it on the network: bytes in, bytes out.

The printer composes nothing: each page is sent as its dots, so that the PDF, its picture and the label are one
layout. Source of every command and of the compression: Zebra, ZPL II programming guide (^XA, ^MU, ^PW, ^LL,
^LH, ^GF, ^PQ, ^XZ; "Alternative data compression scheme for ~DG and ~DB").
"""

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from labels.raster import dots, pictures

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES = 99_999  # of one ^GF; a label of 4 × 3 in has more at 300 dpi, and comes in bands
END = b"^XZ\n"
"""What a format ends with. A printer prints nothing of one before this has come."""
_LONGEST = 419  # one repeat count: z (400) and Y (19)


def zpl(drawn: bytes, dpi: int) -> list[bytes]:
    """Each page of a PDF as one format that prints once. A page of whole dots at this resolution stays as it is."""
    return [_format(dots(picture)) for picture in pictures(drawn, dpi)]


def _format(picture: "Image.Image") -> bytes:
    """Unit, home, orientation, mirror and reversal are set as well: another program may have left its own. The offsets
    to the media (^LT, ^LS) are the printer's, set up with its roll, and stay."""
    width, height = picture.size
    head = f"^XA^MUD^PW{width}^LL{height}^LH0,0^PON^PMN^LRN^PQ1\n"
    return head.encode() + b"".join(_bands(picture)) + END


def _bands(picture: "Image.Image") -> Iterator[bytes]:
    width, height = picture.size
    row = (width + 7) // 8
    rows = MOST_BYTES // row
    for top in range(0, height, rows):
        band = picture.crop((0, top, width, min(top + rows, height)))
        data = _packed(band)
        yield f"^FO0,{top}^GFA,{len(data)},{len(data)},{row},{_compressed(data.hex().upper(), row * 2)}^FS\n".encode()


def _packed(picture: "Image.Image") -> bytes:
    """One bit a dot, 1 prints; the bits that fill a row up are white. Pillow's 1 is white."""
    from PIL import ImageChops

    return ImageChops.invert(picture).tobytes()


def _compressed(data: str, length: int) -> str:
    """Rows of hexadecimal figures: what repeats is counted, white up to the right edge is a comma, black an
    exclamation mark, and a row like the one before it a colon."""
    rows, before = [], None
    for start in range(0, len(data), length):
        row = data[start : start + length]
        rows.append(":" if row == before else _row(row))
        before = row
    return "".join(rows)


def _row(row: str) -> str:
    for figure, mark in (("0", ","), ("F", "!")):
        if row[-1] == figure:
            return _counted(row.rstrip(figure)) + mark
    return _counted(row)


def _counted(row: str) -> str:
    return "".join(_run(figure, len(list(same))) for figure, same in groupby(row))


def _run(figure: str, count: int) -> str:
    """G to Y are 1 to 19 of the figure that follows, g to z 20 to 400 of it."""
    said = ""
    while count > 0:
        now = min(count, _LONGEST)
        twenties, ones = divmod(now, 20)
        said += chr(ord("f") + twenties) * bool(twenties) + chr(ord("F") + ones) * bool(ones and now > 1) + figure
        count -= now
    return said
