"""Who is signed in, and their sessions.

A session is an entry of the log. The cookie carries its number and when it was last seen, signed; whether it
still holds is asked of the database each time: an account disabled, a password changed or a sign-out ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from compounding import records
from compounding.credentials import keyed
from compounding.quantities import Duration
from compounding.records import Account, Change, Event, Person
from compounding.web.desk import Desk, desk, desk_as_known
from compounding.web.proving import Claim, address, prove
from compounding.workflow import Deed, may

SIGNED_IN, SIGNED_OUT = "signed in", "signed out"
IDLE, ABSOLUTE, ELSEWHERE = "idle", "absolute", "elsewhere"
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


def event(
    action: str,
    details: Mapping[str, str] | None = None,
    *,
    changes: Iterable[tuple[str, str | None, str | None]] = (),
    reason: str = "",
    **more: Any,
) -> Event:
    """What the one signed in does now, at this desk and workstation."""
    who, d = me(), desk()
    told = {name: _storable(text) for name, text in (details or {}).items()}
    changed = tuple(Change(name, old and _storable(old), new and _storable(new)) for name, old, new in changes)
    why, place = _storable(reason), who.workstation
    return Event(who.person, action, d.clock(), told, why, workstation=place, zone=d.zone, changes=changed, **more)


def _storable(text: str) -> str:
    """A text as the log can hold it. It tells of what was refused as well, and no database holds a NUL."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}")


# ------------------------------------------------------------------ the cookie


def cookies(d: Desk) -> dict[str, Any]:
    """How an application keeps its session. In patient use its cookie goes over https alone, to this host alone."""
    kept = {"SESSION_COOKIE_HTTPONLY": True, "SESSION_COOKIE_SAMESITE": "Lax", "SESSION_COOKIE_PATH": "/"}
    if d.site.training:  # on a machine's own address without https; two desks there share its cookies
        return {**kept, "SESSION_COOKIE_NAME": f"desk_{d.market.value}", "SESSION_COOKIE_SECURE": False}
    return {**kept, "SESSION_COOKIE_NAME": "__Host-desk", "SESSION_COOKIE_SECURE": True}


def set_up(app: Flask) -> None:
    """Gives an application its sessions."""
    manager = LoginManager(app, add_context_processor=False)  # it would ask the database for every error page
    manager.session_protection = "basic"  # a cookie at another address or browser is locked, not dropped
    manager.user_loader(_load)
    app.after_request(_seen)


def _load(key: str) -> SignedIn | None:
    """The session of a cookie, while it holds."""
    d = desk()
    found = records.session(d.engine, int(key)) if key.isdecimal() else None
    if found is None or found.ended:
        return None
    return SignedIn(found.id, found.at, found.account, session.get(_WORKSTATION, d.site.workstations[0]))


def _seen(response: Response) -> Response:
    if signed_in() is not None:
        session[_SEEN] = int(desk_as_known().clock().timestamp())
    return response


def from_cookie() -> SignedIn | None:
    """Whose session the cookie carries, locked or not; None where it has ended."""
    # Asked for through the manager, which marks a session that came from elsewhere.
    found = current_user._get_current_object()
    return found if isinstance(found, SignedIn) else None


def locked(known: SignedIn, d: Desk) -> str:
    """Which limit a session has passed: "" for none."""
    now = d.clock()
    if now - known.at >= _span(d.site.session_absolute):
        return ABSOLUTE
    seen = datetime.fromtimestamp(int(session.get(_SEEN, 0)), UTC)
    if now - seen >= _span(d.site.session_idle):
        return IDLE
    return "" if session.get("_fresh", False) else ELSEWHERE


def _span(duration: Duration) -> timedelta:
    return timedelta(minutes=int(duration.value))


# ------------------------------------------------------------------ begin and end


def sign_in(claim: Claim, d: Desk) -> SignedIn:
    """Starts a session, and ends the one that the cookie carried. Raises NotProved and RecordsFault."""
    account, left = prove(claim, d), from_cookie()
    who = _begin(account, claim.workstation, d)
    if left is not None:
        records.sign_out(d.engine, left.session, "another sign-in", event(SIGNED_OUT, {"why": "another sign-in"}))
    return who


def go_on(account: Account, why: str) -> SignedIn:
    """A new session in place of one's own, which ended with what was changed of the account. Raises RecordsFault."""
    return _begin(account, me().workstation, desk(), why)


def _begin(account: Account, workstation: str, d: Desk, why: str = "") -> SignedIn:
    told = Event(
        account.person,
        SIGNED_IN,
        d.clock(),
        {"why": why} if why else {},
        workstation=workstation,
        zone=d.zone,
        subject=f"staff:{account.user}",
    )
    key = records.sign_in(d.engine, account.user, told, key=keyed(d.secrets_key, account.user), address=address())
    who = SignedIn(key, d.clock(), account, workstation)
    session[_WORKSTATION] = workstation
    resume(who)
    return who


def resume(who: SignedIn) -> None:
    """Opens a session at this address and in this browser."""
    login_user(who)
    g.signed_in = who


def sign_out(why: str) -> None:
    """Ends the session of the cookie, a locked one as well. Raises NotSaved."""
    if (who := from_cookie()) is not None:
        g.signed_in = who
        told = event(SIGNED_OUT, {"why": why}, subject=f"staff:{who.account.user}")
        records.sign_out(desk().engine, who.session, why, told)
    logout_user()
    session.clear()
    g.pop("signed_in", None)


# ------------------------------------------------------------------ the workstation


def workstation_kept(d: Desk) -> str:
    """The workstation that this browser was last used at; "" where it was none of this site's."""
    kept = session.get(_WORKSTATION) or request.cookies.get(_workstation_cookie(d), "")
    return kept if kept in d.site.workstations else ""


def keep_workstation(response: Response, place: str, d: Desk) -> None:
    secure = not d.site.training
    response.set_cookie(_workstation_cookie(d), place, max_age=_A_YEAR, httponly=True, samesite="Lax", secure=secure)


def _workstation_cookie(d: Desk) -> str:
    return _WORKSTATION if d.site.training else f"__Host-{_WORKSTATION}"
