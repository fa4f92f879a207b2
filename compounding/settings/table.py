"""Every setting of a site, as a pharmacist reads it: one row each.

The bounds of a kind are the program's own: wide enough for any site, and narrow enough to catch a slip of
the decimal point. The defaults stand in `policy`, where they act.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from compounding.formulary import Presentation, unconfirmed_facts
from compounding.policy import Policy
from compounding.quantities import (
    BodyMass,
    BodyMassIndex,
    BodySurface,
    DrugMass,
    Duration,
    Length,
    Quantity,
    Unreadable,
    Volume,
    WeighedMass,
    quote,
)
from compounding.settings.kinds import (
    FORMULA,
    LABEL_STOCK,
    YES_NO,
    Amount,
    BagLimit,
    Days,
    Kind,
    Limits,
    Percent,
    Separator,
    Sizes,
    Text,
    Texts,
    Zone,
)


class Group(Enum):
    """The headings under which settings stand, in the order of the page."""

    SITE = "Site particulars"
    ROUNDING = "Roundings"
    MEASUREMENTS = "Limits of measurements"
    DOSES = "Agreement of doses"
    DRUG = "The drug's own"
    CONFIRMATIONS = "Confirmations"


class Decides(Enum):
    """Whose word puts a setting in force."""

    ADMINISTRATOR = "administrator"
    PHARMACIST = "pharmacist"
    TWO_PHARMACISTS = "two pharmacists"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. Its name is stored for good: "bsa_step", "adult.height.stop", "site.phone"."""

    name: str
    label: str
    kind: Kind
    group: Group
    decides: Decides
    hint: str
    """Why it is as it is, or where it comes from."""


_Row = tuple[str, str, Kind, str]


def _of(group: Group, decides: Decides, *rows: _Row) -> Iterator[Setting]:
    for name, label, kind, hint in rows:
        yield Setting(name, label, kind, group, decides, hint)


_NAME, _ADDRESS, _SHORT = Text(80), Text(120), Text(40)

_SITE = (
    ("site.name", "Name of the site", _NAME, "stands at the head of every page"),
    ("site.pharmacy", "Name of the pharmacy", _NAME, "stands on the worksheet and the label"),
    ("site.address", "Address", _ADDRESS, "stands on the worksheet, and on the label in the UK"),
    ("site.phone", "Telephone", _SHORT, "answered day and night; stands on the label"),
    ("site.workstations", "Workstations", Texts(_SHORT), "one on a line; the log says at which one something was done"),
    ("zone", "Time zone", Zone(), "of the clocks on the wall; times are stored in UTC"),
    (
        "site.session_idle",
        "Sign in again after no use for",
        Amount(Duration, "min", "1", "60", places=0),
        "NIST SP 800-63B §4.3.3 asks for 15 minutes",
    ),
    (
        "site.session_absolute",
        "Sign in again in any case after",
        Amount(Duration, "h", "1", "24", places=0),
        "NIST SP 800-63B §4.3.3 asks for 12 hours",
    ),
    (
        "site.second_factor_for_all",
        "Second factor for everyone",
        YES_NO,
        "administrators need one in patient use in any case",
    ),
    (
        "site.scanner_separator",
        "The scanners' separator",
        Separator(),
        "the text that they send for GS1's group separator; empty where they send the separator itself",
    ),
    (
        "site.label_stock",
        "Stock of the bag labels",
        LABEL_STOCK,
        "what is in the printer; another may be chosen for one print",
    ),
)
_PEOPLE = (
    (
        "checker_may_release",
        "The checker may also release",
        YES_NO,
        "whoever prepared it may do neither, whatever stands here",
    ),
)

_ROUNDING = (
    ("formula", "Formula for body surface", FORMULA, "the label names none; printed on every document"),
    ("bsa_step", "Body surface to", Amount(BodySurface, "m²", "0.001", "0.1"), "the dose is computed from the result"),
    ("dose_step", "Dose to", Amount(DrugMass, "mg", "0.001", "0.1"), "the volume is computed from the result"),
    (
        "volume_step",
        "Volume to withdraw to",
        Amount(Volume, "mL", "0.001", "0.5"),
        "coarser than 0.01 mL changes the dose: the prepared dose then stands on the label",
    ),
    ("mass_step", "Expected mass to", Amount(WeighedMass, "g", "0.001", "0.1"), "what the balance shows"),
    ("syringe_sizes", "Syringes at hand", Sizes(), "the smallest one that holds a draw is named"),
    (
        "syringe_fill_percent",
        "A syringe is filled up to",
        Percent("10", "100"),
        "three quarters is usual for hazardous drugs, so that the plunger stays in",
    ),
)

_ADULTS = "adults with this disease: 1.27 to 2.81 m², median 1.86"
_WHO = {"adult": "Adult", "under_18": "Under 18"}
_MEASURES: dict[str, tuple[str, type[Quantity]]] = {
    "height": ("height", Length),
    "weight": ("weight", BodyMass),
    "bsa": ("body surface", BodySurface),
    "bmi": ("body mass index", BodyMassIndex),
}


def _measurements() -> Iterator[_Row]:
    """A row for each band: adults have two a measure; under 18 body mass index is not judged."""
    for measure, (noun, kind) in _MEASURES.items():
        hint = _ADULTS if measure == "bsa" else "catches a wrong unit or a slip of a figure"
        yield f"adult.{measure}.stop", f"Adult {noun}: stop outside", Limits(kind), hint
        yield f"adult.{measure}.acknowledge", f"Adult {noun}: ask outside", Limits(kind), hint
    for measure in ("height", "weight", "bsa"):
        noun, kind = _MEASURES[measure]
        yield f"under_18.{measure}.stop", f"Under 18 {noun}: stop outside", Limits(kind), "in either market"


_MEASURED = (
    ("measured_acknowledge_days", "Measurement: ask when older than", Days("365"), "height only under 18"),
    (
        "measured_override_days",
        "Measurement: second person when older than",
        Days("365"),
        "height only under 18",
    ),
    (
        "weight_change_acknowledge_percent",
        "Weight since the last dose: ask from",
        Percent("0", "100"),
        "a change of 10 % is usually reason to compute the dose again",
    ),
    (
        "weight_change_override_percent",
        "Weight since the last dose: second person from",
        Percent("0", "100"),
        "catches pounds typed as kilograms",
    ),
)

_DOSES = (
    (
        "difference_override_percent",
        "Ordered dose: second person above",
        Percent("0", "100"),
        "its difference from the calculated dose, either way",
    ),
    (
        "difference_stop_percent",
        "Ordered dose: stop above",
        Percent("0", "100"),
        "a named prescriber may confirm the dose",
    ),
    (
        "near_miss_percent",
        "Rounding down to whole vials up to",
        Percent("0", "10"),
        "never automatic; US within 10 % under a written policy (HOPA), UK within 6 % for cytotoxics",
    ),
    (
        "mass_tolerance_percent",
        "Measured mass: agrees within",
        Percent("0", "20"),
        "of the expected mass of all that was drawn",
    ),
)

_DRUG = (
    (
        "bag_overfill",
        "Overfill of the ready-filled bag",
        Amount(Volume, "mL", "0", "20"),
        "from the bag's maker; 0 mL is an answer, and without one no ready-filled bag is offered",
    ),
    ("dose_most", "Most that a dose may be", Amount(DrugMass, "mg", "0.001"), "a dose above it stops"),
    (
        "small_dose_override_from",
        "Small doses: second person from",
        Amount(DrugMass, "mg", "0.001"),
        "an adult's bag under its concentration range; a smaller dose stops",
    ),
)
_RECORDED = (
    (
        "withdrawable",
        "Volume that comes out of one vial",
        Amount(Volume, "mL", "0.001", "100"),
        "measured at this site, where the label does not state it",
    ),
)

SETTINGS: tuple[Setting, ...] = (
    *_of(Group.SITE, Decides.ADMINISTRATOR, *_SITE),
    *_of(Group.SITE, Decides.PHARMACIST, *_PEOPLE),
    *_of(Group.ROUNDING, Decides.PHARMACIST, *_ROUNDING),
    *_of(Group.MEASUREMENTS, Decides.PHARMACIST, *_measurements(), *_MEASURED),
    *_of(Group.DOSES, Decides.PHARMACIST, *_DOSES),
    *_of(Group.DRUG, Decides.PHARMACIST, *_DRUG),
    *_of(Group.DRUG, Decides.TWO_PHARMACISTS, *_RECORDED),
)
"""The settings that every site has. Those that a drug file adds: `settings_of`."""

_BY_NAME = {setting.name: setting for setting in SETTINGS}
# The names that drug files add: of a storage, and of a presentation and a place in its file.
_BAG = re.compile(r"diluted_bag\.([a-z0-9-]+)")
_CONFIRMED = re.compile(r"confirmed\.([a-z0-9-]+)\.([a-z]+\.[a-z0-9_]+)")
_LONGEST_FACT = 4000  # characters; far over the longest text of a shipped file


def setting(name: str) -> Setting:
    """The setting of a name. Raises Unreadable where there is none."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    if bag := _BAG.fullmatch(name):
        return _bag_limit(name, bag[1], "")
    if confirmed := _CONFIRMED.fullmatch(name):
        return _confirmation(name, confirmed[1], confirmed[2], "")
    raise Unreadable(f"There is no setting {quote(name)}.")


def is_setting(name: str) -> bool:
    """Whether there is a setting of this name."""
    return name in _BY_NAME or bool(_BAG.fullmatch(name) or _CONFIRMED.fullmatch(name))


def settings_of(drug: Presentation, policy: Policy) -> tuple[Setting, ...]:
    """The settings that a drug file adds, each hint with the text to confirm and its clause.

    The limits of a diluted bag are for the policy's drug alone.
    """
    ours = drug.drug == policy.drug
    stored = drug.times.diluted_bag_storages.value or {} if ours else {}
    clause = drug.times.diluted_bag.source.text
    label_text = drug.times.diluted_bag.value or "the label states no limit"
    limits = (
        _bag_limit(f"diluted_bag.{storage}", storage, f"“{words}” {label_text} Confirm in {clause}.")
        for storage, words in stored.items()
    )
    waiting = (
        _confirmation(
            f"confirmed.{found.fact.drug}.{found.fact.place}",
            found.fact.drug,
            found.fact.place,
            f"“{found.fact.value}” Confirm in {found.source.text}.",
        )
        for found in unconfirmed_facts(drug)
    )
    return (*limits, *waiting)


def _bag_limit(name: str, storage: str, hint: str) -> Setting:
    label = f"Diluted bag, kept as “{storage}”"
    return Setting(name, label, BagLimit(), Group.CONFIRMATIONS, Decides.TWO_PHARMACISTS, hint)


def _confirmation(name: str, drug: str, place: str, hint: str) -> Setting:
    label = f"{drug}: {place.partition('.')[2].replace('_', ' ')}"
    return Setting(name, label, Text(_LONGEST_FACT), Group.CONFIRMATIONS, Decides.TWO_PHARMACISTS, hint)
