"""What nobody may see of a preparation who may still work it out blind: before the order is verified the first
entry, and between the wetting and the in-process check the plan's dose, volume and vials.

Whoever verified the order has seen its plan, and nobody can unsee it: what is kept from them while they check is
the screen that they would copy from. That vials were wetted stays in the log for whoever counts its lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from flask import abort, make_response, render_template

from compounding import records
from compounding.records import RecordedEvent, SavedPreparation, Standing
from compounding.web import pages
from compounding.web.desk import Desk, desk
from compounding.web.identity import SignedIn, me
from compounding.web.paperwork import saved_identity, saved_text
from compounding.web.telling import TRIED
from compounding.wording.papers import WORDS
from compounding.workflow import VERIFY, Deed, State, Whom, in_force, refusal
from compounding.workflow.progress import preparers
from compounding.workflow.steps import CHECK_US

HIDDEN = "hidden"
UNTIL_CHECKED = "until checked"
_UNTIL = {State.ENTERED.value: "until verified", State.RECONSTITUTED.value: UNTIL_CHECKED}
"""Until when a dose stands in no list: somebody who comes upon it there works it out blind next."""


def standing_at(number: str) -> Standing:
    """How the preparation of an address stands. Ends the request where there is none; raises NotRead."""
    standing = records.standing(desk().engine, number)
    return abort(404) if standing is None else standing


def seen_at(number: str) -> Standing:
    """As standing_at; ends the request of whoever may see nothing of its figures yet."""
    standing = standing_at(number)
    refuse_unseen(standing)
    return standing


def who_did(saved: SavedPreparation) -> Mapping[Whom, frozenset[str]]:
    """The users whom the steps of a preparation ask about."""
    return {
        Whom.ENTERER: frozenset(person.id for person in saved.entered_by),
        Whom.AUTHORISER: frozenset(saved.authorised_by),
    }


def verify_refusal(saved: SavedPreparation, who: SignedIn) -> str | None:
    """Why this person may not verify it as it stands; None where they may."""
    return refusal(VERIFY, saved.state, who.account.user, who.account.role, who_did(saved))


def blind(saved: SavedPreparation, who: SignedIn) -> bool:
    """Whether this person may still verify it, and so may see nothing of the first entry."""
    return verify_refusal(saved, who) is None


def checks_blind(standing: Standing, who: SignedIn) -> bool:
    """Whether this person may do the in-process check now, and so may see none of the plan's figures."""
    step, account = in_force(desk().policy)[CHECK_US.name], who.account
    people = {Whom.PREPARER: preparers(standing.materials, standing.moments)}
    return refusal(step, standing.preparation.state, account.user, account.role, people) is None


def hides(standing: Standing, who: SignedIn) -> bool:
    """Whether this person may still verify its order or check it, and so is shown no figure of it."""
    return blind(standing.preparation, who) or checks_blind(standing, who)


def unseen(entry: RecordedEvent, stands: Standing | None, who: SignedIn) -> bool:
    """Whether the values of an entry are kept from this person; `stands` is the preparation that it is about.

    What was tried and is of no verified version may still come before whoever tells it from their own figures:
    nobody who may verify it reads it, but for what they tried themselves.
    """
    if stands is not None and hides(stands, who):
        return True
    if entry.event.action not in TRIED or entry.event.person.id == who.account.user:
        return False
    if stands is None:
        return who.may(Deed.VERIFY)
    return _comes_to_verify(stands.preparation, who) and not _verified_since(entry, stands)


def _comes_to_verify(saved: SavedPreparation, who: SignedIn) -> bool:
    """Whether this person may verify the next version."""
    return refusal(VERIFY, State.ENTERED.value, who.account.user, who.account.role, who_did(saved)) is None


def _verified_since(entry: RecordedEvent, stands: Standing) -> bool:
    return any(status.state == State.VERIFIED.value and status.entry > entry.id for status in stands.statuses)


def verified(saved: SavedPreparation) -> bool:
    """Whether its papers may be printed."""
    return saved.state != State.ENTERED.value


def hidden_until(saved: SavedPreparation) -> str:
    """Until when its dose stands in no list, whoever reads it: "until verified"; "" where it does stand there."""
    return _UNTIL.get(saved.state, "")


def refuse(title: str, sentence: str, status: int) -> NoReturn:
    """Ends a request with a page that says why."""
    abort(make_response(render_template("error.html", title=title, sentence=sentence), status))


def refuse_unseen(standing: Standing) -> None:
    """Ends the request of whoever may see nothing of its figures yet."""
    saved = standing.preparation
    if blind(saved, me()):
        refuse(
            "Not shown before you verify it",
            f"You may still verify {saved.number}, so its first entry is not shown to you. To have it changed, ask"
            " whoever entered it, or a technician.",
            403,
        )
    if checks_blind(standing, me()):
        refuse(
            "Not shown before you check it",
            f"You may check {saved.number} now, so its figures are not shown to you before you have.",
            403,
        )


def blind_banner(saved: SavedPreparation, d: Desk) -> dict[str, Any]:
    """The banner of a preparation without anything that was ordered: who it is for, and which drug."""
    identity, number = saved_identity(saved), f"{WORDS[d.market].number} {saved.number}"
    whole = pages.banner(identity, saved_text(saved), saved.content.given_on, d.market, number)
    patient = pages.patient_facts(identity, saved.content.given_on, d.market)
    return {**whole, **patient, "dose": HIDDEN, "dose_notes": []}
