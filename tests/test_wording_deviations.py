"""What went otherwise than planned, as rows of the worksheet: late entries, readings apart, what broke."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from compounding.policy import Market
from compounding.wording.deviations import DeviationText, deviations_of
from compounding.workflow import State
from compounding.workflow.check import judged
from compounding.workflow.materials import Out
from compounding.workflow.progress import Moment, Progress, What
from tests.orders import us
from tests.paths import CHECKER, moment, own, preparing, vial

PATH = preparing(us(170, 70), State.DILUTED)
# 13:00 UTC is 09:00 in New York on 12 March 2026. An entry of five minutes is punctual, of six late.
KEPT = "\N{NO-BREAK SPACE}"  # a date does not part from its time
RETURNED = f"Returned Mar{KEPT}12,{KEPT}2026{KEPT}18:00, entered Mar{KEPT}13,{KEPT}2026{KEPT}08:00"
NEXT_DAY = datetime(2026, 3, 13, 12, 0, tzinfo=UTC)
LATE: list[tuple[Moment, list[DeviationText]]] = [
    (moment(What.WETTED, "13:00", place=1), []),
    (moment(What.WETTED, "13:00", place=1, entered="13:05"), []),
    (
        moment(What.WETTED, "13:00", place=2, entered="13:40", reason="Gloves on"),
        [DeviationText("Vial 2 wetted 09:00, entered 09:40", "Gloves on", "entered late", "okafor")],
    ),
    (
        moment(What.DILUTED, "14:00", entered="14:06", reason="Power cut"),
        [DeviationText("Drug added 10:00, entered 10:06", "Power cut", "entered late", "okafor")],
    ),
    (
        replace(moment(What.RETURNED, "22:00", reason="Night ward"), entered_at=NEXT_DAY),
        [DeviationText(RETURNED, "Night ward", "entered late", "okafor")],
    ),
]


def rows(progress: Progress) -> list[DeviationText]:
    return list(deviations_of(progress, "America/New_York", Market.US))


@pytest.mark.parametrize(("happened", "expected"), LATE)
def test_a_late_entry_stands_with_both_times(happened: Moment, expected: list[DeviationText]) -> None:
    assert rows(replace(PATH, moments=(happened,))) == expected


def test_each_reading_that_disagreed_is_a_row_and_shows_no_figure() -> None:
    said = (own(read="5", dose="1.5"), own(), own(vials=3))
    readings = tuple(judged(one, PATH.planned, 2, CHECKER) for one in said)
    what = "In-process check, reading {}: did not agree"
    assert rows(replace(PATH, readings=readings)) == [
        DeviationText(what.format(1), "apart: dose, syringes", "read", CHECKER),
        DeviationText(what.format(3), "apart: vials", "read", CHECKER),
    ]


LEFT = [
    (Out.BROKEN, "Dropped", ["Vial 1, lot TR4471A: broken"]),
    (Out.DISCARDED, "", ["Vial 1, lot TR4471A: discarded"]),
    (Out.REPLACED, "Leaks", ["Vial 1, lot TR4471A: replaced"]),
    (Out.RETURNED, "Not needed", []),
    (Out.ORDER_CHANGED, "", []),
]


@pytest.mark.parametrize(("why", "said", "expected"), LEFT, ids=[why.value for why, _, _ in LEFT])
def test_what_broke_or_was_lost_or_replaced_is_named(why: Out, said: str, expected: list[str]) -> None:
    gone = replace(vial(1, out=why), out_words=said, out_by="park")
    found = rows(replace(PATH, materials=(gone, vial(2))))
    assert [one.what for one in found] == expected
    assert {(one.reason, one.did, one.person) for one in found} <= {(said or "–", "put out", "park")}


def test_what_went_as_planned_has_no_row() -> None:
    assert rows(preparing(us(170, 70), State.DILUTED, wet="13:00", checked="13:20", diluted="13:30")) == []
