"""The pages of whoever checks and releases: who may open them, and a form that is sent again."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from compounding import records
from compounding.web.blind import refuse
from compounding.web.desk import desk
from compounding.web.identity import me
from compounding.web.progressing import PlanDiffers, Way, way_of
from compounding.web.taking import VERSION
from compounding.web.viewing import page_refused
from compounding.workflow import State, Step, in_force, refusal


def at_step(number: str, name: str, title: str) -> tuple[Way, Step]:
    """A preparation for somebody who may take this step of it now, with the row that holds at this site. Ends the
    request with a page that says why they may not."""
    way = _way(number, title)
    progress, account = way.progress, me().account
    step = in_force(progress.planned.policy)[name]
    said = refusal(step, progress.state.value, account.user, account.role, progress.people)
    if said is not None:
        page_refused(said)
        refuse(title, said, 403 if progress.state in step.before else 409)
    if way.refusal is not None:
        page_refused(way.refusal)
        refuse(title, way.refusal, 409)
    return way, step


def _way(number: str, title: str) -> Way:
    try:
        return way_of(number, desk())
    except PlanDiffers as gone:
        refuse(title, str(gone), 409)


def done(number: str, after: State) -> Any:
    """Where a form leads that is sent again: the step that it takes is the newest, and by whoever sends it. None
    where it is not. Raises NotRead."""
    standing = records.standing(desk().engine, number)
    if standing is None or str(standing.preparation.version) != request.form.get(VERSION, ""):
        return None
    newest = standing.statuses[-1]
    if (newest.state, newest.person.id) != (after.value, me().account.user):
        return None
    return redirect(url_for("preparations.shown", number=number), 303)
