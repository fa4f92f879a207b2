"""What a master record is made from at this desk: a drug file, and what the site confirmed and decided."""

from __future__ import annotations

from collections.abc import Iterator

from compounding.formulary import Presentation, unconfirmed_facts
from compounding.papers import Choice, Master
from compounding.settings import Group
from compounding.web.desk import Desk
from compounding.web.kept_setting import HOLDS, PROPOSED, Kept, kept_settings
from compounding.wording import settings as wording
from compounding.wording.master import NOT_IN_FORCE, Confirmed
from compounding.wording.numbers import moment

_CHOICES = frozenset({Group.ROUNDING, Group.MEASUREMENTS, Group.DOSES, Group.DRUG})
_OF_SITE = frozenset({"checker_may_release", "zone"})
_RECORDED = "withdrawable"
_CONFIRMED, _BAG = "confirmed.", "diluted_bag."


def master(drug: Presentation, d: Desk) -> Master:
    """Raises NotRead."""
    kept = tuple(kept_settings(d))
    ours = [one for one in kept if _is_ours(one, drug, d)]
    return Master(
        drug=drug,
        confirmed=dict(_confirmed(drug, kept, d)),
        confirmations=[_choice(one, d) for one in ours],
        choices=[_choice(one, d) for one in kept if _is_choice(one, drug, d)],
    )


def _is_ours(one: Kept, drug: Presentation, d: Desk) -> bool:
    """Whether two pharmacists decide it for this drug."""
    name = one.setting.name
    if name.startswith(_CONFIRMED):
        return name.startswith(f"{_CONFIRMED}{drug.id}.")
    return drug.drug == d.policy.drug and (name == _RECORDED or name.startswith(_BAG))


def _is_choice(one: Kept, drug: Presentation, d: Desk) -> bool:
    """Whether it is in force for this drug: what is the drug's own holds for the policy's drug alone."""
    group, name = one.setting.group, one.setting.name
    if group is Group.DRUG and (drug.drug != d.policy.drug or name == _RECORDED):
        return False
    return group in _CHOICES or name in _OF_SITE


def _confirmed(drug: Presentation, kept: tuple[Kept, ...], d: Desk) -> Iterator[tuple[str, Confirmed]]:
    """The facts that the site confirmed as the file states them now, by their places."""
    by_name = {one.setting.name: one for one in kept}
    for waiting in unconfirmed_facts(drug):
        one = by_name.get(f"{_CONFIRMED}{drug.id}.{waiting.fact.place}")
        if one is not None and one.text is not None and not one.outdated:
            yield waiting.fact.place, Confirmed(*_by(one, HOLDS, one.now.by, d))


def _choice(one: Kept, d: Desk) -> Choice:
    value = NOT_IN_FORCE if one.text is None else wording.told(one.setting, one.text)
    return Choice(one.setting.group.value, one.setting.label, (value,), (one.state()[0], *_whose(one, d)))


def _whose(one: Kept, d: Desk) -> Iterator[str]:
    """Whose word it is and since when; of what waits, who proposed it."""
    if one.now.by:
        yield ", ".join(_by(one, HOLDS, one.now.by, d))
    if one.now.proposed_by is not None:
        said = wording.told(one.setting, one.now.proposed)
        yield f"proposed: {said}, {', '.join(_by(one, PROPOSED, (one.now.proposed_by,), d))}"


def _by(one: Kept, standing: str, people: tuple[str, ...], d: Desk) -> tuple[str, str]:
    """The names of people, and when the last of them stored a row of this standing."""
    names = {row.by.id: row.by.name for row in one.rows}
    last = next(row for row in reversed(one.rows) if row.standing == standing and row.by.id == people[-1])
    return " and ".join(names[person] for person in people), moment(last.at, d.zone, d.market)
