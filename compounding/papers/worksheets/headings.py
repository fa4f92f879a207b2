"""The bars over the sections."""

from __future__ import annotations

from compounding.wording import worksheets as words
from labels import Heading


def heading(section: str, note: str = "") -> Heading:
    """The bar of a section, with its own note where no other is given."""
    letter, title, usual = words.SECTIONS[section]
    return Heading(letter, title, note or usual or None)
