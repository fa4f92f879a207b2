"""A row of the worklist: how near its limit is, who has it, and what the one who looks may do next."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from zoneinfo import ZoneInfo

from flask import url_for

from compounding.records import NotRead, SavedPreparation, Standing
from compounding.web.blind import checks_blind
from compounding.web.changing import stored_typed
from compounding.web.desk import Desk
from compounding.web.identity import SignedIn, me
from compounding.web.path_page import own_page
from compounding.web.progressing import PlanDiffers, Way, names, way
from compounding.wording.numbers import clock, moment
from compounding.wording.worklist import HolderText, waiting
from compounding.workflow import Meaning, State, refusal
from compounding.workflow.guidance import Next, next_action
from compounding.workflow.limits import Due, Urgency, next_limit
from compounding.workflow.progress import Barrier, Progress, What, clocks

_FAR = datetime.max.replace(tzinfo=UTC)


class Hand(Enum):
    """Whose it is, for the one who looks."""

    MINE = "mine"
    FREE = "free"
    """Anybody's who may."""
    OTHERS = "others"
    BARRED = "barred"


@dataclass(frozen=True, slots=True)
class Work:
    """A preparation under way, as the one who looks finds it."""

    standing: Standing
    way: Way | None
    """None where its drug file is gone, or its course contradicts itself."""
    due: Due | None
    following: Next | None
    hand: Hand
    holder: HolderText

    @property
    def saved(self) -> SavedPreparation:
        return self.standing.preparation

    @property
    def mine(self) -> bool:
        return self.hand is Hand.MINE

    @property
    def late(self) -> bool:
        return self.due is not None and self.due.urgency is Urgency.PASSED

    @property
    def soon(self) -> bool:
        return self.due is not None and self.due.urgency is Urgency.SOON

    @property
    def stuck(self) -> bool:
        """Whether it cannot go on by its plan."""
        return self.way is None or self.way.refusal is not None

    @property
    def held(self) -> tuple[Barrier, ...]:
        """What in its course holds it back, until it is released."""
        over = self.way is None or self.way.progress.state in (State.RELEASED, State.RETURNED)
        return () if self.way is None or over else self.way.progress.held

    @property
    def unconfirmed(self) -> bool:
        """Whether its clocks lack the limits of a diluted bag."""
        times = None if self.way is None else clocks(self.way.progress)
        return times is not None and not times.confirmed

    @property
    def planned(self) -> str:
        """The hour for which the first vial is planned, as it was typed."""
        return stored_typed(self.saved).get("wetting", "")

    @property
    def text(self) -> Mapping[str, str]:
        """The strings of its plan, as a list reads them whatever version of the program wrote them."""
        shown: Mapping[str, str] = json.loads(self.saved.content.shown_json)
        return shown

    def waits_for(self, *meanings: Meaning) -> bool:
        """Whether what is next is signed with one of these."""
        return self.following is not None and self.following.step.signed in meanings

    @property
    def shows_dose(self) -> bool:
        """Whether its dose may stand in a list: once the order is verified, and to nobody who checks it blind now."""
        return self.saved.state != State.ENTERED.value and not checks_blind(self.standing, me())


def work(standing: Standing, who: SignedIn, d: Desk) -> Work:
    """How one preparation stands for the one who looks."""
    now = d.clock()
    try:
        found = way(standing, d)
    except (PlanDiffers, NotRead):  # what is stored of one course keeps no other preparation from its place
        return Work(standing, None, None, None, Hand.BARRED, HolderText("Nobody", (_since(standing, d),)))
    due = next_limit(found.progress, now)
    following = next_action(found.progress, now)
    hand = _hand(found.progress, following, who)
    return Work(standing, found, due, following, hand, _holder(found, following, who, d))


def nearest_first(works: Sequence[Work]) -> list[Work]:
    """By the next limit; those without a clock after them, by the day and hour for which they are planned."""
    return sorted(works, key=_nearness)


def _nearness(one: Work) -> tuple[datetime, str, str, str]:
    saved = one.saved
    at = _FAR if one.due is None else one.due.at
    return at, saved.content.given_on.isoformat(), one.planned, saved.number


# ------------------------------------------------------------------ whose it is


def _hand(progress: Progress, following: Next | None, who: SignedIn) -> Hand:
    """Handed over is what is signed: whoever may take it has it. Else it stays with whoever prepares it."""
    if following is None or _refused(progress, following, who):
        return Hand.BARRED
    if following.step.signed is not None:
        return Hand.MINE
    last = preparer(progress)
    return Hand.FREE if last is None else Hand.MINE if last == who.account.user else Hand.OTHERS


def _refused(progress: Progress, following: Next, who: SignedIn) -> bool:
    user, role = who.account.user, who.account.role
    return refusal(following.step, progress.state.value, user, role, progress.people) is not None


def preparer(progress: Progress) -> str | None:
    """The user who did the newest thing of its making; None where nobody began."""
    made = [moment.person for moment in progress.moments if moment.what in (What.WETTED, What.DILUTED)]
    picked = [material.person for material in progress.materials if material.out is None]
    return next(reversed([*picked, *made]), None)


def _holder(found: Way, following: Next | None, who: SignedIn, d: Desk) -> HolderText:
    progress, since = found.progress, _since(found.standing, d)
    if progress.state is State.RELEASED:
        return HolderText(found.saved.content.patient.location or "", (since.replace("since", "released"),))
    if following is not None and following.step.signed is not None:
        return waiting(following.step, names(found), since)
    last = preparer(progress)
    if last is None:
        return HolderText("Nobody", (since,))
    if last == who.account.user:
        return HolderText("You", (since,))
    person = next(person for person in found.standing.people if person.id == last)
    return HolderText(person.name, (f"{person.role}, {since}",))


def _since(standing: Standing, d: Desk) -> str:
    """Since when it is in its state; with the date where that is not today's."""
    at = standing.statuses[-1].at
    today = at.astimezone(ZoneInfo(d.zone)).date() == d.today()
    return f"since {clock(at, d.zone) if today else moment(at, d.zone, d.market)}"


# ------------------------------------------------------------------ where it leads


def address(one: Work, d: Desk) -> str:
    """Where its button leads: to the page of what is next, or to the preparation's own."""
    own = "" if one.way is None or one.hand is Hand.BARRED else own_page(one.way, one.following, d.clock())
    return own or url_for("preparations.shown", number=one.saved.number)
