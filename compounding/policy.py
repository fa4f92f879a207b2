"""A site's choices as one frozen value: formula, roundings, limits, zone and what it has confirmed.

Nothing here is a fact about a drug. The defaults are the program's own and stand in one place, so
that a pharmacist can read them, and change them for a site.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum

from compounding.quantities import (
    BodyMass,
    BodyMassIndex,
    BodySurface,
    DrugMass,
    Duration,
    Length,
    Quantity,
    Volume,
    WeighedMass,
    plain,
    round_number,
)


class Market(Enum):
    """The market whose presentations a site prepares. A user cannot switch it."""

    US = "us"
    UK = "uk"


class Formula(Enum):
    """The published formulas for body surface area. The labels name none."""

    MOSTELLER = "mosteller"
    DUBOIS = "dubois"
    HAYCOCK = "haycock"
    GEHAN_GEORGE = "gehan-george"
    BOYD = "boyd"


class LabelSize(Enum):
    """The stocks of the bag label that a market has; which they are, `papers` knows."""

    SMALL = "small"
    """The full label, the name on one line."""
    TALL = "tall"
    """The full label, with a second line for the name."""
    SECONDARY = "secondary"
    """The reduced list, for the light cover alone."""


class Making(Enum):
    """How the volume in the bag is made up; it changes what the patient gets."""

    EMPTY_CONTAINER = "A"
    """An empty container filled to exactly the bag's volume."""
    READY_FILLED = "B"
    """A ready-filled bag, the drug's volume and the bag's overfill removed first."""


@dataclass(frozen=True, slots=True)
class Band:
    """An amount's limits. A value at a limit is within it."""

    low: Quantity
    high: Quantity

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"the limits {self.low} and {self.high} are out of order")

    def holds(self, amount: Quantity) -> bool:
        return self.low <= amount <= self.high

    def __str__(self) -> str:
        return f"{plain(self.low.value)} to {self.high}"


@dataclass(frozen=True, slots=True)
class Plausible:
    """What a measurement may be: outside `stop` it stops, outside `acknowledge` it asks."""

    stop: Band
    acknowledge: Band | None = None


def _band(kind: type[Quantity], low: str, high: str) -> Band:
    return Band(kind(Decimal(low)), kind(Decimal(high)))


# Adults with this disease were measured at a body surface of 1.27 to 2.81 m², median 1.86.
ADULT = {
    "height": Plausible(_band(Length, "100", "230"), _band(Length, "140", "205")),
    "weight": Plausible(_band(BodyMass, "25", "300"), _band(BodyMass, "35", "160")),
    "bsa": Plausible(_band(BodySurface, "0.5", "3"), _band(BodySurface, "1.3", "2.5")),
    "bmi": Plausible(_band(BodyMassIndex, "10", "80"), _band(BodyMassIndex, "16", "45")),
}
UNDER_18 = {
    "height": Plausible(_band(Length, "60", "200")),
    "weight": Plausible(_band(BodyMass, "5", "150")),
    "bsa": Plausible(_band(BodySurface, "0.3", "2.5")),
}

# Rounding down to whole vials, in % of the ordered dose. US: within 10 % under a written policy
# (HOPA); UK: within 6 % for cytotoxics, and a conjugate counts as one.
_NEAR_MISS_PERCENT = {Market.US: Decimal(10), Market.UK: Decimal(6)}

# The sizes that a market's pharmacies commonly keep: 3 and 60 mL in the US, 2.5 and 50 mL in the UK.
_SYRINGES = {
    Market.US: ("1", "3", "5", "10", "20", "30", "60"),
    Market.UK: ("1", "2.5", "5", "10", "20", "30", "50"),
}


@dataclass(frozen=True, slots=True)
class DilutedBagLimit:
    """What two pharmacists recorded from the current label for one kind of storage."""

    hours: Duration | None
    """None where the label sets no limit for the diluted bag on its own."""
    includes_infusion: bool


@dataclass(frozen=True, slots=True)
class ConfirmedFact:
    """A fact of a drug file that two pharmacists read in the current label.

    It holds for the value that they read: a file that states another value is not confirmed by it.
    """

    drug: str
    """The presentation's id: "besponsa-us"."""
    place: str
    """"administration.storage"."""
    value: str
    """As `formulary.stated` writes it."""


_STEPS = ("bsa_step", "dose_step", "volume_step")
_ABOVE_ZERO = (*_STEPS, "mass_step", "dose_most", "small_dose_override_from", "withdrawable")
_PERCENTS = (
    "near_miss_window",
    "difference_override_percent",
    "weight_change_acknowledge_percent",
    "mass_tolerance_percent",
)
_THOUSANDTH = Decimal("0.001")
# A limit that asks comes before the limit that stops, or it would never be reached.
ASKS_FIRST = (
    ("measured_acknowledge_days", "measured_override_days"),
    ("difference_override_percent", "difference_stop_percent"),
    ("weight_change_acknowledge_percent", "weight_change_override_percent"),
)


def _above_zero(name: str, amount: Quantity | None) -> None:
    """Raises ValueError, naming the setting."""
    if amount is not None and amount.value <= 0:
        raise ValueError(f"{name}: {amount} is not above zero")
    # An area or an amount with more decimals could not be stored as whole nanograms.
    if name in _STEPS and amount is not None and amount.value != round_number(amount.value, _THOUSANDTH):
        raise ValueError(f"{name}: {amount} has more than 3 decimals")


@dataclass(frozen=True, slots=True)
class Policy:
    """The choices of one site."""

    market: Market
    formula: Formula = Formula.MOSTELLER
    bsa_step: BodySurface = BodySurface(Decimal("0.01"))
    dose_step: DrugMass = DrugMass(Decimal("0.01"))
    volume_step: Volume = Volume(Decimal("0.01"))
    mass_step: WeighedMass = WeighedMass(Decimal("0.01"))
    """What a pharmacy balance shows."""
    adult: Mapping[str, Plausible] = field(default_factory=lambda: ADULT)
    under_18: Mapping[str, Plausible] = field(default_factory=lambda: UNDER_18)
    measured_acknowledge_days: int = 14
    measured_override_days: int = 28
    weight_change_acknowledge_percent: Decimal = Decimal(10)
    weight_change_override_percent: Decimal = Decimal(20)
    difference_override_percent: Decimal = Decimal(5)
    difference_stop_percent: Decimal = Decimal(10)
    mass_tolerance_percent: Decimal = Decimal(5)
    """Of the expected mass of all that was drawn, either way."""
    bag_overfill: Volume | None = None
    """The recorded overfill of the site's ready-filled bag. None: not recorded. 0 is an answer."""
    near_miss_percent: Decimal | None = None
    syringe_sizes: tuple[Volume, ...] | None = None
    """Rising. None: the market's."""
    syringe_fill_percent: Decimal = Decimal(75)
    """Of a syringe's size; a plunger drawn further may come out."""
    checker_may_release: bool = True
    """Whether who checked a preparation may also release it. Whoever prepared it never may."""
    drug: str = "besponsa"
    """The drug that the next four settings are for."""
    dose_most: DrugMass | None = DrugMass(Decimal("2.5"))
    small_dose_override_from: DrugMass | None = DrugMass(Decimal("0.4"))
    """An adult's dose whose bag is under the concentration range may go on from here by override."""
    withdrawable: Volume | None = None
    """What two pharmacists recorded as coming out of one vial, where the label does not state it."""
    diluted_bag: Mapping[str, DilutedBagLimit] = field(default_factory=dict)
    """By the drug file's name for a kind of storage. One that is missing has not been recorded."""
    confirmed: frozenset[ConfirmedFact] = frozenset()
    zone: str = "UTC"

    def __post_init__(self) -> None:
        for name in _ABOVE_ZERO:
            _above_zero(name, getattr(self, name))
        if self.bag_overfill is not None and self.bag_overfill < Volume(Decimal(0)):
            raise ValueError(f"bag_overfill: {self.bag_overfill} is below zero")
        for name in ("withdrawable", "bag_overfill"):
            if (volume := getattr(self, name)) is not None:
                volume.whole("nL")  # as it is stored; raises ValueError
        for low, high in ASKS_FIRST:
            if getattr(self, low) > getattr(self, high):
                raise ValueError(f"{low}: {getattr(self, low)} is over {high}, {getattr(self, high)}")
        for name in _PERCENTS:
            if getattr(self, name) < 0:
                raise ValueError(f"{name}: {getattr(self, name)} % is below zero")
        if not 0 < self.syringe_fill_percent <= 100:
            raise ValueError(f"syringe_fill_percent: {self.syringe_fill_percent} % is not above 0 and at most 100")
        self._bands()
        self._syringes()

    def _bands(self) -> None:
        for who, limits in (("adult", self.adult), ("under_18", self.under_18)):
            for measure, limit in limits.items():
                asks, stops = limit.acknowledge, limit.stop
                if asks is not None and not (stops.holds(asks.low) and stops.holds(asks.high)):
                    raise ValueError(f"{who}.{measure}: {asks} asks beyond {stops}, which stops")

    def _syringes(self) -> None:
        sizes = [size.value for size in self.syringes]
        if not sizes or sizes[0] <= 0 or sizes != sorted(set(sizes)):
            raise ValueError(f"syringe_sizes: {', '.join(map(str, self.syringes)) or 'none'} do not rise from above 0")

    def for_drug(self, drug: str) -> Policy:
        """The policy as it holds for a drug: what was recorded or decided for another does not."""
        if drug == self.drug:
            return self
        return replace(
            self, drug=drug, dose_most=None, small_dose_override_from=None, withdrawable=None, diluted_bag={}
        )

    @property
    def near_miss_window(self) -> Decimal:
        """Percent of the ordered dose by which rounding down to whole vials may be offered."""
        if self.near_miss_percent is not None:
            return self.near_miss_percent
        return _NEAR_MISS_PERCENT[self.market]

    @property
    def syringes(self) -> tuple[Volume, ...]:
        """The sizes of the syringes that are at hand, rising."""
        if self.syringe_sizes is not None:
            return self.syringe_sizes
        return tuple(Volume(Decimal(size)) for size in _SYRINGES[self.market])

    def plausible(self, adult: bool) -> Mapping[str, Plausible]:
        return self.adult if adult else self.under_18


@dataclass(frozen=True, slots=True)
class Site:
    """A pharmacy: what stands on its papers, and its choices."""

    name: str
    pharmacy: str
    """The pharmacy's own name, as it stands at the head of a worksheet."""
    address: str
    phone: str
    """Answered day and night."""
    workstations: tuple[str, ...]
    """Where people sign in. What somebody does is logged with its place."""
    policy: Policy
    training: bool = True
    """Invented people and patients only; every page and paper says so."""
    # NIST SP 800-63B §4.3.3: sign in again after 15 minutes without a sign of life, and after 12 hours in any case.
    session_idle: Duration = Duration(Decimal(15))
    session_absolute: Duration = Duration(Decimal(12 * 60))
    second_factor_for_all: bool = False
    """Whether everyone needs a second factor, and not administrators alone."""
    scanner_separator: str = ""
    """What the scanners send for GS1's group separator. Empty: the separator itself."""
    label_stock: LabelSize = LabelSize.SMALL
    """The stock of a bag's full label, where none is chosen for a print."""
