"""A dose rounded down to whole vials: the prescriber's agreement, and then the order changed as any other is.

Whoever enters the change signs it, and a pharmacist who did not verifies it afresh: nothing is rounded by itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, request
from werkzeug.datastructures import MultiDict

from compounding import records
from compounding.localtime import read_moment
from compounding.quantities import Unreadable, plain
from compounding.records import RecordsFault, SavedPreparation
from compounding.web import pages, stored_page
from compounding.web.acts import answers_stored
from compounding.web.blind import refuse, seen_at
from compounding.web.changing import Changing, change_refusal, stored_answers, stored_typed
from compounding.web.desk import Desk, desk
from compounding.web.fields import Day, Line, TrueTime
from compounding.web.forms import NAME_MOST, SiteForm, blame
from compounding.web.identity import event, me
from compounding.web.offers import ROUNDED, Offer, offered_text, stored_offer
from compounding.web.orders import review_of
from compounding.web.paperwork import entered_status, standing_of
from compounding.web.viewing import VIEWED, viewed
from compounding.wording import rounding as wording
from compounding.wording.numbers import amount, count, moment, percent
from compounding.workflow.guards import minute

blueprint = Blueprint("rounding", __name__, url_prefix="/preparations")

AGREED = "rounding agreed"
WORDS_MOST = 80  # with the date and time before them they fit the words of a change


class AgreementForm(SiteForm):
    """Who agreed, when, and in which words."""

    ON_PAGE = ("prescriber", "agreed_on", "agreed_at", "words")

    prescriber = Line("Prescriber", most=NAME_MOST, letters=True, missing="Type who agreed to it.")
    agreed_on = Day("Agreed on", missing="Type the day on which they agreed.")
    agreed_at = TrueTime("At", missing="Type the time at which they agreed.", hint="24-hour clock, as 09:00")
    words = Line("In their words", most=WORDS_MOST, missing="Type what they said.")

    def when(self, entered: datetime, d: Desk) -> datetime | None:
        """When they agreed, in UTC; None where it cannot be read, has not come yet, or is before the order was
        `entered`, which then stands at its field."""
        if not self.validate():
            return None
        try:
            at = read_moment(f"{self.agreed_on.data.isoformat()}T{self.agreed_at.data}", ZoneInfo(d.zone))
        except Unreadable as unreadable:
            blame(self.agreed_at, str(unreadable))
            return None
        if (said := wording.untimely(at, minute(entered), d.clock(), d.zone, d.market)) is not None:
            blame(self.agreed_at, said)
            return None
        return at


@blueprint.get("/<number>/rounding")
def shown(number: str) -> Any:
    saved, found = _offered(number)
    viewed(VIEWED, number, page="rounding")
    return _page(saved, found, AgreementForm(desk()))


def _offered(number: str) -> tuple[SavedPreparation, Offer]:
    """A stored order with what is offered for it; only for whoever may change it now."""
    d = desk()
    saved = seen_at(number).preparation
    if (refused := change_refusal(saved, me().person)) is not None:
        refuse("Not to be changed", refused, 409)
    if (found := stored_offer(saved, d)) is None:
        refuse("Nothing to round", f"The dose of {number} is not just over whole vials: no rounding is offered.", 409)
    return saved, found


def _page(
    saved: SavedPreparation, found: Offer, form: AgreementForm, problems: list[dict[str, str]] | None = None
) -> Any:
    d = desk()
    fields = [pages.problem(field.anchor, f"{field.label.text}: {text}") for field, text in form.errors_in_order()]
    errors = [*(problems or []), *fields]
    return pages.page(
        "rounding.html",
        errors,
        pages.heading(errors, "changed"),
        saved=saved,
        banner=stored_page.banner(saved, d),
        offered=offered_text(found),
        needs=wording.NEEDS,
        form=form,
        version=str(saved.version),
    )


@blueprint.post("/<number>/rounding")
@pages.shown_again
def take(number: str) -> Any:
    """Logs the agreement, and leads to the review of the order with the lower dose: nothing is changed before that
    is signed."""
    d, (saved, found) = desk(), _offered(number)
    form = AgreementForm(d, request.form)
    if pages.lost():
        return _page(saved, found, form, [pages.problem("prescriber", pages.LOST)])
    if request.form.get("version", "") != str(saved.version):
        said = f"{number} was changed meanwhile: version {saved.version} stands by now, look at it again."
        return _page(saved, found, form, [pages.problem("prescriber", said)]), 409
    if (at := form.when(entered_status(standing_of(saved, d)).at, d)) is None:
        return _page(saved, found, form), 422
    when = moment(at, d.zone, d.market)
    try:
        records.record(d.engine, _told(saved, found, form, when))
    except RecordsFault as fault:
        return _page(saved, found, form, [pages.problem("prescriber", str(fault))]), pages.NOT_SAVED
    return review_of(_rounded(saved, found, form, when))


def _told(saved: SavedPreparation, found: Offer, form: AgreementForm, when: str) -> records.Event:
    details = {
        "prescriber": form.prescriber.data,
        "agreed": when,
        "less by": percent(found.percent, 1),
        "saves": count(found.saved, "vial"),
    }
    changes = [("Dose", amount(found.dose), amount(found.down_to))]
    return event(AGREED, details, changes=changes, reason=form.words.data, subject=saved.number)


def _rounded(saved: SavedPreparation, found: Offer, form: AgreementForm, when: str) -> MultiDict[str, str]:
    """The stored order as it was typed, with the lower dose, who confirmed it, and why it is changed."""
    changed = {
        **stored_typed(saved),
        "ordered_dose": plain(found.down_to.value),
        "confirmed_by": form.prescriber.data,
        "change_reason": ROUNDED,
        "change_words": wording.agreed(when, form.words.data),
    }
    carried = [*Changing(saved, saved.version).carried(), *answers_stored(stored_answers(saved))]
    return MultiDict([*changed.items(), *carried])
