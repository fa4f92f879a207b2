"""The drug files: read into frozen values, refused where uncited, unknown or contradictory.

One TOML file describes one market presentation of one drug. Every fact states its value (`is`), the
source it was read in (`from`, and the `clause` there) and how sure it is (`status`); a derived fact
states its `arithmetic` too. A fact that the label does not state is written "not stated" rather than
left out. All faults of a file are reported together, each with its place.
"""

from __future__ import annotations

from pathlib import Path

from compounding.formulary.facts import (
    Billing,
    Disagreement,
    Fact,
    LookAlike,
    Presentation,
    Regimen,
)
from compounding.formulary.kinds import Levels, Range
from compounding.formulary.reader import FormularyFaults, read
from compounding.formulary.unconfirmed import Unconfirmed, facts, stated, unconfirmed_facts, with_confirmed
from compounding.policy import Market

__all__ = [
    "Billing",
    "Disagreement",
    "Fact",
    "FormularyFaults",
    "Levels",
    "LookAlike",
    "Presentation",
    "Range",
    "Regimen",
    "Unconfirmed",
    "catalogue",
    "facts",
    "load",
    "read",
    "shipped",
    "stated",
    "unconfirmed_facts",
    "with_confirmed",
]

_DRUGS = Path(__file__).parents[1] / "drugs"


def load(path: Path) -> Presentation:
    """The presentation that a drug file describes. Raises FormularyFaults, or OSError."""
    return read(path.read_bytes(), path.name)


def shipped() -> tuple[Presentation, ...]:
    """The presentations that come with the program."""
    return _folder(_DRUGS)


def catalogue(market: Market, site_folder: Path | None = None) -> tuple[Presentation, ...]:
    """Every presentation of a market: the shipped ones and those of a site's own folder.

    A site's file that repeats a shipped name or identifier is refused with FormularyFaults.
    """
    own = _folder(site_folder) if site_folder and site_folder.is_dir() else ()
    ours = shipped()
    taken = {presentation.id for presentation in ours}
    faults = []
    for presentation in own:
        if presentation.id in taken:
            faults.append(f"{presentation.id}.toml: id: {presentation.id!r} is already taken")
        taken.add(presentation.id)
    if faults:
        raise FormularyFaults(faults)
    return tuple(p for p in (*ours, *own) if p.market is market)


def _folder(folder: Path) -> tuple[Presentation, ...]:
    found: list[Presentation] = []
    faults: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append(load(path))
        except FormularyFaults as refused:
            faults += refused.faults
        except OSError as error:
            faults.append(f"{path.name}: cannot be read: {error.strerror}")
    if faults:
        raise FormularyFaults(faults)
    return tuple(found)
