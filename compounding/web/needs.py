"""What an account must have before it opens a page, signs, or authorises what somebody else does."""

from __future__ import annotations

from compounding import records
from compounding.credentials import PASSWORD, TOTP
from compounding.records import PROGRAM, Account
from compounding.web.desk import Desk
from compounding.workflow import Role


def missing(account: Account, d: Desk) -> str:
    """What an account lacks: "" for nothing. Raises NotRead."""
    held = records.chosen_by(d.engine, account.user)
    # The program itself chose those that stand on a training site's page.
    if PASSWORD in held and held[PASSWORD].id not in (account.user, PROGRAM.id):
        return "Somebody else chose your password. Choose one of your own first."
    if TOTP not in held and factor_needed(account, d):
        return "Your account needs a second factor. Set one up first."
    return ""


def factor_needed(account: Account, d: Desk) -> bool:
    """Whether the site asks a second factor of this account: of administrators in patient use always."""
    return d.site.second_factor_for_all or (not d.site.training and account.role == Role.ADMINISTRATOR.value)
