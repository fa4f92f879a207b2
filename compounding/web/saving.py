"""What is stored of a reviewed order, and what binds it to what was shown."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from compounding.patient import Identity
from compounding.policy import Market
from compounding.preparation import Plan, plan
from compounding.records import (
    Event,
    Figures,
    NewPreparation,
    PatientIdentity,
    Person,
    RecordsRefused,
    SavedPreparation,
    save_preparation,
)
from compounding.stability import clocks
from compounding.web.acts import Asked, SaveForm, answered, save_form
from compounding.web.desk import Desk
from compounding.web.forms import Entry, blame, order_form, read_order
from compounding.web.known import Warned
from compounding.web.paperwork import Doubt, refused_answer
from compounding.wording.export import plan_as_json
from compounding.wording.numbers import day as written_day
from compounding.wording.plans import PlanText, plan_text, to_json

ENTERED = "order entered"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An order with its plan, and what is shown of it."""

    entry: Entry
    plan: Plan
    text: PlanText
    doubts: tuple[Doubt, ...] = ()
    warnings: tuple[Warned, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the plan has every figure that is stored."""
        made = self.plan
        return None not in (made.dose, made.prepared, made.volume, made.vials, made.bag)


def reviewed(entry: Entry, d: Desk) -> Reviewed:
    """The plan of an order. Raises Unreadable where the dose rounds to nothing."""
    made = plan(entry.order, entry.drug, d.policy)
    return Reviewed(entry, made, plan_text(made, clocks(entry.wetting, entry.drug, d.policy)))


def measured(entry: Entry, market: Market) -> str:
    """When the measurements were taken, as the papers say it."""
    height, weight = (written_day(day, market) for day in (entry.height_measured, entry.weight_measured))
    return f"measured {height}" if height == weight else f"height measured {height}, weight measured {weight}"


def digest(shown: Reviewed, key: str, secret: bytes) -> str:
    """Binds a review to all that it shows, under the key of this desk: nobody else can make one."""
    warned = [[warning.heading, *warning.lines] for warning in shown.warnings]
    said = _json([key, dict(shown.entry.typed), to_json(shown.text), plan_as_json(shown.plan), warned])
    return hmac.new(secret, said.encode(), hashlib.sha256).hexdigest()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def save(shown: Reviewed, answers: SaveForm, who: Person, d: Desk, key: str) -> SavedPreparation:
    """Stores a reviewed order with its answers. Raises RecordsRefused and NotSaved.

    A form that is sent again is saved once; under another person's name it is refused, since the record
    would not be theirs.
    """
    event = Event(who, ENTERED, d.clock(), _told(answers, d))
    saved = save_preparation(d.engine, new_preparation(shown, answers, d, key), event)
    if saved.created_by.id != who.id:
        raise RecordsRefused(
            f"This form was sent before and saved as {saved.number}, entered by {saved.created_by.name}:"
            " open that preparation, or start a new form."
        )
    return saved


def fit_for_paper(shown: Reviewed, answers: SaveForm, who: Person, d: Desk) -> bool:
    """Whether the worksheet can hold what was answered in words; what it cannot is an error at its field."""
    stored = [_answer(asked, d) for asked in answers.asked]
    refused = refused_answer(shown.entry, shown.text, stored, who.name, d) if stored else None
    for asked in answers.asked:
        if asked.words is not None and asked.words.data == refused:
            blame(asked.words, "The worksheet cannot hold this: it may be two short lines, in letters of its font.")
            return False
    return True


def _told(answers: SaveForm, d: Desk) -> dict[str, str]:
    """How each finding was answered, by its code; a code that comes twice is numbered."""
    told: dict[str, str] = {}
    for answer in (_answer(asked, d) for asked in answers.asked):
        times = sum(name.split(" ")[0] == answer["code"] for name in told)
        name = f"{answer['code']} {times + 1}" if times else answer["code"]
        words = f"“{answer['words']}”" if answer["words"] else ""
        by = f"authorised by {answer['second']}" if answer["second"] else ""
        told[name] = ", ".join(said for said in (answer["reason"], words, by) if said)
    return told


def new_preparation(shown: Reviewed, answers: SaveForm, d: Desk, key: str) -> NewPreparation:
    """What is stored of a reviewed order: exact amounts, the text as typed, and every string that was shown."""
    entry, made = shown.entry, shown.plan
    read = {
        "prescriber": entry.prescriber,
        "measured": measured(entry, d.market),
        "height_measured": entry.height_measured.isoformat(),
        "weight_measured": entry.weight_measured.isoformat(),
    }
    return NewPreparation(
        request_key=key,
        year=d.today().year,
        given_on=entry.order.patient.on,
        market=d.market.value,
        training=d.site.training,
        patient=_patient(entry.identity),
        drug_id=made.drug.id,
        drug_edition=made.drug.edition,
        drug_checksum=made.drug.checksum,
        program_version=shown.text.program,
        figures=_figures(made),
        order_json=_json({**read, "typed": dict(entry.typed)}),
        plan_json=_json(plan_as_json(made)),
        shown_json=_json(to_json(shown.text)),
        answers_json=_json([_answer(asked, d) for asked in answers.asked]),
    )


def _patient(identity: Identity) -> PatientIdentity:
    return PatientIdentity(
        family=identity.family,
        given=identity.given,
        born=identity.born,
        mrn=identity.mrn or None,
        nhs_number=identity.nhs_number or None,
        hospital_number=identity.hospital_number or None,
        location=identity.location or None,
    )


def _figures(made: Plan) -> Figures:
    if made.dose is None or made.prepared is None or made.volume is None or made.vials is None or made.bag is None:
        raise ValueError("a plan that is not whole is not saved")
    return Figures(
        dose_ng=made.dose.whole("ng"),
        prepared_ng=made.prepared.whole("ng"),
        volume_nL=made.volume.whole("nL"),
        diluent_nL=made.bag.diluent.whole("nL"),
        discarded_nL=made.vials.discarded.whole("nL"),
        discarded_ng=made.vials.discarded_mass.whole("ng"),
        vials=made.vials.count,
    )


def _answer(asked: Asked, d: Desk) -> dict[str, str]:
    second = next((p for p in d.staff() if asked.second is not None and p.id == asked.second.data), None)
    return {
        "code": asked.finding.code,
        "severity": asked.finding.severity,
        "message": asked.finding.message,
        "short": asked.finding.short,
        "reason_code": asked.reason.data,
        "reason": asked.reason.chosen,
        "words": asked.words.data if asked.words is not None else "",
        "second": second.name if second else "",
        "second_role": second.role if second else "",
    }


def enter(d: Desk, typed: Mapping[str, str], who: Person, key: str) -> None:
    """Enters an order as a person does, by the same forms. Raises ValueError where they refuse it."""
    form = order_form(d, MultiDict(typed))
    entry = read_order(form, d)
    if entry is None:
        raise ValueError(f"the order is refused: {form.errors}")
    shown = reviewed(entry, d)
    answers = save_form(d, shown.text.findings, MultiDict(typed))
    if shown.plan.stopped or not shown.whole or not answered(answers, who.id):
        raise ValueError(f"the order is refused: {answers.errors or 'it is stopped'}")
    save(shown, answers, who, d, key)
