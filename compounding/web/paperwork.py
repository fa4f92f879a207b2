"""What the papers are made from, and a trial of them before an order is saved."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from compounding import papers, records
from compounding.patient import Identity
from compounding.records import SavedPreparation, Standing, Status
from compounding.web.as_written import as_written
from compounding.web.desk import Desk
from compounding.web.fields import Typed
from compounding.web.forms import Entry, OrderForm, blame, order_form, read_order
from compounding.wording.numbers import moment
from compounding.wording.plan_values import PlanText, from_json
from compounding.workflow import State

NAMES = {"label": "Bag label", "worksheet": "Worksheet"}
_UNPRINTABLE = re.compile(r"U\+([0-9A-F]{4,6})")
# Stands for the number that a preparation has only once it is saved; all are of the same length.
_NO_NUMBER = "0000-000000"

# Texts that a person may write shorter without another meaning: where one does not fit, it is asked for again.
_SHORTENED = ("location", "prescriber", "confirmed_by", "own_reason", "third_cycle_reason")
# The fields whose text stands on a paper, together where a paper writes them as one; what may be shortened first.
_PARTS = (*((name,) for name in _SHORTENED), ("family", "given"), ("mrn",), ("hospital_number",))

Part = tuple[str, ...]
Cut = Callable[[Collection[Part]], papers.Work]
"""The same work with these parts cut down to one letter."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A paper that will be refused as things stand: which, what of the order it cannot hold, and why."""

    document: str
    what: str
    why: str


def saved_text(saved: SavedPreparation) -> PlanText:
    """The strings of the plan as they were stored. Raises NotAsWritten."""
    with as_written(saved):
        return from_json(json.loads(saved.content.shown_json))


def saved_identity(saved: SavedPreparation) -> Identity:
    patient = saved.content.patient
    with as_written(saved):
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


def standing_of(saved: SavedPreparation, d: Desk) -> Standing:
    """How a stored preparation stands. Raises NotRead."""
    standing = records.standing(d.engine, saved.number)
    if standing is None:
        raise LookupError(f"{saved.number} is not stored")
    return standing


def entered_status(standing: Standing) -> Status:
    """When the newest version was entered, and by whom."""
    return next(status for status in reversed(standing.statuses) if status.state == State.ENTERED.value)


def work(saved: SavedPreparation, d: Desk) -> papers.Work:
    """A saved preparation as its papers need it, in its newest version."""
    head, entered = records.head(d.engine, saved.number), entered_status(standing_of(saved, d))
    with as_written(saved):
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
            entered_by=entered.person.name,
            entered_at=moment(entered.at, d.zone, d.market),
            answers=_answers(json.loads(saved.content.answers_json), entered.person.name),
            version=saved.version,
            log_head=None if head is None else head.code,
        )


def _answers(stored: Sequence[Mapping[str, str]], entered_by: str) -> tuple[papers.Answer, ...]:
    return tuple(_answer(answer, entered_by) for answer in stored)


def _answer(answer: Mapping[str, str], entered_by: str) -> papers.Answer:
    """What an override asks for in words stands beside its coded reason; an acknowledgement has that alone."""
    if answer["words"]:
        return papers.Answer(f"{answer['short']} – {answer['reason']}", answer["words"], answer["second"])
    return papers.Answer(answer["short"], answer["reason"], f"acknowledged, {entered_by}")


def _unsaved_work(entry: Entry, text: PlanText, d: Desk) -> papers.Work:
    at = papers.Hour(text.give_on, "23:59")  # whatever hour it will be: all are as wide
    return papers.Work(
        number=_NO_NUMBER,
        text=text,
        identity=entry.identity,
        site=d.site,
        prescriber=entry.prescriber,
        give_on=entry.order.patient.on,
        height_measured=entry.height_measured,
        weight_measured=entry.weight_measured,
        entered_by=(longest := max((person.name for person in d.staff()), key=len)),
        entered_at=moment(d.clock(), d.zone, d.market),
        bagged=papers.Bagged(at, at, at, longest, longest),
    )


def doubts(entry: Entry, words: Callable[[Entry], PlanText], form: OrderForm, d: Desk) -> tuple[Doubt, ...]:
    """Tries both papers before the order is saved; `words` gives the strings of an order's plan.

    A character that the font lacks is an error at its field, since it can be typed otherwise; so is a
    text that may be written shorter and does not fit. A name or a number that does not fit is a doubt:
    the order is right all the same.
    """

    def cut(parts: Collection[Part]) -> papers.Work:
        shorter = read_order(order_form(d, MultiDict({**entry.typed, **_letters(parts)})), d)
        if shorter is None:
            raise ValueError(f"one letter is no text for {parts}")
        return _unsaved_work(shorter, words(shorter), d)

    parts = [part for part in _PARTS if all(_typed(form, name) for name in part)]
    too_long: dict[str, list[str]] = {}
    found = []
    for document in papers.DOCUMENTS:
        refused = _refused(document, _unsaved_work(entry, words(entry), d))
        if refused is None:
            continue
        if (culprit := _unprintable(refused, form)) is not None:
            if not culprit.errors:
                blame(culprit, f"The papers cannot carry it: “{refused.text}” {refused.why}.")
            continue
        guilty = _too_long(document, refused, parts, cut)
        for one in guilty:
            if one.part[0] in _SHORTENED:
                beside = "" if one.alone else " beside what else stands there"
                too_long.setdefault(one.part[0], []).append(f"the {NAMES[document].lower()}{beside}")
            else:
                found.append(Doubt(document, _called(one.part, d), _why(one.refused, _text(one.part, entry.identity))))
        if not guilty:
            found.append(Doubt(document, refused.field, _why(refused)))
    for name, documents in too_long.items():
        blame(form[name], f"Too long for {' and '.join(documents)}. Write it shorter.")
    return tuple(found)


def _refused(document: str, work: papers.Work) -> papers.Refused | None:
    try:
        papers.strings(document, work, 1)
    except papers.Refused as refused:
        return refused
    return None


@dataclass(frozen=True, slots=True)
class _Guilty:
    """A text that a document cannot hold, alone or beside the others, and the refusal."""

    part: Part
    refused: papers.Refused
    alone: bool


def _too_long(document: str, refused: papers.Refused, parts: Sequence[Part], cut: Cut) -> list[_Guilty]:
    """The texts that the document cannot hold, found by trial.

    Each is tried alone, all the others one letter long. Where each fits alone, it is the first without
    which the rest fits.
    """
    if not parts or _refused(document, cut(parts)) is not None:
        return []  # something that nobody typed here
    alone = [(part, _refused(document, cut([other for other in parts if other != part]))) for part in parts]
    guilty = [_Guilty(part, why, True) for part, why in alone if why is not None]
    if not guilty:
        guilty = [_Guilty(part, refused, False) for part in parts if _refused(document, cut([part])) is None][:1]
    return guilty


def _typed(form: OrderForm, name: str) -> bool:
    return any(field.name == name and bool(field.text.strip()) for field in form.in_order())


def _letters(parts: Collection[Part]) -> dict[str, str]:
    return {name: "x" for part in parts for name in part}


def _called(part: Part, d: Desk) -> str:
    """What the form calls it: "Family and given name"."""
    if part == ("family", "given"):
        return "Family and given name"
    label: str = order_form(d)[part[0]].label.text
    return label


def _text(part: Part, identity: Identity) -> str:
    """A name or a number as a paper writes it; "" for what is none of the two."""
    return identity.name if part == ("family", "given") else getattr(identity, part[0], "")


def _why(refused: papers.Refused, text: str = "") -> str:
    """What is wrong, without the paper's own name for the place, which may be that of what stands beside it."""
    if text and text not in refused.text:
        return f"“{text}” leaves no room for “{refused.text}” beside it."
    return str(refused).removeprefix(f"{refused.field}: ")


def refusal(document: str, refused: papers.Refused, whole: papers.Work, d: Desk) -> str:
    """A refused print in a sentence that names what was typed."""

    def cut(parts: Collection[Part]) -> papers.Work:
        letters: dict[str, Any] = _letters(parts)
        prescriber = letters.pop("prescriber", whole.prescriber)
        return replace(whole, identity=replace(whole.identity, **letters), prescriber=prescriber)

    typed = ("location", "family", "given", "mrn", "hospital_number")
    texts = {"prescriber": whole.prescriber, **{name: getattr(whole.identity, name) for name in typed}}
    parts = [part for part in _PARTS if all(texts.get(name) for name in part)]
    guilty = _too_long(document, refused, parts, cut)
    if not guilty:
        return f"{NAMES[document]}: {refused}"
    one = guilty[0]
    return f"{NAMES[document]}: {_called(one.part, d)}: {_why(one.refused, _text(one.part, whole.identity))}"


def refused_answer(entry: Entry, text: PlanText, stored: Sequence[Mapping[str, str]], who: str, d: Desk) -> str | None:
    """The text of an answer that its place on the worksheet cannot hold; None where all can be printed."""
    bare = _unsaved_work(entry, text, d)
    answered = replace(bare, answers=_answers(stored, who))
    refused = _refused("worksheet", answered)
    printed = {part for answer in answered.answers for part in (answer.what, answer.reason, answer.by)}
    return refused.text if refused is not None and refused.text in printed else None


def _unprintable(refused: papers.Refused, form: OrderForm) -> Typed | None:
    """The field that holds the character which cannot be printed; None where it is not about one."""
    named = _UNPRINTABLE.search(refused.why)
    if named is None:
        return None
    character = chr(int(named[1], 16))
    return next((field for field in _printed(form) if _holds(field.data, character)), None)


def _printed(form: OrderForm) -> Iterator[Typed]:
    """The fields whose text stands on a paper."""
    names = {name for part in _PARTS for name in part}
    return (field for field in form if isinstance(field, Typed) and field.name in names)


def _holds(text: str | None, character: str) -> bool:
    """The papers write a family name in capitals."""
    return text is not None and (character in text or character in text.upper())
