"""Printers in words: each text written out by hand from the values beside it, and none with a forbidden form."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from compounding.printing import Calibration, Kind, Measured, Printer
from compounding.wording import printers as words
from compounding.wording.labels import copies

NETWORK = Printer(2, 7, "Cabinet 1", Kind.NETWORK, 203, "4 × 3 in", "192.0.2.9", 9100)
SHEETS = Printer(3, 8, "Office", Kind.SHEETS, 300, "70 × 50 mm", sheet="Avery L7165, A4, 99.1 × 67.7 mm")
GOOD = Measured(Decimal("50.00"), Decimal("49.80"), 50, True, True)

SAID = [
    (copies(1, 1), "copy 1"),
    (copies(2, 3), "copies 2 and 3"),
    (copies(1, 3), "copies 1 to 3"),
    (words.place(NETWORK), "192.0.2.9, port 9100"),
    (words.place(SHEETS), "Avery L7165, A4, 99.1 × 67.7 mm"),
    (words.loaded(NETWORK), "4 × 3 in, 203 dpi"),
    (words.offered(SHEETS), "Office: 70 × 50 mm, 300 dpi"),
    # 50 mm and 40 mm, a hundredth less and more
    (words.between(50), "49.5 to 50.5 mm"),
    (words.between(40), "39.6 to 40.4 mm"),
    (
        words.pass_rule(50),
        "Passes at 49.5 to 50.5 mm across and down, with the symbol read and four whole corners.",
    ),
    (
        words.pass_rule(40),
        "Passes at 49.5 to 50.5 mm across and 39.6 to 40.4 mm down, with the symbol read and four whole corners.",
    ),
    (words.result(Calibration(GOOD, True, ())), "50 mm across, 49.8 mm of 50 down, symbol read, four corners whole"),
    (
        words.result(Calibration(replace(GOOD, symbol_read=False, corners_whole=False), False, ())),
        "50 mm across, 49.8 mm of 50 down, symbol not read, corners cut off",
    ),
    (
        words.not_printed("Cabinet 1", "paper-out"),
        "Not printed on Cabinet 1: it has no labels. Load it. Nothing is counted.",
    ),
    (
        words.stopped("Cabinet 1", 0, 4, 4, "head-open"),
        "Cabinet 1 printed no copy; copy 4 is recorded as not printed: its head is open. Close it. Print again.",
    ),
    (
        words.stopped("Cabinet 1", 1, 1, 3, "paused"),
        "Cabinet 1 printed copy 1; copies 2 and 3 are recorded as not printed: it is paused. Press its pause button."
        " Print again.",
    ),
    (words.came_out(4, 0), "none"),
    (words.came_out(4, 2), "copies 4 and 5"),
    (words.rule_caption(50, "across"), "50 mm across"),
    (words.alike("8.5"), "1 l I  0 O  5 S  8 B  8.5 pt"),
    (words.PASS_NOTE, "Pass at 100%: both rules 49.5 to 50.5 mm, symbol read, four corners."),
]


@pytest.mark.parametrize(("said", "wanted"), SAID)
def test_a_printer_is_told_in_plain_words(said: str, wanted: str) -> None:
    assert said == wanted


def test_what_came_out_is_one_of_the_first_so_many() -> None:
    assert words.came_out_choices(2, 4) == (
        ("0", "None"),
        ("1", "Copy 2"),
        ("2", "Copies 2 and 3"),
        ("3", "Copies 2 to 4"),
    )
    assert words.came_out_choices(5, 5) == (("0", "None"), ("1", "Copy 5"))


@pytest.mark.parametrize("code", words.CODES)
def test_every_trouble_is_said_in_every_sentence(code: str) -> None:
    for said in (
        words.not_printed("Cabinet 1", code),
        words.stopped("Cabinet 1", 1, 1, 3, code),
        words.not_known("Cabinet 1", 1, 3, code),
        words.calibration_not_printed("Cabinet 1", code, sure=True),
    ):
        assert said.endswith((".", ".)")) and ".." not in said
        assert not re.search(r"\d\.\d*0 mm|(?<!\d)\.\d|…|None|Decimal", said)


def test_a_printer_without_a_pass_is_warned_of_in_training_and_refused_for_patients() -> None:
    lead = "Cabinet 1 has no passed calibration for 4 × 3 in at 203 dpi"
    assert words.untrusted(NETWORK, training=True) == f"{lead}. In patient use nothing would be printed on it."
    assert words.untrusted(NETWORK, training=False) == (
        f"{lead}, so no label for a patient is printed on it. Print its calibration label under Settings, Label"
        " printers, measure it and record the result."
    )


def test_the_facts_of_a_printer_are_those_of_its_form() -> None:
    assert dict(words.facts(replace(SHEETS, workstations=("Cabinet 1", "Office"), in_use=False))) == {
        "Name": "Office",
        "Kind": "Sheets of labels in an office printer",
        "Resolution": "300 dpi",
        "Label": "70 × 50 mm",
        "Address": "",
        "Sheet of labels": "Avery L7165, A4, 99.1 × 67.7 mm",
        "Used at": "Cabinet 1, Office",
        "In use": "no",
    }
