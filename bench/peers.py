"""The same labels by other programs that make PDFs from Python. They are installed for this alone (`make bench`), and
one that is not there is named as missing.

Each gets the places that the floors get, and is called as its manual says, with all that can be kept between two calls.
Kerning and ligatures are off, as they are on our labels: no letter may move or join another."""

from __future__ import annotations

import html
import json
import struct
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.bare import WEIGHTS
from bench.sketches import Box, Job, Sketch, Text
from labels.faces import face

_FAMILY = "Bench"
_WEIGHT = {"Regular": 400, "Semibold": 600, "Bold": 700}


def _weight(text: Text) -> str:
    return text.face.rpartition("-")[2]


# ------------------------------------------------------------------ typst

_TYPST = """
#set text(font: "Source Sans Pro", kerning: false, ligatures: false, hyphenate: false,
  top-edge: "baseline", bottom-edge: "baseline")
#let job = json(bytes(sys.inputs.job))
#set page(width: job.width * 1pt, height: job.height * 1pt, margin: 0pt)
#for (number, sketch) in job.pages.enumerate() {
  if number > 0 { pagebreak() }
  for (x, y, width, height) in sketch.boxes {
    place(dx: x * 1pt, dy: y * 1pt, rect(width: width * 1pt, height: height * 1pt, fill: black))
  }
  for (said, weight, size, x, y, white) in sketch.texts {
    place(dx: x * 1pt, dy: y * 1pt,
      box(width: 300pt, text(size: size * 1pt, weight: weight, fill: if white { luma(255) } else { luma(0) }, said)))
  }
}
"""


@cache
def _compiler() -> Any:
    """Kept, so that it finds its fonts once."""
    import typst

    folder = Path(face("Bold").path).parent
    return typst.Compiler(font_paths=[str(folder)], ignore_system_fonts=True)


def by_typst(job: Job) -> bytes:
    pages = [_downwards(sketch) for sketch in job.sketches]
    told = {"width": job.sketches[0].width, "height": job.sketches[0].height, "pages": pages}
    drawn = _compiler().compile(_TYPST.encode(), format="pdf", sys_inputs={"job": json.dumps(told)}, pdf_tags=False)
    return bytes(drawn)


def _downwards(sketch: Sketch) -> dict[str, Any]:
    """With places from the top left."""
    return {
        "boxes": [(box.x, _top(box, sketch), box.width, box.height) for box in sketch.boxes],
        "texts": [
            (text.text, _WEIGHT[_weight(text)], text.size, text.x, sketch.height - text.y, text.white)
            for text in sketch.texts
        ],
    }


def _top(box: Box, sketch: Sketch) -> float:
    return sketch.height - box.y - box.height


# ------------------------------------------------------------------ fpdf2


def by_fpdf2(job: Job) -> bytes:
    from fpdf import FPDF

    first = job.sketches[0]
    pdf = FPDF(unit="pt", format=(first.width, first.height))
    pdf.set_auto_page_break(False)
    for weight in WEIGHTS:
        pdf.add_font(face(weight).name, fname=face(weight).path)
    for sketch in job.sketches:
        pdf.add_page()
        pdf.set_fill_color(0)
        for box in sketch.boxes:
            pdf.rect(box.x, _top(box, sketch), box.width, box.height, style="F")
        for text, name, size, x, y, white in sketch.texts:
            pdf.set_text_color(255 if white else 0)
            pdf.set_font(name, size=size)
            pdf.text(x, sketch.height - y, text)
    return bytes(pdf.output())


# ------------------------------------------------------------------ weasyprint


@cache
def _fonts() -> tuple[Any, Any]:
    """The fonts and the stylesheet that names them, kept."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    faces = "".join(
        f"@font-face{{font-family:{_FAMILY};font-weight:{_WEIGHT[weight]};src:url({Path(face(weight).path).as_uri()})}}"
        for weight in WEIGHTS
    )
    rules = (
        "body{margin:0}section{position:relative;break-after:page}section:last-child{break-after:auto}"
        f"p{{position:absolute;margin:0;line-height:0;white-space:pre;font-family:{_FAMILY};font-kerning:none;"
        "font-variant-ligatures:none}svg{position:absolute;left:0;top:0}"
    )
    return fonts, CSS(string=faces + rules, font_config=fonts)


def by_weasyprint(job: Job) -> bytes:
    from weasyprint import CSS, HTML

    fonts, style = _fonts()
    width, height = job.sketches[0].width, job.sketches[0].height
    page = CSS(string=f"@page{{size:{width}pt {height}pt;margin:0}}section{{width:{width}pt;height:{height}pt}}")
    written = "".join(map(_section, job.sketches))
    return bytes(HTML(string=f"<body>{written}</body>").write_pdf(stylesheets=[style, page], font_config=fonts))


def _section(sketch: Sketch) -> str:
    path = "".join(f"M{b.x} {_top(b, sketch)}h{b.width}v{b.height}h{-b.width}z" for b in sketch.boxes)
    black = (
        f'<svg width="{sketch.width}pt" height="{sketch.height}pt" viewBox="0 0 {sketch.width} {sketch.height}">'
        f'<path d="{path}"/></svg>'
    )
    return f"<section>{black}{''.join(_paragraph(text, sketch) for text in sketch.texts)}</section>"


def _paragraph(text: Text, sketch: Sketch) -> str:
    """In a line without height the baseline is half the difference of the font's heights under its top."""
    top = sketch.height - text.y - _middle() * text.size
    colour = "#fff" if text.white else "#000"
    look = f"left:{text.x}pt;top:{top}pt;font-size:{text.size}pt;font-weight:{_WEIGHT[_weight(text)]};color:{colour}"
    return f'<p style="{look}">{html.escape(text.text)}</p>'


@cache
def _middle() -> float:
    """Of a line of 1 pt, by the heights that the font's table hhea names in int16 from its fifth byte on."""
    from reportlab.pdfbase.pdfmetrics import getFont

    ttf: Any = getFont(face("Bold").name).face  # type: ignore[attr-defined]
    up, down = struct.unpack_from(">2h", ttf.get_table("hhea"), 4)
    return float(up + down) / 2 / float(ttf.unitsPerEm)


PEERS: Mapping[str, tuple[str, Callable[[Job], bytes]]] = {
    "typst": ("typst", by_typst),
    "fpdf2": ("fpdf", by_fpdf2),
    "weasyprint": ("weasyprint", by_weasyprint),
}
"""The module that each is imported as."""


def present() -> dict[str, Callable[[Job], bytes]]:
    """Those that can be had here."""
    return {name: way for name, (module, way) in PEERS.items() if _imports(module)}


def _imports(module: str) -> bool:
    """weasyprint is there and cannot be imported where the system has no Pango."""
    if find_spec(module) is None:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            __import__(module)
        except (ImportError, OSError):
            return False
    return True
