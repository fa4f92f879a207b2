"""Label printers in the records: what each was and is, its results, and labels sent that came out or did not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from databases import Place
from test_records import ANNA, ENTERED, NEW, PRINTED, SHA, SIGNED, counts
from test_records_faults import refuse_inserts

from compounding.printing import Calibration, Kind, Measured, Printer
from compounding.records import (
    Engine,
    EntrySearch,
    Event,
    NewPrint,
    NewSending,
    NotSaved,
    RecordsRefused,
    Standing,
    busy_with,
    calibrations,
    check,
    end_sending,
    events,
    find_entries,
    printer_rows,
    printers,
    put_calibration,
    put_printer,
    revise_preparation,
    save_preparation,
    standing,
    take_step,
)
from compounding.workflow.progress import Fate, Sending

NUMBER = "2026-000001"
SET_UP = Event(ANNA, "printer set up", PRINTED.at)
SENT = Event(ANNA, "label printed", PRINTED.at + timedelta(minutes=1))
NETWORK = Printer(0, 0, "Cabinet 1", Kind.NETWORK, 203, "4 × 3 in", "192.0.2.9", 9100, "", ("Cabinet 1", "Büro"))
DRIVER = Printer(0, 0, "Office", Kind.DRIVER, 300, "4 × 4 in")
SHEETS = Printer(0, 0, "Sheets", Kind.SHEETS, 300, "4 × 3 in", sheet="Avery 5164, Letter, 4 × 3⅓ in")


def measured(across: str = "50", **changes: Any) -> Measured:
    return replace(Measured(Decimal(across), Decimal("49.8"), 50, True, True), **changes)


# ------------------------------------------------------------------ printers


@pytest.mark.parametrize("new", [NETWORK, DRIVER, SHEETS], ids=lambda one: one.kind.value)
def test_a_printer_comes_back_as_it_was_set_up(engine: Engine, new: Printer) -> None:
    made = put_printer(engine, new, SET_UP)
    assert made == replace(new, number=1, row=1)
    assert printers(engine) == (made,)
    assert find_entries(engine, EntrySearch(subject="printer:1"))[0].event.action == "printer set up"
    assert check(engine) == ()


def test_a_change_is_a_row_of_its_own_and_what_it_was_stays(engine: Engine) -> None:
    first = put_printer(engine, NETWORK, SET_UP)
    other = put_printer(engine, DRIVER, SET_UP)
    changed = put_printer(engine, replace(first, dpi=300, host="192.0.2.10"), SET_UP)
    assert (changed.number, changed.row) == (1, 3)
    assert printers(engine) == (changed, other)
    assert printer_rows(engine) == {1: first, 2: other, 3: changed}


def test_of_two_who_change_one_at_once_the_second_is_told(engine: Engine) -> None:
    first = put_printer(engine, NETWORK, SET_UP)
    put_printer(engine, replace(first, dpi=300), SET_UP)
    before = counts(engine)
    with pytest.raises(RecordsRefused, match=r"^Cabinet 1 was changed meanwhile: look at it again\.$"):
        put_printer(engine, replace(first, stock="4 × 4 in"), SET_UP)
    with pytest.raises(RecordsRefused, match="was changed meanwhile"):
        put_printer(engine, replace(first, number=9, row=9), SET_UP)
    assert counts(engine) == before


def test_two_printers_in_use_have_two_names(engine: Engine) -> None:
    first = put_printer(engine, NETWORK, SET_UP)
    with pytest.raises(RecordsRefused, match=r"^Another printer is called cabinet 1"):
        put_printer(engine, replace(DRIVER, name="cabinet 1"), SET_UP)
    put_printer(engine, replace(first, in_use=False), SET_UP)
    assert put_printer(engine, replace(DRIVER, name="cabinet 1"), SET_UP).number == 2


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"name": " "}, ValueError, "the name of a printer is empty"),
        ({"stock": ""}, ValueError, "the stock of a printer is empty"),
        ({"dpi": 600}, ValueError, "600 dpi is no resolution of a label printer: 203 or 300"),
        ({"host": ""}, ValueError, "a network printer has an address"),
        ({"sheet": "x"}, ValueError, "a printer has a sheet where it takes sheets of labels, and nowhere else"),
        ({"kind": Kind.SHEETS}, ValueError, "a printer has a sheet where it takes sheets"),
        ({"kind": "network"}, TypeError, "a printer is of one of the kinds that there are, not 'network'"),
    ],
)
def test_what_no_printer_is_is_not_stored(
    engine: Engine, changes: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        put_printer(engine, replace(NETWORK, **changes), SET_UP)
    assert printers(engine) == ()


# ------------------------------------------------------------------ calibration


def test_a_result_comes_back_with_who_measured_it_and_what_the_printer_was(engine: Engine) -> None:
    made = put_printer(engine, NETWORK, SET_UP)
    result = Calibration(measured("49.95"), True, made.made_up)
    stored = put_calibration(engine, made.row, result, "CAL-1-7K", SET_UP)
    assert (stored.result, stored.printer, stored.scanned) == (result, made, "CAL-1-7K")
    assert (stored.person, stored.at) == (ANNA, SET_UP.at)
    renamed = put_printer(engine, replace(made, name="Cabinet 2"), SET_UP)
    failed = put_calibration(
        engine, renamed.row, Calibration(measured(symbol_read=False), False, made.made_up), "", SET_UP
    )  # fmt: skip
    assert calibrations(engine, 1) == (stored, failed)
    assert (failed.result.measured.symbol_read, failed.result.passed) == (False, False)
    assert calibrations(engine, 2) == ()
    assert check(engine) == ()


def test_a_result_of_a_label_of_before_a_change_is_refused(engine: Engine) -> None:
    """Whoever measures an old label while somebody changes the printer proves nothing of what it is now."""
    made = put_printer(engine, NETWORK, SET_UP)
    put_printer(engine, replace(made, dpi=300), SET_UP)
    with pytest.raises(RecordsRefused, match="was changed meanwhile: print its calibration label again"):
        put_calibration(engine, made.row, Calibration(measured(), True, made.made_up), "CAL-1-7K", SET_UP)
    assert calibrations(engine, 1) == ()


# ------------------------------------------------------------------ labels that were sent


@pytest.fixture
def sent(engine: Engine) -> Iterator[Sending]:
    """Three copies on their way to a network printer."""
    made = put_printer(engine, NETWORK, SET_UP)
    save_preparation(engine, NEW, ENTERED)
    yield send(engine, made.row, 1, 3).sendings[-1]


def send(engine: Engine, printer: int, first: int, last: int, position: int = 0) -> Standing:
    copies = [NewPrint("label", str(copy), "[]" if copy == 1 else None, SHA) for copy in range(first, last + 1)]
    rows = [*copies, NewSending(printer, first, last, position)]
    return take_step(engine, NUMBER, SENT, judge=lambda _: None, rows=rows)


def fates(engine: Engine) -> list[Fate | None]:
    now = standing(engine, NUMBER)
    assert now
    return [copy.fate for copy in now.labels]


def test_labels_are_stored_with_their_sending_before_anything_is_known(engine: Engine, sent: Sending) -> None:
    assert replace(sent, at=None) == Sending(1, 1, 1, 3, 0, over_network=True)
    assert sent.at == SENT.at
    assert sent.open
    assert fates(engine) == [None] * 3
    assert {name for name in ("print", "sending") if counts(engine)[name]} == {"print", "sending"}
    assert [entry.event.action for entry in events(engine, NUMBER)] == ["entered", "label printed"]
    assert check(engine) == ()


LOST = Fate.NOT_PRINTED
OUT = [(0, [LOST, LOST, LOST]), (1, [None, LOST, LOST]), (2, [None, None, LOST]), (3, [None, None, None])]


@pytest.mark.parametrize(("came_out", "after"), OUT)
def test_what_did_not_come_out_is_not_printed(
    engine: Engine, sent: Sending, came_out: int, after: list[Fate | None]
) -> None:
    ended = end_sending(engine, NUMBER, sent.id, came_out, "it has no labels", SENT)
    assert (ended.came_out, ended.open) == (came_out, False)
    assert fates(engine) == after
    assert counts(engine)["label_end"] == after.count(LOST)
    assert check(engine) == ()


def test_a_question_is_answered_once(engine: Engine, sent: Sending) -> None:
    end_sending(engine, NUMBER, sent.id, 3, "", SENT)
    before = counts(engine)
    with pytest.raises(RecordsRefused, match="What came out is recorded already: look at the page again"):
        end_sending(engine, NUMBER, sent.id, 0, "", SENT)
    with pytest.raises(RecordsRefused, match="has no labels that were sent as 9"):
        end_sending(engine, NUMBER, 9, 0, "", SENT)
    assert counts(engine) == before


def test_of_ten_answers_at_once_one_is_stored(engine: Engine, sent: Sending) -> None:
    barrier = threading.Barrier(10)

    def answer(came_out: int) -> bool:
        barrier.wait()
        try:
            end_sending(engine, NUMBER, sent.id, came_out % 4, "", SENT)
        except RecordsRefused:
            return False
        return True

    with ThreadPoolExecutor(10) as threads:
        assert sum(threads.map(answer, range(10))) == 1
    assert counts(engine)["sending_end"] == 1


@pytest.mark.parametrize("came_out", [-1, 4])
def test_no_more_comes_out_than_was_sent(engine: Engine, sent: Sending, came_out: int) -> None:
    with pytest.raises(ValueError, match=f"{came_out} copies cannot have come of 1 to 3"):
        end_sending(engine, NUMBER, sent.id, came_out, "", SENT)
    assert fates(engine) == [None] * 3


def test_an_answer_is_taken_after_the_order_was_changed(engine: Engine, sent: Sending) -> None:
    """The labels are stale then, and what came out must be destroyed all the same."""
    changed = replace(NEW, request_key="key 2", order_json='{"height":"173"}')
    revise_preparation(engine, NUMBER, changed, SENT, SIGNED, was=1, judge=lambda _: None)
    end_sending(engine, NUMBER, sent.id, 1, "paper", SENT)
    assert fates(engine) == [None, LOST, LOST]


def test_what_goes_by_a_driver_or_on_a_sheet_asks_nothing(engine: Engine) -> None:
    """The person who prints sees the paper."""
    made = put_printer(engine, SHEETS, SET_UP)
    save_preparation(engine, NEW, ENTERED)
    (found,) = send(engine, made.row, 1, 3, position=4).sendings
    assert (found.position, found.over_network, found.open) == (4, False, False)


@pytest.mark.parametrize(("first", "last"), [(0, 1), (3, 2)])
def test_copies_are_sent_from_the_first_to_the_last(first: int, last: int) -> None:
    with pytest.raises(ValueError, match="copies are sent from the first to the last"):
        NewSending(1, first, last)


@pytest.mark.parametrize("table", ["print", "sending"])
def test_a_fault_at_the_attempt_leaves_nothing(engine: Engine, place: Place, table: str) -> None:
    made = put_printer(engine, NETWORK, SET_UP)
    save_preparation(engine, NEW, ENTERED)
    before = counts(engine)
    refuse_inserts(place, table)
    with pytest.raises(NotSaved):
        send(engine, made.row, 1, 3)
    assert counts(engine) == before


def test_a_fault_at_the_outcome_leaves_the_question_open(engine: Engine, place: Place, sent: Sending) -> None:
    """As a crash in between does: somebody must say."""
    refuse_inserts(place, "label_end")
    with pytest.raises(NotSaved):
        end_sending(engine, NUMBER, sent.id, 1, "", SENT)
    now = standing(engine, NUMBER)
    assert now
    assert (now.sendings[-1].open, fates(engine)) == (True, [None] * 3)
    assert len(find_entries(engine, EntrySearch(subject=NUMBER))) == 2


def test_one_printer_has_one_sending_at_a_time(engine: Engine, sent: Sending) -> None:
    """What stops the labels of one preparation might stop those of another on the same printer."""
    with pytest.raises(RecordsRefused, match="Labels of 2026-000001 are on their way to Cabinet 1"):
        send(engine, sent.printer, 4, 4)
    assert busy_with(engine, sent.printer) == NUMBER
    end_sending(engine, NUMBER, sent.id, 3, "", SENT)
    assert busy_with(engine, sent.printer) is None
