"""Packs printed ahead: their numbers are given once, used once or destroyed, in both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from test_records import ANNA, AT, ENTERED, NEW, SHA, counts, keyed, new_pack

from compounding.records import (
    MOST_WORKSHEETS,
    Engine,
    Event,
    NewPack,
    NewPaperOrder,
    NumberState,
    PackNumber,
    Person,
    RecordsRefused,
    check,
    destroy_number,
    next_sequence,
    pack,
    pack_of,
    packs,
    preparation,
    reserve_pack,
    save_preparation,
    standing,
    timeline,
)

PRINTED = Event(ANNA, "downtime pack printed", AT)
ENTERED_LATE = replace(ENTERED, at=AT + timedelta(hours=20))
WRITTEN = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


def paper(number: str, **changes: object) -> NewPaperOrder:
    made = NewPaperOrder(number, WRITTEN, "R. Okafor", "The network was down.")
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_pack_takes_the_numbers_after_the_last_and_no_order_gets_one_of_them(engine: Engine) -> None:
    """Saved, three reserved, saved, two reserved: 1, 2 to 4, 5, 6 and 7."""
    assert save_preparation(engine, NEW, ENTERED).number == "2026-000001"
    first = reserve_pack(engine, new_pack(2, 3), PRINTED)
    assert first.open == ("2026-000002", "2026-000003", "2026-000004")
    assert save_preparation(engine, keyed(5), ENTERED).number == "2026-000005"
    second = reserve_pack(engine, new_pack(next_sequence(engine, 2026)), PRINTED)
    assert second.open == ("2026-000006", "2026-000007")
    assert save_preparation(engine, keyed(8), ENTERED).number == "2026-000008"
    assert packs(engine) == (first, second)
    assert (first.content.drug_checksum, first.printed_by, first.printed_at) == ("ab12", ANNA, AT)
    assert check(engine) == ()


def test_each_year_counts_by_itself(engine: Engine) -> None:
    reserve_pack(engine, new_pack(1, 9), PRINTED)
    assert next_sequence(engine, 2027) == 1
    assert save_preparation(engine, keyed("27", year=2027), ENTERED).number == "2027-000001"


def test_a_number_that_was_given_away_meanwhile_is_reserved_by_nobody(engine: Engine) -> None:
    save_preparation(engine, NEW, ENTERED)
    before = counts(engine)
    with pytest.raises(RecordsRefused, match="2026-000001 was given away meanwhile: print the pack again"):
        reserve_pack(engine, new_pack(1), PRINTED)
    assert counts(engine) == before


def test_two_who_print_at_once_share_no_number(engine: Engine) -> None:
    start = threading.Barrier(2)

    def reserve(_: int) -> tuple[str, ...]:
        start.wait()
        try:
            return reserve_pack(engine, new_pack(next_sequence(engine, 2026), 5), PRINTED).open
        except RecordsRefused:
            return ()

    with ThreadPoolExecutor(2) as pool:
        taken = [number for numbers in pool.map(reserve, range(2)) for number in numbers]
    assert len(taken) == len(set(taken)) in (5, 10)


def test_an_order_from_paper_keeps_its_number_and_both_times(engine: Engine) -> None:
    reserve_pack(engine, new_pack(1, 3), PRINTED)
    saved = save_preparation(engine, NEW, ENTERED_LATE, paper=paper("2026-000002"))
    assert (saved.number, saved.sequence) == ("2026-000002", 2)
    now = standing(engine, saved.number)
    assert now is not None and now.paper is not None
    assert (now.paper.written_at, now.paper.entered_at) == (WRITTEN, ENTERED_LATE.at)
    assert (now.paper.written_by, now.paper.reason, now.paper.entered_by) == (
        "R. Okafor",
        "The network was down.",
        ANNA,
    )
    (found,) = packs(engine)
    assert found.numbers[1] == PackNumber(
        "2026-000002", NumberState.USED, ANNA, ENTERED_LATE.at, "The network was down."
    )
    assert found.open == ("2026-000001", "2026-000003")
    assert save_preparation(engine, keyed(4), ENTERED).number == "2026-000004"
    assert check(engine) == ()


def test_any_other_order_was_not_on_paper(engine: Engine) -> None:
    saved = save_preparation(engine, NEW, ENTERED)
    now = standing(engine, saved.number)
    assert now is not None and now.paper is None


def test_the_same_form_sent_twice_is_one_order_under_its_number(engine: Engine) -> None:
    reserve_pack(engine, new_pack(1), PRINTED)
    first = save_preparation(engine, NEW, ENTERED_LATE, paper=paper("2026-000001"))
    before = counts(engine)
    assert save_preparation(engine, NEW, ENTERED_LATE, paper=paper("2026-000001")) == first
    with pytest.raises(RecordsRefused, match="was sent before and saved as 2026-000001, with other entries"):
        save_preparation(engine, NEW, ENTERED_LATE, paper=paper("2026-000002"))
    assert counts(engine) == before


def test_of_two_who_enter_under_one_number_the_second_is_refused(engine: Engine) -> None:
    reserve_pack(engine, new_pack(1), PRINTED)
    start = threading.Barrier(2)

    def enter(key: int) -> str | None:
        start.wait()
        try:
            return save_preparation(engine, keyed(key), ENTERED_LATE, paper=paper("2026-000001")).number
        except RecordsRefused as refused:
            return str(refused)

    with ThreadPoolExecutor(2) as pool:
        found = sorted(map(str, pool.map(enter, range(2))))
    assert found == ["2026-000001", "2026-000001 is used already: an order was entered under it."]


NOT_OPEN = [
    ("2026-000001", "2026-000001 is used already: an order was entered under it."),
    ("2026-000002", "The blank worksheet 2026-000002 is recorded as destroyed: look at it again."),
    ("2026-000004", "2026-000004 is no number of a downtime pack of this desk."),
    ("2026-0000003", "2026-0000003 is no number of a downtime pack of this desk."),
    ("2026-99999999999", "2026-99999999999 is no number of a downtime pack of this desk."),
    ("third", "third is no number of a downtime pack of this desk."),
]


@pytest.mark.parametrize(("number", "sentence"), NOT_OPEN)
def test_a_number_that_is_not_open_takes_no_order_and_is_not_destroyed(
    engine: Engine, number: str, sentence: str
) -> None:
    reserve_pack(engine, new_pack(1, 3), PRINTED)
    save_preparation(engine, NEW, ENTERED_LATE, paper=paper("2026-000001"))
    destroy_number(engine, "2026-000002", "torn", ENTERED_LATE)
    before = counts(engine)
    for act in (
        lambda: save_preparation(engine, keyed(2), ENTERED_LATE, paper=paper(number)),
        lambda: destroy_number(engine, number, "torn again", ENTERED_LATE),
    ):
        with pytest.raises(RecordsRefused) as refused:
            act()
        assert str(refused.value) == sentence
    assert counts(engine) == before


def test_a_number_of_another_year_takes_no_order_of_this_one(engine: Engine) -> None:
    reserve_pack(engine, new_pack(1, year=2025), PRINTED)
    with pytest.raises(RecordsRefused, match="2025-000001 is a number of another year than 2026"):
        save_preparation(engine, NEW, ENTERED_LATE, paper=paper("2025-000001"))
    assert preparation(engine, "2025-000001") is None


def test_a_destroyed_worksheet_says_who_and_why(engine: Engine) -> None:
    reserve_pack(engine, new_pack(1), PRINTED)
    ben = Person("u18", "Ben Example", "pharmacist")
    gone = destroy_number(engine, "2026-000001", "Coffee on it.", replace(ENTERED_LATE, person=ben))
    assert gone.numbers[0] == PackNumber("2026-000001", NumberState.DESTROYED, ben, ENTERED_LATE.at, "Coffee on it.")
    assert [one.event.person for one in timeline(engine, "2026-000001")] == [ben]


def test_a_pack_is_found_by_each_of_its_numbers_and_by_no_other(engine: Engine) -> None:
    save_preparation(engine, NEW, ENTERED)
    made = reserve_pack(engine, new_pack(2), PRINTED)
    assert [pack_of(engine, f"2026-00000{n}") for n in (1, 2, 3, 4)] == [None, made, made, None]
    assert (pack(engine, made.id), pack(engine, made.id + 1)) == (made, None)


NO_PACK = [
    ({"worksheets": 0}, "a pack has 1 to 50 worksheets, and not 0"),
    ({"worksheets": MOST_WORKSHEETS + 1}, "a pack has 1 to 50 worksheets, and not 51"),
    ({"first": 0}, "numbers count from 1, and the first of this pack is 0"),
    ({"drug_id": " "}, "the drug_id of a pack is empty"),
    ({"strings_json": "{"}, "strings_json is not JSON"),
    ({"pdf_sha256": SHA.upper()}, "is not a SHA-256 checksum in small hexadecimal figures"),
]


@pytest.mark.parametrize(("changes", "said"), NO_PACK)
def test_what_is_no_pack_is_never_made(changes: dict[str, object], said: str) -> None:
    values = {name: getattr(new_pack(1), name) for name in NewPack.__dataclass_fields__}
    with pytest.raises(ValueError, match=said):
        NewPack(**{**values, **changes})  # type: ignore[arg-type]


NO_PAPER = [
    ({"written_by": ""}, "who wrote an order is empty"),
    ({"reason": " "}, "why an order is entered only now is empty"),
    ({"written_at": WRITTEN.replace(tzinfo=None)}, "a true time needs its zone"),
    ({"written_at": WRITTEN.replace(second=1)}, "a true time is of a whole minute"),
]


@pytest.mark.parametrize(("changes", "said"), NO_PAPER)
def test_what_is_no_order_from_paper_is_never_made(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        paper("2026-000001", **changes)
