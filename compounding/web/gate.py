"""The gate before every page: who may open it, and what stands before it."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter

from compounding.web import identity
from compounding.web.desk import Desk, desk, desk_as_known
from compounding.web.identity import SignedIn, from_cookie, locked, me
from compounding.web.needs import missing
from compounding.web.routes import OPEN, ROUTES
from compounding.web.unlocking import LOOKS, unlock
from compounding.web.viewing import page_refused
from compounding.workflow import Deed, barred

_LARGEST_KEY = 2**31 - 1  # of PostgreSQL's INTEGER, the narrower of the two databases
_ONE_YEAR = "max-age=31536000"  # the least that OWASP ASVS 5.0, 3.4.1 takes


class Part(UnicodeConverter):
    """A part of an address: what no database can hold is no number and no name, and has no page."""

    def __init__(self, map: Map) -> None:
        super().__init__(map)
        self.regex = r"[^/\0]+"


class Whole(IntegerConverter):
    """A whole number of an address: what is more than the key of any row can be names none, and has no page."""

    def __init__(self, map: Map, **more: Any) -> None:
        super().__init__(map, **{"max": _LARGEST_KEY, **more})


def set_up(app: Flask) -> None:
    """Gives an application its sessions, and puts the gate before every page.

    It comes before the guard of the forms' tokens: a form is looked at once its sender is known.
    """
    app.url_map.converters["default"] = Part
    app.url_map.converters["int"] = Whole
    identity.set_up(app)
    app.before_request(gate)
    app.after_request(_https_from_now_on)


def gate() -> Any:
    """Lets nobody past whose role may not open the page; a page that is not in the table opens for nobody."""
    if not (desk_as_known().site.training or request.is_secure):
        return _said("Only over https", "This desk answers over https alone: use the address that begins with https.")
    if request.endpoint is None:  # there is no such page, and its answer says nothing else
        return None
    deed = ROUTES.get(request.endpoint)
    if request.endpoint in ROUTES and deed is OPEN:
        return None
    d = desk()
    known = from_cookie()
    lock = "" if known is None else locked(known, d)
    if known is None or lock:
        answer = unlock(known, lock, d)
        if answer is not None:
            return answer
        known = me()
    g.signed_in = known
    return _for_role(known, deed) or _own_account_first(known, d)


def _for_role(known: SignedIn, deed: Deed | None) -> Any:
    if deed is not None and known.may(deed):
        return None
    said = "This page opens for nobody." if deed is None else barred(known.account.role, deed)
    page_refused(said)
    return _said("Not for your role", said)


def _own_account_first(known: SignedIn, d: Desk) -> Any:
    """Leads to the account's page until what it must have is there: a password of one's own, a second factor."""
    if ROUTES.get(request.endpoint or "") is Deed.OWN_ACCOUNT or not (lacking := missing(known.account, d)):
        return None
    if request.method in LOOKS:
        return redirect(url_for("account.shown"), 303)
    return _said("Your account comes first", lacking)


def _said(title: str, sentence: str) -> Response:
    return make_response(render_template("error.html", title=title, sentence=sentence), 403)


def _https_from_now_on(response: Response) -> Response:
    if not desk_as_known().site.training:
        response.headers["Strict-Transport-Security"] = _ONE_YEAR
    return response
