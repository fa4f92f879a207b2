"""What the log is told of an order: each value typed and computed, old and new, and each finding with its answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from compounding.records import Change, Event, Judged
from compounding.records.overrides import OVERRIDDEN
from compounding.web.acts import Given
from compounding.web.as_typed import as_typed
from compounding.web.desk import Desk
from compounding.web.plan_page import NO_BREAK
from compounding.wording.findings import FindingText
from compounding.wording.plan_values import PlanText

ACKNOWLEDGED = "finding acknowledged"
ANSWERS = frozenset({OVERRIDDEN, ACKNOWLEDGED})
REVIEWED, STOPPED, NOT_READ, TAKEN_BACK = "plan reviewed", "order stopped", "order not read", "review left"
TRIED = frozenset({REVIEWED, STOPPED, NOT_READ, TAKEN_BACK})
"""What is done with an order while nothing of it is stored."""
_DOSE = "Dose"
_FIGURES = (
    ("Body surface", "bsa"),
    ("Dose level", "level"),
    ("Calculated dose", "calculated"),
    (_DOSE, "dose"),
    ("Withdraw", "volume"),
    ("Vials", "vials_of"),
    ("Discard", "discarded_volume"),
)

Values = Mapping[str, str]
"""Texts with their units by their names, as somebody reads them."""


def typed_values(typed: Mapping[str, str], d: Desk) -> Values:
    """What was typed, by the labels of its fields; what stayed empty is left out."""
    return {label: text.replace(NO_BREAK, " ") for label, text in as_typed(typed, d).pairs}


def values(typed: Mapping[str, str], text: PlanText, d: Desk) -> Values:
    """What was typed, and the figures that follow from it."""
    return {**typed_values(typed, d), **figures(text)}


def figures(text: PlanText) -> Values:
    """The figures of a plan, by their names."""
    return {label: getattr(text, name) for label, name in _FIGURES}


def entered(new: Values) -> tuple[Change, ...]:
    return tuple(Change(name, None, text) for name, text in new.items())


def changed(old: Values, new: Values) -> tuple[Change, ...]:
    """Each value that is another now, and the dose even where it is the same: that is asked first."""
    names = dict.fromkeys((*old, *new))
    return tuple(
        Change(name, old.get(name), new.get(name)) for name in names if name == _DOSE or old.get(name) != new.get(name)
    )


def differences(old: Iterable[tuple[str, str]], new: Iterable[tuple[str, str]]) -> tuple[Change, ...]:
    """Each value that is another now, by its name; an empty text is none."""
    was, now = dict(old), dict(new)
    pairs = ((name, was.get(name) or None, now.get(name) or None) for name in dict.fromkeys((*was, *now)))
    return tuple(Change(*pair) for pair in pairs if pair[1] != pair[2])


def answer(given: Given) -> str:
    """How a finding was answered: "Confirmed with the prescriber, “by phone”, authorised by K. Adeyemi"."""
    words = f"“{given.words}”" if given.words else ""
    by = f"authorised by {given.second.name}" if given.second else ""
    return ", ".join(said for said in (given.reason, words, by) if said)


def judged(findings: Iterable[FindingText], answers: Sequence[Given]) -> tuple[Judged, ...]:
    """Every finding that was shown, with its answer."""
    answered = {id(given.finding): answer(given) for given in answers}
    return tuple(Judged(one.code, one.severity, answered.get(id(one), "")) for one in findings)


def judged_in_full(findings: Iterable[FindingText], answers: Sequence[Given]) -> tuple[Judged, ...]:
    """As judged; one that nobody answers is told by its sentence, as one that was answered is by its own entry."""
    whole = tuple(findings)
    told = zip(whole, judged(whole, answers), strict=True)
    return tuple(Judged(one.code, one.severity, said.answer or one.message) for one, said in told)


def details(answers: Iterable[Given]) -> dict[str, str]:
    """How each finding was answered, by its code; a code that comes twice is numbered."""
    told: dict[str, str] = {}
    for given in answers:
        code = given.finding.code
        times = sum(name.split(" ")[0] == code for name in told)
        told[f"{code} {times + 1}" if times else code] = answer(given)
    return told


def answer_events(answers: Iterable[Given], told: Event) -> Iterator[Event]:
    """An entry for each answer: of whoever authorised it, or of whoever acknowledged it."""
    for given in answers:
        why = ". ".join(part for part in (given.reason, f"“{given.words}”" if given.words else "") if part)
        yield replace(
            told,
            person=given.second or told.person,
            action=OVERRIDDEN if given.second else ACKNOWLEDGED,
            details={"finding": given.finding.message, **({"asked by": told.person.name} if given.second else {})},
            changes=(),
            findings=(Judged(given.finding.code, given.finding.severity, given.reason),),
            reason=why,
            reason_code=given.reason_code,
        )
