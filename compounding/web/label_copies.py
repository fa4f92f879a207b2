"""The copies of a label as their page shows them: counted, and where each is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from compounding import records
from compounding.records import Print
from compounding.web.desk import Desk
from compounding.web.label_prints import light_cover, no_file
from compounding.web.plan_page import kept
from compounding.web.progressing import Way
from compounding.web.witnessing import printed_names
from compounding.wording.labels import MEANT, OPEN, WHERE, label_sentence
from compounding.wording.numbers import figure, moment
from compounding.workflow.labels import count, due, label_barriers, meant_for
from compounding.workflow.progress import Fate, LabelCopy

HEADS = (("Copy", "keep"), ("Where it is", ""))
_OPEN = "override"
_LOOKS: Mapping[Fate, str] = {
    Fate.APPLIED: "done",
    Fate.LIGHT_COVER: "done",
    Fate.SPECIMEN: "info",
    Fate.DESTROYED: "stop",
    Fate.NOT_PRINTED: "todo",
}


@dataclass(frozen=True, slots=True)
class Term:
    """A number of the equation with its name. `open_` marks the one that must be nothing."""

    number: str
    name: str
    open_: bool = False


def equation(way: Way) -> tuple[Term, ...]:
    """Printed, and what it must be the sum of; the open copies last, where there are any."""
    found = count(way.progress.labels, way.progress.version)
    terms = [Term(figure(found.printed), "printed"), Term(figure(found.applied), "on the bag")]
    if Fate.LIGHT_COVER in due(light_cover(way)) or found.light_cover:
        terms.append(Term(figure(found.light_cover), "light cover"))
    terms += [Term(figure(found.specimen), "specimen"), Term(figure(found.destroyed), "destroyed")]
    if still := len(found.open) + len(found.stale):
        terms.append(Term(figure(still), "open", open_=True))
    return tuple(terms)


def in_the_way(way: Way) -> tuple[str, ...]:
    """What keeps the copies from being reconciled, a sentence each; none before anything is printed."""
    found = count(way.progress.labels, way.progress.version)
    return tuple(map(label_sentence, label_barriers(way.progress))) if found.printed else ()


def rows(way: Way, d: Desk) -> list[dict[str, Any]]:
    """A row of a list for each copy, the oldest first. Raises NotRead."""
    printed = {one.id: one for one in records.prints(d.engine, way.saved.number)}
    names = printed_names(d)
    return [
        {"cells": (_copy_cell(one, way, d), _where_cell(one, printed[one.print_id], names, d))}
        for one in way.progress.labels
    ]


def _copy_cell(copy: LabelCopy, way: Way, d: Desk) -> dict[str, Any]:
    """Its number leads to its file, where that is given out."""
    cell = {"main": f"Copy {copy.copy}", "small": list(_beside(copy, way))}
    if no_file(copy, way, d) is not None:
        return cell
    return {**cell, "href": url_for("labels.pdf", number=way.saved.number, first=copy.copy, last=copy.copy)}


def _beside(copy: LabelCopy, way: Way) -> Iterator[str]:
    """What an open copy is for, and of which version a stale one is."""
    if copy.version != way.progress.version:
        yield f"version {copy.version}"
    elif copy.fate is None:
        meant = meant_for(way.progress.labels, copy.version, copy.print_id, light_cover(way))
        yield MEANT[meant] if meant else "one more"


def _where_cell(copy: LabelCopy, print_: Print, names: Mapping[str, str], d: Desk) -> dict[str, Any]:
    if copy.fate is None or copy.at is None:
        told = f"printed {_when(print_.printed_at, d)}, {print_.printed_by.name}"
        return {"chip": OPEN, "look": _OPEN, "small": [told]}
    told = f"{_when(copy.at, d)}, {names[copy.person]}"
    seen = [f"witness {names[copy.witness]}"] if copy.witness else []
    return {"chip": WHERE[copy.fate], "look": _LOOKS[copy.fate], "small": [told, *seen]}


def _when(at: datetime, d: Desk) -> str:
    return kept(moment(at, d.zone, d.market))
