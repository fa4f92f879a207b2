"""What is entered before a dose, each a frozen value. None is not entered, which is never taken for a good answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from compounding.course import Slot
from compounding.quantities import BloodCount, CellCount, Quantity, Unreadable, UpperLimits


class Exam(Enum):
    """An examination whose result somebody looks at."""

    BLOOD_COUNT = "blood_count"
    LIVER_TESTS = "liver_tests"
    ECG = "ecg"
    ELECTROLYTES = "electrolytes"


class Pregnancy(Enum):
    NOT_PREGNANT = "not-pregnant"
    DOES_NOT_APPLY = "does-not-apply"
    PREGNANT = "pregnant"


@dataclass(frozen=True, slots=True)
class Liver:
    """Liver values. Raises Unreadable for one that is not above zero."""

    bilirubin: UpperLimits | None = None
    ast: UpperLimits | None = None
    alt: UpperLimits | None = None

    def __post_init__(self) -> None:
        _positive(self.bilirubin, self.ast, self.alt)

    @property
    def transaminases(self) -> UpperLimits | None:
        """The higher of AST and ALT. Many laboratories report one of the two: either is enough."""
        known = [value for value in (self.ast, self.alt) if value is not None]
        return max(known) if known else None


@dataclass(frozen=True, slots=True)
class Counts:
    """Neutrophils and platelets. Raises Unreadable for one that is below zero."""

    neutrophils: BloodCount | None = None
    platelets: BloodCount | None = None

    def __post_init__(self) -> None:
        for count in (self.neutrophils, self.platelets):
            if count is not None and count.value < 0:
                raise Unreadable(f"{count} is below zero.")


@dataclass(frozen=True, slots=True)
class Baselines:
    """The counts that those of a day are held against."""

    before_treatment: Counts = field(default_factory=Counts)
    """Of day 1 of cycle 1."""
    cycle_before: Counts = field(default_factory=Counts)
    """Of day 1 of the cycle before."""


@dataclass(frozen=True, slots=True)
class Disease:
    """That the disease is stable or better on the latest marrow, and the fall of the counts put down to it."""

    prescriber: str
    """Who says so."""
    marrow_on: date

    def __post_init__(self) -> None:
        if not self.prescriber.strip():
            raise Unreadable("The prescriber is not named.")


@dataclass(frozen=True, slots=True)
class Correction:
    """That counts which later doses are held against were entered wrong: two people say so after the dose."""

    words: str
    """What was wrong."""
    second: str
    """Whoever agreed, by their user; who entered it stands with the row."""

    def __post_init__(self) -> None:
        if not (self.words.strip() and self.second.strip()):
            raise Unreadable("An entry error is corrected by two people, who say in words what it was.")


@dataclass(frozen=True, slots=True)
class Checklist:
    """What was seen before one dose."""

    slot: Slot
    on: date
    """The day of the dose."""
    seen_by: str
    """Who looked at the results, as it was told."""
    tests: Mapping[Exam, date] = field(default_factory=dict)
    """The tests that were seen, each with the day of its result."""
    ordered: frozenset[str] = frozenset()
    """The classes of premedication that are ordered."""
    pregnancy: Pregnancy | None = None
    target: bool | None = None
    """Whether the disease carries what the drug file names."""
    liver_ends: bool | None = None
    """Whether there is what ends treatment for good: VOD/SOS, or other severe liver toxicity."""
    contraindicated: Mapping[str, bool] = field(default_factory=dict)
    """Whether each of the drug file's contraindications is there."""
    liver: Liver = field(default_factory=Liver)
    counts: Counts = field(default_factory=Counts)
    blasts: CellCount | None = None
    disease: Disease | None = None
    low_since: date | None = None
    """Since when counts are low and suspected to be by the drug."""
    correction: Correction | None = None
    """Where its counts take the place of those that were recorded before the dose."""

    def __post_init__(self) -> None:
        if not self.seen_by.strip():
            raise Unreadable("Nobody is named who saw the results.")
        for test, day in self.tests.items():
            if day > self.on:
                raise Unreadable(f"{day} is after {self.on}, the day of the dose ({test.value}).")


def baselines(counts: Mapping[Slot, Counts], slot: Slot) -> Baselines:
    """What the counts of a dose are held against, of those that stand in its course: None of one that is not there."""
    none = Counts()
    return Baselines(*(counts.get(Slot(cycle, 1), none) for cycle in (1, slot.cycle - 1)))


def standing(before: Sequence[Checklist], after: Sequence[Checklist]) -> Counts:
    """Of the checklists of one dose, as they were recorded before it was given and after, the oldest first: the counts
    that later doses are held against. The newest from before it stand; what is entered later only fills in what was
    not known, but where two people corrected an entry error."""
    known = before[-1].counts if before else Counts()
    for late in after:
        known = late.counts if late.correction is not None else _filled(known, late.counts)
    return known


def _filled(known: Counts, late: Counts) -> Counts:
    return Counts(
        late.neutrophils if known.neutrophils is None else known.neutrophils,
        late.platelets if known.platelets is None else known.platelets,
    )


def _positive(*values: Quantity | None) -> None:
    for value in values:
        if value is not None and value.value <= 0:
            raise Unreadable(f"{value} is not above zero.")
