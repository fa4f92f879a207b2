"""Reports in the database: their editions and copies, who may make the next one, and what cannot be stored."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from test_records import ANNA, ENTERED, NEW, PRINTED, SHA

from compounding.records import (
    Engine,
    NewReport,
    RecordsRefused,
    check,
    record_report,
    report,
    reports,
    save_preparation,
    take_step,
    waste_between,
    waste_of,
)
from compounding.workflow.progress import Waste, Wasted
from tests.orders import mg, mL

MASTER, DRUG = "master record", "drug:one-us"
FIRST = NewReport(MASTER, DRUG, 1, 1, '["0.9 mg"]', SHA)


def test_copies_are_counted_in_each_edition_and_the_first_brings_its_words(engine: Engine) -> None:
    made = record_report(engine, FIRST, PRINTED)
    copy = record_report(engine, replace(FIRST, copy=2, strings_json=None), PRINTED)
    second = record_report(engine, replace(FIRST, edition=2, strings_json='["1 mg"]'), PRINTED)
    assert [(one.edition, one.copy, one.strings_json) for one in (made, copy, second)] == [
        (1, 1, '["0.9 mg"]'),
        (1, 2, None),
        (2, 1, '["1 mg"]'),
    ]
    assert (made.printed_by, made.printed_at, made.pdf_sha256) == (ANNA, PRINTED.at, SHA)
    assert (made.entry, copy.entry, second.entry) == (2, 3, 4)  # after the one that starts the log
    assert reports(engine, MASTER, DRUG) == (made, copy, second)
    assert report(engine, copy.id) == copy
    assert report(engine, 99) is None
    assert check(engine) == ()


def test_each_document_and_each_subject_has_editions_of_its_own(engine: Engine) -> None:
    record_report(engine, FIRST, PRINTED)
    other = record_report(engine, replace(FIRST, about="drug:two-us"), PRINTED)
    third = record_report(engine, replace(FIRST, document="waste certificate"), PRINTED)
    assert [(one.edition, one.copy) for one in (other, third)] == [(1, 1), (1, 1)]
    assert reports(engine, MASTER, "drug:two-us") == (other,)


NOT_NEXT = [
    # edition, copy: after copies 1 and 2 of edition 1
    (1, 1),
    (1, 2),
    (1, 4),
    (2, 2),
    (3, 1),
]


@pytest.mark.parametrize(("edition", "copy"), NOT_NEXT)
def test_what_is_not_the_next_copy_is_refused(engine: Engine, edition: int, copy: int) -> None:
    record_report(engine, FIRST, PRINTED)
    there = (*reports(engine, MASTER, DRUG), record_report(engine, replace(FIRST, copy=2, strings_json=None), PRINTED))
    new = replace(FIRST, edition=edition, copy=copy, strings_json="[]" if copy == 1 else None)
    with pytest.raises(RecordsRefused, match=f"^Copy {copy} of edition {edition} of the master record is not the next"):
        record_report(engine, new, PRINTED)
    assert reports(engine, MASTER, DRUG) == there


def test_of_ten_that_print_at_once_one_makes_the_copy(engine: Engine) -> None:
    def send(_: int) -> bool:
        try:
            record_report(engine, FIRST, PRINTED)
        except RecordsRefused:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(send, range(10))) == [False] * 9 + [True]


WRONG = [
    ({"document": " "}, ValueError, "the document of a report is empty"),
    ({"about": ""}, ValueError, "the subject of a report is empty"),
    ({"edition": 0}, ValueError, "editions and copies count from 1, and this is copy 1 of 0"),
    ({"copy": 0}, ValueError, "editions and copies count from 1, and this is copy 0 of 1"),
    ({"copy": 2}, ValueError, "copy 1 brings the words of an edition and no other does, and this is copy 2"),
    (
        {"strings_json": None},
        ValueError,
        "copy 1 brings the words of an edition and no other does, and this is copy 1",
    ),
    ({"strings_json": "{"}, ValueError, "strings_json is not JSON"),
    ({"pdf_sha256": "ABC"}, ValueError, "'ABC' is not a SHA-256 checksum in small hexadecimal figures"),
]


@pytest.mark.parametrize(("changes", "error", "sentence"), WRONG)
def test_a_report_that_cannot_be_is_refused(changes: dict[str, Any], error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=f"^{sentence}"):
        replace(FIRST, **changes)


def test_the_waste_of_one_preparation_is_its_own(engine: Engine) -> None:
    first, other = (save_preparation(engine, replace(NEW, request_key=key), ENTERED) for key in ("one", "two"))
    bag = Waste(Wasted.BAG, 0, mg("0.686"), mL("50"), "leaks", person=ANNA.id)
    for saved in (first, other):
        take_step(engine, saved.number, PRINTED, judge=lambda _: None, rows=[bag])
    (found,) = waste_of(engine, other.number)
    assert (found.number, found.waste, found.at) == (other.number, replace(bag), PRINTED.at)
    both = waste_between(engine, PRINTED.at, PRINTED.at + timedelta(seconds=1))
    assert [entry.number for entry in both] == [first.number, other.number]
    assert waste_of(engine, "2026-999999") == ()
