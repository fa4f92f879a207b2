"""What is stored of a reviewed order, signed, and what binds it to what was shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from compounding.patient import Identity
from compounding.policy import Market
from compounding.preparation import Plan, plan
from compounding.records import (
    Event,
    Figures,
    NewPreparation,
    NewSignature,
    PatientIdentity,
    Person,
    RecordsRefused,
    SavedPreparation,
    revise_preparation,
    save_preparation,
)
from compounding.stability import clocks
from compounding.web import telling
from compounding.web.acts import Given, SaveForm, answered, save_form
from compounding.web.as_typed import as_typed
from compounding.web.changing import CHANGED, Changing, change_refusal, enterer, opened_refusal
from compounding.web.desk import Desk
from compounding.web.forms import Entry, blame, order_form, read_order
from compounding.web.in_course import InCourse
from compounding.web.known import Warned
from compounding.web.offers import ROUNDED, stored_offer
from compounding.web.paperwork import Doubt, refused_answer
from compounding.web.placing import Placing, outside, placing
from compounding.web.signing import bound, canonical, fingerprint, sign
from compounding.wording.export import plan_as_json
from compounding.wording.log import HAPPENED
from compounding.wording.numbers import day as written_day
from compounding.wording.plan_values import PlanText, to_json
from compounding.wording.plans import plan_text
from compounding.wording.rounding import other_dose
from compounding.workflow import Meaning

ENTERED = "order entered"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An order with its plan, and what is shown of it."""

    entry: Entry
    plan: Plan
    text: PlanText
    doubts: tuple[Doubt, ...] = ()
    warnings: tuple[Warned, ...] = ()
    place: Placing | None = None
    """Where it stands in its course; None where it stands in none."""

    @property
    def whole(self) -> bool:
        """Whether the plan has every figure that is stored."""
        made = self.plan
        return None not in (made.dose, made.prepared, made.volume, made.vials, made.bag)

    @property
    def drug_file(self) -> str:
        """As the log tells of it."""
        return f"{self.plan.drug.edition} {self.plan.drug.checksum}"


def reviewed(
    entry: Entry, d: Desk, found: InCourse | None = None, own: str = "", courses: Sequence[InCourse] = ()
) -> Reviewed:
    """The plan of an order, with what its course finds on it, and all of the patient's `courses` of the drug; `own` is
    the number of the order that it changes.

    Raises Unreadable where the dose rounds to nothing.
    """
    made = plan(entry.order, entry.drug, d.policy)
    place = None if found is None else placing(found, entry, made, own, d, courses)
    if further := place.findings if place else outside(courses, entry, made, own, d):
        ranked = sorted((*made.findings, *further), key=lambda finding: finding.severity)
        made = replace(made, findings=tuple(ranked))
    expected = clocks(entry.wetting, entry.drug, d.policy, storage=entry.order.storage)
    return Reviewed(entry, made, plan_text(made, expected), place=place)


def measured(entry: Entry, market: Market) -> str:
    """When the measurements were taken, as the papers say it."""
    height, weight = (written_day(day, market) for day in (entry.height_measured, entry.weight_measured))
    return f"measured {height}" if height == weight else f"height measured {height}, weight measured {weight}"


def digest(shown: Reviewed, key: str, secret: bytes, changing: Changing | None = None) -> str:
    """Binds a review to all that it shows, and to the version that it changes."""
    warned = [[warning.heading, *warning.lines] for warning in shown.warnings]
    was = [changing.saved.number, changing.was] if changing else []
    made, placed = plan_as_json(shown.plan), _placed(shown)
    return bound(secret, ["review", key, was, dict(shown.entry.typed), to_json(shown.text), made, warned, placed])


def _placed(shown: Reviewed) -> list[list[str]]:
    return [] if shown.place is None else [list(pair) for pair in shown.place.pairs()]


def save(
    shown: Reviewed, answers: SaveForm, seconds: Mapping[int, Person], told: Event, d: Desk, key: str
) -> SavedPreparation:
    """Stores a reviewed order with its answers and its signature; `told` says who, where and when.

    A form that is sent again is saved once; under another person's name it is refused, since the record
    would not be theirs. Raises RecordsRefused and NotSaved.
    """
    given = answers.given(seconds)
    signature = _entry_signature(shown, given, told.person, d)
    values = telling.entered(telling.values(shown.entry.typed, shown.text, d))
    event = replace(_event(shown, given, told, signature), action=ENTERED, changes=values)
    also = tuple(telling.answer_events(given, told))
    new, paper = new_preparation(shown, given, d, key), shown.entry.paper
    if paper is not None:
        new = replace(new, year=int(paper.number.partition("-")[0]))
        event = replace(event, details={**event.details, HAPPENED: paper.written_at.isoformat()}, reason=paper.reason)
    place = None if shown.place is None else shown.place.row()
    saved = save_preparation(d.engine, new, event, signature, also, place=place, paper=paper)
    _require_own(saved, saved.created_by, told.person)
    return saved


def change(
    shown: Reviewed,
    answers: SaveForm,
    seconds: Mapping[int, Person],
    told: Event,
    d: Desk,
    key: str,
    changing: Changing,
) -> SavedPreparation:
    """As save, in place of the version that is changed: what was signed of that one is void."""
    given, was, (code, reason, words) = answers.given(seconds), changing.saved, answers.why()
    told = replace(told, reason=f"{reason}. “{words}”", reason_code=code)
    changed = {"number": was.number, "version": changing.was, "reason": reason, "words": words}
    signature = _entry_signature(shown, given, told.person, d, changed)
    values = telling.changed(changing.values(d), telling.values(shown.entry.typed, shown.text, d))
    event = replace(_event(shown, given, told, signature), action=CHANGED, changes=values)
    new = replace(new_preparation(shown, given, d, key), year=was.content.year)
    saved = revise_preparation(
        d.engine,
        was.number,
        new,
        event,
        signature,
        was=changing.was,
        judge=lambda now: change_refusal(now.preparation, told.person) or opened_refusal(now),
        also=tuple(telling.answer_events(given, told)),
        place=None if shown.place is None else shown.place.row(),
    )
    _require_own(saved, enterer(saved, d), told.person)
    return saved


def _require_own(saved: SavedPreparation, by: Person, who: Person) -> None:
    if by.id != who.id:
        raise RecordsRefused(
            f"This form was sent before and saved as {saved.number}, entered by {by.name}:"
            " open that preparation, or start a new form."
        )


def _event(shown: Reviewed, given: Sequence[Given], told: Event, signature: NewSignature) -> Event:
    findings = telling.judged(shown.text.findings, given)
    return replace(told, findings=findings, details={**telling.details(given), "signed": fingerprint(signature)})


def _entry_signature(
    shown: Reviewed, given: Sequence[Given], who: Person, d: Desk, changed: Mapping[str, Any] | None = None
) -> NewSignature:
    """Over every string of the review: the order as typed, the plan, the warnings and the answers."""
    order = as_typed(shown.entry.typed, d)
    said = {
        "order": [list(pair) for pair in order.pairs],
        "empty": order.empty,
        "measured": measured(shown.entry, d.market),
        "plan": to_json(shown.text),
        "warnings": [[warned.heading, *warned.lines] for warned in shown.warnings],
        "answers": [_answer(one) for one in given],
        **({"course": _placed(shown)} if shown.place else {}),
    }
    return sign(Meaning.ORDER_ENTRY, said if changed is None else {**said, "changed": dict(changed)}, who)


def fit_for_paper(shown: Reviewed, answers: SaveForm, who: Person, d: Desk) -> bool:
    """Whether the worksheet can hold what was answered in words; what it cannot is an error at its field."""
    longest = max(d.staff(), key=lambda person: len(person.name))
    stored = [_answer(given) for given in answers.given({asked.number: longest for asked in answers.asked})]
    refused = refused_answer(shown.entry, shown.text, stored, who.name, d) if stored else None
    for asked in answers.asked:
        if asked.words is not None and asked.words.data == refused:
            blame(asked.words, "The worksheet cannot hold this: it may be two short lines, in letters of its font.")
            return False
    return True


def rounded_as_offered(shown: Reviewed, answers: SaveForm, changing: Changing, d: Desk) -> bool:
    """Whether an order that is changed for a rounding has the dose that is offered for it: an agreement is to that
    one alone. What is wrong stands at its reason."""
    found = stored_offer(changing.saved, d)
    if answers.why()[0] != ROUNDED or (found is not None and shown.plan.dose == found.down_to):
        return True
    blame(answers["change_reason"], other_dose(found.down_to if found else None))
    return False


def new_preparation(shown: Reviewed, given: Iterable[Given], d: Desk, key: str) -> NewPreparation:
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
        order_json=canonical({**read, "settings_entry": d.settings_entry, "typed": dict(entry.typed)}),
        plan_json=canonical(plan_as_json(made)),
        shown_json=canonical(to_json(shown.text)),
        answers_json=canonical([_answer(one) for one in given]),
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


def _answer(given: Given) -> dict[str, str]:
    """An acknowledgement is authorised by nobody, whoever is named beside it."""
    second = given.second if given.finding.severity == "override" else None
    return {
        "code": given.finding.code,
        "severity": given.finding.severity,
        "message": given.finding.message,
        "short": given.finding.short,
        "reason_code": given.reason_code,
        "reason": given.reason,
        "words": given.words,
        "second": second.name if second else "",
        "second_role": second.role if second else "",
    }


def enter(d: Desk, typed: Mapping[str, str], who: Person, key: str) -> None:
    """Enters an order as a person does, by the same forms, but without a secret: for an invented person.
    Raises ValueError where they refuse it."""
    form = order_form(d, MultiDict(typed))
    entry = read_order(form, d)
    if entry is None:
        raise ValueError(f"the order is refused: {form.errors}")
    shown = reviewed(entry, d)
    answers = save_form(d, shown.text.findings, MultiDict(typed))
    del answers.signing_secret
    if shown.plan.stopped or not shown.whole or not answered(answers, who.id):
        raise ValueError(f"the order is refused: {answers.errors or 'it is stopped'}")
    save(shown, answers, {}, Event(who, ENTERED, d.clock(), zone=d.zone), d, key)
