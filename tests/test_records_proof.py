"""What the log rests on, and a code from paper against it: on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from databases import Place

from compounding.records import (
    Anchor,
    Comparison,
    Event,
    Person,
    actions,
    compare,
    head,
    proof,
    record,
    witness,
)

ANNA = Person("anna", "A. Test", "auditor")
AT = datetime(2026, 3, 12, 13, 0, tzinfo=UTC)


def wrote(engine: Any, count: int, action: str = "timeline viewed") -> None:
    for second in range(count):
        record(engine, Event(ANNA, action, AT + timedelta(seconds=second)))


@pytest.fixture
def attacked(place: Place, engine: Any) -> Iterator[Any]:
    """Who holds the database, past its guards."""
    with place.attacker() as other:
        yield other


def test_an_empty_log_rests_on_nothing(engine: Any) -> None:
    assert proof(engine) is None


def test_the_proof_names_the_head_and_the_checkpoint(engine: Any) -> None:
    wrote(engine, 3)
    now, newest = proof(engine), head(engine)
    assert now is not None and newest is not None
    assert now.head == newest
    # The first entry is signed, and no other is due within the hour and the hundred.
    assert now.checkpoint is not None and now.checkpoint.fits
    assert now.checkpoint.size < newest.seq
    assert (now.witness, now.unreadable) == (None, "")


def test_a_checkpoint_over_another_history_does_not_fit(engine: Any, attacked: Any) -> None:
    wrote(engine, 1)
    before = attacked.execute("SELECT root FROM checkpoint ORDER BY size DESC LIMIT 1")[0][0]
    attacked.disarm()
    attacked.execute("UPDATE checkpoint SET root = ?", "0" * 64)
    attacked.rearm()
    assert before != "0" * 64
    now = proof(engine)
    assert now is not None and now.checkpoint is not None
    assert not now.checkpoint.fits


def test_a_signature_of_another_does_not_fit(engine: Any, attacked: Any) -> None:
    wrote(engine, 1)
    attacked.disarm()
    attacked.execute("UPDATE checkpoint SET signature = ?", "0" * 128)
    attacked.rearm()
    now = proof(engine)
    assert now is not None and now.checkpoint is not None
    assert not now.checkpoint.fits


def test_a_witness_that_saw_the_same_fits(engine: Any, tmp_path: Path) -> None:
    wrote(engine, 1)
    folder = tmp_path / "elsewhere"
    away = proof(engine, folder)
    assert away is not None and (away.witness, away.unreadable) == (None, "")
    assert away.missing == f"There is no witness in {folder}: there is no such folder. Is its share mounted?"
    folder.mkdir()
    empty = proof(engine, folder)
    assert empty is not None and (empty.witness, empty.unreadable) == (None, "")
    assert empty.missing == f"There is no witness in {folder}."
    seen = witness(engine, folder)
    now = proof(engine, folder)
    assert now is not None
    assert now.witness == Anchor(seen.size, datetime.fromisoformat(seen.at), True)


def test_a_witness_that_saw_another_entry_does_not_fit(engine: Any, attacked: Any, tmp_path: Path) -> None:
    wrote(engine, 1)
    (tmp_path / "elsewhere").mkdir()
    size = witness(engine, tmp_path / "elsewhere").size
    attacked.disarm()
    attacked.execute("UPDATE log SET hash = ? WHERE seq = ?", "0" * 64, size)
    attacked.rearm()
    now = proof(engine, tmp_path / "elsewhere")
    assert now is not None and now.witness is not None
    assert not now.witness.fits


def test_a_witness_that_is_none_says_why(engine: Any, tmp_path: Path) -> None:
    wrote(engine, 1)
    (tmp_path / "compounding.witness").write_text("something else\n", "utf-8")
    now = proof(engine, tmp_path)
    assert now is not None
    assert now.witness is None
    assert now.missing == ""
    assert now.unreadable == f"The witness {tmp_path / 'compounding.witness'} is not one."


# ------------------------------------------------------------------ a code from paper


def test_a_code_as_it_is_printed_is_the_same_however_it_is_typed(engine: Any) -> None:
    wrote(engine, 2)
    newest = head(engine)
    assert newest is not None
    code = newest.code.partition(" ")[2]
    for typed in (code, code.lower(), code.replace(" ", ""), code.replace(" ", "-"), f" {code} "):
        assert compare(engine, newest.seq, typed) is Comparison.SAME, typed


def test_another_code_and_a_missing_entry_are_told_apart(engine: Any) -> None:
    wrote(engine, 2)
    newest = head(engine)
    assert newest is not None
    code = newest.code.partition(" ")[2]
    other = ("B" if code[0] == "A" else "A") + code[1:]
    assert compare(engine, newest.seq, other) is Comparison.DIFFERENT
    assert compare(engine, newest.seq - 1, code) is Comparison.DIFFERENT
    assert compare(engine, newest.seq + 1, code) is Comparison.MISSING
    assert compare(engine, 10**18 - 1, code) is Comparison.MISSING  # 18 figures: the longest that is read
    assert compare(engine, 2**31, code) is Comparison.MISSING  # the first that PostgreSQL cannot hold


@pytest.mark.parametrize("typed", ["", "V6RB", "V6RB 2MPC X4TA ZQ7", "V6RB 2MPC X4TA ZQ70", "V6RB 2MPC X4TA ZQ7L Z"])
def test_what_is_no_code_is_refused(engine: Any, typed: str) -> None:
    wrote(engine, 1)
    with pytest.raises(ValueError, match="is not a head"):
        compare(engine, 1, typed)


def test_a_forged_hash_that_is_none_gives_another_code(engine: Any, attacked: Any) -> None:
    wrote(engine, 1)
    newest = head(engine)
    assert newest is not None
    attacked.disarm()
    attacked.execute("UPDATE log SET hash = ? WHERE seq = ?", "no hash", newest.seq)
    attacked.rearm()
    assert compare(engine, newest.seq, newest.code.partition(" ")[2]) is Comparison.DIFFERENT


def test_each_action_of_the_log_comes_once(engine: Any) -> None:
    wrote(engine, 2, "order entered")
    wrote(engine, 2, "label printed")
    found = actions(engine)
    assert [action for action in found if action in ("order entered", "label printed")] == [
        "label printed",
        "order entered",
    ]
    assert len(found) == len(set(found))
