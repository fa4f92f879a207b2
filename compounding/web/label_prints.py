"""Labels that are about to be printed: the first copies together, or one more, on a stock. What a preview shows is
made here as well, so that it is what prints."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any

from compounding import papers, records
from compounding.policy import LabelSize
from compounding.printing import Kind
from compounding.records import NewPrint, Print
from compounding.web.desk import Desk
from compounding.web.identity import me
from compounding.web.paperwork import refusal
from compounding.web.printing import no_trusted_printer, printed_on
from compounding.web.progressing import Way
from compounding.web.recorded import recorded_work
from compounding.wording import labels as wording
from compounding.wording.barriers import barrier_sentences
from compounding.workflow import Deed
from compounding.workflow.guards import barriers
from compounding.workflow.labels import LABEL, due, is_reprint, reprint_of, sending_barriers, wanting
from compounding.workflow.progress import Fate, LabelCopy
from compounding.workflow.steps import PRINT

Strings = Mapping[str, Any]
USUAL_DPI = 203
"""Of a label printer that the site has not set up."""


@dataclass(frozen=True, slots=True)
class Copies:
    """Labels about to be printed together, with the strings of each."""

    document: str
    """As the records name it."""
    stock: str
    copies: tuple[tuple[int, Strings], ...]
    """By their numbers, rising."""
    stored: bool
    """Whether their strings are in the records already."""

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(number for number, _ in self.copies)

    @property
    def strings(self) -> tuple[Strings, ...]:
        return tuple(strings for _, strings in self.copies)

    def rows(self, way: Way, dpi: int = USUAL_DPI) -> list[NewPrint]:
        """What the records store of them: the first brings the strings where they are new. `dpi` is the printer's."""
        return [
            NewPrint(
                self.document,
                str(number),
                None if self.stored or number != self.numbers[0] else _json(strings),
                hashlib.sha256(papers.draw(strings, dpi)).hexdigest(),
                way.saved.version,
            )
            for number, strings in self.copies
        ]


def _json(strings: Strings) -> str:
    return json.dumps(strings, ensure_ascii=False, sort_keys=True)


def light_cover(way: Way) -> bool:
    return way.progress.planned.drug.administration.light_cover.value


def again(way: Way) -> bool:
    """Whether the next copy is a reprint."""
    return is_reprint(way.progress.labels, way.progress.version, light_cover(way))


def wanted(way: Way) -> Fate | None:
    """The place that one more copy would fill; None where every place is taken."""
    return wanting(way.progress.labels, way.progress.version, light_cover(way))


def usual_size(way: Way, d: Desk) -> LabelSize:
    """The stock of the first print, before there is one the site's."""
    before = _first(way, LABEL, d)
    return papers.size_of(_strings(before)) if before else d.site.label_stock


def sizes(way: Way) -> tuple[LabelSize, ...]:
    """What may be printed now. A secondary label does not say all: it comes after the full ones, for a cover."""
    full = (LabelSize.SMALL, LabelSize.TALL)
    return (*full, LabelSize.SECONDARY) if again(way) and light_cover(way) else full


def first_copies(way: Way, size: LabelSize, d: Desk) -> Copies:
    """Those of the first print. Raises papers.Refused."""
    number, places = _next(way), due(light_cover(way))
    before = _first(way, LABEL, d)
    made = _strings(before) if before else papers.label_strings(recorded_work(way, d), number, places, size)
    numbers = range(number, number + len(places))
    copies = tuple((one, papers.with_copy(made, way.saved.number, one)) for one in numbers)
    return Copies(LABEL, papers.stock_name(d.market, papers.size_of(made)), copies, before is not None)


def one_more(way: Way, place: Fate, size: LabelSize, d: Desk) -> Copies:
    """A reprint, for a place. Its words are those of the first print. Raises papers.Refused."""
    number, document = _next(way), reprint_of(place, size)
    before, first = _first(way, document, d), _first(way, LABEL, d)
    if before is not None:
        made = papers.with_copy(_strings(before), way.saved.number, number)
    else:
        made = papers.reprint_strings(_strings(first), way.saved.number, number, place, size)
    return Copies(document, papers.stock_name(d.market, size), ((number, made),), before is not None)


def not_now(way: Way, d: Desk) -> str:
    """Why no copy is printed of a preparation as it stands; "" where one can be."""
    said = way.refusal or wording.not_printed(way.progress.state)
    found = barriers(PRINT, way.progress, d.clock().astimezone(UTC))
    return said or barrier_sentences(found, way.progress.planned.policy, PRINT) or ""


def only_preview(way: Way, d: Desk) -> str:
    """Why the one signed in is shown a preview and not the very file that prints: no copy can be printed now, by them
    or on any printer here; "" where one can be. Raises NotRead."""
    if said := not_now(way, d):
        return said
    if not me().may(Deed.PRINT):
        return wording.PRINTED_BY
    open_ = next(map(wording.label_sentence, sending_barriers(way.progress)), "")
    return open_ or no_trusted_printer(d)


def shown(way: Way, place: Fate, size: LabelSize, d: Desk) -> Strings:
    """What would print for a place, or why it is only a preview, on the label itself. Raises papers.Refused."""
    if only_preview(way, d):
        return papers.preview_strings(recorded_work(way, d), size)
    if again(way):
        return one_more(way, place, size, d).copies[0][1]
    return first_copies(way, size, d).copies[due(light_cover(way)).index(place)][1]


def refusal_on(size: LabelSize, refused: papers.Refused, way: Way, d: Desk) -> str:
    """Why a stock cannot carry the label, in a sentence that names what was typed."""
    work = recorded_work(way, d)
    return refusal(LABEL, refused, replace(work, site=replace(work.site, label_stock=size)), d)


def as_printed(copy: LabelCopy, number: str, d: Desk) -> Strings | None:
    """The strings of a copy that was printed; None where the records hold none of its document."""
    first = records.first_print(d.engine, number, copy.document, copy.version)
    return papers.with_copy(_strings(first), number, int(copy.copy)) if first else None


def no_file(copy: LabelCopy, way: Way, d: Desk) -> str | None:
    """Why no file of a copy is given out, to be printed uncounted; None where it is. Raises NotRead."""
    number = int(copy.copy)
    sent = printed_on(way, number, number, d)
    if sent is not None and sent[0].kind is Kind.NETWORK:
        return wording.went_out(copy.copy, sent[0].name)
    return wording.not_drawn(copy, way.progress.version)


def _next(way: Way) -> int:
    """The number of the next copy, over all versions."""
    return len(way.progress.labels) + 1


def _first(way: Way, document: str, d: Desk) -> Print | None:
    return records.first_print(d.engine, way.saved.number, document, way.saved.version)


def _strings(stored: Print | None) -> Any:
    return json.loads((stored.strings_json if stored else None) or "{}")
