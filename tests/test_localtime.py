"""Local times as they are typed: each is one moment, or a sentence that asks for what is missing."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compounding.localtime import read_moment, read_zone
from compounding.quantities import Unreadable

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")

MOMENTS = [
    # New York is 5 hours behind UTC in winter and 4 in summer; London is at UTC in winter and an hour ahead in summer.
    (NEW_YORK, "2026-03-08T00:30", "2026-03-08T05:30"),
    (NEW_YORK, "2026-03-08T01:59", "2026-03-08T06:59"),
    (NEW_YORK, "2026-03-08T03:00", "2026-03-08T07:00"),
    (NEW_YORK, "2026-11-01T00:59", "2026-11-01T04:59"),
    (NEW_YORK, "2026-11-01T02:00", "2026-11-01T07:00"),
    (LONDON, "2026-01-12T09:00", "2026-01-12T09:00"),
    (LONDON, "2026-03-29T00:59", "2026-03-29T00:59"),
    (LONDON, "2026-03-29T02:00", "2026-03-29T01:00"),
    (LONDON, "2026-10-25T02:00", "2026-10-25T02:00"),
    (LONDON, "2024-02-29T23:45", "2024-02-29T23:45"),
    # With Z, or an offset of the zone, it is the instant it is, though the wall shows it twice or never.
    (NEW_YORK, "2026-03-08T05:30Z", "2026-03-08T05:30"),
    (NEW_YORK, "2026-03-08T02:30-05:00", "2026-03-08T07:30"),
    (NEW_YORK, "2026-11-01T01:30-04:00", "2026-11-01T05:30"),
    (NEW_YORK, "2026-11-01T01:30-05:00", "2026-11-01T06:30"),
    (LONDON, "2026-03-12T09:00+00:00", "2026-03-12T09:00"),
]


@pytest.mark.parametrize(("zone", "typed", "utc"), MOMENTS)
def test_a_time_is_one_moment(zone, typed, utc):
    moment = read_moment(typed, zone)
    assert moment == datetime.fromisoformat(f"{utc}+00:00")
    assert moment.tzinfo is UTC


NOT_ONE = [
    (NEW_YORK, "2026-03-08T02:00", "does not exist in America/New_York: the clocks go forward."),
    (NEW_YORK, "2026-03-08T02:59", "does not exist in America/New_York: the clocks go forward."),
    (LONDON, "2026-03-29T01:00", "does not exist in Europe/London: the clocks go forward."),
    (LONDON, "2026-03-29T01:59", "does not exist in Europe/London: the clocks go forward."),
]
TWICE = [
    (NEW_YORK, "2026-11-01T01:00", "America/New_York", "-04:00 or -05:00"),
    (NEW_YORK, "2026-11-01T01:59", "America/New_York", "-04:00 or -05:00"),
    (LONDON, "2026-10-25T01:00", "Europe/London", "+01:00 or +00:00"),
    (LONDON, "2026-10-25T01:59", "Europe/London", "+01:00 or +00:00"),
]


@pytest.mark.parametrize(("zone", "typed", "why"), NOT_ONE)
def test_a_time_that_does_not_exist_asks_for_its_offset(zone, typed, why):
    with pytest.raises(Unreadable) as refused:
        read_moment(typed, zone)
    assert str(refused.value) == f"“{typed}” {why} Add the offset from UTC."


@pytest.mark.parametrize(("zone", "typed", "name", "offsets"), TWICE)
def test_a_time_that_exists_twice_asks_which_of_its_offsets(zone, typed, name, offsets):
    with pytest.raises(Unreadable) as refused:
        read_moment(typed, zone)
    why = f"comes twice in {name}: the clocks go back. Add the offset from UTC, {offsets}."
    assert str(refused.value) == f"“{typed}” {why}"


ANOTHER_ZONE = [  # and at which offsets the clocks are then
    (LONDON, "2026-03-12T09:00+05:30", "+00:00"),
    (LONDON, "2026-03-12T09:00+01:00", "+00:00"),  # summer time, in winter
    (LONDON, "2026-07-12T09:00+00:00", "+01:00"),
    (NEW_YORK, "2026-03-12T09:00-05:00", "-04:00"),  # four days after the clocks went forward
    (NEW_YORK, "2026-03-12T09:00+04:00", "-04:00"),  # a slip of the sign is eight hours
    (NEW_YORK, "2026-03-12T09:00+00:00", "-04:00"),
    (NEW_YORK, "2026-11-01T01:30-06:00", "-04:00 or -05:00"),
    (NEW_YORK, "2026-03-08T02:30-06:00", "-05:00 or -04:00"),
]


@pytest.mark.parametrize(("zone", "typed", "offsets"), ANOTHER_ZONE)
def test_an_offset_that_the_zone_does_not_have_then_is_refused(zone, typed, offsets):
    with pytest.raises(Unreadable) as refused:
        read_moment(typed, zone)
    assert str(refused.value) == f"“{typed}” is not by the clocks of {zone.key}, which then are at {offsets} from UTC."


@pytest.mark.parametrize(
    "typed",
    [
        "", "now", "2026-03-08", "2026-03-08 00:30", "2026-03-08T0:30", "2026-03-08T00:30:00", "2026-3-8T00:30",
        "2026-13-01T00:30", "2026-02-29T00:30", "2026-03-08T24:00", "2026-03-08T00:60", "2026-03-08T00:30z",
        "2026-03-08T00:30-0500", "2026-03-08T00:30+24:00", "2026-03-08T00:30 ", "20260308T0030", "２０２６-03-08T00:30",
    ],
)  # fmt: skip
def test_another_text_is_no_time(typed):
    with pytest.raises(Unreadable) as refused:
        read_moment(typed, LONDON)
    assert str(refused.value) == f"“{typed}” is not a time such as 2026-03-08T00:30 or 2026-03-08T00:30-05:00."


# The names of these zones have the sign of the hours west: Etc/GMT-5 is five hours ahead.
@pytest.mark.parametrize(("zone", "typed"), [("-5", "0001-01-01T00:00+05:00"), ("+5", "9999-12-31T23:59-05:00")])
def test_a_moment_that_utc_cannot_write_is_refused(zone, typed):
    with pytest.raises(Unreadable) as refused:
        read_moment(typed, ZoneInfo(f"Etc/GMT{zone}"))
    assert str(refused.value) == f"“{typed}” is before the year 1 or after 9999 in UTC."


@given(st.text(max_size=40))
def test_no_text_raises_anything_else(text):
    try:
        assert read_moment(text, NEW_YORK).tzinfo is UTC
    except Unreadable as refused:
        assert str(refused)


@pytest.mark.parametrize("zone", [LONDON, NEW_YORK], ids=str)
@pytest.mark.parametrize("year", [2024, 2026])
def test_every_quarter_of_an_hour_of_a_year_is_read_back(zone, year):
    """From the moment to the wall and back: but for the hour that comes twice, whose four quarters name two
    moments each, every wall time gives the moment that it was made from."""
    moment, twice = datetime(year, 1, 1, tzinfo=UTC), 0
    while moment.year == year:
        wall = moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        try:
            assert read_moment(wall, zone) == moment
        except Unreadable:
            twice += 1
        moment += timedelta(minutes=15)
    assert twice == 2 * 4


@pytest.mark.parametrize("name", ["Europe/London", "America/New_York", "UTC"])
def test_a_zone_is_read_by_its_name(name):
    assert read_zone(name).key == name


@pytest.mark.parametrize("name", ["", "Europe", "Nowhere/Here", "/etc/passwd", "../x", "x\0y", "a" * 5, "\udcff", "."])
def test_another_text_is_no_zone(name):
    with pytest.raises(Unreadable) as refused:
        read_zone(name)
    assert str(refused.value).endswith(" is not a time zone such as Europe/London.")
