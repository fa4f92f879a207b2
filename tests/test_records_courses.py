"""Patients and courses in the records: found again exactly, never merged, judged under the lock, replayed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import course_rows
import pytest
from course_rows import CHECKLIST, CR, INFUSION, PATIENT, START, added, checked, fine, given, in_course, opened
from databases import Place
from test_log import entries
from test_records import ANNA, AT, ENTERED, SIGNED, counts, keyed

from compounding.checklist import Correction, Pregnancy
from compounding.course import (
    Assessment,
    CourseFault,
    DroppedDay,
    End,
    Ended,
    Given,
    Interruption,
    Length,
    Omitted,
    Reduction,
    Response,
    Slot,
    Start,
    Transplant,
    fact_as_json,
    kind_of,
    read_fact,
    schedule,
)
from compounding.records import (
    CourseRecord,
    Engine,
    Event,
    NewChecklist,
    NewCourse,
    NewFact,
    NewPatient,
    NotRead,
    OutFact,
    PatientSearch,
    Person,
    RecordsRefused,
    StoredChecklist,
    check,
    course_of,
    course_record,
    courses_of,
    find_patients,
    open_course,
    open_preparations,
    patient,
    put_patient,
    record_checklist,
    record_fact,
    record_infusion,
    revise_preparation,
    save_preparation,
    standing,
    take_out_fact,
)
from tests.orders import US, per_m2

BEN = Person("u18", "Ben Example", "pharmacist")
NAMESAKE = replace(PATIENT, born=date(1975, 6, 7), mrn="MRN-00 13")
NUMBER = "2026-000001"


def later(minutes: int = 1, person: Person = ANNA) -> Event:
    return Event(person, "course changed", AT + timedelta(minutes=minutes))


def prepared(engine: Engine, course: str, key: str = "dose", cycle: int = 1, day: int = 1) -> str:
    saved = save_preparation(engine, keyed(key), ENTERED, SIGNED, place=in_course(course, cycle, day))
    return saved.number


# ------------------------------------------------------------------ patients


def test_a_patient_comes_back_to_the_letter(engine: Engine) -> None:
    entered = put_patient(engine, PATIENT, ENTERED)
    assert patient(engine, entered.id) == entered
    assert (entered.content, entered.person, entered.at) == (PATIENT, ANNA, AT)
    assert patient(engine, 99) is None
    assert entries(engine)[-1].body.count('"subject":"patient:1"') == 1


def test_a_correction_is_the_newer_row(engine: Engine) -> None:
    first = put_patient(engine, PATIENT, ENTERED)
    changed = replace(PATIENT, family="Nowak", allergies="penicillin: rash; latex")
    now = put_patient(engine, changed, later(), patient_id=first.id, was=first.entry)
    assert (now.id, now.content, patient(engine, first.id)) == (first.id, changed, now)
    assert find_patients(engine, PatientSearch(name="kowalska")) == ()
    assert counts(engine)["patient"] == 2
    with pytest.raises(RecordsRefused, match=r"^NOWAK, Łucja was changed meanwhile: look at it again\.$"):
        put_patient(engine, PATIENT, later(), patient_id=first.id, was=first.entry)
    with pytest.raises(RecordsRefused, match=r"^There is no patient 7\.$"):
        put_patient(engine, PATIENT, later(), patient_id=7, was=1)
    assert check(engine) == ()


def test_two_of_one_name_are_two(engine: Engine) -> None:
    one, other = (put_patient(engine, new, ENTERED) for new in (PATIENT, NAMESAKE))
    assert one.id != other.id
    assert [found.id for found in find_patients(engine, PatientSearch(name="kowalska"))] == [one.id, other.id]
    assert find_patients(engine, PatientSearch(name="kowalska", born=NAMESAKE.born)) == (other,)
    assert find_patients(engine, PatientSearch(patient_number="mrn0013")) == (other,)


SHARED = [
    ({"mrn": "mrn 0012"}, "MRN mrn 0012"),
    ({"mrn": None, "nhs_number": "9990000018"}, "NHS number 9990000018"),
    ({"mrn": None, "hospital_number": "h7"}, "Hospital number h7"),
]


@pytest.mark.parametrize(("changes", "named"), SHARED)
def test_no_number_belongs_to_two(engine: Engine, changes: dict[str, Any], named: str) -> None:
    first = replace(PATIENT, nhs_number="999 000 0018", hospital_number="H-7")
    put_patient(engine, first, ENTERED)
    with pytest.raises(RecordsRefused) as refused:
        put_patient(engine, replace(NAMESAKE, **changes), ENTERED)
    assert str(refused.value) == (
        f"{named} is the number of KOWALSKA, Łucja, born 1961-02-03. Open that patient, or correct the number."
    )
    assert counts(engine)["patient"] == 1


def test_a_number_that_was_corrected_away_is_free_again(engine: Engine) -> None:
    first = put_patient(engine, PATIENT, ENTERED)
    put_patient(engine, replace(PATIENT, mrn="M-2"), later(), patient_id=first.id, was=first.entry)
    assert put_patient(engine, replace(NAMESAKE, mrn=PATIENT.mrn), later()).id != first.id


FOUND = [
    ({}, 2), ({"name": "łuc kow"}, 2), ({"name": "lucja"}, 2), ({"name": "%"}, 0), ({"patient_number": "0012"}, 0),
    ({"patient_number": "MRN-0012"}, 1), ({"born": date(1961, 2, 3)}, 1), ({"born": date(1961, 2, 4)}, 0),
]  # fmt: skip


@pytest.mark.parametrize(("search", "many"), FOUND)
def test_patients_are_found_by_all_that_is_asked(engine: Engine, search: dict[str, Any], many: int) -> None:
    for new in (PATIENT, NAMESAKE):
        put_patient(engine, new, ENTERED)
    assert len(find_patients(engine, PatientSearch(**search))) == many


def test_of_ten_who_enter_one_number_at_once_one_does(engine: Engine) -> None:
    def send(n: int) -> bool:
        try:
            put_patient(engine, replace(PATIENT, given=f"Łucja {n}"), ENTERED)
        except RecordsRefused:
            return False
        return True

    with ThreadPoolExecutor(10) as threads:
        assert sum(threads.map(send, range(10))) == 1


NO_PATIENTS: list[tuple[dict[str, Any], str]] = [
    ({"family": " "}, "the family name of a patient is empty"),
    ({"given": ""}, "the given name of a patient is empty"),
    ({"mrn": None}, "a patient needs a number"),
    ({"sex": "x"}, "'x' is no sex that is stored here"),
]


@pytest.mark.parametrize(("changes", "said"), NO_PATIENTS)
def test_what_is_no_patient_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        replace(PATIENT, **changes)


# ------------------------------------------------------------------ courses


def test_a_course_is_opened_once(engine: Engine) -> None:
    first = opened(engine, ENTERED)
    before = counts(engine)
    assert open_course(engine, first.content, later()) == first == course_record(engine, "C-000001")
    assert counts(engine) == before
    assert (first.content.start, first.patient.content, first.told.person) == (START, PATIENT, ANNA)
    with pytest.raises(RecordsRefused, match=r"^This form was sent before and opened as C-000001, with other entries"):
        open_course(engine, replace(first.content, indication="another"), later())
    with pytest.raises(RecordsRefused, match=r"^There is no patient 9\.$"):
        open_course(engine, replace(first.content, patient_id=9, request_key="x"), later())
    assert course_record(engine, "C-000002") is None and course_record(engine, "\0") is None


def test_the_courses_of_a_patient_come_the_newest_first(engine: Engine) -> None:
    first = opened(engine, ENTERED)
    second = open_course(engine, replace(first.content, request_key="again"), later())
    assert [found.number for found in courses_of(engine, first.patient.id)] == [second.number, first.number]
    assert courses_of(engine, 99) == ()


def test_a_course_shows_its_patient_as_they_stand_by_now(engine: Engine) -> None:
    first = opened(engine, ENTERED)
    was = first.patient
    put_patient(engine, replace(PATIENT, family="Nowak"), later(), patient_id=was.id, was=was.entry)
    found = course_record(engine, first.number)
    assert found is not None and found.patient.content.family == "Nowak"


FACTS = [
    Start(date(2026, 3, 6)),
    Transplant(True, "MRD found"),
    Assessment(1, Response.CRI),
    Omitted(Slot(1, 15), "toxicity"),
    Length(1, 28, "recovery"),
    Reduction(2, 25),
    DroppedDay(3, 15),
    Interruption(date(2026, 3, 12), None, "pneumonia"),
    Interruption(date(2026, 3, 12), date(2026, 3, 20), "pneumonia"),
    Given(Slot(1, 1), date(2026, 3, 5), per_m2("0.8")),
    Ended(date(2026, 3, 20), End.VOD, "Ascites"),
]


@pytest.mark.parametrize("fact", FACTS, ids=[kind_of(fact) for fact in FACTS])
def test_a_fact_comes_back_and_stands_with_who_recorded_it(engine: Engine, fact: Any) -> None:
    assert read_fact(kind_of(fact), fact_as_json(fact)) == fact
    course = opened(engine, ENTERED).number
    found = added(engine, course, NewFact(fact, "as told", "A. Nguyen, MD"), later(), fine)
    (stored,) = found.facts
    assert (stored.fact, stored.words, stored.prescriber, stored.told.person) == (
        fact, "as told", "A. Nguyen, MD", ANNA,
    )  # fmt: skip
    assert found.entry == stored.told.entry > found.told.entry
    assert check(engine) == ()


def test_what_is_none_is_no_fact() -> None:
    with pytest.raises(TypeError, match="is nothing that is recorded of a course"):
        kind_of("cr")  # type: ignore[arg-type]


def test_the_newest_of_its_kind_holds(engine: Engine) -> None:
    number = opened(engine, ENTERED).number
    told = [
        Assessment(1, Response.NONE), Assessment(1, Response.CR), Assessment(2, Response.CRI),
        Interruption(date(2026, 3, 12), None, "a"), Interruption(date(2026, 3, 12), date(2026, 3, 14), "a"),
        Length(1, 28, "a"), Length(1, 24, "b"), Transplant(True), Transplant(False), Start(date(2026, 3, 9)),
    ]  # fmt: skip
    for fact in told:
        found = added(engine, number, NewFact(fact), later(), fine)
    course = course_of(found, US)
    assert course.assessments == (Assessment(1, Response.CR), Assessment(2, Response.CRI))
    assert course.interruptions == (Interruption(date(2026, 3, 12), date(2026, 3, 14), "a"),)
    assert (course.lengths, course.transplant) == ((Length(1, 24, "b"),), Transplant(False))
    assert (course.start, course.ended) == (date(2026, 3, 9), None)


def test_what_would_contradict_the_course_is_refused_by_the_judge(engine: Engine) -> None:
    number = opened(engine, ENTERED).number

    def judge(found: CourseRecord) -> str | None:
        try:
            course_of(found, US)
        except CourseFault as fault:
            return str(fault)
        return None

    added(engine, number, NewFact(Reduction(2, 25)), later(), judge)
    before = counts(engine)
    with pytest.raises(RecordsRefused, match=r"^reductions\[2\]\.percent: the course is reduced already\.$"):
        added(engine, number, NewFact(Reduction(3, 25)), later(), judge)
    assert counts(engine) == before


def test_a_fact_is_recorded_of_the_course_that_was_seen(engine: Engine) -> None:
    course = opened(engine, ENTERED)
    first = record_fact(engine, course.number, NewFact(Assessment(1, Response.NONE), was=course.entry), later(), fine)
    before = counts(engine)
    for was in (course.entry, 0, first.entry + 1):
        with pytest.raises(RecordsRefused, match=r"^C-000001 was changed meanwhile, and is not as it was seen: look"):
            record_fact(engine, course.number, replace(CR, was=was), later(2), fine)
    assert counts(engine) == before
    assert record_fact(engine, course.number, replace(CR, was=first.entry), later(2), fine).standing[-1].fact == CR.fact


def test_what_is_taken_out_changes_the_course_too(engine: Engine) -> None:
    course = opened(engine, ENTERED).number
    stale = added(engine, course, CR, later())
    out = OutFact(stale.facts[0].id, "another patient's", BEN.id)
    now = take_out_fact(engine, course, out, later(2), fine)
    assert now.entry == now.facts[0].out_entry > stale.entry
    with pytest.raises(RecordsRefused, match="was changed meanwhile"):
        record_fact(engine, course, replace(CR, was=stale.entry), later(3), fine)


def test_of_ten_who_record_one_fact_at_once_one_does(engine: Engine) -> None:
    course = opened(engine, ENTERED)

    def send(_: int) -> bool:
        try:
            record_fact(engine, course.number, replace(CR, was=course.entry), later(), fine)
        except RecordsRefused:
            return False
        return True

    with ThreadPoolExecutor(10) as threads:
        assert sum(threads.map(send, range(10))) == 1


def test_an_entry_error_is_taken_out_by_two(engine: Engine) -> None:
    number = opened(engine, ENTERED).number
    found = added(engine, number, NewFact(Reduction(2, 25)), later(), fine)
    out = OutFact(found.facts[0].id, "another patient's", BEN.id)
    with pytest.raises(RecordsRefused, match=r"^An entry error is corrected by two people\.$"):
        take_out_fact(engine, number, replace(out, witness=ANNA.id), later(), fine)
    now = take_out_fact(engine, number, out, later(2), fine)
    assert (now.standing, now.facts[0].out, now.facts[0].witness) == ((), "another patient's", BEN.id)
    assert course_of(now, US).reductions == ()
    with pytest.raises(RecordsRefused, match="has no such entry that stands"):
        take_out_fact(engine, number, out, later(3), fine)
    with pytest.raises(RecordsRefused, match="has no such entry that stands"):
        take_out_fact(engine, number, replace(out, fact_id=99), later(3), fine)
    assert check(engine) == ()


@pytest.mark.parametrize(("words", "witness"), [("", "u18"), ("x", " ")])
def test_taking_out_says_why_and_by_whom(words: str, witness: str) -> None:
    with pytest.raises(ValueError, match="is empty"):
        OutFact(1, words, witness)


# ------------------------------------------------------------------ orders in a course


def place_of(engine: Engine, number: str) -> tuple[CourseRecord, Slot] | None:
    found = standing(engine, number)
    assert found is not None
    return found.course


def test_an_order_stands_in_its_course_by_its_newest_version(engine: Engine) -> None:
    course = opened(engine, ENTERED).number
    number = prepared(engine, course)
    found = place_of(engine, number)
    assert found is not None and (found[0].number, found[1]) == (course, Slot(1, 1))
    assert [(order.number, order.slot, order.state) for order in found[0].orders] == [(number, Slot(1, 1), "entered")]
    alone = save_preparation(engine, keyed("alone"), later(), SIGNED).number
    listed = {one.preparation.number: one.course for one in open_preparations(engine)}
    assert listed == {number: found, alone: None}
    revise_preparation(
        engine, number, keyed("v2"), later(), SIGNED, was=1, judge=lambda _: None, place=in_course(course, 1, 8)
    )
    moved = place_of(engine, number)
    assert moved is not None and moved[1] == Slot(1, 8)
    assert [order.slot for order in moved[0].orders] == [Slot(1, 8)]
    revise_preparation(engine, number, keyed("v3"), later(2), SIGNED, was=2, judge=lambda _: None)
    assert place_of(engine, number) is None
    left = course_record(engine, course)
    assert left is not None and left.orders == ()
    assert check(engine) == ()


def test_an_order_outside_a_course_is_in_none(engine: Engine) -> None:
    saved = save_preparation(engine, keyed("alone"), ENTERED)
    assert place_of(engine, saved.number) is None
    stands = standing(engine, saved.number)
    assert stands is not None and stands.course is None


def test_the_way_of_a_preparation_knows_its_course(engine: Engine) -> None:
    course = opened(engine, ENTERED).number
    stands = standing(engine, prepared(engine, course, day=8))
    assert stands is not None and stands.course is not None
    assert (stands.course[0].number, stands.course[1]) == (course, Slot(1, 8))


def test_an_order_that_its_course_refuses_is_not_saved(engine: Engine) -> None:
    course = opened(engine, ENTERED).number
    before = counts(engine)
    with pytest.raises(RecordsRefused, match=r"^Treatment was stopped\.$"):
        save_preparation(engine, keyed("x"), ENTERED, place=in_course(course, judge=lambda _: "Treatment was stopped."))
    with pytest.raises(RecordsRefused, match=r"^There is no course C-9\.$"):
        save_preparation(engine, keyed("x"), ENTERED, place=in_course("C-9"))
    assert counts(engine) == before


# ------------------------------------------------------------------ checklists and doses


def test_the_newest_checklist_of_a_dose_holds(engine: Engine) -> None:
    course = opened(engine, ENTERED).number
    first = checked(engine, course, NewChecklist(CHECKLIST), later()).checklists[Slot(1, 1)]
    again = replace(CHECKLIST, pregnancy=Pregnancy.NOT_PREGNANT)
    other = replace(CHECKLIST, slot=Slot(1, 8), on=date(2026, 3, 12))
    checked(engine, course, NewChecklist(other), later(2))
    answered = '[{"code":"target"}]'
    found = checked(engine, course, NewChecklist(again, answered, first.told.entry), later(3), also=[later(3, BEN)])
    assert {slot: one.checklist for slot, one in found.checklists.items()} == {Slot(1, 1): again, Slot(1, 8): other}
    assert found.checklists[Slot(1, 1)].answers_json == answered
    assert [one.checklist for one in found.all_checklists] == [CHECKLIST, other, again]
    assert f'"id":"{BEN.id}"' in entries(engine)[-1].body
    assert check(engine) == ()


def test_a_checklist_takes_the_place_of_the_one_that_was_seen_and_of_no_other(engine: Engine) -> None:
    course = opened(engine, ENTERED).number
    first = checked(engine, course, NewChecklist(CHECKLIST), later()).checklists[Slot(1, 1)].told.entry
    told: list[StoredChecklist | None] = []

    def tell(old: StoredChecklist | None) -> Event:
        told.append(old)
        return later(2, BEN)

    stale = f"^The checklist of day 1 of cycle 1 was recorded meanwhile by {ANNA.name}, and is not the one that was"
    for was in (0, first - 1, first + 1):
        with pytest.raises(RecordsRefused, match=stale):
            record_checklist(engine, course, NewChecklist(CHECKLIST, was=was), tell, fine)
    assert told == []
    again = replace(CHECKLIST, pregnancy=Pregnancy.NOT_PREGNANT)
    now = record_checklist(engine, course, NewChecklist(again, was=first), tell, fine)
    (old,) = told
    assert old is not None and (old.checklist, old.told.entry) == (CHECKLIST, first)
    assert now.checklists[Slot(1, 1)].checklist == again
    with pytest.raises(RecordsRefused, match=r"^no more\.$"):
        newest = now.checklists[Slot(1, 1)].told.entry
        record_checklist(engine, course, NewChecklist(again, was=newest), tell, lambda _: "no more.")
    nobody = NewChecklist(replace(CHECKLIST, slot=Slot(1, 8), on=date(2026, 3, 12)), was=first)
    with pytest.raises(RecordsRefused, match="was recorded meanwhile, and is not the one that was seen"):
        record_checklist(engine, course, nobody, tell, fine)


def test_counts_are_corrected_by_two(engine: Engine) -> None:
    course = opened(engine, ENTERED).number
    first = checked(engine, course, NewChecklist(CHECKLIST), later()).checklists[Slot(1, 1)].told.entry

    def corrected(second: str) -> NewChecklist:
        return NewChecklist(replace(CHECKLIST, correction=Correction("typed per mm³", second)), was=first)

    before = counts(engine)
    with pytest.raises(RecordsRefused, match=r"^An entry error is corrected by two people\.$"):
        checked(engine, course, corrected(ANNA.id), later(2))
    assert counts(engine) == before
    now = checked(engine, course, corrected(BEN.id), later(2)).checklists[Slot(1, 1)].checklist
    assert now.correction == Correction("typed per mm³", BEN.id)
    assert check(engine) == ()


def test_of_ten_who_fill_in_one_checklist_at_once_one_does(engine: Engine) -> None:
    course = opened(engine, ENTERED).number

    def send(_: int) -> bool:
        try:
            checked(engine, course, NewChecklist(CHECKLIST), later())
        except RecordsRefused:
            return False
        return True

    with ThreadPoolExecutor(10) as threads:
        assert sum(threads.map(send, range(10))) == 1


def test_a_dose_given_is_of_the_course_from_then_on(engine: Engine) -> None:
    course = opened(engine, ENTERED).number
    number = prepared(engine, course)
    found = record_infusion(engine, course, given(number), later(), fine)
    assert found.infusions[Slot(1, 1)].infusion == INFUSION
    assert (found.infusions[Slot(1, 1)].preparation, found.infusions[Slot(1, 1)].told.person) == (number, ANNA)
    dose = course_of(found, US).given[0]
    assert (dose.slot, dose.on, dose.level) == (Slot(1, 1), START, per_m2("0.375"))
    assert schedule(course_of(found, US)).next.slot == Slot(1, 8)  # type: ignore[union-attr]


def test_a_dose_recorded_wrongly_is_corrected_with_its_words(engine: Engine) -> None:
    course = opened(engine, ENTERED).number
    number = prepared(engine, course)
    first = record_infusion(engine, course, given(number), later(), fine).entry
    with pytest.raises(RecordsRefused, match=r"^Day 1 of cycle 1 is recorded as given already: look at the course"):
        record_infusion(engine, course, given(number), later(), fine)
    later_end = replace(INFUSION, end=INFUSION.end + timedelta(minutes=5))
    slow = given(number, infusion=later_end, words="the pump was slow", was=first)
    now = record_infusion(engine, course, slow, later(2), fine)
    assert now.infusions[Slot(1, 1)].infusion == later_end
    before, mistaken = counts(engine), given(number, infusion=None, words="another patient's", was=first)
    with pytest.raises(RecordsRefused, match=r"^Day 1 of cycle 1 was corrected meanwhile by .*, and is not as it"):
        record_infusion(engine, course, mistaken, later(3), fine)
    assert counts(engine) == before
    seen = now.infusions[Slot(1, 1)].told.entry
    gone = record_infusion(engine, course, replace(mistaken, was=seen), later(3), fine)
    assert gone.infusions == {} and course_of(gone, US).given == ()
    assert len(gone.all_infusions) == 3
    with pytest.raises(RecordsRefused, match="is not recorded as given"):
        record_infusion(engine, course, given(number, infusion=None, words="x"), later(4), fine)
    assert check(engine) == ()


def test_a_dose_comes_from_a_preparation_of_the_course(engine: Engine) -> None:
    course = opened(engine, ENTERED).number
    number = prepared(engine, course, day=8)
    with pytest.raises(RecordsRefused, match=f"^{number} is not prepared for day 1 of cycle 1 of {course}"):
        record_infusion(engine, course, given(number), later(), fine)
    with pytest.raises(ValueError, match="an infusion of day 1 of cycle 1 is none of day 8 of cycle 1"):
        given(number, slot=Slot(1, 8))


def test_of_ten_who_record_one_dose_at_once_one_does(engine: Engine) -> None:
    course = opened(engine, ENTERED).number
    number = prepared(engine, course)

    def send(_: int) -> bool:
        try:
            record_infusion(engine, course, given(number), later(), fine)
        except RecordsRefused:
            return False
        return True

    with ThreadPoolExecutor(10) as threads:
        assert sum(threads.map(send, range(10))) == 1


# ------------------------------------------------------------------ what was changed by others

FORGED: list[tuple[str, str, str]] = [
    ("course_fact", "fact_json", '{"after_cycle":1,"is":"none"}'),
    ("patient", "born", "1975-06-07"),
    ("checklist", "checklist_json", "{}"),
    ("placed", "cycle", "3"),
    ("infusion", "words", "x"),
]


@pytest.mark.parametrize(("table", "column", "value"), FORGED)
def test_a_row_that_was_changed_is_named(engine: Engine, place: Place, table: str, column: str, value: str) -> None:
    course = opened(engine, ENTERED).number
    number = prepared(engine, course)
    course_rows.one_of_each(engine, course, number, later(), BEN.id)
    assert check(engine) == ()
    with place.attacker() as attacker:
        attacker.disarm()
        attacker.execute(f"UPDATE {table} SET {column} = '{value}' WHERE id = 1")
        attacker.rearm()
    assert [(fault.part, fault.place) for fault in check(engine)] == [("replay", f"{table} 1")]
    if table == "checklist":
        with pytest.raises(NotRead, match=f"^Not read: what is stored of course {course} was changed"):
            course_record(engine, course)


NEW = NewCourse("k", 1, "besponsa-us", "relapsed ALL", "A. Nguyen, MD", START, transplant=False)
NO_COURSES: list[tuple[Callable[[], object], str]] = [
    (lambda: replace(NEW, request_key=""), "the request key of a course is empty"),
    (lambda: replace(NEW, indication=" "), "the indication of a course is empty"),
    (lambda: NewChecklist(CHECKLIST, "{"), "the answers is not JSON"),
    (lambda: NewPatient("A", "B", date(1980, 1, 1)), "a patient needs a number"),
]


@pytest.mark.parametrize(("make", "said"), NO_COURSES)
def test_what_cannot_be_stored_is_refused(make: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()


def test_facts_of_a_course_that_is_not_there_are_refused(engine: Engine) -> None:
    with pytest.raises(RecordsRefused, match=r"^There is no course C-000009\.$"):
        added(engine, "C-000009", CR, ENTERED, fine)
