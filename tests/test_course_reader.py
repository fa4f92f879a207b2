"""A course as a file: what is read, and every text that is refused, with its place."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compounding.course import (
    Assessment,
    Course,
    CourseFault,
    DroppedDay,
    Given,
    Length,
    Omitted,
    Reduction,
    Response,
    Slot,
    Transplant,
    read,
    schedule,
)
from compounding.quantities import DoseLevel
from tests.orders import DRUGS, US

HEAD = 'market = "us"\nstart = 2026-01-05\n'
TWO = (
    '{cycle = 1, day = 1, on = 2026-01-05, level = "0.8"}',
    '{cycle = 1, day = 8, on = 2026-01-12, level = "0.5"}',
)


def course(text: str | bytes) -> Course:
    return read(text if isinstance(text, bytes) else text.encode(), DRUGS.__getitem__)


def refusal(text: str | bytes) -> str:
    with pytest.raises(CourseFault) as refused:
        course(text)
    assert str(refused.value).startswith(f"{refused.value.place}: ")
    return str(refused.value)


WHOLE = """
market = "us"
start = 2026-01-05                 # day 1 of cycle 1
transplant = true
third_cycle_reason = "MRD still found"
given     = [{cycle = 1, day = 1, on = 2026-01-05, level = "0.80"},
             {cycle = 1, day = 8, on = 2026-01-14, level = "0.5"}]
omitted   = [{cycle = 2, day = 15, reason = "toxicity"}]
responses = [{after_cycle = 1, is = "cri"}]
lengths   = [{cycle = 1, days = 28, reason = "recovery"}]
reductions = [{from_cycle = 2, percent = 25}, {from_cycle = 3, drop_day = 15}]
"""


def test_a_course_is_read_whole() -> None:
    assert course(WHOLE) == Course(
        US,
        date(2026, 1, 5),
        Transplant(True, "MRD still found"),
        (
            Given(Slot(1, 1), date(2026, 1, 5), DoseLevel(Decimal("0.8"))),
            Given(Slot(1, 8), date(2026, 1, 14), DoseLevel(Decimal("0.5"))),
        ),
        (Omitted(Slot(2, 15), "toxicity"),),
        (Assessment(1, Response.CRI),),
        (Length(1, 28, "recovery"),),
        (Reduction(2, 25), DroppedDay(3, 15)),
    )


def test_market_and_start_are_enough() -> None:
    assert course(HEAD) == Course(US, date(2026, 1, 5))


def test_an_entry_may_be_a_table_of_its_own() -> None:
    own = '[[given]]\ncycle = 1\nday = 1\non = 2026-01-05\nlevel = "0.8"\n'
    assert course(HEAD + own) == course(f"{HEAD}given = [{TWO[0]}]")


def entry(key: str, *entries: str) -> str:
    return f"{HEAD}{key} = [{', '.join(entries)}]"


def first(**changed: str) -> str:
    """The first dose given, with keys changed; "" leaves one out."""
    keys = {"cycle": "1", "day": "1", "on": "2026-01-05", "level": '"0.8"', **changed}
    return entry("given", "{" + ", ".join(f"{key} = {value}" for key, value in keys.items() if value) + "}")


CR = '{after_cycle = 1, is = "cr"}'
UNREADABLE = [
    # the file
    ("an unknown key", f'{HEAD}patient = "x"', "patient: “patient” is not a key that is known here."),
    ("a misspelt list", f"{HEAD}given_doses = []", "given_doses: “given_doses” is not a key that is known here."),
    ("a key of no letters", f'{HEAD}"\\u0007" = 1', "the file: “\\u0007” is not a key that is known here."),
    ("an odd key of an entry", entry("given", '{"a b" = 1}'), "given[1]: “a b” is not a key that is known here."),
    ("no market", "start = 2026-01-05", "market: is missing."),
    ("no start", 'market = "us"', "start: is missing."),
    # one value
    ("another market", 'market = "eu"\nstart = 2026-01-05', "market: “eu” is none of us, uk."),
    ("a market in capitals", 'market = "US"\nstart = 2026-01-05', "market: “US” is none of us, uk."),
    ("a market that is no text", "market = 1\nstart = 2026-01-05", "market: 1 is none of us, uk."),
    ("a start in quotation marks", 'market = "us"\nstart = "2026-01-05"',
     "start: “2026-01-05” is not a date such as 2026-01-05, which stands without quotation marks."),
    ("a start with a time", 'market = "us"\nstart = 2026-01-05T10:00:00',
     "start: 2026-01-05 10:00:00 is not a date such as 2026-01-05, which stands without quotation marks."),
    ("a transplant of yes", f'{HEAD}transplant = "yes"', "transplant: “yes” is neither true nor false."),
    ("a transplant of 1", f"{HEAD}transplant = 1", "transplant: 1 is neither true nor false."),
    ("a reason that is no text", f"{HEAD}third_cycle_reason = true", "third_cycle_reason: true is not a text."),
    ("a list that is none", f"{HEAD}given = 1", "given: 1 is not a list of entries."),
    ("a list that is a table", f"{HEAD}[given]", "given: A table is not a list of entries."),
    ("an entry that is none", entry("given", "1"), "given[1]: 1 is not an entry with its keys."),
    ("an entry that is a list", entry("omitted", "[]"), "omitted[1]: A list is not an entry with its keys."),
    # the keys of an entry
    *((f"a dose given without {key}", first(**{key: ""}), f"given[1].{key}: is missing.")
      for key in ("cycle", "day", "on", "level")),
    ("a dose omitted without its reason", entry("omitted", "{cycle = 1, day = 8}"), "omitted[1].reason: is missing."),
    ("a dose omitted without its day", entry("omitted", '{cycle = 1, reason = "x"}'), "omitted[1].day: is missing."),
    ("a response without itself", entry("responses", "{after_cycle = 1}"), "responses[1].is: is missing."),
    ("a response without its cycle", entry("responses", '{is = "cr"}'), "responses[1].after_cycle: is missing."),
    ("a length without its reason", entry("lengths", "{cycle = 1, days = 28}"), "lengths[1].reason: is missing."),
    ("a reduction of nothing", entry("reductions", "{from_cycle = 2}"),
     "reductions[1]: has neither percent nor drop_day."),
    ("a reduction from nowhere", entry("reductions", "{percent = 25}"), "reductions[1].from_cycle: is missing."),
    ("percent and drop_day in one", entry("reductions", "{from_cycle = 2, percent = 25, drop_day = 15}"),
     "reductions[1]: has both percent and drop_day: write two entries."),
    ("an unknown key of a second entry", entry("given", TWO[0], TWO[1].replace("level", "mg")),
     "given[2].mg: “mg” is not a key that is known here."),
    # the values of an entry
    ("a cycle of nothing", first(cycle="0"), "given[1].cycle: 0 is not 1 or more."),
    ("a cycle below nothing", entry("omitted", '{cycle = -1, day = 8, reason = "x"}'),
     "omitted[1].cycle: -1 is not 1 or more."),
    ("a response before the first cycle", entry("responses", '{after_cycle = 0, is = "cr"}'),
     "responses[1].after_cycle: 0 is not 1 or more."),
    ("a cycle of one and a half", first(cycle="1.5"), "given[1].cycle: 1.5 is not a whole number."),
    ("a cycle of true", first(cycle="true"), "given[1].cycle: true is not a whole number."),
    ("a cycle as text", first(cycle='"1"'), "given[1].cycle: “1” is not a whole number."),
    ("a cycle that nobody can read", first(cycle="0x" + "f" * 4000),
     "given[1].cycle: A whole number of more than 9 figures is more than can be meant."),
    ("a day between", first(day="9"), "given[1].day: 9 is not a day of dosing: they are 1, 8 and 15."),
    ("an omitted day between", entry("omitted", '{cycle = 1, day = 2, reason = "x"}'),
     "omitted[1].day: 2 is not a day of dosing: they are 1, 8 and 15."),
    ("a dropped day between", entry("reductions", "{from_cycle = 2, drop_day = 22}"),
     "reductions[1].drop_day: 22 is not a day of dosing: they are 1, 8 and 15."),
    ("a level that is no text", first(level="0.8"), "given[1].level: 0.8 is not a level as text, such as \"0.8\"."),
    ("a whole level that is no text", first(level="1"), "given[1].level: 1 is not a level as text, such as \"0.8\"."),
    ("a level with a comma", first(level='"0,8"'),
     "given[1].level: “0,8” cannot be read. Use a point, not a comma."),
    ("a level with its unit", first(level='"0.8 mg/m²"'),
     "given[1].level: “0.8 mg/m²” cannot be read. Leave out the spaces."),
    ("an empty level", first(level='""'), "given[1].level: Type a number."),
    ("a level of nothing", first(level='"0"'), "given[1]: 0 mg/m² is not above zero."),
    ("a level too fine", first(level='"0.3755"'), "given[1]: 0.3755 mg/m² has more than 3 decimals."),
    ("an empty reason", entry("omitted", '{cycle = 1, day = 8, reason = ""}'), "omitted[1]: The reason is empty."),
    ("a reason of spaces", entry("lengths", '{cycle = 1, days = 28, reason = " "}'),
     "lengths[1]: The reason is empty."),
    ("another response", entry("responses", '{after_cycle = 1, is = "CR"}'),
     "responses[1].is: “CR” is none of cr, cri, none."),
    # doses against each other
    ("a dose given twice", entry("given", *TWO, TWO[1].replace("12", "19")),
     "given[3]: day 8 of cycle 1 is given already."),
    ("a dose given and omitted", f'{entry("given", *TWO)}\nomitted = [{{cycle = 1, day = 8, reason = "x"}}]',
     "omitted[1]: day 8 of cycle 1 is given as well."),
    ("a dose omitted twice", entry("omitted", *['{cycle = 1, day = 8, reason = "x"}'] * 2),
     "omitted[2]: day 8 of cycle 1 is omitted already."),
    ("doses out of order", entry("given", *reversed(TWO)),
     "given[2]: day 1 of cycle 1 stands after day 8 of cycle 1."),
    ("a dose passed over", entry("given", TWO[0], TWO[1].replace("day = 8", "day = 15")),
     "given[2]: day 8 of cycle 1 comes before day 15 of cycle 1 and is neither given nor omitted."),
    ("the first dose passed over", entry("given", TWO[1]),
     "given[1]: day 1 of cycle 1 comes before day 8 of cycle 1 and is neither given nor omitted."),
    ("a cycle passed over", first(cycle="999999999"),
     "given[1]: day 1 of cycle 1 comes before day 1 of cycle 999999999 and is neither given nor omitted."),
    ("a dose passed over before one omitted",
     f'{entry("given", TWO[0], TWO[1].replace("cycle = 1, day = 8", "cycle = 2, day = 1"))}\n'
     'omitted = [{cycle = 1, day = 15, reason = "x"}]',
     "given[2]: day 8 of cycle 1 comes before day 1 of cycle 2 and is neither given nor omitted."),
    # one of each
    ("a second response", entry("responses", CR, '{after_cycle = 1, is = "none"}'),
     "responses[2].after_cycle: cycle 1 has a response already."),
    ("the same response again", entry("responses", CR, CR),
     "responses[2].after_cycle: cycle 1 has a response already."),
    ("a second length", entry("lengths", *['{cycle = 2, days = 30, reason = "x"}'] * 2),
     "lengths[2].cycle: cycle 2 has a length already."),
    ("a second reduction", entry("reductions", "{from_cycle = 2, percent = 25}", "{from_cycle = 3, percent = 25}"),
     "reductions[2].percent: the course is reduced already."),
    ("a second dropped day", entry("reductions", "{from_cycle = 2, drop_day = 8}", "{from_cycle = 3, drop_day = 15}"),
     "reductions[2].drop_day: the course has a day dropped already."),
    ("another reduction", entry("reductions", "{from_cycle = 2, percent = 20}"),
     "reductions[1].percent: 20 does not fit: a reduction is of 25 %."),
    ("a reduction as a decimal", entry("reductions", "{from_cycle = 2, percent = 25.0}"),
     "reductions[1].percent: 25.0 is not a whole number."),
    # lengths
    ("a short first cycle", entry("lengths", '{cycle = 1, days = 20, reason = "x"}'),
     "lengths[1].days: 20 is not from 21 to 28, as cycle 1 may last."),
    ("a long first cycle", entry("lengths", '{cycle = 1, days = 29, reason = "x"}'),
     "lengths[1].days: 29 is not from 21 to 28, as cycle 1 may last."),
    ("a short later cycle", entry("lengths", '{cycle = 2, days = 27, reason = "x"}'),
     "lengths[1].days: 27 is under the 28 days of cycle 2."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), [row[1:] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE])
def test_what_cannot_be_read_is_told_with_its_place(text: str | bytes, sentence: str) -> None:
    assert refusal(text) == sentence


NO_TOML = [
    "market = us",
    b'market = "\xff"',
    'market = "us"\nstart = 2026-02-29',  # a day that does not exist
    f'{HEAD}market = "uk"',  # twice
    f"{HEAD}transplant = {'9' * 5000}",  # figures that Python does not read
    f"{HEAD}given = {'[' * 5000}",
]


@pytest.mark.parametrize("text", NO_TOML, ids=range(len(NO_TOML)))
def test_a_text_that_is_no_toml_is_told_as_a_fault_of_the_file(text: str | bytes) -> None:
    """What follows is Python's own sentence, with line and column where it has them."""
    assert refusal(text).startswith("the file: is not readable as TOML: ")


READABLE = [
    ("a first cycle of 21 days", entry("lengths", '{cycle = 1, days = 21, reason = "as usual"}')),
    ("a first cycle of 28 days", entry("lengths", '{cycle = 1, days = 28, reason = "recovery"}')),
    ("a later cycle of 28 days", entry("lengths", '{cycle = 2, days = 28, reason = "as usual"}')),
    ("a dose omitted on a dropped day",
     f'{entry("omitted", "{cycle = 2, day = 8, reason = " + chr(34) + "x" + chr(34) + "}")}\n'
     "reductions = [{from_cycle = 2, drop_day = 8}]"),
    ("responses out of order", entry("responses", '{after_cycle = 3, is = "cr"}', '{after_cycle = 1, is = "none"}')),
    ("a third cycle's reason without a transplant", f'{HEAD}third_cycle_reason = "x"'),
]  # fmt: skip


@pytest.mark.parametrize("text", [row[1] for row in READABLE], ids=[row[0] for row in READABLE])
def test_what_is_at_a_limit_is_read(text: str) -> None:
    assert schedule(course(text)).findings is not None


OUT_OF_THE_CALENDAR = [
    'market = "us"\nstart = 9999-12-20',
    'market = "us"\nstart = 0001-01-01\nomitted = [{cycle = 1, day = 1, reason = "x"}]\n'
    "lengths = [{cycle = 2, days = 999999999, reason = \"x\"}]",
]  # fmt: skip


@pytest.mark.parametrize("text", OUT_OF_THE_CALENDAR)
def test_dates_past_the_calendar_are_a_fault_of_the_start(text: str) -> None:
    with pytest.raises(CourseFault, match=r"^start: \d{4}-\d\d-\d\d with the lengths leads out of the calendar\.$"):
        schedule(course(text))


VALUES: st.SearchStrategy[Any] = st.sampled_from(
    ["1", "8", "15", "-1", "0.5", '"0.8"', '"cr"', '"x"', '""', "true", "2026-01-05", "2026-01-20", "[]", "{}", "25"]
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["given", "omitted", "responses", "lengths", "reductions"]),
            st.dictionaries(
                st.sampled_from(
                    ["cycle", "day", "on", "level", "reason", "after_cycle", "is", "days", "from_cycle", "percent"]
                ),
                VALUES,
                max_size=5,
            ),
        ),
        max_size=4,
    )
)
def test_any_entries_are_read_or_refused_and_nothing_else(entries: list[tuple[str, dict[str, str]]]) -> None:
    tables = (f"[[{key}]]\n" + "".join(f"{k} = {v}\n" for k, v in pairs.items()) for key, pairs in entries)
    try:
        schedule(course(HEAD + "".join(tables)))
    except CourseFault as fault:
        assert fault.place and str(fault).endswith(".")
