"""Signing in, and in again in place of a page that was asked for: all that was typed is kept, but for secrets."""

from __future__ import annotations

from typing import Any

from flask import current_app, make_response, redirect, request, url_for
from flask_wtf.csrf import validate_csrf
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.routing import RequestRedirect
from wtforms.validators import ValidationError

from compounding import records
from compounding.credentials import USER_MOST, folded
from compounding.records import NotRead, NotSaved, RecordsFault
from compounding.web import pages
from compounding.web.desk import Desk
from compounding.web.fields import Choice, Line, Secret
from compounding.web.forms import SiteForm, blame
from compounding.web.identity import (
    ABSOLUTE,
    ELSEWHERE,
    IDLE,
    SignedIn,
    event,
    resume,
    sign_in,
    workstation_kept,
)
from compounding.web.proving import SECRET_WRONG, SIGN_IN_FAILED, WRONG_USER, Claim, NotProved, prove

UNLOCKED = "session unlocked"
LOOKS = ("GET", "HEAD")
HELD = "held"

_CODE_HINT = "only if you set one up"
_LOCKED = {
    "": "Nobody is signed in here.",
    IDLE: "{}: this desk was left alone, so it is locked.",
    ELSEWHERE: "{}: this desk is used from another browser or another address, so it is locked.",
    ABSOLUTE: "{}: this session was as long as one may be.",
}
_OTHERS = "{} typed what is kept here, and nobody else sends it: leave it by “Sign in as somebody else”."


class SignInForm(SiteForm):
    """Who signs in, where."""

    user = Line("User name", most=USER_MOST, missing="Type your user name.")
    secret = Secret("Password", missing="Type your password.", autocomplete="current-password")
    code = Secret("Authenticator code", hint=_CODE_HINT, autocomplete="one-time-code")
    workstation: Choice


class UnlockForm(SiteForm):
    """The one who is signed in, again."""

    unlock_secret = Secret(
        "PIN or password", missing="Type your signing PIN or your password.", autocomplete="current-password"
    )


class SignInHereForm(SiteForm):
    """Somebody who was sent a page before they signed in."""

    unlock_user = Line("User name", most=USER_MOST, missing="Type your user name.")
    unlock_secret = Secret("Password", missing="Type your password.", autocomplete="current-password")
    unlock_code = Secret("Authenticator code", hint=_CODE_HINT, autocomplete="one-time-code")
    unlock_workstation: Choice


def sign_in_form(d: Desk, sent: MultiDict[str, str] | None = None) -> SignInForm:
    form: SignInForm = type("SignInForm", (SignInForm,), {"workstation": _workstations(d)})(d, sent)
    return form


def _sign_in_here_form(d: Desk, sent: MultiDict[str, str] | None = None) -> SignInHereForm:
    form: SignInHereForm = type("SignInHereForm", (SignInHereForm,), {"unlock_workstation": _workstations(d)})(d, sent)
    return form


def _workstations(d: Desk) -> Choice:
    places = tuple((place, place) for place in d.site.workstations)
    return Choice("Workstation", places, prompt="Choose where you are", missing="Choose where you are.")


def within(address: str) -> str:
    """The address, where it is a page of this desk that can be opened; else "". Nothing leads elsewhere."""
    path, _, query = address.partition("?")
    if not path.startswith("/") or path.startswith("//") or "\\" in address or not address.isprintable():
        return ""
    try:
        current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except (HTTPException, RequestRedirect):
        return ""
    return f"{path}?{query}" if query else path


# ------------------------------------------------------------------ in place of a page


def unlock(known: SignedIn | None, lock: str, d: Desk) -> Any:
    """Asks for the secret in place of the page; None where it was given, and the page may answer."""
    whole = known is None or lock == ABSOLUTE
    if request.method in LOOKS:
        if known is None or whole:
            return redirect(url_for("sign_in.page", next=request.full_path.rstrip("?")), 303)
        return _page(known, lock, UnlockForm(d), leads_to=request.full_path.rstrip("?"))
    _require_own_page()
    form: SiteForm
    if "unlock_secret" not in request.form:
        form = _first_form(known, d) if whole else UnlockForm(d)
        return _page(known, lock, form)
    form = _sign_in_here_form(d, request.form) if whole else UnlockForm(d, request.form)
    status = _proved(known, form, d)
    return None if status is None else _page(known, lock, form, status=status)


def unlock_for_page(known: SignedIn, lock: str, leads_to: str, d: Desk) -> Any:
    """Answers the secret that is given for a page that is only looked at, and leads back to it."""
    form = UnlockForm(d, request.form)
    status = _proved(known, form, d)
    if status is not None:
        return _page(known, lock, form, leads_to=leads_to, status=status)
    return redirect(leads_to, 303)


def _require_own_page() -> None:
    """Refuses a form that another site sent: whoever signs in here would send it on in their own name."""
    fetched, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if fetched not in (None, "same-origin") or origin not in (None, f"{request.scheme}://{request.host}"):
        raise BadRequest


def _first_form(known: SignedIn | None, d: Desk) -> SignInHereForm:
    form = _sign_in_here_form(d)
    form.unlock_user.text = "" if known is None else known.account.user
    form.unlock_workstation.text = workstation_kept(d)
    return form


def _proved(known: SignedIn | None, form: Any, d: Desk) -> int | None:
    """Opens the session; the status of the answer where it was not opened, the reason then beside its field."""
    try:
        validate_csrf(request.form.get("csrf_token"))
        if not form.validate():
            return 401
        if isinstance(form, SignInHereForm):
            _sign_in_here(known, form, d)
        elif known is not None:
            _again(known, form, d)
        return None
    except (ValidationError, NotProved, RecordsFault) as refused:
        blame(form.unlock_secret, pages.LOST if isinstance(refused, ValidationError) else str(refused))
        return pages.NOT_SAVED if isinstance(refused, (NotRead, NotSaved)) else 401


def _sign_in_here(known: SignedIn | None, form: SignInHereForm, d: Desk) -> None:
    if known is not None and folded(form.unlock_user.data) != known.account.user:
        raise NotProved(_OTHERS.format(known.person.name))
    sign_in(
        Claim(
            form.unlock_user.data,
            form.unlock_secret.data,
            SIGN_IN_FAILED,
            WRONG_USER,
            form.unlock_workstation.data,
            form.unlock_code.data or "",
            unready=True,
        ),
        d,
    )


def _again(known: SignedIn, form: UnlockForm, d: Desk) -> None:
    wrong = "This is not your PIN or password."
    user, secret = known.account.user, form.unlock_secret.data
    prove(Claim(user, secret, SECRET_WRONG, wrong, known.workstation, pin=True, unready=True), d)
    resume(known)
    records.record(d.engine, event(UNLOCKED, subject=f"staff:{user}"))


def _page(known: SignedIn | None, lock: str, form: SiteForm, *, leads_to: str = "", status: int = 401) -> Any:
    errors = pages.problems(form)
    who = "" if known is None else f"{known.person.name}, {known.person.role}"
    shown = pages.page(
        "unlock.html",
        errors,
        pages.heading(errors, "sent"),
        form=form,
        whole=isinstance(form, SignInHereForm),
        said=_LOCKED[lock].format(who),
        carried=[("next", leads_to)] if leads_to else carried(),
        kept=not leads_to,
        where=url_for("sign_in.unlock") if leads_to else request.full_path.rstrip("?"),
    )
    return make_response(shown, status)


def carried() -> list[tuple[str, str]]:
    """What was sent to the page, to be sent again; no secret goes along. It says that it was held back: when it
    comes to its page, "now" is not the time any more at which it was sent."""
    return [
        *(
            (name, text)
            for name, text in request.form.items(multi=True)
            if name not in ("csrf_token", HELD)
            and not name.startswith("unlock_")
            and not name.endswith(("secret", "code"))
        ),
        (HELD, "y"),
    ]


def was_held() -> bool:
    """Whether the form was held back on its way, until somebody unlocked the desk or mended a setting."""
    return HELD in request.form
