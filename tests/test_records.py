"""The records: what goes in comes out to the letter, once, with its event, and stays as it is."""

import importlib.metadata
import inspect
import json
import sqlite3
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import course_rows
import pytest
from databases import Place
from hypothesis import given
from hypothesis import strategies as st
from path_rows import one_of_each
from sqlalchemy import CheckConstraint, func, insert, select, text

import compounding.records as records
from compounding.printing import Calibration, Kind, Measured, Printer
from compounding.records import (
    Attempt,
    Engine,
    Event,
    Figures,
    NewOut,
    NewPack,
    NewPaperOrder,
    NewPreparation,
    NewReport,
    NewSending,
    NewSignature,
    Page,
    PatientIdentity,
    Person,
    RecordedEvent,
    RecordsRefused,
    SavedPreparation,
    Search,
    Standing,
    Verdict,
    database,
    destroy_number,
    end_recall,
    end_sending,
    events,
    find_preparations,
    first_print,
    migrate,
    migrating,
    names,
    next_sequence,
    open_database,
    preparation,
    prints,
    put_account,
    put_calibration,
    put_printer,
    put_recall,
    put_secret,
    put_setting,
    put_settings,
    record,
    record_attempt,
    record_print,
    record_report,
    reserve_pack,
    revise_preparation,
    save_preparation,
    schema,
    schema_version,
    sign_in,
    sign_out,
    tables,
    take_step,
)
from compounding.records.prints import kind_of, worksheet_of
from compounding.workflow.materials import Out

ANNA = Person("u17", "Anna Example", "technician")
AT = datetime(2026, 3, 4, 5, 6, 7, 89, UTC)
ENTERED = Event(ANNA, "entered", AT, {"screen": "order"}, "new cycle")
PRINTED = Event(ANNA, "printed", AT + timedelta(minutes=5))
FINGERPRINT = "f89802273fea65e614c1650cccb3029e4b4a61cda6bb281a2473961a4367509f"
SHA = "0123456789abcdef" * 4
SIGNED = NewSignature("order-entry", '{"dose":"0.686 mg"}')

# 0.375 mg/m² × 1.83 m² = 0.68625 mg: five decimals, exact as 686,250 ng.
FIGURES = Figures(
    dose_ng=686_250,
    prepared_ng=686_250,
    volume_nL=2_745_000,
    diluent_nL=47_255_000,
    discarded_nL=855_000,
    discarded_ng=213_750,
    vials=1,
)
PATIENT = PatientIdentity("Kowalska", "Łucja", date(1961, 2, 3), mrn="MRN-00 12", location="Ward 7")
NEW = NewPreparation(
    request_key="key 1",
    year=2026,
    given_on=date(2026, 3, 5),
    market="us",
    training=True,
    patient=PATIENT,
    drug_id="besponsa-us",
    drug_edition="2024-03",
    drug_checksum="ab12",
    program_version="0.1.0",
    figures=FIGURES,
    order_json='{"height":"172.5"}',
    plan_json='{"dose":"0.68625 mg"}',
    shown_json='{"dose":"0.686 mg","note":"µ – ≥"}',
    answers_json="[]",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "instance" / "records.db"


@pytest.fixture
def on_sqlite(path: Path) -> Iterator[Engine]:
    """For what only SQLite has."""
    opened = open_database(f"sqlite:///{path}")
    migrate(opened)
    yield opened
    opened.dispose()


def keyed(key: object, **changes: Any) -> NewPreparation:
    return replace(NEW, request_key=f"key {key}", **changes)


def named(engine: Engine, *patients: PatientIdentity) -> list[SavedPreparation]:
    return [save_preparation(engine, keyed(n, patient=patient), ENTERED) for n, patient in enumerate(patients)]


def counts(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    with database.reading(engine) as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in tables.metadata.tables.items()
        }


def stored_rows(engine: Engine) -> dict[str, int]:
    """How many rows there are in each table that has any."""
    return {name: rows for name, rows in counts(engine).items() if rows}


def raw(path: Path) -> closing[sqlite3.Connection]:
    """A connection that knows nothing of us: SQLite's own defaults, recursive_triggers off."""
    return closing(sqlite3.connect(path, isolation_level=None))


# ------------------------------------------------------------------ opening


def test_the_folder_and_the_file_are_the_owners_alone(on_sqlite: Engine, path: Path) -> None:
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    save_preparation(on_sqlite, NEW, ENTERED)
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    assert (path.parent / "signing.key").exists()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # FULL
        ("foreign_keys", 1),
        ("busy_timeout", 5000),
        ("recursive_triggers", 1),
    ],
)
def test_every_connection_has_its_pragmas(on_sqlite: Engine, pragma: str, value: object) -> None:
    three = [on_sqlite.connect() for _ in range(3)]  # at once, so that they are not the same one
    try:
        found = [connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() for connection in three]
    finally:
        for connection in three:
            connection.close()
    assert found == [value] * 3


def test_the_driver_begins_nothing_by_itself(on_sqlite: Engine) -> None:
    with on_sqlite.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        assert driver.isolation_level is None


def test_a_writer_takes_the_lock_at_once_and_a_reader_takes_none(on_sqlite: Engine, path: Path) -> None:
    with raw(path) as other:
        other.execute("PRAGMA busy_timeout=0")
        with database.reading(on_sqlite) as connection:
            connection.execute(select(tables.log)).all()
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        with database.writing(on_sqlite), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_postgresql_writer_takes_the_lock_and_a_reader_takes_none(engine: Engine) -> None:
    free = text(f"SELECT pg_try_advisory_xact_lock({database._WRITERS})")
    with database.reading(engine), database.reading(engine) as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "repeatable read"
        assert connection.execute(text("SHOW transaction_read_only")).scalar_one() == "on"
        assert connection.execute(free).scalar_one() is True
    with database.writing(engine) as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "read committed"
        assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
        with engine.connect() as other:
            assert other.execute(free).scalar_one() is False


def test_a_reader_sees_one_moment(engine: Engine) -> None:
    with database.reading(engine) as connection:
        before = connection.execute(select(func.count()).select_from(tables.log)).scalar_one()
        save_preparation(engine, NEW, ENTERED)
        assert connection.execute(select(func.count()).select_from(tables.log)).scalar_one() == before == 0


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "postgresql://db/records",
            "The database address postgresql://db/records names no user or no database.",
        ),
        (
            "postgresql://desk:secret@db",
            "The database address postgresql://desk:***@db names no user or no database.",
        ),
        (
            "postgresql+asyncpg://desk:secret@db/records",
            "The database address postgresql+asyncpg://desk:***@db/records is not of the form FORM.",
        ),
        (
            "mysql://desk:secret@db/records",
            "The database address mysql://desk:***@db/records is not of the form FORM.",
        ),
        (
            "sqlite:////srv/x.db?mode=ro",
            "The database address sqlite:////srv/x.db?mode=ro is not of the form FORM.",
        ),
        (
            "sqlite://x.db",
            "The database address sqlite://x.db is not of the form FORM.",
        ),
        ("records.db", "The database address is not of the form FORM."),
        ("sqlite://", "The database address names no file, and records must outlive the program."),
        ("sqlite:///:memory:", "The database address names no file, and records must outlive the program."),
    ],
)
def test_another_address_is_refused_in_one_sentence_without_its_password(url: str, sentence: str) -> None:
    with pytest.raises(RecordsRefused) as refused:
        open_database(url)
    assert str(refused.value) == sentence.replace("FORM", database._FORM)


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear pharmacist, " * 100)
    with pytest.raises(RecordsRefused) as refused:
        open_database(f"sqlite:///{letter}")
    assert str(refused.value) == "The database cannot be used: the file is not a database."
    assert letter.read_text() == "Dear pharmacist, " * 100


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordsRefused, match=r"^The database .*/file/records\.db cannot be opened: .+\.$"):
        open_database(f"sqlite:///{tmp_path}/file/records.db")


def test_a_path_with_a_percent_sign_and_spaces_serves(tmp_path: Path) -> None:
    opened = open_database(f"sqlite:///{tmp_path}/100 %s/records.db")
    migrate(opened)
    assert schema_version(opened) == "0007"
    opened.dispose()
    assert (tmp_path / "100 %s" / "records.db").exists()


def test_the_program_may_lie_in_a_folder_with_a_percent_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrating, "_MIGRATIONS", Path("/opt/100 %(here)s/migrations"))
    assert migrating._config().get_main_option("script_location") == "/opt/100 %(here)s/migrations"


# ------------------------------------------------------------------ the schema


def test_a_new_database_has_no_schema_and_migrating_twice_is_migrating_once(bare_place: Place) -> None:
    opened = bare_place.open()
    assert schema_version(opened) is None
    migrate(opened)
    assert schema_version(opened) == "0007"
    saved = save_preparation(opened, NEW, ENTERED)
    migrate(opened)
    assert preparation(opened, saved.number) == saved
    opened.dispose()


def test_the_migrations_make_the_tables_that_the_program_uses(engine: Engine) -> None:
    with database.reading(engine) as connection:
        assert schema.differences(connection) == ()
        assert schema.lost_guards(connection) == ()
        assert schema.foreign_triggers(connection) == ()


def test_the_schema_has_one_fingerprint_for_both_databases() -> None:
    """A change of the tables changes it, and is a migration: write the new one here."""
    assert schema.fingerprint() == FINGERPRINT


def test_a_newer_database_is_refused_and_not_touched(engine: Engine, place: Place) -> None:
    with place.attacker() as other:
        other.execute("UPDATE alembic_version SET version_num = '0999'")
    before = counts(engine)
    with pytest.raises(RecordsRefused) as refused:
        migrate(engine)
    assert str(refused.value) == (
        "The database is newer than this program: its schema is 0999, and this program knows 0007."
        " Install the newer program again; nothing was changed."
    )
    assert schema_version(engine) == "0999"
    assert counts(engine) == before


def test_a_database_that_lost_a_guard_is_refused(engine: Engine, place: Place) -> None:
    with place.attacker() as other:
        if place.kind == "sqlite":
            lost = "log_no_update, print_no_delete"
            other.execute("DROP TRIGGER log_no_update")
            other.execute("DROP TRIGGER print_no_delete")
            other.execute("CREATE TRIGGER print_no_delete BEFORE DELETE ON print BEGIN SELECT 1; END")
        else:
            lost = "log_append_only, print_append_only"
            other.execute("DROP TRIGGER log_append_only ON log")
            other.execute("ALTER TABLE print ENABLE TRIGGER print_append_only")  # no longer always
    with pytest.raises(RecordsRefused) as refused:
        migrate(engine)
    assert str(refused.value) == f"The database is not append-only: {lost} is missing or was changed."


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_guard_that_refuses_nothing_is_a_lost_one(engine: Engine, place: Place) -> None:
    with place.attacker() as other:
        refuses_nothing = "RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        other.execute(f"CREATE OR REPLACE FUNCTION append_only() {refuses_nothing}")
    lost = "account_append_only, attempt_append_only, calibration_append_only, checklist_append_only"
    with pytest.raises(RecordsRefused, match=lost):
        migrate(engine)


def test_no_column_holds_a_decimal_a_float_or_a_date() -> None:
    """SQLite would keep the first two as a float and lose the zone of the third."""
    columns = [column for table in tables.metadata.tables.values() for column in table.columns]
    kinds = {type(column.type).__name__ for column in columns}
    assert kinds == {"Integer", "BigInteger", "Text"}


def test_every_id_is_above_zero() -> None:
    """An insert trigger sees -1 for an id yet to be chosen: a row with that id would stop every insert."""
    for table in tables.metadata.tables.values():
        checks = [str(c.sqltext) for c in table.constraints if isinstance(c, CheckConstraint)]
        (key,) = table.primary_key.columns
        assert f"{key.name} > 0" in checks


# ------------------------------------------------------------------ append-only


@pytest.fixture
def filled(engine: Engine) -> SavedPreparation:
    """A preparation that was signed, printed, changed and made, a user, a recall: every table has a row."""
    return fill(engine)


def fill(engine: Engine, new: NewPreparation = NEW) -> SavedPreparation:
    course = course_rows.opened(engine, ENTERED).number
    at = course_rows.in_course(course)
    saved, later = save_preparation(engine, new, ENTERED, SIGNED, place=at), replace(ENTERED, at=PRINTED.at)
    record_print(engine, saved.number, "label", "1", '["0.686 mg"]', SHA, PRINTED)
    record_print(engine, saved.number, "label", "2", None, SHA, PRINTED)
    put_account(engine, "u17", ANNA.name, ANNA.role, later, secrets={"password": "argon2 of a phrase"})
    session = sign_in(engine, "u17", later, key="5e1f", address="192.0.2.7")
    sign_out(engine, session, "asked", later)
    put_setting(engine, "bsa_step", "0.01", "holds", later)
    changed = revise_preparation(
        engine, saved.number, keyed("fill"), later, SIGNED, was=1, judge=lambda _: None, place=at
    )
    course_rows.one_of_each(engine, course, saved.number, later, "u18")
    first = prints(engine, saved.number)[0]
    now = take_step(engine, saved.number, later, judge=lambda _: None, rows=one_of_each(later.at, first.id))
    take_step(engine, saved.number, later, judge=lambda _: None, rows=[NewOut(now.materials[0].id or 0, Out.BROKEN)])
    fill_printing(engine, saved.number, later)
    recall = put_recall(engine, "besponsa-us", "X1", "particles", later)
    end_recall(engine, recall.id, "another lot", later)
    record_report(engine, NewReport("master record", "drug:one-us", 1, 1, '["0.9 mg"]', SHA), later)
    fill_downtime(engine, later)
    return changed


def fill_downtime(engine: Engine, event: Event) -> None:
    """A pack of two worksheets: one was filled and entered later, and one is destroyed."""
    pack = reserve_pack(engine, new_pack(next_sequence(engine, NEW.year)), event)
    used, lost = pack.open
    paper = NewPaperOrder(used, event.at.replace(second=0, microsecond=0), "R. Okafor", "the network was down")
    save_preparation(engine, keyed("paper"), event, paper=paper)
    destroy_number(engine, lost, "torn", event)


def new_pack(first: int, worksheets: int = 2, year: int = 2026) -> NewPack:
    return NewPack(year, first, worksheets, "one-us", "1", "ab12", 0, '{"numbers":[]}', SHA)


def fill_printing(engine: Engine, number: str, event: Event) -> None:
    """A printer, its calibration, and labels that were sent to it and came out."""
    made = put_printer(engine, Printer(0, 0, "Cabinet 1", Kind.NETWORK, 203, "4 × 3 in", "192.0.2.9"), event)
    found = Measured(Decimal(50), Decimal("49.8"), 50, True, True)
    put_calibration(engine, made.row, Calibration(found, True, made.made_up), "CAL-1-7K", event)
    take_step(engine, number, event, judge=lambda _: None, rows=[NewSending(made.row, 1, 2)])
    end_sending(engine, number, 1, 2, "", event)


def columns_of(table: str) -> list[str]:
    """Those that something writes: the database makes the others itself."""
    return [column.name for column in tables.metadata.tables[table].columns if "from" not in column.info]


@pytest.mark.usefixtures("filled")
def test_no_row_is_changed_or_deleted_through_any_connection(engine: Engine, place: Place) -> None:
    """Not even by a superuser of the server: the guard is for accidents, and the log for the rest."""
    with place.attacker() as other:
        if place.kind == "postgresql":
            other.execute("SET session_replication_role = replica")  # where the usual triggers sleep
        for table in tables.metadata.tables:
            assert counts(engine)[table] > 0
            for statement in changes_of(table, place.kind):
                with pytest.raises(Exception, match=f"^{table} is append-only"):
                    other.execute(statement)


# What another table refers to is not truncated by itself, whatever its guards.
REFERRED = {"log", "preparation", "signature", "secret", "sign_in", "print", "material", "recall", "printer", "sending"}
REFERRED |= {"downtime_pack", "patient", "course", "course_fact"}


def changes_of(table: str, kind: str) -> Iterator[str]:
    (key,) = tables.metadata.tables[table].primary_key.columns
    yield f"DELETE FROM {table}"
    yield f"DELETE FROM {table} WHERE {key.name} = 1"
    yield from (f'UPDATE {table} SET "{column}" = "{column}"' for column in columns_of(table))
    if kind == "sqlite":
        yield f"UPDATE OR REPLACE {table} SET {key.name} = 77 WHERE {key.name} = 1"
    else:
        yield f"UPDATE {table} SET {key.name} = 1 WHERE false"
        if table not in REFERRED:
            yield f"TRUNCATE {table}"


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_all_tables_are_not_truncated_together(engine: Engine, place: Place) -> None:
    before = counts(engine)
    with place.attacker() as other, pytest.raises(Exception, match="is append-only"):
        other.execute(f"TRUNCATE {', '.join(tables.metadata.tables)}")
    assert counts(engine) == before


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    "act",
    [
        "UPDATE {0} SET {1} = {1}",
        "DELETE FROM {0}",
        "TRUNCATE {0}",
        "DROP TABLE {0}",
        "DROP TRIGGER {0}_append_only ON {0}",
        "ALTER TABLE {0} DISABLE TRIGGER ALL",
        "LOCK TABLE {0} IN EXCLUSIVE MODE",
    ],
)
def test_the_role_of_the_application_may_only_read_and_add(engine: Engine, act: str) -> None:
    for table in tables.metadata.tables.values():
        (key,) = table.primary_key.columns
        refused = pytest.raises(records.NotSaved, match="does not allow this program")
        with refused, database.writing(engine) as connection:
            connection.exec_driver_sql(act.format(table.name, key.name))


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_an_application_that_signs_in_as_the_owner_is_refused(place: Place, engine: Engine) -> None:
    assert place.owner_url
    owner = open_database(place.owner_url, home=place.home)
    named = (
        "the role postgres may change account, attempt, calibration, checklist, checkpoint, course, course_fact,"
        " course_fact_out, credential, downtime_end, downtime_order, downtime_pack, infusion, label_end, log, material,"
        " material_out, moment, patient, placed, preparation, print, printer, reading, recall, recall_end, report,"
        " revision, secret, sending, sending_end, setting, sign_in, sign_out, signature, status, voiding, waste"
    )
    with pytest.raises(RecordsRefused, match=named):
        migrate(owner)
    owner.dispose()


@pytest.mark.parametrize("bare_place", ["postgresql"], indirect=True)
def test_a_postgresql_without_its_owner_is_not_migrated(bare_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    bare_place.open().dispose()  # makes the role
    opened = open_database(bare_place.url, home=bare_place.home)
    with pytest.raises(RecordsRefused, match="name the owner in DATABASE_OWNER_URL"):
        migrate(opened)
    opened.dispose()
    monkeypatch.setenv("DATABASE_OWNER_URL", str(bare_place.owner_url))
    opened = open_database(bare_place.url, home=bare_place.home)
    migrate(opened)
    opened.dispose()


# Each way in which a new row can stand in the place of an old one: what it has in common with it.
REPLACEMENTS = [
    ("log", ("seq",)),
    ("log", ("hash",)),
    ("log", ("prev",)),
    ("checkpoint", ("size",)),
    ("status", ("id",)),
    ("preparation", ("id",)),
    ("preparation", ("number",)),
    ("preparation", ("request_key",)),
    ("preparation", ("year", "sequence")),
    ("print", ("id",)),
    ("print", ("preparation_id", "document", "version", "strings_json")),
    ("revision", ("id",)),
    ("revision", ("request_key",)),
    ("revision", ("preparation_id", "version")),
    ("signature", ("id",)),
    ("voiding", ("id",)),
    ("voiding", ("signature_id",)),
    ("account", ("id",)),
    ("secret", ("id",)),
    ("secret", ("digest",)),
    ("credential", ("id",)),
    ("attempt", ("id",)),
    ("sign_in", ("id",)),
    ("sign_out", ("id",)),
    ("sign_out", ("sign_in_id",)),
    ("setting", ("id",)),
    ("report", ("id",)),
    ("report", ("document", "about", "edition", "copy")),
    ("material", ("id",)),
    ("material_out", ("id",)),
    ("material_out", ("material_id",)),
    ("moment", ("id",)),
    ("moment", ("preparation_id", "what", "place")),
    ("reading", ("id",)),
    ("label_end", ("id",)),
    ("waste", ("id",)),
    ("recall", ("id",)),
    ("recall_end", ("id",)),
    ("recall_end", ("recall_id",)),
    ("patient", ("id",)),
    ("course", ("id",)),
    ("course", ("number",)),
    ("course", ("request_key",)),
    ("course_fact", ("id",)),
    ("course_fact_out", ("id",)),
    ("course_fact_out", ("fact_id",)),
    ("placed", ("id",)),
    ("placed", ("preparation_id", "version")),
    ("checklist", ("id",)),
    ("infusion", ("id",)),
    ("printer", ("id", "number")),
    ("calibration", ("id",)),
    ("sending", ("id",)),
    ("sending_end", ("id",)),
    ("sending_end", ("sending_id",)),
    ("downtime_pack", ("id",)),
    ("downtime_pack", ("year", "first")),
    ("downtime_end", ("id",)),
    ("downtime_end", ("number",)),
    ("downtime_order", ("id",)),
    ("downtime_order", ("preparation_id",)),
]
ELSEWHERE = {
    "id": "777",
    "seq": "777",
    "size": "777",
    "hash": "'other'",
    "prev": "'other'",
    "number": "'other'",
    "request_key": "'other'",
    "sequence": "777",
    "document": "'worksheet'",
    "version": "777",
    "signature_id": "777",
    "sign_in_id": "777",
    "material_id": "777",
    "recall_id": "777",
    "fact_id": "777",
    "sending_id": "777",
    "what": "'other'",
    "digest": "'other'",
}


@pytest.mark.parametrize(("table", "shared"), REPLACEMENTS)
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_no_row_is_replaced(on_sqlite: Engine, path: Path, table: str, shared: tuple[str, ...], recursive: str) -> None:
    """INSERT OR REPLACE deletes what is in its way, unseen by a delete trigger in SQLite's default mode."""
    fill(on_sqlite)
    names_ = columns_of(table)
    (key,) = tables.metadata.tables[table].primary_key.columns
    values = [name if name in shared else ELSEWHERE.get(name, name) for name in names_]
    before = counts(on_sqlite)
    with raw(path) as other:
        other.execute(f"PRAGMA recursive_triggers={recursive}")
        statement = (
            f"INSERT OR REPLACE INTO {table} ({', '.join(names_)})"
            f" SELECT {', '.join(values)} FROM {table} WHERE {key.name} = 1"
        )
        with pytest.raises(sqlite3.IntegrityError, match=f"^{table} is append-only$"):
            other.execute(statement)
    assert counts(on_sqlite) == before


@pytest.mark.usefixtures("on_sqlite")
def test_the_replacements_above_are_all_there_are(path: Path) -> None:
    """Every unique key of every table has its row in the table REPLACEMENTS."""
    covered = {(table, frozenset(shared) - {"strings_json"}) for table, shared in REPLACEMENTS}
    with raw(path) as other:
        for table in tables.metadata.tables:
            unique = [row[1] for row in other.execute(f"PRAGMA index_list({table})") if row[2]]
            for index in unique:
                key = frozenset(row[2] for row in other.execute(f"PRAGMA index_info({index})"))
                assert (table, key) in covered


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("table", [table.name for table in tables.REPLAYED])
def test_no_business_row_stands_without_its_entry(engine: Engine, table: str) -> None:
    assert not tables.metadata.tables[table].c.entry.nullable
    row = {"id": 9, "preparation_id": 1, "state": "x", "entry": 999, "at_utc": ""}
    who = {"person_id": "a", "person_name": "b", "person_role": "c"}
    with pytest.raises(records.NotSaved, match="does not allow"), database.writing(engine) as connection:
        connection.execute(insert(tables.status).values(row | who))


# ------------------------------------------------------------------ people and events


@pytest.mark.parametrize("part", ["id", "name", "role"])
@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_a_person_has_an_id_a_name_and_a_role(part: str, empty: str) -> None:
    with pytest.raises(ValueError, match=f"^a person's {part} is empty$"):
        replace(ANNA, **{part: empty})


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"person": None}, TypeError, "an event needs its person, not None"),
        ({"person": "Anna"}, TypeError, "an event needs its person, not 'Anna'"),
        ({"action": " "}, ValueError, "an event's action is empty"),
        ({"action": None}, TypeError, "an event's action is a text, not None"),
        ({"at": None}, TypeError, "an event needs its time, not None"),
        (
            {"at": datetime(2026, 3, 4, 5, 6)},  # noqa: DTZ001
            ValueError,
            "an event's time needs its zone: 2026-03-04 05:06:00",
        ),
        ({"details": {"vials": 3}}, TypeError, "the details of an event are texts by their names"),
        ({"reason": None}, TypeError, "the reason of an event is a text"),
    ],
)
def test_an_event_says_who_what_and_when(changes: dict[str, Any], error: type[Exception], sentence: str) -> None:
    with pytest.raises(error) as refused:
        replace(ENTERED, **changes)
    assert str(refused.value) == sentence


def test_the_details_of_an_event_are_a_copy_that_cannot_change() -> None:
    mine = {"a": "1"}
    event = Event(ANNA, "entered", AT, mine)
    mine["a"] = "2"
    assert event.details == {"a": "1"}
    with pytest.raises(TypeError):
        event.details["a"] = "3"  # type: ignore[index]
    assert event == Event(ANNA, "entered", AT, {"a": "1"})
    assert hash(event) == hash(Event(ANNA, "entered", AT, {"a": "1"}))


def test_an_event_is_stored_in_utc_as_one_canonical_text(engine: Engine, place: Place) -> None:
    late = datetime(2026, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    event = Event(
        ANNA,
        "viewed",
        late,
        {"z": "1", "a": "µ\n\t"},
        "because",
        workstation="Cabinet 2",
        zone="Europe/London",
        subject="2026-000001",
        changes=(("weight", "70", None),),
        reason_code="late",
        findings=(("interval", "stop", ""),),
        drug_file="2024-03 ab12",
    )
    record(engine, event)
    with place.attacker() as other:
        ((_, body), *_rest) = other.execute("SELECT seq, body FROM log WHERE seq = 2")
        names_ = "at, action, person_id, person_name, subject, workstation"
        columns = other.execute(f"SELECT {names_} FROM log WHERE seq = 2")
    version = importlib.metadata.version("compounding")
    assert body == (
        '{"action":"viewed","at":"2025-12-31T22:30:00.000000Z","changes":[{"field":"weight","new":null,"old":"70"}],'
        '"details":{"a":"µ\\n\\t","z":"1"},"drug_file":"2024-03 ab12",'
        '"findings":[{"answer":"","code":"interval","severity":"stop"}],'
        '"person":{"id":"u17","name":"Anna Example","role":"technician"},'
        f'"program":"{version}","reason":"because","reason_code":"late","subject":"2026-000001",'
        '"workstation":"Cabinet 2","zone":"Europe/London"}'
    )
    assert columns == [
        ("2025-12-31T22:30:00.000000Z", "viewed", "u17", "Anna Example", "2026-000001", "Cabinet 2"),
    ]
    (back, _started) = records.find_entries(engine, records.EntrySearch())
    assert back == RecordedEvent(2, replace(event, at=late.astimezone(UTC)), version)


def test_the_history_of_a_preparation_is_its_own(engine: Engine) -> None:
    first, second = named(engine, PATIENT, PATIENT)
    record_print(engine, first.number, "label", "1", "[]", SHA, PRINTED)
    record(engine, Event(ANNA, "viewed", PRINTED.at, subject=first.number))
    history = events(engine, first.number)
    drug = f"{NEW.drug_edition} {NEW.drug_checksum}"
    assert [found.event for found in history] == [
        replace(ENTERED, subject=first.number, drug_file=drug),
        replace(PRINTED, subject=first.number),
    ]
    assert all(isinstance(found, RecordedEvent) and found.program for found in history)
    assert [found.event.action for found in events(engine, second.number)] == ["entered"]
    assert events(engine, "2026-999999") == ()


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({"action": "viewed"}, ["viewed"]),
        ({"person_id": "u17"}, ["viewed", "printed", "entered", "log started"]),
        ({"person_id": "u18"}, []),
        ({"subject": "2026-000001"}, ["viewed", "printed", "entered"]),
        ({"workstation": "Cabinet 2"}, ["viewed"]),
        ({"since": AT + timedelta(seconds=1)}, ["viewed", "printed"]),
        ({"until": AT + timedelta(seconds=1)}, ["entered", "log started"]),
        ({"action": "entered", "subject": "2026-000002"}, []),
    ],
)
def test_entries_are_found_by_all_that_is_asked(engine: Engine, search: dict[str, Any], found: list[str]) -> None:
    number = save_preparation(engine, NEW, ENTERED).number
    record_print(engine, number, "label", "1", "[]", SHA, PRINTED)
    record(engine, Event(ANNA, "viewed", PRINTED.at, subject=number, workstation="Cabinet 2"))
    wanted = records.EntrySearch(**search)
    assert [one.event.action for one in records.find_entries(engine, wanted)] == found
    pages = [records.find_entries(engine, wanted, before=before, size=1) for before in (5, 4, 3, 2)]
    assert [one.event.action for page in pages for one in page if one.event.action in found] != [] or not found


def test_an_event_about_another_preparation_is_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="the event is about 2026-000009, and what is written about 2026-000001"):
        save_preparation(engine, NEW, replace(ENTERED, subject="2026-000009"))
    assert set(counts(engine).values()) == {0}


def public_functions() -> dict[str, Callable[..., Any]]:
    found = {name: getattr(records, name) for name in records.__all__}
    return {name: value for name, value in found.items() if inspect.isfunction(value)}


def every_function() -> dict[str, Callable[..., Any]]:
    """Those of every module of records but the migrations, private ones too."""
    modules = [module for name, module in sys.modules.items() if name.startswith("compounding.records.")]
    found = {f"{m.__name__}.{name}": f for m in modules for name, f in inspect.getmembers(m, inspect.isfunction)}
    return {name: f for name, f in found.items() if name == f"{f.__module__}.{f.__name__}"}


# They put back or hand on what is in a log already, and each row brings its entry along.
COPIES = {"moving.copy", "moving.fill", "backup._pour"}
# The steps below the one way into the log, which has its event and hands on what it says of it.
INSIDE = {"chain._write", "chain._sign", "migrating.migrate", "database._make_role", "database._prepare"}


def test_every_function_that_writes_takes_its_event() -> None:
    """A row comes by insert, and a transaction that may write by writing: who names either has an event."""
    writers = {
        name.removeprefix("compounding.records."): inspect.signature(f).parameters
        for name, f in every_function().items()
        if {"insert", "INSERTS", "writing"} & set(f.__code__.co_names) or "writes" in keywords(f)
    }
    assert set(writers) - COPIES - INSIDE == {
        "chain.append_own",
        "accounts.put_account",
        "accounts.put_secrets",
        "attempts.record_attempt",
        "course_rows._added",
        "courses.open_course",
        "downtime.destroy_number",
        "downtime.reserve_pack",
        "log.record",
        "moving.move",
        "patients.put_patient",
        "preparations.save_preparation",
        "prints.record_print",
        "printers.put_calibration",
        "printers.put_printer",
        "revisions.revise_preparation",
        "recalls.end_recall",
        "recalls.put_recall",
        "reports.record_report",
        "sendings.end_sending",
        "sessions.sign_in",
        "sessions.sign_out",
        "settings.put_setting",
        "settings.put_settings",
        "steps.take_step",
    }
    for name in set(writers) - COPIES - INSIDE:
        assert writers[name]["event"].default is inspect.Parameter.empty, name
        # Or what makes it from what stands, while nobody else can write.
        assert writers[name]["event"].annotation in ("Event", "Event | Tell"), name


def keywords(function: Callable[..., Any]) -> set[str]:
    """The names of the keywords in its calls: they stand in a tuple among its constants."""
    return {name for value in function.__code__.co_consts if isinstance(value, tuple) for name in value}


def test_every_public_function_writes_reads_or_opens() -> None:
    """A new one needs its place here, and one that writes its place above."""
    readers = {"preparation", "find_preparations", "first_print", "prints", "events", "schema_version"}
    readers |= {"find_entries", "head", "clock_step_pending", "check", "export_log", "witness", "backup"}
    opens = {"open_database", "opened_backup", "migrate", "require_current", "restore"}
    readers |= {"account", "accounts", "secrets", "session", "failures", "settings", "settings_entry"}
    readers |= {"codes", "open_preparations", "ordered_outside", "recalls", "uses_of_lot", "waste_between", "waste_of"}
    readers |= {"report", "reports"}
    readers |= {"signatures", "standing", "timeline", "actions", "chosen_by", "newest_credentials", "proof"}
    readers |= {"compare", "saved_as", "printers", "printer_rows", "calibrations", "busy_with"}
    readers |= {"next_sequence", "pack", "pack_of", "packs"}
    readers |= {"patient", "find_patients", "course_record", "courses_of"}
    readers |= {"course_of", "place", "patient_subject", "course_timeline", "patient_timeline"}
    readers |= {"under_treatment", "told_apart"}
    writes = {"save_preparation", "revise_preparation", "take_step", "record_print", "record", "move"}
    writes |= {"put_account", "put_secret", "put_secrets", "record_attempt", "sign_in", "sign_out"}
    writes |= {"put_setting", "put_settings", "put_recall", "end_recall", "record_report"}
    writes |= {"put_printer", "put_calibration", "end_sending", "reserve_pack", "destroy_number"}
    writes |= {"put_patient", "open_course", "record_fact", "take_out_fact", "record_checklist", "record_infusion"}
    judges = {"unless_locked"}
    assert set(public_functions()) == readers | opens | writes | judges


def set_status(engine: Engine, number: str, state: str, event: Event, *, was: str | None = None) -> SavedPreparation:
    """A step that is judged on the state alone: `was` is the one that whoever takes it has seen."""

    def judge(now: Standing) -> str | None:
        found = now.preparation.state
        return None if was in (None, found) else f"{number} is {found} by now, and not {was}: look at it again."

    return take_step(engine, number, event, judge=judge, state=state).preparation


@pytest.mark.parametrize("event", [None, "entered", ANNA])
def test_nothing_is_written_without_an_event(engine: Engine, event: Any) -> None:
    saved = save_preparation(engine, NEW, ENTERED)
    before = counts(engine)
    with pytest.raises(TypeError, match="nothing is written without its event"):
        save_preparation(engine, keyed(2), event)
    with pytest.raises(TypeError, match="nothing is written without its event"):
        record_print(engine, saved.number, "label", "1", "[]", SHA, event)
    with pytest.raises(TypeError, match="nothing is written without its event"):
        set_status(engine, saved.number, "checked", event)
    with pytest.raises(TypeError, match="nothing is written without its event"):
        record(engine, event)
    assert counts(engine) == before


def test_no_public_function_that_writes_does_without_its_event(filled: SavedPreparation, engine: Engine) -> None:
    number, course = filled.number, records.courses_of(engine, 1)[0]
    course = course_rows.added(engine, course.number, course_rows.CR, ENTERED)
    cr = replace(course_rows.CR, was=course.entry)
    again = course_rows.given(number, words="the end was another", was=course.all_infusions[-1].told.entry)
    seen = records.NewChecklist(course_rows.CHECKLIST, was=course.all_checklists[-1].told.entry)
    (ahead, _) = reserve_pack(engine, new_pack(next_sequence(engine, NEW.year)), ENTERED).open
    acts: list[Callable[[Any], object]] = [
        lambda e: revise_preparation(engine, number, keyed(9), e, SIGNED, was=2, judge=lambda _: None),
        lambda e: take_step(engine, number, e, judge=lambda _: None, state="checked"),
        lambda e: put_account(engine, "u18", "Ben Example", "auditor", e),
        lambda e: put_secret(engine, "u17", "pin", "argon2 of a number", e),
        lambda e: record_attempt(engine, e, Attempt("5e1f", "192.0.2.7", "pin"), lambda _: Verdict(False, "tried")),
        lambda e: sign_in(engine, "u17", e, key="5e1f", address="192.0.2.7"),
        lambda e: sign_out(engine, 1, "asked", e),
        lambda e: put_setting(engine, "bsa_step", "0.1", "holds", e),
        lambda e: put_settings(engine, {"bsa_step": "0.1"}, e),
        lambda e: records.put_patient(engine, replace(course_rows.PATIENT, mrn="another"), e),
        lambda e: course_rows.opened(engine, e, replace(course_rows.PATIENT, mrn="another")),
        lambda e: records.open_course(engine, replace(course.content, request_key="another"), e),
        lambda e: records.record_fact(engine, course.number, cr, e, course_rows.fine),
        lambda e: records.take_out_fact(engine, course.number, records.OutFact(2, "x", "u18"), e, course_rows.fine),
        lambda e: course_rows.checked(engine, course.number, seen, e),
        lambda e: records.record_infusion(engine, course.number, again, e, course_rows.fine),
        lambda e: record_report(engine, NewReport("master record", "drug:two-us", 1, 1, "[]", SHA), e),
        lambda e: reserve_pack(engine, new_pack(next_sequence(engine, 2026)), e),
        lambda e: destroy_number(engine, ahead, "torn", e),
    ]
    before = counts(engine)
    for act in acts:
        with pytest.raises(TypeError, match="nothing is written without its event"):
            act(None)
    assert counts(engine) == before


# ------------------------------------------------------------------ saving


def test_what_is_saved_comes_back_to_the_letter(engine: Engine) -> None:
    saved = save_preparation(engine, NEW, ENTERED)
    assert saved == SavedPreparation(
        id=1,
        number="2026-000001",
        sequence=1,
        state="entered",
        created_at=AT,
        created_by=ANNA,
        content=NEW,
        version=1,
        entered_by=(ANNA,),
    )
    assert preparation(engine, "2026-000001") == saved
    assert preparation(engine, "2026-000002") is None
    assert preparation(engine, "2026-000001\0") is None  # PostgreSQL compares with no NUL


def test_amounts_are_whole_numbers_in_the_database_and_their_sum_is_exact(engine: Engine, place: Place) -> None:
    named(engine, PATIENT, PATIENT, PATIENT)
    kind = "typeof" if place.kind == "sqlite" else "pg_typeof"
    with place.attacker() as other:
        query = f'SELECT CAST({kind}(dose_ng) AS TEXT), dose_ng, CAST({kind}("volume_nL") AS TEXT), "volume_nL"'
        whole = "integer" if place.kind == "sqlite" else "bigint"
        assert set(other.execute(f"{query} FROM preparation")) == {(whole, 686_250, whole, 2_745_000)}
        assert other.execute("SELECT sum(dose_ng) FROM preparation") == [(2_058_750,)]


@pytest.mark.parametrize("value", [0, 1, 686_250, 2**31, 2**53 + 1, 2**63 - 1])
def test_an_amount_beyond_a_float_comes_back(engine: Engine, value: int) -> None:
    new = keyed(value, figures=replace(FIGURES, dose_ng=value))
    assert save_preparation(engine, new, ENTERED).content.figures.dose_ng == value


@pytest.mark.parametrize(
    ("value", "error", "sentence"),
    [
        (1.0, TypeError, "dose_ng is a whole number, not 1.0"),
        ("1", TypeError, "dose_ng is a whole number, not '1'"),
        (True, TypeError, "dose_ng is a whole number, not True"),
        (None, TypeError, "dose_ng is a whole number, not None"),
        (-1, ValueError, "dose_ng cannot be -1"),
        (2**63, ValueError, "dose_ng cannot be 9223372036854775808"),
    ],
)
def test_an_amount_that_is_not_whole_is_refused(value: Any, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error) as refused:
        replace(FIGURES, dose_ng=value)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("value", ["0.5", "'half'", "x'00'"])
def test_the_table_itself_refuses_a_fraction_and_a_text(on_sqlite: Engine, path: Path, value: str) -> None:
    save_preparation(on_sqlite, NEW, ENTERED)
    names_ = columns_of("preparation")
    other_values = ELSEWHERE | {"dose_ng": value}
    values = ", ".join(other_values.get(name, name) for name in names_)
    with raw(path) as other, pytest.raises(sqlite3.IntegrityError, match="cannot store"):
        other.execute(f"INSERT INTO preparation ({', '.join(names_)}) SELECT {values} FROM preparation")


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"request_key": " "}, ValueError, "a preparation needs the key of the form that it came by"),
        ({"year": 26}, ValueError, "the year 26 is not one of four figures"),
        ({"year": "2026"}, TypeError, "year is a whole number, not '2026'"),
        ({"training": 1}, TypeError, "training is either True or False, not 1"),
        ({"plan_json": {}}, TypeError, "plan_json is a text, not dict"),
        (
            {"order_json": "{"},
            ValueError,
            "order_json is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
    ],
)
def test_what_cannot_be_stored_is_refused(changes: dict[str, Any], error: type[Exception], sentence: str) -> None:
    with pytest.raises(error) as refused:
        replace(NEW, **changes)
    assert str(refused.value) == sentence


def test_a_uk_patient_and_one_without_a_date_of_birth_come_back(engine: Engine) -> None:
    uk = PatientIdentity("O’Brien", "Zoë", None, nhs_number="943 476 5919", hospital_number="H-7")
    new = keyed("uk", market="uk", training=False, patient=uk)
    assert save_preparation(engine, new, ENTERED).content == new


def test_each_year_counts_from_one(engine: Engine) -> None:
    years = [2026, 2026, 2027, 2026, 2027]
    saved = [save_preparation(engine, keyed(n, year=year), ENTERED) for n, year in enumerate(years)]
    assert [one.number for one in saved] == [
        "2026-000001",
        "2026-000002",
        "2027-000001",
        "2026-000003",
        "2027-000002",
    ]


def test_the_newest_status_is_the_state(engine: Engine) -> None:
    saved = save_preparation(engine, NEW, ENTERED)
    checked = set_status(engine, saved.number, "checked", Event(ANNA, "checked", AT), was="entered")
    assert checked == preparation(engine, saved.number) == replace(saved, state="checked")
    assert [found.event.action for found in events(engine, saved.number)] == ["entered", "checked"]


@pytest.mark.parametrize(
    ("number", "state", "was", "error", "sentence"),
    [
        ("2026-000009", "checked", None, RecordsRefused, "There is no preparation 2026-000009."),
        (
            "2026-000001",
            "checked",
            "made",
            RecordsRefused,
            "2026-000001 is entered by now, and not made: look at it again.",
        ),
        ("2026-000001", " ", None, ValueError, "a state is empty"),
    ],
)
def test_a_state_that_cannot_follow_is_refused(
    engine: Engine, number: str, state: str, was: str | None, error: type[Exception], sentence: str
) -> None:
    save_preparation(engine, NEW, ENTERED)
    before = counts(engine)
    with pytest.raises(error) as refused:
        set_status(engine, number, state, Event(ANNA, "checked", AT), was=was)
    assert str(refused.value) == sentence
    assert counts(engine) == before


def test_of_ten_that_check_at_once_one_does(engine: Engine) -> None:
    number = save_preparation(engine, NEW, ENTERED).number
    barrier = threading.Barrier(10)

    def send(_: int) -> bool:
        barrier.wait()
        try:
            set_status(engine, number, "checked", Event(ANNA, "checked", AT), was="entered")
        except RecordsRefused:
            return False
        return True

    with ThreadPoolExecutor(10) as threads:
        assert sum(threads.map(send, range(10))) == 1
    assert counts(engine)["status"] == 2


# ------------------------------------------------------------------ once


def test_the_same_form_sent_twice_is_one_preparation(engine: Engine) -> None:
    first = save_preparation(engine, NEW, ENTERED)
    before = counts(engine)
    again = save_preparation(engine, NEW, replace(ENTERED, at=AT + timedelta(seconds=1)))
    assert again == first
    assert counts(engine) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"given_on": date(2026, 3, 6)},
        {"patient": replace(PATIENT, given="Lucja")},
        {"figures": replace(FIGURES, dose_ng=686_251)},
        {"plan_json": "{}"},
        {"training": False},
    ],
)
def test_the_same_form_with_other_entries_is_refused(engine: Engine, changes: dict[str, Any]) -> None:
    save_preparation(engine, NEW, ENTERED)
    before = counts(engine)
    with pytest.raises(RecordsRefused) as refused:
        save_preparation(engine, replace(NEW, **changes), ENTERED)
    assert str(refused.value) == (
        "This form was sent before and saved as 2026-000001, with other entries:"
        " open that preparation, or start a new form."
    )
    assert counts(engine) == before


def test_twenty_at_once_with_one_key_make_one_row(engine: Engine) -> None:
    barrier = threading.Barrier(20)

    def send(_: int) -> SavedPreparation:
        barrier.wait()
        return save_preparation(engine, NEW, ENTERED)

    with ThreadPoolExecutor(20) as threads:
        assert set(threads.map(send, range(20))) == {preparation(engine, "2026-000001")}
    assert stored_rows(engine) == {"log": 2, "checkpoint": 1, "preparation": 1, "status": 1}


def test_four_threads_with_fifty_forms_each_make_200_numbers_without_gap_or_repeat(engine: Engine) -> None:
    def send(thread: int) -> list[int]:
        return [save_preparation(engine, keyed((thread, n)), ENTERED).sequence for n in range(50)]

    with ThreadPoolExecutor(4) as threads:
        given_out = [number for numbers in threads.map(send, range(4)) for number in numbers]
    assert sorted(given_out) == list(range(1, 201))
    assert stored_rows(engine) == {"log": 201, "checkpoint": 3, "preparation": 200, "status": 200}


# ------------------------------------------------------------------ finding


def found_names(engine: Engine, **search: Any) -> list[str]:
    found = find_preparations(engine, Search(**search), Page())
    return [one.content.patient.family for one in found.preparations]


NAMES = ["Łukasiewicz", "Ødegård", "O’Brien", "Smith-Jones", "Müller", "100% Real", "under_score", "Strauß"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lukasi", ["Łukasiewicz"]),
        ("ŁUKASI", ["Łukasiewicz"]),
        ("odegard", ["Ødegård"]),
        ("obrien", ["O’Brien"]),
        ("o'brien", ["O’Brien"]),
        ("jones smith", ["Smith-Jones"]),
        ("Jones, test", ["Smith-Jones"]),
        ("muller", ["Müller"]),
        ("Mu\u0308ller", ["Müller"]),  # the mark typed on its own
        ("STRAUSS", ["Strauß"]),
        ("test jones", ["Smith-Jones"]),  # the given name of all of them is Test
        ("%", ["100% Real"]),
        ("_", ["under_score"]),
        ("0%", ["100% Real"]),
        ("un%er", []),
        ("under-score", ["under_score"]),
        ("/", []),
        ("\\", []),
        ("smith muller", []),
        ("  ", NAMES[::-1]),
        ("", NAMES[::-1]),
    ],
)
def test_a_name_is_found_without_its_accents_and_a_placeholder_is_a_letter(
    engine: Engine, typed: str, found: list[str]
) -> None:
    named(engine, *(PatientIdentity(family, "Test", None) for family in NAMES))
    assert found_names(engine, name=typed) == found


@given(st.text())
def test_folding_twice_is_folding_once_and_case_does_not_matter(name: str) -> None:
    assert names.folded(names.folded(name)) == names.folded(name)
    assert names.folded(name.casefold()) == names.folded(name)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({"number": "2026-000002"}, ["Two"]),
        ({"number": " 000002 "}, ["Two"]),
        ({"number": "2026-"}, ["Three", "Two", "One"]),
        ({"number": "2026_000002"}, []),
        ({"number": "%"}, []),
        ({"patient_number": "mrn0012"}, ["One"]),
        ({"patient_number": "MRN-00 12"}, ["One"]),
        ({"patient_number": "MRN-00"}, []),  # a part of a number is another patient's
        ({"patient_number": "9434765919"}, ["Two"]),
        ({"patient_number": "h 7"}, ["Two"]),
        ({"patient_number": "%"}, []),
        ({"given_on": date(2026, 3, 5)}, ["Three", "Two", "One"]),
        ({"given_on": date(2026, 3, 6)}, []),
        ({"name": "two", "patient_number": "H-7", "number": "2"}, ["Two"]),
        ({"name": "one", "patient_number": "H-7"}, []),
    ],
)
def test_a_preparation_is_found_by_all_that_is_asked(engine: Engine, search: dict[str, Any], found: list[str]) -> None:
    named(
        engine,
        PatientIdentity("One", "A", None, mrn="MRN-00 12"),
        PatientIdentity("Two", "B", None, nhs_number="943 476 5919", hospital_number="H-7"),
        PatientIdentity("Three", "C", None),
    )
    assert found_names(engine, **search) == found


@pytest.mark.parametrize(("count", "pages"), [(0, [0]), (1, [1]), (25, [25]), (26, [25, 1]), (51, [25, 25, 1])])
def test_pages_hold_25_the_newest_first_each_once(engine: Engine, count: int, pages: list[int]) -> None:
    named(engine, *(PatientIdentity("Same", str(n), None) for n in range(count)))
    page: Page | None = Page()
    seen: list[list[int]] = []
    while page is not None:
        found = find_preparations(engine, Search(name="same"), page)
        seen.append([one.id for one in found.preparations])
        page = found.next_page
    assert [len(ids) for ids in seen] == pages
    assert [key for ids in seen for key in ids] == list(range(count, 0, -1))


def test_a_preparation_saved_meanwhile_moves_no_page(engine: Engine) -> None:
    named(engine, *(PatientIdentity("Same", str(n), None) for n in range(4)))
    first = find_preparations(engine, Search(), Page(size=2))
    save_preparation(engine, keyed("late"), ENTERED)
    assert first.next_page == Page(before=3, size=2)
    second = find_preparations(engine, Search(), first.next_page)
    assert [one.id for one in second.preparations] == [2, 1]
    assert second.next_page is None


@pytest.mark.parametrize("size", [0, -1, 2.5])
def test_a_page_holds_at_least_one(size: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        Page(size=size)


# ------------------------------------------------------------------ prints


def test_the_first_print_brings_the_strings_and_a_reprint_draws_them(engine: Engine) -> None:
    number = save_preparation(engine, NEW, ENTERED).number
    assert first_print(engine, number, "label") is None
    strings = json.dumps(["0.686 mg", "µ"], ensure_ascii=False)
    first = record_print(engine, number, "label", "1", strings, SHA, PRINTED)
    again = record_print(engine, number, "label", "2", None, "f" * 64, PRINTED)
    same = record_print(engine, number, "label", "3", strings, SHA, PRINTED)
    sheet = record_print(engine, number, "worksheet", "1", "[]", SHA, PRINTED)
    assert (first.strings_json, again.strings_json, same.strings_json) == (strings, None, None)
    assert (first.printed_at, first.printed_by, first.copy, first.number) == (PRINTED.at, ANNA, "1", number)
    assert first_print(engine, number, "label") == first
    assert first_print(engine, number, "worksheet") == sheet
    assert prints(engine, number) == (first, again, same, sheet)
    assert prints(engine, "2026-999999") == ()


def test_a_worksheet_of_each_state_has_strings_of_its_own(engine: Engine) -> None:
    """Their copies are numbered together: two papers on one bench are never both copy 2."""
    number, later = save_preparation(engine, NEW, ENTERED).number, worksheet_of("diluted")
    record_print(engine, number, "worksheet", "1", "[]", SHA, PRINTED)
    second = record_print(engine, number, later, "2", '["diluted"]', SHA, PRINTED)
    third = record_print(engine, number, later, "3", None, SHA, PRINTED)
    assert (second.strings_json, third.strings_json) == ('["diluted"]', None)
    assert first_print(engine, number, later) == second
    assert {kind_of(one.document) for one in prints(engine, number)} == {"worksheet"}
    with pytest.raises(RecordsRefused, match=f"Copy 2 of the worksheet of {number} is printed already"):
        record_print(engine, number, "worksheet", "2", None, SHA, PRINTED)


def test_a_copy_is_printed_once(engine: Engine) -> None:
    """Two web processes that print at once must not both make copy 1."""
    number = save_preparation(engine, NEW, ENTERED).number
    first = record_print(engine, number, "label", "1", "[]", SHA, PRINTED)
    with pytest.raises(RecordsRefused) as refused:
        record_print(engine, number, "label", "1", None, SHA, PRINTED)
    assert str(refused.value) == f"Copy 1 of the label of {number} is printed already: look at the page again."
    assert prints(engine, number) == (first,)
    record_print(engine, number, "worksheet", "1", "[]", SHA, PRINTED)
    record_print(engine, number, "label", "2", None, SHA, PRINTED)


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"number": "2026-000009"}, RecordsRefused, "There is no preparation 2026-000009."),
        (
            {"document": "worksheet", "strings_json": None},
            RecordsRefused,
            "The worksheet of 2026-000001 was never printed: its strings are missing.",
        ),
        (
            {"strings_json": '["0.687 mg"]'},
            RecordsRefused,
            "The label of 2026-000001 was printed before with other words: a reprint draws those.",
        ),
        ({"document": "poster"}, ValueError, "'poster' is not a document: label or worksheet"),
        ({"copy": ""}, ValueError, "a print says which copy it is"),
        ({"strings_json": "{"}, ValueError, None),
        ({"pdf_sha256": "AB"}, ValueError, "'AB' is not a SHA-256 checksum in small hexadecimal figures"),
    ],
)
def test_a_print_that_contradicts_is_refused_and_leaves_nothing(
    engine: Engine, changes: dict[str, Any], error: type[Exception], sentence: str | None
) -> None:
    number = save_preparation(engine, NEW, ENTERED).number
    record_print(engine, number, "label", "1", '["0.686 mg"]', SHA, PRINTED)
    before = counts(engine)
    usual = {"number": number, "document": "label", "copy": "2", "strings_json": None, "pdf_sha256": SHA}
    with pytest.raises(error) as refused:
        record_print(engine, **(usual | changes), event=PRINTED)
    assert sentence is None or str(refused.value) == sentence
    assert counts(engine) == before


def test_of_ten_first_prints_at_once_one_brings_its_strings(engine: Engine) -> None:
    number = save_preparation(engine, NEW, ENTERED).number
    barrier = threading.Barrier(10)

    def send(n: int) -> bool:
        barrier.wait()
        try:
            record_print(engine, number, "label", "1", f"[{n}]", SHA, PRINTED)
        except RecordsRefused:
            return False
        return True

    with ThreadPoolExecutor(10) as threads:
        assert sum(threads.map(send, range(10))) == 1
    assert len(prints(engine, number)) == 1
