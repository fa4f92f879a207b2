"""The forms of what is recorded of a course, one for each kind, and of an entry error that two people take out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from werkzeug.datastructures import MultiDict

from compounding.course import (
    Assessment,
    CourseFact,
    DroppedDay,
    End,
    Ended,
    Given,
    Interruption,
    Length,
    Omitted,
    Reduction,
    Response,
    Slot,
    Start,
    Transplant,
)
from compounding.credentials import USER_MOST, folded
from compounding.formulary import Presentation
from compounding.quantities import DoseLevel
from compounding.records import Account
from compounding.web.desk import Desk
from compounding.web.fields import Choice, Count, Day, Figure, Line, Secret
from compounding.web.forms import NAME_MOST, REASON_MOST, RESPONSES, SiteForm, blame
from compounding.web.identity import me
from compounding.web.proving import SECRET_WRONG, Claim, NotProved, prove
from compounding.web.signing import SignForm
from compounding.wording.course_findings import ENDS
from compounding.wording.numbers import capital
from compounding.wording.numbers import day as written_day
from compounding.workflow import Deed, barred, may
from compounding.workflow.people import seen_by_two

SECOND_WRONG = "The user name or the password of the second person is not right. Nothing is recorded."
_PRESCRIBER, _WORDS = "prescriber", "words"
_WHY_CHANGED = "Why it is changed"
_WORDS_HINT = "may stay empty, but where it takes the place of what stands"
_YES_NO = (("no", "No"), ("yes", "Yes"))


class FactForm(SignForm):
    """Something of a course, with who ordered it, and what is said of it in words."""

    def fact(self, drug: Presentation) -> CourseFact:
        """Of a form without errors. Raises Unreadable for what is none."""
        raise NotImplementedError

    def typed_words(self) -> str:
        return (self[_WORDS].data or "") if _WORDS in self else ""

    def typed_prescriber(self) -> str:
        return (self[_PRESCRIBER].data or "") if _PRESCRIBER in self else ""


class _Kind(NamedTuple):
    """How a kind of fact is asked for and read; `of` gives the fields by the drug, in their order on the page."""

    of: Callable[[Presentation], Mapping[str, Any]]
    read: Callable[[Mapping[str, Any], Presentation], CourseFact]
    prescriber: bool = False
    """Whether it needs a named prescriber."""
    words: str = "In words"
    """What its words are called beside its own fields; "" where none are asked."""
    past: bool = False
    """Whether it happened `on` a day, which then is none to come."""


def _cycle(label: str = "Cycle") -> Count:
    return Count(label, least=1, missing="Type the cycle.")


def _day(drug: Presentation) -> Choice:
    return Choice("Day", tuple((str(day), str(day)) for day in drug.days), missing="Choose the day of the cycle.")


def _reason() -> Line:
    return Line("Reason", most=REASON_MOST, printed=True, missing="Type the reason.")


def _slot(said: Mapping[str, Any]) -> Slot:
    return Slot(said["cycle"], int(said["day"]))


_FORMS: Mapping[str, _Kind] = {
    "response": _Kind(
        lambda drug: {
            "after_cycle": _cycle("After cycle"),
            "is_": Choice("Response", RESPONSES, missing="Choose the response."),
        },
        lambda said, drug: Assessment(said["after_cycle"], Response(said["is_"])),
    ),
    "omitted": _Kind(
        lambda drug: {"cycle": _cycle(), "day": _day(drug), "reason": _reason()},
        lambda said, drug: Omitted(_slot(said), said["reason"]),
        words="",
    ),
    "length": _Kind(
        lambda drug: {
            "cycle": _cycle(),
            "days": Count("Length", least=1, missing="Type the length in days.", unit="days"),
            "reason": _reason(),
        },
        lambda said, drug: Length(said["cycle"], said["days"], said["reason"]),
        words=_WHY_CHANGED,
    ),
    "interruption": _Kind(
        lambda drug: {
            "since": Day("Held from", missing="Type the day from which treatment is held."),
            "to": Day("Recovered on", hint="leave empty while not; record it again with the same first day then"),
            "reason": _reason(),
        },
        lambda said, drug: Interruption(said["since"], said["to"], said["reason"]),
        words=_WHY_CHANGED,
    ),
    "reduction": _Kind(
        lambda drug: {"from_cycle": _cycle("From cycle")},
        lambda said, drug: Reduction(said["from_cycle"], drug.regimen.reduction_percent.value or 0),
        prescriber=True,
    ),
    "dropped-day": _Kind(
        lambda drug: {"from_cycle": _cycle("From cycle"), "day": _day(drug)},
        lambda said, drug: DroppedDay(said["from_cycle"], int(said["day"])),
        prescriber=True,
    ),
    "transplant": _Kind(
        lambda drug: {
            "planned": Choice("Transplant planned", _YES_NO, missing="Choose one."),
            "third": Line("Reason for one cycle more", most=REASON_MOST, printed=True, hint=_third(drug)),
        },
        lambda said, drug: Transplant(said["planned"] == "yes", said["third"] or ""),
    ),
    "start": _Kind(
        lambda drug: {"on": Day("Day 1 of cycle 1", missing="Type the day on which the first dose is planned.")},
        lambda said, drug: Start(said["on"]),
    ),
    "given": _Kind(
        lambda drug: {
            "cycle": _cycle(),
            "day": _day(drug),
            "on": Day("Given on", missing="Type the day on which it was given."),
            "level": Figure("Level", DoseLevel, unit="mg/m²", places=3, missing="Type the level in mg/m²."),
        },
        lambda said, drug: Given(_slot(said), said["on"], said["level"]),
        past=True,
    ),
    "ended": _Kind(
        lambda drug: {
            "on": Day("Ended on", missing="Type the day on which treatment ended."),
            "why": Choice(
                "Why",
                tuple((end.value, capital(ENDS[end.value])) for end in End),
                prompt="Choose why",
                missing="Choose why.",
            ),
            "told": Line("In words", most=REASON_MOST, printed=True, missing="Say in words why it ended."),
        },
        lambda said, drug: Ended(said["on"], End(said["why"]), said["told"]),
        words=_WHY_CHANGED,
        past=True,
    ),
}


def _third(drug: Presentation) -> str:
    reason = drug.regimen.transplant_third_cycle.value
    return f"only where {reason}" if reason else "the label allows none"


def read_fact_form(form: FactForm, kind: str, d: Desk) -> bool:
    """Whether what was sent is whole; what is wrong stands at its field."""
    form.validate()
    if _FORMS[kind].past and (on := form["on"].data) is not None and on > d.today():
        blame(form["on"], f"{written_day(on, d.market)} is in the future.")
    return not form.errors_in_order()


def fact_form(kind: str, drug: Presentation, d: Desk, sent: MultiDict[str, str] | None = None) -> FactForm:
    """The form of a kind. Raises KeyError for what is none."""
    asked = _FORMS[kind]
    fields = dict(asked.of(drug))
    named: dict[str, Any] = {"hint": "may stay empty"}
    if asked.prescriber:
        named = {"missing": "Name the prescriber who ordered it."}
    fields[_PRESCRIBER] = Line("Prescriber", most=NAME_MOST, letters=True, **named)
    if asked.words:
        fields[_WORDS] = Line(asked.words, most=REASON_MOST, hint=_WORDS_HINT)

    def fact(self: FactForm, drug: Presentation) -> CourseFact:
        return asked.read({name: self[name].data for name in asked.of(drug)}, drug)

    on_page = (*fields, "signing_secret")
    made: FactForm = type("FactForm", (FactForm,), {**fields, "ON_PAGE": on_page, "fact": fact})(d, sent)
    return made


class OutForm(SignForm):
    """An entry error, and the second person who agrees that it is one."""

    ON_PAGE = ("out_words", "second", "second_secret", "signing_secret")

    out_words = Line("Why it is an error", most=REASON_MOST, missing="Say why it is an error.")
    second = Line("Second person, user name", most=USER_MOST, missing="The second person types their user name.")
    second_secret = Secret("Password of the second person", missing="The second person types their password.")


def second_proved(form: SiteForm, user: Line, secret: Secret, d: Desk) -> Account | None:
    """The second person; why they are none stands at the field. Nobody is signed out. Raises RecordsFault."""
    name = folded(user.data)
    if not seen_by_two(me().account.user, name):
        blame(user, "The second person must be somebody else than you.")
        return None
    try:
        found = prove(Claim(name, secret.data, SECRET_WRONG, SECOND_WRONG, me().workstation), d)
    except NotProved as refused:
        blame(secret, str(refused))
        return None
    if not may(found.role, Deed.ENTER):
        blame(user, barred(found.role, Deed.ENTER))
        return None
    return found
