"""The states and steps: exactly the table passes, whatever is tried."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, combinations, product

import pytest

from compounding.policy import Market, Policy
from compounding.workflow import (
    ENDS,
    STEPS,
    Deed,
    Meaning,
    Role,
    State,
    Step,
    Whom,
    barred,
    in_force,
    leads_to,
    may,
    refusal,
)
from compounding.workflow.diagram import PAGE, page
from compounding.workflow.people import seen_by_two
from compounding.workflow.steps import undone

# The rules a second time, by hand: states by their first letters, T technician, P pharmacist; whom the person
# may not be: e enterer, p preparer, c checker. After "/" a second rule: of the UK, or of a site that forbids
# that the checker releases.
SHORT = {
    "ent": State.ENTERED,
    "ver": State.VERIFIED,
    "mat": State.MATERIALS,
    "rec": State.RECONSTITUTED,
    "chk": State.CHECKED,
    "dil": State.DILUTED,
    "lab": State.LABELLED,
    "fin": State.FINAL,
    "rel": State.RELEASED,
    "rej": State.REJECTED,
    "can": State.CANCELLED,
    "was": State.WASTED,
    "ret": State.RETURNED,
}
RULES = {
    # step: (from, who, not, to, to where nothing is wanting any longer, signed)
    "order verified": ("ent", "P", "ea", "ver", "ver", "order-verification"),
    "order changed": ("ent ver mat", "TP", "", "ent", "ent", "order-entry"),
    "material recorded": ("ver", "TP", "", "ver", "mat", None),
    "material taken out": ("ver mat", "TP", "", "ver", "ver", None),
    "vial wetted": ("mat", "TP", "", "mat", "rec", None),
    "spare vial wetted": ("rec", "TP", "", "=", "=", None),
    "spare vial put away": ("rec chk dil lab fin", "TP", "", "=", "=", None),
    "bag or diluent put aside": ("rec chk", "TP", "", "=", "=", None),
    "bag or diluent replaced": ("rec chk", "TP", "c", "=", "=", None),
    "in-process check": ("rec", "P/TP", "p", "rec", "chk", "in-process-check"),
    "drug added": ("chk", "TP", "c", "dil", "dil", None),
    "label printed": ("dil lab", "TP", "", "=", "=", None),
    "label counted": ("dil lab fin", "TP", "", "dil", "lab", None),
    "label written by hand": ("dil", "TP", "", "lab", "lab", None),
    "final check": ("lab", "P/TP", "pl", "fin", "fin", "final-check"),
    "release": ("fin", "P", "p/pc", "rel", "rel", "release"),
    "cancelled": ("ent ver mat", "TP", "", "can", "can", None),
    "rejected": ("ver mat rec chk dil lab fin", "TP", "", "rej", "rej", None),
    "returned": ("rel", "TP", "", "ret", "ret", None),
    "wasted": ("rel ret", "TP", "", "was", "was", None),
}
LETTER = {Role.TECHNICIAN: "T", Role.PHARMACIST: "P"}
WHOM = {"e": Whom.ENTERER, "a": Whom.AUTHORISER, "p": Whom.PREPARER, "c": Whom.CHECKER, "l": Whom.LABELLER}
SITES = [replace(Policy(market), checker_may_release=may) for market in Market for may in (True, False)]


def whoms() -> Iterator[tuple[str, ...]]:
    """Every set of parts that one person may have had in a preparation."""
    return chain.from_iterable(combinations("eapcl", count) for count in range(6))


def ruled(step: str, site: Policy, state: State, role: Role, parts: tuple[str, ...]) -> bool:
    """Whether the rules typed above let a person of a role and with these parts take a step."""
    before, who, banned, *_ = RULES[step]
    who = who.split("/")[-1 if site.market is Market.UK else 0]
    banned = banned.split("/")[0 if site.checker_may_release else -1]
    return (
        state in {SHORT[short] for short in before.split()}
        and LETTER.get(role, "-") in who
        and not set(parts) & set(banned)
    )


def test_the_table_and_the_rules_name_the_same_steps() -> None:
    for site in SITES:
        assert set(in_force(site)) == set(RULES)
    assert {step.name for step in STEPS} == set(RULES)


@pytest.mark.parametrize("site", SITES, ids=lambda site: f"{site.market.value}-{site.checker_may_release}")
def test_of_every_state_step_role_and_person_exactly_the_table_passes(site: Policy) -> None:
    """13 states × 20 steps × 4 roles × 32 parts = 33,280 tries for each kind of site."""
    tried = passed = 0
    for (name, step), state, role, parts in product(in_force(site).items(), State, Role, whoms()):
        people = {whom: frozenset({"me"} if letter in parts else {"other"}) for letter, whom in WHOM.items()}
        told = refusal(step, state.value, "me", role.value, people)
        assert (told is None) is ruled(name, site, state, role, parts), (name, state, role, parts, told)
        tried, passed = tried + 1, passed + (told is None)
    assert tried == 13 * 20 * 4 * 32
    assert 0 < passed < tried


@pytest.mark.parametrize("name", RULES)
def test_a_step_leads_where_the_rules_say_and_is_signed_as_they_say(name: str) -> None:
    before, _, _, after, complete, signed = RULES[name]
    for step in (step for step in STEPS if step.name == name):
        for state in (SHORT[short] for short in before.split()):
            assert leads_to(step, state, False) is SHORT.get(after, state)
            assert leads_to(step, state, True) is SHORT.get(complete, state)
        assert (step.signed and step.signed.value) == signed


def test_a_role_that_is_none_of_ours_passes_nowhere() -> None:
    assert not any(refusal(step, next(iter(step.before)).value, "me", "visitor", {}) is None for step in STEPS)


def test_nothing_leads_out_of_an_end_and_every_other_state_can_be_left() -> None:
    left = {state for step in STEPS for state in step.before}
    assert left == set(State) - ENDS
    assert {SHORT[short] for short in ("rej", "can", "was")} == ENDS


def test_five_things_are_signed() -> None:
    assert {step.signed for step in STEPS} - {None} == set(Meaning)
    assert all(meaning.words.startswith("I ") and meaning.words.endswith(".") for meaning in Meaning)


REFUSED = [
    ("release", "final check", "technician", {}, "A technician may not release preparations."),
    ("release", "final check", "auditor", {}, "An auditor may not release preparations."),
    ("final check", "labelled", "technician", {}, "A technician may not check preparations in the US."),
    (
        "release",
        "labelled",
        "pharmacist",
        {},
        "The preparation is labelled by now, and this needs one that is final check: look at it again.",
    ),
    (
        "label printed",
        "entered",
        "technician",
        {},
        "The preparation is entered by now, and this needs one that is diluted or labelled: look at it again.",
    ),
    (
        "release",
        "final check",
        "pharmacist",
        {Whom.PREPARER: frozenset({"me"})},
        "Whoever prepared it may not do this: it needs another person.",
    ),
    (
        "drug added",
        "in-process checked",
        "technician",
        {Whom.CHECKER: frozenset({"me"})},
        "Whoever checked it may not do this: it needs another person.",
    ),
]


@pytest.mark.parametrize(("step", "state", "role", "people", "sentence"), REFUSED)
def test_a_refusal_says_why(
    step: str, state: str, role: str, people: dict[Whom, frozenset[str]], sentence: str
) -> None:
    assert refusal(in_force(Policy(Market.US))[step], state, "me", role, people) == sentence


def test_who_may_check_is_a_row_of_each_market() -> None:
    rows: dict[Market, Step] = {market: in_force(Policy(market))["in-process check"] for market in Market}
    assert not may("technician", rows[Market.US].deed)
    assert may("technician", rows[Market.UK].deed)
    assert barred("technician", Deed.RELEASE) == "A technician may not release preparations."


@pytest.mark.parametrize(("person", "witness", "seen"), [("a", "b", True), ("a", "a", False), ("a", "", False)])
def test_a_witness_is_a_second_person(person: str, witness: str, seen: bool) -> None:
    assert seen_by_two(person, witness) is seen


# ------------------------------------------------------------------ the picture


UNDONE = [
    ("final check", "diluted", {"final-check"}),  # the label on the bag was destroyed
    ("final check", "labelled", {"final-check"}),  # another copy of it
    ("final check", "released", set()),
    ("final check", "rejected", set()),
    ("released", "returned", set()),
    ("labelled", "diluted", set()),  # nothing is signed of a label
    ("materials recorded", "order verified", set()),  # a vial broke: the order is as it was
    ("in-process checked", "diluted", set()),
    ("in-process checked", "reconstituted", {"in-process-check"}),  # no step leads there now
    ("order verified", "entered", {"order-verification"}),
]


@pytest.mark.parametrize(("before", "after", "meanings"), UNDONE)
def test_what_a_step_leads_back_from_is_signed_no_longer(before: str, after: str, meanings: set[str]) -> None:
    assert {meaning.value for meaning in undone(State(before), State(after))} == meanings


def test_the_picture_is_drawn_from_the_table() -> None:
    """`python -m compounding.workflow.diagram` writes it anew."""
    if PAGE.parent.is_dir():  # an installed wheel has no docs/
        assert PAGE.read_text("utf-8") == page()


ARROWS = [
    "[*] --> ENTERED: order entered",
    "ENTERED --> VERIFIED: order verified",
    "MATERIALS --> RECONSTITUTED: vial wetted",
    "RECONSTITUTED --> CHECKED: in-process check",
    "FINAL --> RELEASED: release",
    "LABELLED --> REJECTED: rejected",
    "WASTED --> [*]",
]


@pytest.mark.parametrize("arrow", ARROWS)
def test_the_picture_shows_an_arrow(arrow: str) -> None:
    assert f"    {arrow}\n" in page()


@pytest.mark.parametrize(
    "arrow", ["ENTERED --> RELEASED", "RELEASED --> [*]", "RETURNED --> RELEASED", "REJECTED --> E"]
)
def test_the_picture_shows_no_other(arrow: str) -> None:
    assert arrow not in page()


def test_each_row_of_the_table_is_a_line_of_the_page() -> None:
    lines = [line for line in page().splitlines() if line.startswith("| ")]
    assert len(lines) == 2 + len(STEPS)
    assert (
        "| release | final check | released | pharmacist | prepared it, checked it | true time | release |"
        " where the checker may not release |" in lines
    )
