"""When something really happened, beside the time at which it was entered where that was late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from compounding.policy import Market
from compounding.wording import numbers
from compounding.wording.numbers import clock, figure
from compounding.workflow.progress import Moment, What
from compounding.workflow.times import is_late

_HAPPENED: Mapping[What, str] = {
    What.CHECKED: "In-process check",
    What.DILUTED: "Drug added to the bag",
    What.LABELLED: "Label written by hand",
    What.RELEASED: "Released",
    What.RETURNED: "Returned",
}


def happened(moment: Moment) -> str:
    """What it was: "Vial 2 wetted"."""
    return f"Vial {figure(moment.place)} wetted" if moment.what is What.WETTED else _HAPPENED[moment.what]


def happened_words(moment: Moment, zone: str, market: Market) -> str:
    """A true time; a late entry with both times and its reason: "09:00, entered 09:20: gloves on". Where they are
    not of one day, each has its date."""
    late = late_words(moment, zone, market)
    return _told(moment.at, moment, zone, market) + (f", {late}" if late else "")


def late_words(moment: Moment, zone: str, market: Market) -> str:
    """Of a late entry when it was entered, and why so late; "" for one that is not."""
    if not is_late(moment.at, moment.entered_at):
        return ""
    return f"entered {_told(moment.entered_at, moment, zone, market)}: {moment.late_reason}"


def _told(when: datetime, moment: Moment, zone: str, market: Market) -> str:
    happened, entered = (at.astimezone(ZoneInfo(zone)).date() for at in (moment.at, moment.entered_at))
    return clock(when, zone) if happened == entered else numbers.moment(when, zone, market)
