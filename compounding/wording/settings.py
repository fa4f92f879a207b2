"""Settings in words: a value, who decides it, how it stands, and what each row of its history did."""

from __future__ import annotations

from compounding.patient import FORMULAS
from compounding.policy import LabelSize
from compounding.quantities import Unreadable
from compounding.settings import Decides, Setting
from compounding.settings.kinds import FORMULA, LABEL_STOCK, YES_NO, Choice
from compounding.wording.numbers import DASH, capital

NO_SEPARATOR = "the separator itself"
_STOCKS = {
    LabelSize.SMALL: "Small: 4 × 3 in, in the UK 100 × 75 mm",
    LabelSize.TALL: "Tall: 4 × 4 in, in the UK 100 × 100 mm",
}

DECIDED_BY = {
    Decides.ADMINISTRATOR: "an administrator",
    Decides.PHARMACIST: "a pharmacist",
    Decides.TWO_PHARMACISTS: "two pharmacists",
}

DEFAULT, CHANGED, IN_FORCE = "Default", "Changed here", "In force"
WAITS, NOT_RECORDED, NOT_CONFIRMED = "Waits for a second pharmacist", "Not recorded", "Not confirmed"
AT_FAULT = "Does not fit"

ROWS = {"holds": "Put in force", "proposed": "Proposed", "withdrawn": "Taken out of force"}
"""What a row did, by how it was stored."""
CONFIRMED, COUNTS_FOR_NOTHING = "Confirmed", "Counts for nothing: it repeats nobody else's proposal"


def told(setting: Setting, text: str | None) -> str:
    """A stored text as a person reads it; a dash where there is none, and as it is where it cannot be read."""
    if text is None:
        return DASH
    try:
        value = setting.kind.read(text)
    except Unreadable:
        return text
    if setting.kind is FORMULA:
        return FORMULAS[value].name
    if setting.kind is LABEL_STOCK:
        return _STOCKS[value]
    if setting.kind is YES_NO:
        return capital(text)
    if isinstance(value, tuple) and setting.kind.shape == "texts":
        return ", ".join(value)
    return text or NO_SEPARATOR


def choices(setting: Setting) -> tuple[tuple[str, str], ...]:
    """The words of a choice, each with what a person reads."""
    words = setting.kind.words if isinstance(setting.kind, Choice) else ()
    return tuple((word, told(setting, word)) for word in words)
