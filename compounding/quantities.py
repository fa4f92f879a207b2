"""Amounts with units: the closed list of units, reading, rounding and writing for machines.

This is the only module that imports pint. The registry starts empty and holds the units below and
no others, because pint's own list reads "5 Mg" as a megagram and "5 units" as micronits. The drug's
mass, the body's mass and a weighed mass are different dimensions here: adding milligrams of drug to
kilograms of patient is an error and not a number.

Each dimension is a class, and an amount is held in that class's one unit, so two amounts of a class
compare by their figures. pint says, once for each pair of classes, what a product or quotient is and
by what factor; the arithmetic itself is plain Decimal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import (
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    FloatOperation,
    Inexact,
    InvalidOperation,
    Overflow,
)
from functools import cache, lru_cache
from typing import Any, ClassVar, Self, TypeVar

import pint

# The pound and the inch are exact by definition (international yard and pound agreement, 1959).
# They serve the read-only comparison beside a typed figure and are never an input.
_DEFINITIONS = (
    "mg = [drug_mass]",
    "mcg = mg / 1000",
    "ng = mg / 1000000",
    "kg = [body_mass]",
    "lb = 0.45359237 * kg",
    "g = [weighed_mass]",
    "m2 = [body_surface]",
    "mL = [liquid_volume]",
    "nL = mL / 1000000",
    "cm = [body_length]",
    "m = 100 * cm",
    "inch = 2.54 * cm",
    "minute = [time]",
    "h = 60 * minute",
    "day = 24 * h",
    "per_mm3 = [cell_count]",
    # A dimension of its own: blasts in a cubic millimetre are never held against counts in a litre.
    "giga_per_L = [blood_count]",
    "upper_limit = [upper_limit]",
)

# 60 digits hold every product of two amounts as read (18 digits each) with room to spare, so an
# inexact product or sum can only come from a figure that nobody rounded: that is an error.
_EXACT = Context(prec=60, traps=[InvalidOperation, DivisionByZero, Overflow, FloatOperation, Inexact])
_QUOTIENT = Context(prec=60, traps=[InvalidOperation, DivisionByZero, Overflow, FloatOperation])

# At most 9 figures before the point and 9 after it: a nanogram and a nanolitre are the smallest
# amounts that are stored, and no amount here comes near a billion.
_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,9})?")

# What is wrong with a typed number, the first that fits. Order matters: "-.5" is told of its sign.
_NUMBER_FAULTS = (
    (re.compile(r"\s*"), "Type a number."),
    (re.compile(r".*[\s\x00-\x1f\x7f].*", re.S), "Leave out the spaces."),
    (re.compile(r"[-+−].*"), "Leave out the sign."),
    (re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?"), "Use no comma: a point before decimals, nothing in thousands."),
    (re.compile(r"[0-9.]*,[0-9.,]*"), "Use a point, not a comma."),
    (re.compile(r"[0-9.]+[eE][-+]?[0-9]*"), "Use plain figures, without an exponent."),
    (re.compile(r"\.[0-9]+"), "Put a zero before the point."),
    (re.compile(r"[0-9]+\."), "Put a figure after the point, or leave the point out."),
    (re.compile(r"0[0-9]+(\.[0-9]+)?"), "Leave out the zero in front."),
    (re.compile(r"[0-9]+(\.[0-9]+)?"), "Use at most 9 figures before the point and 9 after it."),
    (re.compile(r"(?=.*[^\x00-\x7f])[\d.]+"), "Use the figures 0 to 9 of a plain keyboard."),
)
_QUOTED_AT_MOST = 30  # characters; a longer text is described, since a quotation is never cut


class Unreadable(ValueError):
    """Text that is not an amount, with one sentence that quotes it."""


def quote(text: str) -> str:
    """The text in quotation marks for an error, or its length where it is too long to quote."""
    if len(text) > _QUOTED_AT_MOST:
        return f"This text of {len(text):,} characters"
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    return f"“{shown}”"


def read_number(text: str) -> Decimal:
    """A number as a person types it: 0 to 9 and at most one point. Raises Unreadable."""
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    reason = next((why for fault, why in _NUMBER_FAULTS if fault.fullmatch(text)), "Use figures only.")
    if not text.strip():
        raise Unreadable(reason)
    raise Unreadable(f"{quote(text)} cannot be read. {reason}")


def read_whole(text: str) -> int:
    """A whole number as a person types it. Raises Unreadable."""
    number = read_number(text)
    if "." in text:
        raise Unreadable(f"{quote(text)} is not a whole number.")
    return int(number)


def plain(number: Decimal | int) -> str:
    """A number for a machine: no exponent, no trailing zeros, a point. 5.840 is "5.84"."""
    if not number:
        return "0"  # and never "-0"
    text = format(Decimal(number), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@lru_cache(maxsize=1)
def _registry() -> pint.UnitRegistry[Any]:
    """One registry a process: building it costs milliseconds, asking it for a unit microseconds."""
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None, non_int_type=Decimal)
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount: a finite Decimal in the one unit of its class.

    Sums, differences and comparisons need the same class, products and quotients give the class of
    the result, and anything else raises TypeError. There is no truth value: test an amount against
    an amount.
    """

    value: Decimal

    UNIT: ClassVar[str] = "dimensionless"
    """The unit of `value`, in the registry's words."""
    NOUN: ClassVar[str] = "a ratio"
    """What an error calls an amount of this class."""
    SYMBOLS: ClassVar[Mapping[str, str]] = {}
    """Symbols that may be read, with the registry's unit. The first is the one that is written."""

    def __post_init__(self) -> None:
        if not isinstance(self.value, Decimal) or not self.value.is_finite():
            raise TypeError(f"{self.value!r} is not a finite Decimal and cannot be {self.NOUN}")

    @classmethod
    def of(cls, quantity: Quantity) -> Self:
        """The same amount, known to be of this class. Raises TypeError where it is of another."""
        if type(quantity) is not cls:
            raise TypeError(f"{quantity} is {quantity.NOUN}, not {cls.NOUN}")
        return quantity

    @classmethod
    def read(cls, text: str) -> Self:
        """An amount with its unit, as a drug file states it: "0.9 mg". Raises Unreadable."""
        number, space, symbol = text.partition(" ")
        if not (_NUMBER.fullmatch(number) and space and symbol in cls.SYMBOLS):
            raise Unreadable(f"{text!r} is not {cls.NOUN}")
        return cls(_factor(cls.SYMBOLS[symbol], cls.UNIT).apply(Decimal(number)))

    @classmethod
    def symbol(cls) -> str:
        """The unit as it is written for a person: "mg/m²"."""
        return next(iter(cls.SYMBOLS), "")

    def in_unit(self, unit: str) -> Decimal:
        """The figure in another unit of the same dimension, by its name in the registry."""
        return _factor(self.UNIT, unit).apply(self.value)

    def whole(self, unit: str) -> int:
        """The figure in a unit of which it is a whole number, as it is stored. Raises ValueError."""
        figure = self.in_unit(unit)
        if figure != figure.to_integral_value():
            raise ValueError(f"{self} is not a whole number of {unit}")
        return int(figure)

    def __str__(self) -> str:
        return f"{plain(self.value)} {self.symbol()}".rstrip()

    def __bool__(self) -> bool:
        raise TypeError(f"{self} has no truth value: compare it with an amount")

    def _same(self, other: object, doing: str) -> Decimal:
        if not isinstance(other, Quantity) or type(other) is not type(self):
            raise TypeError(f"cannot {doing} {self!s} and {other!s}: not the same kind of amount")
        return other.value

    def __add__(self, other: Self) -> Self:
        return type(self)(_EXACT.add(self.value, self._same(other, "add")))

    def __sub__(self, other: Self) -> Self:
        return type(self)(_EXACT.subtract(self.value, self._same(other, "subtract")))

    def __mul__(self, other: Quantity | Decimal | int) -> Quantity:
        if isinstance(other, Quantity):
            kind, factor = _product(type(self), type(other))
            return kind(factor.apply(_EXACT.multiply(self.value, other.value)))
        return type(self)(_EXACT.multiply(self.value, _scalar(other)))

    def __truediv__(self, other: Quantity | Decimal | int) -> Quantity:
        if isinstance(other, Quantity):
            kind, factor = _quotient(type(self), type(other))
            # The unit is changed first: a quotient may be endless, and 50 mL ÷ 60 min × 60 is 50.
            return kind(_QUOTIENT.divide(factor.apply(self.value), other.value))
        return type(self)(_QUOTIENT.divide(self.value, _scalar(other)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self.value == self._same(other, "compare")

    def __hash__(self) -> int:
        return hash((type(self), self.value))

    def __lt__(self, other: Self) -> bool:
        return self.value < self._same(other, "compare")

    def __le__(self, other: Self) -> bool:
        return self.value <= self._same(other, "compare")

    def __gt__(self, other: Self) -> bool:
        return self.value > self._same(other, "compare")

    def __ge__(self, other: Self) -> bool:
        return self.value >= self._same(other, "compare")


class Ratio(Quantity):
    """A number without a unit, such as a difference over what it differs from."""

    @property
    def percent(self) -> Decimal:
        return _QUOTIENT.multiply(self.value, Decimal(100))


class DrugMass(Quantity):
    UNIT, NOUN = "mg", "an amount of drug"
    SYMBOLS: ClassVar[Mapping[str, str]] = {"mg": "mg", "mcg": "mcg", "ng": "ng"}


class BodyMass(Quantity):
    UNIT, NOUN, SYMBOLS = "kg", "a body weight", {"kg": "kg"}


class WeighedMass(Quantity):
    UNIT, NOUN, SYMBOLS = "g", "a weighed mass", {"g": "g"}


class BodySurface(Quantity):
    UNIT, NOUN, SYMBOLS = "m2", "a body surface area", {"m²": "m2"}


class Volume(Quantity):
    UNIT, NOUN, SYMBOLS = "mL", "a volume", {"mL": "mL"}


class Length(Quantity):
    UNIT, NOUN, SYMBOLS = "cm", "a length", {"cm": "cm"}


class Duration(Quantity):
    UNIT, NOUN = "minute", "a length of time"
    SYMBOLS: ClassVar[Mapping[str, str]] = {"min": "minute", "h": "h", "days": "day"}


class DoseLevel(Quantity):
    UNIT, NOUN, SYMBOLS = "mg / m2", "a dose per body surface", {"mg/m²": "mg / m2"}


class Concentration(Quantity):
    UNIT, NOUN, SYMBOLS = "mg / mL", "a concentration", {"mg/mL": "mg / mL"}


class Density(Quantity):
    UNIT, NOUN, SYMBOLS = "g / mL", "a density", {"g/mL": "g / mL"}


class InfusionRate(Quantity):
    UNIT, NOUN, SYMBOLS = "mL / h", "a rate of infusion", {"mL/h": "mL / h"}


class BodyMassIndex(Quantity):
    UNIT, NOUN, SYMBOLS = "kg / m**2", "a body mass index", {"kg/m²": "kg / m**2"}


class CellCount(Quantity):
    UNIT, NOUN, SYMBOLS = "per_mm3", "a cell count", {"/mm³": "per_mm3"}


class BloodCount(Quantity):
    UNIT, NOUN, SYMBOLS = "giga_per_L", "a blood count", {"×10⁹/L": "giga_per_L"}


class UpperLimits(Quantity):
    """A liver value in times the upper limit of what its laboratory calls normal."""

    UNIT, NOUN, SYMBOLS = "upper_limit", "a liver value", {"× ULN": "upper_limit"}


KINDS: tuple[type[Quantity], ...] = (
    Ratio,
    DrugMass,
    BodyMass,
    WeighedMass,
    BodySurface,
    Volume,
    Length,
    Duration,
    DoseLevel,
    Concentration,
    Density,
    InfusionRate,
    BodyMassIndex,
    CellCount,
    BloodCount,
    UpperLimits,
)
Q = TypeVar("Q", bound=Quantity)


def total(amounts: Iterable[Q]) -> Q:
    """The sum of one or more amounts. sum() would start from a bare 0, which is no amount."""
    first, *rest = amounts
    for amount in rest:
        first = first + amount
    return first


def round_to(amount: Q, step: Q) -> Q:
    """The multiple of `step` nearest to `amount`, a half going away from zero."""
    return type(amount)(round_number(amount.value, amount._same(step, "round")))


def round_number(number: Decimal, step: Decimal) -> Decimal:
    """The multiple of `step` nearest to `number`, a half going away from zero."""
    steps = _QUOTIENT.divide(number, step).to_integral_value(rounding=ROUND_HALF_UP)
    return _EXACT.multiply(steps, step)


def least_count(amount: Q, one: Q) -> int:
    """The least whole number of `one` that is not below `amount`. Exact, where a float is not:
    1.5 × 0.8 ÷ 0.1 is 12, and ceil() of the binary quotient is 13."""
    whole, rest = _EXACT.divmod(amount.value, amount._same(one, "divide"))
    return int(whole) + (1 if rest > 0 else 0)


def _scalar(number: object) -> Decimal:
    if isinstance(number, (Decimal, int)) and not isinstance(number, bool):
        return Decimal(number)
    raise TypeError(f"{number!r} is neither an amount nor an exact number")


@dataclass(frozen=True, slots=True)
class _Factor:
    """A change of unit, kept as a product and a quotient of which one is 1, so that minutes into
    hours divide by 60 exactly rather than multiply by 0.01666 and so on."""

    times: Decimal
    over: Decimal

    def apply(self, figure: Decimal) -> Decimal:
        if self.over == 1:
            return _EXACT.multiply(figure, self.times) if self.times != 1 else figure
        return _QUOTIENT.divide(figure, self.over)


def _change(unit: Any, into: Any) -> _Factor:
    one = _registry().Quantity
    there, again = one(Decimal(1), unit).to(into).magnitude, one(Decimal(1), into).to(unit).magnitude
    forth, back = Decimal(there), Decimal(again)
    # One of the two may be endless: 1 kg is 2.2046… lb, and 1 lb is 0.45359237 kg. The shorter is exact.
    if len(plain(forth)) <= len(plain(back)):
        return _Factor(forth, Decimal(1))
    return _Factor(Decimal(1), back)


@cache
def _factor(unit: str, into: str) -> _Factor:
    return _change(_registry().Unit(unit), _registry().Unit(into))


_Known = dict[tuple[str, type["Quantity"], type["Quantity"]], tuple[type["Quantity"], _Factor]]
_KNOWN: _Known = {}
"""What products and quotients of two classes are, asked of pint once each."""


def _product(left: type[Quantity], right: type[Quantity]) -> tuple[type[Quantity], _Factor]:
    key = ("×", left, right)
    if key not in _KNOWN:
        _KNOWN[key] = _kind_of(key, _unit(left) * _unit(right))
    return _KNOWN[key]


def _quotient(left: type[Quantity], right: type[Quantity]) -> tuple[type[Quantity], _Factor]:
    key = ("÷", left, right)
    if key not in _KNOWN:
        _KNOWN[key] = _kind_of(key, _unit(left) / _unit(right))
    return _KNOWN[key]


def _unit(kind: type[Quantity]) -> Any:
    return _registry().Unit(kind.UNIT)


def _kind_of(key: tuple[str, type[Quantity], type[Quantity]], unit: Any) -> tuple[type[Quantity], _Factor]:
    """The class whose dimension a unit has, and the factor that brings a figure into its unit."""
    for kind in KINDS:
        if _unit(kind).dimensionality == unit.dimensionality:
            return kind, _change(unit, _unit(kind))
    sign, left, right = key
    raise TypeError(f"{left.NOUN} {sign} {right.NOUN} is nothing that is known here")
