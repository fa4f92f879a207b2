"""The checklist before a dose: what is asked, what each limit says of it, and what is stored of it."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from compounding.checklist import (
    CHECKLIST_RULES,
    PLAUSIBLE,
    Baselines,
    Checklist,
    Correction,
    Counts,
    Disease,
    Exam,
    Infusion,
    Liver,
    Pregnancy,
    Reaction,
    asked,
    baselines,
    checklist_as_json,
    infusion_as_json,
    is_latest,
    is_plausible,
    judged,
    read_checklist,
    read_infusion,
    standing,
)
from compounding.checklist.given import judged as infusion_findings
from compounding.course import Slot
from compounding.findings import Finding, Status
from compounding.formulary import Presentation
from compounding.policy import Market
from compounding.quantities import BloodCount, CellCount, Unreadable, UpperLimits
from compounding.wording.findings import judged as for_machines
from compounding.wording.findings import sentence
from tests.orders import UK, US, mg, per_m2
from tests.test_new_drug import examplin  # noqa: F401 - a fixture

DAY = date(2026, 3, 12)
CLASSES = frozenset({"corticosteroid", "antipyretic", "antihistamine"})
SEEN = dict.fromkeys(Exam, date(2026, 3, 11))


WRONG = Correction("typed per mm³", "ben")


def uln(figure: str) -> UpperLimits:
    return UpperLimits(Decimal(figure))


def per_L(figure: str) -> BloodCount:
    return BloodCount(Decimal(figure))


def counts(neutrophils: str | None = None, platelets: str | None = None) -> Counts:
    return Counts(*(None if figure is None else per_L(figure) for figure in (neutrophils, platelets)))


def checklist(cycle: int = 1, day: int = 1, drug: Presentation = US, **changes: Any) -> Checklist:
    """One on which nothing is found, in either market."""
    whole = Checklist(
        Slot(cycle, day),
        DAY,
        seen_by="A. Nguyen, MD",
        tests=SEEN,
        ordered=CLASSES,
        pregnancy=Pregnancy.NOT_PREGNANT,
        target=True,
        liver_ends=False,
        contraindicated=dict.fromkeys(asked(drug, Slot(cycle, day)).contraindications, False),
        liver=Liver(uln("1.5"), uln("2.5"), uln("2.5")),
        counts=counts("1", "50"),
        blasts=CellCount(Decimal(10_000)),
    )
    return replace(whole, **changes)


def found(made: Checklist, drug: Presentation = US, baselines: Baselines | None = None) -> list[tuple[str, str, str]]:
    return [(f.code, f.case, f.severity.word) for f in judged(drug, made, baselines or Baselines())]


def before(neutrophils: str | None, platelets: str | None = "60", last: Counts | None = None) -> Baselines:
    return Baselines(counts(neutrophils, platelets), last or Counts())


# ------------------------------------------------------------------ what is asked


def test_what_is_asked_is_the_drug_files() -> None:
    first, second = asked(US, Slot(1, 1)), asked(US, Slot(2, 1))
    assert first.premedication == ("corticosteroid", "antipyretic", "antihistamine")
    assert first.tests == (Exam.BLOOD_COUNT, Exam.LIVER_TESTS, Exam.ECG, Exam.ELECTROLYTES)
    assert (first.target, second.target) == ("CD22 positive", "")
    assert (first.blasts, second.blasts, asked(US, Slot(1, 8)).blasts) == (True, False, False)
    assert [asked(US, Slot(*slot)).counts_judged for slot in ((1, 1), (1, 8), (2, 1), (2, 8), (6, 1))] == [
        False, False, True, False, True,
    ]  # fmt: skip


def test_contraindications_are_the_markets() -> None:
    assert asked(US, Slot(1, 1)).contraindications == ()
    assert asked(UK, Slot(1, 1)).contraindications == (
        "hypersensitivity",
        "earlier confirmed severe or ongoing VOD/SOS",
        "serious ongoing liver disease",
    )


@pytest.mark.parametrize("drug", [US, UK])
@pytest.mark.parametrize("slot", [(1, 1), (1, 8), (2, 1), (3, 15)])
def test_a_whole_checklist_at_its_limits_finds_nothing(drug: Presentation, slot: tuple[int, int]) -> None:
    """Each limit itself is still good: 1.5 and 2.5 × ULN, 10,000 blasts, ANC 1 and platelets 50."""
    assert found(checklist(*slot, drug), drug) == []


# ------------------------------------------------------------------ the liver

LIVERS = [
    ("1.6 alone", Liver(uln("1.6"), uln("1"), None), [("bilirubin", "", "override")]),
    ("AST 2.6 alone", Liver(uln("1"), uln("2.6"), None), [("transaminases", "", "override")]),
    ("ALT 2.6 beside a low AST", Liver(uln("1"), uln("1"), uln("2.6")), [("transaminases", "", "override")]),
    ("both", Liver(uln("1.6"), uln("2.6"), None),
     [("bilirubin", "", "stop"), ("transaminases", "", "stop")]),
    ("no bilirubin", Liver(None, uln("1"), None), [("bilirubin", "missing", "stop")]),
    ("neither AST nor ALT", Liver(uln("1"), None, None), [("transaminases", "missing", "stop")]),
    ("nothing", Liver(), [("bilirubin", "missing", "stop"), ("transaminases", "missing", "stop")]),
    ("one over and one missing", Liver(uln("1.6"), None, None),
     [("transaminases", "missing", "stop"), ("bilirubin", "", "override")]),
    ("ALT alone", Liver(uln("0.4"), None, uln("2.5")), []),
    # Up to 20 × ULN it is that; over it, as well a value in its laboratory's unit.
    ("bilirubin 20", Liver(uln("20"), uln("1"), None), [("bilirubin", "", "override")]),
    ("bilirubin 20.1", Liver(uln("20.1"), uln("1"), None), [("bilirubin", "unit", "override")]),
    ("ALT 42", Liver(uln("1"), None, uln("42")), [("transaminases", "unit", "override")]),
    ("both in other units", Liver(uln("21"), uln("42"), None),
     [("bilirubin", "unit", "stop"), ("transaminases", "unit", "stop")]),
]  # fmt: skip


@pytest.mark.parametrize("slot", [(1, 1), (1, 8), (4, 15)])
@pytest.mark.parametrize(("liver", "expected"), [row[1:] for row in LIVERS], ids=[row[0] for row in LIVERS])
def test_liver_values_are_judged_before_every_dose(liver: Liver, expected: list[Any], slot: tuple[int, int]) -> None:
    assert found(checklist(*slot, liver=liver)) == expected


# ------------------------------------------------------------------ counts

# Before treatment, day 1 of the cycle before, and now: neutrophils and platelets in 10⁹/L.
COUNTS = [
    ("ANC 0.8 after 1.4", before("1.4"), counts("0.8", "60"), {}, [("counts", "hold", "stop")]),
    ("platelets 49 after 50", before("1.4", "50"), counts("1", "49"), {}, [("counts", "hold", "stop")]),
    ("ANC 0.8 after 0.6", before("0.6"), counts("0.8", "60"), {}, [("counts", "lower", "stop")]),
    ("reason (a), both at least as in the cycle before", before("0.6", last=counts("0.8", "60")),
     counts("0.8", "60"), {}, []),
    ("one of the two below the cycle before", before("0.6", last=counts("0.8", "61")),
     counts("0.8", "60"), {}, [("counts", "lower", "stop")]),
    ("reason (b), both at the limits", before("0.6", "20"), counts("1", "50"), {}, []),
    ("reason (c)", before("0.6"), counts("0.8", "60"), {"disease": Disease("A. Nguyen, MD", DAY)}, []),
    ("reason (c) lifts no hold", before("1.4"), counts("0.8", "60"), {"disease": Disease("A. Nguyen, MD", DAY)},
     [("counts", "hold", "stop")]),
    # Platelets were lower, so that one of the three is needed as well; neutrophils were not, and are held.
    ("either lower", before("1.4", "20"), counts("0.8", "20"), {},
     [("counts", "hold", "stop"), ("counts", "lower", "stop")]),
    ("before treatment not known", before(None, None), counts("0.8", "60"), {}, [("counts", "baseline", "stop")]),
    ("not known and not needed", before(None, None), counts("1", "50"), {}, []),
    ("not entered", before("1.4"), counts(None, "60"), {}, [("counts", "missing", "stop")]),
    ("none entered", before("1.4"), counts(), {}, [("counts", "missing", "stop"), ("counts", "missing", "stop")]),
]  # fmt: skip


@pytest.mark.parametrize("drug", [US, UK])
@pytest.mark.parametrize(
    ("baselines", "now", "more", "expected"), [row[1:] for row in COUNTS], ids=[row[0] for row in COUNTS]
)
def test_counts_hold_day_1_from_cycle_2(
    baselines: Baselines, now: Counts, more: dict[str, Any], expected: list[Any], drug: Presentation
) -> None:
    for cycle in (2, 6):
        assert found(checklist(cycle, 1, drug, counts=now, **more), drug, baselines) == expected
    for slot in ((1, 1), (2, 8), (2, 15)):  # low counts are the disease, or hold nothing
        assert found(checklist(*slot, drug, counts=now, **more), drug, baselines) == []


@pytest.mark.parametrize("slot", [(1, 1), (1, 8)])
def test_neutrophils_of_0_2_are_not_judged_there(slot: tuple[int, int]) -> None:
    assert found(checklist(*slot, counts=counts("0.2", "8"))) == []


@pytest.mark.parametrize(("since", "expected"), [
    (date(2026, 2, 12), []),  # 28 days
    (date(2026, 2, 11), [("counts-long", "", "acknowledge")]),  # 29
])  # fmt: skip
def test_counts_that_stay_low_ask_in_the_us_alone(since: date, expected: list[Any]) -> None:
    assert found(checklist(2, 8, low_since=since)) == expected
    assert found(checklist(2, 8, UK, low_since=since), UK) == []


# ------------------------------------------------------------------ seen and answered

ANSWERS: list[tuple[str, dict[str, Any], list[Any]]] = [
    ("no ECG", {"tests": {k: v for k, v in SEEN.items() if k is not Exam.ECG}}, [("not-seen", "", "override")]),
    ("nothing seen", {"tests": {}}, [("not-seen", "", "override")]),
    ("no antihistamine", {"ordered": CLASSES - {"antihistamine"}}, [("premedication", "", "override")]),
    ("none ordered", {"ordered": frozenset()}, [("premedication", "", "override")]),
    ("pregnant", {"pregnancy": Pregnancy.PREGNANT}, [("pregnancy", "pregnant", "override")]),
    ("pregnancy not entered", {"pregnancy": None}, [("pregnancy", "unknown", "override")]),
    ("does not apply", {"pregnancy": Pregnancy.DOES_NOT_APPLY}, []),
    ("CD22 negative", {"target": False}, [("target", "", "stop")]),
    ("CD22 not entered", {"target": None}, [("target", "unknown", "override")]),
    ("VOD", {"liver_ends": True}, [("never-again", "", "stop")]),
    ("VOD not answered", {"liver_ends": None}, [("never-again", "unknown", "stop")]),
    ("12,000 blasts", {"blasts": CellCount(Decimal(12_000))}, [("blasts", "", "override")]),
    ("blasts not entered", {"blasts": None}, [("blasts", "unknown", "override")]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
def test_what_was_not_seen_or_ordered_is_found(changes: dict[str, Any], expected: list[Any]) -> None:
    assert found(checklist(**changes)) == expected
    assert found(checklist(drug=UK, **changes), UK) == expected


def test_blasts_and_the_target_are_asked_before_the_first_dose_only() -> None:
    assert found(checklist(1, 8, blasts=CellCount(Decimal(12_000)), target=False)) == []


def test_a_contraindication_stops_and_one_that_is_not_answered_asks() -> None:
    there = dict.fromkeys(asked(UK, Slot(1, 1)).contraindications, False)
    assert found(checklist(drug=UK, contraindicated={**there, "hypersensitivity": True}), UK) == [
        ("contraindication", "", "stop")
    ]
    assert found(checklist(drug=UK, contraindicated={}), UK) == [("contraindication", "unknown", "override")] * 3
    assert found(checklist(contraindicated={"hypersensitivity": True})) == []  # the US label has none


def test_a_drug_that_asks_for_nothing_finds_nothing() -> None:
    facts = {name: replace(getattr(US.before_dose, name), value=None) for name in US.before_dose.__dataclass_fields__}
    silent = replace(US, before_dose=replace(US.before_dose, **facts), regimen=replace(
        US.regimen, blasts=replace(US.regimen.blasts, value=None)))  # fmt: skip
    assert found(Checklist(Slot(2, 1), DAY, "A. Nguyen, MD"), silent) == []
    assert asked(silent, Slot(1, 1)).tests == ()


# ------------------------------------------------------------------ how old the values are


def taken(**days: date) -> dict[Exam, date]:
    return {**SEEN, **{Exam(name): day for name, day in days.items()}}


STALE: list[tuple[str, date | None, dict[Exam, date], list[Any]]] = [
    # 12 March − 26 February = 14 days.
    ("14 days before the first dose", None, dict.fromkeys(Exam, date(2026, 2, 26)), []),
    ("15 days before the first dose", None, taken(liver_tests=date(2026, 2, 25)), [("stale", "first", "override")]),
    ("of last January", None, dict.fromkeys(Exam, date(2026, 1, 8)), [("stale", "first", "override")]),
    ("after the last dose", date(2026, 3, 5), dict.fromkeys(Exam, date(2026, 3, 6)), []),
    ("of the day of the last dose", date(2026, 3, 5), taken(blood_count=date(2026, 3, 5)), [("stale", "", "override")]),
    ("before the last dose", date(2026, 3, 5), taken(electrolytes=date(2026, 3, 4)), [("stale", "", "override")]),
    ("after a dose of long ago", date(2026, 1, 5), dict.fromkeys(Exam, date(2026, 1, 6)), []),
    ("an ECG is no laboratory value", date(2026, 3, 5), taken(ecg=date(2026, 3, 1)), []),
    ("not seen is another finding", None, {}, [("not-seen", "", "override")]),
]  # fmt: skip


@pytest.mark.parametrize("drug", [US, UK])
@pytest.mark.parametrize(("last", "tests", "expected"), [r[1:] for r in STALE], ids=[r[0] for r in STALE])
def test_values_from_before_the_last_dose_are_found(
    last: date | None, tests: dict[Exam, date], expected: list[Any], drug: Presentation
) -> None:
    made = checklist(1, 1 if last is None else 8, drug, tests=tests)
    assert [(f.code, f.case, f.severity.word) for f in judged(drug, made, Baselines(), last)] == expected


OLD = [
    (None, "Blood count and liver tests: as of Jan 8, 2026, more than 14 days before the first dose, planned for "
           "Mar 12, 2026. The label names no limit; this one is the program's own."),
    (date(2026, 3, 5), "Blood count and liver tests: as of Jan 8, 2026, and the dose before was given on Mar 5, 2026: "
                       "day 1 of cycle 1 asks for values from after it."),
]  # fmt: skip


@pytest.mark.parametrize(("last", "said"), OLD)
def test_old_values_are_named_with_their_day(last: date | None, said: str) -> None:
    made = checklist(tests=taken(blood_count=date(2026, 1, 9), liver_tests=date(2026, 1, 8)))
    (old,) = judged(US, made, Baselines(), last)
    assert sentence(old, Market.US) == said


# Recorded before the dose and after it, and what stands.
STANDS: list[tuple[str, list[Counts], list[Counts], Counts]] = [
    ("none", [], [], counts()),
    ("the newest before", [counts("14", "60"), counts("1.4", "60")], [], counts("1.4", "60")),
    ("a later one changes nothing", [counts("1.4", "60")], [counts("0.6", "20")], counts("1.4", "60")),
    ("a later one takes nothing away", [counts("1.4", "60")], [counts()], counts("1.4", "60")),
    ("a later one fills in", [counts("1.4")], [counts("0.6", "20")], counts("1.4", "20")),
    ("the first of the later ones", [], [counts("1.4"), counts("0.6", "20")], counts("1.4", "20")),
]  # fmt: skip


@pytest.mark.parametrize(("earlier", "later", "stands"), [row[1:] for row in STANDS], ids=[row[0] for row in STANDS])
def test_counts_from_before_a_dose_stand(earlier: list[Counts], later: list[Counts], stands: Counts) -> None:
    assert standing([checklist(counts=one) for one in earlier], [checklist(counts=one) for one in later]) == stands


@pytest.mark.parametrize(
    ("later", "stands"),
    [
        ([(counts("0.6", "60"), True)], counts("0.6", "60")),
        ([(counts("0.6"), True)], counts("0.6")),  # that it was never counted is a correction too
        ([(counts("0.6", "60"), True), (counts("5", "5"), False)], counts("0.6", "60")),
        ([(counts("0.6"), True), (counts("5", "20"), False)], counts("0.6", "20")),
        ([(counts("0.6", "60"), True), (counts("0.7", "61"), True)], counts("0.7", "61")),
    ],
)
def test_an_entry_error_that_two_people_correct_stands_no_more(
    later: list[tuple[Counts, bool]], stands: Counts
) -> None:
    made = [checklist(counts=one, correction=WRONG if corrects else None) for one, corrects in later]
    assert standing([checklist(counts=counts("600", "60"))], made) == stands


@pytest.mark.parametrize(("words", "second"), [("", "ben"), ("per mm³", " ")])
def test_nobody_corrects_counts_alone_or_without_words(words: str, second: str) -> None:
    with pytest.raises(Unreadable, match=r"^An entry error is corrected by two people, who say in words what it was"):
        Correction(words, second)


def test_a_cycle_is_held_against_the_first_and_the_one_before() -> None:
    known = {Slot(1, 1): counts("1"), Slot(1, 8): counts("2"), Slot(2, 1): counts("3"), Slot(3, 1): counts("4")}
    assert baselines(known, Slot(3, 1)) == Baselines(counts("1"), counts("3"))
    assert baselines({}, Slot(3, 1)) == Baselines()


# ------------------------------------------------------------------ of another unit, of another time

BOUNDS = [("neutrophils", "100"), ("platelets", "3000"), ("bilirubin", "100"), ("ast", "100"), ("alt", "100")]


@pytest.mark.parametrize(("name", "most"), BOUNDS)
def test_a_value_over_its_bound_is_one_of_another_unit(name: str, most: str) -> None:
    kind = per_L if name in ("neutrophils", "platelets") else uln
    assert is_plausible(name, kind(most)) and not is_plausible(name, kind(f"{most}.1"))


def test_every_value_that_a_dose_is_held_by_has_its_bound() -> None:
    assert {name for name, _ in BOUNDS} == set(PLAUSIBLE)
    assert set(PLAUSIBLE) == {one.name for kind in (Liver, Counts) for one in fields(kind)}


@pytest.mark.parametrize(
    ("marrow", "began", "expected"),
    [
        (date(2026, 2, 13), date(2026, 2, 12), []),
        (date(2026, 2, 12), date(2026, 2, 12), [("counts", "lower", "stop")]),  # before the dose of that day
        (date(2019, 3, 10), date(2026, 2, 12), [("counts", "lower", "stop")]),
    ],
)
def test_a_marrow_from_before_the_last_cycle_frees_no_dose(marrow: date, began: date, expected: list[Any]) -> None:
    made = checklist(2, counts=counts("0.8", "60"), disease=Disease("A. Nguyen, MD", marrow))
    findings = judged(US, made, before("0.6"), DAY, began)
    assert [(f.code, f.case, f.severity.word) for f in findings if f.code == "counts"] == expected
    assert is_latest(marrow, began) is not bool(expected)


# ------------------------------------------------------------------ sentences

SENTENCES: list[tuple[Checklist, Baselines, str]] = [
    (checklist(liver=Liver(uln("1.6"), uln("1"))), Baselines(),
     "Bilirubin 1.6 × ULN is over 1.5 × ULN: one alone may be the first sign of VOD. It needs a reason: Gilbert's "
     "syndrome, haemolysis, or that of a named prescriber."),
    (checklist(liver=Liver(uln("1"), uln("2.6"))), Baselines(),
     "AST or ALT 2.6 × ULN is over 2.5 × ULN: one alone may be the first sign of VOD. It needs a reason: that of a "
     "named prescriber."),
    (checklist(liver=Liver(uln("25"), uln("1"))), Baselines(),
     "Bilirubin 25 × ULN is over 1.5 × ULN: one alone may be the first sign of VOD. It needs a reason: Gilbert's "
     "syndrome, haemolysis, or that of a named prescriber. Or is it in mg/dL or µmol/L? Then divide it by the "
     "laboratory's limit."),
    (checklist(liver=Liver(uln("1"), uln("42"))), Baselines(),
     "AST or ALT 42 × ULN is over 2.5 × ULN: one alone may be the first sign of VOD. It needs a reason: that of a "
     "named prescriber. Or is it in U/L? Then divide it by the laboratory's limit."),
    (checklist(liver=Liver(uln("2"), uln("3"))), Baselines(),
     "Bilirubin 2 × ULN is over 1.5 × ULN, and so is the other: wait until both are at or below; not recovered, "
     "discontinue."),
    (checklist(liver=Liver(None, uln("1"))), Baselines(), "Bilirubin is not entered: the dose waits for it."),
    (checklist(2, counts=counts("0.8", "60")), before("1.4"),
     "Neutrophils are 0.8 ×10⁹/L, and were 1.4 ×10⁹/L before treatment: hold until 1 ×10⁹/L again."),
    (checklist(2, counts=counts("1", "40")), before("1.4", "60"),
     "Platelets are 40 ×10⁹/L, and were 60 ×10⁹/L before treatment: hold until 50 ×10⁹/L again, independent of "
     "transfusion."),
    (checklist(2, counts=counts("0.8", "60")), before("0.6"),
     "Counts were lower before treatment; now neutrophils 0.8 ×10⁹/L and platelets 60 ×10⁹/L: hold until both are at "
     "least as on day 1 of the cycle before, or reach the limits, or a named prescriber puts the fall down to a "
     "disease that is stable or better on the latest marrow."),
    (checklist(2, counts=counts("0.8", "60")), Baselines(),
     "Neutrophils are 0.8 ×10⁹/L, under 1 ×10⁹/L, and the count before treatment is not recorded: enter it with the "
     "checklist of day 1 of cycle 1."),
    (checklist(2, counts=counts("0.8")), before("1.4"), "Platelets are not entered: day 1 of cycle 2 waits for them."),
    (checklist(2, 8, low_since=date(2026, 2, 11)), Baselines(),
     "Counts are low for 29 days, since Feb 11, 2026, and suspected to be by the drug: over 28 days ask the "
     "prescriber whether to discontinue."),
    (checklist(blasts=CellCount(Decimal(12_000))), Baselines(),
     "Peripheral blasts 12,000/mm³ are over the limit of 10,000/mm³ before the first dose."),
    (checklist(ordered=CLASSES - {"antipyretic"}), Baselines(),
     "Not ordered before day 1 of cycle 1: antipyretic. The label asks for each before every dose."),
    (checklist(tests={}), Baselines(),
     "Not seen before day 1 of cycle 1: blood count, liver tests, ECG and electrolytes."),
    (checklist(liver_ends=True), Baselines(),
     "VOD/SOS or other severe liver toxicity: discontinue permanently. Record in the course that treatment has ended."),
]  # fmt: skip


@pytest.mark.parametrize(("made", "baselines", "said"), SENTENCES)
def test_a_finding_says_what_and_why(made: Checklist, baselines: Baselines, said: str) -> None:
    findings = judged(US, made, baselines)
    assert said in [sentence(finding, Market.US) for finding in findings]
    assert all(for_machines(finding)["cycle"] == str(made.slot.cycle) for finding in findings)


def every_case() -> list[Finding]:
    old = checklist(tests=dict.fromkeys(Exam, date(2026, 1, 8)))
    bad = [old] + [row[0] for row in SENTENCES] + [checklist(**changes) for _, changes, _ in ANSWERS]
    uk = checklist(drug=UK, contraindicated={"hypersensitivity": True})
    return [
        f for made in bad for base in (Baselines(), before("1.4"), before("0.6")) for f in judged(US, made, base)
    ] + [*judged(UK, uk, Baselines())]


def test_every_rule_is_reached_and_names_its_clause() -> None:
    findings = every_case()
    assert {finding.code for finding in findings} == {rule.code for rule in CHECKLIST_RULES}
    for finding in findings:
        assert finding.source.status in (Status.LABEL, Status.SECONDARY)
        assert "§" in finding.source.text and sentence(finding, Market.UK).endswith(".")


# ------------------------------------------------------------------ what is refused

REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: checklist(seen_by="  "), "Nobody is named who saw the results."),
    (lambda: checklist(tests={Exam.ECG: date(2026, 3, 13)}),
     "2026-03-13 is after 2026-03-12, the day of the dose (ecg)."),
    (lambda: Liver(bilirubin=uln("0")), "0 × ULN is not above zero."),
    (lambda: counts("-0.1"), "-0.1 ×10⁹/L is below zero."),
    (lambda: Disease(" ", DAY), "The prescriber is not named."),
]  # fmt: skip


@pytest.mark.parametrize(("make", "said"), REFUSED)
def test_what_cannot_be_is_refused(make: Callable[[], object], said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        make()
    assert str(refused.value) == said


# ------------------------------------------------------------------ stored


@pytest.mark.parametrize(
    "made",
    [
        checklist(),
        checklist(drug=UK, contraindicated={"hypersensitivity": True}),
        checklist(2, disease=Disease("Ł. Nowak", DAY), low_since=date(2026, 2, 1), counts=counts("0.85", None)),
        checklist(correction=WRONG),
        Checklist(Slot(6, 15), DAY, "A. Nguyen, MD"),
    ],
)
def test_a_checklist_comes_back_as_it_was(made: Checklist) -> None:
    assert read_checklist(checklist_as_json(made)) == made


# ------------------------------------------------------------------ after the dose


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 12, hour, minute, tzinfo=UTC)


def infusion(**changes: Any) -> Infusion:
    ran = Infusion(
        Slot(1, 1), DAY, per_m2("0.8"), mg("1.46"), mg("1.46"), at(10), at(11), at(12), Reaction.NONE, "",
        "Besponsa", ("AB123", "AB124"),
    )  # fmt: skip
    return replace(ran, **changes)


@pytest.mark.parametrize(
    "made", [infusion(), infusion(observed_until=None, reaction=Reaction.REACTED, words="Rash; better by 11:40.")]
)
def test_an_infusion_comes_back_as_it_was(made: Infusion) -> None:
    assert read_infusion(infusion_as_json(made)) == made
    assert (made.given.slot, made.given.on, made.given.level) == (Slot(1, 1), DAY, per_m2("0.8"))


OBSERVED = [
    (at(12), None),  # one hour to the minute
    (at(11, 59), "Observed for 59 minutes after the infusion; the label asks for at least one hour."),
    (None, "It is not entered how long the patient was observed; the label asks for at least one hour."),
]


@pytest.mark.parametrize(("until", "said"), OBSERVED)
@pytest.mark.parametrize("drug", [US, UK])
def test_the_label_asks_for_an_hour_of_observation(drug: Presentation, until: Any, said: str | None) -> None:
    findings = list(infusion_findings(drug, infusion(observed_until=until)))
    assert [sentence(finding, drug.market) for finding in findings] == ([] if said is None else [said])


RAN: list[tuple[dict[str, Any], str]] = [
    ({"end": at(10)}, "The infusion ends before it starts."),
    ({"observed_until": at(10, 59)}, "The patient was observed until a time before the end of the infusion."),
    ({"dose": mg("1.47")}, "1.47 mg is not above zero and at most the 1.46 mg that were prepared."),
    ({"dose": mg("0")}, "0 mg is not above zero and at most the 1.46 mg that were prepared."),
    ({"dose": mg("1")}, "Say in words what happened."),
    ({"reaction": Reaction.STOPPED}, "Say in words what happened."),
]


@pytest.mark.parametrize(("changes", "said"), RAN)
def test_an_infusion_contradicts_nothing(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        infusion(**changes)
    assert str(refused.value) == said


def test_another_drug_asks_by_its_own_file(examplin: Presentation) -> None:  # noqa: F811
    assert asked(examplin, Slot(2, 1)).counts_judged and not asked(examplin, Slot(1, 1)).blasts
