"""What a command says, its exit status, and the text of an option read once into a value.

Every reader takes the option's name first, as the sentence of a refusal begins with it.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from compounding.quantities import Q, Unreadable, quote, read_number, read_whole

FINE, REFUSED, UNREADABLE = 0, 1, 2
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
T = TypeVar("T")
E = TypeVar("E", bound=Enum)


@dataclass(frozen=True)
class Answer:
    """What a command says, and its exit status."""

    status: int
    text: str = ""


class Refused(Exception):
    """Input that cannot be read: one sentence that names the option."""


def told(given: argparse.Namespace, status: int, sentence: str, figures: Mapping[str, Any]) -> Answer:
    """The sentence, or with --json the figures as one JSON object."""
    return Answer(status, as_json(figures) if given.json else sentence)


def as_json(figures: Mapping[str, Any]) -> str:
    """One JSON object, for programs and for people."""
    return json.dumps(figures, ensure_ascii=False, indent=2)


def needed(option: str, text: str | None) -> str:
    """The text of an option that may not be left out. Raises Refused."""
    if text is None:
        raise Refused(f"{option}: is missing.")
    return text


def read(option: str, reader: Callable[[str], T], text: str) -> T:
    """What the reader makes of the text. Raises Refused where it raises Unreadable."""
    try:
        return reader(text)
    except Unreadable as unreadable:
        raise Refused(f"{option}: {unreadable}") from None


def whole(option: str, text: str) -> int:
    """A whole number. Raises Refused."""
    return read(option, read_whole, text)


def amount(option: str, kind: type[Q], text: str) -> Q:
    """A number above zero, in the unit of its kind. Raises Refused."""
    number = read(option, read_number, text)
    if number <= 0:
        raise Refused(f"{option}: {quote(text)} is not above zero.")
    return kind(number)


def choice(option: str, kind: type[E], text: str) -> E:
    """The member with this value. Raises Refused with all that there are."""
    choices = [member.value for member in kind]
    if text not in choices:
        raise Refused(f"{option}: {quote(text)} is none of {', '.join(choices)}.")
    return kind(text)


def choice_if_given(option: str, kind: type[E], text: str | None) -> E | None:
    """As `choice`; None for an option that was left out."""
    return None if text is None else choice(option, kind, text)


def day_if_given(option: str, text: str | None) -> date | None:
    """A date written as 2026-03-12; None for an option that was left out. Raises Refused."""
    if text is None:
        return None
    try:
        if not _DATE.fullmatch(text):  # fromisoformat would take 20260312 and 2026-W11-4 as well
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"{option}: {quote(text)} is not a date such as 2026-03-12.") from None
