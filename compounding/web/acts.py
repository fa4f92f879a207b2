"""Forms of what people do with an order: answer and save, print, search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from compounding.records import Person, Search
from compounding.web.desk import Desk
from compounding.web.fields import Choice, Day, Line
from compounding.web.forms import NAME_MOST, SiteForm, blame
from compounding.web.reasons import REPRINT, reasons
from compounding.wording.plans import FindingText


class Staff(Choice):
    """One of the people of this desk."""

    def __init__(self, label: str, people: Iterable[Person], **more: Any) -> None:
        shown = tuple((person.id, f"{person.name}, {person.role}") for person in people)
        super().__init__(label, shown, prompt="Choose a person", **more)


@dataclass(frozen=True, slots=True)
class Asked:
    """A finding that needs an answer, with the fields that take it."""

    finding: FindingText
    reason: Choice
    words: Line | None
    second: Staff | None


class SaveForm(SiteForm):
    """Who saves, and the answers to the findings. Its fields follow what is asked."""

    who: Staff
    asked: tuple[Asked, ...]

    def __init__(self, desk: Desk, sent: MultiDict[str, str] | None = None) -> None:
        super().__init__(desk, sent)
        self.asked = ()

    def asking(self, number: int, finding: FindingText) -> Asked:
        def part(name: str) -> Any:
            return self._fields.get(f"finding_{number}_{name}")

        return Asked(finding, part("reason"), part("words"), part("second"))


def save_form(desk: Desk, findings: tuple[FindingText, ...], sent: MultiDict[str, str] | None) -> SaveForm:
    """The form that saves a plan with these findings."""
    fields: dict[str, Any] = {}
    asking = [finding for finding in findings if finding.severity in ("override", "acknowledge")]
    for number, finding in enumerate(asking):
        fields[f"finding_{number}_reason"] = Choice(
            "Reason",
            reasons(finding.code, finding.severity),
            prompt="Choose a reason",
            missing="Choose a reason.",
        )
        if finding.severity == "override":
            fields[f"finding_{number}_second"] = Staff(
                "Second person, not the one who enters it", desk.may_authorise, missing="Choose the second person."
            )
            fields[f"finding_{number}_words"] = Line(
                "In words", most=80, hint="two short lines on the worksheet", missing="Say why in words."
            )
    fields["who"] = Staff("Entered by", desk.staff, missing="Choose who enters this order.")
    form: SaveForm = type("SaveForm", (SaveForm,), fields)(desk, sent)
    form.asked = tuple(form.asking(number, finding) for number, finding in enumerate(asking))
    return form


def answered(form: SaveForm) -> bool:
    """Whether everything is answered, and nobody authorises what they ask for themselves."""
    form.validate()
    for asked in form.asked:
        if asked.second is not None and asked.second.data and asked.second.data == form.who.data:
            blame(asked.second, "The second person must not be the one who enters the order.")
    return not any(field.errors for field in form)


class PrintForm(SiteForm):
    """Who prints a paper; a second time, why."""

    who: Staff
    reason: Choice


def print_form(desk: Desk, document: str, again: bool, sent: MultiDict[str, str] | None) -> PrintForm:
    """The form that prints one document. Its fields carry the document's name: two stand on a page."""
    fields: dict[str, Any] = {
        "who": Staff("Printed by", desk.staff, missing="Choose who prints.", id=f"{document}-who"),
    }
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
