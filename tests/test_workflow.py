"""Roles, what each may do, and what leads from one state to the next."""

import pytest

from compounding.workflow import CHANGE, MAY, VERIFY, Deed, Meaning, Role, State, Step, Whom, may, refusal

# As the design's references have it: technicians enter, pharmacists verify and decide, auditors read everything
# and change nothing, administrators keep the desk and see no patient.
#                        technician pharmacist auditor administrator
TABLE = {
    Deed.OWN_ACCOUNT:   "yes yes yes yes",
    Deed.CALCULATE:     "yes yes yes no",
    Deed.LOOK:          "yes yes yes no",
    Deed.ENTER:         "yes yes no no",
    Deed.VERIFY:        "no yes no no",
    Deed.AUTHORISE:     "no yes no no",
    Deed.PREPARE:       "yes yes no no",
    Deed.CHECK:         "yes yes no no",
    Deed.CHECK_US:      "no yes no no",
    Deed.RELEASE:       "no yes no no",
    Deed.PRINT:         "yes yes no no",
    Deed.CALIBRATE:     "yes yes no yes",
    Deed.PRINT_AHEAD:   "no yes no no",
    Deed.RECALL:        "no yes no no",
    Deed.AUDIT:         "no yes yes no",
    Deed.TAKE_OUT_LOG:  "no no yes no",
    Deed.SEE_STAFF:     "no no yes yes",
    Deed.MANAGE_STAFF:  "no no no yes",
    Deed.SEE_SETTINGS:  "yes yes yes yes",
    Deed.SET_SITE:      "no no no yes",
    Deed.DECIDE:        "no yes no no",
}  # fmt: skip
ROWS = [
    (deed, role, answer == "yes")
    for deed, answers in TABLE.items()
    for role, answer in zip(Role, answers.split(), strict=True)
]


def test_every_deed_is_in_the_table() -> None:
    assert set(TABLE) == set(Deed) == set(MAY)


@pytest.mark.parametrize(("deed", "role", "allowed"), ROWS)
def test_what_a_role_may_do(deed: Deed, role: Role, allowed: bool) -> None:
    assert may(role.value, deed) is allowed


@pytest.mark.parametrize("role", ["", "Pharmacist", "program", "unknown", "pharmacist "])
def test_a_role_that_is_none_may_do_nothing(role: str) -> None:
    assert not any(may(role, deed) for deed in Deed)


def test_auditors_and_administrators_touch_no_order() -> None:
    for role in (Role.AUDITOR, Role.ADMINISTRATOR):
        assert not any(may(role.value, deed) for deed in (Deed.ENTER, Deed.VERIFY, Deed.AUTHORISE, Deed.PRINT))


NOBODY: dict[Whom, frozenset[str]] = {}
ENTERED_BY_HER = {Whom.ENTERER: frozenset({"lindqvist"})}
AUTHORISED_BY_HIM = {Whom.ENTERER: frozenset({"okafor"}), Whom.AUTHORISER: frozenset({"adeyemi"})}
ROLE = "A technician may not verify orders."
SELF = "Whoever entered the order may not do this: it needs another person."
OVERRIDER = "Whoever authorised an override of it may not do this: it needs another person."

REFUSALS = [
    (VERIFY, "entered", "adeyemi", "pharmacist", ENTERED_BY_HER, None),
    (VERIFY, "entered", "okafor", "technician", NOBODY, ROLE),
    (VERIFY, "entered", "whitfield", "auditor", NOBODY, "An auditor may not verify orders."),
    (VERIFY, "entered", "lindqvist", "pharmacist", ENTERED_BY_HER, SELF),
    (VERIFY, "entered", "adeyemi", "pharmacist", AUTHORISED_BY_HIM, OVERRIDER),
    (VERIFY, "entered", "lindqvist", "pharmacist", AUTHORISED_BY_HIM, None),
    (CHANGE, "entered", "adeyemi", "pharmacist", AUTHORISED_BY_HIM, None),
    (VERIFY, "order verified", "adeyemi", "pharmacist", NOBODY, "The preparation is order verified by now"),
    (VERIFY, "released", "adeyemi", "pharmacist", NOBODY, "The preparation is released by now"),
    (CHANGE, "entered", "lindqvist", "pharmacist", ENTERED_BY_HER, None),  # one's own order may be changed
    (CHANGE, "order verified", "okafor", "technician", NOBODY, None),
    (CHANGE, "entered", "castellan", "administrator", NOBODY, "An administrator may not enter or change orders."),
    # where several reasons hold, the role comes first, then the state, then the person
    (VERIFY, "order verified", "okafor", "technician", {Whom.ENTERER: frozenset({"okafor"})}, ROLE),
    (VERIFY, "order verified", "lindqvist", "pharmacist", ENTERED_BY_HER, "The preparation is order verified by now"),
]


@pytest.mark.parametrize(("step", "state", "user", "role", "people", "sentence"), REFUSALS)
def test_why_a_step_is_refused(
    step: Step, state: str, user: str, role: str, people: dict[Whom, frozenset[str]], sentence: str | None
) -> None:
    found = refusal(step, state, user, role, people)
    assert found is None if sentence is None else (found or "").startswith(sentence)


def test_a_refusal_says_what_the_state_should_be() -> None:
    said = refusal(VERIFY, "order verified", "adeyemi", "pharmacist", NOBODY)
    assert said == ("The preparation is order verified by now, and this needs one that is entered: look at it again.")


def test_a_change_comes_before_every_verification_again() -> None:
    """A changed order is verified anew; once a vial is wetted it is not changed any more."""
    assert CHANGE.before == {State.ENTERED, State.VERIFIED, State.MATERIALS}
    assert CHANGE.after is State.ENTERED and State.ENTERED in VERIFY.before


def test_no_two_meanings_say_the_same() -> None:
    assert len({meaning.words for meaning in Meaning}) == len(Meaning)
