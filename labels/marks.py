"""The training mark of a label: large letters at an angle, filled by single printer dots.

Single dots stay clear of the print at any darkness. Outlines and dashed letters were tried and dropped:
beside figures they read as points or slashes."""

import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from labels.faces import face

if TYPE_CHECKING:
    from PIL import Image

STEP = 3  # every third dot of every third row


class Slant(NamedTuple):
    """How the mark lies on a stock: size in pt, angle in degrees (anticlockwise), and the centre of each line
    in mm from the top left."""

    size: float
    angle: float
    centres: tuple[tuple[float, float], ...]


class Dots(NamedTuple):
    """A mask of one bit a printer dot, row by row, deflated; 1 prints."""

    width: int
    height: int
    packed: bytes


@lru_cache(maxsize=32)
def dotted(lines: tuple[str, ...], slant: Slant, width: int, height: int, dpi: int) -> Dots:
    """The lines as dots on a label of width × height dots. Computed once per text, stock and resolution."""
    from PIL import Image, ImageChops

    letters = Image.new("L", (width, height), 0)
    for line, (x, y) in zip(lines, slant.centres, strict=True):
        turned = _letters(line, slant, dpi)
        left = round(x / 25.4 * dpi - turned.width / 2)
        top = round(y / 25.4 * dpi - turned.height / 2)
        layer = Image.new("L", (width, height), 0)
        layer.paste(turned, (left, top))
        letters = ImageChops.lighter(letters, layer)
    inked = ImageChops.darker(letters, _grid(width, height)).point(lambda value: 255 if value > 127 else 0)
    packed = zlib.compress(inked.convert("1", dither=Image.Dither.NONE).tobytes(), 9)
    return Dots(width, height, packed)


def _letters(line: str, slant: Slant, dpi: int) -> "Image.Image":
    """One line, white on black, turned."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(face("Bold").path, round(slant.size / 72 * dpi), layout_engine=ImageFont.Layout.BASIC)
    left, top, right, bottom = font.getbbox(line)
    picture = Image.new("L", (round(right - left), round(bottom - top)), 0)
    ImageDraw.Draw(picture).text((-left, -top), line, fill=255, font=font)
    return picture.rotate(slant.angle, resample=Image.Resampling.BICUBIC, expand=True)


def _grid(width: int, height: int) -> "Image.Image":
    """White at every third dot of every third row."""
    from PIL import Image

    row = bytes(255 if x % STEP == 0 else 0 for x in range(width))
    data = (row + bytes(width * (STEP - 1))) * (height // STEP + 1)
    return Image.frombytes("L", (width, height), data[: width * height])
