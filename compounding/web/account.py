"""One's own account: the password, the signing PIN and the second factor.

Each change asks for the password again. The log says what was changed, and never to what.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, redirect, request, url_for

from compounding import credentials, records
from compounding.credentials import PASSWORD, PIN, REFUSED_PASSWORDS, SHORTEST_PASSWORD, SHORTEST_PIN, TOTP
from compounding.records import Account, Attempt, RecordsFault
from compounding.records.accounts import newest_entry
from compounding.web import pages
from compounding.web.desk import Desk, desk
from compounding.web.fields import Secret
from compounding.web.forms import SiteForm, blame
from compounding.web.identity import event, go_on, me
from compounding.web.needs import factor_needed, missing
from compounding.web.proving import SECRET_WRONG, Claim, NotProved, address, prove
from compounding.web.qr import qr_code

blueprint = Blueprint("account", __name__, url_prefix="/account")

_WRONG = "This is not your password. Nothing is changed."
_ENROL_WITHIN = timedelta(minutes=15)
_DONE = {
    "password": "Your password is changed. Every other session of yours has ended.",
    "pin": "Your signing PIN is set.",
    "confirm": "Your second factor is set: from now on a sign-in asks for its code.",
    "factor_off": "Your second factor is removed.",
}


class _Asking(SiteForm):
    """What asks for the password that holds now."""

    own_secret = Secret("Your password", missing="Type your password.", autocomplete="current-password")


class PasswordForm(_Asking):
    new_secret = Secret(
        "New password",
        hint=f"{SHORTEST_PASSWORD} characters or more; a few words that do not belong together are good",
        missing="Type a new password.",
        autocomplete="new-password",
    )
    again_secret = Secret("New password again", missing="Type it again.", autocomplete="new-password")


class PinForm(_Asking):
    new_pin_secret = Secret(
        "New signing PIN", hint=f"{SHORTEST_PIN} figures or more, no run and no repeat", missing="Type a PIN."
    )
    again_pin_secret = Secret("New signing PIN again", missing="Type it again.")


class EnrolForm(_Asking):
    """The first step to a second factor."""


class ConfirmForm(_Asking):
    """The second step: a code shows that the authenticator has the secret."""

    new_code = Secret("Code", hint="6 figures, as the authenticator shows them", missing="Type the code.")


class FactorOffForm(_Asking):
    own_code = Secret("Authenticator code", missing="Type the code.", autocomplete="one-time-code")


_FORMS: dict[str, type[SiteForm]] = {
    "password": PasswordForm, "pin": PinForm, "enrol": EnrolForm, "confirm": ConfirmForm, "factor_off": FactorOffForm,
}  # fmt: skip


@blueprint.get("")
def shown() -> Any:
    return _page(done=_DONE.get(request.args.get("done", ""), ""))


@blueprint.post("/password")
def password() -> Any:
    form = PasswordForm(desk(), request.form)
    return _answer("password", form, _change_password)


@blueprint.post("/pin")
def pin() -> Any:
    form = PinForm(desk(), request.form)
    return _answer("pin", form, _change_pin)


@blueprint.post("/factor")
def factor() -> Any:
    d = desk()
    if "enrolment" not in request.form:
        return _answer("enrol", EnrolForm(d, request.form), _begin_factor)
    enrolment = Enrolment.opened(request.form["enrolment"], d)
    if enrolment is None or enrolment.after != _newest_credential(d, enrolment.user):
        again = EnrolForm(d)
        blame(again.own_secret, "This took too long, or was begun in another session. Begin again.")
        return _page("enrol", again), 409
    return _answer("confirm", ConfirmForm(d, request.form), partial(_confirm_factor, enrolment), enrolment=enrolment)


@blueprint.post("/factor/remove")
def factor_off() -> Any:
    form = FactorOffForm(desk(), request.form)
    return _answer("factor_off", form, _remove_factor)


def _answer(name: str, form: SiteForm, act: Callable[[Any, Desk], Any], *, enrolment: Enrolment | None = None) -> Any:
    """Acts on a form; shows it again where it says nothing, or where what was done failed."""
    if form.validate():
        try:
            answer = act(form, desk())
        except (NotProved, RecordsFault) as refused:
            blame(form.in_order()[0], str(refused))
            status = 422 if isinstance(refused, NotProved) else pages.status_of(refused)
            return _page(name, form, enrolment=enrolment), status
        if answer is not None:
            return answer
        if not form.errors_in_order():
            return redirect(url_for("account.shown", done=name), 303)
    return _page(name, form, enrolment=enrolment), 422


# ------------------------------------------------------------------ what is done


def _prove_own(form: _Asking, d: Desk, code: str | None = None) -> Account:
    who = me()
    claim = Claim(
        who.account.user, form.own_secret.data, SECRET_WRONG, _WRONG, who.workstation, code, unready=True
    )  # fmt: skip
    return prove(claim, d)


def take_password(form: Any, user: str, name: str, d: Desk) -> str | None:
    """What is stored of the new password of a form; None, and why beside its field, where it may not be one."""
    new = form.new_secret.data
    names = (user, name, d.site.name, d.site.pharmacy, *_drug_names(d))
    try:
        refused = credentials.refused_passwords(d.home)
    except (OSError, UnicodeDecodeError):
        blame(form.new_secret, f"{REFUSED_PASSWORDS} in the site's folder cannot be read, so no password is taken.")
        return None
    if fault := credentials.password_fault(new, names, refused):
        blame(form.new_secret, fault)
    elif new != form.again_secret.data:
        blame(form.again_secret, "This is not the same as above. Type both again.")
    else:
        return credentials.stored(new, d.secrets_key)
    return None


def _drug_names(d: Desk) -> list[str]:
    return [name.value for drug in d.drugs for name in (drug.names.generic, drug.names.brand)]


def _change_password(form: PasswordForm, d: Desk) -> None:
    account = _prove_own(form, d)
    if form.new_secret.data == form.own_secret.data:
        blame(form.new_secret, "This is the password that you have. Choose another.")
    elif (value := take_password(form, account.user, account.name, d)) is not None:
        _put(account, PASSWORD, value, "password changed", d)
        go_on(account, "password changed")


def _change_pin(form: PinForm, d: Desk) -> None:
    account, new = _prove_own(form, d), form.new_pin_secret.data
    if fault := credentials.pin_fault(new):
        blame(form.new_pin_secret, fault)
    elif new != form.again_pin_secret.data:
        blame(form.again_pin_secret, "This is not the same as above. Type both again.")
    else:
        action = "signing PIN changed" if PIN in records.secrets(d.engine, account.user) else "signing PIN set"
        _put(account, PIN, credentials.stored(new, d.secrets_key), action, d)


def _begin_factor(form: EnrolForm, d: Desk) -> Any:
    account = _prove_own(form, d)
    if TOTP in records.secrets(d.engine, account.user):
        blame(form.own_secret, "You have a second factor. Remove it before you set another.")
        return None
    records.record(d.engine, event("second factor begun", subject=f"staff:{account.user}"))
    after = _newest_credential(d, account.user)
    enrolment = Enrolment(account.user, credentials.new_factor(), d.clock(), after)
    return _page("confirm", ConfirmForm(d), enrolment=enrolment)


def _confirm_factor(enrolment: Enrolment, form: ConfirmForm, d: Desk) -> None:
    account, done = _prove_own(form, d), "second factor set"
    if not credentials.factor_good(enrolment.secret, form.new_code.data, d.clock()):
        blame(form.new_code, "This is not the code of now. Look at the clock of the authenticator, and type the next.")
        return
    records.put_secrets(
        d.engine,
        account.user,
        {TOTP: credentials.sealed(enrolment.secret, d.secrets_key)},
        event(done, subject=f"staff:{account.user}"),
        was=enrolment.after,
        shown_by=Attempt(credentials.keyed(d.secrets_key, account.user), address(), TOTP),
    )
    go_on(account, done)


def _remove_factor(form: FactorOffForm, d: Desk) -> None:
    if TOTP not in records.secrets(d.engine, me().account.user):
        blame(form.own_secret, "You have no second factor.")
        return
    account = _prove_own(form, d, code=form.own_code.data)
    _put(account, TOTP, None, "second factor removed", d)
    go_on(account, "second factor removed")


def _newest_credential(d: Desk, user: str) -> int:
    return newest_entry(records.newest_credentials(d.engine, user))


def _put(account: Account, kind: str, value: str | None, action: str, d: Desk) -> None:
    records.put_secret(d.engine, account.user, kind, value, event(action, subject=f"staff:{account.user}"))


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A second factor that is not one yet: the page carries it, sealed, until a code confirms it."""

    user: str
    secret: str
    at: datetime
    after: int
    """The entry that had last changed what the user signs in with: it is good until the next one does."""

    def sealed(self, d: Desk) -> str:
        return credentials.sealed(f"{self.secret} {self.at.isoformat()} {self.after} {self.user}", d.secrets_key)

    @classmethod
    def opened(cls, value: str, d: Desk) -> Enrolment | None:
        """The one that was sealed for whoever is signed in, not long ago; else None."""
        parts = (credentials.opened(value, d.secrets_key) or "").split(" ", 3)
        if parts[-1] != me().account.user or len(parts) < 4:  # a second factor itself is sealed alike
            return None
        secret, at, after, user = parts
        found = cls(user, secret, datetime.fromisoformat(at), int(after))
        return found if d.clock() - found.at < _ENROL_WITHIN else None


# ------------------------------------------------------------------ the page


def _page(asked: str = "", sent: SiteForm | None = None, *, done: str = "", enrolment: Enrolment | None = None) -> str:
    """The account's page; `sent` is the form that is shown again with its errors."""
    d, account = desk(), me().account
    forms = {name: kind(d) for name, kind in _FORMS.items()} | ({asked: sent} if sent is not None else {})
    found = [] if sent is None else sent.errors_in_order()
    errors = [pages.problem(_anchor(asked, field), f"{field.label.text}: {text}") for field, text in found]
    held = records.chosen_by(d.engine, account.user)
    return pages.page(
        "account.html",
        errors,
        pages.heading(errors, "changed"),
        account=account,
        forms={name: _placed(name, form) for name, form in forms.items()},
        done=done,
        lacking=missing(account, d),
        has={kind: kind in held for kind in (PASSWORD, PIN, TOTP)},
        factor_needed=factor_needed(account, d),
        enrolment=None if enrolment is None else _drawn(enrolment, d),
    )


def _anchor(form: str, field: Any) -> str:
    return f"{form}-{field.name}"


def _placed(name: str, form: SiteForm) -> SiteForm:
    """Gives the fields of a form ids of their own, since several forms of the page ask for the password."""
    for field in form.in_order():
        field.id = _anchor(name, field)
        field.label.field_id = field.id
    return form


def _drawn(enrolment: Enrolment, d: Desk) -> dict[str, Any]:
    text = enrolment.secret
    return {
        "code": qr_code(credentials.factor_address(text, enrolment.user, d.site.name)),
        "text": " ".join(text[at : at + 4] for at in range(0, len(text), 4)),
        "sealed": enrolment.sealed(d),
    }
