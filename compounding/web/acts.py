"""Forms of what people do with an order: answer and save, print, search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from compounding.records import Person, Search
from compounding.web.desk import Desk
from compounding.web.fields import Choice, Day, Line
from compounding.web.forms import NAME_MOST, SiteForm, blame
from compounding.web.reasons import REPRINT, reasons
from compounding.wording.plans import FindingText
from compounding.workflow import Deed, may


class Staff(Choice):
    """One of the people of this desk."""

    def __init__(self, label: str, people: Iterable[Person], **more: Any) -> None:
        shown = tuple((person.id, f"{person.name}, {person.role}") for person in people)
        super().__init__(label, shown, prompt="Choose a person", **more)


@dataclass(frozen=True, slots=True)
class Asked:
    """A finding that needs an answer, with the fields that take it."""

    number: int
    finding: FindingText
    reason: Choice
    words: Line | None
    second: Staff | None


# The parts of an answer, and what it answers, in the names of a form's fields.
_PARTS, _SAID = ("reason", "second", "words"), "said"


def answer_name(number: int, part: str) -> str:
    return f"finding_{number}_{part}"


class SaveForm(SiteForm):
    """Who saves, and the answers to the findings. Its fields follow what is asked."""

    asked: tuple[Asked, ...]

    def __init__(self, desk: Desk, sent: MultiDict[str, str] | None = None) -> None:
        super().__init__(desk, sent)
        self.asked = ()

    def asking(self, number: int, finding: FindingText) -> Asked:
        def part(name: str) -> Any:
            return self._fields.get(answer_name(number, name))

        return Asked(number, finding, part("reason"), part("words"), part("second"))

    def said(self) -> Iterator[tuple[str, str]]:
        """What each answer is given to: sent with it, so that it comes back to the same finding alone."""
        return ((answer_name(asked.number, _SAID), asked.finding.message) for asked in self.asked)


def save_form(desk: Desk, findings: tuple[FindingText, ...], sent: MultiDict[str, str] | None) -> SaveForm:
    """The form that saves a plan with these findings."""
    fields: dict[str, Any] = {}
    asking = _asking(findings)
    for number, finding in enumerate(asking):
        fields[answer_name(number, "reason")] = Choice(
            "Reason",
            reasons(finding.code, finding.severity),
            prompt="Choose a reason",
            missing="Choose a reason.",
        )
        if finding.severity == "override":
            others = (person for person in desk.staff() if may(person.role, Deed.AUTHORISE))
            fields[answer_name(number, "second")] = Staff(
                "Second person, not the one who enters it", others, missing="Choose the second person."
            )
            fields[answer_name(number, "words")] = Line(
                "In words", most=80, hint="two short lines on the worksheet", missing="Say why in words."
            )
    form: SaveForm = type("SaveForm", (SaveForm,), fields)(desk, sent)
    form.asked = tuple(form.asking(number, finding) for number, finding in enumerate(asking))
    return form


def _asking(findings: Iterable[FindingText]) -> list[FindingText]:
    return [finding for finding in findings if finding.severity in ("override", "acknowledge")]


def answers_sent(sent: Mapping[str, str]) -> list[tuple[str, str]]:
    """The answers of a review in which the order is changed, to be carried along."""
    return [(name, text) for name, text in sent.items() if name.startswith("finding_")]


def remembered(findings: Iterable[FindingText], sent: Mapping[str, str]) -> MultiDict[str, str]:
    """The answers that were carried along, for the findings that say the same as when they were given."""
    given = {text: name.removesuffix(_SAID) for name, text in answers_sent(sent) if name.endswith(f"_{_SAID}")}
    found: MultiDict[str, str] = MultiDict()
    for number, finding in enumerate(_asking(findings)):
        if finding.message in given:
            for part in _PARTS:
                found[answer_name(number, part)] = sent.get(f"{given[finding.message]}{part}", "")
    return found


def answered(form: SaveForm, who: str) -> bool:
    """Whether everything is answered, and nobody authorises what they ask for themselves."""
    form.validate()
    for asked in form.asked:
        if asked.second is not None and asked.second.data and asked.second.data == who:
            blame(asked.second, "The second person must not be the one who enters the order.")
    return not any(field.errors for field in form)


class PrintForm(SiteForm):
    """A paper to print; a second time, why."""

    reason: Choice


def print_form(desk: Desk, document: str, again: bool, sent: MultiDict[str, str] | None) -> PrintForm:
    """The form that prints one document. Its fields carry the document's name: two stand on a page."""
    fields: dict[str, Any] = {}
    if again:
        fields["reason"] = Choice(
            "Why again",
            REPRINT,
            prompt="Choose a reason",
            missing="Choose why it is printed again.",
            id=f"{document}-reason",
        )
    form: PrintForm = type("PrintForm", (PrintForm,), fields)(desk, sent)
    return form


class SearchForm(SiteForm):
    """What a saved preparation is found by; what is left empty restricts nothing."""

    number = Line("Preparation number", most=20, hint="or a part of it")
    name = Line("Patient name", most=NAME_MOST, hint="or a part of it")
    patient_number = Line("Patient number", most=30, hint="whole")
    on = Day("Give on")

    def search(self) -> Search:
        texts = {name: self[name].data or "" for name in ("number", "name", "patient_number")}
        return Search(**texts, given_on=self.on.data)
