"""A second person who sees something go: drug into the bin, a label destroyed. Their boxes, and whether they are it."""

from __future__ import annotations

from typing import Any

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


def witness_fields() -> dict[str, Any]:
    """The boxes of a form that asks for a witness, by the names that `witness_proved` reads."""
    return {
        "witness": Line("Witness, user name", most=USER_MOST, missing="The witness types their user name."),
        "witness_secret": Secret("Password of the witness", missing="The witness types their password."),
    }


def witness_proved(form: SiteForm, d: Desk) -> Account | None:
    """The second person who saw it; why they are none stands at the field. Nobody is signed out. Raises
    RecordsFault."""
    witness, secret = form["witness"], form["witness_secret"]
    user = folded(witness.data)
    if not seen_by_two(me().account.user, user):
        blame(witness, "The witness must be somebody else than you.")
        return None
    try:
        found = prove(Claim(user, secret.data, SECRET_WRONG, WITNESS_WRONG, me().workstation), d)
    except NotProved as refused:
        blame(secret, str(refused))
        return None
    if not may(found.role, Deed.PREPARE):
        blame(witness, barred(found.role, Deed.PREPARE))
        return None
    return found
