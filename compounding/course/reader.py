"""A course written down as a file, read once into a Course. The first fault is told with its place."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar

from compounding.course.entries import (
    Assessment,
    DroppedDay,
    Given,
    Length,
    Omitted,
    Reduction,
    Response,
    Slot,
    Transplant,
)
from compounding.course.values import Course, CourseFault
from compounding.formulary import Presentation
from compounding.formulary.kinds import Float
from compounding.policy import Market
from compounding.quantities import DoseLevel, Unreadable, quote, read_number

T = TypeVar("T")
E = TypeVar("E", bound=Enum)
_Entry = Mapping[str, Any]
_LONGEST = 999_999_999  # a whole number of 9 figures, and Python does not write one of thousands


def read(text: bytes, drug_of: Callable[[Market], Presentation]) -> Course:
    """The course in the bytes of a file. `drug_of` gives the drug of its market.

    Raises CourseFault for what cannot be read, and whatever `drug_of` raises.
    """
    try:
        tables = tomllib.loads(text.decode("utf-8"), parse_float=Float)
    except (ValueError, RecursionError) as error:  # ValueError: not UTF-8, not TOML, endless figures
        raise CourseFault("the file", f"is not readable as TOML: {error}.") from None
    _known("", tables, (*_REQUIRED, *_OPTIONAL, *_ENTRIES))
    head = {key: _value(key, kind, _needed("", tables, key)) for key, kind in _REQUIRED.items()}
    head |= {key: _value(key, kind, tables[key]) for key, kind in _OPTIONAL.items() if key in tables}
    lists = {key: tuple(_entries(key, tables.get(key, []))) for key in _ENTRIES}
    return Course(
        drug=drug_of(head["market"]),
        start=head["start"],
        transplant=Transplant(head.get("transplant", False), head.get("third_cycle_reason", "")),
        given=lists["given"],
        omitted=lists["omitted"],
        assessments=lists["responses"],
        lengths=lists["lengths"],
        reductions=lists["reductions"],
    )


# ------------------------------------------------------------------ one value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unreadable(f"{_shown(value)} is not a whole number.")
    if abs(value) > _LONGEST:
        raise Unreadable(f"{_shown(value)} is more than can be meant.")
    return value


def _day(value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Unreadable(f"{_shown(value)} is not a date such as 2026-01-05, which stands without quotation marks.")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unreadable(f"{_shown(value)} is neither true nor false.")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unreadable(f"{_shown(value)} is not a text.")
    return value


def _level(value: Any) -> DoseLevel:
    if not isinstance(value, str):
        raise Unreadable(f'{_shown(value)} is not a level as text, such as "0.8".')
    return DoseLevel(read_number(value))


def _market(value: Any) -> Market:
    return _one_of(Market, value)


def _response(value: Any) -> Response:
    return _one_of(Response, value)


def _one_of(kind: type[E], value: Any) -> E:
    words = [member.value for member in kind]
    if not isinstance(value, str) or value not in words:
        raise Unreadable(f"{_shown(value)} is none of {', '.join(words)}.")
    return kind(value)


def _shown(value: Any) -> str:
    """A value of any type in an error."""
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, (dict, list)):
        return "A table" if isinstance(value, dict) else "A list"
    if isinstance(value, int) and abs(value) > _LONGEST:
        return "A whole number of more than 9 figures"
    return str(value).lower() if isinstance(value, bool) else str(value)


# ------------------------------------------------------------------ the tables

_Kinds = Mapping[str, Callable[[Any], Any]]
_REQUIRED: _Kinds = {"market": _market, "start": _day}
_OPTIONAL: _Kinds = {"transplant": _flag, "third_cycle_reason": _text}
_ENTRIES: Mapping[str, tuple[_Kinds, Callable[[_Entry], Any]]] = {
    "given": (
        {"cycle": _whole, "day": _whole, "on": _day, "level": _level},
        lambda read: Given(Slot(read["cycle"], read["day"]), read["on"], read["level"]),
    ),
    "omitted": (
        {"cycle": _whole, "day": _whole, "reason": _text},
        lambda read: Omitted(Slot(read["cycle"], read["day"]), read["reason"]),
    ),
    "responses": (
        {"after_cycle": _whole, "is": _response},
        lambda read: Assessment(read["after_cycle"], read["is"]),
    ),
    "lengths": (
        {"cycle": _whole, "days": _whole, "reason": _text},
        lambda read: Length(read["cycle"], read["days"], read["reason"]),
    ),
    "reductions": (
        {"from_cycle": _whole, "percent": _whole, "drop_day": _whole},
        lambda read: (
            Reduction(read["from_cycle"], read["percent"])
            if "percent" in read
            else DroppedDay(read["from_cycle"], read["drop_day"])
        ),
    ),
}
"""The lists of a course: the keys that each entry must have, and what it becomes."""
_EITHER = ("percent", "drop_day")
"""An entry of the reductions has one of these, never both."""


def _entries(key: str, entries: Any) -> Iterator[Any]:
    if not isinstance(entries, list):
        raise CourseFault(key, f"{_shown(entries)} is not a list of entries.")
    kinds, make = _ENTRIES[key]
    for number, entry in enumerate(entries, 1):
        place = f"{key}[{number}]"
        if not isinstance(entry, dict):
            raise CourseFault(place, f"{_shown(entry)} is not an entry with its keys.")
        _known(f"{place}.", entry, kinds)
        if key == "reductions":
            _one_reduction(place, entry)
        wanted = [name for name in kinds if name in entry or name not in _EITHER]
        read = {name: _value(f"{place}.{name}", kinds[name], _needed(f"{place}.", entry, name)) for name in wanted}
        yield _value(place, make, read)


def _one_reduction(place: str, entry: _Entry) -> None:
    named = [name for name in _EITHER if name in entry]
    if len(named) != 1:
        what = "has both percent and drop_day: write two entries" if named else "has neither percent nor drop_day"
        raise CourseFault(place, f"{what}.")


def _known(prefix: str, table: _Entry, keys: Iterable[str]) -> None:
    for key in table:
        if key not in keys:
            place = f"{prefix}{key}" if key.isidentifier() else prefix.rstrip(".") or "the file"
            raise CourseFault(place, f"{quote(key)} is not a key that is known here.")


def _needed(prefix: str, table: _Entry, key: str) -> Any:
    if key not in table:
        raise CourseFault(f"{prefix}{key}", "is missing.")
    return table[key]


def _value(place: str, read: Callable[[Any], T], value: Any) -> T:
    try:
        return read(value)
    except Unreadable as unreadable:
        raise CourseFault(place, str(unreadable)) from None
