"""Forms of what people do with an order: answer and sign, print, search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from compounding.credentials import USER_MOST, folded
from compounding.records import Account, Person, Search
from compounding.web.desk import Desk
from compounding.web.fields import Choice, Day, Line, Secret
from compounding.web.forms import NAME_MOST, REASON_MOST, SiteForm, blame
from compounding.web.identity import me
from compounding.web.proving import SECRET_WRONG, Claim, NotProved, prove
from compounding.web.reasons import CHANGE, REPRINT, reasons
from compounding.web.signing import SignForm
from compounding.wording.findings import FindingText
from compounding.workflow import Deed, barred, may

SECOND_WRONG = "The user name or the password of the second person is not right. Nothing is saved."


@dataclass(frozen=True, slots=True)
class Asked:
    """A finding that needs an answer, with the fields that take it."""

    number: int
    finding: FindingText
    reason: Choice
    words: Line | None
    user: Line | None
    secret: Secret | None

    def holds(self, field: object) -> bool:
        return any(field is own for own in (self.reason, self.words, self.user, self.secret))


@dataclass(frozen=True, slots=True)
class Given:
    """A finding with its answer."""

    finding: FindingText
    reason_code: str
    reason: str
    words: str
    second: Person | None
    """Whoever authorised it; None where that was not asked."""


# The parts of an answer that come back, and what it answers, in the names of a form's fields.
_PARTS, _SAID = ("reason", "user", "words"), "said"
_CHANGE = ("change_reason", "change_words")


def answer_name(number: int, part: str) -> str:
    return f"finding_{number}_{part}"


class SaveForm(SignForm):
    """The answers to the findings, why an order is changed, and the secret. Its fields follow what is asked."""

    asked: tuple[Asked, ...]

    def __init__(self, desk: Desk, sent: MultiDict[str, str] | None = None) -> None:
        super().__init__(desk, sent)
        self.asked = ()

    def asking(self, number: int, finding: FindingText) -> Asked:
        def part(name: str) -> Any:
            return self._fields.get(answer_name(number, name))

        return Asked(number, finding, part("reason"), part("words"), part("user"), part("secret"))

    def said(self) -> Iterator[tuple[str, str]]:
        """What each answer is given to: sent with it, so that it comes back to the same finding alone."""
        return ((answer_name(asked.number, _SAID), asked.finding.message) for asked in self.asked)

    def why(self) -> tuple[str, str, str]:
        """Why an order is changed: the code, what it stands for, and the words."""
        reason: Any = self["change_reason"]
        return reason.data, reason.chosen, self["change_words"].data

    def given(self, seconds: Mapping[int, Person]) -> tuple[Given, ...]:
        """The answers, each with whoever authorised it by its number."""
        return tuple(
            Given(
                asked.finding,
                asked.reason.data,
                asked.reason.chosen,
                asked.words.data if asked.words is not None else "",
                seconds.get(asked.number),
            )
            for asked in self.asked
        )


def save_form(
    desk: Desk, findings: tuple[FindingText, ...], sent: MultiDict[str, str] | None, *, changing: bool = False
) -> SaveForm:
    """The form that saves a plan with these findings, or changes a stored order into it."""
    fields: dict[str, Any] = _change_fields() if changing else {}
    asking = _asking(findings)
    for number, finding in enumerate(asking):
        fields |= {answer_name(number, part): field for part, field in _answer_fields(finding).items()}
    on_page = (*fields, "signing_secret")
    form: SaveForm = type("SaveForm", (SaveForm,), {**fields, "ON_PAGE": on_page})(desk, sent)
    form.asked = tuple(form.asking(number, finding) for number, finding in enumerate(asking))
    return form


def _change_fields() -> dict[str, Any]:
    return {
        "change_reason": Choice("Reason", CHANGE, prompt="Choose a reason", missing="Choose why it is changed."),
        "change_words": Line("In words", most=REASON_MOST, missing="Say why in words."),
    }


def _answer_fields(finding: FindingText) -> dict[str, Any]:
    coded = reasons(finding.code, finding.severity)
    reason = Choice("Reason", coded, prompt="Choose a reason", missing="Choose a reason.")
    if finding.severity != "override":
        return {"reason": reason}
    return {
        "reason": reason,
        "user": Line("Second person, user name", most=USER_MOST, missing="The second person types their user name."),
        "secret": Secret("Password", missing="The second person types their password."),
        "words": Line("In words", most=80, hint="two short lines on the worksheet", missing="Say why in words."),
    }


def _asking(findings: Iterable[FindingText]) -> list[FindingText]:
    return [finding for finding in findings if finding.severity in ("override", "acknowledge")]


def answers_sent(sent: Mapping[str, str]) -> list[tuple[str, str]]:
    """The answers of a review in which the order is changed, to be carried along; no secret goes with them."""
    return [(name, text) for name, text in sent.items() if _carried(name)]


def _carried(name: str) -> bool:
    return name in _CHANGE or (name.startswith("finding_") and name.endswith((*_PARTS, _SAID)))


def answers_stored(stored: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    """The answers of a stored order, as a review of its change carries them; who authorised is asked anew."""
    return [
        (answer_name(number, part), text)
        for number, answer in enumerate(stored)
        for part, text in (("reason", answer["reason_code"]), ("words", answer["words"]), (_SAID, answer["message"]))
    ]


def remembered(findings: Iterable[FindingText], sent: Mapping[str, str]) -> MultiDict[str, str]:
    """The answers that were carried along, for the findings that say the same as when they were given."""
    given = {text: name.removesuffix(_SAID) for name, text in answers_sent(sent) if name.endswith(f"_{_SAID}")}
    found: MultiDict[str, str] = MultiDict({name: sent[name] for name in _CHANGE if name in sent})
    for number, finding in enumerate(_asking(findings)):
        if finding.message in given:
            for part in _PARTS:
                found[answer_name(number, part)] = sent.get(f"{given[finding.message]}{part}", "")
    return found


def answered(form: SaveForm, user: str) -> bool:
    """Whether everything is answered, and nobody authorises what they ask for themselves."""
    form.validate()
    for asked in form.asked:
        if asked.user is not None and asked.user.data and folded(asked.user.data) == user:
            blame(asked.user, "The second person must not be the one who enters the order.")
    return not any(field.errors for field in form)


def seconds_proved(form: SaveForm, d: Desk) -> dict[int, Person] | None:
    """Whoever authorises each override, by its number; None where one may not or is not proved, which then
    stands at the field. Nobody is signed out for it. Raises RecordsFault."""
    people: dict[int, Person] = {}
    proved: dict[tuple[str, str], Account] = {}
    for asked in form.asked:
        if asked.user is not None and asked.secret is not None:
            account = _second(asked.user, asked.secret, proved, d)
            if account is None:
                return None
            people[asked.number] = account.person
    return people


def _second(user: Line, secret: Secret, proved: dict[tuple[str, str], Account], d: Desk) -> Account | None:
    """Whose name and password this is; `proved` are those of this page, so that nobody is asked twice."""
    typed = (folded(user.data), secret.data)
    try:
        if typed not in proved:
            proved[typed] = prove(Claim(*typed, SECRET_WRONG, SECOND_WRONG, me().workstation), d)
    except NotProved as refused:
        blame(secret, str(refused))
        return None
    if not may(proved[typed].role, Deed.AUTHORISE):
        blame(user, barred(proved[typed].role, Deed.AUTHORISE))
        return None
    return proved[typed]


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
