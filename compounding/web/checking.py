"""The in-process check: worked out, counted and read by a second person, blind, before the drug is added.

Nothing of the plan is on the page or in its source until what was typed agrees with it. A reading that disagrees is
recorded as one; only which value it is, is said, so that it is read again and not copied. The same value apart
twice, or a third reading that disagrees, ends it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for

from compounding import records
from compounding.quantities import DrugMass, Quantity, Volume, WeighedMass
from compounding.records import Change, Event, NewRow, NewSignature, RecordsFault
from compounding.web import pages, stored_page
from compounding.web.blind import blind_banner, refuse
from compounding.web.desk import Desk, desk
from compounding.web.fields import Count, Figure, TrueTime
from compounding.web.forms import SiteForm, blame
from compounding.web.identity import event, me
from compounding.web.paperwork import saved_text
from compounding.web.path_forms import TimedForm, timed_form
from compounding.web.plan_page import kept
from compounding.web.progressing import Way
from compounding.web.signing import SignForm, bound, box, fingerprint, same, sign, signer_proved
from compounding.web.stepping import at_step, done
from compounding.web.taking import Taking, moved_on, opened_for, take
from compounding.web.true_times import timed_event, true_moment
from compounding.web.viewing import VIEWED, viewed
from compounding.wording.barriers import barrier_sentences
from compounding.wording.numbers import amount, capital, figure, in_words
from compounding.workflow import Meaning, State, Step
from compounding.workflow.check import MOST_APART, Own, judged, read_out, stays_apart
from compounding.workflow.guards import barriers
from compounding.workflow.progress import Moment, Planned, Reading, What
from compounding.workflow.steps import CHECK_US

blueprint = Blueprint("checking", __name__, url_prefix="/preparations")

AGREED, STOPPED = "in-process check worked out", "in-process check stopped"
_TITLE = "Not to be checked by you now"
_READINGS, _BOUND = "readings", "agreed"
_NOT_AGREED = "This page is not the one that was shown before. Work it out, and read it, again."
_READ_MEANWHILE = "Another reading was recorded since this page was opened. Work it out, and read it, again."
_APART = "Does not agree with the record. Nothing is shown of it: work it out, or read it, again."


class ReadingForm(SiteForm):
    """What the checker worked out from the order, counted, and read."""

    dose = Figure("Dose", DrugMass, unit="mg", places=6, missing="Type the dose in milligrams.")
    volume = Figure("Volume to withdraw", Volume, unit="mL", places=6, missing="Type the volume in millilitres.")
    vials = Count("Vials wetted", least=1, missing="Count the vials.", hint="counted in front of you")
    volume_read = Figure(
        "Volume on the syringes", Volume, unit="mL", places=6, missing="Read the syringes.", hint="all of them, in sum"
    )
    mass_read = Figure(
        "Mass on the balance", WeighedMass, unit="g", places=6, missing="Read the balance.", hint="of all that is drawn"
    )

    def own(self) -> Own:
        mass = self.mass_read.data if "mass_read" in self else None
        return Own(self.dose.data, self.volume.data, self.vials.data, self.volume_read.data, mass)


def reading_form(way: Way, d: Desk, sent: Any = None) -> ReadingForm:
    """The form of a preparation: a mass is asked for where the market states a density."""
    form = ReadingForm(d, sent)
    if way.progress.planned.mass is None:
        del form.mass_read
    return form


# ------------------------------------------------------------------ blind


@blueprint.get("/<number>/check")
def shown(number: str) -> Any:
    """Empty boxes."""
    way, _ = _checkable(number)
    viewed(VIEWED, number, page="in-process check", shown="the patient alone")
    return _blind_page(way, reading_form(way, desk()))


@blueprint.post("/<number>/check")
@pages.shown_again
def check(number: str) -> Any:
    """Judges what was read: records it as a reading where it disagrees, else shows what is signed."""
    d = desk()
    way, step = _checkable(number)
    form = reading_form(way, d, request.form)
    if pages.lost():
        return _blind_page(way, form, pages.LOST)
    if (moved := _moved_on(way)) is not None:
        return _blind_page(way, form, moved), 409
    if not form.validate():
        return _blind_page(way, form), 422
    reading = _judged(form, way)
    try:
        if reading.agrees:
            records.record(d.engine, event(AGREED, _version(way), changes=_own(reading, way), subject=number))
            return _sign_page(way, form, _signing(way, d))
        stands = take(way, Taking(step, [reading]), _stopped(reading, way), d)
    except RecordsFault as fault:
        return _blind_page(way, form, str(fault)), pages.status_of(fault)
    return _apart(replace(way, standing=stands, progress=way.now(stands)), form, reading), 422


def _checkable(number: str) -> tuple[Way, Step]:
    """A preparation for somebody who may check it now, and with nothing in the way."""
    way, step = at_step(number, CHECK_US.name, _TITLE)
    in_the_way = barriers(step, way.progress, desk().clock())
    if (said := barrier_sentences(in_the_way, way.progress.planned.policy, step)) is not None:
        refuse("Not to be checked", said, 409)
    return way, step


def _moved_on(way: Way) -> str | None:
    """Why the page is out of date. A reading sent twice by one press counts once: the second is of an old page."""
    read = str(len(way.progress.readings))
    return moved_on(way.standing) or (None if request.form.get(_READINGS, "") == read else _READ_MEANWHILE)


def _judged(form: ReadingForm, way: Way) -> Reading:
    progress = way.progress
    return judged(form.own(), progress.planned, len(progress.wetted), me().account.user)


def _stopped(reading: Reading, way: Way) -> Event:
    """What the log is told of a reading that disagrees: both figures, which the page does not show."""
    pairs = _pairs(reading, way.progress.planned, len(way.progress.wetted))
    changes = [Change(name, planned, own) for fault, (name, planned, own) in pairs.items() if fault in reading.faults]
    told = {"reading": figure(len(way.progress.readings) + 1), **_version(way)}
    return event(STOPPED, told, changes=changes, reason="what was read does not agree", subject=way.saved.number)


def _pairs(reading: Reading, figures: Planned, wetted: int) -> dict[str, tuple[str, str, str]]:
    """Of each code its name, the figure of the record, and the checker's own."""
    pairs: dict[str, tuple[str, Quantity | int | None, Quantity | int | None]] = {
        "dose": ("Dose", figures.dose, reading.dose),
        "volume": ("Volume to withdraw", figures.volume, reading.volume),
        "vials": ("Vials wetted", wetted, reading.vials),
        "volume-read": ("Volume on the syringes", figures.volume, reading.read_volume),
        "mass-read": ("Mass on the balance", figures.mass, reading.read_mass),
    }
    return {code: (name, _said(one), _said(other)) for code, (name, one, other) in pairs.items() if other is not None}


def _said(value: Quantity | int | None) -> str:
    return figure(value) if isinstance(value, int) else amount(value)


def _apart(way: Way, form: ReadingForm, reading: Reading) -> str:
    """Read again, blind; or both figures of what stands apart, once that ends it."""
    readings = way.progress.readings
    if stays := stays_apart(readings):
        return _rejected_page(way, reading, "Read again, and still apart", stays)
    if read_out(readings):
        none_agrees = f"{capital(in_words(MOST_APART))} readings, and none agrees"
        return _rejected_page(way, reading, none_agrees, reading.faults)
    for fault in reading.faults:
        blame(form[fault.replace("-", "_")], _APART)
    return _blind_page(way, form)


def _blind_page(way: Way, form: ReadingForm, problem: str = "") -> str:
    d, text = desk(), saved_text(way.saved)
    first = [pages.problem("dose", problem)] if problem else []
    errors = [*first, *pages.problems(form)]
    return pages.page(
        "check.html",
        errors,
        pages.heading(errors, "signed"),
        saved=way.saved,
        form=form,
        again=bool(way.progress.readings),
        carried=[*opened_for(way), (_READINGS, str(len(way.progress.readings)))],
        fixed=[("Formula", text.formula), ("Rounding", kept(text.rounding)), _strength(way)],
        banner=blind_banner(way.saved, d),
    )


def _strength(way: Way) -> tuple[str, str]:
    return "In a wetted vial", kept(amount(way.progress.planned.drug.vials.concentration.value))


def _rejected_page(way: Way, reading: Reading, why: str, apart: tuple[str, ...]) -> str:
    pairs = _pairs(reading, way.progress.planned, len(way.progress.wetted))
    return pages.page(
        "check_stopped.html",
        saved=way.saved,
        why=why,
        rows=[pairs[fault] for fault in pairs if fault in apart],
        banner=stored_page.banner(way.saved, desk()),
    )


# ------------------------------------------------------------------ signing


@blueprint.post("/<number>/check/sign")
@pages.shown_again
def sign_(number: str) -> Any:
    """Signs the reading that was shown to agree, and records it."""
    d = desk()
    if (again := done(number, State.CHECKED)) is not None:
        return again
    way, step = _checkable(number)
    form, signing = reading_form(way, d, request.form), _signing(way, d, request.form)
    if not _agreed(form, way):
        return _blind_page(way, reading_form(way, d), _moved_on(way) or _NOT_AGREED), 409
    if pages.lost():
        return _sign_page(way, form, signing, pages.LOST)
    try:
        if not signing.validate() or not signer_proved(signing, d):
            return _sign_page(way, form, signing), 422
        reading, signature = _judged(form, way), _signature(way, form)
        told = _told(reading, signature, way)
        rows: list[NewRow] = [reading]
        if isinstance(signing, PaperCheckForm):
            timed = true_moment(Moment(What.CHECKED, 0, told.at, told.at), signing, told, way)
            if timed is None:
                return _sign_page(way, form, signing), 422
            rows, told = [reading, timed], timed_event(told, timed, d)
        take(way, Taking(step, rows), told, d, signature)
    except RecordsFault as fault:
        return _sign_page(way, form, signing, str(fault)), pages.status_of(fault)
    return redirect(url_for("preparations.shown", number=number), 303)


class PaperCheckForm(SignForm, TimedForm):
    """The signature of a check that was done on paper, with the time that stands there."""

    ON_PAGE = ("at", "on", "late_reason", "signing_secret")
    at = TrueTime("Time of the check", hint="as on the paper, 24-hour clock", missing="Type the time of the check.")


def _signing(way: Way, d: Desk, sent: Any = None) -> SignForm:
    return timed_form(PaperCheckForm, d, sent, since=way.since) if way.progress.on_paper else SignForm(d, sent)


def _agreed(form: ReadingForm, way: Way) -> bool:
    """Whether the values came from a page that showed that they agree, and still do."""
    if _moved_on(way) is not None or not form.validate():
        return False
    return same(request.form.get(_BOUND, ""), _binding(way, form)) and _judged(form, way).agrees


def _binding(way: Way, form: ReadingForm) -> str:
    """Binds the values to this person, this version, its plan and the readings before, under the key of this desk."""
    saved, read = way.saved, len(way.progress.readings)
    said = ["check", saved.number, saved.version, read, me().account.user, form.typed(), saved.content.plan_json]
    return bound(current_app.config["SECRET_KEY"], said)


def _told(reading: Reading, signature: NewSignature, way: Way) -> Event:
    told = {**_version(way), "signed": fingerprint(signature)}
    return event(CHECK_US.name, told, changes=_own(reading, way), subject=way.saved.number)


def _own(reading: Reading, way: Way) -> list[Change]:
    pairs = _pairs(reading, way.progress.planned, len(way.progress.wetted)).values()
    return [Change(f"{name}, own", None, f"{own}, agrees") for name, _, own in pairs]


def _version(way: Way) -> dict[str, str]:
    return {"version": str(way.saved.version)}


def _signature(way: Way, form: ReadingForm) -> NewSignature:
    """Over what was shown: each value of the checker beside that of the record."""
    said = {
        "number": way.saved.number,
        "version": way.saved.version,
        "plan": json.loads(way.saved.content.shown_json),
        "reading": [list(row) for row in _rows(way, form)],
    }
    return sign(Meaning.IN_PROCESS_CHECK, said, me().person)


def _rows(way: Way, form: ReadingForm) -> list[tuple[str, str, str]]:
    progress = way.progress
    return list(_pairs(_judged(form, way), progress.planned, len(progress.wetted)).values())


def _sign_page(way: Way, form: ReadingForm, signing: SignForm, problem: str = "") -> str:
    errors = [*([pages.problem("signing_secret", problem)] if problem else []), *pages.problems(signing)]
    read = (_READINGS, str(len(way.progress.readings)))
    return pages.page(
        "check_sign.html",
        errors,
        pages.heading(errors, "signed"),
        saved=way.saved,
        rows=[kept(row) for row in _rows(way, form)],
        signing=signing,
        box=box(Meaning.IN_PROCESS_CHECK),
        carried=[*opened_for(way), read, *form.typed().items(), (_BOUND, _binding(way, form))],
        banner=stored_page.banner(way.saved, desk()),
    )
