"""The path of a preparation in the records: each row with its step, judged under the lock, found again exactly."""

import io
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from databases import Place
from path_rows import READING, REMAINDER, SALINE, VIAL, moment, one_of_each, printed, vial
from test_log import entries, exported
from test_records import ANNA, AT, ENTERED, SHA, SIGNED, counts, keyed
from test_records_faults import allow_inserts, refuse_inserts

from compounding import evidence
from compounding.policy import Making
from compounding.quantities import DrugMass, Volume, total
from compounding.records import (
    Engine,
    Event,
    NewFate,
    NewOut,
    NewPrint,
    NewSignature,
    NotSaved,
    Person,
    RecordsRefused,
    SavedPreparation,
    Standing,
    check,
    codes,
    end_recall,
    events,
    head,
    open_preparations,
    preparation,
    prints,
    put_recall,
    put_setting,
    recalls,
    record_print,
    revise_preparation,
    save_preparation,
    settings,
    settings_entry,
    standing,
    take_step,
    timeline,
    uses_of_lot,
    waste_between,
)
from compounding.workflow.materials import Kind, Out
from compounding.workflow.progress import Fate, LabelCopy, Wasted, What

NUMBER = "2026-000001"
BEN = Person("u18", "Ben Example", "technician")
STEP = Event(BEN, "material recorded", AT + timedelta(minutes=10))
MINUTE = datetime(2026, 3, 4, 5, 16, tzinfo=UTC)  # of STEP, which is 7.000089 s later


def anybody(_: Standing) -> None:
    return None


def step(engine: Engine, *rows: Any, number: str = NUMBER, event: Event = STEP, **more: Any) -> Standing:
    return take_step(engine, number, event, **({"judge": anybody, "rows": rows} | more))


def another(engine: Engine, key: object = "other", **changes: Any) -> str:
    return save_preparation(engine, keyed(key, **changes), replace(ENTERED, at=STEP.at)).number


def added(engine: Engine, before: dict[str, int]) -> dict[str, int]:
    """How many rows each table has got since."""
    return {name: now - before[name] for name, now in counts(engine).items() if now != before[name]}


@pytest.fixture
def saved(engine: Engine) -> SavedPreparation:
    """Entries 2 and 3: entered, and its label printed."""
    made = save_preparation(engine, keyed("first"), ENTERED)
    record_print(engine, made.number, "label", "1", "[]", SHA, ENTERED)
    return made


pytestmark = pytest.mark.usefixtures("saved")


# ------------------------------------------------------------------ one step


def test_a_step_writes_all_its_rows_in_one_entry_and_they_stand(engine: Engine) -> None:
    before = counts(engine)
    rows = one_of_each(STEP.at, print_id=1)
    now = step(engine, *rows, state="diluted", signature=SIGNED)
    once = dict.fromkeys(
        ("log", "status", "signature", "material", "reading", "label_end", "waste"),
        1,
    )
    assert added(engine, before) == once | {"moment": 2}
    assert now == standing(engine, NUMBER)
    assert now.preparation.state == "diluted"
    assert now.materials == (replace(VIAL, id=1, person="u18"),)
    assert now.moments == (replace(rows[1], person="u18"), replace(rows[2], person="u18"))
    assert now.readings == (replace(READING, person="u18"),)
    assert now.labels == (LabelCopy(1, "1", "label", 1, Fate.DESTROYED, "okafor", "u18", STEP.at, "u17", entry=4),)
    assert now.wastes == (replace(REMAINDER, person="u18"),)
    assert now.people == (ANNA, BEN)
    (entry,) = [one for one in entries(engine) if one.seq == 4]
    assert sorted(json.loads(entry.body)["rows"]) == sorted(
        ["label_end", "material", "moment", "reading", "signature", "status", "waste"]
    )


def test_before_any_step_nothing_stands_but_the_label(engine: Engine) -> None:
    now = standing(engine, NUMBER)
    assert now
    assert now.labels == (LabelCopy(1, "1", "label", 1, printed_by="u17"),)
    for rows in (now.materials, now.moments, now.readings, now.wastes):
        assert rows == ()
    assert (now.people, now.recalled) == ((ANNA,), frozenset())


KINDS_OF_ROW: dict[str, Callable[[], Any]] = {
    "material": lambda: SALINE,
    "material_out": lambda: NewOut(1, Out.RETURNED, "too many"),
    "moment": lambda: moment(What.RETURNED, STEP.at),
    "reading": lambda: replace(READING, agrees=False, faults=("volume", "mass"), read_mass=None),
    "print": lambda: printed("2", None),
    "label_end": lambda: NewFate(1, Fate.APPLIED),
    "waste": lambda: replace(REMAINDER, what=Wasted.BAG, place=0),
}


@pytest.mark.parametrize("kind", KINDS_OF_ROW)
def test_after_each_kind_of_row_the_log_gives_the_tables_and_is_whole(engine: Engine, kind: str) -> None:
    step(engine, VIAL)
    before = counts(engine)
    step(engine, KINDS_OF_ROW[kind](), state="held")
    assert added(engine, before) == {"log": 1, "status": 1, kind: 1}
    assert check(engine) == ()
    assert evidence.verify(io.BytesIO(exported(engine)), bodies=True).state is evidence.State.WHOLE
    assert [found.id for found in events(engine, NUMBER)] == [2, 3, 4, 5]
    assert timeline(engine, NUMBER)[-1].event == replace(STEP, subject=NUMBER)


@pytest.mark.parametrize("kind", KINDS_OF_ROW)
def test_a_row_alone_is_in_the_history_of_its_preparation(engine: Engine, kind: str) -> None:
    """Without a state: what left and what became of a label name the preparation through another row."""
    step(engine, VIAL)
    step(engine, KINDS_OF_ROW[kind]())
    another(engine)
    assert [found.id for found in events(engine, NUMBER)] == [2, 3, 4, 5]
    assert [found.id for found in events(engine, "2026-000002")] == [6]


@pytest.mark.parametrize("table", ["log", "status", "signature", "material", "moment", "reading", "label_end", "waste"])
def test_a_fault_at_any_row_of_a_step_leaves_nothing(engine: Engine, place: Place, table: str) -> None:
    def act() -> Standing:
        return step(engine, *one_of_each(STEP.at, print_id=1), state="diluted", signature=SIGNED)

    before = counts(engine)
    refuse_inserts(place, table)
    with pytest.raises(NotSaved):
        act()
    assert counts(engine) == before
    allow_inserts(place, table)
    assert act().preparation.state == "diluted"


def test_rows_and_state_may_follow_from_how_it_stands(engine: Engine) -> None:
    """The last of three materials completes them, whoever records it and whatever their page showed."""
    completes = {"state": lambda now: "materials recorded" if len(now.materials) == 2 else "order verified"}
    states = [step(engine, vial(place), **completes).preparation.state for place in (1, 2, 3)]
    assert states == ["order verified", "order verified", "materials recorded"]
    now = step(engine, rows=lambda now: [NewOut(one.id, Out.RETURNED) for one in now.materials])
    assert [one.out for one in now.materials] == [Out.RETURNED] * 3
    assert step(engine, state=lambda _: None).preparation.state == "materials recorded"


def test_whoever_judges_is_heard_first_and_nothing_is_made(engine: Engine) -> None:
    before = counts(engine)

    def never(_: Standing) -> Any:
        raise AssertionError("nothing is asked for after a refusal")

    with pytest.raises(RecordsRefused, match=r"^You prepared it\.$"):
        step(engine, judge=lambda _: "You prepared it.", rows=never, state=never)
    assert counts(engine) == before


@pytest.mark.parametrize(
    ("row", "error", "sentence"),
    [
        (lambda: "a vial", TypeError, "a step writes no str"),
        (lambda: replace(VIAL, id=1), ValueError, "the vial 1 of lot AB-12 34 is stored already"),
        (lambda: replace(SALINE, out=Out.BROKEN), ValueError, "the diluent of lot S7 is stored already"),
        (lambda: replace(VIAL, lot=" - "), ValueError, "the lot ' - ' holds no letter and no figure"),
        (lambda: replace(VIAL, product=""), ValueError, "the product of a material is empty"),
        (lambda: replace(VIAL, serial=""), ValueError, "the serial of a material is empty"),
        (lambda: replace(VIAL, person="okafor"), ValueError, "the row is okafor’s and its event u18’s"),
        (lambda: replace(READING, person="okafor"), ValueError, "the row is okafor’s and its event u18’s"),
        (lambda: replace(READING, vials=True), ValueError, "True is no count of vials"),
        (lambda: replace(READING, vials=-1), ValueError, "-1 is no count of vials"),
        (
            lambda: replace(READING, dose=DrugMass(Decimal("0.0000000001"))),
            ValueError,
            "'0.0000000001 mg' is not an amount of drug",
        ),
        (lambda: replace(REMAINDER, place=0), ValueError, "0 is no place of a vial remainder"),
        (lambda: replace(REMAINDER, what=Wasted.BAG), ValueError, "2 is no place of a bag"),
        (lambda: replace(REMAINDER, reason=" "), ValueError, "the reason of a waste is empty"),
        (
            lambda: replace(REMAINDER, mass=DrugMass(Decimal("0.0000001"))),
            ValueError,
            "0.0000001 mg is not a whole number of ng",
        ),
        (
            lambda: replace(REMAINDER, volume=Volume(Decimal(-1))),
            ValueError,
            "nobody throws 0.34 mg in -1 mL away",
        ),
        (lambda: moment(What.WETTED, STEP.at), ValueError, "0 is no place of what was wetted"),
        (lambda: moment(What.DILUTED, STEP.at, 1), ValueError, "1 is no place of what was diluted"),
        (
            lambda: moment(What.DILUTED, STEP.at, at=STEP.at),
            ValueError,
            "a true time is of a whole minute: 2026-03-04 05:16:07.000089+00:00",
        ),
        (
            lambda: moment(What.DILUTED, STEP.at, at=datetime(2026, 3, 4, 5, 16)),  # noqa: DTZ001
            ValueError,
            "a true time needs its zone: 2026-03-04 05:16:00",
        ),
        (
            # Nobody may say that a time was entered when it was not.
            lambda: moment(What.DILUTED, STEP.at, entered_at=MINUTE - timedelta(minutes=1)),
            ValueError,
            "a time that is entered at 2026-03-04 05:16:07.000089+00:00 cannot say that it was at"
            " 2026-03-04 05:15:00+00:00",
        ),
    ],
)
def test_a_row_that_cannot_be_is_refused_and_nothing_written(
    engine: Engine, row: Callable[[], Any], error: type[Exception], sentence: str
) -> None:
    before = counts(engine)
    with pytest.raises(error) as refused:
        step(engine, vial(9), row())
    assert str(refused.value) == sentence
    assert counts(engine) == before


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: NewOut(1, "broken"),  # type: ignore[arg-type]
            "a material leaves for one of the reasons that there are, not 'broken'",
        ),
        (
            lambda: NewFate(1, "applied"),  # type: ignore[arg-type]
            "a copy meets one of the fates that there are, not 'applied'",
        ),
    ],
)
def test_a_reason_and_a_fate_are_of_those_that_there_are(make: Callable[[], object], sentence: str) -> None:
    with pytest.raises(TypeError) as refused:
        make()
    assert str(refused.value) == sentence


@pytest.mark.parametrize("rounds", [40, pytest.param(1000, marks=pytest.mark.proof)])
def test_of_two_checkers_at_once_exactly_one_wins(engine: Engine, rounds: int) -> None:
    """The check, its reading and its signature are the winner's; the other is told, and nothing of theirs is kept."""

    def unchecked(now: Standing) -> str | None:
        return "It is checked already." if now.preparation.state == "in-process checked" else None

    def race(number: str) -> int:
        barrier = threading.Barrier(2)

        def check_it(n: int) -> bool:
            by = Event(Person(f"u{n}", "An Example", "pharmacist"), "in-process check", STEP.at)
            signed = NewSignature("in-process-check", "{}")
            barrier.wait()
            try:
                step(
                    engine,
                    READING,
                    number=number,
                    event=by,
                    judge=unchecked,
                    state="in-process checked",
                    signature=signed,
                )
            except RecordsRefused as refused:
                assert str(refused) == "It is checked already."
                return False
            return True

        return sum(two.map(check_it, range(2)))

    with ThreadPoolExecutor(2) as two:
        won = [race(another(engine, round_)) for round_ in range(rounds)]
    assert won == [1] * rounds
    made = counts(engine)
    assert (made["reading"], made["signature"], made["status"]) == (rounds, rounds, 2 * rounds + 1)
    newest = standing(engine, f"2026-{rounds + 1:06d}")
    assert newest
    assert newest.readings[0].person == newest.signatures[0].person.id == newest.statuses[-1].person.id
    assert check(engine) == ()


# ------------------------------------------------------------------ materials


def test_what_left_stays_with_its_reason_and_its_place_is_free_again(engine: Engine) -> None:
    step(engine, vial(1), vial(2), SALINE)
    now = step(engine, NewOut(2, Out.REPLACED, "carton crushed"), vial(2, serial="7"), event=replace(STEP, person=ANNA))
    assert [(one.id, one.place, one.out) for one in now.materials] == [
        (1, 1, None),
        (2, 2, Out.REPLACED),
        (3, 0, None),
        (4, 2, None),
    ]
    assert {one.person for one in now.materials if one.id != 4} == {"u18"}
    assert now.materials[3].person == "u17"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([vial(1, serial="7")], "The vial 1 of 2026-000001 is recorded already: look at it again."),
        ([vial(3), vial(3, serial="7")], "The vial 3 of 2026-000001 is recorded already: look at it again."),
        ([replace(SALINE, lot="S8")], "The diluent of 2026-000001 is recorded already: look at it again."),
        ([NewOut(9, Out.BROKEN)], "2026-000001 has no material 9 that could leave it: look at it again."),
        ([NewOut(1, Out.BROKEN)] * 2, "2026-000001 has no material 1 that could leave it: look at it again."),
        ([NewOut(3, Out.BROKEN)], "2026-000001 has no material 3 that could leave it: look at it again."),  # left
        ([NewOut(4, Out.BROKEN)], "2026-000001 has no material 4 that could leave it: look at it again."),  # another's
    ],
)
def test_materials_that_do_not_fit_what_is_there_are_refused(engine: Engine, rows: list[Any], sentence: str) -> None:
    step(engine, vial(1), SALINE, vial(2))
    step(engine, NewOut(3, Out.RETURNED))
    step(engine, vial(1, serial="9"), number=another(engine))
    before = counts(engine)
    with pytest.raises(RecordsRefused) as refused:
        step(engine, *rows)
    assert str(refused.value) == sentence
    assert counts(engine) == before


OWN = "The vial with serial number 100000001 is recorded for 2026-000001 already: take another vial."


@pytest.mark.parametrize(
    ("left", "again", "sentence"),
    [
        (None, VIAL, OWN),
        (Out.BROKEN, VIAL, OWN),  # its content is in the bin
        (Out.DISCARDED, VIAL, OWN),
        (Out.RETURNED, VIAL, None),
        (Out.REPLACED, VIAL, None),
        (Out.ORDER_CHANGED, VIAL, None),
        (None, vial(2, serial="100000001"), OWN),
        (None, replace(VIAL, lot="other"), OWN),
        (None, replace(VIAL, gtin=None), OWN),  # typed: the product must do
        (None, replace(VIAL, gtin="05013457012095"), None),  # numbered by itself
        (None, replace(VIAL, product="besponsa-uk"), None),
        (None, replace(VIAL, serial="100000002"), None),
        (None, replace(VIAL, serial=None), None),
    ],
)
@pytest.mark.parametrize("elsewhere", [True, False])
def test_one_vial_is_in_one_preparation_and_once(
    engine: Engine, left: Out | None, again: Any, sentence: str | None, elsewhere: bool
) -> None:
    step(engine, VIAL)
    if left is not None:
        step(engine, NewOut(1, left))
    number = another(engine) if elsewhere else NUMBER
    wanted = replace(again, place=again.place if elsewhere else 3)
    before = counts(engine)
    if sentence is None:
        assert step(engine, wanted, number=number).materials[-1].serial == wanted.serial
        return
    with pytest.raises(RecordsRefused) as refused:
        step(engine, wanted, number=number)
    assert str(refused.value) == sentence
    assert counts(engine) == before


def test_a_vial_that_was_recorded_without_its_gtin_is_known_when_it_is_scanned(engine: Engine) -> None:
    step(engine, replace(VIAL, gtin=None))
    with pytest.raises(RecordsRefused) as refused:
        step(engine, VIAL, number=another(engine))
    assert str(refused.value) == OWN


def test_one_vial_scanned_twice_in_one_step_is_one(engine: Engine) -> None:
    with pytest.raises(RecordsRefused) as refused:
        step(engine, vial(1), vial(2, serial="100000001"))
    assert str(refused.value) == OWN
    assert counts(engine)["material"] == 0


def test_a_vial_that_leaves_may_take_another_place_in_the_same_step(engine: Engine) -> None:
    step(engine, VIAL)
    now = step(engine, NewOut(1, Out.REPLACED), replace(VIAL, place=2))
    assert [(one.place, one.out) for one in now.materials] == [(1, Out.REPLACED), (2, None)]


def test_of_ten_that_scan_one_vial_at_once_one_has_it(engine: Engine) -> None:
    numbers = [another(engine, n) for n in range(10)]
    barrier = threading.Barrier(10)

    def scan(number: str) -> bool:
        barrier.wait()
        try:
            step(engine, VIAL, number=number)
        except RecordsRefused:
            return False
        return True

    with ThreadPoolExecutor(10) as threads:
        assert sum(threads.map(scan, numbers)) == 1
    assert counts(engine)["material"] == 1


# ------------------------------------------------------------------ recalls

RECALLED = "Lot {} of Besponsa is recalled: particles. Set it aside and take another."


@pytest.mark.parametrize("lot", ["AB-12 34", "ab1234", "AB12-34", " AB 1234 "])
def test_nothing_of_a_recalled_lot_is_recorded_however_it_is_typed(engine: Engine, lot: str) -> None:
    made = put_recall(engine, "besponsa-us", lot, "particles", STEP)
    assert recalls(engine) == (made,)
    assert (made.id, made.lot, made.reason, made.person, made.at, made.end) == (1, lot, "particles", BEN, STEP.at, None)
    before = counts(engine)
    with pytest.raises(RecordsRefused) as refused:
        step(engine, SALINE, VIAL)
    assert str(refused.value) == RECALLED.format("AB-12 34")
    assert counts(engine) == before
    ended = end_recall(engine, made.id, "another lot was meant", STEP)
    assert ended.end
    assert (ended.end.reason, ended.end.person, ended.end.at) == ("another lot was meant", BEN, STEP.at)
    assert recalls(engine) == (ended,)
    assert step(engine, SALINE, VIAL).recalled == frozenset()
    assert check(engine) == ()


@pytest.mark.parametrize(("product", "lot"), [("besponsa-us", "AB-12 35"), ("saline-50", "AB-12 34")])
def test_another_lot_and_another_product_are_not_recalled(engine: Engine, product: str, lot: str) -> None:
    put_recall(engine, product, lot, "particles", STEP)
    assert len(step(engine, VIAL).materials) == 1


def test_a_recall_after_the_vial_was_picked_is_seen_by_whoever_judges(engine: Engine) -> None:
    step(engine, VIAL)
    put_recall(engine, "besponsa-us", "ab1234", "particles", STEP)
    put_recall(engine, "saline-50", "S7", "leaks", STEP)
    seen: list[Standing] = []
    step(engine, judge=lambda now: seen.append(now))
    as_typed = {("besponsa-us", "ab1234"), ("saline-50", "S7")}
    assert seen[0].recalled == as_typed | {("besponsa-us", "AB-12 34")}
    assert open_preparations(engine)[0].recalled == seen[0].recalled


@pytest.mark.parametrize(
    ("act", "error", "sentence"),
    [
        (
            lambda e: put_recall(e, "besponsa-us", "AB 1234", "again", STEP),
            RecordsRefused,
            "Lot AB 1234 of besponsa-us is recalled already: look at the list again.",
        ),
        (lambda e: put_recall(e, "", "AB", "x", STEP), ValueError, "the product of a recall is empty"),
        (lambda e: put_recall(e, "x", "-", "x", STEP), ValueError, "the lot '-' holds no letter and no figure"),
        (lambda e: put_recall(e, "x", "AB", " ", STEP), ValueError, "the reason of a recall is empty"),
        (lambda e: end_recall(e, 9, "x", STEP), RecordsRefused, "There is no recall 9."),
        (lambda e: end_recall(e, 1, "", STEP), ValueError, "the reason why a recall ends is empty"),
        (
            lambda e: (end_recall(e, 2, "x", STEP), end_recall(e, 2, "x", STEP)),
            RecordsRefused,
            "The recall of lot S7 has ended already: look at the list again.",
        ),
    ],
)
def test_a_recall_that_cannot_be_is_refused(
    engine: Engine, act: Callable[[Engine], object], error: type[Exception], sentence: str
) -> None:
    put_recall(engine, "besponsa-us", "AB-12 34", "particles", STEP)
    put_recall(engine, "saline-50", "S7", "leaks", STEP)
    with pytest.raises(error) as refused:
        act(engine)
    assert str(refused.value) == sentence
    assert counts(engine)["recall"] == 2
    assert counts(engine)["recall_end"] == sentence.startswith("The recall of lot S7")


def test_a_lot_may_be_recalled_again_after_its_recall_ended(engine: Engine) -> None:
    end_recall(engine, put_recall(engine, "saline-50", "S7", "leaks", STEP).id, "no leak", STEP)
    again = put_recall(engine, "saline-50", "S7", "leaks after all", STEP)
    assert [(one.id, one.end is None) for one in recalls(engine)] == [(1, False), (again.id, True)]


# ------------------------------------------------------------------ a lot, found


@pytest.fixture
def three(engine: Engine, saved: SavedPreparation) -> tuple[str, ...]:
    """Lot AB-12 34: two vials and one that left in the first, none in the second, one in the third."""
    second, third = another(engine, 2), another(engine, 3, given_on=date(2026, 3, 9))
    step(engine, vial(1), vial(2, lot="ab1234"), vial(3), SALINE)
    step(engine, NewOut(3, Out.RETURNED))
    step(engine, vial(1, lot="OTHER", serial="7"), number=second)
    step(engine, vial(1, serial="8"), replace(SALINE, lot="AB1234"), number=third, state="rejected")
    return (saved.number, second, third)


@pytest.mark.parametrize(
    ("product", "lot", "found"),
    [
        ("besponsa-us", "AB-12 34", [(2, 1), (0, 2)]),  # of three: vials that are in it
        ("besponsa-us", "ab1234", [(2, 1), (0, 2)]),
        (None, "AB1234", [(2, 2), (0, 2)]),  # the saline too
        ("saline-50", "AB1234", [(2, 1)]),
        ("saline-50", "s 7", [(0, 1)]),
        ("besponsa-us", "other", [(1, 1)]),
        ("besponsa-us", "AB", []),  # a part of a lot is another lot
        ("besponsa-us", "%", []),
        ("besponsa-uk", "AB1234", []),
    ],
)
def test_every_preparation_of_a_lot_is_found_the_newest_first(
    engine: Engine, three: tuple[str, ...], product: str | None, lot: str, found: list[tuple[int, int]]
) -> None:
    uses = uses_of_lot(engine, product, lot)
    assert [(use.preparation.number, use.count) for use in uses] == [(three[index], count) for index, count in found]


@pytest.mark.usefixtures("three")
def test_a_use_of_a_lot_says_whose_and_when_and_what_left(engine: Engine) -> None:
    third, first = uses_of_lot(engine, "besponsa-us", "AB1234")
    assert third.preparation.content.given_on == date(2026, 3, 9)
    assert third.preparation.state == "rejected"
    assert [(one.place, one.lot, one.out) for one in first.materials] == [
        (1, "AB-12 34", None),
        (2, "ab1234", None),
        (3, "AB-12 34", Out.RETURNED),
    ]
    assert first.preparation == preparation(engine, NUMBER)


def test_a_lot_of_nothing_is_not_looked_for(engine: Engine) -> None:
    with pytest.raises(ValueError, match=r"^the lot ' ' holds no letter and no figure$"):
        uses_of_lot(engine, None, " ")


# ------------------------------------------------------------------ times and readings


def test_a_late_entry_keeps_both_times_and_its_reason(engine: Engine) -> None:
    """Wetted at 07:41 in Paris, which is 06:41 in UTC, the day before it was entered at 05:16."""
    wetted = datetime.fromisoformat("2026-03-03T07:41+01:00")
    late = moment(What.WETTED, STEP.at, 1, at=wetted, late_reason="the screen was dark")
    (kept,) = step(engine, late).moments
    assert (kept.at, kept.entered_at) == (datetime(2026, 3, 3, 6, 41, tzinfo=UTC), MINUTE)
    assert (kept.late_reason, kept.person, kept.making) == ("the screen was dark", "u18", None)
    assert kept.at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("first", "again", "sentence"),
    [
        (
            (What.WETTED, 2),
            (What.WETTED, 2),
            "When vial 2 was wetted of 2026-000001 is recorded already: look at it again.",
        ),
        (
            (What.DILUTED, 0),
            (What.DILUTED, 0),
            "When the bag was diluted of 2026-000001 is recorded already: look at it again.",
        ),
        ((What.WETTED, 2), (What.WETTED, 1), None),
        ((What.DILUTED, 0), (What.RELEASED, 0), None),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_true_time_is_never_written_anew(
    engine: Engine, first: tuple[What, int], again: tuple[What, int], sentence: str | None, at_once: bool
) -> None:
    one = moment(first[0], STEP.at, first[1])
    other = moment(again[0], STEP.at, again[1], at=MINUTE - timedelta(hours=1))

    def act() -> Standing:
        if at_once:
            return step(engine, one, other)
        step(engine, one)
        return step(engine, other)

    if sentence is None:
        assert len(act().moments) == 2
        return
    with pytest.raises(RecordsRefused) as refused:
        act()
    assert str(refused.value) == sentence
    assert counts(engine)["moment"] == (0 if at_once else 1)


@pytest.mark.parametrize("making", Making)
def test_how_the_bag_was_made_comes_back(engine: Engine, making: Making) -> None:
    (kept,) = step(engine, moment(What.DILUTED, STEP.at, making=making)).moments
    assert kept.making is making


def test_a_reading_comes_back_to_the_last_decimal(engine: Engine) -> None:
    fine = replace(READING, dose=DrugMass(Decimal("999999999.123456789")), read_volume=Volume(Decimal("5.840")))
    differs = replace(READING, read_mass=None, agrees=False, faults=("vials", "volume"), vials=3)
    step(engine, fine)
    now = step(engine, differs, event=replace(STEP, person=ANNA))
    assert now.readings == (replace(fine, person="u18"), replace(differs, person="u17"))


# ------------------------------------------------------------------ labels


def test_a_label_is_printed_with_the_state_that_it_leads_to(engine: Engine) -> None:
    now = step(engine, printed("2", None), state="diluted", judge=anybody)
    assert [(one.print_id, one.copy, one.fate) for one in now.labels] == [(1, "1", None), (2, "2", None)]
    assert now.preparation.state == "diluted"
    assert [one.copy for one in prints(engine, NUMBER)] == ["1", "2"]


def test_several_copies_are_printed_at_once_and_draw_the_first_ones_strings(engine: Engine) -> None:
    number = another(engine)
    copies = [printed("1"), printed("2", None), printed("3", "[]"), NewPrint("worksheet", "1", '["x"]', SHA)]
    now = step(engine, *copies, number=number)
    assert [(one.copy, one.document) for one in now.labels] == [("1", "label"), ("2", "label"), ("3", "label")]
    assert [one.strings_json for one in prints(engine, number)] == ["[]", None, None, '["x"]']


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([printed("1", None)], "Copy 1 of the label of 2026-000001 is printed already: look at the page again."),
        (
            [printed("2", None), printed("2", None)],
            "Copy 2 of the label of 2026-000001 is printed already: look at the page again.",
        ),
        (
            [printed("2", '["other"]')],
            "The label of 2026-000001 was printed before with other words: a reprint draws those.",
        ),
        (
            [printed("2", None), NewPrint("worksheet", "1", None, SHA)],
            "The worksheet of 2026-000001 was never printed: its strings are missing.",
        ),
        (
            [printed("2", None, version=2)],
            "2026-000001 was changed meanwhile: version 1 stands by now, look at it again.",
        ),
        ([NewFate(7, Fate.APPLIED)], "2026-000001 has no label with the print 7: look at it again."),
        ([NewFate(2, Fate.APPLIED)], "2026-000001 has no label with the print 2: look at it again."),  # another's
        ([NewFate(3, Fate.APPLIED)], "2026-000001 has no label with the print 3: look at it again."),  # a worksheet
    ],
)
def test_labels_that_do_not_fit_what_is_there_are_refused(engine: Engine, rows: list[Any], sentence: str) -> None:
    record_print(engine, another(engine), "label", "1", "[]", SHA, STEP)
    record_print(engine, "2026-000002", "worksheet", "1", "[]", SHA, STEP)
    before = counts(engine)
    with pytest.raises(RecordsRefused) as refused:
        step(engine, *rows)
    assert str(refused.value) == sentence
    assert counts(engine) == before


def test_the_newest_fate_of_a_copy_holds(engine: Engine) -> None:
    later = replace(STEP, person=ANNA, at=STEP.at + timedelta(minutes=3))
    step(engine, printed("2", None), NewFate(1, Fate.APPLIED))
    now = step(engine, NewFate(1, Fate.DESTROYED, "came off", "okafor"), NewFate(2, Fate.APPLIED), event=later)
    assert now.labels == (
        LabelCopy(1, "1", "label", 1, Fate.DESTROYED, "okafor", "u17", later.at, "u17", entry=5),
        LabelCopy(2, "2", "label", 1, Fate.APPLIED, "", "u17", later.at, "u18", entry=5),
    )
    assert counts(engine)["label_end"] == 3


# ------------------------------------------------------------------ waste


def test_sums_of_waste_are_exact(engine: Engine) -> None:
    """0.1 mg, 0.2 mg and 1 ng are 0.300001 mg; as floats the first two alone are 0.30000000000000004 mg."""
    amounts = ["0.1", "0.2", "0.000001"]
    wasted = [
        replace(REMAINDER, place=n, mass=DrugMass(Decimal(mass)), volume=Volume(Decimal(mass)))
        for n, mass in enumerate(amounts, 1)
    ]
    step(engine, *wasted)
    found = waste_between(engine, AT, STEP.at + timedelta(days=1))
    assert total(one.waste.mass for one in found) == DrugMass(Decimal("0.300001"))
    assert total(one.waste.volume for one in found) == Volume(Decimal("0.300001"))
    assert [one.waste for one in found] == [replace(one, person="u18") for one in wasted]


def test_a_gram_fits(engine: Engine) -> None:
    """10^9 ng: an Integer of PostgreSQL ends at 2.1 × 10^9."""
    huge = replace(REMAINDER, mass=DrugMass(Decimal(5000)), volume=Volume(Decimal(5000)))
    assert step(engine, huge).wastes == (replace(huge, person="u18"),)


@pytest.mark.parametrize(
    ("start", "end", "places"),
    [
        (0, 3, [1, 2, 3]),
        (1, 3, [2, 3]),  # from the first of them
        (0, 2, [1, 2]),  # to before the second
        (1, 1, []),
        (3, 9, []),
    ],
)
def test_the_waste_of_a_period_is_from_its_start_to_before_its_end(
    engine: Engine, start: int, end: int, places: list[int]
) -> None:
    """Minutes after STEP, at 0, 1 and 2."""
    for place in (1, 2, 3):
        event = replace(STEP, at=STEP.at + timedelta(minutes=place - 1))
        step(engine, replace(REMAINDER, place=place), event=event)
    found = waste_between(engine, STEP.at + timedelta(minutes=start), STEP.at + timedelta(minutes=end))
    assert [one.waste.place for one in found] == places


def test_waste_says_what_it_is_of(engine: Engine) -> None:
    """By the newest version of its preparation."""
    changed = keyed("change", drug_id="besponsa-uk", market="uk", training=False)
    revise_preparation(engine, NUMBER, changed, STEP, SIGNED, was=1, judge=anybody)
    step(engine, REMAINDER, number=another(engine))
    step(engine, REMAINDER)
    first, second = waste_between(engine, AT, STEP.at + timedelta(days=1))
    assert (first.number, first.market, first.drug_id, first.training) == ("2026-000002", "us", "besponsa-us", True)
    assert (second.number, second.market, second.drug_id, second.training) == (NUMBER, "uk", "besponsa-uk", False)
    newest = head(engine, None)
    assert newest
    assert (second.person, second.at, second.entry) == (BEN, STEP.at, newest.seq)


# ------------------------------------------------------------------ the worklist


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("order verified", True),
        ("materials recorded", True),
        ("final check", True),
        ("returned", True),  # until it is thrown away
        ("released", False),
        ("rejected", False),
        ("cancelled", False),
        ("wasted", False),
    ],
)
def test_the_worklist_has_what_has_not_ended(engine: Engine, state: str, shown: bool) -> None:
    step(engine, state="entered")
    step(engine, state=state)
    assert [one.preparation.state for one in open_preparations(engine)] == [state] * shown


@pytest.mark.parametrize(("minutes", "shown"), [(-1, True), (0, True), (1, False)])
def test_a_released_bag_is_on_the_worklist_for_a_while(engine: Engine, minutes: int, shown: bool) -> None:
    step(engine, state="released")
    another(engine)
    since = STEP.at + timedelta(minutes=minutes)
    found = [one.preparation.state for one in open_preparations(engine, released_since=since)]
    assert found == ["released"] * shown + ["entered"]


def test_the_worklist_is_in_the_order_of_days_and_numbers(engine: Engine) -> None:
    """The first is given on 5 March."""
    days = (date(2026, 3, 6), date(2026, 3, 4), date(2026, 3, 5), date(2026, 3, 6))
    for n, day in enumerate(days, 2):
        another(engine, n, given_on=day)
    another(engine, "next", year=2027, given_on=date(2026, 3, 5))
    assert [one.preparation.number for one in open_preparations(engine)] == [
        "2026-000003",
        NUMBER,
        "2026-000004",
        "2027-000001",
        "2026-000002",
        "2026-000005",
    ]


def test_each_on_the_worklist_stands_as_it_does_by_itself(engine: Engine) -> None:
    second = another(engine, 2)
    step(engine, *one_of_each(STEP.at, print_id=1), state="diluted")
    step(engine, vial(1, serial="7"), moment(What.WETTED, STEP.at, 1), number=second, state="reconstituted")
    revise_preparation(engine, second, keyed("change"), STEP, SIGNED, was=1, judge=anybody)
    found = open_preparations(engine)
    assert [one.preparation.number for one in found] == [NUMBER, second]
    assert list(found) == [standing(engine, one.preparation.number) for one in found]


def test_a_worklist_of_nothing_is_empty(engine: Engine) -> None:
    step(engine, state="cancelled")
    assert open_preparations(engine) == ()


# ------------------------------------------------------------------ versions


def test_a_step_of_an_older_version_is_refused(engine: Engine) -> None:
    revise_preparation(engine, NUMBER, keyed("change"), STEP, SIGNED, was=1, judge=anybody)
    before = counts(engine)
    with pytest.raises(RecordsRefused) as refused:
        step(engine, VIAL, version=1)
    assert str(refused.value) == f"{NUMBER} was changed meanwhile: version 2 stands by now, look at it again."
    assert counts(engine) == before
    assert step(engine, VIAL, version=2).materials[0].out is None


def test_a_changed_order_leaves_its_materials_and_its_labels_behind(engine: Engine) -> None:
    """What was picked for version 1 is picked again, the same vial too; the label of it stays a label of it."""
    step(engine, vial(1), vial(2), SALINE)
    step(engine, NewOut(2, Out.BROKEN, "fell"))
    before = counts(engine)
    revise_preparation(engine, NUMBER, keyed("change"), STEP, SIGNED, was=1, judge=anybody)
    # 1 changed, with what leaves; 1 signed; there was no signature that could be void.
    assert added(engine, before) == {"log": 2, "revision": 1, "status": 1, "material_out": 2, "signature": 1}
    now = step(engine, vial(1), printed("2", '["version 2"]', version=2))
    assert [(one.id, one.out) for one in now.materials] == [
        (1, Out.ORDER_CHANGED),
        (2, Out.BROKEN),
        (3, Out.ORDER_CHANGED),
        (4, None),
    ]
    assert [(one.copy, one.version) for one in now.labels] == [("1", 1), ("2", 2)]
    assert check(engine) == ()


# ------------------------------------------------------------------ product codes


def test_the_codes_of_products_are_kept_beside_the_settings_and_are_none(engine: Engine) -> None:
    put_setting(engine, "bsa_step", "0.01", "holds", STEP)
    seen = put_setting(engine, "code:00300080100011", "besponsa-us", "proposed", STEP, was=0).entry
    put_setting(engine, "code:00300080100011", "besponsa-us", "holds", replace(STEP, person=ANNA), was=seen)
    put_setting(engine, "codex", "x", "holds", STEP)
    assert [one.name for one in settings(engine)] == ["bsa_step", "codex"]
    put_setting(engine, "code:00300084510014", "water", "proposed", STEP, was=0)
    assert settings_entry(engine) == settings(engine)[-1].entry  # a code is no reason to read the settings again
    assert [(one.name, one.value, one.standing, one.by) for one in codes(engine)] == [
        ("code:00300080100011", "besponsa-us", "proposed", BEN),
        ("code:00300080100011", "besponsa-us", "holds", ANNA),
        ("code:00300084510014", "water", "proposed", BEN),
    ]
    assert check(engine) == ()


def test_a_kind_of_material_is_told_by_its_name() -> None:
    """What the tables hold are these words: another word would be another kind."""
    assert [kind.value for kind in Kind] == ["drug", "water", "diluent", "container"]
    assert [why.value for why in Out] == [
        "returned to stock",
        "broken",
        "discarded",
        "replaced",
        "order changed",
    ]
    assert [what.value for what in What] == ["wetted", "checked", "diluted", "labelled", "released", "returned"]
    assert [fate.value for fate in Fate] == ["applied", "light cover", "specimen", "destroyed", "not printed"]
    assert [one.value for one in Wasted] == ["vial remainder", "stays in the vial", "whole vial", "bag"]


STOCK = [  # what is recalled, what is recorded, and whether it is of the same stock
    ("diluent: 0.9% saline", "container: ready-filled bag of 0.9% saline", True),
    ("container: ready-filled bag of 0.9% saline", "diluent: 0.9% saline", True),
    ("diluent: 0.9% saline", "container: empty container", False),
    ("diluent: 0.9% saline", "container: ready-filled bag of 5% dextrose", False),
    ("water: 0.9% saline", "diluent: 0.9% saline", False),
]


@pytest.mark.parametrize(("recalled", "recorded", "same"), STOCK)
def test_a_recalled_diluent_is_no_bag_either(engine: Engine, recalled: str, recorded: str, same: bool) -> None:
    """One lot is drawn from, or filled into as it hangs."""
    pack = replace(SALINE, kind=Kind(recorded.partition(":")[0]), product=recorded, lot="TR-S 8830")
    another(engine)
    step(engine, pack, number="2026-000002")
    put_recall(engine, recalled, "trs8830", "leaks", STEP)
    assert ((recorded, "TR-S 8830") in standing(engine, "2026-000002").recalled) is same
    assert bool(uses_of_lot(engine, recalled, "TR-S-8830")) is same
    if same:
        with pytest.raises(RecordsRefused, match=r"Lot TR-S 8830 of .* is recalled: leaks"):
            step(engine, pack)
    else:
        assert step(engine, pack).materials[-1].product == recorded
