"""A second person who sees something go: drug into the bin, a label destroyed. Their boxes, and whether they are it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import Field

from compounding import records
from compounding.credentials import USER_MOST, folded
from compounding.records import Account
from compounding.web.desk import Desk
from compounding.web.fields import Line, Secret
from compounding.web.forms import SiteForm, blame
from compounding.web.identity import me
from compounding.web.proving import SECRET_WRONG, Claim, NotProved, prove
from compounding.workflow import Deed, barred, may
from compounding.workflow.people import seen_by_two

WITNESS_WRONG = "The user name or the password of the witness is not right. Nothing is recorded."
WITNESS_ALONE = "The witness must be somebody else than you."

_NO_USER, _NO_SECRET = "The witness types their user name.", "The witness types their password."
_LOST_ALONE = "where it is broken or thrown away"


def witness_fields(*, always: bool = True) -> dict[str, Any]:
    """The boxes of a form that asks for a witness, by the names that `witness_proved` reads; not `always` where
    what else is chosen says whether one is needed."""
    if always:
        user, secret, hint = _NO_USER, _NO_SECRET, ""
    else:
        user, secret, hint = "", "", _LOST_ALONE
    return {
        "witness": Line("Witness, user name", most=USER_MOST, missing=user, hint=hint),
        "witness_secret": Secret("Password of the witness", missing=secret, hint=hint),
    }


def named(witness: Account) -> str:
    """As the log names one: "L. Park, technician"."""
    return f"{witness.name}, {witness.role}"


def printed_names(d: Desk) -> Mapping[str, str]:
    """The printed name of everybody who has an account, by their user names. Raises NotRead."""
    return {account.user: account.name for account in records.accounts(d.engine)}


def witness_proved(form: SiteForm, d: Desk) -> Account | None:
    """The second person who saw it; why they are none stands at the field. Nobody is signed out. Raises
    RecordsFault."""
    witness, secret = form["witness"], form["witness_secret"]
    for field, missing in ((witness, _NO_USER), (secret, _NO_SECRET)):
        if field.data is None:
            blame(field, missing)
    if witness.errors or secret.errors:
        return None
    return another_proved(witness, secret, Deed.PREPARE, d, alone=WITNESS_ALONE, wrong=WITNESS_WRONG)


def another_proved(user: Field, secret: Field, deed: Deed, d: Desk, *, alone: str, wrong: str) -> Account | None:
    """Somebody else than whoever is signed in, who may do the deed; why they are none stands at the field. Nobody is
    signed out. Raises RecordsFault.

    alone  what is said where it is the same person
    wrong  where user and secret are not right
    """
    name = folded(user.data)
    if not seen_by_two(me().account.user, name):
        blame(user, alone)
        return None
    try:
        found = prove(Claim(name, secret.data, SECRET_WRONG, wrong, me().workstation), d)
    except NotProved as refused:
        blame(secret, str(refused))
        return None
    if not may(found.role, deed):
        blame(user, barred(found.role, deed))
        return None
    return found
