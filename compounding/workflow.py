"""People, what each role may do, the states of a preparation and what leads from one to the next: tables.

Nothing here knows the database or the web: both ask these tables, so that a rule is written once.
Sources: the site's two-person rules are those of labels-and-records in the design's references (preparer
is neither checker nor releaser; nobody verifies an order that they entered), after 21 CFR 11.50 and 11.70
for what a signature says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Role(Enum):
    """What somebody is employed as. One person has one role."""

    TECHNICIAN = "technician"
    PHARMACIST = "pharmacist"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Deed(Enum):
    """What somebody does at the desk, as a sentence ends that refuses it: "may not enter orders"."""

    OWN_ACCOUNT = "use an account"
    CALCULATE = "calculate doses"
    LOOK = "look at preparations"
    ENTER = "enter or change orders"
    VERIFY = "verify orders"
    AUTHORISE = "authorise what somebody else overrides"
    PRINT = "print papers"
    AUDIT = "read the log"
    TAKE_OUT_LOG = "take out the whole log"
    SEE_STAFF = "look at the staff"
    MANAGE_STAFF = "manage the staff"
    SEE_SETTINGS = "look at the site's settings"
    SET_SITE = "change the site's particulars"
    DECIDE = "decide the site's limits"


_T, _P, _AU, _AD = Role.TECHNICIAN, Role.PHARMACIST, Role.AUDITOR, Role.ADMINISTRATOR

# An administrator keeps the desk and sees no patient; an auditor sees everything and changes nothing.
MAY: Mapping[Deed, frozenset[Role]] = MappingProxyType(
    {
        Deed.OWN_ACCOUNT: frozenset(Role),
        Deed.CALCULATE: frozenset({_T, _P, _AU}),
        Deed.LOOK: frozenset({_T, _P, _AU}),
        Deed.ENTER: frozenset({_T, _P}),
        Deed.VERIFY: frozenset({_P}),
        Deed.AUTHORISE: frozenset({_P}),
        Deed.PRINT: frozenset({_T, _P}),
        Deed.AUDIT: frozenset({_P, _AU}),
        # It holds what a verifying pharmacist may not have seen.
        Deed.TAKE_OUT_LOG: frozenset({_AU}),
        Deed.SEE_STAFF: frozenset({_AU, _AD}),
        Deed.MANAGE_STAFF: frozenset({_AD}),
        Deed.SEE_SETTINGS: frozenset(Role),
        Deed.SET_SITE: frozenset({_AD}),
        Deed.DECIDE: frozenset({_P}),
    }
)


def may(role: str, deed: Deed) -> bool:
    """Whether a role may do this; a role that is none of ours may do nothing."""
    return any(role == known.value for known in MAY[deed])


def barred(role: str, deed: Deed) -> str:
    """What somebody is told whose role may not do this."""
    return f"{'An' if role[:1] in 'aeiou' else 'A'} {role} may not {deed.value}."


# ------------------------------------------------------------------ signatures


class Meaning(Enum):
    """What a signature says. It is shown where it is given, and stored with it."""

    ORDER_ENTRY = "order-entry"
    ORDER_VERIFICATION = "order-verification"

    @property
    def words(self) -> str:
        return _SAYS[self]


_SAYS = {
    Meaning.ORDER_ENTRY: "I entered this order as the prescriber wrote it.",
    Meaning.ORDER_VERIFICATION: (
        "I verified this order against the prescription: weight, dose level and dose that I worked out myself agree."
    ),
}


# ------------------------------------------------------------------ states and steps


class State(Enum):
    """How far a preparation has come. The newest row says it."""

    ENTERED = "entered"
    VERIFIED = "order verified"


class Whom(Enum):
    """Somebody whom a step's person may not be, as a sentence says it."""

    ENTERER = "entered the order"
    AUTHORISER = "authorised an override of it"


@dataclass(frozen=True, slots=True)
class Step:
    """What leads from one state to the next: who may, who must be another, and what it is signed with."""

    name: str
    """As the log has it: `order verified`."""
    deed: Deed
    before: frozenset[State]
    after: State
    not_by: tuple[Whom, ...] = ()
    signed: Meaning | None = None


VERIFY = Step(
    "order verified",
    Deed.VERIFY,
    frozenset({State.ENTERED}),
    State.VERIFIED,
    not_by=(Whom.ENTERER, Whom.AUTHORISER),
    signed=Meaning.ORDER_VERIFICATION,
)
CHANGE = Step(
    "order changed",
    Deed.ENTER,
    frozenset({State.ENTERED, State.VERIFIED}),
    State.ENTERED,
    signed=Meaning.ORDER_ENTRY,
)
STEPS: tuple[Step, ...] = (VERIFY, CHANGE)


def refusal(step: Step, state: str, user: str, role: str, people: Mapping[Whom, frozenset[str]]) -> str | None:
    """Why this person may not take this step now; None where they may.

    `people` are the users who did what the step's person may not have done.
    """
    if not may(role, step.deed):
        return barred(role, step.deed)
    if state not in {before.value for before in step.before}:
        wanted = " or ".join(sorted(before.value for before in step.before))
        return f"The preparation is {state} by now, and this needs one that is {wanted}: look at it again."
    for whom in step.not_by:
        if user in people.get(whom, frozenset()):
            return f"Whoever {whom.value} may not do this: it needs another person."
    return None
