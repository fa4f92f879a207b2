"""Order verification: weight, dose level and dose worked out afresh, compared, and only then the plan, to be signed.

Nothing of the first entry is on the page before the three agree with it: whoever reads a figure finds it right.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for

from compounding import records
from compounding.quantities import BodyMass, DoseLevel, DrugMass, Quantity, read_number
from compounding.records import (
    Change,
    Event,
    Judged,
    NewSignature,
    RecordsFault,
    RecordsRefused,
    SavedPreparation,
    Standing,
)
from compounding.web import pages, stored_page
from compounding.web.as_written import as_written
from compounding.web.blind import blind_banner, refuse, standing_at, verify_refusal
from compounding.web.changing import stored_answers, stored_typed
from compounding.web.desk import Desk, desk
from compounding.web.fields import Figure
from compounding.web.forms import SiteForm, blame
from compounding.web.identity import SignedIn, event, me
from compounding.web.paperwork import saved_text
from compounding.web.plan_page import asking, kept
from compounding.web.progressing import order_refusal
from compounding.web.signing import SignForm, bound, box, fingerprint, same, sign, signer_proved
from compounding.web.viewing import VIEWED, viewed
from compounding.wording.numbers import amount
from compounding.workflow import VERIFY, Meaning, State

blueprint = Blueprint("verifying", __name__, url_prefix="/preparations")

AGREED, STOPPED = "order worked out afresh", "order verification stopped"
_VERSION, _AGREED = "version", "agreed"
_DIFFER = "the two entries differ"
_NOT_AGREED = "This page is not the one that was shown before. Work it out afresh."


class AfreshForm(SiteForm):
    """What the verifying pharmacist read and worked out, without the first entry."""

    weight = Figure("Weight", BodyMass, unit="kg", missing="Type the weight in kilograms.", hint="as prescribed")
    level = Figure("Dose level", DoseLevel, unit="mg/m²", places=3, missing="Type the dose level in mg/m².")
    dose = Figure("Dose", DrugMass, unit="mg", places=6, missing="Type the dose in milligrams.")

    def amounts(self) -> dict[str, Quantity]:
        return {field.name: field.data for field in self.in_order()}


@dataclass(frozen=True, slots=True)
class Difference:
    """A value on which the order and the verifying pharmacist differ, in words."""

    field: str
    label: str
    ordered: str
    typed: str


def ordered(saved: SavedPreparation) -> dict[str, Quantity]:
    """What the first entry says. The dose is the order's, rounded as the site does; not what a rounded volume holds."""
    with as_written(saved):
        figures = json.loads(saved.content.plan_json)
        return {
            "weight": BodyMass(read_number(stored_typed(saved)["weight"])),
            "level": DoseLevel(Decimal(figures["dose_level_mg_per_m2"])),
            "dose": DrugMass(Decimal(figures["dose_mg"])),
        }


def differences(form: AfreshForm, saved: SavedPreparation) -> tuple[Difference, ...]:
    """Where the two differ as amounts: 70 is 70.0."""
    wanted, typed = ordered(saved), form.amounts()
    return tuple(
        Difference(field.name, field.label.text, amount(wanted[field.name]), amount(typed[field.name]))
        for field in form.in_order()
        if wanted[field.name] != typed[field.name]
    )


# ------------------------------------------------------------------ afresh


@blueprint.get("/<number>/verify")
def shown(number: str) -> Any:
    """Three empty boxes."""
    return _afresh_page(_verifiable(number).preparation, AfreshForm(desk()))


@blueprint.post("/<number>/verify")
@pages.shown_again
def verify(number: str) -> Any:
    """Compares what was worked out afresh with the order: stops where they differ, else shows what is signed."""
    d, standing = desk(), _verifiable(number)
    saved, form = standing.preparation, AfreshForm(d, request.form)
    if pages.lost():
        return _afresh_page(saved, form, [pages.problem("weight", pages.LOST)])
    if (moved := _moved_on(saved)) is not None:
        return _afresh_page(saved, form, [pages.problem("weight", moved)]), 409
    if not form.validate():
        return _afresh_page(saved, form), 422
    differ = differences(form, saved)
    try:
        records.record(d.engine, _told(form, differ, saved))
    except RecordsFault as fault:
        # What cannot be logged is not compared either: the page says what the form that was sent did.
        return _page(saved, form, [pages.problem("weight", str(fault))], ()), 503
    return (_stopped_page(saved, form, differ), 422) if differ else _sign_page(standing, form, SignForm(d))


def _verifiable(number: str) -> Standing:
    """How a preparation stands; only for somebody who may verify it now."""
    standing = standing_at(number)
    _refuse(standing)
    return standing


def _refuse(standing: Standing) -> None:
    """Ends the request of whoever may not verify it now."""
    who = me()
    if (refused := verify_refusal(standing.preparation, who)) is not None:
        entered = standing.preparation.state == State.ENTERED.value
        refuse("Not to be verified by you" if entered else "Not to be verified", refused, 403 if entered else 409)


def _moved_on(saved: SavedPreparation) -> str | None:
    """What is said where the order is another by now than the one that the page is about."""
    return None if request.form.get(_VERSION, "") == str(saved.version) else _moved(saved)


def _moved(saved: SavedPreparation) -> str:
    return f"{saved.number} was changed meanwhile: version {saved.version} stands by now. Work it out afresh."


def _told(form: AfreshForm, differ: tuple[Difference, ...], saved: SavedPreparation) -> Event:
    told = {_VERSION: str(saved.version)}
    if differ:
        changes = tuple(Change(one.label, one.ordered, one.typed) for one in differ)
        return event(STOPPED, told, changes=changes, reason=_DIFFER, subject=saved.number)
    return event(AGREED, told, changes=_afresh(form), subject=saved.number)


def _afresh(form: AfreshForm) -> tuple[Change, ...]:
    return tuple(
        Change(f"{field.label.text}, afresh", None, f"{amount(field.data)}, agrees") for field in form.in_order()
    )


def _afresh_page(saved: SavedPreparation, form: AfreshForm, problems: list[dict[str, str]] | None = None) -> str:
    """The boxes, and the entry in the log of who saw whose they are. Raises NotSaved."""
    viewed(VIEWED, saved.number, page="verification", shown="the patient alone")
    return _page(saved, form, [*(problems or []), *pages.problems(form)], ())


def _stopped_page(saved: SavedPreparation, form: AfreshForm, differ: tuple[Difference, ...]) -> str:
    """Both values side by side, and nothing of the others."""
    for one in differ:
        blame(form[one.field], f"The order says {one.ordered}, and you typed {one.typed}.")
    return _page(saved, form, pages.problems(form), differ)


def _page(
    saved: SavedPreparation, form: AfreshForm, errors: list[dict[str, str]], differ: tuple[Difference, ...]
) -> str:
    d, text = desk(), saved_text(saved)
    return pages.page(
        "verify.html",
        errors,
        pages.heading(errors, "verified"),
        saved=saved,
        form=form,
        differ=[(one.label, one.ordered, one.typed) for one in differ],
        entered_by=", ".join(person.name for person in saved.entered_by) if differ else "",
        fixed=[("Formula", text.formula), ("Rounding", kept(text.rounding))],
        banner=blind_banner(saved, d),
    )


# ------------------------------------------------------------------ signing


@blueprint.post("/<number>/verify/sign")
@pages.shown_again
def sign_(number: str) -> Any:
    """Signs what was shown once the three agreed, and nothing else. A form that is sent again, also before the
    first is answered, leads to what the first one signed."""
    d, standing = desk(), standing_at(number)
    saved, form, signing = standing.preparation, AfreshForm(d, request.form), SignForm(d, request.form)
    agreed = _agreed(form, saved)
    if agreed and _signed_by_me(standing):
        return _signed(number)
    _refuse(standing)
    if not agreed:
        said = pages.problem("weight", _moved_on(saved) or _NOT_AGREED)
        return _afresh_page(saved, AfreshForm(d), [said]), 409
    if pages.lost():
        return _sign_again(standing, form, signing, pages.LOST)
    try:
        proved = signing.validate() and signer_proved(signing, d)
        if proved:
            _take_step(standing, form, d)
    except RecordsRefused as fault:
        if _signed_by_me(standing_at(number)):
            return _signed(number)
        return _sign_again(standing, form, signing, str(fault)), 409
    except RecordsFault as fault:
        # What cannot be saved cannot be logged either: it is the page that was signed on.
        return _sign_page(standing, form, signing, [pages.problem("signing_secret", str(fault))]), 503
    return _signed(number) if proved else (_sign_again(standing, form, signing), 422)


def _signed(number: str) -> Any:
    return redirect(url_for("preparations.shown", number=number), 303)


def _agreed(form: AfreshForm, saved: SavedPreparation) -> bool:
    """Whether the three values came from a page that showed that they agree, and still do."""
    if _moved_on(saved) is not None or not form.validate():
        return False
    return same(request.form.get(_AGREED, ""), _binding(saved, form)) and not differences(form, saved)


def _signed_by_me(standing: Standing) -> bool:
    """Whether the verification of the version that the form is about stands already, by whoever sends it."""
    was = request.form.get(_VERSION, "")
    return any(
        signature.meaning == Meaning.ORDER_VERIFICATION.value
        and signature.person.id == me().account.user
        and signature.void_entry is None
        and str(signature.version) == was
        for signature in standing.signatures
    )


def _take_step(standing: Standing, form: AfreshForm, d: Desk) -> None:
    """Raises RecordsRefused where somebody else was quicker, and NotSaved."""
    saved, who = standing.preparation, me()
    signature = _signature(standing, form, d)
    told = event(
        VERIFY.name,
        {_VERSION: str(saved.version), "signed": fingerprint(signature)},
        changes=(Change("State", saved.state, State.VERIFIED.value), *_afresh(form)),
        findings=tuple(Judged(one["code"], one["severity"], one["reason"]) for one in stored_answers(saved)),
        drug_file=saved.content.drug_file,
        subject=saved.number,
    )
    records.take_step(
        d.engine,
        saved.number,
        told,
        judge=lambda now: _judged(now.preparation, saved.version, who) or order_refusal(now, d),
        state=State.VERIFIED.value,
        signature=signature,
    )


def _judged(now: SavedPreparation, version: int, who: SignedIn) -> str | None:
    """Asked again while nobody else can write."""
    return verify_refusal(now, who) if now.version == version else _moved(now)


def _signature(standing: Standing, form: AfreshForm, d: Desk) -> NewSignature:
    """Over every string of the page: the order as typed, its plan and answers, and the signer's own three values."""
    saved = standing.preparation
    order = stored_page.stored_order(saved, d)
    said = {
        "number": saved.number,
        "version": saved.version,
        "order": [list(pair) for pair in order.pairs],
        "empty": order.empty,
        "plan": json.loads(saved.content.shown_json),
        "answers": list(stored_answers(saved)),
        "afresh": {field.label.text: amount(field.data) for field in form.in_order()},
    }
    return sign(Meaning.ORDER_VERIFICATION, said, me().person)


def _binding(saved: SavedPreparation, form: AfreshForm) -> str:
    """Binds the three values to this person, this version and its plan, under the key of this desk."""
    said = ["verify", saved.number, saved.version, me().account.user, form.typed(), saved.content.shown_json]
    return bound(current_app.config["SECRET_KEY"], said)


def _sign_again(standing: Standing, form: AfreshForm, signing: SignForm, said: str = "") -> str:
    """The page that signs once more, and its entry in the log. Raises NotSaved."""
    viewed(VIEWED, standing.preparation.number, page="verification to be signed")
    return _sign_page(standing, form, signing, [pages.problem("signing_secret", said)] if said else [])


def _sign_page(
    standing: Standing, form: AfreshForm, signing: SignForm, problems: list[dict[str, str]] | None = None
) -> str:
    d, saved = desk(), standing.preparation
    errors = [*(problems or []), *pages.problems(signing)]
    parts = stored_page.parts(standing, d)
    carried = [*form.typed().items(), (_VERSION, str(saved.version)), (_AGREED, _binding(saved, form))]
    return pages.page(
        "verify_sign.html",
        errors,
        pages.heading(errors, "verified"),
        **parts,
        afresh=[(field.label.text, kept(amount(field.data))) for field in form.in_order()],
        findings_heading=asking(parts["plan"].text.findings, "was answered", "were answered"),
        signing=signing,
        box=box(Meaning.ORDER_VERIFICATION),
        typed=carried,
    )
