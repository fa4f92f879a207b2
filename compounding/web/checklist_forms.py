"""The form of the checklist before a dose: its boxes follow the drug file and the dose's place in the course."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from compounding.checklist import Asked, Checklist, Counts, Disease, Exam, Liver, Pregnancy, asked
from compounding.course import Slot
from compounding.formulary import Presentation
from compounding.quantities import BloodCount, CellCount, Unreadable, UpperLimits, plain, quote, read_number
from compounding.web.desk import Desk
from compounding.web.fields import CellsPerMm3, Choice, Day, Figure, Line, Tick, Typed
from compounding.web.forms import NAME_MOST, SiteForm, blame
from compounding.wording.checklist import PREGNANCIES
from compounding.wording.checklist_findings import SEEN
from compounding.wording.numbers import capital

_YES_NO = (("no", "No"), ("yes", "Yes"))
_LIVER = (("bilirubin", "Bilirubin"), ("ast", "AST"), ("alt", "ALT"))
_COUNTS = (("neutrophils", "Neutrophils (ANC)"), ("platelets", "Platelets"))


class Cells(Typed):
    """A blood count; none is an answer."""

    def read(self, text: str) -> BloodCount:
        number = read_number(text)
        if len(text.partition(".")[2]) > 3:
            raise Unreadable(f"{quote(text)} has more than 3 figures after the point.")
        return BloodCount(number)


class ChecklistForm(SiteForm):
    """What was seen before a dose. What stays empty was not seen, and is found."""

    on = Day("Day of the dose", missing="Type the day of the dose.")
    seen_by = Line(
        "Results seen by",
        most=NAME_MOST,
        letters=True,
        printed=True,
        missing="Type who saw the results.",
        hint="prescriber or nurse",
    )

    def groups(self) -> Iterator[tuple[str, list[Any]]]:
        """The fields under their headings, in the order of the page."""
        for heading, starts in _GROUPS:
            fields = [field for field in self.in_order() if field.name.startswith(starts)]
            if fields:
                yield heading, fields


_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("The dose", ("on", "seen_by")),
    ("Results seen", ("exam_",)),
    ("Liver, in times the upper limit of normal", ("liver_",)),
    ("Counts", ("count_", "blasts", "disease_", "low_since")),
    ("Premedication ordered", ("ordered_",)),
    ("The patient", ("ends", "contra_", "target", "pregnancy")),
)


def checklist_form(
    drug: Presentation, slot: Slot, d: Desk, sent: MultiDict[str, str] | None = None
) -> tuple[ChecklistForm, Asked]:
    """The form for a dose, with what it asks."""
    wanted = asked(drug, slot)
    fields = dict(_fields(wanted, drug))
    on_page = ("on", "seen_by", *fields)
    form: ChecklistForm = type("ChecklistForm", (ChecklistForm,), {**fields, "ON_PAGE": on_page})(d, sent)
    return form, wanted


def _fields(wanted: Asked, drug: Presentation) -> Iterator[tuple[str, Any]]:
    for exam in wanted.tests:
        yield f"exam_{exam.value}", Day(f"{capital(SEEN[exam.value])} of", hint="leave empty where it was not seen")
    if wanted.liver:
        yield from ((f"liver_{name}", Figure(label, UpperLimits, unit="× ULN", places=2)) for name, label in _LIVER)
    yield from ((f"count_{name}", Cells(label, unit="×10⁹/L")) for name, label in _COUNTS)
    if wanted.blasts:
        yield "blasts", CellsPerMm3("Peripheral blasts", CellCount, unit="per mm³")
    if wanted.counts_judged:
        hint = "who puts low counts down to a disease that is stable or better; else leave empty"
        yield "disease_prescriber", Line("Named prescriber", most=NAME_MOST, letters=True, printed=True, hint=hint)
        yield "disease_on", Day("Latest marrow of", hint="with the prescriber above")
    if drug.before_dose.counts_low_days.value is not None:
        yield "low_since", Day("Counts low since", hint="only where the drug is suspected")
    for number, name in enumerate(wanted.premedication):
        yield f"ordered_{number}", Tick(capital(name))
    if wanted.never_again:
        yield "ends", Choice(wanted.never_again, _YES_NO, hint="sign or suspicion of it")
    for number, what in enumerate(wanted.contraindications):
        yield f"contra_{number}", Choice(f"Contraindication: {what}", _YES_NO)
    if wanted.target:
        yield "target", Choice(wanted.target, _YES_NO)
    if wanted.pregnancy:
        yield "pregnancy", Choice("Pregnancy", tuple((one.value, words) for one, words in PREGNANCIES.items()))


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
            liver=Liver(*(_value(form, f"liver_{name}") for name, _ in _LIVER)),
            counts=Counts(*(_value(form, f"count_{name}") for name, _ in _COUNTS)),
            blasts=_value(form, "blasts"),
            disease=_disease(form),
            low_since=_value(form, "low_since"),
        )
    except Unreadable as unreadable:
        blame(form.on, str(unreadable))
        return None


def _judge(form: ChecklistForm) -> None:
    """Days that cannot be, and what goes only with something else."""
    on = form.on.data
    for field in form.in_order():
        late = isinstance(field, Day) and field.name != "on" and on and field.data and field.data > on
        if late:
            blame(field, "This is after the day of the dose.")
    if "disease_on" in form:
        who, marrow = form["disease_prescriber"], form["disease_on"]
        if who.data and marrow.data is None and not marrow.errors:
            blame(marrow, "Type the day of the latest marrow.")
        if marrow.data and not who.data:
            blame(who, "Name the prescriber who says so, or leave the marrow empty.")


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
        **{f"liver_{name}": getattr(liver, name) for name, _ in _LIVER},
        **{f"count_{name}": getattr(counts, name) for name, _ in _COUNTS},
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
