"""What every form of a site is: its fields as they stand on the page, what was typed, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Form

from compounding.web.desk import Desk
from compounding.web.fields import Typed


class SiteForm(Form):
    """A form of a site: its dates stand in the market's order."""

    ON_PAGE: tuple[str, ...] = ()
    """The fields as they stand on the page, from its top; where it is empty, as they are declared."""

    def __init__(self, desk: Desk, sent: MultiDict[str, str] | None = None) -> None:
        super().__init__(sent, meta={"market": desk.market})

    def typed(self) -> dict[str, str]:
        """What was typed, by the names in the page: it makes the same form again."""
        return dict(pair for field in self._typed() for pair in field.sent())

    def errors_in_order(self) -> list[tuple[Typed, str]]:
        return [(field, str(error)) for field in self.in_order() for error in field.errors]

    def in_order(self) -> list[Typed]:
        """The fields from the top of the page to its end."""
        return sorted(self._typed(), key=lambda field: self.ON_PAGE.index(field.name) if self.ON_PAGE else 0)

    def _typed(self) -> Iterator[Typed]:
        return (field for field in self if isinstance(field, Typed))


def blame(field: Any, sentence: str) -> None:
    """Puts an error beside a field, once it has been validated."""
    field.errors = [*field.errors, sentence]
