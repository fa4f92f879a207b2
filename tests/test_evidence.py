"""The verifier of exported logs, against logs that tests/logs.py makes from the format alone."""

import json
import os
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compounding import evidence
from compounding.evidence import (
    GENESIS,
    Head,
    Layer,
    State,
    Unreadable,
    Verdict,
    as_json,
    checkpoint_message,
    entry_hash,
    head_code,
    key_fingerprint,
    read_head,
    sentences,
    verify,
)
from tests.logs import KEY, STRANGER, Body, Log, body, canonical, chained, log, rehashed, resigned, signed, time

KEY_NAME = "KZDV VJ2U MNDU YAUF 35O3 6K6K W462 MUJV"
WHOLE = log(250)
LINES = WHOLE.lines()
NOON_CHECKPOINT = "2026-03-12 13:12:28 UTC"  # that over entry 100


def judged(changed: Log | Sequence[bytes], *papers: str, key: str | None = None, bodies: bool = False) -> Verdict:
    lines = changed.lines() if isinstance(changed, Log) else changed
    return verify(lines, map(read_head, papers), key, bodies=bodies)


def edited(seq: int, **changes: Any) -> Callable[[int, Body], Body]:
    return lambda number, made: made | changes if number == seq else made


def raw(seq: int, text: bytes) -> Callable[[int, Body], Body | bytes]:
    return lambda number, made: text if number == seq else made


def told(verdict: Verdict) -> list[tuple[int | None, str | None, str | None, Layer]]:
    return [(one.entry, one.at, one.person, one.layer) for one in verdict.findings]


def at(entry: int, layer: Layer, of: Log = WHOLE) -> tuple[int, str, str, Layer]:
    """A finding at an entry as it stands in the file."""
    return entry, of.entry(entry).at, of.entry(entry).person, layer


# ------------------------------------------------------------------ the small functions


def test_an_entry_is_hashed_with_its_number_and_the_one_before() -> None:
    """SHA-256(0x01 ‖ seq ‖ hash before ‖ body), hash 0 being 32 zero bytes."""
    first, second = WHOLE.entries[:2]
    assert entry_hash(1, GENESIS, first.body.decode()) == first.hash.hex()
    assert entry_hash(2, first.hash.hex(), second.body.decode()) == second.hash.hex()
    # By hand: printf '\1' + 8 bytes + 32 bytes + '{}' through sha256sum
    assert entry_hash(1, GENESIS, "{}") == "dce2020008428ed437887ae09f27f297e0c6af1aafefb22098c93423d44ee070"


def test_a_checkpoint_signs_six_lines() -> None:
    made = WHOLE.checkpoints[0]
    assert checkpoint_message(made.origin, 100, made.root.hex(), made.schema, made.at) == made.message
    assert checkpoint_message("a", 1, "b", "c", "d") == b"compounding checkpoint 1\na\n1\nb\nc\nd\n"


def test_a_head_is_the_number_and_80_bits() -> None:
    assert head_code(4209, "af" * 32) == "4209 V6X2 7L5P V6X2 7L5P"
    assert head_code(250, WHOLE.entry(250).hash.hex()) == WHOLE.entry(250).head


def test_a_key_is_compared_by_32_characters() -> None:
    assert key_fingerprint(WHOLE.public) == KEY_NAME


@pytest.mark.parametrize(
    "typed",
    [
        "4209 V6RB 2MPC X4TA ZQ7L",
        "4209 v6rb 2mpc x4ta zq7l",
        "  4209  V6RB2MPCX4TAZQ7L\n",
        "4209-V6RB-2MPC-X4TA-ZQ7L",
        "4209–v6rb–2mpc – x4ta-zq7l",
        "4209\u00a0V6RB\u00a02MPC\u00a0X4TA\u00a0ZQ7L",
        "4209 V6 RB2 MPC X4T AZQ 7L",
        "4209V6RB2MPCX4TAZQ7L",
    ],
)
def test_a_head_is_read_however_it_is_spaced(typed: str) -> None:
    assert read_head(typed) == Head(4209, "V6RB2MPCX4TAZQ7L")
    assert str(read_head(typed)) == "4209 V6RB 2MPC X4TA ZQ7L"


AS_PRINTED = "is not a head. Type the entry number, then its 16 letters and figures, as printed."
NO_HEADS = [
    ("", f"“” {AS_PRINTED}"),
    ("4209", f"“4209” {AS_PRINTED}"),
    ("V6RB 2MPC X4TA ZQ7L", f"“V6RB 2MPC X4TA ZQ7L” {AS_PRINTED}"),
    ("0 V6RB 2MPC X4TA ZQ7L", f"“0 V6RB 2MPC X4TA ZQ7L” {AS_PRINTED}"),
    ("04209 V6RB 2MPC X4TA ZQ7L", f"“04209 V6RB 2MPC X4TA ZQ7L” {AS_PRINTED}"),
    ("4207 V6RB 2MPC X4TA ZQ7", f"“4207 V6RB 2MPC X4TA ZQ7” {AS_PRINTED}"),  # must not borrow the 7
    ("4209 V6RB 2MPC X4TA ZQ7LA", f"“4209 V6RB 2MPC X4TA ZQ7LA” {AS_PRINTED}"),
    ("4209 V6RB 2MPC X4TA ZQ7É", f"“4209 V6RB 2MPC X4TA ZQ7É” {AS_PRINTED}"),
    ("٤٢٠٩ V6RB 2MPC X4TA ZQ7L", f"“٤٢٠٩ V6RB 2MPC X4TA ZQ7L” {AS_PRINTED}"),
    ("\x1b[2J", f"“\\u001b[2J” {AS_PRINTED}"),
    ("x" * 81, f"A text of 81 characters {AS_PRINTED}"),
    (
        "4209 V6RB 2MPC X4TA ZQ10",
        "“4209 V6RB 2MPC X4TA ZQ10” is not a head: its code never holds 0 or 1."
        " Look for the letters O, I, L and B instead.",
    ),
]


@pytest.mark.parametrize(("typed", "sentence"), NO_HEADS)
def test_what_is_no_head_is_refused_and_quoted(typed: str, sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_head(typed)
    assert str(refused.value) == sentence


@given(
    seq=st.integers(1, 10**18 - 1),
    digest=st.binary(min_size=32, max_size=32),
    gaps=st.lists(st.sampled_from(["", " ", "-", "  ", " - "]), min_size=3, max_size=3),
    first=st.sampled_from([" ", "-", "\t"]),
    lower=st.booleans(),
)
def test_a_head_typed_back_is_the_head_printed(
    seq: int, digest: bytes, gaps: list[str], first: str, lower: bool
) -> None:
    """Typed back tolerant of case, spaces, hyphens."""
    printed = head_code(seq, digest.hex())
    number, *fours = printed.split()
    typed = number + first + fours[0] + "".join(gap + four for gap, four in zip(gaps, fours[1:], strict=True))
    assert str(read_head(typed.lower() if lower else typed)) == printed
    assert str(read_head(printed.replace(" ", ""))) == printed


# ------------------------------------------------------------------ whole logs


@pytest.mark.parametrize("bodies", [False, True], ids=["fast", "bodies"])
@pytest.mark.parametrize("size", [1, 2, 9, 10, 11, 99, 100, 101, 250, 1001])
def test_a_whole_log_is_whole(size: int, bodies: bool) -> None:
    whole = log(size)
    verdict = judged(whole, key=whole.public, bodies=bodies)
    last = whole.entry(size)
    assert verdict == Verdict(
        State.WHOLE,
        entries=size,
        checkpoints=size // 100,
        newest=evidence.Newest(size, last.at, last.person, last.head),
        by_checkpoint=size // 100 * 100,
        key=KEY_NAME,
        key_given=True,
        bodies=bodies,
    )
    assert verdict.head == last.head


def test_checkpoints_may_stand_behind_any_entry_and_twice_behind_one() -> None:
    """At each release, and with the first append an hour or more after the last."""
    more = log(250, also=[1, 57, 199, 201, 250])
    twice = replace(more, checkpoints=(*more.checkpoints, signed(more.entry(57), at=time(30))))
    verdict = judged(twice)
    assert (verdict.state, verdict.checkpoints, verdict.by_checkpoint) == (State.WHOLE, 8, 250)


@pytest.mark.parametrize(
    "changes",
    [
        {"action": 'said ","at":"2030-01-01T00:00:00.000000Z" aloud'},
        {"action": 'ends in \\","at":"'},
        {"action": "", "subject": "line\nend and tab\t and NUL \x00"},
        {"person": {"id": "x", "name": "李\u202eevil\x1b[2J", "role": "pharmacist"}},
        {"rows": {"status": [{"action": "x", "at": "yesterday"}]}},
        {"subject": "x" * 3_000_000},
    ],
)
def test_an_odd_text_is_no_fault(changes: Body) -> None:
    assert judged(log(120, edited(57, **changes))).state is State.WHOLE
    assert judged(log(120, edited(57, **changes)), bodies=True).state is State.WHOLE


def test_what_a_whole_log_rests_on_is_said() -> None:
    """14: entries newer than the last checkpoint and newest given head rest on the chain alone."""
    assert sentences(judged(WHOLE)) == [
        "The log is whole: 250 entries and 2 checkpoints, each in its place.",
        "The newest is entry 250, 2026-03-12 13:29:58 UTC, Ngozi Okafor (pharmacist)."
        f" Its head is {WHOLE.entry(250).head}.",
        "Entries 1 to 200: borne out by a signed checkpoint, for as long as nobody else has the signing key.",
        "Entries 201 to 250: by the chain alone, newer than the last checkpoint and any head given."
        " Whoever can write to the database could have rewritten them unseen.",
        "No head from paper was given. Whether newer entries were cut off behind entry 250, or an older copy was"
        " put back, only a head from newer paper can tell.",
        f"The key in the file was believed. Compare its fingerprint, {KEY_NAME}, with that of the key kept outside,"
        " or give that key with --public-key.",
        "The texts of the entries were compared with their fingerprints and not read; --bodies reads them too.",
    ]
    rests_on = [
        ([120], [
            "Entries 1 to 120: borne out by a head on paper.",
            "Entries 121 to 200: borne out by a signed checkpoint, for as long as nobody else has the signing key.",
            "Entries 201 to 250: by the chain alone, newer than the last checkpoint and any head given."
            " Whoever can write to the database could have rewritten them unseen.",
            "One head from paper was given, and fits. Whether newer entries were cut off behind entry 250, or an"
            " older copy was put back, only a head from newer paper can tell.",
        ]),
        ([249, 1], [
            "Entries 1 to 249: borne out by a head on paper.",
            "Entry 250: by the chain alone, newer than the last checkpoint and any head given."
            " Whoever can write to the database could have rewritten them unseen.",
            "2 heads from paper were given, and fit. Whether newer entries were cut off behind entry 250, or an"
            " older copy was put back, only a head from newer paper can tell.",
        ]),
        ([250], [
            "Entries 1 to 250: borne out by a head on paper.",
            "One head from paper was given, and fits. Whether newer entries were cut off behind entry 250, or an"
            " older copy was put back, only a head from newer paper can tell.",
        ]),
    ]  # fmt: skip
    for papers, expected in rests_on:
        verdict = judged(WHOLE, *(WHOLE.entry(seq).head for seq in papers), key=WHOLE.public, bodies=True)
        assert sentences(verdict)[2:] == [*expected, f"The signatures were checked with the key given, {KEY_NAME}."]


# ------------------------------------------------------------------ the attacks


def bodies_of(whole: Log) -> list[bytes]:
    return [entry.body for entry in whole.entries]


def lowered(whole: Log, seq: int) -> list[bytes]:
    """The bodies, with another level in one of them."""
    made = bodies_of(whole)
    made[seq - 1] = made[seq - 1].replace(b'"new":"0.5', b'"new":"0.9')
    return made


def test_attack_1_one_body_edited() -> None:
    entries = list(WHOLE.entries)
    entries[56] = replace(entries[56], body=lowered(WHOLE, 57)[56])
    forged = replace(WHOLE, entries=tuple(entries))
    assert forged.bytes() != WHOLE.bytes()
    verdict = judged(forged)
    assert told(verdict) == [at(57, Layer.CHAIN)]
    assert sentences(verdict) == [
        "The log is BROKEN. The file holds 250 entries and 2 checkpoints.",
        "Entry 57, 2026-03-12 13:07:27 UTC, Jörg Müller (technician). Its fingerprint does not fit its text and the"
        " entry before it: one of them was changed after it was written. Seen by the chain of entries.",
        f"The key in the file was believed. Compare its fingerprint, {KEY_NAME}, with that of the key kept outside,"
        " or give that key with --public-key.",
    ]


def test_attack_1_with_its_own_fingerprint_made_anew_shows_at_the_next() -> None:
    entries = list(WHOLE.entries)
    entries[56] = chained([lowered(WHOLE, 57)[56]], 57, entries[55].hash)[0]
    forged = replace(WHOLE, entries=tuple(entries))
    assert forged.bytes() != WHOLE.bytes()
    assert told(judged(forged)) == [at(58, Layer.CHAIN)]


@pytest.mark.parametrize(
    ("gone", "sentence"),
    [
        ([57], "Entry 57 is missing: this entry stands directly behind entry 56."),
        ([57, 58, 59], "Entries 57 to 59 are missing: this entry stands directly behind entry 56."),
        ([1], "Entry 1 is missing: this entry stands first in the file."),
    ],
)
def test_attack_2_entries_deleted_in_the_middle(gone: list[int], sentence: str) -> None:
    forged = replace(WHOLE, entries=tuple(entry for entry in WHOLE.entries if entry.seq not in gone))
    assert forged.bytes() != WHOLE.bytes()
    verdict = judged(forged)
    assert told(verdict) == [at(gone[-1] + 1, Layer.CHAIN)]
    assert verdict.findings[0].what == sentence


def test_attack_2_over_a_checkpoint() -> None:
    forged = replace(
        WHOLE,
        entries=tuple(entry for entry in WHOLE.entries if not 90 <= entry.seq <= 110),
        checkpoints=WHOLE.checkpoints[1:],
    )
    assert told(judged(forged)) == [at(111, Layer.CHAIN)]


def test_attack_3_two_entries_swapped_with_their_numbers() -> None:
    bodies = bodies_of(WHOLE)
    bodies[56], bodies[57] = bodies[57], bodies[56]
    entries = list(WHOLE.entries)
    entries[56:58] = [replace(entry, body=bodies[entry.seq - 1]) for entry in entries[56:58]]
    forged = replace(WHOLE, entries=tuple(entries))
    assert forged.bytes() != WHOLE.bytes()
    assert told(judged(forged)) == [at(57, Layer.CHAIN, forged), at(58, Layer.CHAIN, forged)]


def test_attack_3_two_lines_swapped() -> None:
    lines = list(LINES)
    lines[58], lines[59] = lines[59], lines[58]
    verdict = judged(lines)
    assert told(verdict) == [at(57, Layer.CHAIN), at(58, Layer.CHAIN)]
    assert [one.what for one in verdict.findings] == [
        "It stands behind entry 58, out of its place.",
        "Entry 57 is missing: this entry stands directly behind entry 56.",
    ]


def other_root(size: int, first: int = 1) -> str:
    at_ = f"{WHOLE.entry(size).at[:10]} {WHOLE.entry(size).at[11:19]}"
    return (
        f"The checkpoint of {at_} UTC holds another fingerprint for it: one or more of the entries {first} to {size}"
        " were changed, put in or taken out after it was made."
    )


def test_attack_4_deleted_renumbered_and_rehashed() -> None:
    bodies = bodies_of(WHOLE)
    del bodies[156]
    forged = rehashed(WHOLE, bodies)
    assert forged.bytes() != WHOLE.bytes()
    verdict = judged(forged)
    assert told(verdict) == [at(200, Layer.CHECKPOINTS, forged)]
    assert [one.what for one in verdict.findings] == [other_root(200, first=101)]


def test_attack_5_an_entry_put_in_dated_back_renumbered_and_rehashed() -> None:
    bodies = bodies_of(WHOLE)
    bodies.insert(156, canonical(body(156, at=time(1))))
    forged = rehashed(WHOLE, bodies)
    assert forged.bytes() != WHOLE.bytes()
    verdict = judged(forged)
    assert told(verdict) == [at(157, Layer.CLOCK, forged), at(200, Layer.CHECKPOINTS, forged)]
    assert [one.what for one in verdict.findings] == [
        "An entry before it is of a later time, 2026-03-12 13:19:00 UTC, and none says that a clock was set back.",
        other_root(200, first=101),
    ]


def test_attack_6_edited_and_rehashed_to_the_end() -> None:
    forged = rehashed(WHOLE, lowered(WHOLE, 57))
    assert forged.bytes() != WHOLE.bytes()
    verdict = judged(forged)
    assert told(verdict) == [at(100, Layer.CHECKPOINTS), at(200, Layer.CHECKPOINTS)]
    assert [one.what for one in verdict.findings] == [other_root(100), other_root(200)]


def test_attack_6_with_the_checkpoints_altered_to_fit() -> None:
    forged = rehashed(WHOLE, lowered(WHOLE, 57))
    altered = tuple(replace(one, root=forged.entry(one.size).hash) for one in WHOLE.checkpoints)
    verdict = judged(replace(forged, checkpoints=altered))
    assert told(verdict) == [at(100, Layer.CHECKPOINTS), at(200, Layer.CHECKPOINTS)]
    assert verdict.findings[0].what == (
        f"The checkpoint of {NOON_CHECKPOINT} does not bear the signature of the key in the file."
    )


@pytest.mark.parametrize(("gone", "told_at"), [([100], [100]), ([200], [200]), ([100, 200], [100, 200])])
def test_attack_7_checkpoint_rows_deleted(gone: list[int], told_at: list[int]) -> None:
    forged = replace(WHOLE, checkpoints=tuple(one for one in WHOLE.checkpoints if one.size not in gone))
    assert forged.bytes() != WHOLE.bytes()
    verdict = judged(forged)
    assert told(verdict) == [at(seq, Layer.CHECKPOINTS) for seq in told_at]
    assert verdict.findings[0].what == ("The checkpoint that belongs behind it is missing: every 100 entries have one.")


def test_attack_7_the_checkpoint_of_an_hour_deleted() -> None:
    """And with the first append an hour or more after the last."""
    slow = log(50, lambda seq, made: made | {"at": time(seq * 25)}, also=[1, 4, 7, *range(10, 50, 3)])
    assert judged(slow).state is State.WHOLE
    forged = replace(slow, checkpoints=tuple(one for one in slow.checkpoints if one.size != 7))
    assert forged.bytes() != slow.bytes()
    verdict = judged(forged)
    assert told(verdict) == [at(7, Layer.CHECKPOINTS, slow)]
    assert verdict.findings[0].what == (
        "The checkpoint that belongs behind it is missing: the one before it is an hour or more older."
    )


@pytest.mark.parametrize(("minutes", "state"), [(59.99, State.WHOLE), (60, State.BROKEN)])
def test_an_hour_is_an_hour(minutes: float, state: State) -> None:
    made = log(3, lambda seq, made: made | {"at": time(0 if seq < 3 else minutes)}, also=[1])
    assert judged(made).state is state


@pytest.mark.parametrize(("cut", "size"), [(250, 500), (40, 290)])
def test_attacks_8_and_9_the_tail_cut_off(cut: int, size: int) -> None:
    """8: 250 entries, checkpoints too. 9: 40, inside the gap between checkpoints."""
    before = log(size)
    left = size - cut
    forged = Log(before.entries[:left], tuple(one for one in before.checkpoints if one.size <= left))
    assert forged.bytes() != before.bytes()
    assert judged(forged).state is State.WHOLE  # nothing in the file can tell
    paper = before.entry(size - 10).head
    verdict = judged(forged, paper)
    assert told(verdict) == [(size - 10, None, None, Layer.HEADS)]
    assert str(verdict.findings[0]) == (
        f"Entry {size - 10}. Its head is on paper, {paper}, and the file ends with entry {left}:"
        " the newest entries were cut off, or an older copy was put back. Seen by the heads on paper."
    )


def test_attack_10_edited_and_signed_anew_with_the_stolen_key() -> None:
    forged = resigned(rehashed(WHOLE, lowered(WHOLE, 57)), KEY)
    assert forged.bytes() != WHOLE.bytes()
    assert judged(forged, key=WHOLE.public).state is State.WHOLE
    paper = WHOLE.entry(130).head
    verdict = judged(forged, WHOLE.entry(40).head, paper, key=WHOLE.public)
    assert told(verdict) == [at(130, Layer.HEADS)]
    assert verdict.findings[0].what == (
        f"On paper its head is {paper}, in the file {forged.entry(130).head}: one or more of the entries 41 to 130"
        " were changed, put in or taken out after the paper was printed, unless the paper was misread."
    )


def test_two_papers_of_one_entry_that_differ_cannot_both_be_right() -> None:
    wrong = f"130 {log(130, edited(3, reason='x')).entry(130).head.partition(' ')[2]}"
    for papers in ([WHOLE.entry(130).head, wrong], [wrong, WHOLE.entry(130).head]):
        assert told(judged(WHOLE, *papers)) == [at(130, Layer.HEADS)]
    assert "entry 130 was changed" in judged(WHOLE, WHOLE.entry(130).head, wrong).findings[0].what


def test_attack_10_signed_anew_with_another_key() -> None:
    forged = resigned(rehashed(WHOLE, lowered(WHOLE, 57)), STRANGER)
    assert forged.bytes() != WHOLE.bytes()
    assert judged(forged).state is State.WHOLE  # the key in the file was believed, and it is said which
    assert key_fingerprint(forged.public) in sentences(judged(forged))[-2]
    verdict = judged(forged, key=WHOLE.public)
    assert told(verdict) == [
        (None, None, None, Layer.CHECKPOINTS),
        at(100, Layer.CHECKPOINTS),
        at(200, Layer.CHECKPOINTS),
    ]
    assert str(verdict.findings[0]) == (
        f"The file. It holds the public key {key_fingerprint(forged.public)}, and not the one given, {KEY_NAME}:"
        " its checkpoints may have been signed anew by someone else. Seen by the signed checkpoints."
    )


def test_attack_10_the_key_that_the_log_started_with_is_another() -> None:
    named = log(3, edited(1, public_key=WHOLE.public), also=[1])
    assert judged(named).state is State.WHOLE
    forged = resigned(named, STRANGER)
    verdict = judged(forged)
    assert told(verdict) == [at(1, Layer.CHECKPOINTS, named)]
    assert verdict.findings[0].what == "The public key that it names is not the one in the file."


def test_attack_11_an_old_genuine_copy_is_seen_by_newer_paper_alone() -> None:
    old, paper = log(180), log(250).entry(205).head
    assert old.bytes() != WHOLE.bytes()
    assert judged(old, WHOLE.entry(150).head, key=WHOLE.public).state is State.WHOLE
    assert told(judged(old, paper, key=WHOLE.public)) == [(205, None, None, Layer.HEADS)]


def test_attack_14_the_newest_entries_rehashed_are_not_seen_and_that_is_said() -> None:
    forged = rehashed(WHOLE, lowered(WHOLE, 230))
    assert forged.bytes() != WHOLE.bytes()
    verdict = judged(forged, WHOLE.entry(220).head, key=WHOLE.public)
    assert verdict.state is State.WHOLE
    assert (verdict.by_head, verdict.by_checkpoint, verdict.entries) == (220, 200, 250)
    assert sentences(verdict)[3].startswith("Entries 221 to 250: by the chain alone")
    assert told(judged(forged, WHOLE.entry(230).head)) == [at(230, Layer.HEADS, forged)]


# ------------------------------------------------------------------ time


BACK = [
    # minutes of entry 57, its action, whether it is told. Entry 56 is at 6.53 minutes.
    (6.417, "order saved", False),  # 6.98 s back
    (6.416, "order saved", True),  # 7.04 s
    (6.416, "clock stepped", False),
    (-900, "clock stepped", False),
    (-900, "clock steppe", True),
]


@pytest.mark.parametrize(("minutes", "action", "is_told"), BACK)
def test_time_goes_back_seven_seconds_unless_a_clock_was_set(minutes: float, action: str, is_told: bool) -> None:
    """Time may not go backwards beyond a stated skew; a clock step is an entry."""
    verdict = judged(log(99, edited(57, at=time(minutes), action=action)))
    assert [(one.entry, one.layer) for one in verdict.findings] == ([(57, Layer.CLOCK)] if is_told else [])


def test_after_a_clock_step_time_goes_on_from_there() -> None:
    def stepped(seq: int, made: Body) -> Body:
        return (
            made | {"at": time(seq * 7 / 60 - 600 * (seq >= 57))} | ({"action": "clock stepped"} if seq == 57 else {})
        )

    assert judged(log(250, stepped)).state is State.WHOLE


def test_small_steps_back_do_not_add_up() -> None:
    verdict = judged(log(5, lambda seq, made: made | {"at": time(-4 / 60 * seq)}))
    assert [one.entry for one in verdict.findings] == [3, 5]


def test_a_checkpoint_is_not_older_than_its_entry() -> None:
    made = log(100)
    forged = replace(made, checkpoints=(signed(made.entry(100), at=time(1)),))
    verdict = judged(forged)
    assert told(verdict) == [at(100, Layer.CLOCK)]
    assert verdict.findings[0].what == "The checkpoint behind it is of an earlier time, 2026-03-12 13:01:48 UTC."


# ------------------------------------------------------------------ checkpoints and the form of the file


def test_a_checkpoint_has_its_place_its_log_and_its_signature() -> None:
    first, last = WHOLE.checkpoints
    faults = [
        (replace(first, origin="f" * 32), {"of another log", "does not bear the signature"}),
        (signed(WHOLE.entry(100), origin="f" * 32), {"of another log"}),
        (replace(first, schema="00" * 32), {"does not bear the signature"}),
        (replace(first, at=time(13)), {"does not bear the signature"}),
        (replace(first, signature=last.signature), {"does not bear the signature"}),
        (replace(first, root=bytes(32)), {"holds another fingerprint", "does not bear the signature"}),
        (signed(WHOLE.entry(100), STRANGER), {"does not bear the signature"}),
    ]
    for forged, fragments in faults:
        verdict = judged(replace(WHOLE, checkpoints=(forged, last)))
        assert told(verdict) == [at(100, Layer.CHECKPOINTS)] * len(fragments)
        assert all(any(part in one.what for one in verdict.findings) for part in fragments)


def test_a_checkpoint_out_of_its_place_is_told() -> None:
    lines = list(LINES)
    lines.insert(50, lines.pop(102))
    verdict = judged(lines)
    assert told(verdict) == [at(48, Layer.CHECKPOINTS), at(100, Layer.CHECKPOINTS)]
    assert verdict.findings[0].what == "The checkpoint behind it is one over entries 1 to 100, out of its place."


@pytest.mark.parametrize("size", [199, 200, 201, 450])
def test_every_signature_is_checked(size: int) -> None:
    """They wait for one another, so the first and last of a batch are tried, and some between."""
    many = log(size, every=1)
    assert judged(many).by_checkpoint == size
    wrong = {1, 2, 3, 150, 199, 200, 201, size} & set(range(1, size + 1))
    forged = tuple(replace(one, signature=bytes(64)) if one.size in wrong else one for one in many.checkpoints)
    assert [one.entry for one in judged(replace(many, checkpoints=forged)).findings] == sorted(wrong)


def test_a_signature_behind_a_long_entry_is_checked_at_once() -> None:
    long = log(101, edited(100, subject="x" * 70_000), also=[101])
    assert judged(long).by_checkpoint == 101


def test_ten_findings_of_a_kind_are_enough() -> None:
    entries = tuple(replace(entry, hash=bytes(32)) for entry in log(99).entries)
    verdict = judged(Log(entries, ()))
    assert (len(verdict.findings), verdict.more) == (10, 89)
    assert "There is more of the same, 89 times." in sentences(verdict)


def test_the_last_line_counts() -> None:
    verdict = judged([*LINES[:-1], b"end\t251\t2\n"])
    assert [str(one) for one in verdict.findings] == [
        "The file. Its last line counts 251 entries and 2 checkpoints, and there are 250 entries and 2 checkpoints."
        " Seen by the form of the file."
    ]


FORM = "Seen by the form of the file."
BODIES = [
    (b"{}", "It does not say what was done."),
    (b"[]", "Its text is not a JSON object."),
    (b"not JSON", "Its text is not JSON."),
    (b"\xff", "Its text is not JSON."),
    (b"[" * 100_000, "Its text is nested too deeply to be read."),
    (b'{"action":"x"}', "Its time is not written as a time in UTC."),
    (b'{"action":"x","at":"2026-02-30T10:00:00.000000Z"}', "Its time is not written as a time in UTC."),
    (b'{"action":"x","at":"2026-03-12T13:00:00Z"}', "Its time is not written as a time in UTC."),
    (b'{"action":"x","at":' + b"1" * 5000 + b"}", "Its text is not JSON."),
    (b'{"action":"x","at":NaN}', "Its text is not JSON."),
    (b'{"action":"x","at":null}', "Its time is not written as a time in UTC."),
    (b'{"at":"2026-03-12T13:30:00.000000Z"}', "It does not say what was done."),
    (b'{"action":7,"at":"2026-03-12T13:30:00.000000Z"}', "It does not say what was done."),
    (
        b'{"action":"x","at":"2026-03-12T13:30:00.000000Z","person":"Okafor"}',
        "Its person is not written with a name and a role.",
    ),
    (
        b'{"action":"x","at":"2026-03-12T13:30:00.000000Z","at":"2026-03-12T13:30:00.000000Z"}',
        "Its text holds “at” twice, so two readers may see two things.",
    ),
    (
        b'{"action":"x","at":"2026-03-12T13:30:00.000000Z","rows":{"a":[{"b":1,"b":1}]}}',
        "Its text holds “b” twice, so two readers may see two things.",
    ),
    *(
        (text, "Its text is not written in the one form that the program writes.")
        for text in (
            b'{"action": "x","at":"2026-03-12T13:30:00.000000Z"}',
            b'{"at":"2026-03-12T13:30:00.000000Z","action":"x"}',
            b'{"action":"\\u0041","at":"2026-03-12T13:30:00.000000Z"}',
            b'{"action":"x","at":"2026-03-12T13:30:00.000000Z","n":1E400}',
            b'{"action":"x","at":"2026-03-12T13:30:00.000000Z","n":1E5}',
            b'{"action":"x","at":"2026-03-12T13:30:00.000000Z","n":"\\ud800"}',
            b'{"action":"x","at":"2026-03-12T13:30:00.000000Z"} ',
            b'{"action":"x","at":"2026-03-12T13:30:00.000000Z"}\r',
        )
    ),
]


@pytest.mark.parametrize(("text", "fault"), BODIES, ids=range(len(BODIES)))
def test_a_body_that_is_read_is_read_strictly(text: bytes, fault: str) -> None:
    """The newest entry always, any other with --bodies."""
    newest = judged(log(57, raw(57, text)))
    assert [(one.entry, one.what, one.layer) for one in newest.findings] == [(57, fault, Layer.FORM)]
    within = judged(log(99, raw(57, text)), bodies=True)
    assert (57, fault, Layer.FORM) in [(one.entry, one.what, one.layer) for one in within.findings]


def test_a_body_of_another_beginning_is_read_in_any_case() -> None:
    for text in (b"{}", b"not JSON", b'{"action": "x"}', b'{"action":"x"}'):
        verdict = judged(log(99, raw(57, text)))
        assert (57, Layer.FORM) in [(one.entry, one.layer) for one in verdict.findings], text


def test_a_time_that_does_not_exist_shows_at_the_latest_where_time_seems_to_go_back() -> None:
    verdict = judged(log(250, edited(157, at="2026-03-12T13:61:00.000000Z")))
    assert [(one.entry, one.what) for one in verdict.findings] == [(157, "Its time is not written as a time in UTC.")]


def test_the_first_entry_starts_the_log() -> None:
    for changes in ({"action": "order saved"}, {"log": "x"}, {"log": None}):
        verdict = judged(log(2, edited(1, **changes)))
        assert [str(one) for one in verdict.findings] == [
            f"Entry 1, 2026-03-12 13:00:55 UTC, Jörg Müller (technician). It is not the start of a log. {FORM}"
        ]


def test_a_log_without_an_entry_is_broken() -> None:
    assert [str(one) for one in judged(Log((), ())).findings] == [
        "Entry 1. It is missing: every log begins with an entry that says so. Seen by the chain of entries."
    ]


def test_a_name_cannot_move_the_cursor() -> None:
    person = {"id": "x", "name": "A\u202eB\x1b[2J", "role": "r" * 81}
    verdict = judged(log(57, edited(57, person=person, at=time(-900))))
    assert verdict.findings[0].person == "A\\u202eB\\u001b[2J (a text of 81 characters)"


# ------------------------------------------------------------------ what is no export

FORM_OF = "does not have the form of an entry, a checkpoint or the end."
NO_EXPORTS = [
    ([], "Line 1 is not that of an export of the log, “compounding-log” and a 1."),
    ([b"compounding-log\t2\n"], "Line 1 is not that of an export of the log, “compounding-log” and a 1."),
    ([b"\xef\xbb\xbf" + LINES[0]], "Line 1 is not that of an export of the log, “compounding-log” and a 1."),
    ([b"compounding-log\t1\r\n"], "Line 1 ends as lines do on Windows: the file was altered on its way."),
    (LINES[:1], "Line 2 is not the public key."),
    ([LINES[0], b"key\t00\n"], "Line 2 is not the public key."),
    (LINES[:2], "The file ends before line 3, without the line “end”: it was cut off."),
    (LINES[:59], "The file ends before line 60, without the line “end”: it was cut off."),
    (LINES[:-1], "The file ends before line 255, without the line “end”: it was cut off."),
    ([*LINES[:59], LINES[59][:-1]], "The file ends in the middle of line 60: it was cut off."),
    ([*LINES[:59], LINES[59][:200]], "The file ends in the middle of line 60: it was cut off."),
    ([*LINES[:-1], b"end\t250\t2"], "The file ends in the middle of line 255: it was cut off."),
    ([*LINES, b"\n"], "Something follows the line “end”, in line 256."),
    ([*LINES, b"\0" * 512], "Something follows the line “end”, in line 256."),
    ([*LINES[:59], b"\n"], f"Line 60 {FORM_OF}"),
    ([*LINES[:59], b"\0" * 512 + b"\n"], f"Line 60 {FORM_OF}"),
    ([*LINES[:59], b"\xff\xfe\n"], f"Line 60 {FORM_OF}"),
    ([*LINES[:59], LINES[59].replace(b"entry\t58", b"entry\t058")], f"Line 60 {FORM_OF}"),
    ([*LINES[:59], LINES[59].replace(b"entry\t58", b"entry\t" + b"9" * 19)], f"Line 60 {FORM_OF}"),
    ([*LINES[:59], LINES[59].replace(b"entry\t58", "entry\t٥٨".encode())], f"Line 60 {FORM_OF}"),
    ([*LINES[:59], LINES[59][:9] + LINES[59][9:73].upper() + LINES[59][73:]], f"Line 60 {FORM_OF}"),
    ([*LINES[:2], LINES[102]], f"Line 3 {FORM_OF}"),  # a checkpoint over nothing
    ([*LINES[:102], LINES[102].replace(b"\t100\t", b"\t0\t")], f"Line 103 {FORM_OF}"),
    (
        [*LINES[:102], LINES[102].replace(b"2026-03-12T13", b"2026-03-12T25")],
        "Line 103 holds a checkpoint whose time is not a time in UTC.",
    ),
    (
        [*LINES[:102], LINES[102].replace(b"2026-03-12T13", b"2026-03-12\xdc13")],
        "Line 103 holds a checkpoint whose time is not a time in UTC.",
    ),
]


@pytest.mark.parametrize(("lines", "sentence"), NO_EXPORTS, ids=range(len(NO_EXPORTS)))
def test_what_is_no_export_is_told_with_the_place(lines: list[bytes], sentence: str, tmp_path: Path) -> None:
    verdict = judged(lines)
    assert (verdict.state, verdict.unreadable, verdict.findings) == (State.UNREADABLE, sentence, ())
    assert sentences(verdict) == [sentence]
    file = tmp_path / "export.log"
    file.write_bytes(b"".join(lines))
    assert verify(file) == verdict


def test_an_endless_line_is_not_taken_into_memory(tmp_path: Path) -> None:
    file = tmp_path / "export.log"
    file.write_bytes(b"".join(LINES[:59]))
    with file.open("r+b") as grown:
        grown.truncate(1 << 30)  # a hole of NULs that takes no room on the disk
    tracemalloc.start()
    verdict = verify(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert verdict.unreadable == "Line 60 is longer than 4,194,304 bytes."
    assert peak < 20_000_000


def test_what_was_found_before_reading_stopped_is_not_lost() -> None:
    lines = [*LINES[:58], LINES[58].replace(b"0.5", b"0.9"), *LINES[59:120]]
    verdict = judged(lines)
    assert (verdict.state, told(verdict)) == (State.BROKEN, [at(57, Layer.CHAIN)])
    assert sentences(verdict)[-2] == (
        "Reading stopped. The file ends before line 121, without the line “end”: it was cut off."
    )


# ------------------------------------------------------------------ any change at all

SMALL = log(101, also=[1, 50])
SMALL_LINES = SMALL.lines()


@given(where=st.integers(0, len(SMALL.bytes()) - 1), byte=st.integers(0, 255))
@example(where=SMALL.bytes().index(b"end\t") - 1, byte=0)
def test_any_byte_changed_is_found(where: int, byte: int) -> None:
    """Any single byte changed in an entry or checkpoint line is found; in the key, the end or the first line too."""
    changed = bytearray(SMALL.bytes())
    if changed[where] == byte:
        byte ^= 1
    changed[where] = byte
    assert judged(bytes(changed).splitlines(keepends=True)).state is not State.WHOLE
    assert judged(lines_of(bytes(changed))).state is not State.WHOLE


TINY = log(3, also=[1, 3]).bytes()


@pytest.mark.parametrize("byte", [b"\xdc", b"z"], ids=["no ASCII", "another letter"])
def test_every_byte_of_a_small_export_counts(byte: bytes) -> None:
    """0xdc alone is no UTF-8 and no ASCII; z stands for any other letter."""
    assert judged(lines_of(TINY)).state is State.WHOLE
    for where in range(len(TINY)):
        changed = TINY[:where] + (byte if TINY[where : where + 1] != byte else b"y") + TINY[where + 1 :]
        verdict = judged(lines_of(changed))
        assert verdict.state is not State.WHOLE, where
        assert sentences(verdict), where


def lines_of(file: bytes) -> list[bytes]:
    """As a file is read: \\n alone ends a line."""
    return [line + b"\n" for line in file.split(b"\n")[:-1]] + [last for last in file.split(b"\n")[-1:] if last]


@given(data=st.data())
def test_any_line_taken_out_is_found(data: st.DataObject) -> None:
    """Any deletion of lines is found or unreadable; not that of a checkpoint that no rule asks for."""
    gone = data.draw(st.sets(st.integers(0, len(SMALL_LINES) - 1), min_size=1))
    left = [line for number, line in enumerate(SMALL_LINES) if number not in gone]
    assert judged(left).state is not State.WHOLE


@given(data=st.data())
def test_any_line_put_in_is_found(data: st.DataObject) -> None:
    """Any insertion of lines is found or unreadable."""
    where = data.draw(st.integers(0, len(SMALL_LINES)))
    line = data.draw(st.sampled_from(SMALL_LINES) | st.binary(max_size=50).map(lambda text: text + b"\n"))
    more = [*SMALL_LINES[:where], line, *SMALL_LINES[where:]]
    assert judged(more).state is not State.WHOLE


@given(data=st.data())
def test_any_other_order_is_found(data: st.DataObject) -> None:
    """Any permutation of lines is found or unreadable."""
    first, second = sorted(data.draw(st.sets(st.integers(0, len(SMALL_LINES) - 1), min_size=2, max_size=2)))
    swapped = list(SMALL_LINES)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    assert judged(swapped).state is not State.WHOLE
    moved = list(SMALL_LINES)
    moved.insert(second, moved.pop(first))
    assert judged(moved).state is not State.WHOLE
    shuffled = data.draw(st.permutations(SMALL_LINES))
    assert (judged(shuffled).state is State.WHOLE) == (shuffled == SMALL_LINES)


@given(st.lists(st.binary(max_size=300).map(lambda text: text + b"\n") | st.sampled_from(SMALL_LINES), max_size=20))
def test_no_file_makes_it_stumble(lines: list[bytes]) -> None:
    """Handled with a sentence and place, never a traceback."""
    verdict = judged([*SMALL_LINES[:2], *lines])
    assert sentences(verdict)
    json.dumps(as_json(verdict))


@given(st.binary(max_size=200), st.integers(1, 99))
def test_no_body_makes_it_stumble(text: bytes, seq: int) -> None:
    text = text.replace(b"\n", b"") or b"{"
    made = log(99, raw(seq, text))
    assert judged(made).state is State.BROKEN
    assert judged(made, bodies=True).state is State.BROKEN


# ------------------------------------------------------------------ the command


def written(folder: Path, made: Log = WHOLE) -> str:
    file = folder / "export.log"
    file.write_bytes(made.bytes())
    return str(file)


def test_a_whole_log_exits_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = tmp_path / "key.txt"
    key.write_text(WHOLE.public.upper() + "\n", "ascii")
    paper = ["--head", WHOLE.entry(250).head.lower(), "--head", WHOLE.entry(3).head]
    assert evidence.main(["verify", written(tmp_path), *paper, "--public-key", str(key)]) == 0
    expected = judged(WHOLE, WHOLE.entry(250).head, WHOLE.entry(3).head, key=WHOLE.public)
    assert capsys.readouterr() == ("\n".join(sentences(expected)) + "\n", "")


def test_a_broken_log_exits_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forged = rehashed(WHOLE, lowered(WHOLE, 57))
    assert evidence.main(["verify", written(tmp_path, forged), "--bodies"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("The log is BROKEN. The file holds 250 entries and 2 checkpoints.\nEntry 100, ")
    assert err == ""


def test_json_holds_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forged = rehashed(log(101), lowered(log(101), 57))
    assert evidence.main(["verify", written(tmp_path, forged), "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "state": "broken",
        "entries": 101,
        "checkpoints": 1,
        "newest": {"entry": 101, "at": forged.entry(101).at, "person": forged.entry(101).person},
        "head": forged.entry(101).head,
        "findings": [
            {
                "entry": 100,
                "at": forged.entry(100).at,
                "person": "Ngozi Okafor (pharmacist)",
                "what": other_root(100),
                "layer": "signed checkpoints",
            }
        ],
        "more": 0,
        "heads_given": 0,
        "borne_out_by_head": 0,
        "borne_out_by_checkpoint": 0,
        "key": KEY_NAME,
        "key_given": False,
        "bodies_read": False,
        "unreadable": None,
    }


UNREAD = [
    (["verify", "{file}", "--head", "4209"], f"--head: “4209” {AS_PRINTED}"),
    (["verify", "{file}", "--public-key", "{file}"], "--public-key: A text of 994 characters is not a public key of"
        " 64 hex characters."),
    (["verify", "{file}", "--public-key", "{folder}/none"], "{folder}/none: No such file or directory."),
    (["verify", "{folder}/none"], "{folder}/none: No such file or directory."),
    (["verify", "{folder}"], "{folder}: Is a directory."),
    (["verify", "{folder}/empty"], "{folder}/empty: Line 1 is not that of an export of the log, “compounding-log”"
        " and a 1."),
    (["verify"], "the following arguments are required: FILE."),
    ([], "the following arguments are required: verify."),
    (["verify", "{file}", "--heads", "x"], "unrecognized arguments: --heads x."),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "sentence"), UNREAD, ids=range(len(UNREAD)))
def test_what_cannot_be_read_exits_2_with_one_sentence(
    arguments: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path)
    (tmp_path / "empty").touch()

    def fill(text: str) -> str:
        return text.replace("{file}", file).replace("{folder}", str(tmp_path))

    assert evidence.main([fill(argument) for argument in arguments]) == 2
    assert capsys.readouterr() == ("", fill(sentence) + "\n")


def test_the_file_runs_alone(tmp_path: Path) -> None:
    """One file that can be handed over: nothing of the application installed or near."""
    shutil.copy(evidence.__file__, tmp_path / "evidence.py")
    written(tmp_path)
    command = [sys.executable, "-I", "evidence.py", "verify", "export.log", "--head", WHOLE.entry(250).head, "--json"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout)["borne_out_by_head"] == 250
    assert not (tmp_path / "compounding").exists()


def test_where_cryptography_is_lacking_nothing_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
    verdict = judged(WHOLE)
    assert (verdict.state, verdict.unreadable) == (
        State.UNREADABLE,
        "The signatures need the package “cryptography”: python -m pip install cryptography.",
    )


def test_without_cryptography_it_says_what_is_lacking(tmp_path: Path) -> None:
    shutil.copy(evidence.__file__, tmp_path / "evidence.py")
    written(tmp_path)
    command = [sys.executable, "-I", "-S", "evidence.py", "verify", "export.log"]  # -S: without site-packages
    environment = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment, check=False)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == (
        "export.log: The signatures need the package “cryptography”: python -m pip install cryptography.\n"
    )
