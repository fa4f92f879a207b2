"""The states of a preparation and what leads from one to the next: one table.

Nothing here knows the database or the web: both ask this table, so that a rule is written once, and
docs/states.md is drawn from it. What differs between markets or sites is a row, not a branch.
Sources: the two-person rules are those that a pharmacy's worksheet has boxes for: the preparer is neither
checker nor releaser, and nobody verifies an order that they entered; 21 CFR 11.50 and 11.70 for signing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from compounding.policy import Market, Policy
from compounding.workflow.meanings import Meaning
from compounding.workflow.people import Deed, barred, may


class State(Enum):
    """How far a preparation has come. The newest row says it."""

    ENTERED = "entered"
    VERIFIED = "order verified"
    MATERIALS = "materials recorded"
    RECONSTITUTED = "reconstituted"
    CHECKED = "in-process checked"
    DILUTED = "diluted"
    LABELLED = "labelled"
    FINAL = "final check"
    RELEASED = "released"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    WASTED = "wasted"
    RETURNED = "returned"


ENDS = frozenset({State.REJECTED, State.CANCELLED, State.WASTED})
"""States that nothing leads out of. A released bag may come back, and one that came back is wasted."""


class Whom(Enum):
    """Somebody whom a step's person may not be, as a sentence says it."""

    ENTERER = "entered the order"
    AUTHORISER = "authorised an override of it"
    PREPARER = "prepared it"
    """Recorded a material, wetted a vial or added the drug."""
    LABELLER = "printed or applied its labels"
    """Of a copy that was not destroyed."""
    CHECKER = "checked it"


@dataclass(frozen=True, slots=True)
class Step:
    """What leads from one state to the next: who may, who must be another, what is recorded and signed."""

    name: str
    """As the log has it: `order verified`."""
    deed: Deed
    before: frozenset[State]
    after: State | None
    """None where the state stays as it is."""
    completes: State | None = None
    """Reached instead of `after` by the step that leaves nothing wanting, such as the last vial wetted."""
    not_by: tuple[Whom, ...] = ()
    recorded: tuple[str, ...] = ()
    signed: Meaning | None = None
    market: Market | None = None
    """The only market that the row holds in; None for all."""
    checker_may_release: bool | None = None
    """The only choice of the site that the row holds under; None for either."""


_S, _D = State, Deed
_PACK = ("product", "maker", "lot", "expiry", "serial number where it has one", "how it was read")
_LEAVING = ("reason", "waste and witness where it is broken or thrown away")
_PREPARED = (_S.RECONSTITUTED, _S.CHECKED, _S.DILUTED, _S.LABELLED, _S.FINAL)

VERIFY = Step(
    "order verified",
    _D.VERIFY,
    frozenset({_S.ENTERED}),
    _S.VERIFIED,
    not_by=(Whom.ENTERER, Whom.AUTHORISER),
    recorded=("own weight", "own dose level", "own dose"),
    signed=Meaning.ORDER_VERIFICATION,
)
CHANGE = Step(
    "order changed",
    _D.ENTER,
    frozenset({_S.ENTERED, _S.VERIFIED, _S.MATERIALS}),
    _S.ENTERED,
    recorded=("reason",),
    signed=Meaning.ORDER_ENTRY,
)
RECORD = Step(
    "material recorded",
    _D.PREPARE,
    frozenset({_S.VERIFIED}),
    _S.VERIFIED,
    completes=_S.MATERIALS,
    recorded=_PACK,
)
TAKE_OUT = Step(
    "material taken out",
    _D.PREPARE,
    frozenset({_S.VERIFIED, _S.MATERIALS}),
    _S.VERIFIED,
    recorded=_LEAVING,
)
WET = Step(
    "vial wetted",
    _D.PREPARE,
    frozenset({_S.MATERIALS}),
    _S.MATERIALS,
    completes=_S.RECONSTITUTED,
    recorded=("true time",),
)
WET_SPARE = Step("spare vial wetted", _D.PREPARE, frozenset({_S.RECONSTITUTED}), None, recorded=("true time",))
PUT_AWAY = Step("spare vial put away", _D.PREPARE, frozenset(_PREPARED), None, recorded=_LEAVING)
# A bag that leaks before the drug is in it is replaced, while what was wetted keeps its clocks. Once the drug is in
# it nothing is: nobody can say how much of it is left, so that the preparation is rejected and made afresh.
PUT_ASIDE = Step(
    "bag or diluent put aside",
    _D.PREPARE,
    frozenset({_S.RECONSTITUTED, _S.CHECKED}),
    None,
    recorded=_LEAVING,
)
REPLACE = Step(
    "bag or diluent replaced",
    _D.PREPARE,
    PUT_ASIDE.before,
    None,
    not_by=(Whom.CHECKER,),
    recorded=_PACK,
)
CHECK_UK = Step(
    "in-process check",
    _D.CHECK,
    frozenset({_S.RECONSTITUTED}),
    _S.RECONSTITUTED,
    completes=_S.CHECKED,
    not_by=(Whom.PREPARER,),
    recorded=("own dose", "own volume", "vials counted", "volume read", "mass read"),
    signed=Meaning.IN_PROCESS_CHECK,
    market=Market.UK,
)
CHECK_US = replace(
    CHECK_UK,
    deed=_D.CHECK_US,
    recorded=("own dose", "own volume", "vials counted", "volume read"),
    market=Market.US,
)
DILUTE = Step(
    "drug added",
    _D.PREPARE,
    frozenset({_S.CHECKED}),
    _S.DILUTED,
    not_by=(Whom.CHECKER,),
    recorded=("true time", "how the bag was made", "what is left in the vials"),
)
PRINT = Step(
    "label printed",
    _D.PREPARE,
    frozenset({_S.DILUTED, _S.LABELLED}),
    None,
    recorded=("copy", "reason of a reprint"),
)
# A copy that is destroyed after the final check leads back: the bag needs its label and another final check.
COUNT = Step(
    "label counted",
    _D.PREPARE,
    frozenset({_S.DILUTED, _S.LABELLED, _S.FINAL}),
    _S.DILUTED,
    completes=_S.LABELLED,
    recorded=("what became of the copy", "reason and witness where it is destroyed"),
)
HAND_LABEL = Step(
    "label written by hand",
    _D.PREPARE,
    frozenset({_S.DILUTED}),
    _S.LABELLED,
    recorded=("true time",),
)
FINAL_UK = Step(
    "final check",
    _D.CHECK,
    frozenset({_S.LABELLED}),
    _S.FINAL,
    not_by=(Whom.PREPARER, Whom.LABELLER),
    recorded=("what was looked at", "label scanned on the bag"),
    signed=Meaning.FINAL_CHECK,
    market=Market.UK,
)
FINAL_US = replace(FINAL_UK, deed=_D.CHECK_US, market=Market.US)
RELEASE = Step(
    "release",
    _D.RELEASE,
    frozenset({_S.FINAL}),
    _S.RELEASED,
    not_by=(Whom.PREPARER,),
    recorded=("true time",),
    signed=Meaning.RELEASE,
    checker_may_release=True,
)
RELEASE_APART = replace(RELEASE, not_by=(Whom.PREPARER, Whom.CHECKER), checker_may_release=False)
CANCEL = Step(
    "cancelled",
    _D.PREPARE,
    frozenset({_S.ENTERED, _S.VERIFIED, _S.MATERIALS}),
    _S.CANCELLED,
    recorded=("reason",),
)
REJECT = Step(
    "rejected",
    _D.PREPARE,
    frozenset({_S.VERIFIED, _S.MATERIALS, *_PREPARED}),  # the first two only once a vial is wetted
    _S.REJECTED,
    recorded=("reason", "waste", "witness"),
)
RETURN = Step(
    "returned",
    _D.PREPARE,
    frozenset({_S.RELEASED}),
    _S.RETURNED,
    recorded=("reason", "true time"),
)
WASTE = Step(
    "wasted",
    _D.PREPARE,
    frozenset({_S.RELEASED, _S.RETURNED}),
    _S.WASTED,
    recorded=("reason", "waste", "witness"),
)
STEPS: tuple[Step, ...] = (
    VERIFY,
    CHANGE,
    RECORD,
    TAKE_OUT,
    WET,
    WET_SPARE,
    PUT_AWAY,
    PUT_ASIDE,
    REPLACE,
    CHECK_US,
    CHECK_UK,
    DILUTE,
    PRINT,
    COUNT,
    HAND_LABEL,
    FINAL_US,
    FINAL_UK,
    RELEASE,
    RELEASE_APART,
    CANCEL,
    REJECT,
    RETURN,
    WASTE,
)


def in_force(policy: Policy) -> Mapping[str, Step]:
    """The rows that hold at a site, by their names: one of each."""
    return {step.name: step for step in STEPS if _holds(step, policy)}


def _holds(step: Step, policy: Policy) -> bool:
    chosen = step.checker_may_release in (None, policy.checker_may_release)
    return chosen and step.market in (None, policy.market)


def leads_to(step: Step, state: State, complete: bool) -> State:
    """The state after a step that was taken in `state`; `complete` where it leaves nothing wanting."""
    return (step.completes if complete else None) or step.after or state


def undone(before: State, after: State) -> frozenset[Meaning]:
    """What was signed on the way to `before` and holds no longer once a step leads back to `after`; nothing where
    it leads on, or ends."""
    order = list(State)
    left = order[order.index(after) + 1 : order.index(before) + 1]
    return frozenset(step.signed for step in STEPS if step.signed and (step.completes or step.after) in left)


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
