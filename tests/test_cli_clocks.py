"""`compounding clocks`: four times from the first vial wetted, in UTC and in the zone's own time."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from compounding.cli import main
from compounding.cli.clocks import figures_of
from compounding.policy import Market, Policy
from compounding.stability import clocks
from tests.orders import DRUGS

TIMES = ["wetted", "dilute_by", "out_of_fridge_by", "start_before", "complete_by"]


@pytest.fixture(autouse=True)
def no_site(tmp_path, monkeypatch):
    """No site's own drug files lie in the way."""
    monkeypatch.setenv("COMPOUNDING_HOME", str(tmp_path))


@pytest.fixture
def run(capsys):
    def call(market, zone, wetted, *words):
        status = main(["clocks", "--market", market, "--zone", zone, "--wetted", wetted, *words])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def timed(run):
    def call(market, zone, wetted):
        status, out, err = run(market, zone, wetted, "--json")
        assert (status, err) == (0, "")
        return json.loads(out)

    return call


def test_the_night_the_clocks_go_forward_in_new_york(timed):
    """00:30 EST is 05:30 UTC; + 4, 6, 7 and 8 h. From 02:00 the wall is four hours behind UTC and not five."""
    answer = timed("us", "America/New_York", "2026-03-08T00:30")
    assert list(answer) == [*TIMES, "local", "confirmed"]
    assert answer == {
        "wetted": "2026-03-08T05:30Z",
        "dilute_by": "2026-03-08T09:30Z",
        "out_of_fridge_by": "2026-03-08T11:30Z",
        "start_before": "2026-03-08T12:30Z",
        "complete_by": "2026-03-08T13:30Z",
        "local": {
            "wetted": "2026-03-08T00:30-05:00",
            "dilute_by": "2026-03-08T05:30-04:00",
            "out_of_fridge_by": "2026-03-08T07:30-04:00",
            "start_before": "2026-03-08T08:30-04:00",
            "complete_by": "2026-03-08T09:30-04:00",
        },
        "confirmed": False,
    }


def test_a_london_winter_is_written_with_its_offset(timed):
    """T 09:00 → dilute by 13:00, out of the fridge by 15:00, start before 16:00, complete by 17:00."""
    answer = timed("uk", "Europe/London", "2026-01-12T09:00")
    assert [answer[name] for name in TIMES] == [f"2026-01-12T{hour}:00Z" for hour in ("09", "13", "15", "16", "17")]
    assert answer["local"] == {name: answer[name].replace("Z", "+00:00") for name in TIMES}
    assert answer["confirmed"] is True  # the EU text sets no limit of its own for the diluted bag


@pytest.mark.parametrize("market", ["us", "uk"])
def test_only_where_the_diluted_bag_has_no_limit_to_record_are_the_times_confirmed(timed, market):
    assert timed(market, "UTC", "2026-01-12T09:00")["confirmed"] is (market == "uk")


# All of these are 05:30 UTC.
@pytest.mark.parametrize("wetted", ["2026-03-08T05:30Z", "2026-03-08T00:30-05:00", "2026-03-08T00:30"])
def test_a_time_with_its_offset_is_the_instant_it_is(timed, wetted):
    answer = timed("us", "America/New_York", wetted)
    assert (answer["wetted"], answer["local"]["wetted"]) == ("2026-03-08T05:30Z", "2026-03-08T00:30-05:00")


ASKED = [
    ("America/New_York", "2026-03-08T02:30", "does not exist in America/New_York: the clocks go forward. "
     "Add the offset from UTC."),
    ("Europe/London", "2026-03-29T01:00", "does not exist in Europe/London: the clocks go forward. "
     "Add the offset from UTC."),
    ("America/New_York", "2026-11-01T01:30", "comes twice in America/New_York: the clocks go back. "
     "Add the offset from UTC, -04:00 or -05:00."),
    ("Europe/London", "2026-10-25T01:45", "comes twice in Europe/London: the clocks go back. "
     "Add the offset from UTC, +01:00 or +00:00."),
    ("America/New_York", "2026-03-08T11:00+05:30", "is not by the clocks of America/New_York, "
     "which then are at -04:00 from UTC."),
    ("Europe/London", "tomorrow", "is not a time such as 2026-03-08T00:30 or 2026-03-08T00:30-05:00."),
    ("Europe/London", "9999-12-31T23:00", "is too far away for a clock."),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "wetted", "why"), ASKED)
def test_a_time_that_is_not_one_moment_is_status_2(run, zone, wetted, why):
    assert run("us", zone, wetted) == (2, "", f"--wetted: “{wetted}” {why}\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--market us --zone UTC", "--wetted: is missing."),
        ("--market us --wetted 2026-01-12T09:00", "--zone: is missing."),
        ("--zone UTC --wetted 2026-01-12T09:00", "--market: is missing."),
        ("--market eu --zone UTC --wetted 2026-01-12T09:00", "--market: “eu” is none of us, uk."),
        (
            "--market us --zone Mars/Olympus --wetted 2026-01-12T09:00",
            "--zone: “Mars/Olympus” is not a time zone such as Europe/London.",
        ),
        (
            "--market us --zone UTC --wetted 2026-01-12T09:00 --drug examplin",
            "--drug: “examplin” is not among besponsa.",
        ),
    ],
)
def test_what_cannot_be_read_is_one_sentence_and_status_2(capsys, words, sentence):
    assert main(["clocks", *words.split()]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"{sentence}\n")


def test_the_table_for_people(run):
    _, out, _ = run("us", "America/New_York", "2026-03-08T00:30")
    assert out.splitlines() == [
        "  First vial wetted     Mar 8, 2026 00:30",
        "  Dilute by             Mar 8, 2026 05:30",
        "  Out of the fridge by  Mar 8, 2026 07:30",
        "  Start before          Mar 8, 2026 08:30",
        "  Complete by           Mar 8, 2026 09:30",
        "  In the time of America/New_York; start before is set by the limit from wetting.",
        "  NOT CONFIRMED: the limits of the diluted bag on its own are not recorded.",
    ]


# ------------------------------------------------------------------ a whole year

# When the clocks change, in UTC, typed from the law and not asked of a zone's file. EU: at 01:00 UTC on the
# last Sundays of March and October. US: at 02:00 local on the second Sunday of March (07:00 UTC) and the first
# of November (06:00 UTC). Beside them the hours ahead of UTC in winter; in summer one more.
CHANGES = {
    "Europe/London": (
        0,
        {2024: ("2024-03-31T01:00", "2024-10-27T01:00"), 2026: ("2026-03-29T01:00", "2026-10-25T01:00")},
    ),
    "America/New_York": (
        -5,
        {2024: ("2024-03-10T07:00", "2024-11-03T06:00"), 2026: ("2026-03-08T07:00", "2026-11-01T06:00")},
    ),
}
LIMITS = {"wetted": 0, "dilute_by": 4, "out_of_fridge_by": 6, "start_before": 7, "complete_by": 8}  # hours


def wall(zone, year, minutes):
    """What a clock on the wall shows so many minutes after the year began in UTC, with its offset."""
    winter, changes = CHANGES[zone]
    began = datetime(year, 1, 1)  # noqa: DTZ001 - plain counting
    forward, back = (datetime.fromisoformat(change) for change in changes[year])
    utc = began + timedelta(minutes=minutes)
    ahead = winter + (1 if forward <= utc < back else 0)
    return f"{(utc + timedelta(hours=ahead)).strftime('%Y-%m-%dT%H:%M')}{ahead:+03d}:00"


@pytest.mark.parametrize("year", [2024, 2026])  # 2024 has a 29 February
@pytest.mark.parametrize(("market", "zone"), [("us", "America/New_York"), ("uk", "Europe/London")])
def test_every_quarter_of_an_hour_of_a_year(market, zone, year):
    """Both changes of the clocks, every midnight and a leap day; the last day runs into the year after."""
    drug = DRUGS[Market(market)]
    policy, place = Policy(drug.market), ZoneInfo(zone)
    days = 366 if year == 2024 else 365
    for minutes in range(0, days * 24 * 60 - 8 * 60, 15):
        wetted = datetime(year, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
        answer = figures_of(clocks(wetted.astimezone(place), drug, policy), place)
        for name, hours in LIMITS.items():
            assert answer["local"][name] == wall(zone, year, minutes + 60 * hours)
            assert datetime.fromisoformat(answer[name]) == wetted + timedelta(hours=hours)


@pytest.mark.parametrize(("market", "zone"), [("us", "America/New_York"), ("uk", "Europe/London")])
def test_the_hours_around_each_change_of_the_clocks_as_they_are_typed(timed, market, zone):
    """By the command itself: from twelve hours before each change to three after, by the quarter."""
    for change in CHANGES[zone][1][2026]:
        first = datetime.fromisoformat(f"{change}+00:00") - timedelta(hours=12)
        for quarter in range(15 * 4):
            minutes = int((first - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds()) // 60 + 15 * quarter
            answer = timed(market, zone, wall(zone, 2026, minutes))
            assert answer["local"] == {name: wall(zone, 2026, minutes + 60 * hours) for name, hours in LIMITS.items()}
