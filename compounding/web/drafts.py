"""An order before it is saved: the key of its form, and what the log is told of each try."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from compounding import records
from compounding.records import Change, Event, Judged
from compounding.records.drafts import draft, sought
from compounding.web import telling
from compounding.web.changing import Changing
from compounding.web.desk import Desk
from compounding.web.forms import OrderForm
from compounding.web.identity import event
from compounding.web.order_page import KEY, Unfit
from compounding.web.saving import Reviewed
from compounding.web.telling import NOT_READ, REVIEWED, STOPPED

_A_KEY = re.compile(r"[A-Za-z0-9_-]{22}")
_NUMBERS = ("mrn", "nhs_number", "hospital_number")


def new_key() -> str:
    return secrets.token_urlsafe(16)  # 128 bits in 22 characters: nobody comes upon another's


def sent_key(sent: Mapping[str, str]) -> str:
    """The key that a form came with; a new one where that is none of ours."""
    key = sent.get(KEY, "")
    return key if _A_KEY.fullmatch(key) else new_key()


def unsaved_key(sent: Mapping[str, str], d: Desk) -> str:
    """As sent_key; what was saved under its key is another order from here on. Raises NotRead."""
    key = sent_key(sent)
    return key if records.saved_as(d.engine, draft(key)) is None else new_key()


def subject_of(of: Changing | None, key: str) -> str:
    """What the log says that a try is about: the order that it changes, or the draft of a new one."""
    return draft(key) if of is None else of.saved.number


def told(shown: Reviewed | Unfit, form: OrderForm, d: Desk, subject: str) -> Event:
    """What the log says of a try: what was typed and found, and the figures where there are any."""
    if isinstance(shown, Reviewed):
        return event(
            REVIEWED,
            {**others_shown(shown), **_sought(form)},
            changes=telling.entered(telling.values(shown.entry.typed, shown.text, d)),
            findings=telling.judged(shown.text.findings, ()),
            drug_file=shown.drug_file,
            subject=subject,
        )
    return _told_unfit(shown, form, telling.entered(telling.typed_values(form.typed(), d)), subject)


def _told_unfit(why: Unfit, form: OrderForm, typed: tuple[Change, ...], subject: str) -> Event:
    if why.findings:
        found = tuple(Judged(finding.code, finding.severity.word, "") for finding in why.findings)
        return event(STOPPED, _sought(form), changes=typed, findings=found, subject=subject)
    places = ", ".join(field.label.text for field, _ in form.errors_in_order())
    reason = " ".join(problem["text"] for problem in why.problems)
    return event(NOT_READ, {"fields": places, **_sought(form)}, changes=typed, reason=reason, subject=subject)


def others_shown(shown: Reviewed) -> dict[str, str]:
    """The stored preparations whose patient stands on a review, as a detail of its entry."""
    numbers = dict.fromkeys(number for warned in shown.warnings for number in warned.shows)
    return {"also shown": ", ".join(numbers)} if numbers else {}


def _sought(form: OrderForm) -> dict[str, str]:
    """What the entry is found by when somebody looks for the patient."""
    typed = form.typed()
    numbers = {name: typed.get(name, "") for name in _NUMBERS}
    return sought(typed.get("family", ""), typed.get("given", ""), numbers)
