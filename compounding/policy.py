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


@dataclass(frozen=True, slots=True)
class DilutedBagLimit:
    """What two pharmacists recorded from the current label for one kind of storage."""

    hours: Duration | None
    """None where the label sets no limit for the diluted bag on its own."""
    includes_infusion: bool


_STEPS = ("bsa_step", "dose_step", "volume_step")
_THOUSANDTH = Decimal("0.001")
# A limit that asks comes before the limit that stops, or it would never be reached.
_IN_ORDER = (
    ("measured_acknowledge_days", "measured_override_days"),
    ("difference_override_percent", "difference_stop_percent"),
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
    adult: Mapping[str, Plausible] = field(default_factory=lambda: ADULT)
    under_18: Mapping[str, Plausible] = field(default_factory=lambda: UNDER_18)
    measured_acknowledge_days: int = 14
    measured_override_days: int = 28
    difference_override_percent: Decimal = Decimal(5)
    difference_stop_percent: Decimal = Decimal(10)
    bag_overfill: Volume | None = None
    """The recorded overfill of the site's ready-filled bag. None: not recorded. 0 is an answer."""
    near_miss_percent: Decimal | None = None
    drug: str = "besponsa"
    """The drug that the next four settings are for."""
    dose_most: DrugMass | None = DrugMass(Decimal("2.5"))
    small_dose_override_from: DrugMass | None = DrugMass(Decimal("0.4"))
    """An adult's dose whose bag is under the concentration range may go on from here by override."""
    withdrawable: Volume | None = None
    """What two pharmacists recorded as coming out of one vial, where the label does not state it."""
    diluted_bag: DilutedBagLimit | None = None
    """None: the limits of the diluted bag have not been recorded from the current label."""
    zone: str = "UTC"

    def __post_init__(self) -> None:
        for name in _STEPS:
            _above_zero(name, getattr(self, name))
        for name in ("dose_most", "small_dose_override_from", "withdrawable"):
            _above_zero(name, getattr(self, name))
        if self.bag_overfill is not None and self.bag_overfill < Volume(Decimal(0)):
            raise ValueError(f"bag_overfill: {self.bag_overfill} is below zero")
        for name in ("withdrawable", "bag_overfill"):
            if (volume := getattr(self, name)) is not None:
                volume.whole("nL")  # as it is stored; raises ValueError
        for low, high in _IN_ORDER:
            if getattr(self, low) > getattr(self, high):
                raise ValueError(f"{low}: {getattr(self, low)} is over {high}, {getattr(self, high)}")
        if self.near_miss_window < 0 or self.difference_override_percent < 0:
            raise ValueError("a window in percent is below zero")

    def for_drug(self, drug: str) -> Policy:
        """The policy as it holds for a drug: what was recorded or decided for another does not."""
        if drug == self.drug:
            return self
        return replace(
            self, drug=drug, dose_most=None, small_dose_override_from=None, withdrawable=None, diluted_bag=None
        )

    @property
    def near_miss_window(self) -> Decimal:
        """Percent of the ordered dose by which rounding down to whole vials may be offered."""
        if self.near_miss_percent is not None:
            return self.near_miss_percent
        return _NEAR_MISS_PERCENT[self.market]

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
    idle_minutes: int = 15
    """After so long without a page a session asks for its secret again."""
    session_hours: int = 12
    """After so long a session ends: a long shift."""
    second_factor_for_all: bool = False
    """Administrators in patient use need one in any case."""
