"""What the papers are made from, and a trial of them before an order is saved."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from compounding import papers
from compounding.patient import Identity
from compounding.records import SavedPreparation
from compounding.web.desk import Desk
from compounding.web.fields import Typed
from compounding.web.forms import Entry, OrderForm, blame
from compounding.wording.numbers import moment
from compounding.wording.plans import PlanText, from_json

NAMES = {"label": "Bag label", "worksheet": "Worksheet"}
_UNPRINTABLE = re.compile(r"U\+([0-9A-F]{4,6})")
# Stands for the number that a preparation has only once it is saved; all are of the same length.
_NO_NUMBER = "0000-000000"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A paper that will be refused as things stand."""

    document: str
    why: str


def saved_text(saved: SavedPreparation) -> PlanText:
    """The strings of the plan as they were stored."""
    return from_json(json.loads(saved.content.shown_json))


def saved_identity(saved: SavedPreparation) -> Identity:
    patient = saved.content.patient
    if patient.born is None:  # the form asks for it
        raise ValueError(f"{saved.number} has no date of birth")
    return Identity(
        patient.family,
        patient.given,
        patient.born,
        patient.location or "",
        patient.mrn or "",
        patient.nhs_number or "",
        patient.hospital_number or "",
    )


def work(saved: SavedPreparation, d: Desk) -> papers.Work:
    """A saved preparation as its papers need it."""
    order = json.loads(saved.content.order_json)
    return papers.Work(
        number=saved.number,
        text=saved_text(saved),
        identity=saved_identity(saved),
        site=d.site,
        prescriber=order["prescriber"],
        give_on=saved.content.given_on,
        height_measured=date.fromisoformat(order["height_measured"]),
        weight_measured=date.fromisoformat(order["weight_measured"]),
        entered_by=saved.created_by.name,
        entered_at=moment(saved.created_at, d.zone, d.market),
        answers=_answers(json.loads(saved.content.answers_json), saved.created_by.name),
    )


def _answers(stored: Sequence[Mapping[str, str]], entered_by: str) -> tuple[papers.Answer, ...]:
    return tuple(_answer(answer, entered_by) for answer in stored)


def _answer(answer: Mapping[str, str], entered_by: str) -> papers.Answer:
    """What an override asks for in words stands beside its coded reason; an acknowledgement has that alone."""
    if answer["words"]:
        return papers.Answer(f"{answer['short']} – {answer['reason']}", answer["words"], answer["second"])
    return papers.Answer(answer["short"], answer["reason"], entered_by)


def _unsaved_work(entry: Entry, text: PlanText, d: Desk) -> papers.Work:
    return papers.Work(
        number=_NO_NUMBER,
        text=text,
        identity=entry.identity,
        site=d.site,
        prescriber=entry.prescriber,
        give_on=entry.order.patient.on,
        height_measured=entry.height_measured,
        weight_measured=entry.weight_measured,
        entered_by=max((person.name for person in d.staff), key=len),
        entered_at=moment(d.clock(), d.zone, d.market),
    )


def doubts(entry: Entry, text: PlanText, form: OrderForm, d: Desk) -> tuple[Doubt, ...]:
    """Tries both papers before the order is saved.

    A character that the font lacks is an error at its field, since it can be typed otherwise. A text
    too long for the paper is a doubt: the order may be right all the same.
    """
    found = []
    for document in papers.DOCUMENTS:
        try:
            papers.strings(document, _unsaved_work(entry, text, d), 1)
        except papers.Refused as refused:
            culprit = _culprit(refused, form)
            if culprit is None:
                found.append(Doubt(document, str(refused)))
            elif not culprit.errors:
                blame(culprit, f"The papers cannot carry it: “{refused.text}” {refused.why}.")
    return tuple(found)


def refused_answer(entry: Entry, text: PlanText, stored: Sequence[Mapping[str, str]], who: str, d: Desk) -> str | None:
    """The text of an answer that its place on the worksheet cannot hold; None where all can be printed."""
    bare = _unsaved_work(entry, text, d)
    answered = replace(bare, answers=_answers(stored, who))
    try:
        papers.strings("worksheet", answered, 1)
    except papers.Refused as refused:
        printed = {part for answer in answered.answers for part in (answer.what, answer.reason, answer.by)}
        return refused.text if refused.text in printed else None
    return None


def _culprit(refused: papers.Refused, form: OrderForm) -> Typed | None:
    """The field that holds the character which cannot be printed; None where it is not about one."""
    named = _UNPRINTABLE.search(refused.why)
    if named is None:
        return None
    character = chr(int(named[1], 16))
    return next((field for field in _printed(form) if _holds(field.data, character)), None)


def _printed(form: OrderForm) -> Iterator[Typed]:
    """The fields whose text stands on a paper."""
    names = ("family", "given", "location", "prescriber", "own_reason", "confirmed_by")
    return (field for field in form if isinstance(field, Typed) and field.name in names)


def _holds(text: str | None, character: str) -> bool:
    """The papers write a family name in capitals."""
    return text is not None and (character in text or character in text.upper())
