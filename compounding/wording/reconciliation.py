"""The sheet on which every copy of a preparation's label is counted, in words."""

from __future__ import annotations

from collections.abc import Iterator

from compounding.wording.numbers import count, figure
from compounding.workflow.labels import Count

CAPTIONS = ("Copy", "Printed", "Printed at", "What became of it", "Recorded", "Why")
COUNTED, COPIES, BARRIERS, SIGNED = "Copies counted", "Every copy", "What does not reconcile", "Reconciled"
RULE = (
    "Printed = on the bag + on the light cover + specimen + destroyed; the difference is what is open. Not printed:"
    " sent to a printer and never out of it. Printed and not printed together are all copies."
)
MEANINGS = ("Labels counted", "Checked")
NOTHING, NONE_PRINTED = "Everything reconciles: no copy is open.", "No label is printed yet."
WITNESS, OF_VERSION, NOT_YET, PRINTED_FOR = "witness", "of version", "Open", "reprint for"


def counted(found: Count) -> Iterator[tuple[str, str]]:
    """Captions with figures: printed is the sum of those between; with the not printed it is every copy."""
    yield "Printed", figure(found.printed)
    yield "On the bag", figure(found.applied)
    yield "On the light cover", figure(found.light_cover)
    yield "Specimen", figure(found.specimen)
    yield "Destroyed", figure(found.destroyed)
    yield "Difference (open)", figure(len(found.open) + len(found.stale))
    yield "Not printed", figure(found.not_printed)


def copy_name(copy: str, version: int, newest: int) -> tuple[str, ...]:
    """A copy, and its version where that is not the newest."""
    return (copy,) if version == newest else (copy, f"{OF_VERSION} {version}")


def note(printed: int) -> str:
    return count(printed, "copy", "copies")
