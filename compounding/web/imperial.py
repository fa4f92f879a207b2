"""Feet and pounds, to compare with what was typed and never to type."""

from __future__ import annotations

from decimal import Decimal

from compounding.quantities import BodyMass, Length, round_number
from compounding.wording.numbers import figure

_TENTH = Decimal("0.1")


def feet(height: Length) -> str:
    """ "5 ft 6.9 in". The whole is rounded first, so that no 12 inches are left over."""
    whole, rest = divmod(round_number(height.in_unit("inch"), _TENTH), 12)
    return f"{figure(int(whole))} ft {figure(rest)} in"


def pounds(weight: BodyMass) -> str:
    return f"{figure(weight.in_unit('lb'), 1)} lb"
