"""What no patient has who may get a drug: a value of another unit, typed in the box of this one.

A count per mm³ is a thousand times the same count in ×10⁹/L: 800 neutrophils per mm³ are 0.8. Taken as it stands, it
would free a dose that a low count holds. No source gives such bounds: they are the program's own, wide of what any
site sees. A value over its bound is refused at its box; a true one, if ever, leaves the dose without its checklist,
which holds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from compounding.quantities import BloodCount, Quantity, UpperLimits

PLAUSIBLE: Mapping[str, Quantity] = {
    # Normal is 2 to 7.5; a leukaemoid reaction, which no patient has who waits for neutrophils to come back, begins at
    # 50.
    "neutrophils": BloodCount(Decimal(100)),
    # Normal is 150 to 400; even essential thrombocythaemia stays below this all but always.
    "platelets": BloodCount(Decimal(3000)),
    # Bilirubin in µmol/L is about 20 times its value in × ULN, and AST and ALT in U/L about 40 times. At 100 × ULN of
    # either the liver fails: the label ends treatment at far less.
    "bilirubin": UpperLimits(Decimal(100)),
    "ast": UpperLimits(Decimal(100)),
    "alt": UpperLimits(Decimal(100)),
}
"""The most that is taken of each value."""

ASKED = UpperLimits(Decimal(20))
"""Over this a liver value may be true, and as well one in its laboratory's unit: whoever answers for it is asked."""


def of_mm3(typed: BloodCount) -> BloodCount:
    """The count that is meant where its figure is one per mm³: a litre holds 10⁶ mm³."""
    return BloodCount(typed.value.scaleb(-3))


def is_plausible(name: str, value: Quantity) -> bool:
    """Whether a value may be one of a patient who may get the drug. Raises KeyError for a name that has no bound."""
    most = PLAUSIBLE[name]
    return value <= most
