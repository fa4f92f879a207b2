"""The clocks, from the moment the first vial is wetted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compounding.formulary import Presentation
from compounding.policy import DilutedBagLimit, Market, Policy
from compounding.quantities import Duration
from compounding.stability import Clocks, Rule, clocks
from tests.orders import DRUGS, UK, US

MARKETS = pytest.mark.parametrize("drug", [US, UK], ids=["us", "uk"])


def at(time: str) -> datetime:
    """A time of one day in UTC: "09:00"."""
    hours, minutes = map(int, time.split(":"))
    return datetime(2026, 3, 12, hours, minutes, tzinfo=UTC)


def limit(hours: int | None, *, infusion: bool = False) -> DilutedBagLimit:
    """What a site recorded: the hours a diluted bag keeps, and whether the infusion is among them."""
    return DilutedBagLimit(None if hours is None else Duration(Decimal(hours * 60)), infusion)


def times(wetted: datetime, drug: Presentation = US, recorded: DilutedBagLimit | None = None, **diluted: Any) -> Clocks:
    """The clocks where one and the same limit is recorded for each storage."""
    both = {} if recorded is None else {"room": recorded, "fridge": recorded}
    return clocks(wetted, drug, replace(Policy(drug.market), diluted_bag=both), **diluted)


@MARKETS
def test_wetted_at_nine(drug: Presentation) -> None:
    """T 09:00 → dilute by 13:00, start before 16:00, complete by 17:00. Out of the fridge by T+6 h."""
    made = times(at("09:00"), drug)
    assert made.dilute_by == at("13:00")
    assert made.out_of_fridge_by == at("15:00")
    assert made.start_before == at("16:00")
    assert made.complete_by == at("17:00")
    assert made.start_set_by is Rule.FROM_WETTING


def test_in_the_united_states_the_times_stand_unconfirmed_until_the_limits_are_recorded() -> None:
    assert not times(at("09:00"), US).confirmed
    assert times(at("09:00"), US, limit(4)).confirmed
    assert times(at("09:00"), US, limit(None)).confirmed  # "none" is an answer
    assert times(at("09:00"), UK).confirmed  # the EU text sets no limit for the diluted bag


# Wetted at 09:00. Start before = the earlier of 16:00 and dilution + the recorded hours, less the hour
# of the infusion where they include it; complete by = start before + 1 h.
DILUTED = [
    # diluted, recorded, start before, complete by, set by
    ("10:00", limit(4), "14:00", "15:00", Rule.DILUTED_BAG),
    ("10:00", limit(4, infusion=True), "13:00", "14:00", Rule.DILUTED_BAG),
    ("10:00", limit(3), "13:00", "14:00", Rule.DILUTED_BAG),  # kept cold, by the older text
    ("11:59", limit(4), "15:59", "16:59", Rule.DILUTED_BAG),
    ("12:00", limit(4), "16:00", "17:00", Rule.FROM_WETTING),  # exactly equal: the label's own stands
    ("12:01", limit(4), "16:00", "17:00", Rule.FROM_WETTING),
    ("13:00", limit(4), "16:00", "17:00", Rule.FROM_WETTING),
    ("13:00", limit(4, infusion=True), "16:00", "17:00", Rule.FROM_WETTING),  # 13:00 + 4 h − 1 h
    ("12:59", limit(4, infusion=True), "15:59", "16:59", Rule.DILUTED_BAG),
    ("10:00", limit(None), "16:00", "17:00", Rule.FROM_WETTING),
    ("10:00", None, "16:00", "17:00", Rule.FROM_WETTING),
    ("13:01", limit(3), "16:00", "17:00", Rule.FROM_WETTING),  # diluted late: recorded, never refused
    (None, limit(4), "13:00", "14:00", Rule.DILUTED_BAG),  # not yet diluted: from wetting
]


@pytest.mark.parametrize(("diluted", "recorded", "start", "complete", "rule"), DILUTED)
def test_the_tightest_limit_wins_and_is_named(
    diluted: str | None, recorded: DilutedBagLimit | None, start: str, complete: str, rule: Rule
) -> None:
    made = times(at("09:00"), US, recorded, diluted=None if diluted is None else at(diluted))
    assert (made.start_before, made.complete_by) == (at(start), at(complete))
    assert made.start_set_by is rule
    assert made.out_of_fridge_by == at(start) - timedelta(hours=1)
    assert made.dilute_by == at("13:00")  # whatever the bag's limit


# The older text of the US label: 4 h at room temperature or 3 h in the fridge. Diluted at 10:00.
ROOM, FRIDGE = limit(4), limit(3)
BY_STORAGE = [
    # recorded, storage, start before, whether confirmed
    ({"room": ROOM, "fridge": FRIDGE}, "room", "14:00", True),
    ({"room": ROOM, "fridge": FRIDGE}, "fridge", "13:00", True),
    ({"room": ROOM, "fridge": FRIDGE}, None, "13:00", True),  # nobody has chosen: the tightest
    ({"room": limit(None), "fridge": FRIDGE}, "room", "16:00", True),
    ({"room": ROOM}, "room", "14:00", True),
    ({"room": ROOM}, "fridge", "16:00", False),  # not recorded for this one
    ({"room": ROOM}, None, "14:00", False),  # it may yet be the fridge
    ({}, "room", "16:00", False),
    ({}, None, "16:00", False),
    ({"freezer": limit(1)}, None, "11:00", False),  # recorded for what the file names no more: only tighter
]


@pytest.mark.parametrize(("recorded", "storage", "start", "confirmed"), BY_STORAGE)
def test_each_storage_has_its_own_limit(
    recorded: dict[str, DilutedBagLimit], storage: str | None, start: str, confirmed: bool
) -> None:
    policy = Policy(Market.US, diluted_bag=recorded)
    made = clocks(at("09:00"), US, policy, at("10:00"), storage)
    assert (made.start_before, made.confirmed) == (at(start), confirmed)
    assert made.complete_by == at(start) + timedelta(hours=1)


@pytest.mark.parametrize(
    ("drug", "sentence"),
    [
        (US, "'freezer' is none of the storages of besponsa-us: room, fridge"),
        (UK, "'freezer' is none of the storages of besponsa-uk: none"),
    ],
    ids=["us", "uk"],
)
def test_a_storage_that_the_drug_file_does_not_name_is_refused(drug: Presentation, sentence: str) -> None:
    with pytest.raises(ValueError) as refused:
        clocks(at("09:00"), drug, Policy(drug.market), storage="freezer")
    assert str(refused.value) == sentence


def test_a_limit_recorded_for_one_drug_does_not_hold_for_another() -> None:
    policy = Policy(Market.US, diluted_bag={"room": ROOM, "fridge": FRIDGE})
    made = clocks(at("09:00"), replace(US, drug="examplin"), policy, storage="room")
    assert (made.start_before, made.confirmed) == (at("16:00"), False)


# The clocks change inside the eight hours. Eight hours stay eight hours.
CHANGES = [
    # London, 29 March 2026: 01:00 GMT becomes 02:00 BST, so 23:30 + 8 h is 08:30 on the wall.
    ("Europe/London", "2026-03-28T23:30", "04:30", "08:30"),
    # London, 25 October 2026: 02:00 BST becomes 01:00 GMT, so 23:30 + 8 h is 06:30.
    ("Europe/London", "2026-10-24T23:30", "02:30", "06:30"),
    # New York, 8 March 2026: 02:00 becomes 03:00.
    ("America/New_York", "2026-03-07T22:00", "03:00", "07:00"),
    # New York, 1 November 2026: 02:00 becomes 01:00.
    ("America/New_York", "2026-10-31T22:00", "01:00", "05:00"),
]


@pytest.mark.parametrize(("zone", "wetted", "dilute", "complete"), CHANGES)
def test_a_change_of_clocks_moves_the_wall_and_not_the_hours(
    zone: str, wetted: str, dilute: str, complete: str
) -> None:
    local = datetime.fromisoformat(wetted).replace(tzinfo=ZoneInfo(zone))
    made = times(local)
    assert made.dilute_by.astimezone(ZoneInfo(zone)).strftime("%H:%M") == dilute
    assert made.complete_by.astimezone(ZoneInfo(zone)).strftime("%H:%M") == complete
    assert made.complete_by - made.wetted == timedelta(hours=8)


def test_times_are_whole_minutes() -> None:
    made = times(at("09:00").replace(second=59, microsecond=999_999))
    assert made.wetted == at("09:00")
    assert made.complete_by == at("17:00")
    bag = times(at("09:00"), US, limit(4), diluted=at("10:00").replace(second=59))
    assert bag.start_before == at("14:00")


def test_a_time_without_its_offset_is_refused() -> None:
    with pytest.raises(ValueError) as refused:
        times(datetime(2026, 3, 12, 9, 0))  # noqa: DTZ001
    assert str(refused.value) == "2026-03-12 09:00:00 has no offset from UTC"
    with pytest.raises(ValueError, match="has no offset from UTC"):
        times(at("09:00"), US, limit(4), diluted=datetime(2026, 3, 12, 10, 0))  # noqa: DTZ001


@given(
    later=st.integers(0, 10_000_000),
    wait=st.integers(0, 4 * 60),
    hours=st.none() | st.integers(2, 24),
    infusion=st.booleans(),
    market=st.sampled_from(Market),
)
def test_the_times_keep_their_order(later: int, wait: int, hours: int | None, infusion: bool, market: Market) -> None:
    """Reconstitution to dilution at most 4 h, to the end of the infusion at most 8 h; the tightest limit
    wins; complete by = start before + 1 h."""
    wetted = at("09:00") + timedelta(minutes=later)
    diluted = wetted + timedelta(minutes=wait)
    made = times(wetted, DRUGS[market], limit(hours, infusion=infusion), diluted=diluted)
    assert made.dilute_by - made.wetted == timedelta(hours=4)
    assert made.complete_by - made.wetted <= timedelta(hours=8)
    assert made.complete_by - made.start_before == timedelta(hours=1)
    assert made.start_before - made.out_of_fridge_by == timedelta(hours=1)
    if hours is not None:
        end = made.complete_by if infusion else made.start_before
        assert end - diluted <= timedelta(hours=hours)
