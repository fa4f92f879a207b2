"""Every copy of the label counted: printed = applied + light cover + specimen + destroyed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from compounding.policy import LabelSize
from compounding.workflow.people import seen_by_two
from compounding.workflow.progress import Barrier, Fate, LabelCopy, Progress, What

LABEL = "label"
"""As the records name the document."""
_PART = ", "
_NOT_IN_THE_BIN = ("label-stale", "label-not-printed")  # what keeps a copy from being used, not from being destroyed
_NO_PRINT = 0  # prints are numbered from 1
_OF_THE_BAG = (Fate.APPLIED, Fate.LIGHT_COVER)


def reprint_of(place: Fate, size: LabelSize) -> str:
    """The name of a copy that is printed beyond the first ones: a document of its own, since it says what it is for
    and may be on another stock."""
    return _PART.join((LABEL, place.value, size.value))


def is_label(document: str) -> bool:
    return document.partition(_PART)[0] == LABEL


def _reprint(document: str) -> tuple[Fate, LabelSize] | None:
    """What a reprint is for, and its size; None of a first copy, and of a reprint that did not say so."""
    _, *parts = document.split(_PART)
    return (Fate(parts[0]), LabelSize(parts[1])) if parts else None


@dataclass(frozen=True, slots=True)
class Count:
    """What became of the copies of a label."""

    printed: int
    applied: int
    light_cover: int
    specimen: int
    destroyed: int
    not_printed: int
    """Sent to a printer, and never out of it; not among the printed."""
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
    sent = [copy for copy in copies if is_label(copy.document)]
    labels = [copy for copy in sent if copy.fate is not Fate.NOT_PRINTED]
    current = [copy for copy in labels if copy.version == version]
    fates = [copy.fate for copy in current]
    return Count(
        printed=len(labels),
        applied=fates.count(Fate.APPLIED),
        light_cover=fates.count(Fate.LIGHT_COVER),
        specimen=fates.count(Fate.SPECIMEN),
        destroyed=sum(copy.fate is Fate.DESTROYED for copy in labels),
        not_printed=len(sent) - len(labels),
        open=tuple(copy for copy in current if copy.fate is None),
        stale=tuple(copy for copy in labels if copy.version != version and copy.fate is not Fate.DESTROYED),
    )


def labelled_by_hand(progress: Progress) -> bool:
    """Whether the bag carries a label that was written by hand, and no printed one."""
    return progress.last(What.LABELLED) is not None and not count(progress.labels, progress.version).applied


def label_barriers(progress: Progress) -> Iterator[Barrier]:
    """What does not reconcile; and, of a drug whose bag hangs under a light cover, that no one label is on it. A bag
    whose label was written by hand has no printed one, and none on its cover."""
    found, by_hand = count(progress.labels, progress.version), labelled_by_hand(progress)
    yield from (one for one in found.barriers if not (by_hand and one.code == "label-applied"))
    if progress.planned.drug.administration.light_cover.value and found.light_cover != 1 - by_hand:
        yield Barrier("label-cover", {"light_cover": found.light_cover})


def hand_label_barriers(progress: Progress) -> Iterator[Barrier]:
    """Why no label is written by hand: a printed one is on the bag or its cover, or may still get there."""
    for copy in progress.labels:
        if is_label(copy.document) and copy.fate in (None, *_OF_THE_BAG):
            yield Barrier("label-printed", {"copy": copy.copy})


def due(light_cover: bool) -> tuple[Fate, ...]:
    """What the copies of the first print are for, in their order: copy 1 of 3 is the bag's."""
    return (Fate.APPLIED, *((Fate.LIGHT_COVER,) if light_cover else ()), Fate.SPECIMEN)


def _places(current: Iterable[LabelCopy], light_cover: bool) -> Mapping[int, Fate]:
    """What copies of one version were printed for, by their print: the first ones in their order, and the reprints
    that say so."""
    copies = tuple(current)
    first = (copy.print_id for copy in copies if copy.document == LABEL)
    again = {copy.print_id: found[0] for copy in copies if (found := _reprint(copy.document)) is not None}
    return {**dict(zip(first, due(light_cover), strict=False)), **again}


def meant_for(copies: Iterable[LabelCopy], version: int, print_id: int, light_cover: bool) -> Fate | None:
    """What a copy of the newest version is for: what it was printed for, another for what is then wanting. None
    where another copy has that place already, or nothing is wanting: whoever holds it must say."""
    current = [copy for copy in copies if is_label(copy.document) and copy.version == version]
    planned = _places(current, light_cover)
    held = {copy.fate for copy in current if copy.print_id != print_id}
    if print_id in planned:
        return None if planned[print_id] in held else planned[print_id]
    coming = {planned.get(copy.print_id) for copy in current if copy.fate is None}
    return next((fate for fate in due(light_cover) if fate not in held | coming), None)


def wanting(copies: Iterable[LabelCopy], version: int, light_cover: bool) -> Fate | None:
    """The first place that no copy has and none is printed for; None where every place is taken."""
    return meant_for(copies, version, _NO_PRINT, light_cover)


def is_reprint(copies: Iterable[LabelCopy], version: int, light_cover: bool) -> bool:
    """Whether one more copy is more than was due, and so needs its reason."""
    printed = sum(is_label(copy.document) and copy.version == version for copy in copies)
    return printed >= len(due(light_cover))


def scan_barriers(progress: Progress, print_id: int) -> Iterator[Barrier]:
    """Why a copy cannot be counted, wherever it is: it is none of this preparation's, it is destroyed or stale, or it
    did not come out of its printer."""
    copy = _copy(progress, print_id)
    if copy is None:
        yield Barrier("label-unknown")
        return
    if copy.fate is Fate.DESTROYED:
        yield Barrier("label-destroyed", {"copy": copy.copy})
    if copy.fate is Fate.NOT_PRINTED:
        yield Barrier("label-not-printed", {"copy": copy.copy})
    if copy.version != progress.version:
        yield Barrier("label-stale", {"copy": copy.copy, "version": copy.version})


def fate_barriers(progress: Progress, print_id: int, fate: Fate, person: str, witness: str) -> Iterator[Barrier]:
    """Why a copy cannot become this: it cannot be counted, it was printed as a specimen or with the reduced list, or
    a second person who saw it destroyed is wanting."""
    destroyed = fate is Fate.DESTROYED
    yield from (one for one in scan_barriers(progress, print_id) if not (destroyed and one.code in _NOT_IN_THE_BIN))
    copy = _copy(progress, print_id)
    if copy is None:
        return
    if fate in _OF_THE_BAG and _is_specimen(copy, progress):
        yield Barrier("label-specimen", {"copy": copy.copy})
    if fate in _OF_THE_BAG and progress.last(What.LABELLED) is not None:
        yield Barrier("label-by-hand", {"copy": copy.copy})
    if fate in (Fate.APPLIED, Fate.SPECIMEN) and _is_secondary(copy):
        yield Barrier("label-secondary", {"copy": copy.copy})
    if destroyed and not seen_by_two(person, witness):
        yield Barrier("witness", {"copy": copy.copy})


def _copy(progress: Progress, print_id: int) -> LabelCopy | None:
    return next((copy for copy in progress.labels if copy.print_id == print_id and is_label(copy.document)), None)


def sending_barriers(progress: Progress) -> Iterator[Barrier]:
    """Why nothing is done with labels: it is not known whether some of them came out of their printer."""
    for sent in progress.sendings:
        if sent.open:
            yield Barrier("sending-open", {"first": sent.first, "last": sent.last})


def _is_specimen(copy: LabelCopy, progress: Progress) -> bool:
    """Whether SPECIMEN stands across it."""
    cover = progress.planned.drug.administration.light_cover.value
    same = (one for one in progress.labels if is_label(one.document) and one.version == copy.version)
    return _places(same, cover).get(copy.print_id) is Fate.SPECIMEN


def _is_secondary(copy: LabelCopy) -> bool:
    found = _reprint(copy.document)
    return found is not None and found[1] is LabelSize.SECONDARY
