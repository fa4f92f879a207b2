"""One setting as it stands: what is in force, what waits, whose word it is, and its history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from compounding import records, sites
from compounding.formulary import unconfirmed_facts
from compounding.policy import Site
from compounding.quantities import Unreadable, quote
from compounding.settings import (
    SETTINGS,
    Decides,
    Fault,
    Row,
    Setting,
    SettingsFaults,
    Standing,
    apply,
    one_person,
    setting,
    settings_of,
    text_of,
    two_pharmacists,
    value_of,
)
from compounding.stability import storages
from compounding.web.desk import Desk
from compounding.web.plan_page import kept as on_one_line
from compounding.wording import settings as wording
from compounding.wording.numbers import moment
from compounding.workflow import Deed

HOLDS, PROPOSED, WITHDRAWN = records.STANDINGS

DEEDS: Mapping[Decides, Deed] = {
    Decides.ADMINISTRATOR: Deed.SET_SITE,
    Decides.PHARMACIST: Deed.DECIDE,
    Decides.TWO_PHARMACISTS: Deed.DECIDE,
}


@dataclass(frozen=True, slots=True)
class Move:
    """A row of the history, with how the setting stood before and after it."""

    row: records.Setting
    before: Standing
    after: Standing


@dataclass(frozen=True)
class Kept:
    """A setting with its stored rows, the oldest first, at a desk."""

    setting: Setting
    rows: tuple[records.Setting, ...]
    desk: Desk

    @property
    def two(self) -> bool:
        return self.setting.decides is Decides.TWO_PHARMACISTS

    @property
    def seen(self) -> int:
        """The entry of the newest row, 0 for none."""
        return self.rows[-1].entry if self.rows else 0

    @cached_property
    def now(self) -> Standing:
        return self._standing(self.rows)

    def _standing(self, rows: Iterable[records.Setting]) -> Standing:
        told = (Row(row.name, row.value, row.standing, row.by.id) for row in rows)
        return two_pharmacists(told) if self.two else one_person(told)

    def moves(self) -> Iterator[Move]:
        stood = Standing()
        for count, row in enumerate(self.rows, 1):
            after = self._standing(self.rows[:count])
            yield Move(row, stood, after)
            stood = after

    @property
    def fault(self) -> Fault | None:
        """Why what is stored is not in force; None where it is."""
        return next((fault for fault in self.desk.faults if self.setting.name in fault.names), None)

    @cached_property
    def text(self) -> str | None:
        """What is in force at this desk, recorded or by default."""
        return _text(self.setting, value_of(self.desk.site, self.setting.name))

    @cached_property
    def default(self) -> str | None:
        """What would be in force if nothing were recorded; None where there is nothing that could be."""
        return None if self.particular else _text(self.setting, value_of(self._bare, self.setting.name))

    @property
    def _bare(self) -> Site:
        return sites.bare(self.desk.market, training_site=self.desk.site.training)

    @property
    def particular(self) -> bool:
        """Whether a site has it in any case, whatever it is: a name, an address, a zone."""
        return self.setting.name in sites.PARTICULARS

    @property
    def removable(self) -> bool:
        return not self.particular and (self.now.value is not None or self.now.proposed is not None)

    @property
    def stated(self) -> str | None:
        """What the drug file states today of a fact that may be confirmed; None for every other setting."""
        return stated_facts(self.desk).get(self.setting.name)

    @property
    def confirmation(self) -> bool:
        return self.setting.name.startswith("confirmed.")

    @property
    def note(self) -> str:
        """What the drug file says of leaving it unconfirmed; "" for nothing."""
        return (_notes(self.desk).get(self.setting.name) or "").removeprefix("gates: ")

    @property
    def outdated(self) -> bool:
        """Whether what was confirmed is not what the drug file states today."""
        return self.confirmation and self.text is not None and self.text != self.stated

    def state(self) -> tuple[str, str]:
        """How it stands, as a chip: its word and its look."""
        if self.fault is not None:
            return wording.AT_FAULT, "stop"
        if self.now.proposed is not None:
            return wording.WAITS, "acknowledge"
        if self.confirmation and (self.text is None or self.outdated):
            return wording.NOT_CONFIRMED, "override"
        if self.text is None:
            return wording.NOT_RECORDED, "override" if self.two else "todo"
        if self.two or self.particular:
            return wording.IN_FORCE, "done"
        return (wording.DEFAULT, "todo") if self.text == self.default else (wording.CHANGED, "info")

    def with_text(self, text: str | None, stored: Iterable[records.Setting]) -> tuple[Fault, ...]:
        """What would not fit, of all that is stored, if this text of it were in force instead."""
        try:
            apply(self._bare, {**sites.texts_of(stored), self.setting.name: text}, self.desk.drugs)
        except SettingsFaults as wrong:
            return tuple(fault for fault in wrong.faults if self.setting.name in fault.names)
        return ()


def _text(known: Setting, value: object) -> str | None:
    return None if value is None else text_of(known.name, value)


def settings_here(d: Desk) -> dict[str, Setting]:
    """Every setting of this desk by its name, in the order of the page: of any site, then of its drugs."""
    of_drugs = [found for drug in d.drugs for found in settings_of(drug, d.policy)]
    return {found.name: found for found in (*SETTINGS, *of_drugs)}


def _notes(d: Desk) -> dict[str, str | None]:
    notes: dict[str, str | None] = {}
    for drug in d.drugs:
        notes |= {f"confirmed.{found.fact.drug}.{found.fact.place}": found.note for found in unconfirmed_facts(drug)}
        gates = drug.times.diluted_bag_gates
        if gates.value:
            notes |= {f"diluted_bag.{storage}": gates.note for storage in storages(drug)}
    return notes


def stated_facts(d: Desk) -> dict[str, str]:
    """The texts that the drug files state of facts to confirm, by the names of their settings."""
    facts = [found.fact for drug in d.drugs for found in unconfirmed_facts(drug)]
    return {f"confirmed.{fact.drug}.{fact.place}": fact.value for fact in facts}


def kept_setting(name: str, d: Desk) -> Kept:
    """One setting with its rows. Raises NotRead, and Unreadable where this desk has none of that name; what was
    recorded of a drug that it keeps no more is there to be read."""
    rows = tuple(row for row in records.settings(d.engine) if row.name == name)
    found = settings_here(d).get(name)
    if found is None and not rows:
        raise Unreadable(f"There is no setting {quote(name)} here.")
    return Kept(found or setting(name), rows, d)


def kept_settings(d: Desk) -> Iterator[Kept]:
    """Every setting of this desk, in the order of the page. Raises NotRead."""
    rows: dict[str, list[records.Setting]] = {}
    for row in records.settings(d.engine):
        rows.setdefault(row.name, []).append(row)
    for name, found in settings_here(d).items():
        yield Kept(found, tuple(rows.get(name, ())), d)


def whose(one: Kept) -> list[str]:
    """By whom it is as it is, and when; nothing while nobody touched it."""
    people = (one.now.proposed_by,) if one.now.proposed_by else one.now.by
    if not people:
        return []
    last, d = one.rows[-1], one.desk
    names = {row.by.id: row.by.name for row in one.rows}
    return [" and ".join(names[person] for person in people), on_one_line(moment(last.at, d.zone, d.market))]
