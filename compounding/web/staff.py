"""The accounts of a site: who may sign in, and as what. Administrators change them, auditors look."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from compounding import credentials, records
from compounding.credentials import PASSWORD, PIN, SHORTEST_PASSWORD, TOTP, USER_MOST
from compounding.quantities import quote
from compounding.records import Account, RecordsFault, RecordsRefused
from compounding.web import pages
from compounding.web.account import take_password
from compounding.web.desk import Desk, desk
from compounding.web.fields import Choice, Line, Secret
from compounding.web.forms import SiteForm, blame
from compounding.web.identity import event, go_on, me
from compounding.web.telling import differences
from compounding.workflow import Deed, Role

blueprint = Blueprint("staff", __name__, url_prefix="/staff")

NAME_MOST = 40
_ROLES = tuple((role.value, role.value.capitalize()) for role in Role)
_OPEN, _CLOSED = "open", "closed"
_STATES = ((_OPEN, "Open: may sign in"), (_CLOSED, "Closed: may not"))
_SECRETS = {PASSWORD: "password", PIN: "signing PIN", TOTP: "second factor"}
_REMOVED = {PIN: ("Signing PIN", "set", "none"), TOTP: ("Second factor", "set", "none")}
_DONE = {
    "opened": "The account is open. Tell its password to whom it is for: they choose their own when they sign in.",
    "changed": "The account is changed.",
    PASSWORD: "The password is reset, the signing PIN is removed with it, and every session of the account has ended.",
    PIN: "The signing PIN is removed.",
    TOTP: "The second factor is removed, and every session of the account has ended.",
}


class UserName(Line):
    """A name that somebody signs in with."""

    def read(self, text: str) -> str:
        return credentials.sign_in_name(super().read(text))


class PrintedName(Line):
    """A name that papers show somebody by."""

    def read(self, text: str) -> str:
        return credentials.printed_name(super().read(text))


class AccountForm(SiteForm):
    """Who somebody is."""

    name = PrintedName("Printed name", most=NAME_MOST, letters=True, hint="as papers show it", missing="Type the name.")
    role = Choice("Role", _ROLES, missing="Choose the role.")


class NewAccountForm(AccountForm):
    ON_PAGE = ("user", "name", "role", "new_secret", "again_secret")
    user = UserName("User name", most=USER_MOST, hint="never another person's later", missing="Type a user name.")
    new_secret = Secret(
        "First password",
        hint=f"{SHORTEST_PASSWORD} characters or more; its owner must change it",
        missing="Type a first password.",
        autocomplete="new-password",
    )
    again_secret = Secret("First password again", missing="Type it again.", autocomplete="new-password")


class ChangeForm(AccountForm):
    state = Choice("Account", _STATES, missing="Choose one.")


class ResetForm(SiteForm):
    """Another password, chosen by the administrator; its owner must change it."""

    new_secret = Secret(
        "New password",
        hint=f"{SHORTEST_PASSWORD} characters or more; its owner must change it, and the signing PIN is removed",
        missing="Type a new password.",
        autocomplete="new-password",
    )
    again_secret = Secret("New password again", missing="Type it again.", autocomplete="new-password")


# ------------------------------------------------------------------ looking


@blueprint.get("")
def listed() -> Any:
    d = desk()
    rows = [_row(account, d) for account in records.accounts(d.engine)]
    manages = me().may(Deed.MANAGE_STAFF)
    return pages.page("staff.html", rows=rows, manages=manages)


def _row(account: Account, d: Desk) -> dict[str, Any]:
    held = records.chosen_by(d.engine, account.user)
    return {
        "cells": (
            {"main": account.user, "href": url_for("staff.shown", user=account.user)},
            account.name,
            account.role.capitalize(),
            {"chip": _OPEN.capitalize(), "look": "done"} if account.active else {"chip": _CLOSED.capitalize()},
            "Set" if PIN in held else "–",
            "Set" if TOTP in held else "–",
        )
    }


@blueprint.get("/<user>")
def shown(user: str) -> Any:
    account = _account(user)
    return _page(account, done=_DONE.get(request.args.get("done", ""), ""))


@blueprint.get("/new")
def new() -> Any:
    return _new_page(NewAccountForm(desk()))


def _account(user: str) -> Account:
    found: Account | None = records.account(desk().engine, user)
    return found or abort(404)


# ------------------------------------------------------------------ opening one


@blueprint.post("/new")
def open_() -> Any:
    d, form = desk(), NewAccountForm(desk(), request.form)
    if not form.validate() or (value := _first_password(form, d)) is None:
        return _new_page(form), 422
    try:
        _open(form, value, d)
    except RecordsRefused as refused:
        if not _opened_just_so(form, d):
            blame(_field_refused(form, d), str(refused))
            return _new_page(form), 409
    except RecordsFault as fault:
        blame(form.user, str(fault))
        return _new_page(form), pages.NOT_SAVED
    return redirect(url_for("staff.shown", user=form.user.data, done="opened"), 303)


def _opened_just_so(form: NewAccountForm, d: Desk) -> bool:
    """Whether this was sent before: an account like it, with the password that the same administrator chose. The
    password of somebody else's choosing is not compared, or it could be guessed here."""
    account = records.account(d.engine, form.user.data)
    wanted = (form.name.data, form.role.data, True)
    return (
        account is not None
        and (account.name, account.role, account.active) == wanted
        and _chosen_just_so(account.user, form.new_secret.data, d)
    )


def _chosen_just_so(user: str, password: str, d: Desk) -> bool:
    """Whether a password is the one that whoever is signed in chose for the user."""
    value = records.secrets(d.engine, user).get(PASSWORD)
    chosen = records.chosen_by(d.engine, user).get(PASSWORD)
    if chosen is None or chosen.id != me().account.user:
        return False
    return credentials.matches(value, password, d.secrets_key)


def _first_password(form: NewAccountForm, d: Desk) -> str | None:
    if (fault := _alike(form.name.data, form.user.data, records.accounts(d.engine))) is not None:
        blame(form.name, fault)
        return None
    return take_password(form, form.user.data, form.name.data, d)


def _open(form: NewAccountForm, password: str, d: Desk) -> None:
    user, name, role = form.user.data, form.name.data, form.role.data
    changes = differences((), (("User name", user), *_pairs(name, role, True)))
    records.put_account(
        d.engine,
        user,
        name,
        role,
        event("account opened", subject=f"staff:{user}", changes=changes),
        training=d.site.training,
        secrets={PASSWORD: password},
        judge=lambda others: _alike(name, user, others),
    )


def _field_refused(form: NewAccountForm, d: Desk) -> Line:
    """The field that a refusal is about: the name, where somebody took it meanwhile."""
    return form.name if _alike(form.name.data, form.user.data, records.accounts(d.engine)) else form.user


def _alike(name: str, user: str, accounts: Iterable[Account]) -> str | None:
    """Papers show the printed name alone, so no two people who sign in today have names that look the same."""
    alike = credentials.printed_alike(name)
    others = (other for other in accounts if other.active and other.user != user)
    found = next((other for other in others if credentials.printed_alike(other.name) == alike), None)
    said = "is the printed name of {} already: papers show it without the user name."
    return None if found is None else f"{quote(name)} {said.format(found.user)}"


def _new_page(form: NewAccountForm) -> str:
    errors = pages.problems(form)
    return pages.page("staff_new.html", errors, pages.heading(errors, "opened"), form=form)


# ------------------------------------------------------------------ changing one


@blueprint.post("/<user>")
def change(user: str) -> Any:
    d, form, account = desk(), ChangeForm(desk(), request.form), _account(user)
    was, done = _entry_seen(request.form.get("was", "")), url_for("staff.shown", user=user, done="changed")
    if not form.validate():
        return _page(account, form), 422
    if _sent_before(account, form, was):
        return redirect(done, 303)
    if (fault := _fault(account, form, records.accounts(d.engine))) is not None:
        blame(*fault)
        return _page(account, form), 422
    try:
        changed = _change(account, form, was, d)
    except RecordsFault as refused:
        account = _account(user)
        if _sent_before(account, form, was):
            return redirect(done, 303)
        field, _ = _fault(account, form, records.accounts(d.engine)) or (form.name, "")
        blame(field, str(refused))
        return _page(account, form), pages.status_of(refused)
    if user == me().account.user and changed.active:
        go_on(changed, "account changed")
    return redirect(done, 303)


def _entry_seen(text: str) -> int:
    """The entry of the account that the page showed; 0 where it says none."""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text, re.ASCII) else 0


def _sent_before(account: Account, form: ChangeForm, was: int) -> bool:
    """Whether the account is as it is wanted, and has become so since the page showed it."""
    return _as_wanted(account, form) and was != account.entry


def _as_wanted(account: Account, form: ChangeForm) -> bool:
    wanted = (form.name.data, form.role.data, form.state.data == _OPEN)
    return wanted == (account.name, account.role, account.active)


def _fault(account: Account, form: ChangeForm, accounts: tuple[Account, ...]) -> tuple[Any, str] | None:
    """The field and the sentence where an account may not be changed so, with all that there are; None where it
    may."""
    role, active = form.role.data, form.state.data == _OPEN
    if _as_wanted(account, form):
        return form.name, "Nothing is different from what holds now."
    if account.user == me().account.user and role != account.role:
        return form.role, "Nobody changes their own role: another administrator does."
    if _last_administrator(account, accounts) and not (active and role == account.role):
        field = form.state if not active else form.role
        return field, f"{account.name} is the last administrator who may sign in: make another one first."
    if active and (fault := _alike(form.name.data, account.user, accounts)) is not None:
        return form.name, fault
    return None


def _last_administrator(account: Account, accounts: Iterable[Account]) -> bool:
    managing = [other.user for other in accounts if other.active and other.role == Role.ADMINISTRATOR.value]
    return managing == [account.user]


def _change(account: Account, form: ChangeForm, was: int, d: Desk) -> Account:
    name, role, active = form.name.data, form.role.data, form.state.data == _OPEN

    def judge(accounts: tuple[Account, ...]) -> str | None:
        fault = _fault(account, form, accounts)
        return None if fault is None else fault[1]

    action = "account changed" if active == account.active else "account opened again" if active else "account closed"
    changes = differences(_pairs(account.name, account.role, account.active), _pairs(name, role, active))
    told = event(action, subject=f"staff:{account.user}", changes=changes)
    return records.put_account(
        d.engine,
        account.user,
        name,
        role,
        told,
        active=active,
        training=account.training,
        was=was,
        judge=judge,
    )


def _pairs(name: str, role: str, active: bool) -> tuple[tuple[str, str], ...]:
    """What of an account may change, as the log tells it."""
    return ("Printed name", name), ("Role", role), ("Account", _state(active))


def _state(active: bool) -> str:
    return _OPEN if active else _CLOSED


# ------------------------------------------------------------------ what one signs in with


@blueprint.post("/<user>/reset")
def reset(user: str) -> Any:
    d, kind, account = desk(), request.form.get("what", ""), _account(user)
    form = ResetForm(d, request.form)
    if kind not in _SECRETS:
        abort(400)
    if account.user == me().account.user:
        blame(form.new_secret, "What you sign in with yourself is changed on your account's page.")
        return _page(account, reset_form=form), 422
    try:
        done = _reset_password(account, form, d) if kind == PASSWORD else _remove(account, kind, form, d)
    except RecordsFault as refused:
        blame(form.new_secret, str(refused))
        return _page(account, reset_form=form), pages.status_of(refused)
    if not done:
        return _page(account, reset_form=form), 422
    return redirect(url_for("staff.shown", user=user, done=kind), 303)


def _reset_password(account: Account, form: ResetForm, d: Desk) -> bool:
    if not form.validate() or (value := take_password(form, account.user, account.name, d)) is None:
        return False
    has_pin = PIN in records.chosen_by(d.engine, account.user)
    if not has_pin and _chosen_just_so(account.user, form.new_secret.data, d):  # it was sent before
        return True
    changes = [("Password", "set", "set by an administrator"), *([_REMOVED[PIN]] if has_pin else [])]
    # Whoever may have learnt the password may have set the PIN with it.
    _put(account, {PASSWORD: value, PIN: None}, "password reset", d, changes)
    return True


def _remove(account: Account, kind: str, form: ResetForm, d: Desk) -> bool:
    found = records.newest_credentials(d.engine, account.user).get(kind)
    if found is not None and not found.held and found.person.id == me().account.user:  # it was sent before
        return True
    if found is None or not found.held:
        blame(form.new_secret, f"{account.name} has no {_SECRETS[kind]}.")
        return False
    _put(account, {kind: None}, f"{_SECRETS[kind]} removed", d, [_REMOVED[kind]])
    return True


def _put(
    account: Account, secrets: Mapping[str, str | None], action: str, d: Desk, changes: list[tuple[str, str, str]]
) -> None:
    told = event(action, subject=f"staff:{account.user}", changes=changes)
    records.put_secrets(d.engine, account.user, secrets, told)


# ------------------------------------------------------------------ the page of one


def _page(
    account: Account, form: ChangeForm | None = None, *, reset_form: ResetForm | None = None, done: str = ""
) -> str:
    d = desk()
    errors = pages.problems(*filter(None, (form, reset_form)))
    held = records.chosen_by(d.engine, account.user)
    return pages.page(
        "staff_account.html",
        errors,
        pages.heading(errors, "changed"),
        account=account,
        state=_state(account.active),
        form=form or _as_it_is(account, d),
        reset_form=reset_form or ResetForm(d),
        done=done,
        manages=me().may(Deed.MANAGE_STAFF),
        own=account.user == me().account.user,
        has={kind: kind in held for kind in _SECRETS},
    )


def _as_it_is(account: Account, d: Desk) -> ChangeForm:
    typed = {"name": account.name, "role": account.role, "state": _state(account.active)}
    return ChangeForm(d, MultiDict(typed))
