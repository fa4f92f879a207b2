"""Drafts: an order as it was tried before it was saved. The key of its form ties it to what it became."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, literal, literal_column, select

from compounding.records import schema, tables
from compounding.records.database import reading
from compounding.records.names import folded, folded_number
from compounding.records.preparations import number_of
from compounding.records.searches import patient_conditions

_PREFIX = "draft:"
SOUGHT: Mapping[str, str] = MappingProxyType(
    {
        "search_name": "sought_name",
        "mrn": "sought_mrn",
        "nhs_number": "sought_nhs_number",
        "hospital_number": "sought_hospital_number",
    }
)
"""The details that the entries of a draft are found by, by the columns of a preparation that hold the same."""

_of = tables.preparation.c


def draft(request_key: str) -> str:
    """What the entries of a draft are about, by the key of its form."""
    return f"{_PREFIX}{request_key}"


def is_draft(subject: str) -> bool:
    return subject.startswith(_PREFIX)


def sought(family: str, given: str, numbers: Mapping[str, str]) -> dict[str, str]:
    """The details that a draft is found by; `numbers` by the names of their columns. What is empty is left out."""
    texts = {"search_name": folded(f"{family} {given}").strip()}
    texts |= {name: folded_number(text) for name, text in numbers.items()}
    return {SOUGHT[name]: text for name, text in texts.items() if text}


def saved_as(engine: Engine, subject: str) -> str | None:
    """The number of the preparation that a draft was saved as; None where it was not. Raises NotRead."""
    if not is_draft(subject):
        return None
    with reading(engine) as connection:
        return number_of(connection, subject.removeprefix(_PREFIX))


def draft_of(number: str) -> Select[Any]:
    """The draft that a preparation came of."""
    return select(literal(_PREFIX) + _of.request_key).where(_of.number == number)


def of_patient(name: str, number: str, dialect: str) -> ColumnElement[bool]:
    """Whether an entry is of a draft for such a patient, looked for as preparations are."""
    texts: dict[str, ColumnElement[str]] = {
        column: literal_column(f"({schema.generated(dialect, ('details', told))})") for column, told in SOUGHT.items()
    }
    return and_(tables.log.c.subject.startswith(_PREFIX), *patient_conditions(texts, name, number))
