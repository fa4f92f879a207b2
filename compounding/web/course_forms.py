"""The forms of what is recorded of a course, one for each kind, and of an entry error that two people take out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
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
from compounding.credentials import USER_MOST
from compounding.formulary import Fact, Levels, Presentation, Regimen
from compounding.quantities import DoseLevel, Duration
from compounding.records import Account
from compounding.web.desk import Desk
from compounding.web.fields import Choice, Count, Day, Figure, Line, Secret
from compounding.web.forms import NAME_MOST, REASON_MOST, RESPONSES, blame
from compounding.web.in_course import InCourse
from compounding.web.signing import SignForm
from compounding.web.witnessing import another_proved
from compounding.wording import course_forms as words
from compounding.wording.fields import YES_NO, Field, in_future
from compounding.workflow import Deed

_PRESCRIBER, _WORDS = "prescriber", "words"
START_AHEAD = 365
"""Days. Relapsed leukaemia is treated within weeks: what is planned a year ahead is a slip in the year."""
LEVEL_MOST = 2
"""Times the highest level of the label. A dose of a trial or an old protocol may be above that; twice it is a slip."""


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
    words: str = words.IN_WORDS
    """What its words are called beside its own fields; "" where none are asked."""
    past: tuple[str, ...] = ()
    """Its fields of days on which something happened, which are none to come."""
    planned: tuple[str, ...] = ()
    """Its fields of days that are planned."""


def _cycle(asked: Field = words.CYCLE) -> Count:
    return Count(**asked, least=1)


def _day(drug: Presentation) -> Choice:
    return Choice(**words.DAY, choices=tuple((str(day), str(day)) for day in drug.days))


def _reason() -> Line:
    return Line(**words.REASON, most=REASON_MOST, printed=True)


def _slot(said: Mapping[str, Any]) -> Slot:
    return Slot(said["cycle"], int(said["day"]))


_FORMS: Mapping[str, _Kind] = {
    "response": _Kind(
        lambda drug: {
            "after_cycle": _cycle(words.AFTER_CYCLE),
            "is_": Choice(**words.RESPONSE, choices=RESPONSES),
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
            "days": Count(**words.LENGTH, least=1),
            "reason": _reason(),
        },
        lambda said, drug: Length(said["cycle"], said["days"], said["reason"]),
        words=words.WHY_CHANGED,
    ),
    "interruption": _Kind(
        lambda drug: {
            "since": Day(**words.HELD_FROM),
            "to": Day(**words.RECOVERED_ON),
            "reason": _reason(),
        },
        lambda said, drug: Interruption(said["since"], said["to"], said["reason"]),
        words=words.WHY_CHANGED,
        past=("since", "to"),
    ),
    "reduction": _Kind(
        lambda drug: {"from_cycle": _cycle(words.FROM_CYCLE)},
        lambda said, drug: Reduction(said["from_cycle"], drug.regimen.reduction_percent.value or 0),
        prescriber=True,
    ),
    "dropped-day": _Kind(
        lambda drug: {"from_cycle": _cycle(words.FROM_CYCLE), "day": _day(drug)},
        lambda said, drug: DroppedDay(said["from_cycle"], int(said["day"])),
        prescriber=True,
    ),
    "transplant": _Kind(
        lambda drug: {
            "planned": Choice(**words.TRANSPLANT, choices=YES_NO),
            "third": Line(
                **words.third_cycle(drug.regimen.transplant_third_cycle.value), most=REASON_MOST, printed=True
            ),
        },
        lambda said, drug: Transplant(said["planned"] == "yes", said["third"] or ""),
    ),
    "start": _Kind(
        lambda drug: {"on": Day(**words.START)},
        lambda said, drug: Start(said["on"]),
        planned=("on",),
    ),
    "given": _Kind(
        lambda drug: {
            "cycle": _cycle(),
            "day": _day(drug),
            "on": Day(**words.GIVEN_ON),
            "level": Figure(**words.LEVEL, kind=DoseLevel, places=3),
        },
        lambda said, drug: Given(_slot(said), said["on"], said["level"]),
        past=("on",),
    ),
    "ended": _Kind(
        lambda drug: {
            "on": Day(**words.ENDED_ON),
            "why": Choice(**words.WHY_ENDED, choices=words.WHY_CHOICES),
            "told": Line(**words.ENDED_IN_WORDS, most=REASON_MOST, printed=True),
        },
        lambda said, drug: Ended(said["on"], End(said["why"]), said["told"]),
        words=words.WHY_CHANGED,
        past=("on",),
    ),
}


def too_far_ahead(start: date, d: Desk) -> str | None:
    """Why day 1 of cycle 1 is not planned for a day; None where it may be."""
    return words.ahead(start, START_AHEAD, d.market) if start > d.today() + timedelta(days=START_AHEAD) else None


def read_fact_form(form: FactForm, kind: str, found: InCourse, d: Desk) -> bool:
    """Whether what was sent is whole and may be of this course; what is wrong stands at its field."""
    form.validate()
    _read_days(form, _FORMS[kind], found.record.patient.content.born, d)
    _read_cycles(form, found.course.most_cycles)
    if kind == "given" and not form.errors_in_order():
        _read_given(form, found, d)
    return not form.errors_in_order()


def _read_days(form: FactForm, kind: _Kind, born: date, d: Desk) -> None:
    for name in (*kind.past, *kind.planned):
        on = form[name].data
        if on is None:
            continue
        if on < born:
            blame(form[name], words.before_birth(on, born, d.market))
        elif name in kind.past and on > d.today():
            blame(form[name], in_future(on, d.market))
        elif name in kind.planned and (said := too_far_ahead(on, d)) is not None:
            blame(form[name], said)


def _read_cycles(form: FactForm, most: int | None) -> None:
    """A reduction is from a cycle on that the course may have."""
    if "from_cycle" in form and most is not None and (cycle := form["from_cycle"].data or 0) > most:
        blame(form["from_cycle"], words.many_cycles(cycle, most))


def _read_given(form: FactForm, found: InCourse, d: Desk) -> None:
    """What no label has, but another hospital may have given, needs words; what nobody gives is a slip."""
    regimen, level, on = found.drug.regimen, form["level"].data, form["on"].data
    highest = max((each for all_ in _levels(regimen) for each in all_.values()), key=lambda each: each.value)
    if level.value > LEVEL_MOST * highest.value:
        blame(form["level"], words.level_refused(level, highest))
    asked = [words.level_asks(level, highest)] if level.value > highest.value else []
    longest = max(length.value.whole("day") for length in _lengths(regimen))
    if on < found.course.start - timedelta(days=longest):
        asked.append(words.early_asks(on, found.course.start, longest, d.market))
    for said in asked if not form.errors_in_order() and not form.typed_words().strip() else ():
        blame(form[_WORDS], said)


def _levels(regimen: Regimen) -> tuple[Levels, ...]:
    return regimen.first_cycle.value, regimen.response.value, regimen.no_response.value


def _lengths(regimen: Regimen) -> tuple[Fact[Duration], ...]:
    """How long a cycle may be by the label: 28 days at most (USPI §2 and SmPC §4.2, dose tables)."""
    return regimen.first_cycle_length, regimen.first_cycle_extended, regimen.later_cycle_length


def fact_form(kind: str, drug: Presentation, d: Desk, sent: MultiDict[str, str] | None = None) -> FactForm:
    """The form of a kind. Raises KeyError for what is none."""
    asked = _FORMS[kind]
    fields = dict(asked.of(drug))
    ordered_by = words.ORDERED_BY if asked.prescriber else words.ORDERED_BY_ANY
    fields[_PRESCRIBER] = Line(**ordered_by, most=NAME_MOST, letters=True)
    if asked.words:
        fields[_WORDS] = Line(asked.words, most=REASON_MOST, hint=words.WORDS_HINT)

    def fact(self: FactForm, drug: Presentation) -> CourseFact:
        return asked.read({name: self[name].data for name in asked.of(drug)}, drug)

    on_page = (*fields, "signing_secret")
    made: FactForm = type("FactForm", (FactForm,), {**fields, "ON_PAGE": on_page, "fact": fact})(d, sent)
    return made


class OutForm(SignForm):
    """An entry error, and the second person who agrees that it is one."""

    ON_PAGE = ("out_words", "second", "second_secret", "signing_secret")

    out_words = Line(**words.WHY_ERROR, most=REASON_MOST)
    second = Line(**words.SECOND, most=USER_MOST)
    second_secret = Secret(**words.SECOND_SECRET)


def second_proved(user: Line, secret: Secret, d: Desk) -> Account | None:
    """The second person of an entry error; why they are none stands at the field. Raises RecordsFault."""
    return another_proved(user, secret, Deed.ENTER, d, alone=words.SOMEBODY_ELSE, wrong=words.SECOND_WRONG)


def look(field: Any) -> str:
    """How a page of courses shows a field, as its macro names it."""
    if isinstance(field, Choice):
        return "list" if field.prompt else "row"
    return {"Day": "date", "Tick": "tick", "Secret": "secret"}.get(type(field).__name__, "line")
