"""The log: one chain, its clock, its checkpoints and its key; and read again it gives the tables."""

from __future__ import annotations

import io
import json
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from databases import KINDS, Place, a_place
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select
from test_records import ANNA, AT, ENTERED, NEW, PATIENT, PRINTED, SHA, SIGNED, counts, keyed, set_status

from compounding import evidence
from compounding.records import (
    CLOCK_ACKNOWLEDGED,
    SKEW,
    Change,
    Event,
    Judged,
    NotRead,
    NotSaved,
    Page,
    Person,
    RecordsRefused,
    Search,
    account,
    chain,
    check,
    clock_step_pending,
    database,
    export_log,
    find_preparations,
    head,
    migrate,
    migrating,
    open_database,
    put_account,
    put_setting,
    record,
    record_print,
    revise_preparation,
    save_preparation,
    schema,
    sign_in,
    sign_out,
    signing,
    tables,
    take_step,
)
from compounding.records.events import PROGRAM, RESERVED, canonical, program_version
from compounding.records.log import EntrySearch, find_entries

VIEWED = Event(ANNA, "viewed", AT)


def at(**later: float) -> Event:
    return replace(VIEWED, at=AT + timedelta(**later))


def entries(engine: Engine) -> list[Any]:
    with database.reading(engine) as connection:
        return list(connection.execute(select(tables.log).order_by(tables.log.c.seq)))


def checkpoints(engine: Engine) -> list[int]:
    with database.reading(engine) as connection:
        return list(connection.execute(select(tables.checkpoint.c.size).order_by(tables.checkpoint.c.size)).scalars())


def exported(engine: Engine) -> bytes:
    file = io.BytesIO()
    export_log(engine, file)
    return file.getvalue()


def verified(engine: Engine, *heads: str) -> evidence.Verdict:
    typed = [evidence.read_head(code) for code in heads]
    return evidence.verify(io.BytesIO(exported(engine)), typed, bodies=True)


# ------------------------------------------------------------------ the chain


def test_an_entry_holds_the_hash_of_the_one_before_it(engine: Engine) -> None:
    record(engine, VIEWED)
    save_preparation(engine, NEW, ENTERED)
    before = evidence.GENESIS
    for seq, entry in enumerate(entries(engine), 1):
        assert (entry.seq, entry.prev) == (seq, before)
        assert entry.hash == evidence.entry_hash(seq, before, entry.body)
        before = entry.hash
    assert check(engine) == ()
    assert verified(engine).state is evidence.State.WHOLE


def test_the_hash_is_that_of_the_contract() -> None:
    """SHA-256(0x01 ‖ 1 in eight bytes ‖ 32 zero bytes ‖ {}), worked out by another program."""
    # (printf '\001\0\0\0\0\0\0\0\001'; head -c 32 /dev/zero; printf '{}') | sha256sum
    assert evidence.entry_hash(1, evidence.GENESIS, "{}") == HASH_OF_NOTHING


HASH_OF_NOTHING = "dce2020008428ed437887ae09f27f297e0c6af1aafefb22098c93423d44ee070"


def test_the_log_starts_with_its_first_event(engine: Engine, place: Place) -> None:
    assert head(engine) is None
    record(engine, replace(VIEWED, zone="Europe/London", workstation="Cabinet 2"))
    first = json.loads(entries(engine)[0].body)
    assert len(bytes.fromhex(first.pop("log"))) == 16
    assert first == {
        "action": "log started",
        "at": "2026-03-04T05:06:07.000089Z",
        "person": {"id": "u17", "name": "Anna Example", "role": "technician"},
        "program": program_version(),
        "public_key": signing.public(signing.key(place.home)),
        "schema": schema.fingerprint(),
        "site": "Example Hospital",
        "workstation": "Cabinet 2",
        "zone": "Europe/London",
    }


def test_the_head_of_a_preparation_is_the_entry_of_its_state(engine: Engine) -> None:
    number = save_preparation(engine, NEW, ENTERED).number
    entered = head(engine, number)
    assert entered == head(engine)
    record_print(engine, number, "label", "1", "[]", SHA, ENTERED)
    record(engine, replace(VIEWED, subject=number))
    assert head(engine, number) == entered != head(engine)
    set_status(engine, number, "checked", replace(ENTERED, action="checked"))
    checked = head(engine, number)
    assert checked == head(engine)
    assert checked is not None
    assert checked.code == evidence.head_code(5, entries(engine)[4].hash)
    assert verified(engine, checked.code).state is evidence.State.WHOLE
    assert head(engine, "2026-999999") is None


@pytest.mark.parametrize("action", sorted(RESERVED))
def test_the_actions_of_the_records_are_their_own(engine: Engine, action: str) -> None:
    with pytest.raises(ValueError, match=f"^the action '{action}' is the records' own$"):
        record(engine, replace(VIEWED, action=action))
    assert set(counts(engine).values()) == {0}


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"subject": 3}, TypeError, "the subject of an event is a text"),
        ({"reason_code": None}, TypeError, "the reason code of an event is a text"),
        ({"workstation": "x" * 601}, ValueError, "an event's workstation has 601 characters, and may have 600"),
        ({"action": "x" * 601}, ValueError, "an event's action has 601 characters, and may have 600"),
        (
            {"changes": (("dose", 1, None),)},
            TypeError,
            "a change is a field with its old and its new text, or None",
        ),
        (
            {"findings": (("x", "stop", None),)},
            TypeError,
            "a finding of an event is its code, its severity and its answer, all texts",
        ),
    ],
)
def test_what_an_event_says_is_text(changes: dict[str, Any], error: type[Exception], sentence: str) -> None:
    with pytest.raises(error) as refused:
        replace(VIEWED, **changes)
    assert str(refused.value) == sentence


def test_the_longest_texts_that_are_searched_fit_the_index(engine: Engine) -> None:
    """600 characters of four bytes, that no index can compress much."""
    long = "".join(chr(0x1F300 + n % 600) for n in range(600))
    person = Person(long, long[::-1], "technician")
    record(engine, Event(person, long, AT, subject=long, workstation=long))
    (found,) = find_entries(engine, EntrySearch(subject=long))
    assert found.event.person == person
    assert check(engine) == ()


# ------------------------------------------------------------------ the clock


def test_a_time_within_the_skew_is_taken_as_it_is(engine: Engine) -> None:
    record(engine, VIEWED)
    record(engine, replace(VIEWED, at=AT - SKEW))
    assert [json.loads(entry.body)["action"] for entry in entries(engine)] == ["log started", "viewed", "viewed"]
    assert not clock_step_pending(engine)
    assert check(engine) == ()


def test_a_clock_that_went_back_is_an_entry_and_waits_to_be_seen(engine: Engine) -> None:
    record(engine, VIEWED)
    back = replace(VIEWED, at=AT - SKEW - timedelta(microseconds=1), zone="Europe/London")
    record(engine, back)
    stepped = find_entries(engine, EntrySearch(action="clock stepped"))
    (told,) = stepped
    assert told.event.changes == (Change("clock", "2026-03-04T05:06:07.000089Z", "2026-03-04T05:06:00.000088Z"),)
    assert (told.event.person, told.event.at, told.event.zone) == (ANNA, back.at, "Europe/London")
    assert told.id in checkpoints(engine)
    assert clock_step_pending(engine)
    record(engine, back)
    assert clock_step_pending(engine)
    assert len(find_entries(engine, EntrySearch(action="clock stepped"))) == 1
    record(engine, replace(back, action=CLOCK_ACKNOWLEDGED))
    assert not clock_step_pending(engine)
    record(engine, replace(back, at=back.at - timedelta(hours=2)))
    assert clock_step_pending(engine)
    assert check(engine) == ()
    assert verified(engine).state is evidence.State.WHOLE


def test_small_steps_back_do_not_add_up(engine: Engine) -> None:
    """4 s and 4 s are 8 s, and 7 s is the skew: the log, its check and its verifier say so alike."""
    for seconds in (0, -4, -8, -12, -16):
        record(engine, at(seconds=seconds))
    # After the step to −8 s the next 7 s back are taken again; −16 s is 8 s before that.
    assert [json.loads(entry.body)["action"] for entry in entries(engine)] == [
        *("log started", "viewed", "viewed", "clock stepped", "viewed", "viewed", "clock stepped", "viewed"),
    ]
    assert check(engine) == ()
    assert verified(engine).state is evidence.State.WHOLE


def test_the_log_and_its_verifier_know_one_skew() -> None:
    """2 s between the clocks of two hosts, and as long as a writer waits for the lock."""
    assert chain.SKEW is evidence.SKEW is SKEW
    assert timedelta(seconds=2, milliseconds=database.BUSY_MS) == evidence.SKEW


@pytest.mark.parametrize("wrong", ["", "yesterday", "2026-03-04T05:06:07", "2026-03-04 05:06:07.000089Z", None])
def test_nothing_is_written_behind_an_entry_whose_time_was_taken_away(
    engine: Engine, place: Place, wrong: str | None
) -> None:
    record(engine, VIEWED)
    said = json.loads(entries(engine)[-1].body)
    kept = {name: value for name, value in said.items() if name != "at"}
    body = canonical(kept if wrong is None else {**kept, "at": wrong})
    engine.dispose()
    with place.attacker() as other:
        other.disarm()
        other.execute("UPDATE log SET body = ?", body)
        other.rearm()
    before = counts(engine)
    with pytest.raises(RecordsRefused, match=r"has no time that can be read: it was changed. Nothing more is written"):
        record(engine, VIEWED)
    assert counts(engine) == before
    assert head(engine)


def test_what_is_refused_notes_no_clock_step(engine: Engine) -> None:
    record(engine, VIEWED)
    with pytest.raises(RecordsRefused):
        record_print(engine, "2026-000009", "label", "1", "[]", SHA, at(days=-1))
    assert not clock_step_pending(engine)


# ------------------------------------------------------------------ checkpoints and the key


def test_a_checkpoint_is_made_every_hundred_entries(engine: Engine) -> None:
    for _ in range(204):
        record(engine, VIEWED)
    assert checkpoints(engine) == [1, 100, 200]
    assert check(engine) == ()
    assert verified(engine).by_checkpoint == 200


def test_a_checkpoint_is_made_with_the_first_append_an_hour_after_the_last(engine: Engine) -> None:
    for minutes in (0, 59, 60, 61, 119, 120, 600, 601):
        record(engine, at(minutes=minutes))
    # The log starts as entry 1 with the first of them, at minute 0.
    assert checkpoints(engine) == [1, 4, 7, 8]
    assert check(engine) == ()
    assert verified(engine).state is evidence.State.WHOLE


def test_a_release_and_a_wish_are_signed_at_once(engine: Engine) -> None:
    number = save_preparation(engine, NEW, ENTERED).number
    record(engine, VIEWED, checkpoint=True)
    set_status(engine, number, "checked", VIEWED)
    set_status(engine, number, "released", VIEWED)
    assert checkpoints(engine) == [1, 3, 5]
    assert check(engine) == ()


def test_a_checkpoint_that_cannot_be_signed_takes_its_entry_back(engine: Engine, place: Place) -> None:
    record(engine, VIEWED)
    key = place.home / "signing.key"
    kept = key.read_bytes()
    key.unlink()
    before = counts(engine)
    with pytest.raises(RecordsRefused, match=r"^The signing key .* is missing\. Put it back from where the site keeps"):
        record(engine, VIEWED, checkpoint=True)
    assert counts(engine) == before
    signing.made(place.home)
    with pytest.raises(RecordsRefused, match="is not the one that this log started with"):
        record(engine, VIEWED, checkpoint=True)
    with pytest.raises(RecordsRefused, match="is not the one that this log started with"):
        migrate(engine)
    assert [fault.part for fault in check(engine)] == ["key"]
    key.write_bytes(kept)
    record(engine, VIEWED, checkpoint=True)
    assert check(engine) == ()


def test_the_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    barrier = threading.Barrier(8)

    def make(_: int) -> str:
        barrier.wait()
        return signing.public(signing.made(tmp_path / "home"))

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(make, range(8)))) == 1
    (key,) = (tmp_path / "home").iterdir()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("text", "mode", "sentence"),
    [
        ("ab" * 32, 0o640, "The signing key PATH may be read by others: its mode must be 0600."),
        ("ab" * 31, 0o600, "The signing key PATH is not one: 64 hexadecimal figures."),
        ("", 0o600, "The signing key PATH is not one: 64 hexadecimal figures."),
        ("µ" * 64, 0o600, "The signing key PATH is not one: 64 hexadecimal figures."),
    ],
)
def test_a_key_that_cannot_be_used_is_refused(tmp_path: Path, text: str, mode: int, sentence: str) -> None:
    path = tmp_path / "signing.key"
    path.write_text(text, "utf-8")
    path.chmod(mode)
    with pytest.raises(RecordsRefused) as refused:
        signing.made(tmp_path)
    assert str(refused.value) == sentence.replace("PATH", str(path))
    assert path.read_text("utf-8") == text


def test_a_full_disk_at_the_making_of_the_key_starts_no_log(engine: Engine, place: Place) -> None:
    place.home.mkdir(exist_ok=True)
    (place.home / "signing.key").mkdir()  # stands for any fault of the file system
    with pytest.raises(RecordsRefused):
        record(engine, VIEWED)
    assert set(counts(engine).values()) == {0}


# ------------------------------------------------------------------ the export


def test_an_export_is_as_the_contract_says_to_the_letter(engine: Engine, place: Place) -> None:
    record(engine, VIEWED)
    one, two = entries(engine)
    with database.reading(engine) as connection:
        (signed,) = connection.execute(select(tables.checkpoint)).all()
    key = signing.public(signing.key(place.home))
    assert exported(engine).decode() == (
        f"compounding-log\t1\nkey\t{key}\n"
        f"entry\t1\t{one.hash}\t{one.body}\n"
        f"checkpoint\t{json.loads(one.body)['log']}\t1\t{one.hash}\t{schema.fingerprint()}\t{one.at}\t{signed.signature}\n"
        f"entry\t2\t{two.hash}\t{two.body}\n"
        "end\t2\t1\n"
    )


def test_an_export_counts_what_it_holds_and_sees_one_moment(engine: Engine) -> None:
    for _ in range(120):
        record(engine, VIEWED)

    class Watching(io.BytesIO):
        def write(self, data: Any) -> int:
            if data.startswith(b"entry\t60\t"):
                record(engine, VIEWED)
            return super().write(data)

    file = Watching()
    counted = export_log(engine, file)
    assert (counted.entries, counted.checkpoints) == (121, 2)
    verdict = evidence.verify(io.BytesIO(file.getvalue()), bodies=True)
    assert (verdict.state, verdict.entries) == (evidence.State.WHOLE, 121)
    assert counts(engine)["log"] == 122


def test_a_log_without_entries_is_not_exported(engine: Engine) -> None:
    with pytest.raises(NotRead, match=r"^Not read: nothing was written to this log yet\.$"):
        exported(engine)


def emptied(engine: Engine, place: Place) -> None:
    """As somebody would who holds the database: every row of ours is gone, and the guards are back."""
    engine.dispose()
    with place.attacker() as other:
        other.disarm()
        for table in tables.metadata.tables:
            other.execute(f"DELETE FROM {table}")
        other.rearm()


@pytest.mark.parametrize("written", [False, True])
def test_a_log_without_entries_is_not_whole(engine: Engine, place: Place, written: bool) -> None:
    if written:
        save_preparation(engine, NEW, ENTERED)
        assert check(engine) == ()
        emptied(engine, place)
    assert [str(fault) for fault in check(engine)] == [
        "log: has no entry: nothing was ever written here, or all of it was taken away"
    ]


# ------------------------------------------------------------------ the rows


def told(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """The tables as the log tells of them: each entry's rows, one after another."""
    found: dict[str, list[dict[str, Any]]] = {table.name: [] for table in tables.REPLAYED}
    for entry in entries(engine):
        for name, rows in json.loads(entry.body).get("rows", {}).items():
            found[name] += rows
    return found


def stored(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    with database.reading(engine) as connection:
        return {
            table.name: [dict(row._mapping) for row in connection.execute(select(table).order_by(table.c.id))]
            for table in tables.REPLAYED
        }


TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
AMOUNTS = st.integers(0, 2**63 - 1)
NUMBERS = st.integers(1, 3).map(lambda n: f"2026-{n:06d}")
EVENTS = st.builds(
    Event,
    person=st.builds(Person, *[TEXTS.filter(str.strip)] * 3),
    action=st.sampled_from(["entered", "printed", "viewed"]),
    at=st.integers(-20, 5000).map(lambda s: AT + timedelta(seconds=s)),
    details=st.dictionaries(TEXTS, TEXTS, max_size=2),
    reason=TEXTS,
    zone=TEXTS,
    workstation=TEXTS,
    changes=st.lists(st.builds(Change, TEXTS, TEXTS | st.none(), TEXTS | st.none()), max_size=2).map(tuple),
    findings=st.lists(st.builds(Judged, TEXTS, TEXTS, TEXTS), max_size=2).map(tuple),
)
USERS = st.sampled_from(["okafor", "mueller"])
WRITES = st.one_of(
    st.tuples(st.just("save"), st.integers(1, 4), TEXTS, AMOUNTS),
    st.tuples(st.just("status"), NUMBERS, st.sampled_from(["checked", "made", "released"])),
    st.tuples(st.just("print"), NUMBERS, st.sampled_from(["label", "worksheet"]), st.none() | TEXTS.map(json.dumps)),
    st.tuples(st.just("record"), st.booleans()),
    st.tuples(st.just("revise"), NUMBERS, st.integers(1, 4), st.integers(1, 3), TEXTS),
    st.tuples(st.just("sign"), NUMBERS, st.none() | st.sampled_from(["checked", "released"])),
    st.tuples(st.just("account"), USERS, st.booleans(), st.sampled_from([{}, {"pin": "hash"}, {"pin": None}])),
    st.tuples(st.just("session"), USERS, st.booleans()),
    st.tuples(st.just("setting"), TEXTS.filter(str.strip), st.none() | TEXTS),
)


def write(engine: Engine, what: tuple[Any, ...], event: Event) -> None:
    match what:
        case ("save", key, family, amount):
            figures = replace(NEW.figures, dose_ng=amount)
            new = keyed(key, patient=replace(PATIENT, family=family), figures=figures)
            save_preparation(engine, new, event)
        case ("status", number, state):
            set_status(engine, number, state, event)
        case ("print", number, document, strings):
            record_print(engine, number, document, "1", strings, SHA, event)
        case ("record", wished):
            record(engine, event, checkpoint=wished)
        case ("revise", number, key, was, family):
            new = keyed(("again", key), patient=replace(PATIENT, family=family, mrn=None))
            revise_preparation(engine, number, new, event, SIGNED, was=was, judge=lambda _: None)
        case ("sign", number, state):
            take_step(engine, number, event, judge=lambda _: None, state=state, signature=SIGNED)
        case ("account", user, active, kept):
            now = account(engine, user)
            was = None if now is None else now.entry
            put_account(engine, user, "An Example", "auditor", event, active=active, secrets=kept, was=was)
        case ("session", user, leaves):
            session = sign_in(engine, user, event, key="5e1f", address="192.0.2.7")
            if leaves:
                sign_out(engine, session, "asked", event)
        case ("setting", name, value):
            put_setting(engine, name, value, "holds", event)


@pytest.fixture(params=KINDS, scope="module")
def lasting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for many examples: the log of each goes on where that of the last ended."""
    with a_place(request.param, tmp_path_factory.mktemp("lasting"), request, migrated=True) as place:
        opened = place.open()
        migrate(opened)
        yield opened
        opened.dispose()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(WRITES, EVENTS), min_size=1, max_size=12))
def test_the_log_read_again_gives_the_tables(lasting: Engine, calls: list[tuple[tuple[Any, ...], Event]]) -> None:
    """Whatever is written, in whatever order and at whatever time, and whatever of it is refused."""
    for what, event in calls:
        before = counts(lasting)
        try:
            write(lasting, what, event)
        except RecordsRefused:
            assert counts(lasting) == before
    assert told(lasting) == stored(lasting)
    assert check(lasting) == ()
    if head(lasting) is not None:
        found = verified(lasting).findings
        assert [str(one) for one in found] == []


def test_every_row_that_a_preparation_has_is_in_its_entry(engine: Engine) -> None:
    number = save_preparation(engine, NEW, ENTERED).number
    record_print(engine, number, "label", "1", '["µ"]', SHA, PRINTED)
    rows = stored(engine)
    assert told(engine) == rows
    assert {name: len(found) for name, found in rows.items() if found} == {"preparation": 1, "status": 1, "print": 1}
    assert {row["entry"] for row in rows["preparation"] + rows["status"]} == {2}
    assert set(rows["preparation"][0]) == set(tables.preparation.columns.keys())


# ------------------------------------------------------------------ the schema


CHANGED: list[tuple[str, str, str, str]] = [
    # kind, statement, what is missing, what is not ours
    ("both", "DROP INDEX log_by_subject", "log index log_by_subject subject", ""),
    ("both", "DROP INDEX print_first", "print index print_first unique preparation_id,document,version", ""),
    ("both", "ALTER TABLE status ADD COLUMN extra TEXT", "", "status.extra TEXT or nothing"),
    ("both", "ALTER TABLE print DROP COLUMN pdf_sha256", "print.pdf_sha256 text always", ""),
    ("both", "CREATE INDEX more ON print (copy)", "", "print index more copy"),
    (
        "postgresql",
        "ALTER TABLE preparation ALTER mrn TYPE varchar(9)",
        "preparation.mrn text",
        "preparation.mrn VARCHAR(9)",
    ),
    (
        "postgresql",
        "ALTER TABLE print ALTER copy DROP NOT NULL",
        "print.copy text always",
        "print.copy text or nothing",
    ),
    (
        "postgresql",
        "ALTER TABLE print ALTER copy SET DEFAULT '1'",
        "print.copy text always",
        "print.copy text always default",
    ),
    ("postgresql", "ALTER TABLE log DROP CONSTRAINT log_prev", "log unique log_prev prev", ""),
    (
        "postgresql",
        "ALTER TABLE status DROP CONSTRAINT status_entry",
        "status reference status_entry entry to log.seq",
        "",
    ),
    (
        "postgresql",
        "ALTER TABLE status DROP CONSTRAINT status_id_above_zero",
        "status check status_id_above_zero id>0",
        "",
    ),
    (
        "postgresql",
        "ALTER TABLE log ALTER subject DROP EXPRESSION",
        "log.subject text or nothing from body.subject",
        "log.subject text or nothing",
    ),
    (
        "postgresql",
        "ALTER TABLE log ALTER subject SET EXPRESSION AS (body::json ->> 'action')",
        "log.subject text or nothing from body.subject",
        "log.subject text or nothing computed as",
    ),
    ("postgresql", "DROP TABLE print CASCADE", "print key id", ""),
]


@pytest.mark.parametrize(
    ("place", "statement", "missing", "foreign"),
    [
        pytest.param(kind, *rest, id=f"{kind} {rest[0]}")
        for kinds, *rest in CHANGED
        for kind in (KINDS if kinds == "both" else [kinds])
    ],
    indirect=["place"],
)
def test_a_schema_that_is_not_ours_is_named(
    engine: Engine, place: Place, statement: str, missing: str, foreign: str
) -> None:
    engine.dispose()
    with place.attacker() as other:
        other.execute(statement)
    with database.reading(engine) as connection:
        found = schema.differences(connection)
    for lead, wanted in (("missing: ", missing), ("not ours: ", foreign)):
        assert any(line.startswith(lead + wanted) for line in found) or not wanted, found
    assert any(fault.part == "schema" for fault in check(engine))


def test_the_fingerprint_in_a_checkpoint_is_that_of_the_schema(engine: Engine) -> None:
    record(engine, VIEWED)
    with database.reading(engine) as connection:
        assert connection.execute(select(tables.checkpoint.c.schema)).scalar_one() == schema.fingerprint()


NEXT = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "next", "{newest}", None, None


def upgrade() -> None:
    op.add_column("status", sa.Column("note", sa.Text))
"""


def test_a_schema_that_came_without_an_entry_is_named(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    record(engine, VIEWED)
    monkeypatch.setattr(schema, "fingerprint", lambda: "ab" * 32)
    record(engine, VIEWED, checkpoint=True)
    assert [str(fault) for fault in check(engine)] == [
        "checkpoint 3: was signed under another schema than the one in force",
        "log: does not tell of a migration to the schema of this program",
    ]


@pytest.mark.parametrize("named", [True, False])
def test_a_migration_is_an_entry_with_the_old_and_the_new_schema(
    engine: Engine, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    saved = save_preparation(engine, NEW, ENTERED)
    old = schema.fingerprint()
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    newest, own = migrating.known()[0], sorted((migrating._MIGRATIONS / "versions").glob("0*.py"))
    for source in ("env.py", *(f"versions/{path.name}" for path in own)):
        (folder / source).write_text((migrating._MIGRATIONS / source).read_text("utf-8"), "utf-8")
    (folder / "versions/next.py").write_text(NEXT.format(newest=newest), "utf-8")
    monkeypatch.setattr(migrating, "_MIGRATIONS", folder)
    monkeypatch.setattr(schema, "fingerprint", lambda: "ab" * 32)
    opened = open_database(place.url, home=place.home, owner_url=place.owner_url)
    event = Event(ANNA, "upgraded", AT + timedelta(minutes=1), workstation="Cabinet 2") if named else None
    migrate(opened, event)
    migrate(opened, event)
    (entry,) = find_entries(opened, EntrySearch(action="schema migrated"))
    assert entry.event.changes == (Change("schema", old, "ab" * 32),)
    assert entry.event.person == (ANNA if named else PROGRAM)
    assert entry.id in checkpoints(opened)
    with database.reading(opened) as connection:
        assert any("status.note" in line for line in schema.differences(connection))
    # A row that was stored before has nothing in the new column, as its entry has.
    assert [fault for fault in check(opened) if fault.part not in ("schema",)] == []
    assert find_preparations(opened, Search(), Page()).preparations == (saved,)
    opened.dispose()


def test_an_append_needs_the_whole_row() -> None:
    with pytest.raises(AssertionError, match="a row of status names all of its columns"):
        chain.all_columns(tables.status, {"id": 1})


def test_two_entries_cannot_follow_the_same_one(engine: Engine) -> None:
    """What the lock prevents the table refuses as well."""
    record(engine, VIEWED)
    with pytest.raises(NotSaved, match="does not allow this entry"), database.writing(engine) as connection:
        row = {"seq": 3, "body": "{}", "hash": "x", "prev": evidence.GENESIS}
        connection.execute(insert(tables.log).values(row))
