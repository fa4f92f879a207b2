"""A signature at a page: the secret of whoever is signed in, asked for now, and exactly what was on the screen.

Source: 21 CFR 11.50 (name and meaning stand with it), 11.70 (it is bound to what was signed) and 11.200 (a
secret each time).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from compounding.records import SIGNED, Event, NewSignature, Person
from compounding.web.desk import Desk
from compounding.web.fields import Secret
from compounding.web.forms import SiteForm, blame
from compounding.web.identity import me
from compounding.web.proving import SECRET_WRONG, WRONG_SECRET, Claim, NotProved, prove
from compounding.workflow import Meaning


class SignForm(SiteForm):
    """What whoever is signed in signs with."""

    signing_secret = Secret(
        "Signing PIN",
        hint="6 figures or more, or your password",
        missing="Type your signing PIN, or your password.",
    )


def signer_proved(form: SignForm, d: Desk) -> bool:
    """Whether the secret is that of whoever is signed in; why it is not stands at the field. Raises RecordsFault."""
    who = me()
    claim = Claim(
        who.account.user, form.signing_secret.data, SECRET_WRONG, WRONG_SECRET, who.workstation, pin=True
    )  # fmt: skip
    try:
        prove(claim, d)
    except NotProved as refused:
        blame(form.signing_secret, str(refused))
        return False
    return True


def box(meaning: Meaning) -> dict[str, str]:
    """What the signature box says: the meaning, and who signs."""
    who = me().person
    return {"meaning": meaning.words, "who": f"{who.name}, {who.role}"}


def sign(meaning: Meaning, shown: Mapping[str, Any], who: Person) -> NewSignature:
    """The signature of somebody who was proved, over the strings that they saw."""
    said = {"meaning": meaning.words, "name": who.name, "role": who.role, "user": who.id, "shown": shown}
    return NewSignature(meaning.value, canonical(said))


def fingerprint(signature: NewSignature) -> str:
    """SHA-256 of what is signed, in hexadecimal, as the log tells of it."""
    return hashlib.sha256(signature.signed.encode()).hexdigest()


def proved(told: Event, shown: Mapping[str, Any]) -> Event:
    """The entry of a form that was signed for with the signer's secret, and is about no preparation: it holds SHA-256
    of what was signed, as `sign` writes that, with the action as its meaning. 21 CFR 11.70 binds the two."""
    who = told.person
    said = {"meaning": told.action, "name": who.name, "role": who.role, "user": who.id, "shown": shown}
    digest = hashlib.sha256(canonical(said).encode()).hexdigest()
    return replace(told, details={**told.details, SIGNED: digest})


def bound(secret: bytes, said: Any) -> str:
    """Binds a page to what it showed, under the key of this desk: nobody else can make one."""
    return hmac.new(secret, canonical(said).encode(), hashlib.sha256).hexdigest()


def same(sent: str, made: str) -> bool:
    """Whether a page sent the binding that was made for it."""
    return hmac.compare_digest(sent.encode(), made.encode())


def canonical(value: Any) -> str:
    """The one way to write a value as JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
