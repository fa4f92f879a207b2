"""What a drug file states, as frozen values. The fields of a group are the keys that its table must have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from compounding.findings import Source
from compounding.formulary.kinds import (
    Kind,
    Levels,
    Range,
    amount,
    count,
    flag,
    gtin,
    levels,
    named,
    ndc,
    one_of,
    range_of,
    text,
    texts,
    whole_numbers,
)
from compounding.policy import Market
from compounding.quantities import (
    BloodCount,
    CellCount,
    Concentration,
    Density,
    DrugMass,
    Duration,
    InfusionRate,
    UpperLimits,
    Volume,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """A value with the place it was read in."""

    value: T
    source: Source
    arithmetic: str | None = None
    note: str | None = None


def fact(read: Callable[[Any], Any], *, may_be_absent: bool = False) -> Any:
    """A field of a group: a fact read by `read`; `may_be_absent` lets it be "not stated" (None)."""
    return field(metadata={"kind": Kind(read, may_be_absent)})


@dataclass(frozen=True, slots=True)
class Names:
    generic: Fact[str] = fact(text)
    brand: Fact[str] = fact(text)
    holder: Fact[str] = fact(text)
    maker: Fact[str] = fact(text)


@dataclass(frozen=True, slots=True)
class VialFacts:
    labelled: Fact[DrugMass] = fact(amount(DrugMass))
    labelled_means: Fact[str] = fact(one_of("delivered", "total"))
    """Whether the labelled content is what can be drawn, or all that the vial holds."""
    reconstitute_with: Fact[str] = fact(text)
    reconstitution: Fact[Volume] = fact(amount(Volume))
    concentration: Fact[Concentration] = fact(amount(Concentration))
    withdrawable: Fact[Volume | None] = fact(amount(Volume), may_be_absent=True)
    least_withdrawable: Fact[Volume | None] = fact(amount(Volume), may_be_absent=True)
    """What may come out where the label does not say: it asks for a spare, it is never drawn by."""
    density: Fact[Density | None] = fact(amount(Density), may_be_absent=True)
    water_density: Fact[Density | None] = fact(amount(Density), may_be_absent=True)
    technique: Fact[str] = fact(text)
    accept: Fact[str] = fact(text)
    keep_reconstituted: Fact[str] = fact(text)
    keep_unopened: Fact[str] = fact(text)
    ndc: Fact[str | None] = fact(ndc, may_be_absent=True)
    gtin: Fact[str] = fact(gtin)
    use: Fact[str] = fact(text)
    """What a US label says of the bag: "Single dose"."""
    traceability: Fact[str] = fact(text)
    hazard: Fact[str] = fact(text)


@dataclass(frozen=True, slots=True)
class Licence:
    minimum_age: Fact[int] = fact(count)
    """Years."""
    population: Fact[str] = fact(text)
    indication: Fact[str] = fact(text)


@dataclass(frozen=True, slots=True)
class Dilution:
    diluent: Fact[str] = fact(text)
    bag: Fact[Volume] = fact(amount(Volume))
    concentration: Fact[Range[Concentration]] = fact(range_of(Concentration))
    small_dose_method: Fact[str | None] = fact(text, may_be_absent=True)
    mixing: Fact[str] = fact(text)
    container: Fact[str] = fact(text)


@dataclass(frozen=True, slots=True)
class Times:
    dilute_within: Fact[Duration] = fact(amount(Duration))
    complete_within: Fact[Duration] = fact(amount(Duration))
    warm_up: Fact[Duration] = fact(amount(Duration))
    infusion: Fact[Duration] = fact(amount(Duration))
    diluted_bag: Fact[str | None] = fact(text, may_be_absent=True)
    diluted_bag_storages: Fact[Mapping[str, str] | None] = fact(named, may_be_absent=True)
    """The ways to keep the diluted bag that have limits of their own, with the words for each on the label."""
    diluted_bag_gates: Fact[bool] = fact(flag)
    """Whether a bag may be released only where the site has recorded the diluted bag's own limits."""


@dataclass(frozen=True, slots=True)
class Administration:
    route: Fact[str] = fact(text)
    rate: Fact[InfusionRate] = fact(amount(InfusionRate))
    storage: Fact[str] = fact(text)
    """Of the diluted bag, as the label says it."""
    light_on_label: Fact[str] = fact(text)
    handling_on_label: Fact[str | None] = fact(text, may_be_absent=True)
    line: Fact[str] = fact(text)
    filter: Fact[str] = fact(text)
    light: Fact[str] = fact(text)
    light_cover: Fact[bool] = fact(flag)
    """Whether the bag is covered against light, and the cover labelled."""
    premedication: Fact[str] = fact(text)
    observation: Fact[str] = fact(text)


@dataclass(frozen=True, slots=True)
class Regimen:
    first_cycle: Fact[Levels] = fact(levels)
    response: Fact[Levels] = fact(levels)
    no_response: Fact[Levels] = fact(levels)
    first_cycle_length: Fact[Duration] = fact(amount(Duration))
    first_cycle_extended: Fact[Duration] = fact(amount(Duration))
    later_cycle_length: Fact[Duration] = fact(amount(Duration))
    window: Fact[Duration] = fact(amount(Duration))
    interval: Fact[Duration] = fact(amount(Duration))
    cycles: Fact[int | None] = fact(count, may_be_absent=True)
    no_response_stop_after: Fact[int | None] = fact(count, may_be_absent=True)
    transplant_cycles: Fact[int | None] = fact(count, may_be_absent=True)
    transplant_third_cycle: Fact[str | None] = fact(text, may_be_absent=True)
    surface_formula: Fact[str | None] = fact(text, may_be_absent=True)
    dose_cap: Fact[str | None] = fact(text, may_be_absent=True)
    blasts: Fact[CellCount | None] = fact(amount(CellCount), may_be_absent=True)
    liver: Fact[str] = fact(text)
    discontinue: Fact[str] = fact(text)
    counts: Fact[str] = fact(text)
    interruption: Fact[str] = fact(text)
    interruption_days: Fact[Mapping[str, int] | None] = fact(whole_numbers("omit", "reduce", "end"), may_be_absent=True)
    """Days from which on the next dose is omitted and the next cycle reduced, and over which it may be the end."""
    reduction: Fact[str] = fact(text)
    reduction_percent: Fact[int | None] = fact(count, may_be_absent=True)
    """How much less every later dose is after a reduction for toxicity."""
    before_dose: Fact[str] = fact(text)

    @property
    def days(self) -> tuple[int, ...]:
        """The days of a cycle on which a dose is given."""
        return tuple(sorted(self.first_cycle.value))


@dataclass(frozen=True, slots=True)
class BeforeDose:
    """What is looked at before a dose, and after it. What the label does not ask is not stated."""

    premedication: Fact[tuple[str, ...] | None] = fact(texts, may_be_absent=True)
    """The classes of medicines, each before every dose."""
    blood_count: Fact[str | None] = fact(text, may_be_absent=True)
    liver_tests: Fact[str | None] = fact(text, may_be_absent=True)
    ecg: Fact[str | None] = fact(text, may_be_absent=True)
    electrolytes: Fact[str | None] = fact(text, may_be_absent=True)
    pregnancy: Fact[str | None] = fact(text, may_be_absent=True)
    target: Fact[str | None] = fact(text, may_be_absent=True)
    """What the disease must carry, before the first dose."""
    never_again: Fact[str | None] = fact(text, may_be_absent=True)
    """What ends treatment for good."""
    contraindications: Fact[tuple[str, ...] | None] = fact(texts, may_be_absent=True)
    bilirubin: Fact[UpperLimits | None] = fact(amount(UpperLimits), may_be_absent=True)
    transaminases: Fact[UpperLimits | None] = fact(amount(UpperLimits), may_be_absent=True)
    """Of AST and of ALT."""
    neutrophils: Fact[BloodCount | None] = fact(amount(BloodCount), may_be_absent=True)
    platelets: Fact[BloodCount | None] = fact(amount(BloodCount), may_be_absent=True)
    counts_low_days: Fact[int | None] = fact(count, may_be_absent=True)
    """Over which low counts, where suspected related, may be the end."""
    observation: Fact[Duration | None] = fact(amount(Duration), may_be_absent=True)
    """After the infusion."""


@dataclass(frozen=True, slots=True)
class Billing:
    code: Fact[str] = fact(text)
    unit: Fact[DrugMass] = fact(amount(DrugMass))
    units_per_vial: Fact[int] = fact(count)
    discarded_modifier: Fact[str] = fact(text)
    none_discarded_modifier: Fact[str] = fact(text)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A claim that widely read pages make, what the program uses, and why the claim is rejected."""

    concerns: str
    """The group of facts that it is about: "regimen"."""
    claim: str
    used: str
    rejected: str
    reason: str
    source: Source


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Another product that is easily taken for this one: scanning it stops."""

    generic: str
    brand: str
    vial: str
    codes: tuple[str, ...]
    """GTINs and NDCs, as printed."""
    source: Source


@dataclass(frozen=True, slots=True)
class Presentation:
    """One market presentation of a drug, as its file states it."""

    id: str
    drug: str
    market: Market
    edition: str
    checksum: str
    """SHA-256 of the file's bytes, in hexadecimal."""
    sources: tuple[str, ...]
    """What the facts were read in, each in full; its short name stands before the first colon."""
    names: Names
    vials: VialFacts
    licence: Licence
    dilution: Dilution
    times: Times
    administration: Administration
    regimen: Regimen
    before_dose: BeforeDose
    billing: Billing | None
    about: Mapping[str, Fact[str]]
    disagreements: tuple[Disagreement, ...]
    look_alikes: tuple[LookAlike, ...]

    @property
    def days(self) -> tuple[int, ...]:
        """The days of a cycle on which a dose is given."""
        return self.regimen.days

    @property
    def nominal(self) -> Volume:
        """The volume that holds the labelled content: labelled ÷ concentration."""
        return Volume.of(self.vials.labelled.value / self.vials.concentration.value)
