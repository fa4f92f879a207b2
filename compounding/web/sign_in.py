"""Signing in and out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from compounding import training
from compounding.records import NotSaved
from compounding.web import pages
from compounding.web.desk import Desk, desk
from compounding.web.forms import blame
from compounding.web.identity import (
    SignInForm,
    keep_workstation,
    sign_in_form,
    workstation_kept,
)
from compounding.web.identity import sign_in as start
from compounding.web.identity import sign_out as end
from compounding.web.proving import SIGN_IN_FAILED, WRONG_USER, Claim, NotProved

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
def page() -> Any:
    d = desk()
    form = sign_in_form(d)
    form.workstation.text = workstation_kept(d)
    return _page(form, _within(request.args.get("next", "")))


@blueprint.post("/sign-in")
def sign_in() -> Any:
    d, form = desk(), sign_in_form(desk(), request.form)
    leads_to = _within(request.form.get("next", ""))
    if not form.validate():
        return _page(form, leads_to), 422
    claim = Claim(
        form.user.data, form.secret.data, SIGN_IN_FAILED, WRONG_USER, form.workstation.data, form.code.data or ""
    )
    try:
        start(claim, d)
    except (NotProved, NotSaved) as refused:
        blame(form.secret, str(refused))
        return _page(form, leads_to), 503 if isinstance(refused, NotSaved) else 422
    answer = redirect(leads_to or url_for("preparations.home"), 303)
    keep_workstation(answer, claim.workstation, current_app.config["SESSION_COOKIE_SECURE"])
    return answer


@blueprint.post("/sign-out")
def sign_out() -> Any:
    end("signed out")
    return redirect(url_for("sign_in.page"), 303)


def _page(form: SignInForm, leads_to: str) -> str:
    d = desk()
    errors = [pages.problem(field.anchor, f"{field.label.text}: {text}") for field, text in form.errors_in_order()]
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


def _within(address: str) -> str:
    """The address, where it is a page of this desk that can be opened; else "". Nothing leads elsewhere."""
    path, _, query = address.partition("?")
    if not path.startswith("/") or path.startswith("//") or "\\" in address:
        return ""
    try:
        current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except (HTTPException, RequestRedirect):
        return ""
    return f"{path}?{query}" if query else path
