"""The forms: what is asked, and how what was typed becomes values. Nothing below takes bare numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from compounding.dosing import OwnLevel, Response, Transplant, Treatment
from compounding.formulary import Presentation
from compounding.patient import FORMULAS, OLDEST, Identity, Patient, nhs_number, years_between
from compounding.policy import Formula, Making, Market
from compounding.preparation import Order
from compounding.quantities import BodyMass, CellCount, DoseLevel, DrugMass, Length, Unreadable, quote
from compounding.records import NewPaperOrder
from compounding.stability import storages
from compounding.web.desk import Desk
from compounding.web.fields import (
    CellsPerMm3,
    Choice,
    Count,
    Day,
    Figure,
    Hour,
    Line,
    PatientNumber,
    Typed,
)
from compounding.web.paper_orders import PAPER, paper_fields, read_paper
from compounding.web.site_forms import SiteForm as SiteForm
from compounding.web.site_forms import blame as blame
from compounding.wording.numbers import day as written_day
from compounding.wording.numbers import figure

# Back far enough to record what paper carried while the screen was down; ahead as far as an order is
# written, a cycle of four weeks and its delays. Anything further is a slip in the month or the year.
DAYS_BACK, DAYS_AHEAD = 30, 60
NAME_MOST, LOCATION_MOST, REASON_MOST = 60, 40, 120

RESPONSES = (
    (Response.CR.value, "CR: complete remission"),
    (Response.CRI.value, "CRi: with incomplete recovery"),
    (Response.NONE.value, "No CR or CRi"),
)


class TreatmentForm(SiteForm):
    """What a dose is computed from; the order and the calculator ask for the same."""

    drug: Choice
    """Asked only where the site keeps more than one."""
    cycle: Count
    day: Choice
    """The days that any of the site's drugs is given on."""

    def chosen_drug(self, desk: Desk) -> Presentation | None:
        if "drug" not in self:
            return desk.drugs[0]
        return next((drug for drug in desk.drugs if drug.id == self.drug.data), None)

    height = Figure("Height", Length, unit="cm", missing="Type the height in centimetres.")
    weight = Figure("Weight", BodyMass, unit="kg", missing="Type the weight in kilograms.")
    response = Choice("Response", RESPONSES, hint="needed from cycle 2; in cycle 1 it does not change the dose")
    ordered_dose = Figure(
        "Ordered dose", DrugMass, unit="mg", places=6, hint="as the prescriber wrote it; may stay empty"
    )


class OrderForm(TreatmentForm):
    """An order, with who it is for and who wrote it."""

    ON_PAGE = (
        *("course", "family", "given", "born", "location", "mrn", "nhs_number", "hospital_number"),
        *("drug", "give_on", "wetting", "cycle", "day", "response", "prescriber", "ordered_dose"),
        *("transplant", "blasts", "making", "storage", "height", "height_measured", "weight", "weight_measured"),
        *("own_level", "own_reason", "confirmed_by", "third_cycle_reason"),
        *PAPER,
    )
    third_cycle_reason: Line
    storage: Choice
    """Asked only where a drug's bag has limits of its own by how it is kept."""

    course = Line("Course", most=20)
    """The number of the course that it stands in. Nobody types it: the course's page sends it."""
    family = Line("Family name", most=NAME_MOST, letters=True, missing="Type the family name.")
    given = Line("Given name", most=NAME_MOST, letters=True, missing="Type the given name.")
    born = Day("Born", missing="Type the date of birth.")
    give_on = Day("Give on", missing="Type the day on which the dose is to be given.")
    wetting = Hour(
        "First vial wetted, planned",
        missing="Type the planned time: the expected clocks run from it.",
        hint="24-hour clock, as 09:00",
    )
    transplant = Choice("Transplant planned", (("no", "No"), ("yes", "Yes")), missing="Choose one.")
    blasts = CellsPerMm3(
        "Peripheral blasts", CellCount, unit="per mm³", hint="before the first dose only; leave empty where not counted"
    )
    prescriber = Line(
        "Prescriber", most=NAME_MOST, letters=True, missing="Type the prescriber's name.", hint="name as on the order"
    )
    confirmed_by = Line(
        "Dose confirmed by",
        most=NAME_MOST,
        letters=True,
        hint="the prescriber who confirmed a dose over 10 % off the calculated one",
    )
    own_level = Figure(
        "The order's own level", DoseLevel, unit="mg/m²", places=3, hint="only where the order states one"
    )
    own_reason = Line("Reason for it", most=REASON_MOST, hint="as the order gives it")
    making = Choice(
        "How the bag is made",
        (
            (Making.EMPTY_CONTAINER.value, "A: empty container, filled to the volume"),
            (Making.READY_FILLED.value, "B: ready-filled bag, volume and overfill removed first"),
        ),
        missing="Choose one.",
    )
    height_measured = Day("Height measured", missing="Type the day on which the height was measured.")
    weight_measured = Day("Weight measured", missing="Type the day on which the weight was measured.")

    def __init__(self, desk: Desk, sent: MultiDict[str, str] | None = None) -> None:
        super().__init__(desk, sent)
        if desk.policy.bag_overfill is None:
            del self.making
        if not self.course.text.strip():
            del self.course


class USOrderForm(OrderForm):
    location = Line("Location", most=LOCATION_MOST, missing="Type the location.", hint="unit and bed, or clinic")
    mrn = PatientNumber("MRN", missing="Type the medical record number.", hint="medical record number")


class NHSNumber(Typed):
    def read(self, text: str) -> str:
        number = nhs_number(text.strip())
        if len(set(number)) == 1:  # its last figure fits, and it is what people type where there is none
            raise Unreadable(f"{quote(text)} is not an NHS number: all its figures are the same.")
        return number


class UKOrderForm(OrderForm):
    location = Line("Ward", most=LOCATION_MOST, missing="Type the ward.", hint="ward or day unit")
    nhs_number = NHSNumber("NHS number", hint="ten figures; leave empty where there is none")
    hospital_number = PatientNumber("Hospital number", missing="Type the hospital number.")


def order_form(desk: Desk, sent: MultiDict[str, str] | None = None) -> OrderForm:
    kind = USOrderForm if desk.market is Market.US else UKOrderForm
    further = _the_same(further_cycle(drug) for drug in desk.drugs)
    hint = f"cycle {figure(further)} before a transplant only" if further else "before a transplant only"
    more = paper_fields()
    more["third_cycle_reason"] = Line("Reason for a further cycle", most=REASON_MOST, hint=hint)
    if kept := {name: words for drug in desk.drugs for name, words in storages(drug).items()}:
        more["storage"] = Choice(
            "Storage of the diluted bag",
            tuple(kept.items()),
            prompt="Not decided yet",
            hint="until it is decided the tightest limit counts",
        )
    return _of_drugs(kind, desk, **more)(desk, sent)


T = TypeVar("T", bound=TreatmentForm)


def _of_drugs(kind: type[T], desk: Desk, **more: Any) -> type[T]:
    """The form with what the site's drugs decide: cycles, days, and a box for the drug where there is a choice."""
    cycles = _the_same(drug.regimen.cycles.value for drug in desk.drugs)
    days = tuple((str(day), str(day)) for day in all_days(desk))
    more["cycle"] = Count("Cycle", least=1, missing="Type the cycle.", hint=f"1 to {figure(cycles)}" if cycles else "")
    more["day"] = Choice("Day", days, missing="Choose the day of the cycle.", hint="of the cycle")
    if len(desk.drugs) > 1:
        shown = tuple((drug.id, f"{drug.names.generic.value} ({drug.names.brand.value})") for drug in desk.drugs)
        more["drug"] = Choice("Drug", shown, missing="Choose the drug.")
    return type(kind.__name__, (kind,), more)


def all_days(desk: Desk) -> list[int]:
    """The days of a cycle that any of the site's drugs is given on."""
    return sorted({day for drug in desk.drugs for day in drug.days})


def further_cycle(drug: Presentation) -> int | None:
    """The one cycle more that a drug allows before a transplant, with its reason; None where its label has none."""
    planned = drug.regimen.transplant_cycles.value
    return None if planned is None else planned + 1


def _the_same(figures: Iterable[int | None]) -> int | None:
    """What all drugs have in common: a form that is shown before a drug is chosen says no more."""
    different = set(figures)
    return different.pop() if len(different) == 1 else None


@dataclass(frozen=True, slots=True)
class Entry:
    """An order as it was read: values for the engine, names for the papers, and the text as typed."""

    drug: Presentation
    order: Order
    identity: Identity
    prescriber: str
    wetting: datetime
    """In UTC."""
    height_measured: date
    weight_measured: date
    typed: Mapping[str, str]
    course: str = ""
    """The number of the course that it is placed in."""
    paper: NewPaperOrder | None = None
    """How it was written by hand while the screen was down; None where it was not."""


def read_order(form: OrderForm, desk: Desk) -> Entry | None:
    """What a sent form says; None where it has errors, which then stand at their fields."""
    form.validate()
    drug = form.chosen_drug(desk)
    _judge_dates(form, desk)
    _judge_day(form, drug)
    _judge_pairs(form, drug)
    _judge_storage(form, drug)
    paper = read_paper(form, desk)
    wetting = _wetting(form, desk.zone)
    if wetting is None or drug is None or any(field.errors for field in form):
        return None
    measured = form.height_measured.data, form.weight_measured.data
    return Entry(
        drug=drug,
        order=Order(
            Patient(form.height.data, form.weight.data, form.give_on.data, form.born.data, *measured),
            _treatment(form),
            Making(form.making.data) if "making" in form else Making.EMPTY_CONTAINER,
            form.storage.data if "storage" in form else None,
        ),
        identity=_identity(form, desk.market),
        prescriber=form.prescriber.data,
        wetting=wetting,
        height_measured=measured[0],
        weight_measured=measured[1],
        typed=form.typed(),
        course=(form["course"].data or "") if "course" in form else "",
        paper=paper,
    )


def _identity(form: OrderForm, market: Market) -> Identity:
    names = ("mrn",) if market is Market.US else ("nhs_number", "hospital_number")
    numbers = {name: form[name].data or "" for name in names}
    return Identity(form.family.data, form.given.data, form.born.data, form["location"].data, **numbers)


def _treatment(form: OrderForm) -> Treatment:
    own, planned = form.own_level.data, form.transplant.data == "yes"
    return Treatment(
        cycle=form.cycle.data,
        day=int(form.day.data),
        response=Response(form.response.data) if form.response.data else None,
        ordered_dose=form.ordered_dose.data,
        dose_confirmed_by=form.confirmed_by.data,
        own_level=None if own is None else OwnLevel(own, form.own_reason.data, form.prescriber.data),
        transplant=Transplant(planned, form.third_cycle_reason.data or ""),
        blasts=form.blasts.data,
    )


def _judge_dates(form: OrderForm, desk: Desk) -> None:
    today, on, born = desk.today(), form.give_on.data, form.born.data

    def said(day: date) -> str:
        return written_day(day, desk.market)

    if on and not today - timedelta(days=DAYS_BACK) <= on <= today + timedelta(days=DAYS_AHEAD):
        blame(form.give_on, f"{said(on)} is not within {DAYS_BACK} days back and {DAYS_AHEAD} days ahead of today.")
    if born and born > today:
        blame(form.born, f"{said(born)} is in the future.")
    elif born and on and born > on:
        blame(form.born, f"{said(born)} is after {said(on)}, the day of the dose.")
    elif born and years_between(born, today) > OLDEST:
        blame(form.born, f"{said(born)} is more than {OLDEST} years ago.")
    for measured in (form.height_measured, form.weight_measured):
        day = measured.data
        if day and day > today:
            blame(measured, f"{said(day)} is in the future.")
        elif day and on and day > on:
            blame(measured, f"{said(day)} is after {said(on)}, the day of the dose.")
        elif day and born and day < born:
            blame(measured, f"{said(day)} is before {said(born)}, the day of birth.")


def _judge_day(form: TreatmentForm, drug: Presentation | None) -> None:
    """A day of another drug of the site is none of this one's."""
    if drug is not None and form.day.data and int(form.day.data) not in drug.days:
        days = ", ".join(figure(day) for day in drug.days)
        blame(form.day, f"{drug.names.brand.value} is given on day {days}, not on day {form.day.data}.")


def _judge_pairs(form: OrderForm, drug: Presentation | None) -> None:
    """What is asked for in some orders only, and what goes only with something else."""
    cycle, day = form.cycle.data, form.day.data
    if form.blasts.data is not None and cycle and day and (cycle, day) != (1, "1"):
        blame(form.blasts, "Blasts are judged before the first dose only: cycle 1, day 1. Leave this empty.")
    further = further_cycle(drug) if drug else None
    if form.third_cycle_reason.data and form.transplant.data == "no":
        blame(form.third_cycle_reason, "No transplant is planned. Leave this empty.")
    elif form.third_cycle_reason.data and drug and further is None:
        brand = drug.names.brand.value
        blame(form.third_cycle_reason, f"{brand} has no number of cycles before a transplant. Leave this empty.")
    elif form.third_cycle_reason.data and cycle and further and cycle != further:
        said = f"This is cycle {figure(cycle)}, not {figure(further)}. Leave this empty."
        blame(form.third_cycle_reason, said)
    if form.confirmed_by.data and not form.ordered_dose.text.strip():
        blame(form.confirmed_by, "There is no ordered dose to confirm. Leave this empty.")
    if form.own_level.data is not None and not form.own_reason.text.strip():
        blame(form.own_reason, "Type why the order states its own level.")
    if form.own_reason.data and not form.own_level.text.strip():
        blame(form.own_level, "Type the level that this reason is for, or leave both empty.")


def _judge_storage(form: OrderForm, drug: Presentation | None) -> None:
    """A way to keep the bag of another drug of the site is none of this one's."""
    if "storage" in form and form.storage.data and drug is not None and form.storage.data not in storages(drug):
        blame(form.storage, f"{drug.names.brand.value} states no limit for this storage. Choose again.")


def _wetting(form: OrderForm, zone: str) -> datetime | None:
    """The planned moment in UTC. A clock change makes some times of a year none, and others two."""
    on, hour = form.give_on.data, form.wetting.data
    if on is None or hour is None:
        return None
    place = ZoneInfo(zone)
    first, second = (datetime.combine(on, hour, place).replace(fold=fold) for fold in (0, 1))
    moment = first.astimezone(UTC)
    if moment.astimezone(place).time() != hour:
        blame(form.wetting, f"The clocks go forward on that day: there is no {form.wetting.text} in {zone}.")
    elif first.utcoffset() != second.utcoffset():
        blame(
            form.wetting, f"The clocks go back on that day: {form.wetting.text} comes twice in {zone}. Choose another."
        )
    return moment


class CalculatorForm(TreatmentForm):
    """A dose without a patient."""

    ON_PAGE = ("drug", "height", "weight", "formula", "ordered_dose", "cycle", "day", "response", "born")

    born = Day("Born", hint="leave empty for an adult; today's age is judged")
    formula = Choice(
        "Formula",
        tuple((formula.value, FORMULAS[formula].name) for formula in Formula),
        prompt="Choose a formula",
        missing="Choose the formula for body surface.",
    )


def calculator_form(desk: Desk, sent: MultiDict[str, str] | None = None) -> CalculatorForm:
    return _of_drugs(CalculatorForm, desk)(desk, sent)


def read_calculation(form: CalculatorForm, desk: Desk) -> tuple[Presentation, Order, Formula] | None:
    """What a sent form says; None where it has errors."""
    form.validate()
    today, born = desk.today(), form.born.data
    if born and born > today:
        blame(form.born, f"{written_day(born, desk.market)} is in the future.")
    elif born and years_between(born, today) > OLDEST:
        blame(form.born, f"{written_day(born, desk.market)} is more than {OLDEST} years ago.")
    drug = form.chosen_drug(desk)
    _judge_day(form, drug)
    if drug is None or any(field.errors for field in form):
        return None
    response = Response(form.response.data) if form.response.data else None
    treatment = Treatment(form.cycle.data, int(form.day.data), response, form.ordered_dose.data)
    order = Order(Patient(form.height.data, form.weight.data, today, born), treatment)
    return drug, order, Formula(form.formula.data)
