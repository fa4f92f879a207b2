"""How the draws are told: as volumes where they are known, by total where they are not."""

from __future__ import annotations

from compounding.preparation import Plan
from compounding.vials import Draw, DrawKind
from compounding.wording.numbers import amount

SPARE = "from the spare where it does not suffice"


def instruction(plan: Plan) -> str | None:
    """The drawing instruction where the withdrawable volume is not known; None where it is.

    "Draw 4 mL, then 1.84 mL" would pool 5.44 mL where 3.6 mL comes out of a vial, so it is told by
    the total.
    """
    vials, volume = plan.vials, plan.volume
    if vials is None or volume is None or vials.known:
        return None
    spare = f", {SPARE}" if vials.spare else ""
    if vials.count == 1:
        return f"Draw {amount(volume)}{spare}."
    full, last = "1" if vials.count == 2 else f"1 to {vials.count - 1}", vials.count
    each = "vial" if vials.count == 2 else "vials"
    return (
        f"Draw all that can be drawn, then to a total of {amount(volume)}{spare}: {each} {full} "
        f"{short(vials.draws[0], plan)} {aside(vials.draws[0], plan)}, vial {last} to a total of {amount(volume)}."
    )


def short(draw: Draw, plan: Plan) -> str:
    """What is drawn from one vial, in a few words."""
    if draw.kind is DrawKind.ALL:
        return "all that can be drawn"
    if draw.kind is DrawKind.TO_TOTAL:
        return f"to a total of {amount(plan.volume)}"
    return amount(draw.volume)


def aside(draw: Draw, plan: Plan) -> str:
    """The second line beside it."""
    vials = plan.vials
    if draw.kind is DrawKind.ALL and vials is not None:
        return f"(at most {amount(vials.per_vial)})"
    return ""
