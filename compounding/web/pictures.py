"""Machine figures in, picture geometry out: the vials and the bag of one preparation, to scale.

No Flask and no wording: the sentences arrive finished, the numbers on the scale are written by the
function that the caller passes. Coordinates leave as strings, so that the template only prints them.
One unit of a picture is a sixteenth of a rem, which is one pixel at the usual text size.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

Write = Callable[[Decimal], str]

MOST_VIALS = 4

# The vial. The scale stands left of the glass, the bracket of the discarded part right of it.
VIAL_WIDTH, VIAL_HEIGHT = 156, 232
GLASS_LEFT, GLASS_RIGHT = 46, 136
ZERO = Decimal(216)  # where the liquid stands when nothing is left
FULL = Decimal(56)  # where the fullest vial of the picture ends
GLASS = "M71 20V32C71 42 46 42 46 56V214Q46 220 52 220H130Q136 220 136 214V56C136 42 111 42 111 32V20Z"
NEAREST_LABELS = Decimal(17)  # two numbers closer than this touch

# The bag. Its three lines of text stand in three equal rows to the right of it.
BAG_WIDTH, BAG_HEIGHT = 212, 240
BAG_LEFT, BAG_RIGHT = 10, 170
BAG_TOP, BAG_BOTTOM = Decimal(30), Decimal(224)
DRUG_ROW, DILUENT_ROW = Decimal(40), Decimal(120)


@dataclass(frozen=True)
class VialFigures:
    """One vial as the plan has it, in mL, and the finished texts that stand beside it."""

    drawn: Decimal
    withdrawable: Decimal  # where it is not known, the nominal content
    discarded: Decimal
    title: str  # "Vial 1"
    action: str  # "draw 3.6 mL", "draw to a total of 5.84 mL"
    notes: tuple[str, ...] = ()  # "all that can be drawn (at most 4 mL)"
    discard: str = ""  # "discard 1.36 mL"
    discard_note: str = ""  # "0.34 mg"
    sentence: str = ""  # the picture in one sentence, for those who do not see it
    nominal: bool = False  # the level is what the vial holds on paper: its surface is dashed
    spare: bool = False  # kept ready and not opened: dashed glass, nothing in it


@dataclass(frozen=True)
class BagFigures:
    drug: Decimal
    diluent: Decimal
    total: Decimal
    drug_text: str  # "5.84 mL drug"
    drug_note: str  # "1.46 mg"
    diluent_text: str  # "44.16 mL"
    diluent_note: str  # "sodium chloride 0.9%"
    total_text: str  # "50 mL in all"
    total_note: str  # "0.0292 mg per mL"
    sentence: str


@dataclass(frozen=True)
class Box:
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class Tick:
    y: str
    label_y: str  # the baseline of the number, a little lower than its line
    label: str


@dataclass(frozen=True)
class VialPicture:
    figures: VialFigures
    number: int
    view_box: str
    glass: str
    cap: Box
    drawn: Box | None
    discarded: Box | None
    bracket: str | None  # a path
    surface: str | None  # a dashed line, in nominal vials only
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class BagPicture:
    figures: BagFigures
    view_box: str
    outline: Box
    hanger: Box
    port: Box
    drug: Box
    diluent: Box | None
    drug_leader: str  # the points of a line to the first row of text
    diluent_leader: str | None


def vials_picture(vials: Sequence[VialFigures], write: Write) -> tuple[VialPicture, ...]:
    """All vials on one scale, so that they can be compared by eye."""
    if not 1 <= len(vials) <= MOST_VIALS:
        raise ValueError(f"a picture shows 1 to {MOST_VIALS} vials, not {len(vials)}")
    for vial in vials:
        _refuse_odd_vial(vial)
    capacity = max(vial.withdrawable for vial in vials)
    return tuple(_vial(vial, number, capacity, write) for number, vial in enumerate(vials, start=1))


def bag_picture(bag: BagFigures) -> BagPicture:
    """The drug above the diluent. In truth they mix; the caption says so."""
    if min(bag.drug, bag.diluent) < 0 or bag.drug == 0:
        raise ValueError(f"a bag of {bag.drug} mL drug and {bag.diluent} mL diluent cannot be drawn")
    if bag.drug + bag.diluent != bag.total:
        raise ValueError(f"{bag.drug} mL and {bag.diluent} mL are not {bag.total} mL")
    between = _level(bag.diluent, bag.total, BAG_BOTTOM, BAG_TOP)
    return BagPicture(
        figures=bag,
        view_box=f"0 0 {BAG_WIDTH} {BAG_HEIGHT}",
        outline=_box(BAG_LEFT, BAG_RIGHT, Decimal(16), BAG_BOTTOM),
        hanger=_box(72, 108, Decimal(2), Decimal(16)),
        port=_box(82, 98, BAG_BOTTOM, Decimal(238)),
        drug=_box(BAG_LEFT, BAG_RIGHT, BAG_TOP, between),
        diluent=_box(BAG_LEFT, BAG_RIGHT, between, BAG_BOTTOM) if bag.diluent else None,
        drug_leader=_leader(BAG_TOP, between, DRUG_ROW),
        diluent_leader=_leader(between, BAG_BOTTOM, DILUENT_ROW) if bag.diluent else None,
    )


def scale_marks(capacity: Decimal) -> tuple[Decimal, ...]:
    """0, whole steps, and the capacity itself: 0, 1, 2, 3, 3.6. A step too near the capacity is left out."""
    step = next(step for step in _steps() if capacity / step <= 5)
    marks = []
    mark = Decimal(0)
    while mark < capacity:
        if _level(mark, capacity, ZERO, FULL) - FULL >= NEAREST_LABELS:
            marks.append(mark)
        mark += step
    return (*marks, capacity)


def _refuse_odd_vial(vial: VialFigures) -> None:
    if min(vial.drawn, vial.discarded) < 0 or vial.withdrawable <= 0:
        raise ValueError(f"{vial.title}: a volume below zero cannot be drawn")
    if vial.spare:
        if vial.drawn or vial.discarded:
            raise ValueError(f"{vial.title}: a spare vial is neither drawn from nor discarded")
    elif vial.drawn + vial.discarded != vial.withdrawable:
        raise ValueError(
            f"{vial.title}: {vial.drawn} mL drawn and {vial.discarded} mL discarded are not {vial.withdrawable} mL"
        )


def _vial(vial: VialFigures, number: int, capacity: Decimal, write: Write) -> VialPicture:
    top = _level(vial.withdrawable, capacity, ZERO, FULL)
    between = _level(vial.discarded, capacity, ZERO, FULL)
    return VialPicture(
        figures=vial,
        number=number,
        view_box=f"0 0 {VIAL_WIDTH} {VIAL_HEIGHT}",
        glass=GLASS,
        cap=_box(65, 117, Decimal(2), Decimal(20)),
        drawn=_box(GLASS_LEFT, GLASS_RIGHT, top, between) if vial.drawn else None,
        discarded=_box(GLASS_LEFT, GLASS_RIGHT, between, ZERO) if vial.discarded else None,
        bracket=f"M142 {_text(between)}H150M146 {_text(between)}V{_text(ZERO)}M142 {_text(ZERO)}H150"
        if vial.discarded
        else None,
        surface=f"M{GLASS_LEFT} {_text(top)}H{GLASS_RIGHT}" if vial.nominal and not vial.spare else None,
        ticks=tuple(_tick(mark, capacity, write) for mark in scale_marks(capacity)),
    )


def _tick(mark: Decimal, capacity: Decimal, write: Write) -> Tick:
    y = _level(mark, capacity, ZERO, FULL)
    return Tick(y=_text(y), label_y=_text(y + 5), label=write(mark))


def _steps() -> list[Decimal]:
    return [Decimal(step).scaleb(power) for power in range(-3, 6) for step in (1, 2, 5)]


def _level(volume: Decimal, capacity: Decimal, empty: Decimal, full: Decimal) -> Decimal:
    """How high a volume stands. Only edges are rounded, so the parts always fill the whole."""
    with localcontext() as context:
        context.prec = 28
        exact = empty - (empty - full) * volume / capacity
        return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _leader(top: Decimal, bottom: Decimal, row: Decimal) -> str:
    """Straight across where the layer lies beside its row of text, else with a bend."""
    start = row if top < row < bottom else (top + bottom) / 2
    return f"{BAG_RIGHT},{_text(start)} 182,{_text(start)} 198,{_text(row)} {BAG_WIDTH - 4},{_text(row)}"


def _box(left: int, right: int, top: Decimal, bottom: Decimal) -> Box:
    return Box(x=str(left), y=_text(top), width=str(right - left), height=_text(bottom - top))


def _text(coordinate: Decimal) -> str:
    return f"{coordinate:.2f}".rstrip("0").rstrip(".")
