"""Every copy of the label counted."""

from dataclasses import replace

import pytest

from compounding.policy import LabelSize
from compounding.workflow import State
from compounding.workflow.labels import (
    count,
    due,
    fate_barriers,
    is_label,
    is_reprint,
    label_barriers,
    meant_for,
    reprint_of,
    scan_barriers,
    wanting,
)
from compounding.workflow.progress import Fate, LabelCopy
from tests.orders import us
from tests.paths import codes, copies, preparing

SMALL, TALL, SECONDARY = LabelSize
A, L, S, D = Fate.APPLIED, Fate.LIGHT_COVER, Fate.SPECIMEN, Fate.DESTROYED

# copies → printed, applied, light cover, specimen, destroyed, open; what is in the way.
COUNTED = [
    ((A, L, S), (3, 1, 1, 1, 0, 0), []),
    ((D, A, L, S), (4, 1, 1, 1, 1, 0), []),  # the first was smudged
    ((A,), (1, 1, 0, 0, 0, 0), []),
    ((D, A, None, S), (4, 1, 0, 1, 1, 1), ["label-open"]),
    ((A, None, None), (3, 1, 0, 0, 0, 2), ["label-open", "label-open"]),
    ((), (0, 0, 0, 0, 0, 0), ["label-applied"]),
    ((D, L, S), (3, 0, 1, 1, 1, 0), ["label-applied"]),
    ((A, A, S), (3, 2, 0, 1, 0, 0), ["label-applied"]),  # two labels on one bag
    ((None, L, S), (3, 0, 1, 1, 0, 1), ["label-open", "label-applied"]),
]


@pytest.mark.parametrize(("fates", "numbers", "barriers"), COUNTED)
def test_printed_is_applied_and_cover_and_specimen_and_destroyed(
    fates: tuple[Fate | None, ...], numbers: tuple[int, ...], barriers: list[str]
) -> None:
    found = count(copies(*fates), 1)
    counted = (found.printed, found.applied, found.light_cover, found.specimen, found.destroyed, len(found.open))
    assert counted == numbers
    assert found.printed == sum(counted[1:])
    assert codes(found.barriers) == barriers


COVERED = [  # the copies in their order, all counted; what is in the way of a bag under a light cover
    ((A, L, S), []),
    ((A, L, D), []),  # no rule wants the specimen
    ((A, D, D), ["label-cover"]),
    ((A, D, S, L), []),  # the first cover label was smudged
    ((A, L, L), ["label-cover"]),
]


@pytest.mark.parametrize(("fates", "barriers"), COVERED)
def test_a_light_cover_carries_one_label(fates: tuple[Fate | None, ...], barriers: list[str]) -> None:
    progress = preparing(us(170, 70), State.LABELLED, wet="09:00", labels=copies(*fates))
    assert codes(label_barriers(progress)) == barriers


def test_a_drug_without_a_light_cover_wants_no_label_on_it() -> None:
    progress = preparing(us(170, 70), State.LABELLED, wet="09:00", labels=copies(A, S))
    bare = progress.planned.drug.administration
    bare = replace(bare, light_cover=replace(bare.light_cover, value=False))
    drug = replace(progress.planned.drug, administration=bare)
    assert codes(label_barriers(replace(progress, planned=replace(progress.planned, drug=drug)))) == []


def test_an_open_copy_is_named() -> None:
    (barrier,) = count(copies(A, L, S, None), 1).barriers
    assert (barrier.code, barrier.values) == ("label-open", {"copy": "4"})


def test_the_copies_of_an_older_version_are_destroyed_or_stand_in_the_way() -> None:
    old, new = copies(D, A, None), copies(A, L, S, version=2, first=4)
    found = count((*old, *new), 2)
    assert [(copy.copy, copy.version) for copy in found.stale] == [("2", 1), ("3", 1)]
    assert codes(found.barriers) == ["label-stale", "label-stale"]
    assert found.applied == 1  # the old one on the bag is none of them
    assert codes(count((*copies(D, D, D), *new), 2).barriers) == []


def test_a_worksheet_is_no_label() -> None:
    assert count((*copies(A), LabelCopy(9, "1", "worksheet", 1)), 1).printed == 1


@pytest.mark.parametrize(("cover", "fates"), [(True, (A, L, S)), (False, (A, S))])
def test_the_first_print_is_for_bag_cover_and_worksheet(cover: bool, fates: tuple[Fate, ...]) -> None:
    assert due(cover) == fates


@pytest.mark.parametrize(("printed", "reprint"), [(0, False), (2, False), (3, True), (4, True)])
def test_one_more_than_is_due_is_a_reprint(printed: int, reprint: bool) -> None:
    made = (*copies(*[None] * printed), *copies(None, None, None, version=7, first=20))
    assert is_reprint(made, 1, light_cover=True) is reprint


MEANT = [
    # the fates of the copies, the copy that is asked about, and what it is for
    ((None, None, None), 1, A),
    ((None, None, None), 2, L),
    ((None, None, None), 3, S),
    ((A, None, None), 2, L),
    ((D, L, S, None), 4, A),  # the reprint of the one that was destroyed
    ((A, L, D, None), 4, S),
    ((D, None, S, None), 4, A),  # the cover's own copy is still to come
    ((A, L, S, None), 4, None),  # one too many
    ((None, L, S, None), 4, None),  # the bag's own copy is still to come
    ((None, L, S, A), 1, None),  # another copy is on the bag by now
]


@pytest.mark.parametrize(("fates", "copy", "meant"), MEANT)
def test_a_copy_is_for_the_place_that_it_was_printed_for(
    fates: tuple[Fate | None, ...], copy: int, meant: Fate | None
) -> None:
    older = copies(A, L, S, first=20)
    made = (*older, *copies(*fates, version=2))
    assert meant_for(made, 2, copy, light_cover=True) is meant


def reprint(number: int, place: Fate, size: LabelSize = SMALL, fate: Fate | None = None) -> LabelCopy:
    return LabelCopy(number, str(number), reprint_of(place, size), 1, fate)


AGAIN = [
    # the fates of the first copies, a reprint, and what it and one more after it are for
    ((None, None, None), reprint(4, S), S, None),  # it says what it is for, wanting or not
    ((A, L, D), reprint(4, S), S, None),
    ((A, L, D), reprint(4, L, SECONDARY), None, S),  # a cover has its label: whoever holds the second must say
    ((D, L, S), reprint(4, A, TALL), A, None),
    ((D, D, S), reprint(4, A, TALL), A, L),
    ((D, D, D), reprint(4, L), L, A),
    ((D, L, S), reprint(4, A, fate=D), None, A),  # the reprint was torn as well
]


@pytest.mark.parametrize(("fates", "again", "meant", "then"), AGAIN)
def test_a_reprint_is_for_what_it_says(
    fates: tuple[Fate | None, ...], again: LabelCopy, meant: Fate | None, then: Fate | None
) -> None:
    made = (*copies(*fates), again)
    if again.fate is None:
        assert meant_for(made, 1, 4, light_cover=True) is meant
    assert wanting(made, 1, light_cover=True) is then


def test_reprints_are_counted_with_the_first_copies() -> None:
    made = (*copies(D, L, S), reprint(4, A, TALL, A), reprint(5, S))
    found = count(made, 1)
    assert (found.printed, found.applied, found.light_cover, found.specimen, found.destroyed) == (5, 1, 1, 1, 1)
    assert [copy.copy for copy in found.open] == ["5"]
    assert is_reprint(made[1:], 1, light_cover=True)  # one of the three is of an older program


@pytest.mark.parametrize(
    ("document", "label"),
    [("label", True), (reprint_of(S, TALL), True), ("worksheet", False), ("worksheet, labelled", False)],
)
def test_a_label_is_known_by_its_document(document: str, label: bool) -> None:
    assert is_label(document) is label


SPECIMEN, REDUCED = ["label-specimen"], ["label-secondary"]
NEVER = [
    # the copy, becomes, in the way
    (3, A, SPECIMEN),  # the third of the first print
    (3, L, SPECIMEN),
    (3, S, []),
    (1, L, []),
    (4, A, SPECIMEN),
    (4, S, []),
    (5, A, REDUCED),
    (5, S, REDUCED),
    (5, L, []),
    (6, A, []),
]


@pytest.mark.parametrize(("print_id", "fate", "expected"), NEVER)
def test_a_specimen_is_on_no_bag_and_a_secondary_label_alone_on_none(
    print_id: int, fate: Fate, expected: list[str]
) -> None:
    labels = (*copies(None, None, None), reprint(4, S), reprint(5, L, SECONDARY), reprint(6, A, TALL))
    progress = preparing(us(), State.DILUTED, labels=labels)
    assert codes(fate_barriers(progress, print_id, fate, "okafor", "")) == expected
    assert codes(fate_barriers(progress, print_id, D, "okafor", "park")) == []


@pytest.mark.parametrize(("print_id", "expected"), [(1, []), (2, ["label-destroyed"]), (3, ["label-stale"])])
def test_what_cannot_be_counted_anywhere_is_said_at_the_scan(print_id: int, expected: list[str]) -> None:
    labels = (*copies(None, D, version=2), *copies(None, version=1, first=3))
    assert codes(scan_barriers(preparing(us(), State.DILUTED, version=2, labels=labels), print_id)) == expected
    assert codes(scan_barriers(preparing(us(), State.DILUTED, version=2, labels=labels), 9)) == ["label-unknown"]


def test_without_a_cover_the_second_copy_is_the_specimen() -> None:
    assert meant_for(copies(None, None), 1, 2, light_cover=False) is S


FATES = [
    # print, becomes, witness, in the way
    (1, A, "", []),
    (1, D, "park", []),
    (1, D, "", ["witness"]),
    (1, D, "okafor", ["witness"]),  # nobody is their own witness
    (2, A, "", ["label-destroyed"]),
    (2, D, "park", ["label-destroyed"]),
    (3, A, "", ["label-stale"]),
    (3, D, "park", []),
    (4, A, "", ["label-unknown"]),
]


@pytest.mark.parametrize(("print_id", "fate", "witness", "expected"), FATES)
def test_what_may_become_of_a_copy(print_id: int, fate: Fate, witness: str, expected: list[str]) -> None:
    labels = (*copies(None, D, version=2), *copies(None, version=1, first=3))
    progress = preparing(us(), State.DILUTED, version=2, labels=labels)
    assert codes(fate_barriers(progress, print_id, fate, "okafor", witness)) == expected
