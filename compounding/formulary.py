"""The drug files: read into frozen values, refused where uncited, unknown or contradictory.

One TOML file describes one market presentation of one drug. Every fact states its value (`is`), the
source it was read in (`from`, and the `clause` there) and how sure it is (`status`); a derived fact
states its `arithmetic` too. A fact that the label does not state is written "not stated" rather than
left out. All faults of a file are reported together, each with its place.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Generic, NewType, TypeVar

from compounding.findings import Source, Status
from compounding.policy import Market
from compounding.quantities import (
    CellCount,
    Concentration,
    Density,
    DoseLevel,
    DrugMass,
    Duration,
    InfusionRate,
    Quantity,
    Unreadable,
    Volume,
)

T = TypeVar("T")
NOT_STATED = "not stated"
SCHEMA = 1
DOSE_DAYS = (1, 8, 15)
_FACT_STATUSES = ("label", "secondary", "derived", "unconfirmed")
_DRUGS = Path(__file__).parent / "drugs"
_LONGEST = 999_999_999  # a whole number of 9 figures, and Python does not write one of thousands
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Levels = NewType("Levels", Mapping[int, DoseLevel])
"""The dose per body surface on each day of a cycle."""


@dataclass(frozen=True, slots=True)
class _Float:
    """Stands where the TOML holds a float, so that the fault can name its place."""

    text: str

    def __repr__(self) -> str:
        return self.text


class FormularyFaults(ValueError):
    """A drug file that cannot be used: every fault found, each with its place."""

    def __init__(self, faults: list[str], readable: bool = True) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)
        self.readable = readable
        """False where the file is not TOML at all."""


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """A value with the place it was read in."""

    value: T
    source: Source
    arithmetic: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Range(Generic[T]):
    low: T
    high: T


@dataclass(frozen=True, slots=True)
class _Kind:
    """How the `is` of a fact is read; `read` raises ValueError with what it is not."""

    read: Callable[[Any], Any]
    may_be_absent: bool = False


def _amount(kind: type[Quantity]) -> Callable[[Any], Any]:
    def read(value: Any) -> Quantity:
        if not isinstance(value, str):
            raise ValueError(f"{value!r} is not {kind.NOUN}: an amount is written as text, with its unit")
        try:
            amount = kind.read(value)
        except Unreadable as unreadable:
            raise ValueError(str(unreadable)) from None
        if amount <= kind(amount.value * 0):
            raise ValueError(f"{value!r} is not above zero")
        return amount

    return read


def _range_of(kind: type[Quantity]) -> Callable[[Any], Any]:
    def read(value: Any) -> Range[Quantity]:
        if not isinstance(value, dict) or set(value) != {"low", "high"}:
            raise ValueError(f"{value!r} is not a range: it needs low and high")
        low, high = (_amount(kind)(value[end]) for end in ("low", "high"))
        if low > high:
            raise ValueError(f"the range {low} to {high} is out of order")
        return Range(low, high)

    return read


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{value!r} is not a text")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is not a list of texts")
    return tuple(_text(item) for item in value)


def _name(value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError(f"{value!r} is not a name: small letters, figures and hyphens only")
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is not a whole number")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def _levels(value: Any) -> Levels:
    days = {str(day): day for day in DOSE_DAYS}
    if not isinstance(value, dict) or set(value) != set(days):
        raise ValueError(f"{value!r} is not a dose for each of the days 1, 8 and 15")
    read = _amount(DoseLevel)
    return Levels({days[day]: read(level) for day, level in value.items()})


def _one_of(*words: str) -> Callable[[Any], Any]:
    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"{value!r} is none of {', '.join(words)}")
        return str(value)

    return read


def _fact(read: Callable[[Any], Any], *, may_be_absent: bool = False) -> Any:
    """A field of a group: a fact read by `read`; `may_be_absent` lets it be "not stated" (None)."""
    return field(metadata={"kind": _Kind(read, may_be_absent)})


@dataclass(frozen=True, slots=True)
class Names:
    generic: Fact[str] = _fact(_text)
    brand: Fact[str] = _fact(_text)
    holder: Fact[str] = _fact(_text)
    maker: Fact[str] = _fact(_text)


@dataclass(frozen=True, slots=True)
class VialFacts:
    labelled: Fact[DrugMass] = _fact(_amount(DrugMass))
    labelled_means: Fact[str] = _fact(_one_of("delivered", "total"))
    """Whether the labelled content is what can be drawn, or all that the vial holds."""
    reconstitute_with: Fact[str] = _fact(_text)
    reconstitution: Fact[Volume] = _fact(_amount(Volume))
    concentration: Fact[Concentration] = _fact(_amount(Concentration))
    withdrawable: Fact[Volume | None] = _fact(_amount(Volume), may_be_absent=True)
    least_withdrawable: Fact[Volume | None] = _fact(_amount(Volume), may_be_absent=True)
    """What may come out where the label does not say: it asks for a spare, it is never drawn by."""
    density: Fact[Density | None] = _fact(_amount(Density), may_be_absent=True)
    water_density: Fact[Density | None] = _fact(_amount(Density), may_be_absent=True)
    technique: Fact[str] = _fact(_text)
    accept: Fact[str] = _fact(_text)
    keep_reconstituted: Fact[str] = _fact(_text)
    keep_unopened: Fact[str] = _fact(_text)
    ndc: Fact[str | None] = _fact(_text, may_be_absent=True)
    gtin: Fact[str] = _fact(_text)
    traceability: Fact[str] = _fact(_text)
    hazard: Fact[str] = _fact(_text)


@dataclass(frozen=True, slots=True)
class Licence:
    minimum_age: Fact[int] = _fact(_count)
    """Years."""
    population: Fact[str] = _fact(_text)
    indication: Fact[str] = _fact(_text)


@dataclass(frozen=True, slots=True)
class Dilution:
    diluent: Fact[str] = _fact(_text)
    bag: Fact[Volume] = _fact(_amount(Volume))
    concentration: Fact[Range[Concentration]] = _fact(_range_of(Concentration))
    small_dose_method: Fact[str | None] = _fact(_text, may_be_absent=True)
    mixing: Fact[str] = _fact(_text)
    container: Fact[str] = _fact(_text)


@dataclass(frozen=True, slots=True)
class Times:
    dilute_within: Fact[Duration] = _fact(_amount(Duration))
    complete_within: Fact[Duration] = _fact(_amount(Duration))
    warm_up: Fact[Duration] = _fact(_amount(Duration))
    infusion: Fact[Duration] = _fact(_amount(Duration))
    diluted_bag: Fact[str | None] = _fact(_text, may_be_absent=True)
    diluted_bag_gates: Fact[bool] = _fact(_flag)
    """Whether a bag may be released only where the site has recorded the diluted bag's own limits."""


@dataclass(frozen=True, slots=True)
class Administration:
    route: Fact[str] = _fact(_text)
    rate: Fact[InfusionRate] = _fact(_amount(InfusionRate))
    storage: Fact[str] = _fact(_text)
    """Of the diluted bag, as the label says it."""
    light_on_label: Fact[str] = _fact(_text)
    handling_on_label: Fact[str | None] = _fact(_text, may_be_absent=True)
    line: Fact[str] = _fact(_text)
    filter: Fact[str] = _fact(_text)
    light: Fact[str] = _fact(_text)
    premedication: Fact[str] = _fact(_text)
    observation: Fact[str] = _fact(_text)


@dataclass(frozen=True, slots=True)
class Regimen:
    first_cycle: Fact[Levels] = _fact(_levels)
    response: Fact[Levels] = _fact(_levels)
    no_response: Fact[Levels] = _fact(_levels)
    first_cycle_length: Fact[Duration] = _fact(_amount(Duration))
    first_cycle_extended: Fact[Duration] = _fact(_amount(Duration))
    later_cycle_length: Fact[Duration] = _fact(_amount(Duration))
    window: Fact[Duration] = _fact(_amount(Duration))
    interval: Fact[Duration] = _fact(_amount(Duration))
    cycles: Fact[int] = _fact(_count)
    no_response_stop_after: Fact[int] = _fact(_count)
    transplant_cycles: Fact[int] = _fact(_count)
    transplant_third_cycle: Fact[str] = _fact(_text)
    surface_formula: Fact[str | None] = _fact(_text, may_be_absent=True)
    dose_cap: Fact[str | None] = _fact(_text, may_be_absent=True)
    blasts: Fact[CellCount] = _fact(_amount(CellCount))
    liver: Fact[str] = _fact(_text)
    discontinue: Fact[str] = _fact(_text)
    counts: Fact[str] = _fact(_text)
    interruption: Fact[str] = _fact(_text)
    reduction: Fact[str] = _fact(_text)
    before_dose: Fact[str] = _fact(_text)


@dataclass(frozen=True, slots=True)
class Billing:
    code: Fact[str] = _fact(_text)
    unit: Fact[DrugMass] = _fact(_amount(DrugMass))
    units_per_vial: Fact[int] = _fact(_count)
    discarded_modifier: Fact[str] = _fact(_text)
    none_discarded_modifier: Fact[str] = _fact(_text)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A claim that widely read pages make, what the program uses, and why the claim is rejected."""

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
    names: Names
    vials: VialFacts
    licence: Licence
    dilution: Dilution
    times: Times
    administration: Administration
    regimen: Regimen
    billing: Billing | None
    about: Mapping[str, Fact[str]]
    disagreements: tuple[Disagreement, ...]
    look_alikes: tuple[LookAlike, ...]

    @property
    def nominal(self) -> Volume:
        """The volume that holds the labelled content: labelled ÷ concentration."""
        return Volume.of(self.vials.labelled.value / self.vials.concentration.value)


_GROUPS: dict[str, type[Any]] = {
    "names": Names,
    "vials": VialFacts,
    "licence": Licence,
    "dilution": Dilution,
    "times": Times,
    "administration": Administration,
    "regimen": Regimen,
    "billing": Billing,
}
_TOP_LEVEL = {"schema", "id", "drug", "market", "edition", "sources", "about", "disagreements", "look_alikes"}


def load(path: Path) -> Presentation:
    """The presentation that a drug file describes. Raises FormularyFaults, or OSError."""
    return read(path.read_bytes(), path.name)


def read(text: bytes, name: str) -> Presentation:
    """The presentation in the bytes of a drug file. Raises FormularyFaults, naming the file `name`."""
    try:
        tables = tomllib.loads(text.decode("utf-8"), parse_float=_Float)
    except (ValueError, RecursionError) as error:  # ValueError: not UTF-8, not TOML, endless figures
        raise FormularyFaults([f"{name}: not readable as TOML: {error}"], readable=False) from None
    reader = _Reader(name, tables)
    try:
        presentation = reader.presentation(hashlib.sha256(text).hexdigest())
    except RecursionError:
        raise FormularyFaults([f"{name}: its tables stand too deep within each other"]) from None
    if presentation is None or reader.faults:
        raise FormularyFaults(reader.faults)
    return presentation


def shipped() -> tuple[Presentation, ...]:
    """The presentations that come with the program."""
    return _folder(_DRUGS)


def catalogue(market: Market, site_folder: Path | None = None) -> tuple[Presentation, ...]:
    """Every presentation of a market: the shipped ones and those of a site's own folder.

    A site's file that repeats a shipped name or identifier is refused with FormularyFaults.
    """
    own = _folder(site_folder) if site_folder and site_folder.is_dir() else ()
    ours = shipped()
    taken = {presentation.id for presentation in ours}
    faults = []
    for presentation in own:
        if presentation.id in taken:
            faults.append(f"{presentation.id}.toml: id: {presentation.id!r} is already taken")
        taken.add(presentation.id)
    if faults:
        raise FormularyFaults(faults)
    return tuple(p for p in (*ours, *own) if p.market is market)


def _folder(folder: Path) -> tuple[Presentation, ...]:
    found: list[Presentation] = []
    faults: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append(load(path))
        except FormularyFaults as refused:
            faults += refused.faults
        except OSError as error:
            faults.append(f"{path.name}: cannot be read: {error.strerror}")
    if faults:
        raise FormularyFaults(faults)
    return tuple(found)


class _Reader:
    """Reads the tables of one file and gathers every fault with its place."""

    def __init__(self, name: str, tables: dict[str, Any]) -> None:
        self.name = name
        self.tables = tables
        self.faults: list[str] = []
        self.sources: dict[str, str] = {}

    def fault(self, place: str, what: str) -> None:
        self.faults.append(f"{self.name}: {place}: {what}")

    def presentation(self, checksum: str) -> Presentation | None:
        if not self._numbers():
            return None
        self._unknown("", self.tables, _TOP_LEVEL | set(_GROUPS))
        self._identity()
        self._read_sources()
        groups = {key: self._group(key, kind) for key, kind in _GROUPS.items()}
        about = {
            key: fact
            for key, value in self._table("about").items()
            if (fact := self._fact(f"about.{key}", value, _Kind(_text)))
        }
        disagreements = tuple(self._entries("disagreements", ("claim", "used", "rejected", "reason")))
        look_alikes = tuple(self._entries("look_alikes", ("generic", "brand", "vial", "codes")))
        if self.faults:
            return None
        made = Presentation(
            id=self.tables["id"],
            drug=self.tables["drug"],
            market=Market(self.tables["market"]),
            edition=self.tables["edition"],
            checksum=checksum,
            about=about,
            disagreements=tuple(Disagreement(**entry) for entry in disagreements),
            look_alikes=tuple(LookAlike(**entry) for entry in look_alikes),
            **groups,
        )
        for place, what in _contradictions(made):
            self.fault(place, what)
        return made

    def _numbers(self) -> bool:
        """A float is a fault wherever it stands: binary floats are never amounts. False where a whole
        number is too long for the faults that follow to quote it."""
        quotable = True
        for place, value in _leaves("", self.tables):
            if isinstance(value, _Float):
                self.fault(place, f"{value.text} is a bare number: an amount is written as text, with its unit")
            elif isinstance(value, int) and abs(value) > _LONGEST:
                self.fault(place, "is a whole number of more than 9 figures")
                quotable = False
        return quotable

    def _identity(self) -> None:
        schema = self.tables.get("schema")
        if schema != SCHEMA or isinstance(schema, bool):  # true == 1
            self.fault("schema", f"{schema!r} is not {SCHEMA}, the schema that is read here")
        for key, kind in (("id", _name), ("drug", _name), ("edition", _text)):
            self._try(key, kind, self.tables.get(key))
        self._try("market", _one_of(*(market.value for market in Market)), self.tables.get("market"))
        drug, market, own = (self.tables.get(key) for key in ("drug", "market", "id"))
        if own != f"{drug}-{market}":
            self.fault("id", f"{own!r} is not {f'{drug}-{market}'!r}, its drug and market")
        if self.name != f"{own}.toml":
            self.fault("id", f"{own!r} does not match the file's name")

    def _read_sources(self) -> None:
        for key, value in self._table("sources").items():
            if self._try(f"sources.{key}", _text, value) is not None:
                self.sources[key] = value

    def _group(self, key: str, kind: type[Any]) -> Any:
        if kind is Billing and self.tables.get(key) == NOT_STATED:
            return None
        if key not in self.tables:
            self.fault(key, "is missing")
            return None
        table = self._table(key)
        wanted: dict[str, Field[Any]] = {item.name: item for item in fields(kind)}
        self._unknown(f"{key}.", table, set(wanted))
        read = {}
        for name, item in wanted.items():
            if name not in table:
                self.fault(f"{key}.{name}", f'is missing; where no text states it, write is = "{NOT_STATED}"')
                continue
            read[name] = self._fact(f"{key}.{name}", table[name], item.metadata["kind"])
        return kind(**read) if len(read) == len(wanted) and all(read.values()) else None

    def _fact(self, place: str, value: Any, kind: _Kind) -> Fact[Any] | None:
        if isinstance(value, _Float):
            return None
        if not isinstance(value, dict):
            self.fault(place, f"{value!r} is not a fact: it needs is, from, clause and status")
            return None
        self._unknown(f"{place}.", value, {"is", "from", "clause", "status", "arithmetic", "note"})
        before = len(self.faults)
        source = self._source(place, value)
        if value.get("status") == "derived" and not value.get("arithmetic"):
            self.fault(place, "is derived and shows no arithmetic")
        for key in ("arithmetic", "note"):
            if key in value:
                self._try(f"{place}.{key}", _text, value[key])
        stated = value.get("is")
        if stated is None:
            self.fault(place, "states no value (is)")
        elif stated == NOT_STATED and kind.may_be_absent:
            stated = None
        elif not any(isinstance(leaf, _Float) for _, leaf in _leaves("", stated)):
            stated = self._try(place, kind.read, stated)
        if len(self.faults) > before:
            return None
        return Fact(stated, source, value.get("arithmetic"), value.get("note"))

    def _source(self, place: str, value: Mapping[str, Any]) -> Source:
        status, origin, clause = (value.get(key) for key in ("status", "from", "clause"))
        if status not in _FACT_STATUSES:
            self.fault(place, f"status {status!r} is none of {', '.join(_FACT_STATUSES)}")
        if not isinstance(origin, str) or origin not in self.sources:
            self.fault(place, f"from {origin!r} is not among the file's sources")
        if not isinstance(clause, str) or not clause.strip():
            self.fault(place, "names no clause")
        if self.faults:
            return Source("", Status.UNCONFIRMED)
        name, clause = self.sources[str(origin)].partition(":")[0], str(clause)
        return Source(f"{name} {clause}" if clause.startswith("§") else f"{name}, {clause}", Status(status))

    def _entries(self, key: str, wanted: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        entries = self.tables.get(key, [])
        if not isinstance(entries, list):
            self.fault(key, "is not a list of tables")
            return
        for number, entry in enumerate(entries, 1):
            place = f"{key}[{number}]"
            if not isinstance(entry, dict):
                self.fault(place, f"{entry!r} is not a table")
                continue
            self._unknown(f"{place}.", entry, {*wanted, "from", "clause", "status"})
            read: dict[str, Any] = {"source": self._source(place, entry)}
            for name in wanted:
                if name == "codes":
                    read[name] = self._try(f"{place}.{name}", _texts, entry.get(name, []))
                else:
                    read[name] = self._try(f"{place}.{name}", _text, entry.get(name, ""))
            yield read

    def _table(self, key: str) -> dict[str, Any]:
        table = self.tables.get(key, {})
        if not isinstance(table, dict):
            self.fault(key, f"{table!r} is not a table")
            return {}
        return table

    def _unknown(self, prefix: str, table: Mapping[str, Any], known: set[str]) -> None:
        for key in table:
            if key not in known:
                self.fault(f"{prefix}{key}", "is not a key that is known here")

    def _try(self, place: str, read: Callable[[Any], T], value: Any) -> T | None:
        try:
            return read(value)
        except ValueError as error:
            self.fault(place, str(error))
            return None


def _leaves(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(f"{prefix}.{key}" if prefix else key, inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _leaves(f"{prefix}[{number}]", inner)
    else:
        yield prefix, value


def _contradictions(p: Presentation) -> Iterator[tuple[str, str]]:
    """What a file may say piece by piece and not all together."""
    vials, times = p.vials, p.times
    concentration = vials.concentration.value
    held = vials.withdrawable.value if vials.labelled_means.value == "delivered" else vials.reconstitution.value
    if held is None:
        yield "vials.withdrawable", "is not stated, though the labelled content is the amount delivered"
    elif (content := DrugMass.of(held * concentration)) != vials.labelled.value:
        yield "vials.labelled", f"{vials.labelled.value} is not {held} × {concentration} = {content}"
    for key in ("withdrawable", "least_withdrawable"):
        volume = getattr(vials, key).value
        if volume is not None and volume > vials.reconstitution.value:
            yield f"vials.{key}", f"{volume} is more than the {vials.reconstitution.value} put in"
    if vials.withdrawable.value is None and vials.least_withdrawable.value is None:
        yield "vials.least_withdrawable", "is not stated, and neither is vials.withdrawable"
    if vials.density.value is not None and vials.water_density.value is None:
        yield "vials.water_density", "is not stated, though vials.density is"
    for key in ("dilute_within", "complete_within", "warm_up", "infusion"):
        length = getattr(times, key).value
        if length.value != length.value.to_integral_value():
            yield f"times.{key}", f"{length} is not a whole number of minutes"
        if length > times.complete_within.value:
            yield f"times.{key}", f"{length} is more than times.complete_within"
    infused = Volume.of(p.administration.rate.value * times.infusion.value)
    if infused != p.dilution.bag.value:
        yield (
            "administration.rate",
            f"over {times.infusion.value} gives {infused}, not the bag's {p.dilution.bag.value}",
        )
    if p.dilution.concentration.value.high > concentration:
        yield "dilution.concentration", f"reaches above the reconstituted {concentration}"
    if p.billing is not None:
        billed = p.billing.unit.value * p.billing.units_per_vial.value
        if billed != vials.labelled.value:
            yield "billing.units_per_vial", f"gives {billed} a vial, not the labelled {vials.labelled.value}"
