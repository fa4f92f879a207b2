"""Product codes: GS1's trade item numbers (GTIN), and the National Drug Codes of the United States (NDC).

All are compared as GTINs of 14 figures. A shorter GTIN is filled with zeros on the left, and the ten
figures of an NDC stand in one after "003" (GS1 General Specifications; GS1 US, for the NDC).
"""

from __future__ import annotations

import re

_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")
# Labeler, product and package: the ten figures as the FDA assigns them, or filled to eleven as payers
# write them, which adds a zero in front of the part that was one short (21 CFR 207.33; 45 CFR 162).
_NDC = re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{2}|[0-9]{5}-[0-9]{3}-[0-9]{2}|[0-9]{5}-[0-9]{4}-[0-9]{1}")
_NDC_FILLED = re.compile(r"([0-9]{5})-([0-9]{4})-([0-9]{2})")


def is_gtin(text: str) -> bool:
    """Whether a text has the 8, 12, 13 or 14 figures of a GTIN, whatever its check figure."""
    return _GTIN.fullmatch(text) is not None


def is_ndc(text: str) -> bool:
    """Whether a text is an NDC of ten figures with its hyphens: "0008-0100-01"."""
    return _NDC.fullmatch(text) is not None


def fits(gtin: str) -> bool:
    """Whether the last figure of a GTIN fits the others (GS1 General Specifications, check digit)."""
    # From the right, the check figure itself weighs 1 and its neighbours 3 and 1 in turn.
    return sum(int(figure) * (3 if place % 2 else 1) for place, figure in enumerate(reversed(gtin))) % 10 == 0


def gtins(code: str) -> tuple[str, ...]:
    """The GTINs of 14 figures that a code as printed may stand for; none where it is no code.

    Only an NDC filled to eleven figures may stand for more than one: which of its zeros was put in
    cannot be seen. The check figure of a GTIN is not judged.
    """
    if is_gtin(code):
        return (code.zfill(14),)
    if is_ndc(code):
        return (_of_ndc(code),)
    if filled := _NDC_FILLED.fullmatch(code):
        parts = filled.groups()
        shorter = (
            [*parts[:place], part[1:], *parts[place + 1 :]] for place, part in enumerate(parts) if part[0] == "0"
        )
        return tuple(_of_ndc("-".join(written)) for written in shorter)
    return ()


def _of_ndc(ndc: str) -> str:
    figures = "003" + ndc.replace("-", "")
    return next(figures + check for check in "0123456789" if fits(figures + check))
