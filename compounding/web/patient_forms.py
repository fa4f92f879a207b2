"""The forms of a patient and of a course that is opened for one."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from compounding.credentials import USER_MOST
from compounding.patient import OLDEST, years_between
from compounding.policy import Market
from compounding.records import NewPatient, PatientSearch
from compounding.web.desk import Desk
from compounding.web.fields import Choice, Day, Line, PatientNumber, Secret
from compounding.web.forms import NAME_MOST, REASON_MOST, NHSNumber, SiteForm, blame
from compounding.web.signing import SignForm
from compounding.wording import course_forms as course_words
from compounding.wording import patients as words
from compounding.wording.fields import YES_NO, in_future

ALLERGIES_MOST = 200


class PatientForm(SiteForm):
    """A patient as the record has them."""

    ON_PAGE: tuple[str, ...] = ("family", "given", "born", "sex", "mrn", "nhs_number", "hospital_number", "allergies")

    family = Line(**words.FAMILY_ASKED, most=NAME_MOST, letters=True, printed=True)
    given = Line(**words.GIVEN_ASKED, most=NAME_MOST, letters=True, printed=True)
    born = Day(**words.BORN_ASKED)
    sex = Choice(**words.SEX_ASKED, choices=words.SEXES)
    allergies = Line(**words.ALLERGIES_ASKED, most=ALLERGIES_MOST, printed=True)

    def patient(self, d: Desk) -> NewPatient:
        """Of a form without errors."""
        numbers = {name: self[name].data or None for name in ("mrn", "nhs_number", "hospital_number") if name in self}
        return NewPatient(
            self.family.data,
            self.given.data,
            self.born.data,
            sex=self.sex.data or "",
            allergies=self.allergies.data or "",
            training=d.site.training,
            **numbers,
        )


class USPatientForm(PatientForm):
    mrn = PatientNumber(**words.MRN_ASKED)


class UKPatientForm(PatientForm):
    nhs_number = NHSNumber(**words.NHS_NUMBER_ASKED)
    hospital_number = PatientNumber(**words.HOSPITAL_NUMBER_ASKED)


class CorrectionForm(PatientForm, SignForm):
    """A patient as they are corrected: why, and who signs for it."""

    ON_PAGE = (*PatientForm.ON_PAGE, "reason", "second", "second_secret", "signing_secret")
    second: Line
    """Asked only of a patient under treatment, as is the next."""
    second_secret: Secret

    reason = Line(**words.WHY_CHANGED, most=REASON_MOST)


def _kind(d: Desk) -> type[PatientForm]:
    return USPatientForm if d.market is Market.US else UKPatientForm


def patient_form(d: Desk, sent: MultiDict[str, str] | None = None) -> PatientForm:
    """The form of a new patient."""
    return _kind(d)(d, sent)


def correction_form(d: Desk, treated: bool, sent: MultiDict[str, str] | None = None) -> CorrectionForm:
    """The form of a patient who is there; of one under treatment with the fields of a second person."""
    more: dict[str, Any] = {}
    if treated:
        more["second"] = Line(**words.SECOND, most=USER_MOST)
        more["second_secret"] = Secret(words.SECOND_SECRET)
    form: CorrectionForm = type("CorrectionForm", (_kind(d), CorrectionForm), more)(d, sent)
    return form


def read_patient(form: PatientForm, d: Desk) -> NewPatient | None:
    """What a sent form says; None where it has errors, which then stand at their fields."""
    form.validate()
    born, today = form.born.data, d.today()
    if born and born > today:
        blame(form.born, in_future(born, d.market))
    elif born and years_between(born, today) > OLDEST:
        blame(form.born, words.too_old(born, OLDEST, d.market))
    return None if any(field.errors for field in form) else form.patient(d)


def typed_patient(patient: NewPatient) -> dict[str, str]:
    """A stored patient as their form would be typed."""
    return {
        "family": patient.family,
        "given": patient.given,
        "born_day": str(patient.born.day),
        "born_month": str(patient.born.month),
        "born_year": str(patient.born.year),
        "sex": patient.sex,
        "allergies": patient.allergies,
        **{name: getattr(patient, name) or "" for name in ("mrn", "nhs_number", "hospital_number")},
    }


class PatientSearchForm(SiteForm):
    """What a patient is found by; what is left empty restricts nothing."""

    name = Line(**words.NAME_SOUGHT, most=NAME_MOST)
    patient_number = Line(**words.NUMBER_SOUGHT, most=30)
    on = Day(words.BORN)

    def search(self) -> PatientSearch:
        return PatientSearch(self.name.data or "", self.patient_number.data or "", self.on.data)


class CourseForm(SignForm):
    """A course as it is opened."""

    ON_PAGE = ("drug", "indication", "start", "transplant", "prescriber", "signing_secret")
    drug: Choice
    """Asked only where the site keeps more than one."""

    indication = Line(**course_words.INDICATION, most=REASON_MOST, printed=True)
    start = Day(**course_words.START)
    transplant = Choice(**course_words.TRANSPLANT, choices=YES_NO)
    prescriber = Line(**course_words.PRESCRIBER, most=NAME_MOST, letters=True, printed=True)

    def drug_id(self, d: Desk) -> str:
        """Of a form without errors."""
        chosen: str = self.drug.data if "drug" in self else d.drugs[0].id
        return chosen


def course_form(d: Desk, sent: MultiDict[str, str] | None = None) -> CourseForm:
    more: dict[str, Any] = {}
    if len(d.drugs) > 1:
        names = ((drug.id, drug.names) for drug in d.drugs)
        shown = tuple((id_, course_words.drug_choice(named.generic.value, named.brand.value)) for id_, named in names)
        more["drug"] = Choice(**course_words.DRUG, choices=shown)
    form: CourseForm = type("CourseForm", (CourseForm,), more)(d, sent)
    return form
