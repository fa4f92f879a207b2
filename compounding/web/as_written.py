"""Reading what is stored of a preparation: whoever holds the database may have changed it, past its guards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from compounding.records import RecordsFault, SavedPreparation

UNREAD = "cannot be read"


class NotAsWritten(RecordsFault):
    """What is stored of a preparation is not as this program writes it: one sentence with its number."""


@contextmanager
def as_written(saved: SavedPreparation) -> Iterator[None]:
    """Within, the stored texts of a preparation are read and nothing else is done. Raises NotAsWritten."""
    try:
        yield
    except (AttributeError, KeyError, StopIteration, TypeError, ValueError) as error:
        raise NotAsWritten(
            f"Preparation {saved.number} {UNREAD}: what is stored of it is not as this program writes it. A check of"
            " the chain tells what was changed."
        ) from error
