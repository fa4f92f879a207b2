"""What is stored of some preparations, read one table at a time: of one, or of a whole worklist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam

from compounding.records.events import Event, Person, person_of

T = TypeVar("T")

IDS: BindParameter[Any] = bindparam("ids", expanding=True)
"""Where a statement has the ids of its preparations."""


class Stored:
    """The rows of some preparations, and everybody who is named in those that were read."""

    def __init__(self, connection: Connection, ids: Iterable[int]) -> None:
        self.connection, self._ids = connection, tuple(ids)
        self._people: dict[int, dict[str, Person]] = {id_: {} for id_ in self._ids}

    def of(self, statement: Select[Any], made: Callable[[Row[Any]], T]) -> Mapping[int, tuple[T, ...]]:
        """What a statement finds, by the ids of the preparations, in its order; the statement has IDS."""
        found: dict[int, list[T]] = {id_: [] for id_ in self._ids}
        for row in self.connection.execute(statement, {"ids": self._ids}):
            self._people[row.preparation_id].setdefault(row.person_id, person_of(row))
            found[row.preparation_id].append(made(row))
        return {id_: tuple(rows) for id_, rows in found.items()}

    def people(self, id_: int) -> tuple[Person, ...]:
        """Who is named in what was read of a preparation, each once as they were the first time."""
        return tuple(self._people[id_].values())


def require_own(person: str, event: Event) -> None:
    """Raises ValueError where a row names another person than the event that it comes with."""
    if person not in ("", event.person.id):
        raise ValueError(f"the row is {person}’s and its event {event.person.id}’s")
