"""The page of a preparation on its way: the next action with the stop above it, clocks, vials, steps, materials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import request, url_for

from compounding.web import pages, stored_page
from compounding.web.blind import blind_banner, checks_blind
from compounding.web.desk import Desk, desk
from compounding.web.forms import SiteForm
from compounding.web.identity import me
from compounding.web.path_forms import NowForm, TypedForm, now_form
from compounding.web.path_rows import material_rows, step_rows, vial_views
from compounding.web.picking import Stop
from compounding.web.plan_page import kept
from compounding.web.progressing import Way
from compounding.web.taking import Taking, opened_for, refused
from compounding.wording.barriers import barrier_sentence
from compounding.wording.endings import EndText
from compounding.wording.numbers import capital, clock
from compounding.wording.path import NextText, called, limit_rule, next_text, stop_heading
from compounding.wording.worklist import limit_name, time_left
from compounding.workflow import State, Step, refusal, steps
from compounding.workflow.guards import dry, leaves_by, only_passed, unfit
from compounding.workflow.guidance import Next, next_action
from compounding.workflow.limits import Due, Limit, Urgency, every_limit
from compounding.workflow.materials import Kind, Material, live
from compounding.workflow.products import products_for
from compounding.workflow.progress import Progress, What, clocks

AGAIN = "again"
_LOOKS = {Urgency.CALM: "", Urgency.SOON: "soon", Urgency.PASSED: "late"}
_OVER = frozenset({State.RETURNED, State.REJECTED, State.CANCELLED, State.WASTED})
_PAGES: Mapping[str, str] = {
    "verify": "verifying.shown",
    "check": "checking.shown",
    "read-again": "checking.shown",
    "print-label": "labels.shown",
    "hand-label": "true_times.hand_label",
    "apply-label": "labels.shown",
    "destroy-label": "labels.shown",
    "count-labels": "labels.shown",
    "final-check": "releasing.final",
    "release": "releasing.release",
}
"""Of each next action that has a page of its own."""
_POSTS: Mapping[str, str] = {
    "wet": "true_times.wet",
    "add-drug": "true_times.add_drug",
    "true-time": "true_times.add_drug",
}
_RECORD = (steps.RECORD, steps.REPLACE)
_ENDS: Mapping[str, tuple[str, Step]] = {
    "cancel": ("Cancel the preparation", steps.CANCEL),
    "reject": ("Reject this preparation", steps.REJECT),
    "return": ("The bag came back", steps.RETURN),
    "waste": ("Throw the bag away", steps.WASTE),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows once more: the stop of a scan, and a form with its errors."""

    stop: Stop | None = None
    form: NowForm | None = None
    logged: bool = False
    """Whether the scan that was refused stands in the log."""
    again: str = ""
    """Stands for a scan that was asked about: the same once more says yes."""


@dataclass(frozen=True, slots=True)
class PathPage:
    """What the templates print of a preparation on its way."""

    text: NextText | None
    step_number: str
    earlier: bool
    """Whether the boxes for an earlier time are open."""
    action: str
    """Where the form of the next action is sent; "" where it has none."""
    link: str
    """The page of the next action; "" where it is done here."""
    link_look: str
    instead: str
    """Why whoever is signed in does not take it; "" where they do."""
    barriers: tuple[str, ...]
    form: SiteForm
    place: str
    type_link: str
    stop: Mapping[str, str] | None
    opened: Sequence[tuple[str, str]]
    steps: Sequence[Mapping[str, Any]]
    materials: Sequence[Mapping[str, Any]]
    vials: Sequence[Mapping[str, Any]]
    spares: Sequence[str]
    """The places of spare vials that may be wetted now."""
    clocks: Mapping[str, Any]
    ends: Sequence[tuple[str, str, str]]
    hidden: bool


def path_page(way: Way, shown: Shown, d: Desk) -> PathPage:
    """The page of a way as it stands now."""
    now, progress = d.clock().astimezone(UTC), way.progress
    following = next_action(progress, now)
    hidden = checks_blind(way.standing, me())
    return PathPage(
        text=None if following is None else kept(next_text(following, progress.planned)),
        step_number=_step_number(progress, following),
        earlier=following is not None and following.code == "true-time",
        action=_action(way, following),
        link=own_page(way, following, now),
        link_look="stop" if following is not None and following.code in _ENDS else "primary",
        instead=_instead(way, following),
        barriers=tuple(
            barrier_sentence(barrier, progress.planned.policy, following.step) for barrier in following.barriers
        )
        if following
        else (),
        form=shown.form or now_form(d, since=way.since),
        place=str(following.place) if following else "",
        type_link=_type_link(way, following),
        stop=_stop(shown, way, following, d),
        opened=[*opened_for(way), *([(AGAIN, shown.again)] if shown.again else [])],
        steps=tuple(step_rows(way, d, hidden, following is not None and following.code not in _ENDS)),
        materials=tuple(material_rows(way, d, may_leave=me().may(steps.TAKE_OUT.deed))),
        vials=tuple(vial_views(way, d, hidden)),
        spares=_spares(way, now),
        clocks=_clocks(way, now, d),
        ends=tuple(_ends(way, following, now)),
        hidden=hidden,
    )


# ------------------------------------------------------------------ the next action


def _step_number(progress: Progress, following: Next | None) -> str:
    order = list(State)
    place = order.index(progress.state) + 2
    last = order.index(State.RELEASED) + 1
    leads_on = place <= last and following is not None and following.code not in _ENDS
    return f"Next, step {place} of {last}" if leads_on else "Next"


def _action(way: Way, following: Next | None) -> str:
    if following is None:
        return ""
    if following.step in _RECORD:
        return url_for("materials.scan", number=way.saved.number)
    posts = _POSTS.get(following.code)
    return url_for(posts, number=way.saved.number) if posts else ""


def own_page(way: Way, following: Next | None, now: datetime) -> str:
    """The address of what is next, where it has a page of its own; "" where it is done on the preparation's."""
    if following is None:
        return ""
    number, code = way.saved.number, following.code
    if code in _ENDS:
        return url_for("ending.shown", number=number, what=code)
    if code in ("take-out", "put-away"):
        leaving = _leaving(way, following, now)
        return "" if leaving is None else url_for("materials.out", number=number, material_id=leaving.id)
    return url_for(_PAGES[code], number=number) if code in _PAGES else ""


def _leaving(way: Way, following: Next, now: datetime) -> Material | None:
    """The material that is to leave first."""
    progress = way.progress
    bad = [material for material, _ in unfit(progress, now)]
    placed = [one for one in live(progress.materials) if one.place == following.place]
    return next((one for one in (*bad, *placed) if leaves_by(progress, one) is following.step), None)


def _instead(way: Way, following: Next | None) -> str:
    if following is None:
        return ""
    # What a step waits for stands beside it, and its own page says it again.
    account, progress = me().account, way.progress
    said = refusal(following.step, progress.state.value, account.user, account.role, progress.people)
    ends = following.code in _ENDS
    return said or ("" if ends else way.refusal or "")


def _type_link(way: Way, following: Next | None) -> str:
    """Where lot and expiry of what is next are typed twice."""
    if following is None or following.step not in _RECORD:
        return ""
    kind = "drug" if following.code in ("pick-drug", "pick-spare") else following.code.removeprefix("pick-")
    return url_for("materials.type_", number=way.saved.number, kind=kind)


def _stop(shown: Shown, way: Way, following: Next | None, d: Desk) -> Mapping[str, str] | None:
    if shown.stop is None:
        return None
    wanted = called(Kind.DRUG, following.place).lower() if following and following.place else "it"
    logged = f"Nothing was recorded for {wanted}. Scan kept in the log at {clock(d.clock(), d.zone)}."
    return {
        "heading": stop_heading(shown.stop.code),
        "sentence": shown.stop.sentence,
        "note": logged if shown.logged else "",
        "read": shown.stop.read,
    }


def _spares(way: Way, now: datetime) -> tuple[str, ...]:
    """The spare vials that may be wetted where the others did not suffice."""
    if refused(way, Taking(steps.WET_SPARE, ()), now) is not None:
        return ()
    return tuple(str(place) for place in dry(way.progress))


def _ends(way: Way, following: Next | None, now: datetime) -> Iterator[tuple[str, str, str]]:
    """How it may end now, beside the next action: words, address and look."""
    for what, (words, step) in _ENDS.items():
        named = following is not None and following.code == what
        if not named and refused(way, Taking(step, ()), now) is None:
            look = "secondary" if step is steps.RETURN else "stop"
            yield words, url_for("ending.shown", number=way.saved.number, what=what), look
    if _may_have_left(way, following):
        yield "It was released in time", url_for("releasing.release", number=way.saved.number), "secondary"


def _may_have_left(way: Way, following: Next | None) -> bool:
    """Whether a bag may have been released before its time passed, and is not written down yet."""
    if following is None or not only_passed(following.barriers):
        return False
    checked = [taken.at for taken in way.progress.taken if taken.state == State.FINAL.value]
    step = steps.in_force(way.progress.planned.policy)[steps.RELEASE.name]
    return bool(checked) and refused(way, Taking(step, ()), checked[-1].astimezone(UTC)) is None


# ------------------------------------------------------------------ clocks


def _clocks(way: Way, now: datetime, d: Desk) -> Mapping[str, Any]:
    """The clocks, and what the page's script needs to let them run on."""
    progress, times = way.progress, clocks(way.progress)
    said = {"now": clock(now, d.zone), "at": now.isoformat(), "zone": d.zone, "rows": (), "from": "", "confirmed": True}
    if times is None:
        return said
    rows = tuple(_clock(due, way, d) for due in every_limit(progress, now))
    return {
        **said,
        "rows": rows,
        "from": f"From the first vial wetted, {clock(times.wetted, d.zone)}",
        "confirmed": times.confirmed,
    }


def _clock(due: Due, way: Way, d: Desk) -> Mapping[str, Any]:
    done = _done(due, way, d)
    runs = not done and way.progress.state not in _OVER
    times = clocks(way.progress)
    if times is None:
        raise ValueError("a limit without its clocks")
    return {
        "name": limit_name(due.limit, d.market),
        "time": clock(due.at, d.zone),
        "left": done or (time_left(due) if runs else ""),
        "look": _LOOKS[due.urgency] if runs else "late" if _too_late(due, way) else "",
        "rule": kept(limit_rule(due.limit, times, way.progress.planned)),
        "runs": runs,
        "at": due.at.isoformat(),
        "before": due.limit is Limit.START_BEFORE,
        "most": str(int((due.at - times.wetted).total_seconds()) // 60),
        "value": str(max(0, int(due.left.total_seconds()) // 60)),
    }


def _done(due: Due, way: Way, d: Desk) -> str:
    """What a limit asked for was done, and when; "" while it was not."""
    diluted = way.progress.last(What.DILUTED)
    if due.limit is Limit.DILUTE_BY and diluted is not None:
        return f"diluted {clock(diluted.at, d.zone)}"
    return ""


def _too_late(due: Due, way: Way) -> bool:
    """Whether the drug was added after its limit."""
    diluted = way.progress.last(What.DILUTED)
    return due.limit is Limit.DILUTE_BY and diluted is not None and diluted.at > due.at


# ------------------------------------------------------------------ pages of their own


def type_page(
    way: Way,
    form: TypedForm,
    kind: Kind,
    place: int,
    first: str = "",
    problems: Sequence[dict[str, str]] = (),
) -> str:
    """The boxes for what stands on a pack: for the first time or, with what stands for that, for the second."""
    errors = [*problems, *pages.problems(form)]
    return pages.page(
        "path_type.html",
        errors,
        pages.heading(errors, "recorded"),
        saved=way.saved,
        banner=banner(way),
        form=form,
        kind=kind.value,
        what=called(kind, place),
        name=capital(products_for(way.progress.planned.drug, way.progress.planned.making)[kind].name),
        first=first,
        opened=[*opened_for(way), ("place", str(place))],
    )


def end_page(way: Way, form: SiteForm, text: EndText, problems: Sequence[dict[str, str]] = ()) -> str:
    """Why something ends, and what becomes of what."""
    errors = [*problems, *pages.problems(form)]
    return pages.page(
        "path_end.html",
        errors,
        pages.heading(errors, "recorded"),
        saved=way.saved,
        banner=banner(way),
        form=form,
        text=text,
        opened=opened_for(way),
        where=request.path,
    )


def banner(way: Way) -> dict[str, Any]:
    """The banner; without the dose for whoever may check it blind now."""
    d = desk()
    return blind_banner(way.saved, d) if checks_blind(way.standing, me()) else stored_page.banner(way.saved, d)
