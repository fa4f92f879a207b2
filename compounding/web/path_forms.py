"""Forms of a preparation on its way: a scan, a true time, a lot typed twice, and how it ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from compounding.localtime import read_moment
from compounding.quantities import Unreadable, quote
from compounding.web.desk import Desk
from compounding.web.fields import Choice, Day, Line, Typed
from compounding.web.forms import NAME_MOST, REASON_MOST, SiteForm, blame
from compounding.web.reasons import Reasons
from compounding.web.witnessing import witness_fields
from compounding.wording.numbers import day as written_day
from compounding.workflow.materials import Kind

LOT_MOST = 20  # GS1 General Specifications, AI (10)
_HOUR = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?:Z|[-+][0-9]{2}:[0-9]{2})?")
_TODAY, _YESTERDAY = "today", "yesterday"
_DAYS_BACK = 7
"""How long ago something may have happened that is entered only now: a long weekend and more. Ours; a day that
cannot be chosen would have another one typed in its place."""


class ScanForm(SiteForm):
    """What a scanner or a hand sent: kept to the letter, a scanner's control characters as well."""

    scan = Typed("Code")


class TrueTime(Typed):
    """An hour and minute of the site; with its offset where the hour comes twice."""

    def read(self, text: str) -> str:
        if not _HOUR.fullmatch(text.strip()):
            raise Unreadable(f"{quote(text)} is not a time. Use hour and minute of the 24-hour clock, as 09:00.")
        return text.strip()


class NowForm(ScanForm):
    """Something that is done now; or, where it was earlier, when, and why that is said only now."""

    ON_PAGE: tuple[str, ...] = ("scan", "at", "on", "late_reason")
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
        today = entered.astimezone(ZoneInfo(zone)).date()
        named = {_TODAY: today, _YESTERDAY: today - timedelta(days=1)}
        on = named[self.on.data].isoformat() if self.on.data in named else self.on.data
        try:
            return read_moment(f"{on}T{self.at.data}", ZoneInfo(zone))
        except Unreadable as unreadable:
            blame(self.at, str(unreadable))
            return None


def now_form(d: Desk, sent: MultiDict[str, str] | None = None) -> NowForm:
    form: NowForm = type("NowForm", (NowForm,), {"on": _days(d)})(d, sent)
    if sent is None:
        form.on.text = _TODAY
    return form


def _days(d: Desk) -> Choice:
    days = [d.today() - timedelta(days=back) for back in range(_DAYS_BACK + 1)]
    written = [written_day(day, d.market) for day in days]
    named = ((_TODAY, f"Today, {written[0]}"), (_YESTERDAY, f"Yesterday, {written[1]}"))
    before = ((day.isoformat(), text) for day, text in zip(days[2:], written[2:], strict=True))
    return Choice("Day", (*named, *before), missing="Choose the day.")


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


class ReturnForm(EndForm, NowForm):
    """A bag that came back, and when."""

    ON_PAGE = ("why", "words", "at", "on", "late_reason")


def end_form(d: Desk, reasons: Reasons, sent: MultiDict[str, str] | None = None, *, witnessed: bool = False) -> EndForm:
    fields: dict[str, Any] = {"why": _why(reasons)}
    if witnessed:
        fields |= witness_fields()
    form: EndForm = type("EndForm", (EndForm,), fields)(d, sent)
    return form


def return_form(d: Desk, reasons: Reasons, sent: MultiDict[str, str] | None = None) -> ReturnForm:
    form: ReturnForm = type("ReturnForm", (ReturnForm,), {"why": _why(reasons), "on": _days(d), "scan": None})(d, sent)
    if sent is None:
        form.on.text = _TODAY
    return form


def _why(reasons: Sequence[tuple[str, str]]) -> Choice:
    return Choice("Reason", reasons, prompt="Choose a reason", missing="Choose a reason.")
