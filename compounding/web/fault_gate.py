"""The gate before the pages that compute or print, shut while a stored setting does not fit."""

from __future__ import annotations

from typing import Any

from flask import Flask, make_response, request, url_for

from compounding.quantities import Unreadable
from compounding.web import pages
from compounding.web.desk import desk
from compounding.web.kept_setting import kept_setting
from compounding.web.routes import ROUTES
from compounding.web.unlocking import LOOKS, carried
from compounding.workflow import Deed

# What can be done while a stored setting does not fit: nothing that computes, and nothing that prints.
WHILE_AT_FAULT = frozenset(
    {
        None,
        Deed.OWN_ACCOUNT,
        Deed.LOOK,
        Deed.AUDIT,
        Deed.SEE_STAFF,
        Deed.MANAGE_STAFF,
        Deed.SEE_SETTINGS,
        Deed.SET_SITE,
        Deed.CALIBRATE,
        Deed.DECIDE,
    }
)


def set_up(app: Flask) -> None:
    """Puts a gate before the pages that compute or print, behind the one that knows who is signed in."""
    app.before_request(_refuse_at_fault)


def _refuse_at_fault() -> Any:
    if request.endpoint is None or ROUTES.get(request.endpoint) in WHILE_AT_FAULT:
        return None
    if not (faults := desk().faults):
        return None
    shown = pages.page(
        "settings_fault.html",
        faults=[(fault.sentence, links(fault.names)) for fault in faults],
        carried=[] if request.method in LOOKS else carried(),
        where=request.full_path.rstrip("?"),
    )
    return make_response(shown, pages.NOT_SAVED)


def links(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """The pages of settings, where this program has them."""
    found = []
    for name in names:
        try:
            label = kept_setting(name, desk()).setting.label
        except Unreadable:
            continue
        found.append((label, url_for("settings.shown", name=name)))
    return found
