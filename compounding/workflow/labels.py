"""Every copy of the label counted: printed = applied + light cover + specimen + destroyed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from compounding.workflow.people import seen_by_two
from compounding.workflow.progress import Barrier, Fate, LabelCopy, Progress

LABEL = "label"
"""As the records name the document."""


@dataclass(frozen=True, slots=True)
class Count:
    """What became of the copies of a label."""

    printed: int
    applied: int
    light_cover: int
    specimen: int
    destroyed: int
    open: tuple[LabelCopy, ...]
    stale: tuple[LabelCopy, ...]
    """Of an older version of the preparation, and not destroyed."""

    @property
    def barriers(self) -> tuple[Barrier, ...]:
        """What does not reconcile: the bag carries one label of the newest version, and nothing lies about."""
        return tuple(self._barriers())

    def _barriers(self) -> Iterator[Barrier]:
        yield from (Barrier("label-open", {"copy": copy.copy}) for copy in self.open)
        yield from (Barrier("label-stale", {"copy": copy.copy, "version": copy.version}) for copy in self.stale)
        if self.applied != 1:
            yield Barrier("label-applied", {"applied": self.applied})


def count(copies: Iterable[LabelCopy], version: int) -> Count:
    """The copies of a label, of every version; those applied and the like are of the newest alone."""
    labels = [copy for copy in copies if copy.document == LABEL]
    current = [copy for copy in labels if copy.version == version]
    fates = [copy.fate for copy in current]
    return Count(
        printed=len(labels),
        applied=fates.count(Fate.APPLIED),
        light_cover=fates.count(Fate.LIGHT_COVER),
        specimen=fates.count(Fate.SPECIMEN),
        destroyed=sum(copy.fate is Fate.DESTROYED for copy in labels),
        open=tuple(copy for copy in current if copy.fate is None),
        stale=tuple(copy for copy in labels if copy.version != version and copy.fate is not Fate.DESTROYED),
    )


def label_barriers(progress: Progress) -> Iterator[Barrier]:
    """What does not reconcile; and, of a drug whose bag hangs under a light cover, that no one label is on it."""
    found = count(progress.labels, progress.version)
    yield from found.barriers
    if progress.planned.drug.administration.light_cover.value and found.light_cover != 1:
        yield Barrier("label-cover", {"light_cover": found.light_cover})


def due(light_cover: bool) -> tuple[Fate, ...]:
    """What the copies of the first print are for, in their order: copy 1 of 3 is the bag's."""
    return (Fate.APPLIED, *((Fate.LIGHT_COVER,) if light_cover else ()), Fate.SPECIMEN)


def meant_for(copies: Iterable[LabelCopy], version: int, print_id: int, light_cover: bool) -> Fate | None:
    """What a copy of the newest version is for: by its place among the first ones, a reprint for what is then
    wanting. None where another copy has that place already, or nothing is wanting: whoever holds it must say."""
    wanted = due(light_cover)
    current = [copy for copy in copies if copy.document == LABEL and copy.version == version]
    planned = dict(zip((copy.print_id for copy in current), wanted, strict=False))
    held = {copy.fate for copy in current if copy.print_id != print_id}
    if print_id in planned:
        return None if planned[print_id] in held else planned[print_id]
    coming = {planned.get(copy.print_id) for copy in current if copy.fate is None}
    return next((fate for fate in wanted if fate not in held | coming), None)


def is_reprint(copies: Iterable[LabelCopy], version: int, light_cover: bool) -> bool:
    """Whether one more copy is more than was due, and so needs its reason."""
    printed = sum(copy.document == LABEL and copy.version == version for copy in copies)
    return printed >= len(due(light_cover))


def fate_barriers(progress: Progress, print_id: int, fate: Fate, person: str, witness: str) -> Iterator[Barrier]:
    """Why a copy cannot become this: it is none of this preparation's, it is destroyed, it is stale, or a second
    person who saw it destroyed is wanting."""
    copy = next((copy for copy in progress.labels if copy.print_id == print_id and copy.document == LABEL), None)
    if copy is None:
        yield Barrier("label-unknown")
        return
    if copy.fate is Fate.DESTROYED:
        yield Barrier("label-destroyed", {"copy": copy.copy})
    if copy.version != progress.version and fate is not Fate.DESTROYED:
        yield Barrier("label-stale", {"copy": copy.copy, "version": copy.version})
    if fate is Fate.DESTROYED and not seen_by_two(person, witness):
        yield Barrier("witness", {"copy": copy.copy})
