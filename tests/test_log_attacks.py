"""Attacks on the database by somebody who holds the whole of it, and the first layer that sees each.

Every attack drops the guards, makes sure that stored bytes really changed, and puts the guards back, so
that nothing but the attack itself is there to be seen. The numbers are those of the table:

- chain: 1 edit one body, 2 delete an entry in the middle, 3 swap two entries
- signed checkpoints: 4 delete in the middle, renumber and rehash to the end, 5 insert a back-dated entry,
  renumber and rehash, 6 edit and rehash to the end, 7 delete checkpoints
- printed heads and the witness: 8 cut 250 entries off the tail, rows and checkpoints too, 9 cut 40 inside the
  gap between checkpoints, 10 edit, rehash and sign again with the stolen key, 11 put an old backup back
- replay and schema: 12 edit a business row with no entry, 13 replace a generated column by a forged one
- unseen: 14 edit and rehash what is newer than the last printed head and the last checkpoint
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from databases import KINDS, Attacker, Place, a_copy, a_place
from test_log import exported
from test_records import ANNA, AT, ENTERED, NEW, SHA, fill, keyed

from compounding import evidence
from compounding.records import (
    Event,
    Rollback,
    backup,
    check,
    head,
    migrate,
    record,
    record_print,
    restore,
    save_preparation,
    signing,
    tables,
    witness,
)

VIEWED = Event(ANNA, "viewed", AT)
COLUMNS = ("seq", "body", "hash", "prev")


@dataclass
class Log:
    """What somebody who holds the database sees of it, and can write back."""

    other: Attacker
    key: Path

    def entries(self) -> list[list[Any]]:
        return [list(row) for row in self.other.execute(f"SELECT {', '.join(COLUMNS)} FROM log ORDER BY seq")]

    def checkpoints(self) -> list[list[Any]]:
        names = "size, origin, root, schema, at_utc, signature"
        return [list(row) for row in self.other.execute(f"SELECT {names} FROM checkpoint ORDER BY size")]

    def put(self, entries: list[list[Any]]) -> None:
        self.other.execute("DELETE FROM log")
        for entry in entries:
            self.other.execute(f"INSERT INTO log ({', '.join(COLUMNS)}) VALUES (?, ?, ?, ?)", *entry)

    def sign_again(self) -> None:
        """With the stolen key: each checkpoint over what is there now."""
        key = signing.key(self.key.parent)
        hashes = {entry[0]: entry[2] for entry in self.entries()}
        for size, origin, _, schema_, at, _ in self.checkpoints():
            signature = key.sign(evidence.checkpoint_message(origin, size, hashes[size], schema_, at)).hex()
            changed = "UPDATE checkpoint SET root = ?, signature = ? WHERE size = ?"
            self.other.execute(changed, hashes[size], signature, size)


def rehashed(entries: list[list[Any]]) -> list[list[Any]]:
    """Numbered from 1 and hashed anew to the end."""
    made, before = [], evidence.GENESIS
    for seq, (_, body, _, _) in enumerate(entries, 1):
        hash_ = evidence.entry_hash(seq, before, body)
        made.append([seq, body, hash_, before])
        before = hash_
    return made


def edited(body: str) -> str:
    """Somebody else did it. The text stays canonical."""
    said = json.loads(body)
    said["person"] = {"id": "u99", "name": "Mallory Example", "role": "technician"}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass
class Site:
    engine: Any
    place: Place
    printed: str = ""

    @property
    def folder(self) -> Path:
        """Of the witness, which the attacker does not hold."""
        return self.place.home / "witness"

    def attack(self, attack: Callable[[Log], None]) -> None:
        """Asserts that stored bytes changed; the guards are back afterwards."""
        self.engine.dispose()
        with self.place.attacker() as other:
            log = Log(other, self.place.home / "signing.key")
            before = everything(other)
            other.disarm()
            attack(log)
            other.rearm()
            assert everything(other) != before, "the attack changed nothing"

    def parts(self, *, witnessed: bool = False, heads: tuple[str, ...] = ()) -> list[str]:
        """The parts of the check that see something, each once, in the order in which they did."""
        found = check(self.engine, self.folder if witnessed else None, heads)
        return list(dict.fromkeys(fault.part for fault in found))

    def layers(self, *heads: str) -> list[str]:
        """What the verifier that stands alone sees in an export."""
        typed = [evidence.read_head(code) for code in heads]
        verdict = evidence.verify(io.BytesIO(exported(self.engine)), typed, bodies=True)
        return list(dict.fromkeys(found.layer.name.lower() for found in verdict.findings))


def everything(other: Attacker) -> list[Any]:
    return [other.execute(f"SELECT * FROM {name} ORDER BY 1") for name in tables.metadata.tables]


def append(site: Site, until: int) -> None:
    """Views, up to an entry of this number."""
    newest = head(site.engine)
    for _ in range(until - (newest.seq if newest else 1)):
        record(site.engine, VIEWED)


@pytest.fixture(scope="module", params=KINDS)
def original(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """360 entries: preparations as 2, 52, … 352, and in `home` a witness of entry 300."""
    with a_place(request.param, tmp_path_factory.mktemp("original"), request, migrated=True) as place:
        engine = place.open()
        migrate(engine)
        made = Site(engine, place)
        made.folder.mkdir(parents=True, exist_ok=True)
        for n in range(8):
            append(made, 1 + 50 * n if n else 0)
            save_preparation(engine, keyed(n), ENTERED)
            if n == 6:
                witness(engine, made.folder)
        append(made, 360)
        engine.dispose()
        yield place


@pytest.fixture
def site(original: Place, tmp_path: Path) -> Iterator[Site]:
    """A copy of it, and a paper with the head of entry 352."""
    with a_copy(original, tmp_path) as place:
        engine = place.open()
        newest = head(engine, "2026-000008")
        assert newest is not None
        assert newest.seq == 352
        yield Site(engine, place, newest.code)
        engine.dispose()


def test_before_any_attack_nothing_is_seen(site: Site) -> None:
    assert site.parts(witnessed=True, heads=(site.printed,)) == []
    assert site.layers(site.printed) == []
    with site.place.attacker() as other:
        assert [size for size, *_ in Log(other, Path()).checkpoints()] == [1, 100, 200, 300]


# ------------------------------------------------------------------ the chain


def test_1_one_body_edited(site: Site) -> None:
    def attack(log: Log) -> None:
        entry = log.entries()[149]
        log.other.execute("UPDATE log SET body = ? WHERE seq = 150", edited(entry[1]))

    site.attack(attack)
    assert site.parts() == ["chain"]
    assert str(check(site.engine)[0]) == "entry 150: its bytes were changed: they do not give its hash"
    assert site.layers() == ["chain"]


def test_2_an_entry_deleted_in_the_middle(site: Site) -> None:
    site.attack(lambda log: log.other.execute("DELETE FROM log WHERE seq = 150") and None)
    assert site.parts() == ["chain"]
    assert str(check(site.engine)[0]) == "entry 151: comes after entry 149"
    assert site.layers() == ["chain"]


def test_3_two_entries_swapped(site: Site) -> None:
    def attack(log: Log) -> None:
        entries = log.entries()
        entries[149], entries[150] = [150, *entries[150][1:]], [151, *entries[149][1:]]
        log.put(entries)

    site.attack(attack)
    assert site.parts() == ["chain"]
    assert site.layers() == ["chain"]


# ------------------------------------------------------------------ signed checkpoints


def test_4_an_entry_deleted_and_all_after_it_renumbered_and_rehashed(site: Site) -> None:
    def attack(log: Log) -> None:
        entries = log.entries()
        log.put(rehashed(entries[:149] + entries[150:]))

    site.attack(attack)
    # The rows behind it name their entries by the old numbers: that is seen as well.
    assert set(site.parts()) == {"checkpoint", "replay"}
    assert site.layers() == ["checkpoints"]


def test_5_a_back_dated_entry_inserted_and_all_rehashed(site: Site) -> None:
    def attack(log: Log) -> None:
        entries = log.entries()
        log.put(rehashed([*entries[:149], [0, edited(entries[148][1]), "", ""], *entries[149:]]))

    site.attack(attack)
    assert set(site.parts()) == {"checkpoint", "replay"}
    assert site.layers() == ["checkpoints"]


def test_6_a_body_edited_and_all_rehashed(site: Site) -> None:
    def attack(log: Log) -> None:
        entries = log.entries()
        entries[149][1] = edited(entries[149][1])
        log.put(rehashed(entries))

    site.attack(attack)
    assert site.parts() == ["checkpoint"]
    assert [str(fault) for fault in check(site.engine)] == [
        "checkpoint 200: was signed over another history",
        "checkpoint 300: was signed over another history",
    ]
    assert site.layers() == ["checkpoints"]


@pytest.mark.parametrize("sizes", ["size = 200", "size = 1", "size = 300", "size > 0"])
def test_7_checkpoints_deleted(site: Site, sizes: str) -> None:
    site.attack(lambda log: log.other.execute(f"DELETE FROM checkpoint WHERE {sizes}") and None)
    assert site.parts() == ["checkpoint"]


def test_7_checkpoints_deleted_is_seen_in_an_export_as_well(site: Site) -> None:
    site.attack(lambda log: log.other.execute("DELETE FROM checkpoint WHERE size = 200") and None)
    assert site.layers() == ["checkpoints"]


# ------------------------------------------------------------------ printed heads and the witness


def cut(log: Log, last: int) -> None:
    """All that is newer than an entry is gone, with its rows and checkpoints."""
    log.other.execute(f"DELETE FROM checkpoint WHERE size > {last}")
    for table in reversed(tables.REPLAYED):
        log.other.execute(f"DELETE FROM {table.name} WHERE entry > {last}")
    log.other.execute(f"DELETE FROM log WHERE seq > {last}")


def test_8_250_entries_cut_off_the_tail(site: Site) -> None:
    site.attack(lambda log: cut(log, 110))
    assert site.parts() == []
    assert site.parts(witnessed=True) == ["rollback"]
    assert site.parts(heads=(site.printed,)) == ["head"]
    assert site.layers() == []
    assert site.layers(site.printed) == ["heads"]


def test_9_40_entries_cut_off_between_checkpoints(site: Site) -> None:
    site.attack(lambda log: cut(log, 320))
    assert site.parts(witnessed=True) == []
    assert site.parts(heads=(site.printed,)) == ["head"]
    assert site.layers(site.printed) == ["heads"]
    (fault,) = check(site.engine, None, (site.printed,))
    assert str(fault) == f"log: has 320 entries, and {site.printed} was printed: a part was cut off"


def test_10_all_rehashed_and_signed_again_with_the_stolen_key(site: Site) -> None:
    def attack(log: Log) -> None:
        entries = log.entries()
        entries[149][1] = edited(entries[149][1])
        log.put(rehashed(entries))
        log.sign_again()

    site.attack(attack)
    assert site.parts() == []
    assert site.layers() == []
    assert site.parts(witnessed=True) == ["witness"]
    assert site.parts(heads=(site.printed,)) == ["head"]
    assert site.layers(site.printed) == ["heads"]


def test_10_another_key_in_the_place_of_the_sites_is_seen_without_a_witness(site: Site, tmp_path: Path) -> None:
    def attack(log: Log) -> None:
        signing.made(tmp_path / "forged")
        log.key = tmp_path / "forged" / "signing.key"
        entries = log.entries()
        said = json.loads(entries[0][1])
        said["public_key"] = signing.public(signing.key(tmp_path / "forged"))
        entries[0][1] = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        log.put(rehashed(entries))
        log.sign_again()

    site.attack(attack)
    assert site.parts() == ["key"]
    assert site.layers() == []
    own = signing.public(signing.key(site.place.home))
    verdict = evidence.verify(io.BytesIO(exported(site.engine)), public_key=own)
    assert verdict.state is evidence.State.BROKEN


def test_11_an_old_genuine_backup_put_back(site: Site, tmp_path: Path) -> None:
    """Whole in itself: only what lies elsewhere knows that there was more."""
    old = tmp_path / "old.sqlite"
    backup(site.engine, old)
    append(site, 410)
    witness(site.engine, site.folder)
    newest = head(site.engine)
    assert newest is not None
    with pytest.raises(
        Rollback, match=r"older than the witness of .*: restoring it is a rollback that loses 40 entries"
    ):
        restore(old, f"sqlite:///{tmp_path}/back/records.db", site.folder, home=site.place.home)

    def attack(log: Log) -> None:
        cut(log, 360)  # what an old file in the place of the new one leaves

    site.attack(attack)
    assert site.parts() == []
    assert site.parts(witnessed=True) == ["rollback"]
    assert site.parts(heads=(newest.code,)) == ["head"]


# ------------------------------------------------------------------ replay and schema


@pytest.mark.parametrize(
    ("statement", "place_", "message"),
    [
        (
            "UPDATE preparation SET dose_ng = dose_ng + 1 WHERE id = 3",
            "preparation 3",
            "differs from entry 102 in dose_ng",
        ),
        (
            "UPDATE preparation SET family = 'Other', person_name = 'Other' WHERE id = 3",
            "preparation 3",
            "differs from entry 102 in family, person_name",
        ),
        ("UPDATE status SET state = 'released' WHERE id = 2", "status 2", "differs from entry 52 in state"),
        ("UPDATE status SET entry = 53 WHERE id = 2", "status 2", "entry 52 tells of it, and it is not there"),
        ("DELETE FROM status WHERE id = 2", "status 2", "entry 52 tells of it, and it is not there"),
        (
            "INSERT INTO status VALUES (99, 1, 'released', 52, '', 'a', 'b', 'c')",
            "status 99",
            "entry 52 does not tell of it",
        ),
        (
            "INSERT INTO status VALUES (99, 1, 'released', 999, '', 'a', 'b', 'c')",
            "status 99",
            "its entry 999 is not in the log",
        ),
        ("DELETE FROM print", "print 1", "entry 361 tells of it, and it is not there"),
        ("UPDATE print SET strings_json = NULL", "print 1", "differs from entry 361 in strings_json"),
        ("UPDATE preparation SET mrn = '' WHERE id = 1", "preparation 1", "differs from entry 2 in mrn"),
    ],
)
def test_12_a_business_row_changed_with_no_entry(site: Site, statement: str, place_: str, message: str) -> None:
    record_print(site.engine, "2026-000001", "label", "1", "[]", SHA, ENTERED)
    site.attack(lambda log: log.other.execute(statement) and None)
    assert site.parts() == ["replay"]
    assert (place_, message) in [(fault.place, fault.message) for fault in check(site.engine)]
    assert site.layers() == [], "an export holds no rows but those in its bodies"


SHA_OTHER = "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa"
"""What sha256sum says of the five letters other."""


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        # The site is filled with entries 361 to 388.
        (
            ["UPDATE revision SET dose_ng = dose_ng * 10"],
            ["revision 1: differs from entry 370 in dose_ng"],
        ),
        (["DELETE FROM voiding"], ["voiding 1: entry 371 tells of it, and it is not there"]),
        (
            ["UPDATE signature SET person_name = 'Other' WHERE id = 1"],
            ["signature 1: differs from entry 363 in person_name"],
        ),
        (["UPDATE signature SET signed = '[]' WHERE id = 2"], ["signature 2: differs from entry 372 in signed"]),
        (["UPDATE account SET role = 'administrator'"], ["account 1: differs from entry 366 in role"]),
        (["DELETE FROM sign_out"], ["sign_out 1: entry 368 tells of it, and it is not there"]),
        (["UPDATE attempt SET good = 0"], ["attempt 1: differs from entry 367 in good"]),
        (["UPDATE setting SET value = '0.1'"], ["setting 1: differs from entry 369 in value"]),
        (["UPDATE material SET lot = 'other'"], ["material 1: differs from entry 377 in lot"]),
        (["DELETE FROM material_out"], ["material_out 1: entry 378 tells of it, and it is not there"]),
        (
            ["UPDATE moment SET happened_utc = '2026-03-04T05:00:00.000000Z' WHERE id = 1"],
            ["moment 1: differs from entry 377 in happened_utc"],
        ),
        (["UPDATE reading SET agrees = 0"], ["reading 1: differs from entry 377 in agrees"]),
        (["UPDATE label_end SET became = 'applied'"], ["label_end 1: differs from entry 377 in became"]),
        (["UPDATE waste SET mass_ng = 0"], ["waste 1: differs from entry 377 in mass_ng"]),
        (["UPDATE recall SET lot = 'X2'"], ["recall 1: differs from entry 383 in lot"]),
        (["DELETE FROM recall_end"], ["recall_end 1: entry 384 tells of it, and it is not there"]),
        (["UPDATE printer SET dpi = 300"], ["printer 1: differs from entry 379 in dpi"]),
        (["UPDATE calibration SET passed = 0"], ["calibration 1: differs from entry 380 in passed"]),
        (["UPDATE sending_end SET came_out = 1"], ["sending_end 1: differs from entry 382 in came_out"]),
        (["UPDATE report SET about = 'drug:x'"], ["report 1: differs from entry 385 in about"]),
        (["UPDATE downtime_pack SET drug_id = 'x'"], ["downtime_pack 1: differs from entry 386 in drug_id"]),
        (["UPDATE downtime_order SET written_by = 'X'"], ["downtime_order 1: differs from entry 387 in written_by"]),
        (["DELETE FROM downtime_end"], ["downtime_end 1: entry 388 tells of it, and it is not there"]),
        (
            ["UPDATE credential SET digest = NULL"],
            ["credential 1: differs from entry 366 in digest", "secret 1: no credential names it"],
        ),
        (["DELETE FROM secret"], ["credential 1: its secret is not there"]),
        (["UPDATE secret SET value = 'other'"], ["secret 1: its value does not give its digest"]),
        (
            [f"UPDATE secret SET value = 'other', digest = '{SHA_OTHER}'"],
            ["secret 1: no credential names it", "credential 1: its secret is not there"],
        ),
        (
            [f"INSERT INTO secret VALUES (9, '{SHA_OTHER}', 'other')"],
            ["secret 9: no credential names it"],
        ),
        (
            [
                f"INSERT INTO secret VALUES (9, '{SHA_OTHER}', 'other')",
                f"UPDATE credential SET digest = '{SHA_OTHER}'",
            ],
            ["credential 1: differs from entry 366 in digest", "secret 1: no credential names it"],
        ),
    ],
)
def test_12_a_row_of_any_other_table_or_a_secret_changed_with_no_entry(
    site: Site, statements: list[str], found: list[str]
) -> None:
    """A secret is in no entry; that a hash was swapped is seen by its digest, which is in one."""
    fill(site.engine, keyed("filled"))

    def attack(log: Log) -> None:
        for statement in statements:
            log.other.execute(statement)

    assert site.parts() == []
    site.attack(attack)
    assert [str(fault) for fault in check(site.engine)] == found


def test_13_a_generated_column_replaced_by_a_forged_one(site: Site) -> None:
    """The log is untouched, and a search by name shows another person."""

    def attack(log: Log) -> None:
        if log.other.kind == "sqlite":
            sql = "SELECT sql FROM sqlite_master WHERE name = 'log'"
            ((made,),) = log.other.execute(sql)
            generated = " GENERATED ALWAYS AS (json_extract(body, '$.person.name')) VIRTUAL"
            assert generated in made
            indexes = log.other.execute(
                "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'log' AND sql > ''"
            )
            log.other.execute("ALTER TABLE log RENAME TO old")
            log.other.execute(made.replace(generated, ""))
            log.other.execute(
                f"INSERT INTO log ({', '.join(COLUMNS)}, person_name)"
                f" SELECT {', '.join(COLUMNS)}, 'Mallory Example' FROM old"
            )
            log.other.execute("PRAGMA legacy_alter_table=ON")
            log.other.execute("DROP TABLE old")
            for (index,) in indexes:
                log.other.execute(index)
        else:
            log.other.execute("ALTER TABLE log ALTER person_name DROP EXPRESSION")
            log.other.execute("UPDATE log SET person_name = 'Mallory Example'")

    site.attack(attack)
    found = [str(fault) for fault in check(site.engine)]
    assert "schema: missing: log.person_name text or nothing from body.person.name" in found
    assert "schema: not ours: log.person_name text or nothing" in found
    assert "entry 1: its column person_name differs from its body" in found
    assert site.layers() == []


@pytest.mark.parametrize("original", ["postgresql"], indirect=True)
def test_13_a_forged_column_with_the_right_values_is_still_seen(site: Site) -> None:
    """It would be ready for the forgery after this one. (SQLite keeps no values that could stay right.)"""
    site.engine.dispose()
    with site.place.attacker() as other:
        other.execute("ALTER TABLE log ALTER person_name DROP EXPRESSION")
    assert site.parts() == ["schema"]


# ------------------------------------------------------------------ unseen


def test_14_what_is_newer_than_every_printed_head_and_checkpoint_is_forged_unseen(site: Site) -> None:
    """Nothing outside the database knows these entries yet, so nothing can tell. It is a limit, not a fault.

    A head on paper or a checkpoint after it makes it attack 6 or 9. So papers carry the head, a release is
    signed at once, a witness is copied often, and a site signs the head of the day.
    """

    def attack(log: Log) -> None:
        entries = log.entries()
        entries[355][1] = edited(entries[355][1])
        log.put(rehashed(entries))

    site.attack(attack)
    assert site.parts(witnessed=True, heads=(site.printed,)) == []
    assert site.layers(site.printed) == []


def test_14_a_lie_told_by_somebody_signed_in_is_an_entry_like_any_other(site: Site) -> None:
    """No log shows it: two people do."""
    save_preparation(site.engine, keyed("lie", patient=replace(NEW.patient, family="Nobody")), ENTERED)
    assert site.parts(witnessed=True, heads=(site.printed,)) == []


# ------------------------------------------------------------------ other things that somebody could do


def test_the_guards_are_looked_for(site: Site) -> None:
    with site.place.attacker() as other:
        other.disarm()
    assert site.parts() == ["guard"]


def test_a_trigger_that_is_not_ours_is_named(site: Site) -> None:
    with site.place.attacker() as other:
        if other.kind == "sqlite":
            other.execute("CREATE TRIGGER sly AFTER INSERT ON log BEGIN SELECT 1; END")
        else:
            other.execute("CREATE FUNCTION sly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
            other.execute("CREATE TRIGGER sly BEFORE INSERT ON log FOR EACH ROW EXECUTE FUNCTION sly()")
    assert [str(fault) for fault in check(site.engine)] == ["sly: the trigger is not ours"]


@pytest.mark.parametrize("original", ["postgresql"], indirect=True)
def test_a_role_that_may_change_rows_is_named(site: Site) -> None:
    with site.place.attacker() as other:
        other.execute("GRANT UPDATE ON preparation TO desk")
    assert [str(fault) for fault in check(site.engine)] == ["preparation: the program's role may change it"]


def test_an_entry_dated_before_the_one_in_front_of_it_is_seen(site: Site) -> None:
    """Somebody who appends by hand, the signature of a checkpoint not yet due."""

    def attack(log: Log) -> None:
        entries = log.entries()
        said = json.loads(entries[-1][1]) | {"at": "2026-03-01T00:00:00.000000Z"}
        body = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        log.put(rehashed([*entries, [361, body, "", ""]]))

    site.attack(attack)
    assert site.parts() == ["time"]


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("[]", ["chain", "column", "time"]),
        ("{}", ["chain", "column", "time"]),
        ('{"at":7}', ["chain", "column", "time"]),
        ('{"action":"viewed","at":"yesterday","person":3}', ["chain", "time"]),
        ('{"at":"2026-03-04T05:06:07"}', ["chain", "time"]),
    ],
)
def test_a_body_that_says_nothing_is_told_and_not_stumbled_over(site: Site, body: str, parts: list[str]) -> None:
    site.attack(lambda log: log.other.execute("UPDATE log SET body = ? WHERE seq = 360", body) and None)
    assert set(site.parts()) - {"column"} == set(parts) - {"column"}


def test_a_forgery_of_everything_is_told_by_its_first_hundred_faults(site: Site) -> None:
    site.attack(lambda log: log.other.execute("UPDATE log SET prev = 'x' || seq") and None)
    assert len(check(site.engine)) == 100


def test_a_later_time_alone_is_no_fault(site: Site) -> None:
    record(site.engine, replace(VIEWED, at=AT + timedelta(days=400)))
    assert site.parts() == []
