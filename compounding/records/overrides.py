"""Who authorised what somebody else overrode: the entries say it, each in the transaction of its order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, bindparam, select

from compounding.records import tables

OVERRIDDEN = "finding overridden"
"""The action of whoever authorised an override; its subject is the preparation."""

_log = tables.log.c
_OF = (
    select(_log.subject, _log.person_id)
    .where(_log.action == OVERRIDDEN, _log.subject.in_(bindparam("numbers", expanding=True)))
    .order_by(_log.seq)
)


def authorisers(connection: Connection, numbers: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """The users who authorised an override of any version, each once, by the numbers of the preparations."""
    wanted = tuple(numbers)
    found: dict[str, dict[str, None]] = {number: {} for number in wanted}
    for row in connection.execute(_OF, {"numbers": wanted}) if wanted else ():
        found[row.subject][row.person_id] = None
    return {number: tuple(users) for number, users in found.items()}
