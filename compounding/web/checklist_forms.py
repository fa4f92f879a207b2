"""The form of the checklist before a dose: its boxes follow the drug file and the dose's place in the course."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from compounding.checklist import (
    PLAUSIBLE,
    Asked,
    Checklist,
    Counts,
    Disease,
    Exam,
    Liver,
    Pregnancy,
    asked,
    is_plausible,
)
from compounding.course import Slot
from compounding.credentials import USER_MOST
from compounding.formulary import Presentation
from compounding.quantities import BloodCount, CellCount, Unreadable, UpperLimits, plain, quote, read_number
from compounding.web.desk import Desk
from compounding.web.fields import CellsPerMm3, Choice, Day, Figure, Line, Secret, Tick, Typed
from compounding.web.forms import NAME_MOST, REASON_MOST, SiteForm, blame
from compounding.wording import checklist_forms as words
from compounding.wording.fields import YES_NO
from compounding.wording.numbers import capital


class Cells(Typed):
    """A blood count; none is an answer."""

    def read(self, text: str) -> BloodCount:
        number = read_number(text)
        if len(text.partition(".")[2]) > 3:
            raise Unreadable(f"{quote(text)} has more than 3 figures after the point.")
        return BloodCount(number)


class ChecklistForm(SiteForm):
    """What was seen before a dose. What stays empty was not seen, and is found."""

    second: Line
    """Asked, with the secret, only where counts stand that later doses are held against."""
    second_secret: Secret

    on = Day(**words.ON)
    seen_by = Line(**words.SEEN_BY, most=NAME_MOST, letters=True, printed=True)

    def groups(self) -> Iterator[tuple[str, list[Any]]]:
        """The fields under their headings, in the order of the page."""
        for heading, starts in _GROUPS:
            fields = [field for field in self.in_order() if field.name.startswith(starts)]
            if fields:
                yield heading, fields


_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (words.THE_DOSE, ("on", "seen_by")),
    (words.RESULTS, ("exam_",)),
    (words.LIVER, ("liver_",)),
    (words.COUNTS, ("count_", "blasts", "disease_", "low_since")),
    (words.PREMEDICATION, ("ordered_",)),
    (words.THE_PATIENT, ("ends", "contra_", "target", "pregnancy")),
    (words.COUNTS_WRONG, ("correction_", "second")),
)


def checklist_form(
    drug: Presentation, slot: Slot, d: Desk, sent: MultiDict[str, str] | None = None, *, stand: bool = False
) -> tuple[ChecklistForm, Asked]:
    """The form for a dose, with what it asks; with the boxes of a correction where its counts `stand`, since later
    doses are held against them."""
    wanted = asked(drug, slot)
    fields = {**dict(_fields(wanted, drug)), **(_correction() if stand else {})}
    on_page = ("on", "seen_by", *fields)
    form: ChecklistForm = type("ChecklistForm", (ChecklistForm,), {**fields, "ON_PAGE": on_page})(d, sent)
    return form, wanted


def _fields(wanted: Asked, drug: Presentation) -> Iterator[tuple[str, Any]]:
    for exam in wanted.tests:
        yield f"exam_{exam.value}", Day(**words.exam(exam))
    if wanted.liver:
        unit = words.LIVER_UNIT
        yield from (
            (f"liver_{name}", Figure(label, UpperLimits, unit=unit, places=2)) for name, label in words.LIVER_LABELS
        )
    yield from ((f"count_{name}", Cells(label, unit=words.COUNT_UNIT)) for name, label in words.COUNT_LABELS)
    if wanted.blasts:
        yield "blasts", CellsPerMm3(**words.BLASTS, kind=CellCount)
    if wanted.counts_judged:
        yield "disease_prescriber", Line(**words.DISEASE, most=NAME_MOST, letters=True, printed=True)
        yield "disease_on", Day(**words.MARROW)
    if drug.before_dose.counts_low_days.value is not None:
        yield "low_since", Day(**words.LOW_SINCE)
    for number, name in enumerate(wanted.premedication):
        yield f"ordered_{number}", Tick(capital(name))
    if wanted.never_again:
        yield "ends", Choice(wanted.never_again, YES_NO, hint=words.LIVER_ENDS_HINT)
    for number, what in enumerate(wanted.contraindications):
        yield f"contra_{number}", Choice(words.contraindication(what), YES_NO)
    if wanted.target:
        yield "target", Choice(wanted.target, YES_NO)
    if wanted.pregnancy:
        yield "pregnancy", Choice(**words.PREGNANCY, choices=words.PREGNANCY_CHOICES)


def _correction() -> dict[str, Any]:
    return {
        "correction_words": Line(**words.WHAT_WAS_WRONG, most=REASON_MOST),
        "second": Line(**words.SECOND, most=USER_MOST),
        "second_secret": Secret(**words.SECOND_SECRET),
    }


def read_checklist_form(form: ChecklistForm, wanted: Asked, slot: Slot) -> Checklist | None:
    """What a sent form says; None where it has errors, which then stand at their fields."""
    form.validate()
    _judge(form)
    if any(field.errors for field in form):
        return None
    exams = {exam: form[f"exam_{exam.value}"].data for exam in wanted.tests}
    try:
        return Checklist(
            slot=slot,
            on=form.on.data,
            seen_by=form.seen_by.data,
            tests={exam: day for exam, day in exams.items() if day is not None},
            ordered=frozenset(name for n, name in enumerate(wanted.premedication) if form[f"ordered_{n}"].data),
            pregnancy=_chosen(form, "pregnancy", Pregnancy),
            target=_yes(form, "target"),
            liver_ends=_yes(form, "ends"),
            contraindicated=_contraindicated(form, wanted),
            liver=Liver(*(_value(form, f"liver_{name}") for name, _ in words.LIVER_LABELS)),
            counts=Counts(*(_value(form, f"count_{name}") for name, _ in words.COUNT_LABELS)),
            blasts=_value(form, "blasts"),
            disease=_disease(form),
            low_since=_value(form, "low_since"),
        )
    except Unreadable as unreadable:
        blame(form.on, str(unreadable))
        return None


def _judge(form: ChecklistForm) -> None:
    """Values of another unit, days that cannot be, and what goes only with something else."""
    for name in PLAUSIBLE:
        value = _value(form, measured(name))
        if value is not None and not is_plausible(name, value):
            blame(form[measured(name)], words.implausible(name, value))
    on = form.on.data
    for field in form.in_order():
        late = isinstance(field, Day) and field.name != "on" and on and field.data and field.data > on
        if late:
            blame(field, words.AFTER_THE_DOSE)
    if "disease_on" in form:
        who, marrow = form["disease_prescriber"], form["disease_on"]
        if who.data and marrow.data is None and not marrow.errors:
            blame(marrow, words.TYPE_MARROW)
        if marrow.data and not who.data:
            blame(who, words.NAME_WHO_SAYS)


def measured(name: str) -> str:
    """The name of the field of a value."""
    return f"count_{name}" if name in dict(words.COUNT_LABELS) else f"liver_{name}"


def _value(form: ChecklistForm, name: str) -> Any:
    return form[name].data if name in form else None


def _chosen(form: ChecklistForm, name: str, kind: type[Pregnancy]) -> Pregnancy | None:
    said = _value(form, name)
    return None if said is None else kind(said)


def _yes(form: ChecklistForm, name: str) -> bool | None:
    said = _value(form, name)
    return None if said is None else said == "yes"


def _contraindicated(form: ChecklistForm, wanted: Asked) -> Mapping[str, bool]:
    said = {what: _yes(form, f"contra_{n}") for n, what in enumerate(wanted.contraindications)}
    return {what: there for what, there in said.items() if there is not None}


def _disease(form: ChecklistForm) -> Disease | None:
    who, marrow = _value(form, "disease_prescriber"), _value(form, "disease_on")
    return Disease(who, marrow) if who and marrow else None


# ------------------------------------------------------------------ a stored one, as it would be typed


def typed_checklist(stored: Checklist, wanted: Asked) -> dict[str, str]:
    """A stored checklist as its form would be typed."""
    liver, counts, disease = stored.liver, stored.counts, stored.disease
    amounts = {
        **{f"liver_{name}": getattr(liver, name) for name, _ in words.LIVER_LABELS},
        **{f"count_{name}": getattr(counts, name) for name, _ in words.COUNT_LABELS},
        "blasts": stored.blasts,
    }
    typed = {name: plain(value.value) for name, value in amounts.items() if value is not None}
    typed |= {"seen_by": stored.seen_by, **boxes("on", stored.on)}
    for exam, day in stored.tests.items():
        typed |= boxes(f"exam_{Exam(exam).value}", day)
    typed |= {f"ordered_{n}": Tick.TICKED for n, name in enumerate(wanted.premedication) if name in stored.ordered}
    answers = {"ends": stored.liver_ends, "target": stored.target}
    answers |= {f"contra_{n}": stored.contraindicated.get(what) for n, what in enumerate(wanted.contraindications)}
    typed |= {name: "yes" if said else "no" for name, said in answers.items() if said is not None}
    if stored.pregnancy is not None:
        typed["pregnancy"] = stored.pregnancy.value
    if disease is not None:
        typed |= {"disease_prescriber": disease.prescriber, **boxes("disease_on", disease.marrow_on)}
    return typed | (boxes("low_since", stored.low_since) if stored.low_since else {})


def boxes(name: str, on: date) -> dict[str, str]:
    """A day as it would be typed in its three boxes."""
    return {f"{name}_day": str(on.day), f"{name}_month": str(on.month), f"{name}_year": str(on.year)}
