"""The typeface: registered once a process, with what is needed to measure a run and to refuse a character."""

import struct
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal, NamedTuple

from labels.refusal import Refused

Weight = Literal["Regular", "Semibold", "Bold"]

MM_PER_POINT = 25.4 / 72

# Categories that leave no mark, or leave it in another place than they are written: controls, formats (bidi
# controls, zero-width characters, the soft hyphen), surrogates, private use, unassigned, line and paragraph
# separators, and combining marks, which reportlab draws beside their letter instead of over it.
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Mc", "Me"})

# Beyond it reportlab writes a table that no reader takes the letter back from (two signs of this font).
LAST_READABLE = 0xFFFF

# Of the strings that labels and worksheets are made of; most of one paper's stand on the next as well.
_REMEMBERED = 4096

_loading = Lock()


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One weight. Widths, tops and bottoms of each printable character in thousandths of the size."""

    name: str
    path: str
    widths: dict[str, float]
    tops: dict[str, float]
    bottoms: dict[str, float]

    def width(self, text: str, size: float) -> float:
        """Length in mm of text at size pt."""
        widths = self.widths
        return sum([widths[c] for c in text]) * size * MM_PER_POINT / 1000

    def reach(self, text: str, size: float) -> tuple[float, float]:
        """How far the ink goes above and below the baseline, in mm; both count upwards."""
        scale = size * MM_PER_POINT / 1000
        tops, bottoms = self.tops, self.bottoms
        return max([tops[c] for c in text]) * scale, min([bottoms[c] for c in text]) * scale


def face(weight: Weight) -> Face:
    """The face of that weight, loaded and registered with reportlab on the first call."""
    with _loading:
        return _load(weight)


@cache
def _load(weight: Weight) -> Face:
    # Imported here: reportlab takes 80 ms, which a process that draws nothing should not pay.
    import font_source_sans_pro
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    name = f"SourceSansPro-{weight}"
    path = Path(font_source_sans_pro.font_directory) / f"{name}.ttf"
    font = TTFont(name, str(path), asciiReadable=False)  # embed the letters used, not all of ASCII
    registerFont(font)
    printable = {
        chr(code): glyph
        for code, glyph in font.face.charToGlyph.items()
        if unicodedata.category(chr(code)) not in UNPRINTABLE and code <= LAST_READABLE
    }
    widths = {c: float(font.face.charWidths[ord(c)]) for c in printable}
    tops, bottoms = _heights(font.face, printable)
    return Face(name, str(path), widths, tops, bottoms)


def _heights(ttf: Any, glyphs: dict[str, int]) -> tuple[dict[str, float], dict[str, float]]:
    """Ink above and below the baseline from table glyf: each outline opens with numberOfContours, xMin,
    yMin, xMax, yMax (int16). A glyph without an outline, such as the space, has no ink."""
    outlines, places = ttf.get_table("glyf"), ttf.glyphPos
    tops: dict[str, float] = {}
    bottoms: dict[str, float] = {}
    for c, glyph in glyphs.items():
        tops[c] = bottoms[c] = 0.0
        if places[glyph + 1] > places[glyph]:
            _, _, low, _, high = struct.unpack_from(">5h", outlines, places[glyph])
            tops[c], bottoms[c] = high * 1000 / ttf.unitsPerEm, low * 1000 / ttf.unitsPerEm
    return tops, bottoms


class Measured(NamedTuple):
    """A text as it is drawn, with its length, that of a space after it, and how far its ink goes above and below the
    baseline, in mm."""

    text: str
    face: Face
    width: float
    space: float
    up: float
    down: float


@lru_cache(maxsize=_REMEMBERED)
def measured(field: str, text: str, weight: Weight, size: float) -> Measured:
    """A text in a weight at size pt. Raises Refused as printable does."""
    using = face(weight)
    drawn = printable(field, text, using)
    return Measured(drawn, using, using.width(drawn, size), using.width(" ", size), *using.reach(drawn, size))


def printable(field: str, text: str, using: Face) -> str:
    """The text as it is drawn: the same, but for no-break spaces, which hold words together and print as
    spaces. Raises Refused for an empty text, and for a character that this face cannot print as it is."""
    if not text.strip():
        raise Refused(field, text, "is empty")
    if not using.widths.keys() >= set(text):
        missing = next(c for c in text if c not in using.widths)
        raise Refused(field, text, f"holds {_named(missing)}")
    return text.replace("\N{NO-BREAK SPACE}", " ")


def _named(c: str) -> str:
    code = f"U+{ord(c):04X}"
    category = unicodedata.category(c)
    if category[0] == "M":
        return f"the combining mark {code}, which must be written as one letter with its base"
    if category in UNPRINTABLE:
        return f"the invisible character {code}, which cannot be printed"
    return f"{c} ({code}), which the label's font lacks"
