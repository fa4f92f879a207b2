"""How the value of a fact is read: one function for each kind, raising ValueError with what it is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, NewType, TypeVar

from compounding.formulary import codes
from compounding.quantities import DoseLevel, Quantity, Unreadable, round_number

T = TypeVar("T")
_DAY = re.compile(r"[1-9][0-9]?")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Levels = NewType("Levels", Mapping[int, DoseLevel])
"""The dose per body surface on each day of a cycle."""


@dataclass(frozen=True, slots=True)
class Float:
    """Stands where the TOML holds a float, so that the fault can name its place."""

    text: str

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Range(Generic[T]):
    low: T
    high: T


@dataclass(frozen=True, slots=True)
class Kind:
    """How the `is` of a fact is read; `read` raises ValueError with what it is not."""

    read: Callable[[Any], Any]
    may_be_absent: bool = False


def amount(kind: type[Quantity]) -> Callable[[Any], Any]:
    def read(value: Any) -> Quantity:
        if not isinstance(value, str):
            raise ValueError(f"{value!r} is not {kind.NOUN}: an amount is written as text, with its unit")
        try:
            amount = kind.read(value)
        except Unreadable as unreadable:
            raise ValueError(str(unreadable)) from None
        if amount <= kind(amount.value * 0):
            raise ValueError(f"{value!r} is not above zero")
        return amount

    return read


def range_of(kind: type[Quantity]) -> Callable[[Any], Any]:
    def read(value: Any) -> Range[Quantity]:
        if not isinstance(value, dict) or set(value) != {"low", "high"}:
            raise ValueError(f"{value!r} is not a range: it needs low and high")
        low, high = (amount(kind)(value[end]) for end in ("low", "high"))
        if low > high:
            raise ValueError(f"the range {low} to {high} is out of order")
        return Range(low, high)

    return read


NOT_STATED = "not stated"
"""What a fact says that no text states. Only some facts may."""


def text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError(f"{value!r} is not a text")
    if value == NOT_STATED:
        raise ValueError("must be stated: nothing is prepared without it")
    return value


def gtin(value: Any) -> str:
    """A trade item number of 8, 12, 13 or 14 figures whose check figure fits."""
    digits = text(value)
    if not codes.is_gtin(digits):
        raise ValueError(f"{value!r} is not a GTIN of 8, 12, 13 or 14 figures")
    if not codes.fits(digits):
        raise ValueError(f"{value!r} is not a GTIN: its last figure does not fit the others")
    return digits


def ndc(value: Any) -> str:
    """A National Drug Code of ten figures, with its hyphens."""
    if not codes.is_ndc(text(value)):
        raise ValueError(f"{value!r} is not an NDC of ten figures with its hyphens")
    return str(value)


def product_codes(value: Any) -> tuple[str, ...]:
    """A list of GTINs and NDCs."""
    return tuple(code if codes.is_ndc(code) else gtin(code) for code in texts(value))


def texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is not a list of texts")
    return tuple(text(item) for item in value)


def name(value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError(f"{value!r} is not a name: small letters, figures and hyphens only")
    return value


def named(value: Any) -> Mapping[str, str]:
    """Texts by name."""
    if not isinstance(value, dict) or not value:
        raise ValueError(f"{value!r} is not a table of texts by name")
    return {name(key): text(value[key]) for key in value}


def count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is not a whole number")
    return value


def whole_numbers(*names: str) -> Callable[[Any], Any]:
    """Whole numbers by their names, which are all there and no other."""

    def read(value: Any) -> Mapping[str, int]:
        if not isinstance(value, dict) or set(value) != set(names):
            raise ValueError(f"{value!r} is not a table of {', '.join(names)}")
        return {name: count(value[name]) for name in names}

    return read


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def levels(value: Any) -> Levels:
    if not isinstance(value, dict) or "1" not in value or not all(_DAY.fullmatch(day) for day in value):
        raise ValueError(f"{value!r} is not a dose for day 1 and the later days of dosing")
    read = amount(DoseLevel)
    levels = Levels({int(day): read(value[day]) for day in sorted(value, key=int)})
    for level in levels.values():
        if level.value != round_number(level.value, Decimal("0.001")):
            raise ValueError(f"{level} has more than 3 decimals")
    return levels


def one_of(*words: str) -> Callable[[Any], Any]:
    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"{value!r} is none of {', '.join(words)}")
        return str(value)

    return read


def leaves(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(f"{prefix}.{key}" if prefix else key, inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from leaves(f"{prefix}[{number}]", inner)
    else:
        yield prefix, value
