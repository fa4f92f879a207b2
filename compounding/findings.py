"""What the program has to say about an order: findings, lines of working, and how sure a source is.

These are the values that every step of the engine hands on. They hold codes, figures and sources;
their sentences are made in `wording`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum, IntEnum

from compounding.quantities import Quantity

Judged = Quantity | Decimal | int | str | date
"""A value that a finding judged, or an operand of a line of working."""
Values = Mapping[str, Judged]


class Severity(IntEnum):
    """How a finding holds a plan up, the worst first when sorted."""

    STOP = 0
    """Cannot go on: mend the input or cancel."""
    OVERRIDE = 1
    """Needs a second authorised person, a coded reason and a text."""
    ACKNOWLEDGE = 2
    """Needs a reason code."""
    INFO = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Status(Enum):
    """How sure a fact is, or where else a figure comes from."""

    LABEL = "label"
    SECONDARY = "secondary"
    DERIVED = "derived"
    UNCONFIRMED = "unconfirmed"
    SITE = "site"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from, as it is printed beside it, and how sure it is."""

    text: str
    status: Status


@dataclass(frozen=True, slots=True)
class Finding:
    """A judgement on an order, with the values it judged by name."""

    code: str
    severity: Severity
    case: str
    """Which of the code's sentences says it; `wording` holds them by code and case."""
    values: Values = field(default_factory=dict)
    source: Source = Source("site setting", Status.SITE)


@dataclass(frozen=True, slots=True)
class Part:
    """One expression of a line of working: the operands by name, and the result."""

    case: str
    """Which of the step's expressions says it; `wording` holds them by step and case."""
    operands: Values
    result: Judged
    source: Source | None = None
    """Where this expression's own constant comes from, where it is not the line's."""


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the working: one or more expressions, what was rounded, and the sources."""

    step: str
    parts: tuple[Part, ...]
    sources: tuple[Source, ...]
    rounding: Quantity | None = None
    """The step of the rounding, or None where the result is exact."""
