"""The form of one setting: boxes that fit its kind, the reason, and the secret of whoever changes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from compounding.quantities import Unreadable, quote
from compounding.settings import Setting
from compounding.settings.kinds import Text
from compounding.web.desk import Desk
from compounding.web.fields import Choice, Line, Typed
from compounding.web.forms import REASON_MOST, blame
from compounding.web.signing import SignForm
from compounding.wording.settings import choices

_TYPE, _CHOOSE = "Type a number.", "Choose one."
_NO_LIMIT = "none"
# A figure with its sign and its point, a word, or a sign that changes what is meant: "°", "%", "²".
_TOKEN = re.compile(r"(?<![\w)])[-−–]?\d+(?:[.,]\d+)*|[^\W\d_]+|[^\w\s.,;:'\"“”‘’()–—-]")


class SettingForm(SignForm):
    """What a setting is to be, and why."""

    was = Typed("Seen")
    reason = Line("Reason", most=REASON_MOST, letters=True, missing="Say why in words.", hint="the log keeps it")
    boxes: tuple[Typed, ...] = ()

    def typed_in(self, name: str) -> str:
        """What was typed into a box."""
        return next(box.text.strip() for box in self.boxes if box.name == name)

    def blame_value(self, sentence: str) -> None:
        """Puts an error at the first box of the value."""
        blame(self.boxes[0], sentence)


def setting_form(setting: Setting, d: Desk, sent: MultiDict[str, str] | None = None) -> SettingForm:
    boxes = _BOXES[setting.kind.shape](setting)
    on_page = (*boxes, "reason", "signing_secret", "was")
    form: SettingForm = type("SettingForm", (SettingForm,), {**boxes, "ON_PAGE": on_page})(d, sent)
    form.boxes = tuple(box for name in boxes if isinstance(box := form[name], Typed))
    return form


def sent_text(form: SettingForm, setting: Setting) -> str | None:
    """What the boxes say, as it is stored; None where they say nothing, and why then stands at a box."""
    for box in form.boxes:
        if not box.errors and not box.text.strip() and _needed(box, form, setting):
            blame(box, _CHOOSE if isinstance(box, Choice) else _MISSING.get(setting.kind.shape, _TYPE))
    if any(box.errors for box in form.boxes):
        return None
    try:
        return setting.kind.write(setting.kind.read(_TEXTS[setting.kind.shape](form, setting)))
    except Unreadable as unreadable:
        form.blame_value(str(unreadable))
        return None


def same_words(typed: str, stated: str) -> bool:
    """Whether somebody typed what a drug file states: the same figures, words and signs in their order.

    Capitals, spaces and punctuation may differ, since a label is typed as it is read.
    """
    return _tokens(typed) == _tokens(stated)


def _tokens(text: str) -> list[str]:
    return [token.replace("−", "-").replace("–", "-") for token in _TOKEN.findall(text.casefold())]


# ------------------------------------------------------------------ boxes, by the shape of a kind


def _one(setting: Setting) -> dict[str, Typed]:
    return {"value": Typed("Value", unit=setting.kind.unit)}


def _amounts(setting: Setting) -> dict[str, Typed]:
    return {"value": Typed("Sizes", unit=setting.kind.unit, hint="with a comma between them, the smallest first")}


def _band(setting: Setting) -> dict[str, Typed]:
    unit = setting.kind.unit
    return {
        "low": Typed("Lowest that is within", unit=unit),
        "high": Typed("Highest that is within", unit=unit),
    }


def _choice(setting: Setting) -> dict[str, Typed]:
    return {"value": Choice("Value", choices(setting))}


def _text(setting: Setting) -> dict[str, Typed]:
    most = setting.kind.longest if isinstance(setting.kind, Text) else REASON_MOST
    if setting.name.startswith("confirmed."):
        hint = "as you read it there; capitals, spaces and punctuation may differ"
        return {"value": Line("What the current label says", most=most, hint=hint)}
    return {"value": Line("Value", most=most)}


def _texts(setting: Setting) -> dict[str, Typed]:
    return {"value": Typed("Value", hint="each on a line of its own")}


def _limit(setting: Setting) -> dict[str, Typed]:
    counted = (
        ("included", "The infusion is included"),
        ("not included", "The infusion comes after it"),
        (_NO_LIMIT, "The label sets no limit"),
    )
    return {
        "hours": Typed("Limit", unit="h", hint="leave empty where the label sets none"),
        "counted": Choice("What it covers", counted),
    }


_BOXES: Mapping[str, Callable[[Setting], dict[str, Typed]]] = {
    **dict.fromkeys(("amount", "days", "percent"), _one),
    "amounts": _amounts,
    "band": _band,
    "choice": _choice,
    "text": _text,
    "texts": _texts,
    "limit": _limit,
}
_MISSING = {"text": "Type a text.", "texts": "Type at least one, each on a line of its own."}


def _needed(box: Typed, form: SettingForm, setting: Setting) -> bool:
    """An empty separator is an answer, and so is a label that sets no limit."""
    if setting.name == "site.scanner_separator":
        return False
    return not (box.name == "hours" and form.typed_in("counted") == _NO_LIMIT)


# ------------------------------------------------------------------ from the boxes to the text of a kind


def _figure_text(form: SettingForm, setting: Setting) -> str:
    return f"{form.typed_in('value')} {setting.kind.unit}"


def _amounts_text(form: SettingForm, setting: Setting) -> str:
    sizes = [size.strip() for size in form.typed_in("value").split(",")]
    return f"{', '.join(sizes)} {setting.kind.unit}"


def _band_text(form: SettingForm, setting: Setting) -> str:
    low, high = form.typed_in("low"), form.typed_in("high")
    return f"{low} to {high} {setting.kind.unit}"


def _plain_text(form: SettingForm, setting: Setting) -> str:
    return form["value"].data or ""


def _limit_text(form: SettingForm, setting: Setting) -> str:
    hours, counted = form.typed_in("hours"), form.typed_in("counted")
    if counted != _NO_LIMIT:
        return f"{hours} h, infusion {counted}"
    if hours:
        raise Unreadable(f"{quote(hours)} h is a limit, and “The label sets no limit” is chosen: which is it?")
    return "no limit"


_TEXTS: Mapping[str, Callable[[SettingForm, Setting], Any]] = {
    **dict.fromkeys(("amount", "days", "percent"), _figure_text),
    "amounts": _amounts_text,
    "band": _band_text,
    **dict.fromkeys(("choice", "text", "texts"), _plain_text),
    "limit": _limit_text,
}
