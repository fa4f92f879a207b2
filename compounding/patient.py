"""The person the dose is for: measurements, age, body surface area, and whether these are plausible."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal

from compounding.findings import Finding, Line, Part, Severity, Source, Status, Values
from compounding.policy import Formula, Plausible, Policy
from compounding.quantities import (
    BodyMass,
    BodyMassIndex,
    BodySurface,
    Length,
    Quantity,
    Unreadable,
    quote,
    round_to,
)

ADULT_FROM = 18  # years
OLDEST = 122  # years; the greatest age on record. Above it the date of birth is a slip
# 50 digits hold the product of two figures as typed exactly, so that a root that comes out even does.
_SURFACE = Context(prec=50)
# The powers and logarithms are irrational: 28 digits, of which the site's rounding uses a few.
_POWERS = Context(prec=28)


@dataclass(frozen=True, slots=True)
class Patient:
    """What is measured, and what age is judged by. Nothing here says who it is."""

    height: Length
    weight: BodyMass
    on: date
    """The day on which the dose is to be given, and on which age is judged."""
    born: date | None = None
    height_measured: date | None = None
    weight_measured: date | None = None

    def __post_init__(self) -> None:
        for what, measure in (("height", self.height.value), ("weight", self.weight.value)):
            if measure <= 0:
                raise Unreadable(f"The {what} is not above zero.")
        for name, day in (
            ("born", self.born),
            ("height measured", self.height_measured),
            ("weight measured", self.weight_measured),
        ):
            if day is not None and day > self.on:
                raise ValueError(f"{name} {day} is after {self.on}, the day of the dose")

    @property
    def age(self) -> int | None:
        """Whole years on the day of the dose; None where no date of birth is known."""
        return None if self.born is None else years_between(self.born, self.on)

    @property
    def adult(self) -> bool:
        """Whether the adult limits apply. Without a date of birth they do."""
        return self.age is None or self.age >= ADULT_FROM


def printed_name(family: str, given: str) -> str:
    """FAMILY, Given: as every page and paper names a patient."""
    return f"{family.upper()}, {given}"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the dose is for, as papers and pages name them. Never part of a calculation."""

    family: str
    given: str
    born: date
    location: str
    mrn: str = ""
    """US: the medical record number."""
    nhs_number: str = ""
    """UK: ten digits."""
    hospital_number: str = ""
    """UK."""

    @property
    def name(self) -> str:
        """FAMILY, Given."""
        return printed_name(self.family, self.given)


def nhs_number(text: str) -> str:
    """The ten digits of an NHS number typed with or without spaces. Raises Unreadable.

    The tenth is 11 less the weighted sum of the first nine modulo 11, with weights 10 down to 2; 11
    counts as 0, and 10 is no NHS number (NHS Data Dictionary, "NHS NUMBER").
    """
    digits = text.replace(" ", "")
    if not re.fullmatch(r"[0-9]{10}", digits):
        raise Unreadable(f"{quote(text)} is not an NHS number: it has ten figures, 0 to 9.")
    weighted = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    if (11 - weighted % 11) % 11 != int(digits[9]):
        raise Unreadable(f"{quote(text)} is not an NHS number: its last figure does not fit the others.")
    return digits


def years_between(born: date, on: date) -> int:
    """Whole years of age. Born on 29 February: a year older on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def months_between(born: date, on: date) -> int:
    """Whole months of age, for a child under two."""
    return (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)


@dataclass(frozen=True, slots=True)
class Powers:
    """factor × height^tall × weight^heavy, the form of three of the formulas."""

    factor: Decimal
    tall: Decimal
    heavy: Decimal

    def surface(self, height: Decimal, weight: Decimal) -> Decimal:
        tall, heavy = _POWERS.power(height, self.tall), _POWERS.power(weight, self.heavy)
        return _POWERS.multiply(_POWERS.multiply(self.factor, tall), heavy)


MOSTELLER_DIVISOR = Decimal(3600)


def _mosteller(height: Decimal, weight: Decimal) -> Decimal:
    return _SURFACE.sqrt(_SURFACE.divide(_SURFACE.multiply(height, weight), MOSTELLER_DIVISOR))


@dataclass(frozen=True, slots=True)
class Bent:
    """Boyd's form, with the weight in grams: factor × height^tall × grams^(heavy − bend × log10 grams)."""

    factor: Decimal
    tall: Decimal
    heavy: Decimal
    bend: Decimal

    def surface(self, height: Decimal, weight: Decimal) -> Decimal:
        grams = _POWERS.multiply(weight, Decimal(1000))
        power = _POWERS.subtract(self.heavy, _POWERS.multiply(self.bend, _POWERS.log10(grams)))
        tall, heavy = _POWERS.power(height, self.tall), _POWERS.power(grams, power)
        return _POWERS.multiply(_POWERS.multiply(self.factor, tall), heavy)


def _powers(factor: str, tall: str, heavy: str) -> Powers:
    return Powers(Decimal(factor), Decimal(tall), Decimal(heavy))


DUBOIS = _powers("0.007184", "0.725", "0.425")
HAYCOCK = _powers("0.024265", "0.3964", "0.5378")
GEHAN_GEORGE = _powers("0.0235", "0.42246", "0.51456")
BOYD = Bent(Decimal("0.0003207"), Decimal("0.3"), Decimal("0.7285"), Decimal("0.0188"))


@dataclass(frozen=True, slots=True)
class Published:
    """A formula with the paper it was published in. Height in cm, weight in kg, result in m²."""

    name: str
    paper: str
    surface: Callable[[Decimal, Decimal], Decimal]


FORMULAS: Mapping[Formula, Published] = {
    Formula.MOSTELLER: Published("Mosteller", "N Engl J Med 1987;317:1098", _mosteller),
    Formula.DUBOIS: Published("Du Bois", "Arch Intern Med 1916;17:863", DUBOIS.surface),
    Formula.HAYCOCK: Published("Haycock", "J Pediatr 1978;93:62", HAYCOCK.surface),
    Formula.GEHAN_GEORGE: Published("Gehan–George", "Cancer Chemother Rep 1970;54:225", GEHAN_GEORGE.surface),
    Formula.BOYD: Published("Boyd", "Univ Minnesota Press 1935", BOYD.surface),
}


def surface_area(height: Length, weight: BodyMass, formula: Formula) -> BodySurface:
    """The body surface area, unrounded. Actual body weight, no cap."""
    return BodySurface(FORMULAS[formula].surface(height.value, weight.value))


def rounded_surface(patient: Patient, policy: Policy) -> tuple[BodySurface, Line]:
    """The body surface area that the dose is computed from, with its line of working."""
    unrounded = surface_area(patient.height, patient.weight, policy.formula)
    bsa = round_to(unrounded, policy.bsa_step)
    published = FORMULAS[policy.formula]
    operands: Values = {"height": patient.height, "weight": patient.weight, "unrounded": unrounded}
    part = Part(policy.formula.value, operands, bsa)
    source = Source(f"{published.name}, {published.paper}", Status.SITE)
    return bsa, Line("bsa", (part,), (source,), policy.bsa_step)


def body_mass_index(height: Length, weight: BodyMass) -> BodyMassIndex:
    """Weight over the square of the height, kg/m², unrounded."""
    metres = height.in_unit("m")
    return BodyMassIndex(_SURFACE.divide(weight.value, _SURFACE.multiply(metres, metres)))


def plausibility(patient: Patient, bsa: BodySurface, policy: Policy) -> Iterator[Finding]:
    """The findings on height, weight, body surface and body mass index, and on when they were measured."""
    limits = policy.plausible(patient.adult)
    broken = tuple(_broken(_measures(patient.height, patient.weight, bsa), limits, patient.adult))
    yield from broken
    if broken and not tuple(_broken(_swapped(patient, policy), limits, patient.adult)):
        yield Finding(
            "swapped",
            Severity.STOP,
            "",
            {"height_cm": patient.height.value, "weight_kg": patient.weight.value},
        )
    yield from _measured(patient, policy)


def _measures(height: Length, weight: BodyMass, bsa: BodySurface) -> dict[str, Quantity]:
    return {"height": height, "weight": weight, "bsa": bsa, "bmi": body_mass_index(height, weight)}


def _swapped(patient: Patient, policy: Policy) -> dict[str, Quantity]:
    """The four measures, had the two figures been typed in each other's place."""
    height, weight = Length(patient.weight.value), BodyMass(patient.height.value)
    bsa = round_to(surface_area(height, weight, policy.formula), policy.bsa_step)
    return _measures(height, weight, bsa)


def _broken(measures: Mapping[str, Quantity], limits: Mapping[str, Plausible], adult: bool) -> Iterator[Finding]:
    for code, limit in limits.items():
        amount = measures[code]
        for severity, band in ((Severity.STOP, limit.stop), (Severity.ACKNOWLEDGE, limit.acknowledge)):
            if band is not None and not band.holds(amount):
                who = "an adult" if adult else "a patient under 18"
                values: Values = {code: amount, "low": band.low, "high": band.high, "limits_for": who}
                yield Finding(code, severity, "", values)
                break


def _measured(patient: Patient, policy: Policy) -> Iterator[Finding]:
    """How old the measurements are. An adult's height is not judged by its age: it does not change."""
    days = [("weight", patient.weight_measured)]
    if not patient.adult:
        days.append(("height", patient.height_measured))
    for what, measured in days:
        old = 0 if measured is None else (patient.on - measured).days
        if measured is None or old <= policy.measured_acknowledge_days:
            continue
        severity = Severity.OVERRIDE if old > policy.measured_override_days else Severity.ACKNOWLEDGE
        yield Finding(
            "measured",
            severity,
            what,
            {
                "what": what,
                "measured": measured,
                "days": old,
                "acknowledge_over_days": policy.measured_acknowledge_days,
                "override_over_days": policy.measured_override_days,
            },
        )
