"""What one scan says, and why it is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from compounding.findings import Values
from compounding.policy import Market


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a scan is not taken. Its sentence is in `wording`, by code and case."""

    code: str
    case: str = ""
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scanner or a hand sent, read. A field that was not read is None."""

    market: Market
    """Of the site that scanned."""
    raw: str
    """Every character as it came."""
    symbology: str | None = None
    """The prefix that says which kind of symbol it was, such as "]d2" (ISO/IEC 15424)."""
    product: str | None = None
    """The presentation's id."""
    gtin: str | None = None
    """14 figures."""
    expiry: date | None = None
    """The last day on which the vial is good."""
    lot: str | None = None
    serial: str | None = None
    refusal: Refusal | None = None
