"""Forms of a preparation on its way: a scan, a true time, a lot typed twice, and how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from compounding.localtime import read_moment
from compounding.quantities import Unreadable
from compounding.web.desk import Desk
from compounding.web.fields import Choice, Day, Line, TrueTime, Typed
from compounding.web.forms import NAME_MOST, REASON_MOST, SiteForm, blame
from compounding.web.progressing import Way
from compounding.web.reasons import Reasons
from compounding.web.signing import SignForm
from compounding.web.unlocking import was_held
from compounding.web.witnessing import witness_fields
from compounding.wording.numbers import day as written_day
from compounding.workflow.materials import Kind

PRODUCT = "product"
LOT_MOST = 20  # GS1 General Specifications, AI (10)
_DAYS_BACK = 7
"""How long ago something may have happened that is entered only now: a long weekend and more. Ours; a day that
cannot be chosen would have another one typed in its place. What was written on paper goes back to its first day."""
_HELD = (
    "This was held back, and comes only now. Type when it was; or leave the time empty, and send it again where it is"
    " done only now."
)


class ScanForm(SiteForm):
    """What a scanner or a hand sent: kept to the letter, a scanner's control characters as well."""

    scan = Typed("Code")


class TimedForm(SiteForm):
    """When something was, where it was not now, and why that is said only now."""

    ON_PAGE: tuple[str, ...] = ("at", "on", "late_reason")
    on: Choice

    at = TrueTime("Time", hint="24-hour clock, as 09:00; empty for now")
    late_reason = Line("Why it is entered only now", most=REASON_MOST, printed=True)

    def moment(self, entered: datetime, zone: str) -> datetime | None:
        """When it was, in UTC; None where that cannot be read, which then stands at its field."""
        if not self.validate():
            return None
        if self.at.data is None:
            if self.late_reason.data:
                blame(self.at, "Type when it was, or leave the reason empty.")
            elif was_held():
                blame(self.at, _HELD)
            return None if self.at.errors else entered
        try:
            return read_moment(f"{self.on.data}T{self.at.data}", ZoneInfo(zone))
        except Unreadable as unreadable:
            blame(self.at, str(unreadable))
            return None


class NowForm(ScanForm, TimedForm):
    """Something that is done now; or, where it was earlier, when, and why that is said only now."""

    ON_PAGE: tuple[str, ...] = ("scan", "at", "on", "late_reason")


Timed = TypeVar("Timed", bound=TimedForm)


def now_form(d: Desk, sent: MultiDict[str, str] | None = None, *, since: datetime | None = None) -> NowForm:
    return timed_form(NowForm, d, sent, since=since)


def timed_form(
    kind: type[Timed],
    d: Desk,
    sent: MultiDict[str, str] | None = None,
    *,
    since: datetime | None = None,
    **fields: Any,
) -> Timed:
    """A form with its days, back to that of `since` where that is longer ago; one that nobody sent yet stands at
    today."""
    form: Timed = type(kind.__name__, (kind,), {"on": _days(d, since), **fields})(d, sent)
    if sent is None:
        form.on.text = d.today().isoformat()
    return form


def _days(d: Desk, since: datetime | None = None) -> Choice:
    """Each is sent as its date: a page that was opened before midnight means the days that it showed."""
    first = since.astimezone(ZoneInfo(d.zone)).date() if since is not None else d.today()
    back = max(_DAYS_BACK, (d.today() - first).days)
    days = [d.today() - timedelta(days=ago) for ago in range(back + 1)]
    named = ("Today, ", "Yesterday, ", *[""] * (back - 1))
    choices = ((on.isoformat(), f"{name}{written_day(on, d.market)}") for on, name in zip(days, named, strict=True))
    return Choice("Day", tuple(choices), missing="Choose the day.")


# ------------------------------------------------------------------ typed twice


class TypedForm(SiteForm):
    """A lot and its expiry, as they stand on the pack. What says which product it is comes before them."""

    ON_PAGE = (PRODUCT, "maker", "lot", "expiry")

    lot = Line("Lot", most=LOT_MOST, missing="Type the lot.")
    expiry = Day("Expiry", missing="Type the expiry.", hint="where no day is printed, the last day of the month")


def typed_form(kind: Kind, d: Desk, sent: MultiDict[str, str] | None = None, *, bare: bool = False) -> TypedForm:
    """Of a vial its product code is asked for: a lot says of no vial which it is. Of the rest the maker, with the
    code that was scanned where one was. A `bare` form is one that nobody sent: what is empty in it is no error."""
    fields: dict[str, Any] = {}
    if kind is Kind.DRUG or (sent is not None and sent.get(PRODUCT)):
        hint = "scanned, or typed from the pack: NDC with its hyphens, or GTIN"
        fields[PRODUCT] = Typed("Product number", missing="Scan or type the product number.", hint=hint)
    if kind is not Kind.DRUG:
        fields["maker"] = Line("Maker", most=NAME_MOST, letters=True, missing="Type the maker, as on the pack.")
    form: TypedForm = type("TypedForm", (TypedForm,), fields)(d, None if bare else sent)
    if bare and sent is not None:
        for field in form.in_order():
            field.text = sent.get(field.name, "")
    return form


# ------------------------------------------------------------------ how it ends


class EndForm(SiteForm):
    """Why a preparation, or something of it, ends; who saw what went into the bin; and when a bag came back."""

    ON_PAGE: tuple[str, ...] = ("why", "words", "witness", "witness_secret")
    why: Choice
    words = Line("In words", most=REASON_MOST, hint="may stay empty", printed=True)

    @property
    def reason(self) -> str:
        """The coded reason, and what was said beside it."""
        said = f". “{self.words.data}”" if self.words.data else ""
        return f"{self.why.chosen}{said}"


class ReturnForm(EndForm, TimedForm):
    """A bag that came back, and when."""

    ON_PAGE = ("why", "words", "at", "on", "late_reason")


class ReleaseForm(SignForm, TimedForm):
    """A release, and when it was."""

    ON_PAGE = ("at", "on", "late_reason", "signing_secret")


def release_form(way: Way, d: Desk, sent: MultiDict[str, str] | None = None) -> ReleaseForm:
    """Of a bag that left on paper the time must be typed: it stands there."""
    if not way.progress.on_paper:
        return timed_form(ReleaseForm, d, sent)
    at = TrueTime("Time of the release", hint="as on the paper, 24-hour clock", missing="Type when it was released.")
    return timed_form(ReleaseForm, d, sent, since=way.since, at=at)


def end_form(
    d: Desk,
    reasons: Reasons,
    sent: MultiDict[str, str] | None = None,
    *,
    witnessed: bool = False,
    always: bool = True,
) -> EndForm:
    """With the boxes of a witness where it is `witnessed`: not `always` where the reason says whether one is needed."""
    fields: dict[str, Any] = {"why": _why(reasons)}
    if witnessed:
        fields |= witness_fields(always=always)
    form: EndForm = type("EndForm", (EndForm,), fields)(d, sent)
    return form


def return_form(
    d: Desk, reasons: Reasons, sent: MultiDict[str, str] | None = None, *, since: datetime | None = None
) -> ReturnForm:
    return timed_form(ReturnForm, d, sent, since=since, why=_why(reasons))


def _why(reasons: Sequence[tuple[str, str]]) -> Choice:
    return Choice("Reason", reasons, prompt="Choose a reason", missing="Choose a reason.")
