"""Copies of a label in words: what each is for, where it is, and why one is not taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from compounding.policy import LabelSize
from compounding.wording.numbers import count
from compounding.workflow import State
from compounding.workflow.progress import Barrier, Fate, LabelCopy

Values = Mapping[str, Any]

WHERE: Mapping[Fate, str] = {
    Fate.APPLIED: "On the bag",
    Fate.LIGHT_COVER: "On the light cover",
    Fate.SPECIMEN: "On the worksheet",
    Fate.DESTROYED: "Destroyed",
    Fate.NOT_PRINTED: "Not printed",
}
"""Where a copy is once it is counted."""
MEANT: Mapping[Fate, str] = {
    Fate.APPLIED: "for the bag",
    Fate.LIGHT_COVER: "for the light cover",
    Fate.SPECIMEN: "specimen for the worksheet",
}
"""What a copy is printed for."""
TABS: Mapping[Fate, str] = {
    Fate.APPLIED: "Bag",
    Fate.LIGHT_COVER: "Light cover",
    Fate.SPECIMEN: "Specimen",
}
"""The copies, as a row of tabs names them."""
OPEN = "Open"
PRINTED_BY = "Labels are printed by a technician or a pharmacist."


def stock_words(size: LabelSize, name: str) -> str:
    """A stock of the market as it is chosen: "4 × 4 in, tall"."""
    return f"{name}, {_SIZES[size]}"


_SIZES: Mapping[LabelSize, str] = {
    LabelSize.SMALL: "the full label",
    LabelSize.TALL: "the full label, tall",
    LabelSize.SECONDARY: "the secondary label",
}


def shown_as(stock: str, not_printed: str) -> str:
    """What stands over a preview."""
    if not_printed:
        return f"{stock}. A preview: {not_printed[0].lower()}{not_printed[1:]}"
    return f"{stock}. This is the file that prints."


def described(tab: str, stock: str, copy: str) -> str:
    """A preview for whoever does not see it; its words are those of the file."""
    return f"Label for the {tab.lower()}, {stock}, {copy.lower()}" if copy else ""


def not_printed(state: State) -> str:
    """Why no label can be printed of a preparation in this state; "" where it can."""
    if state in (State.DILUTED, State.LABELLED):
        return ""
    if state in _BEFORE:
        return f"Labels are printed once the drug is in the bag, so that their times are true. It is {state.value}."
    return f"No more labels are printed: the preparation is {state.value}."


_BEFORE = frozenset(
    {State.ENTERED, State.VERIFIED, State.MATERIALS, State.RECONSTITUTED, State.CHECKED},
)


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


_SENTENCES: Mapping[str, Callable[[Values], str]] = {
    "label-unknown": lambda v: "No such copy was printed: scan it again, or call whoever printed it.",
    "label-destroyed": lambda v: f"Copy {v['copy']} is recorded as destroyed: it must not be used.",
    "label-not-printed": lambda v: (
        f"Copy {v['copy']} is recorded as not printed, and here it is: record it as destroyed, and destroy it."
    ),
    "sending-open": lambda v: (
        f"It is not known whether {copies(v['first'], v['last'])} came out of the printer: say so first, on the page of"
        " the labels."
    ),
    "label-stale": lambda v: (
        f"Copy {v['copy']} is of version {v['version']} of the order, which was changed since: destroy it."
    ),
    "label-specimen": lambda v: f"Copy {v['copy']} is the specimen: no bag and no cover bears it.",
    "label-secondary": lambda v: (
        f"Copy {v['copy']} is a secondary label, which does not say all: the bag and the worksheet have a full one."
    ),
    "label-by-hand": lambda v: f"The bag has a label that was written by hand: record copy {v['copy']} as destroyed.",
    "label-printed": lambda v: (
        f"Copy {v['copy']} is printed: record it as destroyed first, or count it instead of a label by hand."
    ),
    "label-open": lambda v: f"Copy {v['copy']} is open: scan it where it is, or record it as destroyed.",
    "label-applied": lambda v: (
        "No label is on the bag yet."
        if not v["applied"]
        else f"{count(v['applied'], 'label')} {_are(v['applied'])} recorded as on the bag, and it has one:"
        " destroy the others."
    ),
    "label-cover": lambda v: (
        "No label is on the light cover yet."
        if not v["light_cover"]
        else f"{count(v['light_cover'], 'label')} {_are(v['light_cover'])} recorded as on the light cover, and it"
        " has one: destroy the others."
    ),
    "witness": lambda v: "Somebody else must have seen it destroyed.",
}


def copies(first: int, last: int) -> str:
    """ "copy 1", "copies 1 and 2", "copies 1 to 3"."""
    if first == last:
        return f"copy {first}"
    return f"copies {first} {'and' if last == first + 1 else 'to'} {last}"


def label_sentence(barrier: Barrier) -> str:
    """What a barrier of the labels says. Raises KeyError for one of something else."""
    return _SENTENCES[barrier.code](barrier.values)


def another(number: str, copy: str, here: str) -> str:
    return f"This is copy {copy} of {number}, another preparation than {here}: put it aside. Nothing is recorded."


def no_label(text: str) -> str:
    return f"{text} is no code of our labels. Scan the square code of the copy, or type what stands under it."


def counted_already(copy: str, where: str) -> str:
    return f"Copy {copy} is counted already: {where}."


def not_drawn(copy: LabelCopy, version: int) -> str | None:
    """Why a copy's file is not given out; None where it is: it is open, and of the newest version."""
    if copy.fate is not None:
        said = f"Copy {copy.copy} is counted already: {WHERE[copy.fate].lower()}."
    elif copy.version != version:
        said = f"Copy {copy.copy} is of version {copy.version} of the order, which was changed since."
    else:
        return None
    return f"{said} Its file is not given out any more: print another copy, with its reason."


def went_out(copy: str, printer: str) -> str:
    return f"Copy {copy} was sent to {printer}, so it has no file: print another copy, with its reason."


def ask_where(copy: str) -> str:
    return f"Copy {copy} may be for more than one place: say where it is."
