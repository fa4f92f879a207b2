"""Preparations looked for, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Engine, func, or_

from compounding.records import preparations, tables
from compounding.records.database import reading
from compounding.records.names import folded, folded_number
from compounding.records.preparations import NOW, SavedPreparation, require_whole

_table = tables.preparation


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; what is left empty restricts nothing.

    `number` and each word of `name` may be a part, the words in any order. A patient's number must be
    whole; spaces and hyphens do not count.
    """

    number: str = ""
    name: str = ""
    patient_number: str = ""
    given_on: date | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Where in a list: what was saved before the preparation with the id `before`."""

    before: int | None = None
    size: int = 25

    def __post_init__(self) -> None:
        require_whole("size", self.size)
        if self.size == 0:
            raise ValueError("a page holds at least one preparation")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of preparations, the newest first, and the page after it; None after the last."""

    preparations: tuple[SavedPreparation, ...]
    next_page: Page | None


def find_preparations(engine: Engine, search: Search, page: Page) -> Found:
    """The preparations that fit all of the search, the newest first. Raises NotRead."""
    before = () if page.before is None else (_table.c.id < page.before,)
    with reading(engine) as connection:
        # One more than is shown tells whether there is another page.
        found = preparations.those(connection, *_conditions(search), *before, most=page.size + 1)
    shown = found[: page.size]
    return Found(shown, Page(shown[-1].id, page.size) if len(found) > page.size else None)


def _conditions(search: Search) -> Iterator[ColumnElement[bool]]:
    yield from patient_conditions(NOW, search.name, search.patient_number)
    if number := search.number.strip():
        yield _table.c.number.contains(number, autoescape=True)
    if search.given_on is not None:
        yield NOW["given_on"] == search.given_on.isoformat()


def patient_conditions(of: Mapping[str, Any], name: str, number: str) -> Iterator[ColumnElement[bool]]:
    """Whether columns are of a patient with all words of the name and with the number; empty asks nothing.

    autoescape takes a % or _ that somebody typed for what it is, and not as a placeholder.
    """
    yield from (of["search_name"].contains(word, autoescape=True) for word in folded(name).split())
    if wanted := folded_number(number.strip()):
        numbers = ("mrn", "nhs_number", "hospital_number")
        yield or_(*(as_folded(of[column]) == wanted for column in numbers))


def as_folded(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """What names.folded_number does, in SQL."""
    return func.lower(func.replace(func.replace(column, " ", ""), "-", ""))
