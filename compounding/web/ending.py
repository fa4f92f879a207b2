"""How a preparation ends beside its release: cancelled, rejected, come back, thrown away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, abort, request

from compounding.records import Event, NewOut, NewRow, RecordsFault
from compounding.web import pages
from compounding.web.blind import checks_blind, refuse
from compounding.web.desk import Desk, desk
from compounding.web.identity import event, me
from compounding.web.path import back, lost, now, way_shown
from compounding.web.path_forms import EndForm, ReturnForm, end_form, return_form
from compounding.web.path_page import end_page
from compounding.web.progressing import Way
from compounding.web.reasons import CANCEL, REJECT, RETURN, WASTE, Reasons
from compounding.web.taking import Taking, refused, take
from compounding.web.true_times import timed_event, true_moment
from compounding.web.viewing import VIEWED, viewed
from compounding.web.witnessing import named, witness_proved
from compounding.wording.endings import EndText, end_text
from compounding.wording.wastes import told as wastes_told
from compounding.workflow import Step, steps
from compounding.workflow.progress import Moment, Progress, Waste, What
from compounding.workflow.wastes import leaving, of_ending

blueprint = Blueprint("ending", __name__, url_prefix="/preparations")

Wastes = Callable[[Progress, str], Iterator[Waste]]
_UNSAID = "–"  # stands for the reason that nobody has given yet


def _nothing(progress: Progress, reason: str) -> Iterator[Waste]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Ending:
    """A step that ends a preparation, or brings its bag back: its row, its reasons, and what it throws away."""

    step: Step
    reasons: Reasons
    wastes: Wastes = _nothing

    def text(self, way: Way) -> EndText:
        binned, left = tuple(self.wastes(way.progress, _UNSAID)), leaving(self.step, way.progress)
        return end_text(self.step, binned, left, hidden=checks_blind(way.standing, me()))

    def form(self, way: Way, d: Desk, sent: Any = None) -> EndForm:
        """With a witness where anything goes into the bin."""
        if self.step is steps.RETURN:
            return return_form(d, self.reasons, sent, since=way.since)
        witnessed = any(self.wastes(way.progress, _UNSAID))
        return end_form(d, self.reasons, sent, witnessed=witnessed)


ENDINGS: Mapping[str, Ending] = {
    "cancel": Ending(steps.CANCEL, CANCEL),
    "reject": Ending(steps.REJECT, REJECT, of_ending),
    "return": Ending(steps.RETURN, RETURN),
    "waste": Ending(steps.WASTE, WASTE, of_ending),
}
"""By the last part of the address."""


@blueprint.get("/<number>/end/<what>")
def shown(number: str, what: str) -> Any:
    """Asks why, and says what goes into the bin."""
    way, ending = way_shown(number), _ending(what)
    if (said := refused(way, Taking(ending.step, ()), now())) is not None:
        refuse(f"Not to be {ending.step.name}", said, 409)
    viewed(VIEWED, number, page=ending.step.name)
    return end_page(way, ending.form(way, desk()), ending.text(way))


def _ending(what: str) -> Ending:
    if what not in ENDINGS:
        abort(404)
    return ENDINGS[what]


@blueprint.post("/<number>/end/<what>")
@pages.shown_again
def end(number: str, what: str) -> Any:
    """Ends a preparation, or takes its bag back, with what goes into the bin and what goes back to stock."""
    d, way, ending = desk(), way_shown(number), _ending(what)
    if (said := refused(way, Taking(ending.step, ()), now())) is not None:
        if pages.lost():
            return lost(way)
        refuse(f"Not to be {ending.step.name}", said, 409)
    form, text = ending.form(way, d, request.form), ending.text(way)
    if pages.lost():
        return end_page(way, form, text, [pages.problem("why", pages.LOST)])
    told = event(ending.step.name)
    try:
        made = _made(way, ending, form, told, d) if form.validate() else None
        if made is None:
            return end_page(way, form, text), 422
        told, rows = made
        take(way, Taking(ending.step, rows), told, d)
    except RecordsFault as fault:
        return end_page(way, form, text, [pages.problem("why", str(fault))]), pages.status_of(fault)
    return back(number)


def _made(way: Way, ending: Ending, form: EndForm, told: Event, d: Desk) -> tuple[Event, Sequence[NewRow]] | None:
    """The event and the rows of an ending; None where something is wrong, which then stands at its field. Raises
    RecordsFault."""
    told = replace(told, reason=form.reason, reason_code=form.why.data)
    if isinstance(form, ReturnForm):
        return _came_back(way, form, told, d)
    witness = witness_proved(form, d) if "witness" in form else None
    if "witness" in form and witness is None:
        return None
    seen_by, seen = ("", {}) if witness is None else (witness.user, {"witness": named(witness)})
    binned = [replace(waste, witness=seen_by) for waste in ending.wastes(way.progress, form.reason)]
    left = leaving(ending.step, way.progress)
    told = replace(told, details={**wastes_told(binned, left), **seen})
    outs = (NewOut(material.id, why) for material, why in left if material.id is not None)
    return told, (*binned, *outs)


def _came_back(way: Way, form: ReturnForm, told: Event, d: Desk) -> tuple[Event, Sequence[NewRow]] | None:
    """The reason is the return's own; why it is entered late stands with its time."""
    timed = true_moment(Moment(What.RETURNED, 0, now(), now()), form, told, way)
    if timed is None:
        return None
    entered = timed_event(told, timed, d)
    late = {"entered late because": timed.late_reason} if timed.late_reason else {}
    return replace(entered, reason=told.reason, details={**entered.details, **late}), (timed,)
