"""Why a scan is not taken, in one sentence. One table, by code and case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from compounding.policy import Market
from compounding.quantities import quote
from compounding.scanning import Refusal
from compounding.wording.numbers import amount, capital, day, figure

Values = Mapping[str, Any]
# The characters that scanners send beside a code, by their names.
_CONTROLS = {
    "\x1d": "GS, group separator",
    "\x1e": "RS, record separator",
    "\x04": "EOT, end of transmission",
    "\x1b": "ESC, escape",
    "\r": "CR, carriage return",
    "\n": "LF, line feed",
    "\t": "TAB",
    " ": "space",
}
_TYPE = "or type its lot and expiry, each twice"


def refusal_sentence(refusal: Refusal, market: Market) -> str:
    """What a refusal says at a site of this market, with the text or value that it judged."""
    return _SENTENCES[(refusal.code, refusal.case)](refusal.values, market)


def characters(text: str) -> tuple[tuple[str, bool], ...]:
    """A text in pieces: what can be seen as it is, and each character that cannot by its name, marked so."""
    pieces: list[tuple[str, bool]] = []
    for character in text:
        if character in _CONTROLS or not character.isprintable():
            pieces.append((_CONTROLS.get(character, f"U+{ord(character):04X}"), True))
        elif pieces and not pieces[-1][1]:
            pieces[-1] = (pieces[-1][0] + character, False)
        else:
            pieces.append((character, False))
    return tuple(pieces)


def _text(values: Values) -> str:
    """What a sentence begins with: the text in quotation marks."""
    return quote(str(values["text"] if "text" in values else values["value"]))


def _element(values: Values) -> str:
    """An identifier with its value: "(17) “270231”"."""
    return f"({values['identifier']}) {quote(values['value'])}"


def _wrong_value(values: Values, market: Market) -> str:
    title = values["title"] or "value"
    return f"{_element(values)} is no {title} as GS1 writes it: it is too long, too short or of other characters."


def _look_alike(values: Values, market: Market) -> str:
    name = f"{capital(values['generic'])} ({values['brand']}), {values['vial']}"
    return f"{name}, is another drug: it looks like {values['planned']} and must not be taken for it. Put it back."


def _other_market(values: Values, market: Market) -> str:
    vial = f"{values['brand']} {amount(values['labelled'])}"
    return (
        f"This is the vial of the {values['market'].upper()}, {vial}: here the vials of the {values['here'].upper()} "
        "are used, and the two are never mixed."
    )


_SENTENCES: dict[tuple[str, str], Callable[[Values, Market], str]] = {
    ("empty", ""): lambda v, m: "Nothing was scanned. Scan the vial.",
    ("empty", "prefix"): lambda v, m: f"The scanner sent its prefix {quote(v['prefix'])} and no code. Scan it again.",
    ("too-long", ""): lambda v, m: (
        f"This scan of {figure(v['length'])} characters is no code of a vial: that has at most {figure(v['most'])}."
    ),
    ("own-label", "copy"): lambda v, m: (
        f"This is our own label, copy {v['part']} of preparation {v['number']}, not a vial."
    ),
    ("own-label", "page"): lambda v, m: (
        f"This is our own worksheet, page {v['part'].removeprefix('p')} of preparation {v['number']}, not a vial."
    ),
    ("own-label", "misread"): lambda v, m: (
        f"{_text(v)} has the form of our own labels, not of a vial, and its check does not fit."
    ),
    ("not-a-code", "address"): lambda v, m: f"{_text(v)} is an address of the web, not the code of a vial.",
    ("not-a-code", "plain"): lambda v, m: f"{_text(v)} is not the code of a vial. Scan its other symbol, {_TYPE}.",
    ("not-a-code", "linear"): lambda v, m: (
        f"{_text(v)} came from a symbol ({v['prefix']}) that can hold a product code only, "
        "and is neither 8, 12, 13 or 14 figures nor an NDC with its hyphens."
    ),
    ("not-a-code", "character"): lambda v, m: (
        f"{quote(v['value'])} is not a character of GS1's codes. "
        "If the scanners here send it in place of the group separator, an administrator can say so in the settings."
    ),
    ("not-a-code", "identifier"): lambda v, m: f"{_text(v)} begins with none of GS1's application identifiers.",
    ("not-a-code", "repeated"): lambda v, m: f"{_element(v)} stands here a second time. Scan one symbol at a time.",
    ("not-a-code", "date"): lambda v, m: f"{_element(v)} is not a date: there is no such day.",
    ("not-a-code", "value"): _wrong_value,
    ("bad-check-digit", ""): lambda v, m: (
        f"The product code {quote(v['gtin'])} was misread: its last figure does not fit the others. Scan it again."
    ),
    ("unknown-product", ""): lambda v, m: (
        f"The product code {quote(v['gtin'])} is not known here. Do not use the vial."
    ),
    ("unknown-product", "no code"): lambda v, m: (
        f"This symbol holds no product code (01). Scan the other one, {_TYPE}."
    ),
    ("unknown-product", "shared"): lambda v, m: (
        f"The product code {quote(v['gtin'])} is that of {v['first']} and of {v['second']}: mend the drug files."
    ),
    ("look-alike", ""): _look_alike,
    ("other-market", ""): _other_market,
    ("ambiguous", ""): lambda v, m: (
        "This scan can be read in more than one way, because no separator was sent. Type the lot and the expiry, "
        "each twice."
    ),
    ("expired", ""): lambda v, m: (
        f"The vial was good until {day(v['expiry'], m)}, and it is needed on {day(v['on'], m)}."
    ),
}
