"""What nobody may see of an order who may still verify it: they work it out afresh, and not from the first entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from flask import abort, make_response, render_template

from compounding.records import RecordedEvent, SavedPreparation, Standing
from compounding.web import pages
from compounding.web.desk import Desk
from compounding.web.identity import SignedIn
from compounding.web.paperwork import saved_identity, saved_text
from compounding.web.telling import TRIED
from compounding.wording.papers import WORDS
from compounding.workflow import VERIFY, Deed, State, Whom, refusal

HIDDEN = "hidden"


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


def unseen(entry: RecordedEvent, stands: Standing | None, who: SignedIn) -> bool:
    """Whether the values of an entry are kept from this person; `stands` is the preparation that it is about.

    What was tried and is of no verified version may still come before whoever tells it from their own figures:
    nobody who may verify it reads it, but for what they tried themselves.
    """
    if stands is not None and blind(stands.preparation, who):
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
    """Whether its dose may stand in lists, and its papers may be printed."""
    return saved.state != State.ENTERED.value


def refuse(title: str, sentence: str, status: int) -> NoReturn:
    """Ends a request with a page that says why."""
    abort(make_response(render_template("error.html", title=title, sentence=sentence), status))


def refuse_blind(saved: SavedPreparation) -> NoReturn:
    refuse(
        "Not shown before you verify it",
        f"You may still verify {saved.number}, so its first entry is not shown to you. To have it changed, ask"
        " whoever entered it, or a technician.",
        403,
    )


def blind_banner(saved: SavedPreparation, d: Desk) -> dict[str, Any]:
    """The banner of a preparation without anything that was ordered: who it is for, and which drug."""
    identity, number = saved_identity(saved), f"{WORDS[d.market].number} {saved.number}"
    whole = pages.banner(identity, saved_text(saved), saved.content.given_on, d.market, number)
    patient = pages.patient_facts(identity, saved.content.given_on, d.market)
    return {**whole, **patient, "dose": HIDDEN, "dose_notes": []}
