"""Times of a day as they are typed in a time zone: exactly one moment, or a sentence that says why not.

Where the clocks change an hour of the year does not exist and another comes twice. Neither is guessed.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from compounding.quantities import Unreadable, quote

_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(Z|[-+][0-9]{2}:[0-9]{2})?")
_WRITTEN = len("2026-03-08T00:30")  # what follows is the offset


def read_zone(text: str) -> ZoneInfo:
    """A time zone by its name, such as "Europe/London". Raises Unreadable."""
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # not there; not a name; a folder of zones, such as "Europe"
        raise Unreadable(f"{quote(text)} is not a time zone such as Europe/London.") from None


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """The moment of a local time "2026-03-08T00:30", or of one with Z or an offset of the zone, in UTC.

    Raises Unreadable: also for a local time that does not exist, or exists twice, and for another zone's offset: it
    is more often a slip than a place.
    """
    parts = _TIME.fullmatch(text)
    try:
        local = datetime.fromisoformat(text) if parts else None
        if local is None:
            raise ValueError
        if local.tzinfo and not text.endswith("Z"):
            _require_of_zone(local, zone, text)
        return local.astimezone(UTC) if local.tzinfo else _only(local, zone)
    except Unreadable:
        raise
    except OverflowError:
        raise Unreadable(f"{quote(text)} is before the year 1 or after 9999 in UTC.") from None
    except ValueError:  # the thirteenth month
        raise Unreadable(f"{quote(text)} is not a time such as 2026-03-08T00:30 or 2026-03-08T00:30-05:00.") from None


def _require_of_zone(local: datetime, zone: ZoneInfo, text: str) -> None:
    """Raises Unreadable for an offset that the zone does not have then. In an hour that comes twice or never it has
    both: that before the clocks change, and that after."""
    there = [local.replace(tzinfo=zone, fold=fold).isoformat(timespec="minutes")[_WRITTEN:] for fold in (0, 1)]
    if text[_WRITTEN:] not in there:
        offsets = " or ".join(dict.fromkeys(there))
        raise Unreadable(f"{quote(text)} is not by the clocks of {zone.key}, which then are at {offsets} from UTC.")


def _only(local: datetime, zone: ZoneInfo) -> datetime:
    moments = sorted({moment for fold in (0, 1) if (moment := _moment(local, zone, fold)) is not None})
    if len(moments) == 1:
        return moments[0]
    typed = quote(local.isoformat(timespec="minutes"))
    if not moments:
        raise Unreadable(f"{typed} does not exist in {zone.key}: the clocks go forward. Add the offset from UTC.")
    offsets = " or ".join(moment.astimezone(zone).isoformat(timespec="minutes")[_WRITTEN:] for moment in moments)
    raise Unreadable(f"{typed} comes twice in {zone.key}: the clocks go back. Add the offset from UTC, {offsets}.")


def _moment(local: datetime, zone: ZoneInfo, fold: int) -> datetime | None:
    """The moment at which the clocks show a local time, for the first or second time; None where never."""
    moment = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None, fold=0) == local else None
