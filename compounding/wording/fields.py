"""What stands at a field of a form: its name, what is said where it stays empty, its hint; and what forms share."""

from __future__ import annotations

from datetime import date
from typing import Required, TypedDict

from compounding.policy import Market
from compounding.wording.numbers import day


class Field(TypedDict, total=False):
    """The words of a field, by the names that a field of a form takes them by."""

    label: Required[str]
    missing: str
    """Said where it stays empty; without it, it may."""
    hint: str
    unit: str
    prompt: str
    """The first line of a list to pull down."""


YES_NO = (("no", "No"), ("yes", "Yes"))
CHOOSE_ONE = "Choose one."


def in_future(on: date, market: Market) -> str:
    """Why a day that something happened on is refused."""
    return f"{day(on, market)} is in the future."
