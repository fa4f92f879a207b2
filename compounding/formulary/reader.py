"""Reads the tables of one drug file and gathers every fault with its place."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, fields
from typing import Any, TypeVar

from compounding.findings import Source, Status
from compounding.formulary import kinds
from compounding.formulary.contradictions import contradictions
from compounding.formulary.facts import (
    Administration,
    BeforeDose,
    Billing,
    Dilution,
    Disagreement,
    Fact,
    Licence,
    LookAlike,
    Names,
    Presentation,
    Regimen,
    Times,
    VialFacts,
)
from compounding.policy import Market

T = TypeVar("T")
SCHEMA = 1
_FACT_STATUSES = ("label", "secondary", "derived", "unconfirmed")
_LONGEST = 999_999_999  # a whole number of 9 figures, and Python does not write one of thousands
_GROUPS: dict[str, type[Any]] = {
    "names": Names,
    "vials": VialFacts,
    "licence": Licence,
    "dilution": Dilution,
    "times": Times,
    "administration": Administration,
    "regimen": Regimen,
    "before_dose": BeforeDose,
    "billing": Billing,
}
_ENTRY_KINDS: Mapping[str, Callable[[Any], Any]] = {
    "codes": kinds.product_codes,
    "concerns": kinds.one_of(*_GROUPS, "about"),
}
"""The keys of an entry that are no plain text."""
_TOP_LEVEL = {"schema", "id", "drug", "market", "edition", "sources", "about", "disagreements", "look_alikes"}


class FormularyFaults(ValueError):
    """A drug file that cannot be used: every fault found, each with its place."""

    def __init__(self, faults: list[str], readable: bool = True) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)
        self.readable = readable
        """False where the file is not TOML at all."""


def read(text: bytes, name: str) -> Presentation:
    """The presentation in the bytes of a drug file. Raises FormularyFaults, naming the file `name`."""
    try:
        tables = tomllib.loads(text.decode("utf-8"), parse_float=kinds.Float)
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
            if (fact := self._fact(f"about.{key}", value, kinds.Kind(kinds.text)))
        }
        disagreements = tuple(self._entries("disagreements", ("concerns", "claim", "used", "rejected", "reason")))
        look_alikes = tuple(self._entries("look_alikes", ("generic", "brand", "vial", "codes")))
        for place, what in contradictions(groups):
            self.fault(place, what)
        if self.faults:
            return None
        return Presentation(
            id=self.tables["id"],
            drug=self.tables["drug"],
            market=Market(self.tables["market"]),
            edition=self.tables["edition"],
            checksum=checksum,
            sources=tuple(self.sources.values()),
            about=about,
            disagreements=tuple(Disagreement(**entry) for entry in disagreements),
            look_alikes=tuple(LookAlike(**entry) for entry in look_alikes),
            **groups,
        )

    def _numbers(self) -> bool:
        """A float is a fault wherever it stands: binary floats are never amounts. False where a whole
        number is too long for the faults that follow to quote it."""
        quotable = True
        for place, value in kinds.leaves("", self.tables):
            if isinstance(value, kinds.Float):
                self.fault(place, f"{value.text} is a bare number: an amount is written as text, with its unit")
            elif isinstance(value, int) and abs(value) > _LONGEST:
                self.fault(place, "is a whole number of more than 9 figures")
                quotable = False
        return quotable

    def _identity(self) -> None:
        schema = self.tables.get("schema")
        if schema != SCHEMA or isinstance(schema, bool):  # true == 1
            self.fault("schema", f"{schema!r} is not {SCHEMA}, the schema that is read here")
        for key, kind in (("id", kinds.name), ("drug", kinds.name), ("edition", kinds.text)):
            self._try(key, kind, self.tables.get(key))
        self._try("market", kinds.one_of(*(market.value for market in Market)), self.tables.get("market"))
        drug, market, own = (self.tables.get(key) for key in ("drug", "market", "id"))
        if own != f"{drug}-{market}":
            self.fault("id", f"{own!r} is not {f'{drug}-{market}'!r}, its drug and market")
        if self.name != f"{own}.toml":
            self.fault("id", f"{own!r} does not match the file's name")

    def _read_sources(self) -> None:
        for key, value in self._table("sources").items():
            if self._try(f"sources.{key}", kinds.text, value) is not None:
                self.sources[key] = value

    def _group(self, key: str, kind: type[Any]) -> Any:
        if kind is Billing and self.tables.get(key) == kinds.NOT_STATED:
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
                self.fault(f"{key}.{name}", f'is missing; where no text states it, write is = "{kinds.NOT_STATED}"')
                continue
            read[name] = self._fact(f"{key}.{name}", table[name], item.metadata["kind"])
        return kind(**read) if len(read) == len(wanted) and all(read.values()) else None

    def _fact(self, place: str, value: Any, kind: kinds.Kind) -> Fact[Any] | None:
        if isinstance(value, kinds.Float):
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
                self._try(f"{place}.{key}", kinds.text, value[key])
        stated = value.get("is")
        if stated is None:
            self.fault(place, "states no value (is)")
        elif stated == kinds.NOT_STATED and kind.may_be_absent:
            stated = None
        elif any(isinstance(leaf, kinds.Float) for _, leaf in kinds.leaves("", stated)):
            return None  # told already, with its place
        else:
            stated = self._try(place, kind.read, stated)
        if len(self.faults) > before:
            return None
        return Fact(stated, source, value.get("arithmetic"), value.get("note"))

    def _source(self, place: str, value: Mapping[str, Any]) -> Source:
        before = len(self.faults)
        status, origin, clause = (value.get(key) for key in ("status", "from", "clause"))
        if status not in _FACT_STATUSES:
            self.fault(place, f"status {status!r} is none of {', '.join(_FACT_STATUSES)}")
        if not isinstance(origin, str) or origin not in self.sources:
            self.fault(place, f"from {origin!r} is not among the file's sources")
        if not isinstance(clause, str) or not clause.strip():
            self.fault(place, "names no clause")
        if len(self.faults) > before:
            return Source("", Status.UNCONFIRMED)
        name, clause = self.sources[str(origin)].partition(":")[0], str(clause)
        text = f"{name} {clause}" if clause.startswith("§") else f"{name}, {clause}"
        if status == Status.DERIVED.value and value.get("arithmetic"):
            text += f" ({value['arithmetic']})"
        return Source(text, Status(status))

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
                kind = _ENTRY_KINDS.get(name, kinds.text)
                read[name] = self._try(f"{place}.{name}", kind, entry.get(name, [] if name == "codes" else ""))
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
