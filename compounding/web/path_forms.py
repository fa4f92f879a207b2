"""Forms of a preparation on its way: a scan, a true time, a lot typed twice, and how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from compounding.credentials import USER_MOST, folded
from compounding.localtime import read_moment
from compounding.quantities import Unreadable
from compounding.records import Person
from compounding.web.desk import Desk
from compounding.web.fields import Choice, Day, Line, Secret, TrueTime, Typed
from compounding.web.forms import NAME_MOST, REASON_MOST, SiteForm, blame
from compounding.web.identity import me
from compounding.web.proving import SECRET_WRONG, Claim, NotProved, prove
from compounding.web.reasons import Reasons
from compounding.wording.numbers import day as written_day
from compounding.workflow import Deed, barred, may
from compounding.workflow.materials import Kind
from compounding.workflow.people import seen_by_two

WITNESS_WRONG = "The user name or the password of the witness is not right. Nothing is recorded."
LOT_MOST = 20  # GS1 General Specifications, AI (10)
_TODAY, _YESTERDAY = "today", "yesterday"


class ScanForm(SiteForm):
    """What a scanner or a hand sent: kept to the letter, a scanner's control characters as well."""

    scan = Typed("Code")


class TimedForm(SiteForm):
    """When something was, where it was not now, and why that is said only now."""

    ON_PAGE: tuple[str, ...] = ("at", "on", "late_reason")
    on: Choice

    at = TrueTime("Time", hint="24-hour clock, as 09:00; empty for now")
    late_reason = Line("Why it is entered only now", most=REASON_MOST)

    def moment(self, entered: datetime, zone: str) -> datetime | None:
        """When it was, in UTC; None where that cannot be read, which then stands at its field."""
        if not self.validate():
            return None
        if self.at.data is None:
            if self.late_reason.data:
                blame(self.at, "Type when it was, or leave the reason empty.")
            return None if self.at.errors else entered
        on = _day(self.on.data, entered.astimezone(ZoneInfo(zone)).date())
        try:
            return read_moment(f"{on.isoformat()}T{self.at.data}", ZoneInfo(zone))
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
    kind: type[Timed], d: Desk, sent: MultiDict[str, str] | None = None, *, since: datetime | None = None
) -> Timed:
    """A form that asks for a time of today or yesterday, or of any day from `since` on."""
    form: Timed = type(kind.__name__, (kind,), {"on": _days(d, since)})(d, sent)
    if sent is None:
        form.on.text = _TODAY
    return form


def _days(d: Desk, since: datetime | None = None) -> Choice:
    today = d.today()
    told = [
        (_TODAY, f"Today, {written_day(today, d.market)}"),
        (_YESTERDAY, f"Yesterday, {written_day(today - timedelta(days=1), d.market)}"),
    ]
    first = today if since is None else since.astimezone(ZoneInfo(d.zone)).date()
    earlier = (today - timedelta(days=back) for back in range(2, (today - first).days + 1))
    told += [(on.isoformat(), written_day(on, d.market)) for on in earlier]
    return Choice("Day", tuple(told), missing="Choose the day.")


def _day(chosen: str, today: date) -> date:
    if chosen in (_TODAY, _YESTERDAY):
        return today - timedelta(days=1 if chosen == _YESTERDAY else 0)
    return date.fromisoformat(chosen)


# ------------------------------------------------------------------ typed twice


class TypedForm(SiteForm):
    """A lot and its expiry, as they stand on the pack. What says which product it is comes before them."""

    ON_PAGE = ("product", "maker", "lot", "expiry")

    lot = Line("Lot", most=LOT_MOST, missing="Type the lot.")
    expiry = Day("Expiry", missing="Type the expiry.", hint="where no day is printed, the last day of the month")


def typed_form(kind: Kind, d: Desk, sent: MultiDict[str, str] | None = None, *, bare: bool = False) -> TypedForm:
    """Of a vial its product code is asked for: a lot says of no vial which it is. Of the rest the maker. A `bare`
    form is one that nobody sent: what is empty in it is no error."""
    fields: dict[str, Any] = {}
    if kind is Kind.DRUG:
        hint = "scanned, or typed from the pack: NDC with its hyphens, or GTIN"
        fields["product"] = Line("Product number", most=200, missing="Scan or type the product number.", hint=hint)
    else:
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
    words = Line("In words", most=REASON_MOST, hint="may stay empty")

    @property
    def reason(self) -> str:
        """The coded reason, and what was said beside it."""
        said = f". “{self.words.data}”" if self.words.data else ""
        return f"{self.why.chosen}{said}"


class ReturnForm(EndForm, TimedForm):
    """A bag that came back, and when."""

    ON_PAGE = ("why", "words", "at", "on", "late_reason")


def end_form(d: Desk, reasons: Reasons, sent: MultiDict[str, str] | None = None, *, witnessed: bool = False) -> EndForm:
    fields: dict[str, Any] = {"why": _why(reasons)}
    if witnessed:
        fields["witness"] = Line("Witness, user name", most=USER_MOST, missing="The witness types their user name.")
        fields["witness_secret"] = Secret("Password of the witness", missing="The witness types their password.")
    form: EndForm = type("EndForm", (EndForm,), fields)(d, sent)
    return form


def return_form(
    d: Desk, reasons: Reasons, sent: MultiDict[str, str] | None = None, *, since: datetime | None = None
) -> ReturnForm:
    kind: type[ReturnForm] = type("ReturnForm", (ReturnForm,), {"why": _why(reasons)})
    return timed_form(kind, d, sent, since=since)


def _why(reasons: Sequence[tuple[str, str]]) -> Choice:
    return Choice("Reason", reasons, prompt="Choose a reason", missing="Choose a reason.")


def witness_proved(form: EndForm, d: Desk) -> Person | None:
    """The second person who saw it; why they are none stands at the field. Nobody is signed out. Raises
    RecordsFault."""
    witness, secret = form["witness"], form["witness_secret"]
    user = folded(witness.data)
    if not seen_by_two(me().account.user, user):
        blame(witness, "The witness must be somebody else than you.")
        return None
    try:
        found = prove(Claim(user, secret.data, SECRET_WRONG, WITNESS_WRONG, me().workstation), d)
    except NotProved as refused:
        blame(secret, str(refused))
        return None
    if not may(found.role, Deed.PREPARE):
        blame(witness, barred(found.role, Deed.PREPARE))
        return None
    return found.person
