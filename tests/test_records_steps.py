"""Signatures, steps and changes of a preparation: bound to what was seen, judged under the lock, never lost."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from databases import Place
from test_log import entries
from test_records import ANNA, AT, ENTERED, FIGURES, NEW, PATIENT, PRINTED, SHA, counts, found_names, keyed
from test_records_faults import allow_inserts, refuse_inserts
from test_records_people import of_ten_at_once

from compounding.records import (
    Change,
    Engine,
    Event,
    Judged,
    NewPreparation,
    NewSignature,
    NotSaved,
    Person,
    RecordsRefused,
    SavedPreparation,
    Signature,
    Standing,
    Status,
    check,
    events,
    find_entries,
    first_print,
    head,
    preparation,
    prints,
    record,
    record_print,
    revise_preparation,
    save_preparation,
    signatures,
    standing,
    take_step,
    timeline,
)
from compounding.records.log import EntrySearch

NUMBER = "2026-000001"
BEN = Person("u18", "Ben Example", "pharmacist")
ORDERED = NewSignature("order-entry", "{}")
CHECKED = NewSignature("order-verification", '{"weight":"70"}')
# What sha256sum says of the two characters {}.
SHA_ORDERED = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
VERIFIED = Event(BEN, "order verified", AT + timedelta(minutes=1))
CORRECTED = Event(
    BEN,
    "order changed",
    AT + timedelta(minutes=2),
    reason="typed wrong",
    workstation="Cabinet 2",
    changes=(Change("family", "Kowalska", "Nowak"),),
)
# The weight was mistyped, and so was the name; the MRN was another patient's.
OTHER = keyed(
    "change",
    given_on=date(2026, 3, 6),
    patient=replace(PATIENT, family="Nowak", mrn=None, hospital_number="H-9"),
    figures=replace(FIGURES, dose_ng=700_000),
)


def anybody(_: Standing) -> None:
    return None


def revise(engine: Engine, new: NewPreparation = OTHER, event: Event = CORRECTED, **more: Any) -> SavedPreparation:
    usual: dict[str, Any] = {"was": 1, "judge": anybody}
    return revise_preparation(engine, NUMBER, new, event, ORDERED, **(usual | more))


@pytest.fixture
def saved(engine: Engine) -> SavedPreparation:
    """Entry 2: entered and signed by Anna."""
    return save_preparation(engine, NEW, ENTERED, ORDERED)


# ------------------------------------------------------------------ signatures


@pytest.mark.parametrize(
    ("meaning", "signed", "error", "sentence"),
    [
        (" ", "{}", ValueError, "the meaning of a signature is empty"),
        ("order-entry", None, TypeError, "what is signed is a text, not NoneType"),
        (
            "order-entry",
            "0.686 mg",
            ValueError,
            "what is signed is not JSON: Extra data: line 1 column 7 (char 6)",
        ),
    ],
)
def test_a_signature_has_a_meaning_and_what_was_shown(
    meaning: str, signed: Any, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as refused:
        NewSignature(meaning, signed)
    assert str(refused.value) == sentence


def test_a_preparation_is_saved_with_the_signature_of_who_entered_it(engine: Engine, saved: SavedPreparation) -> None:
    first = Signature(1, 2, "order-entry", ANNA, AT, 1, SHA_ORDERED, "{}", None)
    assert signatures(engine, NUMBER) == (first,)
    assert standing(engine, NUMBER) == Standing(saved, (first,), (Status("entered", ANNA, AT, 2),), people=(ANNA,))
    assert signatures(engine, "2026-000009") == ()
    assert standing(engine, "2026-000009") is None
    assert set(json.loads(entries(engine)[1].body)["rows"]) == {"preparation", "status", "signature"}


LOOKED = NewSignature("final-check", "{}")


def test_a_step_that_leads_back_voids_what_it_undoes_and_nothing_else(engine: Engine, saved: SavedPreparation) -> None:
    """Entry 3 verifies, 4 checks the bag, 5 destroys its label, and 6 says that the check holds no longer."""
    take_step(engine, NUMBER, VERIFIED, judge=anybody, state="verified", signature=CHECKED)
    take_step(engine, NUMBER, replace(VERIFIED, action="looked"), judge=anybody, state="final", signature=LOOKED)
    back = replace(VERIFIED, action="label destroyed", reason="smudged", reason_code="smudge")
    now = take_step(engine, NUMBER, back, judge=anybody, state="diluted", voids=["final-check"])
    assert [(one.meaning, one.void_entry) for one in now.signatures] == [
        ("order-entry", None),
        ("order-verification", None),
        ("final-check", 6),
    ]
    void = timeline(engine, NUMBER)[-1].event
    assert (void.action, void.reason, void.person) == ("signature void", "smudged", BEN)
    assert void.changes == (Change("final-check", "Ben Example, pharmacist", None),)
    again = take_step(engine, NUMBER, back, judge=anybody, state="labelled", voids=["final-check"])
    assert again.signatures == now.signatures  # what is void is not voided again
    assert check(engine) == ()


def test_a_step_that_is_not_stored_voids_nothing(engine: Engine, saved: SavedPreparation) -> None:
    take_step(engine, NUMBER, VERIFIED, judge=anybody, state="final", signature=LOOKED)
    before = counts(engine)
    with pytest.raises(RecordsRefused, match="no"):
        take_step(engine, NUMBER, VERIFIED, judge=lambda _: "no", state="diluted", voids=["final-check"])
    assert counts(engine) == before


def test_the_same_signed_form_sent_twice_is_signed_once(engine: Engine, saved: SavedPreparation) -> None:
    before = counts(engine)
    assert save_preparation(engine, NEW, ENTERED, ORDERED) == saved
    assert counts(engine) == before


# ------------------------------------------------------------------ steps


def test_a_step_is_one_entry_with_its_state_and_its_signature(engine: Engine, saved: SavedPreparation) -> None:
    seen: list[Standing] = []
    now = take_step(engine, NUMBER, VERIFIED, judge=lambda s: seen.append(s), state="verified", signature=CHECKED)
    assert [one.preparation for one in seen] == [saved]
    assert [one.meaning for one in seen[0].signatures] == ["order-entry"]
    assert now == standing(engine, NUMBER)
    assert now.preparation == replace(saved, state="verified")
    assert [(s.state, s.person, s.entry) for s in now.statuses] == [("entered", ANNA, 2), ("verified", BEN, 3)]
    assert [(s.meaning, s.person, s.entry, s.version) for s in now.signatures] == [
        ("order-entry", ANNA, 2, 1),
        ("order-verification", BEN, 3, 1),
    ]
    assert [found.event.subject for found in events(engine, NUMBER)] == [NUMBER, NUMBER]
    assert check(engine) == ()


@pytest.mark.parametrize(
    ("state", "signature", "rows"),
    [
        (None, None, {}),
        ("held", None, {"status": 1}),
        (None, CHECKED, {"signature": 1}),
    ],
)
def test_a_step_writes_what_it_is_given(
    engine: Engine, saved: SavedPreparation, state: str | None, signature: NewSignature | None, rows: dict[str, int]
) -> None:
    before = counts(engine)
    take_step(engine, saved.number, VERIFIED, judge=anybody, state=state, signature=signature)
    after = counts(engine)
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {"log": 1, **rows}
    assert [found.id for found in timeline(engine, NUMBER)] == [2, 3]


@pytest.mark.parametrize(
    ("number", "state", "said", "error", "sentence"),
    [
        ("2026-000009", "verified", None, RecordsRefused, "There is no preparation 2026-000009."),
        (NUMBER, "verified", "You entered it.", RecordsRefused, "You entered it."),
        (NUMBER, " ", None, ValueError, "a state is empty"),
    ],
)
def test_a_step_that_is_refused_writes_nothing(
    engine: Engine,
    saved: SavedPreparation,
    number: str,
    state: str,
    said: str | None,
    error: type[Exception],
    sentence: str,
) -> None:
    before = counts(engine)
    with pytest.raises(error) as refused:
        take_step(engine, number, VERIFIED, judge=lambda _: said, state=state, signature=CHECKED)
    assert str(refused.value) == sentence
    assert counts(engine) == before
    assert preparation(engine, NUMBER) == saved


def test_of_two_checkers_at_once_one_does(engine: Engine) -> None:
    """Thirty rounds. The second is judged on what the first did, however close they come."""

    def unverified(now: Standing) -> str | None:
        return "It is verified already." if now.preparation.state == "verified" else None

    for round_ in range(30):
        number = save_preparation(engine, keyed(round_), ENTERED).number
        barrier = threading.Barrier(2)

        def verify(n: int, number: str = number, barrier: threading.Barrier = barrier) -> bool:
            barrier.wait()
            try:
                by = replace(VERIFIED, person=Person(f"u{n}", "An Example", "pharmacist"))
                take_step(engine, number, by, judge=unverified, state="verified", signature=CHECKED)
            except RecordsRefused as refused:
                assert str(refused) == "It is verified already."
                return False
            return True

        with ThreadPoolExecutor(2) as two:
            assert sum(two.map(verify, range(2))) == 1
    assert (counts(engine)["signature"], counts(engine)["status"]) == (30, 60)
    assert check(engine) == ()


# ------------------------------------------------------------------ changes


def test_a_change_is_a_new_version_that_voids_what_was_signed(engine: Engine, saved: SavedPreparation) -> None:
    """Entries: 2 entered, 3 verified, 4 changed, 5 and 6 the two that are void, 7 signed anew."""
    take_step(engine, NUMBER, VERIFIED, judge=anybody, state="verified", signature=CHECKED)
    changed = revise(engine)
    assert changed == preparation(engine, NUMBER) == replace(saved, content=OTHER, version=2, entered_by=(ANNA, BEN))
    now = standing(engine, NUMBER)
    assert now
    assert [(s.state, s.entry) for s in now.statuses] == [("entered", 2), ("verified", 3), ("entered", 4)]
    assert [(s.meaning, s.entry, s.version, s.void_entry) for s in now.signatures] == [
        ("order-entry", 2, 1, 5),
        ("order-verification", 3, 1, 6),
        ("order-entry", 7, 2, None),
    ]
    newest = head(engine, NUMBER)
    assert newest
    assert newest.seq == 4
    assert check(engine) == ()


def test_each_entry_of_a_change_says_what_it_is(engine: Engine, saved: SavedPreparation) -> None:
    revise(engine)
    _entered, changed, void, signed = (found.event for found in events(engine, saved.number))
    drug = f"{NEW.drug_edition} {NEW.drug_checksum}"
    assert changed == replace(CORRECTED, subject=NUMBER, drug_file=drug)
    assert (void.action, void.changes) == (
        "signature void",
        (Change("order-entry", "Anna Example, technician", None),),
    )
    assert (signed.action, signed.details, signed.changes) == ("signed", {"meaning": "order-entry"}, ())
    for told in (void, signed):
        assert (told.person, told.at, told.subject) == (BEN, CORRECTED.at, NUMBER)
        assert (told.workstation, told.reason) == ("Cabinet 2", "typed wrong")


def test_further_entries_come_with_what_they_belong_to_and_once(engine: Engine) -> None:
    """Each under its own action, about the preparation, in one transaction and not with a form sent again."""
    seen = replace(ENTERED, action="finding overridden", reason="agreed")
    drug = f"{NEW.drug_edition} {NEW.drug_checksum}"
    for _ in range(2):
        save_preparation(engine, NEW, ENTERED, ORDERED, also=(seen, seen))
        revise(engine, also=(replace(seen, at=CORRECTED.at),))
    actions = ["entered", *["finding overridden"] * 2, "order changed", "signature void", "signed"]
    told = timeline(engine, NUMBER)
    assert [found.event.action for found in told] == [*actions, "finding overridden"]
    assert told[1].event == replace(seen, subject=NUMBER, drug_file=drug)
    assert check(engine) == ()


def test_a_further_entry_that_cannot_be_leaves_nothing(engine: Engine) -> None:
    with pytest.raises(ValueError, match="the event is about 2026-000009"):
        save_preparation(engine, NEW, ENTERED, also=(replace(ENTERED, subject="2026-000009"),))
    assert set(counts(engine).values()) == {0}


def test_what_is_void_is_not_voided_again(engine: Engine, saved: SavedPreparation) -> None:
    revise(engine)
    third = revise(engine, keyed("third"), was=2)
    assert (third.version, third.entered_by) == (3, (ANNA, BEN))
    assert [(s.version, s.void_entry) for s in signatures(engine, saved.number)] == [(1, 4), (2, 7), (3, None)]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({"name": "nowak"}, ["Nowak"]),
        ({"name": "kowalska"}, ["Kowalska"]),  # the second preparation, and not the first as it was
        ({"patient_number": "H-9"}, ["Nowak"]),
        ({"patient_number": "MRN-00 12"}, ["Kowalska"]),
        ({"given_on": date(2026, 3, 6)}, ["Nowak"]),
        ({"given_on": date(2026, 3, 5)}, ["Kowalska"]),
        ({"number": NUMBER}, ["Nowak"]),
        ({"number": NUMBER, "name": "kowalska"}, []),
        ({}, ["Kowalska", "Nowak"]),
    ],
)
def test_a_changed_preparation_is_found_by_what_it_is_now(
    engine: Engine, saved: SavedPreparation, search: dict[str, Any], found: list[str]
) -> None:
    save_preparation(engine, keyed(2), ENTERED)
    revise(engine)
    assert saved.number == NUMBER
    assert found_names(engine, **search) == found


def test_the_form_of_a_change_sent_twice_is_one_change(engine: Engine, saved: SavedPreparation) -> None:
    changed = revise(engine)
    before = counts(engine)
    assert revise(engine) == changed
    assert revise(engine, judge=lambda _: "no more") == changed
    assert save_preparation(engine, NEW, ENTERED, ORDERED) == changed  # and so is the first form, sent late
    assert counts(engine) == before
    assert saved.version == 1


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (
            lambda e: revise(e, replace(OTHER, plan_json="{}"), was=2),
            "This form was sent before and saved as 2026-000001, with other entries:"
            " open that preparation, or start a new form.",
        ),
        (
            lambda e: revise(e, NEW, was=2),  # the form of the first version
            "This form was sent before and saved as 2026-000001, with other entries:"
            " open that preparation, or start a new form.",
        ),
        (
            lambda e: save_preparation(e, OTHER, ENTERED),  # the form of a change
            "This form was sent before and saved as 2026-000001, with other entries:"
            " open that preparation, or start a new form.",
        ),
        (
            lambda e: revise(e, keyed("other"), was=2),  # the form of another preparation
            "This form was sent before and saved as 2026-000002, with other entries:"
            " open that preparation, or start a new form.",
        ),
        (
            lambda e: revise(e, keyed("late"), was=1),
            "2026-000001 was changed meanwhile: version 2 stands by now, and not 1."
            " Compare the two, and change the newer one.",
        ),
        (lambda e: revise(e, keyed("judged"), was=2, judge=lambda _: "It was made."), "It was made."),
        (
            lambda e: revise_preparation(e, "2026-000009", keyed("none"), CORRECTED, ORDERED, was=1, judge=anybody),
            "There is no preparation 2026-000009.",
        ),
    ],
)
def test_a_change_that_is_refused_writes_nothing(
    engine: Engine, saved: SavedPreparation, act: Callable[[Engine], object], sentence: str
) -> None:
    save_preparation(engine, keyed("other"), ENTERED)
    changed = revise(engine)
    before = counts(engine)
    with pytest.raises(RecordsRefused) as refused:
        act(engine)
    assert str(refused.value) == sentence
    assert counts(engine) == before
    assert preparation(engine, saved.number) == changed


def test_of_ten_that_change_one_version_at_once_one_does(engine: Engine, saved: SavedPreparation) -> None:
    assert of_ten_at_once(lambda n: revise(engine, keyed(("tab", n)))) == 1
    assert len(signatures(engine, saved.number)) == 2
    assert counts(engine)["revision"] == 1
    assert check(engine) == ()


@pytest.mark.parametrize("table", ["log", "revision", "status", "voiding", "signature"])
def test_a_fault_at_any_step_of_a_change_leaves_nothing(
    engine: Engine, saved: SavedPreparation, place: Place, table: str
) -> None:
    before = counts(engine)
    refuse_inserts(place, table)
    with pytest.raises(NotSaved):
        revise(engine)
    assert counts(engine) == before
    assert preparation(engine, NUMBER) == saved
    allow_inserts(place, table)
    assert revise(engine).version == 2


def test_a_changed_preparation_is_printed_anew_and_its_old_papers_stay(engine: Engine, saved: SavedPreparation) -> None:
    """A label with the dose of before the change must not come out of the printer again as the current one."""
    old = record_print(engine, saved.number, "label", "1", '["0.686 mg"]', SHA, PRINTED, version=1)
    revise(engine)
    assert first_print(engine, NUMBER, "label") is None
    before = counts(engine)
    with pytest.raises(RecordsRefused, match="was never printed: its strings are missing"):
        record_print(engine, NUMBER, "label", "2", None, SHA, PRINTED)
    with pytest.raises(RecordsRefused) as refused:
        record_print(engine, NUMBER, "label", "2", '["0.686 mg"]', SHA, PRINTED, version=1)
    assert str(refused.value) == f"{NUMBER} was changed meanwhile: version 2 stands by now, look at it again."
    assert counts(engine) == before
    new = record_print(engine, NUMBER, "label", "2", '["0.7 mg"]', SHA, PRINTED, version=2)
    assert (old.version, new.version) == (1, 2)
    assert first_print(engine, NUMBER, "label") == new
    assert [first_print(engine, NUMBER, "label", version) for version in (1, 2, 3)] == [old, new, None]
    assert prints(engine, NUMBER) == (old, new)
    assert first_print(engine, "2026-000009", "label") is None


# ------------------------------------------------------------------ what the log tells


def test_the_timeline_has_who_looked_and_what_was_refused(engine: Engine, saved: SavedPreparation) -> None:
    record(engine, replace(VERIFIED, action="viewed", subject=saved.number))
    record(engine, replace(VERIFIED, action="viewed", subject="2026-000009"))
    revise(engine)
    record_print(engine, NUMBER, "label", "1", "[]", SHA, PRINTED)
    lasting = ["order changed", "signature void", "signed", "printed"]
    assert [found.event.action for found in timeline(engine, NUMBER)] == ["entered", "viewed", *lasting]
    assert [found.event.action for found in events(engine, NUMBER)] == ["entered", *lasting]
    assert timeline(engine, "2026-000007") == ()


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({"patient_name": "KOWALSKA lucja"}, [2, 3, 4, 5, 6]),  # as she was called before the change
        ({"patient_name": "nowak"}, [2, 3, 4, 5, 6]),
        ({"patient_name": "smith"}, [7]),
        ({"patient_name": "%"}, []),
        ({"patient_number": "mrn 0012"}, [2, 3, 4, 5, 6]),
        ({"patient_number": "H9"}, [2, 3, 4, 5, 6]),
        ({"patient_number": "H"}, []),
        ({"patient_name": "nowak", "patient_number": "mrn0012"}, []),  # never both in one version
        ({"patient_name": "nowak", "action": "viewed"}, [6]),
        ({"finding": "interval"}, [3]),
        ({"finding": "inter"}, []),
        ({"finding": "stop"}, []),  # a severity
        ({"finding": "a%b"}, []),
        ({"finding": 'say "x"'}, [8]),
        ({"finding": "quoted"}, []),  # in a text that looks like a finding
    ],
)
def test_entries_are_found_by_their_patient_and_their_findings(
    engine: Engine, saved: SavedPreparation, search: dict[str, str], found: list[int]
) -> None:
    """Entries: 2 entered, 3 changed, 4 void, 5 signed and 6 viewed; 7 is another's, 8 nobody's."""
    judged = replace(CORRECTED, findings=(Judged("interval", "stop", ""),))
    later = replace(ENTERED, at=judged.at)
    revise(engine, event=judged)
    record(engine, replace(VERIFIED, action="viewed", at=judged.at, subject=saved.number))
    save_preparation(engine, keyed(2, patient=replace(PATIENT, family="Smith", mrn="7")), later)
    record(engine, replace(later, reason='"code":"quoted"', findings=(Judged('say "x"', "note", ""),)))
    ids = [one.id for one in find_entries(engine, EntrySearch(**search))]
    assert ids[::-1] == found
