"""GS1 element strings: application identifiers such as (01), (10), (17) and (21), each with its value.

Values of no fixed length end at a group separator. Scanners often lose it; then a lot may or may not
hold what follows it, and a string has every reading that GS1's table of identifiers allows. The table is
biip's; its parser is not used, since that takes the longest value without asking for another reading.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier

GS = "\x1d"
GTIN, LOT, EXPIRY, SERIAL = "01", "10", "17", "21"
_DATES = frozenset({"11", "12", "13", "15", "16", EXPIRY})  # YYMMDD, the day may be 00
_LONGEST_IDENTIFIER = 4  # figures
# GS1 General Specifications, the 82 characters of an element string, and the separator.
_STRANGE = re.compile(r"[^!-\"%-?A-Z_a-z\x1d]")
# A string made to have readings without end would keep the desk waiting; the longest that a pack
# carries without its separators takes some hundred steps.
_MOST_STEPS = 2_000

Values = Mapping[str, str]
"""The value of each application identifier."""


class TooManyReadings(ValueError):
    """A string whose readings could not all be looked at."""


@dataclass(frozen=True, slots=True)
class Elements:
    """What one reading says; all other identifiers are passed over."""

    gtin: str | None = None
    expiry: date | None = None
    lot: str | None = None
    serial: str | None = None


def element_readings(text: str, on: date) -> frozenset[Elements]:
    """Every reading that a string may have; none where it is no element string.

    `on` is the day that two-digit years are counted from. Raises TooManyReadings.
    """
    if _STRANGE.search(text):
        return frozenset()
    steps = iter(range(_MOST_STEPS))
    # One in front stands for the symbol's first character, and says nothing of those between the elements.
    separated = GS in text.lstrip(GS)
    return frozenset(_elements(values, on) for values in _walks(text, {}, on, separated, steps) if values)


def _walks(text: str, values: Values, on: date, separated: bool, steps: Iterator[int]) -> Iterator[Values]:
    """Every way from here to the end of the string, with what was read on it. No identifier comes twice."""
    if next(steps, None) is None:
        raise TooManyReadings
    text = text.lstrip(GS)
    if not text:
        yield values
        return
    identifier = _identifier(text[:_LONGEST_IDENTIFIER])
    if identifier is None or identifier.ai in values:
        return
    for length in _lengths(text, identifier, separated):
        value = text[len(identifier.ai) : length]
        if identifier.ai not in _DATES or day_of(value, on):
            yield from _walks(text[length:], {**values, identifier.ai: value}, on, separated, steps)


def _lengths(text: str, identifier: GS1ApplicationIdentifier, separated: bool) -> Iterator[int]:
    """How many characters the identifier and its value may take. A value is never empty."""
    end = text.find(GS) if GS in text else len(text)
    shortest = end if separated and identifier.separator_required else len(identifier.ai) + 1
    pattern = _pattern(identifier.pattern)
    return (length for length in range(shortest, end + 1) if pattern.fullmatch(text[:length]))


def _elements(values: Values, on: date) -> Elements:
    expiry = values.get(EXPIRY)
    return Elements(
        gtin=values.get(GTIN),
        expiry=None if expiry is None else day_of(expiry, on),
        lot=values.get(LOT),
        serial=values.get(SERIAL),
    )


def day_of(figures: str, on: date) -> date | None:
    """The date of six figures YYMMDD, or None where there is no such day. Day 00 is the last of its month."""
    year, month, day = _year(int(figures[:2]), on), int(figures[2:4]), int(figures[4:])
    try:
        return date(year, month, day or monthrange(year, month)[1])
    except ValueError:
        return None


def _year(figures: int, on: date) -> int:
    """The year of two figures: 49 years back to 50 years ahead (GS1 General Specifications, "century in dates")."""
    century, ahead = on.year - on.year % 100, figures - on.year % 100
    if ahead > 50:
        return century - 100 + figures
    return century + figures + (100 if ahead <= -50 else 0)


# ------------------------------------------------------------------ why a string was not read


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing wrong with a string that was not read."""

    case: str
    value: str
    identifier: str = ""
    title: str = ""
    """What GS1's table calls the identifier's value."""


def fault(text: str, on: date) -> Fault:
    """Walks a string that was not read, each value taken up to the next separator or the end."""
    if strange := _STRANGE.search(text):
        return Fault("character", strange[0])
    seen: set[str] = set()
    rest = text
    while rest := rest.lstrip(GS):
        identifier = _identifier(rest[:_LONGEST_IDENTIFIER])
        if identifier is None:
            return Fault("identifier", rest) if seen else Fault("plain", text)
        value = rest[len(identifier.ai) :].partition(GS)[0]
        lengths = list(_lengths(rest, identifier, separated=True))
        case = _case(identifier.ai, value, lengths, seen, on)
        if case:
            return Fault(case, value, identifier.ai, identifier.data_title)
        seen.add(identifier.ai)
        rest = rest[lengths[0] :]
    return Fault("plain", text)


def _case(identifier: str, value: str, lengths: list[int], seen: set[str], on: date) -> str:
    """What is wrong with one element; empty where nothing is."""
    if identifier in seen:
        return "repeated"
    if identifier in _DATES and re.match("[0-9]{6}", value) and not day_of(value[:6], on):
        return "date"
    return "" if lengths else "value"


# ------------------------------------------------------------------ GS1's table


@lru_cache(maxsize=1024)
def _identifier(start: str) -> GS1ApplicationIdentifier | None:
    """The identifier that a string begins with: none is the beginning of another."""
    # Imported where it is used: it takes a tenth of a second, and most commands and pages read no scan.
    from biip import ParseError
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier

    try:
        return GS1ApplicationIdentifier.extract(start)
    except ParseError:
        return None


@lru_cache(maxsize=1024)
def _pattern(pattern: str) -> re.Pattern[str]:
    # Some patterns repeat a choice of two ways to read "%41%42", and would try them in every mixture.
    # A group that does not go back takes the first, character by character.
    return re.compile(pattern.replace("(?:[", "(?>["), re.ASCII)
