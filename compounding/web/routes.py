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
        "worklist.shown": Deed.LOOK,
        "worklist.scan": Deed.LOOK,
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
        # Who may check differs by market: the step's own row is asked on the page.
        "checking.shown": Deed.CHECK,
        "checking.check": Deed.CHECK,
        "checking.sign_": Deed.CHECK,
        "releasing.final": Deed.CHECK,
        "releasing.sign_final": Deed.CHECK,
        "releasing.release": Deed.RELEASE,
        "releasing.sign_release": Deed.RELEASE,
        "labels.shown": Deed.LOOK,
        "labels.pdf": Deed.LOOK,
        "labels.print_": Deed.PRINT,
        "labels.scan": Deed.PREPARE,
        "labels.destroy": Deed.PREPARE,
        "wastes.of_one": Deed.LOOK,
        "wastes.shown": Deed.LOOK,
        "wastes.search": Deed.LOOK,
        "wastes.csv": Deed.LOOK,
        "recalls.shown": Deed.LOOK,
        "recalls.search": Deed.LOOK,
        "recalls.pdf": Deed.LOOK,
        "recalls.put": Deed.RECALL,
        "recalls.end": Deed.RECALL,
        "rounding.shown": Deed.ENTER,
        "rounding.take": Deed.ENTER,
        "scanner.shown": Deed.OWN_ACCOUNT,
        "scanner.read": Deed.OWN_ACCOUNT,
        "enrolling.listed": Deed.SEE_SETTINGS,
        "enrolling.enrol": Deed.PREPARE,
        "enrolling.withdraw": Deed.PREPARE,
        "materials.scan": Deed.PREPARE,
        "materials.type_": Deed.PREPARE,
        "materials.typed": Deed.PREPARE,
        "materials.out": Deed.PREPARE,
        "materials.take_out": Deed.PREPARE,
        "true_times.wet": Deed.PREPARE,
        "true_times.add_drug": Deed.PREPARE,
        "ending.shown": Deed.PREPARE,
        "ending.end": Deed.PREPARE,
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
