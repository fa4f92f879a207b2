"""What each page needs of who opens it. A page that is not in the table opens for nobody."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from compounding.workflow import Deed

OPEN: Final = None
"""Anybody may open it: it shows no patient and changes nothing but who is signed in."""

ROUTES: Mapping[str, Deed | None] = MappingProxyType(
    {
        "static": OPEN,
        "favicon": OPEN,
        "sign_in.page": OPEN,
        "sign_in.sign_in": OPEN,
        "sign_in.unlock": OPEN,  # opens nothing but one's own locked session
        "sign_in.sign_out": OPEN,  # also of a session that is locked
        "account.shown": Deed.OWN_ACCOUNT,
        "account.password": Deed.OWN_ACCOUNT,
        "account.pin": Deed.OWN_ACCOUNT,
        "account.factor": Deed.OWN_ACCOUNT,
        "account.factor_off": Deed.OWN_ACCOUNT,
        "preparations.home": Deed.OWN_ACCOUNT,
        "preparations.listed": Deed.LOOK,
        "preparations.search": Deed.LOOK,
        "preparations.shown": Deed.LOOK,
        "preparations.pdf": Deed.LOOK,
        "preparations.print_": Deed.PRINT,
        "orders.new": Deed.ENTER,
        "orders.change": Deed.ENTER,
        "orders.review": Deed.ENTER,
        "orders.save": Deed.ENTER,
        "orders.edit": Deed.ENTER,
        "verifying.shown": Deed.VERIFY,
        "verifying.verify": Deed.VERIFY,
        "verifying.sign_": Deed.VERIFY,
        "calculator.calculator": Deed.CALCULATE,
        "calculator.calculate": Deed.CALCULATE,
        "staff.listed": Deed.SEE_STAFF,
        "staff.shown": Deed.SEE_STAFF,
        "staff.new": Deed.MANAGE_STAFF,
        "staff.open_": Deed.MANAGE_STAFF,
        "staff.change": Deed.MANAGE_STAFF,
        "staff.reset": Deed.MANAGE_STAFF,
        "settings.listed": Deed.SEE_SETTINGS,
        "settings.shown": Deed.SEE_SETTINGS,
        "settings.set_site": Deed.SET_SITE,
        "settings.decide": Deed.DECIDE,
        "audit.searched": Deed.AUDIT,
        "audit.search": Deed.AUDIT,
        "audit.timeline": Deed.LOOK,
        "audit.compare": Deed.AUDIT,
        "audit.check": Deed.AUDIT,
        "audit.csv": Deed.AUDIT,
        "audit.pdf": Deed.AUDIT,
        "audit.export": Deed.TAKE_OUT_LOG,
    }
)
