"""Our own labels and worksheets scanned back, and a preparation's number typed: whose they are, and whether they hold.

A paper of an older version, or a label that was written down as destroyed, is nobody's to follow: it is named, and
leads nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from compounding import records
from compounding.quantities import Unreadable, quote
from compounding.records import Standing
from compounding.records.prints import WORKSHEET, kind_of
from compounding.scanning import read_scan
from compounding.web.desk import Desk
from compounding.web.viewing import NUMBER
from compounding.wording.numbers import capital
from compounding.wording.scans import refusal_sentence
from compounding.workflow.progress import Fate, LabelCopy

_OWN = "own-label"
_PAGE = "p"
BLANK = 0
"""The version that a blank worksheet of a downtime pack is of."""


@dataclass(frozen=True, slots=True)
class ScannedBack:
    """What a text names: a preparation, and which label or page of it."""

    number: str
    part: str = ""
    """ "1" for a label's copy, "p1" for a worksheet's page; "" where the number was typed."""
    version: int | None = None
    """Of a worksheet; None where its code does not say it, BLANK of a blank one."""

    @property
    def is_page(self) -> bool:
        return self.part.startswith(_PAGE)

    @property
    def words(self) -> str:
        """As the log and the sentences name it."""
        if not self.part:
            return self.number
        if not self.is_page:
            return f"label copy {self.part} of {self.number}"
        sheet = "blank worksheet" if self.version == BLANK else "worksheet"
        return f"page {self.part.removeprefix(_PAGE)} of the {sheet} of {self.number}"


def scanned_back(text: str, d: Desk) -> ScannedBack:
    """What was scanned or typed. Raises Unreadable with one sentence."""
    if NUMBER.fullmatch(text.strip()):
        return ScannedBack(text.strip())
    refusal = read_scan(text, (), market=d.market, on=d.today()).refusal
    if refusal is None or refusal.code != _OWN or refusal.case == "misread":
        raise Unreadable(_not_ours(text, d))
    said, version = refusal.values, refusal.values.get("version")
    return ScannedBack(str(said["number"]), str(said["part"]), version if isinstance(version, int) else None)


def _not_ours(text: str, d: Desk) -> str:
    """A code of ours that was misread is said to be one; of anything else only what is wanted here is said."""
    refusal = read_scan(text, (), market=d.market, on=d.today()).refusal
    if refusal is not None and (refusal.code, refusal.case) == (_OWN, "misread"):
        return refusal_sentence(refusal, d.market)
    if not text.strip():
        return "Nothing was scanned. Scan a label or a worksheet, or type a preparation number."
    return f"{quote(text.strip())} is neither a label or worksheet of this desk nor a preparation number."


def stale(back: ScannedBack, standing: Standing, d: Desk) -> str | None:
    """Why what was scanned must not be followed; None where it holds. Raises NotRead."""
    if not back.part:
        return None
    if back.is_page:
        return _stale_page(back, standing, d)
    copy = label_copy(back, standing)
    if copy is None:
        return f"There is no {back.words}: it was not printed at this desk."
    return _stale_copy(back, copy, standing.preparation.version)


def label_copy(back: ScannedBack, standing: Standing) -> LabelCopy | None:
    """The printed copy that a scan names."""
    return next((copy for copy in standing.labels if copy.copy == back.part), None)


def _stale_copy(back: ScannedBack, copy: LabelCopy, version: int) -> str | None:
    if copy.version != version:
        return f"Stale: {back.words} is of version {copy.version}, and version {version} stands by now. Destroy it."
    if copy.fate is Fate.DESTROYED:
        return f"{capital(back.words)} is written down as destroyed, and here it is: show it to a pharmacist."
    return None


def _stale_page(back: ScannedBack, standing: Standing, d: Desk) -> str | None:
    """A page whose code does not say its version is an older one where none was printed of the newest. What was
    written by hand on a blank one stays a record of its preparation, whatever became of its order."""
    version = standing.preparation.version
    if back.version == BLANK and standing.paper is not None:
        return None
    printed = {one.version for one in records.prints(d.engine, back.number) if kind_of(one.document) == WORKSHEET}
    if not printed or back.version not in (None, *printed):
        return f"There is no {back.words}: it was not printed at this desk."
    if version in printed and back.version in (None, version):
        return None
    if back.version is not None:
        return f"Stale: {back.words} is of version {back.version}, and version {version} stands by now. Destroy it."
    return f"Stale: {back.words} is of an older version than {version}, which stands by now. Destroy it."
