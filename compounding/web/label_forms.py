"""Forms of the page of labels: a copy scanned back, a reprint, a copy destroyed before a witness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from compounding.web.desk import Desk
from compounding.web.fields import Choice, Line
from compounding.web.forms import SiteForm
from compounding.web.reasons import DESTROY, REPRINT
from compounding.web.witnessing import witness_fields
from compounding.wording.labels import WHERE
from compounding.workflow.labels import due
from compounding.workflow.progress import Fate, LabelCopy

WORDS_MOST = 80
SCAN_MOST = 200  # as of a vial's code: what is longer is no code


class ScanForm(SiteForm):
    """A copy that is scanned where it is; asked only where that is not plain, where that is."""

    scanned = Line("Scan a copy where it is", most=SCAN_MOST, missing="Scan the square code of a copy.")
    where: Choice


def scan_form(d: Desk, light_cover: bool, sent: MultiDict[str, str] | None = None, *, asked: bool = False) -> ScanForm:
    """`asked` asks where the copy is. What is sent with an answer is read all the same."""
    fields: dict[str, Any] = {}
    if asked or (sent is not None and sent.get("where")):
        places = tuple((fate.value, WHERE[fate]) for fate in due(light_cover))
        fields["where"] = Choice("Where it is", places)
    form: ScanForm = type("ScanForm", (ScanForm,), fields)(d, sent)
    return form


class PrintForm(SiteForm):
    """The first copies, or one more with its reason."""

    ON_PAGE = ("again", "again_words")
    again: Choice
    again_words: Line


def label_print_form(d: Desk, again: bool, sent: MultiDict[str, str] | None = None) -> PrintForm:
    fields: dict[str, Any] = {}
    if again:
        fields["again"] = Choice("Reason of the reprint", REPRINT, missing="Choose why one more is printed.")
        fields["again_words"] = Line("In words", most=WORDS_MOST, hint="may stay empty")
    form: PrintForm = type("PrintForm", (PrintForm,), fields)(d, sent)
    return form


class DestroyForm(SiteForm):
    """A copy that is destroyed, and who saw it."""

    ON_PAGE = ("copy", "why", "words", "witness", "witness_secret")
    copy: Choice

    why = Choice("Reason", DESTROY, prompt="Choose a reason", missing="Choose why it is destroyed.")
    words = Line("In words", most=WORDS_MOST, hint="may stay empty")


def destroy_form(d: Desk, copies: Sequence[LabelCopy], sent: MultiDict[str, str] | None = None) -> DestroyForm:
    """The form that destroys one of these copies; their numbers are the choice."""
    shown = tuple((copy.copy, f"Copy {copy.copy}") for copy in copies if copy.fate is not Fate.DESTROYED)
    chosen = Choice("Copy", shown, prompt="Choose the copy", missing="Choose which copy is destroyed.")
    form: DestroyForm = type("DestroyForm", (DestroyForm,), {"copy": chosen, **witness_fields()})(d, sent)
    return form
