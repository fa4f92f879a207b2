"""A drawn PDF as the dots that a printer puts down: bytes in, pictures out."""

import threading
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

BLACK_UNDER = 128  # of 256 shades: a dot is black where the ink covers more than half of it
# PDFium may be called by one thread at a time (its own documentation).
_RASTERING = threading.Lock()


def pictures(drawn: bytes, dpi: int) -> "list[Image.Image]":
    """Each page in shades of grey, a pixel a dot of that resolution."""
    import pypdfium2

    with _RASTERING:
        document: Any = pypdfium2.PdfDocument(drawn)
        try:
            return [_picture(page, dpi) for page in document]
        finally:
            document.close()


def _picture(page: Any, dpi: int) -> "Image.Image":
    picture: Image.Image = page.render(scale=dpi / 72, grayscale=True).to_pil()
    return picture.convert("L")


def png(drawn: bytes, dpi: int) -> bytes:
    """The first page as a picture file, a pixel a dot. The same bytes give the same picture."""
    out = BytesIO()
    pictures(drawn, dpi)[0].save(out, "PNG")
    return out.getvalue()


def dots(picture: "Image.Image") -> "Image.Image":
    """Black and white alone, each dot by itself: dithering would fray letters and modules."""
    from PIL import Image

    return picture.point(lambda shade: 255 if shade >= BLACK_UNDER else 0).convert("1", dither=Image.Dither.NONE)
