"""Who is signed in, for how long, and what their role may open: the gate before every page.

A session is an entry of the log. The cookie carries its number and when it was last seen, signed; whether it
still holds is asked of the database each time: an account disabled, a password changed or a sign-out ends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, g, make_response, redirect, render_template, request, session, url_for
from flask_login import LoginManager, UserMixin, login_user, logout_user
from flask_wtf.csrf import validate_csrf
from werkzeug.datastructures import MultiDict
from wtforms.validators import ValidationError

from compounding import records
from compounding.credentials import PASSWORD, TOTP, keyed
from compounding.records import Account, Event, Person, RecordsFault
from compounding.web import pages
from compounding.web.desk import Desk, desk
from compounding.web.fields import Choice, Line, Secret
from compounding.web.forms import SiteForm, blame
from compounding.web.proving import SECRET_WRONG, SIGN_IN_FAILED, WRONG_USER, Claim, NotProved, address, prove
from compounding.web.routes import OPEN, ROUTES
from compounding.workflow import Deed, Role, may

SIGNED_IN, SIGNED_OUT, UNLOCKED, REFUSED = "signed in", "signed out", "session unlocked", "page refused"
USER_MOST = 40
_SEEN, _WORKSTATION = "seen", "workstation"
_A_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class SignedIn(UserMixin):
    """Somebody at a workstation."""

    session: int
    at: datetime
    account: Account
    workstation: str

    @property
    def person(self) -> Person:
        return self.account.person

    def get_id(self) -> str:
        return str(self.session)

    def may(self, deed: Deed) -> bool:
        return may(self.account.role, deed)


def signed_in() -> SignedIn | None:
    """Who is signed in, and may act; None on the pages that need nobody, and while a session is locked."""
    found: SignedIn | None = g.get("signed_in")
    return found


def me() -> SignedIn:
    """Who is signed in. The gate lets nobody else come this far."""
    found = signed_in()
    if found is None:
        raise LookupError("nobody is signed in")
    return found


def event(action: str, details: Mapping[str, str] | None = None, **more: Any) -> Event:
    """What the one signed in does now, at this desk and workstation."""
    who, d = me(), desk()
    return Event(who.person, action, d.clock(), details or {}, workstation=who.workstation, zone=d.zone, **more)


# ------------------------------------------------------------------ set-up


def set_up(app: Flask) -> None:
    """Puts the gate before every page. It comes before the guard of the forms' tokens."""
    manager = LoginManager(app)
    manager.session_protection = "basic"  # a cookie at another address or browser is locked, not dropped
    manager.user_loader(_load)
    app.before_request(gate)
    app.after_request(_seen)


def _load(key: str) -> SignedIn | None:
    """The session of a cookie, while it holds."""
    d = desk()
    found = records.session(d.engine, int(key)) if key.isdecimal() else None
    if found is None or found.ended:
        return None
    return SignedIn(found.id, found.at, found.account, session.get(_WORKSTATION, d.site.workstations[0]))


def _seen(response: Any) -> Any:
    if signed_in() is not None:
        session[_SEEN] = int(desk().clock().timestamp())
    return response


# ------------------------------------------------------------------ the gate


def gate() -> Any:
    """Lets nobody past whose role may not open the page; a page that is not in the table opens for nobody."""
    if request.endpoint is None:  # there is no such page, and its answer says nothing else
        return None
    deed = ROUTES.get(request.endpoint)
    if request.endpoint in ROUTES and deed is OPEN:
        return None
    d = desk()
    known = _from_cookie()
    if known is None or (lock := locked(known, d)):
        answer = _unlock(known, d, whole=known is None or lock == ABSOLUTE)
        if answer is not None:
            return answer
        known = me()
    g.signed_in = known
    if deed is None or not known.may(deed):
        return _refuse(deed)
    return _own_account_first(known, d)


def _from_cookie() -> SignedIn | None:
    key = session.get("_user_id")
    return _load(str(key)) if key is not None else None


IDLE, ABSOLUTE = "idle", "absolute"


def locked(known: SignedIn, d: Desk) -> str:
    """Which limit a session has passed: "" for none."""
    now = d.clock()
    if now - known.at >= timedelta(minutes=d.site.session_absolute.whole("minute")):
        return ABSOLUTE
    seen = datetime.fromtimestamp(int(session.get(_SEEN, 0)), UTC)
    idle = now - seen >= timedelta(minutes=d.site.session_idle.whole("minute"))
    return IDLE if idle or not session.get("_fresh", False) else ""


def _refuse(deed: Deed | None) -> Any:
    said = "This page opens for nobody." if deed is None else f"A {me().account.role} may not {deed.value}."
    records.record(desk().engine, event(REFUSED, {"page": request.endpoint or ""}))
    shown = render_template("error.html", title="Not for your role", sentence=said)
    return make_response(shown, 403)


def _own_account_first(known: SignedIn, d: Desk) -> Any:
    """Leads to the account's page until what it must have is there: a password of one's own, a second factor."""
    if ROUTES.get(request.endpoint or "") is Deed.OWN_ACCOUNT or not missing(known.account, d):
        return None
    if request.method == "GET":
        return redirect(url_for("account.shown"))
    shown = render_template("error.html", title="Your account comes first", sentence=missing(known.account, d))
    return make_response(shown, 403)


def missing(account: Account, d: Desk) -> str:
    """What an account must have before it opens anything else: "" for nothing."""
    held = records.chosen_by(d.engine, account.user)
    if PASSWORD in held and held[PASSWORD].id != account.user and not account.training:
        return "Somebody else chose your password. Choose one of your own first."
    if TOTP not in held and factor_needed(account, d):
        return "Your account needs a second factor. Set one up first."
    return ""


def factor_needed(account: Account, d: Desk) -> bool:
    """Whether the site asks a second factor of this account: of administrators in patient use always."""
    if account.training:
        return False
    return d.site.second_factor_for_all or (not d.site.training and account.role == Role.ADMINISTRATOR.value)


# ------------------------------------------------------------------ signing in, and in again


class SignInForm(SiteForm):
    """Who signs in, where."""

    user = Line("User name", most=USER_MOST, missing="Type your user name.")
    secret = Secret("Password", missing="Type your password.")
    code = Secret("Authenticator code", hint="only if you set one up", autocomplete="one-time-code")
    workstation: Choice


class UnlockForm(SiteForm):
    """The one who is signed in, again."""

    unlock_secret = Secret("PIN or password", missing="Type your signing PIN or your password.")


class SignInHereForm(SiteForm):
    """Somebody who was sent a page before they signed in."""

    unlock_user = Line("User name", most=USER_MOST, missing="Type your user name.")
    unlock_secret = Secret("Password", missing="Type your password.")
    unlock_code = Secret("Authenticator code", hint="only if you set one up", autocomplete="one-time-code")


def sign_in_form(d: Desk, sent: MultiDict[str, str] | None = None) -> SignInForm:
    places = tuple((place, place) for place in d.site.workstations)
    field = Choice("Workstation", places, prompt="Choose where you are", missing="Choose where you are.")
    form: SignInForm = type("SignInForm", (SignInForm,), {"workstation": field})(d, sent)
    return form


def sign_in(claim: Claim, d: Desk) -> SignedIn:
    """Starts a session. Raises NotProved and RecordsFault."""
    account = prove(claim, d)
    told = Event(
        account.person,
        SIGNED_IN,
        d.clock(),
        workstation=claim.workstation,
        zone=d.zone,
        subject=f"staff:{account.user}",
    )
    key = records.sign_in(d.engine, account.user, told, key=keyed(d.secrets_key, claim.user), address=address())
    who = SignedIn(key, d.clock(), account, claim.workstation)
    login_user(who)
    session[_WORKSTATION] = claim.workstation
    g.signed_in = who
    return who


def sign_out(why: str) -> None:
    """Ends the session of the cookie, a locked one as well. Raises NotSaved."""
    if (who := _from_cookie()) is not None:
        g.signed_in = who
        told = event(SIGNED_OUT, {"why": why}, subject=f"staff:{who.account.user}")
        records.sign_out(desk().engine, who.session, why, told)
    logout_user()
    session.clear()
    g.pop("signed_in", None)


def _unlock(known: SignedIn | None, d: Desk, *, whole: bool) -> Any:
    """Asks for the secret in place of the page, and keeps what was sent to it; None where it was given."""
    if request.method == "GET":
        if known is None:
            return redirect(url_for("sign_in.page", next=request.full_path.rstrip("?")), 303)
        return _unlock_page(known, UnlockForm(d), d)
    form: UnlockForm | SignInHereForm
    form = SignInHereForm(d, request.form) if whole else UnlockForm(d, request.form)
    if "unlock_secret" not in request.form:
        return _unlock_page(known, type(form)(d), d)
    try:
        validate_csrf(request.form.get("csrf_token"))
        if not form.validate():
            return _unlock_page(known, form, d)
        _unlocked(known, form, d)
    except (ValidationError, NotProved, RecordsFault) as refused:
        said = pages.LOST if isinstance(refused, ValidationError) else str(refused)
        blame(form.unlock_secret, said)
        return _unlock_page(known, form, d)
    return None


def _unlocked(known: SignedIn | None, form: Any, d: Desk) -> None:
    if isinstance(form, SignInHereForm) or known is None:
        place = session.get(_WORKSTATION) or workstation_kept(d)
        claim = Claim(
            form.unlock_user.data,
            form.unlock_secret.data,
            SIGN_IN_FAILED,
            WRONG_USER,
            place,
            form.unlock_code.data or "",
        )
        sign_in(claim, d)
        return
    claim = Claim(
        known.account.user, form.unlock_secret.data, SECRET_WRONG, "This is not your PIN or password.",
        known.workstation, pin=True,
    )  # fmt: skip
    prove(claim, d)
    g.signed_in = known
    session["_fresh"] = True
    records.record(d.engine, event(UNLOCKED, subject=f"staff:{known.account.user}"))


def _unlock_page(known: SignedIn | None, form: SiteForm, d: Desk) -> Any:
    errors = [pages.problem(field.anchor, f"{field.label.text}: {text}") for field, text in form.errors_in_order()]
    shown = pages.page(
        "unlock.html",
        errors,
        pages.heading(errors, "sent"),
        form=form,
        known=None if known is None else f"{known.person.name}, {known.person.role}",
        carried=_carried(),
        where=request.full_path.rstrip("?"),
        post=request.method == "POST",
    )
    return make_response(shown, 401)


def _carried() -> list[tuple[str, str]]:
    """What was sent to the page, to be sent again; no secret goes along."""
    return [
        (name, text)
        for name, text in request.form.items(multi=True)
        if name != "csrf_token" and not name.startswith("unlock_") and not name.endswith(("secret", "code"))
    ]


def workstation_kept(d: Desk) -> str:
    """The workstation that this browser was last used at; "" where it was none of this site's."""
    kept = request.cookies.get(_WORKSTATION, "")
    return kept if kept in d.site.workstations else ""


def keep_workstation(response: Any, place: str, secure: bool) -> None:
    response.set_cookie(_WORKSTATION, place, max_age=_A_YEAR, httponly=True, samesite="Lax", secure=secure)
