"""Signing in and out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, session, url_for

from compounding import training
from compounding.records import NotSaved, RecordsFault
from compounding.web import pages, unlocking
from compounding.web.desk import Desk, desk
from compounding.web.forms import blame
from compounding.web.identity import ABSOLUTE, from_cookie, keep_workstation, locked, workstation_kept
from compounding.web.identity import sign_in as start
from compounding.web.identity import sign_out as end
from compounding.web.proving import SIGN_IN_FAILED, WRONG_USER, Claim, NotProved
from compounding.web.unlocking import SignInForm, sign_in_form, within

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
def page() -> Any:
    form = sign_in_form(desk())
    form.workstation.text = workstation_kept(desk())
    return _page(form, within(request.args.get("next", "")))


@blueprint.post("/sign-in")
def sign_in() -> Any:
    d, form = desk(), sign_in_form(desk(), request.form)
    leads_to = within(request.form.get("next", ""))
    if not form.validate():
        return _page(form, leads_to), 422
    place = form.workstation.data
    user, secret, code = form.user.data, form.secret.data, form.code.data or ""
    claim = Claim(user, secret, SIGN_IN_FAILED, WRONG_USER, place, code, unready=True)
    try:
        start(claim, d)
    except (NotProved, RecordsFault) as refused:
        blame(form.secret, str(refused))
        return _page(form, leads_to), pages.NOT_SAVED if isinstance(refused, NotSaved) else 422
    session.pop("csrf_token", None)  # whoever used this browser before may know it
    answer = redirect(leads_to or url_for("preparations.home"), 303)
    keep_workstation(answer, place, d)
    return answer


@blueprint.post("/unlock")
def unlock() -> Any:
    """Opens a locked session again, and leads to the page that was asked for."""
    d, known = desk(), from_cookie()
    leads_to = within(request.form.get("next", "")) or url_for("preparations.home")
    lock = ABSOLUTE if known is None else locked(known, d)
    if known is None or lock == ABSOLUTE:
        return redirect(url_for("sign_in.page", next=leads_to), 303)
    if not lock:  # the button was pressed twice
        return redirect(leads_to, 303)
    return unlocking.unlock_for_page(known, lock, leads_to, d)


@blueprint.post("/sign-out")
def sign_out() -> Any:
    end("signed out")
    return redirect(url_for("sign_in.page"), 303)


def _page(form: SignInForm, leads_to: str) -> str:
    d = desk()
    errors = pages.problems(form)
    return pages.page(
        "sign_in.html",
        errors,
        "Not signed in",
        form=form,
        leads_to=leads_to,
        **(_invented(d) if d.site.training else {}),
    )


def _invented(d: Desk) -> dict[str, Any]:
    """The accounts of a training site, which anybody may use."""
    people = [{"cells": (person.id, f"{person.name}, {person.role}")} for person in training.STAFF[d.market]]
    return {"people": people, "password": training.PASSWORD, "pin": training.PIN}
