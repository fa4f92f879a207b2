"""A database that an older program made, with its data and its chain, brought to the schema of this one."""

from datetime import date, timedelta
from typing import Any

import pytest
from alembic import command
from databases import ROLE, Place
from path_rows import VIAL, one_of_each
from test_log import entries, exported
from test_records import ANNA, ENTERED, FINGERPRINT, NEW, PRINTED, SHA, SIGNED, keyed

from compounding.records import (
    Engine,
    Event,
    Head,
    Page,
    RecordsRefused,
    Search,
    chain,
    check,
    database,
    events,
    find_preparations,
    first_print,
    head,
    migrate,
    migrating,
    open_preparations,
    preparation,
    preparations,
    prints,
    record_print,
    revise_preparation,
    save_preparation,
    schema,
    schema_version,
    take_step,
    uses_of_lot,
)
from compounding.workflow.progress import Fate, LabelCopy

# Each older schema as the programs of its time signed it, with the tables that it had more than the one before.
OLD = {
    "0001": "d06b8d1509288dd97a3777f3877aaabf9bae1afc2516b8ea41d401e15a228ee8",
    "0002": "a7c475de38b972a5cfa035daa709be5de452b9deeba11bbc52feb74cc2e5fbac",
    "0003": "b8a79dc1b1a8207ca1346a8376700a1f05161cc9cbe2a17c57d6d733e082d565",
    "0006": "598a5f751971b63f3583e36bceb0eba6f319dd48dd8d8c5d50db409ee4d1defe",
}
TABLES = {
    "0001": "log, checkpoint, preparation, status, print",
    "0002": "revision, signature, voiding, account, secret, credential, attempt, sign_in, sign_out, setting",
    "0003": "material, material_out, moment, reading, label_end, waste, recall, recall_end",
    "0006": "downtime_pack, downtime_end, downtime_order, printer, calibration, sending, sending_end, report",
}
NUMBER = "2026-000001"


def old_rows(seq: int) -> dict[str, list[dict[str, Any]]]:
    """What every schema held of a preparation: no more than the first."""
    came = chain.of_entry(seq, ENTERED)
    saved = {**preparations.columns(NEW), **came, "id": 1, "number": NUMBER, "sequence": 1}
    return {"preparation": [saved], "status": [{**came, "id": 1, "preparation_id": 1, "state": "entered"}]}


def old_print(seq: int) -> dict[str, list[dict[str, Any]]]:
    """Without a version, as the first schema had it and the later ones keep it."""
    row = {"id": 1, "preparation_id": 1, "document": "label", "copy": "1", "strings_json": '["0.686 mg"]'}
    return {"print": [{**row, "pdf_sha256": SHA, **chain.of_entry(seq, PRINTED)}]}


def older(engine: Engine, revision: str, monkeypatch: pytest.MonkeyPatch) -> Head:
    """A database as a migration and the program of its time left it; gives its head."""
    with monkeypatch.context() as patch, migrating._owner(engine) as owner:
        patch.setattr(schema, "fingerprint", lambda: OLD[revision])
        with database.transaction(owner, RecordsRefused, writes=True) as connection:
            command.upgrade(migrating._config(connection), revision)
            if connection.dialect.name == "postgresql":
                had = ", ".join(names for of, names in TABLES.items() if of <= revision)
                connection.exec_driver_sql(f"GRANT SELECT, INSERT ON {had} TO {ROLE}")
                connection.exec_driver_sql(f"GRANT SELECT ON alembic_version TO {ROLE}")
            told = chain.about(ENTERED, NUMBER)
            chain.append(connection, told, old_rows)
            return chain.append(connection, chain.about(PRINTED, NUMBER), old_print, sign=True)


@pytest.fixture(params=OLD)
def revision(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def migrated(bare_place: Place, revision: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    engine = bare_place.open()
    before = older(engine, revision, monkeypatch)
    assert schema_version(engine) == revision
    migrate(engine, Event(ANNA, "upgraded", PRINTED.at + timedelta(minutes=1)))
    yield engine, before
    engine.dispose()


def test_an_older_database_is_migrated_with_its_data_and_its_chain(
    migrated: tuple[Engine, Head], revision: str
) -> None:
    engine, before = migrated
    assert schema_version(engine) == "0007"
    with database.reading(engine) as connection:
        assert schema.differences(connection) == ()
        assert schema.lost_guards(connection) == ()
    assert check(engine, heads=[before.code]) == ()
    assert [entry.action for entry in entries(engine)] == ["log started", "entered", "printed", "schema migrated"]
    assert f'"new":"{FINGERPRINT}","old":"{OLD[revision]}"' in entries(engine)[-1].body
    assert exported(engine).startswith(b"compounding-log\t1\n")
    saved = preparation(engine, NUMBER)
    assert saved
    assert (saved.content, saved.version, saved.entered_by) == (NEW, 1, (ANNA,))
    assert find_preparations(engine, Search(name="kowalska"), Page()).preparations == (saved,)
    assert [found.event.action for found in events(engine, NUMBER)] == ["entered", "printed"]


def test_a_print_of_an_older_database_is_of_the_first_version(migrated: tuple[Engine, Head]) -> None:
    engine, _ = migrated
    first = first_print(engine, NUMBER, "label")
    assert first
    assert (first.version, first.strings_json, first.printed_at) == (1, '["0.686 mg"]', PRINTED.at)
    with pytest.raises(RecordsRefused, match="was printed before with other words"):
        record_print(engine, NUMBER, "label", "2", '["other"]', SHA, PRINTED)
    again = record_print(engine, NUMBER, "label", "2", None, SHA, PRINTED)
    assert (again.version, again.strings_json) == (1, None)
    assert prints(engine, NUMBER) == (first, again)
    assert check(engine) == ()


def test_a_preparation_of_an_older_database_is_changed_and_counted_on(migrated: tuple[Engine, Head]) -> None:
    engine, before = migrated
    later = Event(ANNA, "order changed", PRINTED.at + timedelta(minutes=2))
    new = keyed("change", given_on=date(2026, 3, 7))
    assert revise_preparation(engine, NUMBER, new, later, SIGNED, was=1, judge=lambda _: None).version == 2
    assert first_print(engine, NUMBER, "label") is None
    assert save_preparation(engine, keyed("next"), later).number == "2026-000002"
    newest = head(engine)
    assert newest
    # 1 started, 2 entered, 3 printed, 4 migrated, 5 changed, 6 signed (nothing was, so nothing is void), 7 the next.
    assert (before.seq, newest.seq) == (3, 7)
    assert check(engine, heads=[before.code, newest.code]) == ()


def test_a_preparation_of_an_older_database_goes_on_along_its_path(migrated: tuple[Engine, Head]) -> None:
    """Its label was printed before anybody counted labels: it is open, and gets its fate now."""
    engine, _ = migrated
    (waiting,) = open_preparations(engine)
    assert (waiting.labels, waiting.materials) == ((LabelCopy(1, "1", "label", 1, printed_by="u17"),), ())
    later = Event(ANNA, "drug added", PRINTED.at + timedelta(minutes=2))
    rows = one_of_each(later.at, print_id=1)
    now = take_step(engine, NUMBER, later, judge=lambda _: None, rows=rows, state="diluted")
    assert [copy.fate for copy in now.labels] == [Fate.DESTROYED]
    assert [use.preparation.number for use in uses_of_lot(engine, VIAL.product, VIAL.lot)] == [NUMBER]
    assert check(engine) == ()
