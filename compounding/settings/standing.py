"""Which of the rows that people stored for a setting are in force.

Rows are only ever added: `holds` puts a value in force, `proposed` waits for a second pharmacist, and
`withdrawn` takes away. Where two pharmacists decide, a `holds` counts only if it repeats what another
person proposed; what does not fit is passed over, so that the worst a wrong row can do is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from compounding.settings.table import Decides, setting


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was stored."""

    name: str
    value: str | None
    standing: str
    """`holds`, `proposed` or `withdrawn`."""
    person: str
    """The id of whoever stored it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is in force of one setting, and what waits."""

    value: str | None = None
    """None: nothing is in force, and the default holds."""
    by: tuple[str, ...] = ()
    """Whose word it is, the proposer first."""
    proposed: str | None = None
    proposed_by: str | None = None


_NOTHING = Standing()


def two_pharmacists(rows: Iterable[Row]) -> Standing:
    """The standing of a setting that two pharmacists decide, from its rows, oldest first.

    A newer proposal replaces an older one and leaves what is in force; a withdrawal takes away both.
    """
    now = _NOTHING
    for row in rows:
        now = _after(now, row)
    return now


def _after(now: Standing, row: Row) -> Standing:
    match row.standing:
        case "proposed" if row.value is not None:
            return Standing(now.value, now.by, row.value, row.person)
        case "holds" if now.proposed is not None and row.value == now.proposed and row.person != now.proposed_by:
            return Standing(row.value, (str(now.proposed_by), row.person))
        case "withdrawn":
            return _NOTHING
    return now


def one_person(rows: Iterable[Row]) -> Standing:
    """The standing of a setting that one person decides, from its rows, oldest first."""
    now = _NOTHING
    for row in rows:
        if row.standing == "withdrawn":
            now = _NOTHING
        elif row.standing == "holds":
            now = Standing(row.value, (row.person,))
    return now


def standings(rows: Iterable[Row]) -> dict[str, Standing]:
    """Every setting that has a row, with its standing, from all rows, oldest first.

    Raises Unreadable where a row is of a setting that there is not.
    """
    of_name: dict[str, list[Row]] = {}
    for row in rows:
        of_name.setdefault(row.name, []).append(row)
    return {
        name: (two_pharmacists if setting(name).decides is Decides.TWO_PHARMACISTS else one_person)(found)
        for name, found in of_name.items()
    }


def in_force(rows: Iterable[Row]) -> dict[str, str | None]:
    """What `apply` takes: the text in force by name. Raises Unreadable as `standings` does."""
    return {name: standing.value for name, standing in standings(rows).items()}
