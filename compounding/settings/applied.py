"""Texts of settings put into a site, and a site's values as texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from compounding.formulary import Presentation
from compounding.policy import ASKS_FIRST, Band, ConfirmedFact, Plausible, Site
from compounding.quantities import Unreadable
from compounding.settings.table import setting


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the names of the settings that it is about."""

    names: tuple[str, ...]
    sentence: str


class SettingsFaults(ValueError):
    """Settings that cannot be put in force: every fault, each in one sentence that names its setting."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault.sentence for fault in self.faults))


def read(name: str, text: str) -> Any:
    """The value that a text gives a setting. Raises Unreadable with one sentence."""
    return setting(name).kind.read(text)


def text_of(name: str, value: Any) -> str:
    """The text that `read` takes back to the same value. Raises Unreadable for a name that there is not."""
    return setting(name).kind.write(value)


def apply(site: Site, rows: Mapping[str, str | None], drugs: Iterable[Presentation] = ()) -> Site:
    """The site with these texts in force; None leaves what the site has.

    Raises SettingsFaults where a text cannot be read, where a limit that asks lies beyond the one that
    stops, or where more would come out of a vial than one of `drugs` puts in.
    """
    values, faults = _read_all(rows)
    if not faults:
        faults = [*_disorder(site, values), *_overdrawn(site, values, drugs)]
    if faults:
        raise SettingsFaults(faults)
    return _put(site, values)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A site with those of its settings in force that fit, and what is wrong with the others."""

    site: Site
    faults: tuple[Fault, ...]


def fit(site: Site, texts: Mapping[str, str | None], drugs: Iterable[Presentation] = ()) -> Fitted:
    """The site with those of the texts in force that fit.

    A program may come to a database whose settings were good for another version of it. What does not fit is
    left out and named: nobody may plan by such a site until its faults are mended.
    """
    drugs = tuple(drugs)
    faults: list[Fault] = []
    while True:
        try:
            return Fitted(apply(site, texts, drugs), tuple(faults))
        except SettingsFaults as wrong:
            faults += wrong.faults
            named = {name for fault in wrong.faults for name in fault.names}
            if not named & texts.keys():  # the site is wrong without them
                raise
            texts = {name: text for name, text in texts.items() if name not in named}


def value_of(site: Site, name: str) -> Any:
    """The value of a setting that a site works by; None where nothing is recorded. Raises Unreadable for a
    name that there is not."""
    setting(name)
    first, _, rest = name.partition(".")
    found = _GROUPS.get(first, _own)
    return found(site, rest or first)


def _own(site: Site, name: str) -> Any:
    return getattr(site.policy, _EFFECTIVE.get(name, name))


def _of_site(site: Site, name: str) -> Any:
    return getattr(site, name)


def _limits(side: str) -> Callable[[Site, str], Band | None]:
    def find(site: Site, name: str) -> Band | None:
        measure, _, which = name.partition(".")
        limits: Mapping[str, Plausible] = getattr(site.policy, side)
        band: Band | None = getattr(limits[measure], which)
        return band

    return find


def _confirmed(site: Site, name: str) -> str | None:
    drug, _, place = name.partition(".")
    return next((fact.value for fact in site.policy.confirmed if (fact.drug, fact.place) == (drug, place)), None)


# Where the market decides while the site has not.
_EFFECTIVE = {"near_miss_percent": "near_miss_window", "syringe_sizes": "syringes"}
_GROUPS: Mapping[str, Callable[[Site, str], Any]] = {
    "site": _of_site,
    "adult": _limits("adult"),
    "under_18": _limits("under_18"),
    "diluted_bag": lambda site, storage: site.policy.diluted_bag.get(storage),
    "confirmed": _confirmed,
}


def _read_all(rows: Mapping[str, str | None]) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, text in rows.items():
        try:
            known = setting(name)
        except Unreadable as unknown:
            faults.append(Fault((name,), str(unknown)))
            continue
        if text is None:
            continue
        try:
            values[name] = known.kind.read(text)
        except Unreadable as unreadable:
            faults.append(Fault((name,), f"{known.label}: {unreadable}"))
    return values, faults


def _disorder(site: Site, values: Mapping[str, Any]) -> Iterator[Fault]:
    """A limit that asks beyond the one that stops would never be reached."""
    for asks, stops in (*ASKS_FIRST, ("small_dose_override_from", "dose_most")):
        lower, upper = (_merged(site, values, name) for name in (asks, stops))
        if lower is not None and upper is not None and lower > upper:
            yield _beyond(asks, lower, "is over", stops, upper)
    for measure, limit in site.policy.adult.items():
        asks, stops = f"adult.{measure}.acknowledge", f"adult.{measure}.stop"
        inner, outer = (_merged(site, values, name) for name in (asks, stops))
        if limit.acknowledge is not None and not (outer.holds(inner.low) and outer.holds(inner.high)):
            yield _beyond(asks, inner, "reaches beyond", stops, outer)


def _beyond(asks: str, lower: Any, how: str, stops: str, upper: Any) -> Fault:
    told = [f"“{setting(name).label}” ({text_of(name, value)})" for name, value in ((asks, lower), (stops, upper))]
    return Fault((asks, stops), f"{told[0]} {how} {told[1]}: the first would never be reached.")


def _overdrawn(site: Site, values: Mapping[str, Any], drugs: Iterable[Presentation]) -> Iterator[Fault]:
    volume = values.get("withdrawable")
    for drug in drugs:
        put_in = drug.vials.reconstitution.value
        if volume is not None and drug.drug == site.policy.drug and volume > put_in:
            label = setting("withdrawable").label
            yield Fault(("withdrawable",), f"{label}: {volume} is more than the {put_in} put into a vial of {drug.id}.")


def _merged(site: Site, values: Mapping[str, Any], name: str) -> Any:
    return values[name] if name in values else value_of(site, name)


def _put(site: Site, values: Mapping[str, Any]) -> Site:
    """The site with the values in their places, all at once: one by one they might contradict each other."""
    of_site: dict[str, Any] = {}
    of_policy: dict[str, Any] = {}
    limits: dict[str, Any] = {"adult": dict(site.policy.adult), "under_18": dict(site.policy.under_18)}
    bags, confirmed = dict(site.policy.diluted_bag), set(site.policy.confirmed)
    for name, value in values.items():
        match name.split(".", 2):
            case ["site", field]:
                of_site[field] = value
            case [("adult" | "under_18") as who, measure, which]:
                limits[who][measure] = replace(limits[who][measure], **{which: value})
            case ["diluted_bag", storage]:
                bags[storage] = value
            case ["confirmed", drug, place]:
                confirmed.add(ConfirmedFact(drug, place, value))
            case _:
                of_policy[name] = value
    policy = replace(site.policy, **limits, **of_policy, diluted_bag=bags, confirmed=frozenset(confirmed))
    return replace(site, **of_site, policy=policy)
