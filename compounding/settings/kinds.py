"""How the text of a setting is read and written: one class for each kind.

A text carries its unit, so that a row of the log says all there is to say: "0.01 m²", "14 days",
"140 to 205 cm". `read` raises Unreadable with one sentence; `write` gives the text that `read` takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Protocol
from zoneinfo import ZoneInfo

from compounding.policy import Band, DilutedBagLimit, Formula, LabelSize
from compounding.quantities import (
    Duration,
    Quantity,
    Unreadable,
    Volume,
    plain,
    quote,
    read_number,
    read_whole,
    round_number,
)


class Kind(Protocol):
    """How one kind of setting is read and written."""

    @property
    def shape(self) -> str:
        """Which field a page shows it in."""

    @property
    def unit(self) -> str:
        """What stands after the field, and after the figure in the text; empty where there is none."""

    def read(self, text: str) -> Any:
        """The value of a text. Raises Unreadable."""

    def write(self, value: Any) -> str:
        """The text of a value."""


class _Words:
    """A kind without a unit, whose value is its text."""

    unit = ""

    def write(self, value: str) -> str:
        return value


def _figure(text: str, unit: str) -> str:
    """The text before its unit. Raises Unreadable where the unit is not there."""
    figure = text.removesuffix(unit)
    if figure == text or (figure and not figure.endswith(" ")):
        raise Unreadable(f"{quote(text)} needs its unit after a space: {unit}." if text.strip() else "Type a number.")
    return figure.removesuffix(" ")


def _within(number: Decimal, text: str, limits: tuple[str, str | None], unit: str) -> Decimal:
    low, high = limits
    if high is not None and not Decimal(low) <= number <= Decimal(high):
        raise Unreadable(f"{quote(text)} is not from {low} to {high} {unit}.")
    if number < Decimal(low):
        raise Unreadable(f"{quote(text)} is below {low} {unit}.")
    return number


def _decimals(number: Decimal, places: int, text: str) -> None:
    if number != round_number(number, Decimal(1).scaleb(-places)):
        raise Unreadable(f"{quote(text)} has more than {places} decimals.")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of one dimension, in the unit that a site reads it in: "0.01 m²"."""

    shape = "amount"
    of: type[Quantity]
    unit: str
    low: str
    high: str | None = None
    places: int = 3

    def read(self, text: str) -> Quantity:
        figure = _figure(text, self.unit)
        number = _within(read_number(figure), text, (self.low, self.high), self.unit)
        _decimals(number, self.places, text)
        return self.of.read(f"{figure} {self.unit}")

    def write(self, value: Quantity) -> str:
        return f"{plain(value.in_unit(self.of.SYMBOLS[self.unit]))} {self.unit}"


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days: "14 days"."""

    shape = "days"
    high: str
    unit: str = "days"

    def read(self, text: str) -> int:
        number = read_whole(_figure(text, self.unit))
        _within(Decimal(number), text, ("1", self.high), self.unit)
        return number

    def write(self, value: int) -> str:
        return f"{plain(value)} {self.unit}"


@dataclass(frozen=True, slots=True)
class Percent:
    """A percentage: "7.5 %"."""

    shape = "percent"
    low: str
    high: str
    unit: str = "%"

    def read(self, text: str) -> Decimal:
        number = _within(read_number(_figure(text, self.unit)), text, (self.low, self.high), self.unit)
        _decimals(number, 2, text)
        return number

    def write(self, value: Decimal) -> str:
        return f"{plain(value)} {self.unit}"


@dataclass(frozen=True, slots=True)
class Limits:
    """The lowest and the highest that are within: "140 to 205 cm"."""

    shape = "band"
    of: type[Quantity]

    @property
    def unit(self) -> str:
        return self.of.symbol()

    def read(self, text: str) -> Band:
        low, to, high = _figure(text, self.unit).partition(" to ")
        if not to:
            raise Unreadable(f"{quote(text)} is not two limits, as in “1 to 2 {self.unit}”.")
        numbers = read_number(low), read_number(high)
        for number in numbers:
            _decimals(number, 3, text)
        if numbers[0] >= numbers[1]:
            raise Unreadable(f"{quote(text)}: the lower limit must be below the higher.")
        return Band(self.of(numbers[0]), self.of(numbers[1]))

    def write(self, value: Band) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Volumes that rise: "1, 2.5, 5 mL"."""

    shape = "amounts"
    unit: str = "mL"
    high: str = "100"

    def read(self, text: str) -> tuple[Volume, ...]:
        numbers = [read_number(figure) for figure in _figure(text, self.unit).split(", ")]
        for number in numbers:
            _within(number, text, ("0.1", self.high), self.unit)
            _decimals(number, 3, text)
        if numbers != sorted(set(numbers)):
            raise Unreadable(f"{quote(text)}: each size must be above the one before it.")
        return tuple(map(Volume, numbers))

    def write(self, value: tuple[Volume, ...]) -> str:
        return f"{', '.join(plain(size.value) for size in value)} {self.unit}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words: the formulas, or yes and no."""

    shape = "choice"
    unit = ""
    words: tuple[str, ...]
    value_of: Callable[[str], Any]
    word_of: Callable[[Any], str]

    def read(self, text: str) -> Any:
        if text not in self.words:
            raise Unreadable(f"{quote(text)} is none of {', '.join(self.words)}.")
        return self.value_of(text)

    def write(self, value: Any) -> str:
        return self.word_of(value)


FORMULA = Choice(tuple(formula.value for formula in Formula), Formula, lambda formula: str(formula.value))
YES_NO = Choice(("yes", "no"), lambda word: word == "yes", lambda value: "yes" if value else "no")
# Of a full label: the secondary one is no bag's.
LABEL_STOCK = Choice((LabelSize.SMALL.value, LabelSize.TALL.value), LabelSize, lambda size: str(size.value))


@dataclass(frozen=True, slots=True)
class Text(_Words):
    """A line of plain text."""

    shape = "text"
    longest: int

    def read(self, text: str) -> str:
        if not text.strip():
            raise Unreadable("Type a text.")
        if text != text.strip():
            raise Unreadable(f"{quote(text)}: leave out the spaces before and after it.")
        if len(text) > self.longest:
            raise Unreadable(f"{quote(text)} is too long: {self.longest} characters at most.")
        if not text.isprintable():
            raise Unreadable(f"{quote(text)} holds a character that cannot be printed.")
        return text


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts, one on a line, none of them twice."""

    shape = "texts"
    unit = ""
    each: Text

    def read(self, text: str) -> tuple[str, ...]:
        found = tuple(self.each.read(line.strip()) for line in text.splitlines() if line.strip())
        if not found:
            raise Unreadable("Type at least one, each on a line of its own.")
        for place, line in enumerate(found):
            if line in found[:place]:
                raise Unreadable(f"{quote(line)} stands there twice.")
        return found

    def write(self, value: tuple[str, ...]) -> str:
        return "\n".join(value)


@dataclass(frozen=True, slots=True)
class Zone(_Words):
    """A time zone by its name in the IANA data base."""

    shape = "text"

    def read(self, text: str) -> str:
        try:
            ZoneInfo(text)
        except (ValueError, OSError, LookupError):  # as zoneinfo refuses "", "../x", "Europe", "Nowhere"
            raise Unreadable(f"{quote(text)} is not a time zone, as in “Europe/London”.") from None
        return text


@dataclass(frozen=True, slots=True)
class Separator(_Words):
    """What a scanner sends in place of GS1's group separator; nothing where it sends the separator itself."""

    shape = "text"
    # GS1 General Specifications, character set 82: what a lot or a serial number may hold. A separator
    # made of these alone could not be told from a part of a lot.
    _OF_A_LOT = re.compile(r'[!"%-?A-Z_a-z]*')
    LONGEST: ClassVar[int] = 8

    def read(self, text: str) -> str:
        if len(text) > self.LONGEST or not text.isprintable() or " " in text:
            raise Unreadable(f"{quote(text)} is not a separator: at most {self.LONGEST} characters, without spaces.")
        if text and self._OF_A_LOT.fullmatch(text):
            raise Unreadable(f"{quote(text)} could stand within a lot: a separator holds one of # $ @ [ ] ^ {{ | }} ~.")
        return text


@dataclass(frozen=True, slots=True)
class BagLimit:
    """The diluted bag's own limit: "4 h, infusion included", "4 h, infusion not included", "no limit"."""

    shape = "limit"
    unit = ""
    NONE: ClassVar[str] = "no limit"
    _ENDS: ClassVar[dict[str, bool]] = {", infusion included": True, ", infusion not included": False}

    def read(self, text: str) -> DilutedBagLimit:
        if text == self.NONE:
            return DilutedBagLimit(None, includes_infusion=False)
        for end, included in self._ENDS.items():
            if text.endswith(end):
                return DilutedBagLimit(self._hours(text.removesuffix(end)), included)
        raise Unreadable(f"{quote(text)} does not say “infusion included” or “infusion not included”, or “no limit”.")

    def _hours(self, text: str) -> Duration:
        hours = Duration.read(f"{_within(read_number(_figure(text, 'h')), text, ('0.25', '72'), 'h')} h")
        if hours.value != hours.value.to_integral_value():
            raise Unreadable(f"{quote(text)} is not a whole number of minutes.")
        return hours

    def write(self, value: DilutedBagLimit) -> str:
        if value.hours is None:
            return self.NONE
        end = next(end for end, included in self._ENDS.items() if included is value.includes_infusion)
        return f"{plain(value.hours.in_unit('h'))} h{end}"
