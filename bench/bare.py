"""The floors of drawing labels: the same calls made bare on reportlab's canvas, and a PDF written by hand.

Both are given every place, and neither measures, checks or refuses anything. Fonts are prepared once."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import NamedTuple

from bench.sketches import Job, Sketch
from labels.faces import Weight, face

WEIGHTS: tuple[Weight, ...] = ("Regular", "Semibold", "Bold")
_NON_ZERO = 1
_UNITS = 1000  # of a glyph's width in a PDF


def on_canvas(job: Job) -> bytes:
    """reportlab, as one would call it."""
    from reportlab import rl_config
    from reportlab.pdfgen.canvas import Canvas

    rl_config.useA85 = 0
    out = BytesIO()
    size = (job.sketches[0].width, job.sketches[0].height)
    canvas = Canvas(out, pagesize=size, pageCompression=1, invariant=1, initialFontName=face("Bold").name)
    canvas.setTitle(job.title)
    for sketch in job.sketches:
        path = canvas.beginPath()
        for x, y, width, height in sketch.boxes:
            path.rect(x, y, width, height)
        canvas.drawPath(path, stroke=0, fill=1, fillMode=_NON_ZERO)
        for text, name, points, x, y, white in sketch.texts:
            canvas.setFillGray(1 if white else 0)
            canvas.setFont(name, points)
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


# ------------------------------------------------------------------ by hand


class _Font(NamedTuple):
    """One weight, whole: `codes` gives each letter's glyph in hexadecimal, `objects` the PDF objects of the font with
    their numbers left open."""

    codes: dict[int, str]
    file: bytes
    widths: str
    unicode: bytes
    name: str


def by_hand(job: Job) -> bytes:
    """A writer of this one kind of file: objects as text, the streams of its pages deflated."""
    fonts = {face(weight).name: _font(weight) for weight in WEIGHTS}
    objects: list[bytes] = [b"", b""]
    references = " ".join(f"/{name} {_add_font(objects, font)} 0 R" for name, font in fonts.items())
    kids = []
    for sketch in job.sketches:
        packed = zlib.compress("\n".join(_operators(sketch, fonts)).encode())
        objects.append(_stream("/Filter/FlateDecode", packed))
        content = len(objects)
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {sketch.width:.4f} {sketch.height:.4f}]"
            f"/Resources<</Font<<{references}>>>>/Contents {content} 0 R>>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>".encode()
    return _file(objects)


def _operators(sketch: Sketch, fonts: dict[str, _Font]) -> Iterator[str]:
    for box in sketch.boxes:
        yield "%.4f %.4f %.4f %.4f re" % box  # noqa: UP031 (the quickest way to write four numbers)
    yield "f BT"
    for text, name, points, x, y, white in sketch.texts:
        coded = text.translate(fonts[name].codes)
        yield f"{int(white)} g /{name} {points:g} Tf 1 0 0 1 {x:.4f} {y:.4f} Tm <{coded}> Tj"
    yield "ET"


def _add_font(objects: list[bytes], font: _Font) -> int:
    """The number of the font's object."""
    first = len(objects) + 1
    name = f"/BaseFont/{font.name}"
    objects += [
        _stream("/Filter/FlateDecode", font.file),
        f"<</Type/FontDescriptor/FontName/{font.name}/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 750"
        f"/Descent -250/CapHeight 660/StemV 80/FontFile2 {first} 0 R>>".encode(),
        f"<</Type/Font/Subtype/CIDFontType2{name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        f"/FontDescriptor {first + 1} 0 R/CIDToGIDMap/Identity/W[{font.widths}]>>".encode(),
        _stream("/Filter/FlateDecode", font.unicode),
        f"<</Type/Font/Subtype/Type0{name}/Encoding/Identity-H/DescendantFonts[{first + 2} 0 R]"
        f"/ToUnicode {first + 3} 0 R>>".encode(),
    ]
    return len(objects)


def _stream(entries: str, content: bytes) -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries.encode(), len(content), content)


def _file(objects: list[bytes]) -> bytes:
    parts, offsets, at = [b"%PDF-1.4\n"], [], 9
    for number, made in enumerate(objects, 1):
        offsets.append(at)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, made))
        at += len(parts[-1])
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    count = len(objects) + 1
    tail = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n"
    return b"".join((*parts, tail.encode()))


@cache
def _font(weight: Weight) -> _Font:
    """Prepared once: the whole font deflated, and its tables."""
    from reportlab.pdfbase.pdfmetrics import getFont

    using = face(weight)
    glyphs = {ord(c): getFont(using.name).face.charToGlyph[ord(c)] for c in using.widths}
    widths = " ".join(f"{glyph} [{using.widths[chr(code)]:g}]" for code, glyph in sorted(glyphs.items()))
    with open(using.path, "rb") as file:
        packed = zlib.compress(file.read())
    return _Font(
        {code: f"{glyph:04X}" for code, glyph in glyphs.items()}, packed, widths, _to_unicode(glyphs), using.name
    )


def _to_unicode(glyphs: dict[int, int]) -> bytes:
    """Which letter each glyph is, at most a hundred a block, as the format wants it."""
    letters = {glyph: code for code, glyph in sorted(glyphs.items(), reverse=True)}
    rows = [f"<{glyph:04X}> <{code:04X}>" for glyph, code in sorted(letters.items())]
    blocks = [rows[at : at + 100] for at in range(0, len(rows), 100)]
    mapped = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return zlib.compress(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Whole def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n{mapped}\nendcmap end end".encode()
    )
